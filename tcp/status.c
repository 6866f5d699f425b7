/* status.c - RFC 9293 3.10.6, STATUS, single questions about a connection, and the words for
 * errors. */
#include "tcb.h"

const char *tcp_error_text(enum tcp_error error)
{
    static const char *const texts[TCP_ERROR_COUNT] = {
        [TCP_OK] = "ok",
        [TCP_WOULD_BLOCK] = "would block",
        [TCP_ERROR_NOT_EXIST] = "connection does not exist",
        [TCP_ERROR_EXISTS] = "connection already exists",
        [TCP_ERROR_RESOURCES] = "insufficient resources",
        [TCP_ERROR_NO_REMOTE] = "remote socket unspecified",
        [TCP_ERROR_BAD_ADDRESS] = "remote address not allowed",
        [TCP_ERROR_CLOSING] = "connection closing",
        [TCP_ERROR_RESET] = "connection reset",
        [TCP_ERROR_REFUSED] = "connection refused",
        [TCP_ERROR_USER_TIMEOUT] = "connection aborted due to user timeout",
        [TCP_ERROR_TIMED_OUT] = "timed out",
        [TCP_ERROR_UNREACHABLE] = "network unreachable",
    };
    assert((unsigned)error < TCP_ERROR_COUNT);
    return texts[error];
}

const char *tcp_phase_name(enum tcp_phase phase)
{
    static const char *const names[] = {"slow start", "congestion avoidance", "recovery", "loss"};
    assert((unsigned)phase < sizeof names / sizeof names[0]);
    return names[phase];
}

static void shows_passed_up(const struct tcp_conn *conn)
{
    if (conn->rcv_tos != 0) { TCP_SHOWS(conn, MAY_9); }
    if (conn->pushed) { TCP_SHOWS(conn, MAY_17); }
}

static void status_of_listener(const struct listen_state *listener, struct tcp_status *status)
{
    status->backlog_pending = listener->pending;
    status->backlog_ready = listener->ready;
    status->cookies_sent = listener->cookies_sent;
    status->cookies_proven = listener->cookies_proven;
}

static void status_of_habits(const struct tcp_conn *conn, struct tcp_status *status)
{
    status->octets_resent = conn->octets_resent;
    status->probes = conn->probing ? conn->retransmits : conn->keepalive_probes;
    status->ato_ns = conn->acks.ato_ns;
    status->writable = send_is_worth_while(conn);
    status->seen_mss = conn->acks.seen_mss;
    status->interactive = conn->acks.interactive;
}

void tcp_status(const struct tcp_conn *conn, struct tcp_status *status)
{
    *status = (struct tcp_status){
        .state = tcp_conn_state(conn),
        .local = conn->local,
        .remote = conn->remote,
        .iss = conn->iss,
        .irs = conn->irs,
        .snd_una = conn->snd_una,
        .snd_nxt = conn->snd_nxt,
        .snd_wl1 = conn->snd_wl1,
        .snd_wl2 = conn->snd_wl2,
        .rcv_nxt = conn->rcv_nxt,
        .irs_known = conn->irs_known,
        .snd_wnd = conn->snd_wnd,
        .max_snd_wnd = conn->max_snd_wnd,
        .rcv_wnd = conn->rcv_adv - conn->rcv_nxt,
        .snd_mss = conn->snd_mss,
        .rcv_mss = conn->rcv_mss,
        .cwnd = conn->cwnd,
        .ssthresh = conn->ssthresh,
        .flight = conn_flight(conn),
        .phase = conn_phase(conn),
        .srtt_ns = conn->srtt_ns,
        .rttvar_ns = conn->rttvar_ns,
        .rto_ns = conn->rto_ns,
        .unsent = conn_unsent(conn),
        .unread = conn->unread,
        .snd_up =
            urgent_is_out(conn) ? conn->iss + 1 + (tcp_seq)conn->urgent_offset : conn->snd_una,
        .rcv_up = conn->rcv_nxt - conn->fin_received - conn->unread + urgent_unread(conn),
        .urgent_unread = urgent_unread(conn),
        .send_room = send_room(conn),
        .retransmits = conn->retransmits,
        .total_retransmits = conn->total_retransmits,
        .dup_acks = conn->dup_acks,
        .acks_withheld = conn->acks_withheld,
        .ecn = conn->ecn.on,
        .fast_open = conn->fast_open.used,
        .ece_acks = conn->ece_acks,
        .ce_segments = conn->ce_segments,
        .rcv_tos = conn->rcv_tos,
        .pushed = conn->pushed,
        .rcv_push = conn->rcv_push,
        .octets_sent = conn->octets_sent,
        .octets_acked = conn->octets_acked,
        .octets_received = conn->rcv_offset,
        .fin_sent = conn->fin_sent,
        .fin_received = conn->fin_received,
        .passive = conn->passive,
        .scale_on = conn->scale_on,
        .ts_on = conn->ts_on,
        .sack_on = conn->sack_on,
        .snd_shift = conn->snd_shift,
        .rcv_shift = conn->rcv_shift,
        .ts_recent = conn->ts_recent,
        .sacked = sack_bytes(conn),
        .dsacks = conn->dsacks,
        .error = conn->error,
        .soft_error = (enum tcp_error)conn->soft_error,
        .path_mtu = conn_path_mtu(conn),
        .user_timeout_ns = uto_user_timeout(conn),
        .uto_remote_ns = conn->uto_remote_ns,
    };
    status_of_habits(conn, status);
    shows_passed_up(conn);
    if (conn->listen != NULL) { status_of_listener(conn->listen, status); }
    memcpy(status->deadline_ns, conn->deadline_ns, sizeof status->deadline_ns);
}

enum tcp_state tcp_conn_state(const struct tcp_conn *conn)
{
    return conn->gone ? TCP_CLOSED : conn->state;
}
enum tcp_error tcp_conn_error(const struct tcp_conn *conn) { return conn->error; }
const struct tcp_endpoint *tcp_conn_local(const struct tcp_conn *conn) { return &conn->local; }
const struct tcp_endpoint *tcp_conn_remote(const struct tcp_conn *conn) { return &conn->remote; }
uint8_t tcp_conn_send_shift(const struct tcp_conn *conn) { return conn->snd_shift; }
uint64_t tcp_conn_number(const struct tcp_conn *conn) { return conn->number; }
uint64_t tcp_conn_stream(const struct tcp_conn *conn) { return conn->stream; }
struct tcp_conn *tcp_conn_listener(const struct tcp_conn *conn) { return conn->listener; }
void tcp_conn_set_user(struct tcp_conn *conn, void *user) { conn->user = user; }
void *tcp_conn_user(const struct tcp_conn *conn) { return conn->user; }
void tcp_conn_sent(const struct tcp_conn *conn, tcp_seq *snd_una, tcp_seq *snd_nxt)
{
    *snd_una = conn->snd_una;
    *snd_nxt = conn->snd_nxt;
}
uint32_t tcp_conn_repeated(const struct tcp_conn *conn)
{
    uint32_t octets = 0;
    for (const struct sent *sent = conn->sent_head; sent != NULL; sent = sent->next) {
        if (sent->times > 0 && !sent->sacked) { octets += sent->len + sent->fin; }
    }
    return octets;
}
uint8_t tcp_conn_receive_shift(const struct tcp_conn *conn) { return conn->rcv_shift; }
const struct tcp_options *tcp_conn_options(const struct tcp_conn *conn)
{
    return conn_options(conn);
}

void tcp_conn_set_options(struct tcp_conn *conn, uint64_t now_ns, const struct tcp_options *options)
{
    /* Of a listener all may change: they are those of connections to come. */
    struct tcp_options changed = conn->listen != NULL ? *options : *conn_options(conn);
    changed.mtu_bytes = conn_options(conn)->mtu_bytes;
    changed.nagle = options->nagle;
    changed.cork = options->cork;
    changed.window_clamp = options->window_clamp;
    changed.congestion = options->congestion;
    changed.fin_wait_2_timeout_ns = options->fin_wait_2_timeout_ns;
    changed.open_timeout_ns = options->open_timeout_ns;
    changed.delayed_ack_ns = options->delayed_ack_ns;
    changed.keepalive_idle_ns = options->keepalive_idle_ns;
    changed.keepalive_interval_ns = options->keepalive_interval_ns;
    changed.keepalive_count = options->keepalive_count;
    changed.user_timeout_ns = options->user_timeout_ns;
    changed.uto_advertise_ns = options->uto_advertise_ns;
    changed.syn_retries = options->syn_retries;
    changed.has_window = options->has_window;
    changed.window = options->window;
    changed.recv_buffer = options->recv_buffer;
    changed.send_buffer = options->send_buffer;
    changed.send_overhead = options->send_overhead;
    changed.unsent_limit = options->unsent_limit;
    changed.rto_min_ns = options->rto_min_ns;
    changed.rto_max_ns = options->rto_max_ns;
    changed.retries = options->retries;
    changed.insecure_rst = options->insecure_rst;
    changed.insecure_syn = options->insecure_syn;
    changed.insecure_ack = options->insecure_ack;
    changed.challenge_ack_limit = options->challenge_ack_limit;
    changed.missing_timestamp = options->missing_timestamp;
    changed.syn_fin = options->syn_fin;
    changed.syn_drops_options = options->syn_drops_options;
    changed.ecn_retries = options->ecn_retries;
    changed.icmp_opening = options->icmp_opening;
    changed.icmp_soft = options->icmp_soft;
    changed.limited_transmit = options->limited_transmit;
    changed.persist_min_ns = options->persist_min_ns;
    changed.persist_max_ns = options->persist_max_ns;
    changed.rto_slop_ns = options->rto_slop_ns;
    changed.ttl = options->ttl;
    changed.tos = options->tos;
    struct shared_options *fresh = options_create(conn->host, &changed);
    if (fresh == NULL || conn->gone || conn->state == TCP_CLOSED) {
        if (fresh != NULL) { options_release(conn->host, fresh); }
        return;
    }
    if (changed.uto && changed.uto_advertise_ns != conn_options(conn)->uto_advertise_ns) {
        TCP_SHOWS(conn, RFC5482_9);
        conn->uto_owed = true; /* RFC 5482 3: sent again when it changes */
    }
    if (changed.tos != conn_options(conn)->tos) { TCP_SHOWS(conn, SHLD_21); }
    if (changed.keepalive_idle_ns != conn_options(conn)->keepalive_idle_ns) {
        TCP_SHOWS(conn, MUST_24);
    }
    options_release(conn->host, conn->options);
    conn->options = fresh;
    if (conn->state != TCP_LISTEN) {
        keepalive_restart(conn, now_ns);
        user_timer_update(conn, now_ns);
        host_ready(conn); /* Nagle may have let go of something */
    }
    conn->changed = true; /* and the send buffer may have room */
    host_settle(conn->host, conn, now_ns);
}
