/* pcap_read.h - the TCP segments of a capture, pcap or pcapng, read through libpcap.
 *
 * Order of use: pcap_read_open, pcap_read_next until it is no segment, pcap_read_close. */
#ifndef TCPSIM_LIVE_PCAP_READ_H
#define TCPSIM_LIVE_PCAP_READ_H

#include "../../tcp/wire.h"

#include <stddef.h>
#include <stdint.h>

struct pcap_read;

struct pcap_read_segment {
    uint64_t time_ns; /* since the capture's first packet */
    uint64_t number;  /* of the packet in the file, from 1 */
    /* As on the wire, the payload left empty: it is `payload_len` octets long. */
    struct tcp_segment segment;
    uint32_t payload_len;
};

enum pcap_read_result { PCAP_READ_SEGMENT, PCAP_READ_END, PCAP_READ_ERROR };

/* NULL: *error says why, without the path. */
struct pcap_read *pcap_read_open(const char *path, char *error, size_t room);
void pcap_read_close(struct pcap_read *reader);

/* The next segment; what is not TCP, is a fragment or makes no sense is left out. After
 * PCAP_READ_ERROR, as when the capture holds less than a TCP header, *error says why. */
enum pcap_read_result pcap_read_next(struct pcap_read *reader, struct pcap_read_segment *segment,
                                     char *error, size_t room);

#endif
