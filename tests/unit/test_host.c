/* test_host.c - hosts: routes and ports, the calls and what they answer, crashes, relative numbers,
 * what is checked in any run. */
#include "net_fixture.h"

#include "cmocka_wrapper.h"
#include "sim/net/net_private.h"

#include <string.h>

static const struct link_settings ten_ms = {.delay_ns = 10 * NS_PER_MS, .mtu_bytes = 1500};

static struct fixture *two_hosts(void)
{
    return fixture_create(&(struct fixture_config){.settings = ten_ms, .limit_ns = 600 * NS_PER_S});
}

static struct socket *connect_to(struct fixture *fixture, uint16_t port, uint16_t local_port)
{
    struct socket *socket;
    bool unreachable;
    const struct host_connect request = {.to = fixture->server,
                                         .port = port,
                                         .has_local_port = local_port != 0,
                                         .local_port = local_port};
    assert_int_equal(host_connect(fixture->client, &request, &socket, &unreachable), TCP_OK);
    assert_false(unreachable);
    return socket;
}

/* ---- routes, ports, sizes ---- */

static void hosts_without_a_link_are_unreachable(void **state)
{
    (void)state;
    struct fixture *fixture = two_hosts();
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
    (void)connect_to(fixture, 80, 0);
    assert_int_equal(fixture_count(fixture, "# down"), 1);
    fixture_destroy(fixture);
}

static void families_are_kept_apart(void **state)
{
    (void)state;
    struct fixture *fixture = two_hosts();
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
    struct link *found;
    unsigned direction;
    struct tcp_address local, remote;
    assert_true(host_route(also, both, 0, &found, &direction, &local, &remote));
    assert_ptr_equal(found, link);
    assert_int_equal(direction, LINK_BACKWARD);
    assert_int_equal(remote.family, 6);
    assert_true(host_route(also, both, 4, &found, &direction, &local, &remote));
    assert_true(tcp_address_equal(&local, &config.addresses[1]));
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
            ports[run][i] = connect_to(fixture, 80, 0)->local.port;
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
    for (unsigned i = 0; i < 16384; i++) { (void)connect_to(fixture, 80, 0); }
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
    struct fixture *fixture = two_hosts();
    struct socket *socket = connect_to(fixture, 80, 4000);
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
    assert_int_equal(host_send(socket, NULL, 1, false, &accepted), TCP_ERROR_REFUSED);
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
    struct fixture *fixture = two_hosts();
    struct socket *listener, *accepted;
    assert_int_equal(host_listen(fixture->server, 80, NULL, &listener), TCP_OK);
    struct socket *socket = connect_to(fixture, 80, 4000);
    uint32_t count;
    assert_int_equal(host_send(socket, (const uint8_t *)"hello ", 6, true, &count), TCP_OK);
    assert_int_equal(count, 6);
    assert_int_equal(host_send(socket, (const uint8_t *)"world", 5, true, &count), TCP_OK);
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
    struct fixture *fixture = two_hosts();
    struct socket *socket = connect_to(fixture, 80, 4000);
    uint32_t accepted;
    assert_int_equal(host_send(socket, octets, sizeof octets, true, &accepted), TCP_OK);
    assert_int_equal(accepted, 65535);
    assert_int_equal(host_send(socket, octets, 1, true, &accepted), TCP_WOULD_BLOCK);
    fixture_destroy(fixture);
}

static void a_listener_may_open_actively(void **state)
{
    (void)state;
    for (unsigned sending = 0; sending < 2; sending++) {
        struct fixture *fixture = two_hosts();
        struct socket *listener, *server;
        bool unreachable;
        assert_int_equal(host_listen(fixture->server, 80, NULL, &server), TCP_OK);
        assert_int_equal(host_listen(fixture->client, 4000, NULL, &listener), TCP_OK);
        assert_true(listener->listener);
        if (sending != 0) {
            uint32_t accepted;
            assert_int_equal(host_send_listener(listener, fixture->server, 80, (const uint8_t *)"x",
                                                1, &accepted, &unreachable),
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

/* ---- crashes and relative numbers ---- */

static void crash(struct world_task *task) { host_crash(fixture_of(task)->server); }

static void send_on(struct world_task *task)
{
    uint32_t accepted;
    (void)host_send(fixture_of(task)->opened, NULL, 10, true, &accepted);
}

/* What the host knew is gone, but the numbers of its last TCB still name its segments. */
static void a_crash_forgets_but_numbers_stay(void **state)
{
    (void)state;
    struct fixture *fixture = two_hosts();
    struct socket *listener;
    assert_int_equal(host_listen(fixture->server, 80, NULL, &listener), TCP_OK);
    fixture->opened = connect_to(fixture, 80, 4000);
    fixture_at(fixture, QUEUE_SCRIPT, NS_PER_S, crash);
    fixture_at(fixture, QUEUE_SCRIPT, 2 * NS_PER_S, send_on);
    fixture_run(fixture, WORLD_FINISHED);
    fixture_expect(fixture,
                   "...\n"
                   "2.000000 sent client > server: P. 1:11(10) ack 1\n"
                   "2.010000 delivered client > server: P. 1:11(10)\n"
                   "2.010000 discarded client > server: P. 1:11(10) ack 1 win 65535 # no such\n"
                   "2.010000 sent server > client: R 1:1(0)\n"
                   "2.020000 delivered server > client: R 1:1(0)\n"
                   "2.020000 client ESTABLISHED -> CLOSED");
    struct socket *child = listener->next;
    fixture_expect_path(child, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED");
    fixture_expect_path(listener, "CLOSED LISTEN");
    assert_int_equal(child->state, TCP_CLOSED);
    assert_int_equal(child->error, TCP_ERROR_NOT_EXIST);
    assert_null(listener->conn);
    assert_true(host_crashed_since(fixture->server, 0));
    assert_false(host_crashed_since(fixture->server, 1));
    assert_int_equal(host_shutdown(listener), TCP_ERROR_NOT_EXIST);
    assert_int_equal(host_listen(fixture->server, 80, NULL, &listener), TCP_OK);
    fixture_destroy(fixture);
}

static void a_crash_frees_in_bulk_runs_too(void **state)
{
    (void)state;
    struct fixture *fixture =
        fixture_create(&(struct fixture_config){.bulk = true, .limit_ns = NS_PER_S});
    struct socket *listener;
    assert_int_equal(host_listen(fixture->server, 80, NULL, &listener), TCP_OK);
    for (unsigned i = 0; i < 20; i++) { (void)connect_to(fixture, 80, 0); }
    fixture_run(fixture, WORLD_FINISHED);
    struct socket *accepted = host_accept(listener);
    assert_non_null(accepted);
    host_close(host_accept(listener));
    host_crash(fixture->server);
    host_close(accepted);
    host_close(listener);
    assert_null(host_sockets(fixture->server));
    fixture_destroy(fixture);
}

/* The first connection of the run is written without ports, others with them; the second one on the
 * same ports counts from its own ISS. */
static void numbers_begin_again(void **state)
{
    (void)state;
    struct tcp_options options;
    tcp_options_default(&options);
    options.msl_ns = NS_PER_MS;
    struct fixture *fixture =
        fixture_create(&(struct fixture_config){.options = &options, .settings = ten_ms});
    for (unsigned i = 0; i < 2; i++) {
        struct socket *socket = connect_to(fixture, 80, 4000);
        assert_true(socket->first_connection);
        fixture_run(fixture, WORLD_FINISHED);
        host_close(socket);
    }
    struct socket *other = connect_to(fixture, 80, 4001);
    assert_false(other->first_connection);
    fixture_run(fixture, WORLD_FINISHED);
    assert_int_equal(fixture_count(fixture, "sent client > server: S 0:0(0)"), 2);
    assert_int_equal(fixture_count(fixture, "sent server > client: R. 0:0(0) ack 1"), 2);
    assert_int_equal(fixture_count(fixture, "sent client.4001 > server.80: S 0:0(0)"), 1);
    fixture_destroy(fixture);
}

/* A host without TCP: its own SYN says where it counts from, and the SYN that reached it. */
static void played_hosts_have_numbers(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_create(&(struct fixture_config){
        .settings = ten_ms, .client_played = true, .limit_ns = NS_PER_S / 2});
    struct socket *listener;
    assert_int_equal(host_listen(fixture->server, 80, NULL, &listener), TCP_OK);
    (void)fixture_forge(fixture, fixture->client, &(struct fixture_segment){.flags = TCP_SYN});
    fixture_run(fixture, WORLD_LIMIT);
    assert_int_equal(fixture->arrived, 1);
    (void)fixture_forge(
        fixture, fixture->client,
        &(struct fixture_segment){.flags = TCP_ACK, .seq = 1, .ack = 1, .text = "hi"});
    fixture_expect(fixture, "...\n"
                            "0.000000 injected client > server: S 0:0(0)\n"
                            "...\n"
                            "0.010000 sent server > client: S. 0:0(0) ack 1\n"
                            "...\n"
                            "0.500000 injected client > server: . 1:3(2) ack 1");
    fixture_destroy(fixture);
}

/* Forged with the address of a host that has TCP, a SYN says nothing of that host: it counts
 * absolutely. The answer counts from the SYN that it answers. */
static void answers_count_from_what_they_answer(void **state)
{
    (void)state;
    struct fixture *fixture = two_hosts();
    (void)fixture_forge(fixture, fixture->client,
                        &(struct fixture_segment){.flags = TCP_SYN, .seq = 1});
    fixture_run(fixture, WORLD_FINISHED);
    fixture_expect(fixture, "0.000000 injected client > server: S 4294967041:4294967041(0)\n"
                            "...\n"
                            "0.010000 sent server > client: R. 0:0(0) ack 1\n"
                            "...");
    fixture_destroy(fixture);
}

static uint64_t caused;
static uint64_t answered;

static void look_at_cause(void *context, const struct trace_record *record)
{
    (void)context;
    const struct trace_segment *segment = &record->u.segment;
    if (segment->action == TRACE_SENT && segment->cause_host != NULL &&
        strcmp(segment->cause_host, "client") == 0) {
        assert_string_equal(segment->from, "server");
        caused++;
        answered = segment->cause_number;
    }
}

static void answers_name_their_cause(void **state)
{
    (void)state;
    struct fixture *fixture = two_hosts();
    caused = 0;
    assert_true(trace_attach(&fixture->trace,
                             (struct trace_sink){NULL, look_at_cause, 1u << TRACE_SEGMENT}));
    (void)connect_to(fixture, 80, 4000);
    (void)connect_to(fixture, 80, 4001);
    fixture_run(fixture, WORLD_FINISHED);
    assert_int_equal(caused, 2);
    assert_int_equal(answered, 2);
    fixture_destroy(fixture);
}

/* ---- what is checked ---- */

static void forged_octets_are_traced_to_the_forger(void **state)
{
    (void)state;
    struct fixture *fixture = two_hosts();
    struct socket *listener;
    assert_int_equal(host_listen(fixture->server, 80, NULL, &listener), TCP_OK);
    struct socket *socket = connect_to(fixture, 80, 4000);
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
    struct fixture *fixture = two_hosts();
    struct socket *listener;
    uint32_t accepted;
    assert_int_equal(host_listen(fixture->server, 80, NULL, &listener), TCP_OK);
    struct socket *socket = connect_to(fixture, 80, 4000);
    fixture_run(fixture, WORLD_FINISHED);
    link_set_up(fixture->link, false);
    assert_int_equal(host_send(socket, (const uint8_t *)"good", 4, true, &accepted), TCP_OK);
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
    struct fixture *fixture = two_hosts();
    struct socket *listener;
    uint32_t accepted;
    assert_int_equal(host_listen(fixture->server, 80, NULL, &listener), TCP_OK);
    struct socket *socket = connect_to(fixture, 80, 4000);
    fixture_run(fixture, WORLD_FINISHED);
    assert_int_equal(host_send(socket, NULL, 65535, true, &accepted), TCP_OK);
    fixture_run(fixture, WORLD_FINISHED);
    assert_int_equal(host_send(socket, NULL, 1000, true, &accepted), TCP_OK);
    fixture_run(fixture, WORLD_LIMIT);
    assert_true(fixture_count(fixture, "sent client > server: . 65536:65537(1)") > 3);
    assert_int_equal(fixture->violation_count, 0);
    fixture_destroy(fixture);
}

/* No TCP of ours goes beyond the window, so the check is asked by itself. */
static void what_passes_the_window_is_told(void **state)
{
    (void)state;
    struct fixture *fixture = two_hosts();
    struct socket *listener;
    assert_int_equal(host_listen(fixture->server, 80, NULL, &listener), TCP_OK);
    struct socket *socket = connect_to(fixture, 80, 4000);
    fixture_run(fixture, WORLD_FINISHED);
    struct tcp_segment segment = {.source = socket->local,
                                  .destination = socket->remote,
                                  .flags = TCP_ACK,
                                  .seq = FIXTURE_CLIENT_ISS + 1,
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts_without_a_link_are_unreachable),
        cmocka_unit_test(families_are_kept_apart),
        cmocka_unit_test(the_mtu_of_the_link_sets_the_mss),
        cmocka_unit_test(ports_are_drawn_from_the_seed),
        cmocka_unit_test(only_so_many_ports_exist),
        cmocka_unit_test(closed_ports_refuse),
        cmocka_unit_test(the_octets_sent_are_those_received),
        cmocka_unit_test(a_string_is_taken_as_there_is_room),
        cmocka_unit_test(a_listener_may_open_actively),
        cmocka_unit_test(a_crash_forgets_but_numbers_stay),
        cmocka_unit_test(a_crash_frees_in_bulk_runs_too),
        cmocka_unit_test(numbers_begin_again),
        cmocka_unit_test(played_hosts_have_numbers),
        cmocka_unit_test(answers_count_from_what_they_answer),
        cmocka_unit_test(answers_name_their_cause),
        cmocka_unit_test(forged_octets_are_traced_to_the_forger),
        cmocka_unit_test(forged_octets_may_be_the_right_ones),
        cmocka_unit_test(probes_may_pass_the_window),
        cmocka_unit_test(what_passes_the_window_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
