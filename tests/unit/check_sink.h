/* check_sink.h - the judge of sim/live/check.h as a sink of a trace: every segment of a host's own
 * TCP is judged where it leaves, and what arrives is told when it does. Segments that a script
 * forged are not judged; that they arrived counts. */
#ifndef TCPSIM_TESTS_CHECK_SINK_H
#define TCPSIM_TESTS_CHECK_SINK_H

#include "../../sim/trace/trace.h"

struct check_sink;
struct check_sink *check_sink_create(void); /* NULL: no memory */
void check_sink_destroy(struct check_sink *sink);
struct trace_sink check_sink_of(struct check_sink *sink);
/* How many segments were judged; of those that may not be the first in words, or "". */
uint64_t check_sink_judged(const struct check_sink *sink);
const char *check_sink_first(const struct check_sink *sink);

#endif
