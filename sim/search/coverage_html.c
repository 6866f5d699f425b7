/* coverage_html.c - the report as a page that needs nothing beside it. */
#include "coverage.h"

#include <stdio.h>
#include <string.h>

static const char head[] =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<title>tcpsim: what the scenarios show of TCP</title>\n<style>\n"
    "body{font:15px/1.45 system-ui,sans-serif;margin:2em auto;max-width:78em;padding:0 1em;"
    "color:#222;background:#fff}\n"
    "h1{font-size:1.5em}h2{font-size:1.15em;margin-top:2em}\n"
    "table{border-collapse:collapse;width:100%}\n"
    "th,td{border:1px solid #ddd;padding:.25em .5em;text-align:left;vertical-align:top}\n"
    "th{background:#f3f3f3;position:sticky;top:0}\n"
    ".matrix td,.matrix th{text-align:center;font-size:.85em;padding:.2em .3em}\n"
    ".matrix th:first-child{text-align:left}\n"
    ".shown{background:#dff3df}.missing{background:#f9d7d7}.waiting{background:#fdf1cf}\n"
    ".no,.never{background:#eee;color:#666}.part{background:#fdf1cf}\n"
    "small{color:#666}code{font-size:.92em}ul{margin:.2em 0;padding-left:1.2em}\n"
    "summary{cursor:pointer}\n"
    "@media(prefers-color-scheme:dark){body{background:#181818;color:#ddd}th{background:#2a2a2a}"
    "th,td{border-color:#444}.shown{background:#1d3a1d}.missing{background:#572222}"
    ".waiting,.part{background:#4a3d12}.no,.never{background:#262626;color:#999}"
    "small{color:#999}}\n"
    "</style></head><body>\n<h1>What the scenarios show of TCP</h1>\n";

static void put(struct out_writer *out, const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        switch (*at) {
        case '&': out_text(out, "&amp;"); break;
        case '<': out_text(out, "&lt;"); break;
        case '>': out_text(out, "&gt;"); break;
        case '"': out_text(out, "&quot;"); break;
        default: out_char(out, *at);
        }
    }
}

static void put_runs(const struct coverage *coverage, struct out_writer *out, const size_t *runs,
                     size_t count)
{
    if (count == 0) { return; }
    if (count > 3) { out_printf(out, "<details><summary>%zu scenarios</summary>", count); }
    for (size_t i = 0; i < count; i++) {
        const struct coverage_run *run = &coverage->runs[runs[i]];
        out_text(out, i > 0 ? "<br><span title=\"" : "<span title=\"");
        put(out, run->title);
        out_text(out, "\"><code>");
        put(out, run->path);
        out_text(out, "</code></span>");
    }
    if (count > 3) { out_text(out, "</details>"); }
}

static void put_sums(const struct coverage *coverage, struct out_writer *out)
{
    out_printf(
        out,
        "<p>%zu requirements of RFC 9293 and its companions: <b>%zu shown</b>, %zu missing, "
        "%zu waiting, %zu that cannot be shown. A requirement counts as shown when a scenario "
        "that cites it passed and the run went through its place in the code, or an "
        "expectation that names it held; a prohibition needs the expectation.</p>\n",
        coverage->requirement_count, coverage_count(coverage, COVERAGE_SHOWN),
        coverage_count(coverage, COVERAGE_MISSING), coverage_count(coverage, COVERAGE_WAITING),
        coverage_count(coverage, COVERAGE_EXEMPT));
}

static void put_requirement(const struct coverage *coverage, struct out_writer *out,
                            const struct coverage_requirement *one)
{
    const char *status = coverage_status_name(one->status);
    out_printf(out, "<tr id=\"%s\"><td class=\"%s\">%s</td><td><code>%s</code></td><td>", one->id,
               status, status, one->id);
    put(out, one->level);
    out_text(out, "</td><td>");
    put(out, one->section);
    out_text(out, "</td><td>");
    put(out, one->text);
    if (one->part != NULL) {
        out_text(out, "<br><small>partly: ");
        put(out, one->part);
        out_text(out, "</small>");
    }
    if (one->reason != NULL && one->status != COVERAGE_SHOWN) {
        out_text(out, "<br><small>");
        put(out, one->reason);
        out_text(out, "</small>");
    }
    out_text(out, "</td><td>");
    put_runs(coverage, out, one->runs, one->run_count);
    out_text(out, "</td></tr>\n");
}

static void put_requirements(const struct coverage *coverage, struct out_writer *out)
{
    const char *table = "";
    for (size_t i = 0; i < coverage->requirement_count; i++) {
        const struct coverage_requirement *one = &coverage->requirements[i];
        if (strcmp(one->table, table) != 0) {
            out_text(out, i > 0 ? "</table>\n<h2>" : "<h2>");
            table = one->table;
            put(out, table);
            out_text(out, "</h2>\n<table><tr><th></th><th>id</th><th>level</th><th>section</th>"
                          "<th>requirement</th><th>scenarios</th></tr>\n");
        }
        put_requirement(coverage, out, one);
    }
    out_text(out, "</table>\n");
}

/* ---- the matrix ---- */

static void put_cell(const struct coverage *coverage, struct out_writer *out, const char *event,
                     enum tcp_state state)
{
    unsigned rows = 0;
    unsigned reached = 0;
    unsigned possible = 0;
    const char *first = NULL;
    for (size_t i = 0; i < coverage->row_count; i++) {
        const struct coverage_row *row = &coverage->rows[i];
        if (row->state != state || strcmp(row->event, event) != 0) { continue; }
        if (first == NULL) { first = row->id; }
        rows++;
        possible += row->reason == NULL;
        reached += row->run_count > 0;
    }
    if (rows == 0) {
        out_text(out, "<td></td>");
    } else if (possible == 0) {
        out_printf(out, "<td class=\"never\"><a href=\"#%s\">–</a></td>", first);
    } else {
        out_printf(out, "<td class=\"%s\"><a href=\"#%s\">%u/%u</a></td>",
                   reached == possible ? "shown"
                   : reached > 0       ? "part"
                                       : "missing",
                   first, reached, possible);
    }
}

static void put_matrix(const struct coverage *coverage, struct out_writer *out)
{
    out_text(out, "<h2>States and events</h2>\n<p>Rows of RFC 9293 3.10 that the scenarios went "
                  "through, of those that can be.</p>\n<table class=\"matrix\"><tr><th></th>");
    for (unsigned state = 0; state < TCP_STATE_COUNT; state++) {
        out_printf(out, "<th>%s</th>", tcp_state_name((enum tcp_state)state));
    }
    out_text(out, "</tr>\n");
    for (size_t i = 0; i < coverage->row_count; i++) {
        const char *event = coverage->rows[i].event;
        size_t before = 0;
        while (strcmp(coverage->rows[before].event, event) != 0) { before++; }
        if (before < i) { continue; }
        out_text(out, "<tr><th>");
        put(out, event);
        out_text(out, "</th>");
        for (unsigned state = 0; state < TCP_STATE_COUNT; state++) {
            put_cell(coverage, out, event, (enum tcp_state)state);
        }
        out_text(out, "</tr>\n");
    }
    out_text(out, "</table>\n");
}

static void put_rows(const struct coverage *coverage, struct out_writer *out)
{
    out_text(out, "<h2>The rows</h2>\n<table><tr><th></th><th>id</th><th>state</th><th>event</th>"
                  "<th>condition</th><th>scenarios</th></tr>\n");
    for (size_t i = 0; i < coverage->row_count; i++) {
        const struct coverage_row *row = &coverage->rows[i];
        const char *status = row->reason != NULL  ? "never"
                             : row->run_count > 0 ? "shown"
                                                  : "missing";
        out_printf(out,
                   "<tr id=\"%s\"><td class=\"%s\">%s</td><td><code>%s</code></td><td>%s</td><td>",
                   row->id, status, status, row->id, row->state_name);
        put(out, row->event);
        out_text(out, "</td><td>");
        put(out, row->condition);
        if (row->reason != NULL) {
            out_text(out, "<br><small>");
            put(out, row->reason);
            out_text(out, "</small>");
        }
        out_text(out, "</td><td>");
        put_runs(coverage, out, row->runs, row->run_count);
        out_text(out, "</td></tr>\n");
    }
    out_text(out, "</table>\n");
}

void coverage_html(const struct coverage *coverage, struct out_writer *out)
{
    out_text(out, head);
    put_sums(coverage, out);
    put_matrix(coverage, out);
    put_requirements(coverage, out);
    put_rows(coverage, out);
    out_text(out, "</body></html>\n");
}
