/* test_report.c - what `tcpsim test` prints: a line a case in the order of the list, progress on a
 * terminal, at the end the failures in full and the sum. */
#include "test.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROGRESS_AFTER_NS INT64_C(500000000) /* shorter work needs no progress line */
#define PROGRESS_EACH_NS INT64_C(100000000)
#define PATH_COLUMNS_MAX 72u /* a longer path shifts its line only */

/* ---- pieces ---- */

const char *test_verdict_name(enum test_verdict verdict)
{
    static const char *const words[] = {
        [TEST_WAITING] = "interrupted",
        [TEST_PASS] = "pass",
        [TEST_FAIL] = "fail",
        [TEST_ERROR] = "error",
        [TEST_LIMIT] = "limit",
        [TEST_LEFT_OUT] = "left out",
        [TEST_UNSUPPORTED] = "unsupported",
    };
    return words[verdict];
}

void report_verdict(struct out_writer *out, const struct test_case *one)
{
    out_text(out, test_verdict_name(one->verdict));
    if (one->reason[0] != '\0') { out_printf(out, ": %s", one->reason); }
    if (one->expected != NULL) {
        out_printf(out, " (%s: %s)",
                   one->verdict == TEST_PASS ? "it was expected not to" : "as expected",
                   one->expected);
    }
}

static void put_text(struct out_writer *out, struct out_writer *text)
{
    size_t len = 0;
    const char *contents = test_contents(text, &len);
    text_put_plain(out, contents, len, true);
    if (len > 0 && contents[len - 1] != '\n') { out_char(out, '\n'); }
}

static void put_repeat(struct out_writer *out, char *command)
{
    if (command != NULL) {
        out_text(out, "  repeat: ");
        text_put_plain(out, command, strlen(command), true);
        out_char(out, '\n');
    }
    free(command);
}

void report_details(struct out_writer *out, const struct test *test, struct test_case *one)
{
    put_text(out, one->messages);
    put_text(out, one->difference);
    if (one->verdict == TEST_PASS || one->verdict == TEST_WAITING) { return; }
    /* Where a golden is all that is wrong, only `test` shows it again. */
    if (one->golden_state == GOLDEN_DIFFERS) {
        put_repeat(out, settings_repeat_test(&test->settings, one->path, one->root, test->golden));
    }
    if (one->golden_state != GOLDEN_DIFFERS || one->messages != NULL) {
        put_repeat(out,
                   settings_repeat(&test->settings, one->path, one->has_seed ? &one->seed : NULL));
    }
}

/* ---- lines ---- */

static void put_colour(const struct test *test, const struct test_case *one, bool on)
{
    if (!test->screen.colour) { return; }
    const char *colour = test_is_right(one)                 ? "\033[32m"
                         : one->verdict == TEST_UNSUPPORTED ? "\033[33m"
                                                            : "\033[31m";
    out_text(test->cli->out, on ? colour : "\033[0m");
}

static void put_path(struct out_writer *out, const char *path)
{
    text_put_plain(out, path, strlen(path), false);
}

static void put_line(const struct test *test, struct test_case *one)
{
    struct out_writer *out = test->cli->out;
    if (test->settings.quiet && test_is_right(one)) { return; }
    put_path(out, one->path);
    for (size_t at = text_columns(one->path); at < test->screen.path_width; at++) {
        out_char(out, ' ');
    }
    const int64_t ms = (one->took_ns + 500000) / 1000000;
    out_printf(out, "  %3" PRId64 ".%03" PRId64 " s  ", ms / 1000, ms % 1000);
    put_colour(test, one, true);
    report_verdict(out, one);
    put_colour(test, one, false);
    switch (one->golden_state) {
    case GOLDEN_NONE:
        if (test->golden != NULL && one->verdict == TEST_PASS) { out_text(out, " (no golden)"); }
        break;
    case GOLDEN_NEW: out_text(out, " (golden written)"); break;
    case GOLDEN_CHANGED: out_text(out, " (golden rewritten)"); break;
    case GOLDEN_EQUAL:
    case GOLDEN_DIFFERS: break;
    }
    size_t len = 0;
    const char *title = test_contents(one->title, &len);
    if (test->settings.verbosity > 0 && len > 0) {
        out_text(out, "  ");
        text_put_plain(out, title, len, false);
    }
    out_char(out, '\n');
}

void report_begin(struct test *test)
{
    struct test_screen *screen = &test->screen;
    screen->colour = outputs_coloured(&test->settings, isatty(STDOUT_FILENO) != 0);
    screen->shows_progress = isatty(STDERR_FILENO) != 0;
    screen->began_ns = test_now_ns();
    for (size_t i = 0; i < test->count; i++) {
        const size_t columns = text_columns(test->cases[i].path);
        if (columns > screen->path_width && columns <= PATH_COLUMNS_MAX) {
            screen->path_width = columns;
        }
    }
    if (test->tap) { tap_begin(test); }
}

void report_lines(struct test *test, bool also_gaps)
{
    bool any = false;
    for (; test->printed < test->count; test->printed++) {
        struct test_case *one = &test->cases[test->printed];
        if (one->verdict == TEST_WAITING && !also_gaps) { break; }
        if (one->verdict == TEST_WAITING || one->verdict == TEST_LEFT_OUT) { continue; }
        if (!any) { report_clear_progress(test); }
        any = true;
        if (test->tap) {
            tap_line(test, one, ++test->lines);
        } else {
            put_line(test, one);
        }
    }
    if (any) { out_flush(test->cli->out); }
}

/* ---- progress ---- */

void report_progress(struct test *test)
{
    struct test_screen *screen = &test->screen;
    const int64_t now_ns = test_now_ns();
    const int64_t elapsed_ns = now_ns - screen->began_ns;
    if (!screen->shows_progress || elapsed_ns < PROGRESS_AFTER_NS || test->done == test->count ||
        now_ns - screen->shown_ns < PROGRESS_EACH_NS) {
        return;
    }
    screen->shown_ns = now_ns;
    screen->progress_shown = true;
    (void)fprintf(stderr, "\r\033[Ktcpsim: %zu of %zu", test->done, test->count);
    if (test->done > 0) {
        const int64_t left_ns =
            elapsed_ns / (int64_t)test->done * (int64_t)(test->count - test->done);
        (void)fprintf(stderr, ", about %" PRId64 " s left", left_ns / 1000000000 + 1);
    }
    (void)fflush(stderr);
}

void report_clear_progress(struct test *test)
{
    if (test->screen.progress_shown) { (void)fputs("\r\033[K", stderr); }
    test->screen.progress_shown = false;
}

/* ---- the end ---- */

static void put_section(const struct test *test, struct test_case *one)
{
    struct out_writer *out = test->cli->out;
    out_text(out, "\n--- ");
    put_colour(test, one, true);
    report_verdict(out, one);
    put_colour(test, one, false);
    out_text(out, ": ");
    put_path(out, one->path);
    out_char(out, '\n');
    report_details(out, test, one);
}

static void put_update(const struct test *test, struct test_case *one)
{
    struct out_writer *out = test->cli->out;
    out_text(out, one->golden_state == GOLDEN_NEW ? "\n--- new: " : "\n--- changed: ");
    put_path(out, one->golden);
    out_char(out, '\n');
    put_text(out, one->difference);
}

void report_end(struct test *test)
{
    struct out_writer *out = test->cli->out;
    size_t passed = 0;
    size_t failed = 0;
    size_t unsupported = 0;
    size_t as_expected = 0;
    bool sections = false;
    for (size_t i = 0; i < test->count; i++) {
        struct test_case *one = &test->cases[i];
        const bool updated = one->golden_state == GOLDEN_NEW || one->golden_state == GOLDEN_CHANGED;
        if (one->verdict == TEST_WAITING || one->verdict == TEST_LEFT_OUT) { continue; }
        const bool missing = one->verdict == TEST_UNSUPPORTED && one->expected == NULL;
        const bool wrong = !test_is_right(one) && !missing;
        passed += one->verdict == TEST_PASS && !wrong;
        failed += wrong;
        unsupported += missing;
        as_expected += one->verdict != TEST_PASS && one->expected != NULL;
        if (test->tap) { continue; }
        sections = sections || wrong || updated;
        if (wrong) {
            put_section(test, one);
        } else if (updated) {
            put_update(test, one);
        }
    }
    if (test->tap) {
        tap_end(test);
        out_text(out, "# ");
    } else if (sections) {
        out_char(out, '\n');
    }
    report_folders(test);
    out_printf(out, "%zu passed, %zu failed", passed, failed);
    if (unsupported > 0) { out_printf(out, ", %zu unsupported", unsupported); }
    if (as_expected > 0) { out_printf(out, ", %zu not passed as expected", as_expected); }
    out_char(out, '\n');
}
