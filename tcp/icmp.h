/* icmp.h - the ICMP errors that TCP acts on (RFC 9293 3.9.2.2): one table of kinds, and the message
 * that the carrier hands over. No octets here: the carrier reads and writes the packets. */
#ifndef TCPSIM_TCP_ICMP_H
#define TCPSIM_TCP_ICMP_H

#include "segment.h"

/* What TCP makes of a kind. */
enum tcp_icmp_class {
    TCP_ICMP_SOFT,    /* reported; the connection goes on (MUST-56) */
    TCP_ICMP_HARD,    /* aborts the connection (SHLD-26) */
    TCP_ICMP_TOO_BIG, /* tells the path's MTU (RFC 9293 3.7.2); hard without its discovery */
    TCP_ICMP_IGNORED, /* source quench (MUST-55, RFC 6633) */
};

/* Identifier, words, ICMP's type and code, ICMPv6's (-1: there is none), class. Append only
 * (digest). RFC 9293 names no hard error of ICMPv6; port unreachable is one by RFC 5461 2. */
#define TCP_ICMP_KINDS(X)                                                            \
    X(NETWORK_UNREACHABLE, "network unreachable", 3, 0, 1, 0, SOFT)                  \
    X(HOST_UNREACHABLE, "host unreachable", 3, 1, 1, 3, SOFT)                        \
    X(PROTOCOL_UNREACHABLE, "protocol unreachable", 3, 2, -1, -1, HARD)              \
    X(PORT_UNREACHABLE, "port unreachable", 3, 3, 1, 4, HARD)                        \
    X(FRAGMENTATION_NEEDED, "fragmentation needed", 3, 4, 2, 0, TOO_BIG)             \
    X(SOURCE_ROUTE_FAILED, "source route failed", 3, 5, -1, -1, SOFT)                \
    X(ADMINISTRATIVELY_PROHIBITED, "administratively prohibited", 3, 13, 1, 1, SOFT) \
    X(SOURCE_QUENCH, "source quench", 4, 0, -1, -1, IGNORED)                         \
    X(TTL_EXCEEDED, "ttl exceeded", 11, 0, 3, 0, SOFT)                               \
    X(REASSEMBLY_TIME_EXCEEDED, "reassembly time exceeded", 11, 1, 3, 1, SOFT)       \
    X(PARAMETER_PROBLEM, "parameter problem", 12, 0, 4, 0, SOFT)

enum tcp_icmp_kind {
#define X(id, words, type, code, type6, code6, class) TCP_ICMP_##id,
    TCP_ICMP_KINDS(X)
#undef X
        TCP_ICMP_KIND_COUNT
};

/* A static string. */
const char *tcp_icmp_words(enum tcp_icmp_kind kind);
enum tcp_icmp_class tcp_icmp_class(enum tcp_icmp_kind kind);
/* The kind of those words, or false. */
bool tcp_icmp_from_words(const char *words, enum tcp_icmp_kind *kind);
/* Type and code on the wire; false: that family (4 or 6) has no such message. */
bool tcp_icmp_type_code(enum tcp_icmp_kind kind, unsigned family, uint8_t *type, uint8_t *code);
/* The kind of that type and code; false: TCP has no use for it. */
bool tcp_icmp_from_type_code(unsigned family, uint8_t type, uint8_t code, enum tcp_icmp_kind *kind);

/* An error message as TCP sees it. */
struct tcp_icmp {
    enum tcp_icmp_kind kind;
    uint32_t mtu; /* too big: of the next hop; 0: it does not say (RFC 1191 4) */
    struct tcp_endpoint local, remote; /* of the segment that it quotes, which was ours */
    tcp_seq seq;                       /* of that segment */
    uint32_t packet_bytes;             /* of the packet it was in; 0: not known */
    uint64_t tag;                      /* the carrier's own name for it; TCP only hands it on */
};

/* What became of a message. Append only. */
#define TCP_ICMP_FATES(X)                                                   \
    X(NO_CONNECTION, "no such connection")                                  \
    X(NOT_OUTSTANDING, "quotes what is not outstanding") /* RFC 5927 4.1 */ \
    X(IGNORED, "ignored")                                                   \
    X(REPORTED, "reported")                                                 \
    X(ABORTED, "aborts")                                                    \
    X(PATH_MTU, "lowers the path MTU")

enum tcp_icmp_fate {
#define X(id, words) TCP_ICMP_FATE_##id,
    TCP_ICMP_FATES(X)
#undef X
        TCP_ICMP_FATE_COUNT
};
const char *tcp_icmp_fate_words(enum tcp_icmp_fate fate);

#endif
