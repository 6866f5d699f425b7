/* test_cli_goldens.c - what `tcpsim test` says of goldens and in reports: differences in words and
 * as a unified diff, the places of goldens, text made fit for XML. */
#include "cmocka_wrapper.h"

#include "../../sim/cli/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the unified diff ---- */

#define LINES_MAX 40

static char *unified(const char *old, const char *fresh, size_t lines_max)
{
    struct diff_text a;
    struct diff_text b;
    assert_true(diff_split(&a, old, strlen(old)) && diff_split(&b, fresh, strlen(fresh)));
    struct out_writer *out = out_writer_memory();
    assert_non_null(out);
    diff_unified(out, "old", "new", &a, &b, lines_max);
    size_t len = 0;
    char *text = strdup(out_writer_contents(out, &len));
    assert_int_equal(out_writer_finish(out), 0);
    diff_destroy(&a);
    diff_destroy(&b);
    return text;
}

static void a_unified_diff_is_as_diff_has_it(void **state)
{
    (void)state;
    static const struct {
        const char *old, *fresh, *wanted;
    } rows[] = {
        {"1\n2\n3\n4\n5\n6\n7\n8\n", "1\n2\n3\n4\nx\n6\n7\n8\n",
         "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n"},
        {"", "a\nb\n", "@@ -0,0 +1,2 @@\n+a\n+b\n"},
        {"a\n", "", "@@ -1 +0,0 @@\n-a\n"},
        {"a\n", "a", "@@ -1 +1 @@\n-a\n+a\n\\ No newline at end of file\n"},
        /* Six common lines between changes: one hunk; seven: two. */
        {"x\n1\n2\n3\n4\n5\n6\nx\n", "y\n1\n2\n3\n4\n5\n6\ny\n",
         "@@ -1,8 +1,8 @@\n-x\n+y\n 1\n 2\n 3\n 4\n 5\n 6\n-x\n+y\n"},
        {"x\n1\n2\n3\n4\n5\n6\n7\nx\n", "y\n1\n2\n3\n4\n5\n6\n7\ny\n",
         "@@ -1,4 +1,4 @@\n-x\n+y\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-x\n+y\n"},
        {"a\nb\n", "a\nb\n", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *text = unified(rows[i].old, rows[i].fresh, SIZE_MAX);
        char wanted[256];
        (void)snprintf(wanted, sizeof wanted, "--- old\n+++ new\n%s", rows[i].wanted);
        assert_string_equal(text, wanted);
        free(text);
    }
}

/* Applies what diff_unified printed; counts the changed lines. */
static size_t apply(const char *old, const char *patch, char *result)
{
    size_t changes = 0;
    const char *rest = strchr(strchr(patch, '\n') + 1, '\n') + 1; /* behind --- and +++ */
    size_t line = 1;
    while (*rest != '\0') {
        const size_t len = strcspn(rest, "\n") + 1;
        if (*rest == '@') {
            size_t from = strtoul(rest + 4, NULL, 10);
            from += strstr(rest, ",0 +") != NULL; /* of an empty range the line before is named */
            for (; line < from; line++) {
                const size_t kept = strcspn(old, "\n") + 1;
                memcpy(result, old, kept);
                result += kept;
                old += kept;
            }
        } else {
            changes += *rest != ' ';
            if (*rest != '-') {
                memcpy(result, rest + 1, len - 1);
                result += len - 1;
            }
            if (*rest != '+') {
                assert_memory_equal(old, rest + 1, len - 1);
                old += len - 1;
                line++;
            }
        }
        rest += len;
    }
    memcpy(result, old, strlen(old) + 1);
    return changes;
}

static uint32_t next(uint32_t *random)
{
    *random = *random * 1664525u + 1013904223u;
    return *random >> 16;
}

static size_t random_text(uint32_t *random, char *text)
{
    const size_t lines = next(random) % LINES_MAX;
    for (size_t i = 0; i < lines; i++) {
        text[2 * i] = (char)('a' + next(random) % 3);
        text[2 * i + 1] = '\n';
    }
    text[2 * lines] = '\0';
    return lines;
}

/* Lines that two texts have in common, at most. */
static size_t common(const char *a, size_t a_lines, const char *b, size_t b_lines)
{
    size_t best[LINES_MAX + 1][LINES_MAX + 1] = {{0}};
    for (size_t i = 1; i <= a_lines; i++) {
        for (size_t j = 1; j <= b_lines; j++) {
            const size_t left = best[i][j - 1];
            const size_t above = best[i - 1][j];
            best[i][j] = left > above ? left : above;
            if (a[2 * i - 2] == b[2 * j - 2]) { best[i][j] = best[i - 1][j - 1] + 1; }
        }
    }
    return best[a_lines][b_lines];
}

static void a_unified_diff_leads_there_on_the_shortest_way(void **state)
{
    (void)state;
    uint32_t random = 1;
    for (unsigned turn = 0; turn < 3000; turn++) {
        char old[2 * LINES_MAX + 1];
        char fresh[2 * LINES_MAX + 1];
        char result[4 * LINES_MAX + 1];
        const size_t old_lines = random_text(&random, old);
        const size_t fresh_lines = random_text(&random, fresh);
        char *patch = unified(old, fresh, SIZE_MAX);
        const size_t changes = apply(old, patch, result);
        assert_string_equal(result, fresh);
        assert_int_equal(changes,
                         old_lines + fresh_lines - 2 * common(old, old_lines, fresh, fresh_lines));
        free(patch);
    }
}

static void a_huge_difference_is_cut_short(void **state)
{
    (void)state;
    enum { HUGE_LINES = 100000 };
    char *old = malloc(8 * HUGE_LINES + 1);
    char *fresh = malloc(8 * HUGE_LINES + 1);
    assert_true(old != NULL && fresh != NULL);
    for (size_t i = 0; i < HUGE_LINES; i++) {
        (void)snprintf(old + 8 * i, 9, "o%06zu\n", i);
        (void)snprintf(fresh + 8 * i, 9, "n%06zu\n", i);
    }
    char *text = unified(old, fresh, 5);
    assert_string_equal(text, "--- old\n+++ new\n@@ -1,100000 +1,100000 @@\n"
                              "-o000000\n-o000001\n-o000002\n-o000003\n"
                              "... 199996 more lines of the difference\n");
    free(text);
    free(old);
    free(fresh);
}

/* ---- in words ---- */

#define SYN "0.000000 a > b: S 0:0(0) win 65535 <mss 1460>\n"
#define SYN_ACK "0.010000 b > a: S. 0:0(0) ack 1 win 65535 <mss 1460>\n"
#define ACK "0.020000 a > b: . 1:1(0) ack 1 win 65535\n"
#define DATA "0.020000 a > b: P. 1:3(2) ack 1 win 65535\n"
#define MOVE_1 "# a 10.0.0.1:4000-10.0.0.2:80 CLOSED -> SYN-SENT (active OPEN)\n"
#define MOVE_2 "# a 10.0.0.1:4000-10.0.0.2:80 SYN-SENT -> ESTABLISHED (SYN,ACK)\n"
#define OLD MOVE_1 SYN SYN_ACK MOVE_2 ACK DATA

static void differences_are_told_in_words(void **state)
{
    (void)state;
    static const struct {
        const char *fresh, *wanted;
    } rows[] = {
        {MOVE_1 SYN "0.010000 b > a: S. 0:0(0) ack 1 win 100 <mss 536>\n" MOVE_2 ACK DATA,
         "segment 2, 0.010000 b > a: win 100, was 65535; options <mss 536>, was <mss 1460>\n"},
        {MOVE_1 SYN "0.010000 b > a: S 7:7(0) win 65535 <mss 1460>\n" MOVE_2 ACK DATA,
         "segment 2, 0.010000 b > a: flags S, was S.; seq 7:7(0), was 0:0(0); ack absent, was "
         "1\n"},
        {MOVE_1 SYN "0.015000 b > a: S. 0:0(0) ack 1 win 65535 <mss 1460>\n" MOVE_2
                    "0.025000 a > b: . 1:1(0) ack 1 win 65535\n"
                    "0.025000 a > b: P. 1:3(2) ack 1 win 65535\n",
         "segment 2, 0.010000 b > a: time 0.015000, was 0.010000 (the first of 3 that differ)\n"},
        {MOVE_1 SYN SYN_ACK MOVE_2 ACK "0.020000 a > b: P. 1:3(2) ack 1 win 65535 # lost: x:3\n",
         "segment 4, 0.020000 a > b: loss lost: x:3, was absent\n"},
        {MOVE_1 SYN SYN SYN_ACK MOVE_2 ACK DATA,
         "segment 2 is additional: 0.000000 a > b: S 0:0(0) win 65535 <mss 1460>\n"},
        {MOVE_1 SYN SYN_ACK MOVE_2 DATA,
         "segment 3 is missing: 0.020000 a > b: . 1:1(0) ack 1 win 65535\n"},
        {MOVE_1 SYN SYN_ACK MOVE_2,
         "segments 3 to 4 are missing, the first: 0.020000 a > b: . 1:1(0) ack 1 win 65535\n"},
        /* It comes, only later. */
        {MOVE_1 SYN "0.010000 b > a: R. 0:0(0) ack 1 win 0\n"
                    "1.010000 b > a: S. 0:0(0) ack 1 win 65535 <mss 1460>\n" MOVE_2 ACK DATA,
         "segment 2 is additional: 0.010000 b > a: R. 0:0(0) ack 1 win 0\n"},
        {OLD "# a 10.0.0.1:4000-10.0.0.2:80 ESTABLISHED -> CLOSED (RST)\n",
         "state move 3 is additional: a 10.0.0.1:4000-10.0.0.2:80 ESTABLISHED -> CLOSED (RST)\n"},
        {MOVE_1 SYN SYN_ACK "# a 10.0.0.1:4000-10.0.0.2:80 SYN-SENT -> CLOSED (RST)\n" ACK DATA,
         "state move 2 is a 10.0.0.1:4000-10.0.0.2:80 SYN-SENT -> CLOSED (RST), was a "
         "10.0.0.1:4000-10.0.0.2:80 SYN-SENT -> ESTABLISHED (SYN,ACK)\n"},
        {SYN MOVE_1 SYN_ACK MOVE_2 ACK DATA,
         "the same segments and state moves, but in another order or with other lines\n"},
        {OLD "\n", "the same segments and state moves, but in another order or with other lines\n"},
        /* Nonsense in a golden is no harm. */
        {"\n\n>\n:<\n# \n\xff", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct diff_text old;
        struct diff_text fresh;
        assert_true(diff_split(&old, OLD, sizeof OLD - 1) &&
                    diff_split(&fresh, rows[i].fresh, strlen(rows[i].fresh)));
        struct out_writer *out = out_writer_memory();
        assert_non_null(out);
        diff_words(out, &old, &fresh);
        size_t len = 0;
        const char *text = out_writer_contents(out, &len);
        if (rows[i].wanted[0] != '\0') { assert_string_equal(text, rows[i].wanted); }
        assert_int_equal(out_writer_finish(out), 0);
        diff_destroy(&old);
        diff_destroy(&fresh);
    }
}

/* ---- places ---- */

static void goldens_lie_where_the_argument_says(void **state)
{
    (void)state;
    static const struct {
        const char *folder, *root, *path, *wanted;
    } rows[] = {
        {NULL, "scenarios", "scenarios/a/b.lua", "scenarios/a/b.golden"},
        {NULL, "b.lua", "b.lua", "b.golden"},
        {"G", "scenarios", "scenarios/a/b.lua", "G/a/b.golden"},
        {"G/", "scenarios/", "scenarios/a/b.lua", "G/a/b.golden"},
        {"G", ".", "./a/b.lua", "G/a/b.golden"},
        {"G", "scenarios/a/b.lua", "scenarios/a/b.lua", "G/b.golden"},
        {"G", "b.lua", "b.lua", "G/b.golden"},
        {"G", "x", "x", "G/x.golden"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *path = golden_path(rows[i].folder, rows[i].root, rows[i].path);
        assert_string_equal(path, rows[i].wanted);
        free(path);
    }
}

/* ---- text ---- */

typedef void put_text(struct out_writer *out, const char *text, size_t len, bool flag);

static void check_put(put_text *put, const char *text, size_t len, bool flag, const char *wanted)
{
    struct out_writer *out = out_writer_memory();
    assert_non_null(out);
    put(out, text, len, flag);
    size_t got = 0;
    assert_string_equal(out_writer_contents(out, &got), wanted);
    assert_int_equal(got, strlen(wanted));
    assert_int_equal(out_writer_finish(out), 0);
}

#define NOT "\xef\xbf\xbd"

static void any_octets_become_text(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len;
        const char *xml, *attribute, *plain;
    } rows[] = {
        {"a<b>&\"'", 7, "a&lt;b&gt;&amp;\"'", "a&lt;b&gt;&amp;&quot;'", "a<b>&\"'"},
        {"]]>", 3, "]]&gt;", "]]&gt;", "]]>"},
        {"a\tb\nc\rd", 7, "a\tb\nc&#13;d", "a&#9;b&#10;c&#13;d", "a\tb\nc" NOT "d"},
        {"\0\x01\x1b[31m", 7, NOT NOT NOT "[31m", NOT NOT NOT "[31m", NOT NOT NOT "[31m"},
        {"\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80", 9, "\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80",
         "\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80"},
        /* Alone, overlong, a surrogate, too large, cut off, no character. */
        {"\x80|\xc0\xaf|\xff", 6, NOT "|" NOT NOT "|" NOT, NOT "|" NOT NOT "|" NOT,
         NOT "|" NOT NOT "|" NOT},
        {"\xed\xa0\x80", 3, NOT NOT NOT, NOT NOT NOT, NOT NOT NOT},
        {"\xe0\x80\xaf", 3, NOT NOT NOT, NOT NOT NOT, NOT NOT NOT},
        {"\xf4\x90\x80\x80", 4, NOT NOT NOT NOT, NOT NOT NOT NOT, NOT NOT NOT NOT},
        {"\xe2\x82", 2, NOT NOT, NOT NOT, NOT NOT},
        {"\xef\xbf\xbf", 3, NOT, NOT, NOT},
        {"\x7f\xc2\x9b", 3, "\x7f\xc2\x9b", "\x7f\xc2\x9b", NOT NOT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check_put(text_put_xml, rows[i].text, rows[i].len, false, rows[i].xml);
        check_put(text_put_xml, rows[i].text, rows[i].len, true, rows[i].attribute);
        check_put(text_put_plain, rows[i].text, rows[i].len, true, rows[i].plain);
    }
    check_put(text_put_plain, "a\nb", 3, false, "a" NOT "b");
    assert_int_equal(text_columns("a\xc3\xbc\xff"), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_unified_diff_is_as_diff_has_it),
        cmocka_unit_test(a_unified_diff_leads_there_on_the_shortest_way),
        cmocka_unit_test(a_huge_difference_is_cut_short),
        cmocka_unit_test(differences_are_told_in_words),
        cmocka_unit_test(goldens_lie_where_the_argument_says),
        cmocka_unit_test(any_octets_become_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
