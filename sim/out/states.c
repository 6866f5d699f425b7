/* states.c - the output "states": one move a line, "TIME HOST CONN OLD -> NEW  CAUSE (CLAUSE)". */
#include "output.h"

#include "../core/units.h"

/* The writer is all the state there is. */
static void *states_begin(struct out_writer *writer, const struct out_options *options)
{
    (void)options;
    return writer;
}

static void states_record(void *state, const struct trace_record *record)
{
    char time[40], conn[128];
    (void)units_format_time(record->time_ns, 6, time, sizeof time);
    (void)trace_conn_name(&record->u.state.conn, conn, sizeof conn);
    out_printf(state, "%s %s %s %s -> %s  %s (%s)\n", time, record->u.state.conn.host, conn,
               tcp_state_name(record->u.state.old_state), tcp_state_name(record->u.state.new_state),
               tcp_cause_words(record->u.state.cause), tcp_cause_clause(record->u.state.cause));
}

static void states_end(void *state) { (void)state; }

const struct output_format output_states = {
    .name = "states",
    .help = "the state moves, a line each, with cause and clause",
    .wants = 1u << TRACE_STATE,
    .begin = states_begin,
    .record = states_record,
    .end = states_end,
};
