/* check_decode.c - a TCP header read for the judge of check.h, by the figures of RFC 9293 3.1 and
 * the RFCs of its options, from the octets alone. */
#include "check.h"

#include <string.h>

static uint32_t get16(const uint8_t *at) { return (uint32_t)at[0] << 8 | at[1]; }
static uint32_t get32(const uint8_t *at) { return get16(at) << 16 | get16(at + 2); }

static uint32_t sum_of(const uint8_t *octets, size_t len, uint32_t sum)
{
    for (size_t i = 0; i + 1 < len; i += 2) {
        sum += get16(octets + i);
        sum = (sum & 0xffff) + (sum >> 16);
    }
    if (len % 2 != 0) { sum += (uint32_t)octets[len - 1] << 8; }
    return (sum & 0xffff) + (sum >> 16);
}

static bool sum_is_right(const struct check_segment *segment, const uint8_t *octets, size_t len)
{
    const size_t size = segment->from.family == 4 ? 4 : 16;
    uint8_t tail[4] = {0, 6, (uint8_t)(len >> 8), (uint8_t)len}; /* protocol 6, and the length */
    uint32_t sum = sum_of(segment->from.octets, size, 0);
    sum = sum_of(segment->to.octets, size, sum);
    sum = sum_of(tail, sizeof tail, sum);
    return sum_of(octets, len, sum) == 0xffff;
}

static const char *read_sack(struct check_segment *segment, const uint8_t *option, size_t len)
{
    if (len < 10 || len > 34 || (len - 2) % 8 != 0) { return "a SACK option of a wrong length"; }
    segment->sack_count = (unsigned)(len - 2) / 8;
    for (unsigned i = 0; i < segment->sack_count; i++) {
        segment->sack[i].left = get32(option + 2 + 8 * i);
        segment->sack[i].right = get32(option + 6 + 8 * i);
    }
    return NULL;
}

static const char *read_option(struct check_segment *segment, const uint8_t *option, size_t len)
{
    static const uint8_t lengths[9] = {[2] = 4, [3] = 3, [4] = 2, [8] = 10};
    const uint8_t kind = option[0];
    if (kind < sizeof lengths && lengths[kind] != 0 && lengths[kind] != len) {
        return "an option of a wrong length";
    }
    switch (kind) {
    case 2:
        segment->has_mss = true;
        segment->mss = (uint16_t)get16(option + 2);
        return NULL;
    case 3:
        segment->has_scale = true;
        segment->scale = option[2] > 14 ? 14 : option[2]; /* RFC 7323 2.3 */
        return option[2] > 14 ? "a window scale above 14 (RFC 7323 2.3)" : NULL;
    case 4: segment->has_sack_ok = true; return NULL;
    case 5: return read_sack(segment, option, len);
    case 8:
        segment->has_timestamp = true;
        segment->ts_val = get32(option + 2);
        segment->ts_ecr = get32(option + 6);
        return NULL;
    default: return NULL;
    }
}

static const char *read_options(struct check_segment *segment, const uint8_t *at, size_t left)
{
    while (left > 0) {
        if (at[0] == 0) {
            for (size_t i = 0; i < left; i++) {
                if (at[i] != 0) { return "octets after the end of the options (RFC 9293 3.1)"; }
            }
            return NULL;
        }
        size_t len = 1;
        if (at[0] != 1) {
            if (left < 2 || at[1] < 2 || at[1] > left) {
                return "an option of an impossible length (RFC 9293 3.1)";
            }
            len = at[1];
            const char *wrong = read_option(segment, at, len);
            if (wrong != NULL) { return wrong; }
        }
        at += len;
        left -= len;
    }
    return NULL;
}

const char *check_decode(struct check_segment *segment, const uint8_t *octets, size_t len,
                         bool sums)
{
    if (len < 20) { return "a TCP header that is cut"; }
    const size_t header = (size_t)(octets[12] >> 4) * 4;
    if (header < 20 || header > len) { return "an impossible data offset (RFC 9293 3.1)"; }
    segment->from.port = (uint16_t)get16(octets);
    segment->to.port = (uint16_t)get16(octets + 2);
    segment->seq = get32(octets + 4);
    segment->ack = get32(octets + 8);
    segment->flags = octets[13];
    segment->window = (uint16_t)get16(octets + 14);
    segment->len = (uint32_t)(len - header);
    const char *wrong = read_options(segment, octets + 20, header - 20);
    if (sums && !sum_is_right(segment, octets, len)) { return "a wrong checksum (RFC 9293 3.1)"; }
    if ((octets[12] & 0x0e) != 0) { return "reserved bits that are set (RFC 9293 3.1)"; }
    return wrong;
}
