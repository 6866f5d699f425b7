/* writer.c - where outputs write: an open descriptor, a file that gets its name when it is whole,
 * or memory. The first error is kept and told at the end. */
#include "output.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_BYTES 65536u
#define PRINTF_MAX_BYTES 4096u
#define TEMPORARY_TRIES 100u

struct out_writer {
    bool in_memory;
    int fd; /* -1: none, or it could not be opened */
    bool owns_fd;
    int error;       /* the first */
    char *path;      /* the name that a whole file gets, or NULL */
    char *temporary; /* where it is until then */
    char *buffer;
    size_t used, room;
};

static struct out_writer *writer_create(size_t room)
{
    struct out_writer *writer = calloc(1, sizeof *writer);
    char *buffer = malloc(room);
    if (writer == NULL || buffer == NULL) {
        free(writer);
        free(buffer);
        return NULL;
    }
    writer->fd = -1;
    writer->buffer = buffer;
    writer->room = room;
    return writer;
}

struct out_writer *out_writer_fd(int fd)
{
    struct out_writer *writer = writer_create(BUFFER_BYTES);
    if (writer != NULL) { writer->fd = fd; }
    return writer;
}

struct out_writer *out_writer_memory(void)
{
    struct out_writer *writer = writer_create(BUFFER_BYTES);
    if (writer != NULL) { writer->in_memory = true; }
    return writer;
}

/* ---- files ---- */

/* Opens a new file in the folder of `path`; its name is left in writer->temporary. */
static void open_beside(struct out_writer *writer, const char *path)
{
    const char *slash = strrchr(path, '/');
    const size_t folder_len = slash == NULL ? 0 : (size_t)(slash - path) + 1;
    const size_t room = folder_len + 64;
    char *name = malloc(room);
    if (name == NULL) {
        writer->error = ENOMEM;
        return;
    }
    memcpy(name, path, folder_len);
    for (unsigned try = 0; try < TEMPORARY_TRIES && writer->fd < 0; try++) {
        (void)snprintf(name + folder_len, room - folder_len, ".tcpsim-%ld-%u.tmp", (long)getpid(),
                       try);
        writer->fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (writer->fd < 0 && errno != EEXIST) { break; }
    }
    if (writer->fd < 0) {
        writer->error = errno;
        free(name);
        return;
    }
    writer->owns_fd = true;
    writer->temporary = name;
}

/* An existing regular file keeps its mode, and is replaced where it really is, not where a symbolic
 * link to it stands. */
static void open_replacing(struct out_writer *writer, const char *path, mode_t mode)
{
    writer->path = realpath(path, NULL);
    if (writer->path == NULL || access(writer->path, W_OK) != 0) {
        writer->error = errno;
        return;
    }
    open_beside(writer, writer->path);
    if (writer->fd >= 0 && fchmod(writer->fd, mode & 07777) != 0) { writer->error = errno; }
}

/* The descriptor that /dev/stdout, /dev/stderr or /dev/fd/N names, or -1. Where it is a file, that
 * must go on where it is, and not be replaced. */
static int named_descriptor(const char *path)
{
    char *end = NULL;
    if (strcmp(path, "/dev/stdout") == 0) { return STDOUT_FILENO; }
    if (strcmp(path, "/dev/stderr") == 0) { return STDERR_FILENO; }
    if (strncmp(path, "/dev/fd/", 8) != 0 || path[8] < '0' || path[8] > '9') { return -1; }
    const long fd = strtol(path + 8, &end, 10);
    return *end == '\0' && fd <= INT_MAX ? (int)fd : -1;
}

struct out_writer *out_writer_file(const char *path)
{
    struct out_writer *writer = writer_create(BUFFER_BYTES);
    if (writer == NULL) { return NULL; }
    const int named = named_descriptor(path);
    struct stat status;
    if (named >= 0) {
        writer->fd = fcntl(named, F_DUPFD_CLOEXEC, 0);
        writer->owns_fd = writer->fd >= 0;
        writer->error = writer->fd < 0 ? errno : 0;
    } else if (stat(path, &status) != 0) {
        writer->path = strdup(path);
        if (writer->path == NULL) {
            writer->error = ENOMEM;
        } else {
            open_beside(writer, path);
        }
    } else if (S_ISREG(status.st_mode)) {
        open_replacing(writer, path, status.st_mode);
    } else {
        writer->fd = open(path, O_WRONLY | O_CLOEXEC);
        writer->owns_fd = writer->fd >= 0;
        writer->error = writer->fd < 0 ? errno : 0;
    }
    return writer;
}

/* ---- writing ---- */

void out_fail(struct out_writer *writer, int error)
{
    if (writer->error == 0) { writer->error = error; }
}

static void write_all(struct out_writer *writer, const char *bytes, size_t len)
{
    while (len > 0 && writer->error == 0) {
        const ssize_t written = write(writer->fd, bytes, len);
        if (written >= 0) {
            bytes += written;
            len -= (size_t)written;
        } else if (errno == EAGAIN) {
            struct pollfd ready = {.fd = writer->fd, .events = POLLOUT};
            (void)poll(&ready, 1, -1);
        } else if (errno != EINTR) {
            out_fail(writer, errno);
        }
    }
}

void out_flush(struct out_writer *writer)
{
    if (!writer->in_memory) {
        write_all(writer, writer->buffer, writer->used);
        writer->used = 0;
    }
}

/* One octet more than asked for, so that the contents can end in a NUL. */
static bool memory_room(struct out_writer *writer, size_t len)
{
    size_t room = writer->room;
    while (room - writer->used <= len) {
        if (room > SIZE_MAX / 2) { return false; }
        room *= 2;
    }
    if (room != writer->room) {
        char *buffer = realloc(writer->buffer, room);
        if (buffer == NULL) { return false; }
        writer->buffer = buffer;
        writer->room = room;
    }
    return true;
}

void out_bytes(struct out_writer *writer, const void *bytes, size_t len)
{
    if (writer->error != 0 || len == 0) { return; }
    if (writer->in_memory) {
        if (!memory_room(writer, len)) {
            out_fail(writer, ENOMEM);
            return;
        }
    } else if (len > writer->room - writer->used) {
        out_flush(writer);
        if (len >= writer->room) {
            write_all(writer, bytes, len);
            return;
        }
    }
    memcpy(writer->buffer + writer->used, bytes, len);
    writer->used += len;
}

void out_text(struct out_writer *writer, const char *text)
{
    out_bytes(writer, text, strlen(text));
}

void out_char(struct out_writer *writer, char c) { out_bytes(writer, &c, 1); }

void out_printf(struct out_writer *writer, const char *format, ...)
{
    char text[PRINTF_MAX_BYTES];
    va_list arguments;
    va_start(arguments, format);
    const int len = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (len < 0 || (size_t)len >= sizeof text) {
        out_fail(writer, EOVERFLOW);
        return;
    }
    out_bytes(writer, text, (size_t)len);
}

int out_error(const struct out_writer *writer) { return writer->error; }

const char *out_writer_temporary(const struct out_writer *writer) { return writer->temporary; }

const char *out_writer_contents(const struct out_writer *writer, size_t *len)
{
    assert(writer->in_memory);
    writer->buffer[writer->used] = '\0';
    *len = writer->used;
    return writer->buffer;
}

/* ---- the end ---- */

int out_writer_finish(struct out_writer *writer)
{
    out_flush(writer);
    if (writer->owns_fd && close(writer->fd) != 0) { out_fail(writer, errno); }
    if (writer->temporary != NULL) {
        if (writer->error == 0 && rename(writer->temporary, writer->path) != 0) {
            out_fail(writer, errno);
        }
        if (writer->error != 0) { (void)unlink(writer->temporary); }
    }
    const int error = writer->error;
    free(writer->path);
    free(writer->temporary);
    free(writer->buffer);
    free(writer);
    return error;
}

void out_writer_abandon(struct out_writer *writer)
{
    out_fail(writer, ECANCELED);
    (void)out_writer_finish(writer);
}
