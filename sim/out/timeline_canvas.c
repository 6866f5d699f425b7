/* timeline_canvas.c - cells, and their way to UTF-8 and SGR colours. */
#include "timeline_canvas.h"

#include <string.h>

/* SGR codes of the sixteen colours that every terminal has; "" leaves its own. */
static const char *const sgr[STYLE_COUNT] = {
    [STYLE_PLAIN] = "",     [STYLE_DIM] = "2",     [STYLE_BOLD] = "1", [STYLE_STATE] = "1;36",
    [STYLE_CALL] = "32",    [STYLE_AGAIN] = "33",  [STYLE_BAD] = "31", [STYLE_FORGED] = "35",
    [STYLE_NETWORK] = "34", [STYLE_GOOD] = "1;32",
};

/* Reads one character; an octet that is not UTF-8 counts as one question mark. Returns its octets.
 */
static size_t read_character(const char *text, size_t len, uint32_t *character)
{
    const uint8_t first = (uint8_t)text[0];
    const size_t extra = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
    uint32_t value = extra == 0 ? first : first & (0x3fu >> extra);
    *character = '?';
    if ((first >= 0x80 && first < 0xc2) || first > 0xf4 || extra >= len) { return 1; }
    for (size_t i = 1; i <= extra; i++) {
        if (((uint8_t)text[i] & 0xc0) != 0x80) { return 1; }
        value = value << 6 | ((uint8_t)text[i] & 0x3fu);
    }
    static const uint32_t least[4] = {0, 0x80, 0x800, 0x10000};
    const bool control = value < 0x20 || (value >= 0x7f && value < 0xa0) ||
                         (value >= 0x200b && value <= 0x200f) ||
                         (value >= 0x2028 && value <= 0x202e) ||
                         (value >= 0x2066 && value <= 0x2069) || value == 0xfeff;
    if (value == '\t') { /* between the values of a print */
        *character = ' ';
    } else if (value >= least[extra] && value <= 0x10ffff && (value < 0xd800 || value > 0xdfff) &&
               !control) {
        *character = value;
    }
    return extra + 1;
}

struct range {
    uint32_t from, to;
};

/* Unicode's east-asian wide blocks, coarsely; and marks that take no column. */
static unsigned width_of(uint32_t c)
{
    static const struct range wide[] = {
        {0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0xa4cf},   {0xac00, 0xd7a3},
        {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},
        {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd},
    };
    if ((c >= 0x300 && c <= 0x36f) || (c >= 0xfe00 && c <= 0xfe0f)) { return 0; }
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++) {
        if (c >= wide[i].from && c <= wide[i].to) { return 2; }
    }
    return 1;
}

void canvas_clear(struct canvas *canvas, unsigned width)
{
    canvas->width = width < CANVAS_WIDTH_MAX ? width : CANVAS_WIDTH_MAX;
    for (unsigned i = 0; i < canvas->width; i++) {
        canvas->cells[i] = (struct canvas_cell){.character = ' ', .style = STYLE_PLAIN};
    }
}

void canvas_set(struct canvas *canvas, int column, uint32_t character, enum timeline_style style)
{
    if (column < 0 || (unsigned)column >= canvas->width) { return; }
    canvas->cells[column] = (struct canvas_cell){.character = character, .style = (uint8_t)style};
}

uint32_t canvas_get(const struct canvas *canvas, int column)
{
    return column < 0 || (unsigned)column >= canvas->width ? ' ' : canvas->cells[column].character;
}

unsigned canvas_text_width(const char *text)
{
    unsigned width = 0;
    for (size_t len = strlen(text), at = 0; at < len;) {
        uint32_t character;
        at += read_character(text + at, len - at, &character);
        width += width_of(character);
    }
    return width;
}

unsigned canvas_text(struct canvas *canvas, int column, unsigned room, const char *text,
                     enum timeline_style style)
{
    const size_t len = strlen(text);
    const bool cut = canvas_text_width(text) > room;
    const unsigned usable = cut ? (room > 0 ? room - 1 : 0) : room;
    unsigned used = 0;
    for (size_t at = 0; at < len;) {
        uint32_t character;
        at += read_character(text + at, len - at, &character);
        const unsigned width = width_of(character);
        if (used + width > usable) { break; }
        if (width == 0) { continue; }
        canvas_set(canvas, column + (int)used, character, style);
        if (width == 2) { canvas_set(canvas, column + (int)used + 1, 0, style); }
        used += width;
    }
    if (cut && room > 0) { canvas_set(canvas, column + (int)used++, 0x2026, style); }
    return used;
}

size_t canvas_break(const char *text, size_t len, unsigned room, size_t *skip)
{
    size_t at = 0, blank = 0;
    unsigned used = 0;
    while (at < len) {
        uint32_t character;
        const size_t octets = read_character(text + at, len - at, &character);
        used += width_of(character);
        if (used > room && at > 0) {
            const bool at_blank = text[at] == ' ';
            if (blank == 0 || at_blank) { blank = at; }
            *skip = text[blank] == ' ' ? blank + 1 : blank;
            return blank;
        }
        if (text[at] == ' ') { blank = at; }
        at += octets;
    }
    *skip = len;
    return len;
}

static size_t write_character(uint32_t c, char *octets)
{
    if (c < 0x80) {
        octets[0] = (char)c;
        return 1;
    }
    const size_t extra = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const uint8_t lead[4] = {0, 0xc0, 0xe0, 0xf0};
    octets[0] = (char)(lead[extra] | c >> (6 * extra));
    for (size_t i = 1; i <= extra; i++) {
        octets[i] = (char)(0x80u | (c >> (6 * (extra - i)) & 0x3fu));
    }
    return extra + 1;
}

void canvas_write(const struct canvas *canvas, struct out_writer *writer, bool colour)
{
    unsigned width = canvas->width;
    while (width > 0 && canvas->cells[width - 1].character == ' ') { width--; }
    uint8_t style = STYLE_PLAIN;
    for (unsigned i = 0; i < width; i++) {
        const struct canvas_cell *cell = &canvas->cells[i];
        if (cell->character == 0) { continue; }
        if (colour && cell->style != style && cell->character != ' ') {
            if (style != STYLE_PLAIN) { out_text(writer, "\033[0m"); }
            if (cell->style != STYLE_PLAIN) { out_printf(writer, "\033[%sm", sgr[cell->style]); }
            style = cell->style;
        }
        char octets[4];
        out_bytes(writer, octets, write_character(cell->character, octets));
    }
    if (style != STYLE_PLAIN) { out_text(writer, "\033[0m"); }
    out_char(writer, '\n');
}
