/* isn.c - the initial send sequence number: RFC 9293 3.4.1, RFC 6528. */
#include "tcb.h"

#define ISN_TICK_NS 4000u /* the generator advances every 4 microseconds */
#define REOPEN_STEP 64000u

size_t isn_sockets(const struct tcp_conn *conn, uint8_t octets[SOCKETS_MAX_BYTES])
{
    static_assert(SOCKETS_MAX_BYTES == 2 * (sizeof conn->local.address.octets + 2), "two sockets");
    const struct tcp_endpoint *const ends[2] = {&conn->local, &conn->remote};
    size_t len = 0;
    for (unsigned i = 0; i < 2; i++) {
        memcpy(octets + len, ends[i]->address.octets, sizeof ends[i]->address.octets);
        len += sizeof ends[i]->address.octets;
        wire_put16(octets + len, ends[i]->port);
        len += 2;
    }
    return len;
}

uint64_t sockets_hash(const struct tcp_conn *conn, enum sockets_hash_use use)
{
    uint8_t sockets[SOCKETS_MAX_BYTES + 1];
    size_t len = isn_sockets(conn, sockets);
    if (use != SOCKETS_HASH_ISN) { sockets[len++] = (uint8_t)use; }
    const struct tcp_host_config *config = &conn->host->config;
    return config->keyed_hash(config->hash_context, sockets, len);
}

#define BEYOND_THE_OLD 65537 /* a window that is not scaled, and what a FIN takes */

tcp_seq isn_beyond(const struct tcp_conn *old) { return old->snd_nxt + BEYOND_THE_OLD; }

/* ISN = M + F(local socket, remote socket, secret); the secret is the embedder's, within
 * keyed_hash. */
tcp_seq isn_choose(const struct tcp_conn *conn, uint64_t now_ns)
{
    const struct tcp_options *options = conn_options(conn);
    if (options->has_iss) { return options->iss; }
    TCP_SHOWS(conn, MUST_8);
    TCP_SHOWS(conn, SHLD_1);
    TCP_SHOWS(conn, RFC6528_1);
    TCP_SHOWS(conn, RFC6528_3);
    TCP_SHOWS(conn, RFC6528_4);
    const tcp_seq clock = (tcp_seq)(now_ns / ISN_TICK_NS);
    const tcp_seq iss = clock + (tcp_seq)sockets_hash(conn, SOCKETS_HASH_ISN);
    if (conn->old != NULL && options->reopen_iss == TCP_REOPEN_ISS_BEYOND) {
        return isn_beyond(conn->old);
    }
    /* RFC 9293 MAY-2: a reopened connection starts above all that its old incarnation used. */
    if (conn->old != NULL && seq_leq(iss, conn->old->snd_nxt)) {
        return conn->old->snd_nxt + REOPEN_STEP;
    }
    return iss;
}
