/* module_router.c - sim.router, routers themselves, and the routes that a scenario chooses
 * (router:route, host:route). */
#include "internal.h"

#include "../../tcp/wire.h"

#include <stdio.h>
#include <string.h>

#define NAMES_MAX 16

/* ---- sim.router ---- */

static void read_option(lua_State *L, const char *router, const struct router_option_row *row,
                        struct router_options *options)
{
    char *field = (char *)options + row->offset;
    if (!value_field(L, 2, row->name)) { return; }
    const char *what = lua_pushfstring(L, "%s of router %s", row->name, router);
    const int index = lua_gettop(L) - 1;
    switch (row->type) {
    case ROUTER_BOOL: {
        const bool value = value_boolean(L, index, what);
        memcpy(field, &value, sizeof value);
        break;
    }
    case ROUTER_SIZE: {
        const uint32_t value = (uint32_t)value_size(L, index, what, row->min, row->max);
        memcpy(field, &value, sizeof value);
        break;
    }
    }
    lua_pop(L, 2);
}

static int sim_router(lua_State *L)
{
    const char *names[NAMES_MAX] = {"address"};
    size_t count = 1;
    struct router_config config;
    memset(&config, 0, sizeof config);
    scenario_may_act(L, "sim.router");
    lua_settop(L, 2);
    config.name = lua_check_node_name(L, "sim.router");
    router_options_default(&config.options);
    if (!lua_isnil(L, 2)) {
        for (size_t i = 0; i < router_option_count && count < NAMES_MAX; i++) {
            names[count++] = router_option_table[i].name;
        }
        lua_check_options(L, 2, "option of a router", names, count);
        for (size_t i = 0; i < router_option_count; i++) {
            read_option(L, config.name, &router_option_table[i], &config.options);
        }
        (void)lua_read_addresses(L, 2, config.name, config.addresses, &config.address_count);
    }
    struct host *router = world_add_router(scenario_world(L), &config);
    if (router == NULL) { return limits_raise(L, "memory: no room for router %s", config.name); }
    object_push(L, OBJECT_ROUTER, router);
    return 1;
}

/* ---- chosen routes ---- */

/* Where to: a host, or one address of it. */
static void read_destination(lua_State *L, int index, struct host_route_choice *choice)
{
    choice->to = lua_test_host(L, index);
    if (choice->to != NULL) { return; }
    if (lua_type(L, index) != LUA_TSTRING) {
        lua_fail(L, "route: expected a host or an address of one, got %s", lua_what(L, index));
    }
    const char *text = lua_tostring(L, index);
    if (wire_parse_address(text, &choice->address)) {
        choice->to = world_host_by_address(scenario_world(L), &choice->address);
    }
    if (choice->to == NULL || host_is_router(choice->to)) {
        lua_fail(L, "route: no host has the address \"%s\"", text);
    }
}

/* By which link: a link that ends here, or the first one to a neighbour. */
static struct link *read_next(lua_State *L, int index, struct host *at)
{
    struct link *link = object_test(L, index, OBJECT_LINK);
    if (link == NULL) {
        const struct host *next = lua_check_node(L, index, "route: the next hop");
        link = link_between(at, next);
        if (link == NULL) {
            lua_fail(L, "route: there is no link between %s and %s", host_name(at),
                     host_name(next));
        }
    } else if (link_end(link, LINK_FORWARD) != at && link_end(link, LINK_BACKWARD) != at) {
        lua_fail(L, "route: link %s does not end at %s", link_name(link), host_name(at));
    }
    return link;
}

int lua_route_call(lua_State *L)
{
    static const char *const names[] = {"from"};
    struct host_route_choice choice;
    memset(&choice, 0, sizeof choice);
    scenario_may_act(L, "route");
    lua_settop(L, 4);
    struct host *at = lua_check_node(L, 1, "route");
    read_destination(L, 2, &choice);
    if (choice.to == at) { return lua_fail(L, "route: %s is there already", host_name(at)); }
    choice.link = read_next(L, 3, at);
    if (!lua_isnil(L, 4)) {
        lua_check_options(L, 4, "option of route", names, 1);
        if (value_field(L, 4, "from") && (lua_type(L, -1) != LUA_TSTRING ||
                                          !wire_parse_address(lua_tostring(L, -1), &choice.from))) {
            return lua_fail(L, "route: from: expected an address, got %s", lua_what(L, -1));
        }
    }
    if (!host_choose_route(at, &choice)) { return limits_raise_memory(L); }
    return 0;
}

/* ---- routers ---- */

enum router_field { ROUTER_NAME, ROUTER_ADDRESS, ROUTER_ADDRESSES };

static void router_get(lua_State *L, void *object, unsigned field)
{
    size_t count = 0;
    const struct tcp_address *addresses = host_addresses(object, &count);
    switch ((enum router_field)field) {
    case ROUTER_NAME: lua_pushstring(L, host_name(object)); return;
    case ROUTER_ADDRESS:
        if (count > 0) {
            lua_push_address(L, &addresses[0]);
        } else {
            lua_pushnil(L);
        }
        return;
    case ROUTER_ADDRESSES: break;
    }
    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        lua_push_address(L, &addresses[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

static void router_describe(const void *object, char *text, size_t room)
{
    (void)snprintf(text, room, "router %s", host_name(object));
}

static const luaL_Reg router_methods[] = {{"route", lua_route_call}, {NULL, NULL}};
static const char *const router_fields[] = {"name", "address", "addresses", NULL};

const struct object_class router_class = {
    .name = "router",
    .methods = router_methods,
    .fields = router_fields,
    .get = router_get,
    .describe = router_describe,
};

void module_router(lua_State *L)
{
    static const luaL_Reg functions[] = {{"router", sim_router}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
