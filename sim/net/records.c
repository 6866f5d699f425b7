/* records.c - what happened, as records of the trace. */
#include "net_private.h"

bool leads_to_router(const struct packet *packet)
{
    return packet->next != NULL && packet->next->router != NULL;
}

void packet_describe(struct world *world, const struct packet *packet,
                     const struct packet_note *note, struct trace_segment *described)
{
    const struct tcp_segment *segment = &packet->segment;
    const struct host *cause = segment->cause_tag == 0
                                   ? NULL
                                   : world_host(world, (uint32_t)(segment->cause_tag >> 40) - 1);
    *described = (struct trace_segment){
        .action = note->action,
        .from = packet->sender->name,
        .to = packet->receiver != NULL ? packet->receiver->name : "",
        .from_index = packet->sender->index,
        .to_index = packet->receiver != NULL ? packet->receiver->index : packet->sender->index,
        .at = note->at->router != NULL ? note->at->name : "",
        .at_index = note->at->index,
        .number = packet->number,
        .copy = packet->copy,
        .segment = segment,
        .first_connection = first_connection_is(world, &segment->source, &segment->destination),
        .forged = packet->forged,
        .link = packet->link != NULL ? packet->link : "",
        .to_router = leads_to_router(packet),
        .router_index = leads_to_router(packet) ? packet->next->index : 0,
        .reason = note->reason != NULL ? note->reason : "",
        .detail = note->detail != NULL ? note->detail : "",
        .cause_host = cause != NULL ? cause->name : NULL,
        .cause_number = packet_tag_number(segment->cause_tag),
        .delay_ns = note->delay_ns,
        .flip_count = packet->flip_count,
    };
    for (unsigned i = 0; i < packet->flip_count; i++) { described->flips[i] = packet->flips[i]; }
    if (packet->numbers_known) {
        described->seq_known = packet->seq_known;
        described->seq_base = packet->seq_base;
        described->ack_known = packet->ack_known;
        described->ack_base = packet->ack_base;
    } else {
        host_numbers(world, packet->sender, segment, &described->seq_known, &described->seq_base,
                     &described->ack_known, &described->ack_base);
    }
}

void record_packet(struct world *world, const struct packet *packet, const struct packet_note *note)
{
    struct trace_record record = {.time_ns = world->now_ns, .event = TRACE_SEGMENT};
    if (packet->icmp != NULL) {
        record_icmp(world, packet, note);
        return;
    }
    packet_describe(world, packet, note, &record.u.segment);
    trace_emit(world->trace, &record);
}

/* TCP threw a segment away, or a part of it: nearly always the one that arrives just now. */
void record_discard(struct host *host, const struct tcp_segment *segment, enum tcp_discard reason)
{
    struct world *world = host->world;
    const struct packet_note note = {
        .action = TRACE_DISCARDED, .at = host, .reason = tcp_discard_words(reason)};
    if (world->arriving != NULL && world->arriving->segment.tag == segment->tag) {
        record_packet(world, world->arriving, &note);
        return;
    }
    struct host *sender =
        segment->tag == 0 ? NULL : world_host(world, (uint32_t)(segment->tag >> 40) - 1);
    if (sender != NULL) {
        const struct packet packet = {.segment = *segment,
                                      .sender = sender,
                                      .receiver = host,
                                      .number = packet_tag_number(segment->tag)};
        record_packet(world, &packet, &note);
    }
}

/* What listens on any address is named by the host's first. */
static void name_local(const struct host *host, struct tcp_endpoint *local)
{
    if (local->address.family == 0 && host->address_count > 0) {
        local->address = host->address_list[0];
    }
}

static void socket_names(const struct socket *socket, struct trace_conn *names)
{
    *names = (struct trace_conn){.host = socket->host->name,
                                 .host_index = socket->host->index,
                                 .local = socket->local,
                                 .remote = socket->remote,
                                 .first_connection = socket->first_connection};
    name_local(socket->host, &names->local);
}

void record_event(const struct socket *socket, const struct tcp_event *event)
{
    const struct world *world = socket->host->world;
    struct trace_record record = {.time_ns = event->now_ns};
    if (event->kind == TCP_EVENT_STATE) {
        record.event = TRACE_STATE;
        socket_names(socket, &record.u.state.conn);
        record.u.state.old_state = event->u.state.old_state;
        record.u.state.new_state = event->u.state.new_state;
        record.u.state.cause = event->u.state.cause;
        record.u.state.options = event->conn != NULL ? tcp_conn_options(event->conn) : NULL;
    } else if (event->kind == TCP_EVENT_TIMER) {
        record.event = TRACE_TIMER;
        socket_names(socket, &record.u.timer.conn);
        record.u.timer.timer = event->u.timer.timer;
        record.u.timer.action = event->u.timer.action;
        record.u.timer.deadline_ns = event->u.timer.deadline_ns;
    } else {
        struct tcp_status status;
        tcp_status(event->conn, &status);
        record.event = TRACE_CONGESTION;
        socket_names(socket, &record.u.congestion.conn);
        record.u.congestion.cwnd = status.cwnd;
        record.u.congestion.ssthresh = status.ssthresh;
        record.u.congestion.flight = status.flight;
        record.u.congestion.phase = tcp_phase_name(status.phase);
        record.u.congestion.srtt_ns = status.srtt_ns;
        record.u.congestion.rto_ns = status.rto_ns;
    }
    if (trace_wants(world->trace, record.event)) { trace_emit(world->trace, &record); }
}

static void emit_call(struct host *host, struct trace_record *record)
{
    record->time_ns = host->world->now_ns;
    record->event = TRACE_CALL;
    name_local(host, &record->u.call.conn.local);
    trace_emit(host->world->trace, record);
}

void record_call(struct host *host, const struct trace_conn *conn, const char *call, uint64_t len,
                 const char *result)
{
    struct trace_record record = {
        .u.call = {.conn = *conn, .call = call, .len = len, .result = result}};
    emit_call(host, &record);
}

static bool wants_calls(const struct socket *socket)
{
    return trace_wants(socket->host->world->trace, TRACE_CALL);
}

static void emit_socket_call(struct socket *socket, struct trace_record *record)
{
    socket_names(socket, &record->u.call.conn);
    emit_call(socket->host, record);
}

void host_record_call(struct socket *socket, const char *call, uint64_t len, const char *result)
{
    if (!wants_calls(socket)) { return; }
    struct trace_record record = {.u.call = {.call = call, .len = len, .result = result}};
    emit_socket_call(socket, &record);
}

void record_send(struct socket *socket, uint64_t len, const struct sent_call *sent)
{
    if (!wants_calls(socket)) { return; }
    struct trace_record record = {.u.call = {.call = "SEND",
                                             .len = len,
                                             .result = tcp_error_text(sent->error),
                                             .urgent = sent->urgent,
                                             .asked = sent->asked}};
    emit_socket_call(socket, &record);
}

void record_let_go(struct socket *socket)
{
    if (!wants_calls(socket)) { return; }
    struct trace_record record = {.u.call = {.call = "CLOSE", .result = "ok", .lets_go = true}};
    emit_socket_call(socket, &record);
}
