/* test_host.c - hosts: routes and ports, the calls and what they answer. */
#include "net_fixture.h"

#include "cmocka_wrapper.h"

#include <string.h>

/* ---- routes, ports, sizes ---- */

static void hosts_without_a_link_are_unreachable(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_two_hosts();
    struct host *far = fixture_host(fixture, "far", "10.0.0.9");
    struct socket *socket;
    bool unreachable;
    const struct host_connect request = {.to = far, .port = 80};
    (void)host_connect(fixture->client, &request, &socket, &unreachable);
    assert_true(unreachable);
    assert_null(socket);
    const struct host_connect six = {.to = fixture->server, .port = 80, .family = 6};
    (void)host_connect(fixture->client, &six, &socket, &unreachable);
    assert_true(unreachable);
    /* A link that is down still is the way: what takes it is lost. */
    link_set_up(fixture->link, false);
    (void)fixture_connect(fixture, 80, 0);
    assert_int_equal(fixture_count(fixture, "# down"), 1);
    fixture_destroy(fixture);
}

static void families_are_kept_apart(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_two_hosts();
    struct host_config config = {.name = "both", .address_count = 2, .has_tcp = true};
    tcp_options_default(&config.options);
    config.addresses[0] = fixture_address("2001:db8::1");
    config.addresses[1] = fixture_address("10.0.0.7");
    struct host *both = world_add_host(fixture->world, &config);
    config.name = "also";
    config.addresses[0] = fixture_address("2001:db8::2");
    config.addresses[1] = fixture_address("10.0.0.8");
    struct host *also = world_add_host(fixture->world, &config);
    struct link_settings settings[2];
    link_settings_default(&settings[0]);
    link_settings_default(&settings[1]);
    struct link *link = link_create(fixture->world, both, also, settings);
    struct host_route found;
    assert_true(host_route(also, both, &(struct host_route_wish){0}, &found));
    assert_ptr_equal(found.link, link);
    assert_int_equal(found.direction, LINK_BACKWARD);
    assert_int_equal(found.remote.family, 6);
    assert_true(host_route(also, both, &(struct host_route_wish){.family = 4}, &found));
    assert_true(tcp_address_equal(&found.local, &config.addresses[1]));
    assert_ptr_equal(world_host_by_address(fixture->world, &config.addresses[0]), also);
    assert_true(host_owns(also, &config.addresses[1]));
    assert_false(host_owns(both, &config.addresses[1]));
    fixture_destroy(fixture);
}

static void the_mtu_of_the_link_sets_the_mss(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_create(
        &(struct fixture_config){.settings = {.mtu_bytes = 576}, .limit_ns = NS_PER_S});
    fixture_talk(fixture, 3000);
    fixture_run(fixture, WORLD_LIMIT);
    assert_int_equal(fixture_count(fixture, "sent client > server: S 0:0(0) win 65535 <mss 536>"),
                     1);
    assert_int_equal(
        fixture_count(fixture, "sent server > client: S. 0:0(0) ack 1 win 65535 <mss 536>"), 1);
    assert_int_equal(fixture_count(fixture, "sent client > server: . 1:537(536)"), 1);
    assert_int_equal(fixture_count(fixture, "# mtu"), 0);
    assert_int_equal(fixture->received, 3000);
    fixture_destroy(fixture);
}

/* What Linux grants to 192.0.2.1 at 192.168.0.1 under the key
 * a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4. */
static void a_key_makes_a_kernels_fast_open_cookies(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_two_hosts();
    struct host_config config = {.name = "opener", .address_count = 1, .has_tcp = true};
    tcp_options_default(&config.options);
    config.options.fast_open = TCP_FAST_OPEN_BOTH;
    config.addresses[0] = fixture_address("192.0.2.1");
    struct host *opener = world_add_host(fixture->world, &config);
    config.name = "keyed";
    config.addresses[0] = fixture_address("192.168.0.1");
    struct host *keyed = world_add_host(fixture->world, &config);
    const uint64_t key[2] = {UINT64_C(0xb2b2b2b2a1a1a1a1), UINT64_C(0xd4d4d4d4c3c3c3c3)};
    host_set_fast_open_key(keyed, key);
    struct link_settings settings[2];
    link_settings_default(&settings[0]);
    link_settings_default(&settings[1]);
    assert_non_null(link_create(fixture->world, opener, keyed, settings));
    struct socket *listener;
    struct socket *socket;
    bool unreachable;
    assert_int_equal(host_listen(keyed, 80, NULL, &listener), TCP_OK);
    const struct host_connect request = {.to = keyed, .port = 80};
    assert_int_equal(host_connect(opener, &request, &socket, &unreachable), TCP_OK);
    fixture_run(fixture, WORLD_FINISHED);
    assert_int_equal(fixture_count(fixture, "sent keyed > opener: S. 0:0(0) ack 1 win 65535 <mss "
                                            "1460,FO 3021b9d889017eeb,nop,nop>"),
                     1);
    fixture_destroy(fixture);
}

/* Of several links the one to the peer counts, for a listener, who cannot know, the smallest. */
static void each_link_has_its_own_mss(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_two_hosts();
    struct host *other = fixture_host(fixture, "other", "10.0.0.3");
    struct link_settings settings[2] = {{.mtu_bytes = 576}, {.mtu_bytes = 576}};
    struct socket *socket;
    bool unreachable;
    assert_non_null(link_create(fixture->world, other, fixture->client, settings));
    const struct tcp_options options = host_options(fixture->server); /* of another MTU */
    assert_int_equal(host_listen(fixture->client, 80, &options, &socket), TCP_OK);
    (void)fixture_connect(fixture, 80, 4000);
    const struct host_connect request = {.to = other, .port = 80};
    assert_int_equal(host_connect(fixture->client, &request, &socket, &unreachable), TCP_OK);
    const struct host_connect back = {.to = fixture->client, .port = 80};
    assert_int_equal(host_connect(fixture->server, &back, &socket, &unreachable), TCP_OK);
    fixture_run(fixture, WORLD_FINISHED);
    assert_int_equal(fixture_count(fixture, "sent client > server: S 0:0(0) win 65535 <mss 1460>"),
                     1);
    assert_int_equal(fixture_count(fixture, "> other.80: S 0:0(0) win 65535 <mss 536>"), 3);
    assert_int_equal(fixture_count(fixture, "sent client.80 > server."), 1);
    assert_int_equal(fixture_count(fixture, "S. 0:0(0) ack 1 win 65535 <mss 536>"), 2);
    fixture_destroy(fixture);
}

/* RFC 6056: from the seed, in the dynamic range, none twice. */
static void ports_are_drawn_from_the_seed(void **state)
{
    (void)state;
    static uint16_t ports[2][1000];
    static bool used[65536];
    for (unsigned run = 0; run < 2; run++) {
        struct fixture *fixture =
            fixture_create(&(struct fixture_config){.without_trace = true, .seed = 5});
        memset(used, 0, sizeof used);
        for (unsigned i = 0; i < 1000; i++) {
            ports[run][i] = fixture_connect(fixture, 80, 0)->local.port;
            assert_true(ports[run][i] >= 49152);
            assert_false(used[ports[run][i]]);
            used[ports[run][i]] = true;
        }
        fixture_destroy(fixture);
    }
    assert_memory_equal(ports[0], ports[1], sizeof ports[0]);
    assert_true(ports[0][1] != ports[0][0] + 1 || ports[0][2] != ports[0][1] + 1);
}

static void only_so_many_ports_exist(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_create(&(struct fixture_config){.without_trace = true});
    for (unsigned i = 0; i < 16384; i++) { (void)fixture_connect(fixture, 80, 0); }
    struct socket *socket;
    bool unreachable;
    struct host_connect request = {.to = fixture->server, .port = 80};
    assert_int_equal(host_connect(fixture->client, &request, &socket, &unreachable),
                     TCP_ERROR_RESOURCES);
    request.port = 81; /* another pair of sockets */
    assert_int_equal(host_connect(fixture->client, &request, &socket, &unreachable), TCP_OK);
    fixture_destroy(fixture);
}

/* ---- calls ---- */

static void closed_ports_refuse(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_two_hosts();
    struct socket *socket = fixture_connect(fixture, 80, 4000);
    fixture_run(fixture, WORLD_FINISHED);
    fixture_expect(fixture,
                   "0.000000 client CLOSED -> SYN-SENT\n"
                   "0.000000 sent client > server: S 0:0(0)\n"
                   "0.010000 delivered client > server: S 0:0(0)\n"
                   "0.010000 discarded client > server: S 0:0(0) win 65535 <mss 1460> # no such\n"
                   "0.010000 sent server > client: R. 0:0(0) ack 1\n"
                   "0.020000 delivered server > client: R. 0:0(0) ack 1\n"
                   "0.020000 client SYN-SENT -> CLOSED");
    assert_int_equal(socket->error, TCP_ERROR_REFUSED);
    fixture_expect_path(socket, "CLOSED SYN-SENT CLOSED");
    uint32_t accepted;
    assert_int_equal(host_send(socket, NULL, 1, 0, &accepted), TCP_ERROR_REFUSED);
    host_close(socket);
    assert_null(socket->conn);
    struct tcp_slice slice;
    assert_int_equal(host_receive(socket, 1, &slice), TCP_ERROR_REFUSED);
    struct tcp_status status;
    host_status(socket, &status);
    assert_int_equal(status.state, TCP_CLOSED);
    assert_int_equal(status.iss, FIXTURE_CLIENT_ISS);
    fixture_destroy(fixture);
}

static void the_octets_sent_are_those_received(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_two_hosts();
    struct socket *listener, *accepted;
    assert_int_equal(host_listen(fixture->server, 80, NULL, &listener), TCP_OK);
    struct socket *socket = fixture_connect(fixture, 80, 4000);
    uint32_t count;
    assert_int_equal(host_send(socket, (const uint8_t *)"hello ", 6, TCP_SEND_PUSH, &count),
                     TCP_OK);
    assert_int_equal(count, 6);
    assert_int_equal(host_send(socket, (const uint8_t *)"world", 5, TCP_SEND_PUSH, &count), TCP_OK);
    fixture_run(fixture, WORLD_FINISHED);
    accepted = host_accept(listener);
    assert_non_null(accepted);
    assert_null(host_accept(listener));
    uint8_t text[32];
    size_t len = 0;
    struct tcp_slice slice;
    while (host_receive(accepted, 4, &slice) == TCP_OK) {
        assert_true(slice.len > 0 && slice.len <= 4);
        tcp_slice_copy(&slice, 0, slice.len, text + len);
        len += slice.len;
        host_slice_release(fixture->server, &slice);
    }
    assert_int_equal(len, 11);
    assert_memory_equal(text, "hello world", 11);
    assert_int_equal(accepted->checked, 11);
    assert_ptr_equal(accepted->peer, socket);
    fixture_destroy(fixture);
}

/* A long string is taken as far as there is room: the mark of its end is not set before it is
 * reached. */
static void a_string_is_taken_as_there_is_room(void **state)
{
    (void)state;
    static uint8_t octets[100000];
    struct fixture *fixture = fixture_two_hosts();
    struct socket *listener, *socket = fixture_connect(fixture, 80, 4000);
    uint32_t accepted;
    assert_int_equal(host_listen(fixture->server, 80, NULL, &listener), TCP_OK);
    assert_int_equal(host_send(socket, octets, sizeof octets, TCP_SEND_PUSH, &accepted), TCP_OK);
    assert_int_equal(accepted, 65535);
    assert_int_equal(host_send(socket, octets, 1, TCP_SEND_PUSH, &accepted), TCP_WOULD_BLOCK);
    fixture_run(fixture, WORLD_FINISHED);
    assert_int_equal(fixture_count(fixture, "sent client > server: . 64241:65536(1295)"), 1);
    assert_int_equal(fixture_count(fixture, "sent client > server: P."), 0);
    fixture_destroy(fixture);
}

static void a_listener_may_open_actively(void **state)
{
    (void)state;
    for (unsigned sending = 0; sending < 2; sending++) {
        struct fixture *fixture = fixture_two_hosts();
        struct socket *listener, *server;
        bool unreachable;
        assert_int_equal(host_listen(fixture->server, 80, NULL, &server), TCP_OK);
        assert_int_equal(host_listen(fixture->client, 4000, NULL, &listener), TCP_OK);
        assert_true(listener->listener);
        if (sending != 0) {
            uint32_t accepted;
            assert_int_equal(host_send_listener(listener, fixture->server, 80, (const uint8_t *)"x",
                                                1, TCP_SEND_PUSH, &accepted, &unreachable),
                             TCP_OK);
            assert_int_equal(accepted, 1);
        } else {
            assert_int_equal(host_open_listener(listener, fixture->server, 80, &unreachable),
                             TCP_OK);
        }
        assert_false(listener->listener);
        fixture_run(fixture, WORLD_FINISHED);
        fixture_expect_path(listener, "CLOSED LISTEN SYN-SENT ESTABLISHED");
        assert_int_equal(fixture_count(fixture, "sent client > server: P. 1:2(1) ack 1"), sending);
        fixture_destroy(fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts_without_a_link_are_unreachable),
        cmocka_unit_test(families_are_kept_apart),
        cmocka_unit_test(the_mtu_of_the_link_sets_the_mss),
        cmocka_unit_test(each_link_has_its_own_mss),
        cmocka_unit_test(ports_are_drawn_from_the_seed),
        cmocka_unit_test(a_key_makes_a_kernels_fast_open_cookies),
        cmocka_unit_test(only_so_many_ports_exist),
        cmocka_unit_test(closed_ports_refuse),
        cmocka_unit_test(the_octets_sent_are_those_received),
        cmocka_unit_test(a_string_is_taken_as_there_is_room),
        cmocka_unit_test(a_listener_may_open_actively),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
