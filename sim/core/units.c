/* units.c - times, rates, sizes and probabilities read from words and written as words. The digits
 * are read by hand into whole numbers, so that no locale and no rounding of a double has a say. */
#include "units.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

__extension__ typedef unsigned __int128 u128;

/* Digits kept of a fraction: 10^24 times the largest unit (an hour in ns, 3.6 * 10^12) fits 128
 * bits. */
#define FRACTION_DIGITS_MAX 24
#define FORMAT_DIGITS_MAX 9

static const char TIME_EXPECTED[] =
    "a time such as \"250us\", \"10ms\", \"1.5s\", \"2min\" or \"1h\"";
static const char RATE_EXPECTED[] = "a rate such as \"56kbit\", \"10mbit\" or \"1gbit\"";
static const char SIZE_EXPECTED[] = "a size such as 1500, \"1MB\" or \"64KiB\"";
static const char PROBABILITY_EXPECTED[] = "a probability such as \"1%\" or a number from 0 to 1";
static const char TIME_TOO_LONG[] = "a time of at most 146 years";
static const char SECONDS_EXPECTED[] = "a number of seconds, not negative and at most 4611686018";

struct unit {
    const char *name;
    uint64_t factor;
};

/* A decimal number as written: whole + fraction / scale. */
struct decimal {
    uint64_t whole;
    u128 fraction;
    u128 scale;
    bool overflow; /* `whole` did not fit */
};

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

static bool equal_ignoring_case(const char *a, const char *b)
{
    while (*a != '\0' && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return *a == '\0' && *b == '\0';
}

/* Reads "12", "12.5" or ".5"; returns what follows, or NULL when there is no such number. */
static const char *read_decimal(const char *text, struct decimal *number)
{
    *number = (struct decimal){.scale = 1};
    const char *at = text;
    for (; is_digit(*at); at++) {
        const uint64_t digit = (uint64_t)(*at - '0');
        if (number->whole > (UINT64_MAX - digit) / 10) {
            number->overflow = true;
        } else {
            number->whole = number->whole * 10 + digit;
        }
    }
    if (*at != '.') { return at == text ? NULL : at; }
    at++;
    if (!is_digit(*at)) { return NULL; }
    for (unsigned kept = 0; is_digit(*at); at++, kept++) {
        if (kept < FRACTION_DIGITS_MAX) {
            const uint64_t digit = (uint64_t)(*at - '0');
            number->fraction = number->fraction * 10 + digit;
            number->scale *= 10;
        }
    }
    return at;
}

/* number * factor, rounded to the nearest; false when it is beyond `max`. */
static bool scaled(const struct decimal *number, uint64_t factor, uint64_t max, uint64_t *value)
{
    if (number->overflow) { return false; }
    const u128 whole = (u128)number->whole * factor;
    const u128 part = (number->fraction * factor * 2 + number->scale) / (number->scale * 2);
    const u128 sum = whole + part;
    if (sum > max) { return false; }
    *value = (uint64_t)sum;
    return true;
}

/* A number and one of the units; `expected` is returned for what is no such text, `beyond` for what
 * is too large. */
static const char *parse(const char *text, const struct unit *units, size_t count, bool any_case,
                         uint64_t max, const char *expected, const char *beyond, uint64_t *value)
{
    struct decimal number;
    const char *rest = read_decimal(text, &number);
    if (rest == NULL) { return expected; }
    for (size_t i = 0; i < count; i++) {
        if (any_case ? equal_ignoring_case(rest, units[i].name)
                     : strcmp(rest, units[i].name) == 0) {
            return scaled(&number, units[i].factor, max, value) ? NULL : beyond;
        }
    }
    return expected;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *units_parse_time(const char *text, uint64_t *ns)
{
    static const struct unit units[] = {
        {"ns", 1},       {"us", NS_PER_US},      {"ms", NS_PER_MS},
        {"s", NS_PER_S}, {"min", 60 * NS_PER_S}, {"h", 3600 * NS_PER_S},
    };
    return parse(text, units, COUNT(units), false, TIME_MAX_NS, TIME_EXPECTED, TIME_TOO_LONG, ns);
}

const char *units_parse_rate(const char *text, uint64_t *bps)
{
    static const struct unit units[] = {
        {"bit", 1},
        {"kbit", UINT64_C(1000)},
        {"mbit", UINT64_C(1000000)},
        {"gbit", UINT64_C(1000000000)},
        {"tbit", UINT64_C(1000000000000)},
    };
    return parse(text, units, COUNT(units), true, UINT64_MAX, RATE_EXPECTED,
                 "a rate below 2^64 bit/s", bps);
}

const char *units_parse_size(const char *text, uint64_t *bytes)
{
    static const struct unit units[] = {
        {"", 1},
        {"B", 1},
        {"kB", UINT64_C(1000)},
        {"KB", UINT64_C(1000)},
        {"MB", UINT64_C(1000000)},
        {"GB", UINT64_C(1000000000)},
        {"KiB", UINT64_C(1) << 10},
        {"MiB", UINT64_C(1) << 20},
        {"GiB", UINT64_C(1) << 30},
    };
    return parse(text, units, COUNT(units), false, UINT64_MAX, SIZE_EXPECTED,
                 "a size below 2^64 octets", bytes);
}

const char *units_parse_probability(const char *text, uint64_t *ppb)
{
    static const struct unit units[] = {{"", PPB_ONE}, {"%", PPB_ONE / 100}};
    return parse(text, units, COUNT(units), false, PPB_ONE, PROBABILITY_EXPECTED,
                 PROBABILITY_EXPECTED, ppb);
}

/* The nearest whole number to x, which is not negative and below 2^63. */
static uint64_t nearest(double x)
{
    const uint64_t whole = (uint64_t)x;
    return whole + (x - (double)whole >= 0.5);
}

const char *units_seconds(double seconds, uint64_t *ns)
{
    /* The comparisons are written so that "not a number" fails them. */
    if (!(seconds >= 0.0 && seconds <= (double)(TIME_MAX_NS / NS_PER_S))) {
        return SECONDS_EXPECTED;
    }
    *ns = nearest(seconds * 1e9);
    return NULL;
}

const char *units_probability(double p, uint64_t *ppb)
{
    if (!(p >= 0.0 && p <= 1.0)) { return PROBABILITY_EXPECTED; }
    *ppb = nearest(p * 1e9);
    return NULL;
}

size_t units_format_time(uint64_t ns, unsigned digits, char *text, size_t room)
{
    assert(digits <= FORMAT_DIGITS_MAX);
    uint64_t step = 1;
    for (unsigned i = digits; i < FORMAT_DIGITS_MAX; i++) { step *= 10; }
    /* Divided before it is rounded, so that times near the end of the range do not wrap. */
    const uint64_t rounded = ns / step + (step > 1 && ns % step >= step / 2);
    const uint64_t per_second = NS_PER_S / step;
    const int len = digits == 0 ? snprintf(text, room, "%llu", (unsigned long long)rounded)
                                : snprintf(text, room, "%llu.%0*llu",
                                           (unsigned long long)(rounded / per_second), (int)digits,
                                           (unsigned long long)(rounded % per_second));
    assert(len > 0);
    return (size_t)len;
}

size_t units_format_duration(uint64_t ns, char *text, size_t room)
{
    static const struct unit whole_units[] = {{"h", 3600 * NS_PER_S}, {"min", 60 * NS_PER_S}};
    static const struct unit units[] = {
        {"s", NS_PER_S}, {"ms", NS_PER_MS}, {"us", NS_PER_US}, {"ns", 1}};
    for (size_t i = 0; i < COUNT(whole_units); i++) {
        if (ns != 0 && ns % whole_units[i].factor == 0) {
            const int len =
                snprintf(text, room, "%llu%s", (unsigned long long)(ns / whole_units[i].factor),
                         whole_units[i].name);
            assert(len > 0);
            return (size_t)len;
        }
    }
    size_t i = 0;
    while (ns != 0 && ns < units[i].factor) { i++; }
    char fraction[24] = "";
    uint64_t rest = ns % units[i].factor;
    uint64_t place = units[i].factor / 10;
    for (size_t at = 0; rest != 0; at++, rest %= place, place /= 10) {
        if (at == 0) { fraction[at++] = '.'; }
        fraction[at] = (char)('0' + rest / place);
    }
    const int len = snprintf(text, room, "%llu%s%s", (unsigned long long)(ns / units[i].factor),
                             fraction, units[i].name);
    assert(len > 0);
    return (size_t)len;
}

uint64_t units_serialisation_ns(uint64_t bytes, uint64_t bps)
{
    if (bps == 0) { return 0; }
    const u128 scaled_bits = (u128)bytes * 8 * NS_PER_S;
    const u128 ns = (scaled_bits + bps - 1) / bps;
    return ns > TIME_MAX_NS ? TIME_MAX_NS : (uint64_t)ns;
}
