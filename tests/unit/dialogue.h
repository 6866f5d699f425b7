/* dialogue.h - one TCP host in a conversation written as text: segments in packetdrill's notation,
 * user calls, time. The peer is the text. Used by the tests of tcp/.
 *
 *     listen                        passive OPEN of port 80 (listen here: of this address only)
 * accept   accept = nobody open                          active OPEN to the peer          open
 * listener  (on the passive TCB) send 5   recv   close   abort   release   status   crash      a
 * call on the current connection send 5 = connection closing   …and the error that it must give;
 * recv = 5 (octets) = eof = wait; recv 3: at most send 9 takes 5                a part is taken;
 * flush = 3: octets thrown away; send 5 more: without PSH; send 5 copied, shared: octets in memory
 * set NAME VALUE an option of the current connection < S 0:0(0) win 1000           a segment from
 * the peer (numbers relative; window 65535 unless given) & < P. 1:6(5) ack 1           the same, or
 * a call, in one instant with the line after it > S. 0:0(0) ack 1             the next segment must
 * be this one, and by the next line none may be left because ACK of 3              why it was sent:
 * the third segment of the peer's; again 2: the second repetition; psh 0: without PSH, which ">"
 * compares only where it is written +1.5s time passes; timers run state ESTABLISHED             the
 * current connection's state; the listener: look at that one from now on moves A -> B, B -> C all
 * moves since the last such line; causes SYN, ACK of SYN: their causes error connection reset why
 * the connection failed discard backlog full the last discarded segment's reason timer
 * retransmission on       whether it runs; timer user in 1.5s snd_wnd 9                     a
 * number of STATUS, by its name; r1 1: how often R1 was reached cwnd 300 slow start congestion
 * window and phase; rto 1s srtt 1ms rttvar 1ms copies 2 1                    of which of the peer's
 * segments the octets are that were read send 5 urgent; told urgent 5 8 0: the marks since the last
 * such line icmp port unreachable         an ICMP error about the current connection
 * (dialogue_calls.c); fate reported: what became of it; soft error connection refused memory 3
 * after three more blocks there is no memory; "memory enough" again from 224.0.0.1 where the peer's
 * segments come from
 *     ...                           whatever was sent
 *     shows MUST-20 MAY-3           the last line that acted went through these (tcp/marks.h)
 *     shows no MUST-20              and not through this
 *     row ESTABLISHED FIN_TAKEN     the same of rows; no row CLOSED SEG_RST
 *     gone                          the TCB no longer exists
 *     option NAME VALUE             before the first other line; option iss chosen: RFC 6528's;
 * family 6: IPv6; profile linux: its column
 *
 * Lines are separated by ';' or newlines. The local ISS is 0xffffff00 and the peer's 0xfffffe80, so
 * that every conversation crosses the wrap. After each line the host's inner structures must agree
 * (tcp_check.h), and what it told with what is (dialogue_watch.c). */
#ifndef TCPSIM_TESTS_DIALOGUE_H
#define TCPSIM_TESTS_DIALOGUE_H

#include "../../tcp/tcp.h"

#include <stdbool.h>
#include <stddef.h>

/* Runs the text; false: *error says which line failed and how. All memory must have been given back
 * at the end, or it fails too. */
bool dialogue_run(const char *text, char *error, size_t room);
/* The same; what the host goes through is counted in *marks. */
struct tcp_marks;
bool dialogue_run_marked(const char *text, struct tcp_marks *marks, char *error, size_t room);

/* The same, but the host is refused its block number `block` (from 1), and what the text expects
 * does not count: only what holds in any conversation. *reached: whether it asked for that many. */
bool dialogue_run_short_of_memory(const char *text, size_t block, bool *reached, char *error,
                                  size_t room);

#endif
