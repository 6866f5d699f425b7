/* test_invariants.c - a broken invariant is a failure, told once for each connection and kind, but
 * where the scenario allows it. */
#include "cmocka_wrapper.h"

#include "../../sim/lua/internal.h"

#include <stdio.h>
#include <string.h>

struct told {
    unsigned count;
    char last[512];
};

static void take_message(void *context, const char *text)
{
    struct told *told = context;
    told->count++;
    (void)snprintf(told->last, sizeof told->last, "%s", text);
}

static struct scenario *begin(struct told *told)
{
    *told = (struct told){0};
    const struct scenario_config config = {
        .path = "x.lua", .message = take_message, .message_context = told};
    struct scenario *scenario = scenario_create(&config);
    assert_non_null(scenario);
    assert_true(scenario_make_world(scenario));
    return scenario;
}

static void test_once_each(void **state)
{
    (void)state;
    struct told told;
    struct scenario *scenario = begin(&told);
    const struct world_violation integrity = {.kind = WORLD_INTEGRITY, .text = "octet 0 is wrong"};
    const struct world_violation window = {
        .kind = WORLD_WINDOW, .text = "too much", .supplied_by = "x.lua:7"};
    invariant_violated(scenario, &integrity);
    assert_int_equal(told.count, 1);
    assert_non_null(strstr(told.last, "tcpsim: x.lua: integrity is broken at 0.000000"));
    assert_non_null(strstr(told.last, "octet 0 is wrong"));
    invariant_violated(scenario, &integrity);
    assert_int_equal(told.count, 1);
    invariant_violated(scenario, &window);
    assert_int_equal(told.count, 2);
    assert_int_equal(strncmp(told.last, "x.lua:7: window is broken", 25), 0);
    assert_int_equal(scenario->failures, 2);
    scenario_destroy(scenario);
}

static void test_allowed(void **state)
{
    (void)state;
    static const unsigned allow[] = {[WORLD_INTEGRITY] = ALLOW_INTEGRITY,
                                     [WORLD_WINDOW] = ALLOW_WINDOW,
                                     [WORLD_MOVES] = ALLOW_MOVES};
    for (int allowed = WORLD_INTEGRITY; allowed <= WORLD_MOVES; allowed++) {
        struct told told;
        struct scenario *scenario = begin(&told);
        scenario->allow = allow[allowed];
        for (int kind = WORLD_INTEGRITY; kind <= WORLD_MOVES; kind++) {
            const unsigned before = scenario->failures;
            const struct world_violation violation = {.kind = (enum world_violation_kind)kind,
                                                      .text = "broken"};
            invariant_violated(scenario, &violation);
            assert_int_equal(scenario->failures, before + (kind != allowed));
        }
        scenario_destroy(scenario);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_once_each),
        cmocka_unit_test(test_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
