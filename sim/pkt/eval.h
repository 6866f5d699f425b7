/* eval.h - what stands in %{ }%: assertions and assignments over numbers, in one namespace for the
 * whole script. A small part of Python, which is what scripts are written in. Private to this
 * folder.
 *
 * Statements, divided by newlines or ';': assert E [, E]; NAME = E (also += -= *=); print(E, ...);
 * pass; an expression. Expressions: numbers, texts, names, ( ), + - * / // %, << >> & ^ |, chained
 * comparisons, not, and, or; abs, min, max, int, len; 'text %d' % E or % (E, E). '#' comments, '\'
 * at a line's end. */
#ifndef TCPSIM_PKT_EVAL_H
#define TCPSIM_PKT_EVAL_H

#include "../core/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct eval;

enum eval_result {
    EVAL_HOLDS,
    EVAL_ASSERTION,   /* one does not hold */
    EVAL_ERROR,       /* not an expression, a name that is not defined, division by zero */
    EVAL_UNSUPPORTED, /* more of Python than is here */
    EVAL_NO_MEMORY
};

struct eval *eval_create(struct arena *arena);                     /* NULL: no memory */
void eval_set(struct eval *eval, const char *name, int64_t value); /* the name is borrowed */
void eval_on_print(struct eval *eval, void (*print)(void *context, const char *text),
                   void *context);
/* *line: of the statement that ended it, from 0 in this code; `message` says why. */
enum eval_result eval_run(struct eval *eval, const char *code, char *message, size_t room,
                          uint32_t *line);

#endif
