/* rto.c - the retransmission timer's value: RFC 6298, in whole nanoseconds. */
#include "tcb.h"

void rto_init(struct tcp_conn *conn)
{
    TCP_SHOWS(conn, RFC6298_1);
    TCP_SHOWS(conn, RFC8961_1);
    conn->rto_ns = conn_options(conn)->rto_initial_ns;
}

/* What a connection begins with that has no sample: (2.1), and (5.7): when the SYN had to be
 * repeated, data begin with at least 3 s. */
static uint64_t first_rto(const struct tcp_conn *conn)
{
    const uint64_t initial_ns = conn_options(conn)->rto_initial_ns;
    if (!conn->syn_acked || !conn->syn_repeated) { return initial_ns; }
    return initial_ns > SYN_LOST_RTO_NS ? initial_ns : SYN_LOST_RTO_NS;
}

static uint64_t clamp(const struct tcp_conn *conn, uint64_t rto_ns)
{
    const struct tcp_options *options = conn_options(conn);
    if (rto_ns < options->rto_min_ns) {
        TCP_SHOWS(conn, RFC6298_4);
        rto_ns = options->rto_min_ns;
    }
    if (rto_ns > options->rto_max_ns) {
        TCP_SHOWS(conn, RFC6298_5);
        rto_ns = options->rto_max_ns;
    }
    return rto_ns < RTO_FLOOR_NS ? RTO_FLOOR_NS : rto_ns;
}

/* What SRTT and RTTVAR make it, not backed off; without them the first. */
static uint64_t rto_of_samples(const struct tcp_conn *conn)
{
    const struct tcp_options *options = conn_options(conn);
    if (conn->srtt_ns == 0) { return first_rto(conn); }
    uint64_t margin_ns = 4 * conn->rttvar_ns;
    if (conn->ts_on && margin_ns < options->timestamp_clock_ns) {
        TCP_SHOWS(conn, RFC6298_8);
        margin_ns = options->timestamp_clock_ns;
    }
    if (options->rto_min_bounds == TCP_RTO_MIN_BOUNDS_VARIANCE && margin_ns < options->rto_min_ns) {
        margin_ns = options->rto_min_ns;
    }
    return clamp(conn, conn->srtt_ns + margin_ns + options->rto_slop_ns);
}

/* (2.2), (2.3): RTTVAR before SRTT; alpha 1/8, beta 1/4, both divided by the samples of a round
 * trip (RFC 7323 G), so that many do not forget the past sooner. A new sample ends the backoff (5.7
 * of Karn's). Timestamps have a tick: no less than that is added to SRTT (G). */
void rto_sample(struct tcp_conn *conn, uint64_t rtt_ns, uint32_t samples)
{
    TCP_SHOWS(conn, MUST_18);
    TCP_SHOWS(conn, RFC8961_2);
    if (conn->srtt_ns == 0) {
        TCP_SHOWS(conn, RFC6298_2);
        conn->srtt_ns = rtt_ns > 0 ? rtt_ns : 1;
        conn->rttvar_ns = rtt_ns / 2;
    } else {
        const uint64_t error_ns =
            conn->srtt_ns > rtt_ns ? conn->srtt_ns - rtt_ns : rtt_ns - conn->srtt_ns;
        const uint64_t n = samples;
        TCP_SHOWS(conn, RFC6298_3);
        conn->rttvar_ns = ((4 * n - 1) * conn->rttvar_ns + error_ns) / (4 * n);
        conn->srtt_ns = ((8 * n - 1) * conn->srtt_ns + rtt_ns) / (8 * n);
    }
    const uint64_t rto_ns = rto_of_samples(conn);
    if (rto_ns < conn->rto_ns) {
        TCP_SHOWS(conn, RFC6298_16);
        TCP_SHOWS(conn, RFC8961_8);
    }
    conn->rto_ns = rto_ns;
    conn->congestion_changed = true;
    conn->tlp.measured = true;
}

/* How much of the RTO is not doubled: the slop, which is added to what is. Without a sample the RTO
 * has none before it is doubled, nor where its greatest value is less. */
uint64_t rto_slop(const struct tcp_conn *conn)
{
    const uint64_t slop_ns = conn_options(conn)->rto_slop_ns;
    const bool first = conn->srtt_ns == 0 && conn->rto_ns == first_rto(conn);
    return !first && conn->rto_ns > slop_ns ? slop_ns : 0;
}

/* (5.5) */
void rto_back_off(struct tcp_conn *conn)
{
    const struct tcp_options *options = conn_options(conn);
    const uint64_t most_ns = options->rto_max_ns;
    TCP_SHOWS(conn, MUST_19);
    TCP_SHOWS(conn, RFC6298_14);
    TCP_SHOWS(conn, RFC8961_7);
    if (conn->rto_ns > most_ns / 2) {
        TCP_SHOWS(conn, RFC6298_5);
        TCP_SHOWS(conn, RFC1122_5);
    }
    uint64_t doubled_ns = (conn->rto_ns - rto_slop(conn)) * 2 + options->rto_slop_ns;
    if (doubled_ns > most_ns) { doubled_ns = most_ns; }
    conn->rto_ns = doubled_ns > conn->rto_ns ? doubled_ns : conn->rto_ns;
    if (options->rto_forget != 0 && conn->retransmits >= options->rto_forget &&
        conn->srtt_ns != 0) {
        TCP_SHOWS(conn, RFC6298_17);
        conn->srtt_ns = 0; /* of another path, most likely; the RTO stays */
        conn->rttvar_ns = 0;
    }
    conn->congestion_changed = true;
}

void rto_established(struct tcp_conn *conn)
{
    if (conn->syn_repeated) {
        TCP_SHOWS(conn, MUST_18);
        TCP_SHOWS(conn, RFC6298_15);
        conn->rto_ns = first_rto(conn);
    }
}

/* One segment at a time is timed; only what is sent for the first time. */
void rto_time_segment(struct tcp_conn *conn, uint64_t now_ns, tcp_seq end)
{
    if (!conn->timing) {
        TCP_SHOWS(conn, RFC6298_7);
        TCP_SHOWS(conn, RFC8961_3);
        conn->timing = true;
        conn->timed_seq = end;
        conn->timed_at_ns = now_ns;
    }
}

/* (5.1), (5.3), (5.6) */
void rto_start(struct tcp_conn *conn, uint64_t now_ns)
{
    timer_set(conn, now_ns, TCP_TIMER_RETRANSMISSION, now_ns + conn->rto_ns);
}

/* RFC 6069 4: a router says why the repetition was lost, which is no congestion: the last doubling
 * is taken back, and where the timer would have expired by now it does. */
void rto_take_back(struct tcp_conn *conn, uint64_t now_ns, tcp_seq seq)
{
    if (!conn_options(conn)->icmp_backoff || !conn->syn_acked || conn->retransmits == 0 ||
        !timer_is_on(conn, TCP_TIMER_RETRANSMISSION) || seq != conn->snd_una) {
        return;
    }
    const uint64_t least_ns = rto_of_samples(conn);
    if (conn->rto_ns <= least_ns) { return; }
    const uint64_t since_ns = conn->deadline_ns[TCP_TIMER_RETRANSMISSION] - conn->rto_ns;
    const uint64_t slop_ns = rto_slop(conn);
    const uint64_t half_ns = (conn->rto_ns - slop_ns) / 2 + slop_ns;
    conn->rto_ns = half_ns > least_ns ? half_ns : least_ns;
    conn->congestion_changed = true;
    const uint64_t deadline_ns = since_ns + conn->rto_ns;
    timer_set(conn, now_ns, TCP_TIMER_RETRANSMISSION, deadline_ns > now_ns ? deadline_ns : now_ns);
}
