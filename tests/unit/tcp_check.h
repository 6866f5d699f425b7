/* tcp_check.h - the invariants of a TCP host, read from its inner structures; for tests. */
#ifndef TCPSIM_TESTS_TCP_CHECK_H
#define TCPSIM_TESTS_TCP_CHECK_H

#include "../../tcp/tcp.h"

/* Between two entry points: NULL, or the rule that is broken. */
const char *tcp_check_host(struct tcp_host *host);

#endif
