/* retransmission_queue.c - the segments that were sent and not yet acknowledged (RFC 9293 3.8.1),
 * in the order of their sequence numbers. The octets themselves lie in the send buffer. */
#include "tcb.h"

bool sent_append(struct tcp_conn *conn, tcp_seq seq, uint32_t len, bool fin)
{
    struct sent *sent = host_take(conn->host, sizeof *sent);
    if (sent == NULL) { return false; }
    *sent = (struct sent){.seq = seq, .len = len, .fin = fin};
    if (conn->sent_tail == NULL) {
        conn->sent_head = sent;
    } else {
        conn->sent_tail->next = sent;
    }
    conn->sent_tail = sent;
    return true;
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
    }
    struct sent *front = conn->sent_head;
    if (front != NULL && seq_lt(front->seq, conn->snd_una)) {
        sack_unmark(conn, front, conn->snd_una - front->seq);
        front->len -= conn->snd_una - front->seq;
        front->seq = conn->snd_una;
    }
    if (conn->resend_next != NULL && seq_geq(conn->resend_next->seq, conn->resend_end)) {
        conn->resend_next = NULL;
    }
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
}

bool sent_split(struct tcp_conn *conn, struct sent *sent, uint32_t len)
{
    struct sent *rest = host_take(conn->host, sizeof *rest);
    if (rest == NULL) { return false; }
    *rest = *sent;
    rest->seq += len;
    rest->len -= len;
    sent->len = len;
    sent->fin = false;
    sent->next = rest;
    if (conn->sent_tail == sent) { conn->sent_tail = rest; }
    return true;
}

void sent_join(struct tcp_conn *conn, struct sent *sent)
{
    struct sent *next = sent->next;
    sent->len += next->len;
    sent->fin = next->fin;
    sent->next = next->next;
    if (conn->sent_tail == next) { conn->sent_tail = sent; }
    if (conn->resend_next == next) { conn->resend_next = sent->next; }
    host_give(conn->host, next, sizeof *next);
}

void sent_all_lost(struct tcp_conn *conn)
{
    conn->resend_next = conn->sent_head;
    conn->resend_end = conn->snd_nxt;
}
