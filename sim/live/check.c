/* check.c - the model: for each end of each connection what it has sent, what it can have received,
 * and so what it may send. Numbers are compared modulo 2^32 (RFC 9293 3.4). */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS 1024u
#define HEARD_MAX 128u /* of what arrived lately: what RSTs may answer */
#define SYNS_MAX 16u   /* the latest SYNs that arrived: any number of segments may follow them */
#define REACH (UINT32_C(1) << 30)
#define MSS_IPV4 536u
#define MSS_IPV6 1220u

/* Octets received, or to be received: [left, right), SYN and FIN count. */
struct run {
    uint32_t left, right;
};

/* What one end of a connection did and knows. */
struct end {
    struct end *next;
    struct check_endpoint self, peer;
    /* sent */
    bool syn_sent, fin_sent, rst_sent, acked;
    uint32_t iss, sent_max; /* sent_max: past the last number sent */
    uint32_t fin_end;
    uint32_t ack, ts_val; /* the last ones told */
    struct check_segment syn;
    /* received */
    bool heard_rst, edge_known, una_known;
    uint32_t edge; /* the furthest right edge ever offered */
    uint32_t una;
    struct run *runs;
    size_t run_count, run_room;
    struct check_segment peer_syn; /* the SYN that was answered */
    struct check_segment heard[HEARD_MAX], syns[SYNS_MAX];
    unsigned heard_count, syn_count;
};

struct check {
    bool exact;
    void (*report)(void *context, const struct check_segment *segment, const char *rule);
    void *context;
    struct end *buckets[BUCKETS];
};

static bool before(uint32_t a, uint32_t b) { return a - b > UINT32_MAX / 2; }
static bool after(uint32_t a, uint32_t b) { return before(b, a); }

static uint32_t span(const struct check_segment *segment)
{
    return segment->len + ((segment->flags & CHECK_SYN) != 0) + ((segment->flags & CHECK_FIN) != 0);
}

/* ---- ends ---- */

struct check *check_create(bool exact,
                           void (*report)(void *context, const struct check_segment *segment,
                                          const char *rule),
                           void *context)
{
    struct check *check = calloc(1, sizeof *check);
    if (check != NULL) {
        check->exact = exact;
        check->report = report;
        check->context = context;
    }
    return check;
}

void check_destroy(struct check *check)
{
    for (unsigned i = 0; check != NULL && i < BUCKETS; i++) {
        while (check->buckets[i] != NULL) {
            struct end *end = check->buckets[i];
            check->buckets[i] = end->next;
            free(end->runs);
            free(end);
        }
    }
    free(check);
}

static bool same(const struct check_endpoint *a, const struct check_endpoint *b)
{
    return a->family == b->family && a->port == b->port &&
           memcmp(a->octets, b->octets, sizeof a->octets) == 0;
}

static struct end *end_of(struct check *check, const struct check_endpoint *self,
                          const struct check_endpoint *peer)
{
    uint32_t hash = (uint32_t)self->port * 31 + peer->port;
    for (unsigned i = 0; i < 16; i++) { hash = hash * 31 + self->octets[i] * 7u + peer->octets[i]; }
    struct end **bucket = &check->buckets[hash % BUCKETS];
    for (struct end *end = *bucket; end != NULL; end = end->next) {
        if (same(&end->self, self) && same(&end->peer, peer)) { return end; }
    }
    struct end *end = calloc(1, sizeof *end);
    if (end == NULL) { return NULL; }
    end->self = *self;
    end->peer = *peer;
    end->next = *bucket;
    *bucket = end;
    return end;
}

/* A new incarnation: what was sent does not count any more, what was heard may be the reason of it.
 */
static void begin(struct end *end, const struct check_segment *syn)
{
    end->syn_sent = true;
    end->fin_sent = end->rst_sent = end->acked = end->heard_rst = false;
    end->edge_known = end->una_known = false;
    end->iss = syn->seq;
    end->sent_max = syn->seq;
    end->ts_val = syn->ts_val;
    end->syn = *syn;
}

/* ---- what was received ---- */

static bool add_run(struct end *end, uint32_t left, uint32_t right)
{
    if (left == right) { return true; }
    if (end->run_count == end->run_room) {
        const size_t room = end->run_room == 0 ? 8 : 2 * end->run_room;
        struct run *runs = realloc(end->runs, room * sizeof *runs);
        if (runs == NULL) { return false; }
        end->runs = runs;
        end->run_room = room;
    }
    size_t kept = 0;
    for (size_t i = 0; i < end->run_count; i++) {
        const struct run run = end->runs[i];
        if (after(run.left, right) || before(run.right, left)) {
            end->runs[kept++] = run;
        } else {
            left = before(run.left, left) ? run.left : left;
            right = after(run.right, right) ? run.right : right;
        }
    }
    if (right - left > REACH) { left = right - REACH; }
    end->runs[kept++] = (struct run){left, right};
    end->run_count = kept;
    return true;
}

/* Whether all of [left, right) can have been received. */
static bool has_run(const struct end *end, uint32_t left, uint32_t right)
{
    for (size_t i = 0; i < end->run_count; i++) {
        if (!after(end->runs[i].left, left) && !before(end->runs[i].right, right)) { return true; }
    }
    return left == right;
}

static unsigned shift_of(const struct end *end, const struct check_segment *segment)
{
    const bool scaled = end->syn.has_scale && end->peer_syn.has_scale;
    return scaled && (segment->flags & CHECK_SYN) == 0 ? end->peer_syn.scale : 0;
}

static void hear_offer(struct end *end, const struct check_segment *segment)
{
    /* Not of another incarnation: the ACK is one of what was sent. */
    if (!end->syn_sent || (segment->flags & (CHECK_ACK | CHECK_RST)) != CHECK_ACK ||
        before(segment->ack, end->iss) || after(segment->ack, end->sent_max)) {
        return;
    }
    const uint32_t edge = segment->ack + ((uint32_t)segment->window << shift_of(end, segment));
    if (!end->edge_known || after(edge, end->edge)) { end->edge = edge; }
    end->edge_known = true;
    if (!end->una_known || after(segment->ack, end->una)) { end->una = segment->ack; }
    end->una_known = true;
}

bool check_received(struct check *check, const struct check_segment *segment)
{
    struct end *end = end_of(check, &segment->to, &segment->from);
    if (end == NULL) { return false; }
    end->heard[end->heard_count++ % HEARD_MAX] = *segment;
    if ((segment->flags & CHECK_RST) != 0) {
        /* The one that every receiver takes: at RCV.NXT, as last told and with nothing after it;
         * but in TIME-WAIT it may be ignored (RFC 1337). */
        end->heard_rst =
            end->heard_rst ||
            (end->acked && !end->fin_sent && segment->seq == end->ack &&
             has_run(end, end->ack - 1, end->ack) && !has_run(end, end->ack, end->ack + 1));
        return true;
    }
    if ((segment->flags & CHECK_SYN) != 0) { end->syns[end->syn_count++ % SYNS_MAX] = *segment; }
    if ((segment->flags & CHECK_SYN) != 0 && !end->acked) { end->peer_syn = *segment; }
    if (!add_run(end, segment->seq, segment->seq + span(segment))) { return false; }
    hear_offer(end, segment);
    return true;
}

/* The latest SYN heard that `ack` can answer, or NULL. */
static const struct check_segment *syn_for(const struct end *end, uint32_t ack)
{
    const unsigned count = end->syn_count < SYNS_MAX ? end->syn_count : SYNS_MAX;
    for (unsigned i = 1; i <= count; i++) {
        const struct check_segment *one = &end->syns[(end->syn_count - i) % SYNS_MAX];
        if (!after(one->seq, ack - 1) && ack - one->seq < REACH && has_run(end, one->seq, ack)) {
            return one;
        }
    }
    return NULL;
}

/* ---- what may be sent ---- */

static const char *judge_rst(const struct end *end, const struct check_segment *segment)
{
    if (end->syn_sent && !before(segment->seq, end->iss) && !after(segment->seq, end->sent_max)) {
        return NULL; /* its own ABORT, or an answer with its own numbers */
    }
    const unsigned count = end->heard_count < HEARD_MAX ? end->heard_count : HEARD_MAX;
    for (unsigned i = 0; i < count; i++) {
        const struct check_segment *one = &end->heard[i];
        const bool acks = (one->flags & CHECK_ACK) != 0;
        if ((one->flags & CHECK_RST) != 0) { continue; }
        if (acks && one->ack == segment->seq) { return NULL; }
        if (!acks && segment->seq == 0 && segment->ack == one->seq + span(one)) { return NULL; }
    }
    return "a RST that nothing received explains (RFC 9293 3.5.2)";
}

static const char *judge_syn(struct end *end, const struct check_segment *segment)
{
    const bool acks = (segment->flags & CHECK_ACK) != 0;
    const struct check_segment *answered = acks ? syn_for(end, segment->ack) : NULL;
    if (acks && answered == NULL) {
        return "a SYN,ACK of a SYN that was not received (RFC 9293 3.10.7.2)";
    }
    const bool ended = end->rst_sent || end->heard_rst ||
                       (end->fin_sent && end->una_known && end->una == end->fin_end);
    if (!end->syn_sent || segment->seq != end->iss || ended || (!acks && end->acked)) {
        begin(end, segment); /* a host that crashed may begin at any time */
    }
    if (answered != NULL) {
        end->peer_syn = *answered;
        if (segment->has_scale && !answered->has_scale) {
            return "a window scale that the SYN did not offer (RFC 7323 2.2)";
        }
        if (segment->has_timestamp && !answered->has_timestamp) {
            return "a timestamp that the SYN did not offer (RFC 7323 3.2)";
        }
        if (segment->has_sack_ok && !answered->has_sack_ok) {
            return "SACK-permitted that the SYN did not offer (RFC 2018 2)";
        }
    }
    return NULL;
}

static const char *judge_ack(struct end *end, const struct check_segment *segment)
{
    if ((segment->flags & CHECK_ACK) == 0) {
        return "no ACK on a segment of an open connection (RFC 9293 3.8)";
    }
    if (!end->acked) {
        const struct check_segment *syn = syn_for(end, segment->ack);
        if (syn == NULL) { return "an ACK of a SYN that was not received (RFC 9293 3.10.7.3)"; }
        end->peer_syn = *syn;
        end->ack = syn->seq + 1;
        end->acked = true;
    }
    if (before(segment->ack, end->ack)) { return "an ACK that goes back (RFC 9293 3.10.7.4)"; }
    if (!has_run(end, end->ack, segment->ack)) {
        return "an ACK of what was not received (RFC 9293 3.10.7.4)";
    }
    end->ack = segment->ack;
    return NULL;
}

static const char *judge_options(struct end *end, const struct check_segment *segment)
{
    if (segment->has_mss) { return "an MSS without SYN (RFC 9293 3.2)"; }
    if (segment->has_scale) { return "a window scale without SYN (RFC 7323 2.2)"; }
    if (segment->has_sack_ok) { return "SACK-permitted without SYN (RFC 2018 2)"; }
    const bool stamps = end->syn.has_timestamp && end->peer_syn.has_timestamp;
    if (stamps != segment->has_timestamp) {
        return stamps ? "no timestamp, though both SYNs had one (RFC 7323 3.2)"
                      : "a timestamp that the SYNs did not agree on (RFC 7323 3.2)";
    }
    if (stamps && before(segment->ts_val, end->ts_val)) {
        return "a timestamp that goes back (RFC 7323 5.4)";
    }
    end->ts_val = segment->ts_val;
    if (segment->sack_count > 0 && !(end->syn.has_sack_ok && end->peer_syn.has_sack_ok)) {
        return "SACK blocks that the SYNs did not agree on (RFC 2018 4)";
    }
    for (unsigned i = 0; i < segment->sack_count; i++) {
        if (!after(segment->sack[i].right, segment->sack[i].left) ||
            !has_run(end, segment->sack[i].left, segment->sack[i].right)) {
            return "a SACK block of what was not received (RFC 2018 3)";
        }
    }
    return NULL;
}

static uint32_t mss_of(const struct end *end)
{
    if (end->peer_syn.has_mss) { return end->peer_syn.mss; }
    return end->self.family == 6 ? MSS_IPV6 : MSS_IPV4;
}

static const char *judge_text(const struct end *end, const struct check_segment *segment)
{
    const bool fin = (segment->flags & CHECK_FIN) != 0;
    const uint32_t last = segment->seq + segment->len + fin;
    if (after(segment->seq, end->sent_max)) { return "a gap in what is sent (RFC 9293 3.4)"; }
    if (end->una_known && before(segment->seq, end->una - 1) && span(segment) == 0) {
        return "an empty segment with a number long acknowledged (RFC 9293 3.10.7.4)";
    }
    if (end->fin_sent && (after(last, end->fin_end) || (fin && last != end->fin_end))) {
        return "text or a FIN beyond the FIN (RFC 9293 3.10.4)";
    }
    if (span(segment) == 0 || !end->edge_known) { return NULL; }
    if (segment->len > mss_of(end)) { return "more text than the peer's MSS (RFC 9293 3.7.1)"; }
    /* One octet, or the FIN, may probe a window that is closed. */
    if (after(last, end->edge + 1) || (last == end->edge + 1 && segment->len + fin > 1 &&
                                       !(fin && segment->seq + segment->len == end->edge))) {
        return "text beyond the window (RFC 9293 3.8.6)";
    }
    return NULL;
}

static const char *judge(const struct check *check, struct end *end,
                         const struct check_segment *segment)
{
    if ((segment->flags & CHECK_RST) != 0) { return judge_rst(end, segment); }
    if ((segment->flags & CHECK_SYN) != 0) { return judge_syn(end, segment); }
    if (!end->syn_sent) { return "a segment before any SYN (RFC 9293 3.5)"; }
    if (end->rst_sent) { return "a segment after its own RST (RFC 9293 3.10.5)"; }
    if (check->exact && end->heard_rst) { return "a segment after a RST (RFC 9293 3.10.7.4)"; }
    const char *wrong = judge_ack(end, segment);
    if (wrong == NULL) { wrong = judge_options(end, segment); }
    return wrong != NULL ? wrong : judge_text(end, segment);
}

bool check_sent(struct check *check, const struct check_segment *segment)
{
    struct end *end = end_of(check, &segment->from, &segment->to);
    if (end == NULL) { return false; }
    const char *wrong = judge(check, end, segment);
    if (wrong != NULL) { check->report(check->context, segment, wrong); }
    if ((segment->flags & CHECK_RST) != 0) {
        end->rst_sent = end->syn_sent && segment->seq == end->sent_max;
        return true;
    }
    const uint32_t last = segment->seq + span(segment);
    if (after(last, end->sent_max)) { end->sent_max = last; }
    if ((segment->flags & CHECK_FIN) != 0) {
        end->fin_sent = true;
        end->fin_end = last;
    }
    return true;
}
