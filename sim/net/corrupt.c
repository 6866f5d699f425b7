/* corrupt.c - a segment becomes octets, some of them are flipped, and what then arrives is read
 * back.
 */
#include "net_private.h"

#include "../../tcp/wire.h"

#include <string.h>

/* The octets flipped so far, with one more; false: the list is full. Two flips of one octet are
 * one. */
static bool add_flip(struct packet *packet, struct trace_flip flip)
{
    for (unsigned i = 0; i < packet->flip_count; i++) {
        if (packet->flips[i].offset == flip.offset) {
            packet->flips[i].mask ^= flip.mask;
            if (packet->flips[i].mask == 0) {
                packet->flips[i] = packet->flips[--packet->flip_count];
            }
            return true;
        }
    }
    if (packet->flip_count == TRACE_FLIPS_MAX) { return false; }
    packet->flips[packet->flip_count++] = flip;
    return true;
}

/* The octets passed the checksum with what was flipped: the segment is what they say. */
static void take_over(struct world *world, struct packet *packet, const struct tcp_segment *decoded,
                      const struct tcp_slice *payload)
{
    struct tcp_payload old = packet->segment.payload;
    packet->segment = *decoded;
    memset(&packet->segment.payload, 0, sizeof packet->segment.payload);
    packet->segment.payload.part[0] = *payload;
    tcp_payload_release(&world->pools, &old);
    packet->flip_count = 0;
}

static bool make_payload(struct world *world, const uint8_t *octets, size_t len, uint64_t origin,
                         struct tcp_slice *payload)
{
    struct tcp_extent *extent = NULL;
    if (len > 0) {
        extent = tcp_extent_create(&world->pools, 0, (uint32_t)len);
        if (extent == NULL) { return false; }
        memcpy(extent->octets, octets, len);
    }
    *payload = (struct tcp_slice){.extent = extent, .origin = origin, .len = (uint32_t)len};
    return true;
}

static bool flip_all(struct packet *packet, const struct trace_flip *flips, unsigned count,
                     size_t len)
{
    bool changed = false;
    for (unsigned i = 0; i < count; i++) {
        changed |= flips[i].offset < len && flips[i].mask != 0 && add_flip(packet, flips[i]);
    }
    return changed;
}

/* Reads back what then arrives. */
static void read_back(struct world *world, struct packet *packet, uint8_t *octets, size_t len,
                      const char *where, uint64_t *origin)
{
    struct tcp_segment decoded = packet->segment;
    struct tcp_slice payload;
    size_t payload_at, payload_len;
    for (unsigned i = 0; i < packet->flip_count; i++) {
        octets[packet->flips[i].offset] ^= packet->flips[i].mask;
    }
    packet->supplied_by = where;
    WORLD_SHOWS(world, MUST_2);
    for (unsigned i = 0; i < packet->flip_count; i++) { /* the reserved bits */
        if (packet->flips[i].offset == 12 && (packet->flips[i].mask & 0x0f) != 0) {
            WORLD_SHOWS(world, UNL_1);
        }
    }
    packet->checksum_bad =
        wire_decode_tcp(octets, len, &decoded, &payload_at, &payload_len) != WIRE_OK;
    if (packet->checksum_bad || packet->flip_count == 0) { return; }
    if (*origin == 0) { *origin = forged_origin(world, where); }
    if (make_payload(world, octets + payload_at, payload_len, *origin, &payload)) {
        take_over(world, packet, &decoded, &payload);
    } else {
        world->no_memory = true;
    }
}

bool packet_corrupt(struct world *world, struct packet *packet, const struct trace_flip *flips,
                    unsigned count, const char *where, uint64_t *origin)
{
    if (packet->icmp != NULL) { /* whatever was flipped in an error, its checksum tells */
        packet->checksum_bad = true;
        return true;
    }
    const size_t len = wire_tcp_bytes(&packet->segment);
    uint8_t *octets = arena_take(world->arena, len);
    if (octets == NULL) {
        world->no_memory = true;
        return false;
    }
    const bool changed = wire_encode_tcp(&packet->segment, octets, len) == len &&
                         flip_all(packet, flips, count, len);
    if (changed) { read_back(world, packet, octets, len, where, origin); }
    arena_give(world->arena, octets, len);
    return changed;
}
