/* times.c - when the script says that things happen, and whether they did. */
#include "run.h"

#include <stdio.h>

static double seconds(int64_t us) { return (double)us / (double)US_PER_S; }

static int64_t tolerance(const struct pkt *pkt, const struct time_check *check)
{
    const int64_t fixed = pkt->settings.tolerance_us;
    if (check->last_us < 0) { return fixed; }
    const int64_t delta = check->script_us - check->last_us;
    const int64_t relative = delta > 0 ? delta * pkt->settings.tolerance_tenths / 1000 : 0;
    return relative > fixed ? relative : fixed;
}

bool times_hold(const struct pkt *pkt, const struct time_check *check, char *text, size_t room)
{
    if (check->kind == TIME_ANY) { return true; }
    const int64_t may_differ = tolerance(pkt, check);
    const bool range = check->kind == TIME_RANGE || check->kind == TIME_RANGE_AFTER;
    const int64_t first = check->script_us - may_differ;
    const int64_t last = (range ? check->script_end_us : check->script_us) + may_differ;
    if (check->live_us >= first && check->live_us <= last) { return true; }
    if (check->kind == TIME_RANGE) {
        (void)snprintf(text, room,
                       "timing error: expected %s in time range %.6f~%.6f sec but happened at "
                       "%.6f sec",
                       check->what, seconds(check->script_us), seconds(check->script_end_us),
                       seconds(check->live_us));
    } else if (range) {
        (void)snprintf(text, room,
                       "timing error: expected %s in relative time range +%.6f~+%.6f sec but "
                       "happened at %+.6f sec",
                       check->what, seconds(check->script_us - pkt->offset_us),
                       seconds(check->script_end_us - pkt->offset_us),
                       seconds(check->live_us - pkt->offset_us));
    } else {
        (void)snprintf(text, room,
                       "timing error: expected %s at %.6f sec but happened at %.6f sec; tolerance "
                       "%.6f sec",
                       check->what, seconds(check->script_us), seconds(check->live_us),
                       seconds(may_differ));
    }
    return false;
}

static bool is_inbound(const struct event *event)
{
    return event != NULL && event->kind == EVENT_PACKET && !event->u.packet.outbound;
}

/* Relative times count from now; inbound packets that follow each other from the one before, so
 * that what they cause does not shift them. */
void times_adjust(struct pkt *pkt)
{
    const struct script_time *time = &pkt->event->time;
    const bool relative =
        time->kind == TIME_AFTER || time->kind == TIME_RANGE_AFTER || time->kind == TIME_ANY;
    const bool anchored = is_inbound(pkt->last_event) && is_inbound(pkt->event);
    pkt->offset_us = anchored ? pkt->last_time_us : pkt_now_us(pkt);
    pkt->time_us = (time->kind == TIME_ANY ? 0 : time->us) + (relative ? pkt->offset_us : 0);
    pkt->end_us = time->end_us + (relative ? pkt->offset_us : 0);
}

static const char *what_of(const struct event *event)
{
    switch (event->kind) {
    case EVENT_PACKET: return event->u.packet.outbound ? "outbound packet" : "inbound packet";
    case EVENT_CALL: return "system call start";
    case EVENT_COMMAND: return "command";
    case EVENT_CODE: return "data collection for code";
    }
    return "event";
}

bool times_reached(struct pkt *pkt)
{
    const int64_t now_us = pkt_now_us(pkt);
    if (now_us < pkt->time_us) {
        /* Before the timers of that instant: what they send would stand in front of it. */
        world_wake(pkt->world, &pkt->early, (uint64_t)pkt->time_us * NS_PER_US);
        return false;
    }
    char text[256];
    const struct time_check check = {.kind = pkt->event->time.kind,
                                     .script_us = pkt->time_us,
                                     .script_end_us = pkt->end_us,
                                     .live_us = now_us,
                                     .last_us = pkt->last_event != NULL ? pkt->last_time_us : -1,
                                     .what = what_of(pkt->event)};
    if (pkt->events_run > 0 && !times_hold(pkt, &check, text, sizeof text)) {
        pkt_fail(pkt, pkt->event->line, "%s", text);
    }
    return true;
}
