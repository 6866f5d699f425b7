/* cmd_test.c - `tcpsim test`: every scenario below the paths, in parallel, each with its golden. */
#include "test.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define JOBS_MAX 256

enum {
    JOBS,
    FILTER,
    LIST,
    GOLDEN,
    UPDATE,
    JUNIT,
    TAP,
    EXPECTED,
    HELP,
    /* Rows that bear the name of an option of `run`. */
    SEED,
    DEFINE,
    LIMIT,
    VERBOSE,
    QUIET,
    COLOUR,
    ABSOLUTE,
    DRY_RUN,
    CHECK_DETERMINISM,
    MAX_INSTRUCTIONS,
    MAX_MEMORY,
    STALL_SECONDS,
    PROFILE,
    IP_VERSION,
    TOLERANCE_US,
    TOLERANCE_PERCENT,
    STRICT,
    STRICT_SEGMENTS,
    LATER,
};

static const struct cli_option options[] = {
    {JOBS, 'j', "jobs", "N", "so many worker processes (as many as there are cores)"},
    {FILTER, '\0', "filter", "TEXT",
     "only scenarios whose path or title holds TEXT; may be\nrepeated: then one of them suffices"},
    {LIST, '\0', "list", NULL, "prints the paths, runs nothing"},
    {GOLDEN, '\0', "golden", "DIR",
     "the golden of FOLDER/a/b.lua is DIR/a/b.golden;\nelse it is b.golden beside b.lua"},
    {UPDATE, '\0', "update", NULL,
     "rewrites goldens that differ, and says what changed;\nwith --golden also writes those that "
     "are not there"},
    {JUNIT, '\0', "junit", "FILE", "the results as JUnit's XML, too"},
    {TAP, '\0', "tap", NULL, "prints TAP 13 in place of the lines: prove reads it"},
    {EXPECTED, '\0', "expected", "FILE",
     "lines of `PATH REASON`: these may not pass; one that\ndoes is reported"},
    {SEED, '\0', "seed", "N", "seed of every random stream (or TCPSIM_SEED; else\neach its own)"},
    {DEFINE, 'D', NULL, "NAME=VALUE", "a value for sim.param"},
    {LIMIT, '\0', "limit", "TIME", "simulated time after which a run ends: \"90s\", \"2h\""},
    {VERBOSE, 'v', NULL, NULL, "titles, too"},
    {QUIET, 'q', NULL, NULL, "no line for what passes"},
    {COLOUR, '\0', "color", "WHEN", "auto, always or never (NO_COLOR counts in auto)"},
    {ABSOLUTE, '\0', "absolute", NULL, "sequence numbers in messages as on the wire"},
    {DRY_RUN, '\0', "dry-run", NULL, "loads, builds the worlds, runs nothing"},
    {CHECK_DETERMINISM, '\0', "check-determinism", NULL,
     "runs each twice, with another event queue the second\ntime, and compares the digests"},
    {MAX_INSTRUCTIONS, '\0', "max-instructions", "N", "of Lua between two events (1000000000)"},
    {MAX_MEMORY, '\0', "max-memory", "SIZE", "of world and Lua (1GiB)"},
    {STALL_SECONDS, '\0', "stall-seconds", "N", "without progress, then a run ends (20)"},
    {PROFILE, '\0', "profile", "NAME", "of packetdrill scripts, as for run"},
    {IP_VERSION, '\0', "ip-version", "VERSION", "of packetdrill scripts, as for run"},
    {TOLERANCE_US, '\0', "tolerance-usecs", "N", "of packetdrill scripts, as for run"},
    {TOLERANCE_PERCENT, '\0', "tolerance-percent", "N", "of packetdrill scripts, as for run"},
    {STRICT, '\0', "strict", NULL, "of packetdrill scripts, as for run"},
    {STRICT_SEGMENTS, '\0', "strict-segments", NULL, "of packetdrill scripts, as for run"},
    {HELP, 'h', "help", NULL, "this text"},
    {LATER, '\0', "digest", NULL, NULL},
    {0},
};

/* ---- small things for all files ---- */

int64_t test_now_ns(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

bool test_chooses(const struct test *test, const char *text)
{
    for (size_t i = 0; i < test->filter_count; i++) {
        if (strstr(text, test->filters[i]) != NULL) { return true; }
    }
    return test->filter_count == 0;
}

struct out_writer *test_text(struct out_writer **text)
{
    if (*text == NULL) { *text = out_writer_memory(); }
    return *text;
}

const char *test_contents(struct out_writer *text, size_t *len)
{
    *len = 0;
    return text != NULL ? out_writer_contents(text, len) : "";
}

/* ---- signals ---- */

static volatile sig_atomic_t interrupted;

/* The first asks for the end; the second does not wait for it. (Workers notice.) */
static void interrupt(int number)
{
    (void)number;
    if (interrupted != 0) { _exit(CLI_INTERRUPTED); }
    interrupted = 1;
}

static void choose(sigset_t *signals)
{
    (void)sigemptyset(signals);
    (void)sigaddset(signals, SIGINT);
    (void)sigaddset(signals, SIGTERM);
    (void)sigaddset(signals, SIGHUP);
}

void test_take_signals(void)
{
    struct sigaction action = {.sa_handler = interrupt};
    struct sigaction hangup;
    choose(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    /* It stays ignored under nohup. */
    if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN) {
        (void)sigaction(SIGHUP, &action, NULL);
    }
}

void test_hold_signals(sigset_t *before)
{
    sigset_t signals;
    choose(&signals);
    (void)sigprocmask(SIG_BLOCK, &signals, before);
}

void test_let_signals(const sigset_t *before) { (void)sigprocmask(SIG_SETMASK, before, NULL); }

bool test_interrupted(void) { return interrupted != 0; }

/* ---- the list ---- */

/* Adds what is found below `root`; what was there already stays where it was. False: told. */
static bool add_root(struct test *test, const char *root, const char ***roots)
{
    struct paths *paths = &test->settings.scenarios;
    const size_t before = paths->count;
    if (!paths_add(paths, root)) { return false; }
    const char **grown = realloc(*roots, paths->count * sizeof **roots);
    if (grown == NULL) {
        (void)cli_no_memory();
        return false;
    }
    *roots = grown;
    size_t kept = before;
    for (size_t i = before; i < paths->count; i++) {
        bool again = false;
        for (size_t j = 0; j < before && !again; j++) {
            again = strcmp(paths->path[j], paths->path[i]) == 0;
        }
        if (again) {
            free(paths->path[i]);
        } else {
            (*roots)[kept] = root;
            paths->path[kept++] = paths->path[i];
        }
    }
    paths->count = kept;
    return true;
}

static int by_golden(const void *a, const void *b)
{
    const struct test_case *const *left = a;
    const struct test_case *const *right = b;
    return strcmp((*left)->golden, (*right)->golden);
}

/* Two scenarios from different folders may not share a golden. False: told. */
static bool goldens_differ(const struct test *test)
{
    const struct test_case **sorted = calloc(test->count, sizeof *sorted);
    if (sorted == NULL) {
        (void)cli_no_memory();
        return false;
    }
    for (size_t i = 0; i < test->count; i++) { sorted[i] = &test->cases[i]; }
    qsort(sorted, test->count, sizeof *sorted, by_golden);
    bool differ = true;
    for (size_t i = 1; i < test->count && differ; i++) {
        differ = strcmp(sorted[i - 1]->golden, sorted[i]->golden) != 0;
        if (!differ) {
            (void)cli_error("%s and %s would have the same golden, %s", sorted[i - 1]->path,
                            sorted[i]->path, sorted[i]->golden);
        }
    }
    free(sorted);
    return differ;
}

static bool make_cases(struct test *test, const char **roots)
{
    const struct paths *paths = &test->settings.scenarios;
    assert(roots != NULL); /* every path was added with its root */
    test->cases = calloc(paths->count, sizeof *test->cases);
    if (test->cases == NULL) {
        (void)cli_no_memory();
        return false;
    }
    for (; test->count < paths->count; test->count++) {
        const size_t i = test->count;
        test->cases[i] = (struct test_case){.path = paths->path[i], .root = roots[i]};
        test->cases[i].golden = golden_path(test->golden, roots[i], paths->path[i]);
        if (test->cases[i].golden == NULL) {
            (void)cli_no_memory();
            return false;
        }
    }
    return test->golden == NULL || goldens_differ(test);
}

static const char *default_root(void)
{
    struct stat status;
    return stat("scenarios", &status) == 0 && S_ISDIR(status.st_mode) ? "scenarios" : ".";
}

/* ---- arguments ---- */

static const struct cli_option *row_of(int id)
{
    const struct cli_option *row = options;
    while (row->id != id) { row++; }
    return row;
}

/* False: told. */
static bool read_option(struct test *test, int id, const char *value, const char ***roots)
{
    switch (id) {
    case JOBS: return arguments_number("-j", value, 1, JOBS_MAX, &test->jobs);
    case FILTER: test->filters[test->filter_count++] = value; return true;
    case LIST: test->list = true; return true;
    case GOLDEN: test->golden = value; return true;
    case UPDATE: test->update = true; return true;
    case JUNIT: test->junit = value; return true;
    case TAP: test->tap = true; return true;
    case EXPECTED: test->expected = value; return true;
    case ARGUMENT_PATH: return add_root(test, value, roots);
    default: return settings_option(&test->settings, row_of(id), value);
    }
}

/* A folder of goldens that is not there would compare nothing. */
static bool golden_folder_is_there(const struct test *test)
{
    struct stat status;
    if (test->golden == NULL || test->update) { return true; }
    if (stat(test->golden, &status) != 0) {
        (void)cli_error("--golden %s: %s", test->golden, strerror(errno));
        return false;
    }
    if (!S_ISDIR(status.st_mode)) { (void)cli_error("--golden %s: not a folder", test->golden); }
    return S_ISDIR(status.st_mode);
}

/* CLI_HELD, CLI_ERROR (told), or -1 when help was asked for. */
static int read_arguments(struct test *test, int argc, char **argv, const char ***roots)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    test->jobs = cores < 1 ? 1 : cores > JOBS_MAX ? JOBS_MAX : (uint64_t)cores;
    test->filters = calloc((size_t)argc + 1, sizeof *test->filters);
    if (test->filters == NULL) { return cli_no_memory(); }
    struct arguments arguments;
    arguments_begin(&arguments, &command_test, argc, argv);
    const char *value = NULL;
    for (int id = arguments_next(&arguments, &value); id != ARGUMENT_END;
         id = arguments_next(&arguments, &value)) {
        if (id == HELP) { return -1; }
        if (id == ARGUMENT_WRONG || !read_option(test, id, value, roots)) { return CLI_ERROR; }
    }
    const bool ok = (test->settings.scenarios.count > 0 || add_root(test, default_root(), roots)) &&
                    settings_environment(&test->settings) && golden_folder_is_there(test) &&
                    make_cases(test, *roots) && expected_read(test);
    return ok ? CLI_HELD : CLI_ERROR;
}

/* ---- the whole ---- */

static size_t count_right(const struct test *test)
{
    size_t count = 0;
    for (size_t i = 0; i < test->count; i++) {
        const struct test_case *one = &test->cases[i];
        count +=
            one->verdict == TEST_LEFT_OUT || (one->verdict != TEST_WAITING && test_is_right(one));
    }
    return count;
}

static size_t count_of(const struct test *test, enum test_verdict verdict)
{
    size_t count = 0;
    for (size_t i = 0; i < test->count; i++) { count += test->cases[i].verdict == verdict; }
    return count;
}

static int list(struct test *test)
{
    const int status = test->filter_count > 0 ? test_run_cases(test) : CLI_HELD;
    if (status != CLI_HELD) { return status; }
    for (size_t i = 0; i < test->count; i++) {
        if (test->cases[i].verdict != TEST_LEFT_OUT) {
            out_text(test->cli->out, test->cases[i].path);
            out_char(test->cli->out, '\n');
        }
    }
    return CLI_HELD;
}

static int run_and_report(struct test *test)
{
    report_begin(test);
    int status = test_run_cases(test);
    if (test->done < test->count && status == CLI_ERROR) { return status; }
    report_lines(test, true);
    report_end(test);
    out_flush(test->cli->out);
    const size_t left = test->count - test->done;
    if (status == CLI_INTERRUPTED) {
        cli_tell("interrupted: %zu of %zu scenarios were not run to their end", left, test->count);
    } else if (count_right(test) < test->count) {
        status = cli_worse(status, CLI_FAILED);
    }
    return test->junit != NULL ? cli_worse(status, junit_write(test)) : status;
}

static int perform(struct test *test)
{
    test_take_signals();
    const int status = test->list ? list(test) : run_and_report(test);
    if (status == CLI_HELD && count_of(test, TEST_LEFT_OUT) == test->count) {
        return cli_error("no scenario's path or title holds \"%s\"", test->filters[0]);
    }
    return status;
}

void test_destroy(struct test *test)
{
    for (size_t i = 0; i < test->count; i++) {
        struct test_case *one = &test->cases[i];
        struct out_writer *const texts[] = {one->title, one->messages, one->difference, one->fresh,
                                            one->cites};
        for (size_t j = 0; j < sizeof texts / sizeof texts[0]; j++) {
            if (texts[j] != NULL) { out_writer_abandon(texts[j]); }
        }
        free(one->golden);
        free(one->hits);
    }
    expected_destroy(test);
    free(test->cases);
    free(test->filters);
    settings_destroy(&test->settings);
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct test test = {.cli = cli};
    const char **roots = NULL;
    int status = CLI_ERROR;
    if (settings_begin(&test.settings, argc)) {
        status = read_arguments(&test, argc, argv, &roots);
    }
    if (status == CLI_HELD) {
        status = perform(&test);
    } else if (status == -1) {
        command_help(cli, &command_test);
        status = CLI_HELD;
    }
    free(roots);
    test_destroy(&test);
    return status;
}

const struct command command_test = {
    .name = "test",
    .usage = "[options] [FILE or FOLDER ...]",
    .help = "runs every scenario below the paths and compares goldens",
    .details =
        "Runs each FILE, and every *.lua and *.pkt below each FOLDER, in parallel; prints a line "
        "each\n"
        "in the order of the list, the failures in full, and closes with `N passed, N failed` "
        "and,\n"
        "where packetdrill scripts ask for what is not there, `N unsupported`. Without a\n"
        "path: those below ./scenarios if there is such a folder, else below this one. A scenario\n"
        "passes when all held and it did what its golden says, if there is one. One that crashes "
        "or\n"
        "stalls costs only its own verdict. The exit status: 0 all passed; 1 not all; 2 a mistake\n"
        "in the command, or no scenario found; 130 interrupted.\n",
    .examples = "  tcpsim test\n"
                "  tcpsim test -j 4 --filter handshake scenarios\n"
                "  tcpsim test --golden tests/golden --update scenarios\n"
                "  tcpsim test --junit results.xml scenarios\n"
                "  tcpsim test --tap scenarios/close scenarios/loss\n"
                "  tcpsim test --ip-version ipv6 scenarios/packetdrill\n",
    .options = options,
    .run = run,
};
