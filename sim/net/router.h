/* router.h - routers, and the ways that packets take. A router stands among the hosts (it has a
 * name and an index, and links end there), has no TCP, and is the only one to forward. */
#ifndef TCPSIM_NET_ROUTER_H
#define TCPSIM_NET_ROUTER_H

#include "host.h"

struct router_options {
    bool icmp;      /* tells senders what became of their packets; false: a black hole */
    uint32_t quote; /* octets behind the IP header that its errors quote; 0: as many as fit */
};

/* One table: Lua reads names and ranges here, `tcpsim options` prints it. */
enum router_option_type { ROUTER_BOOL, ROUTER_SIZE };
struct router_option_row {
    const char *name;
    enum router_option_type type;
    size_t offset; /* in struct router_options */
    uint64_t min, max;
    const char *unit, *default_text, *help, *source;
};
extern const struct router_option_row router_option_table[];
extern const size_t router_option_count;

struct router_config {
    const char *name;
    struct tcp_address addresses[HOST_ADDRESSES_MAX];
    size_t address_count; /* may be 0: then it has addresses that nobody can send to */
    struct router_options options;
};

void router_options_default(struct router_options *options);
/* NULL: no memory. Names and addresses were checked by the caller. */
struct host *world_add_router(struct world *world, const struct router_config *config);
bool host_is_router(const struct host *host);

/* From now on packets for `to` leave `at` by `link`, whatever the shortest path is. `address`: only
 * those to that address of it, `from`: only those from that one (family 0: any). The latest that
 * fits a packet counts. */
struct host_route_choice {
    struct host *to;
    struct tcp_address address, from;
    struct link *link; /* one of at's */
};
/* False: no memory. */
bool host_choose_route(struct host *at, const struct host_route_choice *choice);

#endif
