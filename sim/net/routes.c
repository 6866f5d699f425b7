/* routes.c - which link a packet takes: the one that the scenario chose for it, else the first of
 * the shortest path. Only routers forward. Paths are counted in links, and of equal ones the link
 * declared first is taken; whether a link is up does not matter, for routes are as declared.
 *
 * Paths are found from their end: one search by breadth tells every router's next link. A host with
 * one link shares its router's, so that a thousand of them cost one search. */
#include "net_private.h"

#include <string.h>

#define UNREACHED UINT32_MAX

/* ---- links ---- */

struct link *link_between(const struct host *a, const struct host *b)
{
    const uint32_t low = a->index < b->index ? a->index : b->index;
    const uint32_t high = a->index < b->index ? b->index : a->index;
    struct table_node *node = table_first(&a->world->routes, hash_pair(low, high));
    for (; node != NULL; node = table_next(node)) {
        struct link *link = (struct link *)(void *)((char *)node - offsetof(struct link, node));
        if ((link->ends[0] == a && link->ends[1] == b) ||
            (link->ends[0] == b && link->ends[1] == a)) {
            return link;
        }
    }
    return NULL;
}

static unsigned end_at(const struct link *link, const struct host *host)
{
    return link->ends[LINK_FORWARD] == host ? LINK_FORWARD : LINK_BACKWARD;
}

static struct way *way_from(struct link *link, const struct host *from)
{
    return &link->ways[end_at(link, from)];
}

static struct host *other_end(const struct link *link, const struct host *host)
{
    return link->ends[1 - end_at(link, host)];
}

static struct link *next_link(const struct link *link, const struct host *host)
{
    return link->next_of_end[end_at(link, host)];
}

/* ---- paths to a host ---- */

static void find_root(struct host *to)
{
    struct paths *paths = &to->paths;
    paths->root_topology = to->world->topology;
    paths->root = to;
    paths->last = NULL;
    struct link *only = to->links;
    if (only == NULL || to->router != NULL || next_link(only, to) != NULL) { return; }
    struct host *end = other_end(only, to);
    if (end->router != NULL) {
        paths->root = end;
        paths->last = way_from(only, end);
    }
}

static bool make_room(struct paths *paths, struct world *world)
{
    if (paths->room >= world->router_count) { return true; }
    uint32_t *distance = world_take(world, world->router_room * sizeof *distance);
    struct way **next = world_take(world, world->router_room * sizeof(struct way *));
    if (distance == NULL || next == NULL) { return false; }
    if (paths->room > 0) {
        arena_give(world->arena, paths->distance, paths->room * sizeof *distance);
        arena_give(world->arena, paths->next, paths->room * sizeof(struct way *));
    }
    paths->distance = distance;
    paths->next = next;
    paths->room = world->router_room;
    return true;
}

/* The way from a router whose distance is known to one that is a link nearer: of several the first
 * declared, which stands last among the router's links. */
static struct way *nearer(struct host *router, const struct host *root, uint32_t distance)
{
    struct way *way = NULL;
    for (struct link *link = router->links; link != NULL; link = next_link(link, router)) {
        const struct host *end = other_end(link, router);
        if ((end == root && distance == 1) ||
            (end != root && end->router != NULL &&
             root->paths.distance[end->router->number] == distance - 1)) {
            way = way_from(link, router);
        }
    }
    return way;
}

/* By breadth from the root. */
static void find_paths(struct host *root)
{
    struct world *world = root->world;
    struct paths *paths = &root->paths;
    if (!make_room(paths, world)) { return; }
    paths->tree_topology = world->topology;
    for (uint32_t i = 0; i < world->router_count; i++) { paths->distance[i] = UNREACHED; }
    uint32_t found = 0, looked = 0, distance = 0;
    for (struct host *at = root; at != NULL;
         at = looked < found ? world->frontier[looked++] : NULL) {
        if (at != root) { distance = paths->distance[at->router->number]; }
        for (struct link *link = at->links; link != NULL; link = next_link(link, at)) {
            struct host *end = other_end(link, at);
            if (end != root && end->router != NULL &&
                paths->distance[end->router->number] == UNREACHED) {
                paths->distance[end->router->number] = distance + 1;
                world->frontier[found++] = end;
            }
        }
    }
    for (uint32_t i = 0; i < found; i++) {
        struct host *router = world->frontier[i];
        paths->next[router->router->number] =
            nearer(router, root, paths->distance[router->router->number]);
    }
}

/* The host whose paths are those to `to`, with the paths found. NULL: no memory. */
static struct host *root_of(struct host *to)
{
    const uint64_t topology = to->world->topology;
    if (to->paths.root_topology != topology) { find_root(to); }
    struct host *root = to->paths.root;
    if (root->paths.tree_topology != topology) { find_paths(root); }
    return root->paths.tree_topology == topology ? root : NULL;
}

/* ---- shortest paths ---- */

static struct way *from_router(const struct host *router, const struct host *to,
                               const struct host *root)
{
    if (router == root) { return to->paths.last; } /* NULL: to itself */
    const uint32_t number = router->router->number;
    return root->paths.distance[number] == UNREACHED ? NULL : root->paths.next[number];
}

/* A host's links to routers, the first declared of those that are nearest. */
static struct way *from_host(struct host *host, const struct host *root)
{
    struct way *way = NULL;
    uint32_t least = UNREACHED;
    for (struct link *link = host->links; link != NULL; link = next_link(link, host)) {
        const struct host *end = other_end(link, host);
        if (end->router == NULL) { continue; }
        const uint32_t distance = end == root ? 0 : root->paths.distance[end->router->number];
        if (distance != UNREACHED && distance <= least) {
            least = distance;
            way = way_from(link, host);
        }
    }
    return way;
}

static struct way *shortest(struct host *from, struct host *to)
{
    if (from->router == NULL) {
        struct link *direct = link_between(from, to);
        if (direct != NULL) { return way_from(direct, from); }
        if (from->world->router_count == 0) { return NULL; }
    }
    const struct host *root = root_of(to);
    if (root == NULL) { return NULL; }
    return from->router != NULL ? from_router(from, to, root) : from_host(from, root);
}

/* ---- what the scenario chose ---- */

static bool fits(const struct tcp_address *wanted, const struct tcp_address *address)
{
    return wanted->family == 0 || (address != NULL && tcp_address_equal(wanted, address));
}

static struct way *chosen(const struct host *from, const struct host *to,
                          const struct tcp_address *source, const struct tcp_address *destination)
{
    for (const struct static_route *route = from->static_routes; route != NULL;
         route = route->next) {
        if (route->to == to && fits(&route->address, destination) && fits(&route->from, source)) {
            return route->way;
        }
    }
    return NULL;
}

bool host_choose_route(struct host *at, const struct host_route_choice *choice)
{
    struct static_route *route = at->static_routes;
    while (route != NULL &&
           !(route->to == choice->to && tcp_address_equal(&route->address, &choice->address) &&
             tcp_address_equal(&route->from, &choice->from))) {
        route = route->next;
    }
    struct static_route *fresh = world_take(at->world, sizeof *fresh);
    if (fresh == NULL) { return false; }
    *fresh = (struct static_route){.next = at->static_routes,
                                   .to = choice->to,
                                   .address = choice->address,
                                   .from = choice->from,
                                   .way = way_from(choice->link, at)};
    at->static_routes = fresh;
    for (struct static_route **link = &fresh->next; route != NULL; link = &(*link)->next) {
        if (*link == route) { /* the one before it with the same words */
            *link = route->next;
            arena_give(at->world->arena, route, sizeof *route);
            break;
        }
    }
    at->recent_route.way = NULL;
    return true;
}

/* ---- asking ---- */

struct way *route_find(struct host *from, struct host *to, const struct tcp_address *source,
                       const struct tcp_address *destination)
{
    struct way *way = from->static_routes == NULL ? NULL : chosen(from, to, source, destination);
    return way != NULL ? way : shortest(from, to);
}

bool host_find_route(struct host *from, const struct tcp_segment *segment, struct route *route)
{
    const struct tcp_address *to = &segment->destination.address;
    if (from->recent_route.way != NULL && from->recent_topology == from->world->topology &&
        tcp_address_equal(&from->recent_address, to)) {
        *route = from->recent_route;
        return true;
    }
    struct host *host = world_host_by_address(from->world, to);
    *route = (struct route){
        .to = host,
        .way = host != NULL ? route_find(from, host, &segment->source.address, to) : NULL};
    if (route->way == NULL) { return false; }
    if (from->static_routes == NULL) {
        from->recent_address = *to;
        from->recent_route = *route;
        from->recent_topology = from->world->topology;
    }
    return true;
}

bool host_route(struct host *from, struct host *to, const struct host_route_wish *wish,
                struct host_route *route)
{
    for (size_t i = 0; i < to->address_count; i++) {
        const struct tcp_address *there = &to->address_list[i];
        if ((wish->family != 0 && wish->family != there->family) ||
            (wish->remote != NULL && !tcp_address_equal(wish->remote, there))) {
            continue;
        }
        for (size_t k = 0; k < from->address_count; k++) {
            const struct tcp_address *here = &from->address_list[k];
            if (here->family != there->family ||
                (wish->local != NULL && !tcp_address_equal(wish->local, here))) {
                continue;
            }
            struct way *way = route_find(from, to, here, there);
            if (way == NULL) { continue; }
            *route = (struct host_route){
                .link = way->link, .direction = way->direction, .local = *here, .remote = *there};
            return true;
        }
    }
    return false;
}

void routes_free(struct host *host)
{
    struct arena *arena = host->world->arena;
    for (struct static_route *route = host->static_routes, *next; route != NULL; route = next) {
        next = route->next;
        arena_give(arena, route, sizeof *route);
    }
    if (host->paths.room > 0) {
        arena_give(arena, host->paths.distance, host->paths.room * sizeof *host->paths.distance);
        arena_give(arena, host->paths.next, host->paths.room * sizeof(struct way *));
    }
    if (host->router != NULL) { arena_give(arena, host->router, sizeof *host->router); }
}
