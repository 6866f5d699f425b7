/* sandbox_require.c - program text: files read as scenarios and modules, the names of what was
 * read, and require. Modules are looked for beside the scenario, in the folders of TCPSIM_PATH, and
 * among those built into the program (scripts/lua/). */
#include "sandbox.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_MAX_BYTES ((size_t)16 << 20)
#define READ_BYTES ((size_t)64 << 10)
#define MODULE_NAME_MAX 200
#define EMBEDDED_COMPARED 64

/* What scripts/embed_lua.cmake makes of scripts/lua/: the list ends with a NULL name. */
struct embedded {
    const char *name; /* as in require: "tables.sums" */
    const char *file; /* "scripts/lua/tables/sums.lua" */
    const unsigned char *text;
    size_t len;
};
#ifdef TCPSIM_EMBEDDED_LUA
#include TCPSIM_EMBEDDED_LUA
#else
static const struct embedded embedded_modules[] = {{NULL, NULL, NULL, 0}};
#endif

static const char chunks_key = 0;  /* registry: names of chunks, and the chunks, kept */
static const char modules_key = 0; /* registry: modules by name; light userdata: being loaded */

/* ---- names of chunks ---- */

static void push_registry_table(lua_State *L, const void *key)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, key) != LUA_TNIL) { return; }
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, key);
}

/* Messages may begin with that name. */
static void remember_name(lua_State *L, const char *name, const char *path)
{
    push_registry_table(L, &chunks_key);
    lua_pushstring(L, path);
    lua_setfield(L, -2, name);
    lua_pop(L, 1);
}

/* Remembers the shortened name of the function on top, and keeps it (names of files point into it).
 */
static void remember_chunk(lua_State *L, const char *path)
{
    lua_Debug chunk;
    const int function = lua_gettop(L);
    lua_pushvalue(L, function);
    (void)lua_getinfo(L, ">S", &chunk);
    remember_name(L, chunk.short_src, path);
    push_registry_table(L, &chunks_key);
    lua_pushvalue(L, function);
    lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
    lua_settop(L, function);
}

/* The same for a file that could not be compiled: its short name is where the message begins. */
static void expand_message(lua_State *L, const char *path)
{
    const char *message = lua_tostring(L, -1);
    const size_t path_len = strlen(path);
    if (message == NULL || strncmp(message, "...", 3) != 0) { return; }
    const char *end = strchr(message + 3, ':');
    for (; end != NULL; end = strchr(end + 1, ':')) {
        const size_t tail = (size_t)(end - message) - 3;
        if (tail <= path_len && strncmp(path + path_len - tail, message + 3, tail) == 0 &&
            strspn(end + 1, "0123456789") > 0) {
            (void)lua_pushfstring(L, "%s%s", path, end);
            lua_replace(L, -2);
            return;
        }
    }
}

bool sandbox_whole_name(lua_State *L)
{
    push_registry_table(L, &chunks_key);
    lua_insert(L, -2);
    const bool known = lua_rawget(L, -2) == LUA_TSTRING;
    lua_remove(L, -2);
    if (!known) { lua_pop(L, 1); }
    return known;
}

/* ---- reading ---- */

/* Pushes a file's text, or with SANDBOX_READ_FAILED what is wrong. */
static enum sandbox_read push_stream(lua_State *L, FILE *stream, const char *path)
{
    luaL_Buffer text;
    luaL_buffinit(L, &text);
    size_t total = 0;
    size_t got;
    do {
        char *room = luaL_prepbuffsize(&text, READ_BYTES);
        got = fread(room, 1, READ_BYTES, stream);
        luaL_addsize(&text, got);
        total += got;
    } while (got > 0 && total <= FILE_MAX_BYTES);
    luaL_pushresult(&text);
    if (ferror(stream) != 0) {
        (void)lua_pushfstring(L, "tcpsim: cannot read %s: %s", path, strerror(errno));
        return SANDBOX_READ_FAILED;
    }
    if (total > FILE_MAX_BYTES) {
        (void)lua_pushfstring(L, "tcpsim: cannot read %s: it is larger than %d MiB", path,
                              (int)(FILE_MAX_BYTES >> 20));
        return SANDBOX_READ_FAILED;
    }
    return SANDBOX_READ_OK;
}

/* A stream that is closed when Lua lets go of it, also when an error passes by. */
static int close_stream(lua_State *L)
{
    FILE **stream = lua_touserdata(L, 1);
    if (*stream != NULL) { (void)fclose(*stream); }
    *stream = NULL;
    return 0;
}

static FILE **push_closing(lua_State *L)
{
    FILE **stream = lua_newuserdatauv(L, sizeof *stream, 0);
    *stream = NULL;
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, close_stream);
    lua_setfield(L, -2, "__gc");
    lua_setmetatable(L, -2);
    return stream;
}

enum sandbox_read sandbox_push_file(lua_State *L, const char *path)
{
    FILE **stream = push_closing(L);
    const int at = lua_gettop(L);
    struct stat status;
    *stream = fopen(path, "rb");
    if (*stream == NULL) {
        if (errno == ENOENT || errno == ENOTDIR) { return SANDBOX_READ_MISSING; }
        (void)lua_pushfstring(L, "tcpsim: cannot read %s: %s", path, strerror(errno));
        return SANDBOX_READ_FAILED;
    }
    if (fstat(fileno(*stream), &status) == 0 && S_ISDIR(status.st_mode)) {
        (void)lua_pushfstring(L, "tcpsim: cannot read %s: it is a folder", path);
        return SANDBOX_READ_FAILED;
    }
    const enum sandbox_read result = push_stream(L, *stream, path);
    (void)fclose(*stream);
    *stream = NULL;
    lua_remove(L, at);
    return result;
}

/* ---- loading ---- */

static unsigned line_of(const char *text, const char *at)
{
    unsigned line = 1;
    for (; text < at; text++) { line += *text == '\n'; }
    return line;
}

/* The function of a text on top of the stack; false: a message. */
static bool load_text(lua_State *L, const char *text, size_t len, const char *path)
{
    const char *zero = memchr(text, '\0', len);
    remember_name(L, path, path);
    if (len > 0 && text[0] == LUA_SIGNATURE[0]) {
        (void)lua_pushfstring(L, "%s:1: this is no text but bytecode, which is not run", path);
        return false;
    }
    if (zero != NULL) {
        (void)lua_pushfstring(L, "%s:%d: an octet of 0: this is no text", path,
                              (int)line_of(text, zero));
        return false;
    }
    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) { /* byte order mark */
        text += 3;
        len -= 3;
    }
    if (len > 0 && text[0] == '#') { /* "#!": the line counts, but is not Lua */
        while (len > 0 && text[0] != '\n') {
            text++;
            len--;
        }
    }
    (void)lua_pushfstring(L, "@%s", path);
    const int status = luaL_loadbufferx(L, text, len, lua_tostring(L, -1), "t");
    lua_remove(L, -2);
    if (status == LUA_ERRMEM) { lua_error(L); }
    if (status != LUA_OK) {
        expand_message(L, path);
        return false;
    }
    remember_chunk(L, path);
    return true;
}

/* Argument: the path. Results: whether it went well, the function or a message. */
static int load_file(lua_State *L)
{
    const char *path = lua_touserdata(L, 1);
    bool ok = false;
    switch (sandbox_push_file(L, path)) {
    case SANDBOX_READ_OK: {
        size_t len;
        const char *text = lua_tolstring(L, -1, &len);
        ok = load_text(L, text, len, path);
        break;
    }
    case SANDBOX_READ_MISSING:
        (void)lua_pushfstring(L, "tcpsim: cannot read %s: %s", path, strerror(ENOENT));
        break;
    case SANDBOX_READ_FAILED: break;
    }
    lua_pushboolean(L, ok);
    lua_insert(L, -2);
    return 2;
}

/* A path as the argument of a protected call: never written through. */
static void push_path(lua_State *L, const char *path)
{
    union {
        const char *read;
        void *pass;
    } pointer = {.read = path};
    lua_pushlightuserdata(L, pointer.pass);
}

bool sandbox_load_file(lua_State *L, const char *path)
{
    const int top = lua_gettop(L);
    lua_pushcfunction(L, load_file);
    push_path(L, path);
    const int status = lua_pcall(L, 1, 2, 0);
    if (status != LUA_OK) {
        (void)limits_notice(scenario_of(L), L, status);
        lua_settop(L, top);
        limits_push_message(L);
        return false;
    }
    const bool ok = lua_toboolean(L, top + 1) != 0;
    lua_remove(L, top + 1);
    return ok;
}

/* ---- require ---- */

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* [%w_]+(%.[%w_]+)* */
static bool is_module_name(const char *name, size_t len)
{
    if (len == 0 || len > MODULE_NAME_MAX) { return false; }
    for (size_t i = 0; i < len; i++) {
        const bool dot_between = name[i] == '.' && i > 0 && i + 1 < len && name[i + 1] != '.';
        if (!is_word(name[i]) && !dot_between) { return false; }
    }
    return true;
}

/* FOLDER/name/with/folders.lua on top of the stack. */
static const char *push_module_path(lua_State *L, const char *folder, size_t folder_len,
                                    const char *name)
{
    const bool slash = folder_len > 0 && folder[folder_len - 1] != '/';
    lua_pushlstring(L, folder, folder_len);
    (void)lua_pushstring(L, slash ? "/" : "");
    (void)luaL_gsub(L, name, ".", "/");
    (void)lua_pushliteral(L, ".lua");
    lua_concat(L, 4);
    return lua_tostring(L, -1);
}

/* Tries one folder: true with a function and its path pushed; else the path is pushed. Raises for a
 * file that is there and cannot be loaded. */
static bool try_folder(lua_State *L, const char *folder, size_t folder_len, const char *name)
{
    const char *path = push_module_path(L, folder, folder_len, name);
    const int at = lua_gettop(L);
    const enum sandbox_read result = sandbox_push_file(L, path);
    if (result == SANDBOX_READ_FAILED) { lua_fail(L, "%s", lua_tostring(L, -1)); }
    if (result == SANDBOX_READ_MISSING) {
        lua_settop(L, at);
        return false;
    }
    size_t len;
    const char *text = lua_tolstring(L, -1, &len);
    if (!load_text(L, text, len, path)) { lua_error(L); } /* the message names the module's line */
    lua_pushvalue(L, at);
    return true;
}

static bool try_embedded(lua_State *L, const char *name)
{
    for (const struct embedded *module = embedded_modules; module->name != NULL; module++) {
        if (strcmp(module->name, name) != 0) { continue; }
        if (!load_text(L, (const char *)module->text, module->len, module->file)) { lua_error(L); }
        lua_pushstring(L, module->file);
        return true;
    }
    return false;
}

static const char *nearest_embedded(const char *name)
{
    const char *names[EMBEDDED_COMPARED];
    size_t count = 0;
    for (; count < EMBEDDED_COMPARED && embedded_modules[count].name != NULL; count++) {
        names[count] = embedded_modules[count].name;
    }
    return nearest_name(name, names, count);
}

/* Pushes the module's function and its path, or raises with the places where it was looked for. */
static void find_module(lua_State *L, const char *name)
{
    const struct scenario_config *config = &scenario_of(L)->config;
    const char *slash = config->path != NULL ? strrchr(config->path, '/') : NULL;
    const size_t beside = slash != NULL ? (size_t)(slash - config->path) + 1 : 0;
    if (try_folder(L, config->path != NULL ? config->path : "", beside, name)) { return; }
    int tried = 1;
    for (size_t i = 0; i < config->search_count; i++) {
        luaL_checkstack(L, LUA_MINSTACK, "too many folders");
        (void)lua_pushliteral(L, ", ");
        if (try_folder(L, config->search[i], strlen(config->search[i]), name)) { return; }
        tried += 2;
    }
    if (try_embedded(L, name)) { return; }
    lua_concat(L, tried);
    const char *near = nearest_embedded(name);
    lua_fail(L, "require: there is no module \"%s\": not as %s, and none is built in%s%s%s", name,
             lua_tostring(L, -1), near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
             near != NULL ? "\"?" : "");
}

static int require_handler(lua_State *L)
{
    (void)limits_notice(scenario_of(L), L, LUA_ERRRUN);
    return 1;
}

/* Stack indices of `require`. */
enum { NAME = 1, MODULES = 2, HANDLER = 3 };

static void set_module(lua_State *L) /* to the value on top, popped */
{
    lua_pushvalue(L, NAME);
    lua_insert(L, -2);
    lua_rawset(L, MODULES);
}

static int require(lua_State *L)
{
    size_t len;
    const char *name = luaL_checklstring(L, NAME, &len);
    if (!is_module_name(name, len)) {
        return lua_fail(L,
                        "require: a module's name is words of letters, digits and _ with dots "
                        "between them, as in \"tables.sums\"; got \"%s\"",
                        name);
    }
    lua_settop(L, NAME);
    push_registry_table(L, &modules_key);
    lua_pushcfunction(L, require_handler);
    lua_pushvalue(L, NAME);
    const int known = lua_rawget(L, MODULES);
    if (known == LUA_TLIGHTUSERDATA) {
        return lua_fail(L, "require: module \"%s\" requires itself, perhaps through another", name);
    }
    if (known != LUA_TNIL) { return 1; }
    lua_settop(L, HANDLER);
    find_module(L, name);
    push_path(L, name); /* any light userdata: it is being loaded */
    set_module(L);
    lua_pushvalue(L, NAME);
    lua_insert(L, -2);
    const int status = lua_pcall(L, 2, 1, HANDLER);
    if (status != LUA_OK) {
        lua_pushnil(L);
        set_module(L);
        if (limits_notice(scenario_of(L), L, status)) { limits_raise_again(L); }
        return lua_error(L);
    }
    if (lua_isnil(L, -1)) { lua_pushboolean(L, 1); }
    lua_pushvalue(L, -1);
    set_module(L);
    return 1;
}

void sandbox_require(lua_State *L)
{
    lua_pushcfunction(L, require);
    lua_setfield(L, -2, "require");
}
