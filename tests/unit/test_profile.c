/* test_profile.c - the table of option values agrees with the values that hosts get, with itself,
 * and with the order of the scenario language's page. */
#include "cmocka_wrapper.h"

#include "../../tcp/profile.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char page_order[] =
    "iss mss timestamps timestamp_clock timestamp_offset missing_timestamp syn_echo sack "
    "window_scale "
    "option_layout recv_buffer send_buffer window syn_window congestion "
    "initial_window nagle delayed_ack rto_initial rto_min rto_max syn_retries synack_retries "
    "retries "
    "msl rfc1337 time_wait_syn keepalive user_timeout backlog syn_cookies defer_accept "
    "challenge_ack "
    "challenge_ack_limit rack tlp prr "
    "frto hystart dsack ecn fast_open pacing fin_ack persist_probe ttl tos ";

/* Those that the page does not name come behind. */
static void rows_stand_in_the_order_of_the_page(void **unused)
{
    (void)unused;
    char names[sizeof page_order + 64] = "";
    for (size_t i = 0; i < tcp_option_count && strlen(names) < sizeof page_order - 1; i++) {
        size_t len = strlen(names);
        (void)snprintf(names + len, sizeof names - len, "%s ", tcp_option_table[i].name);
    }
    assert_string_equal(names, page_order);
}

/* The value of a field in its own width. */
static uint64_t field(const struct tcp_options *options, const struct tcp_option_row *row)
{
    const char *at = (const char *)options + row->offset;
    uint8_t one;
    uint16_t two;
    uint32_t four;
    uint64_t eight;
    switch (row->width) {
    case 1: memcpy(&one, at, 1); return one;
    case 2: memcpy(&two, at, 2); return two;
    case 4: memcpy(&four, at, 4); return four;
    case 8: memcpy(&eight, at, 8); return eight;
    default: fail_msg("%s: width %zu", row->name, row->width); return 0;
    }
}

static uint64_t read_time(const struct tcp_option_row *row)
{
    char *unit = NULL;
    uint64_t n = strtoull(row->defaults[0], &unit, 10);
    if (strcmp(unit, "ms") == 0) { return n * 1000000; }
    if (strcmp(unit, "s") == 0) { return n * 1000000000; }
    assert_string_equal(unit, "min");
    return n * 60000000000;
}

static uint64_t read_choice(const struct tcp_option_row *row, const char *text)
{
    const char *choice = row->choices;
    for (uint64_t index = 0; *choice != '\0'; index++) {
        char words[32] = "";
        size_t len = strcspn(choice, " ");
        assert_true(len < sizeof words);
        for (size_t i = 0; i < len; i++) { words[i] = (char)(choice[i] == '_' ? ' ' : choice[i]); }
        if (strcmp(words, text) == 0) { return index; }
        choice += len + strspn(choice + len, " ");
    }
    fail_msg("%s: \"%s\" is no choice", row->name, text);
    return 0;
}

/* What the text of the first column says, in the field's unit. Words that stand for a rule of an
 * RFC or for "not given" are stored as 0. */
static uint64_t text_value(const struct tcp_option_row *row)
{
    const char *text = row->defaults[0];
    if (strcmp(text, "off") == 0 || strcmp(text, "false") == 0 || strcmp(text, "-") == 0 ||
        strncmp(text, "RFC ", 4) == 0 || strncmp(text, "link MTU", 8) == 0) {
        return 0;
    }
    if (row->type == TCP_OPTION_CHOICE) { return read_choice(row, text); }
    if (row->type == TCP_OPTION_TIME) { return read_time(row); }
    if (row->type == TCP_OPTION_BOOL) {
        assert_string_equal(text, "true");
        return 1;
    }
    char *end = NULL;
    uint64_t n = strtoull(text, &end, 10);
    assert_string_equal(end, "");
    return n;
}

static void defaults_are_those_of_the_table(void **unused)
{
    (void)unused;
    struct tcp_options options;
    memset(&options, 0xff, sizeof options);
    tcp_options_default(&options);
    for (size_t i = 0; i < tcp_option_count; i++) {
        const struct tcp_option_row *row = &tcp_option_table[i];
        uint64_t said = text_value(row);
        if (row->type == TCP_OPTION_LATER) {
            assert_int_equal(said, 0);
            continue;
        }
        if (field(&options, row) != said) {
            fail_msg("%s: %" PRIu64 ", the table says %s", row->name, field(&options, row),
                     row->defaults[0]);
        }
        if (said != 0 && (said < row->min || said > row->max)) {
            fail_msg("%s: the default is out of range", row->name);
        }
    }
    assert_int_equal(options.mtu_bytes, 1500);
    assert_int_equal(options.msl_ns, UINT64_C(120000000000));
    assert_false(options.has_iss || options.has_window || options.has_syn_window);
    assert_int_equal(options.keepalive_interval_ns, 0);
    assert_int_equal(options.keepalive_count, 0);
}

/* A word that is no choice would silently be the first one. */
static void columns_name_choices(void **unused)
{
    (void)unused;
    for (unsigned which = 0; which < TCP_PROFILES; which++) {
        struct tcp_options options;
        tcp_options_profile(&options, which);
        for (size_t i = 0; i < tcp_option_count; i++) {
            const struct tcp_option_row *row = &tcp_option_table[i];
            const bool later =
                strcmp(row->name, "congestion") == 0; /* a kernel's is not there yet */
            if (row->type != TCP_OPTION_CHOICE || later) { continue; }
            if (field(&options, row) != read_choice(row, row->defaults[which])) {
                fail_msg("%s: \"%s\" is not read", row->name, row->defaults[which]);
            }
        }
    }
}

static void rows_are_sound(void **unused)
{
    (void)unused;
    static const size_t widths[] = {
        [TCP_OPTION_BOOL] = 1,   [TCP_OPTION_SEQ] = 4,       [TCP_OPTION_TIME] = 8,
        [TCP_OPTION_CHOICE] = 1, [TCP_OPTION_KEEPALIVE] = 8, [TCP_OPTION_ACK_LIMIT] = 8,
        [TCP_OPTION_LATER] = 0,  [TCP_OPTION_COUNT] = 0,     [TCP_OPTION_SIZE] = 0,
        [TCP_OPTION_SHIFT] = 1,
    };
    for (size_t i = 0; i < tcp_option_count; i++) {
        const struct tcp_option_row *row = &tcp_option_table[i];
        assert_true(row->min <= row->max);
        assert_true(row->offset + row->width <= sizeof(struct tcp_options));
        if (widths[row->type] != 0) { assert_int_equal(row->width, widths[row->type]); }
        if (row->width > 0 && row->width < 8 && row->max >> (8 * row->width) != 0) {
            fail_msg("%s: its greatest value does not fit", row->name);
        }
        assert_true(strlen(row->help) > 0 && strncmp(row->source, "RFC ", 4) == 0);
        for (unsigned profile = 0; profile < TCP_PROFILES; profile++) {
            assert_true(strlen(row->defaults[profile]) > 0);
        }
        assert_int_equal(row->type == TCP_OPTION_CHOICE, row->choices != NULL);
    }
    assert_int_equal(offsetof(struct tcp_options, keepalive_interval_ns),
                     offsetof(struct tcp_options, keepalive_idle_ns) + 8);
    assert_int_equal(offsetof(struct tcp_options, keepalive_count),
                     offsetof(struct tcp_options, keepalive_idle_ns) + 16);
    assert_string_equal(tcp_profile_names[0], "rfc9293");
}

static bool is_rule_or_nothing(const char *text)
{
    return strcmp(text, "-") == 0 || strncmp(text, "RFC ", 4) == 0 ||
           strncmp(text, "link MTU", 8) == 0;
}

/* Each profile's values are those of its column: every word is read, and is in range. */
static void profiles_are_columns(void **unused)
{
    (void)unused;
    for (unsigned which = 0; which < TCP_PROFILES; which++) {
        struct tcp_options options;
        memset(&options, 0xff, sizeof options);
        tcp_options_profile(&options, which);
        assert_int_equal(options.mtu_bytes, 1500);
        for (size_t i = 0; i < tcp_option_count; i++) {
            const struct tcp_option_row *row = &tcp_option_table[i];
            const char *text = row->defaults[which];
            if (row->type == TCP_OPTION_LATER) { continue; }
            const uint64_t value = field(&options, row);
            const bool says_number = text[0] >= '1' && text[0] <= '9';
            if (says_number && value == 0) { fail_msg("%s: \"%s\" is not read", row->name, text); }
            if (value == 0) {
                assert_true(is_rule_or_nothing(text) || row->may_be_off ||
                            row->type == TCP_OPTION_CHOICE || strcmp(text, "0") == 0);
            } else {
                assert_true(value >= row->min && value <= row->max);
            }
            if (row->present_offset != SIZE_MAX) {
                bool given;
                memcpy(&given, (const char *)&options + row->present_offset, sizeof given);
                assert_int_equal(given, text[0] >= '0' && text[0] <= '9');
            }
        }
    }
}

/* A column that limits the whole host would be read as one that limits each connection. */
static void ack_limits_are_of_a_connection(void **unused)
{
    (void)unused;
    const char *const *texts = tcp_option_find("challenge_ack_limit")->defaults;
    for (unsigned which = 0; which < TCP_PROFILES; which++) {
        assert_true(strcmp(texts[which], "off") == 0 || strstr(texts[which], " a connection"));
    }
}

static void names_are_found(void **unused)
{
    (void)unused;
    for (unsigned which = 0; which < TCP_PROFILES; which++) {
        assert_int_equal(tcp_profile_find(tcp_profile_names[which]), which);
    }
    assert_int_equal(tcp_profile_find("rfc793"), TCP_PROFILES);
    for (size_t i = 0; i < tcp_option_count; i++) {
        assert_ptr_equal(tcp_option_find(tcp_option_table[i].name), &tcp_option_table[i]);
    }
    assert_null(tcp_option_find("is"));
    assert_null(tcp_option_find("isss"));
}

/* A few of packetdrill's and the captures' figures, so that no reading of the words goes wrong. */
static void kernels_have_their_values(void **unused)
{
    (void)unused;
    struct tcp_options linux_values;
    struct tcp_options freebsd;
    tcp_options_profile(&linux_values, 1);
    tcp_options_profile(&freebsd, 2);
    assert_int_equal(linux_values.initial_window, 10);
    assert_int_equal(linux_values.delayed_ack_ns, 40000000);
    assert_int_equal(linux_values.rto_min_ns, 200000000);
    assert_int_equal(linux_values.rto_max_ns, UINT64_C(120000000000));
    assert_int_equal(linux_values.msl_ns, UINT64_C(30000000000));
    assert_int_equal(linux_values.fin_ack, TCP_FIN_ACK_DELAYED);
    assert_int_equal(linux_values.persist_probe, TCP_PROBE_EMPTY);
    assert_int_equal(linux_values.recv_buffer, 131072);
    assert_true(linux_values.nagle && linux_values.challenge_ack);
    assert_int_equal(linux_values.keepalive_idle_ns, 0);
    assert_int_equal(linux_values.keepalive_interval_ns, UINT64_C(75000000000));
    assert_int_equal(linux_values.keepalive_count, 9);
    assert_int_equal(freebsd.keepalive_count, 8);
    assert_int_equal(freebsd.rto_min_ns, 230000000);
    assert_int_equal(freebsd.syn_retries, 12);
    assert_int_equal(freebsd.persist_probe, TCP_PROBE_OCTET);
    assert_int_equal(freebsd.fin_ack, TCP_FIN_ACK_AT_ONCE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_stand_in_the_order_of_the_page),
        cmocka_unit_test(defaults_are_those_of_the_table),
        cmocka_unit_test(rows_are_sound),
        cmocka_unit_test(columns_name_choices),
        cmocka_unit_test(profiles_are_columns),
        cmocka_unit_test(names_are_found),
        cmocka_unit_test(ack_limits_are_of_a_connection),
        cmocka_unit_test(kernels_have_their_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
