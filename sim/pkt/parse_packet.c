/* parse_packet.c - what stands behind '<' or '>': a TCP segment or an ICMP message. */
#include "script.h"

#include <string.h>

/* ---- (ect0), [ttl 2], (tos 0x10, flowlabel 0x1) ---- */

static bool parse_ecn(struct source *source, struct script_packet *packet)
{
    static const struct {
        const char *word;
        enum tos_check check;
        uint8_t value;
    } words[] = {{"noecn", TOS_ECN, 0},
                 {"ect0", TOS_ECN, 2},
                 {"ect1", TOS_ECN, 1},
                 {"ce", TOS_ECN, 3},
                 {"ect01", TOS_ECT01, 0}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const struct token *token = peek(source);
        if (take_word(source, words[i].word)) {
            packet->tos_check = words[i].check;
            packet->tos = words[i].value;
            if (words[i].check == TOS_ECT01 && !packet->outbound) {
                source_fail(source, token,
                            "expected one codepoint: [ect01] can only be used with "
                            "outbound packets");
            }
            return true;
        }
    }
    return false;
}

static bool parse_ip_item(struct source *source, struct script_packet *packet)
{
    uint64_t value = 0;
    if (parse_ecn(source, packet)) { return !source->failed; }
    if (take_word(source, "tos")) {
        packet->tos_check = TOS_WHOLE;
        const bool ok = expect_number(source, UINT8_MAX, "a type of service", &value);
        packet->tos = (uint8_t)value;
        return ok;
    }
    if (take_word(source, "ttl")) {
        const bool ok = expect_number(source, UINT8_MAX, "a time to live", &value);
        packet->ttl = (uint8_t)value;
        return ok;
    }
    if (take_word(source, "flowlabel")) {
        const bool ok = expect_number(source, 0xfffff, "a flow label", &value);
        packet->flow_label = (uint32_t)value;
        return ok;
    }
    source_fail(source, peek(source),
                "expected noecn, ect0, ect1, ect01, ce, tos, ttl or flowlabel, not %s",
                peek(source)->text);
    return false;
}

static bool parse_ip(struct source *source, struct script_packet *packet)
{
    const bool round = is_mark(peek(source), '(');
    if (!round && !is_mark(peek(source), '[')) { return true; }
    (void)take(source);
    do {
        if (!parse_ip_item(source, packet)) { return false; }
    } while (take_mark(source, ','));
    return expect_mark(source, round ? ')' : ']', "after the IP header's fields");
}

/* ---- what encloses a segment elsewhere ---- */

static bool is_encapsulated(struct source *source)
{
    static const char *const words[] = {"ipv4", "ipv6", "gre", "GREv0", "mpls", "udp", "encap"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (is_word(peek(source), words[i])) {
            source_unsupported(source, peek(source), "packets with %s", words[i]);
            return true;
        }
    }
    return false;
}

static bool parse_ports(struct source *source, struct script_packet *packet)
{
    uint64_t from = 0;
    uint64_t to = 0;
    if (peek(source)->kind != TOKEN_INTEGER || !is_mark(peek_second(source), '>')) { return true; }
    if (!expect_number(source, UINT16_MAX, "a port", &from) ||
        !expect_mark(source, '>', "between the ports") ||
        !expect_number(source, UINT16_MAX, "a port", &to)) {
        return false;
    }
    packet->source_port = (uint16_t)from;
    packet->destination_port = (uint16_t)to;
    return true;
}

/* ---- flags ---- */

static bool flag_of(char letter, uint16_t *flag)
{
    static const char letters[] = "FSRP.UEW"; /* by their bits, from the lowest */
    const char *at = letter != '\0' ? strchr(letters, letter) : NULL;
    if (at != NULL) { *flag = (uint16_t)(1u << (at - letters)); }
    return at != NULL;
}

static bool parse_flags(struct source *source, struct script_packet *packet)
{
    const struct token *token = peek(source);
    if (take_mark(source, '-')) { return true; }
    if (token->kind == TOKEN_WORD) {
        for (const char *at = token->text; *at != '\0'; at++) {
            uint16_t flag = 0;
            if (*at == 'A' || (*at >= '0' && *at <= '7')) {
                source_unsupported(source, token, "accurate ECN (flags %s)", token->text);
                return false;
            }
            if (!flag_of(*at, &flag) || (packet->flags & flag) != 0) {
                source_fail(source, token, "expected TCP flags out of FSRP.UEW, each once, not %s",
                            token->text);
                return false;
            }
            packet->flags |= flag;
        }
        (void)take(source);
    }
    if (peek(source)->kind == TOKEN_DECIMAL && peek(source)->text[0] == '.') {
        source_unsupported(source, peek(source), "accurate ECN (flags %s)", peek(source)->text);
        return false;
    }
    if (take_mark(source, '.')) {
        packet->flags |= TCP_ACK;
    } else if (token->kind != TOKEN_WORD) {
        source_fail(source, token, "expected TCP flags (such as S, P. or -), not %s", token->text);
        return false;
    }
    return true;
}

/* ---- numbers ---- */

/* 1:1001(1000), with '!' behind it; ...(1000) */
static bool parse_sequence(struct source *source, struct script_packet *packet)
{
    uint64_t start = 0;
    uint64_t end = 0;
    uint64_t len = 0;
    const struct token *token = peek(source);
    packet->seq_any = token->kind == TOKEN_ELLIPSIS;
    if (packet->seq_any) {
        (void)take(source);
    } else if (!expect_number(source, UINT32_MAX, "a sequence number", &start) ||
               !expect_mark(source, ':', "after the sequence number") ||
               !expect_number(source, UINT32_MAX, "the end's sequence number", &end)) {
        return false;
    }
    if (!expect_mark(source, '(', "before the length") ||
        !expect_number(source, UINT16_MAX, "the length of the text", &len) ||
        !expect_mark(source, ')', "after the length")) {
        return false;
    }
    if (!packet->seq_any && (uint32_t)end != (uint32_t)(start + len)) {
        source_fail(source, token,
                    "expected %u as the end: inconsistent TCP sequence numbers and payload size",
                    (unsigned)(uint32_t)(start + len));
        return false;
    }
    packet->seq_as_written = take_mark(source, '!');
    packet->seq = (tcp_seq)start;
    packet->len = (uint32_t)len;
    return true;
}

static bool parse_fields(struct source *source, struct script_packet *packet)
{
    uint64_t value = 0;
    if (take_word(source, "ack")) {
        if (!expect_number(source, UINT32_MAX, "an acknowledgment number", &value)) {
            return false;
        }
        packet->ack = (tcp_seq)value;
    }
    if (take_word(source, "win")) {
        if (!expect_number(source, UINT16_MAX, "a window", &value)) { return false; }
        packet->has_window = true;
        packet->window = (uint16_t)value;
    }
    if (take_word(source, "urg")) {
        if (!expect_number(source, UINT16_MAX, "an urgent pointer", &value)) { return false; }
        packet->urgent = (uint16_t)value;
    }
    return true;
}

static bool parse_segment(struct source *source, struct script_packet *packet)
{
    if (!parse_ports(source, packet) || !parse_flags(source, packet) ||
        !parse_sequence(source, packet) || !parse_fields(source, packet)) {
        return false;
    }
    if (!packet->outbound && !packet->has_window) {
        source_fail(source, peek(source),
                    "expected win: window must be specified for inbound "
                    "packets");
        return false;
    }
    if (!packet->outbound && packet->seq_any) {
        source_fail(source, peek(source),
                    "expected a sequence number: ... can only be used with "
                    "outbound packets");
        return false;
    }
    /* '<' behind a segment opens its options; the time of an event never follows. */
    return is_mark(peek(source), '<') ? parse_tcp_options(source, packet) : true;
}

/* ---- ICMP ---- */

static bool parse_echoed(struct source *source, struct script_packet *packet)
{
    if (!take_mark(source, '[')) { return true; }
    if (is_word(peek(source), "udp") || is_word(peek(source), "raw")) {
        source_unsupported(source, peek(source), "ICMP about %s", peek(source)->text);
        return false;
    }
    packet->has_echoed = true;
    return parse_sequence(source, packet) &&
           expect_mark(source, ']', "after the segment that ICMP is about");
}

static bool parse_icmp(struct source *source, bool ipv6, struct script_packet *packet)
{
    const struct token *type = take(source);
    packet->icmp = true;
    if (type->kind != TOKEN_WORD) {
        source_fail(source, type, "expected an ICMP type, not %s", type->text);
        return false;
    }
    const struct token *code = peek(source);
    const bool has_code = code->kind == TOKEN_WORD && !is_word(code, "mtu") && !is_word(code, "id");
    if (has_code) { (void)take(source); }
    if (!icmp_numbers(ipv6, type->text, has_code ? code->text : NULL, &packet->icmp_type,
                      &packet->icmp_code)) {
        source_fail(source, type, "expected an ICMP%s type and code, not %s %s", ipv6 ? "v6" : "",
                    type->text, has_code ? code->text : "");
        return false;
    }
    if (is_word(peek(source), "id")) {
        source_unsupported(source, peek(source), "ICMP echo");
        return false;
    }
    uint64_t mtu = 0;
    packet->has_mtu = take_word(source, "mtu");
    if (packet->has_mtu && !expect_number(source, UINT32_MAX, "an MTU", &mtu)) { return false; }
    packet->mtu = (uint32_t)mtu;
    return parse_echoed(source, packet);
}

bool parse_packet(struct source *source, bool ipv6, struct script_packet *packet)
{
    packet->outbound = is_mark(take(source), '>');
    if (is_encapsulated(source) || !parse_ip(source, packet) || is_encapsulated(source)) {
        return false;
    }
    return take_word(source, "icmp") ? parse_icmp(source, ipv6, packet)
                                     : parse_segment(source, packet);
}
