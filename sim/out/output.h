/* output.h - the output formats: each sees the records of a run, and nothing else, and writes text
 * or octets through a writer that remembers the first error.
 *
 * Order of use: a writer (out_writer_fd, out_writer_file or out_writer_memory); output_begin;
 * trace_attach(trace, output_sink(&output)); the run; output_end; out_writer_finish. Several
 * outputs may share a writer. A new format is one file with a `const struct output_format` and one
 * line in output.c. */
#ifndef TCPSIM_OUT_OUTPUT_H
#define TCPSIM_OUT_OUTPUT_H

#include "../trace/trace.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- the writer (writer.c) ---- */

/* Collects what is written, and the first error (an errno: ENOSPC, EPIPE, ENOMEM …): what comes
 * after an error is thrown away, so that a format checks nothing. EPIPE needs SIGPIPE to be
 * ignored. */
struct out_writer;

/* Writes to an open descriptor, which stays open. NULL: no memory. */
struct out_writer *out_writer_fd(int fd);
/* Writes beside `path` (in its folder, so that a rename suffices) and gives the file its name when
 * it is whole: out_writer_finish. What is no regular file (/dev/null, a fifo) is written directly,
 * /dev/stdout, /dev/stderr and /dev/fd/N are the descriptors of this process.
 * Never NULL but for want of memory: a file that cannot be created shows as an error. */
struct out_writer *out_writer_file(const char *path);
/* Keeps everything: out_writer_contents. */
struct out_writer *out_writer_memory(void);

void out_bytes(struct out_writer *writer, const void *bytes, size_t len);
void out_text(struct out_writer *writer, const char *text);
void out_char(struct out_writer *writer, char c);
/* As printf; a result longer than 4 KiB counts as the error EOVERFLOW. */
void out_printf(struct out_writer *writer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Another way to fail: no memory (ENOMEM), or what cannot be written in this format (EINVAL). */
void out_fail(struct out_writer *writer, int error);
/* Passes on what is buffered (not for memory). */
void out_flush(struct out_writer *writer);
/* 0, or the first error. */
int out_error(const struct out_writer *writer);
/* Where a file's octets are until it is whole, for who must remove it when the process breaks off;
 * NULL: nowhere. */
const char *out_writer_temporary(const struct out_writer *writer);
/* What a memory writer holds; the octets are NUL-terminated and valid until the next write. */
const char *out_writer_contents(const struct out_writer *writer, size_t *len);
/* Writes what is left; a file gets its name, or is removed after an error. Takes `writer`. Returns
 * 0 or the first error. */
int out_writer_finish(struct out_writer *writer);
/* As out_writer_finish after an error: a file is removed and the old one stays. Takes `writer`. */
void out_writer_abandon(struct out_writer *writer);

/* ---- formats ---- */

/* What the user chose. All zero but width is a right start: see out_options_default. */
struct out_options {
    unsigned width;         /* columns, timeline: 100 when not a terminal */
    bool colour;            /* timeline */
    bool absolute;          /* sequence numbers as on the wire */
    unsigned verbosity;     /* 0, 1 (-v) … */
    uint32_t snaplen_bytes; /* captures: 0 is all */
    /* Captures and tcpdump: the host whose own view is written; NULL: each segment once. */
    const char *capture_at;
};
struct out_options out_options_default(void);

struct output_format {
    const char *name;
    const char *help; /* one line */
    bool binary;      /* not for a terminal */
    uint32_t wants;   /* mask of 1u << enum trace_event */
    /* The format's state (NULL: no memory). Both are borrowed until `end`. */
    void *(*begin)(struct out_writer *writer, const struct out_options *options);
    void (*record)(void *state, const struct trace_record *record);
    /* Writes what it still holds back, also when the run broke off without TRACE_END. Takes
     * `state`. */
    void (*end)(void *state);
};

extern const struct output_format output_timeline;
extern const struct output_format output_exchange;
extern const struct output_format output_states;
extern const struct output_format output_golden;
extern const struct output_format output_jsonl;
extern const struct output_format output_tcpdump;
extern const struct output_format output_packetdrill;
extern const struct output_format output_csv;
extern const struct output_format output_pcapng;
extern const struct output_format output_pcap;

/* Every format, in the order in which they are listed. */
extern const struct output_format *const output_formats[];
extern const size_t output_format_count;
const struct output_format *output_format_by_name(const char *name); /* or NULL */

/* ---- one output of one run ---- */

struct output {
    const struct output_format *format;
    struct out_writer *writer;
    void *state;
    struct out_options options;
};

/* The caller keeps *output in place and the writer alive until output_end; strings of *options too.
 * False: no memory. */
bool output_begin(struct output *output, const struct output_format *format,
                  struct out_writer *writer, const struct out_options *options);
struct trace_sink output_sink(struct output *output);
/* Does not finish the writer. */
void output_end(struct output *output);

#endif
