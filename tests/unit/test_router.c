/* test_router.c - routers: which link a packet takes, what becomes of it on the way. Between hosts
 * without TCP, so that only what is forged travels. */
#include "net_fixture.h"

#include "cmocka_wrapper.h"
#include "sim/net/router.h"

#include <stdio.h>
#include <string.h>

/* Two hosts without TCP and routers "r1" …; the fixture's own link is not there: every link is made
 * here, with a delay of so many milliseconds, so that the time of arrival tells the path. */
struct net {
    struct fixture *fixture;
    struct host *routers[8];
};

static struct host *played(struct fixture *fixture, const char *name, const char *address)
{
    struct host_config config = {.name = name, .address_count = 1};
    config.addresses[0] = fixture_address(address);
    tcp_options_default(&config.options);
    return world_add_host(fixture->world, &config);
}

static struct net make_net(unsigned routers)
{
    struct net net = {.fixture = fixture_create(&(struct fixture_config){
                          .client_played = true, .server_played = true, .seed = 7})};
    /* "a" and "b" play the parts of client and server. */
    net.fixture->client = played(net.fixture, "a", "10.0.1.1");
    net.fixture->server = played(net.fixture, "b", "10.0.1.2");
    for (unsigned i = 0; i < routers; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "r%u", i + 1);
        struct router_config config = {.name = name};
        router_options_default(&config.options);
        net.routers[i] = world_add_router(net.fixture->world, &config);
        assert_true(host_is_router(net.routers[i]));
    }
    return net;
}

static struct link *join(struct host *a, struct host *b, struct fixture *fixture, unsigned delay_ms)
{
    struct link_settings settings[2];
    link_settings_default(&settings[0]);
    settings[0].delay_ns = delay_ms * NS_PER_MS;
    settings[1] = settings[0];
    struct link *link = link_create(fixture->world, a, b, settings);
    assert_non_null(link);
    return link;
}

/* A segment with so many octets from `at` to `to`. */
static bool send_to(struct fixture *fixture, struct host *at, struct host *to, uint8_t ttl)
{
    size_t count;
    uint64_t number;
    const struct tcp_segment segment = {
        .source = {.address = host_addresses(at, &count)[0], .port = 4000},
        .destination = {.address = host_addresses(to, &count)[0], .port = 80},
        .flags = TCP_ACK,
        .ttl = ttl};
    (void)fixture;
    return host_inject(at, to, &segment, false, "test.lua:1", true, &number);
}

static void a_chain_adds_its_delays(void **state)
{
    (void)state;
    struct net net = make_net(2);
    struct fixture *fixture = net.fixture;
    (void)join(fixture->client, net.routers[0], fixture, 1);
    (void)join(net.routers[0], net.routers[1], fixture, 10);
    (void)join(net.routers[1], fixture->server, fixture, 2);
    assert_true(send_to(fixture, fixture->client, fixture->server, 64));
    fixture_run(fixture, WORLD_FINISHED);
    fixture_expect(fixture, "0.000000 injected 0\n"
                            "0.001000 forwarded 0\n"
                            "0.011000 forwarded 0\n"
                            "0.013000 delivered 0");
    assert_int_equal(fixture->last_arrived.segment.ttl, 62);
    assert_int_equal(fixture->last_arrived.hops, 2);
    assert_string_equal(fixture->last_arrived.link, "r2-b");
    fixture_destroy(fixture);
}

/* Two links are shorter than three, however slow; of two ways alike the one declared first is
 * taken, by either end. */
static void the_fewest_links_win_and_ties_go_by_declaration(void **state)
{
    (void)state;
    struct net net = make_net(4);
    struct fixture *fixture = net.fixture;
    struct host *a = fixture->client, *b = fixture->server, **r = net.routers;
    (void)join(a, r[2], fixture, 1); /* a-r3-r4-b: three quick links */
    (void)join(r[2], r[3], fixture, 1);
    (void)join(r[3], b, fixture, 1);
    (void)join(r[1], b, fixture, 100); /* a-r2-b, the later tie at a, the earlier at b */
    (void)join(a, r[0], fixture, 10);  /* a-r1-b */
    (void)join(r[0], b, fixture, 10);
    (void)join(r[1], a, fixture, 100);
    assert_true(send_to(fixture, a, b, 64));
    assert_true(send_to(fixture, b, a, 64));
    fixture_run(fixture, WORLD_FINISHED);
    fixture_expect(fixture, "0.000000 injected 0\n"
                            "0.000000 injected 0\n"
                            "0.010000 forwarded 0\n"
                            "0.020000 delivered 0\n"
                            "0.100000 forwarded 0\n"
                            "0.200000 delivered 0");
    fixture_destroy(fixture);
}

/* What was found is not kept when the network grows: r1's way to b is the longer one only as long
 * as there is no other. */
static void a_new_link_is_taken_at_once(void **state)
{
    (void)state;
    struct net net = make_net(3);
    struct fixture *fixture = net.fixture;
    struct host *a = fixture->client, *b = fixture->server, **r = net.routers;
    (void)join(a, r[0], fixture, 1);
    assert_false(send_to(fixture, a, b, 64)); /* no way yet */
    (void)join(r[0], r[1], fixture, 1);
    (void)join(r[1], r[2], fixture, 1);
    (void)join(r[2], b, fixture, 1);
    assert_true(send_to(fixture, a, b, 64)); /* found with three routers on the way */
    (void)join(r[0], r[2], fixture, 20);     /* before it is at r1 */
    fixture_run(fixture, WORLD_FINISHED);
    fixture_expect(fixture, "0.000000 injected 0\n"
                            "0.001000 forwarded 0\n"
                            "0.021000 forwarded 0\n"
                            "0.022000 delivered 0");
    fixture_destroy(fixture);
}

static void choose(struct host *at, struct host *to, struct link *link)
{
    const struct host_route_choice choice = {.to = to, .link = link};
    assert_true(host_choose_route(at, &choice));
}

/* Two routers that send to each other: 64 hops, then the TTL ends it. */
static void a_loop_ends_by_ttl(void **state)
{
    (void)state;
    struct net net = make_net(2);
    struct fixture *fixture = net.fixture;
    struct host *a = fixture->client, *b = fixture->server, **r = net.routers;
    (void)join(a, r[0], fixture, 1);
    struct link *between = join(r[0], r[1], fixture, 1);
    (void)join(r[1], b, fixture, 1);
    choose(r[1], b, between);
    assert_true(send_to(fixture, a, b, 64));
    fixture_run(fixture, WORLD_FINISHED);
    assert_int_equal(fixture_count(fixture, "forwarded"), 63);
    assert_int_equal(fixture_count(fixture, "dropped 0 # ttl exceeded"), 1);
    assert_int_equal(fixture_count(fixture, "delivered"), 0);
    fixture_destroy(fixture);
}

/* The latest choice that fits counts; one for an address or from an address fits no other. */
static void chosen_routes_fit_addresses(void **state)
{
    (void)state;
    struct net net = make_net(3);
    struct fixture *fixture = net.fixture;
    struct host *a = fixture->client, *b = fixture->server, **r = net.routers;
    struct link *first[3];
    static const unsigned delays[3] = {1, 10, 100};
    for (unsigned i = 0; i < 3; i++) {
        first[i] = join(a, r[i], fixture, delays[i]);
        (void)join(r[i], b, fixture, delays[i]);
    }
    choose(a, b, first[1]);
    assert_true(send_to(fixture, a, b, 64));
    struct host_route_choice choice = {
        .to = b, .from = fixture_address("10.9.9.9"), .link = first[2]};
    assert_true(host_choose_route(a, &choice)); /* of another source */
    choice.from = (struct tcp_address){.family = 0};
    choice.address = fixture_address("10.9.9.9");
    assert_true(host_choose_route(a, &choice)); /* to another address */
    assert_true(send_to(fixture, a, b, 64));
    choice.address = fixture_address("10.0.1.2");
    assert_true(host_choose_route(a, &choice));
    assert_true(send_to(fixture, a, b, 64));
    choice.link = first[0]; /* instead of the last */
    assert_true(host_choose_route(a, &choice));
    assert_true(send_to(fixture, a, b, 64));
    fixture_run(fixture, WORLD_FINISHED);
    fixture_expect(fixture, "0.000000 injected 0\n0.000000 injected 0\n"
                            "0.000000 injected 0\n0.000000 injected 0\n"
                            "0.001000 forwarded 0\n"
                            "0.002000 delivered 0\n"
                            "0.010000 forwarded 0\n0.010000 forwarded 0\n"
                            "0.020000 delivered 0\n0.020000 delivered 0\n"
                            "0.100000 forwarded 0\n"
                            "0.200000 delivered 0");
    fixture_destroy(fixture);
}

/* A chosen hop to a host that is not the receiver: hosts are no routers. */
static void hosts_do_not_forward(void **state)
{
    (void)state;
    struct net net = make_net(1);
    struct fixture *fixture = net.fixture;
    struct host *a = fixture->client, *b = fixture->server;
    struct host *c = played(fixture, "c", "10.0.1.3");
    (void)join(a, net.routers[0], fixture, 1);
    (void)join(net.routers[0], b, fixture, 1);
    struct link *astray = join(net.routers[0], c, fixture, 1);
    (void)join(c, b, fixture, 1);
    choose(net.routers[0], b, astray);
    assert_true(send_to(fixture, a, b, 64));
    fixture_run(fixture, WORLD_FINISHED);
    assert_int_equal(fixture_count(fixture, "0.002000 dropped 0 # hosts do not forward"), 1);
    fixture_destroy(fixture);
}

/* A rule acts at the sender's link and not again at the routers'; one that names a link acts there.
 */
static void rules_act_once_or_where_they_say(void **state)
{
    (void)state;
    struct net net = make_net(2);
    struct fixture *fixture = net.fixture;
    (void)join(fixture->client, net.routers[0], fixture, 1);
    struct link *middle = join(net.routers[0], net.routers[1], fixture, 1);
    (void)join(net.routers[1], fixture->server, fixture, 1);
    const struct rule_effect slow = {.action = RULE_DELAY, .by_ns = 10 * NS_PER_MS};
    struct rule *anywhere = rule_create(fixture->world, &(struct rule_match){0}, &slow, "x.lua:1");
    struct rule *there =
        rule_create(fixture->world, &(struct rule_match){.on = middle}, &slow, "x.lua:2");
    assert_true(send_to(fixture, fixture->client, fixture->server, 64));
    fixture_run(fixture, WORLD_FINISHED);
    assert_int_equal(rule_hits(anywhere), 1);
    assert_int_equal(rule_hits(there), 1);
    fixture_expect(fixture, "0.000000 injected 0\n"
                            "0.000000 delayed 0 # x.lua:1\n"
                            "0.011000 forwarded 0\n"
                            "0.011000 delayed 0 # x.lua:2\n"
                            "0.022000 forwarded 0\n"
                            "0.023000 delivered 0");
    fixture_destroy(fixture);
}

/* A thousand routers in a row, and two thousand hosts behind them: every path is found. */
static void many_routers_and_hosts(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_create(&(struct fixture_config){
        .client_played = true, .server_played = true, .without_trace = true});
    enum { ROUTERS = 1000, TTL = 255 };
    static struct host *hosts[ROUTERS];
    struct host *before = NULL;
    for (unsigned i = 0; i < ROUTERS; i++) {
        char name[16], address[32];
        (void)snprintf(name, sizeof name, "r%u", i);
        struct router_config config = {.name = name};
        router_options_default(&config.options);
        struct host *router = world_add_router(fixture->world, &config);
        (void)snprintf(name, sizeof name, "h%u", i);
        (void)snprintf(address, sizeof address, "10.1.%u.%u", i / 250, i % 250 + 1);
        hosts[i] = played(fixture, name, address);
        (void)join(hosts[i], router, fixture, 1);
        if (before != NULL) { (void)join(before, router, fixture, 1); }
        before = router;
    }
    for (unsigned i = 0; i < ROUTERS; i++) {
        assert_true(send_to(fixture, hosts[i], hosts[(i + 200) % ROUTERS], TTL));
    }
    fixture_run(fixture, WORLD_FINISHED);
    assert_int_equal(fixture->arrived, ROUTERS - 200); /* the others have 800 routers to pass */
    fixture_destroy(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_adds_its_delays),
        cmocka_unit_test(the_fewest_links_win_and_ties_go_by_declaration),
        cmocka_unit_test(a_new_link_is_taken_at_once),
        cmocka_unit_test(a_loop_ends_by_ttl),
        cmocka_unit_test(chosen_routes_fit_addresses),
        cmocka_unit_test(hosts_do_not_forward),
        cmocka_unit_test(rules_act_once_or_where_they_say),
        cmocka_unit_test(many_routers_and_hosts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
