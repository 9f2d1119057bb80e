"""Reference statistics from NEST of a small circuit at rest and under mossy bursts.

    lobule network build --size 100x100 --seed 1 --out net.hdf5
    python build_module.py FOLDER
    LD_LIBRARY_PATH=FOLDER python statistics_at_rest.py net.hdf5 > statistics.json

`crates/cerebellum/tests/nest.rs` builds the same circuit, runs it in lobule and compares. At rest: 500 ms are left
out, then windows of 500 ms; the standard error of a rate is that over windows. Bursts: 150 Hz more on the mossy
fibers within 40 um of the middle of the granular layer for 60 ms, every 400 ms; rates during them. The spikes of the
mossy fibers are kept too, so that both simulators hear the same input, and the number of spikes of each cell at rest.
"""

import itertools
import json
import os
import sys

import numpy as np

import circuit

SETTLE, WINDOW, WINDOWS = 500.0, 500.0, 16
BURST_HZ, BURST, EVERY, BURSTS, WITHIN_UM = 150.0, 60.0, 400.0, 10, 40.0
SIZE_UM, SEED = 100.0, 1
# Correlations of spike counts in bins of this length, ms.
BIN = 10.0
# Populations whose pairs are correlated: few cells, many spikes.
CORRELATED = ("golgi_cell", "purkinje_cell", "basket_cell", "stellate_cell")


def trains(recorders, nodes):
    """Times of each cell's spikes, ms, by population."""
    spikes = {}
    for name, recorder in recorders.items():
        events = recorder.events
        first = nodes[name].tolist()[0]
        order = np.lexsort((events["times"], events["senders"]))
        senders, times = events["senders"][order] - first, events["times"][order]
        cells = np.split(times, np.searchsorted(senders, np.arange(1, len(nodes[name]))))
        spikes[name] = cells
    return spikes


def cv(times):
    intervals = np.diff(times)
    return intervals.std(ddof=1) / intervals.mean() if len(intervals) >= 2 else None


def measure(name, cells, begin, windows):
    cells = [t[(t > begin) & (t <= begin + windows * WINDOW)] for t in cells]
    edges = begin + WINDOW * np.arange(windows + 1)
    rate = np.array([[np.histogram(t, edges)[0] for t in cells]])[0].sum(0) / len(cells) / WINDOW * 1e3
    each = np.array([len(t) for t in cells]) / (windows * WINDOW) * 1e3
    cvs = [c for c in map(cv, cells) if c is not None]
    result = {
        "n": len(cells),
        "rate_hz": rate.mean(),
        "rate_se_hz": rate.std(ddof=1) / np.sqrt(windows),
        "rate_sd_hz": each.std(ddof=1),
        "cv": float(np.mean(cvs)) if cvs else None,
    }
    if name in CORRELATED:
        bins = np.arange(begin, begin + windows * WINDOW + BIN / 2, BIN)
        counts = np.array([np.histogram(t, bins)[0] for t in cells])
        counts = counts[counts.std(1) > 0]
        r = np.corrcoef(counts)
        result["correlation"] = float(np.mean([r[i, j] for i, j in itertools.combinations(range(len(r)), 2)]))
    return result


def count(cells):
    """Spikes of each cell at rest."""
    return [int(((t > SETTLE) & (t <= SETTLE + WINDOWS * WINDOW)).sum()) for t in cells]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    kept = os.dup(1)
    os.dup2(2, 1)
    import nest

    nodes, recorders, counts, positions = circuit.build(nest, sys.argv[1], SEED)
    middle = np.array([SIZE_UM / 2, SIZE_UM / 2, 65.0])
    near = np.flatnonzero(np.linalg.norm(positions - middle, axis=1) <= WITHIN_UM)
    rest = SETTLE + WINDOWS * WINDOW
    for k in range(BURSTS):
        start = rest + k * EVERY
        # The device acts through a delay of 1 ms.
        burst = {"rate": BURST_HZ, "start": start - 1.0, "stop": start - 1.0 + BURST}
        nest.Connect(nest.Create("poisson_generator", params=burst), nodes["mossy_fiber"][near.tolist()])
    nest.Simulate(rest + BURSTS * EVERY + 1.0)
    spikes = trains(recorders, nodes)
    result = {"nest": nest.__version__, "size_um": SIZE_UM, "seed": SEED, "settle_ms": SETTLE, "window_ms": WINDOW}
    result |= {"windows": WINDOWS, "bin_ms": BIN, "burst_hz": BURST_HZ, "burst_ms": BURST, "every_ms": EVERY}
    result |= {"bursts": BURSTS, "within_um": WITHIN_UM, "fibres_in_burst": len(near)}
    result["rest"] = {name: measure(name, cells, SETTLE, WINDOWS) for name, cells in spikes.items()}
    result["burst"] = {}
    for name, cells in spikes.items():
        starts = rest + EVERY * np.arange(BURSTS)
        each = np.array([sum(((t > b) & (t <= b + BURST)).sum() for t in cells) for b in starts])
        each = each / len(cells) / BURST * 1e3
        result["burst"][name] = {"rate_hz": each.mean(), "rate_se_hz": each.std(ddof=1) / np.sqrt(BURSTS)}
    mossy = [[round(float(t), 1) for t in times] for times in spikes["mossy_fiber"]]
    sys.stdout.flush()
    os.dup2(kept, 1)
    text = json.dumps(result, indent=1)
    each = {name: count(cells) for name, cells in spikes.items()}
    lines = {"spikes_of_cells_at_rest": each, "mossy_fiber_spikes_ms": mossy}
    lines = "".join(f',\n "{key}": {json.dumps(value)}' for key, value in lines.items())
    print(text[: text.rindex("}")].rstrip() + lines + "\n}")


if __name__ == "__main__":
    main()
