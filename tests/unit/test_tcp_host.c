/* test_tcp_host.c - a TCP host with many connections: its table, its timers, the order in which they speak, options,
 * initial sequence numbers, and what an observer is told. */
#include "cmocka_wrapper.h"
#include "tcp_check.h"

#include <stdlib.h>
#include <string.h>

#define MANY 300
#define MS UINT64_C(1000000)

struct scene {
    struct tcp_pools pools;
    struct tcp_options options;
    struct tcp_host *host;
    size_t live;
    uint64_t now_ns;
    unsigned told[32]; /* by enum tcp_event_kind */
    struct tcp_conn *fired[MANY];
    size_t fired_count;
    uint8_t hashed[64];
    size_t hashed_len;
};

static void *take(void *context, size_t size)
{
    struct scene *scene = context;
    scene->live++;
    void *memory = malloc(size);
    assert_non_null(memory);
    memset(memory, 0xa5, size);
    return memory;
}

static void give(void *context, void *memory, size_t size)
{
    struct scene *scene = context;
    scene->live--;
    memset(memory, 0x5a, size);
    free(memory);
}

static uint64_t hash(void *context, const void *data, size_t len)
{
    struct scene *scene = context;
    assert_true(len <= sizeof scene->hashed);
    memcpy(scene->hashed, data, len);
    scene->hashed_len = len;
    return 0x500000000 + 1000;
}

static void note(void *context, const struct tcp_event *event)
{
    struct scene *scene = context;
    scene->told[event->kind]++;
    if (event->kind == TCP_EVENT_TIMER && event->u.timer.action == TCP_TIMER_FIRED) {
        assert_true(scene->fired_count < MANY);
        scene->fired[scene->fired_count++] = event->conn;
    }
}

static void check(struct scene *scene)
{
    const char *rule = tcp_check_host(scene->host);
    if (rule != NULL) {
        fail_msg("broken: %s", rule);
    }
}

static void begin(struct scene *scene)
{
    *scene = (struct scene){0};
    scene->pools = (struct tcp_pools){scene, take, give};
    tcp_options_default(&scene->options);
    const struct tcp_host_config config = {
        .options = scene->options, .keyed_hash = hash, .hash_context = scene, .stream_base = 1000};
    const struct tcp_observer observer = {scene, note, UINT32_MAX};
    scene->host = tcp_host_create(&config, &scene->pools, &observer);
    assert_non_null(scene->host);
    assert_int_equal(tcp_host_options(scene->host)->msl_ns, scene->options.msl_ns);
}

static void finish(struct scene *scene)
{
    tcp_host_destroy(scene->host);
    assert_int_equal(scene->live, 0);
}

static struct tcp_endpoint end(uint8_t last, uint16_t port)
{
    return (struct tcp_endpoint){.address = {4, {10, 0, 0, last}}, .port = port};
}

static struct tcp_conn *open_active(struct scene *scene, uint16_t port)
{
    const struct tcp_open_request request = {
        .local = end(1, port), .remote = end(2, 80), .options = &scene->options};
    struct tcp_conn *conn = NULL;
    assert_int_equal(tcp_open(scene->host, scene->now_ns, &request, &conn), TCP_OK);
    return conn;
}

static struct tcp_conn *listen_on(struct scene *scene, struct tcp_endpoint local)
{
    const struct tcp_open_request request = {.passive = true, .local = local};
    struct tcp_conn *conn = NULL;
    assert_int_equal(tcp_open(scene->host, scene->now_ns, &request, &conn), TCP_OK);
    return conn;
}

static void arrive(struct scene *scene, struct tcp_endpoint from, struct tcp_endpoint to, uint16_t flags,
                   tcp_seq seq, tcp_seq ack)
{
    const struct tcp_segment segment = {.source = from,
                                        .destination = to,
                                        .seq = seq,
                                        .ack = ack,
                                        .flags = flags,
                                        .window = 60000,
                                        .ttl = 9,
                                        .tag = 7};
    tcp_segment_arrives(scene->host, scene->now_ns, &segment);
    check(scene);
}

/* The port of the next segment, or 0 when none is owed. */
static uint16_t next_port(struct scene *scene)
{
    struct tcp_segment segment;
    if (!tcp_output(scene->host, scene->now_ns, &segment)) {
        return 0;
    }
    check(scene);
    return segment.source.port;
}

/* A permutation of [0, MANY). */
static unsigned shuffled(unsigned i) { return i * 137 % MANY; }

/* ---- the table ---- */

static void each_connection_is_found(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene);
    struct tcp_conn *conns[MANY];
    for (unsigned i = 0; i < MANY; i++) {
        conns[i] = open_active(&scene, (uint16_t)(5000 + i));
        check(&scene);
    }
    for (unsigned k = 0; k < MANY; k += 2) {
        assert_int_equal(tcp_abort(conns[shuffled(k)], 0), TCP_OK);
        check(&scene);
    }
    const struct tcp_endpoint remote = end(2, 80);
    for (unsigned k = 0; k < MANY; k++) {
        const unsigned i = shuffled(k);
        const struct tcp_endpoint local = end(1, (uint16_t)(5000 + i));
        assert_ptr_equal(tcp_find(scene.host, &local, &remote), k % 2 == 0 ? NULL : conns[i]);
        assert_int_equal(tcp_local_in_use(scene.host, &local), k % 2 != 0);
        assert_int_equal(tcp_conn_number(conns[i]), i + 1);
        assert_int_equal(tcp_conn_stream(conns[i]), 1000 + i + 1);
        tcp_release(conns[i], 0);
        check(&scene);
    }
    assert_int_equal(scene.told[TCP_EVENT_CREATED], MANY);
    assert_int_equal(scene.told[TCP_EVENT_DELETED], MANY);
    finish(&scene);
}

static void sockets_differ_in_any_part(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene);
    struct tcp_conn *conn = open_active(&scene, 5000);
    struct tcp_endpoint local = end(1, 5000);
    struct tcp_endpoint remote = end(2, 80);
    assert_ptr_equal(tcp_find(scene.host, &local, &remote), conn);
    remote.address.octets[15] = 1;
    assert_null(tcp_find(scene.host, &local, &remote));
    remote = end(3, 80);
    assert_null(tcp_find(scene.host, &local, &remote));
    remote = end(2, 81);
    assert_null(tcp_find(scene.host, &local, &remote));
    remote = end(2, 80);
    local = end(3, 5000);
    assert_null(tcp_find(scene.host, &local, &remote));
    assert_false(tcp_local_in_use(scene.host, &local));
    local.address.family = 0;
    assert_true(tcp_local_in_use(scene.host, &local));
    local.port = 5001;
    assert_false(tcp_local_in_use(scene.host, &local));
    finish(&scene);
}

static void the_nearest_listener_answers(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene);
    const struct tcp_endpoint any = {.port = 80};
    struct tcp_conn *other = listen_on(&scene, end(9, 80));
    struct tcp_conn *everywhere = listen_on(&scene, any);
    struct tcp_conn *here = listen_on(&scene, end(1, 80));
    const struct tcp_open_request again = {.passive = true, .local = end(1, 80)};
    struct tcp_conn *none = here;
    assert_int_equal(tcp_open(scene.host, 0, &again, &none), TCP_ERROR_EXISTS);
    assert_null(none);
    check(&scene);
    assert_int_equal(scene.told[TCP_EVENT_CREATED], 3);
    assert_int_equal(scene.told[TCP_EVENT_DELETED], 0);
    const uint8_t hosts[] = {1, 3, 9};
    struct tcp_conn *const listeners[] = {here, everywhere, other};
    for (unsigned i = 0; i < 3; i++) {
        arrive(&scene, end(2, 4000), end(hosts[i], 80), TCP_SYN, 5, 0);
        const struct tcp_endpoint local = end(hosts[i], 80);
        const struct tcp_endpoint remote = end(2, 4000);
        struct tcp_conn *conn = tcp_find(scene.host, &local, &remote);
        assert_non_null(conn);
        assert_ptr_equal(tcp_conn_listener(conn), listeners[i]);
        assert_true(tcp_endpoint_equal(tcp_conn_local(conn), &local));
        assert_true(tcp_endpoint_equal(tcp_conn_remote(conn), &remote));
    }
    /* Nobody at another port. */
    arrive(&scene, end(2, 4000), end(1, 81), TCP_SYN, 5, 0);
    assert_int_equal(scene.told[TCP_EVENT_DISCARD], 1);
    const struct tcp_endpoint strange = end(77, 80);
    assert_true(tcp_local_in_use(scene.host, &strange)); /* by the listener on any address */
    finish(&scene);
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
    begin(&scene);
    struct tcp_conn *conns[MANY];
    struct tcp_segment segment;
    scene.options.syn_retries = 1;
    scene.options.rto_max_ns = 100000 * MS;
    for (unsigned i = 0; i < MANY; i++) {
        scene.options.rto_initial_ns = (1000 + shuffled(i) / 4) * MS;
        conns[i] = open_active(&scene, (uint16_t)(5000 + i));
        while (tcp_output(scene.host, scene.now_ns, &segment)) {
        }
    }
    unsigned steps = 0;
    for (;; steps++) {
        uint64_t due_ns = 0;
        struct tcp_conn *conn = first_due(conns, &due_ns);
        assert_true(tcp_next_deadline(scene.host) == due_ns);
        if (conn == NULL) {
            break;
        }
        assert_true(due_ns >= scene.now_ns);
        tcp_timeout(scene.host, due_ns - 1);
        assert_int_equal(scene.fired_count, 0);
        scene.now_ns = due_ns;
        tcp_timeout(scene.host, due_ns);
        check(&scene);
        for (size_t k = 0; k < scene.fired_count; k++) {
            assert_true(k == 0 || tcp_conn_number(scene.fired[k - 1]) < tcp_conn_number(scene.fired[k]));
        }
        assert_ptr_equal(scene.fired[0], conn);
        scene.fired_count = 0;
        while (tcp_output(scene.host, scene.now_ns, &segment)) {
            assert_int_equal(segment.retransmission, 1);
        }
        if (steps % 3 == 0) { /* one from somewhere within */
            (void)tcp_abort(conns[(steps * 31 + 7) % MANY], scene.now_ns);
            check(&scene);
        }
    }
    assert_true(steps > 100);
    finish(&scene);
}

/* ---- the order of speaking ---- */

static void first_ready_first_sent(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene);
    struct tcp_conn *conns[5];
    for (uint16_t i = 0; i < 5; i++) {
        conns[i] = open_active(&scene, (uint16_t)(5000 + i));
    }
    const unsigned gone[] = {2, 0, 4};
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(tcp_abort(conns[gone[i]], 0), TCP_OK);
        check(&scene);
    }
    (void)open_active(&scene, 5009);
    assert_int_equal(next_port(&scene), 5001);
    assert_int_equal(next_port(&scene), 5003);
    assert_int_equal(next_port(&scene), 5009);
    assert_int_equal(next_port(&scene), 0);
    finish(&scene);
}

static void replies_go_first_in_their_order(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene);
    (void)open_active(&scene, 5000);
    for (uint16_t port = 90; port < 93; port++) {
        arrive(&scene, end(2, 4000), end(1, port), TCP_SYN, 5, 0);
    }
    struct tcp_segment segment;
    for (uint16_t port = 90; port < 93; port++) {
        assert_true(tcp_output(scene.host, 0, &segment));
        check(&scene);
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
    assert_int_equal(next_port(&scene), 5000);
    finish(&scene);
}

/* A flood cannot make the host hold any number of answers; what was taken out makes room. */
static void replies_are_bounded(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene);
    const struct tcp_segment segment = {
        .source = end(2, 4000), .destination = end(1, 80), .flags = TCP_ACK, .ack = 9};
    for (unsigned i = 0; i < 70000; i++) {
        tcp_segment_arrives(scene.host, 0, &segment);
    }
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
    check(&scene);
    finish(&scene);
}

/* ---- options ---- */

static void options_hold_from_now_on(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene);
    struct tcp_conn *old = listen_on(&scene, end(1, 80));
    scene.options.ttl = 7;
    scene.options.tos = 8;
    tcp_host_set_options(scene.host, &scene.options);
    struct tcp_conn *fresh = listen_on(&scene, end(1, 81));
    assert_int_equal(tcp_conn_options(old)->ttl, 64);
    assert_int_equal(tcp_conn_options(fresh)->ttl, 7);
    struct tcp_segment segment;
    arrive(&scene, end(2, 4000), end(1, 80), TCP_SYN, 5, 0);
    assert_true(tcp_output(scene.host, 0, &segment));
    assert_int_equal(segment.ttl, 64);
    assert_int_equal(segment.tos, 0);
    arrive(&scene, end(2, 4000), end(1, 81), TCP_SYN, 5, 0);
    assert_true(tcp_output(scene.host, 0, &segment));
    assert_int_equal(segment.ttl, 7);
    assert_int_equal(segment.tos, 8);
    arrive(&scene, end(2, 4000), end(1, 82), TCP_SYN, 5, 0); /* nobody: the host's own */
    assert_true(tcp_output(scene.host, 0, &segment));
    assert_int_equal(segment.ttl, 7);
    assert_int_equal(segment.tos, 8);
    arrive(&scene, end(2, 4001), end(1, 81), TCP_ACK, 5, 0); /* the listener's */
    assert_true(tcp_output(scene.host, 0, &segment));
    assert_int_equal(segment.flags, TCP_RST);
    assert_int_equal(segment.ttl, 7);
    assert_int_equal(segment.tos, 8);
    finish(&scene);
}

/* Those that may change on an open connection, and no others. */
static void a_connection_takes_some_options(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene);
    struct tcp_conn *conn = open_active(&scene, 5000);
    struct tcp_conn *other = open_active(&scene, 5001);
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
    wish.msl_ns = 14;
    wish.backlog = 15;
    const unsigned told = scene.told[TCP_EVENT_CHANGED];
    tcp_conn_set_options(conn, 0, &wish);
    assert_int_equal(scene.told[TCP_EVENT_CHANGED], told + 1); /* the send buffer may have room */
    const struct tcp_options *now = tcp_conn_options(conn);
    assert_int_equal(now->nagle, wish.nagle);
    assert_true(now->delayed_ack_ns == 1 && now->keepalive_idle_ns == 2 && now->keepalive_interval_ns == 3 &&
                now->keepalive_count == 4 && now->user_timeout_ns == 5 && now->retries == 6);
    assert_true(now->has_window && now->window == 7 && now->recv_buffer == 8 && now->send_buffer == 9 &&
                now->rto_min_ns == 10 && now->rto_max_ns == 11 && now->ttl == 12 && now->tos == 13);
    assert_true(now->msl_ns == scene.options.msl_ns && now->backlog == scene.options.backlog);
    assert_int_equal(tcp_conn_options(other)->ttl, 64);
    assert_int_equal(tcp_next_deadline(scene.host), 5); /* the user timeout */
    assert_int_equal(tcp_abort(conn, 0), TCP_OK);
    wish.ttl = 99;
    tcp_conn_set_options(conn, 0, &wish);
    assert_int_equal(tcp_conn_options(conn)->ttl, 12);
    check(&scene);
    struct tcp_conn *listener = listen_on(&scene, end(1, 80));
    tcp_conn_set_options(listener, 0, &wish);
    assert_int_equal(tcp_conn_options(listener)->ttl, 99);
    check(&scene);
    assert_int_equal(tcp_next_deadline(scene.host), TCP_NEVER);
    tcp_host_crash(scene.host, 0);
    tcp_conn_set_options(other, 0, &wish);
    assert_int_equal(tcp_conn_options(other)->ttl, 64);
    check(&scene);
    finish(&scene);
}

/* ---- initial sequence numbers: RFC 6528 ---- */

static void the_iss_is_a_clock_and_a_hash(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene);
    struct tcp_status status;
    tcp_status(open_active(&scene, 0x1234), &status);
    assert_int_equal(status.iss, 1000);
    static const uint8_t sockets[36] = {10, 0, 0, 1, [16] = 0x12, 0x34, 10, 0, 0, 2, [34] = 0, 80};
    assert_int_equal(scene.hashed_len, sizeof sockets);
    assert_memory_equal(scene.hashed, sockets, sizeof sockets);
    scene.now_ns = 3999;
    tcp_status(open_active(&scene, 5001), &status);
    assert_int_equal(status.iss, 1000);
    scene.now_ns = 4000;
    tcp_status(open_active(&scene, 5002), &status);
    assert_int_equal(status.iss, 1001);
    scene.now_ns = 20000 * MS * 1000; /* 4.19 times around */
    tcp_status(open_active(&scene, 5003), &status);
    assert_int_equal(status.iss, (uint32_t)(UINT64_C(5000000000) + 1000));
    finish(&scene);
}

/* ---- observers ---- */

static void an_observer_may_want_little(void **state)
{
    (void)state;
    static const enum tcp_event_kind costly[] = {TCP_EVENT_TIMER, TCP_EVENT_CONGESTION, TCP_EVENT_DISCARD,
                                                 TCP_EVENT_DELIVERED};
    for (unsigned wanted = 0; wanted < 2; wanted++) {
        struct scene scene;
        begin(&scene);
        tcp_host_set_wants(scene.host, wanted == 0 ? 0 : UINT32_MAX);
        (void)open_active(&scene, 5000);
        (void)next_port(&scene);
        arrive(&scene, end(2, 80), end(1, 5000), TCP_SYN | TCP_ACK, 500, 1001);
        struct tcp_segment segment = {.source = end(2, 80),
                                      .destination = end(1, 5000),
                                      .seq = 501,
                                      .ack = 1001,
                                      .flags = TCP_ACK,
                                      .payload = {.part = {{.len = 5}}}};
        tcp_segment_arrives(scene.host, 0, &segment);
        arrive(&scene, end(2, 80), end(1, 5000), TCP_RST, 400, 0);
        arrive(&scene, end(2, 80), end(1, 5009), TCP_RST, 400, 0);
        for (size_t i = 0; i < sizeof costly / sizeof costly[0]; i++) {
            assert_int_equal(scene.told[costly[i]] > 0, wanted);
        }
        assert_int_equal(scene.told[TCP_EVENT_STATE], 2);
        assert_true(scene.told[TCP_EVENT_CHANGED] >= 3);
        finish(&scene);
    }
}

static void nobody_need_observe(void **state)
{
    (void)state;
    struct scene scene = {0};
    scene.pools = (struct tcp_pools){&scene, take, give};
    tcp_options_default(&scene.options);
    const struct tcp_host_config config = {.options = scene.options, .keyed_hash = hash, .hash_context = &scene};
    scene.host = tcp_host_create(&config, &scene.pools, NULL);
    struct tcp_conn *conn = open_active(&scene, 5000);
    int mark = 0;
    tcp_conn_set_user(conn, &mark);
    assert_ptr_equal(tcp_conn_user(conn), &mark);
    assert_null(tcp_conn_listener(conn));
    assert_int_equal(next_port(&scene), 5000);
    finish(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_connection_is_found),
        cmocka_unit_test(sockets_differ_in_any_part),
        cmocka_unit_test(the_nearest_listener_answers),
        cmocka_unit_test(timers_fire_in_order),
        cmocka_unit_test(first_ready_first_sent),
        cmocka_unit_test(replies_go_first_in_their_order),
        cmocka_unit_test(replies_are_bounded),
        cmocka_unit_test(options_hold_from_now_on),
        cmocka_unit_test(a_connection_takes_some_options),
        cmocka_unit_test(the_iss_is_a_clock_and_a_hash),
        cmocka_unit_test(an_observer_may_want_little),
        cmocka_unit_test(nobody_need_observe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
