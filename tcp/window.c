/* window.c - windows as on the wire and as octets: the one that we offer (RFC 9293 3.8.6.2.2), and
 * the scale of both (RFC 7323 2). A window on a SYN is never scaled. */
#include "tcb.h"

/* The greatest window that the field can tell, in octets. */
static uint32_t field_reach(uint8_t shift) { return (uint32_t)UINT16_MAX << shift; }

static uint32_t receive_room(const struct tcp_conn *conn, uint8_t shift)
{
    const uint32_t size = conn_options(conn)->recv_buffer;
    const uint32_t room = conn->unread < size ? size - conn->unread : 0;
    const uint32_t most = field_reach(shift);
    return room > most ? most : room;
}

/* The furthest right edge that can be told now. */
static tcp_seq receive_edge(const struct tcp_conn *conn, uint8_t shift)
{
    return conn->rcv_nxt + (receive_room(conn, shift) >> shift << shift);
}

/* The right edge that a segment told now would have if it did not move: RCV.ADV, but for what the
 * shift cuts off. */
static tcp_seq kept_edge(const struct tcp_conn *conn, uint8_t shift)
{
    return conn->rcv_nxt + ((conn->rcv_adv - conn->rcv_nxt) >> shift << shift);
}

static uint32_t least_advance(const struct tcp_conn *conn)
{
    const uint32_t half = conn_options(conn)->recv_buffer / 2;
    return half < conn->rcv_mss ? half : conn->rcv_mss;
}

uint32_t window_offerable(const struct tcp_conn *conn)
{
    return receive_room(conn, conn->rcv_shift);
}

uint16_t window_of_first_syn(const struct tcp_conn *conn)
{
    const struct tcp_options *options = conn_options(conn);
    return options->has_window ? options->window : (uint16_t)receive_room(conn, 0);
}

/* RFC 7323 2.3: the field is the window shifted right; what the shift cuts off is offered by a
 * later ACK. RCV.ADV stays at the furthest that was ever told (2.4): what fits there is taken. */
uint16_t window_offer(struct tcp_conn *conn, bool on_syn)
{
    const struct tcp_options *options = conn_options(conn);
    const uint8_t shift = on_syn ? 0 : conn->rcv_shift;
    if (options->has_window) {
        const tcp_seq edge = conn->rcv_nxt + ((uint32_t)options->window << shift);
        conn->rcv_adv = seq_max(conn->rcv_adv, edge);
        return options->window;
    }
    const tcp_seq edge = receive_edge(conn, shift);
    const tcp_seq kept = kept_edge(conn, shift);
    if (seq_gt(edge, kept) && edge - kept >= least_advance(conn)) {
        conn->rcv_adv = edge;
    } else if (seq_gt(edge, kept)) {
        TCP_SHOWS(conn, MUST_39);
    } else {
        TCP_SHOWS(conn, UNL_21);
    }
    const uint32_t window = (conn->rcv_adv - conn->rcv_nxt) >> shift;
    return window > UINT16_MAX ? UINT16_MAX : (uint16_t)window;
}

/* An ACK of its own only where the peer may be stopped, or half of the buffer has become free: else
 * the next ACK of data tells. */
bool window_update_due(const struct tcp_conn *conn)
{
    const tcp_seq edge = receive_edge(conn, conn->rcv_shift);
    const tcp_seq kept = kept_edge(conn, conn->rcv_shift);
    if (!seq_gt(edge, kept) || conn_options(conn)->has_window) { return false; }
    const uint32_t advance = edge - kept;
    const uint32_t left = kept - conn->rcv_nxt;
    const uint32_t least = least_advance(conn);
    TCP_SHOWS(conn, RFC1122_6);
    return (left < least && advance >= least) ||
           advance >= (conn_options(conn)->recv_buffer + 1) / 2;
}

uint32_t window_of_arrival(const struct tcp_conn *conn, const struct tcp_segment *seg)
{
    return (uint32_t)seg->window << ((seg->flags & TCP_SYN) != 0 ? 0 : conn->snd_shift);
}

uint8_t window_scale_for(const struct tcp_options *options)
{
    if (options->window_scale != TCP_SCALE_FITTING) { return (uint8_t)(options->window_scale - 1); }
    uint8_t shift = 0;
    while (shift < TCP_SCALE_MAX && field_reach(shift) < options->recv_buffer) { shift++; }
    return shift;
}
