# uncovered.awk - compares what no test of tests/coverage runs with what tests/uncovered.tsv explains.
#
#     awk -f uncovered.awk uncovered.tsv coverage.xml       (gcovr's, one element a line)
#
# A line of the table: file, function, what (`line`, or how many branches of the line), the text of
# the source line, the reason why nothing runs it. Fails on a line that nothing runs, or a branch
# that nothing takes, and nothing explains; and on an explanation for what is run, or is not there
# any more.
BEGIN { FS = "\t" }

# The sources, read once: the text of each line, and in which function it stands.
function read_source(file,    number, text, name) {
    if (file in is_read) { return }
    is_read[file] = 1
    while ((getline text < file) > 0) {
        number++
        if (text ~ /^[a-z].*\(/ && text !~ /;$/) {
            name = text
            sub(/\(.*/, "", name)
            sub(/.*[ *]/, "", name)
        }
        sub(/^[ \t]+/, "", text)
        sub(/[ \t]+$/, "", text)
        source[file, number] = text
        function_of[file, number] = name
    }
    close(file)
}

# What lies between attribute=" and the next quote.
function attribute(name,    at, rest) {
    at = index($0, " " name "=\"")
    if (at == 0) { return "" }
    rest = substr($0, at + length(name) + 3)
    return substr(rest, 1, index(rest, "\"") - 1)
}

FNR == NR {
    if ($0 == "" || $0 ~ /^#/) { next }
    if (NF != 5 || $5 == "" || ($3 != "line" && $3 !~ /^[1-9][0-9]*$/)) {
        print "coverage: " FILENAME ":" FNR ": not five columns: file, function, line or a number, text, reason"
        failed = 1
        next
    }
    key = $1 FS $2 FS $4
    if ($3 == "line") { lines[key]++ } else { branches[key] += $3 }
    where[key] = FILENAME ":" FNR
    next
}

/<class / { file = attribute("filename") }
/<line / && file != "" {
    number = attribute("number")
    condition = attribute("condition-coverage")
    missing = 0
    if (condition != "") {
        sub(/.*\(/, "", condition)
        split(condition, taken, /[\/)]/)
        missing = taken[2] - taken[1]
    }
    if (attribute("hits") != 0 && missing == 0) { next }
    read_source(file)
    key = file FS function_of[file, number] FS source[file, number]
    if (seen[file, number]++) { next } # gcovr names a line once more among the methods
    if (attribute("hits") == 0) {
        if (lines[key] > 0) {
            lines[key]--
        } else {
            print file ":" number ": no test runs this line, and nothing explains it: " source[file, number]
            failed = 1
        }
    } else if (branches[key] >= missing) {
        branches[key] -= missing
    } else {
        print file ":" number ": of the branches " missing " are not taken, and " branches[key] + 0 " explained: " source[file, number]
        branches[key] = 0
        failed = 1
    }
}

END {
    for (key in lines) {
        if (lines[key] > 0) { stale[key] = lines[key] " of its lines" }
    }
    for (key in branches) {
        if (branches[key] > 0) { stale[key] = branches[key] " of its branches" }
    }
    for (key in stale) {
        print where[key] ": explains " stale[key] " too many: tests run them, or they are gone: " key | "sort"
        failed = 1
    }
    close("sort")
    exit failed
}
