/* test_timeline.c - the timeline: looks, letter by letter, and what holds at every width.
 *
 * `test_timeline WIDTH` prints the scenes instead, for looking at them. */
#include "cmocka_wrapper.h"

#include "timeline_hops.h"
#include "timeline_looks.h"
#include "trace_scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLIENT 0
#define SERVER 1
#define FULL_BYTES 1460

static const char *const two[] = {"client", "server"};
static const char *const routed[] = {"client", "r1", "r2", "server"};
static const char *const three[] = {"alice", "mallory", "server"};

/* ---- scenes ---- */

static void opens(struct scene *s, uint32_t client, uint32_t server)
{
    scene_state(s, server, TCP_CLOSED, TCP_LISTEN, TCP_CAUSE_OPEN_PASSIVE);
    scene_call(s, server, "OPEN", 0, "ok");
    scene_state(s, client, TCP_CLOSED, TCP_SYN_SENT, TCP_CAUSE_OPEN_ACTIVE);
    scene_call(s, client, "OPEN", 0, "ok");
}

/* Request, answer and close, from time `t` in microseconds on, 10 ms each way. */
static void converse(struct scene *s, uint64_t t)
{
    const unsigned ack = scene_sent(s, CLIENT, SERVER, TCP_ACK, 1, 0, 1);
    scene_call(s, CLIENT, "SEND", 5, "ok");
    const unsigned request = scene_sent(s, CLIENT, SERVER, TCP_PSH | TCP_ACK, 1, 5, 1);
    scene_at(s, t + 10000);
    scene_delivered(s, ack);
    scene_state(s, SERVER, TCP_SYN_RECEIVED, TCP_ESTABLISHED, TCP_CAUSE_SYN_ACKED);
    scene_delivered(s, request);
    scene_call(s, SERVER, "RECEIVE", 5, "ok");
    scene_call(s, SERVER, "SEND", 5, "ok");
    const unsigned answer = scene_sent(s, SERVER, CLIENT, TCP_PSH | TCP_ACK, 1, 5, 6);
    scene_at(s, t + 20000);
    scene_delivered(s, answer);
    scene_call(s, CLIENT, "RECEIVE", 5, "ok");
    scene_note(s, "client", "the answer is there");
    scene_state(s, CLIENT, TCP_ESTABLISHED, TCP_FIN_WAIT_1, TCP_CAUSE_CLOSE_CALLED);
    scene_call(s, CLIENT, "CLOSE", 0, "ok");
    const unsigned fin = scene_sent(s, CLIENT, SERVER, TCP_FIN | TCP_ACK, 6, 0, 6);
    scene_at(s, t + 30000);
    scene_delivered(s, fin);
    scene_state(s, SERVER, TCP_ESTABLISHED, TCP_CLOSE_WAIT, TCP_CAUSE_FIN_ARRIVED);
    const unsigned fin_ack = scene_sent(s, SERVER, CLIENT, TCP_ACK, 6, 0, 7);
    scene_call(s, SERVER, "RECEIVE", 0, "end of stream");
    scene_state(s, SERVER, TCP_CLOSE_WAIT, TCP_LAST_ACK, TCP_CAUSE_CLOSE_CALLED);
    scene_call(s, SERVER, "CLOSE", 0, "ok");
    const unsigned other_fin = scene_sent(s, SERVER, CLIENT, TCP_FIN | TCP_ACK, 6, 0, 7);
    scene_at(s, t + 40000);
    scene_delivered(s, fin_ack);
    scene_state(s, CLIENT, TCP_FIN_WAIT_1, TCP_FIN_WAIT_2, TCP_CAUSE_FIN_ACKED);
    scene_delivered(s, other_fin);
    scene_state(s, CLIENT, TCP_FIN_WAIT_2, TCP_TIME_WAIT, TCP_CAUSE_FIN_ARRIVED);
    const unsigned last = scene_sent(s, CLIENT, SERVER, TCP_ACK, 7, 0, 7);
    scene_at(s, t + 50000);
    scene_delivered(s, last);
    scene_state(s, SERVER, TCP_LAST_ACK, TCP_CLOSED, TCP_CAUSE_FIN_ACKED);
    scene_at(s, t + 240040000);
    scene_fired(s, CLIENT, TCP_TIMER_TIME_WAIT);
    scene_state(s, CLIENT, TCP_TIME_WAIT, TCP_CLOSED, TCP_CAUSE_TIME_WAIT_OVER);
}

static void conversation(struct scene *s)
{
    opens(s, CLIENT, SERVER);
    const unsigned syn = scene_sent(s, CLIENT, SERVER, TCP_SYN, 0, 0, 0);
    scene_at(s, 10000);
    scene_delivered(s, syn);
    scene_state(s, SERVER, TCP_LISTEN, TCP_SYN_RECEIVED, TCP_CAUSE_SYN_ARRIVED);
    const unsigned syn_ack = scene_sent(s, SERVER, CLIENT, TCP_SYN | TCP_ACK, 0, 0, 1);
    scene_at(s, 20000);
    scene_delivered(s, syn_ack);
    scene_state(s, CLIENT, TCP_SYN_SENT, TCP_ESTABLISHED, TCP_CAUSE_SYN_ACK_ARRIVED);
    converse(s, 20000);
}

static void lost_syn_ack(struct scene *s)
{
    opens(s, CLIENT, SERVER);
    const unsigned syn = scene_sent(s, CLIENT, SERVER, TCP_SYN, 0, 0, 0);
    scene_at(s, 10000);
    scene_delivered(s, syn);
    scene_state(s, SERVER, TCP_LISTEN, TCP_SYN_RECEIVED, TCP_CAUSE_SYN_ARRIVED);
    const unsigned syn_ack = scene_sent(s, SERVER, CLIENT, TCP_SYN | TCP_ACK, 0, 0, 1);
    scene_segment(s, syn_ack, TRACE_DROPPED, "scenarios/loss/x.lua:12", "drop nth=1");
    scene_at(s, 1000000);
    scene_fired(s, CLIENT, TCP_TIMER_RETRANSMISSION);
    const unsigned again = scene_again(s, syn, TCP_SENT_RTO);
    scene_at(s, 1010000);
    scene_delivered(s, again);
    scene_segment(s, again, TRACE_DISCARDED, "SYN repeated", "");
    const unsigned ack = scene_sent(s, SERVER, CLIENT, TCP_ACK, 1, 0, 1);
    scene_fired(s, SERVER, TCP_TIMER_RETRANSMISSION);
    const unsigned other = scene_again(s, syn_ack, TCP_SENT_RTO);
    scene_at(s, 1020000);
    scene_delivered(s, ack);
    scene_delivered(s, other);
    scene_state(s, CLIENT, TCP_SYN_SENT, TCP_ESTABLISHED, TCP_CAUSE_SYN_ACK_ARRIVED);
}

static void simultaneous_open(struct scene *s)
{
    unsigned segment[4];
    scene_state(s, CLIENT, TCP_CLOSED, TCP_SYN_SENT, TCP_CAUSE_OPEN_ACTIVE);
    segment[0] = scene_sent(s, CLIENT, SERVER, TCP_SYN, 0, 0, 0);
    scene_at(s, 4000);
    scene_state(s, SERVER, TCP_CLOSED, TCP_SYN_SENT, TCP_CAUSE_OPEN_ACTIVE);
    segment[1] = scene_sent(s, SERVER, CLIENT, TCP_SYN, 0, 0, 0);
    for (uint32_t i = 0; i < 2; i++) {
        const uint32_t host = 1 - i;
        scene_at(s, 10000 + 4000 * i);
        scene_delivered(s, segment[i]);
        scene_state(s, host, TCP_SYN_SENT, TCP_SYN_RECEIVED, TCP_CAUSE_SYN_CROSSED);
        segment[2 + i] = scene_sent(s, host, i, TCP_SYN | TCP_ACK, 0, 0, 1);
    }
    for (uint32_t i = 0; i < 2; i++) {
        scene_at(s, 20000 + 4000 * i);
        scene_delivered(s, segment[2 + i]);
        scene_state(s, i, TCP_SYN_RECEIVED, TCP_ESTABLISHED, TCP_CAUSE_SYN_ACKED);
    }
}

/* `count` full segments at once, of which the second is lost: a duplicate ACK for each that
 * follows, and the third of those brings the lost one back. */
static void burst(struct scene *s, unsigned count)
{
    unsigned sent[64], acks[64], again = 0;
    scene_call(s, CLIENT, "SEND", (uint64_t)count * FULL_BYTES, "ok");
    for (unsigned i = 0; i < count; i++) {
        const uint16_t flags = i + 1 == count ? TCP_PSH | TCP_ACK : TCP_ACK;
        sent[i] = scene_sent(s, CLIENT, SERVER, flags, 1 + FULL_BYTES * i, FULL_BYTES, 1);
        if (i == 1) { scene_segment(s, sent[i], TRACE_DROPPED, "queue full", ""); }
    }
    for (unsigned i = 0; i < count; i++) {
        if (i == 1) { continue; }
        scene_at(s, 20000 + 1200 * i);
        scene_delivered(s, sent[i]);
        acks[i] = scene_sent(s, SERVER, CLIENT, TCP_ACK, 1, 0, 1 + FULL_BYTES);
        if (i == 0) { scene_call(s, SERVER, "RECEIVE", FULL_BYTES, "ok"); }
    }
    const uint64_t answered = 33000 + 1200 * count;
    for (unsigned i = 0; i < count; i++) {
        if (i == 1) { continue; }
        scene_at(s, answered + 1200 * i);
        scene_delivered(s, acks[i]);
        if (i == 4) { again = scene_again(s, sent[1], TCP_SENT_FAST_RETRANSMIT); }
    }
    scene_at(s, answered + 100000);
    scene_delivered(s, again);
    scene_call(s, SERVER, "RECEIVE", (uint64_t)(count - 1) * FULL_BYTES, "ok");
}

static void fast_retransmit(struct scene *s) { burst(s, 6); }
static void crowd(struct scene *s) { burst(s, 40); }

static void failed_expectation(struct scene *s)
{
    struct trace_record record = {.event = TRACE_EXPECT};
    record.u.expect.file = "scenarios/x.lua";
    record.u.expect.line = 30;
    record.u.expect.expected = "client > server: P. 1:101(100) ack 1";
    record.u.expect.actual = "client > server: P. 101:201(100) ack 1 win 65535";
    scene_emit(s, &record);
}

/* What a network and an attacker can do to segments. */
static void misfortunes(struct scene *s)
{
    const unsigned late = scene_sent(s, CLIENT, SERVER, TCP_PSH | TCP_ACK, 1, 100, 1);
    s->segments[late].trace.delay_ns = 30000000;
    scene_segment(s, late, TRACE_DELAYED, "x.lua:7", "");
    const unsigned twice = scene_sent(s, CLIENT, SERVER, TCP_PSH | TCP_ACK, 101, 100, 1);
    s->segments[twice].trace.copy = 1;
    scene_segment(s, twice, TRACE_DUPLICATED, "x.lua:8", "");
    s->segments[twice].trace.copy = 0;
    const unsigned spoilt = scene_sent(s, CLIENT, SERVER, TCP_PSH | TCP_ACK, 201, 100, 1);
    scene_segment(s, spoilt, TRACE_CORRUPTED, "x.lua:9", "");
    scene_at(s, 10000);
    scene_delivered(s, twice);
    scene_delivered(s, spoilt);
    scene_segment(s, spoilt, TRACE_DISCARDED, "checksum", "");
    scene_at(s, 11000);
    s->segments[twice].trace.copy = 1;
    scene_delivered(s, twice);
    scene_segment(s, twice, TRACE_DISCARDED, "text received before", "");
    const unsigned gone = scene_sent(s, SERVER, CLIENT, TCP_ACK, 1, 0, 1);
    scene_segment(s, gone, TRACE_DROPPED, "loss", "");
    scene_at(s, 40000);
    scene_delivered(s, late);
    const unsigned reset = scene_sent(s, CLIENT, SERVER, TCP_RST, 201, 0, 0);
    scene_delivered(s, reset); /* no time passes */
    scene_segment(s, reset, TRACE_DISCARDED, "RST not at RCV.NXT", "");
    s->segments[reset].trace.number = ++s->numbers[CLIENT];
    scene_segment(s, reset, TRACE_INJECTED, "", "");
    scene_at(s, 50000);
    scene_delivered(s, reset);
    scene_state(s, SERVER, TCP_ESTABLISHED, TCP_CLOSED, TCP_CAUSE_RST_ARRIVED);
    scene_call(s, SERVER, "RECEIVE", 0, "connection reset");
    failed_expectation(s);
}

/* Two clients of one server, with the second one between. */
static void three_hosts(struct scene *s)
{
    opens(s, 0, 2);
    const unsigned far = scene_sent(s, 0, 2, TCP_SYN, 0, 0, 0);
    scene_at(s, 2000);
    s->client_port = 4001;
    scene_state(s, 1, TCP_CLOSED, TCP_SYN_SENT, TCP_CAUSE_OPEN_ACTIVE);
    const unsigned near = scene_sent(s, 1, 2, TCP_SYN, 0, 0, 0);
    scene_at(s, 10000);
    s->client_port = 4000;
    scene_delivered(s, far);
    scene_state(s, 2, TCP_LISTEN, TCP_SYN_RECEIVED, TCP_CAUSE_SYN_ARRIVED);
    const unsigned far_answer = scene_sent(s, 2, 0, TCP_SYN | TCP_ACK, 0, 0, 1);
    scene_at(s, 12000);
    s->client_port = 4001;
    scene_delivered(s, near);
    const unsigned near_answer = scene_sent(s, 2, 1, TCP_SYN | TCP_ACK, 0, 0, 1);
    scene_at(s, 20000);
    scene_delivered(s, far_answer);
    scene_state(s, 0, TCP_SYN_SENT, TCP_ESTABLISHED, TCP_CAUSE_SYN_ACK_ARRIVED);
    scene_at(s, 22000);
    scene_delivered(s, near_answer);
    scene_state(s, 1, TCP_SYN_SENT, TCP_ESTABLISHED, TCP_CAUSE_SYN_ACK_ARRIVED);
    const unsigned reset = scene_sent(s, 1, 0, TCP_RST, 1, 0, 0);
    scene_segment(s, reset, TRACE_DROPPED, "down", "");
}

static const struct look {
    const char *title;
    void (*play)(struct scene *);
    const char *const *names;
    uint32_t hosts;
    unsigned width;
    const char *expected; /* or NULL */
} looks[] = {
    {"A conversation", conversation, two, 2, 100, look_conversation},
    {"A lost SYN,ACK is sent again", lost_syn_ack, two, 2, 80, look_lost_syn_ack},
    {"Simultaneous open", simultaneous_open, two, 2, 80, look_simultaneous_open},
    {"Fast retransmit", fast_retransmit, two, 2, 140, look_fast_retransmit},
    {"Misfortunes", misfortunes, two, 2, 100, look_misfortunes},
    {"Three hosts", three_hosts, three, 3, 100, look_three_hosts},
    {"Two routers", two_routers, routed, 4, 100, look_two_routers},
    {"Two routers that are not drawn", two_routers, routed, 4, 80, look_two_routers_narrow},
    {"More than there is room for", crowd, two, 2, 100, NULL},
};
#define LOOKS (sizeof looks / sizeof looks[0])

static const char *play(struct scene *s, const struct look *look, const struct out_options *options,
                        bool tell_hosts)
{
    scene_begin(s, &output_timeline, options, look->title, look->names, look->hosts, tell_hosts);
    look->play(s);
    return scene_end(s, "pass", NULL);
}

/* ---- tests ---- */

static void looks_letter_by_letter(void **state)
{
    (void)state;
    static struct scene s;
    for (size_t i = 0; i < LOOKS; i++) {
        const struct out_options options = {.width = looks[i].width};
        if (looks[i].expected == NULL) { continue; }
        assert_string_equal(play(&s, &looks[i], &options, true), looks[i].expected);
        scene_free(&s);
    }
}

static unsigned columns(const char *line, size_t len)
{
    unsigned count = 0;
    for (size_t i = 0; i < len; i++) { count += ((unsigned char)line[i] & 0xc0) != 0x80; }
    return count;
}

static void no_line_is_too_long(void **state)
{
    (void)state;
    static struct scene s;
    for (size_t i = 0; i < LOOKS; i++) {
        for (unsigned width = 40; width <= 250; width++) {
            for (unsigned verbosity = 0; verbosity < 2; verbosity++) {
                const struct out_options options = {.width = width, .verbosity = verbosity};
                const char *text = play(&s, &looks[i], &options, true);
                for (const char *line = text, *end; *line != '\0'; line = end + 1) {
                    end = strchr(line, '\n');
                    assert_non_null(end);
                    assert_true(columns(line, (size_t)(end - line)) <= width);
                    assert_true(end == line || end[-1] != ' ');
                }
                scene_free(&s);
            }
        }
    }
}

/* The character in that column of a line, as text; "" beyond its end. */
static void character_at(const char *line, size_t len, unsigned column, char text[5])
{
    size_t at = 0;
    for (unsigned i = 0; i < column && at < len; i++) {
        do {
            at++;
        } while (at < len && ((unsigned char)line[at] & 0xc0) == 0x80);
    }
    size_t used = 0;
    while (at < len && (used == 0 || ((unsigned char)line[at] & 0xc0) == 0x80)) {
        text[used++] = line[at++];
    }
    text[used] = '\0';
}

/* Nothing is written over a lifeline but the ends of arrows. */
static void lifelines_are_whole(void **state)
{
    (void)state;
    static struct scene s;
    static const char *const allowed[] = {"│", "├", "┤", "┊", "┼"};
    for (unsigned width = 60; width <= 200; width++) {
        const struct out_options options = {.width = width};
        const char *text = play(&s, &looks[1], &options, true);
        const char *line = text;
        for (unsigned i = 0; i < 5; i++) { line = strchr(line, '\n') + 1; }
        const char *bar = strstr(line, "│");
        const unsigned left = columns(line, (size_t)(bar - line));
        bar = strstr(bar + 1, "│");
        const unsigned right = columns(line, (size_t)(bar - line));
        assert_true(right > left + 20);
        for (const char *end; *line != '\n'; line = end + 1) {
            end = strchr(line, '\n');
            for (unsigned k = 0; k < 2; k++) {
                char found[5];
                bool good = false;
                character_at(line, (size_t)(end - line), k == 0 ? left : right, found);
                for (unsigned m = 0; m < 5; m++) { good = good || strcmp(found, allowed[m]) == 0; }
                assert_true(good);
            }
        }
        scene_free(&s);
    }
}

static void colours_add_nothing_else(void **state)
{
    (void)state;
    static struct scene plain, coloured;
    for (size_t i = 0; i < LOOKS; i++) {
        const struct out_options options = {.width = 100}, with = {.width = 100, .colour = true};
        const char *expected = play(&plain, &looks[i], &options, true);
        const char *text = play(&coloured, &looks[i], &with, true);
        char *stripped = malloc(strlen(text) + 1), *to = stripped;
        assert_non_null(stripped);
        assert_null(strchr(expected, '\033'));
        assert_non_null(strchr(text, '\033'));
        for (const char *at = text; *at != '\0'; at++) {
            if (*at == '\033') {
                at = strchr(at, 'm');
            } else {
                *to++ = *at;
            }
        }
        *to = '\0';
        assert_string_equal(stripped, expected);
        free(stripped);
        scene_free(&plain);
        scene_free(&coloured);
    }
}

/* When nobody tells the hosts, those that are seen at time 0 have lifelines, and look the same. */
static void hosts_may_be_found(void **state)
{
    (void)state;
    static struct scene s;
    const struct out_options options = {.width = looks[0].width};
    assert_string_equal(play(&s, &looks[0], &options, false), looks[0].expected);
    scene_free(&s);
}

static unsigned occurrences(const char *text, const char *what)
{
    unsigned count = 0;
    for (const char *at = text; (at = strstr(at, what)) != NULL; at++) { count++; }
    return count;
}

/* Segments that find no track are called by their number, where they leave and where they arrive.
 */
static void crowds_have_numbers(void **state)
{
    (void)state;
    static struct scene s;
    const struct out_options options = {.width = 100};
    const char *text = play(&s, &looks[LOOKS - 1], &options, true);
    assert_int_equal(occurrences(text, " #30 "), 4); /* of either host, leaving and arriving */
    assert_int_equal(occurrences(text, "\u2717"), 1);
    scene_free(&s);
}

static void many_hosts_are_a_list(void **state)
{
    (void)state;
    static struct scene s;
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "server"};
    const struct out_options options = {.width = 100};
    scene_begin(&s, &output_timeline, &options, "", names, 10, true);
    scene_state(&s, 2, TCP_CLOSED, TCP_SYN_SENT, TCP_CAUSE_OPEN_ACTIVE);
    (void)scene_sent(&s, 0, 9, TCP_SYN, 0, 0, 0);
    const unsigned syn = scene_sent(&s, 0, 9, TCP_SYN, 0, 0, 0);
    scene_segment(&s, syn, TRACE_DROPPED, "a/x.lua:3", "drop");
    assert_string_equal(
        scene_end(&s, "limit", NULL),
        "scenarios/test.lua, seed 1\n\n"
        "   0.000000  c           4000-80: SYN-SENT\n"
        "             a#1 \u2192 server              S 0:0(0) win 65535 <mss 1460>\n"
        "             a#2 \u2192 server              S 0:0(0) win 65535 <mss 1460>  "
        "\u2717 lost: x.lua:3, drop\n"
        "\nlimit: 0.000000 s simulated, 2 segments, 1 lost\n");
    scene_free(&s);
}

/* What comes from outside cannot steer a terminal. */
static void texts_are_made_harmless(void **state)
{
    (void)state;
    static struct scene s;
    const struct out_options options = {.width = 100};
    scene_begin(&s, &output_timeline, &options, "bell\a \033[31m", two, 2, true);
    scene_note(&s, NULL, "first\nsecond\033]0;x \xff\xc3\xa4 \xe2\x80\xae end");
    const char *text = scene_end(&s, "pass", NULL);
    assert_non_null(strstr(text, "bell? ?[31m\n"));
    assert_non_null(strstr(text, "   0.000000  first"));
    assert_non_null(strstr(text, "\n             second?]0;x ?\xc3\xa4 ? end"));
    scene_free(&s);
}

static void digest_and_counts_close_it(void **state)
{
    (void)state;
    static struct scene s;
    const struct out_options options = {.width = 100};
    scene_begin(&s, &output_timeline, &options, "t", two, 2, true);
    const unsigned syn = scene_sent(&s, 0, 1, TCP_SYN, 0, 0, 0);
    scene_segment(&s, syn, TRACE_DROPPED, "loss", "");
    struct trace_record record = {.event = TRACE_END};
    record.u.end.verdict = "fail";
    record.u.end.segments = 1;
    record.u.end.digest = "0123456789abcdef0123456789abcdef";
    scene_at(&s, 1500000);
    scene_emit(&s, &record);
    const char *text = scene_end(&s, NULL, NULL);
    assert_non_null(strstr(text, "\n\nfail: 1.500000 s simulated, 1 segment, 1 lost\n"
                                 "digest 0123456789abcdef0123456789abcdef\n"));
    scene_free(&s);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        static struct scene s;
        const struct out_options options = {.width = (unsigned)atoi(argv[1]), .colour = argc > 2};
        for (size_t i = 0; i < LOOKS; i++) {
            (void)puts(play(&s, &looks[i], &options, true));
            scene_free(&s);
        }
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looks_letter_by_letter),     cmocka_unit_test(no_line_is_too_long),
        cmocka_unit_test(lifelines_are_whole),        cmocka_unit_test(colours_add_nothing_else),
        cmocka_unit_test(hosts_may_be_found),         cmocka_unit_test(crowds_have_numbers),
        cmocka_unit_test(many_hosts_are_a_list),      cmocka_unit_test(texts_are_made_harmless),
        cmocka_unit_test(digest_and_counts_close_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
