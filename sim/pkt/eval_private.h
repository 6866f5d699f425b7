/* eval_private.h - what eval.c (statements, expressions) and eval_value.c (values) share. */
#ifndef TCPSIM_PKT_EVAL_PRIVATE_H
#define TCPSIM_PKT_EVAL_PRIVATE_H

#include "eval.h"

#define TUPLE_MAX 16
#define TEXT_MAX 256

enum value_kind { VALUE_WHOLE, VALUE_REAL, VALUE_TEXT, VALUE_TUPLE };

struct value {
    enum value_kind kind;
    int64_t whole;
    double real;
    const char *text;          /* ended by '\0' */
    const struct value *items; /* of a tuple */
    size_t count;
};

static inline struct value value_whole(int64_t whole)
{
    return (struct value){.kind = VALUE_WHOLE, .whole = whole};
}

bool value_true(const struct value *value);
bool value_is_number(const struct value *value);
/* -1, 0, 1; both numbers, or both texts (else false). */
bool value_compare(const struct value *a, const struct value *b, int *order);
/* As Python prints it; returns the length. */
size_t value_print(const struct value *value, char *text, size_t room);
/* 'cwnd=%d' % value. False: more of formats than is here. */
bool value_format(const char *format, const struct value *value, char *text, size_t room);
/* NULL, or why not. */
const char *value_arithmetic(const char *operator_, const struct value *a, const struct value *b,
                             struct value *result);

struct variable {
    struct variable *next;
    const char *name;
    struct value value;
};

struct eval {
    struct arena *arena;
    struct variable *variables;
    void (*print)(void *context, const char *text);
    void *print_context;
    /* while code runs */
    const char *at;
    uint32_t line;
    unsigned depth, brackets;
    enum eval_result result;
    char *message;
    size_t room;
};

/* ---- eval.c ---- */

/* The first reason counts. */
void eval_stop(struct eval *eval, enum eval_result result, const char *what, const char *detail);
static inline bool eval_going(const struct eval *eval) { return eval->result == EVAL_HOLDS; }
struct variable *eval_variable(struct eval *eval, const char *name, size_t len);
void eval_assign(struct eval *eval, const char *name, const struct value *value);
void eval_skip(struct eval *eval);
bool eval_take(struct eval *eval, const char *text);
size_t eval_name_len(const struct eval *eval);
char *eval_take_name(struct eval *eval, size_t len);
struct value eval_expression(struct eval *eval);
/* Items up to ')'. */
size_t eval_items(struct eval *eval, struct value *item, bool *comma);

#endif
