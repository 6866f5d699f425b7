/* world.c - the one object that owns a simulation, and the run: the least of (time, class, object,
 * ordinal) happens next. */
#include "net_private.h"

#include <assert.h>
#include <string.h>

#define WORLD_FIRST_HOSTS 8

void *world_take(struct world *world, size_t size_bytes)
{
    void *memory = arena_take_zeroed(world->arena, size_bytes);
    if (memory == NULL) { world->no_memory = true; }
    return memory;
}

static void *pools_take(void *context, size_t size_bytes)
{
    struct world *world = context;
    void *memory = arena_take(world->arena, size_bytes);
    if (memory == NULL) {
        world->no_memory = true; /* TCP goes on with "insufficient resources"; the run does not */
    }
    return memory;
}

static void pools_give(void *context, void *memory, size_t size_bytes)
{
    struct world *world = context;
    arena_give(world->arena, memory, size_bytes);
}

struct world *world_create(struct arena *arena, const struct world_config *config,
                           struct trace *trace)
{
    struct world *world = arena_take_zeroed(arena, sizeof *world);
    if (world == NULL) { return NULL; }
    world->arena = arena;
    world->config = *config;
    trace_init(&world->no_trace);
    world->trace = trace != NULL ? trace : &world->no_trace;
    world->pools = (struct tcp_pools){.context = world, .take = pools_take, .give = pools_give};
    world->topology = 1;
    world->keeps_numbers = config->keep_sockets || world_records_segments(world);
    world->queue = queue_create(arena, config->queue);
    world->next_round = queue_create(arena, config->queue);
    if (config->count_marks) { world->marks = world_take(world, sizeof *world->marks); }
    if (world->queue == NULL || world->next_round == NULL ||
        (config->count_marks && world->marks == NULL)) {
        if (world->queue != NULL) { queue_destroy(world->queue); }
        if (world->marks != NULL) { arena_give(arena, world->marks, sizeof *world->marks); }
        arena_give(arena, world, sizeof *world);
        return NULL;
    }
    return world;
}

static void destroy_links_and_rules(struct world *world)
{
    for (struct rule *rule = world->rules_made, *next; rule != NULL; rule = next) {
        next = rule->next_made;
        rule_destroy(rule);
    }
    for (struct link *link = world->links, *next; link != NULL; link = next) {
        next = link->next;
        link_destroy(link);
    }
    for (struct flight *flight = world->free_flights, *next; flight != NULL; flight = next) {
        next = flight->next;
        arena_give(world->arena, flight, sizeof *flight);
    }
}

void world_destroy(struct world *world)
{
    struct arena *arena = world->arena;
    destroy_links_and_rules(world);
    for (uint32_t i = 0; i < world->host_count; i++) { host_destroy(world->hosts[i]); }
    routers_free(world);
    numbers_free(world);
    for (size_t i = 0; i < world->supplier_count; i++) {
        arena_give(arena, world->suppliers[i], strlen(world->suppliers[i]) + 1);
    }
    if (world->supplier_room > 0) {
        arena_give(arena, world->suppliers, world->supplier_room * sizeof *world->suppliers);
    }
    table_free(arena, &world->addresses);
    table_free(arena, &world->names);
    table_free(arena, &world->routes);
    if (world->host_room > 0) {
        arena_give(arena, world->hosts, world->host_room * sizeof(struct host *));
        arena_give(arena, world->dirty, world->dirty_words * sizeof *world->dirty);
    }
    queue_destroy(world->queue);
    queue_destroy(world->next_round);
    if (world->marks != NULL) { arena_give(arena, world->marks, sizeof *world->marks); }
    arena_give(arena, world, sizeof *world);
}

struct tcp_marks *world_marks(const struct world *world) { return world->marks; }

/* ---- hosts ---- */

static bool make_room_for_host(struct world *world)
{
    if (world->host_count < world->host_room) { return true; }
    const uint32_t room = world->host_room == 0 ? WORLD_FIRST_HOSTS : world->host_room * 2;
    const size_t words = (room + 63) / 64;
    struct host **hosts = world_take(world, room * sizeof(struct host *));
    uint64_t *dirty = world_take(world, words * sizeof *dirty);
    if (hosts == NULL || dirty == NULL) { return false; }
    if (world->host_room > 0) {
        memcpy(hosts, world->hosts, world->host_room * sizeof(struct host *));
        memcpy(dirty, world->dirty, world->dirty_words * sizeof *dirty);
        arena_give(world->arena, world->hosts, world->host_room * sizeof(struct host *));
        arena_give(world->arena, world->dirty, world->dirty_words * sizeof *dirty);
    }
    world->hosts = hosts;
    world->dirty = dirty;
    world->host_room = room;
    world->dirty_words = words;
    return true;
}

struct host *world_add_host(struct world *world, const struct host_config *config)
{
    if (!make_room_for_host(world)) { return NULL; }
    struct host *host = host_create(world, config, world->host_count);
    if (host != NULL) { world->hosts[world->host_count++] = host; }
    return host;
}

struct host *world_host(const struct world *world, uint32_t index)
{
    return index < world->host_count ? world->hosts[index] : NULL;
}

struct host *world_host_by_name(const struct world *world, const char *name)
{
    struct table_node *node = table_first(&world->names, hash_text(name));
    for (; node != NULL; node = table_next(node)) {
        struct host *host = (struct host *)(void *)((char *)node - offsetof(struct host, by_name));
        if (strcmp(host->name, name) == 0) { return host; }
    }
    return NULL;
}

uint32_t world_host_count(const struct world *world) { return world->host_count; }

struct host *world_host_by_address(const struct world *world, const struct tcp_address *address)
{
    struct table_node *node = table_first(&world->addresses, hash_address(address));
    for (; node != NULL; node = table_next(node)) {
        struct host_address *entry = (struct host_address *)(void *)node;
        if (tcp_address_equal(&entry->address, address)) { return entry->host; }
    }
    return NULL;
}

/* ---- what hosts owe ---- */

void world_mark_dirty(struct world *world, struct host *host)
{
    const size_t word = host->index / 64;
    world->dirty[word] |= UINT64_C(1) << (host->index % 64);
    if (!world->any_dirty) {
        world->any_dirty = true;
        world->dirty_low = world->dirty_high = word;
        return;
    }
    world->dirty_low = word < world->dirty_low ? word : world->dirty_low;
    world->dirty_high = word > world->dirty_high ? word : world->dirty_high;
}

/* In the order of declaration. Pumping makes nobody dirty: what it sends goes through the queue. */
static void pump_dirty(struct world *world)
{
    for (size_t word = world->dirty_low; word <= world->dirty_high; word++) {
        while (world->dirty[word] != 0) {
            const unsigned bit = (unsigned)__builtin_ctzll(world->dirty[word]);
            world->dirty[word] &= world->dirty[word] - 1;
            host_pump(world->hosts[word * 64 + bit]);
        }
    }
    world->any_dirty = false;
}

/* ---- rounds ---- */

/* All applications of an instant run before anything that they cause at that instant happens: that
 * is another round, with its arrivals and timers first again. */
bool world_push(struct world *world, struct queue_key key, void *value)
{
    const bool later = world->in_applications && key.time_ns == world->now_ns;
    if (queue_push(later ? world->next_round : world->queue, key, value)) { return true; }
    world->no_memory = true;
    return false;
}

/* Begins the next round when the applications of this one have run. */
static void end_round(struct world *world)
{
    struct queue_key key;
    void *value;
    if (queue_peek(world->queue, &key) && key.time_ns == world->now_ns &&
        queue_key_class(key.meaning) == QUEUE_APP) {
        return;
    }
    world->in_applications = false;
    while (queue_pop(world->next_round, &key, &value)) { (void)world_push(world, key, value); }
}

/* ---- the run ---- */

/* Whether what came out of the queue is still to happen. What is not leaves the clock alone. */
static bool is_due(struct world *world, struct queue_key key, void *value)
{
    const enum queue_class class = queue_key_class(key.meaning);
    if (class == QUEUE_ARRIVAL) { return true; }
    if (class == QUEUE_TIMER) { return host_timers_due(value, key.time_ns); }
    struct world_task *task = value;
    if (!alarm_popped(&task->alarm, key.time_ns)) { return false; }
    if (task->due_ns > key.time_ns) {
        alarm_set(world, &task->alarm, key.meaning, task, task->due_ns);
        return false;
    }
    return true;
}

static void happen(struct world *world, struct queue_key key, void *value)
{
    world->events_now = key.time_ns == world->now_ns ? world->events_now + 1 : 0;
    world->now_ns = key.time_ns;
    world->events++;
    switch (queue_key_class(key.meaning)) {
    case QUEUE_ARRIVAL:
        link_arrival(value, (enum link_direction)(queue_key_object(key.meaning) & 1), key.time_ns,
                     queue_key_ordinal(key.meaning));
        return;
    case QUEUE_TIMER: host_run_timers(value); return;
    case QUEUE_SCRIPT:
    case QUEUE_APP:
    case QUEUE_EXPECT: {
        struct world_task *task = value;
        world->in_applications = task->class == QUEUE_APP;
        task->due_ns = TIME_NEVER;
        task->run(task);
        return;
    }
    }
}

/* What arrives or expires at one (time, class) is one batch for each host: they are pumped when
 * something else comes next. */
static bool batch_is_over(const struct world *world, struct queue_key batch)
{
    struct queue_key next;
    return !queue_peek(world->queue, &next) || next.time_ns != batch.time_ns ||
           queue_key_class(next.meaning) != queue_key_class(batch.meaning);
}

enum world_end world_run(struct world *world)
{
    struct queue_key batch = {0, 0};
    world->keeps_numbers = world->config.keep_sockets || world_records_segments(world);
    for (uint32_t i = 0; i < world->host_count; i++) { host_set_wants(world->hosts[i]); }
    for (;;) {
        if (world->in_applications) { end_round(world); }
        if (world->any_dirty && batch_is_over(world, batch)) { pump_dirty(world); }
        if (world->no_memory) { return WORLD_NO_MEMORY; }
        if (world->stopped) { return world->interrupted ? WORLD_INTERRUPTED : WORLD_STOPPED; }
        if (world->events_now > WORLD_EVENTS_AT_ONE_INSTANT_MAX) { return WORLD_ENDLESS; }
        struct queue_key key;
        void *value;
        if (!queue_pop(world->queue, &key, &value)) { return WORLD_FINISHED; }
        if (!is_due(world, key, value)) { continue; }
        if (key.time_ns > world->config.limit_ns) {
            world->now_ns = world->config.limit_ns;
            return WORLD_LIMIT;
        }
        assert(key.time_ns >= world->now_ns);
        batch = key;
        happen(world, key, value);
    }
}

void world_stop(struct world *world) { world->stopped = true; }

void world_interrupt(struct world *world)
{
    world->interrupted = true;
    world->stopped = true;
}

bool world_stopped(const struct world *world) { return world->stopped; }

void world_go_on(struct world *world) { world->stopped = false; }

uint64_t world_now(const struct world *world) { return world->now_ns; }

uint64_t world_limit(const struct world *world) { return world->config.limit_ns; }

uint64_t world_seed(const struct world *world) { return world->config.seed; }

uint64_t world_events(const struct world *world) { return world->events; }

uint64_t world_segments(const struct world *world) { return world->segments; }

const struct tcp_pools *world_pools(const struct world *world) { return &world->pools; }

void world_violate(struct world *world, const struct world_violation *violation)
{
    if (world->config.hooks.violation != NULL) {
        world->config.hooks.violation(world->config.hooks.context, violation);
    }
}
