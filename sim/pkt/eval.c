/* eval.c - expressions of code: a recursive descent that computes as it reads. Statements are in
 * eval_statement.c. */
#include "eval_private.h"

#include <stdio.h>
#include <string.h>

#define DEPTH_MAX 64

struct eval *eval_create(struct arena *arena)
{
    struct eval *eval = arena_take_zeroed(arena, sizeof *eval);
    if (eval != NULL) { eval->arena = arena; }
    return eval;
}

void eval_on_print(struct eval *eval, void (*print)(void *context, const char *text), void *context)
{
    eval->print = print;
    eval->print_context = context;
}

/* The first reason counts. */
void eval_stop(struct eval *eval, enum eval_result result, const char *what, const char *detail)
{
    if (eval->result != EVAL_HOLDS) { return; }
    eval->result = result;
    (void)snprintf(eval->message, eval->room, "%s%s", what, detail);
}

static void *eval_room(struct eval *eval, size_t size_bytes)
{
    void *memory = arena_take_zeroed(eval->arena, size_bytes);
    if (memory == NULL) { eval_stop(eval, EVAL_NO_MEMORY, "no memory", ""); }
    return memory;
}

/* ---- names ---- */

struct variable *eval_variable(struct eval *eval, const char *name, size_t len)
{
    for (struct variable *at = eval->variables; at != NULL; at = at->next) {
        if (strncmp(at->name, name, len) == 0 && at->name[len] == '\0') { return at; }
    }
    return NULL;
}

void eval_assign(struct eval *eval, const char *name, const struct value *value)
{
    struct variable *variable = eval_variable(eval, name, strlen(name));
    if (variable == NULL) {
        variable = eval_room(eval, sizeof *variable);
        if (variable == NULL) { return; }
        variable->name = name;
        variable->next = eval->variables;
        eval->variables = variable;
    }
    variable->value = *value;
}

void eval_set(struct eval *eval, const char *name, int64_t value)
{
    const struct value whole = value_whole(value);
    char none[1];
    eval->message = none;
    eval->room = sizeof none;
    eval_assign(eval, name, &whole);
}

/* ---- the text ---- */

static bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Blanks and comments; within brackets, and after '\', newlines too. */
void eval_skip(struct eval *eval)
{
    for (;;) {
        const char c = *eval->at;
        if (c == ' ' || c == '\t' || c == '\r' || (c == '\n' && eval->brackets > 0)) {
            eval->line += c == '\n';
            eval->at++;
        } else if (c == '\\' && (eval->at[1] == '\n' || eval->at[1] == '\r')) {
            eval->at += 1 + (eval->at[1] == '\r');
            eval->line++;
            eval->at += *eval->at == '\n';
        } else if (c == '#') {
            eval->at += strcspn(eval->at, "\n");
        } else {
            return;
        }
    }
}

bool eval_take(struct eval *eval, const char *text)
{
    const size_t len = strlen(text);
    eval_skip(eval);
    if (strncmp(eval->at, text, len) != 0) { return false; }
    if (is_name_character(text[0]) && is_name_character(eval->at[len])) { return false; }
    eval->at += len;
    return true;
}

size_t eval_name_len(const struct eval *eval)
{
    size_t len = 0;
    if (*eval->at >= '0' && *eval->at <= '9') { return 0; }
    while (is_name_character(eval->at[len])) { len++; }
    return len;
}

char *eval_take_name(struct eval *eval, size_t len)
{
    char *name = eval_room(eval, len + 1);
    if (name != NULL) { memcpy(name, eval->at, len); }
    eval->at += len;
    return name;
}

/* ---- expressions ---- */

static struct value text_value(struct eval *eval)
{
    const char quote = *eval->at++;
    const size_t len = strcspn(eval->at, quote == '"' ? "\"\n" : "'\n");
    if (eval->at[len] != quote) {
        eval_stop(eval, EVAL_ERROR, "a text without its end", "");
        return value_whole(0);
    }
    char *text = eval_take_name(eval, len);
    eval->at++;
    return (struct value){.kind = VALUE_TEXT, .text = text != NULL ? text : ""};
}

static struct value number_value(struct eval *eval)
{
    char digits[40];
    size_t len = 0;
    int64_t whole = 0;
    if (eval->at[0] == '0' && (eval->at[1] | 0x20) == 'x') {
        unsigned long long number = 0;
        int used = 0;
        /* NOLINTNEXTLINE(cert-err34-c): bounded by its length */
        if (sscanf(eval->at, "%llx%n", &number, &used) != 1 || used > 18 || number > INT64_MAX) {
            eval_stop(eval, EVAL_ERROR, "not a number", "");
            return value_whole(0);
        }
        eval->at += used;
        return value_whole((int64_t)number);
    }
    bool real = false;
    while ((eval->at[len] >= '0' && eval->at[len] <= '9') || (eval->at[len] == '.' && !real)) {
        real = real || eval->at[len] == '.';
        len++;
    }
    if (len >= sizeof digits || (!real && len > 18)) {
        eval_stop(eval, EVAL_ERROR, "a number too large", "");
        return value_whole(0);
    }
    double value = 0;
    double unit = 1;
    bool fraction = false;
    for (size_t i = 0; i < len; i++) {
        if (eval->at[i] == '.') {
            fraction = true;
            continue;
        }
        whole = fraction ? whole : whole * 10 + (eval->at[i] - '0');
        unit = fraction ? unit / 10 : 1;
        value = fraction ? value + (eval->at[i] - '0') * unit : value * 10 + (eval->at[i] - '0');
    }
    eval->at += len;
    return real ? (struct value){.kind = VALUE_REAL, .real = value} : value_whole(whole);
}

/* Items up to ')'. */
size_t eval_items(struct eval *eval, struct value *item, bool *comma)
{
    size_t count = 0;
    *comma = false;
    eval->brackets++;
    while (eval_going(eval) && !eval_take(eval, ")")) {
        if (count == TUPLE_MAX) {
            eval_stop(eval, EVAL_UNSUPPORTED, "so many values in brackets", "");
            break;
        }
        item[count++] = eval_expression(eval);
        if (eval_take(eval, ",")) {
            *comma = true;
        } else if (eval_going(eval) && !eval_take(eval, ")")) {
            eval_stop(eval, EVAL_ERROR, "expected )", "");
        } else {
            break;
        }
    }
    eval->brackets--;
    return count;
}

static struct value bracket(struct eval *eval)
{
    struct value item[TUPLE_MAX];
    bool comma = false;
    const size_t count = eval_items(eval, item, &comma);
    if (count == 1 && !comma) { return item[0]; }
    struct value *kept = eval_room(eval, (count + 1) * sizeof *kept);
    if (kept == NULL) { return value_whole(0); }
    for (size_t i = 0; i < count; i++) { kept[i] = item[i]; }
    return (struct value){.kind = VALUE_TUPLE, .items = kept, .count = count};
}

static struct value call(struct eval *eval, const char *name)
{
    struct value item[TUPLE_MAX];
    bool comma = false;
    const size_t count = eval_items(eval, item, &comma);
    if (!eval_going(eval)) { return value_whole(0); }
    for (size_t i = 0; i < count; i++) {
        if (!value_is_number(&item[i])) {
            eval_stop(eval, EVAL_UNSUPPORTED, "a function of texts: ", name);
            return value_whole(0);
        }
    }
    if (count == 1 && strcmp(name, "int") == 0) {
        return value_whole(item[0].kind == VALUE_REAL ? (int64_t)item[0].real : item[0].whole);
    }
    if (count == 1 && strcmp(name, "abs") == 0) {
        item[0].whole =
            item[0].whole < 0 && item[0].whole > INT64_MIN ? -item[0].whole : item[0].whole;
        item[0].real = item[0].real < 0 ? -item[0].real : item[0].real;
        return item[0];
    }
    const bool least = strcmp(name, "min") == 0;
    if (count > 0 && (least || strcmp(name, "max") == 0)) {
        struct value best = item[0];
        for (size_t i = 1; i < count; i++) {
            int order = 0;
            (void)value_compare(&item[i], &best, &order);
            best = order != 0 && (order < 0) == least ? item[i] : best;
        }
        return best;
    }
    eval_stop(eval, EVAL_UNSUPPORTED, "function ", name);
    return value_whole(0);
}

static struct value named(struct eval *eval, size_t len)
{
    const struct variable *variable = eval_variable(eval, eval->at, len);
    const char *name = eval_take_name(eval, len);
    if (name == NULL) { return value_whole(0); }
    if (eval_take(eval, "(")) { return call(eval, name); }
    if (variable != NULL) { return variable->value; }
    if (strcmp(name, "True") == 0 || strcmp(name, "False") == 0) {
        return value_whole(name[0] == 'T');
    }
    if (strncmp(name, "tcpi_", 5) == 0) {
        eval_stop(eval, EVAL_UNSUPPORTED, "TCP_INFO's ", name);
    } else {
        eval_stop(eval, EVAL_ERROR, "a name that is not defined: ", name);
    }
    return value_whole(0);
}

static struct value primary(struct eval *eval)
{
    if (eval->depth >= DEPTH_MAX) {
        eval_stop(eval, EVAL_UNSUPPORTED, "so many brackets within each other", "");
        return value_whole(0);
    }
    eval->depth++;
    struct value value = value_whole(0);
    eval_skip(eval);
    const char c = *eval->at;
    const size_t len = eval_name_len(eval);
    if (eval_take(eval, "-")) {
        const struct value zero = value_whole(0);
        const struct value operand = primary(eval);
        const char *wrong = value_arithmetic("-", &zero, &operand, &value);
        if (wrong != NULL) { eval_stop(eval, EVAL_ERROR, wrong, ""); }
    } else if (eval_take(eval, "(")) {
        value = bracket(eval);
    } else if (c == '"' || c == '\'') {
        value = text_value(eval);
    } else if ((c >= '0' && c <= '9') || c == '.') {
        value = number_value(eval);
    } else if (len > 0) {
        value = named(eval, len);
    } else {
        eval_stop(eval, EVAL_ERROR, "expected a value", "");
    }
    eval->depth--;
    return value;
}

/* Binary operators by how tightly they bind, the loosest first. */
static const char *const levels[][4] = {{"|", NULL},      {"^", NULL},
                                        {"&", NULL},      {"<<", ">>", NULL},
                                        {"+", "-", NULL}, {"*", "//", "/", "%"}};
#define LEVELS (sizeof levels / sizeof levels[0])

static const char *take_operator(struct eval *eval, size_t level)
{
    for (size_t i = 0; i < 4 && levels[level][i] != NULL; i++) {
        if (eval_take(eval, levels[level][i])) { return levels[level][i]; }
    }
    return NULL;
}

static struct value formatted(struct eval *eval, const struct value *left,
                              const struct value *right)
{
    char text[TEXT_MAX];
    if (!value_format(left->text, right, text, sizeof text)) {
        eval_stop(eval, EVAL_UNSUPPORTED, "the format '", left->text);
        return value_whole(0);
    }
    char *kept = eval_room(eval, strlen(text) + 1);
    if (kept == NULL) { return value_whole(0); }
    memcpy(kept, text, strlen(text) + 1);
    return (struct value){.kind = VALUE_TEXT, .text = kept};
}

static struct value binary(struct eval *eval, size_t level)
{
    if (level == LEVELS) { return primary(eval); }
    struct value left = binary(eval, level + 1);
    const char *operator_ = eval_going(eval) ? take_operator(eval, level) : NULL;
    while (operator_ != NULL && eval_going(eval)) {
        const struct value right = binary(eval, level + 1);
        if (!eval_going(eval)) { break; }
        struct value result = value_whole(0);
        if (left.kind == VALUE_TEXT && operator_[0] == '%') {
            result = formatted(eval, &left, &right);
        } else {
            const char *wrong = value_arithmetic(operator_, &left, &right, &result);
            if (wrong != NULL) { eval_stop(eval, EVAL_ERROR, wrong, ""); }
        }
        left = result;
        operator_ = take_operator(eval, level);
    }
    return left;
}

/* a < b <= c: each pair must hold. */
static struct value comparison(struct eval *eval)
{
    static const char *const operators[] = {"==", "!=", "<=", ">=", "<", ">"};
    struct value left = binary(eval, 0);
    bool compared = false;
    bool holds = true;
    for (size_t i = 0; eval_going(eval) && i < sizeof operators / sizeof operators[0]; i++) {
        eval_skip(eval);
        if (!eval_take(eval, operators[i])) { continue; }
        const struct value right = binary(eval, 0);
        int order = 0;
        if (!eval_going(eval)) { break; }
        const bool comparable = value_compare(&left, &right, &order);
        if (!comparable && i > 1) { eval_stop(eval, EVAL_ERROR, "values that have no order", ""); }
        const bool truths[] = {comparable && order == 0, !comparable || order != 0, order <= 0,
                               order >= 0, order<0, order> 0};
        holds = holds && truths[i];
        compared = true;
        left = right;
        i = SIZE_MAX; /* from the first again */
    }
    return compared ? value_whole(holds) : left;
}

static struct value negation(struct eval *eval)
{
    if (eval->depth >= DEPTH_MAX || !eval_take(eval, "not")) { return comparison(eval); }
    eval->depth++;
    const struct value value = negation(eval);
    eval->depth--;
    return value_whole(!value_true(&value));
}

static struct value conjunction(struct eval *eval)
{
    struct value left = negation(eval);
    while (eval_going(eval) && eval_take(eval, "and")) {
        const struct value right = negation(eval);
        left = value_true(&left) ? right : left;
    }
    return left;
}

struct value eval_expression(struct eval *eval)
{
    struct value left = conjunction(eval);
    while (eval_going(eval) && eval_take(eval, "or")) {
        const struct value right = conjunction(eval);
        left = value_true(&left) ? left : right;
    }
    return left;
}
