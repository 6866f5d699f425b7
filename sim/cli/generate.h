/* generate.h - what `tcpsim generate` prints for the installation: all of it from the program's own
 * tables of commands and options, so that it cannot be out of date.
 *
 *   generate_man.c         the man page
 *   generate_completion.c  completion for bash, zsh and fish
 *   generate_luals.c       annotations for editors (the Lua language server) */
#ifndef TCPSIM_CLI_GENERATE_H
#define TCPSIM_CLI_GENERATE_H

#include "cli.h"

void generate_man(struct out_writer *out);
void generate_bash(struct out_writer *out);
void generate_zsh(struct out_writer *out);
void generate_fish(struct out_writer *out);
/* The classes of options; sim/lua/functions.d.lua has the functions that take them. */
void generate_luals(struct out_writer *out);

/* The commands of the help that are there. */
size_t generate_commands(const struct command **commands, size_t room);
#define GENERATE_COMMANDS_MAX 32

#endif
