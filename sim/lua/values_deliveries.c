/* values_deliveries.c - a delivery trace: a list of milliseconds, or a file of them beside the
 * scenario, one a line. A file's name is words of letters, digits, _ and - with dots and slashes
 * between them: never a path that leads out of the scenario's folder or those of TCPSIM_PATH. */
#include "sandbox.h"

#include <string.h>

#define NUMBER_MAX UINT64_C(4294967295) /* about seven weeks */
#define NAME_MAX_LEN 200

static const char form[] = "milliseconds that never go back, the last of them above 0";

static uint64_t *take(lua_State *L, size_t count)
{
    uint64_t *numbers = arena_take(scenario_of(L)->arena, count * sizeof *numbers);
    if (numbers == NULL) { limits_raise_memory(L); }
    return numbers;
}

/* ---- a list ---- */

static struct link_numbers read_list(lua_State *L, int index, const char *what)
{
    const size_t count = lua_rawlen(L, index);
    lua_check_keys(L, index, what, NULL, 0, (unsigned)count);
    if (count == 0) { lua_fail(L, "%s: expected %s; got no number", what, form); }
    uint64_t *numbers = take(L, count);
    for (size_t i = 0; i < count; i++) {
        (void)lua_rawgeti(L, index, (lua_Integer)i + 1);
        numbers[i] = value_count(L, -1, what, 0, NUMBER_MAX);
        if (i > 0 && numbers[i] < numbers[i - 1]) { value_fail(L, -1, what, form); }
        lua_pop(L, 1);
    }
    if (numbers[count - 1] == 0) { lua_fail(L, "%s: expected %s; got 0", what, form); }
    return (struct link_numbers){numbers, count};
}

/* ---- a file ---- */

static bool is_file_name(const char *name, size_t len)
{
    static const char word[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    if (len == 0 || len > NAME_MAX_LEN || strlen(name) != len) { return false; }
    for (size_t at = 0; at < len;) {
        const size_t letters = strspn(name + at, word);
        if (letters == 0) { return false; }
        at += letters;
        if (at == len) { return true; }
        if (name[at] != '.' && name[at] != '/') { return false; }
        at++;
    }
    return false;
}

/* FOLDER/NAME: pushes the path and, if it is there, the text. */
static bool try_folder(lua_State *L, const char *folder, size_t folder_len, const char *name)
{
    const bool slash = folder_len > 0 && folder[folder_len - 1] != '/';
    lua_pushlstring(L, folder, folder_len);
    (void)lua_pushfstring(L, "%s%s", slash ? "/" : "", name);
    lua_concat(L, 2);
    const enum sandbox_read result = sandbox_push_file(L, lua_tostring(L, -1));
    if (result == SANDBOX_READ_FAILED) { lua_fail(L, "%s", lua_tostring(L, -1)); }
    return result == SANDBOX_READ_OK;
}

/* Pushes the path and the text of the file. */
static void find_file(lua_State *L, const char *what, const char *name)
{
    const struct scenario_config *config = &scenario_of(L)->config;
    const char *path = config->path != NULL ? config->path : "";
    const char *slash = strrchr(path, '/');
    const int top = lua_gettop(L);
    if (try_folder(L, path, slash != NULL ? (size_t)(slash - path) + 1 : 0, name)) { return; }
    const char *first = lua_tostring(L, top + 1);
    for (size_t i = 0; i < config->search_count; i++) {
        lua_settop(L, top + 1);
        if (try_folder(L, config->search[i], strlen(config->search[i]), name)) { return; }
    }
    lua_fail(L, "%s: there is no file \"%s\" beside the scenario (%s), nor in TCPSIM_PATH", what,
             name, first);
}

/* One number of the line that begins at `at`; NULL: there is none. */
static const char *read_line(const char *at, uint64_t *number)
{
    const size_t digits = strspn(at, "0123456789");
    if (digits == 0 || digits > 10) { return NULL; }
    *number = 0;
    for (size_t i = 0; i < digits; i++) { *number = *number * 10 + (uint64_t)(at[i] - '0'); }
    at += digits;
    at += strspn(at, " \t\r");
    if (*at != '\n' && *at != '\0') { return NULL; }
    return *at == '\n' ? at + 1 : at;
}

static struct link_numbers parse(lua_State *L, const char *path, const char *text)
{
    size_t room = 1;
    for (const char *at = text; *at != '\0'; at++) { room += *at == '\n'; }
    uint64_t *numbers = take(L, room);
    size_t count = 0;
    for (const char *at = text; *at != '\0';) {
        at = read_line(at, &numbers[count]);
        if (at == NULL || numbers[count] > NUMBER_MAX ||
            (count > 0 && numbers[count] < numbers[count - 1])) {
            lua_fail(L, "%s:%d: expected %s, one a line", path, (int)count + 1, form);
        }
        count++;
    }
    if (count == 0 || numbers[count - 1] == 0) { lua_fail(L, "%s: expected %s", path, form); }
    return (struct link_numbers){numbers, count};
}

static struct link_numbers read_file(lua_State *L, int index, const char *what)
{
    size_t len = 0;
    const char *name = lua_tolstring(L, index, &len);
    const int top = lua_gettop(L);
    if (!is_file_name(name, len)) {
        value_fail(L, index, what,
                   "a file's name beside the scenario, such as \"traces/fade.trace\" (words of "
                   "letters, digits, _ and - with dots and slashes between them)");
    }
    luaL_checkstack(L, LUA_MINSTACK, "no room to read a file");
    find_file(L, what, name);
    size_t text_len = 0;
    const char *text = lua_tolstring(L, -1, &text_len);
    if (strlen(text) != text_len) {
        lua_fail(L, "%s: an octet of 0: this is no text", lua_tostring(L, -2));
    }
    const struct link_numbers numbers = parse(L, lua_tostring(L, -2), text);
    lua_settop(L, top);
    return numbers;
}

struct link_numbers values_deliveries(lua_State *L, int index, const char *what)
{
    index = lua_absindex(L, index);
    if (lua_type(L, index) == LUA_TSTRING) { return read_file(L, index, what); }
    if (lua_type(L, index) != LUA_TTABLE) {
        value_fail(L, index, what, "a file's name, or a list of milliseconds");
    }
    return read_list(L, index, what);
}
