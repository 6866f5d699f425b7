/* test.h - what the files of `tcpsim test` share. A list of cases is made (cmd_test.c), worker
 * processes run them one at a time each, and the reports say what came of it.
 *
 *   test_workers.c  the parent's side: processes, pipes, stalls   test_goldens.c  files of goldens
 *   test_worker.c   the worker's side: one scenario after another test_words.c    differences told
 *   test_wire.c     what goes through the pipes                   test_diff.c     unified diff
 *   test_report.c   lines, failures in full, progress             test_junit.c    --junit
 *   test_expected.c what is expected not to pass                  test_folders.c  a sum by folder
 *   test_text.c     text made fit for XML and YAML                test_tap.c      --tap */
#ifndef TCPSIM_CLI_TEST_H
#define TCPSIM_CLI_TEST_H

#include "../search/coverage.h"
#include "cli.h"

#include <signal.h>
#include <string.h>
#include <sys/types.h>

/* ---- the list ---- */

enum test_verdict {
    TEST_WAITING,
    TEST_PASS,
    TEST_FAIL,
    TEST_ERROR,
    TEST_LIMIT,
    TEST_UNSUPPORTED, /* a packetdrill script asks for what is not there */
    TEST_LEFT_OUT,    /* --filter is about others */
};

enum test_golden {
    GOLDEN_NONE,
    GOLDEN_EQUAL,
    GOLDEN_DIFFERS,
    GOLDEN_NEW,     /* written where there was none */
    GOLDEN_CHANGED, /* rewritten */
};

struct test_case {
    const char *path;
    const char *root; /* the argument below which it was found */
    char *golden;     /* where its golden is, if there is one */
    enum test_verdict verdict;
    enum test_golden golden_state;
    char reason[160];     /* what belongs to the verdict: "SIGSEGV", "golden differs"; or "" */
    const char *expected; /* why it is expected not to pass, or NULL */
    bool has_seed;        /* it was loaded, so that its seed is known */
    uint64_t seed;
    int64_t took_ns;
    struct out_writer *title, *messages, *difference; /* in memory; NULL: none */
    struct out_writer *fresh;                         /* what the golden becomes; NULL: stays */
    struct out_writer *cites;   /* with `hits` wanted: what it cites, each ended by a NUL */
    struct coverage_hits *hits; /* NULL: none were sent */
};

struct test {
    struct cli *cli;
    struct settings settings;
    const char *golden; /* the folder of --golden, or NULL */
    const char *junit;
    const char **filters; /* any of them suffices */
    size_t filter_count;
    const char *expected; /* the file of --expected, or NULL */
    struct test_expected {
        char *path, *reason;
    } * expectations;
    size_t expected_count;
    bool update, tap, list;
    bool hits; /* `coverage`: what runs went through is wanted, and no line for each */
    uint64_t jobs;
    struct test_case *cases;
    size_t count;
    size_t done;
    size_t printed; /* cases whose line has been printed, or that have none */
    size_t lines;   /* that have been printed */
    struct test_screen {
        bool shows_progress, progress_shown, colour;
        size_t path_width;
        int64_t began_ns, shown_ns;
    } screen;
};

/* Nanoseconds of a clock that only goes forward. */
int64_t test_now_ns(void);
/* Whether the path suffices to choose this case (or there is no filter). */
bool test_chooses(const struct test *test, const char *text);
/* The writer at *text, made when there is none yet; NULL: no memory. */
struct out_writer *test_text(struct out_writer **text);
/* What it holds; "" for NULL. */
const char *test_contents(struct out_writer *text, size_t *len);

/* ---- what is expected not to pass (test_expected.c) ---- */

/* Reads the file of --expected and marks the cases that it names. False: told. */
bool expected_read(struct test *test);
void expected_destroy(struct test *test);
/* Its verdict is as wished: it passed, or did not as expected. */
static inline bool test_is_right(const struct test_case *one)
{
    return (one->verdict == TEST_PASS) == (one->expected == NULL);
}

/* ---- signals (cmd_test.c) ---- */

/* SIGINT, SIGTERM and SIGHUP wait while a file is written. */
void test_hold_signals(sigset_t *before);
void test_let_signals(const sigset_t *before);
bool test_interrupted(void);
void test_take_signals(void); /* from now on these end the work in an orderly way */

/* ---- the wire between parent and worker (test_wire.c) ---- */

#define FRAME_MAX_BYTES 32768u /* of what one frame carries */

/* To the worker goes the number of a case, a uint32_t; from it come frames. */
enum frame {
    FRAME_SEED,  /* uint64_t: it was loaded */
    FRAME_TITLE, /* these four: text, which goes on in the next frame of the kind */
    FRAME_MESSAGE,
    FRAME_DIFFERENCE,
    FRAME_FRESH,
    FRAME_CITES, /* as test_case.cites, in order; goes on in the next */
    FRAME_HITS,  /* struct coverage_hits */
    FRAME_DONE,  /* struct frame_done */
};

struct frame_done {
    uint32_t verdict, golden;
    int64_t took_ns;
    char reason[160];
};

/* The worker's end: what cannot be written ends the process. */
void frame_send(int fd, enum frame type, const void *bytes, size_t len);

/* The parent's: a buffer that octets are read into, and whole frames taken from. */
struct frame_reader {
    char buffer[2 * FRAME_MAX_BYTES];
    size_t used, taken;
};
/* Reads what is there. False: the other side is closed. */
bool frame_fill(struct frame_reader *reader, int fd);
/* False: no whole frame yet. *bytes lives until the next call of either. */
bool frame_take(struct frame_reader *reader, enum frame *type, const char **bytes, size_t *len);

/* ---- workers (test_workers.c, test_worker.c) ---- */

/* What a worker shows of itself while it runs: it changes as long as there is progress. */
struct test_pulse;

/* Runs every case that waits; prints lines as they come. CLI_HELD, CLI_ERROR (told: no process),
 * CLI_INTERRUPTED. */
int test_run_cases(struct test *test);

struct test_channel {
    int commands, frames;
    struct test_pulse *pulse;
    pid_t parent;
};
_Noreturn void test_work(const struct test *test, const struct test_channel *channel);

struct test_pulse *test_pulses_create(size_t count); /* shared with workers; NULL: errno */
void test_pulses_destroy(struct test_pulse *pulses, size_t count);
struct test_pulse *test_pulse_of(struct test_pulse *pulses, size_t index);
uint64_t test_pulse_read(const struct test_pulse *pulse);

/* ---- goldens (test_goldens.c) ---- */

#define GOLDEN_MAX_BYTES (UINT64_C(64) << 20)

/* DIR/a/b.golden for ROOT/a/b.lua; with `folder` NULL a/b.golden beside a/b.lua. malloc, or NULL.
 */
char *golden_path(const char *folder, const char *root, const char *path);
bool golden_exists(const char *path);
/* The whole file; malloc, or NULL with errno. */
char *golden_read(const char *path, size_t *len);
/* Writes it beside and renames it; makes folders that are missing. 0, or an errno. */
int golden_write(const char *path, const char *text, size_t len);

/* What changed from one golden to another: in words, then as a unified diff. */
void golden_tell(struct out_writer *out, const char *path, const char *old, size_t old_len,
                 const char *fresh, size_t fresh_len);

/* ---- differences (test_diff.c, test_words.c) ---- */

/* A text as its lines, each with its newline if it has one. */
struct diff_text {
    struct diff_line {
        const char *at;
        size_t len;
    } * line;
    size_t count;
};
bool diff_split(struct diff_text *text, const char *bytes, size_t len); /* false: no memory */
void diff_destroy(struct diff_text *text);
static inline bool diff_same(const struct diff_line *a, const struct diff_line *b)
{
    return a->len == b->len && (a->len == 0 || memcmp(a->at, b->at, a->len) == 0);
}
/* `lines_max`: after so many lines only their number is told. */
void diff_unified(struct out_writer *out, const char *old_name, const char *new_name,
                  const struct diff_text *old, const struct diff_text *fresh, size_t lines_max);
/* Sentences, a line each: the first segment and the first move of the state that differ. */
void diff_words(struct out_writer *out, const struct diff_text *old, const struct diff_text *fresh);

/* Frees what came of the cases, the filters and the settings. */
void test_destroy(struct test *test);

/* ---- reports ---- */

/* "pass", "fail" and so on. */
const char *test_verdict_name(enum test_verdict verdict);
/* The verdict as it stands on a line: "fail: golden differs". */
void report_verdict(struct out_writer *out, const struct test_case *one);
/* Messages, difference and the command that repeats it, or "". */
void report_details(struct out_writer *out, const struct test *test, struct test_case *one);
void report_begin(struct test *test);
/* Prints the lines that are due, the progress where it is wanted. */
void report_lines(struct test *test, bool also_gaps);
void report_progress(struct test *test);
void report_clear_progress(struct test *test);
/* How many of each folder passed, where packetdrill scripts are among them. */
void report_folders(const struct test *test);
/* The failures in full, what was updated, the closing line. */
void report_end(struct test *test);

void tap_begin(const struct test *test);
void tap_line(const struct test *test, struct test_case *one, size_t number);
void tap_end(const struct test *test);

/* To the file of --junit. CLI_HELD, or CLI_ERROR (told). */
int junit_write(struct test *test);

/* ---- text (test_text.c) ---- */

/* As XML: element content, or an attribute's value between double quotes. What XML cannot hold, and
 * octets that are no UTF-8, become U+FFFD. */
void text_put_xml(struct out_writer *out, const char *text, size_t len, bool attribute);
/* Without control characters (but tab, and newline with `lines`), and as UTF-8. */
void text_put_plain(struct out_writer *out, const char *text, size_t len, bool lines);
/* Columns that it takes when put plainly. */
size_t text_columns(const char *text);

#endif
