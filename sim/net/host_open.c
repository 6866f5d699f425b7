/* host_open.c - RFC 9293's OPEN as the applications of a host call it: connect, listen, accept, and
 * OPEN and SEND on a passive TCB. */
#include "net_private.h"

#include <string.h>

/* RFC 6056: the dynamic ports of RFC 6335. */
#define PORT_FIRST 49152u
#define PORT_COUNT 16384u

static const struct tcp_endpoint nobody = {.port = 0};

static bool port_is_taken(struct host *host, const struct tcp_endpoint *local,
                          const struct tcp_endpoint *remote)
{
    if (remote == NULL) { return tcp_local_in_use(host->tcp, local); }
    const struct tcp_endpoint any = {.port = local->port};
    return tcp_find(host->tcp, local, remote) != NULL ||
           tcp_find(host->tcp, local, &nobody) != NULL ||
           tcp_find(host->tcp, &any, &nobody) != NULL;
}

/* RFC 6056 3.3.1, simple port randomization: from a random one upwards to the first that is free,
 * which no connection to `remote` has, or, with remote NULL (and address.family 0: any local
 * address), that nobody uses; 0: none is free. */
static uint16_t host_choose_port(struct host *host, const struct tcp_address *address,
                                 const struct tcp_endpoint *remote)
{
    const uint64_t first = rng_below(&host->ports, ++host->port_calls, PORT_COUNT);
    struct tcp_endpoint local = {.address = *address};
    for (uint32_t i = 0; i < PORT_COUNT; i++) {
        local.port = (uint16_t)(PORT_FIRST + (first + i) % PORT_COUNT);
        if (!port_is_taken(host, &local, remote)) { return local.port; }
    }
    return 0;
}

static void record_open(struct host *host, const struct tcp_endpoint *local,
                        const struct tcp_endpoint *remote, const char *result)
{
    if (trace_wants(host->world->trace, TRACE_CALL)) {
        const struct trace_conn names = {.host = host->name,
                                         .host_index = host->index,
                                         .local = *local,
                                         .remote = *remote,
                                         .first_connection =
                                             first_connection_is(host->world, local, remote)};
        record_call(host, &names, "OPEN", 0, result);
    }
}

static enum tcp_error open_conn(struct host *host, const struct tcp_open_request *request,
                                struct socket **socket)
{
    struct tcp_conn *conn = NULL;
    *socket = NULL;
    host->opening = true;
    host->opening_listener = request->passive;
    enum tcp_error error = tcp_open(host->tcp, host->world->now_ns, request, &conn);
    host->opening = host->opening_listener = false;
    if (error == TCP_OK) {
        struct endpoint_socket *made = endpoint_socket_of_conn(conn);
        if (made == NULL) {
            tcp_release(conn, host->world->now_ns);
            error = TCP_ERROR_RESOURCES;
        } else {
            *socket = &made->socket;
        }
    }
    record_open(host, &request->local, &request->remote, tcp_error_text(error));
    return error;
}

/* The two ends of what is to be opened, and the MTU of the link between; false: unreachable. */
static bool find_ends(struct host *host, const struct host_connect *request,
                      struct tcp_endpoint *local, struct tcp_endpoint *remote, uint32_t *mtu_bytes)
{
    const struct host_route_wish wish = {
        .family = request->from != NULL ? request->from->family : request->family,
        .local = request->from,
        .remote = request->address.family != 0 ? &request->address : NULL};
    struct host_route route;
    if (!host_route(host, request->to, &wish, &route)) { return false; }
    if (request->from != NULL) { WORLD_SHOWS(host->world, MUST_43); }
    if (request->from == NULL) { WORLD_SHOWS(host->world, MUST_44); }
    if (host->address_count > 1) { WORLD_SHOWS(host->world, MUST_45); }
    local->address = route.local;
    remote->address = route.remote;
    remote->port = request->port;
    *mtu_bytes = link_get(route.link, route.direction)->mtu_bytes;
    return true;
}

static void unreachable_end(const struct host *host, struct tcp_endpoint *end, uint16_t port)
{
    if (host->address_count > 0) { end->address = host->address_list[0]; }
    end->port = port;
}

/* RFC 9293 MUST-46 is TCP's to judge, before any path is looked for. */
static enum tcp_error connect_to_no_host(struct host *host, const struct host_connect *request,
                                         struct socket **socket)
{
    struct tcp_open_request open = {.remote = {request->address, request->port}};
    unreachable_end(host, &open.local, request->local_port);
    return open_conn(host, &open, socket);
}

enum tcp_error host_connect(struct host *host, const struct host_connect *request,
                            struct socket **socket, bool *unreachable)
{
    struct tcp_open_request open = {.passive = false};
    uint32_t mtu_bytes;
    *socket = NULL;
    *unreachable = false;
    if (host->tcp == NULL) { return TCP_ERROR_NOT_EXIST; }
    if (request->to == NULL) { return connect_to_no_host(host, request, socket); }
    if (!find_ends(host, request, &open.local, &open.remote, &mtu_bytes)) {
        *unreachable = true;
        unreachable_end(host, &open.local, 0);
        unreachable_end(request->to, &open.remote, request->port);
        record_open(host, &open.local, &open.remote, "network unreachable");
        return TCP_ERROR_NO_REMOTE;
    }
    open.local.port = request->has_local_port
                          ? request->local_port
                          : host_choose_port(host, &open.local.address, &open.remote);
    if (open.local.port == 0) {
        record_open(host, &open.local, &open.remote, tcp_error_text(TCP_ERROR_RESOURCES));
        return TCP_ERROR_RESOURCES;
    }
    struct tcp_options options = request->options != NULL ? *request->options : host->options;
    /* Connections with the host's own options share one copy of them. */
    if (request->options != NULL || options.mtu_bytes != mtu_bytes) {
        options.mtu_bytes = mtu_bytes;
        open.options = &options;
    }
    if (request->syn_data_len > 0 &&
        !host_make_slice(host, request->syn_data, (uint32_t)request->syn_data_len,
                         &open.syn_data)) {
        return TCP_ERROR_RESOURCES;
    }
    const enum tcp_error error = open_conn(host, &open, socket);
    tcp_slice_release(&host->world->pools, &open.syn_data);
    host_pump(host);
    return error;
}

enum tcp_error host_listen(struct host *host, uint16_t port, const struct tcp_options *options,
                           struct socket **socket)
{
    struct tcp_open_request open = {.passive = true, .local = {.port = port}};
    struct tcp_options own;
    *socket = NULL;
    if (host->tcp == NULL) { return TCP_ERROR_NOT_EXIST; }
    if (port == 0) {
        open.local.port = host_choose_port(host, &open.local.address, NULL);
        if (open.local.port == 0) { return TCP_ERROR_RESOURCES; }
    }
    if (options != NULL) {
        own = *options;
        own.mtu_bytes = host->options.mtu_bytes;
        open.options = &own;
    }
    const enum tcp_error error = open_conn(host, &open, socket);
    host_pump(host);
    return error;
}

struct socket *host_accept(struct socket *listener)
{
    if (listener->conn == NULL || !listener->listener) { return NULL; }
    struct endpoint_socket *accepted = endpoint_socket_of_conn(tcp_accept(listener->conn));
    if (accepted == NULL) { return NULL; }
    accepted->socket.accepted_or_opened = true;
    return &accepted->socket;
}

/* ---- OPEN and SEND on a passive TCB ---- */

static bool listener_ends(const struct socket *listener, struct host *to, uint16_t port,
                          struct tcp_endpoint *local, struct tcp_endpoint *remote)
{
    const struct host_connect request = {.to = to, .port = port};
    uint32_t mtu_bytes;
    *local = *remote = nobody;
    if (!find_ends(listener->host, &request, local, remote, &mtu_bytes)) { return false; }
    local->port = listener->local.port;
    return true;
}

enum tcp_error host_open_listener(struct socket *listener, struct host *to, uint16_t port,
                                  bool *unreachable)
{
    struct host *host = listener->host;
    struct tcp_endpoint local, remote;
    *unreachable = false;
    if (listener->conn == NULL) {
        return listener->error != TCP_OK ? listener->error : TCP_ERROR_NOT_EXIST;
    }
    if (!listener_ends(listener, to, port, &local, &remote)) {
        *unreachable = true;
        return TCP_ERROR_NO_REMOTE;
    }
    const bool was_listener = listener->listener;
    listener->listener = false; /* what follows happens to a connection */
    const enum tcp_error error =
        tcp_open_listener(listener->conn, host->world->now_ns, &local, &remote);
    listener->listener = was_listener && error != TCP_OK;
    record_open(host, &local, &remote, tcp_error_text(error));
    host_pump(host);
    return error;
}

enum tcp_error host_send_listener(struct socket *listener, struct host *to, uint16_t port,
                                  const uint8_t *octets, uint32_t len, unsigned flags,
                                  uint32_t *accepted, bool *unreachable)
{
    struct host *host = listener->host;
    struct tcp_endpoint local, remote;
    struct tcp_slice slice;
    *unreachable = false;
    *accepted = 0;
    if (listener->conn == NULL) {
        return listener->error != TCP_OK ? listener->error : TCP_ERROR_NOT_EXIST;
    }
    if (!listener_ends(listener, to, port, &local, &remote)) {
        *unreachable = true;
        return TCP_ERROR_NO_REMOTE;
    }
    if (!host_make_slice(host, octets, len, &slice)) { return TCP_ERROR_RESOURCES; }
    const bool was_listener = listener->listener;
    listener->listener = false;
    const enum tcp_error error = tcp_send_listener(listener->conn, host->world->now_ns, &local,
                                                   &remote, &slice, flags, accepted);
    listener->listener = was_listener && error != TCP_OK;
    tcp_slice_release(&host->world->pools, &slice);
    host_record_call(listener, "SEND", *accepted, tcp_error_text(error));
    host_pump(host);
    return error;
}
