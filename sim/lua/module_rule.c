/* module_rule.c - faults on chosen segments: sim.drop delay duplicate corrupt hold rewrite
 * partition. */
#include "internal.h"

#include <stdio.h>

/* What a rule's functions need, and what the script's object stands for. */
struct rule_object {
    struct scenario *scenario;
    struct rule *rule;
    enum rule_action action;
    int match_ref, with_ref; /* LUA_NOREF: none */
    char what[200];          /* "match of the rule at file:line" */
    /* for the call under way */
    const struct packet *seen;
    struct packet *changing;
    bool held;
};

#define MATCH_KEYS \
    "from", "to", "on", "flags", "pattern", "absolute", "nth", "count", "after", "before", "match"
static const char *const keys[] = {MATCH_KEYS, "by", "copies", "gap", "offset", "mask", "with"};
#define MATCH_KEY_COUNT 11

/* ---- the script's functions, called from within the network ---- */

static int call_match(lua_State *L)
{
    struct rule_object *object = lua_touserdata(L, 1);
    lua_rawgeti(L, LUA_REGISTRYINDEX, object->match_ref);
    lua_push_segment(L, object->seen);
    lua_call(L, 1, 1);
    object->held = lua_toboolean(L, -1) != 0;
    return 0;
}

static bool predicate(void *context, const struct packet *packet, bool *failed)
{
    struct rule_object *object = context;
    object->seen = packet;
    object->held = false;
    (void)snprintf(object->what, sizeof object->what, "match of the rule at %s",
                   rule_where(object->rule));
    if (!scenario_call_rule(object->scenario, call_match, object, object->what)) { *failed = true; }
    return object->held && !*failed;
}

static int call_with(lua_State *L)
{
    struct rule_object *object = lua_touserdata(L, 1);
    lua_rawgeti(L, LUA_REGISTRYINDEX, object->with_ref);
    lua_push_changing_segment(L, object->changing);
    lua_pushvalue(L, -1);
    lua_insert(L, 2);
    lua_call(L, 1, 0);
    lua_segment_apply(L, 2, object->changing);
    return 0;
}

static void rewrite(void *context, struct packet *packet, bool *failed)
{
    struct rule_object *object = context;
    object->changing = packet;
    (void)snprintf(object->what, sizeof object->what, "with of the rule at %s",
                   rule_where(object->rule));
    if (!scenario_call_rule(object->scenario, call_with, object, object->what)) { *failed = true; }
}

/* ---- what to match ---- */

/* A reference to the function in that field, or LUA_NOREF. */
static int function_field(lua_State *L, const char *name)
{
    if (!value_field(L, 1, name)) { return LUA_NOREF; }
    if (lua_type(L, -1) != LUA_TFUNCTION) {
        lua_fail(L, "%s: expected a function, got %s", name, lua_what(L, -1));
    }
    return luaL_ref(L, LUA_REGISTRYINDEX);
}

static const struct host *host_field(lua_State *L, const char *name)
{
    if (!value_field(L, 1, name)) { return NULL; }
    const struct host *host = lua_check_host(L, lua_gettop(L), name);
    lua_pop(L, 1);
    return host;
}

static void read_flags(lua_State *L, struct rule_match *match)
{
    size_t len = 0;
    match->has_flags = value_field(L, 1, "flags");
    if (!match->has_flags) { return; }
    const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &len) : NULL;
    if (text == NULL || !pattern_parse_flags(text, len, &match->flags, &match->psh_written)) {
        lua_fail(L, "flags: expected tcpdump's letters (S F R P . U E W, or -), got %s",
                 text != NULL ? lua_pushfstring(L, "\"%s\"", text) : lua_what(L, -1));
    }
    lua_pop(L, 1);
}

/* `pattern` and the ordinals are copied when the rule is made. */
static void read_match(lua_State *L, struct rule_match *match, struct pattern *pattern)
{
    match->from = host_field(L, "from");
    match->to = host_field(L, "to");
    if (value_field(L, 1, "on")) {
        match->on = lua_check_link(L, lua_gettop(L), "on");
        lua_pop(L, 1);
    }
    read_flags(L, match);
    if (value_field(L, 1, "pattern")) {
        lua_check_lone_pattern(L, lua_gettop(L), "pattern", pattern);
        match->pattern = pattern;
        lua_pop(L, 1);
    }
    match->pattern_absolute = value_boolean_field(L, 1, "absolute", false);
    if (value_field(L, 1, "nth")) {
        match->nth = value_ordinals(L, lua_gettop(L), "nth", &match->nth_len);
        lua_pop(L, 1);
    }
    match->count = value_count_field(L, 1, "count", 1, UINT32_MAX, 0);
    match->has_count = match->count > 0;
    match->has_after = value_field(L, 1, "after");
    if (match->has_after) {
        match->after_ns = value_time(L, -1, "after");
        lua_pop(L, 1);
    }
    match->has_before = value_field(L, 1, "before");
    if (match->has_before) {
        match->before_ns = value_time(L, -1, "before");
        lua_pop(L, 1);
        value_check_order(L, "after", match->after_ns, "before", match->before_ns);
    }
}

/* ---- what to do ---- */

static void read_effect(lua_State *L, struct rule_effect *effect)
{
    switch (effect->action) {
    case RULE_DELAY:
        if (!value_field(L, 1, "by")) { lua_fail(L, "sim.delay needs by, as in by = \"50ms\""); }
        effect->by_ns = value_time(L, -1, "by");
        lua_pop(L, 1);
        return;
    case RULE_DUPLICATE:
        effect->copies = (uint32_t)value_count_field(L, 1, "copies", 1, 1000, 1);
        effect->gap_ns = value_time_field(L, 1, "gap", 0);
        return;
    case RULE_CORRUPT:
        /* Unless told otherwise, a bit of the checksum itself: every segment has it. */
        effect->offset = (uint16_t)value_count_field(L, 1, "offset", 0, UINT16_MAX, 16);
        effect->mask = (uint8_t)value_count_field(L, 1, "mask", 1, UINT8_MAX, 1);
        return;
    case RULE_DROP:
    case RULE_HOLD:
    case RULE_REWRITE:
    case RULE_PARTITION: return;
    }
}

/* The keys that are the action's own stand behind the matching ones in `keys`. */
static void check_own_keys(lua_State *L, enum rule_action action)
{
    static const struct {
        size_t first, count;
    } own[] = {
        [RULE_DROP] = {0, 0},      [RULE_DELAY] = {0, 1}, [RULE_DUPLICATE] = {1, 2},
        [RULE_CORRUPT] = {3, 2},   [RULE_HOLD] = {0, 0},  [RULE_REWRITE] = {5, 1},
        [RULE_PARTITION] = {0, 0},
    };
    const char *accepted[sizeof keys / sizeof keys[0]];
    size_t count = 0;
    for (size_t i = 0; i < own[action].count; i++) {
        accepted[count++] = keys[MATCH_KEY_COUNT + own[action].first + i];
    }
    for (size_t i = 0; i < MATCH_KEY_COUNT; i++) { accepted[count++] = keys[i]; }
    lua_check_keys(L, 1, lua_pushfstring(L, "field of sim.%s", rule_action_name(action)), accepted,
                   count, 0);
    lua_pop(L, 1);
}

/* Pushes the rule's object. */
static int make_rule(lua_State *L, struct rule_object *object, struct rule_match *match,
                     struct rule_effect *effect)
{
    char where[200];
    lua_where(L, where, sizeof where);
    object->scenario = scenario_of(L);
    object->action = effect->action;
    if (object->match_ref != LUA_NOREF) {
        match->predicate = predicate;
        match->context = object;
    }
    if (object->with_ref != LUA_NOREF) {
        effect->rewrite = rewrite;
        effect->context = object;
    }
    object->rule = rule_create(scenario_world(L), match, effect, where);
    if (object->rule == NULL) { return limits_raise(L, "memory: no room for a rule"); }
    object_push(L, OBJECT_RULE, object);
    return 1;
}

static struct rule_object *new_object(lua_State *L)
{
    struct rule_object *object = arena_take_zeroed(scenario_of(L)->arena, sizeof *object);
    if (object == NULL) { limits_raise(L, "memory: no room for a rule"); }
    object->match_ref = LUA_NOREF;
    object->with_ref = LUA_NOREF;
    return object;
}

static int declare(lua_State *L, enum rule_action action)
{
    lua_settop(L, 1);
    const char *what = lua_pushfstring(L, "sim.%s", rule_action_name(action));
    scenario_may_act(L, what);
    if (lua_type(L, 1) != LUA_TTABLE) {
        return lua_fail(L, "%s: expected a table of what to match, got %s", what, lua_what(L, 1));
    }
    check_own_keys(L, action);
    struct pattern pattern;
    struct rule_match match = {.from = NULL};
    struct rule_effect effect = {.action = action};
    read_match(L, &match, &pattern);
    read_effect(L, &effect);
    struct rule_object *object = new_object(L);
    object->match_ref = function_field(L, "match");
    object->with_ref = action == RULE_REWRITE ? function_field(L, "with") : LUA_NOREF;
    if (action == RULE_REWRITE && object->with_ref == LUA_NOREF) {
        return lua_fail(L, "sim.rewrite needs with, a function of the segment");
    }
    return make_rule(L, object, &match, &effect);
}

static int sim_drop(lua_State *L) { return declare(L, RULE_DROP); }
static int sim_delay(lua_State *L) { return declare(L, RULE_DELAY); }
static int sim_duplicate(lua_State *L) { return declare(L, RULE_DUPLICATE); }
static int sim_corrupt(lua_State *L) { return declare(L, RULE_CORRUPT); }
static int sim_hold(lua_State *L) { return declare(L, RULE_HOLD); }
static int sim_rewrite(lua_State *L) { return declare(L, RULE_REWRITE); }

static int sim_partition(lua_State *L)
{
    static const char *const names[] = {"from", "to", "oneway"};
    scenario_may_act(L, "sim.partition");
    struct rule_match match = {.from = NULL};
    struct rule_effect effect = {.action = RULE_PARTITION};
    effect.a = lua_check_host(L, 1, "sim.partition");
    effect.b = lua_check_host(L, 2, "sim.partition");
    if (effect.a == effect.b) { return lua_fail(L, "sim.partition: expected two different hosts"); }
    lua_settop(L, 3);
    if (!lua_isnil(L, 3)) {
        lua_check_options(L, 3, "option of sim.partition", names, sizeof names / sizeof names[0]);
        match.has_after = value_field(L, 3, "from");
        if (match.has_after) { match.after_ns = value_time(L, -1, "from"); }
        match.has_before = value_field(L, 3, "to");
        if (match.has_before) {
            match.before_ns = value_time(L, -1, "to");
            value_check_order(L, "from", match.after_ns, "to", match.before_ns);
        }
        effect.oneway = value_boolean_field(L, 3, "oneway", false);
    }
    return make_rule(L, new_object(L), &match, &effect);
}

/* ---- the rule's object ---- */

static int rule_remove_call(lua_State *L)
{
    scenario_may_act(L, "rule:remove");
    const struct rule_object *object = object_check(L, 1, OBJECT_RULE, "rule:remove");
    rule_remove(object->rule);
    return 0;
}

static int rule_release_call(lua_State *L)
{
    static const char *const names[] = {"reverse"};
    scenario_may_act(L, "rule:release");
    const struct rule_object *object = object_check(L, 1, OBJECT_RULE, "rule:release");
    if (object->action != RULE_HOLD) {
        return lua_fail(L, "rule:release: only what sim.hold keeps can be released");
    }
    bool reverse = false;
    if (!lua_isnoneornil(L, 2)) {
        lua_check_options(L, 2, "option of rule:release", names, 1);
        reverse = value_boolean_field(L, 2, "reverse", false);
    }
    lua_pushinteger(L, (lua_Integer)rule_release(object->rule, reverse));
    return 1;
}

static void rule_get(lua_State *L, void *data, unsigned field)
{
    const struct rule_object *object = data;
    lua_pushinteger(
        L, (lua_Integer)(field == 0 ? rule_hits(object->rule) : rule_matches(object->rule)));
}

static void rule_describe(const void *data, char *text, size_t room)
{
    const struct rule_object *object = data;
    (void)snprintf(text, room, "rule %s of %s", rule_action_name(object->action),
                   rule_where(object->rule));
}

static const luaL_Reg rule_methods[] = {
    {"remove", rule_remove_call}, {"release", rule_release_call}, {NULL, NULL}};
static const char *const rule_fields[] = {"hits", "matches", NULL};

const struct object_class rule_class = {
    .name = "rule",
    .methods = rule_methods,
    .fields = rule_fields,
    .get = rule_get,
    .describe = rule_describe,
};

void module_rule(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"drop", sim_drop},           {"delay", sim_delay}, {"duplicate", sim_duplicate},
        {"corrupt", sim_corrupt},     {"hold", sim_hold},   {"rewrite", sim_rewrite},
        {"partition", sim_partition}, {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
}
