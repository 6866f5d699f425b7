/* fast_open.c - TCP Fast Open, RFC 7413: data on the SYN reach the application before the handshake
 * is done, if a cookie proves that the client sits at its address.
 *
 *     client   asks with an empty option, keeps the cookie that the SYN,ACK brings, and sends it
 *              with data on the SYN next time; where that fails, not again for a while
 *     server   makes cookies by its keyed hash and keeps nothing of them; a connection opened by
 * one is accepted in SYN-RECEIVED, at most fast_open_pending of them at a time
 *
 * Repetitions of SYN and SYN,ACK are plain, so that what drops the option lets them through. */
#include "tcb.h"

#define COOKIE_BYTES 8
#define COOKIE_INPUT_BYTES (2 * 16 + 1 + 4)     /* two addresses, the label, the epoch */
#define COOKIE_EPOCH_NS UINT64_C(3600000000000) /* a cookie is good for this one and the next */
#define CACHE_MAX 64u
#define HASH_LABEL 'F'

/* The next request's option: the standard one; the experimental one, as the standard one was not
 * answered; the standard one for good. */
enum { FALLBACK_NOT_TRIED, FALLBACK_NEXT, FALLBACK_TRIED };

/* What a client remembers of a server: 4.1.3. */
struct fast_open_entry {
    struct fast_open_entry *next; /* the last used comes first */
    struct tcp_address local, remote;
    uint8_t cookie[16];
    uint8_t cookie_len; /* 0: none */
    bool experiment;    /* given by the experimental option: 4.1.1 */
    uint8_t fallback;   /* FALLBACK_...: what the next request is */
    uint16_t mss;       /* that the server announced; 0: not known */
    uint16_t refused_port;
    uint64_t refused_until_ns; /* negative response on that port: 4.1.3.1 */
};

/* ---- the client's cache ---- */

static struct fast_open_entry *find(struct tcp_host *host, const struct tcp_conn *conn)
{
    struct fast_open_entry **at = &host->fast_open_cache;
    for (; *at != NULL; at = &(*at)->next) {
        struct fast_open_entry *entry = *at;
        if (tcp_address_equal(&entry->local, &conn->local.address) &&
            tcp_address_equal(&entry->remote, &conn->remote.address)) {
            *at = entry->next;
            entry->next = host->fast_open_cache;
            host->fast_open_cache = entry;
            return entry;
        }
    }
    return NULL;
}

static void forget_last(struct tcp_host *host)
{
    struct fast_open_entry **at = &host->fast_open_cache;
    while ((*at)->next != NULL) { at = &(*at)->next; }
    host_give(host, *at, sizeof **at);
    *at = NULL;
    host->fast_open_cached--;
}

static struct fast_open_entry *find_or_make(struct tcp_host *host, const struct tcp_conn *conn)
{
    struct fast_open_entry *entry = find(host, conn);
    if (entry != NULL) { return entry; }
    if (host->fast_open_cached == CACHE_MAX) { forget_last(host); }
    entry = host_take(host, sizeof *entry);
    if (entry == NULL) { return NULL; }
    *entry = (struct fast_open_entry){.next = host->fast_open_cache,
                                      .local = conn->local.address,
                                      .remote = conn->remote.address};
    host->fast_open_cache = entry;
    host->fast_open_cached++;
    return entry;
}

void tcp_fast_open_forget(struct tcp_host *host)
{
    while (host->fast_open_cache != NULL) { forget_last(host); }
}

/* ---- the client: 4.2 ---- */

static bool is_client(const struct tcp_conn *conn)
{
    return (conn_options(conn)->fast_open & TCP_FAST_OPEN_CLIENT) != 0;
}

/* Without a cookie one is asked for, and the data wait for the handshake. */
void fast_open_begin(struct tcp_conn *conn, uint64_t now_ns)
{
    if (!is_client(conn)) { return; }
    const struct fast_open_entry *entry = find(conn->host, conn);
    const bool refused = entry != NULL && entry->refused_port == conn->remote.port &&
                         now_ns < entry->refused_until_ns;
    if (!refused && conn->syn_with_data && !conn_options(conn)->fast_open_cookies) {
        conn->fast_open.asks = FAST_OPEN_WITHOUT_COOKIE;
    } else if (refused) {
        TCP_SHOWS(conn, RFC7413_6);
        conn->syn_with_data = false;
    } else if (entry == NULL || entry->cookie_len == 0) {
        TCP_SHOWS(conn, RFC7413_4);
        conn->fast_open.asks = FAST_OPEN_REQUESTS;
        conn->fast_open.experiment = entry != NULL && entry->fallback == FALLBACK_NEXT;
        conn->syn_with_data = false;
    } else if (conn->syn_with_data || conn_options(conn)->fast_open_empty) {
        TCP_SHOWS(conn, RFC7413_5);
        TCP_SHOWS(conn, RFC7413_7);
        conn->fast_open.asks = FAST_OPEN_HAS_COOKIE;
        conn->fast_open.experiment = entry->experiment;
    }
}

/* What fits on a SYN: 4.2.2, and 4.1.3 on the MSS. Room is left for all the options there may be:
 * of this end, and of what adds some on the way. */
uint32_t fast_open_syn_room(const struct tcp_conn *conn)
{
    uint32_t mss = conn_default_mss(conn);
    if (conn->fast_open.asks < FAST_OPEN_HAS_COOKIE) { return mss; }
    const struct fast_open_entry *entry = find(conn->host, conn);
    const struct tcp_options *options = conn_options(conn);
    uint32_t most = conn_mtu_mss(conn);
    if (options->mss_both_ways && options->mss > 0 && options->mss < most) { most = options->mss; }
    if (entry != NULL && entry->mss != 0) {
        mss = entry->mss;
    } else if (options->fast_open_unknown_mss == TCP_FAST_OPEN_PATH_MSS) {
        mss = most;
    }
    if (mss > most) { mss = most; }
    return mss > TCP_OPTIONS_MAX_BYTES ? mss - TCP_OPTIONS_MAX_BYTES : 0;
}

uint32_t tcp_fast_open_room(struct tcp_host *host, uint64_t now_ns,
                            const struct tcp_endpoint *local, const struct tcp_endpoint *remote,
                            const struct tcp_options *options)
{
    struct shared_options shared = {1, *options};
    struct tcp_conn conn = {.host = host,
                            .options = &shared,
                            .local = *local,
                            .remote = *remote,
                            .syn_with_data = true};
    fast_open_begin(&conn, now_ns);
    return conn.fast_open.asks >= FAST_OPEN_HAS_COOKIE ? fast_open_syn_room(&conn) : 0;
}

static void learn_refusal(struct tcp_conn *conn, const struct arrival *arrival, bool all_acked,
                          struct fast_open_entry *entry)
{
    const struct tcp_options *options = conn_options(conn);
    const struct fast_open_state *state = &conn->fast_open;
    if (conn->syn_times > 0 || (state->asks >= FAST_OPEN_HAS_COOKIE && !all_acked)) {
        entry->refused_port = conn->remote.port; /* negative: 4.1.3.1 */
        entry->refused_until_ns = arrival->now_ns + options->fast_open_holdoff_ns;
    } else if (options->fast_open_fallback && state->asks == FAST_OPEN_REQUESTS) {
        entry->fallback =
            state->experiment || entry->fallback == FALLBACK_TRIED ? FALLBACK_TRIED : FALLBACK_NEXT;
    }
}

/* The SYN,ACK has come; `all_acked`: it acknowledges what rode on the SYN. A cookie that nobody has
 * asked for is left alone. */
void fast_open_answered(struct tcp_conn *conn, const struct arrival *arrival, bool all_acked)
{
    const struct tcp_parsed_options *options = &arrival->options;
    const uint8_t asks = conn->fast_open.asks;
    if (asks == FAST_OPEN_NOT) { return; }
    conn->fast_open.used = all_acked && asks >= FAST_OPEN_HAS_COOKIE && conn->syn_with_data;
    struct fast_open_entry *entry = find_or_make(conn->host, conn);
    if (entry == NULL) { return; }
    if (options->has_mss && options->mss > 0) { entry->mss = options->mss; }
    const bool solicited = asks != FAST_OPEN_WITHOUT_COOKIE;
    if (solicited && options->has_fast_open && options->fast_open_len > 0) {
        entry->cookie_len = options->fast_open_len;
        entry->experiment = options->fast_open_experiment;
        memcpy(entry->cookie, options->fast_open, options->fast_open_len);
    } else {
        learn_refusal(conn, arrival, all_acked, entry);
    }
}

/* ---- the server: 4.1.2, 4.2 ---- */

/* A message authentication code over the two addresses and the hour. */
static void make_cookie(const struct tcp_conn *conn, uint64_t epoch, uint8_t cookie[COOKIE_BYTES])
{
    const struct tcp_host_config *config = &conn->host->config;
    if (config->fast_open_cookie != NULL &&
        config->fast_open_cookie(config->cookie_context, &conn->remote.address,
                                 &conn->local.address, cookie)) {
        return;
    }
    uint8_t input[COOKIE_INPUT_BYTES];
    size_t len = 0;
    memcpy(input, conn->local.address.octets, sizeof conn->local.address.octets);
    len += sizeof conn->local.address.octets;
    memcpy(input + len, conn->remote.address.octets, sizeof conn->remote.address.octets);
    len += sizeof conn->remote.address.octets;
    input[len++] = HASH_LABEL;
    wire_put32(input + len, (uint32_t)epoch);
    len += 4;
    const uint64_t hash = config->keyed_hash(config->hash_context, input, len);
    wire_put32(cookie, (uint32_t)(hash >> 32));
    wire_put32(cookie + 4, (uint32_t)hash);
}

static bool is_cookie_of(const struct tcp_conn *conn, uint64_t epoch,
                         const struct tcp_parsed_options *options)
{
    uint8_t cookie[COOKIE_BYTES];
    make_cookie(conn, epoch, cookie);
    return options->fast_open_len == COOKIE_BYTES &&
           memcmp(options->fast_open, cookie, COOKIE_BYTES) == 0;
}

enum fast_open_text fast_open_syn_arrived(struct tcp_conn *listener, struct tcp_conn *conn,
                                          const struct arrival *arrival)
{
    const struct tcp_options *options = conn_options(listener);
    const struct tcp_parsed_options *theirs = &arrival->options;
    if (theirs->has_fast_open) { TCP_SHOWS(conn, RFC7413_1); }
    const bool needless = !options->fast_open_cookies && arrival->len > 0;
    if ((options->fast_open & TCP_FAST_OPEN_SERVER) == 0 || (!theirs->has_fast_open && !needless)) {
        if (theirs->has_fast_open) { TCP_SHOWS(conn, RFC7413_2); }
        return FAST_OPEN_HOLD_TEXT;
    }
    const uint64_t epoch = arrival->now_ns / COOKIE_EPOCH_NS;
    const bool fresh = needless || is_cookie_of(conn, epoch, theirs);
    const bool valid = fresh || (epoch > 0 && is_cookie_of(conn, epoch - 1, theirs));
    conn->fast_open.experiment = theirs->fast_open_experiment;
    conn->fast_open.grants = !fresh; /* asked for, wrong, or about to expire */
    if (!fresh) { TCP_SHOWS(conn, RFC7413_16); }
    if (valid && listener->listen->fast_open_pending >= options->fast_open_pending) {
        TCP_SHOWS(conn, RFC7413_3);
    }
    if (!valid && theirs->fast_open_len > 0) { TCP_SHOWS(conn, RFC7413_10); }
    if (valid && listener->listen->fast_open_pending < options->fast_open_pending) {
        TCP_SHOWS(conn, RFC7413_9);
        conn->fast_open.early = true;
        conn->fast_open.used = arrival->len > 0;
        conn->fast_open.listener = listener;
        listener->listen->fast_open_pending++;
        return FAST_OPEN_DELIVER_TEXT;
    }
    conn->fast_open.grants = conn->fast_open.grants && !valid; /* beyond the limit: as without */
    if (arrival->len > 0) { conn_discard(conn, arrival, TCP_DISCARD_FAST_OPEN_REFUSED); }
    return FAST_OPEN_DROP_TEXT;
}

void fast_open_done(struct tcp_conn *conn)
{
    if (conn->fast_open.listener != NULL) {
        conn->fast_open.listener->listen->fast_open_pending--;
        conn->fast_open.listener = NULL;
    }
}

void fast_open_listener_gone(const struct tcp_conn *listener)
{
    for (struct tcp_conn *at = listener->host->first_conn; at != NULL; at = at->next_conn) {
        if (at->fast_open.listener == listener) { at->fast_open.listener = NULL; }
    }
}

/* ---- the option ---- */

void fast_open_on_syn(const struct tcp_conn *conn, uint64_t now_ns, bool first,
                      struct tcp_parsed_options *values)
{
    const struct fast_open_state *state = &conn->fast_open;
    const bool shown =
        first ? state->asks == FAST_OPEN_REQUESTS || state->asks == FAST_OPEN_HAS_COOKIE
              : state->grants;
    values->has_fast_open = conn->syn_times == 0 && shown;
    if (!values->has_fast_open) {
        if (first && state->asks != FAST_OPEN_NOT) { TCP_SHOWS(conn, RFC7413_8); }
        if (!first && (state->grants || state->early)) { TCP_SHOWS(conn, RFC7413_12); }
        return;
    }
    values->fast_open_experiment = state->experiment;
    if (!first) {
        values->fast_open_len = COOKIE_BYTES;
        make_cookie(conn, now_ns / COOKIE_EPOCH_NS, values->fast_open);
    } else if (state->asks == FAST_OPEN_HAS_COOKIE) {
        const struct fast_open_entry *entry = find(conn->host, conn);
        if (entry != NULL) {
            values->fast_open_len = entry->cookie_len;
            memcpy(values->fast_open, entry->cookie, entry->cookie_len);
        }
    }
}
