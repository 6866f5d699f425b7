/* options.c - socket options by the numbers that the kernel has for them; TCP_INFO as the struct
 * that it is there. */
#define _GNU_SOURCE
#include "adapter.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- numbers ---- */

#define OPTION(level, name) \
    {                       \
        level, name, #name  \
    }
static const struct option_row {
    int level, number;
    const char *name;
} options[] = {
    OPTION(SOL_SOCKET, SO_REUSEADDR),
    OPTION(SOL_SOCKET, SO_REUSEPORT),
    OPTION(SOL_SOCKET, SO_TYPE),
    OPTION(SOL_SOCKET, SO_ERROR),
    OPTION(SOL_SOCKET, SO_DONTROUTE),
    OPTION(SOL_SOCKET, SO_SNDBUF),
    OPTION(SOL_SOCKET, SO_RCVBUF),
    OPTION(SOL_SOCKET, SO_KEEPALIVE),
    OPTION(SOL_SOCKET, SO_ZEROCOPY),
    OPTION(SOL_SOCKET, SO_OOBINLINE),
    OPTION(SOL_SOCKET, SO_PRIORITY),
    OPTION(SOL_SOCKET, SO_LINGER),
    OPTION(SOL_SOCKET, SO_MARK),
    OPTION(SOL_SOCKET, SO_ACCEPTCONN),
    OPTION(SOL_SOCKET, SO_DEBUG),
    OPTION(SOL_SOCKET, SO_BROADCAST),
    OPTION(SOL_SOCKET, SO_RCVLOWAT),
    OPTION(SOL_SOCKET, SO_TIMESTAMP),
    OPTION(SOL_SOCKET, SO_PASSCRED),
    OPTION(SOL_SOCKET, SO_NO_CHECK),
    OPTION(SOL_SOCKET, SO_BSDCOMPAT),
    OPTION(SOL_SOCKET, SO_INCOMING_CPU),
    OPTION(IPPROTO_TCP, TCP_NODELAY),
    OPTION(IPPROTO_TCP, TCP_MAXSEG),
    OPTION(IPPROTO_TCP, TCP_CORK),
    OPTION(IPPROTO_TCP, TCP_KEEPIDLE),
    OPTION(IPPROTO_TCP, TCP_KEEPINTVL),
    OPTION(IPPROTO_TCP, TCP_KEEPCNT),
    OPTION(IPPROTO_TCP, TCP_SYNCNT),
    OPTION(IPPROTO_TCP, TCP_LINGER2),
    OPTION(IPPROTO_TCP, TCP_QUICKACK),
    OPTION(IPPROTO_TCP, TCP_DEFER_ACCEPT),
    OPTION(IPPROTO_TCP, TCP_WINDOW_CLAMP),
    OPTION(IPPROTO_TCP, TCP_INQ),
    OPTION(IPPROTO_TCP, TCP_THIN_DUPACK),
    OPTION(IPPROTO_TCP, TCP_CONGESTION),
    OPTION(IPPROTO_TCP, TCP_USER_TIMEOUT),
    OPTION(IPPROTO_TCP, TCP_FASTOPEN),
    OPTION(IPPROTO_TCP, TCP_FASTOPEN_CONNECT),
    OPTION(IPPROTO_TCP, TCP_FASTOPEN_KEY),
    OPTION(IPPROTO_TCP, TCP_FASTOPEN_NO_COOKIE),
    OPTION(IPPROTO_TCP, TCP_NOTSENT_LOWAT),
    OPTION(IPPROTO_IP, IP_TOS),
    OPTION(IPPROTO_IP, IP_TTL),
    OPTION(IPPROTO_IP, IP_MTU),
    OPTION(IPPROTO_IP, IP_MTU_DISCOVER),
    OPTION(IPPROTO_IP, IP_FREEBIND),
    OPTION(IPPROTO_IPV6, IPV6_TCLASS),
    {IPPROTO_IPV6, IPV6_UNICAST_HOPS, "IPV6_HOPLIMIT"},
    OPTION(IPPROTO_IPV6, IPV6_MTU),
    OPTION(IPPROTO_IPV6, IPV6_V6ONLY),
};

static const char *name_of(int level, int number)
{
    char message[80];
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        if (options[i].level == level && options[i].number == number) { return options[i].name; }
    }
    (void)snprintf(message, sizeof message, "unsupported: socket option %d of level %d", number,
                   level);
    adapter_give_up(message, 4);
}

static bool is_text(int level, int option)
{
    return level == IPPROTO_TCP && (option == TCP_CONGESTION || option == TCP_FASTOPEN_KEY);
}

static bool is_linger(const struct stack_call *call)
{
    return strcmp(call->option, "SO_LINGER") == 0;
}

int adapter_setsockopt(void *self, int fd, int level, int option, const void *value,
                       socklen_t length)
{
    struct adapter *adapter = self;
    struct stack_call call = {.kind = STACK_SETSOCKOPT, .fd = fd, .option = name_of(level, option)};
    struct linger linger;
    int number = 0;
    call.is_text = is_text(level, option);
    call.len = length;
    if (call.is_text) {
        call.text = value;
    } else if (is_linger(&call) && length >= sizeof linger) {
        memcpy(&linger, value, sizeof linger);
        call.value = linger.l_onoff;
        call.seconds = linger.l_linger;
    } else if (length == sizeof number && value != NULL) {
        memcpy(&number, value, sizeof number);
        call.value = number;
    } else if (length == 1 && value != NULL) { /* IP_TOS and the like may be an octet */
        call.value = *(const uint8_t *)value;
    } else {
        adapter_give_up("unsupported: a socket option that is no number", 4);
    }
    adapter_lock(adapter);
    adapter_call(adapter, &call);
    adapter_unlock(adapter);
    return (int)adapter_result(&call);
}

int adapter_getsockopt(void *self, int fd, int level, int option, void *value, socklen_t *length)
{
    struct adapter *adapter = self;
    struct stack_call call = {.kind = STACK_GETSOCKOPT, .fd = fd, .option = name_of(level, option)};
    call.is_text = is_text(level, option);
    adapter_lock(adapter);
    adapter_call(adapter, &call);
    adapter_unlock(adapter);
    const struct linger linger = {.l_onoff = (int)call.value, .l_linger = (int)call.seconds};
    const size_t size = is_linger(&call) ? sizeof linger : sizeof linger.l_onoff;
    if (call.result == 0 && call.is_text) {
        *length = *length < sizeof call.found ? *length : (socklen_t)sizeof call.found;
        memcpy(value, call.found, *length);
    } else if (call.result == 0) {
        *length = *length < size ? *length : (socklen_t)size;
        memcpy(value, &linger, *length);
    }
    return (int)adapter_result(&call);
}

/* ---- TCP_INFO ---- */

#define FIELD(name)                                                                  \
    {                                                                                \
#name, offsetof(struct tcp_info, name), sizeof(((struct tcp_info *)0)->name) \
    }
static const struct {
    const char *name;
    size_t offset, size;
} fields[] = {
    FIELD(tcpi_state),
    FIELD(tcpi_ca_state),
    FIELD(tcpi_options),
    FIELD(tcpi_retransmits),
    FIELD(tcpi_backoff),
    FIELD(tcpi_snd_mss),
    FIELD(tcpi_rcv_mss),
    FIELD(tcpi_advmss),
    FIELD(tcpi_unacked),
    FIELD(tcpi_sacked),
    FIELD(tcpi_lost),
    FIELD(tcpi_retrans),
    FIELD(tcpi_total_retrans),
    FIELD(tcpi_rtt),
    FIELD(tcpi_rttvar),
    FIELD(tcpi_rto),
    FIELD(tcpi_snd_cwnd),
    FIELD(tcpi_snd_ssthresh),
    FIELD(tcpi_delivered),
    FIELD(tcpi_snd_wnd),
    FIELD(tcpi_bytes_acked),
    FIELD(tcpi_bytes_sent),
    FIELD(tcpi_bytes_received),
    FIELD(tcpi_notsent_bytes),
    FIELD(tcpi_pmtu),
    FIELD(tcpi_reordering),
    FIELD(tcpi_min_rtt),
    FIELD(tcpi_probes),
    FIELD(tcpi_ato),
    FIELD(tcpi_fackets),
    FIELD(tcpi_dsack_dups),
    FIELD(tcpi_bytes_retrans),
    FIELD(tcpi_segs_in),
    FIELD(tcpi_segs_out),
    FIELD(tcpi_data_segs_in),
    FIELD(tcpi_data_segs_out),
    FIELD(tcpi_last_data_sent),
    FIELD(tcpi_last_ack_sent),
    FIELD(tcpi_last_data_recv),
    FIELD(tcpi_last_ack_recv),
    {"tcpi_rcv_wnd", offsetof(struct tcp_info, tcpi_snd_wnd) + 4, 4}, /* which came later */
};

/* Longer than the struct of any kernel: who reads takes as much as it knows. */
#define INFO_BYTES 512

static void write_field(void *context, const char *name, int64_t value)
{
    uint8_t *info = context;
    struct tcp_info *bits = context;
    if (strcmp(name, "tcpi_snd_wscale") == 0) { bits->tcpi_snd_wscale = (unsigned)value & 0xfu; }
    if (strcmp(name, "tcpi_rcv_wscale") == 0) { bits->tcpi_rcv_wscale = (unsigned)value & 0xfu; }
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (strcmp(fields[i].name, name) != 0) { continue; }
        const uint8_t octet = (uint8_t)value;
        const uint32_t word = (uint32_t)value;
        const uint64_t longer = (uint64_t)value;
        const void *from = fields[i].size == 1   ? (const void *)&octet
                           : fields[i].size == 4 ? (const void *)&word
                                                 : (const void *)&longer;
        memcpy(info + fields[i].offset, from, fields[i].size);
    }
}

void options_write_info(struct adapter *adapter, int fd)
{
    union {
        struct tcp_info info; /* for its alignment */
        uint8_t octets[INFO_BYTES];
    } all = {.octets = {0}};
    if (!adapter->descriptors[fd].is_socket) { return; }
    stack_info(adapter->stack, fd, write_field, &all);
    (void)!pwrite(fd, &all, sizeof all, 0);
}
