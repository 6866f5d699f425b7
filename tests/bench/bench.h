/* bench.h - what benchmarks share: the processor's time, and one bulk transfer from end to end. */
#ifndef TCPSIM_TESTS_BENCH_H
#define TCPSIM_TESTS_BENCH_H

#include "sim/net/world.h"

#include <stdint.h>

/* Nanoseconds that this process has had of the processor. */
uint64_t bench_processor_ns(void);

/* A connection from ends[0] to ends[1], port 80, that sends `to_send` generated octets and closes.
 */
struct bench_transfer {
    struct arena *arena;
    struct world *world;
    struct host *ends[2];
    struct socket *listener, *accepted, *opened;
    struct world_task sender, reader;
    uint64_t to_send, received;
};

/* A world with the two ends, 10.0.0.1 and 10.0.0.2, not linked yet. With a hook the checks of every
 * scenario are made. The world is the caller's to end: bench_transfer_end. */
void bench_transfer_begin(struct bench_transfer *transfer, uint64_t bytes,
                          void (*violation)(void *, const struct world_violation *));
/* Opens the connection, runs the world to its end, and says what it took of the processor. Ends the
 * program, in the name of `program`, if not all arrived. */
uint64_t bench_transfer_run(struct bench_transfer *transfer, const char *program);
void bench_transfer_end(struct bench_transfer *transfer);

#endif
