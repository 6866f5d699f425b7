/* check_file.c - the TCP segments of a capture, read through libpcap, for the judge of check.h. */
#include "check.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

#define FIXED_BYTES 20u /* of a TCP header, before the options */
#define NS_PER_S UINT64_C(1000000000)

/* What the capture kept of a packet, and how long it was. */
struct octets {
    const uint8_t *at;
    size_t len, whole;
};

/* What stands before the IP header. */
static const struct {
    int type;
    size_t bytes;
} links[] = {
    {DLT_EN10MB, 14}, {DLT_LINUX_SLL, 16}, {DLT_LINUX_SLL2, 20}, {DLT_NULL, 4},
    {DLT_LOOP, 4},    {DLT_RAW, 0},        {DLT_IPV4, 0},        {DLT_IPV6, 0},
};

static bool link_bytes(int link_type, size_t *bytes)
{
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        if (links[i].type == link_type) {
            *bytes = links[i].bytes;
            return true;
        }
    }
    return false;
}

/* Goes on behind the header, of a packet that was `total` octets long. */
static bool pass(struct octets *packet, size_t header, size_t total)
{
    if (total < header || packet->len < header) { return false; }
    const size_t kept = packet->len < total ? packet->len : total;
    *packet = (struct octets){packet->at + header, kept - header, total - header};
    return true;
}

static bool ipv4(struct octets *packet, struct check_segment *segment)
{
    const size_t header = (size_t)(packet->at[0] & 15) * 4;
    if (header < 20 || packet->at[9] != 6) { return false; }
    segment->from.family = segment->to.family = 4;
    memcpy(segment->from.octets, packet->at + 12, 4);
    memcpy(segment->to.octets, packet->at + 16, 4);
    return pass(packet, header, (size_t)packet->at[2] << 8 | packet->at[3]);
}

static bool ipv6(struct octets *packet, struct check_segment *segment)
{
    if (packet->len < 40 || packet->at[6] != 6) { return false; }
    segment->from.family = segment->to.family = 6;
    memcpy(segment->from.octets, packet->at + 8, 16);
    memcpy(segment->to.octets, packet->at + 24, 16);
    return pass(packet, 40, ((size_t)packet->at[4] << 8 | packet->at[5]) + 40);
}

/* False: not a TCP segment, or not even its IP header was kept. */
static bool unwrap(size_t link, struct octets *packet, struct check_segment *segment)
{
    if (packet->len < link + 20) { return false; }
    packet->at += link;
    packet->len -= link;
    switch (packet->at[0] >> 4) {
    case 4: return ipv4(packet, segment);
    case 6: return ipv6(packet, segment);
    default: return false;
    }
}

/* Of a packet that was cut the header is enough; its checksum cannot be reckoned. False: nothing
 * can be said of it, nor of what follows. */
static bool decode(const struct octets *rest, struct check_packet *packet)
{
    const bool cut = rest->len < rest->whole;
    const size_t header = rest->len < FIXED_BYTES ? 0 : (size_t)(rest->at[12] >> 4) * 4;
    if (cut && (header == 0 || header > rest->len)) { return false; }
    packet->wrong = check_decode(&packet->segment, rest->at, rest->whole, !cut);
    return true;
}

bool check_file(const char *path, void (*each)(void *context, const struct check_packet *packet),
                void *context, char *error, size_t room)
{
    char reason[PCAP_ERRBUF_SIZE] = "";
    pcap_t *pcap =
        pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, reason);
    if (pcap == NULL) {
        const size_t len = strlen(path); /* libpcap names the path in some of its messages */
        const bool named = strncmp(reason, path, len) == 0 && strncmp(reason + len, ": ", 2) == 0;
        (void)snprintf(error, room, "%s", named ? reason + len + 2 : reason);
        return false;
    }
    const int link_type = pcap_datalink(pcap);
    size_t link = 0;
    bool ok = link_bytes(link_type, &link);
    if (!ok) { (void)snprintf(error, room, "a kind of link that is not read: %d", link_type); }
    struct pcap_pkthdr *header = NULL;
    const uint8_t *octets = NULL;
    uint64_t first_ns = 0;
    int got = 0;
    for (uint64_t number = 1; ok && (got = pcap_next_ex(pcap, &header, &octets)) == 1; number++) {
        const uint64_t time_ns =
            (uint64_t)header->ts.tv_sec * NS_PER_S + (uint64_t)header->ts.tv_usec;
        if (number == 1) { first_ns = time_ns; }
        struct check_packet packet = {.time_ns = time_ns - first_ns, .number = number};
        struct octets rest = {.at = octets, .len = header->caplen};
        if (!unwrap(link, &rest, &packet.segment)) { continue; }
        ok = decode(&rest, &packet);
        if (ok) {
            each(context, &packet);
        } else {
            (void)snprintf(error, room,
                           "packet %llu was captured without all of its TCP header (%u octets)",
                           (unsigned long long)number, header->caplen);
        }
    }
    if (ok && got == -1) {
        (void)snprintf(error, room, "%s", pcap_geterr(pcap));
        ok = false;
    }
    pcap_close(pcap);
    return ok;
}
