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

/* What SYNs offer, and SYN,ACKs agree to. */
enum { OFFERS_SCALE = 1, OFFERS_STAMPS = 2, OFFERS_SACK = 4 };

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
    unsigned asked;       /* by a SYN without ACK */
    unsigned offered;     /* by any SYN of this ISS: one that is repeated may offer less */
    bool syn_ack_sent;
    unsigned agreed; /* by the SYN,ACK that was sent */
    /* received */
    bool heard_rst, edge_known, una_known;
    uint32_t edge; /* the furthest right edge ever offered */
    uint32_t una;
    struct run *runs;
    size_t run_count, run_room;
    struct check_segment peer_syn; /* the SYN that was answered */
    unsigned peer_offered;         /* by any SYN of that number */
    bool peer_agrees;              /* it was a SYN,ACK: */
    unsigned peer_agreed;
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

static unsigned offers(const struct check_segment *syn)
{
    return (syn->has_scale ? OFFERS_SCALE : 0u) | (syn->has_timestamp ? OFFERS_STAMPS : 0u) |
           (syn->has_sack_ok ? OFFERS_SACK : 0u);
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
    end->asked = end->offered = 0;
    end->syn_ack_sent = false;
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

/* The SYN heard so many SYNs ago, from 1; NULL: none. */
static const struct check_segment *syn_heard(const struct end *end, unsigned ago)
{
    const bool kept = ago <= SYNS_MAX && ago <= end->syn_count;
    return kept ? &end->syns[(end->syn_count - ago) % SYNS_MAX] : NULL;
}

/* One that is repeated may offer less than the one before: what any of them offered counts. */
static void remember_syn(struct end *end, const struct check_segment *segment)
{
    struct check_segment syn = *segment;
    const struct check_segment *one;
    for (unsigned ago = 1; (one = syn_heard(end, ago)) != NULL; ago++) {
        if (one->seq != syn.seq || ((one->flags | syn.flags) & CHECK_ACK) != 0) { continue; }
        if (!syn.has_scale) { syn.scale = one->scale; }
        syn.has_scale = syn.has_scale || one->has_scale;
        syn.has_timestamp = syn.has_timestamp || one->has_timestamp;
        syn.has_sack_ok = syn.has_sack_ok || one->has_sack_ok;
    }
    end->syns[end->syn_count++ % SYNS_MAX] = syn;
}

/* The SYN that is answered; one of its number, with or without an ACK, says what else holds. */
static void take_peer_syn(struct end *end, const struct check_segment *syn)
{
    const struct check_segment *one;
    end->peer_syn = *syn;
    end->peer_offered = offers(syn);
    end->peer_agrees = false;
    for (unsigned ago = 1; (one = syn_heard(end, ago)) != NULL; ago++) {
        if (one->seq != syn->seq) { continue; }
        end->peer_offered |= offers(one);
        if (one->has_scale) { end->peer_syn.scale = one->scale; }
        if ((one->flags & CHECK_ACK) != 0 && !end->peer_agrees) {
            end->peer_agrees = true;
            end->peer_agreed = offers(one);
        }
    }
}

/* What both ends agreed on. The SYN,ACKs tell it; where two crossed and do not say the same, either
 * may hold, and where none was seen both have offered it. */
static void agreement(const struct end *end, unsigned *least, unsigned *most)
{
    const unsigned peer = end->offered & end->peer_agreed;
    *least = *most = end->offered & end->peer_offered;
    if (end->syn_ack_sent && end->peer_agrees) {
        *least = end->agreed & peer;
        *most = end->agreed | peer;
    } else if (end->syn_ack_sent) {
        *least = *most = end->agreed;
    } else if (end->peer_agrees) {
        *least = *most = peer;
    }
}

static unsigned shift_of(const struct end *end, const struct check_segment *segment)
{
    unsigned least, most;
    agreement(end, &least, &most);
    const bool scaled = (most & OFFERS_SCALE) != 0 && (segment->flags & CHECK_SYN) == 0;
    return scaled ? end->peer_syn.scale : 0;
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
    if ((segment->flags & CHECK_SYN) != 0) {
        remember_syn(end, segment);
        const bool crossed = end->syn_ack_sent && segment->seq == end->peer_syn.seq;
        if (!end->acked) {
            take_peer_syn(end, segment);
        } else if (crossed) { /* its SYN,ACK may come behind */
            const struct check_segment syn = end->peer_syn;
            take_peer_syn(end, &syn);
        }
    }
    if (!add_run(end, segment->seq, segment->seq + span(segment))) { return false; }
    hear_offer(end, segment);
    return true;
}

/* The latest SYN heard that `ack` can answer, or NULL. */
static const struct check_segment *syn_for(const struct end *end, uint32_t ack)
{
    const struct check_segment *one;
    for (unsigned ago = 1; (one = syn_heard(end, ago)) != NULL; ago++) {
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
    } else if (end->una_known && after(end->una, end->iss)) {
        /* A repetition, if that ACK was not acceptable; or another connection with the same ISS,
         * where the ISS is fixed and the user gave up without a word. */
        end->fin_sent = end->una_known = end->acked = false;
    }
    end->offered |= offers(segment);
    if (!acks) { end->asked |= offers(segment); }
    if (answered == NULL) { return NULL; }
    end->syn_ack_sent = true;
    take_peer_syn(end, answered);
    /* Where SYNs cross, Linux sends its own once more with an ACK, options and all. */
    const unsigned unasked = offers(segment) & ~end->peer_offered & ~end->asked;
    end->agreed = offers(segment) & end->peer_offered;
    if ((unasked & OFFERS_SCALE) != 0) {
        return "a window scale that the SYN did not offer (RFC 7323 2.2)";
    }
    if ((unasked & OFFERS_STAMPS) != 0) {
        return "a timestamp that the SYN did not offer (RFC 7323 3.2)";
    }
    if ((unasked & OFFERS_SACK) != 0) {
        return "SACK-permitted that the SYN did not offer (RFC 2018 2)";
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
        take_peer_syn(end, syn);
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
    unsigned least, most;
    agreement(end, &least, &most);
    if ((least & OFFERS_STAMPS) != 0 && !segment->has_timestamp) {
        return "no timestamp, though both SYNs had one (RFC 7323 3.2)";
    }
    if ((most & OFFERS_STAMPS) == 0 && segment->has_timestamp) {
        return "a timestamp that the SYNs did not agree on (RFC 7323 3.2)";
    }
    if (segment->has_timestamp && before(segment->ts_val, end->ts_val)) {
        return "a timestamp that goes back (RFC 7323 5.4)";
    }
    if (segment->has_timestamp) { end->ts_val = segment->ts_val; }
    if (segment->sack_count > 0 && (most & OFFERS_SACK) == 0) {
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
