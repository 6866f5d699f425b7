/* test_link_statistics.c - impairments against theory, at fixed seeds. A bound of four standard
 * deviations, or the quantile 0.9999 of chi-squared, would be broken by a right program once in ten
 * thousand seeds; at these seeds it is not. */
#include "traffic.h"

#include "cmocka_wrapper.h"
#include "sim/net/impair.h"

#include <math.h>
#include <stdlib.h>

#define MANY 120000
#define BURSTS 8            /* classes of burst lengths: 1, 2 … 7, 8 and more */
#define CHI_SQUARED_7 29.88 /* the quantile 0.9999 with seven degrees of freedom */
#define SIGMAS 4.0

static struct link_settings plain(void)
{
    struct link_settings settings;
    link_settings_default(&settings);
    return settings;
}

/* One packet of 100 octets each microsecond. */
static struct traffic *stream(const struct link_settings *settings, uint64_t seed, size_t count)
{
    struct traffic *traffic = traffic_create(settings, seed, count);
    for (size_t i = 0; i < count; i++) {
        traffic_plan(traffic, (struct planned){.at_ns = i * NS_PER_US, .bytes = 100});
    }
    traffic_run(traffic);
    return traffic;
}

static size_t count_lost(const struct traffic *traffic, double bursts[BURSTS])
{
    size_t lost = 0;
    size_t run = 0;
    for (size_t i = 0; i < BURSTS; i++) { bursts[i] = 0; }
    for (size_t i = 0; i <= traffic->count; i++) {
        if (i < traffic->count && traffic->fates[i].delivered_ns == TIME_NEVER) {
            lost++;
            run++;
        } else if (run > 0) {
            bursts[(run < BURSTS ? run : BURSTS) - 1]++;
            run = 0;
        }
    }
    return lost;
}

/* Whether the lengths are geometric: each loss is followed by another one with that chance. */
static void check_bursts(const double bursts[BURSTS], double next_lost)
{
    double expected[BURSTS];
    double all = 0;
    for (size_t i = 0; i < BURSTS; i++) { all += bursts[i]; }
    for (size_t i = 0; i < BURSTS; i++) {
        expected[i] = all * pow(next_lost, (double)i) * (i + 1 < BURSTS ? 1 - next_lost : 1);
    }
    assert_true(chi_squared(bursts, expected, BURSTS) < CHI_SQUARED_7);
}

static void loss_is_independent(void **state)
{
    (void)state;
    static const double chances[] = {0.3, 0.5};
    for (unsigned i = 0; i < 2; i++) {
        double bursts[BURSTS];
        struct link_settings settings = plain();
        settings.loss_ppb = (uint64_t)(chances[i] * 1e9);
        struct traffic *traffic = stream(&settings, 11 + i, MANY);
        const size_t lost = count_lost(traffic, bursts);
        assert_true(deviation((double)lost, MANY, chances[i]) < SIGMAS);
        check_bursts(bursts, chances[i]);
        traffic_destroy(traffic);
    }
}

/* Gilbert's channel: lost exactly while bad, so bursts are geometric with 1 - r, and the share of
 * losses is the stationary p / (p + r). Its variance is that of a chain whose second eigenvalue is
 * 1 - p - r. */
static void gilbert_loses_in_bursts(void **state)
{
    (void)state;
    const double p = 0.05;
    const double r = 0.4;
    double bursts[BURSTS];
    struct link_settings settings = plain();
    settings.gemodel.p_ppb = (uint64_t)(p * 1e9);
    settings.gemodel.r_ppb = (uint64_t)(r * 1e9);
    settings.gemodel.one_minus_h_ppb = PPB_ONE;
    struct traffic *traffic = stream(&settings, 21, MANY);
    const double share = (double)count_lost(traffic, bursts) / MANY;
    const double bad = p / (p + r);
    const double eigenvalue = 1 - p - r;
    const double sigma = sqrt(bad * (1 - bad) / MANY * (1 + eigenvalue) / (1 - eigenvalue));
    assert_true(fabs(share - bad) < SIGMAS * sigma);
    check_bursts(bursts, 1 - r);
    traffic_destroy(traffic);
}

/* Elliott's: loss in both states. */
static void elliott_loses_in_both_states(void **state)
{
    (void)state;
    const double p = 0.02;
    const double r = 0.1;
    double bursts[BURSTS];
    struct link_settings settings = plain();
    settings.gemodel.p_ppb = (uint64_t)(p * 1e9);
    settings.gemodel.r_ppb = (uint64_t)(r * 1e9);
    settings.gemodel.one_minus_h_ppb = 700000000;
    settings.gemodel.one_minus_k_ppb = 10000000;
    struct traffic *traffic = stream(&settings, 22, MANY);
    const double share = (double)count_lost(traffic, bursts) / MANY;
    const double bad = p / (p + r);
    const double expected = bad * 0.7 + (1 - bad) * 0.01;
    const double eigenvalue = 1 - p - r;
    const double between = bad * (1 - bad) * 0.69 * 0.69 * (1 + eigenvalue) / (1 - eigenvalue);
    const double within = bad * 0.21 + (1 - bad) * 0.0099;
    assert_true(fabs(share - expected) < SIGMAS * sqrt((between + within) / MANY));
    traffic_destroy(traffic);
}

/* A packet's loss and the channel's move are drawn apart: a loss is followed by another one when
 * the channel stays bad, and then half the time. */
static void loss_and_state_are_drawn_apart(void **state)
{
    (void)state;
    double bursts[BURSTS];
    struct link_settings settings = plain();
    settings.gemodel.p_ppb = 300000000;
    settings.gemodel.r_ppb = 200000000;
    settings.gemodel.one_minus_h_ppb = 500000000;
    struct traffic *traffic = stream(&settings, 23, MANY);
    (void)count_lost(traffic, bursts);
    check_bursts(bursts, 0.8 * 0.5);
    traffic_destroy(traffic);
}

static void copies_come_at_their_rate(void **state)
{
    (void)state;
    double copies = 0;
    struct link_settings settings = plain();
    settings.duplicate_ppb = 70000000;
    struct traffic *traffic = stream(&settings, 31, MANY);
    for (size_t i = 0; i < MANY; i++) {
        assert_in_range(traffic->fates[i].copies, 0, 1);
        copies += traffic->fates[i].copies;
    }
    assert_true(deviation(copies, MANY, 0.07) < SIGMAS);
    traffic_destroy(traffic);
}

/* One bit is always found. Two bits cancel out when they lie in one column of the checksum's words
 * and go opposite ways: of a column's ones and zeros, ones x zeros pairs. Generated octets have as
 * many of the one as of the other, and so have nearly all columns: 1/32 of (n - 16) / (n - 1). */
static void flipped_bits_pass_the_checksum_now_and_then(void **state)
{
    (void)state;
    for (uint32_t bits = 1; bits <= 2; bits++) {
        double corrupted = 0;
        double passed = 0;
        struct link_settings settings = plain();
        settings.corrupt.probability_ppb = 500000000;
        settings.corrupt.bits = bits;
        struct traffic *traffic = traffic_create(&settings, 41, MANY / 2);
        for (size_t i = 0; i < MANY / 2; i++) {
            traffic_plan(traffic, (struct planned){.at_ns = i * NS_PER_US, .bytes = 1500});
        }
        traffic_run(traffic);
        for (size_t i = 0; i < traffic->count; i++) {
            corrupted += traffic->fates[i].corrupted;
            passed += traffic->fates[i].corrupted && !traffic->fates[i].discarded;
        }
        assert_true(deviation(corrupted, MANY / 2, 0.5) < SIGMAS);
        if (bits == 1) {
            assert_true(passed == 0);
        } else {
            assert_true(deviation(passed, corrupted, 1.0 / 32) < SIGMAS);
        }
        traffic_destroy(traffic);
    }
}

/* As many different ones as were asked for, also where there are few. */
static void so_many_bits_are_flipped(void **state)
{
    (void)state;
    for (uint32_t bits = 1; bits <= TRACE_FLIPS_MAX; bits++) {
        struct link_settings settings = plain();
        settings.corrupt.probability_ppb = PPB_ONE;
        settings.corrupt.bits = bits;
        struct traffic *traffic = traffic_create(&settings, 45, 2000);
        for (size_t i = 0; i < 2000; i++) {
            traffic_plan(traffic, (struct planned){.at_ns = i, .bytes = TRAFFIC_HEADERS});
        }
        traffic_run(traffic);
        for (size_t i = 0; i < 2000; i++) {
            const struct fate *fate = &traffic->fates[i];
            assert_true(fate->corrupted);
            assert_int_equal(fate->flipped, fate->discarded ? bits : 0); /* or it is what it says */
        }
        traffic_destroy(traffic);
    }
}

static double count_ahead(const struct traffic *traffic)
{
    double ahead = 0;
    for (size_t i = 0; i < traffic->count; i++) {
        const uint64_t taken_ns = traffic->fates[i].delivered_ns - traffic->plan[i].at_ns;
        assert_true(taken_ns == 0 || taken_ns == NS_PER_MS);
        ahead += taken_ns == 0;
    }
    return ahead;
}

/* After gap - 1 delayed packets each one goes ahead with the chance, until one does: a cycle of
 * gap - 1 + 1/chance on average. Renewal theory gives the variance of their number. */
static void reordering_has_its_rate(void **state)
{
    (void)state;
    const double chance = 0.3;
    const double cycle = 3 + 1 / chance;
    const double variance = (1 - chance) / (chance * chance);
    struct link_settings settings = plain();
    settings.delay_ns = NS_PER_MS;
    settings.reorder.probability_ppb = 300000000;
    settings.reorder.gap = 4;
    struct traffic *traffic = stream(&settings, 51, MANY);
    const double ahead = count_ahead(traffic);
    const double sigma = sqrt(MANY * variance / (cycle * cycle * cycle));
    assert_true(fabs(ahead - MANY / cycle) < SIGMAS * sigma);
    for (size_t i = 0, last = 0; i < MANY; i++) {
        if (traffic->fates[i].delivered_ns != traffic->plan[i].at_ns) { continue; }
        assert_true(i >= last + (last == 0 ? 3 : 4));
        last = i;
    }
    traffic_destroy(traffic);
}

/* netem's correlated values, v = (1 - c) u + c v', in another program with other values: their
 * share below the chance. */
static void reordering_is_correlated(void **state)
{
    (void)state;
    const double chance = 0.4;
    const double correlation = 0.5;
    uint64_t random = 99;
    double value = 0;
    double expected = 0;
    struct link_settings settings = plain();
    settings.delay_ns = NS_PER_MS;
    settings.reorder.probability_ppb = 400000000;
    settings.reorder.correlation_ppb = 500000000;
    settings.reorder.gap = 1;
    struct traffic *traffic = stream(&settings, 52, MANY);
    const double share = count_ahead(traffic) / MANY;
    for (unsigned i = 0; i < 20 * MANY; i++) {
        value = (1 - correlation) * traffic_random(&random) + correlation * value;
        expected += value < chance;
    }
    expected /= 20 * MANY;
    assert_true(expected < 0.4); /* narrower than uniform */
    assert_true(fabs(share - expected) < SIGMAS * 2 * sqrt(expected * (1 - expected) / MANY));
    traffic_destroy(traffic);
}

/* ---- jitter ---- */

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The inverse of the normal distribution function, by bisection of libm's. */
static double normal_quantile(double u)
{
    double low = -8;
    double high = 8;
    for (unsigned i = 0; i < 80; i++) {
        const double middle = (low + high) / 2;
        if (0.5 * erfc(-middle / sqrt(2)) < u) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

static double pareto_quantile(double u) { return fmin((pow(1 - u, -1.0 / 3) - 1.5) * 4 / 3, 4); }

static double quantile(enum link_distribution distribution, double u)
{
    switch (distribution) {
    case LINK_NORMAL: return normal_quantile(u);
    case LINK_PARETO: return pareto_quantile(u);
    case LINK_PARETONORMAL: return 0.25 * normal_quantile(u) + 0.75 * pareto_quantile(u);
    case LINK_UNIFORM: break;
    }
    return 2 * u - 1;
}

/* Each of the 4096 steps of a table, worked out again. */
static void tables_are_the_distributions(void **state)
{
    (void)state;
    for (enum link_distribution d = LINK_UNIFORM; d <= LINK_PARETONORMAL; d++) {
        for (uint32_t k = 0; k < 4096; k++) {
            const double exact = quantile(d, ((double)k + 0.5) / 4096) * DISTRIBUTION_SCALE;
            const int32_t table = distribution_quantile(d, k << 20 | 0x7ffff);
            if (fabs(exact - table) > 1.2) { /* of two that are rounded */
                fail_msg("distribution %d, rank %u: %d for %f", (int)d, k, table, exact);
            }
            assert_int_equal(table, distribution_quantile(d, k << 20));
        }
    }
}

/* The observed quantiles lie where those of two neighbouring ranks, four deviations off, would. */
static void delays_have_the_distribution(void **state)
{
    (void)state;
    static const double ranks[] = {0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99};
    double *delays = calloc(MANY, sizeof *delays);
    assert_non_null(delays);
    for (enum link_distribution d = LINK_UNIFORM; d <= LINK_PARETONORMAL; d++) {
        struct link_settings settings = plain();
        settings.delay_ns = 100 * NS_PER_MS;
        settings.jitter_ns = 10 * NS_PER_MS;
        settings.distribution = d;
        struct traffic *traffic = stream(&settings, 60 + d, MANY);
        for (size_t i = 0; i < MANY; i++) {
            const uint64_t ns = traffic->fates[i].delivered_ns - traffic->plan[i].at_ns;
            delays[i] = ((double)ns - 100e6) / 10e6;
        }
        qsort(delays, MANY, sizeof *delays, compare);
        for (size_t i = 0; i < sizeof ranks / sizeof ranks[0]; i++) {
            const double off = SIGMAS * sqrt(ranks[i] * (1 - ranks[i]) / MANY) + 1.0 / 4096;
            const double observed = delays[(size_t)(ranks[i] * MANY)];
            assert_true(observed >= quantile(d, ranks[i] - off));
            assert_true(observed <= quantile(d, ranks[i] + off));
        }
        assert_true(traffic->fates[0].place > 0);
        traffic_destroy(traffic);
    }
    free(delays);
}

static void no_delay_falls_below_none(void **state)
{
    (void)state;
    size_t at_once = 0;
    struct link_settings settings = plain();
    settings.delay_ns = NS_PER_MS;
    settings.jitter_ns = 4 * NS_PER_MS;
    struct traffic *traffic = stream(&settings, 71, 10000);
    for (size_t i = 0; i < traffic->count; i++) {
        at_once += traffic->fates[i].delivered_ns == traffic->plan[i].at_ns;
    }
    assert_true(deviation((double)at_once, 10000, 3.0 / 8) < SIGMAS);
    traffic_destroy(traffic);
}

/* ---- the queue itself ---- */

/* M/D/1: packets of one size come at random; the mean wait is S rho / (2 (1 - rho)), by Pollaczek
 * and Khinchine. Sixty batches give its deviation. */
static void waiting_is_as_in_m_d_1(void **state)
{
    (void)state;
    enum { BATCHES = 60, EACH = 5000 };
    static const double loads[] = {0.5, 0.8};
    for (unsigned l = 0; l < 2; l++) {
        double means[BATCHES] = {0};
        double mean = 0;
        double square = 0;
        uint64_t random = 7 + l;
        double at_ns = 0;
        struct link_settings settings = plain();
        settings.rate_bps = 8000000; /* a microsecond an octet */
        struct traffic *traffic = traffic_create(&settings, 1, BATCHES * EACH);
        for (size_t i = 0; i < BATCHES * EACH; i++) {
            at_ns += -log(traffic_random(&random)) * 1000e3 / loads[l];
            traffic_plan(traffic, (struct planned){.at_ns = (uint64_t)at_ns, .bytes = 1000});
        }
        traffic_run(traffic);
        for (size_t i = 0; i < traffic->count; i++) {
            const uint64_t ns = traffic->fates[i].delivered_ns - traffic->plan[i].at_ns;
            means[i / EACH] += ((double)ns - 1000e3) / EACH;
        }
        for (size_t b = 0; b < BATCHES; b++) {
            mean += means[b] / BATCHES;
            square += means[b] * means[b] / BATCHES;
        }
        const double expected = 1000e3 * loads[l] / (2 * (1 - loads[l]));
        const double sigma = sqrt((square - mean * mean) / (BATCHES - 1));
        assert_true(fabs(mean - expected) < SIGMAS * sigma);
        assert_true(sigma < 0.1 * expected);
        traffic_destroy(traffic);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loss_is_independent),
        cmocka_unit_test(gilbert_loses_in_bursts),
        cmocka_unit_test(elliott_loses_in_both_states),
        cmocka_unit_test(loss_and_state_are_drawn_apart),
        cmocka_unit_test(copies_come_at_their_rate),
        cmocka_unit_test(flipped_bits_pass_the_checksum_now_and_then),
        cmocka_unit_test(so_many_bits_are_flipped),
        cmocka_unit_test(reordering_has_its_rate),
        cmocka_unit_test(reordering_is_correlated),
        cmocka_unit_test(tables_are_the_distributions),
        cmocka_unit_test(delays_have_the_distribution),
        cmocka_unit_test(no_delay_falls_below_none),
        cmocka_unit_test(waiting_is_as_in_m_d_1),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
