/* cmd_options.c - `tcpsim options`: every option of hosts and links, printed from the tables that
 * scenarios are checked against. */
#include "cli.h"

#include "../../tcp/profile.h"
#include "../core/units.h"
#include "../net/link.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define CELL_MAX 96
#define COLUMNS_MAX 8

static const struct cli_option options[] = {
    {0, 'h', "help", NULL, "this text"},
    {0},
};

/* ---- a table: two passes, the first to measure ---- */

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

/* ---- words ---- */

static void time_range(uint64_t min, uint64_t max, char *text, size_t room)
{
    char from[32];
    char to[32];
    (void)units_format_duration(min, from, sizeof from);
    (void)units_format_duration(max, to, sizeof to);
    (void)snprintf(text, room, "%s..%s", from, to);
}

/* "at_once delayed" as "at once|delayed". */
static void choice_range(const char *choices, char *text, size_t room)
{
    size_t len = 0;
    for (; choices[len] != '\0' && len + 1 < room; len++) {
        const char c = choices[len];
        text[len] = (char)(c == ' ' ? '|' : c == '_' ? ' ' : c);
    }
    text[len] = '\0';
}

static void host_range(const struct tcp_option_row *row, char *text, size_t room)
{
    switch (row->type) {
    case TCP_OPTION_BOOL: (void)snprintf(text, room, "true|false"); return;
    case TCP_OPTION_TIME:
    case TCP_OPTION_KEEPALIVE: time_range(row->min, row->max, text, room); break;
    case TCP_OPTION_CHOICE: choice_range(row->choices, text, room); break;
    case TCP_OPTION_LATER: (void)snprintf(text, room, "not there yet"); return;
    case TCP_OPTION_COUNT:
    case TCP_OPTION_SEQ:
    case TCP_OPTION_SIZE:
        (void)snprintf(text, room, "%" PRIu64 "..%" PRIu64, row->min, row->max);
        break;
    }
    if (row->may_be_off) {
        const size_t len = strlen(text);
        (void)snprintf(text + len, room - len, "|off");
    }
}

static void link_range(const struct link_option_row *row, char *text, size_t room)
{
    switch (row->type) {
    case LINK_TIME: (void)snprintf(text, room, "any"); break;
    case LINK_RATE: (void)snprintf(text, room, "from 1 bit a second"); break;
    case LINK_LOSS: (void)snprintf(text, room, "0..1, 0%%..100%%"); break;
    case LINK_LATER: (void)snprintf(text, room, "not there yet"); break;
    case LINK_COUNT:
    case LINK_SIZE: (void)snprintf(text, room, "%" PRIu64 "..%" PRIu64, row->min, row->max); break;
    }
}

/* ---- the two tables ---- */

static void put_hosts(struct table *table)
{
    const char *const heads[] = {
        "option", "unit", "range", tcp_profile_names[0], tcp_profile_names[1], tcp_profile_names[2],
        "source"};
    put_row(table, heads, sizeof heads / sizeof heads[0], NULL);
    for (size_t i = 0; i < tcp_option_count; i++) {
        const struct tcp_option_row *row = &tcp_option_table[i];
        char range[CELL_MAX];
        host_range(row, range, sizeof range);
        const char *const cells[] = {row->name,
                                     row->unit[0] != '\0' ? row->unit : "-",
                                     range,
                                     row->defaults[0],
                                     row->defaults[1],
                                     row->defaults[2],
                                     row->source};
        put_row(table, cells, sizeof cells / sizeof cells[0], row->help);
    }
}

static void put_links(struct table *table)
{
    static const char *const heads[] = {"option", "unit", "range", "default", "source"};
    put_row(table, heads, sizeof heads / sizeof heads[0], NULL);
    for (size_t i = 0; i < link_option_count; i++) {
        const struct link_option_row *row = &link_option_table[i];
        char range[CELL_MAX];
        link_range(row, range, sizeof range);
        const char *const cells[] = {row->name, row->unit[0] != '\0' ? row->unit : "-", range,
                                     row->default_text, row->source};
        put_row(table, cells, sizeof cells / sizeof cells[0], row->help);
    }
}

static void print(struct out_writer *out, void (*put)(struct table *table))
{
    struct table table = {.out = out, .measuring = true};
    put(&table);
    table.measuring = false;
    put(&table);
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct arguments arguments;
    arguments_begin(&arguments, &command_options, argc, argv);
    const char *value = NULL;
    switch (arguments_next(&arguments, &value)) {
    case ARGUMENT_END: break;
    case 0: command_help(cli, &command_options); return CLI_HELD;
    case ARGUMENT_PATH: return cli_error("options takes no argument: \"%s\"", value);
    default: return CLI_ERROR;
    }
    out_text(cli->out,
             "TCP options of a host, a connection or a listener, with their defaults in each\n"
             "profile (hosts have profile rfc9293; the others are not there yet)\n\n");
    print(cli->out, put_hosts);
    out_text(
        cli->out,
        "\nOptions of a link; forward = {...} and backward = {...} override one direction\n\n");
    print(cli->out, put_links);
    out_text(cli->out, "\nTimes: \"250us\" \"10ms\" \"1.5s\" \"2min\" \"1h\", or seconds. Sizes: "
                       "octets, or \"64KiB\" \"1MB\".\n"
                       "Rates: \"56kbit\" \"10mbit\" \"1gbit\". Probabilities: \"1%\", or 0 to 1. "
                       "\"off\" is also false.\n");
    return CLI_HELD;
}

const struct command command_options = {
    .name = "options",
    .usage = "",
    .help = "every option of hosts and links, with unit, range, defaults and source",
    .examples = "  tcpsim options\n"
                "  tcpsim options | grep -A 1 '^rto'\n",
    .options = options,
    .run = run,
};
