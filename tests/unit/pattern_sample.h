/* pattern_sample.h - a segment and what the trace says about it, for the tests of the segment
 * pattern. */
#ifndef TCPSIM_TESTS_PATTERN_SAMPLE_H
#define TCPSIM_TESTS_PATTERN_SAMPLE_H

#include "../../sim/trace/pattern.h"

#define ISS UINT32_C(0xffffff00)
#define IRS UINT32_C(0xfffffff0)

struct sample {
    struct tcp_segment header;
    struct trace_segment segment;
};

/* From client.4000 to server.80, with relative numbers; ack counts with TCP_ACK only. */
void sample_init(struct sample *sample, uint16_t flags, uint32_t seq, uint32_t len, uint32_t ack);
void sample_options(struct sample *sample, const uint8_t *octets, size_t len);
/* The pattern of that text; the test fails if there is none. */
struct pattern must_parse(const char *text, bool with_ends);

#endif
