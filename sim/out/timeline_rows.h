/* timeline_rows.h - the timeline between its two halves: timeline.c makes rows of records, and
 * timeline_draw.c (lifelines) or timeline_list.c (too many hosts) writes rows as text.
 *
 * A row is one instant at one host: what happened there, beside at most one arrow. */
#ifndef TCPSIM_OUT_TIMELINE_ROWS_H
#define TCPSIM_OUT_TIMELINE_ROWS_H

#include "flights.h"
#include "output.h"
#include "timeline_canvas.h"

#define TIMELINE_HOSTS_MAX 16
#define TIMELINE_TRACKS_MAX 24
#define TIMELINE_ITEMS_MAX 12
#define TIMELINE_NO_TRACK (-1)

/* A segment under way. Its line runs down the page in a track beside its receiver's lifeline. */
struct timeline_flight {
    struct flight_key key;
    uint32_t from, to; /* of the hop that it is on: hosts or routers */
    int track;         /* TIMELINE_NO_TRACK: there was no room, so it is called by its id */
    char brief[48];    /* its label in short, for an arrival without a track */
    char words[96];    /* of an error: where its sender has no lifeline */
    bool rewritten;    /* its label is written again on arrival */
    enum timeline_style style;
};

/* What segments and ICMP errors have in common. */
struct timeline_packet {
    const struct trace_segment *segment; /* or NULL */
    const struct trace_icmp *icmp;       /* or NULL */
    enum trace_action action;
    const char *from, *to, *reason, *detail;
    uint32_t from_index, to_index, at_index;
    uint32_t next_index; /* where the link that it is on leads */
    uint64_t number;     /* an error's with a bit that no segment's has */
    uint32_t copy;
    uint64_t delay_ns;
};

enum timeline_arrow {
    ARROW_NONE,
    ARROW_SEND,     /* leaves; arrives in another row */
    ARROW_LOST,     /* leaves and is lost at once */
    ARROW_STRAIGHT, /* leaves and arrives at the same instant, with nothing between */
    ARROW_ARRIVE,
    ARROW_FORWARD,      /* arrives at a router and leaves it again */
    ARROW_FORWARD_LOST, /* the same, and is lost at once */
    ARROW_REFUSE,       /* arrives and is thrown away there */
    ARROW_DIE,          /* lost under way */
};

struct timeline_item {
    char text[96];
    char brief[48]; /* where there is no room; "" when there is no shorter way */
    enum timeline_style style;
    bool is_state; /* and one that a call made */
};

/* What is written on an arrow, and shorter ways to say it. */
struct timeline_label {
    char segment[320];
    char short_segment[32]; /* where that is all there is room for; "" to cut `segment` */
    char marks[128], mid_marks[96], brief_marks[64];
    char fate[136], mid_fate[72], brief_fate[64];
};

struct timeline_row {
    uint64_t time_ns;
    enum timeline_arrow arrow;
    bool copy;     /* the network's own: does not leave the sender */
    uint32_t host; /* where the items are */
    /* The hosts, and the two that this hop joins (hosts or routers): where no router has a lifeline
     * an arrow goes from end to end. `onward`: where a forwarded one goes next. */
    uint32_t from, to, hop_from, hop_to, onward;
    bool icmp; /* not a segment */
    const char *host_name, *from_name, *to_name;
    uint64_t number;                /* of the arrow's segment, at `from` */
    struct timeline_flight *flight; /* or NULL: its sending was not seen */
    enum timeline_style style;      /* of the arrow */
    struct timeline_label label;
    size_t item_count;
    struct timeline_item items[TIMELINE_ITEMS_MAX];
    size_t sender_items; /* a straight arrow: so many belong to its sender, above */
    char *text;          /* a row of its own from edge to edge, or NULL */
    struct timeline_row *next;
};

struct timeline_host {
    char name[72], address[56];
    uint32_t index; /* by declaration */
    uint32_t place; /* where it would like to stand */
    bool router;
    int column; /* of its lifeline */
};

struct timeline_layout {
    unsigned width, time_width, margin;
    uint32_t host_count;
    bool list; /* no lifelines: more hosts than fit */
    bool hops; /* routers have lifelines */
    struct timeline_host hosts[TIMELINE_HOSTS_MAX];
};

/* Writes rows. */
struct timeline_drawing {
    struct out_writer *writer;
    const struct out_options *options;
    struct timeline_layout layout;
    struct canvas canvas;
    struct timeline_flight *tracks[TIMELINE_HOSTS_MAX][2][TIMELINE_TRACKS_MAX]; /* left, right */
    uint64_t last_ns;
    bool any_row;
    uint32_t in_flight;
};

/* ---- timeline_layout.c ---- */

/* All that were declared, as far as they could get a lifeline. */
struct timeline_cast {
    struct timeline_host all[TIMELINE_HOSTS_MAX],
        hosts[TIMELINE_HOSTS_MAX];  /* routers too; without */
    uint32_t all_count, host_count; /* may be more than there is room for */
};
void timeline_cast_add(struct timeline_cast *cast, const struct timeline_host *host);
/* With the routers if there is room for them. */
void timeline_layout_make(struct timeline_layout *layout, unsigned width,
                          const struct timeline_cast *cast);
/* The number of the lifeline; TIMELINE_HOSTS_MAX: it has none. */
uint32_t timeline_lifeline(const struct timeline_layout *layout, uint32_t index);
void timeline_draw_header(struct timeline_drawing *drawing, const char *title, const char *scenario,
                          uint64_t seed);
void timeline_draw_time(struct timeline_drawing *drawing, uint64_t time_ns);

/* ---- timeline_draw.c, timeline_list.c ---- */

void timeline_draw_row(struct timeline_drawing *drawing, const struct timeline_row *row);
void timeline_list_row(struct timeline_drawing *drawing, const struct timeline_row *row);

/* ---- timeline_words.c ---- */

/* Fills label->segment and the marks that sender and network give it. `prefix`: what tells its
 * connection from the first, or "". */
void timeline_label_segment(struct timeline_label *label, const struct trace_segment *segment,
                            const char *prefix, const struct out_options *options);
void timeline_label_mark(struct timeline_label *label, const char *mark, const char *mid,
                         const char *brief);
/* The same of an ICMP error. */
void timeline_label_icmp(struct timeline_label *label, const struct trace_icmp *icmp);
/* "lost: drop nth=1 (x.lua:12)". */
void timeline_label_lost(struct timeline_label *label, const char *why, const char *detail);
/* A change that the network made: "delayed 50ms (x.lua:3)". False: the action is none. */
bool timeline_change_words(const struct timeline_packet *packet, char *text, size_t room,
                           char *brief, size_t brief_room);
/* The text of a label with less and less in it; level 0 is all. */
#define TIMELINE_CUT_LEVELS 4
void timeline_cut_label(const struct timeline_label *label, unsigned level, char *text,
                        size_t room);
/* False: not shown at this verbosity. */
bool timeline_call_words(const struct trace_record *record, unsigned verbosity,
                         struct timeline_item *item);
bool timeline_timer_words(const struct trace_record *record, unsigned verbosity,
                          struct timeline_item *item);
void timeline_congestion_words(const struct trace_record *record, struct timeline_item *item);
/* The last part of a path; of "a/b.lua:3" it is "b.lua:3". */
const char *timeline_base_name(const char *path);

#endif
