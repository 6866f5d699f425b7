/* event.h - what a host tells its observer. The observer must not call back into tcp.h from
 * within; it notes what happened and acts afterwards. */
#ifndef TCPSIM_TCP_EVENT_H
#define TCPSIM_TCP_EVENT_H

#include "icmp.h"
#include "segment.h"
#include "state.h"

struct tcp_conn;
struct tcp_marks;

enum tcp_event_kind {
    TCP_EVENT_STATE,      /* a move; emitted by one function only */
    TCP_EVENT_TIMER,      /* armed, fired, stopped */
    TCP_EVENT_CONGESTION, /* cwnd, ssthresh, phase or RTO changed */
    TCP_EVENT_DISCARD,    /* a segment was thrown away, or the part that the reason names */
    TCP_EVENT_DELIVERED,  /* octets became readable, in order: `slice` at stream offset `offset` */
    TCP_EVENT_CHANGED, /* something a blocked user call may wait for: data, room, a state, an end */
    TCP_EVENT_ACCEPTABLE, /* `conn`, a listener, has one more connection for tcp_accept */
    TCP_EVENT_CREATED,    /* a connection came into being (before its first move) */
    TCP_EVENT_DELETED,    /* the last event of a connection: its memory goes back after this */
    TCP_EVENT_R1,         /* RFC 9293 3.8.3: R1 retransmissions; the path may be bad */
    TCP_EVENT_ICMP,       /* an ICMP error came; `conn` NULL: about no connection */
    TCP_EVENT_URGENT, /* RFC 9293 3.8.5: urgent data are announced, reach further, or were read */
};

struct tcp_event {
    enum tcp_event_kind kind;
    struct tcp_conn *conn; /* NULL where a discarded segment or an ICMP error belonged to none */
    uint64_t now_ns;
    union {
        struct {
            enum tcp_state old_state;
            enum tcp_state new_state;
            enum tcp_cause cause;
        } state;
        struct {
            enum tcp_timer timer;
            enum tcp_timer_action action;
            uint64_t deadline_ns;
        } timer;
        struct {
            const struct tcp_segment *segment; /* borrowed for the call */
            enum tcp_discard reason;
        } discard;
        struct {
            const struct tcp_slice *slice; /* borrowed for the call */
            uint64_t offset;               /* of its first octet in the peer's stream, from 0 */
        } delivered;
        struct {
            const struct tcp_icmp *message; /* borrowed for the call */
            enum tcp_icmp_fate fate;
        } icmp;
        struct {
            uint32_t unread; /* octets up to the mark; 0: urgent mode is over */
        } urgent;
    } u;
};

struct tcp_observer {
    void *context;
    void (*event)(void *context, const struct tcp_event *event);
    /* Events that cost something to tell are told only if wanted: a mask of 1u << kind. STATE,
     * CHANGED, ACCEPTABLE, CREATED, DELETED, R1, ICMP and URGENT always are. */
    uint32_t wants;
    struct tcp_marks *marks; /* what is counted (marks.h), or NULL; borrowed */
};

#endif
