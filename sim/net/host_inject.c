/* host_inject.c - segments that no TCP made, and where forged octets came from. */
#include "net_private.h"

#include <string.h>

#define FIRST_SUPPLIERS 8
#define CHECKSUM_OFFSET 16 /* in the TCP header */

/* ---- who supplied octets ---- */

static bool make_room_for_supplier(struct world *world)
{
    if (world->supplier_count < world->supplier_room) { return true; }
    const size_t room = world->supplier_room == 0 ? FIRST_SUPPLIERS : world->supplier_room * 2;
    char **suppliers = arena_resize(world->arena, world->suppliers,
                                    world->supplier_room * sizeof(char *), room * sizeof(char *));
    if (suppliers == NULL) { return false; }
    world->suppliers = suppliers;
    world->supplier_room = room;
    return true;
}

/* There are at most as many as the scenario has lines; the last one is the likeliest. */
uint64_t forged_origin(struct world *world, const char *supplied_by)
{
    for (size_t i = world->supplier_count; i > 0; i--) {
        if (strcmp(world->suppliers[i - 1], supplied_by) == 0) { return FORGED_ORIGIN | i; }
    }
    char *copy = make_room_for_supplier(world) ? arena_strdup(world->arena, supplied_by) : NULL;
    if (copy == NULL) {
        world->no_memory = true;
        return 0;
    }
    world->suppliers[world->supplier_count++] = copy;
    return FORGED_ORIGIN | world->supplier_count;
}

const char *forged_supplier(const struct world *world, uint64_t origin)
{
    const uint64_t index = origin & ~FORGED_ORIGIN;
    return (origin & FORGED_ORIGIN) != 0 && index > 0 && index <= world->supplier_count
               ? world->suppliers[index - 1]
               : NULL;
}

static bool same_octets(const struct tcp_slice *a, const struct tcp_slice *b)
{
    return a->extent == b->extent && a->origin == b->origin && a->offset >= b->offset &&
           a->offset + a->len <= b->offset + b->len;
}

/* Generated octets are a function of their origin: they must lie in an extent to get another. */
static bool materialise(struct world *world, struct tcp_slice *slice)
{
    struct tcp_extent *extent = tcp_extent_create(&world->pools, slice->offset, slice->len);
    if (extent == NULL) { return false; }
    tcp_slice_copy(slice, 0, slice->len, extent->octets);
    slice->extent = extent;
    return true;
}

bool payload_set_origin(struct world *world, struct tcp_payload *payload,
                        const struct tcp_payload *before, uint64_t origin)
{
    for (unsigned i = 0; i < 2; i++) {
        struct tcp_slice *slice = &payload->part[i];
        if (slice->len == 0 || (before != NULL && (same_octets(slice, &before->part[0]) ||
                                                   same_octets(slice, &before->part[1])))) {
            continue;
        }
        if (slice->extent == NULL && !materialise(world, slice)) { return false; }
        slice->origin = origin;
    }
    return true;
}

/* ---- forging ---- */

bool host_inject(struct host *at, struct host *to, const struct tcp_segment *segment,
                 bool bad_checksum, const char *supplied_by, bool as_injected, uint64_t *number)
{
    struct world *world = at->world;
    struct way *way = route_find(at, to, &segment->source.address, &segment->destination.address);
    const uint64_t origin = forged_origin(world, supplied_by);
    struct flight *flight = way != NULL && origin != 0 ? flight_take(world) : NULL;
    if (flight == NULL) {
        struct tcp_payload payload = segment->payload;
        tcp_payload_release(&world->pools, &payload);
        return false;
    }
    struct packet *packet = &flight->packet;
    *packet = (struct packet){
        .segment = *segment, .forged = true, .supplied_by = forged_supplier(world, origin)};
    packet->segment.cause = TCP_SENT_FORGED;
    packet->segment.retransmission = 0;
    (void)payload_set_origin(world, &packet->segment.payload, NULL, origin);
    if (bad_checksum) {
        packet->checksum_bad = true;
        packet->flips[packet->flip_count++] = (struct trace_flip){CHECKSUM_OFFSET, 0x01};
    }
    const struct route route = {to, way};
    *number = at->emitted + 1;
    host_emit(at, flight, &route, as_injected ? TRACE_INJECTED : TRACE_SENT);
    return true;
}
