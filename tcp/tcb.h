/* tcb.h - the transmission control block and the host around it; what the files of tcp/ offer one
 * another is in parts.h. Private to tcp/ and to tests of invariants.
 *
 * Names are RFC 9293's (3.3.1) in lower case. A TCB lives from tcp_open or a SYN until it is both
 * in CLOSED and let go by its user; freeing waits for the end of the entry point (host_settle). */
#ifndef TCPSIM_TCP_TCB_H
#define TCPSIM_TCP_TCB_H

#include "marks.h"
#include "tcp.h"
#include "wire.h"

#include <assert.h>
#include <string.h>

#define USER_TIMEOUT_BYTES 4u     /* of its option */
#define DUP_ACK_THRESHOLD 3       /* RFC 5681 3.2 */
#define R1_RETRANSMISSIONS 3      /* RFC 9293 3.8.3, SHLD-10 */
#define DEFAULT_SEND_MSS_IPV4 536 /* RFC 9293 3.7.1, MUST-15 */
#define DEFAULT_SEND_MSS_IPV6 1220
#define SYN_LOST_RTO_NS 3000000000u /* RFC 6298 (5.7) */
#define RTO_FLOOR_NS 1000u          /* so that a timer never fires in the instant that armed it */
#define CWND_MAX_BYTES (1u << 30)
#define ANSWER_TAGS 4
#define TIMESTAMP_BYTES 12 /* NOP, NOP and the option */
#define REPLIES_MAX 65536u /* replies that belong to no connection, waiting for tcp_output */

/* Options shared by the connections that were given the same ones. */
struct shared_options {
    uint32_t refs;
    struct tcp_options values;
};

/* A run of octets in a queue: to be sent, to be read, or held out of order. */
struct node {
    struct node *next;
    struct tcp_slice slice;
    tcp_seq seq;      /* held out of order: of the first octet */
    bool push;        /* to be sent: a SEND ends here */
    bool record;      /* the same, and no segment goes over it */
    uint64_t time_ns; /* to be sent: of the SEND */
};

struct runs {
    struct node *head, *tail;
};

/* A segment that was sent and is not acknowledged whole: an entry of the retransmission queue. A
 * repetition keeps its bounds. */
struct sent {
    struct sent *next;
    uint64_t time_ns; /* when it left for the first time */
    tcp_seq seq;
    uint32_t len; /* octets of text */
    bool fin;
    bool probe;     /* sent into a closed window: may grow when it is sent again */
    bool on_syn;    /* rode on the SYN: may be cut when it is sent again */
    bool sacked;    /* the peer says that it holds it: RFC 2018 */
    bool burst_end; /* PSH: the last of several that left together, or overdue */
    bool record;    /* its end is one that no segment goes over */
    uint16_t times; /* how often it was sent again */
};
static inline tcp_seq sent_end(const struct sent *sent)
{
    return sent->seq + sent->len + sent->fin;
}

#define SACK_REMEMBERED 8 /* blocks that may be reported; an option has room for four */
#define SACK_SEEN 4
struct sack_block {
    tcp_seq left, right; /* right: one past the last */
};
struct sack_seen {
    tcp_seq left;
    struct sent *last; /* of the segments in the block; NULL: none */
};
struct sack_state {
    struct sack_block recent[SACK_REMEMBERED]; /* held, the newest first */
    struct sack_block duplicate;               /* for the next ACK: RFC 2883 */
    struct sack_seen seen[SACK_SEEN];          /* how far the peer's blocks were read */
    uint32_t sacked_bytes;                     /* that the peer holds */
    uint8_t count;
    bool has_duplicate;
};

/* An ACK that a segment drew. */
struct answer {
    uint64_t tag;
    uint8_t cause;
    bool has_our_fin;    /* the segment acknowledges it, acceptable or not */
    bool duplicate;      /* [left, right) was there before: RFC 2883 */
    bool dropped;        /* [left, right) came, and is not held: RFC 2018 8 */
    tcp_seq seq;         /* the segment's, for the first SACK block: RFC 2018 4 */
    tcp_seq left, right; /* of the duplicate octets */
};

/* What a passive TCB holds besides. */
struct listen_state {
    uint32_t pending;           /* children in SYN-RECEIVED */
    uint32_t ready;             /* established, not yet accepted */
    uint32_t fast_open_pending; /* of `pending` and of those accepted since: opened by a cookie */
    uint64_t cookies_sent, cookies_proven;
    uint64_t cookies_until_ns; /* after this none of those sent counts; 0: none was sent */
    struct tcp_conn *ready_head, *ready_tail;
    struct tcp_conn *children; /* not yet accepted, through next_sibling */
};

/* ACKs counted against a limit, since the first of the interval. */
struct ack_count {
    uint64_t since_ns;
    uint32_t sent;
};

/* When text is acknowledged, where a profile's kernel reckons with more than the segment at hand:
 * ack_policy.c. */
struct ack_policy {
    tcp_seq acked;      /* RCV.NXT when the last ACK left */
    uint32_t seen_mss;  /* the largest segment of text so far */
    uint64_t ato_ns;    /* how long an ACK waits; 0: no text has come yet */
    uint64_t text_ns;   /* when text came last */
    uint8_t quick_left; /* segments still to be acknowledged at once */
    bool interactive;   /* text is answered by text, whose ACK is free */
    bool compressing;   /* the ACK that waits stands for several out of order */
    tcp_seq gap_at;     /* RCV.NXT when the next was counted */
    uint8_t gap_acks;   /* ACKs of text out of order since then */
};

enum { FAST_OPEN_NOT, FAST_OPEN_REQUESTS, FAST_OPEN_HAS_COOKIE, FAST_OPEN_WITHOUT_COOKIE };

/* RFC 7413. */
struct fast_open_state {
    uint8_t asks;    /* the opener's SYN */
    bool experiment; /* the option's experimental form: 4.1.1 */
    bool grants;     /* the SYN,ACK brings a cookie */
    bool early;      /* opened by a cookie: text is delivered, and sent, in SYN-RECEIVED */
    bool used;       /* text on the SYN was taken: ours by the peer, or the peer's by us */
    struct tcp_conn *listener; /* that counts it among its fast_open_pending, or NULL */
};

/* RFC 3168 6.1. */
struct ecn_state {
    bool on;       /* both SYNs agreed */
    bool asked;    /* our last SYN was an ECN-setup SYN */
    bool echo;     /* CE came: ECE until a CWR */
    bool cwr_owed; /* by the next new data */
    bool reduced;  /* once for all that was sent up to reduced_to */
    bool waits;    /* at a window of one segment: for the retransmission timer */
    tcp_seq reduced_to;
};

struct tcp_conn {
    /* the place that a TCB has among others, and keeps when it is opened again from TIME-WAIT */
    struct tcp_host *host;
    void *user;
    uint64_t number;
    uint64_t stream; /* the name of what this connection sends */
    struct tcp_endpoint local, remote;
    enum tcp_state state; /* written by tcp_enter only */
    uint32_t heap_index;  /* 1 + place in the heap of deadlines; 0: not there */
    uint64_t deadline_ns[TCP_TIMER_COUNT];
    struct tcp_conn *next_hash;
    struct tcp_conn *next_conn, *previous_conn; /* all of the host, by creation */
    struct tcp_conn *next_ready, *previous_ready;
    bool ready, hashed;
    bool announced; /* the observer knows of it */

    /* from here on all begins anew then */
    struct shared_options *options;
    enum tcp_error error;
    bool deferred; /* an ACK came without text, and did not count: defer_accept */
    bool passive;  /* the OPEN was passive: RFC 9293 3.10.7.4, MUST-11 */
    bool owned;    /* a user holds it */
    bool released; /* tcp_release: nobody will read what arrives */
    bool gone;     /* the host crashed */
    bool changed;  /* TCP_EVENT_CHANGED is due at the end of the entry point */
    bool congestion_changed;
    bool eof_read; /* the user was told the end of the stream */

    /* send sequence variables */
    tcp_seq iss, snd_una, snd_nxt, snd_wl1, snd_wl2;
    uint32_t snd_wnd, max_snd_wnd;
    uint16_t snd_mss;
    uint16_t peer_mss;    /* that the peer announced, or the default */
    uint8_t soft_error;   /* enum tcp_error: a reported ICMP error */
    uint32_t path_mtu;    /* told by ICMP, lower than the link's; 0: none was */
    uint64_t path_mtu_ns; /* when */
    bool syn_acked, syn_repeated, syn_with_data;
    bool close_called, fin_sent;
    bool more;        /* the last SEND said that more follows, and no ACK has come since */
    bool let_go;      /* tcp_push: nothing of what is there waits */
    bool has_records; /* a SEND had TCP_SEND_RECORD */
    bool resend_head; /* the segment at SND.UNA is to be sent once more */
    tcp_seq fin_seq;
    struct sent *sent_head, *sent_tail;
    uint32_t sent_count;
    uint32_t segments_acked;  /* by the last ACK of something new */
    struct sent *resend_next; /* after a timeout: from here to resend_end all is taken for lost */
    tcp_seq resend_end;
    uint64_t una_offset;    /* in the stream, of the first octet held */
    uint64_t end_offset;    /* past the last octet that the user gave */
    uint64_t urgent_offset; /* past the last urgent one; not beyond una_offset: none */
    struct runs send;
    struct node *send_cursor; /* the run last sent from */
    uint64_t close_ns, open_ns, last_sent_ns;
    uint16_t syn_times;

    /* RFC 6298 */
    bool timing;
    tcp_seq timed_seq;
    uint64_t timed_at_ns, srtt_ns, rttvar_ns, rto_ns;
    uint32_t retransmits; /* in a row: timeouts without an ACK of new data; unanswered probes */
    uint32_t total_retransmits;
    uint64_t uto_remote_ns; /* the user timeout that the peer advertised; 0: none */
    uint64_t answered_ns;   /* the last ACK while the peer's window was closed */
    bool probing, probe_owed, keepalive_owed, override_due;
    uint8_t probes, keepalive_probes;

    struct {
        tcp_seq seq, end; /* of the probe; SND.NXT when it left */
        bool owed;        /* it has still to leave */
        bool out;         /* one a flight */
        bool again;       /* it repeats what was sent before */
        bool measured;    /* a round trip was, since the last left */
    } tlp;                /* RFC 8985 7 */

    /* RFC 5681, 6582 */
    uint32_t cwnd, ssthresh, acked_bytes, dup_acks;
    uint32_t limited_bytes; /* what limited transmit sent since the last ACK of new data */
    tcp_seq recover;
    tcp_seq una_before; /* SND.UNA before the last ACK of new data */
    bool in_recovery, first_partial_ack;
    bool ssthresh_kept; /* the segment at SND.UNA timed out before: RFC 5681 3.1 */

    /* receive sequence variables */
    tcp_seq irs, rcv_nxt, rcv_adv; /* rcv_adv = RCV.NXT + RCV.WND: the right edge offered */

    /* agreed on by the two SYNs: RFC 7323, RFC 2018 */
    bool scale_on, ts_on, sack_on;
    uint8_t snd_shift, rcv_shift;
    bool ts_recent_valid;
    uint32_t ts_offset, ts_recent; /* TS.Recent */
    uint64_t ts_recent_ns;         /* when it was last set */
    tcp_seq last_ack_sent;         /* Last.ACK.sent */
    uint32_t dsacks;               /* duplicates that the peer reported */
    struct sack_state *sack;       /* while there is something to report or to remember */

    uint16_t rcv_mss;
    bool irs_known, fin_known, fin_received;
    tcp_seq rcv_fin_seq;
    uint32_t unread;
    tcp_seq rcv_up; /* in urgent mode: past the last urgent octet */
    bool rcv_urgent;
    uint64_t rcv_offset; /* in the peer's stream, of RCV.NXT */
    struct runs receive; /* in order */
    struct runs held;    /* out of order, by seq, not overlapping */

    /* what is owed */
    bool syn_owed, ack_now;
    bool uto_owed;          /* the user timeout option has still to be sent */
    bool urgent_owed;       /* the peer has not heard of the mark */
    uint8_t full_segments;  /* received since an ACK was sent */
    uint16_t answers;       /* segments that draw an ACK each, still to be sent */
    uint16_t answers_total; /* of this batch */
    uint8_t sent_cause, ack_cause;
    uint64_t sent_cause_tag, ack_cause_tag;
    struct answer answer[ANSWER_TAGS];
    struct ecn_state ecn;
    struct fast_open_state fast_open;
    uint32_t ece_acks, ce_segments;
    uint8_t rcv_tos;            /* of the last acceptable segment */
    bool pushed;                /* a PSH has come: */
    tcp_seq rcv_push;           /* behind the text of the last segment that had it */
    struct ack_count ack_count; /* against challenge_ack_limit */
    uint32_t acks_withheld;     /* that it did not allow */

    /* what kernels reckon besides: see the last rows of the table of options */
    struct ack_policy acks;
    bool began_idle;                 /* nothing was out when what is leaving began to */
    uint32_t burst_sent, burst_most; /* of the burst that is leaving: segments out; and at most */
    tcp_seq small_sent;              /* past the last segment smaller than SND.MSS */
    tcp_seq limited_until;           /* the window of data for which the next two hold */
    uint32_t most_flight;            /* the most that was out */
    bool cwnd_was_limit;             /* more was to be sent than cwnd let go */
    struct {
        uint32_t limit;    /* what may be offered so far; 0: first_window */
        uint32_t buffer;   /* grown beyond recv_buffer; 0: not */
        uint32_t expected; /* octets that the user reads in a round trip */
        uint32_t read;     /* since the next */
        uint64_t since_ns;
    } growing;
    uint64_t repeating_ns; /* when the oldest segment was sent again for the first time */

    struct listen_state *listen;
    struct tcp_conn *listener; /* that it came from and is not yet accepted from */
    struct tcp_conn *old;      /* what TIME-WAIT was when a SYN reopened it, which may prove old */
    struct tcp_conn *next_ready_accept, *next_sibling, *previous_sibling;
    uint64_t octets_sent, octets_acked, octets_resent;
};

/* A segment that belongs to no connection: RFC 9293 3.5.2; a SYN,ACK that is a cookie. */
struct reply {
    struct reply *next;
    struct tcp_endpoint local, remote;
    tcp_seq seq, ack;
    uint16_t flags, window;
    uint8_t cause, ttl, tos, options_len;
    uint8_t options[TCP_OPTIONS_MAX_BYTES];
    bool has_timestamp;
    uint32_t ts_val, ts_ecr;
    uint64_t cause_tag;
};

struct heap_entry {
    uint64_t key_ns;
    struct tcp_conn *conn;
};

struct tcp_host {
    struct tcp_pools pools;
    struct tcp_observer observer;
    struct tcp_host_config config;
    struct shared_options *options;
    uint64_t conns_created;
    uint32_t conn_count;
    struct tcp_conn *first_conn, *last_conn;
    struct tcp_conn **buckets; /* a power of two */
    uint32_t bucket_count, hashed_count;
    struct heap_entry *heap;
    uint32_t heap_len, heap_room;
    struct tcp_conn *ready_head, *ready_tail;
    struct reply *reply_head, *reply_tail;
    uint32_t reply_count;
    struct fast_open_entry *fast_open_cache; /* of servers: fast_open.c */
    uint32_t fast_open_cached;
    struct ack_count ack_count; /* against a challenge_ack_limit of the host */
    uint64_t quiet_until_ns;    /* after a crash; 0: there was none */
};

/* A segment being processed: what the first check leaves of it. */
struct arrival {
    const struct tcp_segment *seg;
    uint64_t now_ns;
    tcp_seq seq; /* of the first octet kept */
    uint16_t flags;
    uint32_t skip; /* octets of text cut off in front */
    uint32_t len;  /* octets of text kept */
    bool has_iss;  /* a SYN in TIME-WAIT: ours is to be */
    tcp_seq iss;
    bool repeats; /* nothing of it is new: it is answered when its ACK has been taken */
    bool outside; /* all that it has is outside of the window: it is discarded then */
    struct tcp_parsed_options options;
};

enum verdict { GO_ON, DONE };

#include "parts.h"

#endif
