/* generate_man.c - the man page tcpsim(1), from the tables of commands and options. */
#include "generate.h"

#include <string.h>

/* Text of a line: nothing in it is taken for a request or an escape, and hyphens stay hyphens. */
static void put_escaped(struct out_writer *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (i == 0 && (text[i] == '.' || text[i] == '\'')) { out_text(out, "\\&"); }
        switch (text[i]) {
        case '\\': out_text(out, "\\e"); break;
        case '-': out_text(out, "\\-"); break;
        case '\'': out_text(out, "\\(aq"); break;
        case '^': out_text(out, "\\(ha"); break;
        case '~': out_text(out, "\\(ti"); break;
        case '`': out_text(out, "\\(ga"); break;
        default: out_char(out, text[i]);
        }
    }
}

static void put_words(struct out_writer *out, const char *text)
{
    put_escaped(out, text, strlen(text));
}

/* Lines that are set in begin with blanks and stand as they are; the others are filled. */
static void put_paragraphs(struct out_writer *out, const char *text)
{
    bool as_it_is = false;
    while (*text != '\0') {
        const size_t len = strcspn(text, "\n");
        const bool set_in = text[0] == ' ';
        if (set_in != as_it_is) { out_text(out, set_in ? ".PP\n.EX\n" : ".EE\n.PP\n"); }
        as_it_is = set_in;
        if (len == 0) {
            out_text(out, ".PP\n");
        } else {
            put_escaped(out, text, len);
            out_char(out, '\n');
        }
        text += len + (text[len] == '\n');
    }
    if (as_it_is) { out_text(out, ".EE\n"); }
}

static void put_option(struct out_writer *out, const struct cli_option *option)
{
    out_text(out, ".TP\n");
    if (option->letter != '\0') { out_printf(out, "\\fB\\-%c\\fR", option->letter); }
    if (option->name != NULL) {
        out_text(out, option->letter != '\0' ? ", \\fB\\-\\-" : "\\fB\\-\\-");
        put_words(out, option->name);
        out_text(out, "\\fR");
    }
    if (option->value != NULL) {
        out_text(out, " \\fI");
        put_words(out, option->value);
        out_text(out, "\\fR");
    }
    out_char(out, '\n');
    /* The help's own line breaks are those of a terminal. */
    put_paragraphs(out, option->help);
}

static void put_command(struct out_writer *out, const struct command *command)
{
    out_text(out, ".SS tcpsim ");
    put_words(out, command->name);
    out_char(out, ' ');
    put_words(out, command->usage);
    out_char(out, '\n');
    put_words(out, command->help);
    out_text(out, ".\n");
    if (command->details != NULL) {
        out_text(out, ".PP\n");
        put_paragraphs(out, command->details);
    }
    for (const struct cli_option *one = command->options; !cli_option_is_end(one); one++) {
        if (one->help != NULL) { put_option(out, one); }
    }
    out_text(out, ".PP\nExamples:\n");
    put_paragraphs(out, command->examples);
}

void generate_man(struct out_writer *out)
{
    const struct command *commands[GENERATE_COMMANDS_MAX];
    const size_t count = generate_commands(commands, GENERATE_COMMANDS_MAX);
    out_text(out, ".\\\" Made by tcpsim generate man.\n"
                  ".TH TCPSIM 1 \"\" \"tcpsim " TCPSIM_VERSION "\" \"User Commands\"\n"
                  ".SH NAME\n"
                  "tcpsim \\- a deterministic, scriptable, segment\\-exact TCP simulator\n"
                  ".SH SYNOPSIS\n"
                  ".B tcpsim\n"
                  ".I COMMAND\n"
                  "[options] [\\fIFILE\\fR or \\fIFOLDER\\fR ...]\n"
                  ".br\n"
                  ".B tcpsim\n"
                  ".I FILE\n"
                  ".SH DESCRIPTION\n"
                  "Plays scenarios in simulated time: hosts that run the whole state machine of\n"
                  "RFC 9293, links, applications, and segments that are lost, delayed or forged.\n"
                  "It prints what happened and says whether all held that the scenario expected.\n"
                  "The same scenario and seed give the same run, to the nanosecond and the octet.\n"
                  ".PP\n"
                  "\\fBtcpsim\\fR \\fIFILE\\fR is \\fBtcpsim run\\fR \\fIFILE\\fR.\n"
                  ".SH COMMANDS\n");
    for (size_t i = 0; i < count; i++) { put_command(out, commands[i]); }
    out_text(out, ".SH EXIT STATUS\n"
                  ".TP\n0\nall held\n"
                  ".TP\n1\nan expectation or an invariant failed, or an application did not "
                  "finish\n"
                  ".TP\n2\nusage, script or file error\n"
                  ".TP\n3\na limit was reached\n"
                  ".TP\n130\ninterrupted\n"
                  ".SH ENVIRONMENT\n"
                  ".TP\n.B TCPSIM_SEED\nthe seed, where \\-\\-seed is not given\n"
                  ".TP\n.B TCPSIM_PATH\nfolders, separated by colons, where require looks too\n"
                  ".TP\n.B NO_COLOR\nno colours, where \\-\\-color is auto\n"
                  ".SH SEE ALSO\n"
                  "The scenario language, a tutorial and the scenarios that come with the program\n"
                  "are in the folder \\fIshare/doc/tcpsim\\fR of the installation.\n");
}
