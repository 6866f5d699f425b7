/* test_world.c - the run as a whole: order at one instant, batches, the end, determinism, memory.
 */
#include "net_fixture.h"

#include "cmocka_wrapper.h"

#include <stdio.h>
#include <string.h>

static const struct link_settings ten_ms = {.delay_ns = 10 * NS_PER_MS, .mtu_bytes = 1500};

/* Segments that arrive at one instant are taken together; what is owed leaves before applications
 * run. */
static void a_whole_connection(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_create(&(struct fixture_config){.settings = ten_ms});
    fixture_talk(fixture, 100);
    fixture_run(fixture, WORLD_FINISHED);
    fixture_expect(fixture, "0.000000 server CLOSED -> LISTEN\n"
                            "0.000000 client CLOSED -> SYN-SENT\n"
                            "0.000000 sent client > server: S 0:0(0) win 65535 <mss 1460>\n"
                            "0.010000 delivered client > server: S 0:0(0)\n"
                            "0.010000 server LISTEN -> SYN-RECEIVED\n"
                            "0.010000 sent server > client: S. 0:0(0) ack 1\n"
                            "0.020000 delivered server > client: S. 0:0(0) ack 1\n"
                            "0.020000 client SYN-SENT -> ESTABLISHED\n"
                            "0.020000 sent client > server: . 1:1(0) ack 1\n"
                            "0.020000 sent client > server: P. 1:101(100) ack 1\n"
                            "0.020000 client ESTABLISHED -> FIN-WAIT-1\n"
                            "0.020000 sent client > server: F. 101:101(0) ack 1\n"
                            "0.030000 delivered client > server: . 1:1(0) ack 1\n"
                            "0.030000 server SYN-RECEIVED -> ESTABLISHED\n"
                            "0.030000 delivered client > server: P. 1:101(100) ack 1\n"
                            "0.030000 delivered client > server: F. 101:101(0) ack 1\n"
                            "0.030000 server ESTABLISHED -> CLOSE-WAIT\n"
                            "0.030000 sent server > client: . 1:1(0) ack 102\n"
                            "0.030000 server CLOSE-WAIT -> LAST-ACK\n"
                            "0.030000 sent server > client: F. 1:1(0) ack 102\n"
                            "...\n"
                            "0.050000 server LAST-ACK -> CLOSED\n"
                            "240.040000 client TIME-WAIT -> CLOSED");
    fixture_expect_path(fixture->opened, "CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 "
                                         "TIME-WAIT CLOSED");
    fixture_expect_path(fixture->accepted,
                        "CLOSED LISTEN SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED");
    assert_int_equal(fixture->received, 100);
    assert_int_equal(fixture->accepted->checked, 100);
    assert_int_equal(fixture->violation_count, 0);
    assert_int_equal(world_now(fixture->world), 240040 * NS_PER_MS);
    fixture_destroy(fixture);
}

static void send_out_of_order(struct world_task *task)
{
    static const struct fixture_segment segments[] = {
        {.flags = TCP_ACK, .seq = 1, .ack = 1},
        {.flags = TCP_ACK, .seq = 101, .ack = 1, .padding = 100},
        {.flags = TCP_ACK, .seq = 201, .ack = 1, .padding = 100},
        {.flags = TCP_ACK, .seq = 1, .ack = 1, .padding = 100}};
    struct fixture *fixture = fixture_of(task);
    for (size_t i = 0; i < sizeof segments / sizeof segments[0]; i++) {
        (void)fixture_forge(fixture, fixture->client, &segments[i]);
    }
}

/* Two segments out of order owe an ACK each, and leave after the last with the numbers that then
 * hold. */
static void what_arrives_together_is_answered_after_the_last(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_create(
        &(struct fixture_config){.settings = ten_ms, .client_played = true, .limit_ns = NS_PER_S});
    struct socket *listener;
    assert_int_equal(host_listen(fixture->server, 80, NULL, &listener), TCP_OK);
    (void)fixture_forge(fixture, fixture->client, &(struct fixture_segment){.flags = TCP_SYN});
    fixture_at(fixture, QUEUE_SCRIPT, 100 * NS_PER_MS, send_out_of_order);
    fixture_run(fixture, WORLD_FINISHED);
    fixture_expect(fixture, "...\n"
                            "0.110000 server SYN-RECEIVED -> ESTABLISHED\n"
                            "0.110000 delivered client > server: . 101:201(100) ack 1\n"
                            "0.110000 delivered client > server: . 201:301(100) ack 1\n"
                            "0.110000 delivered client > server: . 1:101(100) ack 1\n"
                            "0.110000 sent server > client: . 1:1(0) ack 301\n"
                            "0.110000 sent server > client: . 1:1(0) ack 301\n"
                            "...");
    fixture_destroy(fixture);
}

/* Without any delay the rounds of one instant follow each other: owed, then caused by applications.
 */
static void rounds_at_one_instant(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_create(&(struct fixture_config){.limit_ns = NS_PER_S});
    fixture_talk(fixture, 10);
    fixture_run(fixture, WORLD_LIMIT);
    fixture_expect(fixture, "...\n"
                            "0.000000 delivered server > client: S. 0:0(0) ack 1\n"
                            "0.000000 client SYN-SENT -> ESTABLISHED\n"
                            "0.000000 sent client > server: . 1:1(0) ack 1\n"
                            "0.000000 delivered client > server: . 1:1(0) ack 1\n"
                            "0.000000 server SYN-RECEIVED -> ESTABLISHED\n"
                            "0.000000 sent client > server: P. 1:11(10) ack 1\n"
                            "0.000000 client ESTABLISHED -> FIN-WAIT-1\n"
                            "0.000000 sent client > server: F. 11:11(0) ack 1\n"
                            "0.000000 delivered client > server: P. 1:11(10) ack 1\n"
                            "0.000000 delivered client > server: F. 11:11(0) ack 1\n"
                            "0.000000 server ESTABLISHED -> CLOSE-WAIT\n"
                            "0.000000 sent server > client: . 1:1(0) ack 12\n"
                            "...");
    assert_int_equal(world_now(fixture->world), NS_PER_S);
    fixture_destroy(fixture);
}

static char order[16];

static void note(struct world_task *task)
{
    const size_t len = strlen(order);
    assert_true(len + 1 < sizeof order);
    order[len] = (char)('0' + (int)task->class);
}

static void classes_order_one_instant(void **state)
{
    (void)state;
    struct fixture *fixture =
        fixture_create(&(struct fixture_config){.client_played = true, .server_played = true});
    memset(order, 0, sizeof order);
    fixture_at(fixture, QUEUE_EXPECT, 5, note);
    fixture_at(fixture, QUEUE_APP, 5, note);
    fixture_at(fixture, QUEUE_SCRIPT, 5, note);
    fixture_at(fixture, QUEUE_APP, 4, note);
    fixture_run(fixture, WORLD_FINISHED);
    assert_string_equal(order, "3034");
    assert_int_equal(world_events(fixture->world), 4);
    fixture_destroy(fixture);
}

static void tasks_wake_and_sleep(void **state)
{
    (void)state;
    struct fixture *fixture =
        fixture_create(&(struct fixture_config){.client_played = true, .server_played = true});
    struct world_task task, never;
    memset(order, 0, sizeof order);
    world_task_init(&task, QUEUE_APP, 0, 0, note, NULL);
    world_task_init(&never, QUEUE_APP, 1, 0, note, NULL);
    world_wake(fixture->world, &task, 100);
    world_wake(fixture->world, &task, 50); /* the sooner one counts */
    world_wake(fixture->world, &task, 70);
    world_wake(fixture->world, &never, 90);
    world_sleep(&never);
    fixture_run(fixture, WORLD_FINISHED);
    assert_string_equal(order, "3");
    /* What is remembered in the queue only neither happens nor moves the clock. */
    assert_int_equal(world_now(fixture->world), 50);
    fixture_destroy(fixture);
}

static struct world_task steps;
static unsigned step_count;

/* Asks again and again for a far time, then for a near one: the queue must not fill with what is
 * past. */
static void step(struct world_task *task)
{
    struct fixture *fixture = fixture_of(task);
    const uint64_t now = world_now(fixture->world);
    if (++step_count < 10000) {
        world_wake(fixture->world, task, now + NS_PER_S);
        world_wake(fixture->world, task, now + 1);
    }
}

static void waking_early_leaves_no_litter(void **state)
{
    (void)state;
    struct fixture *fixture =
        fixture_create(&(struct fixture_config){.client_played = true, .server_played = true});
    world_task_init(&steps, QUEUE_APP, 0, 0, step, fixture);
    step_count = 0;
    world_wake(fixture->world, &steps, 0);
    const size_t before = arena_live_bytes(fixture->arena);
    fixture_run(fixture, WORLD_FINISHED);
    assert_int_equal(step_count, 10000);
    assert_int_equal(world_now(fixture->world), 9999);
    assert_int_equal(arena_live_bytes(fixture->arena), before);
    fixture_destroy(fixture);
}

/* Each wish sooner than the one before, more often than the world remembers. */
static void many_wishes_are_one_run(void **state)
{
    (void)state;
    struct fixture *fixture =
        fixture_create(&(struct fixture_config){.client_played = true, .server_played = true});
    struct world_task task;
    memset(order, 0, sizeof order);
    world_task_init(&task, QUEUE_APP, 0, 0, note, NULL);
    for (uint64_t time = 100; time > 10; time -= 10) { world_wake(fixture->world, &task, time); }
    fixture_run(fixture, WORLD_FINISHED);
    assert_string_equal(order, "3");
    assert_int_equal(world_now(fixture->world), 20);
    fixture_destroy(fixture);
}

static void abort_it(struct world_task *task)
{
    assert_int_equal(host_abort(fixture_of(task)->opened), TCP_OK);
}

/* Timers that were stopped still stand in the queue: they do not keep the run alive. The last thing
 * is the RST that answers what the server had sent when the client's RST reached it. */
static void the_run_ends_with_its_last_event(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_create(&(struct fixture_config){.settings = ten_ms});
    fixture_talk(fixture, 3);
    fixture_at(fixture, QUEUE_SCRIPT, 25 * NS_PER_MS, abort_it);
    fixture_run(fixture, WORLD_FINISHED);
    assert_int_equal(world_now(fixture->world), 50 * NS_PER_MS);
    fixture_destroy(fixture);
}

static void stop(struct world_task *task) { world_stop(fixture_of(task)->world); }

static void the_run_is_stopped(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_create(&(struct fixture_config){.settings = ten_ms});
    fixture_talk(fixture, 3);
    fixture_at(fixture, QUEUE_SCRIPT, 5 * NS_PER_MS, stop);
    fixture_run(fixture, WORLD_STOPPED);
    assert_true(world_stopped(fixture->world));
    assert_int_equal(world_now(fixture->world), 5 * NS_PER_MS);
    fixture_destroy(fixture);
}

/* An event exactly at the limit still happens. */
static void the_limit_is_inclusive(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_create(
        &(struct fixture_config){.client_played = true, .server_played = true, .limit_ns = 7});
    memset(order, 0, sizeof order);
    fixture_at(fixture, QUEUE_APP, 7, note);
    fixture_run(fixture, WORLD_FINISHED);
    fixture_at(fixture, QUEUE_APP, 8, note);
    fixture_run(fixture, WORLD_LIMIT);
    assert_string_equal(order, "3");
    assert_int_equal(world_now(fixture->world), 7);
    fixture_destroy(fixture);
}

static struct fixture *lossy(enum queue_kind queue, uint64_t seed)
{
    struct fixture *fixture =
        fixture_create(&(struct fixture_config){.settings = {.delay_ns = 10 * NS_PER_MS,
                                                             .rate_bps = 10000000,
                                                             .limit = 20,
                                                             .loss_ppb = PPB_ONE / 20,
                                                             .mtu_bytes = 1500},
                                                .queue = queue,
                                                .seed = seed});
    fixture_talk(fixture, 300000);
    fixture_run(fixture, WORLD_FINISHED);
    assert_int_equal(fixture->received, 300000);
    assert_int_equal(fixture->violation_count, 0);
    assert_true(fixture_count(fixture, "# loss") > 3);
    return fixture;
}

static bool same_trace(const struct fixture *a, const struct fixture *b)
{
    bool same = a->line_count == b->line_count;
    for (size_t i = 0; same && i < a->line_count; i++) {
        same = strcmp(a->lines[i], b->lines[i]) == 0;
    }
    return same;
}

/* A run is a function of the scenario and the seed, whatever queue holds its events. */
static void a_run_can_be_repeated(void **state)
{
    (void)state;
    struct fixture *heap = lossy(QUEUE_HEAP, 1);
    struct fixture *pairing = lossy(QUEUE_PAIRING, 1);
    struct fixture *other = lossy(QUEUE_HEAP, 2);
    assert_true(same_trace(heap, pairing));
    assert_false(same_trace(heap, other));
    fixture_destroy(heap);
    fixture_destroy(pairing);
    fixture_destroy(other);
}

static size_t fresh_when_warm;

static void look_at_memory(struct world_task *task)
{
    fresh_when_warm = arena_fresh_bytes(fixture_of(task)->arena);
}

/* After warming up, segments until 10 s: not an octet that was not there before. */
static void stays_as_it_is(struct link_settings settings, uint64_t warm_ns)
{
    settings.delay_ns = 2 * NS_PER_MS;
    settings.mtu_bytes = 1500;
    struct fixture *fixture = fixture_create(&(struct fixture_config){
        .settings = settings, .without_trace = true, .limit_ns = 10 * NS_PER_S});
    fixture_talk(fixture, UINT64_C(1) << 40);
    fixture_at(fixture, QUEUE_EXPECT, warm_ns, look_at_memory);
    fixture_run(fixture, WORLD_LIMIT);
    assert_true(fixture->received > 1000000);
    assert_int_equal(fixture->violation_count, 0);
    assert_int_equal(arena_fresh_bytes(fixture->arena), fresh_when_warm);
    fixture_destroy(fixture);
}

static void nothing_is_allocated_once_warm(void **state)
{
    (void)state;
    stays_as_it_is((struct link_settings){.rate_bps = 1000000000}, 2 * NS_PER_S);
    stays_as_it_is((struct link_settings){.rate_bps = 1000000000, .loss_ppb = PPB_ONE / 100},
                   2 * NS_PER_S);
    stays_as_it_is((struct link_settings){.rate_bps = 100000000,
                                          .queue = 2,
                                          .codel = {5 * NS_PER_MS, 100 * NS_PER_MS, true}},
                   5 * NS_PER_S);
}

static void an_arena_that_is_full_ends_the_run(void **state)
{
    (void)state;
    struct arena *arena = arena_create(100000);
    const struct world_config config = {.limit_ns = TIME_NEVER, .keep_sockets = true};
    struct world *world = world_create(arena, &config, NULL);
    struct host_config host = {.name = "h", .address_count = 1, .has_tcp = true};
    tcp_options_default(&host.options);
    struct host *made;
    unsigned count = 0;
    do {
        char name[16];
        (void)snprintf(name, sizeof name, "h%u", count++);
        host.name = name;
        host.addresses[0] = (struct tcp_address){
            .family = 4, .octets = {10, 0, (uint8_t)(count >> 8), (uint8_t)count}};
        made = world_add_host(world, &host);
    } while (made != NULL);
    assert_true(count > 10);
    assert_int_equal(world_run(world), WORLD_NO_MEMORY);
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_connection),
        cmocka_unit_test(what_arrives_together_is_answered_after_the_last),
        cmocka_unit_test(rounds_at_one_instant),
        cmocka_unit_test(classes_order_one_instant),
        cmocka_unit_test(tasks_wake_and_sleep),
        cmocka_unit_test(waking_early_leaves_no_litter),
        cmocka_unit_test(many_wishes_are_one_run),
        cmocka_unit_test(the_run_ends_with_its_last_event),
        cmocka_unit_test(the_run_is_stopped),
        cmocka_unit_test(the_limit_is_inclusive),
        cmocka_unit_test(a_run_can_be_repeated),
        cmocka_unit_test(nothing_is_allocated_once_warm),
        cmocka_unit_test(an_arena_that_is_full_ends_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
