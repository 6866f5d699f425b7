/* output.c - the list of output formats, and one output attached to one run. */
#include "output.h"

#include <string.h>

const struct output_format *const output_formats[] = {
    &output_timeline, &output_exchange, &output_tcpdump, &output_packetdrill, &output_states,
    &output_golden,   &output_jsonl,    &output_csv,     &output_pcapng,      &output_pcap,
};
const size_t output_format_count = sizeof output_formats / sizeof output_formats[0];

const struct output_format *output_format_by_name(const char *name)
{
    for (size_t i = 0; i < output_format_count; i++) {
        if (strcmp(output_formats[i]->name, name) == 0) { return output_formats[i]; }
    }
    return NULL;
}

struct out_options out_options_default(void) { return (struct out_options){.width = 100}; }

bool output_begin(struct output *output, const struct output_format *format,
                  struct out_writer *writer, const struct out_options *options)
{
    output->format = format;
    output->writer = writer;
    output->options = *options;
    output->state = format->begin(writer, &output->options);
    return output->state != NULL;
}

static void output_record(void *context, const struct trace_record *record)
{
    const struct output *output = context;
    output->format->record(output->state, record);
}

struct trace_sink output_sink(struct output *output)
{
    return (struct trace_sink){
        .context = output,
        .record = output_record,
        .wants = output->format->wants,
    };
}

void output_end(struct output *output)
{
    output->format->end(output->state);
    output->state = NULL;
}
