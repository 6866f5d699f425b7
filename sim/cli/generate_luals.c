/* generate_luals.c - the classes of options as annotations for the Lua language server. The
 * functions that take them are in sim/lua/functions.d.lua, which is installed in front of this. */
#include "generate.h"
#include "option_rows.h"

static void put_class(struct out_writer *out, const char *name, enum option_kind kind)
{
    out_printf(out, "\n---@class %s\n", name);
    for (size_t i = 0; i < option_row_count(kind); i++) {
        const struct option_row row = option_row_at(kind, i);
        if (row.part) { continue; }
        out_printf(out, "---@field %s? %s %s; %s; default %s (%s)\n", row.name, row.type, row.help,
                   row.range, option_row_default(&row, 0), row.source);
    }
}

void generate_luals(struct out_writer *out)
{
    out_text(out, "\n-- Made by tcpsim generate luals, from the tables of options.\n");
    put_class(out, "tcpsim.TcpOptions", OPTION_HOST);
    put_class(out, "tcpsim.LinkOptions", OPTION_LINK);
    put_class(out, "tcpsim.RouterTable", OPTION_ROUTER);
}
