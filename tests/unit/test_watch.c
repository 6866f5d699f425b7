/* test_watch.c - the invariants of sequence numbers and timers can fail: each is broken once, by a
 * segment that no TCP of ours would send, or by a TCB that was spoilt. */
#include "net_fixture.h"

#include "cmocka_wrapper.h"
#include "sim/net/net_private.h"
#include "tcp/tcb.h"

#include <stdlib.h>

struct scene {
    struct fixture *fixture;
    struct socket *client, *child;
    struct tcp_segment segment; /* of the client's, in order, without text */
};

static int begin(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    struct socket *listener;
    assert_non_null(scene);
    scene->fixture = fixture_two_hosts();
    assert_int_equal(host_listen(scene->fixture->server, 80, NULL, &listener), TCP_OK);
    scene->client = fixture_connect(scene->fixture, 80, 4000);
    fixture_run(scene->fixture, WORLD_FINISHED);
    scene->child = host_accept(listener);
    scene->segment = (struct tcp_segment){.source = scene->client->local,
                                          .destination = scene->client->remote,
                                          .flags = TCP_ACK,
                                          .seq = FIXTURE_CLIENT_ISS + 1,
                                          .ack = FIXTURE_SERVER_ISS + 1,
                                          .window = 65535};
    *state = scene;
    return 0;
}

static int end(void **state)
{
    struct scene *scene = *state;
    fixture_destroy(scene->fixture);
    free(scene);
    return 0;
}

static void emit(const struct scene *scene)
{
    window_emission(scene->fixture->client, &scene->segment);
}

static void expect_violation(const struct scene *scene, enum world_violation_kind kind,
                             const char *text)
{
    assert_int_equal(scene->fixture->violation_count, 1);
    assert_int_equal(scene->fixture->violation_kinds[0], kind);
    assert_string_equal(scene->fixture->violations[0], text);
}

static void an_orderly_end_breaks_nothing(void **state)
{
    struct scene *scene = *state;
    uint32_t accepted;
    assert_int_equal(host_send(scene->client, NULL, 10000, TCP_SEND_PUSH, &accepted), TCP_OK);
    host_close(scene->client);
    fixture_run(scene->fixture, WORLD_FINISHED);
    assert_int_equal(scene->child->checked, 10000);
    assert_int_equal(scene->fixture->violation_count, 0);
}

static void rcv_nxt_may_not_go_back(void **state)
{
    struct scene *scene = *state;
    scene->segment.ack += 10;
    emit(scene);
    assert_int_equal(scene->fixture->violation_count, 0);
    scene->segment.ack -= 4;
    scene->segment.window = 65535; /* the edge goes back with it, which is another violation */
    emit(scene);
    assert_int_equal(scene->fixture->violation_count, 2);
    assert_int_equal(scene->fixture->violation_kinds[0], WORLD_SEQUENCE);
    assert_string_equal(scene->fixture->violations[0], "RCV.NXT of client went back by 4");
}

static void the_right_edge_may_not_go_back(void **state)
{
    struct scene *scene = *state;
    scene->segment.window = 65534;
    emit(scene);
    expect_violation(scene, WORLD_SEQUENCE,
                     "client takes back 1 octets of the window that it had offered");
}

/* A unit of the scale less one may be lost in it. */
static void but_for_what_the_scale_cannot_say(void **state)
{
    struct scene *scene = *state;
    struct endpoint_socket *own = endpoint_socket_of(scene->client);
    scene->client->conn->rcv_shift = 4;
    own->watched.edge = scene->segment.ack + 1015; /* 63 units and 7 */
    scene->segment.window = 63;
    emit(scene);
    assert_int_equal(scene->fixture->violation_count, 0);
    own->watched.edge = scene->segment.ack + 1024;
    emit(scene);
    expect_violation(scene, WORLD_SEQUENCE,
                     "client takes back 16 octets of the window that it had offered");
}

/* A SYN,ACK that is repeated after scaled windows were told. */
static void nor_for_what_a_syn_cannot_say(void **state)
{
    struct scene *scene = *state;
    struct endpoint_socket *own = endpoint_socket_of(scene->client);
    scene->client->conn->rcv_shift = 4;
    own->watched.edge = scene->segment.ack + 200000;
    scene->segment.flags = TCP_SYN | TCP_ACK;
    emit(scene);
    assert_int_equal(scene->fixture->violation_count, 0);
    scene->segment.window = 65534;
    emit(scene);
    expect_violation(scene, WORLD_SEQUENCE,
                     "client takes back 134466 octets of the window that it had offered");
}

static void a_user_who_sets_the_window_may(void **state)
{
    struct scene *scene = *state;
    scene->client->conn->options->values.has_window = true;
    scene->segment.window = 5;
    emit(scene);
    assert_int_equal(scene->fixture->violation_count, 0);
}

static void a_rst_offers_no_window(void **state)
{
    struct scene *scene = *state;
    scene->segment.flags = TCP_RST | TCP_ACK;
    scene->segment.window = 0;
    emit(scene);
    assert_int_equal(scene->fixture->violation_count, 0);
}

static void snd_una_may_not_pass_snd_nxt(void **state)
{
    struct scene *scene = *state;
    scene->client->conn->snd_una += 3;
    emit(scene);
    expect_violation(scene, WORLD_SEQUENCE, "SND.UNA of client lies 3 beyond SND.NXT");
    scene->client->conn->snd_una -= 3;
}

static void nor_go_back(void **state)
{
    struct scene *scene = *state;
    emit(scene);
    scene->client->conn->snd_una -= 1;
    emit(scene);
    expect_violation(scene, WORLD_SEQUENCE, "SND.UNA of client went back by 1");
    scene->client->conn->snd_una += 1;
}

static void nothing_follows_a_fin(void **state)
{
    struct scene *scene = *state;
    scene->segment.flags |= TCP_FIN;
    emit(scene);
    emit(scene); /* repeated */
    scene->segment.flags = TCP_ACK;
    emit(scene); /* an old segment repeated */
    scene->segment.seq++;
    emit(scene); /* without text */
    assert_int_equal(scene->fixture->violation_count, 0);
    scene->segment.payload.part[0].len = 1;
    emit(scene);
    expect_violation(scene, WORLD_SEQUENCE, "client sent something behind its FIN");
    scene->segment.payload.part[0].len = 0;
    scene->segment.flags |= TCP_FIN;
    emit(scene);
    assert_int_equal(scene->fixture->violation_count, 2);
    assert_string_equal(scene->fixture->violations[1], "client sent another FIN after its FIN");
}

static void each_octet_is_given_once_in_order(void **state)
{
    struct scene *scene = *state;
    struct tcp_slice slice = {
        .origin = tcp_conn_stream(scene->client->conn), .offset = 0, .len = 50};
    integrity_delivered(scene->child, &slice, 0);
    slice.offset = 50;
    integrity_delivered(scene->child, &slice, 50);
    assert_int_equal(scene->fixture->violation_count, 0);
    integrity_delivered(scene->child, &slice, 50);
    expect_violation(scene, WORLD_INTEGRITY,
                     "server was given octet 50 again, instead of octet 100");
    slice.offset = 101;
    integrity_delivered(scene->child, &slice, 101);
    assert_string_equal(scene->fixture->violations[1],
                        "server was given octet 101 and not octet 100");
}

static void none_comes_behind_the_fin(void **state)
{
    struct scene *scene = *state;
    struct tcp_slice slice = {
        .origin = tcp_conn_stream(scene->client->conn), .offset = 0, .len = 1};
    (void)host_shutdown(scene->client);
    fixture_run(scene->fixture, WORLD_FINISHED);
    assert_int_equal(scene->child->state, TCP_CLOSE_WAIT);
    assert_int_equal(scene->fixture->violation_count, 0);
    integrity_delivered(scene->child, &slice, 0);
    expect_violation(scene, WORLD_INTEGRITY, "server was given octets behind the peer's FIN");
}

static void deadlines_lie_ahead(void **state)
{
    struct scene *scene = *state;
    struct host *host = scene->fixture->client;
    const uint64_t now_ns = host->world->now_ns;
    watch_deadline(host, now_ns);
    watch_deadline(host, TCP_NEVER);
    scene->client->conn->deadline_ns[TCP_TIMER_PERSIST] = now_ns - 5;
    watch_deadline(host, now_ns - 5);
    expect_violation(scene, WORLD_TIMERS, "a timer of client should have fired 5 ns ago");
    scene->client->conn->deadline_ns[TCP_TIMER_PERSIST] = TCP_NEVER;
}

static void no_timer_runs_in_closed(void **state)
{
    struct scene *scene = *state;
    struct endpoint_socket *own = endpoint_socket_of(scene->client);
    scene->client->conn->deadline_ns[TCP_TIMER_USER] = 5;
    watch_move(own, scene->client->conn, TCP_CAUSE_ABORT_CALLED);
    assert_int_equal(scene->fixture->violation_count, 0);
    own->socket.state = TCP_CLOSED;
    watch_move(own, scene->client->conn, TCP_CAUSE_ABORT_CALLED);
    expect_violation(scene, WORLD_TIMERS, "a timer of client runs in CLOSED");
    scene->client->conn->deadline_ns[TCP_TIMER_USER] = TCP_NEVER;
}

/* The first one's TCB, in CLOSED, is still its user's. */
static void a_second_connection_of_the_pair_is_another(void **state)
{
    struct scene *scene = *state;
    emit(scene);
    (void)host_shutdown(scene->client);
    (void)host_abort(scene->child);
    fixture_run(scene->fixture, WORLD_FINISHED);
    assert_int_equal(scene->client->state, TCP_CLOSED);
    assert_non_null(scene->client->conn);
    assert_null(host_socket(scene->fixture->client, &scene->client->local, &scene->client->remote));
    struct socket *second = fixture_connect(scene->fixture, 80, 4000);
    fixture_run(scene->fixture, WORLD_FINISHED);
    assert_ptr_equal(host_socket(scene->fixture->client, &second->local, &second->remote),
                     endpoint_socket_of(second));
    assert_int_equal(scene->fixture->violation_count, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(an_orderly_end_breaks_nothing),
        TEST(rcv_nxt_may_not_go_back),
        TEST(the_right_edge_may_not_go_back),
        TEST(but_for_what_the_scale_cannot_say),
        TEST(nor_for_what_a_syn_cannot_say),
        TEST(a_user_who_sets_the_window_may),
        TEST(a_rst_offers_no_window),
        TEST(snd_una_may_not_pass_snd_nxt),
        TEST(nor_go_back),
        TEST(nothing_follows_a_fin),
        TEST(each_octet_is_given_once_in_order),
        TEST(none_comes_behind_the_fin),
        TEST(deadlines_lie_ahead),
        TEST(no_timer_runs_in_closed),
        TEST(a_second_connection_of_the_pair_is_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
