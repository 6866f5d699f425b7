/* module_sim.c - what concerns the run as a whole: sim.scenario, sim.param, and of time and chance
 * sim.now, sim.sleep, sim.at, sim.random. */
#include "internal.h"

#include <stdio.h>
#include <string.h>

/* ---- sim.scenario ---- */

static const char *const scenario_keys[] = {"title", "cites", "limit", "allow", "seed", "api"};
#define SCENARIO_KEYS (sizeof scenario_keys / sizeof scenario_keys[0])

static const char *const allow_names[] = {"integrity", "window", "unfinished", "moves"};
#define ALLOW_NAMES (sizeof allow_names / sizeof allow_names[0])

/* A copy in the arena of the string at `index`. */
static char *kept_string(lua_State *L, int index, const char *what)
{
    if (lua_type(L, index) != LUA_TSTRING) {
        lua_fail(L, "%s: expected a string, got %s", what, lua_what(L, index));
    }
    char *copy = arena_strdup(scenario_of(L)->arena, lua_tostring(L, index));
    if (copy == NULL) { limits_raise(L, "memory: no room for %s", what); }
    return copy;
}

static void read_cites(lua_State *L, struct scenario *scenario, int index)
{
    if (lua_type(L, index) != LUA_TTABLE) {
        lua_fail(L, "cites: expected a list of strings, got %s", lua_what(L, index));
    }
    const size_t count = (size_t)lua_rawlen(L, index);
    lua_check_keys(L, index, "place in cites", NULL, 0, (unsigned)count);
    const char **cites = arena_take(scenario->arena, (count + 1) * sizeof *cites);
    if (cites == NULL) { limits_raise(L, "memory: no room for cites"); }
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(L, index, (lua_Integer)i + 1);
        cites[i] = kept_string(L, lua_gettop(L), "cites");
        lua_check_requirement(L, "cites", cites[i], true);
        lua_pop(L, 1);
    }
    scenario->cites = cites;
    scenario->cite_count = count;
}

static void read_allowed(lua_State *L, struct scenario *scenario, int index)
{
    if (lua_type(L, index) != LUA_TSTRING) {
        lua_fail(L, "allow: expected a string or a list of strings, got %s", lua_what(L, index));
    }
    const char *name = lua_tostring(L, index);
    for (unsigned i = 0; i < ALLOW_NAMES; i++) {
        if (strcmp(name, allow_names[i]) == 0) {
            scenario->allow |= 1u << i;
            return;
        }
    }
    lua_fail_unknown(L, "name in allow", name, allow_names, ALLOW_NAMES);
}

static void read_allow(lua_State *L, struct scenario *scenario, int index)
{
    if (lua_type(L, index) != LUA_TTABLE) {
        read_allowed(L, scenario, index);
        return;
    }
    const lua_Unsigned count = lua_rawlen(L, index);
    lua_check_keys(L, index, "place in allow", NULL, 0, (unsigned)count);
    for (lua_Unsigned i = 1; i <= count; i++) {
        lua_rawgeti(L, index, (lua_Integer)i);
        read_allowed(L, scenario, lua_gettop(L));
        lua_pop(L, 1);
    }
}

static int sim_scenario(lua_State *L)
{
    struct scenario *scenario = scenario_of(L);
    if (scenario->declared) { return lua_fail(L, "sim.scenario stands once in a scenario"); }
    if (scenario->world != NULL) {
        return lua_fail(L, "sim.scenario comes first, before anything is built");
    }
    if (lua_type(L, 1) != LUA_TTABLE) {
        return lua_fail(L, "sim.scenario: expected a table, got %s", lua_what(L, 1));
    }
    lua_settop(L, 1);
    lua_check_keys(L, 1, "field of sim.scenario", scenario_keys, SCENARIO_KEYS, 0);
    if (value_field(L, 1, "api") && value_count(L, 2, "api", 1, UINT32_MAX) != 1) {
        return lua_fail(L, "api: this program knows version 1 of the scenario language only");
    }
    lua_settop(L, 1);
    if (value_field(L, 1, "title")) { scenario->title = kept_string(L, 2, "title"); }
    lua_settop(L, 1);
    if (value_field(L, 1, "cites")) { read_cites(L, scenario, 2); }
    lua_settop(L, 1);
    if (value_field(L, 1, "allow")) { read_allow(L, scenario, 2); }
    lua_settop(L, 1);
    scenario->has_own_seed = value_field(L, 1, "seed");
    if (scenario->has_own_seed) { scenario->own_seed = value_count(L, 2, "seed", 0, INT64_MAX); }
    lua_settop(L, 1);
    scenario->has_own_limit = value_field(L, 1, "limit");
    if (scenario->has_own_limit) { scenario->own_limit_ns = value_time(L, 2, "limit"); }
    scenario->declared = true;
    /* Whoever only looks at the title has it now. */
    return scenario->peeking ? lua_error(L) : 0;
}

/* ---- sim.param ---- */

struct param {
    struct param *next;
    const char *name;
};

/* The value that -D gives for the name, or NULL; marks it as used. */
static const char *defined(struct scenario *scenario, const char *name)
{
    const char *value = NULL;
    const size_t len = strlen(name);
    for (size_t i = 0; i < scenario->config.define_count; i++) {
        const char *define = scenario->config.defines[i];
        if (strncmp(define, name, len) == 0 && define[len] == '=') {
            scenario->defines_used[i] = true;
            value = define + len + 1; /* the last one holds */
        }
    }
    return value;
}

/* Pushes `text` as a value of the type of the default at index 2. */
static int push_converted(lua_State *L, const char *name, const char *text)
{
    switch (lua_type(L, 2)) {
    case LUA_TSTRING: lua_pushstring(L, text); return 1;
    case LUA_TBOOLEAN:
        if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0) {
            return lua_fail(L, "-D %s=%s: expected true or false, as the default is", name, text);
        }
        lua_pushboolean(L, text[0] == 't');
        return 1;
    default: break;
    }
    if (lua_stringtonumber(L, text) == 0) {
        return lua_fail(L, "-D %s=%s: expected a number, as the default is", name, text);
    }
    if (!lua_isinteger(L, 2)) { lua_pushnumber(L, lua_tonumber(L, -1)); }
    return 1;
}

static int sim_param(lua_State *L)
{
    struct scenario *scenario = scenario_of(L);
    if (!scenario->top_level) {
        return lua_fail(L, "sim.param belongs to the top level of the file");
    }
    const char *name = kept_string(L, 1, "sim.param: name");
    const int type = lua_type(L, 2);
    if (type != LUA_TSTRING && type != LUA_TNUMBER && type != LUA_TBOOLEAN) {
        return lua_fail(L,
                        "sim.param: the default of %s is a string, a number or a boolean, not %s",
                        name, lua_what(L, 2));
    }
    struct param *param = arena_take(scenario->arena, sizeof *param);
    if (param == NULL) { return limits_raise(L, "memory: no room for a parameter"); }
    param->name = name;
    param->next = scenario->params;
    scenario->params = param;
    const char *value = defined(scenario, name);
    if (value != NULL) { return push_converted(L, name, value); }
    lua_pushvalue(L, 2);
    return 1;
}

#define PARAM_NAMES_MAX 64

static void tell_unknown(struct scenario *scenario, const char *define)
{
    const char *names[PARAM_NAMES_MAX];
    size_t count = 0;
    char accepted[512] = "";
    for (const struct param *p = scenario->params; p != NULL && count < PARAM_NAMES_MAX;
         p = p->next) {
        names[count++] = p->name;
    }
    for (size_t i = count; i-- > 0;) { /* in the order of the file */
        const size_t len = strlen(accepted);
        (void)snprintf(accepted + len, sizeof accepted - len, "%s%s", len > 0 ? ", " : "",
                       names[i]);
    }
    char typed[128];
    (void)snprintf(typed, sizeof typed, "%.*s", (int)strcspn(define, "="), define);
    const char *near = nearest_name(typed, names, count);
    scenario->error = true;
    scenario_tell(scenario, "tcpsim: %s: unknown parameter \"%s\" (-D %s)%s%s%s Accepted: %s",
                  scenario->config.path, typed, define, near != NULL ? "; did you mean \"" : ".",
                  near != NULL ? near : "", near != NULL ? "\"?" : "",
                  count > 0 ? accepted : "none");
}

bool scenario_check_defines(struct scenario *scenario, bool loaded)
{
    for (size_t i = 0; i < scenario->config.define_count; i++) {
        const char *define = scenario->config.defines[i];
        if (strchr(define, '=') == NULL || define[0] == '=') {
            scenario->error = true;
            scenario_tell(scenario, "tcpsim: -D %s: expected NAME=VALUE", define);
            return false;
        }
        if (loaded && !scenario->defines_used[i]) {
            tell_unknown(scenario, define);
            return false;
        }
    }
    return true;
}

/* ---- time and chance ---- */

static int sim_now(lua_State *L)
{
    const struct world *world = scenario_of(L)->world;
    lua_pushnumber(L, world != NULL ? (lua_Number)world_now(world) / (lua_Number)NS_PER_S : 0.0);
    return 1;
}

static int slept(lua_State *L, int status, lua_KContext ctx)
{
    (void)L;
    (void)status;
    (void)ctx;
    return 0;
}

static int sim_sleep(lua_State *L)
{
    const uint64_t time = value_time(L, 1, "sim.sleep");
    const struct world *world = scenario_of(L)->world;
    return app_block(L, "sim.sleep", NULL, (world != NULL ? world_now(world) : 0) + time, 0, slept);
}

static int sim_at(lua_State *L)
{
    scenario_may_act(L, "sim.at");
    const uint64_t time = value_time(L, 1, "sim.at");
    if (lua_type(L, 2) != LUA_TFUNCTION) {
        return lua_fail(L, "sim.at: expected a function, got %s", lua_what(L, 2));
    }
    lua_settop(L, 2);
    if (time < world_now(scenario_world(L))) {
        return lua_fail(L, "sim.at: that time has passed (it is counted from the run's beginning)");
    }
    (void)app_at(L, scenario_of(L), time, false);
    return 0;
}

__extension__ typedef unsigned __int128 u128;

static int sim_random(lua_State *L)
{
    if (lua_isnoneornil(L, 1) && lua_isnoneornil(L, 2)) {
        lua_pushnumber(L, (lua_Number)(scenario_draw(L) >> 11) / (lua_Number)(UINT64_C(1) << 53));
        return 1;
    }
    int ok_m = 0;
    int ok_n = 0;
    const lua_Integer m = lua_tointegerx(L, 1, &ok_m);
    const lua_Integer n = lua_tointegerx(L, 2, &ok_n);
    if (!ok_m || !ok_n || lua_type(L, 1) != LUA_TNUMBER || lua_type(L, 2) != LUA_TNUMBER) {
        return lua_fail(L, "sim.random: expected nothing or two whole numbers, got %s and %s",
                        lua_what(L, 1), lua_what(L, 2));
    }
    if (m > n) { return lua_fail(L, "sim.random: the first number is greater than the second"); }
    const uint64_t span = (uint64_t)n - (uint64_t)m; /* one less than how many there are */
    const uint64_t drawn = scenario_draw(L);
    const uint64_t step = span == UINT64_MAX ? drawn : (uint64_t)(((u128)drawn * (span + 1)) >> 64);
    lua_pushinteger(L, (lua_Integer)((uint64_t)m + step));
    return 1;
}

void module_sim(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"scenario", sim_scenario},
        {"param", sim_param},
        {"now", sim_now},
        {"sleep", sim_sleep},
        {"at", sim_at},
        {"random", sim_random},
        {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
}
