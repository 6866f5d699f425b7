/* discipline_fq_codel.c - FlowQueue-CoDel: RFC 8290 4. Packets are sorted into lines by their
 * addresses and ports; the lines take turns, new ones first, each with a CoDel of its own. */
#include "impair.h"

#include <string.h>

#define ROW(field) offsetof(struct link_settings, fq_codel.field)
#define FLOWS_MAX 65536
#define QUANTUM_MIN_BYTES 64 /* so that few turns of each line make a packet */

static const struct link_parameter parameters[] = {
    CODEL_PARAMETERS(fq_codel.codel),
    {.name = "flows",
     .type = LINK_COUNT,
     .offset = ROW(flows),
     .min = 1,
     .max = FLOWS_MAX,
     .otherwise = 1024,
     .unit = "lines",
     .help = "into which connections are hashed"},
    {.name = "quantum",
     .type = LINK_SIZE,
     .offset = ROW(quantum_bytes),
     .min = QUANTUM_MIN_BYTES,
     .max = 65535,
     .otherwise = 1514,
     .unit = "octets",
     .help = "that a line may send in its turn"},
};

struct flow {
    struct fifo line;
    struct codel codel;
    int64_t credits;
    struct flow *next;
    bool listed;
};

struct flow_list {
    struct flow *first, *last;
};

struct fq_codel {
    struct backlog backlog;
    struct flow *flows;
    uint32_t flow_count;
    struct flow_list new_flows, old_flows;
};

static struct fq_codel *fq_of(struct backlog *backlog)
{
    return (struct fq_codel *)(void *)backlog;
}

static bool prepare(struct backlog *backlog)
{
    struct fq_codel *fq = fq_of(backlog);
    const uint32_t count = backlog_settings(backlog)->fq_codel.flows;
    fq->flows = arena_take_zeroed(backlog->way->link->world->arena, count * sizeof *fq->flows);
    fq->flow_count = fq->flows != NULL ? count : 0;
    return fq->flows != NULL;
}

static bool fits(const struct backlog *backlog)
{
    return ((const struct fq_codel *)(const void *)backlog)->flow_count ==
           backlog_settings(backlog)->fq_codel.flows;
}

static void destroy(struct backlog *backlog)
{
    struct fq_codel *fq = fq_of(backlog);
    if (fq->flow_count > 0) {
        arena_give(backlog->way->link->world->arena, fq->flows, fq->flow_count * sizeof *fq->flows);
    }
}

static void append(struct flow_list *list, struct flow *flow)
{
    flow->next = NULL;
    if (list->last != NULL) {
        list->last->next = flow;
    } else {
        list->first = flow;
    }
    list->last = flow;
}

static struct flow *take_first(struct flow_list *list)
{
    struct flow *flow = list->first;
    list->first = flow->next;
    if (list->first == NULL) { list->last = NULL; }
    return flow;
}

static size_t put_endpoint(uint8_t *octets, const struct tcp_endpoint *endpoint)
{
    memcpy(octets, endpoint->address.octets, sizeof endpoint->address.octets);
    octets[16] = (uint8_t)(endpoint->port >> 8);
    octets[17] = (uint8_t)endpoint->port;
    return 18;
}

static struct flow *classify(const struct fq_codel *fq, const struct flight *flight)
{
    uint8_t octets[36];
    const struct tcp_segment *segment = &flight->packet.segment;
    const size_t half = put_endpoint(octets, &segment->source);
    (void)put_endpoint(octets + half, &segment->destination);
    const struct rng_stream *key = &fq->backlog.way->impaired->streams[STREAM_QUEUE_HASH];
    return &fq->flows[rng_scaled(rng_hash(key, octets, sizeof octets), fq->flow_count)];
}

/* RFC 8290 4.1: over the limit, the line with the most octets loses its head. */
static void drop_from_fattest(struct fq_codel *fq)
{
    struct flow *fattest = &fq->flows[0];
    for (uint32_t i = 1; i < fq->flow_count; i++) {
        if (fq->flows[i].line.bytes > fattest->line.bytes) { fattest = &fq->flows[i]; }
    }
    struct flight *flight = backlog_pop(&fq->backlog, &fattest->line);
    if (flight != NULL) { backlog_lose(&fq->backlog, flight, "queue full"); }
}

static void enqueue(struct backlog *backlog, struct flight *flight)
{
    struct fq_codel *fq = fq_of(backlog);
    const bool full = backlog_is_full(backlog);
    struct flow *flow = classify(fq, flight);
    backlog_push(backlog, &flow->line, flight);
    if (!flow->listed) {
        flow->listed = true;
        flow->credits = backlog_settings(backlog)->fq_codel.quantum_bytes;
        append(&fq->new_flows, flow);
    }
    if (full) { drop_from_fattest(fq); }
}

static struct flight *dequeue(struct backlog *backlog)
{
    struct fq_codel *fq = fq_of(backlog);
    const struct link_settings *settings = backlog_settings(backlog);
    for (;;) {
        const bool is_new = fq->new_flows.first != NULL;
        struct flow_list *list = is_new ? &fq->new_flows : &fq->old_flows;
        struct flow *flow = list->first;
        if (flow == NULL) { return NULL; }
        if (flow->credits <= 0) {
            flow->credits += settings->fq_codel.quantum_bytes;
            append(&fq->old_flows, take_first(list));
            continue;
        }
        struct flight *flight =
            codel_dequeue(&flow->codel, &settings->fq_codel.codel, backlog, &flow->line);
        if (flight != NULL) {
            flow->credits -= flight->bytes;
            return flight;
        }
        flow = take_first(list);
        if (is_new) {
            append(&fq->old_flows, flow);
        } else {
            flow->listed = false;
        }
    }
}

static struct flight *flush(struct backlog *backlog)
{
    struct fq_codel *fq = fq_of(backlog);
    for (uint32_t i = 0; i < fq->flow_count; i++) {
        struct flight *flight = backlog_pop(backlog, &fq->flows[i].line);
        if (flight != NULL) { return flight; }
    }
    return NULL;
}

const struct discipline discipline_fq_codel = {
    .form = {"fq_codel", "a line for each connection, which take turns, each with a codel",
             "RFC 8290", parameters, sizeof parameters / sizeof parameters[0]},
    .size = sizeof(struct fq_codel),
    .prepare = prepare,
    .fits = fits,
    .enqueue = enqueue,
    .dequeue = dequeue,
    .flush = flush,
    .destroy = destroy,
};
