/* watch.c - the invariants of sequence numbers and timers, held in every run: by what an end sends,
 * by what it hands to its user, by its deadlines. Nothing here trusts what TCP says of itself but
 * SND.UNA, SND.NXT and the deadlines. */
#include "net_private.h"

#include <stdarg.h>
#include <stdio.h>

#define VIOLATION_TEXT_BYTES 256

static void violate(struct socket *socket, enum world_violation_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void violate(struct socket *socket, enum world_violation_kind kind, const char *format, ...)
{
    char text[VIOLATION_TEXT_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    world_violate(socket->host->world,
                  &(struct world_violation){.kind = kind, .socket = socket, .text = text});
}

/* A connection begins, or goes back to an earlier incarnation. */
void watch_begin(struct endpoint_socket *own) { own->watched = (struct watched){0}; }

/* ---- what is sent ---- */

/* An end that crossed SYNs, or is asked for exact windows by its user, moves its edge as it is
 * told. */
static bool window_is_its_own(const struct endpoint_socket *own)
{
    const struct tcp_options *options = tcp_conn_options(own->socket.conn);
    return !options->has_window && !options->has_syn_window;
}

/* What the scale cannot express may fall back by less than a unit of it (RFC 7323 2.4). The window
 * of a SYN is not scaled: one that is repeated may be unable to say how much was offered since. */
static void check_edge(struct endpoint_socket *own, const struct tcp_segment *segment)
{
    struct watched *watched = &own->watched;
    const uint8_t shift =
        (segment->flags & TCP_SYN) != 0 ? 0 : tcp_conn_receive_shift(own->socket.conn);
    const tcp_seq edge = segment->ack + ((uint32_t)segment->window << shift);
    if (watched->acked && seq_lt(edge, watched->edge)) {
        const uint32_t back = watched->edge - edge;
        const bool at_most = (segment->flags & TCP_SYN) != 0 && segment->window == UINT16_MAX;
        if (!at_most && back >= UINT32_C(1) << shift && window_is_its_own(own)) {
            violate(&own->socket, WORLD_SEQUENCE,
                    "%s takes back %lu octets of the window that it had offered",
                    own->socket.host->name, (unsigned long)back);
        }
        return; /* the furthest counts */
    }
    watched->edge = edge;
}

static void check_acknowledgment(struct endpoint_socket *own, const struct tcp_segment *segment)
{
    struct watched *watched = &own->watched;
    if (watched->acked && seq_lt(segment->ack, watched->ack)) {
        violate(&own->socket, WORLD_SEQUENCE, "RCV.NXT of %s went back by %lu",
                own->socket.host->name, (unsigned long)(watched->ack - segment->ack));
    }
    check_edge(own, segment);
    watched->ack = segment->ack;
    watched->acked = true;
}

static void check_unacknowledged(struct endpoint_socket *own)
{
    struct watched *watched = &own->watched;
    tcp_seq una, nxt;
    tcp_conn_sent(own->socket.conn, &una, &nxt);
    if (seq_gt(una, nxt)) {
        violate(&own->socket, WORLD_SEQUENCE, "SND.UNA of %s lies %lu beyond SND.NXT",
                own->socket.host->name, (unsigned long)(una - nxt));
    }
    if (watched->una_known && seq_lt(una, watched->una)) {
        violate(&own->socket, WORLD_SEQUENCE, "SND.UNA of %s went back by %lu",
                own->socket.host->name, (unsigned long)(watched->una - una));
    }
    watched->una = una;
    watched->una_known = true;
}

/* A FIN has one place, and nothing comes behind it. */
static void check_fin(struct endpoint_socket *own, const struct tcp_segment *segment, tcp_seq end)
{
    struct watched *watched = &own->watched;
    const bool has_fin = (segment->flags & TCP_FIN) != 0;
    if (watched->fin_sent && (has_fin ? end != watched->fin_end : seq_gt(end, watched->fin_end))) {
        violate(&own->socket, WORLD_SEQUENCE, "%s sent %s its FIN", own->socket.host->name,
                has_fin ? "another FIN after" : "something behind");
    }
    if (has_fin && !watched->fin_sent) {
        watched->fin_sent = true;
        watched->fin_end = end;
    }
}

void watch_emission(struct endpoint_socket *own, const struct tcp_segment *segment, uint32_t len)
{
    if ((segment->flags & TCP_RST) != 0 || own->socket.conn == NULL) { return; }
    check_unacknowledged(own);
    if (own->watched.fin_sent || (segment->flags & TCP_FIN) != 0) {
        check_fin(own, segment, segment->seq + len);
    }
    if ((segment->flags & TCP_ACK) != 0) { check_acknowledgment(own, segment); }
}

/* ---- what the user gets ---- */

void watch_delivery(struct endpoint_socket *own, uint64_t offset, uint32_t len)
{
    struct watched *watched = &own->watched;
    if (offset != watched->delivered) {
        violate(&own->socket, WORLD_INTEGRITY, "%s was given octet %llu %s octet %llu",
                own->socket.host->name, (unsigned long long)offset,
                offset < watched->delivered ? "again, instead of" : "and not",
                (unsigned long long)watched->delivered);
    }
    if (watched->ended) {
        violate(&own->socket, WORLD_INTEGRITY, "%s was given octets behind the peer's FIN",
                own->socket.host->name);
    }
    watched->delivered = offset + len;
}

/* ---- timers ---- */

void watch_move(struct endpoint_socket *own, const struct tcp_conn *conn, enum tcp_cause cause)
{
    const enum tcp_state state = own->socket.state;
    if (cause == TCP_CAUSE_FIN_ARRIVED) { own->watched.ended = true; }
    if ((state == TCP_CLOSED || state == TCP_LISTEN) && tcp_conn_next_deadline(conn) != TCP_NEVER) {
        violate(&own->socket, WORLD_TIMERS, "a timer of %s runs in %s", own->socket.host->name,
                tcp_state_name(state));
    }
}

/* After a host has done all that it owes at an instant. */
void watch_deadline(struct host *host, uint64_t deadline_ns)
{
    const uint64_t now_ns = host->world->now_ns;
    if (deadline_ns >= now_ns) { return; }
    for (struct socket *socket = host->sockets; socket != NULL; socket = socket->next) {
        if (socket->conn != NULL && tcp_conn_next_deadline(socket->conn) < now_ns) {
            violate(socket, WORLD_TIMERS, "a timer of %s should have fired %llu ns ago", host->name,
                    (unsigned long long)(now_ns - tcp_conn_next_deadline(socket->conn)));
        }
    }
}
