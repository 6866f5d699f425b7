/* pattern_parse.c - the segment pattern, read. A hand-written reader: each part takes what it
 * knows, or says what it expected and where. */
#include "pattern_private.h"

#include "../core/units.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TIME_DIGITS_MAX 9
#define FLAGS_EXAMPLE "flags such as \"S.\" (letters of FSRP.UEW, or -)"

/* ---- the reader ---- */

void pattern_skip_blanks(struct pattern_reader *reader)
{
    while (pattern_is_blank(pattern_peek(reader, 0))) { reader->at++; }
}

static bool at_end(const struct pattern_reader *reader) { return reader->at == reader->len; }

bool pattern_fail(struct pattern_reader *reader, size_t at, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(reader->error, reader->error_room, format, arguments);
    va_end(arguments);
    *reader->column = (unsigned)(at + 1);
    return false;
}

bool pattern_expected(struct pattern_reader *reader, const char *what)
{
    const unsigned char c = (unsigned char)pattern_peek(reader, 0);
    if (at_end(reader)) {
        return pattern_fail(reader, reader->at, "expected %s, found the end", what);
    }
    if (c >= ' ' && c <= '~') {
        return pattern_fail(reader, reader->at, "expected %s, found '%c'", what, c);
    }
    return pattern_fail(reader, reader->at, "expected %s, found the octet 0x%02x", what,
                        (unsigned)c);
}

bool pattern_take(struct pattern_reader *reader, char c, const char *what)
{
    if (at_end(reader) || pattern_peek(reader, 0) != c) { return pattern_expected(reader, what); }
    reader->at++;
    return true;
}

bool pattern_number(struct pattern_reader *reader, const char *what, uint64_t max, uint64_t *number)
{
    const size_t start = reader->at;
    uint64_t value = 0;
    if (!pattern_is_digit(pattern_peek(reader, 0))) { return pattern_expected(reader, what); }
    for (; pattern_is_digit(pattern_peek(reader, 0)); reader->at++) {
        const uint64_t digit = (uint64_t)(pattern_peek(reader, 0) - '0');
        if (digit > max || value > (max - digit) / 10) {
            return pattern_fail(reader, start, "%s is at most %" PRIu64, what, max);
        }
        value = value * 10 + digit;
    }
    *number = value;
    return true;
}

bool pattern_number_mod32(struct pattern_reader *reader, const char *what, uint32_t *number)
{
    uint64_t value = 0;
    if (!pattern_number(reader, what, UINT64_MAX, &value)) { return false; }
    *number = (uint32_t)value;
    return true;
}

bool pattern_take_word(struct pattern_reader *reader, const char *word)
{
    const size_t len = strlen(word);
    if (len > reader->len - reader->at || memcmp(reader->text + reader->at, word, len) != 0 ||
        pattern_is_letter(pattern_peek(reader, len)) ||
        pattern_is_digit(pattern_peek(reader, len))) {
        return false;
    }
    reader->at += len;
    return true;
}

/* A part of a pattern ends at a blank, "<", "#" or the end. */
static bool at_boundary(const struct pattern_reader *reader)
{
    const char c = pattern_peek(reader, 0);
    return at_end(reader) || pattern_is_blank(c) || c == '<' || c == '#';
}

/* ---- TIME ---- */

static bool starts_time(const struct pattern_reader *reader)
{
    const char c = pattern_peek(reader, 0);
    return pattern_is_digit(c) || c == '+' || c == '*' ||
           (c == '.' && pattern_is_digit(pattern_peek(reader, 1)));
}

/* "0.010", ".01", "3": nanoseconds, and how many digits stand after the point. */
static bool read_seconds(struct pattern_reader *reader, uint64_t *ns, unsigned *digits)
{
    const size_t start = reader->at;
    uint64_t seconds = 0;
    uint64_t fraction_ns = 0;
    if (pattern_peek(reader, 0) != '.' &&
        !pattern_number(reader, "a time in seconds", TIME_MAX_NS / NS_PER_S - 1, &seconds)) {
        return false;
    }
    *digits = 0;
    if (pattern_peek(reader, 0) == '.') {
        reader->at++;
        if (!pattern_is_digit(pattern_peek(reader, 0))) {
            return pattern_expected(reader, "a digit after the point");
        }
        uint64_t unit = NS_PER_S;
        for (; pattern_is_digit(pattern_peek(reader, 0)); reader->at++) {
            if (++*digits > TIME_DIGITS_MAX) {
                return pattern_fail(reader, start,
                                    "a time has at most nine digits after the point");
            }
            unit /= 10;
            fraction_ns += unit * (uint64_t)(pattern_peek(reader, 0) - '0');
        }
    }
    *ns = seconds * NS_PER_S + fraction_ns;
    return true;
}

static bool read_time(struct pattern_reader *reader, struct pattern *pattern)
{
    const size_t start = reader->at;
    if (pattern_peek(reader, 0) == '*') {
        reader->at++;
    } else {
        const bool relative = pattern_peek(reader, 0) == '+';
        reader->at += relative;
        pattern->time = relative ? PATTERN_RELATIVE : PATTERN_ABSOLUTE;
        if (!read_seconds(reader, &pattern->time_ns, &pattern->digits)) { return false; }
        if (pattern_peek(reader, 0) == '~') {
            reader->at++;
            /* packetdrill writes "+0.1~+0.2". */
            reader->at += relative && pattern_peek(reader, 0) == '+';
            pattern->time = relative ? PATTERN_RELATIVE_RANGE : PATTERN_RANGE;
            if (!read_seconds(reader, &pattern->time_end_ns, &pattern->end_digits)) {
                return false;
            }
            if (pattern->time_end_ns < pattern->time_ns) {
                return pattern_fail(reader, start, "the range of times ends before it begins");
            }
        }
    }
    if (pattern_peek(reader, 0) == ':') { /* "1:6(5)" */
        return pattern_fail(reader, start, "expected flags before SEQ, as in \". 1:6(5)\"");
    }
    return pattern_is_blank(pattern_peek(reader, 0)) ||
           pattern_expected(reader, "a blank after the time");
}

/* ---- FROM > TO: ---- */

static bool is_name_character(char c)
{
    return pattern_is_letter(c) || pattern_is_digit(c) || c == '_' || c == '-';
}

/* Whether "HOST >" or "HOST.PORT >" is next. */
static bool starts_ends(const struct pattern_reader *reader)
{
    size_t ahead = 0;
    if (!pattern_is_letter(pattern_peek(reader, 0))) { return false; }
    while (is_name_character(pattern_peek(reader, ahead))) { ahead++; }
    if (pattern_peek(reader, ahead) == '.') {
        do {
            ahead++;
        } while (pattern_is_digit(pattern_peek(reader, ahead)));
    }
    while (pattern_is_blank(pattern_peek(reader, ahead))) { ahead++; }
    return pattern_peek(reader, ahead) == '>';
}

static bool read_host(struct pattern_reader *reader, char name[PATTERN_NAME_MAX], bool *has_port,
                      uint16_t *port)
{
    const size_t start = reader->at;
    if (!pattern_is_letter(pattern_peek(reader, 0))) {
        return pattern_expected(reader, "a host's name");
    }
    while (is_name_character(pattern_peek(reader, 0))) { reader->at++; }
    const size_t len = reader->at - start;
    if (len >= PATTERN_NAME_MAX) {
        return pattern_fail(reader, start, "a host's name has at most %d characters",
                            PATTERN_NAME_MAX - 1);
    }
    memcpy(name, reader->text + start, len);
    name[len] = '\0';
    if (pattern_peek(reader, 0) == '.') {
        uint64_t number = 0;
        reader->at++;
        if (!pattern_number(reader, "a port", UINT16_MAX, &number)) { return false; }
        *has_port = true;
        *port = (uint16_t)number;
    }
    return true;
}

static bool read_ends(struct pattern_reader *reader, struct pattern *pattern)
{
    if (!read_host(reader, pattern->from, &pattern->has_from_port, &pattern->from_port)) {
        return false;
    }
    pattern_skip_blanks(reader);
    if (!pattern_take(reader, '>', "'>' between FROM and TO")) { return false; }
    pattern_skip_blanks(reader);
    pattern->has_ends = true;
    return read_host(reader, pattern->to, &pattern->has_to_port, &pattern->to_port) &&
           pattern_take(reader, ':', "':' after TO");
}

static bool read_time_and_ends(struct pattern_reader *reader, bool with_ends,
                               struct pattern *pattern)
{
    const size_t start = reader->at;
    if (!with_ends) {
        return !starts_ends(reader) ||
               pattern_fail(reader, start,
                            "FROM > TO: has no place in this pattern; expected " FLAGS_EXAMPLE);
    }
    const bool timed = starts_time(reader);
    if (timed && !read_time(reader, pattern)) { return false; }
    pattern_skip_blanks(reader);
    if (starts_ends(reader)) { return read_ends(reader, pattern); }
    return !timed || pattern_expected(reader, "FROM > TO: after the time");
}

/* ---- FLAGS ---- */

static const struct pattern_flag *find_flag(char letter)
{
    for (size_t i = 0; i < PATTERN_FLAG_COUNT; i++) {
        if (pattern_flag_table[i].letter == letter) { return &pattern_flag_table[i]; }
    }
    return NULL;
}

static bool read_flags(struct pattern_reader *reader, uint16_t *flags, bool *psh_written)
{
    *flags = 0;
    if (pattern_peek(reader, 0) == '-') {
        reader->at++;
    } else if (at_boundary(reader)) {
        return pattern_expected(reader, FLAGS_EXAMPLE);
    } else {
        for (; !at_boundary(reader); reader->at++) {
            const char letter = pattern_peek(reader, 0);
            const struct pattern_flag *flag = find_flag(letter);
            if (flag == NULL) { return pattern_expected(reader, FLAGS_EXAMPLE); }
            if ((*flags & flag->bit) != 0) {
                return pattern_fail(reader, reader->at, "the flag '%c' stands twice", letter);
            }
            *flags = (uint16_t)(*flags | flag->bit);
        }
    }
    *psh_written = (*flags & TCP_PSH) != 0;
    return at_boundary(reader) || pattern_expected(reader, "a blank after the flags");
}

bool pattern_parse_flags(const char *text, size_t len, uint16_t *flags, bool *psh_written)
{
    unsigned column = 0;
    struct pattern_reader reader = {.text = text, .len = len, .column = &column};
    return read_flags(&reader, flags, psh_written) && at_end(&reader);
}

/* ---- SEQ:END(LEN) and the numbers after it ---- */

static bool read_sequence(struct pattern_reader *reader, struct pattern *pattern)
{
    uint64_t len = 0;
    if (!pattern_is_digit(pattern_peek(reader, 0))) { return true; }
    if (!pattern_number_mod32(reader, "SEQ", &pattern->seq) ||
        !pattern_take(reader, ':', "':' of SEQ:END(LEN)")) {
        return false;
    }
    const size_t end_at = reader->at;
    if (!pattern_number_mod32(reader, "END", &pattern->end) ||
        !pattern_take(reader, '(', "'(' of SEQ:END(LEN)") ||
        !pattern_number(reader, "LEN", UINT32_MAX, &len) ||
        !pattern_take(reader, ')', "')' of SEQ:END(LEN)")) {
        return false;
    }
    pattern->len = (uint32_t)len;
    pattern->has_seq = true;
    if (pattern->end != (uint32_t)(pattern->seq + pattern->len)) {
        return pattern_fail(reader, end_at,
                            "END must be SEQ + LEN = %" PRIu32 " (SYN and FIN do not count)",
                            (uint32_t)(pattern->seq + pattern->len));
    }
    return at_boundary(reader) || pattern_expected(reader, "a blank after SEQ:END(LEN)");
}

/* "ack 1": the word was taken. */
static bool read_field(struct pattern_reader *reader, size_t word_at, const char *what,
                       uint64_t max, bool *has, uint32_t *number)
{
    uint64_t value = 0;
    if (*has) { return pattern_fail(reader, word_at, "%s stands twice", what); }
    pattern_skip_blanks(reader);
    if (!pattern_number(reader, what, max, &value)) { return false; }
    *has = true;
    *number = (uint32_t)value;
    return at_boundary(reader) || pattern_expected(reader, "a blank after the number");
}

/* ack, win and urg, in any order, each at most once. */
static bool read_fields(struct pattern_reader *reader, struct pattern *pattern)
{
    for (;;) {
        pattern_skip_blanks(reader);
        const size_t at = reader->at;
        bool read = true;
        if (pattern_take_word(reader, "ack")) {
            read = read_field(reader, at, "the number of ack", UINT64_MAX, &pattern->has_ack,
                              &pattern->ack);
        } else if (pattern_take_word(reader, "win")) {
            read = read_field(reader, at, "the number of win", UINT16_MAX, &pattern->has_win,
                              &pattern->win);
        } else if (pattern_take_word(reader, "urg")) {
            read = read_field(reader, at, "the number of urg", UINT16_MAX, &pattern->has_urg,
                              &pattern->urg);
        } else {
            return true;
        }
        if (!read) { return false; }
    }
}

static bool read_end(struct pattern_reader *reader, const char *what)
{
    pattern_skip_blanks(reader);
    return at_end(reader) || pattern_peek(reader, 0) == '#' || pattern_expected(reader, what);
}

static bool read_pattern(struct pattern_reader *reader, bool with_ends, struct pattern *pattern)
{
    pattern_skip_blanks(reader);
    if (!read_time_and_ends(reader, with_ends, pattern)) { return false; }
    pattern_skip_blanks(reader);
    if (!read_flags(reader, &pattern->flags, &pattern->psh_written)) { return false; }
    pattern_skip_blanks(reader);
    if (!read_sequence(reader, pattern) || !read_fields(reader, pattern)) { return false; }
    if (pattern_peek(reader, 0) != '<') {
        return read_end(reader, pattern->has_seq
                                    ? "ack, win, urg, <options> or # remark"
                                    : "SEQ:END(LEN), ack, win, urg, <options> or # remark");
    }
    return pattern_read_options(reader, pattern) &&
           read_end(reader, "# remark or the end after the options");
}

bool pattern_parse(const char *text, size_t len, bool with_ends, struct pattern *pattern,
                   char *error, size_t error_room, unsigned *column)
{
    struct pattern_reader reader = {.text = text, .len = len};
    reader.error = error;
    reader.error_room = error_room;
    reader.column = column;
    memset(pattern, 0, sizeof *pattern);
    return read_pattern(&reader, with_ends, pattern);
}
