/* expect.h - what the files of `expect` share: an expectation as it was written, and how its result
 * is told. Private to this folder.
 *
 *   expect.c           the global, what is kept for the end of the run
 *   expect_report.c    results: failures in words, records of the trace
 *   expect_options.c   the last argument; hosts and patterns
 *   expect_segment.c   segment no_segment count      expect_exchange.c  exchange
 *   expect_states.c    states                        expect_value.c     equal truthy near error
 *   expect_print.c     Lua values in words           invariants.c       what holds in every run */
#ifndef TCPSIM_LUA_EXPECT_H
#define TCPSIM_LUA_EXPECT_H

#include "internal.h"
#include "log.h"

/* ---- text of bounded length (expect_report.c) ---- */

/* What does not fit is cut. */
struct expect_text {
    size_t len;
    char octets[4096];
};
void expect_text_add(struct expect_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- results (expect_report.c) ---- */

/* Where the script expected something. */
struct expect_place {
    const char *file; /* lives as long as the Lua state */
    unsigned line;
};
struct expect_place expect_place_here(lua_State *L);

#define EXPECT_NO_COLUMN SIZE_MAX

struct expect_report {
    struct expect_place place;
    const char *name;     /* of the call: "expect.exchange" */
    const char *shows;    /* the requirement, or "" */
    const char *summary;  /* what is wrong, in a few words */
    const char *expected; /* in words */
    const char *actual;
    size_t column;       /* in both, from 0: where they differ; EXPECT_NO_COLUMN */
    const char *field;   /* what differs there, or "" */
    const char *context; /* whole lines, each ended, or "" */
};

/* Records the result and tells a failure. Returns `held`, for Lua. Of what held only place,
 * expected and actual are used. */
bool expect_result(struct scenario *scenario, bool held, const struct expect_report *report);

/* ---- an expectation about segments or states ---- */

enum expect_kind {
    EXPECT_SEGMENT,
    EXPECT_NO_SEGMENT,
    EXPECT_COUNT,
    EXPECT_EXCHANGE,
    EXPECT_STATES,
};

/* A line of an exchange. */
struct expect_line {
    bool any;        /* "..." stands before it */
    unsigned number; /* in the text, from 1 */
    const char *text;
    int text_len;
    struct pattern pattern;
};

#define EXPECT_SHOWS_MAX 64

/* Lives in a Lua userdata, which also holds on to what it points to. */
struct expectation {
    enum expect_kind kind;
    struct expect_place place;
    struct expectation *next;
    char shows[EXPECT_SHOWS_MAX];
    const char *text; /* pattern, exchange or states as written */
    /* which segments */
    enum log_view view;
    bool absolute;
    uint64_t nth;
    uint64_t after_ns, before_ns; /* after <= t < before */
    uint64_t within_ns;           /* TIME_NEVER: not given */
    const struct host *between[2];
    /* segment no_segment count */
    struct pattern pattern;
    uint64_t count;
    size_t first; /* of the log: a waiting `segment` looks from there on */
    size_t next_look;
    uint64_t found;
    size_t taken; /* the last one found */
    bool waits;   /* until deadline_ns */
    uint64_t deadline_ns;
    /* exchange: the lines, and whether "..." stands after the last */
    struct expect_line *lines;
    size_t line_count;
    bool any_at_end;
    /* states */
    struct host *host;
    struct socket *socket;
    uint8_t states[SOCKET_PATH_MAX];
    size_t state_count;
};

/* Pushes a new one, with its place, the text at stack index `text_index` and the options at
 * `options_index`, whose keys must be among `names`. */
struct expectation *expect_new(lua_State *L, enum expect_kind kind, int text_index,
                               int options_index, const char *const *names, size_t name_count);
/* What stands on top of the stack: kept for the end at top level, else judged now. Pushes the
 * answer and returns 1. */
int expect_keep_or_judge(lua_State *L, struct expectation *expectation);
const char *expect_kind_name(enum expect_kind kind); /* "expect.segment" */

bool expect_judge_segment(struct scenario *scenario, struct expectation *expectation);
bool expect_judge_exchange(struct scenario *scenario, struct expectation *expectation);
bool expect_judge_states(struct scenario *scenario, struct expectation *expectation);

/* What is kept until the end of the run. */
struct expect_violation; /* invariants.c */
struct expectations {
    struct expectation *first, *last;
    struct expect_violation *violations; /* those told */
};

/* "10.0.0.1:4000-10.0.0.2:80 of client". */
void expect_name_socket(const struct socket *socket, struct expect_text *text);

/* ---- segments beside patterns (expect_report.c) ---- */

/* How well the field that differs first speaks for a near miss: the later it is compared, the more.
 */
unsigned expect_nearness(enum pattern_field field);

/* Fills expected, actual, column and field of *report from the pattern as written and the segment
 * that should have matched; both texts are written to the buffers. */
void expect_beside(struct expect_report *report, const struct pattern *pattern, const char *written,
                   const struct log_segment *segment, uint64_t time_ns, enum pattern_field field,
                   bool absolute, struct expect_text *expected, struct expect_text *actual);

/* The segments around number `center` of the `count` picked ones (`picked` NULL: all of the view),
 * one a line, the center marked; SIZE_MAX: those at the end, none marked. */
void expect_around(struct expect_text *text, const struct segment_log *log, enum log_view view,
                   const uint32_t *picked, size_t count, size_t center, bool absolute);

/* ---- values ---- */

/* The value at `index` as a person would write it, shortened. */
void expect_print_value(lua_State *L, int index, struct expect_text *text);
/* Raw equality, or tables without metatables that hold equal things. */
bool expect_equal_values(lua_State *L, int a, int b);
/* Where two unequal tables first differ: "[3]["b"]: "x", expected "y""; "" when they differ as a
 * whole. */
void expect_difference(lua_State *L, int a, int b, struct expect_text *text);

/* Two different strings, shortened around their first difference; returns its column in both.
 * *octet counts from 1, 0: both are shown from their beginning. */
size_t expect_print_strings(lua_State *L, int a, int b, struct expect_text *a_text,
                            struct expect_text *b_text, size_t *octet);

int expect_equal(lua_State *L);
int expect_truthy(lua_State *L);
int expect_near(lua_State *L);
int expect_error(lua_State *L);
int expect_segment(lua_State *L);
int expect_no_segment(lua_State *L);
int expect_count(lua_State *L);
int expect_exchange(lua_State *L);
int expect_states(lua_State *L);

#endif
