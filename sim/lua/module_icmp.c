/* module_icmp.c - sim.icmp: an ICMP error of the script's making, from any host or router, about a
 * segment or a connection. */
#include "internal.h"

#include <string.h>

/* RFC 792, RFC 4443: what other words say the same. */
static const struct {
    const char *words;
    enum tcp_icmp_kind kind;
} other_words[] = {
    {"net unreachable", TCP_ICMP_NETWORK_UNREACHABLE},
    {"no route", TCP_ICMP_NETWORK_UNREACHABLE},
    {"address unreachable", TCP_ICMP_HOST_UNREACHABLE},
    {"packet too big", TCP_ICMP_FRAGMENTATION_NEEDED},
    {"admin prohibited", TCP_ICMP_ADMINISTRATIVELY_PROHIBITED},
    {"time exceeded", TCP_ICMP_TTL_EXCEEDED},
    {"hop limit exceeded", TCP_ICMP_TTL_EXCEEDED},
};
#define OTHER_WORDS (sizeof other_words / sizeof other_words[0])

static enum tcp_icmp_kind read_kind(lua_State *L)
{
    const char *names[TCP_ICMP_KIND_COUNT + OTHER_WORDS];
    enum tcp_icmp_kind kind = TCP_ICMP_NETWORK_UNREACHABLE;
    if (!value_field(L, 1, "type")) {
        lua_fail(L, "sim.icmp needs type, as in type = \"host unreachable\"");
    }
    if (lua_type(L, -1) != LUA_TSTRING) {
        lua_fail(L, "sim.icmp: type: expected a string, got %s", lua_what(L, -1));
    }
    const char *words = lua_tostring(L, -1);
    if (tcp_icmp_from_words(words, &kind)) { return kind; }
    for (size_t i = 0; i < OTHER_WORDS; i++) {
        if (strcmp(words, other_words[i].words) == 0) { return other_words[i].kind; }
        names[TCP_ICMP_KIND_COUNT + i] = other_words[i].words;
    }
    for (unsigned i = 0; i < TCP_ICMP_KIND_COUNT; i++) {
        names[i] = tcp_icmp_words((enum tcp_icmp_kind)i);
    }
    lua_fail_unknown(L, "type of ICMP error", words, names, TCP_ICMP_KIND_COUNT + OTHER_WORDS);
    return kind;
}

/* ---- what it is about ---- */

/* So many octets of what the connection sent, from `offset` of its stream. */
static void quote_text(lua_State *L, const struct socket *socket, uint64_t offset, uint32_t len,
                       struct tcp_payload *payload)
{
    struct tcp_extent *extent = tcp_extent_create(world_pools(scenario_world(L)), offset, len);
    if (extent == NULL) { limits_raise_memory(L); }
    for (uint32_t i = 0; i < len; i++) {
        uint8_t octet = 0;
        if (!tcp_sent_octet(socket->conn, offset + i, &octet)) { octet = 0; }
        extent->octets[i] = octet;
    }
    payload->part[0] = (struct tcp_slice){.extent = extent, .offset = offset, .len = len};
}

/* Of a connection: the oldest segment that is out, or where none is, one without text. */
static void segment_of_socket(lua_State *L, struct socket *socket, struct tcp_segment *about)
{
    struct tcp_status status;
    host_status(socket, &status);
    *about = (struct tcp_segment){
        .source = socket->local,
        .destination = socket->remote,
        .seq = status.snd_una,
        .ack = status.irs_known ? status.rcv_nxt : 0,
        .flags = status.snd_una == status.iss ? TCP_SYN : 0,
        .window = (uint16_t)(status.rcv_wnd > UINT16_MAX ? UINT16_MAX : status.rcv_wnd),
        .ttl = 1};
    if (status.irs_known) { about->flags |= TCP_ACK; }
    uint32_t len = status.snd_nxt - status.snd_una;
    if (len > 0 && status.fin_sent) { len--; }
    if (len > status.snd_mss) { len = status.snd_mss; }
    if (socket->conn != NULL && len > 0 && (about->flags & TCP_SYN) == 0) {
        quote_text(L, socket, status.octets_acked, len, &about->payload);
    }
}

/* The other end's connection is about what the receiver of the error sent. */
static struct socket *own_side(lua_State *L, struct socket *socket, struct host *to)
{
    if (to == NULL || socket->host == to) { return socket; }
    for (struct socket *own = host_sockets(to); own != NULL; own = own->next) {
        if (own->conn != NULL && tcp_endpoint_equal(&own->local, &socket->remote) &&
            tcp_endpoint_equal(&own->remote, &socket->local)) {
            return own;
        }
    }
    lua_fail(L, "sim.icmp: %s has no part in the connection that about names", host_name(to));
    return socket;
}

/* The only connection of a host. */
static struct socket *only_socket(lua_State *L, struct host *to)
{
    struct socket *found = NULL;
    for (struct socket *socket = host_sockets(to); socket != NULL; socket = socket->next) {
        if (socket->conn == NULL || lua_conn_only_listens(socket)) { continue; }
        if (found != NULL) {
            lua_fail(L, "sim.icmp: %s has more than one connection: give about", host_name(to));
        }
        found = socket;
    }
    if (found == NULL) { lua_fail(L, "sim.icmp: %s has no connection: give about", host_name(to)); }
    return found;
}

/* Fills *about; returns who gets the error. */
static struct host *read_about(lua_State *L, struct host *to, struct tcp_segment *about)
{
    if (!value_field(L, 1, "about")) {
        if (to == NULL) { lua_fail(L, "sim.icmp needs about, a connection or a segment, or to"); }
        segment_of_socket(L, only_socket(L, to), about);
        return to;
    }
    const struct tcp_segment *segment = lua_test_segment(L, lua_gettop(L));
    if (segment != NULL) {
        *about = *segment;
        tcp_payload_share(&about->payload);
        struct host *sender = world_host_by_address(scenario_world(L), &about->source.address);
        if (to == NULL) { to = sender; }
        if (to == NULL) {
            lua_fail(L, "sim.icmp: nobody has the address of about's sender: give to");
        }
        return to;
    }
    struct socket *socket = lua_test_conn(L, lua_gettop(L));
    if (socket == NULL || lua_conn_only_listens(socket)) {
        lua_fail(L, "sim.icmp: about: expected a connection or a segment, got %s",
                 lua_what(L, lua_gettop(L)));
    }
    socket = own_side(L, socket, to);
    segment_of_socket(L, socket, about);
    return socket->host;
}

/* ---- sim.icmp ---- */

static struct host *read_from(lua_State *L)
{
    if (!value_field(L, 1, "from")) {
        lua_fail(L, "sim.icmp needs from, the host or router that sends it");
    }
    return lua_check_node(L, lua_gettop(L), "sim.icmp: from");
}

static struct host *read_to(lua_State *L)
{
    return value_field(L, 1, "to") ? lua_check_host(L, lua_gettop(L), "sim.icmp: to") : NULL;
}

int sim_icmp(lua_State *L)
{
    static const char *const names[] = {"from", "to", "type", "mtu", "about"};
    struct tcp_segment about;
    scenario_may_act(L, "sim.icmp");
    lua_settop(L, 1);
    lua_check_options(L, 1, "field of sim.icmp", names, sizeof names / sizeof names[0]);
    const enum tcp_icmp_kind kind = read_kind(L);
    struct host *from = read_from(L);
    struct host *to = read_about(L, read_to(L), &about);
    uint32_t mtu = 0;
    if (value_field(L, 1, "mtu")) {
        if (kind != TCP_ICMP_FRAGMENTATION_NEEDED) {
            return lua_fail(L, "sim.icmp: only \"%s\" has an mtu",
                            tcp_icmp_words(TCP_ICMP_FRAGMENTATION_NEEDED));
        }
        mtu = (uint32_t)value_size(L, lua_gettop(L), "sim.icmp: mtu", 0, UINT32_MAX);
    }
    if (from == to) { return lua_fail(L, "sim.icmp: from and to are the same host"); }
    const enum host_icmp_result result = host_icmp(from, to, kind, mtu, &about);
    tcp_payload_release(world_pools(scenario_world(L)), &about.payload);
    switch (result) {
    case HOST_ICMP_OK: return 0;
    case HOST_ICMP_NO_PATH:
        return lua_fail(L, "sim.icmp: there is no path from %s to %s", host_name(from),
                        host_name(to));
    case HOST_ICMP_NO_ADDRESS:
        return lua_fail(L, "sim.icmp: %s has no IPv%d address", host_name(from),
                        (int)about.source.address.family);
    case HOST_ICMP_NO_SUCH_TYPE: break;
    }
    return lua_fail(L, "sim.icmp: ICMP for IPv%d has no \"%s\"", (int)about.source.address.family,
                    tcp_icmp_words(kind));
}
