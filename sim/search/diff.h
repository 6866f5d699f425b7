/* diff.h - two exchanges of segments beside one another: a run's and another run's, or a capture's.
 *
 * Order of use: a side for each, filled by diff_side_sink during a run or diff_side_add from a
 * capture; diff_align; the alignment is read or printed; everything is destroyed. */
#ifndef TCPSIM_SEARCH_DIFF_H
#define TCPSIM_SEARCH_DIFF_H

#include "../../tcp/wire.h"
#include "../out/output.h"
#include "../trace/pattern.h"

#define DIFF_NAME_MAX 64

/* One segment, with what its relative numbers count from. Both sides reckon that in the same way,
 * from the segments alone: diff_side.c. */
struct diff_segment {
    uint64_t time_ns;
    uint32_t conn;  /* by the first segment between two sockets, from 0 */
    uint8_t sender; /* 0: who sent that first segment */
    bool seq_known, ack_known;
    tcp_seq seq_base, ack_base;
    uint32_t payload_len;
    struct tcp_segment segment; /* without payload */
};

struct diff_flow;

struct diff_side {
    const char *name; /* a path; borrowed */
    struct diff_segment *segment;
    size_t count, room;
    struct diff_flow *flow; /* by the number of the connection */
    size_t flow_count, flow_room;
    uint32_t *bucket; /* 1 + the flow's number, by its two ends; a power of two of them */
    size_t bucket_count;
    bool failed; /* no memory */
};

void diff_side_destroy(struct diff_side *side);
/* `from` and `to` name the hosts; NULL: their addresses do. */
void diff_side_add(struct diff_side *side, uint64_t time_ns, const struct tcp_segment *segment,
                   uint32_t payload_len, const char *from, const char *to);
/* Takes what is sent and what is forged. */
struct trace_sink diff_side_sink(struct diff_side *side);
/* Whether the flow's hosts have names, not only addresses; the name of one of the two. */
bool diff_flow_named(const struct diff_side *side, uint32_t conn);
const char *diff_flow_name(const struct diff_side *side, uint32_t conn, unsigned which);

/* ---- comparing ---- */

enum diff_field {
    DIFF_FLAGS,
    DIFF_SEQ,
    DIFF_LEN,
    DIFF_ACK,
    DIFF_WINDOW,
    DIFF_URGENT,
    DIFF_OPTIONS,
    DIFF_TIME,
    DIFF_FIELD_COUNT
};
const char *diff_field_name(enum diff_field field);

struct diff_rules {
    bool windows, timestamps, psh; /* compared too */
    bool times;
    /* Intervals may differ by so much, and by so many parts in a thousand of the longer. */
    uint64_t tolerance_ns;
    uint32_t tolerance_permille;
};

#define DIFF_NONE SIZE_MAX

/* A segment of each side, or of one. */
struct diff_pair {
    size_t first, second; /* DIFF_NONE: no such segment there */
    uint32_t fields;      /* 1u << enum diff_field */
};
static inline bool diff_pair_differs(const struct diff_pair *pair)
{
    return pair->first == DIFF_NONE || pair->second == DIFF_NONE || pair->fields != 0;
}

struct diff_alignment {
    const struct diff_side *first, *second;
    struct diff_rules rules;
    struct diff_pair *pair;
    size_t count;
    size_t differences;
};

/* Each sender's segments of a connection are aligned by themselves, since segments that cross have
 * no order; then all are put in the order of time. False: no memory. */
bool diff_align(const struct diff_side *first, const struct diff_side *second,
                const struct diff_rules *rules, struct diff_alignment *alignment);
void diff_alignment_destroy(struct diff_alignment *alignment);
/* The mask of fields that differ but for the time. (diff_compare.c) */
uint32_t diff_compare(const struct diff_segment *a, const struct diff_segment *b,
                      const struct diff_rules *rules);
/* Sets DIFF_TIME in pairs whose times are too far apart. False: no memory. (diff_compare.c) */
bool diff_compare_times(struct diff_alignment *alignment);

/* ---- printing (diff_print.c) ---- */

/* The first difference with what stands around it, side by side; with `all` the whole. */
void diff_print(struct out_writer *out, const struct diff_alignment *alignment, bool all);
/* A difference in a line, the same whatever the times: "only in first: A > B: S 0:0(0)". `room` >=
 * 2048 suffices. */
void diff_line(const struct diff_alignment *alignment, const struct diff_pair *pair, char *text,
               size_t room);

/* ---- known differences (diff_known.c) ---- */

/* Reads a file of lines as diff_line writes them, each group below its reason ("# …"), and holds
 * them against the alignment. The number of differences that are not known is left in
 * *unknown; lines that no longer apply are told to `out`, and counted in *stale. False: *error says
 * what is wrong with the file. */
bool diff_known(const char *path, const struct diff_alignment *alignment, struct out_writer *out,
                size_t *unknown, size_t *stale, char *error, size_t room);

#endif
