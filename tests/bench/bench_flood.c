/* bench_flood.c - what a SYN of a flood costs the host that it reaches, in time and in memory.
 *
 *   bench_flood [SYNS]      (default 100000)
 *
 * TCP alone, without a network: each SYN comes from another socket, what the host owes is taken out
 * after it. A line for each way to treat the flood: the backlog is full and SYNs are dropped; it is
 * full and they are answered by cookies; they always are; all are kept. The last line is of the
 * ACKs that prove cookies. Nanoseconds are of this machine's processor. */
#include "bench.h"

#include "sim/core/rng.h"
#include "sim/core/units.h"
#include "tcp/tcp.h"

#include <stdio.h>
#include <stdlib.h>

struct memory {
    size_t live_bytes, most_bytes;
};

static void *take(void *context, size_t size)
{
    struct memory *memory = context;
    memory->live_bytes += size;
    if (memory->live_bytes > memory->most_bytes) { memory->most_bytes = memory->live_bytes; }
    return malloc(size);
}

static void give(void *context, void *block, size_t size)
{
    struct memory *memory = context;
    memory->live_bytes -= size;
    free(block);
}

static uint64_t keyed_hash(void *context, const void *data, size_t len)
{
    return rng_hash(context, data, len);
}

struct bench {
    struct memory memory;
    struct rng_stream key;
    struct tcp_host *host;
    struct tcp_conn *listener;
    uint64_t answers;
    tcp_seq *cookies; /* by SYN, where they are wanted */
};

static struct tcp_segment syn_of(uint64_t number)
{
    struct tcp_segment syn = {
        .source = {{{10, (uint8_t)(number >> 32), (uint8_t)(number >> 24), (uint8_t)(number >> 16)},
                    4},
                   (uint16_t)number},
        .destination = {{{192, 0, 2, 1}, 4}, 80},
        .seq = (tcp_seq)number * 7919u,
        .flags = TCP_SYN,
        .window = 65535,
        .options_len = 4,
        .options = {2, 4, 0x05, 0xb4}};
    return syn;
}

static void take_answers(struct bench *bench, uint64_t now_ns, tcp_seq *seq)
{
    struct tcp_segment out;
    while (tcp_output(bench->host, now_ns, &out)) {
        bench->answers++;
        if (seq != NULL) { *seq = out.seq; }
        tcp_payload_release(&(struct tcp_pools){&bench->memory, take, give}, &out.payload);
    }
}

static void begin(struct bench *bench, uint32_t backlog, uint8_t cookies)
{
    const struct tcp_pools pools = {&bench->memory, take, give};
    struct tcp_host_config config = {.keyed_hash = keyed_hash, .hash_context = &bench->key};
    tcp_options_default(&config.options);
    config.options.backlog = backlog;
    config.options.syn_cookies = cookies;
    *bench = (struct bench){.key = rng_stream(1, "flood"), .cookies = bench->cookies};
    bench->host = tcp_host_create(&config, &pools, NULL);
    const struct tcp_open_request request = {.passive = true, .local = {{{192, 0, 2, 1}, 4}, 80}};
    if (bench->host == NULL || tcp_open(bench->host, 0, &request, &bench->listener) != TCP_OK) {
        fprintf(stderr, "bench_flood: no listener\n");
        exit(1);
    }
}

static void told(const struct bench *bench, const char *name, uint64_t count, uint64_t ns)
{
    printf("%-34s %7.0f ns each   %9llu answers   %8.1f MB at most\n", name,
           (double)ns / (double)count, (unsigned long long)bench->answers,
           (double)bench->memory.most_bytes / 1e6);
}

static void flood(const char *name, uint64_t syns, uint32_t backlog, uint8_t cookies)
{
    struct bench bench = {.cookies = NULL};
    begin(&bench, backlog, cookies);
    const uint64_t from_ns = bench_processor_ns();
    for (uint64_t i = 0; i < syns; i++) {
        const struct tcp_segment syn = syn_of(i);
        tcp_segment_arrives(bench.host, i * 10000, &syn);
        take_answers(&bench, i * 10000, NULL);
    }
    told(&bench, name, syns, bench_processor_ns() - from_ns);
    tcp_host_destroy(bench.host);
}

static void proofs(uint64_t syns)
{
    struct bench bench = {.cookies = calloc(syns, sizeof *bench.cookies)};
    if (bench.cookies == NULL) { exit(1); }
    begin(&bench, 65535, TCP_COOKIES_ON);
    for (uint64_t i = 0; i < syns; i++) {
        const struct tcp_segment syn = syn_of(i);
        tcp_segment_arrives(bench.host, 0, &syn);
        take_answers(&bench, 0, &bench.cookies[i]);
    }
    bench.answers = 0;
    const uint64_t from_ns = bench_processor_ns();
    for (uint64_t i = 0; i < syns; i++) {
        struct tcp_segment ack = syn_of(i);
        ack.seq++;
        ack.ack = bench.cookies[i] + 1;
        ack.flags = TCP_ACK;
        ack.options_len = 0;
        tcp_segment_arrives(bench.host, 0, &ack);
        struct tcp_conn *conn = tcp_accept(bench.listener);
        if (conn != NULL) {
            (void)tcp_abort(conn, 0);
            tcp_release(conn, 0);
        }
        take_answers(&bench, 0, NULL);
    }
    told(&bench, "ACK of a cookie, accept, abort", syns, bench_processor_ns() - from_ns);
    tcp_host_destroy(bench.host);
    free(bench.cookies);
}

int main(int argc, char **argv)
{
    const uint64_t syns = argc > 1 ? strtoull(argv[1], NULL, 10) : 100000;
    if (syns == 0) {
        fprintf(stderr, "usage: bench_flood [SYNS]\n");
        return 2;
    }
    flood("SYN, backlog full: dropped", syns, 128, TCP_COOKIES_OFF);
    flood("SYN, backlog full: cookie", syns, 128, TCP_COOKIES_AUTO);
    flood("SYN, cookies on", syns, 128, TCP_COOKIES_ON);
    flood("SYN, kept", syns, UINT32_MAX, TCP_COOKIES_OFF);
    proofs(syns);
    return 0;
}
