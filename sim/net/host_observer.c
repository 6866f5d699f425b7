/* host_observer.c - what TCP tells: sockets come into being, go through their states, and outlive
 * their TCBs. Nothing here acts on TCP; a status is only read. */
#include "net_private.h"

#include <string.h>

/* ---- sockets ---- */

static struct endpoint_socket *socket_create(struct host *host, struct tcp_conn *conn)
{
    struct endpoint_socket *made = world_take(host->world, sizeof *made);
    if (made == NULL) { return NULL; }
    struct socket *socket = &made->socket;
    socket->host = host;
    socket->conn = conn;
    socket->listener = host->opening_listener;
    socket->accepted_or_opened = host->opening;
    socket->local = *tcp_conn_local(conn);
    socket->remote = *tcp_conn_remote(conn);
    socket->state = TCP_CLOSED;
    socket->path[socket->path_len++] = TCP_CLOSED;
    made->stream = tcp_conn_stream(conn);
    made->previous = host->last_socket;
    if (host->last_socket != NULL) {
        host->last_socket->next = socket;
    } else {
        host->sockets = socket;
    }
    host->last_socket = socket;
    return made;
}

static void unpair(struct socket *socket)
{
    if (socket->peer != NULL) {
        socket->peer->peer = NULL;
        socket->peer = NULL;
    }
}

void socket_bury(struct endpoint_socket *dead)
{
    struct arena *arena = dead->socket.host->world->arena;
    if (dead->socket.last_status != NULL) {
        arena_give(arena, dead->socket.last_status, sizeof *dead->socket.last_status);
    }
    arena_give(arena, dead, sizeof *dead);
}

/* While a host crashes somebody walks along its sockets: then memory goes back afterwards. */
void socket_free(struct endpoint_socket *dead)
{
    struct socket *socket = &dead->socket;
    struct host *host = socket->host;
    unpair(socket);
    if (dead->previous != NULL) {
        dead->previous->next = socket->next;
    } else {
        host->sockets = socket->next;
    }
    if (socket->next != NULL) {
        endpoint_socket_of(socket->next)->previous = dead->previous;
    } else {
        host->last_socket = dead->previous;
    }
    if (host->recent == dead) { host->recent = NULL; }
    if (host->crashing) {
        dead->next_buried = host->buried;
        host->buried = dead;
        return;
    }
    socket_bury(dead);
}

struct endpoint_socket *host_socket(struct host *host, const struct tcp_endpoint *local,
                                    const struct tcp_endpoint *remote)
{
    struct endpoint_socket *recent = host->recent;
    if (recent != NULL && tcp_endpoint_equal(&recent->socket.remote, remote) &&
        tcp_endpoint_equal(&recent->socket.local, local)) {
        return recent;
    }
    recent = endpoint_socket_of_conn(tcp_find(host->tcp, local, remote));
    if (recent != NULL) { host->recent = recent; }
    return recent;
}

void socket_changed(struct socket *socket)
{
    const struct world_hooks *hooks = &socket->host->world->config.hooks;
    if (hooks->socket_changed != NULL) { hooks->socket_changed(hooks->context, socket); }
}

/* ---- events ---- */

/* When full the last state is overwritten, so that a path always ends where the connection is. */
static void path_add(struct socket *socket, enum tcp_state state)
{
    if (socket->path_len == SOCKET_PATH_MAX) { socket->path_len--; }
    socket->path[socket->path_len++] = (uint8_t)state;
}

static void set_names(struct socket *socket, const struct tcp_conn *conn)
{
    socket->local = *tcp_conn_local(conn);
    socket->remote = *tcp_conn_remote(conn);
    if (!socket->listener && !socket->first_connection) {
        struct world *world = socket->host->world;
        first_connection_note(world, &socket->local, &socket->remote);
        socket->first_connection = first_connection_is(world, &socket->local, &socket->remote);
    }
}

static void set_numbers(struct endpoint_socket *moved, const struct tcp_conn *conn)
{
    struct socket *socket = &moved->socket;
    struct tcp_status status;
    tcp_status(conn, &status);
    socket->iss = status.iss;
    socket->iss_known = true;
    socket->irs = status.irs;
    socket->irs_known = status.irs_known;
    numbers_of_tcb(socket->host->world, &socket->local, &socket->remote, &status);
}

/* A TCB begins a conversation: what was known of an earlier one on it does not count. */
static void begin_conversation(struct endpoint_socket *moved, const struct tcp_conn *conn)
{
    moved->sent_known = false;
    moved->edge_known = false;
    moved->peer_host_known = false;
    watch_begin(moved);
    unpair(&moved->socket);
    set_names(&moved->socket, conn);
    moved->socket.host->recent = NULL; /* an earlier one of the same pair may stand there */
}

static void state_moved(struct host *host, struct endpoint_socket *moved,
                        const struct tcp_event *event)
{
    struct socket *socket = &moved->socket;
    const enum tcp_state from = event->u.state.old_state;
    const enum tcp_state to = event->u.state.new_state;
    if (socket->path_len == 1 && from == TCP_LISTEN) {
        path_add(socket, TCP_LISTEN); /* a listener's child begins there */
    }
    path_add(socket, to);
    socket->state = to;
    if ((to == TCP_CLOSED || to == TCP_LISTEN) && host->recent == moved) { host->recent = NULL; }
    if ((from == TCP_CLOSED || from == TCP_LISTEN || from == TCP_TIME_WAIT) &&
        (to == TCP_SYN_SENT || to == TCP_SYN_RECEIVED)) {
        begin_conversation(moved, event->conn);
    }
    if (from == TCP_TIME_WAIT && to == TCP_SYN_RECEIVED) {
        socket->released = socket->accepted_or_opened = false; /* reopened: its listener's again */
    }
    if (event->u.state.cause == TCP_CAUSE_REOPEN_WAS_OLD) {
        socket->released = true; /* as it was, with the numbers that it had */
        set_numbers(moved, event->conn);
        moved->sent_known = moved->edge_known = false;
        watch_begin(moved);
    }
    if (to == TCP_SYN_SENT || to == TCP_SYN_RECEIVED || to == TCP_ESTABLISHED) {
        set_numbers(moved, event->conn);
        if (to != TCP_SYN_SENT && host->world->config.hooks.violation != NULL) {
            integrity_pair(socket);
        }
    }
    if (to == TCP_CLOSED) { socket->error = tcp_conn_error(event->conn); }
    if (trace_wants(host->world->trace, TRACE_STATE)) { record_event(socket, event); }
    move_check(socket, from, to);
    watch_move(moved, event->conn, event->u.state.cause);
}

static void created(struct host *host, const struct tcp_event *event)
{
    struct endpoint_socket *made = socket_create(host, event->conn);
    tcp_conn_set_user(event->conn, made);
    if (made != NULL) { set_names(&made->socket, event->conn); }
}

static void deleted(struct host *host, struct endpoint_socket *gone, const struct tcp_event *event)
{
    struct world *world = host->world;
    struct socket *socket = &gone->socket;
    if (socket->error == TCP_OK) { socket->error = tcp_conn_error(event->conn); }
    if (world->config.keep_sockets) {
        socket->last_status = world_take(world, sizeof *socket->last_status);
        if (socket->last_status != NULL) { tcp_status(event->conn, socket->last_status); }
    }
    socket->conn = NULL;
    if (host->recent == gone) { host->recent = NULL; }
    socket_changed(socket);
    if (!world->config.keep_sockets && (socket->released || !socket->accepted_or_opened)) {
        socket_free(gone);
    }
}

/* RFC 9293 3.9.1.8, ERROR_REPORT: who asks for it hears of it (MUST-47); it is nobody's error. */
static void report(struct socket *socket, const char *words)
{
    if (socket->report_count == SOCKET_REPORTS_MAX) { (void)host_take_report(socket); }
    socket->reports[socket->report_count++] = words;
    socket_changed(socket);
}

void host_observe(void *context, const struct tcp_event *event)
{
    struct host *host = context;
    struct endpoint_socket *told = endpoint_socket_of_conn(event->conn);
    if (event->kind == TCP_EVENT_DISCARD) {
        record_discard(host, event->u.discard.segment, event->u.discard.reason);
        return;
    }
    if (event->kind == TCP_EVENT_CREATED) {
        created(host, event);
        return;
    }
    if (event->kind == TCP_EVENT_ICMP) {
        icmp_fate(host, event->u.icmp.fate);
        if (told != NULL && event->u.icmp.fate == TCP_ICMP_FATE_REPORTED) {
            report(&told->socket, tcp_icmp_words(event->u.icmp.message->kind));
        }
        return;
    }
    if (told == NULL) { return; /* there was no memory for its socket: the run ends */ }
    switch (event->kind) {
    case TCP_EVENT_STATE: state_moved(host, told, event); break;
    case TCP_EVENT_TIMER:
    case TCP_EVENT_CONGESTION: record_event(&told->socket, event); break;
    case TCP_EVENT_DELIVERED:
        integrity_delivered(&told->socket, event->u.delivered.slice, event->u.delivered.offset);
        break;
    case TCP_EVENT_CHANGED:
    case TCP_EVENT_ACCEPTABLE: socket_changed(&told->socket); break;
    case TCP_EVENT_DELETED: deleted(host, told, event); break;
    case TCP_EVENT_DISCARD:
    case TCP_EVENT_CREATED:
    case TCP_EVENT_ICMP: break;
    case TCP_EVENT_URGENT:
        if (event->u.urgent.unread > 0) { report(&told->socket, "urgent data"); }
        break;
    case TCP_EVENT_R1: report(&told->socket, "excessive retransmission"); break;
    }
}
