/* test_worker.c - the worker's side: takes the number of a case, runs it, sends what it says as it
 * goes, so that what was said before a crash is known. A thread beside shows that there is
 * progress, and ends the process when its parent has gone. */
#include "test.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define BEAT_NS 50000000
#define MESSAGES_MAX_BYTES (size_t)(1 << 20)
/* Only what stands before sim.scenario runs. */
#define PEEK_MAX_INSTRUCTIONS UINT64_C(10000000)

/* ---- the pulse ---- */

struct test_pulse {
    _Atomic uint64_t value;
};

struct test_pulse *test_pulses_create(size_t count)
{
    void *shared = mmap(NULL, count * sizeof(struct test_pulse), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return shared != MAP_FAILED ? shared : NULL;
}

void test_pulses_destroy(struct test_pulse *pulses, size_t count)
{
    if (pulses != NULL) { (void)munmap(pulses, count * sizeof *pulses); }
}

struct test_pulse *test_pulse_of(struct test_pulse *pulses, size_t index) { return pulses + index; }

uint64_t test_pulse_read(const struct test_pulse *pulse) { return atomic_load(&pulse->value); }

static void test_pulse_set(struct test_pulse *pulse, uint64_t value)
{
    atomic_store(&pulse->value, value);
}

struct worker {
    const struct test *test;
    const struct test_channel *channel;
    pthread_mutex_t lock;          /* for the next two */
    const struct subject *subject; /* that runs now */
    uint64_t beats;                /* while none did: what comes between is bounded */
    size_t message_bytes;          /* of this case */
};

static void *beat(void *context)
{
    struct worker *worker = context;
    const struct timespec pause = {.tv_nsec = BEAT_NS};
    for (;;) {
        (void)nanosleep(&pause, NULL);
        if (getppid() != worker->channel->parent) { _exit(CLI_INTERRUPTED); }
        (void)pthread_mutex_lock(&worker->lock);
        uint64_t value = worker->beats;
        if (worker->subject == NULL) {
            value = ++worker->beats;
        } else {
            value += subject_progress(worker->subject);
        }
        (void)pthread_mutex_unlock(&worker->lock);
        test_pulse_set(worker->channel->pulse, value);
    }
    return NULL;
}

static void watch(struct worker *worker, const struct subject *subject)
{
    (void)pthread_mutex_lock(&worker->lock);
    worker->subject = subject;
    worker->beats++;
    (void)pthread_mutex_unlock(&worker->lock);
}

/* ---- messages ---- */

static void send(const struct worker *worker, enum frame type, const void *bytes, size_t len)
{
    frame_send(worker->channel->frames, type, bytes, len);
}

static void message(void *context, const char *text)
{
    struct worker *worker = context;
    const size_t len = strlen(text);
    static const char more[] = "tcpsim: more messages are left out\n";
    const bool had_room = worker->message_bytes < MESSAGES_MAX_BYTES;
    worker->message_bytes += len + 1;
    if (worker->message_bytes < MESSAGES_MAX_BYTES) {
        send(worker, FRAME_MESSAGE, text, len);
        if (len == 0 || text[len - 1] != '\n') { send(worker, FRAME_MESSAGE, "\n", 1); }
    } else if (had_room) {
        send(worker, FRAME_MESSAGE, more, sizeof more - 1);
    }
}

static void tell(struct worker *worker, const char *path, const char *what)
{
    size_t len = 0;
    struct out_writer *text = out_writer_memory();
    if (text == NULL) { return; }
    out_text(text, "tcpsim: ");
    out_text(text, path);
    out_text(text, ": ");
    out_text(text, what);
    message(worker, out_writer_contents(text, &len));
    (void)out_writer_finish(text);
}

static void no_message(void *context, const char *text)
{
    (void)context;
    (void)text;
}

/* ---- one run ---- */

struct play {
    struct worker *worker;
    const struct test_case *one;
    bool second; /* of --check-determinism: silent, with the other queue */
    struct trace trace;
    struct trace_digest *digest; /* of --check-determinism, or NULL */
    char digest_text[33];
    struct output golden;
    struct out_writer *golden_text; /* NULL: nothing to compare it with */
    enum verdict verdict;
    char reason[160]; /* of a script's verdict */
};

static const char *digest_so_far(void *context)
{
    struct play *play = context;
    trace_digest_text(play->digest, play->digest_text);
    return play->digest_text;
}

/* The golden format, until it has become too long. */
static void golden_record(void *context, const struct trace_record *record)
{
    struct play *play = context;
    size_t len = 0;
    (void)out_writer_contents(play->golden_text, &len);
    if (len > GOLDEN_MAX_BYTES) {
        out_fail(play->golden_text, EFBIG);
        return;
    }
    output_golden.record(play->golden.state, record);
}

static bool prepare(struct play *play)
{
    const struct test *test = play->worker->test;
    trace_init(&play->trace);
    if (test->settings.check_determinism) {
        play->digest = trace_digest_create();
        if (play->digest == NULL || !trace_attach(&play->trace, trace_digest_sink(play->digest))) {
            return false;
        }
    }
    const bool wanted = golden_exists(play->one->golden) || (test->update && test->golden != NULL);
    if (!wanted || play->second || test->settings.dry_run) { return true; }
    const struct out_options options = out_options_default();
    play->golden_text = out_writer_memory();
    if (play->golden_text == NULL ||
        !output_begin(&play->golden, &output_golden, play->golden_text, &options)) {
        return false;
    }
    const struct trace_sink sink = {play, golden_record, output_golden.wants};
    return trace_attach(&play->trace, sink);
}

/* What the run cites and went through, for `coverage`. */
static void send_hits(const struct worker *worker, const struct subject *subject)
{
    static_assert(sizeof(struct coverage_hits) <= FRAME_MAX_BYTES, "one frame");
    const char *const *cites = NULL;
    const size_t count = subject_cites(subject, &cites);
    for (size_t i = 0; i < count; i++) {
        send(worker, FRAME_CITES, cites[i], strlen(cites[i]) + 1);
    }
    struct coverage_hits hits;
    const uint32_t *shown = NULL;
    const struct tcp_marks *marks = subject_marks(subject, &shown);
    coverage_hits_take(&hits, marks, shown);
    send(worker, FRAME_HITS, &hits, sizeof hits);
}

static void perform(struct play *play)
{
    struct worker *worker = play->worker;
    struct scenario_config config = settings_config(&worker->test->settings, play->one->path);
    config.trace = &play->trace;
    config.queue = play->second ? QUEUE_PAIRING : QUEUE_HEAP;
    config.message = play->second ? no_message : message;
    config.message_context = worker;
    config.digest = play->digest != NULL ? digest_so_far : NULL;
    config.digest_context = play;
    config.count_marks = worker->test->hits;
    struct subject *subject = subject_create(&worker->test->settings.script, &config);
    play->verdict = VERDICT_LIMIT;
    if (subject == NULL) {
        tell(worker, config.path, "limit: no memory for the simulation (--max-memory)");
        return;
    }
    watch(worker, subject);
    if (subject_load(subject) && !play->second) {
        const uint64_t seed = subject_seed(subject);
        const char *title = subject_title(subject);
        send(worker, FRAME_SEED, &seed, sizeof seed);
        send(worker, FRAME_TITLE, title, strlen(title));
    }
    play->verdict = subject_run(subject);
    if (worker->test->hits) { send_hits(worker, subject); }
    if (play->verdict == VERDICT_UNSUPPORTED) {
        (void)snprintf(play->reason, sizeof play->reason, "%s", subject_reason(subject));
    }
    if (play->golden.state != NULL) { output_end(&play->golden); }
    watch(worker, NULL);
    if (play->digest != NULL) { trace_digest_text(play->digest, play->digest_text); }
    subject_destroy(subject);
}

static void give_back(struct play *play)
{
    if (play->digest != NULL) { trace_digest_destroy(play->digest); }
    if (play->golden_text != NULL) { out_writer_abandon(play->golden_text); }
}

/* ---- what came of it ---- */

static enum test_verdict verdict_of(enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_PASS: return TEST_PASS;
    case VERDICT_FAIL: return TEST_FAIL;
    case VERDICT_ERROR: return TEST_ERROR;
    case VERDICT_LIMIT: return TEST_LIMIT;
    case VERDICT_UNSUPPORTED: return TEST_UNSUPPORTED;
    case VERDICT_INTERRUPTED: return TEST_WAITING;
    }
    return TEST_ERROR;
}

static void golden_error(const struct play *play, struct frame_done *done, int error)
{
    tell(play->worker, play->one->golden, strerror(error));
    done->verdict = TEST_ERROR;
    (void)snprintf(done->reason, sizeof done->reason, "golden");
}

static void tell_difference(const struct play *play, const char *old, size_t old_len,
                            const char *text, size_t len)
{
    struct out_writer *words = out_writer_memory();
    if (words == NULL) { return; }
    golden_tell(words, play->one->golden, old, old_len, text, len);
    size_t words_len = 0;
    const char *told = out_writer_contents(words, &words_len);
    send(play->worker, FRAME_DIFFERENCE, told, words_len);
    (void)out_writer_finish(words);
}

static void compare_golden(const struct play *play, struct frame_done *done)
{
    size_t len = 0;
    size_t old_len = 0;
    if (out_error(play->golden_text) != 0) {
        golden_error(play, done, out_error(play->golden_text));
        return;
    }
    const char *text = out_writer_contents(play->golden_text, &len);
    char *old = golden_read(play->one->golden, &old_len);
    const bool is_new = old == NULL && errno == ENOENT;
    if (old == NULL && !is_new) {
        golden_error(play, done, errno);
        return;
    }
    if (!is_new && len == old_len && memcmp(old, text, len) == 0) {
        done->golden = GOLDEN_EQUAL;
    } else if (play->worker->test->update && done->verdict == TEST_PASS) {
        done->golden = is_new ? GOLDEN_NEW : GOLDEN_CHANGED;
        send(play->worker, FRAME_FRESH, text, len);
    } else if (!is_new) {
        done->golden = GOLDEN_DIFFERS;
        (void)snprintf(done->reason, sizeof done->reason, "golden differs");
        done->verdict = TEST_FAIL;
    }
    if (!is_new && done->golden != GOLDEN_EQUAL) { tell_difference(play, old, old_len, text, len); }
    free(old);
}

static void compare_with_second(struct worker *worker, const struct play *first,
                                struct frame_done *done)
{
    struct play second = {.worker = worker, .one = first->one, .second = true};
    if (prepare(&second)) { perform(&second); }
    give_back(&second);
    if (second.verdict == first->verdict && strcmp(second.digest_text, first->digest_text) == 0) {
        return;
    }
    char text[256];
    (void)snprintf(text, sizeof text,
                   "not deterministic: %s with digest %s, then %s with digest %s",
                   verdict_name(first->verdict), first->digest_text, verdict_name(second.verdict),
                   second.digest_text);
    tell(worker, first->one->path, text);
    if (done->verdict == TEST_PASS) { done->verdict = TEST_FAIL; }
    (void)snprintf(done->reason, sizeof done->reason, "not deterministic");
}

/* ---- one case ---- */

/* Whether the title (or the path) is one that --filter wants. */
static bool chosen_by_title(struct worker *worker, const struct test_case *one)
{
    struct scenario_config config = settings_config(&worker->test->settings, one->path);
    struct trace trace;
    trace_init(&trace);
    config.trace = &trace;
    config.max_instructions = PEEK_MAX_INSTRUCTIONS;
    config.message = no_message;
    struct subject *subject = subject_create(&worker->test->settings.script, &config);
    if (subject == NULL) { return false; }
    watch(worker, subject);
    const bool chosen = subject_peek(subject) && test_chooses(worker->test, subject_title(subject));
    watch(worker, NULL);
    subject_destroy(subject);
    return chosen;
}

static void run_case(struct worker *worker, const struct test_case *one)
{
    const int64_t began_ns = test_now_ns();
    const struct test *test = worker->test;
    struct frame_done done = {.verdict = TEST_PASS, .golden = GOLDEN_NONE};
    worker->message_bytes = 0;
    if (!test_chooses(test, one->path) && !chosen_by_title(worker, one)) {
        done.verdict = TEST_LEFT_OUT;
    } else if (!test->list) {
        struct play play = {.worker = worker, .one = one};
        if (prepare(&play)) {
            perform(&play);
            done.verdict = verdict_of(play.verdict);
            (void)snprintf(done.reason, sizeof done.reason, "%s", play.reason);
            const bool ended = play.verdict == VERDICT_PASS || play.verdict == VERDICT_FAIL;
            if (ended && play.golden_text != NULL) { compare_golden(&play, &done); }
            if (play.digest != NULL && ended) { compare_with_second(worker, &play, &done); }
        } else {
            tell(worker, one->path, "error: out of memory");
            done.verdict = TEST_ERROR;
        }
        give_back(&play);
    }
    done.took_ns = test_now_ns() - began_ns;
    send(worker, FRAME_DONE, &done, sizeof done);
}

_Noreturn void test_work(const struct test *test, const struct test_channel *channel)
{
    struct worker worker = {.test = test, .channel = channel};
    pthread_t thread;
    if (pthread_mutex_init(&worker.lock, NULL) != 0 ||
        pthread_create(&thread, NULL, beat, &worker) != 0) {
        _exit(CLI_ERROR);
    }
    uint32_t index = 0;
    ssize_t got = 0;
    do {
        got = read(channel->commands, &index, sizeof index);
        if (got == (ssize_t)sizeof index) { run_case(&worker, &test->cases[index]); }
    } while (got == (ssize_t)sizeof index || (got < 0 && errno == EINTR));
    exit(CLI_HELD); /* not _exit: sanitizers look for leaks here */
}
