/* trace.h - what happened, as records. The schema (which fields an event has, their names in jsonl,
 * their place in the digest) stands once, in trace.c's tables; every output walks them. */
#ifndef TCPSIM_TRACE_TRACE_H
#define TCPSIM_TRACE_TRACE_H

#include "../../tcp/profile.h"
#include "../../tcp/segment.h"
#include "../../tcp/state.h"
#include "icmp.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum trace_event {
    TRACE_RUN,
    TRACE_SEGMENT,
    TRACE_STATE,
    TRACE_TIMER,
    TRACE_CONGESTION,
    TRACE_CALL,
    TRACE_ICMP,
    TRACE_NOTE,
    TRACE_EXPECT,
    TRACE_END,
    TRACE_EVENT_COUNT
};

/* Append only (digest). */
enum trace_action {
    TRACE_SENT,
    TRACE_FORWARDED,
    TRACE_DELIVERED,
    TRACE_DROPPED,
    TRACE_DUPLICATED,
    TRACE_CORRUPTED,
    TRACE_DELAYED,
    TRACE_HELD,
    TRACE_INJECTED,
    TRACE_REWRITTEN,
    TRACE_DISCARDED,
    TRACE_MARKED, /* congestion experienced: by a queue */
};
const char *trace_action_name(enum trace_action action);

/* One octet changed on the way, at an offset from the TCP header. */
struct trace_flip {
    uint16_t offset;
    uint8_t mask;
};
#define TRACE_FLIPS_MAX 4

/* All pointers are borrowed for the call of the sink, but names of hosts and links, which live as
 * long as the world. */
struct trace_segment {
    enum trace_action action;
    const char *from; /* host whose segment it is: with `number` its id, "client#3" */
    const char *to;
    uint32_t from_index; /* hosts by declaration, from 0 */
    uint32_t to_index;
    uint32_t
        at_index;    /* the host where this record happens: sender, receiver, or a router between */
    const char *at;  /* the router's name, or "" */
    uint64_t number; /* from 1, by host */
    uint32_t copy;   /* 0: the original; 1, 2 …: the network's own copies */
    const struct tcp_segment *segment;
    tcp_seq seq_base; /* what relative numbers count from; 0 when `seq_known` is false */
    tcp_seq ack_base;
    bool seq_known, ack_known;
    bool first_connection; /* of the run: written without ports */
    bool forged;
    const char *link; /* "a-b", or "" */
    /* Whether that link leads to a router, and to which; else it leads to the receiver. */
    bool to_router;
    uint32_t router_index;
    /* A rule's "file:line", "loss", "queue full", "down", "checksum", words, or "". */
    const char *reason;
    const char *detail;     /* what the rule did, in words ("drop nth=1"), or "" */
    const char *cause_host; /* the segment that caused this one: its host and number; NULL: none */
    uint64_t cause_number;
    uint64_t delay_ns;  /* DELAYED, HELD: by how much if known; else 0 */
    uint8_t flip_count; /* octets that differ from what segment would encode to */
    struct trace_flip flips[TRACE_FLIPS_MAX];
};

/* An ICMP error on its way. */
struct trace_icmp {
    enum trace_action action; /* SENT INJECTED FORWARDED DELIVERED DROPPED DISCARDED … */
    const char *from, *to;    /* hosts or routers */
    const char *type;         /* tcp_icmp_words */
    const char *about;        /* the segment's id, or a connection's name */
    uint32_t from_index, to_index, at_index;
    const char *at;  /* the router where this record happens, or "" */
    uint64_t number; /* among the errors of `from`, from 1 */
    uint32_t copy;
    const char *link, *reason; /* as a segment's */
    bool to_router;
    uint32_t router_index;
    const struct icmp_error *error;
    uint8_t ttl;
    const struct tcp_segment *segment; /* that it quotes */
    uint64_t segment_number;
    bool checksum_bad;
};

/* The names of a connection's two ends; a listener has remote.address.family 0 ("…:80-*"). */
struct trace_conn {
    const char *host;
    uint32_t host_index;
    struct tcp_endpoint local;
    struct tcp_endpoint remote;
    bool first_connection;
};

/* A host as the run declared it. What it points to lives as long as the names. */
struct trace_host {
    const char *name;
    bool router;
    /* Where it may stand when all stand side by side, so that paths go from the left to the right:
     * from 1; 0 is by index. */
    uint32_t place;
    const struct tcp_address *addresses;
    size_t address_count;
};

struct trace_record {
    uint64_t time_ns;
    enum trace_event event;
    union {
        struct {
            const char *scenario, *title, *version;
            uint64_t seed;
            /* Tells the host with that index, false past the last; may be asked as long as the run
             * lasts, and knows all when the top level has ended. NULL: nobody knows. */
            bool (*host)(void *context, uint32_t index, struct trace_host *host);
            void *host_context;
        } run;
        struct trace_segment segment;
        struct {
            struct trace_conn conn;
            enum tcp_state old_state, new_state;
            enum tcp_cause cause;
            const struct tcp_options *options; /* that it has; NULL: nobody knows */
        } state;
        struct {
            struct trace_conn conn;
            enum tcp_timer timer;
            enum tcp_timer_action action;
            uint64_t deadline_ns;
        } timer;
        struct {
            struct trace_conn conn;
            uint32_t cwnd, ssthresh, flight;
            const char *phase;
            uint64_t srtt_ns, rto_ns;
        } congestion;
        struct {
            struct trace_conn conn;
            const char *call;   /* "OPEN" "SEND" "RECEIVE" "CLOSE" "ABORT" "STATUS" */
            uint64_t len;       /* octets, SEND and RECEIVE */
            const char *result; /* "ok", an error's text, "end of stream", "blocked" */
            bool lets_go;   /* CLOSE: the user keeps nothing of it; else its direction is shut */
            bool urgent;    /* SEND: the last octet */
            uint64_t asked; /* SEND: octets; `len` of them are taken */
        } call;
        struct trace_icmp icmp;
        struct {
            const char *text;
            const char *host; /* whose application wrote it, or NULL */
        } note;
        struct {
            const char *file, *expected, *actual;
            uint32_t line;
            bool held;
        } expect;
        struct {
            const char *verdict;
            uint64_t segments;  /* sent */
            const char *digest; /* 32 hex digits, or NULL when not computed */
        } end;
    } u;
};

/* ---- the schema, for outputs that write every field (jsonl) and for the digest ---- */

/* How a field's value is found is the business of trace.c: trace_field_text and the digest. */
struct trace_field {
    const char *name; /* as in jsonl */
    bool number;      /* written without quotes */
    bool in_digest;
    bool optional; /* left out when empty (text "") or 0 */
    /* Writes the value as text (no quotes, not escaped); returns the length (may exceed room). */
    size_t (*text)(const struct trace_record *record, char *text, size_t room);
};
const char *trace_event_name(enum trace_event event);
const struct trace_field *trace_fields(enum trace_event event, size_t *count);

/* ---- sinks ---- */

struct trace_sink {
    void *context;
    void (*record)(void *context, const struct trace_record *record);
    uint32_t wants; /* mask of 1u << event */
};

#define TRACE_SINKS_MAX 24
struct trace {
    struct trace_sink sinks[TRACE_SINKS_MAX];
    uint32_t count;
    uint32_t wanted; /* union of the sinks' masks */
};
void trace_init(struct trace *trace);
/* False: too many. */
bool trace_attach(struct trace *trace, struct trace_sink sink);
static inline bool trace_wants(const struct trace *trace, enum trace_event event)
{
    return (trace->wanted >> event & 1u) != 0;
}
/* Gives the record to every sink that wants it, in the order of attaching. */
void trace_emit(const struct trace *trace, const struct trace_record *record);

/* ---- the digest: XXH3-128 over segment, state, timer, congestion, call, icmp (layout 1) ---- */

struct trace_digest;
struct trace_digest *trace_digest_create(void); /* NULL: no memory */
void trace_digest_destroy(struct trace_digest *digest);
struct trace_sink trace_digest_sink(struct trace_digest *digest);
void trace_digest_text(const struct trace_digest *digest, char text[33]);

/* ---- names ---- */

/* "10.0.0.1:4000-10.0.0.2:80", "[2001:db8::1]:80-*". Returns the length. room >= 112 suffices. */
size_t trace_conn_name(const struct trace_conn *conn, char *text, size_t room);
/* "client#3". */
size_t trace_segment_id(const struct trace_segment *segment, char *text, size_t room);
/* "ACK of client#3", "RTO", "SEND". */
size_t trace_segment_cause(const struct trace_segment *segment, char *text, size_t room);

#endif
