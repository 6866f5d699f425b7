/* test_diff.c - a unified diff of two texts by Myers' algorithm (An O(ND) Difference Algorithm and
 * Its Variations, 1986). Where the texts differ more than is worth the search, all between their
 * common beginning and end counts as changed. */
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONTEXT 3u
#define CHANGES_MAX 1000 /* memory grows with the square: four megabytes */

/* ---- lines ---- */

bool diff_split(struct diff_text *text, const char *bytes, size_t len)
{
    size_t lines = 0;
    const char *end = bytes + len;
    for (const char *at = bytes; at < end; lines++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        at = newline != NULL ? newline + 1 : end;
    }
    *text = (struct diff_text){.line = calloc(lines + 1, sizeof *text->line)};
    if (text->line == NULL) { return false; }
    for (const char *at = bytes; at < end;) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *next = newline != NULL ? newline + 1 : end;
        text->line[text->count++] = (struct diff_line){at, (size_t)(next - at)};
        at = next;
    }
    return true;
}

void diff_destroy(struct diff_text *text)
{
    free(text->line);
    *text = (struct diff_text){0};
}

/* ---- which lines changed ---- */

struct marks {
    const struct diff_text *old, *fresh;
    bool *removed, *added; /* one a line */
    size_t begin;          /* lines that both begin with */
    size_t old_end, fresh_end;
};

static const struct diff_line *old_line(const struct marks *marks, int x)
{
    return &marks->old->line[marks->begin + (size_t)x];
}

static const struct diff_line *fresh_line(const struct marks *marks, int y)
{
    return &marks->fresh->line[marks->begin + (size_t)y];
}

/* The furthest x on diagonal k after d changes lies at (d * d) + d + k: d's row has 2d + 1. */
static int *furthest(int *rows, int d, int k) { return &rows[d * d + d + k]; }

/* Whether the way to diagonal k with d changes came from above (an added line). */
static bool from_above(int *rows, int d, int k)
{
    return k == -d || (k != d && *furthest(rows, d - 1, k - 1) < *furthest(rows, d - 1, k + 1));
}

/* Extends every diagonal by one change. True: the end is reached. */
static bool advance(const struct marks *marks, int *rows, int d)
{
    const int width = (int)(marks->old_end - marks->begin);
    const int height = (int)(marks->fresh_end - marks->begin);
    for (int k = -d; k <= d; k += 2) {
        int x = 0;
        if (d > 0) {
            x = from_above(rows, d, k) ? *furthest(rows, d - 1, k + 1)
                                       : *furthest(rows, d - 1, k - 1) + 1;
        }
        int y = x - k;
        while (x < width && y < height && diff_same(old_line(marks, x), fresh_line(marks, y))) {
            x++;
            y++;
        }
        *furthest(rows, d, k) = x;
        if (x >= width && y >= height) { return true; }
    }
    return false;
}

/* Back from the end, marking each change. */
static void walk_back(struct marks *marks, int *rows, int d)
{
    int x = (int)(marks->old_end - marks->begin);
    int y = (int)(marks->fresh_end - marks->begin);
    for (; d > 0; d--) {
        const int k = x - y;
        if (from_above(rows, d, k)) {
            x = *furthest(rows, d - 1, k + 1);
            y = x - (k + 1);
            marks->added[marks->begin + (size_t)y] = true;
        } else {
            x = *furthest(rows, d - 1, k - 1);
            y = x - (k - 1);
            marks->removed[marks->begin + (size_t)x] = true;
        }
    }
}

static void mark_all(struct marks *marks)
{
    memset(marks->removed + marks->begin, true, marks->old_end - marks->begin);
    memset(marks->added + marks->begin, true, marks->fresh_end - marks->begin);
}

static void mark(struct marks *marks)
{
    const struct diff_text *old = marks->old;
    const struct diff_text *fresh = marks->fresh;
    marks->old_end = old->count;
    marks->fresh_end = fresh->count;
    while (marks->begin < marks->old_end && marks->begin < marks->fresh_end &&
           diff_same(&old->line[marks->begin], &fresh->line[marks->begin])) {
        marks->begin++;
    }
    while (marks->old_end > marks->begin && marks->fresh_end > marks->begin &&
           diff_same(&old->line[marks->old_end - 1], &fresh->line[marks->fresh_end - 1])) {
        marks->old_end--;
        marks->fresh_end--;
    }
    const size_t worst = marks->old_end - marks->begin + marks->fresh_end - marks->begin;
    const int changes_max = worst < CHANGES_MAX ? (int)worst : CHANGES_MAX;
    int *rows = calloc((size_t)(changes_max + 1) * (size_t)(changes_max + 1), sizeof *rows);
    int d = 0;
    while (rows != NULL && d <= changes_max && !advance(marks, rows, d)) { d++; }
    if (rows != NULL && d <= changes_max) {
        walk_back(marks, rows, d);
    } else {
        mark_all(marks);
    }
    free(rows);
}

/* ---- hunks ---- */

struct print {
    struct out_writer *out;
    const struct marks *marks;
    size_t lines, lines_max;
};

static void put_line(struct print *print, char kind, const struct diff_line *line)
{
    if (print->lines++ >= print->lines_max) { return; }
    out_char(print->out, kind);
    out_bytes(print->out, line->at, line->len);
    if (line->len == 0 || line->at[line->len - 1] != '\n') {
        out_text(print->out, "\n\\ No newline at end of file\n");
    }
}

/* The next changed place from (*x, *y) on; false: none. */
static bool next_change(const struct marks *marks, size_t *x, size_t *y)
{
    while (*x < marks->old->count && *y < marks->fresh->count && !marks->removed[*x] &&
           !marks->added[*y]) {
        (*x)++;
        (*y)++;
    }
    return *x < marks->old->count || *y < marks->fresh->count;
}

static void skip_change(const struct marks *marks, size_t *x, size_t *y)
{
    while (*x < marks->old->count && marks->removed[*x]) { (*x)++; }
    while (*y < marks->fresh->count && marks->added[*y]) { (*y)++; }
}

static void put_range(struct out_writer *out, char sign, size_t from, size_t to)
{
    const size_t len = to - from;
    out_printf(out, "%c%zu", sign, len == 0 ? from : from + 1);
    if (len != 1) { out_printf(out, ",%zu", len); }
}

/* From the change at (x, y), as far as changes lie close together; both move behind the hunk's last
 * change. */
static void put_hunk(struct print *print, size_t *x, size_t *y)
{
    const struct marks *marks = print->marks;
    const size_t before = *x < CONTEXT ? *x : CONTEXT;
    const size_t lead = before < *y ? before : *y;
    const size_t x0 = *x - lead;
    const size_t y0 = *y - lead;
    size_t x_end = *x;
    size_t y_end = *y;
    for (size_t nx = *x, ny = *y; next_change(marks, &nx, &ny) && nx - x_end <= 2 * CONTEXT;) {
        skip_change(marks, &nx, &ny);
        x_end = nx;
        y_end = ny;
    }
    const size_t left = marks->old->count - x_end;
    const size_t trail = left < CONTEXT ? left : CONTEXT;
    if (print->lines++ < print->lines_max) {
        out_text(print->out, "@@ ");
        put_range(print->out, '-', x0, x_end + trail);
        out_char(print->out, ' ');
        put_range(print->out, '+', y0, y_end + trail);
        out_text(print->out, " @@\n");
    }
    for (size_t i = x0, j = y0; i < x_end + trail || j < y_end + trail;) {
        if (i < marks->old->count && marks->removed[i]) {
            put_line(print, '-', &marks->old->line[i++]);
        } else if (j < marks->fresh->count && marks->added[j]) {
            put_line(print, '+', &marks->fresh->line[j++]);
        } else {
            put_line(print, ' ', &marks->old->line[i++]);
            j++;
        }
    }
    *x = x_end;
    *y = y_end;
}

void diff_unified(struct out_writer *out, const char *old_name, const char *new_name,
                  const struct diff_text *old, const struct diff_text *fresh, size_t lines_max)
{
    struct marks marks = {.old = old, .fresh = fresh};
    marks.removed = calloc(old->count + 1, sizeof *marks.removed);
    marks.added = calloc(fresh->count + 1, sizeof *marks.added);
    if (marks.removed == NULL || marks.added == NULL) {
        out_fail(out, ENOMEM);
    } else {
        struct print print = {.out = out, .marks = &marks, .lines_max = lines_max};
        mark(&marks);
        out_text(out, "--- ");
        out_text(out, old_name);
        out_text(out, "\n+++ ");
        out_text(out, new_name);
        out_char(out, '\n');
        for (size_t x = 0, y = 0; next_change(&marks, &x, &y);) { put_hunk(&print, &x, &y); }
        if (print.lines > lines_max) {
            out_printf(out, "... %zu more lines of the difference\n", print.lines - lines_max);
        }
    }
    free(marks.removed);
    free(marks.added);
}
