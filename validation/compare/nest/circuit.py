"""The circuit of circuit.json in NEST: python circuit.py CIRCUIT.json SEED"""

import json
import sys

import nest

d = json.load(open(sys.argv[1]))
nest.ResetKernel()
nest.set(verbosity=nest.VerbosityLevel.ERROR, resolution=d["dt_ms"], rng_seed=int(sys.argv[2]), print_time=False)

nodes, recorders = {}, {}
for name, source in d["sources"].items():
    nodes[name] = nest.Create("parrot_neuron", source["n"])
    noise = nest.Create("poisson_generator", params={"rate": source["rate_hz"]})
    nest.Connect(noise, nodes[name])
for name, cell in d["cells"].items():
    parameters = {key: value for key, value in cell.items() if key != "n"}
    nodes[name] = nest.Create("iaf_cond_exp", cell["n"], params=parameters | {"V_m": cell["E_L"]})
    recorders[name] = nest.Create("spike_recorder", params={"start": d["settle_ms"]})
    nest.Connect(nodes[name], recorders[name])

rule = d["learning"]
teacher = rule["teacher"].split("_to_")[0]
for p in d["projections"]:
    pre, post = nodes[p["pre"]], nodes[p["post"]]
    connect = {"rule": "one_to_one"}
    if "indegree" in p:
        connect = {"rule": "fixed_indegree", "indegree": p["indegree"], "allow_multapses": False}
    synapse = {"weight": p["weight"] if p["receptor"] == "ex" else -p["weight"], "delay": p["delay"]}
    if f"{p['pre']}_to_{p['post']}" != rule["projection"]:
        nest.Connect(pre, post, connect, synapse)
        continue
    # Each Purkinje cell has its teacher: a volume transmitter that receives one climbing fiber, and a copy of the synapse model.
    for k, (cell, fiber) in enumerate(zip(post, nodes[teacher], strict=True)):
        transmitter = nest.Create("volume_transmitter")
        nest.Connect(fiber, transmitter)
        nest.CopyModel("stdp_dopamine_synapse", f"taught_{k}", {"volume_transmitter": transmitter} | d["nest"])
        nest.Connect(pre, cell, connect, synapse | {"synapse_model": f"taught_{k}"})

nest.Prepare()
print("ready", flush=True)
nest.Run(d["settle_ms"] + d["run_ms"])
print("done", flush=True)
nest.Cleanup()

rates = {name: recorder.n_events / d["cells"][name]["n"] / d["run_ms"] * 1e3 for name, recorder in recorders.items()}
granules, purkinjes = (nodes[name] for name in rule["projection"].split("_to_"))
weights = nest.GetConnections(granules, purkinjes).weight
print(json.dumps({"rates_hz": rates, "weight_ns": sum(weights) / len(weights)}))
