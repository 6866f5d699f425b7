/* dialogue_checks.c - the lines of a dialogue that look at the connection. */
#include "dialogue_private.h"

#include "../../sim/core/units.h"
#include "../../tcp/wire.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check_words(struct dialogue *d, const char *what, const char *got, const char *wanted)
{
    if (strcmp(got, wanted) != 0) { dialogue_fail(d, "%s: %s", what, got); }
}

static void check_number(struct dialogue *d, const char *what, uint64_t got, const char *wanted)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%" PRIu64, got);
    check_words(d, what, text, wanted);
}

struct number {
    const char *name;
    uint64_t value;
};

/* The line asks for one of them; false: for something else. */
static bool check_numbers(struct dialogue *d, const char *line, const struct number *numbers,
                          size_t count)
{
    const char *rest = NULL;
    for (size_t i = 0; i < count; i++) {
        if (dialogue_begins(line, numbers[i].name, &rest)) {
            check_number(d, numbers[i].name, numbers[i].value, rest);
            return true;
        }
    }
    return false;
}

static void check_time(struct dialogue *d, const char *what, uint64_t got_ns, const char *wanted)
{
    char text[64];
    (void)units_format_duration(got_ns, text, sizeof text);
    check_words(d, what, text, wanted);
}

/* "timer user on", "timer user off", "timer user in 1.5s" */
static void check_timer(struct dialogue *d, const char *rest)
{
    struct tcp_status status;
    tcp_status(d->conn, &status);
    for (unsigned i = 0; i < TCP_TIMER_COUNT; i++) {
        const char *word = NULL;
        if (!dialogue_begins(rest, tcp_timer_name((enum tcp_timer)i), &word)) { continue; }
        const uint64_t deadline_ns = status.deadline_ns[i];
        if (strncmp(word, "in ", 3) == 0 && deadline_ns != TCP_NEVER) {
            check_time(d, "timer", deadline_ns - d->now_ns, word + 3);
        } else {
            check_words(d, "timer", deadline_ns != TCP_NEVER ? "on" : "off", word);
        }
        return;
    }
    dialogue_fail(d, "no such timer");
}

#define NUMBER(s, name)  \
    {                    \
#name, (s)->name \
    }

/* What the SYNs agreed on, and what came of it; what was withheld from attackers. */
static bool check_agreed(struct dialogue *d, const char *line)
{
    struct tcp_status s;
    tcp_status(d->conn, &s);
    const struct number numbers[] = {
        NUMBER(&s, scale_on),
        NUMBER(&s, ts_on),
        NUMBER(&s, sack_on),
        NUMBER(&s, snd_shift),
        NUMBER(&s, rcv_shift),
        NUMBER(&s, ts_recent),
        NUMBER(&s, sacked),
        NUMBER(&s, dsacks),
        NUMBER(&s, acks_withheld),
        NUMBER(&s, cookies_sent),
        NUMBER(&s, cookies_proven),
        NUMBER(&s, ecn),
        NUMBER(&s, fast_open),
        NUMBER(&s, ece_acks),
        NUMBER(&s, ce_segments),
        NUMBER(&s, rcv_tos),
        NUMBER(&s, pushed),
        {"stream", tcp_conn_stream(d->conn)},
        {"repeated", tcp_conn_repeated(d->conn)},
        {"rcv_push", (tcp_seq)(s.rcv_push - PEER_ISS)},
    };
    return check_numbers(d, line, numbers, sizeof numbers / sizeof numbers[0]);
}

/* Numbers of STATUS, sequence numbers relative. */
static bool check_status(struct dialogue *d, const char *line)
{
    struct tcp_status s;
    tcp_status(d->conn, &s);
    const struct number numbers[] = {
        {"iss", (tcp_seq)(s.iss - LOCAL_ISS)},
        {"irs", (tcp_seq)(s.irs - PEER_ISS)},
        NUMBER(&s, path_mtu),
        NUMBER(&s, user_timeout_ns),
        NUMBER(&s, uto_remote_ns),
        {"snd_up", (tcp_seq)(s.snd_up - LOCAL_ISS)},
        {"rcv_up", (tcp_seq)(s.rcv_up - PEER_ISS)},
        NUMBER(&s, urgent_unread),
        {"snd_una", (tcp_seq)(s.snd_una - LOCAL_ISS)},
        {"snd_nxt", (tcp_seq)(s.snd_nxt - LOCAL_ISS)},
        {"snd_wl1", (tcp_seq)(s.snd_wl1 - PEER_ISS)},
        {"snd_wl2", (tcp_seq)(s.snd_wl2 - LOCAL_ISS)},
        {"rcv_nxt", (tcp_seq)(s.rcv_nxt - PEER_ISS)},
        NUMBER(&s, irs_known),
        NUMBER(&s, snd_wnd),
        NUMBER(&s, max_snd_wnd),
        NUMBER(&s, rcv_wnd),
        NUMBER(&s, snd_mss),
        NUMBER(&s, rcv_mss),
        NUMBER(&s, ssthresh),
        NUMBER(&s, flight),
        NUMBER(&s, unsent),
        NUMBER(&s, unread),
        NUMBER(&s, send_room),
        NUMBER(&s, retransmits),
        NUMBER(&s, total_retransmits),
        NUMBER(&s, dup_acks),
        NUMBER(&s, backlog_pending),
        NUMBER(&s, backlog_ready),
        NUMBER(&s, octets_sent),
        NUMBER(&s, octets_acked),
        NUMBER(&s, octets_received),
        NUMBER(&s, fin_sent),
        NUMBER(&s, fin_received),
        NUMBER(&s, passive),
        {"local_port", s.local.port},
        {"remote_port", s.remote.port},
        {"number", tcp_conn_number(d->conn)},
    };
    if (check_numbers(d, line, numbers, sizeof numbers / sizeof numbers[0])) { return true; }
    const char *rest = NULL;
    if (dialogue_begins(line, "cwnd", &rest)) {
        char text[64];
        (void)snprintf(text, sizeof text, "%" PRIu32 " %s", s.cwnd, tcp_phase_name(s.phase));
        check_words(d, "cwnd", text, rest);
    } else if (dialogue_begins(line, "rto", &rest)) {
        check_time(d, "rto", s.rto_ns, rest);
    } else if (dialogue_begins(line, "srtt", &rest)) {
        check_time(d, "srtt", s.srtt_ns, rest);
    } else if (dialogue_begins(line, "rttvar", &rest)) {
        check_time(d, "rttvar", s.rttvar_ns, rest);
    } else if (dialogue_begins(line, "timer", &rest)) {
        check_timer(d, rest);
    } else {
        return false;
    }
    return true;
}

/* What STATUS tells of how the connection has behaved, and tcp_conn_repeated. */
static bool check_habits(struct dialogue *d, const char *line)
{
    struct tcp_status s;
    tcp_status(d->conn, &s);
    const struct number numbers[] = {
        NUMBER(&s, octets_resent), NUMBER(&s, probes),
        NUMBER(&s, writable),      NUMBER(&s, seen_mss),
        NUMBER(&s, interactive),   {"repeated", tcp_conn_repeated(d->conn)},
    };
    if (check_numbers(d, line, numbers, sizeof numbers / sizeof numbers[0])) { return true; }
    const char *rest = NULL;
    if (!dialogue_begins(line, "ato", &rest)) { return false; }
    check_time(d, "ato", s.ato_ns, rest);
    return true;
}

/* "because ACK of 2": the last expected segment's cause, with the ordinal of the segment that it
 * names. */
static void check_cause(struct dialogue *d, const char *rest)
{
    char text[64];
    const char *words = tcp_sent_cause_words((enum tcp_sent_cause)d->expected.cause);
    if (d->expected.cause_tag != 0) {
        (void)snprintf(text, sizeof text, "%s %" PRIu64, words, d->expected.cause_tag);
    } else {
        (void)snprintf(text, sizeof text, "%s", words);
    }
    check_words(d, "cause", text, rest);
}

/* "octets 02 04 05 b4": the options of the last expected segment. */
static void check_options(struct dialogue *d, const char *rest)
{
    char text[3 * TCP_OPTIONS_MAX_BYTES + 1] = "";
    for (unsigned i = 0; i < d->expected.options_len; i++) {
        (void)snprintf(text + 3 * i - (i > 0), 4, "%s%02x", i > 0 ? " " : "",
                       (unsigned)d->expected.options[i]);
    }
    check_words(d, "octets", text, rest);
}

/* What the harness has noted. */
static bool check_notes(struct dialogue *d, const char *line)
{
    const char *rest = NULL;
    if (dialogue_begins(line, "moves", &rest)) {
        check_words(d, "moves", d->moves, rest);
        d->moves[0] = '\0';
    } else if (dialogue_begins(line, "causes", &rest)) {
        check_words(d, "causes", d->causes, rest);
        d->causes[0] = '\0';
    } else if (dialogue_begins(line, "copies", &rest)) {
        check_words(d, "copies", d->read_tags, rest);
        d->read_tags[0] = '\0';
    } else if (dialogue_begins(line, "told urgent", &rest)) {
        check_words(d, "told urgent", d->urgent, rest);
        d->urgent[0] = '\0';
    } else if (dialogue_begins(line, "because", &rest)) {
        check_cause(d, rest);
    } else if (dialogue_begins(line, "octets", &rest)) {
        check_options(d, rest);
    } else if (dialogue_begins(line, "psh", &rest)) {
        check_number(d, "psh", (d->expected.flags & TCP_PSH) != 0, rest);
    } else if (dialogue_begins(line, "again", &rest)) {
        check_number(d, "again", d->expected.retransmission, rest);
    } else if (dialogue_begins(line, "discard", &rest)) {
        check_words(d, "discard", d->discarded ? tcp_discard_words(d->discard) : "none", rest);
    } else if (dialogue_begins(line, "r1", &rest)) {
        check_number(d, "r1", d->r1, rest);
    } else if (dialogue_begins(line, "fate", &rest)) {
        check_words(d, "fate", d->fates > 0 ? tcp_icmp_fate_words(d->fate) : "none", rest);
    } else if (dialogue_begins(line, "acceptable", &rest)) {
        check_number(d, "acceptable", d->acceptable, rest);
    } else {
        return false;
    }
    return true;
}

/* ---- what was gone through: tcp/marks.h ---- */

void dialogue_take_marks(struct dialogue *d)
{
    for (size_t i = 0; d->marks != NULL && i < TCP_REQ_COUNT; i++) {
        d->marks->requirements[i] += d->shown.requirements[i];
    }
    for (size_t i = 0; d->marks != NULL && i < (size_t)TCP_STATE_COUNT * TCP_ROW_COUNT; i++) {
        d->marks->rows[i / TCP_ROW_COUNT][i % TCP_ROW_COUNT] +=
            d->shown.rows[i / TCP_ROW_COUNT][i % TCP_ROW_COUNT];
    }
    d->shown = (struct tcp_marks){0};
}

/* "MUST-20 MAY-3", "no MUST-20 MAY-3" */
static void check_shows(struct dialogue *d, const char *rest)
{
    const bool wanted = !dialogue_begins(rest, "no", &rest);
    char name[32];
    int len = 0;
    for (; sscanf(rest, "%31s%n", name, &len) == 1; rest += len) {
        enum tcp_requirement requirement = (enum tcp_requirement)0;
        if (!tcp_requirement_from_name(name, &requirement)) {
            dialogue_fail(d, "no such requirement: %s", name);
        } else if ((d->shown.requirements[requirement] > 0) != wanted) {
            dialogue_fail(d, "%s is %sshown", name, wanted ? "not " : "");
        }
    }
}

/* "ESTABLISHED FIN_TAKEN" */
static void check_row(struct dialogue *d, const char *rest, bool wanted)
{
    char state[16];
    char name[40];
    enum tcp_row row = (enum tcp_row)0;
    unsigned place = 0;
    if (sscanf(rest, "%15s %39s", state, name) != 2 || !tcp_row_from_name(name, &row)) {
        dialogue_fail(d, "no such row");
        return;
    }
    while (place < TCP_STATE_COUNT && strcmp(state, tcp_state_name((enum tcp_state)place)) != 0) {
        place++;
    }
    if (place == TCP_STATE_COUNT) {
        dialogue_fail(d, "no such state");
    } else if ((d->shown.rows[place][row] > 0) != wanted) {
        dialogue_fail(d, "row %s of %s is %sshown", name, state, wanted ? "not " : "");
    }
}

static bool check_marks(struct dialogue *d, const char *line)
{
    const char *rest = NULL;
    if (dialogue_begins(line, "shows", &rest)) {
        check_shows(d, rest);
    } else if (dialogue_begins(line, "row", &rest)) {
        check_row(d, rest, true);
    } else if (dialogue_begins(line, "no row", &rest)) {
        check_row(d, rest, false);
    } else {
        return false;
    }
    return true;
}

bool dialogue_check(struct dialogue *d, const char *line)
{
    const char *rest = NULL;
    if (dialogue_begins(line, "state", &rest)) {
        check_words(d, "state",
                    d->conn == NULL ? "CLOSED" : tcp_state_name(tcp_conn_state(d->conn)), rest);
    } else if (dialogue_begins(line, "error", &rest)) {
        check_words(d, "error",
                    d->conn == NULL ? "no TCB" : tcp_error_text(tcp_conn_error(d->conn)), rest);
    } else if (dialogue_begins(line, "soft error", &rest)) {
        struct tcp_status status = {.soft_error = TCP_OK};
        if (d->conn != NULL) { tcp_status(d->conn, &status); }
        check_words(d, "soft error", tcp_error_text(status.soft_error), rest);
    } else if (dialogue_begins(line, "memory", &rest)) {
        d->short_of_memory = strcmp(rest, "enough") != 0;
        d->blocks_left = strtoul(rest, NULL, 10);
    } else if (dialogue_begins(line, "from", &rest)) {
        if (!wire_parse_address(rest, &d->from)) { dialogue_fail(d, "bad address"); }
    } else if (dialogue_begins(line, "the listener", &rest)) {
        d->conn = d->listener;
    } else if (dialogue_begins(line, "gone", &rest)) {
        if (d->conn != d->listener) {
            dialogue_fail(d, "the TCB is still there, in %s",
                          tcp_state_name(tcp_conn_state(d->conn)));
        }
    } else if (!check_marks(d, line) && !check_notes(d, line)) {
        return d->conn != NULL &&
               (check_agreed(d, line) || check_status(d, line) || check_habits(d, line));
    }
    return true;
}
