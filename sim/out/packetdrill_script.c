/* packetdrill_script.c - a view as a packetdrill script: what arrives is injected, what leaves is
 * expected, and the application's calls are system calls. */
#include "packetdrill_private.h"

#include "../../tcp/wire.h"
#include "../core/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct script {
    struct out_writer *writer;
    const struct pd_view *view;
    unsigned listener, fd; /* script descriptors; the listener's only of a passive view */
    bool accepted;         /* the connection has a descriptor */
    uint64_t now_us;       /* of the last line */
};

/* "+.010", "+1.500", "+0": since the line before, to the microsecond that scripts know. */
static void put_time(struct script *script, uint64_t time_ns)
{
    const uint64_t time_us = time_ns / NS_PER_US;
    const uint64_t delta_us = time_us > script->now_us ? time_us - script->now_us : 0;
    const uint64_t whole = delta_us / 1000000;
    script->now_us += delta_us;
    out_char(script->writer, '+');
    if (delta_us == 0 || whole > 0) { out_printf(script->writer, "%" PRIu64, whole); }
    if (delta_us % 1000 != 0) {
        out_printf(script->writer, ".%06" PRIu64, delta_us % 1000000);
    } else if (delta_us != 0) {
        out_printf(script->writer, ".%03" PRIu64, delta_us % 1000000 / 1000);
    }
    out_char(script->writer, ' ');
}

static void put_endpoint(struct out_writer *writer, const struct tcp_endpoint *endpoint)
{
    char address[64];
    (void)wire_format_address(&endpoint->address, address, sizeof address);
    const bool is_ipv6 = endpoint->address.family == 6;
    out_printf(writer, is_ipv6 ? "[%s]:%u" : "%s:%u", address, (unsigned)endpoint->port);
}

/* Text of others' making stays on its line. */
static void put_words(struct out_writer *writer, const char *text)
{
    for (; *text != '\0'; text++) { out_char(writer, (unsigned char)*text < ' ' ? '?' : *text); }
}

/* Whether urgent text arrives: applications here read it in band. */
static bool hears_urgent(const struct pd_view *view)
{
    for (size_t i = 0; i < view->count; i++) {
        const struct pd_event *event = &view->events[i];
        const char *text = event->what == PD_ARRIVES ? event->text : NULL;
        if (text != NULL && memchr(text, 'U', strcspn(text, " ")) != NULL) { return true; }
    }
    return false;
}

static void put_opening(struct script *script, uint32_t usual_mss, bool first)
{
    const struct pd_view *view = script->view;
    struct out_writer *writer = script->writer;
    out_text(writer, "\n// ");
    put_words(writer, view->host);
    out_text(writer, ", ");
    put_endpoint(writer, &view->local);
    out_char(writer, '-');
    put_endpoint(writer, &view->remote);
    out_text(writer, view->passive ? ": it listens\n" : ": it connects\n");
    const bool set = pd_put_sysctls(writer, view, first ? "0" : "+0");
    out_printf(writer, "%s socket(..., SOCK_STREAM, IPPROTO_TCP) = %u\n",
               first && !set ? "0" : "+0", script->listener);
    pd_put_socket_options(writer, view, script->listener, usual_mss);
    if (hears_urgent(view)) {
        out_printf(writer, "+0 setsockopt(%u, SOL_SOCKET, SO_OOBINLINE, [1], 4) = 0\n",
                   script->listener);
        out_text(writer, "// A socket's read stops in front of the urgent octet.\n");
    }
    if (view->passive) {
        out_printf(writer, "+0 setsockopt(%u, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0\n",
                   script->listener);
        out_printf(writer, "+0 bind(%u, ..., ...) = 0\n", script->listener);
        out_printf(writer, "+0 listen(%u, 1) = 0\n", script->listener);
    } else {
        out_printf(writer, "+0 fcntl(%u, F_SETFL, O_RDWR|O_NONBLOCK) = 0\n", script->listener);
    }
}

/* The application shut one direction only when it went on using the connection. */
static bool is_used_later(const struct pd_view *view, size_t close)
{
    for (size_t i = close + 1; i < view->count; i++) {
        const enum pd_what what = view->events[i].what;
        if (what == PD_WRITE || what == PD_READ || what == PD_CLOSE || what == PD_ABORT) {
            return true;
        }
    }
    return false;
}

/* Text that comes to a socket that was closed is answered by a reset; if none was, the connection
 * had only been shut. */
static bool is_answered_later(const struct pd_view *view, size_t close)
{
    bool text = false;
    bool reset = false;
    bool ended = false; /* what comes behind the peer's FIN is no text for anybody */
    for (size_t i = close + 1; i < view->count; i++) {
        const struct pd_event *event = &view->events[i];
        const bool arrives = event->what == PD_ARRIVES;
        text = text || (arrives && event->len > 0 && !ended);
        ended = ended || (arrives && (event->flags & TCP_FIN) != 0);
        reset = reset || (event->what == PD_SENDS && (event->flags & TCP_RST) != 0);
    }
    return text && !reset;
}

static void put_call(struct script *script, const char *name, const struct pd_event *event)
{
    const uint64_t len = event->len > 0 ? event->len : 1;
    out_printf(script->writer, "%s(%u, ..., %" PRIu64 ") = ", name, script->fd, len);
    if (event->failure != NULL) {
        out_printf(script->writer, "-1 %s\n", event->failure);
    } else {
        out_printf(script->writer, "%" PRIu64 "\n", event->len);
    }
}

static void put_close(struct script *script, size_t at)
{
    if (is_used_later(script->view, at) || is_answered_later(script->view, at)) {
        out_printf(script->writer, "shutdown(%u, SHUT_WR) = 0\n", script->fd);
    } else {
        out_printf(script->writer, "close(%u) = 0\n", script->fd);
    }
}

/* A call on a connection that has not been accepted has no descriptor to be made on. */
static bool is_call_too_early(const struct script *script, enum pd_what what)
{
    const bool is_call =
        what == PD_WRITE || what == PD_READ || what == PD_CLOSE || what == PD_ABORT;
    return is_call && script->view->passive && !script->accepted;
}

static void put_event(struct script *script, size_t at)
{
    const struct pd_event *event = &script->view->events[at];
    struct out_writer *writer = script->writer;
    if (event->what == PD_REMARK) {
        out_text(writer, "// ");
        put_words(writer, event->text);
        out_char(writer, '\n');
        return;
    }
    if (is_call_too_early(script, event->what)) {
        out_text(writer, "// a call before accept: a script has no descriptor for it\n");
        return;
    }
    put_time(script, event->time_ns);
    switch (event->what) {
    case PD_ARRIVES: out_printf(writer, "< %s\n", event->text); break;
    case PD_SENDS: out_printf(writer, "> %s\n", event->text); break;
    case PD_CONNECT:
        out_printf(writer, "connect(%u, ..., ...) = -1 EINPROGRESS (Operation now in progress)\n",
                   script->fd);
        break;
    case PD_ACCEPT:
        out_printf(writer, "accept(%u, ..., ...) = %u\n", script->listener, script->fd);
        script->accepted = true;
        break;
    case PD_WRITE: put_call(script, "write", event); break;
    case PD_READ: put_call(script, "read", event); break;
    case PD_CLOSE: put_close(script, at); break;
    case PD_ABORT:
        out_printf(writer, "setsockopt(%u, SOL_SOCKET, SO_LINGER, {onoff=1, linger=0}, 8) = 0\n",
                   script->fd);
        out_printf(writer, "+0 close(%u) = 0\n", script->fd);
        break;
    case PD_REMARK: break;
    }
}

void pd_script(struct out_writer *writer, const struct pd_view *view, uint64_t begin_ns,
               uint32_t usual_mss, unsigned *fd, bool first, bool last)
{
    struct script script = {
        .writer = writer, .view = view, .listener = *fd, .now_us = begin_ns / NS_PER_US};
    script.fd = view->passive ? script.listener + 1 : script.listener;
    *fd = script.fd + 1;
    put_opening(&script, usual_mss, first);
    for (size_t i = 0; i < view->count; i++) { put_event(&script, i); }
    if (view->passive && !last) {
        out_printf(writer, "+0 close(%u) = 0 // the next one listens too\n", script.listener);
    }
}
