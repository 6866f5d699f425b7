/* test_numbers.c - what relative numbers count from, the names of connections and causes, and what
 * a crash leaves of them. */
#include "net_fixture.h"

#include "cmocka_wrapper.h"

#include <string.h>

static void crash(struct world_task *task) { host_crash(fixture_of(task)->server); }

static void send_on(struct world_task *task)
{
    uint32_t accepted;
    (void)host_send(fixture_of(task)->opened, NULL, 10, TCP_SEND_PUSH, &accepted);
}

/* What the host knew is gone, but the numbers of its last TCB still name its segments. */
static void a_crash_forgets_but_numbers_stay(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_two_hosts();
    struct socket *listener;
    assert_int_equal(host_listen(fixture->server, 80, NULL, &listener), TCP_OK);
    fixture->opened = fixture_connect(fixture, 80, 4000);
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
    for (unsigned i = 0; i < 20; i++) { (void)fixture_connect(fixture, 80, 0); }
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
    struct fixture *fixture = fixture_create(&(struct fixture_config){
        .options = &options, .settings = {.delay_ns = 10 * NS_PER_MS, .mtu_bytes = 1500}});
    for (unsigned i = 0; i < 2; i++) {
        struct socket *socket = fixture_connect(fixture, 80, 4000);
        assert_true(socket->first_connection);
        fixture_run(fixture, WORLD_FINISHED);
        host_close(socket);
    }
    struct socket *other = fixture_connect(fixture, 80, 4001);
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
    struct fixture *fixture = fixture_create(
        &(struct fixture_config){.settings = {.delay_ns = 10 * NS_PER_MS, .mtu_bytes = 1500},
                                 .client_played = true,
                                 .limit_ns = NS_PER_S / 2});
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
    struct fixture *fixture = fixture_two_hosts();
    (void)fixture_forge(fixture, fixture->client,
                        &(struct fixture_segment){.flags = TCP_SYN, .seq = 1});
    fixture_run(fixture, WORLD_FINISHED);
    fixture_expect(fixture, "0.000000 injected client > server: S 4294967041:4294967041(0)\n"
                            "...\n"
                            "0.010000 sent server > client: R. 0:0(0) ack 1\n"
                            "...");
    fixture_destroy(fixture);
}

/* A SYN that reaches a host with a TCB says nothing new about what that TCB counts from. */
static void strange_syns_change_no_numbers(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_two_hosts();
    struct socket *listener;
    assert_int_equal(host_listen(fixture->server, 80, NULL, &listener), TCP_OK);
    (void)fixture_connect(fixture, 80, 4000);
    fixture_run(fixture, WORLD_FINISHED);
    (void)fixture_forge(fixture, fixture->client,
                        &(struct fixture_segment){.flags = TCP_SYN, .seq = 5000});
    fixture_run(fixture, WORLD_FINISHED);
    fixture_expect(fixture, "...\n"
                            "0.030000 injected client > server: S 5000:5000(0)\n"
                            "...\n"
                            "0.040000 sent server > client: . 1:1(0) ack 1 win 65535\n"
                            "...");
    fixture_destroy(fixture);
}

static char listener_name[128];
static char call_name[128];

static void look_at_names(void *context, const struct trace_record *record)
{
    (void)context;
    if (record->event == TRACE_CALL) {
        assert_string_equal(record->u.call.call, "OPEN");
        assert_string_equal(record->u.call.result, "ok");
        (void)trace_conn_name(&record->u.call.conn, call_name, sizeof call_name);
    } else {
        (void)trace_conn_name(&record->u.state.conn, listener_name, sizeof listener_name);
    }
}

static void listeners_are_named_by_their_host(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_two_hosts();
    struct socket *listener;
    assert_true(
        trace_attach(&fixture->trace, (struct trace_sink){NULL, look_at_names,
                                                          1u << TRACE_CALL | 1u << TRACE_STATE}));
    assert_int_equal(host_listen(fixture->server, 80, NULL, &listener), TCP_OK);
    assert_string_equal(listener_name, "10.0.0.2:80-*");
    assert_string_equal(call_name, "10.0.0.2:80-*");
    (void)fixture_connect(fixture, 80, 4000);
    assert_string_equal(call_name, "10.0.0.1:4000-10.0.0.2:80");
    fixture_destroy(fixture);
}

static unsigned reopening_step;

/* The server closes a connection of the script's, a SYN reopens it, a RST says that it was an old
 * one. */
static void step_of_reopening(struct world_task *task)
{
    static const struct fixture_segment segments[] = {
        {.flags = TCP_SYN},
        {.flags = TCP_ACK, .seq = 1, .ack = 1},
        {.flags = TCP_FIN | TCP_ACK, .seq = 1, .ack = 2},
        {.flags = TCP_SYN, .seq = 5000},
        {.flags = TCP_RST, .seq = 5001},
        {.flags = TCP_FIN | TCP_ACK, .seq = 1, .ack = 2}};
    struct fixture *fixture = fixture_of(task);
    if (reopening_step == 2) { host_close(host_accept(fixture->listener)); }
    (void)fixture_forge(fixture, fixture->client, &segments[reopening_step++]);
}

/* With the old connection its old numbers are back. */
static void a_reopening_taken_back_has_its_old_numbers(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_create(
        &(struct fixture_config){.settings = {.delay_ns = 10 * NS_PER_MS, .mtu_bytes = 1500},
                                 .client_played = true,
                                 .limit_ns = 20 * NS_PER_S});
    assert_int_equal(host_listen(fixture->server, 80, NULL, &fixture->listener), TCP_OK);
    reopening_step = 0;
    for (uint64_t i = 0; i < 6; i++) {
        fixture_at(fixture, QUEUE_SCRIPT, i * 100 * NS_PER_MS, step_of_reopening);
    }
    fixture_run(fixture, WORLD_LIMIT);
    fixture_expect(fixture, "...\n"
                            "0.310000 sent server > client: S. 0:0(0) ack 1\n"
                            "...\n"
                            "0.510000 sent server > client: . 2:2(0) ack 2\n"
                            "...");
    fixture_expect_path(fixture->listener->next,
                        "CLOSED LISTEN SYN-RECEIVED ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT "
                        "SYN-RECEIVED TIME-WAIT");
    assert_true(fixture->listener->next->released);
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
    struct fixture *fixture = fixture_two_hosts();
    caused = 0;
    assert_true(trace_attach(&fixture->trace,
                             (struct trace_sink){NULL, look_at_cause, 1u << TRACE_SEGMENT}));
    (void)fixture_connect(fixture, 80, 4000);
    (void)fixture_connect(fixture, 80, 4001);
    fixture_run(fixture, WORLD_FINISHED);
    assert_int_equal(caused, 2);
    assert_int_equal(answered, 2);
    fixture_destroy(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_crash_forgets_but_numbers_stay),
        cmocka_unit_test(a_crash_frees_in_bulk_runs_too),
        cmocka_unit_test(numbers_begin_again),
        cmocka_unit_test(played_hosts_have_numbers),
        cmocka_unit_test(answers_count_from_what_they_answer),
        cmocka_unit_test(listeners_are_named_by_their_host),
        cmocka_unit_test(a_reopening_taken_back_has_its_old_numbers),
        cmocka_unit_test(answers_name_their_cause),
        cmocka_unit_test(strange_syns_change_no_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
