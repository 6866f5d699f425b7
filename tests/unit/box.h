/* box.h - scenarios that are no more than a sandbox, and whole ones from a text, for unit tests of
 * sim/lua.
 *
 * Order of use: enter_folder; box_create, box_run, box_destroy, or check_rows, or run_scenario;
 * leave_folder. */
#ifndef TCPSIM_TESTS_BOX_H
#define TCPSIM_TESTS_BOX_H

#include "sim/lua/internal.h"

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))
#define ANSWER_MAX 4096

/* A folder of its own for the test program's files; the working folder from then on. Group setup,
 * teardown. */
int enter_folder(void **state);
int leave_folder(void **state);
void write_octets(const char *path, const char *octets, size_t len);
void write_text(const char *path, const char *text);

struct box {
    struct scenario scenario;
    struct trace trace;
    char notes[ANSWER_MAX];
    char answer[ANSWER_MAX];
    bool ok;
};

struct box *box_create(uint64_t instructions, size_t memory_bytes);
void box_destroy(struct box *box);
/* Loads and runs a file: `ok`, and in `answer` the results joined by blanks, or the error. */
void box_run_file(struct box *box, const char *path);
void box_run(struct box *box, const char *code); /* as t.lua */

struct row {
    const char *code;
    const char *answer; /* whole, or how the error begins */
};

/* Runs each row in a box of its own: its answer is the whole one, or with `ok` false what the error
 * begins with. */
void check_rows(const struct row *rows, size_t count, bool ok);

struct told {
    char text[ANSWER_MAX];
};

/* A whole scenario, s.lua: its notes as "MILLISECONDS:TEXT ", its messages a line each. */
enum scenario_verdict run_scenario(const char *code, struct told *notes, struct told *messages);

#endif
