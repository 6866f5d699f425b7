/* test_scenario.c - the runner and the bindings: whole scenarios from tests/data/lua, and short
 * ones whose verdict, messages and trace are looked at. */
#include "cmocka_wrapper.h"

#include "sim/lua/scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct outcome {
    enum scenario_verdict verdict;
    bool loaded;
    char messages[16384];
    unsigned expectations, runs, ends;
    char notes[512];
    char title[64], end_verdict[16];
    uint64_t seed, segments, end_ns;
};

static void on_message(void *context, const char *text)
{
    struct outcome *outcome = context;
    const size_t len = strlen(outcome->messages);
    (void)snprintf(outcome->messages + len, sizeof outcome->messages - len, "%s\n", text);
}

static void on_record(void *context, const struct trace_record *record)
{
    struct outcome *outcome = context;
    assert_true(outcome->runs == 1 || record->event == TRACE_RUN);
    assert_int_equal(outcome->ends, 0);
    switch (record->event) {
    case TRACE_RUN:
        outcome->runs++;
        outcome->seed = record->u.run.seed;
        (void)snprintf(outcome->title, sizeof outcome->title, "%s", record->u.run.title);
        break;
    case TRACE_EXPECT: outcome->expectations++; break;
    case TRACE_NOTE: {
        const size_t len = strlen(outcome->notes);
        (void)snprintf(outcome->notes + len, sizeof outcome->notes - len, "%s|",
                       record->u.note.text);
        break;
    }
    case TRACE_END:
        outcome->ends++;
        outcome->segments = record->u.end.segments;
        outcome->end_ns = record->time_ns;
        (void)snprintf(outcome->end_verdict, sizeof outcome->end_verdict, "%s",
                       record->u.end.verdict);
        break;
    case TRACE_SEGMENT:
    case TRACE_STATE:
    case TRACE_TIMER:
    case TRACE_CONGESTION:
    case TRACE_CALL:
    case TRACE_ICMP:
    case TRACE_EVENT_COUNT: break;
    }
}

static struct scenario_config config_of(const char *path)
{
    return (struct scenario_config){.path = path,
                                    .max_instructions = 20000000,
                                    .max_memory_bytes = (size_t)1 << 28,
                                    .repeat = "tcpsim run again",
                                    .version = "test"};
}

static void run(struct scenario_config config, struct outcome *outcome)
{
    struct trace trace;
    memset(outcome, 0, sizeof *outcome);
    trace_init(&trace);
    assert_true(trace_attach(&trace, (struct trace_sink){outcome, on_record, UINT32_MAX}));
    config.trace = &trace;
    config.message = on_message;
    config.message_context = outcome;
    struct scenario *scenario = scenario_create(&config);
    assert_non_null(scenario);
    outcome->loaded = scenario_load(scenario);
    outcome->verdict = scenario_run(scenario);
    scenario_destroy(scenario);
    assert_int_equal(outcome->runs, 1);
    assert_int_equal(outcome->ends, 1);
    assert_string_equal(outcome->end_verdict, scenario_verdict_name(outcome->verdict));
}

/* The text as a file of its own, named in *path. */
static void write_text(const char *text, char path[64])
{
    (void)snprintf(path, 64, "/tmp/tcpsim-test-XXXXXX");
    const int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(close(file), 0);
}

static void run_text(const char *text, struct outcome *outcome)
{
    char path[64];
    write_text(text, path);
    run(config_of(path), outcome);
    (void)unlink(path);
}

#define HOSTS                                                               \
    "local a = sim.host('a', { address = '10.0.0.1', iss = 0xffffff00 })\n" \
    "local b = sim.host('b', { address = '10.0.0.2', iss = 0xffffff80 })\n" \
    "local link = sim.link(a, b, { delay = '10ms' })\n"

/* ---- whole files ---- */

static void test_files_pass(void **state)
{
    static const struct {
        const char *name;
        unsigned expectations; /* at least: that they ran at all */
    } files[] = {{"basic", 30},  {"errors", 40},          {"rules", 8},
                 {"peer", 12},   {"inject", 3},           {"many", 1},
                 {"order", 1},   {"calls", 20},           {"listener", 8},
                 {"faults", 10}, {"thousand_hosts", 2000}};
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[512];
        struct outcome outcome;
        (void)snprintf(path, sizeof path, "%s/lua/%s.lua", TCPSIM_TEST_DATA, files[i].name);
        run(config_of(path), &outcome);
        if (outcome.verdict != SCENARIO_PASS) { fail_msg("%s: %s", path, outcome.messages); }
        assert_string_equal(outcome.messages, "");
        assert_true(outcome.expectations >= files[i].expectations);
    }
}

/* What a world of many connections may cost. */
static void test_ten_thousand_flows(void **state)
{
    struct outcome outcome;
    (void)state;
    struct scenario_config config = config_of(TCPSIM_TEST_DATA "/lua/ten_thousand_flows.lua");
    config.max_memory_bytes = 100000000;
    run(config, &outcome);
    if (outcome.verdict != SCENARIO_PASS) { fail_msg("%s", outcome.messages); }
    assert_true(outcome.expectations > 10000);
}

/* The example that opens docs/scenario-language.md, word for word. */
static void test_documented_example(void **state)
{
    static char page[131072];
    char path[64];
    struct outcome outcome;
    (void)state;
    FILE *file = fopen(TCPSIM_SOURCE_DIR "/docs/scenario-language.md", "rb");
    assert_non_null(file);
    page[fread(page, 1, sizeof page - 1, file)] = '\0';
    assert_int_equal(fclose(file), 0);
    char *text = strstr(page, "```lua\n");
    assert_non_null(text);
    text += strlen("```lua\n");
    char *end = strstr(text, "```");
    assert_non_null(end);
    *end = '\0';
    write_text(text, path);
    run(config_of(path), &outcome);
    (void)unlink(path);
    assert_string_equal(outcome.messages, "");
    assert_int_equal(outcome.verdict, SCENARIO_PASS);
    assert_int_equal(outcome.expectations, 4);
    assert_string_equal(outcome.title, "A lost SYN,ACK is sent again");
}

/* ---- verdicts ---- */

static void test_verdicts(void **state)
{
    static const struct {
        const char *text;
        enum scenario_verdict verdict;
        bool loads;
        const char *says; /* in the messages */
    } rows[] = {
        {"expect.equal(1, 1)", SCENARIO_PASS, true, ""},
        {"expect.equal(1, 2)", SCENARIO_FAIL, true, ":1: expect.equal failed"},
        {"expect.equal(1, 2)", SCENARIO_FAIL, true, "tcpsim run again"},
        {"\nlocal x = ", SCENARIO_ERROR, false, ":2:"},
        {"\nerror('bang')", SCENARIO_ERROR, false, ":2: bang"},
        {"sim.hots('x')", SCENARIO_ERROR, false, "did you mean \"host\"?"},
        {HOSTS "expect.equal(1, 2)\na:app(function()\n error('late') end)", SCENARIO_ERROR, true,
         ":6: late"},
        {HOSTS "expect.equal(1, 2)\na:app(function() error('late') end)", SCENARIO_ERROR, true,
         ":4: expect.equal failed"},
        {HOSTS "a:app(function() coroutine.yield() end)", SCENARIO_ERROR, true,
         "outside of a coroutine"},
        {HOSTS "a:app(function() b:listen(1):accept() end)", SCENARIO_FAIL, true, "did not finish"},
        {"sim.scenario { allow = 'unfinished' }" HOSTS "a:app(function() b:listen(1):accept() end)",
         SCENARIO_PASS, true, ""},
        {HOSTS "a:app(function() b:listen(1):accept() end, { daemon = true })", SCENARIO_PASS, true,
         ""},
        {"sim.scenario { limit = '3s' }\n" HOSTS "a:app(function() sim.sleep('1min') end)",
         SCENARIO_LIMIT, true, "limit reached: 3s of simulated time"},
        {"expect.equal(1, 2)\nwhile true do end", SCENARIO_LIMIT, false, "instructions"},
        {HOSTS "a:app(function() pcall(function() while true do end end) end)", SCENARIO_LIMIT,
         true, "instructions"},
        {HOSTS "a:app(function() while true do sim.sleep(0) end end)", SCENARIO_LIMIT, true,
         "time does not advance"},
        {"local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(1e6) .. i end", SCENARIO_LIMIT, false,
         "memory"},
        {HOSTS "sim.drop { match = function(s) return s.flgas end }\n"
               "a:app(function() a:connect(b, 80) end)",
         SCENARIO_ERROR, true, ":4:"},
        {HOSTS "sim.rewrite { with = function(s) s.win = 70000 end }\n"
               "a:app(function() a:connect(b, 80) end)",
         SCENARIO_ERROR, true, "segment.win"},
        {HOSTS
         "sim.drop { match = function(s) a:crash() end }\na:app(function() a:connect(b, 80) end)",
         SCENARIO_ERROR, true, "nothing else"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct outcome outcome;
        run_text(rows[i].text, &outcome);
        if (outcome.verdict != rows[i].verdict || outcome.loaded != rows[i].loads ||
            strstr(outcome.messages, rows[i].says) == NULL ||
            (outcome.verdict == SCENARIO_PASS) != (outcome.messages[0] == '\0')) {
            fail_msg("%s\nverdict %s, expected %s with \"%s\", said: %s", rows[i].text,
                     scenario_verdict_name(outcome.verdict), scenario_verdict_name(rows[i].verdict),
                     rows[i].says, outcome.messages);
        }
    }
}

/* ---- what comes from outside ---- */

static void test_seed(void **state)
{
    struct outcome outcome;
    char path[64];
    (void)state;
    run_text("", &outcome);
    assert_int_equal(outcome.seed, 1);
    write_text("sim.scenario { title = 'T', seed = 42 }\nprint(sim.random(1, 1000000))", path);
    struct scenario_config config = config_of(path);
    run(config, &outcome);
    assert_int_equal(outcome.seed, 42);
    assert_string_equal(outcome.title, "T");
    char first[sizeof outcome.notes];
    memcpy(first, outcome.notes, sizeof first);
    assert_true(first[0] != '\0');
    run(config, &outcome);
    assert_string_equal(outcome.notes, first);
    config.has_seed = true;
    config.seed = 43;
    run(config, &outcome);
    assert_int_equal(outcome.seed, 43);
    assert_string_not_equal(outcome.notes, first);
    (void)unlink(path);
}

static void test_params(void **state)
{
    static const struct {
        const char *define;
        enum scenario_verdict verdict;
        const char *says; /* the notes, or what the messages contain */
    } rows[] = {
        {"n=5", SCENARIO_PASS, "5 integer|0.5 float|x|true|"},
        {"n=2.5", SCENARIO_PASS, "2.5 float|0.5 float|x|true|"},
        {"p=1", SCENARIO_PASS, "3 integer|1.0 float|x|true|"},
        {"s=a=b", SCENARIO_PASS, "3 integer|0.5 float|a=b|true|"},
        {"on=false", SCENARIO_PASS, "3 integer|0.5 float|x|false|"},
        {"n=five", SCENARIO_ERROR, "expected a number"},
        {"on=maybe", SCENARIO_ERROR, "expected true or false"},
        {"sx=1", SCENARIO_ERROR, "unknown parameter \"sx\""},
        {"sx=1", SCENARIO_ERROR, "Accepted: n, p, s, on"},
        {"n", SCENARIO_ERROR, "expected NAME=VALUE"},
    };
    char path[64];
    (void)state;
    write_text("local n = sim.param('n', 3) print(n .. ' ' .. math.type(n))\n"
               "local p = sim.param('p', 0.5) print(p .. ' ' .. math.type(p))\n"
               "print(sim.param('s', 'x')) print(sim.param('on', true))",
               path);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct outcome outcome;
        struct scenario_config config = config_of(path);
        config.defines = &rows[i].define;
        config.define_count = 1;
        run(config, &outcome);
        assert_int_equal(outcome.verdict, rows[i].verdict);
        if (outcome.verdict == SCENARIO_PASS) {
            assert_string_equal(outcome.notes, rows[i].says);
        } else if (strstr(outcome.messages, rows[i].says) == NULL) {
            fail_msg("-D %s: %s", rows[i].define, outcome.messages);
        }
    }
    (void)unlink(path);
}

static void test_limit_and_dry_run(void **state)
{
    struct outcome outcome;
    char path[64];
    (void)state;
    write_text("sim.scenario { limit = '2h' }\n" HOSTS "a:app(function() sim.sleep('90min') end)",
               path);
    struct scenario_config config = config_of(path);
    run(config, &outcome);
    assert_int_equal(outcome.verdict, SCENARIO_PASS);
    config.has_limit = true;
    config.limit_ns = UINT64_C(5000000000);
    run(config, &outcome);
    assert_int_equal(outcome.verdict, SCENARIO_LIMIT);
    assert_int_equal(outcome.end_ns, config.limit_ns);
    config.dry_run = true;
    run(config, &outcome);
    assert_int_equal(outcome.verdict, SCENARIO_PASS);
    assert_int_equal(outcome.end_ns, 0);
    (void)unlink(path);
}

static void test_peek(void **state)
{
    char path[64];
    struct outcome outcome;
    (void)state;
    memset(&outcome, 0, sizeof outcome);
    write_text(
        "sim.scenario { title = 'Peeked', cites = { 'RFC 9293 3.5', 'MUST-20' } }\nerror('x')",
        path);
    struct scenario_config config = config_of(path);
    config.message = on_message;
    config.message_context = &outcome;
    struct scenario *scenario = scenario_create(&config);
    const char *const *cites;
    assert_true(scenario_peek(scenario));
    assert_string_equal(scenario_title(scenario), "Peeked");
    assert_int_equal(scenario_cites(scenario, &cites), 2);
    assert_string_equal(cites[1], "MUST-20");
    assert_string_equal(outcome.messages, "");
    scenario_destroy(scenario);
    (void)unlink(path);
    write_text("local x = 1", path);
    scenario = scenario_create(&config);
    assert_false(scenario_peek(scenario));
    assert_string_equal(scenario_title(scenario), "");
    scenario_destroy(scenario);
    (void)unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_pass),
        cmocka_unit_test(test_ten_thousand_flows),
        cmocka_unit_test(test_documented_example),
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_seed),
        cmocka_unit_test(test_params),
        cmocka_unit_test(test_limit_and_dry_run),
        cmocka_unit_test(test_peek),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
