/* packetdrill_fast_open.c - Fast Open in scripts (RFC 7413): a host makes its cookies with a secret
 * of its own, and of addresses that no script has. So a script sets the key that the original's
 * scripts set, and the cookie that Linux makes with it of a script's addresses stands for each one
 * that the host gave that client. Other cookies are as wrong as they were. */
#include "packetdrill_private.h"

#include "../../tcp/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define COOKIE_BYTES 8
#define KEY "a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4"
#define CLIENT_BIT 0x1u /* of net.ipv4.tcp_fastopen */
#define SERVER_BIT 0x2u
#define NO_COOKIE_BIT 0x200u

struct pd_cookie {
    struct pd_cookie *next;
    uint32_t host_index;
    struct tcp_address client;
    uint8_t octets[COOKIE_BYTES]; /* the last that it was given */
};

/* The cookie's octets among the options, or NULL: there is none, or it is of no length of Linux's.
 */
static uint8_t *cookie_of(struct tcp_segment *tcp)
{
    uint8_t at = 0;
    uint8_t kind = 0;
    uint8_t len = 0;
    const uint8_t *option = NULL;
    while (wire_next_option(tcp->options, tcp->options_len, &at, &kind, &option, &len)) {
        const bool experiment = kind == TCP_OPT_EXPERIMENT && len >= 4 &&
                                wire_get16(option + 2) == WIRE_FAST_OPEN_EXPERIMENT;
        const uint8_t head = experiment ? 4 : 2;
        if ((experiment || kind == TCP_OPT_FAST_OPEN) && len == head + COOKIE_BYTES) {
            return tcp->options + (option - tcp->options) + head;
        }
    }
    return NULL;
}

static struct pd_cookie *given(const struct packetdrill *drill, const struct pd_view *view)
{
    struct pd_cookie *cookie = drill->cookies;
    while (cookie != NULL && (cookie->host_index != view->host_index ||
                              !tcp_address_equal(&cookie->client, &view->remote.address))) {
        cookie = cookie->next;
    }
    return cookie;
}

static void stand_in(const struct pd_view *view, uint8_t cookie[COOKIE_BYTES])
{
    static const uint8_t ipv4[] = {0x30, 0x21, 0xb9, 0xd8, 0x89, 0x01, 0x7e, 0xeb};
    static const uint8_t ipv6[] = {0xc1, 0xd1, 0xe9, 0x74, 0x2a, 0x47, 0xa9, 0xbc};
    memcpy(cookie, view->local.address.family == 6 ? ipv6 : ipv4, COOKIE_BYTES);
}

void pd_cookie_arrives(const struct packetdrill *drill, struct pd_view *view,
                       struct tcp_segment *tcp)
{
    uint8_t *cookie = (tcp->flags & TCP_SYN) != 0 ? cookie_of(tcp) : NULL;
    const struct pd_cookie *known = given(drill, view);
    if (cookie == NULL || known == NULL || memcmp(cookie, known->octets, COOKIE_BYTES) != 0) {
        return;
    }
    view->cookie_shown = true;
    view->cookie_text = view->cookie_text || tcp_payload_len(&tcp->payload) > 0;
    stand_in(view, cookie);
}

bool pd_cookie_leaves(struct packetdrill *drill, struct pd_view *view, struct tcp_segment *tcp)
{
    const bool answers = (tcp->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK);
    uint8_t *cookie = answers ? cookie_of(tcp) : NULL;
    struct pd_cookie *known = given(drill, view);
    if (answers && view->cookie_text && tcp->ack == view->irs + 1) {
        pd_refuse(view, "other connections are as many as may wait by Fast Open");
    }
    if (cookie == NULL) { return true; }
    if (known == NULL) {
        known = calloc(1, sizeof *known);
        if (known == NULL) { return false; }
        known->host_index = view->host_index;
        known->client = view->remote.address;
        known->next = drill->cookies;
        drill->cookies = known;
    } else if (view->cookie_shown && memcmp(cookie, known->octets, COOKIE_BYTES) != 0) {
        pd_refuse(view, "its client's cookie has expired, and a kernel's do not");
    }
    memcpy(known->octets, cookie, COOKIE_BYTES);
    stand_in(view, cookie);
    return true;
}

void pd_free_cookies(struct packetdrill *drill)
{
    for (struct pd_cookie *cookie = drill->cookies, *next; cookie != NULL; cookie = next) {
        next = cookie->next;
        free(cookie);
    }
}

/* ---- writing ---- */

bool pd_opens_fast(const struct pd_view *view)
{
    return view->options_known && view->options.fast_open != TCP_FAST_OPEN_OFF;
}

void pd_put_fast_open_sysctls(struct out_writer *writer, const struct pd_view *view,
                              const char *time)
{
    const struct tcp_options *options = &view->options;
    const bool server = (options->fast_open & TCP_FAST_OPEN_SERVER) != 0;
    const unsigned bits = ((options->fast_open & TCP_FAST_OPEN_CLIENT) != 0 ? CLIENT_BIT : 0) |
                          (server ? SERVER_BIT : 0) |
                          (server && !options->fast_open_cookies ? NO_COOKIE_BIT : 0);
    out_printf(writer, "%s `sysctl -q net.ipv4.tcp_fastopen=0x%x net.ipv4.tcp_fastopen_key=%s`\n",
               time, bits, KEY);
}

void pd_put_fast_open_queue(struct out_writer *writer, const struct pd_view *view, unsigned fd)
{
    const uint32_t pending = view->options.fast_open_pending;
    if ((view->options.fast_open & TCP_FAST_OPEN_SERVER) != 0 && pending > 0) {
        out_printf(writer, "+0 setsockopt(%u, SOL_TCP, TCP_FASTOPEN, [%u], 4) = 0\n", fd,
                   (unsigned)pending);
    }
}
