/* timeline_canvas.h - one line of the timeline as cells: a character and a style each, drawn in any
 * order, then written as UTF-8 (with colours, or without). */
#ifndef TCPSIM_OUT_TIMELINE_CANVAS_H
#define TCPSIM_OUT_TIMELINE_CANVAS_H

#include "output.h"

#define CANVAS_WIDTH_MAX 240

enum timeline_style {
    STYLE_PLAIN,
    STYLE_DIM,     /* times, timers, lines */
    STYLE_BOLD,    /* the title */
    STYLE_STATE,   /* a state was entered */
    STYLE_CALL,    /* what an application did */
    STYLE_AGAIN,   /* retransmissions */
    STYLE_BAD,     /* lost, discarded, failed */
    STYLE_FORGED,  /* made by the script */
    STYLE_NETWORK, /* delayed, held, duplicated, rewritten */
    STYLE_GOOD,    /* held, passed */
    STYLE_COUNT
};

struct canvas_cell {
    uint32_t character; /* 0: the second half of a wide one */
    uint8_t style;
};

struct canvas {
    unsigned width;
    struct canvas_cell cells[CANVAS_WIDTH_MAX];
};

void canvas_clear(struct canvas *canvas, unsigned width);
/* What lies outside is left out. */
void canvas_set(struct canvas *canvas, int column, uint32_t character, enum timeline_style style);
uint32_t canvas_get(const struct canvas *canvas, int column); /* ' ' outside */
/* Writes UTF-8 text from `column` on into at most `room` columns; what is too long ends in an
 * ellipsis. What is no printable character becomes a question mark. Returns the columns used. */
unsigned canvas_text(struct canvas *canvas, int column, unsigned room, const char *text,
                     enum timeline_style style);
/* Columns that the text takes. */
unsigned canvas_text_width(const char *text);
/* As many octets of the text as fit into `room` columns, broken at a blank if that is possible;
 * *skip: the octets to go on after. At least one character is taken. */
size_t canvas_break(const char *text, size_t len, unsigned room, size_t *skip);
/* Without blanks at the end, with a newline. */
void canvas_write(const struct canvas *canvas, struct out_writer *writer, bool colour);

#endif
