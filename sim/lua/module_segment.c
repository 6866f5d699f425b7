/* module_segment.c - a segment as rules' functions and peer:expect see it. The object shares the
 * payload, so a script may keep it; within a rule's `with` its fields may be assigned, and are
 * checked one by one. */
#include "internal.h"

#include "../../tcp/wire.h"

#include <stdio.h>
#include <string.h>

/* An IP packet's octets but for the largest headers. */
#define PAYLOAD_MAX_BYTES (65535 - 60 - 60)

struct segment_object {
    struct packet packet; /* its payload is shared */
    struct scenario *scenario;
    uint64_t time_ns;
    bool changeable, changed;
};

/* ---- what others use too ---- */

const struct tcp_segment *lua_test_segment(lua_State *L, int index)
{
    const struct segment_object *object = object_test(L, index, OBJECT_SEGMENT);
    return object != NULL ? &object->packet.segment : NULL;
}

void packet_as_record(const struct packet *packet, struct world *world,
                      struct trace_segment *record)
{
    memset(record, 0, sizeof *record);
    record->from = host_name(packet->sender);
    record->to = packet->receiver != NULL ? host_name(packet->receiver) : "";
    record->from_index = host_index(packet->sender);
    record->number = packet->number;
    record->copy = packet->copy;
    record->segment = &packet->segment;
    record->forged = packet->forged;
    record->link = "";
    record->reason = "";
    record->detail = "";
    if (packet->numbers_known) {
        record->seq_known = packet->seq_known;
        record->seq_base = packet->seq_base;
        record->ack_known = packet->ack_known;
        record->ack_base = packet->ack_base;
    } else {
        host_numbers(world, packet->sender, &packet->segment, &record->seq_known, &record->seq_base,
                     &record->ack_known, &record->ack_base);
    }
}

static void check_pattern_host(lua_State *L, const char *what, const char *name)
{
    enum { HOST_NAMES_MAX = 64 };
    const char *names[HOST_NAMES_MAX];
    size_t count = 0;
    const struct world *world = scenario_world(L);
    for (uint32_t i = 0; i < world_host_count(world); i++) {
        const struct host *host = world_host(world, i);
        if (host_is_router(host)) { continue; } /* it sends no segments, and gets none */
        const char *known = host_name(host);
        if (strcmp(known, name) == 0) { return; }
        if (count < HOST_NAMES_MAX) { names[count++] = known; }
    }
    lua_fail_unknown(L, lua_pushfstring(L, "host in %s", what), name, names, count);
}

void lua_check_pattern(lua_State *L, int index, const char *what, bool with_ends,
                       struct pattern *pattern)
{
    char error[200];
    unsigned column = 0;
    size_t len = 0;
    if (lua_type(L, index) != LUA_TSTRING) {
        lua_fail(L, "%s: expected a segment pattern such as \"S. 0:0(0) ack 1\", got %s", what,
                 lua_what(L, index));
    }
    const char *text = lua_tolstring(L, index, &len);
    if (!pattern_parse(text, len, with_ends, pattern, error, sizeof error, &column)) {
        lua_fail(L, "%s: \"%s\", column %d: %s", what, text, (int)column, error);
    }
    if (pattern->has_ends) {
        check_pattern_host(L, what, pattern->from);
        check_pattern_host(L, what, pattern->to);
    }
}

void lua_check_lone_pattern(lua_State *L, int index, const char *what, struct pattern *pattern)
{
    lua_check_pattern(L, index, what, true, pattern);
    if (pattern->time == PATTERN_RELATIVE || pattern->time == PATTERN_RELATIVE_RANGE) {
        lua_fail(L, "%s: a time that counts from the line before needs one: only in exchange",
                 what);
    }
}

void lua_make_payload(lua_State *L, const char *octets, size_t len, struct tcp_payload *payload)
{
    memset(payload, 0, sizeof *payload);
    if (len == 0) { return; }
    if (len > PAYLOAD_MAX_BYTES) {
        lua_fail(L, "payload: %d octets do not fit into a segment",
                 (int)(len < INT32_MAX ? len : INT32_MAX));
    }
    struct tcp_extent *extent = tcp_extent_create(world_pools(scenario_world(L)), 0, (uint32_t)len);
    if (extent == NULL) { limits_raise(L, "memory: no room for a payload"); }
    memcpy(extent->octets, octets, len);
    payload->part[0].extent = extent;
    payload->part[0].len = (uint32_t)len;
}

static void set_options(struct tcp_segment *segment, const struct pattern *pattern)
{
    memset(segment->options, 0, sizeof segment->options);
    segment->options_len = 0;
    if (pattern->options_len == 0 || pattern->options_len > TCP_OPTIONS_MAX_BYTES) { return; }
    memcpy(segment->options, pattern->options, pattern->options_len);
    segment->options_len = wire_pad_options(segment->options, pattern->options_len);
}

/* The edges of SACK blocks, which a pattern counts as it counts ACK, moved by `by`. */
void segment_move_sack(struct tcp_segment *segment, tcp_seq by)
{
    uint8_t at = 0;
    uint8_t kind = 0;
    uint8_t len = 0;
    const uint8_t *option = NULL;
    while (wire_next_option(segment->options, segment->options_len, &at, &kind, &option, &len)) {
        if (kind != TCP_OPT_SACK) { continue; }
        uint8_t *edges = segment->options + (option - segment->options);
        for (uint8_t i = 2; i + 4 <= len; i = (uint8_t)(i + 4)) {
            wire_put32(edges + i, wire_get32(edges + i) + by);
        }
    }
}

void segment_from_pattern(const struct pattern *pattern, struct tcp_segment *segment)
{
    segment->flags = pattern->flags;
    if (pattern->has_win) { segment->window = (uint16_t)pattern->win; }
    if (pattern->has_urg) { segment->urgent = (uint16_t)pattern->urg; }
    set_options(segment, pattern);
}

/* ---- the fields ---- */

enum field {
    FIELD_ID,
    FIELD_FROM,
    FIELD_TO,
    FIELD_SPORT,
    FIELD_DPORT,
    FIELD_FLAGS,
    FIELD_SEQ,
    FIELD_ACK,
    FIELD_LEN,
    FIELD_WIN,
    FIELD_URG,
    FIELD_OPTIONS,
    FIELD_PAYLOAD,
    FIELD_TIME,
    FIELD_RETRANSMISSION,
    FIELD_ABS_SEQ,
    FIELD_ABS_ACK,
    FIELD_TOS,
};
static const char *const segment_fields[] = {
    "id",  "from", "to",      "sport",   "dport", "flags",          "seq",     "ack",     "len",
    "win", "urg",  "options", "payload", "time",  "retransmission", "abs_seq", "abs_ack", "tos",
    NULL,
};

static void push_payload(lua_State *L, const struct tcp_payload *payload)
{
    luaL_Buffer buffer;
    const uint32_t len = tcp_payload_len(payload);
    char *room = luaL_buffinitsize(L, &buffer, len);
    tcp_payload_copy(payload, (uint8_t *)room);
    luaL_pushresultsize(&buffer, len);
}

/* The number relative to `base`; where it does not count anything (no ACK), as on the wire. */
static void push_relative(lua_State *L, tcp_seq number, bool known, tcp_seq base)
{
    lua_pushinteger(L, known ? (tcp_seq)(number - base) : number);
}

static void push_text_field(lua_State *L, const struct segment_object *object, enum field field)
{
    char text[640];
    struct trace_segment record;
    const struct tcp_segment *segment = &object->packet.segment;
    if (field == FIELD_ID) {
        packet_as_record(&object->packet, object->scenario->world, &record);
        (void)trace_segment_id(&record, text, sizeof text);
    } else if (field == FIELD_FLAGS) {
        (void)pattern_format_flags(segment->flags, text, sizeof text);
    } else {
        (void)pattern_format_options(segment->options, segment->options_len, text, sizeof text);
    }
    lua_pushstring(L, text);
}

static void segment_get(lua_State *L, void *data, unsigned number)
{
    const struct segment_object *object = data;
    const struct packet *packet = &object->packet;
    const struct tcp_segment *segment = &packet->segment;
    const bool acks = (segment->flags & TCP_ACK) != 0;
    switch ((enum field)number) {
    case FIELD_ID:
    case FIELD_FLAGS:
    case FIELD_OPTIONS: push_text_field(L, object, (enum field)number); return;
    case FIELD_FROM: lua_pushstring(L, host_name(packet->sender)); return;
    case FIELD_TO:
        lua_pushstring(L, packet->receiver != NULL ? host_name(packet->receiver) : "");
        return;
    case FIELD_SPORT: lua_pushinteger(L, segment->source.port); return;
    case FIELD_DPORT: lua_pushinteger(L, segment->destination.port); return;
    case FIELD_SEQ: push_relative(L, segment->seq, packet->seq_known, packet->seq_base); return;
    case FIELD_ACK:
        push_relative(L, segment->ack, acks && packet->ack_known, packet->ack_base);
        return;
    case FIELD_LEN: lua_pushinteger(L, tcp_payload_len(&segment->payload)); return;
    case FIELD_WIN: lua_pushinteger(L, segment->window); return;
    case FIELD_URG: lua_pushinteger(L, segment->urgent); return;
    case FIELD_PAYLOAD: push_payload(L, &segment->payload); return;
    case FIELD_TIME: lua_pushnumber(L, (lua_Number)object->time_ns / (lua_Number)NS_PER_S); return;
    case FIELD_RETRANSMISSION: lua_pushinteger(L, segment->retransmission); return;
    case FIELD_ABS_SEQ: lua_pushinteger(L, segment->seq); return;
    case FIELD_ABS_ACK: lua_pushinteger(L, segment->ack); return;
    case FIELD_TOS: lua_pushinteger(L, segment->tos); return;
    }
}

/* ---- assignments within `with` ---- */

static const char *check_text(lua_State *L, const char *field, size_t *len)
{
    if (lua_type(L, 3) != LUA_TSTRING) {
        lua_fail(L, "segment.%s: expected a string, got %s", field, lua_what(L, 3));
    }
    return lua_tolstring(L, 3, len);
}

static void assign_flags(lua_State *L, struct tcp_segment *segment)
{
    size_t len = 0;
    bool psh = false;
    const char *text = check_text(L, "flags", &len);
    if (!pattern_parse_flags(text, len, &segment->flags, &psh)) {
        lua_fail(L, "segment.flags: \"%s\" are no flags (S F R P . U E W, or -)", text);
    }
}

static void assign_options(lua_State *L, struct tcp_segment *segment)
{
    struct pattern pattern;
    size_t len = 0;
    (void)lua_pushfstring(L, ". <%s>", check_text(L, "options", &len));
    lua_check_pattern(L, lua_gettop(L), "segment.options", false, &pattern);
    lua_pop(L, 1);
    if (pattern.any_more_options || pattern.options_len > TCP_OPTIONS_MAX_BYTES) {
        lua_fail(L, "segment.options: expected options of at most %d octets",
                 TCP_OPTIONS_MAX_BYTES);
    }
    set_options(segment, &pattern);
}

static void assign_payload(lua_State *L, struct tcp_segment *segment)
{
    struct tcp_payload payload;
    size_t len = 0;
    const char *text = check_text(L, "payload", &len);
    lua_make_payload(L, text, len, &payload);
    tcp_payload_release(world_pools(scenario_world(L)), &segment->payload);
    segment->payload = payload;
}

static tcp_seq check_seq(lua_State *L, const char *field, bool known, tcp_seq base)
{
    return (tcp_seq)value_count(L, 3, field, 0, UINT32_MAX) + (known ? base : 0);
}

static void segment_set(lua_State *L, void *data, unsigned number)
{
    struct segment_object *object = data;
    struct packet *packet = &object->packet;
    struct tcp_segment *segment = &packet->segment;
    if (!object->changeable) { lua_fail(L, "a segment can be changed in a rule's `with` only"); }
    switch ((enum field)number) {
    case FIELD_SPORT:
        segment->source.port = (uint16_t)value_count(L, 3, "segment.sport", 0, UINT16_MAX);
        break;
    case FIELD_DPORT:
        segment->destination.port = (uint16_t)value_count(L, 3, "segment.dport", 0, UINT16_MAX);
        break;
    case FIELD_FLAGS: assign_flags(L, segment); break;
    case FIELD_SEQ:
        segment->seq = check_seq(L, "segment.seq", packet->seq_known, packet->seq_base);
        break;
    case FIELD_ACK:
        segment->ack = check_seq(L, "segment.ack", packet->ack_known, packet->ack_base);
        break;
    case FIELD_WIN:
        segment->window = (uint16_t)value_count(L, 3, "segment.win", 0, UINT16_MAX);
        break;
    case FIELD_URG:
        segment->urgent = (uint16_t)value_count(L, 3, "segment.urg", 0, UINT16_MAX);
        break;
    case FIELD_OPTIONS: assign_options(L, segment); break;
    case FIELD_PAYLOAD: assign_payload(L, segment); break;
    case FIELD_ABS_SEQ: segment->seq = check_seq(L, "segment.abs_seq", false, 0); break;
    case FIELD_ABS_ACK: segment->ack = check_seq(L, "segment.abs_ack", false, 0); break;
    case FIELD_TOS: segment->tos = (uint8_t)value_count(L, 3, "segment.tos", 0, UINT8_MAX); break;
    case FIELD_ID:
    case FIELD_FROM:
    case FIELD_TO:
    case FIELD_LEN:
    case FIELD_TIME:
    case FIELD_RETRANSMISSION:
        lua_fail(L, "segment.%s cannot be assigned%s", segment_fields[number],
                 number == FIELD_LEN ? " (it follows from payload)" : "");
    }
    object->changed = true;
}

/* ---- the object ---- */

static int segment_collect(lua_State *L)
{
    struct segment_object *object = lua_touserdata(L, 1);
    if (object->scenario != NULL) {
        tcp_payload_release(world_pools(object->scenario->world), &object->packet.segment.payload);
        object->scenario = NULL;
        memset(&object->packet.segment.payload, 0, sizeof object->packet.segment.payload);
    }
    return 0;
}

static void segment_describe(const void *data, char *text, size_t room)
{
    const struct segment_object *object = data;
    char fields[640];
    struct trace_segment record;
    packet_as_record(&object->packet, object->scenario->world, &record);
    (void)pattern_format_segment(&record, false, fields, sizeof fields);
    (void)snprintf(text, room, "%s > %s: %s", record.from, record.to, fields);
}

static const luaL_Reg segment_methods[] = {{NULL, NULL}};

const struct object_class segment_class = {
    .name = "segment",
    .methods = segment_methods,
    .fields = segment_fields,
    .get = segment_get,
    .set = segment_set,
    .collect = segment_collect,
    .describe = segment_describe,
};

static struct segment_object *push_object(lua_State *L, const struct packet *packet)
{
    struct segment_object *object = object_new(L, OBJECT_SEGMENT, sizeof *object);
    object->packet = *packet;
    object->scenario = scenario_of(L);
    object->time_ns = world_now(object->scenario->world);
    tcp_payload_share(&object->packet.segment.payload);
    if (!packet->numbers_known) {
        struct packet *own = &object->packet;
        host_numbers(object->scenario->world, own->sender, &own->segment, &own->seq_known,
                     &own->seq_base, &own->ack_known, &own->ack_base);
        own->numbers_known = true;
    }
    return object;
}

void lua_push_segment(lua_State *L, const struct packet *packet) { (void)push_object(L, packet); }

void lua_push_changing_segment(lua_State *L, const struct packet *packet)
{
    push_object(L, packet)->changeable = true;
}

/* The packet gets what the object holds; the object keeps references of its own. */
void lua_segment_apply(lua_State *L, int index, struct packet *packet)
{
    struct segment_object *object = lua_touserdata(L, index);
    object->changeable = false;
    if (!object->changed) { return; }
    struct tcp_segment *from = &object->packet.segment;
    tcp_payload_share(&from->payload);
    tcp_payload_release(world_pools(object->scenario->world), &packet->segment.payload);
    packet->segment = *from;
    /* The segment is written anew: its checksum is right, and no octet differs from what it says.
     */
    packet->checksum_bad = false;
    packet->flip_count = 0;
}
