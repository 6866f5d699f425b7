/* coverage_json.c - the report as one JSON object. */
#include "coverage.h"

#include <string.h>

/* Octets that are no ASCII go out as they are when the whole is UTF-8, else as "?". */
static bool is_utf8(const unsigned char *s)
{
    while (*s != '\0') {
        const unsigned char c = *s++;
        const unsigned more = c < 0x80                ? 0
                              : c >= 0xc2 && c < 0xe0 ? 1
                              : c >= 0xe0 && c < 0xf0 ? 2
                                                      : 3;
        if (c >= 0x80 && (c < 0xc2 || c > 0xf4)) { return false; }
        for (unsigned i = 0; i < more; i++, s++) {
            if ((*s & 0xc0) != 0x80) { return false; }
        }
    }
    return true;
}

static void put_string(struct out_writer *out, const char *text)
{
    const bool whole = is_utf8((const unsigned char *)text);
    out_char(out, '"');
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\') {
            out_printf(out, "\\%c", *at);
        } else if (*at < 0x20) {
            out_printf(out, "\\u%04x", *at);
        } else {
            out_char(out, *at >= 0x80 && !whole ? '?' : (char)*at);
        }
    }
    out_char(out, '"');
}

static void put_field(struct out_writer *out, const char *name, const char *value)
{
    out_printf(out, ",\"%s\":", name);
    put_string(out, value);
}

static void put_runs(const struct coverage *coverage, struct out_writer *out, const size_t *runs,
                     size_t count)
{
    out_text(out, ",\"scenarios\":[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0) { out_char(out, ','); }
        put_string(out, coverage->runs[runs[i]].path);
    }
    out_text(out, "]}");
}

static void put_requirements(const struct coverage *coverage, struct out_writer *out)
{
    for (size_t i = 0; i < coverage->requirement_count; i++) {
        const struct coverage_requirement *one = &coverage->requirements[i];
        out_text(out, i > 0 ? ",\n{\"id\":" : "\n{\"id\":");
        put_string(out, one->id);
        put_field(out, "level", one->level);
        put_field(out, "section", one->section);
        put_field(out, "topic", one->topic);
        put_field(out, "text", one->text);
        put_field(out, "status", coverage_status_name(one->status));
        if (one->part != NULL) { put_field(out, "partly", one->part); }
        if (one->reason != NULL) { put_field(out, "reason", one->reason); }
        put_runs(coverage, out, one->runs, one->run_count);
    }
}

static void put_rows(const struct coverage *coverage, struct out_writer *out)
{
    for (size_t i = 0; i < coverage->row_count; i++) {
        const struct coverage_row *row = &coverage->rows[i];
        out_text(out, i > 0 ? ",\n{\"id\":" : "\n{\"id\":");
        put_string(out, row->id);
        put_field(out, "state", row->state_name);
        put_field(out, "on", row->event);
        put_field(out, "condition", row->condition);
        put_field(out, "section", row->section);
        put_field(out, "status",
                  row->reason != NULL  ? "never"
                  : row->run_count > 0 ? "shown"
                                       : "missing");
        if (row->reason != NULL) { put_field(out, "reason", row->reason); }
        put_runs(coverage, out, row->runs, row->run_count);
    }
}

static void put_scenarios(const struct coverage *coverage, struct out_writer *out)
{
    for (size_t i = 0; i < coverage->run_count; i++) {
        const struct coverage_run *run = &coverage->runs[i];
        out_text(out, i > 0 ? ",\n{\"path\":" : "\n{\"path\":");
        put_string(out, run->path);
        put_field(out, "title", run->title);
        put_field(out, "verdict", run->verdict);
        for (unsigned list = 0; list < 2; list++) {
            out_text(out, list == 0 ? ",\"cites\":[" : "],\"not_exercised\":[");
            bool first = true;
            for (size_t k = 0; k < run->cite_count; k++) {
                if (list == 1 && coverage_exercised(coverage, run, run->cites[k])) { continue; }
                if (!first) { out_char(out, ','); }
                first = false;
                put_string(out, run->cites[k]);
            }
        }
        out_text(out, "],\"exercised\":[");
        bool first = true;
        for (size_t k = 0; k < coverage->requirement_count; k++) {
            const struct coverage_requirement *one = &coverage->requirements[k];
            if (!coverage_exercised(coverage, run, one->id) || one->status == COVERAGE_EXEMPT) {
                continue;
            }
            if (!first) { out_char(out, ','); }
            first = false;
            put_string(out, one->id);
        }
        out_text(out, "]}");
    }
}

void coverage_json(const struct coverage *coverage, struct out_writer *out)
{
    out_printf(out, "{\"schema\":1,\"shown\":%zu,\"missing\":%zu,\"waiting\":%zu,\"no\":%zu,\n",
               coverage_count(coverage, COVERAGE_SHOWN), coverage_count(coverage, COVERAGE_MISSING),
               coverage_count(coverage, COVERAGE_WAITING),
               coverage_count(coverage, COVERAGE_EXEMPT));
    out_text(out, "\"requirements\":[");
    put_requirements(coverage, out);
    out_text(out, "],\n\"transitions\":[");
    put_rows(coverage, out);
    out_text(out, "],\n\"scenarios\":[");
    put_scenarios(coverage, out);
    out_text(out, "]}\n");
}
