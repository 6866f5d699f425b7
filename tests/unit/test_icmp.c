/* test_icmp.c - ICMP errors: their octets, and who sends them to whom. */
#include "net_fixture.h"

#include "cmocka_wrapper.h"
#include "sim/net/router.h"
#include "sim/trace/icmp.h"
#include "tcp/wire.h"

#include <stdio.h>
#include <string.h>

/* ---- octets ---- */

static struct tcp_segment segment_of(const char *from, const char *to, uint32_t len)
{
    return (struct tcp_segment){.source = {.address = fixture_address(from), .port = 4000},
                                .destination = {.address = fixture_address(to), .port = 80},
                                .seq = 0x01020304,
                                .flags = TCP_ACK,
                                .ttl = 1,
                                .payload.part[0] = {.origin = 1, .len = len}};
}

/* RFC 792: the rest of the IP header's sum and of the message's is all ones. */
static void ipv4_octets(void **state)
{
    (void)state;
    const struct tcp_segment about = segment_of("10.0.0.1", "10.0.0.2", 1460);
    const struct icmp_error error = {.kind = TCP_ICMP_FRAGMENTATION_NEEDED,
                                     .mtu = 1400,
                                     .source = fixture_address("10.0.0.254"),
                                     .destination = fixture_address("10.0.0.1")};
    uint8_t octets[ICMP_PACKET_MAX_IPV4];
    assert_int_equal(icmp_packet_bytes(&error, &about), sizeof octets);
    assert_int_equal(icmp_encode_packet(&error, &about, 60, 7, 9, octets, sizeof octets - 1), 0);
    assert_int_equal(icmp_encode_packet(&error, &about, 60, 7, 9, octets, sizeof octets),
                     sizeof octets);
    assert_int_equal(wire_checksum_fold(wire_checksum_add(0, octets, 20)), 0);
    assert_int_equal(wire_checksum_fold(wire_checksum_add(0, octets + 20, sizeof octets - 20)), 0);
    static const uint8_t start[] = {0x45, 0xc0, 0x02, 0x40, 0, 7, 0, 0, 60, 1};
    assert_memory_equal(octets, start, sizeof start);
    assert_memory_equal(octets + 12, "\x0a\x00\x00\xfe\x0a\x00\x00\x01", 8);
    assert_memory_equal(octets + 20, "\x03\x04", 2);
    assert_memory_equal(octets + 24, "\x00\x00\x05\x78", 4);
    /* The packet as it was: 1500 octets, identification 9, TTL 1, and what it said. */
    assert_memory_equal(octets + 28, "\x45\x00\x05\xdc\x00\x09\x40\x00\x01\x06", 10);
    assert_memory_equal(octets + 48, "\x0f\xa0\x00\x50\x01\x02\x03\x04", 8);
}

static void ipv6_octets(void **state)
{
    (void)state;
    const struct tcp_segment about = segment_of("2001:db8::1", "2001:db8::2", 1440);
    const struct icmp_error error = {.kind = TCP_ICMP_FRAGMENTATION_NEEDED,
                                     .mtu = 1280,
                                     .source = fixture_address("2001:db8::fe"),
                                     .destination = fixture_address("2001:db8::1")};
    uint8_t octets[ICMP_PACKET_MAX_IPV6];
    assert_int_equal(icmp_encode_packet(&error, &about, 60, 7, 9, octets, sizeof octets),
                     sizeof octets);
    assert_memory_equal(octets + 40, "\x02\x00", 2);
    assert_memory_equal(octets + 44, "\x00\x00\x05\x00", 4);
    uint8_t pseudo[40] = {0};
    memcpy(pseudo, octets + 8, 32);
    wire_put32(pseudo + 32, sizeof octets - 40);
    pseudo[39] = 58;
    const uint32_t sum = wire_checksum_add(wire_checksum_add(0, pseudo, sizeof pseudo), octets + 40,
                                           sizeof octets - 40);
    assert_int_equal(wire_checksum_fold(sum), 0);
}

/* RFC 792 asks for eight octets, and a router may give no more; a short segment is quoted whole. */
static void how_much_is_quoted(void **state)
{
    (void)state;
    struct tcp_segment about = segment_of("10.0.0.1", "10.0.0.2", 1460);
    struct icmp_error error = {.kind = TCP_ICMP_TTL_EXCEEDED,
                               .quote = 8,
                               .source = fixture_address("10.0.0.254"),
                               .destination = fixture_address("10.0.0.1")};
    assert_int_equal(icmp_packet_bytes(&error, &about), 20 + 8 + 20 + 8);
    error.quote = ICMP_QUOTE_MAX; /* more than fits in IPv4 */
    assert_int_equal(icmp_packet_bytes(&error, &about), ICMP_PACKET_MAX_IPV4);
    about.payload.part[0].len = 0;
    assert_int_equal(icmp_packet_bytes(&error, &about), 20 + 8 + 20 + 20);
}

/* ---- who tells whom ---- */

struct told {
    unsigned sent, delivered, dropped, discarded;
    char type[64], about[64], reason[64], to[64];
    uint32_t mtu;
    uint64_t delivered_ns;
};

static void on_icmp(void *context, const struct trace_record *record)
{
    struct told *told = context;
    const struct trace_icmp *icmp = &record->u.icmp;
    told->sent += icmp->action == TRACE_SENT || icmp->action == TRACE_INJECTED;
    told->dropped += icmp->action == TRACE_DROPPED;
    told->discarded += icmp->action == TRACE_DISCARDED;
    if (icmp->action == TRACE_DELIVERED) {
        told->delivered++;
        told->delivered_ns = record->time_ns;
    }
    (void)snprintf(told->type, sizeof told->type, "%s", icmp->type);
    (void)snprintf(told->about, sizeof told->about, "%s", icmp->about);
    (void)snprintf(told->reason, sizeof told->reason, "%s", icmp->reason);
    (void)snprintf(told->to, sizeof told->to, "%s", icmp->to);
    told->mtu = icmp->error->mtu;
}

/* "a" - router - "b", a millisecond each; the link to b takes 1000 octets. */
struct path {
    struct fixture *fixture;
    struct host *a, *b, *router;
    struct link *first, *second;
    struct told told;
};

static struct link *join(struct fixture *fixture, struct host *a, struct host *b,
                         uint32_t mtu_bytes)
{
    struct link_settings settings[2];
    link_settings_default(&settings[0]);
    settings[0].delay_ns = NS_PER_MS;
    settings[0].mtu_bytes = mtu_bytes;
    settings[1] = settings[0];
    struct link *link = link_create(fixture->world, a, b, settings);
    assert_non_null(link);
    return link;
}

static void make_path(struct path *path, bool icmp)
{
    memset(path, 0, sizeof *path);
    path->fixture = fixture_create(
        &(struct fixture_config){.client_played = true, .server_played = true, .seed = 7});
    struct fixture *fixture = path->fixture;
    assert_true(
        trace_attach(&fixture->trace, (struct trace_sink){&path->told, on_icmp, 1u << TRACE_ICMP}));
    path->a = fixture_host(fixture, "a", "10.0.1.1");
    path->b = fixture_host(fixture, "b", "10.0.1.2");
    struct router_config config = {.name = "router"};
    router_options_default(&config.options);
    config.options.icmp = icmp;
    path->router = world_add_router(fixture->world, &config);
    path->first = join(fixture, path->a, path->router, 1500);
    path->second = join(fixture, path->router, path->b, 1000);
}

static void inject(struct path *path, const char *claimed, uint32_t len, uint8_t ttl)
{
    uint64_t number;
    struct tcp_segment segment = segment_of(claimed, "10.0.1.2", len);
    segment.ttl = ttl;
    assert_true(host_inject(path->a, path->b, &segment, false, "x.lua:1", true, &number));
}

static void what_is_too_big_is_told(void **state)
{
    (void)state;
    struct path path;
    make_path(&path, true);
    inject(&path, "10.0.1.1", 961, 64);
    fixture_run(path.fixture, WORLD_FINISHED);
    assert_int_equal(path.told.sent, 1);
    assert_int_equal(path.told.delivered, 1);
    assert_int_equal(path.told.delivered_ns, 2 * NS_PER_MS + 0);
    assert_string_equal(path.told.type, "fragmentation needed");
    assert_string_equal(path.told.about, "a#1");
    assert_string_equal(path.told.reason, "no such connection");
    assert_int_equal(path.told.mtu, 1000);
    fixture_destroy(path.fixture);
}

static void what_fits_is_not(void **state)
{
    (void)state;
    struct path path;
    make_path(&path, true);
    inject(&path, "10.0.1.1", 960, 64);
    fixture_run(path.fixture, WORLD_FINISHED);
    assert_int_equal(path.told.sent, 0);
    fixture_destroy(path.fixture);
}

static void a_black_hole_tells_nobody(void **state)
{
    (void)state;
    struct path path;
    make_path(&path, false);
    inject(&path, "10.0.1.1", 961, 64);
    inject(&path, "10.0.1.1", 0, 1);
    fixture_run(path.fixture, WORLD_FINISHED);
    assert_int_equal(path.told.sent, 0);
    assert_int_equal(fixture_count(path.fixture, "dropped"), 2);
    fixture_destroy(path.fixture);
}

/* Whose address the packet bears is told, not who made it; and if nobody has it, nobody. */
static void the_source_address_is_told(void **state)
{
    (void)state;
    struct path path;
    make_path(&path, true);
    struct host *victim = fixture_host(path.fixture, "victim", "10.0.1.3");
    (void)join(path.fixture, victim, path.router, 1500);
    inject(&path, "10.0.1.3", 0, 1);
    inject(&path, "10.9.9.9", 0, 1);
    fixture_run(path.fixture, WORLD_FINISHED);
    assert_int_equal(path.told.delivered, 1);
    assert_string_equal(path.told.to, "victim");
    assert_string_equal(path.told.type, "ttl exceeded");
    fixture_destroy(path.fixture);
}

/* Errors are lost like anything else, and about them there are no errors (RFC 1812 4.3.2.7): of two
 * routers that send an error to each other, none says that its TTL has run out. */
static void errors_are_lost_in_silence(void **state)
{
    (void)state;
    struct path path;
    make_path(&path, true);
    struct router_config config = {.name = "other"};
    router_options_default(&config.options);
    struct host *other = world_add_router(path.fixture->world, &config);
    struct link *loop = join(path.fixture, path.router, other, 1500);
    const struct tcp_segment about = segment_of("10.0.1.1", "10.0.1.2", 0);
    assert_true(
        host_choose_route(path.router, &(struct host_route_choice){.to = path.a, .link = loop}));
    assert_int_equal(host_icmp(path.b, path.a, TCP_ICMP_HOST_UNREACHABLE, 0, &about), HOST_ICMP_OK);
    fixture_run(path.fixture, WORLD_FINISHED);
    assert_int_equal(path.told.sent, 1);
    assert_int_equal(path.told.dropped, 1);
    assert_string_equal(path.told.reason, "ttl exceeded");
    link_set_up(path.first, false);
    fixture_destroy(path.fixture);
}

static void what_cannot_be_sent(void **state)
{
    (void)state;
    struct path path;
    make_path(&path, true);
    struct host *alone = fixture_host(path.fixture, "alone", "10.0.1.9");
    const struct tcp_segment ipv4 = segment_of("10.0.1.1", "10.0.1.2", 0);
    const struct tcp_segment ipv6 = segment_of("2001:db8::1", "2001:db8::2", 0);
    assert_int_equal(host_icmp(alone, path.a, TCP_ICMP_HOST_UNREACHABLE, 0, &ipv4),
                     HOST_ICMP_NO_PATH);
    assert_int_equal(host_icmp(path.b, path.a, TCP_ICMP_HOST_UNREACHABLE, 0, &ipv6),
                     HOST_ICMP_NO_ADDRESS);
    assert_int_equal(host_icmp(path.b, path.a, TCP_ICMP_SOURCE_QUENCH, 0, &ipv6),
                     HOST_ICMP_NO_SUCH_TYPE);
    fixture_destroy(path.fixture);
}

/* ---- a host's own link ---- */

static void narrow_the_link(struct world_task *task)
{
    struct fixture *fixture = fixture_of(task);
    struct link_settings settings = *link_get(fixture->link, LINK_FORWARD);
    settings.mtu_bytes = 600;
    assert_true(link_set(fixture->link, LINK_FORWARD, &settings));
}

/* What a host's own link takes it knows without being told: the first segment that is too big is
 * lost there, the next ones fit, and no timer runs out. */
static void a_host_knows_its_own_link(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_two_hosts();
    fixture_talk(fixture, 200000);
    fixture_at(fixture, QUEUE_SCRIPT, 35 * NS_PER_MS, narrow_the_link);
    fixture_run(fixture, WORLD_FINISHED);
    assert_int_equal(fixture->received, 200000);
    assert_true(fixture->end_of_stream);
    assert_true(fixture_count(fixture, "# mtu") > 0);
    assert_int_equal(fixture_count(fixture, "(560)") > 0, true);
    fixture_destroy(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ipv4_octets),
        cmocka_unit_test(ipv6_octets),
        cmocka_unit_test(how_much_is_quoted),
        cmocka_unit_test(what_is_too_big_is_told),
        cmocka_unit_test(what_fits_is_not),
        cmocka_unit_test(a_black_hole_tells_nobody),
        cmocka_unit_test(the_source_address_is_told),
        cmocka_unit_test(errors_are_lost_in_silence),
        cmocka_unit_test(what_cannot_be_sent),
        cmocka_unit_test(a_host_knows_its_own_link),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
