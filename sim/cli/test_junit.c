/* test_junit.c - `tcpsim test --junit FILE`: the XML that Jenkins, GitLab and their like read. One
 * suite; a case's class is its folder. Failed expectations are failures; errors and limits are
 * errors. */
#include "test.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static void put_time(struct out_writer *out, int64_t ns)
{
    const int64_t us = ns / 1000;
    out_printf(out, "time=\"%" PRId64 ".%06" PRId64 "\"", us / 1000000, us % 1000000);
}

/* "scenarios.close" for scenarios/close/abort.lua. */
static void put_class(struct out_writer *out, const char *path)
{
    while (strncmp(path, "./", 2) == 0 || path[0] == '/') { path += path[0] == '/' ? 1 : 2; }
    const char *last = strrchr(path, '/');
    if (last == NULL) {
        out_text(out, "scenarios");
        return;
    }
    while (path < last) {
        const size_t len = strcspn(path, "/");
        text_put_xml(out, path, len, true);
        path += len;
        if (path < last) { out_char(out, '.'); }
        path += path < last;
    }
}

/* What is not there, or fails as expected, is skipped in JUnit's words. */
static void put_skipped(struct out_writer *out, struct test_case *one)
{
    struct out_writer *words = out_writer_memory();
    if (words == NULL) {
        out_fail(out, ENOMEM);
        return;
    }
    size_t len = 0;
    report_verdict(words, one);
    const char *text = out_writer_contents(words, &len);
    out_text(out, ">\n      <skipped message=\"");
    text_put_xml(out, text, len, true);
    out_text(out, "\"/>\n    </testcase>\n");
    (void)out_writer_finish(words);
}

static void put_trouble(struct out_writer *out, struct test *test, struct test_case *one)
{
    const bool failed = one->verdict == TEST_FAIL || one->verdict == TEST_PASS;
    const char *element = failed ? "failure" : "error";
    struct out_writer *words = out_writer_memory();
    struct out_writer *details = out_writer_memory();
    if (words == NULL || details == NULL) {
        out_fail(out, ENOMEM);
    } else {
        size_t len = 0;
        report_verdict(words, one);
        report_details(details, test, one);
        const char *text = out_writer_contents(words, &len);
        out_printf(out, ">\n      <%s message=\"", element);
        text_put_xml(out, text, len, true);
        out_text(out, "\">");
        text = out_writer_contents(details, &len);
        text_put_xml(out, text, len, false);
        out_printf(out, "</%s>\n    </testcase>\n", element);
    }
    if (words != NULL) { (void)out_writer_finish(words); }
    if (details != NULL) { (void)out_writer_finish(details); }
}

static void put_case(struct out_writer *out, struct test *test, struct test_case *one)
{
    const char *slash = strrchr(one->path, '/');
    const char *name = slash != NULL ? slash + 1 : one->path;
    size_t len = strlen(name);
    if (len > 4 && (strcmp(name + len - 4, ".lua") == 0 || subject_is_script(name))) { len -= 4; }
    out_text(out, "    <testcase classname=\"");
    put_class(out, one->path);
    out_text(out, "\" name=\"");
    text_put_xml(out, name, len, true);
    out_text(out, "\" ");
    put_time(out, one->took_ns);
    if (one->verdict == TEST_PASS && one->expected == NULL) {
        out_text(out, "/>\n");
    } else if (one->verdict == TEST_UNSUPPORTED || test_is_right(one)) {
        put_skipped(out, one);
    } else {
        put_trouble(out, test, one);
    }
}

static void put_counts(struct out_writer *out, const struct test *test)
{
    size_t counts[TEST_LEFT_OUT + 1] = {0};
    size_t skipped = 0;
    size_t failures = 0;
    size_t errors = 0;
    int64_t took_ns = 0;
    for (size_t i = 0; i < test->count; i++) {
        const struct test_case *one = &test->cases[i];
        counts[one->verdict]++;
        took_ns += one->took_ns;
        if (one->verdict == TEST_UNSUPPORTED || (one->expected != NULL && test_is_right(one))) {
            skipped++;
        } else if (one->verdict == TEST_FAIL || !test_is_right(one)) {
            const bool error = one->verdict == TEST_ERROR || one->verdict == TEST_LIMIT;
            errors += error;
            failures += !error && one->verdict != TEST_WAITING && one->verdict != TEST_LEFT_OUT;
        }
    }
    out_printf(out, "tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" ",
               test->count - counts[TEST_LEFT_OUT] - counts[TEST_WAITING], failures, errors);
    if (skipped > 0) { out_printf(out, "skipped=\"%zu\" ", skipped); }
    put_time(out, took_ns);
}

static void junit_put(struct out_writer *out, struct test *test)
{
    out_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"tcpsim\" ");
    put_counts(out, test);
    out_text(out, ">\n  <testsuite name=\"tcpsim test\" ");
    put_counts(out, test);
    out_text(out, ">\n");
    for (size_t i = 0; i < test->count; i++) {
        const enum test_verdict verdict = test->cases[i].verdict;
        if (verdict != TEST_WAITING && verdict != TEST_LEFT_OUT) {
            put_case(out, test, &test->cases[i]);
        }
    }
    out_text(out, "    <system-out></system-out>\n    <system-err></system-err>\n"
                  "  </testsuite>\n</testsuites>\n");
}

int junit_write(struct test *test)
{
    sigset_t before;
    test_hold_signals(&before);
    struct out_writer *out = out_writer_file(test->junit);
    int error = ENOMEM;
    if (out != NULL) {
        junit_put(out, test);
        error = out_writer_finish(out);
    }
    test_let_signals(&before);
    return error != 0 ? cli_error("%s: %s", test->junit, strerror(error)) : CLI_HELD;
}
