/* run.c - events one after the other, in virtual time. What an event causes at its own instant
 * happens before the next one. */
#include "run.h"

#include <string.h>

static void next_event(struct pkt *pkt)
{
    pkt->last_event = pkt->event;
    pkt->last_time_us = pkt->time_us;
    pkt->event = pkt->event->next;
    pkt->current = false;
    pkt->events_run++;
}

/* The event becomes the current one. */
static void begin_event(struct pkt *pkt)
{
    const struct event *event = pkt->event;
    const struct script_time *time = &event->time;
    if (pkt->last_event == NULL && time->us != 0) {
        pkt_error(pkt, event->line, "first event should be at time 0");
        return;
    }
    if (pkt->last_event != NULL && pkt->last_event->time.kind == TIME_AT && time->kind == TIME_AT &&
        time->us < pkt->last_time_us) {
        pkt_error(pkt, event->line, "time goes backward in script from %lld usec to %lld usec",
                  (long long)pkt->last_time_us, (long long)time->us);
        return;
    }
    times_adjust(pkt);
    pkt->current = true;
    pkt->outbound_deadline_ns = TIME_NEVER;
}

/* One thread makes the calls that block: another call waits for it, for a second at most. */
static bool call_may_begin(struct pkt *pkt, const struct event *event)
{
    const uint64_t now_ns = world_now(pkt->world);
    if (!pkt->pending.active) { return true; }
    if (pkt->pending.give_up_ns == TIME_NEVER) { pkt->pending.give_up_ns = now_ns + NS_PER_S; }
    if (now_ns < pkt->pending.give_up_ns) {
        world_wake(pkt->world, &pkt->task, pkt->pending.give_up_ns);
        return false;
    }
    pkt_fail(pkt, event->line,
             "runtime error in %s call: blocking system call while another blocking system call "
             "is already in progress",
             event->u.call.name);
    return true;
}

/* A packet in, a call, a command, code: at its time. */
static enum step perform(struct pkt *pkt)
{
    struct event *event = pkt->event;
    if (event->kind == EVENT_PACKET && event->u.packet.outbound) {
        return outbound_run(pkt, event);
    }
    if (event->kind == EVENT_CALL && !call_may_begin(pkt, event)) { return STEP_WAIT; }
    if (!pkt_going(pkt)) { return STEP_DONE; }
    if (!times_reached(pkt)) { return STEP_WAIT; }
    if (!pkt_going(pkt)) { return STEP_DONE; }
    switch (event->kind) {
    case EVENT_PACKET: inbound_run(pkt, event); return STEP_DONE;
    case EVENT_CALL: return calls_run(pkt, event);
    case EVENT_COMMAND: (void)shell_run(pkt, event->u.text, event->line); return STEP_DONE;
    case EVENT_CODE: sample_take(pkt, event); return STEP_DONE;
    }
    return STEP_DONE;
}

/* Once, when the script is over. */
static void judge_code(struct pkt *pkt)
{
    if (pkt_going(pkt) && !pkt->code_judged) { samples_judge(pkt); }
    pkt->code_judged = true;
}

/* The script is over, its code has held; the call that still blocks has a second to return. */
static bool last_call_may_go_on(struct pkt *pkt)
{
    judge_code(pkt);
    if (!pkt_going(pkt)) { return false; }
    const uint64_t now_ns = world_now(pkt->world);
    if (pkt->pending.give_up_ns == TIME_NEVER) { pkt->pending.give_up_ns = now_ns + NS_PER_S; }
    if (now_ns < pkt->pending.give_up_ns) {
        world_wake(pkt->world, &pkt->task, pkt->pending.give_up_ns);
        return true;
    }
    pkt_fail(pkt, pkt->pending.event->line,
             "runtime error: exiting while a blocking system call is in progress");
    return false;
}

static void end(struct pkt *pkt)
{
    if (pkt_going(pkt) && pkt->config.strict) { outbound_judge_rest(pkt); }
    judge_code(pkt);
    world_stop(pkt->world);
}

static bool is_segment_in(const struct event *event)
{
    return event->kind == EVENT_PACKET && !event->u.packet.outbound && !event->u.packet.icmp;
}

/* What a run's segments of one instant are: TCP sees all of them before it answers. */
static bool batch_goes_on(const struct pkt *pkt)
{
    const struct event *next = pkt->event->next;
    return pkt->as_run && is_segment_in(pkt->event) && next != NULL && is_segment_in(next) &&
           next->time.kind == TIME_AFTER && next->time.us == 0;
}

static void step(struct world_task *task)
{
    struct pkt *pkt = task->context;
    calls_retry(pkt);
    while (pkt_going(pkt)) {
        if (pkt->event == NULL) {
            if (!pkt->pending.active || !last_call_may_go_on(pkt)) { break; }
            return;
        }
        if (pkt->pending.active && pkt->pending.foreground) { return; }
        if (!pkt->current) { begin_event(pkt); }
        if (!pkt_going(pkt)) { break; }
        const bool quiet = (pkt->event->kind == EVENT_PACKET && pkt->event->u.packet.outbound) ||
                           batch_goes_on(pkt);
        if (perform(pkt) == STEP_WAIT) {
            if (pkt_going(pkt)) { return; }
            break;
        }
        if (!pkt_going(pkt)) { break; }
        next_event(pkt);
        if (!quiet) {
            run_wake(pkt);
            return;
        }
    }
    end(pkt);
}

void run_wake(struct pkt *pkt) { world_wake(pkt->world, &pkt->task, world_now(pkt->world)); }

void run_begin(struct pkt *pkt)
{
    pkt->event = pkt->script.events;
    world_task_init(&pkt->task, QUEUE_APP, 0, 0, step, pkt);
    world_task_init(&pkt->early, QUEUE_SCRIPT, 0, 0, step, pkt);
    world_wake(pkt->world, &pkt->task, 0);
}

void run_came_to_rest(struct pkt *pkt)
{
    if (!pkt_going(pkt)) { return; }
    if (pkt->pending.active) {
        const struct event *event = pkt->pending.event;
        pkt_fail(pkt, event->line,
                 pkt->event == NULL
                     ? "runtime error: exiting while a blocking system call is in progress"
                     : "runtime error in %s call: it blocks, and nothing more can happen",
                 event->u.call.name);
    } else if (pkt->event != NULL) {
        outbound_never_came(pkt, pkt->event);
    }
}

void run_packet_arrived(struct pkt *pkt, const struct packet *packet)
{
    struct sniffed *sniffed = pkt_take(pkt, sizeof *sniffed);
    if (sniffed == NULL) { return; }
    sniffed->time_ns = world_now(pkt->world);
    sniffed->segment = packet->segment;
    memset(&sniffed->segment.payload, 0, sizeof sniffed->segment.payload);
    sniffed->len = tcp_payload_len(&packet->segment.payload);
    sniffed->zeros = true;
    uint8_t *octets = sniffed->len > 0 ? arena_take(pkt->arena, sniffed->len) : NULL;
    if (octets != NULL) {
        tcp_payload_copy(&packet->segment.payload, octets);
        for (uint32_t i = 0; i < sniffed->len; i++) {
            sniffed->zeros = sniffed->zeros && octets[i] == 0;
        }
        arena_give(pkt->arena, octets, sniffed->len);
    }
    if (packet->segment.cause == TCP_SENT_KEEPALIVE) { sniffed->zeros = true; /* any octet */ }
    flow_count_out(pkt, sniffed);
    if (pkt->last_sniffed != NULL) {
        pkt->last_sniffed->next = sniffed;
    } else {
        pkt->sniffed = sniffed;
    }
    pkt->last_sniffed = sniffed;
    run_wake(pkt);
}
