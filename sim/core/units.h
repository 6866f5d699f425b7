/* units.h - times, rates, sizes and probabilities: whole numbers inside, words outside. */
#ifndef TCPSIM_CORE_UNITS_H
#define TCPSIM_CORE_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NS_PER_US UINT64_C(1000)
#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S UINT64_C(1000000000)
#define PPB_ONE UINT64_C(1000000000) /* certainty, in parts per billion */
#define TIME_NEVER UINT64_MAX
#define TIME_MAX_NS (UINT64_MAX / 4) /* no time that is read lies beyond: sums never wrap */

/* Each reads the whole text and returns NULL, or a static sentence of what was expected, for
 * instance `a time such as "250us", "10ms", "1.5s", "2min" or "1h"`. Rounded to the nearest. */
const char *units_parse_time(const char *text, uint64_t *ns);
const char *units_parse_rate(const char *text, uint64_t *bps);        /* "10mbit" */
const char *units_parse_size(const char *text, uint64_t *bytes);      /* "64KiB" "1MB" "1500" */
const char *units_parse_probability(const char *text, uint64_t *ppb); /* "1%" "0.01" */

/* A number of seconds, or a probability from 0 to 1, as Lua gives it; the same returns. */
const char *units_seconds(double seconds, uint64_t *ns);
const char *units_probability(double p, uint64_t *ppb);

/* "1.500000" with `digits` (0 to 9) after the point, rounded to the nearest (half away from zero).
 * Returns the length. `room` >= 32 suffices. */
size_t units_format_time(uint64_t ns, unsigned digits, char *text, size_t room);

/* The shortest exact words: "10ms", "1.5s", "250us", "2min" only for whole minutes ("120s" is
 * "2min"). */
size_t units_format_duration(uint64_t ns, char *text, size_t room);

/* The time that `bytes` take at `bps` (0: none), rounded up to the nanosecond. */
uint64_t units_serialisation_ns(uint64_t bytes, uint64_t bps);

#endif
