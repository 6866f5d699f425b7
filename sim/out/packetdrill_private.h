/* packetdrill_private.h - what the files of the output "packetdrill" share: the views that become
 * scripts. A view is what one end sees of one connection: packetdrill.c collects it,
 * packetdrill_segment.c writes its segments, packetdrill_settings.c how its host is set,
 * packetdrill_script.c makes it a script. */
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
    uint64_t len;        /* of text, too */
    uint16_t flags;      /* of segments */
    const char *failure; /* "ECONNRESET (Connection reset by peer)", static */
    char *text;          /* or NULL */
};

/* What a SYN says of its host. */
struct pd_offer {
    bool known, timestamps, scaling, sack, ecn;
    uint8_t shift;
    uint16_t mss; /* 0: it has no such option */
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
    bool ended;   /* the FIN of the other end has come */
    bool dead;    /* CLOSED or LISTEN again */
    bool covered; /* the other end tells this connection */
    bool iss_known, irs_known;
    tcp_seq iss, irs;
    struct pd_offer own, peer;
    enum tcp_state state_before; /* the one that it is in now */
    bool reset_told;             /* to the application */
    bool urgent;                 /* the peer sent urgent text */
    uint32_t *stamps;            /* the timestamps that the host sent */
    size_t stamp_count, stamp_room;
    uint32_t window_first, window_most; /* that the host offered: with its SYN, ever */
    struct pd_event *events;
    size_t count, room;
};

/* The segment in the script's notation: numbers from the two initial ones. NULL and *problem: no
 * script can say it; NULL and no problem: no memory. Otherwise *problem may tell what was left out.
 */
char *pd_segment_text(const struct pd_view *view, const struct trace_segment *segment, bool arrives,
                      const char **problem);

/* What leaves and arrives shows how the host is set; it is set so before the script's first call,
 * and on its socket. */
bool pd_note_sent(struct pd_view *view, const struct tcp_segment *tcp); /* false: no memory */
void pd_note_arrived(struct pd_view *view, const struct tcp_segment *tcp);
/* False: there was nothing to write. */
bool pd_put_sysctls(struct out_writer *writer, const struct pd_view *view, const char *time);
void pd_put_socket_options(struct out_writer *writer, const struct pd_view *view, unsigned fd,
                           uint32_t usual_mss);
/* A script's segment can echo only what the host has sent; another stands for it then, and what the
 * remark says is returned, or NULL. */
const char *pd_echo(const struct pd_view *view, struct tcp_segment *arrives);

/* One script: its part of the file. `begin_ns`: when the connection began at either end.
 * `usual_mss`: what the MTU leaves. *fd: the next descriptor. `first`, `last`: in the file. */
void pd_script(struct out_writer *writer, const struct pd_view *view, uint64_t begin_ns,
               uint32_t usual_mss, unsigned *fd, bool first, bool last);

#endif
