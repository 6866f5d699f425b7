/* net_fixture.c - what the tests of sim/net share. */
#include "net_fixture.h"

#include "cmocka_wrapper.h"
#include "sim/trace/pattern.h"
#include "tcp/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES ((size_t)256 << 20)
#define TASKS_MAX 64

struct fixture_world { /* the fixture with what tests need not see */
    struct fixture fixture;
    struct world_task tasks[TASKS_MAX];
    struct world_task sender;
    struct world_task reader;
};

struct tcp_address fixture_address(const char *text)
{
    struct tcp_address address;
    assert_true(wire_parse_address(text, &address));
    return address;
}

static void add_line(struct fixture *fixture, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void add_line(struct fixture *fixture, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    if (fixture->line_count < FIXTURE_LINES_MAX) {
        (void)vsnprintf(fixture->lines[fixture->line_count++], FIXTURE_LINE_BYTES, format, values);
    }
    va_end(values);
}

static void log_record(void *context, const struct trace_record *record)
{
    struct fixture *fixture = context;
    char text[1024] = "", time[32], ends[200];
    (void)units_format_time(record->time_ns, 6, time, sizeof time);
    if (record->event == TRACE_SEGMENT) {
        const struct trace_segment *segment = &record->u.segment;
        if (fixture->brief) {
            char copy[24] = "";
            if (segment->copy > 0) { (void)snprintf(copy, sizeof copy, " copy %u", segment->copy); }
            add_line(fixture, "%s %s %u%s%s%s", time, trace_action_name(segment->action),
                     tcp_payload_len(&segment->segment->payload), copy,
                     segment->reason[0] != '\0' ? " # " : "", segment->reason);
            return;
        }
        (void)pattern_format_segment(segment, false, text, sizeof text);
        (void)pattern_format_ends(segment, ends, sizeof ends);
        add_line(fixture, "%s %s %s %s%s%s", time, trace_action_name(segment->action), ends, text,
                 segment->reason[0] != '\0' ? " # " : "", segment->reason);
    } else if (record->event == TRACE_STATE) {
        add_line(fixture, "%s %s %s -> %s", time, record->u.state.conn.host,
                 tcp_state_name(record->u.state.old_state),
                 tcp_state_name(record->u.state.new_state));
    }
}

static void note_violation(void *context, const struct world_violation *violation)
{
    struct fixture *fixture = context;
    assert_true(fixture->violation_count < FIXTURE_VIOLATIONS_MAX);
    const size_t at = fixture->violation_count++;
    fixture->violation_kinds[at] = violation->kind;
    (void)snprintf(fixture->violations[at], FIXTURE_LINE_BYTES, "%s", violation->text);
    (void)snprintf(fixture->suppliers[at], FIXTURE_LINE_BYTES, "%s",
                   violation->supplied_by != NULL ? violation->supplied_by : "");
}

static void note_arrival(void *context, struct host *host, const struct packet *packet)
{
    struct fixture *fixture = context;
    (void)host;
    fixture->arrived++;
    fixture->last_arrived = *packet;
}

static uint64_t note_decision(void *context, const struct link_decision *decision)
{
    struct fixture *fixture = context;
    assert_true(fixture->decision_count < FIXTURE_DECISIONS_MAX);
    fixture->decisions[fixture->decision_count++] = *decision;
    return decision->outcome;
}

static void note_change(void *context, struct socket *socket)
{
    struct fixture_world *whole = context;
    struct world_task *task =
        socket->host == whole->fixture.client ? &whole->sender : &whole->reader;
    if (task->run != NULL) {
        world_wake(whole->fixture.world, task, world_now(whole->fixture.world));
    }
}

static struct host *add_host(struct fixture *fixture, const char *name, const char *address,
                             bool has_tcp, const struct tcp_options *options, uint32_t iss)
{
    struct host_config config = {.name = name, .address_count = 1, .has_tcp = has_tcp};
    config.addresses[0] = fixture_address(address);
    if (options != NULL) {
        config.options = *options;
    } else {
        tcp_options_default(&config.options);
    }
    config.options.has_iss = true;
    config.options.iss = iss;
    struct host *host = world_add_host(fixture->world, &config);
    assert_non_null(host);
    return host;
}

struct host *fixture_host(struct fixture *fixture, const char *name, const char *address)
{
    return add_host(fixture, name, address, true, NULL, 0xffffff00u);
}

struct fixture *fixture_create(const struct fixture_config *config)
{
    struct fixture_world *whole = calloc(1, sizeof *whole);
    assert_non_null(whole);
    struct fixture *fixture = &whole->fixture;
    fixture->lines = calloc(FIXTURE_LINES_MAX, sizeof *fixture->lines);
    fixture->arena = arena_create(ARENA_BYTES);
    if (config->watch_decisions) {
        fixture->decisions = calloc(FIXTURE_DECISIONS_MAX, sizeof *fixture->decisions);
        assert_non_null(fixture->decisions);
    }
    assert_non_null(fixture->lines);
    assert_non_null(fixture->arena);
    fixture->brief = config->client_played && config->server_played;
    trace_init(&fixture->trace);
    if (!config->without_trace) {
        assert_true(trace_attach(
            &fixture->trace,
            (struct trace_sink){fixture, log_record, 1u << TRACE_SEGMENT | 1u << TRACE_STATE}));
    }
    const struct world_config world = {
        .seed = config->seed,
        .limit_ns = config->limit_ns != 0 ? config->limit_ns : TIME_NEVER,
        .queue = config->queue,
        .keep_sockets = !config->bulk,
        .hooks = {.context = whole,
                  .socket_changed = note_change,
                  .packet_arrived = note_arrival,
                  .decided = config->watch_decisions ? note_decision : NULL,
                  .violation = config->without_checks ? NULL : note_violation}};
    fixture->world = world_create(fixture->arena, &world, &fixture->trace);
    assert_non_null(fixture->world);
    fixture->client = add_host(fixture, "client", "10.0.0.1", !config->client_played,
                               config->options, FIXTURE_CLIENT_ISS);
    fixture->server = add_host(fixture, "server", "10.0.0.2", !config->server_played,
                               config->options, FIXTURE_SERVER_ISS);
    struct link_settings settings[2] = {config->settings, config->settings};
    if (config->settings.mtu_bytes == 0) { settings[0].mtu_bytes = settings[1].mtu_bytes = 1500; }
    fixture->link = link_create(fixture->world, fixture->client, fixture->server, settings);
    assert_non_null(fixture->link);
    return fixture;
}

struct fixture *fixture_two_hosts(void)
{
    return fixture_create(&(struct fixture_config){
        .settings = {.delay_ns = 10 * NS_PER_MS, .mtu_bytes = 1500}, .limit_ns = 600 * NS_PER_S});
}

struct socket *fixture_connect(struct fixture *fixture, uint16_t port, uint16_t local_port)
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

void fixture_destroy(struct fixture *fixture)
{
    world_destroy(fixture->world);
    assert_int_equal(arena_live_bytes(fixture->arena), 0);
    arena_destroy(fixture->arena);
    free(fixture->lines);
    free(fixture->decisions);
    free(fixture);
}

void fixture_at(struct fixture *fixture, enum queue_class class, uint64_t time_ns,
                void (*run)(struct world_task *))
{
    struct fixture_world *whole = (struct fixture_world *)(void *)fixture;
    assert_true(fixture->task_count < TASKS_MAX);
    struct world_task *task = &whole->tasks[fixture->task_count];
    world_task_init(task, class, 100 + fixture->task_count, 0, run, fixture);
    fixture->task_count++;
    world_wake(fixture->world, task, time_ns);
}

struct fixture *fixture_of(struct world_task *task) { return task->context; }

/* ---- the ready-made applications ---- */

static void send_all(struct world_task *task)
{
    struct fixture *fixture = fixture_of(task);
    if (fixture->opened == NULL) {
        bool unreachable;
        const struct host_connect request = {
            .to = fixture->server, .port = 80, .has_local_port = true, .local_port = 4000};
        assert_int_equal(host_connect(fixture->client, &request, &fixture->opened, &unreachable),
                         TCP_OK);
    }
    if (fixture->opened->state == TCP_SYN_SENT) { return; }
    while (fixture->to_send > 0) {
        uint32_t accepted;
        const uint32_t len = fixture->to_send < 1u << 30 ? (uint32_t)fixture->to_send : 1u << 30;
        const enum tcp_error error = host_send(
            fixture->opened, NULL, len, len == fixture->to_send ? TCP_SEND_PUSH : 0, &accepted);
        if (error != TCP_OK) { return; }
        fixture->to_send -= accepted;
    }
    if (!fixture->opened->released) { host_close(fixture->opened); }
}

static void read_all(struct world_task *task)
{
    struct fixture *fixture = fixture_of(task);
    if (fixture->accepted == NULL) { fixture->accepted = host_accept(fixture->listener); }
    while (fixture->accepted != NULL && !fixture->end_of_stream) {
        struct tcp_slice slice;
        if (host_receive(fixture->accepted, UINT32_MAX, &slice) != TCP_OK) { return; }
        fixture->received += slice.len;
        if (slice.len == 0) {
            fixture->end_of_stream = true;
            host_close(fixture->accepted);
            host_close(fixture->listener);
        }
        host_slice_release(fixture->server, &slice);
    }
}

void fixture_talk(struct fixture *fixture, uint64_t octets)
{
    struct fixture_world *whole = (struct fixture_world *)(void *)fixture;
    fixture->to_send = octets;
    assert_int_equal(host_listen(fixture->server, 80, NULL, &fixture->listener), TCP_OK);
    world_task_init(&whole->reader, QUEUE_APP, 1, 0, read_all, fixture);
    world_task_init(&whole->sender, QUEUE_APP, 0, 0, send_all, fixture);
    world_wake(fixture->world, &whole->sender, 0);
}

/* ---- forging ---- */

uint64_t fixture_forge(struct fixture *fixture, struct host *at,
                       const struct fixture_segment *segment)
{
    const bool forward = at == fixture->client;
    const struct tcp_endpoint client = {fixture_address("10.0.0.1"), 4000};
    const struct tcp_endpoint server = {fixture_address("10.0.0.2"), 80};
    struct tcp_segment made = {.source = forward ? client : server,
                               .destination = forward ? server : client,
                               .seq = segment->seq,
                               .ack = segment->ack,
                               .flags = segment->flags,
                               .window = 1000,
                               .ttl = 64};
    made.seq += forward ? FIXTURE_CLIENT_ISS : FIXTURE_SERVER_ISS;
    if ((made.flags & TCP_ACK) != 0) {
        made.ack += forward ? FIXTURE_SERVER_ISS : FIXTURE_CLIENT_ISS;
    }
    const uint32_t len = segment->text != NULL ? (uint32_t)strlen(segment->text) : segment->padding;
    if (len > 0) {
        struct tcp_extent *extent = tcp_extent_create(world_pools(fixture->world), 0, len);
        assert_non_null(extent);
        memset(extent->octets, 'x', len);
        if (segment->text != NULL) { memcpy(extent->octets, segment->text, len); }
        made.payload.part[0] = (struct tcp_slice){.extent = extent, .len = len};
    }
    uint64_t number = 0;
    assert_true(host_inject(at, forward ? fixture->server : fixture->client, &made,
                            segment->bad_checksum, "forger.lua:7", true, &number));
    return number;
}

/* ---- judging ---- */

void fixture_run(struct fixture *fixture, enum world_end end)
{
    assert_int_equal(world_run(fixture->world), end);
}

void fixture_print(const struct fixture *fixture)
{
    for (size_t i = 0; i < fixture->line_count; i++) { print_message("%s\n", fixture->lines[i]); }
}

static bool begins(const char *line, const char *with, size_t len)
{
    return strncmp(line, with, len) == 0;
}

void fixture_expect(struct fixture *fixture, const char *text)
{
    size_t at = 0;
    bool any = false;
    while (*text != '\0') {
        const size_t len = strcspn(text, "\n");
        if (len == 3 && begins(text, "...", 3)) {
            any = true;
        } else {
            while (any && at < fixture->line_count && !begins(fixture->lines[at], text, len)) {
                at++;
            }
            if (at == fixture->line_count || !begins(fixture->lines[at], text, len)) {
                fixture_print(fixture);
                fail_msg("expected: %.*s\nactual:   %s", (int)len, text,
                         at < fixture->line_count ? fixture->lines[at] : "(nothing more)");
            }
            at++;
            any = false;
        }
        text += len + (text[len] == '\n');
    }
    if (!any && at < fixture->line_count) {
        fixture_print(fixture);
        fail_msg("not expected: %s", fixture->lines[at]);
    }
}

size_t fixture_count(const struct fixture *fixture, const char *part)
{
    size_t count = 0;
    for (size_t i = 0; i < fixture->line_count; i++) {
        count += strstr(fixture->lines[i], part) != NULL;
    }
    return count;
}

void fixture_expect_path(const struct socket *socket, const char *path)
{
    char text[1024] = "";
    size_t len = 0;
    assert_non_null(socket);
    for (unsigned i = 0; i < socket->path_len; i++) {
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", i == 0 ? "" : " ",
                                tcp_state_name((enum tcp_state)socket->path[i]));
    }
    assert_string_equal(text, path);
}
