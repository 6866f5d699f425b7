/* timeline_list.c - rows when there are more hosts than lifelines fit: a line for each thing. */
#include "timeline_rows.h"

#include <stdio.h>
#include <string.h>

#define HOST_COLUMNS 10

static int start_line(struct timeline_drawing *d, const struct timeline_row *row)
{
    canvas_clear(&d->canvas, d->layout.width);
    if (!d->any_row || row->time_ns != d->last_ns) { timeline_draw_time(d, row->time_ns); }
    d->any_row = true;
    d->last_ns = row->time_ns;
    return (int)d->layout.time_width + 2;
}

static int put(struct timeline_drawing *d, int column, const char *text, enum timeline_style style)
{
    const int room = (int)d->layout.width - column;
    return column +
           (int)canvas_text(&d->canvas, column, room > 0 ? (unsigned)room : 0, text, style);
}

static void list_items(struct timeline_drawing *d, const struct timeline_row *row, size_t from,
                       size_t to, const char *host)
{
    for (size_t i = from; i < to; i++) {
        const struct timeline_item *item = &row->items[i];
        const int start = start_line(d, row);
        const int column = put(d, start, host, STYLE_PLAIN) + 2;
        const int aligned = start + HOST_COLUMNS + 2;
        (void)put(d, column > aligned ? column : aligned, item->text, item->style);
        canvas_write(&d->canvas, d->writer, d->options->colour);
    }
}

/* Leaves out of the segment what would push marks and fate off the line. */
static int put_segment(struct timeline_drawing *d, int column, const struct timeline_label *label,
                       enum timeline_style style)
{
    const int after = (int)(canvas_text_width(label->marks) + canvas_text_width(label->fate)) + 6;
    const int room = (int)d->layout.width - column - after;
    char text[sizeof label->segment];
    for (unsigned level = 0; level < TIMELINE_CUT_LEVELS; level++) {
        timeline_cut_label(label, level, text, sizeof text);
        if ((int)canvas_text_width(text) <= room) { break; }
    }
    return put(d, column, text, style);
}

static void list_arrow(struct timeline_drawing *d, const struct timeline_row *row)
{
    const bool leaves =
        row->arrow == ARROW_SEND || row->arrow == ARROW_LOST || row->arrow == ARROW_STRAIGHT;
    char ends[200];
    if (leaves) {
        (void)snprintf(ends, sizeof ends, "%.60s%s%llu \u2192 %.60s%s", row->from_name,
                       row->icmp ? " icmp " : "#", (unsigned long long)row->number, row->to_name,
                       row->arrow == ARROW_STRAIGHT ? ", delivered" : "");
    } else {
        (void)snprintf(ends, sizeof ends, "%.60s \u25c0 %.60s%s%llu", row->to_name, row->from_name,
                       row->icmp ? " icmp " : "#", (unsigned long long)row->number);
    }
    const int start = start_line(d, row);
    int column = put(d, start, ends, row->style) + 2;
    const int aligned = start + 2 * HOST_COLUMNS + 6;
    if (column < aligned) { column = aligned; }
    const struct timeline_label *label = &row->label;
    const bool says_segment = leaves || row->flight == NULL;
    if (label->segment[0] != '\0' && says_segment) {
        column = put_segment(d, column, label, row->style) + 2;
    }
    if (label->marks[0] != '\0') { column = put(d, column, label->marks, row->style) + 2; }
    if (label->fate[0] != '\0') {
        column = put(d, column, "\u2717 ", STYLE_BAD);
        (void)put(d, column, label->fate, STYLE_BAD);
    }
    canvas_write(&d->canvas, d->writer, d->options->colour);
}

void timeline_list_row(struct timeline_drawing *d, const struct timeline_row *row)
{
    if (row->text != NULL) {
        const int start = start_line(d, row);
        (void)put(d, start, row->text, row->style);
        canvas_write(&d->canvas, d->writer, d->options->colour);
        return;
    }
    const bool straight = row->arrow == ARROW_STRAIGHT;
    const bool leaves = straight || row->arrow == ARROW_SEND || row->arrow == ARROW_LOST;
    const size_t before = straight ? row->sender_items : leaves ? row->item_count : 0;
    list_items(d, row, 0, before, leaves ? row->from_name : row->host_name);
    if (row->arrow != ARROW_NONE) { list_arrow(d, row); }
    list_items(d, row, before, row->item_count, row->host_name);
}
