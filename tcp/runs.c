/* runs.c - runs of octets in queues, and references on the extents they lie in. */
#include "tcb.h"

void slice_share(const struct tcp_slice *slice)
{
    if (slice->extent != NULL) { slice->extent->refs++; }
}

void tcp_slice_release(const struct tcp_pools *pools, struct tcp_slice *slice)
{
    struct tcp_extent *extent = slice->extent;
    if (extent != NULL) {
        assert(extent->refs > 0);
        extent->refs--;
        if (extent->refs == 0) {
            pools->give(pools->context, extent, sizeof *extent + extent->len);
        }
    }
    *slice = (struct tcp_slice){0};
}

void tcp_payload_share(const struct tcp_payload *payload)
{
    slice_share(&payload->part[0]);
    slice_share(&payload->part[1]);
}

void tcp_payload_release(const struct tcp_pools *pools, struct tcp_payload *payload)
{
    tcp_slice_release(pools, &payload->part[0]);
    tcp_slice_release(pools, &payload->part[1]);
}

struct tcp_extent *tcp_extent_create(const struct tcp_pools *pools, uint64_t base, uint32_t len)
{
    struct tcp_extent *extent = pools->take(pools->context, sizeof *extent + len);
    if (extent != NULL) { *extent = (struct tcp_extent){.refs = 1, .len = len, .base = base}; }
    return extent;
}

struct node *node_create(struct tcp_host *host, const struct tcp_slice *slice)
{
    struct node *node = host_take(host, sizeof *node);
    if (node != NULL) {
        *node = (struct node){.slice = *slice};
        slice_share(slice);
    }
    return node;
}

void node_free(struct tcp_host *host, struct node *node)
{
    tcp_slice_release(&host->pools, &node->slice);
    host_give(host, node, sizeof *node);
}

static bool continues(const struct tcp_slice *first, const struct tcp_slice *second)
{
    return first->origin == second->origin && first->extent == second->extent &&
           first->offset + first->len == second->offset;
}

/* Shares the slice's extent. A run that continues the last one joins it, unless a SEND ended
 * between. */
bool runs_append(struct tcp_host *host, struct runs *queue, const struct tcp_slice *slice,
                 uint64_t time_ns, bool push)
{
    struct node *tail = queue->tail;
    if (tail != NULL && !tail->push && !tail->record && tail->time_ns == time_ns &&
        continues(&tail->slice, slice)) {
        tail->slice.len += slice->len;
        tail->push = push;
        return true;
    }
    struct node *node = node_create(host, slice);
    if (node == NULL) { return false; }
    node->push = push;
    node->time_ns = time_ns;
    if (tail == NULL) {
        queue->head = node;
    } else {
        tail->next = node;
    }
    queue->tail = node;
    return true;
}

void runs_clear(struct tcp_host *host, struct runs *queue)
{
    while (queue->head != NULL) {
        struct node *node = queue->head;
        queue->head = node->next;
        node_free(host, node);
    }
    queue->tail = NULL;
}

struct tcp_payload payload_part(const struct tcp_payload *payload, uint32_t skip, uint32_t len)
{
    struct tcp_payload part = {0};
    uint32_t filled = 0;
    for (unsigned i = 0; len > 0; i++) {
        assert(i < 2);
        const struct tcp_slice *slice = &payload->part[i];
        if (skip >= slice->len) {
            skip -= slice->len;
            continue;
        }
        const uint32_t there = slice->len - skip;
        const uint32_t take = there < len ? there : len;
        part.part[filled] = slice_part(slice, skip, take);
        filled++;
        skip = 0;
        len -= take;
    }
    return part;
}
