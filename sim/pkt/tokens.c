/* tokens.c - what the parser asks of its source: the next token, definitions, messages. */
#include "script.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- messages ---- */

static void __attribute__((format(printf, 4, 0)))
note(struct source *source, uint32_t line, uint32_t column, const char *format, va_list arguments)
{
    if (source->failed || source->unsupported) { return; }
    source->line = line;
    source->column = column;
    (void)vsnprintf(source->error, sizeof source->error, format, arguments);
}

void source_fail(struct source *source, const struct token *at, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    note(source, at->line, at->column, format, arguments);
    va_end(arguments);
    source->failed = source->failed || !source->unsupported;
}

void source_unsupported(struct source *source, const struct token *at, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    note(source, at->line, at->column, format, arguments);
    va_end(arguments);
    source->unsupported = source->unsupported || !source->failed;
}

void *make(struct source *source, size_t size_bytes)
{
    void *memory = arena_take_zeroed(source->arena, size_bytes);
    if (memory == NULL) { source->no_memory = true; }
    return memory;
}

/* ---- definitions ---- */

void define(struct source *source, const char *name, const char *value)
{
    struct definition *made = make(source, sizeof *made);
    if (made == NULL) { return; }
    *made = (struct definition){source->definitions, name, value};
    source->definitions = made;
}

const char *definition_of(const struct source *source, const char *name)
{
    for (const struct definition *at = source->definitions; at != NULL; at = at->next) {
        if (strcmp(at->name, name) == 0) { return at->value; }
    }
    return NULL;
}

/* ---- reading tokens ---- */

const struct token *peek(const struct source *source) { return &source->tokens[source->at]; }

const struct token *peek_second(const struct source *source)
{
    const size_t next = source->at + 1 < source->count ? source->at + 1 : source->at;
    return &source->tokens[next];
}

const struct token *take(struct source *source)
{
    const struct token *token = peek(source);
    if (source->at + 1 < source->count) { source->at++; }
    return token;
}

bool is_mark(const struct token *token, char mark)
{
    return token->kind == TOKEN_MARK && token->text[0] == mark;
}

bool is_word(const struct token *token, const char *word)
{
    return token->kind == TOKEN_WORD && strcmp(token->text, word) == 0;
}

bool take_mark(struct source *source, char mark)
{
    if (!is_mark(peek(source), mark)) { return false; }
    (void)take(source);
    return true;
}

bool take_word(struct source *source, const char *word)
{
    if (!is_word(peek(source), word)) { return false; }
    (void)take(source);
    return true;
}

bool expect_mark(struct source *source, char mark, const char *what)
{
    if (take_mark(source, mark)) { return true; }
    const struct token *token = peek(source);
    source_fail(source, token, "expected '%c'%s%s, not %s", mark, what != NULL ? " " : "",
                what != NULL ? what : "", token->text);
    return false;
}

bool expect_number(struct source *source, uint64_t max, const char *what, uint64_t *value)
{
    const struct token *token = peek(source);
    const bool number = token->kind == TOKEN_INTEGER || token->kind == TOKEN_HEX;
    if (!number || token->number < 0 || (uint64_t)token->number > max) {
        source_fail(source, token, "expected %s, a number from 0 to %llu, not %s", what,
                    (unsigned long long)max, token->text);
        return false;
    }
    *value = (uint64_t)take(source)->number;
    return true;
}
