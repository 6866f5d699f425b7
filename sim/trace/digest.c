/* digest.c - the digest of a run: canonical XXH3-128 over its records, layout 1.
 *
 * Each record is its event's number (one octet, below), time_ns (8 octets) and then its fields in
 * the order in which the put_ functions write them. Numbers are little-endian, of the width written
 * here; a text is its length (4 octets) and its octets. Names of rules' files, remarks and whatever
 * else depends on where a scenario lies do not enter. A field that comes later does not enter
 * layout 1. */
#include "trace.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#define BUFFER_BYTES 512u

/* The events' numbers in layout 1; other events have none. */
enum {
    LAYOUT_SEGMENT = 1,
    LAYOUT_STATE,
    LAYOUT_TIMER,
    LAYOUT_CONGESTION,
    LAYOUT_CALL,
    LAYOUT_ICMP
};

struct trace_digest {
    XXH3_state_t *hash;
    size_t used;
    uint8_t buffer[BUFFER_BYTES]; /* the record being laid out */
};

struct trace_digest *trace_digest_create(void)
{
    struct trace_digest *digest = calloc(1, sizeof *digest);
    XXH3_state_t *hash = XXH3_createState();
    if (digest == NULL || hash == NULL) {
        free(digest);
        (void)XXH3_freeState(hash);
        return NULL;
    }
    (void)XXH3_128bits_reset(hash);
    digest->hash = hash;
    return digest;
}

void trace_digest_destroy(struct trace_digest *digest)
{
    if (digest != NULL) {
        (void)XXH3_freeState(digest->hash);
        free(digest);
    }
}

/* ---- laying out ---- */

static void pass_on(struct trace_digest *digest)
{
    (void)XXH3_128bits_update(digest->hash, digest->buffer, digest->used);
    digest->used = 0;
}

static void put_octets(struct trace_digest *digest, const void *octets, size_t len)
{
    if (len > BUFFER_BYTES - digest->used) {
        pass_on(digest);
        if (len > BUFFER_BYTES) {
            (void)XXH3_128bits_update(digest->hash, octets, len);
            return;
        }
    }
    memcpy(digest->buffer + digest->used, octets, len);
    digest->used += len;
}

static void put_number(struct trace_digest *digest, uint64_t value, unsigned octets)
{
    uint8_t text[8];
    for (unsigned i = 0; i < octets; i++) { text[i] = (uint8_t)(value >> (8 * i)); }
    put_octets(digest, text, octets);
}

static void put_u8(struct trace_digest *digest, unsigned value) { put_number(digest, value, 1); }
static void put_u16(struct trace_digest *digest, unsigned value) { put_number(digest, value, 2); }
static void put_u32(struct trace_digest *digest, uint32_t value) { put_number(digest, value, 4); }
static void put_u64(struct trace_digest *digest, uint64_t value) { put_number(digest, value, 8); }

static void put_text(struct trace_digest *digest, const char *text)
{
    const size_t len = text == NULL ? 0 : strlen(text);
    put_u32(digest, (uint32_t)len);
    if (len > 0) { put_octets(digest, text, len); }
}

static void put_endpoint(struct trace_digest *digest, const struct tcp_endpoint *endpoint)
{
    put_u8(digest, endpoint->address.family);
    put_octets(digest, endpoint->address.octets, sizeof endpoint->address.octets);
    put_u16(digest, endpoint->port);
}

static void put_conn(struct trace_digest *digest, const struct trace_conn *conn)
{
    put_text(digest, conn->host);
    put_endpoint(digest, &conn->local);
    put_endpoint(digest, &conn->remote);
}

static void put_segment(struct trace_digest *digest, const struct trace_segment *record)
{
    const struct tcp_segment *segment = record->segment;
    put_u8(digest, (unsigned)record->action);
    put_text(digest, record->from);
    put_text(digest, record->to);
    put_u64(digest, record->number);
    put_u32(digest, record->copy);
    put_u16(digest, segment->source.port);
    put_u16(digest, segment->destination.port);
    put_u16(digest, segment->flags);
    put_u32(digest, segment->seq);
    put_u32(digest, segment->ack);
    put_u16(digest, segment->window);
    put_u16(digest, segment->urgent);
    put_u32(digest, tcp_payload_len(&segment->payload));
    put_u8(digest, segment->options_len);
    put_octets(digest, segment->options, segment->options_len);
    put_text(digest, record->link);
    put_u16(digest, segment->retransmission);
}

static void put_congestion(struct trace_digest *digest, const struct trace_record *record)
{
    put_conn(digest, &record->u.congestion.conn);
    put_u32(digest, record->u.congestion.cwnd);
    put_u32(digest, record->u.congestion.ssthresh);
    put_text(digest, record->u.congestion.phase);
    put_u32(digest, record->u.congestion.flight);
    put_u64(digest, record->u.congestion.srtt_ns);
    put_u64(digest, record->u.congestion.rto_ns);
}

static void begin_record(struct trace_digest *digest, unsigned layout_event, uint64_t time_ns)
{
    put_u8(digest, layout_event);
    put_u64(digest, time_ns);
}

static void digest_record(void *context, const struct trace_record *record)
{
    struct trace_digest *digest = context;
    assert(digest->used == 0);
    switch (record->event) {
    case TRACE_SEGMENT:
        begin_record(digest, LAYOUT_SEGMENT, record->time_ns);
        put_segment(digest, &record->u.segment);
        break;
    case TRACE_STATE:
        begin_record(digest, LAYOUT_STATE, record->time_ns);
        put_conn(digest, &record->u.state.conn);
        put_u8(digest, (unsigned)record->u.state.old_state);
        put_u8(digest, (unsigned)record->u.state.new_state);
        put_u8(digest, (unsigned)record->u.state.cause);
        break;
    case TRACE_TIMER:
        begin_record(digest, LAYOUT_TIMER, record->time_ns);
        put_conn(digest, &record->u.timer.conn);
        put_u8(digest, (unsigned)record->u.timer.timer);
        put_u8(digest, (unsigned)record->u.timer.action);
        put_u64(digest, record->u.timer.deadline_ns);
        break;
    case TRACE_CONGESTION:
        begin_record(digest, LAYOUT_CONGESTION, record->time_ns);
        put_congestion(digest, record);
        break;
    case TRACE_CALL:
        begin_record(digest, LAYOUT_CALL, record->time_ns);
        put_conn(digest, &record->u.call.conn);
        put_text(digest, record->u.call.call);
        put_u64(digest, record->u.call.len);
        put_text(digest, record->u.call.result);
        break;
    case TRACE_ICMP:
        begin_record(digest, LAYOUT_ICMP, record->time_ns);
        put_text(digest, record->u.icmp.from);
        put_text(digest, record->u.icmp.to);
        put_text(digest, record->u.icmp.type);
        put_text(digest, record->u.icmp.about);
        break;
    case TRACE_RUN:
    case TRACE_NOTE:
    case TRACE_EXPECT:
    case TRACE_END:
    case TRACE_EVENT_COUNT: break;
    }
    pass_on(digest);
}

struct trace_sink trace_digest_sink(struct trace_digest *digest)
{
    return (struct trace_sink){
        .context = digest,
        .record = digest_record,
        .wants = 1u << TRACE_SEGMENT | 1u << TRACE_STATE | 1u << TRACE_TIMER |
                 1u << TRACE_CONGESTION | 1u << TRACE_CALL | 1u << TRACE_ICMP,
    };
}

void trace_digest_text(const struct trace_digest *digest, char text[33])
{
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(digest->hash));
    for (size_t i = 0; i < sizeof canonical.digest; i++) {
        (void)snprintf(text + 2 * i, 3, "%02x", (unsigned)canonical.digest[i]);
    }
}
