/* test_trace.c - names, the schema, sinks and the digest. */
#include "cmocka_wrapper.h"

#include "../../sim/trace/trace.h"

#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define ISS UINT32_C(0xffffff00)

static struct tcp_endpoint ipv4(uint8_t last, uint16_t port)
{
    return (struct tcp_endpoint){.address = {.family = 4, .octets = {10, 0, 0, last}},
                                 .port = port};
}

static struct trace_conn conn_of_client(void)
{
    return (struct trace_conn){.host = "client", .local = ipv4(1, 4000), .remote = ipv4(2, 80)};
}

/* ---- names ---- */

static void test_names_of_connections(void **state)
{
    struct trace_conn conn = conn_of_client();
    char text[112];
    (void)state;
    assert_int_equal(trace_conn_name(&conn, text, sizeof text), 25);
    assert_string_equal(text, "10.0.0.1:4000-10.0.0.2:80");
}

static void test_names_of_ipv6_and_listeners(void **state)
{
    struct trace_conn conn = conn_of_client();
    char text[112];
    (void)state;
    conn.local.address =
        (struct tcp_address){.family = 6, .octets = {0x20, 0x01, 0x0d, 0xb8, [15] = 1}};
    conn.local.port = 80;
    conn.remote.address =
        (struct tcp_address){.family = 6, .octets = {0x20, 0x01, 0x0d, 0xb8, [15] = 2}};
    conn.remote.port = 65535;
    (void)trace_conn_name(&conn, text, sizeof text);
    assert_string_equal(text, "[2001:db8::1]:80-[2001:db8::2]:65535");
    conn.remote = (struct tcp_endpoint){.port = 0};
    (void)trace_conn_name(&conn, text, sizeof text);
    assert_string_equal(text, "[2001:db8::1]:80-*");
    conn.local.address = (struct tcp_address){.family = 0};
    (void)trace_conn_name(&conn, text, sizeof text);
    assert_string_equal(text, "*:80-*");
}

static void test_ids_and_causes(void **state)
{
    static const struct {
        enum tcp_sent_cause cause;
        const char *host;
        const char *text;
    } rows[] = {
        {TCP_SENT_NONE, NULL, ""},
        {TCP_SENT_RTO, NULL, "RTO"},
        {TCP_SENT_SEND, "server", "SEND"},
        {TCP_SENT_FAST_RETRANSMIT, "server", "fast retransmit"},
        {TCP_SENT_ACK_OF, "server", "ACK of server#7"},
        {TCP_SENT_CHALLENGE, "server", "challenge ACK to server#7"},
        {TCP_SENT_WINDOW_OPENED, "server", "window opened by server#7"},
        {TCP_SENT_ANSWER, NULL, "answer"},
    };
    struct tcp_segment header = {.seq = ISS};
    struct trace_segment segment = {.from = "client", .number = 3, .segment = &header};
    char text[64];
    (void)state;
    assert_int_equal(trace_segment_id(&segment, text, sizeof text), 8);
    assert_string_equal(text, "client#3");
    segment.cause_number = 7;
    for (size_t i = 0; i < COUNT(rows); i++) {
        header.cause = (uint8_t)rows[i].cause;
        segment.cause_host = rows[i].host;
        (void)trace_segment_cause(&segment, text, sizeof text);
        assert_string_equal(text, rows[i].text);
    }
}

/* ---- the schema ---- */

/* The names are a contract (docs, "jsonl: the trace"); these are in the order written. */
static void test_the_fields_of_every_event(void **state)
{
    static const char *const expected[TRACE_EVENT_COUNT] = {
        [TRACE_RUN] = "run: schema scenario title seed tcpsim",
        [TRACE_SEGMENT] = ("segment: action id copy from to sport dport flags seq end len ack win "
                           "urg options abs_seq "
                           "abs_ack link at reason detail delay_ns retransmission cause"),
        [TRACE_STATE] = "state: host conn old new cause clause",
        [TRACE_TIMER] = "timer: host conn timer action deadline_ns",
        [TRACE_CONGESTION] = "congestion: host conn cwnd ssthresh phase flight srtt_ns rto_ns",
        [TRACE_CALL] = "call: host conn call len result",
        [TRACE_ICMP] = "icmp: from to type about mtu action link at reason",
        [TRACE_NOTE] = "note: text host",
        [TRACE_EXPECT] = "expect: file line held expected actual",
        [TRACE_END] = "end: verdict segments digest",
    };
    (void)state;
    for (int event = 0; event < TRACE_EVENT_COUNT; event++) {
        char text[300];
        size_t count = 0;
        const struct trace_field *fields = trace_fields((enum trace_event)event, &count);
        int len = snprintf(text, sizeof text, "%s:", trace_event_name((enum trace_event)event));
        for (size_t i = 0; i < count; i++) {
            len += snprintf(text + len, sizeof text - (size_t)len, " %s", fields[i].name);
        }
        assert_string_equal(text, expected[event]);
    }
}

static void test_the_names_of_actions(void **state)
{
    static const char *const names[] = {"sent",       "forwarded", "delivered", "dropped",
                                        "duplicated", "corrupted", "delayed",   "held",
                                        "injected",   "rewritten", "discarded", "marked"};
    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        assert_string_equal(trace_action_name((enum trace_action)i), names[i]);
    }
}

/* ---- sinks ---- */

struct listener {
    char *log;
    char name;
};

static void listen(void *context, const struct trace_record *record)
{
    struct listener *listener = context;
    const size_t len = strlen(listener->log);
    listener->log[len] = listener->name;
    listener->log[len + 1] = trace_event_name(record->event)[0];
    listener->log[len + 2] = '\0';
}

static void test_sinks_get_what_they_want_in_order(void **state)
{
    char log[32] = "";
    struct listener a = {log, 'a'}, b = {log, 'b'};
    const struct trace_record note = {.event = TRACE_NOTE};
    const struct trace_record call = {.event = TRACE_CALL};
    struct trace trace;
    (void)state;
    trace_init(&trace);
    assert_false(trace_wants(&trace, TRACE_NOTE));
    assert_true(trace_attach(&trace, (struct trace_sink){&a, listen, 1u << TRACE_NOTE}));
    assert_true(
        trace_attach(&trace, (struct trace_sink){&b, listen, 1u << TRACE_NOTE | 1u << TRACE_CALL}));
    assert_true(trace_wants(&trace, TRACE_NOTE));
    assert_true(trace_wants(&trace, TRACE_CALL));
    assert_false(trace_wants(&trace, TRACE_STATE));
    trace_emit(&trace, &note);
    trace_emit(&trace, &call);
    assert_string_equal(log, "anbnbc");
    while (trace.count < TRACE_SINKS_MAX) {
        assert_true(trace_attach(&trace, (struct trace_sink){&a, listen, 0}));
    }
    assert_false(trace_attach(&trace, (struct trace_sink){&a, listen, 0}));
}

/* ---- the digest ---- */

static struct tcp_segment sample_header(void)
{
    return (struct tcp_segment){
        .source = ipv4(1, 4000),
        .destination = ipv4(2, 80),
        .seq = ISS,
        .ack = ISS + 7,
        .flags = TCP_SYN | TCP_ACK,
        .window = 65535,
        .urgent = 3,
        .options_len = 4,
        .cause = TCP_SENT_ACK_OF,
        .retransmission = 2,
        .payload = {{{.len = 5}, {.len = 6}}},
        .options = {2, 4, 5, 0xb4},
    };
}

static struct trace_segment sample_segment(const struct tcp_segment *header)
{
    return (struct trace_segment){
        .action = TRACE_DROPPED,
        .from = "client",
        .to = "server",
        .number = 3,
        .copy = 1,
        .segment = header,
        .seq_base = ISS,
        .ack_base = ISS,
        .seq_known = true,
        .ack_known = true,
        .link = "client-server",
        .reason = "x.lua:7",
        .detail = "drop nth=1",
        .cause_host = "server",
        .cause_number = 2,
        .delay_ns = 9,
    };
}

/* One record of that event, all fields set. `header` is where a segment's fields are. */
static struct trace_record sample(enum trace_event event, struct tcp_segment *header)
{
    struct trace_record record = {.time_ns = 1234567890123, .event = event};
    const struct trace_conn conn = conn_of_client();
    *header = sample_header();
    if (event == TRACE_SEGMENT) {
        record.u.segment = sample_segment(header);
    } else if (event == TRACE_STATE) {
        record.u.state.conn = conn;
        record.u.state.old_state = TCP_SYN_SENT;
        record.u.state.new_state = TCP_ESTABLISHED;
        record.u.state.cause = TCP_CAUSE_SYN_ACK_ARRIVED;
    } else if (event == TRACE_TIMER) {
        record.u.timer.conn = conn;
        record.u.timer.timer = TCP_TIMER_PERSIST;
        record.u.timer.action = TCP_TIMER_FIRED;
        record.u.timer.deadline_ns = 77;
    } else if (event == TRACE_CONGESTION) {
        record.u.congestion.conn = conn;
        record.u.congestion.cwnd = 1;
        record.u.congestion.ssthresh = 2;
        record.u.congestion.flight = 3;
        record.u.congestion.phase = "slow start";
        record.u.congestion.srtt_ns = 4;
        record.u.congestion.rto_ns = 5;
    } else if (event == TRACE_CALL) {
        record.u.call.conn = conn;
        record.u.call.call = "SEND";
        record.u.call.len = 5;
        record.u.call.result = "ok";
    } else if (event == TRACE_ICMP) {
        record.u.icmp.from = "router";
        record.u.icmp.to = "client";
        record.u.icmp.type = "ttl exceeded";
        record.u.icmp.about = "client#3";
    } else {
        record.event = TRACE_NOTE;
        record.u.note.text = "text";
    }
    return record;
}

static void digest_of(const struct trace_record *records, size_t count, char text[33])
{
    struct trace_digest *digest = trace_digest_create();
    assert_non_null(digest);
    struct trace trace;
    trace_init(&trace);
    assert_true(trace_attach(&trace, trace_digest_sink(digest)));
    for (size_t i = 0; i < count; i++) { trace_emit(&trace, &records[i]); }
    trace_digest_text(digest, text);
    trace_digest_destroy(digest);
}

static void test_the_digest_of_nothing(void **state)
{
    char text[33];
    (void)state;
    digest_of(NULL, 0, text);
    assert_string_equal(text, "99aa06d3014798d86001c324468d497f"); /* XXH3-128 of no octets */
}

/* Layout 1 is for ever: this number may never change. */
static void test_the_digest_of_layout_1(void **state)
{
    struct trace_record records[6];
    struct tcp_segment header;
    char text[33];
    (void)state;
    for (unsigned i = 0; i < COUNT(records); i++) {
        records[i] = sample((enum trace_event)(TRACE_SEGMENT + i), &header);
    }
    digest_of(records, COUNT(records), text);
    assert_string_equal(text, "1e97cd925da59cab25be0a6390065288");
}

static void test_notes_are_not_in_the_digest(void **state)
{
    struct tcp_segment header;
    const struct trace_record with[] = {sample(TRACE_CALL, &header), sample(TRACE_NOTE, &header)};
    char a[33], b[33];
    (void)state;
    digest_of(with, 1, a);
    digest_of(with, 2, b);
    assert_string_equal(a, b);
}

static void test_a_long_name_is_hashed_whole(void **state)
{
    struct tcp_segment header;
    struct trace_record record = sample(TRACE_ICMP, &header);
    char about[1200], a[33], b[33];
    (void)state;
    memset(about, 'x', sizeof about);
    about[sizeof about - 1] = '\0';
    record.u.icmp.about = about;
    digest_of(&record, 1, a);
    about[sizeof about - 2] = 'y';
    digest_of(&record, 1, b);
    assert_string_not_equal(a, b);
}

/* What one change of a record does to the values of the fields that are in the digest, as text. */
static void digest_fields_text(const struct trace_record *record, char *text, size_t room)
{
    size_t count = 0;
    const struct trace_field *fields = trace_fields(record->event, &count);
    size_t len = (size_t)snprintf(text, room, "%llu|", (unsigned long long)record->time_ns);
    for (size_t i = 0; i < count; i++) {
        if (fields[i].in_digest) {
            len += fields[i].text(record, text + len, room - len);
            len += (size_t)snprintf(text + len, room - len, "|");
        }
    }
    assert_true(len < room);
}

static void assert_agrees(const struct trace_record *before,
                          const struct tcp_segment *header_before, struct trace_record *after,
                          struct tcp_segment *header, unsigned change)
{
    char text_before[1000], text_after[1000], digest_before[33], digest_after[33];
    const struct tcp_segment changed = *header;
    digest_fields_text(after, text_after, sizeof text_after);
    digest_of(after, 1, digest_after);
    *header = *header_before;
    digest_fields_text(before, text_before, sizeof text_before);
    digest_of(before, 1, digest_before);
    *header = changed;
    if ((strcmp(text_before, text_after) == 0) != (strcmp(digest_before, digest_after) == 0)) {
        fail_msg("change %u of event %s: the schema says %s", change,
                 trace_event_name(before->event),
                 strcmp(text_before, text_after) == 0 ? "not in the digest" : "in the digest");
    }
}

static void change_segment(struct trace_record *record, struct tcp_segment *header, unsigned change)
{
    struct trace_segment *segment = &record->u.segment;
    switch (change) {
    case 0: segment->action = TRACE_DELIVERED; break;
    case 1: segment->from = "other"; break;
    case 2: segment->to = "other"; break;
    case 3: segment->number = UINT64_C(1) << 40; break;
    case 4: segment->copy = 0; break;
    case 5: header->source.port = 4001; break;
    case 6: header->destination.port = 81; break;
    case 7: header->flags = TCP_SYN; break;
    case 8: header->seq++; break;
    case 9: header->ack++; break;
    case 10: header->window--; break;
    case 11: header->urgent = 0; break;
    case 12: header->payload.part[1].len = 7; break;
    case 13: header->options[3] = 0xb5; break;
    case 14: header->options_len = 0; break;
    case 15: segment->link = "client-server#2"; break;
    case 16: header->retransmission = 0; break;
    case 17: segment->reason = "/elsewhere/x.lua:9"; break;
    case 18: segment->detail = "drop nth=2"; break;
    case 19: segment->seq_known = false; break;
    case 20: segment->ack_base = 0; break;
    case 21: segment->cause_number = 9; break;
    case 22: header->cause = TCP_SENT_RTO; break;
    case 23: segment->delay_ns = 0; break;
    case 24: segment->first_connection = true; break;
    case 25: header->tag = 8; break;
    default: record->time_ns++; break;
    }
}
#define SEGMENT_CHANGES 27

static void test_the_schema_says_what_the_digest_holds_of_segments(void **state)
{
    (void)state;
    for (unsigned change = 0; change < SEGMENT_CHANGES; change++) {
        struct tcp_segment header, header_before;
        const struct trace_record before = sample(TRACE_SEGMENT, &header);
        struct trace_record after = before;
        header_before = header;
        change_segment(&after, &header, change);
        assert_agrees(&before, &header_before, &after, &header, change);
    }
}

static void change_other(struct trace_record *record, unsigned change)
{
    struct trace_record *r = record;
    switch (change) {
    case 0: r->time_ns++; break;
    case 1: r->u.state.conn.host = "other"; break;
    case 2: r->u.state.conn.local.port++; break;
    case 3: r->u.state.conn.remote.address.octets[3]++; break;
    case 4: r->u.state.conn.remote.port++; break;
    default: break;
    }
    if (r->event == TRACE_STATE) {
        r->u.state.old_state = change == 5 ? TCP_SYN_RECEIVED : r->u.state.old_state;
        r->u.state.new_state = change == 6 ? TCP_CLOSED : r->u.state.new_state;
        r->u.state.cause = change == 7 ? TCP_CAUSE_RST_ARRIVED : r->u.state.cause;
    } else if (r->event == TRACE_TIMER) {
        r->u.timer.timer = change == 5 ? TCP_TIMER_USER : r->u.timer.timer;
        r->u.timer.action = change == 6 ? TCP_TIMER_ARMED : r->u.timer.action;
        r->u.timer.deadline_ns += change == 7;
    } else if (r->event == TRACE_CONGESTION) {
        r->u.congestion.cwnd += change == 5;
        r->u.congestion.ssthresh += change == 6;
        r->u.congestion.flight += change == 7;
        r->u.congestion.phase = change == 8 ? "recovery" : r->u.congestion.phase;
        r->u.congestion.srtt_ns += change == 9;
        r->u.congestion.rto_ns += change == 10;
    } else if (r->event == TRACE_CALL) {
        r->u.call.call = change == 5 ? "OPEN" : r->u.call.call;
        r->u.call.len += change == 6;
        r->u.call.result = change == 7 ? "blocked" : r->u.call.result;
    }
}
#define OTHER_CHANGES 11

static void test_the_schema_says_what_the_digest_holds_of_others(void **state)
{
    static const enum trace_event events[] = {TRACE_STATE, TRACE_TIMER, TRACE_CONGESTION,
                                              TRACE_CALL};
    (void)state;
    for (size_t i = 0; i < COUNT(events); i++) {
        for (unsigned change = 0; change < OTHER_CHANGES; change++) {
            struct tcp_segment header, header_before;
            const struct trace_record before = sample(events[i], &header);
            struct trace_record after = before;
            header_before = header;
            change_other(&after, change);
            assert_agrees(&before, &header_before, &after, &header, change);
        }
    }
}

static void test_the_digest_is_the_same_beside_other_sinks(void **state)
{
    struct tcp_segment header;
    const struct trace_record record = sample(TRACE_SEGMENT, &header);
    struct trace_digest *first = trace_digest_create();
    struct trace_digest *second = trace_digest_create();
    char log[32] = "", alone[33], a[33], b[33];
    struct listener listener = {log, 'l'};
    struct trace trace;
    (void)state;
    digest_of(&record, 1, alone);
    trace_init(&trace);
    assert_true(trace_attach(&trace, trace_digest_sink(first)));
    assert_true(trace_attach(&trace, (struct trace_sink){&listener, listen, ~0u}));
    assert_true(trace_attach(&trace, trace_digest_sink(second)));
    trace_emit(&trace, &record);
    trace_digest_text(first, a);
    trace_digest_text(first, a); /* asking does not end it */
    trace_digest_text(second, b);
    assert_string_equal(a, alone);
    assert_string_equal(b, alone);
    trace_digest_destroy(first);
    trace_digest_destroy(second);
    trace_digest_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_of_connections),
        cmocka_unit_test(test_names_of_ipv6_and_listeners),
        cmocka_unit_test(test_ids_and_causes),
        cmocka_unit_test(test_the_fields_of_every_event),
        cmocka_unit_test(test_the_names_of_actions),
        cmocka_unit_test(test_sinks_get_what_they_want_in_order),
        cmocka_unit_test(test_the_digest_of_nothing),
        cmocka_unit_test(test_the_digest_of_layout_1),
        cmocka_unit_test(test_notes_are_not_in_the_digest),
        cmocka_unit_test(test_a_long_name_is_hashed_whole),
        cmocka_unit_test(test_the_schema_says_what_the_digest_holds_of_segments),
        cmocka_unit_test(test_the_schema_says_what_the_digest_holds_of_others),
        cmocka_unit_test(test_the_digest_is_the_same_beside_other_sinks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
