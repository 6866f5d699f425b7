/* conn_info.c - a connection looked at and adjusted: info() (RFC 9293's STATUS and Linux's
 * tcp_info names), wait() for a state, set{…}. */
#include "internal.h"

#include <assert.h>
#include <string.h>

/* ---- info ---- */

static void put_integer(lua_State *L, const char *name, uint64_t value)
{
    lua_pushinteger(L, (lua_Integer)value);
    lua_setfield(L, -2, name);
}

static void put_seconds(lua_State *L, const char *name, uint64_t ns)
{
    lua_pushnumber(L, (lua_Number)ns / (lua_Number)NS_PER_S);
    lua_setfield(L, -2, name);
}

static void put_text(lua_State *L, const char *name, const char *text)
{
    lua_pushstring(L, text);
    lua_setfield(L, -2, name);
}

static void put_sequence(lua_State *L, const struct tcp_status *status)
{
    put_integer(L, "iss", status->iss);
    put_integer(L, "snd_una", status->snd_una - status->iss);
    put_integer(L, "snd_nxt", status->snd_nxt - status->iss);
    put_integer(L, "snd_up", status->snd_up - status->iss);
    put_integer(L, "urgent", status->urgent_unread);
    put_integer(L, "snd_wnd", status->snd_wnd);
    put_integer(L, "max_snd_wnd", status->max_snd_wnd);
    put_integer(L, "rcv_wnd", status->rcv_wnd);
    if (!status->irs_known) { return; }
    put_integer(L, "irs", status->irs);
    put_integer(L, "rcv_nxt", status->rcv_nxt - status->irs);
    put_integer(L, "rcv_up", status->rcv_up - status->irs);
    if (status->pushed) { put_integer(L, "rcv_push", status->rcv_push - status->irs); }
    put_integer(L, "rcv_tos", status->rcv_tos);
    put_integer(L, "snd_wl1", status->snd_wl1 - status->irs);
    put_integer(L, "snd_wl2", status->snd_wl2 - status->iss);
}

static void put_transfer(lua_State *L, const struct tcp_status *status)
{
    put_integer(L, "mss", status->snd_mss);
    put_integer(L, "path_mtu", status->path_mtu);
    if (status->user_timeout_ns > 0) { put_seconds(L, "user_timeout", status->user_timeout_ns); }
    if (status->uto_remote_ns > 0) { put_seconds(L, "uto_remote", status->uto_remote_ns); }
    if (status->soft_error != TCP_OK) {
        put_text(L, "soft_error", tcp_error_text(status->soft_error));
    }
    put_integer(L, "rcv_mss", status->rcv_mss);
    put_integer(L, "cwnd", status->cwnd);
    put_integer(L, "ssthresh", status->ssthresh);
    put_integer(L, "flight", status->flight);
    put_text(L, "phase", tcp_phase_name(status->phase));
    if (status->srtt_ns > 0) {
        put_seconds(L, "srtt", status->srtt_ns);
        put_seconds(L, "rttvar", status->rttvar_ns);
    }
    put_seconds(L, "rto", status->rto_ns);
    put_integer(L, "unsent", status->unsent);
    put_integer(L, "unread", status->unread);
    put_integer(L, "send_room", status->send_room);
    put_integer(L, "retransmits", status->retransmits);
    put_integer(L, "total_retransmits", status->total_retransmits);
    put_integer(L, "dup_acks", status->dup_acks);
    put_integer(L, "acks_withheld", status->acks_withheld);
    lua_pushboolean(L, status->ecn);
    lua_setfield(L, -2, "ecn");
    lua_pushboolean(L, status->fast_open);
    lua_setfield(L, -2, "fast_open");
    put_integer(L, "ece_acks", status->ece_acks);
    put_integer(L, "ce_segments", status->ce_segments);
    put_integer(L, "octets_sent", status->octets_sent);
    put_integer(L, "octets_acked", status->octets_acked);
    put_integer(L, "octets_received", status->octets_received);
}

static uint64_t in_segments(uint64_t octets, uint32_t mss)
{
    return mss > 0 ? (octets + mss - 1) / mss : 0;
}

/* What the two SYNs agreed on, and what came of it. */
static void put_options(lua_State *L, const struct tcp_status *status)
{
    /* TCPI_OPT_TIMESTAMPS, _SACK, _WSCALE, _ECN, _ECN_SEEN, _SYN_DATA */
    const unsigned bits = (unsigned)status->ts_on | (unsigned)status->sack_on << 1 |
                          (unsigned)status->scale_on << 2 | (unsigned)status->ecn << 3 |
                          (unsigned)(status->ce_segments > 0) << 4 |
                          (unsigned)status->fast_open << 5;
    lua_pushboolean(L, status->ts_on);
    lua_setfield(L, -2, "timestamps");
    lua_pushboolean(L, status->sack_on);
    lua_setfield(L, -2, "sack");
    lua_pushboolean(L, status->scale_on);
    lua_setfield(L, -2, "window_scale");
    put_integer(L, "snd_shift", status->snd_shift);
    put_integer(L, "rcv_shift", status->rcv_shift);
    put_integer(L, "ts_recent", status->ts_recent);
    put_integer(L, "sacked", status->sacked);
    put_integer(L, "dsacks", status->dsacks);
    put_integer(L, "tcpi_options", bits);
    put_integer(L, "tcpi_snd_wscale", status->snd_shift);
    put_integer(L, "tcpi_rcv_wscale", status->rcv_shift);
    put_integer(L, "tcpi_sacked", in_segments(status->sacked, status->snd_mss));
    put_integer(L, "tcpi_dsack_dups", status->dsacks);
}

/* enum of <netinet/tcp.h>: the numbers that Linux gives the states. */
static uint64_t linux_state(enum tcp_state state)
{
    switch (state) {
    case TCP_ESTABLISHED: return 1;
    case TCP_SYN_SENT: return 2;
    case TCP_SYN_RECEIVED: return 3;
    case TCP_FIN_WAIT_1: return 4;
    case TCP_FIN_WAIT_2: return 5;
    case TCP_TIME_WAIT: return 6;
    case TCP_CLOSED: return 7;
    case TCP_CLOSE_WAIT: return 8;
    case TCP_LAST_ACK: return 9;
    case TCP_LISTEN: return 10;
    case TCP_CLOSING: return 11;
    }
    return 7;
}

/* TCP_CA_Open, TCP_CA_Disorder, TCP_CA_Recovery, TCP_CA_Loss. */
static uint64_t linux_ca_state(const struct tcp_status *status)
{
    switch (status->phase) {
    case TCP_SLOW_START:
    case TCP_AVOIDANCE: return status->dup_acks > 0 ? 1 : 0;
    case TCP_RECOVERY: return 3;
    case TCP_LOSS: return 4;
    }
    return 0;
}

/* `repeated`: octets in flight that were sent more than once. */
static void put_linux(lua_State *L, const struct tcp_status *status, uint32_t repeated)
{
    /* Linux writes an ssthresh that was never set as TCP_INFINITE_SSTHRESH. */
    const uint64_t infinite = 0x7fffffff;
    const uint32_t mss = status->snd_mss;
    const bool unset = status->ssthresh >= infinite;
    put_integer(L, "tcpi_state", linux_state(status->state));
    put_integer(L, "tcpi_ca_state", linux_ca_state(status));
    put_integer(L, "tcpi_retransmits", status->probes > 0 ? 0 : status->retransmits);
    put_integer(L, "tcpi_probes", status->probes);
    put_integer(L, "tcpi_total_retrans", status->total_retransmits);
    put_integer(L, "tcpi_backoff", status->probes > 0 ? 0 : status->retransmits);
    put_integer(L, "tcpi_rto", status->rto_ns / NS_PER_US);
    put_integer(L, "tcpi_rtt", status->srtt_ns / NS_PER_US);
    put_integer(L, "tcpi_rttvar", status->srtt_ns > 0 ? status->rttvar_ns / NS_PER_US : 0);
    put_integer(L, "tcpi_ato", status->ato_ns / NS_PER_US);
    put_integer(L, "tcpi_snd_mss", mss);
    put_integer(L, "tcpi_rcv_mss", status->rcv_mss);
    put_integer(L, "tcpi_advmss", status->rcv_mss);
    put_integer(L, "tcpi_unacked", in_segments(status->flight, mss));
    put_integer(L, "tcpi_retrans", in_segments(repeated, mss));
    put_integer(L, "tcpi_snd_cwnd", mss > 0 ? status->cwnd / mss : 0);
    put_integer(L, "tcpi_snd_ssthresh", unset || mss == 0 ? infinite : status->ssthresh / mss);
    put_integer(L, "tcpi_notsent_bytes", status->unsent);
    put_integer(L, "tcpi_bytes_sent", status->octets_sent + status->octets_resent);
    put_integer(L, "tcpi_bytes_retrans", status->octets_resent);
    put_integer(L, "tcpi_bytes_acked", status->octets_acked);
    put_integer(L, "tcpi_bytes_received", status->octets_received);
    put_integer(L, "tcpi_snd_wnd", status->snd_wnd);
    put_integer(L, "tcpi_rcv_wnd", status->rcv_wnd);
    put_integer(L, "tcpi_pmtu", status->path_mtu);
}

#define INFO_NAMES_MAX 96

/* What is not known, or not so, yet: nil. */
static const char *const info_unset[] = {
    "irs",   "rcv_nxt",    "rcv_up",       "snd_wl1",    "snd_wl2",  "srtt",   "rttvar",
    "error", "soft_error", "user_timeout", "uto_remote", "rcv_push", "rcv_tos"};
#define INFO_UNSET (sizeof info_unset / sizeof info_unset[0])

/* A figure that info() does not have. */
static int info_index(lua_State *L)
{
    const char *names[INFO_NAMES_MAX];
    const char *typed = luaL_checkstring(L, 2);
    for (size_t i = 0; i < INFO_UNSET; i++) {
        if (strcmp(typed, info_unset[i]) == 0) { return 0; }
    }
    const size_t count = lua_sorted_keys(L, 1, names, INFO_NAMES_MAX);
    return lua_fail_unknown(L, "figure of conn:info()", typed, names, count);
}

/* The table on top gets a metatable under which a misspelt name is an error. */
static void be_strict(lua_State *L)
{
    lua_createtable(L, 0, 2);
    lua_pushcfunction(L, info_index);
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, false);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
}

int lua_conn_info(lua_State *L)
{
    scenario_may_act(L, "conn:info");
    struct socket *socket = lua_check_conn(L, 1, "conn:info");
    struct tcp_status status;
    if (lua_conn_crashed(socket)) { return lua_conn_fail(L, lua_conn_error_text(socket, TCP_OK)); }
    host_status(socket, &status);
    status.state = socket->state;
    host_record_call(socket, "STATUS", 0, "ok");
    lua_createtable(L, 0, 80);
    be_strict(L);
    put_text(L, "state", tcp_state_name(status.state));
    put_integer(L, "local_port", socket->local.port);
    if (lua_conn_only_listens(socket)) {
        put_integer(L, "backlog_pending", status.backlog_pending);
        put_integer(L, "backlog_ready", status.backlog_ready);
        put_integer(L, "cookies_sent", status.cookies_sent);
        put_integer(L, "cookies_proven", status.cookies_proven);
        return 1;
    }
    put_integer(L, "remote_port", socket->remote.port);
    put_sequence(L, &status);
    put_transfer(L, &status);
    put_options(L, &status);
    put_linux(L, &status, socket->conn != NULL ? tcp_conn_repeated(socket->conn) : 0);
    if (socket->error != TCP_OK) { put_text(L, "error", tcp_error_text(socket->error)); }
    return 1;
}

/* ---- wait ---- */

enum wait_slot { WAIT_SELF = 1, WAIT_STATE, WAIT_TIMEOUT, WAIT_SINCE };

/* ctx is the deadline. */
static int wait_more(lua_State *L, int status, lua_KContext ctx)
{
    (void)status;
    struct socket *socket = lua_check_conn(L, WAIT_SELF, "conn:wait");
    const struct world *world = scenario_of(L)->world;
    const uint64_t deadline = (uint64_t)ctx;
    const enum tcp_state wanted = (enum tcp_state)lua_tointeger(L, WAIT_STATE);
    if (!lua_conn_crashed(socket) &&
        lua_conn_passed(socket, (unsigned)lua_tointeger(L, WAIT_SINCE), wanted)) {
        lua_pushboolean(L, true);
        return 1;
    }
    if (socket->conn == NULL || socket->state == TCP_CLOSED) {
        return lua_conn_fail(L, lua_conn_error_text(socket, TCP_OK)); /* it can never come now */
    }
    if (world_now(world) >= deadline) { return lua_conn_fail(L, "timed out"); }
    return app_block(L, "conn:wait", socket_waiters(L, socket), deadline, ctx, wait_more);
}

static enum tcp_state read_state(lua_State *L, int index)
{
    enum tcp_state state = TCP_CLOSED;
    if (lua_type(L, index) != LUA_TSTRING) {
        lua_fail(L, "conn:wait: expected the name of a state, got %s", lua_what(L, index));
    }
    if (!tcp_state_from_name(lua_tostring(L, index), &state)) {
        const char *names[TCP_STATE_COUNT];
        for (size_t i = 0; i < TCP_STATE_COUNT; i++) {
            names[i] = tcp_state_name((enum tcp_state)i);
        }
        lua_fail_unknown(L, "state", lua_tostring(L, index), names, TCP_STATE_COUNT);
    }
    return state;
}

int lua_conn_wait(lua_State *L)
{
    static_assert(sizeof(lua_KContext) >= sizeof(uint64_t),
                  "a deadline fits into a continuation's context");
    scenario_may_act(L, "conn:wait");
    const struct socket *socket = lua_check_conn(L, WAIT_SELF, "conn:wait");
    lua_settop(L, WAIT_TIMEOUT);
    const enum tcp_state state = read_state(L, WAIT_STATE);
    uint64_t deadline = TIME_NEVER;
    if (!lua_isnil(L, WAIT_TIMEOUT)) {
        deadline = value_time(L, WAIT_TIMEOUT, "conn:wait: timeout") + world_now(scenario_world(L));
    }
    lua_pushinteger(L, state);
    lua_replace(L, WAIT_STATE);
    /* From now on: the state that holds now counts, those before do not. */
    lua_pushinteger(L, socket->path_len);
    return wait_more(L, LUA_OK, (lua_KContext)deadline);
}

/* ---- set ---- */

int lua_conn_set(lua_State *L)
{
    scenario_may_act(L, "conn:set");
    struct socket *socket = lua_check_conn(L, 1, "conn:set");
    const struct socket_extra *extra = socket_extra(scenario_of(L), socket);
    lua_settop(L, 2);
    if (lua_isnil(L, 2)) { return value_fail(L, 2, "conn:set", "a table of options"); }
    struct tcp_options options = host_options(socket->host);
    const bool lost = socket->conn == NULL || extra == NULL || extra->closed;
    if (!lost) { options = *tcp_conn_options(socket->conn); }
    values_tcp_options(L, 2, "conn:set", &options, NULL, 0, true);
    if (lost) { return lua_conn_fail(L, tcp_error_text(TCP_ERROR_NOT_EXIST)); }
    host_set_socket_options(socket, &options);
    lua_pushboolean(L, true);
    return 1;
}
