/* rng.c - counter-based randomness: a keyed mixer of the ordinal. The keys come from SipHash, so
 * streams of similar names and neighbouring seeds have nothing in common. */
#include "rng.h"

#include "units.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

__extension__ typedef unsigned __int128 u128;

/* The second half of the SipHash key: one constant for each half of a stream's key. */
#define DOMAIN_FIRST UINT64_C(0x74637073696d2f31)
#define DOMAIN_SECOND UINT64_C(0x74637073696d2f32)

/* Octet order is written out: a run is the same on machines of either endianness. */
static void store_le64(uint8_t *to, uint64_t value)
{
    for (unsigned i = 0; i < 8; i++) { to[i] = (uint8_t)(value >> (8 * i)); }
}

static uint64_t load_le64(const uint8_t *from)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < 8; i++) { value |= (uint64_t)from[i] << (8 * i); }
    return value;
}

static uint64_t siphash(uint64_t key0, uint64_t key1, const void *data, size_t len)
{
    static_assert(crypto_shorthash_KEYBYTES == 16, "two 64-bit halves");
    static_assert(crypto_shorthash_BYTES == 8, "one 64-bit value");
    uint8_t key[16];
    uint8_t out[8];
    store_le64(key, key0);
    store_le64(key + 8, key1);
    (void)crypto_shorthash(out, data, len, key); /* cannot fail */
    return load_le64(out);
}

struct rng_stream rng_stream(uint64_t seed, const char *name)
{
    const size_t len = strlen(name);
    return (struct rng_stream){
        {siphash(seed, DOMAIN_FIRST, name, len), siphash(seed, DOMAIN_SECOND, name, len)}};
}

/* Two finalisers in a row, each with good avalanche by itself (David Stafford's variants 13 and 4
 * of MurmurHash3's), the stream's keys added before each. */
uint64_t rng_value(const struct rng_stream *stream, uint64_t ordinal)
{
    uint64_t x = ordinal * UINT64_C(0x9e3779b97f4a7c15) + stream->key[0];
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    x = (x ^ x >> 31) + stream->key[1];
    x = (x ^ x >> 33) * UINT64_C(0x62a9d9ed799705f5);
    x = (x ^ x >> 28) * UINT64_C(0xcb24d0a5c88c35b3);
    return x ^ x >> 32;
}

bool rng_chance(const struct rng_stream *stream, uint64_t ordinal, uint64_t ppb)
{
    return rng_below(stream, ordinal, PPB_ONE) < ppb;
}

uint64_t rng_below(const struct rng_stream *stream, uint64_t ordinal, uint64_t n)
{
    assert(n > 0);
    return rng_scaled(rng_value(stream, ordinal), n);
}

uint64_t rng_scaled(uint64_t value, uint64_t n) { return (uint64_t)((u128)value * n >> 64); }

uint64_t rng_hash(const struct rng_stream *stream, const void *data, size_t len)
{
    return siphash(stream->key[0], stream->key[1], data, len);
}
