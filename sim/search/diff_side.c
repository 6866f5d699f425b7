/* diff_side.c - the segments of one side: which connection each belongs to, and what its numbers
 * count from.
 *
 * A number counts from the SYN of the side that it counts. A SYN with another number may be an old
 * duplicate, or begin anew: it counts from itself, and the others from it when it is answered.
 * Where no SYN was seen, the first segment's number is 1. */
#include "diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLOWS_MAX (1u << 22)

struct diff_flow {
    struct tcp_endpoint end[2];
    char name[2][DIFF_NAME_MAX];
    bool named;
    bool known[2];
    tcp_seq isn[2];
    bool asked[2]; /* a SYN that may begin anew: its number */
    tcp_seq syn[2];
};

void diff_side_destroy(struct diff_side *side)
{
    free(side->segment);
    free(side->flow);
    free(side->bucket);
    *side = (struct diff_side){0};
}

bool diff_flow_named(const struct diff_side *side, uint32_t conn)
{
    return conn < side->flow_count && side->flow[conn].named;
}

const char *diff_flow_name(const struct diff_side *side, uint32_t conn, unsigned which)
{
    return side->flow[conn].name[which];
}

static void set_name(const struct tcp_address *address, const char *name, char *to)
{
    if (name != NULL) {
        (void)snprintf(to, DIFF_NAME_MAX, "%s", name);
    } else {
        (void)wire_format_address(address, to, DIFF_NAME_MAX);
    }
}

/* ---- flows, hashed by their two ends in either order ---- */

static uint32_t hash_end(const struct tcp_endpoint *end)
{
    uint32_t hash = 2166136261u ^ end->port; /* FNV-1a */
    for (size_t i = 0; i < sizeof end->address.octets; i++) {
        hash = (hash ^ end->address.octets[i]) * 16777619u;
    }
    return hash;
}

static size_t bucket_of(const struct diff_side *side, const struct tcp_endpoint *a,
                        const struct tcp_endpoint *b)
{
    return (hash_end(a) + hash_end(b)) & (side->bucket_count - 1);
}

static bool is_between(const struct diff_flow *flow, const struct tcp_segment *segment)
{
    const unsigned way = tcp_endpoint_equal(&flow->end[0], &segment->source) ? 0 : 1;
    return tcp_endpoint_equal(&flow->end[way], &segment->source) &&
           tcp_endpoint_equal(&flow->end[1 - way], &segment->destination);
}

static void enter_flow(struct diff_side *side, size_t number)
{
    const struct diff_flow *flow = &side->flow[number];
    size_t at = bucket_of(side, &flow->end[0], &flow->end[1]);
    while (side->bucket[at] != 0) { at = (at + 1) & (side->bucket_count - 1); }
    side->bucket[at] = (uint32_t)number + 1;
}

/* Twice as many flows, and four buckets for each. */
static bool make_flow_room(struct diff_side *side)
{
    if (side->flow_count < side->flow_room) { return true; }
    const size_t room = side->flow_room == 0 ? 16 : 2 * side->flow_room;
    struct diff_flow *more = room > FLOWS_MAX ? NULL : realloc(side->flow, room * sizeof *more);
    if (more == NULL) { return false; }
    side->flow = more;
    uint32_t *bucket = calloc(4 * room, sizeof *bucket);
    if (bucket == NULL) { return false; }
    free(side->bucket);
    side->bucket = bucket;
    side->bucket_count = 4 * room;
    side->flow_room = room;
    for (size_t i = 0; i < side->flow_count; i++) { enter_flow(side, i); }
    return true;
}

static struct diff_flow *find_flow(struct diff_side *side, const struct tcp_segment *segment,
                                   const char *from, const char *to)
{
    if (!make_flow_room(side)) { return NULL; }
    size_t at = bucket_of(side, &segment->source, &segment->destination);
    for (; side->bucket[at] != 0; at = (at + 1) & (side->bucket_count - 1)) {
        struct diff_flow *flow = &side->flow[side->bucket[at] - 1];
        if (is_between(flow, segment)) { return flow; }
    }
    struct diff_flow *flow = &side->flow[side->flow_count++];
    *flow =
        (struct diff_flow){.end = {segment->source, segment->destination}, .named = from != NULL};
    set_name(&segment->source.address, from, flow->name[0]);
    set_name(&segment->destination.address, to, flow->name[1]);
    enter_flow(side, side->flow_count - 1);
    return flow;
}

static void begin(struct diff_flow *flow, unsigned way, tcp_seq isn)
{
    flow->known[way] = true;
    flow->isn[way] = isn;
    flow->asked[way] = false;
}

static void begin_anew(struct diff_flow *flow, unsigned way, tcp_seq isn)
{
    begin(flow, way, isn);
    flow->known[1 - way] = false;
}

static void see_syn(struct diff_flow *flow, unsigned way, tcp_seq seq)
{
    if (!flow->known[way]) {
        begin(flow, way, seq);
    } else if (seq != flow->isn[way]) {
        flow->asked[way] = true;
        flow->syn[way] = seq;
    }
}

static bool answers_asked(const struct diff_flow *flow, unsigned way,
                          const struct tcp_segment *segment)
{
    return flow->asked[1 - way] && (segment->flags & TCP_ACK) != 0 &&
           segment->ack == flow->syn[1 - way] + 1;
}

static void see_syn_ack(struct diff_flow *flow, unsigned way, const struct tcp_segment *segment)
{
    const unsigned other = 1 - way;
    if (answers_asked(flow, way, segment)) { begin_anew(flow, other, flow->syn[other]); }
    const bool answers = flow->known[other] && segment->ack == flow->isn[other] + 1;
    if (!flow->known[way] || (answers && segment->seq != flow->isn[way])) {
        begin(flow, way, segment->seq);
    }
}

static void see(struct diff_flow *flow, unsigned way, const struct tcp_segment *segment)
{
    const uint16_t syn_ack = TCP_SYN | TCP_ACK;
    if ((segment->flags & syn_ack) == syn_ack) {
        see_syn_ack(flow, way, segment);
    } else if ((segment->flags & TCP_SYN) != 0) {
        see_syn(flow, way, segment->seq);
    } else if (!flow->known[way] && (segment->flags & TCP_RST) == 0) {
        begin(flow, way, segment->seq - 1);
    }
}

/* What the segment's own number counts from, and its ACK's: a RST that refuses a SYN belongs to no
 * connection. */
static void find_bases(const struct diff_flow *flow, unsigned way, struct diff_segment *added)
{
    const unsigned other = 1 - way;
    const uint16_t flags = added->segment.flags;
    added->seq_base = flow->known[way] ? flow->isn[way] : 0;
    added->ack_base = flow->known[other] ? flow->isn[other] : 0;
    if ((flags & (TCP_SYN | TCP_ACK)) == TCP_SYN) {
        added->seq_base = added->segment.seq;
    } else if ((flags & TCP_RST) != 0 && answers_asked(flow, way, &added->segment)) {
        added->seq_base = 0;
        added->ack_base = flow->syn[other];
    }
}

static bool make_room(struct diff_side *side)
{
    if (side->count < side->room) { return true; }
    const size_t room = side->room == 0 ? 256 : 2 * side->room;
    struct diff_segment *more = realloc(side->segment, room * sizeof *more);
    if (more == NULL) { return false; }
    side->segment = more;
    side->room = room;
    return true;
}

void diff_side_add(struct diff_side *side, uint64_t time_ns, const struct tcp_segment *segment,
                   uint32_t payload_len, const char *from, const char *to)
{
    struct diff_flow *flow = side->failed ? NULL : find_flow(side, segment, from, to);
    if (flow == NULL || !make_room(side)) {
        side->failed = true;
        return;
    }
    const unsigned way = tcp_endpoint_equal(&flow->end[0], &segment->source) ? 0 : 1;
    see(flow, way, segment);
    struct diff_segment *added = &side->segment[side->count++];
    *added = (struct diff_segment){
        .time_ns = time_ns,
        .conn = (uint32_t)(flow - side->flow),
        .sender = (uint8_t)way,
        .seq_known = flow->known[way],
        .ack_known = flow->known[1 - way],
        .payload_len = payload_len,
        .segment = *segment,
    };
    added->segment.payload = (struct tcp_payload){0};
    find_bases(flow, way, added);
}

static void take_record(void *context, const struct trace_record *record)
{
    const struct trace_segment *seg = &record->u.segment;
    if (seg->action == TRACE_SENT || seg->action == TRACE_INJECTED) {
        diff_side_add(context, record->time_ns, seg->segment,
                      tcp_payload_len(&seg->segment->payload), seg->from, seg->to);
    }
}

struct trace_sink diff_side_sink(struct diff_side *side)
{
    return (struct trace_sink){
        .context = side, .record = take_record, .wants = 1u << TRACE_SEGMENT};
}
