/* fast_open.c - TCP Fast Open as Linux offers it: the bits of net.ipv4.tcp_fastopen, the key of its
 * cookies, TCP_FASTOPEN and its kin, MSG_FASTOPEN. */
#include "run.h"

#include <stdlib.h>

/* net.ipv4.tcp_fastopen */
#define CLIENT 0x1
#define SERVER 0x2
#define CLIENT_WITHOUT_COOKIE 0x4
#define SERVER_WITHOUT_COOKIE 0x200
#define SERVER_WITHOUT_SOCKOPT 0x400

/* Connections ask for cookies only where a call says so, whatever the bits. */
void fast_open_set_bits(struct pkt *pkt, uint64_t bits)
{
    pkt->fast_open_bits = bits;
    const bool all = (bits & SERVER) != 0 && (bits & SERVER_WITHOUT_SOCKOPT) != 0;
    pkt->options.fast_open = all ? TCP_FAST_OPEN_SERVER : TCP_FAST_OPEN_OFF;
    pkt->options.fast_open_cookies = (bits & SERVER_WITHOUT_COOKIE) == 0;
}

void fast_open_switch(struct pkt *pkt, bool server, bool on)
{
    const uint64_t bit = server ? SERVER : CLIENT;
    fast_open_set_bits(pkt, on ? pkt->fast_open_bits | bit : pkt->fast_open_bits & ~bit);
}

/* "a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4": numbers of 32 bits. Of two, the first makes the cookies.
 */
bool fast_open_set_key(struct pkt *pkt, const char *text)
{
    uint64_t part[4];
    for (unsigned i = 0; i < 4; i++) {
        char *end = NULL;
        part[i] = strtoul(text, &end, 16);
        if (end == text || end - text > 8 || (i < 3 && *end != '-')) { return false; }
        text = i < 3 ? end + 1 : end;
    }
    if (*text != '\0' && *text != ',') { return false; }
    pkt->has_fast_open_key = true;
    pkt->fast_open_key[0] = part[1] << 32 | part[0];
    pkt->fast_open_key[1] = part[3] << 32 | part[2];
    host_set_fast_open_key(pkt->host, pkt->fast_open_key);
    return true;
}

void fast_open_use_key(const struct pkt *pkt, const struct fd *fd)
{
    uint64_t key[2] = {0, 0};
    if (!fd->has_fast_open_key) {
        if (pkt->has_fast_open_key) { host_set_fast_open_key(pkt->host, pkt->fast_open_key); }
        return;
    }
    for (unsigned i = FAST_OPEN_KEY_BYTES; i > 0; i--) {
        const unsigned at = i - 1;
        key[at / 8] = key[at / 8] << 8 | fd->fast_open_key[at];
    }
    host_set_fast_open_key(pkt->host, key);
}

/* What the original's defaults.sh sets. */
void fast_open_defaults(struct pkt *pkt)
{
    fast_open_set_bits(pkt, 0x70403);
    (void)fast_open_set_key(pkt, "a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4");
}

bool fast_open_is_client(const struct pkt *pkt) { return (pkt->fast_open_bits & CLIENT) != 0; }

/* TCP_FASTOPEN says how many may be open by a cookie while their handshake lasts; with a bit of the
 * sysctl every listener admits its backlog. */
void fast_open_listens(const struct pkt *pkt, struct fd *fd, uint32_t backlog)
{
    if (pkt->as_run && pkt->config.profile == NULL) { /* the run's host says all of it */
        fast_open_use_key(pkt, fd);
        return;
    }
    uint32_t pending = fd->fast_open_queue > 0 ? (uint32_t)fd->fast_open_queue : 0;
    if (pending == 0 && (pkt->fast_open_bits & SERVER_WITHOUT_SOCKOPT) != 0) { pending = backlog; }
    const bool on = (pkt->fast_open_bits & SERVER) != 0 && pending > 0;
    fd->options.fast_open = on ? TCP_FAST_OPEN_SERVER : TCP_FAST_OPEN_OFF;
    fd->options.fast_open_pending = pending;
    fast_open_use_key(pkt, fd);
    fd->options.fast_open_cookies =
        (pkt->fast_open_bits & SERVER_WITHOUT_COOKIE) == 0 && !fd->fast_open_cookieless;
}

/* From now on the descriptor opens as a client of Fast Open: how many octets may ride on its SYN.
 */
static uint32_t begin_client(struct pkt *pkt, struct fd *fd)
{
    fd->options.fast_open = TCP_FAST_OPEN_CLIENT;
    fd->options.fast_open_cookies =
        (pkt->fast_open_bits & CLIENT_WITHOUT_COOKIE) == 0 && !fd->fast_open_cookieless;
    const struct tcp_endpoint local = {.address = pkt->settings.local};
    const struct tcp_endpoint remote = {.address = pkt->settings.remote,
                                        .port = pkt->settings.connect_port};
    return host_fast_open_room(pkt->host, &local, &remote, &fd->options);
}

/* connect() after TCP_FASTOPEN_CONNECT: with a cookie it waits for the first write. */
bool fast_open_defers(struct pkt *pkt, struct fd *fd)
{
    if (!fd->fast_open_connect || (pkt->fast_open_bits & CLIENT) == 0) { return false; }
    fd->fast_open_deferred = begin_client(pkt, fd) > 0;
    return fd->fast_open_deferred;
}

/* What does not fit on the SYN leaves with the handshake's ACK, as the writer that waits has it
 * ready. */
static void queue_rest(struct call *call, struct fd *fd, uint32_t len)
{
    const uint32_t left = len - (uint32_t)call->pending->done;
    uint8_t *zeros = left > 0 ? take_zeros(call->pkt, left) : NULL;
    if (zeros == NULL) { return; }
    uint32_t accepted = 0;
    (void)host_send(fd->socket, zeros, left, true, &accepted);
    give_zeros(call->pkt, zeros, left);
    call->pending->done += accepted;
}

/* The first write opens, with as many of its octets on the SYN as fit. Without a cookie none do:
 * the write waits for the handshake, or is told that it has begun. */
enum call_status fast_open_write(struct call *call, struct fd *fd, uint32_t len, bool may_wait)
{
    struct pkt *pkt = call->pkt;
    if ((pkt->fast_open_bits & CLIENT) == 0) { return call_errno(call, PKT_EOPNOTSUPP); }
    const uint32_t room = begin_client(pkt, fd);
    call->pending->opens = true;
    const uint32_t rides = len < room ? len : room;
    const int error = fd_connect(pkt, fd, rides);
    if (error != 0) { return call_errno(call, error); }
    fd->fast_open_deferred = false;
    call->pending->done = rides;
    if (may_wait) {
        queue_rest(call, fd, len);
        return CALL_BLOCKS;
    }
    return rides > 0 ? call_return(call, rides) : call_errno(call, PKT_EINPROGRESS);
}

/* A call that may wait goes on when the connection is open: true when it has its outcome. */
bool fast_open_waits_on(struct call *call, struct fd *fd, enum call_status *status)
{
    if (!call->again || !call->pending->opens) { return false; }
    const int error = fd_take_error(call->pkt, fd);
    const enum tcp_state state = fd_state(fd);
    if (error != 0) {
        *status = call_errno(call, error);
        return true;
    }
    if (state == TCP_SYN_SENT || state == TCP_SYN_RECEIVED) {
        *status = CALL_BLOCKS;
        return true;
    }
    fd->connecting = false;
    call->pending->opens = false;
    if (state != TCP_CLOSED) { return false; }
    *status = call_errno(call, PKT_ECONNABORTED);
    return true;
}
