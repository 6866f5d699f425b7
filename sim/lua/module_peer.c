/* module_peer.c - hosts without TCP, played by the script: peer:send, peer:expect,
 * peer:expect_nothing. What reaches such a host is kept until the script expects it; the flow of
 * what was last sent or expected is the one that is meant next. */
#include "internal.h"

#include <stdio.h>
#include <string.h>

#define DEFAULT_ISS 1000
#define DEFAULT_WITHIN_NS (UINT64_C(10) * NS_PER_S)
#define FIRST_PORT 49152
#define FLOW_BUCKETS 1024u

/* One pair of sockets, the peer's own first, with what it has sent and seen there. */
struct flow {
    struct flow *next;
    struct host *to;
    struct tcp_endpoint local, remote;
    bool has_sent, has_received;
    tcp_seq snd_nxt, rcv_nxt;
};

struct arrival {
    struct arrival *next;
    struct packet packet; /* its payload is shared */
    struct flow *flow;
    uint64_t time_ns;
};

struct peer {
    struct arrival *first, *last; /* not consumed yet */
    uint64_t arrived;             /* in all */
    struct flow *current;
    struct flow *flows[FLOW_BUCKETS]; /* never walked as a whole */
    uint16_t next_port;
};

static struct peer *peer_of(struct scenario *scenario, struct host *host)
{
    struct host_extra *extra = host_extra(scenario, host);
    if (extra == NULL) { return NULL; }
    if (extra->peer == NULL) {
        extra->peer = arena_take_zeroed(scenario->arena, sizeof *extra->peer);
        if (extra->peer != NULL) { extra->peer->next_port = FIRST_PORT; }
    }
    return extra->peer;
}

/* A script varies ports, and few addresses. */
static unsigned bucket_of(const struct tcp_endpoint *local, const struct tcp_endpoint *remote)
{
    return (local->port * 31u + remote->port) % FLOW_BUCKETS;
}

static struct flow *find_flow(const struct peer *peer, const struct tcp_endpoint *local,
                              const struct tcp_endpoint *remote)
{
    for (struct flow *flow = peer->flows[bucket_of(local, remote)]; flow != NULL;
         flow = flow->next) {
        if (tcp_endpoint_equal(&flow->local, local) && tcp_endpoint_equal(&flow->remote, remote)) {
            return flow;
        }
    }
    return NULL;
}

/* NULL: no memory. */
static struct flow *flow_of(struct scenario *scenario, struct peer *peer, struct host *to,
                            const struct tcp_endpoint *local, const struct tcp_endpoint *remote)
{
    struct flow *flow = find_flow(peer, local, remote);
    if (flow != NULL) { return flow; }
    flow = arena_take_zeroed(scenario->arena, sizeof *flow);
    if (flow == NULL) { return NULL; }
    flow->to = to;
    flow->local = *local;
    flow->remote = *remote;
    struct flow **bucket = &peer->flows[bucket_of(local, remote)];
    flow->next = *bucket;
    *bucket = flow;
    return flow;
}

/* ---- arrivals ---- */

static void note_received(struct flow *flow, const struct tcp_segment *segment)
{
    const tcp_seq end = segment->seq + tcp_segment_len(segment);
    if ((segment->flags & TCP_RST) != 0) { return; }
    if (!flow->has_received || (segment->flags & TCP_SYN) != 0 || seq_gt(end, flow->rcv_nxt)) {
        flow->rcv_nxt = end;
    }
    flow->has_received = true;
}

void peer_packet_arrived(struct scenario *scenario, struct host *host, const struct packet *packet)
{
    struct peer *peer = peer_of(scenario, host);
    struct arrival *arrival = peer != NULL ? arena_take(scenario->arena, sizeof *arrival) : NULL;
    if (arrival == NULL || packet->checksum_bad || packet->flip_count > 0) { return; }
    const struct tcp_segment *segment = &packet->segment;
    struct host *to = world_host_by_address(scenario->world, &segment->source.address);
    arrival->next = NULL;
    arrival->packet = *packet;
    arrival->time_ns = world_now(scenario->world);
    arrival->flow = flow_of(scenario, peer, to != NULL ? to : packet->sender, &segment->destination,
                            &segment->source);
    tcp_payload_share(&arrival->packet.segment.payload);
    if (arrival->flow != NULL) {
        note_received(arrival->flow, segment);
        if (peer->current == NULL) { peer->current = arrival->flow; }
    }
    if (peer->last != NULL) {
        peer->last->next = arrival;
    } else {
        peer->first = arrival;
    }
    peer->last = arrival;
    peer->arrived++;
    app_wake_all(scenario, &host_extra(scenario, host)->waiters);
}

static void drop_first(struct scenario *scenario, struct peer *peer)
{
    struct arrival *arrival = peer->first;
    peer->first = arrival->next;
    if (peer->first == NULL) { peer->last = NULL; }
    tcp_payload_release(world_pools(scenario->world), &arrival->packet.segment.payload);
    arena_give(scenario->arena, arrival, sizeof *arrival);
}

/* ---- the peer itself ---- */

static struct host *check_peer(lua_State *L, const char *what, struct peer **peer)
{
    struct host *host = lua_check_host(L, 1, what);
    if (host_has_tcp(host)) {
        lua_fail(
            L, "%s: %s has a TCP of its own (only hosts with tcp = false are played by the script)",
            what, host_name(host));
    }
    *peer = peer_of(scenario_of(L), host);
    if (*peer == NULL) { limits_raise(L, "memory: no room for what a host without TCP receives"); }
    return host;
}

/* ---- send ---- */

/* The flow that the options name, or the remembered one. */
static struct flow *choose_flow(lua_State *L, struct host *host, struct peer *peer, int options)
{
    struct flow *current = peer->current;
    bool has_sport = false;
    bool has_dport = false;
    struct host *to = NULL;
    if (value_field(L, options, "to")) {
        to = lua_check_host(L, lua_gettop(L), "peer:send: to");
        lua_pop(L, 1);
    }
    uint16_t sport = forge_port(L, options, "sport", &has_sport);
    uint16_t dport = forge_port(L, options, "dport", &has_dport);
    if (to == NULL && !has_sport && !has_dport && current != NULL) { return current; }
    if (to == NULL && current == NULL) {
        lua_fail(L, "peer:send: no flow is known yet: give to, sport and dport");
    }
    const bool goes_on = current != NULL && (to == NULL || to == current->to);
    if (to == NULL) { to = current->to; }
    if (!has_dport && !goes_on) {
        lua_fail(L, "peer:send: no flow to %s is known yet: give dport", host_name(to));
    }
    if (!has_dport) { dport = current->remote.port; }
    if (!has_sport) {
        const bool same = goes_on && dport == current->remote.port;
        sport = same ? current->local.port : peer->next_port++;
    }
    struct tcp_endpoint local = {.port = sport};
    struct tcp_endpoint remote = {.port = dport};
    struct host_route route;
    if (!host_route(host, to, &(struct host_route_wish){0}, &route)) {
        lua_fail(L, "peer:send: there is no path from %s to %s", host_name(host), host_name(to));
    }
    local.address = route.local;
    remote.address = route.remote;
    struct flow *flow = flow_of(scenario_of(L), peer, to, &local, &remote);
    if (flow == NULL) { limits_raise(L, "memory: no room for a flow"); }
    return flow;
}

/* The ISS of the other side: of its SYN to us, or what its own segments would count from. */
static void other_side(struct world *world, struct host *host, const struct flow *flow,
                       const struct tcp_segment *segment, struct forging *forging)
{
    bool known = false;
    bool unused_known = false;
    tcp_seq unused = 0;
    host_numbers(world, host, segment, &unused_known, &unused, &known, &forging->ack_base);
    if (!known) {
        const struct tcp_segment back = {.source = flow->remote, .destination = flow->local};
        host_numbers(world, flow->to, &back, &known, &forging->ack_base, &unused_known, &unused);
    }
    if (!known) { forging->ack_base = 0; }
    forging->has_default_ack = flow->has_received;
    forging->default_ack = flow->rcv_nxt;
}

int peer_send(lua_State *L)
{
    static const char *const names[] = {"to", "sport", "dport", "payload", "absolute"};
    struct peer *peer = NULL;
    struct pattern pattern;
    scenario_may_act(L, "peer:send");
    struct host *host = check_peer(L, "peer:send", &peer);
    lua_settop(L, 3);
    lua_check_pattern(L, 2, "peer:send", false, &pattern);
    if (!lua_isnil(L, 3)) {
        lua_check_options(L, 3, "option of peer:send", names, sizeof names / sizeof names[0]);
    }
    struct flow *flow = choose_flow(L, host, peer, 3);
    const struct tcp_options options = host_options(host);
    struct tcp_segment segment;
    memset(&segment, 0, sizeof segment);
    segment.source = flow->local;
    segment.destination = flow->remote;
    segment.ttl = options.ttl;
    segment.tos = options.tos;
    segment.window = options.has_window                 ? options.window
                     : options.recv_buffer < UINT16_MAX ? (uint16_t)options.recv_buffer
                                                        : UINT16_MAX;
    segment_from_pattern(&pattern, &segment);
    struct forging forging = {.what = "peer:send", .pattern = &pattern, .has_default_seq = true};
    forging.absolute = value_boolean_field(L, 3, "absolute", false);
    forging.seq_base = options.has_iss ? options.iss : DEFAULT_ISS;
    forging.default_seq = flow->has_sent ? flow->snd_nxt : forging.seq_base;
    other_side(scenario_world(L), host, flow, &segment, &forging);
    forge_numbers(L, &forging, &segment);
    forge_payload(L, &forging, 3, &segment);
    const tcp_seq end = segment.seq + tcp_segment_len(&segment);
    peer->current = flow;
    if (!flow->has_sent || (segment.flags & TCP_SYN) != 0 || seq_gt(end, flow->snd_nxt)) {
        flow->snd_nxt = end;
    }
    flow->has_sent = true;
    return forge_send(L, host, flow->to, &segment, false, false);
}

/* ---- expectations ---- */

static void describe(const struct arrival *arrival, struct world *world, bool absolute, char *text,
                     size_t room)
{
    char time[32];
    char fields[640];
    struct trace_segment record;
    packet_as_record(&arrival->packet, world, &record);
    (void)units_format_time(arrival->time_ns, 6, time, sizeof time);
    (void)pattern_format_segment(&record, absolute, fields, sizeof fields);
    (void)snprintf(text, room, "%s %s > %s: %s", time, record.from, record.to, fields);
}

/* Records the result; a failure is told. Pushes nothing. */
static void judge(lua_State *L, const char *call, bool held, const char *expected,
                  const char *actual)
{
    struct scenario *scenario = scenario_of(L);
    const char *file = scenario->config.path;
    unsigned line = 0;
    (void)lua_where_line(L, &file, &line);
    if (trace_wants(scenario->config.trace, TRACE_EXPECT)) {
        struct trace_record record = {.time_ns = world_now(scenario->world), .event = TRACE_EXPECT};
        record.u.expect.file = file;
        record.u.expect.line = line;
        record.u.expect.held = held;
        record.u.expect.expected = expected;
        record.u.expect.actual = actual;
        trace_emit(scenario->config.trace, &record);
    }
    if (held) { return; }
    char time[32];
    (void)units_format_time(world_now(scenario->world), 6, time, sizeof time);
    scenario->failures++;
    scenario_tell(scenario, "%s:%u: %s failed (at %s)\n  expected: %s\n  actual:   %s", file, line,
                  call, time, expected, actual);
}

enum expect_slot { PEER_SELF = 1, PEER_PATTERN, PEER_OPTIONS, PEER_PARSED };

struct peer_wanted {
    struct pattern pattern;
    bool next, absolute;
};

static bool fits(const struct peer_wanted *wanted, const struct arrival *arrival,
                 struct world *world)
{
    struct trace_segment record;
    packet_as_record(&arrival->packet, world, &record);
    return pattern_compare(&wanted->pattern, &record, arrival->time_ns, 0, wanted->absolute) ==
           PATTERN_MATCHES;
}

static int expect_failed(lua_State *L, const struct peer *peer, const struct peer_wanted *wanted)
{
    enum { SHOWN_MAX = 4, SHOWN_BYTES = 800 };
    char text[SHOWN_MAX * SHOWN_BYTES] = "nothing";
    size_t len = 0;
    struct world *world = scenario_world(L);
    unsigned shown = 0;
    for (const struct arrival *arrival = peer->first; arrival != NULL && shown < SHOWN_MAX;
         arrival = arrival->next, shown++) {
        if (shown > 0) { len += (size_t)snprintf(text + len, sizeof text - len, "\n            "); }
        describe(arrival, world, wanted->absolute, text + len, SHOWN_BYTES - 16);
        len += strlen(text + len);
    }
    judge(L, "peer:expect", false, lua_tostring(L, PEER_PATTERN), text);
    lua_pushnil(L);
    return 1;
}

/* ctx is the deadline. */
static int expect_more(lua_State *L, int status, lua_KContext ctx)
{
    (void)status;
    struct peer *peer = NULL;
    struct scenario *scenario = scenario_of(L);
    struct host *host = check_peer(L, "peer:expect", &peer);
    const struct peer_wanted *wanted = lua_touserdata(L, PEER_PARSED);
    struct arrival *found = peer->first;
    while (found != NULL && !wanted->next && !fits(wanted, found, scenario->world)) {
        found = found->next;
    }
    if (found != NULL && fits(wanted, found, scenario->world)) {
        char text[800];
        describe(found, scenario->world, wanted->absolute, text, sizeof text);
        judge(L, "peer:expect", true, lua_tostring(L, PEER_PATTERN), text);
        lua_push_segment(L, &found->packet);
        if (found->flow != NULL) { peer->current = found->flow; }
        while (peer->first != found) { drop_first(scenario, peer); }
        drop_first(scenario, peer);
        return 1;
    }
    const uint64_t deadline = (uint64_t)ctx;
    if (found == NULL && world_now(scenario->world) < deadline) {
        return app_block(L, "peer:expect", &host_extra(scenario, host)->waiters, deadline, ctx,
                         expect_more);
    }
    const int results = expect_failed(L, peer, wanted);
    if (found != NULL) { drop_first(scenario, peer); } /* the very next one is taken all the same */
    return results;
}

int peer_expect(lua_State *L)
{
    static const char *const names[] = {"within", "next", "absolute"};
    struct peer *peer = NULL;
    scenario_may_act(L, "peer:expect");
    (void)check_peer(L, "peer:expect", &peer);
    lua_settop(L, PEER_OPTIONS);
    if (!lua_isnil(L, PEER_OPTIONS)) {
        lua_check_options(L, PEER_OPTIONS, "option of peer:expect", names,
                          sizeof names / sizeof names[0]);
    }
    struct peer_wanted *wanted = lua_newuserdatauv(L, sizeof *wanted, 0);
    memset(wanted, 0, sizeof *wanted);
    lua_check_lone_pattern(L, PEER_PATTERN, "peer:expect", &wanted->pattern);
    wanted->next = value_boolean_field(L, PEER_OPTIONS, "next", false);
    wanted->absolute = value_boolean_field(L, PEER_OPTIONS, "absolute", false);
    const uint64_t within = value_time_field(L, PEER_OPTIONS, "within", DEFAULT_WITHIN_NS);
    app_must_block(L, "peer:expect");
    return expect_more(L, LUA_OK, (lua_KContext)(world_now(scenario_world(L)) + within));
}

enum nothing_slot { NOTHING_SELF = 1, NOTHING_TIME, NOTHING_BEFORE };

/* ctx is the deadline. */
static int nothing_more(lua_State *L, int status, lua_KContext ctx)
{
    (void)status;
    struct peer *peer = NULL;
    struct scenario *scenario = scenario_of(L);
    struct host *host = check_peer(L, "peer:expect_nothing", &peer);
    const bool came = peer->arrived > (uint64_t)lua_tointeger(L, NOTHING_BEFORE);
    if (!came && world_now(scenario->world) < (uint64_t)ctx) {
        return app_block(L, "peer:expect_nothing", &host_extra(scenario, host)->waiters,
                         (uint64_t)ctx, ctx, nothing_more);
    }
    char text[800] = "nothing";
    if (came && peer->last != NULL) {
        describe(peer->last, scenario->world, false, text, sizeof text);
    }
    judge(L, "peer:expect_nothing", !came, "nothing", text);
    lua_pushboolean(L, !came);
    return 1;
}

int peer_expect_nothing(lua_State *L)
{
    struct peer *peer = NULL;
    scenario_may_act(L, "peer:expect_nothing");
    (void)check_peer(L, "peer:expect_nothing", &peer);
    lua_settop(L, NOTHING_TIME);
    const uint64_t time = value_time(L, NOTHING_TIME, "peer:expect_nothing: time");
    app_must_block(L, "peer:expect_nothing");
    lua_pushinteger(L, (lua_Integer)peer->arrived);
    return nothing_more(L, LUA_OK, (lua_KContext)(world_now(scenario_world(L)) + time));
}
