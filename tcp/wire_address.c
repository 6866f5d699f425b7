/* wire_address.c - addresses as text: dotted decimal, and IPv6 as RFC 5952 wants it written. */
#include "wire.h"

#include <string.h>

#define ADDRESS_TEXT_MAX 46 /* with the final zero: eight groups, or six and a dotted IPv4 */

static size_t put_decimal(char *text, unsigned value)
{
    size_t len = 0;
    if (value >= 100) { text[len++] = (char)('0' + value / 100); }
    if (value >= 10) { text[len++] = (char)('0' + value / 10 % 10); }
    text[len++] = (char)('0' + value % 10);
    return len;
}

static size_t put_ipv4(char *text, const uint8_t *octets)
{
    size_t len = 0;
    for (unsigned i = 0; i < 4; i++) {
        if (i > 0) { text[len++] = '.'; }
        len += put_decimal(text + len, octets[i]);
    }
    return len;
}

static size_t put_hex(char *text, unsigned value)
{
    size_t len = 0;
    for (int shift = 12; shift >= 0; shift -= 4) {
        unsigned digit = value >> shift & 15u;
        if (digit != 0 || len > 0 || shift == 0) { text[len++] = "0123456789abcdef"[digit]; }
    }
    return len;
}

/* The longest run of at least two zero groups, the first of equals (RFC 5952 4.2). */
static void longest_zeros(const unsigned *groups, unsigned count, unsigned *start, unsigned *run)
{
    *start = count;
    *run = 0;
    for (unsigned i = 0; i < count; i++) {
        unsigned n = 0;
        while (i + n < count && groups[i + n] == 0) { n++; }
        if (n >= 2 && n > *run) {
            *start = i;
            *run = n;
        }
        i += n;
    }
}

static size_t put_ipv6(char *text, const uint8_t *octets)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    bool is_mapped = memcmp(octets, mapped, sizeof mapped) == 0;
    unsigned count = is_mapped ? 6 : 8;
    unsigned groups[8];
    for (unsigned i = 0; i < 8; i++) {
        groups[i] = (unsigned)octets[2 * i] << 8 | octets[2 * i + 1];
    }
    unsigned start;
    unsigned run;
    longest_zeros(groups, count, &start, &run);
    size_t len = 0;
    for (unsigned i = 0; i < count; i++) {
        if (i == start) {
            text[len++] = ':';
            text[len++] = ':';
            i += run - 1;
            continue;
        }
        if (i > 0 && i != start + run) { text[len++] = ':'; }
        len += put_hex(text + len, groups[i]);
    }
    if (is_mapped) { /* RFC 5952 5 */
        text[len++] = ':';
        len += put_ipv4(text + len, octets + 12);
    }
    return len;
}

size_t wire_format_address(const struct tcp_address *address, char *text, size_t room)
{
    char whole[ADDRESS_TEXT_MAX];
    size_t len = 0;
    if (address->family == 4) {
        len = put_ipv4(whole, address->octets);
    } else if (address->family == 6) {
        len = put_ipv6(whole, address->octets);
    }
    if (room == 0) { return 0; }
    if (len >= room) { len = room - 1; }
    memcpy(text, whole, len);
    text[len] = '\0';
    return len;
}

/* Reads "a.b.c.d" to the end of the text: decimal, no leading zeros (they would be octal to some).
 */
static bool read_ipv4(const char *text, uint8_t *octets)
{
    for (unsigned i = 0; i < 4; i++) {
        if (i > 0 && *text++ != '.') { return false; }
        unsigned value = 0;
        unsigned digits = 0;
        while (*text >= '0' && *text <= '9') {
            if ((digits > 0 && value == 0) || digits == 3) { return false; }
            value = value * 10 + (unsigned)(*text++ - '0');
            digits++;
        }
        if (digits == 0 || value > 255) { return false; }
        octets[i] = (uint8_t)value;
    }
    return *text == '\0';
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') { return c - '0'; }
    if (c >= 'a' && c <= 'f') { return c - 'a' + 10; }
    if (c >= 'A' && c <= 'F') { return c - 'A' + 10; }
    return -1;
}

/* One group of one to four hexadecimal digits; false when there is none, or a longer one. */
static bool read_group(const char **text, uint8_t *octets)
{
    unsigned value = 0;
    unsigned digits = 0;
    while (hex_value(**text) >= 0) {
        if (++digits > 4) { return false; }
        value = value << 4 | (unsigned)hex_value(*(*text)++);
    }
    octets[0] = (uint8_t)(value >> 8);
    octets[1] = (uint8_t)value;
    return digits > 0;
}

/* Whether the piece up to the next colon, which must be the last, is dotted. */
static bool is_dotted(const char *text)
{
    return strchr(text, ':') == NULL && strchr(text, '.') != NULL;
}

/* `octets` come in as zeros. */
static bool read_ipv6(const char *text, uint8_t *octets)
{
    unsigned used = 0; /* octets written */
    unsigned gap = 17; /* where "::" stands; 17: nowhere */
    while (*text != '\0') {
        if (text[0] == ':' && text[1] == ':') {
            if (gap != 17) { return false; }
            gap = used;
            text += 2;
            continue;
        }
        if (used > 0 && gap != used && *text++ != ':') { return false; }
        if (is_dotted(text) && used <= 12) {
            if (!read_ipv4(text, octets + used)) { return false; }
            used += 4;
            break;
        }
        if (used > 14 || !read_group(&text, octets + used)) { return false; }
        used += 2;
    }
    if (gap > 16) { return used == 16; }
    if (used > 14) { return false; }
    memmove(octets + gap + (16 - used), octets + gap, used - gap);
    memset(octets + gap, 0, 16 - used);
    return true;
}

bool wire_parse_address(const char *text, struct tcp_address *address)
{
    struct tcp_address read = {0};
    if (strchr(text, ':') != NULL) {
        read.family = 6;
        if (!read_ipv6(text, read.octets)) { return false; }
    } else {
        read.family = 4;
        if (!read_ipv4(text, read.octets)) { return false; }
    }
    *address = read;
    return true;
}
