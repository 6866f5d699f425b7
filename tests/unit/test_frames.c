/* test_frames.c - scenarios/seed/ replays a published analyser trace: what its scenarios send
 * equals the seven captured frames, octet for octet from TCP header to last option, at the captured
 * times.
 */
#include "cmocka_wrapper.h"

#include "sim/lua/scenario.h"
#include "tcp/wire.h"

#include <stdio.h>
#include <string.h>

#define ETHERNET_BYTES 14
#define FRAMES 7
#define FRAME_ROOM 128
#define SENT_MAX 16
#define STEP_NS UINT64_C(100000) /* the trace's clock: 0.1 ms */

struct frame {
    uint64_t time_ns;
    uint8_t ttl;
    uint8_t source[4], destination[4];
    uint8_t octets[FRAME_ROOM]; /* of the TCP segment, without the frame's padding */
    size_t len;
};

struct sent {
    struct frame frames[SENT_MAX];
    size_t count;
};

/* ---- the capture ---- */

static size_t unhex(const char *text, uint8_t *octets, size_t room)
{
    size_t len = 0;
    unsigned value = 0;
    while (len < room && sscanf(text + 2 * len, "%2x", &value) == 1) {
        octets[len++] = (uint8_t)value;
    }
    return len;
}

static void read_frame(const uint8_t *ethernet, size_t len, struct frame *frame)
{
    const uint8_t *ip = ethernet + ETHERNET_BYTES;
    const size_t total = (size_t)ip[2] << 8 | ip[3];
    assert_int_equal(ip[0], 0x45); /* version 4, no options */
    assert_true(ETHERNET_BYTES + total <= len);
    frame->ttl = ip[8];
    memcpy(frame->source, ip + 12, sizeof frame->source);
    memcpy(frame->destination, ip + 16, sizeof frame->destination);
    frame->len = total - WIRE_IPV4_HEADER_BYTES;
    memcpy(frame->octets, ip + WIRE_IPV4_HEADER_BYTES, frame->len);
}

static void read_capture(struct frame frames[FRAMES])
{
    FILE *file = fopen(TCPSIM_TEST_DATA "/seed/frames.tsv", "r");
    assert_non_null(file);
    char line[512];
    size_t found = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        unsigned number = 0;
        double time_s = 0;
        char hex[2 * FRAME_ROOM + 1];
        if (sscanf(line, "%u\t%lf\t%256s", &number, &time_s, hex) != 3) { continue; }
        assert_true(found < FRAMES);
        assert_int_equal(number, found + 1);
        uint8_t octets[FRAME_ROOM];
        const size_t len = unhex(hex, octets, sizeof octets);
        read_frame(octets, len, &frames[found]);
        frames[found].time_ns = (uint64_t)(time_s * 10000 + 0.5) * STEP_NS;
        found++;
    }
    assert_int_equal(found, FRAMES);
    (void)fclose(file);
}

/* ---- the scenario ---- */

static void on_record(void *context, const struct trace_record *record)
{
    struct sent *sent = context;
    if (record->event != TRACE_SEGMENT || record->u.segment.action != TRACE_SENT) { return; }
    const struct tcp_segment *segment = record->u.segment.segment;
    assert_true(sent->count < SENT_MAX);
    struct frame *frame = &sent->frames[sent->count++];
    frame->time_ns = record->time_ns;
    frame->ttl = segment->ttl;
    memcpy(frame->source, segment->source.address.octets, sizeof frame->source);
    memcpy(frame->destination, segment->destination.address.octets, sizeof frame->destination);
    frame->len = wire_encode_tcp(segment, frame->octets, sizeof frame->octets);
    assert_true(frame->len > 0);
}

static void on_message(void *context, const char *text)
{
    (void)context;
    print_error("%s\n", text);
}

static void run(const char *path, struct sent *sent)
{
    struct trace trace;
    memset(sent, 0, sizeof *sent);
    trace_init(&trace);
    assert_true(trace_attach(&trace, (struct trace_sink){sent, on_record, 1u << TRACE_SEGMENT}));
    const struct scenario_config config = {.path = path,
                                           .max_instructions = 20000000,
                                           .max_memory_bytes = (size_t)1 << 28,
                                           .trace = &trace,
                                           .message = on_message,
                                           .version = "test"};
    struct scenario *scenario = scenario_create(&config);
    assert_non_null(scenario);
    assert_true(scenario_load(scenario));
    assert_int_equal(scenario_run(scenario), SCENARIO_PASS);
    scenario_destroy(scenario);
}

/* ---- side by side ---- */

static void print_octets(const char *name, const struct frame *frame)
{
    print_error("  %-8s", name);
    for (size_t i = 0; i < frame->len; i++) { print_error(" %02x", frame->octets[i]); }
    print_error("\n");
}

static void compare(unsigned number, const struct frame *captured, const struct frame *sent)
{
    if (captured->len != sent->len || memcmp(captured->octets, sent->octets, sent->len) != 0) {
        print_octets("captured", captured);
        print_octets("sent", sent);
        fail_msg("frame %u: the octets differ", number);
    }
    assert_memory_equal(captured->source, sent->source, sizeof sent->source);
    assert_memory_equal(captured->destination, sent->destination, sizeof sent->destination);
    assert_int_equal(captured->ttl, sent->ttl);
    /* To the capture's digits. */
    assert_int_equal(captured->time_ns, (sent->time_ns + STEP_NS / 2) / STEP_NS * STEP_NS);
}

/* The last `count` segments of the scenario are the frames from number `first`, counted from 1, on.
 */
static void replays(const char *path, unsigned first, unsigned count, size_t sent_in_all)
{
    struct frame captured[FRAMES];
    struct sent sent;
    read_capture(captured);
    run(path, &sent);
    assert_int_equal(sent.count, sent_in_all);
    for (unsigned i = 0; i < count; i++) {
        compare(first + i, &captured[first - 1 + i], &sent.frames[sent_in_all - count + i]);
    }
}

static void the_handshake_is_the_capture(void **unused)
{
    (void)unused;
    replays(TCPSIM_SOURCE_DIR "/scenarios/seed/analyser-handshake.lua", 1, 3, 3);
}

static void the_close_is_the_capture(void **unused)
{
    (void)unused;
    replays(TCPSIM_SOURCE_DIR "/scenarios/seed/analyser-close.lua", 4, 4, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_handshake_is_the_capture),
        cmocka_unit_test(the_close_is_the_capture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
