/* csv.c - the output "csv": congestion over time, a line for each change, for programs that plot
 * (RFC 4180, but that lines end in a newline alone). Times are seconds. */
#include "output.h"

#include "../core/units.h"

#include <inttypes.h>
#include <string.h>

/* The writer is all the state there is. */
static void *csv_begin(struct out_writer *writer, const struct out_options *options)
{
    (void)options;
    out_text(writer, "time,host,connection,cwnd,ssthresh,flight,srtt,rto,phase\n");
    return writer;
}

static void put_text(struct out_writer *writer, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        out_text(writer, text);
        return;
    }
    out_char(writer, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"') { out_char(writer, '"'); }
        out_char(writer, *text);
    }
    out_char(writer, '"');
}

/* Nothing where nothing has been measured yet. */
static void put_seconds(struct out_writer *writer, uint64_t ns)
{
    char seconds[40];
    (void)units_format_time(ns, 9, seconds, sizeof seconds);
    out_printf(writer, ",%s", ns != 0 ? seconds : "");
}

static void csv_record(void *state, const struct trace_record *record)
{
    struct out_writer *writer = state;
    char time[40], conn[128];
    (void)units_format_time(record->time_ns, 9, time, sizeof time);
    (void)trace_conn_name(&record->u.congestion.conn, conn, sizeof conn);
    out_printf(writer, "%s,", time);
    put_text(writer, record->u.congestion.conn.host);
    out_printf(writer, ",%s,%" PRIu32 ",%" PRIu32 ",%" PRIu32, conn, record->u.congestion.cwnd,
               record->u.congestion.ssthresh, record->u.congestion.flight);
    put_seconds(writer, record->u.congestion.srtt_ns);
    put_seconds(writer, record->u.congestion.rto_ns);
    out_char(writer, ',');
    put_text(writer, record->u.congestion.phase);
    out_char(writer, '\n');
}

static void csv_end(void *state) { (void)state; }

const struct output_format output_csv = {
    .name = "csv",
    .help = "cwnd, ssthresh, flight, SRTT and RTO over time, a line for each change",
    .wants = 1u << TRACE_CONGESTION,
    .begin = csv_begin,
    .record = csv_record,
    .end = csv_end,
};
