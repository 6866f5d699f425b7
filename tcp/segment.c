/* segment.c - addresses compared, octets of a stream copied or generated, words for causes. */
#include "segment.h"

#include <assert.h>
#include <string.h>

bool tcp_address_equal(const struct tcp_address *a, const struct tcp_address *b)
{
    uint64_t x[2];
    uint64_t y[2];
    memcpy(x, a->octets, sizeof x);
    memcpy(y, b->octets, sizeof y);
    return ((x[0] ^ y[0]) | (x[1] ^ y[1])) == 0 && a->family == b->family;
}

bool tcp_endpoint_equal(const struct tcp_endpoint *a, const struct tcp_endpoint *b)
{
    return a->port == b->port && tcp_address_equal(&a->address, &b->address);
}

/* Eight octets of the generated stream `origin`, the first in the low bits. Every bit of the origin
 * and of the block's number reaches every octet (the finaliser of MurmurHash3, twice over), so that
 * two streams, or one stream at two offsets, do not agree by design anywhere. */
static inline uint64_t generated_block(uint64_t origin, uint64_t block)
{
    uint64_t x = origin * UINT64_C(0x9e3779b97f4a7c15) + UINT64_C(0x2545f4914f6cdd1d);
    x ^= x >> 32;
    x += block;
    x = (x ^ x >> 33) * UINT64_C(0xff51afd7ed558ccd);
    x = (x ^ x >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    return x ^ x >> 33;
}

uint8_t tcp_generated_octet(uint64_t origin, uint64_t offset)
{
    return (uint8_t)(generated_block(origin, offset >> 3) >> (8 * (offset & 7)));
}

static inline void store_block(uint8_t *to, uint64_t block)
{
    for (unsigned i = 0; i < 8; i++) { to[i] = (uint8_t)(block >> (8 * i)); }
}

static void generate(uint64_t origin, uint64_t offset, uint32_t len, uint8_t *to)
{
    while (len > 0 && (offset & 7) != 0) {
        *to++ = tcp_generated_octet(origin, offset++);
        len--;
    }
    for (; len >= 8; len -= 8, offset += 8, to += 8) {
        store_block(to, generated_block(origin, offset >> 3));
    }
    while (len > 0) {
        *to++ = tcp_generated_octet(origin, offset++);
        len--;
    }
}

void tcp_slice_copy(const struct tcp_slice *slice, uint32_t from, uint32_t len, uint8_t *to)
{
    assert(from <= slice->len && len <= slice->len - from);
    if (len == 0) { return; }
    uint64_t offset = slice->offset + from;
    const struct tcp_extent *extent = slice->extent;
    if (extent == NULL) {
        generate(slice->origin, offset, len, to);
        return;
    }
    assert(offset >= extent->base && offset - extent->base <= extent->len &&
           len <= extent->len - (offset - extent->base));
    memcpy(to, extent->octets + (offset - extent->base), len);
}

void tcp_payload_copy(const struct tcp_payload *payload, uint8_t *to)
{
    tcp_slice_copy(&payload->part[0], 0, payload->part[0].len, to);
    tcp_slice_copy(&payload->part[1], 0, payload->part[1].len, to + payload->part[0].len);
}

const char *tcp_sent_cause_words(enum tcp_sent_cause cause)
{
    static const char *const words[TCP_SENT_CAUSE_COUNT] = {
#define X(id, text) [TCP_SENT_##id] = text,
        TCP_SENT_CAUSES(X)
#undef X
    };
    assert((unsigned)cause < TCP_SENT_CAUSE_COUNT);
    return words[cause];
}
