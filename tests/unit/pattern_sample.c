/* pattern_sample.c - see pattern_sample.h. */
#include "cmocka_wrapper.h"

#include "pattern_sample.h"

#include <string.h>

void sample_init(struct sample *sample, uint16_t flags, uint32_t seq, uint32_t len, uint32_t ack)
{
    memset(sample, 0, sizeof *sample);
    sample->header.source.port = 4000;
    sample->header.destination.port = 80;
    sample->header.flags = flags;
    sample->header.seq = ISS + seq;
    sample->header.ack = (flags & TCP_ACK) != 0 ? IRS + ack : 0;
    sample->header.window = 65535;
    sample->header.payload.part[0].len = len;
    sample->segment.from = "client";
    sample->segment.to = "server";
    sample->segment.segment = &sample->header;
    sample->segment.seq_known = true;
    sample->segment.seq_base = ISS;
    sample->segment.ack_known = true;
    sample->segment.ack_base = IRS;
    sample->segment.first_connection = true;
}

void sample_options(struct sample *sample, const uint8_t *octets, size_t len)
{
    assert_true(len <= TCP_OPTIONS_MAX_BYTES);
    memcpy(sample->header.options, octets, len);
    sample->header.options_len = (uint8_t)len;
}

struct pattern must_parse(const char *text, bool with_ends)
{
    struct pattern pattern;
    char error[200] = "";
    unsigned column = 0;
    if (!pattern_parse(text, strlen(text), with_ends, &pattern, error, sizeof error, &column)) {
        fail_msg("\"%s\":%u: %s", text, column, error);
    }
    return pattern;
}
