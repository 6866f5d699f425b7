/* golden.c - the output "golden": exchange, with the moves between as lines
 * "# HOST CONN OLD -> NEW (CAUSE)", and the ICMP errors sent as lines "# FROM > TO icmp TYPE about
 * SEGMENT", in the order in which they happened. */
#include "lines.h"

#include <stdio.h>

static void *golden_begin(struct out_writer *writer, const struct out_options *options)
{
    return lines_create(writer, options->absolute);
}

static void golden_record(void *state, const struct trace_record *record)
{
    char conn[128], text[512];
    lines_record(state, record);
    if (record->event == TRACE_STATE) {
        (void)trace_conn_name(&record->u.state.conn, conn, sizeof conn);
        (void)snprintf(text, sizeof text, "# %s %s %s -> %s (%s)", record->u.state.conn.host, conn,
                       tcp_state_name(record->u.state.old_state),
                       tcp_state_name(record->u.state.new_state),
                       tcp_cause_words(record->u.state.cause));
        lines_remark(state, text);
    } else if (record->event == TRACE_ICMP) {
        const struct trace_icmp *icmp = &record->u.icmp;
        if (icmp->action != TRACE_SENT && icmp->action != TRACE_INJECTED) { return; }
        (void)snprintf(text, sizeof text, "# %s > %s icmp %s about %s", icmp->from, icmp->to,
                       icmp->type, icmp->about);
        lines_remark(state, text);
    }
}

static void golden_end(void *state) { lines_finish(state); }

const struct output_format output_golden = {
    .name = "golden",
    .help = "exchange with the state moves between as # lines: what goldens hold",
    .wants = 1u << TRACE_SEGMENT | 1u << TRACE_STATE | 1u << TRACE_ICMP | 1u << TRACE_END,
    .begin = golden_begin,
    .record = golden_record,
    .end = golden_end,
};
