/* flights.h - what is under way, found by its id (host, number, copy): for outputs that must bring
 * a sending and what became of it together. Holds as much as is in flight, no more. */
#ifndef TCPSIM_OUT_FLIGHTS_H
#define TCPSIM_OUT_FLIGHTS_H

#include "../trace/trace.h"

/* The first member of what is kept: the map links the elements themselves, and owns none. */
struct flight_key {
    uint32_t host; /* from_index */
    uint32_t copy;
    uint64_t number;
    struct flight_key *next; /* the map's own */
};

struct flight_map {
    struct flight_key **buckets;
    size_t bucket_count; /* a power of two */
    size_t count;
};

/* False: no memory. */
bool flights_init(struct flight_map *map);
/* Calls `give` (unless NULL) for each element left; their order is no one's business. */
void flights_clear(struct flight_map *map, void (*give)(struct flight_key *element));
/* When there is no memory to grow the map only gets slower. The key must not be there yet. */
void flights_put(struct flight_map *map, struct flight_key *element);
struct flight_key *flights_find(const struct flight_map *map, uint32_t host, uint64_t number,
                                uint32_t copy); /* or NULL */
void flights_remove(struct flight_map *map, struct flight_key *element);

#endif
