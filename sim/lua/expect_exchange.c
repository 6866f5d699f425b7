/* expect_exchange.c - expect.exchange: every segment of the run against a text, a pattern a line,
 * where
 * "..." stands for any number of segments.
 *
 * After each line there is a set of positions that the run may have reached; without "..." it has
 * at most one more than "..." made of it, so the work is bounded by lines times segments. */
#include "expect.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- reading the text ---- */

static bool blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

struct text_line {
    const char *start;
    size_t len; /* without the line's end and the blanks around it */
    size_t indent;
    unsigned number;
};

/* The next line at *rest that says something; false at the end. */
static bool next_line(const char **rest, unsigned *number, struct text_line *line)
{
    while (**rest != '\0') {
        const char *start = *rest;
        const size_t whole = strcspn(start, "\n");
        *rest = start + whole + (start[whole] == '\n');
        ++*number;
        size_t indent = 0;
        while (indent < whole && blank(start[indent])) { indent++; }
        size_t end = whole;
        while (end > indent && blank(start[end - 1])) { end--; }
        if (end > indent && start[indent] != '#') {
            *line = (struct text_line){start + indent, end - indent, indent, *number};
            return true;
        }
    }
    return false;
}

/* "...", with a remark behind it or not. */
static bool is_any(const struct text_line *line)
{
    if (line->len < 3 || memcmp(line->start, "...", 3) != 0) { return false; }
    size_t at = 3;
    while (at < line->len && blank(line->start[at])) { at++; }
    return at == line->len || line->start[at] == '#';
}

static size_t count_lines(const char *text)
{
    size_t count = 0;
    unsigned number = 0;
    struct text_line line;
    while (next_line(&text, &number, &line)) { count++; }
    return count;
}

static void read_pattern(lua_State *L, const struct text_line *line, struct expect_line *read)
{
    char what[64];
    const int top = lua_gettop(L);
    (void)snprintf(what, sizeof what, "expect.exchange, line %u of the text", line->number);
    /* With its indentation, so that columns are those of the file. */
    lua_pushlstring(L, line->start - line->indent, line->len + line->indent);
    lua_check_pattern(L, top + 1, what, true, &read->pattern);
    lua_settop(L, top);
    read->number = line->number;
    read->text = line->start;
    read->text_len = (int)line->len;
}

int expect_exchange(lua_State *L)
{
    static const char *const names[] = {"absolute", "as", "between", "shows"};
    struct expectation *expectation =
        expect_new(L, EXPECT_EXCHANGE, 1, 2, names, sizeof names / sizeof names[0]);
    const int top = lua_gettop(L);
    const size_t count = count_lines(expectation->text);
    expectation->lines = lua_newuserdatauv(L, (count + 1) * sizeof expectation->lines[0], 0);
    (void)lua_setiuservalue(L, top, 2);
    const char *rest = expectation->text;
    unsigned number = 0;
    bool any = false;
    struct text_line line;
    while (next_line(&rest, &number, &line)) {
        if (is_any(&line)) {
            any = true;
            continue;
        }
        struct expect_line *read = &expectation->lines[expectation->line_count++];
        *read = (struct expect_line){.any = any};
        read_pattern(L, &line, read);
        any = false;
    }
    expectation->any_at_end = any;
    return expect_keep_or_judge(L, expectation);
}

/* ---- matching ---- */

/* Positions in ascending order: so many of the picked segments are accounted for. */
struct positions {
    uint32_t *at;
    size_t len;
};

struct matching {
    struct scenario *scenario;
    const struct expectation *expectation;
    uint32_t *picked; /* the log's numbers of the segments that count */
    size_t count;
    struct positions now, next;
};

static const struct log_segment *segment_at(const struct matching *m, size_t i, uint64_t *time_ns)
{
    return log_get(m->scenario->log, m->expectation->view, m->picked[i], time_ns);
}

/* The time of the line matched before, when `position` segments are accounted for. */
static uint64_t time_before(const struct matching *m, size_t position)
{
    uint64_t time_ns = 0;
    if (position > 0) { (void)segment_at(m, position - 1, &time_ns); }
    return time_ns;
}

static enum pattern_field compare(const struct matching *m, const struct expect_line *line,
                                  size_t i, uint64_t previous_ns)
{
    uint64_t time_ns;
    const struct log_segment *segment = segment_at(m, i, &time_ns);
    return log_compare(&line->pattern, segment, time_ns, previous_ns, m->expectation->absolute);
}

static bool is_relative(const struct pattern *pattern)
{
    return pattern->time == PATTERN_RELATIVE || pattern->time == PATTERN_RELATIVE_RANGE;
}

/* The unit of the last digit written. */
static uint64_t digit_ns(unsigned digits)
{
    uint64_t ns = NS_PER_S;
    for (unsigned i = 0; i < digits && ns > 1; i++) { ns /= 10; }
    return ns;
}

/* Segment `i` after "...", its time counting from any position before it. Of the positions, whose
 * times ascend, only those in the pattern's range are tried. */
static enum pattern_field compare_from_any(const struct matching *m, const struct expect_line *line,
                                           size_t i)
{
    const struct pattern *pattern = &line->pattern;
    enum pattern_field best = compare(m, line, i, time_before(m, m->now.at[0]));
    if (best != PATTERN_TIME) { return best; } /* it matches, or no other time would help */
    const bool range = pattern->time == PATTERN_RELATIVE_RANGE;
    const uint64_t longest = (range ? pattern->time_end_ns : pattern->time_ns) +
                             digit_ns(range ? pattern->end_digits : pattern->digits);
    uint64_t time_ns;
    (void)segment_at(m, i, &time_ns);
    const uint64_t earliest = time_ns > longest ? time_ns - longest : 0;
    size_t low = 0;
    size_t high = m->now.len;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (time_before(m, m->now.at[middle]) < earliest) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (; low < m->now.len && m->now.at[low] <= i; low++) {
        const uint64_t previous_ns = time_before(m, m->now.at[low]);
        best = compare(m, line, i, previous_ns);
        if (best == PATTERN_MATCHES ||
            time_ns - previous_ns + digit_ns(pattern->digits) < pattern->time_ns) {
            break;
        }
    }
    return best;
}

/* The candidates that came nearest to matching a line that nothing matched. */
struct near_miss {
    size_t segment; /* SIZE_MAX: there was none */
    enum pattern_field field;
};

static void consider(struct matching *m, size_t i, enum pattern_field field, struct near_miss *miss)
{
    if (field == PATTERN_MATCHES) {
        m->next.at[m->next.len++] = (uint32_t)(i + 1);
    } else if (miss->segment == SIZE_MAX || expect_nearness(field) > expect_nearness(miss->field)) {
        miss->segment = i;
        miss->field = field;
    }
}

/* From the positions before a line to those after it. */
static struct near_miss advance(struct matching *m, const struct expect_line *line)
{
    struct near_miss miss = {SIZE_MAX, PATTERN_MATCHES};
    m->next.len = 0;
    if (!line->any) {
        for (size_t p = 0; p < m->now.len; p++) {
            const size_t i = m->now.at[p];
            if (i == m->count) { continue; }
            consider(m, i, compare(m, line, i, time_before(m, i)), &miss);
        }
        return miss;
    }
    const bool relative = is_relative(&line->pattern);
    for (size_t i = m->now.at[0]; i < m->count; i++) {
        const enum pattern_field field =
            relative ? compare_from_any(m, line, i) : compare(m, line, i, 0);
        consider(m, i, field, &miss);
    }
    return miss;
}

/* ---- telling ---- */

static struct expect_report report_of(const struct matching *m)
{
    return (struct expect_report){
        .place = m->expectation->place,
        .name = expect_kind_name(EXPECT_EXCHANGE),
        .shows = m->expectation->shows,
        .summary = "",
        .expected = "",
        .actual = "",
        .column = EXPECT_NO_COLUMN,
        .field = "",
        .context = "",
    };
}

static bool fail_at(const struct matching *m, size_t center, struct expect_report *report)
{
    struct expect_text context = {0};
    expect_around(&context, m->scenario->log, m->expectation->view, m->picked, m->count, center,
                  m->expectation->absolute);
    report->context = context.octets;
    const bool held = expect_result(m->scenario, false, report);
    report->context = "";
    return held;
}

/* Nothing matches `line`. */
static bool fail_line(const struct matching *m, const struct expect_line *line,
                      const struct near_miss *miss)
{
    struct expect_report report = report_of(m);
    struct expect_text summary = {0};
    struct expect_text written = {0};
    struct expect_text expected = {0};
    struct expect_text actual = {0};
    report.summary = summary.octets;
    expect_text_add(&written, "%.*s", line->text_len, line->text);
    if (miss->segment == SIZE_MAX) {
        expect_text_add(&summary, "line %u of the text: the run has no more segments",
                        line->number);
        report.expected = written.octets;
        report.actual = "the end of the run";
        return fail_at(m, SIZE_MAX, &report);
    }
    expect_text_add(&summary,
                    line->any ? "line %u of the text: no segment matches from here on; the nearest "
                                "differs in %s"
                              : "line %u of the text: the segment differs in %s",
                    line->number, pattern_field_name(miss->field));
    uint64_t time_ns;
    const struct log_segment *segment = segment_at(m, miss->segment, &time_ns);
    expect_beside(&report, &line->pattern, written.octets, segment, time_ns, miss->field,
                  m->expectation->absolute, &expected, &actual);
    return fail_at(m, miss->segment, &report);
}

/* The text is at its end, the run is not. */
static bool fail_end(const struct matching *m)
{
    struct expect_report report = report_of(m);
    struct expect_text summary = {0};
    char line[1024];
    const size_t position = m->now.at[m->now.len - 1];
    const size_t more = m->count - position;
    expect_text_add(&summary, "the run has %zu more segment%s than the text", more,
                    more == 1 ? "" : "s");
    uint64_t time_ns;
    const struct log_segment *segment = segment_at(m, position, &time_ns);
    (void)log_write(segment, time_ns, 6, m->expectation->absolute, line, sizeof line);
    report.summary = summary.octets;
    report.expected = "the end of the run (or a line \"...\")";
    report.actual = line;
    return fail_at(m, position, &report);
}

static bool pass(const struct matching *m)
{
    struct expect_report report = report_of(m);
    struct expect_text expected = {0};
    struct expect_text actual = {0};
    expect_text_add(&expected, "an exchange of %zu lines", m->expectation->line_count);
    expect_text_add(&actual, "%zu segments", m->count);
    report.expected = expected.octets;
    report.actual = actual.octets;
    return expect_result(m->scenario, true, &report);
}

/* ---- judging ---- */

static bool is_between(const struct expectation *expectation, const struct log_flow *flow)
{
    if (expectation->between[0] == NULL) { return true; }
    const uint32_t a = host_index(expectation->between[0]);
    const uint32_t b = host_index(expectation->between[1]);
    return (flow->from_index == a && flow->to_index == b) ||
           (flow->from_index == b && flow->to_index == a);
}

static void pick(struct matching *m, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        uint64_t time_ns;
        const struct log_segment *segment =
            log_get(m->scenario->log, m->expectation->view, i, &time_ns);
        if (is_between(m->expectation, segment->flow)) { m->picked[m->count++] = (uint32_t)i; }
    }
}

static bool match(struct matching *m)
{
    m->now.at[0] = 0;
    m->now.len = 1;
    for (size_t i = 0; i < m->expectation->line_count; i++) {
        const struct expect_line *line = &m->expectation->lines[i];
        const struct near_miss miss = advance(m, line);
        if (m->next.len == 0) { return fail_line(m, line, &miss); }
        const struct positions reached = m->next;
        m->next = m->now;
        m->now = reached;
    }
    if (!m->expectation->any_at_end && m->now.at[m->now.len - 1] != m->count) {
        return fail_end(m);
    }
    return pass(m);
}

bool expect_judge_exchange(struct scenario *scenario, struct expectation *expectation)
{
    const size_t len = log_len(scenario->log, expectation->view);
    const size_t bytes = (len + 1) * sizeof(uint32_t);
    struct matching m = {
        .scenario = scenario,
        .expectation = expectation,
        .picked = arena_take(scenario->arena, bytes),
        .now.at = arena_take(scenario->arena, bytes),
        .next.at = arena_take(scenario->arena, bytes),
    };
    bool held = false;
    if (m.picked == NULL || m.now.at == NULL || m.next.at == NULL) {
        scenario->out_of_memory = true;
    } else {
        pick(&m, len);
        held = match(&m);
    }
    arena_give(scenario->arena, m.picked, bytes);
    arena_give(scenario->arena, m.now.at, bytes);
    arena_give(scenario->arena, m.next.at, bytes);
    return held;
}
