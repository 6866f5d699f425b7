/* urgent.c - the urgent octet as sockets have it: received with MSG_OOB, and passed over by plain
 * reads, which stop in front of it, but with SO_OOBINLINE. */
#include "run.h"

static bool is_inline(const struct fd *fd) { return fd_kept_option(fd, OPT_SO_OOBINLINE) != 0; }

uint32_t urgent_readable(const struct fd *fd, const struct tcp_status *status, bool *passes)
{
    const uint32_t mark = status->urgent_unread; /* behind the urgent octet */
    *passes = false;
    if (mark == 0 || mark > status->unread) { return status->unread; }
    if (mark > 1) { return mark - 1; }
    *passes = !is_inline(fd);
    return *passes ? status->unread - 1 : status->unread;
}

static bool was_read(const struct fd *fd, const struct tcp_status *status)
{
    return fd->oob_read && fd->oob_mark == status->rcv_up;
}

bool urgent_is_at_hand(const struct fd *fd, const struct tcp_status *status)
{
    const uint32_t mark = status->urgent_unread;
    return mark > 0 && mark <= status->unread && !was_read(fd, status);
}

enum call_status urgent_receive(struct call *call, struct fd *fd, int64_t flags, int64_t len)
{
    struct tcp_status status;
    if (fd->socket == NULL || fd->listening) { return call_errno(call, PKT_ENOTCONN); }
    host_status(fd->socket, &status);
    if (is_inline(fd) || status.urgent_unread == 0 || was_read(fd, &status)) {
        return call_errno(call, PKT_EINVAL);
    }
    if (!urgent_is_at_hand(fd, &status)) { /* the mark was told of, the octet has not come */
        const bool ended = status.fin_received || fd->read_shut;
        return ended ? call_return(call, 0) : call_errno(call, PKT_EAGAIN);
    }
    if (!call_has_flag(call, flags, SYM_MSG_PEEK)) {
        fd->oob_read = true;
        fd->oob_mark = status.rcv_up;
    }
    return call_return(call, len > 0 ? 1 : 0);
}
