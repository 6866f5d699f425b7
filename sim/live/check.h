/* check.h - an independent judge of TCP segments: a small model of what RFC 9293 lets each end of a
 * connection send, given what it has sent and can have received. It shares no code with tcp/, not
 * even for reading headers.
 *
 *     check_create; in order of time check_sent for each segment where it leaves, check_received
 *     for each where it arrives; check_destroy
 *
 * Who knows only departures (a capture) tells check_received at once: what is not yet there, or was
 * lost, then counts as received, so that nothing legal is ever reported. */
#ifndef TCPSIM_LIVE_CHECK_H
#define TCPSIM_LIVE_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHECK_SACK_MAX 4

struct check_endpoint {
    uint8_t family; /* 4 or 6 */
    uint8_t octets[16];
    uint16_t port;
};

enum {
    CHECK_FIN = 1,
    CHECK_SYN = 2,
    CHECK_RST = 4,
    CHECK_PSH = 8,
    CHECK_ACK = 16,
    CHECK_URG = 32,
};

struct check_segment {
    struct check_endpoint from, to;
    uint32_t seq, ack, len; /* len: octets of text */
    uint16_t flags, window;
    bool has_mss, has_scale, has_sack_ok, has_timestamp;
    uint16_t mss;
    uint8_t scale;
    uint32_t ts_val, ts_ecr;
    unsigned sack_count;
    struct {
        uint32_t left, right;
    } sack[CHECK_SACK_MAX];
};

/* Reads the TCP segment of `len` octets between two addresses, whose ports it fills in. NULL, or
 * what is wrong with it in a few words; a wrong checksum counts when `sums` is set.
 * (check_decode.c) */
const char *check_decode(struct check_segment *segment, const uint8_t *octets, size_t len,
                         bool sums);

struct check;

/* `exact`: arrivals are told when they happen, so that rules about what an end has learnt hold too.
 * `report` is called for each segment that may not be: the rule in words, with its clause. NULL: no
 * memory. */
struct check *check_create(bool exact,
                           void (*report)(void *context, const struct check_segment *segment,
                                          const char *rule),
                           void *context);
void check_destroy(struct check *check);
/* False: no memory. */
bool check_sent(struct check *check, const struct check_segment *segment);
bool check_received(struct check *check, const struct check_segment *segment);

/* ---- captures (check_file.c) ---- */

struct check_packet {
    uint64_t time_ns; /* since the first packet */
    uint64_t number;  /* in the file, from 1 */
    struct check_segment segment;
    const char *wrong; /* with the segment itself, or NULL */
};

/* Reads a pcap or pcapng of Ethernet or of IP alone, and gives each TCP segment to `each`. False:
 * *error says why, without the path. */
bool check_file(const char *path, void (*each)(void *context, const struct check_packet *packet),
                void *context, char *error, size_t room);

#endif
