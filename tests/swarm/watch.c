/* watch.c - what must hold at any time, whatever the network does: RFC 9293 3.3.1 and 3.4's
 * variables move one way only, and whoever waits for something has a timer running. */
#include "swarm.h"

#include "tests/unit/tcp_check.h"

#include <stdlib.h>

/* What was seen of a socket last. */
struct watched {
    struct watched *next;
    bool known, irs_known;
    tcp_seq iss, irs, snd_una, snd_nxt, rcv_nxt, edge, sent_edge;
    bool sent_known;
    enum tcp_state state;
};

struct names {
    struct swarm *swarm;
    const struct socket *socket;
    const struct tcp_status *status;
};

static void broken(const struct names *names, const char *what)
{
    fail(names->swarm, "at %llu ns, %s port %u to %u in %s: %s",
         (unsigned long long)world_now(names->swarm->world), host_name(names->socket->host),
         names->status->local.port, names->status->remote.port,
         tcp_state_name(names->status->state), what);
}

static bool is_synchronized(enum tcp_state state)
{
    return state != TCP_CLOSED && state != TCP_LISTEN && state != TCP_SYN_SENT;
}

/* A SYN that reopens a connection, or one that proves old, may bring back the numbers of another
 * incarnation: an ISS may be fixed, and the SYN may be the very one of the incarnation before. */
static bool is_reopened(enum tcp_state before, enum tcp_state now)
{
    return (before == TCP_TIME_WAIT && now != TCP_TIME_WAIT) ||
           (before == TCP_SYN_RECEIVED && now == TCP_TIME_WAIT);
}

static void watch_order(const struct names *names, struct watched *seen)
{
    const struct tcp_status *now = names->status;
    const tcp_seq edge = now->rcv_nxt + now->rcv_wnd;
    if (seq_gt(now->snd_una, now->snd_nxt)) { broken(names, "SND.UNA > SND.NXT"); }
    if (now->iss != seen->iss || now->irs_known != seen->irs_known || now->irs != seen->irs ||
        is_reopened(seen->state, now->state)) {
        seen->known = false; /* another incarnation, or the numbers have just become known */
    }
    if (seen->known) {
        if (seq_lt(now->snd_una, seen->snd_una)) { broken(names, "SND.UNA went back"); }
        if (seq_lt(now->snd_nxt, seen->snd_nxt)) { broken(names, "SND.NXT went back"); }
        if (seq_lt(now->rcv_nxt, seen->rcv_nxt)) { broken(names, "RCV.NXT went back"); }
        if (now->irs_known && seq_lt(edge, seen->edge)) {
            broken(names, "the right edge went back");
        }
    }
    *seen = (struct watched){.next = seen->next,
                             .known = true,
                             .irs_known = now->irs_known,
                             .iss = now->iss,
                             .irs = now->irs,
                             .snd_una = now->snd_una,
                             .snd_nxt = now->snd_nxt,
                             .rcv_nxt = now->rcv_nxt,
                             .edge = edge,
                             .state = now->state};
}

static void watch_sizes(const struct names *names, const struct tcp_options *options)
{
    const struct tcp_status *now = names->status;
    const uint64_t now_ns = world_now(names->swarm->world);
    for (unsigned i = 0; i < TCP_TIMER_COUNT; i++) {
        if (now->deadline_ns[i] < now_ns) { broken(names, "a deadline lies in the past"); }
    }
    const uint32_t most = options->recv_buffer_max > options->recv_buffer ? options->recv_buffer_max
                                                                          : options->recv_buffer;
    if (now->unread > most) { broken(names, "more unread than there is room"); }
    if (now->rcv_wnd > most && is_synchronized(now->state)) {
        broken(names, "the window is larger than the buffer");
    }
    if (now->send_room > options->send_buffer) { broken(names, "more room than buffer"); }
    if (now->octets_acked > now->octets_sent) { broken(names, "more acknowledged than sent"); }
    if (is_synchronized(now->state) && now->state != TCP_SYN_RECEIVED &&
        names->socket->conn != NULL && now->state != TCP_TIME_WAIT && now->snd_mss == 0) {
        broken(names, "the MSS is zero");
    }
}

/* Nobody may wait for an event that need not come. */
static void watch_life(const struct names *names)
{
    const struct tcp_status *now = names->status;
    const uint64_t *deadline = now->deadline_ns;
    const bool sends =
        deadline[TCP_TIMER_RETRANSMISSION] != TCP_NEVER || deadline[TCP_TIMER_PERSIST] != TCP_NEVER;
    if (now->state == TCP_CLOSED || now->state == TCP_LISTEN) { return; }
    if (now->state == TCP_TIME_WAIT) {
        if (deadline[TCP_TIMER_TIME_WAIT] == TCP_NEVER) { broken(names, "no 2 MSL timer"); }
        if (sends) { broken(names, "retransmits in TIME-WAIT"); }
        return;
    }
    if (now->snd_una != now->snd_nxt && !sends) { broken(names, "unacknowledged and no timer"); }
    if (now->snd_una == now->snd_nxt && now->unsent > 0 && !sends &&
        deadline[TCP_TIMER_OVERRIDE] == TCP_NEVER) {
        broken(names, "unsent and no timer");
    }
    if (deadline[TCP_TIMER_RETRANSMISSION] != TCP_NEVER && now->snd_una == now->snd_nxt) {
        broken(names, "a retransmission timer for nothing");
    }
    if (deadline[TCP_TIMER_RETRANSMISSION] != TCP_NEVER &&
        deadline[TCP_TIMER_PERSIST] != TCP_NEVER) {
        broken(names, "retransmission and persist timers together");
    }
}

static struct watched *seen_of(struct swarm *swarm, struct socket *socket)
{
    if (socket->user == NULL) {
        struct watched *fresh = calloc(1, sizeof *fresh);
        if (fresh == NULL) { abort(); }
        fresh->next = swarm->watched;
        swarm->watched = fresh;
        socket->user = fresh;
    }
    return socket->user;
}

void watch_forget(struct swarm *swarm)
{
    while (swarm->watched != NULL) {
        struct watched *next = swarm->watched->next;
        free(swarm->watched);
        swarm->watched = next;
    }
}

void watch_host(struct swarm *swarm, struct host *host, bool quiet)
{
    struct socket *socket = host_sockets(host);
    for (; socket != NULL; socket = socket->next) {
        if (socket->conn == NULL || socket->listener) { continue; }
        struct tcp_status status;
        tcp_status(socket->conn, &status);
        const struct names names = {swarm, socket, &status};
        watch_order(&names, seen_of(swarm, socket));
        watch_sizes(&names, tcp_conn_options(socket->conn));
        if (quiet) { watch_life(&names); }
    }
    const char *rule = tcp_check_host(host_tcp(host));
    if (rule != NULL) { fail(swarm, "%s: broken: %s", host_name(host), rule); }
    if (tcp_next_deadline(host_tcp(host)) < world_now(swarm->world)) {
        fail(swarm, "%s has a deadline in the past", host_name(host));
    }
    if (world_events(swarm->world) > EVENTS_MAX) { judge_bound(swarm); }
}

/* Between the entry points of TCP: a segment has just left, or is about to arrive. */
void watch_record(void *context, const struct trace_record *record)
{
    struct swarm *swarm = context;
    if (record->event == TRACE_STATE) {
        end_moved(swarm, record);
        return;
    }
    const enum trace_action action = record->u.segment.action;
    if (action == TRACE_SENT) {
        const struct tcp_segment *segment = record->u.segment.segment;
        const bool fin_again = segment->flags == (TCP_ACK | TCP_FIN) && segment->retransmission > 0;
        const bool pure =
            (segment->flags == TCP_ACK || fin_again) && tcp_payload_len(&segment->payload) == 0;
        swarm->pure_acks += pure;
        swarm->other_segments += !pure;
    }
    if (action == TRACE_SENT || action == TRACE_DELIVERED) {
        watch_host(swarm, swarm->hosts[record->u.segment.at_index], false);
    }
}
