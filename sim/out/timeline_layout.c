/* timeline_layout.c - where the lifelines stand, and the head of the page. */
#include "timeline_rows.h"

#include "../core/units.h"

#include <stdio.h>
#include <string.h>

#define WIDTH_MIN 60    /* below it there is a list */
#define NARROW_WIDTH 80 /* up to it the time column is a digit narrower */
#define MARGIN_MIN 12   /* "SYN-RECEIVED" */
#define MARGIN_MAX 30
#define DISTANCE_MIN 18 /* between two lifelines, else there is a list */
#define DISTANCE_COMFORTABLE 36

static int distance(const struct timeline_layout *layout, unsigned margin)
{
    const int lines = (int)layout->width - (int)layout->time_width - 2 * (int)margin - 5;
    return lines / (int)(layout->host_count - 1);
}

void timeline_cast_add(struct timeline_cast *cast, const struct timeline_host *host)
{
    if (cast->all_count < TIMELINE_HOSTS_MAX) { cast->all[cast->all_count] = *host; }
    cast->all_count++;
    if (host->router) { return; }
    if (cast->host_count < TIMELINE_HOSTS_MAX) { cast->hosts[cast->host_count] = *host; }
    cast->host_count++;
}

/* By the place that they would like, which is the declaration's where they have no wish. */
static void line_up(struct timeline_layout *layout)
{
    for (uint32_t i = 1; i < layout->host_count; i++) {
        const struct timeline_host host = layout->hosts[i];
        uint32_t at = i;
        for (; at > 0 && layout->hosts[at - 1].place > host.place; at--) {
            layout->hosts[at] = layout->hosts[at - 1];
        }
        layout->hosts[at] = host;
    }
}

/* False: too many for the width. */
static bool make_lifelines(struct timeline_layout *layout, unsigned width,
                           const struct timeline_host *hosts, uint32_t host_count)
{
    layout->host_count = host_count < TIMELINE_HOSTS_MAX ? host_count : TIMELINE_HOSTS_MAX;
    for (uint32_t i = 0; i < layout->host_count; i++) { layout->hosts[i] = hosts[i]; }
    if (host_count < 2 || host_count > TIMELINE_HOSTS_MAX || width < WIDTH_MIN) { return false; }
    line_up(layout);
    unsigned margin = MARGIN_MIN + 1;
    margin += width > NARROW_WIDTH ? (width - NARROW_WIDTH + 1) * 3 / 10 : 0;
    if (margin > MARGIN_MAX) { margin = MARGIN_MAX; }
    while (margin > MARGIN_MIN && distance(layout, margin) < DISTANCE_COMFORTABLE) { margin--; }
    if (host_count == 2 && margin == MARGIN_MIN && width >= NARROW_WIDTH) { margin++; }
    layout->margin = margin;
    const int first = (int)(layout->time_width + 2 + margin);
    const int last = (int)(layout->width - margin - 2);
    for (uint32_t i = 0; i < layout->host_count; i++) {
        layout->hosts[i].column = first + (last - first) * (int)i / (int)(layout->host_count - 1);
    }
    return distance(layout, margin) >= DISTANCE_MIN;
}

void timeline_layout_make(struct timeline_layout *layout, unsigned width,
                          const struct timeline_cast *cast)
{
    memset(layout, 0, sizeof *layout);
    layout->width = width > CANVAS_WIDTH_MAX ? CANVAS_WIDTH_MAX : width < 40 ? 40 : width;
    layout->time_width = width <= NARROW_WIDTH ? 10 : 11;
    const bool routers = cast->all_count > cast->host_count;
    layout->hops = routers && make_lifelines(layout, width, cast->all, cast->all_count);
    layout->list = !layout->hops && !make_lifelines(layout, width, cast->hosts, cast->host_count);
}

uint32_t timeline_lifeline(const struct timeline_layout *layout, uint32_t index)
{
    for (uint32_t i = 0; i < layout->host_count; i++) {
        if (layout->hosts[i].index == index) { return i; }
    }
    return TIMELINE_HOSTS_MAX;
}

void timeline_draw_time(struct timeline_drawing *drawing, uint64_t time_ns)
{
    char text[40];
    unsigned digits = 6;
    size_t len = units_format_time(time_ns, digits, text, sizeof text);
    while (len > drawing->layout.time_width && digits > 0) {
        len = units_format_time(time_ns, --digits, text, sizeof text);
    }
    const int room = (int)drawing->layout.time_width;
    (void)canvas_text(&drawing->canvas, (int)len < room ? room - (int)len : 0, (unsigned)room, text,
                      STYLE_DIM);
}

/* A text above each lifeline, its middle over the line where there is room. */
static void draw_heads(struct timeline_drawing *drawing, bool addresses)
{
    const struct timeline_layout *layout = &drawing->layout;
    canvas_clear(&drawing->canvas, layout->width);
    for (uint32_t i = 0; i < layout->host_count; i++) {
        const struct timeline_host *host = &layout->hosts[i];
        const char *text = addresses ? host->address : host->name;
        const int left = i == 0 ? 0 : (layout->hosts[i - 1].column + host->column) / 2 + 1;
        const int right = i + 1 == layout->host_count
                              ? (int)layout->width
                              : (host->column + layout->hosts[i + 1].column) / 2;
        const int width = (int)canvas_text_width(text);
        int column = host->column - width / 2;
        if (column + width > right) { column = right - width; }
        if (column < left) { column = left; }
        (void)canvas_text(&drawing->canvas, column, (unsigned)(right - column), text,
                          addresses ? STYLE_DIM : STYLE_BOLD);
    }
    canvas_write(&drawing->canvas, drawing->writer, drawing->options->colour);
}

void timeline_draw_header(struct timeline_drawing *drawing, const char *title, const char *scenario,
                          uint64_t seed)
{
    struct canvas *canvas = &drawing->canvas;
    const unsigned width = drawing->layout.width;
    const bool colour = drawing->options->colour;
    if (title[0] != '\0') {
        canvas_clear(canvas, width);
        (void)canvas_text(canvas, 0, width, title, STYLE_BOLD);
        canvas_write(canvas, drawing->writer, colour);
    }
    char text[256];
    (void)snprintf(text, sizeof text, "%.200s, seed %llu", scenario, (unsigned long long)seed);
    canvas_clear(canvas, width);
    (void)canvas_text(canvas, 0, width, text, STYLE_DIM);
    canvas_write(canvas, drawing->writer, colour);
    out_char(drawing->writer, '\n');
    if (drawing->layout.list) { return; }
    draw_heads(drawing, false);
    draw_heads(drawing, true);
    canvas_clear(canvas, width);
    for (uint32_t i = 0; i < drawing->layout.host_count; i++) {
        canvas_set(canvas, drawing->layout.hosts[i].column, 0x2502, STYLE_DIM);
    }
    canvas_write(canvas, drawing->writer, colour);
}
