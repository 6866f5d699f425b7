/* reassembly.c - text that arrives: delivered in order, held where it came too early (RFC 9293
 * SHLD-31). */
#include "tcb.h"

static void tell_delivered(struct tcp_conn *conn, uint64_t now_ns, const struct tcp_slice *slice)
{
    if (!host_wants(conn->host, TCP_EVENT_DELIVERED)) { return; }
    struct tcp_event event = {.kind = TCP_EVENT_DELIVERED, .conn = conn, .now_ns = now_ns};
    event.u.delivered.slice = slice;
    event.u.delivered.offset = conn->rcv_offset;
    host_tell(conn->host, &event);
}

/* The run stands at RCV.NXT. False: no memory; the octets are not taken. */
static bool deliver_run(struct tcp_conn *conn, uint64_t now_ns, const struct tcp_slice *slice)
{
    if (!runs_append(conn->host, &conn->receive, slice, 0, false)) { return false; }
    tell_delivered(conn, now_ns, slice);
    conn->unread += slice->len;
    conn->rcv_nxt += slice->len;
    conn->rcv_offset += slice->len;
    /* Octets taken beyond the offered edge (there are none but after a window of zero) move it. */
    conn->rcv_adv = seq_max(conn->rcv_adv, conn->rcv_nxt);
    return true;
}

/* RFC 9293 3.9.1.3: the user may be told of a PSH. */
static void note_push(struct tcp_conn *conn, const struct arrival *arrival)
{
    if ((arrival->flags & TCP_PSH) != 0 && arrival->len > 0) {
        conn->pushed = true;
        conn->rcv_push = arrival->seq + arrival->len;
    }
}

bool text_deliver(struct tcp_conn *conn, const struct arrival *arrival)
{
    const struct tcp_payload *payload = &arrival->seg->payload;
    struct tcp_payload part;
    note_push(conn, arrival);
    if (arrival->skip != 0 || arrival->len != tcp_payload_len(payload)) { /* seldom */
        part = payload_part(payload, arrival->skip, arrival->len);
        payload = &part;
    }
    bool any = false;
    for (unsigned i = 0; i < 2 && payload->part[i].len > 0; i++) {
        if (!deliver_run(conn, arrival->now_ns, &payload->part[i])) {
            conn_discard(conn, arrival, TCP_DISCARD_NO_MEMORY);
            break;
        }
        any = true;
    }
    return any;
}

/* Puts the part of a run that is not held yet between `previous` and what follows. What is held
 * stays: the first copy of an octet counts. */
static void hold_run(struct tcp_conn *conn, tcp_seq seq, struct tcp_slice slice)
{
    struct node *previous = NULL;
    struct node *next = conn->held.head;
    if (conn->held.tail != NULL &&
        seq_geq(seq, conn->held.tail->seq + conn->held.tail->slice.len)) {
        previous = conn->held.tail;
        next = NULL;
    }
    while (slice.len > 0) {
        while (next != NULL && seq_leq(next->seq + next->slice.len, seq)) {
            previous = next;
            next = next->next;
        }
        uint32_t gap = slice.len;
        if (next != NULL) {
            const int32_t room = (int32_t)(next->seq - seq);
            gap = room <= 0 ? 0 : (uint32_t)room < slice.len ? (uint32_t)room : slice.len;
        }
        if (gap > 0) {
            const struct tcp_slice part = slice_part(&slice, 0, gap);
            struct node *node = node_create(conn->host, &part);
            if (node == NULL) { return; /* the sender will send it again */ }
            node->seq = seq;
            node->next = next;
            if (previous == NULL) {
                conn->held.head = node;
            } else {
                previous->next = node;
            }
            if (next == NULL) { conn->held.tail = node; }
        }
        const uint32_t covered = next == NULL ? gap : next->seq + next->slice.len - seq;
        const uint32_t step = covered < slice.len ? covered : slice.len;
        seq += step;
        slice = slice_part(&slice, step, slice.len - step);
    }
}

/* A peer has one FIN; who is in its name may forge others. That counts which the stream reaches
 * first, and none that text goes past. */
void text_note_fin(struct tcp_conn *conn, tcp_seq seq, uint32_t len)
{
    if (!conn->fin_known || seq_leq(seq, conn->rcv_fin_seq)) {
        conn->fin_known = true;
        conn->rcv_fin_seq = seq + len;
    }
}

/* Keeps the text, and remembers where a FIN stands; nothing moves. */
void text_hold(struct tcp_conn *conn, const struct arrival *arrival)
{
    const struct tcp_payload payload =
        payload_part(&arrival->seg->payload, arrival->skip, arrival->len);
    tcp_seq seq = arrival->seq;
    note_push(conn, arrival);
    for (unsigned i = 0; i < 2; i++) {
        hold_run(conn, seq, payload.part[i]);
        seq += payload.part[i].len;
    }
    if ((arrival->flags & TCP_FIN) != 0) { text_note_fin(conn, arrival->seq, arrival->len); }
}

bool text_is_beyond_limit(const struct tcp_conn *conn, const struct arrival *arrival)
{
    const uint32_t limit = conn_options(conn)->held_limit;
    if (limit == 0 || arrival->len == 0) { return false; }
    uint64_t held = arrival->len;
    for (const struct node *node = conn->held.head; node != NULL; node = node->next) {
        held += node->slice.len;
    }
    return held > limit;
}

bool text_pull_held(struct tcp_conn *conn, uint64_t now_ns)
{
    bool any = false;
    if (conn->released) { return false; } /* it comes again, and finds nobody */
    while (conn->held.head != NULL && seq_leq(conn->held.head->seq, conn->rcv_nxt)) {
        struct node *node = conn->held.head;
        const uint32_t old = conn->rcv_nxt - node->seq;
        if (old < node->slice.len) {
            const struct tcp_slice fresh = slice_part(&node->slice, old, node->slice.len - old);
            if (!deliver_run(conn, now_ns, &fresh)) { break; }
            any = true;
        }
        conn->held.head = node->next;
        if (conn->held.head == NULL) { conn->held.tail = NULL; }
        node_free(conn->host, node);
    }
    return any;
}
