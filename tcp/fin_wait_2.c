/* fin_wait_2.c - FIN-WAIT-2 when the user has let go of the connection: Linux keeps no more than a
 * record of it, as of TIME-WAIT, and follows RFC 793's checks without RFC 5961's challenges. */
#include "tcb.h"

static enum verdict ends(struct tcp_conn *conn, const struct arrival *arrival, enum tcp_cause cause)
{
    conn_discard(conn, arrival, TCP_DISCARD_TEXT_AFTER_CLOSE);
    conn_reply_rst(conn, arrival);
    conn_finish(conn, arrival->now_ns, cause, TCP_ERROR_RESET);
    return DONE;
}

static enum verdict outside_window(struct tcp_conn *conn, const struct arrival *arrival)
{
    if ((arrival->seg->flags & TCP_RST) == 0) { return GO_ON; } /* the first check answers */
    conn_discard(conn, arrival, TCP_DISCARD_RST_OUT_OF_WINDOW);
    ack_owe_limited(conn, arrival, TCP_SENT_ACK_OF);
    return DONE;
}

enum verdict fin_wait_2_record(struct tcp_conn *conn, const struct arrival *arrival)
{
    const struct tcp_segment *seg = arrival->seg;
    const tcp_seq end = seg->seq + tcp_segment_len(seg);
    if (!conn->released || !conn_options(conn)->fin_wait_2_record) { return GO_ON; }
    if (!segment_is_acceptable(conn, seg)) { return outside_window(conn, arrival); }
    if ((seg->flags & TCP_RST) != 0) {
        conn_finish(conn, arrival->now_ns, TCP_CAUSE_RST_ARRIVED, TCP_ERROR_RESET);
        return DONE;
    }
    if ((seg->flags & TCP_SYN) != 0) { return ends(conn, arrival, TCP_CAUSE_SYN_IN_WINDOW); }
    if ((seg->flags & TCP_ACK) == 0 || !seq_gt(end, conn->rcv_nxt)) {
        conn_discard(conn, arrival, TCP_DISCARD_IGNORED_IN_FIN_WAIT_2);
        return DONE;
    }
    if ((seg->flags & TCP_FIN) == 0 || end != conn->rcv_nxt + 1) {
        return ends(conn, arrival, TCP_CAUSE_DATA_AFTER_CLOSE);
    }
    return GO_ON;
}
