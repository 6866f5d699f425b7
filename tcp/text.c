/* text.c - RFC 9293 3.10.7.4, seventh and eighth: text and FIN, and the ACK that they owe.
 * SYN-SENT and the states after it share them. */
#include "tcb.h"

/* RFC 9293 3.8.6.3 and RFC 5681 4.2: one decision for all in-order data that arrive together. */
static void owe_ack_of_text(struct tcp_conn *conn, const struct arrival *arrival, bool at_once)
{
    if (ack_policy_looks(conn)) { ack_policy_text(conn, arrival->now_ns, arrival->len); }
    const uint64_t delay_ns = ack_policy_delay(conn);
    if (arrival->len >= conn->rcv_mss && conn->full_segments < 2) { conn->full_segments++; }
    conn->ack_cause = TCP_SENT_ACK_OF;
    conn->ack_cause_tag = arrival->seg->tag;
    if (conn->ack_now) { /* one for several that came together */
        TCP_SHOWS(conn, MUST_58);
        TCP_SHOWS(conn, MUST_59);
    }
    if (at_once || delay_ns == 0 || ack_policy_at_once(conn)) {
        if (conn->full_segments >= 2) {
            TCP_SHOWS(conn, SHLD_18);
            TCP_SHOWS(conn, SHLD_19);
        }
        if (at_once) {
            TCP_SHOWS(conn, RFC5681_13);
            TCP_SHOWS(conn, RFC6582_10);
        }
        conn->ack_now = true;
    } else if (!timer_is_on(conn, TCP_TIMER_DELAYED_ACK)) {
        TCP_SHOWS(conn, SHLD_18);
        timer_set(conn, arrival->now_ns, TCP_TIMER_DELAYED_ACK, arrival->now_ns + delay_ns);
    }
}

/* SHLD-3 of RFC 9293 3.6.1: nobody is there to read what came after the user let go. */
static bool refuse_text_after_release(struct tcp_conn *conn, const struct arrival *arrival)
{
    const bool gap = conn_options(conn)->gap_after_close && seq_gt(arrival->seq, conn->rcv_nxt) &&
                     (arrival->flags & TCP_FIN) != 0;
    if (!conn->released || (arrival->len == 0 && !gap)) { return false; }
    TCP_ROW(conn, TEXT_AFTER_CLOSE);
    TCP_SHOWS(conn, SHLD_3);
    TCP_SHOWS(conn, MAY_1);
    conn_discard(conn, arrival, TCP_DISCARD_TEXT_AFTER_CLOSE);
    conn_send_rst(conn, arrival->now_ns, arrival->seg->ack, TCP_SENT_ANSWER, arrival->seg->tag);
    conn_finish(conn, arrival->now_ns, TCP_CAUSE_DATA_AFTER_CLOSE, TCP_ERROR_RESET);
    return true;
}

/* It is ignored, as the RFC has it; what goes across the FIN resets where kernels do so: one who is
 * in the peer's name has told another end of the stream. */
static void text_after_fin(struct tcp_conn *conn, const struct arrival *arrival)
{
    conn_discard(conn, arrival, TCP_DISCARD_TEXT_AFTER_FIN);
    if (conn_options(conn)->late_text != TCP_LATE_TEXT_ACROSS || conn->state == TCP_TIME_WAIT ||
        !seq_lt(arrival->seg->seq, conn->rcv_nxt)) {
        TCP_ROW(conn, TEXT_AFTER_FIN);
        return;
    }
    conn_reply_rst(conn, arrival);
    conn_finish(conn, arrival->now_ns, TCP_CAUSE_DATA_AFTER_CLOSE, TCP_ERROR_RESET);
}

static void take_text(struct tcp_conn *conn, const struct arrival *arrival)
{
    if (refuse_text_after_release(conn, arrival)) { return; }
    const bool held_some = conn->held.head != NULL || conn->fin_known;
    if (seq_gt(arrival->seq, conn->rcv_nxt)) {
        if (arrival->len > 0 || (arrival->flags & TCP_FIN) != 0) {
            TCP_SHOWS(conn, SHLD_31);
            TCP_SHOWS(conn, MAY_13);
            TCP_SHOWS(conn, RFC5681_13);
            if ((arrival->flags & TCP_FIN) != 0) { TCP_ROW(conn, TEXT_HELD_WITH_FIN); }
            const bool answered = !ack_policy_compress(conn, arrival->now_ns);
            struct sack_block again;
            if (answered) {
                ack_owe_answer(conn, arrival, TCP_SENT_ACK_OF);
            } else if (sack_find_duplicate(conn, arrival, &again)) {
                sack_duplicate(conn, again); /* told by the ACK that waits */
            }
            if (text_is_beyond_limit(conn, arrival)) {
                if (answered) { ack_answer_is_of_dropped(conn, arrival); }
                conn_discard(conn, arrival, TCP_DISCARD_HELD_LIMIT);
            } else {
                text_hold(conn, arrival);
                sack_held(conn, arrival->seq);
            }
        }
        return;
    }
    struct sack_block twice;
    if (conn->sack_on && sack_find_duplicate(conn, arrival, &twice)) {
        sack_duplicate(conn, twice);
        conn->ack_now = true;
    }
    const bool ends = (arrival->flags & TCP_FIN) != 0;
    const bool delayed = ends && conn_options(conn)->fin_ack == TCP_FIN_ACK_DELAYED;
    if (ends) { text_note_fin(conn, arrival->seq, arrival->len); }
    if (delayed) { conn->acks.interactive = true; }
    const bool got_text = text_deliver(conn, arrival);
    const bool got_held = conn->held.head != NULL && text_pull_held(conn, arrival->now_ns);
    if (conn->fin_known && seq_lt(conn->rcv_fin_seq, conn->rcv_nxt)) { conn->fin_known = false; }
    if (conn->sack != NULL) { sack_advanced(conn); }
    if (got_text || got_held) {
        TCP_ROW(conn, TEXT_TAKEN);
        conn->changed = true;
        owe_ack_of_text(conn, arrival, held_some && !delayed);
    }
}

/* Seventh, process the segment text. */
void seventh_process_text(struct tcp_conn *conn, const struct arrival *arrival)
{
    switch (conn->state) {
    case TCP_ESTABLISHED:
    case TCP_FIN_WAIT_1:
    case TCP_FIN_WAIT_2: take_text(conn, arrival); return;
    case TCP_CLOSE_WAIT:
    case TCP_CLOSING:
    case TCP_LAST_ACK:
    case TCP_TIME_WAIT:
        if (arrival->len > 0) { text_after_fin(conn, arrival); }
        return;
    case TCP_CLOSED:
    case TCP_LISTEN:
    case TCP_SYN_SENT:
    case TCP_SYN_RECEIVED: return;
    }
}

static void fin_is_next(struct tcp_conn *conn, const struct arrival *arrival)
{
    TCP_ROW(conn, FIN_TAKEN);
    TCP_SHOWS(conn, MUST_12);
    TCP_SHOWS(conn, UNL_29);
    conn->fin_received = true;
    conn->rcv_nxt++;
    runs_clear(conn->host, &conn->held);
    conn->rcv_adv = seq_max(conn->rcv_adv, conn->rcv_nxt);
    if (conn->sack != NULL) { sack_advanced(conn); }
    conn->ack_cause = TCP_SENT_ACK_OF;
    conn->ack_cause_tag = arrival->seg->tag;
    if (conn_options(conn)->fin_ack == TCP_FIN_ACK_AT_ONCE) {
        conn->ack_now = true;
    } else {
        conn->acks.interactive = true; /* nothing more will come that a quick ACK could hasten */
        owe_ack_of_text(conn, &(struct arrival){.seg = arrival->seg, .now_ns = arrival->now_ns},
                        conn->state != TCP_ESTABLISHED);
    }
}

/* Eighth, check the FIN bit. A FIN that came out of order is processed when its turn comes. */
void eighth_check_fin(struct tcp_conn *conn, const struct arrival *arrival)
{
    if (!conn->fin_known || conn->fin_received || conn->rcv_nxt != conn->rcv_fin_seq) {
        if (conn->fin_received && (arrival->flags & TCP_FIN) != 0) { TCP_ROW(conn, FIN_AGAIN); }
        return;
    }
    switch (conn->state) {
    case TCP_ESTABLISHED:
        fin_is_next(conn, arrival);
        tcp_enter(conn, arrival->now_ns, TCP_CLOSE_WAIT, TCP_CAUSE_FIN_ARRIVED);
        return;
    case TCP_FIN_WAIT_1: /* our FIN is not acknowledged, or the fifth check had moved us on */
        fin_is_next(conn, arrival);
        tcp_enter(conn, arrival->now_ns, TCP_CLOSING, TCP_CAUSE_FIN_ARRIVED);
        return;
    case TCP_FIN_WAIT_2:
        fin_is_next(conn, arrival);
        time_wait_enter(conn, arrival->now_ns, TCP_CAUSE_FIN_ARRIVED);
        return;
    case TCP_CLOSED:
    case TCP_LISTEN:
    case TCP_SYN_SENT:
    case TCP_SYN_RECEIVED:
    case TCP_CLOSE_WAIT:
    case TCP_CLOSING:
    case TCP_LAST_ACK:
    case TCP_TIME_WAIT: return;
    }
}

/* SYN-RECEIVED has just been left: what came before its time, on the SYN or ahead of the ACK, is
 * taken. */
void text_take_early(struct tcp_conn *conn, const struct arrival *arrival)
{
    if (text_pull_held(conn, arrival->now_ns)) { owe_ack_of_text(conn, arrival, true); }
}

/* A connection has just been established: what the segment holds, and what was kept before, is
 * taken. */
void conn_open_accepted_text(struct tcp_conn *conn, struct arrival *arrival)
{
    (void)window_offer(conn, true);
    keepalive_restart(conn, arrival->now_ns);
    arrival_trim(conn, arrival);
    sixth_check_urg(conn, arrival);
    seventh_process_text(conn, arrival);
    eighth_check_fin(conn, arrival);
}

/* What the fifth check lets pass. */
void checks_after_ack(struct tcp_conn *conn, struct arrival *arrival)
{
    conn->rcv_tos = arrival->seg->tos;
    if (arrival->outside) { conn_discard(conn, arrival, TCP_DISCARD_OUT_OF_WINDOW); }
    if (arrival->options.has_user_timeout) { uto_arrived(conn, arrival); }
    if (conn->ecn.on) { ecn_text_arrives(conn, arrival->seg); }
    sixth_check_urg(conn, arrival);
    if (edges_answer(conn, arrival) == DONE) { return; }
    seventh_process_text(conn, arrival);
    eighth_check_fin(conn, arrival);
}
