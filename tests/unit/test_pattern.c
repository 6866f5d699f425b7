/* test_pattern.c - the segment pattern: written and read back. */
#include "cmocka_wrapper.h"

#include "../../sim/core/units.h"
#include "pattern_sample.h"

#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* ---- writing ---- */

static void test_flags_are_written_in_order(void **state)
{
    static const struct {
        uint16_t flags;
        const char *text;
    } rows[] = {
        {0, "-"},
        {TCP_SYN, "S"},
        {TCP_SYN | TCP_ACK, "S."},
        {TCP_ACK | TCP_PSH | TCP_FIN, "FP."},
        {0xff, "FSRP.UEW"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[9];
        uint16_t flags = 0xffff;
        bool psh = false;
        assert_int_equal(pattern_format_flags(rows[i].flags, text, sizeof text),
                         strlen(rows[i].text));
        assert_string_equal(text, rows[i].text);
        assert_true(pattern_parse_flags(text, strlen(text), &flags, &psh));
        assert_int_equal(flags, rows[i].flags);
        assert_int_equal(psh, (rows[i].flags & TCP_PSH) != 0);
    }
}

static void test_flags_are_read_in_any_order(void **state)
{
    uint16_t flags = 0;
    bool psh = false;
    (void)state;
    assert_true(pattern_parse_flags(".S", 2, &flags, &psh));
    assert_int_equal(flags, TCP_SYN | TCP_ACK);
    assert_false(psh);
    assert_false(pattern_parse_flags("", 0, &flags, &psh));
    assert_false(pattern_parse_flags("S ", 2, &flags, &psh));
    assert_false(pattern_parse_flags("SS", 2, &flags, &psh));
    assert_false(pattern_parse_flags("s", 1, &flags, &psh));
    assert_false(pattern_parse_flags("-S", 2, &flags, &psh));
    assert_false(pattern_parse_flags("S#", 2, &flags, &psh));
}

static void test_segments_are_written(void **state)
{
    struct sample s;
    char text[640];
    (void)state;
    sample_init(&s, TCP_SYN, 0, 0, 0);
    pattern_format_segment(&s.segment, false, text, sizeof text);
    assert_string_equal(text, "S 0:0(0) win 65535");
    pattern_format_segment(&s.segment, true, text, sizeof text);
    assert_string_equal(text, "S 4294967040:4294967040(0) win 65535");

    sample_init(&s, TCP_ACK | TCP_PSH, 1, 300, 20);
    pattern_format_segment(&s.segment, false, text, sizeof text);
    assert_string_equal(text, "P. 1:301(300) ack 20 win 65535");
    pattern_format_segment(&s.segment, true, text, sizeof text);
    assert_string_equal(text, "P. 4294967041:45(300) ack 4 win 65535");

    s.segment.seq_known = s.segment.ack_known = false;
    pattern_format_segment(&s.segment, false, text, sizeof text);
    assert_string_equal(text, "P. 4294967041:45(300) ack 4 win 65535");

    sample_init(&s, TCP_ACK | TCP_URG, 1, 10, 1);
    s.header.urgent = 7;
    sample_options(&s, (const uint8_t[]){1, 1, 5, 10, 0xff, 0xff, 0xff, 0x64, 0, 0, 0, 4}, 12);
    const size_t len = pattern_format_segment(&s.segment, false, text, sizeof text);
    assert_int_equal(len, strlen(text));
    assert_string_equal(text, ".U 1:11(10) ack 1 win 65535 urg 7 <nop,nop,sack 4294967156:20>");
    s.segment.ack_base = UINT32_C(0xffffff00);
    s.header.ack = UINT32_C(0xffffff01);
    pattern_format_segment(&s.segment, false, text, sizeof text);
    assert_string_equal(text, ".U 1:11(10) ack 1 win 65535 urg 7 <nop,nop,sack 100:260>");
}

static void test_text_is_cut_to_its_room(void **state)
{
    struct sample s;
    char text[8];
    (void)state;
    sample_init(&s, TCP_SYN, 0, 0, 0);
    assert_int_equal(pattern_format_segment(&s.segment, false, text, sizeof text), 18);
    assert_string_equal(text, "S 0:0(0"); /* seven characters and the NUL */
    assert_int_equal(pattern_format_segment(&s.segment, false, text, 1), 18);
    assert_string_equal(text, "");
}

static void test_ends_are_written(void **state)
{
    struct sample s;
    char text[160];
    (void)state;
    sample_init(&s, TCP_SYN, 0, 0, 0);
    pattern_format_ends(&s.segment, text, sizeof text);
    assert_string_equal(text, "client > server:");
    s.segment.first_connection = false;
    pattern_format_ends(&s.segment, text, sizeof text);
    assert_string_equal(text, "client.4000 > server.80:");
}

struct option_row {
    uint8_t len;
    uint8_t octets[16];
    const char *text;
};

static const struct option_row option_rows[] = {
    {0, {0}, ""},
    {4, {2, 4, 0x05, 0xb4}, "mss 1460"},
    {8, {2, 4, 0xff, 0xff, 1, 3, 3, 14}, "mss 65535,nop,wscale 14"},
    {4, {4, 2, 1, 1}, "sackOK,nop,nop"},
    {10, {8, 10, 0, 0, 0, 100, 0xff, 0xff, 0xff, 0xff}, "TS val 100 ecr 4294967295"},
    {10, {5, 10, 0, 0, 0, 1, 0, 0, 0, 101}, "sack 1:101"},
    {2, {34, 2}, "FO"},
    {8, {28, 4, 0x01, 0x2c, 28, 4, 0x80, 10}, "uto 300s,uto 10min"},
    {3, {28, 3, 1}, "kind 28 0x01"},
    {6, {34, 6, 0x0a, 0x1b, 0x2c, 0x3d}, "FO 0a1b2c3d"},
    {4, {30, 4, 0xaa, 0xbb}, "kind 30 0xaabb"},
    {2, {30, 2}, "kind 30"},
    {3, {2, 3, 5}, "kind 2 0x05"}, /* an mss of a length that no mss has */
    {6, {5, 6, 1, 2, 3, 4}, "kind 5 0x01020304"},
    {1, {2}, "bad 0x02"},
    {4, {2, 1, 7, 8}, "bad 0x02010708"},
    {5, {1, 2, 9, 7, 8}, "nop,bad 0x02090708"},
    {4, {4, 2, 0, 7}, "sackOK,eol,bad 0x07"},
    {3, {4, 2, 0}, "sackOK,eol"},
};

static void test_every_option_is_written_and_read_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(option_rows); i++) {
        const struct option_row *row = &option_rows[i];
        char text[512], pattern_text[600];
        assert_int_equal(pattern_format_options(row->octets, row->len, text, sizeof text),
                         strlen(row->text));
        assert_string_equal(text, row->text);
        (void)snprintf(pattern_text, sizeof pattern_text, "S <%s>", row->text);
        const struct pattern pattern = must_parse(pattern_text, false);
        assert_true(pattern.has_options);
        assert_int_equal(pattern.options_len, row->len);
        assert_memory_equal(pattern.options, row->octets, row->len);
    }
}

static void test_padding_is_one_eol(void **state)
{
    char text[512];
    (void)state;
    pattern_format_options((const uint8_t[]){4, 2, 0, 0}, 4, text, sizeof text);
    assert_string_equal(text, "sackOK,eol");
}

/* ---- reading ---- */

static void test_a_whole_line(void **state)
{
    const struct pattern p = must_parse(" 0.010 client-1.4000 > server_2.80: .P 1:101(100) ack "
                                        "4294967297 win 0 urg 5 <nop, mss 1460 ,...> # x",
                                        true);
    (void)state;
    assert_int_equal(p.time, PATTERN_ABSOLUTE);
    assert_int_equal(p.time_ns, 10 * NS_PER_MS);
    assert_int_equal(p.digits, 3);
    assert_true(p.has_ends && p.has_from_port && p.has_to_port);
    assert_string_equal(p.from, "client-1");
    assert_string_equal(p.to, "server_2");
    assert_int_equal(p.from_port, 4000);
    assert_int_equal(p.to_port, 80);
    assert_int_equal(p.flags, TCP_ACK | TCP_PSH);
    assert_true(p.psh_written);
    assert_true(p.has_seq);
    assert_int_equal(p.seq, 1);
    assert_int_equal(p.end, 101);
    assert_int_equal(p.len, 100);
    assert_true(p.has_ack && p.has_win && p.has_urg);
    assert_int_equal(p.ack, 1); /* modulo 2^32 */
    assert_int_equal(p.win, 0);
    assert_int_equal(p.urg, 5);
    assert_true(p.has_options && p.any_more_options && p.written_padding);
    assert_int_equal(p.options_len, 5);
}

static void test_what_is_left_out_is_unset(void **state)
{
    const struct pattern p = must_parse("S", false);
    (void)state;
    assert_int_equal(p.time, PATTERN_NO_TIME);
    assert_false(p.has_ends || p.has_from_port || p.has_to_port || p.has_seq || p.has_ack ||
                 p.has_win || p.has_urg || p.has_options);
    assert_int_equal(p.flags, TCP_SYN);
    assert_false(p.psh_written);
    /* A flag and a host's name may be the same letter. */
    assert_true(must_parse("S > R: F", true).has_ends);
    assert_false(must_parse("S <...>", true).has_ends);
}

static void test_times(void **state)
{
    static const struct {
        const char *text;
        enum pattern_time time;
        uint64_t ns, end_ns;
        unsigned digits, end_digits;
    } rows[] = {
        {"*", PATTERN_NO_TIME, 0, 0, 0, 0},
        {"3", PATTERN_ABSOLUTE, 3 * NS_PER_S, 0, 0, 0},
        {".5", PATTERN_ABSOLUTE, 500 * NS_PER_MS, 0, 1, 0},
        {"0.000000001", PATTERN_ABSOLUTE, 1, 0, 9, 0},
        {"+.010", PATTERN_RELATIVE, 10 * NS_PER_MS, 0, 3, 0},
        {"0.1~0.25", PATTERN_RANGE, 100 * NS_PER_MS, 250 * NS_PER_MS, 1, 2},
        {"+0.1~+0.2", PATTERN_RELATIVE_RANGE, 100 * NS_PER_MS, 200 * NS_PER_MS, 1, 1},
        {"+0.1~0.2", PATTERN_RELATIVE_RANGE, 100 * NS_PER_MS, 200 * NS_PER_MS, 1, 1},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[100];
        (void)snprintf(text, sizeof text, "%s a > b: S", rows[i].text);
        const struct pattern p = must_parse(text, true);
        assert_int_equal(p.time, rows[i].time);
        assert_int_equal(p.time_ns, rows[i].ns);
        assert_int_equal(p.time_end_ns, rows[i].end_ns);
        assert_int_equal(p.digits, rows[i].digits);
        assert_int_equal(p.end_digits, rows[i].end_digits);
    }
}

struct error_row {
    const char *text;
    bool with_ends;
    unsigned column;
    const char *error;
};

#define FLAGS_ARE "flags such as \"S.\" (letters of FSRP.UEW, or -)"
#define OPTIONS_ARE "an option (mss, sackOK, wscale, TS, sack, nop, eol, uto, FO, FOEXP, kind, bad)"

static const struct error_row error_rows[] = {
    {"", false, 1, "expected " FLAGS_ARE ", found the end"},
    {"  0.1 S", false, 3, "expected " FLAGS_ARE ", found '0'"},
    {"a > b: S", false, 1, "FROM > TO: has no place in this pattern; expected " FLAGS_ARE},
    {"0.1 S", true, 5, "expected FROM > TO: after the time, found 'S'"},
    {"0.1s a > b: S", true, 4, "expected a blank after the time, found 's'"},
    {"0. a > b: S", true, 3, "expected a digit after the point, found ' '"},
    {"0.0123456789 a > b: S", true, 1, "a time has at most nine digits after the point"},
    {"0.2~0.1 a > b: S", true, 1, "the range of times ends before it begins"},
    {"0.1~+0.2 a > b: S", true, 5, "expected a time in seconds, found '+'"},
    {"99999999999 a > b: S", true, 1, "a time in seconds is at most 4611686017"},
    {"a > : S", true, 5, "expected a host's name, found ':'"},
    {"a > b S", true, 6, "expected ':' after TO, found ' '"},
    {"a.65536 > b: S", true, 3, "a port is at most 65535"},
    {"a. > b: S", true, 3, "expected a port, found ' '"},
    {"a > b:", true, 7, "expected " FLAGS_ARE ", found the end"},
    {"a > b: SX", true, 9, "expected " FLAGS_ARE ", found 'X'"},
    {"SFS 0:0(0)", false, 3, "the flag 'S' stands twice"},
    {"-S", false, 2, "expected a blank after the flags, found 'S'"},
    {"S 0", false, 4, "expected ':' of SEQ:END(LEN), found the end"},
    {"S 0:1", false, 6, "expected '(' of SEQ:END(LEN), found the end"},
    {"S 0:1(1", false, 8, "expected ')' of SEQ:END(LEN), found the end"},
    {"S 0:1(0)", false, 5, "END must be SEQ + LEN = 0 (SYN and FIN do not count)"},
    {". 4294967295:0(2)", false, 14, "END must be SEQ + LEN = 1 (SYN and FIN do not count)"},
    {"S 0:0(0)ack 1", false, 9, "expected a blank after SEQ:END(LEN), found 'a'"},
    {"S 0:0(4294967296)", false, 7, "LEN is at most 4294967295"},
    {"S 99999999999999999999:0(0)", false, 3, "SEQ is at most 18446744073709551615"},
    {". ack", false, 6, "expected the number of ack, found the end"},
    {". ack 1 ack 1", false, 9, "the number of ack stands twice"},
    {". win 65536", false, 7, "the number of win is at most 65535"},
    {". ack 1x", false, 8, "expected a blank after the number, found 'x'"},
    {". 1:1(0) akc 1", false, 10, "expected ack, win, urg, <options> or # remark, found 'a'"},
    {". ack1", false, 3, "expected SEQ:END(LEN), ack, win, urg, <options> or # remark, found 'a'"},
    {"S\t\x01", false, 3,
     "expected SEQ:END(LEN), ack, win, urg, <options> or # remark, found the octet 0x01"},
    {"S <mss>", false, 7, "expected the number of mss, found '>'"},
    {"S <mss 65536>", false, 8, "the number of mss is at most 65535"},
    {"S <wscale 256>", false, 11, "the number of wscale is at most 255"},
    {"S <MSS 1460>", false, 4, "expected " OPTIONS_ARE ", found 'M'"},
    {"S <mss 1460", false, 12, "expected ',' or '>' after an option, found the end"},
    {"S <mss 1460,>", false, 13, "expected " OPTIONS_ARE ", found '>'"},
    {"S <...,mss 1>", false, 7, "expected '>' after ..., found ','"},
    {"S <TS 1 2>", false, 7, "expected \"val\" after TS, found '1'"},
    {"S <TS val 1 ecr>", false, 16, "expected the number of ecr, found '>'"},
    {"S <sack 1-2>", false, 10, "expected ':' between the edges of a block, found '-'"},
    {"S <FO 0a1>", false, 10, "expected an even number of hexadecimal digits, found '>'"},
    {"S <kind 1>", false, 9, "kinds 0 and 1 are written eol and nop"},
    {"S <kind 30 aa>", false, 12, "expected octets such as 0x0a1b, found 'a'"},
    {"S <sack 1:2 1:2 1:2 1:2 1:2>", false, 4, "options take at most 40 octets"},
    {"S <> mss", false, 6, "expected # remark or the end after the options, found 'm'"},
};

static void test_errors_say_what_and_where(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(error_rows); i++) {
        const struct error_row *row = &error_rows[i];
        struct pattern pattern;
        char error[200] = "";
        unsigned column = 0;
        if (pattern_parse(row->text, strlen(row->text), row->with_ends, &pattern, error,
                          sizeof error, &column)) {
            fail_msg("\"%s\" was read", row->text);
        }
        assert_string_equal(error, row->error);
        if (column != row->column) {
            fail_msg("\"%s\": column %u, not %u", row->text, row->column, column);
        }
    }
}

static void test_a_name_has_its_limit(void **state)
{
    char name[65], text[100];
    struct pattern pattern;
    char error[200];
    unsigned column = 0;
    (void)state;
    memset(name, 'h', 64);
    name[64] = '\0';
    (void)snprintf(text, sizeof text, "%s > b: S", name + 1);
    assert_true(pattern_parse(text, strlen(text), true, &pattern, error, sizeof error, &column));
    assert_int_equal(strlen(pattern.from), 63);
    (void)snprintf(text, sizeof text, "%s > b: S", name);
    assert_false(pattern_parse(text, strlen(text), true, &pattern, error, sizeof error, &column));
    assert_string_equal(error, "a host's name has at most 63 characters");
}

/* ---- arbitrary input ---- */

static uint32_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33);
}

/* Reads the text from a block of exactly its size, so that a sanitizer sees a read too far; checks
 * that an error lies within the text and is told. */
static void read_anything(const char *text, size_t len)
{
    char *exact = test_malloc(len == 0 ? 1 : len);
    struct pattern pattern;
    char error[64] = "";
    unsigned column = 0;
    memcpy(exact, text, len);
    for (int with_ends = 0; with_ends < 2; with_ends++) {
        error[0] = '\0';
        if (!pattern_parse(exact, len, with_ends != 0, &pattern, error, sizeof error, &column)) {
            assert_true(column >= 1 && column <= len + 1);
            assert_true(error[0] != '\0');
        } else {
            assert_true(pattern.options_len <= TCP_OPTIONS_MAX_BYTES);
        }
    }
    test_free(exact);
}

static void test_random_octets_are_harmless(void **state)
{
    static const char alphabet[] =
        " 0123456789.~+*>:()<>,#-FSRPUEWackwinurgmssTSvalecrsackOKkindbad0xFOab\0\xff";
    uint64_t seed = 1;
    (void)state;
    for (unsigned round = 0; round < 20000; round++) {
        char text[64];
        const size_t len = next_random(&seed) % sizeof text;
        for (size_t i = 0; i < len; i++) {
            const uint32_t draw = next_random(&seed);
            text[i] = round % 2 == 0 ? (char)(draw & 0xff) : alphabet[draw % (sizeof alphabet - 1)];
        }
        read_anything(text, len);
    }
}

static void test_spoilt_patterns_are_harmless(void **state)
{
    static const char whole[] =
        "+0.10~+.2 client.4000 > server.80: FP.U 1:101(100) ack 1 win 5 urg 7 "
        "<mss 1460,nop,TS val 1 ecr 2,FO 0a0b0c0d,kind 9 0xab> # x";
    uint64_t seed = 2;
    (void)state;
    read_anything(whole, sizeof whole - 1);
    for (unsigned round = 0; round < 20000; round++) {
        char text[sizeof whole];
        memcpy(text, whole, sizeof whole);
        size_t len = sizeof whole - 1;
        for (unsigned i = 0; i < 1 + round % 3; i++) {
            text[next_random(&seed) % len] = (char)(next_random(&seed) & 0x7f);
        }
        len = round % 5 == 0 ? next_random(&seed) % len : len;
        read_anything(text, len);
    }
}

/* What is written is read back as the same octets, but for padding, and then matches. */
static void test_random_options_come_back(void **state)
{
    uint64_t seed = 3;
    (void)state;
    for (unsigned round = 0; round < 20000; round++) {
        static const uint8_t kinds[] = {0, 1, 2, 3, 4, 5, 8, 34, 30, 255};
        struct sample s;
        char text[640];
        uint8_t octets[TCP_OPTIONS_MAX_BYTES];
        const size_t len = next_random(&seed) % (sizeof octets + 1);
        for (size_t i = 0; i < len; i++) {
            const uint32_t draw = next_random(&seed);
            octets[i] = (uint8_t)(draw % 4 == 0   ? draw >> 8 & 0xff
                                  : draw % 4 == 1 ? draw >> 8 & 0xf
                                                  : kinds[(draw >> 8) % sizeof kinds]);
        }
        sample_init(&s, TCP_ACK, 1, 0, 1);
        sample_options(&s, octets, len);
        const size_t written = pattern_format_segment(&s.segment, false, text, sizeof text);
        assert_true(written < sizeof text);
        const struct pattern pattern = must_parse(text, false);
        assert_int_equal(pattern_compare(&pattern, &s.segment, 0, 0, false), PATTERN_MATCHES);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flags_are_written_in_order),
        cmocka_unit_test(test_flags_are_read_in_any_order),
        cmocka_unit_test(test_segments_are_written),
        cmocka_unit_test(test_text_is_cut_to_its_room),
        cmocka_unit_test(test_ends_are_written),
        cmocka_unit_test(test_every_option_is_written_and_read_back),
        cmocka_unit_test(test_padding_is_one_eol),
        cmocka_unit_test(test_a_whole_line),
        cmocka_unit_test(test_what_is_left_out_is_unset),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_errors_say_what_and_where),
        cmocka_unit_test(test_a_name_has_its_limit),
        cmocka_unit_test(test_random_octets_are_harmless),
        cmocka_unit_test(test_spoilt_patterns_are_harmless),
        cmocka_unit_test(test_random_options_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
