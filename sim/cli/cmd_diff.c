/* cmd_diff.c - `tcpsim diff`: a run beside another run or a capture; says where they part. */
#include "cli.h"

#include "../core/units.h"
#include "../live/pcap_read.h"
#include "../search/diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define GIVEN_MAX 256
#define PERCENT_MAX 1000
#define CAPTURE_TOLERANCE_NS 10000000u /* kernels' timers are late by so much */
#define CAPTURE_TOLERANCE_PERMILLE 70u /* and by so much of what they wait for */

enum {
    ALL,
    LIST,
    KNOWN,
    TIME,
    WINDOWS,
    TIMESTAMPS,
    PSH,
    QUIET_DIFF,
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
    {ALL, '\0', "all", NULL, "the whole alignment, not only around the first\ndifference"},
    {LIST, '\0', "list", NULL, "each difference in a line, without times"},
    {KNOWN, '\0', "known", "FILE",
     "lines as --list prints them, each group below its\nreason (\"# ...\"), * for any text: "
     "only\nwhat is not "
     "there counts, and what is there and no\nlonger so"},
    {TIME, '\0', "time", "TOLERANCE",
     "how much times may differ: \"5ms\", \"10ms+7%\" (of the\ninterval), or off; 0 between runs, "
     "10ms+7% beside a\ncapture"},
    {WINDOWS, '\0', "windows", NULL, "compares windows, too"},
    {TIMESTAMPS, '\0', "timestamps", NULL, "compares the values of timestamps, too"},
    {PSH, '\0', "psh", NULL, "compares PSH, too"},
    {QUIET_DIFF, 'q', "quiet", NULL, "only the status: 0 the same, 1 different"},
    {SEED, '\0', "seed", "N", "seed of every random stream"},
    {DEFINE, 'D', NULL, "NAME=VALUE", "a value for sim.param"},
    {LIMIT, '\0', "limit", "TIME", "simulated time after which a run ends: \"90s\", \"2h\""},
    {MAX_INSTRUCTIONS, '\0', "max-instructions", "N", "of Lua between two events (1000000000)"},
    {MAX_MEMORY, '\0', "max-memory", "SIZE", "of world and Lua (1GiB)"},
    {STALL_SECONDS, '\0', "stall-seconds", "N", "without progress, then a run ends (20)"},
    {HELP, 'h', "help", NULL, "this text"},
    {0},
};

/* An option of a run, and how many paths stood before it. */
struct given {
    const struct cli_option *row;
    const char *value;
    size_t paths;
};

struct comparison {
    struct cli *cli;
    const char *path[2];
    size_t path_count;
    struct given given[GIVEN_MAX];
    size_t given_count;
    struct settings settings[2];
    struct diff_side side[2];
    struct diff_rules rules;
    bool has_time, all, list, quiet;
    const char *known;
};

/* ---- arguments ---- */

static bool is_scenario(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot != NULL && (strcasecmp(dot, ".lua") == 0 || strcasecmp(dot, ".pkt") == 0);
}

static bool read_tolerance(struct diff_rules *rules, const char *text)
{
    char time[32];
    const size_t len = strcspn(text, "+");
    rules->times = strcmp(text, "off") != 0;
    rules->tolerance_permille = 0;
    if (!rules->times) { return true; }
    (void)snprintf(time, sizeof time, "%.*s", (int)(len < sizeof time ? len : sizeof time), text);
    double percent = 0;
    bool percent_ok = true;
    if (text[len] == '+') {
        char *end = NULL;
        percent = strtod(text + len + 1, &end);
        percent_ok = end != text + len + 1 && strcmp(end, "%") == 0 && percent >= 0 &&
                     percent <= PERCENT_MAX;
    }
    const bool zero = strcmp(time, "0") == 0;
    rules->tolerance_ns = 0;
    if (!percent_ok || (!zero && units_parse_time(time, &rules->tolerance_ns) != NULL)) {
        (void)cli_error("--time: \"%s\" is neither a tolerance such as 5ms or 10ms+7%% nor off",
                        text);
        return false;
    }
    rules->tolerance_permille = (uint32_t)(percent * 10 + 0.5);
    return true;
}

static const struct cli_option *row_of(int id)
{
    const struct cli_option *row = options;
    while (row->id != id) { row++; }
    return row;
}

static bool read_argument(struct comparison *c, int id, const char *value)
{
    switch (id) {
    case ALL: c->all = true; return true;
    case LIST: c->list = true; return true;
    case KNOWN: c->known = value; return true;
    case TIME: c->has_time = true; return read_tolerance(&c->rules, value);
    case WINDOWS: c->rules.windows = true; return true;
    case TIMESTAMPS: c->rules.timestamps = true; return true;
    case PSH: c->rules.psh = true; return true;
    case QUIET_DIFF: c->quiet = true; return true;
    case ARGUMENT_PATH:
        if (c->path_count == 2) {
            (void)cli_error("diff compares two: \"%s\" is one too many", value);
            return false;
        }
        c->path[c->path_count++] = value;
        return true;
    case ARGUMENT_WRONG: return false;
    default:
        if (c->given_count == GIVEN_MAX) {
            (void)cli_error("too many options");
            return false;
        }
        c->given[c->given_count++] = (struct given){row_of(id), value, c->path_count};
        return true;
    }
}

/* Whether two options say the same thing of a run: the same parameter, for -D. */
static bool same_subject(const struct given *a, const struct given *b)
{
    if (a->row != b->row || a->row->id != DEFINE) { return a->row == b->row; }
    const size_t len = strcspn(a->value, "=");
    return len == strcspn(b->value, "=") && strncmp(a->value, b->value, len) == 0;
}

/* Of one scenario run twice: what is given twice is for the first and the second run, what is given
 * once for the second. */
static bool is_for_single(const struct comparison *c, size_t i, unsigned which)
{
    bool before = false, after = false;
    for (size_t j = 0; j < c->given_count; j++) {
        if (j != i && same_subject(&c->given[j], &c->given[i])) {
            before = before || j < i;
            after = after || j > i;
        }
    }
    return after && !before ? which == 0 : which == 1;
}

static bool is_for(const struct comparison *c, size_t i, unsigned which)
{
    if (c->path_count == 1) { return is_for_single(c, i, which); }
    const size_t paths = c->given[i].paths;
    const bool both_run = is_scenario(c->path[0]) && is_scenario(c->path[1]);
    return paths == 0 || !both_run || paths == which + 1;
}

static bool set_options(struct comparison *c)
{
    for (size_t i = 0; i < c->given_count; i++) {
        for (unsigned which = 0; which < 2; which++) {
            const struct given *given = &c->given[i];
            if (is_for(c, i, which) &&
                !settings_option(&c->settings[which], given->row, given->value)) {
                return false;
            }
        }
    }
    return true;
}

/* CLI_HELD, CLI_ERROR (told), or -1 when help was asked for. */
static int read_arguments(struct comparison *c, int argc, char **argv)
{
    struct arguments arguments;
    arguments_begin(&arguments, &command_diff, argc, argv);
    const char *value = NULL;
    for (int id = arguments_next(&arguments, &value); id != ARGUMENT_END;
         id = arguments_next(&arguments, &value)) {
        if (id == HELP) { return -1; }
        if (!read_argument(c, id, value)) { return CLI_ERROR; }
    }
    if (c->path_count == 0 || (c->path_count == 1 && c->given_count == 0)) {
        return cli_error("diff compares two: scenarios, captures, or a scenario with other "
                         "options; see tcpsim diff --help");
    }
    if (c->path_count == 1 && !is_scenario(c->path[0])) {
        return cli_error("%s: a capture is compared with a scenario or another capture",
                         c->path[0]);
    }
    const bool runs_only =
        is_scenario(c->path[0]) && (c->path_count == 1 || is_scenario(c->path[1]));
    if (!c->has_time) {
        c->rules.times = true;
        c->rules.tolerance_ns = runs_only ? 0 : CAPTURE_TOLERANCE_NS;
        c->rules.tolerance_permille = runs_only ? 0 : CAPTURE_TOLERANCE_PERMILLE;
    }
    return set_options(c) && settings_environment(&c->settings[0]) &&
                   settings_environment(&c->settings[1])
               ? CLI_HELD
               : CLI_ERROR;
}

/* ---- the two sides ---- */

static int read_capture(struct diff_side *side, const char *path)
{
    char error[512] = "";
    struct pcap_read *reader = pcap_read_open(path, error, sizeof error);
    if (reader == NULL) { return cli_error("%s: %s", path, error); }
    struct pcap_read_segment segment;
    enum pcap_read_result result = PCAP_READ_SEGMENT;
    while ((result = pcap_read_next(reader, &segment, error, sizeof error)) == PCAP_READ_SEGMENT) {
        diff_side_add(side, segment.time_ns, &segment.segment, segment.payload_len, NULL, NULL);
    }
    pcap_read_close(reader);
    if (result == PCAP_READ_ERROR) { return cli_error("%s: %s", path, error); }
    return CLI_HELD;
}

static void keep_message(void *context, const char *text)
{
    struct out_writer *messages = context;
    const size_t len = strlen(text);
    out_printf(messages, "%s%s", text, len > 0 && text[len - 1] == '\n' ? "" : "\n");
}

/* What a run expects is not asked here: only an error or a limit counts. */
static int run_scenario(struct comparison *c, unsigned which, const char *path,
                        struct watchdog *watchdog, struct out_writer *messages)
{
    struct trace trace;
    trace_init(&trace);
    (void)trace_attach(&trace, diff_side_sink(&c->side[which]));
    struct scenario_config config = settings_config(&c->settings[which], path);
    config.trace = &trace;
    config.message = keep_message;
    config.message_context = messages;
    char *repeat = settings_repeat(&c->settings[which], path, NULL);
    config.repeat = repeat;
    struct subject *subject = subject_create(&c->settings[which].script, &config);
    if (subject == NULL) {
        free(repeat);
        return cli_no_memory();
    }
    watchdog_watch(watchdog, path, repeat, subject);
    (void)subject_load(subject);
    const enum verdict verdict = subject_run(subject);
    watchdog_watch(watchdog, NULL, NULL, NULL);
    watchdog_clear_progress(watchdog);
    subject_destroy(subject);
    free(repeat);
    size_t len = 0;
    const char *text = out_writer_contents(messages, &len);
    if (verdict == VERDICT_PASS || verdict == VERDICT_FAIL) { return CLI_HELD; }
    (void)fputs(text, stderr);
    return verdict_status(verdict);
}

static int fill_side(struct comparison *c, unsigned which, struct watchdog *watchdog)
{
    const char *path = c->path[c->path_count == 1 ? 0 : which];
    c->side[which].name = path;
    int status = CLI_ERROR;
    if (is_scenario(path)) {
        struct out_writer *messages = out_writer_memory();
        if (messages == NULL) { return cli_no_memory(); }
        status = run_scenario(c, which, path, watchdog, messages);
        (void)out_writer_finish(messages);
    } else {
        status = read_capture(&c->side[which], path);
    }
    return c->side[which].failed ? cli_no_memory() : status;
}

/* ---- the comparison ---- */

static int judge_known(struct comparison *c, const struct diff_alignment *alignment)
{
    size_t unknown = 0, stale = 0;
    char error[512] = "";
    struct out_writer *told = out_writer_memory();
    if (told == NULL) { return cli_no_memory(); }
    const bool ok = diff_known(c->known, alignment, told, &unknown, &stale, error, sizeof error);
    size_t len = 0;
    const char *text = out_writer_contents(told, &len);
    if (!c->quiet) { out_bytes(c->cli->out, text, len); }
    (void)out_writer_finish(told);
    if (!ok) { return cli_error("%s: %s", c->known, error); }
    if (!c->quiet && unknown + stale == 0) {
        out_printf(c->cli->out, "%zu differences, all known: %zu and %zu segments\n",
                   alignment->differences, alignment->first->count, alignment->second->count);
    }
    return unknown + stale > 0 ? CLI_FAILED : CLI_HELD;
}

static void put_list(const struct comparison *c, const struct diff_alignment *alignment)
{
    for (size_t i = 0; i < alignment->count; i++) {
        char line[2048];
        if (diff_pair_differs(&alignment->pair[i])) {
            diff_line(alignment, &alignment->pair[i], line, sizeof line);
            out_printf(c->cli->out, "%s\n", line);
        }
    }
}

static int compare(struct comparison *c)
{
    struct diff_alignment alignment;
    if (!diff_align(&c->side[0], &c->side[1], &c->rules, &alignment)) { return cli_no_memory(); }
    int status = alignment.differences > 0 ? CLI_FAILED : CLI_HELD;
    if (c->known != NULL) {
        status = judge_known(c, &alignment);
    } else if (c->list) {
        put_list(c, &alignment);
    } else if (!c->quiet) {
        diff_print(c->cli->out, &alignment, c->all);
    }
    diff_alignment_destroy(&alignment);
    return status;
}

/* A capture's clock begins with its first packet, a run's before its first segment. */
static void set_clock(struct diff_side *capture, const struct diff_side *run)
{
    const uint64_t later_ns = run->count > 0 ? run->segment[0].time_ns : 0;
    for (size_t i = 0; i < capture->count; i++) { capture->segment[i].time_ns += later_ns; }
}

/* A side that reached its limit is compared, too. */
static bool is_whole(int status) { return status == CLI_HELD || status == CLI_LIMIT; }

static int compare_all(struct comparison *c)
{
    struct watchdog *watchdog = watchdog_start((unsigned)c->settings[0].stall_s);
    if (watchdog == NULL) { return CLI_ERROR; }
    if (isatty(STDERR_FILENO)) { watchdog_show_progress(watchdog); }
    int status = fill_side(c, 0, watchdog);
    if (is_whole(status)) { status = cli_worse(status, fill_side(c, 1, watchdog)); }
    if (is_whole(status)) {
        const bool runs[] = {is_scenario(c->path[0]), is_scenario(c->path[c->path_count - 1])};
        if (runs[0] && !runs[1]) { set_clock(&c->side[1], &c->side[0]); }
        if (runs[1] && !runs[0]) { set_clock(&c->side[0], &c->side[1]); }
        status = cli_worse(status, compare(c));
    }
    out_flush(c->cli->out);
    watchdog_stop(watchdog);
    return status;
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct comparison *c = calloc(1, sizeof *c);
    if (c == NULL) { return cli_no_memory(); }
    c->cli = cli;
    int status = CLI_ERROR;
    if (settings_begin(&c->settings[0], argc) && settings_begin(&c->settings[1], argc)) {
        status = read_arguments(c, argc, argv);
        if (status == -1) {
            command_help(cli, &command_diff);
            status = CLI_HELD;
        } else if (status == CLI_HELD) {
            status = compare_all(c);
        }
    }
    for (unsigned i = 0; i < 2; i++) {
        diff_side_destroy(&c->side[i]);
        settings_destroy(&c->settings[i]);
    }
    free(c);
    return status;
}

const struct command command_diff = {
    .name = "diff",
    .usage = "[options] FIRST [options] SECOND [options]",
    .help = "where two runs, or a run and a capture, differ first",
    .details =
        "A side is a scenario (.lua) or a capture (pcap, pcapng). Compared are the segments as\n"
        "their senders emit them: flags, relative numbers, length, options, times; neither the\n"
        "values of timestamps nor windows nor PSH unless asked for.\n"
        "Options of a run that stand before both sides are for both, those behind a scenario for\n"
        "that one. One scenario alone is run twice: what is given once is for the second run, "
        "what\n"
        "is given twice for the first and the second.\n"
        "Two versions of the program: the capture that one writes (-w) beside the other's run.\n"
        "Status 0: the same; 1: different; 2: an error; 3: a run reached a limit.\n",
    .examples =
        "  tcpsim diff scenarios/loss/lost-fin.lua --seed 1 --seed 2\n"
        "  tcpsim run -q -w /tmp/lost.pcapng scenarios/loss/lost-fin.lua\n"
        "  tcpsim diff --time 0 --windows --psh scenarios/loss/lost-fin.lua /tmp/lost.pcapng\n"
        "  tcpsim diff --all --time 10ms+7% scenarios/loss/lost-fin.lua /tmp/lost.pcapng\n",
    .options = options,
    .run = run,
};
