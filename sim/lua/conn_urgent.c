/* conn_urgent.c - conn:urgent([timeout]): waits until the peer has announced urgent data, and tells
 * how many octets there are up to the mark (RFC 9293 3.8.5). */
#include "internal.h"

/* ctx is the deadline. */
static int urgent_more(lua_State *L, int status, lua_KContext ctx)
{
    (void)status;
    struct socket *socket = lua_check_conn(L, 1, "conn:urgent");
    const struct socket_extra *extra = socket_extra(scenario_of(L), socket);
    struct tcp_status now;
    if (extra == NULL || extra->closed) {
        return lua_conn_fail(L, tcp_error_text(TCP_ERROR_NOT_EXIST));
    }
    host_status(socket, &now);
    if (now.urgent_unread > 0) {
        host_record_call(socket, "STATUS", now.urgent_unread, "urgent");
        lua_pushinteger(L, now.urgent_unread);
        return 1;
    }
    if (extra->ended || (now.fin_received && now.error == TCP_OK)) { /* none can come any more */
        lua_pushnil(L);
        return 1;
    }
    if (socket->conn == NULL || socket->state == TCP_CLOSED) {
        return lua_conn_fail(L, lua_conn_error_text(socket, TCP_OK));
    }
    const uint64_t deadline = (uint64_t)ctx;
    if (world_now(scenario_of(L)->world) >= deadline) { return lua_conn_fail(L, "timed out"); }
    return app_block(L, "conn:urgent", socket_waiters(L, socket), deadline, ctx, urgent_more);
}

int lua_conn_urgent(lua_State *L)
{
    scenario_may_act(L, "conn:urgent");
    (void)lua_check_conn(L, 1, "conn:urgent");
    lua_settop(L, 2);
    uint64_t deadline = TIME_NEVER;
    if (!lua_isnil(L, 2)) {
        deadline = value_time(L, 2, "conn:urgent: timeout") + world_now(scenario_world(L));
    }
    lua_settop(L, 1);
    return urgent_more(L, LUA_OK, (lua_KContext)deadline);
}
