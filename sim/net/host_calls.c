/* host_calls.c - the user calls of RFC 9293 3.10 on a socket. Each acts on TCP, records the call,
 * and lets the host pump, so that what it owes leaves at once. */
#include "net_private.h"

#include <string.h>

/* What a call answers when the TCB is gone. */
static enum tcp_error gone(const struct socket *socket)
{
    return socket->error != TCP_OK ? socket->error : TCP_ERROR_NOT_EXIST;
}

bool host_make_slice(struct host *host, const uint8_t *octets, uint32_t len,
                     struct tcp_slice *slice)
{
    *slice = (struct tcp_slice){.len = len};
    if (octets == NULL || len == 0) { return true; }
    slice->extent = tcp_extent_create(&host->world->pools, 0, len);
    if (slice->extent == NULL) { return false; }
    memcpy(slice->extent->octets, octets, len);
    return true;
}

/* No more is copied than there is room for; one octet asks when there is none. */
static uint32_t len_to_offer(const struct socket *socket, const uint8_t *octets, uint32_t len)
{
    if (octets == NULL) { return len; }
    struct tcp_status status;
    tcp_status(socket->conn, &status);
    const uint32_t room = status.send_room > 0 ? status.send_room : 1;
    return len < room ? len : room;
}

enum tcp_error host_send(struct socket *socket, const uint8_t *octets, uint32_t len, unsigned flags,
                         uint32_t *accepted)
{
    struct host *host = socket->host;
    struct tcp_slice slice;
    *accepted = 0;
    if (socket->conn == NULL) {
        host_record_call(socket, "SEND", 0, tcp_error_text(gone(socket)));
        return gone(socket);
    }
    const uint32_t offered = len_to_offer(socket, octets, len);
    if (!host_make_slice(host, octets, offered, &slice)) { return TCP_ERROR_RESOURCES; }
    if (offered < len) { flags &= ~(unsigned)TCP_SEND_RECORD; }
    if (offered < len && tcp_conn_options(socket->conn)->push == TCP_PUSH_EACH) {
        flags &= ~(unsigned)TCP_SEND_PUSH;
    }
    const enum tcp_error error =
        tcp_send(socket->conn, host->world->now_ns, &slice, flags, accepted);
    tcp_slice_release(&host->world->pools, &slice);
    if (error != TCP_WOULD_BLOCK) {
        const struct sent_call sent = {
            .asked = len, .urgent = (flags & TCP_SEND_URGENT) != 0, .error = error};
        record_send(socket, *accepted, &sent);
        host_pump(host);
    }
    return error;
}

enum tcp_error host_receive(struct socket *socket, uint32_t max, struct tcp_slice *slice)
{
    struct host *host = socket->host;
    *slice = (struct tcp_slice){.len = 0};
    if (socket->conn == NULL) {
        host_record_call(socket, "RECEIVE", 0, tcp_error_text(gone(socket)));
        return gone(socket);
    }
    const enum tcp_error error = tcp_receive(socket->conn, host->world->now_ns, max, slice);
    if (error == TCP_WOULD_BLOCK) { return error; /* nothing has changed */ }
    const char *result = slice->len > 0 ? "ok" : "end of stream";
    host_record_call(socket, "RECEIVE", slice->len,
                     error == TCP_OK ? result : tcp_error_text(error));
    host_pump(host);
    return error;
}

uint32_t host_discard(struct socket *socket, uint32_t max)
{
    struct host *host = socket->host;
    uint32_t taken = 0;
    while (socket->conn != NULL && taken < max) {
        struct tcp_slice slice;
        if (tcp_receive(socket->conn, host->world->now_ns, max - taken, &slice) != TCP_OK ||
            slice.len == 0) {
            break;
        }
        taken += slice.len;
        host_slice_release(host, &slice);
    }
    if (taken == 0) { return 0; /* nothing has changed */ }
    host_record_call(socket, "RECEIVE", taken, "ok");
    host_pump(host);
    return taken;
}

void host_slice_release(struct host *host, struct tcp_slice *slice)
{
    tcp_slice_release(&host->world->pools, slice);
}

enum tcp_error host_shutdown(struct socket *socket)
{
    struct host *host = socket->host;
    const enum tcp_error error =
        socket->conn == NULL ? gone(socket) : tcp_close(socket->conn, host->world->now_ns);
    host_record_call(socket, "CLOSE", 0, tcp_error_text(error));
    host_pump(host);
    return error;
}

uint32_t host_flush(struct socket *socket)
{
    struct host *host = socket->host;
    const uint32_t dropped =
        socket->conn == NULL ? 0 : tcp_flush(socket->conn, host->world->now_ns);
    host_record_call(socket, "FLUSH", dropped, "ok");
    host_pump(host);
    return dropped;
}

/* The user lets go; without keep_sockets the socket goes with its TCB. */
static void let_go(struct socket *socket)
{
    struct host *host = socket->host;
    socket->released = true;
    if (socket->conn != NULL) {
        tcp_release(socket->conn, host->world->now_ns);
    } else if (!host->world->config.keep_sockets) {
        socket_free(endpoint_socket_of(socket));
    }
}

void host_close(struct socket *socket)
{
    struct host *host = socket->host;
    if (socket->released) { return; }
    record_let_go(socket);
    let_go(socket);
    host_pump(host);
}

enum tcp_error host_abort(struct socket *socket)
{
    struct host *host = socket->host;
    const enum tcp_error error =
        socket->conn == NULL ? gone(socket) : tcp_abort(socket->conn, host->world->now_ns);
    host_record_call(socket, "ABORT", 0, tcp_error_text(error));
    host_pump(host);
    return error;
}

void host_status(struct socket *socket, struct tcp_status *status)
{
    tcp_marks_row(socket->host->world->marks, socket->state, TCP_ROW_STATUS);
    if (socket->conn != NULL) {
        tcp_status(socket->conn, status);
    } else if (socket->last_status != NULL) {
        *status = *socket->last_status;
    } else {
        *status = (struct tcp_status){.state = TCP_CLOSED,
                                      .local = socket->local,
                                      .remote = socket->remote,
                                      .error = socket->error};
    }
}

const char *host_take_report(struct socket *socket)
{
    if (socket->report_count == 0) { return NULL; }
    const char *report = socket->reports[0];
    socket->report_count--;
    memmove(&socket->reports[0], &socket->reports[1],
            socket->report_count * sizeof socket->reports[0]);
    return report;
}

void host_set_socket_options(struct socket *socket, const struct tcp_options *options)
{
    if (socket->conn != NULL) {
        tcp_conn_set_options(socket->conn, socket->host->world->now_ns, options);
        host_pump(socket->host);
    }
}

void host_quick_ack(struct socket *socket, bool quick)
{
    if (socket->conn != NULL) {
        tcp_quick_ack(socket->conn, quick);
        host_pump(socket->host);
    }
}

void host_push(struct socket *socket)
{
    if (socket->conn != NULL) {
        tcp_push(socket->conn);
        host_pump(socket->host);
    }
}

/* Paths stop where they are, and the numbers of the last TCBs stay known. */
void host_crash(struct host *host)
{
    struct world *world = host->world;
    if (host->tcp == NULL) { return; }
    host->crashes++;
    host->crashing = true;
    if (host->options.quiet_time_ns > 0) { host_lose_secret(host); }
    for (struct socket *socket = host->sockets; socket != NULL; socket = socket->next) {
        if (socket->conn != NULL) {
            socket->state = TCP_CLOSED;
            socket->error = TCP_ERROR_NOT_EXIST;
        }
    }
    tcp_host_crash(host->tcp, world->now_ns);
    for (struct socket *socket = host->sockets; socket != NULL; socket = socket->next) {
        if (socket->conn != NULL && !socket->released) {
            tcp_release(socket->conn, world->now_ns); /* the application keeps the socket alone */
        }
    }
    host->crashing = false;
    for (struct endpoint_socket *dead = host->buried, *next; dead != NULL; dead = next) {
        next = dead->next_buried;
        socket_bury(dead);
    }
    host->buried = NULL;
    host_pump(host);
}
