/* cmd_check.c - `tcpsim check`: captures that tcpsim wrote, held against RFC 9293 by a judge that
 * shares no code with the protocol (../live/check.h). */
#include "../live/check.h"
#include "cli.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUIET, HELP };

static const struct cli_option options[] = {
    {QUIET, 'q', NULL, NULL, "no sum at the end"},
    {HELP, 'h', "help", NULL, "this text"},
    {0},
};

struct look {
    struct cli *cli;
    const char *path;
    struct check *check;
    const struct check_packet *packet; /* that is judged now */
    size_t segments, deviations;
};

static void put_end(struct out_writer *out, const struct check_endpoint *end)
{
    if (end->family == 4) {
        out_printf(out, "%u.%u.%u.%u.%u", end->octets[0], end->octets[1], end->octets[2],
                   end->octets[3], end->port);
        return;
    }
    for (unsigned i = 0; i < 16; i += 2) {
        out_printf(out, "%s%x", i > 0 ? ":" : "",
                   (unsigned)end->octets[i] << 8 | end->octets[i + 1]);
    }
    out_printf(out, ".%u", end->port);
}

static void put_flags(struct out_writer *out, uint16_t flags)
{
    static const struct {
        uint16_t flag;
        char letter;
    } letters[] = {{CHECK_FIN, 'F'}, {CHECK_SYN, 'S'}, {CHECK_RST, 'R'},
                   {CHECK_PSH, 'P'}, {CHECK_ACK, '.'}, {CHECK_URG, 'U'}};
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++) {
        if ((flags & letters[i].flag) != 0) { out_char(out, letters[i].letter); }
    }
}

static void report(void *context, const struct check_segment *segment, const char *rule)
{
    struct look *look = context;
    struct out_writer *out = look->cli->out;
    look->deviations++;
    out_printf(out, "%s:%" PRIu64 ": %" PRIu64 ".%06" PRIu64 " ", look->path, look->packet->number,
               look->packet->time_ns / 1000000000, look->packet->time_ns / 1000 % 1000000);
    put_end(out, &segment->from);
    out_text(out, " > ");
    put_end(out, &segment->to);
    out_text(out, ": ");
    put_flags(out, segment->flags);
    out_printf(out, " %" PRIu32 ":%" PRIu32 "(%" PRIu32 ") ack %" PRIu32 " win %u: %s\n",
               segment->seq, segment->seq + segment->len, segment->len, segment->ack,
               segment->window, rule);
}

static void each(void *context, const struct check_packet *packet)
{
    struct look *look = context;
    look->packet = packet;
    look->segments++;
    if (packet->wrong != NULL) {
        report(look, &packet->segment, packet->wrong);
        return;
    }
    if (!check_sent(look->check, &packet->segment) ||
        !check_received(look->check, &packet->segment)) {
        out_fail(look->cli->out, ENOMEM);
    }
}

static int check_one(struct cli *cli, const char *path, bool quiet)
{
    char error[512] = "";
    struct look look = {.cli = cli, .path = path};
    look.check = check_create(false, report, &look);
    if (look.check == NULL) { return cli_no_memory(); }
    const bool read = check_file(path, each, &look, error, sizeof error);
    check_destroy(look.check);
    if (!read) { return cli_error("%s: %s", path, error); }
    if (!quiet) {
        out_printf(cli->out, "%s: %zu segments, %zu deviations\n", path, look.segments,
                   look.deviations);
    }
    return look.deviations > 0 ? CLI_FAILED : CLI_HELD;
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct arguments arguments;
    arguments_begin(&arguments, &command_check, argc, argv);
    const char *value = NULL;
    bool quiet = false;
    size_t count = 0;
    const char **paths = calloc((size_t)argc + 1, sizeof *paths);
    if (paths == NULL) { return cli_no_memory(); }
    int status = CLI_HELD;
    for (int id = arguments_next(&arguments, &value); id != ARGUMENT_END && status == CLI_HELD;
         id = arguments_next(&arguments, &value)) {
        switch (id) {
        case QUIET: quiet = true; break;
        case HELP:
            command_help(cli, &command_check);
            free(paths);
            return CLI_HELD;
        case ARGUMENT_PATH: paths[count++] = value; break;
        default: status = CLI_ERROR; break;
        }
    }
    if (status == CLI_HELD && count == 0) { status = cli_error("check: which capture?"); }
    for (size_t i = 0; status != CLI_ERROR && i < count; i++) {
        status = cli_worse(status, check_one(cli, paths[i], quiet));
    }
    free(paths);
    return status;
}

const struct command command_check = {
    .name = "check",
    .usage = "[options] FILE ...",
    .help = "holds captures that tcpsim wrote against RFC 9293",
    .details =
        "Reads each pcap or pcapng, follows both ends of every connection in a small model of\n"
        "RFC 9293's numbers, windows and states that shares no code with the simulator's own TCP,\n"
        "and prints each segment that its sender may not have sent, with the rule and its clause.\n"
        "The captures are those of `run -w`; of what one host saw (--capture-at), where segments\n"
        "were lost on the way, and of foreign traffic, which may begin in the middle of a\n"
        "connection, it says too much. The exit status: 0 none; 1 some; 2 no such capture.\n",
    .examples = "  tcpsim run -q -w run.pcapng scenarios/loss/lost-data.lua\n"
                "  tcpsim check run.pcapng\n",
    .options = options,
    .run = run,
};
