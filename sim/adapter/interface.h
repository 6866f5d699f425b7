/* interface.h - what packetdrill asks of a stack that it loads by --so_filename: the functions that
 * it calls in place of the kernel's, in its order. The shared object has
 * packetdrill_interface_init, which is given the words of --so_flags (or NULL) and fills in all of
 * them. */
#ifndef TCPSIM_ADAPTER_INTERFACE_H
#define TCPSIM_ADAPTER_INTERFACE_H

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

/* As system calls: -1 and errno. `self` is what the first member says. */
struct packetdrill_interface {
    void *self;
    void (*free)(void *self);
    int (*socket)(void *self, int domain, int type, int protocol);
    int (*bind)(void *self, int fd, const struct sockaddr *address, socklen_t length);
    int (*listen)(void *self, int fd, int backlog);
    int (*accept)(void *self, int fd, struct sockaddr *address, socklen_t *length);
    int (*connect)(void *self, int fd, const struct sockaddr *address, socklen_t length);
    ssize_t (*read)(void *self, int fd, void *buffer, size_t length);
    ssize_t (*readv)(void *self, int fd, const struct iovec *parts, int count);
    ssize_t (*recv)(void *self, int fd, void *buffer, size_t length, int flags);
    ssize_t (*recvfrom)(void *self, int fd, void *buffer, size_t length, int flags,
                        struct sockaddr *address, socklen_t *address_length);
    ssize_t (*recvmsg)(void *self, int fd, struct msghdr *message, int flags);
    ssize_t (*write)(void *self, int fd, const void *buffer, size_t length);
    ssize_t (*writev)(void *self, int fd, const struct iovec *parts, int count);
    ssize_t (*send)(void *self, int fd, const void *buffer, size_t length, int flags);
    ssize_t (*sendto)(void *self, int fd, const void *buffer, size_t length, int flags,
                      const struct sockaddr *address, socklen_t address_length);
    ssize_t (*sendmsg)(void *self, int fd, const struct msghdr *message, int flags);
    int (*fcntl)(void *self, int fd, int command, ...);
    int (*ioctl)(void *self, int fd, unsigned long command, ...);
    int (*close)(void *self, int fd);
    int (*shutdown)(void *self, int fd, int how);
    int (*getsockopt)(void *self, int fd, int level, int option, void *value, socklen_t *length);
    int (*setsockopt)(void *self, int fd, int level, int option, const void *value,
                      socklen_t length);
    int (*poll)(void *self, struct pollfd *fds, nfds_t count, int timeout_ms);
    /* A packet from IP's header on, to the stack. 0, or -1. */
    int (*netdev_send)(void *self, const void *octets, size_t length);
    /* The next packet of the stack, waited for. *length: the room, then the packet's, 0 when none
     * will come. 0, or -1. */
    int (*netdev_receive)(void *self, void *octets, size_t *length, long long *time_us);
    int (*usleep)(void *self, useconds_t us);
    int (*gettimeofday)(void *self, struct timeval *time, struct timezone *zone);
    int (*epoll_create)(void *self, int size);
    int (*epoll_ctl)(void *self, int epoll, int operation, int fd, struct epoll_event *event);
    int (*epoll_wait)(void *self, int epoll, struct epoll_event *events, int most, int timeout_ms);
    int (*pipe)(void *self, int fds[2]);
    int (*splice)(void *self, int from, off_t *from_offset, int to, off_t *to_offset, size_t length,
                  unsigned flags);
};

void packetdrill_interface_init(const char *flags, struct packetdrill_interface *filled);

#endif
