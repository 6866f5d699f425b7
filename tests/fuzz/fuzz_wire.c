/* fuzz_wire.c - a packet of any octets is read without harm, and what was read with a right
 * checksum is written back octet for octet. */
#include "../../tcp/wire.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The TCP header's reserved bits are not kept (RFC 9293 3.1: to be ignored), nor is a header whose
 * options have room left in it that a segment of ours would not have. */
static bool kept_whole(const uint8_t *tcp) { return (tcp[12] & 0x0f) == 0; }

static void check_roundtrip(struct tcp_segment *segment, const uint8_t *tcp, size_t len,
                            size_t payload_at, size_t payload_len)
{
    uint8_t extent_room[sizeof(struct tcp_extent) + 2048];
    struct tcp_extent *extent = (struct tcp_extent *)(void *)extent_room;
    uint8_t again[4096];
    if (payload_len > 2048 || !kept_whole(tcp)) { return; }
    memset(extent, 0, sizeof *extent);
    extent->refs = 1;
    extent->len = (uint32_t)payload_len;
    memcpy(extent->octets, tcp + payload_at, payload_len);
    if (payload_len > 0) {
        segment->payload.part[0] =
            (struct tcp_slice){.extent = extent, .len = (uint32_t)payload_len};
    }
    const size_t written = wire_encode_tcp(segment, again, sizeof again);
    assert(written == len);
    /* A checksum has two zeros: the one that was sent and the one that we would send. */
    memcpy(again + 16, tcp + 16, 2);
    assert(memcmp(again, tcp, len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tcp_segment segment;
    struct tcp_parsed_options options;
    size_t at = 0;
    size_t len = 0;
    memset(&segment, 0, sizeof segment);
    (void)wire_decode_packet(data, size, &segment, &at, &len);

    memset(&segment, 0, sizeof segment);
    segment.source.address.family = 4;
    segment.destination.address.family = 4;
    const enum wire_result result = wire_decode_tcp(data, size, &segment, &at, &len);
    if (result != WIRE_OK && result != WIRE_BAD_CHECKSUM) { return 0; }
    assert(at + len == size);
    assert(segment.options_len <= TCP_OPTIONS_MAX_BYTES);
    wire_parse_options(segment.options, segment.options_len, &options);
    assert(options.sack_count <= 4);
    check_roundtrip(&segment, data, size, at, len);
    return 0;
}
