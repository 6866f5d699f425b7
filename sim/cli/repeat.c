/* repeat.c - the command line that repeats a run, fit to be pasted into a shell. */
#include "cli.h"

#include "../core/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_quoted(struct out_writer *text, const char *word)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-";
    if (word[0] != '\0' && strspn(word, plain) == strlen(word)) {
        out_text(text, word);
        return;
    }
    out_char(text, '\'');
    for (; *word != '\0'; word++) {
        if (*word == '\'') {
            out_text(text, "'\\''");
        } else {
            out_char(text, *word);
        }
    }
    out_char(text, '\'');
}

static void put_options(struct out_writer *text, const struct settings *settings,
                        const uint64_t *seed)
{
    if (settings->has_seed || seed != NULL) {
        out_printf(text, " --seed %" PRIu64, seed != NULL ? *seed : settings->seed);
    }
    for (size_t i = 0; i < settings->define_count; i++) {
        out_text(text, " -D ");
        put_quoted(text, settings->defines[i]);
    }
    if (settings->has_limit) {
        char limit[64];
        (void)units_format_duration(settings->limit_ns, limit, sizeof limit);
        out_printf(text, " --limit %s", limit);
    }
    if (settings->max_instructions != SETTINGS_MAX_INSTRUCTIONS) {
        out_printf(text, " --max-instructions %" PRIu64, settings->max_instructions);
    }
    if (settings->max_memory_bytes != SETTINGS_MAX_MEMORY_BYTES) {
        out_printf(text, " --max-memory %" PRIu64, settings->max_memory_bytes);
    }
    if (settings->absolute) { out_text(text, " --absolute"); }
}

/* Takes `text`. */
static char *finished(struct out_writer *text)
{
    size_t len = 0;
    char *copy = strdup(out_writer_contents(text, &len));
    return out_writer_finish(text) == 0 ? copy : (free(copy), NULL);
}

/* Up to the command's own options; NULL: no memory. */
static struct out_writer *begun(const char *command)
{
    struct out_writer *text = out_writer_memory();
    const char *search = getenv("TCPSIM_PATH");
    if (text == NULL) { return NULL; }
    if (search != NULL && search[0] != '\0') {
        out_text(text, "TCPSIM_PATH=");
        put_quoted(text, search);
        out_char(text, ' ');
    }
    out_printf(text, "tcpsim %s", command);
    return text;
}

static void put_path(struct out_writer *text, const char *path)
{
    out_text(text, path[0] == '-' ? " -- " : " ");
    put_quoted(text, path);
}

static char *repeat_of(const char *command, const struct settings *settings, const char *path,
                       const uint64_t *seed)
{
    struct out_writer *text = begun(command);
    if (text == NULL) { return NULL; }
    put_options(text, settings, seed);
    put_path(text, path);
    return finished(text);
}

char *settings_repeat(const struct settings *settings, const char *path, const uint64_t *seed)
{
    return repeat_of("run", settings, path, seed);
}

char *settings_repeat_coverage(const struct settings *settings, const char *path)
{
    return repeat_of("coverage", settings, path, NULL);
}

char *settings_repeat_test(const struct settings *settings, const char *path, const char *root,
                           const char *golden)
{
    struct out_writer *text = begun("test");
    if (text == NULL) { return NULL; }
    put_options(text, settings, NULL);
    const bool below = golden != NULL && strcmp(root, path) != 0;
    if (golden != NULL) {
        out_text(text, " --golden ");
        put_quoted(text, golden);
    }
    if (below) {
        out_text(text, " --filter ");
        put_quoted(text, path);
    }
    put_path(text, below ? root : path);
    return finished(text);
}
