/* parts.h - what the files of tcp/ offer one another, file by file. Private, as tcb.h is, which
 * includes it. */
#ifndef TCPSIM_TCP_PARTS_H
#define TCPSIM_TCP_PARTS_H

#include "tcb.h"

/* ---- host.c ---- */
void *host_take(struct tcp_host *host, size_t size);
void host_give(struct tcp_host *host, void *memory, size_t size);
void host_tell(struct tcp_host *host, const struct tcp_event *event);
static inline bool host_wants(const struct tcp_host *host, enum tcp_event_kind kind)
{
    return (host->observer.wants >> kind & 1u) != 0;
}
/* Marks what a requirement's proof needs, where it happens; counts nothing without an observer that
 * wants it. TCP_ROW marks a row of the transitions, before the move that it causes. */
#define TCP_SHOWS(conn, id) HOST_SHOWS((conn)->host, id)
#define HOST_SHOWS(host, id) tcp_marks_show((host)->observer.marks, TCP_REQ_##id)
/* Where several marks stand on the way of every segment: one test for all. */
static inline bool conn_is_marked(const struct tcp_conn *conn)
{
    return conn->host->observer.marks != NULL;
}
#define TCP_ROW(conn, id) HOST_ROW((conn)->host, (conn)->state, id)
#define HOST_ROW(host, state, id) tcp_marks_row((host)->observer.marks, state, TCP_ROW_##id)
void host_hash(struct tcp_host *host, struct tcp_conn *conn);
void host_unhash(struct tcp_host *host, struct tcp_conn *conn);
struct tcp_conn *host_find_listener(struct tcp_host *host, const struct tcp_endpoint *local);
void host_ready(struct tcp_conn *conn); /* it may have something to send */
void host_unready(struct tcp_conn *conn);
void host_reply(struct tcp_host *host, const struct reply *reply);
/* The end of every entry point: tells CHANGED of `conn`, frees it if it has died. Mostly there is
 * nothing to do. */
void host_settle_now(struct tcp_host *host, struct tcp_conn *conn, uint64_t now_ns);
static inline void host_settle(struct tcp_host *host, struct tcp_conn *conn, uint64_t now_ns)
{
    if (!conn->owned || conn->changed || conn->congestion_changed) {
        host_settle_now(host, conn, now_ns);
    }
}

/* ---- deadlines.c ---- */
void timer_set(struct tcp_conn *conn, uint64_t now_ns, enum tcp_timer timer, uint64_t deadline_ns);
void timer_stop_now(struct tcp_conn *conn, uint64_t now_ns, enum tcp_timer timer);
void timer_stop_all(struct tcp_conn *conn, uint64_t now_ns);
void timers_clear(struct tcp_conn *conn); /* of a TCB that is new, or gone: nobody is told */
void timer_tell(struct tcp_conn *conn, uint64_t now_ns, enum tcp_timer timer,
                enum tcp_timer_action action, uint64_t deadline_ns);
bool deadlines_make_room(struct tcp_host *host, uint32_t conns);
void deadlines_remove(struct tcp_conn *conn);
/* The connection with the earliest deadline and that deadline; NULL: none. */
struct tcp_conn *deadlines_first(struct tcp_host *host, uint64_t *deadline_ns);
static inline bool timer_is_on(const struct tcp_conn *conn, enum tcp_timer timer)
{
    return conn->deadline_ns[timer] != TCP_NEVER;
}
static inline void timer_stop(struct tcp_conn *conn, uint64_t now_ns, enum tcp_timer timer)
{
    if (timer_is_on(conn, timer)) { timer_stop_now(conn, now_ns, timer); }
}

/* ---- conn.c ---- */
struct tcp_conn *conn_create(struct tcp_host *host, uint64_t now_ns,
                             struct shared_options *options);
void conn_announce(struct tcp_conn *conn, uint64_t now_ns);
/* The one funnel: the only writer of conn->state. */
void tcp_enter(struct tcp_conn *conn, uint64_t now_ns, enum tcp_state to, enum tcp_cause cause);
/* To CLOSED, with an error for the user (TCP_OK: an orderly end). */
void conn_finish(struct tcp_conn *conn, uint64_t now_ns, enum tcp_cause cause,
                 enum tcp_error error);
void conn_free(struct tcp_conn *conn, uint64_t now_ns);
void conn_drop_buffers(struct tcp_conn *conn);
void conn_drop_unread(struct tcp_conn *conn);
void conn_discard(struct tcp_conn *conn, const struct arrival *arrival, enum tcp_discard reason);
uint32_t conn_headers(const struct tcp_conn *conn);      /* octets of IP and TCP headers */
uint16_t conn_full_segment(const struct tcp_conn *conn); /* that we take: MSS less options */
uint16_t conn_mtu_mss(const struct tcp_conn *conn);      /* of the link */
uint32_t conn_path_mtu(const struct tcp_conn *conn);
void conn_update_send_mss(struct tcp_conn *conn);
uint16_t conn_announced_mss(const struct tcp_conn *conn);
/* MUST-15: of a peer that announces nothing. */
uint16_t conn_default_mss(const struct tcp_conn *conn);
void conn_take_peer_mss(struct tcp_conn *conn, const struct tcp_parsed_options *options);
struct shared_options *options_share(struct shared_options *options);
struct shared_options *options_create(struct tcp_host *host, const struct tcp_options *values);
void options_release(struct tcp_host *host, struct shared_options *options);
static inline const struct tcp_options *conn_options(const struct tcp_conn *conn)
{
    return &conn->options->values;
}

/* BSD's CLOSE while a connection opens: who lets go of it forgets it without a word; who only says
 * that he will not send has his FIN sent when the handshake is done. */
static inline bool conn_opens_as_bsd(const struct tcp_conn *conn)
{
    return conn_options(conn)->close_calls == TCP_CLOSE_CALLS_BSD &&
           (conn->state == TCP_SYN_SENT ||
            (conn->state == TCP_SYN_RECEIVED && !conn->fast_open.early));
}

/* ---- icmp.c ---- */
/* Called before new data are sent while a path MTU was told: whether it is time to try more. */
void path_mtu_raise(struct tcp_conn *conn, uint64_t now_ns);

/* ---- uto.c ---- */
void uto_encode(uint64_t timeout_ns, struct tcp_parsed_options *values);
void uto_arrived(struct tcp_conn *conn, const struct arrival *arrival);
/* Whether the user timeout in force is the one that the two ends agreed on. */
bool uto_is_adopted(const struct tcp_conn *conn);
uint64_t uto_user_timeout(const struct tcp_conn *conn); /* in force; 0: none */

/* ---- urgent.c ---- */
void urgent_given(struct tcp_conn *conn); /* the last octet that the user gave is urgent */
void urgent_mark(struct tcp_conn *conn, struct tcp_segment *out);
static inline bool urgent_is_out(const struct tcp_conn *conn) /* not acknowledged up to the mark */
{
    return conn->urgent_offset > conn->una_offset;
}
uint32_t urgent_unread(const struct tcp_conn *conn);
void urgent_read(struct tcp_conn *conn, uint64_t now_ns); /* only in urgent mode */
void sixth_check_urg(struct tcp_conn *conn, const struct arrival *arrival);

/* ---- shows.c: what only a closer look at a whole segment tells ---- */
void shows_closed(struct tcp_host *host, const struct tcp_segment *seg);
void shows_bad_address(struct tcp_host *host, const struct tcp_segment *seg, bool source_is_sane);
void shows_held(const struct tcp_conn *conn, uint32_t unsent, uint32_t usable);
void shows_listen(const struct tcp_conn *listener);
void shows_send_refused(const struct tcp_conn *conn, enum tcp_error error);
void shows_close(const struct tcp_conn *conn);
void shows_reopening(const struct tcp_conn *conn, const struct tcp_conn *listener,
                     const struct arrival *arrival);
/* These are called only where marks are wanted. */
void shows_new(const struct tcp_conn *conn, uint32_t len, bool full);
void shows_arrival(const struct tcp_conn *conn, const struct arrival *arrival);
void shows_sent(struct tcp_host *host, const struct tcp_conn *conn, const struct tcp_segment *out);

/* ---- isn.c ---- */
#define SOCKETS_MAX_BYTES 36
/* The two sockets as octets to be hashed; returns how many. */
size_t isn_sockets(const struct tcp_conn *conn, uint8_t octets[SOCKETS_MAX_BYTES]);
tcp_seq isn_choose(const struct tcp_conn *conn, uint64_t now_ns);
tcp_seq isn_beyond(const struct tcp_conn *old); /* of the one that takes its place */
/* The embedder's keyed hash of the two sockets, another for each use. */
enum sockets_hash_use { SOCKETS_HASH_ISN, SOCKETS_HASH_TIMESTAMP };
uint64_t sockets_hash(const struct tcp_conn *conn, enum sockets_hash_use use);

/* ---- options.c ---- */
/* Writes what `values` has in the order of the layout; returns the octets, a multiple of four. */
uint8_t options_lay_out(const struct tcp_options *options, const struct tcp_parsed_options *values,
                        uint8_t *octets);
void options_on_syn(const struct tcp_conn *conn, uint64_t now_ns, struct tcp_segment *out);
/* On any other segment, its payload set; `answer` is what it answers, or NULL. */
void options_on_segment(struct tcp_conn *conn, uint64_t now_ns, struct tcp_segment *out,
                        const struct answer *answer);
/* Whether a RST that answers a segment has a timestamp. */
bool options_echo_on_rst(const struct tcp_options *options);
void options_on_rst(const struct tcp_options *options, const struct tcp_segment *cause,
                    struct reply *reply);
/* The peer's SYN or SYN,ACK: what both ends use from now on. */
void options_of_peer_syn(struct tcp_conn *conn, const struct arrival *arrival);
void options_of_crossing_syn_ack(struct tcp_conn *conn, const struct arrival *arrival);
/* What options that not every segment has would take of new text sent now. */
uint32_t options_beside_text(const struct tcp_conn *conn);

/* ---- timestamps.c ---- */
uint32_t timestamp_now(const struct tcp_conn *conn, uint64_t now_ns);
void timestamp_choose_offset(struct tcp_conn *conn);
/* In SYN-SENT: whether what the segment echoes may have been on one of our SYNs. */
bool timestamps_echo_is_ours(const struct tcp_conn *conn, const struct arrival *arrival);
void timestamps_begin(struct tcp_conn *conn, const struct arrival *arrival);
/* Whether a connection with these options uses them when its peer does. */
bool timestamps_wanted(const struct tcp_options *options);
bool timestamps_missing(const struct tcp_conn *conn, const struct arrival *arrival);
bool timestamps_old(struct tcp_conn *conn, const struct arrival *arrival);
enum verdict timestamps_check(struct tcp_conn *conn, const struct arrival *arrival);
void timestamps_take(struct tcp_conn *conn, const struct arrival *arrival);
bool timestamps_measure(const struct tcp_conn *conn, const struct arrival *arrival,
                        uint64_t *rtt_ns);

/* ---- sack.c ---- */
/* Text at `seq`, or a FIN, is held from now on, or came again while it was. */
void sack_held(struct tcp_conn *conn, tcp_seq seq);
void sack_advanced(struct tcp_conn *conn); /* conn->sack is there */
/* The first octets of the segment that were there before. */
bool sack_find_duplicate(const struct tcp_conn *conn, const struct arrival *arrival,
                         struct sack_block *block);
void sack_duplicate(struct tcp_conn *conn, struct sack_block block);
/* Adds what fits into `room` octets of options. */
void sack_report(const struct tcp_conn *conn, const struct answer *answer, uint32_t room,
                 struct tcp_parsed_options *values);
/* How many octets of them a segment that answers nothing would take. */
uint32_t sack_report_bytes(const struct tcp_conn *conn, uint32_t room);
void sack_reported(struct tcp_conn *conn); /* an ACK left */
/* The blocks of an acceptable ACK; true: it reports a duplicate, and else nothing that is new. */
bool sack_arrives(struct tcp_conn *conn, const struct arrival *arrival);
void sack_unmark(struct tcp_conn *conn, struct sent *sent, uint32_t octets);
void sack_queue_moved(struct tcp_conn *conn);
void sack_forget(struct tcp_conn *conn);
void sack_clear(struct tcp_conn *conn);
uint32_t sack_bytes(const struct tcp_conn *conn);

/* ---- listen.c ---- */
void listen_arrives(struct tcp_conn *listener, struct arrival *arrival);
bool listen_create(struct tcp_conn *listener);
void listen_close(struct tcp_conn *listener, uint64_t now_ns);
bool listen_may_establish(const struct tcp_conn *conn);
void listen_overflows(struct tcp_conn *conn, const struct arrival *arrival);
void listen_child_established(struct tcp_conn *conn, uint64_t now_ns);
void listen_child_gone(struct tcp_conn *conn);
void listen_adopt(struct tcp_conn *listener, struct tcp_conn *conn);
/* Whether this ACK of the SYN does not count, as no text comes with it. */
bool listen_defers(struct tcp_conn *conn, const struct arrival *arrival);
/* Whether the SYN,ACK is not repeated, as its ACK has come. */
bool listen_waits_for_text(const struct tcp_conn *conn);
bool listen_ready_full(const struct tcp_conn *listener);
/* Whether text on the SYN of this child waits for the handshake. */
bool listen_keeps_text(const struct tcp_conn *conn, const struct arrival *arrival);
/* What a SYN tells, into a TCB that has nothing yet but its sockets. */
void listen_read_syn(struct tcp_conn *conn, const struct arrival *arrival);
/* Its number is chosen; the SYN,ACK is owed. */
void listen_begin_answer(struct tcp_conn *conn, const struct arrival *arrival, tcp_seq iss);
/* A child in SYN-RECEIVED, which still owes its SYN,ACK. NULL: no memory; said so. With `cookie`
 * its ISS is that. */
struct tcp_conn *listen_make_child(struct tcp_conn *listener, const struct arrival *arrival,
                                   const tcp_seq *cookie);

/* ---- syn_cookies.c ---- */
/* A SYN, for which no TCB is to be kept: true if it was answered. */
bool cookie_answers(struct tcp_conn *listener, const struct arrival *arrival);
/* An ACK of no connection: true if it proves a cookie, and is dealt with. */
bool cookie_proven(struct tcp_conn *listener, struct arrival *arrival);

/* ---- kernel_checks.c ---- */
bool conn_is_record(const struct tcp_conn *conn); /* in kernels: less than a whole connection */
enum verdict check_there_is_ack(const struct tcp_conn *conn, const struct arrival *arrival);
bool edges_decide(const struct tcp_conn *conn); /* sequence_check, but not of records */
bool is_syn_again(const struct tcp_conn *conn, const struct tcp_segment *seg);
bool edges_let_in(struct tcp_conn *conn, struct arrival *arrival);
enum verdict edges_answer(struct tcp_conn *conn, const struct arrival *arrival);
bool is_rst_of_fin(const struct tcp_conn *conn, const struct tcp_segment *seg);
bool is_rst_of_sack(const struct tcp_conn *conn, const struct tcp_segment *seg);
uint32_t ack_reach(const struct tcp_conn *conn);
enum verdict closed_record_arrives(struct tcp_conn *conn, struct arrival *arrival);

/* ---- other_states.c ---- */
void other_states_arrive(struct tcp_conn *conn, struct arrival *arrival);
/* Cuts off what was had before: a SYN, text, and a FIN that lies left of RCV.NXT. */
void arrival_cut_old(const struct tcp_conn *conn, struct arrival *arrival);
/* Keeps what lies in the window that was offered. */
void arrival_trim(const struct tcp_conn *conn, struct arrival *arrival);
/* `whole`: the segment as it came. */
enum verdict fifth_check_and_answer(struct tcp_conn *conn, struct arrival *arrival,
                                    const struct arrival *whole);
void checks_after_ack(struct tcp_conn *conn, struct arrival *arrival);
void conn_reset_accepted(struct tcp_conn *conn, const struct arrival *arrival,
                         enum tcp_cause cause);
void syn_ack_repeat(struct tcp_conn *conn, const struct arrival *arrival);

/* ---- arrives_bsd.c, syn_cache.c ---- */
/* SYN with FIN, in whatever state, where syn_fin says so. */
bool bsd_drops_syn_fin(struct tcp_conn *conn, const struct arrival *arrival);
void bsd_arrives(struct tcp_conn *conn, struct arrival *arrival);
/* In SYN-RECEIVED: DONE unless the segment completes the handshake, or no cache is asked for. */
bool syn_cache_has(const struct tcp_conn *conn);
enum verdict syn_cache_arrives(struct tcp_conn *conn, const struct arrival *arrival);

/* ---- text.c ---- */
void seventh_process_text(struct tcp_conn *conn, const struct arrival *arrival);
void eighth_check_fin(struct tcp_conn *conn, const struct arrival *arrival);
void conn_open_accepted_text(struct tcp_conn *conn, struct arrival *arrival);

/* ---- segment_arrives.c ---- */
bool address_may_be_opened(const struct tcp_address *address);
void conn_reply_rst(struct tcp_conn *conn, const struct arrival *arrival);
void conn_send_rst(struct tcp_conn *conn, uint64_t now_ns, tcp_seq seq, enum tcp_sent_cause cause,
                   uint64_t tag);
/* The RST of an end that gives the connection up itself. */
void conn_send_last_rst(struct tcp_conn *conn, uint64_t now_ns, enum tcp_sent_cause cause,
                        uint64_t tag);

/* ---- ack.c ---- */
/* The answer to a SYN that was had already, with D-SACK. */
void ack_answer_is_of_dropped(struct tcp_conn *conn, const struct arrival *arrival);
void ack_owe_duplicate_syn(struct tcp_conn *conn, const struct arrival *arrival);
void ack_owe_answer(struct tcp_conn *conn, const struct arrival *arrival,
                    enum tcp_sent_cause cause);
void ack_of_syn(struct tcp_conn *conn, const struct arrival *arrival);
void ack_advance(struct tcp_conn *conn, const struct arrival *arrival);
void ack_duplicate(struct tcp_conn *conn, const struct arrival *arrival);
void ack_update_window(struct tcp_conn *conn, const struct arrival *arrival, bool is_new);
bool ack_covers_fin(const struct tcp_conn *conn);

/* ---- challenge.c ---- */
/* As ack_owe_answer, within challenge_ack_limit. */
void ack_owe_limited(struct tcp_conn *conn, const struct arrival *arrival,
                     enum tcp_sent_cause cause);

/* ---- ack_policy.c ---- */
/* Whether the options ask for more than counting full segments. */
static inline bool ack_policy_looks(const struct tcp_conn *conn)
{
    const struct tcp_options *options = conn_options(conn);
    return (options->quick_acks | options->ack_every | options->first_window) != 0;
}
/* Text of `len` octets came in order. */
void ack_policy_text(struct tcp_conn *conn, uint64_t now_ns, uint32_t len);
/* Whether it is acknowledged at once; if not, how long the ACK may wait (0: at once). */
bool ack_policy_at_once(const struct tcp_conn *conn);
uint64_t ack_policy_delay(const struct tcp_conn *conn);
/* The user has read: whether what is owed should leave. */
bool ack_policy_on_read(const struct tcp_conn *conn);
void ack_policy_duplicate(struct tcp_conn *conn);
/* Text came out of order. True: its ACK waits for others to share it. */
bool ack_policy_compress(struct tcp_conn *conn, uint64_t now_ns);
void ack_policy_delayed_out(struct tcp_conn *conn);
void ack_policy_text_sent(struct tcp_conn *conn, uint64_t now_ns);
static inline void ack_policy_ack_sent(struct tcp_conn *conn)
{
    if (conn->acks.quick_left > 0 && conn->acks.acked != conn->rcv_nxt) { conn->acks.quick_left--; }
    conn->acks.acked = conn->rcv_nxt;
    conn->acks.compressing = false;
}

/* ---- fast_open.c ---- */
/* An active OPEN, its data queued: whether they may ride on the SYN, and what that asks for. */
void fast_open_begin(struct tcp_conn *conn, uint64_t now_ns);
uint32_t fast_open_syn_room(const struct tcp_conn *conn);
void fast_open_answered(struct tcp_conn *conn, const struct arrival *arrival, bool all_acked);
/* A SYN has made `conn`: what becomes of its text. */
enum fast_open_text { FAST_OPEN_HOLD_TEXT, FAST_OPEN_DROP_TEXT, FAST_OPEN_DELIVER_TEXT };
enum fast_open_text fast_open_syn_arrived(struct tcp_conn *listener, struct tcp_conn *conn,
                                          const struct arrival *arrival);
void fast_open_done(struct tcp_conn *conn); /* it has left SYN-RECEIVED */
void fast_open_listener_gone(const struct tcp_conn *listener);
void fast_open_on_syn(const struct tcp_conn *conn, uint64_t now_ns, bool first,
                      struct tcp_parsed_options *values);

/* ---- ecn.c ---- */
/* What is not ECT: with ECN the last two bits are TCP's, not the user's. */
static inline uint8_t options_tos(const struct tcp_options *options)
{
    return options->ecn == TCP_ECN_OFF ? options->tos : (uint8_t)(options->tos & ~0x03u);
}
uint16_t ecn_syn_flags(struct tcp_conn *conn, bool with_ack);
void ecn_of_peer_syn(struct tcp_conn *conn, uint16_t flags);
void ecn_syn_repeated(struct tcp_conn *conn, uint16_t flags);
void ecn_on_new_data(struct tcp_conn *conn, struct tcp_segment *out);
/* Whether the window was reduced once for what is now outstanding. */
bool ecn_has_reduced(const struct tcp_conn *conn);
void ecn_window_reduced(struct tcp_conn *conn);
void ecn_ack_arrives(struct tcp_conn *conn, const struct arrival *arrival);
bool ecn_wait_is_over(struct tcp_conn *conn);
void ecn_text_arrives(struct tcp_conn *conn, const struct tcp_segment *seg);

/* ---- tlp.c ---- */
/* Text has left, or an ACK of new data has come. */
void tlp_schedule(struct tcp_conn *conn, uint64_t now_ns);
/* The retransmission timer is due: true, a probe is owed and counts in place of a timeout. */
bool tlp_fires(struct tcp_conn *conn, uint64_t now_ns);
void tlp_timeout(struct tcp_conn *conn, uint64_t now_ns); /* of the other one */
void tlp_sent(struct tcp_conn *conn, tcp_seq seq, bool again);
/* Every acceptable ACK, its SACK read. */
void tlp_ack_arrives(struct tcp_conn *conn, const struct arrival *arrival, bool is_new,
                     uint32_t dsacks);

/* ---- reassembly.c ---- */
void text_hold(struct tcp_conn *conn, const struct arrival *arrival);
/* Whether held_limit forbids to hold it. */
bool text_is_beyond_limit(const struct tcp_conn *conn, const struct arrival *arrival);
void text_note_fin(struct tcp_conn *conn, tcp_seq seq, uint32_t len);
bool text_deliver(struct tcp_conn *conn, const struct arrival *arrival);
/* Moves held octets that have become next in order; true if any. */
bool text_pull_held(struct tcp_conn *conn, uint64_t now_ns);
void text_take_early(struct tcp_conn *conn, const struct arrival *arrival);

/* ---- runs.c: runs of octets in queues ---- */
bool runs_append(struct tcp_host *host, struct runs *queue, const struct tcp_slice *slice,
                 uint64_t time_ns, bool push);
void runs_clear(struct tcp_host *host, struct runs *queue);
struct node *node_create(struct tcp_host *host, const struct tcp_slice *slice);
void node_free(struct tcp_host *host, struct node *node);
void slice_share(const struct tcp_slice *slice);
static inline struct tcp_slice slice_part(const struct tcp_slice *slice, uint32_t from,
                                          uint32_t len)
{
    return (struct tcp_slice){slice->extent, slice->origin, slice->offset + from, len};
}
/* The part of a payload behind `skip` octets, at most `len`, as one or two runs. */
struct tcp_payload payload_part(const struct tcp_payload *payload, uint32_t skip, uint32_t len);

/* ---- send_buffer.c ---- */
uint32_t send_room(const struct tcp_conn *conn);
/* Drops `acked` octets in front. */
void send_buffer_acked(struct tcp_conn *conn, uint32_t acked);
/* Whether who waits for room should be told: with send_overhead only when a third is free. */
bool send_is_worth_while(const struct tcp_conn *conn);
void send_takes_over_push(struct tcp_conn *conn);
uint32_t send_record_left(struct tcp_conn *conn, uint32_t unsent, bool *ends);
/* The octets [seq, seq + len) as a payload with references; false: no memory to gather them. *push:
 * whether a SEND ends within. */
bool send_buffer_payload(struct tcp_conn *conn, tcp_seq seq, uint32_t len,
                         struct tcp_payload *payload, bool *push);
static inline tcp_seq
send_data_end(const struct tcp_conn *conn) /* past the last octet the user gave */
{
    return (tcp_seq)(conn->iss + 1 + (tcp_seq)conn->end_offset);
}

/* ---- retransmission_queue.c ---- */
/* False: no memory. The segment has just been sent for the first time. */
bool sent_append(struct tcp_conn *conn, uint64_t now_ns, tcp_seq seq, uint32_t len, bool fin);
/* When the oldest segment left that an ACK of all below `ack` acknowledges; false: none was, or one
 * of them was sent again, and what is acknowledged is not known (Karn). */
bool sent_oldest_below(const struct tcp_conn *conn, tcp_seq ack, uint64_t *time_ns);
/* SND.UNA has moved: what is acknowledged goes, the front is cut where it was acknowledged in part.
 */
void sent_acked(struct tcp_conn *conn);
void sent_clear(struct tcp_conn *conn);
/* Before an entry goes out again. What stood in a closed window as one octet becomes the segment it
 * would have been; it is cut to the path's MTU and to the window; small ones behind it join it. */
void sent_grow_probe(struct tcp_conn *conn, struct sent *sent);
void sent_fit_in_window(struct tcp_conn *conn, struct sent *sent);
void sent_join_small(struct tcp_conn *conn, struct sent *sent);
/* From SND.UNA on everything is to be sent again, as the congestion window allows. */
void sent_all_lost(struct tcp_conn *conn);
/* Whether all of that has been; so it is where what is next was sent later. */
void sent_end_resend(struct tcp_conn *conn);

/* ---- output.c ---- */
bool conn_output(struct tcp_conn *conn, uint64_t now_ns, struct tcp_segment *out);
/* The SYN, or SYN,ACK, as it stands now. */
void conn_write_syn(struct tcp_conn *conn, uint64_t now_ns, struct tcp_segment *out, bool with_ack);
uint32_t conn_flight(const struct tcp_conn *conn);
/* What is out as the congestion window counts it: in octets, or each segment as a full one. */
uint32_t congestion_flight(const struct tcp_conn *conn);
uint32_t conn_usable_window(const struct tcp_conn *conn);
uint32_t conn_segment_room(const struct tcp_conn *conn);
/* To be called before each segment of new text, until one does not leave. */
void conn_begins_to_send(struct tcp_conn *conn);
bool conn_worth_sending(const struct tcp_conn *conn, uint32_t unsent, uint32_t usable,
                        uint32_t most);
/* Whether a burst of several segments ends with the one that has just left. */
uint32_t conn_burst_segments(const struct tcp_conn *conn);
bool conn_ends_burst(struct tcp_conn *conn, uint32_t len);
uint32_t conn_unsent(const struct tcp_conn *conn);

/* Whether data, or a FIN, may be sent or repeated in this state. */
bool conn_may_send_data(const struct tcp_conn *conn);

/* ---- window.c ---- */
/* What is offered now, as the field says it, moving the right edge by the receiver's silly window
 * rule. */
uint16_t window_offer(struct tcp_conn *conn, bool on_syn);
/* What the peer knows to be left of the window: what the shift cuts off is not told. */
uint32_t window_told(const struct tcp_conn *conn);
/* How much could be offered, were the rule not to offer little. */
uint32_t window_offerable(const struct tcp_conn *conn);
/* What the profile's kernel makes of text that came (true: its window grows by it), and that was
 * read. */
bool window_grow(struct tcp_conn *conn, uint32_t len);
void window_tune(struct tcp_conn *conn, uint64_t now_ns, uint32_t len);
/* Whether reading has opened the window enough to tell the peer. */
bool window_update_due(const struct tcp_conn *conn);
/* window_bsd.c: the room that BSD would offer; whether it tells that reading has opened the window;
 * its buffers, once the peer's MSS is known. */
uint32_t window_bsd_room(const struct tcp_conn *conn, uint32_t room);
uint32_t window_bsd_taken(const struct tcp_conn *conn);
bool window_bsd_update_due(const struct tcp_conn *conn, uint32_t room);
void window_bsd_round_buffers(struct tcp_conn *conn);
/* window_linux.c: the same of Linux. */
uint32_t window_linux_room(const struct tcp_conn *conn, uint32_t room, uint32_t most);
/* The field of the SYN that opens, which knows no RCV.NXT. */
uint16_t window_of_first_syn(struct tcp_conn *conn); /* the window begins to grow from it */
/* What a segment of the peer offers, in octets. */
uint32_t window_of_arrival(const struct tcp_conn *conn, const struct tcp_segment *seg);
/* The shift to offer; `window_scale` is on. */
uint8_t window_scale_for(const struct tcp_options *options);

/* ---- timeouts.c ---- */
void conn_timeouts(struct tcp_conn *conn, uint64_t now_ns);
void user_timer_update(struct tcp_conn *conn, uint64_t now_ns);
void keepalive_restart(struct tcp_conn *conn, uint64_t now_ns);
void persist_follow(struct tcp_conn *conn, uint64_t now_ns, bool ack_arrived);
/* The persist timer runs while the window is closed, as it seldom is. */
static inline void persist_update(struct tcp_conn *conn, uint64_t now_ns, bool ack_arrived)
{
    if (conn->snd_wnd == 0 || conn->probing) { persist_follow(conn, now_ns, ack_arrived); }
}

/* ---- rto.c ---- */
void rto_init(struct tcp_conn *conn);
/* `samples`: how many of them a round trip gives (RFC 7323 G). */
void rto_sample(struct tcp_conn *conn, uint64_t rtt_ns, uint32_t samples);
uint64_t rto_slop(const struct tcp_conn *conn);
void rto_back_off(struct tcp_conn *conn);
void rto_established(struct tcp_conn *conn);
void rto_time_segment(struct tcp_conn *conn, uint64_t now_ns, tcp_seq end);
void rto_start(struct tcp_conn *conn, uint64_t now_ns);
/* An ICMP error says that the repetition at `seq` was not lost by congestion: RFC 6069. */
void rto_take_back(struct tcp_conn *conn, uint64_t now_ns, tcp_seq seq);

/* ---- quiet_time.c ---- */
void quiet_time_begin(struct tcp_host *host, uint64_t now_ns);
bool quiet_time_drops_syn(struct tcp_conn *conn, const struct arrival *arrival);
bool quiet_time_holds_open(struct tcp_conn *conn, uint64_t now_ns);
/* The retransmission timer of a connection that has sent no SYN yet: true, and it may send it. */
bool quiet_time_is_over(struct tcp_conn *conn, uint64_t now_ns);

/* ---- time_wait.c ---- */
void time_wait_enter(struct tcp_conn *conn, uint64_t now_ns, enum tcp_cause cause);
/* fin_wait_2.c: what is left of the checks where a kernel keeps a small record only. */
bool fin_wait_2_is_record(const struct tcp_conn *conn);
void fin_wait_2_arrives(struct tcp_conn *conn, struct arrival *arrival);
void fin_wait_2_limit(struct tcp_conn *conn, uint64_t now_ns);
bool time_wait_ignores_rst(const struct tcp_conn *conn, uint64_t now_ns);
void time_wait_restart(struct tcp_conn *conn, uint64_t now_ns);
/* DONE: a SYN has reopened the connection, or was dropped. */
enum verdict time_wait_check_syn(struct tcp_conn *conn, struct arrival *arrival);
void time_wait_answer(struct tcp_conn *conn, const struct arrival *arrival);
/* A SYN begins anew, and what was there has ended: the segment is for whoever listens. */
bool time_wait_recycles(struct tcp_conn *conn, const struct arrival *arrival);
void time_wait_return(struct tcp_conn *conn, uint64_t now_ns);
void time_wait_forget_old(struct tcp_conn *conn);

/* ---- congestion.c ---- */
struct congestion_control {
    const char *name;
    /* New data were acknowledged outside of loss recovery. */
    void (*acked)(struct tcp_conn *conn, uint32_t acked_bytes);
    /* What ssthresh becomes when a loss is found, `flight` octets being out. */
    uint32_t (*ssthresh)(const struct tcp_conn *conn, uint32_t flight);
};
extern const struct congestion_control congestion_reno;
void congestion_init(struct tcp_conn *conn);
void congestion_acked(struct tcp_conn *conn, uint32_t acked, const struct tcp_segment *seg);
void congestion_probe_lost(struct tcp_conn *conn);
void congestion_duplicate(struct tcp_conn *conn, uint64_t tag);
void congestion_timeout(struct tcp_conn *conn);
void congestion_marked(struct tcp_conn *conn); /* by ECN */
/* New text has left, or waits: whether the congestion window is in the way. */
void congestion_used(struct tcp_conn *conn, bool sent);
void congestion_idle(struct tcp_conn *conn, uint64_t now_ns);
enum tcp_phase conn_phase(const struct tcp_conn *conn);

#endif
