/* rng.h - randomness as a value of (seed, name of the consumer, ordinal): no state, so that adding
 * a consumer, or asking in another order, changes nobody else's numbers.
 *
 * Names: "link/a-b/forward/loss", "host/a/iss", "host/a/ports", "app/a/1". */
#ifndef TCPSIM_CORE_RNG_H
#define TCPSIM_CORE_RNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rng_stream {
    uint64_t key[2];
};

struct rng_stream rng_stream(uint64_t seed, const char *name);

/* The stream's value number `ordinal`: all 64 bits are good. */
uint64_t rng_value(const struct rng_stream *stream, uint64_t ordinal);

/* True in `ppb` parts of a billion. */
bool rng_chance(const struct rng_stream *stream, uint64_t ordinal, uint64_t ppb);

/* A whole number from 0 to n - 1, unbiased to 2^-64 (multiply and shift); n > 0. */
uint64_t rng_below(const struct rng_stream *stream, uint64_t ordinal, uint64_t n);

/* The same of a value that is there already: from 0 to n - 1. */
uint64_t rng_scaled(uint64_t value, uint64_t n);

/* A keyed hash of octets (SipHash-2-4 under the stream's key): RFC 6528's F(). */
uint64_t rng_hash(const struct rng_stream *stream, const void *data, size_t len);

#endif
