/* timeline.c - the face of the project: hosts as lifelines, segments as arrows between them, what
 * each host did beside its lifeline. Here records become rows (timeline_rows.h); a row is held back
 * until the next record does not belong to it, so that a segment, its loss, a state and a call of
 * one instant share a line. Memory is bounded by what is in flight. */
#include "timeline_private.h"

#include "../../tcp/wire.h"
#include "../core/units.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BESIDE_ACK_MAX 13 /* "end of stream" */
#define EARLY_ROWS_MAX 64 /* the hosts are asked for then, even if it is still time 0 */

/* ---- rows ---- */

static void free_row(struct timeline_row *row)
{
    const bool ends_flight =
        row->arrow != ARROW_NONE && row->arrow != ARROW_SEND && row->arrow != ARROW_FORWARD;
    if (ends_flight) { free(row->flight); }
    free(row->text);
    free(row);
}

/* From indices to lifelines. */
static void place_row(const struct timeline_layout *layout, struct timeline_row *row)
{
    row->host = timeline_lifeline(layout, row->host);
    row->from = timeline_lifeline(layout, layout->hops ? row->hop_from : row->from);
    row->to = timeline_lifeline(layout, layout->hops ? row->hop_to : row->to);
    row->onward = timeline_lifeline(layout, row->onward);
}

static void write_row(struct timeline *t, struct timeline_row *row)
{
    place_row(&t->drawing.layout, row);
    if (t->drawing.layout.list) {
        timeline_list_row(&t->drawing, row);
    } else {
        timeline_draw_row(&t->drawing, row);
    }
    free_row(row);
}

/* ---- the page ---- */

static void fill_host(struct timeline_host *host, uint32_t index, const char *name,
                      const struct tcp_address *address, bool more)
{
    host->index = index;
    (void)snprintf(host->name, sizeof host->name, "%s", name);
    if (address == NULL || address->family == 0) { return; }
    char text[48];
    (void)wire_format_address(address, text, sizeof text);
    (void)snprintf(host->address, sizeof host->address, more ? "%s \u2026" : "%s", text);
}

void timeline_see_host(struct timeline *t, uint32_t index, const char *name,
                       const struct tcp_address *address)
{
    if (t->begun) { return; }
    if (index >= t->seen_count) { t->seen_count = index + 1; }
    if (index >= TIMELINE_HOSTS_MAX || t->seen[index].address[0] != '\0') { return; }
    fill_host(&t->seen[index], index, name, address, false);
}

/* The cast as the run tells it, or as far as it was seen. */
static void gather_cast(struct timeline *t)
{
    struct trace_host told = {0};
    uint32_t count = 0;
    for (; t->host != NULL && t->host(t->host_context, count, &told); count++) {
        struct timeline_host host = {.router = told.router, .place = told.place};
        const bool any = told.address_count > 0;
        fill_host(&host, count, told.name, any ? &told.addresses[0] : NULL, told.address_count > 1);
        timeline_cast_add(&t->cast, &host);
        told = (struct trace_host){0};
    }
    for (; count < t->seen_count; count++) {
        timeline_cast_add(&t->cast,
                          &t->seen[count < TIMELINE_HOSTS_MAX ? count : TIMELINE_HOSTS_MAX - 1]);
    }
}

void timeline_begin_page(struct timeline *t)
{
    if (t->begun) { return; }
    t->begun = true;
    gather_cast(t);
    timeline_layout_make(&t->drawing.layout, t->drawing.options->width, &t->cast);
    timeline_draw_header(&t->drawing, t->title, t->scenario, t->seed);
    struct timeline_row *next;
    for (struct timeline_row *row = t->early; row != NULL; row = next) {
        next = row->next;
        write_row(t, row);
    }
    t->early = NULL;
}

static void flush_row(struct timeline *t)
{
    struct timeline_row *row = t->row;
    t->row = NULL;
    if (row == NULL) { return; }
    if (t->begun) {
        write_row(t, row);
        return;
    }
    *t->early_end = row;
    t->early_end = &row->next;
    if (++t->early_count >= EARLY_ROWS_MAX) { timeline_begin_page(t); }
}

struct timeline_row *timeline_new_row(struct timeline *t, uint64_t time_ns)
{
    flush_row(t);
    if (time_ns > 0) { timeline_begin_page(t); }
    t->row = calloc(1, sizeof *t->row);
    if (t->row == NULL) {
        out_fail(t->drawing.writer, ENOMEM);
        return NULL;
    }
    t->row->time_ns = time_ns;
    return t->row;
}

bool timeline_arrives(enum timeline_arrow arrow)
{
    return arrow == ARROW_STRAIGHT || arrow == ARROW_ARRIVE || arrow == ARROW_REFUSE;
}

/* What an arrival caused stands beside its arrow, and a short word of what was read beside the ACK
 * that answered; all else begins a row, so that the arrow of what it makes the host send finds room
 * there. */
static bool takes_item(const struct timeline_row *row, bool by_arrival,
                       const struct timeline_item *item)
{
    if (row->arrow == ARROW_NONE) { return true; }
    if (!by_arrival) { return false; }
    const bool reads = item->style == STYLE_CALL;
    return timeline_arrives(row->arrow) ||
           (reads && row->arrow == ARROW_SEND && row->item_count == 0 && !row->copy &&
            canvas_text_width(item->text) <= BESIDE_ACK_MAX);
}

/* The row for an item of `host`: the held one, or a new one. */
static struct timeline_row *row_for_item(struct timeline *t, uint64_t time_ns, const char *name,
                                         uint32_t host, bool by_arrival,
                                         const struct timeline_item *item)
{
    struct timeline_row *row = t->row;
    if (row != NULL && row->text == NULL && row->time_ns == time_ns && row->host == host &&
        row->item_count < TIMELINE_ITEMS_MAX && takes_item(row, by_arrival, item)) {
        return row;
    }
    row = timeline_new_row(t, time_ns);
    if (row == NULL) { return NULL; }
    row->host = host;
    row->host_name = name;
    return row;
}

void timeline_add_item(struct timeline *t, uint64_t time_ns, const char *name, uint32_t host,
                       bool by_arrival, const struct timeline_item *item)
{
    struct timeline_row *row = row_for_item(t, time_ns, name, host, by_arrival, item);
    if (row == NULL) { return; }
    size_t place = row->item_count++;
    /* A call is recorded after the move that it made; it is told before. */
    const size_t first = row->arrow == ARROW_STRAIGHT ? row->sender_items : 0;
    while (item->style == STYLE_CALL && !by_arrival && place > first &&
           row->items[place - 1].is_state) {
        row->items[place] = row->items[place - 1];
        place--;
    }
    row->items[place] = *item;
}

static void add_text(struct timeline *t, uint64_t time_ns, enum timeline_style style,
                     const char *text)
{
    struct timeline_row *row = timeline_new_row(t, time_ns);
    if (row == NULL) { return; }
    row->style = style;
    row->text = strdup(text);
    if (row->text == NULL) {
        out_fail(t->drawing.writer, ENOMEM);
        row->arrow = ARROW_NONE;
    }
}

/* ---- which connection ---- */

/* "49153: ", by the port that tells a connection from the run's first one; "" for that one. */
void timeline_connection_prefix(struct timeline *t, bool first, uint16_t local, uint16_t remote,
                                char *text, size_t room)
{
    text[0] = '\0';
    if (first) {
        if (!t->first_known && remote != 0) {
            t->first_known = true;
            t->first_ports[0] = local;
            t->first_ports[1] = remote;
        }
        return;
    }
    if (remote == 0) { return; }
    const uint16_t *known = t->first_ports;
    const bool local_known = t->first_known && (local == known[0] || local == known[1]);
    const bool remote_known = t->first_known && (remote == known[0] || remote == known[1]);
    if (local_known && remote_known) { return; } /* other addresses, which the arrow's ends show */
    if (local_known != remote_known) {
        (void)snprintf(text, room, "%u: ", local_known ? remote : local);
    } else {
        (void)snprintf(text, room, "%u-%u: ", local, remote);
    }
}

static void put_prefix(struct timeline *t, const struct trace_conn *conn,
                       struct timeline_item *item)
{
    char prefix[24];
    timeline_connection_prefix(t, conn->first_connection, conn->local.port, conn->remote.port,
                               prefix, sizeof prefix);
    if (prefix[0] == '\0') { return; }
    char text[sizeof item->text];
    (void)snprintf(text, sizeof text, "%s%.64s", prefix, item->text);
    memcpy(item->text, text, sizeof text);
    if (item->brief[0] != '\0') {
        char brief[sizeof item->brief];
        (void)snprintf(brief, sizeof brief, "%s%.12s", prefix, item->brief);
        memcpy(item->brief, brief, sizeof brief);
    }
}

/* An item of that connection, whose name goes before it. */
static void add_conn_item(struct timeline *t, uint64_t time_ns, const struct trace_conn *conn,
                          bool by_arrival, struct timeline_item *item)
{
    timeline_see_host(t, conn->host_index, conn->host, &conn->local.address);
    put_prefix(t, conn, item);
    timeline_add_item(t, time_ns, conn->host, conn->host_index, by_arrival, item);
}

/* ---- the other events ---- */

/* Moves that an arriving segment caused; the others come of calls and timers. */
static bool cause_is_arrival(enum tcp_cause cause)
{
    static const bool arrival[TCP_CAUSE_COUNT] = {
        [TCP_CAUSE_SYN_ARRIVED] = true,   [TCP_CAUSE_SYN_ACK_ARRIVED] = true,
        [TCP_CAUSE_SYN_CROSSED] = true,   [TCP_CAUSE_SYN_ACKED] = true,
        [TCP_CAUSE_FIN_ACKED] = true,     [TCP_CAUSE_FIN_ARRIVED] = true,
        [TCP_CAUSE_RST_ARRIVED] = true,   [TCP_CAUSE_RST_REFUSED] = true,
        [TCP_CAUSE_SYN_IN_WINDOW] = true, [TCP_CAUSE_DATA_AFTER_CLOSE] = true,
        [TCP_CAUSE_REOPENED] = true,      [TCP_CAUSE_REOPEN_WAS_OLD] = true,
    };
    return arrival[cause];
}

static void record_state(struct timeline *t, const struct trace_record *record)
{
    const struct trace_conn *conn = &record->u.state.conn;
    const bool by_arrival = cause_is_arrival(record->u.state.cause);
    struct timeline_item item = {.style = STYLE_STATE, .is_state = true};
    (void)snprintf(item.text, sizeof item.text, "%s", tcp_state_name(record->u.state.new_state));
    add_conn_item(t, record->time_ns, conn, by_arrival, &item);
}

static void record_call(struct timeline *t, const struct trace_record *record)
{
    const struct trace_conn *conn = &record->u.call.conn;
    struct timeline_item item = {.style = STYLE_CALL};
    if (!timeline_call_words(record, t->drawing.options->verbosity, &item)) { return; }
    const bool reads = strcmp(record->u.call.call, "RECEIVE") == 0;
    add_conn_item(t, record->time_ns, conn, reads, &item);
}

static void record_timer(struct timeline *t, const struct trace_record *record)
{
    const struct trace_conn *conn = &record->u.timer.conn;
    struct timeline_item item = {.style = STYLE_DIM};
    if (!timeline_timer_words(record, t->drawing.options->verbosity, &item)) { return; }
    const bool fired = record->u.timer.action == TCP_TIMER_FIRED;
    add_conn_item(t, record->time_ns, conn, !fired, &item);
}

static void record_congestion(struct timeline *t, const struct trace_record *record)
{
    const struct trace_conn *conn = &record->u.congestion.conn;
    struct timeline_item item = {.style = STYLE_DIM};
    if (t->drawing.options->verbosity == 0) { return; }
    timeline_congestion_words(record, &item);
    add_conn_item(t, record->time_ns, conn, true, &item);
}

static void record_expect(struct timeline *t, const struct trace_record *record)
{
    const bool held = record->u.expect.held;
    if (held && t->drawing.options->verbosity == 0) { return; }
    char text[3000];
    const char *file = timeline_base_name(record->u.expect.file);
    const unsigned line = record->u.expect.line;
    if (held) {
        (void)snprintf(text, sizeof text, "\u2713 %.200s:%u holds", file, line);
    } else {
        (void)snprintf(text, sizeof text, "\u2717 %.200s:%u: expected %.1300s, got %.1300s", file,
                       line, record->u.expect.expected, record->u.expect.actual);
    }
    add_text(t, record->time_ns, held ? STYLE_GOOD : STYLE_BAD, text);
}

static void record_note(struct timeline *t, const struct trace_record *record)
{
    const char *host = record->u.note.host, *text = record->u.note.text;
    const size_t room = strlen(text) + (host != NULL ? strlen(host) : 0) + 8;
    char *whole = malloc(room);
    if (whole == NULL) {
        out_fail(t->drawing.writer, ENOMEM);
        return;
    }
    (void)snprintf(whole, room, "%s%s%s", host != NULL ? host : "", host != NULL ? ": " : "", text);
    add_text(t, record->time_ns, STYLE_PLAIN, whole);
    free(whole);
}

/* ---- begin and end ---- */

static void record_run(struct timeline *t, const struct trace_record *record)
{
    const char *title = record->u.run.title, *scenario = record->u.run.scenario;
    (void)snprintf(t->title, sizeof t->title, "%s", title != NULL ? title : "");
    (void)snprintf(t->scenario, sizeof t->scenario, "%s", scenario != NULL ? scenario : "");
    t->seed = record->u.run.seed;
    t->host = record->u.run.host;
    t->host_context = record->u.run.host_context;
}

static void record_end(struct timeline *t, const struct trace_record *record)
{
    timeline_begin_page(t);
    flush_row(t);
    char time[40], text[200];
    (void)units_format_time(record->time_ns, 6, time, sizeof time);
    const char *verdict = record->u.end.verdict;
    const unsigned long long segments = record->u.end.segments, lost = t->lost;
    (void)snprintf(text, sizeof text, ": %s s simulated, %llu segment%s, %llu lost", time, segments,
                   segments == 1 ? "" : "s", lost);
    struct canvas *canvas = &t->drawing.canvas;
    const bool colour = t->drawing.options->colour;
    const unsigned width = t->drawing.options->width;
    out_char(t->drawing.writer, '\n');
    canvas_clear(canvas, width);
    const bool pass = strcmp(verdict, "pass") == 0;
    const unsigned used = canvas_text(canvas, 0, width, verdict, pass ? STYLE_GOOD : STYLE_BAD);
    (void)canvas_text(canvas, (int)used, width - used, text, STYLE_PLAIN);
    canvas_write(canvas, t->drawing.writer, colour);
    if (record->u.end.digest != NULL) {
        out_printf(t->drawing.writer, "digest %s\n", record->u.end.digest);
    }
}

static void *timeline_begin(struct out_writer *writer, const struct out_options *options)
{
    struct timeline *t = calloc(1, sizeof *t);
    if (t == NULL) { return NULL; }
    t->drawing.writer = writer;
    t->drawing.options = options;
    t->early_end = &t->early;
    if (!flights_init(&t->flights)) {
        free(t);
        return NULL;
    }
    return t;
}

static void timeline_record(void *state, const struct trace_record *record)
{
    struct timeline *t = state;
    switch (record->event) {
    case TRACE_RUN: record_run(t, record); return;
    case TRACE_SEGMENT: timeline_record_segment(t, record->time_ns, &record->u.segment); return;
    case TRACE_STATE: record_state(t, record); return;
    case TRACE_TIMER: record_timer(t, record); return;
    case TRACE_CONGESTION: record_congestion(t, record); return;
    case TRACE_CALL: record_call(t, record); return;
    case TRACE_NOTE: record_note(t, record); return;
    case TRACE_EXPECT: record_expect(t, record); return;
    case TRACE_END: record_end(t, record); return;
    case TRACE_ICMP: timeline_record_icmp(t, record->time_ns, &record->u.icmp); return;
    case TRACE_EVENT_COUNT: return;
    }
}

static void free_flight(struct flight_key *flight) { free(flight); }

static void timeline_end(void *state)
{
    struct timeline *t = state;
    flush_row(t);
    if (t->early != NULL && !t->begun) { /* the run broke off; the hosts can be asked no more */
        t->host = NULL;
        timeline_begin_page(t);
    }
    flights_clear(&t->flights, free_flight);
    free(t);
}

const struct output_format output_timeline = {
    .name = "timeline",
    .help = "lifelines, segments as arrows, states, losses, timers and calls (the default)",
    .wants = 1u << TRACE_RUN | 1u << TRACE_SEGMENT | 1u << TRACE_STATE | 1u << TRACE_TIMER |
             1u << TRACE_CONGESTION | 1u << TRACE_CALL | 1u << TRACE_ICMP | 1u << TRACE_NOTE |
             1u << TRACE_EXPECT | 1u << TRACE_END,
    .begin = timeline_begin,
    .record = timeline_record,
    .end = timeline_end,
};
