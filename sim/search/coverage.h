/* coverage.h - what scenarios show of the standards: each requirement of tcp/conformance/ with the
 * scenarios that cite and exercise it, each row of the state machine with those that went through.
 *
 *     coverage_create; for each run coverage_add and coverage_hits_take; coverage_judge;
 *     coverage_text, coverage_json, coverage_html, coverage_missing; coverage_destroy
 *
 * A requirement is exercised when its mark was hit in the run, or an expectation that names it
 * held; a prohibition ("… NOT") by an expectation only. A citation counts when the run passed. */
#ifndef TCPSIM_SEARCH_COVERAGE_H
#define TCPSIM_SEARCH_COVERAGE_H

#include "../../tcp/marks.h"
#include "../lua/scenario.h"
#include "../out/output.h"

/* What one run went through: 0 or 1. */
struct coverage_hits {
    uint8_t marked[TCP_REQ_COUNT], shown[TCP_REQ_COUNT];
    uint8_t rows[TCP_STATE_COUNT][TCP_ROW_COUNT];
};

struct coverage_run {
    const char *path, *title, *verdict; /* verdict: "pass", "fail" … */
    bool passed;
    const char **cites; /* requirements and clauses */
    size_t cite_count;
    struct coverage_hits hits;
    size_t not_exercised; /* citations that the run does not bear out: coverage_judge */
};

enum coverage_status { COVERAGE_SHOWN, COVERAGE_MISSING, COVERAGE_WAITING, COVERAGE_EXEMPT };

struct coverage_requirement {
    const char *table; /* "RFC 9293", or "Companion RFCs" */
    const char *id, *level, *section, *topic, *text;
    enum tcp_requirement requirement;
    bool prohibition;
    const char *part;   /* what of it can be shown, or NULL: all */
    const char *reason; /* why it waits or cannot be shown, or NULL */
    enum coverage_status status;
    size_t *runs; /* that cite and exercise it, by index */
    size_t run_count;
};

struct coverage_row {
    const char *id, *state_name, *event, *condition, *section;
    enum tcp_state state;
    enum tcp_row row;
    const char *reason; /* why nothing can reach it, or NULL */
    size_t *runs;       /* that went through it */
    size_t run_count;
};

struct coverage {
    char *text; /* the tables, cut into cells */
    struct coverage_requirement *requirements;
    size_t requirement_count;
    struct coverage_row *rows;
    size_t row_count;
    struct coverage_run *runs;
    size_t run_count, run_room;
};

/* NULL: no memory. */
struct coverage *coverage_create(void);
void coverage_destroy(struct coverage *coverage);
/* Everything is borrowed until coverage_destroy; NULL: no memory. */
struct coverage_run *coverage_add(struct coverage *coverage, const struct coverage_run *run);
/* Of a run that has ended: what TCP went through and what held, each NULL when nothing was counted.
 */
void coverage_hits_take(struct coverage_hits *hits, const struct tcp_marks *marks,
                        const uint32_t *shown);
/* After the last run. False: no memory. */
bool coverage_judge(struct coverage *coverage);
/* Whether the requirement that `cite` names, if it names one that can be shown, is borne out by the
 * run. */
bool coverage_exercised(const struct coverage *coverage, const struct coverage_run *run,
                        const char *cite);
size_t coverage_count(const struct coverage *coverage, enum coverage_status status);
const char *coverage_status_name(enum coverage_status status);

/* ---- the tables (tables.c) ---- */

/* Fills text, requirements and rows from the tables that are built in. False: no memory. */
bool coverage_read_tables(struct coverage *coverage);

/* ---- reports ---- */

void coverage_text(const struct coverage *coverage, struct out_writer *out);
void coverage_json(const struct coverage *coverage, struct out_writer *out);
void coverage_html(const struct coverage *coverage, struct out_writer *out);
/* An id a line; returns how many. */
size_t coverage_missing(const struct coverage *coverage, struct out_writer *out);

#endif
