/* test_check.c - the independent judge: a legal conversation passes, and each way of spoiling one
 * segment of it is caught by the rule that it breaks. The conversation: handshake with all options,
 * text both ways with a gap and its repair, both FINs. A's ISS is 0xffffff00 and B's 0xffffff80, so
 * that all of it crosses the wrap. */
#include "../../sim/live/check.h"
#include "cmocka_wrapper.h"

#include <stdio.h>
#include <string.h>

#define A_ISS UINT32_C(0xffffff00)
#define B_ISS UINT32_C(0xffffff80)

enum { A, B };

/* Relative numbers; `ack` counts with CHECK_ACK. */
struct line {
    unsigned from;
    uint16_t flags;
    uint32_t seq, len, ack;
    uint16_t window;
    bool lost;
    uint32_t sack_left, sack_right;
};

static const struct line conversation[] = {
    {A, CHECK_SYN, 0, 0, 0, 1000, false, 0, 0},                   /* 0 */
    {B, CHECK_SYN | CHECK_ACK, 0, 0, 1, 1000, false, 0, 0},       /* 1 */
    {A, CHECK_ACK, 1, 0, 1, 1000, false, 0, 0},                   /* 2 */
    {A, CHECK_ACK, 1, 400, 1, 1000, false, 0, 0},                 /* 3 */
    {A, CHECK_ACK, 401, 400, 1, 1000, true, 0, 0},                /* 4 */
    {A, CHECK_ACK, 801, 200, 1, 1000, false, 0, 0},               /* 5: the window is full */
    {B, CHECK_ACK, 1, 0, 401, 600, false, 0, 0},                  /* 6 */
    {B, CHECK_ACK, 1, 0, 401, 600, false, 801, 1001},             /* 7 */
    {A, CHECK_ACK, 401, 400, 1, 1000, false, 0, 0},               /* 8: again */
    {B, CHECK_ACK, 1, 0, 1001, 0, false, 0, 0},                   /* 9: a closed window */
    {A, CHECK_ACK, 1001, 1, 1, 1000, false, 0, 0},                /* 10: a probe */
    {B, CHECK_ACK, 1, 0, 1001, 0, false, 0, 0},                   /* 11 */
    {B, CHECK_ACK | CHECK_PSH, 1, 100, 1001, 1000, false, 0, 0},  /* 12: it opens */
    {A, CHECK_ACK | CHECK_FIN, 1001, 100, 101, 900, false, 0, 0}, /* 13 */
    {B, CHECK_ACK, 101, 0, 1102, 900, false, 0, 0},               /* 14 */
    {B, CHECK_ACK | CHECK_FIN, 101, 0, 1102, 900, false, 0, 0},   /* 15 */
    {A, CHECK_ACK, 1102, 0, 102, 899, false, 0, 0},               /* 16 */
    {B, CHECK_ACK | CHECK_FIN, 101, 0, 1102, 900, false, 0, 0},   /* 17: its ACK was slow */
    {A, CHECK_ACK, 1102, 0, 102, 899, false, 0, 0},               /* 18 */
};
#define LINES (sizeof conversation / sizeof conversation[0])

static struct check_segment segment_of(const struct line *line, unsigned number)
{
    const bool syn = (line->flags & CHECK_SYN) != 0;
    struct check_segment segment = {
        .from = {4, {10, 0, 0, (uint8_t)(1 + line->from)}, line->from == A ? 4000 : 80},
        .to = {4, {10, 0, 0, (uint8_t)(2 - line->from)}, line->from == A ? 80 : 4000},
        .seq = line->seq + (line->from == A ? A_ISS : B_ISS),
        .len = line->len,
        .flags = line->flags,
        .window = line->window,
        .has_mss = syn,
        .mss = 500,
        .has_scale = syn,
        .has_sack_ok = syn,
        .has_timestamp = true,
        .ts_val = number,
    };
    if ((line->flags & CHECK_ACK) != 0) {
        segment.ack = line->ack + (line->from == A ? B_ISS : A_ISS);
    }
    if (line->sack_right != 0) {
        segment.sack_count = 1;
        segment.sack[0].left = line->sack_left + A_ISS;
        segment.sack[0].right = line->sack_right + A_ISS;
    }
    return segment;
}

static void note(void *context, const struct check_segment *segment, const char *rule)
{
    char *first = context;
    (void)segment;
    if (first[0] == '\0') { (void)snprintf(first, 200, "%s", rule); }
}

/* Plays the conversation with segment number `at` replaced; returns the first rule broken, or "".
 */
static void play(bool exact, size_t at, const struct check_segment *instead, char first[200])
{
    first[0] = '\0';
    struct check *check = check_create(exact, note, first);
    assert_non_null(check);
    for (size_t i = 0; i < LINES; i++) {
        struct check_segment segment = segment_of(&conversation[i], (unsigned)i);
        if (i == at) { segment = *instead; }
        assert_true(check_sent(check, &segment));
        if (!exact || !conversation[i].lost) { assert_true(check_received(check, &segment)); }
    }
    check_destroy(check);
}

static void what_is_legal_passes(void **state)
{
    char first[200];
    (void)state;
    for (unsigned exact = 0; exact < 2; exact++) {
        play(exact != 0, LINES, NULL, first);
        assert_string_equal(first, "");
    }
}

/* ---- spoilt segments ---- */

enum spoil {
    ADD_SEQ,
    ADD_ACK,
    SET_LEN,
    SET_FLAGS,
    NO_STAMP,
    OLD_STAMP,
    ADD_MSS,
    ADD_SCALE,
    ADD_SACK_OK,
    ADD_SACK,
    SYN_AGAIN,
};

static const struct spoilt {
    size_t at;
    enum spoil how;
    uint32_t value;
    const char *rule; /* a part of it */
} spoilt[] = {
    {1, ADD_ACK, 1, "a SYN,ACK of a SYN that was not received"},
    {1, ADD_ACK, 0u - 5, "a SYN,ACK of a SYN that was not received"},
    {2, ADD_ACK, 1, "an ACK of a SYN that was not received"},
    {2, SET_FLAGS, 0, "no ACK on a segment of an open connection"},
    {3, SYN_AGAIN, 0, ""}, /* after a crash */
    {3, ADD_SEQ, 1, "a gap in what is sent"},
    {3, SET_LEN, 501, "more text than the peer's MSS"},
    {5, SET_LEN, 202, "text beyond the window"},
    {7, ADD_ACK, 1, "an ACK of what was not received"},
    {6, ADD_SEQ, 1, "a gap in what is sent"},

    {7, ADD_ACK, 0u - 1, "an ACK that goes back"},
    {7, ADD_SACK, 1200, "a SACK block of what was not received"},
    {9, ADD_ACK, 1, "an ACK of what was not received"},
    {10, SET_LEN, 2, "text beyond the window"},
    {10, ADD_SEQ, 1, "a gap in what is sent"},
    {14, ADD_ACK, 1, "an ACK of what was not received"},
    {16, SET_LEN, 1, "text or a FIN beyond the FIN"},
    {16, SET_FLAGS, CHECK_ACK | CHECK_FIN, "text or a FIN beyond the FIN"},
    {17, ADD_SEQ, 1, "text or a FIN beyond the FIN"},
    {17, ADD_SEQ, 0u - 1, "text or a FIN beyond the FIN"},
    {18, ADD_SEQ, 0u - 900, "an empty segment with a number long acknowledged"},
    {18, ADD_ACK, 0u - 1, "an ACK that goes back"},
    {12, NO_STAMP, 0, "no timestamp, though both SYNs had one"},
    {12, OLD_STAMP, 0, "a timestamp that goes back"},
    {12, ADD_MSS, 0, "an MSS without SYN"},
    {12, ADD_SCALE, 0, "a window scale without SYN"},
    {12, ADD_SACK_OK, 0, "SACK-permitted without SYN"},
    {12, SET_FLAGS, CHECK_RST, ""},
    {12, ADD_SEQ, 0u - 1, ""}, /* text may be sent again */
};

static void spoil(struct check_segment *segment, const struct spoilt *row)
{
    switch (row->how) {
    case ADD_SEQ: segment->seq += row->value; return;
    case ADD_ACK: segment->ack += row->value; return;
    case SET_LEN: segment->len = row->value; return;
    case SET_FLAGS: segment->flags = (uint16_t)row->value; return;
    case NO_STAMP: segment->has_timestamp = false; return;
    case OLD_STAMP: segment->ts_val = 0u - 1; return;
    case ADD_MSS: segment->has_mss = true; return;
    case ADD_SCALE: segment->has_scale = true; return;
    case ADD_SACK_OK: segment->has_sack_ok = true; return;
    case SYN_AGAIN:
        segment->flags = CHECK_SYN;
        segment->seq = A_ISS;
        return;
    case ADD_SACK: segment->sack[0].right = A_ISS + row->value; return;
    }
}

static void what_is_spoilt_is_caught(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof spoilt / sizeof spoilt[0]; i++) {
        char first[200];
        const struct spoilt *row = &spoilt[i];
        struct check_segment segment = segment_of(&conversation[row->at], (unsigned)row->at);
        spoil(&segment, row);
        play(true, row->at, &segment, first);
        const bool caught = row->rule[0] == '\0' || strstr(first, row->rule) != NULL;
        if (!caught) {
            fail_msg("row %zu, segment %zu: \"%s\", not \"%s\"", i, row->at, first, row->rule);
        }
    }
}

/* ---- resets ---- */

/* Plays so many lines, then `last` from the end `from`; the rule that it breaks. */
static void end_with(size_t lines, const struct line *last, size_t count, char first[200])
{
    first[0] = '\0';
    struct check *check = check_create(true, note, first);
    assert_non_null(check);
    for (size_t i = 0; i < lines + count; i++) {
        const struct line *line = i < lines ? &conversation[i] : &last[i - lines];
        struct check_segment segment = segment_of(line, (unsigned)i);
        segment.has_timestamp = (line->flags & CHECK_RST) == 0;
        assert_true(check_sent(check, &segment));
        if (!line->lost) { assert_true(check_received(check, &segment)); }
    }
    check_destroy(check);
}

static void resets(void **state)
{
    static const struct line unexplained = {A, CHECK_RST, 5000, 0, 0, 0, false, 0, 0};
    static const struct line ended[] = {{A, CHECK_RST, 1, 0, 0, 0, false, 0, 0},
                                        {A, CHECK_ACK, 1, 0, 1, 1000, false, 0, 0}};
    static const struct line heard[] = {{B, CHECK_RST, 1, 0, 0, 0, false, 0, 0},
                                        {A, CHECK_ACK, 1, 0, 1, 1000, false, 0, 0}};
    static const struct line answered = {B, CHECK_RST, 1, 0, 0, 0, false, 0, 0};
    char first[200];
    (void)state;
    end_with(3, &unexplained, 1, first);
    assert_non_null(strstr(first, "a RST that nothing received explains"));
    end_with(3, ended, 2, first);
    assert_non_null(strstr(first, "a segment after its own RST"));
    end_with(3, heard, 2, first);
    assert_non_null(strstr(first, "a segment after a RST"));
    end_with(3, &answered, 1, first);
    assert_string_equal(first, "");
}

/* ---- SYNs that are repeated with fewer options ---- */

/* What plays; which options it offers is said beside it. */
struct offer {
    struct line line;
    unsigned offers;
};
enum { SCALE = 1, STAMPS = 2, SACK_OK = 4, ALL = 7 };

#define SYN_OF(end)                                \
    {                                              \
        end, CHECK_SYN, 0, 0, 0, 1000, false, 0, 0 \
    }
#define SYN_ACK_OF(end)                                        \
    {                                                          \
        end, CHECK_SYN | CHECK_ACK, 0, 0, 1, 1000, false, 0, 0 \
    }
#define ACK_OF(end)                                \
    {                                              \
        end, CHECK_ACK, 1, 0, 1, 1000, false, 0, 0 \
    }

static void play_offers(const struct offer *offers, size_t count, char first[200])
{
    first[0] = '\0';
    struct check *check = check_create(true, note, first);
    assert_non_null(check);
    for (size_t i = 0; i < count; i++) {
        struct check_segment segment = segment_of(&offers[i].line, (unsigned)i);
        segment.has_scale = (offers[i].offers & SCALE) != 0;
        segment.has_timestamp = (offers[i].offers & STAMPS) != 0;
        segment.has_sack_ok = (offers[i].offers & SACK_OK) != 0;
        assert_true(check_sent(check, &segment));
        if (!offers[i].line.lost) { assert_true(check_received(check, &segment)); }
    }
    check_destroy(check);
}

/* The answer counts: to whichever SYN of the connection, it holds for what that one offered. */
static const struct offered {
    struct offer offers[6];
    size_t count;
    const char *rule; /* a part of it; "": legal */
} offered[] = {
    {{{SYN_OF(A), ALL}, {SYN_OF(A), 0}, {SYN_ACK_OF(B), ALL}, {ACK_OF(A), STAMPS}}, 4, ""},
    {{{SYN_OF(A), ALL}, {SYN_OF(A), 0}, {SYN_ACK_OF(B), 0}, {ACK_OF(A), 0}}, 4, ""},
    {{{SYN_OF(A), ALL}, {SYN_OF(A), 0}, {SYN_ACK_OF(B), ALL}, {ACK_OF(A), 0}},
     4,
     "no timestamp, though both SYNs had one"},
    {{{SYN_OF(A), ALL}, {SYN_OF(A), 0}, {SYN_ACK_OF(B), 0}, {ACK_OF(A), STAMPS}},
     4,
     "a timestamp that the SYNs did not agree on"},
    {{{SYN_OF(A), ALL}, {SYN_ACK_OF(B), ALL}, {SYN_OF(A), 0}, {SYN_ACK_OF(B), ALL}}, 4, ""},
    {{{SYN_OF(A), STAMPS}, {SYN_OF(A), 0}, {SYN_ACK_OF(B), STAMPS | SCALE}},
     3,
     "a window scale that the SYN did not offer"},
    {{{SYN_OF(A), STAMPS}, {SYN_OF(A), 0}, {SYN_ACK_OF(B), STAMPS | SACK_OK}},
     3,
     "SACK-permitted that the SYN did not offer"},
    {{{SYN_OF(A), SCALE}, {SYN_OF(A), 0}, {SYN_ACK_OF(B), STAMPS}},
     3,
     "a timestamp that the SYN did not offer"},
    /* What never arrived offered nothing. */
    {{{{A, CHECK_SYN, 0, 0, 0, 1000, true, 0, 0}, ALL}, {SYN_OF(A), 0}, {SYN_ACK_OF(B), SCALE}},
     3,
     "a window scale that the SYN did not offer"},
    /* Where SYNs cross, each end has its SYN,ACK, and the two may differ. */
    {{{SYN_OF(A), ALL},
      {SYN_OF(B), ALL},
      {SYN_ACK_OF(A), 0},
      {SYN_ACK_OF(B), ALL},
      {ACK_OF(A), STAMPS}},
     5,
     ""},
    {{{SYN_OF(A), ALL},
      {SYN_OF(B), ALL},
      {SYN_ACK_OF(A), 0},
      {ACK_OF(A), 0},
      {SYN_ACK_OF(B), ALL},
      {ACK_OF(A), STAMPS}},
     6,
     ""},
    {{{SYN_OF(A), ALL},
      {SYN_OF(B), ALL},
      {SYN_ACK_OF(A), 0},
      {SYN_ACK_OF(B), 0},
      {ACK_OF(A), STAMPS}},
     5,
     "a timestamp that the SYNs did not agree on"},
    {{{SYN_OF(A), ALL},
      {SYN_OF(B), ALL},
      {SYN_ACK_OF(A), ALL},
      {SYN_ACK_OF(B), ALL},
      {ACK_OF(A), 0}},
     5,
     "no timestamp, though both SYNs had one"},
};

static void repeated_syns_offer_less(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof offered / sizeof offered[0]; i++) {
        char first[200];
        play_offers(offered[i].offers, offered[i].count, first);
        const char *rule = offered[i].rule;
        const bool right = rule[0] == '\0' ? first[0] == '\0' : strstr(first, rule) != NULL;
        if (!right) { fail_msg("row %zu: \"%s\", not \"%s\"", i, first, rule); }
    }
}

/* Who gave up without a word, and has a fixed ISS, begins again with the same number: its SYN,ACK
 * behind its FIN need be no repetition, when the first one was acknowledged. */
static void the_same_number_again(void **state)
{
    static const struct line after_fin[] = {{B, CHECK_ACK | CHECK_FIN, 1, 9, 1, 1000, false, 0, 0},
                                            SYN_ACK_OF(B),
                                            {B, CHECK_ACK | CHECK_FIN, 1, 0, 1, 1000, false, 0, 0}};
    static const struct line second_fin[] = {
        {B, CHECK_ACK | CHECK_FIN, 1, 9, 1, 1000, true, 0, 0},
        {B, CHECK_ACK | CHECK_FIN, 1, 0, 1, 1000, false, 0, 0}};
    char first[200];
    (void)state;
    end_with(3, after_fin, 3, first);
    assert_string_equal(first, "");
    end_with(3, second_fin, 2, first);
    assert_non_null(strstr(first, "text or a FIN beyond the FIN"));
}

/* ---- octets ---- */

static void wrong_octets(void **state)
{
    static const uint8_t good[24] = {0x0f, 0xa0, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0,
                                     0x60, 2,    4, 0,  0, 0, 0, 0, 2, 4, 5, 0xb4};
    static const struct {
        unsigned at;
        uint8_t value;
        const char *wrong;
    } rows[] = {{12, 0x40, "data offset"},
                {12, 0x70, "data offset"},
                {12, 0x62, "reserved bits"},
                {21, 3, "a wrong length"},
                {21, 1, "impossible length"},
                {21, 9, "impossible length"},
                {20, 0, "after the end of the options"}};
    struct check_segment segment = {.from = {.family = 4}, .to = {.family = 4}};
    (void)state;
    assert_null(check_decode(&segment, good, sizeof good, false));
    assert_int_equal(segment.mss, 1460);
    assert_string_equal(check_decode(&segment, good, sizeof good, true),
                        "a wrong checksum (RFC 9293 3.1)");
    assert_non_null(check_decode(&segment, good, 19, false));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t octets[24];
        memcpy(octets, good, sizeof octets);
        octets[rows[i].at] = rows[i].value;
        const char *wrong = check_decode(&segment, octets, sizeof octets, false);
        assert_non_null(wrong);
        assert_non_null(strstr(wrong, rows[i].wrong));
    }
}

/* The first answer may come after any number of segments. */
static void an_ack_that_answers_many(void **state)
{
    char first[200] = "";
    (void)state;
    struct check *check = check_create(true, note, first);
    assert_non_null(check);
    for (size_t i = 0; i < 3; i++) {
        const struct check_segment segment = segment_of(&conversation[i], (unsigned)i);
        assert_true(check_sent(check, &segment) && check_received(check, &segment));
    }
    for (uint32_t i = 0; i < 500; i++) {
        const struct line octet = {A, CHECK_ACK, 1 + i, 1, 1, 1000, false, 0, 0};
        const struct check_segment segment = segment_of(&octet, 3 + i);
        assert_true(check_sent(check, &segment) && check_received(check, &segment));
    }
    const struct line all = {B, CHECK_ACK, 1, 0, 501, 500, false, 0, 0};
    const struct check_segment answer = segment_of(&all, 600);
    assert_true(check_sent(check, &answer));
    assert_string_equal(first, "");
    check_destroy(check);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_legal_passes),
        cmocka_unit_test(what_is_spoilt_is_caught),
        cmocka_unit_test(resets),
        cmocka_unit_test(repeated_syns_offer_less),
        cmocka_unit_test(the_same_number_again),
        cmocka_unit_test(an_ack_that_answers_many),
        cmocka_unit_test(wrong_octets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
