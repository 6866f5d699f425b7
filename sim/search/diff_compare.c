/* diff_compare.c - in what two segments differ: field by field, and their times. */
#include "diff.h"

#include <stdlib.h>
#include <string.h>

const char *diff_field_name(enum diff_field field)
{
    static const char *const names[DIFF_FIELD_COUNT] = {
        [DIFF_FLAGS] = "flags",     [DIFF_SEQ] = "SEQ",    [DIFF_LEN] = "LEN",
        [DIFF_ACK] = "ack",         [DIFF_WINDOW] = "win", [DIFF_URGENT] = "urg",
        [DIFF_OPTIONS] = "options", [DIFF_TIME] = "time",
    };
    return names[field];
}

/* ---- options ---- */

/* An option's octets in a form that can be compared: edges of SACK blocks relative, the values of
 * timestamps left out unless they count. */
static void normal_form(const uint8_t *option, uint8_t len, tcp_seq sack_base, bool timestamps,
                        uint8_t *form)
{
    memcpy(form, option, len);
    if (option[0] == TCP_OPT_SACK) {
        for (uint8_t at = 2; at + 4 <= len; at = (uint8_t)(at + 4)) {
            wire_put32(form + at, wire_get32(option + at) - sack_base);
        }
    } else if (option[0] == TCP_OPT_TIMESTAMP && !timestamps) {
        memset(form + 2, 0, (size_t)len - 2);
    }
}

static bool same_options(const struct diff_segment *a, const struct diff_segment *b,
                         bool timestamps)
{
    uint8_t at_a = 0, at_b = 0, kind = 0, len_a = 0, len_b = 0;
    const uint8_t *option_a = NULL, *option_b = NULL;
    uint8_t form_a[TCP_OPTIONS_MAX_BYTES], form_b[TCP_OPTIONS_MAX_BYTES];
    for (;;) {
        const bool more_a = wire_next_option(a->segment.options, a->segment.options_len, &at_a,
                                             &kind, &option_a, &len_a);
        const bool more_b = wire_next_option(b->segment.options, b->segment.options_len, &at_b,
                                             &kind, &option_b, &len_b);
        if (more_a != more_b) { return false; }
        if (!more_a) { return true; }
        if (len_a != len_b) { return false; }
        normal_form(option_a, len_a, a->ack_base, timestamps, form_a);
        normal_form(option_b, len_b, b->ack_base, timestamps, form_b);
        if (memcmp(form_a, form_b, len_a) != 0) { return false; }
    }
}

/* ---- the rest of a segment ---- */

static uint32_t field(bool differs, enum diff_field which)
{
    return differs ? UINT32_C(1) << which : 0;
}

uint32_t diff_compare(const struct diff_segment *a, const struct diff_segment *b,
                      const struct diff_rules *rules)
{
    const struct tcp_segment *x = &a->segment;
    const struct tcp_segment *y = &b->segment;
    const uint16_t ignored = rules->psh ? 0 : TCP_PSH;
    const bool both_ack = (x->flags & y->flags & TCP_ACK) != 0;
    const bool both_urgent = (x->flags & y->flags & TCP_URG) != 0;
    return field(((x->flags ^ y->flags) & 0xff & ~ignored) != 0, DIFF_FLAGS) |
           field(x->seq - a->seq_base != y->seq - b->seq_base, DIFF_SEQ) |
           field(a->payload_len != b->payload_len, DIFF_LEN) |
           field(both_ack && x->ack - a->ack_base != y->ack - b->ack_base, DIFF_ACK) |
           field(rules->windows && x->window != y->window, DIFF_WINDOW) |
           field(both_urgent && x->urgent != y->urgent, DIFF_URGENT) |
           field(!same_options(a, b, rules->timestamps), DIFF_OPTIONS);
}

/* ---- times ---- */

/* A pair that others' times are held against. */
struct reference {
    bool there;
    uint64_t first_ns, second_ns;
};

static uint64_t distance(uint64_t a, uint64_t b) { return a > b ? a - b : b - a; }

/* Since the reference as much time has passed on both sides, within the tolerance. */
static bool keeps_pace(const struct reference *from, uint64_t first_ns, uint64_t second_ns,
                       uint64_t longest_ns, const struct diff_rules *rules)
{
    const uint64_t allowed_ns = rules->tolerance_ns + longest_ns / 1000 * rules->tolerance_permille;
    /* |(first - first') - (second - second')|, without a sign in between */
    return from->there &&
           distance(first_ns + from->second_ns, second_ns + from->first_ns) <= allowed_ns;
}

static uint64_t since(const struct reference *from, uint64_t second_ns)
{
    return from->there && second_ns > from->second_ns ? second_ns - from->second_ns : 0;
}

/* A late timer delays what follows it, not what others do by the clock: it suffices that a segment
 * keeps pace with the last pair of all, with its sender's last one on the connection, or with the
 * beginning. */
bool diff_compare_times(struct diff_alignment *alignment)
{
    const struct diff_rules *rules = &alignment->rules;
    const struct reference beginning = {.there = true};
    struct reference last = {0};
    struct reference *of_sender = calloc(2 * alignment->first->flow_count + 1, sizeof *of_sender);
    if (of_sender == NULL) { return false; }
    for (size_t i = 0; rules->times && i < alignment->count; i++) {
        struct diff_pair *pair = &alignment->pair[i];
        if (pair->first == DIFF_NONE || pair->second == DIFF_NONE) { continue; }
        const struct diff_segment *first = &alignment->first->segment[pair->first];
        const uint64_t first_ns = first->time_ns;
        const uint64_t second_ns = alignment->second->segment[pair->second].time_ns;
        struct reference *own = &of_sender[2 * (size_t)first->conn + first->sender];
        const uint64_t longest_ns = since(own, second_ns) > since(&last, second_ns)
                                        ? since(own, second_ns)
                                        : since(&last, second_ns);
        if (!keeps_pace(&last, first_ns, second_ns, longest_ns, rules) &&
            !keeps_pace(own, first_ns, second_ns, longest_ns, rules) &&
            !keeps_pace(&beginning, first_ns, second_ns, longest_ns, rules)) {
            pair->fields |= UINT32_C(1) << DIFF_TIME;
        }
        last = *own = (struct reference){true, first_ns, second_ns};
    }
    free(of_sender);
    return true;
}
