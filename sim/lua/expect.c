/* expect.c - the global `expect`: its functions, and the expectations that the top level declares,
 * which are judged in order when the run has ended. */
#include "expect.h"

#include <string.h>

bool expectations_create(struct scenario *scenario)
{
    scenario->expectations = arena_take_zeroed(scenario->arena, sizeof *scenario->expectations);
    return scenario->expectations != NULL;
}

const char *expect_kind_name(enum expect_kind kind)
{
    switch (kind) {
    case EXPECT_SEGMENT: return "expect.segment";
    case EXPECT_NO_SEGMENT: return "expect.no_segment";
    case EXPECT_COUNT: return "expect.count";
    case EXPECT_EXCHANGE: return "expect.exchange";
    case EXPECT_STATES: return "expect.states";
    }
    return "";
}

static bool judge(struct scenario *scenario, struct expectation *expectation)
{
    switch (expectation->kind) {
    case EXPECT_SEGMENT:
    case EXPECT_NO_SEGMENT:
    case EXPECT_COUNT: return expect_judge_segment(scenario, expectation);
    case EXPECT_EXCHANGE: return expect_judge_exchange(scenario, expectation);
    case EXPECT_STATES: return expect_judge_states(scenario, expectation);
    }
    return false;
}

int expect_keep_or_judge(lua_State *L, struct expectation *expectation)
{
    struct scenario *scenario = scenario_of(L);
    if (!scenario->top_level) {
        lua_pushboolean(L, judge(scenario, expectation));
        return 1;
    }
    /* The reference is never given back: it lives as long as the scenario. */
    (void)luaL_ref(L, LUA_REGISTRYINDEX);
    struct expectations *kept = scenario->expectations;
    if (kept->last != NULL) {
        kept->last->next = expectation;
    } else {
        kept->first = expectation;
    }
    kept->last = expectation;
    lua_pushboolean(L, 1);
    return 1;
}

static void judge_application(struct scenario *scenario, const struct app *app)
{
    if (app->finished || app->daemon) { return; }
    scenario->failures++;
    const char *host = app->host != NULL ? host_name(app->host) : NULL;
    scenario_tell(scenario, "%s: %s%s did not finish%s%s", app->where,
                  host != NULL ? "an application of " : "the function", host != NULL ? host : "",
                  app->blocked_in != NULL ? ": it still waits in " : "",
                  app->blocked_in != NULL ? app->blocked_in : "");
}

void expectations_judge(struct scenario *scenario)
{
    struct expectation *expectation = scenario->expectations->first;
    for (; expectation != NULL; expectation = expectation->next) {
        (void)judge(scenario, expectation);
    }
    if ((scenario->allow & ALLOW_UNFINISHED) == 0) {
        for (const struct app *app = scenario->apps; app != NULL; app = app->next) {
            judge_application(scenario, app);
        }
    }
    if (scenario->failures > 0) {
        scenario_tell(scenario, "  seed %llu", (unsigned long long)scenario_seed(scenario));
    }
}

/* expect.at(time, function) */
static int expect_at(lua_State *L)
{
    struct scenario *scenario = scenario_of(L);
    scenario_may_act(L, "expect.at");
    const uint64_t time_ns = value_time(L, 1, "time of expect.at");
    if (lua_type(L, 2) != LUA_TFUNCTION) {
        return lua_fail(L, "expect.at: expected a function after the time; got %s", lua_what(L, 2));
    }
    if (time_ns < world_now(scenario_world(L))) {
        char now[32];
        (void)units_format_time(world_now(scenario->world), 6, now, sizeof now);
        return lua_fail(L, "expect.at: that time is over: it is %s s", now);
    }
    lua_settop(L, 2);
    (void)app_at(L, scenario, time_ns, true);
    return 0;
}

void module_expect(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"at", expect_at},
        {"count", expect_count},
        {"equal", expect_equal},
        {"error", expect_error},
        {"exchange", expect_exchange},
        {"near", expect_near},
        {"no_segment", expect_no_segment},
        {"segment", expect_segment},
        {"states", expect_states},
        {"truthy", expect_truthy},
        {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
}
