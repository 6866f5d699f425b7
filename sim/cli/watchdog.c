/* watchdog.c - a thread beside the run: it sees stalls, takes the signals that end the program, and
 * removes what was half written. The other thread may hang anywhere, in a pattern match or on a
 * closed terminal; so everything that ends the process early happens here, and what is asked of it
 * is not waited for. */
#include "cli.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FILES_MAX SETTINGS_OUTPUTS_MAX
#define PATH_SHOWN_MAX 40
#define INTERRUPTIONS_MAX 2 /* timeout(1) sends its signal twice */
#define CRASH_STACK_BYTES 65536
#define CRASH_GRACE_S 5 /* for the watchdog's own crash: then the process dies of SIGALRM */
#define WAITING_NS INT64_C(1000000) /* who used less in a second waits for a reader or a disk */

struct watchdog {
    pthread_t thread;
    clockid_t watched_clock; /* CPU time of the thread that runs scenarios */
    unsigned stall_s;
    sigset_t signals, signals_before;
    stack_t crash_stack;
    pthread_mutex_t lock; /* for what follows; never held over anything that can block */
    bool stopping;
    const char *path, *repeat;
    struct subject *subject;
    unsigned interruptions; /* so often was it asked to end */
    uint64_t progress;
    int64_t cpu_ns;
    unsigned still_s; /* seconds without progress */
    bool shows_progress, progress_shown;
    uint64_t watched_s; /* since the run began */
    char *files[FILES_MAX];
    size_t file_count;
};

/* ---- ending the process ---- */

static const char *signal_name(int number)
{
    switch (number) {
    case SIGSEGV: return "SIGSEGV";
    case SIGBUS: return "SIGBUS";
    case SIGFPE: return "SIGFPE";
    case SIGILL: return "SIGILL";
    case SIGABRT: return "SIGABRT";
    default: return "a signal";
    }
}

/* With the lock held, for good. Not by way of stderr's buffer, whose lock the other thread may
 * have. */
static _Noreturn void end_process(const struct watchdog *watchdog, int status, const char *verdict,
                                  const char *detail)
{
    for (size_t i = 0; i < watchdog->file_count; i++) { (void)unlink(watchdog->files[i]); }
    (void)dprintf(STDERR_FILENO, "tcpsim: %s%s%s%s\n", watchdog->path != NULL ? watchdog->path : "",
                  watchdog->path != NULL ? ": " : "", verdict, detail);
    if (watchdog->repeat != NULL && status != CLI_INTERRUPTED) {
        (void)dprintf(STDERR_FILENO, "  repeat: %s\n", watchdog->repeat);
    }
    _exit(status);
}

/* Runs on the thread that crashed; the watchdog does the rest. */
static void crashed(int number)
{
    const union sigval value = {.sival_int = number};
    (void)alarm(CRASH_GRACE_S);
    (void)sigqueue(getpid(), SIGUSR2, value);
    for (;;) { (void)pause(); }
}

static void catch_crashes(struct watchdog *watchdog)
{
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    watchdog->crash_stack.ss_sp = malloc(CRASH_STACK_BYTES);
    watchdog->crash_stack.ss_size = CRASH_STACK_BYTES;
    if (watchdog->crash_stack.ss_sp == NULL || sigaltstack(&watchdog->crash_stack, NULL) != 0) {
        return; /* then a crash is the shell's to tell */
    }
    struct sigaction action = {.sa_handler = crashed, .sa_flags = SA_ONSTACK};
    (void)sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++) {
        struct sigaction before;
        /* A sanitizer's handler says more. */
        if (sigaction(crashes[i], NULL, &before) == 0 && before.sa_handler == SIG_DFL) {
            (void)sigaction(crashes[i], &action, NULL);
        }
    }
}

/* ---- watching ---- */

static int64_t cpu_time(const struct watchdog *watchdog)
{
    struct timespec used = {0};
    (void)clock_gettime(watchdog->watched_clock, &used);
    return (int64_t)used.tv_sec * 1000000000 + used.tv_nsec;
}

/* Once a second, with the lock held. */
static void look(struct watchdog *watchdog)
{
    if (watchdog->interruptions > 0) { end_process(watchdog, CLI_INTERRUPTED, "interrupted", ""); }
    if (watchdog->subject == NULL) { return; }
    watchdog->watched_s++;
    const uint64_t progress = subject_progress(watchdog->subject);
    const int64_t cpu_ns = cpu_time(watchdog);
    const bool waits = cpu_ns - watchdog->cpu_ns < WAITING_NS;
    watchdog->still_s = progress != watchdog->progress || waits ? 0 : watchdog->still_s + 1;
    watchdog->progress = progress;
    watchdog->cpu_ns = cpu_ns;
    if (watchdog->still_s >= watchdog->stall_s) {
        char detail[80];
        (void)snprintf(detail, sizeof detail, ": no progress for %u s (--stall-seconds)",
                       watchdog->stall_s);
        end_process(watchdog, CLI_LIMIT, "limit", detail);
    }
}

/* With the lock held, what is to be shown: "" for nothing. */
static void describe_progress(struct watchdog *watchdog, char *text, size_t room)
{
    uint64_t now_ns = 0;
    uint64_t limit_ns = 0;
    text[0] = '\0';
    if (!watchdog->shows_progress || watchdog->subject == NULL ||
        !subject_clock(watchdog->subject, &now_ns, &limit_ns) || now_ns == 0) {
        return;
    }
    const double left = (double)(limit_ns - now_ns) / (double)now_ns * (double)watchdog->watched_s;
    (void)snprintf(text, room, "\r\033[Ktcpsim: %.*s: %.1f s simulated, at most about %.0f s left",
                   PATH_SHOWN_MAX, watchdog->path, (double)now_ns / 1e9, left + 1);
    watchdog->progress_shown = true;
}

static void take_signal(struct watchdog *watchdog, const siginfo_t *info)
{
    char detail[80];
    switch (info->si_signo) {
    case SIGUSR1: break; /* from watchdog_stop */
    case SIGUSR2:
        if (info->si_code == SI_QUEUE && info->si_pid == getpid()) {
            (void)snprintf(detail, sizeof detail, ": the program crashed (%s)",
                           signal_name(info->si_value.sival_int));
            end_process(watchdog, CLI_ERROR, "error", detail);
        }
        break;
    default:
        if (watchdog->interruptions >= INTERRUPTIONS_MAX || watchdog->subject == NULL ||
            !subject_interrupt(watchdog->subject)) {
            end_process(watchdog, CLI_INTERRUPTED, "interrupted", "");
        }
        watchdog->interruptions++;
    }
}

static void *watch(void *context)
{
    struct watchdog *watchdog = context;
    const struct timespec second = {.tv_sec = 1};
    bool stopping = false;
    while (!stopping) {
        char progress[128] = "";
        siginfo_t info;
        const int number = sigtimedwait(&watchdog->signals, &info, &second);
        (void)pthread_mutex_lock(&watchdog->lock);
        if (number > 0) {
            take_signal(watchdog, &info);
        } else if (errno == EAGAIN) {
            look(watchdog);
            describe_progress(watchdog, progress, sizeof progress);
        }
        stopping = watchdog->stopping;
        (void)pthread_mutex_unlock(&watchdog->lock);
        (void)dprintf(STDERR_FILENO, "%s", progress);
    }
    return NULL;
}

/* SIGHUP stays ignored under nohup. */
static void choose_signals(sigset_t *signals)
{
    struct sigaction hangup;
    (void)sigemptyset(signals);
    (void)sigaddset(signals, SIGINT);
    (void)sigaddset(signals, SIGTERM);
    (void)sigaddset(signals, SIGUSR1);
    (void)sigaddset(signals, SIGUSR2);
    if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN) {
        (void)sigaddset(signals, SIGHUP);
    }
}

struct watchdog *watchdog_start(unsigned stall_s)
{
    struct watchdog *watchdog = calloc(1, sizeof *watchdog);
    if (watchdog == NULL || pthread_mutex_init(&watchdog->lock, NULL) != 0 ||
        pthread_getcpuclockid(pthread_self(), &watchdog->watched_clock) != 0) {
        free(watchdog);
        (void)cli_no_memory();
        return NULL;
    }
    watchdog->stall_s = stall_s;
    choose_signals(&watchdog->signals);
    (void)pthread_sigmask(SIG_BLOCK, &watchdog->signals, &watchdog->signals_before);
    const int error = pthread_create(&watchdog->thread, NULL, watch, watchdog);
    if (error != 0) {
        (void)cli_error("no thread for the watchdog: %s", strerror(error));
        (void)pthread_sigmask(SIG_SETMASK, &watchdog->signals_before, NULL);
        free(watchdog);
        return NULL;
    }
    catch_crashes(watchdog);
    return watchdog;
}

void watchdog_stop(struct watchdog *watchdog)
{
    (void)pthread_mutex_lock(&watchdog->lock);
    watchdog->stopping = true;
    (void)pthread_mutex_unlock(&watchdog->lock);
    (void)pthread_kill(watchdog->thread, SIGUSR1);
    (void)pthread_join(watchdog->thread, NULL);
    watchdog_clear_progress(watchdog);
    /* Nobody would answer the handler now. */
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++) {
        struct sigaction now;
        if (sigaction(crashes[i], NULL, &now) == 0 && now.sa_handler == crashed) {
            (void)signal(crashes[i], SIG_DFL);
        }
    }
    (void)pthread_sigmask(SIG_SETMASK, &watchdog->signals_before, NULL);
    watchdog_forget_files(watchdog);
    const stack_t none = {.ss_flags = SS_DISABLE};
    (void)sigaltstack(&none, NULL);
    free(watchdog->crash_stack.ss_sp);
    (void)pthread_mutex_destroy(&watchdog->lock);
    free(watchdog);
}

void watchdog_watch(struct watchdog *watchdog, const char *path, const char *repeat,
                    struct subject *subject)
{
    (void)pthread_mutex_lock(&watchdog->lock);
    watchdog->path = path;
    watchdog->repeat = repeat;
    watchdog->subject = subject;
    watchdog->progress = 0;
    watchdog->still_s = 0;
    watchdog->watched_s = 0;
    watchdog->cpu_ns = cpu_time(watchdog);
    (void)pthread_mutex_unlock(&watchdog->lock);
}

void watchdog_show_progress(struct watchdog *watchdog)
{
    (void)pthread_mutex_lock(&watchdog->lock);
    watchdog->shows_progress = true;
    (void)pthread_mutex_unlock(&watchdog->lock);
}

void watchdog_clear_progress(struct watchdog *watchdog)
{
    (void)pthread_mutex_lock(&watchdog->lock);
    const bool shown = watchdog->progress_shown;
    watchdog->progress_shown = false;
    (void)pthread_mutex_unlock(&watchdog->lock);
    if (shown) { (void)dprintf(STDERR_FILENO, "\r\033[K"); }
}

bool watchdog_add_file(struct watchdog *watchdog, const char *path)
{
    char *copy = strdup(path);
    (void)pthread_mutex_lock(&watchdog->lock);
    const bool added = copy != NULL && watchdog->file_count < FILES_MAX;
    if (added) { watchdog->files[watchdog->file_count++] = copy; }
    (void)pthread_mutex_unlock(&watchdog->lock);
    if (!added) { free(copy); }
    return added;
}

void watchdog_forget_files(struct watchdog *watchdog)
{
    (void)pthread_mutex_lock(&watchdog->lock);
    for (size_t i = 0; i < watchdog->file_count; i++) { free(watchdog->files[i]); }
    watchdog->file_count = 0;
    (void)pthread_mutex_unlock(&watchdog->lock);
}
