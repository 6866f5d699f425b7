/* bench_connections.c - what connections cost: short ones one after the other, idle ones in memory,
 * many at once.
 *
 *   bench_connections [CONNECTIONS]      short ones in each case (default 100000)
 *
 * Short: handshake, a request of 100 octets, close from the client, end of stream, close from the
 * server; so many at a time, over one link of 1 Gbit/s and 1 ms. Idle: established, both ends.
 * Many: each on a host and a link of its own to one server, 100 kB. Times are of this machine's
 * processor. */
#include "bench.h"

#include "sim/core/units.h"
#include "sim/net/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES ((size_t)2 << 30)
#define REQUEST_BYTES 100u
#define FLOW_BYTES 100000u
#define HOSTS_MAX 10001u

struct bench {
    struct arena *arena;
    struct world *world;
    struct host *server;
    struct host *clients[HOSTS_MAX];
    struct socket *listener;
    struct world_task accepting;
    uint64_t to_open, done, ended;
    uint32_t bytes; /* what each connection sends */
    bool idle;      /* they stay */
};

/* A connection's side: a task that looks what there is to do. */
struct side {
    struct bench *bench;
    struct host *client; /* NULL: the server's side */
    struct socket *socket;
    struct world_task task;
    uint32_t left;
    bool closed;
};

static void fail(const char *what)
{
    fprintf(stderr, "bench_connections: %s\n", what);
    exit(1);
}

/* ---- the client's side ---- */

static void open_next(struct side *side)
{
    struct bench *bench = side->bench;
    const struct host_connect request = {.to = bench->server, .port = 80};
    bool unreachable;
    if (bench->to_open == 0) { return; }
    bench->to_open--;
    side->left = bench->bytes;
    side->closed = false;
    if (host_connect(side->client, &request, &side->socket, &unreachable) != TCP_OK) {
        fail("a connection could not be opened");
    }
    side->socket->user = side;
}

static void client_looks(struct world_task *task)
{
    struct side *side = task->context;
    if (side->socket == NULL || side->closed) {
        open_next(side);
        return;
    }
    if (side->socket->state == TCP_SYN_SENT || side->bench->idle) { return; }
    while (side->left > 0) {
        uint32_t accepted;
        if (host_send(side->socket, NULL, side->left, TCP_SEND_PUSH, &accepted) != TCP_OK) {
            return;
        }
        side->left -= accepted;
    }
    struct socket *socket = side->socket;
    side->closed = true;
    side->socket = NULL;
    host_close(socket);
}

/* ---- the server's side ---- */

static void server_looks(struct world_task *task)
{
    struct side *side = task->context;
    struct bench *bench = side->bench;
    struct tcp_slice slice;
    while (side->socket != NULL && host_receive(side->socket, UINT32_MAX, &slice) == TCP_OK) {
        if (slice.len == 0) {
            struct socket *socket = side->socket;
            socket->user = NULL;
            side->socket = NULL;
            bench->done++;
            host_close(socket);
            arena_give(bench->arena, side, sizeof *side);
            return;
        }
        host_slice_release(bench->server, &slice);
    }
}

static void accept_all(struct world_task *task)
{
    struct bench *bench = task->context;
    for (struct socket *socket; (socket = host_accept(bench->listener)) != NULL;) {
        struct side *side = arena_take_zeroed(bench->arena, sizeof *side);
        if (side == NULL) { fail("out of memory"); }
        side->bench = bench;
        side->socket = socket;
        socket->user = side;
        world_task_init(&side->task, QUEUE_APP, 2, 0, server_looks, side);
        server_looks(&side->task);
    }
}

static void changed(void *context, struct socket *socket)
{
    struct bench *bench = context;
    struct side *side = socket->user;
    if (socket == bench->listener) {
        world_wake(bench->world, &bench->accepting, world_now(bench->world));
    } else if (side != NULL) {
        if (side->client != NULL && side->closed) {
            if (socket->state != TCP_TIME_WAIT) { return; }
            socket->user = NULL; /* this one is over: the side takes the next */
        }
        world_wake(bench->world, &side->task, world_now(bench->world));
    }
}

/* ---- building ---- */

static struct host *add_host(struct bench *bench, uint32_t index, uint32_t at_once)
{
    char name[16];
    (void)snprintf(name, sizeof name, "h%u", index);
    struct host_config config = {.name = name, .address_count = 1, .has_tcp = true};
    config.addresses[0] = (struct tcp_address){
        .family = 4, .octets = {10, (uint8_t)(index >> 16), (uint8_t)(index >> 8), (uint8_t)index}};
    tcp_options_default(&config.options);
    config.options.msl_ns = NS_PER_MS / 2; /* or the ports would run out */
    config.options.backlog = at_once + 1;
    return world_add_host(bench->world, &config);
}

static void create(struct bench *bench, uint32_t clients, uint32_t at_once)
{
    bench->arena = arena_create(ARENA_BYTES);
    const struct world_config config = {
        .seed = 1, .limit_ns = TIME_NEVER, .hooks = {.context = bench, .socket_changed = changed}};
    bench->world = world_create(bench->arena, &config, NULL);
    bench->server = add_host(bench, 1, at_once);
    struct link_settings settings[2];
    for (unsigned i = 0; i < 2; i++) {
        link_settings_default(&settings[i]);
        settings[i].rate_bps = 1000000000;
        settings[i].delay_ns = NS_PER_MS;
    }
    for (uint32_t i = 0; i < clients; i++) {
        bench->clients[i] = add_host(bench, i + 2, at_once);
        if (link_create(bench->world, bench->clients[i], bench->server, settings) == NULL) {
            fail("out of memory");
        }
    }
    world_task_init(&bench->accepting, QUEUE_APP, 1, 0, accept_all, bench);
    if (host_listen(bench->server, 80, NULL, &bench->listener) != TCP_OK) { fail("cannot listen"); }
}

/* `at_once` sides, in turn on the clients, begin at time 0. */
static uint64_t run(struct bench *bench, uint32_t clients, uint32_t at_once)
{
    const uint64_t connections = bench->to_open;
    struct side *sides = calloc(at_once, sizeof *sides);
    for (uint32_t i = 0; sides != NULL && i < at_once; i++) {
        sides[i].bench = bench;
        sides[i].client = bench->clients[i % clients];
        world_task_init(&sides[i].task, QUEUE_APP, 3, i, client_looks, &sides[i]);
        world_wake(bench->world, &sides[i].task, 0);
    }
    const uint64_t begin_ns = bench_processor_ns();
    if (sides == NULL || world_run(bench->world) != WORLD_FINISHED ||
        (!bench->idle && bench->done != connections)) {
        fail("the run did not end as it should");
    }
    const uint64_t spent_ns = bench_processor_ns() - begin_ns;
    free(sides);
    return spent_ns;
}

static void destroy(struct bench *bench)
{
    world_destroy(bench->world);
    arena_destroy(bench->arena);
}

/* ---- the cases ---- */

static void short_ones(uint64_t connections, uint32_t at_once)
{
    struct bench bench = {.to_open = connections, .bytes = REQUEST_BYTES};
    create(&bench, 1, at_once);
    const uint64_t spent_ns = run(&bench, 1, at_once);
    printf("short  %6u at a time  %8.3f us each  %10.0f a second  %7zu octets of memory\n", at_once,
           (double)spent_ns / 1e3 / (double)connections,
           (double)connections * 1e9 / (double)spent_ns, arena_fresh_bytes(bench.arena));
    destroy(&bench);
}

static void idle_ones(uint32_t connections)
{
    struct bench bench = {.to_open = connections, .idle = true};
    create(&bench, 1, connections);
    const size_t before = arena_live_bytes(bench.arena);
    const uint64_t spent_ns = run(&bench, 1, connections);
    const size_t live = arena_live_bytes(bench.arena) - before;
    const size_t own = (sizeof(struct side) + 15) / 16 * 16;
    printf("idle   %6u             %8.3f us each  %10zu octets each, both ends\n", connections,
           (double)spent_ns / 1e3 / connections, live / connections - own);
    destroy(&bench);
}

static void many_ones(uint32_t connections)
{
    static struct bench bench;
    memset(&bench, 0, sizeof bench);
    bench.to_open = connections;
    bench.bytes = FLOW_BYTES;
    create(&bench, connections, connections);
    const uint64_t spent_ns = run(&bench, connections, connections);
    const double segments = (double)connections * ((FLOW_BYTES + 1459) / 1460);
    printf("many   %6u at once    %8.1f ns a data segment %7.0f segments a second\n", connections,
           (double)spent_ns / segments,
           (double)world_segments(bench.world) * 1e9 / (double)spent_ns);
    destroy(&bench);
}

int main(int argc, char **argv)
{
    const uint64_t connections = argc > 1 ? strtoull(argv[1], NULL, 10) : 100000;
    static const uint32_t at_once[] = {1, 100, 1000, 10000};
    if (connections == 0) {
        fprintf(stderr, "usage: bench_connections [CONNECTIONS]\n");
        return 2;
    }
    for (size_t i = 0; i < sizeof at_once / sizeof at_once[0]; i++) {
        short_ones(connections, at_once[i]);
    }
    for (size_t i = 0; i < sizeof at_once / sizeof at_once[0]; i++) { idle_ones(at_once[i]); }
    for (size_t i = 0; i < sizeof at_once / sizeof at_once[0]; i++) { many_ones(at_once[i]); }
    return 0;
}
