/* output_run.c - a run told by hand; see output_run.h. */
#include "cmocka_wrapper.h"

#include "output_run.h"

#include <string.h>

static const char *const host_names[] = {"client", "server"};

void run_begin(struct run *run, const struct output_format *format, bool absolute)
{
    struct out_options options = out_options_default();
    options.absolute = absolute;
    run->writer = out_writer_memory();
    assert_non_null(run->writer);
    assert_true(output_begin(&run->output, format, run->writer, &options));
    trace_init(&run->trace);
    assert_true(trace_attach(&run->trace, output_sink(&run->output)));
}

const char *so_far(const struct run *run)
{
    size_t len = 0;
    const char *text = out_writer_contents(run->writer, &len);
    assert_int_equal(strlen(text), len);
    return text;
}

void run_end(struct run *run, const char *expected)
{
    output_end(&run->output);
    assert_string_equal(so_far(run), expected);
    assert_int_equal(out_writer_finish(run->writer), 0);
}

struct tcp_segment header_of(unsigned from, uint16_t flags, uint32_t seq, uint32_t len,
                             uint32_t ack)
{
    struct tcp_segment header = {
        .source = {.address = {.family = 4, .octets = {10, 0, 0, 1}}, .port = 4000},
        .destination = {.address = {.family = 4, .octets = {10, 0, 0, 2}}, .port = 80},
        .seq = CLIENT_ISS + seq,
        .flags = flags,
        .window = 65535,
        .payload = {{{.len = len}}},
    };
    if (from == SERVER) {
        const struct tcp_endpoint source = header.source;
        header.source = header.destination;
        header.destination = source;
        header.seq = SERVER_ISS + seq;
    }
    if ((flags & TCP_ACK) != 0) { header.ack = (from == CLIENT ? SERVER_ISS : CLIENT_ISS) + ack; }
    return header;
}

struct trace_record record_of(uint64_t time_ns, enum trace_action action, unsigned from,
                              uint64_t number, const struct tcp_segment *header)
{
    return (struct trace_record){
        .time_ns = time_ns,
        .event = TRACE_SEGMENT,
        .u.segment =
            {
                .action = action,
                .from = host_names[from],
                .to = host_names[1 - from],
                .from_index = from,
                .to_index = 1 - from,
                .at_index =
                    action == TRACE_DELIVERED || action == TRACE_DISCARDED ? 1 - from : from,
                .number = number,
                .segment = header,
                .seq_base = from == CLIENT ? CLIENT_ISS : SERVER_ISS,
                .ack_base = from == CLIENT ? SERVER_ISS : CLIENT_ISS,
                .seq_known = true,
                .ack_known = true,
                .first_connection = true,
                .link = "client-server",
                .reason = "",
                .detail = "",
            },
    };
}

void tell_move(struct run *run, uint64_t time_ns, unsigned host, enum tcp_state old_state,
               enum tcp_state new_state, enum tcp_cause cause)
{
    const struct tcp_segment header = header_of(host, 0, 0, 0, 0);
    const struct trace_record record = {
        .time_ns = time_ns,
        .event = TRACE_STATE,
        .u.state =
            {
                .conn = {.host = host_names[host],
                         .host_index = host,
                         .local = header.source,
                         .remote = header.destination,
                         .first_connection = true},
                .old_state = old_state,
                .new_state = new_state,
                .cause = cause,
            },
    };
    trace_emit(&run->trace, &record);
}
