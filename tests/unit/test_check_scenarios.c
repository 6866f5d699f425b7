/* test_check_scenarios.c - the judge that shares no code with tcp/ finds no segment in any scenario
 * that its sender may not have sent. */
#define _GNU_SOURCE
#include "../../sim/lua/scenario.h"
#include "check_sink.h"
#include "cmocka_wrapper.h"

#include <ftw.h>
#include <stdlib.h>
#include <string.h>

#define FILES_MAX 2000

static struct {
    char *path[FILES_MAX];
    size_t count;
} files;

static int add_file(const char *path, const struct stat *status, int type, struct FTW *place)
{
    const size_t len = strlen(path);
    (void)status;
    (void)place;
    if (type == FTW_F && len > 4 && strcmp(path + len - 4, ".lua") == 0) {
        assert_true(files.count < FILES_MAX);
        files.path[files.count++] = strdup(path);
    }
    return 0;
}

static void message(void *context, const char *text)
{
    (void)context;
    (void)text;
}

static void judge(void **state)
{
    const char *path = *state;
    struct trace trace;
    trace_init(&trace);
    struct check_sink *sink = check_sink_create();
    assert_non_null(sink);
    assert_true(trace_attach(&trace, check_sink_of(sink)));
    struct scenario *scenario = scenario_create(
        &(const struct scenario_config){.path = path, .trace = &trace, .message = message});
    assert_non_null(scenario);
    if (scenario_load(scenario)) { (void)scenario_run(scenario); }
    if (check_sink_first(sink)[0] != '\0') {
        print_error("%s: %s\n", path, check_sink_first(sink));
    }
    assert_string_equal(check_sink_first(sink), "");
    scenario_destroy(scenario);
    check_sink_destroy(sink);
}

int main(void)
{
    if (nftw(TCPSIM_SOURCE_DIR "/scenarios", add_file, 8, FTW_PHYS) != 0) { return 1; }
    struct CMUnitTest *tests = calloc(files.count, sizeof *tests);
    if (tests == NULL || files.count < 70) { return 1; }
    for (size_t i = 0; i < files.count; i++) {
        tests[i] = (struct CMUnitTest){.name = files.path[i] + sizeof TCPSIM_SOURCE_DIR,
                                       .test_func = judge,
                                       .initial_state = files.path[i]};
    }
    const int failed = _cmocka_run_group_tests("scenarios", tests, files.count, NULL, NULL);
    for (size_t i = 0; i < files.count; i++) { free(files.path[i]); }
    free(tests);
    return failed;
}
