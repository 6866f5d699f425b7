/* call_data.c - calls that move octets: read and its kin, write and its kin. What is written is
 * zeros, what is read is thrown away: a script looks at lengths. */
#include "run.h"

#include <string.h>

#define LEN_MAX INT64_C(0x7fffffff)

/* ---- what the arguments say ---- */

struct transfer {
    struct fd *fd;
    int64_t len, flags;
    bool null_buffer, has_address;
    const struct expr *control; /* the control messages that are expected, or NULL */
};

/* ... or NULL (0) */
static bool read_buffer(struct call *call, size_t index, bool *is_null)
{
    const struct expr *expr = call_argument(call, index);
    *is_null = expr != NULL && ((expr->kind == EXPR_NUMBER && expr->number == 0) ||
                                (expr->kind == EXPR_WORD && strcmp(expr->text, "NULL") == 0));
    if (*is_null || (expr != NULL && expr->kind == EXPR_ELLIPSIS)) { return true; }
    (void)call_wrong(call, "Expected ... or NULL for buffer");
    return false;
}

static bool read_len(struct call *call, const struct expr *expr, int64_t *len)
{
    if (!expr_number(call, expr, len)) { return false; }
    if (*len >= 0 && *len <= LEN_MAX) { return true; }
    (void)call_wrong(call, "Value out of range for 32-bit integer: %lld", (long long)*len);
    return false;
}

/* fd, buffer, length */
static bool read_plain(struct call *call, struct transfer *transfer)
{
    return call_fd(call, 0, &transfer->fd) && read_buffer(call, 1, &transfer->null_buffer) &&
           read_len(call, call_argument(call, 2), &transfer->len);
}

/* [{..., 10}, {..., 20}] */
static bool read_vector(struct call *call, const struct expr *list, struct transfer *transfer)
{
    if (list == NULL || list->kind != EXPR_LIST) {
        (void)call_wrong(call, "Bad type: expected a list of {..., length}");
        return false;
    }
    for (const struct expr *part = list->first; part != NULL; part = part->next) {
        int64_t len = 0;
        if (part->kind != EXPR_GROUP || part->first == NULL || part->first->next == NULL) {
            (void)call_wrong(call, "Bad type: expected {..., length}");
            return false;
        }
        if (!read_len(call, part->first->next, &len)) { return false; }
        transfer->len += len;
    }
    if (transfer->len <= LEN_MAX) { return true; }
    (void)call_wrong(call, "Value out of range for 32-bit integer: %lld", (long long)transfer->len);
    return false;
}

/* {msg_name(...)=..., msg_iov(n)=[...], msg_flags=0, msg_control=[...]} */
static bool read_message(struct call *call, struct transfer *transfer, int64_t *flags)
{
    const struct expr *message = call_argument(call, 1);
    if (message == NULL || message->kind != EXPR_GROUP) {
        (void)call_wrong(call, "Bad type: expected {msg_name(...)=..., msg_iov(n)=[...], ...}");
        return false;
    }
    const struct expr *control = expr_field(message, "msg_control");
    if (control != NULL) { transfer->control = control->first; }
    const struct expr *written = expr_field(message, "msg_flags");
    if (written != NULL && !expr_number(call, written, flags)) { return false; }
    transfer->has_address = expr_field(message, "msg_name") != NULL;
    return read_vector(call, expr_field(message, "msg_iov"), transfer);
}

/* ---- reading ---- */

static bool never_connected(const struct fd *fd) { return fd->socket == NULL || fd->listening; }

static enum call_status nothing_to_read(struct call *call, struct fd *fd,
                                        const struct tcp_status *status, int64_t flags)
{
    /* Linux: the end of the stream goes before what ended the connection. */
    if (status->fin_received && call->pkt->dialect == DIALECT_LINUX) {
        return call_return(call, 0);
    }
    const int error = fd_take_error(call->pkt, fd);
    if (error != 0) { return call_errno(call, error == PKT_EPIPE ? PKT_ECONNRESET : error); }
    if (fd->read_shut || status->fin_received || status->state == TCP_CLOSED ||
        status->state == TCP_TIME_WAIT) {
        return call_return(call, 0);
    }
    if (fd->nonblocking || call_has_flag(call, flags, SYM_MSG_DONTWAIT)) {
        return call_errno(call, PKT_EAGAIN);
    }
    return CALL_BLOCKS;
}

/* What a plain read finds. The urgent octet in front of it goes, read or not. */
static uint32_t find_octets(struct fd *fd, bool peeks, struct tcp_status *status)
{
    bool passes = false;
    const uint32_t readable = urgent_readable(fd, status, &passes);
    if (passes && !peeks) {
        (void)host_discard(fd->socket, 1);
        host_status(fd->socket, status);
    }
    return readable;
}

/* Whether a read returns with what is there: all that was asked for, or what may not be waited on.
 */
static bool is_enough(const struct call *call, const struct transfer *transfer,
                      const struct tcp_status *status, uint32_t readable)
{
    const struct fd *fd = transfer->fd;
    const bool waits = call_has_flag(call, transfer->flags, SYM_MSG_WAITALL);
    const uint32_t most = (uint32_t)transfer->len;
    const uint32_t wanted =
        waits || most < (uint32_t)fd->recv_lowat ? most : (uint32_t)fd->recv_lowat;
    const bool stops = readable < status->unread; /* in front of the urgent octet */
    const bool may_wait =
        !fd->nonblocking && !call_has_flag(call, transfer->flags, SYM_MSG_DONTWAIT);
    return readable > 0 && (readable >= wanted || stops || !may_wait || status->fin_received);
}

static enum call_status receive(struct call *call, const struct transfer *transfer)
{
    struct fd *fd = transfer->fd;
    const int64_t flags = transfer->flags;
    struct tcp_status status;
    if (call_has_flag(call, flags, SYM_MSG_ERRQUEUE)) {
        return call_unsupported(call, "receiving with MSG_ERRQUEUE but by recvmsg");
    }
    if (fd->fast_open_deferred) { return call_errno(call, PKT_EAGAIN); }
    if (call_has_flag(call, flags, SYM_MSG_OOB)) {
        return urgent_receive(call, fd, flags, transfer->len);
    }
    if (never_connected(fd)) { return call_errno(call, PKT_ENOTCONN); }
    host_status(fd->socket, &status);
    const bool peeks = call_has_flag(call, flags, SYM_MSG_PEEK);
    const uint32_t most = (uint32_t)transfer->len;
    const uint32_t readable = find_octets(fd, peeks, &status);
    if (readable > 0 && transfer->null_buffer && most > 0 &&
        !call_has_flag(call, flags, SYM_MSG_TRUNC)) {
        return call_errno(call, PKT_EFAULT);
    }
    if (!is_enough(call, transfer, &status, readable)) {
        return readable > 0 ? CALL_BLOCKS : nothing_to_read(call, fd, &status, flags);
    }
    const uint32_t count = readable < most ? readable : most;
    if (peeks) { return call_return(call, count); }
    return call_return(call, host_discard(fd->socket, count));
}

enum call_status call_read(struct call *call)
{
    struct transfer transfer = {.len = 0};
    if (!call_count(call, 3, 3) || !read_plain(call, &transfer)) { return CALL_WRONG; }
    return receive(call, &transfer);
}

enum call_status call_recv(struct call *call)
{
    struct transfer transfer = {.len = 0};
    if (!call_count(call, 4, 6) || !read_plain(call, &transfer) ||
        !call_number(call, 3, &transfer.flags)) {
        return CALL_WRONG;
    }
    return receive(call, &transfer);
}

enum call_status call_readv(struct call *call)
{
    struct transfer transfer = {.len = 0};
    if (!call_count(call, 3, 3) || !call_fd(call, 0, &transfer.fd) ||
        !read_vector(call, call_argument(call, 1), &transfer)) {
        return CALL_WRONG;
    }
    return receive(call, &transfer);
}

/* Behind a FIN no less than one, so that the reader goes on. */
int64_t fd_inq(const struct fd *fd)
{
    struct tcp_status status;
    host_status(fd->socket, &status);
    return status.unread == 0 && status.fin_received ? 1 : status.unread;
}

/* {cmsg_level=SOL_TCP, cmsg_type=TCP_CM_INQ, cmsg_data=9000}: all that a plain read is told. */
static enum call_status check_control(struct call *call, const struct transfer *transfer)
{
    const struct expr *message = transfer->control;
    int64_t level = 0;
    int64_t type = 0;
    int64_t expected = 0;
    if (message == NULL) {
        return transfer->fd->tells_inq ? call_wrong(call, "Expected 0 cmsgs but got 1") : CALL_DONE;
    }
    const struct expr *data = expr_field(message, "cmsg_data");
    if (!expr_number(call, expr_field(message, "cmsg_level"), &level) ||
        !expr_number(call, expr_field(message, "cmsg_type"), &type)) {
        return CALL_WRONG;
    }
    if (level != symbol_value(call->pkt->numbers, SYM_SOL_TCP) ||
        type != symbol_value(call->pkt->numbers, SYM_TCP_CM_INQ)) {
        return call_unsupported(call, "control messages but TCP_CM_INQ");
    }
    if (!expr_number(call, data, &expected)) { return CALL_WRONG; }
    if (!transfer->fd->tells_inq) { return call_wrong(call, "Expected 1 cmsgs but got 0"); }
    const int64_t actual = fd_inq(transfer->fd);
    if (actual == expected) { return CALL_DONE; }
    return call_wrong(call, "Bad TCP_CM_INQ: expected: %lld actual: %lld", (long long)expected,
                      (long long)actual);
}

enum call_status call_recvmsg(struct call *call)
{
    struct transfer transfer = {.len = 0};
    int64_t expected_flags = 0;
    if (!call_count(call, 3, 3) || !call_fd(call, 0, &transfer.fd) ||
        !call_number(call, 2, &transfer.flags)) {
        return CALL_WRONG;
    }
    if (!read_message(call, &transfer, &expected_flags)) { return CALL_WRONG; }
    if (call_has_flag(call, transfer.flags, SYM_MSG_ERRQUEUE)) {
        return errqueue_receive(call, transfer.fd, transfer.control, expected_flags);
    }
    const enum call_status status = receive(call, &transfer);
    if (status == CALL_DONE && call->result >= 0 && expected_flags != 0) {
        return call_wrong(call, "Expected msg_flags 0x%08X but got 0x%08X",
                          (unsigned)expected_flags, 0u);
    }
    return status == CALL_DONE && call->result >= 0 ? check_control(call, &transfer) : status;
}

/* ---- writing ---- */

/* What a socket answers that cannot send: an errno, or 0. */
static int why_not_send(struct call *call, struct fd *fd)
{
    const bool closed = fd->write_shut || fd_has_ended(fd);
    if (closed && call->pkt->dialect == DIALECT_FREEBSD) {
        return PKT_EPIPE;
    } /* whatever ended it */
    const int error = fd_take_error(call->pkt, fd);
    if (error != 0) { return error; }
    if (never_connected(fd)) {
        return call->pkt->dialect == DIALECT_LINUX ? PKT_EPIPE : PKT_ENOTCONN;
    }
    if (fd->write_shut || fd_state(fd) == TCP_CLOSED) { return PKT_EPIPE; }
    return 0;
}

static unsigned send_flags(struct call *call, int64_t flags)
{
    const bool more = call_has_flag(call, flags, SYM_MSG_MORE);
    return (more ? (unsigned)TCP_SEND_MORE : (unsigned)TCP_SEND_PUSH) |
           (call_has_flag(call, flags, SYM_MSG_EOR) ? (unsigned)TCP_SEND_RECORD : 0u) |
           (call_has_flag(call, flags, SYM_MSG_OOB) ? (unsigned)TCP_SEND_URGENT : 0u);
}

/* The writer goes on as long as anything is taken: what leaves meanwhile makes room. */
static enum tcp_error give_octets(struct call *call, struct fd *fd, uint32_t len,
                                  unsigned send_flags)
{
    int64_t *done = &call->pending->done;
    uint8_t *zeros = take_zeros(call->pkt, len + 1);
    if (zeros == NULL) { return TCP_ERROR_RESOURCES; }
    enum tcp_error error = TCP_OK;
    uint32_t accepted = 1;
    while (accepted > 0 && *done < len) {
        error = host_send(fd->socket, zeros, len - (uint32_t)*done, send_flags, &accepted);
        *done += accepted;
    }
    give_zeros(call->pkt, zeros, len + 1);
    return error;
}

static enum call_status send_octets(struct call *call, struct fd *fd, uint32_t len,
                                    unsigned send_flags, bool may_wait)
{
    const int64_t *done = &call->pending->done;
    struct tcp_status status;
    host_status(fd->socket, &status);
    if (call->again && *done > 0 && !status.writable && status.state != TCP_CLOSED) {
        return CALL_BLOCKS;
    }
    const enum tcp_error error = give_octets(call, fd, len, send_flags);
    if (*done == len) { return call_return(call, len); }
    if (error == TCP_OK || error == TCP_WOULD_BLOCK) {
        fd->no_space = true;
        if (may_wait) { return CALL_BLOCKS; }
        return *done > 0 ? call_return(call, *done) : call_errno(call, PKT_EAGAIN);
    }
    if (*done > 0) { return call_return(call, *done); }
    const int why = why_not_send(call, fd);
    return call_errno(call, why != 0 ? why : PKT_EPIPE);
}

static enum call_status transmit_octets(struct call *call, const struct transfer *transfer)
{
    struct fd *fd = transfer->fd;
    const int64_t flags = transfer->flags;
    const bool may_wait = !fd->nonblocking && !call_has_flag(call, flags, SYM_MSG_DONTWAIT);
    const bool opens = call_has_flag(call, flags, SYM_MSG_FASTOPEN) || fd->fast_open_deferred;
    if (opens && fd->socket == NULL && !call->again) {
        if (transfer->null_buffer && transfer->len > 0) { return call_errno(call, PKT_EFAULT); }
        return fast_open_write(call, fd, (uint32_t)transfer->len, may_wait);
    }
    enum call_status outcome = CALL_BLOCKS;
    if (fast_open_waits_on(call, fd, &outcome)) { return outcome; }
    const enum tcp_state state = fd_state(fd);
    if (opens && !call->again && state == TCP_SYN_SENT) { return call_errno(call, PKT_EALREADY); }
    const int why = call->pending->done == 0 ? why_not_send(call, fd) : 0;
    if (why != 0) { return call_errno(call, why); }
    const bool opening = state == TCP_SYN_SENT || (state == TCP_SYN_RECEIVED && fd->connecting);
    if (opening && !call->pkt->as_run) { /* else it is queued, by RFC 9293 3.10.2 */
        if (call->pkt->dialect == DIALECT_FREEBSD) { return call_errno(call, PKT_ENOTCONN); }
        return may_wait ? CALL_BLOCKS : call_errno(call, PKT_EAGAIN);
    }
    if (transfer->null_buffer && transfer->len > 0) { return call_errno(call, PKT_EFAULT); }
    if (transfer->len == 0) { return call_return(call, 0); }
    return send_octets(call, fd, (uint32_t)transfer->len, send_flags(call, flags), may_wait);
}

/* The octets of MSG_ZEROCOPY go as others do; what is told of them is errqueue.c's. */
static enum call_status transmit(struct call *call, const struct transfer *transfer)
{
    struct fd *fd = transfer->fd;
    const bool zerocopy = fd->zerocopy && call_has_flag(call, transfer->flags, SYM_MSG_ZEROCOPY);
    const enum call_status status = transmit_octets(call, transfer);
    if (status == CALL_DONE && call->result > 0) {
        errqueue_written(call->pkt, fd, call->result, zerocopy);
    }
    return status;
}

enum call_status call_write(struct call *call)
{
    struct transfer transfer = {.len = 0};
    if (!call_count(call, 3, 3) || !read_plain(call, &transfer)) { return CALL_WRONG; }
    return transmit(call, &transfer);
}

enum call_status call_send(struct call *call)
{
    struct transfer transfer = {.len = 0};
    if (!call_count(call, 4, 4) || !read_plain(call, &transfer) ||
        !call_number(call, 3, &transfer.flags)) {
        return CALL_WRONG;
    }
    return transmit(call, &transfer);
}

enum call_status call_sendto(struct call *call)
{
    struct transfer transfer = {.has_address = true};
    const struct expr *address = call_argument(call, 4);
    if (address != NULL && address->kind == EXPR_WORD && strcmp(address->text, "AF_UNSPEC") == 0) {
        return call_errno(call, PKT_EOPNOTSUPP);
    }
    if (!call_count(call, 6, 6) || !read_plain(call, &transfer) ||
        !call_number(call, 3, &transfer.flags)) {
        return CALL_WRONG;
    }
    return transmit(call, &transfer);
}

enum call_status call_writev(struct call *call)
{
    struct transfer transfer = {.len = 0};
    if (!call_count(call, 3, 3) || !call_fd(call, 0, &transfer.fd) ||
        !read_vector(call, call_argument(call, 1), &transfer)) {
        return CALL_WRONG;
    }
    return transmit(call, &transfer);
}

enum call_status call_sendmsg(struct call *call)
{
    struct transfer transfer = {.len = 0};
    int64_t ignored = 0;
    if (!call_count(call, 3, 3) || !call_fd(call, 0, &transfer.fd) ||
        !read_message(call, &transfer, &ignored) || !call_number(call, 2, &transfer.flags)) {
        return CALL_WRONG;
    }
    if (ignored != 0) { return call_wrong(call, "sendmsg ignores msg_flags field in msghdr"); }
    if (transfer.control != NULL) {
        return call_unsupported(call, "control messages (msg_control) of sendmsg");
    }
    return transmit(call, &transfer);
}
