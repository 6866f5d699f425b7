/* test_queue_laws.c - the queues RED, CoDel, FQ-CoDel and PIE, packet by packet, against the
 * published algorithms written out once more: with floating point, plain arrays, and a timer where
 * the simulator has none. Each packet must be dropped, marked and delivered as the algorithm says,
 * through idle times, bursts and overload. */
#include "traffic.h"

#include "cmocka_wrapper.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PACKETS 24000
#define SEED 5
#define OCTET_NS 1000   /* at 8 Mbit/s */
#define LONG_PHASE 1500 /* packets of one load */
#define SHORT_PHASE 230
#define FLOWS 6
#define LONGEST 4000

enum verdict { SEND, MARK, DROP };

/* One server and one algorithm: what becomes of each packet. */
struct model {
    const struct planned *plan;
    const struct link_settings *settings;
    struct rng_stream draws;
    enum verdict *verdicts;
    uint64_t *delivered_ns;
    uint64_t now_ns, free_ns; /* the server is busy until then */
    size_t queue[FLOWS][PACKETS];
    size_t head[FLOWS], tail[FLOWS];
    uint64_t bytes[FLOWS];
    void (*enqueue)(struct model *model, size_t packet);
    size_t (*dequeue)(struct model *model); /* PACKETS: empty */
    void (*tick)(struct model *model);
    uint64_t next_tick_ns;
    struct red_model {
        double avg, q_time_s;
        long count;
    } red;
    struct codel_model {
        double first_above, drop_next; /* seconds; 0: none */
        uint32_t count, lastcount;
        bool dropping;
    } codel[FLOWS];
    struct fq_model {
        size_t new_list[LONGEST], old_list[LONGEST];
        size_t new_first, new_end, old_first, old_end;
        long credits[FLOWS];
        bool listed[FLOWS];
    } fq;
    struct pie_model {
        double drop_prob, qdelay, qdelay_old, burst_allowance; /* seconds */
    } pie;
};

static double seconds(uint64_t ns) { return (double)ns / 1e9; }

static size_t length(const struct model *model, size_t line)
{
    return model->tail[line] - model->head[line];
}

static void push(struct model *model, size_t line, size_t packet)
{
    model->queue[line][model->tail[line]++] = packet;
    model->bytes[line] += model->plan[packet].bytes;
}

static size_t pop(struct model *model, size_t line)
{
    if (length(model, line) == 0) { return PACKETS; }
    const size_t packet = model->queue[line][model->head[line]++];
    model->bytes[line] -= model->plan[packet].bytes;
    return packet;
}

/* The value that belongs to this packet, as a uniform random variable. */
static double random_of(const struct model *model, size_t packet)
{
    return (double)rng_value(&model->draws, packet + 1) / 0x1p64;
}

static bool is_capable(const struct model *model, size_t packet)
{
    return (model->plan[packet].tos & 3) != 0;
}

/* Drops it, or marks it if it may be: whether it stays. */
static bool punish(struct model *model, size_t packet, bool may_mark)
{
    const bool marks = may_mark && is_capable(model, packet);
    model->verdicts[packet] = marks ? MARK : DROP;
    return marks;
}

/* ---- RED: Floyd and Jacobson 1993, figure 2 ---- */

static void red_enqueue(struct model *model, size_t packet)
{
    struct red_model *red = &model->red;
    const double w_q = 0.002;
    const double min_th = 5;
    const double max_th = 15;
    const double max_p = 0.02;
    const double s = 1500.0 * OCTET_NS / 1e9;
    const double q = (double)length(model, 0);
    if (q > 0) {
        red->avg = (1 - w_q) * red->avg + w_q * q;
    } else {
        const double m = floor((seconds(model->now_ns) - red->q_time_s) / s + 1e-9);
        red->avg = pow(1 - w_q, m) * red->avg;
    }
    bool chosen = false;
    if (min_th <= red->avg && red->avg < max_th) {
        red->count++;
        const double p_b = max_p * (red->avg - min_th) / (max_th - min_th);
        const double denominator = 1 - (double)red->count * p_b;
        const double p_a = denominator <= 0 ? 1 : p_b / denominator;
        chosen = random_of(model, packet) < p_a;
        if (chosen) { red->count = 0; }
    } else if (max_th <= red->avg) {
        chosen = true;
        red->count = 0;
    } else {
        red->count = -1;
    }
    if (!chosen || punish(model, packet, true)) { push(model, 0, packet); }
    if (length(model, 0) == 0) { red->q_time_s = seconds(model->now_ns); }
}

static size_t red_dequeue(struct model *model)
{
    const size_t packet = pop(model, 0);
    if (length(model, 0) == 0) { model->red.q_time_s = seconds(model->now_ns); }
    return packet;
}

/* ---- CoDel: RFC 8289 5, with marks as FQ-CoDel and Linux have them ---- */

static const double TARGET = 0.005;
static const double INTERVAL = 0.1;

static double control_law(double t, uint32_t count) { return t + INTERVAL / sqrt(count); }

struct dodeque_result {
    size_t p;
    bool ok_to_drop;
};

static struct dodeque_result dodeque(struct model *model, size_t line)
{
    struct codel_model *codel = &model->codel[line];
    const double now = seconds(model->now_ns);
    struct dodeque_result r = {pop(model, line), false};
    if (r.p == PACKETS) {
        codel->first_above = 0;
        return r;
    }
    const double sojourn_time = seconds(model->now_ns - model->plan[r.p].at_ns);
    if (sojourn_time < TARGET || model->bytes[line] <= 1500) {
        codel->first_above = 0;
    } else if (codel->first_above == 0) {
        codel->first_above = now + INTERVAL;
    } else if (now >= codel->first_above) {
        r.ok_to_drop = true;
    }
    return r;
}

static size_t codel_deque(struct model *model, size_t line)
{
    struct codel_model *codel = &model->codel[line];
    const double now = seconds(model->now_ns);
    struct dodeque_result r = dodeque(model, line);
    if (codel->dropping) {
        if (!r.ok_to_drop) { codel->dropping = false; }
        while (now >= codel->drop_next && codel->dropping) {
            codel->count++;
            if (punish(model, r.p, true)) {
                codel->drop_next = control_law(codel->drop_next, codel->count);
                break;
            }
            r = dodeque(model, line);
            if (!r.ok_to_drop) {
                codel->dropping = false;
            } else {
                codel->drop_next = control_law(codel->drop_next, codel->count);
            }
        }
    } else if (r.ok_to_drop) {
        if (!punish(model, r.p, true)) { r = dodeque(model, line); }
        codel->dropping = true;
        const uint32_t delta = codel->count - codel->lastcount;
        codel->count = 1;
        if (delta > 1 && now - codel->drop_next < 16 * INTERVAL) { codel->count = delta; }
        codel->drop_next = control_law(now, codel->count);
        codel->lastcount = codel->count;
    }
    return r.p;
}

static void codel_enqueue(struct model *model, size_t packet) { push(model, 0, packet); }

static size_t codel_dequeue(struct model *model) { return codel_deque(model, 0); }

/* ---- FQ-CoDel: RFC 8290 4 ---- */

#define QUANTUM 1514

static void fq_enqueue(struct model *model, size_t packet)
{
    struct fq_model *fq = &model->fq;
    const size_t flow = model->plan[packet].flow;
    push(model, flow, packet);
    if (!fq->listed[flow]) {
        fq->listed[flow] = true;
        fq->credits[flow] = QUANTUM;
        fq->new_list[fq->new_end++ % LONGEST] = flow;
    }
}

static size_t fq_dequeue(struct model *model)
{
    struct fq_model *fq = &model->fq;
    while (fq->new_first != fq->new_end || fq->old_first != fq->old_end) {
        const bool from_new = fq->new_first != fq->new_end;
        const size_t flow = from_new ? fq->new_list[fq->new_first % LONGEST]
                                     : fq->old_list[fq->old_first % LONGEST];
        size_t *first = from_new ? &fq->new_first : &fq->old_first;
        if (fq->credits[flow] <= 0) {
            fq->credits[flow] += QUANTUM;
            (*first)++;
            fq->old_list[fq->old_end++ % LONGEST] = flow;
            continue;
        }
        const size_t packet = codel_deque(model, flow);
        if (packet != PACKETS) {
            fq->credits[flow] -= (long)model->plan[packet].bytes;
            return packet;
        }
        (*first)++;
        if (from_new) {
            fq->old_list[fq->old_end++ % LONGEST] = flow;
        } else {
            fq->listed[flow] = false;
        }
    }
    return PACKETS;
}

/* ---- PIE: RFC 8033 4 and appendix A, marks as in 5.1 ---- */

static const double QDELAY_REF = 0.015;
static const double T_UPDATE = 0.015;
static const double MAX_BURST = 0.15;

static void pie_calculate_drop_prob(struct model *model)
{
    struct pie_model *pie = &model->pie;
    const double alpha = 0.125;
    const double beta = 1.25;
    double p = alpha * (pie->qdelay - QDELAY_REF) + beta * (pie->qdelay - pie->qdelay_old);
    if (pie->drop_prob < 0.000001) {
        p /= 2048;
    } else if (pie->drop_prob < 0.00001) {
        p /= 512;
    } else if (pie->drop_prob < 0.0001) {
        p /= 128;
    } else if (pie->drop_prob < 0.001) {
        p /= 32;
    } else if (pie->drop_prob < 0.01) {
        p /= 8;
    } else if (pie->drop_prob < 0.1) {
        p /= 2;
    }
    pie->drop_prob += p;
    if (pie->qdelay == 0 && pie->qdelay_old == 0) { pie->drop_prob *= 0.98; }
    pie->drop_prob = fmin(fmax(pie->drop_prob, 0), 1);
    if (pie->drop_prob == 0 && pie->qdelay < QDELAY_REF / 2 && pie->qdelay_old < QDELAY_REF / 2) {
        pie->burst_allowance = MAX_BURST;
    } else {
        pie->burst_allowance = fmax(0, pie->burst_allowance - T_UPDATE);
        if (pie->burst_allowance < 1e-12) { pie->burst_allowance = 0; }
    }
    pie->qdelay_old = pie->qdelay;
}

static bool pie_drop_early(const struct model *model, size_t packet)
{
    const struct pie_model *pie = &model->pie;
    if ((pie->qdelay_old < QDELAY_REF / 2 && pie->drop_prob < 0.2) || model->bytes[0] <= 2 * 1500) {
        return false;
    }
    return random_of(model, packet) < pie->drop_prob;
}

static void pie_enqueue(struct model *model, size_t packet)
{
    if (model->pie.burst_allowance > 0 || !pie_drop_early(model, packet) ||
        punish(model, packet, model->pie.drop_prob < 0.1)) {
        push(model, 0, packet);
    }
}

static size_t pie_dequeue(struct model *model)
{
    const size_t packet = pop(model, 0);
    if (packet != PACKETS) {
        model->pie.qdelay = seconds(model->now_ns - model->plan[packet].at_ns);
    }
    if (length(model, 0) == 0) { model->pie.qdelay = 0; }
    return packet;
}

/* ---- the server ---- */

static void run_ticks(struct model *model, uint64_t until_ns)
{
    while (model->tick != NULL && model->next_tick_ns <= until_ns) {
        model->tick(model);
        model->next_tick_ns += 15 * NS_PER_MS;
    }
}

static bool is_waiting(const struct model *model)
{
    for (size_t i = 0; i < FLOWS; i++) {
        if (length(model, i) > 0) { return true; }
    }
    return false;
}

static void serve(struct model *model, uint64_t until_ns)
{
    while (is_waiting(model)) {
        const uint64_t begin_ns = model->free_ns > model->now_ns ? model->free_ns : model->now_ns;
        if (begin_ns >= until_ns) { return; }
        model->now_ns = begin_ns;
        run_ticks(model, begin_ns);
        const size_t packet = model->dequeue(model);
        if (packet == PACKETS) { return; }
        model->free_ns = begin_ns + (uint64_t)model->plan[packet].bytes * OCTET_NS;
        model->delivered_ns[packet] = model->free_ns;
    }
}

static void run_model(struct model *model)
{
    for (size_t i = 0; i < PACKETS; i++) {
        serve(model, model->plan[i].at_ns);
        model->now_ns = model->plan[i].at_ns;
        run_ticks(model, model->now_ns);
        model->enqueue(model, i);
        serve(model, model->now_ns + 1);
    }
    serve(model, TIME_NEVER);
}

/* ---- the plan: phases of idleness, of loads around the capacity, and bursts ---- */

static void plan(struct traffic *traffic, bool ecn, size_t phase)
{
    uint64_t random = 17;
    uint64_t at_ns = 1234567;
    for (size_t i = 0; i < PACKETS; i++) {
        static const double loads[] = {0.5, 1.5, 0.9, 1.1, 3.0, 0.3, 1.02, 0.2};
        const double load = loads[i / phase % 8];
        const uint32_t bytes = traffic_below(&random, 3) == 0
                                   ? 40 + (uint32_t)traffic_below(&random, 400)
                                   : 1200 + (uint32_t)traffic_below(&random, 301);
        at_ns += (uint64_t)(-log(traffic_random(&random)) * 1000.0 * OCTET_NS / load) + 1;
        if (i % phase == phase - 1) { at_ns += traffic_below(&random, 3 * NS_PER_S); }
        const size_t flow = traffic_below(&random, 2) == 0 ? 0 : traffic_below(&random, FLOWS);
        const bool capable = ecn && traffic_below(&random, 3) > 0;
        traffic_plan(traffic, (struct planned){.at_ns = at_ns,
                                               .bytes = bytes,
                                               .flow = (uint16_t)flow,
                                               .tos = capable ? 2 - (i & 1) : 0});
    }
}

static void compare(const struct traffic *traffic, const struct model *model, bool ecn,
                    const char *reason, size_t fewest)
{
    size_t dropped = 0;
    size_t marked = 0;
    for (size_t i = 0; i < PACKETS; i++) {
        const struct fate *fate = &traffic->fates[i];
        if (fate->delivered_ns != model->delivered_ns[i] ||
            fate->marked != (model->verdicts[i] == MARK)) {
            fail_msg("%s: packet %zu of %llu: %s%s, delivered %lld; expected %d, delivered %lld",
                     reason, i, (unsigned long long)traffic->plan[i].at_ns,
                     fate->marked ? "marked" : "not marked", fate->reason,
                     (long long)fate->delivered_ns, (int)model->verdicts[i],
                     (long long)model->delivered_ns[i]);
        }
        if (fate->delivered_ns == TIME_NEVER) {
            assert_string_equal(fate->reason, reason);
            dropped++;
        }
        marked += fate->marked;
    }
    assert_in_range(dropped, fewest, PACKETS / 2);
    if (ecn ? marked < fewest : marked > 0) {
        fail_msg("%s: %zu marked, %zu dropped", reason, marked, dropped);
    }
}

/* In long and short phases, of packets that cannot be marked and of some that can. */
static void check(const char *queue, struct model base, const char *reason)
{
    for (unsigned run = 0; run < 4; run++) {
        const bool ecn = run % 2 != 0;
        const bool is_long = run < 2;
        struct link_settings settings;
        struct model *model = malloc(sizeof *model);
        assert_non_null(model);
        *model = base;
        link_settings_default(&settings);
        settings.rate_bps = 8000000;
        for (size_t i = 0; i < link_option_count; i++) {
            if (strcmp(link_options[i]->name, "queue") != 0) { continue; }
            for (uint32_t f = 0; f < link_options[i]->form_count; f++) {
                if (strcmp(link_options[i]->forms[f]->name, queue) == 0) { settings.queue = f; }
            }
        }
        assert_true(settings.queue > 0);
        struct traffic *traffic = traffic_create(&settings, SEED, PACKETS);
        plan(traffic, ecn, is_long ? LONG_PHASE : SHORT_PHASE);
        traffic_run(traffic);
        model->plan = traffic->plan;
        model->draws = rng_stream(SEED, "link/client-server/forward/queue");
        model->verdicts = calloc(PACKETS, sizeof *model->verdicts);
        model->delivered_ns = calloc(PACKETS, sizeof *model->delivered_ns);
        assert_true(model->verdicts != NULL && model->delivered_ns != NULL);
        for (size_t i = 0; i < PACKETS; i++) { model->delivered_ns[i] = TIME_NEVER; }
        run_model(model);
        compare(traffic, model, ecn, reason, is_long ? 20 : 0);
        free(model->verdicts);
        free(model->delivered_ns);
        free(model);
        traffic_destroy(traffic);
    }
}

static void red_is_floyd_and_jacobson_s(void **state)
{
    (void)state;
    check("red", (struct model){.enqueue = red_enqueue, .dequeue = red_dequeue, .red.count = -1},
          "red");
}

static void codel_is_rfc_8289_s(void **state)
{
    (void)state;
    check("codel", (struct model){.enqueue = codel_enqueue, .dequeue = codel_dequeue}, "codel");
}

static void fq_codel_is_rfc_8290_s(void **state)
{
    (void)state;
    check("fq_codel", (struct model){.enqueue = fq_enqueue, .dequeue = fq_dequeue}, "codel");
}

static void pie_is_rfc_8033_s(void **state)
{
    (void)state;
    check("pie",
          (struct model){.enqueue = pie_enqueue,
                         .dequeue = pie_dequeue,
                         .tick = pie_calculate_drop_prob,
                         .next_tick_ns = 15 * NS_PER_MS,
                         .pie.burst_allowance = 0.15},
          "pie");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(red_is_floyd_and_jacobson_s),
        cmocka_unit_test(codel_is_rfc_8289_s),
        cmocka_unit_test(fq_codel_is_rfc_8290_s),
        cmocka_unit_test(pie_is_rfc_8033_s),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
