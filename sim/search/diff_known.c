/* diff_known.c - differences that are known and have a reason: a file of lines as diff_line writes
 * them, each group of them below the remark that gives its reason; '*' stands for any text. */
#include "diff.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES 2048

struct known {
    char **line;
    bool *used;
    size_t count, room;
};

static void destroy(struct known *known)
{
    for (size_t i = 0; i < known->count; i++) { free(known->line[i]); }
    free(known->line);
    free(known->used);
}

static bool add(struct known *known, const char *text)
{
    if (known->count == known->room) {
        const size_t room = known->room == 0 ? 16 : 2 * known->room;
        char **line = realloc(known->line, room * sizeof *line);
        if (line != NULL) { known->line = line; }
        bool *used = realloc(known->used, room * sizeof *used);
        if (used != NULL) { known->used = used; }
        if (line == NULL || used == NULL) { return false; }
        known->room = room;
    }
    char *copy = strdup(text);
    if (copy == NULL) { return false; }
    known->line[known->count] = copy;
    known->used[known->count++] = false;
    return true;
}

static bool read_lines(FILE *file, struct known *known, char *error, size_t room)
{
    char *line = NULL;
    size_t line_room = 0;
    unsigned number = 0;
    bool reason = false, ok = true;
    while (ok && getline(&line, &line_room, file) > 0) {
        number++;
        line[strcspn(line, "\r\n")] = '\0';
        const char *text = line + strspn(line, " \t");
        if (text[0] == '\0') {
            reason = false;
        } else if (text[0] == '#') {
            reason = true;
        } else if (!reason) {
            (void)snprintf(error, room, "line %u: a difference without a reason: \"# ...\" above",
                           number);
            ok = false;
        } else if (!add(known, text)) {
            (void)snprintf(error, room, "out of memory");
            ok = false;
        }
    }
    free(line);
    return ok;
}

/* A '*' stands for any text. */
static bool matches(const char *pattern, const char *text)
{
    const char *star = NULL;
    const char *from = text;
    while (*text != '\0') {
        if (*pattern == '*') {
            star = ++pattern;
            from = text;
        } else if (*pattern == *text) {
            pattern++;
            text++;
        } else if (star != NULL) {
            pattern = star;
            text = ++from;
        } else {
            return false;
        }
    }
    return pattern[strspn(pattern, "*")] == '\0';
}

/* A line stands for one difference, one with '*' for any number of them, but for some. */
static bool use(struct known *known, const char *text)
{
    for (size_t i = 0; i < known->count; i++) {
        const bool many = strchr(known->line[i], '*') != NULL;
        if ((many || !known->used[i]) && matches(known->line[i], text)) {
            known->used[i] = true;
            return true;
        }
    }
    return false;
}

bool diff_known(const char *path, const struct diff_alignment *alignment, struct out_writer *out,
                size_t *unknown, size_t *stale, char *error, size_t room)
{
    struct known known = {0};
    *unknown = *stale = 0;
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        (void)snprintf(error, room, "%s", strerror(errno));
        return false;
    }
    const bool ok = read_lines(file, &known, error, room);
    (void)fclose(file);
    for (size_t i = 0; ok && i < alignment->count; i++) {
        char text[LINE_MAX_BYTES];
        if (!diff_pair_differs(&alignment->pair[i])) { continue; }
        diff_line(alignment, &alignment->pair[i], text, sizeof text);
        if (!use(&known, text)) {
            out_printf(out, "not known: %s\n", text);
            (*unknown)++;
        }
    }
    for (size_t i = 0; ok && i < known.count; i++) {
        if (!known.used[i]) {
            out_printf(out, "known, but no longer so: %s\n", known.line[i]);
            (*stale)++;
        }
    }
    destroy(&known);
    return ok;
}
