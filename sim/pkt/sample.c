/* sample.c - TCP_INFO as code sees it: taken at the event's time, looked at when the script is
 * over.
 */
#include "run.h"

#include <stdio.h>
#include <string.h>

static int64_t us(uint64_t ns) { return (int64_t)(ns / NS_PER_US); }

/* TCPI_OPT_TIMESTAMPS, _SACK, _WSCALE, _ECN, _ECN_SEEN, _SYN_DATA. */
static int64_t options_number(const struct tcp_status *status)
{
    return (int64_t)status->ts_on | status->sack_on << 1 | status->scale_on << 2 |
           status->ecn << 3 | (status->ce_segments > 0) << 4 | status->fast_open << 5;
}

/* tcpi_state, by the kernel's numbers. */
static int64_t state_number(const struct pkt *pkt, enum tcp_state state)
{
    static const char *const names[TCP_STATE_COUNT] = {
        [TCP_CLOSED] = "TCP_CLOSE",
        [TCP_LISTEN] = "TCP_LISTEN",
        [TCP_SYN_SENT] = "TCP_SYN_SENT",
        [TCP_SYN_RECEIVED] = "TCP_SYN_RECV",
        [TCP_ESTABLISHED] = "TCP_ESTABLISHED",
        [TCP_FIN_WAIT_1] = "TCP_FIN_WAIT1",
        [TCP_FIN_WAIT_2] = "TCP_FIN_WAIT2",
        [TCP_CLOSE_WAIT] = "TCP_CLOSE_WAIT",
        [TCP_CLOSING] = "TCP_CLOSING",
        [TCP_LAST_ACK] = "TCP_LAST_ACK",
        [TCP_TIME_WAIT] = "TCP_TIME_WAIT",
    };
    int64_t number = 0;
    /* Linux keeps TIME-WAIT apart from the socket, which is closed. */
    if (state == TCP_TIME_WAIT && pkt->dialect == DIALECT_LINUX) { state = TCP_CLOSED; }
    (void)symbol_number(pkt->numbers, names[state], &number);
    return number;
}

static int64_t ca_state(const struct tcp_status *status)
{
    switch (status->phase) {
    case TCP_SLOW_START:
    case TCP_AVOIDANCE: return status->dup_acks > 0 ? 1 : 0;
    case TCP_RECOVERY: return 3;
    case TCP_LOSS: return 4;
    }
    return 0;
}

/* Segments of ours that the peer has: the SYN with what it took of it, and what other text made. */
static int64_t delivered(const struct fd *fd, const struct tcp_status *status)
{
    const uint64_t mss = status->snd_mss > 0 ? status->snd_mss : 1;
    const bool opened = status->state > TCP_SYN_RECEIVED;
    uint64_t octets = status->octets_acked;
    if (opened && status->fast_open && octets >= fd->syn_octets) { octets -= fd->syn_octets; }
    return (opened ? 1 : 0) + (int64_t)((octets + mss - 1) / mss);
}

static void add(struct pkt *pkt, const struct event *event, const struct sample_field *fields,
                size_t count)
{
    struct code_sample *sample = pkt_take(pkt, sizeof *sample);
    const char **names = pkt_take(pkt, (count + 1) * sizeof *names);
    int64_t *values = pkt_take(pkt, (count + 1) * sizeof *values);
    if (sample == NULL || names == NULL || values == NULL) { return; }
    for (size_t i = 0; i < count; i++) {
        names[i] = fields[i].name;
        values[i] = fields[i].value;
    }
    *sample =
        (struct code_sample){.event = event, .names = names, .values = values, .count = count};
    if (pkt->last_sample != NULL) {
        pkt->last_sample->next = sample;
    } else {
        pkt->samples = sample;
    }
    pkt->last_sample = sample;
}

static int64_t segments(uint32_t octets, uint32_t mss) { return (octets + mss - 1) / mss; }

/* Linux measures it, and begins with the default. */
static int64_t received_mss(const struct pkt *pkt, const struct tcp_status *status)
{
    if (pkt->dialect != DIALECT_LINUX) { return status->rcv_mss; }
    if (status->seen_mss > 0) { return status->seen_mss; }
    return status->rcv_mss < 536 ? status->rcv_mss : 536;
}

static int64_t ms_since(const struct pkt *pkt, uint64_t then_ns)
{
    return (int64_t)((world_now(pkt->world) - then_ns) / NS_PER_MS);
}

/* What the connection knows. */
static size_t status_fields(const struct pkt *pkt, const struct fd *fd,
                            const struct tcp_status *status, struct sample_field *fields)
{
    const uint32_t mss = status->snd_mss > 0 ? status->snd_mss : 1;
    const int64_t ssthresh = status->ssthresh / mss;
    const struct tcp_conn *conn = fd->socket->conn;
    const uint32_t repeated = conn != NULL ? tcp_conn_repeated(conn) : 0;
    const struct sample_field now[] = {
        {"tcpi_state", state_number(pkt, status->state)},
        {"tcpi_ca_state", ca_state(status)},
        {"tcpi_options", options_number(status)},
        {"tcpi_snd_wscale", status->scale_on ? status->snd_shift : 0},
        {"tcpi_rcv_wscale", status->scale_on ? status->rcv_shift : 0},
        {"tcpi_retransmits", status->probes > 0 ? 0 : status->retransmits},
        {"tcpi_backoff", status->probes > 0 ? 0 : status->retransmits},
        {"tcpi_probes", status->probes},
        {"tcpi_snd_mss", status->snd_mss},
        {"tcpi_rcv_mss", received_mss(pkt, status)},
        {"tcpi_advmss", fd->options.mss != 0 ? fd->options.mss : status->rcv_mss},
        {"tcpi_unacked", segments(status->flight, mss)},
        {"tcpi_sacked", segments(status->sacked, mss)},
        {"tcpi_retrans", segments(repeated, mss)},
        {"tcpi_fackets", 0},
        {"tcpi_reordering", 3},
        {"tcpi_total_retrans", status->total_retransmits},
        {"tcpi_rtt", us(status->srtt_ns)},
        {"tcpi_rttvar", us(status->rttvar_ns)},
        {"tcpi_rto", us(status->rto_ns)},
        {"tcpi_ato", us(status->ato_ns)},
        {"tcpi_snd_cwnd", status->cwnd / mss},
        {"tcpi_snd_ssthresh", status->ssthresh >= INT32_MAX ? INT32_MAX : ssthresh},
        {"tcpi_delivered", delivered(fd, status)},
        {"tcpi_dsack_dups", status->dsacks},
        {"tcpi_snd_wnd", status->snd_wnd},
        {"tcpi_rcv_wnd", status->rcv_wnd},
        {"tcpi_bytes_acked", (int64_t)status->octets_acked},
        {"tcpi_bytes_received", (int64_t)status->octets_received},
        {"tcpi_bytes_sent", (int64_t)(status->octets_sent + status->octets_resent)},
        {"tcpi_bytes_retrans", (int64_t)status->octets_resent},
        {"tcpi_notsent_bytes", status->unsent},
        {"tcpi_pmtu", status->path_mtu},
    };
    memcpy(fields, now, sizeof now);
    return sizeof now / sizeof now[0];
}

/* What passed by. */
static size_t count_fields(const struct pkt *pkt, const struct flow *flow,
                           struct sample_field *fields)
{
    const struct sample_field now[] = {
        {"tcpi_segs_in", flow->segments_in},
        {"tcpi_segs_out", flow->segments_out},
        {"tcpi_data_segs_in", flow->texts_in},
        {"tcpi_data_segs_out", flow->texts_out},
        {"tcpi_last_data_sent", ms_since(pkt, flow->text_out_ns)},
        {"tcpi_last_ack_sent", 0}, /* no kernel remembers it */
        {"tcpi_last_data_recv", ms_since(pkt, flow->text_in_ns)},
        {"tcpi_last_ack_recv", ms_since(pkt, flow->ack_in_ns)},
    };
    memcpy(fields, now, sizeof now);
    return sizeof now / sizeof now[0];
}

size_t sample_fields(const struct pkt *pkt, const struct fd *fd,
                     struct sample_field fields[SAMPLE_FIELDS_MAX])
{
    struct tcp_status status;
    host_status(fd->socket, &status);
    const size_t count = status_fields(pkt, fd, &status, fields);
    return count + (fd->flow != NULL ? count_fields(pkt, fd->flow, fields + count) : 0);
}

void sample_take(struct pkt *pkt, const struct event *event)
{
    const struct flow *flow = pkt->under_test;
    const struct fd *fd = flow != NULL ? flow->fd : NULL;
    struct sample_field fields[SAMPLE_FIELDS_MAX];
    const size_t count = fd != NULL && fd->socket != NULL ? sample_fields(pkt, fd, fields) : 0;
    add(pkt, event, fields, count);
}

/* ---- at the end ---- */

static void note(void *context, const char *text)
{
    const struct pkt *pkt = context;
    if (!trace_wants(pkt->config.trace, TRACE_NOTE)) { return; }
    struct trace_record record = {.event = TRACE_NOTE, .time_ns = world_now(pkt->world)};
    record.u.note.text = text;
    trace_emit(pkt->config.trace, &record);
}

void samples_judge(struct pkt *pkt)
{
    char message[512];
    if (pkt->samples == NULL) { return; }
    struct eval *eval = eval_create(pkt->arena);
    if (eval == NULL) {
        pkt->no_memory = true;
        return;
    }
    eval_on_print(eval, note, pkt);
    int64_t number = 0;
    const char *name = symbol_of_code(pkt->numbers, 0, &number);
    for (size_t i = 1; name != NULL; i++) {
        eval_set(eval, name, number);
        name = symbol_of_code(pkt->numbers, i, &number);
    }
    for (const struct code_sample *at = pkt->samples; at != NULL && pkt_going(pkt); at = at->next) {
        uint32_t line = 0;
        for (size_t i = 0; i < at->count; i++) { eval_set(eval, at->names[i], at->values[i]); }
        const enum eval_result result =
            eval_run(eval, at->event->u.text, message, sizeof message, &line);
        line += at->event->line;
        switch (result) {
        case EVAL_HOLDS: break;
        case EVAL_ASSERTION:
            pkt_fail(pkt, line, "error executing code: assertion failed: %s", message);
            break;
        case EVAL_ERROR: pkt_error(pkt, line, "error executing code: %s", message); break;
        case EVAL_UNSUPPORTED: pkt_unsupported(pkt, line, "%s", message); break;
        case EVAL_NO_MEMORY: pkt->no_memory = true; break;
        }
    }
}
