/* timeouts.c - RFC 9293 3.10.8, and the other timers of a connection: each rule beside the code
 * that arms it. */
#include "tcb.h"

#define SYN_R2_LEAST_NS UINT64_C(180000000000)     /* RFC 9293 3.8.3, MUST-23 */
#define KEEPALIVE_LEAST_NS UINT64_C(7200000000000) /* MUST-28: two hours */
#define R2_LEAST_NS UINT64_C(100000000000)         /* SHLD-11 */

/* ---- user timeout: 3.9.1.1, 3.10.8 ---- */

/* When the oldest octet that is not acknowledged was given; false: there is none. SYN and FIN
 * count. */
static bool oldest_unacknowledged(const struct tcp_conn *conn, uint64_t *since_ns)
{
    if (conn->state == TCP_TIME_WAIT) { return false; }
    if (!conn->syn_acked) {
        *since_ns = conn->open_ns;
    } else if (conn->send.head != NULL) {
        *since_ns = conn->send.head->time_ns;
    } else if (conn->close_called && !ack_covers_fin(conn)) {
        *since_ns = conn->close_ns;
    } else {
        return false;
    }
    return true;
}

/* An active open has a limit of its own where no user timeout comes before. */
static bool open_is_limited(const struct tcp_conn *conn)
{
    const struct tcp_options *options = conn_options(conn);
    return !conn->syn_acked && !conn->passive && options->open_timeout_ns > 0 &&
           (options->user_timeout_ns == 0 || options->user_timeout_ns > options->open_timeout_ns);
}

/* From when the user timeout counts; false: it does not. */
static bool user_timeout_since(const struct tcp_conn *conn, uint64_t *since_ns)
{
    if (!oldest_unacknowledged(conn, since_ns)) { return false; }
    if (conn_options(conn)->user_timeout_from == TCP_USER_TIMEOUT_FROM_REPETITION) {
        *since_ns = conn->repeating_ns;
        return conn->probing ? conn->probes > 0 : conn->retransmits > 0;
    }
    /* MUST-37: a closed window is no reason to give up while its probes are answered. */
    if (conn->probing && conn->probes > 0 && conn->retransmits == 0) {
        TCP_SHOWS(conn, MUST_37);
        return false;
    }
    if (conn->answered_ns > *since_ns) { *since_ns = conn->answered_ns; }
    return true;
}

void user_timer_update(struct tcp_conn *conn, uint64_t now_ns)
{
    uint64_t timeout_ns = uto_user_timeout(conn);
    if (open_is_limited(conn)) { timeout_ns = conn_options(conn)->open_timeout_ns; }
    uint64_t since_ns = 0;
    if (timeout_ns == 0 || !user_timeout_since(conn, &since_ns)) {
        timer_stop(conn, now_ns, TCP_TIMER_USER);
        return;
    }
    const uint64_t deadline_ns = since_ns + timeout_ns;
    timer_set(conn, now_ns, TCP_TIMER_USER, deadline_ns > now_ns ? deadline_ns : now_ns);
}

static void user_timeout(struct tcp_conn *conn, uint64_t now_ns)
{
    TCP_ROW(conn, USER_TIMEOUT);
    TCP_SHOWS(conn, MUST_21);
    TCP_SHOWS(conn, UNL_23);
    conn_finish(conn, now_ns, TCP_CAUSE_USER_TIMEOUT,
                open_is_limited(conn) ? TCP_ERROR_TIMED_OUT : TCP_ERROR_USER_TIMEOUT);
}

/* ---- retransmission: 3.8.1, 3.8.3, RFC 6298 (5.4) to (5.7) ---- */

static uint32_t retry_limit(const struct tcp_conn *conn)
{
    const struct tcp_options *options = conn_options(conn);
    if (!conn->syn_acked) {
        return conn->state == TCP_SYN_SENT ? options->syn_retries + options->syn_linear
                                           : options->synack_retries;
    }
    const uint32_t orphan = options->orphan_retries;
    return conn->released && orphan != 0 && orphan < options->retries ? orphan : options->retries;
}

/* How long so many repetitions take that begin with `base_ns` and double it up to rto_max. */
static uint64_t time_of_retries(const struct tcp_conn *conn, uint32_t retries)
{
    const uint64_t most_ns = conn_options(conn)->rto_max_ns;
    uint64_t interval_ns = conn_options(conn)->retries_base_ns;
    uint64_t total_ns = interval_ns;
    for (uint32_t i = 0; i < retries; i++) {
        interval_ns = 2 * interval_ns < most_ns ? 2 * interval_ns : most_ns;
        total_ns += interval_ns;
    }
    return total_ns;
}

/* R2, RFC 9293 3.8.3: a count of repetitions or, as it allows, a time. A user timeout that both
 * ends agreed on stands in its place: a longer one would be in vain. */
static bool retries_are_over(const struct tcp_conn *conn, uint64_t now_ns)
{
    if (uto_is_adopted(conn) || listen_waits_for_text(conn)) { return false; }
    const uint32_t limit = retry_limit(conn);
    if (!conn->syn_acked || conn_options(conn)->retries_base_ns == 0) {
        return conn->retransmits >= limit;
    }
    return conn->retransmits > 0 && now_ns - conn->repeating_ns >= time_of_retries(conn, limit);
}

static void tell_r1(struct tcp_conn *conn, uint64_t now_ns)
{
    TCP_ROW(conn, R1);
    TCP_SHOWS(conn, MUST_20);
    TCP_SHOWS(conn, MUST_47);
    TCP_SHOWS(conn, SHLD_9);
    TCP_SHOWS(conn, SHLD_10);
    TCP_SHOWS(conn, UNL_14);
    host_tell(conn->host,
              &(struct tcp_event){.kind = TCP_EVENT_R1, .conn = conn, .now_ns = now_ns});
}

static void shows_give_up(const struct tcp_conn *conn, uint64_t now_ns)
{
    const uint64_t since_ns = conn->send.head != NULL ? conn->send.head->time_ns : conn->open_ns;
    TCP_ROW(conn, R2);
    TCP_SHOWS(conn, MUST_20);
    TCP_SHOWS(conn, MUST_21);
    if (!conn->syn_acked) {
        TCP_SHOWS(conn, MUST_22);
        if (now_ns - conn->open_ns >= SYN_R2_LEAST_NS) { TCP_SHOWS(conn, MUST_23); }
    } else if (now_ns - since_ns >= R2_LEAST_NS) {
        TCP_SHOWS(conn, SHLD_11);
    }
}

/* What the network reported meanwhile says more than that the time is over. */
static void give_up(struct tcp_conn *conn, uint64_t now_ns)
{
    const enum tcp_error reported = (enum tcp_error)conn->soft_error;
    shows_give_up(conn, now_ns);
    if (conn_options(conn)->give_up_rst == TCP_GIVE_UP_RST_ALWAYS && conn->irs_known &&
        !syn_cache_has(conn)) {
        conn_send_last_rst(conn, now_ns, TCP_SENT_RTO, 0);
    }
    conn_finish(conn, now_ns, TCP_CAUSE_TOO_MANY_RETRIES,
                reported != TCP_OK ? reported : TCP_ERROR_TIMED_OUT);
}

static void retransmission_timeout(struct tcp_conn *conn, uint64_t now_ns)
{
    if (quiet_time_is_over(conn, now_ns)) { return; }
    if (ecn_wait_is_over(conn)) {
        host_ready(conn);
        return;
    }
    if (tlp_fires(conn, now_ns)) { return; }
    if (retries_are_over(conn, now_ns)) {
        give_up(conn, now_ns);
        return;
    }
    conn->tlp.out = false;
    if (conn->retransmits == 0) { conn->repeating_ns = now_ns; }
    TCP_ROW(conn, RTO);
    TCP_SHOWS(conn, RFC6298_9);
    TCP_SHOWS(conn, RFC6298_13);
    conn->retransmits++;
    if (conn->retransmits == R1_RETRANSMISSIONS) { tell_r1(conn, now_ns); }
    conn->timing = false; /* Karn */
    conn->sent_cause = TCP_SENT_RTO;
    conn->sent_cause_tag = 0;
    if (listen_waits_for_text(conn)) {
        TCP_SHOWS(conn, RFC6298_13);
    } else if (!conn->syn_acked) {
        conn->syn_owed = true;
        conn->syn_repeated = true;
        conn->syn_times++;
        conn->total_retransmits++;
    } else {
        congestion_timeout(conn);
        sack_forget(conn);
        sent_all_lost(conn);
        conn->resend_head = true;
    }
    const bool linear =
        conn->state == TCP_SYN_SENT && conn->retransmits <= conn_options(conn)->syn_linear;
    if (!linear) { rto_back_off(conn); }
    rto_start(conn, now_ns);
    host_ready(conn);
}

/* ---- zero-window probes: 3.8.6.1 ---- */

static bool window_is_closed(const struct tcp_conn *conn)
{
    const struct sent *out = conn->sent_head;
    const bool only_a_probe = out == NULL || (out->probe && out->next == NULL);
    const bool waits = out != NULL || conn_unsent(conn) > 0 || conn->close_called; /* the FIN */
    return conn->syn_acked && conn->snd_wnd == 0 && waits && only_a_probe;
}

/* From the RTO on they double, within bounds of their own where there are any. */
static uint64_t probe_interval(const struct tcp_conn *conn, unsigned doublings)
{
    const struct tcp_options *options = conn_options(conn);
    const uint64_t most_ns =
        options->persist_max_ns != 0 ? options->persist_max_ns : options->rto_max_ns;
    const uint64_t slop_ns = rto_slop(conn);
    uint64_t interval_ns = conn->rto_ns - slop_ns;
    if (options->retries_base_ns != 0 && doublings > options->retries) {
        doublings = options->retries; /* they stand for so many, of probes too */
    }
    for (unsigned i = 0; i < doublings && interval_ns < most_ns; i++) { interval_ns *= 2; }
    interval_ns += slop_ns;
    if (interval_ns < options->persist_min_ns) { interval_ns = options->persist_min_ns; }
    return interval_ns < most_ns ? interval_ns : most_ns;
}

/* The first probe goes one RTO after data first wait or the last ACK, whichever is later. */
void persist_follow(struct tcp_conn *conn, uint64_t now_ns, bool ack_arrived)
{
    if (conn_may_send_data(conn) && window_is_closed(conn)) {
        if (!conn->probing || (ack_arrived && conn->probes == 0)) {
            if (!conn->probing) { conn->probes = 0; }
            conn->probing = true;
            conn->ecn.waits = false; /* for a timer that does not run any more */
            timer_stop(conn, now_ns, TCP_TIMER_RETRANSMISSION);
            timer_set(conn, now_ns, TCP_TIMER_PERSIST, now_ns + probe_interval(conn, 0));
        }
        return;
    }
    if (!conn->probing) { return; }
    conn->probing = false;
    conn->probe_owed = false;
    timer_stop(conn, now_ns, TCP_TIMER_PERSIST);
    if (conn->sent_head != NULL) { /* the octet that probed was not taken */
        conn->resend_head = true;
        rto_start(conn, now_ns);
    }
}

/* Probes go on without end while they are answered; unanswered they count as retransmissions do.
 * Where an orphan has a limit, answers do not help it any more once the interval is the greatest.
 */
static bool probes_are_over(const struct tcp_conn *conn)
{
    const uint32_t limit = retry_limit(conn);
    if (uto_is_adopted(conn)) { return false; }
    if (conn->retransmits >= limit) { return true; }
    return conn->released && conn_options(conn)->orphan_retries != 0 && conn->probes >= limit &&
           probe_interval(conn, conn->probes) >= conn_options(conn)->rto_max_ns;
}

static void persist_timeout(struct tcp_conn *conn, uint64_t now_ns)
{
    if (probes_are_over(conn)) {
        give_up(conn, now_ns);
        return;
    }
    TCP_ROW(conn, PROBE);
    TCP_SHOWS(conn, MUST_35);
    TCP_SHOWS(conn, MUST_36);
    if (conn->probes == 0) { TCP_SHOWS(conn, SHLD_29); }
    if (conn->probes > 0) { TCP_SHOWS(conn, SHLD_30); }
    if (conn->retransmits == 0 && conn->probes > 0) {
        TCP_SHOWS(conn, MUST_37);
        conn->answered_ns = now_ns; /* until now all were */
    }
    if (conn->probes == 0) { conn->repeating_ns = now_ns; }
    conn->retransmits++;
    conn->probe_owed = true;
    if (conn->probes < UINT8_MAX) { conn->probes++; }
    timer_set(conn, now_ns, TCP_TIMER_PERSIST, now_ns + probe_interval(conn, conn->probes));
    host_ready(conn);
}

/* ---- keepalive: 3.8.4 ---- */

static bool keepalive_state(const struct tcp_conn *conn)
{
    return conn->state == TCP_ESTABLISHED || conn->state == TCP_CLOSE_WAIT ||
           conn->state == TCP_FIN_WAIT_2;
}

/* A segment has arrived, or the option was set: idle time begins again. RFC 5482 4.2: it is longer
 * than a user timeout that was adopted. */
void keepalive_restart(struct tcp_conn *conn, uint64_t now_ns)
{
    uint64_t idle_ns = conn_options(conn)->keepalive_idle_ns;
    conn->keepalive_probes = 0;
    if (idle_ns != 0 && uto_is_adopted(conn) && idle_ns <= uto_user_timeout(conn)) {
        idle_ns = uto_user_timeout(conn) + 1;
    }
    if (idle_ns == 0) {
        TCP_SHOWS(conn, MUST_25);
        timer_stop(conn, now_ns, TCP_TIMER_KEEPALIVE);
    } else if (conn->syn_acked && conn->state != TCP_TIME_WAIT) {
        timer_set(conn, now_ns, TCP_TIMER_KEEPALIVE, now_ns + idle_ns);
    }
}

static void keepalive_timeout(struct tcp_conn *conn, uint64_t now_ns)
{
    const struct tcp_options *options = conn_options(conn);
    if (!keepalive_state(conn) || conn->snd_una != conn->snd_nxt) {
        keepalive_restart(conn, now_ns);
        return;
    }
    if (conn->keepalive_probes >= options->keepalive_count) {
        if (options->give_up_rst != TCP_GIVE_UP_RST_NONE) {
            conn_send_last_rst(conn, now_ns, TCP_SENT_KEEPALIVE, 0);
        }
        TCP_ROW(conn, KEEPALIVE_END);
        conn_finish(conn, now_ns, TCP_CAUSE_KEEPALIVE_UNANSWERED, TCP_ERROR_TIMED_OUT);
        return;
    }
    TCP_ROW(conn, KEEPALIVE_PROBE);
    TCP_SHOWS(conn, MUST_24);
    TCP_SHOWS(conn, MUST_26);
    TCP_SHOWS(conn, SHLD_12);
    TCP_SHOWS(conn, MAY_5);
    if (options->keepalive_idle_ns == KEEPALIVE_LEAST_NS) { TCP_SHOWS(conn, MUST_28); }
    if (options->keepalive_idle_ns != KEEPALIVE_LEAST_NS) { TCP_SHOWS(conn, MUST_27); }
    conn->keepalive_probes++;
    conn->keepalive_owed = true;
    timer_set(conn, now_ns, TCP_TIMER_KEEPALIVE, now_ns + options->keepalive_interval_ns);
    host_ready(conn);
}

/* ---- the rest ---- */

static void run_timer(struct tcp_conn *conn, uint64_t now_ns, enum tcp_timer timer)
{
    switch (timer) {
    case TCP_TIMER_RETRANSMISSION: retransmission_timeout(conn, now_ns); return;
    case TCP_TIMER_PERSIST: persist_timeout(conn, now_ns); return;
    case TCP_TIMER_KEEPALIVE: keepalive_timeout(conn, now_ns); return;
    case TCP_TIMER_TIME_WAIT:
        TCP_ROW(conn, TWO_MSL);
        TCP_SHOWS(conn, MUST_13);
        conn_finish(conn, now_ns,
                    conn->state == TCP_TIME_WAIT ? TCP_CAUSE_TIME_WAIT_OVER
                                                 : TCP_CAUSE_FIN_WAIT_2_OVER,
                    TCP_OK);
        return;
    case TCP_TIMER_DELAYED_ACK:
        conn->ack_now = true;
        ack_policy_delayed_out(conn);
        conn->ack_cause = TCP_SENT_DELAYED_ACK;
        TCP_ROW(conn, DELAYED_ACK);
        if (conn->ecn.echo) { TCP_SHOWS(conn, RFC3168_16); }
        TCP_SHOWS(conn, MUST_40);
        TCP_SHOWS(conn, SHLD_18);
        TCP_SHOWS(conn, RFC5681_18);
        host_ready(conn);
        return;
    case TCP_TIMER_USER: user_timeout(conn, now_ns); return;
    case TCP_TIMER_OVERRIDE:
        TCP_ROW(conn, OVERRIDE);
        TCP_SHOWS(conn, MUST_38);
        TCP_SHOWS(conn, RFC1122_7);
        conn->override_due = true;
        conn->sent_cause = TCP_SENT_OVERRIDE;
        conn->sent_cause_tag = 0;
        host_ready(conn);
        return;
    case TCP_TIMER_LOSS_PROBE: tlp_timeout(conn, now_ns); return;
    case TCP_TIMER_COUNT: return;
    }
}

void conn_timeouts(struct tcp_conn *conn, uint64_t now_ns)
{
    for (unsigned i = 0; i < TCP_TIMER_COUNT && conn->state != TCP_CLOSED; i++) {
        const uint64_t deadline_ns = conn->deadline_ns[i];
        if (deadline_ns <= now_ns) {
            conn->deadline_ns[i] = TCP_NEVER;
            timer_tell(conn, now_ns, (enum tcp_timer)i, TCP_TIMER_FIRED, deadline_ns);
            run_timer(conn, now_ns, (enum tcp_timer)i);
        }
    }
    if (conn->state != TCP_CLOSED) { user_timer_update(conn, now_ns); }
}
