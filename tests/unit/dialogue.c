/* dialogue.c - see dialogue.h: the host, its memory, and the lines one after the other. */
#include "dialogue_private.h"

#include "../../sim/core/units.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void note(struct dialogue *d, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));
static void note(struct dialogue *d, const char *format, va_list arguments)
{
    if (!d->failed) { (void)vsnprintf(d->error, d->room, format, arguments); }
    d->failed = true;
}

void dialogue_fail(struct dialogue *d, const char *format, ...)
{
    if (!d->lenient) {
        va_list arguments;
        va_start(arguments, format);
        note(d, format, arguments);
        va_end(arguments);
    }
}

void dialogue_wrong(struct dialogue *d, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    note(d, format, arguments);
    va_end(arguments);
    d->wrong = true;
}

/* ---- memory: never cleared, spoilt when it is given back, of the size that was asked for ---- */

union block {
    size_t size;
    max_align_t align;
};

static void *take(void *context, size_t size)
{
    struct dialogue *d = context;
    if (d->short_of_memory && d->blocks_left-- == 0) {
        d->blocks_left = 0;
        return NULL;
    }
    if (d->blocks_to_fail > 0 && --d->blocks_to_fail == 0) { return NULL; }
    union block *block = malloc(sizeof *block + size);
    if (block == NULL) { abort(); }
    d->live++;
    block->size = size;
    memset(block + 1, 0xa5, size);
    return block + 1;
}

static void give(void *context, void *memory, size_t size)
{
    struct dialogue *d = context;
    union block *block = (union block *)memory - 1;
    if (block->size != size) {
        dialogue_wrong(d, "%zu octets taken, %zu given back", block->size, size);
    }
    memset(memory, 0x5a, block->size);
    d->live--;
    free(block);
}

/* The sum of the octets: any two sockets' numbers can be reckoned by hand. */
static uint64_t hash(void *context, const void *data, size_t len)
{
    const uint8_t *octets = data;
    uint64_t sum = 0;
    (void)context;
    for (size_t i = 0; i < len; i++) { sum += (uint64_t)octets[i] * (i + 1); }
    return sum;
}

/* ---- the two ends ---- */

static struct tcp_endpoint end(const struct dialogue *d, uint8_t last, uint16_t port)
{
    struct tcp_endpoint endpoint = {.address = {{10, 0, 0, last}, 4}, .port = port};
    if (d->six) {
        endpoint.address = (struct tcp_address){{0x20, 0x01, 0x0d, 0xb8}, 6};
        endpoint.address.octets[15] = last;
    }
    return endpoint;
}
struct tcp_endpoint dialogue_local_end(const struct dialogue *d) { return end(d, 1, 80); }
struct tcp_endpoint dialogue_peer_end(const struct dialogue *d) { return end(d, 2, 4000); }

static void need_host(struct dialogue *d)
{
    if (d->host == NULL) {
        const struct tcp_host_config config = {
            .options = d->options, .keyed_hash = hash, .stream_base = 40};
        const struct tcp_observer observer = {
            .context = d, .event = dialogue_take_event, .wants = UINT32_MAX, .marks = &d->shown};
        d->host = tcp_host_create(&config, &d->pools, &observer);
    }
}

bool dialogue_begins(const char *line, const char *word, const char **rest)
{
    const size_t len = strlen(word);
    if (strncmp(line, word, len) != 0 || (line[len] != '\0' && line[len] != ' ')) { return false; }
    *rest = line[len] == ' ' ? line + len + 1 : line + len;
    return true;
}

bool dialogue_set_option(struct tcp_options *options, const char *rest)
{
    char name[40];
    char value[40];
    char more[40] = "";
    char per[40] = "";
    if (sscanf(rest, "%39s %39s %39s %39s", name, value, more, per) < 2) { return false; }
    uint64_t number = 0;
    if (units_parse_time(value, &number) != NULL) { number = strtoull(value, NULL, 10); }
    if (strcmp(name, "mtu") == 0) {
        options->mtu_bytes = (uint32_t)number;
        return true;
    }
    const struct tcp_option_row *row = tcp_option_find(name);
    if (row == NULL) { return false; }
    uint64_t place = 0;
    if (tcp_option_choice(row, value, &place)) {
        number = place;
    } else if (row->choices != NULL && strspn(value, "0123456789") != strlen(value)) {
        return false;
    }
    tcp_option_store(options, row, number, true);
    if (row->type == TCP_OPTION_SHIFT) {
        options->window_scale =
            strcmp(value, "true") == 0 ? TCP_SCALE_FITTING : (uint8_t)(1 + number);
    }
    if (row->type == TCP_OPTION_ACK_LIMIT) { /* COUNT INTERVAL [host] */
        options->challenge_ack_limit.count = (uint32_t)number;
        options->challenge_ack_limit.per_host = strcmp(per, "host") == 0;
        return units_parse_time(more, &options->challenge_ack_limit.interval_ns) == NULL;
    }
    if (row->type == TCP_OPTION_KEEPALIVE) {
        options->keepalive_idle_ns = number;
        options->keepalive_interval_ns = NS_PER_S;
        options->keepalive_count = 2;
    }
    return true;
}

/* What stands before the first line that needs the host. */
static bool prepare(struct dialogue *d, const char *line)
{
    const char *rest = NULL;
    if (dialogue_begins(line, "option", &rest)) {
        if (strcmp(rest, "iss chosen") == 0) {
            d->options.has_iss = false;
        } else if (!dialogue_set_option(&d->options, rest)) {
            dialogue_fail(d, "no such option");
        }
        return true;
    }
    if (dialogue_begins(line, "profile", &rest)) {
        for (unsigned i = 0; i < TCP_PROFILES; i++) {
            if (strcmp(rest, tcp_profile_names[i]) == 0) {
                tcp_options_profile(&d->options, i);
                d->options.has_iss = true;
                d->options.iss = LOCAL_ISS;
                return true;
            }
        }
        dialogue_fail(d, "no such profile");
        return true;
    }
    if (dialogue_begins(line, "family", &rest)) {
        d->six = strcmp(rest, "6") == 0;
        return true;
    }
    return false;
}

static void run_line(struct dialogue *d, char *line)
{
    if (prepare(d, line)) { return; }
    need_host(d);
    if (d->host == NULL) {
        d->failed = true; /* not even a host: only when memory is refused */
        return;
    }
    const char *rest = NULL;
    if (line[0] == '>') {
        dialogue_expect(d, line + 2);
    } else if (dialogue_begins(line, "because", &rest) || dialogue_begins(line, "again", &rest) ||
               dialogue_begins(line, "psh", &rest) || dialogue_begins(line, "fate", &rest) ||
               dialogue_begins(line, "octets", &rest) || dialogue_begins(line, "told", &rest)) {
        (void)dialogue_check(d, line);     /* of that segment, or what came with it */
    } else if (strcmp(line, "...") == 0) { /* whatever was sent */
        dialogue_drop_left(d);
    } else if (dialogue_nothing_left(d) || d->lenient) {
        if (!dialogue_check(d, line) && !dialogue_call(d, line)) {
            dialogue_fail(d, "not understood");
        }
        if (line[0] != '&') { dialogue_watch(d); }
    }
}

static void clean_up(struct dialogue *d)
{
    dialogue_drop_left(d);
    if (d->host != NULL) { tcp_host_destroy(d->host); }
    if (d->live != 0) { dialogue_wrong(d, "%zu blocks of memory not given back", d->live); }
}

static void run_lines(struct dialogue *d, const char *text)
{
    unsigned number = 0;
    char line[LINE_MAX_LEN] = "";
    while (*text != '\0' && !d->failed) {
        const size_t len = strcspn(text, ";\n");
        const size_t blanks = strspn(text, " ");
        if (len > blanks && len - blanks < sizeof line) {
            memcpy(line, text + blanks, len - blanks);
            line[len - blanks] = '\0';
            for (size_t end_at = len - blanks; end_at > 0 && line[end_at - 1] == ' '; end_at--) {
                line[end_at - 1] = '\0';
            }
            number++;
            char copy[LINE_MAX_LEN];
            (void)snprintf(copy, sizeof copy, "%s", line);
            run_line(d, copy);
        }
        text += len;
        text += *text != '\0';
    }
    if (!d->failed) { (void)dialogue_nothing_left(d); }
    if (d->failed) {
        char reason[512];
        (void)snprintf(reason, sizeof reason, "%s", d->error);
        (void)snprintf(d->error, d->room, "line %u, \"%s\": %s", number, line, reason);
    }
}

static void begin(struct dialogue *d, char *error, size_t room)
{
    *d = (struct dialogue){.error = error, .room = room};
    d->pools = (struct tcp_pools){d, take, give};
    tcp_options_default(&d->options);
    d->options.has_iss = true;
    d->options.iss = LOCAL_ISS;
}

bool dialogue_run(const char *text, char *error, size_t room)
{
    return dialogue_run_marked(text, NULL, error, room);
}

bool dialogue_run_marked(const char *text, struct tcp_marks *marks, char *error, size_t room)
{
    struct dialogue d;
    begin(&d, error, room);
    d.marks = marks;
    run_lines(&d, text);
    clean_up(&d);
    dialogue_take_marks(&d);
    return !d.failed;
}

bool dialogue_run_short_of_memory(const char *text, size_t block, bool *reached, char *error,
                                  size_t room)
{
    struct dialogue d;
    begin(&d, error, room);
    d.lenient = true;
    d.blocks_to_fail = block;
    run_lines(&d, text);
    *reached = d.blocks_to_fail == 0;
    clean_up(&d);
    return !d.wrong;
}
