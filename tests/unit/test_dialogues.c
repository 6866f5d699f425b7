/* test_dialogues.c - the conversations in tests/data/dialogues, each a test named by its title.
 *
 * A file holds blocks: a line "@ TITLE", then lines of dialogue.h; "#" begins a remark. A block "@
 * = NAME" is a beginning that others use by the line "after NAME". */
#include "cmocka_wrapper.h"
#include "dialogue.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCKS_MAX 4096
#define TEXT_MAX 8192

struct block {
    char title[160];
    char file[40];
    char text[TEXT_MAX];
    bool beginning;
};

static void append(char *text, const char *more)
{
    assert_true(strlen(text) + strlen(more) + 2 < TEXT_MAX);
    strcat(text, more);
    strcat(text, "\n");
}

static const struct block *find_beginning(const struct block *blocks, size_t count,
                                          const struct block *user, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (blocks[i].beginning && strcmp(blocks[i].title, name) == 0 &&
            strcmp(blocks[i].file, user->file) == 0) {
            return &blocks[i];
        }
    }
    return NULL;
}

static void read_file(const char *folder, const char *name, struct block *blocks, size_t *count)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char line[1024];
    struct block *block = NULL;
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '#' || line[0] == '\0') { continue; }
        if (line[0] == '@') {
            assert_true(*count < BLOCKS_MAX);
            block = &blocks[(*count)++];
            block->beginning = strncmp(line, "@ = ", 4) == 0;
            (void)snprintf(block->title, sizeof block->title, "%s",
                           line + (block->beginning ? 4 : 2));
            (void)snprintf(block->file, sizeof block->file, "%s", name);
        } else if (strncmp(line, "after ", 6) == 0) {
            assert_non_null(block);
            const struct block *beginning = find_beginning(blocks, *count, block, line + 6);
            if (beginning == NULL) { fail_msg("%s: no beginning %s", name, line + 6); }
            append(block->text, beginning->text);
        } else {
            assert_non_null(block);
            append(block->text, line);
        }
    }
    (void)fclose(file);
}

static void run_block(void **state)
{
    const struct block *block = *state;
    char error[1024] = "";
    if (!dialogue_run(block->text, error, sizeof error)) {
        fail_msg("%s: %s: %s", block->file, block->title, error);
    }
}

/* Each block of memory in turn is refused, in each conversation: nothing is lost, nothing breaks.
 */
static void run_short_of_memory(void **state)
{
    for (const struct block *block = *state; block->title[0] != '\0'; block++) {
        bool reached = true;
        for (size_t refused = 1; reached; refused++) {
            char error[1024] = "";
            if (!dialogue_run_short_of_memory(block->text, refused, &reached, error,
                                              sizeof error)) {
                fail_msg("%s: %s: without block %zu of memory: %s", block->file, block->title,
                         refused, error);
            }
        }
    }
}

int main(void)
{
    const char *folder = TCPSIM_TEST_DATA "/dialogues";
    struct block *blocks = calloc(BLOCKS_MAX + 1, sizeof *blocks);
    struct CMUnitTest *tests = calloc(BLOCKS_MAX + 1, sizeof *tests);
    struct dirent **names = NULL;
    const int files = scandir(folder, &names, NULL, alphasort);
    if (blocks == NULL || tests == NULL || files < 0) { return 1; }
    size_t count = 0;
    for (int i = 0; i < files; i++) {
        if (strstr(names[i]->d_name, ".txt") != NULL) {
            read_file(folder, names[i]->d_name, blocks, &count);
        }
        free(names[i]);
    }
    free(names);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (!blocks[i].beginning) {
            tests[n++] = (struct CMUnitTest){
                .name = blocks[i].title, .test_func = run_block, .initial_state = &blocks[i]};
        }
    }
    tests[n++] = (struct CMUnitTest){.name = "without one block of memory",
                                     .test_func = run_short_of_memory,
                                     .initial_state = blocks};
    const int failed = _cmocka_run_group_tests("dialogues", tests, n, NULL, NULL);
    free(tests);
    free(blocks);
    return failed;
}
