/* check_file.c - the TCP segments of a capture, read through libpcap, for the judge of check.h. */
#include "check.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

#define ETHERNET_BYTES 14u
#define NS_PER_S UINT64_C(1000000000)

struct octets {
    const uint8_t *at;
    size_t len;
};

static bool ipv4(struct octets *packet, struct check_segment *segment)
{
    const size_t header = (size_t)(packet->at[0] & 15) * 4;
    if (packet->len < 20 || header < 20 || packet->at[9] != 6) { return false; }
    const size_t total = (size_t)packet->at[2] << 8 | packet->at[3];
    if (total < header || total > packet->len) { return false; }
    segment->from.family = segment->to.family = 4;
    memcpy(segment->from.octets, packet->at + 12, 4);
    memcpy(segment->to.octets, packet->at + 16, 4);
    *packet = (struct octets){packet->at + header, total - header};
    return true;
}

static bool ipv6(struct octets *packet, struct check_segment *segment)
{
    if (packet->len < 40 || packet->at[6] != 6) { return false; }
    const size_t total = (size_t)packet->at[4] << 8 | packet->at[5];
    if (total + 40 > packet->len) { return false; }
    segment->from.family = segment->to.family = 6;
    memcpy(segment->from.octets, packet->at + 8, 16);
    memcpy(segment->to.octets, packet->at + 24, 16);
    *packet = (struct octets){packet->at + 40, total};
    return true;
}

/* False: not a TCP segment, or one that was cut. */
static bool unwrap(int link_type, struct octets *packet, struct check_segment *segment)
{
    if (link_type == DLT_EN10MB) {
        if (packet->len < ETHERNET_BYTES) { return false; }
        packet->at += ETHERNET_BYTES;
        packet->len -= ETHERNET_BYTES;
    }
    if (packet->len < 20) { return false; }
    switch (packet->at[0] >> 4) {
    case 4: return ipv4(packet, segment);
    case 6: return ipv6(packet, segment);
    default: return false;
    }
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
    bool ok = link_type == DLT_EN10MB || link_type == DLT_RAW || link_type == DLT_IPV4 ||
              link_type == DLT_IPV6;
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
        struct octets rest = {octets, header->caplen};
        if (!unwrap(link_type, &rest, &packet.segment)) { continue; }
        packet.wrong = check_decode(&packet.segment, rest.at, rest.len, true);
        each(context, &packet);
    }
    if (ok && got == -1) {
        (void)snprintf(error, room, "%s", pcap_geterr(pcap));
        ok = false;
    }
    pcap_close(pcap);
    return ok;
}
