/* timeline_hops.c - a scene of the timeline's test with routers between the hosts. */
#include "timeline_hops.h"

void two_routers(struct scene *s)
{
    enum { CLIENT, R1, R2, END };
    scene_state(s, END, TCP_CLOSED, TCP_LISTEN, TCP_CAUSE_OPEN_PASSIVE);
    scene_call(s, END, "OPEN", 0, "ok");
    scene_state(s, CLIENT, TCP_CLOSED, TCP_SYN_SENT, TCP_CAUSE_OPEN_ACTIVE);
    scene_call(s, CLIENT, "OPEN", 0, "ok");
    s->via = R1;
    const unsigned first = scene_sent(s, CLIENT, END, TCP_SYN, 0, 0, 0);
    scene_at(s, 10000);
    scene_router(s, first, TRACE_DROPPED, R1, END, "ttl exceeded");
    scene_icmp(s, first, TRACE_SENT, R1, TCP_ICMP_TTL_EXCEEDED);
    scene_at(s, 20000);
    scene_icmp(s, first, TRACE_DELIVERED, R1, TCP_ICMP_TTL_EXCEEDED);
    scene_at(s, 1000000);
    scene_fired(s, CLIENT, TCP_TIMER_RETRANSMISSION);
    const unsigned second = scene_again(s, first, TCP_SENT_RTO);
    scene_at(s, 1010000);
    scene_router(s, second, TRACE_FORWARDED, R1, R2, "");
    scene_at(s, 1020000);
    scene_router(s, second, TRACE_FORWARDED, R2, END, "");
    scene_router(s, second, TRACE_DROPPED, R2, END, "queue full");
    scene_at(s, 3000000);
    scene_fired(s, CLIENT, TCP_TIMER_RETRANSMISSION);
    const unsigned third = scene_again(s, second, TCP_SENT_RTO);
    scene_at(s, 3010000);
    scene_router(s, third, TRACE_FORWARDED, R1, R2, "");
    scene_at(s, 3020000);
    scene_router(s, third, TRACE_FORWARDED, R2, END, "");
    scene_at(s, 3030000);
    scene_delivered(s, third);
    scene_state(s, END, TCP_LISTEN, TCP_SYN_RECEIVED, TCP_CAUSE_SYN_ARRIVED);
    s->via = R2;
    const unsigned answer = scene_sent(s, END, CLIENT, TCP_SYN | TCP_ACK, 0, 0, 1);
    scene_at(s, 3040000);
    scene_router(s, answer, TRACE_FORWARDED, R2, R1, "");
    scene_at(s, 3050000);
    scene_router(s, answer, TRACE_FORWARDED, R1, CLIENT, "");
    scene_at(s, 3060000);
    scene_delivered(s, answer);
    scene_state(s, CLIENT, TCP_SYN_SENT, TCP_ESTABLISHED, TCP_CAUSE_SYN_ACK_ARRIVED);
}
