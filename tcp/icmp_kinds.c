/* icmp_kinds.c - the table of ICMP errors: words, types and codes. */
#include "icmp.h"

#include <assert.h>
#include <string.h>

static const struct kind_row {
    const char *words;
    int16_t type[2], code[2]; /* of ICMP, of ICMPv6 */
    enum tcp_icmp_class class;
} kinds[TCP_ICMP_KIND_COUNT] = {
#define X(id, text, v4_type, v4_code, v6_type, v6_code, kind_class) \
    [TCP_ICMP_##id] = {text, {v4_type, v6_type}, {v4_code, v6_code}, TCP_ICMP_##kind_class},
    TCP_ICMP_KINDS(X)
#undef X
};

const char *tcp_icmp_words(enum tcp_icmp_kind kind)
{
    assert((unsigned)kind < TCP_ICMP_KIND_COUNT);
    return kinds[kind].words;
}

enum tcp_icmp_class tcp_icmp_class(enum tcp_icmp_kind kind)
{
    assert((unsigned)kind < TCP_ICMP_KIND_COUNT);
    return kinds[kind].class;
}

bool tcp_icmp_from_words(const char *words, enum tcp_icmp_kind *kind)
{
    for (unsigned i = 0; i < TCP_ICMP_KIND_COUNT; i++) {
        if (strcmp(words, kinds[i].words) == 0) {
            *kind = (enum tcp_icmp_kind)i;
            return true;
        }
    }
    return false;
}

bool tcp_icmp_type_code(enum tcp_icmp_kind kind, unsigned family, uint8_t *type, uint8_t *code)
{
    assert((unsigned)kind < TCP_ICMP_KIND_COUNT);
    const unsigned column = family == 6;
    if (kinds[kind].type[column] < 0) { return false; }
    *type = (uint8_t)kinds[kind].type[column];
    *code = (uint8_t)kinds[kind].code[column];
    return true;
}

#define UNREACHABLE 3 /* ICMP's type */

/* Of the codes of RFC 1122 3.2.2.1 and RFC 1812 5.2.7.1 that say more than TCP looks at: the one
 * that means the same to it. */
static uint8_t plain_code(uint8_t code)
{
    enum { NETWORK = 0, HOST = 1, PROHIBITED = 13 };
    static const uint8_t plain[] = {
        [6] = NETWORK,  [7] = HOST,  [8] = HOST,        [9] = PROHIBITED, [10] = PROHIBITED,
        [11] = NETWORK, [12] = HOST, [13] = PROHIBITED, [14] = HOST,      [15] = HOST};
    return code >= 6 && code < sizeof plain ? plain[code] : code;
}

bool tcp_icmp_from_type_code(unsigned family, uint8_t type, uint8_t code, enum tcp_icmp_kind *kind)
{
    const unsigned column = family == 6;
    const uint8_t meant = family == 4 && type == UNREACHABLE ? plain_code(code) : code;
    for (unsigned i = 0; i < TCP_ICMP_KIND_COUNT; i++) {
        if (kinds[i].type[column] == type && kinds[i].code[column] == meant) {
            *kind = (enum tcp_icmp_kind)i;
            return true;
        }
    }
    return false;
}

const char *tcp_icmp_fate_words(enum tcp_icmp_fate fate)
{
    static const char *const words[TCP_ICMP_FATE_COUNT] = {
#define X(id, text) [TCP_ICMP_FATE_##id] = text,
        TCP_ICMP_FATES(X)
#undef X
    };
    assert((unsigned)fate < TCP_ICMP_FATE_COUNT);
    return words[fate];
}
