/* listen.c - a passive TCB: RFC 9293 3.10.7.2, the backlog, and the connections that wait to be
 * accepted. A listener stays in LISTEN; each SYN makes a child, which begins in LISTEN and goes on
 * by itself. */
#include "tcb.h"

bool listen_create(struct tcp_conn *listener)
{
    listener->listen = host_take(listener->host, sizeof *listener->listen);
    if (listener->listen == NULL) { return false; }
    *listener->listen = (struct listen_state){0};
    return true;
}

static void unlink_child(struct tcp_conn *conn)
{
    struct listen_state *listen = conn->listener->listen;
    if (conn->previous_sibling == NULL) {
        listen->children = conn->next_sibling;
    } else {
        conn->previous_sibling->next_sibling = conn->next_sibling;
    }
    if (conn->next_sibling != NULL) {
        conn->next_sibling->previous_sibling = conn->previous_sibling;
    }
}

/* The connection, in SYN-RECEIVED and new, is one of this listener's from now on. */
void listen_adopt(struct tcp_conn *listener, struct tcp_conn *conn)
{
    struct listen_state *listen = listener->listen;
    conn->listener = listener;
    conn->passive = true;
    conn->next_sibling = listen->children;
    if (listen->children != NULL) { listen->children->previous_sibling = conn; }
    listen->children = conn;
    listen->pending++;
}

static uint32_t most_waiting(const struct tcp_conn *listener)
{
    return conn_options(listener)->backlog + conn_options(listener)->backlog_extra;
}

bool listen_ready_full(const struct tcp_conn *listener)
{
    return listener->listen->ready >= most_waiting(listener);
}

static bool backlog_full(const struct tcp_conn *listener)
{
    return listener->listen->pending >= most_waiting(listener) ||
           (listen_ready_full(listener) &&
            conn_options(listener)->accept_full != TCP_ACCEPT_FULL_ANSWER);
}

/* Whether a child may leave SYN-RECEIVED: not while as many wait to be accepted as the backlog
 * allows. */
bool listen_may_establish(const struct tcp_conn *conn)
{
    return conn->listener == NULL || !listen_ready_full(conn->listener);
}

/* The ACK of a handshake finds nobody to take the connection: it comes again, or is told. */
void listen_overflows(struct tcp_conn *conn, const struct arrival *arrival)
{
    conn_discard(conn, arrival, TCP_DISCARD_BACKLOG_FULL);
    if (!conn_options(conn)->abort_on_overflow) { return; }
    conn_reply_rst(conn, arrival);
    conn_finish(conn, arrival->now_ns, TCP_CAUSE_ACCEPT_FULL, TCP_ERROR_RESOURCES);
}

bool listen_waits_for_text(const struct tcp_conn *conn)
{
    return conn->deferred && !conn->syn_acked &&
           conn->retransmits < conn_options(conn)->defer_accept;
}

/* It waits by the timer of the SYN,ACK, which runs for none that a cookie has proven. */
bool listen_defers(struct tcp_conn *conn, const struct arrival *arrival)
{
    const uint32_t times = conn_options(conn)->defer_accept;
    if (times <= conn->retransmits || !conn->passive || conn->fast_open.early || arrival->len > 0 ||
        (arrival->flags & TCP_FIN) != 0 || !timer_is_on(conn, TCP_TIMER_RETRANSMISSION)) {
        return false;
    }
    conn->deferred = true;
    return true;
}

void listen_child_established(struct tcp_conn *conn, uint64_t now_ns)
{
    struct tcp_conn *listener = conn->listener;
    if (listener == NULL) { return; }
    struct listen_state *listen = listener->listen;
    listen->pending--;
    listen->ready++;
    if (listen->ready_tail == NULL) {
        listen->ready_head = conn;
    } else {
        listen->ready_tail->next_ready_accept = conn;
    }
    listen->ready_tail = conn;
    host_tell(conn->host, &(struct tcp_event){
                              .kind = TCP_EVENT_ACCEPTABLE, .conn = listener, .now_ns = now_ns});
}

static bool remove_ready(struct listen_state *listen, const struct tcp_conn *conn)
{
    struct tcp_conn *previous = NULL;
    for (struct tcp_conn *at = listen->ready_head; at != NULL;
         previous = at, at = at->next_ready_accept) {
        if (at != conn) { continue; }
        if (previous == NULL) {
            listen->ready_head = at->next_ready_accept;
        } else {
            previous->next_ready_accept = at->next_ready_accept;
        }
        if (listen->ready_tail == at) { listen->ready_tail = previous; }
        listen->ready--;
        return true;
    }
    return false;
}

/* A child that nobody accepted yet ends, or is accepted: its listener forgets it. */
void listen_child_gone(struct tcp_conn *conn)
{
    if (conn->listener == NULL) { return; }
    struct listen_state *listen = conn->listener->listen;
    if (!remove_ready(listen, conn)) { listen->pending--; }
    unlink_child(conn);
    conn->listener = NULL;
}

struct tcp_conn *tcp_accept(struct tcp_conn *listener)
{
    if (listener->listen == NULL || listener->gone || listener->listen->ready_head == NULL) {
        return NULL;
    }
    struct tcp_conn *conn = listener->listen->ready_head;
    listen_child_gone(conn);
    conn->owned = true;
    return conn;
}

/* Nobody will accept them: those that wait are reset, as a socket's close does. */
void listen_close(struct tcp_conn *listener, uint64_t now_ns)
{
    struct tcp_host *host = listener->host;
    while (listener->listen->children != NULL) {
        struct tcp_conn *child = listener->listen->children;
        if (child->state == TCP_CLOSED) { /* it failed before: reset_unaccepted */
            listen_child_gone(child);
            host_settle(host, child, now_ns);
            continue;
        }
        const bool forgets = child->state == TCP_SYN_RECEIVED && !child->fast_open.early &&
                             conn_options(child)->listen_close == TCP_LISTEN_CLOSE_FORGETS;
        if (!forgets) { conn_send_last_rst(child, now_ns, TCP_SENT_CLOSE, 0); }
        conn_finish(child, now_ns, TCP_CAUSE_LISTENER_CLOSED, TCP_ERROR_RESET);
        host_settle(host, child, now_ns);
    }
    fast_open_listener_gone(listener);
    host_give(host, listener->listen, sizeof *listener->listen);
    listener->listen = NULL;
}

void listen_read_syn(struct tcp_conn *conn, const struct arrival *arrival)
{
    const struct tcp_segment *seg = arrival->seg;
    conn->irs = seg->seq;
    conn->irs_known = true;
    conn->rcv_tos = seg->tos;
    conn->rcv_nxt = seg->seq + 1;
    conn->rcv_adv = conn->rcv_nxt;
    timestamp_choose_offset(conn);
    options_of_peer_syn(conn, arrival);
    conn->snd_wnd = seg->window;
    conn->max_snd_wnd = seg->window;
    conn->snd_wl1 = seg->seq;
}

static tcp_seq iss_of_child(const struct tcp_conn *conn, const struct arrival *arrival,
                            const tcp_seq *cookie)
{
    if (cookie != NULL) { return *cookie; }
    return arrival->has_iss ? arrival->iss : isn_choose(conn, arrival->now_ns);
}

void listen_begin_answer(struct tcp_conn *conn, const struct arrival *arrival, tcp_seq iss)
{
    conn->iss = iss;
    conn->snd_una = conn->iss;
    conn->snd_nxt = conn->iss;
    rto_init(conn);
    conn->syn_owed = true;
    conn->sent_cause = TCP_SENT_ANSWER;
    conn->sent_cause_tag = arrival->seg->tag;
}

struct tcp_conn *listen_make_child(struct tcp_conn *listener, const struct arrival *arrival,
                                   const tcp_seq *cookie)
{
    struct tcp_host *host = listener->host;
    const struct tcp_segment *seg = arrival->seg;
    struct tcp_conn *conn = conn_create(host, arrival->now_ns, options_share(listener->options));
    if (conn == NULL) {
        conn_discard(listener, arrival, TCP_DISCARD_NO_MEMORY);
        return NULL;
    }
    conn->local = seg->destination;
    conn->remote = seg->source;
    host_hash(host, conn);
    listen_read_syn(conn, arrival);
    listen_begin_answer(conn, arrival, iss_of_child(conn, arrival, cookie));
    listen_adopt(listener, conn);
    tcp_enter(conn, arrival->now_ns, TCP_LISTEN,
              TCP_CAUSE_OPEN_PASSIVE); /* as its listener did, unheard */
    conn_announce(conn, arrival->now_ns);
    tcp_enter(conn, arrival->now_ns, TCP_SYN_RECEIVED,
              cookie != NULL ? TCP_CAUSE_COOKIE_PROVEN : TCP_CAUSE_SYN_ARRIVED);
    (void)window_offer(conn, true);
    return conn;
}

/* RFC 9293 3.10.7.2 queues it; a SYN cache has no place for it, and neither stores nor acknowledges
 * it (RFC 4987 3.5). */
bool listen_keeps_text(const struct tcp_conn *conn, const struct arrival *arrival)
{
    if (conn_options(conn)->syn_text == TCP_SYN_TEXT_KEEP) { return true; }
    if (arrival->len > 0) { TCP_SHOWS(conn, RFC4987_3); }
    return false;
}

/* RFC 7413 4.2.2: accepted, and its text read, while still in SYN-RECEIVED. */
static void open_early(struct tcp_conn *conn, const struct arrival *arrival)
{
    congestion_init(conn);
    conn->small_sent = conn->snd_una;
    (void)text_pull_held(conn, arrival->now_ns);
    listen_child_established(conn, arrival->now_ns);
}

/* RFC 4987 3.4: the oldest half-open connection makes room, without a word to its peer. True: there
 * is room now. */
static bool recycle_oldest(struct tcp_conn *listener, uint64_t now_ns)
{
    if (conn_options(listener)->backlog_full != TCP_BACKLOG_RECYCLE ||
        listen_ready_full(listener)) {
        return false;
    }
    struct tcp_conn *oldest = NULL;
    for (struct tcp_conn *at = listener->listen->children; at != NULL; at = at->next_sibling) {
        if (at->state == TCP_SYN_RECEIVED && !at->fast_open.early) { oldest = at; }
    }
    assert(oldest != NULL); /* as many as the backlog allows are half-open */
    TCP_SHOWS(listener, RFC4987_2);
    conn_finish(oldest, now_ns, TCP_CAUSE_RECYCLED, TCP_ERROR_RESOURCES);
    host_settle(listener->host, oldest, now_ns);
    return true;
}

/* A cookie proves a peer, but makes no room among those that wait to be accepted. */
static bool refuses_cookie(const struct tcp_conn *listener)
{
    return conn_options(listener)->accept_full == TCP_ACCEPT_FULL_DROP &&
           listen_ready_full(listener);
}

/* Third, check for a SYN. Text and FIN that ride on it are kept until the connection is
 * established; where a cookie answers, nothing is. */
static void third_check_syn(struct tcp_conn *listener, const struct arrival *arrival)
{
    if (quiet_time_drops_syn(listener, arrival)) { return; }
    const bool full = backlog_full(listener);
    const uint8_t cookies = conn_options(listener)->syn_cookies;
    if ((cookies == TCP_COOKIES_ON || (full && cookies == TCP_COOKIES_AUTO)) &&
        !refuses_cookie(listener) && cookie_answers(listener, arrival)) {
        return;
    }
    if (full) { TCP_SHOWS(listener, RFC4987_1); }
    if (full && !recycle_oldest(listener, arrival->now_ns)) {
        conn_discard(listener, arrival, TCP_DISCARD_BACKLOG_FULL);
        return;
    }
    struct tcp_conn *conn = listen_make_child(listener, arrival, NULL);
    if (conn == NULL) { return; }
    const enum fast_open_text verdict = fast_open_syn_arrived(listener, conn, arrival);
    if (verdict == FAST_OPEN_DELIVER_TEXT ||
        (verdict == FAST_OPEN_HOLD_TEXT && listen_keeps_text(conn, arrival))) {
        struct arrival text = *arrival;
        arrival_trim(conn, &text);
        text_hold(conn, &text);
    }
    if (verdict == FAST_OPEN_DELIVER_TEXT) { open_early(conn, arrival); }
    user_timer_update(conn, arrival->now_ns);
    host_ready(conn);
    host_settle(conn->host, conn, arrival->now_ns);
}

/* RFC 9293 3.10.7.2. */
void listen_arrives(struct tcp_conn *listener, struct arrival *arrival)
{
    const struct tcp_segment *seg = arrival->seg;
    if ((seg->flags & TCP_RST) != 0) {
        TCP_ROW(listener, LISTEN_RST);
        TCP_SHOWS(listener, UNL_9);
        conn_discard(listener, arrival, TCP_DISCARD_RST_IN_LISTEN);
    } else if ((seg->flags & TCP_ACK) != 0) {
        if (cookie_proven(listener, arrival)) { return; }
        TCP_ROW(listener, LISTEN_ACK);
        TCP_SHOWS(listener, UNL_6);
        conn_discard(listener, arrival, TCP_DISCARD_ACK_IN_LISTEN);
        const bool silent = (seg->flags & TCP_SYN) != 0 &&
                            conn_options(listener)->listen_syn_ack == TCP_LISTEN_SYN_ACK_DROP;
        if (!silent) { conn_reply_rst(listener, arrival); }
    } else if ((seg->flags & (TCP_SYN | TCP_FIN)) == (TCP_SYN | TCP_FIN) &&
               conn_options(listener)->syn_fin == TCP_SYN_FIN_DROP) {
        conn_discard(listener, arrival, TCP_DISCARD_SYN_WITH_FIN);
    } else if ((seg->flags & TCP_SYN) != 0) {
        third_check_syn(listener, arrival);
    } else {
        TCP_ROW(listener, LISTEN_OTHER);
        conn_discard(listener, arrival, TCP_DISCARD_NO_SYN_IN_LISTEN);
    }
}
