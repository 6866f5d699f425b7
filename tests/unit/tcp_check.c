/* tcp_check.c - see tcp_check.h. */
#include "tcp_check.h"

#include "../../tcp/tcb.h"

#define RULE(condition)                          \
    do {                                         \
        if (!(condition)) { return #condition; } \
    } while (0)

/* Runs follow each other: `at` is where the first begins. */
static const char *check_runs(const struct runs *queue, uint64_t at, uint64_t *end)
{
    RULE((queue->head == NULL) == (queue->tail == NULL));
    const struct node *last = NULL;
    for (const struct node *node = queue->head; node != NULL; node = node->next) {
        RULE(node->slice.len > 0);
        RULE(node == queue->head || node->slice.offset == at);
        at = node->slice.offset + node->slice.len;
        last = node;
    }
    RULE(last == queue->tail);
    *end = at;
    return NULL;
}

static const char *check_send_side(const struct tcp_conn *conn)
{
    uint64_t end = conn->una_offset;
    const char *rule = check_runs(&conn->send, conn->una_offset, &end);
    if (rule != NULL) { return rule; }
    RULE(conn->send.head == NULL || conn->send.head->slice.offset <= conn->una_offset);
    RULE(conn->send.head == NULL ||
         conn->send.head->slice.offset + conn->send.head->slice.len > conn->una_offset);
    RULE(end == conn->end_offset);
    bool cursor_found = conn->send_cursor == NULL;
    for (const struct node *node = conn->send.head; node != NULL; node = node->next) {
        cursor_found = cursor_found || node == conn->send_cursor;
    }
    RULE(cursor_found);
    RULE(seq_leq(conn->snd_una, conn->snd_nxt));
    RULE(!conn->syn_acked || conn->state == TCP_CLOSED || conn->gone ||
         (tcp_seq)(conn->snd_una - conn->iss - 1) ==
             (tcp_seq)conn->una_offset + (conn->fin_sent && seq_gt(conn->snd_una, conn->fin_seq)));
    RULE(conn->max_snd_wnd >= conn->snd_wnd);
    return NULL;
}

static const char *check_retransmission_queue(const struct tcp_conn *conn)
{
    RULE((conn->sent_head == NULL) == (conn->sent_tail == NULL));
    bool next_found = conn->resend_next == NULL;
    tcp_seq at = conn->snd_una;
    const struct sent *last = NULL;
    uint32_t count = 0;
    for (const struct sent *sent = conn->sent_head; sent != NULL; sent = sent->next) {
        RULE(sent->seq == at || (!conn->syn_acked && sent == conn->sent_head));
        RULE(sent->len > 0 || sent->fin);
        count++;
        RULE(!sent->fin || (conn->fin_sent && conn->fin_seq == sent->seq + sent->len));
        at = sent_end(sent);
        next_found = next_found || sent == conn->resend_next;
        last = sent;
    }
    RULE(last == conn->sent_tail);
    RULE(count == conn->sent_count);
    RULE(last == NULL || sent_end(last) == conn->snd_nxt);
    RULE(last != NULL || !conn->syn_acked || conn->snd_una == conn->snd_nxt ||
         conn->state == TCP_CLOSED || conn->gone);
    RULE(next_found);
    RULE(conn->resend_next == NULL || seq_lt(conn->resend_next->seq, conn->resend_end));
    return NULL;
}

static const char *check_receive_side(const struct tcp_conn *conn)
{
    uint64_t end = 0;
    const char *rule = check_runs(&conn->receive, 0, &end);
    if (rule != NULL) { return rule; }
    uint64_t unread = 0;
    for (const struct node *node = conn->receive.head; node != NULL; node = node->next) {
        unread += node->slice.len;
    }
    RULE(unread == conn->unread);
    RULE(seq_geq(conn->rcv_adv, conn->rcv_nxt));
    RULE((conn->held.head == NULL) == (conn->held.tail == NULL));
    tcp_seq at = conn->rcv_nxt; /* the first one reaches back only when memory was short */
    const struct node *last = NULL;
    for (const struct node *node = conn->held.head; node != NULL; node = node->next) {
        RULE(node->slice.len > 0);
        RULE(node == conn->held.head || seq_geq(node->seq, at));
        at = node->seq + node->slice.len;
        RULE(seq_gt(at, conn->rcv_nxt));
        last = node;
    }
    RULE(last == conn->held.tail);
    RULE(conn->fin_known || !conn->fin_received);
    return NULL;
}

static const char *check_sack(const struct tcp_conn *conn)
{
    uint32_t octets = 0;
    for (const struct sent *sent = conn->sent_head; sent != NULL; sent = sent->next) {
        octets += sent->sacked ? sent_end(sent) - sent->seq : 0;
    }
    const struct sack_state *sack = conn->sack;
    RULE(octets == (sack != NULL ? sack->sacked_bytes : 0));
    if (sack == NULL) { return NULL; }
    RULE(conn->sack_on);
    RULE(sack->count > 0 || sack->has_duplicate || sack->sacked_bytes > 0);
    RULE(sack->count <= SACK_REMEMBERED);
    for (unsigned i = 0; i < sack->count; i++) {
        const struct sack_block *block = &sack->recent[i];
        RULE(seq_lt(block->left, block->right) && seq_gt(block->left, conn->rcv_nxt));
        for (unsigned j = 0; j < i; j++) { /* apart, and not touching */
            const struct sack_block *other = &sack->recent[j];
            RULE(seq_lt(block->right, other->left) || seq_gt(block->left, other->right));
        }
    }
    for (unsigned i = 0; i < SACK_SEEN; i++) {
        bool there = sack->seen[i].last == NULL;
        for (const struct sent *sent = conn->sent_head; sent != NULL; sent = sent->next) {
            there = there || sent == sack->seen[i].last;
        }
        RULE(there);
    }
    return NULL;
}

static const char *check_agreed(const struct tcp_conn *conn)
{
    RULE(conn->scale_on || (conn->snd_shift == 0 && conn->rcv_shift == 0));
    RULE(conn->snd_shift <= TCP_SCALE_MAX && conn->rcv_shift <= TCP_SCALE_MAX);
    RULE(!conn->ts_recent_valid || conn->ts_on);
    RULE(!conn->irs_known || (conn->snd_mss > 0 && conn->rcv_mss > 0));
    return NULL;
}

static const char *check_timers(const struct tcp_conn *conn)
{
    uint64_t least = TCP_NEVER;
    for (unsigned i = 0; i < TCP_TIMER_COUNT; i++) {
        least = conn->deadline_ns[i] < least ? conn->deadline_ns[i] : least;
    }
    RULE(conn->heap_index <= conn->host->heap_len);
    if (conn->heap_index == 0) {
        RULE(least == TCP_NEVER);
    } else {
        RULE(conn->host->heap[conn->heap_index - 1].conn == conn);
        RULE(conn->host->heap[conn->heap_index - 1].key_ns <= least);
    }
    const bool ended = conn->state == TCP_CLOSED || conn->state == TCP_LISTEN || conn->gone;
    RULE(!ended || (least == TCP_NEVER && conn->heap_index == 0));
    RULE(!conn->probing || !timer_is_on(conn, TCP_TIMER_RETRANSMISSION));
    RULE(ended || conn->probing == timer_is_on(conn, TCP_TIMER_PERSIST));
    RULE(conn->state != TCP_TIME_WAIT || timer_is_on(conn, TCP_TIMER_TIME_WAIT));
    RULE(!conn->syn_acked || conn->sent_head == NULL || ended || conn->probing ||
         timer_is_on(conn, TCP_TIMER_RETRANSMISSION));
    const bool waits = conn->ecn.waits || (conn->state == TCP_SYN_SENT && !conn->syn_owed);
    RULE(conn->snd_una != conn->snd_nxt || waits || !timer_is_on(conn, TCP_TIMER_RETRANSMISSION));
    return NULL;
}

static const char *check_listener(const struct tcp_conn *listener)
{
    uint32_t children = 0;
    const struct tcp_conn *previous = NULL;
    for (const struct tcp_conn *at = listener->listen->children; at != NULL;
         at = at->next_sibling) {
        RULE(at->listener == listener);
        RULE(at->previous_sibling == previous);
        RULE(!at->owned);
        previous = at;
        children++;
    }
    uint32_t ready = 0;
    const struct tcp_conn *last = NULL;
    for (const struct tcp_conn *at = listener->listen->ready_head; at != NULL;
         at = at->next_ready_accept) {
        RULE(at->listener == listener);
        RULE(at->syn_acked || at->fast_open.early);
        last = at;
        ready++;
    }
    RULE(last == listener->listen->ready_tail);
    RULE(ready == listener->listen->ready);
    RULE(children == ready + listener->listen->pending);
    return NULL;
}

static const char *check_conn(struct tcp_host *host, struct tcp_conn *conn)
{
    const char *(*const checks[])(const struct tcp_conn *) = {
        check_send_side, check_retransmission_queue, check_receive_side, check_sack, check_agreed,
        check_timers};
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        const char *rule = checks[i](conn);
        if (rule != NULL) { return rule; }
    }
    RULE(conn->host == host);
    RULE(!conn->changed && !conn->congestion_changed);
    RULE(conn->gone || conn->hashed == (conn->state != TCP_CLOSED));
    RULE(conn->owned || conn->listener != NULL || !(conn->gone || conn->state == TCP_CLOSED));
    RULE(conn->owned || conn->listener != NULL || conn->state != TCP_LISTEN ||
         conn->listen != NULL);
    RULE(conn->old == NULL || conn->state == TCP_SYN_RECEIVED);
    RULE(conn->options->refs > 0);
    RULE(conn->state != TCP_CLOSED || (!conn->ready && conn->listen == NULL));
    RULE(conn->state != TCP_CLOSED || conn->listener == NULL ||
         conn->options->values.reset_unaccepted == TCP_RESET_UNACCEPTED_KEEPS);
    if (conn->hashed && conn->listen == NULL) {
        RULE(tcp_find(host, &conn->local, &conn->remote) == conn);
    }
    if (conn->hashed) { RULE(tcp_local_in_use(host, &conn->local)); }
    return conn->listen != NULL && !conn->gone ? check_listener(conn) : NULL;
}

static const char *check_lists(const struct tcp_host *host)
{
    uint32_t hashed = 0;
    for (uint32_t i = 0; i < host->bucket_count; i++) {
        for (const struct tcp_conn *at = host->buckets[i]; at != NULL; at = at->next_hash) {
            RULE(at->hashed);
            hashed++;
        }
    }
    RULE(hashed == host->hashed_count);
    RULE(host->hashed_count <= host->bucket_count);
    const struct tcp_conn *previous = NULL;
    for (const struct tcp_conn *at = host->ready_head; at != NULL; at = at->next_ready) {
        RULE(at->ready);
        RULE(at->previous_ready == previous);
        previous = at;
    }
    RULE(previous == host->ready_tail);
    uint32_t replies = 0;
    const struct reply *last = NULL;
    for (const struct reply *at = host->reply_head; at != NULL; at = at->next) {
        last = at;
        replies++;
    }
    RULE(last == host->reply_tail && replies == host->reply_count);
    for (uint32_t i = 0; i < host->heap_len; i++) {
        RULE(host->heap[i].conn->heap_index == i + 1);
        RULE(i == 0 || host->heap[(i - 1) / 4].key_ns <= host->heap[i].key_ns);
    }
    RULE(host->heap_len <= host->heap_room && host->heap_room >= host->conn_count);
    return NULL;
}

const char *tcp_check_host(struct tcp_host *host)
{
    const struct tcp_conn *previous = NULL;
    uint32_t count = 0;
    uint64_t least = TCP_NEVER;
    for (struct tcp_conn *conn = host->first_conn; conn != NULL; conn = conn->next_conn) {
        RULE(conn->previous_conn == previous);
        RULE(previous == NULL || previous->number < conn->number);
        const char *rule = check_conn(host, conn);
        if (rule != NULL) { return rule; }
        for (unsigned i = 0; i < TCP_TIMER_COUNT; i++) {
            least = conn->deadline_ns[i] < least ? conn->deadline_ns[i] : least;
        }
        previous = conn;
        count++;
    }
    RULE(previous == host->last_conn);
    RULE(count == host->conn_count);
    const char *rule = check_lists(host);
    if (rule != NULL) { return rule; }
    RULE(tcp_next_deadline(host) == least);
    return check_lists(host);
}
