/* test_expect.c - expectations: each scenario of tests/data/expect is run, and its verdict, its
 * messages and its expect records are compared with the .txt beside it, word for word. With
 * TCPSIM_UPDATE=1 in the environment the .txt files are written instead. */
#include "cmocka_wrapper.h"

#include "../../sim/lua/scenario.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FOLDER TCPSIM_TEST_DATA "/expect"
#define SCENARIOS_MAX 100
#define TEXT_MAX ((size_t)64 << 10)

struct output {
    size_t len;
    char text[TEXT_MAX];
};

static void add(struct output *output, const char *text)
{
    const size_t len = strlen(text);
    assert_true(output->len + len + 2 < TEXT_MAX);
    memcpy(output->text + output->len, text, len + 1);
    output->len += len;
    if (len > 0 && text[len - 1] != '\n') {
        output->text[output->len++] = '\n';
        output->text[output->len] = '\0';
    }
}

static void take_message(void *context, const char *text) { add(context, text); }

static void take_record(void *context, const struct trace_record *record)
{
    char line[8192];
    if (record->event == TRACE_NOTE) {
        add(context, record->u.note.text);
        return;
    }
    (void)snprintf(line, sizeof line, "[%s:%u %s: %s | %s]", record->u.expect.file,
                   (unsigned)record->u.expect.line, record->u.expect.held ? "held" : "failed",
                   record->u.expect.expected, record->u.expect.actual);
    add(context, line);
}

static void run(const char *path, enum queue_kind queue, struct output *output)
{
    struct trace trace;
    trace_init(&trace);
    assert_true(trace_attach(
        &trace, (struct trace_sink){output, take_record, 1u << TRACE_EXPECT | 1u << TRACE_NOTE}));
    const struct scenario_config config = {
        .path = path,
        .max_instructions = 1000000,
        .queue = queue,
        .repeat = "tcpsim run THIS",
        .trace = &trace,
        .message = take_message,
        .message_context = output,
        .version = "test",
    };
    struct scenario *scenario = scenario_create(&config);
    assert_non_null(scenario);
    (void)scenario_load(scenario); /* its verdict is also the run's */
    add(output, scenario_verdict_name(scenario_run(scenario)));
    scenario_destroy(scenario);
}

static void read_expected(const char *path, char *text)
{
    FILE *file = fopen(path, "r");
    if (file == NULL) { fail_msg("%s is not there", path); }
    const size_t len = fread(text, 1, TEXT_MAX - 1, file);
    text[len] = '\0';
    assert_int_equal(fclose(file), 0);
}

static void write_expected(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void check(const char *path)
{
    static struct output output, again;
    static char expected[TEXT_MAX];
    char beside[300];
    (void)snprintf(beside, sizeof beside, "%.*s.txt", (int)(strlen(path) - strlen(".lua")), path);
    output.len = again.len = 0;
    run(path, QUEUE_HEAP, &output);
    run(path, QUEUE_PAIRING, &again);
    assert_string_equal(output.text, again.text);
    if (getenv("TCPSIM_UPDATE") != NULL) {
        write_expected(beside, output.text);
        return;
    }
    read_expected(beside, expected);
    if (strcmp(output.text, expected) != 0) {
        print_error("%s\n---- expected:\n%s---- actual:\n%s", path, expected, output.text);
        fail();
    }
}

static int is_scenario(const struct dirent *entry)
{
    const size_t len = strlen(entry->d_name);
    return len > 4 && strcmp(entry->d_name + len - 4, ".lua") == 0;
}

static void test_scenarios(void **state)
{
    (void)state;
    struct dirent **entries;
    assert_int_equal(chdir(FOLDER), 0);
    const int count = scandir(".", &entries, is_scenario, alphasort);
    assert_in_range(count, 1, SCENARIOS_MAX);
    for (int i = 0; i < count; i++) {
        check(entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_scenarios)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
