/* link.h - a link: two directions, each with its own settings, queue and randomness.
 * On entry: rules, whether it is up, the MTU; then loss, duplication, corruption; then the queue,
 * serialisation at `rate` (or by the delivery trace), and `delay` with its jitter: netem's order,
 * whatever the order in which they are written. */
#ifndef TCPSIM_NET_LINK_H
#define TCPSIM_NET_LINK_H

#include "host.h"
#include "packet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct world;
struct link;
struct host;

/* A list of numbers, borrowed or the world's own. */
struct link_numbers {
    const uint64_t *at;
    size_t count;
};

struct link_codel {
    uint64_t target_ns, interval_ns;
    bool ecn;
};

/* One direction's settings. Lists are copied into the world by link_set. What no option of
 * link_options gives is not here. */
struct link_settings {
    uint64_t delay_ns;
    uint64_t rate_bps; /* 0: unlimited */
    uint32_t limit;    /* packets queued, with the one being sent; 0: unlimited */
    uint32_t mtu_bytes;
    uint64_t loss_ppb;         /* probability */
    struct link_numbers list;  /* loss.list: ordinals from 1, ascending */
    const char *pattern;       /* loss.pattern: '1' is lost, repeated; or NULL */
    struct link_numbers trace; /* opportunities of delivery, ms; none: `rate` holds */
    struct {
        uint64_t p_ppb, r_ppb;                     /* good to bad, and back */
        uint64_t one_minus_h_ppb, one_minus_k_ppb; /* loss while bad, and while good */
    } gemodel;
    uint64_t duplicate_ppb;
    struct {
        uint64_t probability_ppb;
        uint32_t bits;
    } corrupt;
    struct {
        uint64_t probability_ppb, correlation_ppb;
        uint32_t gap;
    } reorder;
    uint64_t jitter_ns;
    uint32_t distribution; /* enum link_distribution */
    uint32_t queue;        /* which of the option's forms */
    struct {
        uint32_t mark; /* packets; 0: never */
    } droptail;
    struct {
        uint32_t min, max; /* packets */
        uint64_t probability_ppb, weight_ppb;
        bool ecn;
    } red;
    struct link_codel codel;
    struct {
        struct link_codel codel; /* of each of the flows */
        uint32_t flows, quantum_bytes;
    } fq_codel;
    struct {
        uint64_t target_ns, update_ns, burst_ns;
        uint32_t alpha, beta; /* sixteenths of a Hertz */
        bool ecn;
    } pie;
};

enum link_distribution { LINK_UNIFORM, LINK_NORMAL, LINK_PARETO, LINK_PARETONORMAL };

/* ---- the tables: Lua reads names, units, ranges and defaults here, `tcpsim options` prints them.
 * Each lies in the file of what it describes. ---- */

/* How a value is written, and what it is in struct link_settings. */
enum link_type {
    LINK_TIME,        /* uint64_t, nanoseconds */
    LINK_RATE,        /* uint64_t, bits a second */
    LINK_PROBABILITY, /* uint64_t, parts per billion */
    LINK_COUNT,       /* uint32_t */
    LINK_SIZE,        /* uint32_t, octets */
    LINK_SWITCH,      /* bool */
    LINK_CHOICE,      /* uint32_t: which of `choices` */
    LINK_PATTERN,     /* const char *: octets '0' and '1' */
    LINK_ORDINALS,    /* struct link_numbers: ascending, from 1 */
    LINK_DELIVERIES,  /* struct link_numbers: a file of a number a line, or a list */
};
struct link_parameter {
    const char *name;
    enum link_type type;
    size_t offset; /* in struct link_settings */
    uint64_t min, max, otherwise;
    bool required;       /* has no default */
    bool zero_is_off;    /* and may be written as false or "off" */
    const char *off;     /* what 0 means, in words; NULL: it is 0 */
    const char *choices; /* names with a blank between them */
    const char *unit, *help;
};
/* One way of writing an option: a value alone (the first parameter), or a table of the parameters
 * by name or in order. */
struct link_form {
    const char *name; /* as in { gemodel = {…} }; "": the plain one */
    const char *help, *source;
    const struct link_parameter *parameters;
    size_t count;
};
struct link_option {
    const char *name, *help, *source;
    const struct link_form *const *forms; /* the first holds when the option is off */
    size_t form_count;
    bool never_off;
    bool by_name;         /* a form's name alone, as in queue = "codel", is enough */
    size_t chosen_offset; /* by_name: the uint32_t that keeps which form it is */
};
extern const struct link_option *const link_options[];
extern const size_t link_option_count;

/* The option as it is when nobody names it. */
void link_option_reset(const struct link_option *option, struct link_settings *settings);
/* Stores a number, as the parameter's type has it. */
void link_parameter_store(const struct link_parameter *parameter, struct link_settings *settings,
                          uint64_t value);
/* The default in the words of a scenario. */
void link_parameter_default(const struct link_parameter *parameter, char *text, size_t room);

void link_settings_default(struct link_settings *settings);
/* A sentence about values that do not go together, each right by itself; or NULL. */
const char *link_settings_contradiction(const struct link_settings *settings);

/* Names it "a-b", "a-b#2" …. NULL: no memory. Both directions are up. */
struct link *link_create(struct world *world, struct host *a, struct host *b,
                         const struct link_settings settings[2]);
/* From now on. False: no memory. */
bool link_set(struct link *link, enum link_direction direction,
              const struct link_settings *settings);
const struct link_settings *link_get(const struct link *link, enum link_direction direction);
/* "file:line" of whom its settings are by, copied: what octets that it changes are blamed on.
 * False: no memory. */
bool link_set_where(struct link *link, const char *where);
void link_set_up(struct link *link, bool up); /* judged on entry: what is under way arrives */
/* The first one declared between the two, or NULL. */
struct link *link_between(const struct host *a, const struct host *b);
const char *link_name(const struct link *link);
struct host *link_end(const struct link *link,
                      enum link_direction direction); /* who sends that way */

#endif
