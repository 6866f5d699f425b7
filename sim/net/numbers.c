/* numbers.c - what relative sequence and acknowledgment numbers count from: for each pair of
 * sockets, seen from one side, the ISS and IRS of the last TCB there. Where no TCB ever was: of a
 * host without TCP, what its own SYN said and the SYN that it received; of a host with TCP, the SYN
 * that it answers. */
#include "net_private.h"

#include <string.h>

struct numbers {
    struct table_node node;
    struct tcp_endpoint local, remote;
    bool of_tcb, iss_known, irs_known;
    tcp_seq iss, irs;
    struct numbers *next; /* all */
};

static struct numbers *numbers_find(const struct world *world, const struct tcp_endpoint *local,
                                    const struct tcp_endpoint *remote)
{
    struct table_node *node = table_first(&world->numbers, hash_endpoints(local, remote));
    for (; node != NULL; node = table_next(node)) {
        struct numbers *numbers = (struct numbers *)(void *)node;
        if (tcp_endpoint_equal(&numbers->local, local) &&
            tcp_endpoint_equal(&numbers->remote, remote)) {
            return numbers;
        }
    }
    return NULL;
}

static struct numbers *numbers_make(struct world *world, const struct tcp_endpoint *local,
                                    const struct tcp_endpoint *remote)
{
    struct numbers *numbers = numbers_find(world, local, remote);
    if (numbers != NULL) { return numbers; }
    numbers = world_take(world, sizeof *numbers);
    if (numbers == NULL) { return NULL; }
    numbers->local = *local;
    numbers->remote = *remote;
    if (!table_insert(world->arena, &world->numbers, &numbers->node,
                      hash_endpoints(local, remote))) {
        arena_give(world->arena, numbers, sizeof *numbers);
        world->no_memory = true;
        return NULL;
    }
    numbers->next = world->all_numbers;
    world->all_numbers = numbers;
    return numbers;
}

void numbers_free(struct world *world)
{
    for (struct numbers *numbers = world->all_numbers, *next; numbers != NULL; numbers = next) {
        next = numbers->next;
        arena_give(world->arena, numbers, sizeof *numbers);
    }
    table_free(world->arena, &world->numbers);
}

void numbers_of_tcb(struct world *world, const struct tcp_endpoint *local,
                    const struct tcp_endpoint *remote, const struct tcp_status *status)
{
    struct numbers *numbers = world->keeps_numbers ? numbers_make(world, local, remote) : NULL;
    if (numbers == NULL) { return; }
    numbers->of_tcb = true;
    numbers->iss_known = true;
    numbers->iss = status->iss;
    numbers->irs_known = status->irs_known;
    numbers->irs = status->irs;
}

/* A SYN leaves: of a host with TCP it says what STATUS will say; a host without TCP has nothing
 * else. */
void numbers_syn_sent(struct world *world, const struct packet *packet)
{
    const struct tcp_segment *segment = &packet->segment;
    const struct host *owner = world_host_by_address(world, &segment->source.address);
    if (!world->keeps_numbers || owner == NULL || (packet->forged && owner->tcp != NULL)) {
        return;
    }
    struct numbers *numbers = numbers_make(world, &segment->source, &segment->destination);
    if (numbers == NULL) { return; }
    numbers->iss_known = true;
    numbers->iss = segment->seq;
    if (owner->tcp != NULL) { numbers->of_tcb = true; }
}

void numbers_syn_arrived(struct host *host, const struct packet *packet)
{
    struct world *world = host->world;
    const struct tcp_segment *segment = &packet->segment;
    if (!world->keeps_numbers) { return; }
    struct numbers *numbers = numbers_make(world, &segment->destination, &segment->source);
    if (numbers != NULL && !numbers->of_tcb) {
        numbers->irs_known = true;
        numbers->irs = segment->seq;
    }
}

/* Without a table (a bulk run without a trace) only a living TCB can tell. */
static void numbers_of_living(const struct world *world, const struct tcp_segment *segment,
                              struct numbers *numbers)
{
    struct host *owner = world_host_by_address(world, &segment->source.address);
    const struct tcp_conn *conn =
        owner == NULL || owner->tcp == NULL
            ? NULL
            : tcp_find(owner->tcp, &segment->source, &segment->destination);
    if (conn == NULL) { return; }
    struct tcp_status status;
    tcp_status(conn, &status);
    numbers->iss_known = true;
    numbers->iss = status.iss;
    numbers->irs_known = status.irs_known;
    numbers->irs = status.irs;
}

/* What the script's segments count from: the `iss` of its host. */
#define ISS_WITHOUT_TCP 1000u

static bool is_without_tcp(const struct world *world, const struct tcp_address *address,
                           tcp_seq *iss)
{
    const struct host *owner = world_host_by_address(world, address);
    if (owner == NULL || owner->tcp != NULL) { return false; }
    *iss = owner->options.has_iss ? owner->options.iss : ISS_WITHOUT_TCP;
    return true;
}

/* `sender` does not matter: a forged segment counts like one of the host whose address it bears. */
void host_numbers(struct world *world, const struct host *sender, const struct tcp_segment *segment,
                  bool *seq_known, tcp_seq *seq_base, bool *ack_known, tcp_seq *ack_base)
{
    (void)sender;
    struct numbers none = {.iss_known = false};
    const struct numbers *numbers = numbers_find(world, &segment->source, &segment->destination);
    if (numbers == NULL) {
        numbers_of_living(world, segment, &none);
        numbers = &none;
    }
    *seq_known = numbers->iss_known;
    *seq_base = numbers->iss_known ? numbers->iss : 0;
    *ack_known = numbers->irs_known;
    *ack_base = numbers->irs_known ? numbers->irs : 0;
    if (!*seq_known) { *seq_known = is_without_tcp(world, &segment->source.address, seq_base); }
}

void packet_fill_numbers(struct world *world, struct packet *packet)
{
    if (!packet->numbers_known) {
        host_numbers(world, packet->sender, &packet->segment, &packet->seq_known, &packet->seq_base,
                     &packet->ack_known, &packet->ack_base);
        packet->numbers_known = true;
    }
}

void first_connection_note(struct world *world, const struct tcp_endpoint *a,
                           const struct tcp_endpoint *b)
{
    if (!world->first_known) {
        world->first_known = true;
        world->first[0] = *a;
        world->first[1] = *b;
    }
}

bool first_connection_is(const struct world *world, const struct tcp_endpoint *a,
                         const struct tcp_endpoint *b)
{
    if (!world->first_known) { return false; }
    return (tcp_endpoint_equal(a, &world->first[0]) && tcp_endpoint_equal(b, &world->first[1])) ||
           (tcp_endpoint_equal(a, &world->first[1]) && tcp_endpoint_equal(b, &world->first[0]));
}
