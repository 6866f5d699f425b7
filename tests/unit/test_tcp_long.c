/* test_tcp_long.c - what only a long stream shows, or very many segments in one instant: numbers
 * that are kept must not fall half the sequence space behind, counts must not come round. */
#include "cmocka_wrapper.h"
#include "tcp_scene.h"

#include <string.h>

#define PEER_ISS 5000u
#define PIECE_BYTES (UINT32_C(1) << 29)
#define PIECES 5 /* 2.5 GiB: more than half of the sequence space */
#define PORT 6000

struct stream {
    struct scene scene;
    struct tcp_conn *conn;
    struct tcp_segment last; /* that left */
    uint16_t window;         /* that the peer offers */
};

static void arrive_of(struct stream *stream, uint16_t flags, tcp_seq seq, tcp_seq ack)
{
    static const char options[] = "\x02\x04\xff\xd7\x01\x03\x03\x0e"; /* mss 65495, wscale 14 */
    struct tcp_segment segment = {.source = tcp_scene_end(2, 80),
                                  .destination = tcp_scene_end(1, PORT),
                                  .seq = seq,
                                  .ack = ack,
                                  .flags = flags,
                                  .window = stream->window,
                                  .ttl = 9,
                                  .tag = 7};
    if ((flags & TCP_SYN) != 0) {
        segment.options_len = sizeof options - 1;
        memcpy(segment.options, options, sizeof options - 1);
    }
    tcp_segment_arrives(stream->scene.host, stream->scene.now_ns, &segment);
}

/* It acknowledges all that was sent. */
static void arrive(struct stream *stream, uint16_t flags, tcp_seq seq)
{
    struct tcp_status status;
    tcp_status(stream->conn, &status);
    arrive_of(stream, flags, seq, status.snd_nxt);
}

/* The segments that left. */
static unsigned pump(struct stream *stream)
{
    unsigned count = 0;
    while (tcp_output(stream->scene.host, stream->scene.now_ns, &stream->last)) {
        tcp_payload_release(&stream->scene.pools, &stream->last.payload);
        count++;
    }
    return count;
}

/* A connection whose peer offers a gigabyte. */
static void begin(struct stream *stream, void (*choose)(struct tcp_options *options))
{
    *stream = (struct stream){.window = UINT16_MAX};
    tcp_scene_begin(&stream->scene);
    stream->scene.options.has_iss = true;
    stream->scene.options.iss = 0xffffff00;
    stream->scene.options.mtu_bytes = UINT16_MAX;
    stream->scene.options.window_scale = 1 + 14;
    stream->scene.options.send_buffer = UINT32_C(1) << 30;
    stream->scene.options.slow_start_limit = 0;
    choose(&stream->scene.options);
    stream->conn = tcp_scene_open(&stream->scene, PORT);
    assert_int_equal(pump(stream), 1);
    const bool ecn = (stream->last.flags & TCP_ECE) != 0;
    arrive(stream, (uint16_t)(TCP_SYN | TCP_ACK | (ecn ? TCP_ECE : 0)), PEER_ISS);
    assert_int_equal(pump(stream), 1);
    arrive(stream, TCP_ACK, PEER_ISS + 1); /* the window, scaled */
}

static void finish(struct stream *stream)
{
    tcp_release(stream->conn, stream->scene.now_ns);
    tcp_scene_finish(&stream->scene);
}

static void send_octets(struct stream *stream, uint32_t len)
{
    uint32_t accepted = 0;
    const struct tcp_slice slice = {.len = len};
    assert_int_equal(tcp_send(stream->conn, stream->scene.now_ns, &slice, 0, &accepted), TCP_OK);
    assert_int_equal(accepted, len);
}

/* All is acknowledged as soon as the congestion window is used up. */
static void send_pieces(struct stream *stream)
{
    struct tcp_status status;
    tcp_status(stream->conn, &status);
    const uint32_t piece = PIECE_BYTES - PIECE_BYTES % status.snd_mss;
    const uint64_t before = status.octets_acked;
    for (unsigned i = 0; i < PIECES; i++) {
        send_octets(stream, piece);
        while (pump(stream) > 0) { arrive(stream, TCP_ACK, PEER_ISS + 1); }
    }
    tcp_status(stream->conn, &status);
    assert_true(status.octets_acked == before + (uint64_t)PIECES * piece);
}

static void as_they_are(struct tcp_options *options) { (void)options; }

/* RFC 6582: "recover" is compared with what is acknowledged. */
static void fast_retransmit_works_for_ever(void **state)
{
    (void)state;
    struct stream stream;
    begin(&stream, as_they_are);
    send_pieces(&stream);
    struct tcp_status status;
    tcp_status(stream.conn, &status);
    assert_int_equal(status.cwnd, UINT32_C(1) << 30); /* and the window stops growing */
    send_octets(&stream, 10 * status.snd_mss);
    const tcp_seq una = status.snd_una;
    assert_int_equal(pump(&stream), 10);
    for (unsigned i = 0; i < 3; i++) { arrive_of(&stream, TCP_ACK, PEER_ISS + 1, una); }
    assert_true(tcp_output(stream.scene.host, 0, &stream.last));
    assert_int_equal(stream.last.seq, una);
    assert_int_equal(stream.last.cause, TCP_SENT_FAST_RETRANSMIT);
    tcp_payload_release(&stream.scene.pools, &stream.last.payload);
    finish(&stream);
}

static void with_ecn(struct tcp_options *options) { options->ecn = TCP_ECN_ON; }

/* RFC 3168 6.1.2: once for a window, and again for one that comes much later. */
static void marks_reduce_for_ever(void **state)
{
    (void)state;
    struct stream stream;
    begin(&stream, with_ecn);
    struct tcp_status status;
    tcp_status(stream.conn, &status);
    send_octets(&stream, 2 * status.snd_mss);
    assert_int_equal(pump(&stream), 2);
    arrive(&stream, TCP_ACK | TCP_ECE, PEER_ISS + 1);
    send_pieces(&stream);
    tcp_status(stream.conn, &status);
    const uint32_t cwnd = status.cwnd;
    send_octets(&stream, 2 * status.snd_mss);
    assert_int_equal(pump(&stream), 2);
    arrive(&stream, TCP_ACK | TCP_ECE, PEER_ISS + 1);
    tcp_status(stream.conn, &status);
    assert_int_equal(status.cwnd, cwnd / 2);
    finish(&stream);
}

static void nagle_waits_for_small(struct tcp_options *options)
{
    options->nagle_waits_for = TCP_NAGLE_WAITS_FOR_SMALL;
}

/* The last small segment was sent so long ago that its number looks like one to come. */
static void nagle_forgets(void **state)
{
    (void)state;
    struct stream stream;
    begin(&stream, nagle_waits_for_small);
    struct tcp_status status;
    tcp_status(stream.conn, &status);
    send_pieces(&stream);
    send_octets(&stream, status.snd_mss + 5);
    assert_int_equal(pump(&stream), 2);
    finish(&stream);
}

static void push_bursts(struct tcp_options *options)
{
    options->push_bursts = true;
    options->burst_segments = 1;
    options->initial_window = 10;
}

/* A near peer with a large window: a device is handed 64 KiB at most. */
static void a_burst_has_64_kib(void **state)
{
    (void)state;
    struct stream stream;
    begin(&stream, push_bursts);
    struct tcp_status status;
    tcp_status(stream.conn, &status);
    send_octets(&stream, 3 * status.snd_mss);
    for (unsigned i = 0; i < 3; i++) {
        assert_true(tcp_output(stream.scene.host, 0, &stream.last));
        assert_false((stream.last.flags & TCP_PSH) != 0); /* each is a burst of one */
        tcp_payload_release(&stream.scene.pools, &stream.last.payload);
    }
    finish(&stream);
}

/* The intervals stay what they have grown to, and the number of repetitions as large as it can be.
 */
static void probes_are_not_counted_anew(void **state)
{
    (void)state;
    struct stream stream;
    begin(&stream, as_they_are);
    stream.window = 0;
    arrive(&stream, TCP_ACK, PEER_ISS + 1);
    send_octets(&stream, 1);
    assert_int_equal(pump(&stream), 0);
    for (unsigned i = 0; i < UINT16_MAX + 3u; i++) {
        const uint64_t due_ns = tcp_next_deadline(stream.scene.host);
        if (i > 10) {
            assert_true(due_ns - stream.scene.now_ns == stream.scene.options.rto_max_ns);
        }
        stream.scene.now_ns = due_ns;
        stream.scene.fired_count = 0;
        tcp_timeout(stream.scene.host, due_ns);
        assert_int_equal(pump(&stream), 1);
        assert_int_equal(stream.last.retransmission, i < UINT16_MAX ? i : UINT16_MAX);
        arrive_of(&stream, TCP_ACK, PEER_ISS + 1, stream.last.seq);
    }
    finish(&stream);
}

/* More segments in one instant than are counted: as many ACKs as can be. */
static void answers_do_not_come_round(void **state)
{
    (void)state;
    struct stream stream;
    begin(&stream, as_they_are);
    for (uint32_t i = 0; i < UINT16_MAX + 2u; i++) {
        arrive(&stream, TCP_ACK, PEER_ISS - 9); /* left of the window */
    }
    assert_int_equal(pump(&stream), UINT16_MAX);
    finish(&stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fast_retransmit_works_for_ever),
        cmocka_unit_test(marks_reduce_for_ever),
        cmocka_unit_test(nagle_forgets),
        cmocka_unit_test(a_burst_has_64_kib),
        cmocka_unit_test(probes_are_not_counted_anew),
        cmocka_unit_test(answers_do_not_come_round),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
