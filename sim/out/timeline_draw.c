/* timeline_draw.c - rows as lines of text between lifelines. */
#include "timeline_arrows.h"

#include "../core/units.h"

#include <stdio.h>
#include <string.h>

#define QUIET_NS (100 * NS_PER_MS) /* nothing under way for so long is shown as a break */

/* ---- lines ---- */

static void begin_line(struct timeline_drawing *d, uint32_t lifeline)
{
    const struct timeline_layout *layout = &d->layout;
    canvas_clear(&d->canvas, layout->width);
    for (uint32_t i = 0; i < layout->host_count; i++) {
        const int column = layout->hosts[i].column;
        canvas_set(&d->canvas, column, lifeline, STYLE_DIM);
        for (unsigned side = SIDE_LEFT; side <= SIDE_RIGHT; side++) {
            for (unsigned k = 0; k < TIMELINE_TRACKS_MAX; k++) {
                const struct timeline_flight *flight = d->tracks[i][side][k];
                if (flight == NULL) { continue; }
                const int offset = side == SIDE_LEFT ? -track_offset(k) : track_offset(k);
                canvas_set(&d->canvas, column + offset, LINE_DOWN, flight->style);
            }
        }
    }
}

/* The first line of an instant tells its time. */
static void end_line(struct timeline_drawing *d, uint64_t time_ns)
{
    if (!d->any_row || time_ns != d->last_ns) { timeline_draw_time(d, time_ns); }
    d->any_row = true;
    d->last_ns = time_ns;
    canvas_write(&d->canvas, d->writer, d->options->colour);
}

/* All wait for a timer: lifelines are broken, and the time that passes is written beside. */
static void draw_quiet(struct timeline_drawing *d, uint64_t time_ns)
{
    if (!d->any_row || d->in_flight > 0 || time_ns - d->last_ns < QUIET_NS) { return; }
    begin_line(d, LINE_QUIET);
    const unsigned room = d->layout.time_width;
    const uint64_t waited_ns = time_ns - d->last_ns;
    for (uint64_t unit_ns = 1; unit_ns <= NS_PER_S; unit_ns *= 1000) {
        char text[48] = "+";
        const uint64_t rounded_ns = (waited_ns + unit_ns / 2) / unit_ns * unit_ns;
        (void)units_format_duration(rounded_ns, text + 1, sizeof text - 1);
        const unsigned width = canvas_text_width(text);
        if (width > room) { continue; }
        (void)canvas_text(&d->canvas, (int)(room - width), room, text, STYLE_DIM);
        break;
    }
    canvas_write(&d->canvas, d->writer, d->options->colour);
}

/* ---- items: what happened, beside its host's lifeline ---- */

struct zone {
    int start;
    int room;
    bool at_right_end; /* the text ends where the zone ends */
};

/* Between the lifelines of host `left` and the next, free of tracks. */
static struct zone gap_zone(const struct timeline_drawing *d, uint32_t left, bool at_right_end)
{
    const int start =
        d->layout.hosts[left].column + 2 + track_columns(timeline_used_tracks(d, left, SIDE_RIGHT));
    const int end = d->layout.hosts[left + 1].column - 2 -
                    track_columns(timeline_used_tracks(d, left + 1, SIDE_LEFT));
    return (struct zone){.start = start, .room = end - start + 1, .at_right_end = at_right_end};
}

/* Where a host's items stand; the outermost have the margins. `arrow_at`: the side that an arrow of
 * this line takes, or -1. */
static struct zone item_zone(const struct timeline_drawing *d, uint32_t host, int arrow_at)
{
    const struct timeline_layout *layout = &d->layout;
    const int margin = (int)layout->margin;
    if (host == 0) {
        const int start = layout->hosts[0].column - 1 - margin;
        return (struct zone){.start = start, .room = margin, .at_right_end = true};
    }
    if (host + 1 == layout->host_count) {
        return (struct zone){.start = layout->hosts[host].column + 2, .room = margin};
    }
    return arrow_at == SIDE_RIGHT ? gap_zone(d, host - 1, true) : gap_zone(d, host, false);
}

#define BETWEEN_ITEMS " \u00b7 "
#define BETWEEN_ITEMS_WIDTH 3

static const char *item_words(const struct timeline_item *item, int room)
{
    const bool too_long = (int)canvas_text_width(item->text) > room;
    return too_long && item->brief[0] != '\0' ? item->brief : item->text;
}

/* How many of the items stand side by side in the room, and the columns they take. */
static size_t pack_items(const struct timeline_item *items, size_t count, int room, int *width)
{
    size_t taken = 0;
    *width = 0;
    while (taken < count) {
        int more = (int)canvas_text_width(item_words(&items[taken], room));
        if (taken > 0) { more += BETWEEN_ITEMS_WIDTH; }
        if (*width + more > room) { break; }
        *width += more;
        taken++;
    }
    return taken;
}

static void put_items(struct timeline_drawing *d, const struct timeline_item *items, size_t count,
                      struct zone zone, int width)
{
    int column = zone.at_right_end ? zone.start + zone.room - width : zone.start;
    for (size_t i = 0; i < count; i++) {
        const char *words = item_words(&items[i], zone.room);
        if (i > 0) {
            column +=
                (int)canvas_text(&d->canvas, column, BETWEEN_ITEMS_WIDTH, BETWEEN_ITEMS, STYLE_DIM);
        }
        column += (int)canvas_text(&d->canvas, column, (unsigned)zone.room, words, items[i].style);
    }
}

/* One line of items without an arrow. What is too long for a margin stands between the lifelines.
 * Returns how many it took, at least one. */
static size_t draw_item_line(struct timeline_drawing *d, const struct timeline_item *items,
                             size_t count, uint32_t host, uint64_t time_ns)
{
    begin_line(d, LINE_DOWN);
    struct zone zone = item_zone(d, host, -1);
    int width;
    size_t taken = pack_items(items, count, zone.room, &width);
    if (taken == 0) {
        const bool last = host + 1 == d->layout.host_count;
        zone = gap_zone(d, last ? host - 1 : host, last);
        taken = 1;
        width = (int)canvas_text_width(item_words(items, zone.room));
        if (width > zone.room) { width = zone.room; }
    }
    if (zone.room > 0) { put_items(d, items, taken, zone, width); }
    end_line(d, time_ns);
    return taken;
}

/* ---- rows ---- */

static void draw_text_row(struct timeline_drawing *d, const struct timeline_row *row)
{
    const int start = (int)d->layout.time_width + 2;
    const unsigned room = d->layout.width - (unsigned)start;
    const char *text = row->text;
    size_t left = strlen(text);
    do {
        const char *newline = memchr(text, '\n', left);
        const size_t line = newline != NULL ? (size_t)(newline - text) : left;
        size_t skip;
        const size_t taken = canvas_break(text, line, room, &skip);
        if (newline != NULL && skip == line) { skip++; }
        char part[CANVAS_WIDTH_MAX * 4 + 1];
        (void)snprintf(part, sizeof part, "%.*s", (int)taken, text);
        begin_line(d, LINE_DOWN);
        const unsigned width = canvas_text_width(part);
        if (width < room) { canvas_set(&d->canvas, start + (int)width, ' ', STYLE_PLAIN); }
        (void)canvas_text(&d->canvas, start, room, part, row->style);
        end_line(d, row->time_ns);
        text += skip;
        left -= skip;
    } while (left > 0);
}

static bool leaves(enum timeline_arrow arrow)
{
    return arrow == ARROW_SEND || arrow == ARROW_LOST || arrow == ARROW_STRAIGHT;
}

static int arrow_side(const struct timeline_row *row, uint32_t host)
{
    const uint32_t other = host == row->from ? row->to : row->from;
    return other > host ? SIDE_RIGHT : SIDE_LEFT;
}

/* The items that fit beside the arrow at `host`; returns how many. */
static size_t draw_beside(struct timeline_drawing *d, const struct timeline_row *row, uint32_t host,
                          const struct timeline_item *items, size_t count)
{
    const struct zone zone = item_zone(d, host, arrow_side(row, host));
    int width;
    const size_t taken = pack_items(items, count, zone.room, &width);
    put_items(d, items, taken, zone, width);
    return taken;
}

/* What came before an arrow stands above it and beside it. Returns the items left for beside. */
static size_t draw_above(struct timeline_drawing *d, const struct timeline_row *row, size_t count)
{
    size_t done = 0;
    while (done < count) {
        const struct zone zone = item_zone(d, row->from, arrow_side(row, row->from));
        int width;
        if (done + pack_items(row->items + done, count - done, zone.room, &width) == count) {
            break;
        }
        done += draw_item_line(d, row->items + done, count - done, row->from, row->time_ns);
    }
    return done;
}

static void keep_track(struct timeline_drawing *d, const struct timeline_row *row, int track)
{
    const enum side side = row->from < row->to ? SIDE_LEFT : SIDE_RIGHT;
    if (row->flight == NULL) { return; }
    row->flight->track = track;
    d->in_flight++;
    if (track >= 0) { d->tracks[row->to][side][track] = row->flight; }
}

static void leave_track(struct timeline_drawing *d, const struct timeline_row *row)
{
    if (row->flight == NULL) { return; }
    const enum side side = row->from < row->to ? SIDE_LEFT : SIDE_RIGHT;
    if (row->flight->track >= 0) { d->tracks[row->to][side][row->flight->track] = NULL; }
    d->in_flight--;
}

/* Why a segment ended, below an arrow that had no room for it. */
static void draw_fate_item(struct timeline_drawing *d, const struct timeline_row *row)
{
    struct timeline_item item = {.style = STYLE_BAD};
    (void)snprintf(item.text, sizeof item.text, "\u2717 %.80s", row->label.mid_fate);
    (void)snprintf(item.brief, sizeof item.brief, "\u2717 %.40s", row->label.brief_fate);
    (void)draw_item_line(d, &item, 1, row->to, row->time_ns);
}

/* The hop that ends and the one that begins: on one line where they are on either side of the
 * router, else the arrival is above. */
static void draw_forward(struct timeline_drawing *d, const struct timeline_row *row)
{
    struct timeline_row onward = *row;
    onward.arrow = row->arrow == ARROW_FORWARD ? ARROW_SEND : ARROW_LOST;
    onward.from = row->to;
    onward.to = row->onward;
    const struct timeline_label label = row->label;
    struct timeline_row arrival = *row;
    arrival.arrow = ARROW_ARRIVE;
    memset(&arrival.label, 0, sizeof arrival.label);
    int track;
    begin_line(d, LINE_DOWN);
    (void)timeline_draw_arrival(d, &arrival);
    const bool turns = (row->from < row->to) != (onward.from < onward.to);
    if (turns) { end_line(d, row->time_ns); }
    leave_track(d, row);
    if (turns) { begin_line(d, LINE_DOWN); }
    onward.label = label;
    const bool fate_left_out = timeline_draw_departure(d, &onward, &track);
    end_line(d, row->time_ns);
    if (onward.arrow == ARROW_SEND) { keep_track(d, &onward, track); }
    if (fate_left_out) {
        begin_line(d, LINE_DOWN);
        timeline_draw_fate(d, &onward);
        end_line(d, row->time_ns);
    }
}

static void draw_items(struct timeline_drawing *d, const struct timeline_row *row, size_t done)
{
    while (done < row->item_count) {
        done +=
            draw_item_line(d, row->items + done, row->item_count - done, row->host, row->time_ns);
    }
}

/* An error of a router that has no lifeline: told where it arrives. */
static void draw_error_of_nobody(struct timeline_drawing *d, const struct timeline_row *row)
{
    if (row->flight == NULL || (row->arrow != ARROW_ARRIVE && row->arrow != ARROW_REFUSE)) {
        return;
    }
    struct timeline_item item = {.style = row->style};
    (void)snprintf(item.text, sizeof item.text, "%s", row->flight->words);
    (void)draw_item_line(d, &item, 1, row->to, row->time_ns);
    draw_items(d, row, 0);
}

void timeline_draw_row(struct timeline_drawing *d, const struct timeline_row *row)
{
    const uint32_t hosts = d->layout.host_count;
    const bool forwards = row->arrow == ARROW_FORWARD || row->arrow == ARROW_FORWARD_LOST;
    if (row->icmp && row->from >= hosts && row->to < hosts) {
        draw_error_of_nobody(d, row);
        return;
    }
    if (row->text == NULL && (row->host >= hosts || row->from >= hosts || row->to >= hosts ||
                              (forwards && row->onward >= hosts))) {
        timeline_list_row(d, row); /* a host that has no lifeline */
        return;
    }
    draw_quiet(d, row->time_ns);
    if (row->text != NULL) {
        draw_text_row(d, row);
        return;
    }
    size_t done = 0;
    if (forwards) {
        draw_forward(d, row);
        return;
    }
    if (leaves(row->arrow)) {
        const size_t before = row->arrow == ARROW_STRAIGHT ? row->sender_items : row->item_count;
        done = draw_above(d, row, before);
        begin_line(d, LINE_DOWN);
        (void)draw_beside(d, row, row->from, row->items + done, before - done);
        done = before;
        int track;
        const bool fate_left_out = timeline_draw_departure(d, row, &track);
        if (row->arrow == ARROW_STRAIGHT) {
            done += draw_beside(d, row, row->to, row->items + done, row->item_count - done);
        }
        end_line(d, row->time_ns);
        if (row->arrow == ARROW_SEND) { keep_track(d, row, track); }
        if (fate_left_out) {
            begin_line(d, LINE_DOWN);
            timeline_draw_fate(d, row);
            end_line(d, row->time_ns);
        }
    } else if (row->arrow != ARROW_NONE) {
        begin_line(d, LINE_DOWN);
        const bool fate_left_out = timeline_draw_arrival(d, row);
        if (!fate_left_out) { done = draw_beside(d, row, row->to, row->items, row->item_count); }
        end_line(d, row->time_ns);
        leave_track(d, row);
        if (fate_left_out) { draw_fate_item(d, row); }
    }
    draw_items(d, row, done);
}
