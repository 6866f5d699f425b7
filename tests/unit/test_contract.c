/* test_contract.c - small scenarios that prove sentences of docs/scenario-language.md: each file of
 * tests/data/contract is run by the program. Its head says what must come of it:
 *
 *   -- options: OPTIONS         for the command line
 *   -- expect-status: N         the exit status; 0 without it, and then nothing on standard error
 *   -- expect-message: TEXT     what standard error holds, among the rest
 */
#include "cli_place.h"
#include "cmocka_wrapper.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER TCPSIM_TEST_DATA "/contract"
#define LINE_MAX_OCTETS 512
#define FEWEST 40

struct wanted {
    char options[LINE_MAX_OCTETS], status[LINE_MAX_OCTETS], message[LINE_MAX_OCTETS];
};

/* The rest of a line that begins with `key`. */
static void take_value(const char *line, const char *key, char value[LINE_MAX_OCTETS])
{
    const size_t len = strlen(key);
    if (strncmp(line, key, len) == 0) {
        (void)snprintf(value, LINE_MAX_OCTETS, "%.*s", (int)strcspn(line + len, "\n"), line + len);
    }
}

static void read_head(const char *path, struct wanted *wanted)
{
    char line[LINE_MAX_OCTETS];
    *wanted = (struct wanted){.status = "0"};
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL && strncmp(line, "--", 2) == 0) {
        take_value(line, "-- options: ", wanted->options);
        take_value(line, "-- expect-status: ", wanted->status);
        take_value(line, "-- expect-message: ", wanted->message);
    }
    (void)fclose(file);
}

/* False, and told, when something else came of it. */
static bool comes_true(struct cli_place *place, const char *name)
{
    struct wanted wanted;
    char path[4096];
    char line[sizeof path + 2 * LINE_MAX_OCTETS];
    (void)snprintf(path, sizeof path, "%s/%s", FOLDER, name);
    read_head(path, &wanted);
    (void)snprintf(line, sizeof line, "$T run -q %s '%s'", wanted.options, path);
    const int status = cli_shell(place, line);
    const bool right =
        status == atoi(wanted.status) &&
        (status == 0 ? place->err[0] == '\0' : strstr(place->err, wanted.message) != NULL);
    if (!right) {
        print_message("%s: status %d (expected %s, \"%s\")\n%s\n", name, status, wanted.status,
                      wanted.message, place->err);
    }
    return right;
}

static int is_scenario(const struct dirent *entry)
{
    const size_t len = strlen(entry->d_name);
    return len > 4 && strcmp(entry->d_name + len - 4, ".lua") == 0;
}

static void every_sentence_comes_true(void **state)
{
    struct dirent **entries = NULL;
    const int count = scandir(FOLDER, &entries, is_scenario, alphasort);
    assert_in_range(count, FEWEST, 10000);
    int wrong = 0;
    for (int i = 0; i < count; i++) {
        wrong += !comes_true(*state, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_sentence_comes_true)};
    return cmocka_run_group_tests(tests, cli_make_place, cli_remove_place);
}
