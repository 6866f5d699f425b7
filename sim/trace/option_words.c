/* option_words.c - the options of a host as words: a walk over tcp_option_table. */
#include "option_words.h"

#include "../core/units.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define VALUE_MAX 96
#define COUNT_MAX 1000000

/* ---- fields ---- */

static uint64_t load(const struct tcp_options *options, const struct tcp_option_row *row)
{
    const unsigned char *field = (const unsigned char *)options + row->offset;
    uint8_t octet = 0;
    uint16_t two = 0;
    uint32_t four = 0;
    uint64_t eight = 0;
    switch (row->width) {
    case sizeof octet: memcpy(&octet, field, sizeof octet); return octet;
    case sizeof two: memcpy(&two, field, sizeof two); return two;
    case sizeof four: memcpy(&four, field, sizeof four); return four;
    default: memcpy(&eight, field, sizeof eight); return eight;
    }
}

static bool is_given(const struct tcp_options *options, const struct tcp_option_row *row)
{
    bool given = true;
    if (row->present_offset != SIZE_MAX) {
        memcpy(&given, (const unsigned char *)options + row->present_offset, sizeof given);
    }
    return given;
}

static bool same_limit(const struct tcp_ack_limit *a, const struct tcp_ack_limit *b)
{
    return a->interval_ns == b->interval_ns && a->count == b->count && a->per_host == b->per_host;
}

static bool same_probes(const struct tcp_options *a, const struct tcp_options *b)
{
    return a->keepalive_interval_ns == b->keepalive_interval_ns &&
           a->keepalive_count == b->keepalive_count;
}

static bool is_same(const struct tcp_option_row *row, const struct tcp_options *a,
                    const struct tcp_options *b)
{
    switch (row->type) {
    case TCP_OPTION_LATER: return true;
    case TCP_OPTION_KEEPALIVE:
        return a->keepalive_idle_ns == b->keepalive_idle_ns &&
               (a->keepalive_idle_ns == 0 || same_probes(a, b));
    case TCP_OPTION_ACK_LIMIT: return same_limit(&a->challenge_ack_limit, &b->challenge_ack_limit);
    case TCP_OPTION_BOOL:
    case TCP_OPTION_COUNT:
    case TCP_OPTION_SEQ:
    case TCP_OPTION_SIZE:
    case TCP_OPTION_TIME:
    case TCP_OPTION_CHOICE:
    case TCP_OPTION_SHIFT: break;
    }
    return is_given(a, row) == is_given(b, row) && load(a, row) == load(b, row);
}

/* ---- writing ---- */

unsigned option_words_profile(const struct tcp_options *options)
{
    unsigned best = 0;
    size_t fewest = SIZE_MAX;
    for (unsigned i = 0; i < TCP_PROFILES; i++) {
        struct tcp_options column;
        size_t differ = 0;
        tcp_options_profile(&column, i);
        for (size_t row = 0; row < tcp_option_count; row++) {
            differ += !is_same(&tcp_option_table[row], options, &column);
        }
        if (differ < fewest) {
            fewest = differ;
            best = i;
        }
    }
    return best;
}

static void put_choice(const char *choices, uint64_t place, char value[VALUE_MAX])
{
    for (; place > 0 && *choices != '\0'; place--) {
        choices += strcspn(choices, " ");
        choices += strspn(choices, " ");
    }
    (void)snprintf(value, VALUE_MAX, "%.*s", (int)strcspn(choices, " "), choices);
}

static void put_keepalive(const struct tcp_options *options, char value[VALUE_MAX])
{
    char idle[32];
    char interval[32];
    (void)units_format_duration(options->keepalive_idle_ns, idle, sizeof idle);
    (void)units_format_duration(options->keepalive_interval_ns, interval, sizeof interval);
    (void)snprintf(value, VALUE_MAX, "%s/%s/%" PRIu32, idle, interval, options->keepalive_count);
}

static void put_limit(const struct tcp_ack_limit *limit, char value[VALUE_MAX])
{
    char interval[32];
    (void)units_format_duration(limit->interval_ns, interval, sizeof interval);
    (void)snprintf(value, VALUE_MAX, "%" PRIu32 "/%s/%s", limit->count, interval,
                   limit->per_host ? "host" : "connection");
}

static void put_value(const struct tcp_options *options, const struct tcp_option_row *row,
                      char value[VALUE_MAX])
{
    const uint64_t number = row->type == TCP_OPTION_ACK_LIMIT
                                ? options->challenge_ack_limit.interval_ns
                                : load(options, row);
    const bool words = row->type == TCP_OPTION_BOOL || row->type == TCP_OPTION_CHOICE;
    if (!words && (!is_given(options, row) || (number == 0 && row->present_offset == SIZE_MAX &&
                                               (row->may_be_off || row->min > 0)))) {
        (void)snprintf(value, VALUE_MAX, "off");
        return;
    }
    switch (row->type) {
    case TCP_OPTION_BOOL:
        (void)snprintf(value, VALUE_MAX, "%s", number != 0 ? "true" : "false");
        return;
    case TCP_OPTION_TIME: (void)units_format_duration(number, value, VALUE_MAX); return;
    case TCP_OPTION_CHOICE: put_choice(row->choices, number, value); return;
    case TCP_OPTION_KEEPALIVE: put_keepalive(options, value); return;
    case TCP_OPTION_ACK_LIMIT: put_limit(&options->challenge_ack_limit, value); return;
    case TCP_OPTION_SHIFT:
        if (number == TCP_SCALE_FITTING) {
            (void)snprintf(value, VALUE_MAX, "true");
        } else {
            (void)snprintf(value, VALUE_MAX, "%" PRIu64, number - 1);
        }
        return;
    case TCP_OPTION_COUNT:
    case TCP_OPTION_SEQ:
    case TCP_OPTION_SIZE:
    case TCP_OPTION_LATER: break;
    }
    (void)snprintf(value, VALUE_MAX, "%" PRIu64, number);
}

size_t option_words_next(const struct tcp_options *options, unsigned profile, size_t *row,
                         char word[OPTION_WORD_MAX])
{
    struct tcp_options column;
    tcp_options_profile(&column, profile);
    for (; *row < tcp_option_count; ++*row) {
        const struct tcp_option_row *at = &tcp_option_table[*row];
        if (is_same(at, options, &column)) { continue; }
        char value[VALUE_MAX];
        put_value(options, at, value);
        ++*row;
        return (size_t)snprintf(word, OPTION_WORD_MAX, "%s=%s", at->name, value);
    }
    return 0;
}

/* ---- reading ---- */

static bool read_number(const char *text, uint64_t *number)
{
    *number = 0;
    if (*text == '\0' || strlen(text) > 18) { return false; }
    for (; *text >= '0' && *text <= '9'; text++) {
        *number = *number * 10 + (uint64_t)(*text - '0');
    }
    return *text == '\0';
}

/* The parts between '/', which are cut apart. */
static size_t split(char *text, char *parts[3])
{
    size_t count = 0;
    for (char *at = text; at != NULL && count < 3; count++) {
        parts[count] = at;
        at = strchr(at, '/');
        if (at != NULL) { *at++ = '\0'; }
    }
    return count;
}

static const char *read_keepalive(const struct tcp_option_row *row, char *text,
                                  struct tcp_options *options)
{
    static const char expected[] = "keepalive=IDLE/INTERVAL/COUNT";
    char *part[3];
    uint64_t idle = 0;
    uint64_t interval = 0;
    uint64_t count = 0;
    if (split(text, part) != 3 || units_parse_time(part[0], &idle) != NULL ||
        units_parse_time(part[1], &interval) != NULL || !read_number(part[2], &count) ||
        idle < row->min || idle > row->max || interval < row->min || interval > row->max ||
        count == 0 || count > UINT16_MAX) {
        return expected;
    }
    options->keepalive_idle_ns = idle;
    options->keepalive_interval_ns = interval;
    options->keepalive_count = (uint32_t)count;
    return NULL;
}

static const char *read_limit(const struct tcp_option_row *row, char *text,
                              struct tcp_options *options)
{
    static const char expected[] = "challenge_ack_limit=COUNT/INTERVAL/connection or …/host";
    char *part[3];
    uint64_t interval = 0;
    uint64_t count = 0;
    if (split(text, part) != 3 || !read_number(part[0], &count) ||
        units_parse_time(part[1], &interval) != NULL || interval < row->min ||
        interval > row->max || count == 0 || count > COUNT_MAX) {
        return expected;
    }
    const bool per_host = strcmp(part[2], "host") == 0;
    if (!per_host && strcmp(part[2], "connection") != 0) { return expected; }
    options->challenge_ack_limit = (struct tcp_ack_limit){interval, (uint32_t)count, per_host};
    return NULL;
}

/* Zero, or not given: where the table allows it, or a profile has it. */
static bool may_be_off(const struct tcp_option_row *row)
{
    bool may = row->may_be_off || row->present_offset != SIZE_MAX;
    for (unsigned i = 0; i < TCP_PROFILES && !may; i++) {
        struct tcp_options column;
        tcp_options_profile(&column, i);
        may = load(&column, row) == 0;
    }
    return may;
}

static const char *switch_off(const struct tcp_option_row *row, struct tcp_options *options)
{
    if (row->type == TCP_OPTION_ACK_LIMIT) {
        options->challenge_ack_limit = (struct tcp_ack_limit){0};
        return NULL;
    }
    if (row->type == TCP_OPTION_LATER || !may_be_off(row)) { return "a value other than off"; }
    tcp_option_store(options, row, 0, false);
    return NULL;
}

static bool read_value(const struct tcp_option_row *row, const char *text, uint64_t *value)
{
    switch (row->type) {
    case TCP_OPTION_BOOL:
        *value = strcmp(text, "true") == 0;
        return *value == 1 || strcmp(text, "false") == 0;
    case TCP_OPTION_TIME:
        return units_parse_time(text, value) == NULL && *value >= row->min && *value <= row->max;
    case TCP_OPTION_CHOICE: return tcp_option_choice(row, text, value);
    case TCP_OPTION_SHIFT:
        if (strcmp(text, "true") == 0) {
            *value = TCP_SCALE_FITTING;
            return true;
        }
        if (!read_number(text, value) || *value > row->max) { return false; }
        ++*value;
        return true;
    case TCP_OPTION_COUNT:
    case TCP_OPTION_SEQ:
    case TCP_OPTION_SIZE:
        return read_number(text, value) && *value >= row->min && *value <= row->max;
    case TCP_OPTION_KEEPALIVE:
    case TCP_OPTION_ACK_LIMIT:
    case TCP_OPTION_LATER: break;
    }
    return false;
}

static const char *read_profile(const char *name, struct tcp_options *options)
{
    const unsigned which = tcp_profile_find(name);
    if (which == TCP_PROFILES) { return "profile=rfc9293, linux or freebsd"; }
    const uint32_t mtu_bytes = options->mtu_bytes;
    tcp_options_profile(options, which);
    options->mtu_bytes = mtu_bytes;
    return NULL;
}

const char *option_word_read(const char *word, struct tcp_options *options)
{
    char text[OPTION_WORD_MAX];
    const int len = snprintf(text, sizeof text, "%s", word);
    char *value = strchr(text, '=');
    if (len < 0 || (size_t)len >= sizeof text || value == NULL) { return "NAME=VALUE"; }
    *value++ = '\0';
    if (strcmp(text, "profile") == 0) { return read_profile(value, options); }
    const struct tcp_option_row *row = tcp_option_find(text);
    uint64_t number = 0;
    if (row == NULL) { return "an option of `tcpsim options`"; }
    if (strcmp(value, "off") == 0 && row->type != TCP_OPTION_CHOICE) {
        return switch_off(row, options);
    }
    if (row->type == TCP_OPTION_KEEPALIVE) { return read_keepalive(row, value, options); }
    if (row->type == TCP_OPTION_ACK_LIMIT) { return read_limit(row, value, options); }
    if (!read_value(row, value, &number)) { return "a value as `tcpsim options` has it"; }
    tcp_option_store(options, row, number, true);
    return NULL;
}

const char *option_words_check(const struct tcp_options *options)
{
    return options->rto_min_ns > options->rto_max_ns ? "rto_min of no more than rto_max" : NULL;
}
