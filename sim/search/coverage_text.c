/* coverage_text.c - the report for a terminal: the requirements, the matrix, what runs claimed. */
#include "coverage.h"

#include <stdio.h>
#include <string.h>

static void put_runs(const struct coverage *coverage, struct out_writer *out, const size_t *runs,
                     size_t count)
{
    for (size_t i = 0; i < count; i++) {
        out_printf(out, "%s%s", i > 0 ? ", " : "", coverage->runs[runs[i]].path);
    }
}

static void put_requirement(const struct coverage *coverage, struct out_writer *out,
                            const struct coverage_requirement *one)
{
    out_printf(out, "%-8s %-11s %s %s, %s: %s\n", coverage_status_name(one->status), one->id,
               one->level, one->section, one->topic, one->text);
    if (one->part != NULL) { out_printf(out, "         partly: %s\n", one->part); }
    if (one->reason != NULL && one->status != COVERAGE_SHOWN) {
        out_printf(out, "         %s\n", one->reason);
    }
    if (one->run_count > 0) {
        out_text(out, "         ");
        put_runs(coverage, out, one->runs, one->run_count);
        out_char(out, '\n');
    }
}

static void put_requirements(const struct coverage *coverage, struct out_writer *out)
{
    const char *table = "";
    for (size_t i = 0; i < coverage->requirement_count; i++) {
        const struct coverage_requirement *one = &coverage->requirements[i];
        if (strcmp(one->table, table) != 0) {
            table = one->table;
            out_printf(out, "%s# %s\n", i > 0 ? "\n" : "", table);
        }
        put_requirement(coverage, out, one);
    }
}

/* ---- the matrix ---- */

static void put_cell(const struct coverage *coverage, struct out_writer *out, const char *event,
                     enum tcp_state state)
{
    unsigned rows = 0;
    unsigned reached = 0;
    unsigned possible = 0;
    for (size_t i = 0; i < coverage->row_count; i++) {
        const struct coverage_row *row = &coverage->rows[i];
        if (row->state != state || strcmp(row->event, event) != 0) { continue; }
        rows++;
        possible += row->reason == NULL;
        reached += row->run_count > 0;
    }
    if (rows == 0) {
        out_printf(out, " %5s", "");
    } else if (possible == 0) {
        out_printf(out, " %5s", "-");
    } else {
        char text[16];
        (void)snprintf(text, sizeof text, "%u/%u", reached, possible);
        out_printf(out, " %5s", text);
    }
}

static bool is_first(const struct coverage *coverage, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(coverage->rows[i].event, coverage->rows[index].event) == 0) { return false; }
    }
    return true;
}

static void put_matrix(const struct coverage *coverage, struct out_writer *out)
{
    static const char *const short_names[TCP_STATE_COUNT] = {"CLOSE", "LISTN", "SYN-S", "SYN-R",
                                                             "ESTAB", "FIN-1", "FIN-2", "CLO-W",
                                                             "CLOSG", "L-ACK", "TIM-W"};
    out_text(out, "\n# States and events: rows of RFC 9293 3.10 gone through, of those that can be "
                  "(-: none can)\n");
    out_printf(out, "%-20s", "");
    for (unsigned state = 0; state < TCP_STATE_COUNT; state++) {
        out_printf(out, " %s", short_names[state]);
    }
    out_char(out, '\n');
    for (size_t i = 0; i < coverage->row_count; i++) {
        if (!is_first(coverage, i)) { continue; }
        out_printf(out, "%-20s", coverage->rows[i].event);
        for (unsigned state = 0; state < TCP_STATE_COUNT; state++) {
            put_cell(coverage, out, coverage->rows[i].event, (enum tcp_state)state);
        }
        out_char(out, '\n');
    }
}

static void put_rows(const struct coverage *coverage, struct out_writer *out)
{
    out_text(out, "\n# Rows not gone through\n");
    for (size_t i = 0; i < coverage->row_count; i++) {
        const struct coverage_row *row = &coverage->rows[i];
        if (row->run_count > 0) { continue; }
        out_printf(out, "%-8s %s %s, %s: %s\n", row->reason != NULL ? "never" : "missing", row->id,
                   row->state_name, row->event, row->condition);
        if (row->reason != NULL) { out_printf(out, "         %s\n", row->reason); }
    }
}

/* ---- runs ---- */

static void put_claims(const struct coverage *coverage, struct out_writer *out)
{
    bool first = true;
    for (size_t i = 0; i < coverage->run_count; i++) {
        const struct coverage_run *run = &coverage->runs[i];
        if (run->passed && run->not_exercised == 0) { continue; }
        if (first) { out_text(out, "\n# Scenarios that do not count\n"); }
        first = false;
        out_printf(out, "%s: %s", run->path,
                   run->passed ? "cites without exercising" : run->verdict);
        for (size_t k = 0; run->passed && k < run->cite_count; k++) {
            if (!coverage_exercised(coverage, run, run->cites[k])) {
                out_printf(out, " %s", run->cites[k]);
            }
        }
        out_char(out, '\n');
    }
}

static void put_sums(const struct coverage *coverage, struct out_writer *out)
{
    size_t reached = 0;
    size_t possible = 0;
    size_t failed = 0;
    for (size_t i = 0; i < coverage->row_count; i++) {
        reached += coverage->rows[i].run_count > 0;
        possible += coverage->rows[i].reason == NULL;
    }
    for (size_t i = 0; i < coverage->run_count; i++) {
        failed += !coverage->runs[i].passed || coverage->runs[i].not_exercised > 0;
    }
    out_printf(
        out, "\n%zu requirements: %zu shown, %zu missing, %zu waiting, %zu that cannot be shown\n",
        coverage->requirement_count, coverage_count(coverage, COVERAGE_SHOWN),
        coverage_count(coverage, COVERAGE_MISSING), coverage_count(coverage, COVERAGE_WAITING),
        coverage_count(coverage, COVERAGE_EXEMPT));
    out_printf(out, "%zu rows of states and events: %zu of %zu that can be were gone through\n",
               coverage->row_count, reached, possible);
    out_printf(out, "%zu scenarios", coverage->run_count);
    if (failed > 0) { out_printf(out, ", %zu of them do not count", failed); }
    out_char(out, '\n');
}

void coverage_text(const struct coverage *coverage, struct out_writer *out)
{
    put_requirements(coverage, out);
    put_matrix(coverage, out);
    put_rows(coverage, out);
    put_claims(coverage, out);
    put_sums(coverage, out);
}
