/* test_sandbox_limits.c - what ends a script that would not end by itself, whatever it catches. */
#include "cmocka_wrapper.h"

#include "box.h"

#include <stdio.h>
#include <string.h>

static void check_limit(const char *code, const char *answer)
{
    struct box *box = box_create(3000000, (size_t)48 << 20);
    box_run(box, code);
    if (box->ok || !box->scenario.limits.reached || strcmp(box->answer, answer) != 0) {
        fail_msg("%s\n  gives    %s%s\n  expected %s", code, box->ok ? "" : "error: ", box->answer,
                 answer);
    }
    box_destroy(box);
}

static void test_instructions(void **state)
{
    (void)state;
#define COUNTED ": limit reached: 3000000 instructions between two events (--max-instructions)"
    check_limit("while true do end", "t.lua:1" COUNTED);
    check_limit("while true do pcall(function() while true do end end) end", "t.lua:1" COUNTED);
    check_limit(
        "while true do\nxpcall(function() while true do end end, function() while true do end "
        "end) end",
        "t.lua:2" COUNTED);
    check_limit("local co = coroutine.wrap(function() while true do end end)\npcall(co) return 1",
                "t.lua:1" COUNTED);
    check_limit("local co = coroutine.create(function()\nwhile true do end end)\n"
                "coroutine.resume(co) return 1",
                "t.lua:2" COUNTED);
    check_limit("while true do coroutine.wrap(function() coroutine.yield() end)() end",
                "t.lua:1" COUNTED);
    check_limit(
        "pcall(function() local x <close> = setmetatable({}, {__close = function()\nwhile true do "
        "end end}) end) return 1",
        "t.lua:2" COUNTED);
    check_limit(
        "local co = coroutine.create(function() local x <close> = setmetatable({}, {__close = "
        "function()\nwhile true do end end}) coroutine.yield() end) coroutine.resume(co) "
        "pcall(coroutine.close, co) return 1",
        "t.lua:2" COUNTED);
    check_limit("table.sort({1, 2, 3}, function() while true do end end)", "t.lua:1" COUNTED);
    check_limit(
        "('abc'):gsub('.', function() pcall(function() while true do end end) end) return 1",
        "t.lua:1" COUNTED);
    check_limit("local t = setmetatable({}, {__index = function() while true do end end}) "
                "pcall(function() return t.x end) return 1",
                "t.lua:1" COUNTED);
}

static void test_instructions_begin_anew(void **state)
{
    (void)state;
    struct box *box = box_create(100000, (size_t)48 << 20);
    for (int i = 0; i < 10; i++) {
        limits_renew(&box->scenario);
        box_run(box, "for i = 1, 20000 do end return 'done'");
        assert_string_equal(box->answer, "done");
    }
    assert_true(box->scenario.limits.progress > 100000);
    box_run(box, "for i = 1, 1e6 do end return 'done'");
    assert_false(box->ok);
    /* Reached once, nothing runs any more. */
    box_run(box, "return 1");
    assert_false(box->ok);
    box_destroy(box);
}

static void test_memory(void **state)
{
    (void)state;
#define MEMORY ": limit reached: 50331648 octets of memory (--max-memory)"
    check_limit("local t = {}\nfor i = 1, 1e9 do t[i] = i end", "t.lua:2" MEMORY);
    check_limit("local s = ('x'):rep(1 << 29)", "t.lua:1" MEMORY);
    check_limit("\npcall(string.rep, 'x', 1 << 30) return 1", "t.lua:2" MEMORY);
    check_limit("local s = 'x'\nwhile true do s = s .. s end", "t.lua:2" MEMORY);
    check_limit(
        "local t = {} while true do\npcall(function() t[#t + 1] = ('x'):rep(1e5) .. #t end) end",
        "t.lua:2" MEMORY);
    check_limit(
        "local keep = {} while true do\nkeep[#keep + 1] = coroutine.wrap(function() end) end",
        "t.lua:2" MEMORY);
    check_limit(
        "local co = coroutine.wrap(function()\nlocal t = {} while true do t[#t + 1] = {} end end)\n"
        "pcall(co) return 1",
        "t.lua:2" MEMORY);
    /* Garbage is no use of memory. */
    struct box *box = box_create(30000000, (size_t)48 << 20);
    box_run(box, "for i = 1, 300 do local s = ('x'):rep(1e6) .. i end return 'done'");
    assert_string_equal(box->answer, "done");
    assert_false(arena_exhausted(box->scenario.arena));
    box_destroy(box);
}

static void test_recursion(void **state)
{
    (void)state;
    static const char *const codes[] = {
        "local function f() return 1 + f() end f()",
        "local function f() return 1 + f() end pcall(f) return 1",
        "local function f() pcall(f) end f() return 1",
        "local function f() local ok = pcall(f) f() end f() return 1",
        "local function f() xpcall(f, f) end f() return 1",
        "local t = setmetatable({}, {}) getmetatable(t).__index = function(t, k) return t[k] end "
        "return t.x",
        "local function f() return ('x'):gsub('x', f) end pcall(f) return 1",
        "local function f() table.sort({1, 2}, f) end pcall(f) return 1",
        "local function f() coroutine.wrap(f)() end pcall(f) return 1",
        "local function f() coroutine.resume(coroutine.create(f)) end f() return 1",
        "local function f() coroutine.wrap(function() local x <close> = setmetatable({}, "
        "{__close = f}) error('x') end)() end pcall(f) return 1",
        "local t = setmetatable({}, {__tostring = function(t) return tostring(t) end}) tostring(t)",
        "local function f() local co = coroutine.create(function() local x <close> = "
        "setmetatable({}, "
        "{__close = f}) coroutine.yield() end) coroutine.resume(co) coroutine.close(co) end f() "
        "return 1",
    };
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        struct box *box = box_create(100000000, (size_t)256 << 20);
        box_run(box, codes[i]);
        if (box->ok || !box->scenario.limits.reached ||
            strncmp(box->answer, "t.lua:1: limit reached: ", 24) != 0) {
            fail_msg("%s\n  gives    %s%s", codes[i], box->ok ? "" : "error: ", box->answer);
        }
        box_destroy(box);
    }
    static const struct row fine[] = {
        {"local function f(n) if n == 0 then return 0 end return 1 + f(n - 1) end return f(10000)",
         "10000"},
        {"return pcall(error, 'stack overflow', 0)", "false stack overflow"},
        {"local function f(n) if n > 0 then return pcall(f, n - 1) end end return (f(50))", "true"},
    };
    check_rows(fine, ARRAY_LEN(fine), true);
}

static void test_limits_of_scenarios(void **state)
{
    (void)state;
    static const char *const codes[] = {
        "while true do end",
        "sim.at('1s', function() pcall(function() while true do end end) end)",
        "sim.at('1s', function() expect.error(function() while true do end end, 'limit') end)",
        "sim.at('1s', function() local function f() return 1 + f() end expect.error(f, 'overflow') "
        "end)",
        "sim.at('1s', function() expect.error(function() return ('x'):rep(1 << 30) end, 'memory') "
        "end)",
        "sim.at('1s', function() sim.sleep(1) local co = coroutine.wrap(function() while true do "
        "end end) "
        "pcall(co) sim.sleep(1) end)",
    };
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        struct told notes;
        struct told messages;
        const enum scenario_verdict verdict = run_scenario(codes[i], &notes, &messages);
        if (verdict != SCENARIO_LIMIT || strstr(messages.text, "limit reached: ") == NULL) {
            fail_msg("%s\n  gives %s %s", codes[i], scenario_verdict_name(verdict), messages.text);
        }
    }
    /* Many events, each with less than the limit. */
    struct told notes;
    struct told messages;
    assert_int_equal(run_scenario("sim.at(0, function() for i = 1, 50 do for j = 1, 5e4 do end "
                                  "sim.sleep('1ms') end print('done') end)",
                                  &notes, &messages),
                     SCENARIO_PASS);
    assert_string_equal(notes.text, "50:done ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_instructions),
        cmocka_unit_test(test_instructions_begin_anew),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_recursion),
        cmocka_unit_test(test_limits_of_scenarios),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
