/* outbound.c - expectations: the next segment of the connection under test, put together with those
 * behind it where the script expects one large segment, in the script's numbers. */
#include "run.h"

#include "../../tcp/wire.h"

#include <stdio.h>
#include <string.h>

#define PATIENCE_US (2 * US_PER_S)
#define FIRST_TIMESTAMPS 16

/* ---- the next segment ---- */

static bool belongs(struct flow *flow, const struct sniffed *sniffed)
{
    const struct tcp_segment *segment = &sniffed->segment;
    if (tcp_endpoint_equal(&segment->source, &flow->local) &&
        tcp_endpoint_equal(&segment->destination, &flow->remote)) {
        return true;
    }
    const bool opens = (segment->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
    if (flow->state != FLOW_SYN_SENT || !opens ||
        !tcp_endpoint_equal(&segment->destination, &flow->remote)) {
        return false;
    }
    flow->local = segment->source;
    flow->live_local_isn = segment->seq;
    return true;
}

/* As the segment leaves: the pair is known by its remote end, which no other one has. */
void flow_count_out(struct pkt *pkt, const struct sniffed *sniffed)
{
    for (struct flow *flow = pkt->flows; flow != NULL; flow = flow->next) {
        if (!tcp_endpoint_equal(&sniffed->segment.destination, &flow->remote)) { continue; }
        flow->segments_out++;
        if (sniffed->len > 0) {
            flow->texts_out++;
            flow->text_out_ns = sniffed->time_ns;
        }
        if (flow->fd != NULL) { errqueue_progress(pkt, flow->fd); }
        return; /* the latest that was made */
    }
}

/* Those of other connections are passed over. */
static struct sniffed *next_of(struct pkt *pkt, struct flow *flow)
{
    while (pkt->sniffed != NULL && !belongs(flow, pkt->sniffed)) {
        pkt->sniffed = pkt->sniffed->next;
    }
    if (pkt->sniffed == NULL) { pkt->last_sniffed = NULL; }
    return pkt->sniffed;
}

static void take_first(struct pkt *pkt)
{
    pkt->sniffed = pkt->sniffed->next;
    if (pkt->sniffed == NULL) { pkt->last_sniffed = NULL; }
}

/* ---- numbers ---- */

static struct compared expected_of(const struct pkt *pkt, const struct script_packet *packet)
{
    struct compared expected = {.ipv6 = pkt_is_ipv6(pkt),
                                .script = packet,
                                .flags = packet->flags,
                                .seq = packet->seq,
                                .ack = packet->ack,
                                .len = packet->len,
                                .window = packet->window,
                                .urgent = packet->urgent,
                                .has_window = packet->has_window,
                                .tos = packet->tos,
                                .ttl = packet->ttl,
                                .options_len = packet->options_len,
                                .zeros = true};
    memcpy(expected.options, packet->options, packet->options_len);
    return expected;
}

static struct compared actual_of(const struct pkt *pkt, struct flow *flow,
                                 const struct sniffed *sniffed, const struct script_packet *packet)
{
    const struct tcp_segment *segment = &sniffed->segment;
    const bool acks = (segment->flags & TCP_ACK) != 0;
    const tcp_seq ack_offset = remote_offset(flow, segment->flags);
    struct compared actual = {
        .ipv6 = pkt_is_ipv6(pkt),
        .flags = segment->flags,
        .seq = segment->seq - (packet->seq_as_written ? 0 : local_offset(flow, segment->flags)),
        .ack = acks ? segment->ack - ack_offset : segment->ack,
        .len = sniffed->len,
        .window = segment->window,
        .urgent = segment->urgent,
        .has_window = true,
        .tos = segment->tos,
        .ttl = segment->ttl,
        .options_len = segment->options_len,
        .zeros = sniffed->zeros};
    memcpy(actual.options, segment->options, segment->options_len);
    options_shift_sack(actual.options, actual.options_len, 0u - ack_offset);
    return actual;
}

static void remember_timestamp(struct pkt *pkt, struct flow *flow, struct ts_pair pair)
{
    if (flow->timestamp_count == flow->timestamp_room) {
        const size_t room = flow->timestamp_room == 0 ? FIRST_TIMESTAMPS : 2 * flow->timestamp_room;
        struct ts_pair *grown = arena_resize(
            pkt->arena, flow->timestamps, flow->timestamp_room * sizeof pair, room * sizeof pair);
        if (grown == NULL) {
            pkt->no_memory = true;
            return;
        }
        flow->timestamps = grown;
        flow->timestamp_room = room;
    }
    flow->timestamps[flow->timestamp_count++] = pair;
}

/* Notes what the stack calls the script's timestamp, and writes the actual one as the script would.
 */
static void map_timestamp(struct pkt *pkt, struct flow *flow, struct compared *expected,
                          struct compared *actual)
{
    const uint8_t *script = options_timestamp(expected->options, expected->options_len);
    uint8_t *live = options_timestamp(actual->options, actual->options_len);
    if (script == NULL || live == NULL) { return; }
    const struct ts_pair pair = {wire_get32(script), wire_get32(live)};
    remember_timestamp(pkt, flow, pair);
    if (!flow->has_first_timestamp) {
        flow->has_first_timestamp = true;
        flow->first_timestamp = pair;
    }
    wire_put32(live, flow->first_timestamp.script + (pair.live - flow->first_timestamp.live));
}

/* ---- telling ---- */

static size_t put_packet(char *text, size_t room, const char *which, int64_t us,
                         const struct compared *packet)
{
    char line[512];
    (void)packet_text(packet, line, sizeof line);
    const int len =
        snprintf(text, room, "\n%s packet: %9.6f %s", which, (double)us / (double)US_PER_S, line);
    return len < 0 ? 0 : (size_t)len;
}

static void differs(struct pkt *pkt, const struct event *event, const char *why,
                    const struct compared *expected, const struct compared *actual, int64_t us)
{
    char text[1600] = "";
    size_t len =
        expected != NULL ? put_packet(text, sizeof text, "script", pkt->time_us, expected) : 0;
    if (actual != NULL && len < sizeof text) {
        (void)put_packet(text + len, sizeof text - len, "actual", us, actual);
    }
    pkt_fail(pkt, event->line, "error handling packet: %s%s", why, text);
}

/* ---- putting segments together ---- */

struct whole {
    struct compared packet, last; /* last: the fragment that came last */
    uint64_t time_ns;
    uint32_t len;
    size_t fragments;
};

static void begin_whole(struct whole *whole, const struct compared *first, uint64_t time_ns)
{
    *whole = (struct whole){
        .packet = *first, .last = *first, .time_ns = time_ns, .len = first->len, .fragments = 1};
}

/* The header is the last one's, the number and CWR the first one's. False: `text` says why not. */
static bool add_fragment(struct whole *whole, const struct compared *next, uint64_t time_ns,
                         uint32_t expected_len, char *text, size_t room)
{
    if (!check_fragment(&whole->last, next, text, room)) { return false; }
    if (next->len < expected_len - whole->len && next->len != whole->last.len) {
        (void)snprintf(text, room,
                       "fragment payload: expected %u bytes vs actual %u bytes; total payload: "
                       "expected %u bytes vs actual %u bytes",
                       whole->last.len, next->len, expected_len, next->len + whole->len);
        return false;
    }
    const struct compared first = whole->packet;
    whole->packet = *next;
    whole->packet.seq = first.seq;
    whole->packet.flags = (uint16_t)((next->flags & ~(unsigned)TCP_CWR) | (first.flags & TCP_CWR));
    whole->packet.zeros = first.zeros && next->zeros;
    whole->len += next->len;
    whole->packet.len = whole->len;
    whole->last = *next;
    whole->time_ns = time_ns;
    whole->fragments++;
    return true;
}

/* ---- the event ---- */

static void note_syn_ack(struct flow *flow, const struct script_packet *packet,
                         const struct sniffed *sniffed)
{
    if (flow->state == FLOW_PACKET_RECEIVED &&
        (packet->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK)) {
        flow->state = FLOW_SYNACK_SENT;
        flow->script_local_isn = packet->seq;
        flow->live_local_isn = sniffed->segment.seq;
    }
}

static bool collect(struct pkt *pkt, struct flow *flow, const struct event *event,
                    const struct compared *expected, struct whole *whole, char *text, size_t room)
{
    const struct script_packet *packet = &event->u.packet;
    struct sniffed *sniffed = pkt->sniffed;
    take_first(pkt);
    note_syn_ack(flow, packet, sniffed);
    const struct compared first = actual_of(pkt, flow, sniffed, packet);
    begin_whole(whole, &first, sniffed->time_ns);
    const bool together = !pkt->settings.strict_segments && !pkt->config.strict_segments;
    while (whole->len < packet->len && together && next_of(pkt, flow) != NULL) {
        sniffed = pkt->sniffed;
        take_first(pkt);
        const struct compared next = actual_of(pkt, flow, sniffed, packet);
        if (!add_fragment(whole, &next, sniffed->time_ns, packet->len, text, room)) {
            whole->last = next;
            return false;
        }
    }
    (void)expected;
    if (whole->len == packet->len) { return true; }
    if (whole->len < packet->len && together) { /* it waited for the rest */
        (void)snprintf(text, room, "Timed out waiting for packet");
        return false;
    }
    (void)snprintf(text, room, "live packet payload: expected %u bytes vs actual %u bytes",
                   packet->len, whole->len);
    return false;
}

static void compare(struct pkt *pkt, struct flow *flow, const struct event *event)
{
    struct compared expected = expected_of(pkt, &event->u.packet);
    struct whole whole;
    char text[512] = "";
    const bool collected = collect(pkt, flow, event, &expected, &whole, text, sizeof text);
    const int64_t live_us = (int64_t)(whole.time_ns / NS_PER_US);
    if (!collected) {
        differs(pkt, event, text, &expected,
                whole.len == event->u.packet.len ? &whole.packet : &whole.last, live_us);
        return;
    }
    map_timestamp(pkt, flow, &expected, &whole.packet);
    const struct time_check check = {.kind = event->time.kind,
                                     .script_us = pkt->time_us,
                                     .script_end_us = pkt->end_us,
                                     .live_us = live_us,
                                     .last_us = pkt->last_event != NULL ? pkt->last_time_us : -1,
                                     .what = "outbound packet"};
    bool holds = check_headers(&expected, &whole.packet, text, sizeof text) &&
                 check_options(pkt, &expected, &whole.packet, text, sizeof text);
    if (holds && !whole.packet.zeros) {
        (void)snprintf(text, sizeof text, "incorrect outbound data payload");
        holds = false;
    }
    holds = holds && times_hold(pkt, &check, text, sizeof text);
    if (!holds) { differs(pkt, event, text, &expected, &whole.packet, live_us); }
}

static void set_deadline(struct pkt *pkt, const struct event *event)
{
    if (event->time.kind == TIME_ANY || pkt->outbound_deadline_ns != TIME_NEVER) { return; }
    const bool range = event->time.kind == TIME_RANGE || event->time.kind == TIME_RANGE_AFTER;
    const int64_t last_us = range ? pkt->end_us : pkt->time_us;
    const int64_t wait_us = (last_us - pkt->last_time_us) / US_PER_S * US_PER_S + PATIENCE_US;
    pkt->outbound_deadline_ns =
        world_now(pkt->world) + (uint64_t)(wait_us > 0 ? wait_us : 0) * NS_PER_US;
}

/* Whether enough is there: a segment, and what is to be put together with it. */
static bool enough(struct pkt *pkt, struct flow *flow, const struct script_packet *packet)
{
    uint32_t len = 0;
    if (next_of(pkt, flow) == NULL) { return false; }
    if (pkt->settings.strict_segments || pkt->config.strict_segments) { return true; }
    for (const struct sniffed *at = pkt->sniffed; at != NULL && len < packet->len; at = at->next) {
        if (belongs(flow, at)) { len += at->len; }
    }
    return len >= packet->len;
}

/* Its endpoints of TCP send no ICMP: what comes is something else, or nothing. */
static enum step icmp_run(struct pkt *pkt, struct flow *flow, const struct event *event, bool late)
{
    if (next_of(pkt, flow) != NULL) {
        pkt_fail(pkt, event->line,
                 "error handling packet: live packet field ip_protocol: expected: ICMP vs actual: "
                 "TCP");
        return STEP_DONE;
    }
    if (late) {
        outbound_never_came(pkt, event);
        return STEP_DONE;
    }
    if (pkt->outbound_deadline_ns != TIME_NEVER) {
        world_wake(pkt->world, &pkt->task, pkt->outbound_deadline_ns);
    }
    return STEP_WAIT;
}

enum step outbound_run(struct pkt *pkt, const struct event *event)
{
    const struct script_packet *packet = &event->u.packet;
    if (packet->flow_label != 0) {
        pkt_unsupported(pkt, event->line, "the flow label of an outbound packet");
        return STEP_DONE;
    }
    struct flow *flow = flow_of_packet(pkt, event);
    if (flow == NULL) { return STEP_DONE; }
    set_deadline(pkt, event);
    const bool late = world_now(pkt->world) >= pkt->outbound_deadline_ns;
    if (packet->icmp) { return icmp_run(pkt, flow, event, late); }
    if (enough(pkt, flow, packet) || (late && pkt->sniffed != NULL)) {
        compare(pkt, flow, event);
        return STEP_DONE;
    }
    if (late) {
        outbound_never_came(pkt, event);
        return STEP_DONE;
    }
    if (pkt->outbound_deadline_ns != TIME_NEVER) {
        world_wake(pkt->world, &pkt->task, pkt->outbound_deadline_ns);
    }
    return STEP_WAIT;
}

void outbound_never_came(struct pkt *pkt, const struct event *event)
{
    const struct compared expected = expected_of(pkt, &event->u.packet);
    differs(pkt, event, "Timed out waiting for packet", event->u.packet.icmp ? NULL : &expected,
            NULL, 0);
}

void outbound_judge_rest(struct pkt *pkt)
{
    struct flow *flow = pkt->under_test;
    if (flow == NULL || next_of(pkt, flow) == NULL) { return; }
    static const struct script_packet as_mapped = {.outbound = true};
    const struct sniffed *sniffed = pkt->sniffed;
    const struct compared actual = actual_of(pkt, flow, sniffed, &as_mapped);
    char text[640];
    (void)put_packet(text, sizeof text, "actual", (int64_t)(sniffed->time_ns / NS_PER_US), &actual);
    const uint32_t line = pkt->last_event != NULL ? pkt->last_event->line : 0;
    pkt_fail(pkt, line, "a segment after the last expectation (--strict)%s", text);
}
