/* quiet_time.c - RFC 9293 3.4.3: a host that has lost its memory of the sequence numbers in use
 * assigns none for a while, lest a new segment be taken for an old one, or an old one for a new.
 * Its own SYNs wait, those of others are dropped and come again; a RST, which needs no number of
 * ours, still answers. How long is for the option quiet_time to say: one MSL by 3.4.3, two where
 * the secret of RFC 6528 is lost as well (its section 3). */
#include "tcb.h"

void quiet_time_begin(struct tcp_host *host, uint64_t now_ns)
{
    host->quiet_until_ns = now_ns + host->options->values.quiet_time_ns;
}

bool quiet_time_drops_syn(struct tcp_conn *conn, const struct arrival *arrival)
{
    if (arrival->now_ns >= conn->host->quiet_until_ns) { return false; }
    TCP_SHOWS(conn, UNL_25);
    conn_discard(conn, arrival, TCP_DISCARD_QUIET_TIME);
    return true;
}

/* An OPEN waits by the timer that would repeat its SYN. */
bool quiet_time_holds_open(struct tcp_conn *conn, uint64_t now_ns)
{
    if (now_ns >= conn->host->quiet_until_ns) { return false; }
    TCP_SHOWS(conn, UNL_25);
    timer_set(conn, now_ns, TCP_TIMER_RETRANSMISSION, conn->host->quiet_until_ns);
    return true;
}

bool quiet_time_is_over(struct tcp_conn *conn, uint64_t now_ns)
{
    if (conn->state != TCP_SYN_SENT || conn->snd_nxt != conn->iss) { return false; }
    if (quiet_time_holds_open(conn, now_ns)) { return true; }
    TCP_SHOWS(conn, RFC6528_5);
    conn->iss = isn_choose(conn, now_ns);
    conn->snd_una = conn->snd_nxt = conn->iss;
    conn->syn_owed = true;
    host_ready(conn);
    return true;
}
