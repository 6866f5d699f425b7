/* pattern_format.c - the segment pattern, written. */
#include "../../tcp/wire.h"
#include "pattern_private.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct pattern_flag pattern_flag_table[PATTERN_FLAG_COUNT] = {
    {'F', TCP_FIN}, {'S', TCP_SYN}, {'R', TCP_RST}, {'P', TCP_PSH},
    {'.', TCP_ACK}, {'U', TCP_URG}, {'E', TCP_ECE}, {'W', TCP_CWR},
};

/* Text that is cut where the room ends, but counted in full. */
struct text {
    char *to;
    size_t room, len;
};

static struct text text_begin(char *to, size_t room)
{
    if (room > 0) { to[0] = '\0'; }
    return (struct text){to, room, 0};
}

__attribute__((format(printf, 2, 3))) static void text_add(struct text *text, const char *format,
                                                           ...)
{
    const size_t used = text->len < text->room ? text->len : text->room;
    va_list arguments;
    va_start(arguments, format);
    const int len = vsnprintf(text->to + used, text->room - used, format, arguments);
    va_end(arguments);
    text->len += len < 0 ? 0 : (size_t)len;
}

static void text_add_hex(struct text *text, const uint8_t *octets, size_t len)
{
    for (size_t i = 0; i < len; i++) { text_add(text, "%02x", (unsigned)octets[i]); }
}

/* ---- flags ---- */

size_t pattern_format_flags(uint16_t flags, char *text, size_t room)
{
    struct text out = text_begin(text, room);
    for (size_t i = 0; i < PATTERN_FLAG_COUNT; i++) {
        if ((flags & pattern_flag_table[i].bit) != 0) {
            text_add(&out, "%c", pattern_flag_table[i].letter);
        }
    }
    if (out.len == 0) { text_add(&out, "-"); }
    return out.len;
}

/* ---- options ---- */

struct pattern_walk pattern_walk_begin(const uint8_t *octets, uint8_t len)
{
    return (struct pattern_walk){.octets = octets, .len = len};
}

static bool all_zero(const uint8_t *octets, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (octets[i] != 0) { return false; }
    }
    return true;
}

bool pattern_walk_next(struct pattern_walk *walk, struct pattern_option *option)
{
    const uint8_t *rest = walk->octets + walk->at;
    const uint8_t rest_len = (uint8_t)(walk->len - walk->at);
    if (rest_len == 0 || (walk->ended && all_zero(rest, rest_len))) { return false; }
    uint8_t at = walk->at;
    option->bad = walk->ended || !wire_next_option(walk->octets, walk->len, &at, &option->kind,
                                                   &option->octets, &option->len);
    if (option->bad) {
        option->octets = rest;
        option->len = rest_len;
        option->kind = rest[0];
    }
    walk->ended = !option->bad && option->kind == TCP_OPT_EOL;
    walk->at = (uint8_t)(walk->at + option->len);
    return true;
}

bool pattern_option_well_formed(const struct pattern_option *option)
{
    const struct wire_option_row *row = option->bad ? NULL : wire_option_by_kind(option->kind);
    if (row == NULL) { return false; }
    if (option->kind == TCP_OPT_EXPERIMENT) { /* one of them has a name */
        return option->len >= 4 && wire_get16(option->octets + 2) == WIRE_FAST_OPEN_EXPERIMENT;
    }
    if (option->kind == TCP_OPT_SACK) { return option->len > 2 && (option->len - 2) % 8 == 0; }
    return row->length == 0 || row->length == option->len;
}

/* `sack_base`: what the edges of SACK blocks count from. */
static void add_option(struct text *text, const struct pattern_option *option, tcp_seq sack_base)
{
    const uint8_t *octets = option->octets;
    if (option->bad) {
        text_add(text, "bad 0x");
        text_add_hex(text, octets, option->len);
        return;
    }
    if (!pattern_option_well_formed(option)) {
        text_add(text, option->len > 2 ? "kind %u 0x" : "kind %u", (unsigned)option->kind);
        text_add_hex(text, octets + 2, option->len - 2u);
        return;
    }
    text_add(text, "%s", wire_option_by_kind(option->kind)->name);
    switch (option->kind) {
    case TCP_OPT_MSS: text_add(text, " %u", (unsigned)wire_get16(octets + 2)); break;
    case TCP_OPT_WSCALE: text_add(text, " %u", (unsigned)octets[2]); break;
    case TCP_OPT_TIMESTAMP:
        text_add(text, " val %" PRIu32 " ecr %" PRIu32, wire_get32(octets + 2),
                 wire_get32(octets + 6));
        break;
    case TCP_OPT_USER_TIMEOUT:
        text_add(text, " %u%s", wire_get16(octets + 2) & 0x7fffu,
                 (octets[2] & 0x80) != 0 ? "min" : "s");
        break;
    case TCP_OPT_SACK:
        for (unsigned at = 2; at < option->len; at += 8) {
            text_add(text, " %" PRIu32 ":%" PRIu32, wire_get32(octets + at) - sack_base,
                     wire_get32(octets + at + 4) - sack_base);
        }
        break;
    case TCP_OPT_FAST_OPEN:
        text_add(text, option->len > 2 ? " " : "");
        text_add_hex(text, octets + 2, option->len - 2u);
        break;
    case TCP_OPT_EXPERIMENT:
        text_add(text, option->len > 4 ? " " : "");
        text_add_hex(text, octets + 4, option->len - 4u);
        break;
    default: /* nop, eol, sackOK: the name says it all */ break;
    }
}

static void add_options(struct text *text, const uint8_t *octets, uint8_t len, tcp_seq sack_base)
{
    struct pattern_walk walk = pattern_walk_begin(octets, len);
    struct pattern_option option;
    for (const char *comma = ""; pattern_walk_next(&walk, &option); comma = ",") {
        text_add(text, "%s", comma);
        add_option(text, &option, sack_base);
    }
}

size_t pattern_format_options(const uint8_t *octets, uint8_t len, char *text, size_t room)
{
    struct text out = text_begin(text, room);
    add_options(&out, octets, len, 0);
    return out.len;
}

/* ---- segments ---- */

size_t pattern_format_segment(const struct trace_segment *segment, bool absolute, char *text,
                              size_t room)
{
    const struct tcp_segment *header = segment->segment;
    const uint32_t len = tcp_payload_len(&header->payload);
    const tcp_seq seq_base = !absolute && segment->seq_known ? segment->seq_base : 0;
    const tcp_seq ack_base = !absolute && segment->ack_known ? segment->ack_base : 0;
    const uint32_t seq = header->seq - seq_base;
    char flags[16];
    struct text out = text_begin(text, room);
    (void)pattern_format_flags(header->flags, flags, sizeof flags);
    text_add(&out, "%s %" PRIu32 ":%" PRIu32 "(%" PRIu32 ")", flags, seq, seq + len, len);
    if ((header->flags & TCP_ACK) != 0) { text_add(&out, " ack %" PRIu32, header->ack - ack_base); }
    text_add(&out, " win %u", (unsigned)header->window);
    if ((header->flags & TCP_URG) != 0) { text_add(&out, " urg %u", (unsigned)header->urgent); }
    if (header->options_len > 0) {
        text_add(&out, " <");
        add_options(&out, header->options, header->options_len, ack_base);
        text_add(&out, ">");
    }
    return out.len;
}

size_t pattern_format_ends(const struct trace_segment *segment, char *text, size_t room)
{
    struct text out = text_begin(text, room);
    if (segment->first_connection) {
        text_add(&out, "%s > %s:", segment->from, segment->to);
    } else {
        text_add(&out, "%s.%u > %s.%u:", segment->from, (unsigned)segment->segment->source.port,
                 segment->to, (unsigned)segment->segment->destination.port);
    }
    return out.len;
}
