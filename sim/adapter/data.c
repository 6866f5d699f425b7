/* data.c - calls that move octets. What is sent is zeros, as packetdrill's are; what is received is
 * told by its length. */
#define _GNU_SOURCE
#include "adapter.h"

#include <errno.h>
#include <limits.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>

static ssize_t transfer(struct adapter *adapter, struct stack_call *call)
{
    adapter_lock(adapter);
    adapter_call(adapter, call);
    adapter_unlock(adapter);
    return (ssize_t)adapter_result(call);
}

static int64_t length_of(size_t length) { return length > INT_MAX ? INT_MAX : (int64_t)length; }

static int64_t length_of_parts(const struct iovec *parts, size_t count)
{
    size_t length = 0;
    for (size_t i = 0; i < count; i++) { length += parts[i].iov_len; }
    return length_of(length);
}

/* ---- reading ---- */

ssize_t adapter_recv(void *self, int fd, void *buffer, size_t length, int flags)
{
    struct stack_call call = {.kind = STACK_READ,
                              .fd = fd,
                              .number = flags,
                              .len = length_of(length),
                              .null_buffer = buffer == NULL};
    const ssize_t result = transfer(self, &call);
    if (result > 0 && buffer != NULL) { memset(buffer, 0, (size_t)result); }
    return result;
}

ssize_t adapter_read(void *self, int fd, void *buffer, size_t length)
{
    return adapter_recv(self, fd, buffer, length, 0);
}

ssize_t adapter_recvfrom(void *self, int fd, void *buffer, size_t length, int flags,
                         struct sockaddr *address, socklen_t *address_length)
{
    (void)address;
    if (address_length != NULL) { *address_length = 0; } /* a stream's are not told */
    return adapter_recv(self, fd, buffer, length, flags);
}

static ssize_t read_parts(struct adapter *adapter, int fd, const struct iovec *parts, size_t count,
                          int flags)
{
    struct stack_call call = {
        .kind = STACK_READ, .fd = fd, .number = flags, .len = length_of_parts(parts, count)};
    const ssize_t result = transfer(adapter, &call);
    size_t left = result > 0 ? (size_t)result : 0;
    for (size_t i = 0; i < count && left > 0; i++) {
        const size_t here = parts[i].iov_len < left ? parts[i].iov_len : left;
        memset(parts[i].iov_base, 0, here);
        left -= here;
    }
    return result;
}

ssize_t adapter_readv(void *self, int fd, const struct iovec *parts, int count)
{
    return read_parts(self, fd, parts, count > 0 ? (size_t)count : 0, 0);
}

/* The one control message that there is: TCP_CM_INQ. */
static void tell_inq(const struct adapter *adapter, int fd, struct msghdr *message)
{
    int64_t inq = 0;
    const bool told = message->msg_controllen >= CMSG_SPACE(sizeof(int)) &&
                      message->msg_control != NULL && stack_inq(adapter->stack, fd, &inq);
    struct cmsghdr *control = told ? CMSG_FIRSTHDR(message) : NULL;
    message->msg_controllen = 0;
    if (control == NULL) { return; }
    const int number = (int)inq;
    control->cmsg_level = IPPROTO_TCP;
    control->cmsg_type = TCP_CM_INQ;
    control->cmsg_len = CMSG_LEN(sizeof number);
    memcpy(CMSG_DATA(control), &number, sizeof number);
    message->msg_controllen = CMSG_SPACE(sizeof number);
}

ssize_t adapter_recvmsg(void *self, int fd, struct msghdr *message, int flags)
{
    struct adapter *adapter = self;
    const ssize_t result = read_parts(adapter, fd, message->msg_iov, message->msg_iovlen, flags);
    adapter_lock(adapter);
    tell_inq(adapter, fd, message);
    adapter_unlock(adapter);
    message->msg_flags = 0;
    return result;
}

/* ---- writing ---- */

ssize_t adapter_send(void *self, int fd, const void *buffer, size_t length, int flags)
{
    return adapter_sendto(self, fd, buffer, length, flags, NULL, 0);
}

ssize_t adapter_write(void *self, int fd, const void *buffer, size_t length)
{
    return adapter_sendto(self, fd, buffer, length, 0, NULL, 0);
}

ssize_t adapter_sendto(void *self, int fd, const void *buffer, size_t length, int flags,
                       const struct sockaddr *address, socklen_t address_length)
{
    struct stack_call call = {.kind = STACK_WRITE,
                              .fd = fd,
                              .number = flags,
                              .len = length_of(length),
                              .null_buffer = buffer == NULL};
    if (address != NULL && address->sa_family == AF_UNSPEC) {
        errno = EOPNOTSUPP;
        return -1;
    }
    adapter_names(&call, address, address_length);
    return transfer(self, &call);
}

ssize_t adapter_writev(void *self, int fd, const struct iovec *parts, int count)
{
    struct stack_call call = {.kind = STACK_WRITE,
                              .fd = fd,
                              .len = length_of_parts(parts, count > 0 ? (size_t)count : 0)};
    return transfer(self, &call);
}

ssize_t adapter_sendmsg(void *self, int fd, const struct msghdr *message, int flags)
{
    struct stack_call call = {.kind = STACK_WRITE,
                              .fd = fd,
                              .number = flags,
                              .len = length_of_parts(message->msg_iov, message->msg_iovlen)};
    if (message->msg_controllen > 0) { adapter_give_up("unsupported: control messages", 4); }
    adapter_names(&call, message->msg_name, message->msg_namelen);
    return transfer(self, &call);
}
