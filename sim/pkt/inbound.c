/* inbound.c - the script's segments: which pair of sockets they belong to, their numbers on the
 * wire. */
#include "run.h"

#include "../../tcp/wire.h"

#include <stdio.h>
#include <string.h>

#define FIRST_PORT 40000 /* of the remote end of connections that it opens */

struct flow *flow_create(struct pkt *pkt)
{
    struct flow *flow = pkt_take(pkt, sizeof *flow);
    if (flow == NULL) { return NULL; }
    flow->next = pkt->flows;
    pkt->flows = flow;
    return flow;
}

/* ---- which pair ---- */

/* Ports that a script gives name the connection: the one under test from here on. NULL: none is
 * there, or none is named. */
static struct flow *flow_of_ports(struct pkt *pkt, const struct script_packet *packet)
{
    const uint16_t port = packet->outbound ? packet->destination_port : packet->source_port;
    if (port == 0) { return NULL; }
    for (struct flow *flow = pkt->flows; flow != NULL; flow = flow->next) {
        if (flow->remote.port == port) {
            pkt->under_test = flow;
            return flow;
        }
    }
    return NULL;
}

static bool begins_another(const struct script_packet *packet)
{
    return packet->source_port != 0 && (packet->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
}

/* An inbound packet for nobody, for a listener or for a socket that only has its port: another
 * connection from the remote end. */
static struct flow *flow_of_inbound(struct pkt *pkt, const struct script_packet *packet)
{
    struct flow *named = flow_of_ports(pkt, packet);
    if (named != NULL) { return named; }
    const struct flow *now = pkt->under_test;
    if (!begins_another(packet) && now != NULL && now->state != FLOW_LISTENING &&
        now->state != FLOW_NEW) {
        return pkt->under_test;
    }
    struct flow *flow = flow_create(pkt);
    if (flow == NULL) { return NULL; }
    flow->state = FLOW_PACKET_RECEIVED;
    flow->local =
        (struct tcp_endpoint){.address = pkt->settings.local, .port = pkt->settings.bind_port};
    flow->remote = (struct tcp_endpoint){.address = pkt->settings.remote,
                                         .port = packet->source_port != 0
                                                     ? packet->source_port
                                                     : (uint16_t)(FIRST_PORT + pkt->next_port++)};
    if (packet->destination_port != 0) { flow->local.port = packet->destination_port; }
    flow->remote_isn = packet->seq;
    pkt->under_test = flow;
    return flow;
}

static struct flow *flow_of_outbound(struct pkt *pkt, const struct script_packet *packet)
{
    (void)flow_of_ports(pkt, packet);
    struct flow *now = pkt->under_test;
    const bool opens = (packet->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
    if (now != NULL && now->state == FLOW_CONNECTING && opens && !packet->icmp) {
        now->state = FLOW_SYN_SENT;
        now->script_local_isn = packet->seq;
    }
    return now;
}

struct flow *flow_of_packet(struct pkt *pkt, const struct event *event)
{
    const struct script_packet *packet = &event->u.packet;
    struct flow *flow =
        packet->outbound ? flow_of_outbound(pkt, packet) : flow_of_inbound(pkt, packet);
    if (flow == NULL && !pkt->no_memory) {
        pkt_fail(pkt, event->line, "error handling packet: no matching socket for script packet");
    }
    return flow;
}

/* ---- options ---- */

static uint8_t *option_of_kind(uint8_t *options, uint8_t len, uint8_t wanted, uint8_t wanted_len)
{
    uint8_t at = 0;
    uint8_t kind = 0;
    uint8_t option_len = 0;
    const uint8_t *option = NULL;
    while (wire_next_option(options, len, &at, &kind, &option, &option_len)) {
        if (kind == wanted && option_len >= wanted_len) { return options + (option - options); }
    }
    return NULL;
}

void options_shift_sack(uint8_t *options, uint8_t len, tcp_seq offset)
{
    uint8_t *sack = option_of_kind(options, len, TCP_OPT_SACK, 2);
    for (unsigned at = 2; sack != NULL && at + 4 <= sack[1]; at += 4) {
        wire_put32(sack + at, wire_get32(sack + at) + offset);
    }
}

uint8_t *options_timestamp(uint8_t *options, uint8_t len)
{
    uint8_t *option = option_of_kind(options, len, TCP_OPT_TIMESTAMP, 10);
    return option != NULL ? option + 2 : NULL;
}

/* What the stack called the timestamp that the script echoes. */
static bool live_timestamp(const struct pkt *pkt, const struct flow *flow, uint32_t script,
                           uint32_t *live)
{
    for (size_t i = flow->timestamp_count; i > 0; i--) {
        if (flow->timestamps[i - 1].script == script) {
            *live = flow->timestamps[i - 1].live;
            return true;
        }
    }
    *live = script - flow->first_timestamp.script + flow->first_timestamp.live;
    return pkt->settings.ts_ecr_scaled && flow->has_first_timestamp;
}

/* ---- on the wire ---- */

static void note_handshake(struct flow *flow, const struct script_packet *packet)
{
    const bool acks = (packet->flags & TCP_ACK) != 0;
    if (flow->state == FLOW_SYNACK_SENT && acks) {
        flow->state = FLOW_SYNACK_ACKED;
    } else if (flow->state == FLOW_SYN_SENT && acks && (packet->flags & TCP_SYN) != 0) {
        flow->state = FLOW_SYN_ACKED;
        flow->remote_isn = packet->seq;
    }
}

static bool map_segment(struct pkt *pkt, const struct flow *flow, const struct event *event,
                        struct tcp_segment *segment)
{
    const struct script_packet *packet = &event->u.packet;
    const bool acks = (packet->flags & TCP_ACK) != 0;
    const tcp_seq offset = local_offset(flow, packet->flags);
    *segment = (struct tcp_segment){
        .source = flow->remote,
        .destination = flow->local,
        .seq = packet->seq + (packet->seq_as_written ? 0 : remote_offset(flow, packet->flags)),
        .ack = packet->ack + (acks ? offset : 0),
        .flags = packet->flags,
        .window = packet->window,
        .urgent = packet->urgent,
        .ttl = packet->ttl != 0 ? packet->ttl : UINT8_MAX,
        .tos = packet->tos,
        .options_len = packet->options_len};
    memcpy(segment->options, packet->options, packet->options_len);
    if (packet->source_port != 0) { segment->source.port = packet->source_port; }
    if (packet->destination_port != 0) { segment->destination.port = packet->destination_port; }
    options_shift_sack(segment->options, segment->options_len, offset);
    uint8_t *timestamp = options_timestamp(segment->options, segment->options_len);
    if (timestamp == NULL || !acks) { return true; }
    uint32_t live = 0;
    if (!live_timestamp(pkt, flow, wire_get32(timestamp + 4), &live)) {
        pkt_fail(pkt, event->line,
                 "error handling packet: unable to infer live TS ecr for script TS ecr %u;  no "
                 "matching or preceding outbound TS val",
                 wire_get32(timestamp + 4));
        return false;
    }
    wire_put32(timestamp + 4, live);
    return true;
}

void flow_count_in(const struct pkt *pkt, struct flow *flow, uint16_t flags, uint32_t len)
{
    const uint64_t now_ns = world_now(pkt->world);
    flow->segments_in++;
    if (len > 0) {
        flow->texts_in++;
        flow->text_in_ns = now_ns;
    }
    if ((flags & TCP_SYN) != 0 && flow->text_in_ns == 0) { flow->text_in_ns = now_ns; }
    if ((flags & TCP_ACK) != 0) { flow->ack_in_ns = now_ns; }
}

static bool add_payload(struct pkt *pkt, uint32_t len, struct tcp_segment *segment)
{
    if (len == 0) { return true; }
    struct tcp_extent *extent = tcp_extent_create(world_pools(pkt->world), 0, len);
    if (extent == NULL) {
        pkt->no_memory = true;
        return false;
    }
    memset(extent->octets, 0, len);
    segment->payload.part[0] = (struct tcp_slice){.extent = extent, .len = len};
    return true;
}

/* An ICMP error about what the host sent. Those that TCP has no use for vanish. */
static void icmp_run(struct pkt *pkt, const struct flow *flow, const struct script_packet *packet)
{
    const unsigned family = pkt_is_ipv6(pkt) ? 6 : 4;
    enum tcp_icmp_kind kind;
    if (!tcp_icmp_from_type_code(family, packet->icmp_type, packet->icmp_code, &kind)) { return; }
    const struct tcp_icmp message = {.kind = kind,
                                     .mtu = packet->mtu,
                                     .local = flow->local,
                                     .remote = flow->remote,
                                     .seq = packet->seq + local_offset(flow, 0),
                                     .packet_bytes = packet->len};
    tcp_icmp_arrives(host_tcp(pkt->host), world_now(pkt->world), &message);
    host_pump(pkt->host);
}

/* A segment larger than --mss came as several, which the device put together: they arrive at one
 * instant. */
static bool inject(struct pkt *pkt, const struct event *event, const struct tcp_segment *segment)
{
    const uint32_t len = event->u.packet.len;
    const uint32_t most = pkt->settings.received_mss > 0 ? pkt->settings.received_mss : len;
    uint32_t done = 0;
    char where[32];
    (void)snprintf(where, sizeof where, "line %u", event->line);
    do {
        struct tcp_segment piece = *segment;
        const uint32_t part = len - done < most ? len - done : most;
        uint64_t number = 0;
        piece.seq += done;
        done += part;
        if (done < len) { piece.flags &= (uint16_t) ~(unsigned)(TCP_PSH | TCP_FIN); }
        if (!add_payload(pkt, part, &piece)) { return false; }
        if (!host_inject(pkt->remote, pkt->host, &piece, false, where, false, &number)) {
            pkt->no_memory = true;
            return false;
        }
    } while (done < len);
    return true;
}

void inbound_run(struct pkt *pkt, const struct event *event)
{
    const struct script_packet *packet = &event->u.packet;
    struct flow *flow = flow_of_packet(pkt, event);
    if (flow == NULL) { return; }
    /* A flow label is the network's: TCP does not see it. */
    if (packet->icmp) {
        icmp_run(pkt, flow, packet);
        return;
    }
    note_handshake(flow, packet);
    flow_count_in(pkt, flow, packet->flags, packet->len);
    struct tcp_segment segment;
    if (map_segment(pkt, flow, event, &segment)) { (void)inject(pkt, event, &segment); }
}
