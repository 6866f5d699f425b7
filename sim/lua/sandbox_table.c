/* sandbox_table.c - table.sort: a stable merge sort. The elements are copied, their places sorted,
 * and the result is written back at the end, so that no order function, however wrong, can do harm.
 */
#include "sandbox.h"

#include <limits.h>

/* Stack indices of table_sort. */
enum { SORTED = 1, ORDER = 2, ELEMENTS = 3 };

static bool comes_before(lua_State *L, size_t a, size_t b)
{
    bool before;
    if (lua_isnil(L, ORDER)) {
        lua_rawgeti(L, ELEMENTS, (lua_Integer)a);
        lua_rawgeti(L, ELEMENTS, (lua_Integer)b);
        before = lua_compare(L, -2, -1, LUA_OPLT) != 0;
        lua_pop(L, 2);
    } else {
        lua_pushvalue(L, ORDER);
        lua_rawgeti(L, ELEMENTS, (lua_Integer)a);
        lua_rawgeti(L, ELEMENTS, (lua_Integer)b);
        lua_call(L, 2, 1);
        before = lua_toboolean(L, -1) != 0;
        lua_pop(L, 1);
    }
    return before;
}

/* Merges from[0 … middle) and from[middle … count) into `to`. */
static void merge(lua_State *L, const size_t *from, size_t middle, size_t count, size_t *to)
{
    size_t left = 0;
    size_t right = middle;
    for (size_t at = 0; at < count; at++) {
        if (right == count || (left < middle && !comes_before(L, from[right], from[left]))) {
            to[at] = from[left++];
        } else {
            to[at] = from[right++];
        }
    }
}

/* Returns which of the two arrays holds the sorted places at last. */
static const size_t *merge_sort(lua_State *L, size_t *places, size_t *other, size_t count)
{
    for (size_t width = 1; width < count; width *= 2) {
        for (size_t start = 0; start < count; start += 2 * width) {
            const size_t rest = count - start;
            const size_t here = rest < 2 * width ? rest : 2 * width;
            merge(L, places + start, here < width ? here : width, here, other + start);
        }
        size_t *sorted = other;
        other = places;
        places = sorted;
    }
    return places;
}

static int table_sort(lua_State *L)
{
    luaL_checktype(L, SORTED, LUA_TTABLE);
    if (!lua_isnoneornil(L, ORDER)) { luaL_checktype(L, ORDER, LUA_TFUNCTION); }
    lua_settop(L, ORDER);
    const lua_Integer length = luaL_len(L, SORTED);
    luaL_argcheck(L, length < INT_MAX, SORTED, "array too big");
    if (length < 2) { return 0; }
    const size_t count = (size_t)length;
    lua_createtable(L, (int)length, 0);
    size_t *places = lua_newuserdatauv(L, 2 * count * sizeof *places, 0);
    for (size_t i = 0; i < count; i++) {
        places[i] = i + 1;
        (void)lua_geti(L, SORTED, (lua_Integer)(i + 1));
        lua_rawseti(L, ELEMENTS, (lua_Integer)(i + 1));
    }
    const size_t *sorted = merge_sort(L, places, places + count, count);
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(L, ELEMENTS, (lua_Integer)sorted[i]);
        lua_seti(L, SORTED, (lua_Integer)(i + 1));
    }
    return 0;
}

void sandbox_table(lua_State *L)
{
    lua_pushcfunction(L, table_sort);
    lua_setfield(L, -2, "sort");
}
