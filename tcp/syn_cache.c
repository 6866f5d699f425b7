/* syn_cache.c - a connection of a listener in SYN-RECEIVED as an entry of a SYN cache (RFC 4987
 * 3.5) sees what arrives: syn_cache = true. No TCB is there yet, so that less is looked at than RFC
 * 9293 3.10.7.4 does: a SYN, whatever its number, draws the SYN,ACK again; an ACK must acknowledge
 * it and begin in the window, else it draws a RST and the entry stays; a RST is treated by RFC 5961
 * 3; a SYN,ACK ends the entry; what has none of these bits is nothing. */
#include "tcb.h"

static void check_rst(struct tcp_conn *conn, const struct arrival *arrival)
{
    const struct tcp_options *options = conn_options(conn);
    const uint32_t offset = arrival->seg->seq - conn->rcv_nxt;
    const bool exact = offset == 0;
    if (!exact && offset >= conn->rcv_adv - conn->rcv_nxt) {
        conn_discard(conn, arrival, TCP_DISCARD_RST_OUT_OF_WINDOW);
    } else if (!exact && options->challenge_ack && !options->insecure_rst) {
        conn_discard(conn, arrival, TCP_DISCARD_RST_NOT_EXACT);
        ack_owe_limited(conn, arrival, TCP_SENT_CHALLENGE);
    } else {
        conn_reset_accepted(conn, arrival, TCP_CAUSE_RST_ARRIVED);
    }
}

/* The repetitions of the SYN,ACK begin anew. */
static void syn_again(struct tcp_conn *conn, const struct arrival *arrival)
{
    conn_discard(conn, arrival, TCP_DISCARD_REPEATED_SYN);
    if (conn->ecn.on) { ecn_syn_repeated(conn, arrival->seg->flags); }
    if (conn->ts_on && arrival->options.has_timestamp) {
        conn->ts_recent = arrival->options.ts_val;
        conn->ts_recent_ns = arrival->now_ns;
    }
    syn_ack_repeat(conn, arrival);
    if (conn->retransmits > 0) { conn->congestion_changed = true; } /* the RTO was doubled */
    conn->retransmits = 0;
    rto_init(conn);
    timer_stop(conn, arrival->now_ns, TCP_TIMER_RETRANSMISSION); /* armed when the SYN,ACK leaves */
}

static enum verdict check_ack(struct tcp_conn *conn, const struct arrival *arrival)
{
    const struct tcp_segment *seg = arrival->seg;
    const uint32_t offset = seg->seq - conn->rcv_nxt;
    if (seg->ack == conn->snd_nxt && offset < conn->rcv_adv - conn->rcv_nxt) { return GO_ON; }
    conn_discard(conn, arrival, TCP_DISCARD_ACK_UNACCEPTABLE);
    conn_reply_rst(conn, arrival);
    return DONE;
}

/* It is such an entry: nothing but a SYN,ACK leaves for it by itself. */
bool syn_cache_has(const struct tcp_conn *conn)
{
    return conn->state == TCP_SYN_RECEIVED && conn->passive && !conn->fast_open.early &&
           conn->old == NULL && conn_options(conn)->syn_cache;
}

enum verdict syn_cache_arrives(struct tcp_conn *conn, const struct arrival *arrival)
{
    const struct tcp_options *options = conn_options(conn);
    const uint16_t flags = arrival->seg->flags;
    if (!syn_cache_has(conn)) { return GO_ON; }
    if ((flags & TCP_RST) != 0) {
        check_rst(conn, arrival);
    } else if ((flags & (TCP_SYN | TCP_ACK)) == TCP_ACK) {
        return check_ack(conn, arrival);
    } else if ((flags & TCP_SYN) == 0) {
        conn_discard(conn, arrival, TCP_DISCARD_NO_ACK);
    } else if ((flags & TCP_ACK) != 0) {
        conn_discard(conn, arrival, TCP_DISCARD_ACK_IN_LISTEN);
        if (options->listen_syn_ack != TCP_LISTEN_SYN_ACK_DROP) { conn_reply_rst(conn, arrival); }
        conn_reset_accepted(conn, arrival, TCP_CAUSE_SYN_IN_WINDOW);
    } else if ((flags & TCP_FIN) != 0 && options->syn_fin == TCP_SYN_FIN_DROP) {
        conn_discard(conn, arrival, TCP_DISCARD_SYN_WITH_FIN);
    } else {
        syn_again(conn, arrival);
    }
    return DONE;
}
