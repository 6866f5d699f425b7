/* test_tcp_host.c - a TCP host with many connections: its table, its timers, the order in which
 * they speak. */
#include "cmocka_wrapper.h"
#include "tcp_scene.h"

#define MANY SCENE_FIRED_MAX
#define MS UINT64_C(1000000)

/* A permutation of [0, MANY). */
static unsigned shuffled(unsigned i) { return i * 137 % MANY; }

/* ---- the table ---- */

static void each_connection_is_found(void **state)
{
    (void)state;
    struct scene scene;
    tcp_scene_begin(&scene);
    struct tcp_conn *conns[MANY];
    for (unsigned i = 0; i < MANY; i++) {
        conns[i] = tcp_scene_open(&scene, (uint16_t)(5000 + i));
        tcp_scene_check(&scene);
    }
    for (unsigned k = 0; k < MANY; k += 2) {
        assert_int_equal(tcp_abort(conns[shuffled(k)], 0), TCP_OK);
        tcp_scene_check(&scene);
    }
    const struct tcp_endpoint remote = tcp_scene_end(2, 80);
    for (unsigned k = 0; k < MANY; k++) {
        const unsigned i = shuffled(k);
        const struct tcp_endpoint local = tcp_scene_end(1, (uint16_t)(5000 + i));
        assert_ptr_equal(tcp_find(scene.host, &local, &remote), k % 2 == 0 ? NULL : conns[i]);
        assert_int_equal(tcp_local_in_use(scene.host, &local), k % 2 != 0);
        assert_int_equal(tcp_conn_number(conns[i]), i + 1);
        assert_int_equal(tcp_conn_stream(conns[i]), 1000 + i + 1);
        tcp_release(conns[i], 0);
        tcp_scene_check(&scene);
    }
    assert_int_equal(scene.told[TCP_EVENT_CREATED], MANY);
    assert_int_equal(scene.told[TCP_EVENT_DELETED], MANY);
    tcp_scene_finish(&scene);
}

static void sockets_differ_in_any_part(void **state)
{
    (void)state;
    struct scene scene;
    tcp_scene_begin(&scene);
    struct tcp_conn *conn = tcp_scene_open(&scene, 5000);
    struct tcp_endpoint local = tcp_scene_end(1, 5000);
    struct tcp_endpoint remote = tcp_scene_end(2, 80);
    assert_ptr_equal(tcp_find(scene.host, &local, &remote), conn);
    remote.address.octets[15] = 1;
    assert_null(tcp_find(scene.host, &local, &remote));
    remote = tcp_scene_end(3, 80);
    assert_null(tcp_find(scene.host, &local, &remote));
    remote = tcp_scene_end(2, 81);
    assert_null(tcp_find(scene.host, &local, &remote));
    remote = tcp_scene_end(2, 80);
    remote.address.family = 6; /* with the same octets */
    assert_null(tcp_find(scene.host, &local, &remote));
    remote = tcp_scene_end(2, 80);
    local = tcp_scene_end(3, 5000);
    assert_null(tcp_find(scene.host, &local, &remote));
    assert_false(tcp_local_in_use(scene.host, &local));
    local.address.family = 0;
    assert_true(tcp_local_in_use(scene.host, &local));
    local.port = 5001;
    assert_false(tcp_local_in_use(scene.host, &local));
    tcp_scene_finish(&scene);
}

static void the_nearest_listener_answers(void **state)
{
    (void)state;
    struct scene scene;
    tcp_scene_begin(&scene);
    const struct tcp_endpoint any = {.port = 80};
    struct tcp_conn *other = tcp_scene_listen(&scene, tcp_scene_end(9, 80));
    struct tcp_conn *everywhere = tcp_scene_listen(&scene, any);
    struct tcp_conn *here = tcp_scene_listen(&scene, tcp_scene_end(1, 80));
    const struct tcp_open_request again = {.passive = true, .local = tcp_scene_end(1, 80)};
    struct tcp_conn *none = here;
    assert_int_equal(tcp_open(scene.host, 0, &again, &none), TCP_ERROR_EXISTS);
    assert_null(none);
    tcp_scene_check(&scene);
    assert_int_equal(scene.told[TCP_EVENT_CREATED], 3);
    assert_int_equal(scene.told[TCP_EVENT_DELETED], 0);
    const uint8_t hosts[] = {1, 3, 9};
    struct tcp_conn *const listeners[] = {here, everywhere, other};
    for (unsigned i = 0; i < 3; i++) {
        tcp_scene_arrive(&scene, tcp_scene_end(2, 4000), tcp_scene_end(hosts[i], 80), TCP_SYN, 5,
                         0);
        const struct tcp_endpoint local = tcp_scene_end(hosts[i], 80);
        const struct tcp_endpoint remote = tcp_scene_end(2, 4000);
        struct tcp_conn *conn = tcp_find(scene.host, &local, &remote);
        assert_non_null(conn);
        assert_ptr_equal(tcp_conn_listener(conn), listeners[i]);
        assert_true(tcp_endpoint_equal(tcp_conn_local(conn), &local));
        assert_true(tcp_endpoint_equal(tcp_conn_remote(conn), &remote));
    }
    /* Nobody at another port. */
    tcp_scene_arrive(&scene, tcp_scene_end(2, 4000), tcp_scene_end(1, 81), TCP_SYN, 5, 0);
    assert_int_equal(scene.told[TCP_EVENT_DISCARD], 1);
    const struct tcp_endpoint strange = tcp_scene_end(77, 80);
    assert_true(tcp_local_in_use(scene.host, &strange)); /* by the listener on any address */
    tcp_scene_finish(&scene);
}

/* A port alone, or an address alone, is nobody. */
static void whom_to_call_must_be_said(void **state)
{
    (void)state;
    struct scene scene;
    tcp_scene_begin(&scene);
    struct tcp_conn *conn = NULL;
    struct tcp_open_request request = {.local = tcp_scene_end(1, 5000), .remote = {.port = 80}};
    assert_int_equal(tcp_open(scene.host, 0, &request, &conn), TCP_ERROR_NO_REMOTE);
    request.remote = tcp_scene_end(2, 0);
    assert_int_equal(tcp_open(scene.host, 0, &request, &conn), TCP_ERROR_NO_REMOTE);
    assert_null(conn);
    tcp_scene_finish(&scene);
}

static void without_memory_the_options_stay(void **state)
{
    (void)state;
    struct scene scene;
    tcp_scene_begin(&scene);
    struct tcp_options options = scene.options;
    options.backlog = 3;
    tcp_host_set_options(scene.host, &options);
    scene.out_of_memory = true;
    options.backlog = 4;
    tcp_host_set_options(scene.host, &options);
    assert_int_equal(tcp_host_options(scene.host)->backlog, 3);
    scene.out_of_memory = false;
    tcp_host_set_options(scene.host, &options);
    assert_int_equal(tcp_host_options(scene.host)->backlog, 4);
    tcp_scene_finish(&scene);
}

/* ---- timers ---- */

/* A slow and simple look for what should fire first. */
static struct tcp_conn *first_due(struct tcp_conn **conns, uint64_t *due_ns)
{
    struct tcp_conn *first = NULL;
    *due_ns = TCP_NEVER;
    for (unsigned i = 0; i < MANY; i++) {
        struct tcp_status status;
        tcp_status(conns[i], &status);
        if (status.deadline_ns[TCP_TIMER_RETRANSMISSION] < *due_ns) {
            *due_ns = status.deadline_ns[TCP_TIMER_RETRANSMISSION];
            first = conns[i];
        }
    }
    return first;
}

/* By deadline, and at one instant by the connection's number; some end before their time. */
static void timers_fire_in_order(void **state)
{
    (void)state;
    struct scene scene;
    tcp_scene_begin(&scene);
    struct tcp_conn *conns[MANY];
    struct tcp_segment segment;
    scene.options.syn_retries = 1;
    scene.options.rto_max_ns = 100000 * MS;
    for (unsigned i = 0; i < MANY; i++) {
        scene.options.rto_initial_ns = (1000 + shuffled(i) / 4) * MS;
        conns[i] = tcp_scene_open(&scene, (uint16_t)(5000 + i));
        while (tcp_output(scene.host, scene.now_ns, &segment)) {}
    }
    unsigned steps = 0;
    for (;; steps++) {
        uint64_t due_ns = 0;
        struct tcp_conn *conn = first_due(conns, &due_ns);
        assert_true(tcp_next_deadline(scene.host) == due_ns);
        if (conn == NULL) { break; }
        assert_true(due_ns >= scene.now_ns);
        tcp_timeout(scene.host, due_ns - 1);
        assert_int_equal(scene.fired_count, 0);
        scene.now_ns = due_ns;
        tcp_timeout(scene.host, due_ns);
        tcp_scene_check(&scene);
        for (size_t k = 0; k < scene.fired_count; k++) {
            assert_true(k == 0 ||
                        tcp_conn_number(scene.fired[k - 1]) < tcp_conn_number(scene.fired[k]));
        }
        assert_ptr_equal(scene.fired[0], conn);
        scene.fired_count = 0;
        while (tcp_output(scene.host, scene.now_ns, &segment)) {
            assert_int_equal(segment.retransmission, 1);
        }
        if (steps % 3 == 0) { /* one from somewhere within */
            (void)tcp_abort(conns[(steps * 31 + 7) % MANY], scene.now_ns);
            tcp_scene_check(&scene);
        }
    }
    assert_true(steps > 100);
    tcp_scene_finish(&scene);
}

/* Connections whose timers run out after so many milliseconds. */
static void begin_with_timers(struct scene *scene, struct tcp_conn **conns, const unsigned *after,
                              unsigned count)
{
    struct tcp_segment segment;
    tcp_scene_begin(scene);
    for (unsigned i = 0; i < count; i++) {
        scene->options.rto_initial_ns = after[i] * MS;
        conns[i] = tcp_scene_open(scene, (uint16_t)(5000 + i));
        assert_true(tcp_output(scene->host, scene->now_ns, &segment));
    }
    tcp_scene_check(scene);
}

/* One that ended was the last of the heap, and sooner than the one beside it: when the first moves
 * on it must not come back. */
static void an_ended_timer_does_not_come_back(void **state)
{
    (void)state;
    struct scene scene;
    struct tcp_conn *conns[3];
    const unsigned after[3] = {1000, 5000, 2500};
    begin_with_timers(&scene, conns, after, 3);
    assert_int_equal(tcp_abort(conns[2], 0), TCP_OK);
    scene.now_ns = 1000 * MS;
    tcp_timeout(scene.host, scene.now_ns);
    tcp_scene_check(&scene);
    assert_true(tcp_next_deadline(scene.host) == 3000 * MS);
    tcp_scene_check(&scene);
    tcp_scene_finish(&scene);
}

/* The last of the heap takes the place of one that ends in another branch, and rises there. */
static void the_last_rises_where_it_is_put(void **state)
{
    (void)state;
    struct scene scene;
    struct tcp_conn *conns[21];
    const unsigned after[21] = {1000,  50000, 2000,  2500,  2600,  51000, 52000,
                                53000, 54000, 55000, 56000, 57000, 58000, 30000,
                                31000, 32000, 33000, 3000,  4000,  5000,  6000};
    begin_with_timers(&scene, conns, after, 21);
    assert_int_equal(tcp_abort(conns[7], 0), TCP_OK);
    tcp_scene_check(&scene);
    tcp_scene_finish(&scene);
}

/* ---- the order of speaking ---- */

static void first_ready_first_sent(void **state)
{
    (void)state;
    struct scene scene;
    tcp_scene_begin(&scene);
    struct tcp_conn *conns[5];
    for (uint16_t i = 0; i < 5; i++) { conns[i] = tcp_scene_open(&scene, (uint16_t)(5000 + i)); }
    const unsigned gone[] = {2, 0, 4};
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(tcp_abort(conns[gone[i]], 0), TCP_OK);
        tcp_scene_check(&scene);
    }
    (void)tcp_scene_open(&scene, 5009);
    assert_int_equal(tcp_scene_next_port(&scene), 5001);
    assert_int_equal(tcp_scene_next_port(&scene), 5003);
    assert_int_equal(tcp_scene_next_port(&scene), 5009);
    assert_int_equal(tcp_scene_next_port(&scene), 0);
    tcp_scene_finish(&scene);
}

static void replies_go_first_in_their_order(void **state)
{
    (void)state;
    struct scene scene;
    tcp_scene_begin(&scene);
    (void)tcp_scene_open(&scene, 5000);
    for (uint16_t port = 90; port < 93; port++) {
        tcp_scene_arrive(&scene, tcp_scene_end(2, 4000), tcp_scene_end(1, port), TCP_SYN, 5, 0);
    }
    struct tcp_segment segment;
    for (uint16_t port = 90; port < 93; port++) {
        assert_true(tcp_output(scene.host, 0, &segment));
        tcp_scene_check(&scene);
        assert_int_equal(segment.source.port, port);
        assert_int_equal(segment.destination.port, 4000);
        assert_int_equal(segment.flags, TCP_RST | TCP_ACK);
        assert_int_equal(segment.ack, 6);
        assert_int_equal(segment.seq, 0);
        assert_int_equal(segment.window, 0);
        assert_int_equal(segment.ttl, 64);
        assert_int_equal(segment.cause, TCP_SENT_ANSWER);
        assert_int_equal(segment.cause_tag, 7);
        assert_int_equal(tcp_payload_len(&segment.payload), 0);
    }
    assert_int_equal(tcp_scene_next_port(&scene), 5000);
    tcp_scene_finish(&scene);
}

/* A flood cannot make the host hold any number of answers; what was taken out makes room. */
static void replies_are_bounded(void **state)
{
    (void)state;
    struct scene scene;
    tcp_scene_begin(&scene);
    const struct tcp_segment segment = {.source = tcp_scene_end(2, 4000),
                                        .destination = tcp_scene_end(1, 80),
                                        .flags = TCP_ACK,
                                        .ack = 9};
    for (unsigned i = 0; i < 70000; i++) { tcp_segment_arrives(scene.host, 0, &segment); }
    unsigned count = 0;
    struct tcp_segment out;
    while (tcp_output(scene.host, 0, &out)) {
        assert_int_equal(out.flags, TCP_RST);
        assert_int_equal(out.seq, 9);
        count++;
    }
    assert_int_equal(count, 65536);
    tcp_segment_arrives(scene.host, 0, &segment);
    assert_true(tcp_output(scene.host, 0, &out));
    tcp_segment_arrives(scene.host, 0, &segment);
    tcp_host_crash(scene.host, 0); /* says nothing more */
    assert_false(tcp_output(scene.host, 0, &out));
    tcp_scene_check(&scene);
    tcp_scene_finish(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_connection_is_found),
        cmocka_unit_test(sockets_differ_in_any_part),
        cmocka_unit_test(the_nearest_listener_answers),
        cmocka_unit_test(whom_to_call_must_be_said),
        cmocka_unit_test(without_memory_the_options_stay),
        cmocka_unit_test(timers_fire_in_order),
        cmocka_unit_test(an_ended_timer_does_not_come_back),
        cmocka_unit_test(the_last_rises_where_it_is_put),
        cmocka_unit_test(first_ready_first_sent),
        cmocka_unit_test(replies_go_first_in_their_order),
        cmocka_unit_test(replies_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
