/* sockopts.c - setsockopt and getsockopt: each option is a row that says how it is set and what is
 * read back. */
#include "run.h"

#include "../../tcp/wire.h"

#include <stdio.h>
#include <string.h>

/* ---- buffers: what kernels make of the number asked for ---- */

#define LINUX_BUFFER_LEAST_SEND 4608
#define LINUX_BUFFER_LEAST_RECEIVE 2304
#define LINUX_TRUESIZE_SHARE 2 /* half of a buffer is for the octets themselves */

static void set_buffer(struct call *call, struct fd *fd, bool send, int64_t asked)
{
    const bool linux_ = call->pkt->dialect == DIALECT_LINUX;
    uint32_t bytes = asked < 1 ? 1 : (uint32_t)asked;
    if (linux_) {
        const uint32_t least = send ? LINUX_BUFFER_LEAST_SEND : LINUX_BUFFER_LEAST_RECEIVE;
        bytes = 2 * bytes < least ? least : 2 * bytes;
    }
    const bool counts = send && fd->options.send_overhead > 0; /* what the doubling is for */
    const uint32_t usable = linux_ && !counts ? bytes / LINUX_TRUESIZE_SHARE : bytes;
    if (send) {
        fd->send_buffer_asked = bytes;
        fd->options.send_buffer = usable;
    } else {
        fd->recv_buffer_asked = bytes;
        fd->options.recv_buffer = usable;
        fd->options.recv_buffer_max = 0; /* who says a size gets it: no kernel tunes it then */
        if (linux_) { fd->options.first_window = usable; } /* not the usual buffer's share */
    }
}

static int64_t buffer_of(const struct call *call, const struct fd *fd, bool send)
{
    const uint32_t asked = send ? fd->send_buffer_asked : fd->recv_buffer_asked;
    const struct tcp_options *options = &fd->options;
    if (asked != 0 && call->pkt->dialect == DIALECT_LINUX) { return asked; }
    if (fd->socket != NULL && fd->socket->conn != NULL) {
        options = tcp_conn_options(fd->socket->conn);
    }
    return send ? options->send_buffer : options->recv_buffer;
}

/* ---- setting ---- */

/* Options that say something about a machine that is not here, and change nothing of TCP: what was
 * set is read back. */
static const struct {
    enum sockopt option;
    bool is_flag; /* reads 0 or 1 */
} kept_options[KEPT_OPTIONS] = {
    {OPT_SO_REUSEPORT, true}, {OPT_SO_DONTROUTE, true},     {OPT_SO_PRIORITY, false},
    {OPT_SO_DEBUG, true},     {OPT_IP_FREEBIND, true},      {OPT_SO_OOBINLINE, true},
    {OPT_IPV6_V6ONLY, true},  {OPT_SO_MARK, false},         {OPT_SO_BROADCAST, true},
    {OPT_SO_TIMESTAMP, true}, {OPT_SO_PASSCRED, true},      {OPT_SO_NO_CHECK, true},
    {OPT_SO_BSDCOMPAT, true}, {OPT_SO_INCOMING_CPU, false},
};

/* Its place in the table; KEPT_OPTIONS: it is none of them. */
static size_t kept_place(enum sockopt option)
{
    size_t i = 0;
    while (i < KEPT_OPTIONS && kept_options[i].option != option) { i++; }
    return option == OPT_UNKNOWN ? KEPT_OPTIONS : i;
}

int32_t fd_kept_option(const struct fd *fd, enum sockopt option)
{
    const size_t place = kept_place(option);
    return place < KEPT_OPTIONS ? fd->kept[place] : 0;
}

/* ---- ranges ---- */

#define SECONDS_MOST 32767
#define TIMES_MOST 127
#define MSS_LEAST_LINUX 88
#define MSS_MOST_LINUX 32767

static bool in_range(int64_t value, int64_t least, int64_t most)
{
    return value >= least && value <= most;
}

static enum call_status set_mss(struct call *call, struct fd *fd, int64_t value)
{
    const bool linux_ = call->pkt->dialect == DIALECT_LINUX;
    const bool fits = linux_ ? value == 0 || in_range(value, MSS_LEAST_LINUX, MSS_MOST_LINUX)
                             : in_range(value, 1, UINT16_MAX);
    if (!fits) { return call_errno(call, PKT_EINVAL); }
    fd->options.mss = (uint32_t)value;
    fd_apply_options(fd);
    return call_return(call, 0);
}

static enum call_status set_quick_ack(struct call *call, struct fd *fd, int64_t value)
{
    if (fd->socket == NULL || fd->listening) {
        return call_unsupported(call, "socket option TCP_QUICKACK before a connection is there");
    }
    host_quick_ack(fd->socket, value != 0);
    return call_return(call, 0);
}

#define FIRST_TIMEOUT_S 1 /* of a SYN,ACK; doubled up to the most */
#define TIMEOUT_MOST_S 120

/* How many timeouts it takes until so many seconds are over, as Linux reckons TCP_DEFER_ACCEPT. */
static uint32_t timeouts_within(int64_t seconds)
{
    int64_t timeout = FIRST_TIMEOUT_S;
    int64_t period = timeout;
    uint32_t count = seconds > 0;
    while (seconds > period && count < UINT8_MAX) {
        count++;
        timeout = 2 * timeout < TIMEOUT_MOST_S ? 2 * timeout : TIMEOUT_MOST_S;
        period += timeout;
    }
    return count;
}

static int64_t seconds_of_timeouts(uint32_t count)
{
    int64_t timeout = FIRST_TIMEOUT_S;
    int64_t period = 0;
    for (; count > 0; count--) {
        period += timeout;
        timeout = 2 * timeout < TIMEOUT_MOST_S ? 2 * timeout : TIMEOUT_MOST_S;
    }
    return period;
}

/* 0: as the sysctl says. */
static void set_unsent_limit(const struct call *call, struct fd *fd, int64_t value)
{
    fd->notsent_lowat = (int32_t)value;
    fd->options.unsent_limit = value != 0 ? (uint32_t)value : call->pkt->options.unsent_limit;
}

static enum call_status set_tcp(struct call *call, struct fd *fd, enum sockopt option,
                                int64_t value)
{
    struct tcp_options *options = &fd->options;
    switch ((int)option) {
    case OPT_TCP_NODELAY: options->nagle = value == 0; break;
    case OPT_TCP_MAXSEG: return set_mss(call, fd, value);
    case OPT_TCP_QUICKACK: return set_quick_ack(call, fd, value);
    case OPT_TCP_INQ:
        if (!in_range(value, 0, 1)) { return call_errno(call, PKT_EINVAL); }
        fd->tells_inq = value != 0;
        return call_return(call, 0);
    case OPT_TCP_DEFER_ACCEPT: options->defer_accept = timeouts_within(value); break;
    case OPT_TCP_WINDOW_CLAMP:
        if (value < 0) { return call_errno(call, PKT_EINVAL); }
        options->window_clamp = (uint32_t)value;
        break;
    case OPT_TCP_CORK: options->cork = fd->corked = value != 0; break;
    case OPT_TCP_NOOPT: options->syn_options = value == 0; break;
    case OPT_TCP_KEEPINIT:
        if (!in_range(value, 1, SECONDS_MOST)) { return call_errno(call, PKT_EINVAL); }
        options->open_timeout_ns = (uint64_t)value * NS_PER_S;
        break;
    case OPT_TCP_LINGER2:
        if (!in_range(value, 0, SECONDS_MOST)) {
            return call_unsupported(call, "socket option TCP_LINGER2 of %lld", (long long)value);
        }
        options->fin_wait_2_timeout_ns =
            value == 0 ? call->pkt->options.fin_wait_2_timeout_ns : (uint64_t)value * NS_PER_S;
        break;
    case OPT_TCP_USER_TIMEOUT:
        if (value < 0) { return call_errno(call, PKT_EINVAL); }
        options->user_timeout_ns = (uint64_t)value * NS_PER_MS;
        break;
    case OPT_TCP_KEEPIDLE:
    case OPT_TCP_KEEPINTVL:
        if (!in_range(value, 1, SECONDS_MOST)) { return call_errno(call, PKT_EINVAL); }
        *(option == OPT_TCP_KEEPIDLE ? &fd->keepalive_idle_ns : &fd->keepalive_interval_ns) =
            (uint64_t)value * NS_PER_S;
        fd_take_keepalive(call->pkt, fd);
        break;
    case OPT_TCP_KEEPCNT:
        if (!in_range(value, 1, TIMES_MOST)) { return call_errno(call, PKT_EINVAL); }
        fd->keepalive_count = (uint32_t)value;
        fd_take_keepalive(call->pkt, fd);
        break;
    case OPT_TCP_SYNCNT:
        if (!in_range(value, 1, TIMES_MOST)) { return call_errno(call, PKT_EINVAL); }
        options->syn_retries = (uint32_t)value;
        break;
    case OPT_TCP_NOTSENT_LOWAT: set_unsent_limit(call, fd, value); break;
    case OPT_TCP_FASTOPEN:
        fd->fast_open_queue = (int32_t)value;
        if (fd->listening) { fast_open_listens(call->pkt, fd, options->backlog); }
        break;
    case OPT_TCP_FASTOPEN_CONNECT:
        if (!fast_open_is_client(call->pkt)) { return call_errno(call, PKT_EOPNOTSUPP); }
        fd->fast_open_connect = value != 0;
        return call_return(call, 0);
    case OPT_TCP_FASTOPEN_NO_COOKIE:
        fd->fast_open_cookieless = value != 0;
        if (fd->listening) { fast_open_listens(call->pkt, fd, options->backlog); }
        break;
    default: return call_unsupported(call, "socket option %s, set", call_argument(call, 2)->text);
    }
    fd_apply_options(fd);
    if (option == OPT_TCP_NODELAY && value != 0 && call->pkt->dialect == DIALECT_LINUX &&
        fd->socket != NULL) {
        host_push(fd->socket); /* whatever holds it, a cork too */
    }
    return call_return(call, 0);
}

static enum call_status set_number(struct call *call, struct fd *fd, enum sockopt option,
                                   int64_t value)
{
    const size_t kept = kept_place(option);
    if (kept < KEPT_OPTIONS) {
        fd->kept[kept] = kept_options[kept].is_flag ? value != 0 : (int32_t)value;
        return call_return(call, 0);
    }
    switch ((int)option) {
    case OPT_SO_REUSEADDR: fd->reuse_address = value != 0; return call_return(call, 0);
    case OPT_SO_RCVLOWAT:
        fd->recv_lowat = value < 0 ? INT32_MAX : value == 0 ? 1 : (int32_t)value;
        return call_return(call, 0);
    case OPT_SO_TIMESTAMPING: return errqueue_set_timestamping(call, fd, value);
    case OPT_SO_ZEROCOPY:
        if (!in_range(value, 0, 1)) { return call_errno(call, PKT_EINVAL); }
        fd->zerocopy = value != 0;
        return call_return(call, 0);
    case OPT_SO_SNDBUF:
    case OPT_SO_RCVBUF: set_buffer(call, fd, option == OPT_SO_SNDBUF, value); break;
    case OPT_SO_KEEPALIVE:
        fd->keepalive = value != 0;
        fd_take_keepalive(call->pkt, fd);
        break;
    case OPT_IP_TOS:
    case OPT_IPV6_TCLASS: fd->options.tos = (uint8_t)value; break;
    case OPT_IP_TTL:
    case OPT_IPV6_HOPLIMIT:
        if (value == 0 || value > UINT8_MAX || value < -1) { return call_errno(call, PKT_EINVAL); }
        fd->options.ttl = value < 0 ? call->pkt->options.ttl : (uint8_t)value;
        break;
    case OPT_IP_MTU_DISCOVER: fd->mtu_discover = (int32_t)value; return call_return(call, 0);
    default: return set_tcp(call, fd, option, value);
    }
    fd_apply_options(fd);
    return call_return(call, 0);
}

static bool option_name(struct call *call, enum sockopt *option, const char **name)
{
    const struct expr *expr = call_argument(call, 2);
    if (expr == NULL || expr->kind != EXPR_WORD) {
        (void)call_unsupported(call, "a socket option without its name");
        return false;
    }
    *name = expr->text;
    *option = sockopt_of(expr->text);
    if (*option == OPT_UNKNOWN) { (void)call_unsupported(call, "socket option %s", expr->text); }
    return *option != OPT_UNKNOWN;
}

static enum call_status set_linger(struct call *call, struct fd *fd, const struct expr *value)
{
    int64_t on = 0;
    int64_t seconds = 0;
    if (!expr_number(call, expr_field(value, "onoff"), &on) ||
        !expr_number(call, expr_field(value, "linger"), &seconds)) {
        return CALL_WRONG;
    }
    fd->lingers = on != 0;
    fd->linger_s = (int32_t)seconds;
    return call_return(call, 0);
}

enum call_status call_setsockopt(struct call *call)
{
    struct fd *fd = NULL;
    enum sockopt option = OPT_UNKNOWN;
    const char *name = NULL;
    int64_t value = 0;
    if (!call_count(call, 5, 5) || !call_fd(call, 0, &fd) || !option_name(call, &option, &name)) {
        return CALL_WRONG;
    }
    if (fd->socket != NULL && fd->socket->conn != NULL) { /* the buffers may have been rounded */
        fd->options.recv_buffer = tcp_conn_options(fd->socket->conn)->recv_buffer;
        fd->options.send_buffer = tcp_conn_options(fd->socket->conn)->send_buffer;
    }
    const struct expr *given = call_argument(call, 3);
    if (option == OPT_SO_LINGER && given->kind == EXPR_GROUP) {
        return set_linger(call, fd, given);
    }
    if (given->kind == EXPR_STRING) { return set_text_option(call, fd, option, given); }
    if (given->kind != EXPR_LIST) { return call_unsupported(call, "socket option %s", name); }
    if (!call_bracketed(call, 3, &value)) { return CALL_WRONG; }
    return set_number(call, fd, option, value);
}

/* ---- reading ---- */

static int64_t mss_of(const struct call *call, const struct fd *fd)
{
    struct tcp_status status = {.snd_mss = 0};
    if (fd->socket != NULL) { host_status(fd->socket, &status); }
    if (!fd->listening && status.snd_mss > 0 && status.state > TCP_SYN_SENT) {
        return status.snd_mss;
    }
    if (fd->options.mss != 0) { return fd->options.mss; }
    if (fd->options.default_mss != 0) { return fd->options.default_mss; }
    const bool linux_ = call->pkt->dialect == DIALECT_LINUX;
    if (pkt_is_ipv6(call->pkt)) { return linux_ ? 536 : 1220; }
    return 536;
}

static bool is_quick(const struct fd *fd)
{
    struct tcp_status status = {.interactive = false};
    if (fd->socket != NULL) { host_status(fd->socket, &status); }
    return !status.interactive;
}

static bool get_tcp(struct call *call, const struct fd *fd, enum sockopt option, int64_t *value)
{
    const struct tcp_options *options = &fd->options;
    switch ((int)option) {
    case OPT_TCP_NODELAY: *value = !options->nagle; return true;
    case OPT_TCP_MAXSEG: *value = mss_of(call, fd); return true;
    case OPT_TCP_CORK: *value = fd->corked; return true;
    case OPT_TCP_QUICKACK: *value = is_quick(fd); return true;
    case OPT_TCP_INQ: *value = fd->tells_inq; return true;
    case OPT_TCP_DEFER_ACCEPT: *value = seconds_of_timeouts(options->defer_accept); return true;
    case OPT_TCP_WINDOW_CLAMP: *value = options->window_clamp; return true;
    case OPT_TCP_NOOPT: *value = !options->syn_options; return true;
    case OPT_TCP_KEEPINIT: *value = (int64_t)(options->open_timeout_ns / NS_PER_S); return true;
    case OPT_TCP_USER_TIMEOUT:
        *value = (int64_t)(options->user_timeout_ns / NS_PER_MS);
        return true;
    case OPT_TCP_KEEPIDLE: *value = (int64_t)(fd->keepalive_idle_ns / NS_PER_S); return true;
    case OPT_TCP_KEEPINTVL: *value = (int64_t)(fd->keepalive_interval_ns / NS_PER_S); return true;
    case OPT_TCP_KEEPCNT: *value = fd->keepalive_count; return true;
    case OPT_TCP_SYNCNT: *value = options->syn_retries; return true;
    case OPT_TCP_LINGER2:
        *value = (int64_t)(options->fin_wait_2_timeout_ns / NS_PER_S);
        return true;
    case OPT_TCP_NOTSENT_LOWAT: *value = fd->notsent_lowat; return true;
    case OPT_TCP_FASTOPEN: *value = fd->fast_open_queue; return true;
    case OPT_TCP_FASTOPEN_CONNECT: *value = fd->fast_open_connect; return true;
    case OPT_TCP_FASTOPEN_NO_COOKIE: *value = fd->fast_open_cookieless; return true;
    default: return false;
    }
}

static bool get_number(struct call *call, struct fd *fd, enum sockopt option, int64_t *value)
{
    const size_t kept = kept_place(option);
    if (kept < KEPT_OPTIONS) {
        *value = fd->kept[kept];
        return true;
    }
    switch ((int)option) {
    case OPT_SO_RCVLOWAT: *value = fd->recv_lowat; return true;
    case OPT_SO_ERROR: *value = fd_take_error(call->pkt, fd); return true;
    case OPT_SO_TYPE: *value = symbol_value(call->pkt->numbers, SYM_SOCK_STREAM); return true;
    case OPT_SO_ACCEPTCONN: *value = fd->listening; return true;
    case OPT_SO_REUSEADDR: *value = fd->reuse_address; return true;
    case OPT_SO_SNDBUF: *value = buffer_of(call, fd, true); return true;
    case OPT_SO_RCVBUF: *value = buffer_of(call, fd, false); return true;
    case OPT_SO_KEEPALIVE: *value = fd->keepalive; return true;
    case OPT_SO_TIMESTAMPING: *value = fd->timestamping; return true;
    case OPT_SO_ZEROCOPY: *value = fd->zerocopy; return true;
    case OPT_IP_TOS:
    case OPT_IPV6_TCLASS: *value = fd->options.tos; return true;
    case OPT_IP_TTL:
    case OPT_IPV6_HOPLIMIT: *value = fd->options.ttl; return true;
    case OPT_IP_MTU_DISCOVER: *value = fd->mtu_discover; return true;
    case OPT_IP_MTU:
    case OPT_IPV6_MTU: *value = call->pkt->settings.mtu_bytes; return true;
    default: return get_tcp(call, fd, option, value);
    }
}

static enum call_status get_linger(struct call *call, const struct fd *fd,
                                   const struct expr *expected)
{
    int64_t on = 0;
    int64_t seconds = 0;
    if (!expr_number(call, expr_field(expected, "onoff"), &on) ||
        !expr_number(call, expr_field(expected, "linger"), &seconds)) {
        return CALL_WRONG;
    }
    if (on != fd->lingers || seconds != fd->linger_s) {
        return call_wrong(call,
                          "Bad getsockopt optval: expected: {onoff=%lld, linger=%lld} actual: "
                          "{onoff=%d, linger=%d}",
                          (long long)on, (long long)seconds, fd->lingers, (int)fd->linger_s);
    }
    return call_return(call, 0);
}

enum call_status call_getsockopt(struct call *call)
{
    struct fd *fd = NULL;
    enum sockopt option = OPT_UNKNOWN;
    const char *name = NULL;
    int64_t len = 0;
    int64_t expected = 0;
    int64_t actual = 0;
    if (!call_count(call, 5, 5) || !call_fd(call, 0, &fd) || !option_name(call, &option, &name) ||
        !call_bracketed(call, 4, &len)) {
        return CALL_WRONG;
    }
    const struct expr *wanted = call_argument(call, 3);
    if (option == OPT_SO_LINGER && call->found != NULL) {
        *call->found = (struct call_found){.value = fd->lingers, .seconds = fd->linger_s};
        return call_return(call, 0);
    }
    if (option == OPT_SO_LINGER && wanted->kind == EXPR_GROUP) {
        return get_linger(call, fd, wanted);
    }
    if (wanted->kind == EXPR_STRING) { return get_text_option(call, fd, option, wanted, len); }
    if (wanted->kind != EXPR_LIST) {
        return call_unsupported(call, "socket option %s, read", name);
    }
    if (len != 4) { return call_wrong(call, "Unsupported getsockopt optlen: %d", (int)len); }
    if (!call_bracketed(call, 3, &expected)) { return CALL_WRONG; }
    if (!get_number(call, fd, option, &actual)) {
        return call_unsupported(call, "socket option %s, read", name);
    }
    if (call->found != NULL) {
        call->found->value = actual;
        return call_return(call, 0);
    }
    if ((uint32_t)actual != (uint32_t)expected) { /* of its four octets */
        return call_wrong(call, "Bad getsockopt optval: expected: %lld actual: %lld",
                          (long long)expected, (long long)actual);
    }
    return call_return(call, 0);
}
