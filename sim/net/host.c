/* host.c - a host: its addresses, what arrives, what leaves, its timers. */
#include "net_private.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define HOST_DEFAULT_MTU_BYTES 1500

/* ---- making ---- */

static uint64_t keyed_hash(void *context, const void *data, size_t len)
{
    return rng_hash(context, data, len);
}

static bool name_stream(const struct host *host, const char *purpose, struct rng_stream *stream)
{
    struct arena *arena = host->world->arena;
    const size_t room = strlen(host->name) + strlen(purpose) + sizeof "host//";
    char *name = arena_take(arena, room);
    if (name == NULL) { return false; }
    (void)snprintf(name, room, "host/%s/%s", host->name, purpose);
    *stream = rng_stream(host->world->config.seed, name);
    arena_give(arena, name, room);
    return true;
}

static bool host_name_streams(struct host *host)
{
    return name_stream(host, "iss", &host->iss) && name_stream(host, "ports", &host->ports);
}

void host_lose_secret(struct host *host)
{
    char purpose[32];
    (void)snprintf(purpose, sizeof purpose, "iss/%llu", (unsigned long long)host->crashes);
    (void)name_stream(host, purpose, &host->iss); /* without memory it stays as it was */
}

/* As Linux makes it: SipHash of both addresses, the client's first. */
static bool fast_open_cookie(void *context, const struct tcp_address *client,
                             const struct tcp_address *server, uint8_t cookie[8])
{
    const struct host *host = context;
    if (!host->has_cookie_key) { return false; }
    uint8_t addresses[2 * sizeof client->octets];
    const size_t len = client->family == 4 ? 4 : sizeof client->octets;
    memcpy(addresses, client->octets, len);
    memcpy(addresses + len, server->octets, len);
    const uint64_t hash = rng_hash(&host->cookies, addresses, 2 * len);
    for (unsigned i = 0; i < 8; i++) { cookie[i] = (uint8_t)(hash >> (8 * i)); }
    return true;
}

void host_set_fast_open_key(struct host *host, const uint64_t key[2])
{
    host->cookies = (struct rng_stream){{key[0], key[1]}};
    host->has_cookie_key = true;
}

uint32_t host_fast_open_room(struct host *host, const struct tcp_endpoint *local,
                             const struct tcp_endpoint *remote, const struct tcp_options *options)
{
    return tcp_fast_open_room(host->tcp, host->world->now_ns, local, remote, options);
}

void host_fast_open_forget(struct host *host) { tcp_fast_open_forget(host->tcp); }

static bool host_make_tcp(struct host *host)
{
    const struct tcp_host_config config = {.options = host->options,
                                           .fast_open_cookie = fast_open_cookie,
                                           .cookie_context = host,
                                           .keyed_hash = keyed_hash,
                                           .hash_context = &host->iss,
                                           .stream_base = packet_tag(host, 0)};
    const struct tcp_observer observer = {
        .context = host, .event = host_observe, .marks = host->world->marks};
    host->tcp = tcp_host_create(&config, &host->world->pools, &observer);
    return host->tcp != NULL;
}

bool host_add_address(struct host *host, const struct tcp_address *address)
{
    if (host->address_count == HOST_ADDRESSES_MAX) { return false; }
    struct host_address *entry = &host->addresses[host->address_count];
    entry->host = host;
    entry->address = *address;
    host->address_list[host->address_count++] = *address;
    return table_insert(host->world->arena, &host->world->addresses, &entry->node,
                        hash_address(address));
}

struct host *host_create(struct world *world, const struct host_config *config, uint32_t index)
{
    struct host *host = world_take(world, sizeof *host);
    if (host == NULL) { return NULL; }
    host->world = world;
    host->index = index;
    host->options = config->options;
    host->options.mtu_bytes = HOST_DEFAULT_MTU_BYTES;
    host->name = arena_strdup(world->arena, config->name);
    bool whole =
        host->name != NULL && host_name_streams(host) && (!config->has_tcp || host_make_tcp(host));
    whole =
        whole && table_insert(world->arena, &world->names, &host->by_name, hash_text(host->name));
    for (size_t i = 0; whole && i < config->address_count; i++) {
        whole = host_add_address(host, &config->addresses[i]);
    }
    if (!whole) {
        world->no_memory = true; /* the arena is full: what was made of it goes with the arena */
        return NULL;
    }
    host_set_wants(host);
    return host;
}

void host_destroy(struct host *host)
{
    struct arena *arena = host->world->arena;
    if (host->tcp != NULL) {
        tcp_host_destroy(host->tcp);
        host->tcp = NULL;
    }
    for (struct socket *socket = host->sockets, *next; socket != NULL; socket = next) {
        next = socket->next;
        socket->peer = NULL;
        if (socket->last_status != NULL) {
            arena_give(arena, socket->last_status, sizeof *socket->last_status);
        }
        arena_give(arena, endpoint_socket_of(socket), sizeof(struct endpoint_socket));
    }
    routes_free(host);
    arena_give(arena, host->name, strlen(host->name) + 1);
    arena_give(arena, host, sizeof *host);
}

/* TCP tells only what somebody listens to. */
void host_set_wants(struct host *host)
{
    const struct world *world = host->world;
    uint32_t wants = 0;
    if (host->tcp == NULL) { return; }
    if (trace_wants(world->trace, TRACE_TIMER)) { wants |= 1u << TCP_EVENT_TIMER; }
    if (trace_wants(world->trace, TRACE_CONGESTION)) { wants |= 1u << TCP_EVENT_CONGESTION; }
    if (world_records_segments(world)) { wants |= 1u << TCP_EVENT_DISCARD; }
    if (world->config.hooks.violation != NULL) { wants |= 1u << TCP_EVENT_DELIVERED; }
    tcp_host_set_wants(host->tcp, wants);
}

/* ---- what others ask ---- */

const char *host_name(const struct host *host) { return host->name; }

uint32_t host_index(const struct host *host) { return host->index; }

bool host_has_tcp(const struct host *host) { return host->tcp != NULL; }

const struct tcp_address *host_addresses(const struct host *host, size_t *count)
{
    *count = host->address_count;
    return host->address_list;
}

bool host_owns(const struct host *host, const struct tcp_address *address)
{
    return world_host_by_address(host->world, address) == host;
}

struct tcp_options host_options(const struct host *host) { return host->options; }

struct tcp_host *host_tcp(struct host *host) { return host->tcp; }

struct socket *host_sockets(struct host *host) { return host->sockets; }

void *host_user(const struct host *host) { return host->user; }

void host_set_user(struct host *host, void *user) { host->user = user; }

bool host_crashed_since(const struct host *host, uint64_t since_count)
{
    return host->crashes > since_count;
}

/* ---- the MTU of its links ---- */

/* What connections of any link may use: the least MTU of those that leave the host. */
static uint32_t least_mtu(const struct host *host)
{
    uint32_t least = 0;
    for (struct link *link = host->links; link != NULL;) {
        const unsigned end = link->ends[LINK_FORWARD] == host ? LINK_FORWARD : LINK_BACKWARD;
        const uint32_t mtu = link->ways[end].settings.mtu_bytes;
        least = least == 0 || mtu < least ? mtu : least;
        link = link->next_of_end[end];
    }
    return least == 0 ? HOST_DEFAULT_MTU_BYTES : least;
}

static void set_mtu(struct host *host, uint32_t mtu_bytes)
{
    if (host->options.mtu_bytes != mtu_bytes) {
        host->options.mtu_bytes = mtu_bytes;
        if (host->tcp != NULL) { tcp_host_set_options(host->tcp, &host->options); }
    }
}

void host_link_added(struct host *host, const struct way *way)
{
    const uint32_t mtu = way->settings.mtu_bytes;
    if (!host->linked || mtu < host->options.mtu_bytes) { set_mtu(host, mtu); }
    host->linked = true;
}

void host_link_changed(struct host *host) { set_mtu(host, least_mtu(host)); }

/* ---- arrival ---- */

void host_receive_packet(struct host *host, const struct packet *packet)
{
    struct world *world = host->world;
    const struct world_hooks *hooks = &world->config.hooks;
    const struct tcp_segment *segment = &packet->segment;
    if (world_records_segments(world)) {
        const struct packet_note note = {.action = TRACE_DELIVERED, .at = host};
        record_packet(world, packet, &note);
    }
    if (packet->checksum_bad) {
        WORLD_SHOWS(host->world, MUST_3);
        if (world_records_segments(world)) {
            const struct packet_note note = {.action = TRACE_DISCARDED,
                                             .at = host,
                                             .reason = tcp_discard_words(TCP_DISCARD_BAD_CHECKSUM)};
            record_packet(world, packet, &note);
        }
        return;
    }
    if ((segment->flags & TCP_SYN) != 0) { numbers_syn_arrived(host, packet); }
    if (host->tcp == NULL) {
        if (hooks->packet_arrived != NULL) { hooks->packet_arrived(hooks->context, host, packet); }
        return;
    }
    if (hooks->violation != NULL && (segment->flags & TCP_ACK) != 0) {
        window_arrival(host, segment);
    }
    world->arriving = packet;
    tcp_segment_arrives(host->tcp, world->now_ns, segment);
    world->arriving = NULL;
    world_mark_dirty(world, host);
}

/* ---- timers ---- */

static void host_arm(struct host *host)
{
    const uint64_t deadline_ns = tcp_next_deadline(host->tcp);
    if (host->world->config.hooks.violation != NULL) { watch_deadline(host, deadline_ns); }
    alarm_set(host->world, &host->alarm, queue_meaning(QUEUE_TIMER, host->index, 0), host,
              deadline_ns);
}

bool host_timers_due(struct host *host, uint64_t time_ns)
{
    if (!alarm_popped(&host->alarm, time_ns)) { return false; }
    if (tcp_next_deadline(host->tcp) <= time_ns) { return true; }
    host_arm(host);
    return false;
}

void host_run_timers(struct host *host)
{
    tcp_timeout(host->tcp, host->world->now_ns);
    world_mark_dirty(host->world, host);
}

/* ---- emission ---- */

static void no_route(struct host *host, struct flight *flight)
{
    struct world *world = host->world;
    if (world_records_segments(world)) {
        const struct packet_note note = {.action = TRACE_DROPPED, .at = host, .reason = "no route"};
        record_packet(world, &flight->packet, &note);
    }
    flight_release(world, flight);
}

void host_emit(struct host *host, struct flight *flight, const struct route *route,
               enum trace_action action)
{
    struct world *world = host->world;
    struct packet *packet = &flight->packet;
    const struct tcp_segment *segment = &packet->segment;
    packet->sender = host;
    packet->receiver = route->to;
    packet->number = ++host->emitted;
    packet->segment.tag = packet_tag(host, packet->number);
    packet->numbers_known = false;
    packet->hops = 0;
    packet->link = route->way != NULL ? route->way->link->name : NULL;
    packet->next = route->way != NULL ? way_receiver(route->way) : NULL;
    world->segments++;
    if ((segment->flags & TCP_SYN) != 0) {
        first_connection_note(world, &segment->source, &segment->destination);
        numbers_syn_sent(world, packet);
    }
    if (world_records_segments(world)) {
        const struct packet_note note = {.action = action, .at = host};
        packet_fill_numbers(world, packet);
        record_packet(world, packet, &note);
    }
    if (world->config.hooks.violation != NULL && !packet->forged) {
        window_emission(host, segment);
    }
    if (route->way == NULL) {
        no_route(host, flight);
        return;
    }
    link_offer(route->way, flight);
}

/* The only caller of tcp_output. What a host may send is bounded by its windows. */
void host_pump(struct host *host)
{
    struct world *world = host->world;
    if (host->tcp == NULL) { return; }
    for (;;) {
        struct flight *flight = flight_take(world);
        if (flight == NULL) { return; }
        struct packet *packet = &flight->packet;
        if (!tcp_output(host->tcp, world->now_ns, &packet->segment)) {
            flight_give(world, flight);
            break;
        }
        struct route route;
        (void)host_find_route(host, &packet->segment, &route);
        packet->copy = 0;
        packet->copies = 0;
        packet->forged = false;
        packet->checksum_bad = false;
        packet->flip_count = 0;
        packet->supplied_by = NULL;
        host_emit(host, flight, &route, TRACE_SENT);
    }
    host_arm(host);
}
