/* decide.c - whether new data may leave, how much, and whether it is pushed. */
#include "tcb.h"

/* How far beyond SND.NXT the peer's window and the congestion window reach. */
uint32_t conn_usable_window(const struct tcp_conn *conn)
{
    const uint32_t flight = conn_flight(conn);
    uint32_t cwnd = conn->cwnd;
    if (!conn->in_recovery && conn->dup_acks < DUP_ACK_THRESHOLD) {
        cwnd += conn->dup_acks * conn->snd_mss; /* limited transmit: RFC 5681 3.2 (1), RFC 3042 */
    }
    const uint32_t window = conn->snd_wnd < cwnd ? conn->snd_wnd : cwnd;
    return window > flight && !conn->ecn.waits ? window - flight : 0;
}

/* RFC 6691 2: the text of a segment is less by what its options take. */
uint32_t conn_segment_room(const struct tcp_conn *conn)
{
    const uint32_t sack = conn->sack != NULL ? options_sack_bytes(conn) : 0;
    return conn->snd_mss > sack ? conn->snd_mss - sack : conn->snd_mss;
}

/* The sender's silly window avoidance and Nagle: RFC 9293 3.8.6.2.1 and 3.7.4. `unsent` is D,
 * `usable` U. */
bool conn_worth_sending(const struct tcp_conn *conn, uint32_t unsent, uint32_t usable,
                        uint32_t most)
{
    const struct tcp_options *options = conn_options(conn);
    const uint32_t len = unsent < usable ? unsent : usable;
    const bool out = options->nagle_waits_for == TCP_NAGLE_WAITS_FOR_SMALL
                         ? seq_gt(conn->small_sent, conn->snd_una)
                         : conn->snd_nxt != (conn->syn_acked ? conn->snd_una : conn->iss + 1);
    const bool idle = !out || !options->nagle;
    if (len >= most || conn->override_due) { return true; }
    if (unsent <= usable && idle && conn->snd_nxt != conn->snd_una) { TCP_SHOWS(conn, MUST_17); }
    if (unsent <= usable && (idle || (options->nagle_fin && conn->close_called))) {
        return true; /* by the letter of 3.7.4 a FIN that follows makes no exception */
    }
    return idle && len >= (conn->max_snd_wnd + 1) / 2;
}

/* A kernel hands large segments to its device, which cuts them and marks the last piece. Called
 * when SND.NXT has moved on by `len`. */
bool conn_ends_burst(struct tcp_conn *conn, uint64_t now_ns, uint32_t len)
{
    const tcp_seq begin = conn->snd_nxt - len;
    const bool goes_on = conn->burst_ns == now_ns && conn->burst_end == begin &&
                         begin != conn->iss + 1 &&
                         conn->snd_nxt - conn->burst_begin <= conn->max_snd_wnd / 2;
    if (!goes_on) { conn->burst_begin = begin; }
    conn->burst_ns = now_ns;
    conn->burst_end = conn->snd_nxt;
    if (!goes_on || !conn_options(conn)->push_bursts) { return false; }
    /* None is larger than half of the greatest window. */
    if (conn->snd_nxt - conn->burst_begin + conn->snd_mss > conn->max_snd_wnd / 2) {
        conn->burst_end = begin;
        return true;
    }
    const uint32_t unsent = conn_unsent(conn);
    const uint32_t usable = conn_usable_window(conn);
    const uint32_t next = unsent < usable ? unsent : usable;
    const uint32_t most = conn_segment_room(conn);
    return next < most && !conn_worth_sending(conn, unsent, usable, most);
}
