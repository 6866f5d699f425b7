/* swarm.c - many small networks, each drawn from its seed: faults of every kind, then none, and all
 * connections must come to an end with their octets whole.
 *
 *   swarm [--seed N | --from N] [--count N] [--trace] [--verbose]
 *
 * A line for each seed that fails; the exit status says whether there was one. Every eighth seed is
 * run twice, on both event queues, and must give one digest. */
#include "swarm.h"

#include "check_sink.h"
#include "sim/trace/pattern.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES ((size_t)256 << 20)
#define SAMPLE 8

struct result {
    bool failed;
    char failure[400];
    char digest[33];
    uint64_t end_ns, events, segments, octets;
    unsigned reached, errors, wars;
};

void fail(struct swarm *swarm, const char *format, ...)
{
    va_list values;
    if (swarm->failed) { return; }
    swarm->failed = true;
    va_start(values, format);
    (void)vsnprintf(swarm->failure, sizeof swarm->failure, format, values);
    va_end(values);
    world_stop(swarm->world);
}

static void changed(void *context, struct socket *socket) { end_changed(context, socket); }

/* A second connection of the same numbers takes the place of the first in the eyes of the checks.
 */
static void violated(void *context, const struct world_violation *violation)
{
    struct swarm *swarm = context;
    for (unsigned i = 0; i < swarm->plan_count * 2; i++) {
        swarm->war = swarm->war || swarm->plans[i / 2].ends[i % 2].ghost;
    }
    if (swarm->war) {
        world_stop(swarm->world);
        return;
    }
    fail(swarm, "violation: %s", violation->text);
}

/* Looks at all from time to time, at moments when nothing happens. */
static void look(struct world_task *task)
{
    struct swarm *swarm = task->context;
    for (unsigned i = 0; i < swarm->host_count; i++) { watch_host(swarm, swarm->hosts[i], true); }
    if (!ends_done(swarm)) {
        world_wake(swarm->world, task, world_now(swarm->world) + swarm->watch_ns);
        swarm->watch_ns += swarm->watch_ns / 64;
    } else {
        for (unsigned i = 0; i < swarm->listener_count; i++) {
            struct listener *listener = &swarm->listeners[i];
            if (!listener->closed) {
                world_wake(swarm->world, &listener->task, world_now(swarm->world));
            }
        }
    }
}

static void build(struct swarm *swarm, enum queue_kind queue)
{
    swarm->draws = draws_begin(swarm->seed, "plan", 0);
    swarm->keep_sockets = draw_one_in(&swarm->draws, 2);
    const struct world_config config = {
        .seed = swarm->seed,
        .limit_ns = LIMIT_NS,
        .queue = queue,
        .keep_sockets = swarm->keep_sockets,
        .hooks = {.context = swarm, .socket_changed = changed, .violation = violated}};
    swarm->world = world_create(swarm->arena, &config, swarm->trace);
    plan_draw(swarm);
    faults_draw(swarm);
    ends_begin(swarm);
    world_task_init(&swarm->watchman, QUEUE_SCRIPT, 4, 0, look, swarm);
    world_wake(swarm->world, &swarm->watchman, swarm->watch_ns);
}

static void count(const struct swarm *swarm, struct result *result)
{
    result->failed = swarm->failed;
    result->wars = swarm->war;
    memcpy(result->failure, swarm->failure, sizeof result->failure);
    result->end_ns = world_now(swarm->world);
    result->events = world_events(swarm->world);
    result->segments = world_segments(swarm->world);
    for (unsigned i = 0; i < swarm->plan_count * 2; i++) {
        const struct end *end = &swarm->plans[i / 2].ends[i % 2];
        result->octets += end->read;
        result->reached += end->ended;
        result->errors += end->error != TCP_OK;
    }
}

static void run_seed(uint64_t seed, enum queue_kind queue, struct trace *trace,
                     struct result *result)
{
    struct swarm *swarm = calloc(1, sizeof *swarm);
    struct trace_digest *digest = trace_digest_create();
    struct check_sink *check = check_sink_create(); /* shares no code with tcp/ */
    *result = (struct result){0};
    if (swarm == NULL || digest == NULL || check == NULL) { abort(); }
    swarm->seed = seed;
    swarm->arena = arena_create(ARENA_BYTES);
    swarm->trace = trace;
    const struct trace_sink watch = {swarm, watch_record, 1u << TRACE_SEGMENT | 1u << TRACE_STATE};
    if (swarm->arena == NULL || !trace_attach(trace, watch) ||
        !trace_attach(trace, trace_digest_sink(digest)) ||
        !trace_attach(trace, check_sink_of(check))) {
        abort();
    }
    build(swarm, queue);
    judge(swarm, world_run(swarm->world));
    /* An old ACK proves its cookie again: a connection that has ended begins with the same numbers,
     * and the judge takes it for the old one. */
    if (check_sink_first(check)[0] != '\0' && !swarm->cookies) {
        fail(swarm, "%s", check_sink_first(check));
    }
    count(swarm, result);
    trace_digest_text(digest, result->digest);
    world_destroy(swarm->world);
    if (!result->failed && arena_live_bytes(swarm->arena) != 0) {
        result->failed = true;
        (void)snprintf(result->failure, sizeof result->failure, "%zu octets of memory were kept",
                       arena_live_bytes(swarm->arena));
    }
    watch_forget(swarm);
    arena_destroy(swarm->arena);
    trace_digest_destroy(digest);
    check_sink_destroy(check);
    free(swarm);
}

/* Segments and moves as they happen. */
static void print_record(void *context, const struct trace_record *record)
{
    char time[32], ends[200], text[700];
    (void)context;
    (void)units_format_time(record->time_ns, 9, time, sizeof time);
    if (record->event == TRACE_STATE) {
        (void)trace_conn_name(&record->u.state.conn, ends, sizeof ends);
        printf("%s %s %s %s -> %s (%s)\n", time, record->u.state.conn.host, ends,
               tcp_state_name(record->u.state.old_state), tcp_state_name(record->u.state.new_state),
               tcp_cause_words(record->u.state.cause));
        return;
    }
    const struct trace_segment *segment = &record->u.segment;
    (void)pattern_format_ends(segment, ends, sizeof ends);
    (void)pattern_format_segment(segment, false, text, sizeof text);
    printf("%s %s %s %s%s%s\n", time, trace_action_name(segment->action), ends, text,
           segment->reason[0] != '\0' ? " # " : "", segment->reason);
}

static void run_traced(uint64_t seed, struct result *result)
{
    struct trace trace;
    trace_init(&trace);
    (void)trace_attach(
        &trace, (struct trace_sink){NULL, print_record, 1u << TRACE_SEGMENT | 1u << TRACE_STATE});
    run_seed(seed, QUEUE_HEAP, &trace, result);
}

static void run_both(uint64_t seed, struct result *result)
{
    struct trace trace;
    struct result other;
    trace_init(&trace);
    run_seed(seed, QUEUE_HEAP, &trace, result);
    if (result->failed || seed % SAMPLE != 0) { return; }
    trace_init(&trace);
    run_seed(seed, QUEUE_PAIRING, &trace, &other);
    if (other.failed || strcmp(other.digest, result->digest) != 0 ||
        other.end_ns != result->end_ns) {
        result->failed = true;
        (void)snprintf(result->failure, sizeof result->failure,
                       "digest %s with one queue, %s with the other", result->digest, other.digest);
    }
}

struct arguments {
    uint64_t from, count;
    bool trace, verbose;
};

static bool read_arguments(int argc, char **argv, struct arguments *arguments)
{
    *arguments = (struct arguments){.from = 1, .count = 300};
    for (int i = 1; i < argc; i++) {
        const bool has_value = i + 1 < argc;
        if (strcmp(argv[i], "--trace") == 0) {
            arguments->trace = true;
        } else if (strcmp(argv[i], "--verbose") == 0) {
            arguments->verbose = true;
        } else if (has_value && strcmp(argv[i], "--seed") == 0) {
            arguments->from = strtoull(argv[++i], NULL, 10);
            arguments->count = 1;
        } else if (has_value && strcmp(argv[i], "--from") == 0) {
            arguments->from = strtoull(argv[++i], NULL, 10);
        } else if (has_value && strcmp(argv[i], "--count") == 0) {
            arguments->count = strtoull(argv[++i], NULL, 10);
        } else {
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    struct arguments arguments;
    struct result total = {0};
    uint64_t failures = 0;
    if (!read_arguments(argc, argv, &arguments)) {
        fprintf(stderr, "usage: swarm [--seed N | --from N] [--count N] [--trace] [--verbose]\n");
        return 2;
    }
    for (uint64_t i = 0; i < arguments.count; i++) {
        const uint64_t seed = arguments.from + i;
        struct result result;
        if (arguments.trace) {
            run_traced(seed, &result);
        } else {
            run_both(seed, &result);
        }
        if (arguments.verbose || result.failed) {
            printf("swarm --seed %llu   %s (%llu events, %llu ms)\n", (unsigned long long)seed,
                   result.failed ? result.failure : "ok", (unsigned long long)result.events,
                   (unsigned long long)(result.end_ns / NS_PER_MS));
            (void)fflush(stdout);
        }
        failures += result.failed;
        total.events += result.events;
        total.segments += result.segments;
        total.octets += result.octets;
        total.reached += result.reached;
        total.errors += result.errors;
        total.wars += result.wars;
    }
    printf("%llu seeds, %llu failed; %llu events, %llu segments, %llu octets read, "
           "%u streams read to the end, %u ends failed by faults, %u wars of ACKs\n",
           (unsigned long long)arguments.count, (unsigned long long)failures,
           (unsigned long long)total.events, (unsigned long long)total.segments,
           (unsigned long long)total.octets, total.reached, total.errors, total.wars);
    return failures > 0;
}
