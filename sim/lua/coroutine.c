/* coroutine.c - `coroutine` for scripts. A blocking call inside a script's coroutine yields to the
 * world: the resume that runs the coroutine passes that yield on to its own caller, up to the
 * application, and when the application is woken resumes the coroutine where it was. The script's
 * own coroutine.yield returns to its resume, as ever. */
#include "sandbox.h"

#include <assert.h>
#include <string.h>

/* Handlers of to-be-closed variables that close coroutines whose handlers do so too. Each such
 * level may use the C stack to the full, for Lua begins to count anew. */
#define NESTED_CLOSES_MAX 5

/* What a resume and the yield that ends it take, in instructions. */
#define RESUME_INSTRUCTIONS 10

static const char threads_key =
    0; /* registry: the scripts' coroutines, weak; true: blocked in the world */

/* ---- which thread is what ---- */

static void push_threads(lua_State *L) { sandbox_push_weak(L, &threads_key); }

/* For the thread at `index`. */
static void set_blocked(lua_State *L, int index, bool blocked)
{
    index = lua_absindex(L, index);
    push_threads(L);
    lua_pushvalue(L, index);
    lua_pushboolean(L, blocked);
    lua_rawset(L, -3);
    lua_pop(L, 1);
}

/* Blocked in the world, or an application's own thread: none of the script's to resume. */
static bool is_blocked(lua_State *L, int index)
{
    index = lua_absindex(L, index);
    push_threads(L);
    lua_pushvalue(L, index);
    const bool blocked = lua_rawget(L, -2) == LUA_TNIL || lua_toboolean(L, -1) != 0;
    lua_pop(L, 2);
    return blocked;
}

/* Whether the thread that runs was made by coroutine.create or wrap. */
static bool is_scripts(lua_State *L)
{
    push_threads(L);
    lua_pushthread(L);
    const bool known = lua_rawget(L, -2) != LUA_TNIL;
    lua_pop(L, 2);
    return known;
}

static lua_State *check_coroutine(lua_State *L)
{
    lua_State *thread = lua_tothread(L, 1);
    luaL_argexpected(L, thread != NULL, 1, "coroutine");
    return thread;
}

static const char *status_of(lua_State *L, lua_State *thread, int index)
{
    if (L == thread) { return "running"; }
    if (is_blocked(L, index)) {
        return "normal";
    } /* its application waits: no one else may resume it */
    lua_Debug frame;
    switch (lua_status(thread)) {
    case LUA_YIELD: return "suspended";
    case LUA_OK:
        if (lua_getstack(thread, 0, &frame) != 0) { return "normal"; }
        return lua_gettop(thread) == 0 ? "dead" : "suspended";
    default: return "dead";
    }
}

/* Ends a coroutine with its to-be-closed variables. On failure the error is on top of its stack. */
static int close_thread(lua_State *L, lua_State *thread)
{
    struct lua_limits *limits = &scenario_of(L)->limits;
    if (limits->nested_closes >= NESTED_CLOSES_MAX) {
        limits_raise(L, "coroutines closed within closing coroutines, %d deep", NESTED_CLOSES_MAX);
    }
    limits->nested_closes++;
    limits->running = thread;
    const int result = lua_resetthread(thread);
    limits->running = L;
    limits->nested_closes--;
    if (limits->reached) { limits_raise_again(L); }
    return result;
}

/* ---- resume ---- */

/* Resumes the coroutine at stack index `at` until it ends or yields itself; nothing but its
 * arguments lies above. A yield to the world leaves this function for good: `again` goes on.
 * Returns the number of values pushed, or -1 with an error pushed. */
static int resume(lua_State *L, int at, int args, lua_KFunction again)
{
    struct scenario *scenario = scenario_of(L);
    lua_State *thread = lua_tothread(L, at);
    if (!lua_checkstack(thread, args)) {
        (void)lua_pushliteral(L, "too many arguments to resume");
        return -1;
    }
    lua_xmove(L, thread, args);
    limits_charge(scenario, RESUME_INSTRUCTIONS);
    scenario->yielding_to_world = false;
    scenario->limits.running = thread;
    int count = 0;
    /* In a callback of sort or gsub a blocking call could not be passed on: app_block refuses it.
     */
    const unsigned fence = lua_isyieldable(L) ? 0 : 1;
    scenario->fenced += fence;
    const int status = lua_resume(thread, L, args, &count);
    scenario->fenced -= fence;
    scenario->limits.running = L;
    if (scenario->limits.reached) { limits_raise_again(L); }
    if (status == LUA_YIELD && scenario->yielding_to_world) {
        lua_pop(thread, count);
        assert(fence == 0);
        set_blocked(L, at, true);
        return lua_yieldk(L, 0, at, again);
    }
    if (status == LUA_OK || status == LUA_YIELD) {
        if (!lua_checkstack(L, count + 1)) {
            lua_pop(thread, count);
            (void)lua_pushliteral(L, "too many results to resume");
            return -1;
        }
        lua_xmove(thread, L, count);
        return count;
    }
    const char *file;
    unsigned line;
    lua_State *place = lua_where_line(thread, &file, &line) ? thread : L;
    lua_pushvalue(thread, -1); /* the error itself stays for coroutine.close */
    lua_xmove(thread, L, 1);
    if (limits_notice(scenario, place, status)) { limits_raise_again(L); }
    return -1;
}

/* No one but the application that made it block may wake a blocked coroutine. */
static bool can_resume(lua_State *L, int at)
{
    if (!is_blocked(L, at)) { return true; }
    (void)lua_pushliteral(L, "cannot resume non-suspended coroutine");
    return false;
}

static int finish_resume(lua_State *L, int count)
{
    if (count < 0) {
        lua_pushboolean(L, 0);
        lua_insert(L, -2);
        return 2;
    }
    lua_pushboolean(L, 1);
    lua_insert(L, -(count + 1));
    return count + 1;
}

static int resume_again(lua_State *L, int status, lua_KContext at)
{
    (void)status;
    set_blocked(L, (int)at, false);
    return finish_resume(L, resume(L, (int)at, 0, resume_again));
}

static int coroutine_resume(lua_State *L)
{
    (void)check_coroutine(L);
    const int count = can_resume(L, 1) ? resume(L, 1, lua_gettop(L) - 1, resume_again) : -1;
    return finish_resume(L, count);
}

/* ---- wrap: the coroutine lies below the arguments ---- */

static int finish_wrap(lua_State *L, int count)
{
    if (count >= 0) { return count; }
    lua_State *thread = lua_tothread(L, 1);
    const int status = lua_status(thread);
    if (status != LUA_OK && status != LUA_YIELD) {
        (void)close_thread(L, thread); /* an error there replaces the first */
        lua_xmove(thread, L, 1);
    }
    if (lua_type(L, -1) == LUA_TSTRING) { /* as stock Lua: where it was called, too */
        luaL_where(L, 1);
        lua_insert(L, -2);
        lua_concat(L, 2);
    }
    return lua_error(L);
}

static int wrap_again(lua_State *L, int status, lua_KContext at)
{
    (void)status;
    set_blocked(L, (int)at, false);
    return finish_wrap(L, resume(L, (int)at, 0, wrap_again));
}

static int wrap_call(lua_State *L)
{
    const int args = lua_gettop(L);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    return finish_wrap(L, can_resume(L, 1) ? resume(L, 1, args, wrap_again) : -1);
}

/* ---- the others ---- */

static int coroutine_create(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_State *thread = lua_newthread(L);
    lua_pushvalue(L, 1);
    lua_xmove(L, thread, 1);
    set_blocked(L, -1, false);
    return 1;
}

static int coroutine_wrap(lua_State *L)
{
    (void)coroutine_create(L);
    lua_pushcclosure(L, wrap_call, 1);
    return 1;
}

static int coroutine_yield(lua_State *L)
{
    if (!is_scripts(L)) {
        return lua_fail(L, "coroutine.yield outside of a coroutine of the script's own (sim.sleep "
                           "lets time pass)");
    }
    if (!lua_isyieldable(L)) {
        return lua_fail(L, "coroutine.yield in a callback (sort, gsub, a metamethod) that cannot "
                           "be left");
    }
    scenario_of(L)->yielding_to_world = false;
    return lua_yield(L, lua_gettop(L));
}

static int coroutine_status(lua_State *L)
{
    lua_State *thread = check_coroutine(L);
    lua_pushstring(L, status_of(L, thread, 1));
    return 1;
}

static int coroutine_isyieldable(lua_State *L)
{
    lua_State *thread = lua_isthread(L, 1) ? lua_tothread(L, 1) : L;
    const bool scripts = thread != L || is_scripts(L);
    lua_pushboolean(L, scripts && lua_isyieldable(thread) != 0);
    return 1;
}

static int coroutine_running(lua_State *L)
{
    lua_pushthread(L);
    lua_pushboolean(L, !is_scripts(L)); /* an application's own thread is a main one to it */
    return 2;
}

static int coroutine_close(lua_State *L)
{
    lua_State *thread = check_coroutine(L);
    const char *status = status_of(L, thread, 1);
    if (strcmp(status, "dead") != 0 && strcmp(status, "suspended") != 0) {
        return lua_fail(L, "cannot close a %s coroutine", status);
    }
    const int result = close_thread(L, thread);
    lua_pushboolean(L, result == LUA_OK);
    if (result == LUA_OK) { return 1; }
    lua_xmove(thread, L, 1);
    if (limits_notice(scenario_of(L), L, result)) { limits_raise_again(L); }
    return 2;
}

void sandbox_coroutine(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"close", coroutine_close},
        {"create", coroutine_create},
        {"isyieldable", coroutine_isyieldable},
        {"resume", coroutine_resume},
        {"running", coroutine_running},
        {"status", coroutine_status},
        {"wrap", coroutine_wrap},
        {"yield", coroutine_yield},
        {NULL, NULL},
    };
    luaL_newlib(L, functions);
}
