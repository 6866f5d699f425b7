/* module_host.c - what a network is built of: sim.host and sim.link, and the hosts and links
 * themselves; routers are in module_router.c. */
#include "internal.h"

#include "../../tcp/wire.h"

#include <stdio.h>
#include <string.h>

/* ---- sim.host ---- */

const char *lua_check_node_name(lua_State *L, const char *what)
{
    const char *letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    if (lua_type(L, 1) != LUA_TSTRING) {
        lua_fail(L, "%s: expected a name, got %s", what, lua_what(L, 1));
    }
    size_t len = 0;
    const char *name = lua_tolstring(L, 1, &len);
    const bool starts = len > 0 && strchr(letters, name[0]) != NULL && name[0] != '\0';
    size_t good = strspn(name, letters);
    while (good < len && name[good] != '\0' && strchr("0123456789_-", name[good]) != NULL) {
        good++;
        good += strspn(name + good, letters);
    }
    if (!starts || good != len) {
        lua_fail(L, "%s: \"%s\" is no %s name (a letter, then letters, digits, _ and -)", what,
                 name, what + strlen("sim."));
    }
    if (len >= PATTERN_NAME_MAX) {
        lua_fail(L, "%s: the name \"%s\" is longer than %d characters", what, name,
                 PATTERN_NAME_MAX - 1);
    }
    const struct world *world = scenario_of(L)->world;
    const struct host *other = world != NULL ? world_host_by_name(world, name) : NULL;
    if (other != NULL) {
        lua_fail(L, "%s: there is already a %s \"%s\"", what,
                 host_is_router(other) ? "router" : "host", name);
    }
    return name;
}

bool lua_is_unicast(const struct tcp_address *address)
{
    static const struct tcp_address none;
    const uint8_t first = address->octets[0];
    if (memcmp(address->octets, none.octets, sizeof none.octets) == 0) { return false; }
    return address->family == 4 ? first != 0 && first < 224 : first != 0xff;
}

static void read_address(lua_State *L, int index, const char *name, struct tcp_address *addresses,
                         size_t *had)
{
    struct tcp_address address;
    memset(&address, 0, sizeof address);
    if (lua_type(L, index) != LUA_TSTRING) {
        lua_fail(L, "address of %s: expected a string or a list of strings, got %s", name,
                 lua_what(L, index));
    }
    size_t len = 0;
    const char *text = lua_tolstring(L, index, &len);
    if (strlen(text) != len || !wire_parse_address(text, &address)) {
        lua_fail(L, "address of %s: \"%s\" is no IPv4 or IPv6 address", name, text);
    }
    if (!lua_is_unicast(&address)) {
        lua_fail(L, "address of %s: \"%s\" is no unicast address", name, text);
    }
    const struct world *world = scenario_of(L)->world;
    const struct host *other = world != NULL ? world_host_by_address(world, &address) : NULL;
    if (other != NULL) {
        lua_fail(L, "address of %s: %s belongs to %s %s already", name, text,
                 host_is_router(other) ? "router" : "host", host_name(other));
    }
    for (size_t i = 0; i < *had; i++) {
        if (tcp_address_equal(&addresses[i], &address)) {
            lua_fail(L, "address of %s: %s stands there twice", name, text);
        }
    }
    if (*had == HOST_ADDRESSES_MAX) {
        lua_fail(L, "address of %s: a host has at most %d addresses", name, HOST_ADDRESSES_MAX);
    }
    addresses[(*had)++] = address;
}

bool lua_read_addresses(lua_State *L, int options, const char *name, struct tcp_address *addresses,
                        size_t *count)
{
    if (!value_field(L, options, "address")) { return false; }
    const int index = lua_gettop(L);
    if (lua_type(L, index) == LUA_TTABLE) {
        const lua_Unsigned len = lua_rawlen(L, index);
        lua_check_keys(L, index, "place in the list of addresses", NULL, 0, (unsigned)len);
        for (lua_Unsigned i = 1; i <= len; i++) {
            lua_rawgeti(L, index, (lua_Integer)i);
            read_address(L, lua_gettop(L), name, addresses, count);
            lua_pop(L, 1);
        }
        if (len == 0) { lua_fail(L, "%s needs an address, and the list is empty", name); }
    } else {
        read_address(L, index, name, addresses, count);
    }
    lua_pop(L, 1);
    return true;
}

static int sim_host(lua_State *L)
{
    static const char *const others[] = {"address", "tcp"};
    scenario_may_act(L, "sim.host");
    lua_settop(L, 2);
    struct host_config config;
    memset(&config, 0, sizeof config);
    config.name = lua_check_node_name(L, "sim.host");
    if (lua_type(L, 2) != LUA_TTABLE) {
        return lua_fail(L,
                        "host %s needs options with an address, as in { address = \"10.0.0.1\" }",
                        config.name);
    }
    tcp_options_default(&config.options);
    values_tcp_options(L, 2, lua_pushfstring(L, "host %s", config.name), &config.options, others,
                       sizeof others / sizeof others[0], false);
    config.has_tcp = value_boolean_field(L, 2, "tcp", true);
    if (!lua_read_addresses(L, 2, config.name, config.addresses, &config.address_count)) {
        return lua_fail(L, "host %s needs an address, as in address = \"10.0.0.1\"", config.name);
    }
    struct host *host = world_add_host(scenario_world(L), &config);
    if (host == NULL) { return limits_raise(L, "memory: no room for host %s", config.name); }
    lua_push_host(L, host);
    return 1;
}

/* ---- hosts ---- */

static int host_app(lua_State *L)
{
    static const char *const keys[] = {"daemon"};
    scenario_may_act(L, "host:app");
    struct host *host = lua_check_host(L, 1, "host:app");
    if (lua_type(L, 2) != LUA_TFUNCTION) {
        return lua_fail(L, "host:app: expected a function, got %s", lua_what(L, 2));
    }
    lua_settop(L, 3);
    bool daemon = false;
    if (!lua_isnil(L, 3)) {
        lua_check_options(L, 3, "option of host:app", keys, 1);
        daemon = value_boolean_field(L, 3, "daemon", false);
    }
    lua_pushvalue(L, 2);
    (void)app_create(L, scenario_of(L), host, daemon);
    return 0;
}

static int host_crash_call(lua_State *L)
{
    scenario_may_act(L, "host:crash");
    host_crash(lua_check_host(L, 1, "host:crash"));
    return 0;
}

enum host_field { HOST_NAME, HOST_ADDRESS, HOST_ADDRESSES };

void lua_push_address(lua_State *L, const struct tcp_address *address)
{
    char text[64];
    (void)wire_format_address(address, text, sizeof text);
    lua_pushstring(L, text);
}

static void host_get(lua_State *L, void *object, unsigned field)
{
    size_t count = 0;
    const struct tcp_address *addresses = host_addresses(object, &count);
    switch ((enum host_field)field) {
    case HOST_NAME: lua_pushstring(L, host_name(object)); return;
    case HOST_ADDRESS: lua_push_address(L, &addresses[0]); return;
    case HOST_ADDRESSES: break;
    }
    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        lua_push_address(L, &addresses[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

static void host_describe(const void *object, char *text, size_t room)
{
    (void)snprintf(text, room, "host %s", host_name(object));
}

static const luaL_Reg host_methods[] = {
    {"app", host_app},
    {"listen", host_listen_call},
    {"connect", host_connect_call},
    {"crash", host_crash_call},
    {"route", lua_route_call},
    {"send", peer_send},
    {"expect", peer_expect},
    {"expect_nothing", peer_expect_nothing},
    {NULL, NULL},
};
static const char *const host_fields[] = {"name", "address", "addresses", NULL};

const struct object_class host_class = {
    .name = "host",
    .methods = host_methods,
    .fields = host_fields,
    .get = host_get,
    .describe = host_describe,
};

/* ---- sim.link and links ---- */

static bool set_where(lua_State *L, struct link *link)
{
    char where[200];
    lua_where(L, where, sizeof where);
    return link_set_where(link, where);
}

static int sim_link(lua_State *L)
{
    scenario_may_act(L, "sim.link");
    struct host *a = lua_check_node(L, 1, "sim.link");
    struct host *b = lua_check_node(L, 2, "sim.link");
    if (a == b) { return lua_fail(L, "sim.link: a link joins two different hosts or routers"); }
    lua_settop(L, 3);
    struct link_settings settings[2];
    link_settings_default(&settings[LINK_FORWARD]);
    link_settings_default(&settings[LINK_BACKWARD]);
    const char *what = lua_pushfstring(L, "link %s-%s", host_name(a), host_name(b));
    if (!lua_isnil(L, 3)) { values_link_options(L, 3, what, settings); }
    struct link *link = link_create(scenario_world(L), a, b, settings);
    if (link == NULL || !set_where(L, link)) {
        return limits_raise(L, "memory: no room for %s", what);
    }
    object_push(L, OBJECT_LINK, link);
    return 1;
}

static int link_set_call(lua_State *L)
{
    scenario_may_act(L, "link:set");
    struct link *link = lua_check_link(L, 1, "link:set");
    lua_settop(L, 2);
    if (lua_type(L, 2) != LUA_TTABLE) {
        return lua_fail(L, "link:set: expected a table of options, got %s", lua_what(L, 2));
    }
    struct link_settings settings[2] = {*link_get(link, LINK_FORWARD),
                                        *link_get(link, LINK_BACKWARD)};
    values_link_options(L, 2, lua_pushfstring(L, "link %s", link_name(link)), settings);
    if (!link_set(link, LINK_FORWARD, &settings[LINK_FORWARD]) ||
        !link_set(link, LINK_BACKWARD, &settings[LINK_BACKWARD]) || !set_where(L, link)) {
        return limits_raise(L, "memory: no room for the settings of link %s", link_name(link));
    }
    return 0;
}

static int link_down_call(lua_State *L)
{
    scenario_may_act(L, "link:down");
    link_set_up(lua_check_link(L, 1, "link:down"), false);
    return 0;
}

static int link_up_call(lua_State *L)
{
    scenario_may_act(L, "link:up");
    link_set_up(lua_check_link(L, 1, "link:up"), true);
    return 0;
}

static void link_object_get(lua_State *L, void *object, unsigned field)
{
    (void)field;
    lua_pushstring(L, link_name(object));
}

static void link_describe(const void *object, char *text, size_t room)
{
    (void)snprintf(text, room, "link %s", link_name(object));
}

static const luaL_Reg link_methods[] = {
    {"set", link_set_call}, {"down", link_down_call}, {"up", link_up_call}, {NULL, NULL}};
static const char *const link_fields[] = {"name", NULL};

const struct object_class link_class = {
    .name = "link",
    .methods = link_methods,
    .fields = link_fields,
    .get = link_object_get,
    .describe = link_describe,
};

void module_host(lua_State *L)
{
    static const luaL_Reg functions[] = {{"host", sim_host}, {"link", sim_link}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
