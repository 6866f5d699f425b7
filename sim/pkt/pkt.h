/* pkt.h - a packetdrill script run to its end in virtual time: one host under test, the script as
 * the remote side. What commands use; the language itself is behind it.
 *
 * Order of use: pkt_create, pkt_load, pkt_run, pkt_destroy. */
#ifndef TCPSIM_PKT_PKT_H
#define TCPSIM_PKT_PKT_H

#include "../../tcp/profile.h"
#include "../core/queue.h"
#include "../trace/trace.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pkt;

/* UNSUPPORTED: the script asks for something that is not there, which is named. */
enum pkt_verdict { PKT_PASS, PKT_FAIL, PKT_ERROR, PKT_LIMIT, PKT_UNSUPPORTED, PKT_INTERRUPTED };
const char *pkt_verdict_name(enum pkt_verdict verdict);

enum pkt_ip_version { PKT_IP_ANY, PKT_IPV4, PKT_IPV6, PKT_IPV4_MAPPED };
/* "ipv4", "ipv6", "ipv4-mapped-ipv6"; false: none of them. */
bool pkt_ip_version_read(const char *text, enum pkt_ip_version *version);

struct pkt_config {
    const char *path; /* of the file; also what messages call it */
    bool has_seed;
    uint64_t seed; /* 1 without has_seed */
    bool has_limit;
    uint64_t limit_ns;
    const char *const *defines; /* "name=value", from -D; they go before the script's own */
    size_t define_count;
    size_t max_memory_bytes; /* 0: the default */
    enum queue_kind queue;
    bool count_marks;               /* what TCP goes through is counted: pkt_marks */
    bool dry_run;                   /* reads the script, runs nothing */
    bool strict;                    /* segments after the last expectation are failures */
    bool strict_segments;           /* segments are not put together */
    const char *profile;            /* one of tcp_profile_names; NULL: by what the script calls */
    enum pkt_ip_version ip_version; /* PKT_IP_ANY: the script's, else ipv4 */
    bool has_tolerance_us, has_tolerance_percent;
    uint32_t tolerance_us, tolerance_percent_tenths; /* tenths of a percent */
    const char *repeat;  /* the command that repeats this run, printed after failures; or NULL */
    struct trace *trace; /* with the sinks attached; borrowed, or NULL */
    void (*message)(void *context, const char *text);
    void *message_context;
    const char *(*digest)(void *context); /* as a scenario's; NULL: none is computed */
    void *digest_context;
    const char *version; /* of the program, for the run record */
};

/* NULL: no memory. *config is copied, its pointers borrowed. */
struct pkt *pkt_create(const struct pkt_config *config);
/* Reads the file. False: an error was told; the verdict is set. */
bool pkt_load(struct pkt *pkt);
/* Only the title, for lists. False: the file cannot be read (told). */
bool pkt_peek(struct pkt *pkt);
/* Reads `len` octets of text instead (for tests). */
bool pkt_load_text(struct pkt *pkt, const char *text, size_t len);
/* Runs, judges, tells every failure. */
enum pkt_verdict pkt_run(struct pkt *pkt);
void pkt_destroy(struct pkt *pkt);

const char *pkt_title(const struct pkt *pkt); /* its first comment's first line, or "" */
struct tcp_marks;
const struct tcp_marks *pkt_marks(const struct pkt *pkt); /* ../../tcp/marks.h; or NULL */
const char *pkt_reason(const struct pkt *pkt);            /* of a verdict that is not pass; "" */
uint64_t pkt_seed(const struct pkt *pkt);
uint64_t pkt_progress(const struct pkt *pkt); /* grows while events happen */
/* As scenario_peek_world. */
struct world;
const struct world *pkt_peek_world(const struct pkt *pkt);
/* From another thread: the run ends before its next event. False: it has not come so far. */
bool pkt_interrupt(struct pkt *pkt);

/* ---- what a script's sysctls set: one table, for `tcpsim options` ---- */

struct pkt_knob {
    const char *name;    /* "net.ipv4.tcp_retries2" */
    const char *option;  /* the host's option that it sets; NULL: see `how` */
    const char *how;     /* the conversion, or what it means here, in words */
    unsigned conversion; /* private to sysctls.c */
};
extern const struct pkt_knob pkt_knobs[];
extern const size_t pkt_knob_count;

#endif
