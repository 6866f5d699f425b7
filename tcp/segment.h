/* segment.h - what TCP hands to the network and takes from it: addresses, stream data by
 * reference, and one segment. No octet order here: that is wire.h's. */
#ifndef TCPSIM_TCP_SEGMENT_H
#define TCPSIM_TCP_SEGMENT_H

#include "seq.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An IPv4 address stands in the first four octets, the rest are zero, so that two addresses are
 * equal when all their octets are. */
struct tcp_address {
    uint8_t octets[16]; /* first, where a copy of the whole is read back without a stall */
    uint8_t family;     /* 4, 6, or 0 for none */
};

struct tcp_endpoint {
    struct tcp_address address;
    uint16_t port;
};

bool tcp_address_equal(const struct tcp_address *a, const struct tcp_address *b);
bool tcp_endpoint_equal(const struct tcp_endpoint *a, const struct tcp_endpoint *b);

/* Octets of a stream, shared by all who refer to them. The extent holds the octets
 * [base, base + len) of the stream `origin`. */
struct tcp_extent {
    uint32_t refs;
    uint32_t len;
    uint64_t base;
    uint8_t octets[];
};

/* A run of octets: [offset, offset + len) of the stream `origin`. With an extent the octets lie in
 * it, at offset - extent->base; without one they are generated: tcp_generated_octet(origin,
 * offset). So every octet in flight says where it came from, and integrity is a comparison of two
 * numbers. */
struct tcp_slice {
    struct tcp_extent *extent;
    uint64_t origin;
    uint64_t offset;
    uint32_t len;
};

/* At most two runs; part[0] is used first; an unused part has len 0 and no extent. */
struct tcp_payload {
    struct tcp_slice part[2];
};

static inline uint32_t tcp_payload_len(const struct tcp_payload *payload)
{
    return payload->part[0].len + payload->part[1].len;
}

/* The octet that stands at `offset` of the generated stream `origin`. */
uint8_t tcp_generated_octet(uint64_t origin, uint64_t offset);

/* Copies a slice's octets [from, from + len) to `to`; the caller has checked the bounds. */
void tcp_slice_copy(const struct tcp_slice *slice, uint32_t from, uint32_t len, uint8_t *to);

/* Copies a whole payload to `to`, which has room for tcp_payload_len octets. */
void tcp_payload_copy(const struct tcp_payload *payload, uint8_t *to);

/* RFC 9293 3.1, RFC 3168: the flags as on the wire. */
enum tcp_flag {
    TCP_FIN = 0x01,
    TCP_SYN = 0x02,
    TCP_RST = 0x04,
    TCP_PSH = 0x08,
    TCP_ACK = 0x10,
    TCP_URG = 0x20,
    TCP_ECE = 0x40,
    TCP_CWR = 0x80,
};

/* What made a segment leave. Append only (digest). ACK: `cause_tag` names the segment answered. */
#define TCP_SENT_CAUSES(X)                \
    X(NONE, "")                           \
    X(OPEN, "OPEN")                       \
    X(SEND, "SEND")                       \
    X(CLOSE, "CLOSE")                     \
    X(ABORT, "ABORT")                     \
    X(RECEIVE, "RECEIVE")                 \
    X(RTO, "RTO")                         \
    X(FAST_RETRANSMIT, "fast retransmit") \
    X(PARTIAL_ACK, "partial ACK")         \
    X(ANSWER, "answer to")                \
    X(ACK_OF, "ACK of")                   \
    X(CHALLENGE, "challenge ACK to")      \
    X(DELAYED_ACK, "delayed ACK")         \
    X(PERSIST, "zero-window probe")       \
    X(KEEPALIVE, "keepalive probe")       \
    X(OVERRIDE, "override timeout")       \
    X(WINDOW_OPENED, "window opened by")  \
    X(FORGED, "forged")                   \
    X(PATH_MTU, "path MTU")               \
    X(LOSS_PROBE, "tail loss probe")

enum tcp_sent_cause {
#define X(id, words) TCP_SENT_##id,
    TCP_SENT_CAUSES(X)
#undef X
        TCP_SENT_CAUSE_COUNT
};
const char *tcp_sent_cause_words(enum tcp_sent_cause cause);

#define TCP_OPTIONS_MAX_BYTES 40

/* One TCP segment with the IP fields that TCP chooses. Options are kept as on the wire
 * (their length a multiple of four): options.h of the embedder is wire.h. */
struct tcp_segment {
    struct tcp_endpoint source;
    struct tcp_endpoint destination;
    tcp_seq seq;
    tcp_seq ack;
    uint16_t flags;
    uint16_t window; /* as on the wire, unscaled */
    uint16_t urgent;
    uint8_t ttl;
    uint8_t tos;
    uint8_t options_len;
    uint8_t cause;           /* enum tcp_sent_cause; not on the wire */
    uint16_t retransmission; /* 0 for the first transmission; not on the wire */
    uint64_t tag;            /* the carrier's own name for this segment; not on the wire */
    uint64_t cause_tag;      /* the tag of the segment that caused this one, or 0 */
    struct tcp_payload payload;
    uint8_t options[TCP_OPTIONS_MAX_BYTES];
};

/* SEG.LEN of RFC 9293 3.4: the octets of text, and one each for SYN and FIN. */
static inline uint32_t tcp_segment_len(const struct tcp_segment *seg)
{
    return tcp_payload_len(&seg->payload) + ((seg->flags & TCP_SYN) != 0) +
           ((seg->flags & TCP_FIN) != 0);
}

#endif
