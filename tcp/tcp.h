/* tcp.h - a TCP host (RFC 9293) without input and output of its own: time, segments, memory, a
 * keyed hash and an observer are handed to it. It has no clock, no allocator, no randomness.
 *
 * Order of use:
 *   host = tcp_host_create(&config, &pools, &observer);
 *   tcp_open(host, now, &request, &conn);           user calls of RFC 9293 3.10.1 to 3.10.6
 *   tcp_segment_arrives(host, now, &segment);       3.10.7; several may be handed over together,
 *   tcp_icmp_arrives(host, now, &message);          3.9.2.2
 *   while (tcp_output(host, now, &segment)) {...}   then everything that the host owes is taken out
 *   wake up at tcp_next_deadline(host): tcp_timeout(host, then);            3.10.8; then tcp_output
 *   tcp_release(conn, now);                         the user lets go of the connection
 *
 * Times are nanoseconds from any origin and never go back. */
#ifndef TCPSIM_TCP_TCP_H
#define TCPSIM_TCP_TCP_H

#include "event.h"
#include "profile.h"
#include "segment.h"
#include "state.h"

struct tcp_host;
struct tcp_conn;

#define TCP_NEVER UINT64_MAX

/* Where memory comes from. `take` returns memory for any type, not cleared, or NULL when there is
 * no more: the call that needed it answers TCP_ERROR_RESOURCES, or the segment is discarded.
 * `give` gets the size that was asked for. Hosts that exchange segments by reference share pools.
 */
struct tcp_pools {
    void *context;
    void *(*take)(void *context, size_t size_bytes);
    void (*give)(void *context, void *memory, size_t size_bytes);
};

struct tcp_host_config {
    struct tcp_options options; /* the defaults of each connection; see profile.h */
    /* A pseudo-random function under a secret of this host: RFC 6528's F(). Required. */
    uint64_t (*keyed_hash)(void *context, const void *data, size_t len);
    void *hash_context;
    /* The Fast Open cookie of a client's address at one of this host's (RFC 7413 4.1.2), where it
     * is to be another's, such as a kernel's; it does not expire then. NULL, or when it returns
     * false: by keyed_hash. */
    bool (*fast_open_cookie)(void *context, const struct tcp_address *client,
                             const struct tcp_address *server, uint8_t cookie[8]);
    void *cookie_context;
    uint64_t stream_base; /* connections' streams are named stream_base + 1, + 2, … */
};

/* Errors of the user calls. RFC 9293 3.10 gives the texts; tcp_error_text has them. */
enum tcp_error {
    TCP_OK,
    TCP_WOULD_BLOCK,        /* queued, by the RFC: ask again after TCP_EVENT_CHANGED */
    TCP_ERROR_NOT_EXIST,    /* connection does not exist */
    TCP_ERROR_EXISTS,       /* connection already exists */
    TCP_ERROR_RESOURCES,    /* insufficient resources */
    TCP_ERROR_NO_REMOTE,    /* remote socket unspecified */
    TCP_ERROR_BAD_ADDRESS,  /* remote address not allowed (RFC 9293 MUST-46) */
    TCP_ERROR_CLOSING,      /* connection closing */
    TCP_ERROR_RESET,        /* connection reset */
    TCP_ERROR_REFUSED,      /* connection refused */
    TCP_ERROR_USER_TIMEOUT, /* connection aborted due to user timeout */
    TCP_ERROR_TIMED_OUT,    /* timed out */
    TCP_ERROR_UNREACHABLE,  /* network unreachable: an ICMP error says so */
    TCP_ERROR_COUNT
};
const char *tcp_error_text(enum tcp_error error);

/* Copies all three; the host is pools memory. NULL: no memory. */
struct tcp_host *tcp_host_create(const struct tcp_host_config *config,
                                 const struct tcp_pools *pools,
                                 const struct tcp_observer *observer);
/* Gives back everything the host holds, without a word to anybody. Takes `host`. */
void tcp_host_destroy(struct tcp_host *host);

/* The host forgets connections, listeners and timers and sends nothing (a crash). No connection
 * moves: there is no TCB left that could. Handles not yet released say CLOSED and answer
 * TCP_ERROR_NOT_EXIST. */
void tcp_host_crash(struct tcp_host *host, uint64_t now_ns);

/* The defaults of connections opened from now on. */
void tcp_host_set_options(struct tcp_host *host, const struct tcp_options *options);
const struct tcp_options *tcp_host_options(const struct tcp_host *host);
void tcp_host_set_wants(struct tcp_host *host, uint32_t wants);

/* ---- The network's side ---- */

/* RFC 9293 3.10.7. The segment is borrowed; its payload's extents are shared (refs grow). */
void tcp_segment_arrives(struct tcp_host *host, uint64_t now_ns, const struct tcp_segment *segment);

/* RFC 9293 3.9.2.2: an ICMP error about a segment that this host sent. TCP_EVENT_ICMP tells what
 * became of it. */
void tcp_icmp_arrives(struct tcp_host *host, uint64_t now_ns, const struct tcp_icmp *message);

/* The next segment that the host owes now, until it returns false. Only connections that have
 * something to say are visited. Fills *segment; the caller holds a reference on the extents of its
 * payload and gives it back with tcp_payload_release. */
bool tcp_output(struct tcp_host *host, uint64_t now_ns, struct tcp_segment *segment);

/* When tcp_timeout must be called next; TCP_NEVER when no timer runs. */
uint64_t tcp_next_deadline(struct tcp_host *host);

/* RFC 9293 3.10.8: runs every timer that is due, by order of connection, then of enum tcp_timer. */
void tcp_timeout(struct tcp_host *host, uint64_t now_ns);

/* References on a payload's extents. */
void tcp_payload_share(const struct tcp_payload *payload);
void tcp_payload_release(const struct tcp_pools *pools, struct tcp_payload *payload);

/* An extent with one reference and room for `len` octets at `base` of some stream; NULL: no memory.
 */
struct tcp_extent *tcp_extent_create(const struct tcp_pools *pools, uint64_t base, uint32_t len);

/* ---- The user's side ---- */

struct tcp_open_request {
    bool passive;
    struct tcp_endpoint local;         /* passive: address.family 0 accepts any local address */
    struct tcp_endpoint remote;        /* active only; port 0 is "unspecified" */
    const struct tcp_options *options; /* NULL: the host's */
    struct tcp_slice syn_data; /* active only: octets to ride on the SYN, or len 0; as tcp_send */
};

/* RFC 9293 3.10.1. On TCP_OK *conn is the user's until tcp_release. Errors: EXISTS (the pair of
 * sockets is in use; a second listener on the same local socket), NO_REMOTE, BAD_ADDRESS,
 * RESOURCES. */
enum tcp_error tcp_open(struct tcp_host *host, uint64_t now_ns,
                        const struct tcp_open_request *request, struct tcp_conn **conn);

/* Of a SEND: PSH marks its end; its octets are urgent; more follows, so that what does not fill a
 * segment waits for the next SEND or the next ACK; no segment holds octets from both sides of its
 * end. */
enum tcp_send_flag {
    TCP_SEND_PUSH = 1,
    TCP_SEND_URGENT = 2,
    TCP_SEND_MORE = 4,
    TCP_SEND_RECORD = 8
};

/* RFC 9293 3.10.1 on a passive TCB: LISTEN becomes SYN-SENT; its backlog is given up. `local`'s
 * address is the one to use. Errors: NO_REMOTE, BAD_ADDRESS, EXISTS (not in LISTEN, or pair in
 * use). */
enum tcp_error tcp_open_listener(struct tcp_conn *listener, uint64_t now_ns,
                                 const struct tcp_endpoint *local,
                                 const struct tcp_endpoint *remote);

/* RFC 7413: how many octets may ride on a SYN to `remote` by Fast Open, if it is opened now with
 * these options: 0 without a cookie of that server, where none is needed the default MSS. */
uint32_t tcp_fast_open_room(struct tcp_host *host, uint64_t now_ns,
                            const struct tcp_endpoint *local, const struct tcp_endpoint *remote,
                            const struct tcp_options *options);
/* What was learnt of servers, their cookies too, is forgotten. */
void tcp_fast_open_forget(struct tcp_host *host);

/* RFC 9293 3.10.2 on a passive TCB: as tcp_open_listener, then the octets are queued as by
 * tcp_send. */
enum tcp_error tcp_send_listener(struct tcp_conn *listener, uint64_t now_ns,
                                 const struct tcp_endpoint *local,
                                 const struct tcp_endpoint *remote, const struct tcp_slice *slice,
                                 unsigned flags, uint32_t *accepted);

/* The oldest connection of a listener that is established and not yet accepted, or NULL. It is the
 * user's until tcp_release. */
struct tcp_conn *tcp_accept(struct tcp_conn *listener);

/* RFC 9293 3.10.2. Appends as much of `slice` as there is room for in the send buffer and tells how
 * much in *accepted. The stream's origin and offset are the connection's own: of `slice` only the
 * extent (octets [offset - base, …); NULL: generated) and the length count. `flags` are
 * tcp_send_flag's: PUSH marks its end, and URGENT sets the urgent pointer behind what was taken.
 * An extent of which the caller holds the only reference is taken over when all of the slice is:
 * its base becomes its place in the stream. Otherwise its octets are copied. TCP_OK: all or a part
 * was taken; WOULD_BLOCK: no room now; CLOSING, NOT_EXIST, RESET, … A listener answers NO_REMOTE.
 */
enum tcp_error tcp_send(struct tcp_conn *conn, uint64_t now_ns, const struct tcp_slice *slice,
                        unsigned flags, uint32_t *accepted);

/* RFC 9293 3.9.1.7, FLUSH: throws away what was given to tcp_send and has never been sent, and says
 * how many octets; what follows takes their place in the stream. */
uint32_t tcp_flush(struct tcp_conn *conn, uint64_t now_ns);

/* What was given and waits (for a full segment, an ACK, the end of a cork) leaves as windows allow.
 */
void tcp_push(struct tcp_conn *conn);

/* RFC 9293 3.10.3. Moves at most `max` octets, at most one run, to *slice (the caller gets a
 * reference on its extent: tcp_slice_release). TCP_OK with len 0: the stream has ended.
 * WOULD_BLOCK: nothing there yet. RESET and so on after the connection failed. */
enum tcp_error tcp_receive(struct tcp_conn *conn, uint64_t now_ns, uint32_t max,
                           struct tcp_slice *slice);
void tcp_slice_release(const struct tcp_pools *pools, struct tcp_slice *slice);

/* RFC 9293 3.10.4: no more to send; reading goes on. CLOSING when called twice. */
enum tcp_error tcp_close(struct tcp_conn *conn, uint64_t now_ns);

/* RFC 9293 3.10.5. */
enum tcp_error tcp_abort(struct tcp_conn *conn, uint64_t now_ns);

/* The user lets go, as close(2) does: what is queued is still sent, then FIN; with unread data, or
 * when data arrive later, a RST instead (RFC 9293 3.6.1 SHLD-3). The connection frees itself when
 * it reaches CLOSED, at once if it is there. A listener resets what nobody accepted.
 * `conn` must not be used afterwards (but in events, until DELETED). */
void tcp_release(struct tcp_conn *conn, uint64_t now_ns);

/* On a listener fast_open, fast_open_pending and fast_open_cookies may change too.
 * Options that may change on an open connection: nagle, delayed_ack, keepalive, user_timeout,
 * uto_advertise, retries, syn_retries, window, recv_buffer, send_buffer, rto_min, rto_max, ttl,
 * tos. The others of *options are ignored. */
void tcp_conn_set_options(struct tcp_conn *conn, uint64_t now_ns,
                          const struct tcp_options *options);
const struct tcp_options *tcp_conn_options(const struct tcp_conn *conn);

/* RFC 9293 3.8.6.3: with true an ACK that waits leaves now, and quick_acks hold again for text to
 * come; with false text is taken to be answered by text, whose ACK is free. */
void tcp_quick_ack(struct tcp_conn *conn, bool quick);

enum tcp_phase { TCP_SLOW_START, TCP_AVOIDANCE, TCP_RECOVERY, TCP_LOSS };
const char *tcp_phase_name(enum tcp_phase phase);

/* RFC 9293 3.10.6, and what one asks a kernel for. Sequence numbers are absolute. */
struct tcp_status {
    enum tcp_state state;
    struct tcp_endpoint local, remote;
    tcp_seq iss, irs, snd_una, snd_nxt, snd_wl1, snd_wl2, rcv_nxt;
    bool irs_known;
    uint32_t snd_wnd, max_snd_wnd, rcv_wnd; /* octets */
    uint32_t snd_mss, rcv_mss;              /* octets of text a segment */
    uint32_t cwnd, ssthresh, flight;        /* octets */
    enum tcp_phase phase;
    uint64_t srtt_ns, rttvar_ns, rto_ns; /* srtt_ns 0: no sample yet */
    uint32_t unsent, unread, send_room;  /* octets */
    tcp_seq snd_up, rcv_up; /* behind the last urgent octet; SND.UNA, and the next to read: none */
    uint32_t urgent_unread; /* octets up to the mark; 0: no urgent mode */
    uint32_t retransmits;   /* in a row, of what is now outstanding */
    uint32_t total_retransmits, dup_acks;
    uint32_t acks_withheld;         /* by challenge_ack_limit */
    bool ecn;                       /* RFC 3168: agreed on */
    bool fast_open;                 /* RFC 7413: text on the SYN was taken */
    uint32_t ece_acks, ce_segments; /* received */
    uint8_t rcv_tos;  /* type of service, or traffic class, of the last segment that was taken */
    bool pushed;      /* a PSH has come: */
    tcp_seq rcv_push; /* behind the text of the last segment that had it */
    uint64_t cookies_sent, cookies_proven;   /* a listener's */
    uint32_t backlog_pending, backlog_ready; /* a listener's: in SYN-RECEIVED, not yet accepted */
    uint64_t octets_sent, octets_acked, octets_received;
    uint64_t deadline_ns[TCP_TIMER_COUNT]; /* TCP_NEVER: off */
    bool fin_sent, fin_received, passive;
    bool scale_on, ts_on, sack_on; /* what the SYNs agreed on: RFC 7323, RFC 2018 */
    uint8_t snd_shift, rcv_shift;  /* of the peer's windows, of ours */
    uint32_t ts_recent;            /* RFC 7323's TS.Recent */
    uint32_t sacked;               /* octets sent that the peer holds out of order */
    uint32_t dsacks;               /* duplicates that the peer reported */
    enum tcp_error error;          /* why the connection failed, or TCP_OK */
    /* The last ICMP error that did not end it, since something new was acknowledged, or TCP_OK. */
    enum tcp_error soft_error;
    uint64_t user_timeout_ns; /* in force; 0: none */
    uint64_t uto_remote_ns;   /* that the peer advertised (RFC 5482); 0: none */
    uint32_t path_mtu;        /* octets of an IP packet; not more than the link's */
    uint64_t octets_resent;   /* of text that was sent more than once, each time */
    uint32_t probes;          /* of a closed window or an idle peer, in a row without an answer */
    uint64_t ato_ns;          /* how long an ACK may wait; 0: not known yet */
    bool writable;            /* send_room, and enough of it that a writer who waits goes on */
    uint32_t seen_mss;        /* the largest segment of text so far, as delayed ACKs reckon */
    bool interactive;         /* text is answered by text: no quick ACKs for now */
};
void tcp_status(const struct tcp_conn *conn, struct tcp_status *status);

/* Cheap single answers. */
enum tcp_state tcp_conn_state(const struct tcp_conn *conn);
enum tcp_error tcp_conn_error(const struct tcp_conn *conn);
const struct tcp_endpoint *tcp_conn_local(const struct tcp_conn *conn);
const struct tcp_endpoint *tcp_conn_remote(const struct tcp_conn *conn);
void tcp_conn_sent(const struct tcp_conn *conn, tcp_seq *snd_una, tcp_seq *snd_nxt);
uint64_t tcp_conn_next_deadline(const struct tcp_conn *conn); /* TCP_NEVER: no timer runs */
uint8_t tcp_conn_receive_shift(const struct tcp_conn *conn);  /* of the windows that we offer */
/* By how much the peer's windows are shifted left; 0: not scaled. */
uint8_t tcp_conn_send_shift(const struct tcp_conn *conn);
uint32_t tcp_conn_repeated(const struct tcp_conn *conn); /* octets in flight sent more than once */
uint64_t tcp_conn_number(const struct tcp_conn *conn);   /* by creation on its host, from 1 */
uint64_t tcp_conn_stream(const struct tcp_conn *conn);   /* the origin of what it sends */
struct tcp_conn *tcp_conn_listener(const struct tcp_conn *conn); /* that it came from, or NULL */
void tcp_conn_set_user(struct tcp_conn *conn, void *user);
void *tcp_conn_user(const struct tcp_conn *conn);

/* The connection of that pair of sockets (in any state but CLOSED), or NULL. */
struct tcp_conn *tcp_find(struct tcp_host *host, const struct tcp_endpoint *local,
                          const struct tcp_endpoint *remote);
/* Whether any connection or listener uses that local socket. */
bool tcp_local_in_use(struct tcp_host *host, const struct tcp_endpoint *local);

/* What a retransmission would send again at stream offset `offset`: the octet, if still held. For
 * comparing octets of unknown origin with what the application gave. */
bool tcp_sent_octet(const struct tcp_conn *conn, uint64_t offset, uint8_t *octet);

#endif
