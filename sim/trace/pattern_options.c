/* pattern_options.c - the options of a segment pattern, read into octets. */
#include "../../tcp/wire.h"
#include "pattern_private.h"

#include <string.h>

#define OPTION_NAMES \
    "an option (mss, sackOK, wscale, TS, sack, nop, eol, uto, FO, FOEXP, kind, bad)"

/* Octets of one option, collected, then appended to the pattern's. */
struct octets {
    uint8_t octet[TCP_OPTIONS_MAX_BYTES];
    size_t len;
    bool full; /* one more was to come */
};

static void put_octet(struct octets *octets, unsigned value)
{
    if (octets->len == sizeof octets->octet) {
        octets->full = true;
        return;
    }
    octets->octet[octets->len++] = (uint8_t)value;
}

static void put_u32(struct octets *octets, uint32_t value)
{
    put_octet(octets, value >> 24 & 0xff);
    put_octet(octets, value >> 16 & 0xff);
    put_octet(octets, value >> 8 & 0xff);
    put_octet(octets, value & 0xff);
}

static int hex_digit(char c)
{
    if (pattern_is_digit(c)) { return c - '0'; }
    if (c >= 'a' && c <= 'f') { return c - 'a' + 10; }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Pairs of hexadecimal digits, at least one pair. */
static bool read_hex(struct pattern_reader *reader, struct octets *octets)
{
    const size_t start = reader->at;
    for (;;) {
        const int high = hex_digit(pattern_peek(reader, 0));
        if (high < 0) {
            return reader->at > start || pattern_expected(reader, "hexadecimal digits");
        }
        const int low = hex_digit(pattern_peek(reader, 1));
        if (low < 0) {
            reader->at++;
            return pattern_expected(reader, "an even number of hexadecimal digits");
        }
        put_octet(octets, (unsigned)(high << 4 | low));
        reader->at += 2;
    }
}

static bool read_0x_hex(struct pattern_reader *reader, struct octets *octets)
{
    if (pattern_peek(reader, 0) != '0' || pattern_peek(reader, 1) != 'x') {
        return pattern_expected(reader, "octets such as 0x0a1b");
    }
    reader->at += 2;
    return read_hex(reader, octets);
}

/* ---- the values of each option; blanks before them have been skipped ---- */

static bool read_mss(struct pattern_reader *reader, struct octets *octets)
{
    uint64_t mss = 0;
    if (!pattern_number(reader, "the number of mss", UINT16_MAX, &mss)) { return false; }
    put_octet(octets, (unsigned)mss >> 8);
    put_octet(octets, (unsigned)mss & 0xff);
    return true;
}

static bool read_wscale(struct pattern_reader *reader, struct octets *octets)
{
    uint64_t shift = 0;
    if (!pattern_number(reader, "the number of wscale", UINT8_MAX, &shift)) { return false; }
    put_octet(octets, (unsigned)shift);
    return true;
}

static bool read_timestamp(struct pattern_reader *reader, struct octets *octets)
{
    uint64_t value = 0;
    uint64_t echo = 0;
    if (!pattern_take_word(reader, "val")) { return pattern_expected(reader, "\"val\" after TS"); }
    pattern_skip_blanks(reader);
    if (!pattern_number(reader, "the number of val", UINT32_MAX, &value)) { return false; }
    pattern_skip_blanks(reader);
    if (!pattern_take_word(reader, "ecr")) {
        return pattern_expected(reader, "\"ecr\" after the number of val");
    }
    pattern_skip_blanks(reader);
    if (!pattern_number(reader, "the number of ecr", UINT32_MAX, &echo)) { return false; }
    put_u32(octets, (uint32_t)value);
    put_u32(octets, (uint32_t)echo);
    return true;
}

static bool read_sack(struct pattern_reader *reader, struct octets *octets)
{
    do {
        uint32_t left = 0;
        uint32_t right = 0;
        if (!pattern_number_mod32(reader, "the left edge of a block", &left) ||
            !pattern_take(reader, ':', "':' between the edges of a block") ||
            !pattern_number_mod32(reader, "the right edge of a block", &right)) {
            return false;
        }
        put_u32(octets, left);
        put_u32(octets, right);
        pattern_skip_blanks(reader);
    } while (pattern_is_digit(pattern_peek(reader, 0)));
    return true;
}

/* "uto 300s", "uto 10min" */
static bool read_user_timeout(struct pattern_reader *reader, struct octets *octets)
{
    uint64_t value = 0;
    if (!pattern_number(reader, "the number of uto", 0x7fff, &value)) { return false; }
    if (pattern_take_word(reader, "min")) {
        value |= 0x8000;
    } else if (!pattern_take_word(reader, "s")) {
        return pattern_expected(reader, "\"s\" or \"min\" after the number of uto");
    }
    put_octet(octets, (unsigned)value >> 8);
    put_octet(octets, (unsigned)value & 0xff);
    return true;
}

/* Without a cookie it asks for one. */
static bool read_fast_open(struct pattern_reader *reader, struct octets *octets)
{
    const char c = pattern_peek(reader, 0);
    return c == ',' || c == '>' || read_hex(reader, octets);
}

static bool read_values(struct pattern_reader *reader, uint8_t kind, struct octets *octets)
{
    switch (kind) {
    case TCP_OPT_MSS: return read_mss(reader, octets);
    case TCP_OPT_WSCALE: return read_wscale(reader, octets);
    case TCP_OPT_TIMESTAMP: return read_timestamp(reader, octets);
    case TCP_OPT_USER_TIMEOUT: return read_user_timeout(reader, octets);
    case TCP_OPT_SACK: return read_sack(reader, octets);
    case TCP_OPT_FAST_OPEN: return read_fast_open(reader, octets);
    case TCP_OPT_EXPERIMENT:
        put_octet(octets, WIRE_FAST_OPEN_EXPERIMENT >> 8);
        put_octet(octets, WIRE_FAST_OPEN_EXPERIMENT & 0xff);
        return read_fast_open(reader, octets);
    default: return true; /* sackOK */
    }
}

/* ---- one option ---- */

/* "kind 30 0xaabb", "kind 30". */
static bool read_kind(struct pattern_reader *reader, struct octets *octets)
{
    const size_t at = reader->at;
    uint64_t kind = 0;
    if (!pattern_number(reader, "the number of kind", UINT8_MAX, &kind)) { return false; }
    if (kind == TCP_OPT_EOL || kind == TCP_OPT_NOP) {
        return pattern_fail(reader, at, "kinds 0 and 1 are written eol and nop");
    }
    put_octet(octets, (unsigned)kind);
    put_octet(octets, 0);
    pattern_skip_blanks(reader);
    const char c = pattern_peek(reader, 0);
    if (c != ',' && c != '>' && !read_0x_hex(reader, octets)) { return false; }
    octets->octet[1] = (uint8_t)octets->len;
    return true;
}

static const struct wire_option_row *take_name(struct pattern_reader *reader)
{
    for (size_t i = 0; i < wire_option_count; i++) {
        if (pattern_take_word(reader, wire_option_table[i].name)) { return &wire_option_table[i]; }
    }
    return NULL;
}

static bool read_option(struct pattern_reader *reader, struct pattern *pattern,
                        struct octets *octets)
{
    if (pattern_take_word(reader, "kind")) {
        pattern_skip_blanks(reader);
        return read_kind(reader, octets);
    }
    if (pattern_take_word(reader, "bad")) {
        pattern_skip_blanks(reader);
        return read_0x_hex(reader, octets);
    }
    const struct wire_option_row *row = take_name(reader);
    if (row == NULL) { return pattern_expected(reader, OPTION_NAMES); }
    put_octet(octets, row->kind);
    if (row->kind == TCP_OPT_EOL || row->kind == TCP_OPT_NOP) {
        pattern->written_padding = true;
        return true;
    }
    put_octet(octets, 0);
    pattern_skip_blanks(reader);
    if (!read_values(reader, row->kind, octets)) { return false; }
    octets->octet[1] = (uint8_t)octets->len;
    return true;
}

static bool append_option(struct pattern_reader *reader, struct pattern *pattern)
{
    const size_t start = reader->at;
    struct octets octets = {.len = 0};
    if (!read_option(reader, pattern, &octets)) { return false; }
    if (octets.full || octets.len + pattern->options_len > TCP_OPTIONS_MAX_BYTES) {
        return pattern_fail(reader, start, "options take at most %d octets", TCP_OPTIONS_MAX_BYTES);
    }
    memcpy(pattern->options + pattern->options_len, octets.octet, octets.len);
    pattern->options_len = (uint8_t)(pattern->options_len + octets.len);
    return true;
}

bool pattern_read_options(struct pattern_reader *reader, struct pattern *pattern)
{
    pattern->has_options = true;
    reader->at++; /* "<" */
    pattern_skip_blanks(reader);
    if (pattern_peek(reader, 0) == '>') {
        reader->at++;
        return true;
    }
    for (;;) {
        if (pattern_peek(reader, 0) == '.' && pattern_peek(reader, 1) == '.' &&
            pattern_peek(reader, 2) == '.') {
            reader->at += 3;
            pattern->any_more_options = true;
            pattern_skip_blanks(reader);
            return pattern_take(reader, '>', "'>' after ...");
        }
        if (!append_option(reader, pattern)) { return false; }
        pattern_skip_blanks(reader);
        if (pattern_peek(reader, 0) == '>') {
            reader->at++;
            return true;
        }
        if (!pattern_take(reader, ',', "',' or '>' after an option")) { return false; }
        pattern_skip_blanks(reader);
    }
}
