/* sysctls_live.c - sysctls that a script sets while sockets are open. BSD reads most knobs whenever
 * it needs them; what a socket keeps from when it was made stays: its buffers, its congestion
 * control, and, but for a listener, which options its SYN offers. */
#include "sysctls.h"

#include <string.h>

static const char *const of_sockets[] = {"recv_buffer", "send_buffer", "ttl",      "tos",
                                         "backlog",     "congestion",  "fast_open"};
static const char *const of_connections[] = {"timestamps", "sack", "window_scale", "rto_min",
                                             "rto_initial"};

static bool is_one_of(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) { return true; }
    }
    return false;
}

/* Every field of the host's that changed, but for those that the socket keeps. */
static void follow(struct tcp_options *options, const struct tcp_options *before,
                   const struct tcp_options *now, bool listener)
{
    for (size_t i = 0; i < tcp_option_count; i++) {
        const struct tcp_option_row *row = &tcp_option_table[i];
        const uint8_t *old = (const uint8_t *)before + row->offset;
        const uint8_t *fresh = (const uint8_t *)now + row->offset;
        if (row->type == TCP_OPTION_LATER || memcmp(old, fresh, row->width) == 0 ||
            is_one_of(of_sockets, sizeof of_sockets / sizeof of_sockets[0], row->name) ||
            (!listener && is_one_of(of_connections,
                                    sizeof of_connections / sizeof of_connections[0], row->name))) {
            continue;
        }
        memcpy((uint8_t *)options + row->offset, fresh, row->width);
    }
    const struct tcp_ack_limit *limit = &now->challenge_ack_limit; /* wider than its row says */
    if (limit->count != before->challenge_ack_limit.count ||
        limit->interval_ns != before->challenge_ack_limit.interval_ns) {
        options->challenge_ack_limit = *limit;
    }
}

/* What the socket itself was told stays. */
static void follow_keepalive(const struct pkt *pkt, struct fd *fd,
                             const struct sysctls_before *before)
{
    if (fd->keepalive_idle_ns == before->keepalive_idle_ns) {
        fd->keepalive_idle_ns = pkt->keepalive_idle_ns;
    }
    if (fd->keepalive_interval_ns == before->keepalive_interval_ns) {
        fd->keepalive_interval_ns = pkt->keepalive_interval_ns;
    }
    if (fd->keepalive_count == before->keepalive_count) {
        fd->keepalive_count = pkt->keepalive_count;
    }
    fd_take_keepalive(pkt, fd);
}

static void copy_keepalive(struct tcp_options *options, const struct tcp_options *from)
{
    options->keepalive_idle_ns = from->keepalive_idle_ns;
    options->keepalive_interval_ns = from->keepalive_interval_ns;
    options->keepalive_count = from->keepalive_count;
    options->fin_wait_2_timeout_ns = from->fin_wait_2_timeout_ns;
}

struct sysctls_before sysctls_remember(const struct pkt *pkt)
{
    return (struct sysctls_before){.options = pkt->options,
                                   .keepalive_idle_ns = pkt->keepalive_idle_ns,
                                   .keepalive_interval_ns = pkt->keepalive_interval_ns,
                                   .keepalive_count = pkt->keepalive_count};
}

void sysctls_reach_sockets(struct pkt *pkt, const struct sysctls_before *before)
{
    for (struct fd *fd = pkt->fds; fd != NULL; fd = fd->next) {
        if (!fd->closed && fd->kind == FD_SOCKET) {
            follow(&fd->options, &before->options, &pkt->options, fd->listening);
            follow_keepalive(pkt, fd, before);
        }
    }
    for (struct socket *at = host_sockets(pkt->host); at != NULL; at = at->next) {
        const struct fd *fd = at->user;
        if (at->conn == NULL) { continue; }
        struct tcp_options options = *tcp_conn_options(at->conn);
        follow(&options, &before->options, &pkt->options, at->listener);
        if (fd != NULL && !fd->closed) { copy_keepalive(&options, &fd->options); }
        host_set_socket_options(at, &options);
    }
}
