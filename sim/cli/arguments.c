/* arguments.c - the options of a command, read from its table: --name VALUE, --name=VALUE, -n
 * VALUE, -nVALUE, -vq; options and paths in any order; after "--" only paths. */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define OPTIONS_MAX 64

void arguments_begin(struct arguments *arguments, const struct command *command, int argc,
                     char **argv)
{
    *arguments = (struct arguments){.command = command, .argc = argc, .argv = argv};
}

static int wrong_name(const struct arguments *arguments, const char *typed, size_t len)
{
    const char *names[OPTIONS_MAX];
    size_t count = 0;
    const struct cli_option *one = arguments->command->options;
    for (; !cli_option_is_end(one) && count < OPTIONS_MAX; one++) {
        if (one->name != NULL) { names[count++] = one->name; }
    }
    char name[64];
    const char *near = NULL;
    if (len < sizeof name) {
        memcpy(name, typed, len);
        name[len] = '\0';
        near = nearest_name(name, names, count);
    }
    const char *command = arguments->command->name;
    if (near != NULL) {
        (void)cli_error("unknown option \"--%.*s\" of %s; did you mean \"--%s\"?", (int)len, typed,
                        command, near);
    } else {
        (void)cli_error("unknown option \"--%.*s\" of %s; see tcpsim %s --help", (int)len, typed,
                        command, command);
    }
    return ARGUMENT_WRONG;
}

/* "--name" or "-n", for messages. */
static int not_there(const struct cli_option *option)
{
    if (option->name != NULL) {
        (void)cli_error("--%s is not there yet", option->name);
    } else {
        (void)cli_error("-%c is not there yet", option->letter);
    }
    return ARGUMENT_WRONG;
}

/* packetdrill writes --ip_version what is --ip-version here. */
static bool same_name(const char *name, const char *typed, size_t len)
{
    if (strlen(name) != len) { return false; }
    for (size_t i = 0; i < len; i++) {
        if ((typed[i] == '_' ? '-' : typed[i]) != name[i]) { return false; }
    }
    return true;
}

static int long_option(struct arguments *arguments, const char *text, const char **value)
{
    const size_t len = strcspn(text, "=");
    const struct cli_option *option = NULL;
    const struct cli_option *one = arguments->command->options;
    for (; !cli_option_is_end(one); one++) {
        if (one->name != NULL && same_name(one->name, text, len)) { option = one; }
    }
    if (option == NULL) { return wrong_name(arguments, text, len); }
    if (option->help == NULL) { return not_there(option); }
    if (option->value == NULL) {
        if (text[len] == '=') {
            (void)cli_error("--%s takes no value", option->name);
            return ARGUMENT_WRONG;
        }
        return option->id;
    }
    if (text[len] == '=') {
        *value = text + len + 1;
    } else if (arguments->at < arguments->argc) {
        *value = arguments->argv[arguments->at++];
    } else {
        (void)cli_error("--%s needs a value: --%s %s", option->name, option->name, option->value);
        return ARGUMENT_WRONG;
    }
    return option->id;
}

static int letter_option(struct arguments *arguments, const char **value)
{
    const char letter = *arguments->letters++;
    const struct cli_option *option = NULL;
    const struct cli_option *one = arguments->command->options;
    for (; !cli_option_is_end(one); one++) {
        if (one->letter == letter) { option = one; }
    }
    if (option == NULL) {
        (void)cli_error("unknown option \"-%c\" of %s; see tcpsim %s --help", letter,
                        arguments->command->name, arguments->command->name);
        return ARGUMENT_WRONG;
    }
    if (option->help == NULL) { return not_there(option); }
    if (option->value == NULL) { return option->id; }
    if (*arguments->letters != '\0') {
        *value = arguments->letters;
    } else if (arguments->at < arguments->argc) {
        *value = arguments->argv[arguments->at++];
    } else {
        (void)cli_error("-%c needs a value: -%c %s", letter, letter, option->value);
        return ARGUMENT_WRONG;
    }
    arguments->letters = NULL;
    return option->id;
}

int arguments_next(struct arguments *arguments, const char **value)
{
    *value = NULL;
    if (arguments->letters != NULL && *arguments->letters != '\0') {
        return letter_option(arguments, value);
    }
    arguments->letters = NULL;
    if (arguments->at >= arguments->argc) { return ARGUMENT_END; }
    const char *text = arguments->argv[arguments->at++];
    if (arguments->only_paths || text[0] != '-' || text[1] == '\0') {
        *value = text;
        return ARGUMENT_PATH;
    }
    if (text[1] != '-') {
        arguments->letters = text + 1;
        return letter_option(arguments, value);
    }
    if (text[2] == '\0') {
        arguments->only_paths = true;
        return arguments_next(arguments, value);
    }
    return long_option(arguments, text + 2, value);
}

bool arguments_number(const char *what, const char *text, uint64_t min, uint64_t max,
                      uint64_t *value)
{
    char *end = NULL;
    errno = 0;
    const unsigned long long number = strtoull(text, &end, 10);
    /* strtoull takes signs and blanks before the number; here they are mistakes. */
    const bool is_number = text[0] >= '0' && text[0] <= '9' && *end == '\0';
    if (!is_number || errno != 0 || number < min || number > max) {
        (void)cli_error("%s: \"%s\" is not a whole number from %llu to %llu", what, text,
                        (unsigned long long)min, (unsigned long long)max);
        return false;
    }
    *value = number;
    return true;
}
