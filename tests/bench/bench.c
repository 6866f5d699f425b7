/* bench.c - see bench.h. */
#include "bench.h"

#include "sim/core/units.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ARENA_BYTES ((size_t)1 << 30)
#define CHUNK_BYTES (1u << 30)

uint64_t bench_processor_ns(void)
{
    struct timespec time;
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) != 0) { return 0; }
    return (uint64_t)time.tv_sec * NS_PER_S + (uint64_t)time.tv_nsec;
}

static void send_more(struct world_task *task)
{
    struct bench_transfer *transfer = task->context;
    uint32_t accepted = 1;
    while (transfer->to_send > 0 && accepted > 0) {
        const uint32_t len =
            transfer->to_send < CHUNK_BYTES ? (uint32_t)transfer->to_send : CHUNK_BYTES;
        if (host_send(transfer->opened, NULL, len, 0, &accepted) != TCP_OK) { return; }
        transfer->to_send -= accepted;
    }
    if (transfer->to_send == 0 && transfer->opened != NULL) {
        host_close(transfer->opened);
        transfer->opened = NULL;
    }
}

static void read_more(struct world_task *task)
{
    struct bench_transfer *transfer = task->context;
    struct tcp_slice slice;
    if (transfer->accepted == NULL) { transfer->accepted = host_accept(transfer->listener); }
    while (transfer->accepted != NULL &&
           host_receive(transfer->accepted, UINT32_MAX, &slice) == TCP_OK) {
        transfer->received += slice.len;
        if (slice.len == 0) {
            host_close(transfer->accepted);
            transfer->accepted = NULL;
            host_close(transfer->listener);
            return;
        }
        host_slice_release(transfer->ends[1], &slice);
    }
}

static void changed(void *context, struct socket *socket)
{
    struct bench_transfer *transfer = context;
    if (socket == transfer->opened) {
        world_wake(transfer->world, &transfer->sender, world_now(transfer->world));
    } else if (socket == transfer->listener || socket == transfer->accepted) {
        world_wake(transfer->world, &transfer->reader, world_now(transfer->world));
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

void bench_transfer_begin(struct bench_transfer *transfer, uint64_t bytes,
                          void (*violation)(void *, const struct world_violation *))
{
    *transfer = (struct bench_transfer){.to_send = bytes, .arena = arena_create(ARENA_BYTES)};
    const struct world_config config = {
        .seed = 1,
        .limit_ns = TIME_NEVER,
        .hooks = {.context = transfer, .socket_changed = changed, .violation = violation}};
    transfer->world = world_create(transfer->arena, &config, NULL);
    for (unsigned i = 0; i < 2; i++) { transfer->ends[i] = add_end(transfer->world, i); }
}

uint64_t bench_transfer_run(struct bench_transfer *transfer, const char *program)
{
    const uint64_t bytes = transfer->to_send;
    const struct host_connect request = {.to = transfer->ends[1], .port = 80};
    bool unreachable = false;
    world_task_init(&transfer->sender, QUEUE_APP, 0, 0, send_more, transfer);
    world_task_init(&transfer->reader, QUEUE_APP, 1, 0, read_more, transfer);
    (void)host_listen(transfer->ends[1], 80, NULL, &transfer->listener);
    (void)host_connect(transfer->ends[0], &request, &transfer->opened, &unreachable);
    const uint64_t begin_ns = bench_processor_ns();
    const enum world_end end = world_run(transfer->world);
    const uint64_t spent_ns = bench_processor_ns() - begin_ns;
    if (end != WORLD_FINISHED || transfer->received != bytes) {
        fprintf(stderr, "%s: ended %d with %llu octets received\n", program, (int)end,
                (unsigned long long)transfer->received);
        exit(1);
    }
    return spent_ns;
}

void bench_transfer_end(struct bench_transfer *transfer)
{
    world_destroy(transfer->world);
    arena_destroy(transfer->arena);
}
