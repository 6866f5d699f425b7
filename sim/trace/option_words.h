/* option_words.h - the options of a host as words, NAME=VALUE, where they differ from a profile's:
 * written by who tells of a host, read by who makes one like it. */
#ifndef TCPSIM_TRACE_OPTION_WORDS_H
#define TCPSIM_TRACE_OPTION_WORDS_H

#include "../../tcp/profile.h"

#include <stddef.h>

#define OPTION_WORD_MAX 128 /* octets of one of them, its NUL too */

/* Which profile they differ from in the fewest options; of several the first. */
unsigned option_words_profile(const struct tcp_options *options);

/* The next option from *row on (0 at first) that is not the profile's, as "rto_min=1s"; its length,
 * 0: there is none. What may be off is "off"; parts of one option have '/' between them. */
size_t option_words_next(const struct tcp_options *options, unsigned profile, size_t *row,
                         char word[OPTION_WORD_MAX]);

/* Reads "profile=linux", which gives *options that profile's values (its MTU stays), or an option.
 * NULL, or what was expected, a static sentence. */
const char *option_word_read(const char *word, struct tcp_options *options);

/* NULL, or what is wrong with them together. */
const char *option_words_check(const struct tcp_options *options);

#endif
