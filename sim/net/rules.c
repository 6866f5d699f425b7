/* rules.c - faults on chosen segments: which rule looks for what, in the order declared. What a
 * rule then does is rules_effects.c's. */
#include "net_private.h"

#include <stdio.h>
#include <string.h>

#define RULE_DETAIL_BYTES 160

const char *rule_action_name(enum rule_action action)
{
    static const char *const names[] = {
        [RULE_DROP] = "drop",          [RULE_DELAY] = "delay", [RULE_DUPLICATE] = "duplicate",
        [RULE_CORRUPT] = "corrupt",    [RULE_HOLD] = "hold",   [RULE_REWRITE] = "rewrite",
        [RULE_PARTITION] = "partition"};
    return names[action];
}

/* ---- making ---- */

/* What the rule does, in words: "drop nth=1,3", "delay by 50ms". */
static void describe(const struct rule *rule, char *text, size_t room)
{
    const struct rule_effect *effect = &rule->effect;
    char time[32];
    size_t len = (size_t)snprintf(text, room, "%s", rule_action_name(effect->action));
    if (effect->action == RULE_DELAY) {
        (void)units_format_duration(effect->by_ns, time, sizeof time);
        len += (size_t)snprintf(text + len, room - len, " by %s", time);
    } else if (effect->action == RULE_CORRUPT) {
        len += (size_t)snprintf(text + len, room - len, " offset %u mask 0x%02x", effect->offset,
                                effect->mask);
    } else if (effect->action == RULE_DUPLICATE && effect->copies != 1) {
        len += (size_t)snprintf(text + len, room - len, " copies %u", effect->copies);
    }
    for (size_t i = 0; i < rule->match.nth_len && len + 40 < room; i++) {
        len += (size_t)snprintf(text + len, room - len, "%s%llu", i == 0 ? " nth=" : ",",
                                (unsigned long long)rule->match.nth[i]);
    }
}

static bool copy_match(struct rule *rule, const struct rule_match *match)
{
    struct arena *arena = rule->world->arena;
    rule->match = *match;
    rule->match.nth = NULL;
    if (match->pattern != NULL) {
        rule->pattern = *match->pattern;
        rule->match.pattern = &rule->pattern;
    }
    if (match->nth == NULL) {
        rule->match.nth_len = 0;
        return true;
    }
    uint64_t *nth = arena_take(arena, (match->nth_len + 1) * sizeof *nth);
    if (nth == NULL) { return false; }
    if (match->nth_len > 0) { memcpy(nth, match->nth, match->nth_len * sizeof *nth); }
    rule->match.nth = nth;
    return true;
}

struct rule *rule_create(struct world *world, const struct rule_match *match,
                         const struct rule_effect *effect, const char *where)
{
    char detail[RULE_DETAIL_BYTES];
    struct rule *rule = world_take(world, sizeof *rule);
    if (rule == NULL) { return NULL; }
    rule->world = world;
    rule->effect = *effect;
    rule->where = arena_strdup(world->arena, where);
    bool whole = rule->where != NULL && copy_match(rule, match);
    if (whole) {
        describe(rule, detail, sizeof detail);
        rule->detail = arena_strdup(world->arena, detail);
        whole = rule->detail != NULL;
    }
    if (!whole) {
        rule_destroy(rule);
        world->no_memory = true;
        return NULL;
    }
    rule->next_made = world->rules_made;
    world->rules_made = rule;
    rule->previous = world->last_rule;
    if (world->last_rule != NULL) {
        world->last_rule->next = rule;
    } else {
        world->rules = rule;
    }
    world->last_rule = rule;
    return rule;
}

/* The rule keeps its `next`: it may be removed by the very function that it asks. */
void rule_remove(struct rule *rule)
{
    struct world *world = rule->world;
    if (rule->removed) { return; }
    rule->removed = true;
    if (rule->previous != NULL) {
        rule->previous->next = rule->next;
    } else {
        world->rules = rule->next;
    }
    if (rule->next != NULL) {
        rule->next->previous = rule->previous;
    } else {
        world->last_rule = rule->previous;
    }
}

void rule_destroy(struct rule *rule)
{
    struct world *world = rule->world;
    struct arena *arena = world->arena;
    for (struct flight *flight = rule->held_first, *next; flight != NULL; flight = next) {
        next = flight->next;
        flight_release(world, flight);
    }
    if (rule->match.nth != NULL) {
        give_const(arena, rule->match.nth, (rule->match.nth_len + 1) * sizeof *rule->match.nth);
    }
    if (rule->where != NULL) { arena_give(arena, rule->where, strlen(rule->where) + 1); }
    if (rule->detail != NULL) { arena_give(arena, rule->detail, strlen(rule->detail) + 1); }
    arena_give(arena, rule, sizeof *rule);
}

uint64_t rule_hits(const struct rule *rule) { return rule->hits; }

uint64_t rule_matches(const struct rule *rule) { return rule->matches; }

const char *rule_where(const struct rule *rule) { return rule->where; }

/* ---- matching ---- */

static bool pattern_fits(const struct rule *rule, struct packet *packet)
{
    struct world *world = rule->world;
    const struct packet_note note = {.action = TRACE_SENT, .at = packet->sender};
    struct trace_segment segment;
    packet_fill_numbers(world, packet);
    packet_describe(world, packet, &note, &segment);
    return pattern_compare(rule->match.pattern, &segment, world->now_ns, 0,
                           rule->match.pattern_absolute) == PATTERN_MATCHES;
}

static bool cuts(const struct rule_effect *effect, const struct packet *packet)
{
    if (packet->sender == effect->a && packet->receiver == effect->b) { return true; }
    return !effect->oneway && packet->sender == effect->b && packet->receiver == effect->a;
}

/* All but nth and count; the script's own function is asked last. */
static bool fits(const struct rule *rule, const struct way *way, struct packet *packet)
{
    const struct rule_match *match = &rule->match;
    struct world *world = rule->world;
    bool failed = false;
    if (packet->icmp != NULL) {
        return rule->effect.action == RULE_PARTITION && packet->hops == 0 &&
               cuts(&rule->effect, packet);
    }
    if ((match->from != NULL && match->from != packet->sender) ||
        (match->to != NULL && match->to != packet->receiver) ||
        (match->on != NULL ? match->on != way->link : packet->hops > 0) ||
        (match->has_after && world->now_ns < match->after_ns) ||
        (match->has_before && world->now_ns >= match->before_ns) ||
        (match->has_flags &&
         !pattern_flags_match(match->flags, match->psh_written, packet->segment.flags)) ||
        (rule->effect.action == RULE_PARTITION && !cuts(&rule->effect, packet)) ||
        (match->pattern != NULL && !pattern_fits(rule, packet))) {
        return false;
    }
    if (match->predicate == NULL) { return true; }
    packet_fill_numbers(world, packet);
    const bool held = match->predicate(match->context, packet, &failed);
    if (failed) { world_stop(world); }
    return held && !failed;
}

void rules_apply(struct way *way, struct flight *flight, struct rules_outcome *outcome)
{
    struct world *world = way->link->world;
    for (struct rule *rule = world->rules; rule != NULL && !world->stopped; rule = rule->next) {
        const struct rule_match *match = &rule->match;
        if (rule->removed || !fits(rule, way, &flight->packet)) { continue; }
        rule->matches++;
        if ((match->nth != NULL && !ordinals_hold(match->nth, match->nth_len, rule->matches)) ||
            (match->has_count && rule->hits >= match->count)) {
            continue;
        }
        if (rule_act(rule, flight, outcome)) {
            outcome->taken = true;
            return;
        }
    }
}
