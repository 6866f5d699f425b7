/* deadlines.c - the timers of connections, and which connection is next: a heap by (deadline,
 * number of the connection). A deadline that moves later leaves its entry where it is; the entry is
 * put right when it comes to the top. */
#include "tcb.h"

#define HEAP_WAYS 4u
#define HEAP_FIRST_ROOM 16u

static bool before(const struct heap_entry *a, const struct heap_entry *b)
{
    return a->key_ns != b->key_ns ? a->key_ns < b->key_ns : a->conn->number < b->conn->number;
}

static void place(struct tcp_host *host, uint32_t at, struct heap_entry entry)
{
    host->heap[at] = entry;
    entry.conn->heap_index = at + 1;
}

static void sift_up(struct tcp_host *host, uint32_t at, struct heap_entry entry)
{
    while (at > 0) {
        const uint32_t parent = (at - 1) / HEAP_WAYS;
        if (!before(&entry, &host->heap[parent])) { break; }
        place(host, at, host->heap[parent]);
        at = parent;
    }
    place(host, at, entry);
}

static void sift_down(struct tcp_host *host, uint32_t at, struct heap_entry entry)
{
    for (;;) {
        const uint32_t first = at * HEAP_WAYS + 1;
        uint32_t least = first;
        for (uint32_t i = first + 1; i < first + HEAP_WAYS && i < host->heap_len; i++) {
            if (before(&host->heap[i], &host->heap[least])) { least = i; }
        }
        if (first >= host->heap_len || !before(&host->heap[least], &entry)) { break; }
        place(host, at, host->heap[least]);
        at = least;
    }
    place(host, at, entry);
}

static void insert(struct tcp_conn *conn, uint64_t key_ns)
{
    struct tcp_host *host = conn->host;
    assert(host->heap_len < host->heap_room); /* conn_create made room */
    host->heap_len++;
    sift_up(host, host->heap_len - 1, (struct heap_entry){key_ns, conn});
}

bool deadlines_make_room(struct tcp_host *host, uint32_t conns)
{
    if (conns <= host->heap_room) { return true; }
    const uint32_t room = host->heap_room == 0 ? HEAP_FIRST_ROOM : host->heap_room * 2;
    struct heap_entry *heap = host_take(host, room * sizeof *heap);
    if (heap == NULL) { return false; }
    if (host->heap != NULL) {
        memcpy(heap, host->heap, host->heap_len * sizeof *heap);
        host_give(host, host->heap, host->heap_room * sizeof *heap);
    }
    host->heap = heap;
    host->heap_room = room;
    return true;
}

void deadlines_remove(struct tcp_conn *conn)
{
    struct tcp_host *host = conn->host;
    if (conn->heap_index == 0) { return; }
    const uint32_t at = conn->heap_index - 1;
    const struct heap_entry last = host->heap[host->heap_len - 1];
    host->heap_len--;
    conn->heap_index = 0;
    if (last.conn == conn) { return; }
    if (at > 0 && before(&last, &host->heap[(at - 1) / HEAP_WAYS])) {
        sift_up(host, at, last);
    } else {
        sift_down(host, at, last);
    }
}

uint64_t tcp_conn_next_deadline(const struct tcp_conn *conn)
{
    uint64_t least = TCP_NEVER;
    for (unsigned i = 0; i < TCP_TIMER_COUNT; i++) {
        if (conn->deadline_ns[i] < least) { least = conn->deadline_ns[i]; }
    }
    return least;
}

struct tcp_conn *deadlines_first(struct tcp_host *host, uint64_t *deadline_ns)
{
    while (host->heap_len > 0) {
        const struct heap_entry top = host->heap[0];
        const uint64_t due_ns = tcp_conn_next_deadline(top.conn);
        if (due_ns == top.key_ns) {
            *deadline_ns = due_ns;
            return top.conn;
        }
        if (due_ns == TCP_NEVER) {
            deadlines_remove(top.conn);
        } else {
            sift_down(host, 0, (struct heap_entry){due_ns, top.conn});
        }
    }
    *deadline_ns = TCP_NEVER;
    return NULL;
}

void timer_tell(struct tcp_conn *conn, uint64_t now_ns, enum tcp_timer timer,
                enum tcp_timer_action action, uint64_t deadline_ns)
{
    if (!host_wants(conn->host, TCP_EVENT_TIMER)) { return; }
    struct tcp_event event = {.kind = TCP_EVENT_TIMER, .conn = conn, .now_ns = now_ns};
    event.u.timer.timer = timer;
    event.u.timer.action = action;
    event.u.timer.deadline_ns = deadline_ns;
    host_tell(conn->host, &event);
}

void timer_set(struct tcp_conn *conn, uint64_t now_ns, enum tcp_timer timer, uint64_t deadline_ns)
{
    const bool was_off = !timer_is_on(conn, timer);
    conn->deadline_ns[timer] = deadline_ns;
    if (conn->heap_index == 0) {
        insert(conn, deadline_ns);
    } else if (deadline_ns < conn->host->heap[conn->heap_index - 1].key_ns) {
        sift_up(conn->host, conn->heap_index - 1, (struct heap_entry){deadline_ns, conn});
    }
    if (was_off) { timer_tell(conn, now_ns, timer, TCP_TIMER_ARMED, deadline_ns); }
}

void timer_stop_now(struct tcp_conn *conn, uint64_t now_ns, enum tcp_timer timer)
{
    const uint64_t deadline_ns = conn->deadline_ns[timer];
    conn->deadline_ns[timer] = TCP_NEVER;
    timer_tell(conn, now_ns, timer, TCP_TIMER_STOPPED, deadline_ns);
}

void timer_stop_all(struct tcp_conn *conn, uint64_t now_ns)
{
    for (unsigned i = 0; i < TCP_TIMER_COUNT; i++) { timer_stop(conn, now_ns, (enum tcp_timer)i); }
}

void timers_clear(struct tcp_conn *conn)
{
    static_assert(TCP_NEVER == UINT64_MAX, "all bits of it are set");
    memset(conn->deadline_ns, UINT8_MAX, sizeof conn->deadline_ns);
}
