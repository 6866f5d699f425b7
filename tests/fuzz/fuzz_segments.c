/* fuzz_segments.c - octets as a life of one TCP host: segments near and far from what it expects,
 * user calls, time, want of memory. Whatever comes, its inner structures agree, its numbers move
 * one way only, it does not talk without end, and gives back all memory. */
#include "../../tcp/wire.h"
#include "../unit/tcp_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNS_MAX 64
#define STEPS_MAX 400
#define OUTPUTS_MAX 20000 /* in one step: the largest buffer is 1500 octets */
#define SECOND UINT64_C(1000000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    struct tcp_conn *conn;
    bool owned, known;
    enum tcp_state state;
    tcp_seq iss, irs, snd_una, snd_nxt, rcv_nxt, edge;
};

struct life {
    const uint8_t *data;
    size_t size, at;
    struct tcp_host *host;
    struct tcp_pools pools;
    struct seen seen[CONNS_MAX];
    unsigned count;
    uint64_t now_ns;
    size_t live_bytes;
    uint32_t memory; /* blocks that are left */
    bool crowded;    /* more connections than are looked at */
};

/* As assert, but says what broke; a fuzzer wants a crash. */
static void require(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "broken: %s\n", what);
        abort();
    }
}

/* ---- octets in ---- */

static uint8_t next8(struct life *life)
{
    return life->at < life->size ? life->data[life->at++] : 0;
}

static uint32_t next16(struct life *life) { return (uint32_t)next8(life) << 8 | next8(life); }

/* Near zero more often than not. */
static uint32_t next_offset(struct life *life)
{
    const uint8_t kind = next8(life);
    if (kind < 128) { return (uint32_t)(int32_t)(int8_t)(kind << 1) / 2; }
    return kind < 250 ? next16(life) - 0x8000u : next16(life) << 16 | next16(life);
}

/* ---- the host's surroundings ---- */

static void *take(void *context, size_t size)
{
    struct life *life = context;
    if (life->memory == 0) { return NULL; }
    life->memory -= life->memory != UINT32_MAX;
    void *memory = malloc(size);
    if (memory != NULL) {
        memset(memory, 0xa5, size);
        life->live_bytes += size;
    }
    return memory;
}

static void give(void *context, void *memory, size_t size)
{
    struct life *life = context;
    require(life->live_bytes >= size, "more memory given back than taken");
    life->live_bytes -= size;
    free(memory);
}

static uint64_t keyed_hash(void *context, const void *data, size_t len)
{
    const uint8_t *octets = data;
    uint64_t hash = 0xcbf29ce484222325u;
    (void)context;
    for (size_t i = 0; i < len; i++) { hash = (hash ^ octets[i]) * 0x100000001b3u; }
    return hash;
}

static struct seen *seen_of(struct life *life, const struct tcp_conn *conn)
{
    for (unsigned i = 0; i < life->count; i++) {
        if (life->seen[i].conn == conn) { return &life->seen[i]; }
    }
    return NULL;
}

static void observe(void *context, const struct tcp_event *event)
{
    struct life *life = context;
    struct seen *seen = event->conn != NULL ? seen_of(life, event->conn) : NULL;
    if (event->kind == TCP_EVENT_CREATED) {
        if (life->count == CONNS_MAX) {
            life->crowded = true;
            return;
        }
        life->seen[life->count++] = (struct seen){.conn = event->conn};
    } else if (event->kind == TCP_EVENT_DELETED && seen != NULL) {
        *seen = life->seen[--life->count];
    } else if (event->kind == TCP_EVENT_STATE) {
        require(tcp_move_allowed(event->u.state.old_state, event->u.state.new_state), "a move");
        if (seen != NULL) { seen->known = false; }
    } else if (event->kind == TCP_EVENT_DELIVERED) {
        require(event->u.delivered.slice->len > 0, "nothing was delivered");
        require(event->u.delivered.slice->offset == event->u.delivered.offset, "a wrong place");
    }
}

/* ---- what must hold ---- */

static void check_conn(struct life *life, struct seen *seen)
{
    struct tcp_status now;
    tcp_status(seen->conn, &now);
    const bool exact = tcp_conn_options(seen->conn)->has_window;
    require(seq_leq(now.snd_una, now.snd_nxt), "SND.UNA =< SND.NXT");
    for (unsigned i = 0; i < TCP_TIMER_COUNT; i++) {
        require(now.deadline_ns[i] >= life->now_ns, "a deadline in the past");
    }
    if (seen->known && seen->iss == now.iss && seen->irs == now.irs) {
        require(seq_geq(now.snd_una, seen->snd_una), "SND.UNA only advances");
        require(seq_geq(now.snd_nxt, seen->snd_nxt), "SND.NXT only advances");
        require(seq_geq(now.rcv_nxt, seen->rcv_nxt), "RCV.NXT only advances");
        require(exact || seq_geq(now.rcv_nxt + now.rcv_wnd, seen->edge), "the right edge");
    }
    const bool waits = now.snd_una != now.snd_nxt || (now.unsent > 0 && now.state > TCP_SYN_SENT);
    const bool timed = now.deadline_ns[TCP_TIMER_RETRANSMISSION] != TCP_NEVER ||
                       now.deadline_ns[TCP_TIMER_PERSIST] != TCP_NEVER ||
                       now.deadline_ns[TCP_TIMER_OVERRIDE] != TCP_NEVER;
    if (life->memory == UINT32_MAX && now.state != TCP_CLOSED && now.state != TCP_LISTEN) {
        require(!waits || timed, "what waits has a timer");
    }
    seen->known = true;
    seen->iss = now.iss;
    seen->irs = now.irs;
    seen->snd_una = now.snd_una;
    seen->snd_nxt = now.snd_nxt;
    seen->rcv_nxt = now.rcv_nxt;
    seen->edge = now.rcv_nxt + now.rcv_wnd;
}

static void pump(struct life *life)
{
    struct tcp_segment segment;
    for (unsigned i = 0; tcp_output(life->host, life->now_ns, &segment); i++) {
        require(i < OUTPUTS_MAX, "it talks without end");
        require(segment.source.port != 0 && segment.destination.port != 0, "ports");
        require(tcp_payload_len(&segment.payload) <= UINT16_MAX, "too long");
        require((segment.flags & (TCP_SYN | TCP_ACK | TCP_RST)) != 0, "no flags");
        tcp_payload_release(&life->pools, &segment.payload);
    }
}

static void check(struct life *life)
{
    const char *rule = tcp_check_host(life->host);
    require(rule == NULL, rule != NULL ? rule : "");
    require(tcp_next_deadline(life->host) >= life->now_ns, "the next deadline lies in the past");
    for (unsigned i = 0; i < life->count; i++) { check_conn(life, &life->seen[i]); }
}

/* ---- what happens ---- */

static struct tcp_endpoint endpoint(uint8_t last, uint16_t port)
{
    return (struct tcp_endpoint){{.family = 4, .octets = {10, 0, 0, last}}, port};
}

static struct seen *choose(struct life *life)
{
    const uint8_t at = next8(life);
    return life->count > 0 ? &life->seen[at % life->count] : NULL;
}

/* `offset`: in the stream of the connection that it goes to, so that what is delivered can be told
 * from what is delivered at a wrong place. */
static void add_text(struct life *life, struct tcp_segment *segment, uint64_t offset)
{
    const uint32_t len = next8(life) % 64 * (next8(life) % 8 == 0 ? 40u : 1u);
    const uint32_t cut = len > 1 ? next8(life) % len : 0;
    struct tcp_slice *part = segment->payload.part;
    if (len == 0) { return; }
    part[0] = (struct tcp_slice){.origin = 7, .offset = offset, .len = len - cut};
    if (cut > 0) {
        const uint64_t second = offset + len - cut;
        part[1] = (struct tcp_slice){.origin = 8, .offset = second, .len = cut};
        part[1].extent = tcp_extent_create(&life->pools, second, cut);
        if (part[1].extent != NULL) { memset(part[1].extent->octets, 'x', cut); }
    }
}

/* Well formed but for one in eight; a SYN's and others' together, wherever they stand. */
static void add_options(struct life *life, struct tcp_segment *segment,
                        const struct tcp_status *status)
{
    static const uint8_t kinds[] = {TCP_OPT_MSS, TCP_OPT_WSCALE, TCP_OPT_SACK_OK, TCP_OPT_TIMESTAMP,
                                    TCP_OPT_SACK};
    struct tcp_parsed_options values = {.mss = next8(life), .wscale = next8(life) % 18};
    const uint8_t which = next8(life);
    values.ts_val = status->ts_recent + next_offset(life);
    values.ts_ecr = next_offset(life);
    values.sack_count = (uint8_t)(1 + which % 3);
    for (unsigned i = 0; i < values.sack_count; i++) {
        values.sack[i].left = status->snd_una + next_offset(life);
        values.sack[i].right = values.sack[i].left + next_offset(life);
    }
    uint8_t len = 0;
    for (unsigned i = 0; i < sizeof kinds; i++) {
        uint8_t option[TCP_OPTIONS_MAX_BYTES];
        if ((which >> i & 1) == 0) { continue; }
        const uint8_t size = wire_option_by_kind(kinds[i])->write(&values, option);
        if (len + size > TCP_OPTIONS_MAX_BYTES) { break; }
        memcpy(segment->options + len, option, size);
        len = (uint8_t)(len + size);
    }
    segment->options_len = wire_pad_options(segment->options, len);
    if (which >= 224 && len > 0) { segment->options[next8(life) % len] = next8(life); }
}

static void arrive(struct life *life)
{
    static const uint16_t flags[] = {TCP_ACK,           TCP_SYN, TCP_SYN | TCP_ACK,
                                     TCP_FIN | TCP_ACK, TCP_RST, TCP_RST | TCP_ACK,
                                     TCP_ACK | TCP_PSH};
    struct tcp_segment segment = {.ttl = 64, .tag = life->at + 1};
    struct tcp_status status = {0};
    const struct seen *to = choose(life);
    const uint8_t how = next8(life);
    segment.source = endpoint(2, (uint16_t)(4000 + how % 3));
    segment.destination = endpoint(1, how % 2 == 0 ? 80 : 5000);
    if (to != NULL && tcp_conn_remote(to->conn)->port != 0) {
        segment.source = *tcp_conn_remote(to->conn);
        segment.destination = *tcp_conn_local(to->conn);
    }
    const struct tcp_conn *conn = tcp_find(life->host, &segment.destination, &segment.source);
    if (conn != NULL) { tcp_status(conn, &status); }
    segment.flags = how < 240 ? flags[how % 7] : (uint16_t)(next8(life) & 0x3f);
    segment.seq = status.rcv_nxt + next_offset(life);
    segment.ack = (how % 2 == 0 ? status.snd_nxt : status.snd_una) + next_offset(life);
    segment.window = (uint16_t)(how % 5 == 0 ? next8(life) % 8 : next16(life));
    const bool begins = !status.irs_known || status.state == TCP_TIME_WAIT;
    const tcp_seq text = segment.seq + ((segment.flags & TCP_SYN) != 0);
    const tcp_seq first = begins ? segment.seq + 1 : status.irs + 1;
    add_text(life, &segment, (uint64_t)(int64_t)(int32_t)(text - first));
    if (how % 3 != 0 || status.ts_on) { add_options(life, &segment, &status); }
    tcp_segment_arrives(life->host, life->now_ns, &segment);
    tcp_payload_release(&life->pools, &segment.payload);
}

static void draw_options(struct life *life, struct tcp_options *options)
{
    tcp_options_default(options);
    const uint8_t how = next8(life);
    options->nagle = (how & 1) != 0;
    options->challenge_ack = (how & 2) != 0;
    options->fin_ack = how >> 2 & 1;
    options->persist_probe = how >> 3 & 1;
    const uint8_t agreed = next8(life);
    options->timestamps = (agreed & 1) != 0;
    options->sack = (agreed & 2) != 0;
    options->dsack = (agreed & 4) != 0;
    options->missing_timestamp = agreed >> 3 & 1;
    options->rfc1337 = (agreed & 16) != 0;
    options->time_wait_syn = (agreed >> 5) % 3;
    options->option_layout = next8(life) % 3;
    options->window_scale = next8(life) % 17;
    options->recv_buffer = (how & 16) != 0 ? 1u + next8(life) : 1500;
    options->send_buffer = (how & 32) != 0 ? 1u + next8(life) : 1500;
    if ((how & 64) != 0) {
        options->mss = 1u + next8(life);
        options->delayed_ack_ns = next8(life) % 2 * SECOND;
        options->backlog = next8(life) % 4;
        options->keepalive_idle_ns = next8(life) % 2 * 10 * SECOND;
        options->keepalive_interval_ns = SECOND;
        options->keepalive_count = 3;
    }
    if ((how & 128) != 0) {
        options->user_timeout_ns = next8(life) % 4 * SECOND;
        options->rto_min_ns = 1000u * (1u + next8(life));
        options->retries = next8(life) % 16;
        options->msl_ns = 1000u * (1u + next16(life));
        options->has_window = next8(life) % 8 == 0;
        options->window = next8(life);
    }
    const uint8_t seldom = next8(life);
    if (seldom < 32) {
        options->hold_unpushed = (seldom & 1) != 0;
        options->newreno_heuristic = (seldom & 2) != 0;
        options->held_limit = (seldom & 4) != 0 ? 1u + next8(life) : 0;
        options->rfc1337_period_ns = (seldom & 8) != 0 ? SECOND : 0;
    }
}

static void open_some(struct life *life)
{
    const uint8_t how = next8(life);
    struct tcp_options options;
    struct tcp_open_request request = {.passive = how % 2 == 0, .local = endpoint(1, 80)};
    struct tcp_conn *conn = NULL;
    if (how % 4 < 2) {
        draw_options(life, &options);
        request.options = &options;
    }
    if (!request.passive) {
        request.local.port = 5000;
        request.remote = endpoint(2, (uint16_t)(4000 + how % 3));
        request.syn_data.len = how % 5 == 0 ? next8(life) : 0;
    } else if (how % 3 == 0) {
        request.local.address.family = 0;
        memset(request.local.address.octets, 0, sizeof request.local.address.octets);
    }
    if (life->count < CONNS_MAX && tcp_open(life->host, life->now_ns, &request, &conn) == TCP_OK) {
        seen_of(life, conn)->owned = true;
    }
}

static void let_go(struct life *life, struct seen *seen)
{
    seen->owned = false;
    tcp_release(seen->conn, life->now_ns);
}

static void send_some(struct life *life, struct tcp_conn *conn)
{
    struct tcp_slice slice = {.len = next16(life) % 3000};
    uint32_t accepted = 0;
    if (slice.len % 2 != 0) { slice.extent = tcp_extent_create(&life->pools, 0, slice.len); }
    if (slice.extent != NULL) { memset(slice.extent->octets, 'y', slice.len); }
    const enum tcp_error error = tcp_send(conn, life->now_ns, &slice, next8(life) % 4, &accepted);
    require(accepted <= slice.len && (error == TCP_OK || accepted == 0), "SEND");
    tcp_slice_release(&life->pools, &slice);
}

static void call(struct life *life)
{
    struct seen *seen = choose(life);
    const uint8_t how = next8(life);
    struct tcp_slice slice = {0};
    const struct tcp_endpoint local = endpoint(1, 80), remote = endpoint(2, 4000);
    struct tcp_options options;
    uint32_t accepted;
    if (seen == NULL || !seen->owned) { return; }
    struct tcp_conn *conn = seen->conn;
    switch (how % 10) {
    case 0:
    case 1: send_some(life, conn); break;
    case 2:
    case 3:
        (void)tcp_receive(conn, life->now_ns, 1u + next16(life), &slice);
        tcp_slice_release(&life->pools, &slice);
        break;
    case 4: (void)tcp_close(conn, life->now_ns); break;
    case 5: let_go(life, seen); break;
    case 6: (void)(how < 40 ? tcp_abort(conn, life->now_ns) : TCP_OK); break;
    case 7:
        draw_options(life, &options);
        options.has_window = false;
        options.recv_buffer = tcp_conn_options(conn)->recv_buffer;
        tcp_conn_set_options(conn, life->now_ns, &options);
        break;
    case 8:
        if (how < 128) {
            (void)tcp_open_listener(conn, life->now_ns, &local, &remote);
        } else {
            slice.len = how;
            (void)tcp_send_listener(conn, life->now_ns, &local, &remote, &slice, how % 4,
                                    &accepted);
        }
        break;
    default: {
        struct tcp_conn *child = tcp_accept(conn);
        struct seen *accepted_one = child != NULL ? seen_of(life, child) : NULL;
        if (accepted_one != NULL) {
            accepted_one->owned = true;
        } else if (child != NULL) {
            tcp_release(child, life->now_ns);
        }
    }
    }
}

static void pass_time(struct life *life)
{
    const uint8_t how = next8(life);
    const uint64_t deadline_ns = tcp_next_deadline(life->host);
    uint64_t then_ns =
        life->now_ns + (how < 128 ? how * UINT64_C(1000) : next16(life) * SECOND / 16);
    if (how % 4 == 0 && deadline_ns != TCP_NEVER) { then_ns = deadline_ns; }
    while (tcp_next_deadline(life->host) <= then_ns) {
        life->now_ns = tcp_next_deadline(life->host);
        tcp_timeout(life->host, life->now_ns);
        pump(life);
        check(life);
    }
    life->now_ns = then_ns;
}

static void step(struct life *life)
{
    const uint8_t what = next8(life);
    if (what < 128) {
        arrive(life);
    } else if (what < 176) {
        call(life);
    } else if (what < 216) {
        pass_time(life);
    } else if (what < 240) {
        open_some(life);
    } else if (what < 246) {
        life->memory = next8(life) % 32;
    } else if (what < 254) {
        life->memory = UINT32_MAX;
    } else if (what == 254) {
        tcp_host_crash(life->host, life->now_ns);
        for (unsigned i = life->count; i-- > 0;) {
            if (i < life->count && life->seen[i].owned) { let_go(life, &life->seen[i]); }
        }
    }
    if (what % 4 != 0) { pump(life); } /* else what follows belongs to the same instant */
}

static void finish(struct life *life)
{
    pump(life);
    for (unsigned i = life->count; i-- > 0;) {
        if (i < life->count && life->seen[i].owned) { let_go(life, &life->seen[i]); }
    }
    pump(life);
    check(life);
    tcp_host_destroy(life->host);
    require(life->live_bytes == 0, "memory was kept");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct life life = {.data = data, .size = size, .now_ns = SECOND, .memory = UINT32_MAX};
    struct tcp_host_config config = {.keyed_hash = keyed_hash};
    const struct tcp_observer observer = {.context = &life, .event = observe, .wants = UINT32_MAX};
    draw_options(&life, &config.options);
    life.pools = (struct tcp_pools){&life, take, give};
    life.host = tcp_host_create(&config, &life.pools, &observer);
    for (unsigned i = 0; i < STEPS_MAX && life.at < life.size && !life.crowded; i++) {
        step(&life);
        if (tcp_next_deadline(life.host) < life.now_ns) { break; }
        if (life.at % 2 == 0) { pump(&life); }
        const char *rule = tcp_check_host(life.host);
        require(rule == NULL, rule != NULL ? rule : "");
    }
    finish(&life);
    return 0;
}
