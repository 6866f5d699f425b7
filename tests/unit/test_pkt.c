/* test_pkt.c - packetdrill scripts from tests/data/packetdrill: the verdict of each and all that is
 * told, as in the file beside it (NAME.txt). PKT_UPDATE=1 in the environment rewrites them. */
#include "sim/pkt/pkt.h"

#include "cmocka_wrapper.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER TCPSIM_TEST_DATA "/packetdrill"
#define SCRIPTS_MAX 256
#define TOLD_MAX 16384

struct told {
    char text[TOLD_MAX];
    size_t len;
};

static void message(void *context, const char *text)
{
    struct told *told = context;
    static const char folder[] = FOLDER "/";
    /* Paths of this machine are not in the files. */
    if (strncmp(text, folder, sizeof folder - 1) == 0) { text += sizeof folder - 1; }
    const int len = snprintf(told->text + told->len, sizeof told->text - told->len, "%s\n", text);
    assert_true(len > 0 && told->len + (size_t)len < sizeof told->text);
    told->len += (size_t)len;
}

static void run_script(const char *name, enum queue_kind queue, struct told *told)
{
    char path[512];
    (void)snprintf(path, sizeof path, FOLDER "/%s", name);
    static const char *const defines[] = {"GIVEN=4"};
    const bool strict = strstr(name, "strict") != NULL;
    const struct pkt_config config = {.path = path,
                                      .queue = queue,
                                      .defines = defines,
                                      .define_count = 1,
                                      .strict = strict,
                                      .ip_version =
                                          strstr(name, "ipv6") != NULL ? PKT_IPV6 : PKT_IP_ANY,
                                      .message = message,
                                      .message_context = told};
    struct pkt *pkt = pkt_create(&config);
    assert_non_null(pkt);
    (void)pkt_load(pkt);
    const enum pkt_verdict verdict = pkt_run(pkt);
    message(told, pkt_verdict_name(verdict));
    pkt_destroy(pkt);
}

static void check_script(const char *name)
{
    char path[512];
    static struct told told;
    static struct told again;
    char expected[TOLD_MAX] = "";
    told = again = (struct told){.len = 0};
    run_script(name, QUEUE_HEAP, &told);
    run_script(name, QUEUE_PAIRING, &again);
    assert_string_equal(told.text, again.text);
    (void)snprintf(path, sizeof path, FOLDER "/%.*s.txt", (int)(strlen(name) - 4), name);
    FILE *file = fopen(path, "r");
    if (file != NULL) {
        const size_t len = fread(expected, 1, sizeof expected - 1, file);
        expected[len] = '\0';
        (void)fclose(file);
    }
    if (getenv("PKT_UPDATE") != NULL) {
        file = fopen(path, "w");
        assert_non_null(file);
        (void)fputs(told.text, file);
        (void)fclose(file);
        return;
    }
    if (strcmp(told.text, expected) != 0) { (void)fprintf(stderr, "%s:\n", name); }
    assert_string_equal(told.text, expected);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void scripts_say_what_is_expected(void **state)
{
    (void)state;
    char *names[SCRIPTS_MAX];
    size_t count = 0;
    DIR *folder = opendir(FOLDER);
    assert_non_null(folder);
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        const size_t len = strlen(entry->d_name);
        if (len > 4 && strcmp(entry->d_name + len - 4, ".pkt") == 0 && count < SCRIPTS_MAX) {
            names[count++] = strdup(entry->d_name);
        }
    }
    (void)closedir(folder);
    assert_true(count > 20);
    qsort(names, count, sizeof *names, by_name);
    for (size_t i = 0; i < count; i++) {
        check_script(names[i]);
        free(names[i]);
    }
}

/* Every knob has a meaning, and its option, where it names one, a name of the table or of a
 * mechanism that a profile may get. */
static void knobs_are_named_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < pkt_knob_count; i++) {
        assert_true(pkt_knobs[i].how != NULL && pkt_knobs[i].how[0] != '\0');
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(pkt_knobs[i].name, pkt_knobs[j].name);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scripts_say_what_is_expected),
        cmocka_unit_test(knobs_are_named_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
