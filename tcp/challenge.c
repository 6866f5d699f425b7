/* challenge.c - how many ACKs a time allows that answer nothing proven: challenge ACKs (RFC 5961 3
 * to 5) and ACKs of unacceptable segments that hold no text. RFC 5961 7 wants them throttled and
 * the numbers tunable. Two ends that take each other's ACKs for unacceptable answer them for ever
 * otherwise, since RFC 9293 3.10.7.4 wants each answered. Text is answered always: it is repeated
 * by a timer, never by an ACK. */
#include "tcb.h"

/* An interval begins with the first ACK after the last one was over. */
static bool take_one(struct ack_count *count, const struct tcp_ack_limit *limit, uint64_t now_ns)
{
    if (count->sent == 0 || now_ns - count->since_ns >= limit->interval_ns) {
        count->since_ns = now_ns;
        count->sent = 0;
    }
    if (count->sent >= limit->count) { return false; }
    count->sent++;
    return true;
}

void ack_owe_limited(struct tcp_conn *conn, const struct arrival *arrival,
                     enum tcp_sent_cause cause)
{
    const struct tcp_ack_limit *limit = &conn_options(conn)->challenge_ack_limit;
    const struct tcp_segment *seg = arrival->seg;
    const bool empty = tcp_segment_len(seg) == 0 || (seg->flags & TCP_SYN) != 0;
    struct ack_count *count = limit->per_host ? &conn->host->ack_count : &conn->ack_count;
    if (limit->interval_ns != 0 && (cause == TCP_SENT_CHALLENGE || empty) &&
        !take_one(count, limit, arrival->now_ns)) {
        conn->acks_withheld++;
        TCP_SHOWS(conn, RFC5961_12);
        TCP_SHOWS(conn, RFC5961_13);
        return;
    }
    ack_owe_answer(conn, arrival, cause);
}
