/* sack.c - selective acknowledgment. The receiver: which blocks are held above RCV.NXT, the newest
 * first (RFC 2018 4), and which octets came twice (RFC 2883). The sender: which segments of the
 * retransmission queue the peer holds; they are not sent again while that is known (RFC 2018 5). A
 * timeout forgets it, as the peer may have thrown away what it held (8); nothing leaves the send
 * buffer before it is acknowledged. When a segment is lost is decided as without SACK. */
#include "tcb.h"

static struct sack_state *state_of(struct tcp_conn *conn)
{
    if (conn->sack == NULL) {
        conn->sack = host_take(conn->host, sizeof *conn->sack);
        if (conn->sack != NULL) { *conn->sack = (struct sack_state){0}; }
    }
    return conn->sack;
}

void sack_clear(struct tcp_conn *conn)
{
    if (conn->sack != NULL) { host_give(conn->host, conn->sack, sizeof *conn->sack); }
    conn->sack = NULL;
}

static void free_if_empty(struct tcp_conn *conn)
{
    const struct sack_state *sack = conn->sack;
    if (sack->count == 0 && !sack->has_duplicate && sack->sacked_bytes == 0) { sack_clear(conn); }
}

/* ---- the receiver: what is held ---- */

static bool contains(const struct sack_block *block, tcp_seq seq)
{
    return seq_leq(block->left, seq) && seq_lt(seq, block->right);
}

/* A FIN that waits behind its text has a number too. */
static void take_in_fin(const struct tcp_conn *conn, struct sack_block *block)
{
    if (conn_options(conn)->sack_fin && conn->fin_known && conn->rcv_fin_seq == block->right) {
        block->right++;
    }
}

/* The contiguous run of held octets around `seq`. */
static bool held_around(const struct tcp_conn *conn, tcp_seq seq, struct sack_block *block)
{
    struct sack_block run = {conn->rcv_nxt, conn->rcv_nxt};
    for (const struct node *node = conn->held.head; node != NULL; node = node->next) {
        if (node->seq != run.right) {
            if (contains(&run, seq)) { break; }
            run.left = node->seq;
        }
        run.right = node->seq + node->slice.len;
    }
    take_in_fin(conn, &run);
    if (!contains(&run, seq) && conn_options(conn)->sack_fin && conn->fin_known &&
        seq == conn->rcv_fin_seq) {
        run = (struct sack_block){seq, seq + 1};
    }
    *block = run;
    return contains(&run, seq);
}

/* RFC 2018 4: the block with the newest segment comes first; what it has swallowed goes. */
static void report_first(const struct tcp_conn *conn, struct sack_state *sack,
                         struct sack_block block)
{
    unsigned kept = 0;
    struct sack_block others[SACK_REMEMBERED];
    for (unsigned i = 0; i < sack->count; i++) {
        const struct sack_block *old = &sack->recent[i];
        const bool apart = seq_lt(old->right, block.left) || seq_gt(old->left, block.right);
        if (apart && kept < SACK_REMEMBERED - 1) { others[kept++] = *old; }
    }
    sack->recent[0] = block;
    TCP_SHOWS(conn, RFC2018_4);
    TCP_SHOWS(conn, RFC2018_5);
    memcpy(&sack->recent[1], others, kept * sizeof others[0]);
    sack->count = (uint8_t)(kept + 1);
}

void sack_held(struct tcp_conn *conn, tcp_seq seq)
{
    if (!conn->sack_on) { return; }
    struct sack_state *sack = state_of(conn);
    if (sack == NULL) { return; }
    const struct node *tail = conn->held.tail;
    /* Mostly the newest block just grows, unless it may reach a FIN, which is a block already. */
    if (sack->count > 0 && sack->recent[0].right == seq && tail != NULL && tail->seq == seq &&
        !conn->fin_known) {
        sack->recent[0].right = seq + tail->slice.len;
        return;
    }
    struct sack_block block;
    if (held_around(conn, seq, &block) && seq_gt(block.left, conn->rcv_nxt)) {
        report_first(conn, sack, block);
    } else {
        free_if_empty(conn); /* no memory to hold it, or to deliver what it follows */
    }
}

/* RCV.NXT has moved. What begins there could not be delivered for want of memory: no gap precedes
 * it. Nothing belongs to the stream behind the FIN. */
void sack_advanced(struct tcp_conn *conn)
{
    struct sack_state *sack = conn->sack;
    unsigned kept = 0;
    for (unsigned i = 0; i < sack->count; i++) {
        const bool above = seq_gt(sack->recent[i].left, conn->rcv_nxt);
        if (above && !conn->fin_received) { sack->recent[kept++] = sack->recent[i]; }
    }
    sack->count = (uint8_t)kept;
    free_if_empty(conn);
}

/* ---- the receiver: what came twice (RFC 2883) ---- */

/* A FIN that waits, within [seq, end), is held as its text is: it lengthens the run, or is one. */
static bool held_fin_within(const struct tcp_conn *conn, tcp_seq seq, tcp_seq end, bool found,
                            struct sack_block *block)
{
    const tcp_seq fin = conn->rcv_fin_seq;
    if (!conn_options(conn)->sack_fin || !conn->fin_known || seq_lt(fin, seq) ||
        seq_geq(fin, end)) {
        return found;
    }
    if (found && block->right == fin) {
        block->right++;
    } else if (!found || seq_lt(fin, block->left)) {
        *block = (struct sack_block){fin, fin + 1};
    }
    return true;
}

/* The first run of octets within [seq, end) that is held already. */
static bool held_within(const struct tcp_conn *conn, tcp_seq seq, tcp_seq end,
                        struct sack_block *block)
{
    bool found = false;
    for (const struct node *node = conn->held.head; node != NULL && seq_lt(node->seq, end);
         node = node->next) {
        const tcp_seq right = node->seq + node->slice.len;
        if (seq_leq(right, seq)) { continue; }
        if (!found) {
            *block = (struct sack_block){seq_max(node->seq, seq), right};
            found = true;
        } else if (node->seq == block->right) {
            block->right = right;
        } else {
            break;
        }
    }
    if (found) { block->right = seq_min(block->right, end); }
    return held_fin_within(conn, seq, end, found, block);
}

bool sack_find_duplicate(const struct tcp_conn *conn, const struct arrival *arrival,
                         struct sack_block *block)
{
    if (!conn->sack_on || !conn_options(conn)->dsack) { return false; }
    if (!conn_options(conn)->time_wait_sack && conn_is_record(conn)) { return false; }
    const struct tcp_segment *seg = arrival->seg;
    const tcp_seq first = seg->seq + ((seg->flags & TCP_SYN) != 0);
    const bool fin_counts = conn_options(conn)->sack_fin || (seg->flags & TCP_FIN) == 0;
    const tcp_seq end = seg->seq + tcp_segment_len(seg) - !fin_counts;
    if (seq_lt(first, seq_min(end, conn->rcv_nxt))) {
        *block = (struct sack_block){first, seq_min(end, conn->rcv_nxt)};
        return true;
    }
    const bool fin = (arrival->flags & TCP_FIN) != 0 && fin_counts;
    return held_within(conn, arrival->seq, arrival->seq + arrival->len + fin, block);
}

/* The text is taken all the same: the next ACK, which leaves at once, tells what was there. */
void sack_duplicate(struct tcp_conn *conn, struct sack_block block)
{
    struct sack_state *sack = state_of(conn);
    if (sack == NULL) { return; }
    sack->has_duplicate = true;
    sack->duplicate = block;
}

/* ---- the receiver: the option ---- */

/* Two NOPs, kind and length, and eight octets a block; `room` is not less than one takes. */
#define REPORT_HEAD_BYTES 4
#define REPORT_BLOCK_BYTES 8

static unsigned most_blocks(uint32_t room)
{
    return (room - REPORT_HEAD_BYTES) / REPORT_BLOCK_BYTES;
}

static void add_block(struct tcp_parsed_options *values, unsigned most,
                      const struct sack_block *block)
{
    if (values->sack_count < most) {
        values->sack[values->sack_count].left = block->left;
        values->sack[values->sack_count].right = block->right;
        values->sack_count++;
    }
}

void sack_report(const struct tcp_conn *conn, const struct answer *answer, uint32_t room,
                 struct tcp_parsed_options *values)
{
    const struct sack_state *sack = conn->sack;
    const bool answers_alone = answer != NULL && (answer->duplicate || answer->dropped);
    if (!conn->sack_on || room < REPORT_HEAD_BYTES + REPORT_BLOCK_BYTES ||
        (sack == NULL && !answers_alone)) {
        return;
    }
    const unsigned most = most_blocks(room);
    struct sack_block duplicate = {0, 0};
    if (answers_alone && answer->dropped) {
        add_block(values, most, &(struct sack_block){answer->left, answer->right});
        TCP_SHOWS(conn, RFC2018_13);
        TCP_SHOWS(conn, RFC2018_14);
    } else if (answers_alone) {
        duplicate = (struct sack_block){answer->left, answer->right};
    } else if (sack->has_duplicate) { /* also in an answer to what came at the same instant */
        duplicate = sack->duplicate;
    }
    const bool has_duplicate = duplicate.left != duplicate.right;
    if (has_duplicate) { add_block(values, most, &duplicate); }
    if (sack == NULL) { return; }
    const tcp_seq newest = has_duplicate ? duplicate.left : answer != NULL ? answer->seq : 0;
    const struct sack_block *first = NULL;
    for (unsigned i = 0; i < sack->count && (has_duplicate || answer != NULL); i++) {
        if (contains(&sack->recent[i], newest)) { first = &sack->recent[i]; }
    }
    if (first != NULL) { add_block(values, most, first); }
    TCP_SHOWS(conn, RFC2018_3);
    TCP_SHOWS(conn, RFC2018_8);
    if (sack->count > 1) { TCP_SHOWS(conn, RFC2018_7); }
    if (sack->count >= most) { TCP_SHOWS(conn, RFC2018_6); }
    for (unsigned i = 0; i < sack->count; i++) {
        if (&sack->recent[i] != first) { add_block(values, most, &sack->recent[i]); }
    }
}

uint32_t sack_report_bytes(const struct tcp_conn *conn, uint32_t room)
{
    if (conn->sack == NULL) { return 0; }
    const unsigned blocks = conn->sack->count + conn->sack->has_duplicate;
    const unsigned most = most_blocks(room);
    return blocks > 0 ? REPORT_HEAD_BYTES + REPORT_BLOCK_BYTES * (blocks < most ? blocks : most)
                      : 0;
}

void sack_reported(struct tcp_conn *conn)
{
    if (conn->sack != NULL && conn->sack->has_duplicate) {
        conn->sack->has_duplicate = false;
        free_if_empty(conn);
    }
}

/* ---- the sender ---- */

void sack_unmark(struct tcp_conn *conn, struct sent *sent, uint32_t octets)
{
    if (sent->sacked && conn->sack != NULL) { conn->sack->sacked_bytes -= octets; }
}

/* RFC 2883 4: below the cumulative ACK, or within the block that follows. */
static bool reports_duplicate(const struct tcp_parsed_options *options, tcp_seq ack)
{
    const tcp_seq left = options->sack[0].left;
    const tcp_seq right = options->sack[0].right;
    if (seq_leq(right, ack)) { return true; }
    return options->sack_count > 1 && seq_leq(options->sack[1].left, left) &&
           seq_leq(right, options->sack[1].right);
}

/* Marks what lies in the block; true if anything is new. A block that grew since it was last seen
 * is read on from where it ended. */
static bool mark(struct tcp_conn *conn, struct sack_state *sack, struct sack_block block)
{
    struct sack_seen *seen = &sack->seen[0];
    struct sent *sent = conn->sent_head;
    for (unsigned i = 0; i < SACK_SEEN; i++) {
        if (sack->seen[i].last != NULL && sack->seen[i].left == block.left) {
            seen = &sack->seen[i];
            sent = seen->last;
            break;
        }
        if (sack->seen[i].last == NULL) { seen = &sack->seen[i]; }
    }
    bool news = false;
    struct sent *last = NULL;
    for (; sent != NULL && seq_lt(sent->seq, block.right); sent = sent->next) {
        if (seq_lt(sent->seq, block.left) || seq_gt(sent_end(sent), block.right)) { continue; }
        last = sent;
        if (!sent->sacked) {
            sent->sacked = true;
            sack->sacked_bytes += sent_end(sent) - sent->seq;
            news = true;
        }
    }
    if (last != NULL) { *seen = (struct sack_seen){block.left, last}; }
    return news;
}

bool sack_arrives(struct tcp_conn *conn, const struct arrival *arrival)
{
    const struct tcp_parsed_options *options = &arrival->options;
    const tcp_seq ack = arrival->seg->ack;
    const bool duplicate = reports_duplicate(options, ack);
    conn->dsacks += duplicate;
    bool news = false;
    for (unsigned i = duplicate ? 1 : 0; i < options->sack_count; i++) {
        const struct sack_block block = {options->sack[i].left, options->sack[i].right};
        if (!seq_lt(block.left, block.right) || seq_lt(block.left, seq_max(ack, conn->snd_una)) ||
            seq_gt(block.right, conn->snd_nxt)) {
            continue; /* old, or of what was never sent */
        }
        struct sack_state *sack = state_of(conn);
        if (sack == NULL) { break; } /* no memory: nothing is lost but time */
        news = mark(conn, sack, block) || news;
        free_if_empty(conn);
    }
    return duplicate && !news;
}

/* Entries of the retransmission queue have gone: where blocks ended is not known any more. */
void sack_queue_moved(struct tcp_conn *conn)
{
    memset(conn->sack->seen, 0, sizeof conn->sack->seen);
    free_if_empty(conn);
}

/* RFC 2018 5.1, 8: after a timeout nothing is taken for held. */
void sack_forget(struct tcp_conn *conn)
{
    if (conn->sack == NULL) { return; }
    if (conn->sack->sacked_bytes > 0) { TCP_SHOWS(conn, RFC2018_11); }
    for (struct sent *sent = conn->sent_head; sent != NULL; sent = sent->next) {
        if (sent->sacked && sent == conn->sent_head) { TCP_SHOWS(conn, RFC2018_10); }
        sent->sacked = false;
    }
    conn->sack->sacked_bytes = 0;
    sack_queue_moved(conn);
}

uint32_t sack_bytes(const struct tcp_conn *conn)
{
    return conn->sack != NULL ? conn->sack->sacked_bytes : 0;
}
