/* dialogue_calls.c - the user of a dialogue: its calls, and time. */
#include "dialogue_private.h"

#include "../../sim/core/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(struct dialogue *d, enum tcp_error got, const char *wanted)
{
    if (wanted == NULL ? got != TCP_OK : strcmp(wanted, tcp_error_text(got)) != 0) {
        dialogue_fail(d, "the call answered: %s", tcp_error_text(got));
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
    struct tcp_open_request request = {
        .passive = passive, .local = dialogue_local_end(d), .remote = dialogue_peer_end(d)};
    if (passive && strcmp(rest, "here") != 0) { request.local.address = (struct tcp_address){0}; }
    if (strncmp(rest, "port ", 5) == 0) {
        request.local.port = (uint16_t)strtoul(rest + 5, NULL, 10);
    }
    if (strstr(rest, "nowhere") != NULL) {
        request.remote.port = 0;
    } else if (strstr(rest, "multicast") != NULL) {
        request.remote.address.octets[0] = d->six ? 0xff : 224;
    } else if (strncmp(rest, "data ", 5) == 0) {
        request.syn_data.len = (uint32_t)strtoul(rest + 5, NULL, 10);
    } else if (strcmp(rest, "own options") == 0) {
        request.options = &d->options;
    }
    struct tcp_conn *conn = NULL;
    enum tcp_error error = TCP_ERROR_NOT_EXIST;
    if (strncmp(rest, "listener", 8) == 0) {
        struct tcp_conn *listener = d->listener != NULL ? d->listener : d->conn;
        if (listener != NULL) {
            error = tcp_open_listener(listener, d->now_ns, &request.local, &request.remote);
        }
        if (error == TCP_OK) {
            d->conn = listener;
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

/* Octets in memory of their own instead of generated ones: what the stream has at its end, then the
 * user lets go of them. "shared": others use them too, and they lie at another place. */
static struct tcp_extent *octets_of(struct dialogue *d, struct tcp_slice *slice, const char *rest)
{
    const bool shared = strstr(rest, "shared") != NULL;
    if ((!shared && strstr(rest, "copied") == NULL) || d->conn == NULL) { return NULL; }
    struct tcp_status status;
    tcp_status(d->conn, &status);
    uint64_t stream_end = status.octets_acked + d->options.send_buffer - status.send_room;
    const bool was_short = d->short_of_memory;
    d->short_of_memory = false;
    slice->extent = tcp_extent_create(&d->pools, shared ? 1000 : 500, slice->len + 3);
    d->short_of_memory = was_short;
    if (slice->extent == NULL) {
        slice->len = 0;
        return NULL;
    }
    slice->offset = slice->extent->base + 3; /* not from its beginning */
    for (uint32_t i = 0; i < slice->len; i++) {
        slice->extent->octets[3 + i] = tcp_generated_octet(tcp_conn_stream(d->conn), stream_end++);
    }
    slice->extent->refs += shared;
    return slice->extent;
}

static void call_send(struct dialogue *d, const char *rest, const char *wanted)
{
    uint32_t accepted = 0;
    struct tcp_slice slice = {.len = (uint32_t)strtoul(rest, NULL, 10)};
    const uint32_t len = slice.len;
    const unsigned flags = (strstr(rest, "more") == NULL ? TCP_SEND_PUSH : 0u) |
                           (strstr(rest, "urgent") != NULL ? TCP_SEND_URGENT : 0u) |
                           (strstr(rest, "record") != NULL ? TCP_SEND_RECORD : 0u) |
                           (strstr(rest, "waiting") != NULL ? TCP_SEND_MORE : 0u);
    enum tcp_error error = TCP_ERROR_NOT_EXIST;
    if (strstr(rest, "listener") != NULL) {
        struct tcp_conn *listener = d->listener != NULL ? d->listener : d->conn;
        const struct tcp_endpoint local = dialogue_local_end(d);
        struct tcp_endpoint remote = dialogue_peer_end(d);
        remote.port = strstr(rest, "nowhere") != NULL ? 0 : remote.port;
        if (listener != NULL) {
            accepted = 99;
            error =
                tcp_send_listener(listener, d->now_ns, &local, &remote, &slice, flags, &accepted);
        }
        if (error == TCP_OK) {
            d->conn = listener;
            d->listener = NULL;
            d->owned = true;
        }
    } else if (d->conn != NULL) {
        struct tcp_extent *extent = octets_of(d, &slice, rest);
        accepted = 99;
        error = tcp_send(d->conn, d->now_ns, &slice, flags, &accepted);
        if (extent != NULL && strstr(rest, "shared") != NULL) {
            if (extent->base != 1000) { dialogue_wrong(d, "octets that others use were moved"); }
            extent->refs--;
        }
        tcp_slice_release(&d->pools, &slice);
    }
    check(d, error, wanted);
    const char *of = strstr(rest, "takes ");
    const uint32_t taken = of != NULL ? (uint32_t)strtoul(of + 6, NULL, 10) : len;
    if (accepted != (error == TCP_OK ? taken : 0)) {
        dialogue_fail(d, "%" PRIu32 " octets accepted", accepted);
    }
}

static void call_recv(struct dialogue *d, const char *rest, const char *wanted)
{
    if (no_conn(d, wanted)) { return; }
    const uint32_t most = *rest != '\0' ? (uint32_t)strtoul(rest, NULL, 10) : UINT32_MAX;
    uint32_t got = 0;
    struct tcp_slice slice;
    enum tcp_error error = TCP_OK;
    while (got < most) {
        error = tcp_receive(d->conn, d->now_ns, most - got, &slice);
        if (error != TCP_OK || slice.len == 0) {
            if (slice.len != 0 || slice.extent != NULL || slice.offset != 0) {
                dialogue_wrong(d, "nothing is read, and something given");
            }
            break;
        }
        got += slice.len;
        dialogue_watch_read(d, d->conn, &slice);
        tcp_slice_release(&d->pools, &slice);
    }
    char text[32];
    (void)snprintf(text, sizeof text, "%" PRIu32, got);
    const char *answer = got > 0                    ? text
                         : error == TCP_OK          ? "eof"
                         : error == TCP_WOULD_BLOCK ? "wait"
                                                    : tcp_error_text(error);
    if (wanted == NULL || strcmp(wanted, answer) != 0) {
        dialogue_fail(d, "recv answered: %s", answer);
    }
}

static void call_accept(struct dialogue *d, const char *wanted)
{
    struct tcp_conn *conn = d->listener == NULL ? NULL : tcp_accept(d->listener);
    if (wanted != NULL && strcmp(wanted, "nobody") == 0) {
        if (conn != NULL) { dialogue_fail(d, "somebody was there"); }
        return;
    }
    if (conn == NULL) {
        dialogue_fail(d, "nothing to accept");
        return;
    }
    d->conn = conn;
    d->owned = true;
}

static void call_close(struct dialogue *d, const char *rest, const char *wanted)
{
    struct tcp_conn *conn = strcmp(rest, "listener") == 0 ? d->listener : d->conn;
    check(d, conn == NULL ? TCP_ERROR_NOT_EXIST : tcp_close(conn, d->now_ns), wanted);
}

static void call_release(struct dialogue *d, const char *rest)
{
    struct tcp_conn *conn = strcmp(rest, "listener") == 0 ? d->listener : d->conn;
    if (conn == NULL || (conn != d->listener && !d->owned)) {
        dialogue_fail(d, "nothing of ours to release");
        return;
    }
    if (conn == d->listener) {
        d->listener = NULL;
        d->conn = d->conn == conn ? NULL : d->conn;
    } else {
        d->owned = false;
    }
    tcp_release(conn, d->now_ns);
}

/* "icmp port unreachable": an error about the current connection's segment at SND.UNA; "seq 5":
 * about that one; "mtu 1000"; "packet 1500": its octets; "port 4000": of a connection from that
 * port of ours. */
static void arrive_icmp(struct dialogue *d, char *rest)
{
    struct tcp_icmp message = {.local = dialogue_local_end(d), .remote = dialogue_peer_end(d)};
    if (d->conn != NULL) {
        struct tcp_status status;
        tcp_status(d->conn, &status);
        message.seq = status.snd_una;
    }
    static const char *const words[] = {" seq ", " mtu ", " packet ", " port "};
    uint32_t values[] = {message.seq - LOCAL_ISS, 0, 0, message.local.port};
    size_t end = strlen(rest);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const char *at = strstr(rest, words[i]);
        if (at != NULL) {
            values[i] = (uint32_t)strtoul(at + strlen(words[i]), NULL, 10);
            end = (size_t)(at - rest) < end ? (size_t)(at - rest) : end;
        }
    }
    const char *nobody = strstr(rest, " nobody");
    if (nobody != NULL) {
        message.remote = (struct tcp_endpoint){0};
        end = (size_t)(nobody - rest);
    }
    rest[end] = '\0';
    message.seq = LOCAL_ISS + values[0];
    message.mtu = values[1];
    message.packet_bytes = values[2];
    message.local.port = (uint16_t)values[3];
    if (!tcp_icmp_from_words(rest, &message.kind)) {
        dialogue_fail(d, "no such error");
        return;
    }
    const unsigned fates = d->fates;
    tcp_icmp_arrives(d->host, d->now_ns, &message);
    if (d->fates != fates + 1) { dialogue_wrong(d, "what became of the error is not told"); }
}

static void call_set(struct dialogue *d, const char *rest)
{
    struct tcp_options options = d->options;
    if (!dialogue_set_option(&options, rest)) {
        dialogue_fail(d, "no such option");
    } else if (d->conn != NULL) {
        tcp_conn_set_options(d->conn, d->now_ns, &options);
        d->options = options;
    }
}

static void pass_time(struct dialogue *d, const char *text)
{
    uint64_t by_ns = 0;
    const char *problem = units_parse_time(text, &by_ns);
    if (problem != NULL) {
        dialogue_fail(d, "bad time: %s", problem);
        return;
    }
    const uint64_t until_ns = d->now_ns + by_ns;
    while (tcp_next_deadline(d->host) <= until_ns && !d->wrong) {
        const uint64_t due_ns = tcp_next_deadline(d->host);
        d->now_ns = due_ns > d->now_ns ? due_ns : d->now_ns;
        tcp_timeout(d->host, d->now_ns);
        if (d->together && due_ns == until_ns) { break; }
        dialogue_pump(d);
        dialogue_watch(d);
    }
    d->now_ns = until_ns;
}

static void call_flush(struct dialogue *d, const char *wanted)
{
    if (no_conn(d, wanted)) { return; }
    const uint32_t dropped = tcp_flush(d->conn, d->now_ns);
    if (wanted == NULL || (uint32_t)strtoul(wanted, NULL, 10) != dropped) {
        dialogue_fail(d, "flush answered: %" PRIu32, dropped);
    }
}

/* What the user asks for besides: "let go" of what waits; "quick ack", and "quick ack off". */
static bool call_hint(struct dialogue *d, const char *call)
{
    const char *rest = NULL;
    if (strcmp(call, "let go") == 0) {
        if (d->conn != NULL) { tcp_push(d->conn); }
    } else if (dialogue_begins(call, "quick ack", &rest)) {
        if (d->conn != NULL) { tcp_quick_ack(d->conn, strcmp(rest, "off") != 0); }
    } else {
        return false;
    }
    return true;
}

static bool passive_call(struct dialogue *d, const char *line, const char *wanted)
{
    const char *rest = NULL;
    if (dialogue_begins(line, "listen", &rest)) {
        call_open(d, true, rest, wanted);
    } else if (dialogue_begins(line, "accept", &rest)) {
        call_accept(d, wanted);
    } else if (dialogue_begins(line, "close", &rest)) {
        call_close(d, rest, wanted);
    } else if (dialogue_begins(line, "release", &rest)) {
        call_release(d, rest);
    } else if (dialogue_begins(line, "crash", &rest)) {
        tcp_host_crash(d->host, d->now_ns);
    } else {
        return false;
    }
    return true;
}

bool dialogue_call(struct dialogue *d, char *line)
{
    const char *wanted = NULL;
    char *equals = strstr(line, " = ");
    if (equals != NULL && line[0] != '<') {
        *equals = '\0';
        wanted = equals + 3;
    }
    const char *rest = NULL;
    if (!d->together) { dialogue_take_marks(d); }
    d->together = line[0] == '&'; /* with what comes next, in one instant */
    const char *call = d->together ? line + 2 : line;
    if (call[0] == '+') {
        pass_time(d, call + 1);
    } else if (call[0] == '<') {
        dialogue_inject(d, call + 2);
    } else if (dialogue_begins(call, "open", &rest)) {
        call_open(d, false, rest, wanted);
    } else if (dialogue_begins(call, "send", &rest)) {
        call_send(d, rest, wanted);
    } else if (dialogue_begins(call, "recv", &rest)) {
        call_recv(d, rest, wanted);
    } else if (dialogue_begins(call, "flush", &rest)) {
        call_flush(d, wanted);
    } else if (dialogue_begins(call, "icmp", &rest)) {
        arrive_icmp(d, line + (rest - line));
    } else if (dialogue_begins(call, "set", &rest)) {
        call_set(d, rest);
    } else if (dialogue_begins(call, "abort", &rest)) {
        if (!no_conn(d, wanted)) { check(d, tcp_abort(d->conn, d->now_ns), wanted); }
    } else if (dialogue_begins(call, "status", &rest)) {
        (void)no_conn(d, wanted);
    } else if (!passive_call(d, call, wanted) && !call_hint(d, call)) {
        return false;
    }
    if (!d->together) { dialogue_pump(d); }
    return true;
}
