/* rules.h - faults on chosen segments: drop, delay, duplicate, corrupt, hold, rewrite, partition.
 * They act at the sender's link, or on the link that they name, on every segment alike, in the
 * order declared; the first drop ends it. */
#ifndef TCPSIM_NET_RULES_H
#define TCPSIM_NET_RULES_H

#include "../trace/pattern.h"
#include "link.h"

enum rule_action {
    RULE_DROP,
    RULE_DELAY,
    RULE_DUPLICATE,
    RULE_CORRUPT,
    RULE_HOLD,
    RULE_REWRITE,
    RULE_PARTITION,
};
const char *rule_action_name(enum rule_action action);

/* What a rule looks for; what is not set is not compared. Strings and lists are copied. */
struct rule_match {
    const struct host *from, *to;
    const struct link *on;
    bool has_flags, psh_written;
    uint16_t flags;
    const struct pattern *pattern; /* or NULL */
    bool pattern_absolute;
    const uint64_t
        *nth; /* ordinals among the segments that match the rest, from 1, ascending; or NULL */
    size_t nth_len;
    bool has_count;
    uint64_t count; /* act at most so often */
    bool has_after, has_before;
    uint64_t after_ns, before_ns; /* after <= now < before */
    /* Asked last, before nth and count; NULL: true. May set *failed (then the run ends). */
    bool (*predicate)(void *context, const struct packet *packet, bool *failed);
    void *context;
};

struct rule_effect {
    enum rule_action action;
    uint64_t by_ns;           /* delay */
    uint32_t copies;          /* duplicate: 1 */
    uint64_t gap_ns;          /* duplicate: between the copies */
    uint16_t offset;          /* corrupt: from the TCP header */
    uint8_t mask;             /* corrupt */
    const struct host *a, *b; /* partition: between these */
    bool oneway;              /* only a to b */
    /* rewrite: changes *packet's segment in place (payload by new extents). */
    void (*rewrite)(void *context, struct packet *packet, bool *failed);
    void *context;
};

struct rule;
/* `where`: "file:line" of the declaration, copied. NULL: no memory. */
struct rule *rule_create(struct world *world, const struct rule_match *match,
                         const struct rule_effect *effect, const char *where);
void rule_remove(struct rule *rule); /* acts no more; held segments stay until released */
/* What was held enters the link now, in order or reversed; returns how many. */
size_t rule_release(struct rule *rule, bool reverse);
uint64_t rule_hits(const struct rule *rule); /* how often it acted */
uint64_t
rule_matches(const struct rule *rule); /* how many segments matched all but nth and count */
const char *rule_where(const struct rule *rule);

#endif
