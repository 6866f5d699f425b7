/* conn_urgent.c - what TCP tells its user unasked: conn:urgent([timeout]) waits until the peer has
 * announced urgent data, and tells how many octets there are up to the mark (RFC 9293 3.8.5);
 * conn:report([timeout]) waits for the next report (3.9.1.8). */
#include "internal.h"

/* ctx is the deadline. */
static int urgent_more(lua_State *L, int status, lua_KContext ctx)
{
    (void)status;
    struct socket *socket = lua_check_conn(L, 1, "conn:urgent");
    const struct socket_extra *extra = socket_extra(scenario_of(L), socket);
    struct tcp_status now;
    if (extra == NULL || extra->closed || lua_conn_crashed(socket)) {
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

/* self and the timeout: the deadline; the connection alone stays. */
static uint64_t read_timeout(lua_State *L, const char *call, const char *what)
{
    scenario_may_act(L, call);
    (void)lua_check_conn(L, 1, call);
    lua_settop(L, 2);
    uint64_t deadline = TIME_NEVER;
    if (!lua_isnil(L, 2)) { deadline = value_time(L, 2, what) + world_now(scenario_world(L)); }
    lua_settop(L, 1);
    return deadline;
}

int lua_conn_urgent(lua_State *L)
{
    const uint64_t deadline = read_timeout(L, "conn:urgent", "conn:urgent: timeout");
    return urgent_more(L, LUA_OK, (lua_KContext)deadline);
}

/* ---- reports ---- */

/* ctx is the deadline. */
static int report_more(lua_State *L, int status, lua_KContext ctx)
{
    (void)status;
    struct socket *socket = lua_check_conn(L, 1, "conn:report");
    const struct socket_extra *extra = socket_extra(scenario_of(L), socket);
    if (extra == NULL || extra->closed || lua_conn_crashed(socket)) {
        return lua_conn_fail(L, tcp_error_text(TCP_ERROR_NOT_EXIST));
    }
    const char *report = host_take_report(socket);
    if (report != NULL) {
        lua_pushstring(L, report);
        return 1;
    }
    if (socket->conn == NULL || socket->state == TCP_CLOSED) {
        return lua_conn_fail(L, lua_conn_error_text(socket, TCP_OK));
    }
    const uint64_t deadline = (uint64_t)ctx;
    if (world_now(scenario_of(L)->world) >= deadline) { return lua_conn_fail(L, "timed out"); }
    return app_block(L, "conn:report", socket_waiters(L, socket), deadline, ctx, report_more);
}

int lua_conn_report(lua_State *L)
{
    const uint64_t deadline = read_timeout(L, "conn:report", "conn:report: timeout");
    return report_more(L, LUA_OK, (lua_KContext)deadline);
}
