/* call_file.c - fcntl, ioctl, poll, epoll. */
#include "run.h"

#include <string.h>

enum call_status call_fcntl(struct call *call)
{
    struct pkt *pkt = call->pkt;
    struct fd *fd = NULL;
    int64_t command = 0;
    int64_t flags = 0;
    if (!call_count(call, 2, 3) || !call_fd(call, 0, &fd) || !call_number(call, 1, &command)) {
        return CALL_WRONG;
    }
    const int64_t nonblock = symbol_value(pkt->numbers, SYM_O_NONBLOCK);
    if (command == symbol_value(pkt->numbers, SYM_F_GETFL)) {
        return call_return(call, symbol_value(pkt->numbers, SYM_O_RDWR) |
                                     (fd->nonblocking ? nonblock : 0));
    }
    if (command == symbol_value(pkt->numbers, SYM_F_SETFL)) {
        if (!call_count(call, 3, 3) || !call_number(call, 2, &flags)) { return CALL_WRONG; }
        fd->nonblocking = (flags & nonblock) != 0;
        return call_return(call, 0);
    }
    if (command == symbol_value(pkt->numbers, SYM_F_GETFD)) {
        return call_return(call, fd->close_on_exec);
    }
    if (command == symbol_value(pkt->numbers, SYM_F_SETFD)) {
        if (!call_count(call, 3, 3) || !call_number(call, 2, &flags)) { return CALL_WRONG; }
        fd->close_on_exec = (flags & 1) != 0;
        return call_return(call, 0);
    }
    return call_unsupported(call, "fcntl with command %lld", (long long)command);
}

/* What was written and is not acknowledged. Linux counts numbers, a FIN that is out too, BSD what
 * lies in the buffer. */
static int64_t send_queue(const struct call *call, const struct fd *fd,
                          const struct tcp_status *status)
{
    const bool opening = status->state == TCP_SYN_SENT || status->state == TCP_SYN_RECEIVED;
    if (call->pkt->dialect == DIALECT_LINUX) {
        return opening ? 0 : (int64_t)status->unsent + status->flight;
    }
    const struct socket *socket = fd->socket;
    if (socket == NULL || socket->conn == NULL) { return 0; }
    const int64_t size = tcp_conn_options(socket->conn)->send_buffer;
    return size > status->send_room ? size - status->send_room : 0;
}

/* What an ioctl tells of a socket; false: it tells nothing. What is to be read counts up to the
 * urgent octet, and an end of stream behind it not. */
static bool ioctl_number(const struct call *call, const struct fd *fd, int64_t command,
                         int64_t *number)
{
    const enum dialect dialect = call->pkt->numbers;
    struct tcp_status status = {.unread = 0};
    bool passes = false;
    if (fd->socket != NULL) { host_status(fd->socket, &status); }
    if (command == symbol_value(dialect, SYM_SIOCINQ)) {
        *number = urgent_readable(fd, &status, &passes);
        if (passes) { *number = 0; }
    } else if (command == symbol_value(dialect, SYM_SIOCOUTQ)) {
        *number = send_queue(call, fd, &status);
    } else if (command == symbol_value(dialect, SYM_SIOCOUTQNSD)) {
        *number = status.unsent;
    } else if (command == symbol_value(dialect, SYM_SIOCATMARK)) {
        *number = status.urgent_unread == 1;
    } else {
        return false;
    }
    return true;
}

/* A listener answers EINVAL. */
enum call_status call_ioctl(struct call *call)
{
    struct fd *fd = NULL;
    int64_t command = 0;
    int64_t expected = 0;
    int64_t actual = 0;
    if (!call_count(call, 3, 3) || !call_fd(call, 0, &fd) || !call_number(call, 1, &command) ||
        !call_bracketed(call, 2, &expected)) {
        return CALL_WRONG;
    }
    if (!ioctl_number(call, fd, command, &actual)) {
        return call_unsupported(call, "ioctl with command %lld", (long long)command);
    }
    if (fd->listening) { return call_errno(call, PKT_EINVAL); }
    int64_t result = 0;
    if (call->found != NULL) {
        call->found->value = actual;
        return call_return(call, 0);
    }
    if (expr_number(call, call->spec->result, &result) && result == 0 && actual != expected) {
        return call_wrong(call, "Bad ioctl optval: expected: %lld actual: %lld",
                          (long long)expected, (long long)actual);
    }
    return call_return(call, 0);
}

/* ---- poll ---- */

#define POLL_ALWAYS 0x18u /* POLLERR, POLLHUP */

struct polled {
    struct fd *fd; /* NULL: not open */
    int64_t events, expected;
};

static bool read_polled(struct call *call, const struct expr *group, struct polled *polled)
{
    int64_t number = 0;
    const struct expr *revents = expr_field(group, "revents");
    polled->expected = 0;
    if (!expr_number(call, expr_field(group, "fd"), &number) ||
        !expr_number(call, expr_field(group, "events"), &polled->events) ||
        (revents != NULL && !expr_number(call, revents, &polled->expected))) {
        return false;
    }
    polled->fd = fd_of(call->pkt, number);
    return true;
}

static uint32_t revents_of(struct call *call, const struct polled *polled)
{
    if (polled->fd == NULL) { return (uint32_t)symbol_value(call->pkt->numbers, SYM_POLLNVAL); }
    return fd_poll(call->pkt, polled->fd) & ((uint32_t)polled->events | POLL_ALWAYS);
}

/* Milliseconds: 0 does not wait, negative ones for ever. False: the time is over. */
static bool may_wait(struct call *call, int64_t timeout_ms)
{
    struct pkt *pkt = call->pkt;
    const uint64_t now_ns = world_now(pkt->world);
    if (timeout_ms == 0) { return false; }
    if (timeout_ms < 0) { return true; }
    if (!call->again) { call->pending->done = (int64_t)now_ns; }
    const uint64_t end_ns = (uint64_t)call->pending->done + (uint64_t)timeout_ms * NS_PER_MS;
    if (now_ns >= end_ns) { return false; }
    world_wake(pkt->world, &pkt->task, end_ns);
    return true;
}

enum call_status call_poll(struct call *call)
{
    const struct expr *list = call_argument(call, 0);
    int64_t count = 0;
    int64_t timeout_ms = 0;
    if (!call_count(call, 3, 3) || !call_number(call, 1, &count) ||
        !call_number(call, 2, &timeout_ms)) {
        return CALL_WRONG;
    }
    if (list->kind != EXPR_LIST) {
        return call_wrong(call, "Bad type: expected a list of {fd=..., events=..., revents=...}");
    }
    int64_t ready = 0;
    int64_t elements = 0;
    for (const struct expr *at = list->first; at != NULL; at = at->next, elements++) {
        struct polled polled;
        if (!read_polled(call, at, &polled)) { return CALL_WRONG; }
        ready += revents_of(call, &polled) != 0;
    }
    if (elements != count) {
        return call_wrong(call, "nfds %lld does not match %lld-element pollfd array",
                          (long long)count, (long long)elements);
    }
    if (ready == 0 && may_wait(call, timeout_ms)) { return CALL_BLOCKS; }
    size_t index = 0;
    for (const struct expr *at = list->first; at != NULL; at = at->next, index++) {
        struct polled polled;
        if (!read_polled(call, at, &polled)) { return CALL_WRONG; }
        const uint32_t actual = revents_of(call, &polled);
        if (call->found != NULL) {
            call->found->ready[index].events = actual;
        } else if (actual != (uint32_t)polled.expected) {
            return call_wrong(call, "Expected revents of 0x%x but got 0x%x for pollfd %zu",
                              (unsigned)polled.expected, actual, index);
        }
    }
    return call_return(call, ready);
}

/* ---- epoll ---- */

enum call_status call_epoll_create(struct call *call)
{
    struct fd *fd = fd_create(call->pkt, FD_EPOLL);
    if (fd == NULL) { return CALL_WRONG; }
    call->made = fd;
    return call_return(call, 5);
}

static struct epoll_watch **watch_of(struct fd *epoll, const struct fd *fd)
{
    struct epoll_watch **at = &epoll->watches;
    while (*at != NULL && (*at)->fd != fd) { at = &(*at)->next; }
    return at;
}

/* {events=..., fd=4}: what is told back may also be u32, u64 or ptr. */
static bool read_event(struct call *call, const struct expr *group, int64_t *events, int64_t *data)
{
    static const char *const names[] = {"fd", "ptr", "u32", "u64"};
    *data = 0;
    if (group == NULL || group->kind != EXPR_GROUP) {
        (void)call_wrong(call, "epoll_event specified incorrectly");
        return false;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct expr *value = expr_field(group, names[i]);
        if (value != NULL && !expr_number(call, value, data)) { return false; }
    }
    return expr_number(call, expr_field(group, "events"), events);
}

enum call_status call_epoll_ctl(struct call *call)
{
    struct pkt *pkt = call->pkt;
    struct fd *epoll = NULL;
    struct fd *fd = NULL;
    int64_t operation = 0;
    int64_t events = 0;
    int64_t data = 0;
    if (!call_count(call, 4, 4) || !call_fd(call, 0, &epoll) || !call_number(call, 1, &operation) ||
        !call_fd(call, 2, &fd) || !read_event(call, call_argument(call, 3), &events, &data)) {
        return CALL_WRONG;
    }
    struct epoll_watch **at = watch_of(epoll, fd);
    if (operation == symbol_value(pkt->numbers, SYM_EPOLL_CTL_DEL)) {
        if (*at == NULL) { return call_errno(call, 2); }
        *at = (*at)->next;
        return call_return(call, 0);
    }
    const bool adds = operation == symbol_value(pkt->numbers, SYM_EPOLL_CTL_ADD);
    if (adds != (*at == NULL)) { return call_errno(call, adds ? 17 : 2); }
    if (adds) {
        *at = pkt_take(pkt, sizeof **at);
        if (*at == NULL) { return CALL_WRONG; }
    }
    struct epoll_watch *watch = *at;
    *watch = (struct epoll_watch){
        .next = watch->next, .fd = fd, .events = (uint32_t)events, .data = data};
    return call_return(call, 0);
}

/* Edge-triggered: only what has changed since it was told. */
static uint32_t watch_ready(struct call *call, const struct epoll_watch *watch)
{
    const uint32_t now = fd_poll(call->pkt, watch->fd) & (watch->events | POLL_ALWAYS);
    const bool edge = call_has_flag(call, watch->events, SYM_EPOLLET);
    if (watch->disabled || (edge && watch->activity == watch->fd->activity + 1)) { return 0; }
    return now;
}

static void tell_watch(struct call *call, struct epoll_watch *watch)
{
    watch->activity = watch->fd->activity + 1;
    watch->disabled = call_has_flag(call, watch->events, SYM_EPOLLONESHOT);
}

enum call_status call_epoll_wait(struct call *call)
{
    struct fd *epoll = NULL;
    int64_t most = 0;
    int64_t timeout_ms = 0;
    if (!call_count(call, 4, 4) || !call_fd(call, 0, &epoll) || !call_number(call, 2, &most) ||
        !call_number(call, 3, &timeout_ms)) {
        return CALL_WRONG;
    }
    const struct expr *expected = call_argument(call, 1);
    if (expected->kind == EXPR_LIST) { expected = expected->first; }
    int64_t ready = 0;
    for (const struct epoll_watch *at = epoll->watches; at != NULL; at = at->next) {
        ready += watch_ready(call, at) != 0;
    }
    if (ready == 0 && may_wait(call, timeout_ms)) { return CALL_BLOCKS; }
    ready = ready < most ? ready : most;
    int64_t told = 0;
    for (struct epoll_watch *at = epoll->watches; at != NULL && told < ready; at = at->next) {
        const uint32_t actual = watch_ready(call, at);
        int64_t events = 0;
        int64_t data = 0;
        if (actual == 0) { continue; }
        if (call->found != NULL) {
            call->found->ready[told].events = actual;
            call->found->ready[told].data = at->data;
        }
        told++;
        tell_watch(call, at);
        if (expected == NULL || expected->kind == EXPR_ELLIPSIS) { continue; }
        if (!read_event(call, expected, &events, &data)) { return CALL_WRONG; }
        if (actual != (uint32_t)events || at->data != data) {
            return call_wrong(call,
                              "epoll_event does not match script: expected: 0x%x actual: 0x%x",
                              (unsigned)events, actual);
        }
        expected = expected->next;
    }
    return call_return(call, ready);
}
