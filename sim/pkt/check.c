/* check.c - an outbound segment against what the script expects, field by field in packetdrill's
 * order and with its words. */
#include "run.h"

#include "../../tcp/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ECN_MASK 3u
#define PROTOCOL_TCP 6u

struct field {
    const char *name;
    uint32_t expected, actual;
};

static bool same(const struct field *field, char *text, size_t room)
{
    if (field->expected == field->actual) { return true; }
    (void)snprintf(text, room, "live packet field %s: expected: %u (0x%x) vs actual: %u (0x%x)",
                   field->name, field->expected, field->expected, field->actual, field->actual);
    return false;
}

static bool all_same(const struct field *fields, size_t count, char *text, size_t room)
{
    for (size_t i = 0; i < count; i++) {
        if (!same(&fields[i], text, room)) { return false; }
    }
    return true;
}

static uint32_t total_len(const struct compared *packet, uint8_t options_len)
{
    return (packet->ipv6 ? 0u : WIRE_IPV4_HEADER_BYTES) + WIRE_TCP_HEADER_BYTES + options_len +
           packet->len;
}

static bool check_ip(const struct compared *script, const struct compared *actual,
                     uint8_t options_len, bool whole, char *text, size_t room)
{
    const uint32_t version[] = {script->ipv6 ? 6 : 4, actual->ipv6 ? 6 : 4};
    const struct field ipv4[] = {
        {"ipv4_version", version[0], version[1]},
        {"ipv4_total_length", total_len(script, options_len),
         total_len(actual, actual->options_len)},
    };
    const struct field ipv6[] = {
        {"ipv6_version", version[0], version[1]},
        {"ipv6_payload_len", total_len(script, options_len),
         total_len(actual, actual->options_len)},
    };
    return all_same(script->ipv6 ? ipv6 : ipv4, whole ? 2 : 1, text, room);
}

static bool check_tos(const struct compared *script, const struct compared *actual, char *text,
                      size_t room)
{
    const uint32_t ecn = actual->tos & ECN_MASK;
    switch (script->script->tos_check) {
    case TOS_ANY: return true;
    case TOS_ECN: return same(&(struct field){"ip_ecn", script->tos, ecn}, text, room);
    case TOS_ECT01:
        if (ecn == 1 || ecn == 2) { return true; }
        (void)snprintf(text, room, "live packet field ip_ecn: expected: 0x1 or 0x2 vs actual: 0x%x",
                       ecn);
        return false;
    case TOS_WHOLE: return same(&(struct field){"tos", script->tos, actual->tos}, text, room);
    }
    return true;
}

static uint32_t flag(const struct compared *packet, uint16_t which)
{
    return (packet->flags & which) != 0;
}

/* `whole`: against a script; else whether fragments go together. */
static bool check_tcp(const struct compared *script, const struct compared *actual,
                      uint8_t options_len, bool whole, char *text, size_t room)
{
#define FLAG(name, which)                              \
    {                                                  \
        name, flag(script, which), flag(actual, which) \
    }
    const struct field head[] = {
        {"tcp_data_offset", (WIRE_TCP_HEADER_BYTES + options_len) / 4u,
         (WIRE_TCP_HEADER_BYTES + actual->options_len) / 4u},
    };
    const struct field all_flags[] = {
        FLAG("tcp_fin", TCP_FIN), FLAG("tcp_syn", TCP_SYN), FLAG("tcp_rst", TCP_RST),
        FLAG("tcp_psh", TCP_PSH), FLAG("tcp_ack", TCP_ACK), FLAG("tcp_urg", TCP_URG),
        FLAG("tcp_ece", TCP_ECE), FLAG("tcp_cwr", TCP_CWR),
    };
    const struct field fragment_flags[] = {
        FLAG("tcp_syn", TCP_SYN), FLAG("tcp_rst", TCP_RST), FLAG("tcp_ack", TCP_ACK),
        FLAG("tcp_urg", TCP_URG), FLAG("tcp_ece", TCP_ECE),
    };
#undef FLAG
    const bool any_seq = script->script != NULL && script->script->seq_any;
    const tcp_seq seq = whole ? script->seq : script->seq + script->len;
    const struct field tail[] = {
        {"tcp_seq", any_seq ? actual->seq : seq, actual->seq},
        {"tcp_ack_seq", script->ack, actual->ack},
        {"tcp_window", script->has_window ? script->window : actual->window, actual->window},
        {"tcp_urg_ptr", script->urgent, actual->urgent},
    };
    if (!all_same(head, 1, text, room)) { return false; }
    const bool flags_same =
        whole ? all_same(all_flags, sizeof all_flags / sizeof all_flags[0], text, room)
              : all_same(fragment_flags, sizeof fragment_flags / sizeof fragment_flags[0], text,
                         room);
    return flags_same && all_same(tail, sizeof tail / sizeof tail[0], text, room);
}

bool check_headers(const struct compared *script, const struct compared *actual, char *text,
                   size_t room)
{
    const uint8_t options_len =
        script->script->options_any ? actual->options_len : script->options_len;
    if (!check_ip(script, actual, options_len, true, text, room) ||
        !check_tos(script, actual, text, room)) {
        return false;
    }
    if (script->ttl != 0 && !same(&(struct field){"ttl", script->ttl, actual->ttl}, text, room)) {
        return false;
    }
    return check_tcp(script, actual, options_len, true, text, room);
}

bool check_fragment(const struct compared *previous, const struct compared *next, char *text,
                    size_t room)
{
    return check_ip(previous, next, previous->options_len, false, text, room) &&
           check_tcp(previous, next, previous->options_len, false, text, room);
}

/* ---- options ---- */

static void option_text(const uint8_t *option, uint8_t len, char *text, size_t room)
{
    struct compared one = {.options_len = len};
    memcpy(one.options, option, len);
    char whole[256];
    (void)packet_text(&one, whole, sizeof whole);
    const char *at = strchr(whole, '<');
    (void)snprintf(text, room, "%.*s", at != NULL ? (int)strcspn(at + 1, ">") : 0,
                   at != NULL ? at + 1 : "");
}

/* Compared only when the script says how long a tick is. */
static bool timestamps_hold(const struct pkt *pkt, const uint8_t *script, const uint8_t *actual,
                            char *text, size_t room)
{
    const int64_t relative = pkt->time_us * pkt->settings.tolerance_tenths / 1000;
    const int64_t fixed = pkt->settings.tolerance_us;
    const int64_t tolerance = relative > fixed ? relative : fixed;
    const int32_t differ = (int32_t)(wire_get32(actual + 2) - wire_get32(script + 2));
    if (llabs(differ) * (int64_t)pkt->settings.ts_tick_us <= tolerance) { return true; }
    (void)snprintf(text, room, "bad outbound TCP timestamp value, tolerance %lld",
                   (long long)tolerance);
    return false;
}

static bool option_holds(const struct pkt *pkt, const uint8_t *script, uint8_t script_len,
                         const uint8_t *actual, uint8_t actual_len, char *text, size_t room)
{
    if (script[0] <= TCP_OPT_NOP) { return true; }
    if (script[0] == TCP_OPT_TIMESTAMP && script_len == 10 && actual_len == 10) {
        return timestamps_hold(pkt, script, actual, text, room);
    }
    const bool long_enough = script_len == actual_len;
    if (long_enough && memcmp(script, actual, script_len) == 0) { return true; }
    char expected[256];
    char got[256];
    option_text(script, script_len, expected, sizeof expected);
    option_text(actual, actual_len, got, sizeof got);
    (void)snprintf(text, room, "%s in outbound TCP option (kind=%u): expected: %s actual: %s",
                   long_enough ? "bad value" : "bad length", (unsigned)script[0], expected, got);
    return false;
}

bool check_options(const struct pkt *pkt, const struct compared *script,
                   const struct compared *actual, char *text, size_t room)
{
    uint8_t at[2] = {0, 0};
    uint8_t kind[2] = {0, 0};
    uint8_t len[2] = {0, 0};
    const uint8_t *option[2] = {NULL, NULL};
    if (script->script->options_any) { return true; }
    for (;;) {
        const bool one = wire_next_option(script->options, script->options_len, &at[0], &kind[0],
                                          &option[0], &len[0]);
        const bool other = wire_next_option(actual->options, actual->options_len, &at[1], &kind[1],
                                            &option[1], &len[1]);
        if (!one && !other) { return true; }
        if (one != other || kind[0] != kind[1]) {
            (void)snprintf(text, room, "bad outbound TCP options");
            return false;
        }
        if (!option_holds(pkt, option[0], len[0], option[1], len[1], text, room)) { return false; }
    }
}
