/* parse_call.c - a system call: its name, arguments, result, errno. Whether there is such a call is
 * the business of calls.c. */
#include "script.h"

#include <string.h>

#define DEPTH_MAX 32

static struct expr *parse_expr(struct source *source, unsigned depth);

static struct expr *make_expr(struct source *source, enum expr_kind kind, const struct token *token)
{
    struct expr *expr = make(source, sizeof *expr);
    if (expr != NULL) {
        *expr = (struct expr){.kind = kind,
                              .line = token->line,
                              .column = token->column,
                              .number = token->number,
                              .text = token->text,
                              .len = token->len};
    }
    return expr;
}

/* Items up to `close`, separated by commas; at least `least`. */
static bool parse_items(struct source *source, char close, unsigned depth, struct expr **first)
{
    struct expr **tail = first;
    if (take_mark(source, close)) { return true; }
    do {
        *tail = parse_expr(source, depth);
        if (*tail == NULL) { return false; }
        tail = &(*tail)->next;
    } while (take_mark(source, ','));
    return expect_mark(source, close, NULL);
}

/* fd=4, msg_iov(2)=[...]: the name of what follows, if it has one. */
static bool parse_field(struct source *source, unsigned depth, const char **field,
                        struct expr **index)
{
    const struct token *token = peek(source);
    if (token->kind != TOKEN_WORD) { return true; }
    const struct token *next = peek_second(source);
    if (is_mark(next, '=')) {
        *field = take(source)->text;
        (void)take(source);
        return true;
    }
    if (!is_mark(next, '(') || strncmp(token->text, "msg_", 4) != 0) { return true; }
    *field = take(source)->text;
    (void)take(source);
    *index = parse_expr(source, depth);
    return *index != NULL && expect_mark(source, ')', NULL) && expect_mark(source, '=', NULL);
}

static struct expr *parse_group(struct source *source, const struct token *open, unsigned depth)
{
    struct expr *group = make_expr(source, EXPR_GROUP, open);
    struct expr **tail = group != NULL ? &group->first : NULL;
    if (group == NULL || take_mark(source, '}')) { return group; }
    do {
        const char *field = NULL;
        struct expr *index = NULL;
        if (!parse_field(source, depth, &field, &index)) { return NULL; }
        *tail = parse_expr(source, depth);
        if (*tail == NULL) { return NULL; }
        (*tail)->field = field;
        (*tail)->index = index;
        tail = &(*tail)->next;
    } while (take_mark(source, ','));
    return expect_mark(source, '}', NULL) ? group : NULL;
}

/* Texts that follow each other are one. */
static struct expr *parse_string(struct source *source, const struct token *first)
{
    struct expr *expr = make_expr(source, EXPR_STRING, first);
    while (expr != NULL && peek(source)->kind == TOKEN_STRING) {
        const struct token *more = take(source);
        char *joined = make(source, expr->len + more->len + 1);
        if (joined == NULL) { return NULL; }
        memcpy(joined, expr->text, expr->len);
        memcpy(joined + expr->len, more->text, more->len);
        expr->text = joined;
        expr->len += more->len;
    }
    if (expr != NULL && peek(source)->kind == TOKEN_ELLIPSIS) { (void)take(source); }
    return expr;
}

static struct expr *parse_single(struct source *source, unsigned depth)
{
    const struct token *token = take(source);
    struct expr *expr = NULL;
    switch (token->kind) {
    case TOKEN_ELLIPSIS: return make_expr(source, EXPR_ELLIPSIS, token);
    case TOKEN_INTEGER:
    case TOKEN_HEX: return make_expr(source, EXPR_NUMBER, token);
    case TOKEN_STRING: return parse_string(source, token);
    case TOKEN_WORD:
        expr = make_expr(source, EXPR_WORD, token);
        if (expr != NULL && take_mark(source, '(')) {
            expr->kind = EXPR_CALL;
            return parse_items(source, ')', depth, &expr->first) ? expr : NULL;
        }
        return expr;
    case TOKEN_MARK:
        if (is_mark(token, '[')) {
            expr = make_expr(source, EXPR_LIST, token);
            return expr != NULL && parse_items(source, ']', depth, &expr->first) ? expr : NULL;
        }
        if (is_mark(token, '{')) { return parse_group(source, token, depth); }
        break;
    case TOKEN_END:
    case TOKEN_DECIMAL:
    case TOKEN_COMMAND:
    case TOKEN_CODE:
    case TOKEN_OPTION:
    case TOKEN_ADDRESS: break;
    }
    source_fail(source, token, "expected a value (a number, a name, \"text\", ..., [ or {), not %s",
                token->text);
    return NULL;
}

static struct expr *parse_expr(struct source *source, unsigned depth)
{
    if (depth == DEPTH_MAX) {
        source_fail(source, peek(source), "expected no more than %d brackets within each other",
                    DEPTH_MAX);
        return NULL;
    }
    struct expr *left = parse_single(source, depth + 1);
    while (left != NULL && is_mark(peek(source), '|')) {
        struct expr *both = make_expr(source, EXPR_OR, take(source));
        if (both == NULL) { return NULL; }
        left->next = parse_single(source, depth + 1);
        if (left->next == NULL) { return NULL; }
        both->first = left;
        left = both;
    }
    return left;
}

/* (Connection refused): what a person reads. */
static bool parse_note(struct source *source)
{
    if (!take_mark(source, '(')) { return true; }
    while (!is_mark(peek(source), ')')) {
        const enum token_kind kind = peek(source)->kind;
        if (kind == TOKEN_END || kind == TOKEN_COMMAND || kind == TOKEN_CODE) {
            source_fail(source, peek(source), "expected ')' after the note, not %s",
                        peek(source)->text);
            return false;
        }
        (void)take(source);
    }
    (void)take(source);
    return true;
}

bool parse_call(struct source *source, struct script_call *call)
{
    if (peek(source)->kind == TOKEN_ELLIPSIS) {
        (void)take(source);
        call->blocks = true;
        if (!parse_seconds(source, &call->end_us)) { return false; }
    }
    const struct token *name = take(source);
    if (name->kind != TOKEN_WORD) {
        source_fail(source, name, "expected the name of a system call, not %s", name->text);
        return false;
    }
    call->name = name->text;
    if (!expect_mark(source, '(', "after the name of the system call") ||
        !parse_items(source, ')', 0, &call->arguments) ||
        !expect_mark(source, '=', "before the result")) {
        return false;
    }
    for (const struct expr *at = call->arguments; at != NULL; at = at->next) {
        call->argument_count++;
    }
    call->result = parse_expr(source, 0);
    if (call->result == NULL) { return false; }
    if (peek(source)->kind == TOKEN_WORD) { call->errno_name = take(source)->text; }
    return parse_note(source);
}
