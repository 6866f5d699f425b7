/* judge.c - what must hold when nothing is left to happen: every connection has ended, for a reason
 * that the faults explain, and what was read is what was sent. */
#include "swarm.h"

/* The end left in a way that its peer may have to learn from a RST. */
static bool left_early(const struct end *end)
{
    return !end_orderly(end) || end->error != TCP_OK || end->tcb_error != TCP_OK || !end->opened;
}

static bool listened(const struct swarm *swarm, const struct plan *plan)
{
    const struct listener *listener = &swarm->listeners[plan->listener];
    return plan->kind == OPEN_BOTH ||
           (listener->listen_ns == 0 && listener->close_ns == TIME_NEVER);
}

/* A newer SYN takes the place of a half-open connection, and nobody is told (RFC 4987 3.4); or its
 * last ACK finds as many waiting to be accepted as may. */
static bool drops_half_open(const struct end *end)
{
    const struct tcp_options options = host_options(end->host);
    return options.backlog_full == TCP_BACKLOG_RECYCLE || options.abort_on_overflow;
}

/* Where no connection is, nobody answers with a RST: an OPEN learns nothing, and half-open
 * connections stay in the peer's backlog. */
static bool is_silent(const struct end *end)
{
    return host_options(end->host).closed_port != TCP_CLOSED_PORT_RESETS;
}

static bool explained(const struct swarm *swarm, const struct end *end, enum tcp_error error)
{
    const struct plan *plan = end->plan;
    const struct end *peer = end->peer;
    if (swarm->hard_errors || (swarm->too_big_ends && swarm->router != NULL)) {
        return true;
    } /* an error that ends a connection may come any time */
    switch (error) {
    case TCP_OK: return true;
    case TCP_ERROR_RESET:
    case TCP_ERROR_REFUSED:
        return swarm->reuses || left_early(peer) || !end_orderly(end) || !listened(swarm, plan) ||
               plan->kind == OPEN_BOTH || swarm->short_msl || peer->crashed || swarm->impatient;
    case TCP_ERROR_UNREACHABLE: return swarm->noise_made > 0 || swarm->router != NULL;
    case TCP_ERROR_TIMED_OUT:
        return swarm->impatient || swarm->keepalives || swarm->reuses || is_silent(peer) ||
               is_silent(end) || (peer->crashed && !peer->opened);
    case TCP_ERROR_USER_TIMEOUT: return swarm->user_timeouts;
    case TCP_ERROR_NOT_EXIST: return end->crashed;
    case TCP_ERROR_RESOURCES: return end->syn_data_len > 0 || drops_half_open(end);
    case TCP_WOULD_BLOCK:
    case TCP_ERROR_EXISTS:
    case TCP_ERROR_NO_REMOTE:
    case TCP_ERROR_BAD_ADDRESS:
    case TCP_ERROR_CLOSING:
    case TCP_ERROR_COUNT: return false;
    }
    return false;
}

static void judge_end(struct swarm *swarm, const struct end *end)
{
    const struct end *peer = end->peer;
    if (!end->done) { fail(swarm, "end %u is not through", end->number); }
    if (!explained(swarm, end, end->error) || !explained(swarm, end, end->tcb_error)) {
        fail(swarm, "end %u: %s, then %s, which nothing explains", end->number,
             tcp_error_text(end->error), tcp_error_text(end->tcb_error));
    }
    if (end->read > peer->sent) {
        fail(swarm, "end %u read %llu octets of %llu", end->number, (unsigned long long)end->read,
             (unsigned long long)peer->sent);
    }
    if (end->ended && end->read != peer->sent && end_orderly(peer)) {
        fail(swarm, "end %u came to the end after %llu octets of %llu", end->number,
             (unsigned long long)end->read, (unsigned long long)peer->sent);
    }
    /* With the peer out of the picture an idle reader never learns of it. */
    /* Of a cookie whose answer was lost its maker knows nothing (RFC 4987 3.6). */
    const bool nobody_came = !peer->opened && (peer->tcb_error != TCP_OK || peer->crashed ||
                                               !listened(swarm, end->plan) || swarm->cookies);
    const bool waits_for_nobody = nobody_came || (left_early(peer) && !peer->gave_up);
    if (end->gave_up && end->opened && !waits_for_nobody) {
        fail(swarm, "bound reached: end %u had to give up: sent %llu of %llu, read %llu of %llu",
             end->number, (unsigned long long)end->sent, (unsigned long long)end->total,
             (unsigned long long)end->read, (unsigned long long)peer->sent);
    }
    if (end_orderly(end) && end->opened && end->error == TCP_OK && !left_early(peer) &&
        (!end->ended || end->read != peer->total || end->sent != end->total)) {
        fail(swarm, "end %u read %llu octets of %llu", end->number, (unsigned long long)end->read,
             (unsigned long long)peer->total);
    }
}

void judge_plan(struct swarm *swarm, const struct plan *plan)
{
    judge_end(swarm, &plan->ends[0]);
    judge_end(swarm, &plan->ends[1]);
}

/* A connection that its user let go of may wait for the FIN of a peer that is no more. */
static bool half_open(const struct swarm *swarm, const struct socket *socket)
{
    for (unsigned i = 0; i < swarm->host_count; i++) {
        const struct tcp_conn *other =
            tcp_find(host_tcp(swarm->hosts[i]), &socket->remote, &socket->local);
        if (other != NULL) { return false; }
    }
    return socket->state == TCP_FIN_WAIT_2 && socket->released;
}

static void judge_host(struct swarm *swarm, struct host *host)
{
    watch_host(swarm, host, true);
    for (struct socket *socket = host_sockets(host); socket != NULL; socket = socket->next) {
        if (socket->conn != NULL && !half_open(swarm, socket)) {
            fail(swarm, "%s port %u to %u is left in %s", host_name(host), socket->local.port,
                 socket->remote.port, tcp_state_name(socket->state));
        } else if (socket->conn == NULL && !swarm->keep_sockets) {
            fail(swarm, "%s port %u: the socket outlives its connection", host_name(host),
                 socket->local.port);
        }
    }
}

/* Two ends that take each other's ACKs for unacceptable, or for ACKs of what was not sent, answer
 * each with an ACK: RFC 9293 3.10.7.4 sets no end to it, challenge_ack_limit does. It happens when
 * both windows are full of octets that were lost, and when an old SYN has made a connection whose
 * opener is far ahead; with closing_ack_fin such an ACK carries the FIN again. A second connection
 * of the same numbers is the other known war. */
void judge_bound(struct swarm *swarm)
{
    swarm->war = swarm->unlimited && swarm->pure_acks / 9 > swarm->other_segments;
    for (unsigned i = 0; i < swarm->plan_count * 2; i++) {
        swarm->war = swarm->war || swarm->plans[i / 2].ends[i % 2].ghost;
    }
    if (swarm->war) {
        world_stop(swarm->world);
    } else {
        fail(swarm, "bound reached: events");
    }
}

void judge(struct swarm *swarm, enum world_end end)
{
    if (swarm->failed || swarm->war) { return; }
    if (end == WORLD_LIMIT) { fail(swarm, "bound reached: simulated time"); }
    if (end == WORLD_ENDLESS) { fail(swarm, "bound reached: events at one instant"); }
    if (end == WORLD_NO_MEMORY) { fail(swarm, "bound reached: memory"); }
    for (unsigned i = 0; i < swarm->plan_count; i++) { judge_plan(swarm, &swarm->plans[i]); }
    for (unsigned i = 0; i < swarm->host_count; i++) { judge_host(swarm, swarm->hosts[i]); }
}
