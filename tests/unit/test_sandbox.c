/* test_sandbox.c - what of Lua a scenario may use: names, text, order, errors. */
#include "cmocka_wrapper.h"

#include "box.h"

#include <stdio.h>

/* ---- names ---- */

static void test_globals(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"local t = {} for k in pairs(_ENV) do t[#t + 1] = k end return table.concat(t, ' ')",
         "_VERSION assert coroutine error getmetatable ipairs math next pairs pcall print rawequal "
         "rawget rawlen rawset require select setmetatable string table tonumber tostring type "
         "utf8 "
         "xpcall"},
        {"return _G, warn, _VERSION, x == nil", "nil nil Lua 5.4 true"},
        {"local t = {} for k in pairs(math) do t[#t + 1] = k end return table.concat(t, ' ')",
         "abs ceil floor fmod huge max maxinteger min mininteger modf pi random sqrt tointeger "
         "type "
         "ult"},
        {"local t = {} for k in pairs(string) do t[#t + 1] = k end return table.concat(t, ' ')",
         "byte char find format gmatch gsub len lower match pack packsize rep reverse sub unpack "
         "upper"},
        {"local t = {} for k in pairs(coroutine) do t[#t + 1] = k end return table.concat(t, ' ')",
         "close create isyieldable resume running status wrap yield"},
        {"return getmetatable(''), getmetatable(string), getmetatable(_ENV), getmetatable({})",
         "false false false nil"},
        {"return (pcall(setmetatable, string, {})), (pcall(setmetatable, _ENV, nil))",
         "false false"},
        {"local t = setmetatable({}, {__metatable = 'mine'}) return getmetatable(t)", "mine"},
        {"return ('x'):rep(3), ('%d'):format(7), #'abc'", "xxx 7 3"},
        {"io = 5 return io", "5"}, /* a name of one's own */
    };
    check_rows(rows, ARRAY_LEN(rows), true);
}

static void test_forbidden(void **state)
{
    (void)state;
    static const char *const names[] = {
        "io",        "os",       "debug",          "package",     "load",
        "loadfile",  "dofile",   "collectgarbage", "string.dump", "math.randomseed",
        "math.sin",  "math.cos", "math.tan",       "math.asin",   "math.acos",
        "math.atan", "math.exp", "math.log",
    };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char code[120];
        char wanted[120];
        (void)snprintf(code, sizeof code, "\nlocal x = %s\nreturn 1", names[i]);
        (void)snprintf(wanted, sizeof wanted, "t.lua:2: %s is not available to scenarios (",
                       names[i]);
        check_rows(&(struct row){code, wanted}, 1, false);
    }
    static const struct row rows[] = {
        {"return ('').dump(print)", "t.lua:1: string.dump is not available to scenarios"},
        {"setmetatable({}, {__gc = print})", "t.lua:1: setmetatable: __gc is not available"},
        {"\nsetmetatable({}, {__mode = 'k'})", "t.lua:2: setmetatable: __mode is not available"},
        {"local m = {} setmetatable({}, m) rawset(m, '__mode', 'k')", "t.lua:1: rawset: __mode is"},
        {"return expct.segment", "t.lua:1: attempt to index a nil value (global 'expct')"},
        {"return ('%p'):format({})", "t.lua:1: string.format: %p is not available"},
        {"return string.format('%s %5p', 1, {})", "t.lua:1: string.format: %p is not available"},
        {"return string.format('%d', 'x')", "t.lua:1: bad argument #2 to 'format'"},
        {"return string.pack('q', 1)", "t.lua:1: invalid format option 'q'"},
        {"return setmetatable(1, {})", "t.lua:1: bad argument #1 to 'setmetatable'"},
        {"return math.random(5, 4)", "t.lua:1: bad argument #2 to 'random' (interval is empty)"},
    };
    check_rows(rows, ARRAY_LEN(rows), false);
    /* An ordinary error: pcall may catch it. */
    static const struct row caught[] = {
        {"return pcall(function() return io.open end)",
         "false t.lua:1: io is not available to scenarios (a scenario reads and writes no files)"},
    };
    check_rows(caught, ARRAY_LEN(caught), true);
}

/* ---- text ---- */

static void test_tostring(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"return tostring({}), tostring(print), tostring(coroutine.create(print))",
         "table function thread"},
        {"return tostring(nil), tostring(1), tostring(1.0), tostring(2^53), tostring(false)",
         "nil 1 1.0 9.007199254741e+15 false"},
        {"return tostring(0/0), tostring(-(0/0)), ('%g %.1f'):format(0/0, -(0/0))",
         "nan nan nan nan"},
        {"return tostring(setmetatable({}, {__tostring = function() return 'me' end}))", "me"},
        {"return tostring(setmetatable({}, {__name = 'thing'}))", "thing"},
        {"return ('%s|%10s|%-8s|%%|%s'):format({}, print, 'x', nil)",
         "table|  function|x       |%|nil"},
        {"return ('%s'):format(setmetatable({}, {__tostring = function() return 'a' end}))", "a"},
        {"return ('%5.2f %x %q %c %i'):format(1.005, 255, 'a\"b', 65, 3)",
         " 1.00 ff \"a\\\"b\" A 3"},
        {"return string.pack('i2', 1):byte(1, -1)", "1 0"},
        {"return string.pack('=i2', 1):byte(1, -1)", "1 0"},
        {"return string.pack('>i2', 1):byte(1, -1)", "0 1"},
        {"return string.unpack('i2', '\\1\\0'), string.packsize('i4 i2')", "1 6"},
        {"return select('#', string.unpack('z', 'ab\\0')), (string.unpack('z', 'ab\\0'))", "2 ab"},
    };
    check_rows(rows, ARRAY_LEN(rows), true);
    static const struct row wrong[] = {
        {"return tostring(setmetatable({}, {__tostring = function() return 1 end}))",
         "t.lua:1: '__tostring' must return a string"},
        {"tostring()", "t.lua:1: bad argument #1 to 'tostring'"},
    };
    check_rows(wrong, ARRAY_LEN(wrong), false);
}

static void test_print(void **state)
{
    (void)state;
    struct box *box = box_create(100000, (size_t)64 << 20);
    box_run(box, "print('a', 1, nil, {}) print() print('x\\0y')");
    assert_true(box->ok);
    assert_string_equal(box->notes, "[a\t1\tnil\ttable][][x\\0y]");
    box_destroy(box);
}

/* ---- order ---- */

static void test_pairs(void **state)
{
    (void)state;
#define WALK                                                                                      \
    "local s = '' for k, v in pairs(t) do s = s .. tostring(k) .. '=' .. tostring(v) .. ' ' end " \
    "return s"
#define NEXT                                                                                     \
    "local s = '' for k, v in next, t do s = s .. tostring(k) .. '=' .. tostring(v) .. ' ' end " \
    "return s"
#define BOTH(setup, answer) \
    {setup WALK, answer}, { setup NEXT, answer }
    static const struct row rows[] = {
        BOTH("local t = {} ", ""),
        BOTH("local t = {'a', 'b', 'c'} ", "1=a 2=b 3=c "),
        BOTH("local t = {b=1, a=2, [''] = 3, ['a\\0'] = 4, aa = 5, B = 6, [true]=7, [false]=8, "
             "'x', [-1]=9, "
             "[1.5]=10, [100]=11} ",
             "1=x -1=9 1.5=10 100=11 =3 B=6 a=2 a" /* the octet 0 ends this C string */),
        BOTH("local t = {[2^53]=1, [math.maxinteger]=2, [math.mininteger]=3, [2^63]=4, [-2^70]=5, "
             "[0.5]=6, "
             "[-math.huge]=7, [math.huge]=8, [0]=9} ",
             "-inf=7 -1.1805916207174e+21=5 -9223372036854775808=3 0=9 0.5=6 9007199254740992=1 "
             "9223372036854775807=2 9.2233720368548e+18=4 inf=8 "),
        BOTH("local t = {1, 2, 3, nil, 5, [-3]=0} t[4] = nil ", "1=1 2=2 3=3 5=5 -3=0 "),
        {"local t = {} for i = 1, 2000 do t[i * 7919 % 2003] = i t['k' .. i] = i end local last, n "
         "= nil, 0 "
         "for k in pairs(t) do n = n + 1 if last and type(k) == type(last) and type(k) == 'string' "
         "then "
         "assert(last < k) end last = k end return n",
         "4000"},
        /* changed and removed on the way */
        {"local t = {1, 2, 3, a = 4, [-1] = 5, b = 6} local s = '' for k, v in pairs(t) do s = s "
         ".. k .. ' ' "
         "t[k] = nil end return s .. tostring(next(t))",
         "1 2 3 -1 a b nil"},
        {"local t = {1, 2, 3, a = 4, [-1] = 5, b = 6} local s = '' for k, v in next, t do s = s .. "
         "k .. ' ' "
         "t[k] = nil end return s .. tostring(next(t))",
         "1 2 3 -1 a b nil"},
        {"local t = {a = 1, b = 2, c = 3} local s = '' for k in pairs(t) do s = s .. k t.b = nil "
         "t.c = 4 end "
         "return s",
         "ac"},
        {"local t = {b = 1, a = 2} local n = 0 while next(t) do t[next(t)] = nil n = n + 1 end "
         "return n",
         "2"},
        {"return next({}), next({5}), next({x = 1}), next({[false] = 2})", "nil 1 x false 2"},
        {"return next({a = 1, b = 2, c = 3}, 'b')", "c 3"},
        {"local t = setmetatable({}, {__pairs = function(t) return function(_, k) if not k then "
         "return 1, 2 "
         "end end, t, nil end}) for k, v in pairs(t) do return k, v end",
         "1 2"},
        {"local t = {3, 4} for k, v in pairs(t) do for i, w in pairs(t) do t[1] = t[1] + i end end "
         "return t[1]",
         "9"},
        {"local t = {10, 20, 30} local f, s, k = pairs(t) f(s, nil) return f(s, 2)", "3 30"},
    };
    check_rows(rows, ARRAY_LEN(rows), true);
    static const struct row wrong[] = {
        {"for k in pairs({[{}] = 1}) do end", "t.lua:1: pairs: a key is a table;"},
        {"local t = {[print] = 1}\nreturn next(t)", "t.lua:2: pairs: a key is a function;"},
        {"pairs(nil)", "t.lua:1: bad argument #1 to 'pairs' (table expected, got nil)"},
        {"next(1)", "t.lua:1: bad argument #1 to 'next' (table expected, got number)"},
    };
    check_rows(wrong, ARRAY_LEN(wrong), false);
}

static void test_pairs_is_not_quadratic(void **state)
{
    (void)state;
    struct box *box = box_create(100000000, (size_t)1 << 30);
    box_run(box, "local t = {} for i = 1, 200000 do t['k' .. i] = i end local n = 0 "
                 "for k in pairs(t) do n = n + 1 end for k in next, t do n = n + 1 end return n");
    assert_string_equal(box->answer, "400000");
    box_destroy(box);
}

static void test_sort(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"local t = {3, 1, 2} table.sort(t) return table.concat(t, ' ')", "1 2 3"},
        {"local t = {} table.sort(t) return #t", "0"},
        {"local t = {} for i = 1, 1000 do t[i] = {i * 7 % 10, i} end "
         "table.sort(t, function(a, b) return a[1] < b[1] end) for i = 2, 1000 do "
         "assert(t[i-1][1] < t[i][1] or t[i-1][1] == t[i][1] and t[i-1][2] < t[i][2]) end return "
         "#t",
         "1000"},
        {"local t = {5, 2, 8, 1} table.sort(t, function() return true end) table.sort(t, "
         "function() return "
         "false end) return #t",
         "4"},
        {"local t = {5, 2, 8, 1, 9, 3} table.sort(t, function(a, b) t[1] = 77 return math.random() "
         "< 0.5 end) "
         "table.sort(t) return table.concat(t, ' ')",
         "1 2 3 5 8 9"},
        {"return pcall(table.sort, {1, 'x'})", "false attempt to compare string with number"},
        {"local t = {'b', 'a', 'C'} table.sort(t, function(a, b) return a > b end) return "
         "table.concat(t)",
         "baC"},
    };
    check_rows(rows, ARRAY_LEN(rows), true);
    static const struct row wrong[] = {
        {"table.sort({1, 2}, 1)", "t.lua:1: bad argument #2 to 'sort'"},
        {"local x = 1\ntable.sort({1, 'x'})", "t.lua:2: attempt to compare string with number"},
        {"table.sort(setmetatable({}, {__len = function() return 1 << 40 end}))",
         "t.lua:1: bad argument #1 to 'sort' (array too big)"},
    };
    check_rows(wrong, ARRAY_LEN(wrong), false);
}

/* ---- errors ---- */

static void test_errors(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"return pcall(error, 'x', 0)", "false x"},
        {"return pcall(error)", "false nil"},
        {"return select('#', pcall(function() return 1, nil, 3 end))", "4"},
        {"return pcall(function(...) return ... end, 1, 2)", "true 1 2"},
        {"return xpcall(function(a) error(a, 0) end, function(m) return m .. '!' end, 'x')",
         "false x!"},
        {"return xpcall(function(...) return ... end, print, 1, nil, 3)", "true 1 nil 3"},
        {"local ok, m = xpcall(error, function() error('worse', 0) end) return ok, m",
         "false worse"},
        {"return (pcall(pcall))", "false"},
    };
    check_rows(rows, ARRAY_LEN(rows), true);
    static const struct row wrong[] = {
        {"\n\nerror('x', 0)", "t.lua:3: x"}, /* the place is put before what has none */
        {"\nerror('x')", "t.lua:2: x"},
        {"\nerror(nil)", "t.lua:2: (error object is a nil value)"},
        {"\nerror({})", "t.lua:2: (error object is a table value)"},
        {"error(setmetatable({}, {__tostring = function() return 'mine' end}))", "t.lua:1: mine"},
        {"error('10.0.0.1:80: no', 0)", "t.lua:1: 10.0.0.1:80: no"},
        {"\nassert(false)", "t.lua:2: assertion failed!"},
        {"\nassert(nil, 'why')", "t.lua:2: why"},
        {"x = = 1", "t.lua:1: unexpected symbol near '='"},
        {"\nlocal x = nil .. 1", "t.lua:2: attempt to concatenate a nil value"},
        {"goto nowhere", "t.lua:1: no visible label 'nowhere'"},
    };
    check_rows(wrong, ARRAY_LEN(wrong), false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_globals),  cmocka_unit_test(test_forbidden),
        cmocka_unit_test(test_tostring), cmocka_unit_test(test_print),
        cmocka_unit_test(test_pairs),    cmocka_unit_test(test_pairs_is_not_quadratic),
        cmocka_unit_test(test_sort),     cmocka_unit_test(test_errors),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
