/* conn_calls.c - what an application does with a connection: the six calls of RFC 9293 3.10 as a
 * socket offers them. A call that must wait looks again each time it is woken. */
#include "internal.h"

#include <string.h>

#define SEND_CHUNK_MAX (UINT64_C(1) << 30)
#define COUNT_MAX (UINT64_C(1) << 53)

/* The connection of object 1 with its extra; *lost: nothing but its fields is left to the script.
 */
static struct socket *usable(lua_State *L, const char *what, struct socket_extra **extra,
                             bool *lost)
{
    struct socket *socket = lua_check_conn(L, 1, what);
    *extra = socket_extra(scenario_of(L), socket);
    if (*extra == NULL) { limits_raise(L, "memory: no room for a connection's waiters"); }
    *lost = (*extra)->closed;
    return socket;
}

static int lost_connection(lua_State *L)
{
    return lua_conn_fail(L, tcp_error_text(TCP_ERROR_NOT_EXIST));
}

static int wait_on(lua_State *L, const char *what, struct socket_extra *extra, lua_KFunction k)
{
    return app_block(L, what, &extra->waiters, TIME_NEVER, 0, k);
}

/* ---- send ---- */

enum send_slot {
    SEND_SELF = 1,
    SEND_DATA,
    SEND_OPTIONS,
    SEND_DONE,
    SEND_PUSH,
    SEND_URGENT,
    SEND_WAIT,
    SEND_SLOTS = SEND_WAIT
};

/* One try with what is left: how much was taken, and whether to go on. */
static enum tcp_error send_some(lua_State *L, struct socket *socket, uint64_t left, uint64_t done,
                                uint32_t *accepted)
{
    const uint8_t *octets = NULL;
    if (lua_type(L, SEND_DATA) == LUA_TSTRING) {
        octets = (const uint8_t *)lua_tostring(L, SEND_DATA) + done;
    }
    const uint32_t len = (uint32_t)(left < SEND_CHUNK_MAX ? left : SEND_CHUNK_MAX);
    bool push = lua_toboolean(L, SEND_PUSH) != 0 && len == left;
    if (push && octets == NULL) {
        /* The mark belongs to the last octet of the whole: not while only a part has room. */
        struct tcp_status status;
        host_status(socket, &status);
        push = len <= status.send_room;
    }
    *accepted = 0;
    const unsigned urgent = lua_toboolean(L, SEND_URGENT) != 0 ? TCP_SEND_URGENT : 0;
    return host_send(socket, octets, len, urgent | (push ? TCP_SEND_PUSH : 0), accepted);
}

static int send_more(lua_State *L, int status, lua_KContext ctx)
{
    (void)status;
    (void)ctx;
    struct socket_extra *extra = NULL;
    bool lost = false;
    struct socket *socket = usable(L, "conn:send", &extra, &lost);
    const uint64_t total = lua_type(L, SEND_DATA) == LUA_TSTRING
                               ? (uint64_t)lua_rawlen(L, SEND_DATA)
                               : (uint64_t)lua_tointeger(L, SEND_DATA);
    uint64_t done = (uint64_t)lua_tointeger(L, SEND_DONE);
    while (!lost && done < total) {
        uint32_t accepted = 0;
        const enum tcp_error error = send_some(L, socket, total - done, done, &accepted);
        done += accepted;
        if (error != TCP_OK && error != TCP_WOULD_BLOCK) {
            return lua_conn_fail(L, lua_conn_error_text(socket, error));
        }
        if (accepted > 0) { continue; }
        if (!lua_toboolean(L, SEND_WAIT)) { break; }
        lua_pushinteger(L, (lua_Integer)done);
        lua_replace(L, SEND_DONE);
        return wait_on(L, "conn:send", extra, send_more);
    }
    if (lost) { return lost_connection(L); }
    lua_pushinteger(L, (lua_Integer)done);
    return 1;
}

/* Checks data and options; the slots from SEND_DONE on are filled in. */
static void send_arguments(lua_State *L)
{
    static const char *const keys[] = {"push", "urgent", "wait"};
    lua_settop(L, SEND_OPTIONS);
    if (lua_type(L, SEND_DATA) == LUA_TNUMBER) {
        lua_pushinteger(L,
                        (lua_Integer)value_count(L, SEND_DATA, "conn:send: count", 0, COUNT_MAX));
        lua_replace(L, SEND_DATA);
    } else if (lua_type(L, SEND_DATA) != LUA_TSTRING) {
        lua_fail(L, "conn:send: expected a string or a number of octets, got %s",
                 lua_what(L, SEND_DATA));
    }
    bool push = true;
    bool urgent = false;
    bool wait = true;
    if (!lua_isnil(L, SEND_OPTIONS)) {
        lua_check_options(L, SEND_OPTIONS, "option of conn:send", keys,
                          sizeof keys / sizeof keys[0]);
        push = value_boolean_field(L, SEND_OPTIONS, "push", true);
        wait = value_boolean_field(L, SEND_OPTIONS, "wait", true);
        urgent = value_boolean_field(L, SEND_OPTIONS, "urgent", false);
    }
    lua_pushinteger(L, 0);
    lua_pushboolean(L, push);
    lua_pushboolean(L, urgent);
    lua_pushboolean(L, wait);
}

int lua_conn_send(lua_State *L)
{
    scenario_may_act(L, "conn:send");
    (void)lua_conn_self(L, "conn:send");
    send_arguments(L);
    return send_more(L, LUA_OK, 0);
}

/* RFC 9293's SEND on a passive TCB: self, peer, port, data. */
int listener_send(lua_State *L)
{
    scenario_may_act(L, "listener:send");
    struct socket *socket = object_check(L, 1, OBJECT_LISTENER, "listener:send");
    if (!lua_conn_only_listens(socket) && lua_test_host(L, 2) == NULL) { return lua_conn_send(L); }
    struct host_connect request = {.to = NULL};
    lua_conn_read_peer(L, 2, "listener:send", false, &request);
    lua_remove(L, 2);
    lua_remove(L, 2);
    send_arguments(L);
    const struct socket_extra *extra = socket_extra(scenario_of(L), socket);
    if (extra == NULL || extra->closed) { return lost_connection(L); }
    const uint8_t *octets = NULL;
    uint64_t len = (uint64_t)lua_tointeger(L, SEND_DATA);
    if (lua_type(L, SEND_DATA) == LUA_TSTRING) {
        octets = (const uint8_t *)lua_tostring(L, SEND_DATA);
        len = (uint64_t)lua_rawlen(L, SEND_DATA);
    }
    uint32_t accepted = 0;
    bool unreachable = false;
    const unsigned flags =
        TCP_SEND_PUSH | (lua_toboolean(L, SEND_URGENT) != 0 ? TCP_SEND_URGENT : 0u);
    const enum tcp_error error = host_send_listener(
        socket, request.to, request.port, octets,
        (uint32_t)(len < SEND_CHUNK_MAX ? len : SEND_CHUNK_MAX), flags, &accepted, &unreachable);
    if (unreachable) { return lua_conn_fail(L, "network unreachable"); }
    if (error != TCP_OK) { return lua_conn_fail(L, tcp_error_text(error)); }
    lua_pushinteger(L, accepted);
    lua_replace(L, SEND_DONE);
    return send_more(L, LUA_OK, 0);
}

/* ---- receive ---- */

enum taken { TAKEN, TAKE_LATER, TAKE_END, TAKE_FAILED };

/* One call of the script: several runs, but one RECEIVE in the trace, and what TCP owes for it
 * leaves when all has been read. */
struct reading {
    struct socket *socket;
    struct socket_extra *extra;
    const struct world *world;
    uint64_t total;
    enum tcp_error error; /* after TAKE_FAILED */
};

/* One run of what is there. */
static enum taken take(struct reading *reading, uint64_t max, struct tcp_slice *slice)
{
    struct socket *socket = reading->socket;
    const uint32_t most = (uint32_t)(max < UINT32_MAX ? max : UINT32_MAX);
    if (reading->extra->ended) { return TAKE_END; }
    memset(slice, 0, sizeof *slice);
    if (socket->conn != NULL) {
        const uint64_t now = world_now(reading->world);
        reading->error = tcp_receive(socket->conn, now, most, slice);
    } else {
        reading->error = host_receive(socket, most, slice);
    }
    if (reading->error == TCP_WOULD_BLOCK) { return TAKE_LATER; }
    if (reading->error != TCP_OK) { return TAKE_FAILED; }
    if (slice->len == 0) { return TAKE_END; }
    reading->total += slice->len;
    return TAKEN;
}

/* The reading is over for now: `last` is what the last take said. */
static void finish(struct reading *reading, enum taken last)
{
    struct socket *socket = reading->socket;
    const bool lives = socket->conn != NULL;
    if (reading->total > 0) { host_record_call(socket, "RECEIVE", reading->total, "ok"); }
    if (last == TAKE_END && !reading->extra->ended) {
        reading->extra->ended = true;
        host_record_call(socket, "RECEIVE", 0, "end of stream");
    } else if (last == TAKE_FAILED && lives) {
        host_record_call(socket, "RECEIVE", 0, tcp_error_text(reading->error));
    }
    host_pump(socket->host);
}

/* Whether octets can be read now. */
static bool readable(struct socket *socket)
{
    struct tcp_status status;
    host_status(socket, &status);
    return status.unread > 0;
}

/* All that is there, at most `max` octets: TAKEN, and a string of it on the stack. Else nothing is
 * pushed. */
static enum taken take_string(lua_State *L, struct reading *reading, uint64_t max)
{
    struct tcp_slice slice;
    enum taken result = take(reading, max, &slice);
    if (result != TAKEN) { return result; }
    luaL_Buffer buffer;
    uint64_t count = 0;
    luaL_buffinit(L, &buffer);
    while (result == TAKEN) {
        char *room = luaL_prepbuffsize(&buffer, slice.len);
        tcp_slice_copy(&slice, 0, slice.len, (uint8_t *)room);
        luaL_addsize(&buffer, slice.len);
        count += slice.len;
        host_slice_release(reading->socket->host, &slice);
        if (count >= max || !readable(reading->socket)) { break; }
        result = take(reading, max - count, &slice);
    }
    luaL_pushresult(&buffer);
    return TAKEN;
}

enum receive_slot { RECEIVE_SELF = 1, RECEIVE_COUNT, RECEIVE_GOT, RECEIVE_PIECES };

static uint64_t wanted(lua_State *L)
{
    return lua_isnil(L, RECEIVE_COUNT) ? UINT64_MAX : (uint64_t)lua_tointeger(L, RECEIVE_COUNT);
}

static void receive_arguments(lua_State *L, const char *what, uint64_t least)
{
    scenario_may_act(L, what);
    (void)lua_conn_self(L, what);
    lua_settop(L, RECEIVE_COUNT);
    if (!lua_isnil(L, RECEIVE_COUNT)) {
        lua_pushinteger(L, (lua_Integer)value_count(L, RECEIVE_COUNT, what, least, COUNT_MAX));
        lua_replace(L, RECEIVE_COUNT);
    }
}

/* Fills in the reading of object 1; false: it is lost. */
static bool begin(lua_State *L, const char *what, struct reading *reading)
{
    bool lost = false;
    memset(reading, 0, sizeof *reading);
    reading->socket = usable(L, what, &reading->extra, &lost);
    reading->world = scenario_of(L)->world;
    return !lost;
}

static int receive_some(lua_State *L, int status, lua_KContext ctx)
{
    (void)status;
    (void)ctx;
    struct reading reading;
    if (!begin(L, "conn:recv", &reading)) { return lost_connection(L); }
    const enum taken result = take_string(L, &reading, wanted(L));
    if (result == TAKE_LATER) { return wait_on(L, "conn:recv", reading.extra, receive_some); }
    finish(&reading, result);
    if (result == TAKE_FAILED) {
        return lua_conn_fail(L, lua_conn_error_text(reading.socket, reading.error));
    }
    if (result == TAKE_END) { lua_pushnil(L); }
    return 1;
}

int lua_conn_recv(lua_State *L)
{
    receive_arguments(L, "conn:recv", 1);
    return receive_some(L, LUA_OK, 0);
}

static void store_got(lua_State *L, uint64_t got)
{
    lua_pushinteger(L, (lua_Integer)got);
    lua_replace(L, RECEIVE_GOT);
}

static int push_joined(lua_State *L)
{
    luaL_Buffer buffer;
    const lua_Integer pieces = (lua_Integer)lua_rawlen(L, RECEIVE_PIECES);
    luaL_buffinit(L, &buffer);
    for (lua_Integer i = 1; i <= pieces; i++) {
        lua_rawgeti(L, RECEIVE_PIECES, i);
        luaL_addvalue(&buffer);
    }
    luaL_pushresult(&buffer);
    return 1;
}

static int receive_all(lua_State *L, int status, lua_KContext ctx)
{
    (void)status;
    (void)ctx;
    struct reading reading;
    if (!begin(L, "conn:recv_all", &reading)) { return lost_connection(L); }
    const uint64_t before = (uint64_t)lua_tointeger(L, RECEIVE_GOT);
    enum taken result = TAKEN;
    while (result == TAKEN && before + reading.total < wanted(L)) {
        result = take_string(L, &reading, wanted(L) - before - reading.total);
        if (result == TAKEN) {
            lua_rawseti(L, RECEIVE_PIECES, (lua_Integer)lua_rawlen(L, RECEIVE_PIECES) + 1);
        }
    }
    finish(&reading, result);
    if (result == TAKE_FAILED) {
        return lua_conn_fail(L, lua_conn_error_text(reading.socket, reading.error));
    }
    if (result != TAKE_LATER) { return push_joined(L); }
    store_got(L, before + reading.total);
    return wait_on(L, "conn:recv_all", reading.extra, receive_all);
}

int lua_conn_recv_all(lua_State *L)
{
    receive_arguments(L, "conn:recv_all", 0);
    lua_pushinteger(L, 0);
    lua_newtable(L);
    return receive_all(L, LUA_OK, 0);
}

static int discard_more(lua_State *L, int status, lua_KContext ctx)
{
    (void)status;
    (void)ctx;
    struct reading reading;
    if (!begin(L, "conn:discard", &reading)) { return lost_connection(L); }
    const uint64_t before = (uint64_t)lua_tointeger(L, RECEIVE_GOT);
    enum taken result = TAKEN;
    while (result == TAKEN && before + reading.total < wanted(L)) {
        struct tcp_slice slice;
        result = take(&reading, wanted(L) - before - reading.total, &slice);
        if (result == TAKEN) { host_slice_release(reading.socket->host, &slice); }
    }
    finish(&reading, result);
    if (result == TAKE_FAILED) {
        return lua_conn_fail(L, lua_conn_error_text(reading.socket, reading.error));
    }
    store_got(L, before + reading.total);
    if (result == TAKE_LATER) { return wait_on(L, "conn:discard", reading.extra, discard_more); }
    lua_pushvalue(L, RECEIVE_GOT);
    return 1;
}

int lua_conn_discard(lua_State *L)
{
    receive_arguments(L, "conn:discard", 0);
    lua_pushinteger(L, 0);
    return discard_more(L, LUA_OK, 0);
}

/* ---- ends ---- */

/* True, or nil and the error. */
static int outcome(lua_State *L, const struct socket *socket, enum tcp_error error)
{
    if (error != TCP_OK) { return lua_conn_fail(L, lua_conn_error_text(socket, error)); }
    lua_pushboolean(L, true);
    return 1;
}

int lua_conn_shutdown(lua_State *L)
{
    scenario_may_act(L, "conn:shutdown");
    struct socket_extra *extra = NULL;
    bool lost = false;
    (void)lua_conn_self(L, "conn:shutdown");
    struct socket *socket = usable(L, "conn:shutdown", &extra, &lost);
    return lost ? lost_connection(L) : outcome(L, socket, host_shutdown(socket));
}

int lua_conn_flush(lua_State *L)
{
    scenario_may_act(L, "conn:flush");
    struct socket_extra *extra = NULL;
    bool lost = false;
    struct socket *socket = usable(L, "conn:flush", &extra, &lost);
    if (lost || lua_conn_crashed(socket)) { return lost_connection(L); }
    lua_pushinteger(L, host_flush(socket));
    return 1;
}

int lua_conn_close(lua_State *L)
{
    scenario_may_act(L, "conn:close");
    struct socket_extra *extra = NULL;
    bool lost = false;
    struct socket *socket = usable(L, "conn:close", &extra, &lost);
    if (lost || lua_conn_crashed(socket)) { return lost_connection(L); }
    extra->closed = true;
    host_close(socket);
    app_wake_all(scenario_of(L), &extra->waiters);
    return outcome(L, socket, TCP_OK);
}

int lua_conn_abort(lua_State *L)
{
    scenario_may_act(L, "conn:abort");
    struct socket_extra *extra = NULL;
    bool lost = false;
    struct socket *socket = usable(L, "conn:abort", &extra, &lost);
    if (lost) { return lost_connection(L); }
    const enum tcp_error error = host_abort(socket);
    extra->closed = true;
    lua_conn_let_go(L, socket);
    app_wake_all(scenario_of(L), &extra->waiters);
    return outcome(L, socket, error);
}
