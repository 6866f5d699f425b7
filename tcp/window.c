/* window.c - windows as on the wire and as octets: the one that we offer (RFC 9293 3.8.6.2.2), and
 * the scale of both (RFC 7323 2). A window on a SYN is never scaled. */
#include "tcb.h"

#define GROWING_BYTES 128u   /* a smaller segment says nothing of what is to come */
#define GROWING_SEGMENTS 16u /* to spare, where the buffer is fitted to the reader */

/* The greatest window that the field can tell, in octets. */
static uint32_t field_reach(uint8_t shift) { return (uint32_t)UINT16_MAX << shift; }

static uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }

static uint32_t buffer_size(const struct tcp_conn *conn)
{
    const uint32_t size = conn_options(conn)->recv_buffer;
    return size > conn->growing.buffer ? size : conn->growing.buffer;
}

static uint32_t most_ever(const struct tcp_conn *conn)
{
    const uint32_t clamp = conn_options(conn)->window_clamp;
    return clamp > 0 ? least(clamp, buffer_size(conn)) : buffer_size(conn);
}

/* What first_window allows: whole segments, no more than a SYN can tell. */
static uint32_t whole_first_window(const struct tcp_conn *conn)
{
    const uint32_t most = conn_options(conn)->first_window;
    const uint32_t segment = conn_full_segment(conn);
    return least(most > segment ? most - most % segment : most, UINT16_MAX);
}

/* What may be offered so far; it begins with the SYN that tells it. */
static uint32_t grown_window(const struct tcp_conn *conn)
{
    return conn->growing.limit > 0 ? conn->growing.limit : whole_first_window(conn);
}

static void begin_to_grow(struct tcp_conn *conn)
{
    if (conn_options(conn)->first_window > 0) { conn->growing.limit = grown_window(conn); }
}

static uint32_t receive_room(const struct tcp_conn *conn, uint8_t shift)
{
    const struct tcp_options *options = conn_options(conn);
    const uint32_t size = buffer_size(conn);
    uint32_t room = conn->unread < size ? size - conn->unread : 0;
    if (options->first_window > 0) { room = least(room, grown_window(conn)); }
    if (options->window_clamp > 0) { room = least(room, options->window_clamp); }
    return least(room, field_reach(shift));
}

/* ---- windows that begin small and grow, as kernels let them ---- */

/* Two segments for each that comes, of more than a few octets. */
bool window_grow(struct tcp_conn *conn, uint32_t len)
{
    const struct tcp_options *options = conn_options(conn);
    const uint32_t limit = grown_window(conn);
    const uint32_t most = most_ever(conn);
    if (options->first_window == 0 || len < GROWING_BYTES || limit >= most) { return false; }
    conn->growing.limit = least(most, limit + 2 * (len > conn->rcv_mss ? len : conn->rcv_mss));
    return true;
}

/* The buffer is to hold twice what the user reads in a round trip, and more as that grows, so that
 * the peer's slow start does not meet it. */
void window_tune(struct tcp_conn *conn, uint64_t now_ns, uint32_t len)
{
    const uint32_t most = conn_options(conn)->recv_buffer_max;
    if (most <= buffer_size(conn)) { return; }
    conn->growing.read += len;
    if (now_ns - conn->growing.since_ns < conn->srtt_ns) { return; }
    const uint32_t read = conn->growing.read;
    const uint32_t expected = conn->growing.expected;
    if (read > expected) {
        const uint64_t growth = expected > 0 ? read - expected : 0;
        const uint64_t twice = 2 * ((uint64_t)read + growth) + GROWING_SEGMENTS * conn->rcv_mss;
        if (twice > buffer_size(conn)) {
            conn->growing.buffer = twice < most ? (uint32_t)twice : most;
        }
        conn->growing.expected = read;
    }
    conn->growing.read = 0;
    conn->growing.since_ns = now_ns;
}

/* The furthest right edge that can be told now. */
static tcp_seq receive_edge(const struct tcp_conn *conn, uint8_t shift, bool on_syn)
{
    uint32_t room = receive_room(conn, shift);
    switch ((enum tcp_window_advance)conn_options(conn)->window_advance) {
    case TCP_WINDOW_RFC9293: break;
    case TCP_WINDOW_BSD: room = window_bsd_room(conn, room); break;
    case TCP_WINDOW_LINUX:
        if (shift == 0 && !on_syn && room < UINT16_MAX) {
            room = window_linux_room(conn, room, most_ever(conn));
        }
        break;
    }
    return conn->rcv_nxt + (room >> shift << shift);
}

/* The right edge that a segment told now would have if it did not move: RCV.ADV, but for what the
 * shift cuts off. */
static tcp_seq kept_edge(const struct tcp_conn *conn, uint8_t shift)
{
    return conn->rcv_nxt + ((conn->rcv_adv - conn->rcv_nxt) >> shift << shift);
}

uint32_t window_told(const struct tcp_conn *conn)
{
    return kept_edge(conn, conn->rcv_shift) - conn->rcv_nxt;
}

static uint32_t least_advance(const struct tcp_conn *conn)
{
    const uint32_t half = most_ever(conn) / 2;
    return half < conn->rcv_mss ? half : conn->rcv_mss;
}

/* Whether the window is what the room gives, and is not held until a segment fits. */
static bool follows_room(const struct tcp_conn *conn, uint8_t shift)
{
    const uint8_t advance = conn_options(conn)->window_advance;
    return advance == TCP_WINDOW_BSD || (advance == TCP_WINDOW_LINUX && shift == 0);
}

uint32_t window_offerable(const struct tcp_conn *conn)
{
    return receive_room(conn, conn->rcv_shift);
}

uint16_t window_of_first_syn(struct tcp_conn *conn)
{
    const struct tcp_options *options = conn_options(conn);
    begin_to_grow(conn);
    return options->has_window ? options->window : (uint16_t)receive_room(conn, 0);
}

/* RFC 7323 2.3: the field is the window shifted right; what the shift cuts off is offered by a
 * later ACK. RCV.ADV stays at the furthest that was ever told (2.4): what fits there is taken. */
uint16_t window_offer(struct tcp_conn *conn, bool on_syn)
{
    const struct tcp_options *options = conn_options(conn);
    const uint8_t shift = on_syn ? 0 : conn->rcv_shift;
    if (on_syn) { begin_to_grow(conn); }
    if (options->has_window) {
        const tcp_seq edge = conn->rcv_nxt + ((uint32_t)options->window << shift);
        conn->rcv_adv = seq_max(conn->rcv_adv, edge);
        return options->window;
    }
    const tcp_seq edge = receive_edge(conn, shift, on_syn);
    if (seq_gt(conn->rcv_adv, edge)) { TCP_SHOWS(conn, RFC7323_7); }
    const tcp_seq kept = kept_edge(conn, shift);
    if (follows_room(conn, shift)) {
        conn->rcv_adv = seq_max(conn->rcv_adv, edge);
    } else if (seq_gt(edge, kept) && edge - kept >= least_advance(conn)) {
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
    const tcp_seq edge = receive_edge(conn, conn->rcv_shift, false);
    const tcp_seq kept = kept_edge(conn, conn->rcv_shift);
    if (!seq_gt(edge, kept) || conn_options(conn)->has_window) { return false; }
    if (conn_options(conn)->window_advance == TCP_WINDOW_BSD) {
        return window_bsd_update_due(conn, edge - conn->rcv_nxt);
    }
    const uint32_t advance = edge - kept;
    const uint32_t left = kept - conn->rcv_nxt;
    const uint32_t least = least_advance(conn);
    TCP_SHOWS(conn, RFC1122_6);
    if (conn_options(conn)->window_advance == TCP_WINDOW_LINUX) {
        const bool fits = advance >= least || follows_room(conn, conn->rcv_shift);
        return fits && advance >= left; /* twice what the peer knows */
    }
    return (left < least && advance >= least) || advance >= (most_ever(conn) + 1) / 2;
}

uint32_t window_of_arrival(const struct tcp_conn *conn, const struct tcp_segment *seg)
{
    if (conn->snd_shift == 0 || (seg->flags & TCP_SYN) != 0) { return seg->window; }
    TCP_SHOWS(conn, RFC7323_6);
    return (uint32_t)seg->window << conn->snd_shift;
}

uint8_t window_scale_for(const struct tcp_options *options)
{
    if (options->window_scale != TCP_SCALE_FITTING) { return (uint8_t)(options->window_scale - 1); }
    uint8_t shift = 0;
    while (shift < TCP_SCALE_MAX && field_reach(shift) < options->recv_buffer) { shift++; }
    return shift;
}
