/* icmp.c - ICMP errors: who sends them, how they travel, who gets them. An error is a packet like
 * any other: it has its delay, waits in queues, can be lost. Its flight holds the segment that it
 * is about, payload and all, and a note of what it says about it. */
#include "net_private.h"

#include "../../tcp/wire.h"

#include <stdio.h>
#include <string.h>

#define ICMP_TTL 64
#define ABOUT_BYTES 160

/* ---- the note of a flight ---- */

struct packet_icmp {
    uint32_t refs; /* the flight's, and its copies' */
    struct icmp_error error;
};

const struct icmp_error *packet_icmp_error(const struct packet *packet)
{
    return &packet->icmp->error;
}

void packet_share(const struct packet *packet)
{
    tcp_payload_share(&packet->segment.payload);
    if (packet->icmp != NULL) { packet->icmp->refs++; }
}

void packet_icmp_release(struct world *world, struct packet *packet)
{
    if (--packet->icmp->refs == 0) { arena_give(world->arena, packet->icmp, sizeof *packet->icmp); }
    packet->icmp = NULL;
}

uint32_t packet_icmp_bytes(const struct packet *packet)
{
    return icmp_packet_bytes(&packet->icmp->error, &packet->segment);
}

/* ---- records ---- */

/* What it is about: the segment by its id, or if nobody sent that one, its connection. */
static void name_about(struct world *world, const struct tcp_segment *about, char *text,
                       size_t room)
{
    const struct host *sender =
        about->tag == 0 ? NULL : world_host(world, (uint32_t)(about->tag >> 40) - 1);
    if (sender != NULL) {
        (void)snprintf(text, room, "%s#%llu", sender->name,
                       (unsigned long long)packet_tag_number(about->tag));
    } else {
        const struct trace_conn conn = {.local = about->source, .remote = about->destination};
        (void)trace_conn_name(&conn, text, room);
    }
}

void record_icmp(struct world *world, const struct packet *packet, const struct packet_note *note)
{
    char about[ABOUT_BYTES];
    if (!trace_wants(world->trace, TRACE_ICMP)) { return; }
    name_about(world, &packet->segment, about, sizeof about);
    const struct icmp_error *error = &packet->icmp->error;
    const struct trace_record record = {
        .time_ns = world->now_ns,
        .event = TRACE_ICMP,
        .u.icmp = {.action = note->action,
                   .from = packet->sender->name,
                   .to = packet->receiver->name,
                   .type = tcp_icmp_words(error->kind),
                   .about = about,
                   .from_index = packet->sender->index,
                   .to_index = packet->receiver->index,
                   .at_index = note->at->index,
                   .at = note->at->router != NULL ? note->at->name : "",
                   .number = packet->number,
                   .copy = packet->copy,
                   .link = packet->link != NULL ? packet->link : "",
                   .to_router = leads_to_router(packet),
                   .router_index = leads_to_router(packet) ? packet->next->index : 0,
                   .reason = note->reason != NULL ? note->reason : "",
                   .error = error,
                   .ttl = packet->icmp_ttl,
                   .segment = &packet->segment,
                   .segment_number = packet_tag_number(packet->segment.tag),
                   .checksum_bad = packet->checksum_bad}};
    trace_emit(world->trace, &record);
}

/* ---- sending ---- */

/* Takes the flight, whose segment is what the error is about. */
static void emit(struct host *at, struct host *to, struct flight *flight,
                 const struct icmp_error *error, enum trace_action action)
{
    struct world *world = at->world;
    struct packet *packet = &flight->packet;
    struct packet_icmp *icmp = world_take(world, sizeof *icmp);
    struct way *way = route_find(at, to, &error->source, &error->destination);
    if (icmp == NULL || way == NULL) {
        if (icmp != NULL) { arena_give(world->arena, icmp, sizeof *icmp); }
        flight_release(world, flight);
        return;
    }
    *icmp = (struct packet_icmp){.refs = 1, .error = *error};
    *packet = (struct packet){.segment = packet->segment,
                              .sender = at,
                              .receiver = to,
                              .number = ++at->icmp_emitted,
                              .icmp = icmp,
                              .icmp_ttl = ICMP_TTL,
                              .link = way->link->name,
                              .next = way_receiver(way)};
    const struct packet_note note = {.action = action, .at = at};
    record_icmp(world, packet, &note);
    link_offer(way, flight);
}

/* Addresses that nobody can send to, for a router that was given none: of those that carriers'
 * routers share (RFC 6598), and of those for documentation (RFC 3849). */
static struct tcp_address unnumbered(const struct router *router, unsigned family)
{
    struct tcp_address address = {.family = (uint8_t)family};
    static const uint8_t ipv6[] = {0x20, 0x01, 0x0d, 0xb8, 0xff, 0xff};
    const uint32_t number = router->number + 1;
    if (family == 6) {
        memcpy(address.octets, ipv6, sizeof ipv6);
        wire_put32(address.octets + 12, number);
    } else {
        wire_put32(address.octets, UINT32_C(100) << 24 | UINT32_C(64) << 16);
        address.octets[1] = (uint8_t)(64 + (number >> 16 & 63));
        wire_put16(address.octets + 2, number & 0xffff);
    }
    return address;
}

/* Its first address of that family; false: it has none. */
static bool own_address(const struct host *host, unsigned family, struct tcp_address *address)
{
    for (size_t i = 0; i < host->address_count; i++) {
        if (host->address_list[i].family == family) {
            *address = host->address_list[i];
            return true;
        }
    }
    if (host->router != NULL) { *address = unnumbered(host->router, family); }
    return host->router != NULL;
}

/* RFC 1812 4.3.2.7: about another error none is sent. */
void icmp_answer(struct host *router, const struct packet *about, enum tcp_icmp_kind kind,
                 uint32_t mtu)
{
    struct world *world = router->world;
    const struct tcp_segment *segment = &about->segment;
    struct host *to = world_host_by_address(world, &segment->source.address);
    if (about->icmp != NULL || !router->router->options.icmp || to == NULL) { return; }
    struct icmp_error error = {.kind = kind,
                               .mtu = mtu,
                               .quote = router->router->options.quote,
                               .destination = segment->source.address};
    struct flight *flight = flight_take(world);
    if (flight == NULL) { return; }
    (void)own_address(router, segment->source.address.family, &error.source);
    flight->packet.segment = *segment;
    tcp_payload_share(&segment->payload);
    emit(router, to, flight, &error, TRACE_SENT);
}

enum host_icmp_result host_icmp(struct host *from, struct host *to, enum tcp_icmp_kind kind,
                                uint32_t mtu, const struct tcp_segment *about)
{
    struct world *world = from->world;
    const unsigned family = about->source.address.family;
    struct icmp_error error = {.kind = kind, .mtu = mtu, .destination = about->source.address};
    uint8_t type, code;
    if (!tcp_icmp_type_code(kind, family, &type, &code)) { return HOST_ICMP_NO_SUCH_TYPE; }
    if (!own_address(from, family, &error.source)) { return HOST_ICMP_NO_ADDRESS; }
    if (from != to && route_find(from, to, &error.source, &error.destination) == NULL) {
        return HOST_ICMP_NO_PATH;
    }
    struct flight *flight = flight_take(world);
    if (flight == NULL) { return HOST_ICMP_NO_PATH; }
    flight->packet.segment = *about;
    tcp_payload_share(&about->payload);
    emit(from, to, flight, &error, TRACE_INJECTED);
    return HOST_ICMP_OK;
}

/* ---- arrival ---- */

static void hand_over(struct host *host, const struct packet *packet, enum tcp_icmp_kind kind,
                      uint32_t mtu)
{
    struct world *world = host->world;
    const struct tcp_segment *about = &packet->segment;
    const struct tcp_icmp message = {.kind = kind,
                                     .mtu = mtu,
                                     .local = about->source,
                                     .remote = about->destination,
                                     .seq = about->seq,
                                     .packet_bytes = wire_packet_bytes(about),
                                     .tag = about->tag};
    const struct packet *before = world->arriving;
    world->arriving = packet;
    tcp_icmp_arrives(host->tcp, world->now_ns, &message);
    world->arriving = before;
    world_mark_dirty(world, host);
}

void icmp_arrive(struct host *host, const struct packet *packet)
{
    struct world *world = host->world;
    const struct packet_note note = {.action = TRACE_DELIVERED, .at = host};
    record_icmp(world, packet, &note);
    if (packet->checksum_bad) {
        const struct packet_note discarded = {.action = TRACE_DISCARDED,
                                              .at = host,
                                              .reason =
                                                  tcp_discard_words(TCP_DISCARD_BAD_CHECKSUM)};
        record_icmp(world, packet, &discarded);
    } else if (host->tcp != NULL) {
        hand_over(host, packet, packet->icmp->error.kind, packet->icmp->error.mtu);
    }
}

void icmp_fate(struct host *host, enum tcp_icmp_fate fate)
{
    struct world *world = host->world;
    const struct packet *packet = world->arriving;
    if (packet == NULL || packet->icmp == NULL ||
        (fate != TCP_ICMP_FATE_NO_CONNECTION && fate != TCP_ICMP_FATE_NOT_OUTSTANDING &&
         fate != TCP_ICMP_FATE_IGNORED)) {
        return;
    }
    const struct packet_note note = {
        .action = TRACE_DISCARDED, .at = host, .reason = tcp_icmp_fate_words(fate)};
    record_icmp(world, packet, &note);
}

/* ---- too big ---- */

/* A host knows its own link's MTU without being told. */
void packet_too_big(struct way *way, struct flight *flight)
{
    struct world *world = way->link->world;
    struct host *at = way_sender(way);
    const struct packet *packet = &flight->packet;
    if (world_records_segments(world)) {
        const struct packet_note note = {.action = TRACE_DROPPED, .at = at, .reason = "mtu"};
        record_packet(world, packet, &note);
    }
    if (at->router != NULL) {
        icmp_answer(at, packet, TCP_ICMP_FRAGMENTATION_NEEDED, way->settings.mtu_bytes);
    } else if (at->tcp != NULL && at == packet->sender && packet->icmp == NULL && !packet->forged) {
        hand_over(at, packet, TCP_ICMP_FRAGMENTATION_NEEDED, way->settings.mtu_bytes);
    }
    flight_release(world, flight);
}
