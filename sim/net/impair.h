/* impair.h - what befalls packets on entry to a link and in its delay. Private to sim/net.
 *
 * An impairment is one file with a `const struct impairment` and a line in impair.c's list, which
 * is in netem's order: so it makes no difference in which order a scenario writes them. Every
 * decision is a value of (seed, link, direction, impairment, ordinal of the packet): changing one
 * moves no other's. State that outlives a packet (a Gilbert-Elliott channel, a correlation, a gap)
 * advances once for each packet offered, whatever else becomes of that packet. */
#ifndef TCPSIM_NET_IMPAIR_H
#define TCPSIM_NET_IMPAIR_H

#include "net_private.h"

enum impair_stream {
    STREAM_LOSS,
    STREAM_GEMODEL,
    STREAM_DUPLICATE,
    STREAM_CORRUPT,
    STREAM_CORRUPT_WHERE,
    STREAM_REORDER,
    STREAM_JITTER,
    STREAM_QUEUE,
    STREAM_QUEUE_HASH,
    IMPAIR_STREAMS,
};

/* What one direction of a link keeps when it is more than delay, rate, limit, MTU and plain loss.
 */
struct impaired {
    struct rng_stream streams[IMPAIR_STREAMS];
    bool overtakes;        /* packets may arrive in another order: all lie aside */
    bool channel_bad;      /* gemodel */
    uint64_t reorder_last; /* the last correlated value, of 2^32 */
    uint32_t reorder_since;
    struct backlog *backlog; /* NULL: packets leave by the plain queue */
    /* The delivery trace: the opportunity that is being used, and what is left of it. */
    uint64_t cycle, opportunity_ns;
    size_t opportunity;
    uint32_t left_bytes;
    /* When the backlog's next packet may begin; in the event queue under that place. */
    bool waking;
    uint64_t wake_ns;
    uint32_t wake_place;
};

enum impair_verdict { IMPAIR_GO_ON, IMPAIR_LOST };

struct impairment {
    bool (*is_on)(const struct link_settings *settings);
    /* Once for each packet offered; may be NULL. */
    void (*offered)(struct way *way, struct flight *flight);
    /* On entry; may be NULL. IMPAIR_LOST: the caller drops it, with *reason. A copy comes in at the
     * next impairment, after the original. */
    enum impair_verdict (*entered)(struct way *way, struct flight *flight, struct flight **copy,
                                   const char **reason);
    /* Changes the delay; may be NULL. */
    int64_t (*delayed)(const struct way *way, const struct flight *flight, int64_t delay_ns);
};

extern const struct link_option link_option_loss, link_option_duplicate, link_option_corrupt,
    link_option_reorder, link_option_jitter, link_option_distribution;
extern const struct impairment impairment_loss, impairment_duplicate, impairment_corrupt,
    impairment_reorder, impairment_jitter;

/* The value of that stream which belongs to this packet: `part` of `parts`. */
uint64_t impair_draw(const struct way *way, const struct flight *flight, enum impair_stream stream,
                     unsigned part, unsigned parts);
/* True in `ppb` parts of a billion; tells who watches decisions, who may overrule it. */
bool impair_chance(const struct way *way, const struct flight *flight, enum impair_stream stream,
                   unsigned part, unsigned parts, uint64_t ppb);
/* Tells who watches; returns the outcome that holds. */
uint64_t impair_decided(const struct way *way, const struct flight *flight, const char *what,
                        uint64_t outcome);
/* The whole way through. Takes the flight. */
void impair_enter(struct way *way, struct flight *flight);
void impair_offered(struct way *way, struct flight *flight);
uint64_t impair_delay_ns(const struct way *way, const struct flight *flight);
/* The settings have changed: makes or mends way->impaired. False: no memory. */
bool impair_settle(struct way *way);
void impair_forget(struct way *way);
/* The wake that stands in the event queue; false: it is not that. */
bool impair_wake(struct way *way, uint64_t time_ns, uint32_t place);

/* The value number `rank` of 2^32 of a distribution, as parts of 8192 of its scale: distribution.c.
 */
#define DISTRIBUTION_SCALE 8192
int32_t distribution_quantile(enum link_distribution distribution, uint32_t rank);

/* ---- delivery traces (deliveries.c) ---- */

/* When the next octet can leave, for packets queued now (`waited`: since before this instant). */
uint64_t deliveries_next(struct way *way, bool waited);
/* Uses up opportunities for that many octets, the first one at deliveries_next; the time of the
 * last. */
uint64_t deliveries_take(struct way *way, uint32_t bytes);
void deliveries_forget(struct way *way); /* the trace is another one */

/* ---- queues (backlog.c): packets that wait, and the discipline that says which leaves next ----
 */

struct fifo {
    struct flight *first, *last;
    uint32_t packets;
    uint64_t bytes;
};

struct backlog {
    struct way *way;
    const struct discipline *discipline;
    uint32_t packets; /* of all its lines; the one being sent is in none */
    uint64_t bytes;
    struct fifo line; /* of disciplines of one line */
};

struct discipline {
    struct link_form form; /* its name, parameters, source */
    size_t size; /* of its state, which begins with a struct backlog; 0: the plain queue */
    bool (*prepare)(struct backlog *backlog);    /* once; false: no memory; may be NULL */
    bool (*fits)(const struct backlog *backlog); /* with other settings; NULL: always */
    /* Takes the flight: into a line, or backlog_lose. */
    void (*enqueue)(struct backlog *backlog, struct flight *flight);
    /* The one to be sent now; NULL: none is left. */
    struct flight *(*dequeue)(struct backlog *backlog);
    /* Any packet, without a decision; NULL: none is left. */
    struct flight *(*flush)(struct backlog *backlog);
    void (*destroy)(struct backlog *backlog); /* gives back what prepare took; may be NULL */
};
extern const struct discipline discipline_droptail, discipline_red, discipline_codel,
    discipline_fq_codel, discipline_pie;
extern const struct link_option link_option_queue;

/* A packet comes to the queue. Takes the flight. */
void backlog_enter(struct way *way, struct flight *flight);
/* Sends what can be sent now. */
void backlog_start(struct way *way, bool at_wake);
bool backlog_settle(struct way *way); /* the settings have changed; false: no memory */
void backlog_forget(struct way *way);

/* What disciplines ask and do. */
uint64_t backlog_now_ns(const struct backlog *backlog);
const struct link_settings *backlog_settings(const struct backlog *backlog);
bool backlog_is_full(const struct backlog *backlog); /* `limit` packets, with the one being sent */
void backlog_push(struct backlog *backlog, struct fifo *line, struct flight *flight);
struct flight *backlog_pop(struct backlog *backlog, struct fifo *line); /* NULL: empty */
struct flight *backlog_flush(struct backlog *backlog); /* backlog_pop of its one line */
void backlog_lose(struct backlog *backlog, struct flight *flight, const char *reason);
/* Sets CE in a packet of an ECN-capable transport (RFC 3168 5); false: it is none. */
bool backlog_mark(struct way *way, struct flight *flight);

/* CoDel's state of one line, and its parameters with the prefix FIELD in struct link_settings. */
struct codel {
    uint64_t first_above_ns, drop_next_ns; /* first_above_ns 0: not above */
    uint32_t count, last_count;
    bool dropping;
};
struct flight *codel_dequeue(struct codel *codel, const struct link_codel *settings,
                             struct backlog *backlog, struct fifo *line);
#define CODEL_PARAMETERS(FIELD)                                                                  \
    {.name = "target",                                                                           \
     .type = LINK_TIME,                                                                          \
     .offset = offsetof(struct link_settings, FIELD.target_ns),                                  \
     .min = 1,                                                                                   \
     .max = TIME_MAX_NS / 32,                                                                    \
     .otherwise = 5 * NS_PER_MS,                                                                 \
     .unit = "time",                                                                             \
     .help = "the standing delay that is tolerated"},                                            \
        {.name = "interval",                                                                     \
         .type = LINK_TIME,                                                                      \
         .offset = offsetof(struct link_settings, FIELD.interval_ns),                            \
         .min = 1,                                                                               \
         .max = TIME_MAX_NS / 32,                                                                \
         .otherwise = 100 * NS_PER_MS,                                                           \
         .unit = "time",                                                                         \
         .help = "how long the delay may stand above the target: a worst round trip"},           \
    {                                                                                            \
        .name = "ecn", .type = LINK_SWITCH, .offset = offsetof(struct link_settings, FIELD.ecn), \
        .otherwise = true, .unit = "-", .help = QUEUE_ECN_HELP                                   \
    }
#define QUEUE_ECN_HELP "packets of ECN-capable transports are marked where others are dropped"

#endif
