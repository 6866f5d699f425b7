/* timeline_words.c - what the timeline calls things, in long and in short. */
#include "timeline_rows.h"

#include "../core/units.h"
#include "../trace/pattern.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

const char *timeline_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static void add_mark(char *marks, size_t room, const char *mark)
{
    const size_t len = strlen(marks);
    (void)snprintf(marks + len, room - len, "%s%s", len > 0 ? ", " : "", mark);
}

void timeline_label_mark(struct timeline_label *label, const char *mark, const char *mid,
                         const char *brief)
{
    add_mark(label->marks, sizeof label->marks, mark);
    add_mark(label->mid_marks, sizeof label->mid_marks, mid);
    add_mark(label->brief_marks, sizeof label->brief_marks, brief);
}

/* Causes that a reader would ask about; that an ACK acknowledges he sees. */
static bool cause_worth_a_mark(uint8_t cause)
{
    switch ((enum tcp_sent_cause)cause) {
    case TCP_SENT_RTO:
    case TCP_SENT_FAST_RETRANSMIT:
    case TCP_SENT_PARTIAL_ACK:
    case TCP_SENT_CHALLENGE:
    case TCP_SENT_DELAYED_ACK:
    case TCP_SENT_PERSIST:
    case TCP_SENT_KEEPALIVE:
    case TCP_SENT_OVERRIDE:
    case TCP_SENT_LOSS_PROBE:
    case TCP_SENT_PATH_MTU: return true;
    case TCP_SENT_NONE:
    case TCP_SENT_OPEN:
    case TCP_SENT_SEND:
    case TCP_SENT_CLOSE:
    case TCP_SENT_ABORT:
    case TCP_SENT_RECEIVE:
    case TCP_SENT_ANSWER:
    case TCP_SENT_ACK_OF:
    case TCP_SENT_WINDOW_OPENED:
    case TCP_SENT_FORGED:
    case TCP_SENT_CAUSE_COUNT: return false;
    }
    return false;
}

static const char *cause_mark(uint8_t cause)
{
    return cause == TCP_SENT_CHALLENGE ? "challenge ACK"
                                       : tcp_sent_cause_words((enum tcp_sent_cause)cause);
}

void timeline_label_segment(struct timeline_label *label, const struct trace_segment *segment,
                            const char *prefix, const struct out_options *options)
{
    char text[1024];
    (void)pattern_format_segment(segment, options->absolute, text, sizeof text);
    memset(label, 0, sizeof *label);
    (void)snprintf(label->segment, sizeof label->segment, "%.16s%.300s", prefix, text);
    if (options->verbosity > 0) {
        char id[24];
        (void)snprintf(id, sizeof id, "#%llu", (unsigned long long)segment->number);
        timeline_label_mark(label, id, id, id);
    }
    const uint8_t cause = segment->segment->cause;
    const unsigned times = segment->segment->retransmission;
    if (times > 0) {
        char mark[64], mid[32], brief[32];
        (void)snprintf(mark, sizeof mark,
                       cause_worth_a_mark(cause) ? "retransmission %u: %s" : "retransmission %u",
                       times, cause_mark(cause));
        (void)snprintf(mid, sizeof mid, "retransmission %u", times);
        (void)snprintf(brief, sizeof brief, "retr. %u", times);
        timeline_label_mark(label, mark, mid, brief);
    } else if (cause_worth_a_mark(cause)) {
        timeline_label_mark(label, cause_mark(cause), cause_mark(cause), cause_mark(cause));
    }
}

static const char *const short_icmp[TCP_ICMP_KIND_COUNT] = {
    [TCP_ICMP_NETWORK_UNREACHABLE] = "net",
    [TCP_ICMP_HOST_UNREACHABLE] = "host",
    [TCP_ICMP_PROTOCOL_UNREACHABLE] = "protocol",
    [TCP_ICMP_PORT_UNREACHABLE] = "port",
    [TCP_ICMP_FRAGMENTATION_NEEDED] = "too big",
    [TCP_ICMP_SOURCE_ROUTE_FAILED] = "route",
    [TCP_ICMP_ADMINISTRATIVELY_PROHIBITED] = "prohibited",
    [TCP_ICMP_SOURCE_QUENCH] = "quench",
    [TCP_ICMP_TTL_EXCEEDED] = "ttl",
    [TCP_ICMP_REASSEMBLY_TIME_EXCEEDED] = "reassembly",
    [TCP_ICMP_PARAMETER_PROBLEM] = "parameter",
};

/* "ICMP ttl exceeded  of client#3"; of a connection, where nobody sent the segment, no more. */
void timeline_label_icmp(struct timeline_label *label, const struct trace_icmp *icmp)
{
    memset(label, 0, sizeof *label);
    (void)snprintf(label->segment, sizeof label->segment, "ICMP %.64s", icmp->type);
    (void)snprintf(label->short_segment, sizeof label->short_segment, "ICMP %s",
                   icmp->error != NULL ? short_icmp[icmp->error->kind] : "");
    if (icmp->error != NULL && icmp->error->mtu != 0) {
        const size_t len = strlen(label->segment);
        (void)snprintf(label->segment + len, sizeof label->segment - len, " mtu %u",
                       icmp->error->mtu);
    }
    if (strchr(icmp->about, '#') != NULL) {
        char about[80];
        (void)snprintf(about, sizeof about, "of %.64s", icmp->about);
        timeline_label_mark(label, about, "", "");
    }
}

void timeline_label_lost(struct timeline_label *label, const char *why, const char *detail)
{
    const char *reason = timeline_base_name(why);
    if (strcmp(reason, "loss") == 0 || reason[0] == '\0') {
        (void)snprintf(label->fate, sizeof label->fate, "lost");
        (void)snprintf(label->mid_fate, sizeof label->mid_fate, "lost");
        (void)snprintf(label->brief_fate, sizeof label->brief_fate, "lost");
        return;
    }
    if (strcmp(reason, "down") == 0) { reason = "link down"; }
    (void)snprintf(label->fate, sizeof label->fate,
                   detail[0] != '\0' ? "lost: %.60s, %.60s" : "lost: %.60s", reason, detail);
    (void)snprintf(label->mid_fate, sizeof label->mid_fate, "lost: %.60s", reason);
    (void)snprintf(label->brief_fate, sizeof label->brief_fate, "%.60s", reason);
}

bool timeline_change_words(const struct timeline_packet *packet, char *text, size_t room,
                           char *brief, size_t brief_room)
{
    const enum trace_action action = packet->action;
    if (action != TRACE_DUPLICATED && action != TRACE_CORRUPTED && action != TRACE_DELAYED &&
        action != TRACE_HELD && action != TRACE_REWRITTEN && action != TRACE_MARKED) {
        return false;
    }
    const char *word = trace_action_name(action);
    const char *reason = timeline_base_name(packet->reason);
    char by[40] = "";
    if (packet->delay_ns > 0) {
        by[0] = ' ';
        (void)units_format_duration(packet->delay_ns, by + 1, sizeof by - 1);
    }
    (void)snprintf(text, room, reason[0] != '\0' ? "%s%s (%.60s)" : "%s%s", word, by, reason);
    (void)snprintf(brief, brief_room, "%s%s", word, by);
    return true;
}

/* Takes " win 65535" out. */
static void without_window(char *text)
{
    char *window = strstr(text, " win ");
    if (window == NULL) { return; }
    const char *rest = strchr(window + 5, ' ');
    if (rest == NULL) {
        *window = '\0';
    } else {
        memmove(window, rest, strlen(rest) + 1);
    }
}

/* ". 1:1(0) ack 4381": the numbers that it takes are of no interest. */
static bool is_bare_ack(const char *text)
{
    const char *flags = strstr(text, ": ");
    flags = flags != NULL ? flags + 2 : text; /* behind the connection's name */
    return strncmp(flags, ". ", 2) == 0 && strstr(flags, "(0) ack ") != NULL;
}

void timeline_cut_label(const struct timeline_label *label, unsigned level, char *text, size_t room)
{
    const bool brief = level >= 2 && label->short_segment[0] != '\0';
    (void)snprintf(text, room, "%s", brief ? label->short_segment : label->segment);
    if (brief) { return; }
    if (level >= 1) {
        char *options = strstr(text, " <");
        if (options != NULL) { *options = '\0'; }
    }
    if (level >= 2) { without_window(text); }
    if (level >= 3) {
        char *ack = strstr(text, " ack ");
        if (ack == NULL) { return; }
        if (is_bare_ack(text)) {
            char *seq = strstr(text, ". ");
            memmove(seq + 1, ack, strlen(ack) + 1);
        } else {
            *ack = '\0';
        }
    }
}

/* "end of stream", "send 5", "listen :80". */
bool timeline_call_words(const struct trace_record *record, unsigned verbosity,
                         struct timeline_item *item)
{
    const char *call = record->u.call.call, *result = record->u.call.result;
    const bool ok = strcmp(result, "ok") == 0;
    const unsigned long long len = record->u.call.len;
    char words[48];
    bool counted = false;
    if (strcmp(call, "OPEN") == 0) {
        if (record->u.call.conn.remote.address.family == 0) {
            (void)snprintf(words, sizeof words, "listen :%u", record->u.call.conn.local.port);
        } else {
            (void)snprintf(words, sizeof words, "connect");
        }
    } else if (strcmp(call, "SEND") == 0) {
        counted = true;
        (void)snprintf(words, sizeof words, ok ? "send %llu" : "send", len);
    } else if (strcmp(call, "RECEIVE") == 0) {
        counted = true;
        (void)snprintf(words, sizeof words, ok ? "recv %llu" : "recv", len);
        if (strcmp(result, "end of stream") == 0) { words[0] = '\0'; }
        if (strcmp(result, "blocked") == 0 && verbosity == 0) { return false; }
    } else if (strcmp(call, "CLOSE") == 0 || strcmp(call, "ABORT") == 0) {
        (void)snprintf(words, sizeof words, call[0] == 'C' ? "close" : "abort");
    } else {
        if (verbosity == 0) { return false; }
        (void)snprintf(words, sizeof words, "%.40s", strcmp(call, "STATUS") == 0 ? "status" : call);
    }
    item->style = STYLE_CALL;
    item->brief[0] = '\0';
    if (ok || (counted && result[0] == '\0')) {
        (void)snprintf(item->text, sizeof item->text, "%s", words);
    } else {
        (void)snprintf(item->text, sizeof item->text, words[0] != '\0' ? "%s: %.44s" : "%s%.44s",
                       words, result);
        (void)snprintf(item->brief, sizeof item->brief, "%.44s", result);
    }
    return true;
}

bool timeline_timer_words(const struct trace_record *record, unsigned verbosity,
                          struct timeline_item *item)
{
    const enum tcp_timer timer = record->u.timer.timer;
    const char *name = tcp_timer_name(timer);
    item->style = STYLE_DIM;
    if (record->u.timer.action == TCP_TIMER_FIRED) {
        const bool retransmission = timer == TCP_TIMER_RETRANSMISSION;
        (void)snprintf(item->text, sizeof item->text, "\u25f7 %s", name);
        (void)snprintf(item->brief, sizeof item->brief, "%s", retransmission ? "\u25f7 RTO" : "");
        return true;
    }
    if (verbosity == 0) { return false; }
    item->brief[0] = '\0';
    if (record->u.timer.action == TCP_TIMER_STOPPED) {
        (void)snprintf(item->text, sizeof item->text, "%s off", name);
        return true;
    }
    char deadline[40];
    (void)units_format_time(record->u.timer.deadline_ns, 6, deadline, sizeof deadline);
    (void)snprintf(item->text, sizeof item->text, "%s until %s", name, deadline);
    return true;
}

void timeline_congestion_words(const struct trace_record *record, struct timeline_item *item)
{
    char rto[40];
    (void)units_format_duration(record->u.congestion.rto_ns, rto, sizeof rto);
    (void)snprintf(item->text, sizeof item->text, "cwnd %u ssthresh %u rto %.20s %.20s",
                   record->u.congestion.cwnd, record->u.congestion.ssthresh, rto,
                   record->u.congestion.phase);
    (void)snprintf(item->brief, sizeof item->brief, "cwnd %u", record->u.congestion.cwnd);
    item->style = STYLE_DIM;
}
