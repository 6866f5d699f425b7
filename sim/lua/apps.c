/* apps.c - applications: Lua coroutines in simulated time. An application blocks by leaving a
 * continuation behind and yielding to the world; whoever changes what it waits for wakes all that
 * wait there, and each looks again for itself. Who runs first at one instant is the task's key,
 * never the order of waking. */
#include "internal.h"

#include <stdio.h>

/* More resumptions than this at one instant: time does not advance. */
#define RESUMPTIONS_AT_ONE_INSTANT_MAX 1000000u
/* Objects of resumed sim.at functions in the queue's keys lie beyond all hosts. */
#define AT_OBJECT_BASE 0x10000000u

struct app *app_current(struct scenario *scenario) { return scenario->current; }

static void leave_waiters(struct app *app)
{
    if (app->waits_on == NULL) { return; }
    *app->waiter_link = app->next_waiter;
    if (app->next_waiter != NULL) { app->next_waiter->waiter_link = app->waiter_link; }
    app->waits_on = NULL;
    app->next_waiter = NULL;
    app->waiter_link = NULL;
}

static void join_waiters(struct app *app, struct app_waiters *waiters)
{
    app->waits_on = waiters;
    app->next_waiter = waiters->first;
    app->waiter_link = &waiters->first;
    if (waiters->first != NULL) { waiters->first->waiter_link = &app->next_waiter; }
    waiters->first = app;
}

void app_must_block(lua_State *L, const char *what)
{
    const struct scenario *scenario = scenario_of(L);
    if (scenario->in_rule) { lua_fail(L, "%s cannot block here (in a rule's function)", what); }
    if (scenario->current == NULL || scenario->current->is_expect) {
        lua_fail(L, "%s cannot block here (outside host:app and sim.at)", what);
    }
    if (!lua_isyieldable(L) || scenario->fenced > 0) {
        lua_fail(L, "%s cannot block here (in a callback)", what);
    }
}

int app_block(lua_State *L, const char *what, struct app_waiters *waiters, uint64_t until_ns,
              lua_KContext ctx, lua_KFunction k)
{
    app_must_block(L, what);
    struct scenario *scenario = scenario_of(L);
    struct app *app = scenario->current;
    leave_waiters(app);
    if (waiters != NULL) { join_waiters(app, waiters); }
    app->wait_until_ns = until_ns;
    app->blocked = true;
    app->blocked_in = what;
    if (until_ns != TIME_NEVER) { world_wake(scenario->world, &app->task, until_ns); }
    scenario->yielding_to_world = true;
    return lua_yieldk(L, 0, ctx, k);
}

void app_wake_all(struct scenario *scenario, struct app_waiters *waiters)
{
    while (waiters->first != NULL) {
        struct app *app = waiters->first;
        leave_waiters(app);
        world_wake(scenario->world, &app->task, world_now(scenario->world));
    }
}

/* Whether the run may go on after one more resumption at this instant. */
static bool time_advances(struct scenario *scenario)
{
    const uint64_t now = world_now(scenario->world);
    if (scenario->resumed_at_ns != now) {
        scenario->resumed_at_ns = now;
        scenario->resumed_count = 0;
    }
    scenario->resumed_count++;
    if (scenario->resumed_count <= RESUMPTIONS_AT_ONE_INSTANT_MAX) { return true; }
    struct lua_limits *limits = &scenario->limits;
    if (!limits->reached) {
        limits->reached = true;
        (void)snprintf(limits->reason, sizeof limits->reason,
                       "applications ran %u times at one instant and time does not advance",
                       RESUMPTIONS_AT_ONE_INSTANT_MAX);
    }
    world_stop(scenario->world);
    return false;
}

static void app_ended(struct app *app)
{
    app->finished = true;
    luaL_unref(app->scenario->L, LUA_REGISTRYINDEX, app->thread_ref);
    app->thread = NULL;
}

/* From its first blocking call on a sim.at function is an application like others, behind those of
 * hosts. */
static void become_application(struct app *app)
{
    if (app->host == NULL && !app->is_expect && app->task.class == QUEUE_SCRIPT) {
        app->task.class = QUEUE_APP;
        app->task.object = AT_OBJECT_BASE + app->task.object;
    }
}

static void run_app(struct world_task *task)
{
    struct app *app = task->context;
    struct scenario *scenario = app->scenario;
    if (app->finished || !time_advances(scenario)) { return; }
    leave_waiters(app);
    app->blocked = false;
    app->blocked_in = NULL;
    app->started = true;
    limits_renew(scenario);
    become_application(app);
    scenario->current = app;
    int results = 0;
    const int status = sandbox_resume(app->thread, scenario->L, 0, &results);
    scenario->current = NULL;
    if (status == LUA_YIELD && scenario->yielding_to_world) {
        lua_pop(app->thread, results);
        scenario->yielding_to_world = false;
        return;
    }
    scenario->yielding_to_world = false;
    if (status == LUA_OK) {
        app_ended(app);
        return;
    }
    if (status == LUA_YIELD) {
        lua_settop(app->thread, 0);
        (void)lua_pushliteral(app->thread, "attempt to yield from outside a coroutine");
    }
    char what[240];
    (void)snprintf(what, sizeof what, "%s of %s",
                   app->host != NULL ? "the application" : "the function", app->where);
    scenario_uncaught(scenario, app->thread, what);
    app_ended(app);
}

/* The function on top of L's stack becomes a thread of its own. The stack is as before but for it.
 */
static struct app *new_app(lua_State *L, struct scenario *scenario)
{
    if (lua_type(L, -1) != LUA_TFUNCTION) {
        lua_fail(L, "expected a function, got %s", lua_what(L, -1));
    }
    (void)scenario_world(L);
    struct app *app = arena_take_zeroed(scenario->arena, sizeof *app);
    if (app == NULL) { limits_raise(L, "memory: no room for another application"); }
    app->scenario = scenario;
    app->wait_until_ns = TIME_NEVER;
    lua_where(L, app->where, sizeof app->where);
    app->thread = lua_newthread(L);
    lua_pushvalue(L, -2);
    lua_xmove(L, app->thread, 1);
    app->thread_ref = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_pop(L, 1);
    if (scenario->last_app != NULL) {
        scenario->last_app->next = app;
    } else {
        scenario->apps = app;
    }
    scenario->last_app = app;
    return app;
}

static void name_stream(struct app *app, const char *format, const char *host, uint32_t number)
{
    char name[PATTERN_NAME_MAX + 32];
    (void)snprintf(name, sizeof name, "%s%s/%u", format, host, number);
    app->random = rng_stream(world_seed(app->scenario->world), name);
}

struct app *app_create(lua_State *L, struct scenario *scenario, struct host *host, bool daemon)
{
    struct app *app = new_app(L, scenario);
    struct host_extra *extra = host_extra(scenario, host);
    if (extra == NULL) { limits_raise(L, "memory: no room for another application"); }
    app->host = host;
    app->daemon = daemon;
    name_stream(app, "app/", host_name(host), ++extra->app_count);
    world_task_init(&app->task, QUEUE_APP, host_index(host), extra->app_count - 1, run_app, app);
    world_wake(scenario->world, &app->task, world_now(scenario->world));
    return app;
}

struct app *app_at(lua_State *L, struct scenario *scenario, uint64_t time_ns, bool is_expect)
{
    struct app *app = new_app(L, scenario);
    uint32_t *count = is_expect ? &scenario->expect_at_count : &scenario->at_count;
    app->is_expect = is_expect;
    name_stream(app, is_expect ? "expect" : "at", "", *count + 1);
    world_task_init(&app->task, is_expect ? QUEUE_EXPECT : QUEUE_SCRIPT, *count, 0, run_app, app);
    (*count)++;
    world_wake(scenario->world, &app->task, time_ns);
    return app;
}
