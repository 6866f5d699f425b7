/* wire.h - segments as octets: TCP over IPv4 and IPv6, checksums, and the TCP options as a table.
 */
#ifndef TCPSIM_TCP_WIRE_H
#define TCPSIM_TCP_WIRE_H

#include "segment.h"

/* ---- octets in network order ---- */

static inline uint16_t wire_get16(const uint8_t *octets)
{
    return (uint16_t)(octets[0] << 8 | octets[1]);
}

static inline uint32_t wire_get32(const uint8_t *octets)
{
    return (uint32_t)wire_get16(octets) << 16 | wire_get16(octets + 2);
}

static inline void wire_put16(uint8_t *octets, uint32_t value)
{
    octets[0] = (uint8_t)(value >> 8);
    octets[1] = (uint8_t)value;
}

static inline void wire_put32(uint8_t *octets, uint32_t value)
{
    wire_put16(octets, value >> 16);
    wire_put16(octets + 2, value);
}

/* ---- options ---- */

enum tcp_option_kind {
    TCP_OPT_EOL = 0,
    TCP_OPT_NOP = 1,
    TCP_OPT_MSS = 2,
    TCP_OPT_WSCALE = 3,
    TCP_OPT_SACK_OK = 4,
    TCP_OPT_SACK = 5,
    TCP_OPT_TIMESTAMP = 8,
    TCP_OPT_USER_TIMEOUT = 28,
    TCP_OPT_FAST_OPEN = 34,
    TCP_OPT_EXPERIMENT = 254, /* RFC 6994: with an identifier of two octets */
};

#define WIRE_FAST_OPEN_EXPERIMENT 0xf989u /* RFC 7413 4.1.1, note */

/* What the options of one segment say. */
struct tcp_parsed_options {
    bool has_mss, has_wscale, has_sack_ok, has_timestamp, has_fast_open, fast_open_experiment,
        has_user_timeout, malformed;
    uint16_t mss;
    uint8_t wscale;
    uint32_t ts_val, ts_ecr;
    uint8_t sack_count;
    struct {
        tcp_seq left, right;
    } sack[4];
    uint16_t user_timeout; /* in seconds, or in minutes */
    bool user_timeout_minutes;
    uint8_t fast_open_len;
    uint8_t fast_open[16];
};

/* One row an option. `length` is the whole option's on the wire, 0 for one that varies. */
struct wire_option_row {
    uint8_t kind;
    uint8_t length;
    const char *name; /* as the segment pattern spells it: "mss", "sackOK", "TS" */
    /* Reads the option's octets (kind and length included; len is checked against `length`). */
    bool (*parse)(const uint8_t *octets, uint8_t len, struct tcp_parsed_options *parsed);
    /* Writes it with kind and length; returns the octets written. NULL: written by parse's caller.
     */
    uint8_t (*write)(const struct tcp_parsed_options *values, uint8_t *octets);
};
extern const struct wire_option_row wire_option_table[];
extern const size_t wire_option_count;

/* The row of that kind, or NULL. */
const struct wire_option_row *wire_option_by_kind(uint8_t kind);

/* Walks the option octets; unknown kinds are skipped by their length (RFC 9293 MUST-6). Sets
 * `malformed` where a length is impossible (MUST-7) and keeps what was read before it. */
void wire_parse_options(const uint8_t *octets, uint8_t len, struct tcp_parsed_options *parsed);

/* One step of a walk: the option at *at (kind, whole length with kind and length octets); false at
 * the end or at an impossible length. Advances *at. EOL and NOP have length 1. */
bool wire_next_option(const uint8_t *octets, uint8_t len, uint8_t *at, uint8_t *kind,
                      const uint8_t **option, uint8_t *option_len);

/* Pads with NOP or EOL zeros to a multiple of four; returns the new length. */
uint8_t wire_pad_options(uint8_t *octets, uint8_t len);

/* ---- segments ---- */

#define WIRE_TCP_HEADER_BYTES 20
#define WIRE_IPV4_HEADER_BYTES 20
#define WIRE_IPV6_HEADER_BYTES 40

/* Octets that the segment takes with its TCP header; with its IP header too. */
uint32_t wire_tcp_bytes(const struct tcp_segment *segment);
uint32_t wire_packet_bytes(const struct tcp_segment *segment);

/* RFC 1071's sum over `len` octets, continuing from `sum` (0 to begin); wire_checksum_fold ends it.
 */
uint32_t wire_checksum_add(uint32_t sum, const uint8_t *octets, size_t len);
uint16_t wire_checksum_fold(uint32_t sum);

/* Writes TCP header, options and payload with a right checksum. `room` >= wire_tcp_bytes, else 0 is
 * returned; else the octets written. */
size_t wire_encode_tcp(const struct tcp_segment *segment, uint8_t *octets, size_t room);

/* The same behind an IPv4 or IPv6 header (by the source's family), identification `ip_id` (IPv4),
 * DF set. */
size_t wire_encode_packet(const struct tcp_segment *segment, uint16_t ip_id, uint8_t *octets,
                          size_t room);

enum wire_result { WIRE_OK, WIRE_TRUNCATED, WIRE_NOT_TCP, WIRE_BAD_OFFSET, WIRE_BAD_CHECKSUM };

/* Reads a TCP header and options between the two addresses, which the caller sets in *segment
 * before (the ports are filled in); ttl and tos are left alone; the payload is left empty and lies
 * at *payload_at, *payload_len octets of `octets`. The checksum is verified last: with
 * WIRE_BAD_CHECKSUM the rest has been read. */
enum wire_result wire_decode_tcp(const uint8_t *octets, size_t len, struct tcp_segment *segment,
                                 size_t *payload_at, size_t *payload_len);

/* The same for a whole IPv4 (with or without options) or IPv6 packet. */
enum wire_result wire_decode_packet(const uint8_t *octets, size_t len, struct tcp_segment *segment,
                                    size_t *payload_at, size_t *payload_len);

/* "10.0.0.1", "2001:db8::1" (RFC 5952). `room` >= 46 suffices. Returns the length written. */
size_t wire_format_address(const struct tcp_address *address, char *text, size_t room);
bool wire_parse_address(const char *text, struct tcp_address *address);

#endif
