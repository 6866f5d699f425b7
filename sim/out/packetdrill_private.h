/* packetdrill_private.h - what the files of the output "packetdrill" share: the views that become
 * scripts. A view is what one end sees of one connection: packetdrill.c collects it,
 * packetdrill_segment.c writes its segments, packetdrill_script.c makes it a script. */
#ifndef TCPSIM_OUT_PACKETDRILL_PRIVATE_H
#define TCPSIM_OUT_PACKETDRILL_PRIVATE_H

#include "output.h"

enum pd_what {
    PD_ARRIVES, /* text: the segment as the script has it */
    PD_SENDS,
    PD_CONNECT,
    PD_ACCEPT,
    PD_WRITE, /* len; failure: its errno, or NULL */
    PD_READ,
    PD_CLOSE,
    PD_ABORT,
    PD_REMARK, /* text: what cannot be said */
};

struct pd_event {
    uint64_t time_ns;
    enum pd_what what;
    uint64_t len;
    const char *failure; /* "ECONNRESET (Connection reset by peer)", static */
    char *text;          /* or NULL */
};

struct pd_view {
    struct pd_view *next;  /* in the order of beginning */
    struct pd_view *chain; /* in the bucket, the newest first */
    uint32_t host_index;
    const char *host;
    struct tcp_endpoint local, remote;
    uint64_t ordinal;
    bool born;    /* it has had a state: not only segments that nobody expected */
    bool passive; /* it began in LISTEN */
    bool dead;    /* CLOSED or LISTEN again */
    bool covered; /* the other end tells this connection */
    bool iss_known, irs_known;
    tcp_seq iss, irs;
    struct pd_event *events;
    size_t count, room;
};

/* The segment in the script's notation: numbers from the two initial ones. NULL and *problem: no
 * script can say it; NULL and no problem: no memory. Otherwise *problem may tell what was left out.
 */
char *pd_segment_text(const struct pd_view *view, const struct trace_segment *segment, bool arrives,
                      const char **problem);

/* One script: its part of the file. `begin_ns`: when the connection began at either end. *fd: the
 * next descriptor. `first`, `last`: in the file. */
void pd_script(struct out_writer *writer, const struct pd_view *view, uint64_t begin_ns,
               unsigned *fd, bool first, bool last);

#endif
