/* test_tcp_told.c - what each call tells when it ends, before anything has been sent; and what lies
 * beneath the calls: the heap of deadlines, the gathering of runs. */
#include "../../tcp/tcb.h"
#include "cmocka_wrapper.h"
#include "tcp_scene.h"

#include <string.h>

#define MS UINT64_C(1000000)

static struct tcp_endpoint near(void) { return tcp_scene_end(1, 5000); }
static struct tcp_endpoint far(void) { return tcp_scene_end(2, 80); }

/* An active OPEN that was answered; what it owed has left. */
static struct tcp_conn *established(struct scene *scene)
{
    struct tcp_conn *conn = tcp_scene_open(scene, 5000);
    while (tcp_scene_next_port(scene) != 0) {}
    tcp_scene_arrive(scene, far(), near(), TCP_SYN | TCP_ACK, 500, 1001);
    while (tcp_scene_next_port(scene) != 0) {}
    assert_int_equal(tcp_conn_state(conn), TCP_ESTABLISHED);
    return conn;
}

static void send_octets(struct scene *scene, struct tcp_conn *conn, uint32_t len)
{
    const struct tcp_slice slice = {.len = len};
    uint32_t accepted = 0;
    assert_int_equal(tcp_send(conn, scene->now_ns, &slice, TCP_SEND_PUSH, &accepted), TCP_OK);
    assert_int_equal(accepted, len);
}

/* Who waits for room hears of it from the call that makes it. */
static void flush_tells_of_its_room(void **state)
{
    (void)state;
    struct scene scene;
    tcp_scene_begin(&scene);
    struct tcp_conn *conn = established(&scene);
    send_octets(&scene, conn, 9);
    const unsigned told = scene.told[TCP_EVENT_CHANGED];
    assert_int_equal(tcp_flush(conn, scene.now_ns), 9);
    assert_int_equal(scene.told[TCP_EVENT_CHANGED], told + 1);
    assert_int_equal(tcp_scene_next_port(&scene), 0);
    tcp_scene_finish(&scene);
}

/* What leaving changes is told with the segment that left, not with the next one. */
static void the_fin_tells_of_the_move_that_it_makes(void **state)
{
    (void)state;
    struct scene scene;
    tcp_scene_begin(&scene);
    struct tcp_conn *conn = established(&scene);
    tcp_scene_arrive(&scene, far(), near(), TCP_FIN | TCP_ACK, 501, 1001);
    while (tcp_scene_next_port(&scene) != 0) {}
    send_octets(&scene, conn, 9);
    assert_int_equal(tcp_close(conn, scene.now_ns), TCP_OK);
    assert_int_equal(tcp_conn_state(conn), TCP_CLOSE_WAIT); /* the FIN waits behind the text */
    const unsigned told = scene.told[TCP_EVENT_CHANGED];
    assert_int_equal(tcp_scene_next_port(&scene), 5000);
    assert_int_equal(tcp_conn_state(conn), TCP_LAST_ACK);
    assert_int_equal(scene.told[TCP_EVENT_CHANGED], told + 1);
    tcp_scene_finish(&scene);
}

/* The SYN,ACK goes once more, and its RTO is what it was: nothing of that is told. */
static void a_repeated_syn_tells_of_no_rto_that_stays(void **state)
{
    (void)state;
    struct scene scene;
    tcp_scene_begin(&scene);
    scene.options.check_order = TCP_CHECKS_BSD;
    scene.options.syn_cache = true;
    tcp_host_set_options(scene.host, &scene.options);
    (void)tcp_scene_listen(&scene, near());
    for (unsigned i = 0; i < 2; i++) {
        tcp_scene_arrive(&scene, far(), near(), TCP_SYN, 500, 0);
        assert_int_equal(scene.told[TCP_EVENT_CONGESTION], 0);
        assert_int_equal(tcp_scene_next_port(&scene), 5000);
        assert_int_equal(tcp_scene_next_port(&scene), 0);
    }
    tcp_scene_finish(&scene);
}

/* What a message of the network takes back of the RTO is told, and nothing where that was not
 * doubled. */
static void what_is_taken_back_is_told(void **state)
{
    (void)state;
    struct scene scene;
    tcp_scene_begin(&scene);
    scene.options.icmp_backoff = true;
    scene.options.rto_max_ns = 1500 * MS;
    struct tcp_conn *conn = established(&scene);
    send_octets(&scene, conn, 9);
    while (tcp_scene_next_port(&scene) != 0) {}
    scene.now_ns = 1000 * MS;
    tcp_timeout(scene.host, scene.now_ns);
    while (tcp_scene_next_port(&scene) != 0) {}
    const struct tcp_icmp message = {
        .kind = TCP_ICMP_HOST_UNREACHABLE, .local = near(), .remote = far(), .seq = conn->snd_una};
    const unsigned told = scene.told[TCP_EVENT_CONGESTION];
    tcp_icmp_arrives(scene.host, scene.now_ns, &message);
    assert_true(conn->rto_ns == 1000 * MS);
    assert_int_equal(scene.told[TCP_EVENT_CONGESTION], told + 1);
    tcp_icmp_arrives(scene.host, scene.now_ns, &message);
    assert_int_equal(scene.told[TCP_EVENT_CONGESTION], told + 1);
    tcp_scene_finish(&scene);
}

/* The repair after a timeout is over with the last segment that was lost, not a look later. */
static void the_last_repetition_ends_the_repair(void **state)
{
    (void)state;
    struct scene scene;
    tcp_scene_begin(&scene);
    struct tcp_conn *conn = established(&scene);
    send_octets(&scene, conn, 2 * 536);
    while (tcp_scene_next_port(&scene) != 0) {}
    scene.now_ns = 1000 * MS;
    tcp_timeout(scene.host, scene.now_ns);
    assert_int_equal(tcp_close(conn, scene.now_ns), TCP_OK);
    while (tcp_scene_next_port(&scene) != 0) {} /* the first segment, and the FIN */
    struct tcp_status status;
    tcp_status(conn, &status);
    assert_int_equal(status.phase, TCP_LOSS);
    tcp_scene_arrive(&scene, far(), near(), TCP_ACK, 501, 1001 + 536);
    assert_int_equal(tcp_scene_next_port(&scene), 5000);
    tcp_scene_check(&scene);
    tcp_status(conn, &status);
    assert_int_equal(status.phase, TCP_AVOIDANCE);
    tcp_scene_finish(&scene);
}

/* Text of three runs is gathered into one; beside the payload nothing is written. */
static void more_runs_than_a_payload_holds_are_gathered(void **state)
{
    (void)state;
    struct scene scene;
    tcp_scene_begin(&scene);
    struct tcp_conn *conn = established(&scene);
    for (unsigned i = 0; i < 3; i++) { send_octets(&scene, conn, 3); }
    struct {
        struct tcp_payload payload;
        uint8_t beside[2 * sizeof(struct tcp_slice)];
    } place;
    uint8_t untouched[sizeof place.beside];
    memset(&place, 0x77, sizeof place);
    memset(untouched, 0x77, sizeof untouched);
    bool push = false;
    assert_true(send_buffer_payload(conn, conn->snd_nxt, 9, &place.payload, &push));
    assert_memory_equal(place.beside, untouched, sizeof untouched);
    assert_int_equal(place.payload.part[0].len, 9);
    assert_non_null(place.payload.part[0].extent);
    assert_int_equal(place.payload.part[1].len, 0);
    assert_true(push);
    tcp_payload_release(&scene.pools, &place.payload);
    assert_true(send_buffer_payload(conn, conn->snd_nxt, 6, &place.payload, &push));
    assert_memory_equal(place.beside, untouched, sizeof untouched);
    assert_int_equal(place.payload.part[0].len, 3);
    assert_int_equal(place.payload.part[1].len, 3);
    tcp_payload_release(&scene.pools, &place.payload);
    tcp_scene_finish(&scene);
}

/* Deadlines of a hundred connections move to and fro, and connections end: the heap stays in order.
 */
static void deadlines_may_move_either_way(void **state)
{
    (void)state;
    enum { CONNS = 100, MOVES = 3000 };
    struct scene scene;
    tcp_scene_begin(&scene);
    struct tcp_conn *conns[CONNS];
    for (unsigned i = 0; i < CONNS; i++) {
        conns[i] = tcp_scene_open(&scene, (uint16_t)(5000 + i));
    }
    while (tcp_scene_next_port(&scene) != 0) {}
    uint32_t drawn = 1;
    for (unsigned move = 0; move < MOVES; move++) {
        drawn = drawn * 1664525u + 1013904223u;
        struct tcp_conn *conn = conns[(drawn >> 5) % CONNS];
        timer_set(conn, 0, TCP_TIMER_USER, (drawn >> 8) % 1000 * MS);
        tcp_scene_check(&scene);
    }
    for (unsigned k = 0; k < CONNS; k++) {
        assert_int_equal(tcp_abort(conns[k * 37 % CONNS], 0), TCP_OK);
        tcp_scene_check(&scene);
    }
    assert_true(tcp_next_deadline(scene.host) == TCP_NEVER);
    tcp_scene_finish(&scene);
}

/* The heap has four ways: what stands where a connection ends is taken from among its own children,
 * though the first child of its neighbour, the next in the array, is due before them. */
static void an_end_moves_only_what_is_beneath_it(void **state)
{
    (void)state;
    enum { CONNS = 39, ENDS = 8, NEPHEW = 4 * (ENDS + 1) + 1 };
    struct scene scene;
    tcp_scene_begin(&scene);
    struct tcp_conn *conns[CONNS];
    for (unsigned i = 0; i < CONNS; i++) {
        /* The subtree of 1, where 8 stands, is due later than that of 2, where 9 stands. */
        const unsigned parent = i > 0 ? (i - 1) / 4 : 0;
        const bool early = i == 0 || i == 2 || parent == 2 || i == NEPHEW;
        conns[i] = tcp_scene_open(&scene, (uint16_t)(5000 + i));
        timer_set(conns[i], 0, TCP_TIMER_USER, (early ? i : 1000 + i) * MS);
        assert_int_equal(conns[i]->heap_index, i + 1);
    }
    tcp_scene_check(&scene);
    assert_int_equal(tcp_abort(conns[ENDS], 0), TCP_OK);
    tcp_scene_check(&scene);
    tcp_scene_finish(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flush_tells_of_its_room),
        cmocka_unit_test(what_is_taken_back_is_told),
        cmocka_unit_test(the_last_repetition_ends_the_repair),
        cmocka_unit_test(a_repeated_syn_tells_of_no_rto_that_stays),
        cmocka_unit_test(the_fin_tells_of_the_move_that_it_makes),
        cmocka_unit_test(more_runs_than_a_payload_holds_are_gathered),
        cmocka_unit_test(an_end_moves_only_what_is_beneath_it),
        cmocka_unit_test(deadlines_may_move_either_way),
    };
    return cmocka_run_group_tests_name("tcp told", tests, NULL, NULL);
}
