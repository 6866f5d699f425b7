/* expect_segment.c - expect.segment, no_segment and count: how many segments match one pattern. */
#include "expect.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define WITHIN_DEFAULT_NS (10 * NS_PER_S)

/* The times that count: [from, end). */
struct span {
    uint64_t from_ns, end_ns;
};

/* `within` counts from time 0 at top level, back from now inside of applications, and from the call
 * on for a `segment` that waits (whose deadline is set then). */
static struct span span_of(struct scenario *scenario, const struct expectation *expectation)
{
    struct span span = {expectation->after_ns, expectation->before_ns};
    uint64_t last = TIME_NEVER;
    if (expectation->waits) {
        last = expectation->deadline_ns;
    } else if (expectation->within_ns != TIME_NEVER && app_current(scenario) == NULL) {
        last = expectation->within_ns;
    } else if (expectation->within_ns != TIME_NEVER) {
        const uint64_t now = world_now(scenario->world);
        const uint64_t from = now > expectation->within_ns ? now - expectation->within_ns : 0;
        span.from_ns = from > span.from_ns ? from : span.from_ns;
    }
    if (last != TIME_NEVER && last < span.end_ns) { span.end_ns = last + 1; }
    return span;
}

/* What was found, and what came nearest to the pattern. */
struct found {
    uint64_t count;
    size_t match; /* the nth match, or the last one before it */
    size_t near;  /* SIZE_MAX: no segment at all */
    enum pattern_field near_field;
};

static struct found look(struct scenario *scenario, const struct expectation *expectation)
{
    const struct span span = span_of(scenario, expectation);
    const size_t len = log_len(scenario->log, expectation->view);
    struct found found = {.match = SIZE_MAX, .near = SIZE_MAX, .near_field = PATTERN_MATCHES};
    for (size_t i = expectation->first; i < len; i++) {
        uint64_t time_ns;
        const struct log_segment *segment = log_get(scenario->log, expectation->view, i, &time_ns);
        if (time_ns < span.from_ns || time_ns >= span.end_ns) { continue; }
        const enum pattern_field field =
            log_compare(&expectation->pattern, segment, time_ns, 0, expectation->absolute);
        if (field == PATTERN_MATCHES) {
            found.count++;
            if (found.count <= expectation->nth) { found.match = i; }
        } else if (found.near == SIZE_MAX ||
                   expect_nearness(field) > expect_nearness(found.near_field)) {
            found.near = i;
            found.near_field = field;
        }
    }
    return found;
}

static struct expect_report report_of(const struct expectation *expectation)
{
    return (struct expect_report){
        .place = expectation->place,
        .name = expect_kind_name(expectation->kind),
        .shows = expectation->shows,
        .summary = "",
        .expected = expectation->text,
        .actual = "",
        .column = EXPECT_NO_COLUMN,
        .field = "",
        .context = "",
    };
}

/* Puts segment number `at`, which differs in `field`, beside the pattern, with its neighbours. */
static void show(const struct scenario *scenario, const struct expectation *expectation, size_t at,
                 enum pattern_field field, struct expect_report *report, struct expect_text text[3])
{
    uint64_t time_ns;
    const struct log_segment *segment = log_get(scenario->log, expectation->view, at, &time_ns);
    expect_beside(report, &expectation->pattern, expectation->text, segment, time_ns, field,
                  expectation->absolute, &text[0], &text[1]);
    expect_around(&text[2], scenario->log, expectation->view, NULL,
                  log_len(scenario->log, expectation->view), at, expectation->absolute);
    report->context = text[2].octets;
}

static bool judge_segment(struct scenario *scenario, struct expectation *expectation)
{
    const struct found found = look(scenario, expectation);
    struct expect_report report = report_of(expectation);
    struct expect_text text[3] = {{0}, {0}, {0}};
    struct expect_text summary = {0};
    const bool held = found.count >= expectation->nth;
    if (held) {
        show(scenario, expectation, found.match, PATTERN_MATCHES, &report, text);
        return expect_result(scenario, true, &report);
    }
    if (expectation->nth > 1) {
        expect_text_add(&summary, "%" PRIu64 " of %" PRIu64 " segments match", found.count,
                        expectation->nth);
    } else {
        expect_text_add(&summary, "no segment matches");
    }
    report.summary = summary.octets;
    if (found.near != SIZE_MAX) {
        expect_text_add(&summary, "; the nearest differs in %s",
                        pattern_field_name(found.near_field));
        show(scenario, expectation, found.near, found.near_field, &report, text);
    } else {
        report.actual =
            found.count > 0 ? "no other segment in that time" : "no segment in that time";
    }
    return expect_result(scenario, false, &report);
}

static bool judge_no_segment(struct scenario *scenario, struct expectation *expectation)
{
    const struct found found = look(scenario, expectation);
    struct expect_report report = report_of(expectation);
    struct expect_text text[3] = {{0}, {0}, {0}};
    struct expect_text summary = {0};
    struct expect_text expected = {0};
    const bool held = found.count < expectation->nth;
    report.actual = "none";
    if (!held) { show(scenario, expectation, found.match, PATTERN_MATCHES, &report, text); }
    expect_text_add(&summary, "%" PRIu64 " segment%s", found.count,
                    found.count == 1 ? " matches" : "s match");
    expect_text_add(&expected, "no %s", expectation->text);
    report.summary = summary.octets;
    report.expected = expected.octets;
    report.actual += strspn(report.actual, " ");
    return expect_result(scenario, held, &report);
}

static bool judge_count(struct scenario *scenario, struct expectation *expectation)
{
    const struct found found = look(scenario, expectation);
    struct expect_report report = report_of(expectation);
    struct expect_text expected = {0};
    struct expect_text actual = {0};
    struct expect_text context[3] = {{0}, {0}, {0}};
    const bool held = found.count == expectation->count;
    if (!held && found.match != SIZE_MAX) {
        show(scenario, expectation, found.match, PATTERN_MATCHES, &report, context);
    } else if (!held && found.near != SIZE_MAX) {
        show(scenario, expectation, found.near, found.near_field, &report, context);
    }
    expect_text_add(&expected, "%" PRIu64 " of: %s", expectation->count, expectation->text);
    expect_text_add(&actual, "%" PRIu64, found.count);
    report.column = EXPECT_NO_COLUMN;
    report.summary =
        found.count > expectation->count ? "too many segments match" : "too few segments match";
    report.expected = expected.octets;
    report.actual = actual.octets;
    return expect_result(scenario, held, &report);
}

bool expect_judge_segment(struct scenario *scenario, struct expectation *expectation)
{
    switch (expectation->kind) {
    case EXPECT_SEGMENT: return judge_segment(scenario, expectation);
    case EXPECT_NO_SEGMENT: return judge_no_segment(scenario, expectation);
    case EXPECT_COUNT:
    case EXPECT_EXCHANGE:
    case EXPECT_STATES: break;
    }
    return judge_count(scenario, expectation);
}

/* ---- waiting ---- */

static int wait_for_segment(lua_State *L, int status, lua_KContext context)
{
    (void)status;
    struct scenario *scenario = scenario_of(L);
    struct expectation *expectation = (struct expectation *)context; /* on L's stack */
    const struct span span = span_of(scenario, expectation);
    const size_t len = log_len(scenario->log, expectation->view);
    for (; expectation->next_look < len; expectation->next_look++) {
        uint64_t time_ns;
        const struct log_segment *segment =
            log_get(scenario->log, expectation->view, expectation->next_look, &time_ns);
        if (expectation->found < expectation->nth && time_ns >= span.from_ns &&
            time_ns < span.end_ns &&
            log_compare(&expectation->pattern, segment, time_ns, 0, expectation->absolute) ==
                PATTERN_MATCHES) {
            expectation->found++;
            expectation->taken = expectation->next_look;
        }
    }
    if (expectation->found >= expectation->nth ||
        world_now(scenario->world) >= expectation->deadline_ns) {
        const bool held = judge_segment(scenario, expectation);
        if (held) {
            app_current(scenario)->expect_from[expectation->view] = expectation->taken + 1;
        }
        lua_pushboolean(L, held);
        return 1;
    }
    return app_block(L, "expect.segment", log_waiters(scenario->log), expectation->deadline_ns,
                     context, wait_for_segment);
}

/* Also what left at this very instant, just before the call, may be meant; but no segment is taken
 * by two calls of one application. */
static size_t first_of_instant(struct scenario *scenario, const struct expectation *expectation)
{
    const size_t taken = app_current(scenario)->expect_from[expectation->view];
    size_t first = log_len(scenario->log, expectation->view);
    uint64_t time_ns;
    while (first > taken) {
        (void)log_get(scenario->log, expectation->view, first - 1, &time_ns);
        if (time_ns < world_now(scenario->world)) { break; }
        first--;
    }
    return first;
}

static int begin_waiting(lua_State *L, struct expectation *expectation)
{
    struct scenario *scenario = scenario_of(L);
    const uint64_t now = world_now(scenario->world);
    const uint64_t within =
        expectation->within_ns != TIME_NEVER ? expectation->within_ns : WITHIN_DEFAULT_NS;
    expectation->deadline_ns = within < TIME_MAX_NS - now ? now + within : TIME_MAX_NS;
    if (expectation->before_ns < expectation->deadline_ns) {
        expectation->deadline_ns = expectation->before_ns;
    }
    expectation->waits = true;
    expectation->first = first_of_instant(scenario, expectation);
    expectation->next_look = expectation->first;
    return wait_for_segment(L, LUA_OK, (lua_KContext)expectation);
}

/* ---- the calls ---- */

static const char *const option_names[] = {"absolute", "after", "as",    "before",
                                           "nth",      "shows", "within"};
#define OPTION_COUNT (sizeof option_names / sizeof option_names[0])

/* Messages show the pattern without the blanks around it. Leaves the userdata at `top` on top. */
static void trim(lua_State *L, int top, struct expectation *expectation)
{
    static const char blanks[] = " \t\r\n";
    const char *text = expectation->text + strspn(expectation->text, blanks);
    size_t len = strlen(text);
    while (len > 0 && strchr(blanks, text[len - 1]) != NULL) { len--; }
    expectation->text = lua_pushlstring(L, text, len);
    (void)lua_setiuservalue(L, top, 1);
    lua_settop(L, top);
}

static struct expectation *read_call(lua_State *L, enum expect_kind kind, int options_index)
{
    struct expectation *expectation =
        expect_new(L, kind, 1, options_index, option_names, OPTION_COUNT);
    const int top = lua_gettop(L);
    char what[48];
    (void)snprintf(what, sizeof what, "pattern of %s", expect_kind_name(kind));
    lua_check_lone_pattern(L, 1, what, &expectation->pattern);
    trim(L, top, expectation);
    return expectation;
}

int expect_segment(lua_State *L)
{
    struct scenario *scenario = scenario_of(L);
    struct expectation *expectation = read_call(L, EXPECT_SEGMENT, 2);
    const struct app *app = app_current(scenario);
    if (app != NULL && !app->is_expect) { return begin_waiting(L, expectation); }
    return expect_keep_or_judge(L, expectation);
}

int expect_no_segment(lua_State *L)
{
    return expect_keep_or_judge(L, read_call(L, EXPECT_NO_SEGMENT, 2));
}

int expect_count(lua_State *L)
{
    const uint64_t count = value_count(L, 2, "number of expect.count", 0, UINT32_MAX);
    struct expectation *expectation = read_call(L, EXPECT_COUNT, 3);
    expectation->count = count;
    return expect_keep_or_judge(L, expectation);
}
