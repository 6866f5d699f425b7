/* timestamps.c - RFC 7323's timestamps: the clock (5.4), which value is echoed (4.3), the round
 * trip measured by the echo (4.1), and PAWS (5). Timestamps are compared as sequence numbers are:
 * modulo 2^32. */
#include "tcb.h"

#define DAY_NS (UINT64_C(24) * 3600 * 1000000000)
#define TS_RECENT_LIFE_NS (24 * DAY_NS) /* RFC 7323 5.5: half a turn of the fastest clock */

static uint64_t tick_ns(const struct tcp_conn *conn)
{
    return conn_options(conn)->timestamp_clock_ns;
}

uint32_t timestamp_now(const struct tcp_conn *conn, uint64_t now_ns)
{
    return conn->ts_offset + (uint32_t)(now_ns / tick_ns(conn));
}

/* Each pair of sockets has a clock of its own, so that nobody learns from one about another, and a
 * new incarnation goes on where the old one ended (RFC 7323 7.1, RFC 6191 3). */
void timestamp_choose_offset(struct tcp_conn *conn)
{
    const struct tcp_options *options = conn_options(conn);
    if (options->has_timestamp_offset) {
        conn->ts_offset = options->timestamp_offset;
    } else if (options->timestamps) {
        conn->ts_offset = (uint32_t)sockets_hash(conn, SOCKETS_HASH_TIMESTAMP);
    }
}

bool timestamps_wanted(const struct tcp_options *options)
{
    return options->syn_options && options->timestamps;
}

bool timestamps_echo_is_ours(const struct tcp_conn *conn, const struct arrival *arrival)
{
    const struct tcp_parsed_options *theirs = &arrival->options;
    if (!conn_options(conn)->timestamps || !theirs->has_timestamp || theirs->ts_ecr == 0) {
        return true;
    }
    const uint32_t first = timestamp_now(conn, conn->open_ns);
    const uint32_t last = timestamp_now(conn, arrival->now_ns);
    return theirs->ts_ecr - first <= last - first;
}

/* The peer's SYN has come, and it is settled whether timestamps are on. */
void timestamps_begin(struct tcp_conn *conn, const struct arrival *arrival)
{
    conn->last_ack_sent = arrival->seg->seq;
    conn->ts_recent_valid = conn->ts_on;
    conn->ts_recent = conn->ts_on ? arrival->options.ts_val : 0;
    conn->ts_recent_ns = arrival->now_ns;
}

/* RFC 7323 3.2. A RST is not checked (5.2). */
bool timestamps_missing(const struct tcp_conn *conn, const struct arrival *arrival)
{
    return (arrival->seg->flags & TCP_RST) == 0 && !arrival->options.has_timestamp &&
           conn_options(conn)->missing_timestamp != TCP_MISSING_ACCEPT;
}

/* 5.3 R1: older than what was taken before. */
bool timestamps_old(struct tcp_conn *conn, const struct arrival *arrival)
{
    if ((arrival->seg->flags & TCP_RST) != 0 || !arrival->options.has_timestamp) { return false; }
    if (arrival->now_ns - conn->ts_recent_ns > TS_RECENT_LIFE_NS) {
        TCP_SHOWS(conn, RFC7323_20);
        conn->ts_recent_valid = false;
    }
    return conn->ts_recent_valid && seq_lt(arrival->options.ts_val, conn->ts_recent);
}

/* An ACK that another overtook: its sender has nothing to learn. */
static bool is_late_ack(const struct tcp_conn *conn, const struct tcp_segment *seg)
{
    return conn_options(conn)->late_ack == TCP_LATE_ACK_DROPPED && !conn_is_record(conn) &&
           (seg->flags & TCP_ACK) != 0 && tcp_segment_len(seg) == 0 &&
           seq_lt(seg->seq, conn->rcv_nxt);
}

enum verdict timestamps_check(struct tcp_conn *conn, const struct arrival *arrival)
{
    if (timestamps_missing(conn, arrival)) {
        TCP_SHOWS(conn, RFC7323_11);
        conn_discard(conn, arrival, TCP_DISCARD_NO_TIMESTAMP);
        return DONE;
    }
    if (!timestamps_old(conn, arrival)) { return GO_ON; }
    TCP_ROW(conn, PAWS_FAILS);
    TCP_SHOWS(conn, RFC7323_17);
    conn_discard(conn, arrival, TCP_DISCARD_OLD_TIMESTAMP);
    if (!is_late_ack(conn, arrival->seg)) {
        const bool challenged = (arrival->seg->flags & TCP_SYN) != 0 && edges_decide(conn);
        ack_owe_limited(conn, arrival, challenged ? TCP_SENT_CHALLENGE : TCP_SENT_ACK_OF);
    }
    return DONE;
}

/* 5.3 R3 and 4.3 (2): of an acceptable segment that begins at or before what was last acknowledged,
 * so that the echo is of the segment that made the ACK due. R1 has let no older value through. */
void timestamps_take(struct tcp_conn *conn, const struct arrival *arrival)
{
    const struct tcp_parsed_options *options = &arrival->options;
    if (!options->has_timestamp || (arrival->seg->flags & TCP_RST) != 0 ||
        seq_gt(arrival->seg->seq, conn->last_ack_sent)) {
        return;
    }
    TCP_SHOWS(conn, RFC7323_14);
    conn->ts_recent = options->ts_val;
    conn->ts_recent_valid = true;
    conn->ts_recent_ns = arrival->now_ns;
}

/* 4.1: what the ACK echoes tells the round trip, also of what was sent twice. An echo from before
 * the connection was opened, or of the future, is no echo of ours. */
bool timestamps_measure(const struct tcp_conn *conn, const struct arrival *arrival,
                        uint64_t *rtt_ns)
{
    if (!arrival->options.has_timestamp) { return false; }
    const uint64_t ticks =
        (uint32_t)(timestamp_now(conn, arrival->now_ns) - arrival->options.ts_ecr);
    if (ticks > (arrival->now_ns - conn->open_ns) / tick_ns(conn) + 1) { return false; }
    TCP_SHOWS(conn, RFC7323_16);
    *rtt_ns = ticks * tick_ns(conn);
    return true;
}
