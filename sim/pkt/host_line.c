/* host_line.c - `: tcpsim NAME=VALUE …`, a command that does nothing for a shell: the host of the
 * run that the script was written of. The options stand for all that sysctls and socket options
 * have set, also of sockets that have no connection yet. From then on segments that come at one
 * instant are one batch, as they are in a run. */
#include "run.h"

#include "../trace/option_words.h"

/* Only what is not named on the command line: --profile asks what another TCP would do. */
static void use_options(struct pkt *pkt, const struct tcp_options *options)
{
    pkt->options = *options;
    if (pkt->host != NULL) { tcp_host_set_options(host_tcp(pkt->host), options); }
    for (struct fd *fd = pkt->fds; fd != NULL; fd = fd->next) {
        if (!fd->closed && fd->kind == FD_SOCKET && fd->socket == NULL) { fd->options = *options; }
    }
}

bool host_line_run(struct pkt *pkt, const char *const *words, size_t count, uint32_t line)
{
    struct tcp_options options = pkt->options;
    for (size_t i = 0; i < count; i++) {
        const char *expected = option_word_read(words[i], &options);
        if (expected != NULL) {
            pkt_unsupported(pkt, line, "%s: expected %s", words[i], expected);
            return false;
        }
    }
    const char *wrong = option_words_check(&options);
    if (wrong != NULL) {
        pkt_unsupported(pkt, line, "options that contradict each other: expected %s", wrong);
        return false;
    }
    pkt->as_run = true;
    if (pkt->config.profile == NULL) { use_options(pkt, &options); }
    return true;
}
