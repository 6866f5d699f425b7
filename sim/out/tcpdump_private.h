/* tcpdump_private.h - what the files of the output "tcpdump" share. */
#ifndef TCPSIM_OUT_TCPDUMP_PRIVATE_H
#define TCPSIM_OUT_TCPDUMP_PRIVATE_H

#include "output.h"

/* What tcpdump says behind the length of text from or to a port of HTTP: nothing for other ports,
 * else ": HTTP", with the request or status line where the text begins with one. */
void tcpdump_put_http(struct out_writer *writer, uint16_t from, uint16_t to, const uint8_t *text,
                      uint32_t len);

/* What stands behind the time in a line about an ICMP error. */
void tcpdump_put_icmp(struct out_writer *writer, const struct trace_icmp *icmp);

#endif
