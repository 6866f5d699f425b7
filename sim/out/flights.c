/* flights.c - a chained hash table that doubles when it has more elements than buckets. */
#include "flights.h"

#include <assert.h>
#include <stdlib.h>

#define FIRST_BUCKETS 64

static size_t bucket_of(const struct flight_map *map, uint32_t host, uint64_t number, uint32_t copy)
{
    const uint64_t mixed =
        (number * 4 + copy + ((uint64_t)host << 40)) * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(mixed >> 32) & (map->bucket_count - 1);
}

bool flights_init(struct flight_map *map)
{
    map->bucket_count = FIRST_BUCKETS;
    map->count = 0;
    map->buckets = calloc(FIRST_BUCKETS, sizeof(struct flight_key *));
    return map->buckets != NULL;
}

void flights_clear(struct flight_map *map, void (*give)(struct flight_key *element))
{
    for (size_t i = 0; map->buckets != NULL && i < map->bucket_count; i++) {
        struct flight_key *next;
        for (struct flight_key *at = map->buckets[i]; at != NULL; at = next) {
            next = at->next;
            if (give != NULL) { give(at); }
        }
    }
    free(map->buckets);
    map->buckets = NULL;
    map->bucket_count = map->count = 0;
}

static void link_in(struct flight_map *map, struct flight_key *element)
{
    const size_t i = bucket_of(map, element->host, element->number, element->copy);
    element->next = map->buckets[i];
    map->buckets[i] = element;
}

static void grow(struct flight_map *map)
{
    struct flight_key **larger = calloc(map->bucket_count * 2, sizeof(struct flight_key *));
    if (larger == NULL) { return; }
    struct flight_key **old = map->buckets;
    const size_t old_count = map->bucket_count;
    map->buckets = larger;
    map->bucket_count *= 2;
    for (size_t i = 0; i < old_count; i++) {
        struct flight_key *next;
        for (struct flight_key *at = old[i]; at != NULL; at = next) {
            next = at->next;
            link_in(map, at);
        }
    }
    free(old);
}

void flights_put(struct flight_map *map, struct flight_key *element)
{
    if (map->count >= map->bucket_count) { grow(map); }
    link_in(map, element);
    map->count++;
}

struct flight_key *flights_find(const struct flight_map *map, uint32_t host, uint64_t number,
                                uint32_t copy)
{
    struct flight_key *at = map->buckets[bucket_of(map, host, number, copy)];
    while (at != NULL && (at->host != host || at->number != number || at->copy != copy)) {
        at = at->next;
    }
    return at;
}

void flights_remove(struct flight_map *map, struct flight_key *element)
{
    const size_t i = bucket_of(map, element->host, element->number, element->copy);
    struct flight_key **at = &map->buckets[i];
    while (*at != NULL && *at != element) { at = &(*at)->next; }
    assert(*at == element);
    *at = element->next;
    map->count--;
}
