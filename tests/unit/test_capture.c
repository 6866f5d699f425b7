/* test_capture.c - pcap and pcapng: the octets of small files, field by field. */
#include "cmocka_wrapper.h"

#include "sim/core/units.h"
#include "tcp/wire.h"
#include "trace_scene.h"

#include <stdio.h>
#include <string.h>

#define EPOCH_S UINT32_C(946684800) /* date -ud 2000-01-01 +%s */
#define SYN_FRAME_BYTES (14 + 20 + 24)

static const char *const names[] = {"client", "server"};

struct reader {
    const uint8_t *octets;
    size_t len, at;
};

static uint32_t take32(struct reader *reader)
{
    assert_true(reader->at + 4 <= reader->len);
    const uint8_t *o = reader->octets + reader->at;
    reader->at += 4;
    return (uint32_t)o[0] | (uint32_t)o[1] << 8 | (uint32_t)o[2] << 16 | (uint32_t)o[3] << 24;
}

static uint16_t take16(struct reader *reader)
{
    assert_true(reader->at + 2 <= reader->len);
    const uint8_t *o = reader->octets + reader->at;
    reader->at += 2;
    return (uint16_t)(o[0] | o[1] << 8);
}

static const uint8_t *take(struct reader *reader, size_t len)
{
    assert_true(reader->at + len <= reader->len);
    const uint8_t *octets = reader->octets + reader->at;
    reader->at += len;
    return octets;
}

/* An option of that code; its value as text. */
static void take_option(struct reader *reader, uint16_t code, char *text, size_t room)
{
    assert_int_equal(take16(reader), code);
    const uint16_t len = take16(reader);
    assert_true(len < room);
    memcpy(text, take(reader, len), len);
    text[len] = '\0';
    while (reader->at % 4 != 0) { assert_int_equal(*take(reader, 1), 0); }
}

static void expect_option(struct reader *reader, uint16_t code, const char *expected)
{
    char text[600];
    take_option(reader, code, text, sizeof text);
    assert_string_equal(text, expected);
}

static void begin(struct scene *scene, const struct output_format *format)
{
    const struct out_options options = {.width = 100};
    scene_begin(scene, format, &options, "A title", names, 2, true);
}

static struct reader end(struct scene *scene)
{
    struct reader reader = {0};
    reader.octets = (const uint8_t *)scene_end(scene, "pass", &reader.len);
    return reader;
}

/* A SYN at 1 us that is lost, and its repetition a second later. */
static void two_syns(struct scene *scene)
{
    scene_at(scene, 1);
    const unsigned syn = scene_sent(scene, 0, 1, TCP_SYN, 0, 0, 0);
    scene_segment(scene, syn, TRACE_DROPPED, "x.lua:12", "drop nth=1");
    scene_at(scene, 1000001);
    const unsigned again = scene_again(scene, syn, TCP_SENT_RTO);
    scene_at(scene, 1010001);
    scene_delivered(scene, again);
}

static void check_syn_frame(struct reader *reader, uint16_t number)
{
    const uint8_t *frame = take(reader, SYN_FRAME_BYTES);
    static const uint8_t ethernet[14] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x00};
    assert_memory_equal(frame, ethernet, sizeof ethernet);
    const uint8_t *ip = frame + 14;
    assert_int_equal(ip[0], 0x45);
    assert_int_equal(ip[4] << 8 | ip[5], number);
    struct tcp_segment segment = {0};
    size_t at, len;
    assert_int_equal(wire_decode_packet(ip, SYN_FRAME_BYTES - 14, &segment, &at, &len), WIRE_OK);
    assert_int_equal(segment.seq, 0xffffff00u);
    assert_int_equal(segment.flags, TCP_SYN);
    assert_int_equal(segment.source.port, 4000);
    assert_int_equal(segment.options_len, 4);
    assert_int_equal(len, 0);
}

static void pcap_fields(void **state)
{
    (void)state;
    static struct scene scene;
    begin(&scene, &output_pcap);
    two_syns(&scene);
    struct reader reader = end(&scene);
    static const uint8_t header[24] = {0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0,
                                       0,    0,    0,    0,    0, 0, 4, 0, 1, 0, 0, 0};
    assert_memory_equal(take(&reader, sizeof header), header, sizeof header);
    for (uint16_t i = 0; i < 2; i++) {
        assert_int_equal(take32(&reader), EPOCH_S + i);
        assert_int_equal(take32(&reader), 1000);
        assert_int_equal(take32(&reader), SYN_FRAME_BYTES);
        assert_int_equal(take32(&reader), SYN_FRAME_BYTES);
        check_syn_frame(&reader, (uint16_t)(i + 1));
    }
    assert_int_equal(reader.at, reader.len);
    scene_free(&scene);
}

static void check_start(struct reader *reader)
{
    assert_int_equal(take32(reader), 0x0a0d0d0a);
    const uint32_t section = take32(reader);
    assert_int_equal(take32(reader), 0x1a2b3c4d);
    assert_int_equal(take16(reader), 1);
    assert_int_equal(take16(reader), 0);
    assert_int_equal(take32(reader), 0xffffffff);
    assert_int_equal(take32(reader), 0xffffffff);
    expect_option(reader, 1, "A title, seed 1");
    expect_option(reader, 4, "tcpsim");
    assert_int_equal(take32(reader), 0);
    assert_int_equal(take32(reader), section);
    assert_int_equal(reader->at, section);
    const size_t start = reader->at;
    assert_int_equal(take32(reader), 1);
    const uint32_t interface = take32(reader);
    assert_int_equal(take16(reader), 1); /* Ethernet */
    assert_int_equal(take16(reader), 0);
    assert_int_equal(take32(reader), 262144);
    expect_option(reader, 2, "tcpsim");
    expect_option(reader, 9, "\x09"); /* nanoseconds */
    assert_int_equal(take32(reader), 0);
    assert_int_equal(take32(reader), interface);
    assert_int_equal(reader->at - start, interface);
}

/* Returns the frame; its comment is compared. */
static const uint8_t *check_packet(struct reader *reader, uint64_t time_ns, size_t bytes,
                                   const char *comment)
{
    const size_t start = reader->at;
    assert_int_equal(take32(reader), 6);
    const uint32_t block = take32(reader);
    assert_int_equal(take32(reader), 0);
    const uint64_t high = take32(reader);
    const uint64_t time = high << 32 | take32(reader);
    assert_int_equal(time, EPOCH_S * NS_PER_S + time_ns);
    assert_int_equal(take32(reader), bytes);
    assert_int_equal(take32(reader), bytes);
    const uint8_t *frame = take(reader, (bytes + 3) & ~(size_t)3);
    expect_option(reader, 1, comment);
    assert_int_equal(take32(reader), 0);
    assert_int_equal(take32(reader), block);
    assert_int_equal(reader->at - start, block);
    return frame;
}

static void pcapng_fields(void **state)
{
    (void)state;
    static struct scene scene;
    begin(&scene, &output_pcapng);
    two_syns(&scene);
    struct reader reader = end(&scene);
    check_start(&reader);
    struct reader frame = {.len = SYN_FRAME_BYTES};
    frame.octets =
        check_packet(&reader, 1000, SYN_FRAME_BYTES, "client#1: lost: x.lua:12 (drop nth=1)");
    check_syn_frame(&frame, 1);
    frame.at = 0;
    frame.octets = check_packet(&reader, NS_PER_S + 1000, SYN_FRAME_BYTES,
                                "client#2, retransmission 1, cause RTO: delivered at 1.010001");
    check_syn_frame(&frame, 2);
    assert_int_equal(reader.at, reader.len);
    scene_free(&scene);
}

/* Packets stand in the order sent, whatever is known first; and what happens to them is told in
 * order. */
static void pcapng_fates(void **state)
{
    (void)state;
    static struct scene scene;
    begin(&scene, &output_pcapng);
    const unsigned late = scene_sent(&scene, 0, 1, TCP_ACK, 1, 0, 1);
    scene.segments[late].trace.delay_ns = 50 * NS_PER_MS;
    scene_segment(&scene, late, TRACE_DELAYED, "x.lua:3", "delay");
    scene.segments[late].trace.delay_ns = 0;
    const unsigned twice = scene_sent(&scene, 1, 0, TCP_ACK, 1, 0, 1);
    scene.segments[twice].trace.copy = 1;
    scene_segment(&scene, twice, TRACE_DUPLICATED, "x.lua:4", "");
    scene.segments[twice].trace.copy = 0;
    const unsigned never = scene_sent(&scene, 1, 0, TCP_ACK, 1, 0, 1);
    scene_at(&scene, 10000);
    scene_delivered(&scene, twice);
    scene_at(&scene, 11000);
    scene.segments[twice].trace.copy = 1;
    scene_delivered(&scene, twice);
    scene_segment(&scene, twice, TRACE_DISCARDED, "outside the window", "");
    scene_at(&scene, 60000);
    scene_delivered(&scene, late);
    (void)never;
    struct reader reader = end(&scene);
    check_start(&reader);
    (void)check_packet(&reader, 0, 54,
                       "client#1: delayed by 50ms: x.lua:3 (delay); delivered at 0.060000");
    (void)check_packet(&reader, 0, 54,
                       "server#1: duplicated: x.lua:4; delivered at 0.010000; "
                       "copy 1 delivered at 0.011000; copy 1 discarded: outside the window");
    (void)check_packet(&reader, 0, 54, "server#2: still under way at the end");
    assert_int_equal(reader.at, reader.len);
    scene_free(&scene);
}

/* A checksum spoilt on purpose is spoilt in the file, and nothing else is. */
static void spoilt_checksum(void **state)
{
    (void)state;
    static struct scene scene;
    begin(&scene, &output_pcapng);
    const unsigned forged = scene_sent(&scene, 0, 1, TCP_RST, 1, 0, 0);
    scene_segment(&scene, forged, TRACE_DROPPED, "loss", "");
    scene.segments[forged].trace.number = ++scene.numbers[0];
    scene.segments[forged].trace.flip_count = 1;
    scene.segments[forged].trace.flips[0] = (struct trace_flip){.offset = 16, .mask = 0x01};
    scene_segment(&scene, forged, TRACE_INJECTED, "", "");
    struct reader reader = end(&scene);
    check_start(&reader);
    struct tcp_segment segment = {0};
    size_t at, len;
    const uint8_t *good = check_packet(&reader, 0, 54, "client#1: lost");
    assert_int_equal(wire_decode_packet(good + 14, 40, &segment, &at, &len), WIRE_OK);
    const uint8_t *bad = check_packet(
        &reader, 0, 54, "client#2, forged, checksum spoilt: still under way at the end");
    assert_int_equal(wire_decode_packet(bad + 14, 40, &segment, &at, &len), WIRE_BAD_CHECKSUM);
    assert_int_equal(good[14 + 20 + 16] ^ bad[14 + 20 + 16], 0x01);
    scene_free(&scene);
}

static void ipv6_frames(void **state)
{
    (void)state;
    static struct scene scene;
    begin(&scene, &output_pcap);
    for (unsigned i = 0; i < 2; i++) {
        scene.addresses[i] = (struct tcp_address){
            .family = 6, .octets = {0x20, 0x01, 0x0d, 0xb8, [15] = (uint8_t)(i + 1)}};
    }
    (void)scene_sent(&scene, 1, 0, TCP_ACK | TCP_PSH, 1, 3, 1);
    struct reader reader = end(&scene);
    (void)take(&reader, 24 + 8);
    assert_int_equal(take32(&reader), 14 + 40 + 20 + 3);
    (void)take32(&reader);
    const uint8_t *frame = take(&reader, 14 + 40 + 20 + 3);
    static const uint8_t ethernet[14] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x86, 0xdd};
    assert_memory_equal(frame, ethernet, sizeof ethernet);
    struct tcp_segment segment = {0};
    size_t at, len;
    assert_int_equal(wire_decode_packet(frame + 14, 63, &segment, &at, &len), WIRE_OK);
    assert_int_equal(len, 3);
    assert_int_equal(frame[14 + at], tcp_generated_octet(1, 1));
    scene_free(&scene);
}

/* At one host: what it sends when it leaves, what reaches it when it arrives, and no fates. */
static void at_one_host(void **state)
{
    (void)state;
    static struct scene scene;
    const struct out_options options = {.width = 100, .capture_at = "server"};
    scene_begin(&scene, &output_pcapng, &options, "", names, 2, true);
    two_syns(&scene);
    const unsigned answer = scene_sent(&scene, 1, 0, TCP_SYN | TCP_ACK, 0, 0, 1);
    scene_at(&scene, 1020001);
    scene_delivered(&scene, answer);
    struct reader reader = end(&scene);
    reader.at = 8;
    assert_int_equal(take32(&reader), 0x1a2b3c4d);
    (void)take(&reader, 12);
    expect_option(&reader, 1, "seed 1, captured at server");
    reader.at += 4 + 8 + 4 + 4; /* the application's name, the end */
    const uint8_t *interface = reader.octets + reader.at;
    reader.at += 4;
    reader.at += take32(&reader) - 8;
    assert_int_equal(interface[0], 1);
    struct reader frame = {.len = SYN_FRAME_BYTES};
    frame.octets = check_packet(&reader, NS_PER_S + 10001000, SYN_FRAME_BYTES,
                                "client#2, retransmission 1, cause RTO");
    check_syn_frame(&frame, 2);
    (void)check_packet(&reader, NS_PER_S + 10001000, SYN_FRAME_BYTES, "server#1");
    assert_int_equal(reader.at, reader.len);
    scene_free(&scene);
}

/* The lengths on the wire stay; no more than asked for is kept. */
static void cut_packets(void **state)
{
    (void)state;
    static struct scene scene;
    const struct out_options options = {.width = 100, .snaplen_bytes = 55};
    scene_begin(&scene, &output_pcap, &options, "", names, 2, true);
    two_syns(&scene);
    struct reader reader = end(&scene);
    reader.at = 16;
    assert_int_equal(take32(&reader), 55);
    (void)take32(&reader);
    for (unsigned i = 0; i < 2; i++) {
        (void)take(&reader, 8);
        assert_int_equal(take32(&reader), 55);
        assert_int_equal(take32(&reader), SYN_FRAME_BYTES);
        (void)take(&reader, 55);
    }
    assert_int_equal(reader.at, reader.len);
    scene_free(&scene);
}

/* A file without a packet is whole; a run that broke off is, too. */
static void empty_files(void **state)
{
    (void)state;
    static struct scene scene;
    begin(&scene, &output_pcapng);
    size_t len;
    struct reader reader = {.octets = (const uint8_t *)scene_end(&scene, NULL, &len)};
    reader.len = len;
    check_start(&reader);
    assert_int_equal(reader.at, reader.len);
    scene_free(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pcap_fields),  cmocka_unit_test(pcapng_fields),
        cmocka_unit_test(pcapng_fates), cmocka_unit_test(spoilt_checksum),
        cmocka_unit_test(ipv6_frames),  cmocka_unit_test(at_one_host),
        cmocka_unit_test(cut_packets),  cmocka_unit_test(empty_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
