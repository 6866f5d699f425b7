/* impair_corrupt.c - bits of the TCP segment are flipped; the receiver's checksum finds it, but for
 * flips that cancel out in it. */
#include "impair.h"

#include "../../tcp/wire.h"

#include <assert.h>
#include <stdio.h>

#define ROW(field) offsetof(struct link_settings, corrupt.field)
#define WHERE_BYTES 160

static const struct link_parameter parameters[] = {
    {.name = "probability",
     .type = LINK_PROBABILITY,
     .offset = ROW(probability_ppb),
     .max = PPB_ONE,
     .zero_is_off = true,
     .unit = "probability",
     .help = "of a packet being changed"},
    {.name = "bits",
     .type = LINK_COUNT,
     .offset = ROW(bits),
     .min = 1,
     .max = TRACE_FLIPS_MAX,
     .otherwise = 1,
     .unit = "bits",
     .help = "different bits of the TCP segment that are flipped; one is always found by the "
             "checksum, two pass it now and then"},
};
static const struct link_form form = {"", "flipped bits", "netem", parameters,
                                      sizeof parameters / sizeof parameters[0]};
static const struct link_form *const forms[] = {&form};

const struct link_option link_option_corrupt = {
    .name = "corrupt",
    .help = "bits flipped at random places; what the checksum does not find, the check of "
            "integrity does",
    .source = "netem",
    .forms = forms,
    .form_count = 1,
};

static bool is_on(const struct link_settings *settings)
{
    return settings->corrupt.probability_ppb > 0;
}

/* Bit `rank` of those that are not yet chosen; keeps `chosen` ascending. */
static uint64_t choose(uint64_t *chosen, unsigned count, uint64_t rank)
{
    unsigned at = 0;
    for (; at < count && rank >= chosen[at]; at++) { rank++; }
    for (unsigned i = count; i > at; i--) { chosen[i] = chosen[i - 1]; }
    chosen[at] = rank;
    return rank;
}

/* Whom the octets that pass unnoticed are blamed on; NULL: no memory. */
static const char *supplier(const struct way *way, uint64_t *origin)
{
    const struct link *link = way->link;
    char text[WHERE_BYTES];
    (void)snprintf(text, sizeof text, "corrupt of link %s", link->name);
    *origin = forged_origin(link->world, link->where != NULL ? link->where : text);
    return *origin != 0 ? forged_supplier(link->world, *origin) : NULL;
}

static enum impair_verdict entered(struct way *way, struct flight *flight, struct flight **copy,
                                   const char **reason)
{
    struct packet *packet = &flight->packet;
    struct world *world = way->link->world;
    struct trace_flip flips[TRACE_FLIPS_MAX];
    uint64_t chosen[TRACE_FLIPS_MAX];
    uint64_t origin = 0;
    const uint32_t bits = way->settings.corrupt.bits;
    const uint64_t room = (uint64_t)wire_tcp_bytes(&packet->segment) * 8;
    (void)copy;
    (void)reason;
    if (!impair_chance(way, flight, STREAM_CORRUPT, 0, 1, way->settings.corrupt.probability_ppb)) {
        return IMPAIR_GO_ON;
    }
    assert(bits <= TRACE_FLIPS_MAX);
    for (unsigned i = 0; i < bits; i++) {
        const uint64_t value = impair_draw(way, flight, STREAM_CORRUPT_WHERE, i, TRACE_FLIPS_MAX);
        const uint64_t bit = choose(chosen, i, rng_scaled(value, room - i));
        flips[i] = (struct trace_flip){(uint16_t)(bit / 8), (uint8_t)(0x80u >> bit % 8)};
    }
    const char *where = supplier(way, &origin);
    if (where != NULL && packet_corrupt(world, packet, flips, bits, where, &origin) &&
        world_records_segments(world)) {
        const struct packet_note note = {
            .action = TRACE_CORRUPTED, .at = way_sender(way), .reason = "corrupt"};
        record_packet(world, packet, &note);
    }
    return IMPAIR_GO_ON;
}

const struct impairment impairment_corrupt = {.is_on = is_on, .entered = entered};
