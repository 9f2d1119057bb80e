"""The circuit of circuit.json in Brian2: python circuit.py CIRCUIT.json SEED [cython | cpp_standalone]"""

import json
import sys
import tempfile

import numpy as np
from brian2 import *

d = json.load(open(sys.argv[1]))
is_standalone = sys.argv[3:] == ["cpp_standalone"]
if is_standalone:
    set_device("cpp_standalone", build_on_run=False)
else:
    prefs.codegen.target = "cython"
defaultclock.dt = d["dt_ms"] * ms
seed(int(sys.argv[2]))
draw = np.random.default_rng(int(sys.argv[2]))

UNITS = {"C_m": pF, "g_L": nS, "I_e": pA, "t_ref": ms, "tau_syn_ex": ms, "tau_syn_in": ms}
MEMBRANE = """
dv/dt = (g_L*(E_L - v) + g_ex*(E_ex - v) + g_in*(E_in - v) + I_e)/C_m : volt (unless refractory)
dg_ex/dt = -g_ex/tau_syn_ex : siemens
dg_in/dt = -g_in/tau_syn_in : siemens
"""
# The alpha function of the presynaptic spikes in two stages, integrated from event to event.
PLASTIC = """
w : siemens
da/dt = -a/tau : 1 (event-driven)
db/dt = (a - b)/tau : 1 (event-driven)
"""
rule = d["learning"]
LEARNING = {"tau": rule["tau_ms"] * ms} | {x: rule[x] * nS for x in ("a_pre", "a_teacher", "w_min", "w_max")}

groups, projections = {}, {}
for name, source in d["sources"].items():
    groups[name] = PoissonGroup(source["n"], source["rate_hz"] * Hz, name=name)
for name, cell in d["cells"].items():
    values = {key: value * UNITS.get(key, mV) for key, value in cell.items() if key != "n"}
    is_taught = name == "purkinje_cell"
    groups[name] = NeuronGroup(
        cell["n"], MEMBRANE + is_taught * "climbing : boolean", method="rk4", name=name, namespace=values,
        threshold="v > V_th", reset="v = V_reset", refractory=values["t_ref"],
        events={"taught": "climbing"} if is_taught else {},
    )
    groups[name].v = values["E_L"]
groups["purkinje_cell"].run_on_event("taught", "climbing = False")

for p in d["projections"]:
    pre, post, label = groups[p["pre"]], groups[p["post"]], f"{p['pre']}_to_{p['post']}"
    act = {"act": f"g_{p['receptor']}_post += w"}
    if label == rule["projection"]:
        synapses = Synapses(
            pre, post, PLASTIC, name=label, namespace=LEARNING,
            on_pre=act | {"potentiate": "w = clip(w + a_pre, w_min, w_max); a += exp(1)"},
            on_post={"depress": "w = clip(w + a_teacher*b, w_min, w_max)"}, on_event={"depress": "taught"},
        )
    elif label == rule["teacher"]:
        synapses = Synapses(pre, post, "w : siemens", name=label, on_pre=act | {"teach": "climbing_post = True"})
    else:
        synapses = Synapses(pre, post, "w : siemens", name=label, on_pre=act)
    if "indegree" in p:
        i = [draw.choice(len(pre), p["indegree"], replace=False) for _ in range(len(post))]
        synapses.connect(i=np.concatenate(i), j=np.repeat(np.arange(len(post)), p["indegree"]))
    else:
        synapses.connect(j="i")
    synapses.w = p["weight"] * nS
    synapses.act.delay = p["delay"] * ms
    projections[label] = synapses

spikes = {name: SpikeMonitor(groups[name]) for name in d["cells"]}
network = Network(groups.values(), projections.values(), spikes.values())
network.run(0 * ms if not is_standalone else (d["settle_ms"] + d["run_ms"]) * ms)  # Generates the code.
if is_standalone:
    device.build(directory=tempfile.mkdtemp(), run=False)
print("ready", flush=True)
if is_standalone:
    device.run()
else:
    network.run((d["settle_ms"] + d["run_ms"]) * ms)
print("done", flush=True)

late = {name: (monitor.t / ms >= d["settle_ms"]).sum() for name, monitor in spikes.items()}
rates = {name: late[name] / d["cells"][name]["n"] / d["run_ms"] * 1e3 for name in late}
print(json.dumps({"rates_hz": rates, "weight_ns": float(np.mean(projections[rule["projection"]].w / nS))}))
