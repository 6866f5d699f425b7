/* test_cli.c - the program as its users meet it: commands, exit statuses, messages, help. */
#include "cli_place.h"
#include "cmocka_wrapper.h"

#include "../../sim/net/link.h"
#include "../../tcp/profile.h"

#include <stdio.h>
#include <string.h>

static void the_exit_status_says_what_happened(void **state)
{
    static const struct cli_row rows[] = {
        {"$T run -q pass.lua", 0, NULL, NULL},
        {"$T run -q fail.lua", 1, NULL, "fail.lua:"},
        {"$T run -q error.lua", 2, NULL, "error.lua:3: "},
        {"$T run -q later.lua", 2, NULL, "later.lua:"},
        {"$T run -q --max-instructions 100000 loop.lua", 3, NULL, "loop.lua:2: "},
        {"$T run -q --max-memory 20MB memory.lua", 3, NULL, "memory"},
        {"$T run -q --limit 1ms forever.lua", 3, NULL, "--limit"},
        {"$T run -q nothing.lua", 2, NULL, "tcpsim: nothing.lua: No such file"},
        {"$T run -q empty", 2, NULL, "tcpsim: empty: no scenario"},
        {"$T run -q", 2, NULL, "needs a scenario"},
        {"$T run -q script.pkt", 1, NULL, "script.pkt:1: runtime error in socket call: "},
        /* Of several the worst: 2, then 3, then 1. */
        {"$T run -q pass.lua fail.lua", 1, NULL, "2 scenarios: 1 pass, 1 fail"},
        {"$T run -q --max-instructions 100000 loop.lua fail.lua", 3, NULL, "1 fail, 1 limit"},
        {"$T run -q --max-instructions 100000 error.lua loop.lua fail.lua", 2, NULL,
         "3 scenarios: 1 fail, 1 error, 1 limit"},
    };
    CLI_CHECK(*state, rows);
}

static void a_file_is_run_without_the_word(void **state)
{
    static const struct cli_row rows[] = {
        {"$T pass.lua", 0, "10.0.0.1", NULL},
        {"$T ./pass.lua -q", 0, NULL, NULL},
        {"$T -q pass.lua", 0, NULL, NULL},
        {"$T folder -q", 0, NULL, NULL},
        {"$T", 2, NULL, "Commands:"},
        {"$T nothing", 2, NULL, "\"nothing\" is neither a command nor a file"},
        {"$T rnu pass.lua", 2, NULL, "did you mean \"run\"?"},
        {"$T run -- -q.lua", 2, NULL, "-q.lua: No such file"},
    };
    CLI_CHECK(*state, rows);
}

static void what_is_not_there_is_said_by_name(void **state)
{
    static const char *const commands[] = {"sweep", "explore", "shrink", "bridge"};
    static const char *const options[] = {"svg", "html", "xplot"};
    struct cli_place *place = *state;
    char line[128];
    char message[64];
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        (void)snprintf(line, sizeof line, "$T %s pass.lua", commands[i]);
        (void)snprintf(message, sizeof message, "tcpsim: %s is not there yet", commands[i]);
        cli_check(place, &(const struct cli_row){line, 2, NULL, message}, 1);
        (void)snprintf(line, sizeof line, "$T help %s", commands[i]);
        cli_check(place, &(const struct cli_row){line, 2, NULL, message}, 1);
    }
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        (void)snprintf(line, sizeof line, "$T run pass.lua --%s x", options[i]);
        (void)snprintf(message, sizeof message, "tcpsim: --%s is not there yet", options[i]);
        cli_check(place, &(const struct cli_row){line, 2, NULL, message}, 1);
    }
}

static void mistakes_are_told_with_what_would_be_right(void **state)
{
    static const struct cli_row rows[] = {
        {"$T run --sede 3 pass.lua", 2, NULL,
         "unknown option \"--sede\" of run; did you mean \"--seed\"?"},
        {"$T run --zzzzzzzz pass.lua", 2, NULL, "see tcpsim run --help"},
        {"$T run -z pass.lua", 2, NULL, "unknown option \"-z\" of run"},
        {"$T run --seed", 2, NULL, "--seed needs a value"},
        {"$T run -D", 2, NULL, "-D needs a value"},
        {"$T run --digest=1 pass.lua", 2, NULL, "--digest takes no value"},
        {"$T run --seed -1 pass.lua", 2, NULL, "--seed: \"-1\""},
        {"$T run --seed 18446744073709551616 pass.lua", 2, NULL, "18446744073709551615"},
        {"TCPSIM_SEED=x $T run pass.lua", 2, NULL, "TCPSIM_SEED: \"x\""},
        {"$T run --limit 10 s pass.lua", 2, NULL, "s: No such file"},
        {"$T run --limit soon pass.lua", 2, NULL, "--limit: \"soon\" is not a time"},
        {"$T run --max-memory much pass.lua", 2, NULL, "--max-memory: \"much\" is not"},
        {"$T run --stall-seconds 0 pass.lua", 2, NULL, "--stall-seconds: \"0\""},
        {"$T run --width 3 pass.lua", 2, NULL, "--width: \"3\""},
        {"$T run --color red pass.lua", 2, NULL, "auto, always or never"},
        {"$T run -D 5 pass.lua", 2, NULL, "NAME=VALUE"},
        {"$T run --format tmeline pass.lua", 2, NULL, "did you mean \"timeline\"?"},
        {"$T run --format states= pass.lua", 2, NULL, "a file name is missing"},
        {"$T run --format pcap=x pass.lua", 2, NULL, "-w FILE.pcap"},
        {"$T run -w x.txt pass.lua", 2, NULL, "must end in .pcapng or .pcap"},
        {"$T run -o a -o b pass.lua", 2, NULL, "-o was given twice"},
        {"$T run --format states=a -o b pass.lua", 2, NULL, "has a file already"},
        {"$T run --format states=a --format exchange=a pass.lua", 2, NULL,
         "two outputs would be written to a"},
        {"$T options x", 2, NULL, "takes no argument"},
        {"$T version --verbose", 2, NULL, "unknown option \"--verbose\" of version"},
        {"$T list nothing", 2, NULL, "nothing: No such file"},
    };
    CLI_CHECK(*state, rows);
}

static void every_command_has_help_with_examples(void **state)
{
    static const struct cli_row rows[] = {
        {"$T --help", 0, "Examples:", NULL},
        {"$T help", 0, "Commands:", NULL},
        {"$T -h", 0, "Commands:", NULL},
        {"$T run --help", 0, "Examples:", NULL},
        {"$T run -h nothing.lua", 0, "Examples:", NULL},
        {"$T help run", 0, "--max-memory SIZE", NULL},
        {"$T options --help", 0, "Examples:", NULL},
        {"$T list --help", 0, "Examples:", NULL},
        {"$T new --help", 0, "Examples:", NULL},
        {"$T generate --help", 0, "Examples:", NULL},
        {"$T version --help", 0, "Examples:", NULL},
        {"$T --version", 0, "tcpsim " TCPSIM_VERSION, NULL},
        {"$T version", 0, "libsodium", NULL},
    };
    CLI_CHECK(*state, rows);
}

static void options_are_those_of_the_tables(void **state)
{
    struct cli_place *place = *state;
    assert_int_equal(cli_shell(place, "$T options"), 0);
    char line[64];
    for (size_t i = 0; i < tcp_option_count; i++) {
        (void)snprintf(line, sizeof line, "\n%s ", tcp_option_table[i].name);
        assert_non_null(strstr(place->out, line));
        assert_non_null(strstr(place->out, tcp_option_table[i].help));
    }
    for (size_t i = 0; i < link_option_count; i++) {
        (void)snprintf(line, sizeof line, "\n%s ", link_options[i]->name);
        assert_non_null(strstr(place->out, line));
        assert_non_null(strstr(place->out, link_options[i]->help));
    }
    assert_non_null(strstr(place->out, "at once|delayed"));
}

static void scenarios_are_listed_with_titles(void **state)
{
    struct cli_place *place = *state;
    assert_int_equal(cli_shell(place, "$T list pass.lua folder"), 0);
    assert_string_equal(place->out, "pass.lua        One octet  RFC 9293 3.5, MUST-12\n"
                                    "folder/a/z.lua  Z\n"
                                    "folder/b.lua    B\n");
    static const struct cli_row rows[] = {
        {"$T list error.lua pass.lua", 2, "One octet", "error.lua:3: "},
        {"$T list script.pkt pass.lua | sed -n '/pkt/p'", 0, "script.pkt\n", NULL},
        {"cd folder && $T list", 0, "./a/z.lua", NULL},
    };
    CLI_CHECK(place, rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_exit_status_says_what_happened),
        cmocka_unit_test(a_file_is_run_without_the_word),
        cmocka_unit_test(what_is_not_there_is_said_by_name),
        cmocka_unit_test(mistakes_are_told_with_what_would_be_right),
        cmocka_unit_test(every_command_has_help_with_examples),
        cmocka_unit_test(options_are_those_of_the_tables),
        cmocka_unit_test(scenarios_are_listed_with_titles),
    };
    return cmocka_run_group_tests(tests, cli_make_place, cli_remove_place);
}
