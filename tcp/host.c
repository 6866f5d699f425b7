/* host.c - a TCP host: its memory, its table of connections, what is ready to be sent, and the five
 * verbs by which segments and time reach it. */
#include "tcb.h"

#define FIRST_BUCKETS 16u

void *host_take(struct tcp_host *host, size_t size)
{
    return host->pools.take(host->pools.context, size);
}

void host_give(struct tcp_host *host, void *memory, size_t size)
{
    host->pools.give(host->pools.context, memory, size);
}

void host_tell(struct tcp_host *host, const struct tcp_event *event)
{
    if (host->observer.event != NULL) { host->observer.event(host->observer.context, event); }
}

struct tcp_host *tcp_host_create(const struct tcp_host_config *config,
                                 const struct tcp_pools *pools, const struct tcp_observer *observer)
{
    assert(config->keyed_hash != NULL);
    struct tcp_host *host = pools->take(pools->context, sizeof *host);
    if (host == NULL) { return NULL; }
    *host = (struct tcp_host){.pools = *pools, .config = *config};
    if (observer != NULL) { host->observer = *observer; }
    host->options = options_create(host, &config->options);
    host->buckets = host_take(host, FIRST_BUCKETS * sizeof *host->buckets);
    host->bucket_count = FIRST_BUCKETS;
    if (host->options == NULL || host->buckets == NULL) {
        tcp_host_destroy(host);
        return NULL;
    }
    memset(host->buckets, 0, FIRST_BUCKETS * sizeof *host->buckets);
    return host;
}

static void drop_replies(struct tcp_host *host)
{
    while (host->reply_head != NULL) {
        struct reply *reply = host->reply_head;
        host->reply_head = reply->next;
        host_give(host, reply, sizeof *reply);
    }
    host->reply_tail = NULL;
    host->reply_count = 0;
}

void tcp_host_destroy(struct tcp_host *host)
{
    host->observer.event = NULL;
    drop_replies(host);
    tcp_fast_open_forget(host);
    while (host->first_conn != NULL) { conn_free(host->first_conn, 0); }
    if (host->options != NULL) { options_release(host, host->options); }
    if (host->buckets != NULL) {
        host_give(host, host->buckets, host->bucket_count * sizeof *host->buckets);
    }
    if (host->heap != NULL) { host_give(host, host->heap, host->heap_room * sizeof *host->heap); }
    const struct tcp_pools pools = host->pools;
    pools.give(pools.context, host, sizeof *host);
}

void tcp_host_crash(struct tcp_host *host, uint64_t now_ns)
{
    drop_replies(host);
    tcp_fast_open_forget(host);
    quiet_time_begin(host, now_ns);
    struct tcp_conn *next = NULL;
    for (struct tcp_conn *conn = host->first_conn; conn != NULL; conn = next) {
        next = conn->next_conn;
        host_unhash(host, conn);
        host_unready(conn);
        deadlines_remove(conn);
        timers_clear(conn);
        conn->gone = true;
        conn->error = TCP_ERROR_NOT_EXIST;
        conn_drop_buffers(conn);
        conn_drop_unread(conn);
        conn->changed = conn->owned;
        conn->listener = NULL;
        host_settle(host, conn, now_ns);
    }
}

void tcp_host_set_options(struct tcp_host *host, const struct tcp_options *options)
{
    struct shared_options *fresh = options_create(host, options);
    if (fresh != NULL) {
        options_release(host, host->options);
        host->options = fresh;
    }
}

const struct tcp_options *tcp_host_options(const struct tcp_host *host)
{
    return &host->options->values;
}

void tcp_host_set_wants(struct tcp_host *host, uint32_t wants) { host->observer.wants = wants; }

/* ---- the table of connections ---- */

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

/* Only chooses a bucket: the machine's octet order shows nowhere. */
static uint32_t hash_sockets(const struct tcp_endpoint *local, const struct tcp_endpoint *remote)
{
    uint64_t words[2];
    memcpy(words, remote->address.octets, sizeof words);
    uint64_t hash = mix(words[0], (uint64_t)local->port << 16 | remote->port);
    hash = mix(hash, words[1]);
    return (uint32_t)hash;
}

static uint32_t bucket_of(const struct tcp_host *host, const struct tcp_conn *conn)
{
    return hash_sockets(&conn->local, &conn->remote) & (host->bucket_count - 1);
}

/* Without memory it stays as large as it is: the chains get longer, and all are found. */
static void grow_table(struct tcp_host *host)
{
    const uint32_t count = host->bucket_count * 2;
    struct tcp_conn **buckets = host_take(host, count * sizeof *buckets);
    if (buckets == NULL) { return; }
    memset(buckets, 0, count * sizeof *buckets);
    host_give(host, host->buckets, host->bucket_count * sizeof *buckets);
    host->buckets = buckets;
    host->bucket_count = count;
    for (struct tcp_conn *conn = host->first_conn; conn != NULL; conn = conn->next_conn) {
        if (conn->hashed) {
            struct tcp_conn **bucket = &buckets[bucket_of(host, conn)];
            conn->next_hash = *bucket;
            *bucket = conn;
        }
    }
}

/* A listener stands under its local port alone: its remote socket is empty. */
void host_hash(struct tcp_host *host, struct tcp_conn *conn)
{
    if (host->hashed_count * 2 >= host->bucket_count) { grow_table(host); }
    struct tcp_conn **bucket = &host->buckets[bucket_of(host, conn)];
    conn->next_hash = *bucket;
    *bucket = conn;
    conn->hashed = true;
    host->hashed_count++;
}

void host_unhash(struct tcp_host *host, struct tcp_conn *conn)
{
    if (!conn->hashed) { return; }
    struct tcp_conn **at = &host->buckets[bucket_of(host, conn)];
    while (*at != conn) {
        assert(*at != NULL);
        at = &(*at)->next_hash;
    }
    *at = conn->next_hash;
    conn->hashed = false;
    host->hashed_count--;
}

struct tcp_conn *tcp_find(struct tcp_host *host, const struct tcp_endpoint *local,
                          const struct tcp_endpoint *remote)
{
    struct tcp_conn *conn = host->buckets[hash_sockets(local, remote) & (host->bucket_count - 1)];
    while (conn != NULL && !(tcp_endpoint_equal(&conn->local, local) &&
                             tcp_endpoint_equal(&conn->remote, remote))) {
        conn = conn->next_hash;
    }
    return conn;
}

/* A listener on exactly this address is preferred to one on any. */
struct tcp_conn *host_find_listener(struct tcp_host *host, const struct tcp_endpoint *local)
{
    static const struct tcp_endpoint nobody = {0};
    struct tcp_conn *any = NULL;
    const uint32_t bucket = hash_sockets(local, &nobody) & (host->bucket_count - 1);
    for (struct tcp_conn *conn = host->buckets[bucket]; conn != NULL; conn = conn->next_hash) {
        if (conn->state != TCP_LISTEN || conn->local.port != local->port) { continue; }
        assert(conn->listen != NULL); /* one that was closed is not in the table */
        if (tcp_address_equal(&conn->local.address, &local->address)) { return conn; }
        if (conn->local.address.family == 0) { any = conn; }
    }
    return any;
}

bool tcp_local_in_use(struct tcp_host *host, const struct tcp_endpoint *local)
{
    for (const struct tcp_conn *conn = host->first_conn; conn != NULL; conn = conn->next_conn) {
        if (conn->hashed && conn->local.port == local->port &&
            (conn->local.address.family == 0 || local->address.family == 0 ||
             tcp_address_equal(&conn->local.address, &local->address))) {
            return true;
        }
    }
    return false;
}

/* ---- what is ready to be sent ---- */

void host_ready(struct tcp_conn *conn)
{
    struct tcp_host *host = conn->host;
    if (conn->ready) { return; }
    assert(!conn->gone && conn->state != TCP_CLOSED && conn->state != TCP_LISTEN);
    conn->ready = true;
    conn->next_ready = NULL;
    conn->previous_ready = host->ready_tail;
    if (host->ready_tail == NULL) {
        host->ready_head = conn;
    } else {
        host->ready_tail->next_ready = conn;
    }
    host->ready_tail = conn;
}

void host_unready(struct tcp_conn *conn)
{
    struct tcp_host *host = conn->host;
    if (!conn->ready) { return; }
    conn->ready = false;
    if (conn->previous_ready == NULL) {
        host->ready_head = conn->next_ready;
    } else {
        conn->previous_ready->next_ready = conn->next_ready;
    }
    if (conn->next_ready == NULL) {
        host->ready_tail = conn->previous_ready;
    } else {
        conn->next_ready->previous_ready = conn->previous_ready;
    }
}

void host_reply(struct tcp_host *host, const struct reply *reply)
{
    if (host->reply_count >= REPLIES_MAX) { return; }
    struct reply *copy = host_take(host, sizeof *copy);
    if (copy == NULL) { return; }
    *copy = *reply;
    if (host->reply_tail == NULL) {
        host->reply_head = copy;
    } else {
        host->reply_tail->next = copy;
    }
    host->reply_tail = copy;
    host->reply_count++;
}

static void take_reply(struct tcp_host *host, struct tcp_segment *out)
{
    struct reply *reply = host->reply_head;
    host->reply_head = reply->next;
    if (host->reply_head == NULL) { host->reply_tail = NULL; }
    host->reply_count--;
    *out = (struct tcp_segment){.source = reply->local,
                                .destination = reply->remote,
                                .seq = reply->seq,
                                .ack = reply->ack,
                                .flags = reply->flags,
                                .window = reply->window,
                                .options_len = reply->options_len,
                                .ttl = reply->ttl,
                                .tos = reply->tos,
                                .cause = reply->cause,
                                .cause_tag = reply->cause_tag};
    if (reply->has_timestamp) {
        const struct tcp_parsed_options values = {
            .has_timestamp = true, .ts_val = reply->ts_val, .ts_ecr = reply->ts_ecr};
        out->options_len = options_lay_out(&host->options->values, &values, out->options);
    } else {
        memcpy(out->options, reply->options, reply->options_len);
    }
    host_give(host, reply, sizeof *reply);
}

bool tcp_output(struct tcp_host *host, uint64_t now_ns, struct tcp_segment *segment)
{
    if (host->reply_head != NULL) {
        take_reply(host, segment);
        if (host->observer.marks != NULL) { shows_sent(host, NULL, segment); }
        return true;
    }
    while (host->ready_head != NULL) {
        struct tcp_conn *conn = host->ready_head;
        if (conn_output(conn, now_ns, segment)) {
            if (host->observer.marks != NULL) { shows_sent(host, conn, segment); }
            host_settle(host, conn, now_ns);
            return true;
        }
        host_unready(conn);
        host_settle(host, conn, now_ns);
    }
    return false;
}

/* ---- time ---- */

uint64_t tcp_next_deadline(struct tcp_host *host)
{
    uint64_t deadline_ns = TCP_NEVER;
    (void)deadlines_first(host, &deadline_ns);
    return deadline_ns;
}

void tcp_timeout(struct tcp_host *host, uint64_t now_ns)
{
    for (;;) {
        uint64_t deadline_ns = TCP_NEVER;
        struct tcp_conn *conn = deadlines_first(host, &deadline_ns);
        if (conn == NULL || deadline_ns > now_ns) { return; }
        conn_timeouts(conn, now_ns);
        host_settle(host, conn, now_ns);
    }
}

/* ---- the end of an entry point ---- */

void host_settle_now(struct tcp_host *host, struct tcp_conn *conn, uint64_t now_ns)
{
    if (conn->congestion_changed) {
        conn->congestion_changed = false;
        if (host_wants(host, TCP_EVENT_CONGESTION)) {
            host_tell(host, &(struct tcp_event){
                                .kind = TCP_EVENT_CONGESTION, .conn = conn, .now_ns = now_ns});
        }
    }
    if (conn->changed) {
        conn->changed = false;
        host_tell(host,
                  &(struct tcp_event){.kind = TCP_EVENT_CHANGED, .conn = conn, .now_ns = now_ns});
    }
    /* A listener is its user's; what is in LISTEN besides was reset before it was accepted. */
    const bool ended = conn->gone || conn->state == TCP_CLOSED || conn->state == TCP_LISTEN;
    if (ended && !conn->owned && conn->listener == NULL) { conn_free(conn, now_ns); }
}
