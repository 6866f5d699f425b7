/* icmp.c - ICMP errors as octets: an IP header, eight octets of ICMP, and the beginning of the
 * packet that they are about. */
#include "icmp.h"

#include "../../tcp/wire.h"

#include <stdlib.h>
#include <string.h>

#define PROTOCOL_ICMP 1
#define PROTOCOL_ICMPV6 58
#define ICMP_HEADER_BYTES 8
#define PRECEDENCE 0xc0 /* RFC 1812 4.3.2.5: internetwork control */

static uint32_t ip_bytes(unsigned family)
{
    return family == 6 ? WIRE_IPV6_HEADER_BYTES : WIRE_IPV4_HEADER_BYTES;
}

/* Of the segment that is quoted, TCP header and what follows. */
static uint32_t quoted_bytes(const struct icmp_error *error, const struct tcp_segment *about)
{
    const unsigned family = error->source.family;
    const uint32_t fits = (family == 6 ? ICMP_PACKET_MAX_IPV6 : ICMP_PACKET_MAX_IPV4) -
                          2 * ip_bytes(family) - ICMP_HEADER_BYTES;
    const uint32_t wanted = error->quote != 0 && error->quote < fits ? error->quote : fits;
    const uint32_t whole = wire_tcp_bytes(about);
    return whole < wanted ? whole : wanted;
}

uint32_t icmp_packet_bytes(const struct icmp_error *error, const struct tcp_segment *about)
{
    return 2 * ip_bytes(error->source.family) + ICMP_HEADER_BYTES + quoted_bytes(error, about);
}

static void put_ipv4(const struct icmp_error *error, uint8_t ttl, uint16_t ip_id, size_t total,
                     uint8_t *octets)
{
    octets[0] = 0x45;
    octets[1] = PRECEDENCE;
    wire_put16(octets + 2, (uint32_t)total);
    wire_put16(octets + 4, ip_id);
    wire_put16(octets + 6, 0);
    octets[8] = ttl;
    octets[9] = PROTOCOL_ICMP;
    wire_put16(octets + 10, 0);
    memcpy(octets + 12, error->source.octets, 4);
    memcpy(octets + 16, error->destination.octets, 4);
    wire_put16(octets + 10,
               wire_checksum_fold(wire_checksum_add(0, octets, WIRE_IPV4_HEADER_BYTES)));
}

static void put_ipv6(const struct icmp_error *error, uint8_t ttl, size_t payload, uint8_t *octets)
{
    wire_put32(octets, UINT32_C(6) << 28 | (uint32_t)PRECEDENCE << 20);
    wire_put16(octets + 4, (uint32_t)payload);
    octets[6] = PROTOCOL_ICMPV6;
    octets[7] = ttl;
    memcpy(octets + 8, error->source.octets, 16);
    memcpy(octets + 24, error->destination.octets, 16);
}

/* RFC 4443 2.3: the pseudo-header counts, in ICMP for IPv6. */
static uint32_t pseudo_header(const struct icmp_error *error, size_t len)
{
    uint8_t tail[8] = {0};
    if (error->source.family != 6) { return 0; }
    wire_put32(tail, (uint32_t)len);
    tail[7] = PROTOCOL_ICMPV6;
    uint32_t sum = wire_checksum_add(0, error->source.octets, 16);
    sum = wire_checksum_add(sum, error->destination.octets, 16);
    return wire_checksum_add(sum, tail, sizeof tail);
}

/* The message itself, `len` octets, whose quoted part stands there already. */
static void put_message(const struct icmp_error *error, uint8_t *octets, size_t len)
{
    uint8_t type = 0, code = 0;
    (void)tcp_icmp_type_code(error->kind, error->source.family, &type, &code);
    memset(octets, 0, ICMP_HEADER_BYTES);
    octets[0] = type;
    octets[1] = code;
    if (error->kind == TCP_ICMP_FRAGMENTATION_NEEDED) {
        wire_put32(octets + 4,
                   error->source.family == 6 || error->mtu <= UINT16_MAX ? error->mtu : UINT16_MAX);
    }
    const uint32_t sum = wire_checksum_add(pseudo_header(error, len), octets, len);
    wire_put16(octets + 2, wire_checksum_fold(sum));
}

size_t icmp_encode_packet(const struct icmp_error *error, const struct tcp_segment *about,
                          uint8_t ttl, uint16_t ip_id, uint16_t about_ip_id, uint8_t *octets,
                          size_t room)
{
    const size_t total = icmp_packet_bytes(error, about);
    const size_t header = ip_bytes(error->source.family);
    const size_t whole = wire_packet_bytes(about);
    uint8_t *quoted = room < total ? NULL : malloc(whole);
    if (quoted == NULL) { return 0; }
    const bool ok = wire_encode_packet(about, about_ip_id, quoted, whole) == whole;
    if (ok) {
        const size_t len = total - header;
        memcpy(octets + header + ICMP_HEADER_BYTES, quoted, len - ICMP_HEADER_BYTES);
        if (error->source.family == 6) {
            put_ipv6(error, ttl, len, octets);
        } else {
            put_ipv4(error, ttl, ip_id, total, octets);
        }
        put_message(error, octets + header, len);
    }
    free(quoted);
    return ok ? total : 0;
}
