/* limits.c - instructions, memory and depth: what ends a script that would not end by itself. A
 * limit that was reached stays reached: each place that catches errors asks here and raises it
 * again. */
#include "sandbox.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_INSTRUCTIONS UINT64_C(1000000000)
#define DEFAULT_MEMORY_BYTES ((size_t)1 << 30)
/* Kept back from Lua until a limit is reached, so that there is room to say so. */
#define MEMORY_KEPT_BYTES ((size_t)64 << 10)
#define LOOK_EVERY_INSTRUCTIONS UINT64_C(1000)
/* An error that says "stack overflow" is Lua's own when the stack is, or lately was, that deep. */
#define DEEP_LEVELS 100

void limits_init(struct scenario *scenario)
{
    struct lua_limits *limits = &scenario->limits;
    memset(limits, 0, sizeof *limits);
    limits->max_instructions = scenario->config.max_instructions;
    if (limits->max_instructions == 0) { limits->max_instructions = DEFAULT_INSTRUCTIONS; }
    limits->left = limits->max_instructions;
}

void limits_renew(struct scenario *scenario)
{
    scenario->limits.left = scenario->limits.max_instructions;
    scenario->limits.was_deep = false;
}

int limits_step(const struct lua_limits *limits)
{
    return (int)(limits->max_instructions < LOOK_EVERY_INSTRUCTIONS ? limits->max_instructions
                                                                    : LOOK_EVERY_INSTRUCTIONS);
}

/* Whatever still runs on L (a message handler, a __close) ends at its next instruction. */
static void watch_closely(lua_State *L) { lua_sethook(L, limits_count, LUA_MASKCOUNT, 1); }

static void reach(struct scenario *scenario, lua_State *L, const char *where, const char *reason)
{
    struct lua_limits *limits = &scenario->limits;
    if (!limits->reached) {
        limits->reached = true;
        (void)snprintf(limits->reason, sizeof limits->reason, "%s", reason);
        (void)snprintf(limits->where, sizeof limits->where, "%s", where);
    }
    watch_closely(L);
}

int limits_raise(lua_State *L, const char *format, ...)
{
    struct scenario *scenario = scenario_of(L);
    char reason[sizeof scenario->limits.reason];
    char where[sizeof scenario->limits.where];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    lua_where(L, where, sizeof where);
    reach(scenario, L, where, reason);
    return limits_raise_again(L);
}

static void format_message(const struct lua_limits *limits, char *text, size_t room)
{
    const bool placed = limits->where[0] != '\0';
    (void)snprintf(text, room, "%s%slimit reached: %s", limits->where, placed ? ": " : "",
                   limits->reason);
}

int limits_raise_again(lua_State *L)
{
    struct lua_limits *limits = &scenario_of(L)->limits;
    char text[sizeof limits->where + sizeof limits->reason + 32];
    format_message(limits, text, sizeof text);
    lua_pushstring(L, text);
    return lua_error(L);
}

static int push_text(lua_State *L)
{
    lua_pushstring(L, lua_touserdata(L, 1));
    return 1;
}

void limits_push_message(lua_State *L)
{
    const struct lua_limits *limits = &scenario_of(L)->limits;
    char text[sizeof limits->where + sizeof limits->reason + 32];
    format_message(limits, text, sizeof text);
    lua_pushcfunction(L, push_text);
    lua_pushlightuserdata(L, text);
    (void)lua_pcall(L, 1, 1, 0); /* else Lua's own message, which is always there */
}

/* ---- instructions ---- */

void limits_count(lua_State *L, lua_Debug *frame)
{
    (void)frame;
    struct lua_limits *limits = &scenario_of(L)->limits;
    if (limits->reached) {
        watch_closely(L);
        limits_raise_again(L);
    }
    lua_Debug level;
    if (lua_getstack(L, DEEP_LEVELS, &level) != 0) { limits->was_deep = true; }
    const uint64_t step = (uint64_t)limits_step(limits);
    limits->progress = limits->progress + step;
    limits_charge(scenario_of(L), step);
    if (limits->left == 0) {
        limits_raise(L, "%llu instructions between two events (--max-instructions)",
                     (unsigned long long)limits->max_instructions);
    }
}

void limits_charge(struct scenario *scenario, uint64_t instructions)
{
    struct lua_limits *limits = &scenario->limits;
    limits->left -= instructions < limits->left ? instructions : limits->left;
}

/* ---- memory ---- */

size_t limits_memory_bytes(const struct scenario *scenario)
{
    const size_t given = scenario->config.max_memory_bytes;
    return given > 0 ? given : DEFAULT_MEMORY_BYTES;
}

bool limits_allow_memory(const struct scenario *scenario, size_t more)
{
    const struct lua_limits *limits = &scenario->limits;
    const size_t all = limits_memory_bytes(scenario);
    const size_t kept =
        limits->reached ? 0 : (all / 16 < MEMORY_KEPT_BYTES ? all / 16 : MEMORY_KEPT_BYTES);
    const size_t live = arena_live_bytes(scenario->arena);
    /* A block may be a quarter larger than what was asked for. */
    return more <= all && live + more + more / 4 <= all - kept;
}

void limits_refused_memory(struct scenario *scenario)
{
    struct lua_limits *limits = &scenario->limits;
    if (limits->running != NULL) {
        lua_where(limits->running, limits->refused_where, sizeof limits->refused_where);
    }
}

static void reach_memory(struct scenario *scenario, lua_State *L, const char *where)
{
    char reason[sizeof scenario->limits.reason];
    (void)snprintf(reason, sizeof reason, "%zu octets of memory (--max-memory)",
                   limits_memory_bytes(scenario));
    reach(scenario, L, where, reason);
}

int limits_raise_memory(lua_State *L)
{
    struct scenario *scenario = scenario_of(L);
    char where[sizeof scenario->limits.where];
    lua_where(L, where, sizeof where);
    reach_memory(scenario, L, where);
    return limits_raise_again(L);
}

/* ---- what an error was ---- */

static bool is_runaway_recursion(struct scenario *scenario, lua_State *L, int status)
{
    if (status == LUA_ERRERR) { return true; } /* no room was left even to handle it */
    if (status != LUA_ERRRUN || lua_type(L, -1) != LUA_TSTRING) { return false; }
    const char *text = lua_tostring(L, -1);
    if (strstr(text, "C stack overflow") != NULL) { return true; }
    lua_Debug level;
    return strstr(text, "stack overflow") != NULL &&
           (scenario->limits.was_deep || lua_getstack(L, DEEP_LEVELS, &level) != 0);
}

bool limits_notice(struct scenario *scenario, lua_State *L, int status)
{
    struct lua_limits *limits = &scenario->limits;
    if (limits->reached) { return true; }
    if (status == LUA_ERRMEM) {
        reach_memory(scenario, L, limits->refused_where);
        return true;
    }
    if (!is_runaway_recursion(scenario, L, status)) { return false; }
    char where[sizeof limits->where];
    lua_where(L, where, sizeof where);
    reach(scenario, L, where, "recursion too deep (stack overflow)");
    return true;
}
