/* discipline_codel.c - Controlled Delay: RFC 8289 5, whose names the variables have. */
#include "impair.h"

__extension__ typedef unsigned __int128 u128;

static const struct link_parameter parameters[] = {CODEL_PARAMETERS(codel)};

/* The greatest x with x^2 <= value. */
static uint64_t square_root(u128 value)
{
    uint64_t root = 0;
    for (unsigned bit = 64; bit-- > 0;) {
        const uint64_t tried = root | UINT64_C(1) << bit;
        if ((u128)tried * tried <= value) { root = tried; }
    }
    return root;
}

static uint64_t control_law(uint64_t time_ns, const struct link_codel *settings, uint32_t count)
{
    const u128 square = (u128)settings->interval_ns * settings->interval_ns;
    return time_ns + square_root(square / count);
}

/* RFC 8289's dodeque: the next packet, and whether its delay has stood above the target. */
static struct flight *do_dequeue(struct codel *codel, const struct link_codel *settings,
                                 struct backlog *backlog, struct fifo *line, bool *ok_to_drop)
{
    struct flight *flight = backlog_pop(backlog, line);
    const uint64_t now_ns = backlog_now_ns(backlog);
    *ok_to_drop = false;
    if (flight == NULL || now_ns - flight->arrival_ns < settings->target_ns ||
        line->bytes <= backlog_settings(backlog)->mtu_bytes) {
        codel->first_above_ns = 0;
    } else if (codel->first_above_ns == 0) {
        codel->first_above_ns = now_ns + settings->interval_ns;
    } else {
        *ok_to_drop = now_ns >= codel->first_above_ns;
    }
    return flight;
}

/* Marks it, and then it is the one to be sent; else drops it: the next one. */
static struct flight *drop(struct codel *codel, const struct link_codel *settings,
                           struct backlog *backlog, struct fifo *line, struct flight *flight,
                           bool *ok_to_drop)
{
    if (settings->ecn && backlog_mark(backlog->way, flight)) { return flight; }
    backlog_lose(backlog, flight, "codel");
    return do_dequeue(codel, settings, backlog, line, ok_to_drop);
}

static struct flight *in_dropping(struct codel *codel, const struct link_codel *settings,
                                  struct backlog *backlog, struct fifo *line, struct flight *flight)
{
    const uint64_t now_ns = backlog_now_ns(backlog);
    bool ok_to_drop = true;
    while (now_ns >= codel->drop_next_ns && codel->dropping) {
        struct flight *before = flight;
        codel->count++;
        flight = drop(codel, settings, backlog, line, flight, &ok_to_drop);
        if (!ok_to_drop) {
            codel->dropping = false;
            return flight;
        }
        codel->drop_next_ns = control_law(codel->drop_next_ns, settings, codel->count);
        if (flight == before) { return flight; /* it was marked */ }
    }
    return flight;
}

struct flight *codel_dequeue(struct codel *codel, const struct link_codel *settings,
                             struct backlog *backlog, struct fifo *line)
{
    const uint64_t now_ns = backlog_now_ns(backlog);
    bool ok_to_drop = false;
    struct flight *flight = do_dequeue(codel, settings, backlog, line, &ok_to_drop);
    if (codel->dropping) {
        if (!ok_to_drop) {
            codel->dropping = false;
            return flight;
        }
        return in_dropping(codel, settings, backlog, line, flight);
    }
    if (!ok_to_drop) { return flight; }
    flight = drop(codel, settings, backlog, line, flight, &ok_to_drop);
    codel->dropping = true;
    /* Close to the last time: the rate that held then is a good one to begin with. */
    const uint32_t delta = codel->count - codel->last_count;
    const bool recently =
        now_ns < codel->drop_next_ns || now_ns - codel->drop_next_ns < 16 * settings->interval_ns;
    codel->count = delta > 1 && recently ? delta : 1;
    codel->drop_next_ns = control_law(now_ns, settings, codel->count);
    codel->last_count = codel->count;
    return flight;
}

struct codel_queue {
    struct backlog backlog;
    struct codel codel;
};

static void enqueue(struct backlog *backlog, struct flight *flight)
{
    if (backlog_is_full(backlog)) {
        backlog_lose(backlog, flight, "queue full");
    } else {
        backlog_push(backlog, &backlog->line, flight);
    }
}

static struct flight *dequeue(struct backlog *backlog)
{
    struct codel_queue *queue = (struct codel_queue *)(void *)backlog;
    return codel_dequeue(&queue->codel, &backlog_settings(backlog)->codel, backlog, &backlog->line);
}

const struct discipline discipline_codel = {
    .form = {"codel", "drops at the head while the delay in the queue stands above a target",
             "RFC 8289", parameters, sizeof parameters / sizeof parameters[0]},
    .size = sizeof(struct codel_queue),
    .enqueue = enqueue,
    .dequeue = dequeue,
    .flush = backlog_flush,
};
