/* link_flights.c - packets under way on a link. Without jitter, packets arrive in the order in
 * which they entered, so they stand in a line of which the event queue holds the first only. Those
 * that may overtake (by a rule's delay, jitter, reordering, or because the delay was lowered) lie
 * aside in a small heap. */
#include "impair.h"

#include <assert.h>

#define ASIDE_FIRST_ROOM 16

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
    if (flight->packet.icmp != NULL) { packet_icmp_release(world, &flight->packet); }
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
        const size_t room = way->aside_room == 0 ? ASIDE_FIRST_ROOM : way->aside_room * 2;
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

void way_get_under_way(struct way *way, struct flight *flight, bool overtakes)
{
    flight->next = NULL;
    flight->in_queue = false;
    if (overtakes || (way->last != NULL && flight->arrival_ns < way->last->arrival_ns)) {
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

/* Of a long line the next but one will be looked at soon: by then it shall be near. */
static void foresee(const struct flight *flight)
{
    if (flight != NULL) {
        __builtin_prefetch(&flight->next);
        __builtin_prefetch(&flight->packet);
        __builtin_prefetch((const char *)&flight->packet + 64);
    }
}

void link_arrival(struct link *link, enum link_direction direction, uint64_t time_ns,
                  uint32_t place)
{
    struct way *way = &link->ways[direction];
    struct flight *flight = way->first;
    if (way->impaired != NULL && impair_wake(way, time_ns, place)) { return; }
    if (flight != NULL && flight->arrival_ns == time_ns && flight->place == place) {
        way->first = flight->next;
        if (way->first == NULL) {
            way->last = NULL;
        } else {
            enqueue(way, way->first);
            foresee(way->first->next);
        }
    } else {
        assert(way->aside_count > 0);
        flight = aside_pop(way);
        assert(flight->arrival_ns == time_ns && flight->place == place);
        if (way->aside_count > 0 && !way->aside[0]->in_queue) { enqueue(way, way->aside[0]); }
    }
    host_take_arrival(link->ends[1 - direction], flight);
}
