/* corrupt.c - a segment becomes octets, one of them is flipped, and what then arrives is read back.
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
static bool take_over(struct rule *rule, struct packet *packet, const struct tcp_segment *decoded,
                      const uint8_t *payload, size_t payload_len)
{
    struct world *world = rule->world;
    struct tcp_payload old = packet->segment.payload;
    struct tcp_extent *extent = NULL;
    if (rule->origin == 0) { rule->origin = forged_origin(world, rule->where); }
    if (payload_len > 0) {
        extent = tcp_extent_create(&world->pools, 0, (uint32_t)payload_len);
        if (extent == NULL) { return false; }
        memcpy(extent->octets, payload, payload_len);
    }
    packet->segment = *decoded;
    memset(&packet->segment.payload, 0, sizeof packet->segment.payload);
    packet->segment.payload.part[0] =
        (struct tcp_slice){.extent = extent, .origin = rule->origin, .len = (uint32_t)payload_len};
    tcp_payload_release(&world->pools, &old);
    return true;
}

static bool flip_and_read(struct rule *rule, struct packet *packet, uint8_t *octets, size_t len)
{
    const struct trace_flip flip = {rule->effect.offset, rule->effect.mask};
    struct tcp_segment decoded = packet->segment;
    size_t payload_at, payload_len;
    if (wire_encode_tcp(&packet->segment, octets, len) != len || flip.offset >= len ||
        flip.mask == 0 || !add_flip(packet, flip)) {
        return false;
    }
    for (unsigned i = 0; i < packet->flip_count; i++) {
        octets[packet->flips[i].offset] ^= packet->flips[i].mask;
    }
    packet->supplied_by = rule->where;
    packet->checksum_bad =
        wire_decode_tcp(octets, len, &decoded, &payload_at, &payload_len) != WIRE_OK;
    if (!packet->checksum_bad && packet->flip_count > 0) {
        if (take_over(rule, packet, &decoded, octets + payload_at, payload_len)) {
            packet->flip_count = 0;
        } else {
            rule->world->no_memory = true;
        }
    }
    return true;
}

bool packet_corrupt(struct rule *rule, struct packet *packet)
{
    struct arena *arena = rule->world->arena;
    const size_t len = wire_tcp_bytes(&packet->segment);
    uint8_t *octets = arena_take(arena, len);
    if (octets == NULL) {
        rule->world->no_memory = true;
        return false;
    }
    const bool changed = flip_and_read(rule, packet, octets, len);
    arena_give(arena, octets, len);
    return changed;
}
