/* decide.c - whether new data may leave, how much, and whether it is pushed. */
#include "tcb.h"

#define BURST_MAX_BYTES 65536
#define BURST_PACE_NS UINT64_C(1000000)
#define BURST_NEAR_NS (UINT64_C(1) << 19)

uint32_t conn_flight(const struct tcp_conn *conn) { return conn->snd_nxt - conn->snd_una; }

uint32_t conn_unsent(const struct tcp_conn *conn)
{
    if (conn->fin_sent) { return 0; }
    /* Only before the SYN: later ISS is no bound, as numbers come round. */
    const bool before_syn = !conn->syn_acked && conn->snd_nxt == conn->iss;
    return send_data_end(conn) - conn->snd_nxt - before_syn;
}

/* How far beyond SND.NXT the peer's window and the congestion window reach. */
uint32_t conn_usable_window(const struct tcp_conn *conn)
{
    /* A window counts text; where that leaves before the SYN is acknowledged, the SYN is out, too.
     */
    const uint32_t flight = conn_flight(conn) - !conn->syn_acked;
    uint32_t cwnd = conn->cwnd;
    if (!conn->in_recovery && conn->dup_acks < DUP_ACK_THRESHOLD &&
        conn_options(conn)->limited_transmit) {
        cwnd += conn->dup_acks * conn->snd_mss; /* limited transmit: RFC 5681 3.2 (1), RFC 3042 */
    }
    const uint32_t counted = congestion_flight(conn);
    const uint32_t by_cwnd = cwnd > counted ? cwnd - counted : 0;
    const uint32_t by_peer = conn->snd_wnd > flight ? conn->snd_wnd - flight : 0;
    const uint32_t usable = by_peer < by_cwnd ? by_peer : by_cwnd;
    return conn->ecn.waits ? 0 : usable;
}

#define HALVED_FROM 536u      /* octets: a smaller window is not halved */
#define ALWAYS_IN_SEGMENT 68u /* with TCP's header and options, as IPv4 has it */

/* No more than half of the largest window that the peer has offered, so that two are out. */
static uint32_t within_half_window(const struct tcp_conn *conn, uint32_t mss)
{
    const uint32_t most = conn->max_snd_wnd;
    const uint32_t half = most > HALVED_FROM ? most / 2 : most;
    const uint32_t headers = WIRE_TCP_HEADER_BYTES + (conn->ts_on ? TIMESTAMP_BYTES : 0);
    const uint32_t bound = half > ALWAYS_IN_SEGMENT - headers ? half : ALWAYS_IN_SEGMENT - headers;
    return mss < bound ? mss : bound;
}

/* RFC 6691 2: the text of a segment is less by what its options take. */
uint32_t conn_segment_room(const struct tcp_conn *conn)
{
    const bool halves = conn_options(conn)->small_window == TCP_SMALL_WINDOW_WHOLE;
    const uint32_t mss = halves ? within_half_window(conn, conn->snd_mss) : conn->snd_mss;
    const bool reports = conn->sack != NULL || conn->uto_owed;
    const uint32_t taken = reports ? options_beside_text(conn) : 0;
    return mss > taken ? mss - taken : mss;
}

static bool text_is_out(const struct tcp_conn *conn)
{
    return conn->snd_nxt != (conn->syn_acked ? conn->snd_una : conn->iss + 1);
}

void conn_begins_to_send(struct tcp_conn *conn)
{
    if (conn_options(conn)->nagle_waits_for == TCP_NAGLE_WAITS_FOR_EARLIER && !text_is_out(conn)) {
        conn->began_idle = true;
    }
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
                         : text_is_out(conn) && !conn->began_idle;
    const bool idle = !out || !options->nagle;
    if (len >= most || conn->override_due) { return true; }
    if (conn->let_go && unsent <= usable) { return true; }
    if ((options->cork || conn->more) && !conn->close_called) { return false; }
    if (unsent <= usable && idle && conn->snd_nxt != conn->snd_una) { TCP_SHOWS(conn, MUST_17); }
    if (unsent <= usable && (idle || (options->nagle_fin && conn->close_called))) {
        return true; /* by the letter of 3.7.4 a FIN that follows makes no exception */
    }
    if (options->small_window == TCP_SMALL_WINDOW_WHOLE) {
        return idle && conn->burst_sent > 0; /* what is left of the window goes with full ones */
    }
    return idle && len >= (conn->max_snd_wnd + 1) / 2;
}

/* A kernel hands large segments to its device, which cuts them and marks the last piece. So many
 * make up one: what two windows in a round trip, or 1.2 in congestion avoidance, give in a
 * millisecond, and no more than half of the peer's greatest window or of the congestion window, so
 * that ACKs of one come while the next is on its way. */
uint32_t conn_burst_segments(const struct tcp_conn *conn)
{
    uint64_t bytes = BURST_MAX_BYTES;
    if (conn->srtt_ns > 0) {
        const uint32_t flight = conn_flight(conn);
        const uint64_t rate = conn->cwnd > flight ? conn->cwnd : flight;
        const uint64_t percent = conn->cwnd < conn->ssthresh / 2 ? 200 : 120;
        const uint64_t halvings = conn->srtt_ns / BURST_NEAR_NS; /* a near peer gets larger ones */
        bytes = rate * percent / 100 * BURST_PACE_NS / conn->srtt_ns;
        bytes += halvings < 16 ? (uint64_t)BURST_MAX_BYTES >> halvings : 0;
        bytes = bytes < BURST_MAX_BYTES ? bytes : BURST_MAX_BYTES;
    }
    const uint32_t paced = (uint32_t)bytes / conn->snd_mss;
    const uint32_t least = conn_options(conn)->burst_segments;
    const uint32_t window = conn->max_snd_wnd < conn->cwnd ? conn->max_snd_wnd : conn->cwnd;
    const uint32_t most = window / 2 / conn->snd_mss;
    const uint32_t segments = paced > least ? paced : least;
    return segments < most ? segments : most;
}

/* A segment of new text has left, SND.NXT has moved on. */
bool conn_ends_burst(struct tcp_conn *conn, uint32_t len)
{
    if (conn->burst_sent == 0) { conn->burst_most = conn_burst_segments(conn); }
    conn->burst_sent++;
    const uint32_t unsent = conn_unsent(conn);
    const uint32_t usable = conn_usable_window(conn);
    const uint32_t most = conn_segment_room(conn);
    const bool goes_on = len == most && conn->burst_sent < conn->burst_most && unsent > 0 &&
                         usable > 0 && conn_worth_sending(conn, unsent, usable, most);
    if (goes_on) { return false; }
    const bool several = conn->burst_sent > 1;
    conn->burst_sent = 0;
    return several;
}

void tcp_push(struct tcp_conn *conn)
{
    if (conn->gone || conn->state == TCP_CLOSED || conn->state == TCP_LISTEN) { return; }
    conn->more = false;
    conn->let_go = conn_unsent(conn) > 0;
    if (conn->let_go) {
        conn->sent_cause = TCP_SENT_SEND;
        conn->sent_cause_tag = 0;
        host_ready(conn);
    }
}
