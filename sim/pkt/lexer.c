/* lexer.c - the text of a script as tokens: comments and #ifdef are gone, words that a definition
 * names are replaced. Of several ways to read what comes next the longest counts. */
#include "script.h"

#include <stdio.h>
#include <string.h>

#define FIRST_TOKENS 256
#define CONDITIONS_MAX 16 /* #ifdef within #ifdef */
#define MILLIONTHS 1000000

/* ---- characters ---- */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
static unsigned hex_value(char c)
{
    return is_digit(c) ? (unsigned)(c - '0') : ((unsigned)c | 32u) - 'a' + 10;
}
static bool is_word_character(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

struct cursor {
    struct source *source;
    size_t at;
    uint32_t line, column;
    size_t line_start;
};

static char look(const struct cursor *cursor, size_t ahead)
{
    const size_t at = cursor->at + ahead;
    return at < cursor->source->len ? cursor->source->text[at] : '\0';
}

static void advance(struct cursor *cursor, size_t count)
{
    for (size_t i = 0; i < count && cursor->at < cursor->source->len; i++) {
        if (cursor->source->text[cursor->at++] == '\n') {
            cursor->line++;
            cursor->line_start = cursor->at;
        }
    }
    cursor->column = (uint32_t)(cursor->at - cursor->line_start + 1);
}

static bool starts(const struct cursor *cursor, const char *text)
{
    const size_t len = strlen(text);
    return cursor->source->len - cursor->at >= len &&
           memcmp(cursor->source->text + cursor->at, text, len) == 0;
}

static struct token token_at(const struct cursor *cursor, enum token_kind kind)
{
    return (struct token){.kind = kind, .line = cursor->line, .column = cursor->column};
}

static const char *copy(struct source *source, const char *text, size_t len)
{
    char *made = make(source, len + 1);
    if (made != NULL) { memcpy(made, text, len); }
    return made;
}

static void append(struct source *source, struct token token)
{
    if (source->count == source->room) {
        const size_t room = source->room == 0 ? FIRST_TOKENS : 2 * source->room;
        struct token *grown = arena_resize(source->arena, source->tokens,
                                           source->room * sizeof token, room * sizeof token);
        if (grown == NULL) {
            source->no_memory = true;
            return;
        }
        source->tokens = grown;
        source->room = room;
    }
    source->tokens[source->count++] = token;
}

/* ---- what is left out ---- */

static void skip_line(struct cursor *cursor)
{
    while (cursor->at < cursor->source->len && look(cursor, 0) != '\n') { advance(cursor, 1); }
}

static void skip_comment(struct cursor *cursor)
{
    const struct token begin = token_at(cursor, TOKEN_END);
    advance(cursor, 2);
    while (cursor->at < cursor->source->len && !starts(cursor, "*/")) { advance(cursor, 1); }
    if (cursor->at >= cursor->source->len) {
        source_fail(cursor->source, &begin, "expected */ after /*");
    }
    advance(cursor, 2);
}

/* ---- #ifdef NAME, #ifndef NAME, #else, #endif, each on a line of its own ---- */

struct conditions {
    bool holds[CONDITIONS_MAX];
    size_t depth;
};

static bool reads(const struct conditions *conditions)
{
    for (size_t i = 0; i < conditions->depth; i++) {
        if (!conditions->holds[i]) { return false; }
    }
    return true;
}

static void condition(struct cursor *cursor, struct conditions *conditions)
{
    struct source *source = cursor->source;
    const struct token at = token_at(cursor, TOKEN_END);
    char word[16] = "";
    char name[64] = "";
    const size_t start = cursor->at;
    skip_line(cursor);
    char line[128] = "";
    const size_t len = cursor->at - start;
    memcpy(line, source->text + start, len < sizeof line ? len : sizeof line - 1);
    const int got = sscanf(line, "#%15s %63[A-Za-z0-9_]", word, name);
    const bool if_defined = strcmp(word, "ifdef") == 0;
    if (got == 2 && (if_defined || strcmp(word, "ifndef") == 0)) {
        if (conditions->depth == CONDITIONS_MAX) {
            source_fail(source, &at, "expected #endif: more than %d #ifdef within each other",
                        CONDITIONS_MAX);
            return;
        }
        conditions->holds[conditions->depth++] =
            (definition_of(source, name) != NULL) == if_defined;
    } else if (strcmp(word, "else") == 0 && conditions->depth > 0) {
        conditions->holds[conditions->depth - 1] = !conditions->holds[conditions->depth - 1];
    } else if (strcmp(word, "endif") == 0 && conditions->depth > 0) {
        conditions->depth--;
    } else {
        source_fail(source, &at, "expected #ifdef NAME, #ifndef NAME, #else or #endif");
    }
}

/* ---- quoted text ---- */

static char escaped(char c)
{
    switch (c) {
    case 'n': return '\n';
    case 't': return '\t';
    case 'r': return '\r';
    case '0': return '\0';
    default: return c;
    }
}

/* \xf7: an octet. How many characters it takes; 0: it is none. */
static size_t escaped_octet(const char *text, size_t len, char *octet)
{
    unsigned value = 0;
    size_t digits = 0;
    if (len < 2 || text[0] != 'x') { return 0; }
    while (digits < 2 && digits + 1 < len && is_hex(text[1 + digits])) {
        value = value << 4 | hex_value(text[1 + digits]);
        digits++;
    }
    *octet = (char)value;
    return digits > 0 ? 1 + digits : 0;
}

/* "string" or `command`: in a string escapes are resolved, in a command they are the shell's. */
static void quoted(struct cursor *cursor, char quote)
{
    struct source *source = cursor->source;
    struct token token = token_at(cursor, quote == '"' ? TOKEN_STRING : TOKEN_COMMAND);
    advance(cursor, 1);
    const size_t start = cursor->at;
    while (cursor->at < source->len && look(cursor, 0) != quote) {
        advance(cursor, look(cursor, 0) == '\\' ? 2 : 1);
    }
    if (cursor->at >= source->len) {
        source_fail(source, &token, "expected a closing %c", quote);
        return;
    }
    char *text = make(source, cursor->at - start + 1);
    if (text == NULL) { return; }
    size_t len = 0;
    for (size_t i = start; i < cursor->at; i++) {
        const bool escape = quote == '"' && source->text[i] == '\\' && i + 1 < cursor->at;
        const size_t hex =
            escape ? escaped_octet(source->text + i + 1, cursor->at - i - 1, &text[len]) : 0;
        if (hex > 0) {
            i += hex;
            len++;
        } else {
            text[len++] = escape ? escaped(source->text[++i]) : source->text[i];
        }
    }
    token.text = text;
    token.len = len;
    append(source, token);
    advance(cursor, 1);
}

static void code(struct cursor *cursor)
{
    struct source *source = cursor->source;
    struct token token = token_at(cursor, TOKEN_CODE);
    advance(cursor, 2);
    const size_t start = cursor->at;
    while (cursor->at < source->len && !starts(cursor, "}%")) { advance(cursor, 1); }
    if (cursor->at >= source->len) {
        source_fail(source, &token, "expected }%% after %%{");
        return;
    }
    token.len = cursor->at - start;
    token.text = copy(source, source->text + start, token.len);
    append(source, token);
    advance(cursor, 2);
}

/* ---- numbers and words ---- */

static size_t digits_at(const struct cursor *cursor, size_t ahead)
{
    size_t count = 0;
    while (is_digit(look(cursor, ahead + count))) { count++; }
    return count;
}

/* -?[0-9]*.[0-9]+ */
static size_t decimal_len(const struct cursor *cursor)
{
    size_t len = look(cursor, 0) == '-';
    len += digits_at(cursor, len);
    const size_t fraction = look(cursor, len) == '.' ? digits_at(cursor, len + 1) : 0;
    return fraction > 0 ? len + 1 + fraction : 0;
}

static size_t integer_len(const struct cursor *cursor)
{
    const size_t sign = look(cursor, 0) == '-';
    const size_t digits = digits_at(cursor, sign);
    return digits > 0 ? sign + digits : 0;
}

static size_t hex_len(const struct cursor *cursor)
{
    size_t len = 2;
    if (look(cursor, 0) != '0' || look(cursor, 1) != 'x') { return 0; }
    while (is_hex(look(cursor, len))) { len++; }
    return len > 2 ? len : 0;
}

static size_t word_len(const struct cursor *cursor)
{
    size_t len = 0;
    while (is_word_character(look(cursor, len))) { len++; }
    return len;
}

/* 192.0.2.1; after an option's = also an IPv6 address. */
static size_t address_len(const struct cursor *cursor)
{
    const struct source *source = cursor->source;
    size_t len = 0;
    unsigned parts = 0;
    for (; parts < 4; parts++) {
        const size_t digits = digits_at(cursor, len);
        if (digits == 0 || (parts < 3 && look(cursor, len + digits) != '.')) { break; }
        len += digits + (parts < 3);
    }
    if (parts == 4) { return len; }
    const bool of_option = source->count >= 2 &&
                           source->tokens[source->count - 2].kind == TOKEN_OPTION &&
                           is_mark(&source->tokens[source->count - 1], '=');
    bool colon = false;
    for (len = 0; of_option && (is_hex(look(cursor, len)) || look(cursor, len) == ':' ||
                                look(cursor, len) == '.');
         len++) {
        colon = colon || look(cursor, len) == ':';
    }
    return colon ? len : 0;
}

static int64_t read_decimal(const char *text, size_t len, int64_t scale)
{
    const bool negative = text[0] == '-';
    int64_t value = 0;
    int64_t unit = scale;
    bool fraction = false;
    for (size_t i = negative; i < len; i++) {
        if (text[i] == '.') {
            fraction = true;
        } else if (!fraction) {
            value = value < INT64_MAX / 20 / scale ? value * 10 + (text[i] - '0') * scale : value;
        } else {
            unit /= 10;
            value += (text[i] - '0') * unit;
        }
    }
    return negative ? -value : value;
}

static int64_t read_hex(const char *text, size_t len)
{
    uint64_t value = 0;
    for (size_t i = 2; i < len; i++) { value = value << 4 | hex_value(text[i]); }
    return (int64_t)(value & INT64_MAX);
}

/* What a definition says: "text", `command`, a number, or a word. */
static void replace(struct source *source, struct token token, const char *value)
{
    const size_t len = strlen(value);
    struct source inner = {.arena = source->arena, .text = value, .len = len};
    struct cursor cursor = {.source = &inner, .line = token.line, .column = token.column};
    token.text = value;
    token.len = len;
    if (len >= 2 && (value[0] == '"' || value[0] == '`') && value[len - 1] == value[0]) {
        token.kind = value[0] == '"' ? TOKEN_STRING : TOKEN_COMMAND;
        token.text = copy(source, value + 1, len - 2);
        token.len = len - 2;
    } else if (len > 0 && integer_len(&cursor) == len) {
        token.kind = TOKEN_INTEGER;
        token.number = read_decimal(value, len, 1);
    } else if (len > 0 && hex_len(&cursor) == len) {
        token.kind = TOKEN_HEX;
        token.number = read_hex(value, len);
    }
    append(source, token);
}

/* Keywords stay what they are, whatever is defined. */
static bool is_keyword(const char *word)
{
    static const char *const keywords[] = {"ack", "win",  "urg",    "mss",  "nop", "eol",
                                           "TS",  "val",  "ecr",    "sack", "mtu", "sackOK",
                                           "FO",  "icmp", "wscale", "tos",  "ttl", "FOEXP"};
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++) {
        if (strcmp(keywords[i], word) == 0) { return true; }
    }
    return false;
}

static void number_or_word(struct cursor *cursor)
{
    struct source *source = cursor->source;
    struct token token = token_at(cursor, TOKEN_MARK);
    const char *text = source->text + cursor->at;
    const struct {
        enum token_kind kind;
        size_t len;
    } ways[] = {{TOKEN_ADDRESS, address_len(cursor)},
                {TOKEN_DECIMAL, decimal_len(cursor)},
                {TOKEN_INTEGER, integer_len(cursor)},
                {TOKEN_HEX, hex_len(cursor)},
                {TOKEN_WORD, word_len(cursor)}};
    token.len = 1;
    bool longer = false;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        if (ways[i].len > (longer ? token.len : 0)) {
            token.kind = ways[i].kind;
            token.len = ways[i].len;
            longer = true;
        }
    }
    token.text = copy(source, text, token.len);
    if (token.text == NULL) { return; }
    if (token.kind == TOKEN_DECIMAL) { token.number = read_decimal(text, token.len, MILLIONTHS); }
    if (token.kind == TOKEN_INTEGER) { token.number = read_decimal(text, token.len, 1); }
    if (token.kind == TOKEN_HEX) { token.number = read_hex(text, token.len); }
    const char *value = token.kind == TOKEN_WORD && !is_keyword(token.text)
                            ? definition_of(source, token.text)
                            : NULL;
    if (value != NULL) {
        replace(source, token, value);
    } else {
        append(source, token);
    }
    advance(cursor, token.len);
}

static void option(struct cursor *cursor)
{
    struct token token = token_at(cursor, TOKEN_OPTION);
    advance(cursor, 2);
    const size_t start = cursor->at;
    while (is_word_character(look(cursor, 0)) || look(cursor, 0) == '-') { advance(cursor, 1); }
    token.len = cursor->at - start;
    token.text = copy(cursor->source, cursor->source->text + start, token.len);
    append(cursor->source, token);
}

static void ellipsis(struct cursor *cursor)
{
    struct token token = token_at(cursor, TOKEN_ELLIPSIS);
    token.text = "...";
    token.len = 3;
    append(cursor->source, token);
    advance(cursor, 3);
}

static void one(struct cursor *cursor)
{
    const char c = look(cursor, 0);
    if (starts(cursor, "%{")) {
        code(cursor);
    } else if (c == '"' || c == '`') {
        quoted(cursor, c);
    } else if (starts(cursor, "--") && is_word_character(look(cursor, 2)) &&
               !is_digit(look(cursor, 2))) {
        option(cursor);
    } else if (starts(cursor, "...")) {
        ellipsis(cursor);
    } else {
        number_or_word(cursor);
    }
}

bool lex(struct source *source)
{
    struct cursor cursor = {.source = source, .line = 1, .column = 1};
    struct conditions conditions = {.depth = 0};
    while (cursor.at < source->len && !source->failed && !source->no_memory) {
        const char c = look(&cursor, 0);
        if (c == '#') {
            condition(&cursor, &conditions);
        } else if (!reads(&conditions)) {
            skip_line(&cursor);
            advance(&cursor, 1);
        } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            advance(&cursor, 1);
        } else if (starts(&cursor, "//")) {
            skip_line(&cursor);
        } else if (starts(&cursor, "/*")) {
            skip_comment(&cursor);
        } else {
            one(&cursor);
        }
    }
    struct token end = token_at(&cursor, TOKEN_END);
    end.text = "the end of the file";
    if (conditions.depth > 0) { source_fail(source, &end, "expected #endif"); }
    append(source, end);
    return !source->failed && !source->no_memory;
}
