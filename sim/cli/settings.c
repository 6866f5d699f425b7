/* settings.c - the options of `tcpsim run`, checked and put together. */
#include "cli.h"

#include "../core/units.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HELP,
    SEED,
    DEFINE,
    LIMIT,
    FORMAT,
    OUTPUT,
    CAPTURE,
    SNAPLEN,
    CAPTURE_AT,
    CSV,
    VERBOSE,
    QUIET,
    COLOUR,
    WIDTH,
    ABSOLUTE,
    DRY_RUN,
    DIGEST,
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

const struct cli_option settings_options[] = {
    {SEED, '\0', "seed", "N",
     "seed of every random stream (or TCPSIM_SEED; else\nthe scenario's own, else 1)"},
    {DEFINE, 'D', NULL, "NAME=VALUE", "a value for sim.param"},
    {LIMIT, '\0', "limit", "TIME", "simulated time after which the run ends: \"90s\", \"2h\""},
    {FORMAT, '\0', "format", "NAME[=FILE]",
     "timeline, exchange, tcpdump, packetdrill, states,\njsonl, golden or csv; may be repeated; "
     "the timeline\nthen only if named"},
    {OUTPUT, 'o', NULL, "FILE",
     "the last --format (or the timeline) into a file;\n- is standard output"},
    {CAPTURE, 'w', NULL, "FILE.pcapng", "a capture of every segment; or FILE.pcap"},
    {SNAPLEN, '\0', "snaplen", "N", "octets of each packet that -w keeps (all)"},
    {CAPTURE_AT, '\0', "capture-at", "HOST",
     "-w and tcpdump: what that host's own tcpdump would\nsee, not each segment where it leaves"},
    {CSV, '\0', "csv", "FILE", "cwnd, ssthresh, flight, srtt and rto over time"},
    {VERBOSE, 'v', NULL, NULL, "more in the timeline; -vv still more"},
    {QUIET, 'q', NULL, NULL, "no timeline; failures still print"},
    {COLOUR, '\0', "color", "WHEN", "auto, always or never (NO_COLOR counts in auto)"},
    {WIDTH, '\0', "width", "COLUMNS", "of the timeline (the terminal's, else 100)"},
    {ABSOLUTE, '\0', "absolute", NULL, "sequence numbers as on the wire"},
    {DRY_RUN, '\0', "dry-run", NULL, "loads, builds the world, runs nothing"},
    {DIGEST, '\0', "digest", NULL,
     "prints the run's digest, 32 hex digits; with several\nscenarios \"DIGEST  FILE\""},
    {CHECK_DETERMINISM, '\0', "check-determinism", NULL,
     "runs twice, with another event queue the second\ntime, and compares the digests"},
    {MAX_INSTRUCTIONS, '\0', "max-instructions", "N", "of Lua between two events (1000000000)"},
    {MAX_MEMORY, '\0', "max-memory", "SIZE", "of world and Lua (1GiB)"},
    {STALL_SECONDS, '\0', "stall-seconds", "N", "without progress, then the run ends (20)"},
    {PROFILE, '\0', "profile", "NAME",
     "of packetdrill scripts: rfc9293, linux or freebsd (by\nwhat the script calls)"},
    {IP_VERSION, '\0', "ip-version", "VERSION",
     "of packetdrill scripts: ipv4, ipv6 or ipv4-mapped-ipv6\n(the script's own, else ipv4)"},
    {TOLERANCE_US, '\0', "tolerance-usecs", "N",
     "of packetdrill scripts: by how much times may differ\n(the script's own, else 4000)"},
    {TOLERANCE_PERCENT, '\0', "tolerance-percent", "N",
     "the same, of the time since the event before (the\nscript's own; 12.5 for linux, 5 for "
     "freebsd)"},
    {STRICT, '\0', "strict", NULL,
     "of packetdrill scripts: a segment after the last\nexpectation is a failure"},
    {STRICT_SEGMENTS, '\0', "strict-segments", NULL,
     "of packetdrill scripts: segments are compared one by\none, not put together"},
    {HELP, 'h', "help", NULL, "this text"},
    {LATER, '\0', "svg", "FILE", NULL},
    {LATER, '\0', "html", "FILE", NULL},
    {LATER, '\0', "xplot", "FILE", NULL},
    {0},
};

/* ---- single options ---- */

static bool unknown_format(const char *name)
{
    const char *names[32];
    char list[256] = "";
    size_t count = 0, len = 0;
    for (size_t i = 0; i < output_format_count; i++) {
        if (output_formats[i]->binary) { continue; }
        names[count++] = output_formats[i]->name;
        len += (size_t)snprintf(list + len, sizeof list - len, " %s", output_formats[i]->name);
        assert(len < sizeof list);
    }
    const char *near = nearest_name(name, names, count);
    (void)cli_error("unknown format \"%s\"%s%s%s Formats:%s", name,
                    near != NULL ? "; did you mean \"" : ".", near != NULL ? near : "",
                    near != NULL ? "\"?" : "", list);
    return false;
}

static bool read_format(struct settings *settings, const char *text)
{
    char name[32];
    const size_t len = strcspn(text, "=");
    (void)snprintf(name, sizeof name, "%.*s", (int)(len < sizeof name ? len : sizeof name), text);
    const struct output_format *format = output_format_by_name(name);
    if (format == NULL) { return unknown_format(name); }
    if (format->binary) {
        (void)cli_error("--format %s: captures are written with -w FILE.%s", name, name);
        return false;
    }
    if (settings->request_count == SETTINGS_OUTPUTS_MAX) {
        (void)cli_error("more than %d outputs", SETTINGS_OUTPUTS_MAX);
        return false;
    }
    if (text[len] == '=' && text[len + 1] == '\0') {
        (void)cli_error("--format %s=: a file name is missing", name);
        return false;
    }
    settings->requests[settings->request_count++] =
        (struct output_request){format, text[len] == '=' ? text + len + 1 : NULL};
    return true;
}

static const struct output_format *capture_format(const char *file)
{
    const char *dot = strrchr(file, '.');
    const struct output_format *format = dot != NULL ? output_format_by_name(dot + 1) : NULL;
    return format != NULL && format->binary ? format : NULL;
}

static bool read_define(struct settings *settings, const char *text)
{
    if (text[0] == '=' || strchr(text, '=') == NULL) {
        (void)cli_error("-D %s: NAME=VALUE is expected", text);
        return false;
    }
    settings->defines[settings->define_count++] = text;
    return true;
}

static bool read_colour(struct settings *settings, const char *text)
{
    if (strcmp(text, "auto") == 0) {
        settings->colour = COLOUR_AUTO;
    } else if (strcmp(text, "always") == 0) {
        settings->colour = COLOUR_ALWAYS;
    } else if (strcmp(text, "never") == 0) {
        settings->colour = COLOUR_NEVER;
    } else {
        (void)cli_error("--color: \"%s\" is not auto, always or never", text);
        return false;
    }
    return true;
}

static bool expected(const char *option, const char *text, const char *what)
{
    if (what != NULL) { (void)cli_error("%s: \"%s\" is not %s", option, text, what); }
    return what == NULL;
}

/* With a unit, or a number of seconds. */
static const char *read_time(const char *text, uint64_t *ns)
{
    if (text[0] == '\0' || strspn(text, "0123456789.") != strlen(text)) {
        return units_parse_time(text, ns);
    }
    char *end = NULL;
    const double seconds = strtod(text, &end);
    return *end == '\0' ? units_seconds(seconds, ns) : units_parse_time(text, ns);
}

static bool read_width(struct settings *settings, const char *text)
{
    uint64_t width = 0;
    if (!arguments_number("--width", text, 40, 1000, &width)) { return false; }
    settings->width = (unsigned)width;
    return true;
}

static bool read_memory(struct settings *settings, const char *text)
{
    const char *wrong = units_parse_size(text, &settings->max_memory_bytes);
    if (wrong == NULL &&
        (settings->max_memory_bytes == 0 || settings->max_memory_bytes > (uint64_t)SIZE_MAX / 4)) {
        wrong = "a size that this machine can have";
    }
    return expected("--max-memory", text, wrong);
}

/* What is put together only when all arguments have been read. */
struct collected {
    const char *output; /* -o */
    struct output_request file[SETTINGS_OUTPUTS_MAX];
    size_t file_count;
};

static bool read_output(struct collected *collected, const char *value)
{
    if (collected->output != NULL) {
        (void)cli_error("-o was given twice; --format NAME=FILE says which output is meant");
        return false;
    }
    collected->output = value;
    return true;
}

/* -o, -w and --csv. */
static bool read_file(struct collected *collected, int id, const char *value)
{
    if (value[0] == '\0') {
        (void)cli_error("%s: a file name is missing", id == OUTPUT    ? "-o"
                                                      : id == CAPTURE ? "-w"
                                                                      : "--csv");
        return false;
    }
    if (id == OUTPUT) { return read_output(collected, value); }
    const struct output_format *format = id == CSV ? &output_csv : capture_format(value);
    if (format == NULL) {
        (void)cli_error("-w %s: the name must end in .pcapng or .pcap", value);
        return false;
    }
    if (collected->file_count == SETTINGS_OUTPUTS_MAX) {
        (void)cli_error("more than %d outputs", SETTINGS_OUTPUTS_MAX);
        return false;
    }
    collected->file[collected->file_count++] = (struct output_request){format, value};
    return true;
}

static bool read_snaplen(struct settings *settings, const char *value)
{
    uint64_t snaplen = 0;
    if (!arguments_number("--snaplen", value, 1, SETTINGS_SNAPLEN_MAX, &snaplen)) { return false; }
    settings->snaplen_bytes = (uint32_t)snaplen;
    return true;
}

/* ---- what only packetdrill scripts are told ---- */

static bool read_profile(struct script_settings *script, const char *value)
{
    if (tcp_profile_find(value) < TCP_PROFILES) {
        script->profile = value;
        return true;
    }
    const char *near = nearest_name(value, tcp_profile_names, TCP_PROFILES);
    (void)cli_error("--profile: \"%s\" is not rfc9293, linux or freebsd%s%s%s", value,
                    near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
                    near != NULL ? "\"?" : "");
    return false;
}

static bool read_ip_version(struct script_settings *script, const char *value)
{
    if (pkt_ip_version_read(value, &script->ip_version)) { return true; }
    (void)cli_error("--ip-version: \"%s\" is not ipv4, ipv6 or ipv4-mapped-ipv6", value);
    return false;
}

/* "12.5": tenths are enough. */
static bool read_percent(struct script_settings *script, const char *value)
{
    char *end = NULL;
    const double percent = strtod(value, &end);
    if (value[0] < '0' || value[0] > '9' || *end != '\0' || percent > 1000) {
        (void)cli_error("--tolerance-percent: \"%s\" is not a number from 0 to 1000", value);
        return false;
    }
    script->has_tolerance_percent = true;
    script->tolerance_percent_tenths = (uint32_t)(percent * 10 + 0.5);
    return true;
}

static bool read_tolerance(struct script_settings *script, const char *value)
{
    uint64_t us = 0;
    if (!arguments_number("--tolerance-usecs", value, 0, 1000000000, &us)) { return false; }
    script->has_tolerance_us = true;
    script->tolerance_us = (uint32_t)us;
    return true;
}

static bool read_script_option(struct script_settings *script, int id, const char *value)
{
    switch (id) {
    case PROFILE: return read_profile(script, value);
    case IP_VERSION: return read_ip_version(script, value);
    case TOLERANCE_US: return read_tolerance(script, value);
    case TOLERANCE_PERCENT: return read_percent(script, value);
    case STRICT: script->strict = true; return true;
    default: script->strict_segments = true; return true;
    }
}

static bool read_option(struct settings *settings, struct collected *collected, int id,
                        const char *value)
{
    switch (id) {
    case PROFILE:
    case IP_VERSION:
    case TOLERANCE_US:
    case TOLERANCE_PERCENT:
    case STRICT:
    case STRICT_SEGMENTS: return read_script_option(&settings->script, id, value);
    case SEED:
        settings->has_seed = true;
        return arguments_number("--seed", value, 0, UINT64_MAX, &settings->seed);
    case DEFINE: return read_define(settings, value);
    case LIMIT:
        settings->has_limit = true;
        return expected("--limit", value, read_time(value, &settings->limit_ns));
    case FORMAT: return read_format(settings, value);
    case OUTPUT:
    case CAPTURE:
    case CSV: return read_file(collected, id, value);
    case SNAPLEN: return read_snaplen(settings, value);
    case CAPTURE_AT: settings->capture_at = value; return true;
    case VERBOSE: settings->verbosity++; return true;
    case QUIET: settings->quiet = true; return true;
    case COLOUR: return read_colour(settings, value);
    case WIDTH: return read_width(settings, value);
    case ABSOLUTE: settings->absolute = true; return true;
    case DRY_RUN: settings->dry_run = true; return true;
    case DIGEST: settings->digest = true; return true;
    case CHECK_DETERMINISM: settings->check_determinism = true; return true;
    case MAX_INSTRUCTIONS:
        return arguments_number("--max-instructions", value, 1, UINT64_MAX / 2,
                                &settings->max_instructions);
    case MAX_MEMORY: return read_memory(settings, value);
    case STALL_SECONDS:
        return arguments_number("--stall-seconds", value, 1, 1000000, &settings->stall_s);
    default: assert(id == ARGUMENT_PATH); return paths_add(&settings->scenarios, value);
    }
}

/* ---- the whole ---- */

static bool add_files(struct settings *settings, const struct collected *collected)
{
    for (size_t i = 0; i < collected->file_count; i++) {
        if (settings->request_count == SETTINGS_OUTPUTS_MAX) {
            (void)cli_error("more than %d outputs", SETTINGS_OUTPUTS_MAX);
            return false;
        }
        settings->requests[settings->request_count++] = collected->file[i];
    }
    for (size_t i = 0; i < settings->request_count; i++) {
        const char **file = &settings->requests[i].file;
        if (*file != NULL && strcmp(*file, "-") == 0) { *file = NULL; }
    }
    return true;
}

/* What is said of captures needs one. */
static bool check_captures(const struct settings *settings)
{
    bool captures = false, prints = false;
    for (size_t i = 0; i < settings->request_count; i++) {
        captures = captures || settings->requests[i].format->binary;
        prints = prints || settings->requests[i].format == &output_tcpdump;
    }
    if (settings->snaplen_bytes != 0 && !captures) {
        (void)cli_error("--snaplen says what -w keeps of each packet, and there is no -w");
        return false;
    }
    if (settings->capture_at != NULL && !captures && !prints) {
        (void)cli_error("--capture-at says where -w or --format tcpdump looks, and there is "
                        "neither");
        return false;
    }
    return true;
}

static bool put_outputs_together(struct settings *settings, const struct collected *collected)
{
    if (settings->request_count == 0) {
        settings->requests[settings->request_count++].format = &output_timeline;
    }
    struct output_request *last = &settings->requests[settings->request_count - 1];
    if (collected->output != NULL) {
        if (last->file != NULL) {
            (void)cli_error("-o %s: the last --format, %s, has a file already", collected->output,
                            last->format->name);
            return false;
        }
        last->file = collected->output;
    }
    size_t kept = 0;
    for (size_t i = 0; i < settings->request_count; i++) {
        const struct output_request *request = &settings->requests[i];
        const bool silenced =
            settings->quiet && request->format == &output_timeline && request->file == NULL;
        if (!silenced) { settings->requests[kept++] = *request; }
    }
    settings->request_count = kept;
    return add_files(settings, collected) && check_captures(settings);
}

bool settings_environment(struct settings *settings)
{
    const char *seed = getenv("TCPSIM_SEED");
    if (!settings->has_seed && seed != NULL && seed[0] != '\0') {
        settings->has_seed = true;
        if (!arguments_number("TCPSIM_SEED", seed, 0, UINT64_MAX, &settings->seed)) {
            return false;
        }
    }
    return paths_search(&settings->search);
}

bool settings_begin(struct settings *settings, int argc)
{
    *settings = (struct settings){
        .max_instructions = SETTINGS_MAX_INSTRUCTIONS,
        .max_memory_bytes = SETTINGS_MAX_MEMORY_BYTES,
        .stall_s = SETTINGS_STALL_S,
    };
    settings->defines = calloc((size_t)argc + 1, sizeof *settings->defines);
    if (settings->defines == NULL) { (void)cli_no_memory(); }
    return settings->defines != NULL;
}

bool settings_option(struct settings *settings, const struct cli_option *row, const char *value)
{
    const struct cli_option *own = settings_options;
    while (row->name != NULL ? own->name == NULL || strcmp(own->name, row->name) != 0
                             : own->letter != row->letter) {
        own++;
        assert(!cli_option_is_end(own));
    }
    assert(own->id != OUTPUT && own->id != CAPTURE && own->id != CSV);
    return read_option(settings, NULL, own->id, value);
}

struct scenario_config settings_config(const struct settings *settings, const char *path)
{
    return (struct scenario_config){
        .path = path,
        .has_seed = settings->has_seed,
        .seed = settings->seed,
        .has_limit = settings->has_limit,
        .limit_ns = settings->limit_ns,
        .defines = settings->defines,
        .define_count = settings->define_count,
        .search = (const char *const *)settings->search.path,
        .search_count = settings->search.count,
        .max_instructions = settings->max_instructions,
        .max_memory_bytes = (size_t)settings->max_memory_bytes,
        .absolute = settings->absolute,
        .dry_run = settings->dry_run,
        .version = TCPSIM_VERSION,
    };
}

int settings_read(struct settings *settings, int argc, char **argv)
{
    if (!settings_begin(settings, argc)) { return CLI_ERROR; }
    struct collected collected = {0};
    struct arguments arguments;
    arguments_begin(&arguments, &command_run, argc, argv);
    const char *value = NULL;
    for (int id = arguments_next(&arguments, &value); id != ARGUMENT_END;
         id = arguments_next(&arguments, &value)) {
        if (id == HELP) { return -1; }
        if (id == ARGUMENT_WRONG || !read_option(settings, &collected, id, value)) {
            return CLI_ERROR;
        }
    }
    if (settings->scenarios.count == 0) {
        return cli_error("run needs a scenario: tcpsim run FILE; see tcpsim run --help");
    }
    const bool ok = put_outputs_together(settings, &collected) && settings_environment(settings) &&
                    outputs_check(settings);
    return ok ? CLI_HELD : CLI_ERROR;
}

void settings_destroy(struct settings *settings)
{
    free(settings->defines);
    settings->defines = NULL;
    paths_destroy(&settings->scenarios);
    paths_destroy(&settings->search);
}
