/* dialogue.h - one TCP host in a conversation written as text: segments in packetdrill's notation,
 * user calls, time. The peer is the text. Used by the tests of tcp/.
 *
 * Calls, on the current connection, each with the error that it must give (`send 5 = connection
 * closing`):
 * - listen, listen here (of this address only), listen port 81: passive OPEN, of port 80
 * - accept, accept = nobody
 * - open, open data 5, open listener (on the passive TCB): active OPEN to the peer
 * - send 5; send 9 takes 5: a part is taken; send 5 more: without PSH; urgent; record: no segment
 *   goes over its end; waiting: more follows; copied, shared: octets in memory
 * - recv = 5 (octets), = eof, = wait; recv 3: at most
 * - close, abort, release, status; close listener; crash
 * - flush = 3: octets thrown away; let go: nothing of what is there waits; quick ack, quick ack off
 * - set NAME VALUE: an option of the connection
 * - icmp port unreachable: an ICMP error about the connection (dialogue_calls.c)
 *
 * Segments and time:
 * - < S 0:0(0) win 1000: a segment from the peer (numbers relative; window 65535 unless given)
 * - > S. 0:0(0) ack 1: the next segment must be this one; by the next line none may be left
 * - ...: whatever was sent
 * - because ACK of 3: why it was sent, the third segment of the peer's; again 2: the second
 *   repetition; psh 0: without PSH, which ">" compares only where it is written
 * - +1.5s: time passes, timers run
 * - & LINE: the same, in one instant with the line after it: nothing leaves between
 * - from 224.0.0.1: where the peer's segments come from
 *
 * Looks:
 * - state ESTABLISHED; the listener: look at that one from now on; gone: the TCB no longer exists
 * - moves A -> B, B -> C: all since the last such line; causes SYN, ACK of SYN: their causes
 * - error connection reset: why it failed; soft error connection refused
 * - discard backlog full: the last discarded segment's reason; fate reported: an ICMP error's
 * - timer retransmission on: whether it runs; timer user in 1.5s
 * - snd_wnd 9: a number of STATUS, by its name; r1 1: how often R1 was reached
 * - cwnd 300 slow start: congestion window and phase; rto 1s, srtt 1ms, rttvar 1ms, ato 40ms
 * - repeated 5: tcp_conn_repeated
 * - copies 2 1: of which of the peer's segments the octets are that were read
 * - told urgent 5 8 0: the marks since the last such line
 * - shows MUST-20 MAY-3: the last line that acted went through these (tcp/marks.h); shows no X
 * - row ESTABLISHED FIN_TAKEN: the same of rows; no row CLOSED SEG_RST
 *
 * Before the first other line: option NAME VALUE (option iss chosen: RFC 6528's), family 6,
 * profile linux. memory 3: after three more blocks there is none; memory enough: again.
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
