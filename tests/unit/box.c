/* box.c - scenarios that are no more than a sandbox, and whole ones from a text, for unit tests of
 * sim/lua. */
#define _XOPEN_SOURCE 700 /* nftw */
#include "cmocka_wrapper.h"

#include "box.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/tcpsim-sandbox-XXXXXX"; /* the working folder of these tests */

void write_octets(const char *path, const char *octets, size_t len)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(octets, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

void write_text(const char *path, const char *text) { write_octets(path, text, strlen(text)); }

/* ---- a scenario that is no more than a sandbox ---- */

static void note_seen(void *context, const struct trace_record *record)
{
    struct box *box = context;
    const size_t used = strlen(box->notes);
    (void)snprintf(box->notes + used, sizeof box->notes - used, "[%s]", record->u.note.text);
}

struct box *box_create(uint64_t instructions, size_t memory_bytes)
{
    struct box *box = calloc(1, sizeof *box);
    assert_non_null(box);
    trace_init(&box->trace);
    assert_true(trace_attach(&box->trace, (struct trace_sink){box, note_seen, 1u << TRACE_NOTE}));
    box->scenario.config.path = "t.lua";
    box->scenario.config.max_instructions = instructions;
    box->scenario.config.max_memory_bytes = memory_bytes;
    box->scenario.config.trace = &box->trace;
    box->scenario.begun = true; /* notes go out at once */
    box->scenario.arena = arena_create(memory_bytes);
    assert_non_null(box->scenario.arena);
    limits_init(&box->scenario);
    box->scenario.L = sandbox_create(&box->scenario);
    assert_non_null(box->scenario.L);
    return box;
}

void box_destroy(struct box *box)
{
    arena_destroy(box->scenario.arena);
    free(box);
}

/* The results joined by blanks, or the error. */
void box_run_file(struct box *box, const char *path)
{
    lua_State *L = box->scenario.L;
    lua_settop(L, 0);
    box->ok = sandbox_load_file(L, path) && sandbox_call(L, 0, LUA_MULTRET) == LUA_OK;
    size_t used = 0;
    box->answer[0] = '\0';
    for (int i = 1; i <= lua_gettop(L) && used < sizeof box->answer; i++) {
        used += (size_t)snprintf(box->answer + used, sizeof box->answer - used, "%s%s",
                                 i > 1 ? " " : "", luaL_tolstring(L, i, NULL));
        lua_pop(L, 1);
    }
}

void box_run(struct box *box, const char *code)
{
    write_text("t.lua", code);
    box_run_file(box, "t.lua");
}

void check_rows(const struct row *rows, size_t count, bool ok)
{
    for (size_t i = 0; i < count; i++) {
        struct box *box = box_create(10000000, (size_t)64 << 20);
        box_run(box, rows[i].code);
        const char *wanted = rows[i].answer;
        const bool same = ok ? strcmp(box->answer, wanted) == 0
                             : strncmp(box->answer, wanted, strlen(wanted)) == 0;
        if (box->ok != ok || !same) {
            fail_msg("%s\n  gives    %s%s\n  expected %s", rows[i].code,
                     box->ok ? "" : "error: ", box->answer, wanted);
        }
        assert_int_equal(arena_live_bytes(box->scenario.arena) > 0, 1);
        box_destroy(box);
    }
}

/* ---- whole scenarios ---- */

static void told(void *context, const char *text)
{
    struct told *all = context;
    const size_t used = strlen(all->text);
    (void)snprintf(all->text + used, sizeof all->text - used, "%s\n", text);
}

static void scenario_note_seen(void *context, const struct trace_record *record)
{
    struct told *notes = context;
    const size_t used = strlen(notes->text);
    (void)snprintf(notes->text + used, sizeof notes->text - used, "%llu:%s ",
                   (unsigned long long)(record->time_ns / NS_PER_MS), record->u.note.text);
}

enum scenario_verdict run_scenario(const char *code, struct told *notes, struct told *messages)
{
    write_text("s.lua", code);
    struct trace trace;
    trace_init(&trace);
    assert_true(
        trace_attach(&trace, (struct trace_sink){notes, scenario_note_seen, 1u << TRACE_NOTE}));
    struct scenario_config config = {
        .path = "s.lua",
        .max_instructions = 1000000,
        .max_memory_bytes = (size_t)64 << 20,
        .trace = &trace,
        .message = told,
        .message_context = messages,
    };
    memset(notes, 0, sizeof *notes);
    memset(messages, 0, sizeof *messages);
    struct scenario *scenario = scenario_create(&config);
    assert_non_null(scenario);
    enum scenario_verdict verdict = SCENARIO_ERROR;
    if (scenario_load(scenario)) {
        verdict = scenario_run(scenario);
    } else if (scenario->limits.reached) {
        verdict = SCENARIO_LIMIT;
    }
    scenario_destroy(scenario);
    return verdict;
}

/* ---- the working folder ---- */

int enter_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) != NULL && chdir(folder) == 0 ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

int leave_folder(void **state)
{
    (void)state;
    return chdir("/") == 0 ? nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS) : -1;
}
