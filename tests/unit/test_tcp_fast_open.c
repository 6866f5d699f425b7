/* test_tcp_fast_open.c - what a client remembers of many servers, RFC 7413 4.1.3: so many of them,
 * those that were used last. */
#include "cmocka_wrapper.h"
#include "tcp_scene.h"

#include <string.h>

#define REMEMBERED 64u
#define PORT 6000

static struct tcp_endpoint server(unsigned i)
{
    struct tcp_endpoint endpoint = tcp_scene_end(2, 80);
    endpoint.address.octets[2] = (uint8_t)i;
    return endpoint;
}

/* How much may ride on a SYN to that server: 0 without its cookie. */
static uint32_t room(struct scene *scene, unsigned i)
{
    const struct tcp_endpoint local = tcp_scene_end(1, PORT);
    const struct tcp_endpoint remote = server(i);
    return tcp_fast_open_room(scene->host, scene->now_ns, &local, &remote, &scene->options);
}

/* A connection that is opened, and ends at once; the server announces an MSS, and a cookie. */
static void visit(struct scene *scene, unsigned i)
{
    static const char options[] = "\x02\x04\x04\xb0\x22\x0a\x01\x02\x03\x04\x05\x06\x07\x08\x01";
    const struct tcp_open_request request = {
        .local = tcp_scene_end(1, PORT), .remote = server(i), .options = &scene->options};
    struct tcp_conn *conn = NULL;
    assert_int_equal(tcp_open(scene->host, scene->now_ns, &request, &conn), TCP_OK);
    struct tcp_segment syn;
    assert_true(tcp_output(scene->host, scene->now_ns, &syn));
    struct tcp_segment answer = {.source = server(i),
                                 .destination = tcp_scene_end(1, PORT),
                                 .seq = 500,
                                 .ack = syn.seq + 1,
                                 .flags = TCP_SYN | TCP_ACK,
                                 .window = 60000,
                                 .options_len = 16,
                                 .tag = 7};
    memcpy(answer.options, options, sizeof options);
    tcp_segment_arrives(scene->host, scene->now_ns, &answer);
    tcp_release(conn, scene->now_ns);
    (void)tcp_abort(conn, scene->now_ns);
    struct tcp_segment left;
    while (tcp_output(scene->host, scene->now_ns, &left)) {}
}

static void as_many_as_it_remembers(void **state)
{
    (void)state;
    struct scene scene;
    tcp_scene_begin(&scene);
    scene.options.fast_open = TCP_FAST_OPEN_CLIENT;
    assert_int_equal(room(&scene, 0), 0);
    for (unsigned i = 0; i < REMEMBERED; i++) {
        visit(&scene, i);
        assert_int_equal(room(&scene, i), 1200 - 40);
    }
    const size_t live = scene.live;
    assert_int_equal(room(&scene, 0), 1160); /* it has been used again */
    visit(&scene, REMEMBERED);
    assert_int_equal(room(&scene, REMEMBERED), 1160);
    assert_int_equal(room(&scene, 0), 1160);
    assert_int_equal(room(&scene, 1), 0); /* the one that was not, for longest */
    visit(&scene, REMEMBERED + 1);
    assert_int_equal(room(&scene, 2), 0);
    for (unsigned i = 3; i < REMEMBERED; i++) { assert_int_equal(room(&scene, i), 1160); }
    assert_int_equal(scene.live, live);
    visit(&scene, 5); /* known: takes no other's place */
    assert_int_equal(room(&scene, 0), 1160);
    assert_int_equal(scene.live, live);
    tcp_fast_open_forget(scene.host);
    assert_int_equal(room(&scene, 5), 0);
    assert_int_equal(scene.live, live - REMEMBERED);
    visit(&scene, 5);
    assert_int_equal(scene.live, live - REMEMBERED + 1);
    tcp_scene_finish(&scene);
}

/* All 64 bits of the hash, the upper ones first. */
static void a_cookie_is_the_hash(void **state)
{
    (void)state;
    struct scene scene;
    tcp_scene_begin(&scene);
    scene.options.fast_open = TCP_FAST_OPEN_SERVER;
    tcp_host_set_options(scene.host, &scene.options);
    (void)tcp_scene_listen(&scene, tcp_scene_end(1, 80));
    const struct tcp_segment syn = {.source = tcp_scene_end(2, 4000),
                                    .destination = tcp_scene_end(1, 80),
                                    .seq = 500,
                                    .flags = TCP_SYN,
                                    .window = 60000,
                                    .options_len = 4,
                                    .options = {34, 2, 1, 1},
                                    .tag = 7};
    tcp_segment_arrives(scene.host, scene.now_ns, &syn);
    struct tcp_segment answer;
    assert_true(tcp_output(scene.host, scene.now_ns, &answer));
    static const uint8_t option[10] = {34, 10, 0, 0, 0, 5, 0, 0, 1000 / 256, 1000 % 256};
    assert_memory_equal(answer.options + 4, option, sizeof option);
    tcp_scene_finish(&scene);
}

/* The cookie is of a pair of addresses; one that is forgotten before the SYN leaves is asked for.
 */
static void a_cookie_is_of_both_ends(void **state)
{
    (void)state;
    struct scene scene;
    tcp_scene_begin(&scene);
    scene.options.fast_open = TCP_FAST_OPEN_CLIENT;
    visit(&scene, 0);
    const struct tcp_endpoint other = tcp_scene_end(9, PORT);
    const struct tcp_endpoint remote = server(0);
    assert_int_equal(tcp_fast_open_room(scene.host, scene.now_ns, &other, &remote, &scene.options),
                     0);
    assert_int_equal(room(&scene, 0), 1160);
    const struct tcp_open_request request = {.local = tcp_scene_end(1, PORT),
                                             .remote = remote,
                                             .options = &scene.options,
                                             .syn_data = {.len = 5}};
    struct tcp_conn *conn = NULL;
    assert_int_equal(tcp_open(scene.host, scene.now_ns, &request, &conn), TCP_OK);
    tcp_fast_open_forget(scene.host);
    struct tcp_segment syn;
    assert_true(tcp_output(scene.host, scene.now_ns, &syn));
    static const uint8_t asks[] = {34, 2, 1, 1};
    assert_int_equal(syn.options_len, 8);
    assert_memory_equal(syn.options + 4, asks, sizeof asks);
    tcp_payload_release(&scene.pools, &syn.payload);
    tcp_scene_finish(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_many_as_it_remembers),
        cmocka_unit_test(a_cookie_is_the_hash),
        cmocka_unit_test(a_cookie_is_of_both_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
