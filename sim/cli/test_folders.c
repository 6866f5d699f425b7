/* test_folders.c - how many scripts of each folder passed: what one looks at first when there are
 * thousands. The list is sorted, so that a folder's cases stand together. */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#define FOLDERS_MAX 1024 /* more are counted with the last */

struct folder {
    const char *path;
    size_t len;
    size_t passed, failed, unsupported, expected;
};

static size_t folder_len(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? (size_t)(slash - path) : 0;
}

static void count(struct folder *folder, const struct test_case *one)
{
    if (one->expected != NULL && one->verdict != TEST_PASS) {
        folder->expected++;
    } else if (one->verdict == TEST_UNSUPPORTED) {
        folder->unsupported++;
    } else if (test_is_right(one)) {
        folder->passed++;
    } else {
        folder->failed++;
    }
}

static void put(struct out_writer *out, const struct folder *folder)
{
    if (folder->passed + folder->failed + folder->unsupported + folder->expected == 0) { return; }
    out_printf(out, "%5zu passed %5zu failed %5zu unsupported", folder->passed, folder->failed,
               folder->unsupported);
    if (folder->expected > 0) { out_printf(out, " %5zu as expected", folder->expected); }
    out_text(out, "  ");
    text_put_plain(out, folder->len > 0 ? folder->path : ".", folder->len > 0 ? folder->len : 1,
                   false);
    out_char(out, '\n');
}

/* Those of a folder may be parted by those of folders within it. */
static struct folder *folder_of(struct folder *folders, size_t *known, const char *path)
{
    const size_t len = folder_len(path);
    for (size_t i = *known; i > 0; i--) {
        if (folders[i - 1].len == len && strncmp(folders[i - 1].path, path, len) == 0) {
            return &folders[i - 1];
        }
    }
    if (*known == FOLDERS_MAX) { return &folders[FOLDERS_MAX - 1]; }
    folders[*known] = (struct folder){.path = path, .len = len};
    return &folders[(*known)++];
}

void report_folders(const struct test *test)
{
    bool scripts = false;
    bool several = false;
    for (size_t i = 0; i < test->count; i++) {
        const char *path = test->cases[i].path;
        scripts = scripts || subject_is_script(path);
        several = several || folder_len(path) != folder_len(test->cases[0].path) ||
                  strncmp(path, test->cases[0].path, folder_len(path)) != 0;
    }
    if (!scripts || !several || test->tap || test->settings.quiet) { return; }
    struct folder *folders = calloc(FOLDERS_MAX, sizeof *folders);
    size_t known = 0;
    for (size_t i = 0; folders != NULL && i < test->count; i++) {
        const struct test_case *one = &test->cases[i];
        if (one->verdict != TEST_WAITING && one->verdict != TEST_LEFT_OUT) {
            count(folder_of(folders, &known, one->path), one);
        }
    }
    for (size_t i = 0; i < known; i++) { put(test->cli->out, &folders[i]); }
    out_char(test->cli->out, '\n');
    free(folders);
}
