/* congestion.c - when a segment is taken for lost, and recovery: RFC 5681 3.2 and NewReno, RFC
 * 6582. By how much the window grows and falls is the business of a congestion control behind
 * struct congestion_control. The windows are octets. */
#include "tcb.h"

#define HEURISTIC_SEGMENTS 4 /* RFC 6582 4.1 */

static const struct congestion_control *const controls[] = {&congestion_reno};

static const struct congestion_control *control(const struct tcp_conn *conn)
{
    const uint8_t index = conn_options(conn)->congestion;
    /* The table of options lets no greater number through. */
    assert(index < sizeof controls / sizeof controls[0]);
    return controls[index];
}

enum tcp_phase conn_phase(const struct tcp_conn *conn)
{
    if (conn->in_recovery) { return TCP_RECOVERY; }
    if (conn->resend_next != NULL) { return TCP_LOSS; }
    return conn->cwnd < conn->ssthresh ? TCP_SLOW_START : TCP_AVOIDANCE;
}

/* RFC 5681 3.1. After a lost SYN one segment (its last paragraph on IW). */
static uint32_t initial_window(const struct tcp_conn *conn)
{
    const uint32_t smss = conn->snd_mss;
    if (conn->syn_times >= conn_options(conn)->syn_losses) {
        TCP_SHOWS(conn, RFC5681_4);
        return smss;
    }
    const uint32_t given = conn_options(conn)->initial_window;
    if (given != 0) { return given * smss; }
    TCP_SHOWS(conn, RFC5681_2);
    if (smss > 2190) { return 2 * smss; }
    return smss > 1095 ? 3 * smss : 4 * smss;
}

void congestion_init(struct tcp_conn *conn)
{
    conn->cwnd = initial_window(conn); /* ssthresh is as conn_create left it */
    TCP_SHOWS(conn, RFC5681_5);
    TCP_SHOWS(conn, RFC6582_1);
    /* DEVIATION: RFC 6582 begins with the ISS, so that the first segment of data could never be
     * repaired by fast retransmit (its duplicate ACKs cover no more than the SYN). One less lets
     * it. */
    conn->recover = conn->iss - 1;
    conn->congestion_changed = true;
}

/* RFC 5681 4.1: after an idle time longer than the RTO no more than the restart window. */
void congestion_idle(struct tcp_conn *conn, uint64_t now_ns)
{
    if (conn_options(conn)->slow_start_after_idle && conn->snd_una == conn->snd_nxt &&
        now_ns - conn->last_sent_ns > conn->rto_ns) {
        const uint32_t restart = initial_window(conn);
        if (conn->cwnd > restart) {
            TCP_SHOWS(conn, RFC5681_17);
            conn->cwnd = restart;
            conn->congestion_changed = true;
        }
    }
}

static bool counts_segments(const struct tcp_conn *conn)
{
    return conn_options(conn)->cwnd_counts == TCP_CWND_COUNTS_SEGMENTS;
}

uint32_t congestion_flight(const struct tcp_conn *conn)
{
    const uint32_t text = conn_flight(conn) - !conn->syn_acked;
    return counts_segments(conn) ? conn->sent_count * conn->snd_mss : text;
}

/* RFC 7661 4.2, as Linux does it: remembers for a window of data whether cwnd was the limit, which
 * leaves no room for a full segment then, else the most that was out. Text that waits for another
 * reason says nothing. */
void congestion_used(struct tcp_conn *conn, bool sent)
{
    if (!conn_options(conn)->cwnd_limited) { return; }
    const uint32_t flight = congestion_flight(conn);
    const bool was_limit = flight + conn->snd_mss > conn->cwnd;
    const bool more = seq_geq(conn->snd_una, conn->limited_until) ||
                      (!conn->cwnd_was_limit && flight > conn->most_flight);
    if (was_limit || (sent && more)) {
        conn->cwnd_was_limit = was_limit;
        conn->most_flight = flight;
        conn->limited_until = conn->snd_nxt;
    }
}

static bool may_grow(const struct tcp_conn *conn)
{
    return !conn_options(conn)->cwnd_limited || conn->cwnd_was_limit ||
           (conn->cwnd < conn->ssthresh && conn->cwnd < 2 * conn->most_flight);
}

static void end_recovery(struct tcp_conn *conn)
{
    const uint32_t flight = conn_flight(conn);
    const uint32_t floor = (flight > conn->snd_mss ? flight : conn->snd_mss) + conn->snd_mss;
    TCP_SHOWS(conn, RFC5681_16);
    TCP_SHOWS(conn, RFC6582_4);
    if (floor < conn->ssthresh) { TCP_SHOWS(conn, RFC6582_11); }
    const bool small = conn_options(conn)->recovery_exit == TCP_RECOVERY_EXIT_FLIGHT;
    conn->cwnd = small && floor < conn->ssthresh ? floor : conn->ssthresh;
    conn->in_recovery = false;
    conn->dup_acks = 0;
}

/* RFC 6582 3.2 (3), partial acknowledgment: the next hole is sent at once. */
static void partial_ack(struct tcp_conn *conn, uint32_t acked)
{
    TCP_SHOWS(conn, RFC6582_5);
    if (conn->first_partial_ack) { TCP_SHOWS(conn, RFC6582_6); }
    conn->resend_head = true;
    conn->sent_cause = TCP_SENT_PARTIAL_ACK; /* of the ACK that ack_advance has named */
    conn->cwnd = conn->cwnd > acked ? conn->cwnd - acked : 0;
    if (acked >= conn->snd_mss || conn->cwnd < conn->snd_mss) { conn->cwnd += conn->snd_mss; }
    conn->first_partial_ack = false;
}

/* RFC 3168 6.1.2: an ACK with ECE does not let the window grow. */
static bool is_marked(const struct tcp_conn *conn, const struct tcp_segment *seg)
{
    return conn->ecn.on && (seg->flags & TCP_ECE) != 0;
}

/* Linux counts what was delivered when it hears of it: each duplicate ACK has told of a segment,
 * the ACK that covers them tells of the rest, at least of one. */
static uint32_t newly_delivered(const struct tcp_conn *conn, uint32_t acked)
{
    if (!conn_options(conn)->dup_acks_counted) { return acked; }
    const uint64_t told = (uint64_t)conn->dup_acks * conn->snd_mss;
    const uint32_t least = acked < conn->snd_mss ? acked : conn->snd_mss;
    return acked > told + least ? acked - (uint32_t)told : least;
}

void congestion_acked(struct tcp_conn *conn, uint32_t acked, const struct tcp_segment *seg)
{
    conn->congestion_changed = true;
    if (!conn->in_recovery) {
        const uint32_t counted =
            counts_segments(conn) ? conn->segments_acked * conn->snd_mss : acked;
        const uint32_t delivered = newly_delivered(conn, counted);
        conn->recover =
            seq_max(conn->recover, conn->snd_una - 2); /* never half the sequence space behind */
        conn->dup_acks = 0;
        conn->limited_bytes = 0;
        if (may_grow(conn) && !is_marked(conn, seg)) { control(conn)->acked(conn, delivered); }
    } else if (seq_gt(seg->ack, conn->recover)) {
        end_recovery(conn);
    } else {
        partial_ack(conn, acked);
    }
}

static bool counts_cwnd(const struct tcp_conn *conn)
{
    return conn_options(conn)->ssthresh_of == TCP_SSTHRESH_OF_CWND;
}

/* What a loss halves. */
static uint32_t at_loss(const struct tcp_conn *conn, uint32_t flight)
{
    return counts_cwnd(conn) ? conn->cwnd / conn->snd_mss / 2 * 2 * conn->snd_mss : flight;
}

static void enter_recovery(struct tcp_conn *conn, uint64_t tag)
{
    TCP_SHOWS(conn, RFC5681_14);
    TCP_SHOWS(conn, RFC6582_2);
    if (conn->ssthresh < CWND_MAX_BYTES) { TCP_SHOWS(conn, RFC5681_20); }
    /* What limited transmit sent does not count: RFC 5681 3.2 (2). */
    if (!ecn_has_reduced(conn)) { /* or the answer to marks in this window was enough */
        conn->ssthresh =
            control(conn)->ssthresh(conn, at_loss(conn, conn_flight(conn) - conn->limited_bytes));
        ecn_window_reduced(conn);
    }
    conn->limited_bytes = 0;
    conn->cwnd = conn->ssthresh + DUP_ACK_THRESHOLD * conn->snd_mss;
    conn->recover = conn->snd_nxt - 1;
    conn->in_recovery = true;
    conn->first_partial_ack = true;
    conn->resend_head = true;
    conn->sent_cause = TCP_SENT_FAST_RETRANSMIT;
    conn->sent_cause_tag = tag;
}

/* RFC 6582 3.2 (1): duplicate ACKs of what was out before the last loss may come of segments that
 * were sent again in vain. By 4.1 they do not if the ACK before them had advanced by little: a
 * whole window of needless repetitions would have moved it further. */
static bool tells_of_loss(const struct tcp_conn *conn)
{
    if (seq_gt(conn->snd_una - 1, conn->recover)) { return true; }
    const uint32_t most = HEURISTIC_SEGMENTS * (uint32_t)conn->snd_mss;
    if (!conn_options(conn)->newreno_heuristic || conn->cwnd <= conn->snd_mss ||
        conn->snd_una - conn->una_before > most) {
        return false;
    }
    TCP_SHOWS(conn, RFC6582_9);
    return true;
}

void congestion_duplicate(struct tcp_conn *conn, uint64_t tag)
{
    conn->dup_acks++;
    TCP_SHOWS(conn, RFC5681_12);
    if (conn->in_recovery) {
        TCP_SHOWS(conn, RFC5681_15);
        conn->cwnd += conn->snd_mss;
        conn->congestion_changed = true;
        conn->sent_cause = TCP_SENT_WINDOW_OPENED;
        conn->sent_cause_tag = tag;
    } else if (conn->dup_acks == DUP_ACK_THRESHOLD && tells_of_loss(conn)) {
        conn->congestion_changed = true;
        enter_recovery(conn, tag);
    } else {
        if (conn->dup_acks == DUP_ACK_THRESHOLD) {
            TCP_SHOWS(conn, RFC6582_3);
            TCP_SHOWS(conn, RFC6582_8);
        }
        conn->sent_cause = TCP_SENT_WINDOW_OPENED;
        conn->sent_cause_tag = tag;
    }
}

/* RFC 5681 3.1 (4) and 3.2; RFC 6582 3.2 (4). A second timeout of one segment leaves ssthresh
 * alone. The backoff that follows tells of it all. */
void congestion_timeout(struct tcp_conn *conn)
{
    TCP_SHOWS(conn, MUST_19);
    TCP_SHOWS(conn, RFC5681_11);
    TCP_SHOWS(conn, RFC6582_7);
    TCP_SHOWS(conn, RFC8961_6);
    if (conn->ssthresh_kept) { TCP_SHOWS(conn, RFC5681_10); }
    const bool halved = counts_cwnd(conn) && conn->in_recovery;
    if (!conn->ssthresh_kept && !halved) {
        TCP_SHOWS(conn, RFC5681_9);
        if (conn->ssthresh < CWND_MAX_BYTES) { TCP_SHOWS(conn, RFC5681_20); }
        conn->ssthresh = control(conn)->ssthresh(conn, at_loss(conn, conn_flight(conn)));
    }
    conn->ssthresh_kept = true;
    conn->cwnd = conn->snd_mss;
    conn->acked_bytes = 0;
    conn->recover = conn->snd_nxt - 1;
    conn->in_recovery = false;
    conn->dup_acks = 0;
    ecn_window_reduced(conn);
}

/* RFC 8985 7.3: what left before a probe is lost. As after a timeout the window opens from one
 * segment on, as nothing else is out; but the timer has not backed off. */
void congestion_probe_lost(struct tcp_conn *conn)
{
    conn->ssthresh = control(conn)->ssthresh(conn, conn_flight(conn));
    conn->cwnd = conn->snd_mss;
    conn->acked_bytes = 0;
    conn->recover = conn->snd_nxt - 1;
    conn->dup_acks = 0;
    conn->congestion_changed = true;
    ecn_window_reduced(conn);
}

/* RFC 3168 6.1.2: as at a loss, but nothing is to be sent again. */
void congestion_marked(struct tcp_conn *conn)
{
    conn->ssthresh = control(conn)->ssthresh(conn, conn->cwnd);
    if (conn->cwnd > conn->ssthresh) { conn->cwnd = conn->ssthresh; }
    conn->acked_bytes = 0;
    conn->congestion_changed = true;
}
