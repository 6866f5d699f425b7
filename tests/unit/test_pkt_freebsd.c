/* test_pkt_freebsd.c - what FreeBSD does, state by state and event by event: each case of
 * tests/data/freebsd/NAME.txt is a packetdrill script, run over IPv4 and IPv6, with RFC 5961 and
 * without, strictly: a segment that no line expects is a failure. The tables' form is told in
 * tests/data/freebsd/README.md. */
#include "sim/pkt/pkt.h"

#include "cmocka_wrapper.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER TCPSIM_TEST_DATA "/freebsd"
#define FILES_MAX 32
#define FILE_ROOM 65536
#define SCRIPT_ROOM 8192
#define TOLD_ROOM 4096

struct text {
    char octets[SCRIPT_ROOM];
    size_t len;
};

struct variant {
    const char *family; /* "4", "6" */
    /* edge: the first number beyond the window of RCV.NXT = 1; beyond: of any that is tried */
    const char *mss, *buffer, *edge, *beyond;
    bool secure; /* RFC 5961 */
};

static const struct variant variants[] = {{"4", "1460", "65700", "65701", "65800", true},
                                          {"4", "1460", "65700", "65701", "65800", false},
                                          {"6", "1440", "66240", "66241", "66300", true},
                                          {"6", "1440", "66240", "66241", "66300", false}};

static unsigned scripts_run;

/* ---- from a case to a script ---- */

static void put(struct text *text, const char *octets, size_t len)
{
    assert_true(text->len + len < sizeof text->octets);
    memcpy(text->octets + text->len, octets, len);
    text->len += len;
    text->octets[text->len] = '\0';
}

static void put_text(struct text *text, const char *octets) { put(text, octets, strlen(octets)); }

#define MACROS 5
static void put_replaced(struct text *text, const struct variant *variant, const char *line)
{
    const char *const names[MACROS][2] = {{"$MSS", variant->mss},
                                          {"$BUFFER", variant->buffer},
                                          {"$EDGE", variant->edge},
                                          {"$BEYOND", variant->beyond},
                                          {"$FAMILY", variant->family}};
    while (*line != '\0') {
        size_t found = MACROS;
        for (size_t i = 0; i < MACROS; i++) {
            if (strncmp(line, names[i][0], strlen(names[i][0])) == 0) { found = i; }
        }
        if (found < MACROS) {
            put_text(text, names[found][1]);
            line += strlen(names[found][0]);
        } else {
            put(text, line++, 1);
        }
    }
    put_text(text, "\n");
}

/* "= STATE" is a look at sockstat, "= STATE 0" that none is in it; what begins otherwise than with
 * a time happens at once. */
static void put_line(struct text *text, const struct variant *variant, const char *line)
{
    char state[32] = "";
    unsigned count = 1;
    if (sscanf(line, "= %31s %u", state, &count) >= 1) {
        char look[160];
        (void)snprintf(look, sizeof look,
                       "+0.00 `sockstat -%s -P tcp -p 8080 -s | grep -c %s | grep %u`\n",
                       variant->family, state, count);
        put_text(text, look);
        return;
    }
    const bool has_time = line[0] == '+' || line[0] == '*' || line[0] == '`' || line[0] == '/';
    if (!has_time && line[0] != '\0') { put_text(text, "+0.00 "); }
    put_replaced(text, variant, line);
}

static void begin_script(struct text *text, const struct variant *variant)
{
    text->len = 0;
    put_text(text, "--ip_version=ipv");
    put_text(text, variant->family);
    put_text(text, "\n`sysctl -w net.inet.tcp.insecure_rst=");
    put_text(text, variant->secure ? "0" : "1");
    put_text(text, "`\n");
    put_text(text, variant->secure ? "0.00 `sysctl -w net.inet.tcp.insecure_syn=0`\n"
                                   : "0.00 `sysctl -w net.inet.tcp.insecure_syn=1`\n");
}

/* ---- running ---- */

static void message(void *context, const char *line)
{
    char *told = context;
    const size_t len = strlen(told);
    (void)snprintf(told + len, TOLD_ROOM - len, "%s\n", line);
}

static unsigned run(const struct text *script, const struct variant *variant, const char *name)
{
    char told[TOLD_ROOM] = "";
    const struct pkt_config config = {.path = name,
                                      .strict = true,
                                      .ip_version = variant->family[0] == '6' ? PKT_IPV6 : PKT_IPV4,
                                      .message = message,
                                      .message_context = told};
    struct pkt *pkt = pkt_create(&config);
    assert_non_null(pkt);
    (void)pkt_load_text(pkt, script->octets, script->len);
    const enum pkt_verdict verdict = pkt_run(pkt);
    pkt_destroy(pkt);
    scripts_run++;
    if (verdict == PKT_PASS) { return 0; }
    print_error("%s, IPv%s, RFC 5961 %s: %s\n%s---\n%s---\n", name, variant->family,
                variant->secure ? "on" : "off", pkt_verdict_name(verdict), told, script->octets);
    return 1;
}

/* ---- the tables ---- */

/* The next line, without blanks around it; comments are empty. False: there is none. */
static bool next_line(char **at, char **line)
{
    if (**at == '\0') { return false; }
    *line = *at + strspn(*at, " \t");
    const size_t len = strcspn(*at, "\n");
    char *end = *at + len;
    *at = end + (*end == '\n');
    *end = '\0';
    while (end > *line && (end[-1] == ' ' || end[-1] == '\t')) { *--end = '\0'; }
    if (**line == '#') { **line = '\0'; }
    return true;
}

static bool begins_section(const char *line) { return line[0] == '@' || line[0] == '?'; }

/* The lines that follow up to the next section. */
static void collect(char **at, struct text *lines)
{
    lines->len = 0;
    lines->octets[0] = '\0';
    while (**at != '\0' && !begins_section(*at)) {
        char *line = NULL;
        if (!next_line(at, &line)) { return; }
        put_text(lines, line);
        put_text(lines, "\n");
    }
}

static void put_lines(struct text *script, const struct variant *variant, const char *lines)
{
    char line[512];
    while (*lines != '\0') {
        const size_t len = strcspn(lines, "\n");
        assert_true(len < sizeof line);
        memcpy(line, lines, len);
        line[len] = '\0';
        put_line(script, variant, line);
        lines += len + (lines[len] == '\n');
    }
}

/* "? TITLE" for all; "?on", "?off", "?4", "?6", "?on4" …: with RFC 5961 alone, without, one family.
 */
static bool concerns(const char *title, const struct variant *variant)
{
    const size_t len = strcspn(title, " ");
    char marks[16] = "";
    assert_true(len < sizeof marks);
    memcpy(marks, title, len);
    return (strstr(marks, "on") == NULL || variant->secure) &&
           (strstr(marks, "off") == NULL || !variant->secure) &&
           (strpbrk(marks, "46") == NULL || strchr(marks, variant->family[0]) != NULL);
}

static unsigned run_case(const char *title, const char *file, const struct text *prelude,
                         const struct text *lines)
{
    static struct text script;
    unsigned failures = 0;
    char name[256];
    (void)snprintf(name, sizeof name, "%s: %s", file, title + 1);
    for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++) {
        if (!concerns(title, &variants[i])) { continue; }
        begin_script(&script, &variants[i]);
        put_lines(&script, &variants[i], prelude->octets);
        put_lines(&script, &variants[i], lines->octets);
        failures += run(&script, &variants[i], name);
    }
    return failures;
}

static unsigned run_table(const char *file)
{
    static char octets[FILE_ROOM];
    static struct text prelude;
    static struct text lines;
    char path[512];
    (void)snprintf(path, sizeof path, FOLDER "/%s", file);
    FILE *stream = fopen(path, "r");
    assert_non_null(stream);
    const size_t len = fread(octets, 1, sizeof octets - 1, stream);
    assert_true(len < sizeof octets - 1);
    octets[len] = '\0';
    (void)fclose(stream);
    unsigned failures = 0;
    char *at = octets;
    char *line = NULL;
    while (next_line(&at, &line)) {
        if (line[0] == '@') {
            collect(&at, &prelude);
        } else if (line[0] == '?') {
            collect(&at, &lines);
            failures += run_case(line, file, &prelude, &lines);
        } else {
            assert_string_equal(line, "");
        }
    }
    return failures;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void every_case_holds(void **state)
{
    (void)state;
    char *names[FILES_MAX];
    size_t count = 0;
    unsigned failures = 0;
    DIR *folder = opendir(FOLDER);
    assert_non_null(folder);
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        const size_t len = strlen(entry->d_name);
        const bool table = len > 4 && strcmp(entry->d_name + len - 4, ".txt") == 0;
        if (table && count < FILES_MAX) { names[count++] = strdup(entry->d_name); }
    }
    (void)closedir(folder);
    qsort(names, count, sizeof *names, by_name);
    for (size_t i = 0; i < count; i++) {
        failures += run_table(names[i]);
        free(names[i]);
    }
    assert_true(scripts_run > 100);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_case_holds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
