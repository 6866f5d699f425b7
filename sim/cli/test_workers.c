/* test_workers.c - the parent's side: worker processes that are each given one case after another.
 * One that crashes or stalls costs the case that it had; another takes its place. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TICK_NS 1000000000
#define POLL_MS 100                      /* a signal that comes just before waits so long at most */
#define TEXT_MAX_BYTES ((size_t)2 << 20) /* messages of one case, with what went to stderr */

struct worker {
    pid_t pid; /* 0: none */
    int commands, frames, errors;
    struct test_case *one; /* NULL: idle */
    int64_t began_ns;
    uint64_t pulse;
    unsigned still_s; /* seconds without progress */
    struct frame_reader reader;
};

struct crew {
    struct test *test;
    struct worker *workers;
    struct pollfd *polled; /* two a worker */
    struct test_pulse *pulses;
    size_t count;
    size_t next; /* case to be given out */
    int64_t tick_ns;
};

/* ---- processes ---- */

static void close_pipe(int *fd)
{
    if (*fd >= 0) { (void)close(*fd); }
    *fd = -1;
}

static void close_pipes(struct worker *worker)
{
    close_pipe(&worker->commands);
    close_pipe(&worker->frames);
    close_pipe(&worker->errors);
}

/* In the new process: its own ends of its own pipes are all that it keeps. */
static _Noreturn void become_worker(struct crew *crew, size_t index, int commands, int frames,
                                    int errors, pid_t parent)
{
    sigset_t none;
    (void)sigemptyset(&none);
    (void)signal(SIGINT, SIG_IGN); /* the parent decides */
    (void)signal(SIGTERM, SIG_IGN);
    (void)signal(SIGHUP, SIG_IGN);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    for (size_t i = 0; i < crew->count; i++) { close_pipes(&crew->workers[i]); }
    (void)dup2(errors, STDOUT_FILENO);
    (void)dup2(errors, STDERR_FILENO);
    (void)close(errors);
    const struct test_channel channel = {
        .commands = commands,
        .frames = frames,
        .pulse = test_pulse_of(crew->pulses, index),
        .parent = parent,
    };
    test_work(crew->test, &channel);
}

/* False with errno. */
static bool start_worker(struct crew *crew, size_t index)
{
    struct worker *worker = &crew->workers[index];
    int pipes[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}};
    pid_t pid = -1;
    if (pipe(pipes[0]) == 0 && pipe(pipes[1]) == 0 && pipe(pipes[2]) == 0) {
        const pid_t parent = getpid();
        worker->commands = pipes[0][1];
        worker->frames = pipes[1][0];
        worker->errors = pipes[2][0];
        pid = fork();
        if (pid == 0) { become_worker(crew, index, pipes[0][0], pipes[1][1], pipes[2][1], parent); }
    }
    const int error = errno;
    for (unsigned i = 0; i < 3; i++) { close_pipe(&pipes[i][i == 0 ? 0 : 1]); }
    if (pid < 0) {
        for (unsigned i = 0; i < 3; i++) { close_pipe(&pipes[i][i == 0 ? 1 : 0]); }
        worker->commands = worker->frames = worker->errors = -1;
        errno = error;
        return false;
    }
    (void)fcntl(worker->frames, F_SETFL, O_NONBLOCK);
    (void)fcntl(worker->errors, F_SETFL, O_NONBLOCK);
    worker->pid = pid;
    worker->reader.used = worker->reader.taken = 0;
    return true;
}

/* Its exit status as waitpid has it. */
static int end_worker(struct worker *worker, bool kill_it)
{
    int status = 0;
    if (kill_it) { (void)kill(worker->pid, SIGKILL); }
    close_pipes(worker);
    while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR) {}
    worker->pid = 0;
    return status;
}

/* ---- what workers say ---- */

static void append(struct out_writer **text, const char *bytes, size_t len, size_t max)
{
    struct out_writer *writer = test_text(text);
    if (writer == NULL) { return; }
    size_t used = 0;
    (void)out_writer_contents(writer, &used);
    if (used < max) { out_bytes(writer, bytes, len); }
}

/* What it wrote to standard error: an assertion's words, a sanitizer's. */
static void take_errors(struct worker *worker)
{
    char text[4096];
    for (;;) {
        const ssize_t got = read(worker->errors, text, sizeof text);
        if (got <= 0) { return; }
        if (worker->one != NULL) {
            append(&worker->one->messages, text, (size_t)got, TEXT_MAX_BYTES);
        }
    }
}

static void write_fresh(struct test_case *one)
{
    size_t len = 0;
    sigset_t before;
    const char *text = test_contents(one->fresh, &len);
    test_hold_signals(&before);
    const int error = one->fresh != NULL && out_error(one->fresh) != 0
                          ? out_error(one->fresh)
                          : golden_write(one->golden, text, len);
    test_let_signals(&before);
    if (error != 0) {
        struct out_writer *messages = test_text(&one->messages);
        if (messages != NULL) {
            out_text(messages, "tcpsim: ");
            out_text(messages, one->golden);
            out_printf(messages, ": %s\n", strerror(error));
        }
        one->verdict = TEST_ERROR;
        one->golden_state = GOLDEN_NONE;
        (void)snprintf(one->reason, sizeof one->reason, "golden");
    }
    if (one->fresh != NULL) { out_writer_abandon(one->fresh); }
    one->fresh = NULL;
}

static void case_done(struct crew *crew, struct worker *worker, const struct frame_done *done)
{
    struct test_case *one = worker->one;
    take_errors(worker);
    one->verdict = (enum test_verdict)done->verdict;
    one->golden_state = (enum test_golden)done->golden;
    one->took_ns = done->took_ns;
    memcpy(one->reason, done->reason, sizeof one->reason);
    if (one->golden_state == GOLDEN_NEW || one->golden_state == GOLDEN_CHANGED) {
        write_fresh(one);
    }
    worker->one = NULL;
    crew->test->done++;
}

static void take_frame(struct crew *crew, struct worker *worker, enum frame type, const char *bytes,
                       size_t len)
{
    struct test_case *one = worker->one;
    struct frame_done done;
    if (one == NULL) { return; }
    switch (type) {
    case FRAME_SEED:
        one->has_seed = len == sizeof one->seed;
        if (one->has_seed) { memcpy(&one->seed, bytes, len); }
        break;
    case FRAME_TITLE: append(&one->title, bytes, len, TEXT_MAX_BYTES); break;
    case FRAME_MESSAGE: append(&one->messages, bytes, len, TEXT_MAX_BYTES); break;
    case FRAME_DIFFERENCE: append(&one->difference, bytes, len, TEXT_MAX_BYTES); break;
    case FRAME_FRESH: append(&one->fresh, bytes, len, SIZE_MAX); break;
    case FRAME_CITES: append(&one->cites, bytes, len, TEXT_MAX_BYTES); break;
    case FRAME_HITS:
        if (one->hits == NULL) { one->hits = malloc(sizeof *one->hits); }
        if (one->hits != NULL && len == sizeof *one->hits) { memcpy(one->hits, bytes, len); }
        break;
    case FRAME_DONE:
        if (len == sizeof done) {
            memcpy(&done, bytes, sizeof done);
            case_done(crew, worker, &done);
        }
        break;
    }
}

/* ---- when one is lost ---- */

static const char *signal_word(int number)
{
    switch (number) {
    case SIGSEGV: return "SIGSEGV";
    case SIGABRT: return "SIGABRT";
    case SIGBUS: return "SIGBUS";
    case SIGFPE: return "SIGFPE";
    case SIGILL: return "SIGILL";
    case SIGKILL: return "SIGKILL";
    default: return NULL;
    }
}

/* The case of a worker that is no more. */
static void case_lost(struct crew *crew, struct worker *worker, enum test_verdict verdict,
                      int status)
{
    struct test_case *one = worker->one;
    const int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    one->verdict = verdict;
    one->took_ns = test_now_ns() - worker->began_ns;
    if (verdict == TEST_LIMIT) {
        (void)snprintf(one->reason, sizeof one->reason, "no progress for %llu s",
                       (unsigned long long)crew->test->settings.stall_s);
    } else if (number != 0 && signal_word(number) != NULL) {
        (void)snprintf(one->reason, sizeof one->reason, "%s", signal_word(number));
    } else if (number != 0) {
        (void)snprintf(one->reason, sizeof one->reason, "signal %d", number);
    } else {
        (void)snprintf(one->reason, sizeof one->reason, "the program ended with status %d",
                       WEXITSTATUS(status));
    }
    if (one->fresh != NULL) { out_writer_abandon(one->fresh); }
    one->fresh = NULL;
    worker->one = NULL;
    crew->test->done++;
}

static void lose_worker(struct crew *crew, struct worker *worker, bool stalled)
{
    if (worker->one != NULL) { take_errors(worker); }
    /* A pipe that is closed without the process having ended is one gone wild. */
    const int status = end_worker(worker, true);
    if (worker->one != NULL) { case_lost(crew, worker, stalled ? TEST_LIMIT : TEST_ERROR, status); }
}

static void hear(struct crew *crew, struct worker *worker)
{
    enum frame type = FRAME_DONE;
    const char *bytes = NULL;
    size_t len = 0;
    const bool open = frame_fill(&worker->reader, worker->frames);
    while (frame_take(&worker->reader, &type, &bytes, &len)) {
        take_frame(crew, worker, type, bytes, len);
    }
    if (!open) { lose_worker(crew, worker, false); }
}

/* Once a second. Ticks are counted, not time: what was stopped and goes on has not stalled. */
static void look_for_stalls(struct crew *crew)
{
    const int64_t now_ns = test_now_ns();
    if (now_ns - crew->tick_ns < TICK_NS) { return; }
    crew->tick_ns = now_ns;
    for (size_t i = 0; i < crew->count; i++) {
        struct worker *worker = &crew->workers[i];
        if (worker->pid == 0 || worker->one == NULL) { continue; }
        const uint64_t pulse = test_pulse_read(test_pulse_of(crew->pulses, i));
        worker->still_s = pulse != worker->pulse ? 0 : worker->still_s + 1;
        worker->pulse = pulse;
        if (worker->still_s >= crew->test->settings.stall_s) { lose_worker(crew, worker, true); }
    }
}

/* ---- giving out ---- */

/* False: told; there is no worker at all. */
static bool give_out(struct crew *crew)
{
    const struct test *test = crew->test;
    bool any = false;
    for (size_t i = 0; i < crew->count; i++) {
        struct worker *worker = &crew->workers[i];
        const bool wanted = worker->one == NULL && crew->next < test->count;
        if (wanted && worker->pid == 0 && !start_worker(crew, i)) {
            if (any || i + 1 < crew->count) { continue; }
            (void)cli_error("no process for the scenarios: %s", strerror(errno));
            return false;
        }
        any = any || worker->pid != 0;
        if (!wanted) { continue; }
        const uint32_t index = (uint32_t)crew->next;
        worker->one = &test->cases[crew->next++];
        worker->began_ns = test_now_ns();
        worker->still_s = 0;
        if (write(worker->commands, &index, sizeof index) != (ssize_t)sizeof index) {
            lose_worker(crew, worker, false); /* killed from outside */
        }
    }
    return true;
}

/* Waits until a worker says something, or a moment. */
static void wait_for_words(struct crew *crew)
{
    for (size_t i = 0; i < crew->count; i++) {
        const struct worker *worker = &crew->workers[i];
        crew->polled[2 * i] = (struct pollfd){.fd = worker->frames, .events = POLLIN};
        crew->polled[2 * i + 1] = (struct pollfd){.fd = worker->errors, .events = POLLIN};
    }
    (void)poll(crew->polled, (nfds_t)(2 * crew->count), POLL_MS);
    for (size_t i = 0; i < crew->count; i++) {
        struct worker *worker = &crew->workers[i];
        const bool errors = (crew->polled[2 * i + 1].revents & POLLIN) != 0;
        if (worker->pid != 0 && errors) { take_errors(worker); }
        if (worker->pid != 0 && crew->polled[2 * i].revents != 0) { hear(crew, worker); }
    }
}

static int run_all(struct crew *crew)
{
    struct test *test = crew->test;
    while (test->done < test->count) {
        if (test_interrupted()) { return CLI_INTERRUPTED; }
        if (!give_out(crew)) { return CLI_ERROR; }
        wait_for_words(crew);
        look_for_stalls(crew);
        if (!test->list && !test->hits) { report_lines(test, false); }
        if (!test->list) { report_progress(test); }
    }
    return CLI_HELD;
}

/* Idle workers end by themselves when there are no more commands. False: one had something to say
 * of it (a leak that a sanitizer found). */
static bool dismiss(struct worker *worker)
{
    char text[4096];
    ssize_t got = 0;
    close_pipe(&worker->commands);
    (void)fcntl(worker->errors, F_SETFL, 0);
    do {
        got = read(worker->errors, text, sizeof text);
        if (got > 0) { (void)fwrite(text, 1, (size_t)got, stderr); }
    } while (got > 0 || (got < 0 && errno == EINTR && !test_interrupted()));
    const int status = end_worker(worker, got != 0);
    if (status != 0 && got == 0) { (void)cli_error("a worker did not end as it should"); }
    return status == 0 || got != 0;
}

int test_run_cases(struct test *test)
{
    const size_t wanted = (size_t)(test->jobs < test->count ? test->jobs : test->count);
    struct crew crew = {.test = test, .count = wanted, .tick_ns = test_now_ns()};
    crew.workers = calloc(wanted, sizeof *crew.workers);
    crew.polled = calloc(2 * wanted, sizeof *crew.polled);
    crew.pulses = test_pulses_create(wanted);
    int status = CLI_ERROR;
    if (crew.workers == NULL || crew.polled == NULL || crew.pulses == NULL) {
        status = cli_no_memory();
    } else {
        for (size_t i = 0; i < wanted; i++) {
            crew.workers[i].commands = crew.workers[i].frames = crew.workers[i].errors = -1;
        }
        status = run_all(&crew);
        for (size_t i = 0; i < wanted; i++) {
            struct worker *worker = &crew.workers[i];
            if (worker->pid != 0 && status == CLI_HELD) {
                status = dismiss(worker) ? status : CLI_ERROR;
            } else if (worker->pid != 0) {
                (void)end_worker(worker, true);
            }
        }
    }
    report_clear_progress(test);
    free(crew.workers);
    free(crew.polled);
    test_pulses_destroy(crew.pulses, wanted);
    return status;
}
