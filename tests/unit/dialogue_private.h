/* dialogue_private.h - what the files of the dialogue share; see dialogue.h. */
#ifndef TCPSIM_TESTS_DIALOGUE_PRIVATE_H
#define TCPSIM_TESTS_DIALOGUE_PRIVATE_H

#include "../../tcp/marks.h"
#include "dialogue.h"

#include <stdint.h>

#define LOCAL_ISS 0xffffff00u
#define PEER_ISS 0xfffffe80u
#define PEER_STREAM 77u /* the origin of what the peer sends */
#define LINE_MAX_LEN 256
#define OUT_MAX 512
#define WATCHED_MAX 64

/* What is known of a connection from events alone, and its status when it was last looked at. */
struct watched {
    struct tcp_conn *conn; /* NULL: deleted */
    struct tcp_status last;
    uint64_t deadline_ns[TCP_TIMER_COUNT];
    uint64_t delivered, read;
    bool reopened; /* its streams begin again */
    bool changed, congestion;
    bool sent_any;
    tcp_seq highest; /* past the last number sent */
};

struct dialogue {
    struct tcp_pools pools;
    struct tcp_options options;
    struct tcp_host *host;
    struct tcp_conn *conn; /* the current one; NULL: deleted or none */
    struct tcp_conn *listener;
    bool owned; /* conn is ours to release */
    bool six;   /* IPv6 */
    uint64_t now_ns;
    size_t live; /* blocks not given back */
    bool short_of_memory;
    size_t blocks_left;    /* when short of memory */
    size_t blocks_to_fail; /* counts down to the one block that is refused; 0: none */
    struct tcp_segment out[OUT_MAX];
    size_t out_first, out_count;
    struct tcp_segment expected; /* the last one, without payload */
    char moves[1024], causes[1024], read_tags[256], urgent[256];
    enum tcp_discard discard;
    bool discarded;
    uint64_t tag;
    unsigned r1, acceptable;
    unsigned fates; /* ICMP messages whose fate was told */
    enum tcp_icmp_fate fate;
    struct tcp_address from; /* of injected segments */
    struct watched watched[WATCHED_MAX];
    char *error;
    size_t room;
    bool failed;
    bool wrong;              /* failed by a rule that holds in any conversation */
    bool lenient;            /* expectations do not count */
    struct tcp_marks *marks; /* of the whole conversation, or NULL */
    struct tcp_marks shown;  /* what the last line that acted went through */
    bool together;           /* the next line acts in the same instant */
};

/* An expectation of the text was not met. */
void dialogue_fail(struct dialogue *d, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Something is wrong in any conversation. */
void dialogue_wrong(struct dialogue *d, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
struct tcp_endpoint dialogue_local_end(const struct dialogue *d);
struct tcp_endpoint dialogue_peer_end(const struct dialogue *d);
/* Whether `line` begins with that word; *rest is what follows. */
bool dialogue_begins(const char *line, const char *word, const char **rest);
bool dialogue_set_option(struct tcp_options *options, const char *rest);

/* ---- dialogue_segments.c ---- */
void dialogue_pump(struct dialogue *d);
bool dialogue_nothing_left(struct dialogue *d);
void dialogue_drop_left(struct dialogue *d);
void dialogue_expect(struct dialogue *d, const char *line);
void dialogue_inject(struct dialogue *d, const char *line);

/* ---- dialogue_calls.c ---- */
bool dialogue_call(struct dialogue *d, char *line);

/* ---- dialogue_checks.c ---- */
/* Adds what was shown to the marks of the whole conversation, and begins again. */
void dialogue_take_marks(struct dialogue *d);
bool dialogue_check(struct dialogue *d, const char *line);

/* ---- dialogue_watch.c: rules that hold in any conversation ---- */
void dialogue_take_event(void *context, const struct tcp_event *event);
void dialogue_watch_segment(struct dialogue *d, const struct tcp_segment *segment);
void dialogue_watch_read(struct dialogue *d, struct tcp_conn *conn, const struct tcp_slice *slice);
/* After a line: what was told agrees with what is. */
void dialogue_watch(struct dialogue *d);

#endif
