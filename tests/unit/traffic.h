/* traffic.h - many packets over one link between two hosts without TCP, and what became of each:
 * for tests of links by statistics, and of queues against their published algorithms.
 *
 * Order of use: traffic_create; traffic_plan for each packet, in order of time; traffic_run; look
 * at fates; traffic_destroy. */
#ifndef TCPSIM_TESTS_TRAFFIC_H
#define TCPSIM_TESTS_TRAFFIC_H

#include "sim/core/units.h"
#include "sim/net/world.h"

#define TRAFFIC_HEADERS 40u /* of IPv4 and TCP */

/* What one packet is to be. */
struct planned {
    uint64_t at_ns;
    uint32_t bytes; /* of the IP packet, from TRAFFIC_HEADERS */
    uint16_t flow;  /* its source port is 1000 + flow */
    uint8_t tos;
};

struct fate {
    uint64_t delivered_ns; /* TIME_NEVER: not */
    uint32_t place;        /* among those delivered, from 1 */
    uint32_t copies;       /* delivered, beside it */
    char reason[16];       /* why it was dropped, or "" */
    bool marked, corrupted, discarded;
    uint32_t flipped; /* bits, when it was corrupted */
};

struct traffic {
    struct arena *arena;
    struct trace trace;
    struct world *world;
    struct host *hosts[2];
    struct link *link;
    struct world_task sender;
    struct planned *plan;
    struct fate *fates;
    size_t count, room, sent;
    uint32_t delivered;
    /* May change the link on the way: before packet number `sent`. */
    void (*before)(struct traffic *traffic);
    uint64_t random; /* its numbers' state */
};

struct traffic *traffic_create(const struct link_settings *settings, uint64_t seed, size_t room);
void traffic_plan(struct traffic *traffic, struct planned packet);
void traffic_run(struct traffic *traffic);
void traffic_destroy(struct traffic *traffic);

/* Numbers for plans: not the simulator's. Uniform in (0, 1). */
double traffic_random(uint64_t *state);
uint64_t traffic_below(uint64_t *state, uint64_t n);

/* Chi-squared of counts against their expectations. */
double chi_squared(const double *observed, const double *expected, size_t count);
/* |successes - n p| in standard deviations. */
double deviation(double successes, double n, double p);

#endif
