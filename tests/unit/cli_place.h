/* cli_place.h - a folder with a few scenarios, and lines for the shell that run the program there.
 * cli_make_place and cli_remove_place are a group's setup and teardown; the place is the state. */
#ifndef TCPSIM_TESTS_CLI_PLACE_H
#define TCPSIM_TESTS_CLI_PLACE_H

#include <stddef.h>

#define CLI_TEXT_ROOM 200000

struct cli_place {
    char folder[64];
    char out[CLI_TEXT_ROOM], err[CLI_TEXT_ROOM]; /* of the last line */
};

struct cli_row {
    const char *line; /* for the shell; "$T" is the program */
    int status;
    const char *out, *err; /* what must be found there; NULL: nothing may be; "": whatever */
};

int cli_make_place(void **state);
int cli_remove_place(void **state);
/* Runs a line in the place; returns its exit status. */
int cli_shell(struct cli_place *place, const char *line);
void cli_check(struct cli_place *place, const struct cli_row *rows, size_t count);
#define CLI_CHECK(place, rows) cli_check(place, rows, sizeof(rows) / sizeof(rows)[0])

#endif
