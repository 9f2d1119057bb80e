"""A network file as a circuit in NEST: awake parameters of cerebellar-models 0.13, one synapse per connected pair
with the weights of its contacts added up, as bsb-nest makes them; Poisson mossy fibers; all cells recorded."""

import json

import h5py
import numpy as np

from traces import CELLS, DT, NAMES

AWAKE = {
    "purkinje_cell": {"I_e": 700.0, "lambda_0": 4.0, "tau_V": 3.5},
    "dcn_p": {"lambda_0": 3.0, "tau_V": 3.0},
}
# Peak conductance of a contact, nS; delay, ms; receptor.
SYNAPSES = {
    "mossy_fibers_to_glomerulus": (1.0, 1.0, 0),
    "glomerulus_to_granule": (0.23, 1.0, 1),
    "glomerulus_to_golgi": (0.24, 1.0, 1),
    "golgi_to_glomerulus": (0.24, 2.0, 2),
    "golgi_to_golgi": (0.007, 4.0, 2),
    "ascending_axon_to_golgi": (0.82, 2.0, 3),
    "parallel_fiber_to_golgi": (0.05, 5.0, 3),
    "parallel_fiber_to_purkinje": (0.14, 5.0, 1),
    "ascending_axon_to_purkinje": (0.41, 2.0, 1),
    "parallel_fiber_to_stellate": (0.08, 5.0, 1),
    "stellate_to_stellate": (0.005, 4.0, 2),
    "stellate_to_purkinje": (0.17, 5.0, 2),
    "parallel_fiber_to_basket": (0.06, 5.0, 1),
    "basket_to_basket": (0.006, 4.0, 2),
    "basket_to_purkinje": (0.8, 4.0, 2),
    "mossy_fibers_to_dcn_p": (0.25, 4.0, 1),
    "purkinje_to_dcn_p": (0.35, 4.0, 2),
    "purkinje_to_dcn_i": (0.02, 4.0, 2),
    "io_to_purkinje": (1.6, 4.0, 3),
    "io_to_mli_io_to_basket_cell": (5.0, 40.0, 3),
    "io_to_mli_io_to_stellate_cell": (5.0, 40.0, 3),
    "io_to_dcn_p": (0.4, 4.0, 1),
    "io_to_dcn_i": (0.25, 5.0, 1),
    "dcn_i_to_io": (0.45, 25.0, 2),
}
# The variant with short-term plasticity: weight, nS, then U, tau_rec and tau_fac, ms, of `tsodyks2_synapse`.
SHORT_TERM = {
    "glomerulus_to_granule": (0.53, 0.43, 8.0, 5.0),
    "glomerulus_to_golgi": (0.56, 0.43, 8.0, 5.0),
    "golgi_to_glomerulus": (0.68, 0.35, 36.0, 58.0),
    "ascending_axon_to_golgi": (2.05, 0.4, 35.1, 54.0),
    "parallel_fiber_to_golgi": (0.125, 0.4, 35.1, 54.0),
    "parallel_fiber_to_purkinje": (1.07, 0.13, 35.1, 54.0),
    "ascending_axon_to_purkinje": (3.15, 0.13, 35.1, 54.0),
    "parallel_fiber_to_stellate": (0.1, 0.15, 35.1, 10.8),
    "stellate_to_stellate": (0.0005, 0.42, 38.7, 4.0),
    "stellate_to_purkinje": (0.48, 0.35, 15.0, 4.0),
    "parallel_fiber_to_basket": (0.4, 0.15, 35.1, 10.8),
    "basket_to_basket": (0.02, 0.42, 38.7, 4.0),
    "basket_to_purkinje": (2.28, 0.35, 15.0, 4.0),
}
RELAYS = ("mossy_fiber", "glomerulus")
# BSB's name of a cell type and ours, where they differ.
ALIASES = {"mossy_fibers": "mossy_fiber", "io": "io_cell"}
# Gap junctions are used by neither side.
LEFT_OUT = ("gap_goc",)
BACKGROUND_HZ = 4.0


def cells(file):
    """Number of cells of each type, and the first cell of each of its chunks."""
    counts, firsts = {}, {}
    for name, group in file["placement"].items():
        chunks = {int(c): n for c, n in json.loads(group.attrs["chunks"]).items()}
        first, at = {}, 0
        for chunk in sorted(chunks):
            first[chunk] = at
            at += chunks[chunk]
        counts[ALIASES.get(name, name)], firsts[ALIASES.get(name, name)] = at, first
    return counts, firsts


def chunk_id(coordinates):
    return sum(int(np.uint16(np.int16(c))) << (16 * k) for k, c in enumerate(coordinates))


def ends(group):
    """Cell types of the two sides of a connection set."""
    return [ALIASES.get(group.attrs[side], group.attrs[side]) for side in ("pre", "post")]


def pairs(group, firsts):
    """Presynaptic cell, postsynaptic cell and number of contacts of every connected pair."""
    pre_first, post_first = (firsts[cell] for cell in ends(group))
    pre, post = [], []
    for chunk, block in group["inc"].items():
        partners = [chunk_id(c) for c in block.attrs["chunk_list"]]
        starts = [int(block.attrs[str(p)]) for p in partners] + [len(block["local_locs"])]
        for partner, begin, end in zip(partners, starts, starts[1:]):
            post.append(block["local_locs"][begin:end, 0] + post_first[int(chunk)])
            pre.append(block["global_locs"][begin:end, 0] + pre_first[partner])
    if not pre:
        return np.empty((0, 2), int), np.empty(0, int)
    rows = np.column_stack([np.concatenate(pre), np.concatenate(post)])
    return np.unique(rows, axis=0, return_counts=True)


def build(nest, path, seed, has_short_term=False):
    """Populations, spike recorders and numbers of cells by name, and positions of the mossy fibers."""
    nest.set_verbosity("M_ERROR")
    nest.ResetKernel()
    nest.set(resolution=DT, rng_seed=seed, local_num_threads=1, print_time=False)
    nest.Install("lobule_checkmodule")
    with h5py.File(path) as file:
        counts, firsts = cells(file)
        nodes, recorders = {}, {}
        for name, n in counts.items():
            if name in RELAYS:
                nodes[name] = nest.Create("parrot_neuron", n)
            else:
                row = CELLS["basket_cell" if name == "stellate_cell" else name]
                parameters = dict(zip(NAMES, map(float, row.split()), strict=True)) | AWAKE.get(name, {})
                nodes[name] = nest.Create("eglif_check_neuron", n, params=parameters)
            recorders[name] = nest.Create("spike_recorder")
            # Not below the smallest delay of the circuit, or NEST exchanges spikes every step.
            nest.Connect(nodes[name], recorders[name], syn_spec={"delay": 1.0})
        for name, group in file["connectivity"].items():
            if name in LEFT_OUT:
                continue
            weight, delay, receptor = SYNAPSES[name.removesuffix("_minus")]
            model = {}
            if has_short_term and name in SHORT_TERM:
                weight, u, tau_rec, tau_fac = SHORT_TERM[name]
                model = {"synapse_model": "tsodyks2_synapse", "U": u, "tau_rec": tau_rec, "tau_fac": tau_fac}
            unique, contacts = pairs(group, firsts)
            if len(unique) == 0:
                continue
            pre, post = (np.array(nodes[cell].tolist())[unique[:, k]] for k, cell in enumerate(ends(group)))
            synapse = model | {"weight": weight * contacts, "delay": np.full(len(pre), delay)}
            if receptor:
                synapse["receptor_type"] = np.full(len(pre), receptor)
            nest.Connect(pre, post, "one_to_one", synapse)
        fibers = next(g for name, g in file["placement"].items() if ALIASES.get(name, name) == "mossy_fiber")
        chunks = sorted((name for name in fibers if name.isdigit()), key=int)
        positions = np.concatenate([fibers[chunk]["position"][:] for chunk in chunks])
    noise = nest.Create("poisson_generator", params={"rate": BACKGROUND_HZ})
    nest.Connect(noise, nodes["mossy_fiber"], syn_spec={"delay": 1.0})
    return nodes, recorders, counts, positions
