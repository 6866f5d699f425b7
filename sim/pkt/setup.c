/* setup.c - what a script runs on: the profile, the script's own options, the two hosts. */
#include "run.h"

#include "../../tcp/wire.h"

#include <stdio.h>
#include <string.h>

#define TOLERANCE_US 4000
#define TOLERANCE_TENTHS_LINUX 125  /* 12.5 %, for the wheel of timers of Linux */
#define TOLERANCE_TENTHS_FREEBSD 50 /* 5 % */
#define PORT 8080
#define MTU_DEFAULT 1500
#define MTU_IPV6_LINUX 1520 /* as the original's run_all.py has it, for the same MSS */
#define MTU_LEAST 68
#define FROM_SCRIPT_MTU 131072
#define KEEPALIVE_IDLE_NS (7200 * NS_PER_S)
#define KEEPALIVE_INTERVAL_NS (75 * NS_PER_S)
#define KEEPALIVE_COUNT_LINUX 9
#define FIN_WAIT_2_TIMEOUT_NS (60 * NS_PER_S)
#define KEEPALIVE_COUNT_FREEBSD 8
#define PROFILE_LINUX 1 /* of tcp_profile_names */
#define PROFILE_FREEBSD 2
#define HOST_UNDER_TEST "host"
#define SCRIPT "script"

bool pkt_ip_version_read(const char *text, enum pkt_ip_version *version)
{
    static const char *const names[] = {"", "ipv4", "ipv6", "ipv4-mapped-ipv6"};
    for (unsigned i = PKT_IPV4; i <= PKT_IPV4_MAPPED; i++) {
        if (strcmp(text, names[i]) == 0) {
            *version = (enum pkt_ip_version)i;
            return true;
        }
    }
    return false;
}

/* ---- profile ---- */

/* What only one of the kernels has. */
static bool calls_any(const struct source *source, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const size_t len = strlen(words[i]);
        for (size_t at = 0; at + len <= source->len; at++) {
            if (memcmp(source->text + at, words[i], len) == 0) { return true; }
        }
    }
    return false;
}

void setup_dialect(struct pkt *pkt)
{
    static const char *const freebsd[] = {"net.inet.", "kern.ipc.",    "sockstat",
                                          "tcpdrop",   "TCP_KEEPINIT", "TCP_NOOPT"};
    static const char *const linux_[] = {"defaults.sh", "net.ipv4.", "/proc/sys/net", ": tcpsim "};
    pkt->profile = PROFILE_LINUX;
    if (pkt->config.profile != NULL) {
        const unsigned which = tcp_profile_find(pkt->config.profile);
        if (which < TCP_PROFILES) { pkt->profile = which; }
    } else if (!calls_any(&pkt->source, linux_, sizeof linux_ / sizeof linux_[0]) &&
               calls_any(&pkt->source, freebsd, sizeof freebsd / sizeof freebsd[0])) {
        pkt->profile = PROFILE_FREEBSD;
    }
    pkt->dialect = pkt->profile == PROFILE_FREEBSD ? DIALECT_FREEBSD : DIALECT_LINUX;
    pkt->numbers = pkt->dialect;
    define(&pkt->source, pkt->dialect == DIALECT_FREEBSD ? "FreeBSD" : "Linux", "1");
}

/* ---- the script's options ---- */

static bool whole(const char *text, uint32_t *number)
{
    uint64_t value = 0;
    const char *at = text;
    for (; at != NULL && *at >= '0' && *at <= '9' && value < UINT32_MAX; at++) {
        value = value * 10 + (uint64_t)(*at - '0');
    }
    *number = (uint32_t)value;
    return at != NULL && at > text && *at == '\0' && value <= UINT32_MAX;
}

/* "12.5" */
static bool tenths(const char *text, uint32_t *number)
{
    char head[16] = "";
    uint32_t units = 0;
    const size_t len = text != NULL ? strcspn(text, ".") : 0;
    if (len == 0 || len >= 8) { return false; }
    memcpy(head, text, len);
    if (!whole(head, &units)) { return false; }
    const char *fraction = text + len + (text[len] == '.');
    const bool digit = fraction[0] >= '0' && fraction[0] <= '9';
    *number = units * 10 + (digit ? (uint32_t)(fraction[0] - '0') : 0);
    return digit || text[len] == '\0';
}

static bool address(const char *text, struct tcp_address *address_)
{
    char bare[64];
    if (text == NULL || strlen(text) >= sizeof bare) { return false; }
    (void)snprintf(bare, sizeof bare, "%s", text);
    bare[strcspn(bare, "/")] = '\0';
    return wire_parse_address(bare, address_);
}

static bool port(const char *text, uint16_t *port_)
{
    uint32_t number = 0;
    const bool ok = whole(text, &number) && number > 0 && number <= UINT16_MAX;
    *port_ = (uint16_t)number;
    return ok;
}

/* NAME=value */
static bool definition(struct pkt *pkt, const char *text)
{
    const char *equals = text != NULL ? strchr(text, '=') : NULL;
    if (equals == NULL || equals == text) { return false; }
    char *name = make(&pkt->source, (size_t)(equals - text) + 1);
    if (name == NULL) { return true; }
    memcpy(name, text, (size_t)(equals - text));
    /* What the command line says goes before. */
    if (definition_of(&pkt->source, name) == NULL) { define(&pkt->source, name, equals + 1); }
    return true;
}

enum known { KNOWN, UNKNOWN, WRONG };

static enum known verdict(bool ok) { return ok ? KNOWN : WRONG; }

static bool has_no_meaning(const char *name)
{
    /* Of the original's way to reach a network: there is none here. */
    static const char *const without_meaning[] = {"gateway_ip",
                                                  "netmask_ip",
                                                  "speed",
                                                  "init_scripts",
                                                  "code_command",
                                                  "code_format",
                                                  "code_sockopt",
                                                  "debug",
                                                  "verbose",
                                                  "send_omit_free",
                                                  "local_linklocal_ip",
                                                  "tun_dev",
                                                  "dry_run",
                                                  "no_cleanup",
                                                  "gateway_linklocal_ip",
                                                  "persistent_tun_dev",
                                                  "wire_client",
                                                  "wire_server",
                                                  "wire_client_dev",
                                                  "wire_server_dev",
                                                  "wire_server_ip",
                                                  "wire_server_port"};
    for (size_t i = 0; i < sizeof without_meaning / sizeof without_meaning[0]; i++) {
        if (strcmp(name, without_meaning[i]) == 0) { return true; }
    }
    return false;
}

static enum known set_ip_version(struct pkt *pkt, const char *value)
{
    enum pkt_ip_version version = PKT_IPV4;
    if (value != NULL && strcmp(value, "ipv4_mapped_ipv6") == 0) { /* as a script spells it */
        version = PKT_IPV4_MAPPED;
    } else if (value == NULL || !pkt_ip_version_read(value, &version)) {
        return WRONG;
    }
    if (pkt->config.ip_version == PKT_IP_ANY) { pkt->settings.ip_version = version; }
    return KNOWN;
}

static enum known set_option(struct pkt *pkt, const char *name, const char *value)
{
    struct settings_of_script *settings = &pkt->settings;
    if (has_no_meaning(name)) { return KNOWN; }
    if (strcmp(name, "ip_version") == 0) { return set_ip_version(pkt, value); }
    if (strcmp(name, "tolerance_usecs") == 0) {
        return verdict(whole(value, &settings->tolerance_us));
    }
    if (strcmp(name, "tolerance_percent") == 0) {
        return verdict(tenths(value, &settings->tolerance_tenths));
    }
    if (strcmp(name, "local_ip") == 0) {
        settings->has_local = true;
        return verdict(address(value, &settings->local));
    }
    if (strcmp(name, "remote_ip") == 0) {
        settings->has_remote = true;
        return verdict(address(value, &settings->remote));
    }
    if (strcmp(name, "bind_port") == 0) { return verdict(port(value, &settings->bind_port)); }
    if (strcmp(name, "connect_port") == 0) { return verdict(port(value, &settings->connect_port)); }
    if (strcmp(name, "mtu") == 0) {
        return verdict(whole(value, &settings->mtu_bytes) && settings->mtu_bytes >= MTU_LEAST &&
                       settings->mtu_bytes <= UINT16_MAX);
    }
    if (strcmp(name, "mss") == 0) {
        return verdict(whole(value, &settings->received_mss) && settings->received_mss > 0);
    }
    if (strcmp(name, "define") == 0) { return verdict(definition(pkt, value)); }
    if (strcmp(name, "tcp_ts_tick_usecs") == 0) {
        return verdict(whole(value, &settings->ts_tick_us));
    }
    if (strcmp(name, "tcp_ts_ecr_scaled") == 0) {
        settings->ts_ecr_scaled = true;
        return KNOWN;
    }
    if (strcmp(name, "strict_segments") == 0) {
        settings->strict_segments = true;
        return KNOWN;
    }
    return UNKNOWN;
}

/* A script for IPv6 alone bears that in its name, as in the original's corpus. */
static enum pkt_ip_version version_of_path(const char *path)
{
    static const char end[] = "v6.pkt";
    const size_t len = strlen(path);
    return len >= sizeof end && strcmp(path + len - (sizeof end - 1), end) == 0 ? PKT_IPV6
                                                                                : PKT_IPV4;
}

static void default_settings(struct pkt *pkt)
{
    struct settings_of_script *settings = &pkt->settings;
    *settings = (struct settings_of_script){
        .ip_version = pkt->config.ip_version == PKT_IP_ANY ? version_of_path(pkt->config.path)
                                                           : pkt->config.ip_version,
        .bind_port = PORT,
        .connect_port = PORT,
        .tolerance_us = TOLERANCE_US,
        .tolerance_tenths =
            pkt->dialect == DIALECT_FREEBSD ? TOLERANCE_TENTHS_FREEBSD : TOLERANCE_TENTHS_LINUX};
}

/* Addresses of the other family than the script's packets are those of another variant. */
static void complete_addresses(struct pkt *pkt)
{
    struct settings_of_script *settings = &pkt->settings;
    const bool ipv6 = pkt_is_ipv6(pkt);
    const unsigned family = ipv6 ? 6 : 4;
    if (!settings->has_local || settings->local.family != family) {
        (void)wire_parse_address(ipv6 ? "fd3d:a0b:17d6::1" : "192.168.0.1", &settings->local);
    }
    if (!settings->has_remote || settings->remote.family != family) {
        (void)wire_parse_address(ipv6 ? "fd3d:fa7b:d17d::1" : "192.0.2.1", &settings->remote);
    }
    if (settings->mtu_bytes == 0) {
        const bool larger = ipv6 && pkt->dialect == DIALECT_LINUX;
        settings->mtu_bytes = larger ? MTU_IPV6_LINUX : MTU_DEFAULT;
    }
}

/* What the original's run_all.py defines for each variant, where the command line does not. */
static void define_variant(struct pkt *pkt)
{
    const bool ipv6 = pkt_is_ipv6(pkt);
    const bool mapped = pkt->settings.ip_version == PKT_IPV4_MAPPED;
    const char *const definitions[][2] = {
        {"TFO_COOKIE", ipv6 ? "c1d1e9742a47a9bc" : "3021b9d889017eeb"},
        {"CODE", ipv6 ? "address_unreachable" : "host_unreachable"},
        {"CMSG_LEVEL_IP", ipv6 || mapped ? "SOL_IPV6" : "SOL_IP"},
        {"CMSG_TYPE_RECVERR", ipv6 || mapped ? "IPV6_RECVERR" : "IP_RECVERR"}};
    for (size_t i = 0; i < sizeof definitions / sizeof definitions[0]; i++) {
        if (definition_of(&pkt->source, definitions[i][0]) == NULL) {
            define(&pkt->source, definitions[i][0], definitions[i][1]);
        }
    }
}

#define LINUX_CHUNK_OVERHEAD 1280 /* of a buffer of the kernel's, beside its text */

void setup_bookkeeping(struct pkt *pkt)
{
    pkt->options.send_overhead = pkt->dialect == DIALECT_LINUX ? LINUX_CHUNK_OVERHEAD : 0;
}

void setup_options(struct pkt *pkt)
{
    default_settings(pkt);
    for (const struct script_option *at = pkt->script.options; at != NULL; at = at->next) {
        const struct token place = {.line = at->line, .column = at->column};
        switch (set_option(pkt, at->name, at->value)) {
        case KNOWN: break;
        case UNKNOWN: source_unsupported(&pkt->source, &place, "option --%s", at->name); return;
        case WRONG:
            source_fail(&pkt->source, &place, "expected another value of --%s, not %s", at->name,
                        at->value != NULL ? at->value : "none");
            return;
        }
    }
    if (pkt->config.has_tolerance_us) { pkt->settings.tolerance_us = pkt->config.tolerance_us; }
    if (pkt->config.has_tolerance_percent) {
        pkt->settings.tolerance_tenths = pkt->config.tolerance_percent_tenths;
    }
    complete_addresses(pkt);
    define_variant(pkt);
    pkt->script.ipv6 = pkt_is_ipv6(pkt);
    tcp_options_profile(&pkt->options, pkt->profile);
    pkt->options.mtu_bytes = pkt->settings.mtu_bytes;
    setup_bookkeeping(pkt);
    pkt->window_scale =
        pkt->options.window_scale != 0 ? pkt->options.window_scale : TCP_SCALE_FITTING;
    pkt->fast_open_bits = pkt->dialect == DIALECT_LINUX ? 1 : 0; /* clients may, if asked */
    pkt->fin_wait_2_timeout_ns = FIN_WAIT_2_TIMEOUT_NS;
    pkt->keepalive_idle_ns = KEEPALIVE_IDLE_NS;
    pkt->keepalive_interval_ns = KEEPALIVE_INTERVAL_NS;
    pkt->keepalive_count =
        pkt->dialect == DIALECT_FREEBSD ? KEEPALIVE_COUNT_FREEBSD : KEEPALIVE_COUNT_LINUX;
    pkt->always_keepalive = pkt->dialect == DIALECT_FREEBSD;
}

/* ---- the world ---- */

static void packet_arrived(void *context, struct host *host, const struct packet *packet)
{
    struct pkt *pkt = context;
    (void)host;
    if (pkt->stack != NULL) {
        stack_packet_arrived(pkt->stack, packet);
    } else {
        run_packet_arrived(pkt, packet);
    }
}

static void socket_changed(void *context, struct socket *socket) { fd_changed(context, socket); }

#define LIMIT_NS (24 * 3600 * NS_PER_S)

bool setup_world(struct pkt *pkt)
{
    const struct world_config config = {
        .seed = pkt_seed(pkt),
        .limit_ns = pkt->config.has_limit ? pkt->config.limit_ns : LIMIT_NS,
        .queue = pkt->config.queue,
        .keep_sockets = true,
        .count_marks = pkt->config.count_marks,
        .hooks = {.context = pkt,
                  .socket_changed = socket_changed,
                  .packet_arrived = packet_arrived},
    };
    pkt->world = world_create(pkt->arena, &config, pkt->config.trace);
    if (pkt->world == NULL) { return false; }
    struct host_config local = {.name = HOST_UNDER_TEST,
                                .addresses = {pkt->settings.local},
                                .address_count = 1,
                                .has_tcp = true,
                                .options = pkt->options};
    struct host_config remote = {
        .name = SCRIPT, .addresses = {pkt->settings.remote}, .address_count = 1};
    tcp_options_default(&remote.options);
    if (pkt->stack != NULL) { stack_add_addresses(&local, &remote); }
    pkt->host = world_add_host(pkt->world, &local);
    pkt->remote = pkt->host != NULL ? world_add_host(pkt->world, &remote) : NULL;
    if (pkt->remote == NULL) { return false; }
    struct link_settings wire;
    link_settings_default(&wire);
    wire.delay_ns = 0;
    wire.mtu_bytes = pkt->settings.mtu_bytes;
    struct link_settings from_script = wire;
    from_script.mtu_bytes = FROM_SCRIPT_MTU; /* a script may send what no wire would carry */
    const struct link_settings ways[] = {wire, from_script};
    return link_create(pkt->world, pkt->host, pkt->remote, ways) != NULL;
}
