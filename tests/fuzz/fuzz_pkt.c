/* fuzz_pkt.c - any text read as a packetdrill script: it ends with a verdict, an error names a
 * place within the text, and two runs are the same. */
#include "../../sim/pkt/pkt.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MEMORY_BYTES ((size_t)64 << 20)
#define LIMIT_NS UINT64_C(60000000000)

struct told {
    char text[4096];
};

static void message(void *context, const char *text)
{
    struct told *told = context;
    if (told->text[0] == '\0') { (void)snprintf(told->text, sizeof told->text, "%s", text); }
}

static enum pkt_verdict run(const char *text, size_t size, enum queue_kind queue, struct told *told)
{
    const struct pkt_config config = {.path = "fuzz.pkt",
                                      .has_limit = true,
                                      .limit_ns = LIMIT_NS,
                                      .max_memory_bytes = MEMORY_BYTES,
                                      .queue = queue,
                                      .strict = true,
                                      .message = message,
                                      .message_context = told};
    struct pkt *pkt = pkt_create(&config);
    assert(pkt != NULL);
    (void)pkt_load_text(pkt, text, size);
    const enum pkt_verdict verdict = pkt_run(pkt);
    pkt_destroy(pkt);
    return verdict;
}

static void check_place(const char *message_, const uint8_t *data, size_t size)
{
    unsigned line = 0;
    unsigned lines = 1;
    if (sscanf(message_, "fuzz.pkt:%u", &line) != 1) { return; }
    for (size_t i = 0; i < size; i++) { lines += data[i] == '\n'; }
    assert(line >= 1 && line <= lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct told told = {.text = ""};
    struct told again = {.text = ""};
    const enum pkt_verdict verdict = run((const char *)data, size, QUEUE_HEAP, &told);
    assert(run((const char *)data, size, QUEUE_PAIRING, &again) == verdict);
    assert(strcmp(told.text, again.text) == 0);
    assert(verdict == PKT_PASS || told.text[0] != '\0');
    if (verdict == PKT_ERROR) { check_place(told.text, data, size); }
    return 0;
}
