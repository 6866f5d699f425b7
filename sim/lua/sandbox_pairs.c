/* sandbox_pairs.c - pairs and next in an order that is the same in each run: 1 to #t, other numbers
 * ascending, strings by their octets, false, true. Stock Lua's order changes from process to
 * process.
 *
 * A traversal walks over a snapshot of the keys, so that fields may be changed or removed on the
 * way; what is added on the way is not visited. `pairs` keeps its snapshot in the iterator, `next`
 * in a weak table by the table that is traversed. */
#include "sandbox.h"

#include <math.h>
#include <string.h>

enum key_class { KEY_PLACE, KEY_NUMBER, KEY_STRING, KEY_FALSE, KEY_TRUE };

struct key {
    enum key_class class;
    bool whole;
    lua_Integer integer; /* `whole` */
    lua_Number number;
    const char *text;
    size_t len;
    lua_Integer found; /* its place in the list of keys as found */
};

/* Its user value is the list of keys, in order. */
struct snapshot {
    size_t count, at;   /* `at` keys were given out */
    lua_Integer length; /* #t when it was taken */
};

static const char next_key = 0; /* its address names the weak table in the registry */

/* ---- the order of keys ---- */

static int compare_numbers(const struct key *a, const struct key *b)
{
    if (a->whole && b->whole) { return (a->integer > b->integer) - (a->integer < b->integer); }
    if (!a->whole && !b->whole) { return (a->number > b->number) - (a->number < b->number); }
    if (b->whole) { return -compare_numbers(b, a); }
    /* A float that is a key is no whole number within the integers' range: equality cannot be. */
    if (b->number >= 0x1p63) { return -1; }
    if (b->number < -0x1p63) { return 1; }
    return a->integer <= (lua_Integer)floor(b->number) ? -1 : 1;
}

static int compare(const struct key *a, const struct key *b)
{
    if (a->class != b->class) { return a->class < b->class ? -1 : 1; }
    switch (a->class) {
    case KEY_PLACE:
    case KEY_NUMBER: return compare_numbers(a, b);
    case KEY_STRING: {
        const int octets = memcmp(a->text, b->text, a->len < b->len ? a->len : b->len);
        return octets != 0 ? octets : (a->len > b->len) - (a->len < b->len);
    }
    case KEY_FALSE:
    case KEY_TRUE: break;
    }
    return 0;
}

/* The key at `index` as it is compared; raises for one that has no place in the order. */
static struct key read_key(lua_State *L, int index, lua_Integer length)
{
    struct key key = {0};
    switch (lua_type(L, index)) {
    case LUA_TNUMBER:
        key.class = KEY_NUMBER;
        key.whole = lua_isinteger(L, index) != 0;
        key.integer = key.whole ? lua_tointeger(L, index) : 0;
        key.number = key.whole ? 0 : lua_tonumber(L, index);
        /* A 1 that is there is always a place, also when it was removed since. */
        if (key.whole && key.integer >= 1 && (key.integer <= length || key.integer == 1)) {
            key.class = KEY_PLACE;
        }
        break;
    case LUA_TSTRING:
        key.class = KEY_STRING;
        key.text = lua_tolstring(L, index, &key.len);
        break;
    case LUA_TBOOLEAN: key.class = lua_toboolean(L, index) ? KEY_TRUE : KEY_FALSE; break;
    default:
        lua_fail(L,
                 "pairs: a key is a %s; only numbers, strings and booleans have an order that is "
                 "the same in each run",
                 luaL_typename(L, index));
    }
    return key;
}

static void merge(const struct key *from, size_t middle, size_t count, struct key *to)
{
    size_t left = 0;
    size_t right = middle;
    for (size_t at = 0; at < count; at++) {
        const bool use_left =
            right == count || (left < middle && compare(&from[left], &from[right]) <= 0);
        to[at] = use_left ? from[left++] : from[right++];
    }
}

static struct key *sort_keys(struct key *keys, struct key *other, size_t count)
{
    for (size_t width = 1; width < count; width *= 2) {
        for (size_t start = 0; start < count; start += 2 * width) {
            const size_t rest = count - start;
            const size_t here = rest < 2 * width ? rest : 2 * width;
            merge(keys + start, here < width ? here : width, here, other + start);
        }
        struct key *sorted = other;
        other = keys;
        keys = sorted;
    }
    return keys;
}

/* ---- snapshots ---- */

/* Pushes the keys of the table at `table` as a list, in the table's own order. `sequence` tells
 * whether they are 1, 2, 3 … already. */
static size_t push_keys(lua_State *L, int table, bool *sequence)
{
    size_t count = 0;
    *sequence = true;
    lua_newtable(L);
    const int list = lua_gettop(L);
    for (lua_pushnil(L); lua_next(L, table) != 0;) {
        lua_pop(L, 1);
        count++;
        const bool whole = lua_isinteger(L, -1) != 0;
        *sequence = *sequence && whole && lua_tointeger(L, -1) == (lua_Integer)count;
        lua_pushvalue(L, -1);
        lua_rawseti(L, list, (lua_Integer)count);
    }
    return count;
}

/* Replaces the list of `count` keys on top by the list in order. */
static void put_in_order(lua_State *L, size_t count, lua_Integer length)
{
    const int list = lua_gettop(L);
    struct key *keys = lua_newuserdatauv(L, (2 * count + 1) * sizeof *keys, 0);
    bool in_order = true;
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(L, list, (lua_Integer)(i + 1));
        keys[i] = read_key(L, -1, length); /* the list keeps its string alive */
        keys[i].found = (lua_Integer)(i + 1);
        lua_pop(L, 1);
        in_order = in_order && (i == 0 || compare(&keys[i - 1], &keys[i]) < 0);
    }
    if (!in_order) {
        const struct key *sorted = sort_keys(keys, keys + count, count);
        lua_createtable(L, (int)count, 0);
        for (size_t i = 0; i < count; i++) {
            lua_rawgeti(L, list, sorted[i].found);
            lua_rawseti(L, -2, (lua_Integer)(i + 1));
        }
        lua_replace(L, list);
    }
    lua_settop(L, list);
}

static void push_snapshot(lua_State *L, int table)
{
    struct snapshot *snapshot = lua_newuserdatauv(L, sizeof *snapshot, 1);
    snapshot->at = 0;
    snapshot->length = (lua_Integer)lua_rawlen(L, table);
    bool sequence;
    snapshot->count = push_keys(L, table, &sequence);
    if (!sequence) { put_in_order(L, snapshot->count, snapshot->length); }
    (void)lua_setiuservalue(L, -2, 1);
}

/* How many keys of the list at `list` come up to the key at `key`, that one included. */
static size_t find(lua_State *L, const struct snapshot *snapshot, int list, int key)
{
    const struct key wanted = read_key(L, key, snapshot->length);
    size_t low = 0;
    for (size_t high = snapshot->count; low < high;) {
        const size_t middle = low + (high - low) / 2;
        lua_rawgeti(L, list, (lua_Integer)(middle + 1));
        const struct key there = read_key(L, -1, snapshot->length);
        if (compare(&there, &wanted) <= 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
        lua_pop(L, 1);
    }
    return low;
}

/* Pushes the key after the one at index 2, and its value in the table at index 1; or nil. */
static int step(lua_State *L, int snapshot_index)
{
    struct snapshot *snapshot = lua_touserdata(L, snapshot_index);
    (void)lua_getiuservalue(L, snapshot_index, 1);
    const int list = lua_gettop(L);
    if (lua_isnil(L, 2)) {
        snapshot->at = 0;
    } else {
        lua_rawgeti(L, list, (lua_Integer)snapshot->at);
        if (lua_rawequal(L, -1, 2) == 0) { snapshot->at = find(L, snapshot, list, 2); }
        lua_pop(L, 1);
    }
    while (snapshot->at < snapshot->count) {
        snapshot->at++;
        lua_rawgeti(L, list, (lua_Integer)snapshot->at);
        lua_pushvalue(L, -1);
        if (lua_rawget(L, 1) != LUA_TNIL) { return 2; } /* not removed meanwhile */
        lua_pop(L, 2);
    }
    lua_pushnil(L);
    return 1;
}

/* ---- pairs ---- */

static int pairs_step(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 2);
    return step(L, lua_upvalueindex(1));
}

static int finish_pairs(lua_State *L, int status, lua_KContext context)
{
    (void)L;
    (void)status;
    (void)context;
    return 3;
}

static int pairs_call(lua_State *L)
{
    luaL_checkany(L, 1);
    if (luaL_getmetafield(L, 1, "__pairs") != LUA_TNIL) {
        lua_pushvalue(L, 1);
        lua_callk(L, 1, 3, 0, finish_pairs);
        return 3;
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    push_snapshot(L, 1);
    lua_pushcclosure(L, pairs_step, 1);
    lua_pushvalue(L, 1);
    lua_pushnil(L);
    return 3;
}

/* ---- next ---- */

/* Pushes the weak table of next's snapshots. */
static void push_snapshots(lua_State *L) { sandbox_push_weak(L, &next_key); }

/* Takes a snapshot of the table at index 1 for the calls to come, leaving it on top. */
static void keep_snapshot(lua_State *L)
{
    push_snapshots(L);
    push_snapshot(L, 1);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, -2);
    lua_rawset(L, -4);
}

/* Pushes the least key of a table without number keys, or nil when it is empty; false: it has such
 * keys. */
static bool push_least(lua_State *L)
{
    struct key least = {0};
    bool any = false;
    lua_pushnil(L);
    const int answer = lua_gettop(L);
    for (lua_pushnil(L); lua_next(L, 1) != 0;) {
        lua_pop(L, 1);
        if (lua_type(L, -1) == LUA_TNUMBER) { return false; }
        const struct key key = read_key(L, -1, 0);
        if (!any || compare(&key, &least) < 0) {
            least = key;
            any = true;
            lua_pushvalue(L, -1);
            lua_replace(L, answer);
        }
    }
    return true;
}

/* The first key, without a snapshot where that is cheap: often one only asks whether there is any.
 */
static int first(lua_State *L)
{
    push_snapshots(L);
    lua_pushvalue(L, 1);
    lua_pushnil(L);
    lua_rawset(L, -3); /* what an earlier traversal left */
    lua_pushinteger(L, 1);
    if (lua_rawgeti(L, 1, 1) != LUA_TNIL) { return 2; }
    if (push_least(L)) {
        if (lua_isnil(L, -1)) { return 1; }
        lua_pushvalue(L, -1);
        (void)lua_rawget(L, 1);
        return 2;
    }
    lua_settop(L, 2);
    keep_snapshot(L);
    return step(L, lua_gettop(L));
}

static int next_call(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 2);
    if (lua_isnil(L, 2)) { return first(L); }
    push_snapshots(L);
    lua_pushvalue(L, 1);
    if (lua_rawget(L, -2) == LUA_TNIL) { keep_snapshot(L); }
    const int results = step(L, lua_gettop(L));
    if (results == 1) { /* the end: the snapshot has done its work */
        push_snapshots(L);
        lua_pushvalue(L, 1);
        lua_pushnil(L);
        lua_rawset(L, -3);
        lua_pushnil(L);
    }
    return results;
}

void sandbox_pairs(lua_State *L)
{
    lua_pushcfunction(L, pairs_call);
    lua_setfield(L, -2, "pairs");
    lua_pushcfunction(L, next_call);
    lua_setfield(L, -2, "next");
}
