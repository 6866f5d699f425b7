/* table.c - the hash tables of sim/net: chained, growing, never iterated, so that the hash function
 * decides nothing that anybody can see. */
#include "net_private.h"

#include <string.h>

#define TABLE_FIRST_ROOM 16

static uint64_t mix(uint64_t value)
{
    value ^= value >> 32;
    value *= UINT64_C(0xd6e8feb86659fd93);
    value ^= value >> 32;
    return value;
}

uint64_t hash_pair(uint64_t a, uint64_t b)
{
    return mix(mix(a + UINT64_C(0x9e3779b97f4a7c15)) ^ b);
}

uint64_t hash_text(const char *text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
    for (; *text != '\0'; text++) { hash = (hash ^ (uint8_t)*text) * UINT64_C(0x100000001b3); }
    return mix(hash);
}

uint64_t hash_address(const struct tcp_address *address)
{
    uint64_t words[2];
    memcpy(words, address->octets, sizeof words);
    if (address->family == 4) { return mix(words[0] + UINT64_C(0x9e3779b97f4a7c15)); }
    return hash_pair(words[0], words[1]);
}

uint64_t hash_endpoints(const struct tcp_endpoint *a, const struct tcp_endpoint *b)
{
    return hash_pair(hash_address(&a->address) + a->port,
                     hash_address(&b->address) + ((uint64_t)b->port << 16));
}

static bool table_grow(struct arena *arena, struct table *table)
{
    const size_t room = table->room == 0 ? TABLE_FIRST_ROOM : table->room * 2;
    struct table_node **buckets = arena_take_zeroed(arena, room * sizeof *buckets);
    if (buckets == NULL) { return false; }
    for (size_t i = 0; i < table->room; i++) {
        for (struct table_node *node = table->buckets[i], *next; node != NULL; node = next) {
            next = node->next;
            struct table_node **place = &buckets[node->hash & (room - 1)];
            node->next = *place;
            *place = node;
        }
    }
    if (table->room > 0) {
        arena_give(arena, table->buckets, table->room * sizeof *table->buckets);
    }
    table->buckets = buckets;
    table->room = room;
    return true;
}

bool table_insert(struct arena *arena, struct table *table, struct table_node *node, uint64_t hash)
{
    if (table->count >= table->room && !table_grow(arena, table)) { return false; }
    struct table_node **place = &table->buckets[hash & (table->room - 1)];
    node->hash = hash;
    node->next = *place;
    *place = node;
    table->count++;
    return true;
}

void table_free(struct arena *arena, struct table *table)
{
    if (table->room > 0) {
        arena_give(arena, table->buckets, table->room * sizeof *table->buckets);
    }
    memset(table, 0, sizeof *table);
}

static struct table_node *of_hash(struct table_node *node, uint64_t hash)
{
    while (node != NULL && node->hash != hash) { node = node->next; }
    return node;
}

struct table_node *table_first(const struct table *table, uint64_t hash)
{
    return table->room == 0 ? NULL : of_hash(table->buckets[hash & (table->room - 1)], hash);
}

struct table_node *table_next(const struct table_node *node)
{
    return of_hash(node->next, node->hash);
}
