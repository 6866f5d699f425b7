/* values.c - times, rates, sizes, counts, probabilities and yes or no as a scenario writes them. */
#include "sandbox.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SHOWN_MAX 80

/* ---- saying what is wrong ---- */

/* The value as its writer would know it again. */
static void show(lua_State *L, int index, char *text, size_t room)
{
    switch (lua_type(L, index)) {
    case LUA_TNUMBER:
        if (lua_isinteger(L, index) != 0) {
            (void)snprintf(text, room, "%lld", (long long)lua_tointeger(L, index));
        } else if (isnan(lua_tonumber(L, index))) {
            (void)snprintf(text, room, "nan");
        } else {
            (void)snprintf(text, room, "%.14g", lua_tonumber(L, index));
        }
        break;
    case LUA_TBOOLEAN:
        (void)snprintf(text, room, "%s", lua_toboolean(L, index) ? "true" : "false");
        break;
    case LUA_TSTRING: {
        size_t len;
        const char *octets = lua_tolstring(L, index, &len);
        size_t shown = len < SHOWN_MAX - 20 ? len : SHOWN_MAX - 20;
        if (shown > room - 4) { shown = room - 4; }
        for (size_t i = 0; i < shown; i++) {
            const unsigned char c = (unsigned char)octets[i];
            text[i] = c < 0x20 || c == 0x7f ? '?' : (char)c;
        }
        const char *end = len == 0 ? "\"\"" : (shown < len ? "..." : "");
        (void)snprintf(text + shown, room - shown, "%s", end);
        break;
    }
    case LUA_TNIL:
    case LUA_TNONE: (void)snprintf(text, room, "nil"); break;
    default: (void)snprintf(text, room, "a %s", lua_what(L, index)); break;
    }
}

int value_fail(lua_State *L, int index, const char *what, const char *expected)
{
    return value_fail_near(L, index, what, expected, NULL);
}

int value_fail_near(lua_State *L, int index, const char *what, const char *expected,
                    const char *near)
{
    char got[SHOWN_MAX];
    show(L, index, got, sizeof got);
    if (near == NULL) { return lua_fail(L, "%s: expected %s; got %s", what, expected, got); }
    return lua_fail(L, "%s: expected %s; got %s; did you mean \"%s\"?", what, expected, got, near);
}

bool value_is_off(lua_State *L, int index)
{
    if (lua_type(L, index) == LUA_TBOOLEAN) { return !lua_toboolean(L, index); }
    return lua_type(L, index) == LUA_TSTRING && strcmp(lua_tostring(L, index), "off") == 0;
}

/* ---- with units ---- */

/* Reads a string by `parse`; an octet of 0 within is nobody's unit. */
static const char *parse_string(lua_State *L, int index, uint64_t *value,
                                const char *(*parse)(const char *, uint64_t *))
{
    size_t len;
    const char *text = lua_tolstring(L, index, &len);
    return parse(strlen(text) == len ? text : "", value);
}

/* A string with its unit, or a number by `number` (NULL: a bare number says too little). */
static uint64_t with_unit(lua_State *L, int index, const char *what,
                          const char *(*parse)(const char *, uint64_t *),
                          const char *(*number)(double, uint64_t *))
{
    uint64_t value = 0;
    const char *expected;
    if (lua_type(L, index) == LUA_TSTRING) {
        expected = parse_string(L, index, &value, parse);
    } else if (lua_type(L, index) == LUA_TNUMBER && number != NULL) {
        expected = number(lua_tonumber(L, index), &value);
    } else {
        expected = parse("", &value); /* its words alone are wanted */
    }
    if (expected != NULL) { value_fail(L, index, what, expected); }
    return value;
}

uint64_t value_time(lua_State *L, int index, const char *what)
{
    return with_unit(L, index, what, units_parse_time, units_seconds);
}

uint64_t value_rate(lua_State *L, int index, const char *what)
{
    return with_unit(L, index, what, units_parse_rate, NULL);
}

uint64_t value_probability(lua_State *L, int index, const char *what)
{
    return with_unit(L, index, what, units_parse_probability, units_probability);
}

/* ---- whole numbers ---- */

/* A number that is whole and not negative; 3.0 is 3, "3" is a string. */
static bool whole_number(lua_State *L, int index, uint64_t *value)
{
    int whole = 0;
    if (lua_type(L, index) != LUA_TNUMBER) { return false; }
    const lua_Integer number = lua_tointegerx(L, index, &whole);
    *value = (uint64_t)number;
    return whole != 0 && number >= 0;
}

static int fail_range(lua_State *L, int index, const char *what, const char *kind, uint64_t min,
                      uint64_t max, const char *unit)
{
    char expected[160];
    if (max >= INT64_MAX) {
        (void)snprintf(expected, sizeof expected, "%s of at least %llu%s", kind,
                       (unsigned long long)min, unit);
    } else {
        (void)snprintf(expected, sizeof expected, "%s from %llu to %llu%s", kind,
                       (unsigned long long)min, (unsigned long long)max, unit);
    }
    return value_fail(L, index, what, expected);
}

uint64_t value_count(lua_State *L, int index, const char *what, uint64_t min, uint64_t max)
{
    uint64_t value = 0;
    if (!whole_number(L, index, &value) || value < min || value > max) {
        fail_range(L, index, what, "a whole number", min, max, "");
    }
    return value;
}

uint64_t value_size(lua_State *L, int index, const char *what, uint64_t min, uint64_t max)
{
    uint64_t value = 0;
    if (lua_type(L, index) == LUA_TSTRING) {
        const char *expected = parse_string(L, index, &value, units_parse_size);
        if (expected != NULL) { value_fail(L, index, what, expected); }
    } else if (lua_type(L, index) != LUA_TNUMBER) {
        value_fail(L, index, what, units_parse_size("", &value));
    } else if (!whole_number(L, index, &value)) {
        fail_range(L, index, what, "a size", min, max, " octets");
    }
    if (value < min || value > max) { fail_range(L, index, what, "a size", min, max, " octets"); }
    return value;
}

bool value_boolean(lua_State *L, int index, const char *what)
{
    if (lua_type(L, index) != LUA_TBOOLEAN) { value_fail(L, index, what, "true or false"); }
    return lua_toboolean(L, index) != 0;
}

/* ---- fields ---- */

bool value_field(lua_State *L, int index, const char *name)
{
    if (lua_type(L, index) != LUA_TTABLE) { return false; }
    index = lua_absindex(L, index);
    lua_pushstring(L, name);
    if (lua_rawget(L, index) != LUA_TNIL) { return true; }
    lua_pop(L, 1);
    return false;
}

uint64_t value_time_field(lua_State *L, int index, const char *name, uint64_t otherwise)
{
    if (!value_field(L, index, name)) { return otherwise; }
    const uint64_t value = value_time(L, -1, name);
    lua_pop(L, 1);
    return value;
}

uint64_t value_count_field(lua_State *L, int index, const char *name, uint64_t min, uint64_t max,
                           uint64_t otherwise)
{
    if (!value_field(L, index, name)) { return otherwise; }
    const uint64_t value = value_count(L, -1, name, min, max);
    lua_pop(L, 1);
    return value;
}

bool value_boolean_field(lua_State *L, int index, const char *name, bool otherwise)
{
    if (!value_field(L, index, name)) { return otherwise; }
    const bool value = value_boolean(L, -1, name);
    lua_pop(L, 1);
    return value;
}

void value_check_order(lua_State *L, const char *first, uint64_t first_ns, const char *last,
                       uint64_t last_ns)
{
    char begin[64];
    char end[64];
    if (first_ns <= last_ns) { return; }
    (void)units_format_duration(first_ns, begin, sizeof begin);
    (void)units_format_duration(last_ns, end, sizeof end);
    lua_fail(L, "%s: %s comes before %s, %s", last, end, first, begin);
}

/* ---- ordinals ---- */

/* Moves the number at `at` down the heap below it (the greatest on top). */
static void sift(uint64_t *numbers, size_t at, size_t count)
{
    for (size_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && numbers[child + 1] > numbers[child]) { child++; }
        if (numbers[at] >= numbers[child]) { return; }
        const uint64_t greater = numbers[child];
        numbers[child] = numbers[at];
        numbers[at] = greater;
        at = child;
    }
}

static void sort_numbers(uint64_t *numbers, size_t count)
{
    for (size_t i = count / 2; i > 0; i--) { sift(numbers, i - 1, count); }
    for (size_t last = count; last > 1; last--) {
        const uint64_t greatest = numbers[0];
        numbers[0] = numbers[last - 1];
        numbers[last - 1] = greatest;
        sift(numbers, 0, last - 1);
    }
}

static size_t count_keys(lua_State *L, int index)
{
    size_t count = 0;
    for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) { count++; }
    return count;
}

uint64_t *value_ordinals(lua_State *L, int index, const char *what, size_t *count)
{
    static const char expected[] = "a whole number from 1 on, or a list of such";
    index = lua_absindex(L, index);
    const bool list = lua_type(L, index) == LUA_TTABLE;
    const size_t given = list ? lua_rawlen(L, index) : 1;
    if (list && given == 0) { lua_fail(L, "%s: expected %s; got no number", what, expected); }
    if (list && count_keys(L, index) != given) {
        lua_fail(L, "%s: expected %s; got a table with other keys", what, expected);
    }
    uint64_t *numbers = arena_take(scenario_of(L)->arena, given * sizeof *numbers);
    if (numbers == NULL) { limits_raise_memory(L); }
    for (size_t i = 0; i < given; i++) {
        if (list) {
            lua_rawgeti(L, index, (lua_Integer)(i + 1));
        } else {
            lua_pushvalue(L, index);
        }
        if (!whole_number(L, -1, &numbers[i]) || numbers[i] == 0) {
            value_fail(L, -1, what, expected);
        }
        lua_pop(L, 1);
    }
    sort_numbers(numbers, given);
    *count = 1;
    for (size_t i = 1; i < given; i++) {
        if (numbers[i] != numbers[*count - 1]) { numbers[(*count)++] = numbers[i]; }
    }
    return numbers;
}
