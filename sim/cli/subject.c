/* subject.c - what a command runs: a scenario (.lua) or a packetdrill script (.pkt), behind one
 * face. */
#include "cli.h"

#include "../net/world.h"

#include <stdlib.h>
#include <string.h>

struct subject {
    struct scenario *scenario; /* one of the two */
    struct pkt *pkt;
};

const char *verdict_name(enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_PASS: return "pass";
    case VERDICT_FAIL: return "fail";
    case VERDICT_ERROR: return "error";
    case VERDICT_LIMIT: return "limit";
    case VERDICT_UNSUPPORTED: return "unsupported";
    case VERDICT_INTERRUPTED: return "interrupted";
    }
    return "";
}

int verdict_status(enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_PASS: return CLI_HELD;
    case VERDICT_FAIL: return CLI_FAILED;
    case VERDICT_ERROR: return CLI_ERROR;
    case VERDICT_LIMIT: return CLI_LIMIT;
    case VERDICT_UNSUPPORTED: return CLI_UNSUPPORTED;
    case VERDICT_INTERRUPTED: return CLI_INTERRUPTED;
    }
    return CLI_ERROR;
}

bool subject_is_script(const char *path)
{
    const size_t len = strlen(path);
    return len > 4 && strcmp(path + len - 4, ".pkt") == 0;
}

/* What both kinds are told, and what only scripts are. */
static struct pkt_config pkt_config_of(const struct script_settings *script,
                                       const struct scenario_config *config)
{
    return (struct pkt_config){.path = config->path,
                               .has_seed = config->has_seed,
                               .seed = config->seed,
                               .has_limit = config->has_limit,
                               .limit_ns = config->limit_ns,
                               .defines = config->defines,
                               .define_count = config->define_count,
                               .max_memory_bytes = config->max_memory_bytes,
                               .queue = config->queue,
                               .dry_run = config->dry_run,
                               .count_marks = config->count_marks,
                               .strict = script->strict,
                               .strict_segments = script->strict_segments,
                               .profile = script->profile,
                               .ip_version = script->ip_version,
                               .has_tolerance_us = script->has_tolerance_us,
                               .has_tolerance_percent = script->has_tolerance_percent,
                               .tolerance_us = script->tolerance_us,
                               .tolerance_percent_tenths = script->tolerance_percent_tenths,
                               .repeat = config->repeat,
                               .trace = config->trace,
                               .message = config->message,
                               .message_context = config->message_context,
                               .digest = config->digest,
                               .digest_context = config->digest_context,
                               .version = config->version};
}

struct subject *subject_create(const struct script_settings *script,
                               const struct scenario_config *config)
{
    struct subject *subject = calloc(1, sizeof *subject);
    if (subject == NULL) { return NULL; }
    if (subject_is_script(config->path)) {
        const struct pkt_config own = pkt_config_of(script, config);
        subject->pkt = pkt_create(&own);
    } else {
        subject->scenario = scenario_create(config);
    }
    if (subject->pkt == NULL && subject->scenario == NULL) {
        free(subject);
        return NULL;
    }
    return subject;
}

void subject_destroy(struct subject *subject)
{
    if (subject == NULL) { return; }
    if (subject->pkt != NULL) {
        pkt_destroy(subject->pkt);
    } else {
        scenario_destroy(subject->scenario);
    }
    free(subject);
}

bool subject_load(struct subject *subject)
{
    return subject->pkt != NULL ? pkt_load(subject->pkt) : scenario_load(subject->scenario);
}

bool subject_peek(struct subject *subject)
{
    return subject->pkt != NULL ? pkt_peek(subject->pkt) : scenario_peek(subject->scenario);
}

static enum verdict of_pkt(enum pkt_verdict verdict)
{
    switch (verdict) {
    case PKT_PASS: return VERDICT_PASS;
    case PKT_FAIL: return VERDICT_FAIL;
    case PKT_ERROR: return VERDICT_ERROR;
    case PKT_LIMIT: return VERDICT_LIMIT;
    case PKT_UNSUPPORTED: return VERDICT_UNSUPPORTED;
    case PKT_INTERRUPTED: return VERDICT_INTERRUPTED;
    }
    return VERDICT_ERROR;
}

static enum verdict of_scenario(enum scenario_verdict verdict)
{
    switch (verdict) {
    case SCENARIO_PASS: return VERDICT_PASS;
    case SCENARIO_FAIL: return VERDICT_FAIL;
    case SCENARIO_ERROR: return VERDICT_ERROR;
    case SCENARIO_LIMIT: return VERDICT_LIMIT;
    case SCENARIO_INTERRUPTED: return VERDICT_INTERRUPTED;
    }
    return VERDICT_ERROR;
}

enum verdict subject_run(struct subject *subject)
{
    return subject->pkt != NULL ? of_pkt(pkt_run(subject->pkt))
                                : of_scenario(scenario_run(subject->scenario));
}

const char *subject_title(const struct subject *subject)
{
    return subject->pkt != NULL ? pkt_title(subject->pkt) : scenario_title(subject->scenario);
}

size_t subject_cites(const struct subject *subject, const char *const **cites)
{
    if (subject->scenario != NULL) { return scenario_cites(subject->scenario, cites); }
    *cites = NULL;
    return 0;
}

const struct tcp_marks *subject_marks(const struct subject *subject, const uint32_t **shown)
{
    if (subject->scenario != NULL) { return scenario_marks(subject->scenario, shown); }
    *shown = NULL;
    return pkt_marks(subject->pkt);
}

const char *subject_reason(const struct subject *subject)
{
    return subject->pkt != NULL ? pkt_reason(subject->pkt) : "";
}

uint64_t subject_seed(const struct subject *subject)
{
    return subject->pkt != NULL ? pkt_seed(subject->pkt) : scenario_seed(subject->scenario);
}

uint64_t subject_progress(const struct subject *subject)
{
    return subject->pkt != NULL ? pkt_progress(subject->pkt) : scenario_progress(subject->scenario);
}

bool subject_clock(const struct subject *subject, uint64_t *now_ns, uint64_t *limit_ns)
{
    const struct world *world = subject->pkt != NULL ? pkt_peek_world(subject->pkt)
                                                     : scenario_peek_world(subject->scenario);
    if (world == NULL) { return false; }
    *now_ns = world_now(world);
    *limit_ns = world_limit(world);
    return true;
}

bool subject_interrupt(struct subject *subject)
{
    return subject->pkt != NULL ? pkt_interrupt(subject->pkt)
                                : scenario_interrupt(subject->scenario);
}
