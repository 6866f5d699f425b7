/* test_cli_test.c - `tcpsim test` as its users meet it: verdicts, goldens, reports, workers that
 * crash, stall or are interrupted. */
#include "cli_place.h"
#include "cmocka_wrapper.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The times of lines differ from run to run. */
#define NO_TIMES " | sed 's/ *[0-9]*\\.[0-9]\\{3\\} s  / /'"
/* The only worker of process $p. */
#define WORKER "$(cat /proc/$p/task/$p/children)"

static void the_exit_status_says_whether_all_passed(void **state)
{
    static const struct cli_row rows[] = {
        {"$T test pass.lua" NO_TIMES, 0, "pass.lua pass\n1 passed, 0 failed\n", NULL},
        {"$T test folder" NO_TIMES, 0,
         "folder/a/z.lua pass\nfolder/b.lua pass\n2 passed, 0 failed\n", NULL},
        {"cd folder && $T test" NO_TIMES, 0, "./a/z.lua pass\n", NULL},
        {"mkdir -p in/scenarios && cp pass.lua in/scenarios && cd in && $T test" NO_TIMES, 0,
         "scenarios/pass.lua pass\n1 passed", NULL},
        {"$T test pass.lua fail.lua", 1, "1 passed, 1 failed\n", NULL},
        {"$T test error.lua", 1, "0 passed, 1 failed\n", NULL},
        {"$T test later.lua", 1, "error: later.lua\nlater.lua:", NULL},
        {"$T test --max-instructions 100000 loop.lua", 1, "limit: loop.lua\nloop.lua:2: limit",
         NULL},
        {"$T test --max-memory 20MB memory.lua", 1, "limit: memory.lua\n", NULL},
        {"$T test --limit 1ms forever.lua", 1, "limit: forever.lua\n", NULL},
        {"$T test empty", 2, NULL, "tcpsim: empty: no scenario"},
        {"cd empty && $T test", 2, NULL, "no scenario"},
        {"$T test nothing.lua", 2, NULL, "nothing.lua: No such file"},
        {"$T test --golden nowhere pass.lua", 2, NULL, "--golden nowhere: No such file"},
        {"$T test --golden pass.lua pass.lua", 2, NULL, "--golden pass.lua: not a folder"},
        {"$T test -j 0 pass.lua", 2, NULL, "-j: \"0\""},
        {"$T test --jobz 1 pass.lua", 2, NULL, "did you mean \"--jobs\"?"},
        {"$T test --digest pass.lua", 2, NULL, "--digest is not there yet"},
        {"$T test --help", 0, "Examples:", NULL},
        {"$T test pass.lua >/dev/full", 2, NULL, "standard output: No space left"},
        {"$T test --junit /nowhere/x pass.lua", 2, "1 passed", "/nowhere/x: No such file"},
        {"$T test -q pass.lua", 0, "1 passed, 0 failed\n", NULL},
        {"$T test -q pass.lua | wc -l", 0, "1\n", NULL},
        {"$T test -v pass.lua", 0, "pass  One octet\n", NULL},
        {"$T test --dry-run later.lua", 0, "1 passed", NULL},
        {"$T test --color always pass.lua | grep -c $(printf '\\033')", 0, "1\n", NULL},
    };
    CLI_CHECK(*state, rows);
}

static void options_of_run_count_here_too(void **state)
{
    static const struct cli_row rows[] = {
        {"$T test -D n=5 param.lua", 0, "1 passed", NULL},
        {"$T test -D n=4 param.lua", 1, "repeat: tcpsim run --seed 1 -D n=4 param.lua\n", NULL},
        {"$T test needs.lua", 1, "needs.lua:2: ", NULL},
        {"TCPSIM_PATH=modules $T test needs.lua", 0, "1 passed", NULL},
        {"$T test --seed 5 fail.lua", 1, "repeat: tcpsim run --seed 5 fail.lua\n", NULL},
        {"TCPSIM_SEED=9 $T test fail.lua", 1, "repeat: tcpsim run --seed 9 fail.lua\n", NULL},
        {"$T test fail.lua", 1, "repeat: tcpsim run --seed 77 fail.lua\n", NULL},
        {"$T test fail.lua", 1, "\n--- fail: fail.lua\nfail.lua:", NULL},
        {"$T test --check-determinism pass.lua fail.lua", 1, "1 passed, 1 failed", NULL},
    };
    CLI_CHECK(*state, rows);
}

static void scenarios_are_chosen(void **state)
{
    static const struct cli_row rows[] = {
        {"$T test --list folder pass.lua", 0, "folder/a/z.lua\nfolder/b.lua\npass.lua\n", NULL},
        {"$T test --list folder folder/b.lua | grep -c b.lua", 0, "1\n", NULL},
        {"$T test --list --filter a/ folder", 0, "folder/a/z.lua\n", NULL},
        /* By the title, which is not in the path. */
        {"$T test --list --filter octet folder pass.lua", 0, "pass.lua\n", NULL},
        {"$T test --list --filter octet folder pass.lua | wc -l", 0, "1\n", NULL},
        {"$T test --filter octet --filter b.lua folder pass.lua" NO_TIMES, 0,
         "folder/b.lua pass\npass.lua pass\n2 passed, 0 failed\n", NULL},
        {"$T test --filter octet error.lua pass.lua", 0, "1 passed, 0 failed\n", NULL},
        {"$T test --filter zzz folder", 2, "", "no scenario's path or title holds \"zzz\""},
        {"$T test --list --filter zzz folder", 2, NULL, "holds \"zzz\""},
    };
    CLI_CHECK(*state, rows);
}

static void goldens_are_compared_and_rewritten(void **state)
{
    static const struct cli_row rows[] = {
        /* Beside the scenario: only where there is one. */
        {"mkdir -p gold/sub; cp pass.lua gold; cp pass.lua gold/sub; $T test --update gold; "
         "ls gold/*.golden",
         2, "2 passed", "gold/*.golden"},
        {"$T run -q --format golden gold/pass.lua >gold/pass.golden; $T test gold", 0, "2 passed",
         NULL},
        {"sed -i '3s/LISTEN/CLOSING/;/ P\\. /s/win 65535/win 9/' gold/pass.golden; $T test gold; "
         "echo $?",
         0, "1\n", NULL},
        {"$T test gold", 1, "fail: golden differs\n", NULL},
        {"$T test gold", 1, ": win 65535, was 9\nstate move 2 is b ", NULL},
        {"$T test gold", 1, "--- gold/pass.golden\n+++ this run\n@@ -1,", NULL},
        {"$T test gold", 1, "  repeat: tcpsim test gold/pass.lua\n\n1 passed, 1 failed\n", NULL},
        {"$T test --update gold", 0, "pass (golden rewritten)\n", NULL},
        {"$T test --update gold", 0, "2 passed, 0 failed\n", NULL},
        {"$T run -q --format golden gold/pass.lua | cmp - gold/pass.golden", 0, NULL, NULL},
        {"echo x >>gold/pass.golden; $T test --update gold", 0,
         "--- changed: gold/pass.golden\nthe same segments ", NULL},
        /* In a folder: also where there is none, but not of what fails. */
        {"$T test --golden g --update gold fail.lua", 1, "--- new: g/sub/pass.golden\n", NULL},
        {"find g -type f | sort", 0, "g/pass.golden\ng/sub/pass.golden\n", NULL},
        {"$T test --golden g gold fail.lua; ls g/fail.golden", 2, "2 passed, 1 failed", "g/fail"},
        {"rm g/pass.golden; $T test --golden g gold", 0, "pass (no golden)\n", NULL},
        {"echo >g/sub/pass.golden; $T test --golden g gold", 1,
         "repeat: tcpsim test --golden g --filter gold/sub/pass.lua gold\n", NULL},
        {"$T test --golden g --filter gold/sub/pass.lua gold", 1, "0 passed, 1 failed", NULL},
        {"cp fail.lua gold; cp g/sub/pass.golden gold/fail.golden; $T test --update gold/fail.lua; "
         "cmp g/sub/pass.golden gold/fail.golden",
         0, "0 passed, 1 failed", NULL},
        {"rm gold/fail.*; $T test --golden g gold ./gold/sub", 2, NULL,
         "gold/pass.lua and ./gold/sub/pass.lua would have the same golden, g/pass.golden"},
        /* What cannot be read or written. */
        {"rm gold/pass.golden; mkdir gold/pass.golden; $T test gold", 1,
         "gold/pass.golden: Is a directory", NULL},
        {"rmdir gold/pass.golden; mkfifo gold/pass.golden; $T test gold", 1, "error: golden\n",
         NULL},
        {"rm gold/pass.golden; $T test --golden pass.lua/x --update gold", 1,
         "pass.lua/x/pass.golden: Not a directory", NULL},
        {"(ulimit -f 0; trap '' XFSZ; $T test --golden new --update gold) | cat; ls -A new new/sub",
         0, "new/pass.golden: File too large", ""},
        {"find new -type f", 0, NULL, NULL},
    };
    CLI_CHECK(*state, rows);
}

/* Whether a program is there to check with; otherwise its rows are left out. */
static bool installed(struct cli_place *place, const char *name)
{
    char line[64];
    (void)snprintf(line, sizeof line, "command -v %s", name);
    return cli_shell(place, line) == 0;
}

static void junit_is_xml_for_any_octets(void **state)
{
    static const struct cli_row rows[] = {
        {"mkdir -p 'x&y'; cp fail.lua 'x&y/a\"<b>.lua'; printf "
         "'error(\"\\\\27[31m<\\\\255>]]>&\\\\0\")\\n' >odd.lua; $T test --max-instructions 100000 "
         "--junit j.xml pass.lua 'x&y' odd.lua loop.lua; echo $?",
         0, "1\n", NULL},
        {"cat j.xml", 0,
         "<testsuites name=\"tcpsim\" tests=\"4\" failures=\"1\" errors=\"2\" time=", NULL},
        {"cat j.xml", 0, "<testcase classname=\"scenarios\" name=\"pass\" time=\"", NULL},
        {"cat j.xml", 0, "<testcase classname=\"x&amp;y\" name=\"a&quot;&lt;b&gt;\" time=\"", NULL},
        {"cat j.xml", 0, "<failure message=\"fail\">x&amp;y/a\"&lt;b&gt;.lua:", NULL},
        {"cat j.xml", 0, "<error message=\"limit\">loop.lua:2: limit reached", NULL},
        {"cat j.xml", 0, "]]&gt;", NULL},
        {"cat j.xml", 0, "<system-out></system-out>", NULL},
        {"LC_ALL=C grep -c \"$(printf '\\033')\" j.xml", 1, "0\n", NULL},
    };
    CLI_CHECK(*state, rows);
    if (installed(*state, "xmllint")) {
        static const struct cli_row checks[] = {
            {"xmllint --noout --dtdvalid \"$DATA/cli/junit.dtd\" j.xml", 0, NULL, NULL},
            {"xmllint --xpath 'count(//testcase)' j.xml", 0, "4", NULL},
        };
        CLI_CHECK(*state, checks);
    }
}

static void tap_is_read_by_prove(void **state)
{
    static const struct cli_row rows[] = {
        {"$T test --tap pass.lua fail.lua", 1, "TAP version 13\n1..2\nok 1 - pass.lua\nnot ok 2 - ",
         NULL},
        {"$T test --tap fail.lua", 1, "\n  message: |\n    fail\n    fail.lua:", NULL},
        {"$T test --tap pass.lua | tail -n 1", 0, "# 1 passed, 0 failed\n", NULL},
        {"$T test --tap --filter pass folder pass.lua", 0, "ok 1 - pass.lua\n1..1\n", NULL},
        {"cp pass.lua 'a # SKIP.lua'; $T test --tap 'a # SKIP.lua'", 0, "ok 1 - a \\# SKIP.lua\n",
         NULL},
    };
    CLI_CHECK(*state, rows);
    if (installed(*state, "prove")) {
        static const struct cli_row checks[] = {
            {"prove --exec \"$T test --tap\" pass.lua 'a # SKIP.lua'", 0, "Result: PASS", NULL},
            {"prove -v --exec \"$T test --tap\" fail.lua", 1, "Failed test:  1", ""},
            {"$T test --tap pass.lua fail.lua folder >x.tap; prove --exec cat x.tap", 1,
             "Tests: 4 Failed: 1", ""},
        };
        CLI_CHECK(*state, checks);
    }
}

static void any_number_of_workers_prints_the_same(void **state)
{
    static const struct cli_row rows[] = {
        {"mkdir -p many; for i in 1 2 3 4 5 6 7 8 9; do cp pass.lua many/p$i.lua; cp fail.lua "
         "many/f$i.lua; cp error.lua many/e$i.lua; done; $T test -j 1 many" NO_TIMES " >one; "
         "wc -l <one",
         0, "", NULL},
        {"for j in 2 4 40; do $T test -j $j many" NO_TIMES " | cmp - one || exit; done", 0, NULL,
         NULL},
        {"tail -n 1 one", 0, "9 passed, 18 failed\n", NULL},
    };
    CLI_CHECK(*state, rows);
}

static void a_worker_costs_its_own_scenario_only(void **state)
{
    static const struct cli_row rows[] = {
        {"ASAN_OPTIONS=handle_segv=0 $T test -j 1 forever.lua pass.lua >o & p=$!; sleep 0.5; kill "
         "-SEGV " WORKER "; wait $p; echo $? >>o; cat o",
         0, "1 passed, 1 failed\n1\n", ""},
        {"cat o", 0, " s  error: SIGSEGV\npass.lua", NULL},
        {"cat o", 0, "--- error: SIGSEGV: forever.lua\n  repeat: tcpsim run --seed 1 forever.lua\n",
         NULL},
        {"$T test -j 1 forever.lua pass.lua >o & p=$!; sleep 0.5; kill -KILL " WORKER
         "; wait $p; cat o",
         0, "error: SIGKILL\npass.lua", ""},
        {"$T test -j 2 --stall-seconds 1 stall.lua pass.lua", 1,
         "--- limit: no progress for 1 s: stall.lua\n  repeat: tcpsim run stall.lua\n\n"
         "1 passed, 1 failed\n",
         NULL},
        /* Progress is no stall. */
        {"$T test --stall-seconds 1 --max-instructions 300000000 loop.lua | grep -c 'no progress'",
         1, "0\n", NULL},
    };
    CLI_CHECK(*state, rows);
}

static void an_interruption_leaves_nothing_behind(void **state)
{
    static const struct cli_row rows[] = {
        {"mkdir -p cut; $T test -j 2 --update --golden cut --junit cut/j.xml pass.lua forever.lua "
         "fail.lua >o & p=$!; sleep 0.5; cat /proc/$p/task/$p/children >workers; kill -INT $p; "
         "wait $p; "
         "echo $?; ls -A cut",
         0, "130\nj.xml\npass.golden\n",
         "tcpsim: interrupted: 1 of 3 scenarios were not run to their end\n"},
        {"cat o", 0, "\n--- fail: fail.lua\n", NULL},
        {"tail -n 1 o", 0, "1 passed, 1 failed\n", NULL},
        {"wc -w <workers; for w in $(cat workers); do grep '^State:.[RS]' /proc/$w/status; done | "
         "grep -c State",
         1, "2\n0\n", ""},
        {"$T test --tap -j 1 forever.lua pass.lua >o & p=$!; sleep 0.5; kill -TERM $p; wait $p; "
         "echo $?; cat o",
         0, "130\nTAP version 13\n1..2\nBail out! interrupted\n", "interrupted: 2 of 2"},
        /* Nor does a parent that can clean up nothing. */
        {"$T test -j 1 forever.lua & p=$!; sleep 0.5; w=" WORKER
         "; kill -KILL $p; sleep 1; test -n \"$w\" && ! grep '^State:.[RS]' /proc/$w/status",
         0, NULL, ""},
    };
    CLI_CHECK(*state, rows);
}

static int make_place(void **state)
{
    assert_int_equal(setenv("DATA", TCPSIM_TEST_DATA, 1), 0);
    return cli_make_place(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_exit_status_says_whether_all_passed),
        cmocka_unit_test(options_of_run_count_here_too),
        cmocka_unit_test(scenarios_are_chosen),
        cmocka_unit_test(goldens_are_compared_and_rewritten),
        cmocka_unit_test(junit_is_xml_for_any_octets),
        cmocka_unit_test(tap_is_read_by_prove),
        cmocka_unit_test(any_number_of_workers_prints_the_same),
        cmocka_unit_test(a_worker_costs_its_own_scenario_only),
        cmocka_unit_test(an_interruption_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, make_place, cli_remove_place);
}
