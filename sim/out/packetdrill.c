/* packetdrill.c - the output "packetdrill": each connection of a run as a script that packetdrill
 * accepts, as one of its ends sees it: the passive one, else the first host. One file plays them
 * one after the other. Both ends are collected as views, since which one is told is known only at
 * the end. */
#include "packetdrill_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 4096u /* a power of two */
#define FIRST_EVENTS 16u
#define USUAL_MTU 1500u
#define HEADERS_IPV4 40u /* of IP and TCP, without options */
#define HEADERS_IPV6 60u

struct packetdrill {
    struct out_writer *writer;
    char *scenario, *title;
    uint64_t seed;
    struct pd_view *first, **last;
    uint64_t count;
    struct pd_view *buckets[BUCKETS];
};

/* ---- views ---- */

/* The same for both ends of a connection. */
static size_t bucket_of(const struct tcp_endpoint *a, const struct tcp_endpoint *b)
{
    uint64_t sum = (uint64_t)a->port + b->port;
    for (unsigned i = 0; i < sizeof a->address.octets; i++) {
        sum += (uint64_t)(a->address.octets[i] + b->address.octets[i]) << (i % 4 * 8);
    }
    return (size_t)(sum * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (BUCKETS - 1);
}

static bool is_between(const struct pd_view *view, const struct tcp_endpoint *local,
                       const struct tcp_endpoint *remote)
{
    return tcp_endpoint_equal(&view->local, local) && tcp_endpoint_equal(&view->remote, remote);
}

/* The newest at that host, or NULL. */
static struct pd_view *find(const struct packetdrill *drill, uint32_t host,
                            const struct tcp_endpoint *local, const struct tcp_endpoint *remote)
{
    struct pd_view *view = drill->buckets[bucket_of(local, remote)];
    while (view != NULL && (view->host_index != host || !is_between(view, local, remote))) {
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
    struct pd_view **bucket = &drill->buckets[bucket_of(local, remote)];
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

/* ---- segments ---- */

static void add_segment(struct packetdrill *drill, struct pd_view *view, uint64_t time_ns,
                        const struct trace_segment *segment, bool arrives)
{
    const char *problem = NULL;
    struct tcp_segment said = *segment->segment;
    struct trace_segment as_said = *segment;
    as_said.segment = &said;
    const char *echo = arrives ? pd_echo(view, &said) : NULL;
    char id[96], *text = pd_segment_text(view, &as_said, arrives, &problem);
    (void)trace_segment_id(segment, id, sizeof id);
    if (echo != NULL) { remark(drill, view, time_ns, id, echo); }
    if (problem != NULL) { remark(drill, view, time_ns, id, problem); }
    if (text == NULL) {
        if (problem == NULL) { out_fail(drill->writer, ENOMEM); }
        return;
    }
    struct pd_event *event = add(drill, view, time_ns, arrives ? PD_ARRIVES : PD_SENDS);
    if (event == NULL) {
        free(text);
        return;
    }
    event->text = text;
    event->len = tcp_payload_len(&said.payload);
    event->flags = said.flags;
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

/* ---- moves and calls ---- */

static bool is_opened(enum tcp_cause cause)
{
    return cause == TCP_CAUSE_OPEN_ACTIVE || cause == TCP_CAUSE_SEND_IN_LISTEN;
}

static void record_state(struct packetdrill *drill, const struct trace_record *record)
{
    const struct trace_conn *conn = &record->u.state.conn;
    const enum tcp_state to = record->u.state.new_state;
    if (conn->remote.address.family == 0) { return; /* a listener */ }
    struct pd_view *view = find(drill, conn->host_index, &conn->local, &conn->remote);
    if (to == TCP_SYN_SENT && is_opened(record->u.state.cause)) {
        if (view != NULL && view->born && !view->dead) {
            remark(drill, view, record->time_ns, conn->host, "forgets the connection here (crash)");
        }
        view = begin_view(drill, conn->host_index, conn->host, &conn->local, &conn->remote);
        if (view == NULL) { return; }
        (void)add(drill, view, record->time_ns, PD_CONNECT);
    }
    if (view == NULL) { return; }
    view->born = true;
    view->passive = view->passive || record->u.state.old_state == TCP_LISTEN;
    if (record->u.state.cause == TCP_CAUSE_SEND_IN_LISTEN) { view->passive = false; }
    if (record->u.state.cause == TCP_CAUSE_REOPENED) {
        remark(
            drill, view, record->time_ns, conn->host,
            "a new connection takes the place of the one in TIME-WAIT; a kernel has it accepted");
    }
    if (to == TCP_ESTABLISHED && record->u.state.old_state == TCP_SYN_RECEIVED && view->passive) {
        (void)add(drill, view, record->time_ns, PD_ACCEPT);
    }
    view->ended = view->ended || to == TCP_CLOSE_WAIT || to == TCP_CLOSING || to == TCP_TIME_WAIT;
    view->dead = to == TCP_CLOSED || to == TCP_LISTEN;
    view->state_before = record->u.state.old_state;
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

static void record_call(struct packetdrill *drill, const struct trace_record *record)
{
    const struct trace_conn *conn = &record->u.call.conn;
    const char *result = record->u.call.result;
    enum pd_what what;
    struct pd_view *view = conn->remote.address.family != 0
                               ? find(drill, conn->host_index, &conn->local, &conn->remote)
                               : NULL;
    if (view == NULL || !what_of_call(record->u.call.call, &what)) { return; }
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
    struct pd_event *event = add(drill, view, record->time_ns, what);
    view->reset_told = view->reset_told || failure != NULL;
    if (event != NULL) {
        event->len = record->u.call.len;
        event->failure = failure;
    }
}

/* ---- the end: which views are told ---- */

/* The other end's view of the same connection, not told yet: the newest that is not younger. */
static struct pd_view *other_end(const struct packetdrill *drill, const struct pd_view *view)
{
    struct pd_view *other = drill->buckets[bucket_of(&view->local, &view->remote)];
    while (other != NULL && (!is_between(other, &view->remote, &view->local) || !other->born ||
                             other->passive || (view->passive && other->ordinal > view->ordinal))) {
        other = other->chain;
    }
    return other;
}

static uint64_t begin_ns(const struct packetdrill *drill, const struct pd_view *view)
{
    const struct pd_view *other = other_end(drill, view);
    const uint64_t own_ns = view->count > 0 ? view->events[0].time_ns : 0;
    if (!view->passive || other == NULL || other->count == 0) { return own_ns; }
    return other->events[0].time_ns < own_ns ? other->events[0].time_ns : own_ns;
}

static uint64_t choose(const struct packetdrill *drill)
{
    uint64_t told = 0;
    for (const struct pd_view *view = drill->first; view != NULL; view = view->next) {
        struct pd_view *other = view->born && view->passive ? other_end(drill, view) : NULL;
        if (other != NULL) { other->covered = true; }
    }
    for (struct pd_view *view = drill->first; view != NULL; view = view->next) {
        struct pd_view *other =
            view->born && !view->passive && !view->covered ? other_end(drill, view) : NULL;
        if (other != NULL && !other->covered) {
            struct pd_view *later = other->host_index > view->host_index ? other : view;
            later->covered = true;
        }
        view->covered = view->covered || !view->born;
    }
    for (const struct pd_view *view = drill->first; view != NULL; view = view->next) {
        told += !view->covered;
    }
    return told;
}

/* What the network must carry for the largest MSS that a host announces. */
static uint32_t mtu_of(const struct packetdrill *drill, uint8_t family)
{
    const uint32_t headers = family == 6 ? HEADERS_IPV6 : HEADERS_IPV4;
    uint32_t mtu = USUAL_MTU;
    for (const struct pd_view *view = drill->first; view != NULL; view = view->next) {
        const bool told = !view->covered && view->local.address.family == family;
        const uint32_t needed = view->own.mss + headers;
        if (told && needed > mtu && needed <= UINT16_MAX) { mtu = needed; }
    }
    return mtu;
}

static void put_head(struct packetdrill *drill, uint64_t told, bool is_ipv6, uint32_t mtu)
{
    struct out_writer *writer = drill->writer;
    const char *title = drill->title != NULL ? drill->title : "";
    out_printf(writer, "// %s%s%s, seed %llu, by tcpsim\n", title, title[0] != '\0' ? ", " : "",
               drill->scenario != NULL ? drill->scenario : "", (unsigned long long)drill->seed);
    if (told == 0) {
        out_text(writer, "// No host opened a connection: there is nothing to play.\n"
                         "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n");
        return;
    }
    out_text(writer,
             "// What a script cannot say: most settings of the host (its timers, say), and what "
             "the octets\n// of the text are.\n");
    if (told > 1) {
        out_printf(writer, "// %llu connections, one after the other.\n", (unsigned long long)told);
    }
    if (is_ipv6) { out_text(writer, "--ip_version=ipv6\n"); }
    if (is_ipv6 || mtu != USUAL_MTU) { out_printf(writer, "--mtu=%u\n", (unsigned)mtu); }
}

static void write_scripts(struct packetdrill *drill)
{
    const uint64_t told = choose(drill);
    const struct pd_view *view = drill->first;
    while (view != NULL && view->covered) { view = view->next; }
    const uint8_t family = view != NULL ? view->local.address.family : 4;
    unsigned fd = 3;
    const uint32_t mtu = mtu_of(drill, family);
    const uint32_t usual_mss = mtu - (family == 6 ? HEADERS_IPV6 : HEADERS_IPV4);
    put_head(drill, told, family == 6, mtu);
    uint64_t left = told;
    for (bool first = true; view != NULL; view = view->next) {
        if (view->covered) { continue; }
        left--;
        if (view->local.address.family != family) {
            out_printf(drill->writer,
                       "\n// A connection over IPv%u is left out: a script has one "
                       "version of IP.\n",
                       (unsigned)view->local.address.family);
            continue;
        }
        pd_script(drill->writer, view, begin_ns(drill, view), usual_mss, &fd, first, left == 0);
        first = false;
    }
}

/* ---- the format ---- */

static void *packetdrill_begin(struct out_writer *writer, const struct out_options *options)
{
    (void)options;
    struct packetdrill *drill = calloc(1, sizeof *drill);
    if (drill == NULL) { return NULL; }
    drill->writer = writer;
    drill->last = &drill->first;
    return drill;
}

static char *one_line(const char *text)
{
    char *copy = strdup(text != NULL ? text : "");
    for (char *c = copy; c != NULL && *c != '\0'; c++) {
        if ((unsigned char)*c < ' ') { *c = '?'; }
    }
    return copy;
}

static void packetdrill_record(void *state, const struct trace_record *record)
{
    struct packetdrill *drill = state;
    if (record->event == TRACE_RUN) {
        drill->scenario = one_line(record->u.run.scenario);
        drill->title = one_line(record->u.run.title);
        drill->seed = record->u.run.seed;
    } else if (record->event == TRACE_STATE) {
        record_state(drill, record);
    } else if (record->event == TRACE_CALL) {
        record_call(drill, record);
    } else if (record->u.segment.action == TRACE_DELIVERED) {
        record_delivered(drill, record->time_ns, &record->u.segment);
    } else if (record->u.segment.action == TRACE_SENT ||
               record->u.segment.action == TRACE_INJECTED) {
        record_sent(drill, record->time_ns, &record->u.segment);
    }
}

static void packetdrill_end(void *state)
{
    struct packetdrill *drill = state;
    write_scripts(drill);
    for (struct pd_view *view = drill->first, *next; view != NULL; view = next) {
        next = view->next;
        for (size_t i = 0; i < view->count; i++) { free(view->events[i].text); }
        free(view->events);
        free(view->stamps);
        free(view);
    }
    free(drill->scenario);
    free(drill->title);
    free(drill);
}

const struct output_format output_packetdrill = {
    .name = "packetdrill",
    .help = "a script for packetdrill, as the listening end of each connection sees it",
    .wants = 1u << TRACE_RUN | 1u << TRACE_SEGMENT | 1u << TRACE_STATE | 1u << TRACE_CALL,
    .begin = packetdrill_begin,
    .record = packetdrill_record,
    .end = packetdrill_end,
};
