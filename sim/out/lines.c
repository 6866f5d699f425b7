/* lines.c - lines that wait for their segment's fate: a ring in the order sent, and a hash from
 * segment to its place in the ring. */
#include "lines.h"

#include "../core/units.h"
#include "../trace/pattern.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 64u
#define LINE_MAX_BYTES 1024u

enum fate {
    UNKNOWN,
    ARRIVED, /* decided once the instant is over: the receiver may still find a bad checksum */
    DECIDED,
};

struct line {
    char *text; /* without newline */
    enum fate fate;
    uint64_t arrived_ns;
    bool is_segment;
    uint32_t host; /* with `number` the segment's id */
    uint64_t number;
    uint64_t next; /* in its bucket: a place + 1, or 0 */
};

/* A line's place counts from the run's beginning; it lies at place % room. */
struct lines {
    struct out_writer *writer;
    bool absolute;
    struct line *ring;
    uint64_t *buckets; /* the first place + 1 */
    uint64_t room;     /* of ring and buckets: a power of two */
    uint64_t head, tail;
};

static struct line *line_at(const struct lines *lines, uint64_t place)
{
    return &lines->ring[place & (lines->room - 1)];
}

static uint64_t *bucket_of(const struct lines *lines, uint32_t host, uint64_t number)
{
    const uint64_t mixed = (number + ((uint64_t)host << 32)) * UINT64_C(0x9e3779b97f4a7c15);
    return &lines->buckets[mixed >> 32 & (lines->room - 1)];
}

static struct line *find(const struct lines *lines, uint32_t host, uint64_t number)
{
    for (uint64_t next = *bucket_of(lines, host, number); next != 0;) {
        struct line *line = line_at(lines, next - 1);
        if (line->host == host && line->number == number) { return line; }
        next = line->next;
    }
    return NULL;
}

static void link_line(struct lines *lines, uint64_t place)
{
    struct line *line = line_at(lines, place);
    uint64_t *bucket = bucket_of(lines, line->host, line->number);
    line->next = *bucket;
    *bucket = place + 1;
}

static void unlink_line(struct lines *lines, uint64_t place)
{
    const struct line *line = line_at(lines, place);
    uint64_t *link = bucket_of(lines, line->host, line->number);
    while (*link != place + 1) { link = &line_at(lines, *link - 1)->next; }
    *link = line->next;
}

static bool grow(struct lines *lines)
{
    const uint64_t room = lines->room == 0 ? FIRST_ROOM : lines->room * 2;
    struct line *ring = calloc(room, sizeof *ring);
    uint64_t *buckets = calloc(room, sizeof *buckets);
    if (ring == NULL || buckets == NULL) {
        free(ring);
        free(buckets);
        return false;
    }
    for (uint64_t place = lines->head; place != lines->tail; place++) {
        ring[place & (room - 1)] = *line_at(lines, place);
    }
    free(lines->ring);
    free(lines->buckets);
    lines->ring = ring;
    lines->buckets = buckets;
    lines->room = room;
    for (uint64_t place = lines->head; place != lines->tail; place++) {
        if (line_at(lines, place)->is_segment) { link_line(lines, place); }
    }
    return true;
}

struct lines *lines_create(struct out_writer *writer, bool absolute)
{
    struct lines *lines = calloc(1, sizeof *lines);
    if (lines == NULL) { return NULL; }
    lines->writer = writer;
    lines->absolute = absolute;
    if (!grow(lines)) {
        free(lines);
        return NULL;
    }
    return lines;
}

/* ---- writing what is decided ---- */

static void write_head(struct lines *lines)
{
    struct line *line = line_at(lines, lines->head);
    if (line->is_segment) { unlink_line(lines, lines->head); }
    if (line->text != NULL) {
        out_text(lines->writer, line->text);
        out_char(lines->writer, '\n');
        free(line->text);
    }
    lines->head++;
}

static void write_decided(struct lines *lines, uint64_t now_ns)
{
    while (lines->head != lines->tail) {
        const struct line *line = line_at(lines, lines->head);
        if (line->fate == UNKNOWN || (line->fate == ARRIVED && line->arrived_ns >= now_ns)) {
            return;
        }
        write_head(lines);
    }
}

void lines_finish(struct lines *lines)
{
    while (lines->head != lines->tail) { write_head(lines); }
    free(lines->ring);
    free(lines->buckets);
    free(lines);
}

/* ---- new lines ---- */

/* The new line, with a copy of the text; NULL for want of memory. */
static struct line *append(struct lines *lines, const char *text)
{
    char *copy = strdup(text);
    if (copy == NULL || (lines->tail - lines->head == lines->room && !grow(lines))) {
        free(copy);
        out_fail(lines->writer, ENOMEM);
        return NULL;
    }
    struct line *line = line_at(lines, lines->tail++);
    *line = (struct line){.text = copy};
    return line;
}

void lines_remark(struct lines *lines, const char *text)
{
    struct line *line = append(lines, text);
    if (line != NULL) { line->fate = DECIDED; }
}

static void segment_sent(struct lines *lines, uint64_t time_ns, const struct trace_segment *segment)
{
    char time[40], ends[200], text[LINE_MAX_BYTES / 2 + 200], whole[LINE_MAX_BYTES];
    if (find(lines, segment->from_index, segment->number) != NULL) {
        return; /* injected, then sent: one segment */
    }
    (void)units_format_time(time_ns, 6, time, sizeof time);
    (void)pattern_format_ends(segment, ends, sizeof ends);
    (void)pattern_format_segment(segment, lines->absolute, text, sizeof text);
    (void)snprintf(whole, sizeof whole, "%s %s %s", time, ends, text);
    struct line *line = append(lines, whole);
    if (line != NULL) {
        line->is_segment = true;
        line->host = segment->from_index;
        line->number = segment->number;
        link_line(lines, lines->tail - 1);
    }
}

/* ---- fates ---- */

/* A rule's "folder/file:12" is told without its folder, so that a golden does not depend on where
 * the scenario lies; other reasons are words. */
static const char *reason_text(const char *reason)
{
    const char *slash = strrchr(reason, '/');
    const size_t len = strlen(reason);
    const bool place = len > 0 && reason[len - 1] >= '0' && reason[len - 1] <= '9';
    return place && slash != NULL ? slash + 1 : reason;
}

static void segment_lost(struct lines *lines, struct line *line, const char *reason)
{
    const char *words = reason_text(reason);
    const size_t len = strlen(line->text) + strlen(words) + sizeof " # lost: ";
    char *text = malloc(len);
    line->fate = DECIDED;
    if (text == NULL) {
        out_fail(lines->writer, ENOMEM);
        return;
    }
    (void)snprintf(text, len, "%s # lost%s%s", line->text, words[0] == '\0' ? "" : ": ", words);
    for (char *c = text; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ') {
            *c = '?'; /* a file's name may hold anything; a line is a line */
        }
    }
    free(line->text);
    line->text = text;
}

static void segment_fate(struct lines *lines, uint64_t time_ns, const struct trace_segment *segment)
{
    struct line *line = find(lines, segment->from_index, segment->number);
    if (line == NULL || line->fate == DECIDED) { return; }
    if (segment->action == TRACE_DROPPED) {
        segment_lost(lines, line, segment->reason == NULL ? "" : segment->reason);
    } else if (segment->action == TRACE_DISCARDED && segment->reason != NULL &&
               strcmp(segment->reason, tcp_discard_words(TCP_DISCARD_BAD_CHECKSUM)) == 0) {
        segment_lost(lines, line, segment->reason);
    } else {
        line->fate = ARRIVED;
        line->arrived_ns = time_ns;
    }
}

void lines_record(struct lines *lines, const struct trace_record *record)
{
    write_decided(lines, record->time_ns);
    if (record->event != TRACE_SEGMENT || record->u.segment.copy != 0) { return; }
    switch (record->u.segment.action) {
    case TRACE_SENT:
    case TRACE_INJECTED: segment_sent(lines, record->time_ns, &record->u.segment); break;
    case TRACE_DELIVERED:
    case TRACE_DROPPED:
    case TRACE_DISCARDED: segment_fate(lines, record->time_ns, &record->u.segment); break;
    case TRACE_FORWARDED:
    case TRACE_DUPLICATED:
    case TRACE_CORRUPTED:
    case TRACE_DELAYED:
    case TRACE_HELD:
    case TRACE_MARKED:
    case TRACE_REWRITTEN: break;
    }
}
