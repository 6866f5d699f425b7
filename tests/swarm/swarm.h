/* swarm.h - whole networks drawn from a seed, run, healed and judged; what the files share.
 *
 *   swarm.c    the seeds one by one             plan.c    what is drawn before the run
 *   faults.c   links, rules, and their end      ends.c    the applications
 *   watch.c    what must hold at any time       judge.c   what must hold at the end
 *   mechanisms.c   what else is drawn, each from a stream of its own
 */
#ifndef TCPSIM_TESTS_SWARM_H
#define TCPSIM_TESTS_SWARM_H

#include "sim/core/units.h"
#include "sim/net/rules.h"
#include "sim/net/world.h"

#include <stdio.h>

#define HOSTS_MAX 3
#define LINKS_MAX 3
#define PLANS_MAX 4
#define RULES_MAX 6
#define LISTENERS_MAX 2
#define LIST_MAX 12
#define EVENTS_MAX 1000000u
#define LIMIT_NS (48 * 3600 * NS_PER_S)

struct swarm;

/* Numbers drawn one after the other from a stream of their own. */
struct draws {
    struct rng_stream stream;
    uint64_t ordinal;
};
struct draws draws_begin(uint64_t seed, const char *name, unsigned number);
uint64_t draw_below(struct draws *draws, uint64_t n);
uint64_t draw_between(struct draws *draws, uint64_t least, uint64_t most);
bool draw_one_in(struct draws *draws, uint64_t n);
/* As between, but small numbers are as likely as large ones. */
uint64_t draw_scaled(struct draws *draws, uint64_t least, uint64_t most);

enum ending {
    END_ORDERLY,    /* sends all, shuts, reads to the end, closes */
    END_READ_FIRST, /* reads to the end before it sends; orderly too */
    END_CLOSE_SENT, /* closes when all is sent, whatever there is to read */
    END_CLOSE_AT,   /* closes at a time, whatever there is to send or to read */
    END_ABORT_AT,
};

/* One end of a connection: an application. */
struct end {
    struct swarm *swarm;
    struct plan *plan;
    struct end *peer;
    unsigned number;
    struct host *host;
    struct socket *socket;
    tcp_seq iss; /* of its last connection */
    struct world_task task;
    struct draws draws;
    enum ending ending;
    uint64_t total, sent, read; /* octets to send, taken by TCP, read */
    uint64_t stream;            /* origin of generated octets */
    uint32_t send_most, read_most, block;
    uint64_t send_pause_ns, read_pause_ns, read_from_ns, ending_ns;
    uint64_t next_send_ns, next_read_ns;
    unsigned octets; /* 0: generated, 1: real, 2: by blocks */
    bool early;      /* sends before it is established */
    struct draws urgent_draws;
    uint64_t urgent_in; /* one send in so many is urgent; 0: none */
    bool opened, shut, ended, done;
    unsigned proven; /* connections that a SYN cookie, or a SYN with Fast Open, made */
    bool
        ghost; /* an old SYN, or the ACK of a SYN cookie, made a second connection of its numbers */
    bool aborted, closed_early, gave_up, crashed;
    enum tcp_error error;     /* that the application met */
    enum tcp_error tcb_error; /* that ended the connection, whoever knew */
    uint8_t syn_data[16];
    size_t syn_data_len;
};

enum kind { OPEN_TO_LISTENER, OPEN_BOTH, OPEN_PASSIVE_TURNS };

/* A connection. ends[0] opens, ends[1] is accepted, or opens too. */
struct plan {
    unsigned number;
    enum kind kind;
    unsigned listener; /* of OPEN_TO_LISTENER */
    unsigned again;    /* how often the same two sockets are used once more */
    uint64_t open_ns[2];
    uint16_t ports[2];
    struct end ends[2];
    struct tcp_options options[2];
    bool has_options[2];
};

struct listener {
    struct swarm *swarm;
    struct host *host;
    struct socket *socket;
    struct world_task task;
    uint16_t port;
    uint64_t listen_ns, close_ns, accept_pause_ns, next_accept_ns;
    bool closed;
};

struct fault {
    struct rule *rule;
    struct world_task release;
    uint64_t nth[LIST_MAX];
};

struct swarm {
    uint64_t seed;
    struct draws draws;
    struct arena *arena;
    struct trace *trace;
    struct world *world;
    bool keep_sockets;
    unsigned host_count, link_count, plan_count, listener_count, rule_count;
    struct host *hosts[HOSTS_MAX];
    struct tcp_options host_options[HOSTS_MAX];
    struct link *links[LINKS_MAX];
    struct link_settings healed[LINKS_MAX][2];
    uint64_t lists[LINKS_MAX][2][LIST_MAX];
    struct plan plans[PLANS_MAX];
    struct listener listeners[LISTENERS_MAX];
    struct fault faults[RULES_MAX];
    struct world_task heal, watchman, crash, cut, noise;
    unsigned noise_made, noise_count;
    bool fast_open;      /* data may be sent and read before the handshake is complete */
    bool cookies;        /* a SYN may be answered by a cookie */
    bool too_big_ends;   /* so does one about a packet that is too big */
    bool hard_errors;    /* ICMP errors may end a connection */
    struct host *router; /* between all hosts; or NULL */
    unsigned crashing, cutting;
    uint64_t heal_ns, give_up_ns, watch_ns;
    struct watched *watched;
    bool any_crash, reuses;
    bool slow;      /* an octet at a time somewhere: few octets */
    bool impatient; /* so few retries that a fault may end a connection */
    bool short_msl; /* TIME-WAIT may be over before the last FIN was repeated */
    bool user_timeouts, keepalives;
    bool unlimited; /* somewhere ACKs are not limited: two ends may answer each other for ever */
    uint64_t pure_acks, other_segments; /* sent; a FIN again counts as the ACK that it rides on */
    bool war;                           /* see judge_bound */
    bool failed;
    char failure[400];
};

/* The first one counts; the run ends. */
void fail(struct swarm *swarm, const char *format, ...) __attribute__((format(printf, 2, 3)));

void mechanisms_begin(struct swarm *swarm, struct tcp_options *options, unsigned number);
void mechanisms_draw(struct swarm *swarm, struct tcp_options *options, unsigned number);
void mechanisms_impair(struct swarm *swarm, unsigned link, unsigned direction,
                       struct link_settings *settings);
void mechanisms_router(struct swarm *swarm);
void mechanisms_heal(struct link_settings *settings);
void mechanisms_noise(struct swarm *swarm);
void mechanisms_urgent(struct swarm *swarm, struct end *end);
bool mechanisms_is_urgent(struct end *end);
void mechanisms_check_mark(struct end *end);
void plan_draw(struct swarm *swarm);
void faults_draw(struct swarm *swarm);
void ends_begin(struct swarm *swarm);
void end_moved(struct swarm *swarm, const struct trace_record *record);
void end_changed(struct swarm *swarm, struct socket *socket);
bool ends_done(const struct swarm *swarm);
uint8_t end_octet(const struct end *end, uint64_t offset);
bool end_orderly(const struct end *end);

/* What holds after every event; `quiet`: nothing waits to be sent by TCP itself. */
void watch_host(struct swarm *swarm, struct host *host, bool quiet);
void watch_record(void *context, const struct trace_record *record);
void watch_forget(struct swarm *swarm);
/* Too many events. */
void judge_bound(struct swarm *swarm);
void judge_plan(struct swarm *swarm, const struct plan *plan);
void judge(struct swarm *swarm, enum world_end end);

#endif
