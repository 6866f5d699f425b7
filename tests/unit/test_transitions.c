/* test_transitions.c - every row of rfc9293-transitions.tsv is a test named by its id: the
 * conversation in tests/data/conformance/transitions.txt that proves it and is counted as that row
 * by the state machine, or the reason why it is not run. */
#include "../../tcp/marks.h"
#include "cmocka_wrapper.h"
#include "dialogue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 600
#define TEXT_MAX 2048

struct row {
    char id[8];
    char next_state[24];
    char state[48]; /* with its variant: "ESTABLISHED/data" */
    char script[TEXT_MAX];
    char reason[160]; /* why it is not run */
    enum tcp_state state_of_row;
    bool marked;
    enum tcp_row mark; /* what the state machine counts there */
    bool later;
    bool seen;
};

static struct row *find_row(struct row *rows, size_t count, const char *id)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].id, id) == 0) { return &rows[i]; }
    }
    return NULL;
}

/* ---- the way to each state ---- */

static const struct {
    const char *state;
    const char *way;
    int nxt, una, rcv;
} ways[] = {
    {"CLOSED", "", 0, 0, 0},
    {"LISTEN", "listen", 0, 0, 0},
    {"SYN-SENT", "open; > S 0:0(0)", 1, 0, 0},
    {"SYN-RECEIVED", "listen; < S 0:0(0) <mss 1460>; > S. 0:0(0) ack 1", 1, 0, 1},
    {"SYN-RECEIVED/active", "open; > S 0:0(0); < S 0:0(0) <mss 1460>; > S. 0:0(0) ack 1", 1, 0, 1},
    {"ESTABLISHED", "open; > S 0:0(0); < S. 0:0(0) ack 1 <mss 1460>; > . 1:1(0) ack 1", 1, 1, 1},
    {"FIN-WAIT-1", "@ESTABLISHED; close; > F. 1:1(0) ack 1", 2, 1, 1},
    {"FIN-WAIT-2", "@FIN-WAIT-1; < . 1:1(0) ack 2", 2, 2, 1},
    {"CLOSE-WAIT", "@ESTABLISHED; < F. 1:1(0) ack 1; > . 1:1(0) ack 2", 1, 1, 2},
    {"CLOSING", "@FIN-WAIT-1; < F. 1:1(0) ack 1; > . 2:2(0) ack 2", 2, 1, 2},
    {"LAST-ACK", "@CLOSE-WAIT; close; > F. 1:1(0) ack 2", 2, 1, 2},
    {"TIME-WAIT", "@FIN-WAIT-2; < F. 1:1(0) ack 2; > . 2:2(0) ack 2", 2, 2, 2},
    /* five octets, not acknowledged */
    {"ESTABLISHED/data", "@ESTABLISHED; send 5; > P. 1:6(5) ack 1", 6, 1, 1},
    {"FIN-WAIT-1/data", "@ESTABLISHED/data; close; > F. 6:6(0) ack 1", 7, 1, 1},
    {"CLOSE-WAIT/data", "@CLOSE-WAIT; send 5; > P. 1:6(5) ack 2", 6, 1, 2},
    {"CLOSING/data", "@FIN-WAIT-1/data; < F. 1:1(0) ack 1; > . 7:7(0) ack 2", 7, 1, 2},
    {"LAST-ACK/data", "@CLOSE-WAIT/data; close; > F. 6:6(0) ack 2", 7, 1, 2},
    /* closed while data wait for the window */
    {"FIN-WAIT-1/queued",
     "@ESTABLISHED; < . 1:1(0) ack 1 win 3; send 5; +200ms; > . 1:4(3) ack 1; close", 4, 1, 1},
    /* timestamps are on; the peer's last was 50 */
    {"SYN-RECEIVED/ts",
     "option timestamps 1; option timestamp_offset 7; listen; < S 0:0(0) <TS val 50 ecr 0>; > S. "
     "0:0(0) ack 1",
     1, 0, 1},
    {"ESTABLISHED/ts",
     "option timestamps 1; option timestamp_offset 7; open; > S 0:0(0); < S. 0:0(0) ack 1 <TS val "
     "50 ecr 7>; > . 1:1(0) ack 1",
     1, 1, 1},
    {"FIN-WAIT-1/ts", "@ESTABLISHED/ts; close; > F. 1:1(0) ack 1", 2, 1, 1},
    {"FIN-WAIT-2/ts", "@FIN-WAIT-1/ts; < . 1:1(0) ack 2 <TS val 50 ecr 7>", 2, 2, 1},
    {"CLOSE-WAIT/ts", "@ESTABLISHED/ts; < F. 1:1(0) ack 1 <TS val 50 ecr 7>; > . 1:1(0) ack 2", 1,
     1, 2},
    {"CLOSING/ts", "@FIN-WAIT-1/ts; < F. 1:1(0) ack 1 <TS val 50 ecr 7>; > . 2:2(0) ack 2", 2, 1,
     2},
    {"LAST-ACK/ts", "@CLOSE-WAIT/ts; close; > F. 1:1(0) ack 2", 2, 1, 2},
    {"TIME-WAIT/ts", "@FIN-WAIT-2/ts; < F. 1:1(0) ack 2 <TS val 50 ecr 7>; > . 2:2(0) ack 2", 2, 2,
     2},
    /* a listener stands beside it, and the user has let go */
    {"TIME-WAIT/listener",
     "listen; < S 0:0(0) <mss 1460>; > S. 0:0(0) ack 1; < . 1:1(0) ack 1; accept; close; > F. "
     "1:1(0) ack 1; < . 1:1(0) ack 2; < F. 1:1(0) ack 2; > . 2:2(0) ack 2; +1s; release",
     2, 2, 2},
    /* our receive window is zero */
    {"ESTABLISHED/shut",
     "option recv_buffer 5; @ESTABLISHED; < P. 1:6(5) ack 1; +200ms; > . 1:1(0) ack 6 win 0", 1, 1,
     6},
    {"ESTABLISHED/shut/data", "@ESTABLISHED/shut; send 5; > P. 1:6(5) ack 6", 6, 1, 6},
    {"FIN-WAIT-1/shut", "@ESTABLISHED/shut; close; > F. 1:1(0) ack 6", 2, 1, 6},
    {"FIN-WAIT-2/shut", "@FIN-WAIT-1/shut; < . 6:6(0) ack 2", 2, 2, 6},
    {"CLOSE-WAIT/shut",
     "option recv_buffer 5; @ESTABLISHED; < FP. 1:5(4) ack 1; > . 1:1(0) ack 6 win 0", 1, 1, 6},
    {"CLOSING/shut",
     "option recv_buffer 5; @FIN-WAIT-1; < FP. 1:5(4) ack 1; > . 2:2(0) ack 6 win 0", 2, 1, 6},
    {"LAST-ACK/shut", "@CLOSE-WAIT/shut; close; > F. 1:1(0) ack 6", 2, 1, 6},
    {"TIME-WAIT/shut",
     "option recv_buffer 5; @FIN-WAIT-2; < FP. 1:5(4) ack 2; > . 2:2(0) ack 6 win 0", 2, 2, 6},
};

/* "/793", "/uto", … set an option before the state's own way. */
static const struct {
    const char *suffix, *option;
} variants[] = {
    {"/793", "option challenge_ack 0;"},
    {"/uto", "option user_timeout 5s;"},
    {"/retries", "option syn_retries 2; option synack_retries 2; option retries 2;"},
    {"/keepalive", "option keepalive 5s;"},
    {"/1337", "option rfc1337 1;"},
    {"/6191", "option time_wait_syn 2;"},
    {"/5461", "option icmp_hard 1;"},
};

static int way_index(const char *state, size_t len)
{
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        if (strlen(ways[i].state) == len && strncmp(ways[i].state, state, len) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static void append(char *text, const char *more, size_t len)
{
    const size_t used = strlen(text);
    assert_true(used + len + 1 < TEXT_MAX);
    memcpy(text + used, more, len);
    text[used + len] = '\0';
}

static void append_way(char *text, int index)
{
    const char *way = ways[index].way;
    const char *at = strchr(way, '@');
    if (at != NULL) {
        append(text, way, (size_t)(at - way));
        const size_t len = strcspn(at + 1, ";");
        const int before = way_index(at + 1, len);
        assert_true(before >= 0);
        append_way(text, before);
        way = at + 1 + len;
    }
    append(text, way, strlen(way));
}

/* Replaces {N+5} and "=>". */
static void append_script(char *text, const struct row *row, int index)
{
    for (const char *at = row->script; *at != '\0';) {
        char number[24];
        if (*at == '{') {
            const int base = at[1] == 'N'   ? ways[index].nxt
                             : at[1] == 'U' ? ways[index].una
                                            : ways[index].rcv;
            const long offset = strtol(at + 2, NULL, 10);
            (void)snprintf(number, sizeof number, "%u", (unsigned)((long)base + offset));
            append(text, number, strlen(number));
            at = strchr(at, '}') + 1;
        } else if (at[0] == '=' && at[1] == '>') {
            if (strcmp(row->next_state, "continue") != 0) {
                append(text, "state ", 6);
                append(text, row->next_state, strlen(row->next_state));
            }
            at += 2;
        } else {
            append(text, at, 1);
            at++;
        }
    }
}

static void build(const struct row *row, char *text)
{
    char state[48];
    (void)snprintf(state, sizeof state, "%s", row->state);
    text[0] = '\0';
    for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++) {
        char *suffix = strstr(state, variants[i].suffix);
        if (suffix != NULL) {
            *suffix = '\0';
            append(text, variants[i].option, strlen(variants[i].option));
        }
    }
    const int index = way_index(state, strlen(state));
    if (index < 0) { fail_msg("no way to the state %s", row->state); }
    append_way(text, index);
    append(text, "\n", 1);
    append_script(text, row, index);
    if (strstr(row->script, "=>") == NULL && strcmp(row->next_state, "continue") != 0) {
        append(text, "\nstate ", 7);
        append(text, row->next_state, strlen(row->next_state));
    }
}

static void run_row(void **state)
{
    const struct row *row = *state;
    if (row->reason[0] != '\0') {
        print_message("%s %s: %s\n", row->id, row->later ? "waits" : "cannot be", row->reason);
        return;
    }
    if (!row->seen) { fail_msg("%s has no conversation in transitions.txt", row->id); }
    char text[TEXT_MAX];
    char error[1024] = "";
    build(row, text);
    struct tcp_marks marks = {0};
    if (!dialogue_run_marked(text, &marks, error, sizeof error)) {
        fail_msg("%s: %s\n%s", row->id, error, text);
    }
    /* STATUS is counted where the user asks: the tests here ask at every line. */
    if (row->marked && row->mark != TCP_ROW_STATUS &&
        marks.rows[row->state_of_row][row->mark] == 0) {
        fail_msg("%s was not counted as %s in %s\n%s", row->id, tcp_row_name(row->mark),
                 tcp_state_name(row->state_of_row), text);
    }
}

/* ---- reading the two files ---- */

static void read_table(const char *path, struct row *rows, size_t *count)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char line[4096];
    while (fgets(line, sizeof line, file) != NULL) {
        char *columns[9];
        size_t n = 0;
        for (char *at = line; n < 9 && at != NULL; n++) {
            columns[n] = at;
            at = strchr(at, '\t');
            if (at != NULL) { *at++ = '\0'; }
        }
        if (n < 9 || strncmp(columns[6], "id", 2) == 0) { continue; }
        columns[6][strcspn(columns[6], "\t\r\n")] = '\0';
        assert_true(*count < ROWS_MAX);
        struct row *row = &rows[(*count)++];
        (void)snprintf(row->id, sizeof row->id, "%s", columns[6]);
        assert_true(tcp_state_from_name(columns[0], &row->state_of_row));
        row->marked = tcp_row_from_name(columns[7], &row->mark);
        (void)snprintf(row->next_state, sizeof row->next_state, "%s", columns[4]);
    }
    (void)fclose(file);
}

/* Gives the next id of "T001-T003 T009" in `id`; false at the end of the words that are ids. */
static bool next_id(char **at, char id[8], unsigned *from, unsigned *to)
{
    if (*from > *to) {
        *at += strspn(*at, " ");
        char *end = *at;
        if (**at != 'T' || (*at)[1] < '0' || (*at)[1] > '9') { return false; }
        *from = (unsigned)strtoul(*at + 1, &end, 10);
        *to = *from;
        if (*end == '-') { *to = (unsigned)strtoul(end + 2, &end, 10); }
        *at = end;
    }
    (void)snprintf(id, 8, "T%03u", *from);
    (*from)++;
    return true;
}

static struct row *known_row(struct row *rows, size_t count, const char *id)
{
    struct row *row = find_row(rows, count, id);
    if (row == NULL || row->seen) {
        fail_msg("%s in transitions.txt: %s", id, row == NULL ? "no such row" : "twice");
    }
    row->seen = true;
    return row;
}

/* "@later T001 T002: reason" */
static void read_reason(char *at, bool later, struct row *rows, size_t count)
{
    char *reason = strchr(at, ':');
    assert_non_null(reason);
    *reason = '\0';
    char id[8];
    for (unsigned from = 1, to = 0; next_id(&at, id, &from, &to);) {
        struct row *row = known_row(rows, count, id);
        row->later = later;
        (void)snprintf(row->reason, sizeof row->reason, "%s", reason + 2);
    }
}

/* "@ T143-T150 SYN-RECEIVED ESTABLISHED … [-> STATE]": the rows that the lines below belong to. */
static size_t read_head(char *at, struct row *rows, size_t count, struct row *current[16])
{
    size_t n = 0;
    char id[8];
    for (unsigned from = 1, to = 0; next_id(&at, id, &from, &to);) {
        assert_true(n < 16);
        current[n++] = known_row(rows, count, id);
    }
    char *instead = strstr(at, " -> ");
    if (instead != NULL) { *instead = '\0'; }
    size_t states = 0;
    for (char *word = strtok(at, " "); word != NULL; word = strtok(NULL, " ")) {
        assert_true(states < n);
        (void)snprintf(current[states]->state, sizeof current[states]->state, "%s", word);
        if (instead != NULL) {
            (void)snprintf(current[states]->next_state, sizeof current[states]->next_state, "%s",
                           instead + 4);
        }
        states++;
    }
    if (states != n) { fail_msg("%s: %zu ids, %zu states", current[0]->id, n, states); }
    return n;
}

static void read_conversations(const char *path, struct row *rows, size_t count)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char line[TEXT_MAX];
    struct row *current[16];
    size_t n = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '#' || line[0] == '\0') { continue; }
        if (strncmp(line, "@later ", 7) == 0 || strncmp(line, "@no ", 4) == 0) {
            read_reason(strchr(line, ' ') + 1, line[1] == 'l', rows, count);
        } else if (line[0] == '@') {
            n = read_head(line + 1, rows, count, current);
        } else {
            for (size_t i = 0; i < n; i++) {
                append(current[i]->script, line, strlen(line));
                append(current[i]->script, "\n", 1);
            }
        }
    }
    (void)fclose(file);
}

int main(void)
{
    struct row *rows = calloc(ROWS_MAX, sizeof *rows);
    struct CMUnitTest *tests = calloc(ROWS_MAX, sizeof *tests);
    size_t count = 0;
    if (rows == NULL || tests == NULL) { return 1; }
    read_table(TCPSIM_SOURCE_DIR "/tcp/conformance/rfc9293-transitions.tsv", rows, &count);
    read_conversations(TCPSIM_TEST_DATA "/conformance/transitions.txt", rows, count);
    size_t waiting = 0;
    size_t impossible = 0;
    for (size_t i = 0; i < count; i++) {
        tests[i] = (struct CMUnitTest){
            .name = rows[i].id, .test_func = run_row, .initial_state = &rows[i]};
        waiting += rows[i].later;
        impossible += rows[i].reason[0] != '\0' && !rows[i].later;
    }
    print_message("%zu rows: %zu run, %zu wait, %zu cannot be\n", count,
                  count - waiting - impossible, waiting, impossible);
    const int failed = _cmocka_run_group_tests("transitions", tests, count, NULL, NULL);
    free(tests);
    free(rows);
    return failed;
}
