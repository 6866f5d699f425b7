/* profile.c - the table of TCP option values, a column for each profile. What a column gives a host
 * is read from these very words: profile_values.c. */
#include "profile.h"

#define US UINT64_C(1000)
#define MS (1000 * US)
#define SECOND (1000 * MS)
#define MINUTE (60 * SECOND)
#define DAY (24 * 60 * MINUTE)

#define BUFFER_MAX (UINT64_C(1) << 30) /* the largest window that any scale can announce */
#define INITIAL_WINDOW_MAX 65535       /* times the largest MSS, still a uint32_t */

const char *const tcp_profile_names[TCP_PROFILES] = {"rfc9293", "linux", "freebsd"};

#define FIELD(field) offsetof(struct tcp_options, field), sizeof(((struct tcp_options *)0)->field)
#define ALWAYS SIZE_MAX
#define GIVEN(field) offsetof(struct tcp_options, field)

/* clang-format off */
#define SAME(text) {text, text, text}
#define ROW(name, type, ...) {name, TCP_OPTION_##type, __VA_ARGS__}
/* Named by the page, not there yet: no field. */
#define LATER(name, unit, rfc9293, linux_, freebsd, help, source) \
    {name, TCP_OPTION_LATER, 0, 0, SIZE_MAX, 0, 0, true, NULL, unit, {rfc9293, linux_, freebsd}, \
     help, source}

/* In the order of the scenario language's page. */
const struct tcp_option_row tcp_option_table[] = {
    ROW("iss", SEQ, FIELD(iss), GIVEN(has_iss), 0, UINT32_MAX, false, NULL, "number",
        SAME("RFC 6528"), "initial send sequence number of every connection",
        "RFC 9293 3.4.1, RFC 6528"),
    ROW("mss", SIZE, FIELD(mss), ALWAYS, 1, 65535, false, NULL, "octets",
        SAME("link MTU - 40 (IPv6: - 60)"), "maximum segment size that is announced",
        "RFC 9293 3.7.1, RFC 6691"),
    ROW("timestamps", BOOL, FIELD(timestamps), ALWAYS, 0, 1, true, NULL, "",
        {"false", "true", "true"}, "timestamps option: RTT by echo, PAWS", "RFC 7323 3, 5"),
    ROW("timestamp_clock", TIME, FIELD(timestamp_clock_ns), ALWAYS, MS, SECOND, false, NULL,
        "time", SAME("1ms"), "what one tick of the timestamps takes", "RFC 7323 5.4"),
    ROW("timestamp_offset", SEQ, FIELD(timestamp_offset), GIVEN(has_timestamp_offset), 0,
        UINT32_MAX, false, NULL, "ticks", SAME("RFC 6528's hash"),
        "timestamp at time 0; else each pair of sockets has its own", "RFC 7323 7.1"),
    ROW("missing_timestamp", CHOICE, FIELD(missing_timestamp), ALWAYS, 0, 1, false, "drop accept",
        "", {"drop", "accept", "drop"}, "a segment that lacks the agreed timestamps option",
        "RFC 7323 3.2"),
    ROW("syn_echo", CHOICE, FIELD(syn_echo), ALWAYS, 0, 1, false, "ignore reset", "",
        {"ignore", "reset", "ignore"},
        "an answer to our SYN that echoes a timestamp which was never sent: taken as any, or answered "
        "by a RST", "RFC 7323 3.2"),
    ROW("sack", BOOL, FIELD(sack), ALWAYS, 0, 1, true, NULL, "", {"false", "true", "true"},
        "selective acknowledgment", "RFC 2018"),
    ROW("window_scale", SHIFT, FIELD(window_scale), ALWAYS, 0, TCP_SCALE_MAX, true, NULL, "shift",
        {"false", "10", "6"}, "window scale; true: the smallest shift that covers recv_buffer",
        "RFC 7323 2"),
    ROW("option_layout", CHOICE, FIELD(option_layout), ALWAYS, 0, 2, false,
        "rfc9293 linux freebsd", "", {"rfc9293", "linux", "freebsd"},
        "order and padding of the TCP options", "RFC 7323 A"),
    ROW("recv_buffer", SIZE, FIELD(recv_buffer), ALWAYS, 1, BUFFER_MAX, false, NULL, "octets",
        {"65535", "131072, tuned; first window 64240 or 65160", "65536"},
        "room for what has arrived and is not read yet", "RFC 9293 3.8.6"),
    ROW("send_buffer", SIZE, FIELD(send_buffer), ALWAYS, 1, BUFFER_MAX, false, NULL, "octets",
        {"65535", "65536, tuned", "32768"},
        "room for what is sent and not acknowledged yet", "RFC 9293 3.10.2"),
    ROW("window", SIZE, FIELD(window), GIVEN(has_window), 0, 65535, false, NULL, "octets",
        SAME("-"), "exact value to advertise, for replays", "RFC 9293 3.1"),
    ROW("syn_window", SIZE, FIELD(syn_window), GIVEN(has_syn_window), 0, 65535, false, NULL,
        "octets", SAME("-"), "exact value to advertise on SYN segments, for replays",
        "RFC 9293 3.1"),
    ROW("congestion", CHOICE, FIELD(congestion), ALWAYS, 0, 0, false, "reno", "",
        {"reno", "cubic", "cubic"}, "congestion control (only reno is there yet)", "RFC 5681"),
    ROW("initial_window", COUNT, FIELD(initial_window), ALWAYS, 1, INITIAL_WINDOW_MAX, false,
        NULL, "segments", {"RFC 5681's", "10", "10"},
        "congestion window to begin with", "RFC 5681 3.1, RFC 6928"),
    ROW("nagle", BOOL, FIELD(nagle), ALWAYS, 0, 1, true, NULL, "",
        SAME("true"), "small segments wait while anything is unacknowledged", "RFC 9293 3.7.4"),
    ROW("delayed_ack", TIME, FIELD(delayed_ack_ns), ALWAYS, US, MINUTE, true, NULL, "time",
        {"200ms", "40ms, with quick ACKs", "40ms"},
        "how long an ACK may wait; every second full segment draws one at once",
        "RFC 9293 3.8.6.3"),
    ROW("rto_initial", TIME, FIELD(rto_initial_ns), ALWAYS, US, DAY, false, NULL, "time",
        SAME("1s"), "retransmission timeout before the first RTT sample", "RFC 6298 (2.1)"),
    ROW("rto_min", TIME, FIELD(rto_min_ns), ALWAYS, US, DAY, false, NULL, "time",
        {"1s", "200ms, added to SRTT", "230ms"}, "least retransmission timeout", "RFC 6298 (2.4)"),
    ROW("rto_max", TIME, FIELD(rto_max_ns), ALWAYS, US, DAY, false, NULL, "time",
        {"60s", "120s", "64s"}, "greatest retransmission timeout", "RFC 6298 (2.5)"),
    ROW("syn_retries", COUNT, FIELD(syn_retries), ALWAYS, 0, 255, false, NULL, "times",
        {"7", "6 (and 4 linear)", "12"}, "repetitions of a SYN before connect gives up",
        "RFC 9293 3.8.3"),
    ROW("synack_retries", COUNT, FIELD(synack_retries), ALWAYS, 0, 255, false, NULL, "times",
        {"7", "5", "3"}, "repetitions of a SYN,ACK before it is given up", "RFC 9293 3.8.3"),
    ROW("retries", COUNT, FIELD(retries), ALWAYS, 0, 255, false, NULL, "times", {"15", "15", "12"},
        "repetitions of data or FIN before the connection is given up (R2)", "RFC 9293 3.8.3"),
    ROW("msl", TIME, FIELD(msl_ns), ALWAYS, US, DAY, false, NULL, "time", {"2min", "30s", "30s"},
        "maximum segment lifetime; TIME-WAIT is twice it", "RFC 9293 3.4.2"),
    ROW("rfc1337", BOOL, FIELD(rfc1337), ALWAYS, 0, 1, true, NULL, "", {"false", "false", "true"},
        "a RST in TIME-WAIT is ignored", "RFC 1337 3"),
    ROW("time_wait_syn", CHOICE, FIELD(time_wait_syn), ALWAYS, 0, 3, false,
        "rfc6191 ack drop recycle", "", {"rfc6191", "ack", "recycle"},
        "a SYN that does not reopen: rfc6191 drops it if timestamps are on, else answers; recycle: a "
        "SYN beyond RCV.NXT ends TIME-WAIT whoever listens, another one is dropped",
        "RFC 6191 2, RFC 9293 3.6.1"),
    ROW("keepalive", KEEPALIVE, FIELD(keepalive_idle_ns), ALWAYS, US, 365 * DAY, true, NULL,
        "time, time, count", {"off", "off (2h, 75s, 9)", "off (2h, 75s, 8)"},
        "probes on an idle connection: { idle, interval, count }; what is left out is as in brackets, "
        "with true all of it",
        "RFC 9293 3.8.4"),
    ROW("user_timeout", TIME, FIELD(user_timeout_ns), ALWAYS, US, 365 * DAY, true, NULL, "time",
        SAME("off"), "the connection is aborted when data stay unacknowledged so long",
        "RFC 9293 3.8.3"),
    ROW("backlog", COUNT, FIELD(backlog), ALWAYS, 0, 65535, false, NULL, "connections",
        {"128", "4096", "128"}, "at most so many in SYN-RECEIVED, and so many not accepted yet",
        "RFC 9293 3.10.1"),
    ROW("syn_cookies", CHOICE, FIELD(syn_cookies), ALWAYS, 0, 2, true, "off auto on", "",
        {"off", "auto", "auto"},
        "a SYN is answered by a cookie, and nothing is kept: never, when the backlog is full, always",
        "RFC 4987 3.6"),
    ROW("defer_accept", COUNT, FIELD(defer_accept), ALWAYS, 0, 255, true, NULL, "times",
        SAME("off"),
        "a listener's handshake is complete only when text comes with its last ACK, or after so many "
        "timeouts; the SYN,ACK is not repeated meanwhile", "RFC 9293 3.10.7.4 fifth"),
    ROW("challenge_ack", BOOL, FIELD(challenge_ack), ALWAYS, 0, 1, true, NULL, "",
        SAME("true"), "a RST or SYN that is not exact draws an ACK", "RFC 5961 3, 4, 5"),
    ROW("challenge_ack_limit", ACK_LIMIT, offsetof(struct tcp_options, challenge_ack_limit),
        sizeof(uint64_t), ALWAYS, US, DAY, true, NULL, "count, time, per",
        {"off", "1 in 500ms a connection", "off"},
        "challenge ACKs, and ACKs of unacceptable segments without text, in a time: "
        "{ count, interval, per = \"connection\" or \"host\" }, or a number a second of the host",
        "RFC 5961 7"),
    LATER("rack", "", "off", "on", "off", "loss detection by time", "RFC 8985"),
    ROW("tlp", BOOL, FIELD(tlp), ALWAYS, 0, 1, true, NULL, "", {"false", "true", "false"},
        "tail loss probes, with SACK: two round trips after the last segment left one goes again, or a "
        "new one, before the retransmission timer counts", "RFC 8985 7"),
    LATER("prr", "", "off", "on", "on", "proportional rate reduction", "RFC 6937"),
    LATER("frto", "", "off", "on", "off", "detection of spurious timeouts", "RFC 5682"),
    LATER("hystart", "", "off", "on", "off", "leaves slow start when the delay grows", "RFC 9406"),
    ROW("dsack", BOOL, FIELD(dsack), ALWAYS, 0, 1, true, NULL, "", {"false", "true", "true"},
        "duplicates are reported in SACK", "RFC 2883"),
    ROW("ecn", CHOICE, FIELD(ecn), ALWAYS, 0, 3, true, "off passive on active", "",
        {"off", "passive", "passive"},
        "explicit congestion notification: never, if the peer asks for it, asked for (on and active "
        "are the same)", "RFC 3168"),
    ROW("fast_open", CHOICE, FIELD(fast_open), ALWAYS, 0, 3, true, "off client server both", "",
        {"off", "off", "off"},
        "data on the SYN, proven by a cookie: sent by connections, taken by listeners", "RFC 7413"),
    LATER("pacing", "", "off", "off", "off", "segments are spread over the RTT", "RFC 9293 3.8.2"),
    ROW("fin_ack", CHOICE, FIELD(fin_ack), ALWAYS, 0, 1, false, "at_once delayed", "",
        {"at once", "delayed", "at once"}, "when a FIN is acknowledged: at once, or as data are",
        "RFC 9293 3.10.7.4 eighth"),
    ROW("persist_probe", CHOICE, FIELD(persist_probe), ALWAYS, 0, 1, false, "octet empty", "",
        {"octet", "empty", "octet"},
        "probe of a zero window: one octet at SND.NXT, or empty with SEQ = SND.UNA - 1",
        "RFC 9293 3.8.6.1"),
    ROW("ttl", COUNT, FIELD(ttl), ALWAYS, 1, 255, false, NULL, "hops",
        SAME("64"), "time to live, or hop limit", "RFC 9293 3.9.2"),
    ROW("tos", COUNT, FIELD(tos), ALWAYS, 0, 255, false, NULL, "octet",
        SAME("0"), "type of service, or traffic class", "RFC 9293 3.9.2"),
    /* Beyond the page. */
    ROW("icmp_hard", CHOICE, FIELD(icmp_hard), ALWAYS, 0, 1, false, "abort report", "",
        {"abort", "report", "report"},
        "a hard ICMP error on a synchronized connection: aborts it, or is only reported",
        "RFC 9293 3.9.2.2, RFC 5461"),
    ROW("icmp_opening", CHOICE, FIELD(icmp_opening), ALWAYS, 0, 2, false, "abort syn_sent report",
        "", {"abort", "abort", "syn sent"},
        "a hard ICMP error while a connection opens: aborts it, aborts it in SYN-SENT alone, or is "
        "only reported", "RFC 9293 3.9.2.2, RFC 5461"),
    ROW("icmp_soft", CHOICE, FIELD(icmp_soft), ALWAYS, 0, 2, false, "report abort some", "",
        {"report", "abort", "some"},
        "a soft ICMP error while a connection opens: is only reported, or aborts it; some: an exceeded "
        "TTL or a prohibition aborts it in SYN-SENT",
        "RFC 9293 3.9.2.2, RFC 5461 4.1"),
    ROW("uto", BOOL, FIELD(uto), ALWAYS, 0, 1, true, NULL, "",
        SAME("false"), "the user timeout option is sent, and the peer's is taken", "RFC 5482"),
    ROW("uto_advertise", TIME, FIELD(uto_advertise_ns), ALWAYS, 1000 * MS, 365 * DAY, false, NULL,
        "time", SAME("5min"), "the user timeout that is advertised (ADV_UTO)", "RFC 5482 3.1"),
    ROW("uto_min", TIME, FIELD(uto_min_ns), ALWAYS, 1000 * MS, 365 * DAY, false, NULL, "time",
        SAME("100s"), "the least user timeout that is adopted (L_LIMIT)", "RFC 5482 3.1"),
    ROW("uto_max", TIME, FIELD(uto_max_ns), ALWAYS, 1000 * MS, 365 * DAY, false, NULL, "time",
        SAME("60min"), "the greatest user timeout that is adopted (U_LIMIT)", "RFC 5482 3.1"),
    ROW("urgent_pointer", CHOICE, FIELD(urgent_pointer), ALWAYS, 0, 1, false, "next last", "",
        SAME("next"), "what it names: the octet behind the last urgent one, or that one (RFC 1122)",
        "RFC 9293 3.8.5, RFC 6093"),
    ROW("pmtu_discovery", BOOL, FIELD(pmtu_discovery), ALWAYS, 0, 1, true, NULL, "",
        SAME("true"), "\"fragmentation needed\" lowers the path's MTU; else it is a hard error",
        "RFC 9293 3.7.2, RFC 1191, RFC 8201"),
    ROW("pmtu_raise", TIME, FIELD(pmtu_raise_ns), ALWAYS, US, DAY, true, NULL, "time",
        SAME("off"), "how long after it was lowered the path's MTU is tried at the link's again",
        "RFC 1191 6.3, RFC 8201 4"),

#include "profile_kernels.h"
};
/* clang-format on */
const size_t tcp_option_count = sizeof tcp_option_table / sizeof tcp_option_table[0];
