/* option_rows.c - the options of hosts, links and routers in words, from the tables that scenarios
 * are checked against. */
#include "option_rows.h"

#include "../core/units.h"
#include "../net/link.h"
#include "../net/router.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ROOM OPTION_ROW_TEXT_MAX

static const char later[] = "not there yet";
static const char off_type[] = "false|\"off\"";

static void time_range(uint64_t min, uint64_t max, char *text)
{
    char from[32];
    char to[32];
    (void)units_format_duration(min, from, sizeof from);
    (void)units_format_duration(max, to, sizeof to);
    (void)snprintf(text, ROOM, "%s..%s", from, to);
}

static void whole_range(uint64_t min, uint64_t max, char *text)
{
    (void)snprintf(text, ROOM, "%" PRIu64 "..%" PRIu64, min, max);
}

/* "at_once delayed" as "at once|delayed", or with quotes around each. */
static void choice_range(const char *choices, const char *quote, char *text)
{
    size_t len = (size_t)snprintf(text, ROOM, "%s", quote);
    for (; *choices != '\0' && len < ROOM; choices++) {
        if (*choices == ' ') {
            len += (size_t)snprintf(text + len, ROOM - len, "%s|%s", quote, quote);
        } else {
            len += (size_t)snprintf(text + len, ROOM - len, "%c", *choices == '_' ? ' ' : *choices);
        }
    }
    if (len < ROOM) { (void)snprintf(text + len, ROOM - len, "%s", quote); }
}

static void append(char *text, const char *more)
{
    const size_t len = strlen(text);
    (void)snprintf(text + len, ROOM - len, "%s", more);
}

static void host_words(const struct tcp_option_row *from, struct option_row *row)
{
    const char *type = "integer";
    switch (from->type) {
    case TCP_OPTION_BOOL:
        (void)snprintf(row->range, ROOM, "true|false");
        (void)snprintf(row->type, ROOM, "boolean");
        return;
    case TCP_OPTION_LATER:
        (void)snprintf(row->range, ROOM, "%s", later);
        (void)snprintf(row->type, ROOM, "%s", off_type);
        return;
    case TCP_OPTION_CHOICE:
        choice_range(from->choices, "", row->range);
        choice_range(from->choices, "\"", row->type);
        return;
    case TCP_OPTION_TIME:
        time_range(from->min, from->max, row->range);
        type = "number|string";
        break;
    case TCP_OPTION_SHIFT:
        (void)snprintf(row->range, ROOM, "%llu..%llu|true|off", (unsigned long long)from->min,
                       (unsigned long long)from->max);
        (void)snprintf(row->type, ROOM, "integer|boolean|\"off\"");
        return;
    case TCP_OPTION_KEEPALIVE:
    case TCP_OPTION_ACK_LIMIT:
        time_range(from->min, from->max, row->range);
        type = from->type == TCP_OPTION_KEEPALIVE ? "table" : "integer|table";
        break;
    case TCP_OPTION_SIZE:
        whole_range(from->min, from->max, row->range);
        type = "integer|string";
        break;
    case TCP_OPTION_COUNT:
    case TCP_OPTION_SEQ: whole_range(from->min, from->max, row->range); break;
    }
    (void)snprintf(row->type, ROOM, "%s", type);
    if (from->may_be_off) {
        append(row->range, "|off");
        append(row->type, "|");
        append(row->type, off_type);
    }
}

static void link_words(const struct link_option_row *from, struct option_row *row)
{
    const char *type = "";
    switch (from->type) {
    case LINK_TIME:
        (void)snprintf(row->range, ROOM, "any");
        type = "number|string";
        break;
    case LINK_RATE:
        (void)snprintf(row->range, ROOM, "from 1 bit a second");
        type = "number|string";
        break;
    case LINK_LOSS:
        (void)snprintf(row->range, ROOM, "0..1, 0%%..100%%");
        type = "number|string|table";
        break;
    case LINK_COUNT:
        whole_range(from->min, from->max, row->range);
        type = "integer";
        break;
    case LINK_SIZE:
        whole_range(from->min, from->max, row->range);
        type = "integer|string";
        break;
    case LINK_LATER:
        (void)snprintf(row->range, ROOM, "%s", later);
        type = off_type;
        break;
    }
    (void)snprintf(row->type, ROOM, "%s", type);
}

static void router_words(const struct router_option_row *from, struct option_row *row)
{
    switch (from->type) {
    case ROUTER_BOOL:
        (void)snprintf(row->range, ROOM, "true|false");
        (void)snprintf(row->type, ROOM, "boolean");
        return;
    case ROUTER_SIZE:
        whole_range(from->min, from->max, row->range);
        (void)snprintf(row->type, ROOM, "integer|string");
        return;
    }
}

size_t option_row_count(enum option_kind kind)
{
    switch (kind) {
    case OPTION_HOST: return tcp_option_count;
    case OPTION_LINK: return link_option_count;
    case OPTION_ROUTER: return router_option_count;
    }
    return 0;
}

static const char *unit_or_none(const char *unit) { return unit[0] != '\0' ? unit : "-"; }

struct option_row option_row_at(enum option_kind kind, size_t index)
{
    struct option_row row = {0};
    if (kind == OPTION_HOST) {
        const struct tcp_option_row *from = &tcp_option_table[index];
        row = (struct option_row){.name = from->name,
                                  .unit = unit_or_none(from->unit),
                                  .help = from->help,
                                  .source = from->source,
                                  .there = from->type != TCP_OPTION_LATER};
        for (size_t i = 0; i < TCP_PROFILES; i++) { row.defaults[i] = from->defaults[i]; }
        host_words(from, &row);
    } else if (kind == OPTION_ROUTER) {
        const struct router_option_row *from = &router_option_table[index];
        row = (struct option_row){.name = from->name,
                                  .unit = unit_or_none(from->unit),
                                  .help = from->help,
                                  .source = from->source,
                                  .there = true};
        row.defaults[0] = from->default_text;
        router_words(from, &row);
    } else {
        const struct link_option_row *from = &link_option_table[index];
        row = (struct option_row){.name = from->name,
                                  .unit = unit_or_none(from->unit),
                                  .help = from->help,
                                  .source = from->source,
                                  .there = from->type != LINK_LATER};
        row.defaults[0] = from->default_text;
        link_words(from, &row);
    }
    return row;
}
