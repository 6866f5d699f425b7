/* cli.c - the commands, which of them was asked for, and the help. A new command is one file and
 * one line here. */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- messages ---- */

__attribute__((format(printf, 1, 0))) static void tell(const char *format, va_list arguments)
{
    (void)fputs("tcpsim: ", stderr);
    (void)vfprintf(stderr, format, arguments);
    (void)fputc('\n', stderr);
}

void cli_tell(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    tell(format, arguments);
    va_end(arguments);
}

int cli_error(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    tell(format, arguments);
    va_end(arguments);
    return CLI_ERROR;
}

int cli_no_memory(void) { return cli_error("out of memory"); }

static int severity(int status)
{
    switch (status) {
    case CLI_HELD: return 0;
    case CLI_UNSUPPORTED: return 1;
    case CLI_FAILED: return 2;
    case CLI_LIMIT: return 3;
    case CLI_ERROR: return 4;
    default: return 5;
    }
}

int cli_worse(int a, int b) { return severity(a) >= severity(b) ? a : b; }

/* ---- the commands ---- */

#define LATER(word, line) \
    &(const struct command) { .name = word, .help = line }

static const struct command *const commands[] = {
    &command_run,
    &command_test,
    LATER("sweep", "one scenario over many seeds and parameters"),
    LATER("explore", "every placement of a few faults, exhaustively"),
    LATER("shrink", "a failing run made minimal"),
    &command_diff,
    &command_check,
    LATER("bridge", "a simulated host on a TUN device"),
    &command_coverage,
    &command_options,
    &command_list,
    &command_new,
    &command_version,
    &command_generate,
};
#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

const struct command *const *cli_commands(size_t *count)
{
    *count = COMMAND_COUNT;
    return commands;
}

static const struct command *command_by_name(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(commands[i]->name, name) == 0) { return commands[i]; }
    }
    return NULL;
}

static int not_there(const struct command *command)
{
    return cli_error("%s is not there yet (%s)", command->name, command->help);
}

static int unknown_command(const char *typed)
{
    const char *names[COMMAND_COUNT + 1];
    size_t count = 0;
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (!commands[i]->hidden) { names[count++] = commands[i]->name; }
    }
    names[count++] = "help";
    const char *near = nearest_name(typed, names, count);
    if (near != NULL) {
        return cli_error("\"%s\" is neither a command nor a file; did you mean \"%s\"?", typed,
                         near);
    }
    return cli_error("\"%s\" is neither a command nor a file; see tcpsim --help", typed);
}

/* ---- help ---- */

static void general_help(struct out_writer *out)
{
    out_text(out, "tcpsim - a deterministic, scriptable, segment-exact TCP simulator\n\n"
                  "  tcpsim COMMAND [options] [FILE or FOLDER ...]\n"
                  "  tcpsim FILE                is tcpsim run FILE\n"
                  "  tcpsim COMMAND --help      the options of a command, with examples\n\n"
                  "Commands:\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (commands[i]->hidden) { continue; }
        out_printf(out, "  %-10s %s%s\n", commands[i]->name, commands[i]->help,
                   commands[i]->run == NULL ? " (not there yet)" : "");
    }
    out_text(out,
             "  help       this text, or a command's: tcpsim help run\n\n"
             "Examples:\n"
             "  tcpsim list scenarios\n"
             "  tcpsim run scenarios/handshake\n"
             "  tcpsim test scenarios\n"
             "  tcpsim options\n\n"
             "Exit status: 0 all held; 1 an expectation or an invariant failed; 2 usage, script\n"
             "or file error; 3 a limit was reached; 4 a packetdrill script that asks for what is\n"
             "not there; 130 interrupted.\n");
}

static void option_help(struct out_writer *out, const struct cli_option *option)
{
    char words[64];
    int len = option->letter != '\0' ? snprintf(words, sizeof words, "-%c", option->letter)
                                     : snprintf(words, sizeof words, "  ");
    if (option->name != NULL) {
        len += snprintf(words + len, sizeof words - (size_t)len, "%s--%s",
                        option->letter != '\0' ? ", " : "  ", option->name);
    }
    if (option->value != NULL) {
        (void)snprintf(words + len, sizeof words - (size_t)len, " %s", option->value);
    }
    /* The help's own lines are set under the first. */
    const char *line = option->help;
    out_printf(out, "  %-32s", words);
    for (const char *end = strchr(line, '\n'); end != NULL; end = strchr(line, '\n')) {
        out_printf(out, " %.*s\n  %32s", (int)(end - line), line, "");
        line = end + 1;
    }
    out_printf(out, " %s\n", line);
}

void command_help(struct cli *cli, const struct command *command)
{
    struct out_writer *out = cli->out;
    out_printf(out, "tcpsim %s%s%s - %s\n", command->name, command->usage[0] != '\0' ? " " : "",
               command->usage, command->help);
    if (command->details != NULL) { out_printf(out, "\n%s", command->details); }
    out_text(out, "\nOptions:\n");
    for (const struct cli_option *one = command->options; !cli_option_is_end(one); one++) {
        if (one->help != NULL) { option_help(out, one); }
    }
    out_printf(out, "\nExamples:\n%s", command->examples);
}

static int help(struct cli *cli, int argc, char **argv)
{
    if (argc == 0) {
        general_help(cli->out);
        return CLI_HELD;
    }
    const struct command *command = command_by_name(argv[0]);
    if (command == NULL) { return unknown_command(argv[0]); }
    if (command->run == NULL) { return not_there(command); }
    command_help(cli, command);
    return CLI_HELD;
}

/* ---- dispatch ---- */

static bool names_a_file(const char *word)
{
    struct stat status;
    const size_t len = strlen(word);
    return stat(word, &status) == 0 || strchr(word, '/') != NULL ||
           (len > 4 &&
            (strcmp(word + len - 4, ".lua") == 0 || strcmp(word + len - 4, ".pkt") == 0));
}

static int dispatch(struct cli *cli, int argc, char **argv)
{
    if (argc < 2) {
        struct out_writer *err = out_writer_fd(STDERR_FILENO);
        if (err != NULL) {
            general_help(err);
            (void)out_writer_finish(err);
        }
        return CLI_ERROR;
    }
    const char *word = argv[1];
    if (strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        return help(cli, argc - 2, argv + 2);
    }
    if (strcmp(word, "--version") == 0) { word = "version"; }
    const struct command *command = command_by_name(word);
    if (command != NULL && command->run == NULL) { return not_there(command); }
    if (command != NULL) { return command->run(cli, argc - 2, argv + 2); }
    if (word[0] == '-' || names_a_file(word)) { return command_run.run(cli, argc - 1, argv + 1); }
    return unknown_command(word);
}

/* A file that is opened must not become standard output because that was closed: what takes its
 * place cannot be written, so that the loss is told. */
static void hold_standard_descriptors(void)
{
    for (int fd = 0; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) == -1 && errno == EBADF) {
            (void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
        }
    }
}

int cli_main(int argc, char **argv)
{
    hold_standard_descriptors();
    (void)signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of writing like any other */
    struct cli cli = {.out = out_writer_fd(STDOUT_FILENO)};
    if (cli.out == NULL) { return cli_no_memory(); }
    int status = dispatch(&cli, argc, argv);
    const int error = out_writer_finish(cli.out);
    if (error == EPIPE) {
        status = cli_worse(status, CLI_ERROR); /* who reads has had enough: nothing to tell */
    } else if (error != 0) {
        status = cli_worse(status, cli_error("standard output: %s", strerror(error)));
    }
    return status;
}
