/* congestion_reno.c - RFC 5681's window: slow start, congestion avoidance, half of the flight at a
 * loss. */
#include "tcb.h"

/* 3.1: slow start by at most SMSS an ACK (2), or as RFC 3465 and kernels have it; in avoidance SMSS
 * for each window acknowledged, octets counted. */
static void reno_acked(struct tcp_conn *conn, uint32_t acked_bytes)
{
    const uint32_t smss = conn->snd_mss;
    TCP_SHOWS(conn, MUST_19);
    if (conn->cwnd < conn->ssthresh) {
        TCP_SHOWS(conn, RFC5681_6);
        const uint32_t segments = conn_options(conn)->slow_start_limit;
        const uint32_t most = segments == 0 ? acked_bytes : segments * smss;
        conn->cwnd += acked_bytes < most ? acked_bytes : most;
    } else {
        conn->acked_bytes += acked_bytes;
        if (conn->acked_bytes >= conn->cwnd) {
            TCP_SHOWS(conn, RFC5681_8); /* octets counted: the step is never rounded to nothing */
            conn->acked_bytes -= conn->cwnd;
            conn->cwnd += smss;
        }
    }
    if (conn->cwnd > CWND_MAX_BYTES) { conn->cwnd = CWND_MAX_BYTES; }
}

/* (4) */
static uint32_t reno_ssthresh(const struct tcp_conn *conn, uint32_t flight)
{
    const uint32_t least = 2 * (uint32_t)conn->snd_mss;
    return flight / 2 > least ? flight / 2 : least;
}

const struct congestion_control congestion_reno = {
    .name = "reno",
    .acked = reno_acked,
    .ssthresh = reno_ssthresh,
};
