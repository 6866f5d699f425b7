/* timeline_arrows.c - arrows: lines, tracks, heads and labels. Positions of an arrow are counted
 * from its sender's lifeline ("distance"), whichever way it points. */
#include "timeline_arrows.h"

#include <stdio.h>

#define LABEL_ROOM 22 /* tracks leave so much of a gap to the labels */
#define TRACKS_MIN 2
#define CUT_SEGMENT_MIN 5 /* of a label: "S 0:0" */
#define TIGHT_DISTANCE 30 /* lifelines nearer than this: shorter lead lines */

unsigned timeline_used_tracks(const struct timeline_drawing *d, uint32_t host, enum side side)
{
    unsigned used = TIMELINE_TRACKS_MAX;
    while (used > 0 && d->tracks[host][side][used - 1] == NULL) { used--; }
    return used;
}

struct span {
    int column, dir, distance; /* from the sender's lifeline */
    int first_gap;             /* distance of the first lifeline on the way */
    unsigned used_from, used_to;
    enum side to_side, from_side;
    uint32_t to;
    bool tight;
};

static struct span span_of(const struct timeline_drawing *d, uint32_t from, uint32_t to)
{
    const struct timeline_layout *layout = &d->layout;
    const bool right = from < to;
    struct span s = {
        .column = layout->hosts[from].column,
        .dir = right ? 1 : -1,
        .to_side = right ? SIDE_LEFT : SIDE_RIGHT,
        .from_side = right ? SIDE_RIGHT : SIDE_LEFT,
        .to = to,
    };
    s.distance = (layout->hosts[to].column - s.column) * s.dir;
    s.first_gap = (layout->hosts[right ? from + 1 : from - 1].column - s.column) * s.dir;
    s.used_from = timeline_used_tracks(d, from, s.from_side);
    s.used_to = timeline_used_tracks(d, to, s.to_side);
    s.tight = s.first_gap < TIGHT_DISTANCE;
    return s;
}

static int at(const struct span *s, int distance) { return s->column + s->dir * distance; }

static void across(struct timeline_drawing *d, const struct span *s, int from, int to,
                   enum timeline_style style)
{
    for (int i = from; i <= to; i++) {
        const uint32_t under = canvas_get(&d->canvas, at(s, i));
        const bool crossing = under == LINE_DOWN || under == LINE_CROSSING;
        canvas_set(&d->canvas, at(s, i), crossing ? LINE_CROSSING : LINE_ACROSS, style);
    }
}

/* Text whose nearest column to the sender is at `distance`, a blank on either side. */
static int put_text(struct timeline_drawing *d, const struct span *s, int distance, int room,
                    const char *text, enum timeline_style style)
{
    int width = (int)canvas_text_width(text);
    if (width > room) { width = room; }
    if (width <= 0) { return 0; }
    const int start = s->dir > 0 ? at(s, distance) : at(s, distance + width - 1);
    canvas_set(&d->canvas, start - 1, ' ', STYLE_PLAIN);
    canvas_set(&d->canvas, start + width, ' ', STYLE_PLAIN);
    (void)canvas_text(&d->canvas, start, (unsigned)width, text, style);
    return width;
}

/* The label with as much as fits: first the options go, then the window, then long words, then the
 * ACK. `fate_extra` columns stand between label and fate. */
struct choice {
    char text[480];
    const char *fate; /* "" when it must stand on a line of its own */
    bool fits;
};

static void choose_label(const struct timeline_label *label, int room, int fate_extra,
                         struct choice *choice)
{
    static const struct {
        uint8_t cut, marks, fate; /* 0 is all; fate 3 is none */
    } order[] = {{0, 0, 0}, {1, 0, 0}, {2, 0, 0}, {2, 1, 0}, {2, 1, 1}, {2, 2, 1},
                 {2, 2, 2}, {3, 1, 1}, {3, 2, 1}, {3, 2, 2}, {2, 2, 3}, {3, 2, 3}};
    const char *const all_marks[] = {label->marks, label->mid_marks, label->brief_marks};
    const char *const fates[] = {label->fate, label->mid_fate, label->brief_fate, ""};
    char segment[sizeof label->segment];
    choice->fits = false;
    for (size_t i = 0; i < sizeof order / sizeof order[0] && !choice->fits; i++) {
        timeline_cut_label(label, order[i].cut, segment, sizeof segment);
        const char *marks = all_marks[order[i].marks];
        choice->fate = fates[order[i].fate];
        const char *between = marks[0] == '\0' || segment[0] == '\0' ? ""
                              : marks[0] == '#'                      ? " "
                                                                     : "  ";
        (void)snprintf(choice->text, sizeof choice->text, "%s%s%s", segment, between, marks);
        int width = (int)canvas_text_width(choice->text);
        if (choice->fate[0] != '\0') { width += fate_extra + (int)canvas_text_width(choice->fate); }
        choice->fits = width <= room;
    }
    /* Marks tell more than the last digits of the numbers. */
    const int left = room - 3 - (int)canvas_text_width(label->brief_marks);
    if (!choice->fits && label->brief_marks[0] != '\0' && left >= CUT_SEGMENT_MIN) {
        (void)snprintf(choice->text, sizeof choice->text, "%.*s\u2026  %s", left, segment,
                       label->brief_marks);
    }
}

/* A track for a segment that leaves: outside all that are in use, else any free one. One direction
 * leaves some to the other. */
static int choose_track(const struct timeline_drawing *d, const struct span *s)
{
    const uint32_t other = s->to_side == SIDE_LEFT ? s->to - 1 : s->to + 1;
    const int gap = (d->layout.hosts[s->to].column - d->layout.hosts[other].column) * s->dir;
    int room = (gap - 9 - LABEL_ROOM) / 2;
    if (room > TIMELINE_TRACKS_MAX) { room = TIMELINE_TRACKS_MAX; }
    if (room < TRACKS_MIN) { room = TRACKS_MIN; }
    const int share = room - room / 4;
    room -= (int)timeline_used_tracks(d, other, s->from_side);
    if (room > share) { room = share; }
    if ((int)s->used_to < room) { return (int)s->used_to; }
    for (unsigned k = 0; k < s->used_to; k++) {
        if (d->tracks[s->to][s->to_side][k] == NULL) { return (int)k; }
    }
    return TIMELINE_NO_TRACK;
}

struct label_zone {
    int start, room, room_in_gap;
};

/* Where the label of a departing arrow stands: behind the tracks beside the sender, before those
 * beside the receiver. */
static struct label_zone label_zone_of(const struct span *s, int end)
{
    const int start = track_columns(s->used_from) + (s->tight ? 3 : 4);
    const int in_gap = s->first_gap < s->distance ? s->first_gap - 2 : end;
    return (struct label_zone){
        .start = start, .room = end - start + 1, .room_in_gap = in_gap - start + 1};
}

static void draw_start(struct timeline_drawing *d, const struct span *s, enum timeline_style style)
{
    canvas_set(&d->canvas, s->column, s->dir > 0 ? 0x251c : 0x2524, style);
}

static void draw_head(struct timeline_drawing *d, const struct span *s, uint32_t head,
                      enum timeline_style style)
{
    const uint32_t triangle = s->dir > 0 ? 0x25b6 : 0x25c0;
    canvas_set(&d->canvas, at(s, s->distance - 1), head != 0 ? head : triangle, style);
}

/* Writes the label; a fate follows behind its cross. Returns whether a fate was left out. */
static bool draw_label(struct timeline_drawing *d, const struct span *s,
                       const struct timeline_row *row, const struct timeline_label *label, int end)
{
    const struct label_zone zone = label_zone_of(s, end);
    const int fate_extra = row->arrow == ARROW_LOST ? 4 : 2;
    int room = zone.room_in_gap;
    struct choice choice;
    choose_label(label, room, fate_extra, &choice);
    if (!choice.fits && zone.room > room) {
        room = zone.room;
        choose_label(label, room, fate_extra, &choice);
    }
    const int width = put_text(d, s, zone.start, room, choice.text, row->style);
    if (row->arrow != ARROW_LOST) { return false; }
    const int cross = zone.start + width + 2;
    canvas_set(&d->canvas, at(s, cross - 1), LINE_ACROSS, row->style);
    canvas_set(&d->canvas, at(s, cross), CROSS, STYLE_BAD);
    (void)put_text(d, s, cross + 2, zone.start + zone.room - cross - 2, choice.fate, STYLE_BAD);
    return choice.fate[0] == '\0';
}

void timeline_draw_fate(struct timeline_drawing *d, const struct timeline_row *row)
{
    const struct span s = span_of(d, row->from, row->to);
    const int end = s.distance - 2 - track_columns(s.used_to);
    const struct label_zone zone = label_zone_of(&s, end);
    char text[sizeof row->label.fate + 8];
    (void)snprintf(text, sizeof text, "\u2717 %s", row->label.fate);
    if ((int)canvas_text_width(text) > zone.room) {
        (void)snprintf(text, sizeof text, "\u2717 %s", row->label.brief_fate);
    }
    (void)put_text(d, &s, zone.start, zone.room, text, STYLE_BAD);
}

/* The segment's number tells an arrow without a track from the others. */
static void mark_number(struct timeline_label *label, const struct timeline_row *row)
{
    char number[32];
    (void)snprintf(number, sizeof number, "#%llu", (unsigned long long)row->number);
    timeline_label_mark(label, number, number, number);
}

bool timeline_draw_departure(struct timeline_drawing *d, const struct timeline_row *row, int *track)
{
    const struct span s = span_of(d, row->from, row->to);
    const int tracks_end = s.distance - 2 - track_columns(s.used_to);
    *track = TIMELINE_NO_TRACK;
    if (row->arrow == ARROW_SEND) { *track = choose_track(d, &s); }
    int end = tracks_end; /* of the label's zone */
    struct timeline_label label = row->label;
    if (row->arrow == ARROW_SEND && *track >= 0) {
        const int turn = s.distance - track_offset((unsigned)*track);
        const int clear =
            s.distance - 2 - track_columns(s.used_to > (unsigned)*track ? s.used_to : 0);
        end = (clear < turn - 1 ? clear : turn - 1) - (s.tight ? 1 : 2);
        across(d, &s, 1, turn - 1, row->style);
        canvas_set(&d->canvas, at(&s, turn), s.dir > 0 ? 0x256e : 0x256d, row->style);
    } else if (row->arrow == ARROW_SEND) {
        mark_number(&label, row);
        end = tracks_end - 2;
        across(d, &s, 1, tracks_end - 1, row->style);
        canvas_set(&d->canvas, at(&s, tracks_end), s.dir > 0 ? 0x25b7 : 0x25c1, row->style);
    } else if (row->arrow == ARROW_STRAIGHT) {
        end = s.distance - 4 - track_columns(s.used_to);
        across(d, &s, 1, s.distance - 2, row->style);
        draw_head(d, &s, 0, row->style);
    } else {
        across(d, &s, 1, track_columns(s.used_from) + 2, row->style);
    }
    if (!row->copy) { draw_start(d, &s, row->style); }
    const bool left_out = draw_label(d, &s, row, &label, end);
    for (int i = 1; row->copy && i < track_columns(s.used_from) + 3; i++) {
        const uint32_t under = canvas_get(&d->canvas, at(&s, i));
        if (under == LINE_ACROSS) { canvas_set(&d->canvas, at(&s, i), ' ', STYLE_PLAIN); }
        if (under == LINE_CROSSING) { canvas_set(&d->canvas, at(&s, i), LINE_DOWN, STYLE_PLAIN); }
    }
    return left_out;
}

bool timeline_draw_arrival(struct timeline_drawing *d, const struct timeline_row *row)
{
    const struct timeline_flight *flight = row->flight;
    const struct span s = span_of(d, row->from, row->to);
    const bool on_track = flight != NULL && flight->track >= 0;
    const int tracks_end = s.distance - 2 - track_columns(s.used_to);
    struct timeline_label label = row->label;
    int end = tracks_end - 1;
    if (row->arrow == ARROW_DIE) {
        const int where =
            on_track ? s.distance - track_offset((unsigned)flight->track) : tracks_end;
        canvas_set(&d->canvas, at(&s, where), CROSS, STYLE_BAD);
    } else if (on_track) {
        const int turn = s.distance - track_offset((unsigned)flight->track);
        across(d, &s, turn, s.distance - 2, row->style);
        canvas_set(&d->canvas, at(&s, turn), s.dir > 0 ? 0x2570 : 0x256f, row->style);
        if (turn - 2 < end) { end = turn - 2; }
    } else {
        across(d, &s, tracks_end, s.distance - 2, row->style);
        if (label.segment[0] == '\0' && flight != NULL) {
            (void)snprintf(label.segment, sizeof label.segment, "%s", flight->brief);
        }
        mark_number(&label, row);
        end = tracks_end - 2;
    }
    const bool refused = row->arrow == ARROW_REFUSE;
    if (row->arrow != ARROW_DIE) {
        draw_head(d, &s, refused ? CROSS : 0, refused ? STYLE_BAD : row->style);
    }
    const struct label_zone zone = label_zone_of(&s, end);
    struct choice choice;
    choose_label(&label, zone.room, 2, &choice);
    int stop = end;
    if (choice.fate[0] != '\0') {
        const int width = (int)canvas_text_width(choice.fate);
        stop -= put_text(d, &s, stop - width + 1, zone.room, choice.fate, STYLE_BAD) + 2;
    }
    const int width = (int)canvas_text_width(choice.text);
    const int start = stop - width + 1 > zone.start ? stop - width + 1 : zone.start;
    (void)put_text(d, &s, start, stop - start + 1, choice.text, row->style);
    return choice.fate[0] == '\0' && label.fate[0] != '\0';
}
