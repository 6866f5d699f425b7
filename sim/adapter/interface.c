/* interface.c - the shared object's one entry: makes a stack as the flags say, and fills in the
 * table of functions. */
#define _GNU_SOURCE
#include "adapter.h"

#include "../../tcp/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define FLAGS_ROOM 256

struct flags {
    char text[FLAGS_ROOM];
    struct stack_config config;
};

static bool whole(const char *text, uint64_t most, uint64_t *number)
{
    char *end = NULL;
    *number = strtoull(text, &end, 10);
    return end != text && *end == '\0' && *number <= most;
}

static void set_flag(struct flags *flags, const char *name, const char *value)
{
    char message[2 * FLAGS_ROOM];
    uint64_t number = 0;
    if (strcmp(name, "profile") == 0 && tcp_profile_find(value) < TCP_PROFILES) {
        flags->config.profile = value;
    } else if (strcmp(name, "seed") == 0 && whole(value, UINT64_MAX, &number)) {
        flags->config.has_seed = true;
        flags->config.seed = number;
    } else if (strcmp(name, "mtu") == 0 && whole(value, UINT16_MAX, &number) && number >= 68) {
        flags->config.mtu_bytes = (uint32_t)number;
    } else {
        (void)snprintf(message, sizeof message,
                       "--so_flags: expected profile=, seed= or mtu= with a value of its own, not "
                       "%s=%s",
                       name, value);
        adapter_give_up(message, 2);
    }
}

/* "profile=linux,seed=3,mtu=1500" */
static void read_flags(struct flags *flags, const char *text)
{
    (void)snprintf(flags->text, sizeof flags->text, "%s", text != NULL ? text : "");
    char *at = flags->text;
    while (*at != '\0') {
        char *next = at + strcspn(at, ",");
        if (*next == ',') { *next++ = '\0'; }
        char *value = at + strcspn(at, "=");
        if (*value == '=') { *value++ = '\0'; }
        set_flag(flags, at, value);
        at = next;
    }
}

static void told(void *context, const char *text)
{
    (void)context;
    adapter_give_up(text, strstr(text, "unsupported: ") != NULL ? 4 : 1);
}

static void free_all(void *self)
{
    struct adapter *adapter = self;
    adapter_lock(adapter); /* the last commands */
    adapter_unlock(adapter);
    packets_free(adapter);
    stack_destroy(adapter->stack);
    (void)close(adapter->commands);
    (void)pthread_mutex_destroy(&adapter->lock);
    (void)pthread_cond_destroy(&adapter->unblocked);
    free(adapter);
}

static void open_commands(struct adapter *adapter)
{
    char number[16];
    adapter->commands = memfd_create("tcpsim-commands", MFD_CLOEXEC);
    (void)snprintf(number, sizeof number, "%d", adapter->commands);
    if (adapter->commands < 0 || setenv(COMMANDS_VARIABLE, number, 1) != 0) {
        adapter_give_up("no file for commands", 1);
    }
}

void packetdrill_interface_init(const char *flags, struct packetdrill_interface *filled)
{
    struct flags read = {.config = {.sent = packets_sent, .told = told}};
    struct adapter *adapter = calloc(1, sizeof *adapter);
    if (adapter == NULL) { adapter_give_up("no memory", 1); }
    read_flags(&read, flags);
    read.config.context = adapter;
    (void)unsetenv("LD_PRELOAD"); /* not for what packetdrill starts */
    (void)munlockall();           /* packetdrill keeps all memory in RAM, the unused too */
    adapter->stack = stack_create(&read.config);
    if (adapter->stack == NULL) { adapter_give_up("no memory", 1); }
    (void)pthread_mutex_init(&adapter->lock, NULL);
    (void)pthread_cond_init(&adapter->unblocked, NULL);
    adapter->main = pthread_self();
    open_commands(adapter);
    *filled = (struct packetdrill_interface){
        .self = adapter,
        .free = free_all,
        .socket = adapter_socket,
        .bind = adapter_bind,
        .listen = adapter_listen,
        .accept = adapter_accept,
        .connect = adapter_connect,
        .read = adapter_read,
        .readv = adapter_readv,
        .recv = adapter_recv,
        .recvfrom = adapter_recvfrom,
        .recvmsg = adapter_recvmsg,
        .write = adapter_write,
        .writev = adapter_writev,
        .send = adapter_send,
        .sendto = adapter_sendto,
        .sendmsg = adapter_sendmsg,
        .fcntl = adapter_fcntl,
        .ioctl = adapter_ioctl,
        .close = adapter_close,
        .shutdown = adapter_shutdown,
        .getsockopt = adapter_getsockopt,
        .setsockopt = adapter_setsockopt,
        .poll = adapter_poll,
        .netdev_send = adapter_netdev_send,
        .netdev_receive = adapter_netdev_receive,
        .usleep = adapter_usleep,
        .gettimeofday = adapter_gettimeofday,
        .epoll_create = adapter_epoll_create,
        .epoll_ctl = adapter_epoll_ctl,
        .epoll_wait = adapter_epoll_wait,
        .pipe = adapter_pipe,
        .splice = adapter_splice,
    };
}
