/* tcp_scene.c - see tcp_scene.h. */
#include "tcp_scene.h"

#include "cmocka_wrapper.h"
#include "tcp_check.h"

#include <stdlib.h>
#include <string.h>

void *tcp_scene_take(void *context, size_t size)
{
    struct scene *scene = context;
    if (scene->out_of_memory) { return NULL; }
    scene->live++;
    void *memory = malloc(size);
    assert_non_null(memory);
    memset(memory, 0xa5, size);
    return memory;
}

void tcp_scene_give(void *context, void *memory, size_t size)
{
    struct scene *scene = context;
    scene->live--;
    memset(memory, 0x5a, size);
    free(memory);
}

uint64_t tcp_scene_hash(void *context, const void *data, size_t len)
{
    struct scene *scene = context;
    assert_true(len <= sizeof scene->hashed);
    memcpy(scene->hashed, data, len);
    scene->hashed_len = len;
    return 0x500000000 + 1000;
}

static void note(void *context, const struct tcp_event *event)
{
    struct scene *scene = context;
    scene->told[event->kind]++;
    if (event->kind == TCP_EVENT_TIMER && event->u.timer.action == TCP_TIMER_FIRED) {
        assert_true(scene->fired_count < SCENE_FIRED_MAX);
        scene->fired[scene->fired_count++] = event->conn;
    }
}

void tcp_scene_check(struct scene *scene)
{
    const char *rule = tcp_check_host(scene->host);
    if (rule != NULL) { fail_msg("broken: %s", rule); }
}

void tcp_scene_begin(struct scene *scene)
{
    *scene = (struct scene){0};
    scene->pools = (struct tcp_pools){scene, tcp_scene_take, tcp_scene_give};
    tcp_options_default(&scene->options);
    const struct tcp_host_config config = {.options = scene->options,
                                           .keyed_hash = tcp_scene_hash,
                                           .hash_context = scene,
                                           .stream_base = 1000};
    const struct tcp_observer observer = {.context = scene, .event = note, .wants = UINT32_MAX};
    scene->host = tcp_host_create(&config, &scene->pools, &observer);
    assert_non_null(scene->host);
    assert_int_equal(tcp_host_options(scene->host)->msl_ns, scene->options.msl_ns);
}

void tcp_scene_finish(struct scene *scene)
{
    tcp_host_destroy(scene->host);
    assert_int_equal(scene->live, 0);
}

struct tcp_endpoint tcp_scene_end(uint8_t last, uint16_t port)
{
    return (struct tcp_endpoint){.address = {{10, 0, 0, last}, 4}, .port = port};
}

struct tcp_conn *tcp_scene_open(struct scene *scene, uint16_t port)
{
    const struct tcp_open_request request = {.local = tcp_scene_end(1, port),
                                             .remote = tcp_scene_end(2, 80),
                                             .options = &scene->options};
    struct tcp_conn *conn = NULL;
    assert_int_equal(tcp_open(scene->host, scene->now_ns, &request, &conn), TCP_OK);
    return conn;
}

struct tcp_conn *tcp_scene_listen(struct scene *scene, struct tcp_endpoint local)
{
    const struct tcp_open_request request = {.passive = true, .local = local};
    struct tcp_conn *conn = NULL;
    assert_int_equal(tcp_open(scene->host, scene->now_ns, &request, &conn), TCP_OK);
    return conn;
}

void tcp_scene_arrive(struct scene *scene, struct tcp_endpoint from, struct tcp_endpoint to,
                      uint16_t flags, tcp_seq seq, tcp_seq ack)
{
    const struct tcp_segment segment = {.source = from,
                                        .destination = to,
                                        .seq = seq,
                                        .ack = ack,
                                        .flags = flags,
                                        .window = 60000,
                                        .ttl = 9,
                                        .tag = 7};
    tcp_segment_arrives(scene->host, scene->now_ns, &segment);
    tcp_scene_check(scene);
}

uint16_t tcp_scene_next_port(struct scene *scene)
{
    struct tcp_segment segment;
    if (!tcp_output(scene->host, scene->now_ns, &segment)) { return 0; }
    tcp_scene_check(scene);
    return segment.source.port;
}
