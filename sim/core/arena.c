/* arena.c - one reserved piece of address space, cut from the front; blocks given back go to a free
 * list of their size class, whose links lie in the blocks. The bookkeeping lies in the piece too,
 * so that a copy of the piece is a copy of everything. */
#include "arena.h"

#include <assert.h>
#include <string.h>
#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, len) ((void)(at), (void)(len))
#define ASAN_UNPOISON_MEMORY_REGION(at, len) ((void)(at), (void)(len))
#endif

#define ALIGNMENT 16
#define RESERVE_FACTOR 4 /* free blocks of other classes may take as much again, and more */
#define RESERVE_MIN ((size_t)64 << 20)
#define SMALL_BYTES ((size_t)4 << 20)
#define RESERVE_LEAST ((size_t)1 << 20)
/* Classes 0 to 3 are 16, 32, 48, 64; then four a doubling, far beyond any address space. */
#define CLASSES 244

struct free_block {
    struct free_block *next;
};

struct arena {
    size_t limit;
    size_t live;
    size_t cut; /* octets from the start, this header included */
    size_t reserved;
    bool exhausted;
    struct free_block *free[CLASSES];
};

#define HEADER_BYTES ((sizeof(struct arena) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT)

/* The class of a size and the octets of its blocks; false: a size that no block can have. */
static bool class_of(size_t size, unsigned *class, size_t *bytes)
{
    if (size <= 64) {
        *class = size == 0 ? 0 : (unsigned)((size - 1) / ALIGNMENT);
        *bytes = ((size_t) * class + 1) * ALIGNMENT;
        return true;
    }
    if (size > SIZE_MAX / 8) { return false; }
    /* 2^top < size <= 2^(top + 1); a quarter of the doubling is the step. */
    const unsigned top = 63 - (unsigned)__builtin_clzll((unsigned long long)(size - 1));
    const size_t step = (size_t)1 << (top - 2);
    const size_t quarter = (size - 1 - ((size_t)1 << top)) / step;
    *class = 4 + (top - 6) * 4 + (unsigned)quarter;
    *bytes = ((size_t)1 << top) + (quarter + 1) * step;
    assert(*class < CLASSES && *bytes >= size);
    return true;
}

struct arena *arena_create(size_t limit_bytes)
{
    size_t reserve = limit_bytes > SIZE_MAX / 16 ? SIZE_MAX / 4 : limit_bytes * RESERVE_FACTOR;
    if (reserve < RESERVE_MIN) { reserve = RESERVE_MIN; }
    void *memory = MAP_FAILED;
    for (; reserve >= RESERVE_LEAST; reserve /= 2) {
        memory = mmap(NULL, reserve, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory != MAP_FAILED) { break; }
    }
    if (memory == MAP_FAILED) { return NULL; }
#ifdef MADV_HUGEPAGE
    /* Worlds of many connections are walked through at random: huge pages spare them the search for
     * small ones. Those that stay small do without. Where there are none nothing changes. */
    if (reserve > SMALL_BYTES) {
        (void)madvise((char *)memory + SMALL_BYTES, reserve - SMALL_BYTES, MADV_HUGEPAGE);
    }
#endif
    struct arena *arena = memory; /* zeros */
    arena->limit = limit_bytes;
    arena->cut = HEADER_BYTES;
    arena->reserved = reserve;
    return arena;
}

void arena_destroy(struct arena *arena)
{
    if (arena == NULL) { return; }
    const size_t reserved = arena->reserved;
    ASAN_UNPOISON_MEMORY_REGION(arena, arena->cut);
    const int failed = munmap(arena, reserved);
    assert(failed == 0);
    (void)failed;
}

void *arena_take(struct arena *arena, size_t size_bytes)
{
    unsigned class;
    size_t bytes;
    if (!class_of(size_bytes, &class, &bytes) || bytes > arena->limit - arena->live) {
        arena->exhausted = true;
        return NULL;
    }
    struct free_block *block = arena->free[class];
    if (block != NULL) {
        ASAN_UNPOISON_MEMORY_REGION(block, sizeof *block);
        arena->free[class] = block->next;
    } else if (bytes <= arena->reserved - arena->cut) {
        block = (struct free_block *)(void *)((char *)arena + arena->cut);
        arena->cut += bytes;
    } else {
        arena->exhausted = true;
        return NULL;
    }
    ASAN_POISON_MEMORY_REGION(block, bytes);
    ASAN_UNPOISON_MEMORY_REGION(block, size_bytes);
    arena->live += bytes;
    return block;
}

void *arena_take_zeroed(struct arena *arena, size_t size_bytes)
{
    void *memory = arena_take(arena, size_bytes);
    if (memory != NULL) { memset(memory, 0, size_bytes); }
    return memory;
}

void arena_give(struct arena *arena, void *memory, size_t size_bytes)
{
    if (memory == NULL) { return; }
    unsigned class;
    size_t bytes;
    const bool possible = class_of(size_bytes, &class, &bytes);
    assert(possible && arena->live >= bytes);
    (void)possible;
    struct free_block *block = memory;
    ASAN_UNPOISON_MEMORY_REGION(block, sizeof *block);
    block->next = arena->free[class];
    ASAN_POISON_MEMORY_REGION(block, bytes);
    arena->free[class] = block;
    arena->live -= bytes;
}

void *arena_resize(struct arena *arena, void *memory, size_t old_bytes, size_t new_bytes)
{
    if (memory == NULL) { return arena_take(arena, new_bytes); }
    if (new_bytes == 0) {
        arena_give(arena, memory, old_bytes);
        return NULL;
    }
    unsigned old_class;
    unsigned new_class;
    size_t old_room;
    size_t new_room;
    if (class_of(old_bytes, &old_class, &old_room) && class_of(new_bytes, &new_class, &new_room) &&
        old_class == new_class) {
        ASAN_POISON_MEMORY_REGION(memory, old_room);
        ASAN_UNPOISON_MEMORY_REGION(memory, new_bytes);
        return memory;
    }
    void *moved = arena_take(arena, new_bytes);
    if (moved != NULL) {
        memcpy(moved, memory, old_bytes < new_bytes ? old_bytes : new_bytes);
        arena_give(arena, memory, old_bytes);
    }
    return moved;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    const size_t size = strlen(text) + 1;
    char *copy = arena_take(arena, size);
    if (copy != NULL) { memcpy(copy, text, size); }
    return copy;
}

bool arena_exhausted(const struct arena *arena) { return arena->exhausted; }

size_t arena_live_bytes(const struct arena *arena) { return arena->live; }

size_t arena_fresh_bytes(const struct arena *arena) { return arena->cut - HEADER_BYTES; }
