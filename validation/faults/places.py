"""Hostile arguments: numbers, places for results, inputs that are no regular file, streams that take nothing."""

import json
import os
import pathlib
import re
import shutil

from specimens import circuit

PART = "hostile"
E = "sgdege/rules"
# Address space of a process in a small container, kB.
SMALL_KB = 600_000

# Arguments that are refused, and a word of the refusal.
ARGUMENTS = [
    *((["run", E, "--seeds", text], "--seeds") for text in
      ["", "x", "5..1", "0..99999999", "1e3", "0,,1", "0..9..2", "nan", "18446744073709551616", "1.5"]),
    *((["run", E, "--seeds", text], "seeds") for text in ["0,0", "3,1,3", "18446744073709551615", "9223372036854775808"]),
    *((["run", E, option, text], option) for option in ("--jobs", "--threads")
      for text in ["0", "-1", "1025", "99999999999999999999", "x", "1.5", "nan", ""]),
    *((["run", E, "--preset", text], "preset") for text in ["nope", "", "../quick"]),
    *((["run", E, "--set", text], word) for text, word in
      [("", "key=value"), ("novalue", "novalue"), ("=1", "key"), ("a..b=1", "a..b"), ("nope=1", "nope"), ("seeds.x=1", "seeds"),
       ("seeds=3", "seeds"), ("seeds=[-1]", "-1"), ("seeds=[]", "seeds"), ("x" * 100_000 + "=1", "key")]),
    (["run", "nope"], "nope"), (["run", ""], "experiment"), (["show", "nope"], "nope"), (["show", "controller", "nope"], "nope"),
    (["show", "plant", "nope"], "nope"), (["show", "prism", "nope"], "nope"), (["man", "nope"], "nope"),
    *((["network", "build", "--size", text, "--out", "n.hdf5"], "size") for text in
      ["0x0", "nanxnan", "infx10", "1e9x1e9", "-5x5", "60", "60x", "60x60x60", "", "1e-300x1e-300", "1e300x1"]),
    *((["network", "build", "--size", "50x50", *more, "--out", "n.hdf5"], word) for more, word in
      [(["--seed", "-1"], "-1"), (["--seed", "1.5"], "1.5"), (["--threads", "0"], "--threads"), (["--threads", "99999"], "--threads"),
       (["--copy-quirks", "nonsense"], "--copy-quirks"), (["--morphologies", "nowhere.hdf5"], "--morphologies")]),
    (["network", "build", "--size", "50x50", "--out", "nowhere/n.hdf5"], "nowhere"),
    (["network", "convert", "NETWORK", "nowhere/s"], "nowhere"), (["network", "convert", "NETWORK", "x", "--to", "nope"], "nope"),
    *((["network", "simulate", "NETWORK", *more], word) for more, word in
      [*((["--duration", text], "--duration") for text in
         ["0", "0ms", "-1ms", "nan", "nans", "1e300s", "10h", "x", "", "infms", "3601s"]),
       *((["--background", text], "background") for text in ["nan", "-1", "1e9", "inf", "x"]),
       *((["--window", text], "window") for text in ["x", "5ms", "9ms..1ms", "nan..1s", "0ms..1e300s", ""]),
       *((["--record", text], text) for text in ["", "nope", "nope.v_m", "golgi_cell.nope"]),
       *((["--record", f"golgi_cell.v_m[{text}]"], "golgi_cell") for text in ["9..1", "0..99999999999", "x"]),
       *((["--record", "golgi_cell.v_m", "--record-every", text], "record-every") for text in ["0ms", "nan", "-1ms", "2h", "1e-300ms"]),
       *((["--stimulus", text], "stimul") for text in
         ["", "mossy", "mossy:", "mossy:nanHz@0s..1s", "mossy:infHz@0s..1s", "mossy:1e300Hz@0s..1s", "mossy:-5Hz@0s..1s",
          "mossy:5Hz@1s..0s", "mossy:5Hz@nans..1s", "mossy:5Hz@0s..1s,within=-1", "nope:5Hz@0s..1s",
          "mossy:5Hz@0s..1s,nope=1", "golgi_cell[9..1]:5Hz@0s..1s", "golgi_cell:nanpA@0s..1s", "golgi_cell:1e300pA@0s..1s",
          "golgi_cell:5Hz@0s..1s,weight=nan", "golgi_cell:5Hz@0s..1s,weight=1e300", "golgi_cell:5Hz@0s..1s,receptor=99"]),
       (["--state", "nope"], "--state"), (["--cells", "nope"], "--cells"), (["--seed", "-1"], "-1"), (["--threads", "0"], "--threads"),
       (["--threads", "99999"], "--threads"), (["--snapshot", "s", "--snapshot-every", "0ms"], "--snapshot-every"),
       (["--snapshot", "s", "--snapshot-every", "nan"], "--snapshot-every"), (["--snapshot", "nowhere/s", "--duration", "1s"], "nowhere"),
       (["--out", "o", "--session-start", "yesterday"], "session"), (["nope"], "nope"),
       (["--resume", "nowhere"], "nowhere"), (["--resume", "NETWORK"], "NETWORK")]),
]

# Commands that read a file, which stands for FILE.
READERS = {
    "run --config": ["run", E, "--config", "FILE"],
    "bench": ["bench", "FILE"],
    "report": ["report", "FILE"],
    "compare": ["compare", "FILE"],
    "network info": ["network", "info", "FILE"],
    "network build": ["network", "build", "FILE", "--out", "n.hdf5"],
    "network build --morphologies": ["network", "build", "circuit.json", "--morphologies", "FILE", "--out", "n.hdf5"],
    "morphology": ["network", "build", "swc.json", "--out", "n.hdf5"],
    "network convert": ["network", "convert", "FILE", "converted"],
    "network simulate": ["network", "simulate", "FILE"],
    "--stimulus spikes": ["network", "simulate", "NETWORK", "--stimulus", "mossy:spikes=FILE"],
    "network simulate --resume": ["network", "simulate", "NETWORK", "--resume", "FILE"],
    "scaffold.file": ["run", "prism", "--preset", "quick", "--set", "scaffold.file=FILE"],
    **{f"file.{kind}": ["run", "analysis/state_prediction", "--preset", "quick", "--set", "source=file", "--set", f"file.{kind}=FILE", *more]
       for kind, more in {
           "spikes": ["--set", "file.trials=trials.csv"],
           "trials": ["--set", "file.spikes=spikes.csv"],
           "signals": ["--set", "file.spikes=spikes.csv", "--set", "file.trials=trials.csv"],
           "nwb": [],
           "prism": [],
       }.items()},
}


def inputs(folder):
    """What a path can lead to that is no file to be read."""
    os.mkfifo(folder / "fifo")
    (folder / "folder").mkdir()
    (folder / "empty").touch()
    (folder / "dangling").symlink_to("nowhere")
    (folder / "loop").symlink_to("loop")
    (folder / "noise").write_bytes(bytes(range(256)) * 64)
    # It takes no space on the disk and 64 GB in memory.
    with (folder / "huge").open("wb") as file:
        file.truncate(64 << 30)
    (folder / "long_line").write_bytes(b"9" * (24 << 20))
    names = ["fifo", "folder", "empty", "dangling", "loop", "noise", "huge", "long_line", "nowhere"]
    found = {name: folder / name for name in names} | {"/dev/zero": pathlib.Path("/dev/zero"), "/dev/null": pathlib.Path("/dev/null"),
                                                       "/dev/full": pathlib.Path("/dev/full")}
    if os.geteuid() != 0:
        (folder / "forbidden").write_text("seeds = [0]\n")
        (folder / "forbidden").chmod(0)
        found["forbidden"] = folder / "forbidden"
    return found


def prepare(lobule, folder):
    """Whole files beside hostile ones."""
    lobule.must("network", "build", "--size", "50x50", "--seed", "3", "--out", folder / "network.hdf5")
    (folder / "trials.csv").write_text("trial,direction,onset\n" + "".join(f"{k},{k % 3 * 45},{k}\n" for k in range(9)))
    (folder / "spikes.csv").write_text("unit,population,time\n" + "".join(f"{k % 4},mossy_fiber,{0.1 * k:.1f}\n" for k in range(90)))
    plain = circuit()
    plain["morphologies"] = []
    for cell in plain["cell_types"].values():
        del cell["spatial"]["morphologies"]
    (folder / "circuit.json").write_text(json.dumps(plain))


def refused(lobule, tally, kind, command, words, folder, repeat="", timeout=10):
    """Status 2 and the words, in time, and nothing is made."""
    before = set(os.listdir(folder))
    ended = lobule.run(*command, timeout=timeout, folder=folder)
    left = sorted(set(os.listdir(folder)) - before)
    missing = [word for word in words if word not in ended.err]
    if ended.fault():
        tally.fault(PART, kind, ended.fault(), ended, repeat)
    elif ended.status != 2:
        tally.fault(PART, kind, f"status {ended.status}, not 2", ended, repeat)
    elif missing:
        tally.fault(PART, kind, f"refused without {missing}", ended, repeat)
    elif left:
        tally.fault(PART, kind, f"a refused command left {left}", ended, repeat)
    else:
        tally.held(PART, kind)
    for name in left:
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def arguments(lobule, tally, random, count, folder):
    network = str(folder / "network.hdf5")
    for words, word in random.sample(ARGUMENTS, min(count, len(ARGUMENTS))):
        command = [network if text == "NETWORK" else text for text in words]
        # A value that begins as an option does is typed with `=`.
        for k in range(len(command) - 1, 0, -1):
            if command[k - 1].startswith("--") and re.match(r"-\d+\D", command[k]):
                command[k - 1 : k + 1] = [f"{command[k - 1]}={command[k]}"]
        if words[0] == "run" and words[1:2] == [E]:
            command += ["--no-progress", "--out", "run"]
        if words[:2] == ["network", "simulate"]:
            command += ["--no-progress"]
        refused(lobule, tally, "arguments", command, [network if word == "NETWORK" else word], folder)


def no_regular_files(lobule, tally, random, count, folder):
    hostile = inputs(folder)
    pairs = [(reader, name) for reader in READERS for name in hostile]
    for reader, name in random.sample(pairs, min(count, len(pairs))):
        command, path = READERS[reader], hostile[name]
        # A folder is what these read, and an empty device is an empty file of keys.
        may_pass = (reader in ("run --config", "bench") and name in ("empty", "/dev/null")) or (reader == "morphology" and name == "folder")
        if may_pass:
            continue
        if reader == "morphology":
            settings = circuit()
            settings["morphologies"][0]["file"] = str(path)
            (folder / "swc.json").write_text(json.dumps(settings))
        command = [text.replace("FILE", str(path)).replace("NETWORK", str(folder / "network.hdf5")) for text in command]
        if command[0] in ("run", "bench"):
            command += ["--no-progress", "--out", "run"]
        refused(lobule, tally, "inputs that are no such file", command, [path.name], folder, f"{reader}: {name}", timeout=20)


def outs(lobule, tally, folder):
    """Places for the results of a run that it cannot have, told before it begins; and one with a slash at its end, which it can."""
    kind, run = "places for results", ["run", E, "--preset", "quick", "--no-progress", "--out"]
    finished = folder / "finished"
    lobule.must(*run, finished)
    (folder / "file").write_text("kept")
    (folder / "file.partial").write_text("kept")
    (folder / "stale.partial").mkdir()
    lobule.must(*run, f"{folder}/slash/")
    if (folder / "slash" / "report.html").exists() and not (folder / "slash.partial").exists():
        tally.held(PART, kind)
    else:
        tally.fault(PART, kind, "--out with a slash at its end gives no folder of that name")
    places = [finished, f"{finished}/", folder / "file", folder / "stale", "/", "", ".", "..", "file/x", "/dev/full", "/dev/null/x", "/proc/x/y",
              "x" * 300, folder / "dangling"]
    if os.geteuid() != 0:
        (folder / "closed").mkdir(mode=0o500)
        places.append(folder / "closed" / "x")
    for place in places:
        word = os.path.basename(str(place).rstrip("/"))[:40]
        refused(lobule, tally, kind, [*run, place], [word], folder)
    network = folder / "network.hdf5"
    for command in (["network", "build", "--size", "50x50", "--out", folder / "file"],
                    ["network", "build", "--size", "50x50", "--out", "file/n.hdf5"],
                    ["network", "convert", network, folder / "file"],
                    ["network", "convert", network, "file/n.hdf5"],
                    ["network", "simulate", network, "--out", folder / "file"],
                    ["network", "simulate", network, "--out", finished],
                    ["network", "simulate", network, "--out", "/dev/null/x"],
                    ["network", "simulate", network, "--snapshot", "file/s"],
                    ["network", "simulate", network, "--snapshot", "/proc/x"]):
        refused(lobule, tally, kind, command, ["file" if "file" in str(command[-1]) else str(command[-1]).rsplit("/", 1)[-1]], folder)
    if (folder / "file").read_text() != "kept" or (folder / "file.partial").read_text() != "kept":
        tally.fault(PART, kind, "a file that was there is another now")


def streams(lobule, tally, folder):
    """Output that nobody takes: a full disk is said with status 1, a closed pipe is not, and neither is a panic."""
    network = folder / "network.hdf5"
    commands = [["list"], ["list", "--json"], ["show", "prism"], ["show", "controllers"], ["show", "plant", "first_order"], ["network", "info", network],
                ["network", "info", network, "--json"], ["compare", folder / "finished"], ["completions", "bash"], ["man", "run"],
                ["--help"], ["--version"], ["network", "simulate", network, "--duration", "5ms", "--no-progress", "--out", "spikes"],
                ["run", E, "--preset", "quick", "--no-progress", "--out", "streamed"], ["report", folder / "finished"]]
    for command in commands:
        kind = "output to a full disk"
        with open("/dev/full", "wb") as full:
            ended = lobule.run(*command, stdout=full, folder=folder)
        whole = [name for name, file in (("spikes", "spikes.csv"), ("streamed", "report.html")) if name in command and not (folder / name / file).exists()]
        if ended.fault() or ended.status != 1 or not ended.err.strip():
            tally.fault(PART, kind, ended.fault() or "no message and status 1", ended, "stdout to /dev/full")
        elif whole:
            tally.fault(PART, kind, "what it computed is not in its folder", ended, "stdout to /dev/full")
        else:
            tally.held(PART, kind)
        kind = "output to a closed pipe"
        clear(folder)
        reader, writer = os.pipe()
        os.close(reader)
        with os.fdopen(writer, "wb") as pipe:
            ended = lobule.run(*command, stdout=pipe, folder=folder)
        if ended.fault() or ended.err.strip() not in ("", *notes(ended.err)):
            tally.fault(PART, kind, ended.fault() or "not quiet", ended, "stdout to a closed pipe")
        else:
            tally.held(PART, kind)
        clear(folder)
    for command in (["run", "nope"], ["nope"], ["network", "info", "nowhere"], ["run", E, "--set", "nope=1"]):
        for target in ("/dev/full", "closed"):
            kind = "nobody reads the messages"
            if target == "closed":
                ended = lobule.run(*command, folder=folder, shell='exec "$@" 2>&-')
            else:
                with open(target, "wb") as full:
                    ended = lobule.run(*command, stderr=full, folder=folder)
            if ended.status != 2:
                tally.fault(PART, kind, ended.fault() or f"status {ended.status}, not 2", ended, f"stderr: {target}")
            else:
                tally.held(PART, kind)


def notes(text):
    """Messages of a command that are no errors: notes on the network, and what it needs."""
    is_note = all(re.match(r"note: |\d+ neurons, ", line) for line in text.strip().splitlines())
    return (text.strip(),) if is_note else ()


def clear(folder):
    for name in ("spikes", "streamed", "streamed.partial"):
        shutil.rmtree(folder / name, ignore_errors=True)


def memory(lobule, tally, folder):
    """More than a container of 600 MB has: refused, or done within it."""
    network = folder / "network.hdf5"
    commands = [["network", "simulate", network, "--duration", "600s", "--record", "granule_cell.v_m", "--record-every", "0.1ms"],
                ["network", "build", "--size", "1200x1200", "--out", "n.hdf5"],
                ["run", "prism", "--preset", "quick", "--set", "cortex.nuclear_convergence=1000000", "--out", "run"],
                ["run", "prism", "--preset", "quick", "--set", "scaffold.size_um=[4000,4000]", "--out", "run"],
                ["run", "prism", "--preset", "quick", "--set", "planner.neurons=2000000000", "--out", "run"],
                ["run", "classic/eyeblink", "--preset", "quick", "--set", "seeds=[0]", "--jobs", "1024", "--out", "run"]]
    for command in commands:
        kind = "600 MB of memory"
        ended = lobule.run(*command, timeout=30, folder=folder, shell=f'ulimit -v {SMALL_KB}; exec "$@"')
        if ended.fault() and not ended.is_late:
            tally.fault(PART, kind, ended.fault(), ended, f"ulimit -v {SMALL_KB}")
        elif ended.status not in (0, 1, 2) and not ended.is_late:
            tally.fault(PART, kind, f"status {ended.status}", ended, f"ulimit -v {SMALL_KB}")
        else:
            tally.held(PART, kind, **{"refused" if ended.status == 2 else "within_it": 1})
        for name in ("run", "run.partial"):
            shutil.rmtree(folder / name, ignore_errors=True)
        (folder / "n.hdf5").unlink(missing_ok=True)


def circuits(lobule, tally, random, count, folder):
    """Hostile values for every number of a BSB configuration with a stored simulation: refused with its key, or built and run."""
    spots = list(places_of(circuit()))
    values = [float("nan"), float("inf"), -1, 0, 1e300, 9 * 10**18, 10**25, 1e-320, "word", [], {}, None, True]
    trials = [(path, value) for path in spots for value in values]
    kind = "keys of a BSB configuration"
    (folder / "cell.swc").write_text("1 1 0 0 0 5 -1\n2 3 0 20 0 1 1\n")
    for path, value in random.sample(trials, min(count, len(trials))):
        settings, name = circuit(), ".".join(map(str, path))
        at = settings
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = value
        (folder / "hostile.json").write_text(json.dumps(settings))
        repeat = f"{name} = {value}"
        ended = lobule.run("network", "build", "hostile.json", "--out", "hostile.hdf5", timeout=20, folder=folder)
        if ended.status == 0 and not ended.fault():
            ended = lobule.run("network", "simulate", "hostile.hdf5", "rest", "--no-progress", timeout=20, folder=folder)
        if ended.fault():
            tally.fault(PART, kind, ended.fault(), ended, repeat)
        elif ended.status == 1 and "NaN after step" in ended.err:
            tally.held(PART, kind, ended_as_it_was_no_longer_finite=1)
        elif ended.status not in (0, 2):
            tally.fault(PART, kind, f"status {ended.status}", ended, repeat)
        elif ended.status == 2 and not any(str(step).lower() in ended.err.lower() for step in (*path[-2:], "hostile")):
            tally.fault(PART, kind, "refused without key or file", ended, repeat)
        else:
            tally.held(PART, kind, **{"refused" if ended.status == 2 else "legal": 1})
        (folder / "hostile.hdf5").unlink(missing_ok=True)
    fan = "\n".join(["n0: {v: 1}"] + ["n%d: {%s}" % (k + 1, ", ".join(f'{x}: {{$ref: "#/n{k}"}}' for x in "xyzw")) for k in range(15)])
    anchors = "\n".join(["n0: &n0 {v: 1}"] + ["n%d: &n%d {%s}" % (k + 1, k + 1, ", ".join(f"{x}: *n{k}" for x in "xyzw")) for k in range(15)])
    nested = "a: " + "[" * 100_000
    circle = 'a: {$ref: "#/b"}\nb: {$ref: "#/a"}'
    for text in (fan, anchors, nested, circle):
        (folder / "bomb.yaml").write_text(text + "\n")
        refused(lobule, tally, kind, ["network", "build", "bomb.yaml", "--out", "n.hdf5"], [], folder, text[:60], timeout=20)


def places_of(value, path=()):
    """Paths of all numbers in nested tables and lists."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else []
    for key, entry in pairs:
        if isinstance(entry, (int, float)) and not isinstance(entry, bool):
            yield (*path, key)
        else:
            yield from places_of(entry, (*path, key))


def campaign(lobule, tally, random, is_long, folder):
    prepare(lobule, folder)
    many = 10_000
    arguments(lobule, tally, random, many if is_long else 60, folder)
    no_regular_files(lobule, tally, random, many if is_long else 60, folder)
    outs(lobule, tally, folder)
    streams(lobule, tally, folder)
    memory(lobule, tally, folder)
    circuits(lobule, tally, random, many if is_long else 40, folder)
