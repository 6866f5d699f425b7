/* urgent.c - RFC 9293 3.8.5 with RFC 6093: the urgent pointer that leaves, the mark of the one that
 * arrives. Urgent octets come in band; the mark says how far they reach. */
#include "tcb.h"

/* ---- what is sent ---- */

void urgent_given(struct tcp_conn *conn)
{
    TCP_ROW(conn, SEND_URGENT);
    TCP_SHOWS(conn, RFC6093_5);
    conn->urgent_offset = conn->end_offset;
    conn->urgent_owed = true;
}

/* Every segment that begins before the mark names it, empty ones too: a closed window keeps the
 * octets back, not the news of them. A mark too far ahead to be named moves along with the
 * segments.
 */
void urgent_mark(struct tcp_conn *conn, struct tcp_segment *out)
{
    const tcp_seq mark = conn->iss + 1 + (tcp_seq)conn->urgent_offset;
    if (!seq_gt(mark, out->seq)) { return; }
    uint32_t ahead = mark - out->seq;
    if (conn_options(conn)->urgent_pointer == TCP_URGENT_LAST) { ahead--; }
    out->urgent = ahead < UINT16_MAX ? (uint16_t)ahead : UINT16_MAX;
    out->flags |= TCP_URG;
    TCP_SHOWS(conn, MUST_30);
    TCP_SHOWS(conn, MUST_62);
    TCP_SHOWS(conn, RFC6093_1);
    if (ahead > 1) { TCP_SHOWS(conn, MUST_31); }
    conn->urgent_owed = false;
}

/* ---- what has arrived ---- */

/* The number of the next octet that the user will read. */
static tcp_seq next_to_read(const struct tcp_conn *conn)
{
    return conn->rcv_nxt - conn->fin_received - conn->unread;
}

uint32_t urgent_unread(const struct tcp_conn *conn)
{
    return conn->rcv_urgent ? conn->rcv_up - next_to_read(conn) : 0;
}

static void tell(struct tcp_conn *conn, uint64_t now_ns)
{
    struct tcp_event event = {.kind = TCP_EVENT_URGENT, .conn = conn, .now_ns = now_ns};
    event.u.urgent.unread = urgent_unread(conn);
    TCP_SHOWS(conn, MUST_33);
    TCP_SHOWS(conn, MUST_47);
    TCP_SHOWS(conn, UNL_14);
    host_tell(conn->host, &event);
}

/* MUST-32: the user hears of the mark and of each advance of it; by 3.10.7.4 and by 3.8.5's
 * "invisible to the user" he would hear of the first alone. A pointer that recedes, or points at
 * what he has read, says nothing. */
void sixth_check_urg(struct tcp_conn *conn, const struct arrival *arrival)
{
    const struct tcp_segment *seg = arrival->seg;
    if ((seg->flags & TCP_URG) == 0) { return; }
    switch (conn->state) {
    case TCP_ESTABLISHED:
    case TCP_FIN_WAIT_1:
    case TCP_FIN_WAIT_2: TCP_ROW(conn, URG); break;
    case TCP_CLOSE_WAIT: /* there is nothing more to come: the FIN was received */
    case TCP_CLOSING:
    case TCP_LAST_ACK:
    case TCP_TIME_WAIT: TCP_ROW(conn, URG_IGNORED); return;
    case TCP_CLOSED:
    case TCP_LISTEN:
    case TCP_SYN_SENT:
    case TCP_SYN_RECEIVED: return;
    }
    tcp_seq up = seg->seq + seg->urgent;
    if (conn_options(conn)->urgent_pointer == TCP_URGENT_LAST) { up++; }
    if (!seq_gt(up, next_to_read(conn)) || (conn->rcv_urgent && !seq_gt(up, conn->rcv_up))) {
        TCP_SHOWS(conn, UNL_24);
        return;
    }
    TCP_SHOWS(conn, MUST_32);
    TCP_SHOWS(conn, UNL_28);
    if (conn->rcv_adv == conn->rcv_nxt) { TCP_SHOWS(conn, MUST_66); }
    if (conn->unread > 0) { TCP_SHOWS(conn, RFC6093_3); }
    conn->rcv_up = up;
    conn->rcv_urgent = true;
    conn->changed = true;
    tell(conn, arrival->now_ns);
}

/* Octets were read, or the stream has come to its end before the mark. */
void urgent_read(struct tcp_conn *conn, uint64_t now_ns)
{
    if (conn->eof_read || !seq_gt(conn->rcv_up, next_to_read(conn))) {
        TCP_SHOWS(conn, RFC6093_2);
        conn->rcv_urgent = false;
        tell(conn, now_ns);
    }
}
