#!/usr/bin/env bash
# Runs every experiment's quick preset, draws its report again, and runs it once more from the config.toml that the
# first run wrote: the printed hashes of states and record must agree.
#
#   validation/rerun.sh LOBULE FOLDER [BEGINNING OF THEIR NAMES]
set -euo pipefail
lobule=$1
folder=$2
names=${3:-}
differ=0
for experiment in $("$lobule" list | sed -n 's/^\([a-z][^ ]*\).*/\1/p' | grep "^$names"); do
    first=$folder/quick/$experiment
    again=$folder/again/$experiment
    "$lobule" run "$experiment" --preset quick --no-progress --out "$first" > "$folder/first.txt"
    "$lobule" report "$first" > /dev/null
    "$lobule" run "$experiment" --config "$first/config.toml" --no-progress --out "$again" > "$folder/again.txt"
    grep -E '^(findings|wall)' "$folder/first.txt" | sed "s|^|$experiment: |" || true
    if ! diff <(grep '^hash' "$folder/first.txt") <(grep '^hash' "$folder/again.txt"); then
        echo "$experiment: a run from its own config.toml differs" >&2
        differ=1
    fi
done
exit $differ
