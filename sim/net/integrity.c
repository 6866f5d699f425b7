/* integrity.c - what is checked in any run: octets arrive in order and unchanged against what the
 * peer's application sent; nothing is sent beyond the peer's window but probes; no move outside the
 * table of moves. Octets carry the stream that they came from, so the common case compares two
 * numbers. */
#include "net_private.h"

#include <stdio.h>

#define VIOLATION_TEXT_BYTES 256

static void violate(struct socket *socket, enum world_violation_kind kind, const char *text,
                    const char *supplied_by)
{
    const struct world_violation violation = {
        .kind = kind, .socket = socket, .text = text, .supplied_by = supplied_by};
    world_violate(socket->host->world, &violation);
}

/* ---- the two ends of a connection ---- */

static void pair(struct socket *a, struct socket *b)
{
    if (a->peer == b && b->peer == a) { return; }
    if (a->peer != NULL) { a->peer->peer = NULL; }
    if (b->peer != NULL) { b->peer->peer = NULL; }
    a->peer = b;
    b->peer = a;
}

/* Who has the remote address; NULL: nobody, or a host that the script plays. */
static struct host *peer_host(struct endpoint_socket *own)
{
    if (!own->peer_host_known) {
        own->peer_host_known = true;
        own->peer_host =
            world_host_by_address(own->socket.host->world, &own->socket.remote.address);
    }
    return own->peer_host != NULL && own->peer_host->tcp != NULL ? own->peer_host : NULL;
}

static bool is_opening(const struct socket *socket)
{
    return socket->state == TCP_SYN_SENT || socket->state == TCP_SYN_RECEIVED;
}

/* An old SYN may make a connection in SYN-RECEIVED on the sockets of one that is far ahead, whose
 * octets come from the connection before. */
static bool may_be_pair(const struct socket *a, const struct socket *b)
{
    return (a->state != TCP_SYN_RECEIVED || is_opening(b)) &&
           (b->state != TCP_SYN_RECEIVED || is_opening(a));
}

void integrity_pair(struct socket *socket)
{
    struct host *there = peer_host(endpoint_socket_of(socket));
    struct endpoint_socket *other =
        there == NULL
            ? NULL
            : endpoint_socket_of_conn(tcp_find(there->tcp, &socket->remote, &socket->local));
    if (other != NULL && &other->socket != socket && may_be_pair(socket, &other->socket)) {
        pair(socket, &other->socket);
    }
}

/* ---- octets ---- */

/* Whether one octet that did not come from the peer's stream at that place is what stands there all
 * the same: a forger may know what was sent. */
static bool octet_is_right(const struct socket *peer, const struct tcp_slice *slice, uint32_t at,
                           uint64_t offset)
{
    uint8_t arrived, sent;
    if (peer == NULL || peer->conn == NULL || !tcp_sent_octet(peer->conn, offset + at, &sent)) {
        return false;
    }
    tcp_slice_copy(slice, at, 1, &arrived);
    return arrived == sent;
}

static void blame(struct endpoint_socket *own, const struct tcp_slice *slice, uint64_t offset)
{
    struct socket *socket = &own->socket;
    struct world *world = socket->host->world;
    const char *supplied_by = forged_supplier(world, slice->origin);
    char text[VIOLATION_TEXT_BYTES];
    if (supplied_by == NULL && world->arriving != NULL) {
        supplied_by = world->arriving->supplied_by;
    }
    if (own->blamed && own->blamed_on == supplied_by) {
        return; /* once is enough: all that follows is shifted or forged as well */
    }
    own->blamed = true;
    own->blamed_on = supplied_by;
    (void)snprintf(text, sizeof text,
                   "octet %llu of what %s received is not what the application of %s sent there",
                   (unsigned long long)offset, socket->host->name, own->peer_host->name);
    violate(socket, WORLD_INTEGRITY, text, supplied_by);
}

void integrity_delivered(struct socket *socket, const struct tcp_slice *slice, uint64_t offset)
{
    struct endpoint_socket *own = endpoint_socket_of(socket);
    watch_delivery(own, offset, slice->len);
    if (socket->peer == NULL && peer_host(own) != NULL) { integrity_pair(socket); }
    if (peer_host(own) == NULL) { return; /* a script's segments are its own business */ }
    const struct socket *peer = socket->peer;
    const bool in_place = slice->offset == offset;
    socket->checked += slice->len;
    if (in_place && peer != NULL && slice->origin == endpoint_socket_of(socket->peer)->stream) {
        return;
    }
    /* The other end is not to be found any more: any stream of that host will do. */
    if (in_place && peer == NULL && slice->origin >> 40 == (uint64_t)own->peer_host->index + 1) {
        return;
    }
    for (uint32_t at = 0; at < slice->len; at++) {
        if (!octet_is_right(peer, slice, at, offset)) {
            blame(own, slice, offset + at);
            return;
        }
    }
}

/* ---- windows ---- */

/* The right edge that the peer offered, at its furthest: by any segment that acknowledges nothing
 * unsent, whoever made it. A peer that shrinks its window takes nothing back from what was already
 * allowed. */
void window_arrival(struct host *host, const struct tcp_segment *segment)
{
    struct endpoint_socket *own = host_socket(host, &segment->destination, &segment->source);
    if (own == NULL || !own->sent_known || seq_gt(segment->ack, own->sent_end)) { return; }
    const bool scaled = (segment->flags & TCP_SYN) == 0 && own->socket.conn != NULL;
    const uint8_t shift = scaled ? tcp_conn_send_shift(own->socket.conn) : 0;
    const tcp_seq edge = segment->ack + ((uint32_t)segment->window << shift);
    if (!own->edge_known || seq_gt(edge, own->edge)) {
        own->edge_known = true;
        own->edge = edge;
    }
}

/* A probe is one octet, or the FIN, at the edge. What rides on a SYN leaves before any window is
 * known. */
static bool is_allowed(const struct endpoint_socket *own, const struct tcp_segment *segment,
                       uint32_t len)
{
    return len == 0 || (segment->flags & TCP_SYN) != 0 || !own->edge_known ||
           seq_leq(segment->seq + len, own->edge) || (len == 1 && seq_leq(segment->seq, own->edge));
}

void window_emission(struct host *host, const struct tcp_segment *segment)
{
    struct endpoint_socket *own = host_socket(host, &segment->source, &segment->destination);
    if (own == NULL) { return; }
    const uint32_t len = tcp_segment_len(segment);
    const tcp_seq end = segment->seq + len;
    if (!is_allowed(own, segment, len)) {
        char text[VIOLATION_TEXT_BYTES];
        (void)snprintf(text, sizeof text,
                       "%s sent %lu octets beyond the window that its peer ever offered",
                       host->name, (unsigned long)(end - own->edge));
        violate(&own->socket, WORLD_WINDOW, text, NULL);
    }
    if (!own->sent_known || seq_gt(end, own->sent_end)) {
        own->sent_known = true;
        own->sent_end = end;
    }
    watch_emission(own, segment, len);
}

/* ---- moves ---- */

void move_check(struct socket *socket, enum tcp_state from, enum tcp_state to)
{
    if (!tcp_move_allowed(from, to)) {
        char text[VIOLATION_TEXT_BYTES];
        (void)snprintf(text, sizeof text, "%s moved from %s to %s", socket->host->name,
                       tcp_state_name(from), tcp_state_name(to));
        violate(socket, WORLD_MOVES, text, NULL);
    }
}
