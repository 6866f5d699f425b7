/* test_wire.c - segments as octets: real frames, IPv4 and IPv6, checksums, and octets that mean
 * nothing. */
#include "cmocka_wrapper.h"

#include "../../tcp/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef TCPSIM_TEST_DATA
#define TCPSIM_TEST_DATA "tests/data"
#endif

#define ETHERNET_BYTES 14

static struct tcp_address address(const char *text)
{
    struct tcp_address read;
    if (!wire_parse_address(text, &read)) { fail_msg("%s", text); }
    return read;
}

/* ---- the seven frames ---- */

struct frame {
    uint8_t octets[128];
    size_t len;
};

static size_t unhex(const char *text, uint8_t *octets, size_t room)
{
    size_t len = 0;
    unsigned value = 0;
    while (len < room && sscanf(text + 2 * len, "%2x", &value) == 1) {
        octets[len++] = (uint8_t)value;
    }
    return len;
}

static void read_frames(struct frame frames[7])
{
    FILE *file = fopen(TCPSIM_TEST_DATA "/seed/frames.tsv", "r");
    assert_non_null(file);
    char line[512];
    unsigned found = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        const char *hex = strrchr(line, '\t');
        if (line[0] < '1' || line[0] > '7' || hex == NULL) { continue; }
        assert_true(found < 7);
        frames[found].len = unhex(hex + 1, frames[found].octets, sizeof frames[found].octets);
        found++;
    }
    assert_int_equal(found, 7);
    (void)fclose(file);
}

struct frame_facts {
    tcp_seq seq, ack;
    uint16_t flags, window, checksum;
    uint8_t ttl;
};

/* From the trace's published decoding. */
static const struct frame_facts facts[7] = {
    {8221822, 0, TCP_SYN, 8192, 0xf213, 128},
    {1109645, 8221823, TCP_SYN | TCP_ACK, 8760, 0x012d, 128},
    {8221823, 1109646, TCP_ACK, 8760, 0x18ea, 128},
    {0x0b2096ac, 0xce66ae02, TCP_FIN | TCP_ACK, 8760, 0x236c, 128},
    {0xce66ae02, 0x0b2096ad, TCP_ACK, 28672, 0xd5a3, 63},
    {0xce66ae02, 0x0b2096ad, TCP_FIN | TCP_ACK, 28672, 0xd5a2, 63},
    {0x0b2096ad, 0xce66ae03, TCP_ACK, 8760, 0x236b, 128},
};

static void real_frames_come_back_octet_for_octet(void **unused)
{
    (void)unused;
    struct frame frames[7];
    read_frames(frames);
    for (unsigned i = 0; i < 7; i++) {
        uint8_t *packet = frames[i].octets + ETHERNET_BYTES;
        struct tcp_segment segment;
        memset(&segment, 0xa5, sizeof segment);
        size_t at = 0;
        size_t len = 0;
        assert_int_equal(
            wire_decode_packet(packet, frames[i].len - ETHERNET_BYTES, &segment, &at, &len),
            WIRE_OK);
        assert_int_equal(segment.seq, facts[i].seq);
        if ((segment.flags & TCP_ACK) != 0) { assert_int_equal(segment.ack, facts[i].ack); }
        assert_int_equal(segment.flags, facts[i].flags);
        assert_int_equal(segment.window, facts[i].window);
        assert_int_equal(segment.ttl, facts[i].ttl);
        assert_int_equal(len, 0); /* what pads the frame is no payload */
        assert_int_equal(tcp_payload_len(&segment.payload), 0);

        uint8_t again[128];
        uint16_t ip_id = (uint16_t)(packet[4] << 8 | packet[5]);
        size_t size = wire_encode_packet(&segment, ip_id, again, sizeof again);
        assert_int_equal(size, packet[2] << 8 | packet[3]);
        assert_memory_equal(again + 20, packet + 20, size - 20);
        assert_int_equal(again[36] << 8 | again[37], facts[i].checksum);
        if (packet[6] == 0x40) {
            assert_memory_equal(again, packet, size);
            continue;
        }
        /* A sender that leaves DF clear: that bit and the header's checksum differ, no more. */
        assert_int_equal(packet[6], 0);
        packet[6] = 0x40;
        assert_memory_equal(again, packet, 10);
        assert_memory_equal(again + 12, packet + 12, 8);
        uint32_t sum = wire_checksum_add(0, again, 20);
        assert_int_equal(wire_checksum_fold(sum), 0);
    }
}

static void the_first_frame_announces_its_mss(void **unused)
{
    (void)unused;
    struct frame frames[7];
    read_frames(frames);
    struct tcp_segment segment = {0};
    size_t at = 0;
    size_t len = 0;
    assert_int_equal(wire_decode_packet(frames[0].octets + ETHERNET_BYTES, 46, &segment, &at, &len),
                     WIRE_OK);
    assert_int_equal(segment.source.port, 1037);
    assert_int_equal(segment.destination.port, 139);
    char text[64];
    assert_int_equal(wire_format_address(&segment.source.address, text, sizeof text), 13);
    assert_string_equal(text, "131.107.2.214");
    struct tcp_parsed_options parsed;
    wire_parse_options(segment.options, segment.options_len, &parsed);
    assert_true(parsed.has_mss && !parsed.malformed);
    assert_int_equal(parsed.mss, 1460);
}

/* ---- writing ---- */

static struct tcp_segment data_segment(const char *from, const char *to, uint32_t octets)
{
    struct tcp_segment segment = {
        .source = {address(from), 4000},
        .destination = {address(to), 80},
        .seq = 0xffffff01,
        .ack = 0xffffff81,
        .flags = TCP_ACK | TCP_PSH | TCP_URG,
        .window = 0xfedc,
        .urgent = 7,
        .ttl = 64,
        .tos = 0xb8,
        .options_len = 10,
    };
    segment.options[0] = TCP_OPT_TIMESTAMP;
    segment.options[1] = 10;
    segment.options[2] = 0x12;
    segment.payload.part[0] = (struct tcp_slice){NULL, 5, 0xffffff00, octets / 3};
    segment.payload.part[1] =
        (struct tcp_slice){NULL, 5, UINT64_C(0xffffff00) + octets / 3, octets - octets / 3};
    return segment;
}

/* RFC 1071, a word at a time, as it is written there. */
static uint16_t plain_checksum(const uint8_t *octets, size_t len, uint32_t sum)
{
    for (size_t i = 0; i < len; i++) { sum += i % 2 == 0 ? (uint32_t)octets[i] << 8 : octets[i]; }
    while (sum >> 16 != 0) { sum = (sum & 0xffff) + (sum >> 16); }
    return (uint16_t)~sum;
}

static uint32_t plain_pseudo(const struct tcp_segment *segment, uint32_t tcp_len)
{
    uint32_t sum = 6 + (tcp_len >> 16) + (tcp_len & 0xffff);
    for (unsigned i = 0; i < 16; i += 2) {
        sum += (uint32_t)segment->source.address.octets[i] << 8 |
               segment->source.address.octets[i + 1];
        sum += (uint32_t)segment->destination.address.octets[i] << 8 |
               segment->destination.address.octets[i + 1];
    }
    return sum;
}

/* What no octets tell of a segment is nothing, whatever stood there before. */
static void assert_nothing_else_is_said(const struct tcp_segment *segment)
{
    static const uint8_t zeros[TCP_OPTIONS_MAX_BYTES] = {0};
    assert_memory_equal(segment->options + segment->options_len, zeros,
                        sizeof zeros - segment->options_len);
    assert_int_equal(segment->cause, TCP_SENT_NONE);
    assert_int_equal(segment->retransmission, 0);
    assert_int_equal(segment->tag, 0);
    assert_int_equal(segment->cause_tag, 0);
    assert_int_equal(tcp_payload_len(&segment->payload), 0);
}

static void packets_of_both_families_round_trip(void **unused)
{
    (void)unused;
    static const struct {
        const char *from, *to;
        size_t ip;
    } families[] = {{"10.0.0.1", "10.0.0.2", 20}, {"2001:db8::1", "2001:db8::ffff:2", 40}};
    uint8_t packet[4096];
    for (unsigned f = 0; f < 2; f++) {
        for (uint32_t octets = 0; octets < 1500; octets += octets < 40 ? 1 : 97) {
            struct tcp_segment segment = data_segment(families[f].from, families[f].to, octets);
            size_t ip = families[f].ip;
            size_t size = wire_encode_packet(&segment, 0x1234, packet, sizeof packet);
            assert_int_equal(size, ip + 20 + 12 + octets);
            assert_int_equal(size, wire_packet_bytes(&segment));
            assert_int_equal(plain_checksum(packet + ip, size - ip,
                                            plain_pseudo(&segment, (uint32_t)(size - ip))),
                             0);
            assert_int_equal(wire_encode_packet(&segment, 0, packet, size - 1), 0);
            assert_int_equal(wire_encode_tcp(&segment, packet, size - ip - 1), 0);
            assert_int_equal(wire_encode_packet(&segment, 0x1234, packet, size), size);
            struct tcp_segment back;
            memset(&back, 0xa5, sizeof back);
            size_t at = 0;
            size_t len = 0;
            assert_int_equal(wire_decode_packet(packet, size, &back, &at, &len), WIRE_OK);
            assert_int_equal(at, size - octets);
            assert_nothing_else_is_said(&back);
            assert_true(tcp_endpoint_equal(&back.source, &segment.source));
            assert_true(tcp_endpoint_equal(&back.destination, &segment.destination));
            assert_int_equal(back.seq, segment.seq);
            assert_int_equal(back.ack, segment.ack);
            assert_int_equal(back.flags, segment.flags);
            assert_int_equal(back.window, segment.window);
            assert_int_equal(back.urgent, segment.urgent);
            assert_int_equal(back.ttl, 64);
            assert_int_equal(back.tos, 0xb8);
            assert_int_equal(back.options_len, 12);
            assert_memory_equal(back.options, segment.options, 12);
            assert_int_equal(len, octets);
            for (uint32_t i = 0; i < octets; i++) {
                assert_int_equal(packet[at + i], tcp_generated_octet(5, 0xffffff00 + (uint64_t)i));
            }
            packet[size - 1] ^= 0x40;
            at = len = 0;
            assert_int_equal(wire_decode_packet(packet, size, &back, &at, &len), WIRE_BAD_CHECKSUM);
            assert_int_equal(at, size - octets);
            assert_int_equal(back.window, segment.window);
        }
    }
}

static void what_an_ip_packet_cannot_hold_is_refused(void **unused)
{
    (void)unused;
    static uint8_t packet[70000];
    struct tcp_segment segment = data_segment("10.0.0.1", "10.0.0.2", 65535 - 52);
    assert_int_equal(wire_encode_packet(&segment, 1, packet, sizeof packet), 65535);
    segment = data_segment("10.0.0.1", "10.0.0.2", 65535 - 51);
    assert_int_equal(wire_encode_packet(&segment, 1, packet, sizeof packet), 0);
    segment = data_segment("::1", "::2", 65535 - 32);
    assert_int_equal(wire_encode_packet(&segment, 1, packet, sizeof packet), 65575);
    segment = data_segment("::1", "::2", 65535 - 31);
    assert_int_equal(wire_encode_packet(&segment, 1, packet, sizeof packet), 0);
}

/* Nothing is written that does not fit; a text is cut, and always ends. */
static void what_has_no_room_is_refused(void **unused)
{
    const struct tcp_segment segment = {.flags = TCP_SYN};
    const struct tcp_address address = {.family = 4, .octets = {10, 0, 0, 1}};
    const struct tcp_address nobody = {.family = 0};
    uint8_t octets[WIRE_TCP_HEADER_BYTES];
    char text[8];
    (void)unused;
    assert_int_equal(wire_encode_tcp(&segment, octets, sizeof octets), sizeof octets);
    assert_int_equal(wire_encode_tcp(&segment, octets, sizeof octets - 1), 0);
    assert_int_equal(wire_format_address(&address, text, 4), 3);
    assert_string_equal(text, "10.");
    assert_int_equal(wire_format_address(&address, text, 0), 0);
    assert_int_equal(wire_format_address(&nobody, text, sizeof text), 0);
    assert_string_equal(text, "");
}

static void checksum_goes_on_from_a_sum(void **unused)
{
    (void)unused;
    uint8_t octets[256];
    for (unsigned i = 0; i < sizeof octets; i++) { octets[i] = (uint8_t)(0xff - i * 7 % 3); }
    for (size_t len = 0; len <= sizeof octets; len++) {
        for (size_t cut = 0; cut <= len; cut += 2) {
            uint32_t sum = wire_checksum_add(0, octets, cut);
            sum = wire_checksum_add(sum, octets + cut, len - cut);
            assert_int_equal(wire_checksum_fold(sum), plain_checksum(octets, len, 0));
        }
    }
    uint32_t sum = 0;
    for (unsigned i = 0; i < 200000; i++) {
        sum = wire_checksum_add(sum, (const uint8_t *)"\xff\xff", 2);
    }
    assert_int_equal(wire_checksum_fold(sum), 0); /* no carry was lost */
}

/* ---- reading what is wrong ---- */

static void impossible_headers_are_told_apart(void **unused)
{
    (void)unused;
    struct tcp_segment segment = data_segment("10.0.0.1", "10.0.0.2", 5);
    uint8_t good[128];
    uint8_t bad[128];
    size_t size = wire_encode_packet(&segment, 1, good, sizeof good);
    struct tcp_segment back = {0};
    size_t at = 0;
    size_t len = 0;
#define EXPECT(result, edit) \
    memcpy(bad, good, size); \
    edit;                    \
    assert_int_equal(wire_decode_packet(bad, size, &back, &at, &len), result)
    EXPECT(WIRE_OK, (void)0);
    EXPECT(WIRE_NOT_TCP, bad[0] = 0x55);
    EXPECT(WIRE_TRUNCATED, bad[0] = 0x44);
    EXPECT(WIRE_TRUNCATED, bad[3]++);
    EXPECT(WIRE_NOT_TCP, bad[9] = 17);
    EXPECT(WIRE_NOT_TCP, bad[7] = 1);    /* a later fragment */
    EXPECT(WIRE_NOT_TCP, bad[6] = 0x20); /* a first one */
    EXPECT(WIRE_BAD_CHECKSUM, bad[8]--); /* only the IP header's */
    EXPECT(WIRE_BAD_OFFSET, bad[32] = 0x40);
    EXPECT(WIRE_BAD_OFFSET, bad[32] = 0xf0);
    for (size_t cut = 0; cut < size; cut++) {
        at = len = 99;
        assert_int_equal(wire_decode_packet(good, cut, &back, &at, &len), WIRE_TRUNCATED);
        assert_int_equal(at + len, 0);
        at = len = 99;
        assert_int_equal(wire_decode_tcp(good + 20, cut < 20 ? cut : 19, &back, &at, &len),
                         WIRE_TRUNCATED);
        assert_int_equal(at + len, 0);
    }
#undef EXPECT
    assert_int_equal(wire_decode_packet((const uint8_t *)"\x50", 1, &back, &at, &len),
                     WIRE_NOT_TCP);
    /* Headers with nothing behind them are whole. */
    memcpy(bad, good, size);
    bad[3] = 20;
    bad[9] = 17;
    assert_int_equal(wire_decode_packet(bad, 20, &back, &at, &len), WIRE_NOT_TCP);
}

static void ipv6_extension_headers_are_stepped_over(void **unused)
{
    (void)unused;
    struct tcp_segment segment = data_segment("2001:db8::1", "2001:db8::2", 9);
    uint8_t plain[128];
    size_t size = wire_encode_packet(&segment, 0, plain, sizeof plain);
    uint8_t packet[128] = {0};
    memcpy(packet, plain, 40);
    packet[5] = (uint8_t)(size - 40 + 8 + 16);
    packet[6] = 0;   /* hop by hop */
    packet[40] = 60; /* then destination options of 16 octets */
    packet[48] = 6;
    packet[49] = 1;
    memcpy(packet + 64, plain + 40, size - 40);
    struct tcp_segment back = {0};
    size_t at = 0;
    size_t len = 0;
    assert_int_equal(wire_decode_packet(packet, size + 24, &back, &at, &len), WIRE_OK);
    assert_int_equal(at, size + 24 - 9);
    assert_int_equal(len, 9);
    packet[40] = 43; /* a routing header is stepped over too, a fragment's is not */
    assert_int_equal(wire_decode_packet(packet, size + 24, &back, &at, &len), WIRE_OK);
    packet[40] = 44;
    assert_int_equal(wire_decode_packet(packet, size + 24, &back, &at, &len), WIRE_NOT_TCP);
    packet[40] = 60;
    packet[49] = 200;
    assert_int_equal(wire_decode_packet(packet, size + 24, &back, &at, &len), WIRE_TRUNCATED);
    /* Extension headers that fill the packet, and one that lacks an octet; 59: nothing follows. */
    packet[48] = 59;
    packet[49] = 1;
    packet[5] = 8 + 16;
    assert_int_equal(wire_decode_packet(packet, 64, &back, &at, &len), WIRE_NOT_TCP);
    packet[5]--;
    assert_int_equal(wire_decode_packet(packet, 63, &back, &at, &len), WIRE_TRUNCATED);
    packet[40] = 59;
    packet[5] = 8;
    assert_int_equal(wire_decode_packet(packet, 48, &back, &at, &len), WIRE_NOT_TCP);
    packet[6] = 59;
    packet[5] = 0;
    assert_int_equal(wire_decode_packet(packet, 40, &back, &at, &len), WIRE_NOT_TCP);
    /* One that says that another follows, and nothing does: in a block of the exact size. */
    packet[6] = 0;
    packet[40] = 60;
    packet[5] = 8;
    uint8_t *whole = malloc(48);
    assert_non_null(whole);
    memcpy(whole, packet, 48);
    assert_int_equal(wire_decode_packet(whole, 48, &back, &at, &len), WIRE_TRUNCATED);
    free(whole);
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Whatever comes in, the decoder stays within it; a heap block of the exact size lets a sanitizer
 * see every octet beyond. */
static void random_octets_do_no_harm(void **unused)
{
    (void)unused;
    uint64_t random = UINT64_C(0x9e3779b97f4a7c15);
    unsigned reached = 0;
    for (unsigned round = 0; round < 200000; round++) {
        size_t size = next_random(&random) % 120;
        uint8_t *octets = malloc(size > 0 ? size : 1);
        assert_non_null(octets);
        for (size_t i = 0; i < size; i++) { octets[i] = (uint8_t)next_random(&random); }
        if (size > 40 && round % 4 != 0) { /* half-way sensible, so that the deeper parts are met */
            bool ipv6 = round % 4 == 1;
            octets[0] = ipv6 ? 0x60 : 0x45;
            octets[ipv6 ? 4 : 2] = 0;
            octets[ipv6 ? 5 : 3] = (uint8_t)(ipv6 ? size - 40 : size);
            octets[6] = ipv6 ? (uint8_t)(octets[6] % 3 == 0 ? 6 : octets[6] % 2 * 60) : 0;
            octets[7] = 0;
            octets[9] = ipv6 ? octets[9] : 6;
        }
        struct tcp_segment segment = {0};
        size_t at = 0;
        size_t len = 0;
        enum wire_result result = wire_decode_packet(octets, size, &segment, &at, &len);
        assert_true(at <= size && len <= size - at);
        if (result == WIRE_OK || result == WIRE_BAD_CHECKSUM) {
            struct tcp_parsed_options parsed;
            wire_parse_options(segment.options, segment.options_len, &parsed);
            assert_true(parsed.sack_count <= 4 && parsed.fast_open_len <= 16);
            reached++;
        }
        free(octets);
    }
    assert_true(reached > 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_frames_come_back_octet_for_octet),
        cmocka_unit_test(the_first_frame_announces_its_mss),
        cmocka_unit_test(packets_of_both_families_round_trip),
        cmocka_unit_test(what_an_ip_packet_cannot_hold_is_refused),
        cmocka_unit_test(what_has_no_room_is_refused),
        cmocka_unit_test(checksum_goes_on_from_a_sum),
        cmocka_unit_test(impossible_headers_are_told_apart),
        cmocka_unit_test(ipv6_extension_headers_are_stepped_over),
        cmocka_unit_test(random_octets_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
