/* queue_pairing.c - a pairing heap (Fredman, Sedgewick, Sleator, Tarjan 1986): shares no code and
 * no tie-breaking with the 4-ary heap, so that equal digests from both mean something. */
#include "queue_private.h"

/* The smaller root gets the other as its first child. Neither has siblings. */
static struct queue_node *meld(struct queue_node *a, struct queue_node *b)
{
    if (queue_key_before(b->entry.key, a->entry.key)) {
        struct queue_node *swap = a;
        a = b;
        b = swap;
    }
    b->sibling = a->child;
    a->child = b;
    return a;
}

/* Without recursion: each node's children are put in front of the list of what is left. */
void queue_pairing_destroy(struct queue_pairing *pairing, struct arena *arena)
{
    struct queue_node *left = pairing->root;
    while (left != NULL) {
        struct queue_node *node = left;
        left = node->sibling;
        struct queue_node *child = node->child;
        while (child != NULL) {
            struct queue_node *next = child->sibling;
            child->sibling = left;
            left = child;
            child = next;
        }
        arena_give(arena, node, sizeof *node);
    }
    *pairing = (struct queue_pairing){0};
}

bool queue_pairing_push(struct queue_pairing *pairing, struct arena *arena, struct queue_key key,
                        void *value)
{
    struct queue_node *node = arena_take(arena, sizeof *node);
    if (node == NULL) { return false; }
    *node = (struct queue_node){.entry = {key, value}};
    pairing->root = pairing->root == NULL ? node : meld(pairing->root, node);
    pairing->len++;
    return true;
}

/* Pairs from left to right, then all the pairs from right to left. */
static struct queue_node *meld_siblings(struct queue_node *first)
{
    struct queue_node *pairs = NULL; /* the last one first */
    while (first != NULL) {
        struct queue_node *a = first;
        struct queue_node *b = a->sibling;
        first = b == NULL ? NULL : b->sibling;
        a->sibling = NULL;
        if (b != NULL) {
            b->sibling = NULL;
            a = meld(a, b);
        }
        a->sibling = pairs;
        pairs = a;
    }
    struct queue_node *root = NULL;
    while (pairs != NULL) {
        struct queue_node *next = pairs->sibling;
        pairs->sibling = NULL;
        root = root == NULL ? pairs : meld(root, pairs);
        pairs = next;
    }
    return root;
}

struct queue_entry queue_pairing_pop(struct queue_pairing *pairing, struct arena *arena)
{
    struct queue_node *root = pairing->root;
    const struct queue_entry entry = root->entry;
    pairing->root = meld_siblings(root->child);
    pairing->len--;
    arena_give(arena, root, sizeof *root);
    return entry;
}
