/* scenario.h - a scenario file run to its end: what the commands use. The language itself is behind
 * it.
 *
 * Order of use: scenario_create, scenario_load, scenario_run, read the outcome, scenario_destroy.
 */
#ifndef TCPSIM_LUA_SCENARIO_H
#define TCPSIM_LUA_SCENARIO_H

#include "../core/queue.h"
#include "../trace/trace.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scenario;

/* Exit statuses follow from these: 0 1 2 3 130. */
enum scenario_verdict {
    SCENARIO_PASS,
    SCENARIO_FAIL,
    SCENARIO_ERROR,
    SCENARIO_LIMIT,
    SCENARIO_INTERRUPTED
};
const char *scenario_verdict_name(enum scenario_verdict verdict);

struct scenario_config {
    const char *path; /* of the file; also what messages call it */
    bool has_seed;
    uint64_t seed; /* the scenario's own, else 1, without has_seed */
    bool has_limit;
    uint64_t limit_ns;          /* overrides the scenario's */
    const char *const *defines; /* "name=value", from -D */
    size_t define_count;
    const char *const *search; /* folders of TCPSIM_PATH, for require */
    size_t search_count;
    uint64_t max_instructions; /* between two events */
    size_t max_memory_bytes;   /* world and Lua */
    enum queue_kind queue;
    bool absolute;      /* numbers in messages as on the wire */
    bool dry_run;       /* builds the world, runs nothing */
    const char *repeat; /* the command that repeats this run, printed after failures; or NULL */
    /* With the sinks attached; borrowed, or NULL. The scenario attaches one of its own: after
     * scenario_destroy nothing may be emitted to it any more. */
    struct trace *trace;
    /* Where messages go, one or more whole lines at a time (no final newline needed). */
    void (*message)(void *context, const char *text);
    void *message_context;
    /* The digest so far, 32 hex digits, for the trace's last record; NULL: none is computed. */
    const char *(*digest)(void *context);
    void *digest_context;
    const char *version; /* of the program, for the run record */
    bool count_marks;    /* what the run goes through is counted: scenario_marks */
};

/* NULL: no memory. *config is copied, its pointers borrowed. */
struct scenario *scenario_create(const struct scenario_config *config);
/* Reads and runs the top level (time 0). False: an error was told; the verdict is set. */
bool scenario_load(struct scenario *scenario);
/* Runs the world, then judges. Tells every failure. */
enum scenario_verdict scenario_run(struct scenario *scenario);
void scenario_destroy(struct scenario *scenario);

const char *scenario_title(const struct scenario *scenario); /* "" without one */
size_t scenario_cites(const struct scenario *scenario, const char *const **cites);
/* What the run went through (tcp/marks.h); NULL without count_marks, or before there is a world.
 * `shown`, TCP_REQ_COUNT long or NULL, tells for each requirement how many expectations that name
 * it (`shows`) held. Both live until scenario_destroy. */
struct tcp_marks;
const struct tcp_marks *scenario_marks(const struct scenario *scenario, const uint32_t **shown);
uint64_t scenario_seed(const struct scenario *scenario);
/* Grows as long as the run makes progress: events and Lua instructions. Safe in a signal handler.
 */
uint64_t scenario_progress(const struct scenario *scenario);

/* The run's world, to be asked for its clock; NULL: it is not there yet. */
struct world;
const struct world *scenario_peek_world(const struct scenario *scenario);
/* From another thread: the run ends before its next event. False: it has not come so far. */
bool scenario_interrupt(struct scenario *scenario);

/* Only the scenario table, for `list`: loads the file until sim.scenario has been called. False: no
 * such call, or an error (told). The strings live until scenario_destroy. */
bool scenario_peek(struct scenario *scenario);

/* The name nearest to `typed` among `names` (edit distance at most a third of its length, at least
 * 2), or NULL: for "did you mean" here and on the command line. */
const char *nearest_name(const char *typed, const char *const *names, size_t count);

#endif
