/* test_option_words.c - options of a host as words, and read back: every option of the table in
 * every profile, what is refused. */
#include "sim/trace/option_words.h"

#include "cmocka_wrapper.h"

#define FORTY_DIGITS "0123456789012345678901234567890123456789"

static void read_all(struct tcp_options *made, const struct tcp_options *options, unsigned profile)
{
    char word[OPTION_WORD_MAX];
    size_t row = 0;
    tcp_options_profile(made, profile);
    while (option_words_next(options, profile, &row, word) > 0) {
        const char *expected = option_word_read(word, made);
        if (expected != NULL) { fail_msg("%s: expected %s", word, expected); }
    }
}

/* Each profile can be told by any other one, and is its own nearest. */
static void test_profiles(void **state)
{
    (void)state;
    for (unsigned from = 0; from < TCP_PROFILES; from++) {
        struct tcp_options options;
        tcp_options_profile(&options, from);
        assert_int_equal(option_words_profile(&options), from);
        for (unsigned to = 0; to < TCP_PROFILES; to++) {
            struct tcp_options made;
            size_t row = 0;
            char word[OPTION_WORD_MAX];
            read_all(&made, &options, to);
            if (option_words_next(&made, from, &row, word) > 0) {
                fail_msg("%s by %s: %s", tcp_profile_names[from], tcp_profile_names[to], word);
            }
        }
    }
}

/* As it is written when it is read: the first column; the second when that differs. */
static void test_words(void **state)
{
    static const char *const words[][2] = {
        {"delayed_ack=off", NULL},
        {"delayed_ack=40ms", NULL},
        {"iss=4294967295", NULL},
        {"iss=0", NULL},
        {"window_scale=0", NULL},
        {"window_scale=true", NULL},
        {"keepalive=2h/75s/9", NULL},
        {"nagle=false", NULL},
        {"challenge_ack_limit=3/1.5s/host", NULL},
        {"challenge_ack_limit=1/500ms/connection", NULL},
        {"ecn=passive", NULL},
        {"synack_retries=0", NULL},
        {"fin_ack=delayed", NULL},
        {"rto_min=1500ms", "rto_min=1.5s"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const char *expected = words[i][1] != NULL ? words[i][1] : words[i][0];
        struct tcp_options options;
        char word[OPTION_WORD_MAX];
        size_t row = 0;
        tcp_options_default(&options);
        if (option_word_read(words[i][0], &options) != NULL) { fail_msg("%s", words[i][0]); }
        assert_true(option_words_next(&options, 0, &row, word) > 0);
        assert_string_equal(word, expected);
        assert_int_equal(option_words_next(&options, 0, &row, word), 0);
    }
}

static void test_off(void **state)
{
    static const char *const words[] = {"iss=off", "window_scale=off", "keepalive=off",
                                        "challenge_ack_limit=off"};
    struct tcp_options linux_;
    (void)state;
    tcp_options_profile(&linux_, 1);
    linux_.has_iss = true;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        assert_null(option_word_read(words[i], &linux_));
    }
    assert_false(linux_.has_iss);
    assert_int_equal(linux_.window_scale, 0);
    assert_int_equal(linux_.challenge_ack_limit.interval_ns, 0);
}

static void test_keeps_mtu(void **state)
{
    struct tcp_options options;
    (void)state;
    tcp_options_default(&options);
    options.mtu_bytes = 576;
    assert_null(option_word_read("profile=linux", &options));
    assert_int_equal(options.mtu_bytes, 576);
    assert_int_equal(options.option_layout, TCP_LAYOUT_LINUX);
}

static void test_refused(void **state)
{
    static const char *const words[] = {
        "",
        "nagle",
        "nagle=",
        "nagle=maybe",
        "naggle=true",
        "profile=windows",
        "rto_min=fast",
        "rto_min=off",
        "recv_buffer=0",
        "recv_buffer=off",
        "recv_buffer=99999999999999999999",
        "window_scale=15",
        "ecn=perhaps",
        "keepalive=1s/1s",
        "keepalive=1s/1s/0",
        "challenge_ack_limit=1/1s/router",
        "challenge_ack_limit=x/1s/host",
        "prr=on",
        "retries=" FORTY_DIGITS FORTY_DIGITS FORTY_DIGITS FORTY_DIGITS,
    };
    struct tcp_options options;
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        tcp_options_default(&options);
        if (option_word_read(words[i], &options) == NULL) { fail_msg("taken: %s", words[i]); }
    }
    tcp_options_default(&options);
    assert_null(option_words_check(&options));
    assert_null(option_word_read("rto_min=2min", &options));
    assert_non_null(option_words_check(&options));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_profiles), cmocka_unit_test(test_words),
        cmocka_unit_test(test_off),      cmocka_unit_test(test_keeps_mtu),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
