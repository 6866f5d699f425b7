/* sandbox_globals.c - what of Lua a scenario may use. A fresh table of globals is filled with what
 * is deterministic and harmless; all else of stock Lua is absent: not hidden, never put in. */
#include "sandbox.h"

#include <string.h>

/* ---- functions that are not stock ---- */

/* Octets of 0 would end the note: they are written as \0. */
static void show_zeros(lua_State *L)
{
    size_t len;
    const char *text = lua_tolstring(L, -1, &len);
    if (memchr(text, '\0', len) == NULL) { return; }
    luaL_Buffer shown;
    luaL_buffinit(L, &shown);
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\0') {
            luaL_addstring(&shown, "\\0");
        } else {
            luaL_addchar(&shown, text[i]);
        }
    }
    luaL_pushresult(&shown);
}

static int sandbox_print(lua_State *L)
{
    const int count = lua_gettop(L);
    luaL_checkstack(L, 2 * count + LUA_MINSTACK, "too many values");
    (void)lua_pushliteral(L, "");
    for (int i = 1; i <= count; i++) {
        if (i > 1) { (void)lua_pushliteral(L, "\t"); }
        (void)sandbox_tostring(L, i, NULL);
    }
    lua_concat(L, lua_gettop(L) - count);
    show_zeros(L);
    scenario_note(scenario_of(L), lua_tostring(L, -1));
    return 0;
}

static int sandbox_tostring_call(lua_State *L)
{
    luaL_checkany(L, 1);
    (void)sandbox_tostring(L, 1, NULL);
    return 1;
}

/* Stock setmetatable, called in our place so that its errors name the script's line, without what
 * would let the collector be seen. */
static int sandbox_setmetatable(lua_State *L)
{
    static const char *const refused[] = {"__gc", "__mode"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0] && lua_istable(L, 2); i++) {
        lua_pushstring(L, refused[i]);
        if (lua_rawget(L, 2) != LUA_TNIL) {
            return lua_fail(L,
                            "setmetatable: %s is not available to scenarios (when the collector "
                            "runs is nobody's business)",
                            refused[i]);
        }
        lua_pop(L, 1);
    }
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

/* A metatable is given for tables alone: those of strings and of the simulator's objects are
 * everybody's. */
static int sandbox_getmetatable(lua_State *L)
{
    luaL_checkany(L, 1);
    if (!lua_getmetatable(L, 1)) {
        lua_pushnil(L);
    } else if (luaL_getmetafield(L, 1, "__metatable") == LUA_TNIL && !lua_istable(L, 1)) {
        lua_pushboolean(L, 0);
    }
    return 1;
}

static int sandbox_rawset(lua_State *L)
{
    const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
    if (strcmp(key, "__mode") == 0 || strcmp(key, "__gc") == 0) {
        return lua_fail(L, "rawset: %s is not available to scenarios", key);
    }
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

/* As stock math.random, from the application's stream. */
static int sandbox_random(lua_State *L)
{
    lua_Integer low = 1;
    lua_Integer high = 0;
    switch (lua_gettop(L)) {
    case 0: lua_pushnumber(L, (lua_Number)(scenario_draw(L) >> 11) * 0x1p-53); return 1;
    case 1:
        high = luaL_checkinteger(L, 1);
        if (high == 0) {
            lua_pushinteger(L, (lua_Integer)scenario_draw(L));
            return 1;
        }
        break;
    case 2:
        low = luaL_checkinteger(L, 1);
        high = luaL_checkinteger(L, 2);
        break;
    default: return luaL_error(L, "wrong number of arguments");
    }
    luaL_argcheck(L, low <= high, lua_gettop(L), "interval is empty");
    const uint64_t span = (uint64_t)high - (uint64_t)low; /* one less than there are numbers */
    const uint64_t bits = scenario_draw(L);
    __extension__ typedef unsigned __int128 wide;
    const uint64_t offset = span == UINT64_MAX ? bits : (uint64_t)((wide)bits * (span + 1) >> 64);
    lua_pushinteger(L, (lua_Integer)((uint64_t)low + offset));
    return 1;
}

/* ---- the globals ---- */

#define NO_FILES "a scenario reads and writes no files"
#define NO_CODE "code is text in files: require finds modules beside the scenario"
#define NO_LIBM "its last digits differ from machine to machine"

static const struct sandbox_forbidden forbidden_globals[] = {
    {"io", NO_FILES},
    {"os", "nothing outside the run is seen: sim.now() is the time, sim.param() a parameter"},
    {"debug", "it reaches around every guard"},
    {"package", "require finds modules beside the scenario"},
    {"load", NO_CODE},
    {"loadfile", NO_CODE},
    {"dofile", NO_CODE},
    {"collectgarbage", "when the collector runs is nobody's business"},
    {NULL, NULL},
};
static const struct sandbox_forbidden forbidden_math[] = {
    {"randomseed", "the run's seed decides: --seed, or seed in sim.scenario"},
    {"sin", NO_LIBM},
    {"cos", NO_LIBM},
    {"tan", NO_LIBM},
    {"asin", NO_LIBM},
    {"acos", NO_LIBM},
    {"atan", NO_LIBM},
    {"exp", NO_LIBM},
    {"log", NO_LIBM},
    {"pow", NO_LIBM},
    {"log10", NO_LIBM},
    {"sinh", NO_LIBM},
    {"cosh", NO_LIBM},
    {"tanh", NO_LIBM},
    {"atan2", NO_LIBM},
    {NULL, NULL},
};

/* Upvalue: for each forbidden name the sentence that says so. */
static int forbidden_index(lua_State *L)
{
    lua_settop(L, 2);
    if (lua_type(L, 2) != LUA_TSTRING) {
        lua_pushnil(L);
    } else if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) {
        return lua_fail(L, "%s", lua_tostring(L, -1));
    }
    return 1;
}

void sandbox_forbid(lua_State *L, const struct sandbox_forbidden *names, const char *library)
{
    lua_newtable(L);
    lua_newtable(L);
    for (; names->name != NULL; names++) {
        (void)lua_pushfstring(L, "%s%s is not available to scenarios (%s)", library, names->name,
                              names->why);
        lua_setfield(L, -2, names->name);
    }
    lua_pushcclosure(L, forbidden_index, 1);
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
}

/* Copies the named fields of the table at `from` into the table on top. */
static void pick(lua_State *L, int from, const char *const *names)
{
    for (; *names != NULL; names++) {
        lua_getfield(L, from, *names);
        lua_setfield(L, -2, *names);
    }
}

/* A function of ours that calls the stock one of that name in the table at `from`: into the table
 * on top. */
static void wrap(lua_State *L, int from, const char *name, lua_CFunction ours)
{
    lua_getfield(L, from, name);
    lua_pushcclosure(L, ours, 1);
    lua_setfield(L, -2, name);
}

/* Pushes the table that a library opens. */
static void open_library(lua_State *L, lua_CFunction open)
{
    lua_pushcfunction(L, open);
    lua_call(L, 0, 1);
}

static void add_math(lua_State *L, int globals)
{
    static const char *const kept[] = {
        "abs",        "ceil", "floor", "fmod", "huge",      "max",  "maxinteger", "min",
        "mininteger", "modf", "pi",    "sqrt", "tointeger", "type", "ult",        NULL,
    };
    open_library(L, luaopen_math);
    lua_newtable(L);
    pick(L, lua_gettop(L) - 1, kept);
    lua_pushcfunction(L, sandbox_random);
    lua_setfield(L, -2, "random");
    sandbox_forbid(L, forbidden_math, "math.");
    lua_setfield(L, globals, "math");
    lua_pop(L, 1);
}

/* The metatable of all strings, which luaopen_string has set, finds methods in our table and is
 * nobody's. */
static void guard_strings(lua_State *L, int library)
{
    (void)lua_pushliteral(L, "");
    if (lua_getmetatable(L, -1)) {
        lua_pushvalue(L, library);
        lua_setfield(L, -2, "__index");
        lua_pushboolean(L, 0);
        lua_setfield(L, -2, "__metatable");
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

static void add_libraries(lua_State *L, int globals)
{
    add_math(L, globals);
    open_library(L, luaopen_string);
    sandbox_string(L);
    guard_strings(L, lua_gettop(L));
    lua_setfield(L, globals, "string");
    open_library(L, luaopen_table);
    sandbox_table(L);
    lua_setfield(L, globals, "table");
    open_library(L, luaopen_utf8);
    lua_setfield(L, globals, "utf8");
    sandbox_coroutine(L);
    lua_setfield(L, globals, "coroutine");
}

int sandbox_globals(lua_State *L)
{
    static const char *const kept[] = {
        "assert", "error",    "ipairs", "rawequal", "rawget", "rawlen",
        "select", "tonumber", "type",   "_VERSION", NULL,
    };
    static const luaL_Reg ours[] = {
        {"getmetatable", sandbox_getmetatable},
        {"pcall", sandbox_pcall},
        {"print", sandbox_print},
        {"tostring", sandbox_tostring_call},
        {"xpcall", sandbox_xpcall},
        {NULL, NULL},
    };
    open_library(L, luaopen_base);
    const int stock = lua_gettop(L);
    lua_newtable(L);
    const int globals = lua_gettop(L);
    pick(L, stock, kept);
    luaL_setfuncs(L, ours, 0);
    wrap(L, stock, "setmetatable", sandbox_setmetatable);
    wrap(L, stock, "rawset", sandbox_rawset);
    sandbox_pairs(L);
    sandbox_require(L);
    add_libraries(L, globals);
    sandbox_forbid(L, forbidden_globals, "");
    lua_pushvalue(L, globals);
    lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    return 0;
}
