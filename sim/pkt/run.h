/* run.h - a script that runs: what the interpreter's files share. Private to this folder.
 *
 *   pkt.c         from the file to the verdict      run.c         events in their order
 *   setup.c       options, profile, the world       times.c       when things may happen
 *   inbound.c     segments of the script            outbound.c    expectations
 *   check.c       one segment against another       packet_text.c packets as text
 *   calls.c       the table of system calls         call_*.c      the calls
 *   sockopts.c    socket options                    sockets.c     what lies behind an fd
 *   shell.c       commands that are known           sysctls.c     knobs, as options of the host
 *   host_line.c   the host of a run, told by `:`
 *   sample.c      TCP_INFO                          eval*.c       what code says
 *   stack.c       the same host under another's hand */
#ifndef TCPSIM_PKT_RUN_H
#define TCPSIM_PKT_RUN_H

#include "../core/units.h"
#include "../net/world.h"
#include "eval.h"
#include "pkt.h"
#include "script.h"
#include "stack.h"
#include "symbols.h"

#define US_PER_S INT64_C(1000000)

/* ---- what the script talks to, and by which numbers ---- */

/* Of a pair of sockets: what its numbers are on the wire and in the script. */
enum flow_state {
    FLOW_NEW,
    FLOW_LISTENING,
    FLOW_CONNECTING,
    FLOW_SYN_SENT,
    FLOW_SYN_ACKED,
    FLOW_PACKET_RECEIVED,
    FLOW_SYNACK_SENT,
    FLOW_SYNACK_ACKED,
};

struct ts_pair {
    uint32_t script, live;
};

struct flow {
    struct flow *next;
    enum flow_state state;
    struct tcp_endpoint local, remote; /* on the wire */
    tcp_seq live_local_isn, script_local_isn, remote_isn;
    struct ts_pair *timestamps; /* of outbound segments, script to live */
    size_t timestamp_count, timestamp_room;
    bool has_first_timestamp;
    struct ts_pair first_timestamp;
    struct fd *fd; /* who holds it, or NULL */
    /* what TCP_INFO counts */
    uint32_t segments_in, segments_out, texts_in, texts_out;
    uint64_t ack_in_ns, text_in_ns, text_out_ns; /* the last of each */
};

/* ---- files ---- */

enum fd_kind { FD_SOCKET, FD_EPOLL };

#define FAST_OPEN_KEY_BYTES 16
#define KEPT_OPTIONS 16 /* that are kept, read back, and change nothing of TCP */

struct epoll_watch {
    struct epoll_watch *next;
    struct fd *fd;
    uint32_t events;
    int64_t data;
    uint32_t reported; /* edge-triggered: what was told */
    uint64_t activity; /* of the socket, when it was told */
    bool disabled;     /* one-shot, and told */
};

struct fd {
    struct fd *next;
    enum fd_kind kind;
    int64_t script_fd;
    bool closed;
    bool nonblocking, close_on_exec;
    /* sockets */
    struct socket *socket; /* NULL: neither opened nor listening yet */
    struct flow *flow;
    struct tcp_options options;
    bool listening, connecting;
    bool read_shut, write_shut;
    bool error_taken; /* SO_ERROR was read, or a call returned it */
    bool lingers, keepalive, corked, fast_open_connect, peer_chosen;
    uint32_t syn_octets;       /* that rode on its SYN */
    bool fast_open_deferred;   /* connected, as the script was told: the first write opens */
    bool fast_open_cookieless; /* TCP_FASTOPEN_NO_COOKIE */
    bool has_fast_open_key;    /* TCP_FASTOPEN_KEY: */
    uint8_t fast_open_key[FAST_OPEN_KEY_BYTES];
    bool bound;
    bool zerocopy;         /* SO_ZEROCOPY */
    uint32_t zerocopy_ids; /* writes that were counted so far */
    uint64_t written;      /* octets, in all */
    int64_t timestamping;  /* SO_TIMESTAMPING: flags, and where octets are counted from */
    uint64_t timestamping_base;
    struct write_mark *marks; /* errqueue.c */
    struct notice *notices;
    int32_t linger_s;
    uint64_t keepalive_idle_ns, keepalive_interval_ns; /* what they are when it is switched on */
    uint32_t keepalive_count;
    uint32_t send_buffer_asked, recv_buffer_asked; /* 0: the default */
    int32_t mtu_discover, notsent_lowat, reuse_address, fast_open_queue;
    int32_t recv_lowat;
    int32_t kept[KEPT_OPTIONS];  /* by the table in sockopts.c */
    bool oob_read;               /* the urgent octet was received out of band: */
    tcp_seq oob_mark;            /* the one before this mark */
    bool tells_inq;              /* TCP_INQ */
    const char *congestion_name; /* of TCP_CONGESTION, where it was set */
    int soft_error;              /* an errno told by ICMP, or 0 */
    uint64_t activity;           /* grows when something happens that wakes who waits */
    bool no_space;               /* a writer found no room, or was told that there is none */
    uint64_t seen_in;            /* octets received when that was looked at last */
    enum tcp_state seen_state;
    struct epoll_watch *watches;
};

/* ---- outbound segments that nobody expected yet ---- */

struct sniffed {
    struct sniffed *next;
    uint64_t time_ns;
    struct tcp_segment segment; /* without payload */
    uint32_t len;
    bool zeros; /* the payload is */
};

/* ---- a call that has begun and not returned ---- */

struct pending {
    bool opens;              /* a write that opens the connection */
    bool active, foreground; /* foreground: the script waits for it */
    struct event *event;
    int64_t script_us; /* when it began, by the script */
    int64_t done;      /* octets so far */
    uint64_t give_up_ns;
};

struct code_sample {
    struct code_sample *next;
    const struct event *event;
    const char **names;
    int64_t *values;
    size_t count;
};

struct settings_of_script {
    enum pkt_ip_version ip_version;
    uint16_t bind_port, connect_port;
    struct tcp_address local, remote;
    bool has_local, has_remote;
    uint32_t mtu_bytes;
    uint32_t received_mss; /* --mss: a larger inbound segment came as several; 0: as one */
    uint32_t tolerance_us, tolerance_tenths; /* of a percent */
    bool ts_ecr_scaled, strict_segments;
    uint32_t ts_tick_us;
};

struct pkt {
    struct pkt_config config;
    struct arena *arena;
    struct trace own_trace;
    struct source source;
    struct script script;
    struct settings_of_script settings;
    const char *title;
    char reason[256];
    enum pkt_verdict verdict;
    bool judged, begun, ended, no_memory;

    enum dialect dialect; /* whose answers calls give */
    enum dialect numbers; /* whose numbers names have: another interpreter's own */
    unsigned profile;     /* of tcp_profile_names */
    struct tcp_options options;
    uint64_t fast_open_bits; /* of net.ipv4.tcp_fastopen */
    uint64_t fast_open_key[2];
    bool has_fast_open_key;
    /* What keepalive is when a socket switches it on. */
    uint64_t keepalive_idle_ns, keepalive_interval_ns;
    uint32_t keepalive_count;
    bool always_keepalive;          /* whatever a socket says: BSD */
    bool as_run;                    /* a line of `: tcpsim` said of which host it tells */
    uint8_t window_scale;           /* when it is on: as in struct tcp_options */
    uint64_t fin_wait_2_timeout_ns; /* when FIN-WAIT-2 is recycled fast, as BSD can */
    bool fin_wait_2_recycles;
    const char *congestion_name; /* of a sysctl, as the kernel calls it; NULL: the profile's */

    struct world *world;
    struct host *host, *remote;
    struct world_task task;
    struct world_task early; /* the same, before what arrives and expires at its instant */

    struct event *event, *last_event;
    bool current; /* `event` has begun: its times are known */
    bool offset_known;
    int64_t offset_us;
    int64_t time_us, end_us, last_time_us; /* of the current event; of the one before */
    uint64_t outbound_deadline_ns;
    size_t events_run;

    struct fd *fds, *last_fd;
    struct flow *flows, *under_test;
    uint16_t next_port;
    struct sniffed *sniffed, *last_sniffed;
    struct pending pending;
    struct code_sample *samples, *last_sample;
    struct eval *eval;
    bool code_judged;
    struct stack *stack; /* who plays the remote end instead of a script, or NULL */
};

/* ---- pkt.c: telling ---- */

/* The first verdict counts; the run ends. Told as "FILE:LINE: text". line 0: without. */
void pkt_fail(struct pkt *pkt, uint32_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void pkt_error(struct pkt *pkt, uint32_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void pkt_unsupported(struct pkt *pkt, uint32_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void *pkt_take(struct pkt *pkt, size_t size_bytes); /* cleared; NULL: noted */
static inline bool pkt_going(const struct pkt *pkt) { return !pkt->judged && !pkt->no_memory; }
static inline int64_t pkt_now_us(const struct pkt *pkt)
{
    return (int64_t)(world_now(pkt->world) / NS_PER_US);
}

/* ---- setup.c ---- */

void setup_dialect(struct pkt *pkt); /* by --profile, else by what the text calls */
void setup_options(struct pkt *pkt); /* the script's own options are known */
bool setup_world(struct pkt *pkt);
void setup_bookkeeping(struct pkt *pkt); /* how a kernel counts what lies in a send buffer */
/* "ipv4" … for the script's addresses: IPv6 packets? */
static inline bool pkt_is_ipv6(const struct pkt *pkt)
{
    return pkt->settings.ip_version == PKT_IPV6;
}

/* ---- run.c ---- */

void run_begin(struct pkt *pkt);
/* When the world came to rest without an end. */
void run_came_to_rest(struct pkt *pkt);
void run_packet_arrived(struct pkt *pkt, const struct packet *packet);
void run_wake(struct pkt *pkt);

/* ---- times.c ---- */

struct time_check {
    enum time_kind kind;
    int64_t script_us, script_end_us, live_us;
    int64_t last_us; /* what the dynamic tolerance counts from; negative: none */
    const char *what;
};
/* False: `text` says by how much. */
bool times_hold(const struct pkt *pkt, const struct time_check *check, char *text, size_t room);
/* The current event's script times from its relative ones. */
void times_adjust(struct pkt *pkt);
/* Whether the event's time has come: else the task will be woken. */
bool times_reached(struct pkt *pkt);

/* ---- inbound.c, outbound.c ---- */

void inbound_run(struct pkt *pkt, const struct event *event);
enum step { STEP_DONE, STEP_WAIT };
enum step outbound_run(struct pkt *pkt, const struct event *event);
void outbound_judge_rest(struct pkt *pkt); /* --strict */
void outbound_never_came(struct pkt *pkt, const struct event *event);
struct flow *flow_create(struct pkt *pkt);
void flow_count_in(const struct pkt *pkt, struct flow *flow, uint16_t flags, uint32_t len);
void flow_count_out(struct pkt *pkt, const struct sniffed *sniffed);
/* The flow of a script's packet; NULL: told. */
struct flow *flow_of_packet(struct pkt *pkt, const struct event *event);

static inline tcp_seq remote_offset(const struct flow *flow, uint16_t flags)
{
    return (flags & TCP_SYN) != 0 ? 0 : flow->remote_isn;
}
static inline tcp_seq local_offset(const struct flow *flow, uint16_t flags)
{
    return (flags & TCP_SYN) != 0 ? flow->live_local_isn - flow->script_local_isn
                                  : flow->live_local_isn;
}
/* Adds to every SACK edge. */
void options_shift_sack(uint8_t *options, uint8_t len, tcp_seq offset);
/* Where the timestamps' val lies in the options (ecr four octets on), or NULL. */
uint8_t *options_timestamp(uint8_t *options, uint8_t len);

/* ---- check.c, packet_text.c ---- */

/* What is compared: a script's packet or an actual one, in the script's numbers. */
struct compared {
    bool ipv6;
    const struct script_packet *script; /* NULL: actual */
    uint16_t flags;
    tcp_seq seq, ack;
    uint32_t len;
    uint16_t window, urgent;
    bool has_window;
    uint8_t tos, ttl;
    uint8_t options[TCP_OPTIONS_MAX_BYTES];
    uint8_t options_len;
    bool zeros;
};
/* False: `text` says which field differs, in packetdrill's words. */
bool check_headers(const struct compared *script, const struct compared *actual, char *text,
                   size_t room);
/* Whether `next` may be put together with `previous`. */
bool check_fragment(const struct compared *previous, const struct compared *next, char *text,
                    size_t room);
bool check_options(const struct pkt *pkt, const struct compared *script,
                   const struct compared *actual, char *text, size_t room);
size_t packet_text(const struct compared *packet, char *text, size_t room);

/* ---- calls ---- */

enum call_status {
    CALL_DONE,
    CALL_BLOCKS,
    CALL_WRONG, /* told already: the script is wrong, or not supported */
};

/* What a call found, for who asks without expecting anything (stack.h). */
struct call_found {
    int64_t value, seconds; /* of a socket option; of ioctl */
    char text[STACK_TEXT_ROOM];
    struct {
        uint32_t events;
        int64_t data;
    } ready[STACK_EVENTS_MAX]; /* of poll, by its descriptors; of epoll_wait, those told */
};

struct call {
    struct pkt *pkt;
    const struct event *event;
    const struct script_call *spec;
    struct pending *pending;  /* its state while it blocks */
    struct call_found *found; /* filled in instead of compared; NULL: the arguments say what is
                                 expected */
    bool again;               /* not the first attempt */
    int64_t result;
    int error; /* errno when result is -1 */
    bool result_is_fd;
    struct fd *made; /* the new fd of socket, accept, epoll_create */
};

enum step calls_run(struct pkt *pkt, struct event *event);
/* Something changed: the call that blocks may go on. */
void calls_retry(struct pkt *pkt);
bool calls_known(const char *name);

enum call_status call_return(struct call *call, int64_t result);
enum call_status call_errno(struct call *call, int error);
/* "Bad type; actual: … expected: …" and so on: a runtime error of the call. */
enum call_status call_wrong(struct call *call, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
enum call_status call_unsupported(struct call *call, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The argument at `index`, or NULL. */
const struct expr *call_argument(const struct call *call, size_t index);
/* Each false: told. */
bool call_number(struct call *call, size_t index, int64_t *number);
bool call_fd(struct call *call, size_t index, struct fd **fd);
bool call_ellipsis(struct call *call, size_t index);
bool call_count(struct call *call, size_t least, size_t most);
/* [n] */
bool call_bracketed(struct call *call, size_t index, int64_t *number);
bool expr_number(struct call *call, const struct expr *expr, int64_t *number);
/* A member of a group by name, or NULL. */
const struct expr *expr_field(const struct expr *group, const char *name);
static inline bool call_has_flag(const struct call *call, int64_t flags, enum symbol symbol)
{
    return (flags & symbol_value(call->pkt->numbers, symbol)) != 0;
}

/* call_socket.c */
enum call_status call_socket(struct call *call);
enum call_status call_bind(struct call *call);
enum call_status call_listen(struct call *call);
enum call_status call_accept(struct call *call);
enum call_status call_connect(struct call *call);
enum call_status call_close(struct call *call);
enum call_status call_shutdown(struct call *call);
/* call_data.c */
enum call_status call_read(struct call *call);
enum call_status call_recv(struct call *call);
enum call_status call_readv(struct call *call);
enum call_status call_recvmsg(struct call *call);
int64_t fd_inq(const struct fd *fd); /* TCP_INQ: what is still to be read */
enum call_status call_write(struct call *call);
enum call_status call_send(struct call *call);
enum call_status call_sendto(struct call *call);
enum call_status call_writev(struct call *call);
enum call_status call_sendmsg(struct call *call);
/* errqueue.c */
void errqueue_progress(struct pkt *pkt, struct fd *fd);
void errqueue_written(struct pkt *pkt, struct fd *fd, int64_t len, bool zerocopy);
enum call_status errqueue_set_timestamping(struct call *call, struct fd *fd, int64_t flags);
/* `control`: the messages that are expected, a list, or NULL. */
enum call_status errqueue_receive(struct call *call, struct fd *fd, const struct expr *control,
                                  int64_t msg_flags);
/* urgent.c */
/* Octets that a plain read gets now: no more than up to the urgent one, which is not among them but
 * with SO_OOBINLINE. *passes: it stands in front, and a read passes over it. */
uint32_t urgent_readable(const struct fd *fd, const struct tcp_status *status, bool *passes);
bool urgent_is_at_hand(const struct fd *fd, const struct tcp_status *status); /* for MSG_OOB */
enum call_status urgent_receive(struct call *call, struct fd *fd, int64_t flags, int64_t len);
/* sockopts.c */
enum call_status call_setsockopt(struct call *call);
enum call_status call_getsockopt(struct call *call);
/* An option of those that are only kept; 0: never set. */
int32_t fd_kept_option(const struct fd *fd, enum sockopt option);
/* sockopts_text.c: options whose value is text */
enum call_status set_text_option(struct call *call, struct fd *fd, enum sockopt option,
                                 const struct expr *value);
enum call_status get_text_option(struct call *call, const struct fd *fd, enum sockopt option,
                                 const struct expr *expected, int64_t len);
/* call_file.c */
enum call_status call_fcntl(struct call *call);
enum call_status call_ioctl(struct call *call);
enum call_status call_poll(struct call *call);
enum call_status call_epoll_create(struct call *call);
enum call_status call_epoll_ctl(struct call *call);
enum call_status call_epoll_wait(struct call *call);

/* ---- sockets.c ---- */

struct fd *fd_create(struct pkt *pkt, enum fd_kind kind);
struct fd *fd_of(const struct pkt *pkt, int64_t script_fd); /* open, or NULL */
enum tcp_state fd_state(const struct fd *fd);
/* It was connected, or on the way to be, and is CLOSED now. */
bool fd_has_ended(const struct fd *fd);
/* The socket's error as an errno, or 0; it is 0 from then on. */
int fd_take_error(const struct pkt *pkt, struct fd *fd);
uint32_t fd_poll(struct pkt *pkt, struct fd *fd); /* Linux's bits of poll */
void fd_apply_options(struct fd *fd);
/* Its options are what its keepalive is; where BSD is asked, how long FIN-WAIT-2 lasts, too. */
void fd_take_keepalive(const struct pkt *pkt, struct fd *fd);
/* Begins a connection to the script's remote end with `syn_len` octets on the SYN. An errno, or 0.
 */
int fd_connect(struct pkt *pkt, struct fd *fd, uint32_t syn_len);
void fd_changed(struct pkt *pkt, const struct socket *socket);
/* Octets of zero to send, until give_zeros; NULL: no memory. */
uint8_t *take_zeros(struct pkt *pkt, size_t len);
void give_zeros(struct pkt *pkt, uint8_t *zeros, size_t len);

/* ---- host_line.c ---- */

/* The words of a line `: tcpsim NAME=VALUE …` behind these two; false: told. */
bool host_line_run(struct pkt *pkt, const char *const *words, size_t count, uint32_t line);

/* ---- shell.c, sysctls.c ---- */

/* Runs what is known of a command; false: told. */
bool shell_run(struct pkt *pkt, const char *text, uint32_t line);
/* The kernel's own name of a congestion control that is there; NULL: it is not. */
const char *congestion_known(const struct pkt *pkt, const char *name);
bool sysctl_set(struct pkt *pkt, const char *name, const char *value, uint32_t line);
/* What the profile's start-up script sets. */
void sysctl_defaults(struct pkt *pkt);

/* ---- sample.c ---- */

#define SAMPLE_FIELDS_MAX 64
struct sample_field {
    const char *name;
    int64_t value;
};
/* TCP_INFO as of now, of a socket that was opened or listens; returns how many fields. */
size_t sample_fields(const struct pkt *pkt, const struct fd *fd,
                     struct sample_field fields[SAMPLE_FIELDS_MAX]);
void sample_take(struct pkt *pkt, const struct event *event);
/* Runs all code, at the end. */
void samples_judge(struct pkt *pkt);

/* ---- stack.c ---- */

/* A packet has left the host; the host's calls may go on. */
void stack_packet_arrived(struct stack *stack, const struct packet *packet);
/* Those of the family that the configuration of the two hosts lacks. */
void stack_add_addresses(struct host_config *local, struct host_config *remote);

/* ---- fast_open.c ---- */
void fast_open_set_bits(struct pkt *pkt, uint64_t bits);
/* FreeBSD has a knob for each side. */
void fast_open_switch(struct pkt *pkt, bool server, bool on);
bool fast_open_set_key(struct pkt *pkt, const char *text);
/* The host makes its cookies with the listener's own key, or with the sysctl's. There is one
 * listener at a time, as there is one port. */
void fast_open_use_key(const struct pkt *pkt, const struct fd *fd);
void fast_open_defaults(struct pkt *pkt);
/* What a listener does, whose backlog this is. */
void fast_open_listens(const struct pkt *pkt, struct fd *fd, uint32_t backlog);
bool fast_open_is_client(const struct pkt *pkt);
bool fast_open_defers(struct pkt *pkt, struct fd *fd);
bool fast_open_waits_on(struct call *call, struct fd *fd, enum call_status *status);
enum call_status fast_open_write(struct call *call, struct fd *fd, uint32_t len, bool may_wait);

#endif
