/* profile.h - the values that a host or a connection can be given ("TCP options" of a scenario),
 * one table with a column for each profile. To add one: a field, a row in profile.c. */
#ifndef TCPSIM_TCP_PROFILE_H
#define TCPSIM_TCP_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tcp_fin_ack { TCP_FIN_ACK_AT_ONCE, TCP_FIN_ACK_DELAYED };
enum tcp_persist_probe { TCP_PROBE_OCTET, TCP_PROBE_EMPTY };
enum tcp_keepalive_probe { TCP_KEEPALIVE_EMPTY, TCP_KEEPALIVE_OCTET };
enum tcp_urgent_pointer { TCP_URGENT_NEXT, TCP_URGENT_LAST };
enum tcp_icmp_hard { TCP_ICMP_HARD_ABORTS, TCP_ICMP_HARD_REPORTS };
enum tcp_icmp_opening {
    TCP_ICMP_OPENING_ABORTS,
    TCP_ICMP_SYN_SENT_ABORTS,
    TCP_ICMP_OPENING_REPORTS
};
enum tcp_icmp_soft {
    TCP_ICMP_SOFT_REPORTS,
    TCP_ICMP_SOFT_ABORTS_OPEN,
    TCP_ICMP_SOFT_SOME_ABORT_SYN_SENT
};

enum tcp_syn_text { TCP_SYN_TEXT_KEEP, TCP_SYN_TEXT_DROP, TCP_SYN_TEXT_IGNORE };
enum tcp_ssthresh_of { TCP_SSTHRESH_OF_FLIGHT, TCP_SSTHRESH_OF_CWND };
enum tcp_cwnd_counts { TCP_CWND_COUNTS_OCTETS, TCP_CWND_COUNTS_SEGMENTS };
enum tcp_recovery_exit { TCP_RECOVERY_EXIT_FLIGHT, TCP_RECOVERY_EXIT_SSTHRESH };
enum tcp_accept_full { TCP_ACCEPT_FULL_COOKIE, TCP_ACCEPT_FULL_DROP, TCP_ACCEPT_FULL_ANSWER };
enum tcp_backlog_full { TCP_BACKLOG_DROP, TCP_BACKLOG_RECYCLE };
enum tcp_fast_open {
    TCP_FAST_OPEN_OFF = 0,
    TCP_FAST_OPEN_CLIENT = 1,
    TCP_FAST_OPEN_SERVER = 2,
    TCP_FAST_OPEN_BOTH = TCP_FAST_OPEN_CLIENT | TCP_FAST_OPEN_SERVER,
};
enum tcp_fast_open_unknown_mss { TCP_FAST_OPEN_DEFAULT_MSS, TCP_FAST_OPEN_PATH_MSS };
enum tcp_ecn { TCP_ECN_OFF, TCP_ECN_PASSIVE, TCP_ECN_ON, TCP_ECN_ACTIVE }; /* on is active */
enum tcp_syn_cookies { TCP_COOKIES_OFF, TCP_COOKIES_AUTO, TCP_COOKIES_ON };

/* At most `count` in `interval_ns`, counted from the first; interval 0: any number. */
struct tcp_ack_limit {
    uint64_t interval_ns;
    uint32_t count;
    bool per_host; /* else of each connection */
};
enum tcp_time_wait_syn {
    TCP_OLD_SYN_RFC6191,
    TCP_OLD_SYN_ACK,
    TCP_OLD_SYN_DROP,
    TCP_OLD_SYN_RECYCLE
};
enum tcp_syn_echo { TCP_SYN_ECHO_IGNORE, TCP_SYN_ECHO_RESET };
enum tcp_missing_timestamp { TCP_MISSING_DROP, TCP_MISSING_ACCEPT };
enum tcp_option_layout { TCP_LAYOUT_RFC9293, TCP_LAYOUT_LINUX, TCP_LAYOUT_FREEBSD };

/* window_scale: 0 off, 1 + shift, or the smallest shift that covers recv_buffer. */
#define TCP_SCALE_MAX 14 /* RFC 7323 2.3 */
#define TCP_SCALE_FITTING (TCP_SCALE_MAX + 2)
enum tcp_ack_every { TCP_ACK_EVERY_FULL, TCP_ACK_EVERY_ANY, TCP_ACK_EVERY_OCTETS };
enum tcp_rto_min_bounds { TCP_RTO_MIN_BOUNDS_RTO, TCP_RTO_MIN_BOUNDS_VARIANCE };
enum tcp_repeated_syn { TCP_REPEATED_SYN_ACK, TCP_REPEATED_SYN_SYN_ACK };
enum tcp_listen_syn_ack { TCP_LISTEN_SYN_ACK_RESET, TCP_LISTEN_SYN_ACK_DROP };
enum tcp_window_advance { TCP_WINDOW_RFC9293, TCP_WINDOW_BSD, TCP_WINDOW_LINUX };
enum tcp_syn_received_ack { TCP_SYN_RECEIVED_ACK_CHALLENGE, TCP_SYN_RECEIVED_ACK_RESET };
enum tcp_syn_fin { TCP_SYN_FIN_ACCEPT, TCP_SYN_FIN_DROP };
enum tcp_give_up_rst { TCP_GIVE_UP_RST_NONE, TCP_GIVE_UP_RST_KEEPALIVE, TCP_GIVE_UP_RST_ALWAYS };
enum tcp_time_wait_text {
    TCP_TIME_WAIT_TEXT_IGNORE,
    TCP_TIME_WAIT_TEXT_ACK,
    TCP_TIME_WAIT_TEXT_ANY
};
enum tcp_late_text { TCP_LATE_TEXT_IGNORE, TCP_LATE_TEXT_RESET, TCP_LATE_TEXT_ACROSS };
enum tcp_sequence_check { TCP_SEQUENCE_RFC9293, TCP_SEQUENCE_EDGES };
enum tcp_old_ack_reach { TCP_OLD_ACK_REACH_WINDOW, TCP_OLD_ACK_REACH_ACKED };
enum tcp_syn_received_syn { TCP_SYN_RECEIVED_SYN_LISTEN, TCP_SYN_RECEIVED_SYN_RESET };
enum tcp_small_window { TCP_SMALL_WINDOW_HALF, TCP_SMALL_WINDOW_WHOLE };
enum tcp_late_ack { TCP_LATE_ACK_ANSWERED, TCP_LATE_ACK_DROPPED };
enum tcp_window_again { TCP_WINDOW_AGAIN_ANY, TCP_WINDOW_AGAIN_LARGER };
enum tcp_ack_seq { TCP_ACK_SEQ_SND_NXT, TCP_ACK_SEQ_WINDOW };
enum tcp_reopen_iss { TCP_REOPEN_ISS_HASH, TCP_REOPEN_ISS_BEYOND };
enum tcp_listen_close { TCP_LISTEN_CLOSE_RESETS, TCP_LISTEN_CLOSE_FORGETS };
enum tcp_reset_unaccepted { TCP_RESET_UNACCEPTED_FORGETS, TCP_RESET_UNACCEPTED_KEEPS };
enum tcp_tlp_rules { TCP_TLP_RULES_RFC8985, TCP_TLP_RULES_LINUX };
enum tcp_push { TCP_PUSH_EACH, TCP_PUSH_LAST, TCP_PUSH_EMPTY };
enum tcp_check_order { TCP_CHECKS_RFC9293, TCP_CHECKS_BSD };
enum tcp_close_unread { TCP_CLOSE_UNREAD_RESETS, TCP_CLOSE_UNREAD_SENDS_FIN };
enum tcp_close_calls { TCP_CLOSE_CALLS_RFC9293, TCP_CLOSE_CALLS_BSD };
enum tcp_closed_port { TCP_CLOSED_PORT_RESETS, TCP_CLOSED_PORT_DROPS_SYN, TCP_CLOSED_PORT_DROPS };
enum tcp_nagle_waits_for {
    TCP_NAGLE_WAITS_FOR_ANYTHING,
    TCP_NAGLE_WAITS_FOR_SMALL,
    TCP_NAGLE_WAITS_FOR_EARLIER
};
enum tcp_user_timeout_from { TCP_USER_TIMEOUT_FROM_SEND, TCP_USER_TIMEOUT_FROM_REPETITION };

struct tcp_options {
    bool has_iss;
    uint32_t iss;
    uint32_t mss; /* announced; 0: from mtu_bytes */
    bool timestamps, sack, dsack;
    bool tlp;
    uint8_t tlp_rules;           /* enum tcp_tlp_rules */
    uint8_t window_scale;        /* 0, 1 + shift, TCP_SCALE_FITTING */
    uint64_t timestamp_clock_ns; /* of one tick */
    bool has_timestamp_offset;
    uint32_t timestamp_offset;         /* of the clock's ticks, at time 0 */
    uint8_t syn_echo;                  /* enum tcp_syn_echo */
    uint8_t missing_timestamp;         /* enum tcp_missing_timestamp */
    uint8_t option_layout;             /* enum tcp_option_layout */
    uint32_t recv_buffer, send_buffer; /* octets */
    uint32_t send_overhead;            /* octets a chunk; 0: send_buffer counts octets of text */
    uint32_t unsent_limit;             /* 0: none */
    bool has_window, has_syn_window;
    uint16_t window, syn_window; /* exact values to advertise */
    uint8_t congestion;          /* index of the congestion control, in the order of its list */
    uint32_t initial_window;     /* segments; 0: RFC 5681's */
    bool nagle;
    uint64_t delayed_ack_ns; /* 0: every segment at once */
    uint64_t rto_initial_ns, rto_min_ns, rto_max_ns;
    uint32_t syn_retries, synack_retries, retries;
    uint64_t msl_ns;
    bool rfc1337;               /* a RST does not end TIME-WAIT */
    uint64_t rfc1337_period_ns; /* but for so long; 0: as long as TIME-WAIT lasts */
    uint8_t time_wait_syn;      /* enum tcp_time_wait_syn */
    uint64_t keepalive_idle_ns; /* 0: off */
    uint64_t keepalive_interval_ns;
    uint32_t keepalive_count;
    uint64_t user_timeout_ns; /* 0: off */
    bool uto;                 /* RFC 5482: the option is sent and taken */
    uint64_t uto_advertise_ns, uto_min_ns, uto_max_ns;
    uint32_t backlog;
    uint32_t defer_accept; /* timeouts; 0: off */
    uint8_t syn_cookies;   /* enum tcp_syn_cookies */
    uint8_t ecn;           /* enum tcp_ecn */
    uint8_t ecn_retries;
    uint8_t fast_open; /* enum tcp_fast_open */
    uint32_t fast_open_pending;
    bool fast_open_cookies;
    uint8_t fast_open_unknown_mss; /* enum tcp_fast_open_unknown_mss */
    bool fast_open_empty, fast_open_fallback;
    uint64_t fast_open_holdoff_ns;
    bool syn_push;
    uint8_t syn_text;      /* enum tcp_syn_text */
    uint8_t backlog_full;  /* enum tcp_backlog_full */
    uint8_t accept_full;   /* enum tcp_accept_full */
    uint8_t ssthresh_of;   /* enum tcp_ssthresh_of */
    uint8_t recovery_exit; /* enum tcp_recovery_exit */
    uint8_t cwnd_counts;   /* enum tcp_cwnd_counts */
    uint32_t backlog_extra;
    bool challenge_ack, insecure_rst, insecure_syn, insecure_ack;
    uint8_t syn_received_syn; /* enum tcp_syn_received_syn */
    bool fin_wait_2_record;
    bool rst_of_fin;
    bool dup_ack_same_seq;
    uint8_t syn_received_ack; /* enum tcp_syn_received_ack */
    uint8_t window_advance;   /* enum tcp_window_advance */
    bool whole_segments;      /* buffers are rounded up to */
    bool sack_fin;
    uint8_t listen_close; /* enum tcp_listen_close */
    uint8_t late_text;    /* enum tcp_late_text */
    bool dup_acks_counted, slow_start_after_idle, push_bursts, mss_both_ways, reset_keeps_text;
    struct tcp_ack_limit challenge_ack_limit;
    uint8_t fin_ack;         /* enum tcp_fin_ack */
    uint8_t persist_probe;   /* enum tcp_persist_probe */
    uint8_t keepalive_probe; /* enum tcp_keepalive_probe */
    uint8_t ttl, tos;
    uint8_t icmp_hard;      /* enum tcp_icmp_hard: on a synchronized connection */
    uint8_t icmp_opening;   /* enum tcp_icmp_opening: a hard error before that */
    uint8_t icmp_soft;      /* enum tcp_icmp_soft */
    uint8_t urgent_pointer; /* enum tcp_urgent_pointer */
    bool pmtu_discovery;
    uint64_t pmtu_raise_ns; /* 0: off */

    /* checks of what arrives: kernel_checks.c */
    uint8_t sequence_check; /* enum tcp_sequence_check */
    uint8_t old_ack_reach;  /* enum tcp_old_ack_reach */
    uint8_t reopen_iss;     /* enum tcp_reopen_iss */
    uint8_t small_window;   /* enum tcp_small_window */
    uint8_t ack_seq;        /* enum tcp_ack_seq */
    uint8_t window_again;   /* enum tcp_window_again */
    uint8_t late_ack;       /* enum tcp_late_ack */
    uint16_t min_send_mss, default_mss;
    bool limited_transmit, abort_on_overflow;
    bool rst_of_sack, drop_without_ack, gap_after_close, time_wait_record, crossed_syn_options;

    /* what kernels do and RFC 9293 leaves open, or does otherwise */
    uint8_t ack_every; /* enum tcp_ack_every */
    uint8_t quick_acks;
    uint8_t rto_min_bounds;   /* enum tcp_rto_min_bounds */
    uint64_t rto_slop_ns;     /* 0: none */
    uint32_t rto_forget;      /* timeouts in a row after which SRTT is cleared; 0: never */
    uint64_t retries_base_ns; /* 0: `retries` is a count */
    uint32_t orphan_retries;  /* 0: as `retries` */
    uint32_t syn_linear;
    uint64_t open_timeout_ns;      /* 0: off */
    uint64_t syn_retry_bad_ack_ns; /* 0: off */
    uint8_t repeated_syn;          /* enum tcp_repeated_syn */
    bool simultaneous_ack;
    uint8_t listen_syn_ack;         /* enum tcp_listen_syn_ack */
    uint8_t syn_fin;                /* enum tcp_syn_fin */
    bool abort_ack;                 /* the RST of ABORT has an ACK */
    uint8_t give_up_rst;            /* enum tcp_give_up_rst */
    bool closing_ack_fin;           /* the ACK that leads to CLOSING repeats our FIN */
    uint64_t fin_wait_2_timeout_ns; /* 0: off */
    uint8_t time_wait_text;         /* enum tcp_time_wait_text */
    bool coalesce;                  /* repetitions join neighbours */
    uint8_t nagle_waits_for;        /* enum tcp_nagle_waits_for */
    bool nagle_fin;                 /* a FIN lets the last octets go */
    uint8_t reset_unaccepted;       /* enum tcp_reset_unaccepted */
    bool mss_by_path;               /* a path MTU that was told lowers what is announced */
    uint8_t push;                   /* enum tcp_push */
    uint64_t override_timeout_ns;   /* 0: the RTO */
    bool cork;                      /* segments that are not full wait */
    bool syn_drops_options;         /* a SYN that is repeated in vain has MSS alone */
    bool syn_options;               /* false: the SYN has none, and none is used */
    bool newreno_heuristic;         /* RFC 6582 4.1 */
    bool cwnd_limited;              /* cwnd grows only when it was the limit */
    uint32_t syn_losses;
    bool time_wait_sack;         /* TIME-WAIT reports duplicates */
    uint64_t ack_compression_ns; /* 0: off */
    uint32_t first_window;       /* octets; 0: all of the buffer at once */
    uint32_t window_clamp;       /* 0: none */
    uint32_t recv_buffer_max;    /* 0: recv_buffer stays */
    uint32_t held_limit;         /* octets; 0: all that the window allows */
    bool hold_unpushed;          /* text is read up to the last PSH */
    uint64_t quiet_time_ns;      /* after a crash; 0: none */
    uint32_t slow_start_limit;   /* segments an ACK; 0: none */
    uint32_t burst_segments;     /* the fewest of one that push_bursts marks */
    uint8_t check_order;         /* enum tcp_check_order */
    bool syn_cache;              /* passive SYN-RECEIVED is an entry of a cache */
    uint8_t close_unread;        /* enum tcp_close_unread */
    uint8_t close_calls;         /* enum tcp_close_calls */
    uint8_t closed_port;         /* enum tcp_closed_port; of the host */
    uint8_t user_timeout_from;   /* enum tcp_user_timeout_from */
    bool rtt_each_ack;           /* without timestamps too */
    bool icmp_backoff;           /* an unreachable network takes a doubling of the RTO back */
    uint64_t persist_min_ns;     /* 0: the RTO */
    uint64_t persist_max_ns;     /* 0: rto_max_ns */

    uint32_t mtu_bytes; /* of the path's first link: set by the carrier, not by the user */
};

enum tcp_option_type {
    TCP_OPTION_BOOL,
    TCP_OPTION_COUNT,  /* a whole number: uint32_t, uint16_t or uint8_t by `width` */
    TCP_OPTION_SEQ,    /* a whole number modulo 2^32 */
    TCP_OPTION_SIZE,   /* octets */
    TCP_OPTION_TIME,   /* nanoseconds, uint64_t */
    TCP_OPTION_CHOICE, /* one of `choices`, separated by blanks, '_' for a blank within one; index
                        */
    TCP_OPTION_KEEPALIVE, /* { idle, interval, count }: three fields from `offset` on */
    TCP_OPTION_ACK_LIMIT, /* { count, interval, per }, or a number each second: tcp_ack_limit */
    TCP_OPTION_SHIFT,     /* a window scale: a whole number, true or false; uint8_t */
    TCP_OPTION_LATER,     /* named by the contract, not there yet: only its off value is taken */
};

#define TCP_PROFILES 3 /* rfc9293 linux freebsd */

struct tcp_option_row {
    const char *name;
    enum tcp_option_type type;
    size_t offset;         /* in struct tcp_options */
    size_t width;          /* octets of the field */
    size_t present_offset; /* of the bool that says "given", or SIZE_MAX */
    uint64_t min, max;     /* inclusive, in the type's unit (ns for times) */
    bool may_be_off;       /* false or "off" is taken and stored as 0 */
    const char *choices;
    const char *unit;
    const char *defaults[TCP_PROFILES]; /* as a person writes them */
    const char *help;
    const char *source;
};

extern const struct tcp_option_row tcp_option_table[];
extern const size_t tcp_option_count;
extern const char *const tcp_profile_names[TCP_PROFILES];

/* The index in tcp_profile_names of `name`; TCP_PROFILES: it is none of them. */
unsigned tcp_profile_find(const char *name);

/* The row of the option `name`, or NULL. */
const struct tcp_option_row *tcp_option_find(const char *name);

/* The place of `word`, as the table writes it, among the row's choices; false: it is none of them.
 */
bool tcp_option_choice(const struct tcp_option_row *row, const char *word, uint64_t *place);

/* The values of profile `which`, an index of tcp_profile_names: a column of the table. A word that
 * names a rule ("RFC 5681's"), nothing ("-") or a choice that is not there yet is stored as 0, not
 * given. */
void tcp_options_profile(struct tcp_options *options, unsigned which);

/* The values of profile rfc9293. */
void tcp_options_default(struct tcp_options *options);

/* Writes `value` to the row's field; `given` to the bool that goes with it, if there is one. */
void tcp_option_store(struct tcp_options *options, const struct tcp_option_row *row, uint64_t value,
                      bool given);

#endif
