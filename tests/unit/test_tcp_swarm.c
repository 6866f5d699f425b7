/* test_tcp_swarm.c - two TCP hosts, many connections, and a network that loses, doubles, delays and
 * reorders: every octet arrives once, in order and right; every connection ends; the hosts' inner
 * structures agree after each step. A failure names its seed. */
#include "cmocka_wrapper.h"
#include "tcp_check.h"

#include "../../sim/core/rng.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define CONNS 8
#define FLYING_MAX 4096
#define MS UINT64_C(1000000)
#define HEALS_AT_NS (10000 * MS)
#define ENDS_AT_NS (600000 * MS)
#define SEEDS 10

struct flying {
    struct tcp_segment segment;
    uint64_t at_ns;
    unsigned to;
};

/* One side of a connection and what its user has done. */
struct user {
    struct tcp_conn *conn;
    uint64_t to_send, read;
    uint64_t peer_stream;
    bool ended, closed;
};

struct swarm {
    struct tcp_pools pools;
    struct tcp_host *hosts[2];
    struct tcp_conn *listener;
    struct user users[2][CONNS];
    struct flying flying[FLYING_MAX];
    size_t flying_count;
    uint64_t now_ns, draws;
    size_t live;
    struct rng_stream random;
    uint64_t seed;
};

static void *take(void *context, size_t size)
{
    struct swarm *swarm = context;
    swarm->live++;
    size_t *block = malloc(sizeof(max_align_t) + size);
    assert_non_null(block);
    *block = size;
    memset((unsigned char *)block + sizeof(max_align_t), 0xa5, size);
    return (unsigned char *)block + sizeof(max_align_t);
}

static void give(void *context, void *memory, size_t size)
{
    struct swarm *swarm = context;
    unsigned char *block = (unsigned char *)memory - sizeof(max_align_t);
    size_t taken;
    memcpy(&taken, block, sizeof taken);
    assert_int_equal(taken, size);
    memset(memory, 0x5a, size);
    swarm->live--;
    free(block);
}

static uint64_t hash(void *context, const void *data, size_t len)
{
    const struct swarm *swarm = context;
    return rng_hash(&swarm->random, data, len);
}

static uint64_t below(struct swarm *swarm, uint64_t n)
{
    return rng_below(&swarm->random, swarm->draws++, n);
}

static struct tcp_endpoint end(unsigned host, uint16_t port)
{
    return (struct tcp_endpoint){.address = {{10, 0, 0, (uint8_t)(1 + host)}, 4}, .port = port};
}

static void check(struct swarm *swarm)
{
    for (unsigned i = 0; i < 2; i++) {
        const char *rule = tcp_check_host(swarm->hosts[i]);
        if (rule != NULL) {
            fail_msg("seed %" PRIu64 ", %" PRIu64 " ns: broken: %s", swarm->seed, swarm->now_ns,
                     rule);
        }
    }
}

/* ---- the network ---- */

static void fly(struct swarm *swarm, const struct tcp_segment *segment, unsigned to)
{
    if (swarm->flying_count == FLYING_MAX) {
        fail_msg("seed %" PRIu64 ": segments without end", swarm->seed);
    }
    const uint64_t delay_ns = 5 * MS + below(swarm, 4) * below(swarm, 20 * MS);
    swarm->flying[swarm->flying_count++] = (struct flying){*segment, swarm->now_ns + delay_ns, to};
    tcp_payload_share(&segment->payload);
}

static void pump(struct swarm *swarm, unsigned from)
{
    struct tcp_segment segment;
    while (tcp_output(swarm->hosts[from], swarm->now_ns, &segment)) {
        const bool healed = swarm->now_ns > HEALS_AT_NS;
        if (healed || below(swarm, 100) >= 12) { fly(swarm, &segment, 1 - from); }
        if (!healed && below(swarm, 100) < 5) { fly(swarm, &segment, 1 - from); }
        tcp_payload_release(&swarm->pools, &segment.payload);
    }
    check(swarm);
}

static uint64_t first_arrival(const struct swarm *swarm)
{
    uint64_t first_ns = TCP_NEVER;
    for (size_t i = 0; i < swarm->flying_count; i++) {
        first_ns = swarm->flying[i].at_ns < first_ns ? swarm->flying[i].at_ns : first_ns;
    }
    return first_ns;
}

static void arrive(struct swarm *swarm)
{
    for (size_t i = 0; i < swarm->flying_count;) {
        if (swarm->flying[i].at_ns > swarm->now_ns) {
            i++;
            continue;
        }
        struct flying flying = swarm->flying[i];
        swarm->flying[i] = swarm->flying[--swarm->flying_count];
        tcp_segment_arrives(swarm->hosts[flying.to], swarm->now_ns, &flying.segment);
        tcp_payload_release(&swarm->pools, &flying.segment.payload);
    }
}

/* ---- the users ---- */

static void send_some(struct swarm *swarm, struct user *user)
{
    const uint64_t most = 1 + below(swarm, 4000);
    struct tcp_slice slice = {.len = (uint32_t)(user->to_send < most ? user->to_send : most)};
    struct tcp_status status;
    tcp_status(user->conn, &status);
    if (slice.len <= status.send_room && below(swarm, 2) == 0) {
        slice.extent = tcp_extent_create(&swarm->pools, 0, slice.len);
        uint64_t offset = status.octets_acked + 9000 - status.send_room;
        for (uint32_t i = 0; i < slice.len; i++) {
            slice.extent->octets[i] = tcp_generated_octet(tcp_conn_stream(user->conn), offset++);
        }
    }
    uint32_t accepted = 0;
    const enum tcp_error error = tcp_send(user->conn, swarm->now_ns, &slice,
                                          below(swarm, 2) == 0 ? TCP_SEND_PUSH : 0, &accepted);
    tcp_slice_release(&swarm->pools, &slice);
    assert_true(error == TCP_OK || (error == TCP_WOULD_BLOCK && accepted == 0));
    user->to_send -= accepted;
    /* CLOSE in SYN-SENT would delete the TCB: 3.10.4. */
    if (user->to_send == 0 && tcp_conn_state(user->conn) != TCP_SYN_SENT) {
        assert_int_equal(tcp_close(user->conn, swarm->now_ns), TCP_OK);
        user->closed = true;
    }
}

static void read_some(struct swarm *swarm, struct user *user)
{
    struct tcp_slice slice;
    const uint32_t most = (uint32_t)(1 + below(swarm, 3000));
    const enum tcp_error error = tcp_receive(user->conn, swarm->now_ns, most, &slice);
    if (error == TCP_WOULD_BLOCK) { return; }
    if (error != TCP_OK) { fail_msg("seed %" PRIu64 ": %s", swarm->seed, tcp_error_text(error)); }
    user->ended = slice.len == 0;
    assert_true(slice.len <= most);
    if (slice.len > 0) {
        assert_true(slice.offset == user->read);
        assert_true(slice.origin == user->peer_stream);
    }
    for (uint32_t i = 0; i < slice.len; i++) {
        uint8_t octet;
        tcp_slice_copy(&slice, i, 1, &octet);
        if (octet != tcp_generated_octet(user->peer_stream, user->read)) {
            fail_msg("seed %" PRIu64 ": octet %" PRIu64 " is wrong", swarm->seed, user->read);
        }
        user->read++;
    }
    tcp_slice_release(&swarm->pools, &slice);
}

static void act(struct swarm *swarm, struct user *user)
{
    if (user->conn == NULL || below(swarm, 3) == 0) { return; }
    if (!user->closed) { send_some(swarm, user); }
    if (!user->ended) { read_some(swarm, user); }
    if (user->ended && user->closed && below(swarm, 4) == 0) {
        tcp_release(user->conn, swarm->now_ns);
        user->conn = NULL;
    }
}

static void accept_all(struct swarm *swarm)
{
    for (struct tcp_conn *conn = tcp_accept(swarm->listener); conn != NULL;
         conn = tcp_accept(swarm->listener)) {
        const unsigned index = tcp_conn_remote(conn)->port - 5000u;
        struct user *user = &swarm->users[1][index];
        assert_null(user->conn);
        *user = (struct user){.conn = conn, .to_send = below(swarm, 12000)};
        user->peer_stream = 1 + index;
        assert_non_null(swarm->users[0][index].conn);
        swarm->users[0][index].peer_stream = tcp_conn_stream(conn);
    }
}

/* ---- a run ---- */

static void begin(struct swarm *swarm, uint64_t seed)
{
    swarm->random = rng_stream(seed, "swarm");
    swarm->seed = seed;
    swarm->pools = (struct tcp_pools){swarm, take, give};
    for (unsigned i = 0; i < 2; i++) {
        struct tcp_host_config config = {
            .keyed_hash = hash, .hash_context = swarm, .stream_base = i * UINT64_C(1000)};
        tcp_options_default(&config.options);
        config.options.nagle = below(swarm, 2) == 0;
        config.options.recv_buffer = (uint32_t)(600 + below(swarm, 9000));
        config.options.send_buffer = 9000;
        config.options.retries = 100;
        config.options.syn_retries = config.options.synack_retries = 100;
        config.options.msl_ns = 30000 * MS;
        config.options.backlog = CONNS;
        config.options.rto_initial_ns = 200 * MS;
        config.options.rto_min_ns = 50 * MS;
        config.options.rto_max_ns = 5000 * MS;
        config.options.persist_probe = (uint8_t)below(swarm, 2);
        config.options.fin_ack = (uint8_t)below(swarm, 2);
        config.options.sack = below(swarm, 3) > 0;
        config.options.dsack = below(swarm, 2) == 0;
        config.options.timestamps = below(swarm, 3) > 0;
        config.options.window_scale = (uint8_t)below(swarm, 10);
        config.options.option_layout = (uint8_t)below(swarm, 3);
        config.options.mss = (uint32_t)(100 + below(swarm, 1300));
        swarm->hosts[i] = tcp_host_create(&config, &swarm->pools, NULL);
    }
    const struct tcp_open_request passive = {.passive = true, .local = {.port = 80}};
    assert_int_equal(tcp_open(swarm->hosts[1], 0, &passive, &swarm->listener), TCP_OK);
    for (uint16_t i = 0; i < CONNS; i++) {
        const struct tcp_open_request request = {.local = end(0, (uint16_t)(5000 + i)),
                                                 .remote = end(1, 80)};
        struct user *user = &swarm->users[0][i];
        *user = (struct user){.to_send = below(swarm, 24000)};
        assert_int_equal(tcp_open(swarm->hosts[0], 0, &request, &user->conn), TCP_OK);
    }
}

static bool all_done(const struct swarm *swarm)
{
    for (unsigned i = 0; i < CONNS; i++) {
        for (unsigned side = 0; side < 2; side++) {
            const struct user *user = &swarm->users[side][i];
            if (user->conn != NULL || !user->ended || !user->closed) { return false; }
        }
    }
    return true;
}

static void step(struct swarm *swarm)
{
    uint64_t next_ns = swarm->now_ns + (all_done(swarm) ? ENDS_AT_NS : 20 * MS);
    const uint64_t arrival_ns = first_arrival(swarm);
    next_ns = arrival_ns < next_ns ? arrival_ns : next_ns;
    for (unsigned i = 0; i < 2; i++) {
        const uint64_t due_ns = tcp_next_deadline(swarm->hosts[i]);
        next_ns = due_ns < next_ns ? due_ns : next_ns;
    }
    assert_true(next_ns >= swarm->now_ns);
    swarm->now_ns = next_ns;
    arrive(swarm);
    check(swarm);
    for (unsigned i = 0; i < 2; i++) { tcp_timeout(swarm->hosts[i], swarm->now_ns); }
    accept_all(swarm);
    check(swarm);
    for (unsigned i = 0; i < 2 * CONNS; i++) { act(swarm, &swarm->users[i % 2][i / 2]); }
    pump(swarm, 0);
    pump(swarm, 1);
}

static void run_seed(uint64_t seed)
{
    struct swarm *swarm = calloc(1, sizeof *swarm);
    assert_non_null(swarm);
    begin(swarm, seed);
    pump(swarm, 0);
    while (swarm->now_ns < ENDS_AT_NS) { step(swarm); }
    for (unsigned i = 0; i < CONNS; i++) {
        for (unsigned side = 0; side < 2; side++) {
            const struct user *user = &swarm->users[side][i];
            if (user->conn != NULL || !user->ended || !user->closed) {
                fail_msg("seed %" PRIu64 ": connection %u never ends", seed, i);
            }
            const struct tcp_endpoint near = end(0, (uint16_t)(5000 + i));
            const struct tcp_endpoint far = end(1, 80);
            assert_null(
                tcp_find(swarm->hosts[side], side == 0 ? &near : &far, side == 0 ? &far : &near));
        }
    }
    assert_int_equal(swarm->flying_count, 0);
    tcp_host_destroy(swarm->hosts[0]);
    tcp_host_destroy(swarm->hosts[1]);
    assert_int_equal(swarm->live, 0);
    free(swarm);
}

static void all_that_is_sent_arrives(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) { run_seed(seed); }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_that_is_sent_arrives)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
