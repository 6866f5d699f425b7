/* packets.c - packets as octets: packetdrill's into segments and ICMP messages, the stack's into
 * packets. */
#define _GNU_SOURCE
#include "adapter.h"

#include "../../tcp/wire.h"

#include <stdlib.h>
#include <string.h>

#define PROTOCOL_ICMP 1
#define PROTOCOL_TCP 6
#define PROTOCOL_ICMPV6 58
#define ICMP_HEADER_BYTES 8
#define QUOTED_BYTES 8 /* ports and sequence number */

/* ---- addresses ---- */

static struct tcp_address address_at(const uint8_t *octets, unsigned family)
{
    struct tcp_address address = {.family = (uint8_t)family};
    memcpy(address.octets, octets, family == 6 ? 16 : 4);
    return address;
}

/* ---- from packetdrill ---- */

struct ip {
    unsigned family, protocol;
    size_t header_bytes;
    struct tcp_address source, destination;
};

static bool read_ip(const uint8_t *octets, size_t length, struct ip *ip)
{
    *ip = (struct ip){.family = length > 0 ? octets[0] >> 4 : 0};
    const bool ipv6 = ip->family == 6;
    ip->header_bytes = ipv6 ? WIRE_IPV6_HEADER_BYTES : 4u * (length > 0 ? octets[0] & 0xfu : 0);
    if ((!ipv6 && ip->family != 4) || length < ip->header_bytes ||
        ip->header_bytes < WIRE_IPV4_HEADER_BYTES) {
        return false;
    }
    ip->protocol = octets[ipv6 ? 6 : 9];
    ip->source = address_at(octets + (ipv6 ? 8 : 12), ip->family);
    ip->destination = address_at(octets + (ipv6 ? 24 : 16), ip->family);
    return true;
}

static void take_tcp(struct adapter *adapter, const uint8_t *octets, size_t length)
{
    struct tcp_segment segment = {.seq = 0};
    size_t payload_at = 0;
    size_t payload_len = 0;
    if (wire_decode_packet(octets, length, &segment, &payload_at, &payload_len) != WIRE_OK) {
        return; /* as a kernel does not see it */
    }
    stack_inject(adapter->stack, &segment, octets + payload_at, payload_len);
}

/* An error about a packet of the stack's, of which it quotes the beginning. */
static void take_icmp(struct adapter *adapter, const struct ip *ip, const uint8_t *octets,
                      size_t length)
{
    struct ip quoted;
    const size_t at = ip->header_bytes + ICMP_HEADER_BYTES;
    if (length < at || !read_ip(octets + at, length - at, &quoted) ||
        length - at < quoted.header_bytes + QUOTED_BYTES || quoted.protocol != PROTOCOL_TCP) {
        return;
    }
    const uint8_t *icmp = octets + ip->header_bytes;
    const uint8_t *tcp = octets + at + quoted.header_bytes;
    struct tcp_icmp message = {
        .mtu = ip->family == 6 ? wire_get32(icmp + 4) : wire_get16(icmp + 6),
        .local = {.address = quoted.source, .port = wire_get16(tcp)},
        .remote = {.address = quoted.destination, .port = wire_get16(tcp + 2)},
        .seq = wire_get32(tcp + 4),
    };
    if (tcp_icmp_from_type_code(ip->family, icmp[0], icmp[1], &message.kind)) {
        stack_icmp(adapter->stack, &message);
    }
}

int adapter_netdev_send(void *self, const void *octets, size_t length)
{
    struct adapter *adapter = self;
    struct ip ip;
    adapter_lock(adapter);
    if (read_ip(octets, length, &ip)) {
        if (ip.protocol == PROTOCOL_TCP) { take_tcp(adapter, octets, length); }
        if (ip.protocol == PROTOCOL_ICMP || ip.protocol == PROTOCOL_ICMPV6) {
            adapter_end_batch(adapter);
            take_icmp(adapter, &ip, octets, length);
        }
        adapter->batch = ip.protocol == PROTOCOL_TCP && stack_takes_batches(adapter->stack);
    }
    if (!adapter->batch) { adapter_settle(adapter); }
    adapter_unlock(adapter);
    return 0;
}

/* ---- to packetdrill ---- */

void packets_sent(void *context, const struct tcp_segment *segment)
{
    struct adapter *adapter = context;
    const size_t room = wire_packet_bytes(segment);
    struct sent *sent = malloc(sizeof *sent + room);
    if (sent == NULL) { adapter_give_up("no memory", 1); }
    *sent = (struct sent){.time_us = stack_now_us(adapter->stack)};
    sent->len = wire_encode_packet(segment, 0, sent->octets, room);
    if (segment->cause == TCP_SENT_KEEPALIVE) { /* any octet, where packetdrill expects zero */
        const uint32_t len = tcp_payload_len(&segment->payload);
        memset(sent->octets + sent->len - len, 0, len);
    }
    if (adapter->last_sent != NULL) {
        adapter->last_sent->next = sent;
    } else {
        adapter->sent = sent;
    }
    adapter->last_sent = sent;
}

static void drop_first(struct adapter *adapter)
{
    struct sent *first = adapter->sent;
    adapter->sent = first->next;
    if (adapter->sent == NULL) { adapter->last_sent = NULL; }
    free(first);
}

int adapter_netdev_receive(void *self, void *octets, size_t *length, long long *time_us)
{
    struct adapter *adapter = self;
    int result = 0;
    adapter_lock(adapter);
    adapter_run(adapter, UINT64_MAX, true);
    const struct sent *first = adapter->sent;
    if (first == NULL) {
        *length = 0;
        *time_us = (long long)stack_now_us(adapter->stack);
    } else if (first->len > *length) {
        result = -1;
        drop_first(adapter);
    } else {
        memcpy(octets, first->octets, first->len);
        *length = first->len;
        *time_us = (long long)first->time_us;
        drop_first(adapter);
    }
    adapter_unlock(adapter);
    return result;
}

void packets_free(struct adapter *adapter)
{
    while (adapter->sent != NULL) { drop_first(adapter); }
}
