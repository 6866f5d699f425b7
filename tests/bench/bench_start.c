/* bench_start.c - how long each command takes from its start to its end with next to nothing to do:
 * its help, and what it does at its smallest. It is to be less than 20 ms. */
#include "sim/cli/cli.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUNS 50
#define WANTED_MS 20.0
#define WORDS_MAX 6

static double milliseconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

/* Its exit status, or -1. */
static int play(char *const *words)
{
    extern char **environ;
    posix_spawn_file_actions_t actions;
    pid_t child = 0;
    int status = 0;
    if (posix_spawn_file_actions_init(&actions) != 0) { return -1; }
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        (void)posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
    }
    const int error = posix_spawn(&child, words[0], &actions, NULL, words, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    if (error != 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status)) { return -1; }
    return WEXITSTATUS(status);
}

/* `line` are the words after the program's name, separated by blanks. */
static bool measure(const char *line)
{
    char text[512];
    char *words[WORDS_MAX + 2] = {(char[]){TCPSIM_PROGRAM}};
    size_t count = 1;
    (void)snprintf(text, sizeof text, "%s", line);
    char *rest = text;
    for (char *word = strsep(&rest, " "); word != NULL && count <= WORDS_MAX;
         word = strsep(&rest, " ")) {
        words[count++] = word;
    }
    double sum = 0;
    double worst = 0;
    for (int i = 0; i < RUNS; i++) {
        const double begun = milliseconds();
        if (play(words) != 0) {
            (void)fprintf(stderr, "tcpsim %s: it failed\n", line);
            return false;
        }
        const double taken = milliseconds() - begun;
        sum += taken;
        worst = taken > worst ? taken : worst;
    }
    const double mean = sum / RUNS;
    printf("start  %6.2f ms each, %6.2f at worst%s  %s\n", mean, worst,
           mean < WANTED_MS ? "" : ", MORE THAN 20 ms", line);
    return true;
}

int main(void)
{
    static const char *const smallest[] = {
        "--help",
        "version",
        "options",
        "options --json",
        "options --markdown",
        "new --print topic/case",
        "list scenarios/handshake/three-way-handshake.lua",
        "run -q scenarios/handshake/three-way-handshake.lua",
        "run scenarios/handshake/three-way-handshake.lua",
    };
    size_t count = 0;
    const struct command *const *commands = cli_commands(&count);
    if (chdir(TCPSIM_SOURCE_DIR) != 0) { return EXIT_FAILURE; }
    for (size_t i = 0; i < sizeof smallest / sizeof smallest[0]; i++) {
        if (!measure(smallest[i])) { return EXIT_FAILURE; }
    }
    for (size_t i = 0; i < count; i++) {
        char line[64];
        (void)snprintf(line, sizeof line, "%s --help", commands[i]->name);
        if (commands[i]->run != NULL && !measure(line)) { return EXIT_FAILURE; }
    }
    return EXIT_SUCCESS;
}
