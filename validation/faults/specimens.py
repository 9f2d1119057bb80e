"""Files of every kind that lobule reads, made by lobule itself or written here, each with a command that reads it."""

import dataclasses
import json
import pathlib
import shutil
import time

# Trials of a session in the recordings that are analyzed, s.
ONSETS = [0.5 + k for k in range(8)]
CELL = """\
# a soma, a dendrite with a branch, an axon
1 1 0 0 0 5 -1
2 3 0 6 0 1 1
3 3 0 20 0 1 2
4 3 8 30 0 0.8 3
5 3 -8 30 0 0.8 3
6 2 0 -6 0 0.5 1
7 2 0 -40 5 0.5 6
"""


@dataclasses.dataclass
class Kind:
    """A kind of file: where whole ones are, which are damaged, and how they are read."""

    name: str
    # Folder that is copied for each trial, and the files in it that may be damaged.
    folder: pathlib.Path
    files: list
    # Commands that read a copy of the folder: functions from its path to arguments.
    commands: list
    # True if every change of the content must be noticed.
    has_checksum: bool = False
    # True if a person writes it: another legal value is no damage.
    is_text: bool = False
    # Files that the command writes and that belong to its result.
    written: tuple = ()


def circuit():
    """A small circuit as BSB's configuration describes it, with two cell types that are connected, and a simulation."""
    constants = {"t_ref": 1.5, "C_m": 7.0, "V_th": -41.0, "V_reset": -70.0, "E_L": -62.0, "V_m": -62.0}
    neuron = lambda: {"model": "iaf_cond_alpha", "constants": dict(constants)}
    return {
        "name": "a small circuit",
        "storage": {"engine": "hdf5", "root": "network.hdf5"},
        "network": {"x": 120, "y": 120, "z": 120, "chunk_size": [60, 60, 60]},
        "regions": {"cortex": {"type": "stack", "children": ["lower", "upper"]}},
        "partitions": {"lower": {"type": "layer", "thickness": 60}, "upper": {"type": "layer", "thickness": 60}},
        "morphologies": [{"file": "cell.swc", "name": "cell"}],
        "cell_types": {
            "granule_cell": {"spatial": {"radius": 2.5, "count": 40, "morphologies": ["cell"]}},
            "golgi_cell": {"spatial": {"radius": 4, "density": 1.0e-5, "morphologies": ["cell"]}},
        },
        "placement": {
            "granules": {"strategy": "bsb.placement.RandomPlacement", "partitions": ["lower"], "cell_types": ["granule_cell"]},
            "golgis": {"strategy": "bsb.placement.RandomPlacement", "partitions": ["upper"], "cell_types": ["golgi_cell"]},
        },
        "connectivity": {
            "granule_to_golgi": {
                "strategy": "bsb.connectivity.FixedIndegree",
                "presynaptic": {"cell_types": ["granule_cell"]},
                "postsynaptic": {"cell_types": ["golgi_cell"]},
                "indegree": 5,
            },
        },
        "simulations": {
            "rest": {
                "simulator": "nest", "duration": 50, "resolution": 0.1,
                "cell_models": {"granule_cell": neuron(), "golgi_cell": neuron()},
                "connection_models": {
                    "granule_to_golgi": {"synapses": [{"model": "static_synapse", "weight": 1.5, "delay": 2.0}]},
                },
                "devices": {
                    "drive": {
                        "device": "poisson_generator", "rate": 40, "weight": 2.0, "delay": 1.0,
                        "targetting": {"strategy": "cell_model", "cell_models": ["granule_cell"]},
                    },
                    "spikes": {
                        "device": "spike_recorder", "delay": 0.1,
                        "targetting": {"strategy": "cell_model", "cell_models": ["golgi_cell"]},
                    },
                },
            },
        },
    }


def yaml(value, depth=0):
    """YAML in blocks, as people write it; lists of words in one line."""
    pad, lines = "  " * depth, []
    for key, entry in value.items():
        if isinstance(entry, dict):
            lines += [f"{pad}{key}:", yaml(entry, depth + 1)]
        else:
            lines.append(f"{pad}{key}: {json.dumps(entry) if isinstance(entry, (list, str)) else entry}")
    return "\n".join(lines)


def kinds(lobule, folder):
    """Makes a specimen of every kind below a folder."""
    folder.mkdir()
    made = lambda name: (folder / name).mkdir() or folder / name
    found = []

    place = made("bsb")
    lobule.must("network", "build", "--size", "50x50", "--seed", "3", "--simulations", "--out", place / "network.hdf5")
    found.append(Kind("BSB network (.hdf5)", place, ["network.hdf5"], [
        lambda at: ["network", "info", at / "network.hdf5", "--json"],
        lambda at: ["network", "simulate", at / "network.hdf5", "--duration", "20ms", "--no-progress"],
        lambda at: ["network", "simulate", at / "network.hdf5", "basal_awake", "--duration", "20ms", "--no-progress"],
    ]))

    sonata = folder / "sonata"
    lobule.must("network", "convert", place / "network.hdf5", sonata)
    read_sonata = [
        lambda at: ["network", "info", at, "--json"],
        lambda at: ["network", "simulate", at, "--duration", "20ms", "--no-progress"],
    ]
    tables = [p.name for p in sonata.iterdir() if p.suffix in (".csv", ".json")]
    found.append(Kind("SONATA nodes and edges (.h5)", sonata, ["nodes.h5", "edges.h5"], read_sonata))
    found.append(Kind("SONATA tables and configuration (.csv, .json)", sonata, sorted(tables), read_sonata, is_text=True))

    place = made("snapshot")
    network = shutil.copy(folder / "bsb" / "network.hdf5", place)
    simulate = ["network", "simulate", network, "--no-progress", "--plastic", "--duration", "100ms"]
    lobule.must(*simulate, "--snapshot", place / "state")
    found.append(Kind("snapshot of `network simulate`", place, ["state"], [
        lambda at: ["network", "simulate", at / "network.hdf5", "--no-progress", "--plastic", "--duration", "130ms", "--resume", at / "state"],
    ], has_checksum=True))

    place = made("recordings")
    session = place / "session"
    lobule.must("network", "simulate", network, "--duration", "9s", "--no-progress", "--out", session, "--format", "nwb,csv",
                "--stimulus", "mossy:20Hz@0s..9s,amplitude=15Hz,frequency=2Hz", "--record", "dcn_p.v_m[0..1]", "--record-every", "10ms")
    shutil.copy(session / "recording.nwb", place)
    spikes = [line.split(",") for line in (session / "spikes.csv").read_text().splitlines()[1:]]
    lines = [f"{cell},{population},{float(at) / 1000}" for population, cell, at in spikes
             if population in ("mossy_fiber", "dcn_p", "purkinje_cell")]
    (place / "spikes.csv").write_text("\n".join(["unit,population,time", *lines, ""]))
    (place / "stimulus.csv").write_text("\n".join(["neuron,time_ms", *(f"{k % 3},{5 + k}" for k in range(60)), ""]))
    trials = [f"{k},{k % 3 * 45},{onset}" for k, onset in enumerate(ONSETS)]
    (place / "trials.csv").write_text("\n".join(["trial,direction,onset", *trials, ""]))
    shutil.copy(network, place / "network.hdf5")
    shutil.rmtree(session)
    analyze = lambda at, *files: ["run", "analysis/state_prediction", "--preset", "quick", "--set", "source=file", "--jobs", "1",
                                  "--no-progress", "--out", at / "run", *files]
    found.append(Kind("recording (.nwb)", place, ["recording.nwb"], [
        lambda at: analyze(at, "--set", f"file.nwb={at}/recording.nwb", "--set", f"file.trials={at}/trials.csv"),
    ]))
    found.append(Kind("recordings (.csv)", place, ["spikes.csv", "trials.csv"], [
        lambda at: analyze(at, "--set", f"file.spikes={at}/spikes.csv", "--set", f"file.trials={at}/trials.csv"),
    ], is_text=True))
    found.append(Kind("spikes as a stimulus (.csv)", place, ["stimulus.csv"], [
        lambda at: ["network", "simulate", at / "network.hdf5", "--duration", "80ms", "--no-progress",
                    "--stimulus", f"mossy:spikes={at}/stimulus.csv"],
    ], is_text=True))

    place = made("configuration")
    (place / "cell.swc").write_text(CELL)
    (place / "circuit.json").write_text(json.dumps(circuit(), indent=1))
    (place / "circuit.yaml").write_text(yaml(circuit()) + "\n")
    build = lambda name: lambda at: ["network", "build", at / name, "--seed", "1", "--out", at / "built.hdf5"]
    found.append(Kind("morphology (.swc)", place, ["cell.swc"], [build("circuit.yaml")], is_text=True, written=("built.hdf5",)))
    found.append(Kind("BSB configuration (.json)", place, ["circuit.json"], [build("circuit.json")], is_text=True, written=("built.hdf5",)))
    found.append(Kind("BSB configuration (.yaml)", place, ["circuit.yaml"], [build("circuit.yaml")], is_text=True, written=("built.hdf5",)))
    stored = made("stored")
    lobule.must("network", "build", place / "circuit.yaml", "--seed", "1", "--out", stored / "built.hdf5")
    found.append(Kind("network with a stored simulation (.hdf5)", stored, ["built.hdf5"], [
        lambda at: ["network", "simulate", at / "built.hdf5", "rest", "--no-progress"],
    ]))

    found += finished_and_interrupted(lobule, made)

    place = made("toml")
    shutil.copy(folder / "finished" / "run" / "config.toml", place / "change.toml")
    found.append(Kind("keys to change (.toml)", place, ["change.toml"], [
        lambda at: ["run", "cfpc/posture", "--config", at / "change.toml", "--jobs", "1", "--no-progress", "--out", at / "run"],
    ], is_text=True))
    matrix = pathlib.Path(__file__).resolve().parents[2] / "examples" / "carts_matrix.toml"
    shutil.copy(matrix, place / "matrix.toml")
    found.append(Kind("matrix of the bench (.toml)", place, ["matrix.toml"], [
        lambda at: ["bench", at / "matrix.toml", "--preset", "quick", "--set", "trials=6", "--set", "trials_after_change=6",
                    "--seeds", "0", "--jobs", "2", "--no-progress", "--out", at / "run"],
    ], is_text=True))
    return found


def finished_and_interrupted(lobule, made):
    """A finished run, and a run that was killed when it had kept several items."""
    place = made("finished")
    lobule.must("run", "cfpc/posture", "--preset", "quick", "--jobs", "1", "--no-progress", "--out", place / "run")
    record = "recordings/posture.json"
    yield Kind("provenance, findings of a run", place / "run", ["provenance.json", "findings.json"], [
        lambda at: ["compare", at],
    ], has_checksum=True)
    yield Kind("configuration, record of a run", place / "run", ["config.toml", record], [
        lambda at: ["report", at],
    ], has_checksum=True, written=("report.html",))

    place = made("interrupted")
    command = ["run", "forward/anticipation", "--preset", "quick", "--jobs", "1", "--no-progress", "--out"]
    out = place / "run"
    process, snapshots = lobule.start(*command, out), place / "run.partial" / "snapshots"
    begin = time.monotonic()
    pieces = lambda: [p for p in snapshots.rglob("*") if p.is_file() and not p.name.startswith(".")]
    while len(pieces()) < 3 and process.child.poll() is None and time.monotonic() - begin < 60:
        time.sleep(0.002)
    process.killed()
    if len(pieces()) < 3:
        raise SystemExit("the campaign needs an interrupted run of forward/anticipation with three pieces; it was over too soon")
    resume = [lambda at: [*command, at / "run", "--resume"]]
    names = [str(p.relative_to(place)) for p in pieces()]
    yield Kind("finished items of an interrupted run", place, sorted(names), resume, has_checksum=True)
    yield Kind("configuration of an interrupted run", place, ["run.partial/config.toml"], resume, has_checksum=True)
