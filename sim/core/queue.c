/* queue.c - the event queue's interface: hands each call to the implementation chosen at creation.
 */
#include "queue_private.h"

struct queue *queue_create(struct arena *arena, enum queue_kind kind)
{
    struct queue *queue = arena_take_zeroed(arena, sizeof *queue);
    if (queue != NULL) {
        queue->kind = kind;
        queue->arena = arena;
    }
    return queue;
}

void queue_destroy(struct queue *queue)
{
    if (queue == NULL) { return; }
    queue_heap_destroy(&queue->heap, queue->arena);
    queue_pairing_destroy(&queue->pairing, queue->arena);
    arena_give(queue->arena, queue, sizeof *queue);
}

bool queue_push(struct queue *queue, struct queue_key key, void *value)
{
    return queue->kind == QUEUE_HEAP
               ? queue_heap_push(&queue->heap, queue->arena, key, value)
               : queue_pairing_push(&queue->pairing, queue->arena, key, value);
}

bool queue_peek(struct queue *queue, struct queue_key *key)
{
    if (queue_len(queue) == 0) { return false; }
    if (queue->heap.hole) { queue_heap_fill(&queue->heap); }
    *key = queue->kind == QUEUE_HEAP ? queue->heap.entries[0].key : queue->pairing.root->entry.key;
    return true;
}

bool queue_pop(struct queue *queue, struct queue_key *key, void **value)
{
    if (queue_len(queue) == 0) { return false; }
    const struct queue_entry entry = queue->kind == QUEUE_HEAP
                                         ? queue_heap_pop(&queue->heap)
                                         : queue_pairing_pop(&queue->pairing, queue->arena);
    *key = entry.key;
    *value = entry.value;
    return true;
}

size_t queue_len(const struct queue *queue)
{
    return queue->kind == QUEUE_HEAP ? queue->heap.len - queue->heap.hole : queue->pairing.len;
}
