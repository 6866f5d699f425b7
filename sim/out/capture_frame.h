/* capture_frame.h - a segment or an ICMP error as the Ethernet frame that a capture shows, and
 * numbers as a file's octets. */
#ifndef TCPSIM_OUT_CAPTURE_FRAME_H
#define TCPSIM_OUT_CAPTURE_FRAME_H

#include "output.h"

#define CAPTURE_LINKTYPE_ETHERNET 1
#define CAPTURE_SNAPLEN 262144 /* the most that readers take */

/* Simulated 0 is 2000-01-01T00:00:00Z. */
#define CAPTURE_EPOCH_S UINT64_C(946684800)

/* The action by which a segment or an ICMP error leaves its sender. */
static inline bool capture_leaves(enum trace_action action)
{
    return action == TRACE_SENT || action == TRACE_INJECTED;
}

/* Whether the record puts a packet into a capture: each segment and each ICMP error once, when it
 * leaves; or, at the host or router `capture_at` (NULL: everywhere), what it sends, what reaches
 * it, copies too, and what it forwards. */
bool capture_sees(const char *capture_at, const struct trace_record *record);

/* What is kept of a frame. */
static inline size_t capture_kept(const struct out_options *options, size_t len)
{
    return options->snaplen_bytes != 0 && len > options->snaplen_bytes ? options->snaplen_bytes
                                                                       : len;
}

/* What a file says it keeps at most of each. */
static inline uint32_t capture_snaplen(const struct out_options *options)
{
    return options->snaplen_bytes != 0 ? options->snaplen_bytes : CAPTURE_SNAPLEN;
}

/* The frame of a segment where it is, with what is spoilt in it: free() it. MAC addresses are
 * 02:00:00:00:00:01 for the first host and so on; the IPv4 identification is the segment's number.
 * NULL: no memory, or (*error EINVAL instead of ENOMEM) no packet can be so long. */
uint8_t *capture_frame(const struct trace_segment *segment, size_t *len, int *error);

/* Of a record of either kind. */
uint8_t *capture_record_frame(const struct trace_record *record, size_t *len, int *error);

/* Little-endian whatever the machine; they return what follows. */
uint8_t *capture_put16(uint8_t *to, uint16_t value);
uint8_t *capture_put32(uint8_t *to, uint32_t value);

#endif
