/* ends.c - the applications: each opens or is accepted, sends, reads and ends at its own pace, and
 * compares every octet that it reads with what its peer gave to send. */
#include "swarm.h"

#include <string.h>

#define READS_MAX 10000 /* in one step */

bool end_orderly(const struct end *end)
{
    return (end->ending == END_ORDERLY || end->ending == END_READ_FIRST) && !end->aborted &&
           !end->closed_early && !end->gave_up && !end->crashed && !end->ghost;
}

/* ---- octets ---- */

static bool is_generated(const struct end *end, uint64_t offset)
{
    if (offset < end->syn_data_len) { return false; }
    return end->octets == 0 || (end->octets == 2 && offset / end->block % 2 == 0);
}

uint8_t end_octet(const struct end *end, uint64_t offset)
{
    if (is_generated(end, offset)) { return tcp_generated_octet(end->stream, offset); }
    return (uint8_t)(offset * 31 + (offset >> 8) * 7 + end->number * 101);
}

/* As many octets from `sent` on as are of one making. */
static uint32_t next_run(const struct end *end, uint32_t len)
{
    const uint64_t left = end->total - end->sent;
    const uint64_t block = end->block - end->sent % end->block;
    if (len > left) { len = (uint32_t)left; }
    return end->octets == 2 && len > block ? (uint32_t)block : len;
}

static void check_octets(struct end *end, const struct tcp_slice *slice)
{
    uint8_t octets[256];
    for (uint32_t at = 0; at < slice->len; at += (uint32_t)sizeof octets) {
        const uint32_t left = slice->len - at;
        const uint32_t len = left < sizeof octets ? left : (uint32_t)sizeof octets;
        tcp_slice_copy(slice, at, len, octets);
        for (uint32_t i = 0; i < len; i++) {
            if (octets[i] != end_octet(end->peer, end->read + at + i)) {
                fail(end->swarm, "end %u read a wrong octet at %llu", end->number,
                     (unsigned long long)(end->read + at + i));
                return;
            }
        }
    }
}

/* ---- one step of an application ---- */

static void wake_at(struct end *end, uint64_t time_ns)
{
    const uint64_t now_ns = world_now(end->swarm->world);
    if (!end->done) {
        world_wake(end->swarm->world, &end->task, time_ns > now_ns ? time_ns : now_ns);
    }
}

/* Both ends are through: the same two sockets once more, some time later. */
static void open_again(struct plan *plan)
{
    struct swarm *swarm = plan->ends[0].swarm;
    const uint64_t now_ns = world_now(swarm->world);
    if (plan->again == 0 || !plan->ends[0].done || !plan->ends[1].done || swarm->failed ||
        now_ns >= swarm->give_up_ns / 2) {
        return;
    }
    plan->again--;
    judge_plan(swarm, plan);
    for (unsigned i = 0; i < 2; i++) {
        struct end *end = &plan->ends[i];
        end->proven = 0;
        end->sent = end->read = end->next_send_ns = end->next_read_ns = 0;
        end->opened = end->shut = end->ended = end->done = false;
        end->ghost = end->aborted = end->closed_early = end->gave_up = end->crashed = false;
        end->error = end->tcb_error = TCP_OK;
        end->ending_ns += now_ns;
        end->read_from_ns += now_ns;
    }
    plan->open_ns[0] = now_ns + draw_below(&plan->ends[0].draws, 400 * NS_PER_S);
    world_wake(swarm->world, &plan->ends[0].task, plan->open_ns[0]);
    world_wake(swarm->world, &plan->ends[1].task, now_ns);
}

static void finish(struct end *end)
{
    if (end->socket != NULL) { host_close(end->socket); }
    end->socket = NULL;
    end->done = true;
}

static void failed_with(struct end *end, enum tcp_error error)
{
    end->error = error;
    finish(end);
}

static void send_some(struct end *end, uint64_t now_ns)
{
    uint8_t octets[2048];
    for (unsigned i = 0; end->sent < end->total && now_ns >= end->next_send_ns; i++) {
        uint32_t len = next_run(end, 1 + (uint32_t)draw_below(&end->draws, end->send_most));
        const bool generated = is_generated(end, end->sent);
        if (!generated && len > sizeof octets) { len = sizeof octets; }
        for (uint32_t k = 0; !generated && k < len; k++) {
            octets[k] = end_octet(end, end->sent + k);
        }
        uint32_t accepted = 0;
        const enum tcp_error error =
            host_send(end->socket, generated ? NULL : octets, len,
                      (draw_one_in(&end->draws, 2) ? TCP_SEND_PUSH : 0u) |
                          (mechanisms_is_urgent(end) ? TCP_SEND_URGENT : 0u),
                      &accepted);
        end->sent += accepted;
        if (error == TCP_WOULD_BLOCK) { return; }
        if (error != TCP_OK) {
            failed_with(end, error);
            return;
        }
        if (end->send_pause_ns > 0) {
            end->next_send_ns = now_ns + draw_below(&end->draws, end->send_pause_ns);
        }
    }
}

static void read_some(struct end *end, uint64_t now_ns)
{
    for (unsigned i = 0; i < READS_MAX && !end->ended && now_ns >= end->next_read_ns; i++) {
        struct tcp_slice slice;
        const uint32_t most = 1 + (uint32_t)draw_below(&end->draws, end->read_most);
        const enum tcp_error error = host_receive(end->socket, most, &slice);
        if (error == TCP_WOULD_BLOCK) { return; }
        if (error != TCP_OK) {
            failed_with(end, error);
            return;
        }
        if (slice.len == 0) { end->ended = true; }
        check_octets(end, &slice);
        end->read += slice.len;
        host_slice_release(end->host, &slice);
        mechanisms_check_mark(end);
        if (end->read_pause_ns > 0) {
            end->next_read_ns = now_ns + draw_below(&end->draws, end->read_pause_ns);
        }
    }
}

/* Closes or aborts when it is time; an end without a socket is through as well. */
static void end_by_time(struct end *end, uint64_t now_ns)
{
    const bool by_time = end->ending == END_CLOSE_AT || end->ending == END_ABORT_AT;
    const bool gives_up = now_ns >= end->swarm->give_up_ns;
    if (!gives_up && !(by_time && now_ns >= end->ending_ns)) { return; }
    end->gave_up = gives_up;
    if (end->socket != NULL && (gives_up || end->ending == END_ABORT_AT)) {
        end->aborted = true;
        (void)host_abort(end->socket);
    }
    end->closed_early = true;
    finish(end);
}

static void shut_when_sent(struct end *end)
{
    if (end->sent < end->total || end->shut) { return; }
    if (end->ending == END_CLOSE_SENT) {
        end->closed_early = true;
        finish(end);
    } else if (end->ending == END_ORDERLY || end->ending == END_READ_FIRST) {
        end->shut = true;
        const enum tcp_error error = host_shutdown(end->socket);
        if (error != TCP_OK) { failed_with(end, error); }
    }
}

static bool is_opening(const struct end *end)
{
    return end->socket->state == TCP_SYN_SENT || end->socket->state == TCP_SYN_RECEIVED ||
           end->socket->state == TCP_LISTEN;
}

static void talk(struct end *end, uint64_t now_ns)
{
    const bool reads = now_ns >= end->read_from_ns;
    const bool sends = end->ending != END_READ_FIRST || end->ended;
    if (end->early || !is_opening(end)) {
        if (sends) { send_some(end, now_ns); }
        /* CLOSE in SYN-SENT would delete the TCB (RFC 9293 3.10.4). */
        if (!end->done && sends && end->socket->state != TCP_SYN_SENT) { shut_when_sent(end); }
    }
    if (!end->done && reads) { read_some(end, now_ns); }
    /* END_READ_FIRST may go on now that it has read to the end. */
    if (!end->done && end->ended && !sends) { wake_at(end, now_ns); }
    if (!end->done && end->ended && end->shut) { finish(end); }
    if (end->done) { return; }
    if (end->next_send_ns > now_ns) { wake_at(end, end->next_send_ns); }
    if (end->next_read_ns > now_ns) { wake_at(end, end->next_read_ns); }
    if (!reads) { wake_at(end, end->read_from_ns); }
}

/* ---- opening ---- */

static void opened(struct end *end, struct socket *socket)
{
    end->opened = true;
    end->socket = socket;
    end->stream = tcp_conn_stream(socket->conn);
    end->iss = socket->iss;
    socket->user = NULL;
}

static enum tcp_error turn_listener(struct end *end, struct socket **socket)
{
    const struct plan *plan = end->plan;
    bool unreachable = false;
    uint32_t accepted = 0;
    struct host *to = end->peer->host;
    const uint16_t port = end->swarm->listeners[plan->listener].port;
    enum tcp_error error = host_listen(end->host, plan->ports[0],
                                       plan->has_options[0] ? &plan->options[0] : NULL, socket);
    if (error != TCP_OK) { return error; }
    opened(end, *socket);
    if (end->syn_data_len == 0) { return host_open_listener(*socket, to, port, &unreachable); }
    error = host_send_listener(*socket, to, port, end->syn_data, (uint32_t)end->syn_data_len,
                               TCP_SEND_PUSH, &accepted, &unreachable);
    end->sent = accepted;
    return error;
}

static void open_end(struct end *end)
{
    struct plan *plan = end->plan;
    const unsigned own = end == &plan->ends[1];
    const bool both = plan->kind == OPEN_BOTH;
    struct socket *socket = NULL;
    bool unreachable = false;
    enum tcp_error error;
    for (size_t i = 0; i < end->syn_data_len; i++) { end->syn_data[i] = end_octet(end, i); }
    if (plan->kind == OPEN_PASSIVE_TURNS) {
        error = turn_listener(end, &socket);
    } else {
        const struct host_connect request = {
            .to = end->peer->host,
            .port = both ? plan->ports[1 - own] : end->swarm->listeners[plan->listener].port,
            .has_local_port = true,
            .local_port = plan->ports[own],
            .options = plan->has_options[own] ? &plan->options[own] : NULL,
            .syn_data = end->syn_data,
            .syn_data_len = end->syn_data_len};
        error = host_connect(end->host, &request, &socket, &unreachable);
        if (error == TCP_ERROR_EXISTS && end->swarm->reuses) {
            plan->open_ns[0] = world_now(end->swarm->world) + 10 * NS_PER_S;
            wake_at(end, plan->open_ns[0]); /* TIME-WAIT, or a half-open connection */
            return;
        }
        if (error == TCP_OK) {
            struct tcp_status status;
            opened(end, socket);
            host_status(socket, &status); /* no more than the send buffer has room for */
            end->sent = tcp_conn_options(socket->conn)->send_buffer - status.send_room;
        }
    }
    if (socket != NULL) { end->iss = socket->iss; } /* which it has when it has opened */
    if (end->sent > end->total) { end->total = end->sent; }
    end->opened = true;
    if (error != TCP_OK || unreachable) {
        if (error == TCP_ERROR_RESOURCES && end->syn_data_len > 0) {
            failed_with(end, error); /* no room in the send buffer for what rides on the SYN */
        } else {
            fail(end->swarm, "end %u: OPEN: %s", end->number, tcp_error_text(error));
        }
    }
}

static void end_step(struct world_task *task)
{
    struct end *end = task->context;
    struct swarm *swarm = end->swarm;
    const uint64_t now_ns = world_now(swarm->world);
    const unsigned own = end == &end->plan->ends[1];
    const bool opens = own == 0 || end->plan->kind == OPEN_BOTH;
    if (end->done) { return; }
    watch_host(swarm, end->host, true);
    end_by_time(end, now_ns);
    if (!end->done && !end->opened && opens && now_ns >= end->plan->open_ns[own]) { open_end(end); }
    if (!end->done && end->socket != NULL) { talk(end, now_ns); }
    if (end->ending_ns > now_ns) { wake_at(end, end->ending_ns); }
    wake_at(end, swarm->give_up_ns);
    open_again(end->plan);
}

void end_changed(struct swarm *swarm, struct socket *socket)
{
    for (unsigned i = 0; i < swarm->listener_count; i++) {
        struct listener *listener = &swarm->listeners[i];
        if (listener->socket == socket && !listener->closed) {
            world_wake(swarm->world, &listener->task, world_now(swarm->world));
        }
    }
    for (unsigned i = 0; i < swarm->plan_count * 2; i++) {
        struct end *end = &swarm->plans[i / 2].ends[i % 2];
        if (end->socket == socket && !end->done) {
            world_wake(swarm->world, &end->task, world_now(swarm->world));
        }
    }
}

static enum tcp_error error_of(enum tcp_cause cause)
{
    if (cause == TCP_CAUSE_USER_TIMEOUT) { return TCP_ERROR_USER_TIMEOUT; }
    if (cause == TCP_CAUSE_TOO_MANY_RETRIES || cause == TCP_CAUSE_KEEPALIVE_UNANSWERED) {
        return TCP_ERROR_TIMED_OUT;
    }
    if (cause == TCP_CAUSE_ICMP_ERROR) { return TCP_ERROR_UNREACHABLE; }
    if (cause == TCP_CAUSE_RECYCLED || cause == TCP_CAUSE_ACCEPT_FULL) {
        return TCP_ERROR_RESOURCES;
    }
    const bool reset = cause == TCP_CAUSE_RST_ARRIVED || cause == TCP_CAUSE_SYN_IN_WINDOW ||
                       cause == TCP_CAUSE_DATA_AFTER_CLOSE;
    return reset ? TCP_ERROR_RESET : TCP_OK;
}

/* A cookie is proven by every copy of the ACK that answers it, and with Fast Open a copy of the SYN
 * is enough to be sent data: when the connection has ended, an old copy makes a second one of its
 * numbers (RFC 7413 2.1). */
static void note_second(struct end *end)
{
    end->ghost = end->ghost || end->proven > 0;
    end->proven++;
}

void end_moved(struct swarm *swarm, const struct trace_record *record)
{
    const struct trace_conn *conn = &record->u.state.conn;
    const bool made = record->u.state.cause == TCP_CAUSE_COOKIE_PROVEN ||
                      (swarm->fast_open && record->u.state.cause == TCP_CAUSE_SYN_ARRIVED);
    if (record->u.state.new_state != TCP_CLOSED && !made) { return; }
    /* An old segment's RST may end TIME-WAIT (RFC 1337): nobody is harmed. */
    if (record->u.state.old_state == TCP_TIME_WAIT) { return; }
    for (unsigned i = 0; i < swarm->plan_count * 2; i++) {
        struct plan *plan = &swarm->plans[i / 2];
        struct end *end = &plan->ends[i % 2];
        const uint16_t port =
            plan->kind == OPEN_BOTH ? plan->ports[1] : swarm->listeners[plan->listener].port;
        const uint16_t own = i % 2 == 0 ? plan->ports[0] : port;
        const uint16_t other = i % 2 == 0 ? port : plan->ports[0];
        if (host_index(end->host) == conn->host_index && conn->local.port == own &&
            conn->remote.port == other) {
            if (made) {
                note_second(end);
                continue;
            }
            /* What never left SYN-RECEIVED after that end was there, or after the opener was
             * through, came of an old SYN. */
            if ((end->opened || plan->ends[0].done) && i % 2 == 1 &&
                record->u.state.old_state == TCP_SYN_RECEIVED && plan->kind != OPEN_BOTH) {
                continue;
            }
            end->tcb_error = error_of(record->u.state.cause);
        }
    }
}

/* ---- listeners ---- */

static void accept_one(struct listener *listener, struct socket *socket)
{
    struct swarm *swarm = listener->swarm;
    for (unsigned i = 0; i < swarm->plan_count; i++) {
        struct plan *plan = &swarm->plans[i];
        struct end *end = &plan->ends[1];
        if (plan->kind == OPEN_BOTH || plan->ports[0] != socket->remote.port) { continue; }
        if (!plan->ends[0].opened || socket->irs != plan->ends[0].iss) {
            host_close(socket); /* of a time before, whose opener has long gone */
            return;
        }
        /* An old SYN, and an old ACK that fits: the new ISS is among the old numbers, as it is
         * fixed, or as its clock (RFC 6528) has not gone so far as the connection before. */
        /* And a second copy of a SYN that opens fast is as good as the first (RFC 7413 2.1). */
        const bool by_copy = socket->state == TCP_SYN_RECEIVED;
        end->ghost =
            end->opened && (end->ghost || by_copy || socket->iss - end->iss <= end->sent + 1);
        if (end->opened && !end->ghost) { fail(swarm, "end %u was accepted twice", end->number); }
        if (end->done || end->ghost) {
            host_close(socket); /* or its time was over before anybody came */
            return;
        }
        opened(end, socket);
        wake_at(end, world_now(swarm->world));
        return;
    }
    fail(swarm, "port %u was accepted from, which nobody opened", socket->remote.port);
}

static void listener_step(struct world_task *task)
{
    struct listener *listener = task->context;
    struct swarm *swarm = listener->swarm;
    const uint64_t now_ns = world_now(swarm->world);
    if (listener->closed) { return; }
    if (listener->socket == NULL && now_ns >= listener->listen_ns) {
        if (host_listen(listener->host, listener->port, NULL, &listener->socket) != TCP_OK) {
            fail(swarm, "listen failed");
            return;
        }
    }
    while (listener->socket != NULL && now_ns >= listener->next_accept_ns) {
        struct socket *socket = host_accept(listener->socket);
        if (socket == NULL) { break; }
        accept_one(listener, socket);
        listener->next_accept_ns = now_ns + listener->accept_pause_ns;
    }
    if (listener->socket != NULL && (now_ns >= listener->close_ns || ends_done(swarm))) {
        host_close(listener->socket);
        listener->socket = NULL;
        listener->closed = true;
        return;
    }
    const uint64_t times[] = {listener->next_accept_ns, listener->close_ns, listener->listen_ns,
                              swarm->give_up_ns + NS_PER_S};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        if (times[i] > now_ns && times[i] != TIME_NEVER) {
            world_wake(swarm->world, &listener->task, times[i]);
        }
    }
}

bool ends_done(const struct swarm *swarm)
{
    for (unsigned i = 0; i < swarm->plan_count * 2; i++) {
        if (!swarm->plans[i / 2].ends[i % 2].done) { return false; }
    }
    return true;
}

void ends_begin(struct swarm *swarm)
{
    for (unsigned i = 0; i < swarm->listener_count; i++) {
        struct listener *listener = &swarm->listeners[i];
        world_task_init(&listener->task, QUEUE_APP, 50 + i, 0, listener_step, listener);
        world_wake(swarm->world, &listener->task, 0);
    }
    for (unsigned i = 0; i < swarm->plan_count * 2; i++) {
        struct end *end = &swarm->plans[i / 2].ends[i % 2];
        world_task_init(&end->task, QUEUE_APP, i, 0, end_step, end);
        world_wake(swarm->world, &end->task, end->plan->open_ns[i % 2]);
    }
}
