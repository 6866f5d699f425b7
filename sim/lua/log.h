/* log.h - the segments of the run so far, kept for expectations: as they were sent, and as they
 * were delivered. Small: what many segments have in common is stored once. Private to this folder.
 */
#ifndef TCPSIM_LUA_LOG_H
#define TCPSIM_LUA_LOG_H

#include "internal.h"

enum log_view {
    LOG_SENT,      /* by senders and forgers, in sending order, lost ones too; no network copies */
    LOG_DELIVERED, /* at the final host, in order of delivery, with copies */
};

/* What the segments of one connection's direction have in common. */
struct log_flow {
    const char *from, *to; /* host names, which live as long as the world */
    tcp_seq seq_base, ack_base;
    uint32_t from_index, to_index;
    uint16_t source_port, destination_port;
    bool seq_known, ack_known, first_connection, forged;
};

/* A text or option octets, stored once however often they occur. */
struct log_octets {
    struct log_octets *next; /* in the bucket */
    uint64_t hash;
    size_t len;
    uint8_t octets[]; /* a zero octet stands behind the last */
};

enum log_fate { LOG_NO_FATE, LOG_LOST, LOG_DISCARDED };

struct log_segment {
    uint64_t time_ns; /* of sending (of the delivery, where it was changed on the way) */
    const struct log_flow *flow;
    const struct log_octets *options; /* NULL: none */
    const char *reason;               /* of the fate */
    tcp_seq seq, ack;
    uint32_t len; /* octets of text */
    uint16_t flags, window, urgent;
    uint8_t fate; /* enum log_fate */
};

size_t log_len(const struct segment_log *log, enum log_view view);
/* Number `i`, from 0, with the time of its sending or delivery. */
const struct log_segment *log_get(const struct segment_log *log, enum log_view view, size_t i,
                                  uint64_t *time_ns);
/* Woken whenever a segment is sent or delivered. */
struct app_waiters *log_waiters(struct segment_log *log);

/* As pattern_compare. */
enum pattern_field log_compare(const struct pattern *pattern, const struct log_segment *segment,
                               uint64_t time_ns, uint64_t previous_ns, bool absolute);

/* The line of the exchange, with its fate behind it ("  # lost: …"); `digits` of the time. Cut to
 * `room`; returns where the segment's flags begin. */
size_t log_write(const struct log_segment *segment, uint64_t time_ns, unsigned digits,
                 bool absolute, char *text, size_t room);

#endif
