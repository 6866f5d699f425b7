/* marks.h - what a run went through: requirements of RFC 9293 and its companions that were shown,
 * and rows of the table of states and events. The lists are made from the tables of
 * tcp/conformance/ when the program is built.
 *
 *     struct tcp_marks marks = {0};
 *     observer.marks = &marks;            before tcp_host_create; any hosts may share one
 *     marks.requirements[TCP_REQ_MUST_66], marks.rows[TCP_ESTABLISHED][TCP_ROW_FIN_TAKEN]
 *
 * A host whose observer has none counts nothing. */
#ifndef TCPSIM_TCP_MARKS_H
#define TCPSIM_TCP_MARKS_H

#include "state.h"

#include <stddef.h>
#include <stdint.h>

#include TCPSIM_MARKS

enum tcp_requirement {
#define X(id, text) TCP_REQ_##id,
    TCP_REQUIREMENTS(X)
#undef X
        TCP_REQ_COUNT
};

/* What happened to a connection in a state: with the state a row of RFC 9293 3.10. */
enum tcp_row {
#define X(id) TCP_ROW_##id,
    TCP_ROWS(X)
#undef X
        TCP_ROW_COUNT
};

struct tcp_marks {
    uint32_t requirements[TCP_REQ_COUNT];
    uint32_t rows[TCP_STATE_COUNT][TCP_ROW_COUNT];
};

/* Counts if there is something to count in (`marks` may be NULL). */
static inline void tcp_marks_show(struct tcp_marks *marks, enum tcp_requirement requirement)
{
    if (__builtin_expect(marks != NULL, 0)) { marks->requirements[requirement]++; }
}
static inline void tcp_marks_row(struct tcp_marks *marks, enum tcp_state state, enum tcp_row row)
{
    if (__builtin_expect(marks != NULL, 0)) { marks->rows[state][row]++; }
}

/* "MUST-66", "RFC5681-1"; a static string. */
const char *tcp_requirement_name(enum tcp_requirement requirement);
/* Whether there is one of that name; else *requirement stays as it is. */
bool tcp_requirement_from_name(const char *name, enum tcp_requirement *requirement);
/* "FIN_TAKEN", as in the column `mark` of the transitions. */
const char *tcp_row_name(enum tcp_row row);
/* The same of rows. */
bool tcp_row_from_name(const char *name, enum tcp_row *row);

#endif
