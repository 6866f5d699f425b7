/* module_conn.c - connections as objects: making one (host:connect), and what all their calls
 * share. */
#include "internal.h"

#include "../../tcp/wire.h"

#include <stdio.h>

/* ---- objects ---- */

struct socket *lua_test_conn(lua_State *L, int index)
{
    struct socket *socket = object_test(L, index, OBJECT_CONN);
    return socket != NULL ? socket : object_test(L, index, OBJECT_LISTENER);
}

struct socket *lua_check_conn(lua_State *L, int index, const char *what)
{
    struct socket *socket = lua_test_conn(L, index);
    return socket != NULL ? socket : object_check(L, index, OBJECT_CONN, what);
}

void lua_push_conn(lua_State *L, struct socket *socket) { object_push(L, OBJECT_CONN, socket); }

bool lua_conn_only_listens(const struct socket *socket)
{
    return socket->listener && !lua_conn_passed(socket, 0, TCP_SYN_SENT);
}

struct socket *lua_conn_self(lua_State *L, const char *what)
{
    struct socket *socket = lua_check_conn(L, 1, what);
    if (lua_conn_only_listens(socket)) {
        lua_fail(L, "%s: a listener has no stream; its accept() gives connections", what);
    }
    return socket;
}

enum conn_field { CONN_STATE, CONN_NAME, CONN_LOCAL_PORT, CONN_REMOTE_PORT };
const char *const lua_conn_fields[] = {"state", "name", "local_port", "remote_port", NULL};

static void name_of(const struct socket *socket, char *text, size_t room)
{
    const struct trace_conn conn = {
        .host = host_name(socket->host),
        .host_index = host_index(socket->host),
        .local = socket->local,
        .remote = socket->remote,
    };
    (void)trace_conn_name(&conn, text, room);
}

void lua_conn_get(lua_State *L, void *object, unsigned field)
{
    const struct socket *socket = object;
    char name[128];
    switch ((enum conn_field)field) {
    case CONN_STATE: lua_pushstring(L, tcp_state_name(socket->state)); return;
    case CONN_NAME:
        name_of(socket, name, sizeof name);
        lua_pushstring(L, name);
        return;
    case CONN_LOCAL_PORT: lua_pushinteger(L, socket->local.port); return;
    case CONN_REMOTE_PORT: break;
    }
    if (lua_conn_only_listens(socket)) {
        lua_pushnil(L);
    } else {
        lua_pushinteger(L, socket->remote.port);
    }
}

void lua_conn_describe(const void *object, char *text, size_t room)
{
    const struct socket *socket = object;
    char name[128];
    name_of(socket, name, sizeof name);
    (void)snprintf(text, room, "%s %s of %s",
                   lua_conn_only_listens(socket) ? "listener" : "connection", name,
                   host_name(socket->host));
}

/* ---- what the calls share ---- */

int lua_conn_fail(lua_State *L, const char *text)
{
    lua_pushnil(L);
    lua_pushstring(L, text);
    return 2;
}

const char *lua_conn_error_text(const struct socket *socket, enum tcp_error error)
{
    if (error == TCP_OK) { error = socket->error; }
    return tcp_error_text(error != TCP_OK ? error : TCP_ERROR_NOT_EXIST);
}

bool lua_conn_passed(const struct socket *socket, unsigned since, enum tcp_state state)
{
    if (socket->state == state) { return true; }
    for (unsigned i = since; i < socket->path_len; i++) {
        if (socket->path[i] == state) { return true; }
    }
    return false;
}

bool lua_conn_crashed(const struct socket *socket)
{
    return socket->conn == NULL && socket->error == TCP_ERROR_NOT_EXIST;
}

void lua_conn_let_go(lua_State *L, struct socket *socket)
{
    if (socket->released || socket->conn == NULL) { return; }
    socket->released = true;
    tcp_release(socket->conn, world_now(scenario_world(L)));
}

struct host *lua_check_tcp_host(lua_State *L, int index, const char *what)
{
    struct host *host = lua_check_host(L, index, what);
    if (!host_has_tcp(host)) {
        lua_fail(L, "%s: %s has no TCP of its own (tcp = false): the script plays it", what,
                 host_name(host));
    }
    return host;
}

void lua_conn_read_peer(lua_State *L, int index, const char *what, bool many,
                        struct host_connect *request)
{
    struct tcp_address address;
    request->to = lua_test_host(L, index);
    if (request->to == NULL && lua_type(L, index) == LUA_TSTRING) {
        const char *text = lua_tostring(L, index);
        const bool good = wire_parse_address(text, &address);
        request->to = good ? world_host_by_address(scenario_world(L), &address) : NULL;
        if (request->to == NULL && !(good && many && !lua_is_unicast(&address))) {
            lua_fail(L, "%s: no host has the address \"%s\"", what, text);
        }
        request->address = address;
    } else if (request->to == NULL) {
        lua_fail(L, "%s: expected a host to connect to, got %s", what, lua_what(L, index));
    }
    request->port =
        (uint16_t)value_count(L, index + 1, lua_pushfstring(L, "%s: port", what), 1, UINT16_MAX);
    lua_pop(L, 1);
}

/* ---- connect ---- */

static int await_open(lua_State *L, int status, lua_KContext ctx)
{
    (void)status;
    (void)ctx;
    return lua_conn_await_open(L, "host:connect");
}

int lua_conn_await_open(lua_State *L, const char *what)
{
    struct socket *socket = lua_test_conn(L, 1);
    if (lua_conn_passed(socket, 0, TCP_ESTABLISHED)) {
        lua_pushvalue(L, 1);
        return 1;
    }
    if (socket->conn == NULL || socket->state == TCP_CLOSED) {
        const char *error = lua_conn_error_text(socket, TCP_OK);
        lua_conn_let_go(L, socket);
        return lua_conn_fail(L, error);
    }
    return app_block(L, what, socket_waiters(L, socket), TIME_NEVER, 0, await_open);
}

struct connect_options {
    struct tcp_options tcp;
    struct tcp_address from;
    bool wait;
};

static void read_from(lua_State *L, const struct host *host, struct tcp_address *from)
{
    if (lua_type(L, -1) != LUA_TSTRING || !wire_parse_address(lua_tostring(L, -1), from)) {
        lua_fail(L, "host:connect: from: expected an address of %s", host_name(host));
    }
    if (!host_owns(host, from)) {
        lua_fail(L, "host:connect: from: %s is no address of %s", lua_tostring(L, -1),
                 host_name(host));
    }
}

static void read_options(lua_State *L, int index, const struct host *host,
                         struct host_connect *request, struct connect_options *options)
{
    static const char *const others[] = {"local_port", "data", "from", "family", "wait"};
    options->wait = true;
    if (lua_isnil(L, index)) { return; }
    options->tcp = host_options(host);
    values_tcp_options(L, index, "host:connect", &options->tcp, others,
                       sizeof others / sizeof others[0], false);
    request->options = &options->tcp;
    request->has_local_port = value_field(L, index, "local_port");
    if (request->has_local_port) {
        request->local_port = (uint16_t)value_count(L, -1, "local_port", 1, UINT16_MAX);
        lua_pop(L, 1);
    }
    if (value_field(L, index, "data")) { /* stays on the stack: its octets are borrowed */
        if (lua_type(L, -1) != LUA_TSTRING) {
            lua_fail(L, "host:connect: data: expected a string, got %s", lua_what(L, -1));
        }
        request->syn_data = (const uint8_t *)lua_tolstring(L, -1, &request->syn_data_len);
    }
    if (value_field(L, index, "from")) {
        read_from(L, host, &options->from);
        request->from = &options->from;
        lua_pop(L, 1);
    }
    if (value_field(L, index, "family")) {
        const uint64_t family = value_count(L, -1, "family", 4, 6);
        if (family == 5) { lua_fail(L, "host:connect: family: expected 4 or 6"); }
        request->family = (unsigned)family;
        lua_pop(L, 1);
    }
    options->wait = value_boolean_field(L, index, "wait", true);
}

int host_connect_call(lua_State *L)
{
    scenario_may_act(L, "host:connect");
    struct host *host = lua_check_tcp_host(L, 1, "host:connect");
    lua_settop(L, 4);
    struct host_connect request = {.to = NULL};
    struct connect_options options;
    lua_conn_read_peer(L, 2, "host:connect", true, &request);
    read_options(L, 4, host, &request, &options);
    if (options.wait) { app_must_block(L, "host:connect"); }
    struct socket *socket = NULL;
    bool unreachable = false;
    const enum tcp_error error = host_connect(host, &request, &socket, &unreachable);
    if (unreachable) { return lua_conn_fail(L, "network unreachable"); }
    if (error != TCP_OK) { return lua_conn_fail(L, tcp_error_text(error)); }
    lua_settop(L, 0);
    lua_push_conn(L, socket);
    return options.wait ? lua_conn_await_open(L, "host:connect") : 1;
}

/* ---- the class ---- */

static const luaL_Reg conn_methods[] = {
    {"send", lua_conn_send},         {"recv", lua_conn_recv},
    {"recv_all", lua_conn_recv_all}, {"discard", lua_conn_discard},
    {"urgent", lua_conn_urgent},     {"report", lua_conn_report},
    {"flush", lua_conn_flush},       {"shutdown", lua_conn_shutdown},
    {"close", lua_conn_close},       {"abort", lua_conn_abort},
    {"wait", lua_conn_wait},         {"set", lua_conn_set},
    {"info", lua_conn_info},         {NULL, NULL},
};

const struct object_class lua_conn_class = {
    .name = "connection",
    .methods = conn_methods,
    .fields = lua_conn_fields,
    .get = lua_conn_get,
    .describe = lua_conn_describe,
};
