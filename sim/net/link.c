/* link.c - a link: two ways, each with its own settings, queue and randomness.
 *
 * On entry: rules, then whether the link is up, and the MTU; loss; the queue's limit; then
 * serialisation at `rate`, then `delay`. That is all on the plain way, which is the fast one: a
 * packet's departure is known when it enters. With any other impairment, discipline or a delivery
 * trace the packet goes by impair_enter instead. */
#include "impair.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define LINK_FIRST_ROOM 16

/* ---- entry ---- */

void way_lose(struct way *way, struct flight *flight, const char *reason)
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

void way_leaves(struct way *way, uint64_t time_ns)
{
    if (!leaving_push(way, time_ns)) { way->link->world->no_memory = true; }
}

size_t way_leaving(struct way *way)
{
    const uint64_t now_ns = way->link->world->now_ns;
    while (way->leaving_count > 0 && way->leaving_ns[way->leaving_first] <= now_ns) {
        way->leaving_first = (way->leaving_first + 1) & (way->leaving_room - 1);
        way->leaving_count--;
    }
    return way->leaving_count;
}

static inline uint64_t serialise(struct way *way, uint32_t bytes)
{
    struct world *world = way->link->world;
    const uint64_t start_ns =
        way->busy_until_ns > world->now_ns ? way->busy_until_ns : world->now_ns;
    if (way->settings.rate_bps == 0) { return start_ns; }
    if (way->serialised_bytes != bytes) {
        way->serialised_bytes = bytes;
        way->serialised_ns = units_serialisation_ns(bytes, way->settings.rate_bps);
    }
    /* Beyond this nothing can happen any more; so the sums never wrap. */
    way->busy_until_ns =
        start_ns > 2 * TIME_MAX_NS ? 2 * TIME_MAX_NS : start_ns + way->serialised_ns;
    way_leaves(way, way->busy_until_ns);
    return way->busy_until_ns;
}

uint64_t way_serialise(struct way *way, uint32_t bytes) { return serialise(way, bytes); }

void way_depart(struct way *way, struct flight *flight, uint64_t departure_ns)
{
    const struct impaired *impaired = way->impaired;
    const uint64_t delay_ns =
        impaired == NULL ? way->settings.delay_ns : impair_delay_ns(way, flight);
    flight->place = way->placed++;
    flight->arrival_ns = departure_ns + delay_ns + flight->extra_ns;
    way_get_under_way(way, flight,
                      flight->extra_ns > 0 || (impaired != NULL && impaired->overtakes));
}

void link_admit(struct way *way, struct flight *flight)
{
    const struct link_settings *settings = &way->settings;
    const uint32_t bytes = packet_bytes(&flight->packet);
    flight->way = way;
    flight->bytes = bytes;
    if (!way->link->up) {
        way_lose(way, flight, "down");
    } else if (bytes > settings->mtu_bytes) {
        packet_too_big(way, flight); /* TCP never lets anybody fragment */
    } else if (way->impaired != NULL) {
        impair_enter(way, flight);
    } else if (way->may_lose && flight->lane == 0 && way_loses(way, flight)) {
        way_lose(way, flight, "loss");
    } else if (way_leaving(way) >= settings->limit && settings->limit != 0) {
        way_lose(way, flight, "queue full");
    } else {
        flight->place = way->placed++;
        flight->arrival_ns = serialise(way, bytes) + settings->delay_ns + flight->extra_ns;
        way_get_under_way(way, flight, flight->extra_ns > 0);
    }
}

void link_offer(struct way *way, struct flight *flight)
{
    flight->way = way;
    flight->extra_ns = 0;
    flight->lane = 0;
    flight->channel_loses = flight->goes_ahead = false;
    flight->ordinal = ++way->offered;
    if (way->impaired != NULL) { impair_offered(way, flight); }
    if (way->link->world->rules == NULL) {
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

bool way_stream(const struct way *way, const char *consumer, struct rng_stream *stream)
{
    const struct link *link = way->link;
    const size_t room = strlen(link->name) + strlen(consumer) + 24;
    char *name = arena_take(link->world->arena, room);
    if (name == NULL) { return false; }
    (void)snprintf(name, room, "link/%s/%s/%s", link->name,
                   way->direction == LINK_FORWARD ? "forward" : "backward", consumer);
    *stream = rng_stream(link->world->config.seed, name);
    arena_give(link->world->arena, name, room);
    return true;
}

static bool prepare_way(struct link *link, enum link_direction direction,
                        const struct link_settings *settings)
{
    struct way *way = &link->ways[direction];
    way->link = link;
    way->direction = direction;
    return link_settings_copy(link->world->arena, settings, &way->settings) &&
           way_stream(way, "loss", &way->loss) && impair_settle(way);
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
        impair_forget(way);
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
    if (link->where != NULL) { arena_give(arena, link->where, strlen(link->where) + 1); }
    arena_give(arena, link, sizeof *link);
}

bool link_set_where(struct link *link, const char *where)
{
    struct arena *arena = link->world->arena;
    char *copy = arena_strdup(arena, where);
    if (copy == NULL) { return false; }
    if (link->where != NULL) { arena_give(arena, link->where, strlen(link->where) + 1); }
    link->where = copy;
    return true;
}

static bool same_trace(const struct link_settings *a, const struct link_settings *b)
{
    return a->trace.count == b->trace.count &&
           (a->trace.count == 0 ||
            memcmp(a->trace.at, b->trace.at, a->trace.count * sizeof *a->trace.at) == 0);
}

bool link_set(struct link *link, enum link_direction direction,
              const struct link_settings *settings)
{
    struct way *way = &link->ways[direction];
    struct link_settings copy;
    if (!link_settings_copy(link->world->arena, settings, &copy)) { return false; }
    if (way->impaired != NULL && !same_trace(&way->settings, settings)) { deliveries_forget(way); }
    link_settings_free(link->world->arena, &way->settings);
    way->settings = copy;
    way->serialised_bytes = 0;
    host_link_changed(link->ends[direction]);
    return impair_settle(way);
}

const struct link_settings *link_get(const struct link *link, enum link_direction direction)
{
    return &link->ways[direction].settings;
}

void link_set_up(struct link *link, bool up) { link->up = up; }

const char *link_name(const struct link *link) { return link->name; }

struct host *link_end(const struct link *link, enum link_direction direction)
{
    return link->ends[direction];
}
