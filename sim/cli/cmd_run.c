/* cmd_run.c - `tcpsim run`: scenarios one after the other, their outputs, and the status that says
 * whether all held. */
#include "cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SEED_ROOM 32          /* " --seed " and the longest number */
#define PROGRESS_AFTER_MS 500 /* shorter work needs no progress line */

struct run {
    struct cli *cli;
    const struct settings *settings;
    struct watchdog *watchdog;
    struct timespec began;
    bool shows_progress; /* standard error is a terminal, and no timeline is on it */
    bool progress_shown;
    size_t verdicts[VERDICTS];
};

/* ---- messages and progress ---- */

static void clear_progress(struct run *run)
{
    if (run->progress_shown) {
        (void)fputs("\r\033[K", stderr);
        run->progress_shown = false;
    }
    watchdog_clear_progress(run->watchdog);
}

static void message(void *context, const char *text)
{
    struct run *run = context;
    const size_t len = strlen(text);
    out_flush(run->cli->out); /* so that both keep their order where they go to one terminal */
    clear_progress(run);
    (void)fputs(text, stderr);
    if (len == 0 || text[len - 1] != '\n') { (void)fputc('\n', stderr); }
}

static void no_message(void *context, const char *text)
{
    (void)context;
    (void)text;
}

static void show_progress(struct run *run, size_t done)
{
    const size_t all = run->settings->scenarios.count;
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    const int64_t elapsed_ms = (int64_t)(now.tv_sec - run->began.tv_sec) * 1000 +
                               (now.tv_nsec - run->began.tv_nsec) / 1000000;
    if (!run->shows_progress || elapsed_ms < PROGRESS_AFTER_MS || done == 0 || done == all) {
        return;
    }
    const int64_t left_s = (elapsed_ms * (int64_t)(all - done) / (int64_t)done + 999) / 1000;
    (void)fprintf(stderr, "\r\033[Ktcpsim: %zu of %zu, about %" PRId64 " s left", done, all,
                  left_s);
    (void)fflush(stderr);
    run->progress_shown = true;
}

/* ---- one run of one scenario ---- */

struct attempt {
    struct run *run;
    const char *path;
    bool first; /* with outputs and messages; the second is only compared */
    struct trace trace;
    struct trace_digest *digest; /* NULL: not asked for */
    char digest_text[33];
    struct outputs outputs;
    char *command; /* that repeats it, without the seed */
    char *repeat;  /* the same; with the seed that was used, once that is known */
    bool loaded;
    enum verdict verdict;
};

static const char *digest_so_far(void *context)
{
    struct attempt *attempt = context;
    trace_digest_text(attempt->digest, attempt->digest_text);
    return attempt->digest_text;
}

static bool wants_digest(const struct settings *settings)
{
    bool wants = settings->digest || settings->check_determinism;
    for (size_t i = 0; i < settings->request_count; i++) {
        wants = wants || settings->requests[i].format == &output_jsonl;
    }
    return wants;
}

/* The trace with everything attached that was asked for. False: told. */
static bool prepare(struct attempt *attempt)
{
    struct run *run = attempt->run;
    trace_init(&attempt->trace);
    attempt->outputs = (struct outputs){.cli = run->cli};
    attempt->command = settings_repeat(run->settings, attempt->path, NULL);
    /* The scenario is given its command once, with room for the seed that it chooses. */
    attempt->repeat =
        attempt->command != NULL ? malloc(strlen(attempt->command) + SEED_ROOM) : NULL;
    if (attempt->repeat != NULL) {
        memcpy(attempt->repeat, attempt->command, strlen(attempt->command) + 1);
    }
    if (wants_digest(run->settings)) { attempt->digest = trace_digest_create(); }
    const bool digests = attempt->digest != NULL &&
                         trace_attach(&attempt->trace, trace_digest_sink(attempt->digest));
    if (attempt->repeat == NULL || (wants_digest(run->settings) && !digests)) {
        (void)cli_no_memory();
        return false;
    }
    return !attempt->first || run->settings->dry_run ||
           outputs_open(&attempt->outputs, run->cli, run->watchdog, run->settings, attempt->path,
                        &attempt->trace);
}

static struct scenario_config config_of(struct attempt *attempt)
{
    struct scenario_config config = settings_config(attempt->run->settings, attempt->path);
    config.queue = attempt->first ? QUEUE_HEAP : QUEUE_PAIRING;
    config.repeat = attempt->repeat;
    config.trace = &attempt->trace;
    config.message = attempt->first ? message : no_message;
    config.message_context = attempt->run;
    config.digest = attempt->digest != NULL ? digest_so_far : NULL;
    config.digest_context = attempt;
    return config;
}

static void add_seed(struct attempt *attempt, const struct subject *subject)
{
    const uint64_t seed = subject_seed(subject);
    char *repeat = settings_repeat(attempt->run->settings, attempt->path, &seed);
    if (repeat != NULL) { memcpy(attempt->repeat, repeat, strlen(repeat) + 1); }
    free(repeat);
}

static void perform(struct attempt *attempt)
{
    const struct scenario_config config = config_of(attempt);
    struct subject *subject = subject_create(&attempt->run->settings->script, &config);
    if (subject == NULL) {
        cli_tell("%s: limit: no memory for the simulation (--max-memory)\n  repeat: %s",
                 attempt->path, attempt->command);
        attempt->verdict = VERDICT_LIMIT;
        return;
    }
    struct watchdog *watchdog = attempt->run->watchdog;
    watchdog_watch(watchdog, attempt->path, attempt->command, subject);
    attempt->loaded = subject_load(subject);
    if (attempt->loaded) { add_seed(attempt, subject); }
    if (attempt->loaded &&
        !outputs_host_known(&attempt->outputs, attempt->run->settings, attempt->path)) {
        attempt->loaded = false; /* what has been written so far is thrown away */
        attempt->verdict = VERDICT_ERROR;
    } else {
        attempt->verdict = subject_run(subject);
    }
    outputs_end(&attempt->outputs); /* they hold names that live in the world */
    watchdog_watch(watchdog, attempt->path, attempt->command, NULL);
    if (attempt->digest != NULL) { trace_digest_text(attempt->digest, attempt->digest_text); }
    subject_destroy(subject);
}

/* Runs and gives everything back; the verdict and the digest's text stay. */
static int attempt_run(struct attempt *attempt)
{
    const struct run *run = attempt->run;
    const bool prepared = prepare(attempt);
    int status = CLI_ERROR;
    if (prepared) {
        perform(attempt);
        status = verdict_status(attempt->verdict);
    }
    const bool whole = attempt->loaded && attempt->verdict != VERDICT_INTERRUPTED;
    const int closed = outputs_close(&attempt->outputs, prepared && whole);
    if (attempt->digest != NULL) {
        trace_digest_destroy(attempt->digest);
        attempt->digest = NULL;
    }
    watchdog_watch(run->watchdog, NULL, NULL, NULL);
    free(attempt->command);
    free(attempt->repeat);
    return cli_worse(status, closed);
}

/* ---- all of them ---- */

static int compare_with_second(struct run *run, const struct attempt *first)
{
    struct attempt second = {.run = run, .path = first->path};
    (void)attempt_run(&second);
    out_flush(run->cli->out);
    clear_progress(run);
    if (second.verdict == VERDICT_INTERRUPTED) {
        cli_tell("%s: interrupted", first->path);
        return CLI_INTERRUPTED;
    }
    if (second.verdict == first->verdict && strcmp(second.digest_text, first->digest_text) == 0) {
        cli_tell("%s: deterministic: two runs, digest %s", first->path, first->digest_text);
        return CLI_HELD;
    }
    cli_tell("%s: not deterministic: %s with digest %s, then %s with digest %s", first->path,
             verdict_name(first->verdict), first->digest_text, verdict_name(second.verdict),
             second.digest_text);
    return CLI_FAILED;
}

static int run_scenario(struct run *run, const char *path)
{
    struct attempt first = {.run = run, .path = path, .first = true};
    first.verdict = VERDICT_ERROR;
    int status = attempt_run(&first);
    run->verdicts[first.verdict]++;
    const bool ran =
        first.loaded && !run->settings->dry_run && first.verdict != VERDICT_INTERRUPTED;
    if (run->settings->digest && ran) {
        const bool alone = run->settings->scenarios.count == 1;
        out_printf(run->cli->out, "%s%s%s\n", first.digest_text, alone ? "" : "  ",
                   alone ? "" : path);
    }
    if (run->settings->check_determinism && ran) {
        status = cli_worse(status, compare_with_second(run, &first));
    }
    return status;
}

static void tell_sum(const struct run *run)
{
    const size_t all = run->settings->scenarios.count;
    if (all < 2 || run->verdicts[VERDICT_PASS] == all) { return; }
    char text[128] = "";
    size_t len = 0;
    for (unsigned i = 0; i < VERDICTS; i++) {
        if (run->verdicts[i] > 0) {
            len += (size_t)snprintf(text + len, sizeof text - len, "%s%zu %s", len > 0 ? ", " : "",
                                    run->verdicts[i], verdict_name((enum verdict)i));
        }
    }
    cli_tell("%zu scenarios: %s", all, text);
}

static bool prints_to_terminal(const struct settings *settings)
{
    bool prints = settings->digest;
    for (size_t i = 0; i < settings->request_count; i++) {
        prints = prints || settings->requests[i].file == NULL;
    }
    return prints && isatty(STDOUT_FILENO);
}

static int run_all(struct cli *cli, const struct settings *settings)
{
    struct run run = {
        .cli = cli,
        .settings = settings,
        .watchdog = watchdog_start((unsigned)settings->stall_s),
        .shows_progress = isatty(STDERR_FILENO) && !prints_to_terminal(settings),
    };
    if (run.watchdog == NULL) { return CLI_ERROR; }
    if (run.shows_progress) { watchdog_show_progress(run.watchdog); }
    (void)clock_gettime(CLOCK_MONOTONIC, &run.began);
    int status = CLI_HELD;
    /* When standard output is gone, so is who would read the rest. */
    for (size_t i = 0; i < settings->scenarios.count && out_error(cli->out) == 0; i++) {
        show_progress(&run, i);
        status = cli_worse(status, run_scenario(&run, settings->scenarios.path[i]));
        if (status == CLI_INTERRUPTED) { break; }
    }
    clear_progress(&run);
    out_flush(cli->out);
    if (out_error(cli->out) == 0) { tell_sum(&run); }
    watchdog_stop(run.watchdog);
    return status;
}

static int run_command(struct cli *cli, int argc, char **argv)
{
    struct settings settings;
    int status = settings_read(&settings, argc, argv);
    if (status == CLI_HELD) {
        status = run_all(cli, &settings);
    } else if (status == -1) {
        command_help(cli, &command_run);
        status = CLI_HELD;
    }
    settings_destroy(&settings);
    return status;
}

const struct command command_run = {
    .name = "run",
    .usage = "[options] FILE or FOLDER ...",
    .help = "runs scenarios and prints what happened",
    .details =
        "Runs each FILE, and every *.lua and *.pkt below each FOLDER in the order of their octets, "
        "and prints the\n"
        "timeline. The exit status says whether all held: 0 yes; 1 an expectation or an invariant\n"
        "failed, or an application did not finish; 2 a script or file error; 3 a limit was "
        "reached;\n"
        "4 a packetdrill script asks for what is not there, which is named; 130 interrupted. Of "
        "several\n"
        "scenarios the worst counts: 2, then 3, then 1, then 4. With more than one\n"
        "scenario an output file's name must hold {name}. TCPSIM_PATH (folders, separated by "
        "colons) is\n"
        "where require looks too.\n",
    .examples =
        "  tcpsim run scenarios/handshake\n"
        "  tcpsim run -q scenarios\n"
        "  tcpsim run -q --seed 7 --limit 10min scenarios/loss\n"
        "  tcpsim run --format exchange --format 'jsonl=/tmp/{name}.jsonl' scenarios/close\n"
        "  tcpsim run -q -w '/tmp/{name}.pcapng' scenarios/close\n"
        "  tcpsim run -q --digest --check-determinism scenarios/reset\n"
        "  tcpsim run --ip-version ipv6 --strict scenarios/packetdrill/keepalive.pkt\n",
    .options = settings_options,
    .run = run_command,
};
