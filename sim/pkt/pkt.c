/* pkt.c - a script from its file to its verdict: memory, reading, the trace's first and last
 * record, messages. */
#include "run.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MEMORY_BYTES ((size_t)1 << 30)
#define FILE_MAX_BYTES ((size_t)16 << 20)
#define MESSAGE_ROOM 4096
#define TITLE_MAX 200

const char *pkt_verdict_name(enum pkt_verdict verdict)
{
    switch (verdict) {
    case PKT_PASS: return "pass";
    case PKT_FAIL: return "fail";
    case PKT_ERROR: return "error";
    case PKT_LIMIT: return "limit";
    case PKT_UNSUPPORTED: return "unsupported";
    case PKT_INTERRUPTED: return "interrupted";
    }
    return "";
}

/* ---- messages ---- */

static void __attribute__((format(printf, 2, 3))) pkt_tell(struct pkt *pkt, const char *format, ...)
{
    char text[MESSAGE_ROOM];
    va_list arguments;
    if (pkt->config.message == NULL) { return; }
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    pkt->config.message(pkt->config.message_context, text);
}

static void judge(struct pkt *pkt, enum pkt_verdict verdict, uint32_t line, uint32_t column,
                  const char *before, const char *text)
{
    if (pkt->judged) { return; }
    pkt->judged = true;
    pkt->verdict = verdict;
    if (pkt->world != NULL) { world_stop(pkt->world); }
    char place[32] = "";
    if (line > 0 && column > 0) {
        (void)snprintf(place, sizeof place, ":%u:%u", line, column);
    } else if (line > 0) {
        (void)snprintf(place, sizeof place, ":%u", line);
    }
    (void)snprintf(pkt->reason, sizeof pkt->reason, "%.*s", (int)strcspn(text, "\n"), text);
    pkt_tell(pkt, "%s%s%s: %s%s", line > 0 ? "" : "tcpsim: ", pkt->config.path, place, before,
             text);
}

#define FORMATTED(text)                                    \
    char text[MESSAGE_ROOM];                               \
    va_list arguments;                                     \
    va_start(arguments, format);                           \
    (void)vsnprintf(text, sizeof text, format, arguments); \
    va_end(arguments)

void pkt_fail(struct pkt *pkt, uint32_t line, const char *format, ...)
{
    FORMATTED(text);
    judge(pkt, PKT_FAIL, line, 0, "", text);
}

void pkt_error(struct pkt *pkt, uint32_t line, const char *format, ...)
{
    FORMATTED(text);
    judge(pkt, PKT_ERROR, line, 0, "", text);
}

void pkt_unsupported(struct pkt *pkt, uint32_t line, const char *format, ...)
{
    FORMATTED(text);
    judge(pkt, PKT_UNSUPPORTED, line, 0, "unsupported: ", text);
}

void *pkt_take(struct pkt *pkt, size_t size_bytes)
{
    void *memory = arena_take_zeroed(pkt->arena, size_bytes);
    if (memory == NULL) { pkt->no_memory = true; }
    return memory;
}

/* ---- the trace's frame ---- */

static bool tell_host(void *context, uint32_t index, struct trace_host *told)
{
    const struct pkt *pkt = context;
    const struct host *host = pkt->world != NULL ? world_host(pkt->world, index) : NULL;
    if (host == NULL) { return false; }
    told->name = host_name(host);
    told->addresses = host_addresses(host, &told->address_count);
    return true;
}

static void trace_begin(struct pkt *pkt)
{
    if (pkt->begun) { return; }
    pkt->begun = true;
    struct trace_record record = {.event = TRACE_RUN};
    record.u.run.scenario = pkt->config.path;
    record.u.run.title = pkt_title(pkt);
    record.u.run.version = pkt->config.version != NULL ? pkt->config.version : "";
    record.u.run.seed = pkt_seed(pkt);
    record.u.run.host = tell_host;
    record.u.run.host_context = pkt;
    trace_emit(pkt->config.trace, &record);
}

static void trace_end(struct pkt *pkt)
{
    if (pkt->ended) { return; }
    trace_begin(pkt);
    pkt->ended = true;
    struct trace_record record = {.event = TRACE_END};
    record.time_ns = pkt->world != NULL ? world_now(pkt->world) : 0;
    record.u.end.verdict = pkt_verdict_name(pkt->verdict);
    record.u.end.segments = pkt->world != NULL ? world_segments(pkt->world) : 0;
    if (pkt->config.digest != NULL) {
        record.u.end.digest = pkt->config.digest(pkt->config.digest_context);
    }
    trace_emit(pkt->config.trace, &record);
}

/* ---- create, destroy ---- */

struct pkt *pkt_create(const struct pkt_config *config)
{
    struct arena *arena =
        arena_create(config->max_memory_bytes > 0 ? config->max_memory_bytes : MEMORY_BYTES);
    struct pkt *pkt = arena != NULL ? arena_take_zeroed(arena, sizeof *pkt) : NULL;
    if (pkt == NULL) {
        if (arena != NULL) { arena_destroy(arena); }
        return NULL;
    }
    pkt->arena = arena;
    pkt->config = *config;
    pkt->source.arena = arena;
    pkt->title = "";
    if (config->trace == NULL) {
        trace_init(&pkt->own_trace);
        pkt->config.trace = &pkt->own_trace;
    }
    return pkt;
}

void pkt_destroy(struct pkt *pkt)
{
    if (pkt != NULL) { arena_destroy(pkt->arena); }
}

/* ---- reading ---- */

static void conclude_memory(struct pkt *pkt)
{
    if (pkt->judged || !(pkt->no_memory || pkt->source.no_memory)) { return; }
    judge(pkt, PKT_LIMIT, 0, 0, "limit reached: memory (--max-memory)", "");
}

static void conclude(struct pkt *pkt)
{
    conclude_memory(pkt);
    if (!pkt->judged) {
        pkt->judged = true;
        pkt->verdict = PKT_PASS;
    }
    trace_end(pkt);
    const bool told = pkt->verdict == PKT_PASS || pkt->verdict == PKT_UNSUPPORTED ||
                      pkt->verdict == PKT_INTERRUPTED;
    if (!told && pkt->config.repeat != NULL) { pkt_tell(pkt, "  repeat: %s", pkt->config.repeat); }
}

/* The first line of the first comment. */
static void find_title(struct pkt *pkt)
{
    const struct source *source = &pkt->source;
    for (size_t at = 0; at + 1 < source->len; at++) {
        if (source->text[at] != '/') { continue; }
        if (source->text[at + 1] != '/' && source->text[at + 1] != '*') { return; }
        size_t from = at + 2;
        while (from < source->len && strchr(" \t*/\n\r", source->text[from]) != NULL) { from++; }
        size_t len = 0;
        while (from + len < source->len && len < TITLE_MAX && source->text[from + len] != '\n' &&
               source->text[from + len] != '\r') {
            len++;
        }
        char *title = pkt_take(pkt, len + 1);
        if (title != NULL) {
            memcpy(title, source->text + from, len);
            pkt->title = title;
        }
        return;
    }
}

static bool define_from_command_line(struct pkt *pkt)
{
    for (size_t i = 0; i < pkt->config.define_count; i++) {
        const char *text = pkt->config.defines[i];
        const char *equals = strchr(text, '=');
        const size_t len = equals != NULL ? (size_t)(equals - text) : strlen(text);
        char *name = pkt_take(pkt, len + 1);
        if (name == NULL) { return false; }
        memcpy(name, text, len);
        define(&pkt->source, name, equals != NULL ? equals + 1 : "1");
    }
    return true;
}

static void options_known(void *context, struct source *source, struct script *script)
{
    (void)source;
    (void)script;
    setup_options(context);
}

static void check_calls(struct pkt *pkt)
{
    for (const struct event *at = pkt->script.events; at != NULL; at = at->next) {
        if (at->kind == EVENT_CALL && !calls_known(at->u.call.name)) {
            pkt_unsupported(pkt, at->line, "system call %s", at->u.call.name);
        }
    }
}

bool pkt_load_text(struct pkt *pkt, const char *text, size_t len)
{
    pkt->source.text = text;
    pkt->source.len = len;
    bool ok = define_from_command_line(pkt);
    if (ok) {
        setup_dialect(pkt);
        find_title(pkt);
        ok = parse_script(&pkt->source, &pkt->script, options_known, pkt);
    }
    if (pkt->source.failed || pkt->source.unsupported) {
        judge(pkt, pkt->source.failed ? PKT_ERROR : PKT_UNSUPPORTED, pkt->source.line,
              pkt->source.column, pkt->source.failed ? "" : "unsupported: ", pkt->source.error);
    } else if (ok) {
        check_calls(pkt);
    }
    if (ok && pkt_going(pkt) && !setup_world(pkt)) { pkt->no_memory = true; }
    if (ok && pkt_going(pkt)) {
        trace_begin(pkt);
        return true;
    }
    conclude(pkt);
    return false;
}

/* The whole file; NULL: told. */
static char *read_file(struct pkt *pkt, size_t *length)
{
    char *text = NULL;
    size_t len = 0;
    FILE *file = fopen(pkt->config.path, "rb");
    if (file != NULL) {
        const long size = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
        const bool fits = size >= 0 && (size_t)size <= FILE_MAX_BYTES;
        text = fits && fseek(file, 0, SEEK_SET) == 0 ? pkt_take(pkt, (size_t)size + 1) : NULL;
        len = text != NULL ? fread(text, 1, (size_t)size, file) : 0;
        if (!fits) { errno = EFBIG; }
        (void)fclose(file);
    }
    if (text == NULL) {
        judge(pkt, PKT_ERROR, 0, 0, "", strerror(errno));
        return NULL;
    }
    *length = len;
    return text;
}

bool pkt_load(struct pkt *pkt)
{
    size_t len = 0;
    const char *text = read_file(pkt, &len);
    if (text != NULL) { return pkt_load_text(pkt, text, len); }
    conclude(pkt);
    return false;
}

bool pkt_peek(struct pkt *pkt)
{
    pkt->source.text = read_file(pkt, &pkt->source.len);
    if (pkt->source.text == NULL) { return false; }
    find_title(pkt);
    return true;
}

/* ---- running ---- */

enum pkt_verdict pkt_run(struct pkt *pkt)
{
    if (pkt->ended) { return pkt->verdict; }
    if (!pkt->config.dry_run) {
        if (pkt->script.init != NULL) {
            (void)shell_run(pkt, pkt->script.init, pkt->script.init_line);
        }
        if (pkt_going(pkt)) {
            run_begin(pkt);
            switch (world_run(pkt->world)) {
            case WORLD_FINISHED: run_came_to_rest(pkt); break;
            case WORLD_LIMIT:
                judge(pkt, PKT_LIMIT, 0, 0, "limit reached: simulated time (--limit)", "");
                break;
            case WORLD_ENDLESS:
                judge(pkt, PKT_LIMIT, 0, 0, "limit reached: too many events at one instant", "");
                break;
            case WORLD_STOPPED: break;
            case WORLD_INTERRUPTED: judge(pkt, PKT_INTERRUPTED, 0, 0, "", "interrupted"); break;
            case WORLD_NO_MEMORY: pkt->no_memory = true; break;
            }
        }
        if (pkt->script.cleanup != NULL && pkt_going(pkt)) {
            (void)shell_run(pkt, pkt->script.cleanup, 0);
        }
    }
    conclude(pkt);
    return pkt->verdict;
}

/* ---- what it says of itself ---- */

const char *pkt_title(const struct pkt *pkt) { return pkt->title; }

const struct tcp_marks *pkt_marks(const struct pkt *pkt)
{
    return pkt->world != NULL ? world_marks(pkt->world) : NULL;
}

const char *pkt_reason(const struct pkt *pkt) { return pkt->reason; }

uint64_t pkt_seed(const struct pkt *pkt) { return pkt->config.has_seed ? pkt->config.seed : 1; }

uint64_t pkt_progress(const struct pkt *pkt)
{
    return pkt->world != NULL ? world_events(pkt->world) : 0;
}

const struct world *pkt_peek_world(const struct pkt *pkt) { return pkt->world; }

bool pkt_interrupt(struct pkt *pkt)
{
    if (pkt->world == NULL) { return false; }
    world_interrupt(pkt->world);
    return true;
}
