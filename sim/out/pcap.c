/* pcap.c - the older capture format, with nanoseconds. It has no comments, so that each packet can
 * be written when it leaves its sender (or reaches the host at which the capture is made). */
#include "capture_frame.h"

#include "../core/units.h"

#include <stdlib.h>

#define PCAP_MAGIC_NANOSECONDS 0xa1b23c4du

struct pcap {
    struct out_writer *writer;
    const struct out_options *options;
};

static void *pcap_begin(struct out_writer *writer, const struct out_options *options)
{
    struct pcap *pcap = malloc(sizeof *pcap);
    if (pcap == NULL) { return NULL; }
    *pcap = (struct pcap){.writer = writer, .options = options};
    uint8_t header[24], *at = header;
    at = capture_put32(at, PCAP_MAGIC_NANOSECONDS);
    at = capture_put16(at, 2); /* version 2.4 */
    at = capture_put16(at, 4);
    at = capture_put32(at, 0); /* no time zone */
    at = capture_put32(at, 0); /* no accuracy */
    at = capture_put32(at, capture_snaplen(options));
    at = capture_put32(at, CAPTURE_LINKTYPE_ETHERNET);
    out_bytes(writer, header, (size_t)(at - header));
    return pcap;
}

static void pcap_record(void *state, const struct trace_record *record)
{
    struct pcap *pcap = state;
    if (!capture_sees(pcap->options->capture_at, record)) { return; }
    size_t len;
    int error;
    uint8_t *frame = capture_record_frame(record, &len, &error);
    if (frame == NULL) {
        out_fail(pcap->writer, error);
        return;
    }
    uint8_t header[16], *at = header;
    at = capture_put32(at, (uint32_t)(CAPTURE_EPOCH_S + record->time_ns / NS_PER_S));
    at = capture_put32(at, (uint32_t)(record->time_ns % NS_PER_S));
    const size_t kept = capture_kept(pcap->options, len);
    at = capture_put32(at, (uint32_t)kept);
    at = capture_put32(at, (uint32_t)len); /* on the wire */
    out_bytes(pcap->writer, header, (size_t)(at - header));
    out_bytes(pcap->writer, frame, kept);
    free(frame);
}

static void pcap_end(void *state) { free(state); }

const struct output_format output_pcap = {
    .name = "pcap",
    .help = "a capture for tcpdump, Wireshark and tcptrace, without comments",
    .binary = true,
    .wants = 1u << TRACE_SEGMENT | 1u << TRACE_ICMP,
    .begin = pcap_begin,
    .record = pcap_record,
    .end = pcap_end,
};
