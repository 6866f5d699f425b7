/* timeline_segments.c - records of segments as rows: a departure, an arrival, and all that can
 * happen to a segment between. */
#include "timeline_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static void segment_prefix(struct timeline *t, const struct trace_segment *segment, char *text,
                           size_t room)
{
    timeline_connection_prefix(t, segment->first_connection, segment->segment->source.port,
                               segment->segment->destination.port, text, room);
}

static struct timeline_flight *find(const struct timeline *t, const struct trace_segment *segment)
{
    return (struct timeline_flight *)flights_find(&t->flights, segment->from_index, segment->number,
                                                  segment->copy);
}

static enum timeline_style segment_style(const struct trace_segment *segment)
{
    if (segment->action == TRACE_INJECTED) { return STYLE_FORGED; }
    if (segment->action == TRACE_DUPLICATED) { return STYLE_NETWORK; }
    return segment->segment->retransmission > 0 ? STYLE_AGAIN : STYLE_PLAIN;
}

static void set_ends(struct timeline_row *row, const struct trace_segment *segment)
{
    row->from = segment->from_index;
    row->to = segment->to_index;
    row->from_name = segment->from;
    row->to_name = segment->to;
    row->number = segment->number;
}

/* SENT, INJECTED, or DUPLICATED for a copy of the network's own. */
static void departs(struct timeline *t, uint64_t time_ns, const struct trace_segment *segment)
{
    if (find(t, segment) != NULL || segment->from_index == segment->to_index) { return; }
    struct timeline_row *row = t->row;
    const bool joins = row != NULL && row->text == NULL && row->time_ns == time_ns &&
                       row->arrow == ARROW_NONE && row->host == segment->from_index &&
                       segment->action != TRACE_DUPLICATED;
    if (!joins) { row = timeline_new_row(t, time_ns); }
    struct timeline_flight *flight = calloc(1, sizeof *flight);
    if (row == NULL || flight == NULL) {
        out_fail(t->drawing.writer, ENOMEM);
        free(flight);
        return;
    }
    flight->key.host = segment->from_index;
    flight->key.number = segment->number;
    flight->key.copy = segment->copy;
    flight->from = segment->from_index;
    flight->to = segment->to_index;
    flight->track = TIMELINE_NO_TRACK;
    flight->style = segment_style(segment);
    flights_put(&t->flights, &flight->key);
    row->arrow = ARROW_SEND;
    row->flight = flight;
    row->host = segment->from_index;
    row->host_name = segment->from;
    row->style = flight->style;
    row->copy = segment->action == TRACE_DUPLICATED;
    set_ends(row, segment);
    char prefix[24];
    segment_prefix(t, segment, prefix, sizeof prefix);
    timeline_label_segment(&row->label, segment, prefix, t->drawing.options);
    char brief[sizeof row->label.segment];
    timeline_cut_segment(row->label.segment, TIMELINE_CUT_LEVELS - 1, brief, sizeof brief);
    (void)snprintf(flight->brief, sizeof flight->brief, "%.40s", brief);
    if (segment->action == TRACE_INJECTED) {
        timeline_label_mark(&row->label, "forged", "forged", "forged");
    }
    if (row->copy) { timeline_label_mark(&row->label, "the network's copy", "copy", "copy"); }
}

/* Whether the held row is the departure of that segment. */
static bool just_departed(const struct timeline *t, const struct timeline_flight *flight)
{
    return flight != NULL && t->row != NULL && t->row->arrow == ARROW_SEND &&
           t->row->flight == flight;
}

/* A row in which the segment comes to its end, or NULL for want of memory. */
static struct timeline_row *ending_row(struct timeline *t, uint64_t time_ns,
                                       const struct trace_segment *segment,
                                       struct timeline_flight *flight, enum timeline_arrow arrow)
{
    struct timeline_row *row = timeline_new_row(t, time_ns);
    if (row == NULL) { return NULL; }
    row->arrow = arrow;
    row->flight = flight;
    row->host = segment->to_index;
    row->host_name = segment->to;
    row->style = flight != NULL ? flight->style : segment_style(segment);
    set_ends(row, segment);
    if (flight == NULL || flight->rewritten) {
        char prefix[24];
        segment_prefix(t, segment, prefix, sizeof prefix);
        timeline_label_segment(&row->label, segment, prefix, t->drawing.options);
    }
    return row;
}

static void delivered(struct timeline *t, uint64_t time_ns, const struct trace_segment *segment)
{
    if (segment->from_index == segment->to_index) { return; }
    struct timeline_flight *flight = find(t, segment);
    if (just_departed(t, flight) && t->row->time_ns == time_ns && !t->row->copy &&
        !flight->rewritten) {
        struct timeline_row *row = t->row;
        row->arrow = ARROW_STRAIGHT;
        row->sender_items = row->item_count;
        row->host = segment->to_index;
        row->host_name = segment->to;
    } else {
        (void)ending_row(t, time_ns, segment, flight, ARROW_ARRIVE);
    }
    if (flight != NULL) { flights_remove(&t->flights, &flight->key); }
}

/* A segment that found no way off its host. */
static void went_nowhere(struct timeline *t, uint64_t time_ns, const struct trace_segment *segment)
{
    struct timeline_label label;
    timeline_label_segment(&label, segment, "", t->drawing.options);
    struct timeline_item item = {.style = STYLE_BAD};
    (void)snprintf(item.text, sizeof item.text, "\u2717 %.40s: %.40s", segment->reason,
                   label.segment);
    (void)snprintf(item.brief, sizeof item.brief, "\u2717 %.40s", segment->reason);
    timeline_add_item(t, time_ns, segment->from, segment->from_index, false, &item);
}

static void dropped(struct timeline *t, uint64_t time_ns, const struct trace_segment *segment)
{
    struct timeline_flight *flight = find(t, segment);
    struct timeline_row *row = t->row;
    if (segment->copy == 0) { t->lost++; }
    if (segment->from_index == segment->to_index) {
        went_nowhere(t, time_ns, segment);
        return;
    }
    if (just_departed(t, flight)) {
        row->arrow = ARROW_LOST;
    } else {
        row = ending_row(t, time_ns, segment, flight, ARROW_DIE);
    }
    if (row != NULL) { timeline_label_lost(&row->label, segment); }
    if (flight != NULL) { flights_remove(&t->flights, &flight->key); }
}

/* The receiver threw it away, or a part of it. */
static void discarded(struct timeline *t, uint64_t time_ns, const struct trace_segment *segment)
{
    struct timeline_row *row = t->row;
    const bool same = row != NULL && row->time_ns == time_ns && timeline_arrives(row->arrow) &&
                      row->from == segment->from_index && row->number == segment->number;
    if (!same && find(t, segment) != NULL) {
        delivered(t, time_ns, segment);
        row = t->row;
    } else if (!same) {
        struct timeline_item item = {.style = STYLE_BAD};
        (void)snprintf(item.text, sizeof item.text, "\u2717 %.30s#%llu: %.40s", segment->from,
                       (unsigned long long)segment->number, segment->reason);
        (void)snprintf(item.brief, sizeof item.brief, "\u2717 #%llu",
                       (unsigned long long)segment->number);
        timeline_add_item(t, time_ns, segment->to, segment->to_index, true, &item);
        return;
    }
    if (row == NULL) { return; }
    if (row->arrow == ARROW_ARRIVE) {
        row->arrow = ARROW_REFUSE;
        (void)snprintf(row->label.fate, sizeof row->label.fate, "%.100s", segment->reason);
        (void)snprintf(row->label.mid_fate, sizeof row->label.mid_fate, "%.60s", segment->reason);
        (void)snprintf(row->label.brief_fate, sizeof row->label.brief_fate, "%.60s",
                       segment->reason);
        return;
    }
    struct timeline_item item = {.style = STYLE_BAD};
    (void)snprintf(item.text, sizeof item.text, "\u2717 %.80s", segment->reason);
    timeline_add_item(t, time_ns, segment->to, segment->to_index, true, &item);
}

/* Delayed, held, corrupted, rewritten, CE: a mark on the departing arrow. */
static void changed(struct timeline *t, uint64_t time_ns, const struct trace_segment *segment)
{
    struct timeline_flight *flight = find(t, segment);
    char text[128], brief[64];
    if (!timeline_change_words(segment, text, sizeof text, brief, sizeof brief)) { return; }
    if (flight != NULL && segment->action == TRACE_REWRITTEN) { flight->rewritten = true; }
    if (just_departed(t, flight)) {
        timeline_label_mark(&t->row->label, text, brief, brief);
        if (t->row->style == STYLE_PLAIN) { t->row->style = flight->style = STYLE_NETWORK; }
        return;
    }
    struct timeline_item item = {.style = STYLE_NETWORK};
    (void)snprintf(item.text, sizeof item.text, "%.20s#%llu %.60s", segment->from,
                   (unsigned long long)segment->number, text);
    timeline_add_item(t, time_ns, segment->from, segment->from_index, false, &item);
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
    switch (segment->action) {
    case TRACE_SENT:
    case TRACE_INJECTED: departs(t, time_ns, segment); return;
    case TRACE_DUPLICATED:
        if (segment->copy > 0) {
            departs(t, time_ns, segment);
        } else {
            changed(t, time_ns, segment);
        }
        return;
    case TRACE_DELIVERED: delivered(t, time_ns, segment); return;
    case TRACE_DROPPED: dropped(t, time_ns, segment); return;
    case TRACE_DISCARDED: discarded(t, time_ns, segment); return;
    case TRACE_CORRUPTED:
    case TRACE_DELAYED:
    case TRACE_HELD:
    case TRACE_MARKED:
    case TRACE_REWRITTEN: changed(t, time_ns, segment); return;
    case TRACE_FORWARDED: return; /* the lifelines between show nothing of it */
    }
}
