/* queue_private.h - the two implementations behind queue.h. */
#ifndef TCPSIM_CORE_QUEUE_PRIVATE_H
#define TCPSIM_CORE_QUEUE_PRIVATE_H

#include "queue.h"

/* The key lies beside the value in one array: sifting touches nothing else. */
struct queue_entry {
    struct queue_key key;
    void *value;
};

struct queue_heap {
    struct queue_entry *entries;
    size_t len, room;
    bool hole; /* the root was popped, and its place is counted in `len` */
};

struct queue_node {
    struct queue_entry entry;
    struct queue_node *child, *sibling;
};

struct queue_pairing {
    struct queue_node *root;
    size_t len;
};

struct queue {
    enum queue_kind kind;
    struct arena *arena;
    struct queue_heap heap;
    struct queue_pairing pairing;
};

void queue_heap_destroy(struct queue_heap *heap, struct arena *arena);
bool queue_heap_push(struct queue_heap *heap, struct arena *arena, struct queue_key key,
                     void *value);
/* The last entry takes the place that a pop has left. */
void queue_heap_fill(struct queue_heap *heap);
/* The least entry of a heap that has another than the hole. */
struct queue_entry queue_heap_pop(struct queue_heap *heap);

/* Not for every run: kept apart from the heap's way, which is short. */
#define QUEUE_APART __attribute__((noinline))
void queue_pairing_destroy(struct queue_pairing *pairing, struct arena *arena);
QUEUE_APART bool queue_pairing_push(struct queue_pairing *pairing, struct arena *arena,
                                    struct queue_key key, void *value);
QUEUE_APART struct queue_entry queue_pairing_pop(struct queue_pairing *pairing,
                                                 struct arena *arena);

#endif
