/* tcpdump_icmp.c - what tcpdump says of ICMP errors. Source: print-icmp.c and print-icmp6.c of
 * tcpdump 4.99.3. */
#include "tcpdump_private.h"

#include "../../tcp/wire.h"

/* In order of the kinds; "%a": the address that the quoted packet went to, "%p": its port, "%m":
 * the MTU, "" : not of that family. */
static const char *const words[TCP_ICMP_KIND_COUNT][2] = {
    [TCP_ICMP_NETWORK_UNREACHABLE] = {"net %a unreachable",
                                      "destination unreachable, unreachable route %a"},
    [TCP_ICMP_HOST_UNREACHABLE] = {"host %a unreachable",
                                   "destination unreachable, unreachable address %a"},
    [TCP_ICMP_PROTOCOL_UNREACHABLE] = {"%a protocol 6 unreachable", ""},
    [TCP_ICMP_PORT_UNREACHABLE] = {"%a tcp port %p unreachable",
                                   "destination unreachable, unreachable port, %a tcp port %p"},
    [TCP_ICMP_FRAGMENTATION_NEEDED] = {"%a unreachable - need to frag%m", "packet too big%m"},
    [TCP_ICMP_SOURCE_ROUTE_FAILED] = {"%a unreachable - source route failed", ""},
    [TCP_ICMP_ADMINISTRATIVELY_PROHIBITED] =
        {"host %a unreachable - admin prohibited filter",
         "destination unreachable,  unreachable prohibited %a"},
    [TCP_ICMP_SOURCE_QUENCH] = {"source quench", ""},
    [TCP_ICMP_TTL_EXCEEDED] = {"time exceeded in-transit", "time exceeded in-transit for %a"},
    [TCP_ICMP_REASSEMBLY_TIME_EXCEEDED] = {"ip reassembly time exceeded",
                                           "time exceeded in-transit (reassembly)"},
    [TCP_ICMP_PARAMETER_PROBLEM] = {"parameter problem - octet 0",
                                    "parameter problem, erroneous - octet 0"},
};

static void put_mtu(struct out_writer *writer, const struct icmp_error *error)
{
    if (error->source.family == 6) {
        out_printf(writer, ", mtu %u", error->mtu);
    } else if (error->mtu != 0) {
        out_printf(writer, " (mtu %u)", error->mtu > UINT16_MAX ? UINT16_MAX : error->mtu);
    }
}

void tcpdump_put_icmp(struct out_writer *writer, const struct trace_icmp *icmp)
{
    const struct icmp_error *error = icmp->error;
    const bool is_ipv6 = error->source.family == 6;
    const struct tcp_endpoint *about = &icmp->segment->destination;
    char from[64], to[64], unreached[64];
    (void)wire_format_address(&error->source, from, sizeof from);
    (void)wire_format_address(&error->destination, to, sizeof to);
    (void)wire_format_address(&about->address, unreached, sizeof unreached);
    out_printf(writer, " %s %s > %s: %s ", is_ipv6 ? "IP6" : "IP", from, to,
               is_ipv6 ? "ICMP6," : "ICMP");
    for (const char *at = words[error->kind][is_ipv6]; *at != '\0'; at++) {
        if (*at != '%') {
            out_char(writer, *at);
            continue;
        }
        switch (*++at) {
        case 'a': out_text(writer, unreached); break;
        case 'p': out_printf(writer, "%u", (unsigned)about->port); break;
        case 'm': put_mtu(writer, error); break;
        default: break;
        }
    }
    out_printf(writer, ", length %u",
               icmp_packet_bytes(error, icmp->segment) -
                   (is_ipv6 ? WIRE_IPV6_HEADER_BYTES : WIRE_IPV4_HEADER_BYTES));
}
