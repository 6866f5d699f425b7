/* tlp.c - tail loss probes, RFC 8985 7: what is lost at the end of a flight draws no duplicate
 * ACKs. Two round trips after the last of it left one segment goes again, or a new one; its SACK
 * tells what is missing, sooner and at less cost than a timeout. */
#include "tcb.h"

#define PTO_UNMEASURED_NS UINT64_C(1000000000)
#define ACK_DELAY_NS UINT64_C(200000000) /* 7.2, TLP.max_ack_delay */
#define KERNEL_MARGIN_NS UINT64_C(2000000)

static bool as_kernel(const struct tcp_conn *conn)
{
    return conn_options(conn)->tlp_rules == TCP_TLP_RULES_LINUX;
}

/* 7.2: a connection with SACK that repairs nothing, and has no sign of a hole. What probes a closed
 * window counts as repeated. */
static bool is_tail(const struct tcp_conn *conn)
{
    return conn_options(conn)->tlp && conn->sack_on && conn->syn_acked && conn->sent_tail != NULL &&
           sack_bytes(conn) == 0 && !conn->in_recovery && conn->resend_next == NULL &&
           conn->retransmits == 0;
}

/* 7.3: one a flight, and none that would keep the round trip from being measured. */
static bool may_probe(const struct tcp_conn *conn)
{
    return is_tail(conn) && !conn->tlp.out && (conn->tlp.measured || as_kernel(conn));
}

/* 7.2, TLP_calc_PTO. */
static uint64_t probe_timeout(const struct tcp_conn *conn)
{
    if (conn->srtt_ns == 0) { return PTO_UNMEASURED_NS; }
    const bool alone = conn->sent_head == conn->sent_tail;
    const uint64_t margin_ns = as_kernel(conn) ? KERNEL_MARGIN_NS : 0;
    return 2 * conn->srtt_ns + (alone ? ACK_DELAY_NS : margin_ns);
}

/* No later than the retransmission timer, which probes first, too. */
void tlp_schedule(struct tcp_conn *conn, uint64_t now_ns)
{
    if (conn->tlp.owed) { return; } /* it is the probe that leaves */
    const uint64_t deadline_ns = now_ns + probe_timeout(conn);
    if (is_tail(conn) && deadline_ns < conn->deadline_ns[TCP_TIMER_RETRANSMISSION]) {
        TCP_SHOWS(conn, RFC8985_13);
        TCP_SHOWS(conn, RFC8985_14);
        timer_set(conn, now_ns, TCP_TIMER_LOSS_PROBE, deadline_ns);
    } else {
        timer_stop(conn, now_ns, TCP_TIMER_LOSS_PROBE);
    }
}

/* The retransmission timer is due, and this one does not run: true, a probe leaves in place of what
 * RFC 6298 asks for. */
bool tlp_fires(struct tcp_conn *conn, uint64_t now_ns)
{
    if (!may_probe(conn)) { return false; }
    conn->tlp.owed = true;
    conn->timing = false;
    rto_start(conn, now_ns);
    host_ready(conn);
    return true;
}

/* 7.3: whether or not a probe leaves, the retransmission timer begins anew. */
void tlp_timeout(struct tcp_conn *conn, uint64_t now_ns)
{
    if (tlp_fires(conn, now_ns)) { return; }
    TCP_SHOWS(conn, RFC8985_15);
    rto_start(conn, now_ns);
}

/* The probe has left. */
void tlp_sent(struct tcp_conn *conn, tcp_seq seq, bool again)
{
    TCP_SHOWS(conn, RFC8985_16);
    TCP_SHOWS(conn, RFC8985_17);
    conn->tlp.out = true;
    conn->tlp.measured = false;
    conn->tlp.seq = seq;
    conn->tlp.end = conn->snd_nxt;
    conn->tlp.again = again;
}

/* 7.3, 6.2: the peer holds the probe, and not what left long before it: all that is lost. */
static bool shows_loss(const struct tcp_conn *conn)
{
    if (sack_bytes(conn) == 0 || conn->sent_head->sacked ||
        seq_geq(conn->sent_head->seq, conn->tlp.seq)) {
        return false;
    }
    for (const struct sent *sent = conn->sent_head; sent != NULL; sent = sent->next) {
        if (sent->sacked && seq_geq(sent->seq, conn->tlp.seq)) { return true; }
    }
    return false;
}

/* 7.4: whether the probe repaired a loss, which is a sign of congestion. `dsacks`: reported until
 * this ACK came. */
void tlp_ack_arrives(struct tcp_conn *conn, const struct arrival *arrival, bool is_new,
                     uint32_t dsacks)
{
    const tcp_seq ack = arrival->seg->ack;
    if (conn->tlp.out) {
        if (!conn->in_recovery && shows_loss(conn)) {
            conn->tlp.out = false;
            congestion_probe_lost(conn);
            conn->resend_next = conn->sent_head;
            conn->resend_end = conn->tlp.seq;
            conn->sent_cause = TCP_SENT_FAST_RETRANSMIT;
            conn->sent_cause_tag = arrival->seg->tag;
        } else if (seq_geq(ack, conn->tlp.end)) {
            const bool twice = conn->dsacks != dsacks;
            const bool repaired = conn->tlp.again && !twice && seq_gt(ack, conn->tlp.end);
            const bool pure = !is_new && tcp_payload_len(&arrival->seg->payload) == 0;
            if (repaired) {
                TCP_SHOWS(conn, RFC8985_18);
                TCP_SHOWS(conn, RFC8985_19);
                congestion_marked(conn);
            }
            if (repaired || !conn->tlp.again || twice || pure) { conn->tlp.out = false; }
        }
    }
    if (is_new) {
        tlp_schedule(conn, arrival->now_ns);
    } else if (!is_tail(conn)) {
        timer_stop(conn, arrival->now_ns, TCP_TIMER_LOSS_PROBE);
    }
}
