/* window_linux.c - the receive window as Linux tells it. */
#include "tcb.h"

/* Without scale it is a whole number of segments, of the largest seen; but its edge stays where it
 * is until there is room for one more. A buffer that holds less than a segment, `most`, is one. */
uint32_t window_linux_room(const struct tcp_conn *conn, uint32_t room, uint32_t most)
{
    const uint32_t told = conn->rcv_adv - conn->rcv_nxt;
    const uint32_t seen = conn->acks.seen_mss != 0 ? conn->acks.seen_mss : conn->rcv_mss;
    const uint32_t mss = seen < most ? seen : most;
    assert(mss > 0);
    return room >= told + mss ? room - room % mss : told;
}
