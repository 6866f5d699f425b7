/* test_tcp_cookies.c - SYN cookies where a dialogue does not reach: a hash that has all its bits,
 * and what has been told by the end of the call. RFC 4987 3.6. */
#include "../../tcp/seq.h"
#include "cmocka_wrapper.h"
#include "tcp_scene.h"

#define PEERS_IRS 500u
#define CLASS_OF_536 2u

typedef uint64_t hash_fn(void *context, const void *data, size_t len);

static struct tcp_endpoint server(void) { return tcp_scene_end(1, 80); }
static struct tcp_endpoint peer(void) { return tcp_scene_end(2, 5000); }

static uint64_t all_bits(void *context, const void *data, size_t len)
{
    (void)context;
    (void)data;
    (void)len;
    return UINT64_MAX;
}

static uint64_t no_bit(void *context, const void *data, size_t len)
{
    return ~all_bits(context, data, len);
}

static void note(void *context, const struct tcp_event *event)
{
    struct scene *scene = context;
    scene->told[event->kind]++;
}

/* A listener that answers by cookies alone. */
static void begin(struct scene *scene, hash_fn *hash)
{
    *scene = (struct scene){0};
    scene->pools = (struct tcp_pools){scene, tcp_scene_take, tcp_scene_give};
    tcp_options_default(&scene->options);
    scene->options.syn_cookies = TCP_COOKIES_ON;
    const struct tcp_host_config config = {.options = scene->options, .keyed_hash = hash};
    const struct tcp_observer observer = {.context = scene, .event = note, .wants = UINT32_MAX};
    scene->host = tcp_host_create(&config, &scene->pools, &observer);
    assert_non_null(scene->host);
    (void)tcp_scene_listen(scene, server());
}

/* A SYN without options, and the number of the SYN,ACK. */
static tcp_seq ask(struct scene *scene)
{
    struct tcp_segment segment;
    tcp_scene_arrive(scene, peer(), server(), TCP_SYN, PEERS_IRS, 0);
    assert_true(tcp_output(scene->host, scene->now_ns, &segment));
    assert_int_equal(segment.flags, TCP_SYN | TCP_ACK);
    return segment.seq;
}

/* Clock and class stand above the 24 bits of the hash, and none of its others spoils them. */
static void a_cookie_has_24_bits_of_the_hash(void **state)
{
    (void)state;
    hash_fn *const hashes[] = {all_bits, no_bit};
    for (size_t i = 0; i < sizeof hashes / sizeof hashes[0]; i++) {
        struct scene scene;
        begin(&scene, hashes[i]);
        const tcp_seq iss = ask(&scene);
        assert_int_equal((iss - PEERS_IRS) >> 24, CLASS_OF_536);
        assert_int_equal((iss - PEERS_IRS) & 0xffffff, i == 0 ? 0xffffff : 0);
        tcp_scene_arrive(&scene, peer(), server(), TCP_ACK, PEERS_IRS + 1, iss + 1);
        const struct tcp_endpoint local = server();
        const struct tcp_endpoint remote = peer();
        struct tcp_conn *conn = tcp_find(scene.host, &local, &remote);
        assert_non_null(conn);
        assert_int_equal(tcp_conn_state(conn), TCP_ESTABLISHED);
        tcp_scene_finish(&scene);
    }
}

/* The connection that it makes is another's than the call was about: its change is told all the
 * same before the call ends. */
static void a_proof_tells_of_its_connection(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, no_bit);
    const tcp_seq iss = ask(&scene);
    assert_int_equal(scene.told[TCP_EVENT_CREATED], 1);
    const unsigned changed = scene.told[TCP_EVENT_CHANGED];
    tcp_scene_arrive(&scene, peer(), server(), TCP_ACK, PEERS_IRS + 1, iss + 1);
    assert_int_equal(scene.told[TCP_EVENT_CREATED], 2);
    assert_int_equal(scene.told[TCP_EVENT_ACCEPTABLE], 1);
    assert_int_equal(scene.told[TCP_EVENT_CHANGED], changed + 1);
    tcp_scene_finish(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cookie_has_24_bits_of_the_hash),
        cmocka_unit_test(a_proof_tells_of_its_connection),
    };
    return cmocka_run_group_tests_name("tcp cookies", tests, NULL, NULL);
}
