/* test_units.c - words to whole numbers and back: units, rounding, the ends of the ranges. */
#include "../../sim/core/units.h"
#include "cmocka_wrapper.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define REFUSED UINT64_MAX /* in a row: no such text */

struct row {
    const char *text;
    uint64_t value;
};

static void check_rows(const struct row *rows, size_t count,
                       const char *(*parse)(const char *, uint64_t *))
{
    for (size_t i = 0; i < count; i++) {
        uint64_t value = 77;
        const char *expected = parse(rows[i].text, &value);
        if (rows[i].value == REFUSED) {
            if (expected == NULL) {
                fail_msg("\"%s\" was taken as %llu", rows[i].text, (unsigned long long)value);
            }
            assert_int_equal(value, 77);
        } else if (expected != NULL || value != rows[i].value) {
            fail_msg("\"%s\" gave %llu (%s)", rows[i].text, (unsigned long long)value,
                     expected == NULL ? "taken" : expected);
        }
    }
}

static void test_times(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"0s", 0},
        {"1ns", 1},
        {"250us", 250000},
        {"10ms", 10000000},
        {"1.5s", 1500000000},
        {"2min", UINT64_C(120000000000)},
        {"1h", UINT64_C(3600000000000)},
        {".5s", 500000000},
        {"0.1s", 100000000},
        {"1.0000000004s", 1000000000},
        {"1.0000000005s", 1000000001},
        {"0.5ns", 1},
        {"0.49999ns", 0},
        {"0.4999999999999999999999999999999999999ns", 0},
        {"00010ms", 10000000},
        {"0.000000000000000000000001h", 0},
        {"4611686018427387903ns", TIME_MAX_NS},
        {"4611686018427387904ns", REFUSED},
        {"18446744073709551615ns", REFUSED},
        {"18446744073709551616ns", REFUSED},
        {"99999999999999999999999999999999999999h", REFUSED},
        {"", REFUSED},
        {"10", REFUSED},
        {"ms", REFUSED},
        {".", REFUSED},
        {".s", REFUSED},
        {"1.", REFUSED},
        {"1.s", REFUSED},
        {" 1ms", REFUSED},
        {"1 ms", REFUSED},
        {"1ms ", REFUSED},
        {"-1ms", REFUSED},
        {"+1ms", REFUSED},
        {"1e3ms", REFUSED},
        {"0x10ms", REFUSED},
        {"1MS", REFUSED},
        {"1m", REFUSED},
        {"1.5.5s", REFUSED},
        {"1,5s", REFUSED},
        {"inf", REFUSED},
    };
    check_rows(rows, COUNT(rows), units_parse_time);
}

static void test_rates(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"0bit", 0},
        {"56kbit", 56000},
        {"10mbit", 10000000},
        {"10Mbit", 10000000},
        {"1gbit", 1000000000},
        {"2.5gbit", UINT64_C(2500000000)},
        {"0.0625tbit", UINT64_C(62500000000)},
        {"1.4bit", 1},
        {"1.5bit", 2},
        {"18446744tbit", UINT64_C(18446744000000000000)},
        {"18446745tbit", REFUSED},
        {"10", REFUSED},
        {"10mbps", REFUSED},
        {"10mbit/s", REFUSED},
        {"mbit", REFUSED},
        {"-1mbit", REFUSED},
        {"", REFUSED},
        {"1 mbit", REFUSED},
    };
    check_rows(rows, COUNT(rows), units_parse_rate);
}

static void test_sizes(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"0", 0},
        {"1500", 1500},
        {"1500B", 1500},
        {"1KB", 1000},
        {"1kB", 1000},
        {"1MB", 1000000},
        {"2GB", UINT64_C(2000000000)},
        {"64KiB", 65536},
        {"1.5KiB", 1536},
        {"1MiB", 1048576},
        {"16GiB", UINT64_C(17179869184)},
        {"18446744073709551614", UINT64_MAX - 1},
        {"18446744073709551616", REFUSED},
        {"99999999999GiB", REFUSED},
        {"64kib", REFUSED},
        {"64K", REFUSED},
        {"64 KiB", REFUSED},
        {"-1", REFUSED},
        {"", REFUSED},
        {"KiB", REFUSED},
        {"1e3", REFUSED},
        {"0x10", REFUSED},
    };
    check_rows(rows, COUNT(rows), units_parse_size);
}

static void test_probabilities(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"0", 0},
        {"1", PPB_ONE},
        {"1%", 10000000},
        {"0.01", 10000000},
        {"100%", PPB_ONE},
        {"0.1%", 1000000},
        {"33.3333333%", 333333333},
        {"0.0000000005", 1},
        {"0.00000000049", 0},
        {"1.0000000004", PPB_ONE},
        {"1.1", REFUSED},
        {"101%", REFUSED},
        {"-1%", REFUSED},
        {"1 %", REFUSED},
        {"%", REFUSED},
        {"", REFUSED},
        {"1%%", REFUSED},
    };
    check_rows(rows, COUNT(rows), units_parse_probability);
}

static void test_numbers_of_lua(void **state)
{
    (void)state;
    uint64_t value = 77;
    assert_null(units_seconds(0.1, &value));
    assert_int_equal(value, 100000000);
    assert_null(units_seconds(1.1, &value));
    assert_int_equal(value, 1100000000);
    assert_null(units_seconds(0.0000000005, &value));
    assert_int_equal(value, 1);
    assert_null(units_seconds(0.00000000049, &value));
    assert_int_equal(value, 0);
    assert_null(units_seconds(4611686018.0, &value));
    assert_true(value <= TIME_MAX_NS);
    assert_null(units_seconds(-0.0, &value));
    assert_int_equal(value, 0);
    value = 77;
    assert_non_null(units_seconds(4611686019.0, &value));
    assert_non_null(units_seconds(-0.001, &value));
    assert_non_null(units_seconds((double)NAN, &value));
    assert_non_null(units_seconds((double)INFINITY, &value));
    assert_int_equal(value, 77);
    assert_null(units_probability(0.01, &value));
    assert_int_equal(value, 10000000);
    assert_null(units_probability(1.0, &value));
    assert_int_equal(value, PPB_ONE);
    value = 77;
    assert_non_null(units_probability(1.0000001, &value));
    assert_non_null(units_probability(-0.1, &value));
    assert_non_null(units_probability((double)NAN, &value));
    assert_int_equal(value, 77);
}

static void check_time(uint64_t ns, unsigned digits, const char *expected)
{
    char text[32];
    assert_int_equal(units_format_time(ns, digits, text, sizeof text), strlen(expected));
    assert_string_equal(text, expected);
}

static void test_written_times(void **state)
{
    (void)state;
    check_time(1500000000, 6, "1.500000");
    check_time(0, 0, "0");
    check_time(0, 3, "0.000");
    check_time(499999999, 0, "0");
    check_time(500000000, 0, "1");
    check_time(10499999, 3, "0.010");
    check_time(10500000, 3, "0.011");
    check_time(999999500, 6, "1.000000");
    check_time(999999499, 6, "0.999999");
    check_time(1, 9, "0.000000001");
    check_time(UINT64_MAX, 9, "18446744073.709551615");
    check_time(UINT64_MAX, 0, "18446744074");
}

static void test_written_durations(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"0s", 0},
        {"1ns", 1},
        {"999ns", 999},
        {"1us", 1000},
        {"1.5us", 1500},
        {"250us", 250000},
        {"10ms", 10000000},
        {"1.234567ms", 1234567},
        {"1.5s", 1500000000},
        {"1.000000001s", 1000000001},
        {"59s", UINT64_C(59000000000)},
        {"1min", UINT64_C(60000000000)},
        {"90s", UINT64_C(90000000000)},
        {"2min", UINT64_C(120000000000)},
        {"1h", UINT64_C(3600000000000)},
        {"90min", UINT64_C(5400000000000)},
        {"4611686018.427387903s", TIME_MAX_NS},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[32];
        assert_int_equal(units_format_duration(rows[i].value, text, sizeof text),
                         strlen(rows[i].text));
        assert_string_equal(text, rows[i].text);
        uint64_t back = 77;
        assert_null(units_parse_time(text, &back));
        assert_int_equal(back, rows[i].value);
    }
}

static void test_serialisation(void **state)
{
    (void)state;
    assert_int_equal(units_serialisation_ns(1500, 0), 0);
    assert_int_equal(units_serialisation_ns(0, 1), 0);
    assert_int_equal(units_serialisation_ns(1500, 10000000), 1200000);
    assert_int_equal(units_serialisation_ns(1, 3), UINT64_C(2666666667)); /* rounded up */
    assert_int_equal(units_serialisation_ns(1, 8000000000), 1);
    assert_int_equal(units_serialisation_ns(1, 8000000001), 1);
    assert_int_equal(units_serialisation_ns(UINT64_MAX, 1), TIME_MAX_NS);
    assert_int_equal(units_serialisation_ns(UINT64_C(10000000000), UINT64_C(1000000000)),
                     UINT64_C(80000000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_rates),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_probabilities),
        cmocka_unit_test(test_numbers_of_lua),
        cmocka_unit_test(test_written_times),
        cmocka_unit_test(test_written_durations),
        cmocka_unit_test(test_serialisation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
