/* sockets.c - what lies behind a file descriptor: a socket of the host, its options, its errors. */
#include "run.h"

#include <string.h>

struct fd *fd_create(struct pkt *pkt, enum fd_kind kind)
{
    struct fd *fd = pkt_take(pkt, sizeof *fd);
    if (fd == NULL) { return NULL; }
    fd->kind = kind;
    fd->script_fd = -1;
    fd->closed = true; /* until its call has returned */
    fd->options = pkt->options;
    fd->recv_lowat = 1;
    fd->keepalive_idle_ns = pkt->keepalive_idle_ns;
    fd->keepalive_interval_ns = pkt->keepalive_interval_ns;
    fd->keepalive_count = pkt->keepalive_count;
    fd_take_keepalive(pkt, fd);
    if (pkt->last_fd != NULL) {
        pkt->last_fd->next = fd;
    } else {
        pkt->fds = fd;
    }
    pkt->last_fd = fd;
    return fd;
}

struct fd *fd_of(const struct pkt *pkt, int64_t script_fd)
{
    struct fd *found = NULL; /* accept may give a number anew: the last one counts */
    for (struct fd *fd = pkt->fds; fd != NULL; fd = fd->next) {
        if (!fd->closed && fd->script_fd == script_fd) { found = fd; }
    }
    return found;
}

enum tcp_state fd_state(const struct fd *fd)
{
    return fd->socket != NULL ? fd->socket->state : TCP_CLOSED;
}

bool fd_has_ended(const struct fd *fd)
{
    return fd->socket != NULL && !fd->listening && fd_state(fd) == TCP_CLOSED;
}

/* ---- errors ---- */

/* The state that the connection was in before it failed. */
static enum tcp_state state_before(const struct socket *socket)
{
    return socket->path_len >= 2 ? (enum tcp_state)socket->path[socket->path_len - 2] : TCP_CLOSED;
}

/* What each kernel tells of a reset, by the state in which it came (Linux's tcp_reset; BSD's
 * tcp_input). */
static int reset_errno(enum dialect dialect, enum tcp_state before)
{
    const bool linux_ = dialect == DIALECT_LINUX;
    switch (before) {
    case TCP_SYN_SENT: return PKT_ECONNREFUSED;
    case TCP_SYN_RECEIVED: return linux_ ? PKT_ECONNRESET : PKT_ECONNREFUSED;
    case TCP_CLOSE_WAIT: return linux_ ? PKT_EPIPE : PKT_ECONNRESET;
    case TCP_CLOSED:
    case TCP_LISTEN:
    case TCP_ESTABLISHED:
    case TCP_FIN_WAIT_1:
    case TCP_FIN_WAIT_2:
    case TCP_CLOSING:
    case TCP_LAST_ACK:
    case TCP_TIME_WAIT: return PKT_ECONNRESET;
    }
    return PKT_ECONNRESET;
}

static int errno_of(const struct pkt *pkt, const struct socket *socket)
{
    switch ((int)socket->error) {
    case TCP_ERROR_RESET:
    case TCP_ERROR_REFUSED: return reset_errno(pkt->dialect, state_before(socket));
    case TCP_ERROR_USER_TIMEOUT:
    case TCP_ERROR_TIMED_OUT: return PKT_ETIMEDOUT;
    case TCP_ERROR_RESOURCES: return PKT_ENOBUFS;
    case TCP_ERROR_UNREACHABLE: return PKT_EHOSTUNREACH;
    default: return 0;
    }
}

static int fd_pending_error(const struct pkt *pkt, const struct fd *fd)
{
    const bool failed = fd->socket != NULL && fd->socket->error != TCP_OK;
    if (failed && !fd->error_taken) { return errno_of(pkt, fd->socket); }
    return fd->soft_error;
}

int fd_take_error(const struct pkt *pkt, struct fd *fd)
{
    const int error = fd_pending_error(pkt, fd);
    if (error != 0) {
        fd->error_taken = true;
        fd->soft_error = 0;
    }
    return error;
}

/* ---- poll ---- */

enum { POLL_IN = 1, POLL_PRI = 2, POLL_OUT = 4, POLL_ERR = 8, POLL_HUP = 16 };
#define POLL_RDNORM 0x40u
#define POLL_WRNORM 0x100u
#define POLL_RDHUP 0x2000u

static bool is_writable(const struct tcp_status *status)
{
    switch (status->state) {
    case TCP_ESTABLISHED:
    case TCP_CLOSE_WAIT: return status->writable;
    case TCP_FIN_WAIT_1:
    case TCP_FIN_WAIT_2:
    case TCP_CLOSING:
    case TCP_LAST_ACK:
    case TCP_TIME_WAIT:
    case TCP_CLOSED: return true;
    case TCP_LISTEN:
    case TCP_SYN_SENT:
    case TCP_SYN_RECEIVED: return false;
    }
    return false;
}

uint32_t fd_poll(struct pkt *pkt, struct fd *fd)
{
    const uint32_t readable = POLL_IN | POLL_RDNORM;
    const uint32_t writable = POLL_OUT | POLL_WRNORM;
    if (fd->fast_open_deferred) { return writable; }
    if (fd->socket == NULL) { return writable | POLL_HUP; }
    struct tcp_status status;
    host_status(fd->socket, &status);
    if (fd->listening) { return status.backlog_ready > 0 ? readable : 0; }
    uint32_t bits = 0;
    const bool ended = status.fin_received || fd->read_shut;
    const bool sent_fin = fd->write_shut || status.fin_sent;
    const bool gone = status.state == TCP_CLOSED;
    if (fd_pending_error(pkt, fd) != 0 || fd->notices != NULL) { bits |= POLL_ERR; }
    if (gone || (ended && sent_fin)) { bits |= POLL_HUP; }
    if (ended || gone) { bits |= POLL_RDHUP | readable; }
    bool passes = false;
    (void)urgent_readable(fd, &status, &passes);
    const bool urgent = urgent_is_at_hand(fd, &status);
    if (status.unread >= (uint32_t)fd->recv_lowat + (passes && urgent)) { bits |= readable; }
    if (urgent) { bits |= POLL_PRI; }
    if (is_writable(&status) || sent_fin) { bits |= writable; }
    if ((bits & POLL_OUT) == 0) { fd->no_space = true; }
    return bits;
}

/* ---- options ---- */

void fd_take_keepalive(const struct pkt *pkt, struct fd *fd)
{
    struct tcp_options *options = &fd->options;
    const bool on = fd->keepalive || pkt->always_keepalive;
    options->keepalive_idle_ns = on ? fd->keepalive_idle_ns : 0;
    options->keepalive_interval_ns = fd->keepalive_interval_ns;
    options->keepalive_count = fd->keepalive_count;
    if (pkt->dialect == DIALECT_FREEBSD && !pkt->fin_wait_2_recycles) {
        options->fin_wait_2_timeout_ns = (fd->keepalive_count + 1) * fd->keepalive_interval_ns;
    }
}

void fd_apply_options(struct fd *fd)
{
    if (fd->socket != NULL) { host_set_socket_options(fd->socket, &fd->options); }
}

/* ---- connecting ---- */

int fd_connect(struct pkt *pkt, struct fd *fd, uint32_t syn_len)
{
    uint8_t *zeros = syn_len > 0 ? take_zeros(pkt, syn_len) : NULL;
    if (syn_len > 0 && zeros == NULL) { return PKT_ENOMEM; }
    const struct host_connect request = {.to = pkt->remote,
                                         .port = pkt->settings.connect_port,
                                         .family = pkt->settings.remote.family,
                                         .address = pkt->settings.remote,
                                         .from = &pkt->settings.local,
                                         .has_local_port = fd->bound,
                                         .local_port = pkt->settings.bind_port,
                                         .options = &fd->options,
                                         .syn_data = zeros,
                                         .syn_data_len = syn_len};
    bool unreachable = false;
    const enum tcp_error error = host_connect(pkt->host, &request, &fd->socket, &unreachable);
    if (zeros != NULL) { give_zeros(pkt, zeros, syn_len); }
    if (unreachable) { return PKT_ENETUNREACH; }
    switch ((int)error) {
    case TCP_OK: break;
    case TCP_ERROR_EXISTS: return PKT_EADDRINUSE;
    case TCP_ERROR_BAD_ADDRESS: return PKT_ENETUNREACH;
    default: return PKT_ENOBUFS;
    }
    fd->socket->user = fd;
    fd->connecting = true;
    fd->syn_octets = syn_len;
    if (fd->flow != NULL && fd->flow->state == FLOW_NEW) {
        fd->flow->state = FLOW_CONNECTING;
        fd->flow->remote = (struct tcp_endpoint){.address = pkt->settings.remote,
                                                 .port = pkt->settings.connect_port};
    }
    return 0;
}

/* Kernels wake who waits when text or a connection comes, when the state changes, and when there is
 * room again for a writer who found none. */
static void note_activity(struct pkt *pkt, struct fd *fd)
{
    struct tcp_status status;
    errqueue_progress(pkt, fd);
    if (fd->listening || fd->socket == NULL) {
        fd->activity++;
        return;
    }
    host_status(fd->socket, &status);
    const bool news = status.octets_received != fd->seen_in || status.state != fd->seen_state ||
                      status.error != TCP_OK;
    const bool space = fd->no_space && is_writable(&status);
    fd->seen_in = status.octets_received;
    fd->seen_state = status.state;
    if (space) { fd->no_space = false; }
    if (news || space) { fd->activity++; }
}

void fd_changed(struct pkt *pkt, const struct socket *socket)
{
    struct fd *fd = socket->user;
    if (fd != NULL) { note_activity(pkt, fd); }
    run_wake(pkt);
}

/* ---- octets to send ---- */

uint8_t *take_zeros(struct pkt *pkt, size_t len)
{
    uint8_t *zeros = arena_take_zeroed(pkt->arena, len);
    if (zeros == NULL) { pkt->no_memory = true; }
    return zeros;
}

void give_zeros(struct pkt *pkt, uint8_t *zeros, size_t len) { arena_give(pkt->arena, zeros, len); }
