/* trace_scene.c - synthetic records for tests of outputs. */
#include "trace_scene.h"

#include <assert.h>
#include <string.h>

#define SCENE_ISS 0xffffff00u
#define SERVER_PORT 80

static bool tell_host(void *context, uint32_t index, struct trace_host *host)
{
    struct scene *scene = context;
    if (index >= scene->host_count) { return false; }
    *host = (struct trace_host){.name = scene->names[index],
                                .router = scene->names[index][0] == 'r',
                                .addresses = &scene->addresses[index],
                                .address_count = scene->names[index][0] != 'r'};
    return true;
}

void scene_begin(struct scene *scene, const struct output_format *format,
                 const struct out_options *options, const char *title, const char *const *names,
                 uint32_t count, bool tell_hosts)
{
    memset(scene, 0, sizeof *scene);
    scene->format = format;
    scene->options = *options;
    scene->names = names;
    scene->host_count = count;
    scene->tell_hosts = tell_hosts;
    scene->client_port = 4000;
    for (uint32_t i = 0; i < count; i++) {
        scene->addresses[i] =
            (struct tcp_address){.family = 4, .octets = {10, 0, 0, (uint8_t)(i + 1)}};
    }
    scene->writer = out_writer_memory();
    assert(scene->writer != NULL);
    scene->state = format->begin(scene->writer, &scene->options);
    assert(scene->state != NULL);
    struct trace_record record = {.event = TRACE_RUN};
    record.u.run.scenario = "scenarios/test.lua";
    record.u.run.title = title;
    record.u.run.version = "0";
    record.u.run.seed = 1;
    record.u.run.host = tell_hosts ? tell_host : NULL;
    record.u.run.host_context = scene;
    scene_emit(scene, &record);
}

const char *scene_end(struct scene *scene, const char *verdict, size_t *len)
{
    if (verdict != NULL) {
        struct trace_record record = {.event = TRACE_END};
        record.u.end.verdict = verdict;
        record.u.end.segments = scene->segment_count;
        scene_emit(scene, &record);
    }
    scene->format->end(scene->state);
    size_t unused;
    return out_writer_contents(scene->writer, len != NULL ? len : &unused);
}

void scene_free(struct scene *scene) { (void)out_writer_finish(scene->writer); }

void scene_at(struct scene *scene, uint64_t microseconds) { scene->now_ns = microseconds * 1000; }

void scene_emit(struct scene *scene, struct trace_record *record)
{
    record->time_ns = scene->now_ns;
    if ((scene->format->wants >> record->event & 1u) != 0) {
        scene->format->record(scene->state, record);
    }
}

static struct tcp_endpoint endpoint(const struct scene *scene, uint32_t host)
{
    const bool server = host + 1 == scene->host_count;
    return (struct tcp_endpoint){.address = scene->addresses[host],
                                 .port = server ? SERVER_PORT : scene->client_port};
}

unsigned scene_sent(struct scene *scene, uint32_t from, uint32_t to, uint16_t flags, uint32_t seq,
                    uint32_t len, uint32_t ack)
{
    assert(scene->segment_count < SCENE_SEGMENTS_MAX);
    const unsigned name = scene->segment_count++;
    struct scene_segment *made = &scene->segments[name];
    made->segment = (struct tcp_segment){
        .source = endpoint(scene, from),
        .destination = endpoint(scene, to),
        .seq = seq + SCENE_ISS,
        .ack = (flags & TCP_ACK) != 0 ? ack + SCENE_ISS : 0,
        .flags = flags,
        .window = 65535,
        .ttl = 64,
        .payload.part[0] = {.origin = 1, .offset = seq, .len = len},
    };
    if ((flags & TCP_SYN) != 0) {
        memcpy(made->segment.options, "\x02\x04\x05\xb4", 4);
        made->segment.options_len = 4;
    }
    made->trace = (struct trace_segment){
        .from = scene->names[from],
        .to = scene->names[to],
        .from_index = from,
        .to_index = to,
        .number = ++scene->numbers[from],
        .seq_base = SCENE_ISS,
        .ack_base = SCENE_ISS,
        .seq_known = true,
        .ack_known = true,
        .first_connection = from == 0 || to == 0,
        .link = "",
        .to_router = scene->via != 0,
        .router_index = scene->via,
    };
    scene_segment(scene, name, TRACE_SENT, "", "");
    return name;
}

unsigned scene_again(struct scene *scene, unsigned segment, enum tcp_sent_cause cause)
{
    assert(scene->segment_count < SCENE_SEGMENTS_MAX);
    const unsigned name = scene->segment_count++;
    struct scene_segment *made = &scene->segments[name];
    *made = scene->segments[segment];
    made->segment.retransmission++;
    made->segment.cause = (uint8_t)cause;
    made->trace.number = ++scene->numbers[made->trace.from_index];
    made->trace.to_router = scene->via != 0;
    made->trace.router_index = scene->via;
    scene_segment(scene, name, TRACE_SENT, "", "");
    return name;
}

void scene_segment(struct scene *scene, unsigned segment, enum trace_action action,
                   const char *reason, const char *detail)
{
    struct trace_record record = {.event = TRACE_SEGMENT};
    struct scene_segment *made = &scene->segments[segment];
    made->trace.action = action;
    made->trace.segment = &made->segment;
    made->trace.reason = reason;
    made->trace.detail = detail;
    const bool arrives = action == TRACE_DELIVERED || action == TRACE_DISCARDED;
    made->trace.at_index = arrives ? made->trace.to_index : made->trace.from_index;
    record.u.segment = made->trace;
    scene_emit(scene, &record);
}

void scene_delivered(struct scene *scene, unsigned segment)
{
    scene_segment(scene, segment, TRACE_DELIVERED, "", "");
}

void scene_router(struct scene *scene, unsigned segment, enum trace_action action, uint32_t router,
                  uint32_t next, const char *reason)
{
    struct trace_record record = {.event = TRACE_SEGMENT};
    struct scene_segment *made = &scene->segments[segment];
    made->trace.action = action;
    made->trace.reason = reason;
    made->trace.detail = "";
    made->trace.at_index = router;
    made->trace.to_router = next != made->trace.to_index;
    made->trace.router_index = next;
    record.u.segment = made->trace;
    scene_emit(scene, &record);
}

void scene_icmp(struct scene *scene, unsigned segment, enum trace_action action, uint32_t router,
                enum tcp_icmp_kind kind)
{
    const struct trace_segment *about = &scene->segments[segment].trace;
    const struct icmp_error error = {.kind = kind};
    struct trace_record record = {.event = TRACE_ICMP};
    record.u.icmp = (struct trace_icmp){.action = action,
                                        .from = scene->names[router],
                                        .to = about->from,
                                        .type = tcp_icmp_words(kind),
                                        .about = "client#1",
                                        .from_index = router,
                                        .to_index = about->from_index,
                                        .at_index = router,
                                        .at = "",
                                        .number = about->number,
                                        .link = "",
                                        .reason = "",
                                        .error = &error,
                                        .segment = about->segment};
    scene_emit(scene, &record);
}

static struct trace_conn conn_of(const struct scene *scene, uint32_t host, bool listener)
{
    struct trace_conn conn = {
        .host = scene->names[host], .host_index = host, .first_connection = true};
    const uint32_t server = scene->host_count - 1;
    conn.local = endpoint(scene, host);
    if (!listener) { conn.remote = endpoint(scene, host == server ? 0 : server); }
    conn.first_connection = !listener && (host == 0 || host == server);
    return conn;
}

void scene_state(struct scene *scene, uint32_t host, enum tcp_state from, enum tcp_state to,
                 enum tcp_cause cause)
{
    struct trace_record record = {.event = TRACE_STATE};
    record.u.state.conn = conn_of(scene, host, to == TCP_LISTEN);
    record.u.state.old_state = from;
    record.u.state.new_state = to;
    record.u.state.cause = cause;
    scene_emit(scene, &record);
}

void scene_call(struct scene *scene, uint32_t host, const char *call, uint64_t len,
                const char *result)
{
    struct trace_record record = {.event = TRACE_CALL};
    const bool listens = strcmp(call, "OPEN") == 0 && host + 1 == scene->host_count;
    record.u.call.conn = conn_of(scene, host, listens);
    record.u.call.call = call;
    record.u.call.len = len;
    record.u.call.result = result;
    scene_emit(scene, &record);
}

void scene_fired(struct scene *scene, uint32_t host, enum tcp_timer timer)
{
    struct trace_record record = {.event = TRACE_TIMER};
    record.u.timer.conn = conn_of(scene, host, false);
    record.u.timer.timer = timer;
    record.u.timer.action = TCP_TIMER_FIRED;
    scene_emit(scene, &record);
}

void scene_note(struct scene *scene, const char *host, const char *text)
{
    struct trace_record record = {.event = TRACE_NOTE};
    record.u.note.text = text;
    record.u.note.host = host;
    scene_emit(scene, &record);
}
