/* arena.h - all the memory of one simulation, in one piece that never moves: world, connections,
 * segments, Lua. Blocks come from free lists by size, so a warm run allocates nothing new, and one
 * destroy gives everything back. */
#ifndef TCPSIM_CORE_ARENA_H
#define TCPSIM_CORE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* Room for blocks of `limit_bytes` in all (address space is reserved, memory comes as touched).
 * NULL: the system has none. */
struct arena *arena_create(size_t limit_bytes);
void arena_destroy(struct arena *arena);

/* 16-aligned, not cleared; NULL when the limit is reached (arena_exhausted is true from then on).
 * arena_give takes the size that was asked for; NULL is nothing to give. Sizes are rounded up to a
 * class (four a doubling), and the limit counts them so. */
void *arena_take(struct arena *arena, size_t size_bytes);
void *arena_take_zeroed(struct arena *arena, size_t size_bytes);
void arena_give(struct arena *arena, void *memory, size_t size_bytes);
/* As realloc; the old block stays as it was when NULL is returned, but for 0 new octets: then it is
 * given back. */
void *arena_resize(struct arena *arena, void *memory, size_t old_bytes, size_t new_bytes);
char *arena_strdup(struct arena *arena, const char *text);

bool arena_exhausted(const struct arena *arena);
size_t arena_live_bytes(const struct arena *arena); /* in blocks handed out */
size_t arena_fresh_bytes(
    const struct arena *arena); /* ever cut from untouched memory: constant when warm */

#endif
