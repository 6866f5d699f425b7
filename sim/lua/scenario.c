/* scenario.c - a scenario file from its loading to its verdict: memory, world, the trace's first
 * and last record, messages. What a scenario may say is in the module_*.c files. */
#include "internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_MEMORY_BYTES ((size_t)1 << 30)
#define DEFAULT_INSTRUCTIONS UINT64_C(1000000000)
#define DEFAULT_LIMIT_NS (UINT64_C(3600) * NS_PER_S)

/* ---- messages ---- */

void scenario_tell(struct scenario *scenario, const char *format, ...)
{
    if (scenario->config.message == NULL) { return; }
    char small[2048];
    va_list arguments;
    va_start(arguments, format);
    const int len = vsnprintf(small, sizeof small, format, arguments);
    va_end(arguments);
    const size_t need = len < 0 ? 0 : (size_t)len + 1;
    char *large = need > sizeof small ? arena_take(scenario->arena, need) : NULL;
    if (large == NULL) {
        scenario->config.message(scenario->config.message_context, small);
        return;
    }
    va_start(arguments, format);
    (void)vsnprintf(large, need, format, arguments);
    va_end(arguments);
    scenario->config.message(scenario->config.message_context, large);
    arena_give(scenario->arena, large, need);
}

void scenario_uncaught(struct scenario *scenario, lua_State *from, const char *what)
{
    if (scenario->world != NULL) { world_stop(scenario->world); }
    if (scenario->limits.reached) { return; } /* told once, with the verdict */
    scenario->error = true;
    const bool text = lua_type(from, -1) == LUA_TSTRING;
    const char *message = text ? lua_tostring(from, -1) : luaL_typename(from, -1);
    const char *before = text ? "" : "an error that is no string: ";
    const char *path = scenario->config.path;
    const bool placed = text && strchr(message, ':') != NULL;
    /* Lua's own reader names the file alone where it runs out of stack. */
    const size_t len = strlen(path);
    const bool bare = !placed || (strncmp(message, path, len) == 0 && message[len] == ':' &&
                                  strchr("0123456789", message[len + 1]) == NULL);
    const char *near = text ? lua_nearest_global(from, message) : NULL;
    char when[64] = "";
    if (scenario->world != NULL) {
        char seconds[32];
        (void)units_format_time(world_now(scenario->world), 6, seconds, sizeof seconds);
        (void)snprintf(when, sizeof when, ", at %s s", seconds);
    }
    scenario_tell(scenario, "%s%s%s%s%s%s%s%s\n  in %s%s", bare ? "tcpsim: " : "",
                  placed ? "" : path, placed ? "" : ": ", before, message,
                  near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
                  near != NULL ? "\"?" : "", what, when);
}

/* ---- the trace's frame ---- */

struct early_note {
    struct early_note *next;
    char text[];
};

static void emit_note(struct scenario *scenario, const char *text)
{
    if (!trace_wants(scenario->config.trace, TRACE_NOTE)) { return; }
    struct trace_record record = {.event = TRACE_NOTE};
    record.time_ns = scenario->world != NULL ? world_now(scenario->world) : 0;
    record.u.note.text = text;
    const struct app *app = scenario->current;
    record.u.note.host = app != NULL && app->host != NULL ? host_name(app->host) : NULL;
    trace_emit(scenario->config.trace, &record);
}

void scenario_note(struct scenario *scenario, const char *text)
{
    if (scenario->begun) {
        emit_note(scenario, text);
        return;
    }
    const size_t len = strlen(text) + 1;
    struct early_note *note = arena_take(scenario->arena, sizeof *note + len);
    if (note == NULL) { return; } /* the exhausted arena ends the run */
    note->next = NULL;
    memcpy(note->text, text, len);
    if (scenario->last_note != NULL) {
        scenario->last_note->next = note;
    } else {
        scenario->first_note = note;
    }
    scenario->last_note = note;
}

/* The hosts, for outputs that lay out a page. */
static bool tell_host(void *context, uint32_t index, struct trace_host *told)
{
    const struct scenario *scenario = context;
    const struct host *host = scenario->world != NULL ? world_host(scenario->world, index) : NULL;
    if (host == NULL) { return false; }
    told->name = host_name(host);
    told->router = host_is_router(host);
    told->place = world_place(scenario->world, index);
    told->addresses = host_addresses(host, &told->address_count);
    return true;
}

static void trace_begin(struct scenario *scenario)
{
    if (scenario->begun || scenario->peeking) { return; }
    scenario->begun = true;
    struct trace_record record = {.event = TRACE_RUN};
    record.u.run.scenario = scenario->config.path;
    record.u.run.title = scenario_title(scenario);
    record.u.run.version = scenario->config.version != NULL ? scenario->config.version : "";
    record.u.run.seed = scenario_seed(scenario);
    record.u.run.host = tell_host;
    record.u.run.host_context = scenario;
    trace_emit(scenario->config.trace, &record);
    for (const struct early_note *note = scenario->first_note; note != NULL; note = note->next) {
        emit_note(scenario, note->text);
    }
}

static void trace_end(struct scenario *scenario, enum scenario_verdict verdict)
{
    if (scenario->ended || scenario->peeking) { return; }
    trace_begin(scenario);
    scenario->ended = true;
    struct trace_record record = {.event = TRACE_END};
    record.time_ns = scenario->world != NULL ? world_now(scenario->world) : 0;
    record.u.end.verdict = scenario_verdict_name(verdict);
    record.u.end.segments = scenario->world != NULL ? world_segments(scenario->world) : 0;
    if (scenario->config.digest != NULL) {
        record.u.end.digest = scenario->config.digest(scenario->config.digest_context);
    }
    trace_emit(scenario->config.trace, &record);
}

/* ---- the world ---- */

static void socket_changed(void *context, struct socket *socket)
{
    struct socket_extra *extra = socket->user;
    if (extra != NULL) { app_wake_all(context, &extra->waiters); }
}

static void packet_arrived(void *context, struct host *host, const struct packet *packet)
{
    peer_packet_arrived(context, host, packet);
}

static void violation_seen(void *context, const struct world_violation *violation)
{
    invariant_violated(context, violation);
}

static uint64_t time_limit(const struct scenario *scenario)
{
    if (scenario->config.has_limit) { return scenario->config.limit_ns; }
    return scenario->has_own_limit ? scenario->own_limit_ns : DEFAULT_LIMIT_NS;
}

bool scenario_make_world(struct scenario *scenario)
{
    if (scenario->world != NULL) { return true; }
    const struct world_config config = {
        .seed = scenario_seed(scenario),
        .limit_ns = time_limit(scenario),
        .queue = scenario->config.queue,
        .keep_sockets = true,
        .count_marks = scenario->config.count_marks,
        .hooks = {.context = scenario,
                  .socket_changed = socket_changed,
                  .packet_arrived = packet_arrived,
                  .violation = violation_seen},
    };
    scenario->world = world_create(scenario->arena, &config, scenario->config.trace);
    if (scenario->world == NULL) {
        scenario->out_of_memory = true;
        return false;
    }
    scenario->top_random = rng_stream(config.seed, "top");
    trace_begin(scenario);
    return true;
}

struct world *scenario_world(lua_State *L)
{
    struct scenario *scenario = scenario_of(L);
    if (!scenario_make_world(scenario)) { limits_raise(L, "memory: no room for the world"); }
    return scenario->world;
}

uint64_t scenario_draw(lua_State *L)
{
    struct scenario *scenario = scenario_of(L);
    (void)scenario_world(L);
    struct app *app = scenario->current;
    if (app != NULL) { return rng_value(&app->random, app->random_calls++); }
    return rng_value(&scenario->top_random, scenario->top_random_calls++);
}

void scenario_may_act(lua_State *L, const char *what)
{
    if (scenario_of(L)->in_rule) {
        lua_fail(
            L,
            "%s: a rule's function may look at the segment, and `with` may change it, nothing else",
            what);
    }
}

bool scenario_call_rule(struct scenario *scenario, lua_CFunction body, void *context,
                        const char *what)
{
    lua_State *L = scenario->L;
    struct app *app = scenario->current;
    if (!lua_checkstack(L, LUA_MINSTACK)) {
        scenario->out_of_memory = true;
        world_stop(scenario->world);
        return false;
    }
    if (app == NULL) { limits_renew(scenario); }
    scenario->current = NULL;
    scenario->in_rule = true;
    lua_pushcfunction(L, body);
    lua_pushlightuserdata(L, context);
    const bool ok = sandbox_call(L, 1, 0) == LUA_OK;
    scenario->in_rule = false;
    scenario->current = app;
    if (!ok) {
        scenario_uncaught(scenario, L, what);
        lua_pop(L, 1);
    }
    return ok;
}

/* ---- the globals sim and expect ---- */

static int open_modules(lua_State *L)
{
    objects_open(L);
    lua_newtable(L);
    module_sim(L);
    module_host(L);
    module_router(L);
    module_rule(L);
    module_inject(L);
    lua_set_strict_global(L, "sim");
    lua_newtable(L);
    module_expect(L);
    lua_set_strict_global(L, "expect");
    return 0;
}

/* ---- create, load ---- */

struct scenario *scenario_create(const struct scenario_config *config)
{
    struct arena *arena = arena_create(config->max_memory_bytes > 0 ? config->max_memory_bytes
                                                                    : DEFAULT_MEMORY_BYTES);
    if (arena == NULL) { return NULL; }
    struct scenario *scenario = arena_take_zeroed(arena, sizeof *scenario);
    if (scenario == NULL) {
        arena_destroy(arena);
        return NULL;
    }
    scenario->arena = arena;
    scenario->config = *config;
    if (config->max_instructions == 0) { scenario->config.max_instructions = DEFAULT_INSTRUCTIONS; }
    if (config->trace == NULL) {
        trace_init(&scenario->own_trace);
        scenario->config.trace = &scenario->own_trace;
    }
    limits_init(scenario);
    scenario->defines_used = arena_take_zeroed(arena, config->define_count + 1);
    if (config->count_marks) {
        scenario->shown = arena_take_zeroed(arena, TCP_REQ_COUNT * sizeof *scenario->shown);
    }
    if ((config->count_marks && scenario->shown == NULL) || scenario->defines_used == NULL ||
        !log_create(scenario) || !expectations_create(scenario)) {
        arena_destroy(arena);
        return NULL;
    }
    return scenario;
}

void scenario_destroy(struct scenario *scenario)
{
    if (scenario == NULL) { return; }
    /* World and Lua state live in the arena and hold nothing outside of it. */
    arena_destroy(scenario->arena);
}

static enum scenario_verdict conclude(struct scenario *scenario)
{
    enum scenario_verdict verdict = scenario->failures > 0 ? SCENARIO_FAIL : SCENARIO_PASS;
    if (scenario->error) { verdict = SCENARIO_ERROR; }
    if (scenario->limits.reached) {
        verdict = SCENARIO_LIMIT;
        const bool placed = scenario->limits.where[0] != '\0';
        scenario_tell(scenario, "%s%s: limit reached: %s", placed ? "" : "tcpsim: ",
                      placed ? scenario->limits.where : scenario->config.path,
                      scenario->limits.reason);
    } else if (scenario->out_of_memory) {
        verdict = SCENARIO_LIMIT;
        scenario_tell(scenario, "tcpsim: %s: limit reached: memory (--max-memory)",
                      scenario->config.path);
    } else if (scenario->time_limit_reached) {
        verdict = SCENARIO_LIMIT;
        char limit[64];
        (void)units_format_duration(time_limit(scenario), limit, sizeof limit);
        scenario_tell(scenario, "tcpsim: %s: limit reached: %s of simulated time (limit, --limit)",
                      scenario->config.path, limit);
    }
    scenario->verdict = verdict;
    trace_end(scenario, verdict);
    if (verdict != SCENARIO_PASS && scenario->config.repeat != NULL && !scenario->peeking) {
        scenario_tell(scenario, "  repeat: %s", scenario->config.repeat);
    }
    return verdict;
}

/* The file's own chunk, with the modules before it. False: the error is told or a limit is noted.
 */
static bool run_chunk(struct scenario *scenario)
{
    scenario->L = sandbox_create(scenario);
    if (scenario->L == NULL) {
        scenario->out_of_memory = true;
        return false;
    }
    lua_State *L = scenario->L;
    lua_pushcfunction(L, open_modules);
    bool ok = sandbox_call(L, 0, 0) == LUA_OK;
    ok = ok && sandbox_load_file(L, scenario->config.path);
    scenario->top_level = true;
    ok = ok && sandbox_call(L, 0, 0) == LUA_OK;
    scenario->top_level = false;
    if (!ok && scenario->peeking && scenario->declared) {
        lua_pop(L, 1);
        return true;
    }
    if (!ok) {
        scenario_uncaught(scenario, L, "the file itself");
        lua_pop(L, 1);
    }
    return ok;
}

bool scenario_load(struct scenario *scenario)
{
    bool ok = scenario_check_defines(scenario, false) && run_chunk(scenario) &&
              scenario_check_defines(scenario, true);
    ok = ok && scenario_make_world(scenario);
    if (!ok) { (void)conclude(scenario); }
    return ok;
}

bool scenario_peek(struct scenario *scenario)
{
    scenario->peeking = true;
    if (!run_chunk(scenario)) {
        if (scenario->limits.reached || scenario->out_of_memory) { (void)conclude(scenario); }
        return false;
    }
    return scenario->declared;
}

/* ---- run ---- */

/* What a part of a run leaves unfulfilled says nothing. */
static enum scenario_verdict interrupted(struct scenario *scenario)
{
    scenario_tell(scenario, "tcpsim: %s: interrupted", scenario->config.path);
    scenario->verdict = SCENARIO_INTERRUPTED;
    trace_end(scenario, scenario->verdict);
    return scenario->verdict;
}

enum scenario_verdict scenario_run(struct scenario *scenario)
{
    if (scenario->ended) { return scenario->verdict; }
    if (scenario->config.dry_run) { return conclude(scenario); }
    switch (world_run(scenario->world)) {
    case WORLD_FINISHED: break;
    case WORLD_LIMIT: scenario->time_limit_reached = true; break;
    case WORLD_ENDLESS:
        scenario->limits.reached = true;
        (void)snprintf(scenario->limits.reason, sizeof scenario->limits.reason,
                       "%u events at one instant: hosts answer each other for ever",
                       WORLD_EVENTS_AT_ONE_INSTANT_MAX);
        break;
    case WORLD_STOPPED: break;
    case WORLD_INTERRUPTED: return interrupted(scenario);
    case WORLD_NO_MEMORY: scenario->out_of_memory = true; break;
    }
    if (!scenario->error && !scenario->limits.reached && !scenario->out_of_memory) {
        limits_renew(scenario);
        expectations_judge(scenario);
    }
    return conclude(scenario);
}
