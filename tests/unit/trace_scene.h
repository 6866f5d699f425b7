/* trace_scene.h - synthetic records for tests of outputs: a little network told by hand, without
 * hosts or links behind it. Sequence numbers are relative; the first of each host lies just below
 * the wrap.
 *
 * Order of use: scene_begin; scene_at before what happens at a time; scene_end. */
#ifndef TCPSIM_TESTS_TRACE_SCENE_H
#define TCPSIM_TESTS_TRACE_SCENE_H

#include "sim/out/output.h"

#define SCENE_HOSTS_MAX 20
#define SCENE_SEGMENTS_MAX 256

struct scene {
    const struct output_format *format;
    void *state;
    struct out_writer *writer;
    uint64_t now_ns;
    uint32_t host_count;
    const char *const *names;
    struct tcp_address addresses[SCENE_HOSTS_MAX];
    bool tell_hosts;
    uint64_t numbers[SCENE_HOSTS_MAX];
    struct scene_segment {
        struct trace_segment trace;
        struct tcp_segment segment;
    } segments[SCENE_SEGMENTS_MAX];
    unsigned segment_count;
    struct out_options options;
    uint16_t client_port; /* of every host that is not the server (the last one) */
    uint32_t via;         /* the router that segments sent from now on come to first; 0: none */
};

/* Names end with the server. The run record tells the hosts if `tell_hosts`. */
void scene_begin(struct scene *scene, const struct output_format *format,
                 const struct out_options *options, const char *title, const char *const *names,
                 uint32_t count, bool tell_hosts);
/* What was written; valid until scene_free. */
const char *scene_end(struct scene *scene, const char *verdict, size_t *len);
void scene_free(struct scene *scene);

void scene_at(struct scene *scene, uint64_t microseconds);
/* A segment leaves: SEQ (relative), octets of text, acknowledgment (relative). Returns a name for
 * it. */
unsigned scene_sent(struct scene *scene, uint32_t from, uint32_t to, uint16_t flags, uint32_t seq,
                    uint32_t len, uint32_t ack);
/* The same again, with its retransmission counted. */
unsigned scene_again(struct scene *scene, unsigned segment, enum tcp_sent_cause cause);
/* Another record of that segment. */
void scene_segment(struct scene *scene, unsigned segment, enum trace_action action,
                   const char *reason, const char *detail);
void scene_delivered(struct scene *scene, unsigned segment);
/* At a router (a host whose name begins with r), which sends it on to `next` (a router too) or to
 * its receiver; `action` is TRACE_FORWARDED or TRACE_DROPPED. */
void scene_router(struct scene *scene, unsigned segment, enum trace_action action, uint32_t router,
                  uint32_t next, const char *reason);
/* An error about that segment leaves a router for the segment's sender, or arrives there. */
void scene_icmp(struct scene *scene, unsigned segment, enum trace_action action, uint32_t router,
                enum tcp_icmp_kind kind);
void scene_state(struct scene *scene, uint32_t host, enum tcp_state from, enum tcp_state to,
                 enum tcp_cause cause);
void scene_call(struct scene *scene, uint32_t host, const char *call, uint64_t len,
                const char *result);
void scene_fired(struct scene *scene, uint32_t host, enum tcp_timer timer);
void scene_note(struct scene *scene, const char *host, const char *text);
void scene_emit(struct scene *scene, struct trace_record *record);

#endif
