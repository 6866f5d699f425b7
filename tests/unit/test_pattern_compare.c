/* test_pattern_compare.c - segments against the segment pattern: only what is written counts. */
#include "cmocka_wrapper.h"

#include "../../sim/core/units.h"
#include "pattern_sample.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

struct compare_row {
    const char *pattern;
    enum pattern_field field;
};

/* Against "1.2345 client.4000 > server.80: P. 1:301(300) ack 20 win 65535 <mss 1460,nop,wscale 7>",
 * the segment before it at 1.0. */
static const struct compare_row compare_rows[] = {
    {"client > server: .", PATTERN_MATCHES},
    {".", PATTERN_MATCHES},
    {"P.", PATTERN_MATCHES},
    {"client.4000 > server.80: .", PATTERN_MATCHES},
    {"server > client: .", PATTERN_FROM},
    {"client.4001 > server: .", PATTERN_FROM},
    {"client > serve: .", PATTERN_TO},
    {"client > server.81: .", PATTERN_TO},
    {"-", PATTERN_FLAGS},
    {"S.", PATTERN_FLAGS},
    {".U", PATTERN_FLAGS},
    {". 1:301(300)", PATTERN_MATCHES},
    {". 4294967297:301(300)", PATTERN_MATCHES},
    {". 2:302(300)", PATTERN_SEQ},
    {". 1:300(299)", PATTERN_END},
    {". ack 20", PATTERN_MATCHES},
    {". ack 21", PATTERN_ACK},
    {". win 65535", PATTERN_MATCHES},
    {". win 65534", PATTERN_WIN},
    {". urg 0", PATTERN_URG},
    {". <...>", PATTERN_MATCHES},
    {". <>", PATTERN_OPTIONS},
    {". <mss 1460>", PATTERN_OPTIONS},
    {". <mss 1460,...>", PATTERN_MATCHES},
    {". <mss 1460,wscale 7>", PATTERN_MATCHES},
    {". <wscale 7,mss 1460>", PATTERN_MATCHES},
    {". <nop,wscale 7,mss 1460>", PATTERN_MATCHES},
    {". <nop,nop,wscale 7,mss 1460>", PATTERN_OPTIONS},
    {". <eol,...>", PATTERN_OPTIONS},
    {". <mss 1461,...>", PATTERN_OPTIONS},
    {". <mss 1460,mss 1460,...>", PATTERN_OPTIONS},
    {". <mss 1460,wscale 7,sackOK>", PATTERN_OPTIONS},
    {"* client > server: .", PATTERN_MATCHES},
    {"1.2345 client > server: .", PATTERN_MATCHES},
    {"1.234500000 client > server: .", PATTERN_MATCHES},
    {"1.234500001 client > server: .", PATTERN_TIME},
    {"1.235 client > server: .", PATTERN_MATCHES}, /* half rounds up */
    {"1.234 client > server: .", PATTERN_TIME},
    {"1.2 client > server: .", PATTERN_MATCHES},
    {"1.3 client > server: .", PATTERN_TIME},
    {"1 client > server: .", PATTERN_MATCHES},
    {"+.2345 client > server: .", PATTERN_MATCHES},
    {"+.23 client > server: .", PATTERN_MATCHES},
    {"+1.2345 client > server: .", PATTERN_TIME},
    {"1.2~1.3 client > server: .", PATTERN_MATCHES},
    {"1.0~1.2 client > server: .", PATTERN_MATCHES}, /* inclusive at the digits written */
    {"1.0~1.20 client > server: .", PATTERN_TIME},
    {"1.24~1.3 client > server: .", PATTERN_TIME},
    {"+.2~+.3 client > server: .", PATTERN_MATCHES},
    {"+1~+2 client > server: .", PATTERN_TIME},
};

static void sample_for_comparing(struct sample *s)
{
    sample_init(s, TCP_ACK | TCP_PSH, 1, 300, 20);
    sample_options(s, (const uint8_t[]){2, 4, 0x05, 0xb4, 1, 3, 3, 7}, 8);
}

static void test_compare(void **state)
{
    struct sample s;
    (void)state;
    sample_for_comparing(&s);
    for (size_t i = 0; i < COUNT(compare_rows); i++) {
        const struct pattern pattern = must_parse(compare_rows[i].pattern, true);
        const enum pattern_field field =
            pattern_compare(&pattern, &s.segment, 1234500000, NS_PER_S, false);
        if (field != compare_rows[i].field) {
            fail_msg("\"%s\": %s, not %s", compare_rows[i].pattern,
                     pattern_field_name(compare_rows[i].field), pattern_field_name(field));
        }
    }
}

static void test_compare_absolute(void **state)
{
    struct sample s;
    (void)state;
    sample_for_comparing(&s);
    const struct pattern pattern = must_parse(". 4294967041:45(300) ack 4", false);
    assert_int_equal(pattern_compare(&pattern, &s.segment, 0, 0, true), PATTERN_MATCHES);
    assert_int_equal(pattern_compare(&pattern, &s.segment, 0, 0, false), PATTERN_SEQ);
    s.segment.seq_known = s.segment.ack_known = false;
    assert_int_equal(pattern_compare(&pattern, &s.segment, 0, 0, false), PATTERN_MATCHES);
}

static void test_push_counts_only_where_written(void **state)
{
    struct sample s;
    (void)state;
    sample_init(&s, TCP_ACK, 1, 0, 1);
    const struct pattern with = must_parse("P.", false);
    const struct pattern without = must_parse(".", false);
    assert_int_equal(pattern_compare(&with, &s.segment, 0, 0, false), PATTERN_FLAGS);
    assert_int_equal(pattern_compare(&without, &s.segment, 0, 0, false), PATTERN_MATCHES);
    assert_true(pattern_flags_match(TCP_SYN, false, TCP_SYN | TCP_PSH));
    assert_false(pattern_flags_match(TCP_SYN, true, TCP_SYN | TCP_PSH));
}

static void test_a_field_without_its_flag_is_not_there(void **state)
{
    struct sample s;
    (void)state;
    sample_init(&s, TCP_RST, 1, 0, 0);
    s.header.ack = IRS + 5;
    const struct pattern pattern = must_parse("R ack 5", false);
    assert_int_equal(pattern_compare(&pattern, &s.segment, 0, 0, false), PATTERN_ACK);
}

static void test_timestamps_and_blocks_compare_values(void **state)
{
    static const struct compare_row rows[] = {
        {". <TS val 100 ecr 7,sack 1:101>", PATTERN_MATCHES},
        {". <sack 1:101,TS val 100 ecr 7>", PATTERN_MATCHES},
        {". <TS val 100 ecr 8,sack 1:101>", PATTERN_OPTIONS},
        {". <TS val 101 ecr 7,sack 1:101>", PATTERN_OPTIONS},
        {". <TS val 100 ecr 7,sack 1:102>", PATTERN_OPTIONS},
        {". <TS val 100 ecr 7,sack 2:101>", PATTERN_OPTIONS},
        {". <TS val 100 ecr 7,...>", PATTERN_MATCHES},
    };
    struct sample s;
    (void)state;
    sample_init(&s, TCP_ACK, 1, 0, 1);
    sample_options(&s, (const uint8_t[]){8, 10, 0,    0,    0,    100,  0, 0, 0, 7,
                                         5, 10, 0xff, 0xff, 0xff, 0xf1, 0, 0, 0, 0x55},
                   20);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct pattern pattern = must_parse(rows[i].pattern, false);
        assert_int_equal(pattern_compare(&pattern, &s.segment, 0, 0, false), rows[i].field);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compare),
        cmocka_unit_test(test_compare_absolute),
        cmocka_unit_test(test_push_counts_only_where_written),
        cmocka_unit_test(test_a_field_without_its_flag_is_not_there),
        cmocka_unit_test(test_timestamps_and_blocks_compare_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
