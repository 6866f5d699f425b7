/* fuzz_scenario.c - any octets as a scenario, with small limits: a verdict comes, and each message
 * is a text. A program in Lua can do much by accident; the sandbox must hold. */
#define _GNU_SOURCE /* memfd_create */
#include "../../sim/lua/scenario.h"

#include "../../sim/core/units.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void message(void *context, const char *text)
{
    size_t *octets = context;
    *octets += strlen(text);
}

/* The octets as a file without a name; -1: the system has no room. */
static int file_of(const uint8_t *data, size_t size)
{
    const int file = memfd_create("scenario", 0);
    if (file >= 0 && size > 0 && write(file, data, size) != (ssize_t)size) {
        (void)close(file);
        return -1;
    }
    return file;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    size_t octets = 0;
    const int file = file_of(data, size);
    if (file < 0) { return 0; }
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    const struct scenario_config config = {.path = path,
                                           .has_seed = true,
                                           .seed = 1,
                                           .has_limit = true,
                                           .limit_ns = 20 * NS_PER_S,
                                           .max_instructions = 20000,
                                           .max_memory_bytes = (size_t)16 << 20,
                                           .message = message,
                                           .message_context = &octets,
                                           .version = "fuzz"};
    struct scenario *scenario = scenario_create(&config);
    if (scenario != NULL) {
        if (scenario_load(scenario)) {
            const enum scenario_verdict verdict = scenario_run(scenario);
            assert(verdict == SCENARIO_PASS || octets > 0);
        } else {
            assert(octets > 0);
        }
        scenario_destroy(scenario);
    }
    (void)close(file);
    return 0;
}
