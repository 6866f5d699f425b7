/* calls.c - system calls as packetdrill makes them. */
#define _GNU_SOURCE
#include "adapter.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int64_t adapter_result(const struct stack_call *call)
{
    if (call->result < 0) { errno = call->error; }
    return call->result;
}

static int simple(struct adapter *adapter, struct stack_call *call)
{
    adapter_lock(adapter);
    adapter_call(adapter, call);
    adapter_unlock(adapter);
    return (int)adapter_result(call);
}

/* ---- descriptors ---- */

static int open_descriptor(struct adapter *adapter, bool is_socket, int domain)
{
    const int fd = memfd_create(DESCRIPTOR_NAME, MFD_CLOEXEC);
    if (fd < 0 || fd >= FDS_MAX) { adapter_give_up("no more descriptors", 1); }
    adapter->descriptors[fd] =
        (struct descriptor){.open = true, .is_socket = is_socket, .domain = domain};
    return fd;
}

static void close_descriptor(struct adapter *adapter, int fd)
{
    if (fd < 0 || fd >= FDS_MAX || !adapter->descriptors[fd].open) { return; }
    adapter->descriptors[fd].open = false;
    (void)close(fd);
}

/* A call that makes a descriptor. */
static int make(struct adapter *adapter, struct stack_call *call, bool is_socket, int domain)
{
    const int fd = open_descriptor(adapter, is_socket, domain);
    call->made_fd = fd;
    adapter_call(adapter, call);
    if (call->result < 0) { close_descriptor(adapter, fd); }
    return call->result < 0 ? -1 : fd;
}

int adapter_socket(void *self, int domain, int type, int protocol)
{
    struct adapter *adapter = self;
    struct stack_call call = {.kind = STACK_SOCKET, .number = type, .second = protocol};
    adapter_lock(adapter);
    const int fd = make(adapter, &call, true, domain);
    adapter_unlock(adapter);
    (void)adapter_result(&call);
    return fd;
}

/* ---- addresses ---- */

static struct tcp_address address_from(const struct sockaddr *from, socklen_t length,
                                       uint16_t *port)
{
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    struct tcp_address address = {.family = 0};
    if (from == NULL) { return address; }
    if (from->sa_family == AF_INET && length >= sizeof in) {
        memcpy(&in, from, sizeof in);
        address.family = 4;
        memcpy(address.octets, &in.sin_addr, 4);
        *port = ntohs(in.sin_port);
    } else if (from->sa_family == AF_INET6 && length >= sizeof in6) {
        memcpy(&in6, from, sizeof in6);
        const bool mapped = IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr);
        address.family = mapped ? 4 : 6;
        memcpy(address.octets, in6.sin6_addr.s6_addr + (mapped ? 12 : 0), mapped ? 4 : 16);
        *port = ntohs(in6.sin6_port);
    }
    return address;
}

void adapter_names(struct stack_call *call, const struct sockaddr *address, socklen_t length)
{
    call->address.address = address_from(address, length, &call->address.port);
}

/* As accept tells it: an IPv4 peer of an IPv6 socket has a mapped address. */
static void tell_peer(const struct tcp_endpoint *peer, int domain, struct sockaddr *to,
                      socklen_t *length)
{
    struct sockaddr_storage whole;
    socklen_t whole_len = sizeof(struct sockaddr_in6);
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(peer->port)};
    memset(&whole, 0, sizeof whole);
    if (domain == AF_INET) {
        struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(peer->port)};
        memcpy(&in.sin_addr, peer->address.octets, 4);
        memcpy(&whole, &in, sizeof in);
        whole_len = sizeof in;
    } else if (peer->address.family == 4) {
        in6.sin6_addr.s6_addr[10] = in6.sin6_addr.s6_addr[11] = 0xff;
        memcpy(in6.sin6_addr.s6_addr + 12, peer->address.octets, 4);
        memcpy(&whole, &in6, sizeof in6);
    } else {
        memcpy(in6.sin6_addr.s6_addr, peer->address.octets, 16);
        memcpy(&whole, &in6, sizeof in6);
    }
    if (to != NULL && length != NULL) {
        memcpy(to, &whole, *length < whole_len ? *length : whole_len);
        *length = whole_len;
    }
}

int adapter_bind(void *self, int fd, const struct sockaddr *address, socklen_t length)
{
    struct stack_call call = {.kind = STACK_BIND, .fd = fd};
    adapter_names(&call, address, length);
    return simple(self, &call);
}

int adapter_connect(void *self, int fd, const struct sockaddr *address, socklen_t length)
{
    struct stack_call call = {.kind = STACK_CONNECT, .fd = fd};
    adapter_names(&call, address, length);
    if (call.address.address.family == 0) {
        adapter_give_up("unsupported: connect to AF_UNSPEC", 4);
    }
    return simple(self, &call);
}

int adapter_accept(void *self, int fd, struct sockaddr *address, socklen_t *length)
{
    struct adapter *adapter = self;
    struct stack_call call = {.kind = STACK_ACCEPT, .fd = fd};
    struct tcp_endpoint peer;
    adapter_lock(adapter);
    const bool known = fd >= 0 && fd < FDS_MAX;
    const int domain = known ? adapter->descriptors[fd].domain : AF_INET;
    const int made = make(adapter, &call, true, domain);
    if (made >= 0 && stack_peer(adapter->stack, made, &peer)) {
        tell_peer(&peer, domain, address, length);
    }
    adapter_unlock(adapter);
    (void)adapter_result(&call);
    return made;
}

/* ---- the others ---- */

int adapter_listen(void *self, int fd, int backlog)
{
    struct stack_call call = {.kind = STACK_LISTEN, .fd = fd, .number = backlog};
    return simple(self, &call);
}

int adapter_close(void *self, int fd)
{
    struct adapter *adapter = self;
    struct stack_call call = {.kind = STACK_CLOSE, .fd = fd};
    adapter_lock(adapter);
    adapter_call(adapter, &call);
    if (call.result == 0) { close_descriptor(adapter, fd); }
    adapter_unlock(adapter);
    return (int)adapter_result(&call);
}

int adapter_shutdown(void *self, int fd, int how)
{
    struct stack_call call = {.kind = STACK_SHUTDOWN, .fd = fd, .number = how};
    return simple(self, &call);
}

int adapter_fcntl(void *self, int fd, int command, ...)
{
    va_list arguments;
    va_start(arguments, command);
    const bool takes = command != F_GETFL;
    struct stack_call call = {.kind = STACK_FCNTL,
                              .fd = fd,
                              .number = command,
                              .second = takes ? va_arg(arguments, int) : 0};
    va_end(arguments);
    return simple(self, &call);
}

int adapter_ioctl(void *self, int fd, unsigned long command, ...)
{
    va_list arguments;
    va_start(arguments, command);
    struct stack_call call = {.kind = STACK_IOCTL, .fd = fd, .number = (int64_t)command};
    const int result = simple(self, &call);
    if (result == 0) { *va_arg(arguments, int *) = (int)call.value; }
    va_end(arguments);
    return result;
}

/* ---- poll, epoll ---- */

int adapter_poll(void *self, struct pollfd *fds, nfds_t count, int timeout_ms)
{
    struct stack_call call = {.kind = STACK_POLL, .number = timeout_ms, .ready_count = count};
    if (count > STACK_EVENTS_MAX) { adapter_give_up("unsupported: poll of so many", 4); }
    for (nfds_t i = 0; i < count; i++) {
        call.ready[i] =
            (struct stack_event){.fd = fds[i].fd, .events = (unsigned short)fds[i].events};
    }
    const int result = simple(self, &call);
    for (nfds_t i = 0; i < count && result >= 0; i++) {
        fds[i].revents = (short)call.ready[i].events;
    }
    return result;
}

int adapter_epoll_create(void *self, int size)
{
    struct adapter *adapter = self;
    struct stack_call call = {.kind = STACK_EPOLL_CREATE, .number = size};
    adapter_lock(adapter);
    const int fd = make(adapter, &call, false, 0);
    adapter_unlock(adapter);
    return fd;
}

int adapter_epoll_ctl(void *self, int epoll, int operation, int fd, struct epoll_event *event)
{
    struct stack_call call = {
        .kind = STACK_EPOLL_CTL, .fd = epoll, .number = operation, .second = fd};
    if (event != NULL) {
        call.ready[0] =
            (struct stack_event){.events = event->events, .data = (int64_t)event->data.u64};
    }
    return simple(self, &call);
}

int adapter_epoll_wait(void *self, int epoll, struct epoll_event *events, int most, int timeout_ms)
{
    struct stack_call call = {.kind = STACK_EPOLL_WAIT, .fd = epoll, .number = timeout_ms};
    call.ready_count = most < 0 ? 0 : most < STACK_EVENTS_MAX ? (size_t)most : STACK_EVENTS_MAX;
    const int result = simple(self, &call);
    for (int i = 0; i < result; i++) {
        events[i].events = call.ready[i].events;
        events[i].data.u64 = (uint64_t)call.ready[i].data;
    }
    return result;
}

int adapter_pipe(void *self, int fds[2])
{
    (void)self;
    fds[0] = fds[1] = -1;
    adapter_give_up("unsupported: system call pipe", 4);
}

/* The pointers are what the interface has. */
// NOLINTNEXTLINE(readability-non-const-parameter)
int adapter_splice(void *self, int from, off_t *from_offset, int to, off_t *to_offset,
                   size_t length, unsigned flags)
{
    (void)self;
    (void)from;
    (void)from_offset;
    (void)to;
    (void)to_offset;
    (void)length;
    (void)flags;
    adapter_give_up("unsupported: system call splice", 4);
}
