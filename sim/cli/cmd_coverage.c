/* cmd_coverage.c - `tcpsim coverage`: runs scenarios in worker processes, as `test` does, and sets
 * what they went through against the tables of the standards. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define JOBS_MAX 256

enum {
    JOBS,
    JSON,
    HTML,
    MISSING,
    OUTPUT,
    HELP,
    /* Rows that bear the name of an option of `run`. */
    SEED,
    DEFINE,
    LIMIT,
    MAX_INSTRUCTIONS,
    MAX_MEMORY,
    STALL_SECONDS,
};

static const struct cli_option options[] = {
    {JOBS, 'j', "jobs", "N", "so many worker processes (as many as there are cores)"},
    {JSON, '\0', "json", NULL,
     "as one JSON object: to a FILE.json among the arguments,\nelse to standard output"},
    {HTML, '\0', "html", NULL,
     "as a page that needs nothing beside it: to a FILE.html\namong the arguments, else to "
     "standard output"},
    {MISSING, '\0', "missing", NULL,
     "only the requirements that no scenario shows, an id a\nline; the exit status is 1 if there "
     "are any"},
    {OUTPUT, 'o', NULL, "FILE", "the report to FILE; - is standard output"},
    {SEED, '\0', "seed", "N", "seed of every random stream (or TCPSIM_SEED; else\neach its own)"},
    {DEFINE, 'D', NULL, "NAME=VALUE", "a value for sim.param"},
    {LIMIT, '\0', "limit", "TIME", "simulated time after which a run ends: \"90s\", \"2h\""},
    {MAX_INSTRUCTIONS, '\0', "max-instructions", "N", "of Lua between two events (1000000000)"},
    {MAX_MEMORY, '\0', "max-memory", "SIZE", "of world and Lua (1GiB)"},
    {STALL_SECONDS, '\0', "stall-seconds", "N", "without progress, then a run ends (20)"},
    {HELP, 'h', "help", NULL, "this text"},
    {0},
};

struct report {
    struct test test;
    bool json, html, missing;
    const char *file, *json_file, *html_file; /* NULL: standard output */
    struct coverage *coverage;
};

static bool ends_with(const char *text, const char *end)
{
    const size_t len = strlen(text);
    const size_t end_len = strlen(end);
    return len > end_len && strcmp(text + len - end_len, end) == 0;
}

/* ---- arguments ---- */

static bool read_path(struct report *report, const char *path)
{
    if (report->html && ends_with(path, ".html")) {
        report->html_file = path;
        return true;
    }
    if (report->json && ends_with(path, ".json")) {
        report->json_file = path;
        return true;
    }
    return paths_add(&report->test.settings.scenarios, path);
}

static const struct cli_option *row_of(int id)
{
    const struct cli_option *row = options;
    while (row->id != id) { row++; }
    return row;
}

/* False: told. */
static bool read_option(struct report *report, int id, const char *value)
{
    switch (id) {
    case JOBS: return arguments_number("-j", value, 1, JOBS_MAX, &report->test.jobs);
    case JSON: report->json = true; return true;
    case HTML: report->html = true; return true;
    case MISSING: report->missing = true; return true;
    case OUTPUT: report->file = strcmp(value, "-") != 0 ? value : NULL; return true;
    case ARGUMENT_PATH: return read_path(report, value);
    default: return settings_option(&report->test.settings, row_of(id), value);
    }
}

static bool make_cases(struct test *test)
{
    const struct paths *paths = &test->settings.scenarios;
    test->cases = calloc(paths->count, sizeof *test->cases);
    for (; test->cases != NULL && test->count < paths->count; test->count++) {
        const char *path = paths->path[test->count];
        char *golden = strdup(""); /* none: expectations alone count */
        if (golden == NULL) { break; }
        test->cases[test->count] = (struct test_case){.path = path, .root = path, .golden = golden};
    }
    if (test->count < paths->count) { (void)cli_no_memory(); }
    return test->count == paths->count;
}

/* CLI_HELD, CLI_ERROR (told), or -1 when help was asked for. */
static int read_arguments(struct report *report, int argc, char **argv)
{
    struct test *test = &report->test;
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    test->jobs = cores < 1 ? 1 : cores > JOBS_MAX ? JOBS_MAX : (uint64_t)cores;
    test->hits = true;
    struct arguments arguments;
    arguments_begin(&arguments, &command_coverage, argc, argv);
    const char *value = NULL;
    for (int id = arguments_next(&arguments, &value); id != ARGUMENT_END;
         id = arguments_next(&arguments, &value)) {
        if (id == HELP) { return -1; }
        if (id == ARGUMENT_WRONG || !read_option(report, id, value)) { return CLI_ERROR; }
    }
    if (report->json + report->html + report->missing > 1) {
        return cli_error("one of --json, --html and --missing at a time");
    }
    const char *root = access("scenarios", F_OK) == 0 ? "scenarios" : ".";
    const bool ok =
        (test->settings.scenarios.count > 0 || paths_add(&test->settings.scenarios, root)) &&
        settings_environment(&test->settings) && make_cases(test);
    return ok ? CLI_HELD : CLI_ERROR;
}

/* ---- what came of the runs ---- */

/* The strings that `one` cites; *count of them. malloc, or NULL: none, or no memory. */
static const char **cites_of(const struct test_case *one, size_t *count)
{
    size_t len = 0;
    const char *text = test_contents(one->cites, &len);
    *count = 0;
    for (size_t i = 0; i < len; i++) { *count += text[i] == '\0'; }
    const char **cites = *count > 0 ? calloc(*count, sizeof *cites) : NULL;
    size_t at = 0;
    for (size_t i = 0; cites != NULL && i < *count; i++) {
        cites[i] = text + at;
        at += strlen(text + at) + 1;
    }
    return cites;
}

static bool take_run(struct report *report, const struct test_case *one)
{
    size_t len = 0;
    struct coverage_run run = {
        .path = one->path,
        .title = one->title != NULL ? out_writer_contents(one->title, &len) : "",
        .verdict = test_verdict_name(one->verdict),
        .passed = one->verdict == TEST_PASS && one->hits != NULL,
    };
    if (one->hits != NULL) { run.hits = *one->hits; }
    run.cites = cites_of(one, &run.cite_count);
    return (run.cites != NULL || run.cite_count == 0) &&
           coverage_add(report->coverage, &run) != NULL;
}

static void tell_failure(const struct report *report, struct test_case *one)
{
    size_t len = 0;
    struct out_writer *details = out_writer_memory();
    if (details != NULL) { report_details(details, &report->test, one); }
    const char *words = test_contents(details, &len);
    cli_tell("%s: %s\n%.*s", one->path, test_verdict_name(one->verdict), (int)len, words);
    if (details != NULL) { (void)out_writer_finish(details); }
}

static void tell_not_exercised(const struct report *report, const struct coverage_run *run)
{
    for (size_t k = 0; k < run->cite_count; k++) {
        if (!coverage_exercised(report->coverage, run, run->cites[k])) {
            cli_tell("%s: cites %s, and does not exercise it", run->path, run->cites[k]);
        }
    }
    char *repeat = settings_repeat_coverage(&report->test.settings, run->path);
    if (repeat != NULL) { (void)fprintf(stderr, "  repeat: %s\n", repeat); }
    free(repeat);
}

/* Whether every scenario passed and exercised what it cites; those that did not are told. */
static bool all_count(const struct report *report)
{
    bool all = true;
    for (size_t i = 0; i < report->coverage->run_count; i++) {
        const struct coverage_run *run = &report->coverage->runs[i];
        const bool told = !report->json && !report->html && !report->missing;
        if (!run->passed) {
            tell_failure(report, &report->test.cases[i]);
        } else if (!told && run->not_exercised > 0) {
            tell_not_exercised(report, run);
        }
        all = all && run->passed && run->not_exercised == 0;
    }
    return all;
}

static int write_report(const struct report *report)
{
    const char *file = report->html && report->html_file != NULL   ? report->html_file
                       : report->json && report->json_file != NULL ? report->json_file
                                                                   : report->file;
    struct out_writer *out = file != NULL ? out_writer_file(file) : report->test.cli->out;
    if (out == NULL) { return cli_no_memory(); }
    int status = CLI_HELD;
    if (report->json) {
        coverage_json(report->coverage, out);
    } else if (report->html) {
        coverage_html(report->coverage, out);
    } else if (report->missing) {
        status = coverage_missing(report->coverage, out) > 0 ? CLI_FAILED : CLI_HELD;
    } else {
        coverage_text(report->coverage, out);
    }
    if (file == NULL) { return status; }
    const int error = out_writer_finish(out);
    return error != 0 ? cli_error("%s: %s", file, strerror(error)) : status;
}

static int perform(struct report *report)
{
    struct test *test = &report->test;
    test_take_signals();
    report_begin(test);
    int status = test_run_cases(test);
    if (status != CLI_HELD) { return status; }
    bool whole = true;
    for (size_t i = 0; whole && i < test->count; i++) { whole = take_run(report, &test->cases[i]); }
    if (!whole || !coverage_judge(report->coverage)) { return cli_no_memory(); }
    status = write_report(report);
    out_flush(test->cli->out);
    return all_count(report) ? status : cli_worse(status, CLI_FAILED);
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct report report = {.test = {.cli = cli}, .coverage = coverage_create()};
    if (report.coverage == NULL) { return cli_no_memory(); }
    int status = CLI_ERROR;
    if (settings_begin(&report.test.settings, argc)) {
        status = read_arguments(&report, argc, argv);
    }
    if (status == CLI_HELD) {
        status = perform(&report);
    } else if (status == -1) {
        command_help(cli, &command_coverage);
        status = CLI_HELD;
    }
    for (size_t i = 0; i < report.coverage->run_count; i++) {
        free(report.coverage->runs[i].cites);
    }
    coverage_destroy(report.coverage);
    test_destroy(&report.test);
    return status;
}

const struct command command_coverage = {
    .name = "coverage",
    .usage = "[options] [FILE or FOLDER ...]",
    .help = "requirements and states, with the scenarios that show them",
    .details =
        "Runs each FILE, and every *.lua and *.pkt below each FOLDER, in parallel, prints each\n"
        "requirement of RFC 9293 and its companions with the scenarios that show it, and each row\n"
        "of the state machine with those that went through it. A scenario shows what it cites\n"
        "when it passes and its run went through the place in the code that is marked for it, or\n"
        "an expectation that names it (`shows`) held; a prohibition needs the expectation. The\n"
        "exit status: 0; 1 a scenario did not pass or cites what it does not exercise, or with\n"
        "--missing something is missing; 2 a mistake in the command; 130 interrupted.\n",
    .examples = "  tcpsim coverage scenarios/close\n"
                "  tcpsim coverage scenarios/close --html close.html\n"
                "  tcpsim coverage --json scenarios/close -o close.json\n",
    .options = options,
    .run = run,
};
