/* cmd_version.c - `tcpsim version`: the build and its libraries. */
#include "cli.h"

#include <lua.h>
#include <pcap/pcap.h>
#include <sodium.h>
#include <xxhash.h>

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

static const struct cli_option options[] = {
    {0, 'h', "help", NULL, "this text"},
    {0},
};

static int run(struct cli *cli, int argc, char **argv)
{
    struct arguments arguments;
    arguments_begin(&arguments, &command_version, argc, argv);
    const char *value = NULL;
    switch (arguments_next(&arguments, &value)) {
    case ARGUMENT_END: break;
    case 0: command_help(cli, &command_version); return CLI_HELD;
    case ARGUMENT_PATH: return cli_error("version takes no argument: \"%s\"", value);
    default: return CLI_ERROR;
    }
    const unsigned xxhash = XXH_versionNumber();
    out_printf(cli->out, "tcpsim %s\n", TCPSIM_VERSION);
    out_printf(cli->out, "compiler   %s\n", COMPILER);
    out_printf(cli->out, "Lua        %s\n", LUA_RELEASE);
    out_printf(cli->out, "xxHash     %u.%u.%u\n", xxhash / 10000, xxhash / 100 % 100, xxhash % 100);
    out_printf(cli->out, "libsodium  %s\n", sodium_version_string());
    out_printf(cli->out, "libpcap    %s\n", pcap_lib_version());
    return CLI_HELD;
}

const struct command command_version = {
    .name = "version",
    .usage = "",
    .help = "the build and its libraries",
    .examples = "  tcpsim version\n",
    .options = options,
    .run = run,
};
