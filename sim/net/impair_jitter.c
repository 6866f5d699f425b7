/* impair_jitter.c - the delay varies from packet to packet, by one of netem's distributions. */
#include "impair.h"

#define JITTER_MAX_NS (TIME_MAX_NS / 16) /* four of it and a delay are a time still */

static const struct link_parameter jitter[] = {{.name = "jitter",
                                                .type = LINK_TIME,
                                                .offset = offsetof(struct link_settings, jitter_ns),
                                                .max = JITTER_MAX_NS,
                                                .zero_is_off = true,
                                                .unit = "time"}};
static const struct link_parameter distribution[] = {
    {.name = "distribution",
     .type = LINK_CHOICE,
     .offset = offsetof(struct link_settings, distribution),
     .max = LINK_PARETONORMAL,
     .choices = "uniform normal pareto paretonormal",
     .unit = "-"}};
static const struct link_form jitter_form = {"", "variation of the delay", "netem", jitter, 1};
static const struct link_form distribution_form = {"", "of the jitter", "netem", distribution, 1};
static const struct link_form *const jitter_forms[] = {&jitter_form};
static const struct link_form *const distribution_forms[] = {&distribution_form};

const struct link_option link_option_jitter = {
    .name = "jitter",
    .help = "variation of the delay, for each packet: packets may overtake each other; no delay "
            "falls below 0",
    .source = "netem",
    .forms = jitter_forms,
    .form_count = 1,
};
const struct link_option link_option_distribution = {
    .name = "distribution",
    .help = "of the jitter: uniform within it on both sides, or with jitter as its scale",
    .source = "netem",
    .forms = distribution_forms,
    .form_count = 1,
    .never_off = true,
};

static bool is_on(const struct link_settings *settings) { return settings->jitter_ns > 0; }

/* uniform: delay - jitter to delay + jitter, the end left out. Else a quantile of the distribution
 * times the jitter, in parts of 8192, rounded to the nearest. */
static int64_t variation_ns(const struct link_settings *settings, uint64_t value)
{
    const int64_t jitter_ns = (int64_t)settings->jitter_ns;
    if (settings->distribution == LINK_UNIFORM) {
        return (int64_t)rng_scaled(value, 2 * settings->jitter_ns) - jitter_ns;
    }
    const int32_t parts = distribution_quantile((enum link_distribution)settings->distribution,
                                                (uint32_t)(value >> 32));
    const int64_t rest = (jitter_ns % DISTRIBUTION_SCALE) * parts;
    const int64_t half = rest >= 0 ? DISTRIBUTION_SCALE / 2 : -DISTRIBUTION_SCALE / 2;
    return (rest + half) / DISTRIBUTION_SCALE + jitter_ns / DISTRIBUTION_SCALE * parts;
}

static int64_t delayed(const struct way *way, const struct flight *flight, int64_t delay_ns)
{
    const struct link_settings *settings = &way->settings;
    if (!is_on(settings) || (flight->goes_ahead && flight->lane == 0)) { return delay_ns; }
    const uint64_t value = impair_draw(way, flight, STREAM_JITTER, 0, 1);
    const int64_t jittered = delay_ns + variation_ns(settings, value);
    return (int64_t)impair_decided(way, flight, "jitter", jittered < 0 ? 0 : (uint64_t)jittered);
}

const struct impairment impairment_jitter = {.is_on = is_on, .delayed = delayed};
