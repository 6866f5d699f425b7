/* packet_text.c - a packet as packetdrill writes it: "S. 0:0(0) ack 1 win 65535 <mss 1460>". */
#include "run.h"

#include "../../tcp/wire.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FAST_OPEN_EXPERIMENT 254

struct line {
    char *text;
    size_t room, len;
};

static void put(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(struct line *line, const char *format, ...)
{
    va_list arguments;
    if (line->len + 1 >= line->room) { return; }
    va_start(arguments, format);
    const int len = vsnprintf(line->text + line->len, line->room - line->len, format, arguments);
    va_end(arguments);
    line->len += len < 0 ? 0 : (size_t)len;
    if (line->len >= line->room) { line->len = line->room - 1; }
}

static void put_octets(struct line *line, const uint8_t *octets, size_t len)
{
    for (size_t i = 0; i < len; i++) { put(line, "%s%02x", i == 0 ? " " : "", octets[i]); }
}

static void put_option(struct line *line, uint8_t kind, const uint8_t *option, uint8_t len)
{
    switch (kind) {
    case TCP_OPT_EOL: put(line, "eol"); return;
    case TCP_OPT_NOP: put(line, "nop"); return;
    case TCP_OPT_MSS:
        if (len == 4) { put(line, "mss %u", (unsigned)wire_get16(option + 2)); }
        return;
    case TCP_OPT_WSCALE:
        if (len == 3) { put(line, "wscale %u", (unsigned)option[2]); }
        return;
    case TCP_OPT_SACK_OK: put(line, "sackOK"); return;
    case TCP_OPT_SACK:
        put(line, "sack");
        for (unsigned at = 2; at + 8 <= len; at += 8) {
            put(line, " %u:%u", wire_get32(option + at), wire_get32(option + at + 4));
        }
        return;
    case TCP_OPT_TIMESTAMP:
        if (len == 10) {
            put(line, "TS val %u ecr %u", wire_get32(option + 2), wire_get32(option + 6));
        }
        return;
    case TCP_OPT_FAST_OPEN:
        put(line, "FO");
        put_octets(line, option + 2, len - 2u);
        return;
    case FAST_OPEN_EXPERIMENT:
        put(line, "FOEXP");
        if (len > 4) { put_octets(line, option + 4, len - 4u); }
        return;
    default:
        put(line, "option %u", (unsigned)kind);
        if (len > 2) { put_octets(line, option + 2, len - 2u); }
        return;
    }
}

static void put_options(struct line *line, const struct compared *packet)
{
    uint8_t at = 0;
    uint8_t kind = 0;
    uint8_t len = 0;
    const uint8_t *option = NULL;
    bool first = true;
    if (packet->options_len == 0) { return; }
    put(line, "<");
    while (wire_next_option(packet->options, packet->options_len, &at, &kind, &option, &len)) {
        put(line, "%s", first ? "" : ",");
        put_option(line, kind, option, len);
        first = false;
        if (kind == TCP_OPT_EOL) {
            /* What follows an end is padding, which scripts write as more of them. */
            for (; at < packet->options_len && packet->options[at] == TCP_OPT_EOL; at++) {
                put(line, ",eol");
            }
            break;
        }
    }
    put(line, ">");
}

size_t packet_text(const struct compared *packet, char *text, size_t room)
{
    static const struct {
        uint16_t flag;
        char letter;
    } flags[] = {{TCP_FIN, 'F'}, {TCP_SYN, 'S'}, {TCP_RST, 'R'}, {TCP_PSH, 'P'},
                 {TCP_ACK, '.'}, {TCP_URG, 'U'}, {TCP_ECE, 'E'}, {TCP_CWR, 'W'}};
    struct line line = {.text = text, .room = room};
    text[0] = '\0';
    if (packet->flags == 0) { put(&line, "-"); }
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if ((packet->flags & flags[i].flag) != 0) { put(&line, "%c", flags[i].letter); }
    }
    if (packet->script != NULL && packet->script->seq_any) {
        put(&line, " ...(%u) ", packet->len);
    } else {
        put(&line, " %u:%u(%u) ", packet->seq, packet->seq + packet->len, packet->len);
    }
    if ((packet->flags & TCP_ACK) != 0) { put(&line, "ack %u ", packet->ack); }
    if (packet->has_window) { put(&line, "win %u ", (unsigned)packet->window); }
    if ((packet->flags & TCP_URG) != 0) { put(&line, "urg %u ", (unsigned)packet->urgent); }
    if (packet->script != NULL && packet->script->options_any) {
        put(&line, "<...>");
    } else {
        put_options(&line, packet);
    }
    while (line.len > 0 && text[line.len - 1] == ' ') { text[--line.len] = '\0'; }
    return line.len;
}
