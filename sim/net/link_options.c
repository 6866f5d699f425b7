/* link_options.c - the settings of one direction of a link: the list of their tables, what is
 * common to all, and the options that are no impairment. To add one: a field in struct
 * link_settings, a table in the file of what it does, a line here. */
#include "impair.h"

#include <stdio.h>
#include <string.h>

#define ROW(field) offsetof(struct link_settings, field)
/* An option of one value. */
#define PLAIN(option_name, words, from, may_be_off, ...)                                           \
    static const struct link_parameter option_name##_parameters[] = {__VA_ARGS__};                 \
    static const struct link_form option_name##_form = {"", words, from, option_name##_parameters, \
                                                        1};                                        \
    static const struct link_form *const option_name##_forms[] = {&option_name##_form};            \
    static const struct link_option option_##option_name = {.name = #option_name,                  \
                                                            .help = words,                         \
                                                            .source = from,                        \
                                                            .forms = option_name##_forms,          \
                                                            .form_count = 1,                       \
                                                            .never_off = !(may_be_off)}

PLAIN(delay, "from the end of serialisation to arrival", "netem", true,
      {.name = "delay",
       .type = LINK_TIME,
       .offset = ROW(delay_ns),
       .max = TIME_MAX_NS,
       .zero_is_off = true,
       .unit = "time"});
PLAIN(rate, "serialisation of the IP packet's octets", "netem", true,
      {.name = "rate",
       .type = LINK_RATE,
       .offset = ROW(rate_bps),
       .min = 1,
       .max = UINT64_MAX,
       .zero_is_off = true,
       .off = "unlimited",
       .unit = "bits a second"});
PLAIN(limit, "packets queued, with the one being sent; more are dropped", "netem", true,
      {.name = "limit",
       .type = LINK_COUNT,
       .offset = ROW(limit),
       .min = 1,
       .max = UINT32_MAX,
       .zero_is_off = true,
       .off = "unlimited",
       .unit = "packets"});
PLAIN(mtu, "the largest IP packet; sets the MSS of what runs over it", "RFC 791", false,
      {.name = "mtu",
       .type = LINK_SIZE,
       .offset = ROW(mtu_bytes),
       .min = 68,
       .max = 65535,
       .otherwise = 1500,
       .unit = "octets"});
PLAIN(trace,
      "a delivery trace in rate's place: a file beside the scenario with a number a line, or a "
      "list; each is a millisecond at which 1500 octets may leave; after the last it begins again",
      "mahimahi", true,
      {.name = "trace",
       .type = LINK_DELIVERIES,
       .offset = ROW(trace),
       .max = UINT32_MAX,
       .zero_is_off = true,
       .off = "off",
       .unit = "milliseconds"});

const struct link_option *const link_options[] = {
    &option_delay,        &link_option_jitter,  &link_option_distribution,
    &option_rate,         &option_limit,        &link_option_queue,
    &option_trace,        &link_option_loss,    &link_option_duplicate,
    &link_option_corrupt, &link_option_reorder, &option_mtu,
};
const size_t link_option_count = sizeof link_options / sizeof link_options[0];

/* ---- one value ---- */

/* Where it stands. */
static unsigned char *place(struct link_settings *settings, const struct link_parameter *parameter)
{
    return (unsigned char *)settings + parameter->offset;
}

void link_parameter_store(const struct link_parameter *parameter, struct link_settings *settings,
                          uint64_t value)
{
    const uint32_t four = (uint32_t)value;
    const bool one = value != 0;
    switch (parameter->type) {
    case LINK_TIME:
    case LINK_RATE:
    case LINK_PROBABILITY: memcpy(place(settings, parameter), &value, sizeof value); return;
    case LINK_COUNT:
    case LINK_SIZE:
    case LINK_CHOICE: memcpy(place(settings, parameter), &four, sizeof four); return;
    case LINK_SWITCH: memcpy(place(settings, parameter), &one, sizeof one); return;
    case LINK_PATTERN: memset(place(settings, parameter), 0, sizeof settings->pattern); return;
    case LINK_ORDINALS:
    case LINK_DELIVERIES:
        memset(place(settings, parameter), 0, sizeof(struct link_numbers));
        return;
    }
}

void link_option_reset(const struct link_option *option, struct link_settings *settings)
{
    for (size_t f = 0; f < option->form_count; f++) {
        const struct link_form *form = option->forms[f];
        for (size_t i = 0; i < form->count; i++) {
            link_parameter_store(&form->parameters[i], settings, form->parameters[i].otherwise);
        }
    }
    if (option->by_name) {
        memset((unsigned char *)settings + option->chosen_offset, 0, sizeof(uint32_t));
    }
}

/* Parts per billion as a percentage without zeros at its end. */
static void percentage(uint64_t ppb, char *text, size_t room)
{
    char digits[16];
    (void)snprintf(digits, sizeof digits, "%07u", (unsigned)(ppb % (PPB_ONE / 100)));
    size_t len = strlen(digits);
    while (len > 0 && digits[len - 1] == '0') { len--; }
    digits[len] = '\0';
    (void)snprintf(text, room, "%u%s%s%%", (unsigned)(ppb / (PPB_ONE / 100)), len > 0 ? "." : "",
                   digits);
}

static void choice_name(const char *choices, uint64_t number, char *text, size_t room)
{
    for (; number > 0; number--) { choices += strcspn(choices, " ") + 1; }
    (void)snprintf(text, room, "%.*s", (int)strcspn(choices, " "), choices);
}

void link_parameter_default(const struct link_parameter *parameter, char *text, size_t room)
{
    const uint64_t value = parameter->otherwise;
    if (parameter->required) {
        (void)snprintf(text, room, "required");
        return;
    }
    if (value == 0 && parameter->off != NULL) {
        (void)snprintf(text, room, "%s", parameter->off);
        return;
    }
    switch (parameter->type) {
    case LINK_TIME:
        if (value == 0) {
            (void)snprintf(text, room, "0");
        } else {
            (void)units_format_duration(value, text, room);
        }
        return;
    case LINK_PROBABILITY:
        if (value == 0) {
            (void)snprintf(text, room, "0");
        } else {
            percentage(value, text, room);
        }
        return;
    case LINK_CHOICE: choice_name(parameter->choices, value, text, room); return;
    case LINK_SWITCH: (void)snprintf(text, room, "%s", value != 0 ? "true" : "false"); return;
    case LINK_PATTERN:
    case LINK_ORDINALS:
    case LINK_DELIVERIES: (void)snprintf(text, room, "-"); return;
    case LINK_RATE:
    case LINK_COUNT:
    case LINK_SIZE: (void)snprintf(text, room, "%llu", (unsigned long long)value); return;
    }
}

/* ---- whole settings ---- */

void link_settings_default(struct link_settings *settings)
{
    memset(settings, 0, sizeof *settings);
    for (size_t i = 0; i < link_option_count; i++) { link_option_reset(link_options[i], settings); }
}

const char *link_settings_contradiction(const struct link_settings *settings)
{
    return settings->red.min >= settings->red.max && settings->red.max > 0
               ? "min of red must be below its max"
               : NULL;
}

static bool copy_numbers(struct arena *arena, struct link_numbers *numbers)
{
    const struct link_numbers from = *numbers;
    *numbers = (struct link_numbers){NULL, 0};
    if (from.count == 0) { return true; }
    uint64_t *at = arena_take(arena, from.count * sizeof *at);
    if (at == NULL) { return false; }
    memcpy(at, from.at, from.count * sizeof *at);
    *numbers = (struct link_numbers){at, from.count};
    return true;
}

bool link_settings_copy(struct arena *arena, const struct link_settings *from,
                        struct link_settings *to)
{
    *to = *from;
    const bool list = copy_numbers(arena, &to->list);
    const bool trace = copy_numbers(arena, &to->trace);
    const bool has_pattern = from->pattern != NULL && from->pattern[0] != '\0';
    to->pattern = has_pattern ? arena_strdup(arena, from->pattern) : NULL;
    if (list && trace && (to->pattern != NULL) == has_pattern) { return true; }
    link_settings_free(arena, to);
    return false;
}

void give_const(struct arena *arena, const void *memory, size_t size_bytes)
{
    union {
        const void *read;
        void *write;
    } pointer = {.read = memory};
    arena_give(arena, pointer.write, size_bytes);
}

static void free_numbers(struct arena *arena, struct link_numbers *numbers)
{
    if (numbers->count > 0) {
        give_const(arena, numbers->at, numbers->count * sizeof *numbers->at);
    }
    *numbers = (struct link_numbers){NULL, 0};
}

void link_settings_free(struct arena *arena, struct link_settings *settings)
{
    free_numbers(arena, &settings->list);
    free_numbers(arena, &settings->trace);
    if (settings->pattern != NULL) {
        give_const(arena, settings->pattern, strlen(settings->pattern) + 1);
    }
    settings->pattern = NULL;
}

bool ordinals_hold(const uint64_t *list, size_t len, uint64_t ordinal)
{
    size_t low = 0;
    for (size_t high = len; low < high;) {
        const size_t middle = low + (high - low) / 2;
        if (list[middle] < ordinal) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < len && list[low] == ordinal;
}
