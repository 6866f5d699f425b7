/* timeline_segments.c - records of segments and ICMP errors as rows: a departure, an arrival, and
 * all that can happen between. */
#include "timeline_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define ICMP_NUMBER (UINT64_C(1) << 63) /* a host counts its errors apart from its segments */

static struct timeline_flight *find(const struct timeline *t, const struct timeline_packet *packet)
{
    return (struct timeline_flight *)flights_find(&t->flights, packet->from_index, packet->number,
                                                  packet->copy);
}

static enum timeline_style packet_style(const struct timeline_packet *packet)
{
    if (packet->action == TRACE_INJECTED) { return STYLE_FORGED; }
    if (packet->action == TRACE_DUPLICATED) { return STYLE_NETWORK; }
    if (packet->segment == NULL) { return STYLE_BAD; }
    return packet->segment->segment->retransmission > 0 ? STYLE_AGAIN : STYLE_PLAIN;
}

/* What is written on its arrows. */
static void make_label(struct timeline *t, const struct timeline_packet *packet,
                       struct timeline_label *label)
{
    char prefix[24];
    if (packet->segment == NULL) {
        timeline_label_icmp(label, packet->icmp);
        return;
    }
    const struct trace_segment *segment = packet->segment;
    timeline_connection_prefix(t, segment->first_connection, segment->segment->source.port,
                               segment->segment->destination.port, prefix, sizeof prefix);
    timeline_label_segment(label, segment, prefix, t->drawing.options);
}

static void set_ends(struct timeline_row *row, const struct timeline_packet *packet,
                     const struct timeline_flight *flight)
{
    row->from = packet->from_index;
    row->to = packet->to_index;
    row->hop_from = flight != NULL ? flight->from : packet->from_index;
    row->hop_to = flight != NULL ? flight->to : packet->to_index;
    row->from_name = packet->from;
    row->to_name = packet->to;
    row->number = packet->number & ~ICMP_NUMBER;
    row->icmp = packet->icmp != NULL;
}

/* ---- departures ---- */

static struct timeline_flight *new_flight(struct timeline *t, const struct timeline_packet *packet)
{
    struct timeline_flight *flight = calloc(1, sizeof *flight);
    if (flight == NULL) { return NULL; }
    flight->key.host = packet->from_index;
    flight->key.number = packet->number;
    flight->key.copy = packet->copy;
    flight->from = packet->from_index;
    flight->to = packet->next_index;
    if (packet->action == TRACE_DUPLICATED) { flight->from = packet->at_index; }
    flight->track = TIMELINE_NO_TRACK;
    flight->style = packet_style(packet);
    flights_put(&t->flights, &flight->key);
    return flight;
}

/* SENT, INJECTED, or DUPLICATED for a copy of the network's own. */
static void departs(struct timeline *t, uint64_t time_ns, const struct timeline_packet *packet)
{
    if (find(t, packet) != NULL || packet->from_index == packet->to_index) { return; }
    struct timeline_row *row = t->row;
    const bool joins = row != NULL && row->text == NULL && row->time_ns == time_ns &&
                       row->arrow == ARROW_NONE && row->host == packet->from_index &&
                       packet->action != TRACE_DUPLICATED;
    if (!joins) { row = timeline_new_row(t, time_ns); }
    struct timeline_flight *flight = row != NULL ? new_flight(t, packet) : NULL;
    if (flight == NULL) {
        out_fail(t->drawing.writer, ENOMEM);
        return;
    }
    row->arrow = ARROW_SEND;
    row->flight = flight;
    row->host = packet->from_index;
    row->host_name = packet->from;
    row->style = flight->style;
    row->copy = packet->action == TRACE_DUPLICATED;
    set_ends(row, packet, flight);
    make_label(t, packet, &row->label);
    char brief[sizeof row->label.segment];
    timeline_cut_label(&row->label, TIMELINE_CUT_LEVELS - 1, brief, sizeof brief);
    (void)snprintf(flight->brief, sizeof flight->brief, "%.40s", brief);
    if (row->icmp) {
        (void)snprintf(flight->words, sizeof flight->words, "%.48s from %.32s", row->label.segment,
                       packet->from);
    }
    if (packet->action == TRACE_INJECTED) {
        timeline_label_mark(&row->label, "forged", "forged", "forged");
    }
    if (row->copy) { timeline_label_mark(&row->label, "the network's copy", "copy", "copy"); }
}

/* Whether the held row is the departure of that packet, from a host or a router. */
static bool just_departed(const struct timeline *t, const struct timeline_flight *flight)
{
    return flight != NULL && t->row != NULL && t->row->flight == flight &&
           (t->row->arrow == ARROW_SEND || t->row->arrow == ARROW_FORWARD);
}

/* ---- arrivals ---- */

/* A row in which the packet comes to its end, or NULL for want of memory. */
static struct timeline_row *ending_row(struct timeline *t, uint64_t time_ns,
                                       const struct timeline_packet *packet,
                                       struct timeline_flight *flight, enum timeline_arrow arrow)
{
    struct timeline_row *row = timeline_new_row(t, time_ns);
    if (row == NULL) { return NULL; }
    row->arrow = arrow;
    row->flight = flight;
    row->host = packet->to_index;
    row->host_name = packet->to;
    row->style = flight != NULL ? flight->style : packet_style(packet);
    set_ends(row, packet, flight);
    if (flight == NULL || flight->rewritten) { make_label(t, packet, &row->label); }
    return row;
}

static void delivered(struct timeline *t, uint64_t time_ns, const struct timeline_packet *packet)
{
    if (packet->from_index == packet->to_index) { return; }
    struct timeline_flight *flight = find(t, packet);
    struct timeline_row *row = t->row;
    if (just_departed(t, flight) && row->arrow == ARROW_SEND && row->time_ns == time_ns &&
        !row->copy && !flight->rewritten) {
        row->arrow = ARROW_STRAIGHT;
        row->sender_items = row->item_count;
        row->host = packet->to_index;
        row->host_name = packet->to;
    } else {
        (void)ending_row(t, time_ns, packet, flight, ARROW_ARRIVE);
    }
    if (flight != NULL) { flights_remove(&t->flights, &flight->key); }
}

/* At a router with a lifeline one hop ends and the next begins. */
static void forwarded(struct timeline *t, uint64_t time_ns, const struct timeline_packet *packet)
{
    struct timeline_flight *flight = find(t, packet);
    timeline_begin_page(t);
    if (flight == NULL || !t->drawing.layout.hops) { return; }
    struct timeline_row *row = ending_row(t, time_ns, packet, flight, ARROW_FORWARD);
    if (row == NULL) { return; }
    row->host = packet->at_index;
    row->onward = packet->next_index;
    (void)snprintf(row->label.segment, sizeof row->label.segment, "%s", flight->brief);
    flight->from = packet->at_index;
    flight->to = packet->next_index;
}

/* ---- losses ---- */

/* A segment that found no way off its host. */
static void went_nowhere(struct timeline *t, uint64_t time_ns, const struct timeline_packet *packet)
{
    struct timeline_label label;
    make_label(t, packet, &label);
    struct timeline_item item = {.style = STYLE_BAD};
    (void)snprintf(item.text, sizeof item.text, "\u2717 %.40s: %.40s", packet->reason,
                   label.segment);
    (void)snprintf(item.brief, sizeof item.brief, "\u2717 %.40s", packet->reason);
    timeline_add_item(t, time_ns, packet->from, packet->from_index, false, &item);
}

static void dropped(struct timeline *t, uint64_t time_ns, const struct timeline_packet *packet)
{
    struct timeline_flight *flight = find(t, packet);
    struct timeline_row *row = t->row;
    if (packet->copy == 0 && packet->segment != NULL) { t->lost++; }
    if (packet->from_index == packet->to_index) {
        went_nowhere(t, time_ns, packet);
        return;
    }
    const bool at_router =
        flight != NULL && packet->at_index == flight->to && packet->at_index != packet->to_index;
    if (just_departed(t, flight) && !at_router) {
        row->arrow = row->arrow == ARROW_SEND ? ARROW_LOST : ARROW_FORWARD_LOST;
    } else {
        if (at_router) { timeline_begin_page(t); }
        const bool arrives = at_router && t->drawing.layout.hops;
        row = ending_row(t, time_ns, packet, flight, arrives ? ARROW_REFUSE : ARROW_DIE);
        if (row != NULL && arrives) { row->host = packet->at_index; }
    }
    if (row != NULL) { timeline_label_lost(&row->label, packet->reason, packet->detail); }
    if (flight != NULL) { flights_remove(&t->flights, &flight->key); }
}

/* The receiver threw it away, or a part of it. */
static void discarded(struct timeline *t, uint64_t time_ns, const struct timeline_packet *packet)
{
    struct timeline_row *row = t->row;
    const bool same = row != NULL && row->time_ns == time_ns && timeline_arrives(row->arrow) &&
                      row->from == packet->from_index &&
                      row->number == (packet->number & ~ICMP_NUMBER) &&
                      row->icmp == (packet->icmp != NULL);
    if (!same && find(t, packet) != NULL) {
        delivered(t, time_ns, packet);
        row = t->row;
    } else if (!same) {
        struct timeline_item item = {.style = STYLE_BAD};
        const unsigned long long number = packet->number & ~ICMP_NUMBER;
        (void)snprintf(item.text, sizeof item.text, "\u2717 %.28s#%llu: %.40s", packet->from,
                       number, packet->reason);
        (void)snprintf(item.brief, sizeof item.brief, "\u2717 #%llu", number);
        timeline_add_item(t, time_ns, packet->to, packet->to_index, true, &item);
        return;
    }
    if (row == NULL) { return; }
    if (row->arrow == ARROW_ARRIVE) {
        row->arrow = ARROW_REFUSE;
        (void)snprintf(row->label.fate, sizeof row->label.fate, "%.100s", packet->reason);
        (void)snprintf(row->label.mid_fate, sizeof row->label.mid_fate, "%.60s", packet->reason);
        (void)snprintf(row->label.brief_fate, sizeof row->label.brief_fate, "%.60s",
                       packet->reason);
        return;
    }
    struct timeline_item item = {.style = STYLE_BAD};
    (void)snprintf(item.text, sizeof item.text, "\u2717 %.80s", packet->reason);
    timeline_add_item(t, time_ns, packet->to, packet->to_index, true, &item);
}

/* Delayed, held, corrupted, rewritten, CE: a mark on the departing arrow. */
static void changed(struct timeline *t, uint64_t time_ns, const struct timeline_packet *packet)
{
    struct timeline_flight *flight = find(t, packet);
    char text[128], brief[64];
    if (!timeline_change_words(packet, text, sizeof text, brief, sizeof brief)) { return; }
    if (flight != NULL && packet->action == TRACE_REWRITTEN) { flight->rewritten = true; }
    if (just_departed(t, flight)) {
        timeline_label_mark(&t->row->label, text, brief, brief);
        if (t->row->style == STYLE_PLAIN) { t->row->style = flight->style = STYLE_NETWORK; }
        return;
    }
    struct timeline_item item = {.style = STYLE_NETWORK};
    (void)snprintf(item.text, sizeof item.text, "%.20s#%llu %.52s", packet->from,
                   (unsigned long long)(packet->number & ~ICMP_NUMBER), text);
    timeline_add_item(t, time_ns, packet->from, packet->from_index, false, &item);
}

/* ---- records ---- */

static void record_packet(struct timeline *t, uint64_t time_ns,
                          const struct timeline_packet *packet)
{
    switch (packet->action) {
    case TRACE_SENT:
    case TRACE_INJECTED: departs(t, time_ns, packet); return;
    case TRACE_DUPLICATED:
        if (packet->copy > 0) {
            departs(t, time_ns, packet);
        } else {
            changed(t, time_ns, packet);
        }
        return;
    case TRACE_DELIVERED: delivered(t, time_ns, packet); return;
    case TRACE_DROPPED: dropped(t, time_ns, packet); return;
    case TRACE_DISCARDED: discarded(t, time_ns, packet); return;
    case TRACE_FORWARDED: forwarded(t, time_ns, packet); return;
    case TRACE_CORRUPTED:
    case TRACE_DELAYED:
    case TRACE_HELD:
    case TRACE_MARKED:
    case TRACE_REWRITTEN: changed(t, time_ns, packet); return;
    }
}

void timeline_record_segment(struct timeline *t, uint64_t time_ns,
                             const struct trace_segment *segment)
{
    timeline_see_host(t, segment->from_index, segment->from,
                      segment->forged ? NULL : &segment->segment->source.address);
    if (segment->to_index != segment->from_index) {
        timeline_see_host(t, segment->to_index, segment->to,
                          segment->forged ? NULL : &segment->segment->destination.address);
    }
    const struct timeline_packet packet = {
        .segment = segment,
        .action = segment->action,
        .from = segment->from,
        .to = segment->to,
        .reason = segment->reason,
        .detail = segment->detail,
        .from_index = segment->from_index,
        .to_index = segment->to_index,
        .at_index = segment->at_index,
        .next_index = segment->to_router ? segment->router_index : segment->to_index,
        .number = segment->number,
        .copy = segment->copy,
        .delay_ns = segment->delay_ns,
    };
    record_packet(t, time_ns, &packet);
}

void timeline_record_icmp(struct timeline *t, uint64_t time_ns, const struct trace_icmp *icmp)
{
    const struct timeline_packet packet = {
        .icmp = icmp,
        .action = icmp->action,
        .from = icmp->from,
        .to = icmp->to,
        .reason = icmp->reason != NULL ? icmp->reason : "",
        .detail = "",
        .from_index = icmp->from_index,
        .to_index = icmp->to_index,
        .at_index = icmp->at_index,
        .next_index = icmp->to_router ? icmp->router_index : icmp->to_index,
        .number = icmp->number | ICMP_NUMBER,
        .copy = icmp->copy,
    };
    record_packet(t, time_ns, &packet);
}
