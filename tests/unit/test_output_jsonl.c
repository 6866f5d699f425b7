/* test_output_jsonl.c - the output jsonl, with its literal text. */
#include "cmocka_wrapper.h"

#include "output_run.h"

#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* The record's line; `expected` has ' where JSON has ", so that it can be read. */
static void assert_line(const struct trace_record *record, const char *expected)
{
    struct run run;
    char line[1000];
    (void)snprintf(line, sizeof line, "%s\n", expected);
    for (char *c = strchr(line, '\''); c != NULL; c = strchr(c, '\'')) { *c = '"'; }
    run_begin(&run, &output_jsonl, false);
    trace_emit(&run.trace, record);
    run_end(&run, line);
}

/* clang-format off: the lines of JSON are broken where they can be read. */

static void test_a_segment_sent(void **state)
{
    struct tcp_segment header = header_of(CLIENT, TCP_ACK | TCP_PSH, 1, 300, 1);
    const struct trace_record record = record_of(1500, TRACE_SENT, CLIENT, 3, &header);
    (void)state;
    header.cause = TCP_SENT_SEND;
    assert_line(&record, "{'event':'segment','time_ns':1500,'action':'sent','id':'client#3','from':"
                         "'client','to':'server',"
                         "'sport':4000,'dport':80,'flags':'P.','seq':1,'end':301,'len':300,'ack':1,"
                         "'win':65535,'options':'',"
                         "'abs_seq':4294967041,'abs_ack':4294967281,'link':'client-server','reason'"
                         ":'','cause':'SEND'}");
}

static void test_a_segment_with_everything(void **state)
{
    struct tcp_segment header = header_of(CLIENT, TCP_ACK | TCP_PSH | TCP_URG, 1, 300, 1);
    struct trace_record record = record_of(1500, TRACE_DROPPED, CLIENT, 3, &header);
    (void)state;
    header.cause = TCP_SENT_RTO;
    header.retransmission = 1;
    header.urgent = 5;
    memcpy(header.options, (const uint8_t[]){1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2}, 12);
    header.options_len = 12;
    record.u.segment.copy = 1;
    record.u.segment.reason = "a/x.lua:7";
    record.u.segment.detail = "drop nth=1";
    record.u.segment.delay_ns = 250;
    assert_line(
        &record,
        "{'event':'segment','time_ns':1500,'action':'dropped','id':'client#3','copy':1,'from':'"
        "client',"
        "'to':'server','sport':4000,'dport':80,'flags':'P.U','seq':1,'end':301,'len':300,'ack':1,"
        "'win':65535,'urg':5,'options':'nop,nop,TS val 1 ecr 2','abs_seq':4294967041,"
        "'abs_ack':4294967281,'link':'client-server','reason':'a/x.lua:7','detail':'drop nth=1',"
        "'delay_ns':250,'retransmission':1,'cause':'RTO'}");
}

/* A SYN has no ACK: its field is shown as it is, not relative to something. */
static void test_a_segment_without_ack(void **state)
{
    const struct tcp_segment header = header_of(CLIENT, TCP_SYN, 0, 0, 0);
    const struct trace_record record = record_of(0, TRACE_SENT, CLIENT, 1, &header);
    (void)state;
    assert_line(&record,
                "{'event':'segment','time_ns':0,'action':'sent','id':'client#1','from':'client','"
                "to':'server',"
                "'sport':4000,'dport':80,'flags':'S','seq':0,'end':0,'len':0,'ack':0,'win':65535,'"
                "options':'',"
                "'abs_seq':4294967040,'abs_ack':0,'link':'client-server','reason':'','cause':''}");
}

static void test_what_concerns_a_connection(void **state)
{
    const struct tcp_segment header = header_of(CLIENT, 0, 0, 0, 0);
    const struct trace_conn conn = {
        .host = "client", .local = header.source, .remote = header.destination};
    struct trace_record record = {.time_ns = 5, .event = TRACE_STATE};
    (void)state;
    record.u.state.conn = conn;
    record.u.state.old_state = TCP_FIN_WAIT_1;
    record.u.state.new_state = TCP_FIN_WAIT_2;
    record.u.state.cause = TCP_CAUSE_FIN_ACKED;
    assert_line(&record,
                "{'event':'state','time_ns':5,'host':'client','conn':'10.0.0.1:4000-10.0.0.2:80',"
                "'old':'FIN-WAIT-1','new':'FIN-WAIT-2','cause':'ACK of FIN','clause':'RFC 9293 "
                "3.10.7.4 fifth'}");

    record = (struct trace_record){.time_ns = 6, .event = TRACE_TIMER};
    record.u.timer.conn = conn;
    record.u.timer.timer = TCP_TIMER_TIME_WAIT;
    record.u.timer.action = TCP_TIMER_ARMED;
    record.u.timer.deadline_ns = 240;
    assert_line(&record,
                "{'event':'timer','time_ns':6,'host':'client','conn':'10.0.0.1:4000-10.0.0.2:80',"
                "'timer':'time-wait','action':'armed','deadline_ns':240}");

    record = (struct trace_record){.time_ns = 7, .event = TRACE_CONGESTION};
    record.u.congestion.conn = conn;
    record.u.congestion.cwnd = 1;
    record.u.congestion.ssthresh = 2;
    record.u.congestion.flight = 3;
    record.u.congestion.phase = "slow start";
    record.u.congestion.rto_ns = 5;
    assert_line(
        &record,
        "{'event':'congestion','time_ns':7,'host':'client','conn':'10.0.0.1:4000-10.0.0.2:80',"
        "'cwnd':1,'ssthresh':2,'phase':'slow start','flight':3,'srtt_ns':0,'rto_ns':5}");

    record = (struct trace_record){.time_ns = 8, .event = TRACE_CALL};
    record.u.call.conn = conn;
    record.u.call.call = "OPEN";
    record.u.call.result = "ok";
    assert_line(&record,
                "{'event':'call','time_ns':8,'host':'client','conn':'10.0.0.1:4000-10.0.0.2:80',"
                "'call':'OPEN','len':0,'result':'ok'}");
}

static void test_the_first_and_the_last_line(void **state)
{
    struct trace_record record = {.event = TRACE_RUN};
    (void)state;
    record.u.run.scenario = "a/x.lua";
    record.u.run.title = "A title";
    record.u.run.version = "0.1.0";
    record.u.run.seed = UINT64_MAX;
    assert_line(&record, "{'event':'run','schema':1,'scenario':'a/x.lua','title':'A title',"
                         "'seed':18446744073709551615,'tcpsim':'0.1.0'}");

    record = (struct trace_record){.time_ns = 10, .event = TRACE_END};
    record.u.end.verdict = "pass";
    record.u.end.segments = 12;
    assert_line(&record, "{'event':'end','time_ns':10,'verdict':'pass','segments':12}");
    record.u.end.digest = "99aa06d3014798d86001c324468d497f";
    assert_line(&record, "{'event':'end','time_ns':10,'verdict':'pass','segments':12,"
                         "'digest':'99aa06d3014798d86001c324468d497f'}");
}

static void test_notes_expectations_and_icmp(void **state)
{
    struct trace_record record = {.time_ns = 9, .event = TRACE_NOTE};
    (void)state;
    record.u.note.text = "hello";
    assert_line(&record, "{'event':'note','time_ns':9,'text':'hello'}");
    record.u.note.host = "client";
    assert_line(&record, "{'event':'note','time_ns':9,'text':'hello','host':'client'}");

    record = (struct trace_record){.time_ns = 9, .event = TRACE_EXPECT};
    record.u.expect.file = "a/x.lua";
    record.u.expect.line = 3;
    record.u.expect.expected = "1";
    record.u.expect.actual = "2";
    assert_line(&record, "{'event':'expect','time_ns':9,'file':'a/"
                         "x.lua','line':3,'held':false,'expected':'1','actual':'2'}");
    record.u.expect.held = true;
    assert_line(&record, "{'event':'expect','time_ns':9,'file':'a/"
                         "x.lua','line':3,'held':true,'expected':'1','actual':'2'}");

    record = (struct trace_record){.time_ns = 9, .event = TRACE_ICMP};
    record.u.icmp.from = "router";
    record.u.icmp.to = "client";
    record.u.icmp.type = "ttl exceeded";
    record.u.icmp.about = "client#3";
    assert_line(&record, "{'event':'icmp','time_ns':9,'from':'router','to':'client','type':'ttl "
                         "exceeded','about':'client#3','action':'sent'}");
}

static void test_strings_are_escaped(void **state)
{
    static const struct {
        const char *text, *json;
    } rows[] = {
        {"", ""},
        {"a\"b\\c/d", "a\\\"b\\\\c/d"},
        {"\n\r\t\b\x01\x1f\x7f", "\\n\\r\\t\\u0008\\u0001\\u001f\x7f"},
        {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
        {"\xff"
         "a",
         "\xef\xbf\xbd"
         "a"},
        {"\xc3", "\xef\xbf\xbd"},
        {"\xc0\x80", "\xef\xbf\xbd\xef\xbf\xbd"},                 /* overlong */
        {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"}, /* a surrogate */
        {"\xf4\x90\x80\x80",
         "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"}, /* above U+10FFFF */
        {"\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct trace_record record = {.event = TRACE_NOTE};
        char expected[200];
        record.u.note.text = rows[i].text;
        (void)snprintf(expected, sizeof expected, "{'event':'note','time_ns':0,'text':'%s'}",
                       rows[i].json);
        assert_line(&record, expected);
    }
}

/* clang-format on */

static void test_a_long_text_is_whole(void **state)
{
    struct run run;
    struct trace_record record = {.event = TRACE_NOTE};
    static char text[100001], expected[100100];
    (void)state;
    memset(text, 'x', sizeof text - 1);
    record.u.note.text = text;
    run_begin(&run, &output_jsonl, false);
    trace_emit(&run.trace, &record);
    (void)snprintf(expected, sizeof expected,
                   "{\"event\":\"note\",\"time_ns\":0,\"text\":\"%s\"}\n", text);
    run_end(&run, expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_segment_sent),
        cmocka_unit_test(test_a_segment_with_everything),
        cmocka_unit_test(test_a_segment_without_ack),
        cmocka_unit_test(test_what_concerns_a_connection),
        cmocka_unit_test(test_the_first_and_the_last_line),
        cmocka_unit_test(test_notes_expectations_and_icmp),
        cmocka_unit_test(test_strings_are_escaped),
        cmocka_unit_test(test_a_long_text_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
