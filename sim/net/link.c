/* link.c - a link: two ways, each with its own settings, queue and randomness.
 *
 * On entry: rules, then whether the link is up, the MTU, loss, and the queue's limit; then
 * serialisation at `rate`, then `delay`. Without jitter, packets arrive in the order in which they
 * entered, so they stand in a line of which the event queue holds the first only. Those that a rule
 * delays, and those that would overtake because the delay was lowered, lie aside in a small heap.
 */
#include "net_private.h"

#include "../../tcp/wire.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define LINK_FIRST_ROOM 16

/* ---- flights ---- */

struct flight *flight_take(struct world *world)
{
    struct flight *flight = world->free_flights;
    if (flight != NULL) {
        world->free_flights = flight->next;
        return flight;
    }
    return world_take(world, sizeof *flight);
}

void flight_give(struct world *world, struct flight *flight)
{
    flight->next = world->free_flights;
    world->free_flights = flight;
}

void flight_release(struct world *world, struct flight *flight)
{
    tcp_payload_release(&world->pools, &flight->packet.segment.payload);
    flight_give(world, flight);
}

/* ---- packets aside: a heap by (arrival, place) ---- */

static bool arrives_before(const struct flight *a, const struct flight *b)
{
    return a->arrival_ns != b->arrival_ns ? a->arrival_ns < b->arrival_ns : a->place < b->place;
}

static bool aside_push(struct way *way, struct flight *flight)
{
    if (way->aside_count == way->aside_room) {
        const size_t room = way->aside_room == 0 ? LINK_FIRST_ROOM : way->aside_room * 2;
        struct flight **aside =
            arena_resize(way->link->world->arena, way->aside,
                         way->aside_room * sizeof(struct flight *), room * sizeof(struct flight *));
        if (aside == NULL) { return false; }
        way->aside = aside;
        way->aside_room = room;
    }
    size_t at = way->aside_count++;
    while (at > 0 && arrives_before(flight, way->aside[(at - 1) / 2])) {
        way->aside[at] = way->aside[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    way->aside[at] = flight;
    return true;
}

static struct flight *aside_pop(struct way *way)
{
    struct flight *first = way->aside[0];
    struct flight *moved = way->aside[--way->aside_count];
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= way->aside_count) { break; }
        if (child + 1 < way->aside_count &&
            arrives_before(way->aside[child + 1], way->aside[child])) {
            child++;
        }
        if (!arrives_before(way->aside[child], moved)) { break; }
        way->aside[at] = way->aside[child];
        at = child;
    }
    way->aside[at] = moved;
    return first;
}

/* ---- under way ---- */

static void enqueue(struct way *way, struct flight *flight)
{
    struct world *world = way->link->world;
    const uint32_t object = way->link->index * 2 + (uint32_t)way->direction;
    const struct queue_key key = {flight->arrival_ns,
                                  queue_meaning(QUEUE_ARRIVAL, object, flight->place)};
    flight->in_queue = true;
    (void)world_push(world, key, way->link);
}

static void put_aside(struct way *way, struct flight *flight)
{
    struct world *world = way->link->world;
    if (!aside_push(way, flight)) {
        world->no_memory = true;
        flight_release(world, flight);
    } else if (way->aside[0] == flight) {
        enqueue(way, flight);
    }
}

static void get_under_way(struct way *way, struct flight *flight)
{
    flight->next = NULL;
    flight->in_queue = false;
    if (flight->extra_ns > 0 || (way->last != NULL && flight->arrival_ns < way->last->arrival_ns)) {
        put_aside(way, flight);
        return;
    }
    if (way->last != NULL) {
        way->last->next = flight;
    } else {
        way->first = flight;
        enqueue(way, flight);
    }
    way->last = flight;
}

void link_arrival(struct link *link, enum link_direction direction, uint64_t time_ns,
                  uint32_t place)
{
    struct way *way = &link->ways[direction];
    struct flight *flight = way->first;
    if (flight != NULL && flight->arrival_ns == time_ns && flight->place == place) {
        way->first = flight->next;
        if (way->first == NULL) {
            way->last = NULL;
        } else {
            enqueue(way, way->first);
        }
    } else {
        assert(way->aside_count > 0);
        flight = aside_pop(way);
        assert(flight->arrival_ns == time_ns && flight->place == place);
        if (way->aside_count > 0 && !way->aside[0]->in_queue) { enqueue(way, way->aside[0]); }
    }
    host_take_arrival(link->ends[1 - direction], flight);
}

/* ---- entry ---- */

static void lose(struct way *way, struct flight *flight, const char *reason)
{
    struct world *world = way->link->world;
    if (world_records_segments(world)) {
        const struct packet_note note = {
            .action = TRACE_DROPPED, .at = way_sender(way), .reason = reason};
        record_packet(world, &flight->packet, &note);
    }
    flight_release(world, flight);
}

static bool leaving_push(struct way *way, uint64_t time_ns)
{
    if (way->leaving_count == way->leaving_room) {
        struct arena *arena = way->link->world->arena;
        const size_t room = way->leaving_room == 0 ? LINK_FIRST_ROOM : way->leaving_room * 2;
        uint64_t *ring = arena_take(arena, room * sizeof *ring);
        if (ring == NULL) { return false; }
        for (size_t i = 0; i < way->leaving_count; i++) {
            ring[i] = way->leaving_ns[(way->leaving_first + i) & (way->leaving_room - 1)];
        }
        if (way->leaving_room > 0) {
            arena_give(arena, way->leaving_ns, way->leaving_room * sizeof *ring);
        }
        way->leaving_ns = ring;
        way->leaving_first = 0;
        way->leaving_room = room;
    }
    way->leaving_ns[(way->leaving_first + way->leaving_count++) & (way->leaving_room - 1)] =
        time_ns;
    return true;
}

/* Whether the queue has room for one more, with the packet that is being sent. */
static bool queue_has_room(struct way *way)
{
    const uint64_t now_ns = way->link->world->now_ns;
    while (way->leaving_count > 0 && way->leaving_ns[way->leaving_first] <= now_ns) {
        way->leaving_first = (way->leaving_first + 1) & (way->leaving_room - 1);
        way->leaving_count--;
    }
    return way->settings.limit == 0 || way->leaving_count < way->settings.limit;
}

/* When the packet's last bit has left. */
static uint64_t serialise(struct way *way, uint32_t bytes)
{
    struct world *world = way->link->world;
    if (way->settings.rate_bps == 0) { return world->now_ns; }
    if (way->serialised_bytes != bytes) {
        way->serialised_bytes = bytes;
        way->serialised_ns = units_serialisation_ns(bytes, way->settings.rate_bps);
    }
    const uint64_t start_ns =
        way->busy_until_ns > world->now_ns ? way->busy_until_ns : world->now_ns;
    /* Beyond this nothing can happen any more; so the sums never wrap. */
    way->busy_until_ns =
        start_ns > 2 * TIME_MAX_NS ? 2 * TIME_MAX_NS : start_ns + way->serialised_ns;
    if (!leaving_push(way, way->busy_until_ns)) { world->no_memory = true; }
    return way->busy_until_ns;
}

void link_admit(struct way *way, struct flight *flight)
{
    const struct link_settings *settings = &way->settings;
    const uint32_t bytes = wire_packet_bytes(&flight->packet.segment);
    flight->way = way;
    if (!way->link->up) {
        lose(way, flight, "down");
        return;
    }
    if (bytes > settings->mtu_bytes) {
        lose(way, flight, "mtu");
        return;
    }
    /* The network's own copies were made on entry, where loss is drawn: for them there is no draw.
     */
    if (flight->packet.copy == 0 && link_settings_lose(way, flight->ordinal)) {
        lose(way, flight, "loss");
        return;
    }
    if (!queue_has_room(way)) {
        lose(way, flight, "queue full");
        return;
    }
    flight->place = way->placed++;
    flight->arrival_ns = serialise(way, bytes) + settings->delay_ns + flight->extra_ns;
    get_under_way(way, flight);
}

void link_offer(struct way *way, struct flight *flight, bool rules)
{
    flight->way = way;
    flight->extra_ns = 0;
    flight->ordinal = ++way->offered;
    if (!rules || way->link->world->rules == NULL) {
        link_admit(way, flight);
        return;
    }
    struct rules_outcome outcome = {false, NULL, NULL};
    rules_apply(way, flight, &outcome);
    if (!outcome.taken) { link_admit(way, flight); }
    for (struct flight *copy = outcome.copies, *next; copy != NULL; copy = next) {
        next = copy->next;
        link_admit(way, copy);
    }
}

void link_send(struct link *link, enum link_direction direction, const struct packet *packet,
               bool rules)
{
    struct flight *flight = flight_take(link->world);
    if (flight == NULL) {
        struct tcp_payload payload = packet->segment.payload;
        tcp_payload_release(&link->world->pools, &payload);
        return;
    }
    flight->packet = *packet;
    link_offer(&link->ways[direction], flight, rules);
}

/* ---- making and changing ---- */

/* "a-b", "a-b#2": counted among those declared in that order. */
static char *make_name(struct world *world, const struct host *a, const struct host *b)
{
    unsigned number = 1;
    for (struct link *link = link_between(a, b); link != NULL; link = link->next_between) {
        number += link->ends[LINK_FORWARD] == a;
    }
    const size_t room = strlen(a->name) + strlen(b->name) + 16;
    char *text = arena_take(world->arena, room);
    if (text == NULL) { return NULL; }
    int len = snprintf(text, room, "%s-%s", a->name, b->name);
    if (number > 1) { (void)snprintf(text + len, room - (size_t)len, "#%u", number); }
    char *name = arena_strdup(world->arena, text);
    arena_give(world->arena, text, room);
    return name;
}

static bool prepare_way(struct link *link, enum link_direction direction,
                        const struct link_settings *settings)
{
    struct way *way = &link->ways[direction];
    struct arena *arena = link->world->arena;
    way->link = link;
    way->direction = direction;
    const size_t room = strlen(link->name) + 32;
    char *name = arena_take(arena, room);
    if (name == NULL || !link_settings_copy(arena, settings, &way->settings)) { return false; }
    (void)snprintf(name, room, "link/%s/%s/loss", link->name,
                   direction == LINK_FORWARD ? "forward" : "backward");
    way->loss = rng_stream(link->world->config.seed, name);
    arena_give(arena, name, room);
    return true;
}

static bool link_enter_tables(struct link *link)
{
    struct world *world = link->world;
    struct host *a = link->ends[LINK_FORWARD];
    struct host *b = link->ends[LINK_BACKWARD];
    struct link *first = link_between(a, b);
    if (first == NULL) {
        const uint32_t low = a->index < b->index ? a->index : b->index;
        const uint32_t high = a->index < b->index ? b->index : a->index;
        if (!table_insert(world->arena, &world->routes, &link->node, hash_pair(low, high))) {
            return false;
        }
    } else {
        while (first->next_between != NULL) { first = first->next_between; }
        first->next_between = link;
    }
    link->next_of_end[LINK_FORWARD] = a->links;
    a->links = link;
    if (a != b) {
        link->next_of_end[LINK_BACKWARD] = b->links;
        b->links = link;
    }
    if (world->last_link != NULL) {
        world->last_link->next = link;
    } else {
        world->links = link;
    }
    world->last_link = link;
    return true;
}

struct link *link_create(struct world *world, struct host *a, struct host *b,
                         const struct link_settings settings[2])
{
    struct link *link = world_take(world, sizeof *link);
    if (link == NULL) { return NULL; }
    link->world = world;
    link->ends[LINK_FORWARD] = a;
    link->ends[LINK_BACKWARD] = b;
    link->up = true;
    link->name = make_name(world, a, b);
    if (link->name == NULL || !prepare_way(link, LINK_FORWARD, &settings[LINK_FORWARD]) ||
        !prepare_way(link, LINK_BACKWARD, &settings[LINK_BACKWARD]) || !link_enter_tables(link)) {
        world->no_memory = true; /* the arena is full: what was made of it goes with the arena */
        return NULL;
    }
    link->index = world->link_count++;
    world->topology++;
    host_link_added(a, &link->ways[LINK_FORWARD]);
    host_link_added(b, &link->ways[LINK_BACKWARD]);
    return link;
}

void link_destroy(struct link *link)
{
    struct world *world = link->world;
    struct arena *arena = world->arena;
    for (unsigned i = 0; i < 2; i++) {
        struct way *way = &link->ways[i];
        for (struct flight *flight = way->first, *next; flight != NULL; flight = next) {
            next = flight->next;
            flight_release(world, flight);
        }
        for (size_t k = 0; k < way->aside_count; k++) { flight_release(world, way->aside[k]); }
        if (way->aside_room > 0) {
            arena_give(arena, way->aside, way->aside_room * sizeof(struct flight *));
        }
        if (way->leaving_room > 0) {
            arena_give(arena, way->leaving_ns, way->leaving_room * sizeof *way->leaving_ns);
        }
        link_settings_free(arena, &way->settings);
    }
    arena_give(arena, link->name, strlen(link->name) + 1);
    arena_give(arena, link, sizeof *link);
}

bool link_set(struct link *link, enum link_direction direction,
              const struct link_settings *settings)
{
    struct way *way = &link->ways[direction];
    struct link_settings copy;
    if (!link_settings_copy(link->world->arena, settings, &copy)) { return false; }
    link_settings_free(link->world->arena, &way->settings);
    way->settings = copy;
    way->serialised_bytes = 0;
    host_link_changed(link->ends[direction]);
    return true;
}

const struct link_settings *link_get(const struct link *link, enum link_direction direction)
{
    return &link->ways[direction].settings;
}

void link_set_up(struct link *link, bool up) { link->up = up; }

bool link_is_up(const struct link *link) { return link->up; }

const char *link_name(const struct link *link) { return link->name; }

struct host *link_end(const struct link *link, enum link_direction direction)
{
    return link->ends[direction];
}
