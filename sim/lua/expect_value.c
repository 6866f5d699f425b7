/* expect_value.c - expect.equal, truthy, near and error: judged at once, everywhere. */
#include "expect.h"
#include "sandbox.h"

#include <string.h>

static int finish(lua_State *L, const char *name, bool held, const struct expect_text *summary,
                  const struct expect_text *expected, const struct expect_text *actual)
{
    lua_pushboolean(
        L, expectation_result(L, name, held, summary->octets, expected->octets, actual->octets));
    return 1;
}

/* What a call gave beside nil: "nil, "timed out"". */
static void print_values(lua_State *L, int first, int last, struct expect_text *text)
{
    for (int i = first; i <= last; i++) {
        expect_text_add(text, i > first ? ", " : "");
        expect_print_value(L, i, text);
    }
}

static int unequal_strings(lua_State *L)
{
    struct expect_text summary = {0};
    struct expect_text expected = {0};
    struct expect_text actual = {0};
    size_t octet;
    const size_t column = expect_print_strings(L, 2, 1, &expected, &actual, &octet);
    expect_text_add(&summary, "the strings differ");
    if (octet > 0) { expect_text_add(&summary, " from octet %zu on", octet); }
    const struct expect_report report = {
        .place = expect_place_here(L),
        .name = "expect.equal",
        .shows = "",
        .summary = summary.octets,
        .expected = expected.octets,
        .actual = actual.octets,
        .column = column,
        .field = "",
        .context = "",
    };
    lua_pushboolean(L, expect_result(scenario_of(L), false, &report));
    return 1;
}

int expect_equal(lua_State *L)
{
    if (lua_gettop(L) < 2) { return lua_fail(L, "expect.equal: expected two values"); }
    (void)scenario_world(L);
    struct expect_text summary = {0};
    struct expect_text expected = {0};
    struct expect_text actual = {0};
    const bool held = expect_equal_values(L, 1, 2);
    if (!held && lua_type(L, 1) == LUA_TSTRING && lua_type(L, 2) == LUA_TSTRING) {
        return unequal_strings(L);
    }
    if (!held) {
        struct expect_text where = {0};
        expect_difference(L, 1, 2, &where);
        expect_text_add(&summary, "the values differ%s%s", where.len > 0 ? " at " : "",
                        where.octets);
    }
    expect_print_value(L, 2, &expected);
    expect_print_value(L, 1, &actual);
    return finish(L, "expect.equal", held, &summary, &expected, &actual);
}

int expect_truthy(lua_State *L)
{
    const int top = lua_gettop(L);
    if (top < 1) { return lua_fail(L, "expect.truthy: expected a value"); }
    (void)scenario_world(L);
    struct expect_text summary = {0};
    struct expect_text expected = {0};
    struct expect_text actual = {0};
    expect_text_add(&summary, "the value is %s", lua_isnil(L, 1) ? "nil" : "false");
    expect_text_add(&expected, "a value other than nil and false");
    print_values(L, 1, top < 4 ? top : 4, &actual);
    return finish(L, "expect.truthy", lua_toboolean(L, 1) != 0, &summary, &expected, &actual);
}

int expect_near(lua_State *L)
{
    if (lua_type(L, 2) != LUA_TNUMBER) {
        return lua_fail(L, "expect.near: expected a number as second value; got %s",
                        lua_what(L, 2));
    }
    if (lua_type(L, 3) != LUA_TNUMBER || !(lua_tonumber(L, 3) >= 0)) {
        return lua_fail(L,
                        "expect.near: expected a tolerance as third value, a number not below 0");
    }
    (void)scenario_world(L);
    struct expect_text summary = {0};
    struct expect_text expected = {0};
    struct expect_text actual = {0};
    bool held = false;
    if (lua_type(L, 1) == LUA_TNUMBER) {
        const lua_Number distance = lua_tonumber(L, 1) - lua_tonumber(L, 2);
        held = distance <= lua_tonumber(L, 3) && -distance <= lua_tonumber(L, 3);
        if (distance == distance) {
            expect_text_add(&summary, "the values are %.9g apart",
                            distance < 0 ? -distance : distance);
        } else {
            expect_text_add(&summary, "no distance");
        }
    } else {
        expect_text_add(&summary, "it is no number");
    }
    expect_print_value(L, 2, &expected);
    expect_text_add(&expected, " ± ");
    expect_print_value(L, 3, &expected);
    expect_print_value(L, 1, &actual);
    return finish(L, "expect.near", held, &summary, &expected, &actual);
}

/* ---- error ---- */

static bool contains(const char *text, size_t len, const char *part, size_t part_len)
{
    for (size_t i = 0; i + part_len <= len; i++) {
        if (memcmp(text + i, part, part_len) == 0) { return true; }
    }
    return false;
}

/* Where the error is raised: only there can be seen that it is a limit. */
static int error_raised(lua_State *L)
{
    (void)limits_notice(scenario_of(L), L, LUA_ERRRUN);
    return 1;
}

/* After the call: the function lay at 1, the text at 2; on failure the error is on top. */
static int error_called(lua_State *L, int status, lua_KContext context)
{
    (void)context;
    struct scenario *scenario = scenario_of(L);
    const bool raised = status != LUA_OK && status != LUA_YIELD;
    if (scenario->limits.reached || (raised && limits_notice(scenario, L, status))) {
        return limits_raise_again(L);
    }
    struct expect_text summary = {0};
    struct expect_text expected = {0};
    struct expect_text actual = {0};
    expect_text_add(&expected, "an error");
    size_t part_len = 0;
    const char *part = lua_tolstring(L, 2, &part_len);
    if (part != NULL) {
        expect_text_add(&expected, " with ");
        expect_print_value(L, 2, &expected);
    }
    bool held = false;
    if (raised) {
        size_t len = 0;
        const int top = lua_gettop(L);
        const char *message = lua_type(L, top) == LUA_TSTRING ? lua_tolstring(L, top, &len) : NULL;
        held = part == NULL || (message != NULL && contains(message, len, part, part_len));
        expect_text_add(&summary, "it raised another error");
        if (message != NULL) {
            expect_text_add(&actual, "%s", message);
        } else {
            expect_print_value(L, top, &actual);
        }
    } else {
        expect_text_add(&summary, "it raised no error");
        expect_text_add(&actual, "no error");
    }
    return finish(L, "expect.error", held, &summary, &expected, &actual);
}

/* expect.error(function, text): what the function does may block. */
int expect_error(lua_State *L)
{
    if (lua_type(L, 1) != LUA_TFUNCTION) {
        return lua_fail(L, "expect.error: expected a function; got %s", lua_what(L, 1));
    }
    if (!lua_isnoneornil(L, 2) && lua_type(L, 2) != LUA_TSTRING) {
        return lua_fail(L, "expect.error: expected a text after the function; got %s",
                        lua_what(L, 2));
    }
    (void)scenario_world(L);
    lua_settop(L, 2);
    lua_pushcfunction(L, error_raised);
    lua_pushvalue(L, 1);
    return error_called(L, lua_pcallk(L, 0, 0, 3, 0, error_called), 0);
}
