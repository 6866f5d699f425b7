/* window_linux.c - the receive window as Linux tells it. */
#include "tcb.h"

/* Without scale it is a whole number of segments, of the largest seen; but it stays where it is as
 * long as that is within one of the room. A buffer that holds less than a segment, `most`, is one.
 */
uint32_t window_linux_room(const struct tcp_conn *conn, uint32_t room, uint32_t most)
{
    const uint32_t told = conn->rcv_adv - conn->rcv_nxt;
    const uint32_t seen = conn->acks.seen_mss > 0 ? conn->acks.seen_mss : conn->rcv_mss;
    const uint32_t mss = seen < most ? seen : most;
    assert(mss > 0);
    if (told <= room && room - told < mss) { return told; }
    return room - room % mss;
}

/* Whether reading has opened the window by so much that an ACK of its own tells it: twice what the
 * peer knows, if that is no more than half of what there can ever be. */
bool window_linux_doubled(uint32_t told, uint32_t room, uint32_t most)
{
    return told <= most / 2 && room >= 2 * told;
}
