/* listener.c - listeners: host:listen, accept, close, and RFC 9293's OPEN and SEND on a passive
 * TCB, after which the listener's object is a connection and has its calls. */
#include "internal.h"

/* ---- listen ---- */

int host_listen_call(lua_State *L)
{
    scenario_may_act(L, "host:listen");
    struct host *host = lua_check_tcp_host(L, 1, "host:listen");
    lua_settop(L, 3);
    const uint16_t port = (uint16_t)value_count(L, 2, "host:listen: port", 0, UINT16_MAX);
    struct tcp_options options = host_options(host);
    const bool own = !lua_isnil(L, 3);
    if (own) { values_tcp_options(L, 3, "host:listen", &options, NULL, 0, false); }
    struct socket *socket = NULL;
    const enum tcp_error error = host_listen(host, port, own ? &options : NULL, &socket);
    if (error != TCP_OK) { return lua_conn_fail(L, tcp_error_text(error)); }
    object_push(L, OBJECT_LISTENER, socket);
    return 1;
}

/* ---- accept and close ---- */

static struct socket *listener_self(lua_State *L, const char *what)
{
    return object_check(L, 1, OBJECT_LISTENER, what);
}

/* ctx is the deadline. */
static int accept_one(lua_State *L, int status, lua_KContext ctx)
{
    (void)status;
    struct socket *listener = listener_self(L, "listener:accept");
    struct app_waiters *waiters = socket_waiters(L, listener);
    const struct socket_extra *extra = listener->user;
    if (extra->closed || listener->conn == NULL || !listener->listener) {
        return lua_conn_fail(L, tcp_error_text(TCP_ERROR_NOT_EXIST));
    }
    struct socket *socket = host_accept(listener);
    if (socket != NULL) {
        /* One that was reopened from TIME-WAIT had been closed, and read to its end. */
        struct socket_extra *accepted = socket_extra(scenario_of(L), socket);
        if (accepted != NULL) { accepted->closed = accepted->ended = false; }
        lua_push_conn(L, socket);
        return 1;
    }
    const uint64_t deadline = (uint64_t)ctx;
    if (world_now(scenario_of(L)->world) >= deadline) { return lua_conn_fail(L, "timed out"); }
    return app_block(L, "listener:accept", waiters, deadline, ctx, accept_one);
}

static int listener_accept(lua_State *L)
{
    scenario_may_act(L, "listener:accept");
    (void)listener_self(L, "listener:accept");
    uint64_t deadline = TIME_NEVER;
    if (!lua_isnoneornil(L, 2)) {
        deadline = value_time(L, 2, "listener:accept: timeout") + world_now(scenario_world(L));
    }
    lua_settop(L, 1);
    return accept_one(L, LUA_OK, (lua_KContext)deadline);
}

/* ---- OPEN and SEND on a passive TCB ---- */

/* LISTEN becomes SYN-SENT. NULL, or the error's text. */
static const char *open_actively(lua_State *L, struct socket *socket, const char *what)
{
    struct host_connect request = {.to = NULL};
    lua_conn_read_peer(L, 2, what, false, &request);
    app_must_block(L, what);
    const struct socket_extra *extra = socket_extra(scenario_of(L), socket);
    if (extra == NULL || extra->closed) { return tcp_error_text(TCP_ERROR_NOT_EXIST); }
    bool unreachable = false;
    const enum tcp_error error = host_open_listener(socket, request.to, request.port, &unreachable);
    if (unreachable) { return "network unreachable"; }
    return error == TCP_OK ? NULL : tcp_error_text(error);
}

static int listener_connect(lua_State *L)
{
    scenario_may_act(L, "listener:connect");
    struct socket *socket = listener_self(L, "listener:connect");
    const char *error = open_actively(L, socket, "listener:connect");
    if (error != NULL) { return lua_conn_fail(L, error); }
    lua_settop(L, 1);
    return lua_conn_await_open(L, "listener:connect");
}

/* Those of a stream are errors until OPEN or SEND has made a connection of it. */
static const luaL_Reg listener_methods[] = {
    {"accept", listener_accept},
    {"close", lua_conn_close},
    {"connect", listener_connect},
    {"send", listener_send},
    {"recv", lua_conn_recv},
    {"recv_all", lua_conn_recv_all},
    {"discard", lua_conn_discard},
    {"shutdown", lua_conn_shutdown},
    {"abort", lua_conn_abort},
    {"wait", lua_conn_wait},
    {"set", lua_conn_set},
    {"info", lua_conn_info},
    {NULL, NULL},
};

const struct object_class listener_class = {
    .name = "listener",
    .methods = listener_methods,
    .fields = lua_conn_fields,
    .get = lua_conn_get,
    .describe = lua_conn_describe,
};
