/* ack.c - what an acknowledgment does to the send side (RFC 9293 3.10.7.4 fifth), and the ACKs that
 * segments draw from us. */
#include "tcb.h"

static bool has_our_fin(const struct tcp_conn *conn, const struct tcp_segment *seg)
{
    return conn->fin_sent && (seg->flags & TCP_ACK) != 0 && seq_gt(seg->ack, conn->fin_seq) &&
           seq_leq(seg->ack, conn->snd_nxt);
}

/* Where the next answer is noted; NULL: it is sent as the last of those noted. */
static struct answer *next_answer(struct tcp_conn *conn)
{
    return conn->answers < ANSWER_TAGS ? &conn->answer[conn->answers] : NULL;
}

/* A segment that needs an answer of its own: out of order, duplicate, unacceptable, to be
 * challenged. */
void ack_owe_answer(struct tcp_conn *conn, const struct arrival *arrival, enum tcp_sent_cause cause)
{
    struct answer *answer = next_answer(conn);
    if (answer != NULL) {
        struct sack_block twice = {0, 0};
        const bool duplicate =
            cause != TCP_SENT_CHALLENGE && sack_find_duplicate(conn, arrival, &twice);
        *answer = (struct answer){.tag = arrival->seg->tag,
                                  .cause = (uint8_t)cause,
                                  .has_our_fin = has_our_fin(conn, arrival->seg),
                                  .duplicate = duplicate,
                                  .seq = arrival->seq,
                                  .left = twice.left,
                                  .right = twice.right};
    }
    if (conn->answers < UINT16_MAX) { conn->answers++; }
}

/* RFC 2018 8: the answer to the segment that has just come tells of it, though nothing will be held
 * of it. */
void ack_answer_is_of_dropped(struct tcp_conn *conn, const struct arrival *arrival)
{
    if (conn->answers > ANSWER_TAGS) { return; } /* it is told by the last of those noted */
    struct answer *answer = &conn->answer[conn->answers - 1];
    if (answer->duplicate || !conn->sack_on) { return; }
    answer->dropped = true;
    answer->left = arrival->seq;
    answer->right = arrival->seq + arrival->len;
}

void ack_owe_duplicate_syn(struct tcp_conn *conn, const struct arrival *arrival)
{
    struct answer *answer = next_answer(conn);
    ack_owe_answer(conn, arrival, TCP_SENT_ACK_OF);
    if (answer != NULL && conn_options(conn)->dsack) {
        answer->duplicate = true;
        answer->left = conn->irs;
        answer->right = conn->irs + 1;
    }
}

bool ack_covers_fin(const struct tcp_conn *conn)
{
    return conn->fin_sent && seq_gt(conn->snd_una, conn->fin_seq);
}

/* RFC 6298 (3): one segment at a time is timed; with timestamps every ACK of something new is a
 * sample, of which a flight gives one for two segments (RFC 7323 G). */
static void measure(struct tcp_conn *conn, const struct arrival *arrival, uint32_t flight)
{
    const bool timed = conn->timing && seq_geq(arrival->seg->ack, conn->timed_seq);
    if (timed) { conn->timing = false; }
    uint64_t rtt_ns = 0;
    if (conn->ts_on && timestamps_measure(conn, arrival, &rtt_ns)) {
        const uint32_t two = 2 * (uint32_t)conn->snd_mss;
        assert(two > 0); /* known since the peer's SYN */
        rto_sample(conn, rtt_ns, (flight + two - 1) / two);
        return;
    }
    const bool each = conn_options(conn)->rtt_each_ack && conn->snd_una != conn->iss;
    uint64_t since_ns = conn->timed_at_ns;
    if (each ? sent_oldest_below(conn, arrival->seg->ack, &since_ns) : timed) {
        rto_sample(conn, arrival->now_ns - since_ns, 1);
    }
}

/* Everything that depends on how far the peer has acknowledged. */
static void advance_to(struct tcp_conn *conn, const struct arrival *arrival)
{
    const uint64_t now_ns = arrival->now_ns;
    const tcp_seq ack = arrival->seg->ack;
    const uint32_t flight = conn_flight(conn);
    uint32_t data = ack - conn->snd_una;
    if (conn->fin_sent && seq_gt(ack, conn->fin_seq)) { data--; }
    if (ack < conn->snd_una) { TCP_SHOWS(conn, UNL_2); } /* past the wrap */
    conn->una_before = conn->snd_una;
    conn->snd_una = ack;
    send_buffer_acked(conn, data);
    conn->octets_acked += data;
    if (conn->retransmits > 0 && !conn->timing) { TCP_SHOWS(conn, RFC6298_16); }
    conn->retransmits = 0;
    conn->soft_error = TCP_OK;
    conn->ssthresh_kept = false;
    measure(conn, arrival, flight);
    conn->segments_acked = conn->sent_count;
    sent_acked(conn);
    conn->segments_acked -= conn->sent_count;
    conn->changed = true;
    if (conn->snd_una == conn->snd_nxt && !conn->ecn.waits) { /* RFC 6298 (5.2) */
        TCP_SHOWS(conn, RFC6298_11);
        timer_stop(conn, now_ns, TCP_TIMER_RETRANSMISSION);
    } else if (!conn->in_recovery || conn->first_partial_ack || seq_gt(ack, conn->recover)) {
        TCP_SHOWS(conn, RFC6298_12);
        /* (5.3); in recovery for the first partial ACK only: RFC 6582 3.2 (3) */
        rto_start(conn, now_ns);
    }
}

/* The handshake's ACK: the SYN is acknowledged, and perhaps data that rode on it. */
void ack_of_syn(struct tcp_conn *conn, const struct arrival *arrival)
{
    const uint64_t now_ns = arrival->now_ns;
    conn->syn_acked = true;
    conn->syn_owed = false;
    TCP_SHOWS(conn, RFC8961_4);
    measure(conn, arrival, 1); /* without timestamps not if the SYN was repeated: (3), Karn */
    timer_stop(conn, now_ns, TCP_TIMER_RETRANSMISSION);
    conn->retransmits = 0;
    conn->soft_error = TCP_OK;
    conn->snd_una = conn->iss + 1;
    if (!conn->fast_open.early) { conn->small_sent = conn->snd_una; }
    rto_established(conn);
    if (!conn->fast_open.early || conn->syn_repeated) { congestion_init(conn); }
    fast_open_done(conn);
    if (conn->passive) { window_bsd_round_buffers(conn); } /* an opener had the MSS with the SYN */
    if (seq_gt(arrival->seg->ack, conn->snd_una)) { advance_to(conn, arrival); }
    if (conn->fin_sent && !ack_covers_fin(conn)) {
        rto_start(conn, now_ns);
    } else if (seq_lt(conn->snd_una, conn->snd_nxt)) {
        /* Data on the SYN, or behind a lost SYN,ACK, that the peer did not take. */
        if (!conn->fast_open.early || conn->syn_repeated) { sent_all_lost(conn); }
        rto_start(conn, now_ns);
    }
}

void ack_advance(struct tcp_conn *conn, const struct arrival *arrival)
{
    const uint32_t acked = arrival->seg->ack - conn->snd_una;
    conn->sent_cause = TCP_SENT_WINDOW_OPENED;
    conn->sent_cause_tag = arrival->seg->tag;
    advance_to(conn, arrival);
    congestion_acked(conn, acked, arrival->seg);
}

/* The first ACK behind text of the peer updates SND.WL1, and Linux takes it for a window update. */
static bool moves_window(const struct tcp_conn *conn, const struct tcp_segment *seg)
{
    return conn_options(conn)->dup_ack_same_seq && !conn->sack_on &&
           seq_gt(seg->seq, conn->snd_wl1);
}

/* RFC 5681 2: what counts as a duplicate ACK. */
void ack_duplicate(struct tcp_conn *conn, const struct arrival *arrival)
{
    const struct tcp_segment *seg = arrival->seg;
    if (seg->ack != conn->snd_una || conn->snd_una == conn->snd_nxt ||
        tcp_payload_len(&seg->payload) > 0 || (seg->flags & (TCP_SYN | TCP_FIN)) != 0 ||
        window_of_arrival(conn, seg) != conn->snd_wnd || conn->probing || moves_window(conn, seg)) {
        return;
    }
    congestion_duplicate(conn, seg->tag);
}

static void shows_window(const struct tcp_conn *conn, const struct arrival *arrival,
                         uint32_t window)
{
    TCP_ROW(conn, ACK_UPDATES_WINDOW);
    if (window > UINT16_MAX) { TCP_SHOWS(conn, REC_1); }
    if (window > INT16_MAX) { TCP_SHOWS(conn, MUST_1); }
    if (seq_lt(arrival->seg->ack + window, conn->snd_nxt)) { TCP_SHOWS(conn, MUST_34); }
    if (window < conn->snd_wnd && conn->snd_wl1 == arrival->seg->seq &&
        conn->snd_wl2 == arrival->seg->ack) {
        TCP_SHOWS(conn, RFC1122_4);
    }
}

/* Whether a segment with the SEQ of the last update is an update too. */
static bool window_again(const struct tcp_conn *conn, tcp_seq ack, uint32_t window)
{
    return conn_options(conn)->window_again == TCP_WINDOW_AGAIN_ANY
               ? seq_leq(conn->snd_wl2, ack)
               : window > conn->snd_wnd || window == 0;
}

/* SND.WL1 and SND.WL2 keep an old segment from changing the window. DEVIATION: a segment that
 * acknowledges something new is not old, also when it repeats text from before SND.WL1. By the
 * letter SND.UNA would move under a window that stays, and its right edge go beyond all that the
 * peer has offered. */
void ack_update_window(struct tcp_conn *conn, const struct arrival *arrival, bool is_new)
{
    const struct tcp_segment *seg = arrival->seg;
    const uint32_t window = window_of_arrival(conn, seg);
    conn->more = false;
    const bool is_older = !is_new && seq_lt(seg->seq, conn->snd_wl1); /* it answers no probe */
    if (conn->snd_wnd == 0 && !is_older) {
        conn->answered_ns = arrival->now_ns;
        conn->retransmits = 0; /* MUST-37: not while the peer answers */
    }
    if (is_new || seq_lt(conn->snd_wl1, seg->seq) ||
        (conn->snd_wl1 == seg->seq && window_again(conn, seg->ack, window))) {
        if (window > conn->snd_wnd) {
            conn->sent_cause = TCP_SENT_WINDOW_OPENED;
            conn->sent_cause_tag = seg->tag;
        }
        if (conn_is_marked(conn)) { shows_window(conn, arrival, window); }
        conn->snd_wnd = window;
        conn->max_snd_wnd = conn->snd_wnd > conn->max_snd_wnd ? conn->snd_wnd : conn->max_snd_wnd;
        conn->snd_wl1 = seg->seq;
        conn->snd_wl2 = seg->ack;
    }
}
