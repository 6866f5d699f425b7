/* dialogue.h - one TCP host in a conversation written as text: segments in packetdrill's notation, user calls,
 * time. The peer is the text. Used by the tests of tcp/.
 *
 *     listen                        passive OPEN of port 80          accept
 *     open                          active OPEN to the peer          open listener  (on the passive TCB)
 *     send 5   recv   close   abort   release   status   crash      a call on the current connection
 *     send 5 = connection closing   …and the error that it must give; recv = 5 (octets) = eof = wait
 *     < S 0:0(0) win 1000           a segment from the peer (numbers relative; window 65535 unless given)
 *     > S. 0:0(0) ack 1             the next segment must be this one, and by the next line none may be left
 *     +1.5s                         time passes; timers run
 *     state ESTABLISHED             the current connection's state
 *     moves A -> B (clause word), B -> C      all moves since the last such line
 *     error connection reset        why the connection failed
 *     discard backlog full          the last discarded segment's reason
 *     timer retransmission on       whether it runs
 *     snd_wnd 9                     the peer's window; r1 1: how often R1 was reached
 *     cwnd 300 slow start           congestion window and phase; rto 1s: the retransmission timeout
 *     memory 3                      after three more blocks there is no memory; "memory enough" again
 *     from 224.0.0.1                where the peer's segments come from
 *     ...                           whatever was sent
 *     gone                          the TCB no longer exists
 *     option NAME VALUE             before the first other line
 *
 * Lines are separated by ';' or newlines. The local ISS is 0xffffff00 and the peer's 0xfffffe80, so that every
 * conversation crosses the wrap. */
#ifndef TCPSIM_TESTS_DIALOGUE_H
#define TCPSIM_TESTS_DIALOGUE_H

#include "../../tcp/tcp.h"

#include <stdbool.h>
#include <stddef.h>

/* Runs the text; false: *error says which line failed and how. All memory must have been given back at
 * the end, or it fails too. */
bool dialogue_run(const char *text, char *error, size_t room);

#endif
