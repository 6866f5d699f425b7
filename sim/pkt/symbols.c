/* symbols.c - the tables of names. Where both kernels have one number it stands once. */
#include "symbols.h"

#include <string.h>

struct symbol_row {
    enum symbol symbol; /* or SYM_NONE: scripts name it, no call asks for it */
    const char *name;
    int64_t number[DIALECTS]; /* Linux, FreeBSD */
};

#define BOTH(number)   \
    {                  \
        number, number \
    }

static const struct symbol_row rows[] = {
    {SYM_NONE, "NULL", BOTH(0)},
    {SYM_AF_UNSPEC, "AF_UNSPEC", BOTH(0)},
    {SYM_NONE, "AF_INET", BOTH(2)},
    {SYM_NONE, "AF_INET6", {10, 28}},
    {SYM_NONE, "PF_INET", BOTH(2)},
    {SYM_NONE, "PF_INET6", {10, 28}},
    {SYM_SOCK_STREAM, "SOCK_STREAM", BOTH(1)},
    {SYM_NONE, "SOCK_DGRAM", BOTH(2)},
    {SYM_NONE, "SOCK_RAW", BOTH(3)},
    {SYM_NONE, "SOCK_NONBLOCK", {0x800, 0x20000000}},
    {SYM_NONE, "SOCK_CLOEXEC", {0x80000, 0x10000000}},
    {SYM_IPPROTO_TCP, "IPPROTO_TCP", BOTH(6)},
    {SYM_NONE, "IPPROTO_IP", BOTH(0)},
    {SYM_NONE, "IPPROTO_ICMP", BOTH(1)},
    {SYM_NONE, "IPPROTO_UDP", BOTH(17)},
    {SYM_NONE, "IPPROTO_IPV6", BOTH(41)},
    {SYM_NONE, "IPPROTO_ICMPV6", BOTH(58)},
    {SYM_SOL_SOCKET, "SOL_SOCKET", {1, 0xffff}},
    {SYM_SOL_TCP, "SOL_TCP", BOTH(6)},
    {SYM_SOL_IP, "SOL_IP", BOTH(0)},
    {SYM_SOL_IPV6, "SOL_IPV6", BOTH(41)},
    {SYM_NONE, "SOL_UDP", BOTH(17)},
    {SYM_NONE, "O_RDONLY", BOTH(0)},
    {SYM_NONE, "O_WRONLY", BOTH(1)},
    {SYM_O_RDWR, "O_RDWR", BOTH(2)},
    {SYM_NONE, "O_ACCMODE", BOTH(3)},
    {SYM_NONE, "O_CREAT", {0x40, 0x200}},
    {SYM_NONE, "O_EXCL", {0x80, 0x800}},
    {SYM_NONE, "O_NOCTTY", {0x100, 0x8000}},
    {SYM_NONE, "O_TRUNC", {0x200, 0x400}},
    {SYM_NONE, "O_APPEND", {0x400, 0x8}},
    {SYM_O_NONBLOCK, "O_NONBLOCK", {0x800, 0x4}},
    {SYM_NONE, "FD_CLOEXEC", BOTH(1)},
    {SYM_NONE, "F_DUPFD", BOTH(0)},
    {SYM_F_GETFD, "F_GETFD", BOTH(1)},
    {SYM_F_SETFD, "F_SETFD", BOTH(2)},
    {SYM_F_GETFL, "F_GETFL", BOTH(3)},
    {SYM_F_SETFL, "F_SETFL", BOTH(4)},
    {SYM_NONE, "F_GETOWN", {9, 5}},
    {SYM_NONE, "F_SETOWN", {8, 6}},
    {SYM_NONE, "SEEK_SET", BOTH(0)},
    {SYM_NONE, "SEEK_CUR", BOTH(1)},
    {SYM_NONE, "SEEK_END", BOTH(2)},
    {SYM_SIOCINQ, "SIOCINQ", {0x541b, 0x4004667f}},
    {SYM_FIONREAD, "FIONREAD", {0x541b, 0x4004667f}},
    {SYM_SIOCOUTQ, "SIOCOUTQ", {0x5411, 0x40046677}},
    {SYM_NONE, "FIONWRITE", {0x5411, 0x40046677}},
    {SYM_SIOCOUTQNSD, "SIOCOUTQNSD", {0x894b, -1}},
    {SYM_SIOCATMARK, "SIOCATMARK", {0x8905, 0x40047307}},
    {SYM_SHUT_RD, "SHUT_RD", BOTH(0)},
    {SYM_SHUT_WR, "SHUT_WR", BOTH(1)},
    {SYM_SHUT_RDWR, "SHUT_RDWR", BOTH(2)},
    {SYM_MSG_OOB, "MSG_OOB", BOTH(1)},
    {SYM_MSG_PEEK, "MSG_PEEK", BOTH(2)},
    {SYM_NONE, "MSG_DONTROUTE", BOTH(4)},
    {SYM_NONE, "MSG_CTRUNC", {8, 0x20}},
    {SYM_MSG_TRUNC, "MSG_TRUNC", {0x20, 0x10}},
    {SYM_MSG_DONTWAIT, "MSG_DONTWAIT", {0x40, 0x80}},
    {SYM_MSG_EOR, "MSG_EOR", {0x80, 0x8}},
    {SYM_MSG_WAITALL, "MSG_WAITALL", {0x100, 0x40}},
    {SYM_MSG_ERRQUEUE, "MSG_ERRQUEUE", {0x2000, 0x2000}},
    {SYM_MSG_NOSIGNAL, "MSG_NOSIGNAL", {0x4000, 0x20000}},
    {SYM_MSG_MORE, "MSG_MORE", BOTH(0x8000)},
    {SYM_NONE, "MSG_PROXY", BOTH(0x10)},
    {SYM_NONE, "MSG_FIN", BOTH(0x200)},
    {SYM_NONE, "MSG_SYN", BOTH(0x400)},
    {SYM_NONE, "MSG_CONFIRM", BOTH(0x800)},
    {SYM_NONE, "MSG_RST", BOTH(0x1000)},
    {SYM_NONE, "MSG_CMSG_CLOEXEC", {0x40000000, 0x40000}},
    {SYM_MSG_ZEROCOPY, "MSG_ZEROCOPY", BOTH(0x4000000)},
    {SYM_MSG_FASTOPEN, "MSG_FASTOPEN", BOTH(0x20000000)},
    {SYM_POLLIN, "POLLIN", BOTH(0x1)},
    {SYM_POLLPRI, "POLLPRI", BOTH(0x2)},
    {SYM_POLLOUT, "POLLOUT", BOTH(0x4)},
    {SYM_POLLERR, "POLLERR", BOTH(0x8)},
    {SYM_POLLHUP, "POLLHUP", BOTH(0x10)},
    {SYM_POLLNVAL, "POLLNVAL", BOTH(0x20)},
    {SYM_POLLRDNORM, "POLLRDNORM", BOTH(0x40)},
    {SYM_NONE, "POLLRDBAND", BOTH(0x80)},
    {SYM_POLLWRNORM, "POLLWRNORM", {0x100, 0x4}},
    {SYM_NONE, "POLLWRBAND", {0x200, 0x100}},
    {SYM_NONE, "POLLMSG", BOTH(0x400)},
    {SYM_NONE, "POLLREMOVE", BOTH(0x1000)},
    {SYM_POLLRDHUP, "POLLRDHUP", {0x2000, 0x4000}},
    {SYM_NONE, "EPOLLIN", BOTH(0x1)},
    {SYM_NONE, "EPOLLPRI", BOTH(0x2)},
    {SYM_NONE, "EPOLLOUT", BOTH(0x4)},
    {SYM_NONE, "EPOLLERR", BOTH(0x8)},
    {SYM_NONE, "EPOLLHUP", BOTH(0x10)},
    {SYM_NONE, "EPOLLRDNORM", BOTH(0x40)},
    {SYM_NONE, "EPOLLRDBAND", BOTH(0x80)},
    {SYM_NONE, "EPOLLWRNORM", BOTH(0x100)},
    {SYM_NONE, "EPOLLWRBAND", BOTH(0x200)},
    {SYM_NONE, "EPOLLRDHUP", BOTH(0x2000)},
    {SYM_NONE, "EPOLLEXCLUSIVE", BOTH(0x10000000)},
    {SYM_EPOLLONESHOT, "EPOLLONESHOT", BOTH(0x40000000)},
    {SYM_EPOLLET, "EPOLLET", BOTH(0x80000000)},
    {SYM_EPOLL_CTL_ADD, "EPOLL_CTL_ADD", BOTH(1)},
    {SYM_EPOLL_CTL_DEL, "EPOLL_CTL_DEL", BOTH(2)},
    {SYM_EPOLL_CTL_MOD, "EPOLL_CTL_MOD", BOTH(3)},
    {SYM_NONE, "IP_PMTUDISC_DONT", BOTH(0)},
    {SYM_NONE, "IP_PMTUDISC_WANT", BOTH(1)},
    {SYM_NONE, "IP_PMTUDISC_DO", BOTH(2)},
    {SYM_NONE, "IP_PMTUDISC_PROBE", BOTH(3)},
    {SYM_NONE, "TCP_INFINITE_SSTHRESH", BOTH(0x7fffffff)},
    {SYM_NONE, "TCP_ESTABLISHED", {1, 4}},
    {SYM_NONE, "TCP_SYN_SENT", {2, 2}},
    {SYM_NONE, "TCP_SYN_RECV", {3, 3}},
    {SYM_NONE, "TCP_FIN_WAIT1", {4, 6}},
    {SYM_NONE, "TCP_FIN_WAIT2", {5, 9}},
    {SYM_NONE, "TCP_TIME_WAIT", {6, 10}},
    {SYM_NONE, "TCP_CLOSE", {7, 0}},
    {SYM_NONE, "TCP_CLOSE_WAIT", {8, 5}},
    {SYM_NONE, "TCP_LAST_ACK", {9, 8}},
    {SYM_NONE, "TCP_LISTEN", {10, 1}},
    {SYM_NONE, "TCP_CLOSING", {11, 7}},
    {SYM_NONE, "TCP_CA_Open", BOTH(0)},
    {SYM_NONE, "TCP_CA_Disorder", BOTH(1)},
    {SYM_NONE, "TCP_CA_CWR", BOTH(2)},
    {SYM_NONE, "TCP_CA_Recovery", BOTH(3)},
    {SYM_NONE, "TCP_CA_Loss", BOTH(4)},
    {SYM_NONE, "TCPI_OPT_TIMESTAMPS", BOTH(1)},
    {SYM_NONE, "TCPI_OPT_SACK", BOTH(2)},
    {SYM_NONE, "TCPI_OPT_WSCALE", BOTH(4)},
    {SYM_NONE, "TCPI_OPT_ECN", BOTH(8)},
    {SYM_NONE, "TCPI_OPT_ECN_SEEN", BOTH(16)},
    {SYM_NONE, "TCPI_OPT_SYN_DATA", BOTH(32)},
    {SYM_NONE, "TCPI_OPT_USEC_TS", BOTH(64)},
    {SYM_NONE, "TCPI_OPT_TFO_CHILD", BOTH(128)},
    {SYM_TCP_CM_INQ, "TCP_CM_INQ", BOTH(36)},
    {SYM_NONE, "IP_RECVERR", BOTH(11)},
    {SYM_NONE, "IPV6_RECVERR", BOTH(25)},
    {SYM_NONE, "SO_EE_ORIGIN_LOCAL", BOTH(1)},
    {SYM_NONE, "SO_EE_ORIGIN_ICMP", BOTH(2)},
    {SYM_NONE, "SO_EE_ORIGIN_ICMP6", BOTH(3)},
    {SYM_NONE, "SO_EE_ORIGIN_TIMESTAMPING", BOTH(4)},
    {SYM_NONE, "SO_EE_ORIGIN_ZEROCOPY", BOTH(5)},
    {SYM_NONE, "SO_EE_CODE_ZEROCOPY_COPIED", BOTH(1)},
    {SYM_NONE, "SCM_TIMESTAMPING", BOTH(37)},
    {SYM_NONE, "SCM_TIMESTAMPING_OPT_STATS", BOTH(54)},
    {SYM_NONE, "SCM_TSTAMP_SND", BOTH(0)},
    {SYM_NONE, "SCM_TSTAMP_SCHED", BOTH(1)},
    {SYM_NONE, "SCM_TSTAMP_ACK", BOTH(2)},
    {SYM_NONE, "SOF_TIMESTAMPING_TX_HARDWARE", BOTH(0x1)},
    {SYM_NONE, "SOF_TIMESTAMPING_TX_SOFTWARE", BOTH(SOF_TX_SOFTWARE)},
    {SYM_NONE, "SOF_TIMESTAMPING_RX_HARDWARE", BOTH(0x4)},
    {SYM_NONE, "SOF_TIMESTAMPING_RX_SOFTWARE", BOTH(0x8)},
    {SYM_NONE, "SOF_TIMESTAMPING_SOFTWARE", BOTH(SOF_SOFTWARE)},
    {SYM_NONE, "SOF_TIMESTAMPING_SYS_HARDWARE", BOTH(0x20)},
    {SYM_NONE, "SOF_TIMESTAMPING_RAW_HARDWARE", BOTH(0x40)},
    {SYM_NONE, "SOF_TIMESTAMPING_OPT_ID", BOTH(SOF_OPT_ID)},
    {SYM_NONE, "SOF_TIMESTAMPING_TX_SCHED", BOTH(SOF_TX_SCHED)},
    {SYM_NONE, "SOF_TIMESTAMPING_TX_ACK", BOTH(SOF_TX_ACK)},
    {SYM_NONE, "SOF_TIMESTAMPING_OPT_CMSG", BOTH(0x400)},
    {SYM_NONE, "SOF_TIMESTAMPING_OPT_TSONLY", BOTH(SOF_OPT_TSONLY)},
    {SYM_NONE, "SOF_TIMESTAMPING_OPT_STATS", BOTH(0x1000)},
    {SYM_NONE, "SOF_TIMESTAMPING_OPT_ID_TCP", BOTH(SOF_OPT_ID_TCP)},
};
#define ROWS (sizeof rows / sizeof rows[0])

bool symbol_number(enum dialect dialect, const char *name, int64_t *number)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (strcmp(rows[i].name, name) == 0) {
            *number = rows[i].number[dialect];
            return true;
        }
    }
    int value = 0;
    const bool found = errno_number(name, &value);
    *number = value;
    return found;
}

int64_t symbol_value(enum dialect dialect, enum symbol symbol)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (rows[i].symbol == symbol) { return rows[i].number[dialect]; }
    }
    return -1;
}

/* tcpi_state, tcpi_ca_state and tcpi_options are compared with these. */
const char *symbol_of_code(enum dialect dialect, size_t index, int64_t *number)
{
    for (size_t i = 0; i < ROWS; i++) {
        const bool fits =
            strncmp(rows[i].name, "TCP_", 4) == 0 || strncmp(rows[i].name, "TCPI_OPT_", 9) == 0;
        if (fits && index-- == 0) {
            *number = rows[i].number[dialect];
            return rows[i].name;
        }
    }
    return NULL;
}

/* ---- socket options ---- */

#define SAME(name)        \
    {                     \
#name, OPT_##name \
    }

enum sockopt sockopt_of(const char *name)
{
    static const struct {
        const char *name;
        enum sockopt option;
    } names[] = {
        SAME(SO_REUSEADDR),
        SAME(SO_REUSEPORT),
        SAME(SO_TYPE),
        SAME(SO_ERROR),
        SAME(SO_DONTROUTE),
        SAME(SO_SNDBUF),
        SAME(SO_RCVBUF),
        SAME(SO_KEEPALIVE),
        SAME(SO_ZEROCOPY),
        SAME(SO_OOBINLINE),
        SAME(SO_PRIORITY),
        SAME(SO_LINGER),
        SAME(SO_MARK),
        SAME(SO_ACCEPTCONN),
        SAME(SO_DEBUG),
        SAME(SO_BROADCAST),
        SAME(SO_RCVLOWAT),
        SAME(SO_TIMESTAMP),
        SAME(SO_TIMESTAMPING),
        SAME(SO_PASSCRED),
        SAME(SO_NO_CHECK),
        SAME(SO_BSDCOMPAT),
        SAME(SO_INCOMING_CPU),
        SAME(TCP_NODELAY),
        SAME(TCP_MAXSEG),
        SAME(TCP_CORK),
        {"TCP_NOPUSH", OPT_TCP_CORK},
        SAME(TCP_NOOPT),
        SAME(TCP_KEEPINIT),
        SAME(TCP_KEEPIDLE),
        SAME(TCP_KEEPINTVL),
        SAME(TCP_KEEPCNT),
        SAME(TCP_SYNCNT),
        SAME(TCP_LINGER2),
        SAME(TCP_QUICKACK),
        SAME(TCP_DEFER_ACCEPT),
        SAME(TCP_WINDOW_CLAMP),
        SAME(TCP_INQ),
        SAME(TCP_THIN_DUPACK),
        SAME(TCP_CONGESTION),
        SAME(TCP_USER_TIMEOUT),
        SAME(TCP_FASTOPEN),
        SAME(TCP_FASTOPEN_CONNECT),
        SAME(TCP_FASTOPEN_KEY),
        SAME(TCP_FASTOPEN_NO_COOKIE),
        SAME(TCP_NOTSENT_LOWAT),
        SAME(IP_TOS),
        SAME(IP_TTL),
        SAME(IP_MTU),
        SAME(IP_MTU_DISCOVER),
        {"IPV6_MTU_DISCOVER", OPT_IP_MTU_DISCOVER},
        SAME(IP_FREEBIND),
        SAME(IPV6_TCLASS),
        SAME(IPV6_HOPLIMIT),
        {"IPV6_UNICAST_HOPS", OPT_IPV6_HOPLIMIT},
        SAME(IPV6_MTU),
        SAME(IPV6_V6ONLY),
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i].name, name) == 0) { return names[i].option; }
    }
    return OPT_UNKNOWN;
}
