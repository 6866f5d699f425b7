/* segment_arrives.c - RFC 9293 3.10.7, SEGMENT ARRIVES, in its order. LISTEN is in listen.c, what
 * an ACK does in ack.c, text in reassembly.c. */
#include "tcb.h"

/* ---- resets: RFC 9293 3.5.2 ---- */

static struct reply rst_to(const struct tcp_segment *seg)
{
    struct reply reply = {.local = seg->destination,
                          .remote = seg->source,
                          .cause = TCP_SENT_ANSWER,
                          .cause_tag = seg->tag};
    if ((seg->flags & TCP_ACK) != 0) {
        reply.seq = seg->ack;
        reply.flags = TCP_RST;
    } else {
        reply.ack = seg->seq + tcp_segment_len(seg);
        reply.flags = TCP_RST | TCP_ACK;
    }
    return reply;
}

static void reply_with_rst(struct tcp_host *host, const struct tcp_segment *seg,
                           const struct tcp_options *options)
{
    struct reply reply = rst_to(seg);
    reply.ttl = options->ttl;
    reply.tos = options_tos(options);
    options_on_rst(options, seg, &reply);
    host_reply(host, &reply);
}

void conn_reply_rst(struct tcp_conn *conn, const struct arrival *arrival)
{
    reply_with_rst(conn->host, arrival->seg, conn_options(conn));
}

void conn_send_rst(struct tcp_conn *conn, uint64_t now_ns, tcp_seq seq, enum tcp_sent_cause cause,
                   uint64_t tag)
{
    const struct tcp_options *options = conn_options(conn);
    host_reply(conn->host,
               &(struct reply){.local = conn->local,
                               .remote = conn->remote,
                               .seq = seq,
                               .flags = TCP_RST,
                               .cause = (uint8_t)cause,
                               .cause_tag = tag,
                               .ttl = options->ttl,
                               .tos = options_tos(options),
                               .has_timestamp = conn->ts_on && options_echo_on_rst(options),
                               .ts_val = timestamp_now(conn, now_ns)});
}

void conn_send_last_rst(struct tcp_conn *conn, uint64_t now_ns, enum tcp_sent_cause cause,
                        uint64_t tag)
{
    const struct tcp_options *options = conn_options(conn);
    struct reply reply = {.local = conn->local,
                          .remote = conn->remote,
                          .seq = conn->snd_nxt,
                          .flags = TCP_RST,
                          .cause = (uint8_t)cause,
                          .cause_tag = tag,
                          .ttl = options->ttl,
                          .tos = options_tos(options),
                          .has_timestamp = conn->ts_on,
                          .ts_val = timestamp_now(conn, now_ns)};
    if (options->abort_ack) {
        reply.flags |= TCP_ACK;
        reply.ack = conn->rcv_nxt;
        reply.ts_ecr = conn->ts_recent;
        reply.window = window_offer(conn, false);
    }
    host_reply(conn->host, &reply);
}

/* ---- CLOSED: 3.10.7.1 ---- */

static void discard_unowned(struct tcp_host *host, uint64_t now_ns, const struct tcp_segment *seg,
                            enum tcp_discard reason)
{
    if (host_wants(host, TCP_EVENT_DISCARD)) {
        struct tcp_event event = {.kind = TCP_EVENT_DISCARD, .now_ns = now_ns};
        event.u.discard.segment = seg;
        event.u.discard.reason = reason;
        host_tell(host, &event);
    }
}

static void closed(struct tcp_host *host, uint64_t now_ns, const struct tcp_segment *seg)
{
    shows_closed(host, seg);
    discard_unowned(host, now_ns, seg, TCP_DISCARD_NO_CONNECTION);
    const uint8_t answers = host->options->values.closed_port;
    const bool silent = answers == TCP_CLOSED_PORT_DROPS ||
                        (answers == TCP_CLOSED_PORT_DROPS_SYN && (seg->flags & TCP_SYN) != 0);
    if ((seg->flags & TCP_RST) == 0 && !silent) {
        reply_with_rst(host, seg, &host->options->values);
    }
}

/* ---- SYN-SENT: 3.10.7.3 ---- */

static enum verdict syn_sent_first_check_ack(struct tcp_conn *conn, const struct arrival *arrival)
{
    const struct tcp_segment *seg = arrival->seg;
    if ((seg->flags & TCP_ACK) == 0) { return GO_ON; }
    if (seq_gt(seg->ack, conn->snd_una) && seq_leq(seg->ack, conn->snd_nxt)) {
        TCP_ROW(conn, SYN_SENT_GOOD_ACK);
        if (conn_options(conn)->syn_echo != TCP_SYN_ECHO_RESET ||
            timestamps_echo_is_ours(conn, arrival)) {
            return GO_ON;
        }
        conn_discard(conn, arrival, TCP_DISCARD_ECHO_NOT_OURS);
        if ((seg->flags & TCP_RST) == 0) { conn_reply_rst(conn, arrival); }
        return DONE;
    }
    conn_discard(conn, arrival, TCP_DISCARD_ACK_UNACCEPTABLE);
    if ((seg->flags & TCP_RST) == 0) {
        TCP_ROW(conn, SYN_SENT_BAD_ACK);
        TCP_SHOWS(conn, UNL_6);
        conn_reply_rst(conn, arrival);
    } else {
        TCP_ROW(conn, SYN_SENT_BAD_ACK_RST);
        TCP_SHOWS(conn, UNL_27);
        TCP_SHOWS(conn, RFC5961_4);
    }
    const uint64_t retry_ns = conn_options(conn)->syn_retry_bad_ack_ns;
    if (retry_ns > 0 && conn->retransmits == 0 && !conn->syn_owed) {
        timer_set(conn, arrival->now_ns, TCP_TIMER_RETRANSMISSION, arrival->now_ns + retry_ns);
    }
    return DONE;
}

/* Without the comparison of SEG.SEQ with RCV.NXT, which erratum 8167 removes. */
static enum verdict syn_sent_second_check_rst(struct tcp_conn *conn, const struct arrival *arrival)
{
    if ((arrival->seg->flags & TCP_RST) == 0) { return GO_ON; }
    if ((arrival->seg->flags & TCP_ACK) == 0) {
        TCP_ROW(conn, SYN_SENT_RST_NO_ACK);
        conn_discard(conn, arrival, TCP_DISCARD_RST_WITHOUT_ACK);
    } else {
        TCP_ROW(conn, RST_ACCEPTED);
        TCP_SHOWS(conn, UNL_16);
        TCP_SHOWS(conn, RFC5961_4);
        conn_finish(conn, arrival->now_ns, TCP_CAUSE_RST_REFUSED, TCP_ERROR_REFUSED);
    }
    return DONE;
}

static void syn_sent_fourth_check_syn(struct tcp_conn *conn, struct arrival *arrival)
{
    const struct tcp_segment *seg = arrival->seg;
    conn->irs = seg->seq;
    conn->irs_known = true;
    conn->rcv_tos = seg->tos;
    conn->rcv_nxt = seg->seq + 1;
    conn->rcv_adv = conn->rcv_nxt;
    options_of_peer_syn(conn, arrival);
    if (arrival->options.has_mss) { window_bsd_round_buffers(conn); }
    /* RFC 1122 4.2.2.20 (c) wants the window of every SYN taken, RFC 9293 names it on one way only.
     */
    conn->snd_wnd = seg->window;
    conn->max_snd_wnd = seg->window;
    conn->snd_wl1 = seg->seq;
    conn->snd_wl2 = seg->ack;
    TCP_SHOWS(conn, RFC1122_1);
    conn->sent_cause = TCP_SENT_ANSWER;
    conn->sent_cause_tag = seg->tag;
    if ((seg->flags & TCP_ACK) == 0) {
        TCP_ROW(conn, SYN_SENT_SYN);
        if (conn->fast_open.asks != FAST_OPEN_NOT) { TCP_SHOWS(conn, RFC7413_14); }
        tcp_enter(conn, arrival->now_ns, TCP_SYN_RECEIVED, TCP_CAUSE_SYN_CROSSED);
        (void)window_offer(conn, true);
        conn->syn_owed = true;
        arrival_trim(conn, arrival);
        if (listen_keeps_text(conn, arrival) ||
            conn_options(conn)->check_order ==
                TCP_CHECKS_BSD) { /* the cache is for passive opens */
            text_hold(conn, arrival);
        }
        return;
    }
    TCP_ROW(conn, SYN_SENT_SYN_ACK);
    if (seg->ack != conn->snd_nxt) { TCP_ROW(conn, SYN_SENT_SYN_ACK_PARTIAL); }
    if ((seg->flags & TCP_FIN) != 0) { TCP_ROW(conn, SYN_SENT_SYN_ACK_FIN); }
    if (seg->ack != conn->snd_nxt) { TCP_SHOWS(conn, RFC7413_13); }
    fast_open_answered(conn, arrival, seg->ack == conn->snd_nxt);
    ack_of_syn(conn, arrival);
    tcp_enter(conn, arrival->now_ns, TCP_ESTABLISHED, TCP_CAUSE_SYN_ACK_ARRIVED);
    if (conn->close_called) {
        tcp_enter(conn, arrival->now_ns, TCP_FIN_WAIT_1, TCP_CAUSE_CLOSE_CALLED);
    }
    conn->ack_now = true;
    conn->ack_cause = TCP_SENT_ACK_OF;
    conn->ack_cause_tag = seg->tag;
    if (conn_options(conn)->syn_text == TCP_SYN_TEXT_IGNORE &&
        conn->fast_open.asks == FAST_OPEN_NOT) {
        arrival->len = 0;
        arrival->flags &= (uint16_t)~TCP_FIN;
    }
    conn_open_accepted_text(conn, arrival);
}

static void syn_sent(struct tcp_conn *conn, struct arrival *arrival)
{
    if (conn_options(conn)->check_order == TCP_CHECKS_BSD && bsd_drops_syn_fin(conn, arrival)) {
        return;
    }
    if (syn_sent_first_check_ack(conn, arrival) == DONE) { return; }
    if (syn_sent_second_check_rst(conn, arrival) == DONE) { return; }
    /* Third, check the security: RFC 9293 appendix A.1; not done by any stack of today. */
    if ((arrival->seg->flags & TCP_SYN) != 0) {
        if (!quiet_time_drops_syn(conn, arrival)) { syn_sent_fourth_check_syn(conn, arrival); }
    } else {
        TCP_ROW(conn, SYN_SENT_OTHER);
        if ((arrival->seg->flags & TCP_ACK) != 0) { TCP_ROW(conn, SYN_SENT_BARE_ACK); }
        conn_discard(conn, arrival, TCP_DISCARD_NO_SYN_IN_SYN_SENT);
    }
}

/* ---- the parent ---- */

/* RFC 9293 3.9.2.3: MUST-57, MUST-63. */
static bool address_is_sane(const struct tcp_address *address)
{
    static const uint8_t zeros[16] = {0};
    if (address->family == 4) {
        const uint8_t first = address->octets[0];
        return first != 0 && first < 224;
    }
    return address->octets[0] != 0xff && memcmp(address->octets, zeros, sizeof zeros) != 0;
}

bool address_may_be_opened(const struct tcp_address *address) { return address_is_sane(address); }

static void conn_arrives(struct tcp_conn *conn, struct arrival *arrival)
{
    switch (conn->state) {
    case TCP_LISTEN: listen_arrives(conn, arrival); return;
    case TCP_SYN_SENT: syn_sent(conn, arrival); return;
    case TCP_SYN_RECEIVED:
    case TCP_ESTABLISHED:
    case TCP_FIN_WAIT_1:
    case TCP_FIN_WAIT_2:
    case TCP_CLOSE_WAIT:
    case TCP_CLOSING:
    case TCP_LAST_ACK:
    case TCP_TIME_WAIT: other_states_arrive(conn, arrival); return;
    case TCP_CLOSED: return;
    }
}

void tcp_segment_arrives(struct tcp_host *host, uint64_t now_ns, const struct tcp_segment *segment)
{
    if (!address_is_sane(&segment->source.address) ||
        !address_is_sane(&segment->destination.address)) {
        shows_bad_address(host, segment, address_is_sane(&segment->source.address));
        discard_unowned(host, now_ns, segment, TCP_DISCARD_BAD_ADDRESS);
        return;
    }
    struct tcp_conn *conn = tcp_find(host, &segment->destination, &segment->source);
    if (conn == NULL) { conn = host_find_listener(host, &segment->destination); }
    if (conn == NULL) {
        closed(host, now_ns, segment);
        return;
    }
    struct arrival arrival = {.seg = segment,
                              .now_ns = now_ns,
                              .seq = segment->seq,
                              .flags = segment->flags,
                              .len = tcp_payload_len(&segment->payload)};
    if (segment->options_len > 0) {
        wire_parse_options(segment->options, segment->options_len, &arrival.options);
    }
    if (time_wait_recycles(conn, &arrival)) {
        host_settle(host, conn, now_ns);
        conn = host_find_listener(host, &segment->destination);
        if (conn == NULL) {
            closed(host, now_ns, segment);
            return;
        }
    }
    if (host->observer.marks != NULL) { shows_arrival(conn, &arrival); }
    conn_arrives(conn, &arrival);
    if (conn->state != TCP_CLOSED && conn->state != TCP_LISTEN) {
        user_timer_update(conn, now_ns);
        persist_update(conn, now_ns, conn->answered_ns == now_ns); /* not by what was discarded */
        host_ready(conn);
    }
    host_settle(host, conn, now_ns);
}
