/* symbols.h - the names of C that scripts use, as numbers, for each kernel. Private to this folder.
 */
#ifndef TCPSIM_PKT_SYMBOLS_H
#define TCPSIM_PKT_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whose numbers: they differ where scripts compare them (flags of files, errnos). */
enum dialect { DIALECT_LINUX, DIALECT_FREEBSD, DIALECTS };

/* Names that the calls use themselves. */
enum symbol {
    SYM_NONE,
    SYM_AF_UNSPEC,
    SYM_SOCK_STREAM,
    SYM_IPPROTO_TCP,
    SYM_SOL_SOCKET,
    SYM_SOL_TCP,
    SYM_SOL_IP,
    SYM_SOL_IPV6,
    SYM_O_NONBLOCK,
    SYM_O_RDWR,
    SYM_F_GETFD,
    SYM_F_SETFD,
    SYM_F_GETFL,
    SYM_F_SETFL,
    SYM_SIOCINQ,
    SYM_FIONREAD,
    SYM_SIOCOUTQ,
    SYM_SIOCOUTQNSD,
    SYM_SIOCATMARK,
    SYM_SHUT_RD,
    SYM_SHUT_WR,
    SYM_SHUT_RDWR,
    SYM_MSG_OOB,
    SYM_MSG_PEEK,
    SYM_MSG_DONTWAIT,
    SYM_MSG_WAITALL,
    SYM_MSG_NOSIGNAL,
    SYM_MSG_MORE,
    SYM_MSG_EOR,
    SYM_MSG_FASTOPEN,
    SYM_MSG_ERRQUEUE,
    SYM_MSG_TRUNC,
    SYM_MSG_ZEROCOPY,
    SYM_POLLIN,
    SYM_POLLPRI,
    SYM_POLLOUT,
    SYM_POLLERR,
    SYM_POLLHUP,
    SYM_POLLNVAL,
    SYM_POLLRDHUP,
    SYM_POLLRDNORM,
    SYM_POLLWRNORM,
    SYM_EPOLL_CTL_ADD,
    SYM_EPOLL_CTL_MOD,
    SYM_EPOLL_CTL_DEL,
    SYM_EPOLLET,
    SYM_EPOLLONESHOT,
    SYM_TCP_CM_INQ,
    SYM_COUNT
};

/* The number of a name; false: unknown. */
bool symbol_number(enum dialect dialect, const char *name, int64_t *number);
int64_t symbol_value(enum dialect dialect, enum symbol symbol);

/* The names that code may use, one by one; NULL past the last. */
const char *symbol_of_code(enum dialect dialect, size_t index, int64_t *number);

/* SO_TIMESTAMPING's flags. */
enum {
    SOF_TX_SOFTWARE = 0x2,
    SOF_SOFTWARE = 0x10,
    SOF_OPT_ID = 0x80,
    SOF_TX_SCHED = 0x100,
    SOF_TX_ACK = 0x200,
    SOF_OPT_TSONLY = 0x800,
    SOF_OPT_ID_TCP = 0x10000
};

/* Socket options by level and name; the number is the option's own here. */
enum sockopt {
    OPT_UNKNOWN,
    OPT_SO_REUSEADDR,
    OPT_SO_REUSEPORT,
    OPT_SO_TYPE,
    OPT_SO_ERROR,
    OPT_SO_DONTROUTE,
    OPT_SO_SNDBUF,
    OPT_SO_RCVBUF,
    OPT_SO_KEEPALIVE,
    OPT_SO_ZEROCOPY,
    OPT_SO_OOBINLINE,
    OPT_SO_PRIORITY,
    OPT_SO_LINGER,
    OPT_SO_MARK,
    OPT_SO_ACCEPTCONN,
    OPT_SO_DEBUG,
    OPT_SO_BROADCAST,
    OPT_SO_RCVLOWAT,
    OPT_SO_TIMESTAMP,
    OPT_SO_TIMESTAMPING,
    OPT_SO_PASSCRED,
    OPT_SO_NO_CHECK,
    OPT_SO_BSDCOMPAT,
    OPT_SO_INCOMING_CPU,
    OPT_TCP_NODELAY,
    OPT_TCP_MAXSEG,
    OPT_TCP_CORK,
    OPT_TCP_NOOPT,
    OPT_TCP_KEEPINIT,
    OPT_TCP_KEEPIDLE,
    OPT_TCP_KEEPINTVL,
    OPT_TCP_KEEPCNT,
    OPT_TCP_SYNCNT,
    OPT_TCP_LINGER2,
    OPT_TCP_QUICKACK,
    OPT_TCP_DEFER_ACCEPT,
    OPT_TCP_WINDOW_CLAMP,
    OPT_TCP_INQ,
    OPT_TCP_THIN_DUPACK,
    OPT_TCP_CONGESTION,
    OPT_TCP_USER_TIMEOUT,
    OPT_TCP_FASTOPEN,
    OPT_TCP_FASTOPEN_CONNECT,
    OPT_TCP_FASTOPEN_KEY,
    OPT_TCP_FASTOPEN_NO_COOKIE,
    OPT_TCP_NOTSENT_LOWAT,
    OPT_IP_TOS,
    OPT_IP_TTL,
    OPT_IP_MTU,
    OPT_IP_MTU_DISCOVER,
    OPT_IP_FREEBIND,
    OPT_IPV6_TCLASS,
    OPT_IPV6_HOPLIMIT,
    OPT_IPV6_MTU,
    OPT_IPV6_V6ONLY,
};
enum sockopt sockopt_of(const char *name);

/* ---- errnos: Linux's numbers, also in messages ---- */

enum pkt_errno {
    PKT_EPERM = 1,
    PKT_ENOENT = 2,
    PKT_ESRCH = 3,
    PKT_EINTR = 4,
    PKT_EBADF = 9,
    PKT_EAGAIN = 11,
    PKT_ENOMEM = 12,
    PKT_EACCES = 13,
    PKT_EFAULT = 14,
    PKT_EINVAL = 22,
    PKT_ENOTTY = 25,
    PKT_EPIPE = 32,
    PKT_ENOMSG = 42,
    PKT_EDESTADDRREQ = 89,
    PKT_EMSGSIZE = 90,
    PKT_ENOPROTOOPT = 92,
    PKT_EPROTO = 71,
    PKT_EOPNOTSUPP = 95,
    PKT_EAFNOSUPPORT = 97,
    PKT_EADDRINUSE = 98,
    PKT_EADDRNOTAVAIL = 99,
    PKT_ENETUNREACH = 101,
    PKT_ECONNABORTED = 103,
    PKT_ECONNRESET = 104,
    PKT_ENOBUFS = 105,
    PKT_EISCONN = 106,
    PKT_ENOTCONN = 107,
    PKT_ETIMEDOUT = 110,
    PKT_ECONNREFUSED = 111,
    PKT_EHOSTUNREACH = 113,
    PKT_EALREADY = 114,
    PKT_EINPROGRESS = 115,
};
bool errno_number(const char *name, int *number);
const char *errno_text(int number);

#endif
