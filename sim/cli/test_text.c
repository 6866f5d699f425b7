/* test_text.c - text from anywhere (file names, messages of scenarios) made fit for XML, YAML and a
 * terminal. */
#include "test.h"

#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* The length of the UTF-8 sequence at `text`, 0 for what is none. */
static size_t sequence(const char *text, size_t left, uint32_t *code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char first = (unsigned char)text[0];
    if (first < 0x80) {
        *code = first;
        return 1;
    }
    const size_t len = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || len > left) { return 0; }
    *code = first & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        const unsigned char next = (unsigned char)text[i];
        if ((next & 0xc0) != 0x80) { return 0; }
        *code = *code << 6 | (next & 0x3fu);
    }
    const bool surrogate = *code >= 0xd800 && *code <= 0xdfff;
    return *code < least[len] || *code > 0x10ffff || surrogate ? 0 : len;
}

static const char *xml_entity(uint32_t code, bool attribute)
{
    switch (code) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '\r': return "&#13;";
    case '"': return attribute ? "&quot;" : NULL;
    case '\t': return attribute ? "&#9;" : NULL;
    case '\n': return attribute ? "&#10;" : NULL;
    default: return NULL;
    }
}

void text_put_xml(struct out_writer *out, const char *text, size_t len, bool attribute)
{
    for (size_t at = 0; at < len;) {
        uint32_t code = 0;
        const size_t step = sequence(text + at, len - at, &code);
        const char *entity = step > 0 ? xml_entity(code, attribute) : REPLACEMENT;
        const bool control = code < ' ' && code != '\t' && code != '\n';
        if (entity != NULL) {
            out_text(out, entity);
        } else if (control || code == 0xfffe || code == 0xffff) {
            out_text(out, REPLACEMENT);
        } else {
            out_bytes(out, text + at, step);
        }
        at += step > 0 ? step : 1;
    }
}

void text_put_plain(struct out_writer *out, const char *text, size_t len, bool lines)
{
    for (size_t at = 0; at < len;) {
        uint32_t code = 0;
        const size_t step = sequence(text + at, len - at, &code);
        const bool control = (code < ' ' && code != '\t') || (code >= 0x7f && code < 0xa0);
        if (step == 0 || code == 0xfffe || code == 0xffff ||
            (control && !(lines && code == '\n'))) {
            out_text(out, REPLACEMENT);
        } else {
            out_bytes(out, text + at, step);
        }
        at += step > 0 ? step : 1;
    }
}

size_t text_columns(const char *text)
{
    const size_t len = strlen(text);
    size_t columns = 0;
    for (size_t at = 0; at < len; columns++) {
        uint32_t code = 0;
        const size_t step = sequence(text + at, len - at, &code);
        at += step > 0 ? step : 1;
    }
    return columns;
}
