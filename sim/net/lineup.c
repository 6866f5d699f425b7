/* lineup.c - hosts and routers in a row, for who draws them side by side: the hosts of the first
 * router, then the routers by their distance, each followed by the hosts that are linked to it. So
 * most paths go from one end to the other. */
#include "net_private.h"

#define LINE_MAX 64u /* more are not drawn side by side */
#define FAR UINT32_MAX

/* How many links each is away from the first host. */
static void measure(const struct world *world, uint32_t *distance)
{
    const uint32_t count = world->host_count;
    uint32_t first = 0;
    while (first + 1 < count && world->hosts[first]->router != NULL) { first++; }
    for (uint32_t i = 0; i < count; i++) { distance[i] = i == first ? 0 : FAR; }
    for (uint32_t d = 0; d < count; d++) {
        for (const struct link *link = world->links; link != NULL; link = link->next) {
            const uint32_t a = link->ends[0]->index, b = link->ends[1]->index;
            if (distance[a] == d && distance[b] == FAR) { distance[b] = d + 1; }
            if (distance[b] == d && distance[a] == FAR) { distance[a] = d + 1; }
        }
    }
}

static bool nearer(const uint32_t *distance, uint32_t a, uint32_t b)
{
    return distance[a] != distance[b] ? distance[a] < distance[b] : a < b;
}

/* How many routers stand before that one. */
static uint32_t rank_of(const struct world *world, const uint32_t *distance, uint32_t router)
{
    uint32_t rank = 0;
    for (uint32_t i = 0; i < world->host_count; i++) {
        rank += world->hosts[i]->router != NULL && nearer(distance, i, router);
    }
    return rank;
}

/* The router of a host's first link to one, or NULL. */
static const struct host *router_of(const struct world *world, const struct host *host)
{
    for (const struct link *link = world->links; link != NULL; link = link->next) {
        for (unsigned end = 0; end < 2; end++) {
            if (link->ends[end] == host && link->ends[1 - end]->router != NULL) {
                return link->ends[1 - end];
            }
        }
    }
    return NULL;
}

/* Around a single router half of the hosts stand on its left. */
static bool is_left(const struct world *world, const struct host *host)
{
    const uint32_t hosts = world->host_count - 1;
    uint32_t before = 0;
    for (uint32_t i = 0; i < host->index; i++) { before += world->hosts[i]->router == NULL; }
    return before < (hosts + 1) / 2;
}

/* The group that it stands in: 0 on the left of all routers, 1 + 2r the router r, 2 + 2r behind it.
 */
static uint32_t group_of(const struct world *world, const uint32_t *distance,
                         const struct host *host)
{
    if (host->router != NULL) { return 1 + 2 * rank_of(world, distance, host->index); }
    const struct host *router = router_of(world, host);
    const uint32_t rank =
        router != NULL ? rank_of(world, distance, router->index) : world->router_count - 1;
    if (world->router_count == 1) { return is_left(world, host) ? 0 : 2; }
    return rank == 0 ? 0 : 2 + 2 * rank;
}

uint32_t world_place(const struct world *world, uint32_t index)
{
    uint32_t distance[LINE_MAX] = {0};
    uint32_t place = 1;
    if (world->router_count == 0 || world->host_count > LINE_MAX) { return 0; }
    measure(world, distance);
    const uint32_t group = group_of(world, distance, world->hosts[index]);
    for (uint32_t i = 0; i < world->host_count; i++) {
        const uint32_t other = group_of(world, distance, world->hosts[i]);
        place += other < group || (other == group && i < index);
    }
    return place;
}
