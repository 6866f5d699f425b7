/* impair_reorder.c - some packets take no delay, and so come before those that left earlier. */
#include "impair.h"

#define ROW(field) offsetof(struct link_settings, reorder.field)

static const struct link_parameter parameters[] = {
    {.name = "probability",
     .type = LINK_PROBABILITY,
     .offset = ROW(probability_ppb),
     .max = PPB_ONE,
     .zero_is_off = true,
     .unit = "probability",
     .help = "of a packet whose turn it is taking no delay"},
    {.name = "correlation",
     .type = LINK_PROBABILITY,
     .offset = ROW(correlation_ppb),
     .max = PPB_ONE,
     .unit = "correlation",
     .help = "how much a packet's chance follows from the chance before"},
    {.name = "gap",
     .type = LINK_COUNT,
     .offset = ROW(gap),
     .min = 1,
     .max = UINT32_MAX,
     .otherwise = 1,
     .unit = "packets",
     .help = "gap - 1 packets are delayed before one may go ahead; 1: each may"},
};
static const struct link_form form = {"", "packets that go ahead", "netem", parameters,
                                      sizeof parameters / sizeof parameters[0]};
static const struct link_form *const forms[] = {&form};

const struct link_option link_option_reorder = {
    .name = "reorder",
    .help = "packets that take no delay (nor jitter), and so overtake the others",
    .source = "netem",
    .forms = forms,
    .form_count = 1,
};

static bool is_on(const struct link_settings *settings)
{
    return settings->reorder.probability_ppb > 0;
}

/* netem's: a value of 2^32, mixed with the one before. */
static uint64_t correlated(struct impaired *impaired, uint64_t value, uint64_t correlation_ppb)
{
    if (correlation_ppb == 0) { return value; }
    impaired->reorder_last =
        (value * (PPB_ONE - correlation_ppb) + impaired->reorder_last * correlation_ppb) / PPB_ONE;
    return impaired->reorder_last;
}

/* In netem nothing is drawn within a gap, and lost packets do not count: here each packet offered
 * counts and has a value, so that no other impairment or rule moves what is decided of the next. */
static void offered(struct way *way, struct flight *flight)
{
    struct impaired *impaired = way->impaired;
    const struct link_settings *settings = &way->settings;
    if (!is_on(settings)) { return; }
    const bool in_gap = impaired->reorder_since + 1 < settings->reorder.gap;
    const uint64_t value = rng_value(&impaired->streams[STREAM_REORDER], flight->ordinal) >> 32;
    bool ahead = false;
    if (!in_gap) {
        const uint64_t mixed = correlated(impaired, value, settings->reorder.correlation_ppb);
        ahead = mixed * PPB_ONE >> 32 < settings->reorder.probability_ppb;
    }
    impaired->reorder_since =
        ahead ? 0 : impaired->reorder_since + !(impaired->reorder_since == UINT32_MAX);
    flight->goes_ahead = impair_decided(way, flight, "reorder", ahead) != 0;
}

static int64_t delayed(const struct way *way, const struct flight *flight, int64_t delay_ns)
{
    (void)way;
    return flight->goes_ahead && flight->lane == 0 ? 0 : delay_ns;
}

const struct impairment impairment_reorder = {
    .is_on = is_on, .offered = offered, .delayed = delayed};
