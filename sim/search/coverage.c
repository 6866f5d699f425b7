/* coverage.c - the runs' hits set against the tables: what is shown, by whom, and what is missing.
 */
#include "coverage.h"

#include <stdlib.h>
#include <string.h>

struct coverage *coverage_create(void)
{
    struct coverage *coverage = calloc(1, sizeof *coverage);
    if (coverage != NULL && !coverage_read_tables(coverage)) {
        coverage_destroy(coverage);
        return NULL;
    }
    return coverage;
}

void coverage_destroy(struct coverage *coverage)
{
    if (coverage == NULL) { return; }
    for (size_t i = 0; i < coverage->requirement_count; i++) {
        free(coverage->requirements[i].runs);
    }
    for (size_t i = 0; i < coverage->row_count; i++) { free(coverage->rows[i].runs); }
    free(coverage->text);
    free(coverage->requirements);
    free(coverage->rows);
    free(coverage->runs);
    free(coverage);
}

struct coverage_run *coverage_add(struct coverage *coverage, const struct coverage_run *run)
{
    if (coverage->run_count == coverage->run_room) {
        const size_t room = coverage->run_room == 0 ? 64 : 2 * coverage->run_room;
        struct coverage_run *runs = realloc(coverage->runs, room * sizeof *runs);
        if (runs == NULL) { return NULL; }
        coverage->runs = runs;
        coverage->run_room = room;
    }
    coverage->runs[coverage->run_count] = *run;
    return &coverage->runs[coverage->run_count++];
}

void coverage_hits_take(struct coverage_hits *hits, const struct tcp_marks *marks,
                        const uint32_t *shown)
{
    memset(hits, 0, sizeof *hits);
    if (marks == NULL) { return; }
    for (unsigned i = 0; i < TCP_REQ_COUNT; i++) {
        hits->marked[i] = marks->requirements[i] > 0;
        hits->shown[i] = shown != NULL && shown[i] > 0;
    }
    for (unsigned state = 0; state < TCP_STATE_COUNT; state++) {
        for (unsigned row = 0; row < TCP_ROW_COUNT; row++) {
            hits->rows[state][row] = marks->rows[state][row] > 0;
        }
    }
}

/* ---- judging ---- */

static bool hit(const struct coverage_requirement *one, const struct coverage_hits *hits)
{
    return hits->shown[one->requirement] != 0 ||
           (!one->prohibition && hits->marked[one->requirement] != 0);
}

static const struct coverage_requirement *find(const struct coverage *coverage, const char *cite)
{
    for (size_t i = 0; i < coverage->requirement_count; i++) {
        if (strcmp(coverage->requirements[i].id, cite) == 0) { return &coverage->requirements[i]; }
    }
    return NULL;
}

bool coverage_exercised(const struct coverage *coverage, const struct coverage_run *run,
                        const char *cite)
{
    const struct coverage_requirement *one = find(coverage, cite);
    return one == NULL || one->status == COVERAGE_EXEMPT || hit(one, &run->hits);
}

static bool cites(const struct coverage_run *run, const char *id)
{
    size_t i = 0;
    while (i < run->cite_count && strcmp(run->cites[i], id) != 0) { i++; }
    return i < run->cite_count;
}

static bool judge_requirement(struct coverage *coverage, struct coverage_requirement *one)
{
    one->runs = calloc(coverage->run_count + 1, sizeof *one->runs);
    if (one->runs == NULL) { return false; }
    for (size_t i = 0; i < coverage->run_count; i++) {
        const struct coverage_run *run = &coverage->runs[i];
        if (run->passed && cites(run, one->id) && hit(one, &run->hits)) {
            one->runs[one->run_count++] = i;
        }
    }
    if (one->run_count > 0) { one->status = COVERAGE_SHOWN; }
    return true;
}

static bool judge_row(struct coverage *coverage, struct coverage_row *row)
{
    row->runs = calloc(coverage->run_count + 1, sizeof *row->runs);
    if (row->runs == NULL) { return false; }
    for (size_t i = 0; i < coverage->run_count && row->reason == NULL; i++) {
        const struct coverage_run *run = &coverage->runs[i];
        if (run->passed && run->hits.rows[row->state][row->row] != 0) {
            row->runs[row->run_count++] = i;
        }
    }
    return true;
}

bool coverage_judge(struct coverage *coverage)
{
    for (size_t i = 0; i < coverage->run_count; i++) {
        struct coverage_run *run = &coverage->runs[i];
        for (size_t k = 0; run->passed && k < run->cite_count; k++) {
            run->not_exercised += !coverage_exercised(coverage, run, run->cites[k]);
        }
    }
    bool whole = true;
    for (size_t i = 0; whole && i < coverage->requirement_count; i++) {
        whole = judge_requirement(coverage, &coverage->requirements[i]);
    }
    for (size_t i = 0; whole && i < coverage->row_count; i++) {
        whole = judge_row(coverage, &coverage->rows[i]);
    }
    return whole;
}

size_t coverage_count(const struct coverage *coverage, enum coverage_status status)
{
    size_t count = 0;
    for (size_t i = 0; i < coverage->requirement_count; i++) {
        count += coverage->requirements[i].status == status;
    }
    return count;
}

const char *coverage_status_name(enum coverage_status status)
{
    static const char *const names[] = {
        [COVERAGE_SHOWN] = "shown",
        [COVERAGE_MISSING] = "missing",
        [COVERAGE_WAITING] = "waiting",
        [COVERAGE_EXEMPT] = "no",
    };
    return names[status];
}

size_t coverage_missing(const struct coverage *coverage, struct out_writer *out)
{
    size_t count = 0;
    for (size_t i = 0; i < coverage->requirement_count; i++) {
        if (coverage->requirements[i].status == COVERAGE_MISSING) {
            out_printf(out, "%s\n", coverage->requirements[i].id);
            count++;
        }
    }
    return count;
}
