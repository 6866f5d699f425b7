/* values_link.c - the options of a link, read by link_option_table. */
#include "internal.h"

#include <stdio.h>
#include <string.h>

#define NAMES_MAX 64
#define WHAT_MAX 200

static const char *const direction_names[2] = {"forward", "backward"};

/* ---- loss: a probability, a list, a pattern ---- */

static void read_pattern(lua_State *L, const char *what, struct link_settings *settings)
{
    static const char expected[] = "a pattern of 0 and 1 such as \"1011\", where 1 is lost";
    size_t len = 0;
    const bool text = lua_type(L, -1) == LUA_TSTRING;
    const char *pattern = text ? lua_tolstring(L, -1, &len) : "";
    if (len == 0 || strspn(pattern, "01") != len) { value_fail(L, -1, what, expected); }
    settings->pattern = arena_strdup(scenario_of(L)->arena, pattern);
    if (settings->pattern == NULL) { limits_raise_memory(L); }
}

static void read_loss_table(lua_State *L, const char *what, struct link_settings *settings)
{
    static const char *const kinds[] = {"list", "pattern", "gemodel"};
    static const char form[] =
        "expected a probability, { list = { 3, 7 } } or { pattern = \"1011\" }";
    lua_check_keys(L, -1, "kind of loss", kinds, 3, 0);
    if (value_field(L, -1, "gemodel")) { lua_fail_later(L, "loss by gemodel"); }
    const bool list = value_field(L, -1, "list");
    if (list) {
        char part[WHAT_MAX + 16];
        (void)snprintf(part, sizeof part, "list of %s", what);
        settings->list = value_ordinals(L, -1, part, &settings->list_len);
        lua_pop(L, 1);
    }
    const bool pattern = value_field(L, -1, "pattern");
    if (pattern) {
        read_pattern(L, what, settings);
        lua_pop(L, 1);
    }
    if (list == pattern) { lua_fail(L, "%s: %s; got %s", what, form, list ? "both" : "neither"); }
}

static void read_loss(lua_State *L, const char *what, struct link_settings *settings)
{
    settings->loss_ppb = 0;
    settings->list = NULL;
    settings->list_len = 0;
    settings->pattern = NULL;
    if (value_is_off(L, -1)) { return; }
    if (lua_type(L, -1) == LUA_TTABLE) {
        read_loss_table(L, what, settings);
    } else {
        settings->loss_ppb = value_probability(L, -1, what);
    }
}

/* ---- one option, one direction ---- */

static void store(struct link_settings *settings, const struct link_option_row *row, uint64_t value)
{
    unsigned char *field = (unsigned char *)settings + row->offset;
    const uint32_t four = (uint32_t)value;
    if (row->type == LINK_TIME || row->type == LINK_RATE) {
        memcpy(field, &value, sizeof value);
    } else {
        memcpy(field, &four, sizeof four);
    }
}

static uint64_t read_rate(lua_State *L, const char *what, const struct link_option_row *row)
{
    const uint64_t bps = value_rate(L, -1, what);
    if (bps < row->min || bps > row->max) {
        value_fail(L, -1, what, "a rate of at least \"1bit\", or false for no limit");
    }
    return bps;
}

static uint64_t read_delay(lua_State *L, const char *what, const struct link_option_row *row)
{
    const uint64_t ns = value_time(L, -1, what);
    if (ns < row->min || ns > row->max) {
        char least[64];
        char greatest[64];
        char expected[160];
        (void)units_format_duration(row->min, least, sizeof least);
        (void)units_format_duration(row->max, greatest, sizeof greatest);
        (void)snprintf(expected, sizeof expected, "a time from %s to %s", least, greatest);
        value_fail(L, -1, what, expected);
    }
    return ns;
}

static void read_later(lua_State *L, const struct link_option_row *row)
{
    const bool droptail = strcmp(row->name, "queue") == 0 && lua_type(L, -1) == LUA_TSTRING &&
                          strcmp(lua_tostring(L, -1), "droptail") == 0;
    if (!value_is_off(L, -1) && !droptail) { lua_fail_later(L, row->name); }
}

static void read_option(lua_State *L, const char *of, const struct link_option_row *row,
                        struct link_settings *settings)
{
    char what[WHAT_MAX];
    (void)snprintf(what, sizeof what, "%s of %s", row->name, of);
    /* No delay, no limit: 0 says so within. */
    const bool off = row->type != LINK_SIZE && value_is_off(L, -1);
    switch (row->type) {
    case LINK_TIME: store(settings, row, off ? 0 : read_delay(L, what, row)); break;
    case LINK_RATE: store(settings, row, off ? 0 : read_rate(L, what, row)); break;
    case LINK_COUNT:
        store(settings, row, off ? 0 : value_count(L, -1, what, row->min, row->max));
        break;
    case LINK_SIZE: store(settings, row, value_size(L, -1, what, row->min, row->max)); break;
    case LINK_LOSS: read_loss(L, what, settings); break;
    case LINK_LATER: read_later(L, row); break;
    }
}

static void check_table(lua_State *L, int index, const char *of, bool directions)
{
    const char *names[NAMES_MAX];
    size_t count = 0;
    char what[WHAT_MAX];
    if (lua_type(L, index) != LUA_TTABLE) {
        value_fail(L, index, of, "a table of options, as in { delay = \"10ms\" }");
    }
    for (size_t i = 0; i < link_option_count && count + 2 < NAMES_MAX; i++) {
        names[count++] = link_option_table[i].name;
    }
    for (size_t i = 0; directions && i < 2; i++) { names[count++] = direction_names[i]; }
    (void)snprintf(what, sizeof what, "option of %s", of);
    lua_check_keys(L, index, what, names, count, 0);
}

static void read_direction(lua_State *L, int index, const char *of, struct link_settings *settings)
{
    for (size_t i = 0; i < link_option_count; i++) {
        if (!value_field(L, index, link_option_table[i].name)) { continue; }
        read_option(L, of, &link_option_table[i], settings);
        lua_pop(L, 1);
    }
}

void values_link_options(lua_State *L, int index, const char *what,
                         struct link_settings settings[2])
{
    if (lua_isnoneornil(L, index)) { return; }
    index = lua_absindex(L, index);
    check_table(L, index, what, true);
    for (size_t i = 0; i < 2; i++) { read_direction(L, index, what, &settings[i]); }
    for (size_t i = 0; i < 2; i++) {
        if (!value_field(L, index, direction_names[i])) { continue; }
        char of[WHAT_MAX + 16];
        (void)snprintf(of, sizeof of, "%s, %s", what, direction_names[i]);
        check_table(L, -1, of, false);
        read_direction(L, lua_gettop(L), of, &settings[i]);
        lua_pop(L, 1);
    }
}
