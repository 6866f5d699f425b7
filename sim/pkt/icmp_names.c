/* icmp_names.c - ICMP's types and codes by the names that scripts use (RFC 792, 1122, 1812, 4443).
 */
#include "script.h"

#include <stdio.h>
#include <string.h>

struct named {
    uint8_t number;
    const char *name;
};

static const struct named unreachable_4[] = {{0, "net_unreachable"},
                                             {1, "host_unreachable"},
                                             {2, "protocol_unreachable"},
                                             {3, "port_unreachable"},
                                             {4, "frag_needed"},
                                             {5, "source_route_failed"},
                                             {6, "net_unknown"},
                                             {7, "host_unknown"},
                                             {8, "source_host_isolated"},
                                             {9, "net_prohibited"},
                                             {10, "host_prohibited"},
                                             {11, "net_unreachable_for_tos"},
                                             {12, "host_unreachable_for_tos"},
                                             {13, "packet_filtered"},
                                             {14, "precedence_violation"},
                                             {15, "precedence_cutoff"},
                                             {0, NULL}};
static const struct named types_4[] = {{0, "echo_reply"},          {3, "unreachable"},
                                       {4, "source_quench"},       {5, "redirect"},
                                       {8, "echo_request"},        {11, "time_exceeded"},
                                       {12, "parameter_problem"},  {13, "timestamp_request"},
                                       {14, "timestamp_reply"},    {15, "information_request"},
                                       {16, "information_reply"},  {17, "address_mask_request"},
                                       {18, "address_mask_reply"}, {0, NULL}};

static const struct named unreachable_6[] = {{0, "net_unreachable"},
                                             {0, "no_route"},
                                             {1, "admin_prohibited"},
                                             {2, "not_neighbour"},
                                             {3, "address_unreachable"},
                                             {4, "port_unreachable"},
                                             {0, NULL}};
static const struct named exceeded_6[] = {
    {0, "exceeded_hop_limit"}, {1, "exceeded_frag_time"}, {0, NULL}};
static const struct named problem_6[] = {
    {0, "header_field"}, {1, "unknown_next_header"}, {2, "unknown_option"}, {0, NULL}};
static const struct named types_6[] = {{1, "unreachable"},
                                       {2, "packet_too_big"},
                                       {3, "time_exceeded"},
                                       {4, "parameter_problem"},
                                       {128, "echo_request"},
                                       {129, "echo_reply"},
                                       {0, NULL}};

static const struct named nothing[] = {{0, NULL}};

static const struct named *codes_of(bool ipv6, uint8_t type)
{
    if (!ipv6) { return type == 3 ? unreachable_4 : nothing; }
    switch (type) {
    case 1: return unreachable_6;
    case 3: return exceeded_6;
    case 4: return problem_6;
    default: return nothing;
    }
}

static bool find(const struct named *names, const char *prefix, const char *name, uint8_t *number)
{
    const size_t len = strlen(prefix);
    if (strncmp(name, prefix, len) == 0 && name[len] >= '0' && name[len] <= '9') {
        unsigned value = 0;
        for (const char *at = name + len; *at != '\0'; at++) {
            if (*at < '0' || *at > '9' || value > UINT8_MAX) { return false; }
            value = value * 10 + (unsigned)(*at - '0');
        }
        *number = (uint8_t)value;
        return value <= UINT8_MAX;
    }
    for (; names->name != NULL; names++) {
        if (strcmp(names->name, name) == 0) {
            *number = names->number;
            return true;
        }
    }
    return false;
}

bool icmp_numbers(bool ipv6, const char *type, const char *code, uint8_t *type_number,
                  uint8_t *code_number)
{
    *code_number = 0;
    if (!find(ipv6 ? types_6 : types_4, "type_", type, type_number)) { return false; }
    return code == NULL || find(codes_of(ipv6, *type_number), "code_", code, code_number);
}
