/* link_options.c - the settings of one direction of a link, and their table. To add one: a field in
 * struct link_settings, a row here, and its effect in link_admit. */
#include "net_private.h"

#include <string.h>

#define ROW(field) offsetof(struct link_settings, field)
#define LATER(option, words)                                   \
    {                                                          \
        option, LINK_LATER, 0, 0, 0, "", "off", words, "netem" \
    }

/* Times and rates are uint64_t, counts and sizes uint32_t; `loss` stands for three fields, of which
 * loss_ppb is the probability. */
const struct link_option_row link_option_table[] = {
    {"delay", LINK_TIME, ROW(delay_ns), 0, TIME_MAX_NS, "time", "0",
     "from the end of serialisation to arrival", "netem"},
    {"rate", LINK_RATE, ROW(rate_bps), 1, UINT64_MAX, "bits a second", "unlimited",
     "serialisation of the IP packet's octets", "netem"},
    {"limit", LINK_COUNT, ROW(limit), 1, UINT32_MAX, "packets", "unlimited",
     "packets queued, with the one being sent; more are dropped", "netem"},
    {"loss", LINK_LOSS, ROW(loss_ppb), 0, PPB_ONE, "probability", "0",
     "a probability, { pattern = \"1011\" } or { list = { 3, 7 } }, on entry", "netem"},
    {"mtu", LINK_SIZE, ROW(mtu_bytes), 68, 65535, "octets", "1500",
     "the largest IP packet; sets the MSS of what runs over it", "RFC 791"},
    LATER("jitter", "variation of the delay"),
    LATER("distribution", "of the jitter"),
    LATER("duplicate", "probability of a second copy"),
    LATER("corrupt", "probability of a changed octet"),
    LATER("reorder", "probability, correlation and gap"),
    LATER("queue", "discipline of the queue"),
    LATER("trace", "a delivery trace"),
};
const size_t link_option_count = sizeof link_option_table / sizeof link_option_table[0];

void link_settings_default(struct link_settings *settings)
{
    *settings = (struct link_settings){.mtu_bytes = 1500};
}

bool link_settings_copy(struct arena *arena, const struct link_settings *from,
                        struct link_settings *to)
{
    struct link_settings copy = *from;
    copy.list = NULL;
    copy.pattern = NULL;
    if (from->list != NULL && from->list_len > 0) {
        uint64_t *list = arena_take(arena, from->list_len * sizeof *list);
        if (list == NULL) { return false; }
        memcpy(list, from->list, from->list_len * sizeof *list);
        copy.list = list;
    }
    if (from->pattern != NULL && from->pattern[0] != '\0') {
        copy.pattern = arena_strdup(arena, from->pattern);
        if (copy.pattern == NULL) {
            link_settings_free(arena, &copy);
            return false;
        }
    }
    *to = copy;
    return true;
}

void give_const(struct arena *arena, const void *memory, size_t size_bytes)
{
    union {
        const void *read;
        void *write;
    } pointer = {.read = memory};
    arena_give(arena, pointer.write, size_bytes);
}

void link_settings_free(struct arena *arena, struct link_settings *settings)
{
    if (settings->list != NULL) {
        give_const(arena, settings->list, settings->list_len * sizeof *settings->list);
    }
    if (settings->pattern != NULL) {
        give_const(arena, settings->pattern, strlen(settings->pattern) + 1);
    }
    settings->list = NULL;
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

/* Every packet has its own value of the stream, whether it is asked for or not. */
bool link_settings_lose(const struct way *way, uint64_t ordinal)
{
    const struct link_settings *settings = &way->settings;
    if (settings->loss_ppb > 0 && rng_chance(&way->loss, ordinal, settings->loss_ppb)) {
        return true;
    }
    if (settings->list != NULL && ordinals_hold(settings->list, settings->list_len, ordinal)) {
        return true;
    }
    return settings->pattern != NULL &&
           settings->pattern[(ordinal - 1) % strlen(settings->pattern)] == '1';
}
