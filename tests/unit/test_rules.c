/* test_rules.c - faults on chosen segments: which ones a rule takes, and what becomes of them.
 * Between two hosts without TCP but where the checks of a whole run matter. */
#include "net_fixture.h"

#include "cmocka_wrapper.h"

#include <string.h>

static struct fixture *played(void)
{
    return fixture_create(
        &(struct fixture_config){.settings = {.delay_ns = 10 * NS_PER_MS, .mtu_bytes = 1500},
                                 .client_played = true,
                                 .server_played = true});
}

static void forge(struct fixture *fixture, uint16_t flags, uint32_t padding)
{
    (void)fixture_forge(fixture, fixture->client,
                        &(struct fixture_segment){.flags = flags, .padding = padding});
}

static void forge_sizes(struct fixture *fixture, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i <= to; i++) { forge(fixture, TCP_ACK, i); }
}

static struct rule *rule(struct fixture *fixture, struct rule_match match,
                         struct rule_effect effect)
{
    struct rule *made = rule_create(fixture->world, &match, &effect, "case.lua:3");
    assert_non_null(made);
    return made;
}

static struct rule_match pattern_match(struct pattern *pattern, const char *text)
{
    char error[200];
    unsigned column;
    assert_true(pattern_parse(text, strlen(text), false, pattern, error, sizeof error, &column));
    return (struct rule_match){.pattern = pattern};
}

/* ---- which segments ---- */

static void nth_counts_what_matches_the_rest(void **state)
{
    (void)state;
    static const uint64_t nth[] = {2, 3};
    struct fixture *fixture = played();
    struct rule *drop =
        rule(fixture,
             (struct rule_match){
                 .has_flags = true, .flags = TCP_ACK | TCP_FIN, .nth = nth, .nth_len = 2},
             (struct rule_effect){.action = RULE_DROP});
    forge(fixture, TCP_ACK | TCP_FIN, 1);
    forge(fixture, TCP_ACK, 2);
    forge(fixture, TCP_ACK | TCP_FIN | TCP_PSH, 3); /* PSH does not count where it is not written */
    forge(fixture, TCP_ACK | TCP_FIN, 4);
    forge(fixture, TCP_ACK | TCP_FIN, 5);
    fixture_run(fixture, WORLD_FINISHED);
    fixture_expect(fixture, "...\n"
                            "0.000000 dropped 3 # case.lua:3\n"
                            "...\n"
                            "0.000000 dropped 4 # case.lua:3\n"
                            "...\n"
                            "0.010000 delivered 1\n"
                            "0.010000 delivered 2\n"
                            "0.010000 delivered 5");
    assert_int_equal(rule_hits(drop), 2);
    assert_int_equal(rule_matches(drop), 4);
    assert_string_equal(rule_where(drop), "case.lua:3");
    fixture_destroy(fixture);
}

static void count_limits_how_often(void **state)
{
    (void)state;
    struct fixture *fixture = played();
    struct rule *drop = rule(fixture, (struct rule_match){.has_count = true, .count = 2},
                             (struct rule_effect){.action = RULE_DROP});
    forge_sizes(fixture, 1, 4);
    fixture_run(fixture, WORLD_FINISHED);
    assert_int_equal(fixture->arrived, 2);
    assert_int_equal(rule_hits(drop), 2);
    assert_int_equal(rule_matches(drop), 4);
    fixture_destroy(fixture);
}

static void hosts_links_and_patterns_choose(void **state)
{
    (void)state;
    struct fixture *fixture = played();
    struct pattern pattern;
    struct rule *back = rule(fixture, (struct rule_match){.from = fixture->server},
                             (struct rule_effect){.action = RULE_DROP});
    struct rule *onto =
        rule(fixture, (struct rule_match){.to = fixture->server, .on = fixture->link},
             (struct rule_effect){.action = RULE_DELAY});
    const struct rule_match three = pattern_match(&pattern, ". 1:4(3)");
    (void)fixture_forge(fixture, fixture->client, &(struct fixture_segment){.flags = TCP_SYN});
    struct rule *sized = rule(fixture, three, (struct rule_effect){.action = RULE_DROP});
    for (uint32_t i = 2; i <= 4; i++) {
        (void)fixture_forge(fixture, fixture->client,
                            &(struct fixture_segment){.flags = TCP_ACK, .seq = 1, .padding = i});
    }
    (void)fixture_forge(fixture, fixture->server, &(struct fixture_segment){.flags = TCP_ACK});
    fixture_run(fixture, WORLD_FINISHED);
    assert_int_equal(rule_hits(back), 1);
    assert_int_equal(rule_hits(onto), 4);
    assert_int_equal(rule_hits(sized), 1);
    assert_int_equal(fixture_count(fixture, "dropped 3"), 1);
    fixture_destroy(fixture);
}

static void at_two(struct world_task *task) { forge_sizes(fixture_of(task), 2, 2); }

static void at_four(struct world_task *task) { forge_sizes(fixture_of(task), 4, 4); }

/* after <= now < before. */
static void times_choose(void **state)
{
    (void)state;
    struct fixture *fixture = played();
    (void)rule(
        fixture,
        (struct rule_match){.has_after = true, .after_ns = 2, .has_before = true, .before_ns = 4},
        (struct rule_effect){.action = RULE_DROP});
    forge_sizes(fixture, 1, 1);
    fixture_at(fixture, QUEUE_SCRIPT, 2, at_two);
    fixture_at(fixture, QUEUE_SCRIPT, 4, at_four);
    fixture_run(fixture, WORLD_FINISHED);
    assert_int_equal(fixture_count(fixture, "dropped"), 1);
    assert_int_equal(fixture_count(fixture, "dropped 2"), 1);
    fixture_destroy(fixture);
}

static bool is_odd(void *context, const struct packet *packet, bool *failed)
{
    unsigned *asked = context;
    (*asked)++;
    *failed = tcp_payload_len(&packet->segment.payload) == 9;
    return (tcp_payload_len(&packet->segment.payload) & 1) != 0;
}

static void a_function_chooses(void **state)
{
    (void)state;
    struct fixture *fixture = played();
    unsigned asked = 0;
    struct rule *drop =
        rule(fixture,
             (struct rule_match){
                 .has_flags = true, .flags = TCP_ACK, .predicate = is_odd, .context = &asked},
             (struct rule_effect){.action = RULE_DROP});
    forge_sizes(fixture, 1, 4);
    forge(fixture, TCP_RST, 5); /* the flags differ: the function is not asked */
    assert_int_equal(asked, 4);
    assert_int_equal(rule_hits(drop), 2);
    forge(fixture, TCP_ACK, 9); /* it fails */
    fixture_run(fixture, WORLD_STOPPED);
    fixture_destroy(fixture);
}

static void removed_rules_act_no_more(void **state)
{
    (void)state;
    struct fixture *fixture = played();
    struct rule *rules[3];
    for (unsigned i = 0; i < 3; i++) {
        rules[i] = rule(fixture, (struct rule_match){.has_count = true, .count = 10},
                        (struct rule_effect){.action = RULE_DELAY, .by_ns = NS_PER_MS});
    }
    forge_sizes(fixture, 1, 1);
    rule_remove(rules[1]);
    rule_remove(rules[1]);
    forge_sizes(fixture, 2, 2);
    rule_remove(rules[2]);
    rule_remove(rules[0]);
    forge_sizes(fixture, 3, 3);
    fixture_run(fixture, WORLD_FINISHED);
    fixture_expect(fixture, "...\n"
                            "0.010000 delivered 3\n"
                            "0.012000 delivered 2\n"
                            "0.013000 delivered 1");
    assert_int_equal(rule_hits(rules[0]), 2);
    assert_int_equal(rule_hits(rules[1]), 1);
    fixture_destroy(fixture);
}

/* ---- what becomes of them ---- */

static void the_first_drop_ends_it(void **state)
{
    (void)state;
    struct fixture *fixture = played();
    struct rule *first =
        rule(fixture, (struct rule_match){.to = NULL}, (struct rule_effect){.action = RULE_DROP});
    struct rule *second =
        rule(fixture, (struct rule_match){.to = NULL}, (struct rule_effect){.action = RULE_DROP});
    forge_sizes(fixture, 1, 1);
    assert_int_equal(rule_hits(first), 1);
    assert_int_equal(rule_matches(second), 0);
    fixture_destroy(fixture);
}

static void delays_add_up_and_reorder(void **state)
{
    (void)state;
    static const uint64_t first[] = {1};
    struct fixture *fixture = played();
    for (unsigned i = 0; i < 2; i++) {
        (void)rule(fixture, (struct rule_match){.nth = first, .nth_len = 1},
                   (struct rule_effect){.action = RULE_DELAY, .by_ns = 20 * NS_PER_MS});
    }
    forge_sizes(fixture, 1, 2);
    fixture_run(fixture, WORLD_FINISHED);
    assert_int_equal(fixture_count(fixture, "delayed 1 # case.lua:3"), 2);
    fixture_expect(fixture, "...\n"
                            "0.010000 delivered 2\n"
                            "0.050000 delivered 1");
    fixture_destroy(fixture);
}

/* The original first, then the copies after a gap each; a later rule sees the original only. */
static void copies_follow_after_a_gap(void **state)
{
    (void)state;
    static const uint64_t first[] = {1};
    struct fixture *fixture = played();
    (void)rule(fixture, (struct rule_match){.nth = first, .nth_len = 1},
               (struct rule_effect){.action = RULE_DUPLICATE, .copies = 2, .gap_ns = NS_PER_MS});
    (void)rule(fixture, (struct rule_match){.nth = first, .nth_len = 1},
               (struct rule_effect){.action = RULE_DUPLICATE, .copies = 1});
    struct rule *all = rule(fixture, (struct rule_match){.to = NULL},
                            (struct rule_effect){.action = RULE_DELAY, .by_ns = 0});
    forge_sizes(fixture, 1, 1);
    fixture_run(fixture, WORLD_FINISHED);
    assert_int_equal(rule_matches(all), 1);
    assert_int_equal(fixture_count(fixture, "duplicated 1 copy 1 # case.lua:3"), 1);
    assert_int_equal(fixture_count(fixture, "duplicated 1 copy 3 # case.lua:3"), 1);
    fixture_expect(fixture, "...\n"
                            "0.010000 delivered 1\n"
                            "0.010000 delivered 1 copy 3\n"
                            "0.011000 delivered 1 copy 1\n"
                            "0.012000 delivered 1 copy 2");
    fixture_destroy(fixture);
}

/* What the network does to copies does not shift the draws of the packets after them. */
static void copies_take_no_ordinals(void **state)
{
    (void)state;
    static const uint64_t list[] = {2}, first[] = {1};
    struct fixture *fixture = played();
    struct link_settings settings = *link_get(fixture->link, LINK_FORWARD);
    settings.list = (struct link_numbers){list, 1};
    assert_true(link_set(fixture->link, LINK_FORWARD, &settings));
    (void)rule(fixture, (struct rule_match){.nth = first, .nth_len = 1},
               (struct rule_effect){.action = RULE_DUPLICATE, .copies = 1});
    forge_sizes(fixture, 1, 3);
    fixture_run(fixture, WORLD_FINISHED);
    assert_int_equal(fixture_count(fixture, "delivered 1"), 2);
    assert_int_equal(fixture_count(fixture, "dropped 2 # loss"), 1);
    assert_int_equal(fixture_count(fixture, "delivered 3"), 1);
    fixture_destroy(fixture);
}

/* Loss is drawn on entry, where copies are made: the original is lost, its copy arrives. */
static void copies_are_not_drawn_for(void **state)
{
    (void)state;
    struct fixture *fixture = played();
    struct link_settings settings = *link_get(fixture->link, LINK_FORWARD);
    settings.pattern = "1";
    assert_true(link_set(fixture->link, LINK_FORWARD, &settings));
    (void)rule(fixture, (struct rule_match){.to = NULL},
               (struct rule_effect){.action = RULE_DUPLICATE, .copies = 1});
    forge_sizes(fixture, 1, 1);
    fixture_run(fixture, WORLD_FINISHED);
    fixture_expect(fixture, "...\n"
                            "0.000000 dropped 1 # loss\n"
                            "0.010000 delivered 1 copy 1");
    fixture_destroy(fixture);
}

static struct rule *held;

static void release(struct world_task *task)
{
    (void)task;
    assert_int_equal(rule_release(held, false), 2);
    assert_int_equal(rule_release(held, false), 0);
}

static void release_reversed(struct world_task *task)
{
    (void)task;
    assert_int_equal(rule_release(held, true), 3);
}

static void what_is_held_waits_for_its_release(void **state)
{
    (void)state;
    for (unsigned reverse = 0; reverse < 2; reverse++) {
        struct fixture *fixture = played();
        held = rule(fixture, (struct rule_match){.has_count = true, .count = 2 + reverse},
                    (struct rule_effect){.action = RULE_HOLD});
        forge_sizes(fixture, 1, 4);
        fixture_at(fixture, QUEUE_SCRIPT, 50 * NS_PER_MS,
                   reverse != 0 ? release_reversed : release);
        fixture_run(fixture, WORLD_FINISHED);
        assert_int_equal(fixture_count(fixture, "held"), 2 + reverse);
        fixture_expect(fixture, reverse != 0 ? "...\n"
                                               "0.010000 delivered 4\n"
                                               "0.060000 delivered 3\n"
                                               "0.060000 delivered 2\n"
                                               "0.060000 delivered 1"
                                             : "...\n"
                                               "0.010000 delivered 3\n"
                                               "0.010000 delivered 4\n"
                                               "0.060000 delivered 1\n"
                                               "0.060000 delivered 2");
        fixture_destroy(fixture);
    }
}

static void what_is_never_released_is_no_leak(void **state)
{
    (void)state;
    struct fixture *fixture = played();
    (void)rule(fixture, (struct rule_match){.to = NULL}, (struct rule_effect){.action = RULE_HOLD});
    forge_sizes(fixture, 1, 3);
    fixture_run(fixture, WORLD_FINISHED);
    assert_int_equal(fixture->arrived, 0);
    fixture_destroy(fixture); /* asserts that all memory came back */
}

static void a_partition_may_cut_one_way(void **state)
{
    (void)state;
    for (unsigned oneway = 0; oneway < 2; oneway++) {
        struct fixture *fixture = played();
        (void)rule(fixture, (struct rule_match){.to = NULL},
                   (struct rule_effect){.action = RULE_PARTITION,
                                        .a = fixture->client,
                                        .b = fixture->server,
                                        .oneway = oneway != 0});
        forge_sizes(fixture, 1, 1);
        (void)fixture_forge(fixture, fixture->server, &(struct fixture_segment){.flags = TCP_ACK});
        fixture_run(fixture, WORLD_FINISHED);
        assert_int_equal(fixture_count(fixture, "dropped"), 2 - oneway);
        assert_int_equal(fixture_count(fixture, "dropped 1 # case.lua:3"), 1);
        fixture_destroy(fixture);
    }
}

/* ---- corruption ---- */

static void any_fault_is_survived(void **state)
{
    (void)state;
    static const uint64_t nth[] = {3, 5, 8, 9, 13};
    static const struct rule_effect effects[] = {
        {.action = RULE_DROP},
        {.action = RULE_DELAY, .by_ns = 15 * NS_PER_MS},
        {.action = RULE_DUPLICATE, .copies = 2, .gap_ns = 3 * NS_PER_MS},
        {.action = RULE_CORRUPT, .offset = 22, .mask = 0x40},
    };
    for (size_t i = 0; i < sizeof effects / sizeof effects[0]; i++) {
        struct fixture *fixture = fixture_create(
            &(struct fixture_config){.settings = {.delay_ns = 10 * NS_PER_MS, .mtu_bytes = 1500}});
        struct rule *made =
            rule(fixture, (struct rule_match){.from = fixture->client, .nth = nth, .nth_len = 5},
                 effects[i]);
        fixture_talk(fixture, 50000);
        fixture_run(fixture, WORLD_FINISHED);
        assert_int_equal(fixture->received, 50000);
        assert_int_equal(fixture->violation_count, 0);
        assert_true(rule_hits(made) >= 3);
        fixture_destroy(fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nth_counts_what_matches_the_rest),
        cmocka_unit_test(count_limits_how_often),
        cmocka_unit_test(hosts_links_and_patterns_choose),
        cmocka_unit_test(times_choose),
        cmocka_unit_test(a_function_chooses),
        cmocka_unit_test(removed_rules_act_no_more),
        cmocka_unit_test(the_first_drop_ends_it),
        cmocka_unit_test(delays_add_up_and_reorder),
        cmocka_unit_test(copies_follow_after_a_gap),
        cmocka_unit_test(copies_take_no_ordinals),
        cmocka_unit_test(copies_are_not_drawn_for),
        cmocka_unit_test(what_is_held_waits_for_its_release),
        cmocka_unit_test(what_is_never_released_is_no_leak),
        cmocka_unit_test(a_partition_may_cut_one_way),
        cmocka_unit_test(any_fault_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
