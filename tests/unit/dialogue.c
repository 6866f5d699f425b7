/* dialogue.c - see dialogue.h. */
#include "dialogue.h"

#include "../../sim/core/units.h"
#include "../../sim/trace/pattern.h"
#include "../../tcp/wire.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOCAL_ISS 0xffffff00u
#define PEER_ISS 0xfffffe80u
#define LINE_MAX_LEN 256
#define OUT_MAX 512

struct dialogue {
    struct tcp_pools pools;
    struct tcp_options options;
    struct tcp_host *host;
    struct tcp_conn *conn;     /* the current one; NULL: deleted or none */
    struct tcp_conn *listener;
    bool owned;                /* conn is ours to release */
    uint64_t now_ns;
    size_t live;               /* blocks not given back */
    bool short_of_memory;
    size_t blocks_left;        /* when short of memory */
    struct tcp_segment out[OUT_MAX];
    size_t out_first, out_count;
    char moves[1024];
    enum tcp_discard discard;
    bool discarded;
    uint64_t tag;
    unsigned r1;               /* TCP_EVENT_R1 so far */
    struct tcp_address from;   /* of injected segments */
    char *error;
    size_t room;
    bool failed;
};

static void fail(struct dialogue *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void fail(struct dialogue *d, const char *format, ...)
{
    if (!d->failed) {
        va_list arguments;
        va_start(arguments, format);
        (void)vsnprintf(d->error, d->room, format, arguments);
        va_end(arguments);
    }
    d->failed = true;
}

static void *take(void *context, size_t size)
{
    struct dialogue *d = context;
    if (d->short_of_memory && d->blocks_left-- == 0) {
        d->blocks_left = 0;
        return NULL;
    }
    d->live++;
    return malloc(size);
}

static void give(void *context, void *memory, size_t size)
{
    struct dialogue *d = context;
    (void)size;
    d->live--;
    free(memory);
}

static uint64_t hash(void *context, const void *data, size_t len)
{
    (void)context;
    (void)data;
    return len;
}

static void note_event(void *context, const struct tcp_event *event)
{
    struct dialogue *d = context;
    if (event->kind == TCP_EVENT_STATE) {
        const size_t used = strlen(d->moves);
        (void)snprintf(d->moves + used, sizeof d->moves - used, "%s%s -> %s", used > 0 ? ", " : "",
                       tcp_state_name(event->u.state.old_state), tcp_state_name(event->u.state.new_state));
    } else if (event->kind == TCP_EVENT_DISCARD) {
        d->discard = event->u.discard.reason;
        d->discarded = true;
    } else if (event->kind == TCP_EVENT_R1) {
        d->r1++;
    } else if (event->kind == TCP_EVENT_CREATED && (d->conn == NULL || d->conn == d->listener)) {
        d->conn = event->conn;
    } else if (event->kind == TCP_EVENT_DELETED && event->conn == d->conn) {
        d->conn = d->conn == d->listener ? NULL : d->listener;
        d->owned = false;
    }
}

static struct tcp_endpoint end(uint8_t last, uint16_t port)
{
    return (struct tcp_endpoint){.address = {4, {10, 0, 0, last}}, .port = port};
}
static struct tcp_endpoint local_end(void) { return end(1, 80); }
static struct tcp_endpoint peer_end(void) { return end(2, 4000); }

static void need_host(struct dialogue *d)
{
    if (d->host == NULL) {
        const struct tcp_host_config config = {.options = d->options, .keyed_hash = hash};
        const struct tcp_observer observer = {d, note_event, UINT32_MAX};
        d->host = tcp_host_create(&config, &d->pools, &observer);
    }
}

static void pump(struct dialogue *d)
{
    need_host(d);
    struct tcp_segment segment;
    while (tcp_output(d->host, d->now_ns, &segment)) {
        if (d->out_count == OUT_MAX) {
            fail(d, "segments without end");
            return;
        }
        d->out[d->out_count++] = segment;
    }
}

static struct trace_segment as_record(const struct tcp_segment *segment, bool from_us)
{
    struct trace_segment record = {.segment = segment, .seq_known = true, .ack_known = true};
    record.seq_base = from_us ? LOCAL_ISS : PEER_ISS;
    record.ack_base = from_us ? PEER_ISS : LOCAL_ISS;
    if ((segment->flags & (TCP_RST | TCP_ACK)) == (TCP_RST | TCP_ACK) && segment->seq == 0) {
        record.seq_known = false; /* 3.5.2: SEQ=0 is meant as such */
        record.seq_base = 0;
    }
    record.first_connection = true;
    record.from = from_us ? "us" : "peer";
    record.to = from_us ? "peer" : "us";
    return record;
}

static bool nothing_left(struct dialogue *d)
{
    if (d->out_first == d->out_count) {
        d->out_first = d->out_count = 0;
        return true;
    }
    char text[700];
    const struct trace_segment record = as_record(&d->out[d->out_first], true);
    (void)pattern_format_segment(&record, false, text, sizeof text);
    fail(d, "sent and not expected: > %s", text);
    return false;
}

static void expect_segment(struct dialogue *d, const char *line)
{
    struct pattern pattern;
    char error[200];
    unsigned column = 0;
    if (!pattern_parse(line, strlen(line), false, &pattern, error, sizeof error, &column)) {
        fail(d, "bad pattern: %s (column %u)", error, column);
        return;
    }
    if (d->out_first == d->out_count) {
        fail(d, "nothing was sent");
        return;
    }
    struct tcp_segment *segment = &d->out[d->out_first++];
    const struct trace_segment record = as_record(segment, true);
    const enum pattern_field field = pattern_compare(&pattern, &record, d->now_ns, 0, false);
    if (field != PATTERN_MATCHES) {
        char text[700];
        (void)pattern_format_segment(&record, false, text, sizeof text);
        fail(d, "%s differs: sent > %s", pattern_field_name(field), text);
    }
    tcp_payload_release(&d->pools, &segment->payload);
}

static void inject(struct dialogue *d, const char *line)
{
    struct pattern pattern;
    char error[200];
    unsigned column = 0;
    if (!pattern_parse(line, strlen(line), false, &pattern, error, sizeof error, &column)) {
        fail(d, "bad segment: %s (column %u)", error, column);
        return;
    }
    struct tcp_segment segment = {.source = peer_end(), .destination = local_end(), .tag = ++d->tag};
    segment.source.address = d->from;
    segment.seq = pattern.seq + PEER_ISS;
    segment.flags = pattern.flags;
    segment.ack = pattern.has_ack ? pattern.ack + LOCAL_ISS : 0;
    segment.window = pattern.has_win ? (uint16_t)pattern.win : UINT16_MAX;
    if (pattern.len > 0) {
        segment.payload.part[0] = (struct tcp_slice){NULL, 77, pattern.seq, pattern.len};
    }
    memcpy(segment.options, pattern.options, pattern.options_len);
    segment.options_len = wire_pad_options(segment.options, pattern.options_len);
    d->discarded = false;
    tcp_segment_arrives(d->host, d->now_ns, &segment);
}

static void check(struct dialogue *d, enum tcp_error got, const char *wanted)
{
    if (wanted == NULL ? got != TCP_OK : strcmp(wanted, tcp_error_text(got)) != 0) {
        fail(d, "the call answered: %s", tcp_error_text(got));
    }
}

/* A call on a connection that is no more answers what RFC 9293 has for CLOSED. */
static bool no_conn(struct dialogue *d, const char *wanted)
{
    if (d->conn == NULL) {
        check(d, TCP_ERROR_NOT_EXIST, wanted);
        return true;
    }
    return false;
}

static void call_open(struct dialogue *d, bool passive, const char *rest, const char *wanted)
{
    struct tcp_open_request request = {.passive = passive, .local = local_end(), .remote = peer_end()};
    if (passive) {
        request.local.address.family = 0;
        memset(request.local.address.octets, 0, sizeof request.local.address.octets);
    }
    if (strcmp(rest, "nowhere") == 0) {
        request.remote.port = 0;
    } else if (strcmp(rest, "multicast") == 0) {
        request.remote.address.octets[0] = 224;
    } else if (strncmp(rest, "data ", 5) == 0) {
        request.syn_data.len = (uint32_t)strtoul(rest + 5, NULL, 10);
    }
    struct tcp_conn *conn = NULL;
    enum tcp_error error = TCP_OK;
    if (strncmp(rest, "listener", 8) == 0) {
        if (strstr(rest, "nowhere") != NULL) {
            request.remote.port = 0;
        }
        error = tcp_open_listener(d->listener, d->now_ns, &request.local, &request.remote);
        if (error == TCP_OK) {
            d->conn = d->listener;
            d->listener = NULL;
            d->owned = true;
        }
    } else {
        error = tcp_open(d->host, d->now_ns, &request, &conn);
    }
    check(d, error, wanted);
    if (conn != NULL && passive) {
        d->listener = conn;
        d->conn = conn;
    } else if (conn != NULL) {
        d->conn = conn;
        d->owned = true;
    }
}

static void call_send(struct dialogue *d, const char *rest, const char *wanted)
{
    uint32_t accepted = 0;
    const struct tcp_slice slice = {.len = (uint32_t)strtoul(rest, NULL, 10)};
    enum tcp_error error = TCP_ERROR_NOT_EXIST;
    if (strstr(rest, "listener") != NULL) {
        const struct tcp_endpoint local = local_end();
        const struct tcp_endpoint remote = peer_end();
        error = tcp_send_listener(d->listener, d->now_ns, &local, &remote, &slice, &accepted);
        d->conn = d->listener;
        d->listener = NULL;
        d->owned = true;
    } else if (d->conn != NULL) {
        error = tcp_send(d->conn, d->now_ns, &slice, true, &accepted);
    }
    check(d, error, wanted);
    if (error == TCP_OK && accepted != slice.len) {
        fail(d, "only %" PRIu32 " octets accepted", accepted);
    }
}

static void call_recv(struct dialogue *d, const char *wanted)
{
    if (no_conn(d, wanted)) {
        return;
    }
    uint32_t got = 0;
    struct tcp_slice slice;
    enum tcp_error error = TCP_OK;
    for (;;) {
        error = tcp_receive(d->conn, d->now_ns, UINT32_MAX, &slice);
        if (error != TCP_OK || slice.len == 0) {
            break;
        }
        got += slice.len;
        tcp_slice_release(&d->pools, &slice);
    }
    char text[32];
    (void)snprintf(text, sizeof text, "%" PRIu32, got);
    const char *answer = got > 0                     ? text
                         : error == TCP_OK           ? "eof"
                         : error == TCP_WOULD_BLOCK ? "wait"
                                                     : tcp_error_text(error);
    if (wanted == NULL || strcmp(wanted, answer) != 0) {
        fail(d, "recv answered: %s", answer);
    }
}

static void call_release(struct dialogue *d)
{
    struct tcp_conn *conn = d->conn;
    if (conn == d->listener) {
        d->listener = NULL;
    }
    d->owned = false;
    tcp_release(conn, d->now_ns);
}

static void pass_time(struct dialogue *d, const char *text)
{
    uint64_t by_ns = 0;
    const char *problem = units_parse_time(text, &by_ns);
    if (problem != NULL) {
        fail(d, "bad time: %s", problem);
        return;
    }
    const uint64_t until_ns = d->now_ns + by_ns;
    while (tcp_next_deadline(d->host) <= until_ns) {
        const uint64_t due_ns = tcp_next_deadline(d->host);
        d->now_ns = due_ns > d->now_ns ? due_ns : d->now_ns;
        tcp_timeout(d->host, d->now_ns);
        pump(d);
    }
    d->now_ns = until_ns;
}

static bool set_option(struct dialogue *d, const char *rest)
{
    char name[40];
    char value[40];
    if (sscanf(rest, "%39s %39s", name, value) != 2) {
        return false;
    }
    uint64_t number = 0;
    if (units_parse_time(value, &number) != NULL) {
        number = strtoull(value, NULL, 10);
    }
    for (size_t i = 0; i < tcp_option_count; i++) {
        const struct tcp_option_row *row = &tcp_option_table[i];
        if (strcmp(row->name, name) != 0) {
            continue;
        }
        unsigned char *field = (unsigned char *)&d->options + row->offset;
        for (size_t k = 0; k < (row->width > 0 ? row->width : sizeof(uint64_t)); k++) {
            field[k] = (unsigned char)(number >> (8 * k));
        }
        if (row->present_offset != SIZE_MAX) {
            *((bool *)((unsigned char *)&d->options + row->present_offset)) = true;
        }
        if (strcmp(name, "keepalive") == 0) {
            d->options.keepalive_idle_ns = number;
            d->options.keepalive_interval_ns = NS_PER_S;
            d->options.keepalive_count = 2;
        }
        return true;
    }
    return false;
}

static bool begins(const char *line, const char *word, const char **rest)
{
    const size_t len = strlen(word);
    if (strncmp(line, word, len) != 0 || (line[len] != '\0' && line[len] != ' ')) {
        return false;
    }
    *rest = line[len] == ' ' ? line + len + 1 : line + len;
    return true;
}

static void check_words(struct dialogue *d, const char *what, const char *got, const char *wanted)
{
    if (strcmp(got, wanted) != 0) {
        fail(d, "%s: %s", what, got);
    }
}

static void check_timer(struct dialogue *d, const char *rest)
{
    struct tcp_status status;
    tcp_status(d->conn, &status);
    for (unsigned i = 0; i < TCP_TIMER_COUNT; i++) {
        const char *word = NULL;
        if (begins(rest, tcp_timer_name((enum tcp_timer)i), &word)) {
            check_words(d, "timer", status.deadline_ns[i] != TCP_NEVER ? "on" : "off", word);
            return;
        }
    }
    fail(d, "no such timer");
}

static bool run_check(struct dialogue *d, const char *line)
{
    const char *rest = NULL;
    if (begins(line, "state", &rest)) {
        check_words(d, "state", d->conn == NULL ? "CLOSED" : tcp_state_name(tcp_conn_state(d->conn)), rest);
    } else if (begins(line, "moves", &rest)) {
        check_words(d, "moves", d->moves, rest);
        d->moves[0] = '\0';
    } else if (begins(line, "error", &rest)) {
        check_words(d, "error", d->conn == NULL ? "no TCB" : tcp_error_text(tcp_conn_error(d->conn)), rest);
    } else if (begins(line, "discard", &rest)) {
        check_words(d, "discard", d->discarded ? tcp_discard_words(d->discard) : "none", rest);
    } else if (begins(line, "timer", &rest) && d->conn != NULL) {
        check_timer(d, rest);
    } else if (begins(line, "snd_wnd", &rest) && d->conn != NULL) {
        char text[32];
        struct tcp_status status;
        tcp_status(d->conn, &status);
        (void)snprintf(text, sizeof text, "%" PRIu32, status.snd_wnd);
        check_words(d, "snd_wnd", text, rest);
    } else if (begins(line, "r1", &rest)) {
        char text[32];
        (void)snprintf(text, sizeof text, "%u", d->r1);
        check_words(d, "r1", text, rest);
    } else if (begins(line, "memory", &rest)) {
        d->short_of_memory = strcmp(rest, "enough") != 0;
        d->blocks_left = strtoul(rest, NULL, 10);
    } else if (begins(line, "cwnd", &rest) && d->conn != NULL) {
        char text[64];
        struct tcp_status status;
        tcp_status(d->conn, &status);
        (void)snprintf(text, sizeof text, "%" PRIu32 " %s", status.cwnd, tcp_phase_name(status.phase));
        check_words(d, "cwnd", text, rest);
    } else if (begins(line, "rto", &rest) && d->conn != NULL) {
        char text[64];
        struct tcp_status status;
        tcp_status(d->conn, &status);
        (void)units_format_duration(status.rto_ns, text, sizeof text);
        check_words(d, "rto", text, rest);
    } else if (begins(line, "from", &rest)) {
        if (!wire_parse_address(rest, &d->from)) {
            fail(d, "bad address");
        }
    } else if (begins(line, "gone", &rest)) {
        if (d->conn != d->listener) {
            fail(d, "the TCB is still there, in %s", tcp_state_name(tcp_conn_state(d->conn)));
        }
    } else {
        return false;
    }
    return true;
}

static bool run_call(struct dialogue *d, char *line)
{
    const char *wanted = NULL;
    char *equals = strstr(line, " = ");
    if (equals != NULL && line[0] != '<') {
        *equals = '\0';
        wanted = equals + 3;
    }
    const char *rest = NULL;
    if (line[0] == '+') {
        pass_time(d, line + 1);
    } else if (line[0] == '<') {
        inject(d, line + 2);
    } else if (begins(line, "listen", &rest)) {
        call_open(d, true, rest, wanted);
    } else if (begins(line, "open", &rest)) {
        call_open(d, false, rest, wanted);
    } else if (begins(line, "accept", &rest)) {
        struct tcp_conn *conn = tcp_accept(d->listener);
        if (conn == NULL) {
            fail(d, "nothing to accept");
        } else {
            d->conn = conn;
            d->owned = true;
        }
    } else if (begins(line, "send", &rest)) {
        call_send(d, rest, wanted);
    } else if (begins(line, "recv", &rest)) {
        call_recv(d, wanted);
    } else if (begins(line, "close", &rest)) {
        if (!no_conn(d, wanted)) {
            check(d, tcp_close(strcmp(rest, "listener") == 0 ? d->listener : d->conn, d->now_ns), wanted);
        }
    } else if (begins(line, "abort", &rest)) {
        if (!no_conn(d, wanted)) {
            check(d, tcp_abort(d->conn, d->now_ns), wanted);
        }
    } else if (begins(line, "status", &rest)) {
        struct tcp_status status = {.state = TCP_CLOSED};
        if (!no_conn(d, wanted)) {
            tcp_status(d->conn, &status);
        }
    } else if (begins(line, "release", &rest)) {
        call_release(d);
    } else if (begins(line, "crash", &rest)) {
        tcp_host_crash(d->host, d->now_ns);
    } else {
        return false;
    }
    pump(d);
    return true;
}

static void run_line(struct dialogue *d, char *line)
{
    const char *rest = NULL;
    if (begins(line, "option", &rest)) {
        if (!set_option(d, rest)) {
            fail(d, "no such option");
        }
        return;
    }
    need_host(d);
    if (line[0] == '>') {
        expect_segment(d, line + 2);
        return;
    }
    if (strcmp(line, "...") == 0) { /* whatever was sent */
        while (d->out_first < d->out_count) {
            tcp_payload_release(&d->pools, &d->out[d->out_first++].payload);
        }
        return;
    }
    if (!nothing_left(d) || run_check(d, line) || run_call(d, line)) {
        return;
    }
    fail(d, "not understood");
}

static void clean_up(struct dialogue *d)
{
    while (d->out_first < d->out_count) {
        tcp_payload_release(&d->pools, &d->out[d->out_first++].payload);
    }
    if (d->host != NULL) {
        tcp_host_destroy(d->host);
    }
    if (d->live != 0) {
        fail(d, "%zu blocks of memory not given back", d->live);
    }
}

bool dialogue_run(const char *text, char *error, size_t room)
{
    struct dialogue d = {.error = error, .room = room};
    d.pools = (struct tcp_pools){&d, take, give};
    tcp_options_default(&d.options);
    d.options.has_iss = true;
    d.options.iss = LOCAL_ISS;
    d.from = peer_end().address;
    unsigned number = 0;
    char line[LINE_MAX_LEN] = "";
    while (*text != '\0' && !d.failed) {
        const size_t len = strcspn(text, ";\n");
        const size_t blanks = strspn(text, " ");
        if (len > blanks && len - blanks < sizeof line) {
            memcpy(line, text + blanks, len - blanks);
            line[len - blanks] = '\0';
            for (size_t end_at = len - blanks; end_at > 0 && line[end_at - 1] == ' '; end_at--) {
                line[end_at - 1] = '\0';
            }
            number++;
            char copy[LINE_MAX_LEN];
            (void)snprintf(copy, sizeof copy, "%s", line);
            run_line(&d, line);
            (void)snprintf(line, sizeof line, "%s", copy);
        }
        text += len;
        text += *text != '\0';
    }
    if (!d.failed) {
        (void)nothing_left(&d);
    }
    if (d.failed) {
        char reason[512];
        (void)snprintf(reason, sizeof reason, "%s", error);
        (void)snprintf(error, room, "line %u, \"%s\": %s", number, line, reason);
    }
    clean_up(&d);
    return !d.failed;
}
