/* sandbox_string.c - tostring and the functions of `string` that would show an address, the
 * machine's order of octets, or bytecode. */
#include "sandbox.h"

#include <math.h>
#include <string.h>

#define SEARCHED_OCTETS_AN_INSTRUCTION 8

/* The conversions of string.format end in a letter after these. */
#define FORMAT_MODIFIERS "-+ #0123456789."

const char *sandbox_tostring(lua_State *L, int index, size_t *len)
{
    index = lua_absindex(L, index);
    if (luaL_callmeta(L, index, "__tostring")) {
        if (lua_type(L, -1) != LUA_TSTRING) { lua_fail(L, "'__tostring' must return a string"); }
        return lua_tolstring(L, -1, len);
    }
    switch (lua_type(L, index)) {
    case LUA_TNUMBER:
        /* The sign of what is not a number differs from machine to machine. */
        if (lua_isinteger(L, index) == 0 && isnan(lua_tonumber(L, index))) {
            (void)lua_pushliteral(L, "nan");
            break;
        }
        return luaL_tolstring(L, index, len);
    case LUA_TSTRING:
    case LUA_TBOOLEAN:
    case LUA_TNIL: return luaL_tolstring(L, index, len);
    default: {
        const int type = luaL_getmetafield(L, index, "__name");
        if (type != LUA_TNIL && type != LUA_TSTRING) { lua_pop(L, 1); }
        if (type != LUA_TSTRING) { lua_pushstring(L, luaL_typename(L, index)); }
        break;
    }
    }
    return lua_tolstring(L, -1, len);
}

/* Upvalue of the functions below: the stock function. It is called as if it were this one, so that
 * its errors name the script's line. */
static int call_stock(lua_State *L) { return lua_tocfunction(L, lua_upvalueindex(1))(L); }

static int string_format(lua_State *L)
{
    size_t len;
    const char *format = luaL_checklstring(L, 1, &len);
    const int last = lua_gettop(L);
    int argument = 1;
    for (size_t at = 0; at < len; at++) {
        if (format[at] != '%') { continue; }
        at++;
        if (at < len && format[at] == '%') { continue; }
        while (at < len && format[at] != '\0' && strchr(FORMAT_MODIFIERS, format[at]) != NULL) {
            at++;
        }
        argument++;
        if (at < len && format[at] == 'p') {
            return lua_fail(L, "string.format: %%p is not available to scenarios (addresses differ "
                               "from run to run)");
        }
        if (at >= len || argument > last) { break; } /* the stock function says what is wrong */
        if (format[at] == 's') {
            (void)sandbox_tostring(L, argument, NULL);
            lua_replace(L, argument);
        } else if (lua_type(L, argument) == LUA_TNUMBER && isnan(lua_tonumber(L, argument))) {
            lua_pushnumber(L, fabs(lua_tonumber(L, argument)));
            lua_replace(L, argument);
        }
    }
    return call_stock(L);
}

/* rep, filled by doubling. Stock Lua's error for what is beyond 2 GiB could be caught; too much
 * memory is a limit. */
static int string_rep(lua_State *L)
{
    size_t len;
    size_t separator_len;
    const char *text = luaL_checklstring(L, 1, &len);
    const lua_Integer times = luaL_checkinteger(L, 2);
    const char *separator = luaL_optlstring(L, 3, "", &separator_len);
    const size_t period = len + separator_len;
    if (times <= 0 || period == 0) {
        (void)lua_pushliteral(L, "");
        return 1;
    }
    if (period > limits_memory_bytes(scenario_of(L)) / (size_t)times) { limits_raise_memory(L); }
    const size_t total = period * (size_t)times - separator_len;
    luaL_Buffer buffer;
    char *octets = luaL_buffinitsize(L, &buffer, total);
    memcpy(octets, text, len);
    if (times > 1) { memcpy(octets + len, separator, separator_len); }
    for (size_t done = period; done < total;) {
        const size_t more = done < total - done ? done : total - done;
        memcpy(octets + done, octets, more);
        done += more;
    }
    luaL_pushresultsize(&buffer, total);
    return 1;
}

/* pack, unpack, packsize: little-endian unless the format says big. */
static int string_packing(lua_State *L)
{
    size_t len;
    const char *format = luaL_checklstring(L, 1, &len);
    luaL_Buffer ours;
    luaL_buffinit(L, &ours);
    luaL_addchar(&ours, '<');
    for (size_t i = 0; i < len; i++) { luaL_addchar(&ours, format[i] == '=' ? '<' : format[i]); }
    luaL_pushresult(&ours);
    lua_replace(L, 1);
    return call_stock(L);
}

/* find, match, gmatch, gsub: a search through much text counts as the work that it is. */
static int string_search(lua_State *L)
{
    size_t len = 0;
    if (lua_type(L, 1) == LUA_TSTRING) { (void)lua_tolstring(L, 1, &len); }
    limits_charge(scenario_of(L), len / SEARCHED_OCTETS_AN_INSTRUCTION);
    return call_stock(L);
}

void sandbox_string(lua_State *L)
{
    static const luaL_Reg ours[] = {
        {"find", string_search},      {"format", string_format},
        {"gmatch", string_search},    {"gsub", string_search},
        {"match", string_search},     {"pack", string_packing},
        {"packsize", string_packing}, {"rep", string_rep},
        {"unpack", string_packing},   {NULL, NULL},
    };
    static const struct sandbox_forbidden forbidden[] = {
        {"dump", "programs are text, never bytecode"},
        {NULL, NULL},
    };
    for (const luaL_Reg *row = ours; row->name != NULL; row++) {
        lua_getfield(L, -1, row->name);
        lua_pushcclosure(L, row->func, 1);
        lua_setfield(L, -2, row->name);
    }
    lua_pushnil(L);
    lua_setfield(L, -2, "dump");
    sandbox_forbid(L, forbidden, "string.");
}
