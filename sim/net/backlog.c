/* backlog.c - packets that wait to be sent: the plain queue, which knows each one's departure when
 * it comes, and queues with a discipline, which choose when the wire is free. One more discipline
 * is one file and a line here. */
#include "impair.h"

#define CE 0x03 /* RFC 3168 5: the two bits of the tos octet; 00 is not ECN-capable */

/* Every discipline, in the order in which they are numbered. */
#define DISCIPLINES(X) \
    X(droptail)        \
    X(red)             \
    X(codel)           \
    X(fq_codel)        \
    X(pie)

#define X(name) &discipline_##name,
static const struct discipline *const disciplines[] = {DISCIPLINES(X)};
#undef X
#define X(name) &discipline_##name.form,
static const struct link_form *const forms[] = {DISCIPLINES(X)};
#undef X

const struct link_option link_option_queue = {
    .name = "queue",
    .help = "discipline of the queue: its name, or { name = { its parameters } }",
    .source = "tc",
    .forms = forms,
    .form_count = sizeof forms / sizeof forms[0],
    .by_name = true,
    .chosen_offset = offsetof(struct link_settings, queue),
};

static const struct link_parameter droptail_parameters[] = {
    {.name = "mark",
     .type = LINK_COUNT,
     .offset = offsetof(struct link_settings, droptail.mark),
     .min = 1,
     .max = UINT32_MAX,
     .zero_is_off = true,
     .off = "off",
     .unit = "packets",
     .help = "packets of ECN-capable transports that find so many are marked"},
};

const struct discipline discipline_droptail = {
    .form = {"droptail", "first in, first out; what finds `limit` packets is dropped",
             "RFC 8257 3.1 (mark)", droptail_parameters, 1},
};

/* ---- lines ---- */

static void fifo_push(struct fifo *fifo, struct flight *flight)
{
    flight->next = NULL;
    if (fifo->last != NULL) {
        fifo->last->next = flight;
    } else {
        fifo->first = flight;
    }
    fifo->last = flight;
    fifo->packets++;
    fifo->bytes += flight->bytes;
}

static struct flight *fifo_pop(struct fifo *fifo)
{
    struct flight *flight = fifo->first;
    if (flight == NULL) { return NULL; }
    fifo->first = flight->next;
    if (fifo->first == NULL) { fifo->last = NULL; }
    fifo->packets--;
    fifo->bytes -= flight->bytes;
    return flight;
}

void backlog_push(struct backlog *backlog, struct fifo *line, struct flight *flight)
{
    fifo_push(line, flight);
    backlog->packets++;
    backlog->bytes += flight->bytes;
}

struct flight *backlog_pop(struct backlog *backlog, struct fifo *line)
{
    struct flight *flight = fifo_pop(line);
    if (flight != NULL) {
        backlog->packets--;
        backlog->bytes -= flight->bytes;
    }
    return flight;
}

struct flight *backlog_flush(struct backlog *backlog)
{
    return backlog_pop(backlog, &backlog->line);
}

/* ---- what disciplines ask and do ---- */

uint64_t backlog_now_ns(const struct backlog *backlog) { return backlog->way->link->world->now_ns; }

const struct link_settings *backlog_settings(const struct backlog *backlog)
{
    return &backlog->way->settings;
}

bool backlog_is_full(const struct backlog *backlog)
{
    const uint32_t limit = backlog->way->settings.limit;
    const size_t sending = way_leaving(backlog->way); /* and forgets those that have left */
    return limit != 0 && backlog->packets + sending >= limit;
}

void backlog_lose(struct backlog *backlog, struct flight *flight, const char *reason)
{
    way_lose(backlog->way, flight, reason);
}

bool backlog_mark(struct way *way, struct flight *flight)
{
    struct world *world = way->link->world;
    struct packet *packet = &flight->packet;
    if (packet->icmp != NULL) { return false; } /* errors are not ECN-capable */
    if ((packet->segment.tos & CE) == 0) { return false; }
    if ((packet->segment.tos & CE) == CE) { return true; }
    packet->segment.tos |= CE;
    if (world_records_segments(world)) {
        const struct packet_note note = {.action = TRACE_MARKED,
                                         .at = way_sender(way),
                                         .reason = disciplines[way->settings.queue]->form.name};
        record_packet(world, packet, &note);
    }
    return true;
}

/* ---- coming and going ---- */

static uint64_t departure_ns(struct way *way, const struct flight *flight)
{
    if (way->settings.trace.count == 0) { return way_serialise(way, flight->bytes); }
    const uint64_t time_ns = deliveries_take(way, flight->bytes);
    way->busy_until_ns = time_ns;
    way_leaves(way, time_ns);
    return time_ns;
}

static void leave_in_line(struct way *way, struct flight *flight)
{
    if (way->settings.trace.count > 0) { (void)deliveries_next(way, false); }
    way_depart(way, flight, departure_ns(way, flight));
}

static void enter_plain(struct way *way, struct flight *flight)
{
    const struct link_settings *settings = &way->settings;
    const size_t waiting = way_leaving(way);
    if (settings->limit != 0 && waiting >= settings->limit) {
        way_lose(way, flight, "queue full");
        return;
    }
    if (settings->droptail.mark != 0 && waiting >= settings->droptail.mark) {
        (void)backlog_mark(way, flight);
    }
    leave_in_line(way, flight);
}

static void wake_at(struct way *way, uint64_t time_ns)
{
    struct impaired *impaired = way->impaired;
    const uint32_t object = way->link->index * 2 + (uint32_t)way->direction;
    impaired->waking = true;
    impaired->wake_ns = time_ns;
    impaired->wake_place = way->placed++;
    (void)world_push(
        way->link->world,
        (struct queue_key){time_ns, queue_meaning(QUEUE_ARRIVAL, object, impaired->wake_place)},
        way->link);
}

/* Sends what can be sent now; the rest when the wire is free, or at the next opportunity. */
void backlog_start(struct way *way, bool at_wake)
{
    struct backlog *backlog = way->impaired->backlog;
    const bool traced = way->settings.trace.count > 0;
    if (way->impaired->waking) { return; }
    while (backlog != NULL && backlog->packets > 0) {
        const uint64_t ready_ns = traced ? deliveries_next(way, at_wake) : way->busy_until_ns;
        if (ready_ns > way->link->world->now_ns) {
            wake_at(way, ready_ns);
            return;
        }
        struct flight *flight = backlog->discipline->dequeue(backlog);
        if (flight != NULL) { way_depart(way, flight, departure_ns(way, flight)); }
    }
}

void backlog_enter(struct way *way, struct flight *flight)
{
    struct backlog *backlog = way->impaired->backlog;
    if (backlog == NULL) {
        enter_plain(way, flight);
        return;
    }
    flight->arrival_ns = way->link->world->now_ns;
    backlog->discipline->enqueue(backlog, flight);
    backlog_start(way, false);
}

/* ---- making and changing ---- */

static void discard(struct backlog *backlog)
{
    const struct discipline *discipline = backlog->discipline;
    struct arena *arena = backlog->way->link->world->arena;
    if (discipline->destroy != NULL) { discipline->destroy(backlog); }
    arena_give(arena, backlog, discipline->size);
}

static bool make(struct way *way, const struct discipline *discipline)
{
    struct backlog *made = arena_take_zeroed(way->link->world->arena, discipline->size);
    if (made == NULL) { return false; }
    made->way = way;
    made->discipline = discipline;
    way->impaired->backlog = made;
    return discipline->prepare == NULL || discipline->prepare(made);
}

/* What waits under one discipline comes anew to the next one, since when it waits. */
bool backlog_settle(struct way *way)
{
    struct backlog *old = way->impaired->backlog;
    const struct discipline *discipline = disciplines[way->settings.queue];
    if (old != NULL && old->discipline == discipline &&
        (discipline->fits == NULL || discipline->fits(old))) {
        return true;
    }
    way->impaired->backlog = NULL;
    const bool made = discipline->size == 0 || make(way, discipline);
    if (old == NULL) { return made; }
    for (struct flight *flight = old->discipline->flush(old); flight != NULL;
         flight = old->discipline->flush(old)) {
        if (way->impaired->backlog == NULL) {
            leave_in_line(way, flight);
        } else {
            discipline->enqueue(way->impaired->backlog, flight);
        }
    }
    discard(old);
    if (made) { backlog_start(way, false); }
    return made;
}

void backlog_forget(struct way *way)
{
    struct backlog *backlog = way->impaired->backlog;
    if (backlog == NULL) { return; }
    for (struct flight *flight = backlog->discipline->flush(backlog); flight != NULL;
         flight = backlog->discipline->flush(backlog)) {
        flight_release(way->link->world, flight);
    }
    discard(backlog);
    way->impaired->backlog = NULL;
}
