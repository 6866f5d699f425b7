/* test_link.c - one way of a link: delay, serialisation, queue, loss, what is judged on entry.
 * Between two hosts without TCP, so that only what is forged goes over it. */
#include "net_fixture.h"

#include "cmocka_wrapper.h"

#include <stdio.h>
#include <string.h>

#define HEADERS 40u

static struct fixture *played(struct link_settings settings)
{
    settings.mtu_bytes = settings.mtu_bytes != 0 ? settings.mtu_bytes : 1500;
    return fixture_create(&(struct fixture_config){
        .settings = settings, .client_played = true, .server_played = true, .seed = 7});
}

static void forge(struct fixture *fixture, uint32_t padding)
{
    (void)fixture_forge(fixture, fixture->client,
                        &(struct fixture_segment){.flags = TCP_ACK, .padding = padding});
}

static void forge_many(struct fixture *fixture, unsigned count, uint32_t padding)
{
    for (unsigned i = 0; i < count; i++) { forge(fixture, padding); }
}

/* 8 Mbit/s: a microsecond an octet. The second waits for the first, both take the delay afterwards.
 */
static void packets_are_serialised_then_delayed(void **state)
{
    (void)state;
    struct fixture *fixture =
        played((struct link_settings){.delay_ns = 10 * NS_PER_MS, .rate_bps = 8000000});
    forge(fixture, 1000 - HEADERS);
    forge(fixture, 500 - HEADERS);
    fixture_run(fixture, WORLD_FINISHED);
    fixture_expect(fixture, "0.000000 injected 960\n"
                            "0.000000 injected 460\n"
                            "0.011000 delivered 960\n"
                            "0.011500 delivered 460");
    fixture_destroy(fixture);
}

static void send_three(struct world_task *task) { forge_many(fixture_of(task), 3, 1000 - HEADERS); }

/* The limit counts the packet that is being sent, and a packet has left when its last bit has. */
static void a_full_queue_drops(void **state)
{
    (void)state;
    struct fixture *fixture = played((struct link_settings){.rate_bps = 8000000, .limit = 2});
    forge_many(fixture, 3, 1000 - HEADERS);
    fixture_at(fixture, QUEUE_SCRIPT, NS_PER_MS, send_three);
    fixture_run(fixture, WORLD_FINISHED);
    assert_int_equal(fixture_count(fixture, "dropped"), 3);
    fixture_expect(fixture, "...\n"
                            "0.000000 dropped 960 # queue full\n"
                            "...\n"
                            "0.001000 dropped 960 # queue full\n"
                            "...\n"
                            "0.001000 delivered 960\n"
                            "0.002000 delivered 960\n"
                            "0.003000 delivered 960");
    fixture_destroy(fixture);
}

static void chosen_ordinals_are_lost(void **state)
{
    (void)state;
    static const uint64_t list[] = {2, 5};
    struct fixture *fixture = played((struct link_settings){.list = {list, 2}});
    for (uint32_t i = 1; i <= 6; i++) { forge(fixture, i); }
    fixture_run(fixture, WORLD_FINISHED);
    assert_int_equal(fixture_count(fixture, "# loss"), 2);
    assert_int_equal(fixture_count(fixture, "dropped 2"), 1);
    assert_int_equal(fixture_count(fixture, "dropped 5"), 1);
    fixture_destroy(fixture);
}

static void a_pattern_of_loss_is_repeated(void **state)
{
    (void)state;
    struct fixture *fixture = played((struct link_settings){.pattern = "101"});
    for (uint32_t i = 1; i <= 6; i++) { forge(fixture, i); }
    fixture_run(fixture, WORLD_FINISHED);
    assert_int_equal(fixture->arrived, 2);
    assert_int_equal(fixture_count(fixture, "delivered 2"), 1);
    assert_int_equal(fixture_count(fixture, "delivered 5"), 1);
    fixture_destroy(fixture);
}

/* Which ones are lost is fixed by seed, link, direction and ordinal: not by what else the link is.
 */
static void loss_does_not_depend_on_the_rest(void **state)
{
    (void)state;
    char lost[2][101] = {{0}};
    for (unsigned run = 0; run < 2; run++) {
        struct fixture *fixture = played((struct link_settings){
            .loss_ppb = PPB_ONE / 4, .rate_bps = run * 1000000, .delay_ns = run * NS_PER_S});
        (void)fixture_host(fixture, "third", "10.0.0.3");
        for (uint32_t i = 0; i < 100; i++) {
            const size_t before = fixture_count(fixture, "# loss");
            forge(fixture, i);
            lost[run][i] = fixture_count(fixture, "# loss") > before ? '1' : '0';
        }
        assert_in_range(fixture_count(fixture, "# loss"), 10, 40);
        fixture_destroy(fixture);
    }
    assert_string_equal(lost[0], lost[1]);
}

/* Each way has its own draws. */
static void the_two_ways_lose_apart(void **state)
{
    (void)state;
    struct fixture *fixture = played((struct link_settings){.loss_ppb = PPB_ONE / 2});
    unsigned same = 0;
    for (uint32_t i = 0; i < 64; i++) {
        size_t before = fixture_count(fixture, "# loss");
        forge(fixture, 1);
        const bool there = fixture_count(fixture, "# loss") > before;
        before = fixture_count(fixture, "# loss");
        (void)fixture_forge(fixture, fixture->server, &(struct fixture_segment){.flags = TCP_ACK});
        same += there == (fixture_count(fixture, "# loss") > before);
    }
    assert_in_range(same, 10, 54);
    fixture_destroy(fixture);
}

static void what_is_too_large_is_dropped(void **state)
{
    (void)state;
    struct fixture *fixture = played((struct link_settings){.mtu_bytes = 600});
    forge(fixture, 560);
    forge(fixture, 561);
    fixture_run(fixture, WORLD_FINISHED);
    assert_int_equal(fixture->arrived, 1);
    assert_int_equal(fixture_count(fixture, "561 # mtu"), 1);
    fixture_destroy(fixture);
}

static void cut(struct world_task *task)
{
    link_set_up(fixture_of(task)->link, false);
    forge(fixture_of(task), 2);
}

static void mend(struct world_task *task)
{
    link_set_up(fixture_of(task)->link, true);
    forge(fixture_of(task), 3);
}

static void down_is_judged_on_entry(void **state)
{
    (void)state;
    struct fixture *fixture = played((struct link_settings){.delay_ns = 10 * NS_PER_MS});
    forge(fixture, 1);
    fixture_at(fixture, QUEUE_SCRIPT, 5 * NS_PER_MS, cut);
    fixture_at(fixture, QUEUE_SCRIPT, 7 * NS_PER_MS, mend);
    fixture_run(fixture, WORLD_FINISHED);
    fixture_expect(fixture, "...\n"
                            "0.005000 dropped 2 # down\n"
                            "...\n"
                            "0.010000 delivered 1\n"
                            "0.017000 delivered 3");
    fixture_destroy(fixture);
}

static void shorten(struct world_task *task)
{
    struct fixture *fixture = fixture_of(task);
    struct link_settings settings = *link_get(fixture->link, LINK_FORWARD);
    settings.delay_ns = 4 * NS_PER_MS;
    assert_true(link_set(fixture->link, LINK_FORWARD, &settings));
    forge(fixture, 3);
    forge(fixture, 4);
}

/* What is sent after the delay was lowered may overtake; at one instant the order of entry counts.
 */
static void a_lower_delay_overtakes(void **state)
{
    (void)state;
    struct fixture *fixture = played((struct link_settings){.delay_ns = 10 * NS_PER_MS});
    forge(fixture, 1);
    fixture_at(fixture, QUEUE_SCRIPT, 3 * NS_PER_MS, shorten);
    fixture_at(fixture, QUEUE_SCRIPT, 6 * NS_PER_MS, shorten);
    fixture_run(fixture, WORLD_FINISHED);
    fixture_expect(fixture, "...\n"
                            "0.007000 delivered 3\n"
                            "0.007000 delivered 4\n"
                            "0.010000 delivered 1\n"
                            "0.010000 delivered 3\n"
                            "0.010000 delivered 4");
    fixture_destroy(fixture);
}

/* Forged or not, SYN, ACK, FIN or RST: what befalls all befalls each. */
static void no_segment_is_exempt(void **state)
{
    (void)state;
    static const uint16_t flags[] = {TCP_SYN,           TCP_SYN | TCP_ACK, TCP_ACK,
                                     TCP_ACK | TCP_PSH, TCP_FIN | TCP_ACK, TCP_RST,
                                     TCP_RST | TCP_ACK};
    const struct link_settings all[] = {
        {.loss_ppb = PPB_ONE},
        {.gemodel = {.one_minus_k_ppb = PPB_ONE}},
        {.duplicate_ppb = PPB_ONE},
        {.corrupt = {.probability_ppb = PPB_ONE, .bits = 1}},
    };
    static const char *const words[] = {"dropped", "dropped", "duplicated", "corrupted"};
    for (unsigned i = 0; i < 4; i++) {
        struct fixture *fixture = played(all[i]);
        for (unsigned k = 0; k < 7; k++) {
            (void)fixture_forge(fixture, fixture->client,
                                &(struct fixture_segment){.flags = flags[k]});
        }
        fixture_run(fixture, WORLD_FINISHED);
        assert_int_equal(fixture_count(fixture, words[i]), 7);
        fixture_destroy(fixture);
    }
}

/* A copy is subject to corruption of its own, and lost by nothing that the packet survived. */
static void copies_have_draws_of_their_own(void **state)
{
    (void)state;
    struct fixture *fixture = played((struct link_settings){
        .duplicate_ppb = PPB_ONE, .corrupt = {.probability_ppb = PPB_ONE / 2, .bits = 1}});
    for (uint32_t i = 1; i <= 64; i++) { forge(fixture, i); }
    fixture_run(fixture, WORLD_FINISHED);
    size_t both = 0;
    size_t originals = 0;
    for (uint32_t i = 1; i <= 64; i++) {
        char line[64];
        (void)snprintf(line, sizeof line, "corrupted %u # corrupt", i);
        const bool original = fixture_count(fixture, line) == 1;
        (void)snprintf(line, sizeof line, "corrupted %u copy 1", i);
        both += original && fixture_count(fixture, line) == 1;
        originals += original;
    }
    assert_in_range(originals, 16, 48);
    assert_in_range(both, originals / 4, originals - 2);
    fixture_destroy(fixture);
}

static void links_have_names(void **state)
{
    (void)state;
    struct fixture *fixture = played((struct link_settings){.delay_ns = 0});
    struct link_settings settings[2];
    link_settings_default(&settings[0]);
    link_settings_default(&settings[1]);
    struct link *second = link_create(fixture->world, fixture->client, fixture->server, settings);
    struct link *turned = link_create(fixture->world, fixture->server, fixture->client, settings);
    struct link *third = link_create(fixture->world, fixture->client, fixture->server, settings);
    assert_string_equal(link_name(fixture->link), "client-server");
    assert_string_equal(link_name(second), "client-server#2");
    assert_string_equal(link_name(turned), "server-client");
    assert_string_equal(link_name(third), "client-server#3");
    assert_ptr_equal(link_end(turned, LINK_FORWARD), fixture->server);
    fixture_destroy(fixture);
}

static void the_table_names_every_option_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < link_option_count; i++) {
        const struct link_option *option = link_options[i];
        assert_true(option->name[0] != '\0' && option->help[0] != '\0');
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(option->name, link_options[k]->name);
        }
        for (size_t f = 0; f < option->form_count; f++) {
            for (size_t k = 0; k < option->forms[f]->count; k++) {
                const struct link_parameter *parameter = &option->forms[f]->parameters[k];
                assert_true(parameter->name[0] != '\0' && parameter->unit[0] != '\0');
                assert_true(parameter->offset < sizeof(struct link_settings));
                assert_true(parameter->min <= parameter->max);
                assert_true(parameter->type == LINK_SWITCH ||
                            parameter->otherwise <= parameter->max);
                /* Several parameters need words of their own; one is told by its form. */
                assert_true(option->forms[f]->count == 1 || parameter->help != NULL);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_are_serialised_then_delayed),
        cmocka_unit_test(a_full_queue_drops),
        cmocka_unit_test(chosen_ordinals_are_lost),
        cmocka_unit_test(a_pattern_of_loss_is_repeated),
        cmocka_unit_test(loss_does_not_depend_on_the_rest),
        cmocka_unit_test(the_two_ways_lose_apart),
        cmocka_unit_test(what_is_too_large_is_dropped),
        cmocka_unit_test(down_is_judged_on_entry),
        cmocka_unit_test(a_lower_delay_overtakes),
        cmocka_unit_test(no_segment_is_exempt),
        cmocka_unit_test(copies_have_draws_of_their_own),
        cmocka_unit_test(links_have_names),
        cmocka_unit_test(the_table_names_every_option_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
