/* other_states.c - RFC 9293 3.10.7.4: the ordered checks, first to fifth, in the states from
 * SYN-RECEIVED on. The sixth to the eighth are in text.c. */
#include "tcb.h"

/* RFC 9293 3.4: the four cases. */
static bool segment_is_acceptable(const struct tcp_conn *conn, const struct tcp_segment *seg)
{
    const uint32_t window = conn->rcv_adv - conn->rcv_nxt;
    const uint32_t len = tcp_segment_len(seg);
    const tcp_seq last = seg->seq + len - 1;
    if (len == 0) {
        return window == 0
                   ? seg->seq == conn->rcv_nxt
                   : seq_geq(seg->seq, conn->rcv_nxt) && seq_lt(seg->seq, conn->rcv_nxt + window);
    }
    if (window == 0) { return false; }
    return (seq_geq(seg->seq, conn->rcv_nxt) && seq_lt(seg->seq, conn->rcv_nxt + window)) ||
           (seq_geq(last, conn->rcv_nxt) && seq_lt(last, conn->rcv_nxt + window));
}

void arrival_cut_old(const struct tcp_conn *conn, struct arrival *arrival)
{
    if ((arrival->flags & TCP_SYN) != 0 && seq_lt(arrival->seq, conn->rcv_nxt)) {
        arrival->flags &= (uint16_t)~TCP_SYN;
        arrival->seq++;
    }
    if (seq_lt(arrival->seq, conn->rcv_nxt)) {
        const uint32_t old = conn->rcv_nxt - arrival->seq;
        const uint32_t cut = old < arrival->len ? old : arrival->len;
        arrival->skip += cut;
        arrival->len -= cut;
        if (old > cut) {
            arrival->flags &= (uint16_t)~TCP_FIN; /* it lies left of the window as well */
        }
        arrival->seq = conn->rcv_nxt;
    }
}

void arrival_trim(const struct tcp_conn *conn, struct arrival *arrival)
{
    arrival_cut_old(conn, arrival);
    const uint32_t offset = arrival->seq - conn->rcv_nxt;
    const uint32_t window = conn->rcv_adv - conn->rcv_nxt;
    const uint32_t room = window > offset ? window - offset : 0;
    if (arrival->len > room) {
        arrival->len = room;
        arrival->flags &= (uint16_t)~TCP_FIN;
    } else if (arrival->len == room && (arrival->flags & TCP_FIN) != 0 && arrival->len > 0) {
        arrival->flags &= (uint16_t)~TCP_FIN; /* the FIN is the first octet beyond */
    }
}

/* DEVIATION: a SYN,ACK that crosses ours in a simultaneous open lies left of RCV.NXT; RFC 9293
 * figure 7 lets it complete the handshake, the strict order of the checks does not (appendix A.2).
 * The figure is followed. */
static bool completes_simultaneous_open(const struct tcp_conn *conn, const struct tcp_segment *seg)
{
    return conn->state == TCP_SYN_RECEIVED && !conn->passive && seg->seq == conn->irs &&
           (seg->flags & (TCP_SYN | TCP_ACK | TCP_RST)) == (TCP_SYN | TCP_ACK) &&
           seq_gt(seg->ack, conn->snd_una) && seq_leq(seg->ack, conn->snd_nxt);
}

/* RFC 9293 3.4: with a window of zero nothing is acceptable, but ACK and RST of what stands at
 * RCV.NXT are taken; the text is answered with an ACK. */
static bool only_window_is_closed(const struct tcp_conn *conn, const struct tcp_segment *seg)
{
    return conn->rcv_adv == conn->rcv_nxt && seg->seq == conn->rcv_nxt &&
           (seg->flags & TCP_SYN) == 0;
}

/* The SYN,ACK was lost, or is late: it is sent once more. Its timer runs on. */
void syn_ack_repeat(struct tcp_conn *conn, const struct arrival *arrival)
{
    conn->syn_owed = true;
    conn->syn_times++;
    conn->total_retransmits++;
    conn->timing = false; /* Karn */
    conn->sent_cause = TCP_SENT_ANSWER;
    conn->sent_cause_tag = arrival->seg->tag;
}

static void shows_acceptable(const struct tcp_conn *conn, const struct arrival *arrival)
{
    const bool ordinary = (arrival->flags & (TCP_RST | TCP_SYN)) == 0;
    if (conn->rcv_adv == conn->rcv_nxt) {
        TCP_ROW(conn, ZERO_WINDOW_EMPTY);
        TCP_SHOWS(conn, UNL_3);
    } else if (!seq_gt(arrival->seg->seq, conn->rcv_nxt)) {
        TCP_ROW(conn, SEQ_IN_ORDER);
    } else if (ordinary) {
        TCP_ROW(conn, SEQ_AHEAD);
    }
}

/* A segment that fails the first check, and is no RST. */
static void shows_unacceptable(const struct tcp_conn *conn, const struct arrival *arrival)
{
    const struct tcp_segment *seg = arrival->seg;
    TCP_ROW(conn, SEQ_UNACCEPTABLE);
    TCP_SHOWS(conn, UNL_3);
    TCP_SHOWS(conn, UNL_7);
    if ((seg->flags & TCP_SYN) != 0) {
        TCP_ROW(conn, SEQ_UNACCEPTABLE_SYN);
        if (seg->seq == conn->irs) { TCP_ROW(conn, REPEATED_SYN); }
        if (conn->syn_acked) {
            TCP_ROW(conn, SYN_CHALLENGED);
            TCP_SHOWS(conn, UNL_19);
            TCP_SHOWS(conn, RFC5961_6);
        }
        if (seg->seq + 1 == conn->rcv_nxt) { TCP_SHOWS(conn, RFC5961_8); }
    }
    if ((seg->flags & TCP_FIN) != 0 && seg->seq + tcp_segment_len(seg) == conn->rcv_nxt) {
        TCP_ROW(conn, REPEATED_FIN);
    }
}

static enum verdict first_check_sequence(struct tcp_conn *conn, struct arrival *arrival)
{
    const struct tcp_segment *seg = arrival->seg;
    if (is_syn_again(conn, seg)) {
        conn_discard(conn, arrival, TCP_DISCARD_REPEATED_SYN);
        if (conn->ecn.on) { ecn_syn_repeated(conn, seg->flags); }
        syn_ack_repeat(conn, arrival);
        return DONE;
    }
    if (completes_simultaneous_open(conn, seg)) {
        options_of_crossing_syn_ack(conn, arrival);
        if (conn->ts_on) { timestamps_take(conn, arrival); }
        if (conn_options(conn)->simultaneous_ack) { ack_owe_duplicate_syn(conn, arrival); }
        arrival_trim(conn, arrival);
        return GO_ON;
    }
    if (edges_decide(conn) ? edges_let_in(conn, arrival) : segment_is_acceptable(conn, seg)) {
        if (conn_is_marked(conn)) { shows_acceptable(conn, arrival); }
        if (conn->ts_on) { timestamps_take(conn, arrival); }
        arrival_trim(conn, arrival);
        return GO_ON;
    }
    if (only_window_is_closed(conn, seg) && !edges_decide(conn)) {
        if (conn->ts_on) { timestamps_take(conn, arrival); }
        if ((seg->flags & TCP_RST) == 0) {
            TCP_ROW(conn, ZERO_WINDOW_TEXT);
            TCP_ROW(conn, SEQ_UNACCEPTABLE);
            TCP_SHOWS(conn, UNL_3);
            TCP_SHOWS(conn, UNL_13);
            TCP_SHOWS(conn, MAY_8);
            arrival->outside = true;
        }
        arrival->len = 0;
        arrival->flags &= (uint16_t)~TCP_FIN;
        return GO_ON;
    }
    if ((seg->flags & TCP_RST) != 0 && is_rst_of_fin(conn, seg)) { return GO_ON; }
    if ((seg->flags & TCP_RST) != 0) {
        TCP_ROW(conn, SEQ_UNACCEPTABLE_RST);
        TCP_SHOWS(conn, UNL_27);
        TCP_SHOWS(conn, RFC5961_1);
        conn_discard(conn, arrival, TCP_DISCARD_RST_OUT_OF_WINDOW);
        return DONE;
    }
    shows_unacceptable(conn, arrival);
    if (conn->state == TCP_TIME_WAIT && (seg->flags & TCP_FIN) != 0 &&
        seg->seq + tcp_segment_len(seg) == conn->rcv_nxt) {
        /* our last ACK was lost; 3.10.7.4 fifth means this one */
        TCP_ROW(conn, OLD_FIN);
        time_wait_restart(conn, arrival->now_ns);
    }
    const bool repeated_syn = (seg->flags & TCP_SYN) != 0 && seg->seq == conn->irs;
    conn_discard(conn, arrival,
                 repeated_syn ? TCP_DISCARD_REPEATED_SYN : TCP_DISCARD_OUT_OF_WINDOW);
    if (repeated_syn && conn->ecn.on) { ecn_syn_repeated(conn, seg->flags); }
    if (repeated_syn && conn->state == TCP_SYN_RECEIVED && (seg->flags & TCP_ACK) == 0 &&
        !edges_decide(conn) && conn_options(conn)->repeated_syn == TCP_REPEATED_SYN_SYN_ACK) {
        syn_ack_repeat(conn, arrival);
        return DONE;
    }
    if (seq_lt(seg->seq, conn->rcv_nxt) && tcp_segment_len(seg) > 0 && !repeated_syn) {
        ack_policy_duplicate(conn);
    }
    const bool challenged = (seg->flags & TCP_SYN) != 0 && edges_decide(conn);
    ack_owe_limited(conn, arrival, challenged ? TCP_SENT_CHALLENGE : TCP_SENT_ACK_OF);
    return DONE;
}

void conn_reset_accepted(struct tcp_conn *conn, const struct arrival *arrival, enum tcp_cause cause)
{
    if (cause == TCP_CAUSE_RST_ARRIVED) {
        TCP_ROW(conn, RST_ACCEPTED);
        TCP_SHOWS(conn, UNL_9);
        TCP_SHOWS(conn, RFC5961_2);
        if (arrival->seg->seq == conn->last_ack_sent) { TCP_SHOWS(conn, RFC5961_5); }
        TCP_SHOWS(conn, RFC5961_7);
        if (conn_options(conn)->challenge_ack) { TCP_SHOWS(conn, UNL_17); }
        if (arrival->len > 0) { TCP_SHOWS(conn, SHLD_2); }
        if (conn->rcv_adv == conn->rcv_nxt) { TCP_SHOWS(conn, MUST_66); }
    }
    switch (conn->state) {
    case TCP_SYN_RECEIVED:
        TCP_SHOWS(conn, MUST_11);
        if (conn->passive) { TCP_ROW(conn, RST_ACCEPTED_PASSIVE); }
        if (!conn->passive) { TCP_ROW(conn, RST_ACCEPTED_ACTIVE); }
        if (conn->old != NULL) {
            HOST_ROW(conn->host, TCP_TIME_WAIT, REOPEN_WAS_OLD);
            time_wait_return(conn, arrival->now_ns);
        } else if (conn->fast_open.early) { /* the user has it, or may */
            conn_finish(conn, arrival->now_ns, cause, TCP_ERROR_RESET);
        } else if (conn->passive) {
            conn_drop_buffers(conn);
            timer_stop_all(conn, arrival->now_ns);
            host_unready(conn);
            host_unhash(conn->host, conn);
            listen_child_gone(conn);
            tcp_enter(conn, arrival->now_ns, TCP_LISTEN, cause);
        } else {
            conn_finish(conn, arrival->now_ns, cause, TCP_ERROR_REFUSED);
        }
        return;
    case TCP_ESTABLISHED:
    case TCP_FIN_WAIT_1:
    case TCP_FIN_WAIT_2:
    case TCP_CLOSE_WAIT:
    case TCP_CLOSING:
    case TCP_LAST_ACK:
        /* 3.10.7.4 signals nothing in CLOSING and LAST-ACK; 3.5.3 and MUST-12 want the user told.
         */
        TCP_SHOWS(conn, MUST_12);
        conn_finish(conn, arrival->now_ns, cause, TCP_ERROR_RESET);
        return;
    case TCP_TIME_WAIT: conn_finish(conn, arrival->now_ns, cause, TCP_OK); return;
    case TCP_CLOSED:
    case TCP_LISTEN:
    case TCP_SYN_SENT: return;
    }
}

static enum verdict second_check_rst(struct tcp_conn *conn, const struct arrival *arrival)
{
    if ((arrival->flags & TCP_RST) == 0) { return GO_ON; }
    if (conn->state == TCP_TIME_WAIT && time_wait_ignores_rst(conn, arrival->now_ns)) {
        TCP_ROW(conn, RST_IGNORED);
        conn_discard(conn, arrival, TCP_DISCARD_RST_IN_TIME_WAIT);
        return DONE;
    }
    const bool exact = arrival->seg->seq == conn->rcv_nxt || is_rst_of_fin(conn, arrival->seg) ||
                       is_rst_of_sack(conn, arrival->seg);
    if (conn_options(conn)->challenge_ack && !conn_options(conn)->insecure_rst && !exact) {
        TCP_ROW(conn, RST_CHALLENGED);
        TCP_SHOWS(conn, UNL_18);
        TCP_SHOWS(conn, RFC5961_3);
        if (conn->held.head == NULL) { TCP_SHOWS(conn, RFC5961_14); }
        conn_discard(conn, arrival, TCP_DISCARD_RST_NOT_EXACT);
        ack_owe_limited(conn, arrival, TCP_SENT_CHALLENGE);
        return DONE;
    }
    if (conn->state == TCP_TIME_WAIT) { TCP_SHOWS(conn, RFC1337_1); }
    conn_reset_accepted(conn, arrival, TCP_CAUSE_RST_ARRIVED);
    return DONE;
}

static enum verdict fourth_check_syn(struct tcp_conn *conn, const struct arrival *arrival)
{
    if ((arrival->flags & TCP_SYN) == 0) { return GO_ON; }
    if (conn->state == TCP_SYN_RECEIVED && conn->passive) {
        TCP_ROW(conn, SYN_RETURNS_TO_LISTEN);
        conn_discard(conn, arrival, TCP_DISCARD_SYN_RETURNS_TO_LISTEN);
        if (conn_options(conn)->syn_received_syn == TCP_SYN_RECEIVED_SYN_RESET) {
            conn_reply_rst(conn, arrival);
        }
        conn_reset_accepted(conn, arrival, TCP_CAUSE_SYN_IN_WINDOW);
        return DONE;
    }
    conn_discard(conn, arrival, TCP_DISCARD_SYN_CHALLENGED);
    if (conn_options(conn)->challenge_ack && !conn_options(conn)->insecure_syn) {
        TCP_ROW(conn, SYN_CHALLENGED);
        TCP_SHOWS(conn, UNL_19);
        TCP_SHOWS(conn, RFC5961_6);
        ack_owe_limited(conn, arrival, TCP_SENT_CHALLENGE);
        return DONE;
    }
    /* RFC 793's rule. */
    TCP_ROW(conn, SYN_RESETS);
    if (conn_options(conn)->abort_ack) {
        conn_send_last_rst(conn, arrival->now_ns, TCP_SENT_ANSWER, arrival->seg->tag);
    } else {
        conn_reply_rst(conn, arrival);
    }
    conn_finish(conn, arrival->now_ns, TCP_CAUSE_SYN_IN_WINDOW, TCP_ERROR_RESET);
    return DONE;
}

/* RFC 5961 5.2 (MAY-12): an ACK that is too old, or of what was never sent, discards the segment.
 */
static enum verdict check_ack_is_plausible(struct tcp_conn *conn, const struct arrival *arrival)
{
    const tcp_seq ack = arrival->seg->ack;
    const bool unsent = seq_gt(ack, conn->snd_nxt);
    if (unsent && conn_options(conn)->check_order == TCP_CHECKS_BSD) { return GO_ON; }
    const bool too_old =
        seq_lt(ack, conn->snd_una - ack_reach(conn)) && !conn_options(conn)->insecure_ack;
    const bool resets = conn->state == TCP_SYN_RECEIVED &&
                        conn_options(conn)->syn_received_ack == TCP_SYN_RECEIVED_ACK_RESET;
    if (!(conn_options(conn)->challenge_ack && (unsent || too_old)) || resets) { return GO_ON; }
    TCP_ROW(conn, ACK_IMPLAUSIBLE);
    TCP_SHOWS(conn, MAY_12);
    TCP_SHOWS(conn, UNL_20);
    TCP_SHOWS(conn, RFC5961_9);
    TCP_SHOWS(conn, RFC5961_10);
    if (too_old) { TCP_SHOWS(conn, RFC5961_11); }
    conn_discard(conn, arrival, unsent ? TCP_DISCARD_ACK_OF_UNSENT : TCP_DISCARD_ACK_TOO_OLD);
    ack_owe_limited(conn, arrival, TCP_SENT_CHALLENGE);
    return DONE;
}

static void shows_handshake_done(const struct tcp_conn *conn, const struct arrival *arrival)
{
    TCP_ROW(conn, SYN_RECEIVED_ACK);
    if (!conn->passive) {
        TCP_SHOWS(conn, MUST_10);
        TCP_SHOWS(conn, RFC1122_3);
        if (arrival->seg->seq == conn->irs) { TCP_ROW(conn, SYN_RECEIVED_ACK_CROSSED); }
    }
    if (arrival->len > 0) { TCP_ROW(conn, SYN_RECEIVED_ACK_TEXT); }
    if ((arrival->flags & TCP_FIN) != 0) { TCP_ROW(conn, SYN_RECEIVED_ACK_FIN); }
    if (conn->close_called) { TCP_ROW(conn, CLOSE_QUEUED_DONE); }
}

static enum verdict syn_received_check_ack(struct tcp_conn *conn, struct arrival *arrival)
{
    const struct tcp_segment *seg = arrival->seg;
    if (seq_leq(seg->ack, conn->snd_una) || seq_gt(seg->ack, conn->snd_nxt)) {
        TCP_ROW(conn, SYN_RECEIVED_BAD_ACK);
        TCP_SHOWS(conn, UNL_6);
        conn_discard(conn, arrival, TCP_DISCARD_ACK_UNACCEPTABLE);
        conn_reply_rst(conn, arrival);
        return DONE;
    }
    if (!conn->fast_open.early && !listen_may_establish(conn)) {
        listen_overflows(conn, arrival);
        return DONE;
    }
    if (listen_defers(conn, arrival)) {
        conn_discard(conn, arrival, TCP_DISCARD_ACCEPT_DEFERRED);
        return DONE;
    }
    conn->snd_wnd = window_of_arrival(conn, seg);
    conn->max_snd_wnd = conn->snd_wnd > conn->max_snd_wnd ? conn->snd_wnd : conn->max_snd_wnd;
    conn->snd_wl1 = seg->seq;
    conn->snd_wl2 = seg->ack;
    shows_handshake_done(conn, arrival);
    ack_of_syn(conn, arrival);
    tcp_enter(conn, arrival->now_ns, TCP_ESTABLISHED, TCP_CAUSE_SYN_ACKED);
    time_wait_forget_old(conn);
    if (!conn->fast_open.early) { listen_child_established(conn, arrival->now_ns); }
    keepalive_restart(conn, arrival->now_ns);
    if (conn->close_called) { /* 3.10.4: a CLOSE that waited for the handshake */
        tcp_enter(conn, arrival->now_ns, TCP_FIN_WAIT_1, TCP_CAUSE_CLOSE_CALLED);
    }
    text_take_early(conn, arrival);
    arrival_trim(conn, arrival); /* RCV.NXT may have moved past what this segment repeats */
    return GO_ON;
}

/* ESTABLISHED's part of the fifth check, which most states do. `of_syn`: it has just acknowledged
 * our SYN, and is no duplicate though it says nothing more. */
static enum verdict take_ack(struct tcp_conn *conn, const struct arrival *arrival, bool of_syn)
{
    const tcp_seq ack = arrival->seg->ack;
    if (seq_gt(ack, conn->snd_nxt)) {
        TCP_ROW(conn, ACK_OF_UNSENT);
        conn_discard(conn, arrival, TCP_DISCARD_ACK_OF_UNSENT);
        ack_owe_limited(conn, arrival, TCP_SENT_ACK_OF);
        return DONE;
    }
    const bool is_new = seq_gt(ack, conn->snd_una);
    const uint32_t dsacks = conn->dsacks;
    /* Such an ACK is no sign of a loss. */
    const bool reports_duplicate = conn->sack_on && arrival->options.sack_count > 0 &&
                                   seq_geq(ack, conn->snd_una) && sack_arrives(conn, arrival);
    if (!conn->syn_acked && is_new) {
        ack_of_syn(conn, arrival); /* CLOSE came before the handshake was complete */
    } else if (is_new) {
        TCP_ROW(conn, ACK_ADVANCES);
        ack_advance(conn, arrival);
    } else if (!reports_duplicate) {
        TCP_ROW(conn, ACK_DUPLICATE);
        TCP_SHOWS(conn, RFC1122_2);
        if (!of_syn) { ack_duplicate(conn, arrival); }
    }
    if (conn_options(conn)->tlp) { tlp_ack_arrives(conn, arrival, is_new, dsacks); }
    if (conn->ecn.on) { ecn_ack_arrives(conn, arrival); }
    if (seq_geq(ack, conn->snd_una)) { ack_update_window(conn, arrival, is_new); }
    return GO_ON;
}

static void shows_fin_acked(const struct tcp_conn *conn, bool acked)
{
    if (acked) { TCP_ROW(conn, FIN_ACKED); }
    if (!acked) { TCP_ROW(conn, FIN_NOT_ACKED); }
}

static enum verdict fifth_check_ack(struct tcp_conn *conn, struct arrival *arrival)
{
    if ((arrival->flags & TCP_ACK) == 0) {
        TCP_ROW(conn, ACK_OFF);
        conn_discard(conn, arrival, TCP_DISCARD_NO_ACK);
        return DONE;
    }
    if (check_ack_is_plausible(conn, arrival) == DONE) { return DONE; }
    const bool of_syn = conn->state == TCP_SYN_RECEIVED;
    if (of_syn && syn_received_check_ack(conn, arrival) == DONE) { return DONE; }
    if (take_ack(conn, arrival, of_syn) == DONE) { return DONE; }
    const bool fin_acked = ack_covers_fin(conn);
    switch (conn->state) {
    case TCP_FIN_WAIT_1:
        if (fin_acked) {
            TCP_ROW(conn, FIN_ACKED);
            if ((arrival->flags & TCP_FIN) != 0) { TCP_ROW(conn, FIN_ACKED_BY_FIN); }
            tcp_enter(conn, arrival->now_ns, TCP_FIN_WAIT_2, TCP_CAUSE_FIN_ACKED);
            TCP_ROW(conn, ACK_NOTHING_OUT);
            fin_wait_2_limit(conn, arrival->now_ns);
        }
        return GO_ON;
    case TCP_CLOSING:
        shows_fin_acked(conn, fin_acked);
        if (!fin_acked) { return DONE; }
        time_wait_enter(conn, arrival->now_ns, TCP_CAUSE_FIN_ACKED);
        arrival->repeats = false;
        return GO_ON;
    case TCP_LAST_ACK:
        shows_fin_acked(conn, fin_acked);
        if (fin_acked) { conn_finish(conn, arrival->now_ns, TCP_CAUSE_FIN_ACKED, TCP_OK); }
        return fin_acked ? DONE : GO_ON;
    case TCP_TIME_WAIT:
        /* The only thing expected is a repeated FIN, which fails the first check. An acceptable
         * segment is not acknowledged: two ends in TIME-WAIT would do it for ever. */
        TCP_ROW(conn, TIME_WAIT_IGNORES);
        conn_discard(conn, arrival, TCP_DISCARD_IGNORED_IN_TIME_WAIT);
        time_wait_answer(conn, arrival);
        return DONE;
    case TCP_ESTABLISHED:
    case TCP_FIN_WAIT_2:
    case TCP_CLOSE_WAIT:
    case TCP_CLOSED:
    case TCP_LISTEN:
    case TCP_SYN_SENT:
    case TCP_SYN_RECEIVED: break;
    }
    return GO_ON;
}

/* A segment outside of the window draws one ACK, whatever its ACK field says. */
enum verdict fifth_check_and_answer(struct tcp_conn *conn, struct arrival *arrival,
                                    const struct arrival *whole)
{
    const uint16_t answers = conn->answers;
    const enum verdict verdict = fifth_check_ack(conn, arrival);
    if (arrival->outside && conn->answers == answers && conn->state != TCP_CLOSED) {
        ack_owe_limited(conn, whole, TCP_SENT_ACK_OF);
    }
    return verdict;
}

/* Text that nobody will read, from a peer that has closed. */
static enum verdict late_text(struct tcp_conn *conn, const struct arrival *arrival)
{
    const bool late = conn->state == TCP_CLOSING || conn->state == TCP_LAST_ACK;
    if (!late || !conn->released || arrival->len == 0 || (arrival->flags & TCP_ACK) == 0 ||
        conn_options(conn)->late_text != TCP_LATE_TEXT_RESET) {
        return GO_ON;
    }
    conn_discard(conn, arrival, TCP_DISCARD_TEXT_AFTER_CLOSE);
    conn_reply_rst(conn, arrival);
    conn_finish(conn, arrival->now_ns, TCP_CAUSE_DATA_AFTER_CLOSE, TCP_ERROR_RESET);
    return DONE;
}

/* RFC 9293 3.10.7.4, "Other states". */
void other_states_arrive(struct tcp_conn *conn, struct arrival *arrival)
{
    if (conn->state == TCP_TIME_WAIT && time_wait_check_syn(conn, arrival) == DONE) { return; }
    if (closed_record_arrives(conn, arrival) == DONE) { return; }
    keepalive_restart(conn, arrival->now_ns);
    if (conn->state == TCP_SYN_RECEIVED && syn_cache_arrives(conn, arrival) == DONE) { return; }
    if (conn_options(conn)->check_order == TCP_CHECKS_BSD) {
        bsd_arrives(conn, arrival);
        return;
    }
    if (check_there_is_ack(conn, arrival) == DONE) {
        conn_discard(conn, arrival, TCP_DISCARD_NO_ACK);
        return;
    }
    if (conn->ts_on && timestamps_check(conn, arrival) == DONE) { return; }
    if (first_check_sequence(conn, arrival) == DONE) { return; }
    if (second_check_rst(conn, arrival) == DONE) { return; }
    /* Third, check the security: RFC 9293 appendix A.1; not done by any stack of today. */
    if (fourth_check_syn(conn, arrival) == DONE) { return; }
    if (late_text(conn, arrival) == DONE) { return; }
    if (fifth_check_and_answer(conn, arrival, arrival) == DONE) { return; }
    checks_after_ack(conn, arrival);
}
