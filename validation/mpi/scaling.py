#!/usr/bin/env python3
"""A model, on paper, of a whole mouse cerebellum on N nodes. Prints a table; `scaling.txt` keeps its output.

Measured, on one machine (measured.json, made by measure.py): time per neuron step, per synaptic event and per
spike; memory per neuron and per pair; one exchange over 2 and 4 processes, on two cores that they share.
Known from the code: the sizes of state, wiring and message.
Assumed, and marked so below: the whole, a cluster's nodes and network, how far fibers reach, perfect
scaling over the cores of a node.
"""
import json, math, os

here = os.path.dirname(os.path.abspath(__file__))
measured = json.load(open(os.path.join(here, "measured.json")))
name = max(measured["compute"], key=lambda k: measured["compute"][k]["neurons"])
m = measured["compute"][name]

# Delivery = a * events + b * visits, least squares over the measured circuits.
rows = [(c["events_per_s"], c["visits_per_s"], c["stages_s"]["deliver"]) for c in measured["compute"].values()]
ee, vv, ev = sum(e * e for e, _, _ in rows), sum(v * v for _, v, _ in rows), sum(e * v for e, v, _ in rows)
et, vt = sum(e * t for e, _, t in rows), sum(v * t for _, v, t in rows)
det = ee * vv - ev * ev
PER_EVENT, PER_VISIT = (et * vv - vt * ev) / det, (vt * ee - et * ev) / det
if PER_EVENT <= 0 or PER_VISIT <= 0:  # not to be told apart: all of it to the events
    PER_EVENT, PER_VISIT = et / ee, 0.0

# --- Assumed -------------------------------------------------------------------------------------------------
GRANULE = 6e7  # granule cells of a mouse; counts in the literature differ by a factor of two
CORES = 64  # cores of a node, each as fast as one of the measured ones, without loss
LATENCY_S = 1.5e-6  # one message between nodes: Infiniband HDR with Open MPI, OSU latency 1 to 2 us
BANDWIDTH = 20e9  # bytes/s of one node, of nominal 25e9 (200 Gbit/s)
SHEET_MM = 12.0  # transverse extent of the unfolded cortex; its length follows from the area
REACH_MM = (2.0, 0.2)  # how far a spike reaches along and across the parallel fibers
INTERVAL_S, STEPS = 1e-3, 1e4

# --- Per granule cell, from the measured circuit --------------------------------------------------------------
granule = measured["granule"]
ratio = GRANULE / granule
neurons, eglif, pairs = (m[k] * ratio for k in ("neurons", "eglif", "pairs"))
spikes, events = m["spikes_per_s"] * ratio, m["events_per_s"] * ratio
area_mm2 = measured["area_mm2"] * ratio
length_mm = area_mm2 / SHEET_MM
BLOCK = 512
blocks = neurons / BLOCK

# --- Bytes, from the code -------------------------------------------------------------------------------------
STATE = 8 * 4  # E-GLIF: V, two adaptation currents, three pairs of receptors at most; f32
WIRING = 2  # a static synapse with one weight for all; 4 more with its own weight, 20 more when plastic
SITE = 24  # a cell of the network file: position, f64; every process reads all
SPIKE = 8  # a word of the message
offsets = measured["offset_entries"] * ratio * ratio * 4  # one per block and source of the projection: quadratic


def node(n):
    tile = math.sqrt(area_mm2 / n)
    width, depth = min(tile, SHEET_MM), area_mm2 / n / min(tile, SHEET_MM)
    heard = min(width + 2 * REACH_MM[0], SHEET_MM) * min(depth + 2 * REACH_MM[1], length_mm) / area_mm2
    heard = 1.0 if n == 1 else min(heard, 1.0)
    rows = 4 * (BLOCK + 64) * measured["rows_per_block"]  # offsets over the sources a block hears only
    memory = {
        "as it is": (eglif * STATE + pairs * WIRING + offsets) / n + neurons * SITE,
        "rows": (eglif * STATE + pairs * WIRING + blocks * rows) / n + neurons * SITE / n,
    }
    visits = spikes * heard * (blocks / n) * measured["rows_per_block"] * measured["visited"]
    compute = (eglif * STEPS * m["ns_per_neuron_step"] * 1e-9 / n + events * PER_EVENT / n + visits * PER_VISIT) / CORES
    serial = spikes * heard * m["ns_per_spike"] * 1e-9
    volume = 0 if n == 1 else spikes * (heard - 1 / n) * SPIKE / BANDWIDTH
    # Every rank talks to every other twice an interval: counts, then words.
    latency = 2 * (n - 1) * LATENCY_S / INTERVAL_S
    # Or to those only that it hears, once.
    near = min(n - 1, math.ceil(heard * n)) * LATENCY_S / INTERVAL_S
    return heard, memory, compute, serial, volume, latency, near


def main():
    c = measured["compute"]
    print("Measured (two shared cores; ns):")
    for k, v in c.items():
        print(f"  {k:14} {v['neurons']:7.0f} neurons {v['pairs']:9.0f} pairs: {v['ns_per_neuron_step']:6.2f} per neuron step,"
              f" {v['ns_per_spike']:5.1f} per spike merged")
    print(f"  delivery, fitted to these: {1e9 * PER_EVENT:.1f} per synaptic event, {1e9 * PER_VISIT:.1f} per visit of a spike by a block")
    for ranks, rows in measured["exchange"].items():
        first, last = rows[0], rows[-1]
        rate = last[0] * (int(ranks) - 1) / last[1] / 1e9
        print(f"  exchange over {ranks} processes: {1e6 * first[1]:.0f} us for {first[0]} bytes to each (median),"
              f" {1e3 * last[1]:.1f} ms for {last[0] / 1e6:.1f} MB to each ({rate:.2f} GB/s)")
    print("Measured: peak memory of each process, MB")
    for k, peaks in measured["memory_mb"].items():
        print(f"  {k:14} " + ", ".join(f"{r} rank(s): {'/'.join(map(str, p))}" for r, p in peaks.items()))
    print(f"\nScaled from {name} to {GRANULE:.0e} granule cells: {neurons:.2e} neurons, {pairs:.2e} pairs, "
          f"{spikes:.2e} spikes/s, {events:.2e} synaptic events/s, {area_mm2:.0f} mm2")
    print(f"Assumed: {CORES} cores a node without loss, {LATENCY_S * 1e6:.1f} us and {BANDWIDTH / 1e9:.0f} GB/s between nodes, one process "
          f"a node, spikes reach {REACH_MM[0]} x {REACH_MM[1]} mm, tiles of neighbors\n")
    print("Seconds of wall time per simulated second; GB per node")
    print(f"{'nodes':>6} {'hears':>6} | {'compute':>8} {'merge':>7} {'volume':>7} {'latency':>8} {'total':>8} | {'near':>7} {'total':>7}"
          f" | {'GB as is':>9} {'GB rows':>8}")
    crossing = None
    for n in (1, 4, 16, 64, 256, 1024, 4096):
        heard, memory, compute, serial, volume, latency, near = node(n)
        if crossing is None and volume + latency > compute + serial:
            crossing = n
        print(f"{n:6} {100 * heard:5.1f}% | {compute:8.2f} {serial:7.2f} {volume:7.3f} {latency:8.3f} {compute + serial + volume + latency:8.2f} |"
              f" {near:7.3f} {compute + serial + volume + near:7.2f} | {memory['as it is'] / 1e9:9.0f} {memory['rows'] / 1e9:8.2f}")
    n = next(n for n in range(2, 10000) if sum(node(n)[4:6]) > sum(node(n)[2:4]))
    print(f"\nWith all-to-all the exchange takes more than everything else from {n} nodes on.")
    print("hears: part of all spikes that a node must have. merge: one thread puts them in order. volume, latency: exchange over all\n"
          "nodes as implemented; near: the same over those only that a node hears (not implemented). GB as is: with one offset per\n"
          "source and block, as implemented; GB rows: with offsets for the heard sources only and positions of own cells (not implemented).")


main()
