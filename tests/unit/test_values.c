/* test_values.c - times, rates, sizes, counts and option tables as a scenario writes them, and what
 * is said of those that are wrong. */
#include "cmocka_wrapper.h"

#include "sim/lua/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))
#define ANSWER_MAX 4096

static char folder[] = "/tmp/tcpsim-values-XXXXXX";

static int read_time(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)value_time(L, 1, "delay of link a-b"));
    return 1;
}

static int read_rate(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)value_rate(L, 1, "rate"));
    return 1;
}

static int read_size(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)value_size(L, 1, "mtu", 68, 65535));
    return 1;
}

static int read_count(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)value_count(L, 1, "nth", 1, 10));
    return 1;
}

static int read_probability(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)value_probability(L, 1, "loss"));
    return 1;
}

static int read_boolean(lua_State *L)
{
    lua_pushboolean(L, value_boolean(L, 1, "nagle"));
    return 1;
}

static int read_fields(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)value_time_field(L, 1, "time", 7));
    lua_pushinteger(L, (lua_Integer)value_count_field(L, 1, "count", 1, 9, 8));
    lua_pushboolean(L, value_boolean_field(L, 1, "flag", true));
    return 3;
}

static int read_ordinals(lua_State *L)
{
    size_t count;
    const uint64_t *numbers = value_ordinals(L, 1, "nth", &count);
    for (size_t i = 0; i < count; i++) { lua_pushinteger(L, (lua_Integer)numbers[i]); }
    return (int)count;
}

/* The options that are not the default's, as "name=value" in the order of the table. */
static int read_tcp(lua_State *L)
{
    static const char *const others[] = {"address"};
    struct tcp_options options;
    struct tcp_options usual;
    tcp_options_default(&options);
    tcp_options_default(&usual);
    values_tcp_options(L, 1, "host a", &options, others, ARRAY_LEN(others),
                       lua_toboolean(L, 2) != 0);
    char text[512] = "";
    size_t used = 0;
/* clang-format off */
#define FIELDS(X) \
    X(has_iss) X(iss) X(mss) X(recv_buffer) X(send_buffer) X(has_window) X(window) \
    X(nagle) X(delayed_ack_ns) X(rto_initial_ns) X(rto_min_ns) X(rto_max_ns) X(retries) \
    X(keepalive_idle_ns) X(keepalive_interval_ns) X(keepalive_count) X(user_timeout_ns) \
    X(timestamps) X(has_timestamp_offset) X(timestamp_offset) X(sack) X(dsack) X(window_scale) \
    X(option_layout) \
    X(backlog) X(fin_ack) X(persist_probe) X(ttl) X(congestion)
/* clang-format on */
#define SHOW(field)                                                                   \
    if (options.field != usual.field) {                                               \
        used += (size_t)snprintf(text + used, sizeof text - used, "%s=%llu ", #field, \
                                 (unsigned long long)options.field);                  \
    }
    FIELDS(SHOW)
    lua_pushstring(L, text);
    return 1;
}

static int read_link(lua_State *L)
{
    struct link_settings settings[2];
    link_settings_default(&settings[0]);
    link_settings_default(&settings[1]);
    settings[0].loss_ppb = settings[1].loss_ppb = 5;
    values_link_options(L, 1, "link a-b", settings);
    for (size_t i = 0; i < 2; i++) {
        const struct link_settings *way = &settings[i];
        char list[100] = "-";
        size_t used = 0;
        for (size_t j = 0; j < way->list.count; j++) {
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%llu", j > 0 ? "," : "",
                                     (unsigned long long)way->list.at[j]);
        }
        char text[400];
        (void)snprintf(text, sizeof text, "%llu %llu %u %llu %s %s %u",
                       (unsigned long long)way->delay_ns, (unsigned long long)way->rate_bps,
                       way->limit, (unsigned long long)way->loss_ppb, list,
                       way->pattern != NULL ? way->pattern : "-", way->mtu_bytes);
        lua_pushstring(L, text);
    }
    return 2;
}

static int check_keys(lua_State *L)
{
    static const char *const names[] = {"delay", "rate", "limit"};
    lua_check_keys(L, 1, "option", names, ARRAY_LEN(names), 2);
    return 0;
}

static int fail_later(lua_State *L) { return lua_fail_later(L, "sim.icmp"); }

static int where(lua_State *L)
{
    char text[200];
    lua_where(L, text, sizeof text);
    lua_pushstring(L, text);
    return 1;
}

/* ---- running snippets ---- */

struct row {
    const char *code;
    const char *answer;
};

static const luaL_Reg functions[] = {
    {"time", read_time},
    {"rate", read_rate},
    {"size", read_size},
    {"count", read_count},
    {"probability", read_probability},
    {"boolean", read_boolean},
    {"fields", read_fields},
    {"ordinals", read_ordinals},
    {"tcp", read_tcp},
    {"link", read_link},
    {"keys", check_keys},
    {"later", fail_later},
    {"where", where},
    {NULL, NULL},
};

static int add_functions(lua_State *L)
{
    lua_pushglobaltable(L);
    luaL_setfuncs(L, functions, 0);
    return 0;
}

/* "return CODE" on line 2 of v.lua: its results joined by blanks, or the error. */
static bool evaluate(const char *code, char *answer)
{
    FILE *file = fopen("v.lua", "w");
    assert_non_null(file);
    (void)fprintf(file, "\nreturn %s\n", code);
    assert_int_equal(fclose(file), 0);
    struct scenario *scenario = calloc(1, sizeof *scenario);
    assert_non_null(scenario);
    scenario->config.path = "v.lua";
    scenario->config.max_memory_bytes = (size_t)64 << 20;
    scenario->arena = arena_create(scenario->config.max_memory_bytes);
    assert_non_null(scenario->arena);
    limits_init(scenario);
    lua_State *L = scenario->L = sandbox_create(scenario);
    assert_non_null(L);
    lua_pushcfunction(L, add_functions);
    assert_int_equal(sandbox_call(L, 0, 0), LUA_OK);
    bool ok = sandbox_load_file(L, "v.lua");
    ok = ok && sandbox_call(L, 0, LUA_MULTRET) == LUA_OK;
    size_t used = 0;
    answer[0] = '\0';
    for (int i = 1; i <= lua_gettop(L); i++) {
        used += (size_t)snprintf(answer + used, ANSWER_MAX - used, "%s%s", i > 1 ? " " : "",
                                 luaL_tolstring(L, i, NULL));
        lua_pop(L, 1);
    }
    arena_destroy(scenario->arena);
    free(scenario);
    return ok;
}

static void check(const struct row *rows, size_t count, bool ok)
{
    for (size_t i = 0; i < count; i++) {
        char answer[ANSWER_MAX];
        char wanted[ANSWER_MAX];
        const bool went_well = evaluate(rows[i].code, answer);
        (void)snprintf(wanted, sizeof wanted, "%s%s", ok ? "" : "v.lua:2: ", rows[i].answer);
        const bool same =
            ok ? strcmp(answer, wanted) == 0 : strncmp(answer, wanted, strlen(wanted)) == 0;
        if (went_well != ok || !same) {
            fail_msg("%s\n  gives    %s%s\n  expected %s", rows[i].code,
                     went_well ? "" : "error: ", answer, wanted);
        }
    }
}

/* ---- values ---- */

static void test_values(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"time('250us'), time('1.5s'), time('2min'), time('1h')",
         "250000 1500000000 120000000000 3600000000000"},
        {"time(0), time(0.0000000015), time(2), time(0.25)", "0 2 2000000000 250000000"},
        {"rate('10mbit'), rate('56kbit'), rate('1gbit')", "10000000 56000 1000000000"},
        {"size(68), size(65535), size('1KiB'), size('1500'), size(100.0)",
         "68 65535 1024 1500 100"},
        {"count(1), count(10), count(3.0)", "1 10 3"},
        {"probability('1%'), probability(0.5), probability(0), probability(1)",
         "10000000 500000000 0 1000000000"},
        {"boolean(true), boolean(false)", "true false"},
        {"fields({})", "7 8 true"},
        {"fields()", "7 8 true"},
        {"fields({time = '1ms', count = 9, flag = false})", "1000000 9 false"},
        {"fields(setmetatable({}, {__index = {count = 3}}))", "7 8 true"}, /* raw fields alone */
        {"ordinals(3)", "3"},
        {"ordinals({9, 3, 7, 3, 1.0, 9})", "1 3 7 9"},
        {"where()", "v.lua:2"},
    };
    check(rows, ARRAY_LEN(rows), true);
}

static void test_wrong_values(void **state)
{
    (void)state;
#define TIME                                                                                 \
    "delay of link a-b: expected a time such as \"250us\", \"10ms\", \"1.5s\", \"2min\" or " \
    "\"1h\"; got "
#define SECONDS \
    "delay of link a-b: expected a number of seconds, not negative and at most 4611686018; got "
    static const struct row rows[] = {
        {"time('10 kg')", TIME "10 kg"},
        {"time('10')", TIME "10"},
        {"time('')", TIME "\"\""},
        {"time('10ms\\0')", TIME "10ms?"},
        {"time(nil)", TIME "nil"},
        {"time({})", TIME "a table"},
        {"time(true)", TIME "true"},
        {"time(-1)", SECONDS "-1"},
        {"time(0/0)", SECONDS "nan"},
        {"time(1/0)", SECONDS "inf"},
        {"time(-1/0)", SECONDS "-inf"},
        {"time(1e300)", SECONDS "1e+300"},
        {"time(math.maxinteger)", SECONDS "9223372036854775807"},
        {"rate(1000)",
         "rate: expected a rate such as \"56kbit\", \"10mbit\" or \"1gbit\"; got 1000"},
        {"rate('10')", "rate: expected a rate such as \"56kbit\", \"10mbit\" or \"1gbit\"; got 10"},
        {"size(67)", "mtu: expected a size from 68 to 65535 octets; got 67"},
        {"size(-1)", "mtu: expected a size from 68 to 65535 octets; got -1"},
        {"size('1MB')", "mtu: expected a size from 68 to 65535 octets; got 1MB"},
        {"size(100.5)", "mtu: expected a size from 68 to 65535 octets; got 100.5"},
        {"size('many')", "mtu: expected a size such as 1500, \"1MB\" or \"64KiB\"; got many"},
        {"size({})", "mtu: expected a size such as 1500, \"1MB\" or \"64KiB\"; got a table"},
        {"count(0)", "nth: expected a whole number from 1 to 10; got 0"},
        {"count('3')", "nth: expected a whole number from 1 to 10; got 3"},
        {"count(1.5)", "nth: expected a whole number from 1 to 10; got 1.5"},
        {"count(2^63)", "nth: expected a whole number from 1 to 10; got 9.2233720368548e+18"},
        {"count(0/0)", "nth: expected a whole number from 1 to 10; got nan"},
        {"probability(1.1)",
         "loss: expected a probability such as \"1%\" or a number from 0 to 1; got 1.1"},
        {"probability('-1%')",
         "loss: expected a probability such as \"1%\" or a number from 0 to 1; got -1%"},
        {"boolean('true')", "nagle: expected true or false; got true"},
        {"fields({count = 10})", "count: expected a whole number from 1 to 9; got 10"},
        {"ordinals({})",
         "nth: expected a whole number from 1 on, or a list of such; got no number"},
        {"ordinals({1, x = 2})",
         "nth: expected a whole number from 1 on, or a list of such; got a table"},
        {"ordinals({1, 0})", "nth: expected a whole number from 1 on, or a list of such; got 0"},
        {"ordinals('1')", "nth: expected a whole number from 1 on, or a list of such; got 1"},
        {"later()", "sim.icmp is not there yet"},
    };
    check(rows, ARRAY_LEN(rows), false);
}

/* ---- names ---- */

static void test_nearest_name(void **state)
{
    (void)state;
    static const char *const names[] = {"drop",    "delay",        "duplicate",
                                        "corrupt", "window_scale", "at"};
    static const struct {
        const char *typed, *near;
    } rows[] = {
        {"drpo", "drop"},
        {"dealy", "delay"},
        {"Delay", "delay"},
        {"dup", "drop"},
        {"duplicates", "duplicate"},
        {"windowscale", "window_scale"},
        {"xyzzy", NULL},
        {"", NULL},
        {"corupt", "corrupt"},
        {"windw_scal", "window_scale"},
        {"q", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const char *near = nearest_name(rows[i].typed, names, ARRAY_LEN(names));
        if (rows[i].near == NULL) {
            assert_null(near);
        } else {
            assert_non_null(near);
            assert_string_equal(near, rows[i].near);
        }
    }
}

static void test_keys(void **state)
{
    (void)state;
    static const struct row right[] = {
        {"keys({})", ""},
        {"keys({delay = 1, rate = 2, limit = 3, 'a', 'b'})", ""},
    };
    check(right, ARRAY_LEN(right), true);
    static const struct row wrong[] = {
        {"keys({dealy = 1})",
         "unknown option \"dealy\"; did you mean \"delay\"? Accepted: delay, rate, limit"},
        {"keys({zebra = 1})", "unknown option \"zebra\". Accepted: delay, rate, limit"},
        {"keys({zebra = 1, yak = 1, xerus = 1, delay = 2})", "unknown option \"xerus\""},
        {"keys({1, 2, 3})", "unknown option \"3\""},
        {"keys({[0] = 1})", "unknown option \"0\""},
        {"keys({[1.5] = 1})", "unknown option \"1.5\""},
        {"keys({[true] = 1})", "option: names are strings"},
        {"keys({['delay\\0x'] = 1})", "unknown option \"delay\""},
        {"keys({['a\\nb'] = 1})", "unknown option \"a?b\""},
    };
    check(wrong, ARRAY_LEN(wrong), false);
}

/* ---- option tables ---- */

static void test_tcp_options(void **state)
{
    (void)state;
    static const struct row right[] = {
        {"tcp()", ""},
        {"tcp({address = '10.0.0.1', profile = 'rfc9293'})", ""},
        {"tcp({profile = 'freebsd', rto_min = 1, rto_max = '60s', retries = 15})",
         "recv_buffer=65536 send_buffer=32768 delayed_ack_ns=40000000 "
         "keepalive_interval_ns=75000000000 keepalive_count=8 "
         "timestamps=1 sack=1 dsack=1 window_scale=7 option_layout=2 "},
        {"tcp({iss = 0xffffff00, mss = 536})", "has_iss=1 iss=4294967040 mss=536 "},
        {"tcp({recv_buffer = '64KiB', window = 1000})",
         "recv_buffer=65536 has_window=1 window=1000 "},
        {"tcp({window = false})", ""},
        {"tcp({nagle = false, delayed_ack = false})", "nagle=0 delayed_ack_ns=0 "},
        {"tcp({nagle = 'off', delayed_ack = 'off', keepalive = 'off', user_timeout = false})",
         "nagle=0 delayed_ack_ns=0 "},
        {"tcp({rto_min = '200ms', rto_max = 2, retries = 3, backlog = 0, ttl = 1})",
         "rto_min_ns=200000000 rto_max_ns=2000000000 retries=3 backlog=0 ttl=1 "},
        {"tcp({keepalive = {idle = '2h', interval = 75, count = 9}})",
         "keepalive_idle_ns=7200000000000 keepalive_interval_ns=75000000000 keepalive_count=9 "},
        {"tcp({keepalive = {7200, 75, 9}})",
         "keepalive_idle_ns=7200000000000 keepalive_interval_ns=75000000000 keepalive_count=9 "},
        {"tcp({fin_ack = 'delayed', persist_probe = 'empty'})", "fin_ack=1 persist_probe=1 "},
        {"tcp({fin_ack = 'at once', congestion = 'reno'})", ""},
        {"tcp({sack = false, timestamps = 'off', window_scale = false, ecn = 'off', rack = false, "
         "syn_cookies = 'off', fast_open = false, pacing = false})",
         ""},
        {"tcp({timestamps = true, timestamp_offset = 7, sack = true, window_scale = 0})",
         "timestamps=1 has_timestamp_offset=1 timestamp_offset=7 sack=1 window_scale=1 "},
        {"tcp({nagle = false, ttl = 3}, true)", "nagle=0 ttl=3 "},
    };
    check(right, ARRAY_LEN(right), true);
    static const struct row wrong[] = {
        {"tcp(5)", "host a: expected a table of options, as in { nagle = false }; got 5"},
        {"tcp({nagel = true})",
         "unknown option of host a \"nagel\"; did you mean \"nagle\"? Accepted: "},
        {"tcp({adress = 1})", "unknown option of host a \"adress\"; did you mean \"address\"?"},
        {"tcp({nagle = 1})", "nagle of host a: expected true or false; got 1"},
        {"tcp({rto_min = '1 kg'})", "rto_min of host a: expected a time such as"},
        {"tcp({rto_min = 0})", "rto_min of host a: expected a time from 1us to 24h; got 0"},
        {"tcp({rto_min = false})", "rto_min of host a: expected a time such as"},
        {"tcp({rto_max = '500ms'})", "rto_min of host a: 1s is more than rto_max, 500ms"},
        {"tcp({iss = -1})", "iss of host a: expected a whole number from 0 to 4294967295; got -1"},
        {"tcp({iss = 4294967296})", "iss of host a: expected a whole number from 0 to 4294967295"},
        {"tcp({mss = 0})", "mss of host a: expected a size from 1 to 65535 octets; got 0"},
        {"tcp({ttl = 256})", "ttl of host a: expected a whole number from 1 to 255; got 256"},
        {"tcp({fin_ack = 'later'})",
         "fin_ack of host a: expected \"at once\" or \"delayed\"; got later"},
        {"tcp({fin_ack = 'at_once'})", "fin_ack of host a: expected \"at once\""},
        {"tcp({fin_ack = 1})", "fin_ack of host a: expected \"at once\" or \"delayed\"; got 1"},
        {"tcp({window_scale = 15})",
         "window_scale of host a: expected a whole number from 0 to 14; got 15"},
        {"tcp({rack = true})", "rack is not there yet"},
        {"tcp({profile = 'lynux'})", "unknown profile \"lynux\"; did you mean \"linux\"? Accepted: "
                                     "rfc9293, linux, freebsd"},
        {"tcp({keepalive = true})",
         "keepalive of host a: idle is missing: { idle, interval, count }, true or false"},
        {"tcp({keepalive = {7200}})", "keepalive of host a: interval is missing"},
        {"tcp({keepalive = {interval = 1, count = 1}})", "keepalive of host a: idle is missing"},
        {"tcp({keepalive = {7200, 75, 0}})",
         "count of keepalive of host a: expected a whole number from 1 to 65535; got 0"},
        {"tcp({keepalive = {7200, 75, 9, 1}})", "unknown part of keepalive of host a \"4\""},
        {"tcp({keepalive = {idel = 1}})",
         "unknown part of keepalive of host a \"idel\"; did you mean \"idle\"?"},
        {"tcp({mss = 1000}, true)", "mss of host a cannot be changed on an open connection"},
        {"tcp({nagel = true}, true)",
         "unknown option of host a \"nagel\"; did you mean \"nagle\"?"},
    };
    check(wrong, ARRAY_LEN(wrong), false);
}

static void test_link_options(void **state)
{
    (void)state;
    /* Both directions: delay rate limit loss list pattern mtu. The loss was 5 parts before. */
    static const struct row right[] = {
        {"link()", "0 0 0 5 - - 1500 0 0 0 5 - - 1500"},
        {"link({delay = '10ms', rate = '1mbit', limit = 5, mtu = 576})",
         "10000000 1000000 5 5 - - 576 10000000 1000000 5 5 - - 576"},
        {"link({loss = '1%'})", "0 0 0 10000000 - - 1500 0 0 0 10000000 - - 1500"},
        {"link({loss = false, rate = 'off', delay = false, limit = false})",
         "0 0 0 0 - - 1500 0 0 0 0 - - 1500"},
        {"link({loss = {list = {7, 3, 3}}})", "0 0 0 0 3,7 - 1500 0 0 0 0 3,7 - 1500"},
        {"link({loss = {list = 2}})", "0 0 0 0 2 - 1500 0 0 0 0 2 - 1500"},
        {"link({loss = {pattern = '1011'}})", "0 0 0 0 - 1011 1500 0 0 0 0 - 1011 1500"},
        {"link({delay = '1ms', forward = {delay = '2ms'}, backward = {loss = 0.5}})",
         "2000000 0 0 5 - - 1500 1000000 0 0 500000000 - - 1500"},
        {"link({jitter = false, queue = 'droptail', duplicate = 'off'})",
         "0 0 0 5 - - 1500 0 0 0 5 - - 1500"},
    };
    check(right, ARRAY_LEN(right), true);
    static const struct row wrong[] = {
        {"link(3)", "link a-b: expected a table of options, as in { delay = \"10ms\" }; got 3"},
        {"link({dealy = 1})", "unknown option of link a-b \"dealy\"; did you mean \"delay\"?"},
        {"link({delay = '10 kg'})",
         "delay of link a-b: expected a time such as \"250us\", \"10ms\", "
         "\"1.5s\", \"2min\" or \"1h\"; got 10 kg"},
        {"link({forward = {delay = 'x'}})", "delay of link a-b, forward: expected a time such as"},
        {"link({backward = {forward = {}}})", "unknown option of link a-b, backward \"forward\""},
        {"link({forward = 1})", "link a-b, forward: expected a table of options"},
        {"link({rate = '0bit'})", "rate of link a-b: expected a rate of at least \"1bit\""},
        {"link({rate = 1e6})", "rate of link a-b: expected a rate such as"},
        {"link({limit = 0})",
         "limit of link a-b: expected a whole number from 1 to 4294967295; got 0"},
        {"link({mtu = 10})", "mtu of link a-b: expected a size from 68 to 65535 octets; got 10"},
        {"link({mtu = false})", "mtu of link a-b: expected a size"},
        {"link({loss = 2})", "loss of link a-b: expected a probability such as"},
        {"link({loss = {}})", "loss of link a-b: expected one of gemodel, pattern, list; got"},
        {"link({loss = {list = 1, pattern = '1'}})",
         "loss of link a-b: expected one of gemodel, pattern, list; got"},
        {"link({loss = {pattern = '102'}})",
         "pattern of loss of link a-b: expected a pattern of 0 and 1"},
        {"link({loss = {pattern = ''}})",
         "pattern of loss of link a-b: expected a pattern of 0 and 1"},
        {"link({loss = {lits = {1}}})", "unknown kind of loss \"lits\"; did you mean \"list\"?"},
    };
    check(wrong, ARRAY_LEN(wrong), false);
}

static int enter_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) != NULL && chdir(folder) == 0 ? 0 : -1;
}

static int leave_folder(void **state)
{
    (void)state;
    return remove("v.lua") == 0 && chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),       cmocka_unit_test(test_wrong_values),
        cmocka_unit_test(test_nearest_name), cmocka_unit_test(test_keys),
        cmocka_unit_test(test_tcp_options),  cmocka_unit_test(test_link_options),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
