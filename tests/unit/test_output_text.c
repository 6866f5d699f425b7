/* test_output_text.c - the outputs exchange, golden and states, each with its literal text; the
 * list of formats. */
#include "cmocka_wrapper.h"

#include "../../sim/trace/pattern.h"
#include "output_run.h"

#include <stdio.h>
#include <string.h>

/* A data segment of one octet at stream offset `number`; what it says is of no account. */
static void tell(struct run *run, uint64_t time_ns, enum trace_action action, unsigned from,
                 uint64_t number, const char *reason)
{
    const struct tcp_segment header = header_of(from, TCP_ACK, (uint32_t)number, 1, 1);
    struct trace_record record = record_of(time_ns, action, from, number, &header);
    record.u.segment.reason = reason;
    trace_emit(&run->trace, &record);
}

static void tell_copy(struct run *run, uint64_t time_ns, enum trace_action action, uint64_t number,
                      uint32_t copy)
{
    const struct tcp_segment header = header_of(CLIENT, TCP_ACK, (uint32_t)number, 1, 1);
    struct trace_record record = record_of(time_ns, action, CLIENT, number, &header);
    record.u.segment.copy = copy;
    record.u.segment.reason = action == TRACE_DROPPED ? "loss" : "";
    trace_emit(&run->trace, &record);
}

/* SYN, lost; SYN again with an option; SYN,ACK; ACK; with the moves. */
static void tell_handshake(struct run *run)
{
    struct tcp_segment syn = header_of(CLIENT, TCP_SYN, 0, 0, 0);
    const struct tcp_segment syn_ack = header_of(SERVER, TCP_SYN | TCP_ACK, 0, 0, 1);
    const struct tcp_segment ack = header_of(CLIENT, TCP_ACK, 1, 0, 1);
    memcpy(syn.options, (const uint8_t[]){2, 4, 0x05, 0xb4}, 4);
    syn.options_len = 4;
    struct trace_record record = record_of(0, TRACE_SENT, CLIENT, 1, &syn);
    tell_move(run, 0, CLIENT, TCP_CLOSED, TCP_SYN_SENT, TCP_CAUSE_OPEN_ACTIVE);
    trace_emit(&run->trace, &record);
    record = record_of(0, TRACE_DROPPED, CLIENT, 1, &syn);
    record.u.segment.reason = "scenarios/loss/x.lua:12";
    trace_emit(&run->trace, &record);
    syn.retransmission = 1;
    record = record_of(1000 * MS, TRACE_SENT, CLIENT, 2, &syn);
    trace_emit(&run->trace, &record);
    record = record_of(1010 * MS, TRACE_DELIVERED, CLIENT, 2, &syn);
    trace_emit(&run->trace, &record);
    tell_move(run, 1010 * MS, SERVER, TCP_LISTEN, TCP_SYN_RECEIVED, TCP_CAUSE_SYN_ARRIVED);
    record = record_of(1010 * MS, TRACE_SENT, SERVER, 1, &syn_ack);
    trace_emit(&run->trace, &record);
    record = record_of(1020 * MS, TRACE_DELIVERED, SERVER, 1, &syn_ack);
    trace_emit(&run->trace, &record);
    tell_move(run, 1020 * MS, CLIENT, TCP_SYN_SENT, TCP_ESTABLISHED, TCP_CAUSE_SYN_ACK_ARRIVED);
    record = record_of(1020 * MS, TRACE_SENT, CLIENT, 3, &ack);
    trace_emit(&run->trace, &record);
    record = record_of(1030 * MS, TRACE_DELIVERED, CLIENT, 3, &ack);
    trace_emit(&run->trace, &record);
    tell_move(run, 1030 * MS, SERVER, TCP_SYN_RECEIVED, TCP_ESTABLISHED, TCP_CAUSE_SYN_ACKED);
}

/* ---- exchange and golden ---- */

static const char handshake_exchange[] =
    "0.000000 client > server: S 0:0(0) win 65535 <mss 1460> # lost: x.lua:12\n"
    "1.000000 client > server: S 0:0(0) win 65535 <mss 1460>\n"
    "1.010000 server > client: S. 0:0(0) ack 1 win 65535\n"
    "1.020000 client > server: . 1:1(0) ack 1 win 65535\n";

static void test_exchange(void **state)
{
    struct run run;
    (void)state;
    run_begin(&run, &output_exchange, false);
    tell_handshake(&run);
    run_end(&run, handshake_exchange);
}

static void test_exchange_absolute(void **state)
{
    struct run run;
    (void)state;
    run_begin(&run, &output_exchange, true);
    tell_handshake(&run);
    run_end(&run,
            "0.000000 client > server: S 4294967040:4294967040(0) win 65535 <mss 1460> # lost: "
            "x.lua:12\n"
            "1.000000 client > server: S 4294967040:4294967040(0) win 65535 <mss 1460>\n"
            "1.010000 server > client: S. 4294967280:4294967280(0) ack 4294967041 win 65535\n"
            "1.020000 client > server: . 4294967041:4294967041(0) ack 4294967281 win 65535\n");
}

static void test_golden(void **state)
{
    struct run run;
    (void)state;
    run_begin(&run, &output_golden, false);
    tell_handshake(&run);
    run_end(&run, "# client 10.0.0.1:4000-10.0.0.2:80 CLOSED -> SYN-SENT (active OPEN)\n"
                  "0.000000 client > server: S 0:0(0) win 65535 <mss 1460> # lost: x.lua:12\n"
                  "1.000000 client > server: S 0:0(0) win 65535 <mss 1460>\n"
                  "# server 10.0.0.2:80-10.0.0.1:4000 LISTEN -> SYN-RECEIVED (SYN)\n"
                  "1.010000 server > client: S. 0:0(0) ack 1 win 65535\n"
                  "# client 10.0.0.1:4000-10.0.0.2:80 SYN-SENT -> ESTABLISHED (SYN,ACK)\n"
                  "1.020000 client > server: . 1:1(0) ack 1 win 65535\n"
                  "# server 10.0.0.2:80-10.0.0.1:4000 SYN-RECEIVED -> ESTABLISHED (ACK of SYN)\n");
}

/* What is pasted into expect.exchange holds of the run that printed it. */
static void test_exchange_is_read_back(void **state)
{
    const char *line = handshake_exchange;
    (void)state;
    for (unsigned lines = 0; *line != '\0'; lines++) {
        struct pattern pattern;
        char error[200] = "";
        unsigned column = 0;
        const char *end = strchr(line, '\n');
        assert_true(pattern_parse(line, (size_t)(end - line), true, &pattern, error, sizeof error,
                                  &column));
        if (lines == 2) {
            const struct tcp_segment header = header_of(SERVER, TCP_SYN | TCP_ACK, 0, 0, 1);
            const struct trace_record record = record_of(1010 * MS, TRACE_SENT, SERVER, 1, &header);
            assert_int_equal(pattern_compare(&pattern, &record.u.segment, 1010 * MS, 0, false),
                             PATTERN_MATCHES);
        }
        line = end + 1;
    }
}

#define LINE(time, n, remark) time " client > server: . " n " ack 1 win 65535" remark "\n"

static void test_a_line_waits_for_its_fate_and_keeps_its_place(void **state)
{
    struct run run;
    (void)state;
    run_begin(&run, &output_exchange, false);
    tell(&run, 0, TRACE_SENT, CLIENT, 1, "");
    tell(&run, 0, TRACE_SENT, CLIENT, 2, "");
    tell(&run, 0, TRACE_DROPPED, CLIENT, 2, "queue full");
    assert_string_equal(so_far(&run), "");
    tell(&run, 10 * MS, TRACE_DELIVERED, CLIENT, 1, "");
    assert_string_equal(so_far(&run), ""); /* its checksum may still prove bad */
    tell(&run, 10 * MS, TRACE_SENT, CLIENT, 3, "");
    tell(&run, 11 * MS, TRACE_SENT, CLIENT, 4, "");
    assert_string_equal(so_far(&run), LINE("0.000000", "1:2(1)", "")
                                          LINE("0.000000", "2:3(1)", " # lost: queue full"));
    tell(&run, 30 * MS, TRACE_DROPPED, CLIENT, 4, "loss");
    tell(&run, 40 * MS, TRACE_DROPPED, CLIENT, 3, "down");
    run_end(&run, LINE("0.000000", "1:2(1)", "") LINE("0.000000", "2:3(1)", " # lost: queue full")
                      LINE("0.010000", "3:4(1)", " # lost: down")
                          LINE("0.011000", "4:5(1)", " # lost: loss"));
}

static void test_a_bad_checksum_is_a_loss_other_discards_are_not(void **state)
{
    struct run run;
    (void)state;
    run_begin(&run, &output_exchange, false);
    tell(&run, 0, TRACE_SENT, CLIENT, 1, "");
    tell(&run, 0, TRACE_CORRUPTED, CLIENT, 1, "x.lua:3");
    tell(&run, 0, TRACE_SENT, CLIENT, 2, "");
    tell(&run, 10 * MS, TRACE_DELIVERED, CLIENT, 1, "");
    tell(&run, 10 * MS, TRACE_DELIVERED, CLIENT, 2, "");
    tell(&run, 10 * MS, TRACE_DISCARDED, CLIENT, 1, "checksum");
    tell(&run, 10 * MS, TRACE_DISCARDED, CLIENT, 2, "outside the window");
    run_end(&run, LINE("0.000000", "1:2(1)", " # lost: checksum") LINE("0.000000", "2:3(1)", ""));
}

static void test_a_reason_loses_only_a_rules_folder(void **state)
{
    struct run run;
    (void)state;
    run_begin(&run, &output_exchange, false);
    tell(&run, 0, TRACE_SENT, CLIENT, 1, "");
    tell(&run, 0, TRACE_DROPPED, CLIENT, 1, "/a/b.d/x\ny.lua:30");
    tell(&run, 0, TRACE_SENT, CLIENT, 2, "");
    tell(&run, 0, TRACE_DROPPED, CLIENT, 2, "neither/nor");
    tell(&run, 0, TRACE_SENT, CLIENT, 3, "");
    tell(&run, 0, TRACE_DROPPED, CLIENT, 3, "");
    run_end(&run, LINE("0.000000", "1:2(1)", " # lost: x?y.lua:30")
                      LINE("0.000000", "2:3(1)", " # lost: neither/nor")
                          LINE("0.000000", "3:4(1)", " # lost"));
}

static void test_copies_decide_nothing_and_have_no_line(void **state)
{
    struct run run;
    (void)state;
    run_begin(&run, &output_exchange, false);
    tell(&run, 0, TRACE_SENT, CLIENT, 1, "");
    tell_copy(&run, 0, TRACE_DUPLICATED, 1, 1);
    tell_copy(&run, 0, TRACE_DROPPED, 1, 1);
    tell(&run, 10 * MS, TRACE_DELIVERED, CLIENT, 1, "");
    tell(&run, 20 * MS, TRACE_SENT, CLIENT, 2, "");
    tell_copy(&run, 20 * MS, TRACE_DUPLICATED, 2, 1);
    tell(&run, 20 * MS, TRACE_DROPPED, CLIENT, 2, "loss");
    tell_copy(&run, 30 * MS, TRACE_DELIVERED, 2, 1);
    run_end(&run, LINE("0.000000", "1:2(1)", "") LINE("0.020000", "2:3(1)", " # lost: loss"));
}

static void test_forged_and_held_segments_have_a_line(void **state)
{
    struct run run;
    (void)state;
    run_begin(&run, &output_exchange, false);
    tell(&run, 0, TRACE_INJECTED, CLIENT, 1, "x.lua:1");
    tell(&run, 0, TRACE_SENT, CLIENT, 1, "");
    tell(&run, 1 * MS, TRACE_SENT, CLIENT, 2, "");
    tell(&run, 1 * MS, TRACE_HELD, CLIENT, 2, "x.lua:2");
    tell(&run, 9 * MS, TRACE_DELIVERED, CLIENT, 1, "");
    run_end(&run, LINE("0.000000", "1:2(1)", "") LINE("0.001000", "2:3(1)", ""));
}

static void test_many_lines_wait_behind_one(void **state)
{
    struct run run;
    size_t len = 0;
    unsigned lines = 0;
    (void)state;
    run_begin(&run, &output_golden, false);
    for (uint64_t number = 1; number <= 5000; number++) {
        tell(&run, number * MS, TRACE_SENT, CLIENT, number, "");
        tell(&run, number * MS, TRACE_SENT, SERVER, number, "");
        if (number % 100 == 0) {
            tell_move(&run, number * MS, CLIENT, TCP_CLOSED, TCP_LISTEN, TCP_CAUSE_OPEN_PASSIVE);
        }
    }
    for (uint64_t number = 5000; number >= 2; number--) {
        tell(&run, 9000 * MS, number % 7 == 0 ? TRACE_DROPPED : TRACE_DELIVERED, CLIENT, number,
             "loss");
        tell(&run, 9000 * MS, TRACE_DELIVERED, SERVER, number, "");
    }
    assert_string_equal(so_far(&run), "");
    output_end(&run.output);
    const char *text = out_writer_contents(run.writer, &len);
    for (const char *line = text; *line != '\0'; line = strchr(line, '\n') + 1) {
        unsigned seconds = 0, micros = 0;
        char sender[16] = "";
        if (*line == '#') {
            assert_int_equal(lines % 201, 200);
        } else {
            const unsigned number = (lines - lines / 201) / 2 + 1;
            const char *lost = strstr(line, "# lost: loss\n");
            assert_int_equal(sscanf(line, "%u.%u %15s", &seconds, &micros, sender), 3);
            assert_int_equal(seconds * 1000 + micros / 1000, number);
            assert_string_equal(sender, (lines - lines / 201) % 2 == 0 ? "client" : "server");
            assert_int_equal(lost != NULL && lost < strchr(line, '\n'),
                             sender[0] == 'c' && number % 7 == 0);
        }
        lines++;
    }
    assert_int_equal(lines, 10050);
    assert_int_equal(out_writer_finish(run.writer), 0);
}

/* ---- states ---- */

static void test_states(void **state)
{
    struct run run;
    (void)state;
    run_begin(&run, &output_states, false);
    tell_handshake(&run);
    run_end(&run,
            "0.000000 client 10.0.0.1:4000-10.0.0.2:80 CLOSED -> SYN-SENT  active OPEN (RFC 9293 "
            "3.10.1)\n"
            "1.010000 server 10.0.0.2:80-10.0.0.1:4000 LISTEN -> SYN-RECEIVED  SYN (RFC 9293 "
            "3.10.7.2 third)\n"
            "1.020000 client 10.0.0.1:4000-10.0.0.2:80 SYN-SENT -> ESTABLISHED  SYN,ACK (RFC 9293 "
            "3.10.7.3 fourth)\n"
            "1.030000 server 10.0.0.2:80-10.0.0.1:4000 SYN-RECEIVED -> ESTABLISHED  ACK of SYN "
            "(RFC 9293 3.10.7.4 fifth)\n");
}

/* ---- the list ---- */

static void test_the_list_of_formats(void **state)
{
    (void)state;
    assert_ptr_equal(output_format_by_name("jsonl"), &output_jsonl);
    assert_ptr_equal(output_format_by_name("exchange"), &output_exchange);
    assert_null(output_format_by_name("json"));
    for (size_t i = 0; i < output_format_count; i++) {
        assert_ptr_equal(output_format_by_name(output_formats[i]->name), output_formats[i]);
        assert_true(output_formats[i]->help[0] != '\0');
        assert_true(output_formats[i]->wants != 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exchange),
        cmocka_unit_test(test_exchange_absolute),
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_exchange_is_read_back),
        cmocka_unit_test(test_a_line_waits_for_its_fate_and_keeps_its_place),
        cmocka_unit_test(test_a_bad_checksum_is_a_loss_other_discards_are_not),
        cmocka_unit_test(test_a_reason_loses_only_a_rules_folder),
        cmocka_unit_test(test_copies_decide_nothing_and_have_no_line),
        cmocka_unit_test(test_forged_and_held_segments_have_a_line),
        cmocka_unit_test(test_many_lines_wait_behind_one),
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_the_list_of_formats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
