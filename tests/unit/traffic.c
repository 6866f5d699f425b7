/* traffic.c - many packets over one link, and what became of each. */
#include "traffic.h"

#include "cmocka_wrapper.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES ((size_t)512 << 20)
#define FIRST_PORT 1000

static void look(void *context, const struct trace_record *record)
{
    struct traffic *traffic = context;
    const struct trace_segment *segment = &record->u.segment;
    assert_in_range(segment->number, 1, traffic->count);
    struct fate *fate = &traffic->fates[segment->number - 1];
    if (segment->copy > 0) {
        fate->copies += segment->action == TRACE_DELIVERED;
    } else if (segment->action == TRACE_DELIVERED) {
        fate->delivered_ns = record->time_ns;
        fate->place = ++traffic->delivered;
    } else if (segment->action == TRACE_DROPPED) {
        (void)snprintf(fate->reason, sizeof fate->reason, "%s", segment->reason);
    } else if (segment->action == TRACE_MARKED) {
        fate->marked = true;
    } else if (segment->action == TRACE_CORRUPTED) {
        fate->corrupted = true;
        for (unsigned i = 0; i < segment->flip_count; i++) {
            fate->flipped += (uint32_t)__builtin_popcount(segment->flips[i].mask);
        }
    } else if (segment->action == TRACE_DISCARDED) {
        fate->discarded = true;
    }
}

static void send_planned(struct traffic *traffic, const struct planned *packet)
{
    struct tcp_segment segment = {
        .source = {{.family = 4, .octets = {10, 0, 0, 1}}, (uint16_t)(FIRST_PORT + packet->flow)},
        .destination = {{.family = 4, .octets = {10, 0, 0, 2}}, 80},
        .flags = TCP_ACK,
        .seq = (uint32_t)traffic->sent * 1460,
        .window = 1000,
        .ttl = 64,
        .tos = packet->tos};
    segment.payload.part[0] = (struct tcp_slice){.origin = 1,
                                                 .offset = (uint64_t)traffic->sent * 1460,
                                                 .len = packet->bytes - TRAFFIC_HEADERS};
    uint64_t number = 0;
    assert_true(host_inject(traffic->hosts[0], traffic->hosts[1], &segment, false, "traffic:1",
                            true, &number));
    assert_int_equal(number, traffic->sent + 1);
}

static void send_due(struct world_task *task)
{
    struct traffic *traffic = task->context;
    while (traffic->sent < traffic->count &&
           traffic->plan[traffic->sent].at_ns <= world_now(traffic->world)) {
        if (traffic->before != NULL) { traffic->before(traffic); }
        send_planned(traffic, &traffic->plan[traffic->sent]);
        traffic->sent++;
    }
    if (traffic->sent < traffic->count) {
        world_wake(traffic->world, task, traffic->plan[traffic->sent].at_ns);
    }
}

struct traffic *traffic_create(const struct link_settings *settings, uint64_t seed, size_t room)
{
    struct traffic *traffic = calloc(1, sizeof *traffic);
    assert_non_null(traffic);
    traffic->arena = arena_create(ARENA_BYTES);
    traffic->plan = calloc(room, sizeof *traffic->plan);
    traffic->fates = calloc(room, sizeof *traffic->fates);
    traffic->room = room;
    assert_true(traffic->arena != NULL && traffic->plan != NULL && traffic->fates != NULL);
    trace_init(&traffic->trace);
    assert_true(
        trace_attach(&traffic->trace, (struct trace_sink){traffic, look, 1u << TRACE_SEGMENT}));
    const struct world_config config = {.seed = seed, .limit_ns = TIME_NEVER};
    traffic->world = world_create(traffic->arena, &config, &traffic->trace);
    for (unsigned i = 0; i < 2; i++) {
        struct host_config host = {.name = i == 0 ? "client" : "server", .address_count = 1};
        host.addresses[0] =
            (struct tcp_address){.family = 4, .octets = {10, 0, 0, (uint8_t)(i + 1)}};
        tcp_options_default(&host.options);
        traffic->hosts[i] = world_add_host(traffic->world, &host);
    }
    const struct link_settings both[2] = {*settings, *settings};
    traffic->link = link_create(traffic->world, traffic->hosts[0], traffic->hosts[1], both);
    assert_non_null(traffic->link);
    return traffic;
}

void traffic_plan(struct traffic *traffic, struct planned packet)
{
    assert_true(traffic->count < traffic->room);
    traffic->fates[traffic->count].delivered_ns = TIME_NEVER;
    traffic->plan[traffic->count++] = packet;
}

void traffic_run(struct traffic *traffic)
{
    world_task_init(&traffic->sender, QUEUE_SCRIPT, 0, 0, send_due, traffic);
    world_wake(traffic->world, &traffic->sender, traffic->plan[0].at_ns);
    assert_int_equal(world_run(traffic->world), WORLD_FINISHED);
    assert_int_equal(traffic->sent, traffic->count);
}

void traffic_destroy(struct traffic *traffic)
{
    world_destroy(traffic->world);
    assert_int_equal(arena_live_bytes(traffic->arena), 0);
    arena_destroy(traffic->arena);
    free(traffic->plan);
    free(traffic->fates);
    free(traffic);
}

/* ---- numbers ---- */

/* xorshift64*: another generator than the simulator's. */
static uint64_t next(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

double traffic_random(uint64_t *state) { return ((double)(next(state) >> 12) + 0.5) / 0x1p52; }

uint64_t traffic_below(uint64_t *state, uint64_t n)
{
    return (uint64_t)(traffic_random(state) * (double)n);
}

double chi_squared(const double *observed, const double *expected, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += (observed[i] - expected[i]) * (observed[i] - expected[i]) / expected[i];
    }
    return sum;
}

double deviation(double successes, double n, double p)
{
    return fabs(successes - n * p) / sqrt(n * p * (1 - p));
}
