/* eval_statement.c - the statements of code: assertions, assignments, print. */
#include "eval_private.h"

#include <stdio.h>
#include <string.h>

/* ---- statements ---- */

static void assertion(struct eval *eval)
{
    eval_skip(eval);
    const char *begin = eval->at;
    const struct value value = eval_expression(eval);
    const int len = (int)(eval->at - begin < TEXT_MAX ? eval->at - begin : TEXT_MAX);
    struct value told = value_whole(0);
    const bool has_message = eval_going(eval) && eval_take(eval, ",");
    if (has_message) { told = eval_expression(eval); }
    if (!eval_going(eval) || value_true(&value)) { return; }
    char text[TEXT_MAX + 8];
    char detail[TEXT_MAX] = "";
    (void)snprintf(text, sizeof text, "%.*s", len, begin);
    if (has_message) {
        detail[0] = ':';
        detail[1] = ' ';
        (void)value_print(&told, detail + 2, sizeof detail - 2);
    }
    eval_stop(eval, EVAL_ASSERTION, text, detail);
}

static void print(struct eval *eval)
{
    struct value item[TUPLE_MAX];
    char text[TEXT_MAX] = "";
    size_t len = 0;
    bool comma = false;
    size_t count = 1;
    if (eval_take(eval, "(")) {
        count = eval_items(eval, item, &comma);
    } else {
        item[0] = eval_expression(eval);
    }
    for (size_t i = 0; eval_going(eval) && i < count && len + 1 < sizeof text; i++) {
        if (i > 0) { text[len++] = ' '; }
        len += value_print(&item[i], text + len, sizeof text - len);
    }
    if (eval_going(eval) && eval->print != NULL) { eval->print(eval->print_context, text); }
}

/* NAME = E, NAME += E; false: something else stands there. */
static bool assignment(struct eval *eval)
{
    static const char *const operators[] = {"+=", "-=", "*=", "|=", "&="};
    const char *before = eval->at;
    const size_t len = eval_name_len(eval);
    if (len == 0) { return false; }
    eval->at += len;
    eval_skip(eval);
    const char *operator_ = NULL;
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
        if (operator_ == NULL && eval_take(eval, operators[i])) { operator_ = operators[i]; }
    }
    const bool plain = operator_ == NULL && eval->at[0] == '=' && eval->at[1] != '=';
    if (operator_ == NULL && !plain) {
        eval->at = before;
        return false;
    }
    eval->at += plain;
    const char *after = eval->at;
    eval->at = before;
    const char *name = eval_take_name(eval, len);
    eval->at = after;
    struct value value = eval_expression(eval);
    if (!eval_going(eval)) { return true; }
    if (operator_ != NULL) {
        const struct variable *old = eval_variable(eval, name, len);
        const char one[] = {operator_[0], '\0'};
        const struct value right = value;
        const char *wrong = old == NULL ? "a name that is not defined"
                                        : value_arithmetic(one, &old->value, &right, &value);
        if (wrong != NULL) { eval_stop(eval, EVAL_ERROR, wrong, ""); }
    }
    if (eval_going(eval)) { eval_assign(eval, name, &value); }
    return true;
}

static void statement(struct eval *eval)
{
    static const char *const later[] = {"if",  "for",  "while", "def",    "import",
                                        "try", "with", "class", "return", "from"};
    for (size_t i = 0; i < sizeof later / sizeof later[0]; i++) {
        if (eval_take(eval, later[i])) {
            eval_stop(eval, EVAL_UNSUPPORTED, "code with ", later[i]);
            return;
        }
    }
    if (eval_take(eval, "assert")) {
        assertion(eval);
    } else if (eval_take(eval, "print")) {
        print(eval);
    } else if (!eval_take(eval, "pass") && !assignment(eval)) {
        (void)eval_expression(eval);
    }
}

enum eval_result eval_run(struct eval *eval, const char *code, char *message, size_t room,
                          uint32_t *line)
{
    eval->at = code;
    eval->line = 0;
    eval->depth = 0;
    eval->brackets = 0;
    eval->result = EVAL_HOLDS;
    eval->message = message;
    eval->room = room;
    message[0] = '\0';
    *line = 0;
    for (;;) {
        eval_skip(eval);
        if (*eval->at == '\0') { break; }
        if (*eval->at == ';' || *eval->at == '\n') {
            eval->line += *eval->at == '\n';
            eval->at++;
            continue;
        }
        *line = eval->line;
        statement(eval);
        if (!eval_going(eval)) { break; }
        eval_skip(eval);
        if (*eval->at != '\0' && *eval->at != ';' && *eval->at != '\n') {
            char rest[TEXT_MAX];
            (void)snprintf(rest, sizeof rest, "%.*s", (int)strcspn(eval->at, "\n"), eval->at);
            eval_stop(eval, EVAL_ERROR, "expected the end of the statement, not ", rest);
            break;
        }
    }
    return eval->result;
}
