/* sysctls.c - a script sets a knob of a kernel: what that is as an option of the host, by the table
 * of sysctl_table.c. A knob whose option is not there yet may still be switched off, and one that
 * asks for more than is there is named. */
#include "sysctls.h"

#include <stdio.h>
#include <string.h>

/* What FreeBSD's limit of challenge ACKs begins with, once a script speaks of it. */
#define ACK_WAR_WINDOW_NS (1000 * NS_PER_MS)
#define ACK_WAR_COUNT 5

/* ---- values ---- */

/* Decimal or 0x…; false: something else. */
static bool read_number(const char *text, uint64_t *number)
{
    unsigned long long value = 0;
    int used = 0;
    const bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    if (text[0] < '0' || text[0] > '9' || strlen(text) > 18 ||
        /* NOLINTNEXTLINE(cert-err34-c): bounded by its length */
        sscanf(text, hex ? "%llx%n" : "%llu%n", &value, &used) != 1 || text[used] != '\0') {
        return false;
    }
    *number = value;
    return true;
}

/* "4096 131072 6291456" */
static bool read_second(const char *text, uint64_t *number)
{
    char second[24] = "";
    const char *at = text + strcspn(text, " \t");
    at += strspn(at, " \t");
    const size_t len = strcspn(at, " \t");
    if (len == 0 || len >= sizeof second) { return false; }
    memcpy(second, at, len);
    return read_number(second, number);
}

/* ---- setting ---- */

struct knob_set {
    struct pkt *pkt;
    const struct pkt_knob *knob;
    const struct tcp_option_row *row; /* NULL: no such option here */
    const char *value;
    uint64_t number;
    bool is_number;
    uint32_t line;
};

static bool refuse(const struct knob_set *set)
{
    pkt_unsupported(set->pkt, set->line, "sysctl %s=%s", set->knob->name, set->value);
    return false;
}

static bool store(const struct knob_set *set, uint64_t value)
{
    const struct tcp_option_row *row = set->row;
    const bool later = row == NULL || row->type == TCP_OPTION_LATER;
    if (later) { /* what the profile says of itself changes nothing */
        const char *word = row != NULL ? row->defaults[set->pkt->profile] : "off";
        return value == (strcmp(word, "on") == 0) || value == 0 || refuse(set);
    }
    if (value != 0 && (value < row->min || value > row->max) && row->type != TCP_OPTION_CHOICE) {
        return refuse(set);
    }
    tcp_option_store(&set->pkt->options, row, value, true);
    return true;
}

/* BSD scales as far as kern.ipc.maxsockbuf asks for, Linux by tcp_rmem. */
static bool set_scale(const struct knob_set *set)
{
    struct pkt *pkt = set->pkt;
    if (strcmp(set->knob->name, "kern.ipc.maxsockbuf") == 0) {
        uint64_t shift = 0;
        while (shift < 14 && (UINT64_C(65535) << shift) < set->number) { shift++; }
        pkt->window_scale = (uint8_t)(shift + 1);
        if (pkt->options.window_scale == 0) { return true; }
    }
    pkt->options.window_scale = set->number == 0 ? 0 : pkt->window_scale;
    return true;
}

static bool set_keepalive(const struct knob_set *set, enum conversion conversion)
{
    struct pkt *pkt = set->pkt;
    const uint64_t unit =
        conversion == SET_KEEP_IDLE_S || conversion == SET_KEEP_INTERVAL_S ? NS_PER_S : NS_PER_MS;
    const uint64_t ns = set->number * unit;
    if (set->number == 0 || set->number > 100000000) { return refuse(set); }
    if (conversion == SET_KEEP_COUNT) {
        pkt->keepalive_count = (uint32_t)set->number;
    } else if (conversion == SET_KEEP_IDLE_S || conversion == SET_KEEP_IDLE_MS) {
        pkt->keepalive_idle_ns = ns;
    } else {
        pkt->keepalive_interval_ns = ns;
    }
    return true;
}

static bool set_limit(const struct knob_set *set)
{
    struct tcp_ack_limit *limit = &set->pkt->options.challenge_ack_limit;
    *limit = (struct tcp_ack_limit){0};
    if (set->number > 0) {
        struct tcp_options column;
        tcp_options_profile(&column, set->pkt->profile);
        *limit = column.challenge_ack_limit;
        limit->interval_ns = set->number * NS_PER_MS;
    }
    return true;
}

static bool set_rfc1323(const struct knob_set *set)
{
    /* 2 window scale alone, 3 timestamps alone */
    const bool timestamps = set->number == 1 || set->number == 3;
    const bool scale = set->number == 1 || set->number == 2;
    set->pkt->options.timestamps = timestamps;
    set->pkt->options.window_scale = scale ? set->pkt->window_scale : 0;
    return true;
}

/* The kernels count 0 off, 1 on, 2 passive; the option's choices are in another order. */
static bool set_ecn(const struct knob_set *set)
{
    static const uint64_t choices[] = {TCP_ECN_OFF, TCP_ECN_ON, TCP_ECN_PASSIVE};
    return set->number < sizeof choices / sizeof choices[0] ? store(set, choices[set->number])
                                                            : refuse(set);
}

static void set_icmp_may_rst(const struct knob_set *set)
{
    struct tcp_options column;
    struct tcp_options *options = &set->pkt->options;
    tcp_options_profile(&column, set->pkt->profile);
    options->icmp_opening = set->number != 0 ? column.icmp_opening : TCP_ICMP_OPENING_REPORTS;
    options->icmp_soft = set->number != 0 ? column.icmp_soft : TCP_ICMP_SOFT_REPORTS;
}

/* Without fast_finwait2_recycle it is keepalive's patience that ends FIN-WAIT-2. */
static bool set_fin_wait_2(const struct knob_set *set)
{
    struct pkt *pkt = set->pkt;
    struct tcp_options column;
    tcp_options_profile(&column, pkt->profile);
    if (strcmp(set->knob->name, BSD "finwait2_timeout") == 0) {
        if (set->number == 0 || set->number > 100000000) { return refuse(set); }
        pkt->fin_wait_2_timeout_ns = set->number * NS_PER_MS;
    } else {
        pkt->fin_wait_2_recycles = set->number != 0;
    }
    pkt->options.fin_wait_2_timeout_ns =
        pkt->fin_wait_2_recycles ? pkt->fin_wait_2_timeout_ns : column.fin_wait_2_timeout_ns;
    return true;
}

static bool set_cookies_only(const struct knob_set *set)
{
    struct tcp_options *options = &set->pkt->options;
    if (set->number != 0) {
        options->syn_cookies = TCP_COOKIES_ON;
    } else if (options->syn_cookies == TCP_COOKIES_ON) {
        options->syn_cookies = TCP_COOKIES_AUTO;
    }
    return true;
}

/* So many in a time a connection; the two come one after the other. */
static bool set_ack_war(const struct knob_set *set, bool count)
{
    struct tcp_ack_limit *limit = &set->pkt->options.challenge_ack_limit;
    if (set->number > UINT32_MAX / 2) { return refuse(set); }
    if (count) {
        limit->count = (uint32_t)set->number;
        if (limit->interval_ns == 0) { limit->interval_ns = ACK_WAR_WINDOW_NS; }
    } else {
        limit->interval_ns = set->number * NS_PER_MS;
        if (limit->count == 0) { limit->count = ACK_WAR_COUNT; }
    }
    if (limit->count == 0) { *limit = (struct tcp_ack_limit){0}; }
    return true;
}

static bool set_bool(const struct knob_set *set)
{
    struct tcp_options column;
    if (strcmp(set->knob->name, BSD "rfc1323") == 0) { return set_rfc1323(set); }
    if (set->row != NULL && set->row->type == TCP_OPTION_TIME) {
        tcp_options_profile(&column, set->pkt->profile);
        set->pkt->options.delayed_ack_ns = set->number == 0 ? 0 : column.delayed_ack_ns;
        return true;
    }
    return store(set, set->number != 0);
}

/* What FreeBSD calls newreno is reno here. */
static bool set_congestion(const struct knob_set *set)
{
    const char *name = congestion_known(set->pkt, set->value);
    if (name == NULL) { return refuse(set); }
    set->pkt->congestion_name = name;
    return true;
}

/* What is no number. False: a number is asked for. */
static bool set_by_word(const struct knob_set *set, bool *done)
{
    const enum conversion conversion = (enum conversion)set->knob->conversion;
    uint64_t choice = 0;
    uint64_t second = 0;
    switch ((int)conversion) {
    case NO_MEANING: *done = true; return true;
    case SET_THIRD:
        *done = read_second(set->value, &second) ? store(set, second) : refuse(set);
        return true;
    case SET_FAST_OPEN_KEY:
        *done = fast_open_set_key(set->pkt, set->value) || refuse(set);
        return true;
    case SET_CONGESTION: *done = set_congestion(set); return true;
    case ONLY_FREEBSD: *done = strcmp(set->value, "freebsd") == 0 || refuse(set); return true;
    case SET_CHOICE:
        *done = set->row != NULL && set->row->type != TCP_OPTION_LATER &&
                        tcp_option_choice(set->row, set->value, &choice)
                    ? store(set, choice)
                    : refuse(set);
        return true;
    default: return false;
    }
}

static bool set_by_number(const struct knob_set *set)
{
    const enum conversion conversion = (enum conversion)set->knob->conversion;
    switch (conversion) {
    case SET_NUMBER: return store(set, set->number);
    case SET_BOOL: return set_bool(set);
    case SET_NOT: return store(set, set->number == 0);
    case SET_SECONDS: return store(set, set->number * NS_PER_S);
    case SET_MS: return store(set, set->number * NS_PER_MS);
    case SET_SCALE: return set_scale(set);
    case SET_KEEP_IDLE_S:
    case SET_KEEP_INTERVAL_S:
    case SET_KEEP_IDLE_MS:
    case SET_KEEP_INTERVAL_MS:
    case SET_KEEP_COUNT: return set_keepalive(set, conversion);
    case SET_ALWAYS_KEEPALIVE: set->pkt->always_keepalive = set->number != 0; return true;
    case SET_ONE_A_TIME: return set_limit(set);
    case SET_ECN: return set_ecn(set);
    case SET_FAST_OPEN: fast_open_set_bits(set->pkt, set->number); return true;
    case SET_FAST_OPEN_SERVER:
    case SET_FAST_OPEN_CLIENT:
        fast_open_switch(set->pkt, conversion == SET_FAST_OPEN_SERVER, set->number != 0);
        return true;
    case SET_DEFAULT_MSS_IPV4:
    case SET_DEFAULT_MSS_IPV6:
        return pkt_is_ipv6(set->pkt) != (conversion == SET_DEFAULT_MSS_IPV6) ||
               store(set, set->number);
    case SET_COOKIES: return store(set, set->number);
    case SET_ICMP_HARD: set_icmp_may_rst(set); return true;
    case SET_FIN_WAIT_2: return set_fin_wait_2(set);
    case SET_COOKIES_ONLY: return set_cookies_only(set);
    case SET_WAR_WINDOW:
    case SET_WAR_COUNT: return set_ack_war(set, conversion == SET_WAR_COUNT);
    case ONLY_ZERO: return set->number == 0 || refuse(set);
    case NO_MEANING:
    case SET_THIRD:
    case SET_FAST_OPEN_KEY:
    case SET_CONGESTION:
    case ONLY_FREEBSD:
    case SET_CHOICE: break;
    }
    return true;
}

static bool set_by(const struct knob_set *set)
{
    bool done = false;
    if (set_by_word(set, &done)) { return done; }
    return set->is_number ? set_by_number(set) : refuse(set);
}

bool sysctl_set(struct pkt *pkt, const char *name, const char *value, uint32_t line)
{
    for (size_t i = 0; i < pkt_knob_count; i++) {
        if (strcmp(pkt_knobs[i].name, name) != 0) { continue; }
        struct knob_set set = {
            .pkt = pkt,
            .knob = &pkt_knobs[i],
            .row = pkt_knobs[i].option != NULL ? tcp_option_find(pkt_knobs[i].option) : NULL,
            .value = value,
            .line = line};
        set.is_number = read_number(value, &set.number);
        return set_by(&set);
    }
    pkt_unsupported(pkt, line, "sysctl %s", name);
    return false;
}

/* What gtests/net/tcp/common/defaults.sh of the original sets, where it differs from the profile's
 * column. */
void sysctl_defaults(struct pkt *pkt)
{
    tcp_options_profile(&pkt->options, pkt->profile);
    pkt->options.mtu_bytes = pkt->settings.mtu_bytes;
    setup_bookkeeping(pkt);
    pkt->options.syn_retries = 5;
    pkt->options.syn_linear = 0; /* the kernels that the scripts were written for have none */
    pkt->options.synack_retries = 5;
    if (pkt->options.window_scale != 0) { pkt->options.window_scale = 1 + 8; } /* 15 MiB */
    pkt->window_scale = pkt->options.window_scale;
    pkt->options.recv_buffer = 540000;
    if (pkt->options.first_window != 0) { pkt->options.first_window = 540000 / 2; }
    pkt->options.send_buffer = 262144;
    pkt->options.ecn = TCP_ECN_OFF;
    fast_open_defaults(pkt);
}
