/* tcpdump_http.c - how tcpdump tells HTTP: print-http.c and txtproto_print of tcpdump 4.99.3. */
#include "tcpdump_private.h"

#include <string.h>
#include <strings.h>

#define TOKEN_MAX 128

static const char *const methods[] = {
    "GET",
    "PUT",
    "COPY",
    "HEAD",
    "LOCK",
    "MOVE",
    "POLL",
    "POST",
    "BCOPY",
    "BMOVE",
    "MKCOL",
    "TRACE",
    "LABEL",
    "MERGE",
    "DELETE",
    "SEARCH",
    "UNLOCK",
    "REPORT",
    "UPDATE",
    "NOTIFY",
    "BDELETE",
    "CONNECT",
    "OPTIONS",
    "CHECKIN",
    "PROPFIND",
    "CHECKOUT",
    "CCM_POST",
    "SUBSCRIBE",
    "PROPPATCH",
    "BPROPFIND",
    "BPROPPATCH",
    "UNCHECKOUT",
    "MKACTIVITY",
    "MKWORKSPACE",
    "UNSUBSCRIBE",
    "RPC_CONNECT",
    "VERSION-CONTROL",
    "BASELINE-CONTROL",
};

static bool is_blank(uint8_t c) { return c == ' ' || c == '\t'; }
static bool is_end_of_line(uint8_t c) { return c == '\r' || c == '\n'; }
static bool is_printable(uint8_t c) { return c >= 0x20 && c <= 0x7e; }

/* The word at `at`, at most TOKEN_MAX octets of it; returns where what follows the blanks behind it
 * begins, or 0 if there is no word. */
static uint32_t next_token(const uint8_t *text, uint32_t at, uint32_t len,
                           char token[TOKEN_MAX + 1])
{
    size_t token_len = 0;
    for (; at < len && !is_blank(text[at]) && !is_end_of_line(text[at]); at++) {
        if (!is_printable(text[at]) || token_len + 2 > TOKEN_MAX + 1) { return 0; }
        token[token_len++] = (char)text[at];
    }
    if (token_len == 0) { return 0; }
    token[token_len] = '\0';
    while (at < len && is_blank(text[at])) { at++; }
    return at;
}

static bool is_status(const char *token)
{
    return strlen(token) == 3 && strspn(token, "0123456789") == 3;
}

/* A method first, or a status second. */
static bool begins_a_message(const uint8_t *text, uint32_t len)
{
    char token[TOKEN_MAX + 1];
    uint32_t at = next_token(text, 0, len, token);
    if (at == 0) { return false; }
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (strcasecmp(token, methods[i]) == 0) { return true; }
    }
    at = next_token(text, at, len, token);
    return at != 0 && is_status(token);
}

/* One that holds what cannot be printed is not told. */
static void put_first_line(struct out_writer *writer, const uint8_t *text, uint32_t len)
{
    uint32_t end = 0;
    while (end < len && (is_printable(text[end]) || text[end] == '\t')) { end++; }
    const bool whole = end < len && (text[end] == '\n' ||
                                     (text[end] == '\r' && end + 1 < len && text[end + 1] == '\n'));
    if (end < len && !whole) { return; }
    out_text(writer, ": ");
    out_bytes(writer, text, end);
    if (!whole) { out_text(writer, " [|http]"); }
}

void tcpdump_put_http(struct out_writer *writer, uint16_t from, uint16_t to, const uint8_t *text,
                      uint32_t len)
{
    if (from != 80 && to != 80 && from != 8080 && to != 8080) { return; }
    out_text(writer, ": HTTP");
    if (begins_a_message(text, len)) { put_first_line(writer, text, len); }
}
