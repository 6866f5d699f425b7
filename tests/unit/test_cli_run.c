/* test_cli_run.c - `tcpsim run`: outputs and their files, digests, determinism, what breaks a run
 * off. */
#include "cli_place.h"
#include "cmocka_wrapper.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static void outputs_go_where_they_were_sent(void **state)
{
    static const struct cli_row rows[] = {
        {"$T run --format exchange pass.lua", 0, "0.000000 a > b: S 0:0(0)", NULL},
        {"$T run --format states pass.lua", 0, "SYN-SENT -> ESTABLISHED", NULL},
        {"$T run --format golden pass.lua", 0, "# a ", NULL},
        {"$T run --format jsonl pass.lua | tail -n 1 | grep -c '\"digest\":\"[0-9a-f]\\{32\\}\"'",
         0, "1\n", NULL},
        /* One after the other, in the order asked for. */
        {"$T run --format states --format exchange pass.lua >both; $T run --format states pass.lua "
         ">one; "
         "$T run --format exchange pass.lua >>one; cmp both one",
         0, NULL, NULL},
        {"$T run -o t.txt pass.lua && grep -c ESTABLISHED t.txt", 0, "", NULL},
        {"$T run --format states=- pass.lua >one; $T run --format states pass.lua | cmp - one && "
         "$T run -q --csv - pass.lua | head -n 1 && $T run -q -o - pass.lua | grep -c ESTABLISHED "
         "&& ! test -e ./-",
         0, "time,host,", NULL},
        {"$T run --format states=s.txt pass.lua && $T run --format states pass.lua | cmp - s.txt",
         0, NULL, NULL},
        {"$T run --format exchange --format states -o s2.txt pass.lua >e2.txt && cmp s.txt s2.txt "
         "&& "
         "$T run --format exchange pass.lua | cmp - e2.txt",
         0, NULL, NULL},
        {"$T run -q -w x.pcapng pass.lua && od -An -tx1 -N4 x.pcapng", 0, " 0a 0d 0d 0a", NULL},
        {"$T run -q -w x.pcap pass.lua && od -An -tx4 --endian=little -N4 x.pcap", 0, " a1b23c4d",
         NULL},
        {"$T run -q --format states pass.lua | grep -c LISTEN", 0, "", NULL},
        {"$T run --dry-run --format states pass.lua", 0, NULL, NULL},
        {"$T run --dry-run later.lua", 0, NULL, NULL},
        {"$T run --dry-run error.lua", 2, NULL, "error.lua:3: "},
    };
    CLI_CHECK(*state, rows);
}

static void several_scenarios_need_several_files(void **state)
{
    static const struct cli_row rows[] = {
        {"$T run -q -o all.txt folder", 2, NULL, "all.txt: with more than one scenario"},
        {"$T run -q -w 'work/{name}.pcapng' folder && ls work", 0, "b.pcapng\nz.pcapng\n", NULL},
        {"$T run -q --format 'states=work/{name}.txt' pass.lua && ls work/*.txt", 0,
         "work/pass.txt", NULL},
        {"mkdir -p same/x; cp pass.lua same; cp pass.lua same/x; $T run -q -o 'work/{name}' same",
         2, NULL,
         "two outputs would be written to work/pass: same/pass.lua and same/x/pass.lua have the "
         "same {name}; "},
        {"$T run -q -w x.pcap --format states=x.pcap pass.lua", 2, NULL,
         "tcpsim: two outputs would be written to x.pcap\n"},
        {"$T run -q --digest folder | sed 's/^[0-9a-f]\\{32\\}  //'", 0,
         "folder/a/z.lua\nfolder/b.lua\n", NULL},
        {"$T run --format exchange folder | grep '^#'", 0, "# folder/a/z.lua\n# folder/b.lua\n",
         NULL},
    };
    CLI_CHECK(*state, rows);
}

static void the_digest_is_the_runs(void **state)
{
    static const struct cli_row rows[] = {
        {"$T run -q --digest pass.lua | grep -c '^[0-9a-f]\\{32\\}$'", 0, "1\n", NULL},
        {"test $($T run -q --digest pass.lua) = $($T run -q --digest --format jsonl pass.lua | "
         "sed -n 's/.*\"digest\":\"\\([^\"]*\\).*/\\1/p')",
         0, NULL, NULL},
        /* Each record of a segment names the link that carries it. */
        {"$T run --format jsonl pass.lua | grep '\"segment\",' | sed "
         "'s/.*\"link\":\"\\([^\"]*\\)\".*/\\1/' | sort -u",
         0, "a-b\n", NULL},
        /* Outputs and messages change nothing. */
        {"test $($T run -q --digest pass.lua) = $($T run --digest -v -w d.pcapng pass.lua | tail "
         "-n 1)",
         0, NULL, NULL},
        {"$T run -q --check-determinism pass.lua", 0, NULL,
         "pass.lua: deterministic: two runs, digest "},
        {"$T run -q --check-determinism fail.lua", 1, NULL, "fail.lua: deterministic: two runs"},
        {"$T run -q --check-determinism pass.lua fail.lua", 1, NULL, "2 scenarios: 1 pass, 1 fail"},
    };
    CLI_CHECK(*state, rows);
}

static void a_failure_ends_with_what_repeats_it(void **state)
{
    static const struct cli_row rows[] = {
        {"$T run -q fail.lua", 1, NULL, "repeat: tcpsim run --seed 77 fail.lua\n"},
        {"$T run -q --seed 5 --limit 10min fail.lua", 1, NULL, "--seed 5 --limit 10min "},
        {"TCPSIM_SEED=9 $T run -q fail.lua", 1, NULL, "repeat: tcpsim run --seed 9 fail.lua\n"},
        {"TCPSIM_SEED=9 $T run -q --seed 8 fail.lua", 1, NULL, "--seed 8 fail.lua\n"},
        {"cp fail.lua 'a name.lua'; $T run -q 'a name.lua'", 1, NULL, "--seed 77 'a name.lua'\n"},
        {"$T run -q -D n=4 param.lua", 1, NULL, "-D n=4 param.lua\n"},
        {"$T run -q -D n=5 param.lua", 0, NULL, NULL},
        {"$T run -q -Dn=5 param.lua", 0, NULL, NULL},
        {"$T run -q -D n=5 -D m=1 param.lua", 2, NULL, "param.lua"},
        {"$T run -q needs.lua", 2, NULL, "needs.lua:2: "},
        {"TCPSIM_PATH=/nowhere:modules $T run -q needs.lua", 0, NULL, NULL},
        {"$T run -q --max-memory 1 pass.lua", 3, NULL,
         "(--max-memory)\n  repeat: tcpsim run --max-memory 1 pass.lua\n"},
    };
    CLI_CHECK(*state, rows);
}

static void a_message_says_who_speaks(void **state)
{
    static const struct cli_row rows[] = {
        {"echo 'error({})' >table.lua; $T run -q table.lua", 2, NULL, "table.lua:1: "},
        {"printf '0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\\n+3600 close(3) = 0\\n' >late.pkt; "
         "$T run "
         "-q --limit 1s late.pkt",
         3, NULL, "tcpsim: late.pkt: limit reached: simulated time (--limit)\n"},
        /* Lua's own reader gives the file alone. */
        {"{ printf 'x = '; printf %1000d 1 | tr ' ' '('; } >deep.lua; $T run -q deep.lua 2>&1 | "
         "head -n 1",
         0, "tcpsim: deep.lua: C stack overflow\n", NULL},
    };
    CLI_CHECK(*state, rows);
}

static void what_cannot_be_written_is_told(void **state)
{
    static const struct cli_row rows[] = {
        {"$T run pass.lua >/dev/full", 2, NULL, "tcpsim: standard output: No space left"},
        {"$T options >/dev/full", 2, NULL, "tcpsim: standard output: No space left"},
        {"$T help >/dev/full", 2, NULL, "tcpsim: standard output: No space left"},
        {"$T run pass.lua >&-", 2, NULL, "tcpsim: standard output: "},
        {"$T run -q pass.lua >&-", 0, NULL, NULL},
        {"{ sleep 0.1; $T run pass.lua; echo $? >status; } | : ; sleep 0.5; cat status", 0, "2\n",
         NULL},
        {"{ sleep 0.1; $T run fail.lua pass.lua 2>told; } | : ; sleep 0.5; grep -c scenarios: told",
         1, "0\n", NULL},
        {"$T run -q -o /nowhere/x pass.lua", 2, NULL, "tcpsim: /nowhere/x: No such file"},
        {"$T run -q -o /dev/full pass.lua", 2, NULL, "tcpsim: /dev/full: No space left"},
        {"$T run -q -o /dev/null pass.lua", 0, NULL, NULL},
        /* What was there stays when there is nothing whole to replace it. */
        {"echo old >kept; $T run -q -o kept error.lua; cat kept", 0, "old\n", "error.lua:3: "},
        {"mkdir -p big; (ulimit -f 1; trap '' XFSZ; echo old >big/t; $T run -q --format "
         "jsonl=big/t "
         "pass.lua); cat big/t; ls -A big",
         0, "old\nt\n", "tcpsim: big/t: File too large"},
    };
    CLI_CHECK(*state, rows);
}

static void a_run_can_be_broken_off(void **state)
{
    static const struct cli_row rows[] = {
        {"mkdir -p cut; $T run -q -w cut/x.pcapng -o cut/t forever.lua & p=$!; sleep 0.5; kill "
         "-INT $p; "
         "wait $p; echo $?; ls -A cut",
         0, "130\n", "tcpsim: forever.lua: interrupted\n"},
        {"test -z \"$(ls -A cut)\"", 0, NULL, NULL},
        /* What has been printed ends as it should, whatever format it is in. */
        {"$T run --format jsonl forever.lua >cut/j & p=$!; sleep 0.5; kill -INT $p; kill -INT $p; "
         "wait "
         "$p; echo $?; tail -n 1 cut/j | grep -c "
         "'\"event\":\"end\".*\"verdict\":\"interrupted\".*}$'; "
         "rm cut/j",
         0, "130\n1\n", "tcpsim: forever.lua: interrupted\n"},
        {"$T run forever.lua pass.lua >cut/l & p=$!; sleep 0.5; kill -TERM $p; wait $p; echo $?; "
         "tail "
         "-n 1 cut/l; rm cut/l",
         0, "130\ninterrupted: ", "tcpsim: forever.lua: interrupted\n"},
        {"$T run -q --check-determinism forever.lua & p=$!; sleep 0.5; kill -INT $p; wait $p", 130,
         NULL, "tcpsim: forever.lua: interrupted\n"},
        /* Who cannot listen is not waited for. */
        {"$T run -q -w cut/x.pcapng stall.lua & p=$!; sleep 0.5; kill -INT $p; wait $p", 130, NULL,
         "tcpsim: stall.lua: interrupted\n"},
        {"mkfifo cut/f; sleep 3 <cut/f & $T run --format jsonl forever.lua >cut/f & p=$!; sleep 1; "
         "kill -INT $p; wait $p; s=$?; rm cut/f; exit $s",
         130, NULL, "tcpsim: forever.lua: interrupted\n"},
        {"test -z \"$(ls -A cut)\"", 0, NULL, NULL},
        {"$T run -q -o cut/t --stall-seconds 1 stall.lua; echo $?; ls -A cut", 0, "3\n",
         "tcpsim: stall.lua: limit: no progress for 1 s (--stall-seconds)\n  repeat: tcpsim run "
         "stall.lua"},
        {"test -z \"$(ls -A cut)\"", 0, NULL, NULL},
        {"$T run -q -o cut/t forever.lua & p=$!; sleep 0.5; kill -ABRT $p; wait $p; echo $?; ls -A "
         "cut",
         0, "2\n", "forever.lua: error: the program crashed (SIGABRT)"},
        {"test -z \"$(ls -A cut)\"", 0, NULL, NULL},
        /* A reader who takes his time is no stall. */
        {"$T run --stall-seconds 1 --format jsonl --limit 100ms forever.lua | { sleep 3; wc -l; }",
         0, "", "--limit"},
    };
    CLI_CHECK(*state, rows);
}

static void colour_and_width_are_asked_for(void **state)
{
    static const struct cli_row rows[] = {
        {"$T run pass.lua | grep -c $(printf '\\033')", 1, "0\n", NULL},
        {"$T run --color always pass.lua | grep -q $(printf '\\033')", 0, NULL, NULL},
        {"NO_COLOR=1 $T run --color always pass.lua | grep -q $(printf '\\033')", 0, NULL, NULL},
        {"$T run --color never pass.lua | grep -c $(printf '\\033')", 1, "0\n", NULL},
        {"$T run pass.lua >w1; COLUMNS=60 TERM=dumb $T run pass.lua | cmp - w1", 0, NULL, NULL},
        {"$T run --width 140 pass.lua | cmp -s - w1", 1, NULL, NULL},
        {"$T run --width 100 -o w2 pass.lua && cmp w1 w2", 0, NULL, NULL},
        {"$T run --absolute --format exchange pass.lua", 0, "S 4294967040:4294967040(0)", NULL},
    };
    CLI_CHECK(*state, rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outputs_go_where_they_were_sent),
        cmocka_unit_test(several_scenarios_need_several_files),
        cmocka_unit_test(the_digest_is_the_runs),
        cmocka_unit_test(a_failure_ends_with_what_repeats_it),
        cmocka_unit_test(a_message_says_who_speaks),
        cmocka_unit_test(what_cannot_be_written_is_told),
        cmocka_unit_test(a_run_can_be_broken_off),
        cmocka_unit_test(colour_and_width_are_asked_for),
    };
    return cmocka_run_group_tests(tests, cli_make_place, cli_remove_place);
}
