/* tables.c - the tables of tcp/conformance/, as they are built in, cut into rows and cells. */
#include "coverage.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include TCPSIM_CONFORMANCE

#define CELLS_MAX 10

struct table {
    const unsigned char *octets;
    size_t len;
};
#define TABLE(name) ((struct table){name, sizeof name - 1})

/* Copies the table to *at (which moves on) and returns the copy, ended by a NUL. */
static char *copy_table(char **at, struct table table)
{
    char *text = *at;
    memcpy(text, table.octets, table.len);
    text[table.len] = '\0';
    *at += table.len + 1;
    return text;
}

/* Cuts the next line into cells, in place; their number, 0 at the end. */
static size_t next_row(char **at, const char *cells[CELLS_MAX])
{
    char *line = *at;
    if (*line == '\0') { return 0; }
    char *end = line + strcspn(line, "\n");
    *at = *end == '\n' ? end + 1 : end;
    *end = '\0';
    size_t count = 0;
    for (char *cell = line; cell != NULL && count < CELLS_MAX;) {
        cells[count++] = cell;
        cell = strchr(cell, '\t');
        if (cell != NULL) { *cell++ = '\0'; }
    }
    return count;
}

static size_t lines_of(struct table table)
{
    size_t count = 1;
    for (size_t i = 0; i < table.len; i++) { count += table.octets[i] == '\n'; }
    return count;
}

/* "no: reason" and "partly: what can be shown" of the column `testable`. */
static const char *after(const char *cell, const char *word)
{
    const size_t len = strlen(word);
    return strncmp(cell, word, len) == 0 ? cell + len : NULL;
}

static void read_requirements(struct coverage *coverage, char *text, const char *name)
{
    const char *cells[CELLS_MAX];
    enum tcp_requirement requirement;
    for (size_t count; (count = next_row(&text, cells)) > 0;) {
        if (count < 7 || !tcp_requirement_from_name(cells[0], &requirement)) { continue; }
        const size_t level_len = strlen(cells[1]);
        struct coverage_requirement *one = &coverage->requirements[coverage->requirement_count++];
        *one = (struct coverage_requirement){
            .table = name,
            .id = cells[0],
            .level = cells[1],
            .section = cells[2],
            .topic = cells[3],
            .text = cells[4],
            .requirement = requirement,
            .prohibition = level_len > 4 && (strcmp(cells[1] + level_len - 4, " NOT") == 0 ||
                                             strcmp(cells[1] + level_len - 4, " not") == 0),
            .part = after(cells[5], "partly: "),
            .reason = after(cells[5], "no: "),
        };
        one->status = one->reason != NULL ? COVERAGE_EXEMPT : COVERAGE_MISSING;
    }
}

static void read_waiting(struct coverage *coverage, char *text)
{
    const char *cells[CELLS_MAX];
    for (size_t count; (count = next_row(&text, cells)) > 0;) {
        for (size_t i = 0; count == 2 && i < coverage->requirement_count; i++) {
            struct coverage_requirement *one = &coverage->requirements[i];
            if (strcmp(one->id, cells[0]) == 0 && one->status == COVERAGE_MISSING) {
                one->status = COVERAGE_WAITING;
                one->reason = cells[1];
            }
        }
    }
}

static void read_rows(struct coverage *coverage, char *text)
{
    const char *cells[CELLS_MAX];
    enum tcp_state state;
    for (size_t count; (count = next_row(&text, cells)) > 0;) {
        if (count < 9 || !tcp_state_from_name(cells[0], &state)) { continue; }
        struct coverage_row *row = &coverage->rows[coverage->row_count++];
        *row = (struct coverage_row){
            .id = cells[6],
            .state_name = cells[0],
            .event = cells[1],
            .condition = cells[2],
            .section = cells[5],
            .state = state,
            .reason = strcmp(cells[8], "-") != 0 ? cells[8] : NULL,
        };
        const bool marked = tcp_row_from_name(cells[7], &row->row);
        assert(marked || row->reason != NULL); /* the table is ours */
    }
}

bool coverage_read_tables(struct coverage *coverage)
{
    const struct table tables[] = {TABLE(rfc9293_requirements), TABLE(companion_rfcs),
                                   TABLE(rfc9293_transitions), TABLE(waiting)};
    size_t octets = 0;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) { octets += tables[i].len + 1; }
    coverage->text = malloc(octets);
    coverage->requirements =
        calloc(lines_of(tables[0]) + lines_of(tables[1]), sizeof *coverage->requirements);
    coverage->rows = calloc(lines_of(tables[2]), sizeof *coverage->rows);
    if (coverage->text == NULL || coverage->requirements == NULL || coverage->rows == NULL) {
        return false;
    }
    char *at = coverage->text;
    read_requirements(coverage, copy_table(&at, tables[0]), "RFC 9293");
    read_requirements(coverage, copy_table(&at, tables[1]), "Companion RFCs");
    read_rows(coverage, copy_table(&at, tables[2]));
    read_waiting(coverage, copy_table(&at, tables[3]));
    return true;
}
