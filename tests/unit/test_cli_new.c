/* test_cli_new.c - what the program writes for its users: a scenario to start from, its options for
 * programs and as a page, a catalogue of scenarios. */
#include "cli_place.h"
#include "cmocka_wrapper.h"

#include "../../sim/net/link.h"
#include "../../tcp/profile.h"

#include <stdio.h>
#include <string.h>

static void a_new_scenario_holds_as_it_is(void **state)
{
    static const struct cli_row rows[] = {
        {"mkdir -p n && cd n && $T new loss/second-segment", 0, "wrote loss/second-segment.lua",
         NULL},
        {"cd n && $T run loss/second-segment.lua", 0, "Second segment", NULL},
        {"cd n && $T run -q loss", 0, NULL, NULL},
        {"cd n && $T run --format exchange loss/second-segment.lua", 0, "# lost: ", NULL},
        /* It is there. */
        {"cd n && $T new loss/second-segment", 2, NULL,
         "tcpsim: loss/second-segment.lua: is there already"},
        {"cd n && ln -s nowhere loss/link.lua && $T new loss/link", 2, NULL, "is there already"},
        /* Where the scenarios are. */
        {"cd n && mkdir scenarios && $T new close/x", 0, "wrote scenarios/close/x.lua", NULL},
        {"cd n && $T new scenarios/close/y.lua", 0, "wrote scenarios/close/y.lua", NULL},
        {"cd n && $T list", 0, "scenarios/close/y.lua", NULL},
        {"cd n && $T new a/b/c_1", 0, "wrote scenarios/a/b/c_1.lua", NULL},
    };
    CLI_CHECK(*state, rows);
}

static void a_new_scenario_is_printed_without_a_file(void **state)
{
    static const struct cli_row rows[] = {
        {"mkdir -p p && cd p && $T new --print loss/x && ls", 0, "sim.scenario {", NULL},
        {"cd p && [ -z \"$(ls)\" ]", 0, NULL, NULL},
        {"cd p && $T new --print a/b >b.lua && $T run -q b.lua", 0, NULL, NULL},
        {"$T new --print a/b >/dev/full", 2, NULL, "tcpsim: standard output: No space left"},
    };
    CLI_CHECK(*state, rows);
}

static void names_that_are_none_are_refused(void **state)
{
    static const char *const names[] = {"x",        "/x",         "x/",   "a//b",    "../x",
                                        "a/../b",   "a/.b",       "a/-b", "-- -a/b", "a/b c",
                                        "a/{name}", "a/\xc3\xa4", ".lua", "a/.lua",  "''"};
    char line[64];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(line, sizeof line, "$T new %s%s%s", strchr(names[i], ' ') == NULL ? "" : "'",
                       names[i], strchr(names[i], ' ') == NULL ? "" : "'");
        cli_check(*state, &(const struct cli_row){line, 2, NULL, "tcpsim: "}, 1);
    }
    static const struct cli_row rows[] = {
        {"$T new", 2, NULL, "new needs a name"},
        {"$T new a/b c/d", 2, NULL, "new takes one name"},
        {"$T new --prnt a/b", 2, NULL, "did you mean \"--print\"?"},
        {"mkdir -p r && touch r/a && cd r && $T new a/b", 2, NULL, "tcpsim: a: File exists"},
        {"[ ! -e b.lua ] && [ ! -e a ]", 0, NULL, NULL},
    };
    CLI_CHECK(*state, rows);
}

static void options_are_told_to_programs(void **state)
{
    struct cli_place *place = *state;
    assert_int_equal(cli_shell(place, "$T options --json"), 0);
    char text[128];
    for (size_t i = 0; i < tcp_option_count; i++) {
        (void)snprintf(text, sizeof text, "{\"name\": \"%s\", \"unit\": \"",
                       tcp_option_table[i].name);
        assert_non_null(strstr(place->out, text));
        (void)snprintf(text, sizeof text, "\"freebsd\": \"%s\"}", tcp_option_table[i].defaults[2]);
        assert_non_null(strstr(place->out, text));
    }
    for (size_t i = 0; i < link_option_count; i++) {
        (void)snprintf(text, sizeof text, "{\"name\": \"%s\", \"unit\": \"", link_options[i]->name);
        assert_non_null(strstr(place->out, text));
    }
    /* What stands in quotes in a help must not end a string. */
    assert_non_null(strstr(place->out, "{ pattern = \\\"1011\\\" }"));
    static const struct cli_row rows[] = {
        {"$T options --json --markdown", 2, NULL, "--json or --markdown, not both"},
        {"$T options --json --json | head -n 1", 0, "{", NULL},
    };
    CLI_CHECK(place, rows);
}

static void options_are_a_page(void **state)
{
    struct cli_place *place = *state;
    assert_int_equal(cli_shell(place, "$T options --markdown"), 0);
    char text[64];
    for (size_t i = 0; i < tcp_option_count; i++) {
        (void)snprintf(text, sizeof text, "\n| `%s` | ", tcp_option_table[i].name);
        assert_non_null(strstr(place->out, text));
    }
    assert_non_null(strstr(place->out, "| true\\|false |")); /* one cell */
    assert_non_null(
        strstr(place->out, "| option | what it is | unit | range | rfc9293 | linux | freebsd |"));
    assert_non_null(
        strstr(place->out, "| option | what it is | unit | range | default | source |"));
}

static void scenarios_are_a_catalogue(void **state)
{
    struct cli_place *place = *state;
    assert_int_equal(
        cli_shell(place,
                  "mkdir -p c/one c/two && cd c &&"
                  "{ printf -- '-- A *b* <c>.\\n-- More.\\n--\\n-- Not this.\\n'; "
                  "echo 'sim.scenario { title = \"X\", cites = { \"RFC 1\" } }'; } >one/x.lua && "
                  "echo 'sim.scenario { title = \"Y\" }' >two/y.lua && "
                  "echo 'sim.scenario { title = \"Z\" }' >two/z.lua && $T list --markdown one two"),
        0);
    assert_string_equal(
        place->out, "# Scenarios\n\n3 scenarios, folder by folder: what each of them shows, "
                    "and what it cites.\n"
                    "\n## one\n\n### [X](one/x.lua)\n\nA \\*b\\* \\<c>.\nMore.\n\nCites RFC 1.\n"
                    "\n## two\n\n### [Y](two/y.lua)\n\n\n### [Z](two/z.lua)\n\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_scenario_holds_as_it_is),
        cmocka_unit_test(a_new_scenario_is_printed_without_a_file),
        cmocka_unit_test(names_that_are_none_are_refused),
        cmocka_unit_test(options_are_told_to_programs),
        cmocka_unit_test(options_are_a_page),
        cmocka_unit_test(scenarios_are_a_catalogue),
    };
    return cmocka_run_group_tests(tests, cli_make_place, cli_remove_place);
}
