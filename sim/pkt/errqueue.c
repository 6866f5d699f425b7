/* errqueue.c - what a socket tells beside its stream (MSG_ERRQUEUE): that octets sent with
 * MSG_ZEROCOPY are free again, and when the last octet of a write was sent and acknowledged
 * (SO_TIMESTAMPING). */
#include "run.h"

#include <stdlib.h>
#include <string.h>

enum { ORIGIN_TIMESTAMPING = 4, ORIGIN_ZEROCOPY = 5 };
enum { CODE_COPIED = 1 }; /* no device here takes octets from where they lie */
enum { INFO_SENT = 0, INFO_SCHEDULED = 1, INFO_ACKED = 2 };

/* The end of a write of which something is still to be told. */
struct write_mark {
    struct write_mark *next;
    uint64_t end; /* in the stream */
    bool zerocopy;
    uint32_t id; /* zerocopy: of the write; else what its last octet is called */
    bool sent;   /* that was told */
};

struct notice {
    struct notice *next;
    uint32_t origin, info, data;
    uint64_t time_ns; /* of a timestamp */
};

/* ---- what happens ---- */

static void queue(struct pkt *pkt, struct fd *fd, struct notice notice)
{
    struct notice **at = &fd->notices;
    for (; *at != NULL; at = &(*at)->next) {
        struct notice *last = *at;
        /* Zerocopy: a range that grows. */
        if (last->next == NULL && notice.origin == ORIGIN_ZEROCOPY &&
            last->origin == ORIGIN_ZEROCOPY && last->data + 1 == notice.info) {
            last->data = notice.data;
            fd->activity++;
            return;
        }
    }
    *at = pkt_take(pkt, sizeof **at);
    if (*at == NULL) { return; }
    **at = notice;
    fd->activity++;
}

static void queue_time(struct pkt *pkt, struct fd *fd, const struct write_mark *mark, uint32_t info,
                       int64_t wanted)
{
    if ((fd->timestamping & wanted) == 0) { return; }
    queue(pkt, fd,
          (struct notice){.origin = ORIGIN_TIMESTAMPING,
                          .info = info,
                          .data = mark->id,
                          .time_ns = world_now(pkt->world)});
}

/* Something was sent or acknowledged. */
void errqueue_progress(struct pkt *pkt, struct fd *fd)
{
    if (fd->marks == NULL || fd->socket == NULL) { return; }
    struct tcp_status status;
    host_status(fd->socket, &status);
    for (struct write_mark *mark = fd->marks; mark != NULL; mark = mark->next) {
        if (mark->zerocopy || mark->sent || mark->end > status.octets_sent) { continue; }
        mark->sent = true;
        queue_time(pkt, fd, mark, INFO_SCHEDULED, SOF_TX_SCHED);
        queue_time(pkt, fd, mark, INFO_SENT, SOF_TX_SOFTWARE);
    }
    while (fd->marks != NULL && fd->marks->end <= status.octets_acked) {
        const struct write_mark *mark = fd->marks;
        fd->marks = mark->next;
        if (mark->zerocopy) {
            queue(pkt, fd,
                  (struct notice){.origin = ORIGIN_ZEROCOPY, .info = mark->id, .data = mark->id});
        } else {
            queue_time(pkt, fd, mark, INFO_ACKED, SOF_TX_ACK);
        }
    }
}

static void add_mark(struct pkt *pkt, struct fd *fd, struct write_mark mark)
{
    struct write_mark **at = &fd->marks;
    while (*at != NULL) { at = &(*at)->next; }
    *at = pkt_take(pkt, sizeof **at);
    if (*at != NULL) { **at = mark; }
}

/* A call has written `len` octets. */
void errqueue_written(struct pkt *pkt, struct fd *fd, int64_t len, bool zerocopy)
{
    fd->written += (uint64_t)len;
    if (zerocopy) {
        add_mark(
            pkt, fd,
            (struct write_mark){.end = fd->written, .zerocopy = true, .id = fd->zerocopy_ids++});
    }
    if (fd->timestamping != 0) {
        const uint64_t key = fd->written - 1 - fd->timestamping_base;
        const bool named = (fd->timestamping & SOF_OPT_ID) != 0;
        add_mark(pkt, fd, (struct write_mark){.end = fd->written, .id = named ? (uint32_t)key : 0});
    }
    errqueue_progress(pkt, fd);
}

/* SO_TIMESTAMPING: octets are counted from the first that is not acknowledged. */
enum call_status errqueue_set_timestamping(struct call *call, struct fd *fd, int64_t flags)
{
    const int64_t known = SOF_TX_SOFTWARE | SOF_SOFTWARE | SOF_OPT_ID | SOF_TX_SCHED | SOF_TX_ACK |
                          SOF_OPT_TSONLY | SOF_OPT_ID_TCP;
    struct tcp_status status = {.octets_acked = 0};
    if ((flags & ~known) != 0) {
        return call_unsupported(call, "SO_TIMESTAMPING with flags 0x%llx",
                                (unsigned long long)(flags & ~known));
    }
    if (fd->socket != NULL) { host_status(fd->socket, &status); }
    if ((flags & SOF_OPT_ID) != 0 && (fd->timestamping & SOF_OPT_ID) == 0) {
        fd->timestamping_base = (flags & SOF_OPT_ID_TCP) != 0 ? fd->written : status.octets_acked;
    }
    fd->timestamping = flags;
    return call_return(call, 0);
}

/* ---- recvmsg ---- */

static bool same_number(struct call *call, const struct expr *group, const char *field,
                        const char *words, int64_t actual)
{
    int64_t expected = 0;
    if (!expr_number(call, expr_field(group, field), &expected)) { return false; }
    if (expected == actual) { return true; }
    (void)call_wrong(call, "Bad %s: expected=%lld actual=%lld", words, (long long)expected,
                     (long long)actual);
    return false;
}

static bool same_header(struct call *call, const struct expr *message, const char *level,
                        const char *type)
{
    int64_t level_number = 0;
    int64_t type_number = 0;
    (void)symbol_number(call->pkt->numbers, level, &level_number);
    (void)symbol_number(call->pkt->numbers, type, &type_number);
    return same_number(call, message, "cmsg_level", "level in cmsg", level_number) &&
           same_number(call, message, "cmsg_type", "type in cmsg", type_number);
}

/* {cmsg_level=SOL_SOCKET, cmsg_type=SCM_TIMESTAMPING, cmsg_data={scm_sec=0, scm_nsec=20000000}};
 * 0: any time. */
static bool same_time(struct call *call, const struct expr *message, uint64_t time_ns)
{
    int64_t seconds = 0;
    int64_t ns = 0;
    const struct expr *data = expr_field(message, "cmsg_data");
    if (!same_header(call, message, "SOL_SOCKET", "SCM_TIMESTAMPING") ||
        !expr_number(call, expr_field(data, "scm_sec"), &seconds) ||
        !expr_number(call, expr_field(data, "scm_nsec"), &ns)) {
        return false;
    }
    const int64_t expected_us = seconds * US_PER_S + ns / (int64_t)NS_PER_US;
    const int64_t actual_us = (int64_t)(time_ns / NS_PER_US);
    if (expected_us == 0 || llabs(expected_us - actual_us) <= call->pkt->settings.tolerance_us) {
        return true;
    }
    (void)call_wrong(call, "Bad timestamp in scm_timestamping: expected=%lld actual=%lld",
                     (long long)expected_us, (long long)actual_us);
    return false;
}

/* {cmsg_level=SOL_IP, cmsg_type=IP_RECVERR, cmsg_data={ee_errno=0, ee_origin=…, …}} */
static bool same_error(struct call *call, const struct expr *message, const struct notice *notice)
{
    const bool ipv4 = call->pkt->settings.ip_version == PKT_IPV4;
    const bool zerocopy = notice->origin == ORIGIN_ZEROCOPY;
    const struct expr *data = expr_field(message, "cmsg_data");
    return same_header(call, message, ipv4 ? "SOL_IP" : "SOL_IPV6",
                       ipv4 ? "IP_RECVERR" : "IPV6_RECVERR") &&
           same_number(call, data, "ee_errno", "errno in extended err",
                       zerocopy ? 0 : PKT_ENOMSG) &&
           same_number(call, data, "ee_origin", "origin in extended err", notice->origin) &&
           same_number(call, data, "ee_type", "type in extended err", 0) &&
           same_number(call, data, "ee_code", "code in extended err", zerocopy ? CODE_COPIED : 0) &&
           same_number(call, data, "ee_info", "info in extended err", notice->info) &&
           same_number(call, data, "ee_data", "data in extended err", notice->data);
}

enum call_status errqueue_receive(struct call *call, struct fd *fd, const struct expr *control,
                                  int64_t msg_flags)
{
    const struct pkt *pkt = call->pkt;
    const struct notice *notice = fd->notices;
    if (notice == NULL) { return call_errno(call, PKT_EAGAIN); }
    fd->notices = notice->next;
    const bool timestamp = notice->origin == ORIGIN_TIMESTAMPING;
    const bool cut = timestamp && (fd->timestamping & SOF_OPT_TSONLY) == 0; /* the packet's copy */
    const int64_t flags = symbol_value(pkt->numbers, SYM_MSG_ERRQUEUE) |
                          (cut ? symbol_value(pkt->numbers, SYM_MSG_TRUNC) : 0);
    if (flags != msg_flags) {
        return call_wrong(call, "Expected msg_flags 0x%08X but got 0x%08X", (unsigned)msg_flags,
                          (unsigned)flags);
    }
    if (timestamp) {
        if (control == NULL) { return call_wrong(call, "received more than 0 cmsgs"); }
        if (!same_time(call, control, notice->time_ns)) { return CALL_WRONG; }
        control = control->next;
    }
    if (control == NULL) { return call_wrong(call, "received more than %d cmsgs", timestamp); }
    if (!same_error(call, control, notice)) { return CALL_WRONG; }
    if (control->next != NULL) { return call_wrong(call, "received only %d cmsgs", 1 + timestamp); }
    return call_return(call, 0);
}
