/* cli_place.c - the scenarios that tests of the command line run, and the shell that runs them. */
#include "cli_place.h"
#include "cmocka_wrapper.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct file {
    const char *path, *text;
};

#define PAIR                                                                     \
    "local a = sim.host('a', { address = '10.0.0.1', iss = 0xffffff00 })\n"      \
    "local b = sim.host('b', { address = '10.0.0.2', iss = 0xffffff80 })\n"      \
    "sim.link(a, b, { delay = '10ms', loss = 0 })\n"                             \
    "b:app(function() local c = b:listen(80):accept() c:recv() c:close() end)\n" \
    "a:app(function() local c = a:connect(b, 80) c:send('x') c:close() end)\n"

static const struct file files[] = {
    {"pass.lua",
     "-- Passes.\nsim.scenario { title = 'One octet', cites = { 'RFC 9293 3.5', 'MUST-12' } "
     "}\n" PAIR},
    {"fail.lua",
     "-- Fails.\nsim.scenario { title = 'Fails', seed = 77 }\n" PAIR "expect.equal(1, 2)\n"},
    {"error.lua", "-- Breaks.\nlocal x = nil\nlocal y = x.field\n"},
    {"later.lua",
     "-- Breaks in simulated time.\n" PAIR "sim.at('1s', function() error('here') end)\n"},
    {"loop.lua", "-- Never ends.\nwhile true do end\n"},
    {"memory.lua",
     "-- Fills the memory.\nlocal t = {}\nwhile true do t[#t + 1] = ('x'):rep(1000) .. #t "
     "end\n"},
    {"forever.lua", "-- Runs on.\nlocal a = sim.host('a', { address = '10.0.0.1' })\n"
                    "a:app(function() while true do sim.sleep('1us') end end)\n"},
    {"stall.lua", "-- A pattern that cannot be interrupted from within.\n"
                  "local n = 40\nlocal s = ('a'):rep(n)\n"
                  "s:find(('a?'):rep(n) .. ('a'):rep(n))\n"},
    {"param.lua", "-- Takes a value.\nlocal n = sim.param('n', 1)\n" PAIR "expect.equal(n, 5)\n"},
    {"needs.lua",
     "-- Needs a module.\nlocal m = require('helper')\n" PAIR "expect.equal(m.five, 5)\n"},
    {"modules/helper.lua", "return { five = 5 }\n"},
    {"folder/b.lua", "-- Second.\nsim.scenario { title = 'B' }\n" PAIR},
    {"folder/a/z.lua", "-- First.\nsim.scenario { title = 'Z' }\n" PAIR},
    {"folder/notes.txt", "not a scenario\n"},
    {"folder/.hidden.lua", "error('hidden')\n"},
    {"script.pkt", "0 socket(...) = 3\n"},
};

int cli_make_place(void **state)
{
    struct cli_place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    (void)snprintf(place->folder, sizeof place->folder, "/tmp/tcpsim-cli-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    assert_int_equal(chdir(place->folder), 0);
    assert_int_equal(mkdir("modules", 0777) | mkdir("folder", 0777) | mkdir("folder/a", 0777) |
                         mkdir("empty", 0777) | mkdir("work", 0777),
                     0);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        FILE *file = fopen(files[i].path, "w");
        assert_non_null(file);
        assert_true(fputs(files[i].text, file) >= 0 && fclose(file) == 0);
    }
    assert_int_equal(setenv("T", TCPSIM_PROGRAM, 1), 0);
    assert_int_equal(unsetenv("TCPSIM_SEED") | unsetenv("TCPSIM_PATH") | unsetenv("NO_COLOR"), 0);
    *state = place;
    return 0;
}

int cli_remove_place(void **state)
{
    struct cli_place *place = *state;
    char command[128];
    (void)snprintf(command, sizeof command, "rm -r '%s'", place->folder);
    const bool gone = chdir("/") == 0 && system(command) == 0;
    free(place);
    return gone ? 0 : -1;
}

static void read_text(const char *path, char *text)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, CLI_TEXT_ROOM - 1, file)] = '\0';
    (void)fclose(file);
}

/* Runs a line for the shell; "$T" is the program. Returns its exit status. */
int cli_shell(struct cli_place *place, const char *line)
{
    char command[2048];
    (void)snprintf(command, sizeof command, "{ %s\n} >out.txt 2>err.txt", line);
    const int status = system(command);
    read_text("out.txt", place->out);
    read_text("err.txt", place->err);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool fits(const char *text, const char *wanted)
{
    return wanted == NULL ? text[0] == '\0' : strstr(text, wanted) != NULL;
}

void cli_check(struct cli_place *place, const struct cli_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const int status = cli_shell(place, rows[i].line);
        if (status != rows[i].status || !fits(place->out, rows[i].out) ||
            !fits(place->err, rows[i].err)) {
            fail_msg("%s\nstatus %d, not %d\n--- out\n%s--- err\n%s", rows[i].line, status,
                     rows[i].status, place->out, place->err);
        }
    }
}
