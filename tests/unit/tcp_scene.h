/* tcp_scene.h - one TCP host without a network, for tests of what it does with many connections.
 *
 * scene_begin, then calls of tcp.h on scene.host beside those below, then scene_finish. */
#ifndef TCPSIM_TESTS_TCP_SCENE_H
#define TCPSIM_TESTS_TCP_SCENE_H

#include "../../tcp/tcp.h"

#define SCENE_FIRED_MAX 300

struct scene {
    struct tcp_pools pools;
    struct tcp_options options;
    struct tcp_host *host;
    size_t live;
    bool out_of_memory;
    uint64_t now_ns;
    unsigned told[32]; /* by enum tcp_event_kind */
    struct tcp_conn *fired[SCENE_FIRED_MAX];
    size_t fired_count;
    uint8_t hashed[64];
    size_t hashed_len;
};

/* A host with the default options; its streams are 1001, 1002, … Its hash is always 1000 (and a bit
 * that is cut). */
void tcp_scene_begin(struct scene *scene);
/* Destroys the host; all memory must have come back. */
void tcp_scene_finish(struct scene *scene);
/* The host's inner structures agree. */
void tcp_scene_check(struct scene *scene);

struct tcp_endpoint tcp_scene_end(uint8_t last, uint16_t port); /* 10.0.0.last */
/* From 10.0.0.1 to 10.0.0.2 port 80, with scene->options. */
struct tcp_conn *tcp_scene_open(struct scene *scene, uint16_t port);
struct tcp_conn *tcp_scene_listen(struct scene *scene, struct tcp_endpoint local);
/* A segment without text, tag 7, window 60000. */
void tcp_scene_arrive(struct scene *scene, struct tcp_endpoint from, struct tcp_endpoint to,
                      uint16_t flags, tcp_seq seq, tcp_seq ack);
/* The port of the next segment, or 0 when none is owed. */
uint16_t tcp_scene_next_port(struct scene *scene);
/* For hosts that a test makes itself. */
void *tcp_scene_take(void *context, size_t size);
void tcp_scene_give(void *context, void *memory, size_t size);
uint64_t tcp_scene_hash(void *context, const void *data, size_t len);

#endif
