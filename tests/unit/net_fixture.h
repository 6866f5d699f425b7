/* net_fixture.h - what the tests of sim/net share: two hosts and a link, the trace as lines of
 * text, and applications made of plain functions. */
#ifndef TCPSIM_TESTS_NET_FIXTURE_H
#define TCPSIM_TESTS_NET_FIXTURE_H

#include "sim/core/units.h"
#include "sim/net/rules.h"
#include "sim/net/world.h"

#define FIXTURE_LINES_MAX 4096
#define FIXTURE_LINE_BYTES 240
#define FIXTURE_VIOLATIONS_MAX 16
#define FIXTURE_DECISIONS_MAX 65536

struct fixture {
    struct arena *arena;
    struct trace trace;
    struct world *world;
    struct host *client, *server;
    struct link *link;
    bool brief; /* both hosts are played: a segment's line is "0.001000 delivered 100 copy 1 #
                   reason" */
    size_t line_count;
    char (*lines)[FIXTURE_LINE_BYTES];
    size_t violation_count;
    enum world_violation_kind violation_kinds[FIXTURE_VIOLATIONS_MAX];
    char violations[FIXTURE_VIOLATIONS_MAX][FIXTURE_LINE_BYTES];
    char suppliers[FIXTURE_VIOLATIONS_MAX][FIXTURE_LINE_BYTES];
    uint32_t task_count;
    size_t arrived; /* packets at hosts without TCP */
    struct packet last_arrived;
    struct socket *listener, *accepted, *opened; /* of the ready-made applications */
    uint64_t to_send, received;
    bool end_of_stream;
    struct link_decision *decisions; /* of all links, when `watch_decisions` was asked for */
    size_t decision_count;
};

struct fixture_config {
    struct link_settings settings; /* both directions; mtu_bytes 0: 1500 and all the rest default */
    bool client_played, server_played; /* hosts without TCP */
    bool without_trace;
    bool without_checks; /* no violation hook */
    bool bulk;           /* keep_sockets false */
    bool watch_decisions;
    uint64_t limit_ns; /* 0: none */
    enum queue_kind queue;
    uint64_t seed;
    struct tcp_options *options; /* of both hosts, or NULL */
};

/* Hosts "client" (10.0.0.1) and "server" (10.0.0.2) with the ISSs 0xffffff00 and 0xfffffe00. */
struct fixture *fixture_create(const struct fixture_config *config);
/* The same with a delay of 10 ms and a limit of 600 s, all else default. */
struct fixture *fixture_two_hosts(void);
void fixture_destroy(struct fixture *fixture);
struct tcp_address fixture_address(const char *text);
/* One more host, with TCP. */
struct host *fixture_host(struct fixture *fixture, const char *name, const char *address);

/* A connection from the client to the server's port, opened now; local_port 0: any. */
struct socket *fixture_connect(struct fixture *fixture, uint16_t port, uint16_t local_port);

/* At `time_ns` the function runs, in the class given. */
void fixture_at(struct fixture *fixture, enum queue_class class, uint64_t time_ns,
                void (*run)(struct world_task *));
struct fixture *fixture_of(struct world_task *task);

/* Ready-made: the server listens on port 80; when it can accept it does, reads everything, and
 * closes at the end of the stream. The client connects at time 0 from port 4000, sends `octets`
 * generated octets as there is room, and closes. */
void fixture_talk(struct fixture *fixture, uint64_t octets);

/* A segment of the script's: from `at` to the other host (client port 4000, server port 80),
 * relative to the two ISSs, with octets of the text. Returns its number. */
struct fixture_segment {
    uint16_t flags;
    uint32_t seq, ack;
    const char *text; /* or NULL */
    uint32_t padding; /* or so many octets 'x' */
    bool bad_checksum;
};
uint64_t fixture_forge(struct fixture *fixture, struct host *at,
                       const struct fixture_segment *segment);
#define FIXTURE_CLIENT_ISS 0xffffff00u
#define FIXTURE_SERVER_ISS 0xfffffe00u

/* Runs the world and asserts how it ended. */
void fixture_run(struct fixture *fixture, enum world_end end);
/* The lines of the trace from the first on, one a line; "..." stands for any number of lines. Each
 * of the given lines must be how the actual one begins. */
void fixture_expect(struct fixture *fixture, const char *text);
size_t fixture_count(const struct fixture *fixture, const char *part);
void fixture_print(const struct fixture *fixture);
/* "CLOSED SYN-SENT …". */
void fixture_expect_path(const struct socket *socket, const char *path);

#endif
