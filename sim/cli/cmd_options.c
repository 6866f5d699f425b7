/* cmd_options.c - `tcpsim options`: every option of hosts, links and routers, printed from the
 * tables that scenarios are checked against: as text, as JSON, or as a page in Markdown. */
#include "cli.h"
#include "option_rows.h"

#include <string.h>

#define COLUMNS_MAX 8

enum { HELP, JSON, MARKDOWN };

static const struct cli_option options[] = {
    {JSON, '\0', "json", NULL, "for programs: one object"},
    {MARKDOWN, '\0', "markdown", NULL, "as a page with a table each for hosts, links and routers"},
    {HELP, 'h', "help", NULL, "this text"},
    {0},
};

static size_t default_count(enum option_kind kind)
{
    return kind == OPTION_HOST ? TCP_PROFILES : 1;
}

static const char *default_head(enum option_kind kind, size_t i)
{
    return kind == OPTION_HOST ? tcp_profile_names[i] : "default";
}

/* ---- text: two passes, the first to measure ---- */

struct table {
    struct out_writer *out;
    size_t width[COLUMNS_MAX];
    bool measuring;
};

static void put_row(struct table *table, const char *const *cells, size_t count, const char *help)
{
    for (size_t i = 0; i < count; i++) {
        const size_t len = strlen(cells[i]);
        if (table->measuring) {
            table->width[i] = len > table->width[i] ? len : table->width[i];
        } else if (i + 1 < count) {
            out_printf(table->out, "%-*s  ", (int)table->width[i], cells[i]);
        } else {
            out_printf(table->out, "%s\n", cells[i]);
        }
    }
    if (!table->measuring && help != NULL) { out_printf(table->out, "    %s\n", help); }
}

static void put_table(struct table *table, enum option_kind kind)
{
    const size_t defaults = default_count(kind);
    const char *cells[COLUMNS_MAX] = {"option", "unit", "range"};
    for (size_t i = 0; i < defaults; i++) { cells[3 + i] = default_head(kind, i); }
    cells[3 + defaults] = "source";
    put_row(table, cells, 4 + defaults, NULL);
    for (size_t r = 0; r < option_row_count(kind); r++) {
        const struct option_row row = option_row_at(kind, r);
        cells[0] = row.name;
        cells[1] = row.unit;
        cells[2] = row.range;
        for (size_t i = 0; i < defaults; i++) { cells[3 + i] = option_row_default(&row, i); }
        cells[3 + defaults] = row.source;
        put_row(table, cells, 4 + defaults, row.help);
    }
}

static void text_table(struct out_writer *out, enum option_kind kind)
{
    struct table table = {.out = out, .measuring = true};
    put_table(&table, kind);
    table.measuring = false;
    put_table(&table, kind);
}

static const char *knob_sets(const struct pkt_knob *knob)
{
    return knob->option != NULL ? knob->option : "-";
}

static void put_knobs(struct table *table)
{
    put_row(table, (const char *const[]){"sysctl", "option", "value"}, 3, NULL);
    for (size_t i = 0; i < pkt_knob_count; i++) {
        const struct pkt_knob *knob = &pkt_knobs[i];
        put_row(table, (const char *const[]){knob->name, knob_sets(knob), knob->how}, 3, NULL);
    }
}

static void put_text(struct out_writer *out)
{
    out_text(out, "TCP options of a host, a connection or a listener, with their defaults in each\n"
                  "profile\n\n");
    text_table(out, OPTION_HOST);
    out_text(out,
             "\nOptions of a link; forward = {...} and backward = {...} override one direction;\n"
             "a.b is written a = { b = ... }\n\n");
    text_table(out, OPTION_LINK);
    out_text(out, "\nOptions of a router, beside address\n\n");
    text_table(out, OPTION_ROUTER);
    out_text(out, "\nTimes: \"250us\" \"10ms\" \"1.5s\" \"2min\" \"1h\", or seconds. Sizes: "
                  "octets, or \"64KiB\" \"1MB\".\n"
                  "Rates: \"56kbit\" \"10mbit\" \"1gbit\". Probabilities: \"1%\", or 0 to 1. "
                  "\"off\" is also false.\n"
                  "\nWhat the sysctls of packetdrill scripts set\n\n");
    struct table table = {.out = out, .measuring = true};
    put_knobs(&table);
    table.measuring = false;
    put_knobs(&table);
}

/* ---- JSON ---- */

/* The tables' words are printable ASCII or UTF-8: only two characters need an escape. */
static void put_string(struct out_writer *out, const char *text)
{
    out_char(out, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') { out_char(out, '\\'); }
        out_char(out, *text);
    }
    out_char(out, '"');
}

static void put_member(struct out_writer *out, const char *name, const char *value)
{
    out_printf(out, ", \"%s\": ", name);
    put_string(out, value);
}

static void json_table(struct out_writer *out, enum option_kind kind)
{
    for (size_t r = 0; r < option_row_count(kind); r++) {
        const struct option_row row = option_row_at(kind, r);
        out_printf(out, "%s    {\"name\": ", r > 0 ? ",\n" : "");
        put_string(out, row.name);
        put_member(out, "unit", row.unit);
        put_member(out, "range", row.range);
        if (kind == OPTION_HOST) {
            for (size_t i = 0; i < TCP_PROFILES; i++) {
                out_printf(out, "%s\"%s\": ", i == 0 ? ", \"default\": {" : ", ",
                           tcp_profile_names[i]);
                put_string(out, option_row_default(&row, i));
            }
            out_char(out, '}');
        } else {
            put_member(out, "default", option_row_default(&row, 0));
        }
        put_member(out, "help", row.help);
        put_member(out, "source", row.source);
        out_printf(out, ", \"there\": %s}", row.there ? "true" : "false");
    }
    out_char(out, '\n');
}

static void put_json(struct out_writer *out)
{
    out_text(out, "{\n  \"schema\": 1,\n  \"hosts\": [\n");
    json_table(out, OPTION_HOST);
    out_text(out, "  ],\n  \"links\": [\n");
    json_table(out, OPTION_LINK);
    out_text(out, "  ],\n  \"routers\": [\n");
    json_table(out, OPTION_ROUTER);
    out_text(out, "  ],\n  \"sysctls\": [\n");
    for (size_t i = 0; i < pkt_knob_count; i++) {
        out_printf(out, "%s    {\"name\": ", i > 0 ? ",\n" : "");
        put_string(out, pkt_knobs[i].name);
        if (pkt_knobs[i].option != NULL) { put_member(out, "option", pkt_knobs[i].option); }
        put_member(out, "how", pkt_knobs[i].how);
        out_char(out, '}');
    }
    out_text(out, "\n  ]\n}\n");
}

/* ---- Markdown ---- */

static void put_cell(struct out_writer *out, const char *text)
{
    out_char(out, ' ');
    for (; *text != '\0'; text++) {
        if (strchr("|<*\\", *text) != NULL) { out_char(out, '\\'); }
        out_char(out, *text);
    }
    out_text(out, " |");
}

static void markdown_table(struct out_writer *out, enum option_kind kind)
{
    const size_t defaults = default_count(kind);
    out_text(out, "| option | what it is | unit | range |");
    for (size_t i = 0; i < defaults; i++) { put_cell(out, default_head(kind, i)); }
    out_text(out, " source |\n| --- | --- | --- | --- |");
    for (size_t i = 0; i < defaults + 1; i++) { out_text(out, " --- |"); }
    for (size_t r = 0; r < option_row_count(kind); r++) {
        const struct option_row row = option_row_at(kind, r);
        out_printf(out, "\n| `%s` |", row.name);
        put_cell(out, row.help);
        put_cell(out, row.unit);
        put_cell(out, row.range);
        for (size_t i = 0; i < defaults; i++) { put_cell(out, option_row_default(&row, i)); }
        put_cell(out, row.source);
    }
    out_char(out, '\n');
}

static void put_markdown(struct out_writer *out)
{
    out_text(
        out,
        "# The options of hosts, links and routers\n\n"
        "This page is what `tcpsim options --markdown` prints: the tables that scenarios are "
        "checked against.\n"
        "[The scenario language](scenario-language.md) says how the options are used.\n\n"
        "Times: `\"250us\"` `\"10ms\"` `\"1.5s\"` `\"2min\"` `\"1h\"`, or a number of seconds. "
        "Sizes: octets, or `\"64KiB\"` `\"1MB\"`.\n"
        "Rates: `\"56kbit\"` `\"10mbit\"` `\"1gbit\"`. Probabilities: `\"1%\"`, or 0 to 1. "
        "*off* is `false` or `\"off\"`.\n"
        "An option that is *not there yet* is refused by name, unless it is switched off.\n\n"
        "## TCP options of a host, a connection or a listener\n\n"
        "A column for each profile: `profile = \"linux\"` gives a host all of that column's "
        "values.\n\n");
    markdown_table(out, OPTION_HOST);
    out_text(
        out,
        "\n## Options of a link\n\n"
        "Both directions are alike; `forward = {…}` and `backward = {…}` override one. `a.b` is\n"
        "written `a = { b = … }`, and the parameters of one table also in order.\n\n");
    markdown_table(out, OPTION_LINK);
    out_text(out, "\n## Options of a router\n\n"
                  "Beside `address`, which a router need not have.\n\n");
    markdown_table(out, OPTION_ROUTER);
    out_text(out, "\n## What the sysctls of packetdrill scripts set\n\n"
                  "[packetdrill.md](packetdrill.md) says how scripts set them.\n\n"
                  "| sysctl | option | value |\n| --- | --- | --- |");
    for (size_t i = 0; i < pkt_knob_count; i++) {
        out_printf(out, "\n| `%s` |", pkt_knobs[i].name);
        put_cell(out, knob_sets(&pkt_knobs[i]));
        put_cell(out, pkt_knobs[i].how);
    }
    out_char(out, '\n');
}

/* ---- the command ---- */

static int run(struct cli *cli, int argc, char **argv)
{
    void (*put)(struct out_writer * out) = put_text;
    struct arguments arguments;
    arguments_begin(&arguments, &command_options, argc, argv);
    const char *value = NULL;
    for (int id = arguments_next(&arguments, &value); id != ARGUMENT_END;
         id = arguments_next(&arguments, &value)) {
        void (*before)(struct out_writer * out) = put;
        switch (id) {
        case JSON: put = put_json; break;
        case MARKDOWN: put = put_markdown; break;
        case HELP: command_help(cli, &command_options); return CLI_HELD;
        case ARGUMENT_PATH: return cli_error("options takes no argument: \"%s\"", value);
        default: return CLI_ERROR;
        }
        if (before != put_text && before != put) {
            return cli_error("options: --json or --markdown, not both");
        }
    }
    put(cli->out);
    return CLI_HELD;
}

const struct command command_options = {
    .name = "options",
    .usage = "[--json|--markdown]",
    .help = "every option of hosts, links and routers, with unit, range, defaults and source",
    .examples = "  tcpsim options\n"
                "  tcpsim options | grep -A 1 '^rto'\n"
                "  tcpsim options --json >options.json\n",
    .options = options,
    .run = run,
};
