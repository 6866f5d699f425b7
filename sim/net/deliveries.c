/* deliveries.c - a delivery trace: times at which so many octets may leave, as mahimahi records
 * them. What an opportunity has left at the end of a packet serves the next one that is waiting;
 * what nobody waited for is gone. The trace begins at time 0 and begins again after its last
 * millisecond. */
#include "impair.h"

#define OPPORTUNITY_BYTES 1500u

/* Nothing happens there any more; sums do not wrap. */
static uint64_t bounded(uint64_t ms)
{
    return ms > 2 * (TIME_MAX_NS / NS_PER_MS) ? 2 * TIME_MAX_NS : ms * NS_PER_MS;
}

static void stand_at(struct way *way, uint64_t cycle, size_t at)
{
    const struct link_numbers *trace = &way->settings.trace;
    struct impaired *impaired = way->impaired;
    impaired->cycle = cycle;
    impaired->opportunity = at;
    impaired->opportunity_ns = bounded(cycle * trace->at[trace->count - 1] + trace->at[at]);
    impaired->left_bytes = OPPORTUNITY_BYTES;
}

static void advance(struct way *way)
{
    const struct impaired *impaired = way->impaired;
    const bool last = impaired->opportunity + 1 == way->settings.trace.count;
    stand_at(way, impaired->cycle + last, last ? 0 : impaired->opportunity + 1);
}

/* The first one after that time. */
static void skip_past(struct way *way, uint64_t time_ns)
{
    const struct link_numbers *trace = &way->settings.trace;
    const uint64_t time_ms = time_ns / NS_PER_MS;
    const uint64_t period_ms = trace->at[trace->count - 1];
    const uint64_t cycle = time_ms / period_ms;
    const uint64_t within_ms = time_ms % period_ms;
    size_t low = 0;
    for (size_t high = trace->count; low < high;) {
        const size_t middle = low + (high - low) / 2;
        if (trace->at[middle] <= within_ms) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    stand_at(way, cycle, low); /* the last is a whole period, so there is one */
}

uint64_t deliveries_next(struct way *way, bool waited)
{
    struct impaired *impaired = way->impaired;
    const uint64_t now_ns = way->link->world->now_ns;
    if (impaired->opportunity >= way->settings.trace.count) { impaired->opportunity_ns = 0; }
    if (impaired->opportunity_ns < now_ns || (impaired->opportunity_ns == now_ns && !waited)) {
        skip_past(way, now_ns);
    }
    /* What was sent before this trace held is not overtaken. */
    if (impaired->opportunity_ns < way->busy_until_ns) { skip_past(way, way->busy_until_ns - 1); }
    if (impaired->left_bytes == 0) { advance(way); }
    return impaired->opportunity_ns;
}

uint64_t deliveries_take(struct way *way, uint32_t bytes)
{
    struct impaired *impaired = way->impaired;
    while (bytes > impaired->left_bytes) {
        bytes -= impaired->left_bytes;
        advance(way);
    }
    impaired->left_bytes -= bytes;
    return impaired->opportunity_ns;
}

void deliveries_forget(struct way *way)
{
    way->impaired->opportunity = SIZE_MAX;
    way->impaired->left_bytes = 0;
}
