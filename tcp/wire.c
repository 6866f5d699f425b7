/* wire.c - TCP segments as octets, behind IPv4 and IPv6 headers, with their checksums. */
#include "wire.h"

#include <assert.h>
#include <string.h>

#define PROTOCOL_TCP 6
#define IPV4_DONT_FRAGMENT 0x4000
#define IP_LENGTH_MAX 65535 /* of an IPv4 packet; of what follows an IPv6 header */

/* ---- lengths ---- */

static uint32_t options_bytes(const struct tcp_segment *segment)
{
    return ((uint32_t)segment->options_len + 3) & ~UINT32_C(3);
}

uint32_t wire_tcp_bytes(const struct tcp_segment *segment)
{
    return WIRE_TCP_HEADER_BYTES + options_bytes(segment) + tcp_payload_len(&segment->payload);
}

uint32_t wire_packet_bytes(const struct tcp_segment *segment)
{
    uint32_t ip =
        segment->source.address.family == 6 ? WIRE_IPV6_HEADER_BYTES : WIRE_IPV4_HEADER_BYTES;
    return ip + wire_tcp_bytes(segment);
}

/* ---- the checksum ---- */

static uint32_t fold(uint32_t sum)
{
    sum = (sum & 0xffff) + (sum >> 16);
    return (sum & 0xffff) + (sum >> 16);
}

static uint64_t add_with_carry(uint64_t sum, uint64_t word)
{
    sum += word;
    return sum + (sum < word);
}

/* Sums in the machine's own octet order, eight octets at a time, and turns the result round at the
 * end where needed: the sum of RFC 1071 does not care (its section 2, parts B and C). */
uint32_t wire_checksum_add(uint32_t sum, const uint8_t *octets, size_t len)
{
    uint64_t wide = 0;
    while (len >= 8) {
        uint64_t word;
        memcpy(&word, octets, 8);
        wide = add_with_carry(wide, word);
        octets += 8;
        len -= 8;
    }
    if (len > 0) {
        uint64_t word = 0; /* the missing octets are zeros on the right, in either order */
        memcpy(&word, octets, len);
        wide = add_with_carry(wide, word);
    }
    wide = (wide & 0xffffffff) + (wide >> 32);
    wide = (wide & 0xffffffff) + (wide >> 32);
    uint16_t native = (uint16_t)fold((uint32_t)wide);
    uint8_t pair[2];
    memcpy(pair, &native, 2);
    return fold(sum) + wire_get16(pair);
}

uint16_t wire_checksum_fold(uint32_t sum) { return (uint16_t)~fold(sum); }

/* RFC 9293 3.1, RFC 8200 8.1. */
static uint32_t pseudo_header(const struct tcp_segment *segment, size_t tcp_len)
{
    size_t width = segment->source.address.family == 6 ? 16 : 4;
    uint8_t tail[8] = {0};
    wire_put32(tail, (uint32_t)tcp_len);
    wire_put32(tail + 4, PROTOCOL_TCP);
    uint32_t sum = wire_checksum_add(0, segment->source.address.octets, width);
    sum = wire_checksum_add(sum, segment->destination.address.octets, width);
    return wire_checksum_add(sum, tail, sizeof tail);
}

/* ---- writing ---- */

size_t wire_encode_tcp(const struct tcp_segment *segment, uint8_t *octets, size_t room)
{
    assert(segment->options_len <= TCP_OPTIONS_MAX_BYTES);
    size_t total = wire_tcp_bytes(segment);
    size_t header = WIRE_TCP_HEADER_BYTES + options_bytes(segment);
    if (room < total) { return 0; }
    wire_put16(octets, segment->source.port);
    wire_put16(octets + 2, segment->destination.port);
    wire_put32(octets + 4, segment->seq);
    wire_put32(octets + 8, segment->ack);
    octets[12] = (uint8_t)(header / 4 << 4);
    octets[13] = (uint8_t)segment->flags;
    wire_put16(octets + 14, segment->window);
    wire_put16(octets + 16, 0);
    wire_put16(octets + 18, segment->urgent);
    memcpy(octets + WIRE_TCP_HEADER_BYTES, segment->options, segment->options_len);
    (void)wire_pad_options(octets + WIRE_TCP_HEADER_BYTES, segment->options_len);
    tcp_payload_copy(&segment->payload, octets + header);
    uint32_t sum = wire_checksum_add(pseudo_header(segment, total), octets, total);
    wire_put16(octets + 16, wire_checksum_fold(sum));
    return total;
}

/* RFC 791 3.1. */
static void put_ipv4_header(const struct tcp_segment *segment, uint16_t ip_id, size_t total,
                            uint8_t *octets)
{
    octets[0] = 0x45;
    octets[1] = segment->tos;
    wire_put16(octets + 2, (uint32_t)total);
    wire_put16(octets + 4, ip_id);
    wire_put16(octets + 6, IPV4_DONT_FRAGMENT);
    octets[8] = segment->ttl;
    octets[9] = PROTOCOL_TCP;
    wire_put16(octets + 10, 0);
    memcpy(octets + 12, segment->source.address.octets, 4);
    memcpy(octets + 16, segment->destination.address.octets, 4);
    uint32_t sum = wire_checksum_add(0, octets, WIRE_IPV4_HEADER_BYTES);
    wire_put16(octets + 10, wire_checksum_fold(sum));
}

/* RFC 8200 3. The flow label is zero. */
static void put_ipv6_header(const struct tcp_segment *segment, size_t payload_len, uint8_t *octets)
{
    wire_put32(octets, UINT32_C(6) << 28 | (uint32_t)segment->tos << 20);
    wire_put16(octets + 4, (uint32_t)payload_len);
    octets[6] = PROTOCOL_TCP;
    octets[7] = segment->ttl;
    memcpy(octets + 8, segment->source.address.octets, 16);
    memcpy(octets + 24, segment->destination.address.octets, 16);
}

size_t wire_encode_packet(const struct tcp_segment *segment, uint16_t ip_id, uint8_t *octets,
                          size_t room)
{
    bool ipv6 = segment->source.address.family == 6;
    size_t total = wire_packet_bytes(segment);
    size_t tcp_len = wire_tcp_bytes(segment);
    if (room < total || (ipv6 ? tcp_len : total) > IP_LENGTH_MAX) { return 0; }
    if (ipv6) {
        put_ipv6_header(segment, tcp_len, octets);
    } else {
        put_ipv4_header(segment, ip_id, total, octets);
    }
    const size_t ip = total - tcp_len;
    return ip + wire_encode_tcp(segment, octets + ip, tcp_len);
}

/* ---- reading ---- */

enum wire_result wire_decode_tcp(const uint8_t *octets, size_t len, struct tcp_segment *segment,
                                 size_t *payload_at, size_t *payload_len)
{
    *payload_at = 0;
    *payload_len = 0;
    if (len < WIRE_TCP_HEADER_BYTES) { return WIRE_TRUNCATED; }
    size_t header = (size_t)(octets[12] >> 4) * 4;
    if (header < WIRE_TCP_HEADER_BYTES || header > len) { return WIRE_BAD_OFFSET; }
    segment->source.port = wire_get16(octets);
    segment->destination.port = wire_get16(octets + 2);
    segment->seq = wire_get32(octets + 4);
    segment->ack = wire_get32(octets + 8);
    segment->flags = octets[13]; /* the reserved bits beside the offset are ignored: RFC 9293 3.1 */
    segment->window = wire_get16(octets + 14);
    segment->urgent = wire_get16(octets + 18);
    segment->options_len = (uint8_t)(header - WIRE_TCP_HEADER_BYTES);
    memset(segment->options, 0, sizeof segment->options);
    memcpy(segment->options, octets + WIRE_TCP_HEADER_BYTES, segment->options_len);
    segment->cause = TCP_SENT_NONE;
    segment->retransmission = 0;
    segment->tag = 0;
    segment->cause_tag = 0;
    memset(&segment->payload, 0, sizeof segment->payload);
    *payload_at = header;
    *payload_len = len - header;
    uint32_t sum = wire_checksum_add(pseudo_header(segment, len), octets, len);
    return wire_checksum_fold(sum) == 0 ? WIRE_OK : WIRE_BAD_CHECKSUM;
}

static void set_address(struct tcp_address *address, uint8_t family, const uint8_t *octets)
{
    memset(address, 0, sizeof *address);
    address->family = family;
    memcpy(address->octets, octets, family == 6 ? 16 : 4);
}

/* The part of a packet that is TCP's. */
struct tcp_part {
    size_t at, len;
    bool checksum_ok; /* the IP header's */
};

static enum wire_result find_in_ipv4(const uint8_t *octets, size_t len, struct tcp_segment *segment,
                                     struct tcp_part *part)
{
    if (len < WIRE_IPV4_HEADER_BYTES) { return WIRE_TRUNCATED; }
    size_t header = (size_t)(octets[0] & 15) * 4;
    size_t total = wire_get16(octets + 2);
    if (header < WIRE_IPV4_HEADER_BYTES || total < header || total > len) { return WIRE_TRUNCATED; }
    /* A fragment is no whole segment. */
    if (octets[9] != PROTOCOL_TCP || (wire_get16(octets + 6) & 0x3fff) != 0) {
        return WIRE_NOT_TCP;
    }
    segment->tos = octets[1];
    segment->ttl = octets[8];
    set_address(&segment->source.address, 4, octets + 12);
    set_address(&segment->destination.address, 4, octets + 16);
    part->at = header;
    part->len = total - header;
    part->checksum_ok = wire_checksum_fold(wire_checksum_add(0, octets, header)) == 0;
    return WIRE_OK;
}

/* Extension headers that may stand before TCP and can be stepped over (RFC 8200 4). */
static bool is_extension(uint8_t next)
{
    enum { HOP_BY_HOP = 0, ROUTING = 43, DESTINATION = 60 };
    return next == HOP_BY_HOP || next == ROUTING || next == DESTINATION;
}

static enum wire_result find_in_ipv6(const uint8_t *octets, size_t len, struct tcp_segment *segment,
                                     struct tcp_part *part)
{
    if (len < WIRE_IPV6_HEADER_BYTES) { return WIRE_TRUNCATED; }
    size_t end = WIRE_IPV6_HEADER_BYTES + (size_t)wire_get16(octets + 4);
    if (end > len) { return WIRE_TRUNCATED; }
    uint8_t next = octets[6];
    size_t at = WIRE_IPV6_HEADER_BYTES;
    while (is_extension(next)) {
        if (end - at < 8 || ((size_t)octets[at + 1] + 1) * 8 > end - at) { return WIRE_TRUNCATED; }
        next = octets[at];
        at += ((size_t)octets[at + 1] + 1) * 8;
    }
    if (next != PROTOCOL_TCP) { return WIRE_NOT_TCP; }
    segment->tos = (uint8_t)(wire_get16(octets) >> 4);
    segment->ttl = octets[7];
    set_address(&segment->source.address, 6, octets + 8);
    set_address(&segment->destination.address, 6, octets + 24);
    part->at = at;
    part->len = end - at;
    part->checksum_ok = true;
    return WIRE_OK;
}

enum wire_result wire_decode_packet(const uint8_t *octets, size_t len, struct tcp_segment *segment,
                                    size_t *payload_at, size_t *payload_len)
{
    *payload_at = 0;
    *payload_len = 0;
    if (len == 0) { return WIRE_TRUNCATED; }
    struct tcp_part part = {0};
    enum wire_result result = WIRE_NOT_TCP;
    if (octets[0] >> 4 == 4) {
        result = find_in_ipv4(octets, len, segment, &part);
    } else if (octets[0] >> 4 == 6) {
        result = find_in_ipv6(octets, len, segment, &part);
    }
    if (result != WIRE_OK) { return result; }
    result = wire_decode_tcp(octets + part.at, part.len, segment, payload_at, payload_len);
    if (result == WIRE_OK || result == WIRE_BAD_CHECKSUM) { *payload_at += part.at; }
    return result == WIRE_OK && !part.checksum_ok ? WIRE_BAD_CHECKSUM : result;
}
