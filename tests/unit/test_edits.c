/* test_edits.c - what is added to a scenario changes nothing of what was there: hosts, routers,
 * links, rules and applications, declared before all else, with traffic of their own; nor does the
 * time at which they act. What is compared is all that concerns two hosts: their segments to the
 * wire's own numbers and ports (so the ISS and the ports), what the links lose and delay, the
 * moves, the timers, and what their applications draw by lot. */
#include "cmocka_wrapper.h"

#include "sim/lua/scenario.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOG_BYTES (4u << 20)

/* The two hosts, two lossy links and a router between; %s stands where the additions do. */
static const char scenario_text[] =
    "sim.scenario{ seed = 5, allow = { 'unfinished', 'integrity' } }\n"
    "%s\n"
    "local client = sim.host('client', { address = '10.0.0.1' })\n"
    "local router = sim.router('router')\n"
    "local server = sim.host('server', { address = '10.0.0.2' })\n"
    "local near = sim.link(client, router, { delay = '3ms', jitter = '2ms', loss = 0.05 })\n"
    "local far = sim.link(router, server, { delay = '7ms', loss = { gemodel = { 0.02, 0.3 } },\n"
    "  reorder = { 0.1, 0.2, gap = 2 }, duplicate = 0.03, corrupt = 0.02, rate = '5mbit', limit = "
    "9 })\n"
    "sim.drop{ from = server, flags = 'S.', nth = 1 }\n"
    "server:app(function()\n"
    "  local listener = server:listen(80)\n"
    "  for i = 1, 3 do\n"
    "    local conn = listener:accept()\n"
    "    server:app(function() conn:discard() print(sim.random(1, 1000000)) conn:close() end)\n"
    "  end\n"
    "end)\n"
    "client:app(function()\n"
    "  for i = 1, 3 do\n"
    "    local conn = client:connect(server, 80)\n"
    "    local octets = sim.random(20000, 60000)\n"
    "    print(octets)\n"
    "    conn:send(octets)\n"
    "    conn:close()\n"
    "    sim.sleep(sim.random())\n"
    "  end\n"
    "end)\n"
    "%s\n";

static const struct addition {
    const char *name, *before, *behind;
} additions[] = {
    {"a host", "sim.host('other', { address = '10.9.9.1' })", ""},
    {"hosts with a link and traffic",
     "local a = sim.host('a', { address = '10.9.9.1' })\n"
     "local b = sim.host('b', { address = '10.9.9.2' })\n"
     "sim.link(a, b, { delay = '1ms', loss = 0.1, jitter = '500us' })\n"
     "b:app(function() local c = b:listen(80):accept() c:discard() c:close() end)\n"
     "a:app(function() local c = a:connect(b, 80) c:send(100000) c:close() end)",
     ""},
    {"another router, and traffic through the first one", "local spare = sim.router('spare')",
     "local guest = sim.host('guest', { address = '10.9.9.3' })\n"
     "local friend = sim.host('friend', { address = '10.9.9.4' })\n"
     "sim.link(guest, router, { loss = 0.1 })\n"
     "sim.link(spare, router)\n"
     "sim.link(spare, friend, { delay = '4ms' })\n"
     "friend:app(function() local c = friend:listen(80):accept() c:discard() c:close() end)\n"
     "guest:app(function() local c = guest:connect(friend, 80) c:send(50000) c:close() end)"},
    {"rules for others",
     "local a = sim.host('a', { address = '10.9.9.1' })\n"
     "sim.drop{ from = a, nth = { 1, 3 } }\n"
     "sim.delay{ to = a, by = '5ms' }\n"
     "sim.hold{ from = a }",
     "sim.corrupt{ from = a, offset = 20, mask = 1 }"},
    {"applications that draw by lot",
     "local a = sim.host('a', { address = '10.9.9.1' })\n"
     "a:app(function() for i = 1, 100 do sim.random() sim.sleep('10ms') end end)\n"
     "sim.at('1s', function() sim.random(1, 6) end)\n"
     "local top = sim.random()",
     ""},
    {"errors to others",
     "local a = sim.host('a', { address = '10.9.9.1' })\n"
     "local b = sim.host('b', { address = '10.9.9.2' })\n"
     "sim.link(a, b, { delay = '1ms' })\n"
     "a:app(function() local c = a:connect(b, 80, { wait = false })\n"
     "  sim.icmp{ from = b, to = a, type = 'port unreachable', about = c } end)",
     ""},
};

struct log {
    char *text;
    size_t len;
};

static void add(struct log *log, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct log *log, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    const int len = vsnprintf(log->text + log->len, LOG_BYTES - log->len, format, values);
    va_end(values);
    log->len += (size_t)len;
    assert_true(log->len < LOG_BYTES);
}

static bool is_ours(const char *name)
{
    return name != NULL && (strcmp(name, "client") == 0 || strcmp(name, "server") == 0);
}

static void on_segment(struct log *log, uint64_t time_ns, const struct trace_segment *segment)
{
    if (!is_ours(segment->from) || !is_ours(segment->to)) { return; }
    const struct tcp_segment *tcp = segment->segment;
    add(log, "%" PRIu64 " %s %s#%" PRIu64 ".%u %u>%u %x %u %u %u %s\n", time_ns,
        trace_action_name(segment->action), segment->from, segment->number, segment->copy,
        tcp->source.port, tcp->destination.port, tcp->flags, tcp->seq, tcp->ack,
        tcp_payload_len(&tcp->payload), segment->link);
    if (segment->action == TRACE_DROPPED && strchr(segment->reason, ':') == NULL) {
        add(log, "  %s\n", segment->reason);
    }
}

static void on_record(void *context, const struct trace_record *record)
{
    struct log *log = context;
    if (record->event == TRACE_SEGMENT) {
        on_segment(log, record->time_ns, &record->u.segment);
    } else if (record->event == TRACE_STATE && is_ours(record->u.state.conn.host)) {
        add(log, "%" PRIu64 " %s %u %s\n", record->time_ns, record->u.state.conn.host,
            record->u.state.conn.local.port, tcp_state_name(record->u.state.new_state));
    } else if (record->event == TRACE_TIMER && is_ours(record->u.timer.conn.host)) {
        add(log, "%" PRIu64 " %s %s %s %" PRIu64 "\n", record->time_ns, record->u.timer.conn.host,
            tcp_timer_name(record->u.timer.timer), tcp_timer_action_name(record->u.timer.action),
            record->u.timer.deadline_ns);
    } else if (record->event == TRACE_NOTE && is_ours(record->u.note.host)) {
        add(log, "%" PRIu64 " %s: %s\n", record->time_ns, record->u.note.host, record->u.note.text);
    }
}

static void on_message(void *context, const char *text)
{
    (void)context;
    fail_msg("%s", text);
}

static void run(const char *before, const char *behind, struct log *log)
{
    char path[] = "/tmp/tcpsim-test-XXXXXX";
    const int file = mkstemp(path);
    assert_true(file >= 0);
    assert_true(dprintf(file, scenario_text, before, behind) > 0);
    assert_int_equal(close(file), 0);
    struct trace trace;
    trace_init(&trace);
    log->text = malloc(LOG_BYTES);
    log->len = 0;
    assert_non_null(log->text);
    assert_true(trace_attach(&trace, (struct trace_sink){log, on_record, UINT32_MAX}));
    const struct scenario_config config = {
        .path = path, .trace = &trace, .message = on_message, .version = "test"};
    struct scenario *scenario = scenario_create(&config);
    assert_non_null(scenario);
    assert_true(scenario_load(scenario));
    assert_int_equal(scenario_run(scenario), SCENARIO_PASS);
    scenario_destroy(scenario);
    (void)unlink(path);
}

/* The first line that differs, for the message. */
static void compare(const char *what, const char *plain, const char *edited)
{
    while (*plain != '\0' || *edited != '\0') {
        const int ours = (int)strcspn(plain, "\n"), theirs = (int)strcspn(edited, "\n");
        if (ours != theirs || strncmp(plain, edited, (size_t)ours) != 0) {
            fail_msg("with %s: \"%.*s\" instead of \"%.*s\"", what, theirs, edited, ours, plain);
        }
        plain += ours + (plain[ours] != '\0');
        edited += theirs + (edited[theirs] != '\0');
    }
}

static void additions_change_nothing(void **state)
{
    (void)state;
    struct log plain;
    run("", "", &plain);
    assert_true(plain.len > 20000);
    assert_non_null(strstr(plain.text, "loss"));
    assert_non_null(strstr(plain.text, "duplicated"));
    for (size_t i = 0; i < sizeof additions / sizeof additions[0]; i++) {
        struct log edited;
        run(additions[i].before, additions[i].behind, &edited);
        compare(additions[i].name, plain.text, edited.text);
        free(edited.text);
    }
    free(plain.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(additions_change_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
