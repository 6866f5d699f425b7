/* discipline_pie.c - Proportional Integral controller Enhanced: RFC 8033 4, with marks (5.1), the
 * delay measured by time stamps (4.3). Probabilities are in parts of 2^56.
 *
 * The probability is brought up to date when a packet comes or goes: for each T_UPDATE that is
 * over, with the delay that held then, which only coming and going changes. So no timer keeps a
 * run alive. */
#include "impair.h"

__extension__ typedef __int128 i128;

#define ROW(field) offsetof(struct link_settings, pie.field)
#define ONE (INT64_C(1) << 56)
#define MARKS_BELOW (ONE / 10) /* RFC 8033 5.1 */
#define SIXTEENTHS_OF_A_SECOND 16 * (i128)NS_PER_S

static const struct link_parameter parameters[] = {
    {.name = "target",
     .type = LINK_TIME,
     .offset = ROW(target_ns),
     .min = 1,
     .max = TIME_MAX_NS / 32,
     .otherwise = 15 * NS_PER_MS,
     .unit = "time",
     .help = "QDELAY_REF: the delay that is aimed at"},
    {.name = "update",
     .type = LINK_TIME,
     .offset = ROW(update_ns),
     .min = NS_PER_MS,
     .max = TIME_MAX_NS / 32,
     .otherwise = 15 * NS_PER_MS,
     .unit = "time",
     .help = "T_UPDATE: between two computations of the probability"},
    {.name = "burst",
     .type = LINK_TIME,
     .offset = ROW(burst_ns),
     .max = TIME_MAX_NS / 32,
     .otherwise = 150 * NS_PER_MS,
     .unit = "time",
     .help = "MAX_BURST: so long nothing is dropped after quiet times"},
    {.name = "alpha",
     .type = LINK_COUNT,
     .offset = ROW(alpha),
     .max = 32,
     .otherwise = 2,
     .unit = "1/16 Hz",
     .help = "weight of the delay's distance from the target"},
    {.name = "beta",
     .type = LINK_COUNT,
     .offset = ROW(beta),
     .max = 32,
     .otherwise = 20,
     .unit = "1/16 Hz",
     .help = "weight of the delay's change"},
    {.name = "ecn",
     .type = LINK_SWITCH,
     .offset = ROW(ecn),
     .otherwise = true,
     .unit = "-",
     .help = "packets of ECN-capable transports are marked where others are dropped, as long as "
             "the probability is below 10%"},
};

struct pie {
    struct backlog backlog;
    int64_t drop_prob;
    uint64_t qdelay_ns, qdelay_old_ns;
    uint64_t burst_allowance_ns;
    uint64_t next_update_ns;
};

static struct pie *pie_of(struct backlog *backlog) { return (struct pie *)(void *)backlog; }

static bool prepare(struct backlog *backlog)
{
    struct pie *pie = pie_of(backlog);
    pie->burst_allowance_ns = backlog_settings(backlog)->pie.burst_ns;
    pie->next_update_ns = backlog_now_ns(backlog) + backlog_settings(backlog)->pie.update_ns;
    return true;
}

/* RFC 8033 4.2: small probabilities move in small steps. */
static i128 scaled(int64_t drop_prob, i128 step)
{
    static const struct {
        int64_t below;
        int divisor;
    } scales[] = {{ONE / 1000000, 2048}, {ONE / 100000, 512}, {ONE / 10000, 128},
                  {ONE / 1000, 32},      {ONE / 100, 8},      {ONE / 10, 2}};
    for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++) {
        if (drop_prob < scales[i].below) { return step / scales[i].divisor; }
    }
    return step;
}

/* RFC 8033 4.2, 4.4 and appendix A: calculate_drop_prob. */
static void update(struct pie *pie, const struct link_settings *settings)
{
    const i128 error_ns = (i128)pie->qdelay_ns - (i128)settings->pie.target_ns;
    const i128 change_ns = (i128)pie->qdelay_ns - (i128)pie->qdelay_old_ns;
    const i128 step = (settings->pie.alpha * error_ns + settings->pie.beta * change_ns) * ONE /
                      (SIXTEENTHS_OF_A_SECOND);
    i128 drop_prob = pie->drop_prob + scaled(pie->drop_prob, step);
    if (pie->qdelay_ns == 0 && pie->qdelay_old_ns == 0) { drop_prob = drop_prob * 98 / 100; }
    drop_prob = drop_prob < 0 ? 0 : drop_prob;
    pie->drop_prob = (int64_t)(drop_prob > ONE ? ONE : drop_prob);
    const uint64_t half_ns = settings->pie.target_ns / 2;
    if (pie->drop_prob == 0 && pie->qdelay_ns < half_ns && pie->qdelay_old_ns < half_ns) {
        pie->burst_allowance_ns = settings->pie.burst_ns;
    } else {
        pie->burst_allowance_ns -= pie->burst_allowance_ns < settings->pie.update_ns
                                       ? pie->burst_allowance_ns
                                       : settings->pie.update_ns;
    }
    pie->qdelay_old_ns = pie->qdelay_ns;
}

/* One update; false: it changed nothing, and neither will the next ones until a packet comes or
 * goes.
 */
static bool moves(struct pie *pie, const struct link_settings *settings)
{
    const struct pie before = *pie;
    update(pie, settings);
    return before.drop_prob != pie->drop_prob || before.qdelay_old_ns != pie->qdelay_old_ns ||
           before.burst_allowance_ns != pie->burst_allowance_ns;
}

static void catch_up(struct pie *pie)
{
    const struct link_settings *settings = backlog_settings(&pie->backlog);
    const uint64_t now_ns = backlog_now_ns(&pie->backlog);
    while (pie->next_update_ns <= now_ns) {
        pie->next_update_ns += settings->pie.update_ns;
        if (!moves(pie, settings) && pie->next_update_ns <= now_ns) {
            const uint64_t behind_ns = now_ns - pie->next_update_ns;
            pie->next_update_ns +=
                (behind_ns / settings->pie.update_ns + 1) * settings->pie.update_ns;
        }
    }
}

/* RFC 8033 4.1: drop_early. */
static bool drops_early(const struct pie *pie, const struct flight *flight)
{
    const struct way *way = pie->backlog.way;
    const struct link_settings *settings = &way->settings;
    if (pie->burst_allowance_ns > 0 ||
        (pie->qdelay_old_ns < settings->pie.target_ns / 2 && pie->drop_prob < ONE / 5) ||
        pie->backlog.bytes <= 2 * (uint64_t)settings->mtu_bytes) {
        return false;
    }
    const uint64_t value = impair_draw(way, flight, STREAM_QUEUE, 0, 1) >> 8;
    return impair_decided(way, flight, "pie", (int64_t)value < pie->drop_prob) != 0;
}

static void enqueue(struct backlog *backlog, struct flight *flight)
{
    struct pie *pie = pie_of(backlog);
    catch_up(pie);
    if (backlog_is_full(backlog)) {
        backlog_lose(backlog, flight, "queue full");
    } else if (drops_early(pie, flight) &&
               !(backlog_settings(backlog)->pie.ecn && pie->drop_prob < MARKS_BELOW &&
                 backlog_mark(backlog->way, flight))) {
        backlog_lose(backlog, flight, "pie");
    } else {
        backlog_push(backlog, &backlog->line, flight);
    }
}

/* An empty queue delays nobody. */
static struct flight *dequeue(struct backlog *backlog)
{
    struct pie *pie = pie_of(backlog);
    catch_up(pie);
    struct flight *flight = backlog_pop(backlog, &backlog->line);
    if (flight != NULL) { pie->qdelay_ns = backlog_now_ns(backlog) - flight->arrival_ns; }
    if (backlog->packets == 0) { pie->qdelay_ns = 0; }
    return flight;
}

const struct discipline discipline_pie = {
    .form = {"pie", "drops at random on entry, so that the delay in the queue comes to a target",
             "RFC 8033", parameters, sizeof parameters / sizeof parameters[0]},
    .size = sizeof(struct pie),
    .prepare = prepare,
    .enqueue = enqueue,
    .dequeue = dequeue,
    .flush = backlog_flush,
};
