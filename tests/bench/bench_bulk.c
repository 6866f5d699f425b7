/* bench_bulk.c - one connection, generated octets, 1 Gbit/s and 5 ms: what a data segment costs.
 *
 *   bench_bulk [MEGABYTES]      (default 1000)
 *
 * A line for each case: without and with 1 % loss, without and with the checks that every scenario
 * has. Nanoseconds are of this machine's processor; everything else is the simulation's own. */
#include "sim/core/units.h"
#include "sim/net/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ARENA_BYTES ((size_t)1 << 30)
#define CHUNK_BYTES (1u << 30)

struct bulk {
    struct world *world;
    struct host *hosts[2];
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
    struct bulk *bulk = task->context;
    uint32_t accepted = 1;
    while (bulk->to_send > 0 && accepted > 0) {
        const uint32_t len = bulk->to_send < CHUNK_BYTES ? (uint32_t)bulk->to_send : CHUNK_BYTES;
        if (host_send(bulk->opened, NULL, len, 0, &accepted) != TCP_OK) { return; }
        bulk->to_send -= accepted;
    }
    if (bulk->to_send == 0 && bulk->opened != NULL) {
        host_close(bulk->opened);
        bulk->opened = NULL;
    }
}

static void read_more(struct world_task *task)
{
    struct bulk *bulk = task->context;
    struct tcp_slice slice;
    if (bulk->accepted == NULL) { bulk->accepted = host_accept(bulk->listener); }
    while (bulk->accepted != NULL && host_receive(bulk->accepted, UINT32_MAX, &slice) == TCP_OK) {
        bulk->received += slice.len;
        if (slice.len == 0) {
            host_close(bulk->accepted);
            bulk->accepted = NULL;
            host_close(bulk->listener);
            return;
        }
        host_slice_release(bulk->hosts[1], &slice);
    }
}

static void changed(void *context, struct socket *socket)
{
    struct bulk *bulk = context;
    if (socket == bulk->opened) {
        world_wake(bulk->world, &bulk->sender, world_now(bulk->world));
    } else if (socket == bulk->listener || socket == bulk->accepted) {
        world_wake(bulk->world, &bulk->reader, world_now(bulk->world));
    }
}

static void violated(void *context, const struct world_violation *violation)
{
    (void)context;
    fprintf(stderr, "bench_bulk: %s\n", violation->text);
    exit(1);
}

static void build(struct bulk *bulk, uint64_t loss_ppb)
{
    for (unsigned i = 0; i < 2; i++) {
        struct host_config config = {
            .name = i == 0 ? "a" : "b", .address_count = 1, .has_tcp = true};
        config.addresses[0] =
            (struct tcp_address){.family = 4, .octets = {10, 0, 0, (uint8_t)(i + 1)}};
        tcp_options_default(&config.options);
        bulk->hosts[i] = world_add_host(bulk->world, &config);
    }
    struct link_settings settings[2];
    for (unsigned i = 0; i < 2; i++) {
        link_settings_default(&settings[i]);
        settings[i].rate_bps = 1000000000;
        settings[i].delay_ns = 5 * NS_PER_MS;
        settings[i].loss_ppb = i == LINK_FORWARD ? loss_ppb : 0;
    }
    (void)link_create(bulk->world, bulk->hosts[0], bulk->hosts[1], settings);
    world_task_init(&bulk->sender, QUEUE_APP, 0, 0, send_more, bulk);
    world_task_init(&bulk->reader, QUEUE_APP, 1, 0, read_more, bulk);
    bool unreachable;
    const struct host_connect request = {.to = bulk->hosts[1], .port = 80};
    (void)host_listen(bulk->hosts[1], 80, NULL, &bulk->listener);
    (void)host_connect(bulk->hosts[0], &request, &bulk->opened, &unreachable);
}

static void run_case(uint64_t bytes, uint64_t loss_ppb, bool checked)
{
    struct bulk bulk = {.to_send = bytes};
    struct arena *arena = arena_create(ARENA_BYTES);
    const struct world_config config = {.seed = 1,
                                        .limit_ns = TIME_NEVER,
                                        .hooks = {.context = &bulk,
                                                  .socket_changed = changed,
                                                  .violation = checked ? violated : NULL}};
    bulk.world = world_create(arena, &config, NULL);
    build(&bulk, loss_ppb);
    const uint64_t begin_ns = processor_ns();
    const enum world_end end = world_run(bulk.world);
    const uint64_t spent_ns = processor_ns() - begin_ns;
    if (end != WORLD_FINISHED || bulk.received != bytes) {
        fprintf(stderr, "bench_bulk: ended %d with %llu octets received\n", (int)end,
                (unsigned long long)bulk.received);
        exit(1);
    }
    const double data_segments = (double)bytes / 1460.0;
    const double seconds = (double)spent_ns / 1e9;
    char simulated[32];
    (void)units_format_time(world_now(bulk.world), 3, simulated, sizeof simulated);
    printf("%5.1f %%  %-9s %8.1f %12.0f %12.0f %10.3f %12s %10zu\n", (double)loss_ppb / 1e7,
           checked ? "checked" : "unchecked", (double)spent_ns / data_segments,
           (double)world_segments(bulk.world) / seconds, (double)world_events(bulk.world) / seconds,
           seconds, simulated, arena_fresh_bytes(arena));
    world_destroy(bulk.world);
    arena_destroy(arena);
}

int main(int argc, char **argv)
{
    const uint64_t megabytes = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000;
    if (megabytes == 0 || megabytes > 1000000) {
        fprintf(stderr, "usage: bench_bulk [MEGABYTES]\n");
        return 2;
    }
    printf("bulk, %llu MB, 1 Gbit/s, 5 ms, window 65535\n", (unsigned long long)megabytes);
    printf("%7s  %-9s %8s %12s %12s %10s %12s %10s\n", "loss", "", "ns/data", "segments/s",
           "events/s", "seconds", "simulated s", "octets");
    for (unsigned i = 0; i < 4; i++) {
        run_case(megabytes * 1000000, i < 2 ? 0 : PPB_ONE / 100, i % 2 != 0);
    }
    return 0;
}
