/* timeline_private.h - what the files that make rows of records share. */
#ifndef TCPSIM_OUT_TIMELINE_PRIVATE_H
#define TCPSIM_OUT_TIMELINE_PRIVATE_H

#include "timeline_rows.h"

struct timeline {
    struct timeline_drawing drawing;
    struct flight_map flights;
    struct timeline_row *row; /* not written yet, or NULL */
    /* Rows that wait for the list of hosts, which is complete when time moves on. */
    struct timeline_row *early, **early_end;
    unsigned early_count;
    bool begun; /* the page has its head */
    struct timeline_cast cast;
    struct timeline_host seen[TIMELINE_HOSTS_MAX]; /* in case that nobody tells the hosts */
    uint32_t seen_count;                           /* may be more than there is room for */
    bool (*host)(void *context, uint32_t index, struct trace_host *host);
    void *host_context;
    char title[512], scenario[256];
    uint64_t seed;
    bool first_known; /* the ports of the run's first connection */
    uint16_t first_ports[2];
    uint64_t lost;
};

/* ---- timeline.c ---- */

void timeline_see_host(struct timeline *t, uint32_t index, const char *name,
                       const struct tcp_address *address);
/* Asks for the hosts, and writes the head of the page and what waited for it. */
void timeline_begin_page(struct timeline *t);
/* A new row to be filled; the one before is written. NULL: no memory, which the writer knows then.
 */
struct timeline_row *timeline_new_row(struct timeline *t, uint64_t time_ns);
/* What happened at a host, beside its lifeline. `by_arrival`: caused by the segment that has just
 * arrived. */
void timeline_add_item(struct timeline *t, uint64_t time_ns, const char *name, uint32_t host,
                       bool by_arrival, const struct timeline_item *item);
/* Whether the arrow reaches its receiver in this row. */
bool timeline_arrives(enum timeline_arrow arrow);
/* "49153: ", by the port that tells a connection from the run's first one; "" for that one. */
void timeline_connection_prefix(struct timeline *t, bool first, uint16_t local, uint16_t remote,
                                char *text, size_t room);

/* ---- timeline_segments.c ---- */

void timeline_record_segment(struct timeline *t, uint64_t time_ns,
                             const struct trace_segment *segment);
void timeline_record_icmp(struct timeline *t, uint64_t time_ns, const struct trace_icmp *icmp);

#endif
