#!/usr/bin/env bash
# Runs variants of the gains of experiments/prism.toml and prints their findings side
# by side; needs nothing but the built program. A refused variant is named and left out.
#
#   experiments/prism.tuning.sh [FOLDER]
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-runs/tuning}
lobule=target/release/lobule
conditions='conditions=["static","plastic","forward_only","inverse_only"]'

run() {
    local name=$1
    shift
    [ -d "$out/$name" ] || "$lobule" run prism --seeds 0,1 --no-progress --set "$conditions" "$@" --out "$out/$name" ||
        echo "$name: refused (see the message above)"
}

mkdir -p "$out"
run chosen
run a_minus_half --set forward.a_minus_ns=-0.00075 --set inverse.a_minus_ns=-0.002
run a_minus_double --set forward.a_minus_ns=-0.003 --set inverse.a_minus_ns=-0.008
run nuclei_weak --set module.purkinje_to_dcn_ns=0.85
run forward_weight_half --set cortex.nuclear_weight=0.5
run inverse_gain_double --set loop.inverse_gain=0.3
run rate_code --set planner.code=rate --set planner.mossy_fraction=0.4
run no_push_pull --set sensory_olive.is_push_pull=false --set motor_olive.is_push_pull=false
run strong_climbing_fibre --set module.climbing_fibre_ns=800
"$lobule" compare "$out"/*/
