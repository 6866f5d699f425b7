/* pcap_read.c - see pcap_read.h. What stands before the IP header depends on the link that was
 * listened on: a table of the usual ones. */
#include "pcap_read.h"

#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PACKET_MAX_BYTES 65575u /* an IPv6 header and its longest payload */
#define NS_PER_S UINT64_C(1000000000)
#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd
#define ETHERTYPE_VLAN 0x8100

struct pcap_read {
    pcap_t *pcap;
    int link_type;
    bool began;
    uint64_t first_ns, number;
    uint8_t packet[PACKET_MAX_BYTES];
};

struct pcap_read *pcap_read_open(const char *path, char *error, size_t room)
{
    char reason[PCAP_ERRBUF_SIZE] = "";
    struct pcap_read *reader = calloc(1, sizeof *reader);
    if (reader == NULL) {
        (void)snprintf(error, room, "out of memory");
        return NULL;
    }
    reader->pcap =
        pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, reason);
    if (reader->pcap == NULL) {
        /* libpcap names the path in some of its messages, and not in others. */
        const size_t len = strlen(path);
        const bool named = strncmp(reason, path, len) == 0 && strncmp(reason + len, ": ", 2) == 0;
        (void)snprintf(error, room, "%s", named ? reason + len + 2 : reason);
        free(reader);
        return NULL;
    }
    reader->link_type = pcap_datalink(reader->pcap);
    return reader;
}

void pcap_read_close(struct pcap_read *reader)
{
    if (reader != NULL) {
        pcap_close(reader->pcap);
        free(reader);
    }
}

/* ---- the IP packet in a frame ---- */

struct octets {
    const uint8_t *at;
    size_t len;
};

static bool skip(struct octets *octets, size_t count)
{
    if (octets->len < count) { return false; }
    octets->at += count;
    octets->len -= count;
    return true;
}

/* A header of `before` octets and then the type of what follows. */
static bool skip_typed(struct octets *octets, size_t before)
{
    if (octets->len < before + 2) { return false; }
    uint16_t type = wire_get16(octets->at + before);
    if (!skip(octets, before + 2)) { return false; }
    while (type == ETHERTYPE_VLAN && octets->len >= 4) {
        type = wire_get16(octets->at + 2);
        (void)skip(octets, 4);
    }
    return type == ETHERTYPE_IPV4 || type == ETHERTYPE_IPV6;
}

static bool find_packet(int link_type, struct octets *octets)
{
    switch (link_type) {
    case DLT_EN10MB: return skip_typed(octets, 12);
    case DLT_LINUX_SLL: return skip_typed(octets, 14);
    case DLT_LINUX_SLL2:
        return octets->len >= 20 && wire_get16(octets->at) != 0 && skip(octets, 20);
    case DLT_NULL:
    case DLT_LOOP: return skip(octets, 4);
    case DLT_RAW:
    case DLT_IPV4:
    case DLT_IPV6: return true;
    default: return false;
    }
}

static bool link_is_known(int link_type)
{
    static const int known[] = {DLT_EN10MB, DLT_LINUX_SLL, DLT_LINUX_SLL2, DLT_NULL,
                                DLT_LOOP,   DLT_RAW,       DLT_IPV4,       DLT_IPV6};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (known[i] == link_type) { return true; }
    }
    return false;
}

/* How long the packet was before it was cut for the file; 0: no IP, or a fragment. */
static size_t packet_len(const struct octets *octets)
{
    const uint8_t *at = octets->at;
    if (octets->len < WIRE_IPV4_HEADER_BYTES) { return 0; }
    if (at[0] >> 4 == 4) {
        const bool fragment = (wire_get16(at + 6) & 0x3fff) != 0;
        return fragment ? 0 : wire_get16(at + 2);
    }
    if (at[0] >> 4 != 6 || octets->len < WIRE_IPV6_HEADER_BYTES) { return 0; }
    return (size_t)wire_get16(at + 4) + WIRE_IPV6_HEADER_BYTES;
}

enum decoded { DECODED, DECODED_OTHER, DECODED_CUT };

/* A packet that was cut is filled with zeros: what its headers say stays, the checksum is wrong.
 * Nothing can be said of one whose headers were cut. */
static enum decoded decode(struct pcap_read *reader, struct octets octets,
                           struct pcap_read_segment *segment)
{
    if (!find_packet(reader->link_type, &octets)) { return DECODED_OTHER; }
    const size_t len = packet_len(&octets);
    if (len == 0 || len > sizeof reader->packet) { return DECODED_OTHER; }
    const size_t kept = octets.len < len ? octets.len : len;
    memcpy(reader->packet, octets.at, kept);
    memset(reader->packet + kept, 0, len - kept);
    size_t payload_at = 0;
    size_t payload_len = 0;
    segment->segment = (struct tcp_segment){0};
    const enum wire_result result =
        wire_decode_packet(reader->packet, len, &segment->segment, &payload_at, &payload_len);
    segment->payload_len = (uint32_t)payload_len;
    const bool read = result == WIRE_OK || result == WIRE_BAD_CHECKSUM;
    const bool whole = read ? kept >= payload_at : kept == len || result == WIRE_NOT_TCP;
    if (!whole) { return DECODED_CUT; }
    return read ? DECODED : DECODED_OTHER;
}

enum pcap_read_result pcap_read_next(struct pcap_read *reader, struct pcap_read_segment *segment,
                                     char *error, size_t room)
{
    if (!link_is_known(reader->link_type)) {
        const char *name = pcap_datalink_val_to_name(reader->link_type);
        (void)snprintf(error, room,
                       "captured on a link of type %d (%s): only Ethernet, Linux "
                       "cooked, loopback and raw IP are read",
                       reader->link_type, name != NULL ? name : "unknown");
        return PCAP_READ_ERROR;
    }
    for (;;) {
        struct pcap_pkthdr *header = NULL;
        const uint8_t *octets = NULL;
        const int result = pcap_next_ex(reader->pcap, &header, &octets);
        if (result == PCAP_ERROR_BREAK) { return PCAP_READ_END; }
        if (result != 1) {
            (void)snprintf(error, room, "%s", pcap_geterr(reader->pcap));
            return PCAP_READ_ERROR;
        }
        const uint64_t time_ns =
            (uint64_t)header->ts.tv_sec * NS_PER_S + (uint64_t)header->ts.tv_usec;
        reader->number++;
        if (!reader->began) { reader->first_ns = time_ns; }
        reader->began = true;
        switch (decode(reader, (struct octets){octets, header->caplen}, segment)) {
        case DECODED:
            segment->number = reader->number;
            segment->time_ns = time_ns > reader->first_ns ? time_ns - reader->first_ns : 0;
            return PCAP_READ_SEGMENT;
        case DECODED_CUT:
            (void)snprintf(error, room,
                           "packet %llu was captured without all of its TCP header (%u octets)",
                           (unsigned long long)reader->number, header->caplen);
            return PCAP_READ_ERROR;
        case DECODED_OTHER: break;
        }
    }
}
