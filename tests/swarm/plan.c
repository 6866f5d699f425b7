/* plan.c - what a seed draws before the run: hosts, options, connections, applications. */
#include "swarm.h"

#include <string.h>

#define MS NS_PER_MS

struct draws draws_begin(uint64_t seed, const char *name, unsigned number)
{
    char text[64];
    (void)snprintf(text, sizeof text, "swarm/%s/%u", name, number);
    return (struct draws){.stream = rng_stream(seed, text)};
}

uint64_t draw_below(struct draws *draws, uint64_t n)
{
    return rng_below(&draws->stream, draws->ordinal++, n);
}

uint64_t draw_between(struct draws *draws, uint64_t least, uint64_t most)
{
    return least + draw_below(draws, most - least + 1);
}

bool draw_one_in(struct draws *draws, uint64_t n) { return draw_below(draws, n) == 0; }

uint64_t draw_scaled(struct draws *draws, uint64_t least, uint64_t most)
{
    const uint64_t range = most - least + 1;
    unsigned bits = 0;
    while (bits < 63 && range >> (bits + 1) != 0) { bits++; }
    const uint64_t reach = UINT64_C(1) << draw_below(draws, bits + 2);
    return least + draw_below(draws, reach < range ? reach : range);
}

/* ---- TCP options ---- */

static void draw_sizes(struct swarm *swarm, struct tcp_options *options)
{
    struct draws *draws = &swarm->draws;
    const uint64_t mss = swarm->slow ? 1 : 100;
    const uint64_t buffer = swarm->slow ? 1 : 2000;
    if (draw_one_in(draws, 2)) { options->mss = (uint32_t)draw_scaled(draws, mss, 1460); }
    if (draw_one_in(draws, 2)) {
        options->recv_buffer = (uint32_t)draw_scaled(draws, buffer, 70000);
    }
    if (draw_one_in(draws, 2)) {
        options->send_buffer = (uint32_t)draw_scaled(draws, buffer, 200000);
    }
    if (draw_one_in(draws, 4)) { options->initial_window = (uint32_t)draw_between(draws, 1, 20); }
}

static void draw_times(struct swarm *swarm, struct tcp_options *options)
{
    static const uint64_t delays[] = {0, MS, 40 * MS, 200 * MS, 500 * MS, 3000 * MS};
    static const uint64_t lifetimes[] = {1000, MS, 100 * MS, 2000 * MS, 30000 * MS, 120000 * MS};
    struct draws *draws = &swarm->draws;
    options->delayed_ack_ns = delays[draw_below(draws, 6)];
    options->msl_ns = swarm->reuses ? lifetimes[5] : lifetimes[draw_below(draws, 6)];
    if (options->msl_ns < 120000 * MS) { swarm->short_msl = true; }
    if (draw_one_in(draws, 2)) { options->rto_min_ns = draw_scaled(draws, 1000, 2000 * MS); }
    if (draw_one_in(draws, 4)) {
        options->rto_initial_ns = draw_scaled(draws, 1000, 5000 * MS);
        swarm->impatient = true; /* SYNs are repeated seven times only */
    }
    if (draw_one_in(draws, 4)) {
        options->rto_max_ns = draw_scaled(draws, 100 * MS, 60000 * MS);
        swarm->impatient = true;
    }
}

static void draw_retries(struct swarm *swarm, struct tcp_options *options)
{
    struct draws *draws = &swarm->draws;
    if (draw_one_in(draws, 8)) {
        options->retries = (uint32_t)draw_below(draws, 16);
        options->syn_retries = (uint32_t)draw_below(draws, 8);
        options->synack_retries = (uint32_t)draw_below(draws, 8);
        swarm->impatient = true;
    }
    if (draw_one_in(draws, 12)) {
        options->user_timeout_ns = draw_scaled(draws, MS, 300000 * MS);
        swarm->user_timeouts = true;
    }
    if (draw_one_in(draws, 8)) {
        options->keepalive_idle_ns = draw_scaled(draws, 100 * MS, 200000 * MS);
        options->keepalive_interval_ns = draw_scaled(draws, 100 * MS, 20000 * MS);
        options->keepalive_count = (uint32_t)draw_between(draws, 1, 9);
        swarm->keepalives = true;
    }
}

/* From a stream of its own. The first entry sets no limit. */
static void draw_ack_limit(struct swarm *swarm, struct tcp_options *options, unsigned number)
{
    static const struct tcp_ack_limit limits[] = {
        {0, 0, false}, {500 * MS, 1, false}, {5000 * MS, 10, true}, {1000 * MS, 100, true}};
    struct draws draws = draws_begin(swarm->seed, "ack-limit", number);
    options->challenge_ack_limit = limits[draw_below(&draws, sizeof limits / sizeof limits[0])];
    if (options->challenge_ack_limit.interval_ns == 0) { swarm->unlimited = true; }
}

static void draw_options(struct swarm *swarm, struct tcp_options *options, unsigned number)
{
    struct draws *draws = &swarm->draws;
    mechanisms_begin(swarm, options, number);
    draw_sizes(swarm, options);
    draw_times(swarm, options);
    draw_retries(swarm, options);
    options->nagle = !draw_one_in(draws, 3);
    options->challenge_ack = !draw_one_in(draws, 4);
    options->fin_ack = (uint8_t)draw_below(draws, 2);
    options->persist_probe = (uint8_t)draw_below(draws, 2);
    if (draw_one_in(draws, 3)) { options->backlog = (uint32_t)draw_between(draws, 1, 3); }
    if (!swarm->reuses && draw_one_in(draws, 3)) {
        options->has_iss = true;
        options->iss = draw_one_in(draws, 2) ? 0xffffff00u : (uint32_t)draw_below(draws, 1u << 31);
    }
    mechanisms_draw(swarm, options, number);
}

/* ---- applications ---- */

static void draw_end(struct swarm *swarm, struct end *end)
{
    struct draws *draws = &swarm->draws;
    static const uint32_t blocks[] = {1, 7, 100, 512, 100000};
    static const enum ending endings[] = {
        END_ORDERLY,    END_ORDERLY,    END_ORDERLY,    END_ORDERLY,  END_ORDERLY,
        END_READ_FIRST, END_READ_FIRST, END_CLOSE_SENT, END_CLOSE_AT, END_ABORT_AT};
    end->ending = endings[draw_below(draws, sizeof endings / sizeof endings[0])];
    end->total = draw_one_in(draws, 5) ? 0 : draw_scaled(draws, 1, swarm->slow ? 400 : 200000);
    const uint64_t step = end->total / 60 + 1;
    end->send_most = (uint32_t)draw_scaled(draws, step, step + 20000);
    end->send_pause_ns = draw_one_in(draws, 2) ? 0 : draw_scaled(draws, 1000, 2000 * MS);
    end->octets = (unsigned)draw_below(draws, 3);
    end->block = blocks[draw_below(draws, 5)];
    if (end->block < step) { end->block = (uint32_t)step; }
    end->read_most = (uint32_t)draw_scaled(draws, swarm->slow ? 8 : 2000, 70000);
    end->read_pause_ns = draw_one_in(draws, 2) ? 0 : draw_scaled(draws, 1000, 3000 * MS);
    end->read_from_ns = draw_one_in(draws, 3) ? draw_scaled(draws, MS, 60000 * MS) : 0;
    end->ending_ns = draw_scaled(draws, MS, 60000 * MS);
    end->early = draw_one_in(draws, 3);
}

static void draw_plan(struct swarm *swarm, struct plan *plan, unsigned number)
{
    struct draws *draws = &swarm->draws;
    plan->number = number;
    plan->kind = draw_one_in(draws, 4)   ? OPEN_BOTH
                 : draw_one_in(draws, 6) ? OPEN_PASSIVE_TURNS
                                         : OPEN_TO_LISTENER;
    plan->listener = (unsigned)draw_below(draws, swarm->listener_count);
    plan->ports[0] = (uint16_t)(4000 + number);
    plan->ports[1] = (uint16_t)(5000 + number);
    plan->open_ns[0] = draw_scaled(draws, 0, 3000 * MS);
    plan->open_ns[1] = plan->open_ns[0] + draw_scaled(draws, 0, 200 * MS);
    struct host *server =
        plan->kind == OPEN_TO_LISTENER ? swarm->listeners[plan->listener].host : swarm->hosts[1];
    for (unsigned i = 0; i < 2; i++) {
        struct end *end = &plan->ends[i];
        end->swarm = swarm;
        end->plan = plan;
        end->peer = &plan->ends[1 - i];
        end->number = number * 2 + i;
        end->host = i == 1 ? server : swarm->hosts[0];
        end->draws = draws_begin(swarm->seed, "end", end->number);
        draw_end(swarm, end);
        mechanisms_urgent(swarm, end);
        plan->has_options[i] = draw_one_in(draws, 4);
        if (plan->has_options[i]) {
            draw_options(swarm, &plan->options[i], HOSTS_MAX + end->number);
            draw_ack_limit(swarm, &plan->options[i], HOSTS_MAX + end->number);
        }
    }
    struct end *opener = &plan->ends[0];
    if (opener->ending == END_READ_FIRST && plan->ends[1].ending == END_READ_FIRST) {
        opener->ending = END_ORDERLY; /* or both would wait for ever */
    }
    if (plan->kind == OPEN_TO_LISTENER && swarm->reuses) {
        plan->again = (unsigned)draw_below(draws, 3);
    }
    if (plan->kind != OPEN_BOTH && draw_one_in(draws, 6)) {
        opener->syn_data_len = (size_t)draw_between(draws, 1, sizeof opener->syn_data);
    }
}

void plan_draw(struct swarm *swarm)
{
    struct draws *draws = &swarm->draws;
    swarm->slow = draw_one_in(draws, 3);
    swarm->reuses = draw_one_in(draws, 4);
    swarm->host_count = (unsigned)draw_between(draws, 2, HOSTS_MAX);
    swarm->listener_count = (unsigned)draw_between(draws, 1, LISTENERS_MAX);
    swarm->plan_count = (unsigned)draw_between(draws, 1, PLANS_MAX);
    swarm->heal_ns = draw_scaled(draws, MS, 60000 * MS);
    swarm->give_up_ns = swarm->heal_ns + 8 * 3600 * NS_PER_S;
    swarm->watch_ns = draw_scaled(draws, 10 * MS, 3000 * MS);
    for (unsigned i = 0; i < swarm->host_count; i++) {
        struct host_config config = {.address_count = 1, .has_tcp = true};
        static const char *const names[HOSTS_MAX] = {"a", "b", "c"};
        config.name = names[i];
        config.addresses[0] =
            (struct tcp_address){.family = 4, .octets = {10, 0, 0, (uint8_t)(i + 1)}};
        draw_options(swarm, &config.options, i);
        draw_ack_limit(swarm, &config.options, i);
        swarm->host_options[i] = config.options;
        swarm->hosts[i] = world_add_host(swarm->world, &config);
    }
    for (unsigned i = 0; i < swarm->listener_count; i++) {
        struct listener *listener = &swarm->listeners[i];
        listener->swarm = swarm;
        listener->host = swarm->hosts[draw_between(draws, 1, swarm->host_count - 1)];
        listener->port = (uint16_t)(80 + i);
        listener->listen_ns = draw_one_in(draws, 8) ? draw_scaled(draws, MS, 5000 * MS) : 0;
        listener->close_ns =
            draw_one_in(draws, 6) ? draw_scaled(draws, MS, 20000 * MS) : TIME_NEVER;
        listener->accept_pause_ns = draw_one_in(draws, 3) ? draw_scaled(draws, MS, 20000 * MS) : 0;
    }
    for (unsigned i = 0; i < swarm->plan_count; i++) { draw_plan(swarm, &swarm->plans[i], i); }
}
