/* router.c - who forwards: a packet that comes out of a link at its end is received there; at a
 * router it goes on by the next link, one TTL less; at any other host it has lost its way. */
#include "net_private.h"

#include <string.h>

#define FIRST_ROUTERS 8

/* ---- options ---- */

#define ROW(field) offsetof(struct router_options, field)

const struct router_option_row router_option_table[] = {
    {"icmp", ROUTER_BOOL, ROW(icmp), 0, 0, "", "true",
     "whether senders are told of packets that are too big or go nowhere; false: a black hole",
     "RFC 1812 4.3.2"},
    {"quote", ROUTER_SIZE, ROW(quote), 8, 1232, "octets", "what fits",
     "so much of a packet behind its IP header is quoted in an ICMP error, at most", "RFC 792"},
};
const size_t router_option_count = sizeof router_option_table / sizeof router_option_table[0];

void router_options_default(struct router_options *options)
{
    *options = (struct router_options){.icmp = true};
}

/* ---- making ---- */

static bool make_room_for_router(struct world *world)
{
    if (world->router_count < world->router_room) { return true; }
    const uint32_t room = world->router_room == 0 ? FIRST_ROUTERS : world->router_room * 2;
    struct host **routers = world_take(world, room * sizeof(struct host *));
    struct host **frontier = world_take(world, room * sizeof(struct host *));
    if (routers == NULL || frontier == NULL) { return false; }
    if (world->router_room > 0) {
        memcpy(routers, world->routers, world->router_room * sizeof(struct host *));
    }
    routers_free(world);
    world->routers = routers;
    world->frontier = frontier;
    world->router_room = room;
    return true;
}

void routers_free(struct world *world)
{
    if (world->router_room == 0) { return; }
    arena_give(world->arena, world->routers, world->router_room * sizeof(struct host *));
    arena_give(world->arena, world->frontier, world->router_room * sizeof(struct host *));
}

struct host *world_add_router(struct world *world, const struct router_config *config)
{
    struct host_config host_config = {.name = config->name, .address_count = config->address_count};
    memcpy(host_config.addresses, config->addresses, sizeof host_config.addresses);
    tcp_options_default(&host_config.options);
    struct router *router = world_take(world, sizeof *router);
    struct host *host =
        router != NULL && make_room_for_router(world) ? world_add_host(world, &host_config) : NULL;
    if (host == NULL) { return NULL; }
    *router = (struct router){.number = world->router_count, .options = config->options};
    host->router = router;
    world->routers[world->router_count++] = host;
    world->topology++;
    return host;
}

bool host_is_router(const struct host *host) { return host->router != NULL; }

/* ---- forwarding ---- */

static void record_loss(struct host *at, const struct flight *flight, const char *reason)
{
    struct world *world = at->world;
    if (world_records_segments(world)) {
        const struct packet_note note = {.action = TRACE_DROPPED, .at = at, .reason = reason};
        record_packet(world, &flight->packet, &note);
    }
}

/* The packet ends here, and its sender is told. */
static void give_up(struct host *router, struct flight *flight, const char *reason,
                    enum tcp_icmp_kind kind)
{
    record_loss(router, flight, reason);
    icmp_answer(router, &flight->packet, kind, 0);
    flight_release(router->world, flight);
}

static struct way *way_on(struct host *at, const struct packet *packet)
{
    if (packet->icmp == NULL) {
        return route_find(at, packet->receiver, &packet->segment.source.address,
                          &packet->segment.destination.address);
    }
    const struct icmp_error *error = packet_icmp_error(packet);
    return route_find(at, packet->receiver, &error->source, &error->destination);
}

static void forward(struct host *at, struct flight *flight)
{
    struct world *world = at->world;
    struct packet *packet = &flight->packet;
    uint8_t *ttl = packet->icmp == NULL ? &packet->segment.ttl : &packet->icmp_ttl;
    if (*ttl <= 1) {
        give_up(at, flight, "ttl exceeded", TCP_ICMP_TTL_EXCEEDED);
        return;
    }
    struct way *way = way_on(at, packet);
    if (way == NULL) {
        give_up(at, flight, "no route", TCP_ICMP_NETWORK_UNREACHABLE);
        return;
    }
    --*ttl;
    packet->hops++;
    packet->link = way->link->name;
    packet->next = way_receiver(way);
    if (world_records_segments(world)) {
        const struct packet_note note = {.action = TRACE_FORWARDED, .at = at};
        record_packet(world, packet, &note);
    }
    link_offer(way, flight);
}

void host_take_arrival(struct host *at, struct flight *flight)
{
    if (flight->packet.receiver == at) {
        if (flight->packet.icmp == NULL) {
            host_receive_packet(at, &flight->packet);
        } else {
            icmp_arrive(at, &flight->packet);
        }
        flight_release(at->world, flight);
    } else if (at->router != NULL) {
        forward(at, flight);
    } else {
        record_loss(at, flight, "hosts do not forward");
        flight_release(at->world, flight);
    }
}
