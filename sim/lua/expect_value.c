/* expect_value.c - expect.equal, truthy, near and error: judged at once, everywhere. */
#include "expect.h"
#include "sandbox.h"

#include <string.h>

/* The requirement of the options { shows = … } behind the values, from stack index `from` on; "".
 */
static const char *shows_behind(lua_State *L, int from)
{
    static const char *const names[] = {"shows"};
    const int top = lua_gettop(L);
    if (top < from || lua_type(L, top) != LUA_TTABLE || !value_field(L, top, "shows")) {
        return "";
    }
    lua_check_keys(L, top, "option of an expectation", names, 1, 0);
    if (lua_type(L, -1) != LUA_TSTRING) {
        lua_fail(L, "shows: expected a requirement such as \"MUST-12\"; got %s", lua_what(L, -1));
    }
    const char *shows = lua_tostring(L, -1); /* the table holds it */
    lua_check_requirement(L, "shows", shows, false);
    lua_settop(L, top);
    return shows;
}

static int finish(lua_State *L, const char *name, bool held, const char *shows,
                  const struct expect_text text[3])
{
    const struct expect_report report = {
        .place = expect_place_here(L),
        .name = name,
        .shows = shows,
        .summary = text[0].octets,
        .expected = text[1].octets,
        .actual = text[2].octets,
        .column = EXPECT_NO_COLUMN,
        .field = "",
        .context = "",
    };
    lua_pushboolean(L, expect_result(scenario_of(L), held, &report));
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

static int unequal_strings(lua_State *L, const char *shows)
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
        .shows = shows,
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
    const char *shows = shows_behind(L, 3);
    struct expect_text text[3] = {{0}, {0}, {0}}; /* summary, expected, actual */
    const bool held = expect_equal_values(L, 1, 2);
    if (!held && lua_type(L, 1) == LUA_TSTRING && lua_type(L, 2) == LUA_TSTRING) {
        return unequal_strings(L, shows);
    }
    if (!held) {
        struct expect_text where = {0};
        expect_difference(L, 1, 2, &where);
        expect_text_add(&text[0], "the values differ%s%s", where.len > 0 ? " at " : "",
                        where.octets);
    }
    expect_print_value(L, 2, &text[1]);
    expect_print_value(L, 1, &text[2]);
    return finish(L, "expect.equal", held, shows, text);
}

int expect_truthy(lua_State *L)
{
    int top = lua_gettop(L);
    if (top < 1) { return lua_fail(L, "expect.truthy: expected a value"); }
    (void)scenario_world(L);
    const char *shows = shows_behind(L, 2);
    if (shows[0] != '\0') { top--; }
    struct expect_text text[3] = {{0}, {0}, {0}}; /* summary, expected, actual */
    expect_text_add(&text[0], "the value is %s", lua_isnil(L, 1) ? "nil" : "false");
    expect_text_add(&text[1], "a value other than nil and false");
    print_values(L, 1, top < 4 ? top : 4, &text[2]);
    return finish(L, "expect.truthy", lua_toboolean(L, 1) != 0, shows, text);
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
    const char *shows = shows_behind(L, 4);
    struct expect_text text[3] = {{0}, {0}, {0}}; /* summary, expected, actual */
    bool held = false;
    if (lua_type(L, 1) == LUA_TNUMBER) {
        const lua_Number distance = lua_tonumber(L, 1) - lua_tonumber(L, 2);
        held = distance <= lua_tonumber(L, 3) && -distance <= lua_tonumber(L, 3);
        if (distance == distance) {
            expect_text_add(&text[0], "the values are %.9g apart",
                            distance < 0 ? -distance : distance);
        } else {
            expect_text_add(&text[0], "no distance");
        }
    } else {
        expect_text_add(&text[0], "it is no number");
    }
    expect_print_value(L, 2, &text[1]);
    expect_text_add(&text[1], " ± ");
    expect_print_value(L, 3, &text[1]);
    expect_print_value(L, 1, &text[2]);
    return finish(L, "expect.near", held, shows, text);
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
    const char *shows = (const char *)context;
    struct scenario *scenario = scenario_of(L);
    const bool raised = status != LUA_OK && status != LUA_YIELD;
    if (scenario->limits.reached || (raised && limits_notice(scenario, L, status))) {
        return limits_raise_again(L);
    }
    struct expect_text text[3] = {{0}, {0}, {0}}; /* summary, expected, actual */
    expect_text_add(&text[1], "an error");
    size_t part_len = 0;
    const char *part = lua_tolstring(L, 2, &part_len);
    if (part != NULL) {
        expect_text_add(&text[1], " with ");
        expect_print_value(L, 2, &text[1]);
    }
    bool held = false;
    if (raised) {
        size_t len = 0;
        const int top = lua_gettop(L);
        const char *message = lua_type(L, top) == LUA_TSTRING ? lua_tolstring(L, top, &len) : NULL;
        held = part == NULL || (message != NULL && contains(message, len, part, part_len));
        expect_text_add(&text[0], "it raised another error");
        if (message != NULL) {
            expect_text_add(&text[2], "%s", message);
        } else {
            expect_print_value(L, top, &text[2]);
        }
    } else {
        expect_text_add(&text[0], "it raised no error");
        expect_text_add(&text[2], "no error");
    }
    return finish(L, "expect.error", held, shows, text);
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
    const char *shows = shows_behind(L, 3); /* the caller's table holds it while this runs */
    const lua_KContext context = (lua_KContext)shows;
    lua_settop(L, 3);
    lua_pushcfunction(L, error_raised);
    lua_pushvalue(L, 1);
    return error_called(L, lua_pcallk(L, 0, 0, 4, context, error_called), context);
}
