#!/usr/bin/env bash
# Identity over ranks, by the processes that mpirun starts:
#   1, 2, 4 ranks x 1, 2 threads, two distributions, with and without plasticity: one hash, one set of spikes;
#   an input error, and a value that is no number on one rank: one message, on all ranks the same;
#   a rank that is killed: the run ends, with mpirun's message and without hanging;
#   the last snapshot goes on, on another number of ranks, and ends with the same hash.
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
# The olive is silent at rest: it is driven, so that climbing fibres teach.
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

printf '== a rank is killed: '
plastic=(network simulate "$work/net.hdf5" --plastic)
mpirun --oversubscribe --bind-to none -n 3 "$lobule" "${plastic[@]}" --duration 60s \
    --snapshot "$work/last.state" --snapshot-every 20ms > "$work/out.txt" 2> "$work/err.txt" &
job=$!
for _ in $(seq 300); do [ -s "$work/last.state" ] && break; sleep 0.1; done
[ -s "$work/last.state" ] || fail "no snapshot within 30 s: $(cat "$work/err.txt")"
# The name of the work folder makes the pattern match these processes and no other.
ranks() { pgrep -f "^$lobule network simulate $work/net.hdf5"; }
begin=$(date +%s%N)
kill -KILL "$(ranks | tail -1)"
for _ in $(seq 200); do kill -0 "$job" 2> /dev/null || break; sleep 0.1; done
if kill -0 "$job" 2> /dev/null; then kill "$job"; fail "the others still run 20 s after a rank was killed"; fi
status=0
wait "$job" || status=$?
[ "$status" != 0 ] || fail "the run ended as if nothing had happened"
printf 'ended after %s ms with status %s\n' $((($(date +%s%N) - begin) / 1000000)) "$status"
grep 'exited on signal 9' "$work/err.txt" || fail "no message: $(cat "$work/err.txt")"
if ranks > /dev/null; then fail "a rank was left behind"; fi

printf '== the last snapshot goes on, on another number of ranks: '
# Asked for less than there is, lobule says how far the snapshot is.
now=$( ("$lobule" "${plastic[@]}" --duration 1ms --resume "$work/last.state" 2>&1 || true) | sed -n 's/.*snapshot is of \([0-9]*\) ms.*/\1/p')
end=$((now + 40))ms
whole=$("$lobule" "${plastic[@]}" --duration "$end" 2> /dev/null | grep '^hash')
rest=$(mpi -n 2 "$lobule" "${plastic[@]}" --duration "$end" --resume "$work/last.state" 2> /dev/null | grep '^hash')
printf 'from %s to %s: %s\n' "${now}ms" "$end" "$rest"
[ "$rest" = "$whole" ] || fail "$rest instead of $whole"
printf 'identity over ranks: all passed\n'
