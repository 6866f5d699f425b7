/* diff_align.c - which segment of one side stands beside which of the other: for each sender of a
 * connection the alignment with the fewest differences, then all in the order of time. */
#include "diff.h"

#include <stdlib.h>
#include <string.h>

#define CELLS_MAX (UINT64_C(1) << 26) /* of the table of one sender; more is taken in step */

/* What counts against an alignment: a segment that one side lacks; a pair whose place in the
 * stream agrees, but not all of what it says. Others do not stand beside one another. */
enum { COST_LACKS = 2, COST_DIFFERS = 3, COST_NEVER = 5 };

/* A side's segments in the order of their lanes: sender by sender, connection by connection. */
struct lanes {
    size_t *index; /* of segments */
    size_t *begin; /* of each lane in `index`, and the end of the last */
};

/* One sender's segments on both sides, as indices. */
struct lane {
    const size_t *first, *second;
    size_t first_count, second_count;
};

struct aligning {
    struct diff_alignment *alignment;
    struct lane lane;
    uint32_t *cost; /* of aligning the rests */
    uint64_t *key;  /* of each pair: its time */
};

static uint32_t cost_of_pair(const struct aligning *a, size_t i, size_t j)
{
    const struct diff_alignment *alignment = a->alignment;
    const uint32_t fields =
        diff_compare(&alignment->first->segment[a->lane.first[i]],
                     &alignment->second->segment[a->lane.second[j]], &alignment->rules);
    const uint32_t place = 1u << DIFF_FLAGS | 1u << DIFF_SEQ | 1u << DIFF_LEN;
    if (fields == 0) { return 0; }
    return (fields & place) == 0 ? COST_DIFFERS : COST_NEVER;
}

static void add_pair(struct aligning *a, size_t i, size_t j)
{
    struct diff_alignment *alignment = a->alignment;
    struct diff_pair *pair = &alignment->pair[alignment->count++];
    *pair = (struct diff_pair){DIFF_NONE, DIFF_NONE, 0};
    if (i != DIFF_NONE) { pair->first = a->lane.first[i]; }
    if (j != DIFF_NONE) { pair->second = a->lane.second[j]; }
    if (i != DIFF_NONE && j != DIFF_NONE) {
        pair->fields = diff_compare(&alignment->first->segment[pair->first],
                                    &alignment->second->segment[pair->second], &alignment->rules);
    }
}

/* Where the table would be too large: one beside the other, in order. */
static void align_in_step(struct aligning *a, size_t i, size_t j)
{
    for (; i < a->lane.first_count && j < a->lane.second_count; i++, j++) {
        if (cost_of_pair(a, i, j) == COST_NEVER) {
            add_pair(a, i, DIFF_NONE);
            add_pair(a, DIFF_NONE, j);
        } else {
            add_pair(a, i, j);
        }
    }
    for (; i < a->lane.first_count; i++) { add_pair(a, i, DIFF_NONE); }
    for (; j < a->lane.second_count; j++) { add_pair(a, DIFF_NONE, j); }
}

static uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* cost[i][j]: of aligning what is left from i and j on. */
static void fill_table(struct aligning *a, size_t from, size_t rows, size_t columns)
{
    for (size_t i = rows + 1; i-- > 0;) {
        for (size_t j = columns + 1; j-- > 0;) {
            uint32_t best = 0;
            if (i < rows && j < columns) {
                best =
                    cost_of_pair(a, from + i, from + j) + a->cost[(i + 1) * (columns + 1) + j + 1];
                best = least(best, COST_LACKS + a->cost[(i + 1) * (columns + 1) + j]);
                best = least(best, COST_LACKS + a->cost[i * (columns + 1) + j + 1]);
            } else {
                best = (uint32_t)(rows - i + columns - j) * COST_LACKS;
            }
            a->cost[i * (columns + 1) + j] = best;
        }
    }
}

/* Of equal alignments the one that pairs early: what lacks, lacks at the end. */
static void walk_table(struct aligning *a, size_t from, size_t rows, size_t columns)
{
    size_t i = 0, j = 0;
    while (i < rows && j < columns) {
        const uint32_t here = a->cost[i * (columns + 1) + j];
        const uint32_t pair = cost_of_pair(a, from + i, from + j);
        if (pair != COST_NEVER && here == pair + a->cost[(i + 1) * (columns + 1) + j + 1]) {
            add_pair(a, from + i++, from + j++);
        } else if (here == COST_LACKS + a->cost[(i + 1) * (columns + 1) + j]) {
            add_pair(a, from + i++, DIFF_NONE);
        } else {
            add_pair(a, DIFF_NONE, from + j++);
        }
    }
    while (i < rows) { add_pair(a, from + i++, DIFF_NONE); }
    while (j < columns) { add_pair(a, DIFF_NONE, from + j++); }
}

static bool align_lane(struct aligning *a)
{
    size_t from = 0;
    while (from < a->lane.first_count && from < a->lane.second_count &&
           cost_of_pair(a, from, from) == 0) {
        add_pair(a, from, from);
        from++;
    }
    const size_t rows = a->lane.first_count - from;
    const size_t columns = a->lane.second_count - from;
    if (((uint64_t)rows + 1) * ((uint64_t)columns + 1) > CELLS_MAX) {
        align_in_step(a, from, from);
        return true;
    }
    a->cost = calloc((rows + 1) * (columns + 1), sizeof *a->cost);
    if (a->cost == NULL) { return false; }
    fill_table(a, from, rows, columns);
    walk_table(a, from, rows, columns);
    free(a->cost);
    a->cost = NULL;
    return true;
}

static size_t lane_of(const struct diff_segment *segment)
{
    return 2 * (size_t)segment->conn + segment->sender;
}

/* Sorted by counting. */
static bool sort_lanes(const struct diff_side *side, size_t count, struct lanes *lanes)
{
    *lanes = (struct lanes){.index = calloc(side->count + 1, sizeof *lanes->index),
                            .begin = calloc(count + 2, sizeof *lanes->begin)};
    if (lanes->index == NULL || lanes->begin == NULL) { return false; }
    size_t *next = lanes->begin + 1;
    for (size_t i = 0; i < side->count; i++) { next[lane_of(&side->segment[i]) + 1]++; }
    for (size_t lane = 1; lane <= count; lane++) { next[lane] += next[lane - 1]; }
    for (size_t i = 0; i < side->count; i++) {
        lanes->index[next[lane_of(&side->segment[i])]++] = i;
    }
    return true;
}

/* ---- the order of time ---- */

/* A pair stands where its segment of the second side does; one without where the sender's last pair
 * lets it be expected. Never before the pair in front of it on its lane. */
static void set_keys(struct aligning *a, size_t begin)
{
    const struct diff_alignment *alignment = a->alignment;
    uint64_t first_ns = 0, second_ns = 0, key = 0;
    for (size_t i = begin; i < alignment->count; i++) {
        const struct diff_pair *pair = &alignment->pair[i];
        uint64_t at = 0;
        if (pair->second != DIFF_NONE) {
            at = alignment->second->segment[pair->second].time_ns;
        } else {
            at = alignment->first->segment[pair->first].time_ns - first_ns + second_ns;
        }
        if (pair->second != DIFF_NONE && pair->first != DIFF_NONE) {
            first_ns = alignment->first->segment[pair->first].time_ns;
            second_ns = at;
        }
        key = at > key ? at : key;
        a->key[i] = key;
    }
}

struct keyed {
    uint64_t key;
    size_t place;
    struct diff_pair pair;
};

static int by_key(const void *left, const void *right)
{
    const struct keyed *a = left;
    const struct keyed *b = right;
    if (a->key != b->key) { return a->key < b->key ? -1 : 1; }
    return a->place < b->place ? -1 : a->place > b->place;
}

static bool sort_pairs(struct aligning *a)
{
    struct diff_alignment *alignment = a->alignment;
    struct keyed *keyed = calloc(alignment->count + 1, sizeof *keyed);
    if (keyed == NULL) { return false; }
    for (size_t i = 0; i < alignment->count; i++) {
        keyed[i] = (struct keyed){a->key[i], i, alignment->pair[i]};
    }
    qsort(keyed, alignment->count, sizeof *keyed, by_key);
    for (size_t i = 0; i < alignment->count; i++) { alignment->pair[i] = keyed[i].pair; }
    free(keyed);
    return true;
}

/* ---- the whole ---- */

static bool align_lanes(struct aligning *a, const struct lanes *first, const struct lanes *second,
                        size_t count)
{
    for (size_t lane = 0; lane < count; lane++) {
        const size_t begin = a->alignment->count;
        a->lane = (struct lane){
            .first = first->index + first->begin[lane],
            .second = second->index + second->begin[lane],
            .first_count = first->begin[lane + 1] - first->begin[lane],
            .second_count = second->begin[lane + 1] - second->begin[lane],
        };
        if (!align_lane(a)) { return false; }
        set_keys(a, begin);
    }
    return sort_pairs(a);
}

static bool align_all(struct aligning *a)
{
    const struct diff_side *first = a->alignment->first;
    const struct diff_side *second = a->alignment->second;
    const size_t count =
        2 * (first->flow_count > second->flow_count ? first->flow_count : second->flow_count);
    struct lanes lanes[2] = {{0}};
    const bool ok = sort_lanes(first, count, &lanes[0]) && sort_lanes(second, count, &lanes[1]) &&
                    align_lanes(a, &lanes[0], &lanes[1], count);
    for (unsigned i = 0; i < 2; i++) {
        free(lanes[i].index);
        free(lanes[i].begin);
    }
    return ok;
}

bool diff_align(const struct diff_side *first, const struct diff_side *second,
                const struct diff_rules *rules, struct diff_alignment *alignment)
{
    const size_t most = first->count + second->count + 1;
    *alignment = (struct diff_alignment){.first = first, .second = second, .rules = *rules};
    struct aligning a = {.alignment = alignment};
    a.key = calloc(most, sizeof *a.key);
    alignment->pair = calloc(most, sizeof *alignment->pair);
    const bool ok =
        a.key != NULL && alignment->pair != NULL && align_all(&a) && diff_compare_times(alignment);
    free(a.key);
    if (!ok) {
        diff_alignment_destroy(alignment);
        return false;
    }
    for (size_t i = 0; i < alignment->count; i++) {
        alignment->differences += diff_pair_differs(&alignment->pair[i]);
    }
    return true;
}

void diff_alignment_destroy(struct diff_alignment *alignment)
{
    free(alignment->pair);
    alignment->pair = NULL;
    alignment->count = 0;
}
