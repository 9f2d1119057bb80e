#!/usr/bin/env bash
# Identity over ranks, by the processes that mpirun starts:
#   1, 2, 4 ranks x 1, 2 threads, two distributions, with and without plasticity: one hash, one set of spikes;
#   an input error, and a value that is no number on one rank: one message, on all ranks the same;
#   a rank that is killed: the run ends, with mpirun's message and without hanging;
#   the last snapshot goes on, on another number of ranks, and ends with the same hash;
#   the prism experiment on 2 and 3 ranks: hashes, findings, recordings and figures of one process; a rank is killed, the
#   run goes on with another number of ranks, and ends with the same.
# Usage: validation/mpi/identity.sh <lobule built with --features mpi>
set -euo pipefail
lobule=$(realpath "${1:?give the path of a lobule that was built with --features mpi}")
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
# More ranks than cores: they must yield, and not be bound to one core.
mpi() { mpirun --oversubscribe --bind-to none "$@"; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { printf 'FAILED: %s\n' "$*"; exit 1; }

"$lobule" network build --size 100x100 --seed 1 --out "$work/net.hdf5" > /dev/null
# The olive is silent at rest: it is driven, so that climbing fibers teach.
run=(network simulate "$work/net.hdf5" --duration 200ms --stimulus mossy:60Hz@50ms..100ms --plastic
    --stimulus io_cell:30Hz@0s..200ms,weight=200)
hash_of() { grep '^hash' "$1" | cut -d' ' -f2; }

printf '== one process\n'
"$lobule" "${run[@]}" --snapshot "$work/end.state" --out "$work/one" > "$work/one.txt" 2> "$work/one.err"
expected=$(hash_of "$work/one.txt")
grep '^hash' "$work/one.txt"

for ranks in 1 2 4; do
    for threads in 1 2; do
        for distribution in round-robin contiguous; do
            [ "$ranks $distribution" = "1 contiguous" ] && continue
            printf '== %s rank(s), %s thread(s), %s: ' "$ranks" "$threads" "$distribution"
            rm -rf "$work/several"
            mpi -n "$ranks" "$lobule" "${run[@]}" --threads "$threads" --distribution "$distribution" \
                --snapshot "$work/several.state" --out "$work/several" > "$work/several.txt" 2> "$work/several.err" ||
                fail "$(cat "$work/several.err")"
            hash_of "$work/several.txt"
            [ "$(grep -c '^hash' "$work/several.txt")" = 1 ] || fail "the tables are printed more than once"
            [ "$(hash_of "$work/several.txt")" = "$expected" ] || fail "another hash than one process"
            cmp "$work/one/spikes.csv" "$work/several/spikes.csv" || fail "other spikes than one process"
            # The whole state: variables, weights, histories.
            cmp "$work/end.state" "$work/several.state" || fail "another state than one process"
        done
    done
done

printf '== short-term plasticity, static weights: '
static=(network simulate "$work/net.hdf5" --duration 100ms --short-term)
one=$("$lobule" "${static[@]}" 2> /dev/null | grep '^hash')
two=$(mpi -n 2 "$lobule" "${static[@]}" 2> /dev/null | grep '^hash')
[ "$one" = "$two" ] || fail "$two instead of $one"
printf '%s\n' "$two"

printf '== an error of the input is said once: '
if mpi -n 2 "$lobule" network simulate "$work/no.hdf5" > "$work/out.txt" 2> "$work/err.txt"; then fail "no error"; fi
[ "$(grep -c '^lobule: ' "$work/err.txt")" = 1 ] || fail "$(cat "$work/err.txt")"
grep '^lobule: ' "$work/err.txt"
status=0
mpi -n 2 "$lobule" "${run[@]}" --window soon > "$work/out.txt" 2> "$work/err.txt" || status=$?
[ "$status" = 2 ] || fail "status $status instead of 2 for an argument that cannot be read: $(cat "$work/err.txt")"
[ "$(grep -c '^lobule: ' "$work/err.txt")" = 1 ] || fail "$(cat "$work/err.txt")"

printf '== a rank is killed: '
plastic=(network simulate "$work/net.hdf5" --plastic)
mpirun --oversubscribe --bind-to none -n 3 "$lobule" "${plastic[@]}" --duration 60s \
    --snapshot "$work/last.state" --snapshot-every 20ms > "$work/out.txt" 2> "$work/err.txt" &
job=$!
for _ in $(seq 300); do [ -s "$work/last.state" ] && break; sleep 0.1; done
[ -s "$work/last.state" ] || fail "no snapshot within 30 s: $(cat "$work/err.txt")"
# Kills a rank of $job, whose command line begins as given, and sees to it that all end.
kill_one() {
    ranks() { pgrep -f "^$lobule $1"; }
    local begin status=0
    begin=$(date +%s%N)
    kill -KILL "$(ranks "$1" | tail -1)"
    for _ in $(seq 200); do kill -0 "$job" 2> /dev/null || break; sleep 0.1; done
    if kill -0 "$job" 2> /dev/null; then kill "$job"; fail "the others still run 20 s after a rank was killed"; fi
    wait "$job" || status=$?
    [ "$status" != 0 ] || fail "the run ended as if nothing had happened"
    printf 'ended after %s ms with status %s\n' $((($(date +%s%N) - begin) / 1000000)) "$status"
    grep 'exited on signal 9' "$work/err.txt" || fail "no message: $(cat "$work/err.txt")"
    if ranks "$1" > /dev/null; then fail "a rank was left behind"; fi
}
# The name of the work folder makes the pattern match these processes and no other.
kill_one "network simulate $work/net.hdf5"

printf '== the last snapshot goes on, on another number of ranks: '
# Asked for less than there is, lobule says how far the snapshot is.
now=$( ("$lobule" "${plastic[@]}" --duration 1ms --resume "$work/last.state" 2>&1 || true) | sed -n 's/.*snapshot is of \([0-9]*\) ms.*/\1/p')
end=$((now + 40))ms
whole=$("$lobule" "${plastic[@]}" --duration "$end" 2> /dev/null | grep '^hash')
rest=$(mpi -n 2 "$lobule" "${plastic[@]}" --duration "$end" --resume "$work/last.state" 2> /dev/null | grep '^hash')
printf 'from %s to %s: %s\n' "${now}ms" "$end" "$rest"
[ "$rest" = "$whole" ] || fail "$rest instead of $whole"
# Short movements under an olive that teaches in each. Of so small a loop the sign test means nothing; the wrong
# polarity skips it.
prism=(--preset quick --no-progress)
for setting in 'conditions=["plastic"]' 'scaffold.size_um=[100,100]' protocol.trial_ms=80 protocol.baseline=1 \
    protocol.prism=6 protocol.removal=1 motor_olive.delay_ms=40 sensory_olive.spontaneous_hz=20 \
    motor_olive.spontaneous_hz=20 calibration.trials=2 'calibration.sweep_deg=[0,20]' calibration.sweep_trials=1 \
    calibration.max_sd_deg=90 loop.polarity=wrong; do
    prism+=(--set "$setting")
done
hashes_of() { grep '^hash' "$1" | tr '\n' ' '; }
# All of a run folder but times, and how many processes and threads there were.
same_folder() {
    diff -r --exclude=findings.json --exclude=provenance.json --exclude=report.html "$1" "$2" || return 1
    diff <(grep -v '"wall_s"' "$1/findings.json") <(grep -v '"wall_s"' "$2/findings.json")
}

printf '== prism, one process: '
"$lobule" run prism --out "$work/prism" "${prism[@]}" > "$work/one.txt"
expected=$(hashes_of "$work/one.txt")
printf '%s\n' "$expected"
for how in "2 1 round-robin" "2 2 contiguous" "3 1 contiguous" "3 2 round-robin"; do
    read -r ranks threads distribution <<< "$how"
    printf '== prism, %s ranks, %s thread(s), %s: ' "$ranks" "$threads" "$distribution"
    rm -rf "$work/several"
    mpi -n "$ranks" "$lobule" run prism --out "$work/several" "${prism[@]}" --threads "$threads" \
        --distribution "$distribution" > "$work/several.txt" 2> "$work/several.err" || fail "$(cat "$work/several.err")"
    hashes_of "$work/several.txt"
    echo
    [ "$(hashes_of "$work/several.txt")" = "$expected" ] || fail "other hashes than one process"
    same_folder "$work/prism" "$work/several" || fail "another folder than one process"
done

printf '== prism, wrong requests are refused once:\n'
for wrong in "--jobs 2" "--set protocol.prism_deg=0"; do
    status=0
    # shellcheck disable=SC2086
    mpi -n 2 "$lobule" run prism --out "$work/wrong" $wrong > "$work/out.txt" 2> "$work/err.txt" || status=$?
    [ "$status" = 2 ] || fail "status $status instead of 2: $(cat "$work/err.txt")"
    [ "$(grep -c '^lobule: ' "$work/err.txt")" = 1 ] || fail "$(cat "$work/err.txt")"
    grep '^lobule: ' "$work/err.txt"
done

printf '== prism, a rank is killed: '
mpirun --oversubscribe --bind-to none -n 3 "$lobule" run prism --out "$work/killed" "${prism[@]}" \
    > "$work/out.txt" 2> "$work/err.txt" &
job=$!
for _ in $(seq 1200); do [ -s "$work/killed.partial/snapshots/conditions/0/0.state" ] && break; sleep 0.1; done
[ -s "$work/killed.partial/snapshots/conditions/0/0.state" ] || fail "no snapshot within 2 min: $(cat "$work/err.txt")"
kill_one "run prism --out $work/killed"
[ ! -e "$work/killed" ] || fail "the run was over before the rank was killed"
printf '== prism, the killed run goes on, on 2 ranks: '
mpi -n 2 "$lobule" run prism --out "$work/killed" "${prism[@]}" --resume > "$work/several.txt" 2> "$work/several.err" ||
    fail "$(cat "$work/several.err")"
hashes_of "$work/several.txt"
echo
[ "$(hashes_of "$work/several.txt")" = "$expected" ] || fail "other hashes than one process"
same_folder "$work/prism" "$work/killed" || fail "another folder than one process"
printf 'identity over ranks: all passed\n'
