/* test_queue.c - both implementations give the same order, which is that of the keys. */
#include "../../sim/core/queue.h"
#include "../../sim/core/rng.h"
#include "cmocka_wrapper.h"

#include <stdlib.h>

#define LIMIT ((size_t)64 << 20)

static void test_meaning(void **state)
{
    (void)state;
    const uint64_t meaning = queue_meaning(QUEUE_EXPECT, 0x1fffffff, 0xffffffff);
    assert_int_equal(queue_key_class(meaning), QUEUE_EXPECT);
    assert_int_equal(queue_key_object(meaning), 0x1fffffff);
    assert_int_equal(queue_key_ordinal(meaning), 0xffffffff);
    /* time, then class, then object, then ordinal */
    const struct queue_key order[] = {
        {1, queue_meaning(QUEUE_SCRIPT, 9, 9)},  {1, queue_meaning(QUEUE_ARRIVAL, 0, 9)},
        {1, queue_meaning(QUEUE_ARRIVAL, 1, 0)}, {1, queue_meaning(QUEUE_ARRIVAL, 1, 1)},
        {1, queue_meaning(QUEUE_TIMER, 0, 0)},   {1, queue_meaning(QUEUE_APP, 0, 0)},
        {1, queue_meaning(QUEUE_EXPECT, 0, 0)},  {2, queue_meaning(QUEUE_SCRIPT, 0, 0)},
    };
    for (size_t i = 0; i + 1 < sizeof order / sizeof order[0]; i++) {
        assert_true(queue_key_before(order[i], order[i + 1]));
        assert_false(queue_key_before(order[i + 1], order[i]));
        assert_false(queue_key_before(order[i], order[i]));
    }
}

static void check_empty(enum queue_kind kind)
{
    struct arena *arena = arena_create(LIMIT);
    struct queue *queue = queue_create(arena, kind);
    struct queue_key key;
    void *value;
    assert_int_equal(queue_len(queue), 0);
    assert_false(queue_peek(queue, &key));
    assert_false(queue_pop(queue, &key, &value));
    int mark = 0;
    assert_true(queue_push(queue, (struct queue_key){5, 6}, &mark));
    assert_int_equal(queue_len(queue), 1);
    assert_true(queue_peek(queue, &key));
    assert_int_equal(key.time_ns, 5);
    assert_true(queue_pop(queue, &key, &value));
    assert_ptr_equal(value, &mark);
    assert_int_equal(key.meaning, 6);
    assert_int_equal(queue_len(queue), 0);
    assert_false(queue_pop(queue, &key, &value));
    queue_destroy(queue);
    assert_int_equal(arena_live_bytes(arena), 0);
    arena_destroy(arena);
}

static void test_empty(void **state)
{
    (void)state;
    check_empty(QUEUE_HEAP);
    check_empty(QUEUE_PAIRING);
}

/* A simulation's load: mostly near the present, the keys unique; what comes out never goes back. */
static void run_random_load(uint64_t seed, unsigned pushes, unsigned spread)
{
    struct arena *arena = arena_create(LIMIT);
    struct queue *heap = queue_create(arena, QUEUE_HEAP);
    struct queue *pairing = queue_create(arena, QUEUE_PAIRING);
    const struct rng_stream stream = rng_stream(seed, "load");
    uint64_t now = 0;
    uint64_t draw = 0;
    unsigned pushed = 0;
    struct queue_key previous = {0, 0};
    while (pushed < pushes || queue_len(heap) > 0) {
        assert_int_equal(queue_len(heap), queue_len(pairing));
        const bool push =
            pushed < pushes && (queue_len(heap) == 0 || rng_below(&stream, draw++, 100) < 55);
        if (push) {
            const uint32_t object = (uint32_t)rng_below(&stream, draw++, 4);
            const struct queue_key key = {now + rng_below(&stream, draw++, spread),
                                          queue_meaning(QUEUE_APP, object, pushed)};
            pushed++;
            void *value = (void *)(uintptr_t)pushed;
            assert_true(queue_push(heap, key, value));
            assert_true(queue_push(pairing, key, value));
            if (queue_key_before(key, previous)) { previous = key; }
            continue;
        }
        struct queue_key peeked;
        struct queue_key a;
        struct queue_key b;
        void *value_a;
        void *value_b;
        assert_true(queue_peek(pairing, &peeked));
        assert_true(queue_pop(heap, &a, &value_a));
        assert_true(queue_pop(pairing, &b, &value_b));
        assert_int_equal(peeked.time_ns, b.time_ns);
        assert_int_equal(a.time_ns, b.time_ns);
        assert_true(a.meaning == b.meaning);
        assert_ptr_equal(value_a, value_b);
        assert_false(queue_key_before(a, previous));
        previous = a;
        now = a.time_ns;
    }
    assert_false(queue_pop(pairing, &previous, &(void *){NULL}));
    queue_destroy(heap);
    queue_destroy(pairing);
    assert_int_equal(arena_live_bytes(arena), 0);
    arena_destroy(arena);
}

static void test_same_order(void **state)
{
    (void)state;
    run_random_load(1, 20000, 1000000);
    run_random_load(2, 20000, 10); /* many equal times */
    run_random_load(3, 20000, 1);
    for (uint64_t seed = 10; seed < 60; seed++) {
        run_random_load(seed, 1 + (unsigned)(seed % 17), 3);
    }
}

static int compare_keys(const void *a, const void *b)
{
    const struct queue_key *x = a;
    const struct queue_key *y = b;
    return queue_key_before(*x, *y) ? -1 : queue_key_before(*y, *x);
}

/* Against the C library's sort, everything pushed first. */
static void test_sorts(void **state)
{
    (void)state;
    enum { N = 5000 };
    static struct queue_key keys[N];
    const struct rng_stream stream = rng_stream(4, "sort");
    for (int kind = QUEUE_HEAP; kind <= QUEUE_PAIRING; kind++) {
        struct arena *arena = arena_create(LIMIT);
        struct queue *queue = queue_create(arena, (enum queue_kind)kind);
        for (uint32_t i = 0; i < N; i++) {
            keys[i] = (struct queue_key){rng_below(&stream, i, 500), rng_value(&stream, N + i)};
            assert_true(queue_push(queue, keys[i], &keys[i]));
        }
        qsort(keys, N, sizeof keys[0], compare_keys);
        for (uint32_t i = 0; i < N; i++) {
            struct queue_key key;
            void *value;
            assert_true(queue_pop(queue, &key, &value));
            assert_int_equal(key.time_ns, keys[i].time_ns);
            assert_true(key.meaning == keys[i].meaning);
        }
        arena_destroy(arena);
    }
}

/* Without memory a push says so and the queue goes on with what it has. */
static void test_no_memory(void **state)
{
    (void)state;
    for (int kind = QUEUE_HEAP; kind <= QUEUE_PAIRING; kind++) {
        struct arena *arena = arena_create(8192);
        struct queue *queue = queue_create(arena, (enum queue_kind)kind);
        uint64_t count = 0;
        while (count < 100000 && queue_push(queue, (struct queue_key){1000000 - count, 0}, NULL)) {
            count++;
        }
        assert_in_range(count, 1, 99999);
        assert_int_equal(queue_len(queue), count);
        struct queue_key key;
        void *value;
        for (uint64_t i = 0; i < count; i++) {
            assert_true(queue_pop(queue, &key, &value));
            assert_int_equal(key.time_ns, 1000000 - count + 1 + i);
        }
        assert_false(queue_pop(queue, &key, &value));
        assert_true(queue_push(queue, key, NULL));
        queue_destroy(queue); /* with an entry in it */
        assert_int_equal(arena_live_bytes(arena), 0);
        arena_destroy(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_meaning),    cmocka_unit_test(test_empty),
        cmocka_unit_test(test_same_order), cmocka_unit_test(test_sorts),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
