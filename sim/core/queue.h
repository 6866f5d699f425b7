/* queue.h - the event queue, ordered by meaning: (time, class, object, ordinal), never by the order
 * of pushes. Two implementations behind one interface; a run's digest does not depend on which.
 * Entries of one key are of one object, and which of them comes first makes no difference. */
#ifndef TCPSIM_CORE_QUEUE_H
#define TCPSIM_CORE_QUEUE_H

#include "arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What happens first at one instant. */
enum queue_class { QUEUE_SCRIPT, QUEUE_ARRIVAL, QUEUE_TIMER, QUEUE_APP, QUEUE_EXPECT };

struct queue_key {
    uint64_t time_ns;
    uint64_t meaning; /* queue_meaning() */
};

/* class: 3 bits; object: 29 bits; ordinal: 32 bits (wraps far beyond what can be pending). */
static inline uint64_t queue_meaning(enum queue_class c, uint32_t object, uint32_t ordinal)
{
    return (uint64_t)c << 61 | (uint64_t)(object & 0x1fffffffu) << 32 | ordinal;
}
static inline enum queue_class queue_key_class(uint64_t meaning)
{
    return (enum queue_class)(meaning >> 61);
}
static inline uint32_t queue_key_object(uint64_t meaning)
{
    return (uint32_t)(meaning >> 32) & 0x1fffffffu;
}
static inline uint32_t queue_key_ordinal(uint64_t meaning) { return (uint32_t)meaning; }
static inline bool queue_key_before(struct queue_key a, struct queue_key b)
{
    return a.time_ns != b.time_ns ? a.time_ns < b.time_ns : a.meaning < b.meaning;
}

enum queue_kind {
    QUEUE_HEAP,    /* a 4-ary heap, the key in the heap's own array */
    QUEUE_PAIRING, /* a pairing heap: the second opinion */
};

struct queue;
/* Memory from `arena`; NULL: none left. */
struct queue *queue_create(struct arena *arena, enum queue_kind kind);
void queue_destroy(struct queue *queue);
/* False: no memory. `value` is handed back by queue_pop. */
bool queue_push(struct queue *queue, struct queue_key key, void *value);
/* The least key, or false when empty. */
bool queue_peek(struct queue *queue, struct queue_key *key);
bool queue_pop(struct queue *queue, struct queue_key *key, void **value);
size_t queue_len(const struct queue *queue);

#endif
