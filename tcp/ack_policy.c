/* ack_policy.c - when text that came in order is acknowledged: RFC 9293 3.8.6.3 leaves a choice
 * between at once and half a second, and stacks have more rules than "every second full segment".
 *
 * With quick_acks = n, as Linux: the first n segments are acknowledged at once, so that the peer's
 * slow start is not held up; again after a pause of more than the RTO, in which it has begun anew,
 * and after a duplicate, which says that an ACK was lost. But where text is answered by text within
 * the time that an ACK would wait, the answer carries the ACK, and quick ACKs rest until an ACK has
 * waited in vain. That time follows the interval between segments, within delayed_ack and SRTT. */
#include "tcb.h"

#define ATO_MAX_NS UINT64_C(200000000)
#define TICK_NS UINT64_C(2000000) /* until the next tick of a clock of 4 ms, on average */
#define FIRST_SEEN_MSS 536u
#define ROUND_TRIP_PARTS 20 /* a compressed ACK waits for no more than one of them */

static bool has_quick_acks(const struct tcp_conn *conn)
{
    return conn_options(conn)->quick_acks != 0;
}

/* No more than half of the window holds: in a small one the peer soon stops by itself. */
static void begin_quick(struct tcp_conn *conn)
{
    struct ack_policy *acks = &conn->acks;
    const uint32_t most = conn_options(conn)->quick_acks;
    const uint32_t window = conn->rcv_adv - acks->acked;
    uint32_t count = acks->seen_mss > 0 ? window / (2 * acks->seen_mss) : 0;
    if (count == 0) { count = 2; }
    if (count > most) { count = most; }
    if (count > acks->quick_left) { acks->quick_left = (uint8_t)count; }
}

/* The largest segment of text so far, or what is expected before there was one. */
static uint32_t seen_mss(const struct tcp_conn *conn)
{
    if (conn->acks.seen_mss != 0) { return conn->acks.seen_mss; }
    return conn->rcv_mss < FIRST_SEEN_MSS ? conn->rcv_mss : FIRST_SEEN_MSS;
}

static void see_size(struct tcp_conn *conn, uint32_t len)
{
    struct ack_policy *acks = &conn->acks;
    acks->seen_mss = seen_mss(conn);
    if (len > acks->seen_mss) { acks->seen_mss = len < conn->rcv_mss ? len : conn->rcv_mss; }
}

static void see_interval(struct tcp_conn *conn, uint64_t now_ns)
{
    struct ack_policy *acks = &conn->acks;
    const uint64_t least_ns = conn_options(conn)->delayed_ack_ns;
    const uint64_t interval_ns = now_ns - acks->text_ns;
    if (acks->ato_ns == 0) {
        begin_quick(conn);
        acks->ato_ns = least_ns;
    } else if (interval_ns <= least_ns / 2) {
        acks->ato_ns = acks->ato_ns / 2 + least_ns / 2;
    } else if (interval_ns < acks->ato_ns) {
        const uint64_t ato_ns = acks->ato_ns / 2 + interval_ns;
        acks->ato_ns = ato_ns < conn->rto_ns ? ato_ns : conn->rto_ns;
    } else if (interval_ns > conn->rto_ns) {
        begin_quick(conn);
    }
    acks->text_ns = now_ns;
}

/* While the window grows each ACK tells the peer of a larger one. */
void ack_policy_text(struct tcp_conn *conn, uint64_t now_ns, uint32_t len)
{
    if (len == 0) { return; }
    see_size(conn, len);
    const bool grows = window_grow(conn, len);
    if (!has_quick_acks(conn)) { return; }
    see_interval(conn, now_ns);
    if (grows && conn->acks.quick_left == 0) { conn->acks.quick_left = 1; }
}

static uint32_t owed(const struct tcp_conn *conn) { return conn->rcv_nxt - conn->acks.acked; }

bool ack_policy_at_once(const struct tcp_conn *conn)
{
    const struct ack_policy *acks = &conn->acks;
    if (acks->quick_left > 0 && !acks->interactive) { return true; }
    switch ((enum tcp_ack_every)conn_options(conn)->ack_every) {
    case TCP_ACK_EVERY_FULL: return conn->full_segments >= 2;
    case TCP_ACK_EVERY_ANY: return timer_is_on(conn, TCP_TIMER_DELAYED_ACK);
    case TCP_ACK_EVERY_OCTETS: /* where the window cannot go on, reading tells the peer */
        return owed(conn) > seen_mss(conn) && window_offerable(conn) >= conn->rcv_adv - acks->acked;
    }
    return false;
}

bool ack_policy_on_read(const struct tcp_conn *conn)
{
    return conn_options(conn)->ack_every == TCP_ACK_EVERY_OCTETS &&
           timer_is_on(conn, TCP_TIMER_DELAYED_ACK) && owed(conn) > conn->acks.seen_mss;
}

uint64_t ack_policy_delay(const struct tcp_conn *conn)
{
    const uint64_t least_ns = conn_options(conn)->delayed_ack_ns;
    const uint64_t ato_ns = conn->acks.ato_ns;
    if (!has_quick_acks(conn)) { return least_ns; }
    if (ato_ns == 0) { return TICK_NS; } /* no text has come: what the user does next carries it */
    if (ato_ns <= least_ns) { return ato_ns; }
    uint64_t most_ns = conn->srtt_ns > least_ns ? conn->srtt_ns : least_ns;
    if (most_ns > ATO_MAX_NS) { most_ns = ATO_MAX_NS; }
    return ato_ns < most_ns ? ato_ns : most_ns;
}

void ack_policy_duplicate(struct tcp_conn *conn)
{
    if (!has_quick_acks(conn)) { return; }
    begin_quick(conn);
    conn->acks.interactive = false;
    conn->acks.ato_ns = conn_options(conn)->delayed_ack_ns;
}

/* The first duplicate ACKs leave at once, as the peer's fast retransmit counts them; those that
 * follow wait a little, and one tells what all would have. It needs SACK to tell it. */
bool ack_policy_compress(struct tcp_conn *conn, uint64_t now_ns)
{
    struct ack_policy *acks = &conn->acks;
    uint64_t wait_ns = conn_options(conn)->ack_compression_ns;
    if (wait_ns == 0 || !conn->sack_on) { return false; }
    if (acks->quick_left > 0 && !acks->interactive) { return false; }
    if (acks->gap_at != conn->rcv_nxt) { acks->gap_acks = 0; }
    acks->gap_at = conn->rcv_nxt;
    if (acks->gap_acks < DUP_ACK_THRESHOLD) {
        acks->gap_acks++;
        return false;
    }
    if (conn->srtt_ns > 0 && conn->srtt_ns / ROUND_TRIP_PARTS < wait_ns) {
        wait_ns = conn->srtt_ns / ROUND_TRIP_PARTS;
    }
    if (!acks->compressing) {
        acks->compressing = true;
        timer_set(conn, now_ns, TCP_TIMER_DELAYED_ACK, now_ns + wait_ns);
    }
    return true;
}

/* The ACK has waited in vain. */
void ack_policy_delayed_out(struct tcp_conn *conn)
{
    struct ack_policy *acks = &conn->acks;
    if (!has_quick_acks(conn) || acks->compressing) { return; }
    if (acks->interactive) {
        acks->interactive = false;
        acks->ato_ns = conn_options(conn)->delayed_ack_ns;
    } else {
        acks->ato_ns = 2 * acks->ato_ns < conn->rto_ns ? 2 * acks->ato_ns : conn->rto_ns;
    }
}

/* A writer waited for the handshake: the ACK of the SYN,ACK rides on its first octets. */
static bool rides_for_handshake(const struct tcp_conn *conn)
{
    return conn->ack_now && !conn->passive && conn->acks.ato_ns == 0 &&
           conn->rcv_nxt == conn->irs + 1;
}

void ack_policy_text_sent(struct tcp_conn *conn, uint64_t now_ns)
{
    if (has_quick_acks(conn) && rides_for_handshake(conn)) { see_interval(conn, now_ns); }
    if (now_ns - conn->acks.text_ns < conn->acks.ato_ns) { conn->acks.interactive = true; }
}

void tcp_quick_ack(struct tcp_conn *conn, bool quick)
{
    conn->acks.interactive = !quick;
    if (quick && timer_is_on(conn, TCP_TIMER_DELAYED_ACK)) {
        conn->ack_now = true;
        conn->ack_cause = TCP_SENT_DELAYED_ACK;
        host_ready(conn);
    }
}
