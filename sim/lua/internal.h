/* internal.h - what the files of sim/lua share: the running scenario, its applications, arguments
 * and errors. Private to this folder.
 *
 *   scenario.c   create, load, run, verdict         sandbox.c   what of Lua a scenario may use
 *   outcome.c    what is asked from outside        strict.c    the globals sim and expect
 *   limits.c     instructions, memory, recursion    coroutine.c resume and wrap that let blocking
 * through values.c     times, rates, option tables        fail.c      errors with file:line,
 * nearest names objects.c    hosts, links, connections … as userdata of one metatable each
 *   module_sim.c module_host.c module_router.c module_rule.c module_segment.c module_inject.c
 * module_icmp.c module_peer.c module_conn.c conn_calls.c lua_conn_info.c listener.c connections and
 * listeners apps.c       applications, blocking, waking     log.c       the segments of the run,
 * for expect expect.c     expect_exchange.c expect_states.c invariants.c */
#ifndef TCPSIM_LUA_INTERNAL_H
#define TCPSIM_LUA_INTERNAL_H

#include "../../tcp/marks.h"
#include "../core/arena.h"
#include "../core/rng.h"
#include "../core/units.h"
#include "../net/host.h"
#include "../net/link.h"
#include "../net/router.h"
#include "../net/rules.h"
#include "../net/world.h"
#include "../trace/pattern.h"
#include "scenario.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

/* What raises a Lua error returns an int, so that it can be returned; the analyser is told that it
 * does not. */
#ifdef __clang_analyzer__
#define NEVER_RETURNS __attribute__((analyzer_noreturn))
#else
#define NEVER_RETURNS
#endif

enum scenario_allow {
    ALLOW_INTEGRITY = 1,
    ALLOW_WINDOW = 2,
    ALLOW_UNFINISHED = 4,
    ALLOW_MOVES = 8
};

/* ---- applications (apps.c) ---- */

/* A list of applications that wait for something to change. */
struct app_waiters {
    struct app *first;
};

struct app {
    struct world_task task;
    struct scenario *scenario;
    struct app *next;  /* all, in the order of declaration */
    struct host *host; /* NULL: sim.at, expect.at */
    lua_State *thread;
    int thread_ref; /* in the registry */
    bool daemon, started, finished;
    bool is_expect; /* expect.at: judges, after all else of its instant */
    struct rng_stream random;
    uint64_t random_calls;
    char where[160]; /* file:line of its declaration */
    /* what it waits for */
    struct app_waiters *waits_on;           /* or NULL: only for the time */
    struct app *next_waiter, **waiter_link; /* in the list of waits_on */
    uint64_t wait_until_ns;                 /* TIME_NEVER: no time limit */
    bool blocked;
    const char *blocked_in; /* the call that blocks (a literal), or NULL */
    size_t expect_from[2];  /* by view of the log: what expect.segment took before */
};

/* The application that runs now, or NULL (top level, match, with). */
struct app *app_current(struct scenario *scenario);
/* From a C function of an application: yields until app_wake_all(waiters) or `until_ns`, then `k`
 * runs (with `ctx`), which looks again and may block again. `waiters` may be NULL: only the time
 * counts. Raises "… cannot block here" where no application runs or the Lua stack may not yield;
 * `what` is the call's name ("conn:recv"). Never returns. */
int app_block(lua_State *L, const char *what, struct app_waiters *waiters, uint64_t until_ns,
              lua_KContext ctx, lua_KFunction k);
/* Raises as app_block would: for calls that do something before they block. */
void app_must_block(lua_State *L, const char *what);
void app_wake_all(struct scenario *scenario, struct app_waiters *waiters);
/* Makes an application of the function on top of L's stack (popped). */
struct app *app_create(lua_State *L, struct scenario *scenario, struct host *host, bool daemon);
/* sim.at and expect.at: the function on top of L's stack runs at `time_ns`. */
struct app *app_at(lua_State *L, struct scenario *scenario, uint64_t time_ns, bool is_expect);

/* ---- the scenario ---- */

struct lua_limits {
    uint64_t max_instructions, left; /* left until the next event */
    volatile uint64_t progress;
    bool reached;            /* sticky: no pcall outlives it */
    char reason[200];        /* "1000000000 instructions between two events (--max-instructions)" */
    char where[256];         /* "file:line" where it was reached, or "" when no script ran */
    lua_State *running;      /* the thread that runs now */
    char refused_where[256]; /* where memory was last refused to Lua */
    bool was_deep;           /* a stack of more than 100 levels was seen since the last event */
    unsigned nested_closes;  /* coroutine.close under way */
};

struct segment_log;  /* log.c */
struct expectations; /* expect.c */
struct param;        /* module_sim.c */
struct early_note;   /* scenario.c */

struct scenario {
    struct scenario_config config;
    struct arena *arena;
    struct world *world; /* created with the first thing built, or at the end of the top level */
    lua_State *L;
    struct lua_limits limits;
    /* what sim.scenario said */
    bool declared;
    char *title;
    const char **cites;
    size_t cite_count;
    uint32_t *shown; /* by requirement: expectations that held; NULL without count_marks */
    unsigned allow;  /* enum scenario_allow */
    bool has_own_limit, has_own_seed;
    uint64_t own_limit_ns, own_seed;
    bool peeking; /* scenario_peek */
    bool *defines_used;
    struct param *params; /* what sim.param was asked for */
    /* running */
    struct app *apps, *last_app;
    struct app *current;
    uint32_t at_count, expect_at_count; /* sim.at, expect.at so far */
    bool top_level;                     /* the file's own chunk is running */
    bool yielding_to_world; /* the yield under way is app_block's, not the script's own */
    bool in_rule;           /* a rule's match or with runs */
    unsigned fenced;        /* coroutines under way that were resumed where nothing can block */
    uint64_t resumed_at_ns; /* the instant of the last resumption, and how many it has seen */
    uint32_t resumed_count;
    struct rng_stream top_random; /* where no application runs */
    uint64_t top_random_calls;
    struct trace own_trace;                    /* when config.trace is NULL */
    struct early_note *first_note, *last_note; /* written before the world was there */
    bool begun, ended;                         /* the trace's first and last record are out */
    struct segment_log *log;
    struct expectations *expectations;
    unsigned failures; /* expectations, invariants, unfinished applications */
    bool error;        /* an uncaught Lua error: told */
    bool out_of_memory, time_limit_reached;
    enum scenario_verdict verdict; /* when `ended` */
};

struct scenario *scenario_of(lua_State *L);
/* The world, created on demand (a Lua error when there is no memory). After this the seed is fixed.
 */
struct world *scenario_world(lua_State *L);
/* The same without Lua; false: no memory. */
bool scenario_make_world(struct scenario *scenario);
/* A note in the trace (print); kept until the world is there if need be. */
void scenario_note(struct scenario *scenario, const char *text);
/* 64 random bits: the running application's stream, else the top level's. Fixes the seed. */
uint64_t scenario_draw(lua_State *L);
/* Raises where a rule's match or with runs: nothing else may be done there. */
void scenario_may_act(lua_State *L, const char *what);
/* Runs `body`, which calls a rule's function, with `context` as its light userdata argument, from
 * within the network's code: an error ends the run and false is returned. `what` is told then. */
bool scenario_call_rule(struct scenario *scenario, lua_CFunction body, void *context,
                        const char *what);
/* Whether every -D is NAME=VALUE and, when `loaded`, was asked for by sim.param; tells which is
 * not. */
bool scenario_check_defines(struct scenario *scenario, bool loaded);
/* Prints through config.message, printf-like. */
void scenario_tell(struct scenario *scenario, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* An uncaught Lua error of an application: tells it with file:line (and traceback lines of the
 * script), ends the run with SCENARIO_ERROR, or SCENARIO_LIMIT when limits.reached. */
void scenario_uncaught(struct scenario *scenario, lua_State *from, const char *what);

/* ---- errors with file and line (fail.c) ---- */

/* "file:line" of the script's innermost Lua function on L's stack; level 1 is the caller of this C
 * function. */
void lua_where(lua_State *L, char *text, size_t room);
/* The file and line apart; false when no Lua function is there. `file` lives as long as the state.
 */
bool lua_where_line(lua_State *L, const char **file, unsigned *line);
/* luaL_error with the same prefix, named so that all messages go one way. Never returns. */
int lua_fail(lua_State *L, const char *format, ...)
    __attribute__((format(printf, 2, 3))) NEVER_RETURNS;
/* Raises: `unknown WHAT "typed"; did you mean "near"? Accepted: a, b, c`. */
int lua_fail_unknown(lua_State *L, const char *what, const char *typed, const char *const *names,
                     size_t count) NEVER_RETURNS;
/* Raises: `NAME is not there yet (WHAT)`; for what belongs to a later piece of work. */
int lua_fail_later(lua_State *L, const char *name) NEVER_RETURNS;
/* Raises when `text` is neither the id of a requirement nor a clause in words, with a blank in
 * them. `words`: only what looks like an id ("MUST-200") must be one. `what`: "cites". */
void lua_check_requirement(lua_State *L, const char *what, const char *text, bool words);
/* The keys of the table at `index` that are strings, sorted, `most` of them; how many. */
size_t lua_sorted_keys(lua_State *L, int index, const char **names, size_t most);
/* The table of functions on top of the stack (popped) becomes a global that knows its names
 * (strict.c). */
void lua_set_strict_global(lua_State *L, const char *name);
/* The global whose name is nearest to the one that Lua's message says is nil, or NULL. */
const char *lua_nearest_global(lua_State *L, const char *message);
/* Checks that every key of the table at `index` is among `names`; else lua_fail_unknown. Positional
 * keys 1..positional are accepted too. */
void lua_check_keys(lua_State *L, int index, const char *what, const char *const *names,
                    size_t count, unsigned positional);

/* ---- values (values.c); `what` names the value in errors ("delay of link a-b") ---- */

/* Raises `WHAT: expected EXPECTED; got` and the value. Never returns. */
int value_fail(lua_State *L, int index, const char *what, const char *expected) NEVER_RETURNS;
/* The same with the nearest name, or NULL. */
int value_fail_near(lua_State *L, int index, const char *what, const char *expected,
                    const char *near) NEVER_RETURNS;
/* Whether the value is false or "off". */
bool value_is_off(lua_State *L, int index);
uint64_t value_time(lua_State *L, int index, const char *what);
uint64_t value_rate(lua_State *L, int index, const char *what);
uint64_t value_size(lua_State *L, int index, const char *what, uint64_t min, uint64_t max);
uint64_t value_count(lua_State *L, int index, const char *what, uint64_t min, uint64_t max);
uint64_t value_probability(lua_State *L, int index, const char *what);
bool value_boolean(lua_State *L, int index, const char *what);
/* A field of the table at `index`: pushes it; false (nothing pushed) when nil or index is no table.
 */
bool value_field(lua_State *L, int index, const char *name);
/* Optional fields with a default. */
uint64_t value_time_field(lua_State *L, int index, const char *name, uint64_t otherwise);
uint64_t value_count_field(lua_State *L, int index, const char *name, uint64_t min, uint64_t max,
                           uint64_t otherwise);
bool value_boolean_field(lua_State *L, int index, const char *name, bool otherwise);
/* Raises when the later of two times, each with its field's name, is before the earlier one. */
void value_check_order(lua_State *L, const char *first, uint64_t first_ns, const char *last,
                       uint64_t last_ns);
/* A list of whole numbers, or one number: ascending, without doubles, in the arena. */
uint64_t *value_ordinals(lua_State *L, int index, const char *what, size_t *count);

/* TCP options: reads every key of the table at `index` that tcp_option_table has into *options.
 * Keys in `others` are left alone; any other is an error with the nearest name. `changing`: only
 * those that may change on an open connection. */
void values_tcp_options(lua_State *L, int index, const char *what, struct tcp_options *options,
                        const char *const *others, size_t other_count, bool changing);
/* Link options; forward = {…} and backward = {…} override one direction. settings[2] come in with
 * what holds before. Lists and patterns point into the arena. */
void values_link_options(lua_State *L, int index, const char *what,
                         struct link_settings settings[2]);

/* A delivery trace: a file's name or a list, milliseconds that never go back, in the arena. */
struct link_numbers values_deliveries(lua_State *L, int index, const char *what);

/* ---- objects: userdata of one metatable each; `check` raises with what was expected ---- */

enum object_kind {
    OBJECT_HOST,
    OBJECT_LINK,
    OBJECT_ROUTER,
    OBJECT_CONN,
    OBJECT_LISTENER,
    OBJECT_RULE,
    OBJECT_SEGMENT, /* its own data, not a pointer to something that the world keeps */
    OBJECT_KINDS,
};
struct object_class {
    const char *name; /* "host": in messages, and getmetatable's answer */
    const luaL_Reg *methods;
    const char *const *fields; /* NULL-terminated */
    /* Pushes the field's value. */
    void (*get)(lua_State *L, void *object, unsigned field);
    /* Sets it from the value at stack index 3; NULL: fields cannot be assigned. */
    void (*set)(lua_State *L, void *object, unsigned field);
    int (*collect)(lua_State *L); /* __gc, or NULL */
    /* Writes what tostring gives. */
    void (*describe)(const void *object, char *text, size_t room);
};
extern const struct object_class host_class, link_class, router_class, lua_conn_class,
    listener_class, rule_class, segment_class;
void objects_open(lua_State *L); /* the metatables */
/* The same userdata each time for one pointer. */
void object_push(lua_State *L, enum object_kind kind, void *pointer);
/* A userdata of `size` octets, cleared, on top of the stack. */
void *object_new(lua_State *L, enum object_kind kind, size_t size);
void *object_test(lua_State *L, int index, enum object_kind kind); /* NULL: another thing */
void *object_check(lua_State *L, int index, enum object_kind kind, const char *what);
/* What the value at `index` is, for messages: "a string", "a host", "nothing". */
const char *lua_what(lua_State *L, int index);
/* A last argument: a table with no keys but these. */
void lua_check_options(lua_State *L, int index, const char *what, const char *const *names,
                       size_t count);

struct host *lua_check_host(lua_State *L, int index, const char *what);
struct host *lua_test_host(lua_State *L, int index); /* NULL: not a host */
void lua_push_host(lua_State *L, struct host *host);
/* A host or a router: what links join. */
struct host *lua_check_node(lua_State *L, int index, const char *what);
/* Raises unless the name at stack index 1 may be a new host's or router's. */
const char *lua_check_node_name(lua_State *L, const char *what);
/* The addresses in the table of options at `options`, appended; false: it has no `address`. */
bool lua_read_addresses(lua_State *L, int options, const char *name, struct tcp_address *addresses,
                        size_t *count);
void lua_push_address(lua_State *L, const struct tcp_address *address);
/* Whether one host alone can have that address (RFC 9293 MUST-46, MUST-57). */
bool lua_is_unicast(const struct tcp_address *address);
int lua_route_call(lua_State *L); /* host:route and router:route */
struct link *lua_check_link(lua_State *L, int index, const char *what);
struct socket *lua_check_conn(lua_State *L, int index, const char *what);
struct socket *lua_test_conn(lua_State *L, int index);
void lua_push_conn(lua_State *L,
                   struct socket *socket); /* the same object each time for one socket */
/* What this folder keeps with a socket and with a host (their user pointers), made when first asked
 * for; NULL: no memory. */
struct socket_extra {
    struct app_waiters waiters;
    bool ended;  /* recv has told the end of the stream */
    bool closed; /* the user's close was called */
};
struct socket_extra *socket_extra(struct scenario *scenario, struct socket *socket);
struct peer; /* module_peer.c */
struct host_extra {
    struct app_waiters waiters; /* those of a host without TCP, for packets */
    uint32_t app_count;
    struct peer *peer;
};
struct host_extra *host_extra(struct scenario *scenario, struct host *host);
/* Those waiting there; raises a limit when there is no memory. */
struct app_waiters *socket_waiters(lua_State *L, struct socket *socket);
/* A packet reached a host without TCP: kept until the script expects it (module_peer.c). */
void peer_packet_arrived(struct scenario *scenario, struct host *host, const struct packet *packet);
/* The `segment` of match, with, peer:expect (module_segment.c): shares the payload, so that it may
 * be kept. */
void lua_push_segment(lua_State *L, const struct packet *packet);
/* The segment of such an object, or NULL. Borrowed. */
const struct tcp_segment *lua_test_segment(lua_State *L, int index);
/* The same with fields that may be assigned; lua_segment_apply changes the packet accordingly. */
void lua_push_changing_segment(lua_State *L, const struct packet *packet);
void lua_segment_apply(lua_State *L, int index, struct packet *packet);
/* The packet as a segment record, for comparing and printing. */
void packet_as_record(const struct packet *packet, struct world *world,
                      struct trace_segment *record);
/* A pattern from the value at `index`, with its hosts known; raises with column. */
void lua_check_pattern(lua_State *L, int index, const char *what, bool with_ends,
                       struct pattern *pattern);
/* The same of one with FROM and TO that stands alone: its time counts from no line before. */
void lua_check_lone_pattern(lua_State *L, int index, const char *what, struct pattern *pattern);
/* Octets as a payload of one extent; raises when there is no memory. */
void lua_make_payload(lua_State *L, const char *octets, size_t len, struct tcp_payload *payload);
/* A segment from a pattern's fields but for ends, numbers and payload; options padded. */
void segment_from_pattern(const struct pattern *pattern, struct tcp_segment *segment);
void segment_move_sack(struct tcp_segment *segment, tcp_seq by);

/* Each module's functions, put into the globals `sim` and `expect` (tables on top of the stack). */
void module_sim(lua_State *L);    /* scenario param now sleep at random */
void module_host(lua_State *L);   /* sim.host sim.link */
void module_router(lua_State *L); /* sim.router */
void module_rule(lua_State *L);   /* sim.drop … sim.partition */
void module_inject(lua_State *L); /* sim.inject sim.icmp */
int sim_icmp(lua_State *L);       /* module_icmp.c */
void module_expect(lua_State *L); /* the global `expect` */

/* ---- forged segments (module_inject.c, for module_peer.c too) ---- */

struct forging {
    const char *what; /* the call's name */
    const struct pattern *pattern;
    bool absolute;
    tcp_seq seq_base, ack_base; /* what the pattern's numbers count from */
    bool has_default_seq, has_default_ack;
    tcp_seq default_seq, default_ack; /* where the pattern writes none */
};
void forge_numbers(lua_State *L, const struct forging *forging, struct tcp_segment *segment);
/* `options`: the table that may have `payload`. After forge_numbers. */
void forge_payload(lua_State *L, const struct forging *forging, int options,
                   struct tcp_segment *segment);
uint16_t forge_port(lua_State *L, int options, const char *name, bool *given);
/* Takes the payload. Pushes the segment's id. */
int forge_send(lua_State *L, struct host *at, struct host *to, const struct tcp_segment *segment,
               bool bad_checksum, bool as_injected);

/* ---- connections: module_conn.c conn_calls.c lua_conn_info.c listener.c ---- */

/* Pushes nil and the text: what a failed call returns; 2. */
int lua_conn_fail(lua_State *L, const char *text);
/* The error's text, or where TCP names none why this socket is of no use. */
const char *lua_conn_error_text(const struct socket *socket, enum tcp_error error);
/* Whether the connection went through that state, counting from path entry `since`. */
bool lua_conn_passed(const struct socket *socket, unsigned since, enum tcp_state state);
/* The host crashed, and has forgotten it: no call finds it any more. */
bool lua_conn_crashed(const struct socket *socket);
/* Waits until the handshake of the connection at stack index 1 is done: the connection, or nil and
 * error. */
int lua_conn_await_open(lua_State *L, const char *what);
/* The script has no more use for a TCB that is CLOSED: it goes without a word in the trace. */
void lua_conn_let_go(lua_State *L, struct socket *socket);
/* Reads the host and port of a peer at `index` and `index` + 1: a host or the address of one. With
 * `many` also an address that no single host can have: request->to is NULL then. */
void lua_conn_read_peer(lua_State *L, int index, const char *what, bool many,
                        struct host_connect *request);
/* Whether that is a listener and no more (RFC 9293's OPEN and SEND may make a connection of it). */
bool lua_conn_only_listens(const struct socket *socket);
/* A connection that has a stream, from the object at index 1. */
struct socket *lua_conn_self(lua_State *L, const char *what);
/* Raises for what is no host, or one without TCP. */
struct host *lua_check_tcp_host(lua_State *L, int index, const char *what);
/* The calls of a connection. */
int lua_conn_send(lua_State *L);
int listener_send(lua_State *L);
int lua_conn_recv(lua_State *L);
int lua_conn_recv_all(lua_State *L);
int lua_conn_discard(lua_State *L);
int lua_conn_urgent(lua_State *L);
int lua_conn_report(lua_State *L);
int lua_conn_shutdown(lua_State *L);
int lua_conn_flush(lua_State *L);
int lua_conn_close(lua_State *L); /* of a listener too */
int lua_conn_abort(lua_State *L);
int lua_conn_info(lua_State *L);
int lua_conn_wait(lua_State *L);
int lua_conn_set(lua_State *L);
/* The fields that connections and listeners have. */
extern const char *const lua_conn_fields[];
void lua_conn_get(lua_State *L, void *object, unsigned field);
void lua_conn_describe(const void *object, char *text, size_t room);

/* Methods of hosts that stand elsewhere. */
int host_listen_call(lua_State *L);  /* listener.c */
int host_connect_call(lua_State *L); /* module_conn.c */
int peer_send(lua_State *L);         /* module_peer.c: of hosts without TCP */
int peer_expect(lua_State *L);
int peer_expect_nothing(lua_State *L);

/* ---- the sandbox ---- */

/* A state whose memory comes from the scenario's arena, with the globals a scenario may use. NULL:
 * no memory. */
lua_State *sandbox_create(struct scenario *scenario);
/* Loads a text chunk (no bytecode, size bounded) named "@path" onto the stack, its _ENV the
 * sandbox's globals. False: an error message was pushed instead. */
bool sandbox_load_file(lua_State *L, const char *path);
/* lua_pcall whose failure carries a traceback-free message with file:line; checks the limits
 * afterwards. Returns Lua's status. */
int sandbox_call(lua_State *L, int args, int results);
/* lua_resume for applications, with the same checks. */
int sandbox_resume(lua_State *thread, lua_State *from, int args, int *results);
void limits_init(struct scenario *scenario);
/* A new event begins: the instruction budget is full again. */
void limits_renew(struct scenario *scenario);
/* Marks a limit as reached and raises it on L: "file:line: limit reached: …". Never returns. */
int limits_raise(lua_State *L, const char *format, ...)
    __attribute__((format(printf, 2, 3))) NEVER_RETURNS;
/* The same for memory: where arena_take gave NULL. Never returns. */
int limits_raise_memory(lua_State *L) NEVER_RETURNS;
/* Raises the limit that was reached again: after a sandbox_call of one's own. Never returns. */
int limits_raise_again(lua_State *L) NEVER_RETURNS;
/* Whether this error value (top of L) is a limit's: instruction, memory or stack; marks it. */
bool limits_notice(struct scenario *scenario, lua_State *L, int status);

/* ---- the log and the judgement ---- */

bool log_create(struct scenario *scenario); /* attaches its sink to the trace */
bool expectations_create(struct scenario *scenario);
/* The run has ended: judges what was kept for the end, checks that applications finished. */
void expectations_judge(struct scenario *scenario);
void invariant_violated(struct scenario *scenario, const struct world_violation *violation);

#endif
