/* sandbox.c - the Lua state of a scenario: its memory, the calls into it, and the errors that come
 * out. */
#include "sandbox.h"

#include <stdio.h>
#include <string.h>

struct scenario *scenario_of(lua_State *L) { return *(struct scenario **)lua_getextraspace(L); }

/* ---- memory ---- */

/* Filling a block counts as instructions, so that a loop around string.rep comes to its end as one
 * that does nothing. */
#define OCTETS_AN_INSTRUCTION 256

static void *allocate(void *context, void *block, size_t old_bytes, size_t new_bytes)
{
    struct scenario *scenario = context;
    if (block == NULL) { old_bytes = 0; } /* then it says what kind of object is wanted */
    if (new_bytes == 0) {
        arena_give(scenario->arena, block, old_bytes);
        return NULL;
    }
    const bool grows = new_bytes > old_bytes;
    if (grows) { limits_charge(scenario, new_bytes / OCTETS_AN_INSTRUCTION); }
    /* The old block and the new one are there together for a moment. */
    if (grows && !limits_allow_memory(scenario, new_bytes)) {
        limits_refused_memory(scenario);
        return NULL;
    }
    void *moved = arena_resize(scenario->arena, block, old_bytes, new_bytes);
    if (moved != NULL) { return moved; }
    if (grows) { limits_refused_memory(scenario); }
    /* Lua relies on shrinking, which may find no room beside the old block: it stays where it is.
     */
    return grows ? NULL : block;
}

/* ---- errors that leave the script ---- */

/* Whether the text begins with the name of a chunk and a line: pushes the chunk's whole name then,
 * and *rest is the text from the line's colon on. */
static bool find_place(lua_State *L, const char *text, const char **rest)
{
    for (const char *colon = strchr(text, ':'); colon != NULL; colon = strchr(colon + 1, ':')) {
        const size_t digits = strspn(colon + 1, "0123456789");
        if (digits == 0 || colon[1 + digits] != ':') { continue; }
        lua_pushlstring(L, text, (size_t)(colon - text));
        if (sandbox_whole_name(L)) {
            *rest = colon;
            return true;
        }
    }
    return false;
}

/* The error value on top becomes a string that begins "file:line: ", with the file's whole name.
 * `where` is the place for an error that names none. May raise for want of memory. */
static void sandbox_place_error(lua_State *L, const char *where)
{
    const int error = lua_gettop(L);
    if (lua_type(L, error) != LUA_TSTRING) {
        if (luaL_getmetafield(L, error, "__tostring") != LUA_TNIL) {
            (void)sandbox_tostring(L, error, NULL);
        } else {
            (void)lua_pushfstring(L, "(error object is a %s value)", luaL_typename(L, error));
        }
        lua_replace(L, error);
        lua_settop(L, error);
    }
    const char *text = lua_tostring(L, error);
    const char *rest;
    if (find_place(L, text, &rest)) {
        (void)lua_pushfstring(L, "%s%s", lua_tostring(L, -1), rest);
    } else {
        (void)lua_pushfstring(L, "%s: %s", where, text);
    }
    lua_replace(L, error);
    lua_settop(L, error);
}

static int place_error(lua_State *L)
{
    const char *where = lua_touserdata(L, 2);
    lua_settop(L, 1);
    sandbox_place_error(L, where);
    return 1;
}

/* Puts the error on top of L in its final form; on failure (of a __tostring, of memory) another
 * error. */
static void place_error_safely(lua_State *L, const char *where)
{
    char copy[512];
    (void)snprintf(copy, sizeof copy, "%s", where);
    lua_pushcfunction(L, place_error);
    lua_insert(L, -2);
    lua_pushlightuserdata(L, copy);
    (void)lua_pcall(L, 2, 1, 0);
}

static int call_handler(lua_State *L)
{
    char where[512];
    if (!limits_notice(scenario_of(L), L, LUA_ERRRUN)) {
        lua_where(L, where, sizeof where);
        place_error_safely(L, where);
    }
    return 1;
}

int sandbox_call(lua_State *L, int args, int results)
{
    struct scenario *scenario = scenario_of(L);
    struct lua_limits *limits = &scenario->limits;
    const int base = lua_gettop(L) - args;
    if (!lua_checkstack(L, LUA_MINSTACK)) {
        lua_settop(L, base - 1);
        lua_pushnil(L);
        return LUA_ERRMEM;
    }
    lua_State *outer = limits->running;
    limits->running = L;
    lua_pushcfunction(L, call_handler);
    lua_insert(L, base);
    int status = lua_pcall(L, args, results, base);
    lua_remove(L, base);
    limits->running = outer;
    if (limits->reached || (status != LUA_OK && limits_notice(scenario, L, status))) {
        lua_settop(L, base - 1);
        limits_push_message(L);
        status = status == LUA_OK ? LUA_ERRRUN : status;
    }
    return status;
}

int sandbox_resume(lua_State *thread, lua_State *from, int args, int *results)
{
    struct scenario *scenario = scenario_of(thread);
    struct lua_limits *limits = &scenario->limits;
    lua_State *outer = limits->running;
    limits->running = thread;
    scenario->yielding_to_world = false;
    int status = lua_resume(thread, from, args, results);
    limits->running = outer;
    const bool failed = status != LUA_OK && status != LUA_YIELD;
    const bool limit = limits->reached || (failed && limits_notice(scenario, thread, status));
    if (!failed && !limit) { return status; }
    /* A failed thread can call nothing any more: the text is made on the state's own stack. */
    char where[512];
    lua_where(thread, where, sizeof where);
    lua_State *L = scenario->L;
    if (L == thread || !lua_checkstack(L, LUA_MINSTACK)) { return failed ? status : LUA_ERRRUN; }
    if (limit) {
        limits_push_message(L);
    } else {
        lua_xmove(thread, L, 1);
        place_error_safely(L, where);
    }
    lua_xmove(L, thread, 1);
    return failed ? status : LUA_ERRRUN;
}

/* ---- pcall, xpcall: as Lua's, but that a limit passes through ---- */

static int finish_pcall(lua_State *L, int status, lua_KContext first)
{
    struct scenario *scenario = scenario_of(L);
    const bool failed = status != LUA_OK && status != LUA_YIELD;
    if (scenario->limits.reached || (failed && limits_notice(scenario, L, status))) {
        return limits_raise_again(L);
    }
    if (failed) {
        lua_pushboolean(L, 0);
        lua_pushvalue(L, -2);
        return 2;
    }
    return lua_gettop(L) - (int)first;
}

static int pcall_handler(lua_State *L)
{
    (void)limits_notice(scenario_of(L), L, LUA_ERRRUN);
    return 1;
}

int sandbox_pcall(lua_State *L)
{
    luaL_checkany(L, 1);
    lua_pushcfunction(L, pcall_handler);
    lua_insert(L, 1);
    lua_pushboolean(L, 1); /* the first result if nothing fails */
    lua_insert(L, 2);
    const int status = lua_pcallk(L, lua_gettop(L) - 3, LUA_MULTRET, 1, 1, finish_pcall);
    return finish_pcall(L, status, 1);
}

/* Its upvalue is the script's own handler, which runs protected: when it fails, its error is the
 * result. */
static int xpcall_handler(lua_State *L)
{
    lua_settop(L, 1);
    if (limits_notice(scenario_of(L), L, LUA_ERRRUN)) { return 1; }
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushvalue(L, 1);
    const int status = lua_pcall(L, 1, 1, 0);
    if (status != LUA_OK) { (void)limits_notice(scenario_of(L), L, status); }
    return 1;
}

int sandbox_xpcall(lua_State *L)
{
    const int count = lua_gettop(L);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_pushvalue(L, 2);
    lua_pushcclosure(L, xpcall_handler, 1);
    lua_replace(L, 2);
    lua_pushboolean(L, 1); /* the first result if nothing fails */
    lua_pushvalue(L, 1);
    lua_rotate(L, 3, 2);
    const int status = lua_pcallk(L, count - 2, LUA_MULTRET, 2, 2, finish_pcall);
    return finish_pcall(L, status, 2);
}

/* ---- the state ---- */

/* Lua ends the process after this: an error outside of every protected call is a bug of ours. */
static int panic(lua_State *L)
{
    const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "no message";
    (void)fprintf(stderr, "tcpsim: a bug: unprotected Lua error: %s\n", text);
    return 0;
}

lua_State *sandbox_create(struct scenario *scenario)
{
    lua_State *L = lua_newstate(allocate, scenario);
    if (L == NULL) { return NULL; }
    (void)lua_atpanic(L, panic);
    *(struct scenario **)lua_getextraspace(L) = scenario; /* threads inherit it */
    lua_pushcfunction(L, sandbox_globals);
    if (lua_pcall(L, 0, 0, 0) != LUA_OK) {
        lua_close(L);
        return NULL;
    }
    scenario->limits.running = L;
    limits_renew(scenario);
    lua_sethook(L, limits_count, LUA_MASKCOUNT, limits_step(&scenario->limits));
    return L;
}

void sandbox_push_weak(lua_State *L, const void *key)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, key) != LUA_TNIL) { return; }
    lua_pop(L, 1);
    lua_newtable(L);
    lua_newtable(L);
    (void)lua_pushliteral(L, "k");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, key);
}
