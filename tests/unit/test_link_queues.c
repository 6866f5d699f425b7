/* test_link_queues.c - queues of links beside their laws: limits, marks, turns, delivery traces,
 * and what becomes of those who wait when the settings change. */
#include "traffic.h"

#include "cmocka_wrapper.h"

#include <string.h>

#define MS NS_PER_MS
#define ECT 2

enum { DROPTAIL, RED, CODEL, FQ_CODEL, PIE, QUEUES };

/* 8 Mbit/s: a microsecond an octet. */
static struct link_settings slow(uint32_t queue)
{
    struct link_settings settings;
    link_settings_default(&settings);
    settings.rate_bps = 8000000;
    settings.queue = queue;
    return settings;
}

static struct traffic *burst(const struct link_settings *settings, size_t count, uint8_t tos)
{
    struct traffic *traffic = traffic_create(settings, 1, 1000);
    for (size_t i = 0; i < count; i++) {
        traffic_plan(traffic, (struct planned){.at_ns = 0, .bytes = 1000, .tos = tos});
    }
    return traffic;
}

static size_t count_lost(const struct traffic *traffic, const char *reason)
{
    size_t lost = 0;
    for (size_t i = 0; i < traffic->count; i++) {
        if (traffic->fates[i].delivered_ns == TIME_NEVER) {
            assert_string_equal(traffic->fates[i].reason, reason);
            lost++;
        }
    }
    return lost;
}

/* The one that is being sent counts, whatever the discipline. */
static void the_limit_holds_for_all(void **state)
{
    (void)state;
    for (uint32_t queue = DROPTAIL; queue < QUEUES; queue++) {
        struct link_settings settings = slow(queue);
        settings.limit = 4;
        struct traffic *traffic = burst(&settings, 10, 0);
        traffic_run(traffic);
        assert_int_equal(count_lost(traffic, "queue full"), 6);
        assert_int_equal(traffic->fates[0].delivered_ns, MS);
        traffic_destroy(traffic);
    }
}

/* RFC 8290 4.1: the longest line loses its head, not who comes. */
static void fq_codel_drops_from_the_fattest(void **state)
{
    (void)state;
    struct link_settings settings = slow(FQ_CODEL);
    settings.limit = 4;
    settings.fq_codel.quantum_bytes = 1000;
    struct traffic *traffic = burst(&settings, 4, 0);
    traffic_plan(traffic, (struct planned){.at_ns = 0, .bytes = 100, .flow = 1});
    traffic_run(traffic);
    assert_string_equal(traffic->fates[1].reason, "queue full");
    assert_int_equal(count_lost(traffic, "queue full"), 1);
    assert_int_equal(traffic->fates[4].place, 2); /* behind the one that was being sent */
    traffic_destroy(traffic);
}

static void lines_take_turns_by_octets(void **state)
{
    (void)state;
    struct link_settings settings = slow(FQ_CODEL);
    settings.fq_codel.quantum_bytes = 1000;
    struct traffic *traffic = traffic_create(&settings, 1, 100);
    for (unsigned i = 0; i < 8; i++) {
        traffic_plan(traffic, (struct planned){.at_ns = 0, .bytes = 1000, .flow = 1});
    }
    for (unsigned i = 0; i < 16; i++) {
        traffic_plan(traffic, (struct planned){.at_ns = 0, .bytes = 500, .flow = 2});
    }
    traffic_run(traffic);
    /* Of any 4000 octets sent while both wait each flow has 2000. */
    unsigned large = 0;
    for (unsigned i = 0; i < 8; i++) { large += traffic->fates[i].delivered_ns <= 8 * MS; }
    assert_in_range(large, 4, 5);
    traffic_destroy(traffic);
}

static void droptail_marks_from_a_length_on(void **state)
{
    (void)state;
    struct link_settings settings = slow(DROPTAIL);
    settings.droptail.mark = 3;
    struct traffic *traffic = burst(&settings, 6, ECT);
    traffic_plan(traffic, (struct planned){.at_ns = 0, .bytes = 1000, .tos = 0});
    traffic_plan(traffic, (struct planned){.at_ns = 0, .bytes = 1000, .tos = 3});
    traffic_run(traffic);
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(traffic->fates[i].marked, i >= 3 && i < 6);
        assert_int_equal(traffic->fates[i].delivered_ns, (i + 1) * MS);
    }
    traffic_destroy(traffic);
}

/* Where others are dropped, ECT is marked, and what says CE already may stay; with ecn = false all
 * are dropped. */
static void marking_can_be_switched_off(void **state)
{
    (void)state;
    for (uint32_t queue = RED; queue < QUEUES; queue++) {
        for (unsigned run = 0; run < 3; run++) {
            const bool ecn = run > 0;
            const uint8_t tos = run == 2 ? 3 : ECT;
            size_t lost = 0;
            size_t marked = 0;
            struct link_settings settings = slow(queue);
            settings.red.ecn = settings.codel.ecn = settings.fq_codel.codel.ecn = settings.pie.ecn =
                ecn;
            settings.red.weight_ppb = PPB_ONE / 5;
            settings.pie.burst_ns = 0;
            struct traffic *traffic = traffic_create(&settings, 1, 1000);
            for (size_t i = 0; i < 1000; i++) { /* nine tenths more than goes through */
                traffic_plan(traffic,
                             (struct planned){.at_ns = i * 950000, .bytes = 1000, .tos = tos});
            }
            traffic_run(traffic);
            for (size_t i = 0; i < traffic->count; i++) {
                lost += traffic->fates[i].delivered_ns == TIME_NEVER;
                marked += traffic->fates[i].marked;
            }
            assert_true((lost > 0) == !ecn);
            assert_true((marked > 0) == (run == 1));
            traffic_destroy(traffic);
        }
    }
}

/* ---- delivery traces ---- */

static void opportunities_serve_who_waits(void **state)
{
    (void)state;
    static const uint64_t times[] = {2, 2, 5, 10};
    for (uint32_t queue = DROPTAIL; queue < QUEUES; queue++) {
        struct link_settings settings = slow(queue);
        settings.trace = (struct link_numbers){times, 4};
        struct traffic *traffic = traffic_create(&settings, 1, 100);
        static const struct planned plan[] = {{.at_ns = 0, .bytes = 1500},
                                              {.at_ns = 0, .bytes = 700},
                                              {.at_ns = 0, .bytes = 700},
                                              {.at_ns = 0, .bytes = 700},
                                              {.at_ns = 5 * MS, .bytes = 100},
                                              {.at_ns = 12 * MS - 1, .bytes = 1500},
                                              {.at_ns = 12 * MS - 1, .bytes = 1000},
                                              {.at_ns = 12 * MS - 1, .bytes = 1000},
                                              {.at_ns = 31 * MS, .bytes = 40}};
        /* The second opportunity has room for two of 700 and a piece of the third, which is through
         * at 5 ms; who comes at that very instant waits for the next. After 10 ms it begins again:
         * 12, 12, 15 …
         */
        static const uint64_t delivered_ms[] = {2, 2, 2, 5, 10, 12, 12, 15, 32};
        for (size_t i = 0; i < 9; i++) { traffic_plan(traffic, plan[i]); }
        traffic_run(traffic);
        for (size_t i = 0; i < 9; i++) {
            assert_int_equal(traffic->fates[i].delivered_ns, delivered_ms[i] * MS);
        }
        traffic_destroy(traffic);
    }
}

/* ---- changes ---- */

static void change_queue(struct traffic *traffic)
{
    if (traffic->sent % 10 != 9) { return; }
    struct link_settings settings = *link_get(traffic->link, LINK_FORWARD);
    settings.queue = (settings.queue + 1 + (uint32_t)traffic->sent / 50) % QUEUES;
    settings.fq_codel.flows = 1 + (uint32_t)traffic->sent % 7;
    assert_true(link_set(traffic->link, LINK_FORWARD, &settings));
}

/* From one discipline to another, packets that wait are handed over: none is lost, and none that
 * are of one connection change places. */
static void who_waits_is_handed_over(void **state)
{
    (void)state;
    struct link_settings settings = slow(DROPTAIL);
    settings.codel.target_ns = settings.fq_codel.codel.target_ns = settings.pie.target_ns =
        NS_PER_S;
    settings.red.min = 500;
    settings.red.max = 1000;
    struct traffic *traffic = traffic_create(&settings, 1, 300);
    for (size_t i = 0; i < 300; i++) {
        traffic_plan(traffic, (struct planned){.at_ns = i * 700000, .bytes = 1000});
    }
    traffic->before = change_queue;
    traffic_run(traffic);
    for (size_t i = 0; i < 300; i++) {
        assert_int_equal(traffic->fates[i].place, i + 1);
        assert_int_equal(traffic->fates[i].delivered_ns, (i + 1) * MS);
    }
    traffic_destroy(traffic);
}

static void change_rate(struct traffic *traffic)
{
    static const uint64_t times[] = {1, 2, 3, 4};
    struct link_settings settings = *link_get(traffic->link, LINK_FORWARD);
    if (traffic->sent == 20) { settings.trace = (struct link_numbers){times, 4}; }
    if (traffic->sent == 40) { settings.trace = (struct link_numbers){NULL, 0}; }
    if (traffic->sent == 60) { settings.rate_bps = 0; }
    assert_true(link_set(traffic->link, LINK_FORWARD, &settings));
}

static void rates_and_traces_change_places(void **state)
{
    (void)state;
    for (uint32_t queue = DROPTAIL; queue < QUEUES; queue++) {
        struct link_settings settings = slow(queue);
        settings.codel.target_ns = settings.fq_codel.codel.target_ns = settings.pie.target_ns =
            NS_PER_S;
        settings.red.min = 500;
        settings.red.max = 1000;
        struct traffic *traffic = traffic_create(&settings, 1, 100);
        for (size_t i = 0; i < 100; i++) {
            traffic_plan(traffic, (struct planned){.at_ns = i * 900000, .bytes = 1000});
        }
        traffic->before = change_rate;
        traffic_run(traffic);
        for (size_t i = 0; i < 100; i++) { assert_int_equal(traffic->fates[i].place, i + 1); }
        assert_int_equal(traffic->fates[19].delivered_ns, 20 * MS);
        assert_int_equal(traffic->fates[99].delivered_ns, traffic->plan[99].at_ns);
        traffic_destroy(traffic);
    }
}

/* Anything may change with any packet, also while others wait or are under way. */
static void change_anything(struct traffic *traffic)
{
    static const uint64_t times[] = {0, 1, 1, 7};
    struct link_settings settings = *link_get(traffic->link, LINK_FORWARD);
    uint64_t *random = &traffic->random;
    switch (traffic_below(random, 12)) {
    case 0: settings.queue = (uint32_t)traffic_below(random, QUEUES); break;
    case 1: settings.rate_bps = traffic_below(random, 3) * 4000000; break;
    case 2: settings.trace = (struct link_numbers){times, traffic_below(random, 2) * 4}; break;
    case 3: settings.limit = (uint32_t)traffic_below(random, 20); break;
    case 4: settings.delay_ns = traffic_below(random, 3) * 5 * MS; break;
    case 5: settings.jitter_ns = traffic_below(random, 2) * 4 * MS; break;
    case 6: settings.duplicate_ppb = traffic_below(random, 2) * PPB_ONE / 3; break;
    case 7: settings.reorder.probability_ppb = traffic_below(random, 2) * PPB_ONE / 2; break;
    case 8: settings.gemodel.p_ppb = traffic_below(random, 2) * PPB_ONE / 9; break;
    case 9: settings.corrupt.probability_ppb = traffic_below(random, 2) * PPB_ONE / 2; break;
    case 10: settings.fq_codel.flows = 1 + (uint32_t)traffic_below(random, 9); break;
    default: link_set_up(traffic->link, traffic_below(random, 8) > 0); return;
    }
    assert_true(link_set(traffic->link, LINK_FORWARD, &settings));
}

/* Every packet arrives, or is lost for a reason; and nothing is left behind. */
static void no_change_loses_count(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        size_t delivered = 0;
        struct link_settings settings = slow(DROPTAIL);
        settings.gemodel.r_ppb = PPB_ONE / 2;
        settings.gemodel.one_minus_h_ppb = PPB_ONE;
        struct traffic *traffic = traffic_create(&settings, seed, 500);
        for (size_t i = 0; i < 500; i++) {
            const uint32_t bytes = 100 + (uint32_t)(i * 613 % 1400);
            traffic_plan(traffic, (struct planned){.at_ns = i * 800000,
                                                   .bytes = bytes,
                                                   .flow = (uint16_t)(i % 5),
                                                   .tos = (uint8_t)(i % 3)});
        }
        traffic->random = seed;
        traffic->before = change_anything;
        traffic_run(traffic);
        for (size_t i = 0; i < 500; i++) {
            const struct fate *fate = &traffic->fates[i];
            const bool arrived = fate->delivered_ns != TIME_NEVER;
            assert_true(arrived != (fate->reason[0] != '\0'));
            assert_true(!arrived || fate->delivered_ns >= traffic->plan[i].at_ns);
            delivered += arrived;
        }
        assert_in_range(delivered, 100, 500);
        traffic_destroy(traffic);
    }
}

static void cut(struct traffic *traffic)
{
    link_set_up(traffic->link, traffic->sent < 5 || traffic->sent >= 8);
}

/* What waits when the link goes down is under way. */
static void down_spares_the_queue(void **state)
{
    (void)state;
    for (uint32_t queue = DROPTAIL; queue < QUEUES; queue++) {
        const struct link_settings settings = slow(queue);
        struct traffic *traffic = burst(&settings, 10, 0);
        traffic->before = cut;
        traffic_run(traffic);
        assert_int_equal(count_lost(traffic, "down"), 3);
        assert_int_equal(traffic->fates[4].delivered_ns, 5 * MS);
        assert_int_equal(traffic->fates[9].delivered_ns, 7 * MS);
        traffic_destroy(traffic);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_limit_holds_for_all),
        cmocka_unit_test(fq_codel_drops_from_the_fattest),
        cmocka_unit_test(lines_take_turns_by_octets),
        cmocka_unit_test(droptail_marks_from_a_length_on),
        cmocka_unit_test(marking_can_be_switched_off),
        cmocka_unit_test(opportunities_serve_who_waits),
        cmocka_unit_test(who_waits_is_handed_over),
        cmocka_unit_test(rates_and_traces_change_places),
        cmocka_unit_test(no_change_loses_count),
        cmocka_unit_test(down_spares_the_queue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
