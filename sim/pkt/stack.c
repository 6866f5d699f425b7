/* stack.c - the host of scripts played by another interpreter: no script, no expectations. The
 * calls are those of the call_*.c files; what they would read from a script is made here. */
#include "run.h"

#include "../../tcp/wire.h"

#include <string.h>

#define CALLED "tcpsim" /* what messages begin with */
#define EXPRS_MAX (8 + 4 * STACK_EVENTS_MAX)

struct stack {
    struct pkt *pkt;
    struct stack_config config;
    struct world_task alarm, late; /* before and after what happens at that instant */
    bool awake, time_has_come;
};

/* ---- create, destroy ---- */

static void wake(struct world_task *task)
{
    struct stack *stack = task->context;
    stack->awake = true;
    world_stop(stack->pkt->world);
}

static void ring(struct world_task *task)
{
    struct stack *stack = task->context;
    stack->time_has_come = true;
    world_stop(stack->pkt->world);
}

static void told(void *context, const char *text)
{
    const struct stack *stack = context;
    stack->config.told(stack->config.context, text);
}

static struct tcp_address address_of(unsigned family, bool local)
{
    static const char *const texts[2][2] = {{"192.0.2.1", "192.168.0.1"},
                                            {"fd3d:fa7b:d17d::1", "fd3d:a0b:17d6::1"}};
    struct tcp_address address = {.family = 0};
    (void)wire_parse_address(texts[family == 6][local], &address);
    return address;
}

void stack_add_addresses(struct host_config *local, struct host_config *remote)
{
    local->addresses[local->address_count++] = address_of(6, true);
    remote->addresses[remote->address_count++] = address_of(6, false);
}

static bool set_up(struct stack *stack, struct pkt *pkt)
{
    setup_dialect(pkt);
    pkt->numbers = DIALECT_LINUX; /* whose numbers the other interpreter has */
    setup_options(pkt);
    if (stack->config.mtu_bytes != 0) {
        pkt->settings.mtu_bytes = pkt->options.mtu_bytes = stack->config.mtu_bytes;
    }
    if (!setup_world(pkt)) { return false; }
    world_task_init(&pkt->task, QUEUE_APP, 0, 0, wake, stack);
    world_task_init(&stack->alarm, QUEUE_SCRIPT, 0, 0, ring, stack);
    world_task_init(&stack->late, QUEUE_APP, 0, 1, ring, stack);
    return pkt_going(pkt);
}

struct stack *stack_create(const struct stack_config *config)
{
    const struct pkt_config pkt_config = {.path = CALLED,
                                          .has_seed = config->has_seed,
                                          .seed = config->seed,
                                          .profile = config->profile,
                                          .message = told};
    struct pkt *pkt = pkt_create(&pkt_config);
    struct stack *stack = pkt != NULL ? pkt_take(pkt, sizeof *stack) : NULL;
    if (stack != NULL) {
        stack->pkt = pkt;
        stack->config = *config;
        pkt->config.message_context = stack;
        pkt->stack = stack;
        pkt->source.text = "";
        if (set_up(stack, pkt)) { return stack; }
    }
    pkt_destroy(pkt);
    return NULL;
}

void stack_destroy(struct stack *stack)
{
    if (stack != NULL) { pkt_destroy(stack->pkt); }
}

/* ---- time ---- */

uint64_t stack_now_us(const struct stack *stack) { return (uint64_t)pkt_now_us(stack->pkt); }

enum stack_stop stack_run(struct stack *stack, uint64_t until_us)
{
    struct world *world = stack->pkt->world;
    const uint64_t now_ns = world_now(world);
    world_sleep(&stack->alarm);
    world_sleep(&stack->late);
    stack->awake = stack->time_has_come = false;
    if (until_us < UINT64_MAX / NS_PER_US) {
        const uint64_t until_ns = until_us * NS_PER_US;
        if (until_ns > now_ns) {
            world_wake(world, &stack->alarm, until_ns);
        } else {
            world_wake(world, &stack->late, now_ns);
        }
    }
    world_go_on(world);
    const enum world_end end = world_run(world);
    if (end == WORLD_NO_MEMORY) { pkt_unsupported(stack->pkt, 0, "a run of this size"); }
    if (end != WORLD_STOPPED) { return STACK_REST; }
    return stack->awake ? STACK_AWAKE : STACK_TIME;
}

/* ---- packets ---- */

void stack_packet_arrived(struct stack *stack, const struct packet *packet)
{
    struct sniffed left = {.time_ns = world_now(stack->pkt->world),
                           .segment = packet->segment,
                           .len = tcp_payload_len(&packet->segment.payload)};
    flow_count_out(stack->pkt, &left);
    stack->config.sent(stack->config.context, &packet->segment);
    run_wake(stack->pkt);
}

/* From here on it is this one of the host's own addresses, or of its peer's. */
static void use_address(struct pkt *pkt, bool local, const struct tcp_address *address)
{
    struct host *host = local ? pkt->host : pkt->remote;
    const bool ipv6 = address->family == 6;
    if (pkt_is_ipv6(pkt) != ipv6) {
        pkt->settings.ip_version = ipv6 ? PKT_IPV6 : PKT_IPV4;
        pkt->settings.local = address_of(address->family, true);
        pkt->settings.remote = address_of(address->family, false);
    }
    *(local ? &pkt->settings.local : &pkt->settings.remote) = *address;
    if (!host_owns(host, address) && !host_add_address(host, address)) {
        pkt_unsupported(pkt, 0, "so many addresses");
    }
}

/* accept looks for the pair of sockets that the peer's segments have named. */
static struct flow *flow_of_segment(struct pkt *pkt, const struct tcp_segment *segment)
{
    for (struct flow *at = pkt->flows; at != NULL; at = at->next) {
        const bool over = at->fd != NULL && at->fd->closed;
        if (!over && tcp_endpoint_equal(&at->remote, &segment->source)) { return at; }
    }
    struct flow *flow = flow_create(pkt);
    if (flow == NULL) { return NULL; }
    flow->state = FLOW_PACKET_RECEIVED;
    flow->local = segment->destination;
    flow->remote = segment->source;
    return flow;
}

void stack_inject(struct stack *stack, const struct tcp_segment *segment, const uint8_t *octets,
                  size_t len)
{
    struct pkt *pkt = stack->pkt;
    struct tcp_segment live = *segment;
    memset(&live.payload, 0, sizeof live.payload);
    use_address(pkt, true, &segment->destination.address);
    use_address(pkt, false, &segment->source.address);
    struct flow *flow = flow_of_segment(pkt, segment);
    if (flow != NULL) { flow_count_in(pkt, flow, segment->flags, (uint32_t)len); }
    if (len > 0) {
        struct tcp_extent *extent = tcp_extent_create(world_pools(pkt->world), 0, (uint32_t)len);
        if (extent == NULL) {
            pkt->no_memory = true;
            return;
        }
        memcpy(extent->octets, octets, len);
        live.payload.part[0] = (struct tcp_slice){.extent = extent, .len = (uint32_t)len};
    }
    uint64_t number = 0;
    if (!host_inject(pkt->remote, pkt->host, &live, false, "the peer", false, &number)) {
        pkt->no_memory = true;
    }
}

void stack_icmp(struct stack *stack, const struct tcp_icmp *message)
{
    tcp_icmp_arrives(host_tcp(stack->pkt->host), world_now(stack->pkt->world), message);
    host_pump(stack->pkt->host);
}

bool stack_takes_batches(const struct stack *stack) { return stack->pkt->as_run; }

void stack_command(struct stack *stack, const char *text) { (void)shell_run(stack->pkt, text, 0); }

/* ---- calls ---- */

static const struct {
    const char *name;
    enum call_status (*run)(struct call *call);
    /* Its arguments: f the descriptor, . an ellipsis, n number, s second, b the buffer, l its
     * length, o the option's name, v [value], g what SO_LINGER is set to, 4 [4], p and e the
     * descriptors of poll and of epoll, c how many. */
    const char *arguments;
} calls[] = {
    [STACK_SOCKET] = {"socket", call_socket, ".ns"},
    [STACK_BIND] = {"bind", call_bind, "f.."},
    [STACK_LISTEN] = {"listen", call_listen, "fn"},
    [STACK_ACCEPT] = {"accept", call_accept, "f.."},
    [STACK_CONNECT] = {"connect", call_connect, "f.."},
    [STACK_READ] = {"recv", call_recv, "fbln"},
    [STACK_WRITE] = {"send", call_send, "fbln"},
    [STACK_FCNTL] = {"fcntl", call_fcntl, "fns"},
    [STACK_IOCTL] = {"ioctl", call_ioctl, "fnv"},
    [STACK_CLOSE] = {"close", call_close, "f"},
    [STACK_SHUTDOWN] = {"shutdown", call_shutdown, "fn"},
    [STACK_SETSOCKOPT] = {"setsockopt", call_setsockopt, "f.ogl"},
    [STACK_GETSOCKOPT] = {"getsockopt", call_getsockopt, "f.ov4"},
    [STACK_POLL] = {"poll", call_poll, "pcn"},
    [STACK_EPOLL_CREATE] = {"epoll_create", call_epoll_create, "."},
    [STACK_EPOLL_CTL] = {"epoll_ctl", call_epoll_ctl, "fnse"},
    [STACK_EPOLL_WAIT] = {"epoll_wait", call_epoll_wait, "f.cn"},
};

/* What a script would have written, built from the back: each list begins with what is built last.
 */
struct exprs {
    struct expr all[EXPRS_MAX];
    size_t count;
};

static struct expr *put(struct exprs *exprs, enum expr_kind kind, int64_t number, struct expr *next)
{
    struct expr *expr = &exprs->all[exprs->count++];
    *expr = (struct expr){.kind = kind, .number = number, .next = next};
    return expr;
}

static struct expr *put_field(struct exprs *exprs, const char *field, int64_t number,
                              struct expr *next)
{
    struct expr *expr = put(exprs, EXPR_NUMBER, number, next);
    expr->field = field;
    return expr;
}

static struct expr *put_around(struct exprs *exprs, enum expr_kind kind, struct expr *first,
                               struct expr *next)
{
    struct expr *expr = put(exprs, kind, 0, next);
    expr->first = first;
    return expr;
}

static struct expr *put_polled(struct exprs *exprs, const struct stack_call *call,
                               struct expr *next)
{
    struct expr *list = NULL;
    for (size_t i = call->ready_count; i > 0; i--) {
        const struct stack_event *event = &call->ready[i - 1];
        struct expr *fields = put_field(exprs, "events", event->events, NULL);
        fields = put_field(exprs, "fd", event->fd, fields);
        list = put_around(exprs, EXPR_GROUP, fields, list);
    }
    return put_around(exprs, EXPR_LIST, list, next);
}

static struct expr *put_value(struct exprs *exprs, const struct stack_call *call, char letter,
                              struct expr *next)
{
    struct expr *fields = NULL;
    if (letter == 'e') {
        fields = put_field(exprs, "u64", call->ready[0].data, NULL);
        fields = put_field(exprs, "events", call->ready[0].events, fields);
        return put_around(exprs, EXPR_GROUP, fields, next);
    }
    if (letter == 'g' && strcmp(call->option, "SO_LINGER") == 0) {
        fields = put_field(exprs, "linger", call->seconds, NULL);
        fields = put_field(exprs, "onoff", call->value, fields);
        return put_around(exprs, EXPR_GROUP, fields, next);
    }
    if (call->is_text && letter != '4') {
        fields = put(exprs, EXPR_STRING, 0, next);
        fields->text = call->text != NULL ? call->text : "";
        fields->len = call->text != NULL ? (size_t)call->len : 0;
        return fields;
    }
    const int64_t value = letter == '4' ? 4 : call->value;
    return put_around(exprs, EXPR_LIST, put(exprs, EXPR_NUMBER, value, NULL), next);
}

static struct expr *put_argument(struct exprs *exprs, const struct stack_call *call, char letter,
                                 struct expr *next)
{
    switch (letter) {
    case 'f': return put(exprs, EXPR_NUMBER, call->fd, next);
    case 'n': return put(exprs, EXPR_NUMBER, call->number, next);
    case 's': return put(exprs, EXPR_NUMBER, call->second, next);
    case 'l': return put(exprs, EXPR_NUMBER, call->len, next);
    case 'c': return put(exprs, EXPR_NUMBER, (int64_t)call->ready_count, next);
    case 'b': return put(exprs, call->null_buffer ? EXPR_NUMBER : EXPR_ELLIPSIS, 0, next);
    case 'p': return put_polled(exprs, call, next);
    case 'o': {
        struct expr *name = put(exprs, EXPR_WORD, 0, next);
        name->text = call->option;
        return name;
    }
    case '.': return put(exprs, EXPR_ELLIPSIS, 0, next);
    default: return put_value(exprs, call, letter, next);
    }
}

static void use_endpoint(struct pkt *pkt, const struct stack_call *call)
{
    const bool binds = call->kind == STACK_BIND;
    if (call->address.address.family == 0) { return; }
    use_address(pkt, binds, &call->address.address);
    *(binds ? &pkt->settings.bind_port : &pkt->settings.connect_port) = call->address.port;
}

static void tell_found(struct stack_call *call, const struct call_found *found)
{
    call->value = found->value;
    call->seconds = found->seconds;
    memcpy(call->found, found->text, sizeof call->found);
    if (call->kind == STACK_EPOLL_WAIT) {
        call->ready_count = call->result > 0 ? (size_t)call->result : 0;
    }
    for (size_t i = 0; i < call->ready_count; i++) {
        call->ready[i].events = found->ready[i].events;
        call->ready[i].data = found->ready[i].data;
    }
}

bool stack_call(struct stack *stack, struct stack_call *call)
{
    struct pkt *pkt = stack->pkt;
    struct exprs exprs = {.count = 0};
    struct expr *first = NULL;
    const char *arguments = calls[call->kind].arguments;
    if (arguments[0] == 'f' && fd_of(pkt, call->fd) == NULL) {
        call->result = -1;
        call->error = PKT_EBADF;
        return true;
    }
    for (size_t i = strlen(arguments); i > 0; i--) {
        first = put_argument(&exprs, call, arguments[i - 1], first);
    }
    const struct event event = {.kind = EVENT_CALL,
                                .u.call = {.name = calls[call->kind].name,
                                           .arguments = first,
                                           .argument_count = strlen(arguments),
                                           .result = put(&exprs, EXPR_NUMBER, 0, NULL)}};
    struct pending pending = {
        .opens = call->opens, .done = call->done, .give_up_ns = call->give_up_ns};
    struct call_found found = {.value = 0};
    struct call made = {.pkt = pkt,
                        .event = &event,
                        .spec = &event.u.call,
                        .pending = &pending,
                        .found = &found,
                        .again = call->begun};
    use_endpoint(pkt, call);
    const enum call_status status = calls[call->kind].run(&made);
    call->begun = true;
    call->opens = pending.opens;
    call->done = pending.done;
    call->give_up_ns = pending.give_up_ns;
    if (status != CALL_DONE) { return false; }
    if (made.made != NULL) {
        made.made->script_fd = call->made_fd;
        made.made->closed = false;
    }
    call->result = made.result;
    call->error = made.error;
    tell_found(call, &found);
    return true;
}

/* ---- what is asked beside calls ---- */

bool stack_peer(const struct stack *stack, int64_t fd, struct tcp_endpoint *peer)
{
    const struct fd *of = fd_of(stack->pkt, fd);
    if (of == NULL || of->socket == NULL || of->listening) { return false; }
    *peer = of->socket->remote;
    return true;
}

bool stack_inq(const struct stack *stack, int64_t fd, int64_t *inq)
{
    const struct fd *of = fd_of(stack->pkt, fd);
    if (of == NULL || of->socket == NULL || !of->tells_inq) { return false; }
    *inq = fd_inq(of);
    return true;
}

void stack_info(const struct stack *stack, int64_t fd,
                void (*field)(void *context, const char *name, int64_t value), void *context)
{
    struct sample_field fields[SAMPLE_FIELDS_MAX];
    const struct fd *of = fd_of(stack->pkt, fd);
    if (of == NULL || of->socket == NULL) { return; }
    const size_t count = sample_fields(stack->pkt, of, fields);
    for (size_t i = 0; i < count; i++) { field(context, fields[i].name, fields[i].value); }
}
