/* expect_report.c - results: a failure with what was expected above what came, so that the eye
 * finds the difference, and the segments around it. */
#include "expect.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define AROUND_BEFORE 4
#define AROUND_AFTER 2
#define DIGITS 6

/* ---- text ---- */

void expect_text_add(struct expect_text *text, const char *format, ...)
{
    const size_t room = sizeof text->octets - text->len;
    va_list arguments;
    va_start(arguments, format);
    const int len = vsnprintf(text->octets + text->len, room, format, arguments);
    va_end(arguments);
    if (len > 0) { text->len += (size_t)len < room ? (size_t)len : room - 1; }
}

static void add_blanks(struct expect_text *text, size_t count)
{
    for (size_t i = 0; i < count; i++) { expect_text_add(text, " "); }
}

/* ---- results ---- */

struct expect_place expect_place_here(lua_State *L)
{
    struct expect_place place = {scenario_of(L)->config.path, 0};
    const char *file;
    unsigned line;
    if (lua_where_line(L, &file, &line)) { place = (struct expect_place){file, line}; }
    return place;
}

static void record(struct scenario *scenario, bool held, const struct expect_report *report)
{
    if (!trace_wants(scenario->config.trace, TRACE_EXPECT) || scenario->world == NULL) { return; }
    struct trace_record expect = {.event = TRACE_EXPECT, .time_ns = world_now(scenario->world)};
    expect.u.expect.file = report->place.file;
    expect.u.expect.line = report->place.line;
    expect.u.expect.held = held;
    /* What aligns the two in messages is no part of them. */
    expect.u.expect.expected = report->expected + strspn(report->expected, " ");
    expect.u.expect.actual = report->actual + strspn(report->actual, " ");
    trace_emit(scenario->config.trace, &expect);
}

static void tell(struct scenario *scenario, const struct expect_report *report)
{
    struct expect_text when = {0};
    const struct app *app = app_current(scenario);
    if (app != NULL && scenario->world != NULL) {
        char time[32];
        (void)units_format_time(world_now(scenario->world), DIGITS, time, sizeof time);
        expect_text_add(&when, " (at %s%s%s)", time,
                        app->host != NULL ? ", in an application of " : "",
                        app->host != NULL ? host_name(app->host) : "");
    }
    struct expect_text mark = {0};
    if (report->column != EXPECT_NO_COLUMN) {
        expect_text_add(&mark, "\n            ");
        add_blanks(&mark, report->column);
        expect_text_add(&mark, report->field[0] != '\0' ? "^ %s" : "^", report->field);
    }
    const bool shows = report->shows[0] != '\0';
    const bool context = report->context[0] != '\0';
    scenario_tell(scenario, "%s:%u: %s failed: %s%s%s%s%s\n  expected: %s\n  actual:   %s%s%s%s",
                  report->place.file, report->place.line, report->name, report->summary,
                  when.octets, shows ? " (shows " : "", report->shows, shows ? ")" : "",
                  report->expected, report->actual, mark.octets, context ? "\n  around it:\n" : "",
                  report->context);
}

bool expect_result(struct scenario *scenario, bool held, const struct expect_report *report)
{
    if (scenario->peeking) { return held; }
    record(scenario, held, report);
    enum tcp_requirement requirement;
    if (held && scenario->shown != NULL && report->shows[0] != '\0' &&
        tcp_requirement_from_name(report->shows, &requirement)) {
        scenario->shown[requirement]++;
    }
    if (!held) {
        scenario->failures++;
        tell(scenario, report);
    }
    return held;
}

/* ---- segments beside patterns ---- */

unsigned expect_nearness(enum pattern_field field)
{
    switch (field) {
    case PATTERN_MATCHES: return 100;
    case PATTERN_TIME: return 99; /* compared last */
    case PATTERN_FROM:
    case PATTERN_TO:
    case PATTERN_FLAGS:
    case PATTERN_SEQ:
    case PATTERN_END:
    case PATTERN_LEN:
    case PATTERN_ACK:
    case PATTERN_WIN:
    case PATTERN_URG:
    case PATTERN_OPTIONS: return (unsigned)field;
    }
    return 0;
}

/* Where `what` begins in the text from `from` on; `otherwise` when it does not occur. */
static size_t find(const char *text, size_t from, const char *what, size_t otherwise)
{
    const char *at = strstr(text + from, what);
    return at == NULL ? otherwise : (size_t)(at - text) + strlen(what);
}

/* Where the field begins in a line written by log_write whose flags begin at `flags`. */
static size_t column_of(const char *line, size_t flags, enum pattern_field field)
{
    const size_t from = strcspn(line, " ") + 1;
    const size_t seq = find(line, flags, " ", flags);
    switch (field) {
    case PATTERN_TIME: return 0;
    case PATTERN_FROM: return from;
    case PATTERN_TO: return find(line, from, " > ", from);
    case PATTERN_SEQ: return seq;
    case PATTERN_END: return find(line, seq, ":", seq);
    case PATTERN_LEN: return find(line, seq, "(", seq);
    case PATTERN_ACK: return find(line, seq, " ack ", flags);
    case PATTERN_WIN: return find(line, seq, " win ", flags);
    case PATTERN_URG: return find(line, seq, " urg ", flags);
    case PATTERN_OPTIONS: return find(line, seq, " <", strlen(line) + 1);
    case PATTERN_MATCHES:
    case PATTERN_FLAGS: break;
    }
    return flags;
}

/* Where the flags begin in a pattern as it was written. */
static size_t written_flags(const struct pattern *pattern, const char *written)
{
    size_t at = 0;
    if (pattern->has_ends) {
        at = find(written, 0, ":", 0);
    } else if (written[0] == '*' || pattern->time != PATTERN_NO_TIME) {
        at = strcspn(written, " \t");
    }
    return at + strspn(written + at, " \t");
}

void expect_beside(struct expect_report *report, const struct pattern *pattern, const char *written,
                   const struct log_segment *segment, uint64_t time_ns, enum pattern_field field,
                   bool absolute, struct expect_text *expected, struct expect_text *actual)
{
    char line[1024];
    const bool as_written = pattern->time == PATTERN_ABSOLUTE || pattern->time == PATTERN_RANGE;
    const size_t flags = log_write(segment, time_ns, as_written ? pattern->digits : DIGITS,
                                   absolute, line, sizeof line);
    const size_t theirs = written_flags(pattern, written);
    const size_t actual_indent = theirs > flags ? theirs - flags : 0;
    add_blanks(expected, flags > theirs ? flags - theirs : 0);
    expect_text_add(expected, "%s", written);
    add_blanks(actual, actual_indent);
    expect_text_add(actual, "%s", line);
    report->expected = expected->octets;
    report->actual = actual->octets;
    if (field != PATTERN_MATCHES) {
        report->column = actual_indent + column_of(line, flags, field);
        report->field = pattern_field_name(field);
    }
}

void expect_around(struct expect_text *text, const struct segment_log *log, enum log_view view,
                   const uint32_t *picked, size_t count, size_t center, bool absolute)
{
    const size_t middle = center < count ? center : count;
    const size_t first = middle > AROUND_BEFORE ? middle - AROUND_BEFORE : 0;
    const size_t end = count - middle > AROUND_AFTER ? middle + AROUND_AFTER + 1 : count;
    if (first > 0) { expect_text_add(text, "      (%zu before)\n", first); }
    for (size_t i = first; i < end; i++) {
        uint64_t time_ns;
        char line[1024];
        const struct log_segment *segment =
            log_get(log, view, picked != NULL ? picked[i] : i, &time_ns);
        (void)log_write(segment, time_ns, DIGITS, absolute, line, sizeof line);
        expect_text_add(text, "    %s %s\n", i == center ? ">" : " ", line);
    }
    if (end < count) { expect_text_add(text, "      (%zu after)\n", count - end); }
}
