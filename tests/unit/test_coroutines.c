/* test_coroutines.c - coroutines of scripts, blocking calls within them, and math.random. */
#include "cmocka_wrapper.h"

#include "box.h"

#include <stdio.h>
#include <string.h>

static void test_coroutines(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"local co = coroutine.create(function(a) local b = coroutine.yield(a + 1) return b * 2 "
         "end) "
         "local s = coroutine.status(co) local _, x = coroutine.resume(co, 1) "
         "local _, y = coroutine.resume(co, 5) return s, x, y, coroutine.status(co), "
         "coroutine.resume(co)",
         "suspended 2 10 dead false cannot resume dead coroutine"},
        {"local f = coroutine.wrap(function(...) local n = select('#', ...) while true do n = "
         "select('#', coroutine.yield(n)) end end) return f(1, nil), f(), f(nil, nil, nil)",
         "2 0 3"},
        {"local s = 0 for x in coroutine.wrap(function() for i = 1, 4 do coroutine.yield(i) end "
         "end) do "
         "s = s + x end return s",
         "10"},
        {"return coroutine.isyieldable(), select(2, coroutine.running()), "
         "(coroutine.wrap(function() return "
         "tostring(coroutine.isyieldable()) .. tostring(select(2, coroutine.running())) end)())",
         "false true truefalse"},
        {"local co co = coroutine.create(function() return coroutine.status(co), "
         "coroutine.resume(co) end) "
         "return coroutine.resume(co)",
         "true running false cannot resume non-suspended coroutine"},
        {"local co = coroutine.create(function() local x <close> = setmetatable({}, {__close = "
         "function() "
         "closed = true end}) coroutine.yield() end) coroutine.resume(co) return "
         "coroutine.close(co), "
         "closed, coroutine.status(co)",
         "true true dead"},
        {"local co = coroutine.create(function() error('e', 0) end) coroutine.resume(co) "
         "return coroutine.close(co)",
         "false e"},
        {"local ok, e = pcall(coroutine.wrap(function() error({}) end)) return ok, type(e)",
         "false table"},
        {"return coroutine.resume(coroutine.create(function() return pcall(function() "
         "local a = coroutine.yield(1) error(a, 0) end) end))",
         "true 1"},
        {"local f = coroutine.wrap(function() return pcall(function() error(coroutine.yield(1), 0) "
         "end) end) "
         "f() return f('x')",
         "false x"},
        {"local f = coroutine.wrap(function() return xpcall(function() error(coroutine.yield(1), "
         "0) end, "
         "function(m) return m .. '!' end) end) f() return f('x')",
         "false x!"},
        {"return pcall(coroutine.wrap(function() table.sort({1, 2}, function() coroutine.yield() "
         "end) end))",
         "false t.lua:1: coroutine.yield in a callback (sort, gsub, a metamethod) that cannot be "
         "left"},
    };
    check_rows(rows, ARRAY_LEN(rows), true);
    static const struct row wrong[] = {
        {"\ncoroutine.yield(1)",
         "t.lua:2: coroutine.yield outside of a coroutine of the script's own"},
        {"coroutine.create(1)", "t.lua:1: bad argument #1 to 'create'"},
        {"coroutine.resume(1)", "t.lua:1: bad argument #1 to 'resume' (coroutine expected"},
        {"coroutine.wrap(function()\nerror('x') end)()", "t.lua:1: t.lua:2: x"},
    };
    check_rows(wrong, ARRAY_LEN(wrong), false);
}

static void test_blocking_in_coroutines(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"sim.at(0, function() local co = coroutine.wrap(function() sim.sleep('10ms') print('a') "
         "coroutine.yield(1) sim.sleep('10ms') print('b') return 2 end) print(co()) print(co()) "
         "end)",
         "10:a 10:1 20:b 20:2 "},
        {"sim.at(0, function() local inner = coroutine.wrap(function() sim.sleep('5ms') "
         "coroutine.yield('i') "
         "sim.sleep('5ms') return 'j' end) local outer = coroutine.create(function() "
         "print(inner()) "
         "sim.sleep('1ms') print(inner()) return 'k' end) print(coroutine.resume(outer)) end)",
         "5:i 11:j 11:true\tk "},
        {"sim.at(0, function() for t in coroutine.wrap(function() for i = 1, 3 do sim.sleep('1ms') "
         "coroutine.yield(i) end end) do print(t) end end)",
         "1:1 2:2 3:3 "},
        {"sim.at(0, function() print(pcall(function() sim.sleep('1ms') error('x', 0) end)) end)",
         "1:false\tx "},
        {"local co = coroutine.create(function() sim.sleep('10ms') print('end') end) "
         "sim.at(0, function() coroutine.resume(co) end) sim.at('5ms', function() "
         "print(coroutine.status(co), coroutine.resume(co)) print(pcall(coroutine.close, co)) end)",
         "5:normal\tfalse\tcannot resume non-suspended coroutine "
         "5:false\ts.lua:1: cannot close a normal coroutine 10:end "},
        {"sim.at(0, function() local co = coroutine.create(function() sim.sleep('1ms') error('x', "
         "0) end) "
         "print(coroutine.resume(co)) end)",
         "1:false\tx "},
        {"sim.at(0, function() print(pcall(table.sort, {1, 2}, function() "
         "coroutine.wrap(function() "
         "sim.sleep('1ms') end)() end)) sim.sleep('5ms') print('on') end)",
         "0:false\ts.lua:1: s.lua:1: sim.sleep cannot block here (in a callback) 5:on "},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct told notes;
        struct told messages;
        const enum scenario_verdict verdict = run_scenario(rows[i].code, &notes, &messages);
        if (verdict != SCENARIO_PASS || strcmp(notes.text, rows[i].answer) != 0) {
            fail_msg("%s\n  gives    %s %s\n  expected %s", rows[i].code, notes.text, messages.text,
                     rows[i].answer);
        }
    }
}

static void test_random(void **state)
{
    (void)state;
    static const char code[] =
        "local function draw() return math.random(1, 1000) .. ',' .. math.random(6) .. ',' .. "
        "('%.9f'):format(math.random()) end local r = math.random(math.mininteger, "
        "math.maxinteger) "
        "assert(math.type(math.random(0)) == 'integer') assert(math.random(7, 7) == 7) "
        "for i = 1, 1000 do local n = math.random(3) assert(n >= 1 and n <= 3) local x = "
        "math.random() "
        "assert(x >= 0 and x < 1) end "
        "sim.at(0, function() print(draw()) end) sim.at(0, function() print(draw()) end)";
    struct told first;
    struct told second;
    struct told messages;
    assert_int_equal(run_scenario(code, &first, &messages), SCENARIO_PASS);
    assert_int_equal(run_scenario(code, &second, &messages), SCENARIO_PASS);
    assert_string_equal(first.text, second.text);
    /* Each application draws from a stream of its own. */
    const char *middle = strchr(first.text, ' ') + 1;
    assert_int_not_equal(strncmp(first.text, middle, strlen(middle)), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_coroutines),
        cmocka_unit_test(test_blocking_in_coroutines),
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
