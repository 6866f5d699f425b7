/* dialogue_segments.c - the peer of a dialogue: what it sends, and what is expected to reach it. */
#include "dialogue_private.h"

#include "../../sim/trace/pattern.h"
#include "../../tcp/wire.h"

#include <string.h>

void dialogue_pump(struct dialogue *d)
{
    struct tcp_segment segment;
    while (tcp_output(d->host, d->now_ns, &segment)) {
        dialogue_watch_segment(d, &segment);
        if (d->out_count == OUT_MAX) {
            dialogue_wrong(d, "segments without end");
            tcp_payload_release(&d->pools, &segment.payload);
            return;
        }
        d->out[d->out_count++] = segment;
    }
}

static struct trace_segment as_record(const struct tcp_segment *segment)
{
    struct trace_segment record = {.segment = segment, .seq_known = true, .ack_known = true};
    record.seq_base = LOCAL_ISS;
    record.ack_base = PEER_ISS;
    if ((segment->flags & (TCP_RST | TCP_ACK)) == (TCP_RST | TCP_ACK) && segment->seq == 0) {
        record.seq_known = false; /* 3.5.2: SEQ=0 is meant as such */
        record.seq_base = 0;
    }
    record.first_connection = true;
    record.from = "us";
    record.to = "peer";
    return record;
}

void dialogue_drop_left(struct dialogue *d)
{
    while (d->out_first < d->out_count) {
        tcp_payload_release(&d->pools, &d->out[d->out_first++].payload);
    }
    d->out_first = d->out_count = 0;
}

bool dialogue_nothing_left(struct dialogue *d)
{
    if (d->out_first == d->out_count) {
        d->out_first = d->out_count = 0;
        return true;
    }
    char text[700];
    const struct trace_segment record = as_record(&d->out[d->out_first]);
    (void)pattern_format_segment(&record, false, text, sizeof text);
    dialogue_fail(d, "sent and not expected: > %s", text);
    dialogue_drop_left(d);
    return false;
}

/* "(ect0) ", "(ce) ", "(noecn) " in front of a segment: the ECN bits of its tos octet (RFC 3168 5);
 * false: not given. */
static bool read_codepoint(const char **line, uint8_t *bits)
{
    static const char *const words[] = {"(noecn) ", "(ect1) ", "(ect0) ", "(ce) "};
    for (uint8_t i = 0; i < 4; i++) {
        const size_t len = strlen(words[i]);
        if (strncmp(*line, words[i], len) == 0) {
            *line += len;
            *bits = i;
            return true;
        }
    }
    return false;
}

void dialogue_expect(struct dialogue *d, const char *line)
{
    uint8_t bits = 0;
    const bool has_bits = read_codepoint(&line, &bits);
    struct pattern pattern;
    char error[200];
    unsigned column = 0;
    if (!pattern_parse(line, strlen(line), false, &pattern, error, sizeof error, &column)) {
        dialogue_fail(d, "bad pattern: %s (column %u)", error, column);
        return;
    }
    if (d->out_first == d->out_count) {
        dialogue_fail(d, "nothing was sent");
        return;
    }
    struct tcp_segment *segment = &d->out[d->out_first++];
    const struct trace_segment record = as_record(segment);
    const enum pattern_field field = pattern_compare(&pattern, &record, d->now_ns, 0, false);
    if (field != PATTERN_MATCHES) {
        char text[700];
        (void)pattern_format_segment(&record, false, text, sizeof text);
        dialogue_fail(d, "%s differs: sent > %s", pattern_field_name(field), text);
    }
    if (has_bits && (segment->tos & 3u) != bits) {
        dialogue_fail(d, "the ECN bits differ: sent with %u", segment->tos & 3u);
    }
    tcp_payload_release(&d->pools, &segment->payload);
    d->expected = *segment;
}

/* Each segment has octets of its own origin, so that it can be told whose copy was taken; every
 * other one has them in two runs. */
static struct tcp_payload payload_of(const struct dialogue *d, const struct pattern *pattern)
{
    const uint64_t origin = PEER_STREAM + d->tag;
    const uint64_t offset =
        (uint64_t)(int64_t)(int32_t)pattern->seq + ((pattern->flags & TCP_SYN) != 0);
    const uint32_t first = d->tag % 2 == 0 && pattern->len > 1 ? pattern->len / 2 : pattern->len;
    struct tcp_payload payload = {0};
    if (pattern->len > 0) { payload.part[0] = (struct tcp_slice){NULL, origin, offset, first}; }
    if (first < pattern->len) {
        payload.part[1] = (struct tcp_slice){NULL, origin, offset + first, pattern->len - first};
    }
    return payload;
}

/* The edges of blocks are written relative to our ISS. */
static void move_sack(struct tcp_segment *segment)
{
    uint8_t at = 0;
    uint8_t kind = 0;
    uint8_t len = 0;
    const uint8_t *option = NULL;
    while (wire_next_option(segment->options, segment->options_len, &at, &kind, &option, &len)) {
        uint8_t *edges = segment->options + (option - segment->options);
        for (unsigned i = 2; kind == TCP_OPT_SACK && i + 4 <= len; i += 4) {
            wire_put32(edges + i, wire_get32(edges + i) + LOCAL_ISS);
        }
    }
}

void dialogue_inject(struct dialogue *d, const char *line)
{
    uint8_t bits = 0;
    (void)read_codepoint(&line, &bits);
    struct pattern pattern;
    char error[200];
    unsigned column = 0;
    if (!pattern_parse(line, strlen(line), false, &pattern, error, sizeof error, &column)) {
        dialogue_fail(d, "bad segment: %s (column %u)", error, column);
        return;
    }
    struct tcp_segment segment = {
        .source = dialogue_peer_end(d), .destination = dialogue_local_end(d), .tag = ++d->tag};
    if (d->from.family != 0) { segment.source.address = d->from; }
    segment.seq = pattern.seq + PEER_ISS;
    segment.flags = pattern.flags;
    segment.ack = pattern.has_ack ? pattern.ack + LOCAL_ISS : 0;
    segment.window = pattern.has_win ? (uint16_t)pattern.win : UINT16_MAX;
    segment.urgent = pattern.has_urg ? (uint16_t)pattern.urg : 0;
    segment.tos = bits;
    segment.payload = payload_of(d, &pattern);
    memcpy(segment.options, pattern.options, pattern.options_len);
    segment.options_len = wire_pad_options(segment.options, pattern.options_len);
    move_sack(&segment);
    d->discarded = false;
    tcp_segment_arrives(d->host, d->now_ns, &segment);
}
