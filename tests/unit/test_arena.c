/* test_arena.c - the arena: alignment, classes, reuse, the limit, resizing, and a warm run that
 * cuts nothing new. */
#include "../../sim/core/arena.h"
#include "../../sim/core/rng.h"
#include "cmocka_wrapper.h"

#include <stdlib.h>
#include <string.h>

#define MIB ((size_t)1 << 20)

static void test_sizes(void **state)
{
    (void)state;
    struct arena *arena = arena_create(64 * MIB);
    assert_non_null(arena);
    for (size_t size = 0; size < 3000; size++) {
        const size_t before = arena_live_bytes(arena);
        uint8_t *block = arena_take(arena, size);
        assert_non_null(block);
        assert_int_equal((uintptr_t)block % 16, 0);
        memset(block, 0xa5, size);
        const size_t taken = arena_live_bytes(arena) - before;
        assert_true(taken >= size && taken >= 16);
        /* four classes a doubling: at most a quarter too much, beyond the smallest */
        assert_true(taken <= size + size / 4 + 16);
        arena_give(arena, block, size);
        assert_int_equal(arena_live_bytes(arena), before);
    }
    assert_false(arena_exhausted(arena));
    arena_destroy(arena);
    arena_destroy(NULL);
}

static void test_limit(void **state)
{
    (void)state;
    struct arena *arena = arena_create(MIB);
    void *half = arena_take(arena, MIB / 2);
    assert_non_null(half);
    assert_null(arena_take(arena, MIB / 2 + 1));
    assert_true(arena_exhausted(arena));
    void *other = arena_take(arena, MIB / 2);
    assert_non_null(other);
    assert_int_equal(arena_live_bytes(arena), MIB);
    assert_null(arena_take(arena, 1));
    arena_give(arena, half, MIB / 2);
    void *small = arena_take(arena, 1);
    assert_non_null(small);
    assert_true(arena_exhausted(arena)); /* remembered */
    assert_null(arena_take(arena, SIZE_MAX));
    assert_null(arena_take(arena, SIZE_MAX / 2));
    assert_null(arena_strdup(arena_create(0), "x"));
    arena_destroy(arena);
}

/* What is given back is what is taken next, in every class, so that a warm run cuts nothing new. */
static void test_warm(void **state)
{
    (void)state;
    struct arena *arena = arena_create(256 * MIB);
    const struct rng_stream stream = rng_stream(1, "arena");
    enum { SLOTS = 500, STEPS = 50000 };
    static struct {
        uint8_t *block;
        size_t size;
        uint8_t mark;
    } slots[SLOTS];
    memset(slots, 0, sizeof slots);
    size_t fresh = 0;
    for (unsigned round = 0; round < 2; round++) {
        for (uint64_t i = 0; i < STEPS; i++) {
            const size_t at = (size_t)rng_below(&stream, 3 * i, SLOTS);
            if (slots[at].block != NULL) {
                assert_int_equal(slots[at].block[0], slots[at].mark);
                assert_int_equal(slots[at].block[slots[at].size - 1], slots[at].mark);
            }
            const size_t size =
                1 + (size_t)rng_below(&stream, 3 * i + 1,
                                      UINT64_C(1) << rng_below(&stream, 3 * i + 2, 14));
            arena_give(arena, slots[at].block, slots[at].size);
            slots[at].block = arena_take(arena, size);
            assert_non_null(slots[at].block);
            slots[at].size = size;
            slots[at].mark = (uint8_t)i;
            memset(slots[at].block, slots[at].mark, size);
        }
        for (size_t at = 0; at < SLOTS; at++) {
            arena_give(arena, slots[at].block, slots[at].size);
            slots[at].block = NULL;
        }
        assert_int_equal(arena_live_bytes(arena), 0);
        if (round == 0) {
            fresh = arena_fresh_bytes(arena);
            assert_true(fresh > 0);
        }
    }
    assert_int_equal(arena_fresh_bytes(arena), fresh);
    arena_destroy(arena);
}

static void test_zeroed(void **state)
{
    (void)state;
    struct arena *arena = arena_create(MIB);
    uint8_t *block = arena_take(arena, 100);
    memset(block, 0xff, 100);
    arena_give(arena, block, 100);
    uint8_t *again = arena_take_zeroed(arena, 100);
    assert_ptr_equal(again, block);
    for (size_t i = 0; i < 100; i++) { assert_int_equal(again[i], 0); }
    arena_destroy(arena);
}

static void test_resize(void **state)
{
    (void)state;
    struct arena *arena = arena_create(MIB);
    uint8_t *block = arena_resize(arena, NULL, 0, 10);
    assert_non_null(block);
    memcpy(block, "0123456789", 10);
    assert_ptr_equal(arena_resize(arena, block, 10, 16), block); /* the same class */
    uint8_t *larger = arena_resize(arena, block, 16, 1000);
    assert_non_null(larger);
    assert_ptr_not_equal(larger, block);
    assert_memory_equal(larger, "0123456789", 10);
    assert_null(arena_resize(arena, larger, 1000, 2 * MIB)); /* refused: the block is as it was */
    assert_memory_equal(larger, "0123456789", 10);
    uint8_t *smaller = arena_resize(arena, larger, 1000, 5);
    assert_memory_equal(smaller, "01234", 5);
    assert_null(arena_resize(arena, smaller, 5, 0));
    assert_int_equal(arena_live_bytes(arena), 0);
    arena_destroy(arena);
}

static void test_strdup(void **state)
{
    (void)state;
    struct arena *arena = arena_create(MIB);
    char *copy = arena_strdup(arena, "client");
    assert_string_equal(copy, "client");
    arena_give(arena, copy, strlen(copy) + 1);
    assert_int_equal(arena_live_bytes(arena), 0);
    arena_destroy(arena);
}

/* Far more than the machine has can be reserved, or less is taken instead. */
static void test_huge_limit(void **state)
{
    (void)state;
    struct arena *arena = arena_create(SIZE_MAX);
    assert_non_null(arena);
    assert_non_null(arena_take(arena, 1000));
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),      cmocka_unit_test(test_limit),
        cmocka_unit_test(test_warm),       cmocka_unit_test(test_zeroed),
        cmocka_unit_test(test_resize),     cmocka_unit_test(test_strdup),
        cmocka_unit_test(test_huge_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
