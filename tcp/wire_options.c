/* wire_options.c - the TCP options as octets: one table, a row an option. To add one: a row with
 * its two functions, a kind in wire.h and a field in struct tcp_parsed_options. */
#include "wire.h"

#include <string.h>

static uint8_t put_head(uint8_t *octets, enum tcp_option_kind kind, uint8_t len)
{
    octets[0] = (uint8_t)kind;
    octets[1] = len;
    return len;
}

/* EOL and NOP say nothing. */
static bool parse_nothing(const uint8_t *octets, uint8_t len, struct tcp_parsed_options *parsed)
{
    (void)octets;
    (void)len;
    (void)parsed;
    return true;
}

static uint8_t write_eol(const struct tcp_parsed_options *values, uint8_t *octets)
{
    (void)values;
    octets[0] = TCP_OPT_EOL;
    return 1;
}

static uint8_t write_nop(const struct tcp_parsed_options *values, uint8_t *octets)
{
    (void)values;
    octets[0] = TCP_OPT_NOP;
    return 1;
}

/* RFC 9293 3.2. */
static bool parse_mss(const uint8_t *octets, uint8_t len, struct tcp_parsed_options *parsed)
{
    (void)len;
    parsed->has_mss = true;
    parsed->mss = wire_get16(octets + 2);
    return true;
}

static uint8_t write_mss(const struct tcp_parsed_options *values, uint8_t *octets)
{
    wire_put16(octets + 2, values->mss);
    return put_head(octets, TCP_OPT_MSS, 4);
}

/* RFC 7323 2.2; a shift above 14 is the receiver's to judge. */
static bool parse_wscale(const uint8_t *octets, uint8_t len, struct tcp_parsed_options *parsed)
{
    (void)len;
    parsed->has_wscale = true;
    parsed->wscale = octets[2];
    return true;
}

static uint8_t write_wscale(const struct tcp_parsed_options *values, uint8_t *octets)
{
    octets[2] = values->wscale;
    return put_head(octets, TCP_OPT_WSCALE, 3);
}

/* RFC 2018 2. */
static bool parse_sack_ok(const uint8_t *octets, uint8_t len, struct tcp_parsed_options *parsed)
{
    (void)octets;
    (void)len;
    parsed->has_sack_ok = true;
    return true;
}

static uint8_t write_sack_ok(const struct tcp_parsed_options *values, uint8_t *octets)
{
    (void)values;
    return put_head(octets, TCP_OPT_SACK_OK, 2);
}

/* RFC 2018 3: one to four blocks of two sequence numbers. */
static bool parse_sack(const uint8_t *octets, uint8_t len, struct tcp_parsed_options *parsed)
{
    if (len < 10 || (len - 2) % 8 != 0 || (len - 2) / 8 > 4) { return false; }
    parsed->sack_count = (uint8_t)((len - 2) / 8);
    for (unsigned i = 0; i < parsed->sack_count; i++) {
        parsed->sack[i].left = wire_get32(octets + 2 + 8 * i);
        parsed->sack[i].right = wire_get32(octets + 6 + 8 * i);
    }
    return true;
}

static uint8_t write_sack(const struct tcp_parsed_options *values, uint8_t *octets)
{
    unsigned count = values->sack_count <= 4 ? values->sack_count : 4;
    for (unsigned i = 0; i < count; i++) {
        wire_put32(octets + 2 + 8 * i, values->sack[i].left);
        wire_put32(octets + 6 + 8 * i, values->sack[i].right);
    }
    return put_head(octets, TCP_OPT_SACK, (uint8_t)(2 + 8 * count));
}

/* RFC 7323 3.2. */
static bool parse_timestamp(const uint8_t *octets, uint8_t len, struct tcp_parsed_options *parsed)
{
    (void)len;
    parsed->has_timestamp = true;
    parsed->ts_val = wire_get32(octets + 2);
    parsed->ts_ecr = wire_get32(octets + 6);
    return true;
}

static uint8_t write_timestamp(const struct tcp_parsed_options *values, uint8_t *octets)
{
    wire_put32(octets + 2, values->ts_val);
    wire_put32(octets + 6, values->ts_ecr);
    return put_head(octets, TCP_OPT_TIMESTAMP, 10);
}

/* RFC 5482 3.3: one bit of granularity, 15 of time. */
static bool parse_user_timeout(const uint8_t *octets, uint8_t len,
                               struct tcp_parsed_options *parsed)
{
    (void)len;
    parsed->has_user_timeout = true;
    parsed->user_timeout_minutes = (octets[2] & 0x80) != 0;
    parsed->user_timeout = wire_get16(octets + 2) & 0x7fff;
    return true;
}

static uint8_t write_user_timeout(const struct tcp_parsed_options *values, uint8_t *octets)
{
    const unsigned granularity = values->user_timeout_minutes ? 0x8000u : 0;
    wire_put16(octets + 2, (uint16_t)(granularity | (values->user_timeout & 0x7fffu)));
    return put_head(octets, TCP_OPT_USER_TIMEOUT, 4);
}

/* RFC 7413 4.1.1: no cookie (a request), or 4 to 16 octets, an even number; else the option is
 * ignored. */
static void take_cookie(const uint8_t *octets, uint8_t len, bool experiment,
                        struct tcp_parsed_options *parsed)
{
    if (len != 0 && (len < 4 || len > sizeof parsed->fast_open || len % 2 != 0)) { return; }
    parsed->has_fast_open = true;
    parsed->fast_open_experiment = experiment;
    parsed->fast_open_len = len;
    memcpy(parsed->fast_open, octets, len);
}

static bool parse_fast_open(const uint8_t *octets, uint8_t len, struct tcp_parsed_options *parsed)
{
    take_cookie(octets + 2, (uint8_t)(len - 2), false, parsed);
    return true;
}

/* RFC 6994: other experiments are stepped over. */
static bool parse_experiment(const uint8_t *octets, uint8_t len, struct tcp_parsed_options *parsed)
{
    if (len >= 4 && wire_get16(octets + 2) == WIRE_FAST_OPEN_EXPERIMENT) {
        take_cookie(octets + 4, (uint8_t)(len - 4), true, parsed);
    }
    return true;
}

static uint8_t write_fast_open(const struct tcp_parsed_options *values, uint8_t *octets)
{
    size_t cookie = values->fast_open_len <= sizeof values->fast_open ? values->fast_open_len
                                                                      : sizeof values->fast_open;
    memcpy(octets + 2, values->fast_open, cookie);
    return put_head(octets, TCP_OPT_FAST_OPEN, (uint8_t)(2 + cookie));
}

static uint8_t write_experiment(const struct tcp_parsed_options *values, uint8_t *octets)
{
    const uint8_t len = write_fast_open(values, octets + 2);
    wire_put16(octets + 2, WIRE_FAST_OPEN_EXPERIMENT);
    return put_head(octets, TCP_OPT_EXPERIMENT, (uint8_t)(len + 2));
}

const struct wire_option_row wire_option_table[] = {
    {TCP_OPT_EOL, 1, "eol", parse_nothing, write_eol},
    {TCP_OPT_NOP, 1, "nop", parse_nothing, write_nop},
    {TCP_OPT_MSS, 4, "mss", parse_mss, write_mss},
    {TCP_OPT_WSCALE, 3, "wscale", parse_wscale, write_wscale},
    {TCP_OPT_SACK_OK, 2, "sackOK", parse_sack_ok, write_sack_ok},
    {TCP_OPT_SACK, 0, "sack", parse_sack, write_sack},
    {TCP_OPT_TIMESTAMP, 10, "TS", parse_timestamp, write_timestamp},
    {TCP_OPT_USER_TIMEOUT, 4, "uto", parse_user_timeout, write_user_timeout},
    {TCP_OPT_FAST_OPEN, 0, "FO", parse_fast_open, write_fast_open},
    {TCP_OPT_EXPERIMENT, 0, "FOEXP", parse_experiment, write_experiment},
};
const size_t wire_option_count = sizeof wire_option_table / sizeof wire_option_table[0];

const struct wire_option_row *wire_option_by_kind(uint8_t kind)
{
    for (size_t i = 0; i < wire_option_count; i++) {
        if (wire_option_table[i].kind == kind) { return &wire_option_table[i]; }
    }
    return NULL;
}

bool wire_next_option(const uint8_t *octets, uint8_t len, uint8_t *at, uint8_t *kind,
                      const uint8_t **option, uint8_t *option_len)
{
    if (*at >= len) { return false; }
    const uint8_t *here = octets + *at;
    uint8_t left = (uint8_t)(len - *at);
    uint8_t size = 1;
    if (here[0] != TCP_OPT_EOL && here[0] != TCP_OPT_NOP) {
        if (left < 2 || here[1] < 2 || here[1] > left) {
            return false; /* *at stays before `len`: that tells an impossible length from the end */
        }
        size = here[1];
    }
    *kind = here[0];
    *option = here;
    *option_len = size;
    /* What follows the end of the list is padding (RFC 9293 3.1), whatever it holds. */
    *at = here[0] == TCP_OPT_EOL ? len : (uint8_t)(*at + size);
    return true;
}

void wire_parse_options(const uint8_t *octets, uint8_t len, struct tcp_parsed_options *parsed)
{
    memset(parsed, 0, sizeof *parsed);
    uint8_t at = 0;
    uint8_t kind = 0;
    uint8_t option_len = 0;
    const uint8_t *option = NULL;
    while (wire_next_option(octets, len, &at, &kind, &option, &option_len)) {
        const struct wire_option_row *row = wire_option_by_kind(kind);
        if (row == NULL) { continue; /* RFC 9293 MUST-6 */ }
        if ((row->length != 0 && row->length != option_len) ||
            !row->parse(option, option_len, parsed)) {
            parsed->malformed = true; /* RFC 9293 MUST-7 */
            return;
        }
    }
    parsed->malformed = at < len;
}

uint8_t wire_pad_options(uint8_t *octets, uint8_t len)
{
    while (len % 4 != 0) { octets[len++] = TCP_OPT_EOL; }
    return len;
}
