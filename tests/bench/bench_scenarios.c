/* bench_scenarios.c - whole short scenarios a second: the file read, the sandbox made, the run, the
 * judgement, everything given back. Without an output, then with a digest, then with the timeline.
 */
#include "sim/lua/scenario.h"
#include "sim/out/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double seconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void tell(void *context, const char *text)
{
    (void)context;
    (void)fprintf(stderr, "%s\n", text);
}

static bool run_once(const char *path, struct trace *trace)
{
    const struct scenario_config config = {.path = path,
                                           .max_instructions = 1000000000,
                                           .max_memory_bytes = (size_t)1 << 30,
                                           .trace = trace,
                                           .message = tell,
                                           .version = "bench"};
    struct scenario *scenario = scenario_create(&config);
    if (scenario == NULL) { return false; }
    const bool held = scenario_load(scenario) && scenario_run(scenario) == SCENARIO_PASS;
    scenario_destroy(scenario);
    return held;
}

enum sink { SINK_NONE, SINK_DIGEST, SINK_TIMELINE };

static bool run_with(const char *path, enum sink sink)
{
    struct trace trace;
    trace_init(&trace);
    struct trace_digest *digest = sink == SINK_DIGEST ? trace_digest_create() : NULL;
    struct out_writer *writer = sink == SINK_TIMELINE ? out_writer_memory() : NULL;
    const struct out_options options = out_options_default();
    struct output output;
    if (digest != NULL) { (void)trace_attach(&trace, trace_digest_sink(digest)); }
    if (writer != NULL && output_begin(&output, &output_timeline, writer, &options)) {
        (void)trace_attach(&trace, output_sink(&output));
    }
    const bool held = run_once(path, &trace);
    if (writer != NULL) {
        output_end(&output);
        out_writer_abandon(writer);
    }
    if (digest != NULL) { trace_digest_destroy(digest); }
    return held;
}

int main(int argc, char **argv)
{
    static const char *const names[] = {"no output", "digest", "timeline"};
    const char *path =
        argc > 1 ? argv[1] : TCPSIM_SOURCE_DIR "/scenarios/close/four-segment-close.lua";
    const unsigned long runs = argc > 2 ? strtoul(argv[2], NULL, 10) : 2000;
    for (unsigned sink = SINK_NONE; sink <= SINK_TIMELINE; sink++) {
        const double begun = seconds();
        for (unsigned long i = 0; i < runs; i++) {
            if (!run_with(path, (enum sink)sink)) { return 1; }
        }
        const double taken = seconds() - begun;
        printf("scenario  %-10s %8.1f us each  %8.0f a second\n", names[sink],
               taken * 1e6 / (double)runs, (double)runs / taken);
    }
    return 0;
}
