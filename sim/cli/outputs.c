/* outputs.c - the outputs of one run: to standard output as the run goes (a second format there
 * comes after the first), to files that get their names when they are whole. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define DEFAULT_COLUMNS 100
#define LEAST_COLUMNS 40

/* ---- before any run ---- */

static char *output_path(const char *pattern, const char *scenario)
{
    char *name = paths_name(scenario);
    char *path = name != NULL ? paths_expand(pattern, name) : NULL;
    free(name);
    return path;
}

/* One file that an output of one scenario will be. */
struct planned {
    char *file;
    const char *scenario;
};

static int by_octets(const void *a, const void *b)
{
    const struct planned *left = a;
    const struct planned *right = b;
    const int order = strcmp(left->file, right->file);
    return order != 0 ? order : strcmp(left->scenario, right->scenario);
}

/* Devices can be written any number of times. */
static bool all_different(struct planned *planned, size_t count)
{
    qsort(planned, count, sizeof *planned, by_octets);
    for (size_t i = 1; i < count; i++) {
        const struct planned *one = &planned[i - 1];
        const struct planned *other = &planned[i];
        if (strcmp(one->file, other->file) != 0 || strncmp(one->file, "/dev/", 5) == 0) {
            continue;
        }
        if (strcmp(one->scenario, other->scenario) == 0) {
            (void)cli_error("two outputs would be written to %s", one->file);
        } else {
            (void)cli_error("two outputs would be written to %s: %s and %s have the same {name}; "
                            "run them one after the other",
                            one->file, one->scenario, other->scenario);
        }
        return false;
    }
    return true;
}

bool outputs_check(const struct settings *settings)
{
    struct planned *planned =
        calloc(settings->scenarios.count * settings->request_count + 1, sizeof *planned);
    size_t count = 0;
    bool ok = planned != NULL;
    for (size_t i = 0; ok && i < settings->request_count; i++) {
        const char *file = settings->requests[i].file;
        if (file == NULL) { continue; }
        if (settings->scenarios.count > 1 && strstr(file, "{name}") == NULL) {
            (void)cli_error(
                "%s: with more than one scenario an output file's name must hold {name}", file);
            ok = false;
        }
        for (size_t j = 0; ok && j < settings->scenarios.count; j++) {
            const char *scenario = settings->scenarios.path[j];
            planned[count] = (struct planned){output_path(file, scenario), scenario};
            ok = planned[count].file != NULL || (cli_no_memory(), false);
            count += ok;
        }
    }
    ok = ok && all_different(planned, count);
    for (size_t i = 0; i < count; i++) { free(planned[i].file); }
    free(planned);
    return ok;
}

/* ---- one run ---- */

static unsigned terminal_columns(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < LEAST_COLUMNS) {
        return DEFAULT_COLUMNS;
    }
    return size.ws_col;
}

bool outputs_coloured(const struct settings *settings, bool terminal)
{
    const char *no_colour = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    switch (settings->colour) {
    case COLOUR_ALWAYS: return true;
    case COLOUR_NEVER: return false;
    case COLOUR_AUTO: break;
    }
    return terminal && (no_colour == NULL || *no_colour == '\0') &&
           (term == NULL || strcmp(term, "dumb") != 0);
}

static struct out_options options_of(const struct settings *settings, bool to_file)
{
    struct out_options options = out_options_default();
    const bool terminal = !to_file && isatty(STDOUT_FILENO);
    options.width = terminal ? terminal_columns() : DEFAULT_COLUMNS;
    if (settings->width != 0) { options.width = settings->width; }
    options.colour = outputs_coloured(settings, terminal);
    options.absolute = settings->absolute;
    options.verbosity = settings->verbosity;
    options.snaplen_bytes = settings->snaplen_bytes;
    options.capture_at = settings->capture_at;
    return options;
}

static bool open_file(struct outputs *outputs, struct run_output *one, const char *pattern,
                      const char *scenario)
{
    one->path = output_path(pattern, scenario);
    one->writer = one->path != NULL ? out_writer_file(one->path) : NULL;
    if (one->writer == NULL) {
        (void)cli_no_memory();
        return false;
    }
    if (out_error(one->writer) != 0) {
        (void)cli_error("%s: %s", one->path, strerror(out_error(one->writer)));
        return false;
    }
    const char *temporary = out_writer_temporary(one->writer);
    return temporary == NULL || watchdog_add_file(outputs->watchdog, temporary);
}

/* What tells the scenarios apart where several follow each other on standard output; the first
 * lines of jsonl and packetdrill name their own. */
static void put_heading(struct out_writer *writer, const struct output_format *format,
                        const char *scenario, bool first_scenario)
{
    if (format == &output_timeline) {
        out_text(writer, first_scenario ? "" : "\n");
    } else if (format != &output_jsonl && format != &output_packetdrill) {
        out_printf(writer, "# %s\n", scenario);
    }
}

static bool open_one(struct outputs *outputs, const struct settings *settings,
                     const struct output_request *request, const char *scenario, bool second)
{
    struct run_output *one = &outputs->one[outputs->count++];
    *one = (struct run_output){.collected = request->file == NULL && second};
    struct out_writer *writer = outputs->cli->out;
    if (request->file != NULL) {
        if (!open_file(outputs, one, request->file, scenario)) { return false; }
        writer = one->writer;
    } else if (second) {
        writer = one->writer = out_writer_memory();
        if (writer == NULL) {
            (void)cli_no_memory();
            return false;
        }
    }
    if (request->file == NULL && settings->scenarios.count > 1) {
        put_heading(writer, request->format, scenario, scenario == settings->scenarios.path[0]);
    }
    const struct out_options options = options_of(settings, request->file != NULL);
    one->begun = output_begin(&one->output, request->format, writer, &options);
    if (!one->begun) { (void)cli_no_memory(); }
    return one->begun;
}

/* ---- hosts ---- */

#define HOSTS_NEAR 1024 /* among so many a nearest name is looked for */

static void note_hosts(void *context, const struct trace_record *record)
{
    struct outputs *outputs = context;
    outputs->host = record->u.run.host;
    outputs->host_context = record->u.run.host_context;
}

static bool attach_hosts(struct outputs *outputs, struct trace *trace)
{
    return trace_attach(
        trace,
        (struct trace_sink){.context = outputs, .record = note_hosts, .wants = 1u << TRACE_RUN});
}

bool outputs_host_known(const struct outputs *outputs, const struct settings *settings,
                        const char *path)
{
    const char *wanted = settings->capture_at;
    const char *names[HOSTS_NEAR];
    size_t count = 0;
    if (wanted == NULL || outputs->host == NULL) { return true; }
    struct trace_host host;
    for (uint32_t i = 0; outputs->host(outputs->host_context, i, &host); i++) {
        if (strcmp(host.name, wanted) == 0) { return true; }
        if (count < HOSTS_NEAR) { names[count++] = host.name; }
    }
    const char *near = nearest_name(wanted, names, count);
    (void)cli_error("%s: --capture-at %s: no such host%s%s%s", path, wanted,
                    near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
                    near != NULL ? "\"?" : "");
    return false;
}

bool outputs_open(struct outputs *outputs, struct cli *cli, struct watchdog *watchdog,
                  const struct settings *settings, const char *path, struct trace *trace)
{
    *outputs = (struct outputs){.cli = cli, .watchdog = watchdog};
    bool second = false;
    if (settings->capture_at != NULL && !attach_hosts(outputs, trace)) {
        (void)cli_error("too many outputs");
        return false;
    }
    for (size_t i = 0; i < settings->request_count; i++) {
        const struct output_request *request = &settings->requests[i];
        if (!open_one(outputs, settings, request, path, second)) { return false; }
        second = second || request->file == NULL;
        if (!trace_attach(trace, output_sink(&outputs->one[i].output))) {
            (void)cli_error("too many outputs");
            return false;
        }
    }
    return true;
}

void outputs_end(struct outputs *outputs)
{
    for (size_t i = 0; i < outputs->count; i++) {
        if (outputs->one[i].begun) {
            output_end(&outputs->one[i].output);
            outputs->one[i].begun = false;
        }
    }
}

static int close_one(struct outputs *outputs, struct run_output *one, bool keep)
{
    if (one->writer == NULL) { return 0; }
    if (one->collected) {
        size_t len = 0;
        const char *contents = out_writer_contents(one->writer, &len);
        out_bytes(outputs->cli->out, contents, len);
    } else if (!keep) {
        out_writer_abandon(one->writer);
        return 0;
    }
    return out_writer_finish(one->writer);
}

int outputs_close(struct outputs *outputs, bool keep)
{
    int status = CLI_HELD;
    outputs_end(outputs);
    for (size_t i = 0; i < outputs->count; i++) {
        struct run_output *one = &outputs->one[i];
        const int error = close_one(outputs, one, keep);
        if (error != 0) {
            status = cli_error("%s: %s", one->path != NULL ? one->path : "standard output",
                               strerror(error));
        }
        free(one->path);
    }
    if (outputs->watchdog != NULL) { watchdog_forget_files(outputs->watchdog); }
    return status;
}
