/* test_output_writer.c - where outputs write: files that are whole or not there, and errors. */
#include "cmocka_wrapper.h"

#include "../../sim/out/output.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct folder {
    char path[64];
    char file[96];
};

static void folder_create(struct folder *folder)
{
    (void)snprintf(folder->path, sizeof folder->path, "/tmp/tcpsim-test-XXXXXX");
    assert_non_null(mkdtemp(folder->path));
    (void)snprintf(folder->file, sizeof folder->file, "%s/out.txt", folder->path);
}

/* Also shows that nothing else was left there. */
static void folder_remove(const struct folder *folder)
{
    (void)unlink(folder->file);
    assert_int_equal(rmdir(folder->path), 0);
}

static void read_file(const char *path, char *text, size_t room)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, room - 1, file)] = '\0';
    (void)fclose(file);
}

static void test_a_file_gets_its_name_when_it_is_whole(void **state)
{
    struct folder folder;
    char text[64];
    (void)state;
    folder_create(&folder);
    struct out_writer *writer = out_writer_file(folder.file);
    out_text(writer, "one ");
    out_flush(writer);
    assert_int_equal(access(folder.file, F_OK), -1);
    out_printf(writer, "%d %s", 2, "three");
    out_char(writer, '\n');
    assert_int_equal(out_writer_finish(writer), 0);
    read_file(folder.file, text, sizeof text);
    assert_string_equal(text, "one 2 three\n");
    folder_remove(&folder);
}

static void test_a_failed_file_leaves_the_old_one(void **state)
{
    struct folder folder;
    char text[64];
    struct stat status;
    (void)state;
    folder_create(&folder);
    struct out_writer *writer = out_writer_file(folder.file);
    out_text(writer, "old");
    assert_int_equal(out_writer_finish(writer), 0);
    assert_int_equal(chmod(folder.file, 0640), 0);
    writer = out_writer_file(folder.file);
    out_text(writer, "new");
    out_fail(writer, ENOSPC);
    out_fail(writer, EPIPE);
    assert_int_equal(out_error(writer), ENOSPC);
    assert_int_equal(out_writer_finish(writer), ENOSPC);
    writer = out_writer_file(folder.file);
    out_text(writer, "new");
    out_writer_abandon(writer);
    read_file(folder.file, text, sizeof text);
    assert_string_equal(text, "old");
    writer = out_writer_file(folder.file);
    out_text(writer, "new");
    assert_int_equal(out_writer_finish(writer), 0);
    read_file(folder.file, text, sizeof text);
    assert_string_equal(text, "new");
    assert_int_equal(stat(folder.file, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0640);
    folder_remove(&folder);
}

static void test_a_link_to_a_file_stays_a_link(void **state)
{
    struct folder folder;
    char link_path[96], text[64];
    struct stat status;
    (void)state;
    folder_create(&folder);
    (void)snprintf(link_path, sizeof link_path, "%s/link", folder.path);
    struct out_writer *writer = out_writer_file(folder.file);
    assert_int_equal(out_writer_finish(writer), 0);
    assert_int_equal(symlink("out.txt", link_path), 0);
    writer = out_writer_file(link_path);
    out_text(writer, "through");
    assert_int_equal(out_writer_finish(writer), 0);
    assert_int_equal(lstat(link_path, &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    read_file(folder.file, text, sizeof text);
    assert_string_equal(text, "through");
    assert_int_equal(unlink(link_path), 0);
    folder_remove(&folder);
}

static void test_files_that_cannot_be_written(void **state)
{
    struct out_writer *writer = out_writer_file("/nonexistent/folder/out.txt");
    (void)state;
    out_text(writer, "lost");
    assert_int_equal(out_writer_finish(writer), ENOENT);
    assert_int_equal(out_writer_finish(out_writer_file("/tmp")), EISDIR);
    writer = out_writer_file("/dev/null");
    out_text(writer, "lost");
    assert_int_equal(out_writer_finish(writer), 0);
    writer = out_writer_file("/dev/full");
    out_text(writer, "lost");
    assert_int_equal(out_writer_finish(writer), ENOSPC);
}

static void test_a_closed_pipe_is_an_error(void **state)
{
    int ends[2];
    (void)state;
    assert_int_equal(pipe(ends), 0);
    void (*before)(int) = signal(SIGPIPE, SIG_IGN);
    assert_int_equal(close(ends[0]), 0);
    struct out_writer *writer = out_writer_fd(ends[1]);
    out_text(writer, "lost");
    out_flush(writer);
    assert_int_equal(out_error(writer), EPIPE);
    assert_int_equal(out_writer_finish(writer), EPIPE);
    assert_int_equal(close(ends[1]), 0); /* it was not closed */
    (void)signal(SIGPIPE, before);
}

static void test_large_writes(void **state)
{
    struct folder folder;
    struct stat status;
    static char block[200000];
    size_t len = 0;
    (void)state;
    memset(block, 'x', sizeof block);
    folder_create(&folder);
    struct out_writer *file = out_writer_file(folder.file);
    struct out_writer *memory = out_writer_memory();
    for (size_t i = 0; i < 3; i++) {
        out_char(file, 'a');
        out_char(memory, 'a');
        out_bytes(file, block, sizeof block);
        out_bytes(memory, block, sizeof block);
    }
    const char *text = out_writer_contents(memory, &len);
    assert_int_equal(len, 3 * (sizeof block + 1));
    assert_int_equal(text[2 * (sizeof block + 1)], 'a');
    assert_int_equal(text[len], '\0');
    assert_int_equal(out_writer_finish(memory), 0);
    assert_int_equal(out_writer_finish(file), 0);
    assert_int_equal(stat(folder.file, &status), 0);
    assert_int_equal(status.st_size, len);
    folder_remove(&folder);
}

static void test_formatted_text_has_its_limit(void **state)
{
    static char text[5000];
    struct out_writer *writer = out_writer_memory();
    (void)state;
    memset(text, 'x', sizeof text - 1);
    out_printf(writer, "%s", text);
    assert_int_equal(out_writer_finish(writer), EOVERFLOW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file_gets_its_name_when_it_is_whole),
        cmocka_unit_test(test_a_failed_file_leaves_the_old_one),
        cmocka_unit_test(test_a_link_to_a_file_stays_a_link),
        cmocka_unit_test(test_files_that_cannot_be_written),
        cmocka_unit_test(test_a_closed_pipe_is_an_error),
        cmocka_unit_test(test_large_writes),
        cmocka_unit_test(test_formatted_text_has_its_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
