/* clock.c - virtual time under packetdrill's two threads. The main one plays the script; the other
 * makes the calls that block, one at a time. Time passes only where the main thread waits: in
 * usleep, in netdev_receive, in a call of its own that blocks; and as it reads the clock over and
 * over, which is how packetdrill waits for the last microseconds. Where it waits for the other
 * thread, and asks nothing of us meanwhile, the other thread lets time pass. */
#define _GNU_SOURCE
#include "adapter.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define READINGS_A_US 16   /* of the clock in a row before it moves on by a microsecond */
#define QUIET_NS 250000000 /* of real time: the main thread waits for the other one */
#define US_PER_S 1000000
#define PATIENCE_US US_PER_S /* that packetdrill has with a call that blocks, while it waits */
#define SETTLE_TRIES 1000000
#define COMMANDS_ROOM 65536

_Noreturn void adapter_give_up(const char *text, int status)
{
    (void)fprintf(stderr, "%s%s\n", strncmp(text, "tcpsim", 6) == 0 ? "" : "tcpsim: ", text);
    _exit(status);
}

static bool is_main(const struct adapter *adapter)
{
    return pthread_equal(pthread_self(), adapter->main) != 0;
}

/* ---- commands ---- */

/* What preload.c's system() was given since: each ends with '\0'. */
static void carry_out_commands(struct adapter *adapter)
{
    char text[COMMANDS_ROOM];
    const ssize_t len = pread(adapter->commands, text, sizeof text - 1, adapter->commands_done);
    if (len <= 0) { return; }
    text[len] = '\0';
    adapter->commands_done += len;
    adapter_end_batch(adapter);
    for (const char *at = text; at < text + len; at += strlen(at) + 1) {
        stack_command(adapter->stack, at);
    }
}

/* ---- the lock ---- */

void adapter_lock(struct adapter *adapter)
{
    (void)pthread_mutex_lock(&adapter->lock);
    if (is_main(adapter)) { adapter->activity++; }
    adapter->readings = 0;
    carry_out_commands(adapter);
}

void adapter_unlock(struct adapter *adapter)
{
    for (int fd = 0; fd < FDS_MAX; fd++) {
        if (adapter->descriptors[fd].open) { options_write_info(adapter, fd); }
    }
    (void)pthread_mutex_unlock(&adapter->lock);
}

/* ---- time ---- */

/* The other thread's call, if there is one, goes on. */
static void retry_blocked(struct adapter *adapter)
{
    if (adapter->blocked == NULL || !stack_call(adapter->stack, adapter->blocked)) { return; }
    adapter->blocked = NULL;
    adapter->returned = adapter->unsettled = true;
    adapter->returned_us = stack_now_us(adapter->stack);
    (void)pthread_cond_signal(&adapter->unblocked);
}

void adapter_run(struct adapter *adapter, uint64_t until_us, bool until_sent)
{
    for (;;) {
        if (until_sent && adapter->sent != NULL) { return; }
        const enum stack_stop stop = stack_run(adapter->stack, until_us);
        retry_blocked(adapter);
        if (stop != STACK_AWAKE) { return; }
    }
}

void adapter_settle(struct adapter *adapter)
{
    adapter_run(adapter, stack_now_us(adapter->stack), false);
}

void adapter_end_batch(struct adapter *adapter)
{
    if (adapter->batch) { adapter_settle(adapter); }
    adapter->batch = false;
}

/* Whether the other thread waits for something, by the kernel's word. */
static bool other_sleeps(pid_t other)
{
    char path[64];
    char text[512];
    (void)snprintf(path, sizeof path, "/proc/self/task/%d/stat", (int)other);
    FILE *file = fopen(path, "r");
    const size_t len = file != NULL ? fread(text, 1, sizeof text - 1, file) : 0;
    if (file != NULL) { (void)fclose(file); }
    text[len] = '\0';
    const char *name_end = strrchr(text, ')');
    return name_end == NULL || strncmp(name_end, ") S", 3) == 0;
}

/* Here, and only here, packetdrill's own lock is free: the other thread can tell what its call
 * returned, and is to have done so before time passes. */
static void let_other_return(struct adapter *adapter)
{
    for (unsigned tries = 0; adapter->unsettled && tries < SETTLE_TRIES; tries++) {
        (void)pthread_mutex_lock(&adapter->lock);
        const bool returned = adapter->returned;
        (void)pthread_mutex_unlock(&adapter->lock);
        if (!returned && other_sleeps(adapter->other)) { adapter->unsettled = false; }
        (void)sched_yield();
    }
}

int adapter_usleep(void *self, useconds_t us)
{
    struct adapter *adapter = self;
    if (is_main(adapter)) { let_other_return(adapter); }
    adapter_lock(adapter);
    adapter_run(adapter, stack_now_us(adapter->stack) + us, false);
    adapter_unlock(adapter);
    return 0;
}

/* What the other thread asks first when its call has returned is when it did. */
static uint64_t read_clock(struct adapter *adapter)
{
    if (!is_main(adapter) && adapter->returned) {
        adapter->returned = false;
        return adapter->returned_us;
    }
    if (is_main(adapter)) { adapter->activity++; }
    if (++adapter->readings % READINGS_A_US == 0) {
        adapter_run(adapter, stack_now_us(adapter->stack) + 1, false);
    }
    return stack_now_us(adapter->stack);
}

int adapter_gettimeofday(void *self, struct timeval *time, struct timezone *zone)
{
    struct adapter *adapter = self;
    (void)zone;
    (void)pthread_mutex_lock(&adapter->lock);
    const uint64_t now_us = read_clock(adapter);
    (void)pthread_mutex_unlock(&adapter->lock);
    *time = (struct timeval){.tv_sec = (time_t)(now_us / US_PER_S),
                             .tv_usec = (suseconds_t)(now_us % US_PER_S)};
    return 0;
}

/* ---- calls that block ---- */

static void wait_in_main(struct adapter *adapter, struct stack_call *call)
{
    for (;;) {
        const enum stack_stop stop = stack_run(adapter->stack, UINT64_MAX);
        retry_blocked(adapter);
        if (stack_call(adapter->stack, call)) { return; }
        if (stop == STACK_REST) {
            adapter_give_up("a call blocks, and nothing more can happen", 1);
        }
    }
}

static void soon(struct timespec *time)
{
    (void)clock_gettime(CLOCK_REALTIME, time);
    const long ns = time->tv_nsec + QUIET_NS;
    time->tv_sec += ns / 1000000000;
    time->tv_nsec = ns % 1000000000;
}

static void wait_in_other(struct adapter *adapter, struct stack_call *call)
{
    const uint64_t patience_us = stack_now_us(adapter->stack) + PATIENCE_US;
    adapter->blocked = call;
    while (adapter->blocked == call) {
        struct timespec time;
        const uint64_t activity = adapter->activity;
        soon(&time);
        const int status = pthread_cond_timedwait(&adapter->unblocked, &adapter->lock, &time);
        if (status == ETIMEDOUT && activity == adapter->activity && adapter->blocked == call) {
            adapter_run(adapter, patience_us, false);
        }
    }
}

void adapter_call(struct adapter *adapter, struct stack_call *call)
{
    adapter_end_batch(adapter);
    const bool done = stack_call(adapter->stack, call);
    if (!is_main(adapter)) { adapter->other = gettid(); }
    if (!done && is_main(adapter)) {
        wait_in_main(adapter, call);
    } else if (!done) {
        wait_in_other(adapter, call);
    } else if (!is_main(adapter)) {
        adapter->returned = adapter->unsettled = true;
        adapter->returned_us = stack_now_us(adapter->stack);
    }
    adapter_settle(adapter);
}
