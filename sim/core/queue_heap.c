/* queue_heap.c - a 4-ary heap in an array: a node's children share a cache line or two, and the
 * tree is half as deep as a binary one. What is popped leaves a hole at the root, since most often
 * something is pushed next, the following packet of the same link: it is sifted down from there. */
#include "queue_private.h"

#define ARITY 4
#define FIRST_ROOM 64

__extension__ typedef unsigned __int128 u128;

/* The key as one number: compared without a branch, which could not be predicted here. */
static inline u128 number(struct queue_key key) { return (u128)key.time_ns << 64 | key.meaning; }

void queue_heap_destroy(struct queue_heap *heap, struct arena *arena)
{
    arena_give(arena, heap->entries, heap->room * sizeof heap->entries[0]);
    *heap = (struct queue_heap){0};
}

static bool grow(struct queue_heap *heap, struct arena *arena)
{
    const size_t room = heap->room == 0 ? FIRST_ROOM : heap->room * 2;
    struct queue_entry *entries = arena_resize(arena, heap->entries, heap->room * sizeof entries[0],
                                               room * sizeof entries[0]);
    if (entries == NULL) { return false; }
    heap->entries = entries;
    heap->room = room;
    return true;
}

/* The least of the children [first, end). */
static size_t least_child(const struct queue_entry *entries, size_t first, size_t end)
{
    size_t least = first;
    u128 key = number(entries[first].key);
    for (size_t child = first + 1; child < end; child++) {
        const u128 other = number(entries[child].key);
        const bool less = other < key;
        least = less ? child : least;
        key = less ? other : key;
    }
    return least;
}

/* The key stays in registers: an entry built on the stack would be read back wider than it was
 * written, which costs more than the sifting. */
static void put(struct queue_entry *at, struct queue_key key, void *value)
{
    at->key.time_ns = key.time_ns;
    at->key.meaning = key.meaning;
    at->value = value;
}

/* The root's place is empty: the entry goes there, or as far down as it belongs. */
static void sift_down(struct queue_heap *heap, struct queue_key key, void *value)
{
    struct queue_entry *entries = heap->entries;
    const size_t len = heap->len;
    size_t hole = 0;
    for (;;) {
        const size_t first = hole * ARITY + 1;
        if (first >= len) { break; }
        const size_t least = least_child(entries, first, first + ARITY < len ? first + ARITY : len);
        if (!queue_key_before(entries[least].key, key)) { break; }
        entries[hole] = entries[least];
        hole = least;
    }
    put(&entries[hole], key, value);
}

bool queue_heap_push(struct queue_heap *heap, struct arena *arena, struct queue_key key,
                     void *value)
{
    if (heap->hole) {
        heap->hole = false;
        sift_down(heap, key, value);
        return true;
    }
    if (heap->len == heap->room && !grow(heap, arena)) { return false; }
    struct queue_entry *entries = heap->entries;
    size_t hole = heap->len++;
    while (hole > 0) {
        const size_t parent = (hole - 1) / ARITY;
        if (!queue_key_before(key, entries[parent].key)) { break; }
        entries[hole] = entries[parent];
        hole = parent;
    }
    put(&entries[hole], key, value);
    return true;
}

void queue_heap_fill(struct queue_heap *heap)
{
    heap->hole = false;
    heap->len--;
    if (heap->len > 0) {
        sift_down(heap, heap->entries[heap->len].key, heap->entries[heap->len].value);
    }
}

struct queue_entry queue_heap_pop(struct queue_heap *heap)
{
    if (heap->hole) { queue_heap_fill(heap); }
    heap->hole = true;
    return heap->entries[0];
}
