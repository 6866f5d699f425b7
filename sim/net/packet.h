/* packet.h - a segment on its way, with what the simulator knows about it. */
#ifndef TCPSIM_NET_PACKET_H
#define TCPSIM_NET_PACKET_H

#include "../../tcp/segment.h"
#include "../trace/trace.h"

struct host;
struct packet_icmp;

/* A TCP segment; or an ICMP error, of which `segment` is what it is about. */
struct packet {
    struct tcp_segment segment; /* segment.tag is packet_tag(sender, number) */
    struct packet_icmp *icmp;   /* NULL: a segment. Then `number` counts the sender's errors */
    uint8_t icmp_ttl;
    struct host *sender;   /* who sent or forged it: its id counts there */
    struct host *receiver; /* the host it is going to */
    uint64_t number;       /* from 1 */
    uint32_t copy;         /* the network's own copies: 1, 2 … */
    uint32_t copies;       /* so many were made of it */
    bool forged;           /* by inject or by a host without TCP */
    bool checksum_bad;     /* arrives with a checksum that does not verify */
    bool numbers_known;    /* the four below are filled in */
    bool seq_known, ack_known;
    tcp_seq seq_base, ack_base;
    uint8_t flip_count;
    uint8_t hops; /* routers that it has passed */
    struct trace_flip flips[TRACE_FLIPS_MAX];
    const char *link;        /* the link that it is on, by name; NULL: none carries it */
    const struct host *next; /* where that link leads */
    const char *supplied_by; /* the "file:line" that forged or changed octets, or NULL; lives on */
};

#endif
