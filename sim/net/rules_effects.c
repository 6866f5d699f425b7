/* rules_effects.c - what becomes of a segment that a rule acts on. */
#include "net_private.h"

static void note_act(const struct rule *rule, const struct flight *flight, enum trace_action action,
                     uint64_t delay_ns)
{
    struct world *world = rule->world;
    if (world_records_segments(world)) {
        const struct packet_note note = {.action = action,
                                         .at = way_sender(flight->way),
                                         .reason = rule->where,
                                         .detail = rule->detail,
                                         .delay_ns = delay_ns};
        record_packet(world, &flight->packet, &note);
    }
}

/* Both at most TIME_MAX_NS, and so the sum. */
static uint64_t add_delay(uint64_t a_ns, uint64_t b_ns)
{
    return a_ns + b_ns > TIME_MAX_NS ? TIME_MAX_NS : a_ns + b_ns;
}

static void duplicate(struct rule *rule, struct flight *flight, struct rules_outcome *outcome)
{
    struct world *world = rule->world;
    uint64_t extra_ns = flight->extra_ns;
    for (uint32_t i = 0; i < rule->effect.copies; i++) {
        struct flight *copy = flight_take(world);
        if (copy == NULL) { return; }
        extra_ns = add_delay(extra_ns, rule->effect.gap_ns);
        *copy = *flight;
        copy->next = NULL;
        copy->extra_ns = extra_ns;
        copy->packet.copy = copy->lane = packet_next_copy(&flight->packet);
        copy->packet.copies = 0;
        packet_share(&copy->packet);
        if (outcome->last_copy != NULL) {
            outcome->last_copy->next = copy;
        } else {
            outcome->copies = copy;
        }
        outcome->last_copy = copy;
        note_act(rule, copy, TRACE_DUPLICATED, 0);
    }
}

uint32_t packet_next_copy(struct packet *packet)
{
    const uint32_t number = ++packet->copies;
    /* A copy's copies have numbers of their own. */
    return packet->copy == 0 ? number : packet->copy << 8 | (number & 0xff);
}

static void hold(struct rule *rule, struct flight *flight)
{
    flight->next = NULL;
    if (rule->held_last != NULL) {
        rule->held_last->next = flight;
    } else {
        rule->held_first = flight;
    }
    rule->held_last = flight;
}

/* The script's function changes the segment; octets that it put in are the rule's. */
static void rewrite(struct rule *rule, struct packet *packet)
{
    struct world *world = rule->world;
    const struct tcp_payload before = packet->segment.payload;
    bool failed = false;
    packet_fill_numbers(world, packet);
    rule->effect.rewrite(rule->effect.context, packet, &failed);
    packet->supplied_by = rule->where;
    if (rule->origin == 0) { rule->origin = forged_origin(world, rule->where); }
    (void)payload_set_origin(world, &packet->segment.payload, &before, rule->origin);
    if (failed) { world_stop(world); }
}

bool rule_act(struct rule *rule, struct flight *flight, struct rules_outcome *outcome)
{
    struct packet *packet = &flight->packet;
    switch (rule->effect.action) {
    case RULE_DROP:
    case RULE_PARTITION:
        rule->hits++;
        note_act(rule, flight, TRACE_DROPPED, 0);
        flight_release(rule->world, flight);
        return true;
    case RULE_DELAY:
        rule->hits++;
        flight->extra_ns = add_delay(flight->extra_ns, rule->effect.by_ns);
        note_act(rule, flight, TRACE_DELAYED, rule->effect.by_ns);
        return false;
    case RULE_DUPLICATE:
        rule->hits++;
        duplicate(rule, flight, outcome);
        return false;
    case RULE_CORRUPT:
        /* An offset beyond the segment, or a mask of no bits, changes nothing: matched, not hit. */
        if (packet_corrupt(rule->world, packet,
                           &(struct trace_flip){rule->effect.offset, rule->effect.mask}, 1,
                           rule->where, &rule->origin)) {
            rule->hits++;
            note_act(rule, flight, TRACE_CORRUPTED, 0);
        }
        return false;
    case RULE_HOLD:
        rule->hits++;
        note_act(rule, flight, TRACE_HELD, 0);
        hold(rule, flight);
        return true;
    case RULE_REWRITE:
        rule->hits++;
        rewrite(rule, packet);
        note_act(rule, flight, TRACE_REWRITTEN, 0);
        return false;
    }
    return false;
}

static struct flight *reversed(struct flight *first)
{
    struct flight *back = NULL;
    for (struct flight *flight = first, *next; flight != NULL; flight = next) {
        next = flight->next;
        flight->next = back;
        back = flight;
    }
    return back;
}

/* They keep the ordinals of their first entry, so that holding changes nobody's draws. */
size_t rule_release(struct rule *rule, bool reverse)
{
    struct flight *held = reverse ? reversed(rule->held_first) : rule->held_first;
    size_t released = 0;
    rule->held_first = rule->held_last = NULL;
    for (struct flight *next; held != NULL; held = next) {
        next = held->next;
        link_admit(held->way, held);
        released++;
    }
    return released;
}
