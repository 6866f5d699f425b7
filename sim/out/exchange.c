/* exchange.c - the output "exchange": the segments of the run in the segment pattern, to be pasted
 * into expect.exchange. */
#include "lines.h"

static void *exchange_begin(struct out_writer *writer, const struct out_options *options)
{
    return lines_create(writer, options->absolute);
}

static void exchange_record(void *state, const struct trace_record *record)
{
    lines_record(state, record);
}

static void exchange_end(void *state) { lines_finish(state); }

const struct output_format output_exchange = {
    .name = "exchange",
    .help = "the segments as patterns, a line each, as expect.exchange reads them",
    .wants = 1u << TRACE_SEGMENT | 1u << TRACE_END,
    .begin = exchange_begin,
    .record = exchange_record,
    .end = exchange_end,
};
