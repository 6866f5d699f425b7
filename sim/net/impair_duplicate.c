/* impair_duplicate.c - a second copy of a packet enters right behind it. */
#include "impair.h"

#define COPY_OF_THE_LINK UINT32_C(0x800000) /* rules' copies have small lanes */

static const struct link_parameter parameters[] = {
    {.name = "duplicate",
     .type = LINK_PROBABILITY,
     .offset = offsetof(struct link_settings, duplicate_ppb),
     .max = PPB_ONE,
     .zero_is_off = true,
     .unit = "probability"}};
static const struct link_form form = {"", "a second copy", "netem", parameters, 1};
static const struct link_form *const forms[] = {&form};

const struct link_option link_option_duplicate = {
    .name = "duplicate",
    .help = "a second copy enters behind the packet; corruption and delay befall each for itself",
    .source = "netem",
    .forms = forms,
    .form_count = 1,
};

static bool is_on(const struct link_settings *settings) { return settings->duplicate_ppb > 0; }

static enum impair_verdict entered(struct way *way, struct flight *flight, struct flight **copy,
                                   const char **reason)
{
    struct world *world = way->link->world;
    (void)reason;
    if (!impair_chance(way, flight, STREAM_DUPLICATE, 0, 1, way->settings.duplicate_ppb)) {
        return IMPAIR_GO_ON;
    }
    struct flight *made = flight_take(world);
    if (made == NULL) { return IMPAIR_GO_ON; }
    *made = *flight;
    made->next = NULL;
    made->packet.copy = packet_next_copy(&flight->packet);
    made->packet.copies = 0;
    made->lane = flight->lane | COPY_OF_THE_LINK;
    packet_share(&made->packet);
    if (world_records_segments(world)) {
        const struct packet_note note = {
            .action = TRACE_DUPLICATED, .at = way_sender(way), .reason = "duplicate"};
        record_packet(world, &made->packet, &note);
    }
    *copy = made;
    return IMPAIR_GO_ON;
}

const struct impairment impairment_duplicate = {.is_on = is_on, .entered = entered};
