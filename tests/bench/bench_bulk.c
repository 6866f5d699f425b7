/* bench_bulk.c - one connection, generated octets, 1 Gbit/s and 5 ms: what a data segment costs.
 *
 *   bench_bulk [MEGABYTES]      (default 1000)
 *
 * A line for each case: without and with 1 % loss, without and with the checks that every scenario
 * has. Nanoseconds are of this machine's processor; everything else is the simulation's own. */
#include "bench.h"

#include "sim/core/units.h"

#include <stdio.h>
#include <stdlib.h>

static void violated(void *context, const struct world_violation *violation)
{
    (void)context;
    fprintf(stderr, "bench_bulk: %s\n", violation->text);
    exit(1);
}

static void run_case(uint64_t bytes, uint64_t loss_ppb, bool checked)
{
    struct bench_transfer bulk;
    struct link_settings settings[2];
    bench_transfer_begin(&bulk, bytes, checked ? violated : NULL);
    for (unsigned i = 0; i < 2; i++) {
        link_settings_default(&settings[i]);
        settings[i].rate_bps = 1000000000;
        settings[i].delay_ns = 5 * NS_PER_MS;
        settings[i].loss_ppb = i == LINK_FORWARD ? loss_ppb : 0;
    }
    (void)link_create(bulk.world, bulk.ends[0], bulk.ends[1], settings);
    const uint64_t spent_ns = bench_transfer_run(&bulk, "bench_bulk");
    const double data_segments = (double)bytes / 1460.0;
    const double seconds = (double)spent_ns / 1e9;
    char simulated[32];
    (void)units_format_time(world_now(bulk.world), 3, simulated, sizeof simulated);
    printf("%5.1f %%  %-9s %8.1f %12.0f %12.0f %10.3f %12s %10zu\n", (double)loss_ppb / 1e7,
           checked ? "checked" : "unchecked", (double)spent_ns / data_segments,
           (double)world_segments(bulk.world) / seconds, (double)world_events(bulk.world) / seconds,
           seconds, simulated, arena_fresh_bytes(bulk.arena));
    bench_transfer_end(&bulk);
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
