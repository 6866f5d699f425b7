/* bench_hop.c - what a hop costs: bench_bulk's connection through a chain of routers.
 *
 *   bench_hop [MEGABYTES]      (default 300)
 *
 * A line for each number of routers: nanoseconds of the processor for each data segment, and how
 * much each packet costs more for each router (data segments and ACKs alike) than with none. The
 * least of several runs each, taken in turn, so that what else the machine does counts little. */
#include "sim/core/units.h"
#include "sim/net/router.h"
#include "sim/net/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ARENA_BYTES ((size_t)1 << 30)
#define CHUNK_BYTES (1u << 30)
#define ROUTERS_MAX 8
#define RUNS 5

struct hop_run {
    struct world *world;
    struct host *ends[2];
    struct socket *listener, *accepted, *opened;
    struct world_task sender, reader;
    uint64_t to_send, received;
};

static uint64_t processor_ns(void)
{
    struct timespec time;
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) != 0) { return 0; }
    return (uint64_t)time.tv_sec * NS_PER_S + (uint64_t)time.tv_nsec;
}

static void send_more(struct world_task *task)
{
    struct hop_run *run = task->context;
    uint32_t accepted = 1;
    while (run->to_send > 0 && accepted > 0) {
        const uint32_t len = run->to_send < CHUNK_BYTES ? (uint32_t)run->to_send : CHUNK_BYTES;
        if (host_send(run->opened, NULL, len, false, &accepted) != TCP_OK) { return; }
        run->to_send -= accepted;
    }
    if (run->to_send == 0 && run->opened != NULL) {
        host_close(run->opened);
        run->opened = NULL;
    }
}

static void read_more(struct world_task *task)
{
    struct hop_run *run = task->context;
    struct tcp_slice slice;
    if (run->accepted == NULL) { run->accepted = host_accept(run->listener); }
    while (run->accepted != NULL && host_receive(run->accepted, UINT32_MAX, &slice) == TCP_OK) {
        run->received += slice.len;
        if (slice.len == 0) {
            host_close(run->accepted);
            run->accepted = NULL;
            host_close(run->listener);
            return;
        }
        host_slice_release(run->ends[1], &slice);
    }
}

static void changed(void *context, struct socket *socket)
{
    struct hop_run *run = context;
    if (socket == run->opened) {
        world_wake(run->world, &run->sender, world_now(run->world));
    } else if (socket == run->listener || socket == run->accepted) {
        world_wake(run->world, &run->reader, world_now(run->world));
    }
}

static struct host *add_end(struct world *world, unsigned number)
{
    struct host_config config = {
        .name = number == 0 ? "a" : "b", .address_count = 1, .has_tcp = true};
    config.addresses[0] =
        (struct tcp_address){.family = 4, .octets = {10, 0, 0, (uint8_t)(number + 1)}};
    tcp_options_default(&config.options);
    return world_add_host(world, &config);
}

static void build(struct hop_run *run, unsigned routers)
{
    struct host *chain[ROUTERS_MAX + 2];
    struct link_settings settings[2];
    chain[0] = run->ends[0] = add_end(run->world, 0);
    for (unsigned i = 1; i <= routers; i++) {
        char name[] = {'r', (char)('0' + i), '\0'};
        struct router_config config = {.name = name};
        router_options_default(&config.options);
        chain[i] = world_add_router(run->world, &config);
    }
    chain[routers + 1] = run->ends[1] = add_end(run->world, 1);
    for (unsigned i = 0; i < 2; i++) {
        link_settings_default(&settings[i]);
        settings[i].rate_bps = 1000000000;
        settings[i].delay_ns = 5 * NS_PER_MS / (routers + 1);
    }
    for (unsigned i = 0; i <= routers; i++) {
        (void)link_create(run->world, chain[i], chain[i + 1], settings);
    }
    world_task_init(&run->sender, QUEUE_APP, 0, 0, send_more, run);
    world_task_init(&run->reader, QUEUE_APP, 1, 0, read_more, run);
    bool unreachable;
    const struct host_connect request = {.to = run->ends[1], .port = 80};
    (void)host_listen(run->ends[1], 80, NULL, &run->listener);
    (void)host_connect(run->ends[0], &request, &run->opened, &unreachable);
}

/* The processor's time for one transfer, and how many packets the ends sent. */
static uint64_t transfer(unsigned routers, uint64_t bytes, uint64_t *packets)
{
    struct hop_run run = {.to_send = bytes};
    struct arena *arena = arena_create(ARENA_BYTES);
    const struct world_config config = {
        .seed = 1, .limit_ns = TIME_NEVER, .hooks = {.context = &run, .socket_changed = changed}};
    run.world = world_create(arena, &config, NULL);
    build(&run, routers);
    const uint64_t begin_ns = processor_ns();
    const enum world_end end = world_run(run.world);
    const uint64_t spent_ns = processor_ns() - begin_ns;
    if (end != WORLD_FINISHED || run.received != bytes) {
        fprintf(stderr, "bench_hop: ended %d with %llu octets received\n", (int)end,
                (unsigned long long)run.received);
        exit(1);
    }
    *packets = world_segments(run.world);
    world_destroy(run.world);
    arena_destroy(arena);
    return spent_ns;
}

int main(int argc, char **argv)
{
    static const unsigned routers[] = {0, 1, 2, 4, 8};
    enum { CASES = sizeof routers / sizeof routers[0] };
    const uint64_t megabytes = argc > 1 ? strtoull(argv[1], NULL, 10) : 300;
    if (megabytes == 0 || megabytes > 1000000) {
        fprintf(stderr, "usage: bench_hop [MEGABYTES]\n");
        return 2;
    }
    uint64_t least[CASES] = {0};
    uint64_t packets[CASES] = {0};
    for (unsigned r = 0; r < RUNS; r++) {
        for (unsigned i = 0; i < CASES; i++) {
            const uint64_t spent_ns = transfer(routers[i], megabytes * 1000000, &packets[i]);
            least[i] = r == 0 || spent_ns < least[i] ? spent_ns : least[i];
        }
    }
    printf("bulk, %llu MB, 1 Gbit/s, 5 ms in all, through routers\n",
           (unsigned long long)megabytes);
    printf("%8s %10s %12s %14s\n", "routers", "ns/data", "packets", "ns/packet/hop");
    for (unsigned i = 0; i < CASES; i++) {
        const double data = (double)(megabytes * 1000000) / 1460.0;
        const double more = (double)least[i] - (double)least[0];
        printf("%8u %10.1f %12llu %14.1f\n", routers[i], (double)least[i] / data,
               (unsigned long long)packets[i],
               i == 0 ? 0.0 : more / ((double)packets[i] * routers[i]));
    }
    return 0;
}
