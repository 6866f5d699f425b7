/* test_wire.c - frames from a worker to its parent: a head with type and length, then octets. Both
 * are one program on one machine, so that structs go as they are. */
#include "test.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

struct head {
    uint32_t type, len;
};

static void write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        const ssize_t written = write(fd, bytes, len);
        if (written > 0) {
            bytes += written;
            len -= (size_t)written;
        } else if (errno != EINTR) {
            _exit(CLI_INTERRUPTED); /* nobody reads any more */
        }
    }
}

void frame_send(int fd, enum frame type, const void *bytes, size_t len)
{
    const char *from = bytes;
    do {
        char frame[sizeof(struct head) + FRAME_MAX_BYTES];
        const size_t part = len < FRAME_MAX_BYTES ? len : FRAME_MAX_BYTES;
        const struct head head = {.type = type, .len = (uint32_t)part};
        memcpy(frame, &head, sizeof head);
        if (part > 0) { memcpy(frame + sizeof head, from, part); }
        write_all(fd, frame, sizeof head + part);
        from += part;
        len -= part;
    } while (len > 0);
}

bool frame_fill(struct frame_reader *reader, int fd)
{
    memmove(reader->buffer, reader->buffer + reader->taken, reader->used - reader->taken);
    reader->used -= reader->taken;
    reader->taken = 0;
    const ssize_t got =
        read(fd, reader->buffer + reader->used, sizeof reader->buffer - reader->used);
    if (got > 0) { reader->used += (size_t)got; }
    return got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN));
}

bool frame_take(struct frame_reader *reader, enum frame *type, const char **bytes, size_t *len)
{
    struct head head;
    const size_t left = reader->used - reader->taken;
    if (left < sizeof head) { return false; }
    memcpy(&head, reader->buffer + reader->taken, sizeof head);
    /* A worker that has gone wild sends anything; the buffer fills, and frame_fill gives it up. */
    if (head.len > FRAME_MAX_BYTES || left < sizeof head + head.len) { return false; }
    *type = (enum frame)head.type;
    *bytes = reader->buffer + reader->taken + sizeof head;
    *len = head.len;
    reader->taken += sizeof head + head.len;
    return true;
}
