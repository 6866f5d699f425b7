/* fail.c - errors that say where the script is and what would have been right. */
#include "internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MESSAGE_MAX 4096
#define NAME_MAX_COMPARED 63 /* longer names have no neighbours */
#define TYPED_MAX_SHOWN 60
#define GLOBALS_MAX 512 /* that a misspelt one is compared with */

/* ---- where the script is ---- */

bool lua_where_line(lua_State *L, const char **file, unsigned *line)
{
    lua_Debug frame;
    for (int level = 0; lua_getstack(L, level, &frame) != 0; level++) {
        if (lua_getinfo(L, "Sl", &frame) != 0 && frame.currentline > 0) {
            *file = frame.source + 1; /* every chunk is named "@path" */
            *line = (unsigned)frame.currentline;
            return true;
        }
    }
    return false;
}

void lua_where(lua_State *L, char *text, size_t room)
{
    const char *file;
    unsigned line;
    if (lua_where_line(L, &file, &line)) {
        (void)snprintf(text, room, "%s:%u", file, line);
        return;
    }
    /* No Lua function is on this stack: a C function is the application or the coroutine itself. */
    const struct scenario *scenario = scenario_of(L);
    const bool app = scenario->current != NULL && scenario->current->where[0] != '\0';
    const char *path = scenario->config.path != NULL ? scenario->config.path : "?";
    (void)snprintf(text, room, "%s", app ? scenario->current->where : path);
}

int lua_fail(lua_State *L, const char *format, ...)
{
    char where[512];
    char text[MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    lua_where(L, where, sizeof where);
    (void)lua_pushfstring(L, "%s: %s", where, text);
    return lua_error(L);
}

/* ---- names ---- */

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

static char folded(char c)
{
    if (c >= 'A' && c <= 'Z') { return (char)(c - 'A' + 'a'); }
    return c == '-' ? '_' : c;
}

/* How many letters must be put in, left out, replaced or swapped with their neighbour. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t rows[3][NAME_MAX_COMPARED + 1]; /* of a's letter i in row i modulo 3 */
    for (size_t j = 0; j <= b_len; j++) { rows[0][j] = j; }
    for (size_t i = 1; i <= a_len; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3];
        const size_t *two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            const bool same = folded(a[i - 1]) == folded(b[j - 1]);
            row[j] = smaller(smaller(above[j], row[j - 1]) + 1, above[j - 1] + (same ? 0 : 1));
            if (i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) &&
                folded(a[i - 2]) == folded(b[j - 1])) {
                row[j] = smaller(row[j], two_above[j - 2] + 1);
            }
        }
    }
    return rows[a_len % 3][b_len];
}

const char *nearest_name(const char *typed, const char *const *names, size_t count)
{
    const size_t typed_len = strlen(typed);
    if (typed_len == 0 || typed_len > NAME_MAX_COMPARED) { return NULL; }
    const size_t third = typed_len / 3;
    const size_t allowed = third > 2 ? third : 2;
    const char *best = NULL;
    size_t best_distance = allowed + 1;
    for (size_t i = 0; i < count; i++) {
        const size_t len = strlen(names[i]);
        if (len > NAME_MAX_COMPARED) { continue; }
        const size_t apart = distance(typed, typed_len, names[i], len);
        /* As many changes as letters: nothing of the one is in the other. */
        if (apart < best_distance && apart < smaller(typed_len, len)) {
            best = names[i];
            best_distance = apart;
        }
    }
    return best;
}

size_t lua_sorted_keys(lua_State *L, int index, const char **names, size_t most)
{
    size_t count = 0;
    index = lua_absindex(L, index);
    for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING || count == most) { continue; }
        const char *name = lua_tostring(L, -2);
        size_t at = count++;
        for (; at > 0 && strcmp(names[at - 1], name) > 0; at--) { names[at] = names[at - 1]; }
        names[at] = name;
    }
    return count;
}

const char *lua_nearest_global(lua_State *L, const char *message)
{
    static const char before[] = "(global '";
    const char *names[GLOBALS_MAX];
    char typed[NAME_MAX_COMPARED + 1];
    const char *at = strstr(message, before);
    const size_t len = at != NULL ? strcspn(at + sizeof before - 1, "'") : 0;
    if (len == 0 || len >= sizeof typed || !lua_checkstack(L, LUA_MINSTACK)) { return NULL; }
    memcpy(typed, at + sizeof before - 1, len);
    typed[len] = '\0';
    lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    const size_t count = lua_sorted_keys(L, -1, names, GLOBALS_MAX);
    lua_pop(L, 1);
    return nearest_name(typed, names, count);
}

/* What was typed, so that it can stand in a line. */
static void printable(const char *typed, char *text, size_t room)
{
    size_t at = 0;
    for (; typed[at] != '\0' && at < TYPED_MAX_SHOWN && at + 4 < room; at++) {
        const unsigned char c = (unsigned char)typed[at];
        text[at] = c < 0x20 || c == 0x7f ? '?' : (char)c;
    }
    const bool cut = typed[at] != '\0';
    (void)snprintf(text + at, room - at, "%s", cut ? "..." : "");
}

int lua_fail_unknown(lua_State *L, const char *what, const char *typed, const char *const *names,
                     size_t count)
{
    char shown[TYPED_MAX_SHOWN + 8];
    printable(typed, shown, sizeof shown);
    char accepted[MESSAGE_MAX / 2] = "";
    size_t used = 0;
    for (size_t i = 0; i < count && used < sizeof accepted; i++) {
        used += (size_t)snprintf(accepted + used, sizeof accepted - used, "%s%s", i > 0 ? ", " : "",
                                 names[i]);
    }
    const char *near = nearest_name(typed, names, count);
    if (near != NULL) {
        return lua_fail(L, "unknown %s \"%s\"; did you mean \"%s\"? Accepted: %s", what, shown,
                        near, accepted);
    }
    return lua_fail(L, "unknown %s \"%s\". Accepted: %s", what, shown,
                    count > 0 ? accepted : "none");
}

/* "MUST-12": letters, a hyphen and a number. */
static bool looks_like_requirement(const char *text)
{
    const char *hyphen = strchr(text, '-');
    const size_t digits = hyphen != NULL ? strspn(hyphen + 1, "0123456789") : 0;
    return digits > 0 && hyphen[1 + digits] == '\0';
}

void lua_check_requirement(lua_State *L, const char *what, const char *text, bool words)
{
    enum tcp_requirement known;
    if (strchr(text, ' ') != NULL || tcp_requirement_from_name(text, &known) ||
        (words && !looks_like_requirement(text))) {
        return; /* a clause in words, or what is known */
    }
    const char *names[TCP_REQ_COUNT];
    for (unsigned i = 0; i < TCP_REQ_COUNT; i++) {
        names[i] = tcp_requirement_name((enum tcp_requirement)i);
    }
    char shown[TYPED_MAX_SHOWN + 8];
    printable(text, shown, sizeof shown);
    const char *near = nearest_name(text, names, TCP_REQ_COUNT);
    lua_fail(
        L,
        "%s: unknown requirement \"%s\"%s%s%s Accepted: MUST-1 to MUST-69, SHLD-1 to SHLD-31, "
        "MAY-1 to MAY-18, RFC5681-1 and so on (`tcpsim coverage` lists them), and clauses with "
        "a blank in them, \"RFC 9293 3.8.1\"",
        what, shown, near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
        near != NULL ? "\"?" : ".");
}

int lua_fail_later(lua_State *L, const char *name)
{
    return lua_fail(L, "%s is not there yet (it belongs to a later version)", name);
}

static bool is_among(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, names[i]) == 0) { return true; }
    }
    return false;
}

void lua_check_keys(lua_State *L, int index, const char *what, const char *const *names,
                    size_t count, unsigned positional)
{
    if (lua_type(L, index) != LUA_TTABLE) { return; }
    index = lua_absindex(L, index);
    /* Of several wrong keys the least is told: the table's own order changes from run to run. */
    const char *wrong = NULL;
    lua_Number wrong_number = 0;
    bool has_number = false;
    bool has_other = false;
    for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) {
        if (lua_type(L, -2) == LUA_TSTRING) {
            const char *name = lua_tostring(L, -2);
            const bool listed = is_among(name, names, count) && strlen(name) == lua_rawlen(L, -2);
            if (!listed && (wrong == NULL || strcmp(name, wrong) < 0)) { wrong = name; }
        } else if (lua_type(L, -2) == LUA_TNUMBER) {
            const lua_Number number = lua_tonumber(L, -2);
            const bool place = lua_isinteger(L, -2) != 0 && number >= 1 && number <= positional;
            if (!place && (!has_number || number < wrong_number)) { wrong_number = number; }
            has_number = has_number || !place;
        } else {
            has_other = true;
        }
    }
    if (wrong != NULL) { lua_fail_unknown(L, what, wrong, names, count); }
    if (has_number) {
        char number[40];
        (void)snprintf(number, sizeof number, "%.14g", wrong_number);
        lua_fail_unknown(L, what, number, names, count);
    }
    if (has_other) { lua_fail(L, "%s: names are strings", what); }
}
