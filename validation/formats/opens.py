#!/usr/bin/env python3
"""Do the programs that SONATA and NWB files are made for open lobule's, and see the same numbers?

    python3 -m venv venv
    venv/bin/pip install pynwb==4.2.0 nwbinspector==0.7.2 libsonata==0.2.2 bmtk==1.2.0 h5py==3.16.0
    cargo build --release -p lobule-cli && cargo build --release -p lobule --example recordings
    venv/bin/python validation/formats/opens.py target/release [PYTHON_WITH_BSB] > validation/formats/opens.txt

PYTHON_WITH_BSB is the interpreter of the environment that `validation/bsb_opens_ours.py` needs; without it BSB
is not asked. Exit status 0 when nothing differs. Output of the last run: opens.txt, with Python 3.11.

What is asked:
  - SONATA circuit: libsonata and bmtk read populations, positions, labels, edges and indices; lobule reads it back;
    converted to a BSB file again, BSB opens it.
  - a circuit that bmtk's own builder wrote: lobule sees its cells and edges.
  - spikes and traces: every spike time in seconds (NWB) and milliseconds (SONATA) against spikes.csv and the printed
    values of the example; pynwb's validator and nwbinspector have nothing critical to say.
"""

import importlib.metadata
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import h5py
import libsonata
import numpy as np
from bmtk.builder import NetworkBuilder
from bmtk.utils.reports.spike_trains import SpikeTrains
from bmtk.utils.sonata import File
from nwbinspector import inspect_nwbfile
from pynwb import NWBHDF5IO, validate

ROWS = []


def row(what, reader, seen, wanted):
    is_same = seen == wanted
    ROWS.append(is_same)
    print(f"{what:44} {reader:24} {str(seen):>22} {'as lobule' if is_same else f'DIFFERS: {wanted}'}")


def run(*command):
    return subprocess.run([str(c) for c in command], check=True, capture_output=True, text=True).stdout


def circuit(lobule, work):
    """A native circuit as SONATA."""
    net, folder, back = work / "net.hdf5", work / "circuit", work / "back.hdf5"
    run(lobule, "network", "build", "--size", "100x100", "--seed", "1", "--out", net)
    run(lobule, "network", "convert", net, folder)
    run(lobule, "network", "convert", folder, back)
    info = [json.loads(run(lobule, "network", "info", f, "--json")) for f in (net, folder, back)]
    row("info of BSB file, circuit, BSB file again", "lobule", info[0] == info[1] == info[2], True)
    hashes = [run(lobule, "network", "simulate", f, "--duration", "100ms").split("hash ")[1].split()[0] for f in (net, folder)]
    row("simulated from either: hash", "lobule", hashes[1], hashes[0])
    expected = info[0]

    config = libsonata.CircuitConfig.from_file(str(folder / "circuit_config.json"))
    nodes = {name: config.node_population(name) for name in config.node_populations}
    row("cells of all types", "libsonata", {n: p.size for n, p in nodes.items()} == expected["cells"], True)
    cells = nodes["purkinje_cell"]
    z = cells.get_attribute("z", cells.select_all())
    with h5py.File(net) as file:
        placed = [g["position"][:] for g in file["placement/purkinje_cell"].values() if isinstance(g, h5py.Group)]
    # Chunks of a BSB file are listed by name, nodes by number.
    row("z of Purkinje cells, to the last bit", "libsonata, h5py", sorted(z) == sorted(np.concatenate(placed)[:, 2]), True)
    sets = libsonata.NodeSets.from_file(config.node_sets_path)
    labels = cells.get_attribute("labels", cells.select_all())
    plus = sets.materialize("purkinje_cell_plus", cells).flatten()
    row("node set purkinje_cell_plus", "libsonata", plus.tolist(), np.flatnonzero(labels == "plus").tolist())

    rows, pairs, indexed = 0, 0, True
    for name in config.edge_populations:
        edges = config.edge_population(name)
        select = edges.select_all()
        ends = np.stack([edges.source_nodes(select), edges.target_nodes(select)]) if edges.size else np.zeros((2, 0))
        rows += edges.size
        pairs += len(np.unique(ends, axis=1).T)
        for node in (0, 3):
            if edges.size:
                indexed &= edges.afferent_edges([node]).flatten().tolist() == np.flatnonzero(ends[1] == node).tolist()
                indexed &= edges.efferent_edges([node]).flatten().tolist() == np.flatnonzero(ends[0] == node).tolist()
    row("rows of all sets", "libsonata", rows, sum(c["rows"] for c in expected["connections"].values()))
    row("pairs of all sets", "libsonata", pairs, sum(c["pairs"] for c in expected["connections"].values()))
    row("edges of a node by both indices", "libsonata", bool(indexed), True)

    files = File([folder / n for n in ("nodes.h5", "edges.h5")], [folder / n for n in ("node_types.csv", "edge_types.csv")])
    row("cells of all types", "bmtk", {n: len(files.nodes[n]) for n in files.nodes.population_names} == expected["cells"], True)
    table = files.nodes["purkinje_cell"].to_dataframe()
    row("model_type, z of Purkinje cells", "bmtk", (set(table["model_type"]), bool((table["z"].values == z).all())), ({"point_neuron"}, True))
    edges = files.edges["parallel_fiber_to_purkinje"]
    ends = config.edge_population("parallel_fiber_to_purkinje")
    row("edges onto Purkinje cell 0", "bmtk", sum(1 for _ in edges.get_target(0)), len(ends.afferent_edges([0]).flatten()))
    return net, back, expected


def foreign(lobule, work):
    """A circuit of bmtk's builder."""
    folder = work / "foreign"
    folder.mkdir()
    grc, pc = NetworkBuilder("granular"), NetworkBuilder("purkinje")
    points = np.random.default_rng(1).uniform(0, 100, (40, 3))
    x, y, z = points.T
    grc.add_nodes(N=40, pop_name="granule_cell", model_type="point_neuron", model_template="nest:iaf", x=x, y=y, z=z)
    pc.add_nodes(N=5, pop_name="purkinje_cell", model_type="point_neuron", model_template="nest:iaf")
    pc.add_edges(source=grc.nodes(), target=pc.nodes(), connection_rule=lambda s, t: (s.node_id + t.node_id) % 3,
                 syn_weight=1.0, delay=2.0, model_template="static_synapse")
    for network in (grc, pc):
        network.build()
        network.save(output_dir=str(folder))
    seen = json.loads(run(lobule, "network", "info", folder, "--json"))
    row("cells of bmtk's own circuit", "lobule", seen["cells"], {"granule_cell": 40, "purkinje_cell": 5})
    contacts = sum((s + t) % 3 for s in range(40) for t in range(5))
    row("contacts (nsyns) of bmtk's own circuit", "lobule", seen["connections"]["granular_to_purkinje"]["rows"], contacts)
    converted = work / "foreign.hdf5"
    run(lobule, "network", "convert", folder, converted)
    again = json.loads(run(lobule, "network", "info", converted, "--json"))
    row("the same as a BSB file", "lobule", again["connections"]["granular_to_purkinje"]["pairs"],
        seen["connections"]["granular_to_purkinje"]["pairs"])
    for note in seen["notes"]:
        print(f"    note: {note}")


def spikes_of(csv):
    spikes = {}
    for line in csv.read_text().splitlines()[1:]:
        population, neuron, time = line.split(",")
        spikes.setdefault(population, []).append((round(float(time), 1), int(neuron)))
    return spikes


def compare_spikes(folder, expected):
    """spikes.h5 and recording.nwb against spikes by population: [(ms, neuron)]."""
    reader = libsonata.SpikeReader(str(folder / "spikes.h5"))
    seen = {}
    for population in reader.get_population_names():
        spikes = reader[population]
        found = [(round(t, 1), i) for i, t in spikes.get()]
        if found:
            seen[population] = found
    total = sum(map(len, expected.values()))
    row("SONATA spikes: all times and neurons", "libsonata", (seen == expected, total), (True, total))
    row("SONATA spikes: sorting, units", "libsonata", (reader["purkinje_cell"].sorting, reader["purkinje_cell"].time_units), ("by_time", "ms"))
    trains = SpikeTrains.from_sonata(str(folder / "spikes.h5"))
    found = {p: sorted((round(t, 1), i) for i in trains.node_ids(p) for t in trains.get_times(i, population=p)) for p in expected}
    row("SONATA spikes: all times and neurons", "bmtk", found == {p: sorted(s) for p, s in expected.items()}, True)
    with NWBHDF5IO(str(folder / "recording.nwb"), "r") as io:
        file = io.read()
        units = file.units
        found = {}
        for population, cell, index in zip(units["population"][:], units["cell"][:], range(len(units))):
            for time in units["spike_times"][index]:
                found.setdefault(population, []).append((round(1000 * time, 1), int(cell)))
        found = {p: sorted(s) for p, s in found.items()}
        row("NWB: all spike times", "pynwb", (found == {p: sorted(s) for p, s in expected.items()}, total), (True, total))


def inspect(path):
    problems = validate(path=str(path))
    row("NWB: problems", "pynwb's validator", len(problems), 0)
    messages = list(inspect_nwbfile(str(path)))
    counts = Counter(m.importance.name for m in messages)
    bad = {k: v for k, v in counts.items() if k != "BEST_PRACTICE_SUGGESTION"}
    row("NWB: worse than a suggestion", "nwbinspector", bad, {})
    for message in messages:
        print(f"    {message.importance.name}: {message.check_function_name}: {message.message}")


def recordings(lobule, example, work, net):
    """Spikes of the command, then spikes and traces of the example."""
    folder = work / "simulated"
    run(lobule, "network", "simulate", net, "--duration", "500ms", "--out", folder, "--format", "csv,sonata,nwb",
        "--session-start", "2026-01-02T03:04:05+00:00")
    compare_spikes(folder, spikes_of(folder / "spikes.csv"))
    inspect(folder / "recording.nwb")

    folder = work / "example"
    folder.mkdir()
    printed = {}
    for line in run(example, net, folder).splitlines():
        trace, neuron, step, value = line.split(",")
        printed.setdefault(trace, {}).setdefault(int(neuron), []).append((int(step), np.float32(value)))
    with NWBHDF5IO(str(folder / "recording.nwb"), "r") as io:
        file = io.read()
        for name, neurons in printed.items():
            series = file.acquisition[name]
            values = np.array([[v for _, v in samples] for samples in neurons.values()]).T
            row(f"NWB: values of {name}", "pynwb", (series.data.shape, bool((series.data[:] == values).all())), (values.shape, True))
            first, second = (step for step, _ in next(iter(neurons.values()))[:2])
            row(f"NWB: start (s), rate (Hz) of {name}", "pynwb", (round(series.starting_time, 6), round(series.rate, 6)),
                (round(first * 1e-4, 6), round(1e4 / (second - first), 6)))
    inspect(folder / "recording.nwb")
    for name, neurons in printed.items():
        population = name.split(".")[0]
        report = libsonata.SomaReportReader(str(folder / f"{name}.h5"))[population]
        frames = report.get()
        order = [list(neurons).index(i) for i in np.ravel(frames.ids)]
        values = np.array([[v for _, v in samples] for samples in neurons.values()]).T[:, order]
        row(f"SONATA report: values of {name}", "libsonata", (frames.data.shape, bool((frames.data == values).all())), (values.shape, True))
        row(f"SONATA report: units of {name}", "libsonata", (report.time_units, report.data_units), ("ms", "mV"))


def main(folder, bsb=None):
    lobule, example = Path(folder) / "lobule", Path(folder) / "examples/recordings"
    names = ("pynwb", "hdmf", "nwbinspector", "libsonata", "bmtk", "h5py")
    print(", ".join(f"{p} {importlib.metadata.version(p)}" for p in names), end="\n\n")
    with tempfile.TemporaryDirectory() as work:
        work = Path(work)
        net, back, info = circuit(lobule, work)
        foreign(lobule, work)
        recordings(lobule, example, work, net)
        if bsb:
            expected = work / "expected.json"
            expected.write_text(json.dumps(info))
            script = Path(__file__).parent.parent / "bsb_opens_ours.py"
            lines = run(bsb, script, back, expected).splitlines()
            row("circuit as a BSB file again", lines[0].split(": ")[1].split(",")[0], lines[-2 if not lines[-1] else -1],
                "result: opened; 0 differences from the expected table")
    print(f"\n{len(ROWS)} rows, {ROWS.count(False)} differ")
    return ROWS.count(False) > 0


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
