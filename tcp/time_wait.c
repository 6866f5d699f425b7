/* time_wait.c - TIME-WAIT: 2 MSL (RFC 9293 3.6.1), begun again by a repeated FIN, and the new SYN
 * that may reopen the connection (MAY-2). */
#include "tcb.h"

void time_wait_restart(struct tcp_conn *conn, uint64_t now_ns)
{
    timer_set(conn, now_ns, TCP_TIMER_TIME_WAIT, now_ns + 2 * conn_options(conn)->msl_ns);
}

/* A record counts its answers anew. */
static void begin_record(struct tcp_conn *conn) { conn->ack_count.sent = 0; }

/* FIN-WAIT-2 has no end of its own (RFC 9293 3.6.1). Where nobody is left to read what the peer may
 * still send, stacks set one. */
void fin_wait_2_limit(struct tcp_conn *conn, uint64_t now_ns)
{
    const uint64_t limit_ns = conn_options(conn)->fin_wait_2_timeout_ns;
    if (limit_ns > 0 && conn->released && conn->state == TCP_FIN_WAIT_2) {
        timer_set(conn, now_ns, TCP_TIMER_TIME_WAIT, now_ns + limit_ns);
        if (fin_wait_2_is_record(conn)) { begin_record(conn); }
    }
}

void time_wait_enter(struct tcp_conn *conn, uint64_t now_ns, enum tcp_cause cause)
{
    const bool was_record = fin_wait_2_is_record(conn);
    timer_stop_all(conn, now_ns);
    tcp_enter(conn, now_ns, TCP_TIME_WAIT, cause);
    if (conn_options(conn)->time_wait_record && !was_record) { begin_record(conn); }
    time_wait_restart(conn, now_ns);
}

/* RFC 1337 3: for as long as TIME-WAIT lasts (F1); or until the peer's timestamps have ticked,
 * which is enough where PAWS keeps old text from the next connection (F2). */
bool time_wait_ignores_rst(const struct tcp_conn *conn, uint64_t now_ns)
{
    const struct tcp_options *options = conn_options(conn);
    if (!options->rfc1337) { return false; }
    if (options->rfc1337_period_ns == 0) {
        TCP_SHOWS(conn, RFC1337_5);
        return true;
    }
    const uint64_t left_ns = conn->deadline_ns[TCP_TIMER_TIME_WAIT] - now_ns;
    TCP_SHOWS(conn, RFC1337_6);
    return left_ns + options->rfc1337_period_ns > 2 * options->msl_ns;
}

void time_wait_forget_old(struct tcp_conn *conn)
{
    if (conn->old == NULL) { return; }
    options_release(conn->host, conn->old->options);
    host_give(conn->host, conn->old, sizeof *conn->old);
    conn->old = NULL;
}

/* In the place that the TCB has among others; no timer runs. */
static void become(struct tcp_conn *conn, const struct tcp_conn *what)
{
    const size_t begin = offsetof(struct tcp_conn, options);
    memcpy((char *)conn + begin, (const char *)what + begin, sizeof *conn - begin);
}

/* RFC 6191 2, for a listener that would use timestamps; else MAY-2 of RFC 9293: the SYN is newer by
 * its timestamp, or stands beyond all that the old incarnation received. */
static bool syn_is_new(const struct tcp_conn *conn, const struct tcp_conn *listener,
                       const struct arrival *arrival)
{
    const bool beyond = seq_gt(arrival->seg->seq, conn->rcv_nxt);
    const bool stamped =
        timestamps_wanted(conn_options(listener)) && arrival->options.has_timestamp;
    if (!stamped) { return beyond; }
    if (!conn->ts_on) { return true; }
    const uint32_t value = arrival->options.ts_val;
    return seq_gt(value, conn->ts_recent) || (value == conn->ts_recent && beyond);
}

/* What becomes of a SYN that does not reopen. */
static enum verdict refuse_syn(struct tcp_conn *conn, const struct tcp_conn *listener,
                               const struct arrival *arrival)
{
    const struct tcp_options *options = conn_options(listener);
    if (options->time_wait_syn == TCP_OLD_SYN_ACK ||
        (options->time_wait_syn == TCP_OLD_SYN_RFC6191 && !timestamps_wanted(options))) {
        return GO_ON; /* 3.10.7.4 answers it */
    }
    TCP_ROW(conn, TIME_WAIT_SYN_OLD);
    if (conn->ts_on) { TCP_SHOWS(conn, RFC6191_4); }
    if (!conn->ts_on) { TCP_SHOWS(conn, RFC6191_6); }
    conn_discard(conn, arrival, TCP_DISCARD_OLD_SYN);
    return DONE;
}

/* It is the listener's from now on, and begins as if it had just been made. False: no memory. */
static bool reopen(struct tcp_conn *conn, struct tcp_conn *listener, const struct arrival *arrival)
{
    struct tcp_conn *old = host_take(conn->host, sizeof *old);
    if (old == NULL) { return false; }
    shows_reopening(conn, listener, arrival);
    timer_stop_all(conn, arrival->now_ns);
    conn_drop_buffers(conn); /* nobody is there to read: nothing is unread */
    *old = *conn;
    become(conn, &(struct tcp_conn){.options = options_share(listener->options),
                                    .old = old,
                                    .open_ns = arrival->now_ns,
                                    .ssthresh = CWND_MAX_BYTES});
    listen_read_syn(conn, arrival);
    listen_begin_answer(conn, arrival, isn_choose(conn, arrival->now_ns));
    listen_adopt(listener, conn);
    tcp_enter(conn, arrival->now_ns, TCP_SYN_RECEIVED, TCP_CAUSE_REOPENED);
    (void)window_offer(conn, true);
    struct arrival text = *arrival;
    arrival_trim(conn, &text);
    if (listen_keeps_text(conn, arrival)) { text_hold(conn, &text); }
    return true;
}

/* A record is no longer the socket, which its user may hold still: that is closed, and the listener
 * takes the SYN as any other. */
static enum verdict hand_over(struct tcp_conn *conn, struct tcp_conn *listener,
                              struct arrival *arrival)
{
    const struct tcp_options *options = conn_options(conn);
    shows_reopening(conn, listener, arrival);
    arrival->has_iss = options->reopen_iss == TCP_REOPEN_ISS_BEYOND && !options->has_iss;
    arrival->iss = isn_beyond(conn);
    conn_finish(conn, arrival->now_ns, TCP_CAUSE_REOPENED, TCP_OK);
    listen_arrives(listener, arrival);
    return DONE;
}

enum verdict time_wait_check_syn(struct tcp_conn *conn, struct arrival *arrival)
{
    if ((arrival->seg->flags & (TCP_SYN | TCP_ACK | TCP_RST)) != TCP_SYN) { return GO_ON; }
    struct tcp_conn *listener = host_find_listener(conn->host, &conn->local);
    const bool record = conn_options(conn)->time_wait_record;
    if (listener == NULL || (conn->owned && !record) ||
        conn_options(conn)->time_wait_syn == TCP_OLD_SYN_RECYCLE) {
        return GO_ON;
    }
    if (!syn_is_new(conn, listener, arrival)) { return refuse_syn(conn, listener, arrival); }
    if (record) { return hand_over(conn, listener, arrival); }
    if (listener->listen->pending >= conn_options(listener)->backlog ||
        listener->listen->ready >= conn_options(listener)->backlog) {
        return GO_ON;
    }
    return reopen(conn, listener, arrival) ? DONE : GO_ON;
}

/* What kernels answer of what RFC 9293 ignores. */
void time_wait_answer(struct tcp_conn *conn, const struct arrival *arrival)
{
    const enum tcp_time_wait_text what =
        (enum tcp_time_wait_text)conn_options(conn)->time_wait_text;
    const struct tcp_segment *seg = arrival->seg;
    if (arrival->len > 0 && what == TCP_TIME_WAIT_TEXT_ACK) {
        time_wait_restart(conn, arrival->now_ns);
        ack_owe_answer(conn, arrival, TCP_SENT_ACK_OF);
    } else if (what == TCP_TIME_WAIT_TEXT_ANY &&
               (tcp_segment_len(seg) > 0 || seg->seq != conn->rcv_nxt ||
                seg->ack != conn->snd_nxt)) {
        ack_owe_answer(conn, arrival, TCP_SENT_ACK_OF);
    }
}

/* BSD's way: a SYN beyond all that was received ends TIME-WAIT, and goes to whoever listens, or to
 * nobody. */
bool time_wait_recycles(struct tcp_conn *conn, const struct arrival *arrival)
{
    const struct tcp_segment *seg = arrival->seg;
    if (conn->state != TCP_TIME_WAIT || conn_options(conn)->time_wait_syn != TCP_OLD_SYN_RECYCLE ||
        (seg->flags & (TCP_SYN | TCP_ACK | TCP_RST)) != TCP_SYN ||
        !seq_gt(seg->seq, conn->rcv_nxt) || (conn->ts_on && timestamps_missing(conn, arrival))) {
        return false;
    }
    conn_finish(conn, arrival->now_ns, TCP_CAUSE_REOPENED, TCP_OK);
    return true;
}

/* The SYN was an old duplicate: a RST has said so. Back to where it was. */
void time_wait_return(struct tcp_conn *conn, uint64_t now_ns)
{
    listen_child_gone(conn);
    conn_drop_buffers(conn);
    options_release(conn->host, conn->options);
    struct tcp_conn *old = conn->old;
    become(conn, old);
    host_give(conn->host, old, sizeof *old);
    time_wait_enter(conn, now_ns, TCP_CAUSE_REOPEN_WAS_OLD);
}
