/* pattern_compare.c - a segment against a pattern: only what is written is compared. */
#include "../../tcp/wire.h"
#include "pattern_private.h"

#include "../core/units.h"

#include <string.h>

const char *pattern_field_name(enum pattern_field field)
{
    switch (field) {
    case PATTERN_MATCHES: return "nothing";
    case PATTERN_TIME: return "time";
    case PATTERN_FROM: return "FROM";
    case PATTERN_TO: return "TO";
    case PATTERN_FLAGS: return "flags";
    case PATTERN_SEQ: return "SEQ";
    case PATTERN_END: return "END";
    case PATTERN_LEN: return "LEN";
    case PATTERN_ACK: return "ack";
    case PATTERN_WIN: return "win";
    case PATTERN_URG: return "urg";
    case PATTERN_OPTIONS: return "options";
    }
    return "";
}

/* ---- time ---- */

/* The time in units of its last digit, rounded to the nearest. */
static uint64_t at_digits(uint64_t ns, unsigned digits)
{
    uint64_t step = 1;
    for (unsigned i = digits; i < 9; i++) { step *= 10; }
    return ns / step + (step > 1 && ns % step >= step / 2);
}

static bool time_matches(const struct pattern *pattern, uint64_t time_ns, uint64_t previous_ns)
{
    const bool relative =
        pattern->time == PATTERN_RELATIVE || pattern->time == PATTERN_RELATIVE_RANGE;
    if (relative && time_ns < previous_ns) { return false; }
    const uint64_t ns = relative ? time_ns - previous_ns : time_ns;
    const uint64_t begin = at_digits(ns, pattern->digits);
    const uint64_t wanted = at_digits(pattern->time_ns, pattern->digits);
    switch (pattern->time) {
    case PATTERN_NO_TIME: return true;
    case PATTERN_ABSOLUTE:
    case PATTERN_RELATIVE: return begin == wanted;
    case PATTERN_RANGE:
    case PATTERN_RELATIVE_RANGE:
        return begin >= wanted && at_digits(ns, pattern->end_digits) <=
                                      at_digits(pattern->time_end_ns, pattern->end_digits);
    }
    return false;
}

/* ---- options ---- */

struct option_list {
    struct pattern_option option[TCP_OPTIONS_MAX_BYTES];
    size_t count;
};

static void list_options(const uint8_t *octets, uint8_t len, bool padding, struct option_list *list)
{
    struct pattern_walk walk = pattern_walk_begin(octets, len);
    struct pattern_option option;
    list->count = 0;
    while (list->count < TCP_OPTIONS_MAX_BYTES && pattern_walk_next(&walk, &option)) {
        const bool is_padding =
            !option.bad && (option.kind == TCP_OPT_NOP || option.kind == TCP_OPT_EOL);
        if (padding || !is_padding) { list->option[list->count++] = option; }
    }
}

/* `sack_base`: what the pattern's edges of SACK blocks count from. */
static bool option_equal(const struct pattern_option *wanted, const struct pattern_option *actual,
                         tcp_seq sack_base)
{
    if (wanted->bad != actual->bad || wanted->len != actual->len || wanted->kind != actual->kind) {
        return false;
    }
    if (wanted->kind != TCP_OPT_SACK || !pattern_option_well_formed(wanted)) {
        return memcmp(wanted->octets, actual->octets, wanted->len) == 0;
    }
    for (unsigned at = 2; at < wanted->len; at += 4) {
        if (wire_get32(wanted->octets + at) != wire_get32(actual->octets + at) - sack_base) {
            return false;
        }
    }
    return true;
}

/* Each option of the pattern stands once in the segment, in any order; the segment's others are
 * allowed only with "...". Equality is an equivalence, so that the first fit is as good as any. */
static bool options_match(const struct pattern *pattern, const struct tcp_segment *segment,
                          tcp_seq sack_base)
{
    struct option_list wanted, actual;
    bool used[TCP_OPTIONS_MAX_BYTES] = {false};
    list_options(pattern->options, pattern->options_len, pattern->written_padding, &wanted);
    list_options(segment->options, segment->options_len, pattern->written_padding, &actual);
    for (size_t i = 0; i < wanted.count; i++) {
        size_t j = 0;
        while (j < actual.count &&
               (used[j] || !option_equal(&wanted.option[i], &actual.option[j], sack_base))) {
            j++;
        }
        if (j == actual.count) { return false; }
        used[j] = true;
    }
    return pattern->any_more_options || wanted.count == actual.count;
}

/* ---- the whole ---- */

static enum pattern_field compare_ends(const struct pattern *pattern,
                                       const struct trace_segment *segment)
{
    if (!pattern->has_ends) { return PATTERN_MATCHES; }
    if (strcmp(pattern->from, segment->from) != 0 ||
        (pattern->has_from_port && pattern->from_port != segment->segment->source.port)) {
        return PATTERN_FROM;
    }
    if (strcmp(pattern->to, segment->to) != 0 ||
        (pattern->has_to_port && pattern->to_port != segment->segment->destination.port)) {
        return PATTERN_TO;
    }
    return PATTERN_MATCHES;
}

static enum pattern_field compare_numbers(const struct pattern *pattern,
                                          const struct tcp_segment *segment, tcp_seq seq_base,
                                          tcp_seq ack_base)
{
    const uint32_t seq = segment->seq - seq_base;
    const uint32_t len = tcp_payload_len(&segment->payload);
    if (pattern->has_seq && pattern->seq != seq) { return PATTERN_SEQ; }
    if (pattern->has_seq && pattern->end != (uint32_t)(seq + len)) { return PATTERN_END; }
    if (pattern->has_seq && pattern->len != len) { return PATTERN_LEN; }
    /* A field whose flag is not set is not written, so it cannot be what was written. */
    if (pattern->has_ack &&
        ((segment->flags & TCP_ACK) == 0 || pattern->ack != (uint32_t)(segment->ack - ack_base))) {
        return PATTERN_ACK;
    }
    if (pattern->has_win && pattern->win != segment->window) { return PATTERN_WIN; }
    if (pattern->has_urg && ((segment->flags & TCP_URG) == 0 || pattern->urg != segment->urgent)) {
        return PATTERN_URG;
    }
    return PATTERN_MATCHES;
}

enum pattern_field pattern_compare(const struct pattern *pattern,
                                   const struct trace_segment *segment, uint64_t time_ns,
                                   uint64_t previous_ns, bool absolute)
{
    const struct tcp_segment *header = segment->segment;
    const tcp_seq seq_base = !absolute && segment->seq_known ? segment->seq_base : 0;
    const tcp_seq ack_base = !absolute && segment->ack_known ? segment->ack_base : 0;
    const enum pattern_field ends = compare_ends(pattern, segment);
    if (ends != PATTERN_MATCHES) { return ends; }
    if (!pattern_flags_match(pattern->flags, pattern->psh_written, header->flags)) {
        return PATTERN_FLAGS;
    }
    const enum pattern_field numbers = compare_numbers(pattern, header, seq_base, ack_base);
    if (numbers != PATTERN_MATCHES) { return numbers; }
    if (pattern->has_options && !options_match(pattern, header, ack_base)) {
        return PATTERN_OPTIONS;
    }
    return time_matches(pattern, time_ns, previous_ns) ? PATTERN_MATCHES : PATTERN_TIME;
}
