/* test_expect_exchange.c - the matching of expect.exchange against the definition, written down as
 * a plain recursion, on random runs and texts; and that a long run with many "..." takes no long
 * time. */
#include "cmocka_wrapper.h"

#include "../../sim/lua/expect.h"

#include <string.h>

#define MS NS_PER_MS
#define SEGMENTS_MAX 9
#define LINES_MAX 6
#define CASES 30000
#define LONG_RUN 100000

struct fixture {
    struct trace trace;
    struct scenario *scenario;
};

static void begin(struct fixture *fixture)
{
    trace_init(&fixture->trace);
    const struct scenario_config config = {.path = "none", .trace = &fixture->trace};
    fixture->scenario = scenario_create(&config);
    assert_non_null(fixture->scenario);
}

static void emit(struct fixture *fixture, uint64_t time_ns, uint16_t flags, uint64_t number)
{
    const struct tcp_segment segment = {
        .source.port = 4000, .destination.port = 80, .flags = flags, .seq = 0xffffff00};
    struct trace_record record = {.event = TRACE_SEGMENT, .time_ns = time_ns};
    record.u.segment = (struct trace_segment){.action = TRACE_SENT,
                                              .from = "a",
                                              .to = "b",
                                              .to_index = 1,
                                              .number = number,
                                              .segment = &segment,
                                              .seq_base = 0xffffff00,
                                              .seq_known = true,
                                              .first_connection = true,
                                              .link = "",
                                              .reason = "",
                                              .detail = ""};
    trace_emit(&fixture->trace, &record);
}

/* The definition: lines from `line` on match the segments from `at` on; `previous_ns` is the time
 * of the line matched before. */
static bool matches(const struct fixture *fixture, const struct expectation *text, size_t line,
                    size_t at, uint64_t previous_ns)
{
    const size_t len = log_len(fixture->scenario->log, LOG_SENT);
    if (line == text->line_count) { return text->any_at_end || at == len; }
    const size_t last = text->lines[line].any ? len : at + 1;
    for (size_t i = at; i < last && i < len; i++) {
        uint64_t time_ns;
        const struct log_segment *segment = log_get(fixture->scenario->log, LOG_SENT, i, &time_ns);
        if (log_compare(&text->lines[line].pattern, segment, time_ns, previous_ns, false) ==
                PATTERN_MATCHES &&
            matches(fixture, text, line + 1, i + 1, time_ns)) {
            return true;
        }
    }
    return false;
}

static void parse(const char *text, struct expect_line *line)
{
    char error[200];
    unsigned column;
    line->text = text;
    line->text_len = (int)strlen(text);
    if (!pattern_parse(text, strlen(text), true, &line->pattern, error, sizeof error, &column)) {
        fail_msg("%s: %s", text, error);
    }
}

static const char *const patterns[] = {
    "S",
    "P.",
    ".",
    "* a > b: .",
    "0.001 a > b: P.",
    "+0.001 a > b: .",
    "+0.002 a > b: P.",
    "+0.000 a > b: .",
    "+0.001~+0.003 a > b: .",
    "0.002~0.004 a > b: .",
};
#define PATTERNS (sizeof patterns / sizeof patterns[0])

static uint64_t draw(uint64_t *ordinal, uint64_t n)
{
    static const struct rng_stream stream = {{7, 11}};
    return rng_below(&stream, (*ordinal)++, n);
}

static void test_random(void **state)
{
    (void)state;
    static const uint16_t flags[] = {TCP_SYN, TCP_PSH | TCP_ACK, TCP_ACK, TCP_ACK, TCP_ACK};
    static struct expect_line parsed[PATTERNS];
    struct expect_line lines[LINES_MAX];
    uint64_t ordinal = 0;
    unsigned held = 0;
    for (size_t i = 0; i < PATTERNS; i++) { parse(patterns[i], &parsed[i]); }
    for (unsigned run = 0; run < CASES / 30; run++) {
        struct fixture fixture;
        begin(&fixture);
        const uint64_t count = draw(&ordinal, SEGMENTS_MAX + 1);
        uint64_t now = 0;
        for (uint64_t i = 0; i < count; i++) {
            now += draw(&ordinal, 3) * MS;
            emit(&fixture, now, flags[draw(&ordinal, sizeof flags / sizeof flags[0])], i + 1);
        }
        for (unsigned text = 0; text < 30; text++) {
            struct expectation expectation = {.kind = EXPECT_EXCHANGE, .lines = lines};
            expectation.place.file = "none";
            expectation.line_count = (size_t)draw(&ordinal, LINES_MAX + 1);
            for (size_t i = 0; i < expectation.line_count; i++) {
                lines[i] = parsed[draw(&ordinal, PATTERNS)];
                lines[i].any = draw(&ordinal, 2) == 0;
            }
            expectation.any_at_end = draw(&ordinal, 2) == 0;
            const bool expected = matches(&fixture, &expectation, 0, 0, 0);
            assert_int_equal(expect_judge_exchange(fixture.scenario, &expectation), expected);
            held += expected;
        }
        scenario_destroy(fixture.scenario);
    }
    assert_in_range(held, CASES / 20, CASES - CASES / 20);
}

/* With a backtracking matcher these would take longer than the test's time limit by far. */
static void test_long(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    for (uint64_t i = 0; i < LONG_RUN; i++) { emit(&fixture, i * MS, TCP_ACK, i + 1); }
    struct expect_line lines[8];
    memset(lines, 0, sizeof lines);
    for (size_t i = 0; i < 8; i++) {
        parse(i == 7 ? "R" : i % 2 == 0 ? "." : "+0.100~+50.000 a > b: .", &lines[i]);
        lines[i].any = true;
    }
    struct expectation expectation = {
        .kind = EXPECT_EXCHANGE, .lines = lines, .line_count = 8, .any_at_end = true};
    expectation.place.file = "none";
    assert_false(expect_judge_exchange(fixture.scenario, &expectation));
    expectation.line_count = 7;
    assert_true(expect_judge_exchange(fixture.scenario, &expectation));
    scenario_destroy(fixture.scenario);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
