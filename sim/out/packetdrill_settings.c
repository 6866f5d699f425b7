/* packetdrill_settings.c - what a view shows of its host's settings, as far as a script can set
 * them: options of SYNs and ECN by sysctls, the MSS and the receive buffer by socket options. Where
 * the peer did not offer something, nothing is known and nothing is set. */
#include "packetdrill_private.h"

#include "../../tcp/wire.h"
#include "../core/units.h"
#include "../trace/option_words.h"

#include <inttypes.h>
#include <stdlib.h>

#define FIRST_STAMPS 16u
#define LARGEST_IN_SYN 65535u
#define LINUX_FIRST_WINDOW 64240u /* 44 segments of 1460; it grows as the reader reads */
#define BUFFER_LEAST 1152u        /* Linux gives no less */
#define MSS_LEAST 88u             /* likewise */
#define SECONDS_MOST 32767
#define TIMES_MOST 127
#define WORDS_A_LINE 6
#define ECN_SETUP (TCP_ECE | TCP_CWR)

static bool is_syn(const struct tcp_segment *tcp) { return (tcp->flags & TCP_SYN) != 0; }

static struct pd_offer offer_of(const struct tcp_segment *tcp)
{
    struct tcp_parsed_options options;
    wire_parse_options(tcp->options, tcp->options_len, &options);
    const bool answers = (tcp->flags & TCP_ACK) != 0;
    const unsigned ecn = tcp->flags & ECN_SETUP;
    return (struct pd_offer){.known = true,
                             .timestamps = options.has_timestamp,
                             .scaling = options.has_wscale,
                             .sack = options.has_sack_ok,
                             .ecn = answers ? ecn == TCP_ECE : ecn == ECN_SETUP,
                             .mss = options.has_mss ? options.mss : 0,
                             .shift = options.has_wscale ? options.wscale : 0};
}

/* The timestamps option's octets, or NULL. */
static const uint8_t *timestamp_of(const struct tcp_segment *tcp)
{
    uint8_t at = 0;
    uint8_t kind = 0;
    uint8_t len = 0;
    const uint8_t *option = NULL;
    while (wire_next_option(tcp->options, tcp->options_len, &at, &kind, &option, &len)) {
        if (kind == TCP_OPT_TIMESTAMP && len == 10) { return option; }
    }
    return NULL;
}

static bool note_stamp(struct pd_view *view, uint32_t stamp)
{
    if (view->stamp_count > 0 && view->stamps[view->stamp_count - 1] == stamp) { return true; }
    if (view->stamp_count == view->stamp_room) {
        const size_t room = view->stamp_room == 0 ? FIRST_STAMPS : 2 * view->stamp_room;
        uint32_t *stamps = realloc(view->stamps, room * sizeof *stamps);
        if (stamps == NULL) { return false; }
        view->stamps = stamps;
        view->stamp_room = room;
    }
    view->stamps[view->stamp_count++] = stamp;
    return true;
}

const char *pd_echo(const struct pd_view *view, struct tcp_segment *arrives)
{
    const uint8_t *option = timestamp_of(arrives);
    if (option == NULL || (arrives->flags & TCP_ACK) == 0 || view->stamp_count == 0) {
        return NULL;
    }
    const uint32_t echoed = wire_get32(option + 6);
    for (size_t i = view->stamp_count; i > 0; i--) {
        if (view->stamps[i - 1] == echoed) { return NULL; }
    }
    wire_put32(arrives->options + (option - arrives->options) + 6,
               view->stamps[view->stamp_count - 1]);
    return "echoes a timestamp that was never sent, which no script can do: the latest stands here";
}

bool pd_echoes_nothing(const struct pd_view *view, const struct tcp_segment *arrives)
{
    return view->stamp_count == 0 && (arrives->flags & TCP_ACK) != 0 &&
           timestamp_of(arrives) != NULL;
}

bool pd_note_sent(struct pd_view *view, const struct tcp_segment *tcp)
{
    const uint8_t *stamp = timestamp_of(tcp);
    if (stamp != NULL && !note_stamp(view, wire_get32(stamp + 2))) { return false; }
    if (is_syn(tcp) && !view->own.known) {
        view->own = offer_of(tcp);
        view->window_first = tcp->window;
    }
    if ((tcp->flags & TCP_RST) != 0) { return true; }
    const bool scaled = !is_syn(tcp) && view->own.scaling && view->peer.scaling;
    const uint32_t window = (uint32_t)tcp->window << (scaled ? view->own.shift : 0);
    view->window_most = window > view->window_most ? window : view->window_most;
    return true;
}

void pd_note_arrived(struct pd_view *view, const struct tcp_segment *tcp)
{
    if (is_syn(tcp) && !view->peer.known) { view->peer = offer_of(tcp); }
    view->urgent = view->urgent || (tcp->flags & TCP_URG) != 0;
}

/* ---- writing ---- */

struct knob {
    const char *name;
    bool matters; /* the host was asked, or it asked itself */
    unsigned value;
};

bool pd_put_sysctls(struct out_writer *writer, const struct pd_view *view, const char *time)
{
    const bool asked = !view->passive;
    const struct pd_offer *own = &view->own;
    const struct pd_offer *peer = &view->peer;
    const struct knob knobs[] = {
        {"tcp_timestamps", asked || peer->timestamps, own->timestamps},
        {"tcp_window_scaling", asked || peer->scaling, own->scaling},
        {"tcp_sack", asked || peer->sack, own->sack},
        {"tcp_ecn", (asked && own->ecn) || (!asked && peer->ecn), own->ecn},
    };
    bool any = false;
    if (!own->known) { return false; }
    for (size_t i = 0; i < sizeof knobs / sizeof knobs[0]; i++) {
        if (!knobs[i].matters) { continue; }
        if (!any) { out_printf(writer, "%s `sysctl -q", time); }
        out_printf(writer, " net.ipv4.%s=%u", knobs[i].name, knobs[i].value);
        any = true;
    }
    if (any) { out_text(writer, "`\n"); }
    return any;
}

/* The receive buffer, if the windows show it; 0: they do not, or it is as long as usual. One that
 * grows is not the user's. */
static uint32_t buffer_shown(const struct pd_view *view)
{
    const uint32_t first = view->window_first;
    if (first == LARGEST_IN_SYN) {
        return view->window_most > LARGEST_IN_SYN ? view->window_most : 0;
    }
    return first == view->window_most && first != LINUX_FIRST_WINDOW ? first : 0;
}

static uint32_t buffer_of(const struct pd_view *view)
{
    if (!view->options_known) { return buffer_shown(view); }
    return view->options.recv_buffer_max == 0 ? view->options.recv_buffer : 0;
}

static void put_socket_option(struct out_writer *writer, unsigned fd, const char *level,
                              const char *option, uint64_t value)
{
    out_printf(writer, "+0 setsockopt(%u, %s, %s, [%" PRIu64 "], 4) = 0\n", fd, level, option,
               value);
}

/* Whole seconds, as these socket options have them. */
static bool in_seconds(uint64_t ns)
{
    return ns >= NS_PER_S && ns % NS_PER_S == 0 && ns / NS_PER_S <= SECONDS_MOST;
}

static void put_keepalive(struct out_writer *writer, const struct tcp_options *options, unsigned fd)
{
    const uint64_t idle_ns = options->keepalive_idle_ns;
    if (!in_seconds(idle_ns) || !in_seconds(options->keepalive_interval_ns) ||
        options->keepalive_count == 0 || options->keepalive_count > TIMES_MOST) {
        return;
    }
    put_socket_option(writer, fd, "SOL_SOCKET", "SO_KEEPALIVE", 1);
    put_socket_option(writer, fd, "SOL_TCP", "TCP_KEEPIDLE", idle_ns / NS_PER_S);
    put_socket_option(writer, fd, "SOL_TCP", "TCP_KEEPINTVL",
                      options->keepalive_interval_ns / NS_PER_S);
    put_socket_option(writer, fd, "SOL_TCP", "TCP_KEEPCNT", options->keepalive_count);
}

/* What the run's host was set to and a socket can be set to. */
static void put_known(struct out_writer *writer, const struct tcp_options *options, unsigned fd)
{
    const uint64_t timeout_ms = options->user_timeout_ns / NS_PER_MS;
    if (!options->nagle) { put_socket_option(writer, fd, "SOL_TCP", "TCP_NODELAY", 1); }
    if (timeout_ms > 0 && timeout_ms <= INT32_MAX) {
        put_socket_option(writer, fd, "SOL_TCP", "TCP_USER_TIMEOUT", timeout_ms);
    }
    put_keepalive(writer, options, fd);
}

void pd_put_socket_options(struct out_writer *writer, const struct pd_view *view, unsigned fd,
                           uint32_t usual_mss)
{
    const uint32_t buffer = buffer_of(view);
    const uint16_t mss = view->own.mss;
    if (mss >= MSS_LEAST && mss < usual_mss) {
        put_socket_option(writer, fd, "SOL_TCP", "TCP_MAXSEG", mss);
    }
    if (buffer >= BUFFER_LEAST) {
        put_socket_option(writer, fd, "SOL_SOCKET", "SO_RCVBUF", buffer);
    }
    if (view->options_known) { put_known(writer, &view->options, fd); }
    if (view->urgent) { /* RFC 9293 3.8.5: the octets stay in the stream */
        put_socket_option(writer, fd, "SOL_SOCKET", "SO_OOBINLINE", 1);
        out_text(writer, "// A socket's read stops in front of the urgent octet.\n");
    }
}

/* A file has one MTU: where that of the connection is less, its MSS says so. */
void pd_put_host(struct out_writer *writer, const struct pd_view *view, uint32_t usual_mss)
{
    const bool less = view->own.mss != 0 && view->own.mss < usual_mss && view->options.mss == 0;
    if (!view->options_known) { return; }
    const unsigned profile = option_words_profile(&view->options);
    char word[OPTION_WORD_MAX];
    size_t row = 0;
    out_printf(writer, "+0 `: tcpsim profile=%s", tcp_profile_names[profile]);
    for (size_t words = 1; option_words_next(&view->options, profile, &row, word) > 0; words++) {
        if (words % WORDS_A_LINE == 0) { out_text(writer, "`\n+0 `: tcpsim"); }
        out_printf(writer, " %s", word);
    }
    if (view->raw_numbers && !view->options.has_iss) {
        out_printf(writer, " iss=%" PRIu32, view->iss);
    }
    if (less) { out_printf(writer, " mss=%u", (unsigned)view->own.mss); }
    out_text(writer, "`\n");
}
