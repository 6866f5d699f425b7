/* marks.c - the names of what marks count. */
#include "marks.h"

#include <assert.h>
#include <string.h>

static const char *const requirement_names[TCP_REQ_COUNT] = {
#define X(id, text) [TCP_REQ_##id] = text,
    TCP_REQUIREMENTS(X)
#undef X
};

static const char *const row_names[TCP_ROW_COUNT] = {
#define X(id) [TCP_ROW_##id] = #id,
    TCP_ROWS(X)
#undef X
};

/* The place of `name` among `count` names, or `count`. */
static unsigned place_of(const char *name, const char *const *names, unsigned count)
{
    unsigned i = 0;
    while (i < count && strcmp(name, names[i]) != 0) { i++; }
    return i;
}

const char *tcp_requirement_name(enum tcp_requirement requirement)
{
    assert((unsigned)requirement < TCP_REQ_COUNT);
    return requirement_names[requirement];
}

bool tcp_requirement_from_name(const char *name, enum tcp_requirement *requirement)
{
    const unsigned place = place_of(name, requirement_names, TCP_REQ_COUNT);
    if (place < TCP_REQ_COUNT) { *requirement = (enum tcp_requirement)place; }
    return place < TCP_REQ_COUNT;
}

const char *tcp_row_name(enum tcp_row row)
{
    assert((unsigned)row < TCP_ROW_COUNT);
    return row_names[row];
}

bool tcp_row_from_name(const char *name, enum tcp_row *row)
{
    const unsigned place = place_of(name, row_names, TCP_ROW_COUNT);
    if (place < TCP_ROW_COUNT) { *row = (enum tcp_row)place; }
    return place < TCP_ROW_COUNT;
}
