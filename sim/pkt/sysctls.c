/* sysctls.c - the kernels' knobs as options of the host: one table. A knob whose option is not
 * there yet may still be switched off, and one that asks for more than is there is named. */
#include "run.h"

#include <stdio.h>
#include <string.h>

enum conversion {
    SET_NUMBER,
    SET_BOOL,
    SET_NOT,
    SET_SECONDS,
    SET_MS,
    SET_THIRD,  /* the middle one of "least default most", in octets */
    SET_SCALE,  /* true: as the profile scales; false: none */
    SET_CHOICE, /* a word among the option's choices */
    SET_ECN,
    SET_KEEP_IDLE_S,
    SET_KEEP_INTERVAL_S,
    SET_KEEP_IDLE_MS,
    SET_KEEP_INTERVAL_MS,
    SET_KEEP_COUNT,
    SET_FAST_OPEN,
    SET_FAST_OPEN_KEY,
    SET_COOKIES,
    SET_ONE_A_TIME, /* a challenge ACK in so many ms a connection */
    SET_ICMP_HARD,
    SET_FIN_WAIT_2,
    SET_COOKIES_ONLY,
    SET_WAR_WINDOW,
    SET_WAR_COUNT,
    NO_MEANING, /* any value: there is nothing here that it would change */
    ONLY_ZERO,
    ONLY_ONE,
};

#define LINUX "net.ipv4."
#define BSD "net.inet.tcp."

/* What FreeBSD's limit of challenge ACKs begins with, once a script speaks of it. */
#define ACK_WAR_WINDOW_NS (1000 * NS_PER_MS)
#define ACK_WAR_COUNT 5

const struct pkt_knob pkt_knobs[] = {
    {LINUX "tcp_timestamps", "timestamps", "0: false", SET_BOOL},
    {LINUX "tcp_sack", "sack", "0: false", SET_BOOL},
    {LINUX "tcp_dsack", "dsack", "0: false", SET_BOOL},
    {LINUX "tcp_window_scaling", "window_scale", "0: false", SET_SCALE},
    {LINUX "tcp_rmem", "recv_buffer", "the default of the three numbers", SET_THIRD},
    {LINUX "tcp_wmem", "send_buffer", "the default of the three numbers", SET_THIRD},
    {LINUX "tcp_syn_retries", "syn_retries", "the number", SET_NUMBER},
    {LINUX "tcp_syn_linear_timeouts", "syn_linear", "the number", SET_NUMBER},
    {LINUX "tcp_synack_retries", "synack_retries", "the number", SET_NUMBER},
    {LINUX "tcp_retries2", "retries", "the number", SET_NUMBER},
    {LINUX "tcp_retries1", NULL, "changes routes, of which there is one", NO_MEANING},
    {LINUX "tcp_keepalive_time", "keepalive", "seconds idle", SET_KEEP_IDLE_S},
    {LINUX "tcp_keepalive_intvl", "keepalive", "seconds between probes", SET_KEEP_INTERVAL_S},
    {LINUX "tcp_keepalive_probes", "keepalive", "count", SET_KEEP_COUNT},
    {LINUX "tcp_fin_timeout", "fin_wait_2_timeout", "seconds", SET_SECONDS},
    {LINUX "tcp_ecn", "ecn", "0 off, 1 on, 2 passive", SET_ECN},
    {LINUX "tcp_frto", "frto", "0: off", SET_BOOL},
    {LINUX "tcp_syncookies", "syn_cookies", "0 off, 1 auto, 2 on", SET_COOKIES},
    {LINUX "tcp_fastopen", "fast_open", "bits: 1 client, 2 server, 4 and 0x200 without cookies",
     SET_FAST_OPEN},
    {LINUX "tcp_congestion_control", "congestion", "the word", SET_CHOICE},
    {LINUX "tcp_invalid_ratelimit", "challenge_ack_limit", "one in so many ms a connection",
     SET_ONE_A_TIME},
    {LINUX "tcp_challenge_ack_limit", NULL, "the limit of the whole host is not reached here",
     NO_MEANING},
    {LINUX "tcp_rfc1337", "rfc1337", "0: false", SET_BOOL},
    {LINUX "tcp_abort_on_overflow", "abort_on_overflow", "0: false", SET_BOOL},
    {LINUX "tcp_recovery", "rack", "0: off", SET_BOOL},
    {LINUX "tcp_early_retrans", "tlp", "0: off", SET_BOOL},
    {LINUX "tcp_slow_start_after_idle", "slow_start_after_idle", "0: false", SET_BOOL},
    {LINUX "tcp_rto_min_us", NULL, "nothing else than 200000", NO_MEANING},
    {LINUX "tcp_max_syn_backlog", "backlog", "the number", SET_NUMBER},
    {LINUX "tcp_min_tso_segs", "burst_segments", "the number", SET_NUMBER},
    {LINUX "tcp_tso_win_divisor", NULL, "segments leave one by one", NO_MEANING},
    {LINUX "tcp_no_metrics_save", NULL, "no metrics are kept from run to run", NO_MEANING},
    {LINUX "tcp_autocorking", NULL, "nothing waits for a network device", NO_MEANING},
    {LINUX "tcp_limit_output_bytes", NULL, "nothing waits for a network device", NO_MEANING},
    {LINUX "tcp_notsent_lowat", "unsent_limit", "octets; 4294967295: none", SET_NUMBER},
    {LINUX "tcp_fack", NULL, "has no effect in kernels of today", NO_MEANING},
    {LINUX "tcp_fastopen_key", "fast_open", "four numbers: the key of its cookies",
     SET_FAST_OPEN_KEY},
    {LINUX "tcp_fastopen_blackhole_timeout_sec", NULL, "a client never stops everywhere",
     NO_MEANING},
    {LINUX "tcp_mtu_probing", NULL, "only 0", ONLY_ZERO},
    {LINUX "tcp_ecn_option", NULL, "accurate ECN is not there", NO_MEANING},
    {LINUX "tcp_stdurg", "urgent_pointer", "0 next, 1 last", SET_BOOL},
    {LINUX "ip_no_pmtu_disc", "pmtu_discovery", "0: true", SET_NOT},
    {LINUX "ip_default_ttl", "ttl", "the number", SET_NUMBER},
    {"net.core.somaxconn", "backlog", "the number", SET_NUMBER},
    {"net.core.rmem_max", NULL, "the greatest buffer that may be asked for", NO_MEANING},
    {"net.core.wmem_max", NULL, "the greatest buffer that may be asked for", NO_MEANING},

    {BSD "rfc1323", "timestamps", "0: false, and no window scale", SET_BOOL},
    {BSD "sack.enable", "sack", "0: false", SET_BOOL},
    {BSD "ecn.enable", "ecn", "0 off, 1 on, 2 passive", SET_ECN},
    {BSD "ecn.maxretries", "ecn_retries", "the number", SET_NUMBER},
    {BSD "insecure_rst", "insecure_rst", "0: false", SET_BOOL},
    {BSD "insecure_syn", "insecure_syn", "0: false", SET_BOOL},
    {BSD "insecure_ack", NULL, "only 0", ONLY_ZERO},
    {BSD "drop_synfin", "syn_fin", "0 accept, 1 drop", SET_BOOL},
    {BSD "blackhole", "closed_port", "0 reset, 1 drop_syn, 2 drop", SET_NUMBER},
    {BSD "blackhole_local", NULL, "no peer is local", NO_MEANING},
    {BSD "icmp_may_rst", "icmp_opening", "0: errors are only reported", SET_ICMP_HARD},
    {BSD "ack_war_timewindow", "challenge_ack_limit", "milliseconds; 0: off", SET_WAR_WINDOW},
    {BSD "ack_war_cnt", "challenge_ack_limit", "count", SET_WAR_COUNT},
    {BSD "recvspace", "recv_buffer", "octets", SET_NUMBER},
    {BSD "sendspace", "send_buffer", "octets", SET_NUMBER},
    {BSD "mssdflt", "default_mss", "octets", SET_NUMBER},
    {BSD "minmss", NULL, "the least MSS that is taken from a peer", NO_MEANING},
    {BSD "delayed_ack", "delayed_ack", "0: every segment at once", SET_BOOL},
    {BSD "delacktime", "delayed_ack", "milliseconds", SET_MS},
    {BSD "rexmit_initial", "rto_initial", "milliseconds", SET_MS},
    {BSD "rexmit_min", "rto_min", "milliseconds", SET_MS},
    {BSD "rexmit_slop", "rto_slop", "milliseconds", SET_MS},
    {BSD "rexmit_drop_options", "syn_drops_options", "0: false", SET_BOOL},
    {BSD "finwait2_timeout", "fin_wait_2_timeout", "milliseconds, with fast_finwait2_recycle",
     SET_FIN_WAIT_2},
    {BSD "fast_finwait2_recycle", "fin_wait_2_timeout", "1: finwait2_timeout; 0: as the profile",
     SET_FIN_WAIT_2},
    {BSD "persmin", "persist_min", "milliseconds", SET_MS},
    {BSD "persmax", "persist_max", "milliseconds", SET_MS},
    {BSD "keepinit", "open_timeout", "milliseconds", SET_MS},
    {BSD "keepidle", "keepalive", "milliseconds idle", SET_KEEP_IDLE_MS},
    {BSD "keepintvl", "keepalive", "milliseconds between probes", SET_KEEP_INTERVAL_MS},
    {BSD "keepcnt", "keepalive", "count", SET_KEEP_COUNT},
    {BSD "always_keepalive", NULL, "no time of a script is so long", NO_MEANING},
    {BSD "msl", "msl", "milliseconds", SET_MS},
    {BSD "maxtcptw", NULL, "TIME-WAIT is never short of room", NO_MEANING},
    {BSD "nolocaltimewait", NULL, "no connection is local", NO_MEANING},
    {BSD "syncookies", "syn_cookies", "0 off, 1 auto", SET_COOKIES},
    {BSD "syncookies_only", "syn_cookies", "1: on; 0: as syncookies says", SET_COOKIES_ONLY},
    {BSD "syncache.rexmtlimit", "synack_retries", "the number", SET_NUMBER},
    {BSD "syncache.rst_on_sock_fail", "abort_on_overflow", "0: false", SET_BOOL},
    {BSD "cc.algorithm", "congestion", "the word", SET_CHOICE},
    {BSD "cc.abe", NULL, "there are no lossless paths here", NO_MEANING},
    {BSD "initcwnd_segments", "initial_window", "the number", SET_NUMBER},
    {BSD "rfc3042", NULL, "only 1: limited transmit is always on", ONLY_ONE},
    {BSD "rfc3390", NULL, "initcwnd_segments goes before it", NO_MEANING},
    {BSD "rfc3465", NULL, "no script's window is so large", NO_MEANING},
    {BSD "rfc6675_pipe", NULL, "the pipe is always counted so", NO_MEANING},
    {BSD "do_prr", "prr", "0: off", SET_BOOL},
    {BSD "do_lrd", NULL, "only 0", ONLY_ZERO},
    {BSD "tso", NULL, "segments leave one by one", NO_MEANING},
    {BSD "do_tcpdrain", NULL, "memory does not run short", NO_MEANING},
    {BSD "path_mtu_discovery", "pmtu_discovery", "0: false", SET_BOOL},
    {BSD "pmtud_blackhole_detection", NULL, "only 0", ONLY_ZERO},
    {BSD "hostcache.enable", NULL, "no metrics are kept from run to run", NO_MEANING},
    {BSD "hostcache.purgenow", NULL, "no metrics are kept from run to run", NO_MEANING},
    {BSD "hostcache.purge", NULL, "no metrics are kept from run to run", NO_MEANING},
    {BSD "recvbuf_auto", NULL, "buffers keep their size", NO_MEANING},
    {BSD "sendbuf_auto", NULL, "buffers keep their size", NO_MEANING},
    {BSD "recvbuf_max", NULL, "buffers keep their size", NO_MEANING},
    {BSD "sendbuf_max", NULL, "buffers keep their size", NO_MEANING},
    {BSD "tolerate_missing_ts", "missing_timestamp", "0 drop, 1 accept", SET_BOOL},
    {BSD "ts_offset_per_conn", NULL, "a script's timestamps are relative", NO_MEANING},
    {BSD "fastopen.server_enable", "fast_open", "1: on", SET_BOOL},
    {BSD "fastopen.client_enable", "fast_open", "1: on", SET_BOOL},
    {BSD "log_debug", NULL, "there is no log", NO_MEANING},
    {BSD "log_in_vain", NULL, "there is no log", NO_MEANING},
    {BSD "functions_default", NULL, "the table says what it does", NO_MEANING},
    {BSD "reass.maxqueuelen", NULL, "no script sends so much out of order", NO_MEANING},
    {BSD "v6mssdflt", NULL, "every peer of a script says its MSS, or none", NO_MEANING},
    {BSD "isn_reseed_interval", NULL, "a script's numbers are relative", NO_MEANING},
    {BSD "udp_tunneling_port", NULL, "only 0", ONLY_ZERO},
    {"net.inet.ip.ttl", "ttl", "the number", SET_NUMBER},
    {"net.inet6.ip6.hlim", "ttl", "the number", SET_NUMBER},
    {"net.inet.icmp.icmplim", NULL, "a script draws few resets", NO_MEANING},
    {"net.inet.icmp.icmplim_output", NULL, "there is no log", NO_MEANING},
    {"kern.ipc.maxsockbuf", "window_scale", "the shift that announces so many octets", SET_SCALE},
    {"kern.ipc.soacceptqueue", "backlog", "the number", SET_NUMBER},
    {"kern.ipc.somaxconn", "backlog", "the number", SET_NUMBER},
};
const size_t pkt_knob_count = sizeof pkt_knobs / sizeof pkt_knobs[0];

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

static const struct tcp_option_row *row_of(const char *name)
{
    for (size_t i = 0; i < tcp_option_count; i++) {
        if (strcmp(tcp_option_table[i].name, name) == 0) { return &tcp_option_table[i]; }
    }
    return NULL;
}

static bool read_choice(const struct tcp_option_row *row, const char *word, uint64_t *number)
{
    const char *at = row != NULL && row->choices != NULL ? row->choices : "";
    for (*number = 0; *at != '\0'; ++*number) {
        const size_t len = strcspn(at, " ");
        if (strlen(word) == len && strncmp(at, word, len) == 0) { return true; }
        at += len;
        at += strspn(at, " ");
    }
    return false;
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

static bool set_by(const struct knob_set *set)
{
    const enum conversion conversion = (enum conversion)set->knob->conversion;
    uint64_t choice = 0;
    uint64_t second = 0;
    switch (conversion) {
    case NO_MEANING: return true;
    case SET_THIRD: return read_second(set->value, &second) ? store(set, second) : refuse(set);
    case SET_FAST_OPEN_KEY: return fast_open_set_key(set->pkt, set->value) || refuse(set);
    case SET_CHOICE:
        if (set->row == NULL || set->row->type == TCP_OPTION_LATER) { return refuse(set); }
        return read_choice(set->row, set->value, &choice) ? store(set, choice) : refuse(set);
    case SET_NUMBER:
    case SET_BOOL:
    case SET_NOT:
    case SET_SECONDS:
    case SET_MS:
    case SET_SCALE:
    case SET_ECN:
    case SET_KEEP_IDLE_S:
    case SET_KEEP_INTERVAL_S:
    case SET_KEEP_IDLE_MS:
    case SET_KEEP_INTERVAL_MS:
    case SET_KEEP_COUNT:
    case SET_FAST_OPEN:
    case SET_COOKIES:
    case SET_ONE_A_TIME:
    case SET_ICMP_HARD:
    case SET_FIN_WAIT_2:
    case SET_COOKIES_ONLY:
    case SET_WAR_WINDOW:
    case SET_WAR_COUNT:
    case ONLY_ZERO:
    case ONLY_ONE: break;
    }
    if (!set->is_number) { return refuse(set); }
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
    case SET_ONE_A_TIME: return set_limit(set);
    case SET_ECN: return set_ecn(set);
    case SET_FAST_OPEN: fast_open_set_bits(set->pkt, set->number); return true;
    case SET_COOKIES: return store(set, set->number);
    case SET_ICMP_HARD: set_icmp_may_rst(set); return true;
    case SET_FIN_WAIT_2: return set_fin_wait_2(set);
    case SET_COOKIES_ONLY: return set_cookies_only(set);
    case SET_WAR_WINDOW:
    case SET_WAR_COUNT: return set_ack_war(set, conversion == SET_WAR_COUNT);
    case ONLY_ZERO: return set->number == 0 || refuse(set);
    case ONLY_ONE: return set->number == 1 || refuse(set);
    case NO_MEANING:
    case SET_THIRD:
    case SET_FAST_OPEN_KEY:
    case SET_CHOICE: break;
    }
    return true;
}

bool sysctl_set(struct pkt *pkt, const char *name, const char *value, uint32_t line)
{
    for (size_t i = 0; i < pkt_knob_count; i++) {
        if (strcmp(pkt_knobs[i].name, name) != 0) { continue; }
        struct knob_set set = {.pkt = pkt,
                               .knob = &pkt_knobs[i],
                               .row =
                                   pkt_knobs[i].option != NULL ? row_of(pkt_knobs[i].option) : NULL,
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
