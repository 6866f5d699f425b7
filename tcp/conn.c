/* conn.c - the life of a connection: created, moved from state to state by one funnel, finished,
 * freed. */
#include "tcb.h"

/* ---- options shared between connections ---- */

struct shared_options *options_create(struct tcp_host *host, const struct tcp_options *values)
{
    struct shared_options *options = host_take(host, sizeof *options);
    if (options != NULL) { *options = (struct shared_options){1, *values}; }
    return options;
}

struct shared_options *options_share(struct shared_options *options)
{
    options->refs++;
    return options;
}

void options_release(struct tcp_host *host, struct shared_options *options)
{
    assert(options->refs > 0);
    options->refs--;
    if (options->refs == 0) { host_give(host, options, sizeof *options); }
}

/* ---- birth ---- */

/* Takes a reference on `options`, also when it fails. Nobody hears of it before conn_announce. */
struct tcp_conn *conn_create(struct tcp_host *host, uint64_t now_ns, struct shared_options *options)
{
    const uint64_t number = host->conns_created + 1;
    struct tcp_conn *conn = host_take(host, sizeof *conn);
    if (conn == NULL || !deadlines_make_room(host, host->conn_count + 1)) {
        options_release(host, options);
        if (conn != NULL) { host_give(host, conn, sizeof *conn); }
        return NULL;
    }
    host->conns_created = number;
    host->conn_count++;
    *conn = (struct tcp_conn){.host = host, .number = number, .options = options};
    conn->stream = host->config.stream_base + number;
    conn->open_ns = now_ns;
    conn->ssthresh = CWND_MAX_BYTES; /* RFC 5681 3.1: arbitrarily high */
    timers_clear(conn);
    conn->previous_conn = host->last_conn;
    if (host->last_conn == NULL) {
        host->first_conn = conn;
    } else {
        host->last_conn->next_conn = conn;
    }
    host->last_conn = conn;
    return conn;
}

void conn_announce(struct tcp_conn *conn, uint64_t now_ns)
{
    conn->announced = true;
    host_tell(conn->host,
              &(struct tcp_event){.kind = TCP_EVENT_CREATED, .conn = conn, .now_ns = now_ns});
}

/* ---- moves ---- */

void tcp_enter(struct tcp_conn *conn, uint64_t now_ns, enum tcp_state to, enum tcp_cause cause)
{
    const enum tcp_state from = conn->state;
    assert(tcp_move_allowed(from, to));
    conn->state = to;
    conn->changed = true;
    if (!conn->announced) { return; }
    struct tcp_event event = {.kind = TCP_EVENT_STATE, .conn = conn, .now_ns = now_ns};
    event.u.state.old_state = from;
    event.u.state.new_state = to;
    event.u.state.cause = cause;
    host_tell(conn->host, &event);
}

/* A connection that waits to be accepted fails: whether accept still gives it. */
static bool stays_in_backlog(const struct tcp_conn *conn, enum tcp_cause cause)
{
    const bool waits =
        conn->listener != NULL && (conn->state != TCP_SYN_RECEIVED || conn->fast_open.early);
    return waits && cause != TCP_CAUSE_LISTENER_CLOSED &&
           conn_options(conn)->reset_unaccepted == TCP_RESET_UNACCEPTED_KEEPS;
}

static void conn_detach(struct tcp_conn *conn, uint64_t now_ns, enum tcp_cause cause)
{
    timer_stop_all(conn, now_ns);
    deadlines_remove(conn);
    host_unready(conn);
    host_unhash(conn->host, conn);
    if (!stays_in_backlog(conn, cause)) { listen_child_gone(conn); }
    fast_open_done(conn);
}

void conn_finish(struct tcp_conn *conn, uint64_t now_ns, enum tcp_cause cause, enum tcp_error error)
{
    conn_detach(conn, now_ns, cause);
    conn->error = error;
    const bool keeps = error == TCP_ERROR_RESET && cause == TCP_CAUSE_RST_ARRIVED &&
                       conn_options(conn)->reset_keeps_text;
    conn_drop_buffers(conn);
    if ((error != TCP_OK && !keeps) || conn->released) { conn_drop_unread(conn); }
    tcp_enter(conn, now_ns, TCP_CLOSED, cause);
}

/* ---- death ---- */

void conn_drop_unread(struct tcp_conn *conn)
{
    runs_clear(conn->host, &conn->receive);
    conn->unread = 0;
}

/* All but what waits to be read. */
void conn_drop_buffers(struct tcp_conn *conn)
{
    sent_clear(conn);
    runs_clear(conn->host, &conn->send);
    runs_clear(conn->host, &conn->held);
    sack_clear(conn);
    conn->send_cursor = NULL;
    conn->una_offset = conn->end_offset;
}

void conn_free(struct tcp_conn *conn, uint64_t now_ns)
{
    struct tcp_host *host = conn->host;
    if (conn->announced) {
        host_tell(host,
                  &(struct tcp_event){.kind = TCP_EVENT_DELETED, .conn = conn, .now_ns = now_ns});
    }
    deadlines_remove(conn);
    host_unhash(host, conn);
    time_wait_forget_old(conn);
    conn_drop_buffers(conn);
    conn_drop_unread(conn);
    if (conn->listen != NULL) { host_give(host, conn->listen, sizeof *conn->listen); }
    if (conn->previous_conn == NULL) {
        host->first_conn = conn->next_conn;
    } else {
        conn->previous_conn->next_conn = conn->next_conn;
    }
    if (conn->next_conn == NULL) {
        host->last_conn = conn->previous_conn;
    } else {
        conn->next_conn->previous_conn = conn->previous_conn;
    }
    host->conn_count--;
    options_release(host, conn->options);
    host_give(host, conn, sizeof *conn);
}

void conn_discard(struct tcp_conn *conn, const struct arrival *arrival, enum tcp_discard reason)
{
    if (!host_wants(conn->host, TCP_EVENT_DISCARD)) { return; }
    struct tcp_event event = {.kind = TCP_EVENT_DISCARD, .conn = conn, .now_ns = arrival->now_ns};
    event.u.discard.segment = arrival->seg;
    event.u.discard.reason = reason;
    host_tell(conn->host, &event);
}

/* ---- segment sizes: RFC 9293 3.7.1 ---- */

uint32_t conn_headers(const struct tcp_conn *conn)
{
    return WIRE_TCP_HEADER_BYTES +
           (conn->local.address.family == 6 ? WIRE_IPV6_HEADER_BYTES : WIRE_IPV4_HEADER_BYTES);
}

static uint16_t mss_within(const struct tcp_conn *conn, uint32_t mtu)
{
    const uint32_t headers = conn_headers(conn);
    const uint32_t mss = mtu > headers ? mtu - headers : 1;
    return mss > UINT16_MAX ? UINT16_MAX : (uint16_t)mss;
}

uint16_t conn_mtu_mss(const struct tcp_conn *conn)
{
    return mss_within(conn, conn_options(conn)->mtu_bytes);
}

uint32_t conn_path_mtu(const struct tcp_conn *conn)
{
    const uint32_t mtu = conn_options(conn)->mtu_bytes;
    return conn->path_mtu != 0 && conn->path_mtu < mtu ? conn->path_mtu : mtu;
}

uint16_t conn_announced_mss(const struct tcp_conn *conn)
{
    const uint32_t mss = conn_options(conn)->mss;
    const bool by_path = conn_options(conn)->mss_by_path;
    return mss != 0
               ? (uint16_t)mss
               : mss_within(conn, by_path ? conn_path_mtu(conn) : conn_options(conn)->mtu_bytes);
}

/* RFC 6691 2: an MSS counts no options; what every segment carries is taken off. */
static uint16_t less_options(const struct tcp_conn *conn, uint16_t mss)
{
    const uint16_t taken = conn->ts_on ? TIMESTAMP_BYTES : 0;
    return mss > taken ? (uint16_t)(mss - taken) : 1;
}

uint16_t conn_full_segment(const struct tcp_conn *conn)
{
    return less_options(conn, conn_announced_mss(conn));
}

/* Eff.snd.MSS: what the peer announced, within what the path carries, less the options. */
void conn_update_send_mss(struct tcp_conn *conn)
{
    const uint16_t most = mss_within(conn, conn_path_mtu(conn));
    const uint16_t mss = conn->peer_mss < most ? conn->peer_mss : most;
    const uint16_t least = conn_options(conn)->min_send_mss;
    conn->snd_mss = less_options(conn, mss > least ? mss : least);
    if (conn->peer_mss == UINT16_MAX) { TCP_SHOWS(conn, RFC6691_5); } /* no limit: the path's */
}

uint16_t conn_default_mss(const struct tcp_conn *conn)
{
    const uint16_t own = conn_options(conn)->default_mss;
    if (own != 0) { return own; }
    return conn->local.address.family == 6 ? DEFAULT_SEND_MSS_IPV6 : DEFAULT_SEND_MSS_IPV4;
}

void conn_take_peer_mss(struct tcp_conn *conn, const struct tcp_parsed_options *options)
{
    uint16_t mss = conn_default_mss(conn);
    if (options->has_mss && options->mss > 0) {
        TCP_SHOWS(conn, MUST_14);
        mss = options->mss;
    } else {
        TCP_SHOWS(conn, MUST_15);
    }
    const struct tcp_options *own = conn_options(conn);
    if (own->mss_both_ways && own->mss > 0 && own->mss < mss) { mss = (uint16_t)own->mss; }
    conn->peer_mss = mss;
    conn_update_send_mss(conn);
    const uint16_t most = conn_mtu_mss(conn);
    const uint16_t announced = conn_announced_mss(conn);
    conn->rcv_mss = less_options(conn, announced < most ? announced : most);
}
