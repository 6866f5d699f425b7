/* test_corruption.c - octets changed on the way, by a rule or by a forger: the checksum finds it,
 * or the check of integrity does. */
#include "net_fixture.h"

#include "cmocka_wrapper.h"

#include <string.h>

static struct fixture *played(void)
{
    return fixture_create(
        &(struct fixture_config){.settings = {.delay_ns = 10 * NS_PER_MS, .mtu_bytes = 1500},
                                 .client_played = true,
                                 .server_played = true});
}

static struct rule *rule(struct fixture *fixture, struct rule_match match,
                         struct rule_effect effect)
{
    struct rule *made = rule_create(fixture->world, &match, &effect, "case.lua:3");
    assert_non_null(made);
    return made;
}

static void a_flipped_octet_fails_the_checksum(void **state)
{
    (void)state;
    struct fixture *fixture = played();
    struct rule *flip =
        rule(fixture, (struct rule_match){.to = NULL},
             (struct rule_effect){.action = RULE_CORRUPT, .offset = 21, .mask = 0x10});
    (void)fixture_forge(fixture, fixture->client,
                        &(struct fixture_segment){.flags = TCP_ACK, .text = "abc"});
    (void)fixture_forge(fixture, fixture->client,
                        &(struct fixture_segment){.flags = TCP_ACK, .text = "a"});
    fixture_run(fixture, WORLD_FINISHED);
    /* The second has no octet 21: it is as it was, and no hit. */
    assert_int_equal(rule_matches(flip), 2);
    assert_int_equal(rule_hits(flip), 1);
    assert_int_equal(fixture->arrived, 1);
    fixture_expect(fixture, "...\n"
                            "0.000000 corrupted 3 # case.lua:3\n"
                            "...\n"
                            "0.010000 delivered 3\n"
                            "0.010000 discarded 3 # checksum\n"
                            "0.010000 delivered 1");
    fixture_destroy(fixture);
}

/* Two flips that the sum does not see: octets 20 and 22 change places in value. */
static void a_checksum_can_be_deceived(void **state)
{
    (void)state;
    struct fixture *fixture = played();
    (void)rule(fixture, (struct rule_match){.to = NULL},
               (struct rule_effect){.action = RULE_CORRUPT, .offset = 20, .mask = 0x03});
    (void)rule(fixture, (struct rule_match){.to = NULL},
               (struct rule_effect){.action = RULE_CORRUPT, .offset = 22, .mask = 0x03});
    (void)fixture_forge(fixture, fixture->client,
                        &(struct fixture_segment){.flags = TCP_ACK, .text = "a-b"});
    fixture_run(fixture, WORLD_FINISHED);
    assert_int_equal(fixture->arrived, 1);
    assert_int_equal(fixture->last_arrived.flip_count, 0);
    assert_string_equal(fixture->last_arrived.supplied_by, "case.lua:3");
    assert_int_equal(fixture_count(fixture, "discarded"), 0);
    fixture_destroy(fixture);
}

static void forging_can_spoil_the_checksum(void **state)
{
    (void)state;
    struct fixture *fixture = played();
    (void)fixture_forge(fixture, fixture->client,
                        &(struct fixture_segment){.flags = TCP_ACK, .bad_checksum = true});
    /* A rule that flips the same bit back mends it. */
    (void)rule(fixture, (struct rule_match){.to = NULL},
               (struct rule_effect){.action = RULE_CORRUPT, .offset = 16, .mask = 0x01});
    (void)fixture_forge(
        fixture, fixture->client,
        &(struct fixture_segment){.flags = TCP_ACK, .bad_checksum = true, .padding = 5});
    fixture_run(fixture, WORLD_FINISHED);
    fixture_expect(fixture, "...\n"
                            "0.010000 delivered 0\n"
                            "0.010000 discarded 0 # checksum\n"
                            "0.010000 delivered 5");
    assert_int_equal(fixture->arrived, 1);
    fixture_destroy(fixture);
}

/* ---- on a connection ---- */

static void put_other_octets(void *context, struct packet *packet, bool *failed)
{
    struct fixture *fixture = context;
    struct tcp_payload *payload = &packet->segment.payload;
    const uint32_t len = tcp_payload_len(payload);
    (void)failed;
    if (len == 0) { return; }
    struct tcp_extent *extent = tcp_extent_create(world_pools(fixture->world), 0, len);
    assert_non_null(extent);
    memset(extent->octets, '?', len);
    tcp_payload_release(world_pools(fixture->world), payload);
    *payload = (struct tcp_payload){.part = {{.extent = extent, .len = len}}};
}

static void rewritten_octets_are_traced_to_the_rule(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_create(&(struct fixture_config){.seed = 1});
    struct rule *rewrite =
        rule(fixture, (struct rule_match){.from = fixture->client},
             (struct rule_effect){
                 .action = RULE_REWRITE, .rewrite = put_other_octets, .context = fixture});
    fixture_talk(fixture, 5000);
    fixture_run(fixture, WORLD_FINISHED);
    assert_int_equal(fixture->received, 5000);
    assert_true(rule_hits(rewrite) > 4);
    assert_int_equal(fixture->violation_count, 1);
    assert_int_equal(fixture->violation_kinds[0], WORLD_INTEGRITY);
    assert_string_equal(fixture->suppliers[0], "case.lua:3");
    assert_string_equal(fixture->violations[0], "octet 0 of what server received is not what the "
                                                "application of client sent there");
    fixture_destroy(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flipped_octet_fails_the_checksum),
        cmocka_unit_test(a_checksum_can_be_deceived),
        cmocka_unit_test(forging_can_spoil_the_checksum),
        cmocka_unit_test(rewritten_octets_are_traced_to_the_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
