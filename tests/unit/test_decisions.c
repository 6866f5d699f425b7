/* test_decisions.c - what links decide by lot is a value of (seed, link, direction, ordinal): it
 * stays as it is when a host, a link, a rule or an application is added, when another impairment
 * changes, and whatever is asked for to be written; and it can be overruled one by one. */
#include "cli_place.h"
#include "net_fixture.h"

#include "cmocka_wrapper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OCTETS 60000

enum addition { NOTHING, HOST, LINK, RULE, APPLICATION, ADDITIONS };

static struct link_settings impaired(void)
{
    struct link_settings settings;
    link_settings_default(&settings);
    settings.delay_ns = 5 * NS_PER_MS;
    settings.rate_bps = 10000000;
    settings.jitter_ns = 2 * NS_PER_MS;
    settings.distribution = LINK_NORMAL;
    settings.gemodel.p_ppb = 30000000;
    settings.gemodel.r_ppb = 500000000;
    settings.gemodel.one_minus_h_ppb = 800000000;
    settings.duplicate_ppb = 50000000;
    settings.corrupt.probability_ppb = 40000000;
    settings.corrupt.bits = 2;
    settings.reorder.probability_ppb = 300000000;
    settings.reorder.correlation_ppb = 400000000;
    settings.reorder.gap = 3;
    return settings;
}

static struct fixture *scene(const struct link_settings *settings)
{
    return fixture_create(&(struct fixture_config){.settings = *settings,
                                                   .limit_ns = 600 * NS_PER_S,
                                                   .seed = 9,
                                                   .without_checks = true,
                                                   .watch_decisions = true});
}

/* A second connection, of a host's own. */
static void open_another(struct world_task *task)
{
    (void)fixture_connect(fixture_of(task), 81, 5000);
}

static void add(struct fixture *fixture, enum addition addition)
{
    struct host *third = NULL;
    if (addition == HOST || addition == LINK) {
        third = fixture_host(fixture, "third", "10.0.0.3");
    }
    if (addition == LINK) {
        const struct link_settings both[2] = {impaired(), impaired()};
        assert_non_null(link_create(fixture->world, third, fixture->client, both));
    }
    if (addition == RULE) {
        static const uint64_t nth[] = {4, 9, 15, 16};
        const struct rule_match match = {.from = fixture->client, .nth = nth, .nth_len = 4};
        const struct rule_effect drop = {.action = RULE_DROP};
        const struct rule_effect copy = {.action = RULE_DUPLICATE, .copies = 2};
        assert_non_null(rule_create(fixture->world, &match, &drop, "t.lua:1"));
        assert_non_null(rule_create(fixture->world, &(struct rule_match){.nth = nth, .nth_len = 2},
                                    &copy, "t.lua:2"));
    }
    if (addition == APPLICATION) { fixture_at(fixture, QUEUE_APP, 30 * NS_PER_MS, open_another); }
}

static int compare(const void *left, const void *right)
{
    const struct link_decision *a = left;
    const struct link_decision *b = right;
    if (a->direction != b->direction) { return a->direction < b->direction ? -1 : 1; }
    if (a->ordinal != b->ordinal) { return a->ordinal < b->ordinal ? -1 : 1; }
    if (a->lane != b->lane) { return a->lane < b->lane ? -1 : 1; }
    return strcmp(a->what, b->what);
}

/* Those of the first link, in order. */
static size_t sort(struct fixture *fixture)
{
    size_t count = 0;
    for (size_t i = 0; i < fixture->decision_count; i++) {
        if (fixture->decisions[i].link == fixture->link) {
            fixture->decisions[count++] = fixture->decisions[i];
        }
    }
    qsort(fixture->decisions, count, sizeof *fixture->decisions, compare);
    return count;
}

/* Every decision that both runs had to make came out alike; how many those were. */
static size_t common(struct fixture *one, struct fixture *other, const char *but)
{
    const size_t ones = sort(one);
    const size_t others = sort(other);
    size_t same = 0;
    for (size_t i = 0, k = 0; i < ones && k < others;) {
        const struct link_decision *a = &one->decisions[i];
        const struct link_decision *b = &other->decisions[k];
        const int order = compare(a, b);
        if (order == 0 && strcmp(a->what, but) != 0) {
            if (a->outcome != b->outcome) {
                fail_msg("%s of packet %llu %s, copy %u: %llu and %llu", a->what,
                         (unsigned long long)a->ordinal, a->direction == 0 ? "forward" : "backward",
                         a->lane, (unsigned long long)a->outcome, (unsigned long long)b->outcome);
            }
            same++;
        }
        i += order <= 0;
        k += order >= 0;
    }
    return same;
}

static void additions_change_nothing(void **state)
{
    (void)state;
    for (enum addition addition = HOST; addition < ADDITIONS; addition++) {
        const struct link_settings settings = impaired();
        struct fixture *plain = scene(&settings);
        struct fixture *more = scene(&settings);
        add(more, addition);
        fixture_talk(plain, OCTETS);
        fixture_talk(more, OCTETS);
        (void)world_run(plain->world);
        (void)world_run(more->world);
        assert_true(plain->received == OCTETS);
        assert_true(common(plain, more, "") > 200);
        fixture_destroy(plain);
        fixture_destroy(more);
    }
}

static void no_impairment_moves_another(void **state)
{
    (void)state;
    static const char *const changed[] = {"loss", "duplicate", "corrupt", "reorder", "jitter"};
    for (unsigned i = 0; i < 5; i++) {
        const struct link_settings settings = impaired();
        struct link_settings others = settings;
        if (i == 0) { others.gemodel.p_ppb = 1; }
        if (i == 1) { others.duplicate_ppb = 500000000; }
        if (i == 2) { others.corrupt.probability_ppb = 1; }
        if (i == 3) { others.reorder.gap = 7; }
        if (i == 4) { others.distribution = LINK_PARETO; }
        struct fixture *one = scene(&settings);
        struct fixture *other = scene(&others);
        fixture_talk(one, OCTETS);
        fixture_talk(other, OCTETS);
        (void)world_run(one->world);
        (void)world_run(other->world);
        assert_true(common(one, other, changed[i]) > 150);
        fixture_destroy(one);
        fixture_destroy(other);
    }
}

/* ---- watching changes nothing, overruling does what it says ---- */

static uint64_t lose_the_third(void *context, const struct link_decision *decision)
{
    (void)context;
    if (strcmp(decision->what, "loss") != 0) { return decision->outcome; }
    return decision->direction == LINK_FORWARD && decision->ordinal == 3;
}

static void decisions_can_be_overruled(void **state)
{
    (void)state;
    struct arena *arena = arena_create((size_t)16 << 20);
    const struct world_config config = {
        .seed = 1, .limit_ns = TIME_NEVER, .hooks = {.decided = lose_the_third}};
    struct world *world = world_create(arena, &config, NULL);
    struct host *hosts[2];
    for (unsigned i = 0; i < 2; i++) {
        struct host_config host = {.name = i == 0 ? "a" : "b", .address_count = 1};
        host.addresses[0] = fixture_address(i == 0 ? "10.0.0.1" : "10.0.0.2");
        tcp_options_default(&host.options);
        hosts[i] = world_add_host(world, &host);
    }
    struct link_settings both[2];
    link_settings_default(&both[0]);
    link_settings_default(&both[1]);
    both[0].loss_ppb = PPB_ONE; /* overruled: only the third is lost */
    struct link *link = link_create(world, hosts[0], hosts[1], both);
    for (unsigned i = 0; i < 5; i++) {
        const struct tcp_segment segment = {.source = {fixture_address("10.0.0.1"), 1},
                                            .destination = {fixture_address("10.0.0.2"), 2},
                                            .ttl = 64};
        uint64_t number = 0;
        assert_true(host_inject(hosts[0], hosts[1], &segment, false, "t:1", true, &number));
    }
    assert_non_null(link);
    assert_int_equal(world_run(world), WORLD_FINISHED);
    assert_int_equal(world_events(world), 4);
    world_destroy(world);
    arena_destroy(arena);
}

static void digest_of(struct cli_place *place, const char *options, char *digest, size_t room)
{
    char line[512];
    (void)snprintf(line, sizeof line,
                   "$T run --digest %s '" TCPSIM_SOURCE_DIR "/scenarios/links/ten-at-once.lua'",
                   options);
    assert_int_equal(cli_shell(place, line), 0);
    const size_t len = strlen(place->out);
    assert_true(len > 32);
    (void)snprintf(digest, room, "%s", place->out + len - 33); /* the last line */
}

static void formats_change_nothing(void **state)
{
    struct cli_place *place = *state;
    static const char *const options[] = {"-v", "--format exchange=e --format jsonl=j",
                                          "-w c.pcapng --csv f.csv",
                                          "--format tcpdump=d --format states=s --absolute"};
    char plain[64];
    digest_of(place, "-q", plain, sizeof plain);
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        char other[64];
        digest_of(place, options[i], other, sizeof other);
        assert_string_equal(plain, other);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(additions_change_nothing),
        cmocka_unit_test(no_impairment_moves_another),
        cmocka_unit_test(decisions_can_be_overruled),
        cmocka_unit_test(formats_change_nothing),
    };
    return cmocka_run_group_tests(tests, cli_make_place, cli_remove_place);
}
