/* sockopts_text.c - socket options whose value is text: the name of a congestion control, the key
 * of Fast Open's cookies. */
#include "run.h"

#include <stdio.h>
#include <string.h>

#define NAME_ROOM 16 /* of a congestion control, as kernels have it */
#define KEY_BYTES FAST_OPEN_KEY_BYTES

/* ---- TCP_CONGESTION ---- */

/* Those that are there, as each kernel calls them. What cubic sends differs from reno only once
 * something is lost, so that BSD's scripts, which name it, are played with reno. */
static const char *const there[DIALECTS][2] = {{"reno", NULL}, {"newreno", "cubic"}};

const char *congestion_known(const struct pkt *pkt, const char *name)
{
    for (size_t i = 0; i < 2; i++) {
        const char *known = there[pkt->dialect][i];
        if (known != NULL && strcmp(known, name) == 0) { return known; }
    }
    return NULL;
}

static bool is_among(const char *names, const char *name)
{
    const size_t len = strlen(name);
    while (*names != '\0') {
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
    char name[NAME_ROOM];
    (void)snprintf(name, sizeof name, "%s", value->text); /* up to its first zero */
    const char *known = congestion_known(call->pkt, name);
    if (known != NULL) {
        fd->congestion_name = known;
        return call_return(call, 0);
    }
    if (is_among(others, name)) { return call_unsupported(call, "congestion control %s", name); }
    return call_errno(call, call->pkt->dialect == DIALECT_LINUX ? PKT_ENOENT : PKT_ESRCH);
}

/* What the profile says, unless another was asked for. */
static const char *congestion_name(const struct call *call, const struct fd *fd)
{
    if (fd->congestion_name != NULL) { return fd->congestion_name; }
    if (call->pkt->congestion_name != NULL) { return call->pkt->congestion_name; }
    return tcp_option_find("congestion")->defaults[call->pkt->profile];
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
    char actual[NAME_ROOM] = "";
    if (option != OPT_TCP_CONGESTION) {
        return call_unsupported(call, "socket option %s, read as a text",
                                call_argument(call, 2)->text);
    }
    (void)snprintf(actual, sizeof actual, "%s", congestion_name(call, fd));
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
