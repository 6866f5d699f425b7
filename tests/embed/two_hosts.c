/* two_hosts.c - two TCP hosts talk through a wire of five milliseconds, with tcp/ alone: the
 * example for embedding. It is linked with nothing else of ours, and run as a test: exit status 0
 * when all that was sent has arrived.
 *
 * What an embedder brings: memory, a keyed hash, time, and a way to carry segments. */
#include <tcpsim/tcp.h>

#include <stdio.h>
#include <stdlib.h>

#define WIRE_NS 5000000u
#define IN_FLIGHT_MAX 64
#define OCTETS 100000u

/* ---- what tcp.h asks for ---- */

static void *take(void *context, size_t size)
{
    (void)context;
    return malloc(size);
}

static void give(void *context, void *memory, size_t size)
{
    (void)context;
    (void)size;
    free(memory);
}

/* A real host uses SipHash under a random secret: RFC 6528. */
static uint64_t keyed_hash(void *context, const void *data, size_t len)
{
    const unsigned char *octets = data;
    uint64_t hash = *(const uint64_t *)context;
    for (size_t i = 0; i < len; i++) { hash = (hash ^ octets[i]) * UINT64_C(0x100000001b3); }
    return hash;
}

static const struct tcp_pools pools = {NULL, take, give};

/* ---- the wire: what one host puts out reaches the other a moment later ---- */

struct flight {
    uint64_t arrives_ns;
    struct tcp_host *to;
    struct tcp_segment segment;
};

struct wire {
    struct flight flights[IN_FLIGHT_MAX];
    size_t first, count;
};

static void carry(struct wire *wire, struct tcp_host *from, struct tcp_host *to, uint64_t now_ns)
{
    struct tcp_segment segment;
    while (wire->count < IN_FLIGHT_MAX && tcp_output(from, now_ns, &segment)) {
        wire->flights[(wire->first + wire->count) % IN_FLIGHT_MAX] =
            (struct flight){now_ns + WIRE_NS, to, segment};
        wire->count++;
    }
}

static uint64_t earliest(const struct wire *wire, struct tcp_host *a, struct tcp_host *b)
{
    uint64_t next_ns =
        tcp_next_deadline(a) < tcp_next_deadline(b) ? tcp_next_deadline(a) : tcp_next_deadline(b);
    if (wire->count > 0 && wire->flights[wire->first].arrives_ns < next_ns) {
        next_ns = wire->flights[wire->first].arrives_ns;
    }
    return next_ns;
}

/* All that arrive at one instant, before either host answers. */
static void deliver(struct wire *wire, uint64_t now_ns)
{
    while (wire->count > 0 && wire->flights[wire->first].arrives_ns == now_ns) {
        struct flight *flight = &wire->flights[wire->first];
        tcp_segment_arrives(flight->to, now_ns, &flight->segment);
        tcp_payload_release(&pools, &flight->segment.payload);
        wire->first = (wire->first + 1) % IN_FLIGHT_MAX;
        wire->count--;
    }
}

/* ---- a host ---- */

static struct tcp_host *create_host(uint64_t *secret)
{
    struct tcp_host_config config = {.keyed_hash = keyed_hash, .hash_context = secret};
    tcp_options_default(&config.options);
    config.options.msl_ns = 1000000000u;
    config.stream_base = *secret << 32; /* each host's streams have names of their own */
    return tcp_host_create(&config, &pools, NULL);
}

/* ---- the applications ---- */

/* Octets made up by their place in the stream, as many as there is room for, then the end. */
static void client_works(struct tcp_conn *conn, uint64_t now_ns, uint32_t *sent)
{
    uint32_t accepted = 0;
    const struct tcp_slice some = {.len = OCTETS - *sent};
    if (*sent < OCTETS && tcp_send(conn, now_ns, &some, TCP_SEND_PUSH, &accepted) == TCP_OK) {
        *sent += accepted;
        if (*sent == OCTETS) { (void)tcp_close(conn, now_ns); }
    }
}

/* Reads what is there; false: the stream has ended. */
static bool server_works(struct tcp_conn *conn, uint64_t now_ns, uint32_t *received)
{
    struct tcp_slice slice;
    while (tcp_receive(conn, now_ns, OCTETS, &slice) == TCP_OK) {
        if (slice.len == 0) { return false; }
        *received += slice.len;
        tcp_slice_release(&pools, &slice);
    }
    return true;
}

int main(void)
{
    uint64_t secrets[2] = {1, 2};
    struct tcp_host *client = create_host(&secrets[0]);
    struct tcp_host *server = create_host(&secrets[1]);
    struct wire wire = {.count = 0};
    const struct tcp_endpoint at_client = {{{10, 0, 0, 1}, 4}, 4000};
    const struct tcp_endpoint at_server = {{{10, 0, 0, 2}, 4}, 80};
    struct tcp_conn *listener = NULL;
    struct tcp_conn *active = NULL;
    struct tcp_conn *passive = NULL;
    uint32_t sent = 0;
    uint32_t received = 0;
    if (tcp_open(server, 0, &(struct tcp_open_request){.passive = true, .local = at_server},
                 &listener) != TCP_OK ||
        tcp_open(client, 0, &(struct tcp_open_request){.local = at_client, .remote = at_server},
                 &active) != TCP_OK) {
        return 1;
    }
    for (uint64_t now_ns = 0; tcp_conn_state(active) != TCP_CLOSED && now_ns != TCP_NEVER;) {
        client_works(active, now_ns, &sent);
        passive = passive != NULL ? passive : tcp_accept(listener);
        if (passive != NULL && !server_works(passive, now_ns, &received)) {
            tcp_release(passive, now_ns);
            passive = NULL;
        }
        carry(&wire, client, server, now_ns);
        carry(&wire, server, client, now_ns);
        now_ns = earliest(&wire, client, server);
        deliver(&wire, now_ns);
        tcp_timeout(client, now_ns);
        tcp_timeout(server, now_ns);
    }
    tcp_host_destroy(client);
    tcp_host_destroy(server);
    printf("%u octets sent, %u received\n", sent, received);
    return received == OCTETS ? 0 : 1;
}
