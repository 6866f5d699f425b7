/* pattern_private.h - what the files of the segment pattern share: a walk over option octets that
 * loses none, and the reader. Private to this folder. */
#ifndef TCPSIM_TRACE_PATTERN_PRIVATE_H
#define TCPSIM_TRACE_PATTERN_PRIVATE_H

#include "pattern.h"

/* ---- walking options (pattern_format.c) ---- */

struct pattern_walk {
    const uint8_t *octets;
    uint8_t len, at;
    bool ended; /* an EOL was seen */
};

/* One option with kind and length; or, when `bad`, the octets from an impossible length (or from
 * something behind EOL) to the end. EOL and the zeros behind it are one. */
struct pattern_option {
    bool bad;
    uint8_t kind;
    const uint8_t *octets;
    uint8_t len;
};

struct pattern_walk pattern_walk_begin(const uint8_t *octets, uint8_t len);
bool pattern_walk_next(struct pattern_walk *walk, struct pattern_option *option);

/* Whether the option's length is one that its kind may have: only then it is written by name. */
bool pattern_option_well_formed(const struct pattern_option *option);

/* The flags in the order in which they are written: the letter and the bit. */
struct pattern_flag {
    char letter;
    uint16_t bit;
};
#define PATTERN_FLAG_COUNT 8
extern const struct pattern_flag pattern_flag_table[PATTERN_FLAG_COUNT];

/* ---- the reader (pattern_parse.c) ---- */

struct pattern_reader {
    const char *text;
    size_t len, at;
    char *error;
    size_t error_room;
    unsigned *column;
};

/* The character `ahead` of the next one; NUL at the end (a NUL in the text is no part of any
 * pattern). */
static inline char pattern_peek(const struct pattern_reader *reader, size_t ahead)
{
    return ahead < reader->len - reader->at ? reader->text[reader->at + ahead] : '\0';
}

static inline bool pattern_is_digit(char c) { return c >= '0' && c <= '9'; }
static inline bool pattern_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
static inline bool pattern_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

void pattern_skip_blanks(struct pattern_reader *reader);
/* Says what is wrong at the place `at`; returns false. */
bool pattern_fail(struct pattern_reader *reader, size_t at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* "expected WHAT, found 'x'" at the next character; returns false. */
bool pattern_expected(struct pattern_reader *reader, const char *what);
/* Takes `c` if it is next; `what` names it in the error. */
bool pattern_take(struct pattern_reader *reader, char c, const char *what);
/* A decimal number from 0 to `max`; `what` names it in errors. */
bool pattern_number(struct pattern_reader *reader, const char *what, uint64_t max,
                    uint64_t *number);
/* The same, modulo 2^32. */
bool pattern_number_mod32(struct pattern_reader *reader, const char *what, uint32_t *number);
/* Takes the word (letters) that is next if it is `word`. */
bool pattern_take_word(struct pattern_reader *reader, const char *word);

/* From "<" to ">" (pattern_options.c). */
bool pattern_read_options(struct pattern_reader *reader, struct pattern *pattern);

#endif
