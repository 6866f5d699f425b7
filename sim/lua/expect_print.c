/* expect_print.c - Lua values in words, and where two of them differ. Keys are shown in an order of
 * their own (numbers, strings, booleans), since a table's order changes from run to run. */
#include "expect.h"

#include <string.h>

#define STRING_SHOWN 60
#define STRING_BEFORE_DIFFERENCE 20
#define ENTRIES_SHOWN 8
#define DEPTH_SHOWN 3
#define DEPTH_COMPARED 64

/* ---- strings ---- */

static void print_octets(struct expect_text *text, const char *octets, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const unsigned char c = (unsigned char)octets[i];
        switch (c) {
        case '\n': expect_text_add(text, "\\n"); break;
        case '\r': expect_text_add(text, "\\r"); break;
        case '\t': expect_text_add(text, "\\t"); break;
        case '"': expect_text_add(text, "\\\""); break;
        case '\\': expect_text_add(text, "\\\\"); break;
        default: expect_text_add(text, c < 0x20 || c > 0x7e ? "\\x%02x" : "%c", (unsigned)c); break;
        }
    }
}

/* At most STRING_SHOWN octets, from `from` on. */
static void print_string(struct expect_text *text, const char *octets, size_t len, size_t from)
{
    const size_t shown = len - from < STRING_SHOWN ? len - from : STRING_SHOWN;
    expect_text_add(text, from > 0 ? "…\"" : "\"");
    print_octets(text, octets + from, shown);
    expect_text_add(text, from + shown < len ? "\"…" : "\"");
    if (shown < len) { expect_text_add(text, " (%zu octets)", len); }
}

/* ---- tables ---- */

static int key_class(lua_State *L, int index)
{
    switch (lua_type(L, index)) {
    case LUA_TNUMBER: return 0;
    case LUA_TSTRING: return 1;
    case LUA_TBOOLEAN: return 2;
    default: return 3;
    }
}

/* A total order but for keys that have none (tables and the like), which are equal here. */
static bool key_before(lua_State *L, int a, int b)
{
    const int class = key_class(L, a);
    if (class != key_class(L, b)) { return class < key_class(L, b); }
    if (class == 0) { return lua_compare(L, a, b, LUA_OPLT); }
    if (class == 2) { return !lua_toboolean(L, a) && lua_toboolean(L, b); }
    if (class == 3) { return false; }
    size_t a_len;
    size_t b_len;
    const char *x = lua_tolstring(L, a, &a_len);
    const char *y = lua_tolstring(L, b, &b_len);
    const int order = memcmp(x, y, a_len < b_len ? a_len : b_len);
    return order != 0 ? order < 0 : a_len < b_len;
}

/* Replaces the key at `previous` (nil: before the first) by the one that follows it in order; false
 * when there is none. */
static bool next_key(lua_State *L, int table, int previous)
{
    lua_pushnil(L);
    const int best = lua_gettop(L);
    lua_pushnil(L);
    while (lua_next(L, table) != 0) {
        lua_pop(L, 1);
        const int key = lua_gettop(L);
        const bool after = lua_isnil(L, previous) || key_before(L, previous, key);
        if (after && (lua_isnil(L, best) || key_before(L, key, best))) {
            lua_pushvalue(L, key);
            lua_replace(L, best);
        }
    }
    const bool found = !lua_isnil(L, best);
    lua_replace(L, previous);
    return found;
}

static void print(lua_State *L, int index, struct expect_text *text, int depth);

static bool is_name(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const char c = text[i];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && (i == 0 || c < '0' || c > '9')) { return false; }
    }
    return len > 0;
}

static void print_key(lua_State *L, int key, lua_Integer expected, struct expect_text *text,
                      int depth)
{
    if (lua_isinteger(L, key) && lua_tointeger(L, key) == expected) { return; }
    if (lua_type(L, key) == LUA_TSTRING) {
        size_t len;
        const char *name = lua_tolstring(L, key, &len);
        if (is_name(name, len)) {
            expect_text_add(text, "%s = ", name);
            return;
        }
    }
    expect_text_add(text, "[");
    print(L, key, text, depth + 1);
    expect_text_add(text, "] = ");
}

static void print_table(lua_State *L, int table, struct expect_text *text, int depth)
{
    lua_pushnil(L);
    const int key = lua_gettop(L);
    if (depth >= DEPTH_SHOWN) {
        expect_text_add(text, next_key(L, table, key) ? "{…}" : "{}");
        lua_settop(L, key - 1);
        return;
    }
    expect_text_add(text, "{");
    for (lua_Integer shown = 0; next_key(L, table, key); shown++) {
        if (shown == ENTRIES_SHOWN) {
            expect_text_add(text, ", …");
            break;
        }
        expect_text_add(text, shown > 0 ? ", " : "");
        print_key(L, key, shown + 1, text, depth);
        lua_pushvalue(L, key);
        (void)lua_rawget(L, table);
        print(L, key + 1, text, depth + 1);
        lua_settop(L, key);
    }
    expect_text_add(text, "}");
    lua_settop(L, key - 1);
}

/* ---- any value ---- */

static void print(lua_State *L, int index, struct expect_text *text, int depth)
{
    luaL_checkstack(L, LUA_MINSTACK, "value too deep");
    size_t len;
    switch (lua_type(L, index)) {
    case LUA_TNIL: expect_text_add(text, "nil"); return;
    case LUA_TBOOLEAN: expect_text_add(text, lua_toboolean(L, index) ? "true" : "false"); return;
    case LUA_TTABLE: print_table(L, index, text, depth); return;
    case LUA_TSTRING: {
        const char *octets = lua_tolstring(L, index, &len);
        print_string(text, octets, len, 0);
        return;
    }
    case LUA_TNUMBER:
        if (lua_tonumber(L, index) != lua_tonumber(L, index)) { /* its sign is the machine's */
            expect_text_add(text, "nan");
            return;
        }
        expect_text_add(text, "%s", luaL_tolstring(L, index, NULL));
        lua_pop(L, 1);
        return;
    case LUA_TUSERDATA: /* ours: their __tostring shows no address */
        expect_text_add(text, "%s", luaL_tolstring(L, index, NULL));
        lua_pop(L, 1);
        return;
    default: expect_text_add(text, "%s", lua_what(L, index)); return;
    }
}

void expect_print_value(lua_State *L, int index, struct expect_text *text)
{
    print(L, lua_absindex(L, index), text, 0);
}

/* ---- comparing ---- */

static bool plain_table(lua_State *L, int index)
{
    if (lua_type(L, index) != LUA_TTABLE) { return false; }
    if (!lua_getmetatable(L, index)) { return true; }
    lua_pop(L, 1);
    return false;
}

static bool equal(lua_State *L, int a, int b, int depth);

/* Whether what `a` has under each key `b` has too. With `values` false only the keys count. */
static bool covers(lua_State *L, int a, int b, bool values, int depth)
{
    lua_pushnil(L);
    while (lua_next(L, a) != 0) {
        const int value = lua_gettop(L);
        lua_pushvalue(L, value - 1);
        (void)lua_rawget(L, b);
        const bool same = values ? equal(L, value, value + 1, depth + 1) : !lua_isnil(L, value + 1);
        if (!same) {
            lua_settop(L, value - 2);
            return false;
        }
        lua_settop(L, value - 1);
    }
    return true;
}

static bool equal(lua_State *L, int a, int b, int depth)
{
    if (lua_rawequal(L, a, b)) { return true; }
    if (depth >= DEPTH_COMPARED || !plain_table(L, a) || !plain_table(L, b)) { return false; }
    luaL_checkstack(L, LUA_MINSTACK, "value too deep");
    return covers(L, a, b, true, depth) && covers(L, b, a, false, depth);
}

bool expect_equal_values(lua_State *L, int a, int b)
{
    return equal(L, lua_absindex(L, a), lua_absindex(L, b), 0);
}

size_t expect_print_strings(lua_State *L, int a, int b, struct expect_text *a_text,
                            struct expect_text *b_text, size_t *octet)
{
    size_t a_len;
    size_t b_len;
    const char *x = lua_tolstring(L, a, &a_len);
    const char *y = lua_tolstring(L, b, &b_len);
    size_t same = 0;
    while (same < a_len && same < b_len && x[same] == y[same]) { same++; }
    const bool cut = same >= STRING_SHOWN;
    const size_t from = cut ? same - STRING_BEFORE_DIFFERENCE : 0;
    struct expect_text before = {0};
    print_octets(&before, x + from, same - from);
    print_string(a_text, x, a_len, from);
    print_string(b_text, y, b_len, from);
    *octet = cut ? same + 1 : 0;
    return before.len + (cut ? 2 : 1); /* behind the ellipsis and the quote */
}

/* Pushes the least key of `a` or `b` under which they differ. */
static void push_different_key(lua_State *L, int a, int b, int depth)
{
    lua_pushnil(L);
    const int best = lua_gettop(L);
    for (int side = 0; side < 2; side++) {
        lua_pushnil(L);
        while (lua_next(L, side == 0 ? a : b) != 0) {
            const int key = lua_gettop(L) - 1;
            lua_pushvalue(L, key);
            (void)lua_rawget(L, side == 0 ? b : a);
            const bool differs = !equal(L, key + 1, key + 2, depth + 1);
            if (differs && (lua_isnil(L, best) || key_before(L, key, best))) {
                lua_pushvalue(L, key);
                lua_replace(L, best);
            }
            lua_settop(L, key);
        }
    }
}

static void difference(lua_State *L, int a, int b, struct expect_text *text, int depth)
{
    luaL_checkstack(L, LUA_MINSTACK, "value too deep");
    if (depth >= DEPTH_COMPARED || !plain_table(L, a) || !plain_table(L, b)) {
        if (depth == 0) { return; }
        expect_text_add(text, ": ");
        print(L, a, text, DEPTH_SHOWN - 1);
        expect_text_add(text, ", expected ");
        print(L, b, text, DEPTH_SHOWN - 1);
        return;
    }
    push_different_key(L, a, b, depth);
    const int key = lua_gettop(L);
    expect_text_add(text, "[");
    print(L, key, text, DEPTH_SHOWN - 1);
    expect_text_add(text, "]");
    lua_pushvalue(L, key);
    (void)lua_rawget(L, a);
    lua_pushvalue(L, key);
    (void)lua_rawget(L, b);
    difference(L, key + 1, key + 2, text, depth + 1);
    lua_settop(L, key - 1);
}

void expect_difference(lua_State *L, int a, int b, struct expect_text *text)
{
    difference(L, lua_absindex(L, a), lua_absindex(L, b), text, 0);
}
