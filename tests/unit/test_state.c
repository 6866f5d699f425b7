/* test_state.c - names of states and the table of moves against RFC 9293, written out once more as
 * a list of arrows. */
#include "cmocka_wrapper.h"

#include "../../tcp/marks.h"
#include "../../tcp/segment.h"
#include "../../tcp/state.h"

#include <stdio.h>
#include <string.h>

/* Every arrow but those to CLOSED, which comes from each state. */
static const char *const arrows[] = {
    "CLOSED LISTEN",            /* figure 5: passive OPEN */
    "CLOSED SYN-SENT",          /* figure 5: active OPEN */
    "LISTEN SYN-RECEIVED",      /* figure 5: rcv SYN */
    "LISTEN SYN-SENT",          /* figure 5: SEND */
    "SYN-SENT SYN-RECEIVED",    /* figure 5: rcv SYN */
    "SYN-SENT ESTABLISHED",     /* figure 5: rcv SYN,ACK */
    "SYN-RECEIVED ESTABLISHED", /* figure 5: rcv ACK of SYN */
    "SYN-RECEIVED FIN-WAIT-1",  /* figure 5: CLOSE */
    "SYN-RECEIVED LISTEN",      /* figure 5 note 1: rcv RST */
    "SYN-RECEIVED TIME-WAIT",   /* 3.6.1: the SYN was an old duplicate */
    "ESTABLISHED FIN-WAIT-1",   /* figure 5: CLOSE */
    "ESTABLISHED CLOSE-WAIT",   /* figure 5: rcv FIN */
    "FIN-WAIT-1 FIN-WAIT-2",    /* figure 5: rcv ACK of FIN */
    "FIN-WAIT-1 CLOSING",       /* figure 5: rcv FIN */
    "FIN-WAIT-2 TIME-WAIT",     /* figure 5: rcv FIN */
    "CLOSE-WAIT LAST-ACK",      /* figure 5: CLOSE */
    "CLOSING TIME-WAIT",        /* figure 5: rcv ACK of FIN */
    "TIME-WAIT SYN-RECEIVED",   /* 3.6.1 MAY-2 */
};

static bool listed(const char *from, const char *to)
{
    char arrow[64];
    (void)snprintf(arrow, sizeof arrow, "%s %s", from, to);
    for (size_t i = 0; i < sizeof arrows / sizeof arrows[0]; i++) {
        if (strcmp(arrow, arrows[i]) == 0) { return true; }
    }
    return strcmp(to, "CLOSED") == 0 && strcmp(from, "CLOSED") != 0;
}

static void moves_are_those_of_the_rfc(void **unused)
{
    (void)unused;
    unsigned allowed = 0;
    for (unsigned from = 0; from < TCP_STATE_COUNT; from++) {
        for (unsigned to = 0; to < TCP_STATE_COUNT; to++) {
            const char *from_name = tcp_state_name((enum tcp_state)from);
            const char *to_name = tcp_state_name((enum tcp_state)to);
            bool is = tcp_move_allowed((enum tcp_state)from, (enum tcp_state)to);
            if (is != listed(from_name, to_name)) {
                fail_msg("%s -> %s: %d", from_name, to_name, is);
            }
            allowed += is;
        }
    }
    assert_int_equal(allowed, 10 + sizeof arrows / sizeof arrows[0]);
}

static void states_are_spelt_as_in_the_rfc(void **unused)
{
    (void)unused;
    assert_string_equal(tcp_state_name(TCP_FIN_WAIT_1), "FIN-WAIT-1");
    assert_string_equal(tcp_state_name(TCP_SYN_RECEIVED), "SYN-RECEIVED");
    enum tcp_state state = TCP_CLOSED;
    for (unsigned i = 0; i < TCP_STATE_COUNT; i++) {
        assert_true(tcp_state_from_name(tcp_state_name((enum tcp_state)i), &state));
        assert_int_equal(state, i);
    }
    assert_false(tcp_state_from_name("fin-wait-1", &state));
    assert_false(tcp_state_from_name("", &state));
}

static void every_row_has_words(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < TCP_CAUSE_COUNT; i++) {
        assert_true(strlen(tcp_cause_words((enum tcp_cause)i)) > 0);
        assert_memory_equal(tcp_cause_clause((enum tcp_cause)i), "RFC ", 4);
    }
    for (unsigned i = 0; i < TCP_DISCARD_COUNT; i++) {
        assert_true(strlen(tcp_discard_words((enum tcp_discard)i)) > 0);
    }
    for (unsigned i = 0; i < TCP_TIMER_COUNT; i++) {
        assert_true(strlen(tcp_timer_name((enum tcp_timer)i)) > 0);
    }
    assert_string_equal(tcp_timer_name(TCP_TIMER_TIME_WAIT), "time-wait");
    assert_string_equal(tcp_timer_action_name(TCP_TIMER_STOPPED), "stopped");
    assert_string_equal(tcp_cause_words(TCP_CAUSE_FIN_ACKED), "ACK of FIN");
    assert_string_equal(tcp_sent_cause_words(TCP_SENT_NONE), "");
    assert_string_equal(tcp_sent_cause_words(TCP_SENT_FAST_RETRANSMIT), "fast retransmit");
    assert_string_equal(tcp_sent_cause_words(TCP_SENT_FORGED), "forged");
}

static void marks_are_found_by_their_names(void **unused)
{
    enum tcp_requirement requirement = TCP_REQ_COUNT;
    enum tcp_row row = TCP_ROW_COUNT;
    (void)unused;
    for (unsigned i = 0; i < TCP_REQ_COUNT; i++) {
        assert_true(
            tcp_requirement_from_name(tcp_requirement_name((enum tcp_requirement)i), &requirement));
        assert_int_equal(requirement, i);
    }
    for (unsigned i = 0; i < TCP_ROW_COUNT; i++) {
        assert_true(tcp_row_from_name(tcp_row_name((enum tcp_row)i), &row));
        assert_int_equal(row, i);
    }
    assert_string_equal(tcp_requirement_name(TCP_REQ_MUST_66), "MUST-66");
    assert_string_equal(tcp_row_name(TCP_ROW_FIN_TAKEN), "FIN_TAKEN");
    requirement = TCP_REQ_MUST_1;
    row = TCP_ROW_FIN_TAKEN;
    assert_false(tcp_requirement_from_name("MUST-999", &requirement));
    assert_false(tcp_row_from_name("MUST-66", &row));
    assert_int_equal(requirement, TCP_REQ_MUST_1);
    assert_int_equal(row, TCP_ROW_FIN_TAKEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moves_are_those_of_the_rfc),
        cmocka_unit_test(states_are_spelt_as_in_the_rfc),
        cmocka_unit_test(every_row_has_words),
        cmocka_unit_test(marks_are_found_by_their_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
