/* jsonl.c - the output "jsonl": one JSON object a line with every field of the schema. */
#include "output.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 4096u

struct jsonl {
    struct out_writer *writer;
    char *text; /* the value being written; grows to the longest */
    size_t room;
};

static void *jsonl_begin(struct out_writer *writer, const struct out_options *options)
{
    struct jsonl *jsonl = calloc(1, sizeof *jsonl);
    char *text = malloc(FIRST_ROOM);
    (void)options;
    if (jsonl == NULL || text == NULL) {
        free(jsonl);
        free(text);
        return NULL;
    }
    *jsonl = (struct jsonl){.writer = writer, .text = text, .room = FIRST_ROOM};
    return jsonl;
}

/* ---- strings ---- */

static bool is_continuation(unsigned char c) { return (c & 0xc0) == 0x80; }

/* The length of the UTF-8 sequence at `s` (RFC 3629: no overlong forms, no surrogates, nothing
 * above U+10FFFF), or 0 if there is none. Reads no octet behind the NUL. */
static size_t utf8_len(const unsigned char *s)
{
    if (s[0] < 0x80) { return 1; }
    if (s[0] < 0xc2 || s[0] > 0xf4 || !is_continuation(s[1])) { return 0; }
    if (s[0] < 0xe0) { return 2; }
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) || !is_continuation(s[2])) {
        return 0;
    }
    if (s[0] < 0xf0) { return 3; }
    if ((s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f) || !is_continuation(s[3])) {
        return 0;
    }
    return 4;
}

static void write_ascii(struct out_writer *writer, unsigned char c)
{
    switch (c) {
    case '"': out_text(writer, "\\\""); break;
    case '\\': out_text(writer, "\\\\"); break;
    case '\n': out_text(writer, "\\n"); break;
    case '\r': out_text(writer, "\\r"); break;
    case '\t': out_text(writer, "\\t"); break;
    default:
        if (c < ' ') {
            out_printf(writer, "\\u%04x", (unsigned)c);
        } else {
            out_char(writer, (char)c);
        }
        break;
    }
}

/* An octet that is no UTF-8 becomes U+FFFD. */
static void write_string(struct out_writer *writer, const char *text)
{
    out_char(writer, '"');
    for (const unsigned char *s = (const unsigned char *)text; *s != '\0';) {
        const size_t len = utf8_len(s);
        if (len == 0) {
            out_text(writer, "\xef\xbf\xbd");
        } else if (len == 1) {
            write_ascii(writer, *s);
        } else {
            out_bytes(writer, s, len);
        }
        s += len == 0 ? 1 : len;
    }
    out_char(writer, '"');
}

/* ---- records ---- */

/* Puts the field's whole value into jsonl->text; false for want of memory. */
static bool fetch(struct jsonl *jsonl, const struct trace_field *field,
                  const struct trace_record *record)
{
    const size_t len = field->text(record, jsonl->text, jsonl->room);
    if (len < jsonl->room) { return true; }
    char *text = realloc(jsonl->text, len + 1);
    if (text == NULL) {
        out_fail(jsonl->writer, ENOMEM);
        return false;
    }
    jsonl->text = text;
    jsonl->room = len + 1;
    (void)field->text(record, jsonl->text, jsonl->room);
    return true;
}

static void write_field(struct jsonl *jsonl, const struct trace_field *field,
                        const struct trace_record *record)
{
    if (!fetch(jsonl, field, record)) { return; }
    const bool empty = jsonl->text[0] == '\0' || (field->number && strcmp(jsonl->text, "0") == 0);
    if (field->optional && empty) { return; }
    out_printf(jsonl->writer, ",\"%s\":", field->name);
    if (field->number) {
        out_text(jsonl->writer, jsonl->text);
    } else {
        write_string(jsonl->writer, jsonl->text);
    }
}

static void jsonl_record(void *state, const struct trace_record *record)
{
    struct jsonl *jsonl = state;
    size_t count = 0;
    const struct trace_field *fields = trace_fields(record->event, &count);
    out_printf(jsonl->writer, "{\"event\":\"%s\"", trace_event_name(record->event));
    if (record->event != TRACE_RUN) {
        out_printf(jsonl->writer, ",\"time_ns\":%" PRIu64, record->time_ns);
    }
    for (size_t i = 0; i < count; i++) { write_field(jsonl, &fields[i], record); }
    out_text(jsonl->writer, "}\n");
}

static void jsonl_end(void *state)
{
    struct jsonl *jsonl = state;
    free(jsonl->text);
    free(jsonl);
}

const struct output_format output_jsonl = {
    .name = "jsonl",
    .help = "every record of the trace, a JSON object a line",
    .wants = (1u << TRACE_EVENT_COUNT) - 1,
    .begin = jsonl_begin,
    .record = jsonl_record,
    .end = jsonl_end,
};
