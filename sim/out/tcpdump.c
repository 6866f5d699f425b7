/* tcpdump.c - the output "tcpdump": the lines that `tcpdump -n -S -tttt` prints (in UTC) for the
 * capture that -w writes. It reads the octets of the frame, as tcpdump does, so that what is spoilt
 * in a header shows here as there. Of the protocols above TCP only HTTP is told (tcpdump_http.c).
 * Source: print-tcp.c of tcpdump 4.99.3. */
#include "capture_frame.h"
#include "tcpdump_private.h"

#include "../../tcp/segment.h"
#include "../../tcp/wire.h"
#include "../core/units.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ETHERNET_BYTES 14
#define OPTION_ECHO 6
#define OPTION_ECHO_REPLY 7

struct tcpdump {
    struct out_writer *writer;
    const char *capture_at;
};

static void *tcpdump_begin(struct out_writer *writer, const struct out_options *options)
{
    struct tcpdump *tcpdump = malloc(sizeof *tcpdump);
    if (tcpdump == NULL) { return NULL; }
    *tcpdump = (struct tcpdump){.writer = writer, .capture_at = options->capture_at};
    return tcpdump;
}

/* ---- options ---- */

struct option_name {
    uint8_t kind;
    const char *name;
};

static const char *option_name(uint8_t kind)
{
    static const struct option_name names[] = {
        {TCP_OPT_EOL, "eol"},        {TCP_OPT_NOP, "nop"},
        {TCP_OPT_MSS, "mss"},        {TCP_OPT_WSCALE, "wscale"},
        {TCP_OPT_SACK_OK, "sackOK"}, {TCP_OPT_SACK, "sack"},
        {OPTION_ECHO, "echo"},       {OPTION_ECHO_REPLY, "echoreply"},
        {TCP_OPT_TIMESTAMP, "TS"},   {TCP_OPT_USER_TIMEOUT, "uto"},
        {TCP_OPT_FAST_OPEN, "tfo"},  {TCP_OPT_EXPERIMENT, "exp"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (names[i].kind == kind) { return names[i].name; }
    }
    return NULL;
}

static void put_hex(struct out_writer *writer, const uint8_t *octets, uint32_t len)
{
    for (uint32_t i = 0; i < len; i++) { out_printf(writer, "%02x", (unsigned)octets[i]); }
}

static void put_cookie(struct out_writer *writer, const uint8_t *value, uint32_t len)
{
    if (len == 0) {
        out_text(writer, " cookiereq");
    } else if (len % 2 != 0 || len < 4 || len > 16) {
        out_text(writer, " (invalid)");
    } else {
        out_text(writer, " cookie ");
        put_hex(writer, value, len);
    }
}

static void put_sack(struct out_writer *writer, const uint8_t *value, uint32_t len)
{
    out_printf(writer, " %" PRIu32 " ", len / 8);
    for (uint32_t i = 0; i < len; i += 8) {
        out_printf(writer, "{%" PRIu32 ":%" PRIu32 "}", wire_get32(value + i),
                   wire_get32(value + i + 4));
    }
}

static void put_user_timeout(struct out_writer *writer, const uint8_t *value)
{
    const unsigned timeout = wire_get16(value);
    const unsigned seconds = (timeout & 1) != 0 ? (timeout >> 1) * 60 : timeout >> 1;
    out_printf(writer, " 0x%x %u", timeout, seconds);
}

/* A kind's name and value. `len`: octets of value that the option says it has; returns how many of
 * them have a meaning here, or UINT32_MAX if that are more than `left`. */
static uint32_t put_value(struct out_writer *writer, uint8_t kind, const uint8_t *value,
                          uint32_t len, uint32_t left)
{
    const uint32_t fixed = kind == TCP_OPT_MSS || kind == TCP_OPT_USER_TIMEOUT ? 2
                           : kind == TCP_OPT_WSCALE                            ? 1
                           : kind == TCP_OPT_TIMESTAMP                         ? 8
                           : kind == OPTION_ECHO || kind == OPTION_ECHO_REPLY  ? 4
                           : kind == TCP_OPT_SACK_OK                           ? 0
                                                                               : len;
    if (fixed > left) { return UINT32_MAX; }
    switch (kind) {
    case TCP_OPT_MSS: out_printf(writer, " %u", (unsigned)wire_get16(value)); return fixed;
    case TCP_OPT_WSCALE: out_printf(writer, " %u", (unsigned)value[0]); return fixed;
    case TCP_OPT_SACK_OK: return fixed;
    case OPTION_ECHO:
    case OPTION_ECHO_REPLY: out_printf(writer, " %" PRIu32, wire_get32(value)); return fixed;
    case TCP_OPT_TIMESTAMP:
        out_printf(writer, " val %" PRIu32 " ecr %" PRIu32, wire_get32(value),
                   wire_get32(value + 4));
        return fixed;
    case TCP_OPT_USER_TIMEOUT: put_user_timeout(writer, value); return fixed;
    case TCP_OPT_SACK:
        if (len % 8 == 0) {
            put_sack(writer, value, len);
        } else {
            out_text(writer, " invalid sack");
        }
        return fixed;
    case TCP_OPT_FAST_OPEN:
        out_char(writer, ' ');
        put_cookie(writer, value, len);
        return fixed;
    case TCP_OPT_EXPERIMENT:
        if (len < 2) { return UINT32_MAX; }
        out_char(writer, '-');
        if (wire_get16(value) == WIRE_FAST_OPEN_EXPERIMENT) {
            out_text(writer, "tfo");
            put_cookie(writer, value + 2, len - 2);
        } else {
            out_printf(writer, "%04x", (unsigned)wire_get16(value));
        }
        return fixed;
    default:
        if (len > 0) { out_text(writer, " 0x"); }
        put_hex(writer, value, len);
        return fixed;
    }
}

/* False: an option that cannot be; the line ends there. */
static bool put_options(struct out_writer *writer, const uint8_t *octets, uint32_t left)
{
    const char *between = "";
    out_text(writer, ", options [");
    while (left > 0) {
        const uint8_t kind = octets[0];
        const bool bare = kind == TCP_OPT_EOL || kind == TCP_OPT_NOP;
        out_text(writer, between);
        const uint32_t len = bare ? 1 : left < 2 ? 0 : octets[1];
        const char *name = option_name(kind);
        if (!bare && (len < 2 || len > left)) {
            out_printf(writer, "[bad opt]%s", between[0] != '\0' ? "]" : "");
            return false;
        }
        const uint32_t head = bare ? 1 : 2;
        if (name != NULL) {
            out_text(writer, name);
        } else {
            out_printf(writer, "unknown-%u", (unsigned)kind);
        }
        const uint32_t told =
            bare ? 0 : put_value(writer, kind, octets + head, len - head, left - head);
        if (told == UINT32_MAX) {
            out_printf(writer, "[bad opt]%s", between[0] != '\0' ? "]" : "");
            return false;
        }
        if (head + told != len) { out_printf(writer, "[len %" PRIu32 "]", len); }
        octets += head + told;
        left -= head + told;
        between = ",";
        if (kind == TCP_OPT_EOL) { break; }
    }
    out_char(writer, ']');
    return true;
}

/* ---- segments ---- */

static void put_flags(struct out_writer *writer, uint8_t flags)
{
    static const char letters[] = "FSRP.UEW"; /* from the lowest bit */
    out_text(writer, "Flags [");
    for (unsigned i = 0; i < 8; i++) {
        if (((unsigned)flags >> i & 1u) != 0) { out_char(writer, letters[i]); }
    }
    out_text(writer, flags == 0 ? "none]" : "]");
}

/* From the TCP header on: `len` octets. */
static void put_segment(struct out_writer *writer, const uint8_t *tcp, uint32_t len)
{
    const uint32_t header = (uint32_t)(tcp[12] >> 4) * 4;
    const uint8_t flags = tcp[13];
    if (header < WIRE_TCP_HEADER_BYTES) {
        out_printf(writer, " tcp %" PRIu32 " [bad hdr length %" PRIu32 " - too short, < %u]",
                   len - header, header, WIRE_TCP_HEADER_BYTES);
        return;
    }
    put_flags(writer, flags);
    if (header > len) {
        out_printf(writer, " [bad hdr length %" PRIu32 " - too long, > %" PRIu32 "]", header, len);
        return;
    }
    const uint32_t seq = wire_get32(tcp + 4), payload = len - header;
    if (payload > 0) {
        out_printf(writer, ", seq %" PRIu32 ":%" PRIu32, seq, seq + payload);
    } else if ((flags & (TCP_SYN | TCP_FIN | TCP_RST)) != 0) {
        out_printf(writer, ", seq %" PRIu32, seq);
    }
    if ((flags & TCP_ACK) != 0) { out_printf(writer, ", ack %" PRIu32, wire_get32(tcp + 8)); }
    out_printf(writer, ", win %u", (unsigned)wire_get16(tcp + 14));
    if ((flags & TCP_URG) != 0) { out_printf(writer, ", urg %u", (unsigned)wire_get16(tcp + 18)); }
    if (header > WIRE_TCP_HEADER_BYTES &&
        !put_options(writer, tcp + WIRE_TCP_HEADER_BYTES, header - WIRE_TCP_HEADER_BYTES)) {
        return;
    }
    out_printf(writer, ", length %" PRIu32, payload);
    if (payload > 0) {
        tcpdump_put_http(writer, wire_get16(tcp), wire_get16(tcp + 2), tcp + header, payload);
    }
}

static void put_time(struct out_writer *writer, uint64_t time_ns)
{
    const time_t seconds = (time_t)(CAPTURE_EPOCH_S + time_ns / NS_PER_S);
    struct tm date;
    if (gmtime_r(&seconds, &date) == NULL) { date = (struct tm){0}; }
    out_printf(writer, "%04d-%02d-%02d %02d:%02d:%02d.%06" PRIu64, date.tm_year + 1900,
               date.tm_mon + 1, date.tm_mday, date.tm_hour, date.tm_min, date.tm_sec,
               time_ns % NS_PER_S / NS_PER_US);
}

static void tcpdump_record(void *state, const struct trace_record *record)
{
    const struct tcpdump *tcpdump = state;
    const struct trace_segment *segment = &record->u.segment;
    if (!capture_sees(tcpdump->capture_at, record)) { return; }
    size_t len;
    int error;
    if (record->event == TRACE_ICMP) {
        put_time(tcpdump->writer, record->time_ns);
        tcpdump_put_icmp(tcpdump->writer, &record->u.icmp);
        out_char(tcpdump->writer, '\n');
        return;
    }
    uint8_t *frame = capture_frame(segment, &len, &error);
    if (frame == NULL) {
        out_fail(tcpdump->writer, error);
        return;
    }
    const struct tcp_endpoint *from = &segment->segment->source;
    const struct tcp_endpoint *to = &segment->segment->destination;
    const bool is_ipv6 = from->address.family == 6;
    const size_t headers =
        ETHERNET_BYTES + (is_ipv6 ? WIRE_IPV6_HEADER_BYTES : WIRE_IPV4_HEADER_BYTES);
    const uint8_t *tcp = frame + headers;
    char source[64], destination[64];
    (void)wire_format_address(&from->address, source, sizeof source);
    (void)wire_format_address(&to->address, destination, sizeof destination);
    put_time(tcpdump->writer, record->time_ns);
    out_printf(tcpdump->writer, " %s %s.%u > %s.%u: ", is_ipv6 ? "IP6" : "IP", source,
               (unsigned)wire_get16(tcp), destination, (unsigned)wire_get16(tcp + 2));
    put_segment(tcpdump->writer, tcp, (uint32_t)(len - headers));
    out_char(tcpdump->writer, '\n');
    free(frame);
}

static void tcpdump_end(void *state) { free(state); }

const struct output_format output_tcpdump = {
    .name = "tcpdump",
    .help = "what tcpdump -n -S -tttt prints for the capture, in UTC",
    .wants = 1u << TRACE_SEGMENT | 1u << TRACE_ICMP,
    .begin = tcpdump_begin,
    .record = tcpdump_record,
    .end = tcpdump_end,
};
