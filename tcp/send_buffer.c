/* send_buffer.c - what the user gave and the peer has not acknowledged: the retransmission queue
 * and what is still to be sent, as one queue of runs. */
#include "tcb.h"

#define CHUNK_MAX_BYTES 65215u /* of one that is handed to a device */
#define DEFAULT_WINDOW_BYTES 536u

/* ---- room, as octets or as a kernel counts it ---- */

static uint32_t in_chunks(uint64_t octets, uint32_t chunk)
{
    return (uint32_t)((octets + chunk - 1) / chunk);
}

/* What is written lies in chunks of whole segments, no more than half of the peer's greatest
 * window.
 */
static uint32_t chunk_bytes(const struct tcp_conn *conn)
{
    const uint32_t mss = conn->snd_mss > 0 ? conn->snd_mss : DEFAULT_SEND_MSS_IPV4;
    const uint32_t window = conn->max_snd_wnd;
    uint32_t most = window > DEFAULT_WINDOW_BYTES ? window / 2 : window;
    most = most < CHUNK_MAX_BYTES ? most : CHUNK_MAX_BYTES;
    return most > mss ? most - most % mss : mss;
}

static uint32_t octets_held(const struct tcp_conn *conn)
{
    return (uint32_t)(conn->end_offset - conn->una_offset);
}

/* What was sent lies in the chunks in which it left. */
static uint64_t memory_held(const struct tcp_conn *conn, uint32_t chunk)
{
    const uint32_t held = octets_held(conn);
    const uint32_t unsent = conn_unsent(conn);
    const uint32_t sent = held > unsent ? held - unsent : 0;
    const uint32_t left = conn->snd_mss > 0 ? conn_burst_segments(conn) * conn->snd_mss : 0;
    const uint32_t chunks = in_chunks(sent, left > 0 ? left : chunk) + in_chunks(unsent, chunk);
    return held + (uint64_t)chunks * conn_options(conn)->send_overhead;
}

/* The chunk at the end is filled up; then others are begun while there is memory. */
static uint32_t room_in_chunks(const struct tcp_conn *conn)
{
    const struct tcp_options *options = conn_options(conn);
    const uint32_t chunk = chunk_bytes(conn);
    const uint32_t unsent = conn_unsent(conn);
    const bool closed = conn->send.tail != NULL && conn->send.tail->record;
    const uint32_t tail = unsent % chunk > 0 && !closed ? chunk - unsent % chunk : 0;
    const uint64_t memory = memory_held(conn, chunk) + tail;
    const uint64_t each = chunk + (uint64_t)options->send_overhead;
    const uint32_t size = options->send_buffer;
    uint64_t count = memory < size ? (size - memory + each - 1) / each : 0;
    if (options->unsent_limit > 0) {
        const uint32_t limit = options->unsent_limit;
        const uint32_t waits = unsent + tail;
        const uint64_t fits = waits < limit ? in_chunks(limit - waits, chunk) : 0;
        count = fits < count ? fits : count;
    }
    /* At most send_buffer, and a chunk that is begun at either end. */
    return (uint32_t)(tail + count * chunk);
}

uint32_t send_room(const struct tcp_conn *conn)
{
    if (conn_options(conn)->send_overhead > 0) { return room_in_chunks(conn); }
    const uint64_t used = conn->end_offset - conn->una_offset;
    const uint32_t size = conn_options(conn)->send_buffer;
    return used < size ? size - (uint32_t)used : 0;
}

bool send_is_worth_while(const struct tcp_conn *conn)
{
    const struct tcp_options *options = conn_options(conn);
    if (options->send_overhead == 0) { return send_room(conn) > 0; }
    const uint64_t memory = memory_held(conn, chunk_bytes(conn));
    const bool sent_enough =
        options->unsent_limit == 0 || 2 * (uint64_t)conn_unsent(conn) < options->unsent_limit;
    return memory + memory / 2 <= options->send_buffer && sent_enough;
}

void send_buffer_acked(struct tcp_conn *conn, uint32_t acked)
{
    assert(acked <= conn->end_offset - conn->una_offset);
    conn->una_offset += acked;
    while (conn->send.head != NULL) {
        struct node *node = conn->send.head;
        if (node->slice.offset + node->slice.len > conn->una_offset) { break; }
        if (conn->send_cursor == node) { conn->send_cursor = NULL; }
        conn->send.head = node->next;
        if (conn->send.head == NULL) { conn->send.tail = NULL; }
        node_free(conn->host, node);
    }
}

/* What lies behind `end_offset` goes. */
static void cut_off(struct tcp_conn *conn)
{
    struct runs kept = {NULL, NULL};
    while (conn->send.head != NULL) {
        struct node *node = conn->send.head;
        conn->send.head = node->next;
        if (node->slice.offset >= conn->end_offset) {
            node_free(conn->host, node);
            continue;
        }
        const uint64_t left = conn->end_offset - node->slice.offset;
        if (left < node->slice.len) { node->slice.len = (uint32_t)left; }
        node->next = NULL;
        if (kept.tail == NULL) {
            kept.head = node;
        } else {
            kept.tail->next = node;
        }
        kept.tail = node;
    }
    conn->send = kept;
    conn->send_cursor = NULL;
}

uint32_t tcp_flush(struct tcp_conn *conn, uint64_t now_ns)
{
    if (conn->gone || conn->state == TCP_CLOSED || conn->listen != NULL) { return 0; }
    const uint32_t unsent = conn_unsent(conn);
    if (unsent == 0) { return 0; }
    TCP_SHOWS(conn, MAY_14);
    conn->end_offset -= unsent;
    if (conn->urgent_offset > conn->end_offset) {
        conn->urgent_offset = conn->end_offset;
        conn->urgent_owed = false;
    }
    cut_off(conn);
    conn->changed = true;
    user_timer_update(conn, now_ns);
    host_ready(conn); /* a FIN may have waited behind them */
    host_settle(conn->host, conn, now_ns);
    return unsent;
}

/* The run that holds the octet at `offset`, which is in the queue. */
static struct node *find_node(struct tcp_conn *conn, uint64_t offset)
{
    struct node *node = conn->send_cursor;
    if (node == NULL || node->slice.offset > offset) { node = conn->send.head; }
    while (node->slice.offset + node->slice.len <= offset) {
        node = node->next;
        assert(node != NULL);
    }
    conn->send_cursor = node;
    return node;
}

static bool gather(struct tcp_conn *conn, const struct node *node, uint64_t offset, uint32_t len,
                   struct tcp_payload *payload)
{
    struct tcp_extent *extent = tcp_extent_create(&conn->host->pools, offset, len);
    if (extent == NULL) { return false; }
    uint32_t filled = 0;
    while (filled < len) {
        assert(node != NULL);
        const uint32_t from = (uint32_t)(offset + filled - node->slice.offset);
        const uint32_t there = node->slice.len - from;
        const uint32_t take = there < len - filled ? there : len - filled;
        tcp_slice_copy(&node->slice, from, take, extent->octets + filled);
        filled += take;
        node = node->next;
    }
    payload->part[0] = (struct tcp_slice){extent, conn->stream, offset, len};
    return true;
}

/* A SEND that joins text which still waits: the mark at its end counts, not the one before. */
void send_takes_over_push(struct tcp_conn *conn)
{
    struct node *tail = conn->send.tail;
    if (conn_options(conn)->push == TCP_PUSH_LAST && tail != NULL && !tail->record &&
        conn_unsent(conn) > 0) {
        tail->push = false;
    }
}

/* Of the octets that are not sent yet those up to the end of a record, or all; whether a record
 * ends behind them. */
uint32_t send_record_left(struct tcp_conn *conn, uint32_t unsent, bool *ends)
{
    *ends = false;
    if (!conn->has_records || unsent == 0) { return unsent; }
    const tcp_seq first_held = (tcp_seq)(conn->iss + 1 + (tcp_seq)conn->una_offset);
    const uint64_t offset = conn->una_offset + (tcp_seq)(conn->snd_nxt - first_held);
    const struct node *node = find_node(conn, offset);
    uint64_t left = node->slice.offset + node->slice.len - offset;
    while (left < unsent && !node->record) {
        node = node->next;
        assert(node != NULL);
        left = node->slice.offset + node->slice.len - offset;
    }
    *ends = node->record;
    return (uint32_t)left;
}

bool send_buffer_payload(struct tcp_conn *conn, tcp_seq seq, uint32_t len,
                         struct tcp_payload *payload, bool *push)
{
    *payload = (struct tcp_payload){0};
    *push = false;
    if (len == 0) { return true; }
    const tcp_seq first_held = (tcp_seq)(conn->iss + 1 + (tcp_seq)conn->una_offset);
    const uint64_t offset = conn->una_offset + (tcp_seq)(seq - first_held);
    const uint64_t end = offset + len;
    assert(end <= conn->end_offset);
    const struct node *first = find_node(conn, offset);
    const struct node *node = first;
    unsigned runs = 0;
    for (uint64_t at = offset; at < end; node = node->next) {
        const uint64_t node_end = node->slice.offset + node->slice.len;
        const uint64_t stop = node_end < end ? node_end : end;
        if (runs < 2) {
            payload->part[runs] = slice_part(&node->slice, (uint32_t)(at - node->slice.offset),
                                             (uint32_t)(stop - at));
        }
        runs++;
        *push = *push || (node->push && stop == node_end);
        at = stop;
    }
    if (conn_options(conn)->push == TCP_PUSH_EMPTY) { *push = end == conn->end_offset; }
    if (runs > 2) {
        *payload = (struct tcp_payload){0};
        return gather(conn, first, offset, len, payload);
    }
    tcp_payload_share(payload);
    return true;
}

bool tcp_sent_octet(const struct tcp_conn *conn, uint64_t offset, uint8_t *octet)
{
    if (offset < conn->una_offset || offset >= conn->end_offset) { return false; }
    const struct node *node = conn->send.head;
    while (offset >= node->slice.offset + node->slice.len) { node = node->next; }
    tcp_slice_copy(&node->slice, (uint32_t)(offset - node->slice.offset), 1, octet);
    return true;
}
