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
    PD_CLOSE_LISTENER,
    PD_ICMP,   /* text: the message that arrives */
    PD_REMARK, /* text: what cannot be said */
};

struct pd_event {
    uint64_t time_ns;
    enum pd_what what;
    uint64_t len;        /* of text, too */
    uint64_t mark;       /* URG arrives: octets up to the urgent one, and with it; else 0 */
    uint16_t flags;      /* of segments */
    uint64_t asked;      /* PD_WRITE: no less than len */
    bool urgent;         /* PD_WRITE: its last octet */
    bool lets_go;        /* PD_CLOSE: else it shuts one direction */
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
    bool options_known;
    struct tcp_options options; /* of the connection, when it began */
    enum tcp_state state, state_before;
    const char *refusal;  /* why it cannot be told, or NULL */
    uint32_t unsaid_from; /* the last segment that could not be said: its sender, number, time */
    uint64_t unsaid_number, unsaid_ns;
    uint64_t died_ns;
    unsigned accepts;
    bool reopened, listener_closed;
    bool cookie_shown; /* of Fast Open: a SYN had the host's own */
    bool cookie_text;  /* and text */
    bool raw_numbers;  /* a RST that left is numbered by the peer's segment alone */
    bool reset_sent;   /* and it has not been closed by that */
    bool reset_told;   /* to the application */
    bool urgent;       /* the peer sent urgent text */
    uint32_t *stamps;  /* the timestamps that the host sent */
    size_t stamp_count, stamp_room;
    uint32_t window_first, window_most; /* that the host offered: with its SYN, ever */
    struct pd_event *events;
    size_t count, room;
    bool between_us; /* one of them is not at a whole microsecond */
};

#define PD_BUCKETS 4096u /* a power of two */

struct packetdrill {
    struct out_writer *writer;
    char *scenario, *title;
    uint64_t seed;
    struct pd_view *first, **last;
    uint64_t count;
    struct pd_view *buckets[PD_BUCKETS];
    struct pd_cookie *cookies; /* of Fast Open, that hosts gave */
};

/* ---- packetdrill_collect.c ---- */

size_t pd_bucket_of(const struct tcp_endpoint *a, const struct tcp_endpoint *b);
bool pd_is_between(const struct pd_view *view, const struct tcp_endpoint *local,
                   const struct tcp_endpoint *remote);
void pd_record(struct packetdrill *drill, const struct trace_record *record);
/* No script can tell this connection; the first reason counts, a static sentence. */
void pd_refuse(struct pd_view *view, const char *why);

/* ---- packetdrill_fast_open.c ---- */

/* Each puts in the place of a cookie what stands for it in scripts. */
void pd_cookie_arrives(const struct packetdrill *drill, struct pd_view *view,
                       struct tcp_segment *tcp);
bool pd_cookie_leaves(struct packetdrill *drill, struct pd_view *view,
                      struct tcp_segment *tcp); /* false: no memory */
void pd_free_cookies(struct packetdrill *drill);
bool pd_opens_fast(const struct pd_view *view);
void pd_put_fast_open_sysctls(struct out_writer *writer, const struct pd_view *view,
                              const char *time);
void pd_put_fast_open_queue(struct out_writer *writer, const struct pd_view *view, unsigned fd);

/* The segment in the script's notation: numbers from the two initial ones. NULL and *problem: no
 * script can say it; NULL and no problem: no memory. Otherwise *problem may tell what was left out.
 */
char *pd_segment_text(const struct pd_view *view, const struct trace_segment *segment, bool arrives,
                      const char **problem);

/* An ICMP error as the script has it; NULL: no memory, or no script's word for it. */
char *pd_icmp_text(const struct pd_view *view, const struct trace_icmp *icmp);
/* What has to be known of the whole run. */
void pd_conclude(struct pd_view *view);

/* What leaves and arrives shows how the host is set; it is set so before the script's first call,
 * and on its socket. */
bool pd_note_sent(struct pd_view *view, const struct tcp_segment *tcp); /* false: no memory */
void pd_note_arrived(struct pd_view *view, const struct tcp_segment *tcp);
/* False: there was nothing to write. */
bool pd_put_sysctls(struct out_writer *writer, const struct pd_view *view, const char *time);
void pd_put_socket_options(struct out_writer *writer, const struct pd_view *view, unsigned fd,
                           uint32_t usual_mss);
/* How the host of the run was set, for who reads the script back: the lines `: tcpsim`. */
void pd_put_host(struct out_writer *writer, const struct pd_view *view, uint32_t usual_mss);
/* A script's segment can echo only what the host has sent; another stands for it then, and what the
 * remark says is returned, or NULL. */
const char *pd_echo(const struct pd_view *view, struct tcp_segment *arrives);
bool pd_echoes_nothing(const struct pd_view *view, const struct tcp_segment *arrives);

/* One script: its part of the file. `begin_ns`: when the connection began at either end.
 * `usual_mss`: what the MTU leaves. *fd: the next descriptor. `first`, `last`: in the file. */
/* "client, 10.0.0.1:4000-10.0.0.2:80" */
void pd_put_ends(struct out_writer *writer, const struct pd_view *view);
void pd_script(struct out_writer *writer, const struct pd_view *view, uint64_t begin_ns,
               uint32_t usual_mss, unsigned *fd, bool first, bool last);

#endif
