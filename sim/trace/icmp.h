/* icmp.h - an ICMP error as it travels: what it says, and its octets (RFC 792, RFC 4443). */
#ifndef TCPSIM_TRACE_ICMP_H
#define TCPSIM_TRACE_ICMP_H

#include "../../tcp/icmp.h"
#include "../../tcp/segment.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The most that a packet with an error has (RFC 1812 4.3.2.3, RFC 4443 2.4 (c)), and so of a TCP
 * segment that it quotes behind its IP header; the least is RFC 792's. */
#define ICMP_PACKET_MAX_IPV4 576
#define ICMP_PACKET_MAX_IPV6 1280
#define ICMP_QUOTE_MIN 8
#define ICMP_QUOTE_MAX (ICMP_PACKET_MAX_IPV6 - 40 - 8 - 40)

struct icmp_error {
    enum tcp_icmp_kind kind;
    uint32_t mtu;   /* "fragmentation needed": of the next hop, or 0 */
    uint32_t quote; /* octets of the TCP segment quoted at most; 0: as many as fit */
    struct tcp_address source, destination; /* of one family, and the kind has a type there */
};

/* Octets of the IP packet that quotes the segment `about`. */
uint32_t icmp_packet_bytes(const struct icmp_error *error, const struct tcp_segment *about);

/* Writes that packet, with right checksums. The identifications are those of IPv4 headers: its own,
 * and the quoted one's. 0: no memory, or `room` is less than icmp_packet_bytes. */
size_t icmp_encode_packet(const struct icmp_error *error, const struct tcp_segment *about,
                          uint8_t ttl, uint16_t ip_id, uint16_t about_ip_id, uint8_t *octets,
                          size_t room);

#endif
