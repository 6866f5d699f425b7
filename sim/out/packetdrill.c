/* packetdrill.c - the output "packetdrill": each connection of a run as a script that packetdrill
 * accepts, as one of its ends sees it: the passive one, else the first host. One file plays them
 * one after the other. Both ends are collected as views, since which one is told is known only at
 * the end. */
#include "packetdrill_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USUAL_MTU 1500u
#define LEAST_MTU_IPV4 68u
#define LEAST_MTU_IPV6 1280u
#define HEADERS_IPV4 40u /* of IP and TCP, without options */
#define HEADERS_IPV6 60u

/* ---- the end: which views are told ---- */

/* The other end's view of the same connection, not told yet: the newest that is not younger. */
static struct pd_view *other_end(const struct packetdrill *drill, const struct pd_view *view)
{
    struct pd_view *other = drill->buckets[pd_bucket_of(&view->local, &view->remote)];
    while (other != NULL && (!pd_is_between(other, &view->remote, &view->local) || !other->born ||
                             other->passive || (view->passive && other->ordinal > view->ordinal))) {
        other = other->chain;
    }
    return other;
}

static uint64_t begin_ns(const struct packetdrill *drill, const struct pd_view *view)
{
    const struct pd_view *other = other_end(drill, view);
    const uint64_t own_ns = view->count > 0 ? view->events[0].time_ns : 0;
    if (!view->passive || other == NULL || other->count == 0) { return own_ns; }
    return other->events[0].time_ns < own_ns ? other->events[0].time_ns : own_ns;
}

static bool overlap(const struct pd_view *a, const struct pd_view *b)
{
    return a->count > 0 && b->count > 0 &&
           a->events[0].time_ns <= b->events[b->count - 1].time_ns &&
           b->events[0].time_ns <= a->events[a->count - 1].time_ns;
}

/* Connections that are told one after the other do not use up the same allowance. */
static void refuse_shared_limits(struct packetdrill *drill)
{
    for (struct pd_view *view = drill->first; view != NULL; view = view->next) {
        const struct tcp_ack_limit *limit = &view->options.challenge_ack_limit;
        if (!view->options_known || !limit->per_host || limit->interval_ns == 0) { continue; }
        for (const struct pd_view *other = drill->first; other != NULL; other = other->next) {
            if (other != view && other->host_index == view->host_index && overlap(view, other)) {
                pd_refuse(view, "other connections share its host's limit of challenge ACKs");
                view->covered = true;
            }
        }
    }
}

static uint64_t choose(struct packetdrill *drill)
{
    uint64_t told = 0;
    for (struct pd_view *view = drill->first; view != NULL; view = view->next) {
        pd_conclude(view);
        view->covered = view->refusal != NULL;
    }
    refuse_shared_limits(drill);
    for (const struct pd_view *view = drill->first; view != NULL; view = view->next) {
        const bool tells = view->born && view->passive && view->refusal == NULL;
        struct pd_view *other = tells ? other_end(drill, view) : NULL;
        if (other != NULL) { other->covered = true; }
    }
    for (struct pd_view *view = drill->first; view != NULL; view = view->next) {
        struct pd_view *other =
            view->born && !view->passive && !view->covered ? other_end(drill, view) : NULL;
        if (other != NULL && !other->covered) {
            struct pd_view *later = other->host_index > view->host_index ? other : view;
            later->covered = true;
        }
        view->covered = view->covered || !view->born;
    }
    for (const struct pd_view *view = drill->first; view != NULL; view = view->next) {
        told += !view->covered;
    }
    return told;
}

/* Of the connection's first link, as far as it is known; else what its MSS needs, if that is more
 * than usual. */
static uint32_t mtu_of_view(const struct pd_view *view)
{
    const uint32_t headers = view->local.address.family == 6 ? HEADERS_IPV6 : HEADERS_IPV4;
    if (view->options_known) { return view->options.mtu_bytes; }
    return view->own.mss + headers > USUAL_MTU ? view->own.mss + headers : USUAL_MTU;
}

/* A file has one MTU: the largest, at least what IP asks of any link. */
static uint32_t mtu_of(const struct packetdrill *drill, uint8_t family)
{
    uint32_t mtu = family == 6 ? LEAST_MTU_IPV6 : LEAST_MTU_IPV4;
    for (const struct pd_view *view = drill->first; view != NULL; view = view->next) {
        const bool told = !view->covered && view->local.address.family == family;
        const uint32_t needed = mtu_of_view(view);
        if (told && needed > mtu) { mtu = needed; }
    }
    return mtu <= UINT16_MAX ? mtu : UINT16_MAX;
}

static void put_head(struct packetdrill *drill, uint64_t told, bool is_ipv6, uint32_t mtu)
{
    struct out_writer *writer = drill->writer;
    const char *title = drill->title != NULL ? drill->title : "";
    out_printf(writer, "// %s%s%s, seed %llu, by tcpsim\n", title, title[0] != '\0' ? ", " : "",
               drill->scenario != NULL ? drill->scenario : "", (unsigned long long)drill->seed);
    if (told == 0) {
        out_text(writer, "// There is no connection to play.\n");
        return;
    }
    out_text(writer,
             "// `: tcpsim …` is how the host of the run was set; a shell does nothing with it.\n");
    if (told > 1) {
        out_printf(writer, "// %llu connections, one after the other.\n", (unsigned long long)told);
    }
    if (is_ipv6) { out_text(writer, "--ip_version=ipv6\n"); }
    if (is_ipv6 || mtu != USUAL_MTU) { out_printf(writer, "--mtu=%u\n", (unsigned)mtu); }
}

/* The other end tells the connection. */
static bool is_told_elsewhere(const struct packetdrill *drill, const struct pd_view *view)
{
    const struct pd_view *other = drill->buckets[pd_bucket_of(&view->local, &view->remote)];
    while (other != NULL &&
           (other->covered || !pd_is_between(other, &view->remote, &view->local))) {
        other = other->chain;
    }
    return other != NULL;
}

static void put_left_out(struct packetdrill *drill, const struct pd_view *view, const char *why)
{
    struct out_writer *writer = drill->writer;
    out_text(writer, "\n// ");
    pd_put_ends(writer, view);
    out_printf(writer, ": left out, since %s\n", why);
}

/* The version of IP of the first that is told. */
static uint8_t family_of(const struct packetdrill *drill)
{
    const struct pd_view *view = drill->first;
    while (view != NULL && view->covered) { view = view->next; }
    return view != NULL ? view->local.address.family : 4;
}

static void write_scripts(struct packetdrill *drill)
{
    const uint64_t told = choose(drill);
    const uint8_t family = family_of(drill);
    unsigned fd = 3;
    const uint32_t mtu = mtu_of(drill, family);
    const uint32_t usual_mss = mtu - (family == 6 ? HEADERS_IPV6 : HEADERS_IPV4);
    put_head(drill, told, family == 6, mtu);
    uint64_t left = told;
    bool first = true;
    for (const struct pd_view *view = drill->first; view != NULL; view = view->next) {
        if (view->refusal != NULL && view->born && !is_told_elsewhere(drill, view)) {
            put_left_out(drill, view, view->refusal);
        }
        if (view->covered) { continue; }
        left--;
        if (view->local.address.family != family) {
            put_left_out(drill, view, "a script has one version of IP");
            continue;
        }
        pd_script(drill->writer, view, begin_ns(drill, view), usual_mss, &fd, first, left == 0);
        first = false;
    }
    if (told == 0) { out_text(drill->writer, "\n0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"); }
}

/* ---- the format ---- */

static void *packetdrill_begin(struct out_writer *writer, const struct out_options *options)
{
    (void)options;
    struct packetdrill *drill = calloc(1, sizeof *drill);
    if (drill == NULL) { return NULL; }
    drill->writer = writer;
    drill->last = &drill->first;
    return drill;
}

static char *one_line(const char *text)
{
    char *copy = strdup(text != NULL ? text : "");
    for (char *c = copy; c != NULL && *c != '\0'; c++) {
        if ((unsigned char)*c < ' ') { *c = '?'; }
    }
    return copy;
}

static void packetdrill_record(void *state, const struct trace_record *record)
{
    struct packetdrill *drill = state;
    if (record->event == TRACE_RUN) {
        drill->scenario = one_line(record->u.run.scenario);
        drill->title = one_line(record->u.run.title);
        drill->seed = record->u.run.seed;
    } else {
        pd_record(drill, record);
    }
}

static void packetdrill_end(void *state)
{
    struct packetdrill *drill = state;
    write_scripts(drill);
    for (struct pd_view *view = drill->first, *next; view != NULL; view = next) {
        next = view->next;
        for (size_t i = 0; i < view->count; i++) { free(view->events[i].text); }
        free(view->events);
        free(view->stamps);
        free(view);
    }
    pd_free_cookies(drill);
    free(drill->scenario);
    free(drill->title);
    free(drill);
}

const struct output_format output_packetdrill = {
    .name = "packetdrill",
    .help = "a script for packetdrill, as the listening end of each connection sees it",
    .wants = 1u << TRACE_RUN | 1u << TRACE_SEGMENT | 1u << TRACE_STATE | 1u << TRACE_CALL |
             1u << TRACE_ICMP,
    .begin = packetdrill_begin,
    .record = packetdrill_record,
    .end = packetdrill_end,
};
