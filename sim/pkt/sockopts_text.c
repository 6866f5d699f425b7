/* sockopts_text.c - socket options whose value is text: the name of a congestion control, the key
 * of Fast Open's cookies. */
#include "run.h"

#include <stdio.h>
#include <string.h>

#define NAME_ROOM 16 /* of a congestion control, as kernels have it */
#define KEY_BYTES FAST_OPEN_KEY_BYTES

/* ---- TCP_CONGESTION ---- */

static const struct tcp_option_row *congestion_row(void)
{
    for (size_t i = 0; i < tcp_option_count; i++) {
        if (strcmp(tcp_option_table[i].name, "congestion") == 0) { return &tcp_option_table[i]; }
    }
    return NULL;
}

/* Among "reno cubic": its number; false: it is not there. */
static bool find_name(const char *names, const char *name, size_t len, uint64_t *number)
{
    for (*number = 0; *names != '\0'; ++*number) {
        const size_t one = strcspn(names, " ");
        if (one == len && memcmp(names, name, len) == 0) { return true; }
        names += one;
        names += strspn(names, " ");
    }
    return false;
}

static enum call_status set_congestion(struct call *call, struct fd *fd, const struct expr *value)
{
    /* What kernels have besides; any other name is nobody's. */
    static const char others[] = "cubic bbr dctcp htcp vegas westwood bic illinois hybla newreno "
                                 "cdg chd hd veno yeah lp nv scalable highspeed";
    const struct tcp_option_row *row = congestion_row();
    const size_t len = strnlen(value->text, value->len);
    uint64_t number = 0;
    if (row == NULL || !find_name(row->choices, value->text, len, &number)) {
        if (!find_name(others, value->text, len, &number)) { return call_errno(call, PKT_ENOENT); }
        return call_unsupported(call, "congestion control %s", value->text);
    }
    tcp_option_store(&fd->options, row, number, true);
    fd->has_congestion = true;
    fd_apply_options(fd);
    return call_return(call, 0);
}

/* What the profile says, unless another was asked for. */
static const char *congestion_name(const struct call *call, const struct fd *fd, char *room)
{
    const struct tcp_option_row *row = congestion_row();
    const char *at = row->choices;
    if (!fd->has_congestion) { return row->defaults[call->pkt->profile]; }
    for (unsigned i = 0; i < fd->options.congestion; i++) {
        at += strcspn(at, " ");
        at += strspn(at, " ");
    }
    (void)snprintf(room, NAME_ROOM, "%.*s", (int)strcspn(at, " "), at);
    return room;
}

/* ---- TCP_FASTOPEN_KEY ---- */

static enum call_status set_fast_open_key(struct call *call, struct fd *fd,
                                          const struct expr *value)
{
    int64_t len = 0;
    if (!call_number(call, 4, &len)) { return CALL_WRONG; }
    if (len != KEY_BYTES || value->len < KEY_BYTES) { return call_errno(call, PKT_EINVAL); }
    fd->has_fast_open_key = true;
    memcpy(fd->fast_open_key, value->text, KEY_BYTES);
    if (fd->listening) { fast_open_use_key(call->pkt, fd); }
    return call_return(call, 0);
}

/* ---- all of them ---- */

enum call_status set_text_option(struct call *call, struct fd *fd, enum sockopt option,
                                 const struct expr *value)
{
    if (option == OPT_TCP_CONGESTION) { return set_congestion(call, fd, value); }
    if (option == OPT_TCP_FASTOPEN_KEY) { return set_fast_open_key(call, fd, value); }
    return call_unsupported(call, "socket option %s, set to a text", call_argument(call, 2)->text);
}

/* As many octets as the script asks for, at most all of the name's room. */
enum call_status get_text_option(struct call *call, const struct fd *fd, enum sockopt option,
                                 const struct expr *expected, int64_t len)
{
    char room[NAME_ROOM] = "";
    char actual[NAME_ROOM] = "";
    if (option != OPT_TCP_CONGESTION) {
        return call_unsupported(call, "socket option %s, read as a text",
                                call_argument(call, 2)->text);
    }
    (void)snprintf(actual, sizeof actual, "%s", congestion_name(call, fd, room));
    if (call->found != NULL) {
        (void)snprintf(call->found->text, sizeof call->found->text, "%s", actual);
        return call_return(call, 0);
    }
    const int64_t told = len < NAME_ROOM ? len : NAME_ROOM;
    if (told != len) {
        return call_wrong(call, "Bad getsockopt optlen: expected: %lld actual: %d", (long long)len,
                          NAME_ROOM);
    }
    if ((size_t)len != expected->len || memcmp(actual, expected->text, expected->len) != 0) {
        return call_wrong(call, "Bad getsockopt optval: expected: '%s' actual: '%s'",
                          expected->text, actual);
    }
    return call_return(call, 0);
}
