/* test_icmp.c - the table of ICMP errors: words, and types and codes as RFC 792 and RFC 4443 have
 * them, read back as they were written. What an error does: tests/data/dialogues/icmp.txt. */
#include "cmocka_wrapper.h"

#include "../../tcp/icmp.h"

#include <string.h>

static const struct {
    const char *words;
    enum tcp_icmp_class class;
    int v4[2], v6[2]; /* type and code; -1: none */
} rows[] = {
    {"network unreachable", TCP_ICMP_SOFT, {3, 0}, {1, 0}},
    {"host unreachable", TCP_ICMP_SOFT, {3, 1}, {1, 3}},
    {"protocol unreachable", TCP_ICMP_HARD, {3, 2}, {-1, -1}},
    {"port unreachable", TCP_ICMP_HARD, {3, 3}, {1, 4}},
    {"fragmentation needed", TCP_ICMP_TOO_BIG, {3, 4}, {2, 0}},
    {"source route failed", TCP_ICMP_SOFT, {3, 5}, {-1, -1}},
    {"administratively prohibited", TCP_ICMP_SOFT, {3, 13}, {1, 1}},
    {"source quench", TCP_ICMP_IGNORED, {4, 0}, {-1, -1}},
    {"ttl exceeded", TCP_ICMP_SOFT, {11, 0}, {3, 0}},
    {"reassembly time exceeded", TCP_ICMP_SOFT, {11, 1}, {3, 1}},
    {"parameter problem", TCP_ICMP_SOFT, {12, 0}, {4, 0}},
};
#define ROWS (sizeof rows / sizeof rows[0])

static void check_wire(enum tcp_icmp_kind kind, unsigned family, const int expected[2])
{
    uint8_t type = 77, code = 77;
    enum tcp_icmp_kind back = TCP_ICMP_KIND_COUNT;
    const bool has = tcp_icmp_type_code(kind, family, &type, &code);
    assert_int_equal(has, expected[0] >= 0);
    if (!has) { return; }
    assert_int_equal(type, expected[0]);
    assert_int_equal(code, expected[1]);
    assert_true(tcp_icmp_from_type_code(family, type, code, &back));
    assert_int_equal(back, kind);
}

static void every_kind_has_its_words_and_octets(void **state)
{
    (void)state;
    assert_int_equal(ROWS, TCP_ICMP_KIND_COUNT);
    for (size_t i = 0; i < ROWS; i++) {
        enum tcp_icmp_kind kind = TCP_ICMP_KIND_COUNT;
        assert_true(tcp_icmp_from_words(rows[i].words, &kind));
        assert_string_equal(tcp_icmp_words(kind), rows[i].words);
        assert_int_equal(tcp_icmp_class(kind), rows[i].class);
        check_wire(kind, 4, rows[i].v4);
        check_wire(kind, 6, rows[i].v6);
    }
}

static void what_is_no_error_of_tcp_is_none(void **state)
{
    (void)state;
    enum tcp_icmp_kind kind = TCP_ICMP_KIND_COUNT;
    assert_false(tcp_icmp_from_words("echo reply", &kind));
    assert_false(tcp_icmp_from_words("host", &kind));
    assert_false(tcp_icmp_from_type_code(4, 0, 0, &kind)); /* echo reply */
    assert_false(tcp_icmp_from_type_code(4, 3, 200, &kind));
    assert_false(tcp_icmp_from_type_code(6, 129, 0, &kind));
    assert_false(tcp_icmp_from_type_code(6, 255, 255, &kind)); /* "none" in the table is no octet */
    assert_int_equal(kind, TCP_ICMP_KIND_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_its_words_and_octets),
        cmocka_unit_test(what_is_no_error_of_tcp_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
