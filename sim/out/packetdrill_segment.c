/* packetdrill_segment.c - a segment as a packetdrill script has it: FLAGS SEQ:END(LEN) [ack N]
 * [win N] [urg N] [<options>]. Numbers count from the initial ones, those of SYNs too, since the
 * script's initial numbers are 0. */
#include "packetdrill_private.h"

#include "../../tcp/wire.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_ROOM 640u /* flags, numbers and 40 octets of options */
#define USUAL_TTL 64

struct text {
    char octets[TEXT_ROOM];
    size_t len;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int len = vsnprintf(text->octets + text->len, TEXT_ROOM - text->len, format, arguments);
    va_end(arguments);
    text->len += len < 0 ? 0 : (size_t)len;
    if (text->len >= TEXT_ROOM) { text->len = TEXT_ROOM - 1; }
}

/* The letters first, the point last: that is how the script's grammar wants them. */
static void add_flags(struct text *text, uint16_t flags)
{
    static const struct {
        uint16_t bit;
        char letter;
    } letters[] = {{TCP_FIN, 'F'}, {TCP_SYN, 'S'}, {TCP_RST, 'R'}, {TCP_PSH, 'P'},
                   {TCP_URG, 'U'}, {TCP_ECE, 'E'}, {TCP_CWR, 'W'}, {TCP_ACK, '.'}};
    bool any = false;
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++) {
        if ((flags & letters[i].bit) != 0) {
            add(text, "%c", letters[i].letter);
            any = true;
        }
    }
    if (!any) { add(text, "-"); }
}

static uint32_t get32(const uint8_t *octets)
{
    return (uint32_t)octets[0] << 24 | (uint32_t)octets[1] << 16 | (uint32_t)octets[2] << 8 |
           octets[3];
}

static void add_cookie(struct text *text, const char *name, const uint8_t *octets, size_t len)
{
    add(text, len > 0 ? "%s " : "%s", name);
    for (size_t i = 0; i < len; i++) { add(text, "%02x", (unsigned)octets[i]); }
}

/* False: a script has no word for it. `sack_base`: what the edges of SACK blocks count from. */
static bool add_option(struct text *text, uint8_t kind, const uint8_t *option, uint8_t len,
                       tcp_seq sack_base)
{
    const struct wire_option_row *row = wire_option_by_kind(kind);
    if (kind == TCP_OPT_EOL || kind == TCP_OPT_NOP) {
        add(text, "%s", kind == TCP_OPT_EOL ? "eol" : "nop");
        return true;
    }
    if (row == NULL || (row->length != 0 && row->length != len)) { return false; }
    switch (kind) {
    case TCP_OPT_MSS: add(text, "mss %u", (unsigned)(option[2] << 8 | option[3])); return true;
    case TCP_OPT_WSCALE: add(text, "wscale %u", (unsigned)option[2]); return true;
    case TCP_OPT_SACK_OK: add(text, "sackOK"); return true;
    case TCP_OPT_TIMESTAMP:
        add(text, "TS val %" PRIu32 " ecr %" PRIu32, get32(option + 2), get32(option + 6));
        return true;
    case TCP_OPT_SACK:
        if (len < 10 || (len - 2) % 8 != 0) { return false; }
        add(text, "sack");
        for (unsigned at = 2; at < len; at += 8) {
            add(text, " %" PRIu32 ":%" PRIu32, get32(option + at) - sack_base,
                get32(option + at + 4) - sack_base);
        }
        return true;
    case TCP_OPT_FAST_OPEN: add_cookie(text, "FO", option + 2, len - 2u); return true;
    case TCP_OPT_EXPERIMENT:
        if (len < 4 || wire_get16(option + 2) != WIRE_FAST_OPEN_EXPERIMENT) { return false; }
        add_cookie(text, "FOEXP", option + 4, len - 4u);
        return true;
    default: return false;
    }
}

/* The list in <>, complete or not. A script wants the padding written out, and whole words of four
 * octets. */
static bool list_options(struct text *list, const struct tcp_segment *tcp, tcp_seq sack_base)
{
    uint8_t at = 0, kind, len;
    const uint8_t *option;
    unsigned octets = 0;
    bool all = true;
    while (wire_next_option(tcp->options, tcp->options_len, &at, &kind, &option, &len)) {
        const size_t before = list->len;
        if (before > 0) { add(list, ","); }
        if (add_option(list, kind, option, len, sack_base)) {
            octets += len;
        } else {
            list->len = before;
            all = false;
        }
        if (kind == TCP_OPT_EOL) {
            at = (uint8_t)(option - tcp->options + 1);
            break;
        }
    }
    for (; at < tcp->options_len && tcp->options[at] == 0; at++) {
        add(list, list->len > 0 ? ",eol" : "eol");
        octets++;
    }
    for (all = all && at == tcp->options_len; octets % 4 != 0; octets++) {
        add(list, list->len > 0 ? ",nop" : "nop");
    }
    list->octets[list->len] = '\0';
    return all;
}

static void add_options(struct text *text, const struct tcp_segment *tcp, bool arrives,
                        tcp_seq sack_base, const char **problem)
{
    struct text list = {.len = 0};
    const bool all = list_options(&list, tcp, sack_base);
    if (!all) { *problem = arrives ? "an option is left out" : "its options are not compared"; }
    if (!all && !arrives) {
        add(text, " <...>");
    } else if (list.len > 0) {
        add(text, " <%s>", list.octets);
    }
}

char *pd_segment_text(const struct pd_view *view, const struct trace_segment *segment, bool arrives,
                      const char **problem)
{
    const struct tcp_segment *tcp = segment->segment;
    const tcp_seq iss = view->iss_known ? view->iss : 0;
    const tcp_seq irs = view->irs_known ? view->irs : 0;
    const uint32_t seq = tcp->seq - (arrives ? irs : iss);
    const uint32_t len = tcp_payload_len(&tcp->payload);
    struct text text = {.len = 0};
    *problem = NULL;
    if ((uint64_t)seq + len > UINT32_MAX) {
        *problem = "its numbers pass 2^32, which a script cannot say";
        return NULL;
    }
    if (arrives && tcp->tos != 0) {
        add(&text, "[tos 0x%02x] ", (unsigned)tcp->tos);
    } else if (arrives && tcp->ttl != 0 && tcp->ttl != USUAL_TTL) {
        add(&text, "[ttl %u] ", (unsigned)tcp->ttl);
    }
    add_flags(&text, tcp->flags);
    add(&text, " %" PRIu32 ":%" PRIu32 "(%" PRIu32 ")", seq, seq + len, len);
    if ((tcp->flags & TCP_ACK) != 0) {
        add(&text, " ack %" PRIu32, tcp->ack - (arrives ? iss : irs));
    }
    add(&text, " win %u", (unsigned)tcp->window);
    if ((tcp->flags & TCP_URG) != 0) { add(&text, " urg %u", (unsigned)tcp->urgent); }
    add_options(&text, tcp, arrives, arrives ? iss : irs, problem);
    return strdup(text.octets);
}

/* ---- ICMP ---- */

static const char *icmp_words(enum tcp_icmp_kind kind, bool ipv6)
{
    static const struct {
        enum tcp_icmp_kind kind;
        const char *ipv4, *ipv6;
    } rows[] = {
        {TCP_ICMP_NETWORK_UNREACHABLE, "unreachable net_unreachable",
         "unreachable net_unreachable"},
        {TCP_ICMP_HOST_UNREACHABLE, "unreachable host_unreachable",
         "unreachable address_unreachable"},
        {TCP_ICMP_PROTOCOL_UNREACHABLE, "unreachable protocol_unreachable", NULL},
        {TCP_ICMP_PORT_UNREACHABLE, "unreachable port_unreachable", "unreachable port_unreachable"},
        {TCP_ICMP_FRAGMENTATION_NEEDED, "unreachable frag_needed", "packet_too_big"},
        {TCP_ICMP_SOURCE_ROUTE_FAILED, "unreachable source_route_failed", NULL},
        {TCP_ICMP_ADMINISTRATIVELY_PROHIBITED, "unreachable packet_filtered",
         "unreachable admin_prohibited"},
        {TCP_ICMP_SOURCE_QUENCH, "source_quench", NULL},
        {TCP_ICMP_TTL_EXCEEDED, "time_exceeded", "time_exceeded exceeded_hop_limit"},
        {TCP_ICMP_REASSEMBLY_TIME_EXCEEDED, "time_exceeded code_1",
         "time_exceeded exceeded_frag_time"},
        {TCP_ICMP_PARAMETER_PROBLEM, "parameter_problem", "parameter_problem header_field"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].kind == kind) { return ipv6 ? rows[i].ipv6 : rows[i].ipv4; }
    }
    return NULL;
}

char *pd_icmp_text(const struct pd_view *view, const struct trace_icmp *icmp)
{
    const struct tcp_segment *quoted = icmp->segment;
    const char *words = icmp_words(icmp->error->kind, view->local.address.family == 6);
    const uint32_t len = tcp_payload_len(&quoted->payload);
    const uint32_t seq = quoted->seq - (view->iss_known ? view->iss : 0);
    struct text text = {.len = 0};
    if (words == NULL || (uint64_t)seq + len > UINT32_MAX) { return NULL; }
    add(&text, "icmp %s", words);
    if (icmp->error->mtu != 0) { add(&text, " mtu %" PRIu32, icmp->error->mtu); }
    add(&text, " [%" PRIu32 ":%" PRIu32 "(%" PRIu32 ")]", seq, seq + len, len);
    return strdup(text.octets);
}
