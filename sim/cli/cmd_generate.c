/* cmd_generate.c - `tcpsim generate KIND`: the files of an installation that are made from the
 * program's own tables. The build calls it; it is not in the help. */
#include "generate.h"

#include <assert.h>
#include <string.h>

static const struct cli_option options[] = {
    {0, 'h', "help", NULL, "this text"},
    {0},
};

static const struct {
    const char *name;
    void (*generate)(struct out_writer *out);
} kinds[] = {
    {"man", generate_man},   {"bash", generate_bash},   {"zsh", generate_zsh},
    {"fish", generate_fish}, {"luals", generate_luals},
};

size_t generate_commands(const struct command **commands, size_t room)
{
    size_t all = 0;
    size_t count = 0;
    const struct command *const *from = cli_commands(&all);
    assert(all <= room);
    for (size_t i = 0; i < all; i++) {
        if (from[i]->run != NULL && !from[i]->hidden) { commands[count++] = from[i]; }
    }
    return count;
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct arguments arguments;
    arguments_begin(&arguments, &command_generate, argc, argv);
    const char *value = NULL;
    switch (arguments_next(&arguments, &value)) {
    case ARGUMENT_PATH: break;
    case 0: command_help(cli, &command_generate); return CLI_HELD;
    case ARGUMENT_END: return cli_error("generate needs one of: man bash zsh fish luals");
    default: return CLI_ERROR;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i].name, value) == 0) {
            kinds[i].generate(cli->out);
            return CLI_HELD;
        }
    }
    return cli_error("generate: \"%s\" is none of: man bash zsh fish luals", value);
}

const struct command command_generate = {
    .name = "generate",
    .usage = "man|bash|zsh|fish|luals",
    .help = "files of an installation, from the program's own tables",
    .examples = "  tcpsim generate bash\n",
    .options = options,
    .run = run,
    .hidden = true,
};
