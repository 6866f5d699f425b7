/* pcapng.c - a capture whose packets say in a comment what became of them. Fate is known only
 * later: so packets wait, in the order in which they were sent, until the one before them is
 * written and their own fate is known, or the run ends. A capture at one host knows no fates and
 * waits for none. */
#include "capture_frame.h"
#include "flights.h"

#include "../core/units.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SECTION 0x0a0d0d0au
#define BLOCK_INTERFACE 1
#define BLOCK_ENHANCED_PACKET 6
#define BYTE_ORDER_MAGIC 0x1a2b3c4du

#define OPTION_END 0
#define OPTION_COMMENT 1
#define OPTION_SECTION_APPLICATION 4
#define OPTION_INTERFACE_NAME 2
#define OPTION_INTERFACE_TSRESOL 9
#define TSRESOL_NANOSECONDS 9

struct waiting_packet {
    struct flight_key key;
    struct waiting_packet *next; /* in the order sent */
    uint64_t time_ns;
    uint64_t settled_ns; /* when the last of its copies came to its end */
    uint32_t under_way;  /* the segment and the network's copies of it */
    uint8_t *frame;
    size_t len;
    bool fate_told;
    char comment[512];
};

struct pcapng {
    struct out_writer *writer;
    const struct out_options *options;
    bool begun; /* the section's header is written */
    struct waiting_packet *first, **last;
    struct flight_map packets;
};

/* ---- blocks ---- */

static size_t padded(size_t len) { return (len + 3) & ~(size_t)3; }

static void write32(struct pcapng *pcapng, uint32_t value)
{
    uint8_t octets[4];
    (void)capture_put32(octets, value);
    out_bytes(pcapng->writer, octets, sizeof octets);
}

static void write_padded(struct pcapng *pcapng, const void *octets, size_t len)
{
    static const uint8_t zeros[4];
    out_bytes(pcapng->writer, octets, len);
    out_bytes(pcapng->writer, zeros, padded(len) - len);
}

static size_t option_bytes(size_t len) { return 4 + padded(len); }

static void write_option(struct pcapng *pcapng, uint16_t code, const void *value, size_t len)
{
    write32(pcapng, (uint32_t)code | (uint32_t)len << 16);
    write_padded(pcapng, value, len);
}

static void write_block_start(struct pcapng *pcapng, uint32_t type, size_t bytes)
{
    write32(pcapng, type);
    write32(pcapng, (uint32_t)bytes);
}

/* Section and interface. `comment` may be "". */
static void write_start(struct pcapng *pcapng, const char *comment)
{
    static const char application[] = "tcpsim", interface[] = "tcpsim";
    const uint8_t resolution = TSRESOL_NANOSECONDS;
    pcapng->begun = true;
    const size_t comment_len = strlen(comment);
    const size_t section = 28 + (comment_len > 0 ? option_bytes(comment_len) : 0) +
                           option_bytes(sizeof application - 1) + 4;
    write_block_start(pcapng, BLOCK_SECTION, section);
    write32(pcapng, BYTE_ORDER_MAGIC);
    write32(pcapng, 1);          /* version 1.0 */
    write32(pcapng, 0xffffffff); /* the section's length is not told */
    write32(pcapng, 0xffffffff);
    if (comment_len > 0) { write_option(pcapng, OPTION_COMMENT, comment, comment_len); }
    write_option(pcapng, OPTION_SECTION_APPLICATION, application, sizeof application - 1);
    write32(pcapng, OPTION_END);
    write32(pcapng, (uint32_t)section);

    const size_t block = 20 + option_bytes(sizeof interface - 1) + option_bytes(1) + 4;
    write_block_start(pcapng, BLOCK_INTERFACE, block);
    write32(pcapng, CAPTURE_LINKTYPE_ETHERNET);
    write32(pcapng, capture_snaplen(pcapng->options));
    write_option(pcapng, OPTION_INTERFACE_NAME, interface, sizeof interface - 1);
    write_option(pcapng, OPTION_INTERFACE_TSRESOL, &resolution, 1);
    write32(pcapng, OPTION_END);
    write32(pcapng, (uint32_t)block);
}

static void write_packet(struct pcapng *pcapng, const struct waiting_packet *packet)
{
    const size_t comment = strlen(packet->comment);
    const size_t kept = capture_kept(pcapng->options, packet->len);
    const size_t block = 32 + padded(kept) + option_bytes(comment) + 4;
    const uint64_t time_ns = CAPTURE_EPOCH_S * NS_PER_S + packet->time_ns;
    write_block_start(pcapng, BLOCK_ENHANCED_PACKET, block);
    write32(pcapng, 0); /* the only interface */
    write32(pcapng, (uint32_t)(time_ns >> 32));
    write32(pcapng, (uint32_t)time_ns);
    write32(pcapng, (uint32_t)kept);
    write32(pcapng, (uint32_t)packet->len); /* on the wire */
    write_padded(pcapng, packet->frame, kept);
    write_option(pcapng, OPTION_COMMENT, packet->comment, comment);
    write32(pcapng, OPTION_END);
    write32(pcapng, (uint32_t)block);
}

/* ---- waiting ---- */

static void free_packet(struct waiting_packet *packet)
{
    free(packet->frame);
    free(packet);
}

static void say(struct waiting_packet *packet, const char *text)
{
    const size_t len = strlen(packet->comment);
    (void)snprintf(packet->comment + len, sizeof packet->comment - len, "%s%s",
                   packet->fate_told ? "; " : ": ", text);
    packet->fate_told = true;
}

/* Writes from the front what has come to its end before `now_ns`: at the very instant of its
 * arrival a segment may still be discarded. */
static void write_settled(struct pcapng *pcapng, uint64_t now_ns, bool all)
{
    struct waiting_packet *packet;
    while ((packet = pcapng->first) != NULL &&
           (all || (packet->under_way == 0 && packet->settled_ns < now_ns))) {
        if (packet->under_way > 0) { say(packet, "still under way at the end"); }
        write_packet(pcapng, packet);
        pcapng->first = packet->next;
        if (pcapng->first == NULL) { pcapng->last = &pcapng->first; }
        flights_remove(&pcapng->packets, &packet->key);
        free_packet(packet);
    }
}

/* ---- comments ---- */

/* Of a segment or an ICMP error, what both have. */
struct fate {
    enum trace_action action;
    uint32_t host, copy;
    uint64_t number;
    uint64_t delay_ns;
    const char *reason, *detail;
};

/* The errors of a host are numbered apart from its segments. */
#define ICMP_NUMBER (UINT64_C(1) << 63)

static struct fate fate_of(const struct trace_record *record)
{
    if (record->event == TRACE_ICMP) {
        const struct trace_icmp *icmp = &record->u.icmp;
        return (struct fate){.action = icmp->action,
                             .host = icmp->from_index,
                             .copy = icmp->copy,
                             .number = icmp->number | ICMP_NUMBER,
                             .reason = icmp->reason,
                             .detail = ""};
    }
    const struct trace_segment *segment = &record->u.segment;
    return (struct fate){.action = segment->action,
                         .host = segment->from_index,
                         .copy = segment->copy,
                         .number = segment->number,
                         .delay_ns = segment->delay_ns,
                         .reason = segment->reason,
                         .detail = segment->detail};
}

/* "client#3, retransmission 1, cause RTO", "mallory#1, forged". */
static void begin_comment(struct waiting_packet *packet, const struct trace_segment *segment)
{
    char id[96], cause[160], text[sizeof packet->comment];
    (void)trace_segment_id(segment, id, sizeof id);
    (void)trace_segment_cause(segment, cause, sizeof cause);
    int len = snprintf(text, sizeof text, "%s", id);
    const unsigned times = segment->segment->retransmission;
    if (times > 0) {
        len += snprintf(text + len, sizeof text - (size_t)len, ", retransmission %u", times);
    }
    if (segment->action == TRACE_INJECTED) {
        len += snprintf(text + len, sizeof text - (size_t)len, ", forged");
    } else if (cause[0] != '\0') {
        len += snprintf(text + len, sizeof text - (size_t)len, ", cause %s", cause);
    }
    if (segment->flip_count > 0) {
        (void)snprintf(text + len, sizeof text - (size_t)len, ", checksum spoilt");
    }
    (void)snprintf(packet->comment, sizeof packet->comment, "%s", text);
}

/* "near icmp 1, ttl exceeded about client#3". */
static void begin_icmp_comment(struct waiting_packet *packet, const struct trace_icmp *icmp)
{
    (void)snprintf(packet->comment, sizeof packet->comment, "%.64s icmp %llu, %s about %.120s%s",
                   icmp->from, (unsigned long long)icmp->number, icmp->type, icmp->about,
                   icmp->action == TRACE_INJECTED ? ", forged" : "");
}

/* "lost: x.lua:12 (drop nth=1)"; "copy 1 delivered at 0.020000". */
static void say_fate(struct waiting_packet *packet, uint64_t time_ns, const struct fate *fate)
{
    char text[320], copy[24] = "", when[40];
    const bool of_copy = fate->copy > 0 && fate->action != TRACE_DUPLICATED;
    if (of_copy) { (void)snprintf(copy, sizeof copy, "copy %u ", fate->copy); }
    if (fate->action == TRACE_DELIVERED) {
        (void)units_format_time(time_ns, 6, when, sizeof when);
        (void)snprintf(text, sizeof text, "%sdelivered at %s", copy, when);
    } else {
        const char *what = fate->action == TRACE_DROPPED ? "lost" : trace_action_name(fate->action);
        int len = snprintf(text, sizeof text, "%s%s", copy, what);
        if (fate->delay_ns > 0) {
            (void)units_format_duration(fate->delay_ns, when, sizeof when);
            len += snprintf(text + len, sizeof text - (size_t)len, " by %s", when);
        }
        if (fate->reason[0] != '\0' && strcmp(fate->reason, "loss") != 0) {
            len += snprintf(text + len, sizeof text - (size_t)len, ": %.100s", fate->reason);
        }
        if (fate->detail[0] != '\0') {
            (void)snprintf(text + len, sizeof text - (size_t)len, " (%.60s)", fate->detail);
        }
    }
    say(packet, text);
}

/* ---- records ---- */

/* NULL: told. */
static struct waiting_packet *make_packet(struct pcapng *pcapng, const struct trace_record *record)
{
    int error = ENOMEM;
    struct waiting_packet *packet = calloc(1, sizeof *packet);
    if (packet != NULL) { packet->frame = capture_record_frame(record, &packet->len, &error); }
    if (packet == NULL || packet->frame == NULL) {
        out_fail(pcapng->writer, error);
        free(packet);
        return NULL;
    }
    packet->time_ns = record->time_ns;
    if (record->event == TRACE_ICMP) {
        begin_icmp_comment(packet, &record->u.icmp);
    } else {
        begin_comment(packet, &record->u.segment);
    }
    return packet;
}

static void leaves(struct pcapng *pcapng, const struct trace_record *record,
                   const struct fate *fate)
{
    struct waiting_packet *packet = make_packet(pcapng, record);
    if (packet == NULL) { return; }
    packet->key.host = fate->host;
    packet->key.number = fate->number;
    packet->under_way = 1;
    flights_put(&pcapng->packets, &packet->key);
    *pcapng->last = packet;
    pcapng->last = &packet->next;
}

static void record_packet(struct pcapng *pcapng, const struct trace_record *record)
{
    const struct fate fate = fate_of(record);
    struct flight_key *key = flights_find(&pcapng->packets, fate.host, fate.number, 0);
    struct waiting_packet *packet = (struct waiting_packet *)key;
    if (capture_leaves(fate.action)) {
        if (packet == NULL) { leaves(pcapng, record, &fate); }
        return;
    }
    if (packet == NULL || fate.action == TRACE_FORWARDED) { return; }
    say_fate(packet, record->time_ns, &fate);
    if (fate.action == TRACE_DUPLICATED && fate.copy > 0) { packet->under_way++; }
    const bool ends = fate.action == TRACE_DELIVERED || fate.action == TRACE_DROPPED;
    if (ends && packet->under_way > 0) {
        packet->under_way--;
        packet->settled_ns = record->time_ns;
    }
}

/* At one host a packet is what it is when it passes there. */
static void record_at_host(struct pcapng *pcapng, const struct trace_record *record)
{
    if (!capture_sees(pcapng->options->capture_at, record)) { return; }
    struct waiting_packet *packet = make_packet(pcapng, record);
    if (packet == NULL) { return; }
    write_packet(pcapng, packet);
    free_packet(packet);
}

static void begin_section(struct pcapng *pcapng, const struct trace_record *record)
{
    const char *title = record->u.run.title != NULL ? record->u.run.title : "";
    const char *at = pcapng->options->capture_at;
    char comment[700];
    (void)snprintf(comment, sizeof comment, "%.500s%sseed %llu%s%.100s", title,
                   title[0] != '\0' ? ", " : "", (unsigned long long)record->u.run.seed,
                   at != NULL ? ", captured at " : "", at != NULL ? at : "");
    write_start(pcapng, comment);
}

static bool is_packet(const struct trace_record *record)
{
    return record->event == TRACE_SEGMENT || record->event == TRACE_ICMP;
}

static void pcapng_record(void *state, const struct trace_record *record)
{
    struct pcapng *pcapng = state;
    if (record->event == TRACE_RUN) {
        if (!pcapng->begun) { begin_section(pcapng, record); }
        return;
    }
    if (!pcapng->begun) { write_start(pcapng, ""); }
    if (pcapng->options->capture_at == NULL) {
        write_settled(pcapng, record->time_ns, false);
        if (is_packet(record)) { record_packet(pcapng, record); }
    } else if (is_packet(record)) {
        record_at_host(pcapng, record);
    }
}

static void *pcapng_begin(struct out_writer *writer, const struct out_options *options)
{
    struct pcapng *pcapng = calloc(1, sizeof *pcapng);
    if (pcapng == NULL) { return NULL; }
    pcapng->writer = writer;
    pcapng->options = options;
    pcapng->last = &pcapng->first;
    if (!flights_init(&pcapng->packets)) {
        free(pcapng);
        return NULL;
    }
    return pcapng;
}

static void pcapng_end(void *state)
{
    struct pcapng *pcapng = state;
    if (!pcapng->begun) { write_start(pcapng, ""); }
    write_settled(pcapng, 0, true);
    flights_clear(&pcapng->packets, NULL);
    free(pcapng);
}

const struct output_format output_pcapng = {
    .name = "pcapng",
    .help = "a capture for Wireshark and tcpdump; each packet's comment tells its true fate",
    .binary = true,
    .wants = 1u << TRACE_RUN | 1u << TRACE_SEGMENT | 1u << TRACE_ICMP | 1u << TRACE_END,
    .begin = pcapng_begin,
    .record = pcapng_record,
    .end = pcapng_end,
};
