/* test_link_options.c - how a scenario writes the options of a link: every form, alone and in any
 * order of ten, and what is refused with which words. */
#include "box.h"
#include "cmocka_wrapper.h"

#include <stdio.h>
#include <string.h>

#define CODE_MAX 4096

static enum scenario_verdict with_options(const char *options, struct told *messages)
{
    char code[CODE_MAX];
    struct told notes;
    (void)snprintf(code, sizeof code,
                   "local a = sim.host('a', { address = '10.0.0.1' })\n"
                   "local b = sim.host('b', { address = '10.0.0.2' })\n"
                   "sim.link(a, b, %s)\n",
                   options);
    return run_scenario(code, &notes, messages);
}

static void forms_are_taken(void **state)
{
    (void)state;
    static const char *const right[] = {
        "{ jitter = '1ms', distribution = 'normal' }",
        "{ jitter = 0.001, distribution = 'pareto' }",
        "{ jitter = false, duplicate = 'off', corrupt = false, reorder = 'off', trace = false }",
        "{ loss = { gemodel = { '1%', '50%' } } }",
        "{ loss = { gemodel = { 0.1, 0.2, one_minus_k = 0.3 } } }",
        "{ loss = { gemodel = { p = 0.1, r = 0.2, one_minus_h = 1, one_minus_k = 0 } } }",
        "{ loss = { pattern = '01' } }",
        "{ loss = { list = { 3, 7 } } }",
        "{ duplicate = '1%', corrupt = 0.5 }",
        "{ corrupt = { '1%', 2 } }",
        "{ corrupt = { probability = '1%', bits = 4 } }",
        "{ reorder = '25%' }",
        "{ reorder = { '25%', '50%', gap = 5 } }",
        "{ reorder = { probability = 1, correlation = 0.5 } }",
        "{ queue = 'red' }",
        "{ queue = { droptail = { mark = 20 } }, limit = 100 }",
        "{ queue = { red = { min = 1, max = 3, probability = '10%', weight = 0.1, ecn = false } } "
        "}",
        "{ queue = { codel = { '1ms', interval = '20ms' } } }",
        "{ queue = { codel = {} } }",
        "{ queue = { fq_codel = { target = '2ms', ecn = 'off', flows = 8, quantum = 300 } } }",
        "{ queue = { pie = { target = '20ms', update = '30ms', burst = 0, alpha = 1, beta = 2 } } "
        "}",
        "{ trace = { 1, 1, 3 }, forward = { trace = 5 ~= 5 } }",
        "{ jitter = '1ms', backward = { jitter = '2ms', queue = 'pie' } }",
    };
    for (size_t i = 0; i < ARRAY_LEN(right); i++) {
        struct told messages;
        const enum scenario_verdict verdict = with_options(right[i], &messages);
        if (verdict != SCENARIO_PASS) { fail_msg("%s\n  gives %s", right[i], messages.text); }
    }
}

static void what_is_wrong_is_told(void **state)
{
    (void)state;
    static const struct row wrong[] = {
        {"{loss = {gemodel = {1}}}", "gemodel of loss of link a-b: r is missing"},
        {"{loss = {gemodel = {q = 1}}}", "unknown parameter of gemodel of loss of link a-b \"q\""},
        {"{loss = {gemodel = '1%'}}", "gemodel of loss of link a-b: expected a table of p, r"},
        {"{loss = {gemodel = {'1%', p = '1%'}}}", "gemodel of loss of link a-b: p is given twice"},
        {"{loss = {gemodel = {p = 2, r = 0.5}}}",
         "p of gemodel of loss of link a-b: expected a probability"},
        {"{jitter = 'x'}", "jitter of link a-b: expected a time"},
        {"{distribution = 'paretto'}",
         "unknown distribution of link a-b \"paretto\"; did you mean \"pareto\"?"},
        {"{distribution = 3}",
         "distribution of link a-b: expected one of: uniform normal pareto paretonormal; got 3"},
        {"{queue = 'code'}",
         "unknown queue of link a-b \"code\"; did you mean \"codel\"? Accepted: droptail, red"},
        {"{queue = {codle = {}}}", "unknown kind of queue \"codle\"; did you mean \"codel\"?"},
        {"{queue = 5}", "queue of link a-b: expected a name, or {"},
        {"{queue = {codel = {target = '5'}}}",
         "target of codel of queue of link a-b: expected a time"},
        {"{queue = {codel = {tragte = '5ms'}}}",
         "unknown parameter of codel of queue of link a-b \"tragte\"; did you mean \"target\"?"},
        {"{queue = {red = {min = 20}}}", "link a-b: min of red must be below its max"},
        {"{queue = {pie = {ecn = 1}}}", "ecn of pie of queue of link a-b: expected true"},
        {"{queue = {fq_codel = {flows = 0}}}",
         "flows of fq_codel of queue of link a-b: expected a whole number from 1 to 65536; got 0"},
        {"{corrupt = {bits = 5}}",
         "bits of corrupt of link a-b: expected a whole number from 1 to 4; got 5"},
        {"{reorder = {'1%', '2%', 3, 4}}", "unknown parameter of reorder of link a-b \"4\""},
        {"{reorder = {gap = 0}}", "gap of reorder of link a-b: expected a whole number"},
        {"{duplicate = {}}", "duplicate of link a-b: expected a probability"},
        {"{trace = {}}", "trace of link a-b: expected milliseconds that never go back"},
        {"{trace = {3, 2}}", "trace of link a-b: expected milliseconds that never go back"},
        {"{trace = {0}}", "trace of link a-b: expected milliseconds that never go back"},
        {"{trace = '../s.lua'}", "trace of link a-b: expected a file's name beside"},
        {"{trace = '/etc/passwd'}", "trace of link a-b: expected a file's name beside"},
        {"{trace = 'none.trace'}", "trace of link a-b: there is no file \"none.trace\""},
        {"{trace = 's.lua'}", "s.lua:1: expected milliseconds that never go back"},
        {"{trace = 5}", "trace of link a-b: expected a file's name, or a list"},
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct told messages;
        const enum scenario_verdict verdict = with_options(wrong[i].code, &messages);
        if (verdict != SCENARIO_ERROR || strstr(messages.text, wrong[i].answer) == NULL ||
            strncmp(messages.text, "s.lua:3: ", 9) != 0) {
            fail_msg("%s\n  gives    %s\n  expected %s", wrong[i].code, messages.text,
                     wrong[i].answer);
        }
    }
}

/* Ten at once, in the order drawn: the run is the same whatever the order. */
static void the_order_of_writing_is_nothing(void **state)
{
    (void)state;
    static const char *const ten[] = {
        "delay = '10ms'",
        "jitter = '3ms'",
        "distribution = 'normal'",
        "rate = '1mbit'",
        "limit = 20",
        "queue = 'fq_codel'",
        "loss = { gemodel = { '5%', '40%' } }",
        "duplicate = '5%'",
        "corrupt = { '5%', 2 }",
        "reorder = { '20%', '30%', 3 }",
    };
    struct told first = {""};
    for (unsigned turn = 0; turn < 10; turn++) {
        char code[CODE_MAX];
        struct told notes;
        struct told messages;
        size_t len = (size_t)snprintf(
            code, sizeof code,
            "sim.scenario { allow = 'integrity', seed = 3 }\n"
            "local a = sim.host('a', { address = '10.0.0.1' })\n"
            "local b = sim.host('b', { address = '10.0.0.2' })\n"
            "b:app(function() local c = b:listen(80):accept() c:discard() c:close()\n"
            "  print(c.state) end)\n"
            "a:app(function() local c = a:connect(b, 80) c:send(40000) c:close()\n"
            "  print(c:info().srtt) c:wait('CLOSED', '20min') end)\n"
            "sim.link(a, b, {");
        for (unsigned i = 0; i < ARRAY_LEN(ten); i++) {
            /* 3 and 7 are prime to 10: other orders, not only other beginnings. */
            const unsigned at = (i * (turn % 2 == 0 ? 3 : 7) + turn) % ARRAY_LEN(ten);
            len += (size_t)snprintf(code + len, sizeof code - len, "%s, ", ten[at]);
        }
        (void)snprintf(code + len, sizeof code - len, "})\n");
        const enum scenario_verdict verdict = run_scenario(code, &notes, &messages);
        if (verdict != SCENARIO_PASS) { fail_msg("turn %u: %s", turn, messages.text); }
        if (turn == 0) { first = notes; }
        assert_string_equal(first.text, notes.text);
    }
    assert_true(strlen(first.text) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_are_taken),
        cmocka_unit_test(what_is_wrong_is_told),
        cmocka_unit_test(the_order_of_writing_is_nothing),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
