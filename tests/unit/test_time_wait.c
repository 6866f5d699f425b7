/* test_time_wait.c - TIME-WAIT beside a listener: the new SYN that reopens a connection (RFC 9293
 * MAY-2), and what the table of transitions cannot show with one connection. */
#include "cmocka_wrapper.h"
#include "dialogue.h"

#define IN_TIME_WAIT                                                                           \
    "listen; < S 0:0(0) <mss 1460>; > S. 0:0(0) ack 1; < . 1:1(0) ack 1; accept; close; > F. " \
    "1:1(0) ack 1;"                                                                            \
    "< . 1:1(0) ack 2; < F. 1:1(0) ack 2; > . 2:2(0) ack 2; state TIME-WAIT;"                  \
    "moves CLOSED -> LISTEN, LISTEN -> SYN-RECEIVED, SYN-RECEIVED -> ESTABLISHED, "            \
    "ESTABLISHED -> FIN-WAIT-1, FIN-WAIT-1 -> FIN-WAIT-2, FIN-WAIT-2 -> TIME-WAIT; +1s;"

static void talk(const char *text)
{
    char error[1024] = "";
    if (!dialogue_run(text, error, sizeof error)) { fail_msg("%s", error); }
}

/* T225 */
static void new_syn_reopens(void **state)
{
    (void)state;
    talk(IN_TIME_WAIT
         "release; < S 5000:5000(0) <mss 1460>; > S. 0:0(0) ack 5001; state SYN-RECEIVED;"
         "moves TIME-WAIT -> SYN-RECEIVED; timer time-wait off; < . 5001:5001(0) ack 1;"
         "moves SYN-RECEIVED -> ESTABLISHED; accept; < P. 5001:5006(5) ack 1; recv = 5");
}

/* T421 */
static void old_syn_returns_to_time_wait(void **state)
{
    (void)state;
    talk(IN_TIME_WAIT
         "release; < S 5000:5000(0); > S. 0:0(0) ack 5001; < R 5001:5001(0);"
         "moves TIME-WAIT -> SYN-RECEIVED, SYN-RECEIVED -> TIME-WAIT; timer time-wait on;"
         "< F. 1:1(0) ack 2; > . 2:2(0) ack 2; +4min; state LISTEN");
}

/* T227: while the user still holds the connection, and for a SYN that is not beyond what was
 * received. */
static void held_or_old_is_challenged(void **state)
{
    (void)state;
    talk(IN_TIME_WAIT "< S 5000:5000(0); > . 2:2(0) ack 2; state TIME-WAIT");
    talk(IN_TIME_WAIT "release; < S 2:2(0); > . 2:2(0) ack 2; state TIME-WAIT");
    talk(IN_TIME_WAIT "release; < S 1:1(0); > . 2:2(0) ack 2; state TIME-WAIT");
}

static void nobody_listens_any_more(void **state)
{
    (void)state;
    talk("open; > S 0:0(0); < S. 0:0(0) ack 1; > . 1:1(0) ack 1; close; > F. 1:1(0) ack 1; < F. "
         "1:1(0) ack 2;"
         "> . 2:2(0) ack 2; release; < S 5000:5000(0); > . 2:2(0) ack 2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_syn_reopens),
        cmocka_unit_test(old_syn_returns_to_time_wait),
        cmocka_unit_test(held_or_old_is_challenged),
        cmocka_unit_test(nobody_listens_any_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
