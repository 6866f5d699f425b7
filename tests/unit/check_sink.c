/* check_sink.c - see check_sink.h. */
#include "check_sink.h"

#include "../../sim/live/check.h"
#include "../../tcp/wire.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OCTETS_MAX 70000u

struct check_sink {
    struct check *check;
    const struct trace_record *record; /* that is judged now */
    uint64_t judged;
    char first[400];
    uint8_t octets[OCTETS_MAX];
};

static void report(void *context, const struct check_segment *segment, const char *rule)
{
    struct check_sink *sink = context;
    if (sink->first[0] != '\0') { return; }
    const struct trace_segment *told = &sink->record->u.segment;
    (void)snprintf(sink->first, sizeof sink->first,
                   "%" PRIu64 " ns %s#%" PRIu64 " > %s: flags %02x %" PRIu32 ":%" PRIu32
                   " ack %" PRIu32 " win %u: %s",
                   sink->record->time_ns, told->from, told->number, told->to, segment->flags,
                   segment->seq - told->seq_base, segment->seq - told->seq_base + segment->len,
                   segment->ack - told->ack_base, segment->window, rule);
}

struct check_sink *check_sink_create(void)
{
    struct check_sink *sink = calloc(1, sizeof *sink);
    if (sink == NULL) { return NULL; }
    sink->check = check_create(true, report, sink);
    if (sink->check == NULL) {
        free(sink);
        return NULL;
    }
    return sink;
}

void check_sink_destroy(struct check_sink *sink)
{
    if (sink != NULL) { check_destroy(sink->check); }
    free(sink);
}

static struct check_endpoint end_of(const struct tcp_endpoint *endpoint)
{
    struct check_endpoint end = {.family = endpoint->address.family, .port = endpoint->port};
    memcpy(end.octets, endpoint->address.octets, sizeof end.octets);
    return end;
}

/* Only what is as its sender made it when it is judged, and what a receiver can take. */
static bool counts(const struct trace_segment *segment)
{
    if (segment->flip_count > 0) { return false; }
    return (segment->action == TRACE_SENT && !segment->forged) ||
           segment->action == TRACE_DELIVERED;
}

static void take(void *context, const struct trace_record *record)
{
    struct check_sink *sink = context;
    const struct trace_segment *told = &record->u.segment;
    if (!counts(told)) { return; }
    struct check_segment segment = {.from = end_of(&told->segment->source),
                                    .to = end_of(&told->segment->destination)};
    const size_t len = wire_encode_tcp(told->segment, sink->octets, sizeof sink->octets);
    const char *wrong = check_decode(&segment, sink->octets, len, true);
    sink->record = record;
    if (told->action == TRACE_DELIVERED) {
        if (!check_received(sink->check, &segment)) { abort(); }
        return;
    }
    sink->judged++;
    if (wrong != NULL) { report(sink, &segment, wrong); }
    if (!check_sent(sink->check, &segment)) { abort(); }
}

struct trace_sink check_sink_of(struct check_sink *sink)
{
    return (struct trace_sink){sink, take, 1u << TRACE_SEGMENT};
}

uint64_t check_sink_judged(const struct check_sink *sink) { return sink->judged; }

const char *check_sink_first(const struct check_sink *sink) { return sink->first; }
