/* syn_cookies.c - RFC 4987 3.6 and appendix A: the SYN,ACK's sequence number is a cookie from which
 * the connection is made when the ACK brings it back. Until then nothing is kept of the SYN, so
 * that a flood of them costs no memory. The price: a SYN,ACK that is lost is not sent again, and of
 * the SYN's options only what the cookie holds counts.
 *
 *     ISS = IRS + 5 bits: a slow clock | 3 bits: class of MSS | 24 bits: keyed hash
 *
 * The hash is over both sockets, IRS, clock and class: whoever does not see the SYN,ACK guesses one
 * number in 2^24, for each class. Window scale and SACK have no place there: without timestamps
 * they are given up. With them the last bits of the SYN,ACK's timestamp, which the ACK echoes, hold
 * both, as Linux has it; nothing guards them, but they harm nobody except who changes them:
 *
 *     TSval = the clock's value, or up to 63 ticks less, that ends in
 *             1 bit: ECN | 1 bit: SACK | 4 bits: the peer's window scale, or 15 */
#include "tcb.h"

#define CLOCK_TICK_NS UINT64_C(64000000000) /* 64 s, as appendix A has it */
#define CLOCK_BITS 5
#define CLASS_BITS 3
#define HASH_BITS 24
#define GOOD_FOR_TICKS 2 /* the one that runs and the one before */
#define TS_BITS 6
#define TS_ECN 0x20u
#define TS_SACK 0x10u
#define TS_SCALE 0x0fu
#define NO_SCALE TS_SCALE

/* Largest not above the peer's MSS: common link MTUs less 40 or 60, and the two defaults. */
static const uint16_t mss_classes[1 << CLASS_BITS] = {64, 512, 536, 1220, 1440, 1460, 4312, 8960};
static_assert(CLOCK_BITS + CLASS_BITS + HASH_BITS == 32, "a sequence number");

static uint32_t clock_of(uint64_t now_ns)
{
    return (uint32_t)(now_ns / CLOCK_TICK_NS) & ((1u << CLOCK_BITS) - 1);
}

/* The cookie less IRS. `conn` has both sockets and IRS. */
static uint32_t cookie_of(const struct tcp_conn *conn, uint32_t clock, unsigned size_class)
{
    uint8_t input[SOCKETS_MAX_BYTES + 6];
    size_t len = isn_sockets(conn, input);
    wire_put32(input + len, conn->irs);
    input[len + 4] = (uint8_t)clock;
    input[len + 5] = (uint8_t)size_class;
    len += 6;
    const struct tcp_host_config *config = &conn->host->config;
    const uint32_t hash = (uint32_t)config->keyed_hash(config->hash_context, input, len);
    return clock << (CLASS_BITS + HASH_BITS) | size_class << HASH_BITS |
           (hash & ((1u << HASH_BITS) - 1));
}

/* A TCB that nobody keeps: what the SYN says, or must have said. */
static struct tcp_conn unkept(const struct tcp_conn *listener, const struct tcp_segment *seg)
{
    struct tcp_conn conn = {.host = listener->host,
                            .options = listener->options,
                            .local = seg->destination,
                            .remote = seg->source};
    timers_clear(&conn);
    return conn;
}

/* What the timestamp's last bits say in place of the options. */
static void hide_options(struct tcp_conn *conn, uint64_t now_ns)
{
    if (!conn->ts_on) {
        if (conn->scale_on || conn->sack_on) { TCP_SHOWS(conn, RFC4987_6); }
        conn->scale_on = conn->sack_on = conn->ecn.on = false;
        return;
    }
    const uint32_t ticks = timestamp_now(conn, now_ns) - conn->ts_offset;
    const uint32_t bits = (conn->scale_on ? conn->snd_shift : NO_SCALE) |
                          (conn->sack_on ? TS_SACK : 0) | (conn->ecn.on ? TS_ECN : 0);
    const uint32_t back = (ticks - bits) & ((1u << TS_BITS) - 1);
    conn->ts_offset -= back; /* of this TCB, which nobody keeps */
}

/* The options of the SYN, as far as they were kept. */
static struct tcp_parsed_options shown_options(const struct tcp_conn *conn,
                                               const struct tcp_parsed_options *echoed,
                                               uint16_t mss, uint16_t *flags)
{
    struct tcp_parsed_options options = {.has_mss = true, .mss = mss};
    if (!echoed->has_timestamp || !timestamps_wanted(conn_options(conn))) { return options; }
    const uint32_t bits = echoed->ts_ecr - conn->ts_offset;
    options.has_timestamp = true;
    options.ts_val = echoed->ts_val;
    options.has_sack_ok = (bits & TS_SACK) != 0;
    options.has_wscale = (bits & TS_SCALE) != NO_SCALE;
    options.wscale = (uint8_t)(bits & TS_SCALE);
    if ((bits & TS_ECN) != 0) { *flags |= TCP_ECE | TCP_CWR; }
    return options;
}

static uint16_t announced_by_peer(const struct tcp_conn *conn,
                                  const struct tcp_parsed_options *options)
{
    if (options->has_mss && options->mss > 0) { return options->mss; }
    return conn_default_mss(conn);
}

bool cookie_answers(struct tcp_conn *listener, const struct arrival *arrival)
{
    const struct tcp_segment *seg = arrival->seg;
    struct tcp_conn conn = unkept(listener, seg);
    listen_read_syn(&conn, arrival);
    const uint16_t mss = announced_by_peer(&conn, &arrival->options);
    unsigned size_class = sizeof mss_classes / sizeof mss_classes[0];
    while (size_class > 0 && mss_classes[size_class - 1] > mss) { size_class--; }
    if (size_class == 0) { return false; /* no class holds so small an MSS */ }
    conn.iss = conn.irs + cookie_of(&conn, clock_of(arrival->now_ns), size_class - 1);
    hide_options(&conn, arrival->now_ns);
    struct tcp_segment out;
    conn_write_syn(&conn, arrival->now_ns, &out, true);
    struct reply reply = {.local = out.source,
                          .remote = out.destination,
                          .seq = out.seq,
                          .ack = out.ack,
                          .flags = out.flags,
                          .window = out.window,
                          .cause = TCP_SENT_ANSWER,
                          .ttl = out.ttl,
                          .tos = out.tos,
                          .options_len = out.options_len,
                          .cause_tag = seg->tag};
    memcpy(reply.options, out.options, out.options_len);
    host_reply(listener->host, &reply);
    TCP_SHOWS(listener, RFC4987_4);
    if (arrival->len > 0) { TCP_SHOWS(listener, RFC4987_3); }
    if (conn_options(listener)->syn_cookies == TCP_COOKIES_AUTO) { TCP_SHOWS(listener, RFC4987_8); }
    listener->listen->cookies_sent++;
    listener->listen->cookies_until_ns = arrival->now_ns + GOOD_FOR_TICKS * CLOCK_TICK_NS;
    return true;
}

/* The MSS that a cookie of the last two ticks holds; 0: it is none. */
static uint16_t mss_of_cookie(const struct tcp_conn *conn, uint32_t cookie, uint64_t now_ns)
{
    const uint32_t clock = cookie >> (CLASS_BITS + HASH_BITS);
    const unsigned size_class = cookie >> HASH_BITS & ((1u << CLASS_BITS) - 1);
    const uint32_t age = (clock_of(now_ns) - clock) & ((1u << CLOCK_BITS) - 1);
    if (age >= GOOD_FOR_TICKS || cookie_of(conn, clock, size_class) != cookie) { return 0; }
    return mss_classes[size_class];
}

/* The SYN as the cookie remembers it, then the segment itself: CLOSED, LISTEN, SYN-RECEIVED,
 * ESTABLISHED in one instant. */
bool cookie_proven(struct tcp_conn *listener, struct arrival *arrival)
{
    struct listen_state *listen = listener->listen;
    const struct tcp_segment *seg = arrival->seg;
    if (listen->cookies_until_ns <= arrival->now_ns || (seg->flags & TCP_SYN) != 0) {
        return false;
    }
    struct tcp_conn conn = unkept(listener, seg);
    conn.irs = seg->seq - 1;
    const tcp_seq iss = seg->ack - 1;
    const uint16_t mss = mss_of_cookie(&conn, iss - conn.irs, arrival->now_ns);
    if (mss == 0) { return false; }
    timestamp_choose_offset(&conn);
    if (listen_ready_full(listener)) {
        conn_discard(listener, arrival, TCP_DISCARD_BACKLOG_FULL);
        if (conn_options(listener)->abort_on_overflow) { conn_reply_rst(listener, arrival); }
        return true; /* its data, sent again, prove it once more */
    }
    struct tcp_segment syn = *seg;
    syn.seq = conn.irs;
    syn.flags = TCP_SYN;
    syn.payload = (struct tcp_payload){0};
    const struct tcp_parsed_options options =
        shown_options(&conn, &arrival->options, mss, &syn.flags);
    const struct arrival opening = {.seg = &syn,
                                    .now_ns = arrival->now_ns,
                                    .seq = conn.irs,
                                    .flags = TCP_SYN,
                                    .options = options};
    struct tcp_conn *child = listen_make_child(listener, &opening, &iss);
    if (child == NULL) { return true; }
    child->snd_nxt = iss + 1;
    TCP_SHOWS(listener, RFC4987_5);
    if (arrival->len > 0 || (arrival->flags & TCP_FIN) != 0) { TCP_SHOWS(listener, RFC4987_7); }
    listen->cookies_proven++;
    other_states_arrive(child, arrival);
    host_ready(child);
    host_settle(child->host, child, arrival->now_ns);
    return true;
}
