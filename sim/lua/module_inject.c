/* module_inject.c - sim.inject: a segment of the script's making, now, from any host that it
 * pretends to be. */
#include "../../tcp/wire.h"
#include "internal.h"

#include <stdio.h>
#include <string.h>

#define DEFAULT_WINDOW 65535
#define DEFAULT_TTL 64

struct injection {
    struct host *at, *claimed, *to; /* where it enters, whose address it bears, where it goes */
    struct pattern pattern;
    bool has_sport, has_dport, absolute, bad_checksum;
    uint16_t sport, dport;
    struct socket *socket; /* the claimed sender's connection, if it has one */
    /* What stands in the IP header in the place of the hosts' own; family 0: nothing else. */
    struct tcp_address source, destination;
};

/* ---- which connection ---- */

struct pair_search {
    const struct injection *injection;
    struct tcp_endpoint source, destination;
    struct socket *socket;
    unsigned found; /* 2: more than one */
};

static void consider(struct pair_search *search, const struct tcp_endpoint *source,
                     const struct tcp_endpoint *destination, struct socket *of_source)
{
    const struct injection *injection = search->injection;
    if (!host_owns(injection->claimed, &source->address) ||
        !host_owns(injection->to, &destination->address) ||
        (injection->has_sport && injection->sport != source->port) ||
        (injection->has_dport && injection->dport != destination->port)) {
        return;
    }
    const bool same = search->found > 0 && tcp_endpoint_equal(&search->source, source) &&
                      tcp_endpoint_equal(&search->destination, destination);
    if (!same) { search->found++; }
    search->source = *source;
    search->destination = *destination;
    if (of_source != NULL) { search->socket = of_source; }
}

/* The connections between the two, those that live or all that ever were. */
static void search_pairs(struct pair_search *search, bool living)
{
    const struct injection *injection = search->injection;
    search->found = 0;
    search->socket = NULL;
    struct host *const hosts[2] = {injection->claimed, injection->to};
    for (unsigned side = 0; side < 2; side++) {
        struct socket *socket = host_has_tcp(hosts[side]) ? host_sockets(hosts[side]) : NULL;
        for (; socket != NULL; socket = socket->next) {
            const bool lives = socket->conn != NULL && socket->state != TCP_CLOSED;
            if (lua_conn_only_listens(socket) || socket->remote.address.family == 0 ||
                (living && !lives)) {
                continue;
            }
            if (side == 0) {
                consider(search, &socket->local, &socket->remote, socket);
            } else {
                consider(search, &socket->remote, &socket->local, NULL);
            }
        }
    }
}

/* With both ports given no connection is needed: the addresses are those of the path, or the first
 * ones. */
static void addresses_of_path(const struct injection *injection, struct tcp_segment *segment)
{
    struct host_route route;
    size_t count = 0;
    segment->source.port = injection->sport;
    segment->destination.port = injection->dport;
    if (host_route(injection->claimed, injection->to, &(struct host_route_wish){0}, &route)) {
        segment->source.address = route.local;
        segment->destination.address = route.remote;
        return;
    }
    segment->destination.address = host_addresses(injection->to, &count)[0];
    const struct tcp_address *addresses = host_addresses(injection->claimed, &count);
    segment->source.address = addresses[0];
    for (size_t i = 0; i < count; i++) {
        if (addresses[i].family == segment->destination.address.family) {
            segment->source.address = addresses[i];
            return;
        }
    }
}

static void find_endpoints(lua_State *L, struct injection *injection, struct tcp_segment *segment)
{
    struct pair_search search = {.injection = injection};
    search_pairs(&search, true);
    if (search.found == 0) { search_pairs(&search, false); }
    if (search.found == 1) {
        injection->socket = search.socket;
        segment->source = search.source;
        segment->destination = search.destination;
        return;
    }
    if (!injection->has_sport || !injection->has_dport) {
        lua_fail(L, "sim.inject: there is %s between %s and %s: give sport and dport",
                 search.found == 0 ? "no connection" : "more than one connection",
                 host_name(injection->claimed), host_name(injection->to));
    }
    addresses_of_path(injection, segment);
}

/* ---- numbers and payload, for sim.inject and peer:send ---- */

void forge_numbers(lua_State *L, const struct forging *forging, struct tcp_segment *segment)
{
    const struct pattern *pattern = forging->pattern;
    const bool absolute = forging->absolute;
    if (pattern->has_seq) {
        segment->seq = pattern->seq + (absolute ? 0 : forging->seq_base);
    } else if (forging->has_default_seq) {
        segment->seq = forging->default_seq;
    } else {
        lua_fail(L,
                 "%s: there is no connection to take the sequence number from: write SEQ:END(LEN)",
                 forging->what);
    }
    segment_move_sack(segment, absolute ? 0 : forging->ack_base);
    if (pattern->has_ack) {
        segment->ack = pattern->ack + (absolute ? 0 : forging->ack_base);
    } else if ((pattern->flags & TCP_ACK) != 0) {
        if (!forging->has_default_ack) {
            lua_fail(
                L, "%s: there is no connection to take the acknowledgment number from: write ack N",
                forging->what);
        }
        segment->ack = forging->default_ack;
    }
}

/* Octets that were not given are made up from their sequence numbers, so that the same ones sent
 * again are the same. */
static void fill(struct tcp_payload *payload, tcp_seq offset)
{
    for (uint32_t i = 0; i < payload->part[0].len; i++) {
        payload->part[0].extent->octets[i] = tcp_generated_octet(0, (tcp_seq)(offset + i));
    }
}

void forge_payload(lua_State *L, const struct forging *forging, int options,
                   struct tcp_segment *segment)
{
    const struct pattern *pattern = forging->pattern;
    size_t len = 0;
    if (!value_field(L, options, "payload")) {
        if (!pattern->has_seq || pattern->len == 0) { return; }
        luaL_Buffer buffer;
        if (pattern->len > UINT16_MAX) {
            lua_fail(L, "%s: that many octets do not fit", forging->what);
        }
        char *room = luaL_buffinitsize(L, &buffer, pattern->len);
        memset(room, 0, pattern->len);
        luaL_pushresultsize(&buffer, pattern->len);
        lua_make_payload(L, lua_tostring(L, -1), pattern->len, &segment->payload);
        lua_pop(L, 1);
        fill(&segment->payload,
             segment->seq - forging->seq_base + ((pattern->flags & TCP_SYN) != 0) - 1);
        return;
    }
    if (lua_type(L, -1) != LUA_TSTRING) {
        lua_fail(L, "%s: payload: expected a string, got %s", forging->what, lua_what(L, -1));
    }
    const char *text = lua_tolstring(L, -1, &len);
    if (pattern->has_seq && pattern->len != len) {
        lua_fail(L, "%s: payload has %d octets, and the pattern says %d", forging->what, (int)len,
                 (int)pattern->len);
    }
    lua_make_payload(L, text, len, &segment->payload);
    lua_pop(L, 1);
}

uint16_t forge_port(lua_State *L, int options, const char *name, bool *given)
{
    *given = value_field(L, options, name);
    if (!*given) { return 0; }
    const uint64_t port = value_count(L, -1, name, 0, UINT16_MAX);
    lua_pop(L, 1);
    return (uint16_t)port;
}

/* ---- sim.inject ---- */

static struct host *named_host(lua_State *L, const char *name)
{
    const struct world *world = scenario_world(L);
    for (uint32_t i = 0; i < world_host_count(world); i++) {
        if (strcmp(host_name(world_host(world, i)), name) == 0) { return world_host(world, i); }
    }
    lua_fail(L, "sim.inject: no host \"%s\"", name); /* the pattern was checked */
    return NULL;
}

static struct host *host_of_field(lua_State *L, const char *name)
{
    if (!value_field(L, 1, name)) { return NULL; }
    const char *what = lua_pushfstring(L, "sim.inject: %s", name);
    struct host *host = lua_check_host(L, lua_gettop(L) - 1, what);
    lua_pop(L, 2);
    return host;
}

/* Any address may be forged, one that no host could have too. */
static void read_forged_address(lua_State *L, const char *name, struct tcp_address *address)
{
    if (!value_field(L, 1, name)) { return; }
    if (lua_type(L, -1) != LUA_TSTRING || !wire_parse_address(lua_tostring(L, -1), address)) {
        lua_fail(L, "sim.inject: %s: expected an IPv4 or IPv6 address as a string", name);
    }
    lua_pop(L, 1);
}

static void forge_addresses(lua_State *L, const struct injection *injection,
                            struct tcp_segment *segment)
{
    const bool source = injection->source.family != 0;
    if (source) { segment->source.address = injection->source; }
    if (injection->destination.family != 0) {
        segment->destination.address = injection->destination;
    }
    if (segment->source.address.family != segment->destination.address.family) {
        lua_fail(L, "sim.inject: %s: the other address is of the other family",
                 source ? "source" : "destination");
    }
}

/* The port that the pattern writes, unless the field says another one. */
static void port_of_pattern(lua_State *L, const char *name, bool written, uint16_t port,
                            bool *given, uint16_t *field)
{
    if (written && *given && port != *field) {
        lua_fail(L, "sim.inject: the segment's port is %d, and %s says %d", (int)port, name,
                 (int)*field);
    }
    if (written) { *field = port; }
    *given = *given || written;
}

static void read_segment(lua_State *L, struct pattern *pattern)
{
    if (!value_field(L, 1, "segment")) {
        lua_fail(L, "sim.inject needs segment, as in segment = \"R 1:1(0)\"");
    }
    lua_check_pattern(L, lua_gettop(L), "sim.inject: segment", true, pattern);
    if (pattern->time != PATTERN_NO_TIME) {
        lua_fail(L, "sim.inject: segment: it enters the network now, so leave out the time "
                    "(sim.at waits for one)");
    }
    lua_pop(L, 1);
}

static void read_injection(lua_State *L, struct injection *injection)
{
    injection->at = host_of_field(L, "from");
    injection->to = host_of_field(L, "to");
    read_segment(L, &injection->pattern);
    if (injection->at == NULL) {
        lua_fail(L, "sim.inject needs from, the host where the segment enters");
    }
    injection->claimed = injection->at;
    injection->sport = forge_port(L, 1, "sport", &injection->has_sport);
    injection->dport = forge_port(L, 1, "dport", &injection->has_dport);
    const struct pattern *pattern = &injection->pattern;
    if (pattern->has_ends) {
        injection->claimed = named_host(L, pattern->from);
        if (injection->to == NULL) { injection->to = named_host(L, pattern->to); }
        if (injection->to != named_host(L, pattern->to)) {
            lua_fail(L, "sim.inject: the segment is to %s, and to says %s", pattern->to,
                     host_name(injection->to));
        }
        port_of_pattern(L, "sport", pattern->has_from_port, pattern->from_port,
                        &injection->has_sport, &injection->sport);
        port_of_pattern(L, "dport", pattern->has_to_port, pattern->to_port, &injection->has_dport,
                        &injection->dport);
    }
    if (injection->to == NULL) {
        lua_fail(L, "sim.inject needs to, the host where the segment goes");
    }
    if (injection->to == injection->at) {
        lua_fail(L, "sim.inject: from and to are the same host");
    }
    injection->absolute = value_boolean_field(L, 1, "absolute", false);
    read_forged_address(L, "source", &injection->source);
    read_forged_address(L, "destination", &injection->destination);
    if (value_field(L, 1, "checksum")) {
        static const char *const words[] = {"bad", "good"};
        const char *word = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : lua_what(L, -1);
        injection->bad_checksum = strcmp(word, "bad") == 0;
        if (!injection->bad_checksum && strcmp(word, "good") != 0) {
            lua_fail_unknown(L, "checksum", word, words, 2);
        }
        lua_pop(L, 1);
    }
}

static void numbers_of_injection(struct world *world, const struct injection *injection,
                                 const struct tcp_segment *segment, struct forging *forging)
{
    bool seq_known = false;
    bool ack_known = false;
    host_numbers(world, injection->claimed, segment, &seq_known, &forging->seq_base, &ack_known,
                 &forging->ack_base);
    if (!seq_known) { forging->seq_base = 0; }
    if (!ack_known) { forging->ack_base = 0; }
    if (injection->socket == NULL) { return; }
    struct tcp_status status;
    host_status(injection->socket, &status);
    forging->has_default_seq = true;
    forging->default_seq = status.snd_nxt;
    forging->has_default_ack = status.irs_known;
    forging->default_ack = status.rcv_nxt;
}

static int sim_inject(lua_State *L)
{
    static const char *const names[] = {"from",     "to",      "segment",  "sport",  "dport",
                                        "absolute", "payload", "checksum", "source", "destination"};
    scenario_may_act(L, "sim.inject");
    lua_settop(L, 1);
    lua_check_options(L, 1, "field of sim.inject", names, sizeof names / sizeof names[0]);
    struct injection injection;
    memset(&injection, 0, sizeof injection);
    read_injection(L, &injection);
    struct tcp_segment segment;
    memset(&segment, 0, sizeof segment);
    segment.ttl = DEFAULT_TTL;
    segment.window = DEFAULT_WINDOW;
    segment_from_pattern(&injection.pattern, &segment);
    find_endpoints(L, &injection, &segment);
    struct forging forging = {
        .what = "sim.inject", .pattern = &injection.pattern, .absolute = injection.absolute};
    numbers_of_injection(scenario_world(L), &injection, &segment, &forging);
    forge_numbers(L, &forging, &segment);
    forge_addresses(L, &injection, &segment);
    forge_payload(L, &forging, 1, &segment);
    return forge_send(L, injection.at, injection.to, &segment, injection.bad_checksum, true);
}

/* Pushes the segment's id. */
int forge_send(lua_State *L, struct host *at, struct host *to, const struct tcp_segment *segment,
               bool bad_checksum, bool as_injected)
{
    char where[200];
    uint64_t number = 0;
    lua_where(L, where, sizeof where);
    if (!host_inject(at, to, segment, bad_checksum, where, as_injected, &number)) {
        return lua_fail(L, "there is no path from %s to %s", host_name(at), host_name(to));
    }
    char id[PATTERN_NAME_MAX + 32];
    (void)snprintf(id, sizeof id, "%s#%llu", host_name(at), (unsigned long long)number);
    lua_pushstring(L, id);
    return 1;
}

void module_inject(lua_State *L)
{
    static const luaL_Reg functions[] = {{"inject", sim_inject}, {"icmp", sim_icmp}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
