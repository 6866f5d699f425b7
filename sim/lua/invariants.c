/* invariants.c - what holds in every run unless the scenario allows otherwise: the integrity of the
 * octets, the peer's window, the table of moves. Told once for each connection and kind. */
#include "expect.h"

#include <string.h>

struct expect_violation {
    struct expect_violation *next;
    const struct socket *socket;
    enum world_violation_kind kind;
};

static const char *kind_name(enum world_violation_kind kind)
{
    switch (kind) {
    case WORLD_INTEGRITY: return "integrity";
    case WORLD_WINDOW: return "window";
    case WORLD_MOVES: return "moves";
    case WORLD_SEQUENCE: return "the order of sequence numbers";
    case WORLD_TIMERS: return "the order of timers";
    }
    return "";
}

/* 0: nobody can mean it to be broken. */
static unsigned allow_of(enum world_violation_kind kind)
{
    switch (kind) {
    case WORLD_INTEGRITY: return ALLOW_INTEGRITY;
    case WORLD_WINDOW: return ALLOW_WINDOW;
    case WORLD_MOVES: return ALLOW_MOVES;
    case WORLD_SEQUENCE:
    case WORLD_TIMERS: return 0;
    }
    return 0;
}

/* Whether it was told before; notes that it is told now. */
static bool told_before(struct scenario *scenario, const struct world_violation *violation)
{
    struct expect_violation **first = &scenario->expectations->violations;
    for (const struct expect_violation *told = *first; told != NULL; told = told->next) {
        if (told->socket == violation->socket && told->kind == violation->kind) { return true; }
    }
    struct expect_violation *told = arena_take(scenario->arena, sizeof *told);
    if (told == NULL) {
        scenario->out_of_memory = true;
        return true;
    }
    *told = (struct expect_violation){*first, violation->socket, violation->kind};
    *first = told;
    return false;
}

static void record(struct scenario *scenario, const struct world_violation *violation)
{
    struct expect_text expected = {0};
    expect_text_add(&expected, "%s holds", kind_name(violation->kind));
    struct trace_record record = {.event = TRACE_EXPECT, .time_ns = world_now(scenario->world)};
    record.u.expect.file =
        violation->supplied_by != NULL ? violation->supplied_by : scenario->config.path;
    record.u.expect.held = false;
    record.u.expect.expected = expected.octets;
    record.u.expect.actual = violation->text;
    trace_emit(scenario->config.trace, &record);
}

void invariant_violated(struct scenario *scenario, const struct world_violation *violation)
{
    if ((scenario->allow & allow_of(violation->kind)) != 0 || told_before(scenario, violation)) {
        return;
    }
    scenario->failures++;
    record(scenario, violation);
    struct expect_text where = {0};
    if (violation->supplied_by != NULL) {
        expect_text_add(&where, "%s", violation->supplied_by);
    } else {
        expect_text_add(&where, "tcpsim: %s", scenario->config.path);
    }
    struct expect_text conn = {0};
    if (violation->socket != NULL) { expect_name_socket(violation->socket, &conn); }
    char time[32];
    (void)units_format_time(world_now(scenario->world), 6, time, sizeof time);
    struct expect_text hint = {0};
    if (allow_of(violation->kind) != 0) {
        expect_text_add(&hint, "\n  (allow = \"%s\" where it is meant to be)",
                        kind_name(violation->kind));
    }
    scenario_tell(scenario, "%s: %s is broken at %s%s%s: %s%s%s", where.octets,
                  kind_name(violation->kind), time, violation->socket != NULL ? ", " : "",
                  conn.octets, violation->text,
                  violation->supplied_by != NULL ? "; the octets came from here" : "", hint.octets);
}
