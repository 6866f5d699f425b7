/* shell.c - commands in backquotes. None is ever executed: those of a few known forms are done
 * here, by their meaning; any other one makes the script unsupported.
 *
 *   …/defaults.sh                       the profile linux, with what that script sets
 *   sysctl [-q] NAME=VALUE …            …/set_sysctls.py /proc/sys/NAME=VALUE …
 *   /tmp/sysctl_restore_…               what was set ends with the script anyway
 *   sockstat … | grep … | grep -c …     over the endpoints of the host
 *   tcpdrop -s STATE                    ip tcp_metrics flush all
 *   : tcpsim NAME=VALUE …               the host of a run: for other interpreters it does nothing
 *   ethtool -K DEVICE …                 tc qdisc … pfifo: without effect, as there is no device */
#include "sysctls.h"

#include <stdio.h>
#include <string.h>

#define WORDS_MAX 64
#define WORD_ROOM 2048

/* ---- words ---- */

struct words {
    const char *word[WORDS_MAX];
    size_t count;
    char room[WORD_ROOM];
    size_t used;
};

enum after { AFTER_END, AFTER_PIPE, AFTER_NEXT };

static bool keep(struct words *words, char c)
{
    if (words->used + 2 > sizeof words->room) { return false; }
    words->room[words->used++] = c;
    return true;
}

/* One word, its quotes taken away. False: too long, or a quote without its end. */
static bool read_word(const char **at, struct words *words)
{
    const size_t start = words->used;
    while (**at != '\0' && strchr(" \t\n;|&<>", **at) == NULL) {
        const char c = *(*at)++;
        if (c == '\\' && **at == '\n') {
            (*at)++; /* the line goes on */
        } else if (c == '\\' && **at != '\0') {
            if (!keep(words, *(*at)++)) { return false; }
        } else if (c == '"' || c == '\'') {
            for (; **at != c; (*at)++) {
                if (**at == '\0' || !keep(words, **at)) { return false; }
            }
            (*at)++;
        } else if (!keep(words, c)) {
            return false;
        }
    }
    if (words->count == WORDS_MAX || !keep(words, '\0')) { return false; }
    words->word[words->count++] = words->room + start;
    return true;
}

/* What a command writes goes nowhere: > /dev/null, 2>&1. */
static bool skip_redirection(const char **at)
{
    while (**at == '>' || **at == '&') { (*at)++; }
    *at += strspn(*at, " \t");
    static const char null[] = "/dev/null";
    if (strncmp(*at, null, sizeof null - 1) == 0) {
        *at += sizeof null - 1;
        return true;
    }
    if (**at == '1' || **at == '2') {
        (*at)++;
        return true;
    }
    return false;
}

/* The words of one command. False: more of the shell than is known. */
static bool read_command(const char **at, struct words *words, enum after *after)
{
    words->count = 0;
    words->used = 0;
    for (;;) {
        *at += strspn(*at, " \t");
        const char c = **at;
        if (c == '\\' && (*at)[1] == '\n') {
            *at += 2;
        } else if (c == '\0') {
            *after = AFTER_END;
            return true;
        } else if (c == '\n' || c == ';') {
            (*at)++;
            *after = AFTER_NEXT;
            return true;
        } else if (c == '|' && (*at)[1] != '|') {
            (*at)++;
            *after = AFTER_PIPE;
            return true;
        } else if (c == '&' && (*at)[1] == '&') {
            *at += 2;
            *after = AFTER_NEXT;
            return true;
        } else if (c == '>' || ((c == '1' || c == '2') && (*at)[1] == '>')) {
            *at += c != '>';
            if (!skip_redirection(at)) { return false; }
        } else if (c == '<' || c == '|' || c == '&' || !read_word(at, words)) {
            return false;
        }
    }
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* ---- sysctls ---- */

/* /proc/sys/net/ipv4/tcp_ecn is net.ipv4.tcp_ecn. */
static bool set_knob(struct pkt *pkt, const char *word, uint32_t line)
{
    char name[128];
    const char *equals = strchr(word, '=');
    static const char proc[] = "/proc/sys/";
    const bool path = strncmp(word, proc, sizeof proc - 1) == 0;
    const char *from = path ? word + sizeof proc - 1 : word;
    if (equals == NULL || (size_t)(equals - from) >= sizeof name || equals < from) {
        pkt_unsupported(pkt, line, "sysctl %s", word);
        return false;
    }
    const size_t len = (size_t)(equals - from);
    for (size_t i = 0; i < len; i++) { name[i] = path && from[i] == '/' ? '.' : from[i]; }
    name[len] = '\0';
    return sysctl_set(pkt, name, equals + 1, line);
}

/* The host has what is set, at once; with Linux sockets have what was set when they were made. */
static bool set_knobs(struct pkt *pkt, const struct words *words, uint32_t line)
{
    const struct sysctls_before before = sysctls_remember(pkt);
    for (size_t i = 1; i < words->count; i++) {
        const char *word = words->word[i];
        const char *next = i + 1 < words->count ? words->word[i + 1] : "";
        if (word[0] == '-') { continue; }
        if (strchr(word, '=') == NULL && next[0] == '=' && next[1] == '\0') {
            pkt_unsupported(pkt, line, "sysctl with blanks around =");
            return false;
        }
        if (strchr(word, '=') != NULL && !set_knob(pkt, word, line)) { return false; }
    }
    if (pkt->host == NULL) { return true; }
    tcp_host_set_options(host_tcp(pkt->host), &pkt->options);
    if (pkt->dialect == DIALECT_FREEBSD) { sysctls_reach_sockets(pkt, &before); }
    return true;
}

/* ---- sockstat ---- */

struct lines {
    char **line;
    size_t count, room;
};

static bool add_line(struct pkt *pkt, struct lines *lines, const char *text)
{
    if (lines->count == lines->room) {
        const size_t room = lines->room == 0 ? 16 : 2 * lines->room;
        char **grown = arena_resize(pkt->arena, lines->line, lines->room * sizeof(char *),
                                    room * sizeof(char *));
        if (grown == NULL) {
            pkt->no_memory = true;
            return false;
        }
        lines->line = grown;
        lines->room = room;
    }
    lines->line[lines->count] = arena_strdup(pkt->arena, text);
    if (lines->line[lines->count] == NULL) {
        pkt->no_memory = true;
        return false;
    }
    lines->count++;
    return true;
}

static const char *bsd_state(enum tcp_state state)
{
    switch (state) {
    case TCP_CLOSED: return "CLOSED";
    case TCP_LISTEN: return "LISTEN";
    case TCP_SYN_SENT: return "SYN_SENT";
    case TCP_SYN_RECEIVED: return "SYN_RCVD";
    case TCP_ESTABLISHED: return "ESTABLISHED";
    case TCP_FIN_WAIT_1: return "FIN_WAIT_1";
    case TCP_FIN_WAIT_2: return "FIN_WAIT_2";
    case TCP_CLOSE_WAIT: return "CLOSE_WAIT";
    case TCP_CLOSING: return "CLOSING";
    case TCP_LAST_ACK: return "LAST_ACK";
    case TCP_TIME_WAIT: return "TIME_WAIT";
    }
    return "";
}

struct sockstat {
    unsigned family; /* 0: both */
    int64_t port;    /* -1: any */
};

static bool read_sockstat(const struct words *words, struct sockstat *asked)
{
    *asked = (struct sockstat){.port = -1};
    for (size_t i = 1; i < words->count; i++) {
        const char *word = words->word[i];
        const char *value = i + 1 < words->count ? words->word[i + 1] : "";
        if (strcmp(word, "-P") == 0 && strcmp(value, "tcp") == 0) {
            i++;
        } else if (strcmp(word, "-p") == 0 && value[0] >= '0' && value[0] <= '9') {
            asked->port = 0;
            for (const char *at = value; *at >= '0' && *at <= '9' && asked->port < 65536; at++) {
                asked->port = asked->port * 10 + (*at - '0');
            }
            i++;
        } else if (word[0] != '-' || strspn(word + 1, "46sclLnqw") != strlen(word + 1)) {
            return false;
        } else {
            for (const char *at = word + 1; *at != '\0'; at++) {
                if (*at == '4' || *at == '6') { asked->family = (unsigned)(*at - '0'); }
            }
        }
    }
    return true;
}

static bool endpoint_line(struct pkt *pkt, struct lines *lines, const struct fd *owner,
                          const struct socket *socket)
{
    char text[160];
    char who[48];
    const uint16_t local = socket != NULL ? socket->local.port
                           : owner->bound ? pkt->settings.bind_port
                                          : 0;
    const uint16_t remote = socket != NULL ? socket->remote.port : 0;
    if (owner != NULL) {
        (void)snprintf(who, sizeof who, "root     packetdril 1000  %-3lld",
                       (long long)owner->script_fd);
    } else {
        (void)snprintf(who, sizeof who, "?        ?          ?     ?  ");
    }
    (void)snprintf(text, sizeof text, "%s tcp%u %u %u %s", who, pkt_is_ipv6(pkt) ? 6u : 4u, local,
                   remote, bsd_state(socket != NULL ? socket->state : TCP_CLOSED));
    return add_line(pkt, lines, text);
}

static bool wanted(const struct sockstat *asked, uint16_t local, uint16_t remote)
{
    return asked->port < 0 || asked->port == local || asked->port == remote;
}

/* Every file of the process, then the endpoints that nobody holds any more (or yet). */
static bool list_endpoints(struct pkt *pkt, const struct sockstat *asked, struct lines *lines)
{
    const unsigned family = pkt_is_ipv6(pkt) ? 6 : 4;
    if (asked->family != 0 && asked->family != family) { return true; }
    for (const struct fd *fd = pkt->fds; fd != NULL; fd = fd->next) {
        const struct socket *socket = fd->socket;
        const uint16_t local = socket != NULL ? socket->local.port
                               : fd->bound    ? pkt->settings.bind_port
                                              : 0;
        if (!fd->closed && fd->kind == FD_SOCKET &&
            wanted(asked, local, socket != NULL ? socket->remote.port : 0) &&
            !endpoint_line(pkt, lines, fd, socket)) {
            return false;
        }
    }
    for (struct socket *at = host_sockets(pkt->host); at != NULL; at = at->next) {
        const struct fd *fd = at->user;
        const bool held = fd != NULL && !fd->closed;
        const bool gone = at->state == TCP_CLOSED || (at->state == TCP_LISTEN && !at->listener) ||
                          at->conn == NULL;
        if (!held && !gone && wanted(asked, at->local.port, at->remote.port) &&
            !endpoint_line(pkt, lines, NULL, at)) {
            return false;
        }
    }
    return true;
}

/* ---- grep, wc ---- */

struct grep {
    bool count, invert;
    const char *pattern;
};

static bool read_grep(const struct words *words, struct grep *grep)
{
    *grep = (struct grep){.pattern = NULL};
    for (size_t i = 1; i < words->count; i++) {
        const char *word = words->word[i];
        if (word[0] == '-' && word[1] != '\0') {
            if (strspn(word + 1, "cvqwE") != strlen(word + 1)) { return false; }
            grep->count = grep->count || strchr(word, 'c') != NULL;
            grep->invert = grep->invert || strchr(word, 'v') != NULL;
        } else if (grep->pattern == NULL) {
            grep->pattern = word;
        } else {
            return false;
        }
    }
    return grep->pattern != NULL && strpbrk(grep->pattern, "[]*+?(){}\\|.") == NULL;
}

/* Text, with ^ and $. */
static bool matches(const char *line, const char *pattern)
{
    char text[WORD_ROOM];
    const bool begins = pattern[0] == '^';
    (void)snprintf(text, sizeof text, "%s", pattern + begins);
    const size_t len = strlen(text);
    const bool ends = len > 0 && text[len - 1] == '$';
    if (ends) { text[len - 1] = '\0'; }
    const size_t text_len = strlen(text);
    const size_t line_len = strlen(line);
    if (begins && ends) { return strcmp(line, text) == 0; }
    if (begins) { return strncmp(line, text, text_len) == 0; }
    if (ends) { return line_len >= text_len && strcmp(line + line_len - text_len, text) == 0; }
    return strstr(line, text) != NULL;
}

/* Whether any line was chosen, which is grep's status. */
static bool filter(struct pkt *pkt, const struct grep *grep, struct lines *lines, bool *any)
{
    size_t kept = 0;
    for (size_t i = 0; i < lines->count; i++) {
        if (matches(lines->line[i], grep->pattern) != grep->invert) {
            lines->line[kept++] = lines->line[i];
        }
    }
    lines->count = kept;
    *any = kept > 0;
    if (!grep->count) { return true; }
    char text[24];
    (void)snprintf(text, sizeof text, "%zu", kept);
    lines->count = 0;
    return add_line(pkt, lines, text);
}

/* The command that is not known, of those in the text. */
static void unknown(struct pkt *pkt, const struct words *words, uint32_t line)
{
    char text[256] = "";
    size_t len = 0;
    for (size_t i = 0; i < words->count && len < sizeof text; i++) {
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", i > 0 ? " " : "",
                                words->word[i]);
    }
    pkt_unsupported(pkt, line, "command `%s`", text);
}

/* The pipeline from sockstat on; its status is the last command's. */
static bool run_pipeline(struct pkt *pkt, const char *text, const char **at, struct words *words,
                         enum after *after, uint32_t line)
{
    struct sockstat asked;
    struct lines lines = {.count = 0};
    bool any = true;
    if (!read_sockstat(words, &asked)) {
        unknown(pkt, words, line);
        return false;
    }
    if (!list_endpoints(pkt, &asked, &lines)) { return false; }
    while (*after == AFTER_PIPE) {
        struct grep grep;
        if (!read_command(at, words, after) || words->count == 0 ||
            strcmp(base_name(words->word[0]), "grep") != 0 || !read_grep(words, &grep)) {
            unknown(pkt, words, line);
            return false;
        }
        if (!filter(pkt, &grep, &lines, &any)) { return false; }
    }
    if (!any) {
        pkt_fail(pkt, line, "error executing `%.*s` command: non-zero status 1",
                 (int)strcspn(text, "\n"), text);
    }
    return any;
}

/* ---- tcpdrop ---- */

/* Who held it reads ECONNABORTED. */
static bool drop_state(struct pkt *pkt, const char *state)
{
    for (struct socket *at = host_sockets(pkt->host), *next; at != NULL; at = next) {
        next = at->next;
        if (at->conn == NULL || strcmp(bsd_state(at->state), state) != 0) { continue; }
        struct fd *fd = at->user;
        (void)host_abort(at);
        if (fd != NULL) {
            fd->error_taken = true;
            fd->soft_error = PKT_ECONNABORTED;
        }
    }
    return true;
}

/* ---- the commands ---- */

/* tc qdisc add dev tun0 root pfifo: a queue that holds nothing back. Others would. */
static bool keeps_queue(const struct words *words, bool *known)
{
    const char *last = words->count > 1 ? words->word[words->count - 1] : "";
    *known = words->count >= 5 && strcmp(words->word[1], "qdisc") == 0 &&
             (strcmp(last, "pfifo") == 0 || strcmp(last, "pfifo_fast") == 0);
    return true;
}

static bool run_one(struct pkt *pkt, const struct words *words, uint32_t line, bool *known)
{
    const char *name = base_name(words->word[0]);
    *known = true;
    if (strcmp(name, "defaults.sh") == 0) {
        sysctl_defaults(pkt);
        return true;
    }
    if (strcmp(name, "sysctl") == 0 || strcmp(name, "set_sysctls.py") == 0) {
        return set_knobs(pkt, words, line);
    }
    if (strncmp(name, "sysctl_restore", 14) == 0) { return true; }
    if (strcmp(name, "tcpdrop") == 0 && words->count == 3 && strcmp(words->word[1], "-s") == 0) {
        return drop_state(pkt, words->word[2]);
    }
    if (strcmp(name, "ip") == 0 && words->count >= 3 &&
        strcmp(words->word[1], "tcp_metrics") == 0 && strcmp(words->word[2], "flush") == 0) {
        host_fast_open_forget(pkt->host); /* the only metrics there are */
        return true;
    }
    /* What a device does with large segments: here they leave one by one. */
    if (strcmp(name, "ethtool") == 0 && words->count >= 3 &&
        (strcmp(words->word[1], "-K") == 0 || strcmp(words->word[1], "--offload") == 0)) {
        return true;
    }
    if (strcmp(name, "tc") == 0) { return keeps_queue(words, known); }
    if (strcmp(name, ":") == 0 && words->count >= 2 && strcmp(words->word[1], "tcpsim") == 0) {
        return host_line_run(pkt, words->word + 2, words->count - 2, line);
    }
    *known = false;
    return true;
}

bool shell_run(struct pkt *pkt, const char *text, uint32_t line)
{
    struct words words;
    enum after after = AFTER_NEXT;
    const char *at = text;
    while (after != AFTER_END) {
        if (!read_command(&at, &words, &after)) {
            unknown(pkt, &words, line);
            return false;
        }
        if (words.count == 0) { continue; }
        bool known = true;
        if (strcmp(base_name(words.word[0]), "sockstat") == 0) {
            if (!run_pipeline(pkt, text, &at, &words, &after, line)) { return false; }
        } else if (!run_one(pkt, &words, line, &known)) {
            return false;
        }
        if (!known || after == AFTER_PIPE) {
            unknown(pkt, &words, line);
            return false;
        }
    }
    return true;
}
