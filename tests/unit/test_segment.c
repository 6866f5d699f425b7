/* test_segment.c - stream data by reference: generated octets, slices, payloads. */
#include "cmocka_wrapper.h"

#include "../../tcp/segment.h"

#include <stdlib.h>
#include <string.h>

static void generated_octets_are_a_function_of_place(void **unused)
{
    (void)unused;
    uint8_t octets[100];
    for (uint32_t from = 0; from < 20; from++) {
        for (uint32_t len = 0; len < 60; len++) {
            struct tcp_slice slice = {NULL, 3, 1000, 100};
            memset(octets, 0, sizeof octets);
            tcp_slice_copy(&slice, from, len, octets);
            for (uint32_t i = 0; i < len; i++) {
                assert_int_equal(octets[i], tcp_generated_octet(3, 1000 + from + i));
            }
            assert_int_equal(octets[len], 0);
        }
    }
    /* Another stream, or the same one shifted, agrees in one octet of 256, not more. */
    unsigned same_stream = 0;
    unsigned same_shift = 0;
    unsigned counts[256] = {0};
    for (uint64_t i = 0; i < 65536; i++) {
        uint8_t octet = tcp_generated_octet(1, i);
        same_stream += octet == tcp_generated_octet(2, i);
        same_shift += octet == tcp_generated_octet(1, i + 8);
        counts[octet]++;
    }
    assert_in_range(same_stream, 150, 370);
    assert_in_range(same_shift, 150, 370);
    for (unsigned i = 0; i < 256; i++) { assert_in_range(counts[i], 150, 370); }
}

/* Captures and digests of other days hold these octets. */
static void generated_octets_stay_what_they_were(void **unused)
{
    (void)unused;
    static const struct {
        uint64_t origin, offset;
        uint8_t octets[8];
    } rows[] = {
        {0, 0, {0x0e, 0xff, 0x63, 0xa4, 0xbf, 0x50, 0x12, 0x2e}},
        {1, 0, {0xc7, 0xed, 0x8a, 0xd5, 0x01, 0xa7, 0x93, 0x42}},
        {77, 8, {0x4c, 0xea, 0x22, 0x60, 0x80, 0x55, 0x6a, 0x22}},
        {0xdeadbeefcafef00d, 0xffffffff8, {0x7d, 0x9a, 0x24, 0x76, 0xbc, 0x17, 0x85, 0xc2}},
        {1, UINT64_C(1) << 63, {0x12, 0xda, 0x71, 0x03, 0x32, 0x69, 0x71, 0x7f}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct tcp_slice slice = {NULL, rows[i].origin, rows[i].offset, 8};
        uint8_t octets[8];
        tcp_slice_copy(&slice, 0, 8, octets);
        assert_memory_equal(octets, rows[i].octets, 8);
    }
}

static void slices_of_extents_are_copied_from_their_base(void **unused)
{
    (void)unused;
    struct tcp_extent *extent = malloc(sizeof *extent + 16);
    assert_non_null(extent);
    extent->refs = 1;
    extent->len = 16;
    extent->base = 0xffffff00;
    memcpy(extent->octets, "0123456789abcdef", 16);
    struct tcp_payload payload = {{{extent, 9, 0xffffff00 + 10, 6}, {extent, 9, 0xffffff00, 3}}};
    char text[10] = {0};
    tcp_payload_copy(&payload, (uint8_t *)text);
    assert_string_equal(text, "abcdef012");
    memset(text, 0, sizeof text);
    tcp_slice_copy(&payload.part[0], 2, 3, (uint8_t *)text);
    assert_string_equal(text, "cde");
    free(extent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(generated_octets_are_a_function_of_place),
        cmocka_unit_test(generated_octets_stay_what_they_were),
        cmocka_unit_test(slices_of_extents_are_copied_from_their_base),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
