# sources.awk - reads C files (paths from the top level, all of them as arguments) and prints a line
# `RULE PATH:LINE: what is wrong` for each place that breaks a rule of the house. Functions are
# found as clang-format lays them out: name, `{` and `}` begin a line.

BEGIN {
    # What a folder may include beside itself: the table of docs/architecture.md.
    may["tcp"] = " "
    may["sim/core"] = " "
    may["sim/trace"] = " sim/core tcp "
    may["sim/net"] = may["sim/trace"] "sim/trace "
    may["sim/out"] = may["sim/net"]
    may["sim/lua"] = may["sim/net"] "sim/net "
    may["sim/pkt"] = may["sim/lua"]
    may["sim/adapter"] = may["sim/pkt"] "sim/pkt "
    may["sim/live"] = may["sim/lua"] "sim/out "
    may["sim/search"] = may["sim/live"] "sim/lua sim/pkt "
    may["sim/cli"] = may["sim/search"] "sim/live sim/search "
    tcp_public = " tcp.h segment.h event.h icmp.h state.h seq.h wire.h marks.h profile.h "
    tcp_c_headers = " stdint.h stdbool.h stddef.h string.h assert.h "

    longest_file = 500
    longest_function = 70

    # Calls that are banned: everywhere, or where the row's folders match.
    ban(".", "rand srand rand_r random srandom drand48 strcpy strcat sprintf vsprintf gets strtok")
    ban(".", "setlocale localtime ctime asctime")
    ban("^(tcp|sim/(core|trace|net|out|lua|pkt|search))$", "time gettimeofday clock_gettime clock")
    ban("^(tcp|sim/net|sim/lua)$", "malloc calloc realloc free")
    ban("^(tcp|sim/(core|trace|net|lua))$", "qsort")
    for (i = 1; i < ARGC; i++) { known[ARGV[i]] = 1 }
}

function ban(folders, names)
{
    gsub(/ /, "|", names)
    ban_folders[++bans] = folders
    ban_names[bans] = "(^|[^A-Za-z0-9_.>])(" names ") *\\("
}

function say(rule, text) { printf "%s %s:%d: %s\n", rule, FILENAME, FNR, text }

# The line without comments and without what stands in quotes. in_comment lasts over lines.
function code_of(line,    code, at)
{
    code = ""
    for (;;) {
        if (in_comment) {
            at = index(line, "*/")
            if (at == 0) { return code }
            line = substr(line, at + 2)
            in_comment = 0
        }
        if (!match(line, /"|'|\/\*|\/\//)) { return code line }
        code = code substr(line, 1, RSTART - 1)
        line = substr(line, RSTART)
        if (substr(line, 1, 2) == "//") { return code }
        if (substr(line, 1, 2) == "/*") {
            line = substr(line, 3)
            in_comment = 1
        } else if (match(line, /^"([^"\\]|\\.)*"/) || match(line, /^'([^'\\]|\\.)*'/)) {
            code = code substr(line, 1, 1) substr(line, 1, 1)
            line = substr(line, RLENGTH + 1)
        } else { return code }
    }
}

function folder_of(path,    part, n)
{
    n = split(path, part, "/")
    return part[1] == "sim" && n > 2 ? "sim/" part[2] : part[1]
}

# sim/net and ../core/queue.h give sim/core/queue.h.
function joined(dir, path)
{
    while (path ~ /^\.\.\//) {
        path = substr(path, 4)
        if (!sub(/\/[^\/]*$/, "", dir)) { dir = "" }
    }
    return dir == "" ? path : dir "/" path
}

function check_include(line,    name, to, target, base)
{
    if (line !~ /["<]/) { return } # a macro: what the build has made
    name = line
    sub(/^[^"<]*["<]/, "", name)
    sub(/[">].*/, "", name)
    if (line ~ /</) {
        if (folder == "tcp" && index(tcp_c_headers, " " name " ") == 0) {
            say("includes", "tcp includes <" name ">")
        }
        return
    }
    if (folder == "tests" && (name in known)) { return } # from the top level
    target = joined(dir, name)
    if (!(target in known)) {
        if (folder != "tests") { say("includes", "no such file beside this one: " name) }
        return
    }
    to = folder_of(target)
    base = target
    sub(/.*\//, "", base)
    if (folder != "tests" && to != folder && index(may[folder], " " to " ") == 0) {
        say("includes", folder " may not include " to " (" name ")")
    } else if (to == "tcp" && folder != "tcp" && index(tcp_public, " " base " ") == 0 &&
               FILENAME !~ /^tests\/unit\//) {
        say("includes", base " is private to tcp")
    }
}

function check_function(code)
{
    if (code ~ /^[A-Za-z_].*\(/ && code !~ /;[ ]*$/) {
        function_name = code
        sub(/\(.*/, "", function_name)
        sub(/.*[^A-Za-z0-9_]/, "", function_name)
        split("", type_of)
        literal = ""
    }
    if (code ~ /^\{/) { function_start = FNR }
    if (code ~ /^\}/ && function_start) {
        if (FNR - function_start + 1 > longest_function) {
            say("lengths", function_name " has " (FNR - function_start + 1) " lines, more than " \
                longest_function)
        }
        function_start = 0
    }
}

# Every switch on the state names all eleven (the compiler says so) and has no default.
function check_switch(code,    indent)
{
    match(code, /^ */)
    indent = RLENGTH
    if (code ~ /switch \(.*state\)/) { switch_indent = indent + 1 }
    if (switch_indent && indent == switch_indent - 1 && code ~ /^ *default:/) {
        say("switches", "default in a switch on the state")
    }
    if (indent == switch_indent - 1 && code ~ /^ *\}/) { switch_indent = 0 }
}

# Remembers of what struct the names are that this function declares, and the literal that is open.
function note_types(code,    word)
{
    while (match(code, /struct [a-z0-9_]+(\) *\{| \**[a-z0-9_]+)/)) {
        split(substr(code, RSTART, RLENGTH), word, /[^a-z0-9_]+/)
        if (substr(code, RSTART, RLENGTH) ~ /\{$/) { literal = word[2] }
        else { type_of[word[3]] = literal = word[2] }
        code = substr(code, RSTART + RLENGTH)
    }
}

# Whether the line sets a member `state`, of a connection as far as can be seen.
function sets_state(code,    name)
{
    if (code ~ /u\.state *=|\.state *= *\{/) { return 0 } # an event's, which is a struct
    if (!match(code, /(->|\.)state *=[^=]/)) { return 0 }
    name = substr(code, 1, RSTART - 1)
    if (name ~ /(^|[{, ])$/) { return literal == "tcp_conn" } # {.state = …}
    if (match(name, /(->|\.)[A-Za-z0-9_]+$|[])]$/)) { return 1 } # of a member, an element, a result
    sub(/.*[^A-Za-z0-9_]/, "", name)
    return !(name in type_of) || type_of[name] == "tcp_conn"
}

function end_of_file()
{
    if (previous != "" && previous ~ /\.c$/ && lines > longest_file) {
        printf "lengths %s:%d: more than %d lines\n", previous, lines, longest_file
    }
}

FNR == 1 {
    end_of_file()
    previous = FILENAME
    in_comment = function_start = switch_indent = 0
    folder = folder_of(FILENAME)
    dir = base = FILENAME
    sub(/\/[^\/]*$/, "", dir)
    sub(/.*\//, "", base)
    if (index($0, "/* " base " - ") != 1) { say("openings", "does not open with /* " base " - …") }
}

{
    lines = FNR
    raw = $0
    was_comment = in_comment
    code = code_of(raw)
    if (!was_comment && raw ~ /^[ ]*#[ ]*include/) {
        check_include(raw)
        next
    }
    check_function(code)
    if (folder == "tests") { next }
    for (i = 1; i <= bans; i++) {
        if (folder ~ ban_folders[i] && code ~ ban_names[i]) { say("calls", "banned: " raw) }
    }
    if ((folder ~ /^(tcp|sim\/net)$/ || FILENAME ~ /^sim\/core\/[^u]/) &&
        code ~ /(^|[^A-Za-z0-9_])(float|double)([^A-Za-z0-9_]|$)/) {
        say("calls", "floating point: " raw)
    }
    if (folder == "tcp") {
        check_switch(code)
        note_types(code)
        if (sets_state(code)) {
            writers++
            if (function_name != "tcp_enter") { say("states", function_name " writes the state") }
        }
        if (FILENAME ~ /\.c$/) { has_tcp = 1 }
    }
}

END {
    end_of_file()
    if (has_tcp && writers != 1) { printf "states tcp: %d writers of the state, not 1\n", writers }
}
