/* state.h - the eleven states, the causes of moves between them, the timers, and why a segment
 * was discarded: each list stands once, as rows of one table. */
#ifndef TCPSIM_TCP_STATE_H
#define TCPSIM_TCP_STATE_H

#include <stdbool.h>

/* RFC 9293 3.3.2. The numbers are part of the trace's digest: append only. */
enum tcp_state {
    TCP_CLOSED,
    TCP_LISTEN,
    TCP_SYN_SENT,
    TCP_SYN_RECEIVED,
    TCP_ESTABLISHED,
    TCP_FIN_WAIT_1,
    TCP_FIN_WAIT_2,
    TCP_CLOSE_WAIT,
    TCP_CLOSING,
    TCP_LAST_ACK,
    TCP_TIME_WAIT,
};
#define TCP_STATE_COUNT 11

/* What moved a connection: identifier, words, clause. Append only (digest). */
#define TCP_CAUSES(X)                                                       \
    X(OPEN_PASSIVE, "passive OPEN", "RFC 9293 3.10.1")                      \
    X(OPEN_ACTIVE, "active OPEN", "RFC 9293 3.10.1")                        \
    X(SEND_IN_LISTEN, "SEND in LISTEN", "RFC 9293 3.10.2")                  \
    X(SYN_ARRIVED, "SYN", "RFC 9293 3.10.7.2 third")                        \
    X(SYN_ACK_ARRIVED, "SYN,ACK", "RFC 9293 3.10.7.3 fourth")               \
    X(SYN_CROSSED, "SYN crossing ours", "RFC 9293 3.10.7.3 fourth")         \
    X(SYN_ACKED, "ACK of SYN", "RFC 9293 3.10.7.4 fifth")                   \
    X(CLOSE_CALLED, "CLOSE", "RFC 9293 3.10.4")                             \
    X(FIN_ACKED, "ACK of FIN", "RFC 9293 3.10.7.4 fifth")                   \
    X(FIN_ARRIVED, "FIN", "RFC 9293 3.10.7.4 eighth")                       \
    X(RST_ARRIVED, "RST", "RFC 9293 3.10.7.4 second")                       \
    X(RST_REFUSED, "RST, connection refused", "RFC 9293 3.10.7.3 second")   \
    X(SYN_IN_WINDOW, "SYN in the window", "RFC 9293 3.10.7.4 fourth")       \
    X(ABORT_CALLED, "ABORT", "RFC 9293 3.10.5")                             \
    X(USER_TIMEOUT, "user timeout", "RFC 9293 3.10.8")                      \
    X(TOO_MANY_RETRIES, "too many retransmissions", "RFC 9293 3.8.3")       \
    X(KEEPALIVE_UNANSWERED, "keepalive unanswered", "RFC 9293 3.8.4")       \
    X(TIME_WAIT_OVER, "2 MSL", "RFC 9293 3.10.8")                           \
    X(CLOSE_UNREAD, "close with unread data", "RFC 9293 3.6.1")             \
    X(DATA_AFTER_CLOSE, "data after close", "RFC 9293 3.6.1")               \
    X(REOPENED, "SYN in TIME-WAIT", "RFC 9293 3.6.1")                       \
    X(REOPEN_WAS_OLD, "the SYN was an old duplicate", "RFC 9293 3.6.1")     \
    X(LISTENER_CLOSED, "listener closed", "RFC 9293 3.10.4")                \
    X(ICMP_ERROR, "ICMP error", "RFC 9293 3.9.2.2")                         \
    X(FIN_WAIT_2_OVER, "nobody waits for the peer's FIN", "RFC 9293 3.6.1") \
    X(COOKIE_PROVEN, "ACK of a SYN cookie", "RFC 4987 3.6")                 \
    X(RECYCLED, "a newer SYN took the place", "RFC 4987 3.4")               \
    X(ACCEPT_FULL, "as many wait to be accepted as may", "RFC 9293 3.10.1")

enum tcp_cause {
#define X(id, words, clause) TCP_CAUSE_##id,
    TCP_CAUSES(X)
#undef X
        TCP_CAUSE_COUNT
};

/* In the order in which timers of one connection expire at one instant. Append only (digest). */
#define TCP_TIMERS(X)                   \
    X(RETRANSMISSION, "retransmission") \
    X(PERSIST, "persist")               \
    X(KEEPALIVE, "keepalive")           \
    X(TIME_WAIT, "time-wait")           \
    X(DELAYED_ACK, "delayed-ack")       \
    X(USER, "user")                     \
    X(OVERRIDE, "override")             \
    X(LOSS_PROBE, "tlp")

enum tcp_timer {
#define X(id, words) TCP_TIMER_##id,
    TCP_TIMERS(X)
#undef X
        TCP_TIMER_COUNT
};

enum tcp_timer_action { TCP_TIMER_ARMED, TCP_TIMER_FIRED, TCP_TIMER_STOPPED };

/* Why a segment, or a part of what it said, was thrown away. Append only (digest). */
#define TCP_DISCARDS(X)                                            \
    X(NO_CONNECTION, "no such connection")                         \
    X(BAD_ADDRESS, "address that no segment may have")             \
    X(BAD_CHECKSUM, "checksum")                                    \
    X(RST_IN_LISTEN, "RST in LISTEN")                              \
    X(ACK_IN_LISTEN, "ACK in LISTEN")                              \
    X(NO_SYN_IN_LISTEN, "no SYN in LISTEN")                        \
    X(BACKLOG_FULL, "backlog full")                                \
    X(NO_MEMORY, "insufficient resources")                         \
    X(ACK_UNACCEPTABLE, "unacceptable ACK")                        \
    X(RST_WITHOUT_ACK, "RST without ACK in SYN-SENT")              \
    X(NO_SYN_IN_SYN_SENT, "neither SYN nor RST in SYN-SENT")       \
    X(OUT_OF_WINDOW, "outside the window")                         \
    X(RST_OUT_OF_WINDOW, "RST outside the window")                 \
    X(RST_NOT_EXACT, "RST not at RCV.NXT")                         \
    X(SYN_CHALLENGED, "SYN on a synchronized connection")          \
    X(SYN_RETURNS_TO_LISTEN, "SYN in SYN-RECEIVED")                \
    X(NO_ACK, "no ACK")                                            \
    X(ACK_TOO_OLD, "ACK too old")                                  \
    X(ACK_OF_UNSENT, "ACK of what was not sent")                   \
    X(TEXT_AFTER_FIN, "text after FIN")                            \
    X(TEXT_AFTER_CLOSE, "data after close")                        \
    X(IGNORED_IN_TIME_WAIT, "nothing new in TIME-WAIT")            \
    X(IGNORED_IN_FIN_WAIT_2, "no FIN in FIN-WAIT-2")               \
    X(REPEATED_SYN, "SYN repeated")                                \
    X(NO_TIMESTAMP, "timestamp missing")                           \
    X(OLD_TIMESTAMP, "old timestamp")                              \
    X(SYN_WITH_FIN, "SYN with FIN")                                \
    X(RST_IN_TIME_WAIT, "RST in TIME-WAIT")                        \
    X(OLD_SYN, "old SYN in TIME-WAIT")                             \
    X(FAST_OPEN_REFUSED, "text on the SYN without a valid cookie") \
    X(HELD_LIMIT, "no more is held out of order")                  \
    X(QUIET_TIME, "quiet time after a crash")                      \
    X(ACCEPT_DEFERRED, "no text with the ACK of the SYN")          \
    X(ECHO_NOT_OURS, "echo of a timestamp that was never sent")

enum tcp_discard {
#define X(id, words) TCP_DISCARD_##id,
    TCP_DISCARDS(X)
#undef X
        TCP_DISCARD_COUNT
};

/* All of these return static strings. The state's name is spelt as in RFC 9293: "FIN-WAIT-1". */
const char *tcp_state_name(enum tcp_state state);
const char *tcp_cause_words(enum tcp_cause cause);
const char *tcp_cause_clause(enum tcp_cause cause);
const char *tcp_timer_name(enum tcp_timer timer);
const char *tcp_timer_action_name(enum tcp_timer_action action);
const char *tcp_discard_words(enum tcp_discard reason);

/* The state of that name, or false. */
bool tcp_state_from_name(const char *name, enum tcp_state *state);

/* Whether the table of moves (RFC 9293 figure 5, and those of 3.10 that the figure leaves out)
 * holds this one. */
bool tcp_move_allowed(enum tcp_state from, enum tcp_state to);

#endif
