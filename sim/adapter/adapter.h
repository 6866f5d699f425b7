/* adapter.h - tcpsim as the stack that the original packetdrill tests: the shared object
 * tcpsim-packetdrill.so. packetdrill reads the script and judges; the sockets, the packets and the
 * clock are those of ../pkt/stack.h. docs/packetdrill.md says how to run it.
 *
 *   interface.c   the functions that packetdrill calls     calls.c     system calls, also those
 * that block clock.c       virtual time, two threads                packets.c   packets as octets
 *   options.c     numbers of socket options, TCP_INFO      preload.c   what it would ask of the
 * kernel */
#ifndef TCPSIM_ADAPTER_ADAPTER_H
#define TCPSIM_ADAPTER_ADAPTER_H

#include "../pkt/stack.h"
#include "interface.h"

#include <pthread.h>

#define FDS_MAX 1024

/* A descriptor is one of the kernel's, of an empty file in memory: packetdrill closes those that a
 * script leaves open by itself, and TCP_INFO lies in it to be read (preload.c). */
struct descriptor {
    bool open, is_socket;
    int domain; /* of the socket */
};

struct sent {
    struct sent *next;
    uint64_t time_us;
    size_t len;
    uint8_t octets[];
};

struct adapter {
    struct stack *stack;
    pthread_mutex_t lock; /* of everything here, and of the stack */
    pthread_t main;       /* packetdrill's own thread; another one makes the calls that block */
    struct descriptor descriptors[FDS_MAX];
    int commands;                  /* the file that preload.c's system() writes to */
    off_t commands_done;           /* of it, read */
    struct sent *sent, *last_sent; /* and not yet received */
    bool batch;                    /* what was injected waits for more of its instant */

    struct stack_call *blocked; /* the other thread's call, or NULL */
    pthread_cond_t unblocked;
    uint64_t returned_us; /* when it returned */
    bool returned;        /* and its thread has not asked for the time since */
    bool unsettled;       /* and has perhaps not told packetdrill yet */
    pid_t other;          /* that thread, as the kernel calls it */
    unsigned readings;    /* of the clock, one after the other, and nothing else */
    uint64_t activity;    /* of the main thread */
};

/* ---- clock.c ---- */

void adapter_lock(struct adapter *adapter);   /* also carries out commands that came in */
void adapter_unlock(struct adapter *adapter); /* also writes TCP_INFO down */
/* Lets time pass; UINT64_MAX: until a segment leaves or nothing more happens. */
void adapter_run(struct adapter *adapter, uint64_t until_us, bool until_sent);
/* What happens at this instant happens. */
void adapter_settle(struct adapter *adapter);
/* What was injected has happened, before anything else does. */
void adapter_end_batch(struct adapter *adapter);
/* Makes the call, and waits for it if it blocks. */
void adapter_call(struct adapter *adapter, struct stack_call *call);
int adapter_usleep(void *self, useconds_t us);
int adapter_gettimeofday(void *self, struct timeval *time, struct timezone *zone);

/* The run is over: packetdrill has no way to say "unsupported". */
_Noreturn void adapter_give_up(const char *text, int status);

/* ---- calls.c: as interface.h ---- */

int adapter_socket(void *self, int domain, int type, int protocol);
int adapter_bind(void *self, int fd, const struct sockaddr *address, socklen_t length);
int adapter_listen(void *self, int fd, int backlog);
int adapter_accept(void *self, int fd, struct sockaddr *address, socklen_t *length);
int adapter_connect(void *self, int fd, const struct sockaddr *address, socklen_t length);
int adapter_close(void *self, int fd);
int adapter_shutdown(void *self, int fd, int how);
int adapter_fcntl(void *self, int fd, int command, ...);
int adapter_ioctl(void *self, int fd, unsigned long command, ...);
int adapter_poll(void *self, struct pollfd *fds, nfds_t count, int timeout_ms);
int adapter_epoll_create(void *self, int size);
int adapter_epoll_ctl(void *self, int epoll, int operation, int fd, struct epoll_event *event);
int adapter_epoll_wait(void *self, int epoll, struct epoll_event *events, int most, int timeout_ms);
int adapter_pipe(void *self, int fds[2]);
int adapter_splice(void *self, int from, off_t *from_offset, int to, off_t *to_offset,
                   size_t length, unsigned flags);

/* ---- data.c ---- */

ssize_t adapter_read(void *self, int fd, void *buffer, size_t length);
ssize_t adapter_readv(void *self, int fd, const struct iovec *parts, int count);
ssize_t adapter_recv(void *self, int fd, void *buffer, size_t length, int flags);
ssize_t adapter_recvfrom(void *self, int fd, void *buffer, size_t length, int flags,
                         struct sockaddr *address, socklen_t *address_length);
ssize_t adapter_recvmsg(void *self, int fd, struct msghdr *message, int flags);
ssize_t adapter_write(void *self, int fd, const void *buffer, size_t length);
ssize_t adapter_writev(void *self, int fd, const struct iovec *parts, int count);
ssize_t adapter_send(void *self, int fd, const void *buffer, size_t length, int flags);
ssize_t adapter_sendto(void *self, int fd, const void *buffer, size_t length, int flags,
                       const struct sockaddr *address, socklen_t address_length);
ssize_t adapter_sendmsg(void *self, int fd, const struct msghdr *message, int flags);

/* The result of a call that was made, with errno. */
int64_t adapter_result(const struct stack_call *call);
/* Which address a call names: family 0 when none. */
void adapter_names(struct stack_call *call, const struct sockaddr *address, socklen_t length);

/* ---- options.c ---- */

int adapter_getsockopt(void *self, int fd, int level, int option, void *value, socklen_t *length);
int adapter_setsockopt(void *self, int fd, int level, int option, const void *value,
                       socklen_t length);
void options_write_info(struct adapter *adapter, int fd);

/* ---- packets.c ---- */

void packets_sent(void *context, const struct tcp_segment *segment);
int adapter_netdev_send(void *self, const void *octets, size_t length);
int adapter_netdev_receive(void *self, void *octets, size_t *length, long long *time_us);
void packets_free(struct adapter *adapter);

/* ---- preload.c ---- */

#define COMMANDS_VARIABLE "TCPSIM_PACKETDRILL_COMMANDS" /* the descriptor's number */
#define DESCRIPTOR_NAME "tcpsim-socket"

#endif
