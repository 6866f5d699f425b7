/* mechanisms.c - what a seed draws beside plan.c, each from a stream of its own, so that none moves
 * another: profiles, every switch of the option table, scaling, user timeouts, urgent data,
 * routers, impairments of links, and ICMP errors out of nowhere. */
#include "swarm.h"

#include "sim/net/router.h"

#include <string.h>

#define MS NS_PER_MS

/* ---- TCP options ---- */

/* Drawn by plan.c, or not to be drawn alone. */
static bool is_drawn_elsewhere(const char *name)
{
    static const char *const names[] = {"nagle",      "challenge_ack",  "fin_ack", "persist_probe",
                                        "congestion", "urgent_pointer", "uto"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], name) == 0) { return true; }
    }
    return false;
}

/* The values that plan.c begins from. */
void mechanisms_begin(struct swarm *swarm, struct tcp_options *options, unsigned number)
{
    struct draws draws = draws_begin(swarm->seed, "profile", number);
    const unsigned profile = draw_one_in(&draws, 3) ? (unsigned)draw_between(&draws, 1, 2) : 0;
    tcp_options_profile(options, profile);
    if (options->open_timeout_ns != 0) { swarm->user_timeouts = true; }
    options->min_send_mss = 0; /* more than the peer's MSS is what the judge must complain of */
    if (profile != 0) {
        swarm->impatient = true;
        swarm->short_msl = true;
    }
}

/* Whatever the table has that is on or off, or one of a few: what is added there is drawn here. */
static void draw_switches(struct draws *draws, struct tcp_options *options)
{
    for (size_t i = 0; i < tcp_option_count; i++) {
        const struct tcp_option_row *row = &tcp_option_table[i];
        const bool few = row->type == TCP_OPTION_BOOL || row->type == TCP_OPTION_CHOICE;
        if (!few || is_drawn_elsewhere(row->name)) { continue; }
        const bool drawn = draw_one_in(draws, 4);
        const uint64_t value = draw_below(draws, row->max + 1);
        if (drawn) { tcp_option_store(options, row, value, true); }
    }
}

static void draw_scaling(struct swarm *swarm, struct draws *draws, struct tcp_options *options)
{
    if (draw_one_in(draws, 2)) {
        options->window_scale = (uint8_t)draw_below(draws, TCP_SCALE_FITTING + 1);
    }
    const uint32_t large = (uint32_t)draw_scaled(draws, 60000, 2000000);
    if (draw_one_in(draws, 4) && !swarm->slow) { options->recv_buffer = large; }
}

/* Clocks of timestamps that wrap within the run. One offset for all would let the clocks of a pair
 * of sockets agree, which is no harm; where pairs are used again each keeps its own. */
static void draw_clock(const struct swarm *swarm, struct draws *draws, struct tcp_options *options)
{
    static const uint64_t ticks[] = {MS, MS, 10 * MS, 1000 * MS};
    options->timestamp_clock_ns = ticks[draw_below(draws, sizeof ticks / sizeof ticks[0])];
    options->timestamp_offset = UINT32_MAX - (uint32_t)draw_below(draws, 3000);
    options->has_timestamp_offset = draw_one_in(draws, 3) && !swarm->reuses;
}

static void draw_user_timeout(struct swarm *swarm, struct draws *draws, struct tcp_options *options)
{
    const uint64_t advertise_ns = draw_scaled(draws, 1000 * MS, 600000 * MS);
    const uint64_t least_ns = draw_scaled(draws, 1000 * MS, 100000 * MS);
    if (draw_one_in(draws, 4)) {
        options->uto = true;
        options->uto_advertise_ns = advertise_ns;
        options->uto_min_ns = least_ns;
        swarm->user_timeouts = true;
    }
}

void mechanisms_draw(struct swarm *swarm, struct tcp_options *options, unsigned number)
{
    struct draws draws = draws_begin(swarm->seed, "switches", number);
    draw_switches(&draws, options);
    /* BSD's answers a segment with a RST and goes on; the judge takes a RST for the end. */
    options->syn_cache = false;
    draws = draws_begin(swarm->seed, "scaling", number);
    draw_scaling(swarm, &draws, options);
    draws = draws_begin(swarm->seed, "clock", number);
    draw_clock(swarm, &draws, options);
    draws = draws_begin(swarm->seed, "uto", number);
    draw_user_timeout(swarm, &draws, options);
    draws = draws_begin(swarm->seed, "limits", number);
    const uint32_t held = (uint32_t)draw_scaled(&draws, 1, 20000);
    if (draw_one_in(&draws, 8)) { options->held_limit = held; }
    const uint64_t period_ns = draw_scaled(&draws, MS, 10000 * MS);
    if (draw_one_in(&draws, 4)) { options->rfc1337_period_ns = period_ns; }
    if (options->syn_cookies != TCP_COOKIES_OFF) { swarm->cookies = true; }
    if (options->fast_open != 0) { swarm->fast_open = true; }
    if (!options->pmtu_discovery) { swarm->too_big_ends = true; }
    if (options->window_scale == TCP_SCALE_FITTING) { return; }
    /* A unit of the scale that is larger than the buffer makes every window zero. */
    while (options->window_scale > 1 &&
           UINT64_C(4) << (options->window_scale - 1) > options->recv_buffer) {
        options->window_scale--;
    }
}

/* ---- links ---- */

/* It tells of packets that are too big for the next link, or a connection might never get through.
 */
void mechanisms_router(struct swarm *swarm)
{
    struct draws draws = draws_begin(swarm->seed, "router", 0);
    struct router_config config = {.name = "router"};
    if (!draw_one_in(&draws, 3)) { return; }
    router_options_default(&config.options);
    swarm->router = world_add_router(swarm->world, &config);
}

void mechanisms_impair(struct swarm *swarm, unsigned link, unsigned direction,
                       struct link_settings *settings)
{
    struct draws draws = draws_begin(swarm->seed, "impairment", 2 * link + direction);
    const uint64_t jitter_ns = draw_scaled(&draws, 1000, 50 * MS);
    const uint64_t duplicate_ppb = draw_scaled(&draws, 1, 200000000);
    const uint64_t reorder_ppb = draw_scaled(&draws, 1, 300000000);
    const uint64_t bad_ppb = draw_scaled(&draws, 1, 50000000);
    const uint32_t queue = (uint32_t)draw_below(&draws, 5);
    if (draw_one_in(&draws, 6)) { settings->jitter_ns = jitter_ns; }
    if (draw_one_in(&draws, 6)) { settings->duplicate_ppb = duplicate_ppb; }
    if (draw_one_in(&draws, 6)) { settings->reorder.probability_ppb = reorder_ppb; }
    if (draw_one_in(&draws, 8)) {
        settings->gemodel.p_ppb = bad_ppb;
        settings->gemodel.r_ppb = 300000000;
        settings->gemodel.one_minus_h_ppb = 700000000;
    }
    if (draw_one_in(&draws, 4)) { settings->queue = queue; }
    if (link_settings_contradiction(settings) != NULL) { settings->queue = 0; }
}

/* A link that loses nothing and keeps the order, at the same speed. */
void mechanisms_heal(struct link_settings *settings)
{
    settings->loss_ppb = settings->duplicate_ppb = 0;
    settings->list = (struct link_numbers){NULL, 0};
    memset(&settings->gemodel, 0, sizeof settings->gemodel);
    memset(&settings->reorder, 0, sizeof settings->reorder);
    settings->limit = settings->queue = 0;
}

/* ---- ICMP errors out of nowhere ---- */

static struct socket *draw_socket(struct draws *draws, struct host *host)
{
    unsigned count = 0;
    for (struct socket *at = host_sockets(host); at != NULL; at = at->next) { count++; }
    uint64_t skip = draw_below(draws, count > 0 ? count : 1);
    struct socket *socket = host_sockets(host);
    while (socket != NULL && skip-- > 0) { socket = socket->next; }
    return socket;
}

static enum tcp_icmp_kind draw_kind(struct swarm *swarm, struct draws *draws)
{
    const enum tcp_icmp_kind kind = (enum tcp_icmp_kind)draw_below(draws, TCP_ICMP_KIND_COUNT);
    return tcp_icmp_class(kind) == TCP_ICMP_HARD && !swarm->hard_errors ? TCP_ICMP_HOST_UNREACHABLE
                                                                        : kind;
}

/* About what is under way, or a little beside it. */
static void icmp_noise(struct world_task *task)
{
    struct swarm *swarm = task->context;
    struct draws draws = draws_begin(swarm->seed, "noise", swarm->noise_made++);
    struct host *host = swarm->hosts[draw_below(&draws, swarm->host_count)];
    const struct socket *socket = draw_socket(&draws, host);
    struct tcp_icmp message = {.kind = draw_kind(swarm, &draws)};
    message.mtu =
        draw_one_in(&draws, 3) ? 0 : (uint32_t)draw_scaled(&draws, swarm->slow ? 40 : 500, 2000);
    message.packet_bytes = (uint32_t)draw_below(&draws, 1600);
    const uint64_t beyond = draw_below(&draws, 8);
    const uint64_t within = draw_below(&draws, 1u << 20);
    if (socket != NULL && socket->conn != NULL) {
        tcp_seq una, nxt;
        tcp_conn_sent(socket->conn, &una, &nxt);
        message.local = socket->local;
        message.remote = socket->remote;
        message.seq =
            beyond == 0 ? nxt + (tcp_seq)within : una + (tcp_seq)(within % (nxt - una + 1));
        tcp_icmp_arrives(host_tcp(host), world_now(swarm->world), &message);
        host_pump(host);
    }
    if (swarm->noise_made < swarm->noise_count) {
        world_wake(swarm->world, task,
                   world_now(swarm->world) + draw_scaled(&draws, 1, swarm->heal_ns));
    }
}

void mechanisms_noise(struct swarm *swarm)
{
    struct draws draws = draws_begin(swarm->seed, "icmp", 0);
    const bool any = draw_one_in(&draws, 3);
    swarm->noise_count = (unsigned)draw_between(&draws, 1, 8);
    swarm->hard_errors = draw_one_in(&draws, 4) && any;
    world_task_init(&swarm->noise, QUEUE_SCRIPT, 4, 0, icmp_noise, swarm);
    if (any) { world_wake(swarm->world, &swarm->noise, draw_below(&draws, swarm->heal_ns)); }
}

/* ---- urgent data ---- */

void mechanisms_urgent(struct swarm *swarm, struct end *end)
{
    end->urgent_draws = draws_begin(swarm->seed, "urgent", end->number);
    end->urgent_in =
        draw_one_in(&end->urgent_draws, 4) ? draw_between(&end->urgent_draws, 1, 9) : 0;
}

bool mechanisms_is_urgent(struct end *end)
{
    return end->urgent_in != 0 && draw_one_in(&end->urgent_draws, end->urgent_in);
}

/* The mark lies where the peer has put it: not beyond what it has given to send. */
void mechanisms_check_mark(struct end *end)
{
    struct tcp_status status;
    if (end->peer->urgent_in == 0 || end->ghost || end->socket->conn == NULL) { return; }
    tcp_status(end->socket->conn, &status);
    if (end->read + status.urgent_unread > end->peer->sent) {
        fail(end->swarm, "end %u: urgent up to %llu, and only %llu were sent", end->number,
             (unsigned long long)(end->read + status.urgent_unread),
             (unsigned long long)end->peer->sent);
    }
}
