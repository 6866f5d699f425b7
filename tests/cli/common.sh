# common.sh - for the tests of this folder, which run the program from a shell: a folder of their own
# with two scenarios, and checks that are told as cmocka tells them. `$T` is the program.
#
#     . "$(dirname "$0")/common.sh"        (PROGRAM is the first argument)
#     check NAME STATUS ERROR LINE         runs LINE in $dir; "" as ERROR: standard error is empty
#     skip NAME WHY
#     finish
# shellcheck shell=sh
set -eu
export LC_ALL=C TZ=UTC
unset TCPSIM_SEED TCPSIM_PATH NO_COLOR

T=$(readlink -f "$1")
here=$(dirname "$(readlink -f "$0")")
root=$here/../..
dir=$(mktemp -d)
export T root dir
trap 'rm -rf "$dir"' EXIT
chmod 755 "$dir"
cd "$dir"
failures=0

# A hundred kilobytes and more of any format, and a run of a few segments.
cat >many.lua <<'END'
-- Sends much.
local a = sim.host("a", { address = "10.0.0.1", iss = 0xffffff00 })
local b = sim.host("b", { address = "10.0.0.2", iss = 0xffffff80 })
sim.link(a, b, { delay = "1ms" })
b:app(function() local c = b:listen(80):accept() while c:recv() do end c:close() end)
a:app(function() local c = a:connect(b, 80) c:send(3000000) c:close() end)
END
sed 's/3000000/10/' many.lua >few.lua

told() { # KIND NAME [FILE…]
    echo "[ $1 ] $2"
    shift 2
    for file; do sed 's/^/    /' "$file"; done
}

failed() {
    failures=$((failures + 1))
    told ' FAILED ' "$@"
}

check() {
    status=0
    sh -c "$4" >"$dir/.out" 2>"$dir/.err" </dev/null || status=$?
    if [ $status -ne "$2" ]; then
        echo "exit status $status, not $2: $4" >>"$dir/.err"
        failed "$1" "$dir/.out" "$dir/.err"
    elif [ -z "$3" ] && [ -s "$dir/.err" ]; then
        failed "$1" "$dir/.err"
    elif [ -n "$3" ] && ! grep -qF -- "$3" "$dir/.err"; then
        echo "not told: $3" >>"$dir/.err"
        failed "$1" "$dir/.err"
    elif find "$dir" -name '.tcpsim-*' | grep -q .; then
        find "$dir" -name '.tcpsim-*' >"$dir/.err"
        failed "$1: leaves what is half-written" "$dir/.err"
        find "$dir" -name '.tcpsim-*' -exec rm {} +
    else
        told '      OK' "$1"
    fi
}

skip() {
    told ' SKIPPED' "$1"
    echo "    $2"
}

finish() {
    [ $failures -eq 0 ]
}
