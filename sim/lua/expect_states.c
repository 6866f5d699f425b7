/* expect_states.c - expect.states: the whole path of a connection through the states. */
#include "expect.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A socket that never was more than CLOSED and LISTEN is a listener, no connection. */
static bool is_connection(const struct socket *socket)
{
    if (!socket->listener) { return true; }
    for (size_t i = 0; i < socket->path_len; i++) {
        if (socket->path[i] != TCP_CLOSED && socket->path[i] != TCP_LISTEN) { return true; }
    }
    return false;
}

static void read_states(lua_State *L, struct expectation *expectation)
{
    static const char blanks[] = " \t\r\n";
    const char *rest = expectation->text + strspn(expectation->text, blanks);
    while (*rest != '\0') {
        char name[32];
        const size_t len = strcspn(rest, blanks);
        (void)snprintf(name, sizeof name, "%.*s", (int)(len < 31 ? len : 31), rest);
        rest += len;
        rest += strspn(rest, blanks);
        enum tcp_state state;
        if (!tcp_state_from_name(name, &state)) {
            const char *names[TCP_STATE_COUNT];
            for (unsigned i = 0; i < TCP_STATE_COUNT; i++) {
                names[i] = tcp_state_name((enum tcp_state)i);
            }
            lua_fail_unknown(L, "state", name, names, TCP_STATE_COUNT);
        }
        if (expectation->state_count == SOCKET_PATH_MAX) {
            lua_fail(L, "expect.states: at most %d states", SOCKET_PATH_MAX);
        }
        expectation->states[expectation->state_count++] = (uint8_t)state;
    }
    if (expectation->state_count == 0) {
        lua_fail(L, "expect.states: expected states, such as \"CLOSED SYN-SENT ESTABLISHED\"");
    }
}

/* expect.states(host or connection, "CLOSED SYN-SENT …"[, { nth, shows }]) */
int expect_states(lua_State *L)
{
    static const char *const names[] = {"nth", "shows"};
    struct host *host = lua_test_host(L, 1);
    struct socket *socket = host == NULL ? lua_test_conn(L, 1) : NULL;
    if (host == NULL && socket == NULL) {
        return lua_fail(L, "expect.states: expected a host or a connection; got %s",
                        lua_what(L, 1));
    }
    struct expectation *expectation =
        expect_new(L, EXPECT_STATES, 2, 3, names, sizeof names / sizeof names[0]);
    if (socket != NULL && value_field(L, 3, "nth")) {
        return lua_fail(
            L, "expect.states: nth chooses among a host's connections; this is one connection");
    }
    if (host != NULL && !host_has_tcp(host)) {
        return lua_fail(L, "expect.states: %s has no TCP of its own, so no states",
                        host_name(host));
    }
    expectation->host = host;
    expectation->socket = socket;
    read_states(L, expectation);
    return expect_keep_or_judge(L, expectation);
}

/* The connection meant, or NULL; *count is how many the host has, at least up to it. */
static const struct socket *find(const struct expectation *expectation, uint64_t *count)
{
    *count = 0;
    if (expectation->socket != NULL) { return expectation->socket; }
    const struct socket *socket = host_sockets(expectation->host);
    for (; socket != NULL; socket = socket->next) {
        *count += is_connection(socket);
        if (is_connection(socket) && *count == expectation->nth) { return socket; }
    }
    return NULL;
}

/* Writes the path; returns the column of state number `at` (or of the end). */
static size_t write_path(const uint8_t *states, size_t count, size_t at, struct expect_text *text)
{
    size_t column = EXPECT_NO_COLUMN;
    for (size_t i = 0; i < count; i++) {
        if (i > 0) { expect_text_add(text, " "); }
        if (i == at) { column = text->len; }
        expect_text_add(text, "%s", tcp_state_name((enum tcp_state)states[i]));
    }
    return column == EXPECT_NO_COLUMN ? text->len + 1 : column;
}

void expect_name_socket(const struct socket *socket, struct expect_text *text)
{
    const struct trace_conn conn = {
        .host = host_name(socket->host),
        .host_index = host_index(socket->host),
        .local = socket->local,
        .remote = socket->remote,
        .first_connection = socket->first_connection,
    };
    char name[128];
    (void)trace_conn_name(&conn, name, sizeof name);
    expect_text_add(text, "%s of %s", name, host_name(socket->host));
}

bool expect_judge_states(struct scenario *scenario, struct expectation *expectation)
{
    uint64_t count;
    const struct socket *socket = find(expectation, &count);
    struct expect_text summary = {0};
    struct expect_text expected = {0};
    struct expect_text actual = {0};
    struct expect_report report = {
        .place = expectation->place,
        .name = expect_kind_name(EXPECT_STATES),
        .shows = expectation->shows,
        .summary = summary.octets,
        .expected = expected.octets,
        .actual = actual.octets,
        .column = EXPECT_NO_COLUMN,
        .field = "",
        .context = "",
    };
    if (socket == NULL) {
        (void)write_path(expectation->states, expectation->state_count, 0, &expected);
        expect_text_add(&summary, "%s has no connection number %" PRIu64,
                        host_name(expectation->host), expectation->nth);
        expect_text_add(&actual, "%" PRIu64 " connection%s", count, count == 1 ? "" : "s");
        return expect_result(scenario, false, &report);
    }
    const size_t shorter =
        socket->path_len < expectation->state_count ? socket->path_len : expectation->state_count;
    size_t same = 0;
    while (same < shorter && socket->path[same] == expectation->states[same]) { same++; }
    const bool held = same == socket->path_len && same == expectation->state_count;
    const size_t column =
        write_path(expectation->states, expectation->state_count, same, &expected);
    (void)write_path(socket->path, socket->path_len, same, &actual);
    if (!held) {
        report.column = column;
        report.field = same == socket->path_len           ? "it ends here"
                       : same == expectation->state_count ? "it goes on"
                                                          : "differs";
        expect_name_socket(socket, &summary);
        expect_text_add(&summary, " took another path");
    }
    return expect_result(scenario, held, &report);
}
