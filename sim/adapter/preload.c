/* preload.c - what packetdrill asks of the kernel past its interface, if the shared object is also
 * preloaded (LD_PRELOAD): commands, TCP_INFO for code, memory and a priority for exact times. */
#define _GNU_SOURCE
#include "adapter.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/times.h>
#include <sys/wait.h>
#include <unistd.h>

#define CODE_FILE " /tmp/code_" /* packetdrill's own: what it has python run ends with it */
#define CODE_FILE_RANDOM 6
#define MEMINFO_BYTES ((socklen_t)36)

/* ---- commands ---- */

static bool runs_code(const char *command)
{
    const char *file = strstr(command, CODE_FILE);
    return file != NULL && strlen(file) == sizeof CODE_FILE - 1 + CODE_FILE_RANDOM &&
           access(file + 1, R_OK) == 0;
}

static int run(const char *command)
{
    int status = 0;
    const pid_t child = fork();
    if (child == 0) {
        (void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    return child > 0 && waitpid(child, &status, 0) == child ? status : -1;
}

/* A script's commands are carried out as tcpsim carries them out: clock.c reads them. */
int system(const char *command)
{
    const char *number = getenv(COMMANDS_VARIABLE);
    if (command == NULL) { return 1; }
    if (number == NULL || runs_code(command)) { return run(command); }
    const int fd = (int)strtol(number, NULL, 10);
    const size_t len = strlen(command) + 1;
    return write(fd, command, len) == (ssize_t)len ? 0 : -1;
}

/* ---- TCP_INFO ---- */

static bool is_ours(int fd)
{
    char link[64];
    char name[64];
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const ssize_t len = readlink(link, name, sizeof name - 1);
    name[len > 0 ? len : 0] = '\0';
    return strstr(name, DESCRIPTOR_NAME) != NULL;
}

/* Only what packetdrill collects for code comes here: other options go through the interface. (The
 * C library's names of parameters are reserved ones.) */
// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name)
int getsockopt(int fd, int level, int option, void *restrict value, socklen_t *restrict length)
{
    if (!is_ours(fd)) {
        return (int)syscall(SYS_getsockopt, fd, (long)level, (long)option, value, length);
    }
    memset(value, 0, *length);
    if (level == SOL_SOCKET && option == SO_MEMINFO) {
        *length = *length < MEMINFO_BYTES ? *length : MEMINFO_BYTES;
    } else if (level == IPPROTO_TCP && option == TCP_INFO) {
        const ssize_t len = pread(fd, value, *length, 0);
        *length = len > 0 ? (socklen_t)len : 0;
    } else {
        *length = 0; /* TCP_CC_INFO: the congestion control has none */
    }
    return 0;
}

/* ---- exact times ---- */

int mlockall(int flags)
{
    (void)flags;
    return 0;
}

// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name)
int sched_setscheduler(pid_t pid, int policy, const struct sched_param *parameters)
{
    (void)pid;
    (void)policy;
    (void)parameters;
    return 0;
}

/* packetdrill begins where the kernel's clock has just ticked ten times. There is none to wait for:
 * each time that it looks it is another one. */
clock_t times(struct tms *buffer)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    memset(buffer != NULL ? buffer : &(struct tms){0}, 0, sizeof *buffer);
    return (clock_t)(now.tv_sec * 1000000000 + now.tv_nsec);
}
