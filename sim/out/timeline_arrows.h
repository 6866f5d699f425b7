/* timeline_arrows.h - what the drawing of rows and that of their arrows share.
 *
 * A segment under way is a line that leaves its sender, turns down into a track beside its
 * receiver's lifeline, and comes out of the track when it arrives: so what crosses is seen to
 * cross. */
#ifndef TCPSIM_OUT_TIMELINE_ARROWS_H
#define TCPSIM_OUT_TIMELINE_ARROWS_H

#include "timeline_rows.h"

#define LINE_ACROSS 0x2500u   /* ─ */
#define LINE_DOWN 0x2502u     /* │ */
#define LINE_CROSSING 0x253cu /* ┼ */
#define LINE_QUIET 0x250au    /* ┊ */
#define CROSS 0x2717u         /* ✗ */

enum side { SIDE_LEFT, SIDE_RIGHT };

/* How many tracks beside a lifeline are taken: as far out as any is. */
unsigned timeline_used_tracks(const struct timeline_drawing *d, uint32_t host, enum side side);
/* Where the k-th track stands, counted from its receiver's lifeline. */
static inline int track_offset(unsigned track) { return 3 + 2 * (int)track; }
/* The columns beside a lifeline that so many tracks take. */
static inline int track_columns(unsigned used) { return used == 0 ? 0 : track_offset(used - 1); }

/* On the canvas, over lifelines and tracks: the arrow of a segment that leaves, with its label.
 * *track: the track that it takes from here. Returns whether its fate had no room. */
bool timeline_draw_departure(struct timeline_drawing *d, const struct timeline_row *row,
                             int *track);
/* The fate that had no room, on a line of its own. */
void timeline_draw_fate(struct timeline_drawing *d, const struct timeline_row *row);
/* The arrow of a segment that arrives, or comes to its end on the way. Returns whether its
 * fate had no room. */
bool timeline_draw_arrival(struct timeline_drawing *d, const struct timeline_row *row);

#endif
