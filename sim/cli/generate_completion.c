/* generate_completion.c - completion for bash, zsh and fish, from the tables of commands and
 * options. What an option's value may be is told by its name in the help. */
#include "generate.h"

#include <stdio.h>
#include <string.h>

/* ---- what can stand where ---- */

enum value_kind { VALUE_NONE, VALUE_ANY, VALUE_FILE, VALUE_FOLDER, VALUE_FORMAT, VALUE_WHEN };

static enum value_kind value_kind(const struct cli_option *option)
{
    if (option->value == NULL) { return VALUE_NONE; }
    if (strncmp(option->value, "NAME[=FILE]", 11) == 0) { return VALUE_FORMAT; }
    if (strcmp(option->value, "WHEN") == 0) { return VALUE_WHEN; }
    if (strstr(option->value, "FILE") != NULL) { return VALUE_FILE; }
    const bool folder = strcmp(option->value, "DIR") == 0 || strcmp(option->value, "FOLDER") == 0;
    return folder ? VALUE_FOLDER : VALUE_ANY;
}

static bool takes_files(const struct command *command)
{
    return strstr(command->usage, "FILE") != NULL || strstr(command->usage, "FOLDER") != NULL;
}

/* "auto always never" or the formats; "" when no words are known. */
static void put_values(struct out_writer *out, enum value_kind kind)
{
    if (kind == VALUE_WHEN) { out_text(out, "auto always never"); }
    if (kind != VALUE_FORMAT) { return; }
    const char *blank = "";
    for (size_t i = 0; i < output_format_count; i++) {
        if (output_formats[i]->binary) { continue; }
        out_printf(out, "%s%s", blank, output_formats[i]->name);
        blank = " ";
    }
}

static bool is_there(const struct cli_option *option) { return option->help != NULL; }

/* ---- bash ---- */

/* "--format|-o": the words after which such a value stands; false: there are none. */
static bool put_patterns(struct out_writer *out, const struct command *command,
                         enum value_kind kind)
{
    bool any = false;
    for (const struct cli_option *one = command->options; !cli_option_is_end(one); one++) {
        if (!is_there(one) || value_kind(one) != kind) { continue; }
        if (!any) { out_text(out, "        "); }
        if (one->name != NULL) { out_printf(out, "%s--%s", any ? " | " : "", one->name); }
        any = any || one->name != NULL;
        if (one->letter != '\0') { out_printf(out, "%s-%c", any ? " | " : "", one->letter); }
        any = true;
    }
    if (any) { out_text(out, ") "); }
    return any;
}

static void bash_command(struct out_writer *out, const struct command *command)
{
    out_printf(out, "    %s)\n        options='", command->name);
    const char *blank = "";
    for (const struct cli_option *one = command->options; !cli_option_is_end(one); one++) {
        if (!is_there(one)) { continue; }
        if (one->letter != '\0') {
            out_printf(out, "%s-%c", blank, one->letter);
            blank = " ";
        }
        if (one->name != NULL) {
            out_printf(out, "%s--%s", blank, one->name);
            blank = " ";
        }
    }
    out_printf(out, "'\n        arguments=%s\n        case $previous in\n",
               takes_files(command) ? "scenarios" : "none");
    static const enum value_kind words[] = {VALUE_FORMAT, VALUE_WHEN};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (put_patterns(out, command, words[i])) {
            out_text(out, "values='");
            put_values(out, words[i]);
            out_text(out, "' ;;\n");
        }
    }
    if (put_patterns(out, command, VALUE_FILE)) { out_text(out, "values=/files ;;\n"); }
    if (put_patterns(out, command, VALUE_FOLDER)) { out_text(out, "values=/folders ;;\n"); }
    if (put_patterns(out, command, VALUE_ANY)) { out_text(out, "values=/none ;;\n"); }
    out_text(out, "        esac\n        ;;\n");
}

void generate_bash(struct out_writer *out)
{
    const struct command *commands[GENERATE_COMMANDS_MAX];
    const size_t count = generate_commands(commands, GENERATE_COMMANDS_MAX);
    out_text(out, "# bash completion for tcpsim; made by tcpsim generate bash\n"
                  "_tcpsim() {\n"
                  "    local current=${COMP_WORDS[COMP_CWORD]} "
                  "previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
                  "    local command=${COMP_WORDS[1]} options= values= arguments=scenarios\n"
                  "    # --name=value comes as three words.\n"
                  "    if [ \"$current\" = = ]; then\n"
                  "        current=\n"
                  "    elif [ \"$previous\" = = ]; then\n"
                  "        previous=${COMP_WORDS[COMP_CWORD - 2]}\n"
                  "    fi\n"
                  "    COMPREPLY=()\n"
                  "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
                  "        options='");
    for (size_t i = 0; i < count; i++) { out_printf(out, "%s ", commands[i]->name); }
    out_text(out, "help --help --version'\n"
                  "        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$current\"\n"
                  "            compgen -f -X '!*.lua' -- \"$current\"; compgen -d -- "
                  "\"$current\")\n"
                  "        return\n"
                  "    fi\n"
                  "    case $command in\n"
                  "    help)\n"
                  "        arguments=none\n"
                  "        values='");
    for (size_t i = 0; i < count; i++) {
        out_printf(out, "%s%s", i > 0 ? " " : "", commands[i]->name);
    }
    out_text(out, "'\n        ;;\n");
    for (size_t i = 0; i < count; i++) { bash_command(out, commands[i]); }
    out_text(out, "    esac\n"
                  "    case $values:$current in\n"
                  "    /files:*) mapfile -t COMPREPLY < <(compgen -f -- \"$current\") ;;\n"
                  "    /folders:*) mapfile -t COMPREPLY < <(compgen -d -- \"$current\") ;;\n"
                  "    /none:*) ;;\n"
                  "    ?*:*) mapfile -t COMPREPLY < <(compgen -W \"$values\" -- \"$current\") ;;\n"
                  "    :-*) mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$current\") ;;\n"
                  "    *)\n"
                  "        [ $arguments = none ] ||\n"
                  "            mapfile -t COMPREPLY < <(compgen -f -X '!*.lua' -- \"$current\"\n"
                  "                compgen -d -- \"$current\")\n"
                  "        ;;\n"
                  "    esac\n"
                  "}\n"
                  "complete -o filenames -F _tcpsim tcpsim\n");
}

/* ---- zsh ---- */

/* Within single quotes, and within an option's [description]; a line break is a blank. */
static void put_zsh(struct out_writer *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("[]:\\", *text) != NULL) { out_char(out, '\\'); }
        if (*text == '\'') {
            out_text(out, "'\\''");
        } else {
            out_char(out, *text == '\n' ? ' ' : *text);
        }
    }
}

static void zsh_value(struct out_writer *out, const struct cli_option *option)
{
    if (option->value == NULL) { return; }
    const enum value_kind kind = value_kind(option);
    out_char(out, ':');
    put_zsh(out, option->value);
    out_char(out, ':');
    switch (kind) {
    case VALUE_FILE: out_text(out, "_files"); break;
    case VALUE_FOLDER: out_text(out, "_files -/"); break;
    case VALUE_FORMAT:
    case VALUE_WHEN:
        out_char(out, '(');
        put_values(out, kind);
        out_char(out, ')');
        break;
    case VALUE_NONE:
    case VALUE_ANY: out_char(out, ' '); break;
    }
}

static void zsh_option(struct out_writer *out, const struct cli_option *option)
{
    const bool value = option->value != NULL;
    /* Any of them may be given again. */
    if (option->letter != '\0') {
        out_printf(out, " \\\n        '*-%c%s[", option->letter, value ? "+" : "");
        put_zsh(out, option->help);
        out_char(out, ']');
        zsh_value(out, option);
        out_char(out, '\'');
    }
    if (option->name != NULL) {
        out_printf(out, " \\\n        '*--%s%s[", option->name, value ? "=" : "");
        put_zsh(out, option->help);
        out_char(out, ']');
        zsh_value(out, option);
        out_char(out, '\'');
    }
}

void generate_zsh(struct out_writer *out)
{
    const struct command *commands[GENERATE_COMMANDS_MAX];
    const size_t count = generate_commands(commands, GENERATE_COMMANDS_MAX);
    out_text(out, "#compdef tcpsim\n"
                  "# zsh completion for tcpsim; made by tcpsim generate zsh\n"
                  "_tcpsim() {\n"
                  "    local -a commands\n"
                  "    commands=(\n");
    for (size_t i = 0; i < count; i++) {
        out_printf(out, "        '%s:", commands[i]->name);
        put_zsh(out, commands[i]->help);
        out_text(out, "'\n");
    }
    out_text(out, "        'help:the help, or that of a command'\n"
                  "    )\n"
                  "    if (( CURRENT == 2 )); then\n"
                  "        _describe -t commands command commands\n"
                  "        _files -g '*.lua'\n"
                  "        return\n"
                  "    fi\n"
                  "    local command=$words[2]\n"
                  "    shift words\n"
                  "    (( CURRENT-- ))\n"
                  "    case $command in\n"
                  "    help) _describe -t commands command commands ;;\n");
    for (size_t i = 0; i < count; i++) {
        out_printf(out, "    %s)\n        _arguments -s", commands[i]->name);
        const struct cli_option *one = commands[i]->options;
        for (; !cli_option_is_end(one); one++) {
            if (is_there(one)) { zsh_option(out, one); }
        }
        if (takes_files(commands[i])) {
            out_text(out, " \\\n        '*:scenario:_files -g \"*.lua\"'");
        }
        out_text(out, "\n        ;;\n");
    }
    out_text(out, "    *) _files -g '*.lua' ;;\n"
                  "    esac\n"
                  "}\n"
                  "_tcpsim \"$@\"\n");
}

/* ---- fish ---- */

static void put_fish(struct out_writer *out, const char *text)
{
    out_char(out, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'' || *text == '\\') { out_char(out, '\\'); }
        out_char(out, *text == '\n' ? ' ' : *text);
    }
    out_char(out, '\'');
}

static void fish_option(struct out_writer *out, const char *command,
                        const struct cli_option *option)
{
    out_printf(out, "complete -c tcpsim -n '__fish_seen_subcommand_from %s'", command);
    if (option->letter != '\0') { out_printf(out, " -s %c", option->letter); }
    if (option->name != NULL) { out_printf(out, " -l %s", option->name); }
    switch (value_kind(option)) {
    case VALUE_NONE: break;
    case VALUE_ANY: out_text(out, " -x"); break;
    case VALUE_FILE: out_text(out, " -r -F"); break;
    case VALUE_FOLDER: out_text(out, " -x -a '(__fish_complete_directories)'"); break;
    case VALUE_FORMAT:
    case VALUE_WHEN:
        out_text(out, " -x -a '");
        put_values(out, value_kind(option));
        out_char(out, '\'');
        break;
    }
    out_text(out, " -d ");
    put_fish(out, option->help);
    out_char(out, '\n');
}

void generate_fish(struct out_writer *out)
{
    const struct command *commands[GENERATE_COMMANDS_MAX];
    const size_t count = generate_commands(commands, GENERATE_COMMANDS_MAX);
    out_text(out, "# fish completion for tcpsim; made by tcpsim generate fish\n");
    for (size_t i = 0; i < count; i++) {
        out_printf(out, "complete -c tcpsim -n __fish_use_subcommand -a %s -d ", commands[i]->name);
        put_fish(out, commands[i]->help);
        out_char(out, '\n');
    }
    out_text(out, "complete -c tcpsim -n __fish_use_subcommand -a help -d 'the help, or that of a "
                  "command'\n"
                  "complete -c tcpsim -n '__fish_seen_subcommand_from help' -f -a '");
    for (size_t i = 0; i < count; i++) {
        out_printf(out, "%s%s", i > 0 ? " " : "", commands[i]->name);
    }
    out_text(out, "'\n");
    for (size_t i = 0; i < count; i++) {
        const char *name = commands[i]->name;
        if (!takes_files(commands[i])) {
            out_printf(out, "complete -c tcpsim -n '__fish_seen_subcommand_from %s' -f\n", name);
        }
        const struct cli_option *one = commands[i]->options;
        for (; !cli_option_is_end(one); one++) {
            if (is_there(one)) { fish_option(out, name, one); }
        }
    }
}
