/* stack.h - the host that packetdrill scripts test, under another interpreter's hand: its system
 * calls, the packets that it is sent and those that it sends, its clock.
 *
 * Order of use: stack_create; then stack_call, stack_inject and stack_icmp for what happens now,
 * and stack_run to let time pass; stack_destroy. What is caused now happens in the next stack_run.
 */
#ifndef TCPSIM_PKT_STACK_H
#define TCPSIM_PKT_STACK_H

#include "../../tcp/icmp.h"
#include "../../tcp/segment.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stack;

struct stack_config {
    const char *profile; /* one of tcp_profile_names, or NULL: linux */
    bool has_seed;
    uint64_t seed;      /* 1 without has_seed */
    uint32_t mtu_bytes; /* 0: 1500 */
    void *context;
    /* A segment leaves the host now. The payload is borrowed. */
    void (*sent)(void *context, const struct tcp_segment *segment);
    /* Something is not there, or misused: the run is over. */
    void (*told)(void *context, const char *text);
};

/* NULL: no memory. *config is copied. */
struct stack *stack_create(const struct stack_config *config);
void stack_destroy(struct stack *stack);

uint64_t stack_now_us(const struct stack *stack);

enum stack_stop {
    STACK_TIME,  /* the time asked for has come */
    STACK_AWAKE, /* a call that blocks may go on, or a segment has left */
    STACK_REST,  /* nothing more will happen by itself */
};
/* Lets time pass up to what is due at a time (UINT64_MAX: whatever comes), so that who plays the
 * peer goes before the timers of that instant. A time that is not to come: all that is due now
 * happens.
 */
enum stack_stop stack_run(struct stack *stack, uint64_t until_us);

/* A segment from the peer, its payload (`len` octets, copied) apart from it. Both hosts have what
 * addresses it names from then on. */
void stack_inject(struct stack *stack, const struct tcp_segment *segment, const uint8_t *octets,
                  size_t len);
void stack_icmp(struct stack *stack, const struct tcp_icmp *message);
/* Whether a line `: tcpsim` was among the commands: what is injected at one instant is one batch
 * then, which goes on until the next stack_run. */
bool stack_takes_batches(const struct stack *stack);
/* A command of a script, as far as it is known: docs/packetdrill.md. */
void stack_command(struct stack *stack, const char *text);

/* ---- system calls ---- */

enum stack_call_kind {
    STACK_SOCKET, /* number: type; second: protocol */
    STACK_BIND,   /* address */
    STACK_LISTEN, /* number: backlog */
    STACK_ACCEPT,
    STACK_CONNECT, /* address */
    STACK_READ,    /* read, recv and their kin; number: flags; len */
    STACK_WRITE,   /* write, send and their kin; number: flags; len; address, if it has one */
    STACK_FCNTL,   /* number: command; second: its argument */
    STACK_IOCTL,   /* number: command; found in value */
    STACK_CLOSE,
    STACK_SHUTDOWN,   /* number: how */
    STACK_SETSOCKOPT, /* option, value; seconds: of SO_LINGER; text and len, if it is one */
    STACK_GETSOCKOPT, /* option; found in value and seconds; is_text: in found */
    STACK_POLL,       /* ready: fd and events, found in events; number: how long, in milliseconds */
    STACK_EPOLL_CREATE,
    STACK_EPOLL_CTL,  /* number: operation; second: the descriptor; ready[0] */
    STACK_EPOLL_WAIT, /* number: how long; ready_count: room, then found */
};

#define STACK_EVENTS_MAX 16
#define STACK_TEXT_ROOM 16

struct stack_event {
    int64_t fd;
    uint32_t events;
    int64_t data; /* of epoll: what is told back */
};

/* One call. Numbers and errnos are Linux's, whatever the profile; the answers are its kernel's. */
struct stack_call {
    enum stack_call_kind kind;
    int64_t fd;
    int64_t number, second;
    int64_t len;
    bool null_buffer;
    const char *option; /* "TCP_NODELAY" */
    int64_t value, seconds;
    const char *text; /* or NULL */
    bool is_text;
    char found[STACK_TEXT_ROOM];
    struct tcp_endpoint address; /* family 0: none */
    struct stack_event ready[STACK_EVENTS_MAX];
    size_t ready_count;
    int64_t made_fd; /* what the descriptor that it makes is to be called */

    int64_t result; /* -1: see error */
    int error;

    bool begun, opens; /* the state of a call that blocks: zero at first */
    int64_t done;
    uint64_t give_up_ns;
};

/* False: it blocks; call again with the same struct after stack_run. */
bool stack_call(struct stack *stack, struct stack_call *call);

/* The other end of a connection; false: there is none. */
bool stack_peer(const struct stack *stack, int64_t fd, struct tcp_endpoint *peer);
/* Of a socket that set TCP_INQ: what is still to be read. False: it did not. */
bool stack_inq(const struct stack *stack, int64_t fd, int64_t *inq);
/* TCP_INFO: told by name and number; nothing for what has none. */
void stack_info(const struct stack *stack, int64_t fd,
                void (*field)(void *context, const char *name, int64_t value), void *context);

#endif
