/* strict.c - the globals `sim` and `expect`: tables of functions that know their names, cannot be
 * changed and are called with a dot. */
#include "internal.h"

#define GLOBAL_NAMES_MAX 64

static int strict_index(lua_State *L)
{
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) { return 1; }
    const char *global = lua_tostring(L, lua_upvalueindex(2));
    if (lua_type(L, 2) != LUA_TSTRING) {
        return lua_fail(L, "%s has functions by name, not by %s", global, lua_what(L, 2));
    }
    const char *names[GLOBAL_NAMES_MAX];
    const size_t count = lua_sorted_keys(L, lua_upvalueindex(1), names, GLOBAL_NAMES_MAX);
    lua_pushfstring(L, "function of %s", global);
    return lua_fail_unknown(L, lua_tostring(L, -1), lua_tostring(L, 2), names, count);
}

static int strict_newindex(lua_State *L)
{
    return lua_fail(L, "%s cannot be changed", lua_tostring(L, lua_upvalueindex(1)));
}

/* Upvalues: a function, its name and the global, which a colon would make its first argument. */
static int call_dotted(lua_State *L)
{
    if (lua_rawequal(L, 1, lua_upvalueindex(3))) {
        return lua_fail(L, "%s is called with a dot, not with a colon",
                        lua_tostring(L, lua_upvalueindex(2)));
    }
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

/* The table of functions below the global on top of the stack. */
static void refuse_colons(lua_State *L, const char *name)
{
    for (lua_pushnil(L); lua_next(L, -3) != 0;) {
        (void)lua_pushfstring(L, "%s.%s", name, lua_tostring(L, -2));
        lua_pushvalue(L, -4);
        lua_pushcclosure(L, call_dotted, 3);
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, -5);
    }
}

void lua_set_strict_global(lua_State *L, const char *name)
{
    lua_newtable(L); /* the global: empty, so that every access goes through the metatable */
    refuse_colons(L, name);
    lua_createtable(L, 0, 3);
    lua_pushvalue(L, -3);
    lua_pushstring(L, name);
    lua_pushcclosure(L, strict_index, 2);
    lua_setfield(L, -2, "__index");
    lua_pushstring(L, name);
    lua_pushcclosure(L, strict_newindex, 1);
    lua_setfield(L, -2, "__newindex");
    lua_pushstring(L, name);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_pushglobaltable(L);
    lua_pushstring(L, name);
    lua_pushvalue(L, -3);
    lua_rawset(L, -3);
    lua_pop(L, 3);
}
