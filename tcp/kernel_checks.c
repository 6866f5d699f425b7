/* kernel_checks.c - the checks of RFC 9293 3.10.7.4 that kernels draw elsewhere, each where its
 * option asks for it: which segments the window lets in, which RST is exact, and TIME-WAIT as
 * the small record that is left of a connection.
 * Measured on Linux 6.18; scenarios/packetdrill/linux has scripts that pass there. */
#include "tcb.h"

/* A kernel keeps a small record of it, and looks at less than at a whole connection. */
bool conn_is_record(const struct tcp_conn *conn)
{
    return conn->state == TCP_TIME_WAIT || fin_wait_2_is_record(conn) ||
           (conn->state == TCP_SYN_RECEIVED && conn->passive && !conn->fast_open.early);
}

/* ---- first, the sequence number ---- */

enum verdict check_there_is_ack(const struct tcp_conn *conn, const struct arrival *arrival)
{
    if ((arrival->flags & (TCP_ACK | TCP_RST | TCP_SYN)) != 0 ||
        !conn_options(conn)->drop_without_ack || conn_is_record(conn)) {
        return GO_ON;
    }
    return DONE;
}

bool edges_decide(const struct tcp_conn *conn)
{
    return conn_options(conn)->sequence_check == TCP_SEQUENCE_EDGES && !conn_is_record(conn);
}

/* Whatever rides on it. */
bool is_syn_again(const struct tcp_conn *conn, const struct tcp_segment *seg)
{
    const struct tcp_options *options = conn_options(conn);
    return conn->state == TCP_SYN_RECEIVED && conn_is_record(conn) && seg->seq == conn->irs &&
           options->sequence_check == TCP_SEQUENCE_EDGES &&
           options->repeated_syn == TCP_REPEATED_SYN_SYN_ACK &&
           (seg->flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN;
}

/* What ends where the last ACK stood is let in: its ACK field is as good as any, its text is
 * answered. What goes on beyond the right edge is, while nothing waits to be read; with room for
 * its first octet all of it is taken. */
bool edges_let_in(struct tcp_conn *conn, struct arrival *arrival)
{
    const struct tcp_segment *seg = arrival->seg;
    const tcp_seq end = seg->seq + tcp_segment_len(seg);
    const tcp_seq text_end = end - ((seg->flags & TCP_FIN) != 0);
    if (seq_lt(end, conn->last_ack_sent)) { return false; }
    if ((seg->flags & (TCP_SYN | TCP_RST)) == TCP_SYN && seq_lt(seg->seq, conn->rcv_nxt)) {
        return false;
    }
    if (seq_gt(text_end, conn->rcv_adv) && (seq_gt(seg->seq, conn->rcv_adv) || conn->unread > 0)) {
        return false;
    }
    if (end == seg->seq || (seg->flags & TCP_RST) != 0) { return true; }
    const bool only_fin = text_end == seg->seq && seg->seq == conn->rcv_nxt;
    if (seq_leq(end, conn->rcv_nxt) || (seq_geq(seg->seq, conn->rcv_adv) && !only_fin)) {
        arrival->repeats = true;
    } else {
        conn->rcv_adv = seq_max(conn->rcv_adv, end);
    }
    return true;
}

enum verdict edges_answer(struct tcp_conn *conn, const struct arrival *arrival)
{
    if (!arrival->repeats) { return GO_ON; }
    ack_policy_duplicate(conn);
    ack_owe_answer(conn, arrival, TCP_SENT_ACK_OF);
    return DONE;
}

/* ---- second, RST ---- */

/* A socket that is torn down sends a FIN, and for what still comes a RST with the number that it
 * had before: the FIN's. */
bool is_rst_of_fin(const struct tcp_conn *conn, const struct tcp_segment *seg)
{
    return conn_options(conn)->rst_of_fin && conn->fin_received && conn->state != TCP_TIME_WAIT &&
           seg->seq == conn->rcv_nxt - 1;
}

/* Behind all text that has come, if out of order: it is what a peer that is reset sends next. */
bool is_rst_of_sack(const struct tcp_conn *conn, const struct tcp_segment *seg)
{
    const struct node *last = conn->held.tail;
    return conn_options(conn)->rst_of_sack && conn->sack_on && last != NULL &&
           seg->seq == last->seq + last->slice.len;
}

/* ---- fifth, ACK ---- */

/* How far below SND.UNA an ACK may be: RFC 5961 5.2, and not before what was acknowledged. */
uint32_t ack_reach(const struct tcp_conn *conn)
{
    const bool bounded = conn_options(conn)->old_ack_reach == TCP_OLD_ACK_REACH_ACKED;
    return bounded && conn->octets_acked < conn->max_snd_wnd ? (uint32_t)conn->octets_acked
                                                             : conn->max_snd_wnd;
}

/* ---- TIME-WAIT as a record ---- */

static bool conn_is_closed_record(const struct tcp_conn *conn)
{
    return (conn->state == TCP_TIME_WAIT && conn_options(conn)->time_wait_record) ||
           fin_wait_2_is_record(conn);
}

/* An exact RST or a bare ACK of what is expected are the only segments without an answer, but for
 * any other RST. */
static void time_wait_arrives(struct tcp_conn *conn, const struct arrival *arrival)
{
    const struct tcp_segment *seg = arrival->seg;
    const bool rst = (seg->flags & TCP_RST) != 0;
    const bool exact = seg->seq == conn->rcv_nxt && (rst || tcp_segment_len(seg) == 0);
    if (rst) {
        if (exact && !time_wait_ignores_rst(conn, arrival->now_ns)) {
            TCP_ROW(conn, RST_ACCEPTED);
            TCP_SHOWS(conn, RFC1337_1);
            conn_finish(conn, arrival->now_ns, TCP_CAUSE_RST_ARRIVED, TCP_OK);
            return;
        }
        if (exact) { TCP_ROW(conn, RST_IGNORED); }
        conn_discard(conn, arrival,
                     exact ? TCP_DISCARD_RST_IN_TIME_WAIT : TCP_DISCARD_RST_OUT_OF_WINDOW);
        return;
    }
    conn_discard(conn, arrival, TCP_DISCARD_IGNORED_IN_TIME_WAIT);
    if (exact || (seg->flags & TCP_ACK) != 0) { time_wait_restart(conn, arrival->now_ns); }
    if (!exact) { ack_owe_limited(conn, arrival, TCP_SENT_ACK_OF); }
}

/* Neither the ACK field nor the window means anything. */
enum verdict closed_record_arrives(struct tcp_conn *conn, struct arrival *arrival)
{
    if (!conn_is_closed_record(conn)) { return GO_ON; }
    if (conn->ts_on && timestamps_check(conn, arrival) == DONE) {
        if (conn->state == TCP_TIME_WAIT) { time_wait_restart(conn, arrival->now_ns); }
    } else if (conn->state == TCP_TIME_WAIT) {
        time_wait_arrives(conn, arrival);
    } else {
        fin_wait_2_arrives(conn, arrival);
    }
    return DONE;
}
