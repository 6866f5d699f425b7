/* bench_dumbbell.c - many flows through one bottleneck, three links from end to end.
 *
 *   bench_dumbbell [MEGABYTES [FLOWS]]      in all, in each case (default 400); that case alone
 *
 * A hundred clients and a hundred servers (or as many as there are flows) on links of 10 Gbit/s and
 * 1 ms; between the two routers 1 Gbit/s, 5 ms and a queue of 1000 packets. The flows begin one
 * after the other within a second, send their share and close. First the same flow without routers,
 * on one link, for comparison. Nanoseconds of this machine's processor for a data segment
 * delivered, acknowledgments and what was lost included; octets of memory for a flow. */
#include "bench.h"

#include "sim/core/units.h"
#include "sim/net/router.h"
#include "sim/net/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES ((size_t)2 << 30)
#define PAIRS_MAX 100u
#define FLOWS_MAX 1000000u
#define MSS 1460u

struct bench;

struct flow {
    struct bench *bench;
    struct socket *opened, *accepted;
    struct world_task sender, reader;
    uint64_t to_send, received;
};

struct bench {
    struct arena *arena;
    struct world *world;
    struct host *clients[PAIRS_MAX], *servers[PAIRS_MAX];
    struct socket *listeners[PAIRS_MAX];
    struct world_task accepting[PAIRS_MAX];
    struct flow *flows;
    uint32_t flow_count, pairs;
    uint64_t bytes; /* each */
    uint64_t done;
};

static void fail(const char *what)
{
    fprintf(stderr, "bench_dumbbell: %s\n", what);
    exit(1);
}

/* ---- the flows' ends ---- */

static void send_more(struct world_task *task)
{
    struct flow *flow = task->context;
    const uint32_t index = (uint32_t)(flow - flow->bench->flows);
    const struct host_connect request = {.to = flow->bench->servers[index % flow->bench->pairs],
                                         .port = 80,
                                         .has_local_port = true,
                                         .local_port =
                                             (uint16_t)(1024 + index / flow->bench->pairs)};
    bool unreachable;
    if (flow->opened == NULL) {
        if (flow->to_send == 0) { return; }
        if (host_connect(flow->bench->clients[index % flow->bench->pairs], &request, &flow->opened,
                         &unreachable) != TCP_OK) {
            fail("a connection could not be opened");
        }
        flow->opened->user = flow;
        return;
    }
    uint32_t accepted = 1;
    while (flow->to_send > 0 && accepted > 0) {
        const uint32_t len = flow->to_send < (1u << 30) ? (uint32_t)flow->to_send : 1u << 30;
        if (host_send(flow->opened, NULL, len, false, &accepted) != TCP_OK) { return; }
        flow->to_send -= accepted;
    }
    if (flow->to_send == 0) {
        struct socket *socket = flow->opened;
        socket->user = NULL;
        flow->opened = NULL;
        host_close(socket);
    }
}

static void read_more(struct world_task *task)
{
    struct flow *flow = task->context;
    struct tcp_slice slice;
    while (flow->accepted != NULL && host_receive(flow->accepted, UINT32_MAX, &slice) == TCP_OK) {
        flow->received += slice.len;
        if (slice.len == 0) {
            struct socket *socket = flow->accepted;
            socket->user = NULL;
            flow->accepted = NULL;
            flow->bench->done++;
            host_close(socket);
            return;
        }
        host_slice_release(flow->bench->servers[0], &slice);
    }
}

/* Which flow it is, the client's port tells. */
static void accept_all(struct world_task *task)
{
    struct bench *bench = task->context;
    const uint32_t pair = (uint32_t)(task - bench->accepting);
    for (struct socket *socket; (socket = host_accept(bench->listeners[pair])) != NULL;) {
        struct flow *flow =
            &bench->flows[(uint32_t)(socket->remote.port - 1024) * bench->pairs + pair];
        flow->accepted = socket;
        socket->user = flow;
        read_more(&flow->reader);
    }
}

static void changed(void *context, struct socket *socket)
{
    struct bench *bench = context;
    struct flow *flow = socket->user;
    if (socket->listener) {
        const uint32_t pair = (host_index(socket->host) - 2) / 2;
        world_wake(bench->world, &bench->accepting[pair], world_now(bench->world));
    } else if (flow != NULL) {
        world_wake(bench->world, socket == flow->opened ? &flow->sender : &flow->reader,
                   world_now(bench->world));
    }
}

/* ---- building ---- */

static struct host *add_host(struct bench *bench, const char *role, uint32_t number, uint8_t net)
{
    char name[24];
    (void)snprintf(name, sizeof name, "%s%u", role, number);
    struct host_config config = {.name = name, .address_count = 1, .has_tcp = true};
    config.addresses[0] =
        (struct tcp_address){.family = 4, .octets = {10, net, 0, (uint8_t)(number + 1)}};
    tcp_options_default(&config.options);
    config.options.msl_ns = NS_PER_MS; /* TIME-WAIT is not what is measured */
    config.options.backlog = bench->flow_count + 1;
    struct host *host = world_add_host(bench->world, &config);
    if (host == NULL) { fail("out of memory"); }
    return host;
}

static void join(struct bench *bench, struct host *a, struct host *b, uint64_t rate_bps,
                 uint64_t delay_ns, uint32_t limit)
{
    struct link_settings settings[2];
    for (unsigned i = 0; i < 2; i++) {
        link_settings_default(&settings[i]);
        settings[i].rate_bps = rate_bps;
        settings[i].delay_ns = delay_ns;
        settings[i].limit = limit;
    }
    if (link_create(bench->world, a, b, settings) == NULL) { fail("out of memory"); }
}

static void build(struct bench *bench, bool routers)
{
    struct host *ends[2];
    for (unsigned i = 0; i < 2; i++) {
        struct router_config config = {.name = i == 0 ? "left" : "right"};
        router_options_default(&config.options);
        ends[i] = world_add_router(bench->world, &config);
    }
    join(bench, ends[0], ends[1], 1000000000, 5 * NS_PER_MS, 1000);
    for (uint32_t i = 0; i < bench->pairs; i++) {
        bench->clients[i] = add_host(bench, "client", i, 1);
        bench->servers[i] = add_host(bench, "server", i, 2);
        if (routers) {
            join(bench, bench->clients[i], ends[0], UINT64_C(10000000000), NS_PER_MS, 0);
            join(bench, ends[1], bench->servers[i], UINT64_C(10000000000), NS_PER_MS, 0);
        } else {
            join(bench, bench->clients[i], bench->servers[i], 1000000000, 7 * NS_PER_MS, 1000);
        }
        world_task_init(&bench->accepting[i], QUEUE_APP, 0, i, accept_all, bench);
        if (host_listen(bench->servers[i], 80, NULL, &bench->listeners[i]) != TCP_OK) {
            fail("cannot listen");
        }
    }
    for (uint32_t i = 0; i < bench->flow_count; i++) {
        struct flow *flow = &bench->flows[i];
        flow->bench = bench;
        flow->to_send = bench->bytes;
        world_task_init(&flow->sender, QUEUE_APP, 1, i, send_more, flow);
        world_task_init(&flow->reader, QUEUE_APP, 2, i, read_more, flow);
        world_wake(bench->world, &flow->sender, NS_PER_S / bench->flow_count * i);
    }
}

static void run_case(uint32_t flows, uint64_t total_bytes, bool routers)
{
    static struct bench bench;
    memset(&bench, 0, sizeof bench);
    bench.flow_count = flows;
    bench.pairs = flows < PAIRS_MAX ? flows : PAIRS_MAX;
    bench.bytes = total_bytes / flows;
    bench.flows = calloc(flows, sizeof *bench.flows);
    bench.arena = arena_create(ARENA_BYTES);
    if (bench.flows == NULL || bench.arena == NULL) { fail("out of memory"); }
    const struct world_config config = {
        .seed = 1, .limit_ns = TIME_NEVER, .hooks = {.context = &bench, .socket_changed = changed}};
    bench.world = world_create(bench.arena, &config, NULL);
    build(&bench, routers);
    const uint64_t begin_ns = bench_processor_ns();
    const enum world_end end = world_run(bench.world);
    const uint64_t spent_ns = bench_processor_ns() - begin_ns;
    uint64_t received = 0;
    for (uint32_t i = 0; i < flows; i++) { received += bench.flows[i].received; }
    if (end != WORLD_FINISHED || bench.done != flows || received != bench.bytes * flows) {
        fail("the run did not end as it should");
    }
    const double data_segments = (double)received / MSS;
    char simulated[32];
    (void)units_format_time(world_now(bench.world), 3, simulated, sizeof simulated);
    printf("%6u %5s %10.1f %12llu %12s %14zu %10zu\n", flows, routers ? "3" : "1",
           (double)spent_ns / data_segments, (unsigned long long)world_segments(bench.world),
           simulated, arena_fresh_bytes(bench.arena), arena_fresh_bytes(bench.arena) / flows);
    world_destroy(bench.world);
    arena_destroy(bench.arena);
    free(bench.flows);
}

int main(int argc, char **argv)
{
    const uint64_t megabytes = argc > 1 ? strtoull(argv[1], NULL, 10) : 400;
    const uint64_t alone = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
    if (megabytes == 0 || megabytes > 1000000 || alone > FLOWS_MAX) {
        fprintf(stderr, "usage: bench_dumbbell [MEGABYTES [FLOWS]]\n");
        return 2;
    }
    printf("dumbbell, %llu MB in all\n", (unsigned long long)megabytes);
    printf("%6s %5s %10s %12s %12s %14s %10s\n", "flows", "links", "ns/data", "segments",
           "simulated s", "octets", "a flow");
    if (alone != 0) {
        run_case((uint32_t)alone, megabytes * 1000000, true);
        return 0;
    }
    run_case(1, megabytes * 1000000, false);
    static const uint32_t flows[] = {1, 100, 1000, 10000};
    for (size_t i = 0; i < sizeof flows / sizeof flows[0]; i++) {
        run_case(flows[i], megabytes * 1000000, true);
    }
    return 0;
}
