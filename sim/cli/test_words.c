/* test_words.c - what changed from one golden to another, in words: the first segment and the first
 * move of the state that differ, and in which of their fields. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_AHEAD 16u /* so many additional or missing ones in a row are recognised */

/* ---- a segment's line, taken apart ---- */

enum field { TIME, ENDS, FLAGS, SEQ, ACK, WIN, URG, OPTIONS, LOST, FIELDS };

static const char *const field_names[FIELDS] = {
    [TIME] = "time", [ENDS] = "from and to", [FLAGS] = "flags",     [SEQ] = "seq",   [ACK] = "ack",
    [WIN] = "win",   [URG] = "urg",          [OPTIONS] = "options", [LOST] = "loss",
};

struct parts {
    struct diff_line field[FIELDS]; /* length 0: absent */
};

/* The next word of what is left, or with `close` all up to and with that octet. */
static struct diff_line word(struct diff_line *left, char close)
{
    while (left->len > 0 && left->at[0] == ' ') {
        left->at++;
        left->len--;
    }
    const char *end = memchr(left->at, close, left->len);
    const size_t len = end == NULL ? left->len : (size_t)(end - left->at) + (close != ' ');
    const struct diff_line found = {left->at, len};
    left->at += len;
    left->len -= len;
    return found;
}

static bool is(struct diff_line text, const char *what)
{
    return text.len == strlen(what) && memcmp(text.at, what, text.len) == 0;
}

/* "0.000000 client > server: S. 0:0(0) ack 1 win 65535 <mss 1460> # lost: x.lua:3" */
static struct parts take_apart(const struct diff_line *line)
{
    struct parts parts = {0};
    struct diff_line left = *line;
    if (left.len > 0 && left.at[left.len - 1] == '\n') { left.len--; }
    parts.field[TIME] = word(&left, ' ');
    parts.field[ENDS] = word(&left, '>');
    const struct diff_line to = word(&left, ' ');
    parts.field[ENDS].len = (size_t)(to.at + to.len - parts.field[ENDS].at);
    if (to.len > 0 && to.at[to.len - 1] == ':') { parts.field[ENDS].len--; }
    parts.field[FLAGS] = word(&left, ' ');
    parts.field[SEQ] = word(&left, ' ');
    while (left.len > 0) {
        while (left.len > 0 && left.at[0] == ' ') {
            left.at++;
            left.len--;
        }
        if (left.len > 0 && left.at[0] == '#') {
            parts.field[LOST] = left;
            break;
        }
        if (left.len > 0 && left.at[0] == '<') {
            parts.field[OPTIONS] = word(&left, '>');
            continue;
        }
        const struct diff_line key = word(&left, ' ');
        if (is(key, "ack")) { parts.field[ACK] = word(&left, ' '); }
        if (is(key, "win")) { parts.field[WIN] = word(&left, ' '); }
        if (is(key, "urg")) { parts.field[URG] = word(&left, ' '); }
    }
    return parts;
}

static bool same_field(const struct parts *a, const struct parts *b, enum field field)
{
    return diff_same(&a->field[field], &b->field[field]);
}

static bool same_but_time(const struct diff_line *a, const struct diff_line *b)
{
    const struct parts left = take_apart(a);
    const struct parts right = take_apart(b);
    for (unsigned i = TIME + 1; i < FIELDS; i++) {
        if (!same_field(&left, &right, (enum field)i)) { return false; }
    }
    return true;
}

/* ---- the segments, or the moves, of a text ---- */

enum kind { SEGMENT, MOVE, NEITHER };

static enum kind kind_of(const struct diff_line *line)
{
    if (line->len > 0 && line->at[0] == '#') { return MOVE; }
    return memchr(line->at, '>', line->len) != NULL ? SEGMENT : NEITHER;
}

struct series {
    enum kind kind;
    const struct diff_line **line; /* pointers into the text */
    size_t count;
};

static bool pick(struct series *series, const struct diff_text *text, enum kind kind)
{
    *series = (struct series){.kind = kind};
    series->line = calloc(text->count + 1, sizeof *series->line);
    if (series->line == NULL) { return false; }
    for (size_t i = 0; i < text->count; i++) {
        if (kind_of(&text->line[i]) == kind) { series->line[series->count++] = &text->line[i]; }
    }
    return true;
}

typedef bool same_line(const struct diff_line *a, const struct diff_line *b);

/* How many lines of `longer` stand before the one that is `line`; 0: it does not come soon. */
static size_t ahead(const struct series *longer, size_t from, const struct diff_line *line,
                    same_line *same)
{
    for (size_t i = 1; i <= LOOK_AHEAD && from + i < longer->count; i++) {
        if (same(longer->line[from + i], line)) { return i; }
    }
    return 0;
}

/* ---- sentences ---- */

static void put_trimmed(struct out_writer *out, const struct diff_line *line)
{
    size_t len = line->len;
    const char *at = line->at;
    while (len > 0 && (at[len - 1] == '\n' || at[len - 1] == ' ')) { len--; }
    while (len > 0 && (at[0] == '#' || at[0] == ' ')) {
        at++;
        len--;
    }
    text_put_plain(out, at, len, false);
}

static void put_number(struct out_writer *out, enum kind kind, size_t number)
{
    out_printf(out, "%s %zu", kind == SEGMENT ? "segment" : "state move", number);
}

/* "segment 4 is additional", "state moves 2 to 3 are missing". */
static void put_more(struct out_writer *out, const struct series *series, size_t from, size_t count,
                     const char *what)
{
    if (count > 1) {
        out_printf(out, "%ss %zu to %zu are %s, the first: ",
                   series->kind == SEGMENT ? "segment" : "state move", from + 1, from + count,
                   what);
    } else {
        put_number(out, series->kind, from + 1);
        out_printf(out, " is %s: ", what);
    }
    put_trimmed(out, series->line[from]);
    out_char(out, '\n');
}

static void put_field(struct out_writer *out, const struct diff_line *field)
{
    if (field->len == 0) {
        out_text(out, "absent");
    } else {
        put_trimmed(out, field);
    }
}

static void put_segment(struct out_writer *out, const struct parts *old, const struct parts *fresh)
{
    const char *before = ": ";
    out_text(out, ", ");
    put_field(out, &old->field[TIME]);
    out_char(out, ' ');
    put_field(out, &old->field[ENDS]);
    for (unsigned i = 0; i < FIELDS; i++) {
        if (same_field(old, fresh, (enum field)i)) { continue; }
        out_printf(out, "%s%s ", before, field_names[i]);
        put_field(out, &fresh->field[i]);
        out_text(out, ", was ");
        put_field(out, &old->field[i]);
        before = "; ";
    }
}

static void put_differing(struct out_writer *out, const struct series *old,
                          const struct series *fresh, size_t at)
{
    put_number(out, old->kind, at + 1);
    if (old->kind == SEGMENT) {
        const struct parts before = take_apart(old->line[at]);
        const struct parts after = take_apart(fresh->line[at]);
        put_segment(out, &before, &after);
    } else {
        out_text(out, " is ");
        put_trimmed(out, fresh->line[at]);
        out_text(out, ", was ");
        put_trimmed(out, old->line[at]);
    }
    size_t differing = 0;
    for (size_t i = at; old->count == fresh->count && i < old->count; i++) {
        differing += !diff_same(old->line[i], fresh->line[i]);
    }
    if (differing > 1) { out_printf(out, " (the first of %zu that differ)", differing); }
    out_char(out, '\n');
}

/* Tells the first difference between the two; false: there is none. */
static bool tell_series(struct out_writer *out, const struct series *old,
                        const struct series *fresh)
{
    size_t at = 0;
    while (at < old->count && at < fresh->count && diff_same(old->line[at], fresh->line[at])) {
        at++;
    }
    if (at == old->count && at == fresh->count) { return false; }
    if (at == old->count) {
        put_more(out, fresh, at, fresh->count - at, "additional");
        return true;
    }
    if (at == fresh->count) {
        put_more(out, old, at, old->count - at, "missing");
        return true;
    }
    const bool only_time = old->kind == SEGMENT && same_but_time(old->line[at], fresh->line[at]);
    size_t more = ahead(fresh, at, old->line[at], diff_same);
    size_t fewer = more == 0 ? ahead(old, at, fresh->line[at], diff_same) : 0;
    if (more == 0 && fewer == 0 && !only_time && old->kind == SEGMENT) {
        more = ahead(fresh, at, old->line[at], same_but_time);
        fewer = more == 0 ? ahead(old, at, fresh->line[at], same_but_time) : 0;
    }
    if (more > 0) {
        put_more(out, fresh, at, more, "additional");
    } else if (fewer > 0) {
        put_more(out, old, at, fewer, "missing");
    } else {
        put_differing(out, old, fresh, at);
    }
    return true;
}

void diff_words(struct out_writer *out, const struct diff_text *old, const struct diff_text *fresh)
{
    bool told = false;
    for (unsigned kind = SEGMENT; kind <= MOVE; kind++) {
        struct series before = {0};
        struct series after = {0};
        if (pick(&before, old, (enum kind)kind) && pick(&after, fresh, (enum kind)kind)) {
            told = tell_series(out, &before, &after) || told;
        }
        free(before.line);
        free(after.line);
    }
    if (!told) {
        out_text(out,
                 "the same segments and state moves, but in another order or with other lines\n");
    }
}
