/* user_calls.c - RFC 9293 3.10.1 to 3.10.5: OPEN, SEND, RECEIVE, CLOSE, ABORT; and letting go.
 * STATUS is in status.c. */
#include "tcb.h"

/* What a call finds where no TCB can serve it. */
static enum tcp_error error_of(const struct tcp_conn *conn)
{
    return conn->error != TCP_OK ? conn->error : TCP_ERROR_NOT_EXIST;
}

/* ---- OPEN: 3.10.1 ---- */

static enum tcp_error open_passive(struct tcp_conn *conn, uint64_t now_ns)
{
    const struct tcp_conn *other = host_find_listener(conn->host, &conn->local);
    if (other != NULL && tcp_address_equal(&other->local.address, &conn->local.address)) {
        TCP_ROW(other, OPEN_PASSIVE);
        return TCP_ERROR_EXISTS;
    }
    if (!listen_create(conn)) { return TCP_ERROR_RESOURCES; }
    host_hash(conn->host, conn);
    TCP_ROW(conn, OPEN_PASSIVE);
    if (other != NULL) { HOST_ROW(conn->host, TCP_LISTEN, OPEN_PASSIVE); }
    if (conn->local.address.family != 0) { TCP_SHOWS(conn, MUST_43); }
    shows_listen(conn);
    conn->passive = true;
    conn->owned = true;
    conn_announce(conn, now_ns);
    tcp_enter(conn, now_ns, TCP_LISTEN, TCP_CAUSE_OPEN_PASSIVE);
    return TCP_OK;
}

static void begin_active(struct tcp_conn *conn, uint64_t now_ns, enum tcp_sent_cause sent,
                         enum tcp_cause cause)
{
    TCP_ROW(conn, OPEN_ACTIVE);
    conn->passive = false;
    conn->open_ns = now_ns;
    conn->iss = isn_choose(conn, now_ns);
    timestamp_choose_offset(conn);
    conn->snd_una = conn->iss;
    conn->snd_nxt = conn->iss;
    rto_init(conn);
    conn->syn_owed = !quiet_time_holds_open(conn, now_ns);
    conn->sent_cause = (uint8_t)sent;
    tcp_enter(conn, now_ns, TCP_SYN_SENT, cause);
    user_timer_update(conn, now_ns);
    host_ready(conn);
}

static enum tcp_error check_remote(struct tcp_host *host, const struct tcp_endpoint *local,
                                   const struct tcp_endpoint *remote)
{
    if (remote->port == 0 || remote->address.family == 0) { return TCP_ERROR_NO_REMOTE; }
    if (!address_may_be_opened(&remote->address)) {
        HOST_ROW(host, TCP_CLOSED, OPEN_BAD_ADDRESS);
        HOST_SHOWS(host, MUST_46);
        return TCP_ERROR_BAD_ADDRESS;
    }
    const struct tcp_conn *there = tcp_find(host, local, remote);
    if (there != NULL) { TCP_ROW(there, OPEN_EXISTS); }
    return there != NULL ? TCP_ERROR_EXISTS : TCP_OK;
}

static enum tcp_error open_active(struct tcp_conn *conn, uint64_t now_ns,
                                  const struct tcp_slice *syn_data)
{
    host_hash(conn->host, conn);
    uint32_t accepted = 0;
    if (syn_data->len > 0) {
        conn->syn_with_data = true;
        const enum tcp_error error = tcp_send(conn, now_ns, syn_data, TCP_SEND_PUSH, &accepted);
        if (error != TCP_OK) { return error == TCP_WOULD_BLOCK ? TCP_ERROR_RESOURCES : error; }
    }
    fast_open_begin(conn, now_ns);
    conn->owned = true;
    conn_announce(conn, now_ns);
    begin_active(conn, now_ns, TCP_SENT_OPEN, TCP_CAUSE_OPEN_ACTIVE);
    return TCP_OK;
}

enum tcp_error tcp_open(struct tcp_host *host, uint64_t now_ns,
                        const struct tcp_open_request *request, struct tcp_conn **conn)
{
    *conn = NULL;
    if (!request->passive) {
        const enum tcp_error error = check_remote(host, &request->local, &request->remote);
        if (error == TCP_ERROR_NO_REMOTE) { HOST_ROW(host, TCP_CLOSED, OPEN_NO_REMOTE); }
        if (error != TCP_OK) { return error; }
    }
    struct shared_options *options = request->options != NULL
                                         ? options_create(host, request->options)
                                         : options_share(host->options);
    struct tcp_conn *fresh = options == NULL ? NULL : conn_create(host, now_ns, options);
    if (fresh == NULL) {
        HOST_ROW(host, TCP_CLOSED, OPEN_NO_ROOM);
        return TCP_ERROR_RESOURCES;
    }
    fresh->local = request->local;
    if (!request->passive) { fresh->remote = request->remote; }
    const enum tcp_error error = request->passive ? open_passive(fresh, now_ns)
                                                  : open_active(fresh, now_ns, &request->syn_data);
    if (error != TCP_OK) {
        conn_free(fresh, now_ns);
        return error;
    }
    *conn = fresh;
    host_settle(host, fresh, now_ns);
    return TCP_OK;
}

static enum tcp_error may_become_active(struct tcp_conn *listener, const struct tcp_endpoint *local,
                                        const struct tcp_endpoint *remote, enum tcp_sent_cause sent)
{
    const enum tcp_error error = check_remote(listener->host, local, remote);
    if (error == TCP_ERROR_NO_REMOTE && sent == TCP_SENT_SEND) {
        TCP_ROW(listener, SEND_NO_REMOTE);
    }
    if (error == TCP_ERROR_NO_REMOTE && sent == TCP_SENT_OPEN) {
        TCP_ROW(listener, OPEN_NO_REMOTE);
    }
    return error;
}

/* The listener's own TCB becomes the connection. */
static void become_active(struct tcp_conn *listener, uint64_t now_ns,
                          const struct tcp_endpoint *local, const struct tcp_endpoint *remote,
                          enum tcp_sent_cause sent, enum tcp_cause cause)
{
    if (sent == TCP_SENT_SEND) { TCP_ROW(listener, SEND_REMOTE_GIVEN); }
    listen_close(listener, now_ns);
    host_unhash(listener->host, listener);
    listener->local = *local;
    listener->remote = *remote;
    host_hash(listener->host, listener);
    begin_active(listener, now_ns, sent, cause);
}

static bool is_listener(const struct tcp_conn *conn)
{
    return conn->state == TCP_LISTEN && !conn->gone;
}

enum tcp_error tcp_open_listener(struct tcp_conn *listener, uint64_t now_ns,
                                 const struct tcp_endpoint *local,
                                 const struct tcp_endpoint *remote)
{
    if (!is_listener(listener)) {
        return listener->gone || listener->state == TCP_CLOSED ? error_of(listener)
                                                               : TCP_ERROR_EXISTS;
    }
    const enum tcp_error error = may_become_active(listener, local, remote, TCP_SENT_OPEN);
    if (error == TCP_OK) {
        become_active(listener, now_ns, local, remote, TCP_SENT_OPEN, TCP_CAUSE_OPEN_ACTIVE);
    }
    host_settle(listener->host, listener, now_ns);
    return error;
}

/* ---- SEND: 3.10.2 ---- */

static enum tcp_error may_send(const struct tcp_conn *conn)
{
    switch (conn->state) {
    case TCP_LISTEN: return TCP_ERROR_NO_REMOTE;
    case TCP_SYN_SENT:
    case TCP_SYN_RECEIVED:
    case TCP_ESTABLISHED:
    case TCP_CLOSE_WAIT: return conn->close_called ? TCP_ERROR_CLOSING : TCP_OK;
    case TCP_FIN_WAIT_1:
    case TCP_FIN_WAIT_2:
    case TCP_CLOSING:
    case TCP_LAST_ACK:
    case TCP_TIME_WAIT: return TCP_ERROR_CLOSING;
    case TCP_CLOSED: /* a new connection queues what rides on its SYN before it moves */
        return conn->syn_with_data && conn->error == TCP_OK && !conn->owned ? TCP_OK
                                                                            : error_of(conn);
    }
    return TCP_ERROR_NOT_EXIST;
}

/* The slice as a part of this connection's stream. An extent that the user alone holds and gives
 * whole is moved to where its octets stand in the stream; one that cannot be (others use it, or
 * will) is copied. False: no memory. */
static bool adopt_slice(struct tcp_conn *conn, const struct tcp_slice *given, uint32_t len,
                        struct tcp_slice *own)
{
    struct tcp_extent *extent = given->extent;
    *own = (struct tcp_slice){extent, conn->stream, conn->end_offset, len};
    if (extent == NULL) { return true; }
    const uint64_t before =
        given->offset - extent->base; /* octets of the extent in front of the slice */
    if (before <= conn->end_offset) {
        const uint64_t base = conn->end_offset - before;
        if (extent->refs == 1 && len == given->len) { extent->base = base; }
        if (extent->base == base) {
            slice_share(own);
            return true;
        }
    }
    own->extent = tcp_extent_create(&conn->host->pools, conn->end_offset, len);
    if (own->extent != NULL) { tcp_slice_copy(given, 0, len, own->extent->octets); }
    return own->extent != NULL;
}

static enum tcp_error no_memory_to_send(struct tcp_conn *conn)
{
    TCP_ROW(conn, SEND_NO_ROOM);
    return TCP_ERROR_RESOURCES;
}

static enum tcp_error queue_octets(struct tcp_conn *conn, uint64_t now_ns,
                                   const struct tcp_slice *slice, unsigned flags,
                                   uint32_t *accepted)
{
    const uint32_t room = send_room(conn);
    const uint32_t len = slice->len < room ? slice->len : room;
    if (len < slice->len) { TCP_ROW(conn, SEND_NO_ROOM); }
    if (len == 0) { return slice->len == 0 ? TCP_OK : TCP_WOULD_BLOCK; }
    struct tcp_slice own;
    if (!adopt_slice(conn, slice, len, &own)) { return no_memory_to_send(conn); }
    const bool whole = len == slice->len || conn_options(conn)->push != TCP_PUSH_EACH;
    const bool push = (flags & TCP_SEND_PUSH) != 0 && whole;
    send_takes_over_push(conn);
    const bool kept = runs_append(conn->host, &conn->send, &own, now_ns, push);
    tcp_slice_release(&conn->host->pools, &own);
    if (!kept) { return no_memory_to_send(conn); }
    conn->end_offset += len;
    *accepted = len;
    conn->more = (flags & TCP_SEND_MORE) != 0;
    conn->let_go = false;
    if ((flags & TCP_SEND_RECORD) != 0 && len == slice->len) {
        conn->send.tail->record = true;
        conn->has_records = true;
    }
    if (push) { TCP_SHOWS(conn, MAY_15); }
    if (!push) { TCP_SHOWS(conn, MAY_16); }
    if (!conn->syn_acked) { TCP_ROW(conn, SEND_QUEUED); }
    if ((flags & TCP_SEND_URGENT) != 0) { urgent_given(conn); }
    return TCP_OK;
}

enum tcp_error tcp_send(struct tcp_conn *conn, uint64_t now_ns, const struct tcp_slice *slice,
                        unsigned flags, uint32_t *accepted)
{
    *accepted = 0;
    if (conn->gone) {
        HOST_ROW(conn->host, TCP_CLOSED, SEND_NOT_EXIST);
        return TCP_ERROR_NOT_EXIST;
    }
    enum tcp_error error = may_send(conn);
    if (error != TCP_OK) {
        shows_send_refused(conn, error);
        return error;
    }
    error = queue_octets(conn, now_ns, slice, flags, accepted);
    if (*accepted == 0) { return error; }
    if (conn->state != TCP_CLOSED && !conn->syn_owed) {
        conn->sent_cause = TCP_SENT_SEND;
        conn->sent_cause_tag = 0;
        user_timer_update(conn, now_ns);
        host_ready(conn);
    }
    return TCP_OK;
}

enum tcp_error tcp_send_listener(struct tcp_conn *listener, uint64_t now_ns,
                                 const struct tcp_endpoint *local,
                                 const struct tcp_endpoint *remote, const struct tcp_slice *slice,
                                 unsigned flags, uint32_t *accepted)
{
    *accepted = 0;
    if (!is_listener(listener)) {
        return listener->gone || listener->state == TCP_CLOSED ? error_of(listener)
                                                               : TCP_ERROR_EXISTS;
    }
    enum tcp_error error = may_become_active(listener, local, remote, TCP_SENT_SEND);
    if (error == TCP_OK) { error = queue_octets(listener, now_ns, slice, flags, accepted); }
    if (error == TCP_OK) { /* without room it stays a listener */
        become_active(listener, now_ns, local, remote, TCP_SENT_SEND, TCP_CAUSE_SEND_IN_LISTEN);
    }
    host_settle(listener->host, listener, now_ns);
    return error;
}

/* ---- RECEIVE: 3.10.3 ---- */

/* Nothing is there to be read. */
static enum tcp_error empty_receive(struct tcp_conn *conn, uint64_t now_ns)
{
    if (conn->eof_read || (conn->fin_received && conn->error == TCP_OK)) {
        TCP_ROW(conn, RECEIVE_END);
        conn->eof_read = true;
        if (conn->rcv_urgent) { urgent_read(conn, now_ns); }
        return TCP_OK;
    }
    switch (conn->state) {
    case TCP_LISTEN:
    case TCP_SYN_SENT:
    case TCP_SYN_RECEIVED:
    case TCP_ESTABLISHED:
    case TCP_FIN_WAIT_1:
    case TCP_FIN_WAIT_2: TCP_ROW(conn, RECEIVE_WAITS); return TCP_WOULD_BLOCK;
    case TCP_CLOSE_WAIT:
    case TCP_CLOSING:
    case TCP_LAST_ACK:
    case TCP_TIME_WAIT: return TCP_ERROR_CLOSING;
    case TCP_CLOSED: TCP_ROW(conn, RECEIVE_NOT_EXIST); return error_of(conn);
    }
    return TCP_ERROR_NOT_EXIST;
}

/* RFC 1122 4.2.2.2: the receiver may wait for a PSH. How many octets may be read now; nothing holds
 * them back where nothing more can come, or where they stop the sender. */
static uint32_t readable(const struct tcp_conn *conn)
{
    const bool waits = conn_options(conn)->hold_unpushed && !conn->fin_received &&
                       !conn->rcv_urgent && conn->state != TCP_CLOSED &&
                       window_told(conn) >= conn->rcv_mss;
    if (!waits) { return conn->unread; }
    const tcp_seq next = conn->rcv_nxt - conn->unread;
    TCP_SHOWS(conn, RFC1122_8);
    return conn->pushed && seq_gt(conn->rcv_push, next) ? conn->rcv_push - next : 0;
}

enum tcp_error tcp_receive(struct tcp_conn *conn, uint64_t now_ns, uint32_t max,
                           struct tcp_slice *slice)
{
    *slice = (struct tcp_slice){0};
    if (conn->gone) {
        HOST_ROW(conn->host, TCP_CLOSED, RECEIVE_NOT_EXIST);
        return TCP_ERROR_NOT_EXIST;
    }
    /* By the letter RECEIVE in CLOSING, LAST-ACK and TIME-WAIT is an error; what came before the
     * FIN would be lost. DEVIATION: it is delivered first. */
    struct node *node =
        conn->state == TCP_SYN_RECEIVED && !conn->fast_open.early ? NULL : conn->receive.head;
    const uint32_t most = readable(conn);
    if (most < max) { max = most; }
    if (node == NULL || max == 0) { return empty_receive(conn, now_ns); }
    TCP_ROW(conn, RECEIVE_DATA);
    if (conn->close_called) { TCP_SHOWS(conn, UNL_10); }
    const uint32_t len = node->slice.len < max ? node->slice.len : max;
    *slice = slice_part(&node->slice, 0, len);
    slice_share(slice);
    conn->unread -= len;
    if (conn_options(conn)->recv_buffer_max != 0) { window_tune(conn, now_ns, len); }
    if (conn->rcv_urgent) { urgent_read(conn, now_ns); }
    node->slice = slice_part(&node->slice, len, node->slice.len - len);
    if (node->slice.len == 0) {
        conn->receive.head = node->next;
        if (conn->receive.head == NULL) { conn->receive.tail = NULL; }
        node_free(conn->host, node);
    }
    if (conn->state != TCP_CLOSED && !conn->fin_received &&
        (window_update_due(conn) || ack_policy_on_read(conn))) {
        conn->ack_now = true;
        conn->ack_cause = TCP_SENT_RECEIVE;
        conn->ack_cause_tag = 0;
        host_ready(conn);
    }
    return TCP_OK;
}

/* ---- CLOSE: 3.10.4 ---- */

enum close_action { CLOSE_REFUSED, CLOSE_DELETES, CLOSE_QUEUED, CLOSE_SENDS_FIN };

/* By state: what CLOSE does, and the state it leads to. */
static const struct {
    enum close_action action;
    enum tcp_state next;
} close_table[TCP_STATE_COUNT] = {
    [TCP_CLOSED] = {CLOSE_REFUSED, TCP_CLOSED},
    [TCP_LISTEN] = {CLOSE_DELETES, TCP_CLOSED},
    [TCP_SYN_SENT] = {CLOSE_DELETES, TCP_CLOSED},
    [TCP_SYN_RECEIVED] = {CLOSE_SENDS_FIN, TCP_FIN_WAIT_1}, /* queued when data wait */
    [TCP_ESTABLISHED] = {CLOSE_SENDS_FIN, TCP_FIN_WAIT_1},
    [TCP_FIN_WAIT_1] = {CLOSE_REFUSED, TCP_FIN_WAIT_1},
    [TCP_FIN_WAIT_2] = {CLOSE_REFUSED, TCP_FIN_WAIT_2},
    [TCP_CLOSE_WAIT] = {CLOSE_QUEUED,
                        TCP_CLOSE_WAIT}, /* LAST-ACK when the FIN leaves: at once without data */
    [TCP_CLOSING] = {CLOSE_REFUSED, TCP_CLOSING},
    [TCP_LAST_ACK] = {CLOSE_REFUSED, TCP_LAST_ACK},
    [TCP_TIME_WAIT] = {CLOSE_REFUSED, TCP_TIME_WAIT},
};

static void queue_fin(struct tcp_conn *conn, uint64_t now_ns)
{
    conn->close_called = true;
    conn->close_ns = now_ns;
    conn->sent_cause = TCP_SENT_CLOSE;
    conn->sent_cause_tag = 0;
    user_timer_update(conn, now_ns);
    host_ready(conn);
}

static enum close_action close_action_of(const struct tcp_conn *conn)
{
    if (!conn_opens_as_bsd(conn)) { return close_table[conn->state].action; }
    return conn->released ? CLOSE_DELETES : CLOSE_QUEUED;
}

enum tcp_error tcp_close(struct tcp_conn *conn, uint64_t now_ns)
{
    if (conn->gone) {
        HOST_ROW(conn->host, TCP_CLOSED, CLOSE_NOT_EXIST);
        return TCP_ERROR_NOT_EXIST;
    }
    enum close_action action = close_action_of(conn);
    shows_close(conn);
    if (action == CLOSE_REFUSED || (conn->close_called && action != CLOSE_DELETES)) {
        return conn->state == TCP_CLOSED ? error_of(conn) : TCP_ERROR_CLOSING;
    }
    if (action == CLOSE_DELETES) {
        if (conn->listen != NULL) { listen_close(conn, now_ns); }
        conn_finish(conn, now_ns, TCP_CAUSE_CLOSE_CALLED, TCP_OK);
    } else {
        if (conn->state == TCP_SYN_RECEIVED && conn_unsent(conn) > 0) { action = CLOSE_QUEUED; }
        queue_fin(conn, now_ns);
        if (action == CLOSE_SENDS_FIN) {
            tcp_enter(conn, now_ns, close_table[conn->state].next, TCP_CAUSE_CLOSE_CALLED);
        } else if (conn->state == TCP_CLOSE_WAIT && conn_unsent(conn) == 0) {
            tcp_enter(conn, now_ns, TCP_LAST_ACK, TCP_CAUSE_CLOSE_CALLED);
        }
    }
    host_settle(conn->host, conn, now_ns);
    return TCP_OK;
}

/* ---- ABORT: 3.10.5 ---- */

static bool abort_sends_rst(const struct tcp_conn *conn)
{
    switch (conn->state) {
    case TCP_SYN_RECEIVED:
    case TCP_ESTABLISHED:
    case TCP_FIN_WAIT_1:
    case TCP_FIN_WAIT_2:
    case TCP_CLOSE_WAIT: return true;
    case TCP_CLOSING:
    case TCP_LAST_ACK: return conn_options(conn)->close_calls == TCP_CLOSE_CALLS_BSD;
    case TCP_CLOSED:
    case TCP_LISTEN:
    case TCP_SYN_SENT:
    case TCP_TIME_WAIT: return false;
    }
    return false;
}

static void abort_conn(struct tcp_conn *conn, uint64_t now_ns, enum tcp_cause cause,
                       enum tcp_sent_cause sent)
{
    if (conn->listen != NULL) { listen_close(conn, now_ns); }
    if (abort_sends_rst(conn)) { conn_send_last_rst(conn, now_ns, sent, 0); }
    conn_finish(conn, now_ns, cause, TCP_ERROR_RESET);
}

enum tcp_error tcp_abort(struct tcp_conn *conn, uint64_t now_ns)
{
    if (conn->gone || conn->state == TCP_CLOSED) {
        HOST_ROW(conn->host, TCP_CLOSED, ABORT_NOT_EXIST);
        return conn->gone ? TCP_ERROR_NOT_EXIST : error_of(conn);
    }
    TCP_ROW(conn, ABORT);
    TCP_SHOWS(conn, UNL_8); /* the side that aborts goes to CLOSED, as 3.10.5 says */
    abort_conn(conn, now_ns, TCP_CAUSE_ABORT_CALLED, TCP_SENT_ABORT);
    host_settle(conn->host, conn, now_ns);
    return TCP_OK;
}

/* ---- letting go: close(2) ---- */

void tcp_release(struct tcp_conn *conn, uint64_t now_ns)
{
    assert(conn->owned);
    conn->owned = false;
    conn->released = true;
    if (conn->state != TCP_CLOSED && !conn->gone) {
        const bool unread = conn->unread > 0 || conn->held.head != NULL;
        if (unread && abort_sends_rst(conn) &&
            conn_options(conn)->close_unread == TCP_CLOSE_UNREAD_RESETS) {
            TCP_ROW(conn, CLOSE_DATA_UNREAD);
            TCP_SHOWS(conn, SHLD_3);
            TCP_SHOWS(conn, MAY_1);
            abort_conn(conn, now_ns, TCP_CAUSE_CLOSE_UNREAD, TCP_SENT_CLOSE);
        } else {
            conn_drop_unread(conn);
            fin_wait_2_limit(conn, now_ns);
            (void)tcp_close(conn, now_ns);
            return; /* settled there */
        }
    }
    host_settle(conn->host, conn, now_ns);
}
