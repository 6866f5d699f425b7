/* timeline_hops.h - a scene of the timeline's test with routers between the hosts. */
#ifndef TCPSIM_TESTS_TIMELINE_HOPS_H
#define TCPSIM_TESTS_TIMELINE_HOPS_H

#include "trace_scene.h"

/* client - r1 - r2 - server, 10 ms each: a segment whose TTL runs out, one lost behind a router,
 * and a handshake. */
void two_routers(struct scene *s);

#endif
