/* world.h - the one object that owns a simulation: clock, event queue, hosts, links, rules, trace.
 *
 * Order of use: world_create, world_add_host, link_create, tasks and rules; world_run;
 * world_destroy. */
#ifndef TCPSIM_NET_WORLD_H
#define TCPSIM_NET_WORLD_H

#include "../core/arena.h"
#include "../core/queue.h"
#include "../core/rng.h"
#include "../trace/trace.h"
#include "host.h"
#include "link.h"

struct world;

/* Broken in any run unless the scenario allows it. */
enum world_violation_kind {
    WORLD_INTEGRITY,
    WORLD_WINDOW,
    WORLD_MOVES,
    WORLD_SEQUENCE, /* SND.UNA, SND.NXT, RCV.NXT, the right edge, the FIN: watch.c */
    WORLD_TIMERS,
};
struct world_violation {
    enum world_violation_kind kind;
    const struct socket *socket;
    const char *text;        /* a sentence */
    const char *supplied_by; /* "file:line" of the rule or forger, or NULL */
};

/* What a link decided by lot about one packet that was offered to it. */
struct link_decision {
    const struct link *link;
    enum link_direction direction;
    uint64_t ordinal; /* the packet's on that way, from 1 */
    uint32_t lane;    /* 0: the packet itself; else a copy of it made there */
    const char *what; /* "loss", "duplicate" … */
    uint64_t outcome; /* 0 or 1: whether; else a value */
};

struct world_hooks {
    void *context;
    /* Returns the outcome that is to hold: the same, or another. Decisions are made whether or not
     * anybody watches, and are the same. */
    uint64_t (*decided)(void *context, const struct link_decision *decision);
    /* Something a blocked call on this socket may wait for; also when a listener can accept, when
     * the TCB is gone and when the host crashed. */
    void (*socket_changed)(void *context, struct socket *socket);
    /* A packet reached a host without TCP. Borrowed. */
    void (*packet_arrived)(void *context, struct host *host, const struct packet *packet);
    void (*violation)(void *context, const struct world_violation *violation);
};

struct world_config {
    uint64_t seed;
    uint64_t limit_ns; /* the run ends there; TIME_NEVER: none */
    enum queue_kind queue;
    bool keep_sockets; /* sockets outlive their TCB's end (paths, relative numbers); false: for bulk
                          benchmarks, a released socket goes with its TCB */
    bool count_marks;  /* what TCP goes through is counted: world_marks */
    struct world_hooks hooks; /* any may be NULL */
};

/* All memory from `arena`, borrowed. NULL: no memory. `trace` is borrowed. */
struct world *world_create(struct arena *arena, const struct world_config *config,
                           struct trace *trace);
void world_destroy(struct world *world);

/* NULL: no memory. Names and addresses were checked by the caller. The name is copied. */
struct host *world_add_host(struct world *world, const struct host_config *config);
/* Routers count too: they stand among the hosts, by declaration. */
struct host *world_host(const struct world *world, uint32_t index); /* NULL past the last */
struct host *world_host_by_address(const struct world *world, const struct tcp_address *address);
struct host *world_host_by_name(const struct world *world, const char *name); /* or NULL */
/* Where that one may stand when all stand side by side (trace.h): lineup.c. */
uint32_t world_place(const struct world *world, uint32_t index);
uint32_t world_host_count(const struct world *world);

/* The times at which a thing stands in the event queue, latest first: asking for a later time moves
 * a stored deadline, not an entry. The world's own. */
#define WORLD_ALARM_ENTRIES 4
struct world_alarm {
    uint64_t queued_ns[WORLD_ALARM_ENTRIES];
    uint32_t count;
};

/* A thing that happens at a time: an application that wakes up, sim.at. The owner keeps the struct
 * alive as long as the world runs and fills class, object, ordinal and run. */
struct world_task {
    enum queue_class class;
    uint32_t object, ordinal;
    uint64_t due_ns; /* TIME_NEVER: asleep. Set by world_wake. */
    void (*run)(struct world_task *task);
    void *context;
    struct world_alarm alarm; /* the world's own */
};
void world_task_init(struct world_task *task, enum queue_class class, uint32_t object,
                     uint32_t ordinal, void (*run)(struct world_task *), void *context);
/* Runs at `time_ns` (not before now) or at the time asked for earlier, whichever is sooner. */
void world_wake(struct world *world, struct world_task *task, uint64_t time_ns);
void world_sleep(struct world_task *task); /* takes back what world_wake asked */

/* A transfer of gigabytes without delay stays below; two hosts that answer each other for ever do
 * not. */
#define WORLD_EVENTS_AT_ONE_INSTANT_MAX 4000000u

enum world_end {
    WORLD_FINISHED, /* nothing is left to happen */
    WORLD_ENDLESS,  /* WORLD_EVENTS_AT_ONE_INSTANT_MAX events, and the clock stands still */
    WORLD_LIMIT,    /* the time limit was reached with something left */
    WORLD_STOPPED,  /* world_stop */
    WORLD_INTERRUPTED,
    WORLD_NO_MEMORY,
};
enum world_end world_run(struct world *world);
void world_stop(
    struct world *world); /* from within a task or hook: the run ends before the next event */
/* From another thread: the same, with WORLD_INTERRUPTED. */
void world_interrupt(struct world *world);
bool world_stopped(const struct world *world);
void world_go_on(struct world *world); /* takes world_stop back: world_run may be called again */

uint64_t world_now(const struct world *world);
uint64_t world_seed(const struct world *world);
uint64_t world_limit(const struct world *world);    /* when the run ends at the latest */
uint64_t world_events(const struct world *world);   /* processed; the watchdog's sign of progress */
uint64_t world_segments(const struct world *world); /* sent, forged ones too */
const struct tcp_pools *world_pools(const struct world *world);
/* What the run went through so far (../../tcp/marks.h); NULL without count_marks. */
struct tcp_marks *world_marks(const struct world *world);
void world_violate(struct world *world, const struct world_violation *violation);

#endif
