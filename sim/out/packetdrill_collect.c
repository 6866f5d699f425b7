/* packetdrill_collect.c - what the views of the output "packetdrill" collect as a run goes on: the
 * segments that a host sends and gets, its connection's moves, its application's calls. */
#include "packetdrill_private.h"

#include "../../tcp/wire.h"
#include "../core/units.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_EVENTS 16u
#define BEHIND_NS NS_PER_US

/* ---- views ---- */

/* The same for both ends of a connection. */
size_t pd_bucket_of(const struct tcp_endpoint *a, const struct tcp_endpoint *b)
{
    uint64_t sum = (uint64_t)a->port + b->port;
    for (unsigned i = 0; i < sizeof a->address.octets; i++) {
        sum += (uint64_t)(a->address.octets[i] + b->address.octets[i]) << (i % 4 * 8);
    }
    return (size_t)(sum * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (PD_BUCKETS - 1);
}

bool pd_is_between(const struct pd_view *view, const struct tcp_endpoint *local,
                   const struct tcp_endpoint *remote)
{
    return tcp_endpoint_equal(&view->local, local) && tcp_endpoint_equal(&view->remote, remote);
}

/* The newest at that host, or NULL. */
static struct pd_view *find(const struct packetdrill *drill, uint32_t host,
                            const struct tcp_endpoint *local, const struct tcp_endpoint *remote)
{
    struct pd_view *view = drill->buckets[pd_bucket_of(local, remote)];
    while (view != NULL && (view->host_index != host || !pd_is_between(view, local, remote))) {
        view = view->chain;
    }
    return view;
}

static struct pd_view *begin_view(struct packetdrill *drill, uint32_t host, const char *name,
                                  const struct tcp_endpoint *local,
                                  const struct tcp_endpoint *remote)
{
    struct pd_view *view = calloc(1, sizeof *view);
    if (view == NULL) {
        out_fail(drill->writer, ENOMEM);
        return NULL;
    }
    struct pd_view **bucket = &drill->buckets[pd_bucket_of(local, remote)];
    view->host_index = host;
    view->host = name;
    view->local = *local;
    view->remote = *remote;
    view->ordinal = drill->count++;
    view->chain = *bucket;
    *bucket = view;
    *drill->last = view;
    drill->last = &view->next;
    return view;
}

/* NULL: no memory, told. */
static struct pd_event *add(struct packetdrill *drill, struct pd_view *view, uint64_t time_ns,
                            enum pd_what what)
{
    if (view->count == view->room) {
        const size_t room = view->room == 0 ? FIRST_EVENTS : view->room * 2;
        struct pd_event *events = realloc(view->events, room * sizeof *events);
        if (events == NULL) {
            out_fail(drill->writer, ENOMEM);
            return NULL;
        }
        view->events = events;
        view->room = room;
    }
    struct pd_event *event = &view->events[view->count++];
    view->between_us = view->between_us || time_ns % NS_PER_US != 0;
    *event = (struct pd_event){.time_ns = time_ns, .what = what};
    return event;
}

static void remark(struct packetdrill *drill, struct pd_view *view, uint64_t time_ns,
                   const char *what, const char *why)
{
    struct pd_event *event = add(drill, view, time_ns, PD_REMARK);
    const size_t room = strlen(what) + strlen(why) + 3;
    char *text = event != NULL ? malloc(room) : NULL;
    if (text == NULL) {
        out_fail(drill->writer, ENOMEM);
        if (event != NULL) { view->count--; }
        return;
    }
    (void)snprintf(text, room, "%s: %s", what, why);
    event->text = text;
}

void pd_refuse(struct pd_view *view, const char *why)
{
    if (view->refusal == NULL) { view->refusal = why; }
}

/* ---- segments ---- */

/* An option that a script has no word for is passed over by who does not know it. */
static bool is_heard(const struct pd_view *view, const struct tcp_segment *tcp)
{
    struct tcp_parsed_options options;
    wire_parse_options(tcp->options, tcp->options_len, &options);
    return options.has_user_timeout && view->options_known && view->options.uto;
}

/* What a script cannot inject is left out; it may have been nothing that counts. */
static void leave_out(struct pd_view *view, const struct trace_segment *segment, uint64_t time_ns)
{
    view->unsaid_from = segment->from_index;
    view->unsaid_number = segment->number;
    view->unsaid_ns = time_ns;
}

static bool answers_unsaid(const struct pd_view *view, const struct trace_segment *segment,
                           uint64_t time_ns)
{
    return view->unsaid_number != 0 && view->unsaid_ns == time_ns && segment->cause_host != NULL &&
           segment->cause_number == view->unsaid_number;
}

#define CRASH "its host crashes, and no script can do that"
#define NUMBERS_PASS "a number that it sends and the text behind it pass 2^32"
#define UNSAID_COUNTS "what one of its segments says that no script can say is answered"

static void add_segment(struct packetdrill *drill, struct pd_view *view, uint64_t time_ns,
                        const struct trace_segment *segment, bool arrives)
{
    const char *problem = NULL;
    struct tcp_segment said = *segment->segment;
    struct trace_segment as_said = *segment;
    as_said.segment = &said;
    if (arrives) {
        pd_cookie_arrives(drill, view, &said);
    } else if (!pd_cookie_leaves(drill, view, &said)) {
        out_fail(drill->writer, ENOMEM);
    }
    const char *echo = arrives ? pd_echo(view, &said) : NULL;
    if (arrives && pd_echoes_nothing(view, &said)) {
        pd_refuse(view, "a timestamp is echoed where none was ever sent");
    }
    char id[96], *text = pd_segment_text(view, &as_said, arrives, &problem);
    (void)trace_segment_id(segment, id, sizeof id);
    if (echo != NULL) { remark(drill, view, time_ns, id, echo); }
    if (problem != NULL) { remark(drill, view, time_ns, id, problem); }
    if (arrives && problem != NULL && text != NULL && is_heard(view, &said)) {
        pd_refuse(view, "an option that it obeys has no word in a script");
    }
    if (!arrives && problem != NULL && text != NULL) {
        pd_refuse(view, "an option that it sends has no word in a script");
    }
    if (text == NULL) {
        if (problem == NULL) { out_fail(drill->writer, ENOMEM); }
        if (problem != NULL && arrives) { leave_out(view, segment, time_ns); }
        if (problem != NULL && !arrives) { pd_refuse(view, NUMBERS_PASS); }
        return;
    }
    if (!arrives && answers_unsaid(view, segment, time_ns)) { pd_refuse(view, UNSAID_COUNTS); }
    struct pd_event *event = add(drill, view, time_ns, arrives ? PD_ARRIVES : PD_SENDS);
    if (event == NULL) {
        free(text);
        return;
    }
    event->text = text;
    event->len = tcp_payload_len(&said.payload);
    event->flags = said.flags;
    if (arrives && (said.flags & TCP_URG) != 0) {
        const bool last = view->options_known && view->options.urgent_pointer == TCP_URGENT_LAST;
        event->mark = (uint32_t)(said.seq - view->irs - 1) + said.urgent + last;
    }
    const bool answer = (said.flags & (TCP_RST | TCP_ACK)) == (TCP_RST | TCP_ACK);
    view->raw_numbers = view->raw_numbers || (!arrives && answer && said.seq == 0);
}

/* What sends a RST then is closed by that; the TCP of a host that crashed knows nothing of it. */
static bool is_synchronized(const struct pd_view *view)
{
    return view->born && !view->dead && view->state != TCP_SYN_SENT &&
           view->state != TCP_SYN_RECEIVED;
}

static void record_sent(struct packetdrill *drill, uint64_t time_ns,
                        const struct trace_segment *segment)
{
    const struct tcp_segment *tcp = segment->segment;
    struct pd_view *view = find(drill, segment->from_index, &tcp->source, &tcp->destination);
    if (view == NULL) { return; }
    if (segment->forged) {
        char id[96];
        (void)trace_segment_id(segment, id, sizeof id);
        remark(drill, view, time_ns, id, "forged at this host, not sent by its TCP");
        return;
    }
    if ((tcp->flags & TCP_SYN) != 0 && !view->iss_known) {
        view->iss = tcp->seq;
        view->iss_known = true;
    }
    if (!pd_note_sent(view, tcp)) { out_fail(drill->writer, ENOMEM); }
    if ((tcp->flags & TCP_RST) != 0 && is_synchronized(view)) { view->reset_sent = true; }
    add_segment(drill, view, time_ns, segment, false);
}

static void record_delivered(struct packetdrill *drill, uint64_t time_ns,
                             const struct trace_segment *segment)
{
    const struct tcp_segment *tcp = segment->segment;
    const uint32_t host = segment->to_index;
    struct pd_view *view = find(drill, host, &tcp->destination, &tcp->source);
    const bool begins = (tcp->flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN;
    if (view == NULL || (begins && (view->dead || !view->born))) {
        view = begin_view(drill, host, segment->to, &tcp->destination, &tcp->source);
        if (view == NULL) { return; }
    }
    if (segment->flip_count > 0) {
        char id[96];
        (void)trace_segment_id(segment, id, sizeof id);
        remark(drill, view, time_ns, id, "arrives with a wrong checksum, which no script injects");
        return;
    }
    if ((tcp->flags & TCP_SYN) != 0 && !view->irs_known) {
        view->irs = tcp->seq;
        view->irs_known = true;
    }
    pd_note_arrived(view, tcp);
    add_segment(drill, view, time_ns, segment, true);
}

/* What others leave no room for in the queue of a listener comes again. */
static void record_discarded(struct packetdrill *drill, const struct trace_segment *segment)
{
    const struct tcp_segment *tcp = segment->segment;
    struct pd_view *view = find(drill, segment->to_index, &tcp->destination, &tcp->source);
    if (view != NULL && strcmp(segment->reason, tcp_discard_words(TCP_DISCARD_BACKLOG_FULL)) == 0) {
        pd_refuse(view, "other connections fill its listener's queue, and a script has one");
    }
}

/* ---- moves and calls ---- */

static bool is_opened(enum tcp_cause cause)
{
    return cause == TCP_CAUSE_OPEN_ACTIVE || cause == TCP_CAUSE_SEND_IN_LISTEN;
}

/* What a socket cannot do, or a script with one connection cannot tell. */
static const char *refusal_of(const struct pd_view *view, enum tcp_state from, enum tcp_state to,
                              enum tcp_cause cause)
{
    if (from == TCP_LISTEN && to == TCP_SYN_SENT) {
        return "a listener becomes a client, which no socket can";
    }
    if (cause == TCP_CAUSE_RECYCLED) {
        return "the SYN of another connection takes its place in the backlog, and a script has one";
    }
    if (to == TCP_ESTABLISHED && view->passive && view->accepts > 1) {
        return "a second connection of this pair of sockets is accepted, and a script has one";
    }
    return NULL;
}

static void note_accepted(struct packetdrill *drill, struct pd_view *view, uint64_t time_ns)
{
    view->accepts++;
    (void)add(drill, view, time_ns, PD_ACCEPT);
}

/* It waited in the backlog until the listener was closed. */
static void forget_accept(struct packetdrill *drill, struct pd_view *view)
{
    for (size_t i = 0; i < view->count; i++) {
        struct pd_event *event = &view->events[i];
        if (event->what != PD_ACCEPT) { continue; }
        event->text = strdup("nobody accepts it");
        if (event->text != NULL) {
            event->what = PD_REMARK;
        } else {
            out_fail(drill->writer, ENOMEM);
        }
    }
}

static void move(struct packetdrill *drill, struct pd_view *view, const struct trace_record *record)
{
    const enum tcp_state from = record->u.state.old_state;
    const enum tcp_state to = record->u.state.new_state;
    const enum tcp_cause cause = record->u.state.cause;
    if (!view->options_known && record->u.state.options != NULL) {
        view->options_known = true;
        view->options = *record->u.state.options;
    }
    view->born = true;
    view->passive = view->passive || from == TCP_LISTEN;
    if (cause == TCP_CAUSE_SEND_IN_LISTEN) { view->passive = false; }
    if (cause == TCP_CAUSE_REOPENED) {
        remark(
            drill, view, record->time_ns, record->u.state.conn.host,
            "a new connection takes the place of the one in TIME-WAIT; a kernel has it accepted");
        view->reopened = true;
    }
    if (to == TCP_ESTABLISHED && from == TCP_SYN_RECEIVED && view->passive &&
        (view->accepts == 0 || view->reopened)) {
        note_accepted(drill, view, record->time_ns);
    }
    if (cause == TCP_CAUSE_LISTENER_CLOSED) { forget_accept(drill, view); }
    const char *refusal = refusal_of(view, from, to, cause);
    if (refusal != NULL) { pd_refuse(view, refusal); }
    if (view->unsaid_number != 0 && view->unsaid_ns == record->time_ns) {
        pd_refuse(view, UNSAID_COUNTS);
    }
    view->ended = view->ended || to == TCP_CLOSE_WAIT || to == TCP_CLOSING || to == TCP_TIME_WAIT;
    view->dead = to == TCP_CLOSED || to == TCP_LISTEN;
    if (view->dead) {
        view->reset_sent = false;
        view->died_ns = record->time_ns;
    }
    view->state_before = from;
    view->state = to;
}

static void record_state(struct packetdrill *drill, const struct trace_record *record)
{
    const struct trace_conn *conn = &record->u.state.conn;
    if (conn->remote.address.family == 0) { return; /* a listener */ }
    struct pd_view *view = find(drill, conn->host_index, &conn->local, &conn->remote);
    if (record->u.state.new_state == TCP_SYN_SENT && is_opened(record->u.state.cause)) {
        if (view != NULL && view->born && !view->dead) { pd_refuse(view, CRASH); }
        view = begin_view(drill, conn->host_index, conn->host, &conn->local, &conn->remote);
        if (view == NULL) { return; }
        (void)add(drill, view, record->time_ns, PD_CONNECT);
    }
    if (view != NULL) { move(drill, view, record); }
}

/* A kernel tells of a reset once, and of one in CLOSE-WAIT as EPIPE. */
static bool is_broken_pipe(const struct pd_view *view, const char *result, enum pd_what what)
{
    const bool told = view->reset_told || view->state_before == TCP_CLOSE_WAIT;
    return what == PD_WRITE && told && strcmp(result, "connection reset") == 0;
}

/* NULL: a kernel has no such answer. */
static const char *errno_of(const struct pd_view *view, const char *result, enum pd_what what)
{
    static const struct {
        const char *result, *name;
    } rows[] = {
        {"connection reset", "ECONNRESET (Connection reset by peer)"},
        {"connection refused", "ECONNREFUSED (Connection refused)"},
        {"network unreachable", "ENETUNREACH (Network is unreachable)"},
        {"timed out", "ETIMEDOUT (Connection timed out)"},
        {"connection aborted due to user timeout", "ETIMEDOUT (Connection timed out)"},
    };
    if (is_broken_pipe(view, result, what)) { return "EPIPE (Broken pipe)"; }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].result, result) == 0) { return rows[i].name; }
    }
    const bool closing = strcmp(result, "connection closing") == 0;
    return closing && what == PD_WRITE ? "EPIPE (Broken pipe)" : NULL;
}

static bool what_of_call(const char *call, enum pd_what *what)
{
    static const struct {
        const char *call;
        enum pd_what what;
    } rows[] = {{"SEND", PD_WRITE}, {"RECEIVE", PD_READ}, {"CLOSE", PD_CLOSE}, {"ABORT", PD_ABORT}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].call, call) == 0) {
            *what = rows[i].what;
            return true;
        }
    }
    return false;
}

/* A listener is closed under the connections that came by it. */
static void close_listener(struct packetdrill *drill, const struct trace_record *record)
{
    const struct trace_conn *conn = &record->u.call.conn;
    for (struct pd_view *view = drill->first; view != NULL; view = view->next) {
        if (view->host_index == conn->host_index && view->local.port == conn->local.port &&
            view->passive && !view->dead && !view->listener_closed) {
            view->listener_closed = true;
            (void)add(drill, view, record->time_ns, PD_CLOSE_LISTENER);
        }
    }
}

/* Before the handshake's end only what came by Fast Open is accepted. */
static void accept_early(struct packetdrill *drill, struct pd_view *view, uint64_t time_ns)
{
    if (!view->passive || view->accepts > 0) { return; }
    if (view->options_known && (view->options.fast_open & TCP_FAST_OPEN_SERVER) != 0) {
        note_accepted(drill, view, time_ns);
    } else {
        pd_refuse(view, "it is used before it is open, when no socket has it accepted");
    }
}

static void add_call(struct packetdrill *drill, struct pd_view *view,
                     const struct trace_record *record, enum pd_what what, const char *failure)
{
    /* Timers of an instant go before applications; in a script they come after its calls. */
    const bool behind = failure != NULL && view->dead && view->died_ns == record->time_ns;
    accept_early(drill, view, record->time_ns);
    struct pd_event *event = add(drill, view, record->time_ns + (behind ? BEHIND_NS : 0), what);
    view->reset_told = view->reset_told || failure != NULL;
    if (event == NULL) { return; }
    event->len = record->u.call.len;
    event->failure = failure;
    event->asked = record->u.call.asked;
    event->urgent = record->u.call.urgent;
    event->lets_go = record->u.call.lets_go;
}

static void record_call(struct packetdrill *drill, const struct trace_record *record)
{
    const struct trace_conn *conn = &record->u.call.conn;
    const char *result = record->u.call.result;
    enum pd_what what;
    if (!what_of_call(record->u.call.call, &what)) { return; }
    if (conn->remote.address.family == 0) {
        if (what == PD_CLOSE) { close_listener(drill, record); }
        return;
    }
    struct pd_view *view = find(drill, conn->host_index, &conn->local, &conn->remote);
    if (view == NULL) { return; }
    if (view->born && !view->dead && strcmp(result, "connection does not exist") == 0) {
        pd_refuse(view, CRASH);
    }
    /* A kernel's reader meets the end of the stream, whatever came behind it. */
    const bool at_end = what == PD_READ && view->ended && record->u.call.len == 0;
    const bool fine = at_end || strcmp(result, "ok") == 0 || strcmp(result, "end of stream") == 0;
    const char *failure = fine ? NULL : errno_of(view, result, what);
    if (!fine && (failure == NULL || what == PD_CLOSE || what == PD_ABORT)) {
        char call[160];
        (void)snprintf(call, sizeof call, "%s answers \"%s\"", record->u.call.call, result);
        remark(drill, view, record->time_ns, call, "no system call says that");
        return;
    }
    if (what == PD_WRITE && fine && record->u.call.len == 0) { return; }
    add_call(drill, view, record, what, failure);
}

/* ---- ICMP ---- */

static void record_icmp(struct packetdrill *drill, uint64_t time_ns, const struct trace_icmp *icmp)
{
    const struct tcp_segment *quoted = icmp->segment;
    if (icmp->action != TRACE_DELIVERED || icmp->checksum_bad) { return; }
    struct pd_view *view = find(drill, icmp->to_index, &quoted->source, &quoted->destination);
    char *text = view != NULL ? pd_icmp_text(view, icmp) : NULL;
    if (text == NULL) { return; }
    struct pd_event *event = add(drill, view, time_ns, PD_ICMP);
    if (event == NULL) {
        free(text);
        return;
    }
    event->text = text;
}

/* ---- records ---- */

void pd_record(struct packetdrill *drill, const struct trace_record *record)
{
    if (record->event == TRACE_STATE) {
        record_state(drill, record);
    } else if (record->event == TRACE_CALL) {
        record_call(drill, record);
    } else if (record->event == TRACE_ICMP) {
        record_icmp(drill, record->time_ns, &record->u.icmp);
    } else if (record->u.segment.action == TRACE_DISCARDED) {
        record_discarded(drill, &record->u.segment);
    } else if (record->u.segment.action == TRACE_DELIVERED) {
        record_delivered(drill, record->time_ns, &record->u.segment);
    } else if (record->u.segment.action == TRACE_SENT ||
               record->u.segment.action == TRACE_INJECTED) {
        record_sent(drill, record->time_ns, &record->u.segment);
    }
}

void pd_conclude(struct pd_view *view)
{
    if (view->reset_sent) { pd_refuse(view, CRASH); }
    if (!view->passive && view->born && pd_opens_fast(view)) {
        pd_refuse(view, "a client of Fast Open has its cookie from another connection");
    }
}
