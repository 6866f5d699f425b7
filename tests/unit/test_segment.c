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
        cmocka_unit_test(slices_of_extents_are_copied_from_their_base),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
