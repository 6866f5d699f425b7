/* fin_wait_2.c - FIN-WAIT-2 when the user has let go of the connection: Linux keeps no more than a
 * record of it, as of TIME-WAIT, and follows RFC 793's checks without RFC 5961's challenges. */
#include "tcb.h"

bool fin_wait_2_is_record(const struct tcp_conn *conn)
{
    const struct tcp_options *options = conn_options(conn);
    return conn->state == TCP_FIN_WAIT_2 && conn->released && options->fin_wait_2_record &&
           options->fin_wait_2_timeout_ns <= 2 * options->msl_ns; /* as TIME-WAIT's at most */
}

static void ends(struct tcp_conn *conn, const struct arrival *arrival, enum tcp_cause cause)
{
    conn_discard(conn, arrival, TCP_DISCARD_TEXT_AFTER_CLOSE);
    conn_reply_rst(conn, arrival);
    conn_finish(conn, arrival->now_ns, cause, TCP_ERROR_RESET);
}

static bool window_holds(const struct tcp_conn *conn, tcp_seq seq, tcp_seq end)
{
    return seq == conn->rcv_nxt || (seq == conn->rcv_adv && seq == end) ||
           (seq_gt(end, conn->rcv_nxt) && seq_lt(seq, conn->rcv_adv));
}

/* Neither the ACK field nor the window means anything. */
void fin_wait_2_arrives(struct tcp_conn *conn, struct arrival *arrival)
{
    const struct tcp_segment *seg = arrival->seg;
    const tcp_seq end = seg->seq + tcp_segment_len(seg);
    const bool rst = (seg->flags & TCP_RST) != 0;
    if (!window_holds(conn, seg->seq, end)) { /* a RST is answered as well */
        conn_discard(conn, arrival,
                     rst ? TCP_DISCARD_RST_OUT_OF_WINDOW : TCP_DISCARD_OUT_OF_WINDOW);
        ack_owe_limited(conn, arrival, TCP_SENT_ACK_OF);
    } else if (rst) {
        conn_finish(conn, arrival->now_ns, TCP_CAUSE_RST_ARRIVED, TCP_ERROR_RESET);
    } else if ((seg->flags & TCP_SYN) != 0 && seq_geq(seg->seq, conn->rcv_nxt)) {
        ends(conn, arrival, TCP_CAUSE_SYN_IN_WINDOW);
    } else if ((seg->flags & TCP_ACK) == 0 || end == seg->seq) {
        conn_discard(conn, arrival, TCP_DISCARD_IGNORED_IN_FIN_WAIT_2);
    } else if ((seg->flags & TCP_FIN) == 0 || end != conn->rcv_nxt + 1) {
        ends(conn, arrival, TCP_CAUSE_DATA_AFTER_CLOSE);
    } else {
        if (conn->ts_on) { timestamps_take(conn, arrival); }
        arrival_trim(conn, arrival);
        seventh_process_text(conn, arrival);
        eighth_check_fin(conn, arrival);
    }
}
