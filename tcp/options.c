/* options.c - which TCP options a connection uses, as its two SYNs agree (RFC 9293 3.2, RFC 7323,
 * RFC 2018), and in which order and padding they stand in its segments: a table for each layout. To
 * place an option: a row in each table, and its case in `wanted`. */
#include "tcb.h"

/* ---- layouts ---- */

enum beside { IN_ANY_CASE, BESIDE_TIMESTAMP, WITHOUT_TIMESTAMP };

/* NOPs go in front until the place is `at` modulo `align`. */
struct layout_row {
    uint8_t kind, align, at, when;
};

#define LAYOUT_ROWS 9

struct layout {
    struct layout_row rows[LAYOUT_ROWS];
    bool echo_on_rst; /* a RST that answers a timestamp carries it: RFC 7323 5.2 */
};

static const struct layout layouts[] = {
    /* RFC 7323 appendix A: NOPs in front, so that no field of 32 bits crosses a word. */
    [TCP_LAYOUT_RFC9293] = {{{TCP_OPT_MSS, 4, 0, IN_ANY_CASE},
                             {TCP_OPT_WSCALE, 4, 1, IN_ANY_CASE},
                             {TCP_OPT_SACK_OK, 4, 0, BESIDE_TIMESTAMP},
                             {TCP_OPT_SACK_OK, 4, 2, WITHOUT_TIMESTAMP},
                             {TCP_OPT_TIMESTAMP, 4, 2, IN_ANY_CASE},
                             {TCP_OPT_FAST_OPEN, 4, 0, IN_ANY_CASE},
                             {TCP_OPT_EXPERIMENT, 4, 0, IN_ANY_CASE},
                             {TCP_OPT_USER_TIMEOUT, 4, 0, IN_ANY_CASE},
                             {TCP_OPT_SACK, 4, 2, IN_ANY_CASE}},
                            true},
    [TCP_LAYOUT_LINUX] = {{{TCP_OPT_MSS, 4, 0, IN_ANY_CASE},
                           {TCP_OPT_SACK_OK, 4, 0, BESIDE_TIMESTAMP},
                           {TCP_OPT_SACK_OK, 4, 2, WITHOUT_TIMESTAMP},
                           {TCP_OPT_TIMESTAMP, 4, 2, IN_ANY_CASE},
                           {TCP_OPT_WSCALE, 4, 1, IN_ANY_CASE},
                           {TCP_OPT_FAST_OPEN, 4, 0, IN_ANY_CASE},
                           {TCP_OPT_EXPERIMENT, 4, 0, IN_ANY_CASE},
                           {TCP_OPT_USER_TIMEOUT, 4, 0, IN_ANY_CASE},
                           {TCP_OPT_SACK, 4, 2, IN_ANY_CASE}},
                          false},
    [TCP_LAYOUT_FREEBSD] = {{{TCP_OPT_MSS, 4, 0, IN_ANY_CASE},
                             {TCP_OPT_WSCALE, 2, 1, IN_ANY_CASE},
                             {TCP_OPT_SACK_OK, 2, 0, IN_ANY_CASE},
                             {TCP_OPT_TIMESTAMP, 4, 2, IN_ANY_CASE},
                             {TCP_OPT_FAST_OPEN, 4, 0, IN_ANY_CASE},
                             {TCP_OPT_EXPERIMENT, 4, 0, IN_ANY_CASE},
                             {TCP_OPT_USER_TIMEOUT, 4, 0, IN_ANY_CASE},
                             {TCP_OPT_SACK, 4, 2, IN_ANY_CASE}},
                            false},
};

static const struct layout *layout_of(const struct tcp_options *options)
{
    /* The table of options lets no greater number through. */
    assert(options->option_layout < sizeof layouts / sizeof layouts[0]);
    return &layouts[options->option_layout];
}

static bool wanted(const struct tcp_parsed_options *values, const struct layout_row *row)
{
    if (row->when != IN_ANY_CASE && values->has_timestamp != (row->when == BESIDE_TIMESTAMP)) {
        return false;
    }
    switch (row->kind) {
    case TCP_OPT_MSS: return values->has_mss;
    case TCP_OPT_WSCALE: return values->has_wscale;
    case TCP_OPT_SACK_OK: return values->has_sack_ok;
    case TCP_OPT_TIMESTAMP: return values->has_timestamp;
    case TCP_OPT_FAST_OPEN: return values->has_fast_open && !values->fast_open_experiment;
    case TCP_OPT_EXPERIMENT: return values->has_fast_open && values->fast_open_experiment;
    case TCP_OPT_USER_TIMEOUT: return values->has_user_timeout;
    case TCP_OPT_SACK: return values->sack_count > 0;
    default: return false; /* an empty row */
    }
}

uint8_t options_lay_out(const struct tcp_options *options, const struct tcp_parsed_options *values,
                        uint8_t *octets)
{
    const struct layout *layout = layout_of(options);
    uint8_t len = 0;
    for (unsigned i = 0; i < LAYOUT_ROWS; i++) {
        const struct layout_row *row = &layout->rows[i];
        if (!wanted(values, row)) { continue; }
        while (len % row->align != row->at) { octets[len++] = TCP_OPT_NOP; }
        uint8_t option[TCP_OPTIONS_MAX_BYTES];
        const uint8_t size = wire_option_by_kind(row->kind)->write(values, option);
        if (len + size > TCP_OPTIONS_MAX_BYTES) { continue; /* beside a long cookie */ }
        memcpy(octets + len, option, size);
        len = (uint8_t)(len + size);
    }
    if (values->has_fast_open) {
        while (len % 4 != 0) { octets[len++] = TCP_OPT_NOP; }
    }
    return wire_pad_options(octets, len);
}

/* ---- what the SYNs agree on ---- */

#define REPETITIONS_WITH_OPTIONS 2 /* of a SYN, with syn_drops_options */

/* Whether the SYN that leaves now asks for window scale, SACK and timestamps. */
static bool asks_for_options(const struct tcp_conn *conn)
{
    const struct tcp_options *options = conn_options(conn);
    const bool in_vain =
        conn->state == TCP_SYN_SENT && conn->retransmits > REPETITIONS_WITH_OPTIONS;
    return options->syn_options && !(options->syn_drops_options && in_vain);
}

/* On the SYN all that this end is willing to use; on the SYN,ACK what both are (RFC 7323 2.2, 3.2,
 * RFC 2018 2). DEVIATION: with crossed_syn_options the SYN,ACK that answers a crossing SYN is the
 * SYN once more, as Linux has it: it offers what the other SYN did not, and nothing is used of it.
 */
void options_on_syn(const struct tcp_conn *conn, uint64_t now_ns, struct tcp_segment *out)
{
    const struct tcp_options *options = conn_options(conn);
    const bool crossed = conn->state == TCP_SYN_RECEIVED && !conn->passive;
    const bool first = (out->flags & TCP_ACK) == 0 || (crossed && options->crossed_syn_options);
    if (!options->syn_options) { return; }
    struct tcp_parsed_options values = {.has_mss = true, .mss = conn_announced_mss(conn)};
    const bool wants = asks_for_options(conn);
    values.has_wscale = first ? wants && options->window_scale != 0 : conn->scale_on;
    if (values.has_wscale) { values.wscale = window_scale_for(options); }
    values.has_sack_ok = first ? wants && options->sack : conn->sack_on;
    values.has_timestamp = first ? wants && options->timestamps : conn->ts_on;
    values.ts_val = timestamp_now(conn, now_ns);
    values.ts_ecr = conn->ts_recent; /* 0 on the SYN that opens */
    if (options->uto) { uto_encode(options->uto_advertise_ns, &values); }
    fast_open_on_syn(conn, now_ns, (out->flags & TCP_ACK) == 0, &values);
    out->options_len = options_lay_out(options, &values, out->options);
}

static void shows_scale(const struct tcp_conn *conn, const struct tcp_parsed_options *theirs,
                        bool willing)
{
    if ((willing && conn_options(conn)->window_scale != 0) != theirs->has_wscale) {
        TCP_SHOWS(conn, RFC7323_1);
    }
    if (conn->scale_on && conn->rcv_shift == 0) { TCP_SHOWS(conn, RFC7323_4); }
    if (conn->snd_shift > TCP_SCALE_MAX) { TCP_SHOWS(conn, RFC7323_5); }
}

/* `willing`: this end has asked for them. */
static void agree(struct tcp_conn *conn, const struct arrival *arrival, bool willing)
{
    const struct tcp_options *ours = conn_options(conn);
    const struct tcp_parsed_options *theirs = &arrival->options;
    conn->scale_on = willing && ours->window_scale != 0 && theirs->has_wscale;
    conn->rcv_shift = conn->scale_on ? window_scale_for(ours) : 0;
    conn->snd_shift = conn->scale_on ? theirs->wscale : 0;
    shows_scale(conn, theirs, willing);
    if (conn->snd_shift > TCP_SCALE_MAX) { conn->snd_shift = TCP_SCALE_MAX; }
    conn->sack_on = willing && ours->sack && theirs->has_sack_ok;
    conn->ts_on = willing && ours->timestamps && theirs->has_timestamp;
    timestamps_begin(conn, arrival);
    conn_take_peer_mss(conn, theirs);
}

/* A SYN,ACK agrees to what one of our SYNs has offered, be it not the last. */
void options_of_peer_syn(struct tcp_conn *conn, const struct arrival *arrival)
{
    const struct tcp_options *ours = conn_options(conn);
    const bool answers = (arrival->flags & TCP_ACK) != 0;
    agree(conn, arrival, answers ? ours->syn_options : asks_for_options(conn));
    conn->uto_owed = ours->syn_options && ours->uto;
    uto_arrived(conn, arrival);
    ecn_of_peer_syn(conn, arrival->seg->flags);
}

/* Which of our SYNs the peer has read when both cross, its SYN,ACK tells: where we agreed to
 * nothing as our last one offered nothing, the peer may have read one before. */
void options_of_crossing_syn_ack(struct tcp_conn *conn, const struct arrival *arrival)
{
    const struct tcp_options *ours = conn_options(conn);
    const bool agreed = conn->scale_on || conn->sack_on || conn->ts_on;
    if (ours->syn_drops_options && !agreed) { agree(conn, arrival, ours->syn_options); }
}

/* ---- after the SYNs ---- */

static uint32_t most_option_bytes(const struct tcp_conn *conn)
{
    return TCP_OPTIONS_MAX_BYTES - (conn->ts_on ? TIMESTAMP_BYTES : 0);
}

/* Beside text they keep within the MSS; a repetition, whose bounds stand, may leave them no room.
 */
void options_on_segment(struct tcp_conn *conn, uint64_t now_ns, struct tcp_segment *out,
                        const struct answer *answer)
{
    struct tcp_parsed_options values = {0};
    if (conn->ts_on) {
        values.has_timestamp = true;
        values.ts_val = timestamp_now(conn, now_ns);
        values.ts_ecr = conn->ts_recent;
    }
    const uint32_t text = tcp_payload_len(&out->payload);
    uint32_t room = most_option_bytes(conn);
    if (text > 0) {
        const uint32_t beside = conn->snd_mss > text ? conn->snd_mss - text : 0;
        room = beside < room ? beside : room;
    }
    if (conn->uto_owed && room >= USER_TIMEOUT_BYTES) {
        conn->uto_owed = false;
        TCP_SHOWS(conn, RFC5482_8);
        uto_encode(conn_options(conn)->uto_advertise_ns, &values);
        room -= USER_TIMEOUT_BYTES;
    }
    sack_report(conn, answer, room, &values);
    sack_reported(conn);
    out->options_len = options_lay_out(conn_options(conn), &values, out->options);
}

uint32_t options_beside_text(const struct tcp_conn *conn)
{
    const uint32_t uto = conn->uto_owed ? USER_TIMEOUT_BYTES : 0;
    return uto + sack_report_bytes(conn, most_option_bytes(conn) - uto);
}

/* RFC 7323 5.2: a RST carries a timestamp too; it means something only beside an ACK. */
bool options_echo_on_rst(const struct tcp_options *options)
{
    return layout_of(options)->echo_on_rst;
}

void options_on_rst(const struct tcp_options *options, const struct tcp_segment *cause,
                    struct reply *reply)
{
    if (!layout_of(options)->echo_on_rst) { return; }
    struct tcp_parsed_options parsed;
    wire_parse_options(cause->options, cause->options_len, &parsed);
    if (parsed.has_timestamp) {
        reply->has_timestamp = true;
        reply->ts_ecr = parsed.ts_val;
    }
}
