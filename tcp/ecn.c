/* ecn.c - explicit congestion notification, RFC 3168: agreed on by the two SYNs; data are sent as
 * of an ECN-capable transport, ECT(0); routers set CE in place of dropping; the receiver echoes
 * that as ECE on every ACK until a CWR tells that the sender has reduced its window. SYNs, pure
 * ACKs, retransmissions and probes are never ECT: 5.2, 6.1.1, 6.1.4 to 6.1.6. */
#include "tcb.h"

#define CODEPOINT 0x03u /* of the tos octet */
#define ECT_0 0x02u
#define CE 0x03u
#define SETUP (TCP_ECE | TCP_CWR)

/* ---- negotiation: 6.1.1 ---- */

/* An ECN-setup SYN has both flags, an ECN-setup SYN,ACK has ECE alone. A SYN that gets no answer is
 * sent without them at last (6.1.1.1): then ECN is off, whatever the answer says. */
uint16_t ecn_syn_flags(struct tcp_conn *conn, bool with_ack)
{
    const struct tcp_options *options = conn_options(conn);
    if (with_ack) { return conn->ecn.on ? TCP_ECE : 0; }
    if (conn->ecn.asked && conn->syn_times > options->ecn_retries) { TCP_SHOWS(conn, RFC3168_19); }
    conn->ecn.asked = options->ecn >= TCP_ECN_ON && conn->syn_times <= options->ecn_retries;
    return conn->ecn.asked ? SETUP : 0;
}

void ecn_of_peer_syn(struct tcp_conn *conn, uint16_t flags)
{
    const uint16_t setup = (flags & TCP_ACK) != 0 ? TCP_ECE : SETUP;
    const bool opener = conn->state == TCP_SYN_SENT;
    const bool willing = opener ? conn->ecn.asked : conn_options(conn)->ecn != TCP_ECN_OFF;
    TCP_SHOWS(conn, RFC3168_1);
    if (willing && (flags & SETUP) == setup) { TCP_SHOWS(conn, SHLD_8); }
    conn->ecn = (struct ecn_state){.on = willing && (flags & SETUP) == setup};
}

/* The peer has given up on ECN for its SYN: no data may be ECT. */
void ecn_syn_repeated(struct tcp_conn *conn, uint16_t flags)
{
    if ((flags & SETUP) != SETUP && (flags & TCP_ACK) == 0) { conn->ecn.on = false; }
}

/* ---- the sender ---- */

/* New data: ECT(0), and CWR once after each reduction. */
void ecn_on_new_data(struct tcp_conn *conn, struct tcp_segment *out)
{
    TCP_SHOWS(conn, RFC3168_9);
    out->tos |= ECT_0;
    if (conn->ecn.cwr_owed) {
        TCP_SHOWS(conn, RFC3168_13);
        TCP_SHOWS(conn, RFC3168_20);
        conn->ecn.cwr_owed = false;
        out->flags |= TCP_CWR;
    }
}

bool ecn_has_reduced(const struct tcp_conn *conn)
{
    return conn->ecn.reduced && seq_leq(conn->snd_una, conn->ecn.reduced_to);
}

/* By a mark, a loss or a timeout: what was sent until now is not answered by another reduction
 * (6.1.2), and the peer is told. */
void ecn_window_reduced(struct tcp_conn *conn)
{
    if (!conn->ecn.on) { return; }
    conn->ecn.reduced = true;
    conn->ecn.reduced_to = conn->snd_nxt;
    conn->ecn.cwr_owed = true;
}

/* An acceptable ACK: 6.1.2. With a window of one segment there is nothing to halve: the next
 * segment waits for the retransmission timer; not for that of the probes, where the peer's window
 * is closed. */
void ecn_ack_arrives(struct tcp_conn *conn, const struct arrival *arrival)
{
    const uint16_t flags = arrival->seg->flags;
    if ((flags & TCP_ECE) == 0 || (flags & TCP_SYN) != 0) {
        /* so that it is never half the sequence space behind */
        if (conn->ecn.reduced && !ecn_has_reduced(conn)) { conn->ecn.reduced = false; }
        return;
    }
    conn->ece_acks++;
    if (ecn_has_reduced(conn) || conn->in_recovery) { return; }
    if (conn->cwnd > conn->snd_mss) {
        TCP_SHOWS(conn, RFC3168_10);
        congestion_marked(conn);
    } else if (!conn->probing) {
        TCP_SHOWS(conn, RFC3168_12);
        conn->ecn.waits = true;
        rto_start(conn, arrival->now_ns);
    }
    ecn_window_reduced(conn);
}

/* The retransmission timer has fired: true if it ran for 6.1.2 alone, and nothing was lost. */
bool ecn_wait_is_over(struct tcp_conn *conn)
{
    const bool waited = conn->ecn.waits;
    conn->ecn.waits = false;
    return waited && conn->snd_una == conn->snd_nxt;
}

/* ---- the receiver: 6.1.3 ---- */

/* Text that was acceptable. CWR is of what came before: the segment's own CE counts. */
void ecn_text_arrives(struct tcp_conn *conn, const struct tcp_segment *seg)
{
    if (tcp_payload_len(&seg->payload) == 0) { return; }
    if ((seg->flags & TCP_CWR) != 0) { conn->ecn.echo = false; }
    if ((seg->tos & CODEPOINT) == CE) {
        TCP_SHOWS(conn, RFC3168_15);
        if (timer_is_on(conn, TCP_TIMER_DELAYED_ACK)) { TCP_SHOWS(conn, RFC3168_16); }
        if (conn->rcv_adv == conn->rcv_nxt) { TCP_SHOWS(conn, RFC3168_18); }
        conn->ecn.echo = true;
        conn->ce_segments++;
    }
}
