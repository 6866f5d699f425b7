/* net_private.h - what the files of sim/net share: the world's insides. Private to this folder.
 *
 *   world.c      clock, queue, the run            schedule.c   entries in the queue, tasks
 *   table.c      the hash tables' one shape       host.c       hosts, arrival, pump
 *   routes.c     which link a packet takes        router.c     who forwards, and how
 *   icmp.c       errors as packets
 *   host_calls.c host_open.c  the user calls      host_observer.c  what TCP tells
 *   host_inject.c  forged segments                numbers.c    what relative numbers count from
 *   records.c    trace records                    integrity.c  what is checked in any run
 *   link.c       entry, the plain way             link_flights.c  packets under way
 *   link_options.c  settings and their tables     impair.h     all that is not the plain way
 *   rules.c      which segments                   rules_effects.c corrupt.c  what becomes of them
 */
#ifndef TCPSIM_NET_PRIVATE_H
#define TCPSIM_NET_PRIVATE_H

#include "../../tcp/marks.h"
#include "../../tcp/wire.h"
#include "../core/units.h"
#include "router.h"
#include "rules.h"
#include "world.h"

#include <stdatomic.h>

/* ---- hash tables (table.c): chained, the node inside the thing itself; never iterated ---- */

struct table_node {
    struct table_node *next;
    uint64_t hash;
};

struct table {
    struct table_node **buckets;
    size_t room; /* a power of two, or 0 */
    size_t count;
};

/* False: no memory (the table is as it was). */
bool table_insert(struct arena *arena, struct table *table, struct table_node *node, uint64_t hash);
void table_free(struct arena *arena, struct table *table);
/* The first node of that hash, or NULL; the next one of the same hash. */
struct table_node *table_first(const struct table *table, uint64_t hash);
struct table_node *table_next(const struct table_node *node);

uint64_t hash_text(const char *text);
uint64_t hash_address(const struct tcp_address *address);
uint64_t hash_endpoints(const struct tcp_endpoint *a, const struct tcp_endpoint *b);
uint64_t hash_pair(uint64_t a, uint64_t b);

/* ---- packets on their way (link.c) ---- */

/* A packet from its emission to its end: it never moves in memory and is reused when it has ended.
 */
struct flight {
    struct packet packet;
    struct flight *next; /* in a line, among the held, or among the free */
    struct way *way;     /* the direction of a link that it entered */
    uint64_t arrival_ns; /* while it waits in a queue with a discipline: when it came there */
    uint64_t extra_ns;   /* by rules, beyond the link's delay */
    uint64_t
        ordinal; /* among all that were offered to this way, from 1; copies share the original's */
    uint32_t place; /* in the order of entering the queue: who comes first at one instant */
    uint32_t bytes; /* of the IP packet */
    uint32_t lane;  /* 0: the packet offered; else a copy of it that was made on this way */
    bool in_queue;  /* of those aside: has an entry in the event queue */
    /* Decided when it was offered, by channels with a memory (impair.h). */
    bool channel_loses, goes_ahead;
};

/* One direction of a link. */
struct way {
    struct link *link;
    enum link_direction direction;
    struct rng_stream loss;
    struct impaired *impaired; /* NULL: the plain way (impair.h) */
    bool may_lose;             /* there is a loss to be asked for, or somebody watches decisions */
    /* Every packet offered counts, also those that rules, a link that is down or a full queue drop,
     * so that none of these changes the draws of the packets after it. Copies do not count. */
    uint64_t offered;
    uint32_t placed;
    /* In the order of arrival, as they left: only the first stands in the event queue. */
    struct flight *first, *last;
    /* Those that a rule or a lowered delay took out of that order: a heap by (arrival, place). */
    struct flight **aside;
    size_t aside_count, aside_room;
    /* Serialisation: when the last one is through, and when each one still queued will be. */
    uint64_t busy_until_ns;
    uint64_t *leaving_ns; /* a ring */
    size_t leaving_first, leaving_count, leaving_room;
    uint32_t serialised_bytes; /* what the next was worked out for */
    uint64_t serialised_ns;
    struct link_settings settings; /* begins with what every packet asks for */
};

struct link {
    struct world *world;
    struct host *ends[2]; /* [LINK_FORWARD] sends forward */
    struct way ways[2];
    char *name;
    char *where; /* "file:line", or NULL */
    uint32_t index;
    bool up;
    struct table_node node; /* by its two hosts: the first link between them */
    struct link *next_between;
    struct link *next_of_end[2]; /* the next link of ends[i] */
    struct link *next;           /* by declaration */
};

/* Who sends that way: at the end where packets enter. */
static inline struct host *way_sender(const struct way *way)
{
    return way->link->ends[way->direction];
}

static inline struct host *way_receiver(const struct way *way)
{
    return way->link->ends[1 - way->direction];
}

uint32_t packet_icmp_bytes(const struct packet *packet);
struct flight *flight_take(struct world *world);              /* NULL: no memory (the run ends) */
void flight_give(struct world *world, struct flight *flight); /* its payload is nobody's any more */
void flight_release(struct world *world,
                    struct flight *flight); /* gives the payload's references back */
/* Takes the flight. */
void link_offer(struct way *way, struct flight *flight);
/* Past the rules: the link itself. Takes the flight. */
void link_admit(struct way *way, struct flight *flight);
/* The arrival that stands in the event queue. */
void link_arrival(struct link *link, enum link_direction direction, uint64_t time_ns,
                  uint32_t place);
void link_destroy(struct link *link);
/* Copies the lists into the world; false: no memory. And gives them back. */
bool link_settings_copy(struct arena *arena, const struct link_settings *from,
                        struct link_settings *to);
void link_settings_free(struct arena *arena, struct link_settings *settings);
/* The stream "link/a-b/forward/CONSUMER". False: no memory. */
bool way_stream(const struct way *way, const char *consumer, struct rng_stream *stream);
/* By probability, list or pattern. */
bool way_loses(const struct way *way, const struct flight *flight);
/* Drops the packet. Takes the flight. */
void way_lose(struct way *way, struct flight *flight, const char *reason);
/* How many packets wait by the plain way, with the one being sent. */
size_t way_leaving(struct way *way);
/* One more, until then. */
void way_leaves(struct way *way, uint64_t time_ns);
/* Sends so many octets after all that is being sent: when the last bit has left. */
uint64_t way_serialise(struct way *way, uint32_t bytes);
/* The packet leaves then, and arrives when its delay is over. Takes the flight. */
void way_depart(struct way *way, struct flight *flight, uint64_t departure_ns);
/* `overtakes`: it may come before others that left earlier. Takes the flight. */
void way_get_under_way(struct way *way, struct flight *flight, bool overtakes);
/* Whether an ascending list holds `ordinal`. */
bool ordinals_hold(const uint64_t *list, size_t len, uint64_t ordinal);
/* arena_give for what is read only. */
void give_const(struct arena *arena, const void *memory, size_t size_bytes);

/* Octets of the IP packet. */
static inline uint32_t packet_bytes(const struct packet *packet)
{
    return packet->icmp == NULL ? wire_packet_bytes(&packet->segment) : packet_icmp_bytes(packet);
}

/* ---- rules ---- */

struct rule {
    struct world *world;
    struct rule *next, *previous; /* those that act, in the order declared */
    struct rule *next_made;       /* all */
    struct rule_match match;
    struct rule_effect effect;
    struct pattern pattern;
    char *where;
    char *detail;
    uint64_t hits, matches;
    uint64_t origin; /* of octets that it changed, or 0 */
    struct flight *held_first, *held_last;
    bool removed;
};

/* What the rules made of a segment on entry. */
struct rules_outcome {
    bool taken;                        /* dropped or held: the flight is the caller's no more */
    struct flight *copies, *last_copy; /* in order; they enter the link after the original */
};
void rules_apply(struct way *way, struct flight *flight, struct rules_outcome *outcome);
/* One rule's act; true: the flight is taken. */
bool rule_act(struct rule *rule, struct flight *flight, struct rules_outcome *outcome);
/* Flips octets; false: nothing changed. `where`: who did it ("file:line"), lives on. *origin: of
 * the octets that thereby change unnoticed, or 0 (then set when there are any). */
bool packet_corrupt(struct world *world, struct packet *packet, const struct trace_flip *flips,
                    unsigned count, const char *where, uint64_t *origin);
/* The number of the next copy of a packet. */
uint32_t packet_next_copy(struct packet *packet);
void rule_destroy(struct rule *rule);

/* ---- hosts and sockets ---- */

struct route {
    struct host *to;
    struct way *way;
};

/* A way that the scenario chose: packets to that host (or that address of it; family 0: any), and
 * from that address (family 0: any), leave by it. */
struct static_route {
    struct static_route *next; /* the latest first */
    struct host *to;
    struct tcp_address address, from;
    struct way *way;
};

/* The shortest paths to a host, as far as they concern it. All that is of an older `topology` of
 * the world is worked out anew when asked for. */
struct paths {
    uint64_t root_topology, tree_topology;
    /* All paths to a host with one link, to a router, are paths to that router, and then `last`. */
    struct host *root;
    struct way *last;
    /* Of a root: by the routers' numbers, how many links there are, and the first one. */
    uint32_t *distance;
    struct way **next;
    uint32_t room;
};

struct router {
    uint32_t number; /* by declaration, from 0 */
    struct router_options options;
};

struct host_address {
    struct table_node node;
    struct host *host;
    struct tcp_address address;
};

struct host {
    struct world *world;
    char *name;
    struct table_node by_name;
    uint32_t index;
    struct host_address addresses[HOST_ADDRESSES_MAX];
    struct tcp_address address_list[HOST_ADDRESSES_MAX];
    size_t address_count;
    struct tcp_host *tcp;  /* NULL: played by the script, or a router */
    struct router *router; /* NULL: a host */
    struct tcp_options options;
    struct rng_stream iss, ports;
    struct rng_stream cookies; /* Fast Open's key */
    bool has_cookie_key;
    uint64_t port_calls;
    uint64_t emitted; /* segments: the last one's number */
    uint64_t icmp_emitted;
    uint64_t crashes;
    struct world_alarm alarm; /* of TCP's timers */
    struct link *links;       /* by end; newest first */
    struct socket *sockets, *last_socket;
    struct endpoint_socket *recent; /* the last looked up by its endpoints, or NULL */
    struct static_route *static_routes;
    struct paths paths; /* to this host */
    struct tcp_address recent_address;
    struct route recent_route; /* to that address */
    uint64_t recent_topology;  /* as it was then */
    bool linked, opening_listener, opening, crashing;
    struct endpoint_socket *buried; /* freed when the crash is over */
    void *user;
};

/* What watch.c knows of a conversation. */
struct watched {
    bool acked, una_known, fin_sent;
    bool ended;           /* the peer's FIN has been received */
    tcp_seq ack, edge;    /* RCV.NXT and the right edge, as last told to the peer */
    tcp_seq una, fin_end; /* SND.UNA; past our FIN */
    uint64_t delivered;   /* octets given to the user */
};

/* What sim/net keeps of a socket beside what others see. */
struct endpoint_socket {
    struct socket socket;
    struct socket *previous;
    struct endpoint_socket *next_buried;
    uint64_t stream; /* the origin of what it sends */
    struct host *peer_host;
    bool peer_host_known;
    /* For WORLD_WINDOW: what was sent and what the peer ever offered. */
    bool sent_known, edge_known;
    tcp_seq sent_end, edge;
    struct watched watched;
    bool blamed; /* an integrity violation was reported, and with what: not once an octet */
    const char *blamed_on;
};

static inline struct endpoint_socket *endpoint_socket_of(struct socket *socket)
{
    return (struct endpoint_socket *)(void *)socket;
}
static inline struct endpoint_socket *endpoint_socket_of_conn(const struct tcp_conn *conn)
{
    return conn == NULL ? NULL : tcp_conn_user(conn);
}

/* The secret of RFC 6528 is another one from now on: the host has crashed. */
void host_lose_secret(struct host *host);
struct host *host_create(struct world *world, const struct host_config *config, uint32_t index);
void host_destroy(struct host *host);
void host_set_wants(struct host *host);
/* The MTU that its connections may count on follows its links. */
void host_link_added(struct host *host, const struct way *way);
void host_link_changed(struct host *host);

/* ---- routes ---- */

/* Where the segment goes, and the way that leaves `from`; false: there is none. */
bool host_find_route(struct host *from, const struct tcp_segment *segment, struct route *route);
/* The way from any host or router to another, for a packet between these addresses; or NULL. */
struct way *route_find(struct host *from, struct host *to, const struct tcp_address *source,
                       const struct tcp_address *destination);
void routes_free(struct host *host);

/* ---- routers ---- */

/* A packet comes out of a link at that host or router: at its end or on its way. Takes the flight.
 */
void host_take_arrival(struct host *at, struct flight *flight);
void routers_free(struct world *world);

/* ---- ICMP errors ---- */

struct packet_note;
/* Of a packet that is one. */
const struct icmp_error *packet_icmp_error(const struct packet *packet);
/* A copy holds what the packet holds: its payload, and an error's note. */
void packet_share(const struct packet *packet);
void packet_icmp_release(struct world *world, struct packet *packet);
void record_icmp(struct world *world, const struct packet *packet, const struct packet_note *note);
/* An error reaches its receiver. */
void icmp_arrive(struct host *host, const struct packet *packet);
/* What TCP made of the one that arrives just now. */
void icmp_fate(struct host *host, enum tcp_icmp_fate fate);
/* A router tells the sender of a packet what became of it, if it tells anybody anything. */
void icmp_answer(struct host *router, const struct packet *about, enum tcp_icmp_kind kind,
                 uint32_t mtu);
/* A packet larger than the way's MTU is lost there, and its sender comes to know, unless by a black
 * hole. Takes the flight. */
void packet_too_big(struct way *way, struct flight *flight);
/* TCP's timers are due at `time_ns`, if they really are: false, and nothing happens. */
bool host_timers_due(struct host *host, uint64_t time_ns);
void host_run_timers(struct host *host);
/* The socket of a connection by its endpoints, or NULL. */
struct endpoint_socket *host_socket(struct host *host, const struct tcp_endpoint *local,
                                    const struct tcp_endpoint *remote);
/* Fills in the packet and sends it on its way. Takes the flight. */
void host_emit(struct host *host, struct flight *flight, const struct route *route,
               enum trace_action action);
/* `len` octets (copied), or with octets NULL generated ones, as a slice to hand to TCP; the caller
 * gives it back with tcp_slice_release. False: no memory. */
bool host_make_slice(struct host *host, const uint8_t *octets, uint32_t len,
                     struct tcp_slice *slice);
void host_observe(void *context, const struct tcp_event *event);
void socket_free(struct endpoint_socket *dead);
void socket_bury(struct endpoint_socket *dead); /* its memory goes back */
void socket_changed(struct socket *socket);

/* ---- records ---- */

/* A segment's name for TCP: 0 is none. */
static inline uint64_t packet_tag(const struct host *sender, uint64_t number)
{
    return (uint64_t)(sender->index + 1) << 40 | number;
}
static inline uint64_t packet_tag_number(uint64_t tag) { return tag & ((UINT64_C(1) << 40) - 1); }

struct packet_note {
    enum trace_action action;
    const struct host *at;
    const char *reason, *detail; /* NULL is "" */
    uint64_t delay_ns;
};
bool leads_to_router(const struct packet *packet); /* the link that it is on */
void packet_describe(struct world *world, const struct packet *packet,
                     const struct packet_note *note, struct trace_segment *described);
/* Only when the trace wants segments: the caller has asked. */
void record_packet(struct world *world, const struct packet *packet,
                   const struct packet_note *note);
void record_discard(struct host *host, const struct tcp_segment *segment, enum tcp_discard reason);
void record_event(const struct socket *socket, const struct tcp_event *event);
void record_call(struct host *host, const struct trace_conn *conn, const char *call, uint64_t len,
                 const char *result);
struct sent_call {
    uint64_t asked; /* octets */
    bool urgent;
    enum tcp_error error;
};
/* SEND, of which `len` octets were taken. */
void record_send(struct socket *socket, uint64_t len, const struct sent_call *sent);
void record_let_go(struct socket *socket); /* CLOSE by who keeps nothing of it */

/* ---- numbers ---- */

struct numbers; /* one pair of sockets, seen from one side */
void numbers_of_tcb(struct world *world, const struct tcp_endpoint *local,
                    const struct tcp_endpoint *remote, const struct tcp_status *status);
void numbers_syn_sent(struct world *world, const struct packet *packet);
void numbers_syn_arrived(struct host *host, const struct packet *packet);
void packet_fill_numbers(struct world *world, struct packet *packet);
void numbers_free(struct world *world);
/* The run's first connection is written without ports. */
void first_connection_note(struct world *world, const struct tcp_endpoint *a,
                           const struct tcp_endpoint *b);
bool first_connection_is(const struct world *world, const struct tcp_endpoint *a,
                         const struct tcp_endpoint *b);

/* ---- what is checked ---- */

/* Octets that a rule or a forger supplied come from streams of their own: this bit and an index. */
#define FORGED_ORIGIN (UINT64_C(1) << 63)
/* The origin for octets supplied by "file:line"; 0: no memory. */
uint64_t forged_origin(struct world *world, const char *supplied_by);
const char *forged_supplier(const struct world *world, uint64_t origin); /* NULL: nobody */
/* Gives the payload's octets that are not of `before` (NULL: all) that origin. False: no memory. */
bool payload_set_origin(struct world *world, struct tcp_payload *payload,
                        const struct tcp_payload *before, uint64_t origin);

void integrity_pair(struct socket *socket);
void integrity_delivered(struct socket *socket, const struct tcp_slice *slice, uint64_t offset);
void window_arrival(struct host *host, const struct tcp_segment *segment);
void window_emission(struct host *host, const struct tcp_segment *segment);
void watch_begin(struct endpoint_socket *own);
void watch_emission(struct endpoint_socket *own, const struct tcp_segment *segment, uint32_t len);
void watch_delivery(struct endpoint_socket *own, uint64_t offset, uint32_t len);
void watch_move(struct endpoint_socket *own, const struct tcp_conn *conn, enum tcp_cause cause);
void watch_deadline(struct host *host, uint64_t deadline_ns);
void move_check(struct socket *socket, enum tcp_state from, enum tcp_state to);

/* ---- the world ---- */

struct world {
    struct arena *arena;
    struct world_config config;
    struct trace *trace;
    struct trace no_trace; /* when none was given */
    struct queue *queue;
    struct queue *next_round; /* what applications cause at their own instant, while they run */
    bool in_applications;
    struct tcp_pools pools;
    uint64_t now_ns;
    uint32_t events_now; /* at this instant */
    uint64_t events, segments;
    atomic_bool stopped, interrupted; /* from another thread, too */
    bool no_memory;
    struct host **hosts;
    uint32_t host_count, host_room;
    struct table addresses; /* struct host_address */
    struct table names;     /* struct host */
    struct table routes;    /* struct link, by its two hosts */
    struct host **routers;  /* by number */
    uint32_t router_count, router_room;
    struct host **frontier; /* room for as many, for who looks for paths */
    uint64_t topology;      /* grows with each link and router, from 1 */
    struct link *links, *last_link;
    uint32_t link_count;
    /* Hosts that owe a pump: a bit each, between two words. */
    uint64_t *dirty;
    size_t dirty_words, dirty_low, dirty_high;
    bool any_dirty;
    struct rule *rules, *last_rule, *rules_made;
    struct flight *free_flights;
    const struct packet *arriving; /* while TCP looks at it */
    struct table numbers;
    struct numbers *all_numbers;
    bool keeps_numbers;
    bool first_known;
    struct tcp_endpoint first[2];
    char **suppliers; /* "file:line" by the index of their forged origin */
    size_t supplier_count, supplier_room;
    struct tcp_marks *marks; /* or NULL: nothing is counted */
};

/* As TCP_SHOWS in tcp/, for what lies outside of it. */
#define WORLD_SHOWS(world, id) tcp_marks_show((world)->marks, TCP_REQ_##id)

static inline bool world_records_segments(const struct world *world)
{
    return trace_wants(world->trace, TRACE_SEGMENT);
}

void world_mark_dirty(struct world *world, struct host *host);
/* Into the event queue. False: no memory, which is noted. */
bool world_push(struct world *world, struct queue_key key, void *value);
/* Memory that the run cannot do without: notes when there is none. */
void *world_take(struct world *world, size_t size_bytes);

/* The thing behind `alarm` is due at `due_ns`: enters the queue unless an entry stands there
 * already at or before that. */
void alarm_set(struct world *world, struct world_alarm *alarm, uint64_t meaning, void *value,
               uint64_t due_ns);
/* An entry came out of the queue: false when it is one that is remembered no more. */
bool alarm_popped(struct world_alarm *alarm, uint64_t time_ns);

#endif
