/* dialogue_watch.c - rules that hold in any conversation: what the host tells agrees with what is,
 * segments carry the octets of their numbers, timers are armed before they stop. */
#include "dialogue_private.h"

#include "../../tcp/wire.h"
#include "tcp_check.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static struct watched *find(struct dialogue *d, struct tcp_conn *conn)
{
    struct watched *unused = NULL;
    for (size_t i = 0; i < WATCHED_MAX; i++) {
        if (d->watched[i].conn == conn) { return &d->watched[i]; }
        if (d->watched[i].conn == NULL && unused == NULL) { unused = &d->watched[i]; }
    }
    if (unused == NULL) {
        dialogue_wrong(d, "too many connections");
        return &d->watched[0];
    }
    *unused = (struct watched){.conn = conn};
    for (size_t i = 0; i < TCP_TIMER_COUNT; i++) { unused->deadline_ns[i] = TCP_NEVER; }
    return unused;
}

/* ---- events ---- */

static void append(char *text, size_t room, const char *between, const char *more)
{
    const size_t used = strlen(text);
    (void)snprintf(text + used, room - used, "%s%s", used > 0 ? between : "", more);
}

static void take_move(struct dialogue *d, struct watched *watched, const struct tcp_event *event)
{
    char move[80];
    (void)snprintf(move, sizeof move, "%s -> %s", tcp_state_name(event->u.state.old_state),
                   tcp_state_name(event->u.state.new_state));
    append(d->moves, sizeof d->moves, ", ", move);
    append(d->causes, sizeof d->causes, ", ", tcp_cause_words(event->u.state.cause));
    if (event->u.state.cause == TCP_CAUSE_REOPENED ||
        event->u.state.cause == TCP_CAUSE_REOPEN_WAS_OLD) {
        watched->reopened = true;
    }
}

static void take_timer(struct dialogue *d, struct watched *watched, const struct tcp_event *event)
{
    uint64_t *deadline_ns = &watched->deadline_ns[event->u.timer.timer];
    const char *name = tcp_timer_name(event->u.timer.timer);
    switch (event->u.timer.action) {
    case TCP_TIMER_ARMED:
        if (*deadline_ns != TCP_NEVER || event->u.timer.deadline_ns < d->now_ns) {
            dialogue_wrong(d, "timer %s armed twice, or in the past", name);
        }
        *deadline_ns = event->u.timer.deadline_ns;
        return;
    case TCP_TIMER_FIRED:
    case TCP_TIMER_STOPPED:
        if (*deadline_ns == TCP_NEVER || event->u.timer.deadline_ns == TCP_NEVER) {
            dialogue_wrong(d, "timer %s ends and was not armed", name);
        }
        if (event->u.timer.action == TCP_TIMER_FIRED && event->u.timer.deadline_ns != d->now_ns) {
            dialogue_wrong(d, "timer %s fires at the wrong time", name);
        }
        *deadline_ns = TCP_NEVER;
        return;
    }
}

static void take_delivered(struct dialogue *d, struct watched *watched,
                           const struct tcp_event *event)
{
    if (tcp_conn_state(event->conn) == TCP_CLOSED || event->u.delivered.slice->len == 0 ||
        event->u.delivered.offset != watched->delivered) {
        dialogue_wrong(d, "octets told as delivered at %" PRIu64 ", not %" PRIu64,
                       event->u.delivered.offset, watched->delivered);
    }
    watched->delivered += event->u.delivered.slice->len;
}

static void take_discard(struct dialogue *d, const struct tcp_event *event)
{
    if (d->discarded) { dialogue_wrong(d, "a segment is told as discarded twice"); }
    d->discard = event->u.discard.reason;
    d->discarded = true;
    if (event->u.discard.segment == NULL || event->u.discard.segment->tag != d->tag) {
        dialogue_wrong(d, "another segment is told as discarded");
    }
}

static void append_mark(struct dialogue *d, uint32_t unread)
{
    char text[16];
    (void)snprintf(text, sizeof text, "%" PRIu32, unread);
    append(d->urgent, sizeof d->urgent, " ", text);
}

void dialogue_take_event(void *context, const struct tcp_event *event)
{
    struct dialogue *d = context;
    struct watched *watched = event->conn == NULL ? NULL : find(d, event->conn);
    if (event->now_ns != d->now_ns) { dialogue_wrong(d, "an event of another time"); }
    switch (event->kind) {
    case TCP_EVENT_STATE: take_move(d, watched, event); return;
    case TCP_EVENT_TIMER: take_timer(d, watched, event); return;
    case TCP_EVENT_CONGESTION: watched->congestion = true; return;
    case TCP_EVENT_DISCARD: take_discard(d, event); return;
    case TCP_EVENT_DELIVERED: take_delivered(d, watched, event); return;
    case TCP_EVENT_CHANGED: watched->changed = true; return;
    case TCP_EVENT_ACCEPTABLE: d->acceptable++; return;
    case TCP_EVENT_CREATED:
        if (d->conn == NULL || d->conn == d->listener) { d->conn = event->conn; }
        return;
    case TCP_EVENT_DELETED:
        watched->conn = NULL;
        if (event->conn == d->conn) {
            d->conn = d->conn == d->listener ? NULL : d->listener;
            d->owned = false;
        }
        return;
    case TCP_EVENT_R1: d->r1++; return;
    case TCP_EVENT_URGENT: append_mark(d, event->u.urgent.unread); return;
    case TCP_EVENT_ICMP:
        d->fate = event->u.icmp.fate;
        d->fates++;
        return;
    }
}

/* ---- what is sent and read ---- */

static void check_octets(struct dialogue *d, const struct tcp_segment *segment,
                         const struct tcp_conn *conn, const struct tcp_status *status)
{
    if (segment->cause == TCP_SENT_KEEPALIVE) { return; } /* garbage, if any: nobody reads it */
    const uint64_t stream = tcp_conn_stream(conn);
    uint64_t offset = (tcp_seq)(segment->seq + ((segment->flags & TCP_SYN) != 0) - status->iss - 1);
    for (unsigned i = 0; i < 2; i++) {
        const struct tcp_slice *slice = &segment->payload.part[i];
        if (slice->len == 0) { continue; }
        if (slice->origin != stream || slice->offset != offset) {
            dialogue_wrong(d, "octets of another place are sent");
            return;
        }
        for (uint32_t k = 0; k < slice->len; k++) {
            uint8_t octet[2] = {0, 77};
            uint8_t held = 0;
            tcp_slice_copy(slice, k, 1, octet);
            if (octet[0] != tcp_generated_octet(stream, offset + k) || octet[1] != 77 ||
                !tcp_sent_octet(conn, offset + k, &held) || held != octet[0]) {
                dialogue_wrong(d, "octet %" PRIu64 " is sent wrong", offset + k);
                return;
            }
        }
        offset += slice->len;
    }
    uint8_t none;
    if (tcp_sent_octet(conn, status->octets_acked + d->options.send_buffer - status->send_room,
                       &none) &&
        status->send_room > 0) {
        dialogue_wrong(d, "an octet that nobody gave");
    }
    if (status->octets_acked > 0 && tcp_sent_octet(conn, status->octets_acked - 1, &none)) {
        dialogue_wrong(d, "an octet that was acknowledged");
    }
}

static bool names_a_segment(uint8_t cause)
{
    return cause == TCP_SENT_ANSWER || cause == TCP_SENT_ACK_OF || cause == TCP_SENT_CHALLENGE ||
           cause == TCP_SENT_DELAYED_ACK || cause == TCP_SENT_WINDOW_OPENED ||
           cause == TCP_SENT_FAST_RETRANSMIT || cause == TCP_SENT_PARTIAL_ACK;
}

/* RFC 7323 2.2 and 3.2, RFC 2018 2: what may stand on a segment, and what must. */
static void watch_options(struct dialogue *d, const struct tcp_segment *segment,
                          const struct tcp_status *status)
{
    struct tcp_parsed_options options;
    wire_parse_options(segment->options, segment->options_len, &options);
    if (segment->options_len % 4 != 0 || options.malformed) { dialogue_wrong(d, "bad options"); }
    if ((segment->flags & TCP_SYN) != 0) {
        const bool bare = d->conn != NULL && !tcp_conn_options(d->conn)->syn_options;
        if (bare != !options.has_mss) { dialogue_wrong(d, "a SYN without MSS"); }
        if (options.has_wscale && options.wscale > 14) { dialogue_wrong(d, "too great a shift"); }
        return;
    }
    if (options.has_mss || options.has_wscale || options.has_sack_ok) {
        dialogue_wrong(d, "options of a SYN on a segment without SYN");
    }
    if (options.has_timestamp != status->ts_on) {
        dialogue_wrong(d, "timestamp %s", status->ts_on ? "missing" : "not agreed upon");
    }
    if (options.sack_count > 0 && !status->sack_on) { dialogue_wrong(d, "SACK not agreed upon"); }
    for (unsigned i = 0; i < options.sack_count; i++) {
        const tcp_seq left = options.sack[i].left;
        const tcp_seq right = options.sack[i].right;
        const bool duplicate = i == 0 && d->options.dsack;
        if (!seq_lt(left, right) || seq_gt(right, status->rcv_nxt + status->rcv_wnd) ||
            (!duplicate && seq_leq(left, segment->ack))) {
            dialogue_wrong(d, "a SACK block outside of the window");
        }
    }
}

/* RFC 3168: only data that are sent for the first time are ECT; never SYNs and pure ACKs. */
static bool tos_is_right(const struct dialogue *d, const struct tcp_segment *segment)
{
    if (d->options.ecn == TCP_ECN_OFF) { return segment->tos == d->options.tos; }
    const bool fresh = tcp_payload_len(&segment->payload) > 0 && segment->retransmission == 0 &&
                       (segment->flags & TCP_SYN) == 0;
    const unsigned bits = segment->tos & 3u;
    return (segment->tos & ~3u) == (d->options.tos & ~3u) && (bits == 0 || (bits == 2 && fresh));
}

void dialogue_watch_segment(struct dialogue *d, const struct tcp_segment *segment)
{
    const bool has_syn = (segment->flags & TCP_SYN) != 0;
    if (segment->ttl != d->options.ttl || !tos_is_right(d, segment)) {
        dialogue_wrong(d, "ttl %u, tos %u", segment->ttl, segment->tos);
    }
    if (segment->tag != 0) { dialogue_wrong(d, "an ordinal that is the embedder's to give"); }
    if (segment->urgent != 0 && (segment->flags & TCP_URG) == 0) {
        dialogue_wrong(d, "urgent %u without URG", segment->urgent);
    }
    if (segment->payload.part[0].len == 0 && segment->payload.part[1].len > 0) {
        dialogue_wrong(d, "the second run is used and not the first");
    }
    if (segment->cause == TCP_SENT_NONE || segment->cause_tag > d->tag ||
        (segment->cause_tag != 0) != names_a_segment(segment->cause)) {
        dialogue_wrong(d, "sent because of \"%s\" %" PRIu64,
                       tcp_sent_cause_words((enum tcp_sent_cause)segment->cause),
                       segment->cause_tag);
    }
    struct tcp_conn *conn = tcp_find(d->host, &segment->source, &segment->destination);
    if (conn == NULL || (segment->flags & TCP_RST) != 0) { return; }
    struct watched *watched = find(d, conn);
    struct tcp_status status;
    tcp_status(conn, &status);
    watch_options(d, segment, &status);
    const uint32_t len = tcp_segment_len(segment);
    if (len > 0) {
        /* An opener's SYN,ACK holds the SYN that was sent before, and is no repetition of it. */
        const bool crossing = has_syn && (segment->flags & TCP_ACK) != 0 && !status.passive;
        if (has_syn && segment->retransmission == 0 && !crossing) { watched->sent_any = false; }
        const bool again = watched->sent_any && seq_leq(segment->seq + (len > 0), watched->highest);
        const bool probe = segment->cause == TCP_SENT_KEEPALIVE; /* garbage in an old place */
        if (!crossing && !probe && again != (segment->retransmission > 0)) {
            dialogue_wrong(d, "retransmission %u", segment->retransmission);
        }
        const tcp_seq end = segment->seq + len;
        watched->highest = watched->sent_any ? seq_max(watched->highest, end) : end;
        watched->sent_any = true;
    }
    if ((segment->flags & TCP_ACK) != 0 && segment->ack != status.rcv_nxt) {
        dialogue_wrong(d, "an ACK of something else than RCV.NXT");
    }
    check_octets(d, segment, conn, &status);
}

void dialogue_watch_read(struct dialogue *d, struct tcp_conn *conn, const struct tcp_slice *slice)
{
    struct watched *watched = find(d, conn);
    struct tcp_status status;
    tcp_status(conn, &status);
    const uint64_t place = (tcp_seq)(status.irs + 1 - PEER_ISS) + watched->read;
    if (slice->offset != place) {
        dialogue_wrong(d, "read at %" PRIu64 ", not %" PRIu64, slice->offset, place);
    }
    watched->read += slice->len;
    char tag[24];
    (void)snprintf(tag, sizeof tag, "%" PRIu64, slice->origin - PEER_STREAM);
    const size_t used = strlen(d->read_tags);
    const size_t len = strlen(tag);
    if (used < len || strcmp(d->read_tags + used - len, tag) != 0) {
        append(d->read_tags, sizeof d->read_tags, " ", tag);
    }
}

/* ---- after a line ---- */

static void compare(struct dialogue *d, struct watched *watched)
{
    struct tcp_status now;
    const struct tcp_status *last = &watched->last;
    tcp_status(watched->conn, &now);
    if (watched->reopened) {
        watched->delivered = now.octets_received;
        watched->read = 0;
        watched->congestion = true; /* the move tells that all is another's */
        watched->reopened = false;
    }
    if (now.octets_received != watched->delivered) {
        dialogue_wrong(d, "%" PRIu64 " octets received, told %" PRIu64, now.octets_received,
                       watched->delivered);
    }
    const bool changed =
        now.state != last->state || now.error != last->error ||
        now.octets_received != last->octets_received || now.octets_acked != last->octets_acked ||
        now.fin_received != last->fin_received || now.urgent_unread > last->urgent_unread;
    if (changed && !watched->changed) {
        dialogue_wrong(d, "a change was not told (%s)", tcp_state_name(now.state));
    }
    if ((now.cwnd != last->cwnd || (now.ssthresh != last->ssthresh && last->ssthresh != 0) ||
         (now.rto_ns != last->rto_ns && last->rto_ns != 0) ||
         (now.phase == TCP_RECOVERY) != (last->phase == TCP_RECOVERY)) &&
        !watched->congestion && now.state != TCP_CLOSED) {
        dialogue_wrong(d, "a change of the window or the RTO was not told");
    }
    for (unsigned i = 0; i < TCP_TIMER_COUNT; i++) {
        if ((now.deadline_ns[i] == TCP_NEVER) != (watched->deadline_ns[i] == TCP_NEVER) &&
            now.error != TCP_ERROR_NOT_EXIST) {
            dialogue_wrong(d, "timer %s is not as told", tcp_timer_name((enum tcp_timer)i));
        }
    }
    watched->last = now;
    watched->changed = watched->congestion = false;
}

void dialogue_watch(struct dialogue *d)
{
    for (size_t i = 0; i < WATCHED_MAX; i++) {
        if (d->watched[i].conn != NULL) { compare(d, &d->watched[i]); }
    }
    if (d->host != NULL) {
        const char *rule = tcp_check_host(d->host);
        if (rule != NULL) { dialogue_wrong(d, "broken: %s", rule); }
    }
}
