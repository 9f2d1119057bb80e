"""Reference traces from NEST: membrane potentials and spike times of single cells under given spike trains.

    python build_module.py FOLDER
    LD_LIBRARY_PATH=FOLDER python traces.py > traces.json

`crates/circuit/tests/nest.rs` plays the same spikes into lobule's neurons and compares.
Each case is a list of input spikes (time ms, receptor), their weights (nS), the parameters and what NEST
recorded: V_m every millisecond (mV, at the ends of steps) and spike times (ms). Steps of 0.1 ms; delay 1 ms.
"""

import contextlib
import json
import os
import random
import sys

DT, DELAY, DURATION = 0.1, 1.0, 400.0

# Mouse cells of cerebellar-models 0.13, in vitro: C_m, tau_m, E_L, V_th, V_reset, V_min, V_m at the start,
# t_ref, I_e, k_adap, k_1, k_2, A1, A2, lambda_0, tau_V; then tau_syn of receptors 1 to 4.
NAMES = (
    "C_m tau_m E_L V_th V_reset V_min V_m t_ref I_e k_adap k_1 k_2 A1 A2 lambda_0 tau_V "
    "tau_syn1 tau_syn2 tau_syn3 tau_syn4"
).split()
CELLS = {
    "granule_cell": "7 24.15 -62 -41 -70 -150 -62 1.5 -0.888 0.022 0.311 0.041407868 0.01 -0.94 1 0.3 5.8 13.61 2 2",
    "golgi_cell": "145 44 -62 -55 -75 -150 -60 2 16.214 0.217 0.031 0.023 259.988 178.01 0.15 0.09 0.23 10 0.5 2",
    "purkinje_cell": "334 47 -59 -43 -69 -350 -59 0.5 590 1.491 0.195 0.041 157.622 172.622 0.5 2 1.1 2.8 0.4 2",
    "basket_cell": "14.6 9.125 -68 -53 -78 -150 -60 1.59 3.711 2.025 1.887 1.096 5.953 5.863 1.8 1 0.64 2 1.2 2",
    "dcn_p": "142 33 -45 -36 -55 -150 -45 1.5 75.385 0.408 0.697 0.047 13.857 3.477 1.5 1 1 0.7 2 2",
    "dcn_i": "56 56 -40 -39 -55 -150 -40 3 2.384 0.079 0.041 0.044 176.358 176.358 0.9 1 3.64 1.14 2 2",
    "io_cell": "189 11 -45 -35 -45 -150 -45 1 -18.101 1.928 0.191 0.091 1810.923 1358.197 1.2 0.8 1 60 2 2",
    "unipolar_brush_cell": "16.5 13.2 -66.7 -55.8 -76.7 -150 -62 1.67 1 1.17 0.14 0.76 0.0001 0.0001 1 0.5 0.2 2 2 2",
}


def eglif_cases():
    """Each cell without spikes, and with spikes at a hard threshold under a stronger drive."""
    for number, (cell, row) in enumerate(CELLS.items()):
        parameters = dict(zip(NAMES, map(float, row.split()), strict=True))
        scale = parameters["C_m"] / 2.0
        quiet = dict(parameters, lambda_0=0.0)
        yield f"{cell}, no spikes", "eglif", quiet, [0.02 * scale, 0.015 * scale, 0.02 * scale, 0.02 * scale], number
        # A current of 0.4 pA/pF above I_e brings every cell to fire.
        loud = dict(parameters, I_e=1.2 * parameters["I_e"] + 0.4 * parameters["C_m"], is_hard=True)
        yield f"{cell}, spikes", "eglif", loud, [0.06 * scale, 0.015 * scale, 0.06 * scale, 0.02 * scale], 100 + number


def lif_cases():
    """NEST's own conductance LIF, both time courses, without and with spikes."""
    common = {"C_m": 250.0, "g_L": 16.6667, "E_L": -70.0, "V_th": -55.0, "V_reset": -60.0, "t_ref": 2.0}
    common |= {"E_ex": 0.0, "E_in": -85.0, "tau_syn_ex": 0.7, "tau_syn_in": 2.0}
    for number, shape in enumerate(["exp", "alpha"]):
        yield f"iaf_cond_{shape}, no spikes", f"iaf_cond_{shape}", dict(common, V_th=50.0), [8.0, -5.0], 200 + number
        yield f"iaf_cond_{shape}, spikes", f"iaf_cond_{shape}", dict(common, I_e=350.0), [20.0, -5.0], 210 + number


def short_term_cases():
    """Short-term plasticity (`tsodyks2_synapse`) of parallel-fiber and Golgi synapses, and of a purely depressing one."""
    base = {"C_m": 250.0, "g_L": 16.6667, "E_L": -70.0, "V_th": 50.0, "V_reset": -60.0, "t_ref": 2.0}
    base |= {"E_ex": 0.0, "E_in": -85.0, "tau_syn_ex": 0.7, "tau_syn_in": 2.0}
    for number, (name, pair) in enumerate(
        {
            "facilitating": [(0.13, 35.1, 54.0), (0.35, 36.0, 58.0)],
            "depressing": [(0.5, 100.0, 0.0), (0.43, 8.0, 5.0)],
        }.items()
    ):
        short_term = [dict(zip(("U", "tau_rec", "tau_fac"), row, strict=True)) for row in pair]
        yield f"iaf_cond_exp, {name} synapses", "iaf_cond_exp", base, [40.0, -40.0], 220 + number, short_term


def drive(receptors, seed):
    """Spikes without structure, about 60 per second and receptor, on the grid of steps."""
    rng = random.Random(seed)
    spikes = [(k, r) for k in range(20, 3800) for r in range(1, receptors + 1) if rng.random() < 0.006]
    return [(round(k * DT, 1), r) for k, r in spikes]


def run(nest, model, parameters, weights, spikes, short_term):
    nest.ResetKernel()
    nest.set(resolution=DT, print_time=False)
    if model == "eglif":
        nest.Install("lobule_checkmodule")
    cell = nest.Create("eglif_check_neuron" if model == "eglif" else model)
    cell.set(parameters)
    for receptor, weight in enumerate(weights, 1):
        times = [t for t, r in spikes if r == receptor]
        source = nest.Create("spike_generator", params={"spike_times": times})
        synapse = {"weight": weight, "delay": DELAY}
        if model == "eglif":
            synapse["receptor_type"] = receptor
        if short_term:
            # A generator has no plastic synapses: a relay stands between, and its delay is taken off the times.
            synapse |= {"synapse_model": "tsodyks2_synapse"} | short_term[receptor - 1]
            source.spike_times = [round(t - DELAY, 1) for t in times]
            relay = nest.Create("parrot_neuron")
            nest.Connect(source, relay, syn_spec={"delay": DELAY})
            source = relay
        nest.Connect(source, cell, syn_spec=synapse)
    meter = nest.Create("multimeter", params={"record_from": ["V_m"], "interval": 1.0})
    recorder = nest.Create("spike_recorder")
    nest.Connect(meter, cell)
    nest.Connect(cell, recorder)
    nest.Simulate(DURATION)
    return [round(v, 5) for v in meter.events["V_m"]], [round(t, 1) for t in recorder.events["times"]]


@contextlib.contextmanager
def quiet():
    """NEST speaks on standard output, which is the file that is written."""
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)


def main():
    with quiet():
        import nest

        nest.set_verbosity("M_ERROR")
        cases = []
        plain = [(*case, None) for case in [*eglif_cases(), *lif_cases()]]
        for name, model, parameters, weights, seed, short_term in [*plain, *short_term_cases()]:
            spikes = drive(len(weights), seed)
            v_m, fired = run(nest, model, parameters, weights, spikes, short_term)
            cases.append(
                {
                    "name": name,
                    "model": model,
                    "parameters": parameters,
                    "weights_ns": [abs(w) for w in weights],
                    "short_term": short_term,
                    "input": spikes,
                    "v_m_mv": v_m,
                    "spikes_ms": fired,
                }
            )
        version = nest.__version__
    head = {"nest": version, "dt_ms": DT, "delay_ms": DELAY, "duration_ms": DURATION, "script": "validation/nest/traces.py"}
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    print(json.dumps(head)[:-1] + ', "cases": [\n' + lines + "\n]}")


if __name__ == "__main__":
    main()
