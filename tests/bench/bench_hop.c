/* bench_hop.c - what a hop costs: bench_bulk's connection through a chain of routers.
 *
 *   bench_hop [MEGABYTES]      (default 300)
 *
 * A line for each number of routers: nanoseconds of the processor for each data segment, and how
 * much each packet costs more for each router (data segments and ACKs alike) than with none. The
 * least of several runs each, taken in turn, so that what else the machine does counts little. */
#include "bench.h"

#include "sim/core/units.h"
#include "sim/net/router.h"

#include <stdio.h>
#include <stdlib.h>

#define ROUTERS_MAX 8
#define RUNS 5

static void build(const struct bench_transfer *run, unsigned routers)
{
    struct host *chain[ROUTERS_MAX + 2];
    struct link_settings settings[2];
    chain[0] = run->ends[0];
    for (unsigned i = 1; i <= routers; i++) {
        char name[] = {'r', (char)('0' + i), '\0'};
        struct router_config config = {.name = name};
        router_options_default(&config.options);
        chain[i] = world_add_router(run->world, &config);
    }
    chain[routers + 1] = run->ends[1];
    for (unsigned i = 0; i < 2; i++) {
        link_settings_default(&settings[i]);
        settings[i].rate_bps = 1000000000;
        settings[i].delay_ns = 5 * NS_PER_MS / (routers + 1);
    }
    for (unsigned i = 0; i <= routers; i++) {
        (void)link_create(run->world, chain[i], chain[i + 1], settings);
    }
}

/* The processor's time for one transfer, and how many packets the ends sent. */
static uint64_t transfer(unsigned routers, uint64_t bytes, uint64_t *packets)
{
    struct bench_transfer run;
    bench_transfer_begin(&run, bytes, NULL);
    build(&run, routers);
    const uint64_t spent_ns = bench_transfer_run(&run, "bench_hop");
    *packets = world_segments(run.world);
    bench_transfer_end(&run);
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
