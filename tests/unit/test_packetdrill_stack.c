/* test_packetdrill_stack.c - tcpsim-packetdrill.so as packetdrill uses it: loaded, its functions
 * called as system calls are, packets as octets, the clock virtual. */
#include "sim/adapter/interface.h"
#include "tcp/wire.h"

#include "cmocka_wrapper.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define ISN 1000u
#define PORT 8080
#define PACKET_ROOM 4096

struct fixture {
    void *library;
    struct packetdrill_interface stack;
    tcp_seq live_isn; /* of the stack */
};

static void open_stack(struct fixture *fixture, const char *flags)
{
    fixture->library = dlopen(TCPSIM_PACKETDRILL_SO, RTLD_NOW | RTLD_LOCAL);
    if (fixture->library == NULL) { fail_msg("%s", dlerror()); }
    void (*init)(const char *flags, struct packetdrill_interface *filled) = NULL;
    *(void **)&init = dlsym(fixture->library, "packetdrill_interface_init");
    assert_non_null(init);
    init(flags, &fixture->stack);
}

static void close_stack(struct fixture *fixture)
{
    fixture->stack.free(fixture->stack.self);
    (void)dlclose(fixture->library);
}

/* ---- packets ---- */

static struct tcp_address address(const char *text)
{
    struct tcp_address read;
    assert_true(wire_parse_address(text, &read));
    return read;
}

static void send_text(struct fixture *fixture, uint16_t flags, tcp_seq seq, tcp_seq ack,
                      uint32_t len)
{
    uint8_t octets[PACKET_ROOM];
    struct tcp_segment segment = {.source = {address("192.0.2.7"), 4321},
                                  .destination = {address("192.168.3.4"), PORT},
                                  .seq = seq,
                                  .ack = ack,
                                  .flags = flags,
                                  .window = 30000,
                                  .ttl = 64};
    segment.payload.part[0].len = len;
    const size_t octets_len = wire_encode_packet(&segment, 0, octets, sizeof octets);
    assert_int_equal(fixture->stack.netdev_send(fixture->stack.self, octets, octets_len), 0);
}

static void send_segment(struct fixture *fixture, uint16_t flags, tcp_seq seq, tcp_seq ack)
{
    send_text(fixture, flags, seq, ack, 0);
}

static struct tcp_segment receive(struct fixture *fixture, size_t *payload, long long *time_us)
{
    uint8_t octets[PACKET_ROOM];
    size_t len = sizeof octets;
    size_t payload_at = 0;
    struct tcp_segment segment = {.seq = 0};
    assert_int_equal(fixture->stack.netdev_receive(fixture->stack.self, octets, &len, time_us), 0);
    assert_true(len > 0);
    assert_int_equal(wire_decode_packet(octets, len, &segment, &payload_at, payload), WIRE_OK);
    return segment;
}

/* Nothing more will happen. */
static void nothing_comes(struct fixture *fixture)
{
    uint8_t octets[PACKET_ROOM];
    size_t len = sizeof octets;
    long long time_us = 0;
    assert_int_equal(fixture->stack.netdev_receive(fixture->stack.self, octets, &len, &time_us), 0);
    assert_int_equal(len, 0);
}

static void command(struct fixture *fixture, const char *text)
{
    int (*run)(const char *command) = NULL;
    *(void **)&run = dlsym(fixture->library, "system");
    assert_non_null(run);
    assert_int_equal(run(text), 0);
}

static long long now(struct fixture *fixture)
{
    struct timeval time;
    assert_int_equal(fixture->stack.gettimeofday(fixture->stack.self, &time, NULL), 0);
    return time.tv_sec * 1000000LL + time.tv_usec;
}

/* ---- sockets ---- */

static int listener(struct fixture *fixture)
{
    const struct packetdrill_interface *stack = &fixture->stack;
    struct sockaddr_in local = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    assert_int_equal(inet_pton(AF_INET, "192.168.3.4", &local.sin_addr), 1);
    const int fd = stack->socket(stack->self, AF_INET, SOCK_STREAM, IPPROTO_TCP);
    assert_true(fd >= 0);
    const int on = 1;
    assert_int_equal(stack->setsockopt(stack->self, fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on),
                     0);
    assert_int_equal(stack->bind(stack->self, fd, (const struct sockaddr *)&local, sizeof local),
                     0);
    assert_int_equal(stack->listen(stack->self, fd, 1), 0);
    return fd;
}

/* The peer's handshake; its numbers are ISN + 1 and live_isn + 1 then. */
static void shake_hands(struct fixture *fixture)
{
    size_t payload = 0;
    long long time_us = 0;
    send_segment(fixture, TCP_SYN, ISN, 0);
    const struct tcp_segment answer = receive(fixture, &payload, &time_us);
    assert_int_equal(answer.flags, TCP_SYN | TCP_ACK);
    assert_int_equal(answer.ack, ISN + 1);
    assert_int_equal(answer.destination.port, 4321);
    fixture->live_isn = answer.seq;
    send_segment(fixture, TCP_ACK, ISN + 1, answer.seq + 1);
}

static int accepted(struct fixture *fixture, int listening)
{
    const struct packetdrill_interface *stack = &fixture->stack;
    struct sockaddr_in peer;
    socklen_t length = sizeof peer;
    const int fd = stack->accept(stack->self, listening, (struct sockaddr *)&peer, &length);
    assert_true(fd >= 0);
    assert_int_equal(peer.sin_family, AF_INET);
    assert_int_equal(peer.sin_port, htons(4321));
    assert_int_equal(ntohl(peer.sin_addr.s_addr), 0xc0000207);
    return fd;
}

/* ---- tests ---- */

static void a_connection_from_outside(void **state)
{
    struct fixture fixture;
    const struct packetdrill_interface *stack = &fixture.stack;
    char buffer[100];
    size_t payload = 0;
    long long time_us = 0;
    (void)state;
    open_stack(&fixture, NULL);
    const int listening = listener(&fixture);
    shake_hands(&fixture);
    const int fd = accepted(&fixture, listening);
    assert_int_equal(stack->write(stack->self, fd, "abcdefghij", 10), 10);
    const struct tcp_segment text = receive(&fixture, &payload, &time_us);
    assert_int_equal(text.seq, fixture.live_isn + 1);
    assert_int_equal(payload, 10);
    assert_int_equal(stack->recv(stack->self, fd, buffer, sizeof buffer, MSG_DONTWAIT), -1);
    assert_int_equal(errno, EAGAIN);
    send_segment(&fixture, TCP_FIN | TCP_ACK, ISN + 1, fixture.live_isn + 11);
    assert_int_equal(stack->read(stack->self, fd, buffer, sizeof buffer), 0);
    assert_int_equal(stack->close(stack->self, fd), 0);
    assert_int_equal(stack->close(stack->self, fd), -1);
    assert_int_equal(errno, EBADF);
    close_stack(&fixture);
}

static void time_passes_only_where_it_is_waited_for(void **state)
{
    struct fixture fixture;
    const struct packetdrill_interface *stack = &fixture.stack;
    size_t payload = 0;
    long long time_us = 0;
    (void)state;
    open_stack(&fixture, "profile=rfc9293,seed=7,mtu=1000");
    assert_int_equal(now(&fixture), 0);
    assert_int_equal(stack->usleep(stack->self, 1234), 0);
    assert_int_equal(now(&fixture), 1234);
    /* Who reads the clock over and over sees it move on, a microsecond at a time. */
    long long seen = now(&fixture);
    for (unsigned i = 0; i < 1000; i++) {
        const long long next = now(&fixture);
        assert_in_range(next - seen, 0, 1);
        seen = next;
    }
    assert_in_range(seen, 1234 + 10, 1234 + 1000);
    (void)listener(&fixture);
    send_segment(&fixture, TCP_SYN, ISN, 0);
    const struct tcp_segment first = receive(&fixture, &payload, &time_us);
    const struct tcp_segment second = receive(&fixture, &payload, &time_us);
    assert_int_equal(second.seq, first.seq);
    assert_int_equal(time_us, seen + 1000000); /* RFC 6298 2.1: one second */
    assert_int_equal(now(&fixture), time_us);
    close_stack(&fixture);
}

struct reader {
    struct fixture *fixture;
    int fd;
    ssize_t result;
    long long returned_us;
};

static void *read_in_thread(void *context)
{
    struct reader *reader = context;
    const struct packetdrill_interface *stack = &reader->fixture->stack;
    char buffer[100];
    reader->result = stack->read(stack->self, reader->fd, buffer, sizeof buffer);
    reader->returned_us = now(reader->fixture);
    return NULL;
}

static void a_call_blocks_in_another_thread(void **state)
{
    struct fixture fixture;
    const struct packetdrill_interface *stack = &fixture.stack;
    pthread_t thread;
    (void)state;
    open_stack(&fixture, NULL);
    const int listening = listener(&fixture);
    shake_hands(&fixture);
    struct reader reader = {.fixture = &fixture, .fd = accepted(&fixture, listening)};
    assert_int_equal(pthread_create(&thread, NULL, read_in_thread, &reader), 0);
    (void)usleep(50000); /* the kernel's: it is in its call by then */
    assert_int_equal(stack->usleep(stack->self, 300000), 0);
    send_segment(&fixture, TCP_FIN | TCP_ACK, ISN + 1, fixture.live_isn + 1);
    assert_int_equal(stack->usleep(stack->self, 300000), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(reader.result, 0);
    assert_int_equal(reader.returned_us, 300000);
    assert_int_equal(now(&fixture), 600000);
    close_stack(&fixture);
}

/* packetdrill's main thread waits for the other one, by the kernel's clock: time has to pass. */
static void a_call_that_time_ends_ends_while_nobody_asks(void **state)
{
    struct fixture fixture;
    const struct packetdrill_interface *stack = &fixture.stack;
    pthread_t thread;
    (void)state;
    open_stack(&fixture, NULL);
    const int listening = listener(&fixture);
    shake_hands(&fixture);
    struct reader reader = {.fixture = &fixture, .fd = accepted(&fixture, listening)};
    const struct linger linger = {1, 0};
    assert_int_equal(
        stack->setsockopt(stack->self, reader.fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger),
        0);
    const int ms = 500;
    assert_int_equal(stack->setsockopt(stack->self, reader.fd, IPPROTO_TCP,
                                       18 /* TCP_USER_TIMEOUT */, &ms, sizeof ms),
                     0);
    assert_int_equal(stack->write(stack->self, reader.fd, "a", 1), 1);
    assert_int_equal(pthread_create(&thread, NULL, read_in_thread, &reader), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(reader.result, -1);
    assert_true(reader.returned_us >= 500000 && reader.returned_us <= 1000000);
    close_stack(&fixture);
}

static void options_and_what_is_ready(void **state)
{
    struct fixture fixture;
    const struct packetdrill_interface *stack = &fixture.stack;
    int value = 0;
    socklen_t length = sizeof value;
    (void)state;
    open_stack(&fixture, "mtu=1500");
    const int listening = listener(&fixture);
    struct pollfd polled = {.fd = listening, .events = POLLIN};
    assert_int_equal(stack->poll(stack->self, &polled, 1, 10), 0);
    assert_int_equal(now(&fixture), 10000);
    shake_hands(&fixture);
    assert_int_equal(stack->poll(stack->self, &polled, 1, 10), 1);
    assert_int_equal(polled.revents, POLLIN);
    const int fd = accepted(&fixture, listening);
    assert_int_equal(
        stack->getsockopt(stack->self, fd, IPPROTO_TCP, 2 /* TCP_MAXSEG */, &value, &length), 0);
    assert_int_equal(value, 536); /* RFC 9293 3.7.1: the SYN had no MSS option */
    assert_int_equal(stack->ioctl(stack->self, fd, FIONREAD, &value), 0);
    assert_int_equal(value, 0);
    const int flags = stack->fcntl(stack->self, fd, F_GETFL);
    assert_int_equal(stack->fcntl(stack->self, fd, F_SETFL, flags | O_NONBLOCK), 0);
    const int epoll = stack->epoll_create(stack->self, 1);
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.u64 = 77};
    assert_int_equal(stack->epoll_ctl(stack->self, epoll, EPOLL_CTL_ADD, fd, &event), 0);
    struct epoll_event told[4];
    assert_int_equal(stack->epoll_wait(stack->self, epoll, told, 4, 0), 1);
    assert_int_equal(told[0].events, EPOLLOUT);
    assert_int_equal(told[0].data.u64, 77);
    /* TCP_INFO lies in the descriptor's own file, for what packetdrill collects past us. */
    struct tcp_info info;
    assert_int_equal(pread(fd, &info, sizeof info, 0), sizeof info);
    assert_int_equal(info.tcpi_state, 1);
    assert_int_equal(info.tcpi_snd_mss, 536);
    close_stack(&fixture);
}

static void commands_are_read_as_they_are_in_scripts(void **state)
{
    struct fixture fixture;
    size_t payload = 0;
    long long time_us = 0;
    (void)state;
    open_stack(&fixture, NULL);
    command(&fixture, "sysctl -q net.ipv4.tcp_window_scaling=0");
    command(&fixture, "sysctl -q net.ipv4.tcp_synack_retries=0");
    (void)listener(&fixture);
    send_segment(&fixture, TCP_SYN, ISN, 0);
    (void)receive(&fixture, &payload, &time_us);
    nothing_comes(&fixture); /* no SYN,ACK comes again */
    close_stack(&fixture);
}

/* Linux doubles what it is asked for; BSD does not. */
static void calls_answer_as_the_profile(void **state)
{
    static const struct {
        const char *flags;
        int value;
    } cases[] = {{"profile=linux", 10000}, {"profile=freebsd", 5000}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fixture fixture;
        const struct packetdrill_interface *stack = &fixture.stack;
        const int asked = 5000;
        int value = 0;
        socklen_t length = sizeof value;
        open_stack(&fixture, cases[i].flags);
        const int fd = stack->socket(stack->self, AF_INET, SOCK_STREAM, IPPROTO_TCP);
        assert_int_equal(
            stack->setsockopt(stack->self, fd, SOL_SOCKET, SO_RCVBUF, &asked, sizeof asked), 0);
        assert_int_equal(stack->getsockopt(stack->self, fd, SOL_SOCKET, SO_RCVBUF, &value, &length),
                         0);
        assert_int_equal(value, cases[i].value);
        close_stack(&fixture);
    }
}

static void segments_of_one_instant_are_one_batch(void **state)
{
    struct fixture fixture;
    size_t payload = 0;
    long long time_us = 0;
    (void)state;
    open_stack(&fixture, NULL);
    command(&fixture, ": tcpsim profile=rfc9293 delayed_ack=off");
    const int listening = listener(&fixture);
    shake_hands(&fixture);
    (void)accepted(&fixture, listening);
    const tcp_seq ack = fixture.live_isn + 1;
    send_text(&fixture, TCP_ACK, ISN + 1, ack, 100);
    send_text(&fixture, TCP_ACK, ISN + 101, ack, 100);
    assert_int_equal(receive(&fixture, &payload, &time_us).ack, ISN + 201);
    nothing_comes(&fixture);
    close_stack(&fixture);
}

static void what_is_not_there_ends_the_program_and_says_so(void **state)
{
    static const struct {
        const char *flags;
        int option; /* of TCP, set on a socket; 0: none */
        int status;
    } cases[] = {{"profile=windows", 0, 2}, {"mtu=1", 0, 2}, {"colour=red", 0, 2}, {NULL, 99, 4}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int status = 0;
        (void)fflush(NULL);
        const pid_t child = fork();
        if (child == 0) {
            struct fixture fixture;
            const int on = 1;
            (void)!freopen("/dev/null", "w", stderr);
            open_stack(&fixture, cases[i].flags);
            const struct packetdrill_interface *stack = &fixture.stack;
            const int fd = stack->socket(stack->self, AF_INET, SOCK_STREAM, IPPROTO_TCP);
            (void)stack->setsockopt(stack->self, fd, IPPROTO_TCP, cases[i].option, &on, sizeof on);
            _exit(0);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), cases[i].status);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_from_outside),
        cmocka_unit_test(time_passes_only_where_it_is_waited_for),
        cmocka_unit_test(a_call_blocks_in_another_thread),
        cmocka_unit_test(a_call_that_time_ends_ends_while_nobody_asks),
        cmocka_unit_test(options_and_what_is_ready),
        cmocka_unit_test(commands_are_read_as_they_are_in_scripts),
        cmocka_unit_test(calls_answer_as_the_profile),
        cmocka_unit_test(segments_of_one_instant_are_one_batch),
        cmocka_unit_test(what_is_not_there_ends_the_program_and_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
