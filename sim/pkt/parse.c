/* parse.c - a script's tokens as options and events. What a packet says is in parse_packet.c, its
 * options in parse_options.c, what a system call says in parse_call.c. */
#include "script.h"

#include <stdio.h>
#include <string.h>

#define SECONDS_MAX INT64_C(1000000000) /* thirty years */
#define MILLIONTHS 1000000
#define VALUE_MAX 1024

/* ---- options ---- */

/* What stands behind '=': a number, a word, a text, an address, or NAME=value. */
static const char *option_value(struct source *source)
{
    const struct token *first = take(source);
    switch (first->kind) {
    case TOKEN_INTEGER:
    case TOKEN_HEX:
    case TOKEN_DECIMAL:
    case TOKEN_STRING:
    case TOKEN_ADDRESS: return first->text;
    case TOKEN_WORD: break;
    case TOKEN_END:
    case TOKEN_COMMAND:
    case TOKEN_CODE:
    case TOKEN_OPTION:
    case TOKEN_ELLIPSIS:
    case TOKEN_MARK:
        source_fail(source, first, "expected the option's value, not %s", first->text);
        return NULL;
    }
    char text[VALUE_MAX];
    size_t len = (size_t)snprintf(text, sizeof text, "%s", first->text);
    if (take_mark(source, '=')) {
        const struct token *value = take(source);
        const char *quote = "";
        if (value->kind == TOKEN_STRING) { quote = "\""; }
        if (value->kind == TOKEN_COMMAND) { quote = "`"; }
        len += (size_t)snprintf(text + len, len < sizeof text ? sizeof text - len : 0, "=%s%s%s",
                                quote, value->text, quote);
    } else {
        /* ipv4-mapped-ipv6 */
        while (is_mark(peek(source), '-') && peek_second(source)->kind == TOKEN_WORD) {
            (void)take(source);
            len += (size_t)snprintf(text + len, len < sizeof text ? sizeof text - len : 0, "-%s",
                                    take(source)->text);
        }
    }
    if (len >= sizeof text) {
        source_fail(source, first, "expected a value of at most %d characters", VALUE_MAX - 1);
        return NULL;
    }
    char *made = make(source, len + 1);
    if (made != NULL) { memcpy(made, text, len); }
    return made;
}

static bool parse_options(struct source *source, struct script *script)
{
    struct script_option **tail = &script->options;
    while (peek(source)->kind == TOKEN_OPTION) {
        const struct token *token = take(source);
        struct script_option *option = make(source, sizeof *option);
        if (option == NULL) { return false; }
        *option = (struct script_option){
            .line = token->line, .column = token->column, .name = token->text};
        if (take_mark(source, '=')) {
            option->value = option_value(source);
            if (option->value == NULL) { return false; }
        }
        *tail = option;
        tail = &option->next;
    }
    return true;
}

/* ---- times ---- */

bool parse_seconds(struct source *source, int64_t *us)
{
    const struct token *token = peek(source);
    if (token->kind != TOKEN_DECIMAL && token->kind != TOKEN_INTEGER) {
        source_fail(source, token, "expected a time in seconds, not %s", token->text);
        return false;
    }
    if (token->number < 0) {
        source_fail(source, token, "expected a time that is not negative, not %s", token->text);
        return false;
    }
    const bool whole = token->kind == TOKEN_INTEGER;
    if (token->number > (whole ? SECONDS_MAX : SECONDS_MAX * MILLIONTHS)) {
        source_fail(source, token, "expected a time below %lld seconds", (long long)SECONDS_MAX);
        return false;
    }
    *us = whole ? token->number * MILLIONTHS : token->number;
    (void)take(source);
    return true;
}

static bool range_end(struct source *source, struct script_time *time)
{
    if (!parse_seconds(source, &time->end_us)) { return false; }
    if (time->end_us < time->us) {
        source_fail(source, peek(source), "expected a range of time that does not go back");
        return false;
    }
    return true;
}

static bool parse_time(struct source *source, struct script_time *time)
{
    if (take_mark(source, '*')) {
        time->kind = TIME_ANY;
        return true;
    }
    const bool relative = take_mark(source, '+');
    time->kind = relative ? TIME_AFTER : TIME_AT;
    if (!parse_seconds(source, &time->us)) { return false; }
    if (!take_mark(source, '~')) { return true; }
    time->kind = relative ? TIME_RANGE_AFTER : TIME_RANGE;
    if (relative && !expect_mark(source, '+', "before the range's end")) { return false; }
    return range_end(source, time);
}

/* ---- events ---- */

static bool parse_action(struct source *source, const struct script *script, struct event *event)
{
    const struct token *token = peek(source);
    if (is_mark(token, '<') || is_mark(token, '>')) {
        event->kind = EVENT_PACKET;
        return parse_packet(source, script->ipv6, &event->u.packet);
    }
    if (token->kind == TOKEN_COMMAND || token->kind == TOKEN_CODE) {
        event->kind = token->kind == TOKEN_COMMAND ? EVENT_COMMAND : EVENT_CODE;
        event->u.text = take(source)->text;
        return true;
    }
    if (token->kind == TOKEN_WORD || token->kind == TOKEN_ELLIPSIS) {
        event->kind = EVENT_CALL;
        return parse_call(source, &event->u.call);
    }
    source_fail(source, token,
                "expected a packet, a system call, `command` or %%{ code }%%, not %s", token->text);
    return false;
}

/* '*' and ranges belong to outbound packets. */
static bool time_fits(struct source *source, const struct event *event, const struct token *at)
{
    const enum time_kind kind = event->time.kind;
    const bool outbound = event->kind == EVENT_PACKET && event->u.packet.outbound;
    if (outbound || kind == TIME_AT || kind == TIME_AFTER) { return true; }
    source_fail(source, at, "expected a single time: %s can only be used with outbound packets",
                kind == TIME_ANY ? "event time <star>" : "event time range");
    return false;
}

static struct event *parse_event(struct source *source, const struct script *script)
{
    const struct token *token = peek(source);
    struct event *event = make(source, sizeof *event);
    if (event == NULL) { return NULL; }
    event->line = token->line;
    event->column = token->column;
    const bool ok = parse_time(source, &event->time) && parse_action(source, script, event) &&
                    time_fits(source, event, token);
    return ok ? event : NULL;
}

static bool begins_event(const struct token *token)
{
    return token->kind == TOKEN_DECIMAL || token->kind == TOKEN_INTEGER || is_mark(token, '+') ||
           is_mark(token, '*');
}

static bool parse_events(struct source *source, struct script *script)
{
    struct event **tail = &script->events;
    if (!begins_event(peek(source))) {
        source_fail(source, peek(source), "expected the time of the first event, not %s",
                    peek(source)->text);
        return false;
    }
    while (begins_event(peek(source))) {
        struct event *event = parse_event(source, script);
        if (event == NULL) { return false; }
        *tail = event;
        tail = &event->next;
        script->event_count++;
    }
    return true;
}

bool parse_script(struct source *source, struct script *script,
                  void (*options_known)(void *context, struct source *source,
                                        struct script *script),
                  void *context)
{
    /* Definitions among the options replace words of what follows: the text is read twice. */
    if (!lex(source) || !parse_options(source, script)) { return false; }
    const size_t options = source->at;
    options_known(context, source, script);
    if (source->failed || source->unsupported) { return false; }
    source->count = 0;
    if (!lex(source)) { return false; }
    source->at = options < source->count ? options : source->count - 1;
    if (peek(source)->kind == TOKEN_COMMAND) {
        script->init_line = peek(source)->line;
        script->init = take(source)->text;
    }
    if (!parse_events(source, script)) { return false; }
    if (peek(source)->kind == TOKEN_COMMAND) { script->cleanup = take(source)->text; }
    if (peek(source)->kind != TOKEN_END) {
        source_fail(source, peek(source), "expected the time of an event, not %s",
                    peek(source)->text);
        return false;
    }
    return !source->no_memory;
}
