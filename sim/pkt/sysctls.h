/* sysctls.h - what stands in a row of the table of sysctls (sysctl_table.c) and is done to it when
 * a script sets one (sysctls.c, sysctls_live.c). */
#ifndef TCPSIM_PKT_SYSCTLS_H
#define TCPSIM_PKT_SYSCTLS_H

#include "run.h"

enum conversion {
    SET_NUMBER,
    SET_BOOL,
    SET_NOT,
    SET_SECONDS,
    SET_MS,
    SET_THIRD,  /* the middle one of "least default most", in octets */
    SET_SCALE,  /* true: as the profile scales; false: none */
    SET_CHOICE, /* a word among the option's choices */
    SET_CONGESTION,
    SET_DEFAULT_MSS_IPV4,
    SET_DEFAULT_MSS_IPV6,
    SET_ECN,
    SET_KEEP_IDLE_S,
    SET_KEEP_INTERVAL_S,
    SET_KEEP_IDLE_MS,
    SET_KEEP_INTERVAL_MS,
    SET_KEEP_COUNT,
    SET_ALWAYS_KEEPALIVE,
    SET_FAST_OPEN,
    SET_FAST_OPEN_KEY,
    SET_FAST_OPEN_SERVER,
    SET_FAST_OPEN_CLIENT,
    SET_COOKIES,
    SET_ONE_A_TIME, /* a challenge ACK in so many ms a connection */
    SET_ICMP_HARD,
    SET_FIN_WAIT_2,
    SET_COOKIES_ONLY,
    SET_WAR_WINDOW,
    SET_WAR_COUNT,
    NO_MEANING, /* any value: there is nothing here that it would change */
    ONLY_ZERO,
    ONLY_FREEBSD, /* the name of a TCP stack */
};

#define LINUX "net.ipv4."
#define BSD "net.inet.tcp."

/* What knobs were, and what they have become by now: open sockets follow where the kernel reads a
 * knob whenever it needs it. */
struct sysctls_before {
    struct tcp_options options;
    uint64_t keepalive_idle_ns, keepalive_interval_ns;
    uint32_t keepalive_count;
};
struct sysctls_before sysctls_remember(const struct pkt *pkt);
void sysctls_reach_sockets(struct pkt *pkt, const struct sysctls_before *before);

#endif
