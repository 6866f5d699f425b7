/* log.c - a sink that keeps the segments of the run for expectations. A segment takes 56 octets,
 * its delivery 16 more: names, ports, relative numbers' bases and options are stored once and
 * shared. */
#include "log.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define CHUNK_ITEMS 1024
#define FIRST_BUCKETS 256

/* A list that grows without moving what is in it. */
struct chunks {
    size_t item_bytes;
    size_t len;
    size_t room; /* of `chunk` */
    uint8_t **chunk;
};

struct delivery {
    uint64_t time_ns;
    const struct log_segment *segment; /* as sent, or as changed on the way */
};

/* The segments of one host by their number, from 1. */
struct by_number {
    struct log_segment **segments;
    size_t room;
};

struct segment_log {
    struct scenario *scenario;
    struct arena *arena;
    struct chunks sent, delivered, changed;
    struct by_number *hosts;
    size_t host_room;
    struct log_octets **buckets;
    size_t bucket_count, octets_count;
    struct app_waiters waiters;
};

/* ---- memory ---- */

/* Room for `len` items of `bytes` in an array; what is new is zero. NULL: no memory. */
static void *grown(struct arena *arena, void *array, size_t *room, size_t len, size_t bytes)
{
    if (len <= *room) { return array; }
    size_t wanted = *room < 16 ? 16 : *room;
    while (wanted < len) {
        if (wanted > SIZE_MAX / 4 / bytes) { return NULL; }
        wanted *= 2;
    }
    uint8_t *larger = arena_resize(arena, array, *room * bytes, wanted * bytes);
    if (larger == NULL) { return NULL; }
    memset(larger + *room * bytes, 0, (wanted - *room) * bytes);
    *room = wanted;
    return larger;
}

static void *chunks_at(const struct chunks *chunks, size_t i)
{
    return chunks->chunk[i / CHUNK_ITEMS] + i % CHUNK_ITEMS * chunks->item_bytes;
}

/* One more item, not cleared; NULL: no memory. */
static void *chunks_add(struct arena *arena, struct chunks *chunks)
{
    const size_t at = chunks->len / CHUNK_ITEMS;
    if (chunks->len % CHUNK_ITEMS == 0) {
        uint8_t **chunk = grown(arena, chunks->chunk, &chunks->room, at + 1, sizeof chunk[0]);
        if (chunk == NULL) { return NULL; }
        chunks->chunk = chunk;
        if (chunk[at] == NULL) { chunk[at] = arena_take(arena, CHUNK_ITEMS * chunks->item_bytes); }
        if (chunk[at] == NULL) { return NULL; }
    }
    return chunks_at(chunks, chunks->len++);
}

static uint64_t hash_of(const uint8_t *octets, size_t len)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
    for (size_t i = 0; i < len; i++) { hash = (hash ^ octets[i]) * UINT64_C(0x100000001b3); }
    return hash ^ hash >> 32;
}

static bool grow_buckets(struct segment_log *log)
{
    const size_t count = log->bucket_count == 0 ? FIRST_BUCKETS : log->bucket_count * 2;
    struct log_octets **buckets = arena_take_zeroed(log->arena, count * sizeof buckets[0]);
    if (buckets == NULL) { return false; }
    for (size_t i = 0; i < log->bucket_count; i++) {
        struct log_octets *octets = log->buckets[i];
        while (octets != NULL) {
            struct log_octets *next = octets->next;
            octets->next = buckets[octets->hash & (count - 1)];
            buckets[octets->hash & (count - 1)] = octets;
            octets = next;
        }
    }
    arena_give(log->arena, log->buckets, log->bucket_count * sizeof buckets[0]);
    log->buckets = buckets;
    log->bucket_count = count;
    return true;
}

/* The one copy of these octets; NULL: no memory. */
static const struct log_octets *shared(struct segment_log *log, const void *data, size_t len)
{
    const uint64_t hash = hash_of(data, len);
    if (log->octets_count >= log->bucket_count && !grow_buckets(log)) { return NULL; }
    struct log_octets **bucket = &log->buckets[hash & (log->bucket_count - 1)];
    for (struct log_octets *octets = *bucket; octets != NULL; octets = octets->next) {
        if (octets->hash == hash && octets->len == len && memcmp(octets->octets, data, len) == 0) {
            return octets;
        }
    }
    struct log_octets *octets = arena_take(log->arena, sizeof *octets + len + 1);
    if (octets == NULL) { return NULL; }
    octets->next = *bucket;
    octets->hash = hash;
    octets->len = len;
    memcpy(octets->octets, data, len);
    octets->octets[len] = 0;
    *bucket = octets;
    log->octets_count++;
    return octets;
}

/* ---- keeping ---- */

static bool reduce(struct segment_log *log, uint64_t time_ns, const struct trace_segment *record,
                   struct log_segment *reduced)
{
    const struct tcp_segment *segment = record->segment;
    static_assert(sizeof(struct log_flow) == 2 * sizeof(char *) + 24,
                  "no padding: hashed as octets");
    const struct log_flow flow = {
        .from = record->from,
        .to = record->to,
        .seq_base = record->seq_base,
        .ack_base = record->ack_base,
        .from_index = record->from_index,
        .to_index = record->to_index,
        .source_port = segment->source.port,
        .destination_port = segment->destination.port,
        .seq_known = record->seq_known,
        .ack_known = record->ack_known,
        .first_connection = record->first_connection,
        .forged = record->forged,
    };
    const struct log_octets *flow_octets = shared(log, &flow, sizeof flow);
    const struct log_octets *options = NULL;
    if (segment->options_len > 0) {
        options = shared(log, segment->options, segment->options_len);
        if (options == NULL) { return false; }
    }
    if (flow_octets == NULL) { return false; }
    *reduced = (struct log_segment){
        .time_ns = time_ns,
        .flow = (const struct log_flow *)(const void *)flow_octets->octets,
        .options = options,
        .seq = segment->seq,
        .ack = segment->ack,
        .len = tcp_payload_len(&segment->payload),
        .flags = segment->flags,
        .window = segment->window,
        .urgent = segment->urgent,
    };
    return true;
}

/* Where the segment of that id is noted, with room made; NULL: no memory. */
static struct log_segment **place_of(struct segment_log *log, const struct trace_segment *record)
{
    struct by_number *hosts = grown(log->arena, log->hosts, &log->host_room,
                                    (size_t)record->from_index + 1, sizeof hosts[0]);
    if (hosts == NULL) { return NULL; }
    log->hosts = hosts;
    struct by_number *host = &hosts[record->from_index];
    struct log_segment **segments =
        grown(log->arena, host->segments, &host->room, record->number + 1, sizeof segments[0]);
    if (segments == NULL) { return NULL; }
    host->segments = segments;
    return &segments[record->number];
}

static struct log_segment *find(const struct segment_log *log, const struct trace_segment *record)
{
    if (record->from_index >= log->host_room) { return NULL; }
    const struct by_number *host = &log->hosts[record->from_index];
    return record->number < host->room ? host->segments[record->number] : NULL;
}

static bool keep_sent(struct segment_log *log, uint64_t time_ns, const struct trace_segment *record)
{
    struct log_segment reduced;
    struct log_segment **place = place_of(log, record);
    if (place == NULL || !reduce(log, time_ns, record, &reduced)) { return false; }
    struct log_segment *segment = chunks_add(log->arena, &log->sent);
    if (segment == NULL) { return false; }
    *segment = reduced;
    *place = segment;
    return true;
}

static bool same_content(const struct log_segment *a, const struct log_segment *b)
{
    return a->flow == b->flow && a->options == b->options && a->seq == b->seq && a->ack == b->ack &&
           a->len == b->len && a->flags == b->flags && a->window == b->window &&
           a->urgent == b->urgent;
}

static bool keep_delivered(struct segment_log *log, uint64_t time_ns,
                           const struct trace_segment *record)
{
    struct log_segment reduced;
    if (!reduce(log, time_ns, record, &reduced)) { return false; }
    const struct log_segment *segment = find(log, record);
    if (segment == NULL || !same_content(segment, &reduced)) {
        struct log_segment *changed = chunks_add(log->arena, &log->changed);
        if (changed == NULL) { return false; }
        *changed = reduced;
        segment = changed;
    }
    struct delivery *delivery = chunks_add(log->arena, &log->delivered);
    if (delivery == NULL) { return false; }
    *delivery = (struct delivery){time_ns, segment};
    return true;
}

/* A copy's fate is not the segment's. */
static bool keep_fate(struct segment_log *log, const struct trace_segment *record,
                      enum log_fate fate)
{
    struct log_segment *segment = record->copy == 0 ? find(log, record) : NULL;
    if (segment == NULL || segment->fate != LOG_NO_FATE) { return true; }
    const char *reason = record->reason != NULL ? record->reason : "";
    const struct log_octets *octets = shared(log, reason, strlen(reason));
    if (octets == NULL) { return false; }
    segment->fate = (uint8_t)fate;
    segment->reason = (const char *)octets->octets;
    return true;
}

static bool keep(struct segment_log *log, uint64_t time_ns, const struct trace_segment *record)
{
    switch (record->action) {
    case TRACE_SENT:
    case TRACE_INJECTED: return keep_sent(log, time_ns, record);
    case TRACE_DELIVERED: return keep_delivered(log, time_ns, record);
    case TRACE_DROPPED: return keep_fate(log, record, LOG_LOST);
    case TRACE_DISCARDED: return keep_fate(log, record, LOG_DISCARDED);
    case TRACE_FORWARDED:
    case TRACE_DUPLICATED:
    case TRACE_CORRUPTED:
    case TRACE_DELAYED:
    case TRACE_HELD:
    case TRACE_MARKED:
    case TRACE_REWRITTEN: return true;
    }
    return true;
}

static void record_segment(void *context, const struct trace_record *record)
{
    struct segment_log *log = context;
    struct scenario *scenario = log->scenario;
    const size_t before = log->sent.len + log->delivered.len;
    if (!keep(log, record->time_ns, &record->u.segment)) {
        scenario->out_of_memory = true;
        if (scenario->world != NULL) { world_stop(scenario->world); }
        return;
    }
    if (log->waiters.first != NULL && log->sent.len + log->delivered.len != before) {
        app_wake_all(scenario, &log->waiters);
    }
}

bool log_create(struct scenario *scenario)
{
    struct segment_log *log = arena_take_zeroed(scenario->arena, sizeof *log);
    if (log == NULL) { return false; }
    log->scenario = scenario;
    log->arena = scenario->arena;
    log->sent.item_bytes = sizeof(struct log_segment);
    log->changed.item_bytes = sizeof(struct log_segment);
    log->delivered.item_bytes = sizeof(struct delivery);
    scenario->log = log;
    return trace_attach(scenario->config.trace,
                        (struct trace_sink){log, record_segment, 1u << TRACE_SEGMENT});
}

/* ---- reading ---- */

size_t log_len(const struct segment_log *log, enum log_view view)
{
    return view == LOG_SENT ? log->sent.len : log->delivered.len;
}

const struct log_segment *log_get(const struct segment_log *log, enum log_view view, size_t i,
                                  uint64_t *time_ns)
{
    if (view == LOG_SENT) {
        const struct log_segment *segment = chunks_at(&log->sent, i);
        *time_ns = segment->time_ns;
        return segment;
    }
    const struct delivery *delivery = chunks_at(&log->delivered, i);
    *time_ns = delivery->time_ns;
    return delivery->segment;
}

struct app_waiters *log_waiters(struct segment_log *log) { return &log->waiters; }

/* The record as it was, but for the addresses and the payload's octets. */
static void rebuild(const struct log_segment *reduced, struct trace_segment *record,
                    struct tcp_segment *segment)
{
    const struct log_flow *flow = reduced->flow;
    *segment = (struct tcp_segment){
        .source.port = flow->source_port,
        .destination.port = flow->destination_port,
        .seq = reduced->seq,
        .ack = reduced->ack,
        .flags = reduced->flags,
        .window = reduced->window,
        .urgent = reduced->urgent,
        .payload.part[0].len = reduced->len,
    };
    if (reduced->options != NULL) {
        segment->options_len = (uint8_t)reduced->options->len;
        memcpy(segment->options, reduced->options->octets, reduced->options->len);
    }
    *record = (struct trace_segment){
        .action = TRACE_SENT,
        .from = flow->from,
        .to = flow->to,
        .from_index = flow->from_index,
        .to_index = flow->to_index,
        .at_index = flow->from_index,
        .at = "",
        .segment = segment,
        .seq_base = flow->seq_base,
        .ack_base = flow->ack_base,
        .seq_known = flow->seq_known,
        .ack_known = flow->ack_known,
        .first_connection = flow->first_connection,
        .forged = flow->forged,
        .link = "",
        .reason = "",
        .detail = "",
    };
}

enum pattern_field log_compare(const struct pattern *pattern, const struct log_segment *segment,
                               uint64_t time_ns, uint64_t previous_ns, bool absolute)
{
    struct trace_segment record;
    struct tcp_segment whole;
    rebuild(segment, &record, &whole);
    return pattern_compare(pattern, &record, time_ns, previous_ns, absolute);
}

size_t log_write(const struct log_segment *segment, uint64_t time_ns, unsigned digits,
                 bool absolute, char *text, size_t room)
{
    struct trace_segment record;
    struct tcp_segment whole;
    rebuild(segment, &record, &whole);
    char time[32];
    char ends[192];
    char fields[704];
    (void)units_format_time(time_ns, digits, time, sizeof time);
    (void)pattern_format_ends(&record, ends, sizeof ends);
    (void)pattern_format_segment(&record, absolute, fields, sizeof fields);
    const char *fate = segment->fate == LOG_LOST        ? "  # lost: "
                       : segment->fate == LOG_DISCARDED ? "  # discarded: "
                                                        : "";
    (void)snprintf(text, room, "%s %s %s%s%s", time, ends, fields, fate,
                   segment->fate != LOG_NO_FATE ? segment->reason : "");
    return strlen(time) + strlen(ends) + 2;
}
