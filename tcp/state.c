/* state.c - names of states, causes, timers and discards, and the table of moves. */
#include "state.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static const char *const state_names[TCP_STATE_COUNT] = {
    [TCP_CLOSED] = "CLOSED",           [TCP_LISTEN] = "LISTEN",
    [TCP_SYN_SENT] = "SYN-SENT",       [TCP_SYN_RECEIVED] = "SYN-RECEIVED",
    [TCP_ESTABLISHED] = "ESTABLISHED", [TCP_FIN_WAIT_1] = "FIN-WAIT-1",
    [TCP_FIN_WAIT_2] = "FIN-WAIT-2",   [TCP_CLOSE_WAIT] = "CLOSE-WAIT",
    [TCP_CLOSING] = "CLOSING",         [TCP_LAST_ACK] = "LAST-ACK",
    [TCP_TIME_WAIT] = "TIME-WAIT",
};

const char *tcp_state_name(enum tcp_state state)
{
    assert((unsigned)state < TCP_STATE_COUNT);
    return state_names[state];
}

bool tcp_state_from_name(const char *name, enum tcp_state *state)
{
    for (unsigned i = 0; i < TCP_STATE_COUNT; i++) {
        if (strcmp(name, state_names[i]) == 0) {
            *state = (enum tcp_state)i;
            return true;
        }
    }
    return false;
}

const char *tcp_cause_words(enum tcp_cause cause)
{
    static const char *const words[TCP_CAUSE_COUNT] = {
#define X(id, text, clause) [TCP_CAUSE_##id] = text,
        TCP_CAUSES(X)
#undef X
    };
    assert((unsigned)cause < TCP_CAUSE_COUNT);
    return words[cause];
}

const char *tcp_cause_clause(enum tcp_cause cause)
{
    static const char *const clauses[TCP_CAUSE_COUNT] = {
#define X(id, text, clause) [TCP_CAUSE_##id] = clause,
        TCP_CAUSES(X)
#undef X
    };
    assert((unsigned)cause < TCP_CAUSE_COUNT);
    return clauses[cause];
}

const char *tcp_timer_name(enum tcp_timer timer)
{
    static const char *const names[TCP_TIMER_COUNT] = {
#define X(id, text) [TCP_TIMER_##id] = text,
        TCP_TIMERS(X)
#undef X
    };
    assert((unsigned)timer < TCP_TIMER_COUNT);
    return names[timer];
}

const char *tcp_timer_action_name(enum tcp_timer_action action)
{
    static const char *const names[] = {
        [TCP_TIMER_ARMED] = "armed",
        [TCP_TIMER_FIRED] = "fired",
        [TCP_TIMER_STOPPED] = "stopped",
    };
    assert((unsigned)action < sizeof names / sizeof names[0]);
    return names[action];
}

const char *tcp_discard_words(enum tcp_discard reason)
{
    static const char *const words[TCP_DISCARD_COUNT] = {
#define X(id, text) [TCP_DISCARD_##id] = text,
        TCP_DISCARDS(X)
#undef X
    };
    assert((unsigned)reason < TCP_DISCARD_COUNT);
    return words[reason];
}

#define TO(state) (UINT16_C(1) << TCP_##state)

/* RFC 9293 figure 5, and the moves of 3.10 and 3.6.1 that it leaves out. CLOSED is reached from
 * everywhere: by RST, ABORT, a timeout or the host's crash. Where one segment causes two moves,
 * each of them is a row of its own, as the order of the checks in 3.10.7.4 gives them; so neither
 * FIN-WAIT-1 -> TIME-WAIT (by FIN-WAIT-2) nor SYN-SENT or SYN-RECEIVED -> CLOSE-WAIT (by
 * ESTABLISHED) is a move. */
static const uint16_t moves[TCP_STATE_COUNT] = {
    [TCP_CLOSED] = TO(LISTEN) | TO(SYN_SENT),
    /* SYN-SENT: an active OPEN or a SEND (3.10.1, 3.10.2). */
    [TCP_LISTEN] = TO(SYN_RECEIVED) | TO(SYN_SENT) | TO(CLOSED),
    [TCP_SYN_SENT] = TO(ESTABLISHED) | TO(SYN_RECEIVED) | TO(CLOSED),
    /* LISTEN: RST or SYN on a passive open (3.10.7.4); TIME-WAIT: where it came from, when the SYN
     * proves to be an old duplicate (3.6.1). */
    [TCP_SYN_RECEIVED] = TO(ESTABLISHED) | TO(FIN_WAIT_1) | TO(LISTEN) | TO(TIME_WAIT) | TO(CLOSED),
    [TCP_ESTABLISHED] = TO(FIN_WAIT_1) | TO(CLOSE_WAIT) | TO(CLOSED),
    [TCP_FIN_WAIT_1] = TO(FIN_WAIT_2) | TO(CLOSING) | TO(CLOSED),
    [TCP_FIN_WAIT_2] = TO(TIME_WAIT) | TO(CLOSED),
    [TCP_CLOSE_WAIT] = TO(LAST_ACK) | TO(CLOSED),
    [TCP_CLOSING] = TO(TIME_WAIT) | TO(CLOSED),
    [TCP_LAST_ACK] = TO(CLOSED),
    /* SYN-RECEIVED: a new SYN reopens the connection (3.6.1 MAY-2). */
    [TCP_TIME_WAIT] = TO(SYN_RECEIVED) | TO(CLOSED),
};

bool tcp_move_allowed(enum tcp_state from, enum tcp_state to)
{
    assert((unsigned)from < TCP_STATE_COUNT && (unsigned)to < TCP_STATE_COUNT);
    return (moves[from] >> to & 1u) != 0;
}
