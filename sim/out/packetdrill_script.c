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
    unsigned listener, fd;      /* script descriptors; the listener's only of a passive view */
    uint64_t now_us;            /* of the last line */
    uint64_t octets_read, mark; /* see pd_event */
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

void pd_put_ends(struct out_writer *writer, const struct pd_view *view)
{
    put_words(writer, view->host);
    out_text(writer, ", ");
    put_endpoint(writer, &view->local);
    out_char(writer, '-');
    put_endpoint(writer, &view->remote);
}

/* A buffer that grows by measured times follows them to the nanosecond, which no script knows. */
static bool compares_windows(const struct pd_view *view)
{
    return !view->options_known || view->options.recv_buffer_max == 0 || !view->between_us;
}

static void put_opening(struct script *script, uint32_t usual_mss, bool first)
{
    const struct pd_view *view = script->view;
    struct out_writer *writer = script->writer;
    out_text(writer, "\n// ");
    pd_put_ends(writer, view);
    out_text(writer, view->passive ? ": it listens\n" : ": it connects\n");
    if (!compares_windows(view)) {
        out_text(writer,
                 "// Its receive buffer grows by measured times: windows are not compared.\n");
    }
    const bool set = pd_put_sysctls(writer, view, first ? "0" : "+0");
    const bool opens_fast = pd_opens_fast(view);
    if (opens_fast) { pd_put_fast_open_sysctls(writer, view, first && !set ? "0" : "+0"); }
    out_printf(writer, "%s socket(..., SOCK_STREAM, IPPROTO_TCP) = %u\n",
               first && !set && !opens_fast ? "0" : "+0", script->listener);
    pd_put_socket_options(writer, view, script->listener, usual_mss);
    pd_put_host(writer, view, usual_mss);
    if (view->passive) {
        out_printf(writer, "+0 setsockopt(%u, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0\n",
                   script->listener);
        out_printf(writer, "+0 bind(%u, ..., ...) = 0\n", script->listener);
        if (opens_fast) { pd_put_fast_open_queue(writer, view, script->listener); }
        out_printf(writer, "+0 listen(%u, 1) = 0\n", script->listener);
    } else {
        out_printf(writer, "+0 fcntl(%u, F_SETFL, O_RDWR|O_NONBLOCK) = 0\n", script->listener);
    }
}

static void put_call(struct script *script, const char *name, const struct pd_event *event)
{
    /* A socket that was accepted waits until all is taken. */
    const bool part = event->asked > event->len && !script->view->passive;
    const uint64_t len = part ? event->asked : event->len > 0 ? event->len : 1;
    out_printf(script->writer, "%s(%u, ..., %" PRIu64 "%s) = ", name, script->fd, len,
               event->urgent ? ", MSG_OOB" : "");
    if (event->failure != NULL) {
        out_printf(script->writer, "-1 %s\n", event->failure);
    } else {
        out_printf(script->writer, "%" PRIu64 "\n", event->len);
    }
}

/* A socket's read stops in front of the urgent octet: one of the run is two then. */
static void put_read(struct script *script, const struct pd_event *event)
{
    const uint64_t before =
        script->mark > script->octets_read + 1 ? script->mark - script->octets_read - 1 : 0;
    struct pd_event part = *event;
    script->octets_read += event->len;
    if (before > 0 && event->len > before) {
        part.len = before;
        put_call(script, "read", &part);
        out_text(script->writer, "+0 ");
        part.len = event->len - before;
    }
    put_call(script, "read", &part);
}

static void put_close(struct script *script, size_t at)
{
    if (!script->view->events[at].lets_go) {
        out_printf(script->writer, "shutdown(%u, SHUT_WR) = 0\n", script->fd);
    } else {
        out_printf(script->writer, "close(%u) = 0\n", script->fd);
    }
}

static void put_sent(struct script *script, const struct pd_event *event)
{
    static const char window[] = " win ";
    struct out_writer *writer = script->writer;
    const char *at = strstr(event->text, window);
    const bool whole = at == NULL || (event->flags & TCP_SYN) != 0;
    out_text(writer, "> ");
    if (whole || compares_windows(script->view)) {
        out_text(writer, event->text);
    } else {
        const size_t behind = strlen(window) + strspn(at + strlen(window), "0123456789");
        out_bytes(writer, event->text, (size_t)(at - event->text));
        out_text(writer, at + behind);
    }
    out_char(writer, '\n');
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
    put_time(script, event->time_ns);
    if (event->mark > script->mark) { script->mark = event->mark; }
    switch (event->what) {
    case PD_ICMP:
    case PD_ARRIVES: out_printf(writer, "< %s\n", event->text); break;
    case PD_SENDS: put_sent(script, event); break;
    case PD_CONNECT:
        out_printf(writer, "connect(%u, ..., ...) = -1 EINPROGRESS (Operation now in progress)\n",
                   script->fd);
        break;
    case PD_ACCEPT:
        out_printf(writer, "accept(%u, ..., ...) = %u\n", script->listener, script->fd);
        break;
    case PD_WRITE: put_call(script, event->urgent ? "send" : "write", event); break;
    case PD_READ: put_read(script, event); break;
    case PD_CLOSE: put_close(script, at); break;
    case PD_ABORT:
        out_printf(writer, "setsockopt(%u, SOL_SOCKET, SO_LINGER, {onoff=1, linger=0}, 8) = 0\n",
                   script->fd);
        out_printf(writer, "+0 close(%u) = 0\n", script->fd);
        break;
    case PD_CLOSE_LISTENER: out_printf(writer, "close(%u) = 0\n", script->listener); break;
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
    if (view->passive && !last && !view->listener_closed) {
        out_printf(writer, "+0 close(%u) = 0 // the next one listens too\n", script.listener);
    }
}
