/* cmd_list.c - `tcpsim list`: the scenarios below the paths, with their titles and what they cite;
 * or as a catalogue, with what each of them shows. */
#include "cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Only what stands before sim.scenario runs. */
#define LIST_MAX_INSTRUCTIONS UINT64_C(10000000)

enum { HELP, MARKDOWN };

static const struct cli_option options[] = {
    {MARKDOWN, '\0', "markdown", NULL,
     "as a catalogue, folder by folder: title, the first\nparagraph of the file's comment, "
     "citations"},
    {HELP, 'h', "help", NULL, "this text"},
    {0},
};

struct listing {
    struct cli *cli;
    bool markdown;
    struct paths scenarios, search;
    size_t path_width, title_width;
    bool told;              /* a message: something is wrong with a file */
    char **titles, **cites; /* one a scenario; NULL: none */
};

static void message(void *context, const char *text)
{
    struct listing *listing = context;
    listing->told = true;
    out_flush(listing->cli->out);
    const size_t len = strlen(text);
    (void)fprintf(stderr, "%s%s", text, len > 0 && text[len - 1] == '\n' ? "" : "\n");
}

/* "RFC 9293 3.5, MUST-12"; malloc. */
static char *cites_text(const struct subject *subject)
{
    const char *const *cites = NULL;
    const size_t count = subject_cites(subject, &cites);
    struct out_writer *text = out_writer_memory();
    if (text == NULL) { return NULL; }
    for (size_t i = 0; i < count; i++) { out_printf(text, "%s%s", i > 0 ? ", " : "", cites[i]); }
    size_t len = 0;
    char *copy = strdup(out_writer_contents(text, &len));
    (void)out_writer_finish(text);
    return copy;
}

/* The columns that a text takes: its characters, of one column each. */
static size_t columns(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++) { count += ((unsigned char)*text & 0xc0) != 0x80; }
    return count;
}

static size_t greater(size_t a, size_t b) { return a > b ? a : b; }

static bool peek(struct listing *listing, size_t i)
{
    const char *path = listing->scenarios.path[i];
    struct trace trace;
    trace_init(&trace);
    const struct scenario_config config = {
        .path = path,
        .search = (const char *const *)listing->search.path,
        .search_count = listing->search.count,
        .max_instructions = LIST_MAX_INSTRUCTIONS,
        .max_memory_bytes = (size_t)SETTINGS_MAX_MEMORY_BYTES,
        .trace = &trace,
        .message = message,
        .message_context = listing,
        .version = TCPSIM_VERSION,
    };
    const struct script_settings script = {.profile = NULL};
    struct subject *subject = subject_create(&script, &config);
    if (subject == NULL) {
        (void)cli_no_memory();
        return false;
    }
    bool ok = true;
    if (subject_peek(subject)) {
        listing->titles[i] = strdup(subject_title(subject));
        listing->cites[i] = cites_text(subject);
        ok = listing->titles[i] != NULL && listing->cites[i] != NULL;
        if (!ok) {
            (void)cli_no_memory();
        } else {
            listing->title_width = greater(listing->title_width, columns(listing->titles[i]));
        }
    }
    listing->path_width = greater(listing->path_width, columns(path));
    subject_destroy(subject);
    return ok;
}

static void pad(struct out_writer *out, const char *text, size_t width)
{
    out_text(out, text);
    for (size_t at = columns(text); at < width; at++) { out_char(out, ' '); }
}

static void print(const struct listing *listing)
{
    struct out_writer *out = listing->cli->out;
    for (size_t i = 0; i < listing->scenarios.count; i++) {
        const char *title = listing->titles[i];
        if (title == NULL || (title[0] == '\0' && listing->cites[i][0] == '\0')) {
            out_printf(out, "%s\n", listing->scenarios.path[i]);
            continue;
        }
        const bool cites = listing->cites[i][0] != '\0';
        pad(out, listing->scenarios.path[i], listing->path_width + 2);
        pad(out, title, cites ? listing->title_width + 2 : 0);
        out_printf(out, "%s\n", listing->cites[i]);
    }
}

/* ---- the catalogue ---- */

/* Words of a comment in Markdown: none of its signs counts but the backquote. */
static void put_plain(struct out_writer *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("\\*<[]", *text) != NULL) { out_char(out, '\\'); }
        out_char(out, *text);
    }
}

/* The file's first paragraph: its first lines that are comments, up to one without words. False:
 * told. */
static bool put_opening(struct listing *listing, const char *path)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    bool ok = file != NULL;
    while (ok && getline(&line, &room, file) > 0 && strncmp(line, "--", 2) == 0) {
        const char *words = line + 2 + strspn(line + 2, " \t");
        if (words[0] == '\n' || words[0] == '\0') { break; }
        put_plain(listing->cli->out, words);
    }
    ok = ok && ferror(file) == 0;
    if (!ok) { (void)cli_error("%s: %s", path, strerror(errno)); }
    free(line);
    if (file != NULL) { (void)fclose(file); }
    return ok;
}

/* The octets of a path that name its folder. */
static size_t folder_len(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? (size_t)(slash - path) : 0;
}

/* "scenarios/close/x.lua" stands under "close". */
static void put_folder(struct out_writer *out, const char *path, size_t len)
{
    size_t begin = len;
    while (begin > 0 && path[begin - 1] != '/') { begin--; }
    out_printf(out, "\n## %.*s\n", (int)(len - begin), path + begin);
}

static bool catalogue(struct listing *listing)
{
    struct out_writer *out = listing->cli->out;
    const char *before = "";
    out_printf(out,
               "# Scenarios\n\n%zu scenarios, folder by folder: what each of them shows, and what "
               "it cites.\n",
               listing->scenarios.count);
    for (size_t i = 0; i < listing->scenarios.count; i++) {
        const char *path = listing->scenarios.path[i];
        const size_t len = folder_len(path);
        const bool same = folder_len(before) == len && strncmp(before, path, len) == 0;
        if (!same && len > 0) { put_folder(out, path, len); }
        before = path;
        out_text(out, "\n### [");
        put_plain(out, listing->titles[i] != NULL ? listing->titles[i] : path);
        out_printf(out, "](%s)\n\n", path);
        if (!put_opening(listing, path)) { return false; }
        if (listing->cites[i] != NULL && listing->cites[i][0] != '\0') {
            out_text(out, "\nCites ");
            put_plain(out, listing->cites[i]);
            out_text(out, ".\n");
        }
    }
    return true;
}

/* ---- the command ---- */

static int read_arguments(struct listing *listing, int argc, char **argv)
{
    struct arguments arguments;
    arguments_begin(&arguments, &command_list, argc, argv);
    const char *value = NULL;
    for (;;) {
        switch (arguments_next(&arguments, &value)) {
        case ARGUMENT_END: return CLI_HELD;
        case ARGUMENT_PATH:
            if (!paths_add(&listing->scenarios, value)) { return CLI_ERROR; }
            break;
        case MARKDOWN: listing->markdown = true; break;
        case HELP: return -1;
        default: return CLI_ERROR;
        }
    }
}

static int list(struct listing *listing)
{
    struct stat status;
    const char *here =
        stat("scenarios", &status) == 0 && S_ISDIR(status.st_mode) ? "scenarios" : ".";
    if ((listing->scenarios.count == 0 && !paths_add(&listing->scenarios, here)) ||
        !paths_search(&listing->search)) {
        return CLI_ERROR;
    }
    const size_t count = listing->scenarios.count;
    listing->titles = calloc(count, sizeof *listing->titles);
    listing->cites = calloc(count, sizeof *listing->cites);
    if (listing->titles == NULL || listing->cites == NULL) { return cli_no_memory(); }
    for (size_t i = 0; i < count; i++) {
        if (!peek(listing, i)) { return CLI_ERROR; }
    }
    if (!listing->markdown) {
        print(listing);
    } else if (!catalogue(listing)) {
        return CLI_ERROR;
    }
    return listing->told ? CLI_ERROR : CLI_HELD;
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct listing listing = {.cli = cli};
    int status = read_arguments(&listing, argc, argv);
    if (status == CLI_HELD) {
        status = list(&listing);
    } else if (status == -1) {
        command_help(cli, &command_list);
        status = CLI_HELD;
    }
    for (size_t i = 0; i < listing.scenarios.count; i++) {
        if (listing.titles != NULL && listing.cites != NULL) {
            free(listing.titles[i]);
            free(listing.cites[i]);
        }
    }
    free(listing.titles);
    free(listing.cites);
    paths_destroy(&listing.scenarios);
    paths_destroy(&listing.search);
    return status;
}

const struct command command_list = {
    .name = "list",
    .usage = "[--markdown] [FILE or FOLDER ...]",
    .help = "scenarios with their titles and citations",
    .details =
        "Without a path: those below ./scenarios if there is such a folder, else below this one.\n"
        "A catalogue's links are the paths as given: make it in the folder where it will stand.\n",
    .examples = "  tcpsim list\n"
                "  tcpsim list scenarios/close scenarios/reset\n"
                "  tcpsim list --markdown scenarios >catalogue.md\n",
    .options = options,
    .run = run,
};
