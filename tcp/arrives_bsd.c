/* arrives_bsd.c - what BSD's stacks check of a segment before its ACK field, and in which order:
 * check_order = "bsd". RST and SYN come first, measured from the last ACK that was sent; then the
 * timestamp; then what lies left of the window is cut off, while the ACK field still counts; then
 * text that nobody will read; the right edge last. RFC 9293 3.10.7.4 begins with the sequence
 * number and drops what fails there, ACK field and all.
 *
 * A connection of a listener that is still in SYN-RECEIVED is an entry of a cache (RFC 4987 3.5)
 * that has rules of its own: syn_cache. */
#include "tcb.h"

/* How far `seq` lies behind what was last acknowledged. */
static uint32_t beyond_last_ack(const struct tcp_conn *conn, tcp_seq seq)
{
    return seq - conn->last_ack_sent;
}

static enum verdict discard(struct tcp_conn *conn, const struct arrival *arrival,
                            enum tcp_discard reason)
{
    conn_discard(conn, arrival, reason);
    return DONE;
}

/* The segment is dropped, and answered by what the state sends: an ACK, with our FIN where that is
 * not acknowledged; the SYN,ACK again where a SYN crossed ours. */
static void answer_by_state(struct tcp_conn *conn, const struct arrival *arrival)
{
    if (conn->state == TCP_SYN_RECEIVED && !conn->fast_open.early) {
        syn_ack_repeat(conn, arrival);
    } else {
        ack_owe_limited(conn, arrival, TCP_SENT_ACK_OF);
    }
}

/* ---- RST and SYN ---- */

static enum verdict check_rst(struct tcp_conn *conn, const struct arrival *arrival)
{
    const struct tcp_options *options = conn_options(conn);
    if ((arrival->flags & TCP_RST) == 0) { return GO_ON; }
    const uint32_t offset = beyond_last_ack(conn, arrival->seg->seq);
    const bool exact = offset == 0;
    if (!exact && offset >= window_bsd_taken(conn)) {
        return discard(conn, arrival, TCP_DISCARD_RST_OUT_OF_WINDOW);
    }
    if (!exact && options->challenge_ack && !options->insecure_rst) {
        conn_discard(conn, arrival, TCP_DISCARD_RST_NOT_EXACT);
        ack_owe_limited(conn, arrival, TCP_SENT_CHALLENGE);
        return DONE;
    }
    conn_reset_accepted(conn, arrival, TCP_CAUSE_RST_ARRIVED);
    return DONE;
}

/* RFC 5961 4.2, wherever it stands; in the window RFC 793's rule where it is asked for. */
static enum verdict check_syn(struct tcp_conn *conn, const struct arrival *arrival)
{
    const struct tcp_options *options = conn_options(conn);
    if ((arrival->flags & TCP_SYN) == 0 || conn->state == TCP_SYN_RECEIVED) { return GO_ON; }
    conn_discard(conn, arrival, TCP_DISCARD_SYN_CHALLENGED);
    if (conn->ecn.on && arrival->seg->seq == conn->irs) {
        ecn_syn_repeated(conn, arrival->seg->flags);
    }
    const bool secure = options->challenge_ack && !options->insecure_syn;
    if (secure || beyond_last_ack(conn, arrival->seg->seq) >= window_bsd_taken(conn)) {
        ack_owe_limited(conn, arrival, TCP_SENT_CHALLENGE);
        return DONE;
    }
    conn_send_last_rst(conn, arrival->now_ns, TCP_SENT_ANSWER, arrival->seg->tag);
    conn_finish(conn, arrival->now_ns, TCP_CAUSE_SYN_IN_WINDOW, TCP_ERROR_RESET);
    return DONE;
}

/* ---- timestamps: RFC 7323 5.3, but that only text is answered ---- */

static enum verdict check_timestamp(struct tcp_conn *conn, const struct arrival *arrival)
{
    if (!timestamps_old(conn, arrival)) { return GO_ON; }
    conn_discard(conn, arrival, TCP_DISCARD_OLD_TIMESTAMP);
    if (arrival->len > 0) { answer_by_state(conn, arrival); }
    return DONE;
}

/* ---- the window ---- */

/* What was had before is cut off. An ACK is owed for a segment that holds nothing else. */
static void check_left_edge(const struct tcp_conn *conn, struct arrival *arrival)
{
    if (!seq_lt(arrival->seq, conn->rcv_nxt)) { return; }
    arrival_cut_old(conn, arrival);
    arrival->outside = arrival->len == 0 && (arrival->flags & TCP_FIN) == 0;
}

/* Nobody will read it, and the peer shall not go on sending. */
static enum verdict check_reader(struct tcp_conn *conn, const struct arrival *arrival)
{
    if (!conn->released || arrival->len == 0) { return GO_ON; }
    if (conn->fin_received && conn_options(conn)->late_text != TCP_LATE_TEXT_RESET) {
        return GO_ON;
    }
    conn_discard(conn, arrival, TCP_DISCARD_TEXT_AFTER_CLOSE);
    conn_reply_rst(conn, arrival);
    conn_finish(conn, arrival->now_ns, TCP_CAUSE_DATA_AFTER_CLOSE, TCP_ERROR_RESET);
    return DONE;
}

/* An empty segment may stand at the edge itself, and a FIN behind it. */
static enum verdict check_right_edge(struct tcp_conn *conn, struct arrival *arrival)
{
    const uint32_t window = window_bsd_taken(conn);
    const uint32_t end = arrival->seq + arrival->len - conn->rcv_nxt;
    if (end <= window) {
        conn->rcv_adv = seq_max(conn->rcv_adv, arrival->seq + arrival->len);
        return GO_ON;
    }
    const uint32_t excess = end - window;
    if (excess < arrival->len) {
        arrival->len -= excess;
        conn->rcv_adv = seq_max(conn->rcv_adv, arrival->seq + arrival->len);
    } else if (window == 0 && arrival->seq == conn->rcv_nxt) {
        arrival->len = 0; /* a probe: its ACK field counts */
        arrival->outside = true;
    } else {
        conn_discard(conn, arrival, TCP_DISCARD_OUT_OF_WINDOW);
        answer_by_state(conn, arrival);
        return DONE;
    }
    arrival->flags &= (uint16_t) ~(TCP_PSH | TCP_FIN);
    return GO_ON;
}

/* ---- SYN-RECEIVED after two SYNs have crossed ---- */

static enum verdict check_crossed(struct tcp_conn *conn, const struct arrival *arrival)
{
    const struct tcp_segment *seg = arrival->seg;
    if (conn->state != TCP_SYN_RECEIVED) { return GO_ON; }
    const bool acks = (seg->flags & TCP_ACK) != 0;
    const bool rst = (seg->flags & TCP_RST) != 0;
    const bool bad_ack =
        acks && (seq_leq(seg->ack, conn->snd_una) || seq_gt(seg->ack, conn->snd_nxt));
    if (!bad_ack && (rst || !seq_lt(seg->seq, conn->irs))) { return GO_ON; }
    conn_discard(conn, arrival, TCP_DISCARD_ACK_UNACCEPTABLE);
    if (!rst) { conn_reply_rst(conn, arrival); }
    return DONE;
}

/* Without an ACK the handshake does not go on; text and FIN are kept for when it does. */
static enum verdict check_ack_bit(struct tcp_conn *conn, const struct arrival *arrival)
{
    if ((arrival->flags & TCP_ACK) != 0) { return GO_ON; }
    conn_discard(conn, arrival, TCP_DISCARD_NO_ACK);
    const bool kept =
        conn->state == TCP_SYN_RECEIVED && (arrival->len > 0 || (arrival->flags & TCP_FIN) != 0);
    if (kept) { text_hold(conn, arrival); }
    if (arrival->outside || kept) { answer_by_state(conn, arrival); }
    return DONE;
}

/* ---- TIME-WAIT ---- */

/* No number is compared with the window: whatever is not the ACK that is expected is answered. A
 * SYN that begins anew has been dealt with before. */
static void time_wait_arrives(struct tcp_conn *conn, const struct arrival *arrival)
{
    const struct tcp_segment *seg = arrival->seg;
    if ((seg->flags & TCP_RST) != 0) {
        conn_discard(conn, arrival, TCP_DISCARD_RST_IN_TIME_WAIT);
        return;
    }
    if ((seg->flags & TCP_ACK) == 0) {
        conn_discard(conn, arrival,
                     (seg->flags & TCP_SYN) != 0 ? TCP_DISCARD_OLD_SYN : TCP_DISCARD_NO_ACK);
        return;
    }
    if ((seg->flags & TCP_FIN) != 0 && seg->seq + tcp_segment_len(seg) == conn->rcv_nxt) {
        time_wait_restart(conn, arrival->now_ns);
    }
    conn_discard(conn, arrival, TCP_DISCARD_IGNORED_IN_TIME_WAIT);
    const bool expected = seg->flags == TCP_ACK && arrival->len == 0 && seg->seq == conn->rcv_nxt &&
                          seg->ack == conn->snd_nxt;
    if (!expected) { ack_owe_limited(conn, arrival, TCP_SENT_ACK_OF); }
}

/* ---- the order ---- */

bool bsd_drops_syn_fin(struct tcp_conn *conn, const struct arrival *arrival)
{
    const uint16_t both = TCP_SYN | TCP_FIN;
    if ((arrival->seg->flags & both) != both || conn_options(conn)->syn_fin != TCP_SYN_FIN_DROP) {
        return false;
    }
    conn_discard(conn, arrival, TCP_DISCARD_SYN_WITH_FIN);
    return true;
}

static enum verdict checks_before_window(struct tcp_conn *conn, const struct arrival *arrival)
{
    if (bsd_drops_syn_fin(conn, arrival)) { return DONE; }
    if (conn->ts_on && timestamps_missing(conn, arrival)) {
        return discard(conn, arrival, TCP_DISCARD_NO_TIMESTAMP);
    }
    if (conn->state == TCP_TIME_WAIT) {
        time_wait_arrives(conn, arrival);
        return DONE;
    }
    if (check_crossed(conn, arrival) == DONE || check_rst(conn, arrival) == DONE ||
        check_syn(conn, arrival) == DONE) {
        return DONE;
    }
    return conn->ts_on ? check_timestamp(conn, arrival) : GO_ON;
}

void bsd_arrives(struct tcp_conn *conn, struct arrival *arrival)
{
    const struct arrival whole = *arrival;
    if (checks_before_window(conn, arrival) == DONE) { return; }
    check_left_edge(conn, arrival);
    if (check_reader(conn, arrival) == DONE || check_right_edge(conn, arrival) == DONE) { return; }
    if (conn->ts_on) { timestamps_take(conn, arrival); }
    arrival->flags &= (uint16_t)~TCP_SYN; /* in the window of a crossed open: nothing */
    if (check_ack_bit(conn, arrival) == DONE) { return; }
    if (fifth_check_and_answer(conn, arrival, &whole) == DONE) { return; }
    checks_after_ack(conn, arrival);
}
