/* test_pcap_read.c - captures of every kind of link that is read: the segments in them, their
 * times, and what is left out. */
#include "cmocka_wrapper.h"

#include "../../sim/live/pcap_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARRAY_LEN(array) (sizeof(array) / sizeof(array)[0])

struct place {
    char path[64];
    FILE *file;
};

static int begin(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    if (place == NULL) { return -1; }
    (void)snprintf(place->path, sizeof place->path, "/tmp/tcpsim-pcap-XXXXXX");
    const int fd = mkstemp(place->path);
    place->file = fd < 0 ? NULL : fdopen(fd, "wb");
    *state = place;
    return place->file == NULL ? -1 : 0;
}

static int end(void **state)
{
    struct place *place = *state;
    (void)unlink(place->path);
    free(place);
    return 0;
}

static void put32(struct place *place, uint32_t value)
{
    assert_int_equal(fwrite(&value, sizeof value, 1, place->file), 1);
}

/* The header of a file with nanoseconds. */
static void put_header(struct place *place, uint32_t link_type)
{
    put32(place, 0xa1b23c4d);
    put32(place, 2 | 4u << 16);
    put32(place, 0);
    put32(place, 0);
    put32(place, 262144);
    put32(place, link_type);
}

static void put_packet(struct place *place, uint32_t s, uint32_t ns, const uint8_t *octets,
                       size_t len, size_t kept)
{
    put32(place, s);
    put32(place, ns);
    put32(place, (uint32_t)kept);
    put32(place, (uint32_t)len);
    assert_int_equal(fwrite(octets, 1, kept, place->file), kept);
}

static void finish(struct place *place)
{
    assert_int_equal(fclose(place->file), 0);
    place->file = NULL;
}

static size_t packet(unsigned family, uint32_t payload, uint8_t *octets, size_t room)
{
    struct tcp_segment segment = {.source.port = 4000,
                                  .destination.port = 80,
                                  .seq = 0xffffff00,
                                  .ack = 7,
                                  .flags = TCP_ACK | TCP_PSH,
                                  .window = 1000,
                                  .ttl = 64,
                                  .options_len = 4,
                                  .options = {TCP_OPT_MSS, 4, 5, 180}};
    assert_true(
        wire_parse_address(family == 6 ? "2001:db8::1" : "10.0.0.1", &segment.source.address));
    assert_true(
        wire_parse_address(family == 6 ? "2001:db8::2" : "10.0.0.2", &segment.destination.address));
    segment.payload.part[0] = (struct tcp_slice){.origin = 1, .len = payload};
    const size_t len = wire_encode_packet(&segment, 1, octets, room);
    assert_true(len > 0);
    return len;
}

static struct pcap_read *open_capture(const struct place *place)
{
    char error[256] = "";
    struct pcap_read *reader = pcap_read_open(place->path, error, sizeof error);
    if (reader == NULL) { fail_msg("%s", error); }
    return reader;
}

static void expect_segment(struct pcap_read *reader, uint64_t number, uint64_t time_ns,
                           uint32_t payload_len)
{
    char error[256] = "";
    struct pcap_read_segment segment;
    assert_int_equal(pcap_read_next(reader, &segment, error, sizeof error), PCAP_READ_SEGMENT);
    assert_int_equal(segment.number, number);
    assert_int_equal(segment.time_ns, time_ns);
    assert_int_equal(segment.payload_len, payload_len);
    assert_int_equal(segment.segment.seq, 0xffffff00);
    assert_int_equal(segment.segment.source.port, 4000);
    assert_int_equal(segment.segment.flags, TCP_ACK | TCP_PSH);
    assert_int_equal(segment.segment.options_len, 4);
    assert_int_equal(tcp_payload_len(&segment.segment.payload), 0);
}

static void expect_end(struct pcap_read *reader)
{
    char error[256] = "";
    struct pcap_read_segment segment;
    assert_int_equal(pcap_read_next(reader, &segment, error, sizeof error), PCAP_READ_END);
    pcap_read_close(reader);
}

/* What stands in front of the IP packet, by link type. */
struct link {
    uint32_t type;
    unsigned family;
    size_t len;
    uint8_t octets[24];
};

static const struct link links[] = {
    {1, 4, 14, {[12] = 0x08}},
    {1, 6, 14, {[12] = 0x86, 0xdd}},
    {1, 4, 18, {[12] = 0x81, [16] = 0x08}},              /* a VLAN */
    {1, 4, 22, {[12] = 0x81, [16] = 0x81, [20] = 0x08}}, /* one within another */
    {113, 4, 16, {[14] = 0x08}},                         /* Linux cooked */
    {276, 6, 20, {0x86, 0xdd}},                          /* its second version */
    {0, 4, 4, {2}},                                      /* BSD loopback */
    {108, 6, 4, {[3] = 24}},                             /* OpenBSD's */
    {101, 4, 0, {0}},                                    /* raw IP */
    {228, 4, 0, {0}},
    {229, 6, 0, {0}},
};

static void segments_of_each_link(void **state)
{
    for (size_t i = 0; i < ARRAY_LEN(links); i++) {
        struct place *place = *state;
        if (place->file == NULL) { place->file = fopen(place->path, "wb"); }
        assert_non_null(place->file);
        uint8_t octets[600];
        memcpy(octets, links[i].octets, links[i].len);
        const size_t len = links[i].len + packet(links[i].family, 100, octets + links[i].len, 500);
        put_header(place, links[i].type);
        put_packet(place, 10, 999999999, octets, len, len);
        put_packet(place, 11, 1, octets, len, len);
        finish(place);
        struct pcap_read *reader = open_capture(place);
        expect_segment(reader, 1, 0, 100);
        expect_segment(reader, 2, 2, 100);
        expect_end(reader);
    }
}

static void what_is_no_segment_is_left_out(void **state)
{
    struct place *place = *state;
    uint8_t octets[600];
    const size_t len = packet(4, 10, octets, sizeof octets);
    put_header(place, 101);
    put_packet(place, 5, 0, octets, len, len);
    uint8_t other[600];
    memcpy(other, octets, len);
    other[9] = 17; /* UDP */
    put_packet(place, 5, 1, other, len, len);
    memcpy(other, octets, len);
    other[6] = 0x20; /* more fragments */
    put_packet(place, 5, 2, other, len, len);
    put_packet(place, 5, 3, octets, len, 12); /* not even an IP header */
    put_packet(place, 5, 4, octets, 0, 0);
    other[0] = 0x75;
    put_packet(place, 5, 5, other, len, len);
    put_packet(place, 4, 0, octets, len, len); /* a clock that was set back */
    finish(place);
    struct pcap_read *reader = open_capture(place);
    expect_segment(reader, 1, 0, 10);
    expect_segment(reader, 7, 0, 10);
    expect_end(reader);
}

static void a_packet_that_was_cut_keeps_its_length(void **state)
{
    struct place *place = *state;
    uint8_t octets[600];
    const size_t len = packet(4, 500, octets, sizeof octets);
    put_header(place, 101);
    put_packet(place, 5, 0, octets, len, 44);
    finish(place);
    struct pcap_read *reader = open_capture(place);
    expect_segment(reader, 1, 0, 500);
    expect_end(reader);
}

static void other_links_are_refused(void **state)
{
    struct place *place = *state;
    put_header(place, 127);
    finish(place);
    struct pcap_read *reader = open_capture(place);
    char error[256] = "";
    struct pcap_read_segment segment;
    assert_int_equal(pcap_read_next(reader, &segment, error, sizeof error), PCAP_READ_ERROR);
    assert_non_null(strstr(error, "type 127"));
    pcap_read_close(reader);
}

static void no_capture_is_told(void **state)
{
    struct place *place = *state;
    char error[256] = "";
    finish(place);
    assert_null(pcap_read_open(place->path, error, sizeof error));
    assert_true(strlen(error) > 0 && strstr(error, place->path) == NULL);
    assert_null(pcap_read_open("/nowhere/at all", error, sizeof error));
    assert_string_equal(error, "No such file or directory");
    pcap_read_close(NULL);
}

static void a_file_that_breaks_off_is_told(void **state)
{
    struct place *place = *state;
    uint8_t octets[600];
    const size_t len = packet(4, 10, octets, sizeof octets);
    put_header(place, 101);
    put_packet(place, 5, 0, octets, len, len);
    put32(place, 5);
    finish(place);
    struct pcap_read *reader = open_capture(place);
    expect_segment(reader, 1, 0, 10);
    char error[256] = "";
    struct pcap_read_segment segment;
    assert_int_equal(pcap_read_next(reader, &segment, error, sizeof error), PCAP_READ_ERROR);
    assert_true(strlen(error) > 0);
    pcap_read_close(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(segments_of_each_link, begin, end),
        cmocka_unit_test_setup_teardown(what_is_no_segment_is_left_out, begin, end),
        cmocka_unit_test_setup_teardown(a_packet_that_was_cut_keeps_its_length, begin, end),
        cmocka_unit_test_setup_teardown(other_links_are_refused, begin, end),
        cmocka_unit_test_setup_teardown(no_capture_is_told, begin, end),
        cmocka_unit_test_setup_teardown(a_file_that_breaks_off_is_told, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
