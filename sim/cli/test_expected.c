/* test_expected.c - `tcpsim test --expected FILE`: cases that may not pass, each with its reason,
 * so that a corpus that does not pass whole can still tell what is new. A line is a path, a blank
 * and the reason; '#' begins a comment. A path fits a case whose path ends with it. */
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES 4096

static bool fits(const char *path, const char *end)
{
    const size_t len = strlen(path);
    const size_t end_len = strlen(end);
    return len >= end_len && strcmp(path + len - end_len, end) == 0 &&
           (len == end_len || path[len - end_len - 1] == '/');
}

static bool add(struct test *test, const char *path, const char *reason)
{
    struct test_expected *grown =
        realloc(test->expectations, (test->expected_count + 1) * sizeof *grown);
    if (grown == NULL) { return false; }
    test->expectations = grown;
    struct test_expected *made = &grown[test->expected_count];
    *made = (struct test_expected){strdup(path), strdup(reason)};
    if (made->path == NULL || made->reason == NULL) {
        free(made->path);
        free(made->reason);
        return false;
    }
    test->expected_count++;
    return true;
}

static bool read_line(struct test *test, char *line, size_t number)
{
    line[strcspn(line, "\r\n")] = '\0';
    char *path = line + strspn(line, " \t");
    if (path[0] == '\0' || path[0] == '#') { return true; }
    char *end = path + strcspn(path, " \t");
    char *reason = end + strspn(end, " \t");
    *end = '\0';
    if (reason[0] == '\0') {
        (void)cli_error("%s:%zu: the reason is missing: PATH REASON is expected", test->expected,
                        number);
        return false;
    }
    if (!add(test, path, reason)) {
        (void)cli_no_memory();
        return false;
    }
    return true;
}

static void mark(struct test *test)
{
    for (size_t i = 0; i < test->count; i++) {
        for (size_t j = 0; j < test->expected_count; j++) {
            if (fits(test->cases[i].path, test->expectations[j].path)) {
                test->cases[i].expected = test->expectations[j].reason;
            }
        }
    }
}

bool expected_read(struct test *test)
{
    char line[LINE_MAX_BYTES];
    if (test->expected == NULL) { return true; }
    FILE *file = fopen(test->expected, "r");
    if (file == NULL) {
        (void)cli_error("--expected %s: %s", test->expected, strerror(errno));
        return false;
    }
    bool ok = true;
    for (size_t number = 1; ok && fgets(line, sizeof line, file) != NULL; number++) {
        ok = read_line(test, line, number);
    }
    (void)fclose(file);
    mark(test);
    return ok;
}

void expected_destroy(struct test *test)
{
    for (size_t i = 0; i < test->expected_count; i++) {
        free(test->expectations[i].path);
        free(test->expectations[i].reason);
    }
    free(test->expectations);
}
