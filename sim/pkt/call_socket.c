/* call_socket.c - socket, bind, listen, accept, connect, close, shutdown. */
#include "run.h"

#include <string.h>

enum call_status call_socket(struct call *call)
{
    struct pkt *pkt = call->pkt;
    int64_t type = 0;
    int64_t protocol = 0;
    if (!call_count(call, 3, 3) || !call_ellipsis(call, 0) || !call_number(call, 1, &type) ||
        !call_number(call, 2, &protocol)) {
        return CALL_WRONG;
    }
    int64_t nonblocking = 0;
    (void)symbol_number(pkt->numbers, "SOCK_NONBLOCK", &nonblocking);
    const int64_t tcp = symbol_value(pkt->numbers, SYM_IPPROTO_TCP);
    if ((type & 0xf) != symbol_value(pkt->numbers, SYM_SOCK_STREAM) ||
        (protocol != tcp && protocol != 0)) {
        return call_unsupported(call, "sockets that are not of TCP");
    }
    struct fd *fd = fd_create(pkt, FD_SOCKET);
    struct flow *flow = flow_create(pkt);
    if (fd == NULL || flow == NULL) { return CALL_WRONG; }
    fd->nonblocking = (type & nonblocking) != 0;
    fd->flow = flow;
    flow->fd = fd;
    pkt->under_test = flow;
    call->made = fd;
    return call_return(call, 3);
}

enum call_status call_bind(struct call *call)
{
    struct fd *fd = NULL;
    if (!call_count(call, 3, 3) || !call_fd(call, 0, &fd) || !call_ellipsis(call, 1) ||
        !call_ellipsis(call, 2)) {
        return CALL_WRONG;
    }
    if (fd->bound || fd->socket != NULL) { return call_errno(call, PKT_EINVAL); }
    for (const struct fd *other = call->pkt->fds; other != NULL; other = other->next) {
        if (other != fd && !other->closed && other->kind == FD_SOCKET && other->bound &&
            (other->listening || other->reuse_address == 0 || fd->reuse_address == 0)) {
            return call_errno(call, PKT_EADDRINUSE);
        }
    }
    fd->bound = true;
    return call_return(call, 0);
}

enum call_status call_listen(struct call *call)
{
    struct pkt *pkt = call->pkt;
    struct fd *fd = NULL;
    int64_t backlog = 0;
    if (!call_count(call, 2, 2) || !call_fd(call, 0, &fd) || !call_number(call, 1, &backlog)) {
        return CALL_WRONG;
    }
    if (fd->socket != NULL && !fd->listening) { return call_errno(call, PKT_EINVAL); }
    if (fd->listening) { return call_return(call, 0); }
    /* BSD admits half as much again as it is asked for; Linux one more, by backlog_extra. */
    const uint32_t most = pkt->options.backlog;
    uint32_t length = backlog < 0 || backlog > most ? most : (uint32_t)backlog;
    if (pkt->dialect != DIALECT_LINUX) { length = 3 * length / 2 + 1; }
    fast_open_listens(pkt, fd, length);
    struct tcp_options options = fd->options;
    options.backlog = length;
    const uint16_t port = fd->bound ? pkt->settings.bind_port : 0;
    const enum tcp_error error = host_listen(pkt->host, port, &options, &fd->socket);
    if (error == TCP_ERROR_EXISTS) { return call_errno(call, PKT_EADDRINUSE); }
    if (error != TCP_OK) { return call_errno(call, PKT_ENOBUFS); }
    fd->socket->user = fd;
    fd->listening = true;
    if (fd->flow != NULL) { fd->flow->state = FLOW_LISTENING; }
    return call_return(call, 0);
}

/* The accepted socket is the one whose packets the script has been playing. */
static struct fd *adopt(struct call *call, struct fd *listener, struct socket *socket)
{
    struct pkt *pkt = call->pkt;
    struct flow *flow = pkt->flows;
    while (flow != NULL && (flow->fd != NULL || flow->state < FLOW_PACKET_RECEIVED ||
                            !tcp_endpoint_equal(&flow->remote, &socket->remote))) {
        flow = flow->next;
    }
    if (flow == NULL) {
        (void)call_wrong(call, "unable to find socket matching accept() call");
        return NULL;
    }
    struct fd *fd = fd_create(pkt, FD_SOCKET);
    if (fd == NULL) { return NULL; }
    fd->socket = socket;
    socket->user = fd;
    fd->flow = flow;
    flow->fd = fd;
    fd->options = socket->conn != NULL ? *tcp_conn_options(socket->conn) : listener->options;
    fd->bound = true;
    fd->nonblocking = listener->nonblocking && pkt->dialect == DIALECT_FREEBSD;
    fd->corked = listener->corked;
    fd->zerocopy = listener->zerocopy;
    fd->keepalive = listener->keepalive;
    fd->keepalive_idle_ns = listener->keepalive_idle_ns;
    fd->keepalive_interval_ns = listener->keepalive_interval_ns;
    fd->keepalive_count = listener->keepalive_count;
    fd->send_buffer_asked = listener->send_buffer_asked;
    fd->recv_buffer_asked = listener->recv_buffer_asked;
    fd->lingers = listener->lingers;
    fd->reuse_address = listener->reuse_address;
    fd->linger_s = listener->linger_s;
    fd->notsent_lowat = listener->notsent_lowat;
    fd->recv_lowat = listener->recv_lowat;
    fd->tells_inq = listener->tells_inq;
    fd->congestion_name = listener->congestion_name;
    memcpy(fd->kept, listener->kept, sizeof fd->kept);
    return fd;
}

enum call_status call_accept(struct call *call)
{
    struct fd *listener = NULL;
    int64_t flags = 0;
    if (!call_count(call, 3, 4) || !call_fd(call, 0, &listener) || !call_ellipsis(call, 1) ||
        !call_ellipsis(call, 2)) {
        return CALL_WRONG;
    }
    if (call->spec->argument_count == 4 && !call_number(call, 3, &flags)) { return CALL_WRONG; }
    if (!listener->listening) { return call_errno(call, PKT_EINVAL); }
    struct socket *socket = host_accept(listener->socket);
    if (socket == NULL) {
        return listener->nonblocking ? call_errno(call, PKT_EAGAIN) : CALL_BLOCKS;
    }
    if (socket->state == TCP_CLOSED && call->pkt->dialect == DIALECT_FREEBSD) {
        host_close(socket); /* it was reset while it waited */
        return call_errno(call, PKT_ECONNABORTED);
    }
    struct fd *fd = adopt(call, listener, socket);
    if (fd == NULL) { return CALL_WRONG; }
    int64_t nonblocking = 0;
    (void)symbol_number(call->pkt->numbers, "SOCK_NONBLOCK", &nonblocking);
    if ((flags & nonblocking) != 0) { fd->nonblocking = true; }
    call->made = fd;
    return call_return(call, 4);
}

/* ---- connect ---- */

/* What came of it: CALL_BLOCKS as long as the handshake lasts. */
static enum call_status connect_outcome(struct call *call, struct fd *fd)
{
    const int error = fd_take_error(call->pkt, fd);
    if (error != 0) {
        fd->connecting = false;
        return call_errno(call, error);
    }
    switch (fd_state(fd)) {
    case TCP_SYN_SENT:
    case TCP_SYN_RECEIVED: return CALL_BLOCKS;
    case TCP_CLOSED: fd->connecting = false; return call_errno(call, PKT_ECONNABORTED);
    case TCP_LISTEN:
    case TCP_ESTABLISHED:
    case TCP_FIN_WAIT_1:
    case TCP_FIN_WAIT_2:
    case TCP_CLOSE_WAIT:
    case TCP_CLOSING:
    case TCP_LAST_ACK:
    case TCP_TIME_WAIT: break;
    }
    /* Linux tells the success once to who asks again; BSD does not. */
    const bool told = call->pkt->dialect == DIALECT_FREEBSD && !call->again;
    fd->connecting = false;
    return told ? call_errno(call, PKT_EISCONN) : call_return(call, 0);
}

enum call_status call_connect(struct call *call)
{
    struct fd *fd = NULL;
    if (!call_count(call, 3, 3) || !call_fd(call, 0, &fd)) { return CALL_WRONG; }
    const struct expr *address = call_argument(call, 1);
    if (address->kind == EXPR_WORD) {
        return call_unsupported(call, "connect to %s", address->text);
    }
    if (!call_ellipsis(call, 1) || !call_ellipsis(call, 2)) { return CALL_WRONG; }
    if (call->again) { return connect_outcome(call, fd); }
    const bool linux_ = call->pkt->dialect == DIALECT_LINUX;
    if (fd->listening) { return call_errno(call, linux_ ? PKT_EISCONN : PKT_EOPNOTSUPP); }
    if (!linux_ && fd_has_ended(fd)) {
        fd->connecting = false;
        (void)fd_take_error(call->pkt, fd);
        return call_errno(call, PKT_ECONNREFUSED);
    }
    if (fd->socket != NULL && !fd->connecting) { return call_errno(call, PKT_EISCONN); }
    if (fd->socket != NULL) {
        const enum call_status status = connect_outcome(call, fd);
        return status == CALL_BLOCKS ? call_errno(call, PKT_EALREADY) : status;
    }
    if (fd->fast_open_deferred) { return call_errno(call, PKT_EISCONN); }
    if (fast_open_defers(call->pkt, fd)) { return call_return(call, 0); }
    const int error = fd_connect(call->pkt, fd, 0);
    if (error != 0) { return call_errno(call, error); }
    return fd->nonblocking ? call_errno(call, PKT_EINPROGRESS) : CALL_BLOCKS;
}

/* ---- close, shutdown ---- */

/* SO_LINGER: whether close still waits for what was sent. */
static bool waits_for_linger(const struct fd *fd, const struct call *call)
{
    struct tcp_status status;
    if (!fd->lingers || fd->linger_s == 0 || fd->nonblocking || fd->socket == NULL) {
        return false;
    }
    host_status(fd->socket, &status);
    return status.state != TCP_CLOSED && status.state != TCP_FIN_WAIT_2 &&
           status.state != TCP_TIME_WAIT && world_now(call->pkt->world) < call->pending->give_up_ns;
}

static void forget_watches(struct pkt *pkt, const struct fd *closed)
{
    for (struct fd *epoll = pkt->fds; epoll != NULL; epoll = epoll->next) {
        struct epoll_watch **at = &epoll->watches;
        while (*at != NULL) {
            if ((*at)->fd == closed) {
                *at = (*at)->next;
            } else {
                at = &(*at)->next;
            }
        }
    }
}

enum call_status call_close(struct call *call)
{
    struct fd *fd = NULL;
    if (!call_count(call, 1, 1) || !call_fd(call, 0, &fd)) { return CALL_WRONG; }
    struct socket *socket = fd->socket;
    if (!call->again && socket != NULL) {
        if (fd->lingers && fd->linger_s == 0 && !fd->listening) { (void)host_abort(socket); }
        host_close(socket);
        call->pending->give_up_ns = TIME_NEVER;
        if (fd->lingers && fd->linger_s > 0) {
            call->pending->give_up_ns =
                world_now(call->pkt->world) + (uint64_t)fd->linger_s * NS_PER_S;
        }
    }
    if (waits_for_linger(fd, call)) {
        world_wake(call->pkt->world, &call->pkt->task, call->pending->give_up_ns);
        return CALL_BLOCKS;
    }
    forget_watches(call->pkt, fd);
    fd->closed = true;
    return call_return(call, 0);
}

enum call_status call_shutdown(struct call *call)
{
    struct pkt *pkt = call->pkt;
    struct fd *fd = NULL;
    int64_t how = 0;
    if (!call_count(call, 2, 2) || !call_fd(call, 0, &fd) || !call_number(call, 1, &how)) {
        return CALL_WRONG;
    }
    if (how < 0 || how > symbol_value(pkt->numbers, SYM_SHUT_RDWR)) {
        return call_errno(call, PKT_EINVAL);
    }
    /* Kernels keep TIME-WAIT apart from the socket. */
    if (fd->socket == NULL || fd_state(fd) == TCP_CLOSED || fd_state(fd) == TCP_TIME_WAIT) {
        return call_errno(call, PKT_ENOTCONN);
    }
    if (fd->listening) {
        if (pkt->dialect == DIALECT_FREEBSD) { return call_errno(call, PKT_ENOTCONN); }
        return call_unsupported(call, "shutdown of a listener");
    }
    const bool reads = how != symbol_value(pkt->numbers, SYM_SHUT_WR);
    const bool writes = how != symbol_value(pkt->numbers, SYM_SHUT_RD);
    fd->read_shut = fd->read_shut || reads;
    if (writes && !fd->write_shut) {
        fd->write_shut = true;
        (void)host_shutdown(fd->socket);
    }
    return call_return(call, 0);
}
