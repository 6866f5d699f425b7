/* values_link.c - the options of a link, read by the tables of link_options. */
#include "internal.h"

#include <stdio.h>
#include <string.h>

#define NAMES_MAX 64
#define WHAT_MAX 200
#define EXPECTED_MAX 240

static const char *const direction_names[2] = {"forward", "backward"};

/* ---- one value, on top of the stack ---- */

static const char *read_pattern(lua_State *L, const char *what)
{
    static const char expected[] = "a pattern of 0 and 1 such as \"1011\", where 1 is lost";
    size_t len = 0;
    const bool text = lua_type(L, -1) == LUA_TSTRING;
    const char *pattern = text ? lua_tolstring(L, -1, &len) : "";
    if (len == 0 || strspn(pattern, "01") != len) { value_fail(L, -1, what, expected); }
    const char *kept = arena_strdup(scenario_of(L)->arena, pattern);
    if (kept == NULL) { limits_raise_memory(L); }
    return kept;
}

static uint64_t read_time(lua_State *L, const char *what, const struct link_parameter *parameter)
{
    const uint64_t ns = value_time(L, -1, what);
    if (ns < parameter->min || ns > parameter->max) {
        char least[64];
        char greatest[64];
        char expected[160];
        (void)units_format_duration(parameter->min, least, sizeof least);
        (void)units_format_duration(parameter->max, greatest, sizeof greatest);
        (void)snprintf(expected, sizeof expected, "a time from %s to %s", least, greatest);
        value_fail(L, -1, what, expected);
    }
    return ns;
}

static uint64_t read_rate(lua_State *L, const char *what, const struct link_parameter *parameter)
{
    const uint64_t bps = value_rate(L, -1, what);
    if (bps < parameter->min || bps > parameter->max) {
        value_fail(L, -1, what, "a rate of at least \"1bit\", or false for no limit");
    }
    return bps;
}

static uint64_t read_probability(lua_State *L, const char *what,
                                 const struct link_parameter *parameter)
{
    const uint64_t ppb = value_probability(L, -1, what);
    if (ppb < parameter->min || ppb > parameter->max) {
        value_fail(L, -1, what, "more than 0, at most 1");
    }
    return ppb;
}

/* "a b c" as an array of names; `room` holds them. */
static size_t split(const char *choices, char *room, size_t room_len, const char **names)
{
    size_t count = 0;
    (void)snprintf(room, room_len, "%s", choices);
    for (char *at = room; at != NULL && count < NAMES_MAX;) {
        char *blank = strchr(at, ' ');
        names[count++] = at;
        if (blank != NULL) { *blank++ = '\0'; }
        at = blank;
    }
    return count;
}

static uint64_t read_choice(lua_State *L, const char *what, const struct link_parameter *parameter)
{
    char room[EXPECTED_MAX];
    const char *names[NAMES_MAX];
    const size_t count = split(parameter->choices, room, sizeof room, names);
    if (lua_type(L, -1) != LUA_TSTRING) {
        char expected[EXPECTED_MAX];
        (void)snprintf(expected, sizeof expected, "one of: %s", parameter->choices);
        value_fail(L, -1, what, expected);
    }
    size_t chosen = 0;
    while (chosen < count && strcmp(lua_tostring(L, -1), names[chosen]) != 0) { chosen++; }
    if (chosen == count) { lua_fail_unknown(L, what, lua_tostring(L, -1), names, count); }
    return chosen;
}

static void keep_numbers(struct link_settings *settings, const struct link_parameter *parameter,
                         struct link_numbers numbers)
{
    memcpy((unsigned char *)settings + parameter->offset, &numbers, sizeof numbers);
}

static void read_list(lua_State *L, const char *what, const struct link_parameter *parameter,
                      struct link_settings *settings)
{
    struct link_numbers numbers;
    if (parameter->type == LINK_DELIVERIES) {
        numbers = values_deliveries(L, -1, what);
    } else {
        numbers.at = value_ordinals(L, -1, what, &numbers.count);
    }
    keep_numbers(settings, parameter, numbers);
}

static void read_value(lua_State *L, const char *what, const struct link_parameter *parameter,
                       struct link_settings *settings)
{
    const uint64_t min = parameter->min;
    const uint64_t max = parameter->max;
    uint64_t value = 0;
    const bool off = parameter->zero_is_off && value_is_off(L, -1);
    if (!off) {
        switch (parameter->type) {
        case LINK_TIME: value = read_time(L, what, parameter); break;
        case LINK_RATE: value = read_rate(L, what, parameter); break;
        case LINK_PROBABILITY: value = read_probability(L, what, parameter); break;
        case LINK_COUNT: value = value_count(L, -1, what, min, max); break;
        case LINK_SIZE: value = value_size(L, -1, what, min, max); break;
        case LINK_SWITCH: value = !value_is_off(L, -1) && value_boolean(L, -1, what); break;
        case LINK_CHOICE: value = read_choice(L, what, parameter); break;
        case LINK_PATTERN: settings->pattern = read_pattern(L, what); return;
        case LINK_ORDINALS:
        case LINK_DELIVERIES: read_list(L, what, parameter, settings); return;
        }
    }
    link_parameter_store(parameter, settings, value);
}

/* ---- one form: a value alone, or a table of parameters by name or in order ---- */

static bool takes_tables(const struct link_parameter *parameter)
{
    return parameter->type == LINK_ORDINALS || parameter->type == LINK_DELIVERIES;
}

/* The parameter's value on top; false: neither its name nor its place is there. */
static bool push_parameter(lua_State *L, int table, const char *what, const struct link_form *form,
                           size_t number)
{
    const char *name = form->parameters[number].name;
    const bool named = value_field(L, table, name);
    if (lua_rawgeti(L, table, (lua_Integer)number + 1) == LUA_TNIL) {
        lua_pop(L, 1);
        return named;
    }
    if (named) { lua_fail(L, "%s: %s is given twice, by name and in order", what, name); }
    return true;
}

static void read_parameters(lua_State *L, const char *what, const struct link_form *form,
                            struct link_settings *settings)
{
    const char *names[NAMES_MAX];
    char of[WHAT_MAX + 32];
    const int table = lua_gettop(L);
    for (size_t i = 0; i < form->count && i < NAMES_MAX; i++) {
        names[i] = form->parameters[i].name;
    }
    (void)snprintf(of, sizeof of, "parameter of %s", what);
    lua_check_keys(L, table, of, names, form->count, (unsigned)form->count);
    for (size_t i = 0; i < form->count; i++) {
        const struct link_parameter *parameter = &form->parameters[i];
        (void)snprintf(of, sizeof of, "%s of %s", parameter->name, what);
        if (push_parameter(L, table, what, form, i)) {
            read_value(L, of, parameter, settings);
            lua_pop(L, 1);
        } else if (parameter->required) {
            lua_fail(L, "%s: %s is missing", what, parameter->name);
        }
    }
}

static bool holds_something(lua_State *L)
{
    lua_pushnil(L);
    const bool something = lua_next(L, -2) != 0;
    if (something) { lua_pop(L, 2); }
    return something;
}

/* The value on top. */
static void read_form(lua_State *L, const char *what, const struct link_form *form,
                      struct link_settings *settings)
{
    const struct link_parameter *first = &form->parameters[0];
    const bool table = lua_type(L, -1) == LUA_TTABLE && !takes_tables(first);
    if (table && (form->name[0] != '\0' || holds_something(L))) {
        read_parameters(L, what, form, settings);
        return;
    }
    if (form->count > 1 && form->parameters[1].required) {
        char expected[EXPECTED_MAX];
        size_t len = (size_t)snprintf(expected, sizeof expected, "a table of");
        for (size_t i = 0; i < form->count && len < sizeof expected; i++) {
            len += (size_t)snprintf(expected + len, sizeof expected - len, "%s %s",
                                    i > 0 ? "," : "", form->parameters[i].name);
        }
        value_fail(L, -1, what, expected);
    }
    read_value(L, what, first, settings);
}

/* ---- one option ---- */

static size_t form_names(const struct link_option *option, const char **names)
{
    size_t count = 0;
    for (size_t i = 0; i < option->form_count && count < NAMES_MAX; i++) {
        if (option->forms[i]->name[0] != '\0') { names[count++] = option->forms[i]->name; }
    }
    return count;
}

static void choose(const struct link_option *option, size_t number, struct link_settings *settings)
{
    const uint32_t chosen = (uint32_t)number;
    if (option->by_name) {
        memcpy((unsigned char *)settings + option->chosen_offset, &chosen, sizeof chosen);
    }
}

/* A name alone: that form with its defaults. */
static void read_name(lua_State *L, const char *what, const struct link_option *option,
                      struct link_settings *settings)
{
    const char *names[NAMES_MAX];
    const size_t count = form_names(option, names);
    for (size_t i = 0; i < option->form_count; i++) {
        if (strcmp(option->forms[i]->name, lua_tostring(L, -1)) == 0) {
            choose(option, i, settings);
            return;
        }
    }
    lua_fail_unknown(L, what, lua_tostring(L, -1), names, count);
}

static void join(const char *const *names, size_t count, char *text, size_t room)
{
    size_t len = 0;
    text[0] = '\0';
    for (size_t i = 0; i < count && len < room; i++) {
        len += (size_t)snprintf(text + len, room - len, "%s%s", i > 0 ? ", " : "", names[i]);
    }
}

/* { gemodel = {…} }: one form by its name. */
static void read_named_form(lua_State *L, const char *what, const struct link_option *option,
                            struct link_settings *settings)
{
    const char *names[NAMES_MAX];
    char of[WHAT_MAX + 16];
    const int table = lua_gettop(L);
    const size_t count = form_names(option, names);
    size_t given = 0;
    (void)snprintf(of, sizeof of, "kind of %s", option->name);
    lua_check_keys(L, table, of, names, count, 0);
    for (size_t i = 0; i < option->form_count; i++) {
        const struct link_form *form = option->forms[i];
        if (form->name[0] == '\0' || !value_field(L, table, form->name)) { continue; }
        (void)snprintf(of, sizeof of, "%s of %s", form->name, what);
        choose(option, i, settings);
        read_form(L, of, form, settings);
        lua_settop(L, table);
        given++;
    }
    if (given != 1) {
        char list[EXPECTED_MAX];
        join(names, count, list, sizeof list);
        lua_fail(L, "%s: expected one of %s; got %s", what, list, given == 0 ? "none" : "several");
    }
}

static void read_option(lua_State *L, const char *of, const struct link_option *option,
                        struct link_settings *settings)
{
    char what[WHAT_MAX];
    (void)snprintf(what, sizeof what, "%s of %s", option->name, of);
    link_option_reset(option, settings);
    if (!option->never_off && value_is_off(L, -1)) { return; }
    if (option->by_name && lua_type(L, -1) == LUA_TSTRING) {
        read_name(L, what, option, settings);
    } else if (option->form_count > 1 && lua_type(L, -1) == LUA_TTABLE) {
        read_named_form(L, what, option, settings);
    } else if (option->by_name) {
        value_fail(L, -1, what, "a name, or { name = { its parameters } }");
    } else {
        read_form(L, what, option->forms[0], settings);
    }
}

/* ---- all options of one direction ---- */

static void check_table(lua_State *L, int index, const char *of, bool directions)
{
    const char *names[NAMES_MAX];
    size_t count = 0;
    char what[WHAT_MAX];
    if (lua_type(L, index) != LUA_TTABLE) {
        value_fail(L, index, of, "a table of options, as in { delay = \"10ms\" }");
    }
    for (size_t i = 0; i < link_option_count && count + 2 < NAMES_MAX; i++) {
        names[count++] = link_options[i]->name;
    }
    for (size_t i = 0; directions && i < 2; i++) { names[count++] = direction_names[i]; }
    (void)snprintf(what, sizeof what, "option of %s", of);
    lua_check_keys(L, index, what, names, count, 0);
}

static void read_direction(lua_State *L, int index, const char *of, struct link_settings *settings)
{
    for (size_t i = 0; i < link_option_count; i++) {
        if (!value_field(L, index, link_options[i]->name)) { continue; }
        read_option(L, of, link_options[i], settings);
        lua_pop(L, 1);
    }
    const char *wrong = link_settings_contradiction(settings);
    if (wrong != NULL) { lua_fail(L, "%s: %s", of, wrong); }
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
