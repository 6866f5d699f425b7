/* faults.c - links with their losses, fault rules, cuts and crashes; and the time when all is well
 * again. */
#include "swarm.h"

#include <string.h>

#define MS NS_PER_MS

/* ---- links ---- */

static void draw_settings(struct swarm *swarm, struct link_settings *settings, uint64_t *list)
{
    struct draws *draws = &swarm->draws;
    link_settings_default(settings);
    settings->delay_ns = draw_one_in(draws, 8) ? 0 : draw_scaled(draws, 1000, 100 * MS);
    if (draw_one_in(draws, 3)) { settings->rate_bps = draw_scaled(draws, 100000, 1000000000); }
    if (settings->rate_bps != 0 && draw_one_in(draws, 2)) {
        settings->limit = (uint32_t)draw_scaled(draws, 1, 200);
    }
    if (draw_one_in(draws, 4)) { settings->mtu_bytes = (uint32_t)draw_between(draws, 1500, 9000); }
    if (draw_one_in(draws, 2)) { settings->loss_ppb = draw_scaled(draws, 1, 300000000); }
    if (draw_one_in(draws, 3)) {
        uint64_t ordinal = 0;
        settings->list.count = (size_t)draw_between(draws, 1, LIST_MAX);
        for (size_t i = 0; i < settings->list.count; i++) {
            list[i] = ordinal += draw_scaled(draws, 1, 30);
        }
        settings->list.at = list;
    }
}

static void draw_link(struct swarm *swarm, struct host *a, struct host *b)
{
    const unsigned at = swarm->link_count++;
    struct link_settings settings[2];
    for (unsigned i = 0; i < 2; i++) {
        draw_settings(swarm, &settings[i], swarm->lists[at][i]);
        mechanisms_impair(swarm, at, i, &settings[i]);
        swarm->healed[at][i] = settings[i];
        mechanisms_heal(&swarm->healed[at][i]);
    }
    /* Both ways of a link carry packets of one size, or nothing large ever gets through. */
    settings[1].mtu_bytes = swarm->healed[at][1].mtu_bytes = settings[0].mtu_bytes;
    swarm->links[at] = link_create(swarm->world, a, b, settings);
}

/* Each with each, or all by a router. */
static void draw_links(struct swarm *swarm)
{
    mechanisms_router(swarm);
    for (unsigned a = 0; a < swarm->host_count; a++) {
        if (swarm->router != NULL) {
            draw_link(swarm, swarm->hosts[a], swarm->router);
            continue;
        }
        for (unsigned b = a + 1; b < swarm->host_count; b++) {
            draw_link(swarm, swarm->hosts[a], swarm->hosts[b]);
        }
    }
}

/* ---- rules ---- */

static void release(struct world_task *task)
{
    struct swarm *swarm = task->context;
    struct fault *fault = &swarm->faults[task->ordinal];
    (void)rule_release(fault->rule, swarm->seed % 2 == 0);
}

static struct rule_effect draw_effect(struct swarm *swarm)
{
    static const enum rule_action actions[] = {RULE_DROP, RULE_DELAY, RULE_DUPLICATE, RULE_CORRUPT,
                                               RULE_HOLD};
    struct draws *draws = &swarm->draws;
    struct rule_effect effect = {.action = actions[draw_below(draws, 5)]};
    effect.by_ns = draw_scaled(draws, 1000, 20000 * MS);
    effect.copies = (uint32_t)draw_between(draws, 1, 3);
    effect.gap_ns = draw_one_in(draws, 2) ? 0 : draw_scaled(draws, 1000, 5000 * MS);
    effect.offset = (uint16_t)draw_scaled(draws, 0, 1500);
    effect.mask = (uint8_t)draw_between(draws, 1, 255);
    return effect;
}

static void draw_rule(struct swarm *swarm, unsigned number, bool *corrupts)
{
    static const uint16_t flags[] = {TCP_SYN, TCP_SYN | TCP_ACK, TCP_ACK, TCP_FIN | TCP_ACK,
                                     TCP_RST};
    struct draws *draws = &swarm->draws;
    struct fault *fault = &swarm->faults[number];
    struct rule_match match = {.has_before = true, .before_ns = swarm->heal_ns};
    struct rule_effect effect = draw_effect(swarm);
    /* Two flips could cancel out in the checksum. */
    if (effect.action == RULE_CORRUPT && *corrupts) { effect.action = RULE_DROP; }
    *corrupts = *corrupts || effect.action == RULE_CORRUPT;
    if (draw_one_in(draws, 2)) { match.from = swarm->hosts[draw_below(draws, swarm->host_count)]; }
    if (draw_one_in(draws, 3)) {
        match.has_flags = true;
        match.flags = flags[draw_below(draws, 5)];
    }
    uint64_t ordinal = 0;
    const size_t len = (size_t)draw_between(draws, 1, LIST_MAX);
    for (size_t i = 0; i < len; i++) { fault->nth[i] = ordinal += draw_scaled(draws, 1, 10); }
    match.nth = fault->nth;
    match.nth_len = len;
    fault->rule = rule_create(swarm->world, &match, &effect, "swarm:1");
    world_task_init(&fault->release, QUEUE_SCRIPT, 10, number, release, swarm);
    if (effect.action == RULE_HOLD) {
        world_wake(swarm->world, &fault->release, draw_scaled(draws, 1, swarm->heal_ns));
    }
}

/* ---- the end of all faults ---- */

static void heal(struct world_task *task)
{
    struct swarm *swarm = task->context;
    for (unsigned i = 0; i < swarm->rule_count; i++) {
        rule_remove(swarm->faults[i].rule);
        (void)rule_release(swarm->faults[i].rule, false);
    }
    for (unsigned i = 0; i < swarm->link_count; i++) {
        (void)link_set(swarm->links[i], LINK_FORWARD, &swarm->healed[i][0]);
        (void)link_set(swarm->links[i], LINK_BACKWARD, &swarm->healed[i][1]);
        link_set_up(swarm->links[i], true);
    }
}

static void cut(struct world_task *task)
{
    struct swarm *swarm = task->context;
    link_set_up(swarm->links[swarm->cutting], false);
}

static void crash(struct world_task *task)
{
    struct swarm *swarm = task->context;
    struct host *host = swarm->hosts[swarm->crashing];
    swarm->any_crash = true;
    for (unsigned i = 0; i < swarm->plan_count * 2; i++) {
        struct end *end = &swarm->plans[i / 2].ends[i % 2];
        end->crashed = end->crashed || end->host == host;
    }
    host_crash(host);
    for (unsigned i = 0; i < swarm->listener_count; i++) {
        struct listener *listener = &swarm->listeners[i];
        if (listener->host != host) { continue; }
        listener->closed = true;
        if (listener->socket != NULL) { host_close(listener->socket); }
        listener->socket = NULL;
    }
}

void faults_draw(struct swarm *swarm)
{
    struct draws *draws = &swarm->draws;
    bool corrupts = false;
    draw_links(swarm);
    swarm->rule_count = (unsigned)draw_below(draws, RULES_MAX + 1);
    for (unsigned i = 0; i < swarm->rule_count; i++) { draw_rule(swarm, i, &corrupts); }
    mechanisms_noise(swarm);
    world_task_init(&swarm->heal, QUEUE_SCRIPT, 1, 0, heal, swarm);
    world_task_init(&swarm->cut, QUEUE_SCRIPT, 2, 0, cut, swarm);
    world_task_init(&swarm->crash, QUEUE_SCRIPT, 3, 0, crash, swarm);
    world_wake(swarm->world, &swarm->heal, swarm->heal_ns);
    swarm->cutting = (unsigned)draw_below(draws, swarm->link_count);
    swarm->crashing = (unsigned)draw_below(draws, swarm->host_count);
    if (draw_one_in(draws, 6)) {
        world_wake(swarm->world, &swarm->cut, draw_below(draws, swarm->heal_ns));
    }
    if (draw_one_in(draws, 12)) {
        world_wake(swarm->world, &swarm->crash, draw_below(draws, swarm->heal_ns));
    }
}
