/* cmd_new.c - `tcpsim new topic/case`: writes a scenario to start from, which holds as it is. */
#include "cli.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HELP, PRINT };

static const struct cli_option options[] = {
    {PRINT, '\0', "print", NULL, "to standard output; no file is written"},
    {HELP, 'h', "help", NULL, "this text"},
    {0},
};

/* Between the two parts stands the title. */
static const char before_title[] =
    "-- Data that are lost are sent again. RFC 9293 3.8.1, RFC 6298 (5.4).\n"
    "--\n"
    "-- Write here what the scenario shows and what to look at: the first segment with data is\n"
    "-- lost, nobody answers it, and the client's timer sends it again one RTO (1 s) later.\n"
    "sim.scenario {\n"
    "  title = \"";

static const char after_title[] =
    "\",\n"
    "  cites = { \"RFC 9293 3.8.1\" },\n"
    "}\n"
    "\n"
    "local client = sim.host(\"client\", { address = \"10.0.0.1\" })\n"
    "local server = sim.host(\"server\", { address = \"10.0.0.2\" })\n"
    "sim.link(client, server, { delay = \"10ms\" })\n"
    "\n"
    "-- The fault: the first segment from the client that carries five octets.\n"
    "sim.drop { from = client, pattern = \"P. 1:6(5)\", nth = 1 }\n"
    "\n"
    "server:app(function()\n"
    "  local conn = server:listen(80):accept()\n"
    "  conn:send(conn:recv())\n"
    "  expect.equal(conn:recv(), nil) -- the end of the stream\n"
    "  conn:close()\n"
    "end)\n"
    "\n"
    "client:app(function()\n"
    "  local conn = client:connect(server, 80)\n"
    "  conn:send(\"hello\")\n"
    "  expect.equal(conn:recv(), \"hello\")\n"
    "  conn:close()\n"
    "end)\n"
    "\n"
    "-- What `tcpsim run --format exchange FILE` prints can be pasted here; what a line leaves "
    "out\n"
    "-- is not compared, and a line `...` stands for any segments.\n"
    "expect.exchange [[\n"
    "  0.000 client > server: S 0:0(0)\n"
    "  0.010 server > client: S. 0:0(0) ack 1\n"
    "  0.020 client > server: . 1:1(0) ack 1\n"
    "  0.020 client > server: P. 1:6(5) ack 1\n"
    "  1.020 client > server: P. 1:6(5) ack 1\n"
    "  1.030 server > client: P. 1:6(5) ack 6\n"
    "  ...\n"
    "]]\n"
    "expect.states(client, \"CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT "
    "CLOSED\")\n";

struct order {
    const char *name; /* as typed */
    bool print;
};

/* ---- the name ---- */

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* "topic/case" out of what was typed, with or without "scenarios/" and ".lua"; malloc, or NULL:
 * told. A name is what `{name}` and other systems can bear. */
static char *case_name(const char *typed)
{
    static const char folder[] = "scenarios/";
    const size_t folder_len = sizeof folder - 1;
    const char *begin = strncmp(typed, folder, folder_len) == 0 ? typed + folder_len : typed;
    size_t len = strlen(begin);
    if (len > 4 && strcmp(begin + len - 4, ".lua") == 0) { len -= 4; }
    bool good = memchr(begin, '/', len) != NULL;
    for (size_t i = 0; i < len; i++) {
        const bool first = i == 0 || begin[i - 1] == '/';
        const bool last = i + 1 == len;
        const unsigned char c = (unsigned char)begin[i];
        const bool plain = c < 0x80 && (isalnum(c) != 0 || c == '_');
        good = good && (plain || (!first && (c == '-' || (c == '/' && !last))));
    }
    if (!good) {
        (void)cli_error("new: \"%s\" is no name: topic/case is expected, of letters, digits, - and "
                        "_, as in loss/lost-data",
                        typed);
        return NULL;
    }
    char *name = strndup(begin, len);
    if (name == NULL) { (void)cli_no_memory(); }
    return name;
}

/* "loss/second-segment" as "Second segment". */
static void put_title(struct out_writer *out, const char *name)
{
    const char *slash = strrchr(name, '/');
    for (const char *at = slash != NULL ? slash + 1 : name; *at != '\0'; at++) {
        const bool first = at == name || at[-1] == '/';
        const char c = *at == '-' || *at == '_' ? ' ' : *at;
        out_char(out, first ? (char)toupper((unsigned char)c) : c);
    }
}

static void put_scenario(struct out_writer *out, const char *name)
{
    out_text(out, before_title);
    put_title(out, name);
    out_text(out, after_title);
}

/* ---- the file ---- */

/* The folders above the file. `path` is the same again afterwards. */
static bool make_folders(char *path)
{
    for (char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        const bool made = mkdir(path, 0777) == 0 || (errno == EEXIST && is_folder(path));
        if (!made) { (void)cli_error("%s: %s", path, strerror(errno)); }
        *slash = '/';
        if (!made) { return false; }
    }
    return true;
}

/* Only a file that was not there: O_EXCL decides it, whoever else is writing. */
static bool write_file(const char *path, const char *name)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) {
        const int error = errno;
        (void)cli_error("%s: %s", path,
                        error == EEXIST ? "is there already; it was left as it is"
                                        : strerror(error));
        return false;
    }
    struct out_writer *out = out_writer_fd(fd);
    int error = ENOMEM;
    if (out != NULL) {
        put_scenario(out, name);
        error = out_writer_finish(out);
    }
    if (close(fd) != 0 && error == 0) { error = errno; }
    if (error == 0) { return true; }
    (void)unlink(path);
    (void)cli_error("%s: %s", path, strerror(error));
    return false;
}

static int create(struct cli *cli, const char *name)
{
    const char *below = is_folder("scenarios") ? "scenarios/" : "";
    const size_t room = strlen(below) + strlen(name) + sizeof ".lua";
    char *path = malloc(room);
    if (path == NULL) { return cli_no_memory(); }
    (void)snprintf(path, room, "%s%s.lua", below, name);
    const bool written = make_folders(path) && write_file(path, name);
    if (written) { out_printf(cli->out, "wrote %s; to play it: tcpsim run %s\n", path, path); }
    free(path);
    return written ? CLI_HELD : CLI_ERROR;
}

/* ---- the command ---- */

/* CLI_HELD, CLI_ERROR (told), or -1 when help was asked for. */
static int read_arguments(struct order *order, int argc, char **argv)
{
    struct arguments arguments;
    arguments_begin(&arguments, &command_new, argc, argv);
    const char *value = NULL;
    for (;;) {
        switch (arguments_next(&arguments, &value)) {
        case ARGUMENT_END: return CLI_HELD;
        case ARGUMENT_PATH:
            if (order->name != NULL) {
                return cli_error("new takes one name: \"%s\" or \"%s\"?", order->name, value);
            }
            order->name = value;
            break;
        case PRINT: order->print = true; break;
        case HELP: return -1;
        default: return CLI_ERROR;
        }
    }
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct order order = {NULL, false};
    int status = read_arguments(&order, argc, argv);
    if (status == -1) {
        command_help(cli, &command_new);
        return CLI_HELD;
    }
    if (status != CLI_HELD) { return status; }
    if (order.name == NULL) {
        return cli_error("new needs a name: tcpsim new topic/case; see tcpsim new --help");
    }
    char *name = case_name(order.name);
    if (name == NULL) { return CLI_ERROR; }
    if (order.print) {
        put_scenario(cli->out, name);
    } else {
        status = create(cli, name);
    }
    free(name);
    return status;
}

const struct command command_new = {
    .name = "new",
    .usage = "[--print] topic/case",
    .help = "a fresh scenario file",
    .details =
        "Writes scenarios/topic/case.lua if there is a folder scenarios, else topic/case.lua: two\n"
        "hosts, a link, a segment that is lost, and what is expected of it. It holds as it is. A\n"
        "file that is there already is never overwritten.\n",
    .examples = "  tcpsim new loss/my-case\n"
                "  tcpsim new --print loss/my-case\n",
    .options = options,
    .run = run,
};
