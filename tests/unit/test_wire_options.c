/* test_wire_options.c - the TCP options as octets, and addresses as text. */
#include "cmocka_wrapper.h"

#include "../../tcp/wire.h"

#include <string.h>

/* ---- options ---- */

static void every_option_is_read_as_it_was_written(void **unused)
{
    (void)unused;
    struct tcp_parsed_options values = {
        .mss = 1460,
        .wscale = 7,
        .ts_val = 0xfffffff0,
        .ts_ecr = 1,
        .sack_count = 2,
        .user_timeout = 0x7122,
        .user_timeout_minutes = true,
        .fast_open_len = 8,
    };
    values.sack[0].left = 0xffffff01;
    values.sack[0].right = 0x00000065;
    values.sack[1].left = 201;
    values.sack[1].right = 301;
    memcpy(values.fast_open, "\1\2\3\4\5\6\7\x8", 8);
    for (size_t i = 0; i < wire_option_count; i++) {
        const struct wire_option_row *row = &wire_option_table[i];
        uint8_t octets[40];
        memset(octets, 0xaa, sizeof octets);
        uint8_t len = row->write(&values, octets);
        assert_int_equal(octets[0], row->kind);
        assert_int_equal(octets[len], 0xaa);
        assert_ptr_equal(wire_option_by_kind(row->kind), row);
        if (row->length != 0) { assert_int_equal(len, row->length); }
        struct tcp_parsed_options parsed;
        wire_parse_options(octets, len, &parsed);
        assert_false(parsed.malformed);
        assert_int_equal(parsed.has_mss ? parsed.mss : 1460, 1460);
        assert_int_equal(parsed.has_mss, row->kind == TCP_OPT_MSS);
        assert_int_equal(parsed.has_wscale, row->kind == TCP_OPT_WSCALE);
        assert_int_equal(parsed.wscale, parsed.has_wscale ? 7 : 0);
        assert_int_equal(parsed.has_sack_ok, row->kind == TCP_OPT_SACK_OK);
        assert_int_equal(parsed.has_timestamp, row->kind == TCP_OPT_TIMESTAMP);
        assert_int_equal(parsed.ts_val, parsed.has_timestamp ? 0xfffffff0 : 0);
        assert_int_equal(parsed.ts_ecr, parsed.has_timestamp);
        assert_int_equal(parsed.sack_count, row->kind == TCP_OPT_SACK ? 2 : 0);
        if (row->kind == TCP_OPT_SACK) {
            assert_memory_equal(parsed.sack, values.sack, sizeof values.sack);
        }
        assert_int_equal(parsed.has_user_timeout, row->kind == TCP_OPT_USER_TIMEOUT);
        assert_int_equal(parsed.user_timeout, parsed.has_user_timeout ? 0x7122 : 0);
        assert_int_equal(parsed.user_timeout_minutes, parsed.has_user_timeout);
        const bool experiment = row->kind == TCP_OPT_EXPERIMENT;
        assert_int_equal(parsed.has_fast_open, row->kind == TCP_OPT_FAST_OPEN || experiment);
        assert_int_equal(parsed.fast_open_experiment, experiment);
        assert_int_equal(parsed.fast_open_len, parsed.has_fast_open ? 8 : 0);
        assert_memory_equal(parsed.fast_open, values.fast_open, parsed.fast_open_len);
    }
}

struct option_row {
    const char *name;
    const char *octets;
    uint8_t len;
    bool malformed, has_mss, has_sack_ok;
};

static const struct option_row option_rows[] = {
    {"none", "", 0, false, false, false},
    {"an unknown one is stepped over (MUST-6)", "\xfe\x05\1\2\3\2\4\5\xb4", 9, false, true, false},
    {"NOPs anywhere", "\1\1\2\4\5\xb4\1\4\2\1", 10, false, true, true},
    {"nothing counts after the end of the list", "\4\2\0\2\4\5\xb4\0", 8, false, false, true},
    {"length 0 (MUST-7)", "\2\4\5\xb4\xfe\0\4\2", 8, true, true, false},
    {"length 1", "\2\4\5\xb4\xfe\1\4\2", 8, true, true, false},
    {"beyond the header", "\4\2\2\5\5\xb4", 6, true, false, true},
    {"a kind without its length", "\4\2\2", 3, true, false, true},
    {"MSS of 3 octets", "\2\3\5\4\2\0", 6, true, false, false},
    {"MSS of 5 octets", "\2\5\5\xb4\1\4\2", 7, true, false, false},
    {"half a SACK block", "\5\6\1\2\3\4", 6, true, false, false},
    {"a SACK option without blocks", "\5\2\4\2", 4, true, false, false},
    {"one SACK block", "\5\x0a\1\2\3\4\1\2\3\5\4\2", 12, false, false, true},
    {"a SACK block and a half", "\5\x0e\1\2\3\4\1\2\3\5\1\2\3\4\4\2", 16, true, false, false},
    {"a SACK block and an octet", "\5\x0b\1\2\3\4\1\2\3\5\1\4\2", 13, true, false, false},
    {"an unknown one beyond the header", "\4\2\xc8\5\1\1", 6, true, false, true},
    {"a fast open cookie of 3 octets is ignored (RFC 7413 4.1.1)", "\x22\5\1\2\3\4\2", 7, false,
     false, true},
    {"an experiment too short for an identifier", "\xfe\3\1\4\2", 5, false, false, true},
};

static void impossible_options_are_noticed(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof option_rows / sizeof option_rows[0]; i++) {
        const struct option_row *row = &option_rows[i];
        struct tcp_parsed_options parsed;
        wire_parse_options((const uint8_t *)row->octets, row->len, &parsed);
        if (parsed.malformed != row->malformed || parsed.has_mss != row->has_mss ||
            parsed.has_sack_ok != row->has_sack_ok) {
            fail_msg("%s: malformed %d mss %d sackOK %d", row->name, parsed.malformed,
                     parsed.has_mss, parsed.has_sack_ok);
        }
    }
}

static void four_sack_blocks_are_the_most(void **unused)
{
    (void)unused;
    struct tcp_parsed_options values = {.sack_count = 5};
    uint8_t octets[64] = {0};
    assert_int_equal(wire_option_by_kind(TCP_OPT_SACK)->write(&values, octets), 34);
    struct tcp_parsed_options parsed;
    wire_parse_options(octets, 34, &parsed);
    assert_int_equal(parsed.sack_count, 4);
    octets[1] = 42; /* no header could hold it */
    wire_parse_options(octets, 42, &parsed);
    assert_true(parsed.malformed);
}

/* RFC 6994: what other experiments hold is no cookie. */
static void other_experiments_are_stepped_over(void **unused)
{
    (void)unused;
    struct tcp_parsed_options parsed;
    wire_parse_options((const uint8_t *)"\xfe\x08\xf9\x88\3\4\5\6", 8, &parsed);
    assert_false(parsed.has_fast_open);
    wire_parse_options((const uint8_t *)"\xfe\x08\xf9\x89\3\4\5\6", 8, &parsed);
    assert_true(parsed.has_fast_open && parsed.fast_open_experiment);
    wire_parse_options((const uint8_t *)"\xfe\3\xf9\x89\4\2", 6, &parsed);
    assert_false(parsed.has_fast_open);
}

static void options_are_padded_with_ends(void **unused)
{
    (void)unused;
    uint8_t octets[40];
    memset(octets, 0xaa, sizeof octets);
    assert_int_equal(wire_pad_options(octets, 0), 0);
    assert_int_equal(wire_pad_options(octets, 5), 8);
    assert_memory_equal(octets + 4, "\xaa\0\0\0\xaa", 5);
    assert_int_equal(wire_pad_options(octets, 40), 40);
}

/* ---- addresses ---- */

static struct tcp_address address(const char *text)
{
    struct tcp_address read;
    if (!wire_parse_address(text, &read)) { fail_msg("%s", text); }
    return read;
}

static void addresses_are_written_as_rfc_5952_wants(void **unused)
{
    (void)unused;
    static const char *const rows[][2] = {
        {"10.0.0.1", "10.0.0.1"},
        {"255.255.255.255", "255.255.255.255"},
        {"::", "::"},
        {"::1", "::1"},
        {"1::", "1::"},
        {"2001:db8:0:0:0:0:2:1", "2001:db8::2:1"},        /* 4.2.1 */
        {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"}, /* 4.2.2: one zero stays */
        {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},          /* 4.2.3: the longest */
        {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},    /* 4.2.3: the first of equals */
        {"2001:0DB8::00AA", "2001:db8::aa"},              /* 4.1, 4.3 */
        {"::ffff:192.0.2.1", "::ffff:192.0.2.1"},         /* 5 */
        {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
        {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
        {"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
        {"::aF:Fa", "::af:fa"},
        {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct tcp_address read = address(rows[i][0]);
        char text[46];
        assert_int_equal(wire_format_address(&read, text, sizeof text), strlen(rows[i][1]));
        assert_string_equal(text, rows[i][1]);
        struct tcp_address again = address(text);
        assert_true(tcp_address_equal(&again, &read));
    }
    static const char *const wrong[] = {
        "",
        "1",
        "1.2.3",
        "1.2.3.4.5",
        "256.0.0.1",
        "4294967306.0.0.1",
        "01.2.3.4",
        "1.2.3.4 ",
        "1..2.3",
        "a.b.c.d",
        ":",
        ":::",
        "1:::2",
        "::1::",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::",
        "12345::",
        "g::",
        "1:",
        ":1",
        "::1:",
        "::1.2.3",
        "1:2:3:4:5:6:7:1.2.3.4",
        "::1.2.3.4:5",
        "1:2:3:4:5:6:7:8:",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct tcp_address read;
        if (wire_parse_address(wrong[i], &read)) {
            fail_msg("\"%s\" was taken for an address", wrong[i]);
        }
    }
}

static void addresses_are_cut_to_the_room(void **unused)
{
    (void)unused;
    struct tcp_address one = address("10.0.0.1");
    char little[5] = "xxxx";
    assert_int_equal(wire_format_address(&one, little, sizeof little), 4);
    assert_string_equal(little, "10.0");
    char exact[8];
    assert_int_equal(wire_format_address(&one, exact, sizeof exact), 7); /* and its end */
    assert_string_equal(exact, "10.0.0.");
    assert_int_equal(wire_format_address(&one, exact, 1), 0);
    assert_string_equal(exact, "");
    exact[0] = 'x';
    assert_int_equal(wire_format_address(&one, exact, 0), 0);
    assert_int_equal(exact[0], 'x');
    const struct tcp_address none = {.family = 0};
    assert_int_equal(wire_format_address(&none, exact, sizeof exact), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_option_is_read_as_it_was_written),
        cmocka_unit_test(impossible_options_are_noticed),
        cmocka_unit_test(four_sack_blocks_are_the_most),
        cmocka_unit_test(other_experiments_are_stepped_over),
        cmocka_unit_test(options_are_padded_with_ends),
        cmocka_unit_test(addresses_are_written_as_rfc_5952_wants),
        cmocka_unit_test(addresses_are_cut_to_the_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
