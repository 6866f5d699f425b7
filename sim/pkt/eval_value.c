/* eval_value.c - values of code: whole numbers, decimal ones, texts, tuples. */
#include "eval_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SHIFT_MAX 62

bool value_is_number(const struct value *value)
{
    return value->kind == VALUE_WHOLE || value->kind == VALUE_REAL;
}

static double value_number(const struct value *value)
{
    return value->kind == VALUE_REAL ? value->real : (double)value->whole;
}

bool value_true(const struct value *value)
{
    switch (value->kind) {
    case VALUE_WHOLE: return value->whole != 0;
    case VALUE_REAL: return value->real < 0 || value->real > 0;
    case VALUE_TEXT: return value->text[0] != '\0';
    case VALUE_TUPLE: return value->count > 0;
    }
    return false;
}

bool value_compare(const struct value *a, const struct value *b, int *order)
{
    if (a->kind == VALUE_TEXT && b->kind == VALUE_TEXT) {
        const int compared = strcmp(a->text, b->text);
        *order = (compared > 0) - (compared < 0);
        return true;
    }
    if (!value_is_number(a) || !value_is_number(b)) { return false; }
    if (a->kind == VALUE_WHOLE && b->kind == VALUE_WHOLE) {
        *order = (a->whole > b->whole) - (a->whole < b->whole);
    } else {
        *order = (value_number(a) > value_number(b)) - (value_number(a) < value_number(b));
    }
    return true;
}

size_t value_print(const struct value *value, char *text, size_t room)
{
    int len = 0;
    switch (value->kind) {
    case VALUE_WHOLE: len = snprintf(text, room, "%" PRId64, value->whole); break;
    case VALUE_REAL: len = snprintf(text, room, "%.12g", value->real); break;
    case VALUE_TEXT: len = snprintf(text, room, "%s", value->text); break;
    case VALUE_TUPLE: {
        size_t at = (size_t)snprintf(text, room, "(");
        for (size_t i = 0; i < value->count && at < room; i++) {
            at += (size_t)snprintf(text + at, room - at, "%s", i > 0 ? ", " : "");
            if (at < room) { at += value_print(&value->items[i], text + at, room - at); }
        }
        if (at < room) { at += (size_t)snprintf(text + at, room - at, ")"); }
        return at < room ? at : room - 1;
    }
    }
    return len < 0 ? 0 : ((size_t)len < room ? (size_t)len : room - 1);
}

bool value_format(const char *format, const struct value *value, char *text, size_t room)
{
    size_t at = 0;
    size_t next = 0;
    for (; *format != '\0' && at + 1 < room; format++) {
        if (*format != '%') {
            text[at++] = *format;
            continue;
        }
        format++;
        while (*format >= '0' && *format <= '9') { format++; }
        if (*format == '%') {
            text[at++] = '%';
            continue;
        }
        const bool tuple = value->kind == VALUE_TUPLE;
        if (strchr("dsuifxg", *format) == NULL || *format == '\0' ||
            next >= (tuple ? value->count : 1)) {
            return false;
        }
        at += value_print(tuple ? &value->items[next] : value, text + at, room - at);
        next++;
    }
    text[at] = '\0';
    return true;
}

/* ---- arithmetic ---- */

static const char *whole_arithmetic(const char *operator_, int64_t a, int64_t b, int64_t *result)
{
    static const char large[] = "a number too large";
    switch (operator_[0]) {
    case '+': return __builtin_add_overflow(a, b, result) ? large : NULL;
    case '-': return __builtin_sub_overflow(a, b, result) ? large : NULL;
    case '*': return __builtin_mul_overflow(a, b, result) ? large : NULL;
    case '|': *result = a | b; return NULL;
    case '&': *result = a & b; return NULL;
    case '^': *result = a ^ b; return NULL;
    case '<':
        if (b < 0 || b > SHIFT_MAX) { return "a shift out of range"; }
        return __builtin_mul_overflow(a, INT64_C(1) << b, result) ? large : NULL;
    case '>':
        if (b < 0 || b > SHIFT_MAX) { return "a shift out of range"; }
        *result = a >> b;
        return NULL;
    default: break;
    }
    if (b == 0) { return "division by zero"; }
    if (a == INT64_MIN && b == -1) { return large; }
    /* Python rounds down. */
    const int64_t down = (a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0;
    const int64_t quotient = a / b - down;
    *result = operator_[0] == '%' ? a - quotient * b : quotient;
    return NULL;
}

static const char *real_arithmetic(const char *operator_, double a, double b, double *result)
{
    switch (operator_[0]) {
    case '+': *result = a + b; return NULL;
    case '-': *result = a - b; return NULL;
    case '*': *result = a * b; return NULL;
    case '/':
        if (!(b < 0 || b > 0)) { return "division by zero"; }
        *result = a / b;
        if (operator_[1] == '/') {
            const double whole = (double)(int64_t)*result;
            *result = whole > *result ? whole - 1 : whole;
        }
        return NULL;
    default: return "an operator for whole numbers, between others";
    }
}

const char *value_arithmetic(const char *operator_, const struct value *a, const struct value *b,
                             struct value *result)
{
    if (!value_is_number(a) || !value_is_number(b)) { return "numbers expected"; }
    const bool divides = operator_[0] == '/' && operator_[1] == '\0';
    if (a->kind == VALUE_WHOLE && b->kind == VALUE_WHOLE && !divides) {
        *result = value_whole(0);
        return whole_arithmetic(operator_, a->whole, b->whole, &result->whole);
    }
    *result = (struct value){.kind = VALUE_REAL};
    return real_arithmetic(operator_, value_number(a), value_number(b), &result->real);
}
