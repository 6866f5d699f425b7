/* test_integrity.c - what is checked in any run: octets, windows, moves. */
#include "net_fixture.h"

#include "cmocka_wrapper.h"
#include "sim/net/net_private.h"

#include <string.h>

static void forged_octets_are_traced_to_the_forger(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_two_hosts();
    struct socket *listener;
    assert_int_equal(host_listen(fixture->server, 80, NULL, &listener), TCP_OK);
    struct socket *socket = fixture_connect(fixture, 80, 4000);
    fixture_run(fixture, WORLD_FINISHED);
    (void)fixture_forge(
        fixture, fixture->client,
        &(struct fixture_segment){.flags = TCP_ACK, .seq = 1, .ack = 1, .text = "evil"});
    fixture_run(fixture,
                WORLD_LIMIT); /* the two disagree for ever: each answers the other's ACKs */
    assert_int_equal(fixture->violation_count, 1);
    assert_int_equal(fixture->violation_kinds[0], WORLD_INTEGRITY);
    assert_string_equal(fixture->suppliers[0], "forger.lua:7");
    assert_non_null(socket);
    fixture_destroy(fixture);
}

/* A forger who knows what the application gave changes nothing that anybody could see. */
static void forged_octets_may_be_the_right_ones(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_two_hosts();
    struct socket *listener;
    uint32_t accepted;
    assert_int_equal(host_listen(fixture->server, 80, NULL, &listener), TCP_OK);
    struct socket *socket = fixture_connect(fixture, 80, 4000);
    fixture_run(fixture, WORLD_FINISHED);
    link_set_up(fixture->link, false);
    assert_int_equal(host_send(socket, (const uint8_t *)"good", 4, TCP_SEND_PUSH, &accepted),
                     TCP_OK);
    link_set_up(fixture->link, true);
    (void)fixture_forge(
        fixture, fixture->client,
        &(struct fixture_segment){.flags = TCP_ACK, .seq = 1, .ack = 1, .text = "goo"});
    fixture_run(fixture, WORLD_FINISHED);
    struct socket *child = host_accept(listener);
    assert_int_equal(child->checked, 4);
    assert_int_equal(fixture->violation_count, 0);
    fixture_destroy(fixture);
}

/* A reader that stops: the window closes, probes go beyond it, and that is allowed. */
static void probes_may_pass_the_window(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_two_hosts();
    struct socket *listener;
    uint32_t accepted;
    assert_int_equal(host_listen(fixture->server, 80, NULL, &listener), TCP_OK);
    struct socket *socket = fixture_connect(fixture, 80, 4000);
    fixture_run(fixture, WORLD_FINISHED);
    assert_int_equal(host_send(socket, NULL, 65535, TCP_SEND_PUSH, &accepted), TCP_OK);
    fixture_run(fixture, WORLD_FINISHED);
    assert_int_equal(host_send(socket, NULL, 1000, TCP_SEND_PUSH, &accepted), TCP_OK);
    fixture_run(fixture, WORLD_LIMIT);
    assert_true(fixture_count(fixture, "sent client > server: . 65536:65537(1)") > 3);
    assert_int_equal(fixture->violation_count, 0);
    fixture_destroy(fixture);
}

/* No TCP of ours goes beyond the window, so the check is asked by itself. */
static void what_passes_the_window_is_told(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_two_hosts();
    struct socket *listener;
    assert_int_equal(host_listen(fixture->server, 80, NULL, &listener), TCP_OK);
    struct socket *socket = fixture_connect(fixture, 80, 4000);
    fixture_run(fixture, WORLD_FINISHED);
    struct tcp_segment segment = {.source = socket->local,
                                  .destination = socket->remote,
                                  .flags = TCP_ACK,
                                  .seq = FIXTURE_CLIENT_ISS + 1,
                                  .ack = FIXTURE_SERVER_ISS + 1,
                                  .window = 65535,
                                  .payload = {.part = {{.len = 65535}}}};
    window_emission(fixture->client, &segment);
    segment.seq += 65535;
    segment.payload.part[0].len = 1;
    window_emission(fixture->client, &segment);
    segment.flags |= TCP_FIN;
    segment.payload.part[0].len = 0;
    window_emission(fixture->client, &segment);
    assert_int_equal(fixture->violation_count, 0);
    segment.payload.part[0].len = 1;
    endpoint_socket_of(socket)->watched.fin_sent = false; /* test_watch.c is about the FIN */
    window_emission(fixture->client, &segment);
    assert_int_equal(fixture->violation_count, 1);
    assert_int_equal(fixture->violation_kinds[0], WORLD_WINDOW);
    assert_string_equal(fixture->violations[0],
                        "client sent 2 octets beyond the window that its peer ever offered");
    move_check(socket, TCP_CLOSED, TCP_ESTABLISHED);
    assert_int_equal(fixture->violation_count, 2);
    assert_int_equal(fixture->violation_kinds[1], WORLD_MOVES);
    fixture_destroy(fixture);
}

/* Octets of the right stream at the wrong place are not what was sent there. */
static void shifted_octets_are_told(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_two_hosts();
    struct socket *listener;
    assert_int_equal(host_listen(fixture->server, 80, NULL, &listener), TCP_OK);
    struct socket *socket = fixture_connect(fixture, 80, 4000);
    fixture_run(fixture, WORLD_FINISHED);
    struct socket *child = host_accept(listener);
    struct tcp_slice slice = {.origin = tcp_conn_stream(socket->conn), .offset = 0, .len = 50};
    integrity_delivered(child, &slice, 0);
    assert_int_equal(fixture->violation_count, 0);
    integrity_delivered(child, &slice, 50);
    assert_int_equal(fixture->violation_count, 1);
    integrity_delivered(child, &slice, 100); /* once is enough */
    assert_int_equal(fixture->violation_count, 1);
    fixture_destroy(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forged_octets_are_traced_to_the_forger),
        cmocka_unit_test(forged_octets_may_be_the_right_ones),
        cmocka_unit_test(probes_may_pass_the_window),
        cmocka_unit_test(what_passes_the_window_is_told),
        cmocka_unit_test(shifted_octets_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
