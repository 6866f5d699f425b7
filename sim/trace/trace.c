/* trace.c - the schema: the fields of every event, their names and where their values are; sinks;
 * names of connections and segments. */
#include "trace.h"

#include "../../tcp/wire.h"
#include "pattern.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TRACE_SCHEMA 1

const char *trace_action_name(enum trace_action action)
{
    switch (action) {
    case TRACE_SENT: return "sent";
    case TRACE_FORWARDED: return "forwarded";
    case TRACE_DELIVERED: return "delivered";
    case TRACE_DROPPED: return "dropped";
    case TRACE_DUPLICATED: return "duplicated";
    case TRACE_CORRUPTED: return "corrupted";
    case TRACE_DELAYED: return "delayed";
    case TRACE_HELD: return "held";
    case TRACE_INJECTED: return "injected";
    case TRACE_REWRITTEN: return "rewritten";
    case TRACE_DISCARDED: return "discarded";
    case TRACE_MARKED: return "marked";
    }
    return "";
}

/* ---- names ---- */

static size_t put_text(char *text, size_t room, const char *value)
{
    return (size_t)snprintf(text, room, "%s", value == NULL ? "" : value);
}

static size_t put_number(char *text, size_t room, uint64_t value)
{
    return (size_t)snprintf(text, room, "%" PRIu64, value);
}

/* "10.0.0.1", "[2001:db8::1]", "*". */
static void address_text(const struct tcp_address *address, char *text, size_t room)
{
    char plain[64];
    if (address->family == 0) {
        (void)snprintf(text, room, "*");
        return;
    }
    (void)wire_format_address(address, plain, sizeof plain);
    (void)snprintf(text, room, address->family == 6 ? "[%s]" : "%s", plain);
}

size_t trace_conn_name(const struct trace_conn *conn, char *text, size_t room)
{
    char local[72], remote[72];
    address_text(&conn->local.address, local, sizeof local);
    if (conn->remote.address.family == 0) {
        return (size_t)snprintf(text, room, "%s:%u-*", local, (unsigned)conn->local.port);
    }
    address_text(&conn->remote.address, remote, sizeof remote);
    return (size_t)snprintf(text, room, "%s:%u-%s:%u", local, (unsigned)conn->local.port, remote,
                            (unsigned)conn->remote.port);
}

size_t trace_segment_id(const struct trace_segment *segment, char *text, size_t room)
{
    return (size_t)snprintf(text, room, "%s#%" PRIu64, segment->from, segment->number);
}

/* Whether the words of a cause want the name of a segment after them; then *bare is their length
 * without the preposition. */
static bool takes_segment(const char *words, size_t *bare)
{
    static const char *const prepositions[] = {" of", " to", " by"};
    const size_t len = strlen(words);
    for (size_t i = 0; i < sizeof prepositions / sizeof prepositions[0]; i++) {
        const size_t tail = strlen(prepositions[i]);
        if (len > tail && strcmp(words + len - tail, prepositions[i]) == 0) {
            *bare = len - tail;
            return true;
        }
    }
    return false;
}

size_t trace_segment_cause(const struct trace_segment *segment, char *text, size_t room)
{
    const char *words = tcp_sent_cause_words((enum tcp_sent_cause)segment->segment->cause);
    size_t bare = 0;
    if (!takes_segment(words, &bare)) { return put_text(text, room, words); }
    if (segment->cause_host == NULL) {
        return (size_t)snprintf(text, room, "%.*s", (int)bare, words);
    }
    return (size_t)snprintf(text, room, "%s %s#%" PRIu64, words, segment->cause_host,
                            segment->cause_number);
}

/* ---- values that are computed ---- */

static uint32_t relative_seq(const struct trace_segment *segment)
{
    return segment->segment->seq - (segment->seq_known ? segment->seq_base : 0);
}

/* Without ACK the field says nothing: it stands as it is on the wire. */
static uint32_t relative_ack(const struct trace_segment *segment)
{
    const bool counts = segment->ack_known && (segment->segment->flags & TCP_ACK) != 0;
    return segment->segment->ack - (counts ? segment->ack_base : 0);
}

static uint32_t text_len(const struct trace_segment *segment)
{
    return tcp_payload_len(&segment->segment->payload);
}

static size_t flags_text(const struct trace_segment *segment, char *text, size_t room)
{
    return pattern_format_flags(segment->segment->flags, text, room);
}

static size_t options_text(const struct trace_segment *segment, char *text, size_t room)
{
    return pattern_format_options(segment->segment->options, segment->segment->options_len, text,
                                  room);
}

/* ---- the schema ----
 *
 * X(event, name, kind, in the digest, optional, value): the order is that of jsonl's fields. The
 * layout of the digest is digest.c's; a test holds the two together. Derived fields (end, clause,
 * relative numbers) are not in the digest, what they are derived from is. */

/* clang-format off: these are tables. */
#define YES true
#define NO false
#define RUN (record->u.run)
#define SEGMENT (&record->u.segment)
#define HEADER (record->u.segment.segment)
#define STATE (record->u.state)
#define TIMER (record->u.timer)
#define CONGESTION (record->u.congestion)
#define CALL (record->u.call)
#define ICMP (record->u.icmp)
#define NOTE (record->u.note)
#define EXPECT (record->u.expect)
#define END (record->u.end)

#define RUN_FIELDS(X)                            \
    X(run, schema, NUMBER, NO, NO, TRACE_SCHEMA) \
    X(run, scenario, TEXT, NO, NO, RUN.scenario) \
    X(run, title, TEXT, NO, NO, RUN.title)       \
    X(run, seed, NUMBER, NO, NO, RUN.seed)       \
    X(run, tcpsim, TEXT, NO, NO, RUN.version)

#define SEGMENT_FIELDS(X)                                                                  \
    X(segment, action, TEXT, YES, NO, trace_action_name(SEGMENT->action))                  \
    X(segment, id, WRITTEN, YES, NO, trace_segment_id(SEGMENT, text, room))                \
    X(segment, copy, NUMBER, YES, YES, SEGMENT->copy)                                      \
    X(segment, from, TEXT, YES, NO, SEGMENT->from)                                         \
    X(segment, to, TEXT, YES, NO, SEGMENT->to)                                             \
    X(segment, sport, NUMBER, YES, NO, HEADER->source.port)                                \
    X(segment, dport, NUMBER, YES, NO, HEADER->destination.port)                           \
    X(segment, flags, WRITTEN, YES, NO, flags_text(SEGMENT, text, room))                   \
    X(segment, seq, NUMBER, NO, NO, relative_seq(SEGMENT))                                 \
    X(segment, end, NUMBER, NO, NO, (uint32_t)(relative_seq(SEGMENT) + text_len(SEGMENT))) \
    X(segment, len, NUMBER, YES, NO, text_len(SEGMENT))                                    \
    X(segment, ack, NUMBER, NO, NO, relative_ack(SEGMENT))                                 \
    X(segment, win, NUMBER, YES, NO, HEADER->window)                                       \
    X(segment, urg, NUMBER, YES, YES, HEADER->urgent)                                      \
    X(segment, options, WRITTEN, YES, NO, options_text(SEGMENT, text, room))               \
    X(segment, abs_seq, NUMBER, YES, NO, HEADER->seq)                                      \
    X(segment, abs_ack, NUMBER, YES, NO, HEADER->ack)                                      \
    X(segment, link, TEXT, YES, NO, SEGMENT->link)                                         \
    X(segment, at, TEXT, NO, YES, SEGMENT->at)                                             \
    X(segment, reason, TEXT, NO, NO, SEGMENT->reason)                                      \
    X(segment, detail, TEXT, NO, YES, SEGMENT->detail)                                     \
    X(segment, delay_ns, NUMBER, NO, YES, SEGMENT->delay_ns)                               \
    X(segment, retransmission, NUMBER, YES, YES, HEADER->retransmission)                   \
    X(segment, cause, WRITTEN, NO, NO, trace_segment_cause(SEGMENT, text, room))

#define STATE_FIELDS(X)                                                        \
    X(state, host, TEXT, YES, NO, STATE.conn.host)                             \
    X(state, conn, WRITTEN, YES, NO, trace_conn_name(&STATE.conn, text, room)) \
    X(state, old, TEXT, YES, NO, tcp_state_name(STATE.old_state))              \
    X(state, new, TEXT, YES, NO, tcp_state_name(STATE.new_state))              \
    X(state, cause, TEXT, YES, NO, tcp_cause_words(STATE.cause))               \
    X(state, clause, TEXT, NO, NO, tcp_cause_clause(STATE.cause))

#define TIMER_FIELDS(X)                                                        \
    X(timer, host, TEXT, YES, NO, TIMER.conn.host)                             \
    X(timer, conn, WRITTEN, YES, NO, trace_conn_name(&TIMER.conn, text, room)) \
    X(timer, timer, TEXT, YES, NO, tcp_timer_name(TIMER.timer))                \
    X(timer, action, TEXT, YES, NO, tcp_timer_action_name(TIMER.action))       \
    X(timer, deadline_ns, NUMBER, YES, NO, TIMER.deadline_ns)

#define CONGESTION_FIELDS(X)                                                             \
    X(congestion, host, TEXT, YES, NO, CONGESTION.conn.host)                             \
    X(congestion, conn, WRITTEN, YES, NO, trace_conn_name(&CONGESTION.conn, text, room)) \
    X(congestion, cwnd, NUMBER, YES, NO, CONGESTION.cwnd)                                \
    X(congestion, ssthresh, NUMBER, YES, NO, CONGESTION.ssthresh)                        \
    X(congestion, phase, TEXT, YES, NO, CONGESTION.phase)                                \
    X(congestion, flight, NUMBER, YES, NO, CONGESTION.flight)                            \
    X(congestion, srtt_ns, NUMBER, YES, NO, CONGESTION.srtt_ns)                          \
    X(congestion, rto_ns, NUMBER, YES, NO, CONGESTION.rto_ns)

#define CALL_FIELDS(X)                                                       \
    X(call, host, TEXT, YES, NO, CALL.conn.host)                             \
    X(call, conn, WRITTEN, YES, NO, trace_conn_name(&CALL.conn, text, room)) \
    X(call, call, TEXT, YES, NO, CALL.call)                                  \
    X(call, len, NUMBER, YES, NO, CALL.len)                                  \
    X(call, result, TEXT, YES, NO, CALL.result)

#define ICMP_FIELDS(X)                                                      \
    X(icmp, from, TEXT, YES, NO, ICMP.from)                                 \
    X(icmp, to, TEXT, YES, NO, ICMP.to)                                     \
    X(icmp, type, TEXT, YES, NO, ICMP.type)                                 \
    X(icmp, about, TEXT, YES, NO, ICMP.about)                               \
    X(icmp, mtu, NUMBER, NO, YES, ICMP.error == NULL ? 0 : ICMP.error->mtu) \
    X(icmp, action, TEXT, NO, NO, trace_action_name(ICMP.action))           \
    X(icmp, link, TEXT, NO, YES, ICMP.link)                                 \
    X(icmp, at, TEXT, NO, YES, ICMP.at)                                     \
    X(icmp, reason, TEXT, NO, YES, ICMP.reason)

#define NOTE_FIELDS(X)                     \
    X(note, text, TEXT, NO, NO, NOTE.text) \
    X(note, host, TEXT, NO, YES, NOTE.host)

#define EXPECT_FIELDS(X)                                             \
    X(expect, file, TEXT, NO, NO, EXPECT.file)                       \
    X(expect, line, NUMBER, NO, NO, EXPECT.line)                     \
    X(expect, held, LITERAL, NO, NO, EXPECT.held ? "true" : "false") \
    X(expect, expected, TEXT, NO, NO, EXPECT.expected)               \
    X(expect, actual, TEXT, NO, NO, EXPECT.actual)

#define END_FIELDS(X)                              \
    X(end, verdict, TEXT, NO, NO, END.verdict)     \
    X(end, segments, NUMBER, NO, NO, END.segments) \
    X(end, digest, TEXT, NO, YES, END.digest)

/* clang-format on */

#define PUT_TEXT(value) put_text(text, room, value)
#define PUT_NUMBER(value) put_number(text, room, value)
#define PUT_LITERAL(value) put_text(text, room, value)
#define PUT_WRITTEN(value) (value)
#define IS_NUMBER_TEXT false
#define IS_NUMBER_NUMBER true
#define IS_NUMBER_LITERAL true /* true and false stand without quotes */
#define IS_NUMBER_WRITTEN false

#define FIELD_FUNCTION(event, name, kind, digest, optional, value)                           \
    static size_t event##_##name(const struct trace_record *record, char *text, size_t room) \
    {                                                                                        \
        (void)record;                                                                        \
        return PUT_##kind(value);                                                            \
    }
#define FIELD_ROW(event, name, kind, digest, optional, value) \
    {#name, IS_NUMBER_##kind, digest, optional, event##_##name},

#define TABLE(event, FIELDS) \
    FIELDS(FIELD_FUNCTION)   \
    static const struct trace_field event##_fields[] = {FIELDS(FIELD_ROW)};

TABLE(run, RUN_FIELDS)
TABLE(segment, SEGMENT_FIELDS)
TABLE(state, STATE_FIELDS)
TABLE(timer, TIMER_FIELDS)
TABLE(congestion, CONGESTION_FIELDS)
TABLE(call, CALL_FIELDS)
TABLE(icmp, ICMP_FIELDS)
TABLE(note, NOTE_FIELDS)
TABLE(expect, EXPECT_FIELDS)
TABLE(end, END_FIELDS)

#define EVENT_ROW(event)                                                         \
    {                                                                            \
#event, event##_fields, sizeof event##_fields / sizeof event##_fields[0] \
    }
static const struct {
    const char *name;
    const struct trace_field *fields;
    size_t count;
} events[TRACE_EVENT_COUNT] = {
    [TRACE_RUN] = EVENT_ROW(run),
    [TRACE_SEGMENT] = EVENT_ROW(segment),
    [TRACE_STATE] = EVENT_ROW(state),
    [TRACE_TIMER] = EVENT_ROW(timer),
    [TRACE_CONGESTION] = EVENT_ROW(congestion),
    [TRACE_CALL] = EVENT_ROW(call),
    [TRACE_ICMP] = EVENT_ROW(icmp),
    [TRACE_NOTE] = EVENT_ROW(note),
    [TRACE_EXPECT] = EVENT_ROW(expect),
    [TRACE_END] = EVENT_ROW(end),
};

const char *trace_event_name(enum trace_event event) { return events[event].name; }

const struct trace_field *trace_fields(enum trace_event event, size_t *count)
{
    *count = events[event].count;
    return events[event].fields;
}

/* ---- sinks ---- */

void trace_init(struct trace *trace) { memset(trace, 0, sizeof *trace); }

bool trace_attach(struct trace *trace, struct trace_sink sink)
{
    if (trace->count == TRACE_SINKS_MAX) { return false; }
    trace->sinks[trace->count++] = sink;
    trace->wanted |= sink.wants;
    return true;
}

void trace_emit(const struct trace *trace, const struct trace_record *record)
{
    for (uint32_t i = 0; i < trace->count; i++) {
        const struct trace_sink *sink = &trace->sinks[i];
        if ((sink->wants >> record->event & 1u) != 0) { sink->record(sink->context, record); }
    }
}
