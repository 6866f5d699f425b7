/* impair.c - the list of impairments, a packet's way through them, and the draws that they share.
 */
#include "impair.h"

#include <assert.h>
#include <string.h>

/* In netem's order; those that change the delay: reordering first, which jitter then follows. */
static const struct impairment *const impairments[] = {
    &impairment_loss,    &impairment_duplicate, &impairment_corrupt,
    &impairment_reorder, &impairment_jitter,
};
#define IMPAIRMENTS (sizeof impairments / sizeof impairments[0])

static const char *const stream_names[IMPAIR_STREAMS] = {
    [STREAM_LOSS] = "loss",
    [STREAM_GEMODEL] = "gemodel",
    [STREAM_DUPLICATE] = "duplicate",
    [STREAM_CORRUPT] = "corrupt",
    [STREAM_CORRUPT_WHERE] = "corrupt/where",
    [STREAM_REORDER] = "reorder",
    [STREAM_JITTER] = "jitter",
    [STREAM_QUEUE] = "queue",
    [STREAM_QUEUE_HASH] = "queue/hash",
};

/* ---- draws ---- */

/* Ordinals lie far below 2^38; copies have values of their own. */
uint64_t impair_draw(const struct way *way, const struct flight *flight, enum impair_stream stream,
                     unsigned part, unsigned parts)
{
    return rng_value(&way->impaired->streams[stream],
                     (flight->ordinal * parts + part) | (uint64_t)flight->lane << 40);
}

uint64_t impair_decided(const struct way *way, const struct flight *flight, const char *what,
                        uint64_t outcome)
{
    const struct world_hooks *hooks = &way->link->world->config.hooks;
    if (hooks->decided == NULL) { return outcome; }
    const struct link_decision decision = {.link = way->link,
                                           .direction = way->direction,
                                           .ordinal = flight->ordinal,
                                           .lane = flight->lane,
                                           .what = what,
                                           .outcome = outcome};
    return hooks->decided(hooks->context, &decision);
}

bool impair_chance(const struct way *way, const struct flight *flight, enum impair_stream stream,
                   unsigned part, unsigned parts, uint64_t ppb)
{
    if (ppb == 0) { return false; }
    const bool outcome = rng_scaled(impair_draw(way, flight, stream, part, parts), PPB_ONE) < ppb;
    return impair_decided(way, flight, stream_names[stream], outcome) != 0;
}

/* ---- a packet's way ---- */

void impair_offered(struct way *way, struct flight *flight)
{
    for (size_t i = 0; i < IMPAIRMENTS; i++) {
        if (impairments[i]->offered != NULL) { impairments[i]->offered(way, flight); }
    }
}

static void enter_from(struct way *way, struct flight *flight, size_t first)
{
    struct flight *copy = NULL;
    const char *reason = "";
    size_t after = 0;
    for (size_t i = first; i < IMPAIRMENTS; i++) {
        if (impairments[i]->entered == NULL) { continue; }
        if (impairments[i]->entered(way, flight, &copy, &reason) == IMPAIR_LOST) {
            assert(copy == NULL); /* what loses stands before what duplicates */
            way_lose(way, flight, reason);
            return;
        }
        if (copy != NULL && after == 0) { after = i + 1; }
    }
    backlog_enter(way, flight);
    if (copy != NULL) { enter_from(way, copy, after); }
}

void impair_enter(struct way *way, struct flight *flight) { enter_from(way, flight, 0); }

uint64_t impair_delay_ns(const struct way *way, const struct flight *flight)
{
    int64_t delay_ns = (int64_t)way->settings.delay_ns;
    for (size_t i = 0; i < IMPAIRMENTS; i++) {
        if (impairments[i]->delayed != NULL) {
            delay_ns = impairments[i]->delayed(way, flight, delay_ns);
        }
    }
    if (delay_ns < 0) { return 0; }
    return (uint64_t)delay_ns > TIME_MAX_NS ? TIME_MAX_NS : (uint64_t)delay_ns;
}

bool impair_wake(struct way *way, uint64_t time_ns, uint32_t place)
{
    struct impaired *impaired = way->impaired;
    if (!impaired->waking || impaired->wake_ns != time_ns || impaired->wake_place != place) {
        return false;
    }
    impaired->waking = false;
    backlog_start(way, true);
    return true;
}

/* ---- making and changing ---- */

static bool is_on(const struct link_settings *settings)
{
    for (size_t i = 0; i < IMPAIRMENTS; i++) {
        if (impairments[i]->is_on(settings)) { return true; }
    }
    return settings->queue != 0 || settings->droptail.mark != 0 || settings->trace.count > 0;
}

/* What was once there stays: a wake may stand in the event queue, and a channel keeps its state. */
bool impair_settle(struct way *way)
{
    const struct link_settings *settings = &way->settings;
    way->may_lose = settings->loss_ppb > 0 || settings->list.count > 0 ||
                    settings->pattern != NULL || way->link->world->config.hooks.decided != NULL;
    if (way->impaired == NULL) {
        if (!is_on(&way->settings)) { return true; }
        struct impaired *made = arena_take_zeroed(way->link->world->arena, sizeof *made);
        if (made == NULL) { return false; }
        way->impaired = made;
        for (size_t i = 0; i < IMPAIR_STREAMS; i++) {
            if (!way_stream(way, stream_names[i], &made->streams[i])) { return false; }
        }
    }
    way->impaired->overtakes =
        impairment_jitter.is_on(&way->settings) || impairment_reorder.is_on(&way->settings);
    return backlog_settle(way);
}

void impair_forget(struct way *way)
{
    if (way->impaired == NULL) { return; }
    backlog_forget(way);
    arena_give(way->link->world->arena, way->impaired, sizeof *way->impaired);
    way->impaired = NULL;
}
