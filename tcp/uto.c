/* uto.c - the user timeout option, RFC 5482: what is advertised, and the timeout that is adopted
 * from what the peer advertises. A user timeout that the user himself has set is never changed. */
#include "tcb.h"

#define SECOND_NS UINT64_C(1000000000)
#define MINUTE_NS (60 * SECOND_NS)
#define UTO_VALUE_MAX 32767u /* 15 bits */

/* 3.3: whole seconds as far as they reach, then whole minutes; rounded up, and never 0 (3.4). */
void uto_encode(uint64_t timeout_ns, struct tcp_parsed_options *values)
{
    const bool minutes = timeout_ns > UTO_VALUE_MAX * SECOND_NS;
    const uint64_t unit_ns = minutes ? MINUTE_NS : SECOND_NS;
    uint64_t value = timeout_ns / unit_ns + (timeout_ns % unit_ns != 0);
    if (value > UTO_VALUE_MAX) { value = UTO_VALUE_MAX; }
    values->has_user_timeout = true;
    values->user_timeout_minutes = minutes;
    values->user_timeout = (uint16_t)(value > 0 ? value : 1);
}

/* Any segment may bring one; none is counted on (3.2). */
void uto_arrived(struct tcp_conn *conn, const struct arrival *arrival)
{
    const struct tcp_parsed_options *options = &arrival->options;
    if (!conn_options(conn)->uto || options->user_timeout == 0) {
        if (options->has_user_timeout && !conn_options(conn)->uto) { TCP_SHOWS(conn, RFC5482_10); }
        return;
    }
    TCP_SHOWS(conn, RFC5482_1);
    conn->uto_remote_ns =
        options->user_timeout * (options->user_timeout_minutes ? MINUTE_NS : SECOND_NS);
}

/* 3.1: min(U_LIMIT, max(ADV_UTO, REMOTE_UTO, L_LIMIT)), and L_LIMIT above the RTO. */
static uint64_t adopted(const struct tcp_conn *conn)
{
    const struct tcp_options *options = conn_options(conn);
    uint64_t timeout_ns = options->uto_advertise_ns;
    TCP_SHOWS(conn, RFC5482_5);
    TCP_SHOWS(conn, RFC5482_11);
    if (conn->uto_remote_ns > timeout_ns) { timeout_ns = conn->uto_remote_ns; }
    if (options->uto_min_ns > timeout_ns) {
        TCP_SHOWS(conn, RFC5482_6);
        timeout_ns = options->uto_min_ns;
    }
    if (options->uto_max_ns < timeout_ns) {
        TCP_SHOWS(conn, RFC5482_6);
        timeout_ns = options->uto_max_ns;
    }
    if (timeout_ns <= conn->rto_ns) { TCP_SHOWS(conn, RFC5482_7); }
    return timeout_ns > conn->rto_ns ? timeout_ns : conn->rto_ns + 1;
}

bool uto_is_adopted(const struct tcp_conn *conn)
{
    if (conn->uto_remote_ns != 0 && conn_options(conn)->user_timeout_ns != 0) {
        TCP_SHOWS(conn, RFC5482_4);
    }
    return conn->uto_remote_ns != 0 && conn_options(conn)->user_timeout_ns == 0 &&
           conn->state != TCP_SYN_RECEIVED;
}

uint64_t uto_user_timeout(const struct tcp_conn *conn)
{
    return uto_is_adopted(conn) ? adopted(conn) : conn_options(conn)->user_timeout_ns;
}
