/* option_rows.h - the rows of tcp_option_table, link_option_table and router_option_table in words,
 * for who prints them: `tcpsim options`, the annotations. */
#ifndef TCPSIM_CLI_OPTION_ROWS_H
#define TCPSIM_CLI_OPTION_ROWS_H

#include "../../tcp/profile.h"

#include <stdbool.h>
#include <stddef.h>

#define OPTION_ROW_TEXT_MAX 96

struct option_row {
    char name[OPTION_ROW_TEXT_MAX]; /* of a parameter: "queue.codel.target" */
    const char *unit, *help, *source;
    bool part;                          /* a parameter of the option before it */
    bool there;                         /* false: named by the language, but still to come */
    char range[OPTION_ROW_TEXT_MAX];    /* "0..255", "true|false", "1us..1min|off" */
    char type[OPTION_ROW_TEXT_MAX];     /* as an annotation has it: "boolean", "number|string" */
    const char *defaults[TCP_PROFILES]; /* hosts: one a profile; others: the first, or NULL and: */
    char only_default[OPTION_ROW_TEXT_MAX];
};

enum option_kind { OPTION_HOST, OPTION_LINK, OPTION_ROUTER };

size_t option_row_count(enum option_kind kind);
struct option_row option_row_at(enum option_kind kind, size_t index);
/* In the profile with that number; of a link there is one. */
const char *option_row_default(const struct option_row *row, size_t profile);

#endif
