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
        type = from->type == TCP_OPTION_KEEPALIVE ? "true|table" : "integer|table";
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

static const char *unit_or_none(const char *unit) { return unit[0] != '\0' ? unit : "-"; }

/* ---- links: a row for each option, and one for each parameter of those that have several ---- */

static const char *const link_types[] = {
    [LINK_TIME] = "number|string",
    [LINK_RATE] = "string",
    [LINK_PROBABILITY] = "number|string",
    [LINK_COUNT] = "integer",
    [LINK_SIZE] = "integer|string",
    [LINK_SWITCH] = "boolean",
    [LINK_CHOICE] = "string",
    [LINK_PATTERN] = "string",
    [LINK_ORDINALS] = "integer|table",
    [LINK_DELIVERIES] = "string|table",
};

static void link_range(const struct link_parameter *from, char *text)
{
    switch (from->type) {
    case LINK_TIME:
        if (from->max == TIME_MAX_NS) {
            (void)snprintf(text, ROOM, "any");
        } else {
            (void)snprintf(text, ROOM, from->min > 0 ? "above 0" : "from 0");
        }
        return;
    case LINK_RATE: (void)snprintf(text, ROOM, "from 1 bit a second"); return;
    case LINK_PROBABILITY: (void)snprintf(text, ROOM, "0..1, 0%%..100%%"); return;
    case LINK_SWITCH: (void)snprintf(text, ROOM, "true|false"); return;
    case LINK_CHOICE: choice_range(from->choices, "", text); return;
    case LINK_PATTERN: (void)snprintf(text, ROOM, "0 and 1"); return;
    case LINK_COUNT:
    case LINK_SIZE: whole_range(from->min, from->max, text); return;
    case LINK_ORDINALS: (void)snprintf(text, ROOM, "from 1"); return;
    case LINK_DELIVERIES: (void)snprintf(text, ROOM, "a file or a list"); return;
    }
}

static void link_type(const struct link_parameter *from, char *text)
{
    if (from->type == LINK_CHOICE) {
        choice_range(from->choices, "\"", text);
    } else {
        (void)snprintf(text, ROOM, "%s", link_types[from->type]);
    }
    if (from->zero_is_off) { append(text, "|false"); }
}

static bool has_parameters(const struct link_option *option)
{
    return option->form_count > 1 || option->forms[0]->count > 1;
}

/* "0..1, 0%..100%|gemodel|pattern": what stands for itself, and the names of the others. */
static void option_words(const struct link_option *from, struct option_row *row)
{
    const struct link_form *plain = from->forms[0];
    const bool named = plain->name[0] != '\0';
    if (!named) {
        link_range(&plain->parameters[0], row->range);
        link_type(&plain->parameters[0], row->type);
    }
    for (size_t i = 0; i < from->form_count; i++) {
        const char *name = from->forms[i]->name;
        if (name[0] == '\0') { continue; }
        append(row->range, row->range[0] != '\0' ? "|" : "");
        append(row->range, name);
        if (named) {
            append(row->type, row->type[0] != '\0' ? "|\"" : "\"");
            append(row->type, name);
            append(row->type, "\"");
        }
    }
    if (has_parameters(from)) { append(row->type, "|table"); }
}

static struct option_row option_of_link(const struct link_option *from)
{
    const struct link_form *plain = from->forms[0];
    struct option_row row = {.help = from->help, .source = from->source, .there = true};
    (void)snprintf(row.name, sizeof row.name, "%s", from->name);
    row.unit = plain->name[0] != '\0' ? "-" : unit_or_none(plain->parameters[0].unit);
    if (plain->name[0] != '\0') {
        (void)snprintf(row.only_default, sizeof row.only_default, "%s", plain->name);
    } else {
        link_parameter_default(&plain->parameters[0], row.only_default, sizeof row.only_default);
    }
    option_words(from, &row);
    return row;
}

static struct option_row parameter_of_link(const struct link_option *option,
                                           const struct link_form *form,
                                           const struct link_parameter *from)
{
    struct option_row row = {.help = from->help != NULL ? from->help : form->help,
                             .source = form->source,
                             .unit = unit_or_none(from->unit),
                             .part = true,
                             .there = true};
    size_t len = (size_t)snprintf(row.name, sizeof row.name, "%s", option->name);
    if (form->name[0] != '\0') {
        len += (size_t)snprintf(row.name + len, sizeof row.name - len, ".%s", form->name);
    }
    if (strcmp(from->name, form->name) != 0) {
        (void)snprintf(row.name + len, sizeof row.name - len, ".%s", from->name);
    }
    link_parameter_default(from, row.only_default, sizeof row.only_default);
    link_range(from, row.range);
    link_type(from, row.type);
    return row;
}

/* The row with that number; false: there are fewer, *count of them. */
static bool link_row(size_t index, struct option_row *row, size_t *count)
{
    size_t at = 0;
    for (size_t i = 0; i < link_option_count; i++) {
        const struct link_option *option = link_options[i];
        if (at++ == index) {
            *row = option_of_link(option);
            return true;
        }
        for (size_t f = 0; has_parameters(option) && f < option->form_count; f++) {
            const struct link_form *form = option->forms[f];
            const bool told = form->name[0] == '\0' && form->count == 1; /* by the option's row */
            for (size_t k = 0; !told && k < form->count; k++) {
                if (at++ == index) {
                    *row = parameter_of_link(option, form, &form->parameters[k]);
                    return true;
                }
            }
        }
    }
    *count = at;
    return false;
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
    struct option_row row;
    size_t count = 0;
    switch (kind) {
    case OPTION_HOST: return tcp_option_count;
    case OPTION_LINK: (void)link_row(SIZE_MAX, &row, &count); return count;
    case OPTION_ROUTER: return router_option_count;
    }
    return 0;
}

struct option_row option_row_at(enum option_kind kind, size_t index)
{
    struct option_row row = {0};
    size_t count = 0;
    if (kind == OPTION_HOST) {
        const struct tcp_option_row *from = &tcp_option_table[index];
        row = (struct option_row){.unit = unit_or_none(from->unit),
                                  .help = from->help,
                                  .source = from->source,
                                  .there = from->type != TCP_OPTION_LATER};
        (void)snprintf(row.name, sizeof row.name, "%s", from->name);
        for (size_t i = 0; i < TCP_PROFILES; i++) { row.defaults[i] = from->defaults[i]; }
        host_words(from, &row);
    } else if (kind == OPTION_ROUTER) {
        const struct router_option_row *from = &router_option_table[index];
        row = (struct option_row){.unit = unit_or_none(from->unit),
                                  .help = from->help,
                                  .source = from->source,
                                  .there = true};
        (void)snprintf(row.name, sizeof row.name, "%s", from->name);
        row.defaults[0] = from->default_text;
        router_words(from, &row);
    } else {
        (void)link_row(index, &row, &count);
    }
    return row;
}

const char *option_row_default(const struct option_row *row, size_t profile)
{
    return row->defaults[profile] != NULL ? row->defaults[profile] : row->only_default;
}
