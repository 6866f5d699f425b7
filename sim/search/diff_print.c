/* diff_print.c - an alignment in two columns, and a difference in one line. */
#include "diff.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define CONTEXT 6 /* pairs before and after the first difference */
#define TEXT_MAX 900
#define COLUMN_MAX 76
#define NS_PER_US 1000

/* ---- one segment ---- */

static const struct diff_segment *of_side(const struct diff_side *side, size_t index)
{
    return index == DIFF_NONE ? NULL : &side->segment[index];
}

/* Host names stand in a scenario; a capture has addresses only. */
static const char *name_of(const struct diff_alignment *alignment, const struct diff_side *side,
                           const struct diff_segment *segment, unsigned which)
{
    const struct diff_side *other = side == alignment->first ? alignment->second : alignment->first;
    const bool borrow =
        !diff_flow_named(side, segment->conn) && diff_flow_named(other, segment->conn);
    return diff_flow_name(borrow ? other : side, segment->conn, which);
}

/* "TS val 100 ecr 7" as "TS": values that are not compared, and differ from run to run. */
static void hide_timestamps(char *text)
{
    char *values = strstr(text, "TS val ");
    if (values == NULL) { return; }
    const char *rest = values + 2 + strcspn(values + 2, ",>");
    memmove(values + 2, rest, strlen(rest) + 1);
}

/* In the segment pattern, with the fields that are looked at. */
static void segment_text(const struct diff_alignment *alignment, const struct diff_side *side,
                         const struct diff_segment *segment, uint32_t fields, bool with_ends,
                         bool with_time, char *text, size_t room)
{
    struct tcp_segment whole = segment->segment;
    whole.payload.part[0].len = segment->payload_len;
    const bool options = (fields >> DIFF_OPTIONS & 1) != 0;
    if (!options) { whole.options_len = 0; }
    const struct trace_segment traced = {
        .from = name_of(alignment, side, segment, segment->sender),
        .to = name_of(alignment, side, segment, 1u - segment->sender),
        .segment = &whole,
        .seq_base = segment->seq_base,
        .ack_base = segment->ack_base,
        .seq_known = segment->seq_known,
        .ack_known = segment->ack_known,
        .first_connection = segment->conn == 0,
    };
    size_t len = 0;
    if (with_ends) {
        len = pattern_format_ends(&traced, text, room);
        len += (size_t)snprintf(text + len, room - len, " ");
    }
    (void)pattern_format_segment(&traced, false, text + len, room - len);
    if (!alignment->rules.timestamps && !with_time) { hide_timestamps(text); }
    /* Windows are seldom comparable: they stand where they are compared. */
    char *window = (fields >> DIFF_WINDOW & 1) != 0 ? NULL : strstr(text, " win ");
    if (window != NULL) {
        const char *rest = window + 5 + strspn(window + 5, "0123456789");
        memmove(window, rest, strlen(rest) + 1);
    }
}

/* ---- a difference in one line ---- */

void diff_line(const struct diff_alignment *alignment, const struct diff_pair *pair, char *text,
               size_t room)
{
    char first[TEXT_MAX] = "";
    char second[TEXT_MAX] = "";
    const struct diff_segment *a = of_side(alignment->first, pair->first);
    const struct diff_segment *b = of_side(alignment->second, pair->second);
    if (a != NULL) {
        segment_text(alignment, alignment->first, a, pair->fields, true, false, first,
                     sizeof first);
    }
    if (b != NULL) {
        segment_text(alignment, alignment->second, b, pair->fields, a == NULL, false, second,
                     sizeof second);
    }
    if (a == NULL || b == NULL) {
        (void)snprintf(text, room, "only in %s: %s", b == NULL ? "first" : "second",
                       b == NULL ? first : second);
        return;
    }
    size_t len = 0;
    for (unsigned i = 0; i < DIFF_FIELD_COUNT; i++) {
        if ((pair->fields >> i & 1) != 0) {
            len += (size_t)snprintf(text + len, room - len, "%s%s", len > 0 ? ", " : "",
                                    diff_field_name((enum diff_field)i));
        }
    }
    const bool only_time = pair->fields == UINT32_C(1) << DIFF_TIME;
    (void)snprintf(text + len, room - len, ": %s%s%s", first, only_time ? "" : " | ",
                   only_time ? "" : second);
}

/* ---- two columns ---- */

static void put_time(char *text, size_t room, uint64_t time_ns)
{
    const uint64_t us = (time_ns + NS_PER_US / 2) / NS_PER_US;
    (void)snprintf(text, room, "%" PRIu64 ".%06" PRIu64 " ", us / 1000000, us % 1000000);
}

static void column_text(const struct diff_alignment *alignment, const struct diff_side *side,
                        size_t index, uint32_t fields, char *text, size_t room)
{
    text[0] = '\0';
    const struct diff_segment *segment = of_side(side, index);
    if (segment == NULL) { return; }
    put_time(text, room, segment->time_ns);
    const size_t len = strlen(text);
    if ((segment->segment.flags & TCP_SYN) != 0) { fields |= UINT32_C(1) << DIFF_OPTIONS; }
    segment_text(alignment, side, segment, fields, true, true, text + len, room - len);
}

static uint32_t fields_to_show(const struct diff_alignment *alignment, const struct diff_pair *pair)
{
    const uint32_t windows = alignment->rules.windows ? UINT32_C(1) << DIFF_WINDOW : 0;
    const uint32_t options = alignment->rules.timestamps ? UINT32_C(1) << DIFF_OPTIONS : 0;
    return pair->fields | windows | options;
}

static char mark(const struct diff_pair *pair)
{
    if (pair->second == DIFF_NONE) { return '<'; }
    if (pair->first == DIFF_NONE) { return '>'; }
    return pair->fields != 0 ? '!' : ' ';
}

static void put_pair(struct out_writer *out, const struct diff_alignment *alignment,
                     const struct diff_pair *pair, size_t width)
{
    char left[TEXT_MAX];
    char right[TEXT_MAX];
    const uint32_t fields = fields_to_show(alignment, pair);
    column_text(alignment, alignment->first, pair->first, fields, left, sizeof left);
    column_text(alignment, alignment->second, pair->second, fields, right, sizeof right);
    if (right[0] == '\0') {
        out_printf(out, "%c %s\n", mark(pair), left);
    } else {
        out_printf(out, "%c %-*s  %s\n", mark(pair), (int)width, left, right);
    }
    for (unsigned i = 0; i < DIFF_FIELD_COUNT && mark(pair) == '!'; i++) {
        if ((pair->fields >> i & 1) != 0) {
            out_printf(out, "%s%s", (pair->fields & ((1u << i) - 1)) == 0 ? "  differs in " : ", ",
                       diff_field_name((enum diff_field)i));
        }
    }
    if (mark(pair) == '!') { out_char(out, '\n'); }
}

static size_t left_width(const struct diff_alignment *alignment, size_t from, size_t to)
{
    size_t width = strlen(alignment->first->name);
    for (size_t i = from; i < to; i++) {
        char text[TEXT_MAX];
        const struct diff_pair *pair = &alignment->pair[i];
        column_text(alignment, alignment->first, pair->first, fields_to_show(alignment, pair), text,
                    sizeof text);
        const size_t len = strlen(text);
        if (len > width) { width = len; }
    }
    return width < COLUMN_MAX ? width : COLUMN_MAX;
}

/* How many segments of a side stand up to and with the pair. */
static size_t ordinal(const struct diff_alignment *alignment, size_t pair, bool of_first)
{
    size_t count = 0;
    for (size_t i = 0; i <= pair; i++) {
        const size_t index = of_first ? alignment->pair[i].first : alignment->pair[i].second;
        count += index != DIFF_NONE;
    }
    return count;
}

static size_t first_difference(const struct diff_alignment *alignment)
{
    size_t at = 0;
    while (at < alignment->count && !diff_pair_differs(&alignment->pair[at])) { at++; }
    return at;
}

void diff_print(struct out_writer *out, const struct diff_alignment *alignment, bool all)
{
    const size_t at = first_difference(alignment);
    size_t from = 0;
    size_t to = alignment->count;
    if (at < alignment->count) {
        char line[2048];
        diff_line(alignment, &alignment->pair[at], line, sizeof line);
        out_printf(out, "first difference: segment %zu of the first, %zu of the second: %s\n\n",
                   ordinal(alignment, at, true), ordinal(alignment, at, false), line);
        if (!all) {
            from = at > CONTEXT ? at - CONTEXT : 0;
            to = at + CONTEXT + 1 < to ? at + CONTEXT + 1 : to;
        }
    } else if (!all) {
        to = 0;
    }
    if (to > from) {
        const size_t width = left_width(alignment, from, to);
        out_printf(out, "  %-*s  %s\n", (int)width, alignment->first->name,
                   alignment->second->name);
        for (size_t i = from; i < to; i++) { put_pair(out, alignment, &alignment->pair[i], width); }
        out_char(out, '\n');
    }
    if (alignment->differences == 0) {
        out_printf(out, "no difference: %zu segments\n", alignment->count);
    } else {
        out_printf(out, "%zu differences in %zu and %zu segments\n", alignment->differences,
                   alignment->first->count, alignment->second->count);
    }
}
