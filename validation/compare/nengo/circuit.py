"""The circuit of circuit.json in Nengo: python circuit.py CIRCUIT.json SEED

Nengo's LIF has a current and no conductances: each weight acts with the driving force midway between rest and threshold.
Connections have no parameter for a delay, and none is made here.
"""

import json
import sys

import nengo
import numpy as np

d = json.load(open(sys.argv[1]))
dt, duration = d["dt_ms"] / 1e3, (d["settle_ms"] + d["run_ms"]) / 1e3
draw = np.random.default_rng(int(sys.argv[2]))
rule = d["learning"]


def membrane(cell, n):
    """Cells of one type with their currents given directly, in units of the rheobase."""
    lif = nengo.LIF(tau_rc=cell["C_m"] / cell["g_L"] / 1e3, tau_ref=cell["t_ref"] / 1e3)
    bias = cell["I_e"] / cell["g_L"] / (cell["V_th"] - cell["E_L"])
    return nengo.Ensemble(n, 1, neuron_type=lif, encoders=np.ones((n, 1)), gain=np.ones(n), bias=np.full(n, bias))


def synapse(p):
    """Low-pass filter of a projection, and the current that 1 nS of it gives."""
    cell = d["cells"][p["post"]]
    tau = cell[f"tau_syn_{p['receptor']}"] / 1e3
    driving_force = cell[f"E_{p['receptor']}"] - (cell["E_L"] + cell["V_th"]) / 2
    return nengo.Lowpass(tau), tau * driving_force / cell["g_L"] / (cell["V_th"] - cell["E_L"])


counts, learned = {}, []
with nengo.Network(seed=int(sys.argv[2])) as model:
    neurons = {}
    for name, source in d["sources"].items():
        n = source["n"]
        poisson = nengo.PoissonSpiking(nengo.RectifiedLinear())
        bias = np.full(n, source["rate_hz"])
        neurons[name] = nengo.Ensemble(n, 1, neuron_type=poisson, gain=np.ones(n), bias=bias).neurons
    for name, cell in d["cells"].items():
        if name == "purkinje_cell":
            # One ensemble each, so that each has an error of its own.
            purkinje = [membrane(cell, 1).neurons for _ in range(cell["n"])]
            neurons[name] = nengo.Node(size_in=cell["n"])
            for k, one in enumerate(purkinje):
                nengo.Connection(one, neurons[name][k], synapse=None)
        else:
            neurons[name] = membrane(cell, cell["n"]).neurons
        total = nengo.Node(size_in=1)
        nengo.Connection(neurons[name], total, transform=np.full((1, cell["n"]), dt), synapse=None)
        counts[name] = nengo.Probe(total)

    for p in d["projections"]:
        pre, post, (lowpass, per_nS) = neurons[p["pre"]], neurons[p["post"]], synapse(p)
        n_pre, n_post = pre.size_out, post.size_in
        sources = [draw.choice(n_pre, p["indegree"], replace=False) if "indegree" in p else [k] for k in range(n_post)]
        if p["post"] != "purkinje_cell":
            indices = [(j, i) for j, from_ in enumerate(sources) for i in from_]
            weights = np.full(len(indices), p["weight"] * per_nS)
            transform = nengo.Sparse((n_post, n_pre), indices=indices, init=weights)
            nengo.Connection(pre, post, transform=transform, synapse=lowpass)
            continue
        for k, (from_, one) in enumerate(zip(sources, purkinje)):
            transform = np.full((1, len(from_)), p["weight"] * per_nS)
            connection = nengo.Connection(pre[list(from_)], one, transform=transform, synapse=lowpass)
            if f"{p['pre']}_to_{p['post']}" == rule["projection"]:
                # Prescribed error sensitivity: -rate / n x error x alpha function of the presynaptic spikes.
                tau = rule["tau_ms"] / 1e3
                area = np.e * tau
                rate = -rule["a_teacher"] * area * per_nS * len(from_)
                connection.learning_rule_type = nengo.PES(rate, pre_synapse=nengo.Alpha(tau))
                teacher = neurons[rule["teacher"].split("_to_")[0]]
                nengo.Connection(teacher[k], connection.learning_rule, synapse=None)
                unmoved = nengo.Node(rule["a_pre"] / rule["a_teacher"] / area)
                nengo.Connection(unmoved, connection.learning_rule, synapse=None)
                learned.append((nengo.Probe(connection, "weights", sample_every=duration), per_nS))

with nengo.Simulator(model, dt=dt, progress_bar=False) as simulator:
    print("ready", flush=True)
    simulator.run(duration)
    print("done", flush=True)

late = simulator.trange() > d["settle_ms"] / 1e3
rates = {name: simulator.data[probe][late].sum() / d["cells"][name]["n"] / d["run_ms"] * 1e3 for name, probe in counts.items()}
weight = np.mean([simulator.data[probe][-1].mean() / per_nS for probe, per_nS in learned])
print(json.dumps({"rates_hz": rates, "weight_ns": weight}))
