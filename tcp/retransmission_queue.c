/* retransmission_queue.c - the segments that were sent and not yet acknowledged (RFC 9293 3.8.1),
 * in the order of their sequence numbers. The octets themselves lie in the send buffer. */
#include "tcb.h"

bool sent_append(struct tcp_conn *conn, uint64_t now_ns, tcp_seq seq, uint32_t len, bool fin)
{
    struct sent *sent = host_take(conn->host, sizeof *sent);
    if (sent == NULL) { return false; }
    *sent = (struct sent){.time_ns = now_ns, .seq = seq, .len = len, .fin = fin};
    if (conn->sent_tail == NULL) {
        conn->sent_head = sent;
    } else {
        conn->sent_tail->next = sent;
    }
    conn->sent_tail = sent;
    conn->sent_count++;
    return true;
}

bool sent_oldest_below(const struct tcp_conn *conn, tcp_seq ack, uint64_t *time_ns)
{
    bool found = false;
    for (const struct sent *sent = conn->sent_head; sent != NULL && seq_leq(sent_end(sent), ack);
         sent = sent->next) {
        if (sent->times > 0) { return false; }
        if (!found && !sent->sacked) {
            *time_ns = sent->time_ns;
            found = true;
        }
    }
    return found;
}

void sent_end_resend(struct tcp_conn *conn)
{
    if (conn->resend_next != NULL && seq_geq(conn->resend_next->seq, conn->resend_end)) {
        conn->resend_next = NULL;
    }
}

void sent_acked(struct tcp_conn *conn)
{
    while (conn->sent_head != NULL && seq_leq(sent_end(conn->sent_head), conn->snd_una)) {
        struct sent *sent = conn->sent_head;
        conn->sent_head = sent->next;
        if (conn->sent_head == NULL) { conn->sent_tail = NULL; }
        if (conn->resend_next == sent) { conn->resend_next = sent->next; }
        sack_unmark(conn, sent, sent_end(sent) - sent->seq);
        host_give(conn->host, sent, sizeof *sent);
        conn->sent_count--;
    }
    struct sent *front = conn->sent_head;
    if (front != NULL && seq_lt(front->seq, conn->snd_una)) {
        sack_unmark(conn, front, conn->snd_una - front->seq);
        front->len -= conn->snd_una - front->seq;
        front->seq = conn->snd_una;
    }
    sent_end_resend(conn);
    if (conn->sack != NULL) { sack_queue_moved(conn); }
}

void sent_clear(struct tcp_conn *conn)
{
    while (conn->sent_head != NULL) {
        struct sent *sent = conn->sent_head;
        conn->sent_head = sent->next;
        host_give(conn->host, sent, sizeof *sent);
    }
    conn->sent_tail = NULL;
    conn->resend_next = NULL;
    conn->sent_count = 0;
}

/* The entry keeps its first `len` octets, the next one has the rest. Without memory it stays as it
 * is. */
static void split(struct tcp_conn *conn, struct sent *sent, uint32_t len)
{
    struct sent *rest = host_take(conn->host, sizeof *rest);
    if (rest == NULL) { return; }
    *rest = *sent;
    rest->seq += len;
    rest->len -= len;
    sent->len = len;
    sent->fin = false;
    sent->record = false;
    sent->next = rest;
    if (conn->sent_tail == sent) { conn->sent_tail = rest; }
    conn->sent_count++;
}

/* The entry takes the octets and the FIN of the next one, which goes. */
static void sent_join(struct tcp_conn *conn, struct sent *sent)
{
    struct sent *next = sent->next;
    sent->len += next->len;
    sent->fin = next->fin;
    sent->record = next->record;
    sent->next = next->next;
    if (conn->sent_tail == next) { conn->sent_tail = sent; }
    if (conn->resend_next == next) { conn->resend_next = sent->next; }
    host_give(conn->host, next, sizeof *next);
    conn->sent_count--;
}

void sent_all_lost(struct tcp_conn *conn)
{
    conn->resend_next = conn->sent_head;
    conn->resend_end = conn->snd_nxt;
}

/* ---- what a repetition holds ---- */

/* What stood in a closed window as one octet is sent as the segment it would have been. */
void sent_grow_probe(struct tcp_conn *conn, struct sent *sent)
{
    if (!sent->probe || sent->fin || sent->sacked || sent->next != NULL ||
        conn->snd_wnd <= sent->len) {
        return;
    }
    sent->probe = false;
    bool ends = sent->record;
    const uint32_t more = ends ? 0 : send_record_left(conn, conn_unsent(conn), &ends);
    const uint32_t there = sent->len + more;
    uint32_t len = there < conn->snd_mss ? there : conn->snd_mss;
    len = len < conn->snd_wnd ? len : conn->snd_wnd;
    if (len > sent->len) {
        conn->snd_nxt += len - sent->len;
        conn->octets_sent += len - sent->len;
        sent->len = len;
        sent->record = ends && len == there;
    }
}

/* What left before the path's MTU was known is cut to it. What rode on the SYN left before the
 * window was known as well: it is cut to that too, but for an octet that probes. */
void sent_fit_in_window(struct tcp_conn *conn, struct sent *sent)
{
    uint32_t most = conn->snd_mss;
    if (sent->on_syn) {
        const uint32_t before = sent->seq - conn->snd_una;
        const uint32_t room = conn->snd_wnd > before ? conn->snd_wnd - before : 1;
        most = room < most ? room : most;
    }
    if (sent->len > most) { split(conn, sent, most); }
}

/* Small segments that lie behind one another leave as one. RFC 9293 3.7.4 lets a repetition be cut
 * anew, since octets are numbered, not segments. A probe, or what rode on the SYN, was the first of
 * all that is out; a FIN is the last. */
void sent_join_small(struct tcp_conn *conn, struct sent *sent)
{
    if (!conn_options(conn)->coalesce || sent->probe || sent->on_syn || sent->sacked) { return; }
    for (const struct sent *next = sent->next; next != NULL && !sent->record; next = sent->next) {
        const uint32_t reach = sent_end(next) - conn->snd_una;
        if (next->sacked || sent->len + next->len > conn->snd_mss || reach > conn->snd_wnd) {
            return;
        }
        sent_join(conn, sent);
    }
}
