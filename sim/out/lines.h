/* lines.h - the segments of a run in the order sent, a line each, for exchange and golden. What
 * became of a segment is known only later, so a line waits until its fate is: memory is bounded by
 * what is in flight (and by what a rule holds back for ever). Private to this folder. */
#ifndef TCPSIM_OUT_LINES_H
#define TCPSIM_OUT_LINES_H

#include "output.h"

struct lines;

/* NULL: no memory. The writer is borrowed; want of memory later becomes its error. */
struct lines *lines_create(struct out_writer *writer, bool absolute);
/* A record of any kind: those of segments make lines or tell their fate, all tell the time. */
void lines_record(struct lines *lines, const struct trace_record *record);
/* A line of its own (no newline at its end), in its place among the others. */
void lines_remark(struct lines *lines, const char *text);
/* Writes all that is left; what is still under way is not lost. Takes `lines`. */
void lines_finish(struct lines *lines);

#endif
