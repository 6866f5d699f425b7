/* host.h - a host: addresses, its TCP, its sockets. The calls here are what a scenario's (or a
 * benchmark's) applications use: each acts on TCP, records the call, and lets the host pump. */
#ifndef TCPSIM_NET_HOST_H
#define TCPSIM_NET_HOST_H

#include "../../tcp/tcp.h"
#include "packet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct world;
struct host;
struct link;
struct socket;

#define HOST_ADDRESSES_MAX 8
#define SOCKET_PATH_MAX 64
#define SOCKET_REPORTS_MAX 4

/* Of a link, as declared: from its first end to its second, and back. */
enum link_direction { LINK_FORWARD, LINK_BACKWARD };

struct host_config {
    const char *name;
    struct tcp_address addresses[HOST_ADDRESSES_MAX];
    size_t address_count;
    bool has_tcp; /* false: played by the script */
    struct tcp_options options;
};

/* A connection or listener as the rest of the simulator sees it: it outlives its TCB. */
struct socket {
    struct host *host;
    struct tcp_conn *conn; /* NULL once the TCB is gone */
    struct socket *next;   /* of the host's, by creation */
    struct tcp_endpoint local, remote;
    bool listener;           /* was opened passively by the user */
    bool released;           /* close() was called: the user has let go */
    bool accepted_or_opened; /* the user has (had) it */
    bool failed_notified;
    bool first_connection; /* of the run */
    enum tcp_state state;
    enum tcp_error error;
    tcp_seq iss, irs;
    bool iss_known, irs_known;
    uint8_t path_len;              /* the states gone through, the first ones included */
    uint8_t path[SOCKET_PATH_MAX]; /* enum tcp_state; when full the last is overwritten */
    /* RFC 9293 3.9.1.8: what TCP has reported and nobody has asked for, the oldest first; static
     * strings. Of more than there is room for the latest are kept. */
    uint8_t report_count;
    const char *reports[SOCKET_REPORTS_MAX];
    struct tcp_status *last_status; /* as it was when the TCB went, or NULL: read host_status */
    struct socket *peer;            /* the other end, found when needed, or NULL */
    uint64_t checked;               /* octets whose integrity was checked */
    void *user;                     /* the caller's: waiting applications and so on */
};

const char *host_name(const struct host *host);
uint32_t host_index(const struct host *host); /* by declaration, from 0 */
bool host_has_tcp(const struct host *host);
const struct tcp_address *host_addresses(const struct host *host, size_t *count);
bool host_owns(const struct host *host, const struct tcp_address *address);
/* One that nobody has. False: it has HOST_ADDRESSES_MAX, or no memory. */
bool host_add_address(struct host *host, const struct tcp_address *address);
struct tcp_options host_options(const struct host *host); /* a copy */
struct tcp_host *host_tcp(struct host *host);
struct socket *host_sockets(struct host *host); /* the first, by creation */
void *host_user(const struct host *host);
void host_set_user(struct host *host, void *user);
bool host_crashed_since(const struct host *host, uint64_t since_count);

/* What a path must be like; all zero: any. */
struct host_route_wish {
    unsigned family;                          /* 4, 6 or 0 */
    const struct tcp_address *local, *remote; /* or NULL */
};
/* The first pair of addresses between which there is a path, and the link that leaves `from`. */
struct host_route {
    struct link *link;
    enum link_direction direction;
    struct tcp_address local, remote;
};
/* False: network unreachable. */
bool host_route(struct host *from, struct host *to, const struct host_route_wish *wish,
                struct host_route *route);

struct host_connect {
    struct host *to; /* NULL: `address` is no single host's (multicast and so on); TCP refuses it */
    uint16_t port;
    unsigned family;                /* 4, 6 or 0: any */
    struct tcp_address address;     /* the one of to's that is meant, or family 0 */
    const struct tcp_address *from; /* one of the host's own, or NULL */
    bool has_local_port;
    uint16_t local_port;               /* else chosen by RFC 6056 from the seed, 49152 and up */
    const struct tcp_options *options; /* NULL: the host's */
    const uint8_t *syn_data;
    size_t syn_data_len;
};

/* *unreachable is set when there is no path (then the error is not of TCP's). */
enum tcp_error host_connect(struct host *host, const struct host_connect *request,
                            struct socket **socket, bool *unreachable);
/* port 0: any free one. */
enum tcp_error host_listen(struct host *host, uint16_t port, const struct tcp_options *options,
                           struct socket **socket);
struct socket *host_accept(struct socket *listener); /* or NULL */
/* RFC 9293's OPEN on a passive TCB: the listener becomes the connection. */
enum tcp_error host_open_listener(struct socket *listener, struct host *to, uint16_t port,
                                  bool *unreachable);
/* RFC 9293's SEND on a passive TCB: the same, and the octets are queued as by host_send. */
enum tcp_error host_send_listener(struct socket *listener, struct host *to, uint16_t port,
                                  const uint8_t *octets, uint32_t len, unsigned flags,
                                  uint32_t *accepted, bool *unreachable);

/* Octets (copied), or with octets NULL that many generated ones. Flags: tcp_send_flag. */
enum tcp_error host_send(struct socket *socket, const uint8_t *octets, uint32_t len, unsigned flags,
                         uint32_t *accepted);
/* One run; the caller releases it with host_slice_release. */
enum tcp_error host_receive(struct socket *socket, uint32_t max, struct tcp_slice *slice);
void host_slice_release(struct host *host, struct tcp_slice *slice);
/* As one read(2) of up to so many octets, which are not looked at: all that is there goes before
 * the peer is told of the room. How many there were. */
uint32_t host_discard(struct socket *socket, uint32_t max);
enum tcp_error host_shutdown(struct socket *socket); /* RFC 9293's CLOSE */
uint32_t host_flush(struct socket *socket); /* octets that were never sent, and are not now */
void host_close(struct socket *socket);     /* a socket's close */
enum tcp_error host_abort(struct socket *socket);
/* The TCB's status, or the last one it had. */
void host_status(struct socket *socket, struct tcp_status *status);
const char *host_take_report(struct socket *socket); /* NULL: there is none */
void host_set_socket_options(struct socket *socket, const struct tcp_options *options);
void host_push(struct socket *socket);                  /* tcp_push */
void host_quick_ack(struct socket *socket, bool quick); /* tcp_quick_ack */
void host_crash(struct host *host);

/* A call's record (trace event "call"), for callers that block and learn the result later. */
void host_record_call(struct socket *socket, const char *call, uint64_t len, const char *result);

/* A segment made by the script enters the network at `at`: source and destination are as written in
 * it. `supplied_by`: "file:line", copied. Takes the payload's references. *number: its id's number.
 * False: no path from `at` to `to`. */
bool host_inject(struct host *at, struct host *to, const struct tcp_segment *segment,
                 bool bad_checksum, const char *supplied_by, bool as_injected, uint64_t *number);

/* An ICMP error made by the script: from a host or router to the sender of the segment `about`
 * (borrowed). */
enum host_icmp_result {
    HOST_ICMP_OK,
    HOST_ICMP_NO_PATH,
    HOST_ICMP_NO_ADDRESS,  /* `from` has none of that family */
    HOST_ICMP_NO_SUCH_TYPE /* that family of ICMP knows no such error */
};
enum host_icmp_result host_icmp(struct host *from, struct host *to, enum tcp_icmp_kind kind,
                                uint32_t mtu, const struct tcp_segment *about);

/* What relative numbers of a segment from -> to count from: the ISS and IRS of the sender's TCB or
 * of its last one on that pair of sockets; what the script's own segments said counts too. */
void host_numbers(struct world *world, const struct host *sender, const struct tcp_segment *segment,
                  bool *seq_known, tcp_seq *seq_base, bool *ack_known, tcp_seq *ack_base);

/* Called by links and by the world only. */
void host_receive_packet(struct host *host, const struct packet *packet);
void host_pump(struct host *host);

/* Fast Open's cookies are made from now on as Linux makes them, by SipHash under this key (two
 * 64-bit halves of its octets, little-endian). */
void host_set_fast_open_key(struct host *host, const uint64_t key[2]);
/* tcp_fast_open_room for a connection from `local` to that port of `to`. */
uint32_t host_fast_open_room(struct host *host, const struct tcp_endpoint *local,
                             const struct tcp_endpoint *remote, const struct tcp_options *options);
void host_fast_open_forget(struct host *host); /* tcp_fast_open_forget */

#endif
