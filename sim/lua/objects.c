/* objects.c - hosts, links, connections and so on as Lua sees them: userdata of one metatable each,
 * whose misspelt members are errors that name the right ones. */
#include "internal.h"

#include <string.h>

static const struct object_class *const classes[OBJECT_KINDS] = {
    [OBJECT_HOST] = &host_class,         [OBJECT_LINK] = &link_class,
    [OBJECT_ROUTER] = &router_class,     [OBJECT_CONN] = &lua_conn_class,
    [OBJECT_LISTENER] = &listener_class, [OBJECT_RULE] = &rule_class,
    [OBJECT_SEGMENT] = &segment_class,
};

#define MEMBERS_MAX 64
#define OBJECTS_KEY "tcpsim.objects"

/* The pointer that a userdata holds, or for a segment its own data. */
static void *held(void *userdata, enum object_kind kind)
{
    if (kind == OBJECT_SEGMENT || userdata == NULL) { return userdata; }
    return *(void **)userdata;
}

static enum object_kind kind_of_closure(lua_State *L)
{
    return (enum object_kind)lua_tointeger(L, lua_upvalueindex(1));
}

static size_t member_names(const struct object_class *class, const char **names)
{
    size_t count = 0;
    for (const char *const *field = class->fields; *field != NULL && count < MEMBERS_MAX; field++) {
        names[count++] = *field;
    }
    for (const luaL_Reg *method = class->methods; method->name != NULL && count < MEMBERS_MAX;
         method++) {
        names[count++] = method->name;
    }
    return count;
}

static int unknown_member(lua_State *L, const struct object_class *class, const char *verb)
{
    if (lua_type(L, 2) != LUA_TSTRING) {
        return lua_fail(L, "a %s has members by name, not by %s", class->name, lua_what(L, 2));
    }
    const char *names[MEMBERS_MAX];
    const size_t count = member_names(class, names);
    lua_pushfstring(L, "%smember of a %s", verb, class->name);
    return lua_fail_unknown(L, lua_tostring(L, -1), lua_tostring(L, 2), names, count);
}

/* The number of that field, or -1. */
static int field_number(const struct object_class *class, const char *name)
{
    for (int i = 0; class->fields[i] != NULL; i++) {
        if (strcmp(class->fields[i], name) == 0) { return i; }
    }
    return -1;
}

static int object_index(lua_State *L)
{
    const enum object_kind kind = kind_of_closure(L);
    const struct object_class *class = classes[kind];
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(2)) != LUA_TNIL) { return 1; }
    const int field = lua_type(L, 2) == LUA_TSTRING ? field_number(class, lua_tostring(L, 2)) : -1;
    if (field < 0) { return unknown_member(L, class, ""); }
    class->get(L, held(lua_touserdata(L, 1), kind), (unsigned)field);
    return 1;
}

static int object_newindex(lua_State *L)
{
    const enum object_kind kind = kind_of_closure(L);
    const struct object_class *class = classes[kind];
    const int field = lua_type(L, 2) == LUA_TSTRING ? field_number(class, lua_tostring(L, 2)) : -1;
    if (field < 0 || class->set == NULL) {
        if (class->set != NULL) { return unknown_member(L, class, ""); }
        return lua_fail(L, "the members of a %s cannot be assigned", class->name);
    }
    class->set(L, held(lua_touserdata(L, 1), kind), (unsigned)field);
    return 0;
}

static int object_tostring(lua_State *L)
{
    const enum object_kind kind = kind_of_closure(L);
    char text[1024];
    classes[kind]->describe(held(lua_touserdata(L, 1), kind), text, sizeof text);
    lua_pushstring(L, text);
    return 1;
}

static void push_closure(lua_State *L, enum object_kind kind, lua_CFunction function)
{
    lua_pushinteger(L, kind);
    lua_pushcclosure(L, function, 1);
}

void objects_open(lua_State *L)
{
    lua_newtable(L);
    lua_setfield(L, LUA_REGISTRYINDEX, OBJECTS_KEY);
    for (enum object_kind kind = 0; kind < OBJECT_KINDS; kind++) {
        const struct object_class *class = classes[kind];
        lua_newtable(L);
        lua_pushinteger(L, kind);
        lua_newtable(L);
        luaL_setfuncs(L, class->methods, 0);
        lua_pushcclosure(L, object_index, 2);
        lua_setfield(L, -2, "__index");
        push_closure(L, kind, object_newindex);
        lua_setfield(L, -2, "__newindex");
        push_closure(L, kind, object_tostring);
        lua_setfield(L, -2, "__tostring");
        lua_pushstring(L, class->name);
        lua_setfield(L, -2, "__name");
        lua_pushstring(L, class->name);
        lua_setfield(L, -2, "__metatable");
        if (class->collect != NULL) {
            lua_pushcfunction(L, class->collect);
            lua_setfield(L, -2, "__gc");
        }
        lua_rawsetp(L, LUA_REGISTRYINDEX, class);
    }
}

void *object_new(lua_State *L, enum object_kind kind, size_t size)
{
    void *userdata = lua_newuserdatauv(L, size, 0);
    memset(userdata, 0, size);
    lua_rawgetp(L, LUA_REGISTRYINDEX, classes[kind]);
    lua_setmetatable(L, -2);
    return userdata;
}

void object_push(lua_State *L, enum object_kind kind, void *pointer)
{
    lua_getfield(L, LUA_REGISTRYINDEX, OBJECTS_KEY);
    if (lua_rawgetp(L, -1, pointer) == LUA_TNIL) {
        lua_pop(L, 1);
        *(void **)object_new(L, kind, sizeof(void *)) = pointer;
        lua_pushvalue(L, -1);
        lua_rawsetp(L, -3, pointer);
    }
    lua_remove(L, -2);
}

void *object_test(lua_State *L, int index, enum object_kind kind)
{
    void *userdata = lua_touserdata(L, index);
    if (lua_type(L, index) != LUA_TUSERDATA || !lua_getmetatable(L, index)) { return NULL; }
    lua_rawgetp(L, LUA_REGISTRYINDEX, classes[kind]);
    const bool same = lua_rawequal(L, -1, -2) != 0;
    lua_pop(L, 2);
    return same ? held(userdata, kind) : NULL;
}

void *object_check(lua_State *L, int index, enum object_kind kind, const char *what)
{
    void *object = object_test(L, index, kind);
    if (object == NULL) {
        lua_fail(L, "%s: expected a %s, got %s%s", what, classes[kind]->name, lua_what(L, index),
                 index == 1 ? " (methods are called with a colon)" : "");
    }
    return object;
}

const char *lua_what(lua_State *L, int index)
{
    for (enum object_kind kind = 0; kind < OBJECT_KINDS; kind++) {
        if (lua_type(L, index) == LUA_TUSERDATA && object_test(L, index, kind) != NULL) {
            return classes[kind]->name;
        }
    }
    const int type = lua_type(L, index);
    return type == LUA_TNONE ? "nothing" : lua_typename(L, type);
}

void lua_check_options(lua_State *L, int index, const char *what, const char *const *names,
                       size_t count)
{
    if (lua_type(L, index) != LUA_TTABLE) {
        lua_fail(L, "%s: expected a table of options, got %s", what, lua_what(L, index));
    }
    lua_check_keys(L, index, what, names, count, 0);
}

/* ---- what this folder keeps with a socket and a host ---- */

struct socket_extra *socket_extra(struct scenario *scenario, struct socket *socket)
{
    if (socket->user == NULL) {
        socket->user = arena_take_zeroed(scenario->arena, sizeof(struct socket_extra));
    }
    return socket->user;
}

struct host_extra *host_extra(struct scenario *scenario, struct host *host)
{
    if (host_user(host) == NULL) {
        host_set_user(host, arena_take_zeroed(scenario->arena, sizeof(struct host_extra)));
    }
    return host_user(host);
}

struct app_waiters *socket_waiters(lua_State *L, struct socket *socket)
{
    struct socket_extra *extra = socket_extra(scenario_of(L), socket);
    if (extra == NULL) { limits_raise(L, "memory: no room for what waits on a connection"); }
    return &extra->waiters;
}

/* ---- hosts and links; the others' checks stand with their methods ---- */

struct host *lua_check_host(lua_State *L, int index, const char *what)
{
    return object_check(L, index, OBJECT_HOST, what);
}

struct host *lua_test_host(lua_State *L, int index) { return object_test(L, index, OBJECT_HOST); }

void lua_push_host(lua_State *L, struct host *host) { object_push(L, OBJECT_HOST, host); }

struct host *lua_check_node(lua_State *L, int index, const char *what)
{
    struct host *host = object_test(L, index, OBJECT_HOST);
    if (host == NULL) { host = object_test(L, index, OBJECT_ROUTER); }
    if (host == NULL) {
        lua_fail(L, "%s: expected a host or a router, got %s%s", what, lua_what(L, index),
                 index == 1 ? " (methods are called with a colon)" : "");
    }
    return host;
}

struct link *lua_check_link(lua_State *L, int index, const char *what)
{
    return object_check(L, index, OBJECT_LINK, what);
}
