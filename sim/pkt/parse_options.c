/* parse_options.c - TCP options in angle brackets, as the octets that they stand for. */
#include "script.h"

#include "../../tcp/wire.h"

#include <stdio.h>
#include <string.h>

#define FAST_OPEN_EXPERIMENT 254 /* RFC 6994 */
#define FAST_OPEN_MAGIC 0xf989u
#define SACK_BLOCKS_MAX 4
#define COOKIE_MAX 38

static bool put(struct source *source, struct script_packet *packet, const uint8_t *octets,
                size_t len)
{
    if (packet->options_len + len > TCP_OPTIONS_MAX_BYTES) {
        source_fail(source, peek(source),
                    "expected at most %d octets of TCP options: TCP option "
                    "list too long",
                    TCP_OPTIONS_MAX_BYTES);
        return false;
    }
    memcpy(packet->options + packet->options_len, octets, len);
    packet->options_len = (uint8_t)(packet->options_len + len);
    return true;
}

static bool put_sack(struct source *source, struct script_packet *packet)
{
    uint8_t octets[2 + 8 * SACK_BLOCKS_MAX] = {TCP_OPT_SACK, 2};
    do {
        uint64_t left = 0;
        uint64_t right = 0;
        if (octets[1] == sizeof octets) {
            source_fail(source, peek(source), "expected at most %d SACK blocks", SACK_BLOCKS_MAX);
            return false;
        }
        if (!expect_number(source, UINT32_MAX, "a SACK block's left edge", &left) ||
            !expect_mark(source, ':', "between a SACK block's edges") ||
            !expect_number(source, UINT32_MAX, "a SACK block's right edge", &right)) {
            return false;
        }
        wire_put32(octets + octets[1], (uint32_t)left);
        wire_put32(octets + octets[1] + 4, (uint32_t)right);
        octets[1] = (uint8_t)(octets[1] + 8);
    } while (peek(source)->kind == TOKEN_INTEGER);
    return put(source, packet, octets, octets[1]);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') { return c - '0'; }
    const char low = (char)(c | 0x20);
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

/* Octets in hexadecimal, or none. */
static bool take_octets(struct source *source, uint8_t *octets, uint8_t *len)
{
    const struct token *token = peek(source);
    *len = 0;
    if (token->kind != TOKEN_WORD && token->kind != TOKEN_INTEGER) { return true; }
    const size_t digits = strlen(token->text);
    bool ok = digits % 2 == 0 && digits / 2 <= COOKIE_MAX;
    for (size_t i = 0; ok && i < digits; i += 2) {
        const int high = hex_digit(token->text[i]);
        const int low = hex_digit(token->text[i + 1]);
        ok = high >= 0 && low >= 0;
        if (ok) { octets[(*len)++] = (uint8_t)(high << 4 | low); }
    }
    if (!ok) {
        source_fail(source, token, "expected octets in hexadecimal, at most %d, not %s", COOKIE_MAX,
                    token->text);
        return false;
    }
    (void)take(source);
    return true;
}

static bool put_fast_open(struct source *source, struct script_packet *packet, bool experiment)
{
    uint8_t octets[4 + COOKIE_MAX] = {experiment ? FAST_OPEN_EXPERIMENT : TCP_OPT_FAST_OPEN};
    uint8_t head = 2;
    uint8_t len = 0;
    if (experiment) {
        wire_put16(octets + 2, FAST_OPEN_MAGIC);
        head = 4;
    }
    if (!take_octets(source, octets + head, &len)) { return false; }
    octets[1] = (uint8_t)(head + len);
    return put(source, packet, octets, octets[1]);
}

static bool put_timestamps(struct source *source, struct script_packet *packet)
{
    uint8_t octets[10] = {TCP_OPT_TIMESTAMP, 10};
    uint64_t value = 0;
    uint64_t echo = 0;
    if (!take_word(source, "val")) {
        source_fail(source, peek(source), "expected val after TS, not %s", peek(source)->text);
        return false;
    }
    if (!expect_number(source, UINT32_MAX, "a timestamp", &value)) { return false; }
    if (!take_word(source, "ecr")) {
        source_fail(source, peek(source), "expected ecr after TS val, not %s", peek(source)->text);
        return false;
    }
    if (!expect_number(source, UINT32_MAX, "an echoed timestamp", &echo)) { return false; }
    wire_put32(octets + 2, (uint32_t)value);
    wire_put32(octets + 6, (uint32_t)echo);
    return put(source, packet, octets, sizeof octets);
}

static bool put_option(struct source *source, struct script_packet *packet)
{
    const struct token *token = take(source);
    uint64_t value = 0;
    if (is_word(token, "nop")) { return put(source, packet, (const uint8_t[]){TCP_OPT_NOP}, 1); }
    if (is_word(token, "eol")) { return put(source, packet, (const uint8_t[]){TCP_OPT_EOL}, 1); }
    if (is_word(token, "sackOK")) {
        return put(source, packet, (const uint8_t[]){TCP_OPT_SACK_OK, 2}, 2);
    }
    if (is_word(token, "mss")) {
        if (!expect_number(source, UINT16_MAX, "an MSS", &value)) { return false; }
        return put(source, packet,
                   (const uint8_t[]){TCP_OPT_MSS, 4, (uint8_t)(value >> 8), (uint8_t)value}, 4);
    }
    if (is_word(token, "wscale")) {
        if (!expect_number(source, UINT8_MAX, "a window scale", &value)) { return false; }
        return put(source, packet, (const uint8_t[]){TCP_OPT_WSCALE, 3, (uint8_t)value}, 3);
    }
    if (is_word(token, "sack")) { return put_sack(source, packet); }
    if (is_word(token, "TS")) { return put_timestamps(source, packet); }
    if (is_word(token, "FO")) { return put_fast_open(source, packet, false); }
    if (is_word(token, "FOEXP")) { return put_fast_open(source, packet, true); }
    if (is_word(token, "md5") || is_word(token, "ECN")) {
        source_unsupported(source, token, "TCP option %s", token->text);
        return false;
    }
    source_fail(source, token,
                "expected a TCP option (nop eol mss wscale sackOK sack TS FO FOEXP), not %s",
                token->text);
    return false;
}

bool parse_tcp_options(struct source *source, struct script_packet *packet)
{
    const struct token *token = take(source);
    if (peek(source)->kind == TOKEN_ELLIPSIS) {
        (void)take(source);
        packet->options_any = true;
        if (!packet->outbound) {
            source_fail(source, token,
                        "expected TCP options: <...> for TCP options can only be "
                        "used with outbound packets");
            return false;
        }
        return expect_mark(source, '>', "after <...");
    }
    do {
        if (!put_option(source, packet)) { return false; }
    } while (take_mark(source, ','));
    if (packet->options_len % 4 != 0) {
        source_fail(source, token,
                    "expected nop or eol: TCP options are not padded correctly to ensure TCP "
                    "header is a multiple of 4 bytes: %d excess bytes",
                    packet->options_len % 4);
        return false;
    }
    return expect_mark(source, '>', "after the TCP options");
}
