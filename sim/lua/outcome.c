/* outcome.c - what is asked of a scenario from outside: its title, what came of it, whether it goes
 * on. */
#include "internal.h"

const char *scenario_verdict_name(enum scenario_verdict verdict)
{
    switch (verdict) {
    case SCENARIO_PASS: return "pass";
    case SCENARIO_FAIL: return "fail";
    case SCENARIO_ERROR: return "error";
    case SCENARIO_LIMIT: return "limit";
    case SCENARIO_INTERRUPTED: return "interrupted";
    }
    return "";
}

const char *scenario_title(const struct scenario *scenario)
{
    return scenario->title != NULL ? scenario->title : "";
}

size_t scenario_cites(const struct scenario *scenario, const char *const **cites)
{
    *cites = (const char *const *)scenario->cites;
    return scenario->cite_count;
}

const struct tcp_marks *scenario_marks(const struct scenario *scenario, const uint32_t **shown)
{
    *shown = scenario->shown;
    return scenario->world != NULL ? world_marks(scenario->world) : NULL;
}

uint64_t scenario_seed(const struct scenario *scenario)
{
    if (scenario->config.has_seed) { return scenario->config.seed; }
    return scenario->has_own_seed ? scenario->own_seed : 1;
}

uint64_t scenario_progress(const struct scenario *scenario)
{
    return scenario->limits.progress +
           (scenario->world != NULL ? world_events(scenario->world) : 0);
}

const struct world *scenario_peek_world(const struct scenario *scenario) { return scenario->world; }

bool scenario_interrupt(struct scenario *scenario)
{
    if (scenario->world == NULL) { return false; }
    world_interrupt(scenario->world);
    return true;
}
