/* window_bsd.c - the receive window as BSD tells it: it follows the room in the buffer, where
 * RFC 9293 3.8.6.2.2 holds it until a segment fits; and its buffers hold whole segments. */
#include "tcb.h"

/* Below both a quarter of the buffer and a segment nothing is offered. */
uint32_t window_bsd_room(const struct tcp_conn *conn, uint32_t room)
{
    const bool silly = room < conn_options(conn)->recv_buffer / 4 && room < conn->rcv_mss;
    return silly ? 0 : room;
}

/* What is taken of the peer's text: all that the buffer has room for, though the window's field may
 * not be able to tell it; and no less than was offered. */
uint32_t window_bsd_taken(const struct tcp_conn *conn)
{
    const uint32_t asked = conn_options(conn)->recv_buffer;
    const uint32_t size = asked > conn->growing.buffer ? asked : conn->growing.buffer;
    const uint32_t room = conn->unread < size ? size - conn->unread : 0;
    const uint32_t offered = conn->rcv_adv - conn->rcv_nxt;
    return room > offered ? room : offered;
}

/* Whether reading has opened the window to `room`, which is more than was offered, by so much that
 * an ACK of its own tells it: two segments, where they are a quarter of the buffer or little is
 * free; or half of the buffer. */
bool window_bsd_update_due(const struct tcp_conn *conn, uint32_t room)
{
    const uint32_t size = conn_options(conn)->recv_buffer;
    const uint32_t advance = room - (conn->rcv_adv - conn->rcv_nxt);
    if (advance >= 2 * (uint32_t)conn->rcv_mss && (advance >= size / 4 || room <= size / 8)) {
        return true;
    }
    return advance >= (size + 1) / 2;
}

static uint32_t rounded_up(uint32_t size, uint32_t segment)
{
    return (size + segment - 1) / segment * segment;
}

/* Once the peer's MSS is known. */
void window_bsd_round_buffers(struct tcp_conn *conn)
{
    if (!conn_options(conn)->whole_segments) { return; }
    struct tcp_options rounded = *conn_options(conn);
    const uint16_t announced = conn_announced_mss(conn);
    const uint16_t segment = conn->peer_mss < announced ? conn->peer_mss : announced;
    rounded.recv_buffer = rounded_up(rounded.recv_buffer, segment);
    rounded.send_buffer = rounded_up(rounded.send_buffer, segment);
    struct shared_options *fresh = options_create(conn->host, &rounded);
    if (fresh == NULL) { return; } /* without memory they stay as they were */
    options_release(conn->host, conn->options);
    conn->options = fresh;
}
