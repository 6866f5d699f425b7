/* calls.c - the table of system calls, their arguments, their results, and those that block. */
#include "run.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct call_row {
    const char *name;
    enum call_status (*run)(struct call *call);
    bool result_is_fd;
    bool later; /* known, and not there */
} rows[] = {
    {"socket", call_socket, true, false},
    {"bind", call_bind, false, false},
    {"listen", call_listen, false, false},
    {"accept", call_accept, true, false},
    {"accept4", call_accept, true, false},
    {"connect", call_connect, false, false},
    {"read", call_read, false, false},
    {"readv", call_readv, false, false},
    {"recv", call_recv, false, false},
    {"recvfrom", call_recv, false, false},
    {"recvmsg", call_recvmsg, false, false},
    {"write", call_write, false, false},
    {"writev", call_writev, false, false},
    {"send", call_send, false, false},
    {"sendto", call_sendto, false, false},
    {"sendmsg", call_sendmsg, false, false},
    {"fcntl", call_fcntl, false, false},
    {"ioctl", call_ioctl, false, false},
    {"close", call_close, false, false},
    {"shutdown", call_shutdown, false, false},
    {"getsockopt", call_getsockopt, false, false},
    {"setsockopt", call_setsockopt, false, false},
    {"poll", call_poll, false, false},
    {"epoll_create", call_epoll_create, true, false},
    {"epoll_ctl", call_epoll_ctl, false, false},
    {"epoll_wait", call_epoll_wait, false, false},
    {"sendfile", NULL, false, true},
    {"splice", NULL, false, true},
    {"pipe", NULL, false, true},
    {"open", NULL, false, true},
    {"cap_set", NULL, false, true},
};

static const struct call_row *row_of(const char *name)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].name, name) == 0) { return &rows[i]; }
    }
    return NULL;
}

bool calls_known(const char *name) { return row_of(name) != NULL; }

/* ---- results ---- */

enum call_status call_return(struct call *call, int64_t result)
{
    call->result = result;
    call->error = 0;
    return CALL_DONE;
}

enum call_status call_errno(struct call *call, int error)
{
    call->result = -1;
    call->error = error;
    return CALL_DONE;
}

enum call_status call_wrong(struct call *call, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    pkt_fail(call->pkt, call->event->line, "runtime error in %s call: %s", call->spec->name, text);
    return CALL_WRONG;
}

enum call_status call_unsupported(struct call *call, const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    pkt_unsupported(call->pkt, call->event->line, "%s", text);
    return CALL_WRONG;
}

/* ---- arguments ---- */

const struct expr *call_argument(const struct call *call, size_t index)
{
    const struct expr *at = call->spec->arguments;
    for (; at != NULL && index > 0; index--) { at = at->next; }
    return at;
}

static const char *kind_words(enum expr_kind kind)
{
    switch (kind) {
    case EXPR_ELLIPSIS: return "ellipsis";
    case EXPR_NUMBER: return "integer";
    case EXPR_WORD: return "word";
    case EXPR_STRING: return "string";
    case EXPR_OR: return "binary_expression";
    case EXPR_LIST: return "list";
    case EXPR_GROUP: return "group";
    case EXPR_CALL: return "call";
    }
    return "";
}

bool expr_number(struct call *call, const struct expr *expr, int64_t *number)
{
    if (expr == NULL) {
        (void)call_wrong(call, "Argument list too short");
        return false;
    }
    if (expr->kind == EXPR_NUMBER) {
        *number = expr->number;
        return true;
    }
    if (expr->kind == EXPR_WORD) {
        if (symbol_number(call->pkt->numbers, expr->text, number)) { return true; }
        (void)call_unsupported(call, "the name %s", expr->text);
        return false;
    }
    int64_t left = 0;
    int64_t right = 0;
    if (expr->kind == EXPR_OR) {
        if (!expr_number(call, expr->first, &left) ||
            !expr_number(call, expr->first->next, &right)) {
            return false;
        }
        *number = left | right;
        return true;
    }
    if (expr->kind == EXPR_CALL && strcmp(expr->text, "htons") == 0) {
        return expr_number(call, expr->first, number);
    }
    (void)call_wrong(call, "Bad type; actual: %s expected: integer", kind_words(expr->kind));
    return false;
}

bool call_number(struct call *call, size_t index, int64_t *number)
{
    return expr_number(call, call_argument(call, index), number);
}

bool call_fd(struct call *call, size_t index, struct fd **fd)
{
    int64_t number = 0;
    if (!call_number(call, index, &number)) { return false; }
    *fd = fd_of(call->pkt, number);
    if (*fd != NULL) { return true; }
    (void)call_wrong(call, "unable to find fd with script fd %lld", (long long)number);
    return false;
}

bool call_ellipsis(struct call *call, size_t index)
{
    const struct expr *expr = call_argument(call, index);
    /* An address written out says what the script's options say. */
    const bool fits = expr != NULL && (expr->kind == EXPR_ELLIPSIS || expr->kind == EXPR_GROUP ||
                                       expr->kind == EXPR_LIST || expr->kind == EXPR_NUMBER);
    if (!fits) {
        (void)call_wrong(call, "Bad type; actual: %s expected: ellipsis",
                         expr != NULL ? kind_words(expr->kind) : "nothing");
    }
    return fits;
}

bool call_count(struct call *call, size_t least, size_t most)
{
    const size_t count = call->spec->argument_count;
    if (count >= least && count <= most) { return true; }
    (void)call_wrong(call, "Expected %zu args but got %zu", least, count);
    return false;
}

bool call_bracketed(struct call *call, size_t index, int64_t *number)
{
    const struct expr *expr = call_argument(call, index);
    if (expr == NULL || expr->kind != EXPR_LIST || expr->first == NULL) {
        (void)call_wrong(call, "Bad type; actual: %s expected: list",
                         expr != NULL ? kind_words(expr->kind) : "nothing");
        return false;
    }
    if (expr->first->next != NULL) {
        (void)call_wrong(call, "Expected [<element>] but got multiple elements");
        return false;
    }
    return expr_number(call, expr->first, number);
}

const struct expr *expr_field(const struct expr *group, const char *name)
{
    const struct expr *at = group != NULL ? group->first : NULL;
    while (at != NULL && (at->field == NULL || strcmp(at->field, name) != 0)) { at = at->next; }
    return at;
}

/* ---- running ---- */

static void check_result(struct call *call)
{
    int64_t expected = 0;
    if (!expr_number(call, call->spec->result, &expected)) { return; }
    const long long got = (long long)call->result;
    if (call->result_is_fd && expected >= 0) {
        if (call->result < 0) {
            (void)call_wrong(call, "Expected non-negative result but got %lld with errno %d (%s)",
                             got, call->error, errno_text(call->error));
            return;
        }
    } else if (call->result != expected) {
        (void)call_wrong(call, "Expected result %lld but got %lld with errno %d (%s)",
                         (long long)expected, got, call->error, errno_text(call->error));
        return;
    }
    if (call->spec->errno_name != NULL) {
        int wanted = 0;
        if (!errno_number(call->spec->errno_name, &wanted)) {
            (void)call_unsupported(call, "the errno %s", call->spec->errno_name);
        } else if (wanted != call->error) {
            (void)call_wrong(call, "Expected errno %d (%s) but got %d (%s)", wanted,
                             errno_text(wanted), call->error, errno_text(call->error));
        }
    }
    if (call->made != NULL && pkt_going(call->pkt)) {
        if (fd_of(call->pkt, expected) != NULL && strcmp(call->spec->name, "socket") == 0) {
            (void)call_wrong(call, "duplicate fd %lld in script", (long long)expected);
            return;
        }
        call->made->script_fd = expected;
        call->made->closed = false;
    }
}

static void check_return_time(struct pkt *pkt, const struct event *event, int64_t began_us,
                              int64_t offset_us)
{
    char text[256];
    const bool relative = event->time.kind == TIME_AFTER;
    const struct time_check check = {.kind = TIME_AT,
                                     .script_us = event->u.call.end_us + (relative ? offset_us : 0),
                                     .live_us = pkt_now_us(pkt),
                                     .last_us = began_us,
                                     .what = "system call return"};
    if (!times_hold(pkt, &check, text, sizeof text)) { pkt_fail(pkt, event->line, "%s", text); }
}

static struct call call_of(struct pkt *pkt, const struct event *event, bool again)
{
    return (struct call){.pkt = pkt,
                         .event = event,
                         .spec = &event->u.call,
                         .pending = &pkt->pending,
                         .again = again,
                         .result_is_fd = row_of(event->u.call.name)->result_is_fd};
}

/* The offset that a relative call began with is kept: later events have their own. */
static void finish_call(struct call *call)
{
    struct pkt *pkt = call->pkt;
    const struct pending pending = pkt->pending;
    pkt->pending = (struct pending){.active = false};
    check_result(call);
    if (call->spec->blocks && pkt_going(pkt)) {
        check_return_time(pkt, call->event, pending.script_us,
                          pending.script_us - call->event->time.us);
    }
}

enum step calls_run(struct pkt *pkt, struct event *event)
{
    const struct call_row *row = row_of(event->u.call.name);
    if (row == NULL || row->later) {
        pkt_unsupported(pkt, event->line, "system call %s", event->u.call.name);
        return STEP_DONE;
    }
    struct call call = call_of(pkt, event, false);
    pkt->pending = (struct pending){.event = event,
                                    .script_us = pkt->time_us,
                                    .give_up_ns = TIME_NEVER,
                                    .foreground = !event->u.call.blocks};
    switch (row->run(&call)) {
    case CALL_DONE: finish_call(&call); return STEP_DONE;
    case CALL_WRONG: return STEP_DONE;
    case CALL_BLOCKS: break;
    }
    pkt->pending.active = true;
    return STEP_DONE;
}

void calls_retry(struct pkt *pkt)
{
    if (!pkt->pending.active || !pkt_going(pkt)) { return; }
    struct call call = call_of(pkt, pkt->pending.event, true);
    if (row_of(call.spec->name)->run(&call) == CALL_DONE) { finish_call(&call); }
}
