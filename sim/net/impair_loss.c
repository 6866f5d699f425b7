/* impair_loss.c - loss: by chance, by a channel that remembers, by a pattern or a list. */
#include "impair.h"

#include <string.h>

#define ROW(field) offsetof(struct link_settings, field)

static const struct link_parameter chance[] = {{.name = "loss",
                                                .type = LINK_PROBABILITY,
                                                .offset = ROW(loss_ppb),
                                                .max = PPB_ONE,
                                                .zero_is_off = true,
                                                .unit = "probability"}};
#define GEMODEL(field_name, what, must, value)                                                    \
    {                                                                                             \
        .name = #field_name, .type = LINK_PROBABILITY, .offset = ROW(gemodel.field_name##_ppb),   \
        .max = PPB_ONE, .required = must, .otherwise = value, .unit = "probability", .help = what \
    }
static const struct link_parameter gemodel[] = {
    GEMODEL(p, "from the good to the bad state, with each packet", true, 0),
    GEMODEL(r, "from the bad to the good state, with each packet", true, 0),
    GEMODEL(one_minus_h, "of loss in the bad state", false, PPB_ONE),
    GEMODEL(one_minus_k, "of loss in the good state", false, 0),
};
static const struct link_parameter pattern[] = {
    {.name = "pattern", .type = LINK_PATTERN, .offset = ROW(pattern), .unit = "-"}};
static const struct link_parameter list[] = {{.name = "list",
                                              .type = LINK_ORDINALS,
                                              .offset = ROW(list),
                                              .min = 1,
                                              .max = UINT64_MAX,
                                              .unit = "ordinals"}};

static const struct link_form chance_form = {"", "each packet for itself", "netem", chance, 1};
static const struct link_form gemodel_form = {
    "gemodel", "a Gilbert-Elliott channel: two states, so losses come in bursts",
    "netem; Gilbert 1960, Elliott 1963", gemodel, sizeof gemodel / sizeof gemodel[0]};
static const struct link_form pattern_form = {
    "pattern", "a text of 0 and 1, where 1 is lost, repeated: \"1011\"", "tcpsim", pattern, 1};
static const struct link_form list_form = {
    "list", "the packets with these numbers on that way: { 3, 7 }", "tcpsim", list, 1};
static const struct link_form *const forms[] = {&chance_form, &gemodel_form, &pattern_form,
                                                &list_form};

const struct link_option link_option_loss = {
    .name = "loss",
    .help = "packets that are lost on entry: a probability, { gemodel = { p, r, one_minus_h, "
            "one_minus_k } }, { pattern = \"1011\" } or { list = { 3, 7 } }",
    .source = "netem",
    .forms = forms,
    .form_count = sizeof forms / sizeof forms[0],
};

static bool channel_is_on(const struct link_settings *settings)
{
    return settings->gemodel.p_ppb > 0 || settings->gemodel.one_minus_k_ppb > 0;
}

static bool is_on(const struct link_settings *settings) { return channel_is_on(settings); }

/* netem's order: the state moves, and the one that was decides about the packet. Both values are
 * drawn for every packet. */
static void offered(struct way *way, struct flight *flight)
{
    struct impaired *impaired = way->impaired;
    const struct link_settings *settings = &way->settings;
    if (!channel_is_on(settings)) {
        impaired->channel_bad = false;
        return;
    }
    const uint64_t leave_ppb =
        impaired->channel_bad ? settings->gemodel.r_ppb : settings->gemodel.p_ppb;
    const uint64_t loss_ppb = impaired->channel_bad ? settings->gemodel.one_minus_h_ppb
                                                    : settings->gemodel.one_minus_k_ppb;
    const struct rng_stream *stream = &impaired->streams[STREAM_GEMODEL];
    if (rng_chance(stream, flight->ordinal * 2, leave_ppb)) {
        impaired->channel_bad = !impaired->channel_bad;
    }
    flight->channel_loses = rng_chance(stream, flight->ordinal * 2 + 1, loss_ppb);
}

/* Every packet has its own value of the stream, whether it is asked for or not. */
bool way_loses(const struct way *way, const struct flight *flight)
{
    const struct link_settings *settings = &way->settings;
    const uint64_t ordinal = flight->ordinal;
    bool lost = way->impaired != NULL && flight->channel_loses;
    if (settings->loss_ppb > 0) { lost |= rng_chance(&way->loss, ordinal, settings->loss_ppb); }
    if (settings->list.count > 0) {
        lost |= ordinals_hold(settings->list.at, settings->list.count, ordinal);
    }
    if (settings->pattern != NULL) {
        lost |= settings->pattern[(ordinal - 1) % strlen(settings->pattern)] == '1';
    }
    if (way->link->world->config.hooks.decided == NULL) { return lost; }
    return impair_decided(way, flight, "loss", lost) != 0;
}

/* Copies were made on entry, of what was not lost. */
static enum impair_verdict entered(struct way *way, struct flight *flight, struct flight **copy,
                                   const char **reason)
{
    (void)copy;
    *reason = "loss";
    return flight->lane == 0 && way_loses(way, flight) ? IMPAIR_LOST : IMPAIR_GO_ON;
}

const struct impairment impairment_loss = {.is_on = is_on, .offered = offered, .entered = entered};
