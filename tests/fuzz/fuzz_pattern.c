/* fuzz_pattern.c - a segment pattern of any text is read without harm; an error names a column
 * within it; the text of its options reads back to the same text, and the segment that it
 * describes, written, reads back to the same pattern and matches it. */
#include "../../sim/trace/pattern.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_options(const struct pattern *pattern)
{
    char text[700] = "S <";
    char again[512];
    char error[200];
    unsigned column = 0;
    struct pattern reread;
    const size_t len =
        pattern_format_options(pattern->options, pattern->options_len, text + 3, 512);
    assert(len < 512);
    text[3 + len] = '>';
    assert(pattern_parse(text, len + 4, false, &reread, error, sizeof error, &column));
    assert(pattern_format_options(reread.options, reread.options_len, again, 512) == len);
    assert(memcmp(again, text + 3, len) == 0);
}

/* The segment that the pattern names, where it names a whole one. */
static bool segment_of(const struct pattern *pattern, struct tcp_segment *segment)
{
    const bool acks = (pattern->flags & TCP_ACK) != 0;
    if (!pattern->has_seq || pattern->has_ack != acks || pattern->win > UINT16_MAX ||
        pattern->options_len > TCP_OPTIONS_MAX_BYTES ||
        pattern->has_urg != ((pattern->flags & TCP_URG) != 0) || pattern->urg > UINT16_MAX) {
        return false;
    }
    *segment = (struct tcp_segment){.seq = pattern->seq,
                                    .ack = pattern->ack,
                                    .flags = pattern->flags,
                                    .window = (uint16_t)pattern->win,
                                    .urgent = (uint16_t)pattern->urg,
                                    .options_len = pattern->options_len};
    segment->payload.part[0].len = pattern->len;
    memcpy(segment->options, pattern->options, pattern->options_len);
    return true;
}

static void check_segment(const struct pattern *pattern)
{
    char text[700];
    char error[200];
    unsigned column = 0;
    struct tcp_segment segment;
    struct pattern reread;
    if (!segment_of(pattern, &segment)) { return; }
    const struct trace_segment record = {.from = "a",
                                         .to = "b",
                                         .segment = &segment,
                                         .first_connection = true,
                                         .seq_known = true,
                                         .ack_known = true,
                                         .link = "",
                                         .reason = "",
                                         .detail = ""};
    const size_t len = pattern_format_segment(&record, true, text, sizeof text);
    assert(len < sizeof text);
    assert(pattern_parse(text, len, false, &reread, error, sizeof error, &column));
    assert(reread.flags == pattern->flags && reread.has_seq && reread.seq == pattern->seq);
    assert(reread.end == pattern->end && reread.len == pattern->len);
    assert(reread.has_ack == pattern->has_ack && reread.ack == pattern->ack);
    assert(reread.has_win && reread.win == pattern->win && reread.urg == pattern->urg);
    assert(pattern_compare(&reread, &record, 0, 0, true) == PATTERN_MATCHES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pattern pattern;
    char error[200] = "";
    unsigned column = 0;
    const bool with_ends = size > 0 && data[0] % 2 == 0;
    if (pattern_parse((const char *)data, size, with_ends, &pattern, error, sizeof error,
                      &column)) {
        assert(memchr(pattern.from, '\0', sizeof pattern.from) != NULL);
        assert(pattern.options_len <= sizeof pattern.options);
        check_options(&pattern);
        check_segment(&pattern);
    } else {
        assert(error[0] != '\0');
        assert(column >= 1 && column <= size + 1);
    }
    return 0;
}
