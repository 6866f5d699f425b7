/* link.h - a link: two directions, each with its own settings, queue and randomness.
 * On entry: rules, then loss, then the queue's limit; then serialisation at `rate`, then `delay`.
 */
#ifndef TCPSIM_NET_LINK_H
#define TCPSIM_NET_LINK_H

#include "host.h"
#include "packet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct world;
struct link;
struct host;

/* One direction's settings. Lists are copied into the world by link_set. */
struct link_settings {
    uint64_t delay_ns;
    uint64_t rate_bps;    /* 0: unlimited */
    uint32_t limit;       /* packets queued, with the one being sent; 0: unlimited */
    uint64_t loss_ppb;    /* probability */
    const uint64_t *list; /* loss.list: ordinals from 1, ascending; or NULL */
    size_t list_len;
    const char *pattern; /* loss.pattern: '1' is lost, repeated; or NULL */
    uint32_t mtu_bytes;  /* 1500 */
};

/* One table: Lua reads names, units and ranges here, `tcpsim options` prints it. */
enum link_option_type { LINK_TIME, LINK_RATE, LINK_COUNT, LINK_LOSS, LINK_SIZE, LINK_LATER };
struct link_option_row {
    const char *name;
    enum link_option_type type;
    size_t offset; /* in struct link_settings */
    uint64_t min, max;
    const char *unit, *default_text, *help, *source;
};
extern const struct link_option_row link_option_table[];
extern const size_t link_option_count;

void link_settings_default(struct link_settings *settings);

/* Names it "a-b", "a-b#2" …. NULL: no memory. Both directions are up. */
struct link *link_create(struct world *world, struct host *a, struct host *b,
                         const struct link_settings settings[2]);
/* From now on. False: no memory. */
bool link_set(struct link *link, enum link_direction direction,
              const struct link_settings *settings);
const struct link_settings *link_get(const struct link *link, enum link_direction direction);
void link_set_up(struct link *link, bool up); /* judged on entry: what is under way arrives */
bool link_is_up(const struct link *link);
/* The first one declared between the two, or NULL. */
struct link *link_between(const struct host *a, const struct host *b);
const char *link_name(const struct link *link);
struct host *link_end(const struct link *link,
                      enum link_direction direction); /* who sends that way */

/* The packet enters at its sender's end now. Takes the references of *packet. Records what becomes
 * of it. `rules`: whether fault rules act (not on a segment released by `hold`). */
void link_send(struct link *link, enum link_direction direction, const struct packet *packet,
               bool rules);

#endif
