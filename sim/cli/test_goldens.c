/* test_goldens.c - the files of goldens: where they lie, reading, writing, and what changed. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHOWN_LINES_MAX 200 /* of a unified diff */

char *golden_path(const char *folder, const char *root, const char *path)
{
    static const char ending[] = ".golden";
    const char *below = path;
    const size_t root_len = strlen(root);
    if (folder != NULL && strcmp(root, path) != 0 && strncmp(root, path, root_len) == 0) {
        below = path + root_len;
        while (*below == '/') { below++; }
    } else if (folder != NULL && strrchr(path, '/') != NULL) {
        below = strrchr(path, '/') + 1;
    }
    size_t len = strlen(below);
    if (len > 4 && (strcmp(below + len - 4, ".lua") == 0 || subject_is_script(below))) { len -= 4; }
    struct out_writer *text = out_writer_memory();
    if (text == NULL) { return NULL; }
    if (folder != NULL) {
        out_text(text, folder);
        if (folder[0] != '\0' && folder[strlen(folder) - 1] != '/') { out_char(text, '/'); }
    }
    out_bytes(text, below, len);
    out_text(text, ending);
    size_t whole = 0;
    char *copy = strdup(out_writer_contents(text, &whole));
    return out_writer_finish(text) == 0 ? copy : (free(copy), NULL);
}

bool golden_exists(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0;
}

/* Reads until the end; false with errno. */
static bool read_all(int fd, char *text, size_t len)
{
    for (size_t at = 0; at < len;) {
        const ssize_t got = read(fd, text + at, len - at);
        if (got == 0) { errno = EIO; } /* it has become shorter */
        if (got == 0 || (got < 0 && errno != EINTR)) { return false; }
        at += got > 0 ? (size_t)got : 0;
    }
    return true;
}

char *golden_read(const char *path, size_t *len)
{
    /* What is no regular file may never answer. */
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) { return NULL; }
    struct stat status;
    char *text = NULL;
    int error = fstat(fd, &status) == 0 ? 0 : errno;
    if (error == 0 && !S_ISREG(status.st_mode)) {
        error = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
    } else if (error == 0 && (uint64_t)status.st_size > GOLDEN_MAX_BYTES) {
        error = EFBIG;
    } else if (error == 0) {
        *len = (size_t)status.st_size;
        text = malloc(*len + 1);
        error = text == NULL ? ENOMEM : read_all(fd, text, *len) ? 0 : errno;
    }
    (void)close(fd);
    if (error != 0) {
        free(text);
        errno = error;
        return NULL;
    }
    return text;
}

static int make_folders(const char *path)
{
    char *copy = strdup(path);
    if (copy == NULL) { return ENOMEM; }
    int error = 0;
    for (char *slash = strchr(copy + 1, '/'); slash != NULL && error == 0;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(copy, 0777) != 0 && errno != EEXIST) { error = errno; }
        *slash = '/';
    }
    free(copy);
    return error;
}

int golden_write(const char *path, const char *text, size_t len)
{
    const int error = make_folders(path);
    if (error != 0) { return error; }
    struct out_writer *writer = out_writer_file(path);
    if (writer == NULL) { return ENOMEM; }
    out_bytes(writer, text, len);
    return out_writer_finish(writer);
}

void golden_tell(struct out_writer *out, const char *path, const char *old, size_t old_len,
                 const char *fresh, size_t fresh_len)
{
    struct diff_text before = {0};
    struct diff_text after = {0};
    if (diff_split(&before, old, old_len) && diff_split(&after, fresh, fresh_len)) {
        diff_words(out, &before, &after);
        diff_unified(out, path, "this run", &before, &after, SHOWN_LINES_MAX);
    }
    diff_destroy(&before);
    diff_destroy(&after);
}
