/* expect_options.c - what stands around an expectation: its place, its text, its options. */
#include "expect.h"

#include <stdio.h>
#include <string.h>

static void read_view(lua_State *L, int index, struct expectation *expectation)
{
    static const char *const views[] = {"sent", "delivered"};
    if (!value_field(L, index, "as")) { return; }
    if (lua_type(L, -1) != LUA_TSTRING) {
        lua_fail(L, "as: expected \"sent\" or \"delivered\"; got %s", lua_what(L, -1));
    }
    const char *typed = lua_tostring(L, -1);
    if (strcmp(typed, views[LOG_SENT]) == 0) {
        expectation->view = LOG_SENT;
    } else if (strcmp(typed, views[LOG_DELIVERED]) == 0) {
        expectation->view = LOG_DELIVERED;
    } else {
        lua_fail_unknown(L, "value of as", typed, views, 2);
    }
    lua_pop(L, 1);
}

static void read_between(lua_State *L, int index, struct expectation *expectation)
{
    if (!value_field(L, index, "between")) { return; }
    const int pair = lua_gettop(L);
    if (lua_type(L, pair) != LUA_TTABLE || lua_rawlen(L, pair) != 2) {
        lua_fail(L, "between: expected a list of two hosts, { a, b }");
    }
    for (int i = 0; i < 2; i++) {
        lua_rawgeti(L, pair, i + 1);
        expectation->between[i] = lua_check_host(L, lua_gettop(L), "a host of between");
    }
    lua_settop(L, pair - 1);
}

static void read_shows(lua_State *L, int index, struct expectation *expectation)
{
    if (!value_field(L, index, "shows")) { return; }
    if (lua_type(L, -1) != LUA_TSTRING) {
        lua_fail(L, "shows: expected a requirement such as \"MUST-12\"; got %s", lua_what(L, -1));
    }
    const int len =
        snprintf(expectation->shows, sizeof expectation->shows, "%s", lua_tostring(L, -1));
    if (len >= (int)sizeof expectation->shows) {
        lua_fail(L, "shows: at most %d octets", (int)sizeof expectation->shows - 1);
    }
    lua_check_requirement(L, "shows", expectation->shows, false);
    lua_pop(L, 1);
}

static void read_options(lua_State *L, int index, struct expectation *expectation,
                         const char *const *names, size_t name_count)
{
    if (lua_isnoneornil(L, index)) { return; }
    char what[64];
    (void)snprintf(what, sizeof what, "option of %s", expect_kind_name(expectation->kind));
    if (lua_type(L, index) != LUA_TTABLE) {
        lua_fail(L, "%s: expected a table of options; got %s", expect_kind_name(expectation->kind),
                 lua_what(L, index));
    }
    lua_check_keys(L, index, what, names, name_count, 0);
    expectation->absolute = value_boolean_field(L, index, "absolute", false);
    expectation->nth = value_count_field(L, index, "nth", 1, UINT32_MAX, 1);
    expectation->after_ns = value_time_field(L, index, "after", 0);
    expectation->before_ns = value_time_field(L, index, "before", TIME_NEVER);
    value_check_order(L, "after", expectation->after_ns, "before", expectation->before_ns);
    expectation->within_ns = value_time_field(L, index, "within", TIME_NEVER);
    read_view(L, index, expectation);
    read_between(L, index, expectation);
    read_shows(L, index, expectation);
}

struct expectation *expect_new(lua_State *L, enum expect_kind kind, int text_index,
                               int options_index, const char *const *names, size_t name_count)
{
    const char *name = expect_kind_name(kind);
    scenario_may_act(L, name);
    (void)scenario_world(L);
    lua_settop(L, options_index);
    if (lua_type(L, text_index) != LUA_TSTRING) {
        lua_fail(L, "%s: expected a text; got %s", name, lua_what(L, text_index));
    }
    struct expectation *expectation = lua_newuserdatauv(L, sizeof *expectation, 2);
    *expectation = (struct expectation){
        .kind = kind,
        .place = expect_place_here(L),
        .text = lua_tostring(L, text_index),
        .view = LOG_SENT,
        .nth = 1,
        .before_ns = TIME_NEVER,
        .within_ns = TIME_NEVER,
    };
    lua_pushvalue(L, text_index);
    (void)lua_setiuservalue(L, -2, 1);
    read_options(L, options_index, expectation, names, name_count);
    return expectation;
}
