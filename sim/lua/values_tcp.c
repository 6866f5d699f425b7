/* values_tcp.c - the TCP options of a host, connection or listener, read by tcp_option_table. */
#include "internal.h"

#include <stdio.h>
#include <string.h>

#define NAMES_MAX 192
#define WHAT_MAX 200
#define CHOICES_MAX 16
#define CHOICES_OCTETS 128
#define KEEPALIVE_IDLE_NS (7200 * NS_PER_S)
#define KEEPALIVE_COUNT_MAX 65535
#define ACK_LIMIT_COUNT_MAX 1000000

/* As tcp_conn_set_options. */
static const char *const changeable[] = {
    "nagle",  "delayed_ack", "keepalive",   "user_timeout", "retries", "rto_min",       "rto_max",
    "window", "recv_buffer", "send_buffer", "ttl",          "tos",     "uto_advertise", "cork",
};
#define CHANGEABLE (sizeof changeable / sizeof changeable[0])

static bool is_changeable(const char *name)
{
    for (size_t i = 0; i < CHANGEABLE; i++) {
        if (strcmp(changeable[i], name) == 0) { return true; }
    }
    return false;
}

/* ---- reading; the value is on top of the stack ---- */

static uint64_t read_time(lua_State *L, const char *what, uint64_t min, uint64_t max)
{
    const uint64_t ns = value_time(L, -1, what);
    if (ns < min || ns > max) {
        char least[64];
        char greatest[64];
        char expected[160];
        (void)units_format_duration(min, least, sizeof least);
        (void)units_format_duration(max, greatest, sizeof greatest);
        (void)snprintf(expected, sizeof expected, "a time from %s to %s", least, greatest);
        value_fail(L, -1, what, expected);
    }
    return ns;
}

struct choices {
    char octets[CHOICES_OCTETS];
    const char *names[CHOICES_MAX];
    size_t count;
};

/* The table separates its choices by blanks, and writes "at_once" for what a scenario calls
 * "at once". */
static void split_choices(const char *row, struct choices *choices)
{
    (void)snprintf(choices->octets, sizeof choices->octets, "%s", row);
    choices->count = 0;
    char *at = choices->octets;
    while (*at != '\0' && choices->count < CHOICES_MAX) {
        choices->names[choices->count++] = at;
        for (; *at != '\0' && *at != ' '; at++) {
            if (*at == '_') { *at = ' '; }
        }
        if (*at == ' ') { *at++ = '\0'; }
    }
}

/* A profile's own choice that is none of the words belongs to later work. */
static void fail_choice(lua_State *L, const char *what, const struct tcp_option_row *row,
                        const struct choices *choices)
{
    char expected[240] = "";
    size_t used = 0;
    for (size_t i = 0; i < choices->count && used < sizeof expected; i++) {
        used += (size_t)snprintf(expected + used, sizeof expected - used, "%s\"%s\"",
                                 i > 0 ? " or " : "", choices->names[i]);
    }
    const char *typed = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
    for (unsigned which = 0; which < TCP_PROFILES; which++) {
        if (strcmp(row->defaults[which], typed) == 0) {
            lua_fail_later(L, lua_pushfstring(L, "%s = \"%s\"", row->name, typed));
        }
    }
    value_fail_near(L, -1, what, expected, nearest_name(typed, choices->names, choices->count));
}

static uint64_t read_choice(lua_State *L, const char *what, const struct tcp_option_row *row)
{
    struct choices choices;
    split_choices(row->choices, &choices);
    /* true: the last; false is off */
    if (row->may_be_off && lua_isboolean(L, -1)) { return choices.count - 1; }
    for (size_t i = 0; lua_type(L, -1) == LUA_TSTRING && i < choices.count; i++) {
        if (strcmp(choices.names[i], lua_tostring(L, -1)) == 0) { return i; }
    }
    fail_choice(L, what, row, &choices);
    return 0;
}

/* A window scale: a shift, or true for the one that fits. */
static uint64_t read_shift(lua_State *L, const char *what, const struct tcp_option_row *row)
{
    if (lua_type(L, -1) == LUA_TBOOLEAN) { return TCP_SCALE_FITTING; } /* false is off */
    return 1 + value_count(L, -1, what, row->min, row->max);
}

/* A part of a list of named fields, by name or by place. Pushes it; false: it is not given. */
static bool part_of_list(lua_State *L, const char *name, lua_Integer place)
{
    if (value_field(L, -1, name)) { return true; }
    if (lua_rawgeti(L, -1, place) != LUA_TNIL) { return true; }
    lua_pop(L, 1);
    return false;
}

/* What is left out is as the profile has it, if it has it, and idle two hours then (MUST-28). */
static void read_keepalive(lua_State *L, const char *what, const struct tcp_option_row *row,
                           struct tcp_options *options)
{
    static const char *const parts[] = {"idle", "interval", "count"};
    static const char expected[] = "{ idle, interval, count }, true or false";
    const bool list = lua_type(L, -1) == LUA_TTABLE;
    if (!list && lua_type(L, -1) != LUA_TBOOLEAN) { value_fail(L, -1, what, expected); }
    char part[WHAT_MAX + 16];
    (void)snprintf(part, sizeof part, "part of %s", what);
    if (list) { lua_check_keys(L, -1, part, parts, 3, 3); }
    const bool known = options->keepalive_interval_ns != 0 && options->keepalive_count != 0;
    if (known && options->keepalive_idle_ns == 0) {
        options->keepalive_idle_ns = KEEPALIVE_IDLE_NS;
    }
    if (list && part_of_list(L, parts[0], 1)) {
        (void)snprintf(part, sizeof part, "idle of %s", what);
        options->keepalive_idle_ns = read_time(L, part, row->min, row->max);
        lua_pop(L, 1);
    }
    if (list && part_of_list(L, parts[1], 2)) {
        (void)snprintf(part, sizeof part, "interval of %s", what);
        options->keepalive_interval_ns = read_time(L, part, row->min, row->max);
        lua_pop(L, 1);
    }
    if (list && part_of_list(L, parts[2], 3)) {
        (void)snprintf(part, sizeof part, "count of %s", what);
        options->keepalive_count = (uint32_t)value_count(L, -1, part, 1, KEEPALIVE_COUNT_MAX);
        lua_pop(L, 1);
    }
    const char *missing = options->keepalive_idle_ns == 0       ? "idle"
                          : options->keepalive_interval_ns == 0 ? "interval"
                          : options->keepalive_count == 0       ? "count"
                                                                : NULL;
    if (missing != NULL) { lua_fail(L, "%s: %s is missing: %s", what, missing, expected); }
}

static bool read_per_host(lua_State *L, const char *part)
{
    const char *per = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
    const bool host = strcmp(per, "host") == 0;
    if (!host && strcmp(per, "connection") != 0) {
        value_fail(L, -1, part, "\"connection\" or \"host\"");
    }
    return host;
}

/* { count, interval, per }, or so many in a second of the whole host. */
static void read_ack_limit(lua_State *L, const char *what, const struct tcp_option_row *row,
                           struct tcp_options *options)
{
    static const char *const parts[] = {"count", "interval", "per"};
    static const char expected[] =
        "{ count, interval, per = \"connection\" or \"host\" }, a number a second, or false";
    struct tcp_ack_limit *limit = &options->challenge_ack_limit;
    char part[WHAT_MAX + 16];
    if (lua_type(L, -1) == LUA_TNUMBER) {
        const uint32_t count = (uint32_t)value_count(L, -1, what, 1, ACK_LIMIT_COUNT_MAX);
        *limit = (struct tcp_ack_limit){NS_PER_S, count, true};
        return;
    }
    if (lua_type(L, -1) != LUA_TTABLE) { value_fail(L, -1, what, expected); }
    (void)snprintf(part, sizeof part, "part of %s", what);
    lua_check_keys(L, -1, part, parts, 3, 3);
    *limit = (struct tcp_ack_limit){0};
    if (part_of_list(L, parts[0], 1)) {
        (void)snprintf(part, sizeof part, "count of %s", what);
        limit->count = (uint32_t)value_count(L, -1, part, 1, ACK_LIMIT_COUNT_MAX);
        lua_pop(L, 1);
    }
    if (part_of_list(L, parts[1], 2)) {
        (void)snprintf(part, sizeof part, "interval of %s", what);
        limit->interval_ns = read_time(L, part, row->min, row->max);
        lua_pop(L, 1);
    }
    if (limit->count == 0 || limit->interval_ns == 0) {
        lua_fail(L, "%s: %s is missing: %s", what, limit->count == 0 ? "count" : "interval",
                 expected);
    }
    if (part_of_list(L, parts[2], 3)) {
        (void)snprintf(part, sizeof part, "per of %s", what);
        limit->per_host = read_per_host(L, part);
        lua_pop(L, 1);
    }
}

/* What belongs to later work may be switched off already, or said to be as it is. */
static void read_later(lua_State *L, const struct tcp_option_row *row)
{
    const char *now = row->defaults[0];
    const bool same = lua_type(L, -1) == LUA_TSTRING && strcmp(lua_tostring(L, -1), now) == 0;
    if (!value_is_off(L, -1) && !same) { lua_fail_later(L, row->name); }
}

static void read_option(lua_State *L, const char *of, const struct tcp_option_row *row,
                        struct tcp_options *options)
{
    char what[WHAT_MAX];
    (void)snprintf(what, sizeof what, "%s of %s", row->name, of);
    if (row->type == TCP_OPTION_LATER) {
        read_later(L, row);
        return;
    }
    /* An exact value that is not given is off, too. */
    if ((row->may_be_off || row->present_offset != SIZE_MAX) && value_is_off(L, -1)) {
        tcp_option_store(options, row, 0, false);
        return;
    }
    uint64_t value = 0;
    switch (row->type) {
    case TCP_OPTION_BOOL: value = value_boolean(L, -1, what); break;
    case TCP_OPTION_COUNT:
    case TCP_OPTION_SEQ: value = value_count(L, -1, what, row->min, row->max); break;
    case TCP_OPTION_SIZE: value = value_size(L, -1, what, row->min, row->max); break;
    case TCP_OPTION_TIME: value = read_time(L, what, row->min, row->max); break;
    case TCP_OPTION_CHOICE: value = read_choice(L, what, row); break;
    case TCP_OPTION_SHIFT: value = read_shift(L, what, row); break;
    case TCP_OPTION_KEEPALIVE: read_keepalive(L, what, row, options); return;
    case TCP_OPTION_ACK_LIMIT: read_ack_limit(L, what, row, options); return;
    case TCP_OPTION_LATER: return;
    }
    tcp_option_store(options, row, value, true);
}

/* ---- the whole table ---- */

/* All the values of a profile; what else is given stands on top of them. */
static void read_profile(lua_State *L, struct tcp_options *options)
{
    if (lua_type(L, -1) != LUA_TSTRING) { value_fail(L, -1, "profile", "a profile's name"); }
    const char *name = lua_tostring(L, -1);
    const unsigned which = tcp_profile_find(name);
    if (which == TCP_PROFILES) {
        lua_fail_unknown(L, "profile", name, tcp_profile_names, TCP_PROFILES);
    }
    const uint32_t mtu_bytes = options->mtu_bytes;
    tcp_options_profile(options, which);
    options->mtu_bytes = mtu_bytes;
}

static bool is_other(const char *name, const char *const *others, size_t other_count)
{
    for (size_t i = 0; i < other_count; i++) {
        if (strcmp(name, others[i]) == 0) { return true; }
    }
    return false;
}

/* Every key must be known; when changing, a name that is an option all the same is told so. */
static void check_names(lua_State *L, int index, const char *of, const char *const *others,
                        size_t other_count, bool changing)
{
    const char *names[NAMES_MAX];
    size_t count = 0;
    char what[WHAT_MAX];
    (void)snprintf(what, sizeof what, "option of %s", of);
    for (size_t i = 0; changing && i < tcp_option_count; i++) {
        const struct tcp_option_row *row = &tcp_option_table[i];
        if (!is_changeable(row->name) && value_field(L, index, row->name)) {
            lua_fail(L, "%s of %s cannot be changed on an open connection", row->name, of);
        }
    }
    for (size_t i = 0; i < other_count && count < NAMES_MAX; i++) { names[count++] = others[i]; }
    if (!changing && count < NAMES_MAX) { names[count++] = "profile"; }
    for (size_t i = 0; i < tcp_option_count && count < NAMES_MAX; i++) {
        const char *name = tcp_option_table[i].name;
        if (!changing || is_changeable(name)) { names[count++] = name; }
    }
    lua_check_keys(L, index, what, names, count, 0);
}

/* A buffer that is asked for stays as it is, unless it is said how far it may grow. */
static void fix_receive_buffer(lua_State *L, int index, struct tcp_options *options)
{
    if (!value_field(L, index, "recv_buffer")) { return; }
    lua_pop(L, 1);
    if (value_field(L, index, "recv_buffer_max")) {
        lua_pop(L, 1);
    } else {
        options->recv_buffer_max = 0;
    }
}

void values_tcp_options(lua_State *L, int index, const char *what, struct tcp_options *options,
                        const char *const *others, size_t other_count, bool changing)
{
    if (lua_isnoneornil(L, index)) { return; }
    if (lua_type(L, index) != LUA_TTABLE) {
        value_fail(L, index, what, "a table of options, as in { nagle = false }");
    }
    index = lua_absindex(L, index);
    check_names(L, index, what, others, other_count, changing);
    if (!changing && value_field(L, index, "profile")) {
        read_profile(L, options);
        lua_pop(L, 1);
    }
    for (size_t i = 0; i < tcp_option_count; i++) {
        const struct tcp_option_row *row = &tcp_option_table[i];
        if (is_other(row->name, others, other_count) || !value_field(L, index, row->name)) {
            continue;
        }
        read_option(L, what, row, options);
        lua_pop(L, 1);
    }
    if (!changing) { fix_receive_buffer(L, index, options); }
    if (options->rto_min_ns > options->rto_max_ns) {
        char least[64];
        char greatest[64];
        (void)units_format_duration(options->rto_min_ns, least, sizeof least);
        (void)units_format_duration(options->rto_max_ns, greatest, sizeof greatest);
        lua_fail(L, "rto_min of %s: %s is more than rto_max, %s", what, least, greatest);
    }
}
