/* capture_frame.c - Ethernet around what wire.c encodes. */
#include "capture_frame.h"

#include "../../tcp/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ETHERNET_BYTES 14
#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd

uint8_t *capture_put16(uint8_t *to, uint16_t value)
{
    to[0] = (uint8_t)value;
    to[1] = (uint8_t)(value >> 8);
    return to + 2;
}

uint8_t *capture_put32(uint8_t *to, uint32_t value)
{
    to = capture_put16(to, (uint16_t)value);
    return capture_put16(to, (uint16_t)(value >> 16));
}

static bool passes(const char *capture_at, enum trace_action action, const char *from,
                   const char *to, const char *at)
{
    if (capture_at == NULL) { return capture_leaves(action); }
    return (capture_leaves(action) && strcmp(from, capture_at) == 0) ||
           (action == TRACE_DELIVERED && strcmp(to, capture_at) == 0) ||
           (action == TRACE_FORWARDED && strcmp(at, capture_at) == 0);
}

bool capture_sees(const char *capture_at, const struct trace_record *record)
{
    if (record->event == TRACE_ICMP) {
        const struct trace_icmp *icmp = &record->u.icmp;
        return passes(capture_at, icmp->action, icmp->from, icmp->to, icmp->at);
    }
    const struct trace_segment *segment = &record->u.segment;
    return record->event == TRACE_SEGMENT &&
           passes(capture_at, segment->action, segment->from, segment->to,
                  segment->at != NULL ? segment->at : "");
}

/* Locally administered, by the host's number from 1; 0 is nobody. */
static uint8_t *put_mac(uint8_t *to, uint32_t number)
{
    to[0] = 0x02;
    to[1] = 0;
    for (unsigned i = 0; i < 4; i++) { to[2 + i] = (uint8_t)(number >> (24 - 8 * i)); }
    return to + 6;
}

static uint8_t *put_ethernet(uint8_t *frame, uint32_t to, uint32_t from, unsigned family)
{
    uint8_t *at = put_mac(frame, to);
    at = put_mac(at, from);
    const uint16_t type = family == 6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4;
    *at++ = (uint8_t)(type >> 8);
    *at++ = (uint8_t)type;
    return at;
}

uint8_t *capture_frame(const struct trace_segment *segment, size_t *len, int *error)
{
    const struct tcp_segment *tcp = segment->segment;
    const size_t packet_bytes = wire_packet_bytes(tcp);
    uint8_t *frame = malloc(ETHERNET_BYTES + packet_bytes);
    *error = ENOMEM;
    if (frame == NULL) { return NULL; }
    const bool has_receiver = segment->to[0] != '\0';
    uint8_t *at = put_ethernet(frame, has_receiver ? segment->to_index + 1 : 0,
                               segment->from_index + 1, tcp->source.address.family);
    if (wire_encode_packet(tcp, (uint16_t)segment->number, at, packet_bytes) != packet_bytes) {
        *error = EINVAL;
        free(frame);
        return NULL;
    }
    uint8_t *header = at + (packet_bytes - wire_tcp_bytes(tcp));
    for (unsigned i = 0; i < segment->flip_count; i++) {
        const struct trace_flip *flip = &segment->flips[i];
        if (flip->offset < wire_tcp_bytes(tcp)) { header[flip->offset] ^= flip->mask; }
    }
    *len = ETHERNET_BYTES + packet_bytes;
    return frame;
}

static uint8_t *capture_icmp_frame(const struct trace_icmp *icmp, size_t *len, int *error)
{
    const size_t packet_bytes = icmp_packet_bytes(icmp->error, icmp->segment);
    uint8_t *frame = malloc(ETHERNET_BYTES + packet_bytes);
    *error = ENOMEM;
    if (frame == NULL) { return NULL; }
    uint8_t *at =
        put_ethernet(frame, icmp->to_index + 1, icmp->from_index + 1, icmp->error->source.family);
    if (icmp_encode_packet(icmp->error, icmp->segment, icmp->ttl, (uint16_t)icmp->number,
                           (uint16_t)icmp->segment_number, at, packet_bytes) != packet_bytes) {
        free(frame);
        return NULL;
    }
    if (icmp->checksum_bad) { at[icmp->error->source.family == 6 ? 42 : 22] ^= 1; }
    *len = ETHERNET_BYTES + packet_bytes;
    return frame;
}

uint8_t *capture_record_frame(const struct trace_record *record, size_t *len, int *error)
{
    return record->event == TRACE_ICMP ? capture_icmp_frame(&record->u.icmp, len, error)
                                       : capture_frame(&record->u.segment, len, error);
}
