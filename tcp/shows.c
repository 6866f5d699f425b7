/* shows.c - requirements that are seen in a segment as a whole, and in no single place of the code:
 * what options it carries, what stands in its header. Run only where marks are wanted (marks.h). */
#include "tcb.h"

void shows_closed(struct tcp_host *host, const struct tcp_segment *seg)
{
    if ((seg->flags & TCP_RST) != 0) {
        HOST_ROW(host, TCP_CLOSED, SEG_RST);
        HOST_SHOWS(host, UNL_9);
        return;
    }
    HOST_SHOWS(host, UNL_5);
    if ((seg->flags & TCP_ACK) == 0) {
        HOST_ROW(host, TCP_CLOSED, SEG_NO_ACK);
        return;
    }
    HOST_ROW(host, TCP_CLOSED, SEG_ACK);
    HOST_SHOWS(host, RFC5961_5); /* so a peer that knows nothing answers a challenge */
}

void shows_bad_address(struct tcp_host *host, const struct tcp_segment *seg, bool source_is_sane)
{
    const bool listens = host_find_listener(host, &seg->destination) != NULL;
    HOST_ROW(host, listens ? TCP_LISTEN : TCP_CLOSED, SEG_BAD_ADDRESS);
    if (source_is_sane) {
        HOST_SHOWS(host, MUST_57);
    } else {
        HOST_SHOWS(host, MUST_63);
        HOST_SHOWS(host, RFC1122_10);
    }
}

/* ---- arrivals ---- */

static void shows_options(const struct tcp_conn *conn, const struct tcp_segment *seg)
{
    uint8_t at = 0;
    uint8_t kind = 0;
    uint8_t len = 0;
    uint8_t before = 0;
    const uint8_t *option = NULL;
    while (wire_next_option(seg->options, seg->options_len, &at, &kind, &option, &len)) {
        if (kind == TCP_OPT_EOL || kind == TCP_OPT_NOP || kind == TCP_OPT_MSS) {
            TCP_SHOWS(conn, MUST_4);
        }
        if (wire_option_by_kind(kind) == NULL) { TCP_SHOWS(conn, MUST_6); }
        if (kind == TCP_OPT_USER_TIMEOUT && !conn_options(conn)->uto) {
            TCP_SHOWS(conn, RFC5482_10);
        }
        if (before % 4 != 0 && len > 1) { TCP_SHOWS(conn, MUST_64); }
        before = at;
    }
    if (at < seg->options_len) { TCP_SHOWS(conn, MUST_7); }
}

void shows_arrival(const struct tcp_conn *conn, const struct arrival *arrival)
{
    const struct tcp_segment *seg = arrival->seg;
    const bool syn = (seg->flags & TCP_SYN) != 0;
    if (conn->state == TCP_LISTEN && (seg->flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN) {
        TCP_ROW(conn, LISTEN_SYN);
        if (arrival->len > 0 && (seg->flags & TCP_FIN) != 0) { TCP_ROW(conn, LISTEN_SYN_TEXT); }
        if (arrival->len > 0) { TCP_SHOWS(conn, UNL_4); }
    }
    if (seg->options_len == 0) { return; }
    shows_options(conn, seg);
    if (!syn) { TCP_SHOWS(conn, MUST_5); }
    if (!syn && arrival->options.has_wscale) { TCP_SHOWS(conn, RFC7323_3); }
    if (!syn && arrival->options.has_timestamp && !conn->ts_on) { TCP_SHOWS(conn, RFC7323_12); }
}

/* ---- what is sent ---- */

static void shows_syn(struct tcp_host *host, const struct tcp_conn *conn,
                      const struct tcp_segment *out)
{
    struct tcp_parsed_options options;
    wire_parse_options(out->options, out->options_len, &options);
    if (options.has_mss) {
        HOST_SHOWS(host, MUST_14);
        HOST_SHOWS(host, MAY_3);
        if (options.mss != DEFAULT_SEND_MSS_IPV4) { HOST_SHOWS(host, SHLD_5); }
        if (conn != NULL && options.mss <= conn_mtu_mss(conn)) { HOST_SHOWS(host, MUST_67); }
        if (conn != NULL && options.mss == conn_mtu_mss(conn)) { HOST_SHOWS(host, RFC6691_1); }
    }
    if (options.has_timestamp && (out->flags & TCP_ACK) != 0) { HOST_SHOWS(host, RFC7323_9); }
    if (options.has_timestamp && (out->flags & TCP_ACK) == 0 && options.ts_ecr == 0) {
        HOST_SHOWS(host, RFC7323_13);
    }
}

static void shows_header(struct tcp_host *host, const struct tcp_segment *out)
{
    if (out->tos >> 2 != 0) { /* without the two bits of ECN, which are not the user's */
        HOST_SHOWS(host, MUST_48);
        HOST_SHOWS(host, SHLD_22);
    }
    if (out->ttl != 64) { HOST_SHOWS(host, MUST_49); }
    if ((out->flags & (TCP_SYN | TCP_RST)) == 0) { HOST_SHOWS(host, UNL_12); }
    if ((out->flags & TCP_PSH) != 0) {
        HOST_SHOWS(host, MUST_61);
        if (out->payload.part[1].len > 0) { HOST_SHOWS(host, SHLD_27); }
    }
    if (out->options_len > 0) {
        HOST_SHOWS(host, MUST_68);
        if (out->options[out->options_len - 1] == TCP_OPT_EOL) { HOST_SHOWS(host, MUST_69); }
    }
    if ((out->flags & TCP_RST) != 0 && (out->flags & TCP_ACK) == 0 && out->options_len > 0) {
        HOST_SHOWS(host, RFC7323_19);
    }
}

void shows_sent(struct tcp_host *host, const struct tcp_conn *conn, const struct tcp_segment *out)
{
    shows_header(host, out);
    if (conn != NULL && conn->scale_on && (out->flags & (TCP_SYN | TCP_RST)) == 0) {
        HOST_SHOWS(host, RFC7323_6);
        HOST_SHOWS(host, RFC7323_8);
    }
    if ((out->flags & TCP_SYN) != 0) { shows_syn(host, conn, out); }
    if (conn == NULL || !conn->ts_on || (out->flags & (TCP_SYN | TCP_RST)) != 0) { return; }
    HOST_SHOWS(host, RFC7323_10);
    if (tcp_payload_len(&out->payload) > 0) { HOST_SHOWS(host, RFC6691_3); }
    if (conn->held.head != NULL) { HOST_SHOWS(host, RFC7323_15); }
}

/* ---- what calls and the sender find ---- */

/* What waits is held back by the window, by Nagle's rule or to avoid a silly window. */
void shows_held(const struct tcp_conn *conn, uint32_t unsent, uint32_t usable)
{
    TCP_ROW(conn, SEND_HELD);
    TCP_SHOWS(conn, MAY_16);
    if (usable >= unsent) { TCP_SHOWS(conn, SHLD_7); }
    if (usable > 0 && usable < unsent) { TCP_SHOWS(conn, MUST_38); }
}

void shows_new(const struct tcp_conn *conn, uint32_t len, bool full)
{
    TCP_ROW(conn, SEND_PERMITTED);
    if (full) {
        TCP_SHOWS(conn, MUST_16);
        TCP_SHOWS(conn, SHLD_28);
        TCP_SHOWS(conn, RFC1122_9);
    }
    if (conn->ack_now && conn->snd_nxt == conn->iss + 1) { TCP_SHOWS(conn, UNL_15); }
    if (!conn->in_recovery && conn->dup_acks > 0 && len > 0) {
        TCP_SHOWS(conn, RFC3042_1);
        TCP_SHOWS(conn, RFC3042_2);
        TCP_SHOWS(conn, RFC3042_5);
    }
    if (timer_is_on(conn, TCP_TIMER_RETRANSMISSION)) { TCP_SHOWS(conn, RFC6298_10); }
    if (conn->fast_open.early && !conn->syn_acked) { TCP_SHOWS(conn, RFC7413_11); }
}

/* MUST-42: a port can be listened on while it is used for connections that are being opened. */
void shows_listen(const struct tcp_conn *listener)
{
    const struct tcp_conn *conn =
        listener->host->observer.marks != NULL ? listener->host->first_conn : NULL;
    for (; conn != NULL; conn = conn->next_conn) {
        const bool opening = conn->state == TCP_SYN_SENT || conn->state == TCP_SYN_RECEIVED;
        if (opening && conn->local.port == listener->local.port) { TCP_SHOWS(conn, MUST_42); }
    }
}

void shows_send_refused(const struct tcp_conn *conn, enum tcp_error error)
{
    if (conn->state == TCP_CLOSED) {
        TCP_ROW(conn, SEND_NOT_EXIST);
    } else if (conn->state == TCP_LISTEN) {
        TCP_ROW(conn, SEND_NO_REMOTE);
    } else if (error == TCP_ERROR_CLOSING) {
        TCP_ROW(conn, SEND_CLOSING);
    }
}

void shows_close(const struct tcp_conn *conn)
{
    switch (conn->state) {
    case TCP_CLOSED: TCP_ROW(conn, CLOSE_NOT_EXIST); return;
    case TCP_LISTEN:
    case TCP_SYN_SENT:
    case TCP_CLOSING:
    case TCP_LAST_ACK:
    case TCP_TIME_WAIT: TCP_ROW(conn, CLOSE); return;
    case TCP_FIN_WAIT_1:
    case TCP_FIN_WAIT_2:
        TCP_ROW(conn, CLOSE);
        TCP_SHOWS(conn, UNL_22);
        return;
    case TCP_SYN_RECEIVED:
    case TCP_ESTABLISHED:
    case TCP_CLOSE_WAIT:
        if (conn_unsent(conn) == 0) { TCP_ROW(conn, CLOSE_NOTHING_UNSENT); }
        if (conn_unsent(conn) > 0) { TCP_ROW(conn, CLOSE_DATA_UNSENT); }
        return;
    }
}

/* Which of RFC 6191's cases lets a SYN reopen a connection in TIME-WAIT. */
void shows_reopening(const struct tcp_conn *conn, const struct tcp_conn *listener,
                     const struct arrival *arrival)
{
    const bool stamped =
        timestamps_wanted(conn_options(listener)) && arrival->options.has_timestamp;
    TCP_ROW(conn, TIME_WAIT_REOPENED);
    TCP_SHOWS(conn, MAY_2);
    TCP_SHOWS(conn, RFC6191_7);
    if (conn->ts_on) { TCP_SHOWS(conn, SHLD_4); }
    if (conn->ts_on && !stamped) { TCP_SHOWS(conn, RFC6191_3); }
    if (!conn->ts_on && stamped) { TCP_SHOWS(conn, RFC6191_5); }
    if (!conn->ts_on && !stamped) { TCP_SHOWS(conn, RFC6191_6); }
    if (conn->ts_on && stamped && arrival->options.ts_val == conn->ts_recent) {
        TCP_SHOWS(conn, RFC6191_2);
    } else if (conn->ts_on && stamped) {
        TCP_SHOWS(conn, RFC6191_1);
    }
}
