/* icmp.c - RFC 9293 3.9.2.2: what an ICMP error does to the connection whose segment it quotes; and
 * the path's MTU, 3.7.2 with RFC 1191 and RFC 8201. */
#include "tcb.h"

#define LEAST_MTU_IPV4 68   /* RFC 1191 3 */
#define LEAST_MTU_IPV6 1280 /* RFC 8200 5 */

/* ---- which segment is quoted ---- */

/* RFC 5927 4.1: only what is outstanding can have drawn an error; who does not see the connection
 * has to guess it. DEVIATION: with nothing outstanding that rule would let no error at all through;
 * then SEQ = SND.NXT counts, which a lone ACK carries. */
static bool quotes_what_is_out(const struct tcp_conn *conn, tcp_seq seq)
{
    if (conn->snd_una == conn->snd_nxt) { return seq == conn->snd_nxt; }
    return seq_geq(seq, conn->snd_una) && seq_lt(seq, conn->snd_nxt);
}

/* ---- soft and hard errors ---- */

static enum tcp_error error_of_kind(const struct tcp_conn *conn, enum tcp_icmp_kind kind)
{
    const bool prohibited = kind == TCP_ICMP_ADMINISTRATIVELY_PROHIBITED &&
                            conn_options(conn)->icmp_soft == TCP_ICMP_SOFT_SOME_ABORT_SYN_SENT;
    return kind == TCP_ICMP_PORT_UNREACHABLE || kind == TCP_ICMP_PROTOCOL_UNREACHABLE || prohibited
               ? TCP_ERROR_REFUSED
               : TCP_ERROR_UNREACHABLE;
}

static enum tcp_icmp_fate report(struct tcp_conn *conn, const struct tcp_icmp *message)
{
    TCP_SHOWS(conn, SHLD_25);
    TCP_SHOWS(conn, MUST_47);
    TCP_SHOWS(conn, UNL_14);
    conn->soft_error = (uint8_t)error_of_kind(conn, message->kind);
    return TCP_ICMP_FATE_REPORTED;
}

static enum tcp_icmp_fate abort_conn(struct tcp_conn *conn, uint64_t now_ns,
                                     const struct tcp_icmp *message)
{
    const bool unheard = conn->state == TCP_TIME_WAIT; /* its user has all that he will get */
    conn_finish(conn, now_ns, TCP_CAUSE_ICMP_ERROR,
                unheard ? TCP_OK : error_of_kind(conn, message->kind));
    return TCP_ICMP_FATE_ABORTED;
}

static bool is_synchronized(const struct tcp_conn *conn)
{
    switch (conn->state) {
    case TCP_ESTABLISHED:
    case TCP_FIN_WAIT_1:
    case TCP_FIN_WAIT_2:
    case TCP_CLOSE_WAIT:
    case TCP_CLOSING:
    case TCP_LAST_ACK:
    case TCP_TIME_WAIT: return true;
    case TCP_CLOSED:
    case TCP_LISTEN:
    case TCP_SYN_SENT:
    case TCP_SYN_RECEIVED: return false;
    }
    return false;
}

/* Whether a hard error ends the connection in the state that it has. */
static bool hard_aborts(const struct tcp_conn *conn)
{
    const struct tcp_options *options = conn_options(conn);
    if (is_synchronized(conn)) { return options->icmp_hard != TCP_ICMP_HARD_REPORTS; }
    return options->icmp_opening == TCP_ICMP_OPENING_ABORTS ||
           (options->icmp_opening == TCP_ICMP_SYN_SENT_ABORTS && conn->state == TCP_SYN_SENT);
}

/* Whether a soft one does. */
static bool soft_aborts(const struct tcp_conn *conn, enum tcp_icmp_kind kind)
{
    const bool opening = conn->state == TCP_SYN_SENT || conn->state == TCP_SYN_RECEIVED;
    switch ((enum tcp_icmp_soft)conn_options(conn)->icmp_soft) {
    case TCP_ICMP_SOFT_REPORTS: return false;
    case TCP_ICMP_SOFT_ABORTS_OPEN: return opening;
    case TCP_ICMP_SOFT_SOME_ABORT_SYN_SENT:
        return conn->state == TCP_SYN_SENT &&
               (kind == TCP_ICMP_TTL_EXCEEDED || kind == TCP_ICMP_ADMINISTRATIVELY_PROHIBITED);
    }
    return false;
}

/* ---- the path's MTU ---- */

/* RFC 1191 7.1, for routers that do not tell: the next plateau below what did not pass. */
static uint32_t plateau_below(uint32_t packet_bytes)
{
    static const uint16_t plateaus[] = {32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296};
    for (size_t i = 0; i < sizeof plateaus / sizeof plateaus[0]; i++) {
        if (plateaus[i] < packet_bytes) { return plateaus[i]; }
    }
    return LEAST_MTU_IPV4;
}

/* What rides on a SYN stands behind its number. */
static uint32_t length_of_quoted(const struct tcp_conn *conn, tcp_seq seq)
{
    for (const struct sent *sent = conn->sent_head; sent != NULL; sent = sent->next) {
        if (seq_lt(seq, sent_end(sent))) { return sent->len + conn_headers(conn); }
    }
    return conn_headers(conn);
}

/* 0: the message says nothing that can be. */
static uint32_t told_mtu(const struct tcp_conn *conn, const struct tcp_icmp *message)
{
    if (conn->local.address.family == 6) {
        return message->mtu < LEAST_MTU_IPV6 ? 0 : message->mtu; /* RFC 8201 4 */
    }
    uint32_t mtu = message->mtu;
    if (mtu == 0) {
        mtu = plateau_below(message->packet_bytes != 0 ? message->packet_bytes
                                                       : length_of_quoted(conn, message->seq));
    }
    return mtu < LEAST_MTU_IPV4 ? LEAST_MTU_IPV4 : mtu;
}

/* What is out and too big was lost, and no congestion has to do with it (RFC 1191 6.4): it goes
 * again in segments that fit. */
static void send_smaller(struct tcp_conn *conn)
{
    struct sent *first = NULL;
    const struct sent *last = NULL;
    for (struct sent *sent = conn->sent_head; sent != NULL; sent = sent->next) {
        if (sent->len > conn->snd_mss) {
            first = first == NULL ? sent : first;
            last = sent;
        }
    }
    if (first == NULL) { return; }
    const bool others_wait = conn->resend_next != NULL;
    if (!others_wait || seq_gt(sent_end(last), conn->resend_end)) {
        conn->resend_end = sent_end(last);
    }
    if (!others_wait || seq_lt(first->seq, conn->resend_next->seq)) { conn->resend_next = first; }
    conn->sent_cause = TCP_SENT_PATH_MTU;
    conn->sent_cause_tag = 0;
    host_ready(conn);
}

/* The SYN was too big with the text that rode on it: again at once, without (RFC 7413 4.2.1). */
static void repeat_syn(struct tcp_conn *conn)
{
    conn->syn_owed = true;
    conn->syn_repeated = true;
    conn->syn_times++;
    conn->total_retransmits++;
    conn->timing = false;
    conn->sent_cause = TCP_SENT_PATH_MTU; /* nothing that arrived is a SYN's cause in SYN-SENT */
    host_ready(conn);
}

static enum tcp_icmp_fate path_mtu(struct tcp_conn *conn, uint64_t now_ns,
                                   const struct tcp_icmp *message)
{
    const uint32_t mtu = told_mtu(conn, message);
    if (mtu == 0 || mtu >= conn_path_mtu(conn)) { return TCP_ICMP_FATE_IGNORED; }
    conn->path_mtu = mtu;
    conn->path_mtu_ns = now_ns;
    if (conn->state == TCP_SYN_SENT && conn->sent_head != NULL) { repeat_syn(conn); }
    if (conn->snd_mss > 0) { /* it is known since the peer's SYN */
        conn_update_send_mss(conn);
        if (conn_may_send_data(conn)) { send_smaller(conn); } /* no probe is too big */
    }
    return TCP_ICMP_FATE_PATH_MTU;
}

void path_mtu_raise(struct tcp_conn *conn, uint64_t now_ns)
{
    const uint64_t after_ns = conn_options(conn)->pmtu_raise_ns;
    if (after_ns != 0 && now_ns - conn->path_mtu_ns >= after_ns) {
        conn->path_mtu = 0;
        conn_update_send_mss(conn);
    }
}

/* ---- the message ---- */

static enum tcp_icmp_fate take(struct tcp_conn *conn, uint64_t now_ns,
                               const struct tcp_icmp *message)
{
    const struct tcp_options *options = conn_options(conn);
    const enum tcp_icmp_class class = tcp_icmp_class(message->kind);
    if (class == TCP_ICMP_IGNORED) {
        TCP_ROW(conn, ICMP_QUENCH);
        TCP_SHOWS(conn, MUST_55);
        return TCP_ICMP_FATE_IGNORED;
    }
    if (!quotes_what_is_out(conn, message->seq)) { return TCP_ICMP_FATE_NOT_OUTSTANDING; }
    TCP_SHOWS(conn, MUST_54);
    if (class == TCP_ICMP_TOO_BIG && options->pmtu_discovery) {
        TCP_ROW(conn, ICMP_TOO_BIG);
        return path_mtu(conn, now_ns, message);
    }
    const bool hard = class != TCP_ICMP_SOFT;
    if (hard && !hard_aborts(conn)) {
        TCP_ROW(conn, ICMP_HARD_AS_SOFT);
        TCP_SHOWS(conn, UNL_26);
        return report(conn, message);
    }
    if (hard) {
        TCP_ROW(conn, ICMP_HARD);
        TCP_SHOWS(conn, SHLD_26);
        return abort_conn(conn, now_ns, message);
    }
    TCP_ROW(conn, ICMP_SOFT);
    if (message->kind == TCP_ICMP_HOST_UNREACHABLE ||
        message->kind == TCP_ICMP_NETWORK_UNREACHABLE) {
        rto_take_back(conn, now_ns, message->seq);
    }
    return soft_aborts(conn, message->kind) ? abort_conn(conn, now_ns, message)
                                            : report(conn, message);
}

static void tell(struct tcp_host *host, struct tcp_conn *conn, uint64_t now_ns,
                 const struct tcp_icmp *message, enum tcp_icmp_fate fate)
{
    struct tcp_event event = {.kind = TCP_EVENT_ICMP, .conn = conn, .now_ns = now_ns};
    event.u.icmp.message = message;
    event.u.icmp.fate = fate;
    host_tell(host, &event);
}

/* A listener has sent nothing but what it was asked for: errors about that are only reported. */
static enum tcp_icmp_fate about_no_connection(struct tcp_host *host, const struct tcp_icmp *message)
{
    const bool listens = host_find_listener(host, &message->local) != NULL;
    const bool counts = tcp_icmp_class(message->kind) != TCP_ICMP_IGNORED;
    if (listens && counts) { HOST_ROW(host, TCP_LISTEN, ICMP_SOFT); }
    if (listens && !counts) { HOST_ROW(host, TCP_LISTEN, ICMP_QUENCH); }
    return listens && counts ? TCP_ICMP_FATE_REPORTED
           : listens         ? TCP_ICMP_FATE_IGNORED
                             : TCP_ICMP_FATE_NO_CONNECTION;
}

void tcp_icmp_arrives(struct tcp_host *host, uint64_t now_ns, const struct tcp_icmp *message)
{
    struct tcp_conn *conn = tcp_find(host, &message->local, &message->remote);
    /* A message that quotes a segment to nobody must not be taken for one about a listener's own.
     */
    if (conn == NULL || conn->state == TCP_LISTEN) {
        tell(host, NULL, now_ns, message, about_no_connection(host, message));
        return;
    }
    const enum tcp_icmp_fate fate = take(conn, now_ns, message);
    tell(host, conn, now_ns, message, fate);
    host_settle(host, conn, now_ns);
}
