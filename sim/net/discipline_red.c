/* discipline_red.c - Random Early Detection: Floyd and Jacobson, "Random Early Detection Gateways
 * for Congestion Avoidance", 1993, figure 2. The average is in parts of 2^32 of a packet. */
#include "impair.h"

__extension__ typedef __int128 i128;
__extension__ typedef unsigned __int128 u128;

#define ROW(field) offsetof(struct link_settings, red.field)
#define ONE_PACKET 32           /* bits below the point */
#define ONE (UINT64_C(1) << 62) /* of powers of the weight */

static const struct link_parameter parameters[] = {
    {.name = "min",
     .type = LINK_COUNT,
     .offset = ROW(min),
     .max = 1000000,
     .otherwise = 5,
     .unit = "packets",
     .help = "below this average nothing is dropped"},
    {.name = "max",
     .type = LINK_COUNT,
     .offset = ROW(max),
     .min = 1,
     .max = 1000000,
     .otherwise = 15,
     .unit = "packets",
     .help = "from this average on everything is"},
    {.name = "probability",
     .type = LINK_PROBABILITY,
     .offset = ROW(probability_ppb),
     .max = PPB_ONE,
     .otherwise = PPB_ONE / 50,
     .unit = "probability",
     .help = "just below max"},
    {.name = "weight",
     .type = LINK_PROBABILITY,
     .offset = ROW(weight_ppb),
     .min = 1,
     .max = PPB_ONE,
     .otherwise = PPB_ONE / 500,
     .unit = "fraction",
     .help = "of the present length in the average"},
    {.name = "ecn",
     .type = LINK_SWITCH,
     .offset = ROW(ecn),
     .otherwise = true,
     .unit = "-",
     .help = QUEUE_ECN_HELP},
};

struct red {
    struct backlog backlog;
    uint64_t average; /* packets, of 2^32 */
    int64_t count;    /* packets since the last one that was dropped; -1: the average is low */
    bool idle;
    uint64_t idle_since_ns;
};

static struct red *red_of(struct backlog *backlog) { return (struct red *)(void *)backlog; }

static bool prepare(struct backlog *backlog)
{
    red_of(backlog)->count = -1;
    red_of(backlog)->idle = true;
    red_of(backlog)->idle_since_ns = backlog_now_ns(backlog);
    return true;
}

/* How many packets might have left in that time: of the greatest size. */
static uint64_t packets_in(const struct backlog *backlog, uint64_t time_ns)
{
    const struct link_settings *settings = backlog_settings(backlog);
    if (settings->trace.count > 0) {
        const uint64_t period_ns = settings->trace.at[settings->trace.count - 1] * NS_PER_MS;
        return (uint64_t)((u128)time_ns * settings->trace.count / period_ns);
    }
    if (settings->rate_bps == 0) { return UINT64_MAX; }
    const uint64_t each_ns = units_serialisation_ns(settings->mtu_bytes, settings->rate_bps);
    return time_ns / (each_ns > 0 ? each_ns : 1);
}

/* base^exponent, both base and result in parts of ONE. */
static uint64_t power(uint64_t base, uint64_t exponent)
{
    uint64_t result = ONE;
    for (; exponent > 0 && result > 0; exponent >>= 1) {
        if ((exponent & 1) != 0) { result = (uint64_t)((u128)result * base >> 62); }
        base = (uint64_t)((u128)base * base >> 62);
    }
    return result;
}

static void update_average(struct red *red)
{
    const struct backlog *backlog = &red->backlog;
    const uint64_t weight_ppb = backlog_settings(backlog)->red.weight_ppb;
    if (!red->idle) {
        const i128 difference =
            (i128)((uint64_t)backlog->packets << ONE_PACKET) - (i128)red->average;
        red->average = (uint64_t)((i128)red->average + difference * (i128)weight_ppb / PPB_ONE);
        return;
    }
    const uint64_t idle_ns = backlog_now_ns(backlog) - red->idle_since_ns;
    const uint64_t kept = (uint64_t)((u128)ONE * (PPB_ONE - weight_ppb) / PPB_ONE);
    red->average = (uint64_t)((u128)red->average * power(kept, packets_in(backlog, idle_ns)) >> 62);
}

/* Whether this packet is the one: pb = max_p (avg - min) / (max - min), pa = pb / (1 - count pb).
 */
static bool is_chosen(const struct red *red, const struct flight *flight, uint64_t low,
                      uint64_t high)
{
    const struct way *way = red->backlog.way;
    const uint64_t max_ppb = way->settings.red.probability_ppb;
    const uint64_t pb = (uint64_t)((u128)(red->average - low) * max_ppb / (high - low)); /* ppb */
    const u128 spread = (u128)red->count * pb;
    if (spread >= PPB_ONE) { return impair_decided(way, flight, "red", true) != 0; }
    const uint64_t value = impair_draw(way, flight, STREAM_QUEUE, 0, 1) >> 32;
    const bool chosen = (u128)value * (PPB_ONE - (uint64_t)spread) < (u128)pb << 32;
    return impair_decided(way, flight, "red", chosen) != 0;
}

/* Whether the packet is to be marked or dropped. */
static bool arrives(struct red *red, const struct flight *flight)
{
    const struct link_settings *settings = backlog_settings(&red->backlog);
    const uint64_t low = (uint64_t)settings->red.min << ONE_PACKET;
    const uint64_t high = (uint64_t)settings->red.max << ONE_PACKET;
    update_average(red);
    bool chosen = false;
    if (red->average < low) {
        red->count = -1;
    } else if (red->average >= high) {
        chosen = true;
    } else {
        red->count++;
        chosen = is_chosen(red, flight, low, high);
    }
    if (chosen) { red->count = 0; }
    return chosen;
}

static void enqueue(struct backlog *backlog, struct flight *flight)
{
    struct red *red = red_of(backlog);
    const bool chosen = arrives(red, flight);
    red->idle = false;
    if (chosen && !(backlog_settings(backlog)->red.ecn && backlog_mark(backlog->way, flight))) {
        backlog_lose(backlog, flight, "red");
    } else if (backlog_is_full(backlog)) {
        backlog_lose(backlog, flight, "queue full");
    } else {
        backlog_push(backlog, &backlog->line, flight);
    }
    if (backlog->packets == 0) {
        red->idle = true;
        red->idle_since_ns = backlog_now_ns(backlog);
    }
}

static struct flight *dequeue(struct backlog *backlog)
{
    struct flight *flight = backlog_pop(backlog, &backlog->line);
    if (backlog->packets == 0) {
        red_of(backlog)->idle = true;
        red_of(backlog)->idle_since_ns = backlog_now_ns(backlog);
    }
    return flight;
}

const struct discipline discipline_red = {
    .form = {"red", "drops at random, the more the longer the average queue",
             "Floyd and Jacobson 1993", parameters, sizeof parameters / sizeof parameters[0]},
    .size = sizeof(struct red),
    .prepare = prepare,
    .enqueue = enqueue,
    .dequeue = dequeue,
    .flush = backlog_flush,
};
