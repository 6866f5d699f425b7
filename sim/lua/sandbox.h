/* sandbox.h - what the files of the sandbox share among themselves. */
#ifndef TCPSIM_LUA_SANDBOX_H
#define TCPSIM_LUA_SANDBOX_H

#include "internal.h"

/* A name of stock Lua that scenarios do not have, and why. */
struct sandbox_forbidden {
    const char *name, *why;
};
/* The table on top gets a metatable under which reading one of `names` (ended by a NULL name) is an
 * error that gives the reason; other names that are not there stay nil. `library`: "string.", or
 * "". */
void sandbox_forbid(lua_State *L, const struct sandbox_forbidden *names, const char *library);

/* Each changes the stock library's table on top of the stack. */
void sandbox_string(lua_State *L); /* format pack packsize rep unpack; no dump */
void sandbox_table(lua_State *L);  /* sort */
/* Pushes the table `coroutine`. */
void sandbox_coroutine(lua_State *L);
/* Sets pairs and next in the table of globals on top. */
void sandbox_pairs(lua_State *L);
/* Sets require there. */
void sandbox_require(lua_State *L);

/* Pushes a file's text, or with SANDBOX_READ_FAILED what is wrong. */
enum sandbox_read { SANDBOX_READ_OK, SANDBOX_READ_MISSING, SANDBOX_READ_FAILED };
enum sandbox_read sandbox_push_file(lua_State *L, const char *path);

/* Fills and sets the table of globals; a C function to be called. */
int sandbox_globals(lua_State *L);
int sandbox_pcall(lua_State *L);
int sandbox_xpcall(lua_State *L);

/* The name of a chunk on top, perhaps shortened as in Lua's messages, becomes its whole name;
 * false, and popped: no chunk is called so. */
bool sandbox_whole_name(lua_State *L);

/* tostring's answer, without addresses, on top of the stack. May call __tostring. */
const char *sandbox_tostring(lua_State *L, int index, size_t *len);

/* Pushes "file:line: limit reached: …", or a shorter text when even that finds no memory. Never
 * raises. */
void limits_push_message(lua_State *L);
/* How many instructions go by between two looks at the limits. */
int limits_step(const struct lua_limits *limits);
/* The hook of every thread. */
void limits_count(lua_State *L, lua_Debug *frame);
/* Pushes the table with weak keys that the registry holds under `key`, made when first asked for.
 */
void sandbox_push_weak(lua_State *L, const void *key);
/* Work of the library that Lua's own count does not see, as that many instructions. Never raises:
 * the next look does. */
void limits_charge(struct scenario *scenario, uint64_t instructions);
/* How many octets all memory may have, and whether Lua may have `more` now. */
size_t limits_memory_bytes(const struct scenario *scenario);
bool limits_allow_memory(const struct scenario *scenario, size_t more);
/* Lua could not have memory: remembers where the script is, for by the time Lua gives up the stack
 * is gone. */
void limits_refused_memory(struct scenario *scenario);

#endif
