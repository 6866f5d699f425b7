/* test_rng.c - streams: pinned values (goldens of every run rest on them), independence, avalanche,
 * and the shape of what is drawn. */
#include "../../sim/core/rng.h"
#include "../../sim/core/units.h"
#include "cmocka_wrapper.h"

/* SipHash-2-4's test vectors of its authors: key 00 01 … 0f, data 00 01 …. */
static void test_siphash(void **state)
{
    (void)state;
    const struct rng_stream stream = {{UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)}};
    uint8_t data[15];
    for (size_t i = 0; i < sizeof data; i++) { data[i] = (uint8_t)i; }
    assert_true(rng_hash(&stream, data, 0) == UINT64_C(0x726fdb47dd0e0e31));
    assert_true(rng_hash(&stream, data, 1) == UINT64_C(0x74f839c593dc67fd));
    assert_true(rng_hash(&stream, data, 15) == UINT64_C(0xa129ca6149be45e5));
}

static void test_pinned(void **state)
{
    (void)state;
    const struct rng_stream stream = rng_stream(1, "link/a-b/forward/loss");
    assert_true(stream.key[0] == UINT64_C(0x14c3b02829fd8ac9));
    assert_true(stream.key[1] == UINT64_C(0xe6b0c40da78af5ec));
    assert_true(rng_value(&stream, 0) == UINT64_C(0x20814c8fe82d8bc8));
    assert_true(rng_value(&stream, 1) == UINT64_C(0xb91fef2c1b7e056b));
    assert_true(rng_value(&stream, UINT64_MAX) == UINT64_C(0x28012f76add27650));
}

static unsigned distance(uint64_t a, uint64_t b)
{
    return (unsigned)__builtin_popcountll((unsigned long long)(a ^ b));
}

/* Streams that differ in one letter or one bit of the seed agree in about half the bits. */
static void test_streams_differ(void **state)
{
    (void)state;
    const struct rng_stream base = rng_stream(1, "app/a/1");
    const struct rng_stream others[] = {
        rng_stream(2, "app/a/1"),         rng_stream(1, "app/a/2"),
        rng_stream(1, "app/a/1/"),        rng_stream(UINT64_C(1) << 63 | 1, "app/a/1"),
        {{base.key[0] ^ 1, base.key[1]}}, {{base.key[0], base.key[1] ^ 1}},
    };
    for (size_t s = 0; s < sizeof others / sizeof others[0]; s++) {
        unsigned sum = 0;
        for (uint64_t i = 0; i < 1000; i++) {
            sum += distance(rng_value(&base, i), rng_value(&others[s], i));
        }
        assert_in_range(sum, 31500, 32500);
    }
}

/* Each bit of the ordinal flips each bit of the value in about half of the cases. */
static void test_avalanche(void **state)
{
    (void)state;
    const struct rng_stream stream = rng_stream(7, "avalanche");
    for (unsigned bit = 0; bit < 64; bit++) {
        unsigned flips[64] = {0};
        for (uint64_t i = 0; i < 1000; i++) {
            const uint64_t change =
                rng_value(&stream, i) ^ rng_value(&stream, i ^ UINT64_C(1) << bit);
            for (unsigned out = 0; out < 64; out++) { flips[out] += (unsigned)(change >> out & 1); }
        }
        for (unsigned out = 0; out < 64; out++) { assert_in_range(flips[out], 400, 600); }
    }
}

static void test_chance(void **state)
{
    (void)state;
    const struct rng_stream stream = rng_stream(1, "chance");
    unsigned hits = 0;
    for (uint64_t i = 0; i < 100000; i++) {
        assert_false(rng_chance(&stream, i, 0));
        assert_true(rng_chance(&stream, i, PPB_ONE));
        hits += rng_chance(&stream, i, PPB_ONE / 10);
    }
    assert_in_range(hits, 9700, 10300);
}

static void test_below(void **state)
{
    (void)state;
    const struct rng_stream stream = rng_stream(1, "below");
    unsigned counts[6] = {0};
    for (uint64_t i = 0; i < 60000; i++) {
        assert_int_equal(rng_below(&stream, i, 1), 0);
        const uint64_t value = rng_below(&stream, i, 6);
        assert_in_range(value, 0, 5);
        counts[value]++;
        assert_true(rng_below(&stream, i, UINT64_MAX) < UINT64_MAX);
    }
    for (unsigned i = 0; i < 6; i++) { assert_in_range(counts[i], 9600, 10400); }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_siphash),        cmocka_unit_test(test_pinned),
        cmocka_unit_test(test_streams_differ), cmocka_unit_test(test_avalanche),
        cmocka_unit_test(test_chance),         cmocka_unit_test(test_below),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
