/* script.h - a packetdrill script as a tree: what lexer.c and the parse_*.c files make of the text.
 * All of it lies in the arena of the run. Private to this folder. */
#ifndef TCPSIM_PKT_SCRIPT_H
#define TCPSIM_PKT_SCRIPT_H

#include "../../tcp/segment.h"
#include "../core/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- tokens ---- */

enum token_kind {
    TOKEN_END,
    TOKEN_WORD,
    TOKEN_INTEGER,
    TOKEN_HEX,
    TOKEN_DECIMAL, /* 0.25 */
    TOKEN_STRING,
    TOKEN_COMMAND, /* `...` */
    TOKEN_CODE,    /* %{...}% */
    TOKEN_OPTION,  /* --name */
    TOKEN_ELLIPSIS,
    TOKEN_ADDRESS,
    TOKEN_MARK, /* one character */
};

struct token {
    enum token_kind kind;
    uint32_t line, column;
    const char *text; /* ended by '\0'; a string's without quotes, its escapes resolved */
    size_t len;
    int64_t number; /* INTEGER, HEX; DECIMAL: millionths */
};

struct definition {
    struct definition *next;
    const char *name, *value;
};

/* What is being read. The first mistake stays; what is only not there is `unsupported`. */
struct source {
    struct arena *arena;
    const char *text;
    size_t len;
    struct definition *definitions;
    struct token *tokens;
    size_t count, room, at;
    bool failed, unsupported, no_memory;
    uint32_t line, column;
    char error[256];
};

/* The whole text into tokens. False: see `error`, or no_memory. */
bool lex(struct source *source);
void define(struct source *source, const char *name, const char *value);
/* The definition's value, or NULL. */
const char *definition_of(const struct source *source, const char *name);

void source_fail(struct source *source, const struct token *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void source_unsupported(struct source *source, const struct token *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The next token, and the one after it; never past TOKEN_END. */
const struct token *peek(const struct source *source);
const struct token *peek_second(const struct source *source);
const struct token *take(struct source *source);
bool is_mark(const struct token *token, char mark);
bool is_word(const struct token *token, const char *word);
bool take_mark(struct source *source, char mark); /* if it is there */
bool take_word(struct source *source, const char *word);
/* False, and told, when it is not there. `what` for the message, or NULL. */
bool expect_mark(struct source *source, char mark, const char *what);
bool expect_number(struct source *source, uint64_t max, const char *what, uint64_t *value);
void *make(struct source *source, size_t size_bytes); /* cleared; NULL: noted */

/* ---- expressions: the arguments and results of calls ---- */

enum expr_kind {
    EXPR_ELLIPSIS,
    EXPR_NUMBER,
    EXPR_WORD,
    EXPR_STRING,
    EXPR_OR,    /* two children */
    EXPR_LIST,  /* [a, b] */
    EXPR_GROUP, /* {a, name=b, name(n)=c} */
    EXPR_CALL,  /* htons(8080) */
};

struct expr {
    enum expr_kind kind;
    uint32_t line, column;
    int64_t number;
    const char *text;   /* WORD, STRING, CALL: its name */
    size_t len;         /* of a string */
    const char *field;  /* within a group: its name, or NULL */
    struct expr *index; /* within a group: msg_iov(2)= */
    struct expr *first, *next;
};

/* ---- packets ---- */

enum tos_check { TOS_ANY, TOS_ECN, TOS_ECT01, TOS_WHOLE };

struct script_packet {
    bool outbound, icmp;
    enum tos_check tos_check;
    uint8_t tos, ttl; /* ttl 0: not given */
    uint32_t flow_label;
    uint16_t source_port, destination_port; /* 0: not given */
    uint16_t flags;
    tcp_seq seq, ack;
    uint32_t len;
    bool seq_as_written; /* "!" */
    bool seq_any;        /* "...(n)" */
    bool has_window;
    uint16_t window, urgent;
    bool options_any; /* <...> */
    uint8_t options[TCP_OPTIONS_MAX_BYTES];
    uint8_t options_len;
    uint8_t icmp_type, icmp_code;
    bool has_mtu, has_echoed;
    uint32_t mtu;
};

/* ---- events ---- */

enum time_kind { TIME_AT, TIME_AFTER, TIME_ANY, TIME_RANGE, TIME_RANGE_AFTER };

struct script_time {
    enum time_kind kind;
    int64_t us, end_us; /* end_us: of a range */
};

struct script_call {
    const char *name;
    struct expr *arguments; /* a list through next */
    size_t argument_count;
    struct expr *result;
    const char *errno_name; /* or NULL */
    bool blocks;
    int64_t end_us;
};

enum event_kind { EVENT_PACKET, EVENT_CALL, EVENT_COMMAND, EVENT_CODE };

struct event {
    struct event *next;
    uint32_t line, column;
    enum event_kind kind;
    struct script_time time;
    union {
        struct script_packet packet;
        struct script_call call;
        const char *text; /* of a command, of code */
    } u;
};

struct script_option {
    struct script_option *next;
    uint32_t line, column;
    const char *name, *value; /* value: NULL when none was given */
};

struct script {
    struct script_option *options;
    const char *init, *cleanup; /* commands without a time, or NULL */
    uint32_t init_line;
    struct event *events;
    size_t event_count;
    bool ipv6; /* what addresses and ICMP names mean: set before reading */
};

/* False: source->failed or source->unsupported says why. The options are read first, then
 * `options_known` may set script->ipv6 and definitions; it may fail the source. */
bool parse_script(struct source *source, struct script *script,
                  void (*options_known)(void *context, struct source *source,
                                        struct script *script),
                  void *context);

/* parse_packet.c, parse_options.c, parse_call.c, icmp_names.c */
bool parse_packet(struct source *source, bool ipv6, struct script_packet *packet);
bool parse_tcp_options(struct source *source, struct script_packet *packet);
bool parse_call(struct source *source, struct script_call *call);
/* Seconds, as millionths. */
bool parse_seconds(struct source *source, int64_t *us);
/* By name, or "type_3", "code_4". */
bool icmp_numbers(bool ipv6, const char *type, const char *code, uint8_t *type_number,
                  uint8_t *code_number);

#endif
