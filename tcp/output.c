/* output.c - what a connection owes the network now: one segment at a time, in the order SYN,
 * answers, probes, data and FIN, acknowledgment. RFC 9293 3.7 and 3.8. */
#include "tcb.h"

/* ---- segments ---- */

/* Field by field: the room for options is not worth clearing for each segment. */
static void begin_segment(struct tcp_conn *conn, struct tcp_segment *out, tcp_seq seq,
                          uint16_t flags)
{
    const struct tcp_options *options = conn_options(conn);
    out->source = conn->local;
    out->destination = conn->remote;
    out->seq = seq;
    out->ack = 0;
    out->flags = flags;
    out->window = 0;
    out->urgent = 0;
    out->ttl = options->ttl;
    out->tos = options_tos(options);
    out->options_len = 0;
    out->cause = TCP_SENT_NONE;
    out->retransmission = 0;
    out->tag = 0;
    out->cause_tag = 0;
    out->payload = (struct tcp_payload){0};
}

static void ack_is_paid(struct tcp_conn *conn, uint64_t now_ns)
{
    conn->ack_now = false;
    conn->full_segments = 0;
    ack_policy_ack_sent(conn);
    timer_stop(conn, now_ns, TCP_TIMER_DELAYED_ACK);
}

/* The ACK field, the window and the options of a segment with ACK; whatever ACK was owed is paid.
 */
static void finish_segment(struct tcp_conn *conn, uint64_t now_ns, struct tcp_segment *out,
                           const struct answer *answer)
{
    out->window = window_offer(conn, (out->flags & TCP_SYN) != 0);
    if (urgent_is_out(conn) && (out->flags & TCP_SYN) == 0) { urgent_mark(conn, out); }
    out->ack = conn->rcv_nxt;
    /* A probe before SND.UNA is not acceptable, on purpose: nobody looks at its ACK field. */
    if (seq_geq(out->seq, conn->snd_una)) { ack_is_paid(conn, now_ns); }
    conn->last_ack_sent = conn->rcv_nxt;
    if (conn->ecn.echo) { out->flags |= TCP_ECE; }
    if ((out->flags & TCP_SYN) != 0) {
        options_on_syn(conn, now_ns, out);
    } else if (conn->ts_on || conn->sack_on || conn->uto_owed) {
        options_on_segment(conn, now_ns, out, answer);
    }
}

static void set_cause(struct tcp_segment *out, uint8_t cause, uint64_t tag)
{
    out->cause = cause;
    out->cause_tag = tag;
}

/* An ACK whose number lies beyond its window the peer might not accept. */
static tcp_seq ack_seq(const struct tcp_conn *conn)
{
    const tcp_seq edge = conn->snd_una + conn->snd_wnd;
    const bool beyond = conn->syn_acked && seq_gt(conn->snd_nxt, edge) &&
                        conn->snd_nxt - edge >= UINT32_C(1) << conn->snd_shift;
    return beyond && conn_options(conn)->ack_seq == TCP_ACK_SEQ_WINDOW ? edge : conn->snd_nxt;
}

static void pure_ack(struct tcp_conn *conn, uint64_t now_ns, struct tcp_segment *out, tcp_seq seq,
                     const struct answer *answer)
{
    begin_segment(conn, out, seq, TCP_ACK);
    finish_segment(conn, now_ns, out, answer);
}

/* ---- SYN and SYN,ACK ---- */

/* Data on the SYN, within the default MSS: the peer's is not known yet, but from an earlier
 * connection by Fast Open, whose repetitions hold none. */
static void add_syn_data(struct tcp_conn *conn, uint64_t now_ns, struct tcp_segment *out)
{
    const uint32_t given = (uint32_t)conn->end_offset; /* of which nothing is acknowledged */
    const uint32_t most = fast_open_syn_room(conn);
    const uint32_t sent = conn->snd_nxt - (conn->iss + 1); /* a repetition holds the same octets */
    const uint32_t len = sent > 0 ? sent : given < most ? given : most;
    bool push = false;
    const bool plain = conn->syn_times > 0 && conn->fast_open.asks >= FAST_OPEN_HAS_COOKIE;
    if (!conn->syn_with_data || len == 0 || plain ||
        !send_buffer_payload(conn, conn->iss + 1, len, &out->payload, &push)) {
        return;
    }
    if (sent == 0) {
        if (!sent_append(conn, now_ns, conn->iss + 1, len, false)) {
            tcp_payload_release(&conn->host->pools, &out->payload);
            return;
        }
        conn->sent_tail->on_syn = true;
        conn->snd_nxt += len;
        conn->octets_sent += len;
    }
    out->flags |= push && conn_options(conn)->syn_push ? TCP_PSH : 0;
    if (urgent_is_out(conn)) { urgent_mark(conn, out); }
}

void conn_write_syn(struct tcp_conn *conn, uint64_t now_ns, struct tcp_segment *out, bool with_ack)
{
    const struct tcp_options *options = conn_options(conn);
    begin_segment(conn, out, conn->iss, with_ack ? TCP_SYN | TCP_ACK : TCP_SYN);
    if (with_ack) {
        finish_segment(conn, now_ns, out, NULL);
    } else {
        out->window = window_of_first_syn(conn);
        options_on_syn(conn, now_ns, out);
    }
    if (options->has_syn_window) { out->window = options->syn_window; }
    out->flags |= ecn_syn_flags(conn, with_ack);
}

static void send_syn(struct tcp_conn *conn, uint64_t now_ns, struct tcp_segment *out)
{
    const bool again = conn->snd_nxt != conn->iss;
    conn_write_syn(conn, now_ns, out, conn->state != TCP_SYN_SENT);
    set_cause(out, conn->sent_cause, conn->sent_cause_tag);
    conn->syn_owed = false;
    if (!again) {
        conn->snd_nxt = conn->iss + 1;
        conn->timing = true; /* RFC 6298: the handshake gives the first sample, unless repeated */
        conn->timed_seq = conn->snd_nxt;
        conn->timed_at_ns = now_ns;
    }
    out->retransmission = conn->syn_times;
    if (conn->state == TCP_SYN_SENT) { add_syn_data(conn, now_ns, out); }
    if (!timer_is_on(conn, TCP_TIMER_RETRANSMISSION)) { rto_start(conn, now_ns); }
}

/* ---- data and FIN ---- */

bool conn_may_send_data(const struct tcp_conn *conn)
{
    switch (conn->state) {
    case TCP_ESTABLISHED:
    case TCP_CLOSE_WAIT:
    case TCP_FIN_WAIT_1:
    case TCP_CLOSING:
    case TCP_LAST_ACK: return true;
    case TCP_SYN_RECEIVED: return conn->fast_open.early;
    case TCP_CLOSED:
    case TCP_LISTEN:
    case TCP_SYN_SENT:
    case TCP_FIN_WAIT_2:
    case TCP_TIME_WAIT: return false;
    }
    return false;
}

static void count_repetition(struct tcp_conn *conn, struct sent *sent, struct tcp_segment *out)
{
    if (sent->times < UINT16_MAX) { sent->times++; }
    out->retransmission = sent->times;
    conn->total_retransmits++;
    conn->timing = false; /* RFC 6298 (3), Karn: what is timed lies here, or behind this hole */
}

/* An entry of the retransmission queue goes out once more. */
static bool send_again(struct tcp_conn *conn, uint64_t now_ns, struct sent *sent,
                       struct tcp_segment *out)
{
    bool push = false;
    begin_segment(conn, out, sent->seq, TCP_ACK);
    if (!send_buffer_payload(conn, sent->seq, sent->len, &out->payload, &push)) { return false; }
    push = push || sent->burst_end;
    out->flags |= (uint16_t)((push ? TCP_PSH : 0) | (sent->fin ? TCP_FIN : 0));
    TCP_SHOWS(conn, UNL_11);
    if (conn->snd_wnd < conn_flight(conn)) {
        const bool within = seq_lt(sent->seq, conn->snd_una + conn->snd_wnd);
        if (within) { TCP_SHOWS(conn, SHLD_16); }
        if (!within && !sent->probe) { TCP_SHOWS(conn, MAY_7); }
    }
    count_repetition(conn, sent, out);
    conn->octets_resent += sent->len;
    finish_segment(conn, now_ns, out, NULL);
    set_cause(out, conn->sent_cause, conn->sent_cause_tag);
    conn->last_sent_ns = now_ns;
    /* It does while anything is out. */
    assert(conn->probing || timer_is_on(conn, TCP_TIMER_RETRANSMISSION));
    return true;
}

/* RFC 2018 5: what the peer holds is not sent again. */
static void skip_sacked(struct tcp_conn *conn)
{
    while (conn->resend_next != NULL && conn->resend_next->sacked) {
        TCP_SHOWS(conn, RFC2018_9);
        conn->resend_next = conn->resend_next->next;
    }
    sent_end_resend(conn);
}

/* How far beyond the window a repetition may reach: where the scale may have made the right edge go
 * back, the first one goes as it is, later ones by what the shift can hide (RFC 7323 2.4). */
static uint32_t window_grace(const struct tcp_conn *conn, const struct sent *sent)
{
    if (!conn->scale_on) { return 0; }
    if (sent_end(sent) - conn->snd_una > conn->snd_wnd) { TCP_SHOWS(conn, RFC7323_8); }
    return sent->times == 0 ? CWND_MAX_BYTES : (1u << conn->snd_shift) - 1;
}

static bool resend(struct tcp_conn *conn, uint64_t now_ns, struct tcp_segment *out)
{
    struct sent *sent = conn->sent_head;
    skip_sacked(conn);
    if (conn->resend_head && sent != NULL) {
        sent_grow_probe(conn, sent);
        sent_fit_in_window(conn, sent);
        sent_join_small(conn, sent);
        if (!send_again(conn, now_ns, sent, out)) { return false; }
        conn->resend_head = false;
        if (conn->resend_next == sent) { conn->resend_next = sent->next; }
        return true;
    }
    conn->resend_head = false;
    sent = conn->resend_next;
    if (sent == NULL) { return false; }
    if (sent != conn->sent_head && conn->retransmits > 0) {
        return false; /* RFC 6298 (5.4): a timeout repeats the earliest alone; the rest waits for
                         its ACK */
    }
    if (sent->on_syn && conn->snd_wnd <= sent->seq - conn->snd_una) { return false; }
    sent_fit_in_window(conn, sent);
    const uint32_t reach = sent_end(sent) - conn->snd_una;
    if (sent != conn->sent_head &&
        (reach > conn->cwnd || reach > conn->snd_wnd + window_grace(conn, sent))) {
        return false;
    }
    sent_join_small(conn, sent);
    if (!send_again(conn, now_ns, sent, out)) { return false; }
    conn->resend_next = sent->next;
    sent_end_resend(conn);
    return true;
}

static uint64_t override_timeout(const struct tcp_conn *conn)
{
    const uint64_t timeout_ns = conn_options(conn)->override_timeout_ns;
    return timeout_ns > 0 ? timeout_ns : conn->rto_ns;
}

/* Data wait, a part of the window is open, nothing is out whose ACK could help: (4) of 3.8.6.2.1.
 */
static void override_update(struct tcp_conn *conn, uint64_t now_ns, uint32_t unsent,
                            uint32_t usable, bool sends)
{
    if (!sends && unsent > 0 && usable > 0 && conn->snd_nxt == conn->snd_una) {
        if (!timer_is_on(conn, TCP_TIMER_OVERRIDE)) {
            timer_set(conn, now_ns, TCP_TIMER_OVERRIDE, now_ns + override_timeout(conn));
        }
    } else {
        timer_stop(conn, now_ns, TCP_TIMER_OVERRIDE);
    }
}

static bool send_new(struct tcp_conn *conn, uint64_t now_ns, struct tcp_segment *out, uint32_t len,
                     bool fin)
{
    bool push = false;
    bool ends = false;
    const uint32_t whole = send_record_left(conn, conn_unsent(conn), &ends);
    congestion_idle(conn, now_ns);
    begin_segment(conn, out, conn->snd_nxt, TCP_ACK);
    if (!send_buffer_payload(conn, conn->snd_nxt, len, &out->payload, &push)) { return false; }
    if (!sent_append(conn, now_ns, conn->snd_nxt, len, fin)) {
        tcp_payload_release(&conn->host->pools, &out->payload);
        return false;
    }
    conn->sent_tail->record = ends && len == whole;
    out->flags |= (uint16_t)((push ? TCP_PSH : 0) | (fin ? TCP_FIN : 0));
    if (fin) {
        conn->fin_sent = true;
        conn->fin_seq = conn->snd_nxt + len;
    }
    if (conn->host->observer.marks != NULL) {
        shows_new(conn, len, len == conn_segment_room(conn));
    }
    if (conn->ecn.on && len > 0 && !conn->probing) { ecn_on_new_data(conn, out); }
    conn->snd_nxt += len + fin;
    conn->octets_sent += len;
    /* never half the sequence space behind */
    conn->small_sent =
        len < conn_segment_room(conn) ? conn->snd_nxt : seq_max(conn->small_sent, conn->snd_una);
    if (conn_options(conn)->push_bursts && conn_ends_burst(conn, len)) {
        out->flags |= TCP_PSH;
        conn->sent_tail->burst_end = true;
    }
    if (conn->override_due && conn_options(conn)->push == TCP_PUSH_LAST) {
        out->flags |= TCP_PSH; /* as a kernel's probe has */
        conn->sent_tail->burst_end = true;
    }
    if (len > 0) { ack_policy_text_sent(conn, now_ns); }
    congestion_used(conn, true);
    if (!conn->in_recovery && congestion_flight(conn) > conn->cwnd) { conn->limited_bytes += len; }
    conn->override_due = false;
    rto_time_segment(conn, now_ns, conn->snd_nxt);
    finish_segment(conn, now_ns, out, NULL);
    set_cause(out, conn->sent_cause, conn->sent_cause_tag);
    conn->last_sent_ns = now_ns;
    if (!timer_is_on(conn, TCP_TIMER_RETRANSMISSION)) { rto_start(conn, now_ns); }
    if (conn_options(conn)->tlp) { tlp_schedule(conn, now_ns); }
    if (fin && conn->state == TCP_CLOSE_WAIT) { /* 3.10.4: the CLOSE waited behind the data */
        TCP_ROW(conn, CLOSE_DRAINED);
        tcp_enter(conn, now_ns, TCP_LAST_ACK, TCP_CAUSE_CLOSE_CALLED);
    }
    return true;
}

static bool send_data_or_fin(struct tcp_conn *conn, uint64_t now_ns, struct tcp_segment *out)
{
    const uint32_t unsent = conn_unsent(conn);
    if (conn->fin_sent || (unsent == 0 && !conn->close_called)) {
        timer_stop(conn, now_ns, TCP_TIMER_OVERRIDE);
        return false;
    }
    if (conn->path_mtu != 0) { path_mtu_raise(conn, now_ns); }
    conn_begins_to_send(conn);
    const uint32_t usable = conn_usable_window(conn);
    const uint32_t most = conn_segment_room(conn);
    bool ends = false;
    const uint32_t whole = send_record_left(conn, unsent, &ends);
    uint32_t len = whole < usable ? whole : usable;
    len = len < most ? len : most;
    const bool ends_record = len == whole && whole < unsent;
    const bool sends = len > 0 && (ends_record || conn_worth_sending(conn, unsent, usable, most));
    override_update(conn, now_ns, unsent, usable, sends);
    if (unsent > 0 && !sends) {
        shows_held(conn, unsent, usable);
        congestion_used(conn, false);
        return false;
    }
    /* The FIN takes a place in the peer's window, none in the congestion window. */
    const bool fin_fits = conn_flight(conn) + len < conn->snd_wnd || !conn->syn_acked;
    const bool fin = conn->close_called && len == unsent && fin_fits;
    if (len == 0 && !fin) { return false; }
    if (send_new(conn, now_ns, out, len, fin)) { return true; }
    /* No memory: where no other timer runs, this one asks again. */
    if (!timer_is_on(conn, TCP_TIMER_RETRANSMISSION)) {
        timer_set(conn, now_ns, TCP_TIMER_OVERRIDE, now_ns + override_timeout(conn));
    }
    return false;
}

/* ---- probes ---- */

/* RFC 9293 3.8.6.1: an octet (or the FIN) beyond the closed window; or, as kernels do, nothing at
 * SND.UNA - 1. */
static bool send_probe(struct tcp_conn *conn, uint64_t now_ns, struct tcp_segment *out)
{
    conn->probe_owed = false;
    conn->sent_cause = TCP_SENT_PERSIST;
    conn->sent_cause_tag = 0;
    if (conn_options(conn)->persist_probe == TCP_PROBE_EMPTY) {
        pure_ack(conn, now_ns, out, conn->snd_una - 1, NULL);
        set_cause(out, TCP_SENT_PERSIST, 0);
        return true;
    }
    if (conn->sent_head != NULL) { return send_again(conn, now_ns, conn->sent_head, out); }
    const uint32_t len = conn_unsent(conn) > 0 ? 1 : 0;
    const bool sent = send_new(conn, now_ns, out, len, len == 0);
    if (sent) {
        conn->sent_tail->probe = true;
        conn->timing = false;
        timer_stop(conn, now_ns, TCP_TIMER_RETRANSMISSION); /* the persist timer repeats it */
    }
    return sent;
}

/* RFC 8985 7.3: new text if the peer's window lets it, whatever cwnd says; else the last segment.
 */
static bool send_loss_probe(struct tcp_conn *conn, uint64_t now_ns, struct tcp_segment *out)
{
    const uint32_t unsent = conn_unsent(conn);
    const uint32_t most = conn_segment_room(conn);
    const uint32_t flight = conn_flight(conn);
    bool ends = false;
    const uint32_t whole = send_record_left(conn, unsent, &ends);
    uint32_t len = conn->snd_wnd > flight ? conn->snd_wnd - flight : 0;
    len = len < most ? len : most;
    len = len < whole ? len : whole;
    if (conn->sent_tail == NULL) { /* it was acknowledged in this instant */
        conn->tlp.owed = false;
        return false;
    }
    conn->sent_cause = TCP_SENT_LOSS_PROBE;
    conn->sent_cause_tag = 0;
    const bool again = len == 0;
    const bool sent = again ? send_again(conn, now_ns, conn->sent_tail, out)
                            : send_new(conn, now_ns, out, len, false);
    conn->tlp.owed = false;
    if (sent) { tlp_sent(conn, out->seq, again); }
    return sent;
}

/* RFC 9293 3.8.4: a number that is acknowledged already, with nothing; or, for old peers that
 * answer text alone, with one octet that nobody will read. */
static void send_keepalive(struct tcp_conn *conn, uint64_t now_ns, struct tcp_segment *out)
{
    conn->keepalive_owed = false;
    pure_ack(conn, now_ns, out, conn->snd_nxt - 1, NULL);
    set_cause(out, TCP_SENT_KEEPALIVE, 0);
    if (conn_options(conn)->keepalive_probe == TCP_KEEPALIVE_OCTET) {
        TCP_SHOWS(conn, MAY_6);
        out->payload.part[0] = (struct tcp_slice){.origin = conn->stream, .len = 1};
    }
}

/* Whether an ACK carries our FIN again, while that is not acknowledged. */
static bool ack_repeats_fin(const struct tcp_conn *conn)
{
    return conn_options(conn)->closing_ack_fin && conn->fin_sent &&
           seq_leq(conn->snd_una, conn->fin_seq);
}

/* The FIN alone: the text before it is repeated in its own time. */
static void ack_with_fin(struct tcp_conn *conn, uint64_t now_ns, struct tcp_segment *out,
                         const struct answer *answer)
{
    struct sent *last = conn->sent_tail;
    pure_ack(conn, now_ns, out, conn->fin_seq, answer);
    out->flags |= TCP_FIN;
    count_repetition(conn, last, out);
}

static bool send_owed_answer(struct tcp_conn *conn, uint64_t now_ns, struct tcp_segment *out,
                             uint16_t total)
{
    const uint16_t index = (uint16_t)(total - conn->answers);
    const uint16_t known = index < ANSWER_TAGS ? index : ANSWER_TAGS - 1;
    conn->answers--;
    const bool challenge = conn->answer[known].cause == TCP_SENT_CHALLENGE;
    /* What the peer has is not repeated: two FINs would draw one another for ever. */
    const bool plain = challenge || conn->answer[known].has_our_fin || !ack_repeats_fin(conn);
    if (plain) {
        pure_ack(conn, now_ns, out, ack_seq(conn), &conn->answer[known]);
    } else {
        ack_with_fin(conn, now_ns, out, &conn->answer[known]);
    }
    set_cause(out, conn->answer[known].cause, conn->answer[known].tag);
    return true;
}

bool conn_output(struct tcp_conn *conn, uint64_t now_ns, struct tcp_segment *out)
{
    if (conn->syn_owed) {
        send_syn(conn, now_ns, out);
        return true;
    }
    if (conn->state == TCP_SYN_SENT) { return false; }
    if (conn->answers > 0) {
        if (conn->answers_total < conn->answers) { conn->answers_total = conn->answers; }
        return send_owed_answer(conn, now_ns, out, conn->answers_total);
    }
    conn->answers_total = 0;
    if (conn->probe_owed) { return send_probe(conn, now_ns, out); }
    if (conn->tlp.owed && send_loss_probe(conn, now_ns, out)) { return true; }
    if (conn->keepalive_owed) {
        send_keepalive(conn, now_ns, out);
        return true;
    }
    if (conn_may_send_data(conn) &&
        (resend(conn, now_ns, out) || send_data_or_fin(conn, now_ns, out))) {
        return true;
    }
    conn->began_idle = false;
    persist_update(conn, now_ns, false);
    if (conn->urgent_owed && conn_may_send_data(conn)) { /* the octets must wait, the mark not */
        conn->urgent_owed = false;
        pure_ack(conn, now_ns, out, ack_seq(conn), NULL);
        set_cause(out, TCP_SENT_SEND, 0);
        return true;
    }
    if (conn->ack_now) {
        if (ack_repeats_fin(conn)) {
            ack_with_fin(conn, now_ns, out, NULL);
        } else {
            pure_ack(conn, now_ns, out, ack_seq(conn), NULL);
        }
        set_cause(out, conn->ack_cause, conn->ack_cause_tag);
        return true;
    }
    return false;
}
