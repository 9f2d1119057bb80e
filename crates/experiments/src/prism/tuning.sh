#!/usr/bin/env bash
# Runs variants of the gains of prism.toml on two seeds and prints their findings
# side by side; needs nothing but the built program (target/release/lobule, or $LOBULE). A refused variant is named and left out.
#
#   crates/experiments/src/prism/tuning.sh [FOLDER]
set -euo pipefail
cd "$(dirname "$0")/../../../.."
out=${1:-runs/tuning}
lobule=${LOBULE:-target/release/lobule}
conditions='conditions=["static","plastic","forward_only","inverse_only"]'

run() {
    local name=$1
    shift
    [ -d "$out/$name" ] || "$lobule" run prism --seeds 0,1 --no-progress --set "$conditions" "$@" --out "$out/$name" ||
        echo "$name: refused (see the message above)"
}

mkdir -p "$out"
run chosen
run learning_slow --set forward.a_minus_ns=-0.001 --set inverse.a_minus_ns=-0.003
run learning_fast --set forward.a_minus_ns=-0.004 --set inverse.a_minus_ns=-0.012
run nuclei_weak --set module.purkinje_to_dcn_ns=0.85
run inverse_loud --set loop.inverse_gain=0.3 --set calibration.max_sd_deg=10
run rate_code --set planner.code=rate --set planner.mossy_fraction=0.4
run no_push_pull --set sensory_olive.is_push_pull=false --set motor_olive.is_push_pull=false
# One olive spike or none per teaching spike in place of a pair, at about the same olive rates.
run teaching_weak --set module.teaching_ns=60 --set sensory_olive.spontaneous_hz=2 --set sensory_olive.gain_hz_per_deg=0.5 \
    --set motor_olive.spontaneous_hz=4 --set motor_olive.gain_hz_per_deg=1
run seen_late --set protocol.sees_target_ahead=false
run pause --set protocol.gap_ms=100
"$lobule" compare "$out"/*/
