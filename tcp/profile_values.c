/* profile_values.c - a column of the table of option values as the fields that a host is given. The
 * words that `tcpsim options` prints are the only place where a value stands: an option whose row
 * has a field has its column's value in every profile. */
#include "profile.h"

#include <string.h>

#define MTU_DEFAULT_BYTES 1500
#define CHOICE_MAX 32 /* octets of the longest choice, and a zero */

unsigned tcp_profile_find(const char *name)
{
    unsigned which = 0;
    while (which < TCP_PROFILES && strcmp(name, tcp_profile_names[which]) != 0) { which++; }
    return which;
}

const struct tcp_option_row *tcp_option_find(const char *name)
{
    for (size_t i = 0; i < tcp_option_count; i++) {
        if (strcmp(tcp_option_table[i].name, name) == 0) { return &tcp_option_table[i]; }
    }
    return NULL;
}

bool tcp_option_choice(const struct tcp_option_row *row, const char *word, uint64_t *place)
{
    const size_t wanted = strlen(word);
    const char *at = row->choices != NULL ? row->choices : "";
    for (*place = 0; *at != '\0'; ++*place) {
        const size_t len = strcspn(at, " ");
        if (len == wanted && strncmp(at, word, len) == 0) { return true; }
        at += len;
        at += strspn(at, " ");
    }
    return false;
}

static bool is_number(const char *text) { return strspn(text, "0123456789") > 0; }

/* The whole number in front; 0: there is none. */
static uint64_t leading_number(const char **text)
{
    uint64_t number = 0;
    for (; is_number(*text); (*text)++) { number = number * 10 + (uint64_t)(**text - '0'); }
    return number;
}

static bool begins_with(const char *text, const char *word)
{
    return strncmp(text, word, strlen(word)) == 0;
}

/* The columns have no other units, and none of these begins with another one. */
static uint64_t time_value(const char *text)
{
    static const struct {
        const char *name;
        uint64_t ns;
    } units[] = {
        {"ms", UINT64_C(1000000)},
        {"s", UINT64_C(1000000000)},
        {"min", UINT64_C(60000000000)},
    };
    const uint64_t number = leading_number(&text);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (begins_with(text, units[i].name)) { return number * units[i].ns; }
    }
    return 0;
}

/* The place among the choices, in which '_' stands for a blank; one that is not there yet is the
 * first. */
static uint64_t choice_value(const struct tcp_option_row *row, const char *text)
{
    char word[CHOICE_MAX] = "";
    strncpy(word, text, sizeof word - 1);
    for (char *blank = word; (blank = strchr(blank, ' ')) != NULL;) { *blank = '_'; }
    uint64_t place;
    return tcp_option_choice(row, word, &place) ? place : 0;
}

/* "1 in 500ms a connection", or "off". */
static struct tcp_ack_limit ack_limit_value(const char *text)
{
    const char *between = strstr(text, " in ");
    if (between == NULL) { return (struct tcp_ack_limit){0}; }
    return (struct tcp_ack_limit){.count = (uint32_t)leading_number(&text),
                                  .interval_ns = time_value(between + 4)};
}

/* "off (2h, 75s, 9)": the interval and the count that hold once it is on; or "off" alone. */
static void store_keepalive(struct tcp_options *options, const char *text)
{
    const char *interval = strchr(text, ',');
    if (interval == NULL) { return; }
    const char *count = strrchr(text, ' ') + 1;
    options->keepalive_interval_ns = time_value(interval + 2);
    options->keepalive_count = (uint32_t)leading_number(&count);
}

static uint64_t value_of(const struct tcp_option_row *row, const char *text)
{
    switch (row->type) {
    case TCP_OPTION_BOOL: return begins_with(text, "true");
    case TCP_OPTION_TIME: return time_value(text);
    case TCP_OPTION_CHOICE: return choice_value(row, text);
    case TCP_OPTION_COUNT:
    case TCP_OPTION_SEQ:
    case TCP_OPTION_SIZE: return leading_number(&text);
    case TCP_OPTION_SHIFT: return is_number(text) ? 1 + leading_number(&text) : 0;
    case TCP_OPTION_KEEPALIVE: /* no single numbers */
    case TCP_OPTION_ACK_LIMIT:
    case TCP_OPTION_LATER: break;
    }
    return 0;
}

void tcp_option_store(struct tcp_options *options, const struct tcp_option_row *row, uint64_t value,
                      bool given)
{
    unsigned char *field = (unsigned char *)options + row->offset;
    const uint8_t octet = (uint8_t)value;
    const uint16_t two = (uint16_t)value;
    const uint32_t four = (uint32_t)value;
    const bool truth = value != 0;
    if (row->type == TCP_OPTION_BOOL) {
        memcpy(field, &truth, sizeof truth);
    } else if (row->width == sizeof octet) {
        memcpy(field, &octet, sizeof octet);
    } else if (row->width == sizeof two) {
        memcpy(field, &two, sizeof two);
    } else if (row->width == sizeof four) {
        memcpy(field, &four, sizeof four);
    } else {
        memcpy(field, &value, sizeof value);
    }
    if (row->present_offset != SIZE_MAX) {
        memcpy((unsigned char *)options + row->present_offset, &given, sizeof given);
    }
}

void tcp_options_profile(struct tcp_options *options, unsigned which)
{
    *options = (struct tcp_options){.mtu_bytes = MTU_DEFAULT_BYTES};
    for (size_t i = 0; i < tcp_option_count; i++) {
        const struct tcp_option_row *row = &tcp_option_table[i];
        const char *text = row->defaults[which];
        if (row->type == TCP_OPTION_ACK_LIMIT) {
            options->challenge_ack_limit = ack_limit_value(text);
        } else if (row->type == TCP_OPTION_KEEPALIVE) {
            store_keepalive(options, text);
        } else if (row->type != TCP_OPTION_LATER) {
            tcp_option_store(options, row, value_of(row, text), is_number(text));
        }
    }
}

void tcp_options_default(struct tcp_options *options) { tcp_options_profile(options, 0); }
