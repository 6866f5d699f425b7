/* cli.h - what the files of sim/cli share: the commands, their arguments, outputs and watchdog.
 *
 *   main.c       the program            cli.c         the commands, dispatch, help
 *   arguments.c  options of a command   settings.c    the options of `run`
 *   paths.c      files and folders      repeat.c      the command that repeats a run
 *   watchdog.c   stalls, signals        outputs.c     the outputs of one run
 *   option_rows.c  hosts' and links' options as text
 *   generate_*.c   man page, completion, annotations (generate.h)
 *   subject.c    a scenario or a packetdrill script
 *   cmd_*.c      a command each         test_*.c      the parts of `test` (test.h) */
#ifndef TCPSIM_CLI_CLI_H
#define TCPSIM_CLI_CLI_H

#include "../lua/scenario.h"
#include "../out/output.h"
#include "../pkt/pkt.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Exit statuses, as docs/command-line.md has them. */
enum cli_status {
    CLI_HELD = 0,
    CLI_FAILED = 1,
    CLI_ERROR = 2,
    CLI_LIMIT = 3,
    CLI_UNSUPPORTED = 4, /* of packetdrill scripts only */
    CLI_INTERRUPTED = 130,
};

/* Of two scenarios the worse: an error, then a limit, then a failure, then what is unsupported. */
int cli_worse(int a, int b);

struct cli {
    struct out_writer *out; /* standard output; its error becomes the exit status at the end */
};

struct cli_option;

/* The program. `argv` as main has it. */
int cli_main(int argc, char **argv);

/* A message to standard error, begun with "tcpsim: " and ended with a newline. */
void cli_tell(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* As cli_tell, and returns CLI_ERROR. */
int cli_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
int cli_no_memory(void);

/* ---- commands (cli.c, cmd_*.c) ---- */

struct command {
    const char *name;
    const char *usage; /* what stands after the name */
    const char *help;  /* one line */
    const char *details, *examples;
    const struct cli_option *options;                   /* ended by a row without letter and name */
    int (*run)(struct cli *cli, int argc, char **argv); /* NULL: not there yet */
    bool hidden;                                        /* not in help and completion */
};
extern const struct command command_run;
extern const struct command command_diff;
extern const struct command command_options;
extern const struct command command_list;
extern const struct command command_test;
extern const struct command command_check;
extern const struct command command_coverage;
extern const struct command command_new;
extern const struct command command_version;
extern const struct command command_generate; /* for the installation; hidden */

/* In the order of the help, the hidden ones last. */
const struct command *const *cli_commands(size_t *count);

void command_help(struct cli *cli, const struct command *command);

/* ---- arguments (arguments.c) ---- */

struct cli_option {
    int id;            /* from 0 */
    char letter;       /* or '\0' */
    const char *name;  /* without the two hyphens, or NULL */
    const char *value; /* what it is called in the help; NULL: takes none */
    const char *help;  /* NULL: named by the contract, not there yet */
};
static inline bool cli_option_is_end(const struct cli_option *option)
{
    return option->letter == '\0' && option->name == NULL;
}

enum { ARGUMENT_END = -1, ARGUMENT_PATH = -2, ARGUMENT_WRONG = -3 };

struct arguments {
    const struct command *command;
    int argc, at;
    char **argv;
    const char *letters; /* what is left of "-vq" */
    bool only_paths;     /* after "--" */
};

/* argv[0] is the first argument after the command's name. */
void arguments_begin(struct arguments *arguments, const struct command *command, int argc,
                     char **argv);
/* The next option's id, or one of the above; *value is the option's value, or the path. After
 * ARGUMENT_WRONG the message has been written. */
int arguments_next(struct arguments *arguments, const char **value);

/* A whole number from min to max; false with a message that names `what`. */
bool arguments_number(const char *what, const char *text, uint64_t min, uint64_t max,
                      uint64_t *value);

/* ---- paths (paths.c) ---- */

struct paths {
    char **path;
    size_t count, room;
};

/* Adds a file, or every *.lua and *.pkt below a folder (hidden ones are left out), sorted. False:
 * told, or no memory. */
bool paths_add(struct paths *paths, const char *path);
void paths_destroy(struct paths *paths);
/* The name that {name} stands for: without folders, ".lua", ".pkt". */
char *paths_name(const char *path);
/* `pattern` with every {name} replaced; malloc, or NULL. */
char *paths_expand(const char *pattern, const char *name);
/* The folders of TCPSIM_PATH. False: no memory. */
bool paths_search(struct paths *search);

/* ---- what is run: a scenario or a packetdrill script (subject.c) ---- */

enum verdict {
    VERDICT_PASS,
    VERDICT_FAIL,
    VERDICT_ERROR,
    VERDICT_LIMIT,
    VERDICT_UNSUPPORTED,
    VERDICT_INTERRUPTED,
};
#define VERDICTS (VERDICT_INTERRUPTED + 1)
const char *verdict_name(enum verdict verdict);
int verdict_status(enum verdict verdict); /* enum cli_status */

/* What only scripts are told. */
struct script_settings {
    const char *profile; /* NULL: by what the script calls */
    enum pkt_ip_version ip_version;
    bool strict, strict_segments, has_tolerance_us, has_tolerance_percent;
    uint32_t tolerance_us, tolerance_percent_tenths;
};

struct subject;
bool subject_is_script(const char *path);
/* By the path's end; otherwise as scenario_create and so on. */
struct subject *subject_create(const struct script_settings *script,
                               const struct scenario_config *config);
void subject_destroy(struct subject *subject);
bool subject_load(struct subject *subject);
bool subject_peek(struct subject *subject);
enum verdict subject_run(struct subject *subject);
const char *subject_title(const struct subject *subject);
size_t subject_cites(const struct subject *subject, const char *const **cites);
/* As scenario_marks; a script has nothing that is shown by name. */
const struct tcp_marks *subject_marks(const struct subject *subject, const uint32_t **shown);
const char *subject_reason(const struct subject *subject); /* of a script's verdict, or "" */
uint64_t subject_seed(const struct subject *subject);
uint64_t subject_progress(const struct subject *subject); /* safe in a signal handler */
/* How far it has come, and where it ends at the latest; from another thread, too. False: it has not
 * begun. */
bool subject_clock(const struct subject *subject, uint64_t *now_ns, uint64_t *limit_ns);
/* From another thread: the run ends before its next event. False: it has not come so far. */
bool subject_interrupt(struct subject *subject);

/* ---- the settings of a run (settings.c) ---- */

#define SETTINGS_OUTPUTS_MAX 12
#define SETTINGS_MAX_INSTRUCTIONS UINT64_C(1000000000)
#define SETTINGS_MAX_MEMORY_BYTES (UINT64_C(1) << 30)
#define SETTINGS_STALL_S 20
#define SETTINGS_SNAPLEN_MAX 262144 /* the most that readers of captures take */

struct output_request {
    const struct output_format *format;
    const char *file; /* NULL: standard output */
};

struct settings {
    bool has_seed, has_limit;
    uint64_t seed, limit_ns;
    const char **defines; /* as many as there is room for arguments */
    size_t define_count;
    unsigned verbosity;
    bool quiet, absolute, dry_run, digest, check_determinism;
    enum { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER } colour;
    unsigned width;         /* 0: the terminal's */
    uint32_t snaplen_bytes; /* 0: all */
    const char *capture_at; /* NULL: each segment where it leaves */
    uint64_t max_instructions, max_memory_bytes, stall_s;
    struct script_settings script;
    struct output_request requests[SETTINGS_OUTPUTS_MAX];
    size_t request_count;
    struct paths scenarios;
    struct paths search;
};

extern const struct cli_option settings_options[];

/* Reads the arguments of `run`. CLI_HELD, CLI_ERROR (told), or -1 when help was asked for.
 * settings_destroy in any case. */
int settings_read(struct settings *settings, int argc, char **argv);
void settings_destroy(struct settings *settings);

/* For other commands that take options of `run`: settings_begin with as many arguments as there
 * are; settings_option for each of their rows that bears an option's name of `run`;
 * settings_environment; settings_destroy in any case. False: told. */
bool settings_begin(struct settings *settings, int argc);
bool settings_option(struct settings *settings, const struct cli_option *row, const char *value);
bool settings_environment(struct settings *settings);
/* What the settings say of a run of `path`; trace, messages, digest and command are the caller's.
 */
struct scenario_config settings_config(const struct settings *settings, const char *path);

/* The command that repeats this run of `path`; with the seed that was used when `seed` is given.
 * malloc, or NULL. (repeat.c) */
char *settings_repeat(const struct settings *settings, const char *path, const uint64_t *seed);
/* The same for `coverage`, with each scenario's own seed. (repeat.c) */
char *settings_repeat_coverage(const struct settings *settings, const char *path);
/* The command that compares the golden of `path` again: below `root` with --golden, if `golden` is
 * given. malloc, or NULL. (repeat.c) */
char *settings_repeat_test(const struct settings *settings, const char *path, const char *root,
                           const char *golden);

/* ---- the watchdog (watchdog.c) ---- */

struct watchdog;

/* Begins to watch: a run without progress for `stall_s` seconds and a crash end the process with a
 * message and the right status, and without half-written files. So do SIGINT, SIGTERM and SIGHUP,
 * but a run that is under way is asked to end first (VERDICT_INTERRUPTED), and given a second, or
 * until it is told often enough. NULL: told. */
struct watchdog *watchdog_start(unsigned stall_s);
void watchdog_stop(struct watchdog *watchdog);
/* The scenario that runs now, its file and the command that repeats it, for messages; NULL: none.
 * All are borrowed until the next call. */
void watchdog_watch(struct watchdog *watchdog, const char *path, const char *repeat,
                    struct subject *subject);
/* From now on a run of seconds shows on standard error, a terminal, how far it has come. */
void watchdog_show_progress(struct watchdog *watchdog);
/* Before anything else is written there. */
void watchdog_clear_progress(struct watchdog *watchdog);
/* Files to be removed when the process ends early: the name is copied. */
bool watchdog_add_file(struct watchdog *watchdog, const char *path);
void watchdog_forget_files(struct watchdog *watchdog);

/* ---- the outputs of one run (outputs.c) ---- */

/* Whether what goes to a terminal, or elsewhere, is coloured: --color, NO_COLOR, a dumb TERM. */
bool outputs_coloured(const struct settings *settings, bool terminal);

struct outputs {
    struct cli *cli;
    /* The run's hosts, as its first record tells them; NULL: it has not come. */
    bool (*host)(void *context, uint32_t index, struct trace_host *host);
    void *host_context;
    struct watchdog *watchdog;
    size_t count;
    struct run_output {
        struct output output;
        struct out_writer *writer; /* its own, or NULL: cli->out */
        bool collected;            /* for standard output, after the first one there */
        bool begun;
        char *path;
    } one[SETTINGS_OUTPUTS_MAX];
};

/* Before any run: an output file that two scenarios would write, or that two outputs share. */
bool outputs_check(const struct settings *settings);
/* Attaches every requested output of the scenario at `path` to the trace. False: told; close
 * anyway. */
bool outputs_open(struct outputs *outputs, struct cli *cli, struct watchdog *watchdog,
                  const struct settings *settings, const char *path, struct trace *trace);
/* Once the scenario is loaded: whether it has the host that --capture-at names. False: told. */
bool outputs_host_known(const struct outputs *outputs, const struct settings *settings,
                        const char *path);
/* The formats write what they still hold back; before the scenario is destroyed. */
void outputs_end(struct outputs *outputs);
/* Files get their names, or with keep false none. CLI_HELD, or CLI_ERROR (told). */
int outputs_close(struct outputs *outputs, bool keep);

#endif
