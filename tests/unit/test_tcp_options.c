/* test_tcp_options.c - options of a TCP host and of its connections, initial sequence numbers, and
 * what an observer is told. */
#include "cmocka_wrapper.h"
#include "tcp_scene.h"

#include <string.h>

#define MS UINT64_C(1000000)

/* ---- options ---- */

static void options_hold_from_now_on(void **state)
{
    (void)state;
    struct scene scene;
    tcp_scene_begin(&scene);
    struct tcp_conn *old = tcp_scene_listen(&scene, tcp_scene_end(1, 80));
    scene.options.ttl = 7;
    scene.options.tos = 8;
    tcp_host_set_options(scene.host, &scene.options);
    struct tcp_conn *fresh = tcp_scene_listen(&scene, tcp_scene_end(1, 81));
    assert_int_equal(tcp_conn_options(old)->ttl, 64);
    assert_int_equal(tcp_conn_options(fresh)->ttl, 7);
    struct tcp_segment segment;
    tcp_scene_arrive(&scene, tcp_scene_end(2, 4000), tcp_scene_end(1, 80), TCP_SYN, 5, 0);
    assert_true(tcp_output(scene.host, 0, &segment));
    assert_int_equal(segment.ttl, 64);
    assert_int_equal(segment.tos, 0);
    tcp_scene_arrive(&scene, tcp_scene_end(2, 4000), tcp_scene_end(1, 81), TCP_SYN, 5, 0);
    assert_true(tcp_output(scene.host, 0, &segment));
    assert_int_equal(segment.ttl, 7);
    assert_int_equal(segment.tos, 8);
    tcp_scene_arrive(&scene, tcp_scene_end(2, 4000), tcp_scene_end(1, 82), TCP_SYN, 5,
                     0); /* nobody: the host's own */
    assert_true(tcp_output(scene.host, 0, &segment));
    assert_int_equal(segment.ttl, 7);
    assert_int_equal(segment.tos, 8);
    tcp_scene_arrive(&scene, tcp_scene_end(2, 4001), tcp_scene_end(1, 81), TCP_ACK, 5,
                     0); /* the listener's */
    assert_true(tcp_output(scene.host, 0, &segment));
    assert_int_equal(segment.flags, TCP_RST);
    assert_int_equal(segment.ttl, 7);
    assert_int_equal(segment.tos, 8);
    tcp_scene_finish(&scene);
}

/* Those that may change on an open connection, and no others. */
static void a_connection_takes_some_options(void **state)
{
    (void)state;
    struct scene scene;
    tcp_scene_begin(&scene);
    struct tcp_conn *conn = tcp_scene_open(&scene, 5000);
    struct tcp_conn *other = tcp_scene_open(&scene, 5001);
    struct tcp_options wish;
    memset(&wish, 0, sizeof wish);
    wish.nagle = !scene.options.nagle;
    wish.delayed_ack_ns = 1;
    wish.keepalive_idle_ns = 2;
    wish.keepalive_interval_ns = 3;
    wish.keepalive_count = 4;
    wish.user_timeout_ns = 5;
    wish.retries = 6;
    wish.has_window = true;
    wish.window = 7;
    wish.recv_buffer = 8;
    wish.send_buffer = 9;
    wish.rto_min_ns = 10;
    wish.rto_max_ns = 11;
    wish.ttl = 12;
    wish.tos = 13;
    wish.window_clamp = 16;
    wish.congestion = 17;
    wish.send_overhead = 18;
    wish.unsent_limit = 19;
    wish.msl_ns = 14;
    wish.backlog = 15;
    const unsigned told = scene.told[TCP_EVENT_CHANGED];
    tcp_conn_set_options(conn, 0, &wish);
    assert_int_equal(scene.told[TCP_EVENT_CHANGED], told + 1); /* the send buffer may have room */
    const struct tcp_options *now = tcp_conn_options(conn);
    assert_int_equal(now->nagle, wish.nagle);
    assert_true(now->delayed_ack_ns == 1 && now->keepalive_idle_ns == 2 &&
                now->keepalive_interval_ns == 3 && now->keepalive_count == 4 &&
                now->user_timeout_ns == 5 && now->retries == 6);
    assert_true(now->has_window && now->window == 7 && now->recv_buffer == 8 &&
                now->send_buffer == 9 && now->rto_min_ns == 10 && now->rto_max_ns == 11 &&
                now->ttl == 12 && now->tos == 13);
    assert_true(now->window_clamp == 16 && now->congestion == 17 && now->send_overhead == 18 &&
                now->unsent_limit == 19);
    assert_true(now->msl_ns == scene.options.msl_ns && now->backlog == scene.options.backlog);
    assert_int_equal(tcp_conn_options(other)->ttl, 64);
    assert_int_equal(tcp_next_deadline(scene.host), 5); /* the user timeout */
    assert_int_equal(tcp_abort(conn, 0), TCP_OK);
    wish.ttl = 99;
    tcp_conn_set_options(conn, 0, &wish);
    assert_int_equal(tcp_conn_options(conn)->ttl, 12);
    tcp_scene_check(&scene);
    struct tcp_conn *listener = tcp_scene_listen(&scene, tcp_scene_end(1, 80));
    tcp_conn_set_options(listener, 0, &wish);
    assert_int_equal(tcp_conn_options(listener)->ttl, 99);
    tcp_scene_check(&scene);
    assert_int_equal(tcp_next_deadline(scene.host), TCP_NEVER);
    tcp_host_crash(scene.host, 0);
    tcp_conn_set_options(other, 0, &wish);
    assert_int_equal(tcp_conn_options(other)->ttl, 64);
    tcp_scene_check(&scene);
    tcp_scene_finish(&scene);
}

/* ---- initial sequence numbers: RFC 6528 ---- */

static void the_iss_is_a_clock_and_a_hash(void **state)
{
    (void)state;
    struct scene scene;
    tcp_scene_begin(&scene);
    struct tcp_status status;
    tcp_status(tcp_scene_open(&scene, 0x1234), &status);
    assert_int_equal(status.iss, 1000);
    static const uint8_t sockets[36] = {10, 0, 0, 1, [16] = 0x12, 0x34, 10, 0, 0, 2, [34] = 0, 80};
    assert_int_equal(scene.hashed_len, sizeof sockets);
    assert_memory_equal(scene.hashed, sockets, sizeof sockets);
    scene.now_ns = 3999;
    tcp_status(tcp_scene_open(&scene, 5001), &status);
    assert_int_equal(status.iss, 1000);
    scene.now_ns = 4000;
    tcp_status(tcp_scene_open(&scene, 5002), &status);
    assert_int_equal(status.iss, 1001);
    scene.now_ns = 20000 * MS * 1000; /* 4.19 times around */
    tcp_status(tcp_scene_open(&scene, 5003), &status);
    assert_int_equal(status.iss, (uint32_t)(UINT64_C(5000000000) + 1000));
    tcp_scene_finish(&scene);
}

/* RFC 9293 MAY-2: above all that the old incarnation used, which the clock alone does not promise.
 */
static void a_reopened_connection_begins_higher(void **state)
{
    (void)state;
    static const struct {
        uint64_t now_ns;
        tcp_seq iss;
    } cases[] = {{0, 1002 + 64000}, {8000, 1002 + 64000}, {12000, 1003}};
    for (unsigned i = 0; i < 3; i++) {
        struct scene scene;
        tcp_scene_begin(&scene);
        const struct tcp_endpoint near = tcp_scene_end(1, 80);
        const struct tcp_endpoint far = tcp_scene_end(2, 4000);
        struct tcp_conn *listener = tcp_scene_listen(&scene, near);
        tcp_scene_arrive(&scene, far, near, TCP_SYN, 500, 0);
        (void)tcp_scene_next_port(&scene);
        tcp_scene_arrive(&scene, far, near, TCP_ACK, 501, 1001);
        struct tcp_conn *conn = tcp_accept(listener);
        assert_non_null(conn);
        tcp_release(conn, 0);
        (void)tcp_scene_next_port(&scene);
        tcp_scene_arrive(&scene, far, near, TCP_ACK | TCP_FIN, 501, 1002);
        (void)tcp_scene_next_port(&scene);
        scene.now_ns = cases[i].now_ns;
        tcp_scene_arrive(&scene, far, near, TCP_SYN, 900, 0);
        struct tcp_segment segment;
        assert_true(tcp_output(scene.host, scene.now_ns, &segment));
        assert_int_equal(segment.flags, TCP_SYN | TCP_ACK);
        assert_int_equal(segment.seq, cases[i].iss);
        tcp_scene_finish(&scene);
    }
}

/* ---- observers ---- */

static void an_observer_may_want_little(void **state)
{
    (void)state;
    static const enum tcp_event_kind costly[] = {TCP_EVENT_TIMER, TCP_EVENT_CONGESTION,
                                                 TCP_EVENT_DISCARD, TCP_EVENT_DELIVERED};
    for (unsigned wanted = 0; wanted < 2; wanted++) {
        struct scene scene;
        tcp_scene_begin(&scene);
        tcp_host_set_wants(scene.host, wanted == 0 ? 0 : UINT32_MAX);
        (void)tcp_scene_open(&scene, 5000);
        (void)tcp_scene_next_port(&scene);
        tcp_scene_arrive(&scene, tcp_scene_end(2, 80), tcp_scene_end(1, 5000), TCP_SYN | TCP_ACK,
                         500, 1001);
        struct tcp_segment segment = {.source = tcp_scene_end(2, 80),
                                      .destination = tcp_scene_end(1, 5000),
                                      .seq = 501,
                                      .ack = 1001,
                                      .flags = TCP_ACK,
                                      .payload = {.part = {{.len = 5}}}};
        tcp_segment_arrives(scene.host, 0, &segment);
        tcp_scene_arrive(&scene, tcp_scene_end(2, 80), tcp_scene_end(1, 5000), TCP_RST, 400, 0);
        tcp_scene_arrive(&scene, tcp_scene_end(2, 80), tcp_scene_end(1, 5009), TCP_RST, 400, 0);
        for (size_t i = 0; i < sizeof costly / sizeof costly[0]; i++) {
            assert_int_equal(scene.told[costly[i]] > 0, wanted);
        }
        assert_int_equal(scene.told[TCP_EVENT_STATE], 2);
        assert_true(scene.told[TCP_EVENT_CHANGED] >= 3);
        tcp_scene_finish(&scene);
    }
}

/* A listener that turns active is told of at once. */
static void a_change_is_told_by_the_call(void **state)
{
    (void)state;
    const struct tcp_endpoint local = tcp_scene_end(1, 80);
    const struct tcp_endpoint remote = tcp_scene_end(2, 4000);
    for (unsigned sends = 0; sends < 2; sends++) {
        struct scene scene;
        tcp_scene_begin(&scene);
        struct tcp_conn *listener = tcp_scene_listen(&scene, local);
        const unsigned told = scene.told[TCP_EVENT_CHANGED];
        uint32_t accepted = 0;
        const struct tcp_slice slice = {.len = 5};
        assert_int_equal(
            sends == 0 ? tcp_open_listener(listener, 0, &local, &remote)
                       : tcp_send_listener(listener, 0, &local, &remote, &slice, 0, &accepted),
            TCP_OK);
        assert_int_equal(scene.told[TCP_EVENT_CHANGED], told + 1);
        tcp_scene_finish(&scene);
    }
}

/* ---- octets ---- */

/* The user gives octets of his own, of which there is room for a part; he lets go of them as he
 * gives the rest. */
static void the_rest_of_a_slice_follows(void **state)
{
    (void)state;
    struct scene scene;
    tcp_scene_begin(&scene);
    scene.options.send_buffer = 5;
    struct tcp_conn *conn = tcp_scene_open(&scene, 5000);
    (void)tcp_scene_next_port(&scene);
    tcp_scene_arrive(&scene, tcp_scene_end(2, 80), tcp_scene_end(1, 5000), TCP_SYN | TCP_ACK, 500,
                     1001);
    (void)tcp_scene_next_port(&scene);
    struct tcp_slice slice = {.extent = tcp_extent_create(&scene.pools, 40, 9), .len = 9};
    slice.offset = 40;
    memcpy(slice.extent->octets, "abcdefghi", 9);
    for (unsigned i = 0; i < 2; i++) {
        const uint32_t len = i == 0 ? 5 : 4;
        uint32_t accepted = 0;
        assert_int_equal(tcp_send(conn, 0, &slice, 0, &accepted), TCP_OK);
        assert_int_equal(accepted, len);
        struct tcp_segment segment;
        assert_true(tcp_output(scene.host, 0, &segment));
        uint8_t octets[5];
        tcp_slice_copy(&segment.payload.part[0], 0, len, octets);
        assert_memory_equal(octets, &"abcdefghi"[5 * i], len);
        tcp_payload_release(&scene.pools, &segment.payload);
        tcp_scene_arrive(&scene, tcp_scene_end(2, 80), tcp_scene_end(1, 5000), TCP_ACK, 501,
                         1001 + (i == 0 ? 5 : 9));
        slice.offset += len;
        slice.len -= len;
    }
    slice.len = 1;
    tcp_slice_release(&scene.pools, &slice);
    tcp_scene_finish(&scene);
}

/* ---- nobody ---- */

static void nobody_need_observe(void **state)
{
    (void)state;
    struct scene scene = {0};
    scene.pools = (struct tcp_pools){&scene, tcp_scene_take, tcp_scene_give};
    tcp_options_default(&scene.options);
    const struct tcp_host_config config = {
        .options = scene.options, .keyed_hash = tcp_scene_hash, .hash_context = &scene};
    scene.host = tcp_host_create(&config, &scene.pools, NULL);
    struct tcp_conn *conn = tcp_scene_open(&scene, 5000);
    int mark = 0;
    tcp_conn_set_user(conn, &mark);
    assert_ptr_equal(tcp_conn_user(conn), &mark);
    assert_null(tcp_conn_listener(conn));
    assert_int_equal(tcp_scene_next_port(&scene), 5000);
    tcp_scene_finish(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_hold_from_now_on),
        cmocka_unit_test(a_connection_takes_some_options),
        cmocka_unit_test(the_iss_is_a_clock_and_a_hash),
        cmocka_unit_test(a_reopened_connection_begins_higher),
        cmocka_unit_test(an_observer_may_want_little),
        cmocka_unit_test(a_change_is_told_by_the_call),
        cmocka_unit_test(the_rest_of_a_slice_follows),
        cmocka_unit_test(nobody_need_observe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
