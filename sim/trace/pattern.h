/* pattern.h - the segment pattern of the scenario language: written, read back, compared.
 *
 *     [TIME] FROM > TO: FLAGS SEQ:END(LEN) [ack N] [win N] [urg N] [<options>] [# remark] */
#ifndef TCPSIM_TRACE_PATTERN_H
#define TCPSIM_TRACE_PATTERN_H

#include "trace.h"

/* ---- writing ---- */

/* "S.", "FP.", "-": in the order FSRP.UEW. Returns the length; room >= 9 suffices. */
size_t pattern_format_flags(uint16_t flags, char *text, size_t room);

/* "mss 1460,nop,wscale 7", "" when there are none. Every octet sequence has a text: an unknown
 * option is "kind 30 0xaabb", an impossible one "bad 0x..". Returns the length. room >= 512
 * suffices. */
size_t pattern_format_options(const uint8_t *octets, uint8_t len, char *text, size_t room);

/* The segment from flags to options: "S. 0:0(0) ack 1 win 65535 <mss 1460>". `absolute`: as on the
 * wire; otherwise the edges of SACK blocks are relative too, like ack. No trailing blank. Returns
 * the length; room >= 640 suffices. */
size_t pattern_format_segment(const struct trace_segment *segment, bool absolute, char *text,
                              size_t room);

/* "FROM > TO:", with ports unless first_connection. room >= 160 suffices. */
size_t pattern_format_ends(const struct trace_segment *segment, char *text, size_t room);

/* ---- reading ---- */

#define PATTERN_NAME_MAX 64

enum pattern_time {
    PATTERN_NO_TIME,
    PATTERN_ABSOLUTE,
    PATTERN_RELATIVE,
    PATTERN_RANGE,
    PATTERN_RELATIVE_RANGE
};

struct pattern {
    enum pattern_time time; /* "*" is NO_TIME */
    uint64_t time_ns, time_end_ns;
    unsigned digits, end_digits; /* written after the point */
    bool has_ends;               /* FROM > TO */
    char from[PATTERN_NAME_MAX], to[PATTERN_NAME_MAX];
    bool has_from_port, has_to_port;
    uint16_t from_port, to_port;
    uint16_t flags; /* TCP_PSH counts only if psh_written */
    bool psh_written;
    bool has_seq;
    uint32_t seq, end, len;
    bool has_ack, has_win, has_urg;
    uint32_t ack;
    uint32_t win, urg;
    bool has_options;      /* <...> written */
    bool any_more_options; /* ends in ... */
    bool written_padding;  /* holds nop or eol: then these count */
    uint8_t options[60];   /* as octets, in the order written, not padded */
    uint8_t options_len;
};

/* Reads one pattern. `with_ends`: a leading "[TIME] FROM > TO:" may stand. False: *error says what
 * was expected and *column (from 1) where. Number fields are modulo 2^32; END must be SEQ + LEN,
 * as in tcpdump with the SYN and FIN not counted: `S 0:0(0)`. */
bool pattern_parse(const char *text, size_t len, bool with_ends, struct pattern *pattern,
                   char *error, size_t error_room, unsigned *column);

/* ---- comparing ---- */

enum pattern_field {
    PATTERN_MATCHES,
    PATTERN_TIME,
    PATTERN_FROM,
    PATTERN_TO,
    PATTERN_FLAGS,
    PATTERN_SEQ,
    PATTERN_END,
    PATTERN_LEN,
    PATTERN_ACK,
    PATTERN_WIN,
    PATTERN_URG,
    PATTERN_OPTIONS,
};
const char *pattern_field_name(enum pattern_field field); /* "flags", "SEQ" … */

/* The first field that differs (time last), or PATTERN_MATCHES. `previous_ns`: the time of the line
 * matched before, for relative times. */
enum pattern_field pattern_compare(const struct pattern *pattern,
                                   const struct trace_segment *segment, uint64_t time_ns,
                                   uint64_t previous_ns, bool absolute);

/* Whether flags compare like a pattern's. `text` such as "S." → flags; false: not flags. */
bool pattern_parse_flags(const char *text, size_t len, uint16_t *flags, bool *psh_written);
static inline bool pattern_flags_match(uint16_t wanted, bool psh_written, uint16_t flags)
{
    const uint16_t ignored = psh_written ? 0 : TCP_PSH;
    return (wanted & (uint16_t)~ignored) == (flags & 0xff & (uint16_t)~ignored);
}

#endif
