/* output_run.h - a run told by hand to one output that writes into memory: what the tests of the
 * text outputs share. The client's first segment is 10.0.0.1:4000 > 10.0.0.2:80. */
#ifndef TCPSIM_TESTS_OUTPUT_RUN_H
#define TCPSIM_TESTS_OUTPUT_RUN_H

#include "../../sim/core/units.h"
#include "../../sim/out/output.h"

#define CLIENT_ISS UINT32_C(0xffffff00)
#define SERVER_ISS UINT32_C(0xfffffff0)
#define MS NS_PER_MS

enum { CLIENT, SERVER };

struct run {
    struct trace trace;
    struct output output;
    struct out_writer *writer;
};

void run_begin(struct run *run, const struct output_format *format, bool absolute);
/* What has been written until now. */
const char *so_far(const struct run *run);
/* Ends the output and compares all that it wrote. */
void run_end(struct run *run, const char *expected);

/* A header between the first connection's ends, with relative numbers; ack counts with TCP_ACK
 * only. */
struct tcp_segment header_of(unsigned from, uint16_t flags, uint32_t seq, uint32_t len,
                             uint32_t ack);
struct trace_record record_of(uint64_t time_ns, enum trace_action action, unsigned from,
                              uint64_t number, const struct tcp_segment *header);
void tell_move(struct run *run, uint64_t time_ns, unsigned host, enum tcp_state old_state,
               enum tcp_state new_state, enum tcp_cause cause);

#endif
