/* test_tap.c - `tcpsim test --tap`: the Test Anything Protocol, version 13, with what failed in
 * YAML blocks. */
#include "test.h"

#include <inttypes.h>
#include <string.h>

void tap_begin(const struct test *test)
{
    out_text(test->cli->out, "TAP version 13\n");
    /* With a filter the titles must be seen first; then the plan comes last. */
    if (test->filter_count == 0) { out_printf(test->cli->out, "1..%zu\n", test->count); }
}

/* Lines of a literal block; one that is empty gets its indentation too, for readers of TAP. */
static void put_block(struct out_writer *out, const char *text, size_t len)
{
    const char *end = text + len;
    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *line_end = newline != NULL ? newline : end;
        out_text(out, "    ");
        text_put_plain(out, text, (size_t)(line_end - text), false);
        out_char(out, '\n');
        text = newline != NULL ? newline + 1 : end;
    }
}

static void put_diagnostics(const struct test *test, struct test_case *one)
{
    struct out_writer *out = test->cli->out;
    struct out_writer *details = out_writer_memory();
    if (details == NULL) { return; }
    /* The first line decides the block's indentation: one that has none. */
    report_verdict(details, one);
    out_char(details, '\n');
    report_details(details, test, one);
    size_t len = 0;
    const char *text = out_writer_contents(details, &len);
    const int64_t us = one->took_ns / 1000;
    out_printf(out, "  ---\n  duration_ms: %" PRId64 ".%03" PRId64 "\n  message: |\n", us / 1000,
               us % 1000);
    put_block(out, text, len);
    out_text(out, "  ...\n");
    (void)out_writer_finish(details);
}

/* A number sign begins a directive. */
static void put_description(struct out_writer *out, const char *path)
{
    for (; *path != '\0'; path += strcspn(path, "#\\")) {
        if (*path == '#' || *path == '\\') {
            out_char(out, '\\');
            out_char(out, *path++);
        }
        text_put_plain(out, path, strcspn(path, "#\\"), false);
    }
}

void tap_line(const struct test *test, struct test_case *one, size_t number)
{
    struct out_writer *out = test->cli->out;
    out_printf(out, "%s %zu - ", one->verdict == TEST_PASS ? "ok" : "not ok", number);
    put_description(out, one->path);
    if (one->expected != NULL) { out_printf(out, " # todo %s", one->expected); }
    out_char(out, '\n');
    if (one->verdict != TEST_PASS || one->difference != NULL) { put_diagnostics(test, one); }
}

void tap_end(const struct test *test)
{
    struct out_writer *out = test->cli->out;
    if (test->done < test->count) {
        out_text(out, "Bail out! interrupted\n");
    } else if (test->filter_count > 0) {
        out_printf(out, "1..%zu\n", test->lines);
    }
}
