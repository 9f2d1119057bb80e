"""Runs the programs of COMPARE.md on this machine, one after the other, and prints its tables.

    cargo build --release
    cargo build --release -p lobule-circuit --example compare_circuit
    cargo build --release -p lobule-control --example compare_loop
    pip install brian2 nengo nest-simulator bsb bsb-nest      # those that are missing are skipped by name
    python validation/compare/run.py [--repeats N] [--task circuit | loop] [--target FOLDER]

Each program prints `ready` after set-up, `done` after simulating and then its result. CPU time is read from /proc at both lines
(steps of 10 ms, children included). Where it is less than 0.1 s the lines are too close together to be told apart on a loaded
machine, and the time of the whole process is given as a bound. All programs use one thread. Brian2 runs once more before
the first run that counts, to fill the cache of its code. Lines of code: neither blank nor comment nor docstring. Linux only.
"""

import argparse
import ast
import importlib.metadata
import json
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
CIRCUIT, LOOP, CONFIGURATION = HERE / "circuit.json", HERE / "loop.json", HERE / "bsb" / "circuit.yaml"
TICK = os.sysconf("SC_CLK_TCK")
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "PYNEST_QUIET": "1"}
# Packages of a program in Python.
NEEDS = {"nest": ["nest-simulator"], "brian2": ["brian2"], "nengo": ["nengo"], "bsb": ["bsb", "bsb-nest", "nest-simulator"]}


def version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def lines_of_code(path):
    text = path.read_text()
    lines = set(range(1, len(text.splitlines()) + 1))
    mark = {".py": "#", ".rs": "//", ".yaml": "#"}[path.suffix]
    if path.suffix == ".py":
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
                lines -= set(range(node.lineno, node.end_lineno + 1))
    kept = [line for number, line in enumerate(text.splitlines(), 1) if number in lines]
    return sum(1 for line in kept if line.strip() and not line.strip().startswith(mark))


def cpu_s(pid):
    """CPU time of a process and of its children that have ended."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:15])) / TICK


def peak_mb(pid):
    found = re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())
    return int(found.group(1)) / 1024 if found else 0.0


def run(command):
    """CPU and wall time of set-up and simulation, peak memory, lines printed."""
    log = tempfile.TemporaryFile("w+")
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=os.environ | ONE_THREAD)
    memory, ended = [0.0], threading.Event()

    def watch():
        while not ended.wait(0.02):
            memory[0] = max(memory[0], peak_mb(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    marks, printed = {}, []
    for line in process.stdout:
        if line.strip() in ("ready", "done"):
            marks[line.strip()] = (time.monotonic(), cpu_s(process.pid))
        else:
            printed.append(line)
    # The process has closed its output; until it is waited for, its times can be read.
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    end = (time.monotonic(), cpu_s(process.pid))
    ended.set()
    watcher.join()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        log.seek(0)
        sys.exit(f"{' '.join(map(str, command))} failed:\n{log.read()[-3000:]}")
    ready, done = marks.get("ready", (began, 0.0)), marks.get("done", end)
    return {
        "setup_wall": ready[0] - began, "setup_cpu": ready[1], "wall": done[0] - ready[0], "cpu": done[1] - ready[1],
        "process_wall": end[0] - began, "process_cpu": end[1], "printed": printed,
        # A process that ends before it is seen: an upper bound, which includes the memory of this program.
        "memory": memory[0], "memory_bound": usage.ru_maxrss / 1024,
    }


def lobule_configuration(lobule, seed):
    """BSB's configuration, built and simulated by lobule; set-up is `network build`."""
    with tempfile.TemporaryDirectory() as folder:
        network = f"{folder}/net.hdf5"
        built = run([lobule, "network", "build", CONFIGURATION, "--out", network, "--seed", str(seed)])
        window = f"{d['settle_ms']}ms..{d['settle_ms'] + d['run_ms']}ms"
        result = run([
            lobule, "network", "simulate", network, "drive", "--threads", "1", "--seed", str(seed), "--window", window,
            "--out", f"{folder}/run",
        ])
    rows = (line.split() for line in result["printed"])
    rates = {row[0]: float(row[2]) for row in rows if row and row[0] in d["cells"]}
    result |= {"setup_wall": built["wall"], "setup_cpu": built["cpu"], "result": {"rates_hz": rates}}
    return result | {"memory": max(built["memory"], result["memory"])}


def programs(target, only):
    """(task, name, files, function of a seed) of each program that can run here; `only` one task, or both without it."""
    examples, lobule = target / "release" / "examples", target / "release" / "lobule"
    rust = HERE.parents[1] / "crates"

    def measured(command):
        def of(seed):
            result = run([str(seed) if part is None else part for part in command])
            return result | {"result": json.loads(result["printed"][-1])}

        return of

    def python(peer, *arguments):
        return measured([sys.executable, "-W", "ignore", HERE / peer / arguments[0], *arguments[1:]])

    found = [
        ("circuit", "lobule", [rust / "circuit/examples/compare_circuit.rs"], examples / "compare_circuit",
         measured([examples / "compare_circuit", CIRCUIT, None])),
        ("circuit", "lobule, BSB's configuration, no learning", [CONFIGURATION], lobule,
         lambda seed: lobule_configuration(lobule, seed)),
        ("circuit", "BSB with NEST, no learning", [CONFIGURATION, HERE / "bsb/circuit.py"], "bsb",
         python("bsb", "circuit.py", CONFIGURATION, None)),
        ("circuit", "NEST", [HERE / "nest/circuit.py"], "nest", python("nest", "circuit.py", CIRCUIT, None)),
        ("circuit", "Brian2, Cython", [HERE / "brian2/circuit.py"], "brian2",
         python("brian2", "circuit.py", CIRCUIT, None, "cython")),
        ("circuit", "Brian2, C++ standalone", [HERE / "brian2/circuit.py"], "brian2",
         python("brian2", "circuit.py", CIRCUIT, None, "cpp_standalone")),
        ("circuit", "Nengo", [HERE / "nengo/circuit.py"], "nengo", python("nengo", "circuit.py", CIRCUIT, None)),
        ("loop", "lobule", [rust / "control/examples/compare_loop.rs"], examples / "compare_loop",
         measured([examples / "compare_loop", LOOP])),
        ("loop", "NEST", [HERE / "nest/loop.py"], "nest", python("nest", "loop.py", LOOP)),
        ("loop", "Brian2, Cython", [HERE / "brian2/loop.py"], "brian2", python("brian2", "loop.py", LOOP)),
        ("loop", "Nengo", [HERE / "nengo/loop.py"], "nengo", python("nengo", "loop.py", LOOP)),
    ]
    for task, name, files, needs, of in found:
        if only not in (None, task):
            continue
        if isinstance(needs, pathlib.Path):
            missing = [] if needs.exists() else [f"{needs} is not built"]
        else:
            missing = [f"{package} is not installed" for package in NEEDS[needs] if version(package) is None]
        if missing:
            print(f"skipped: {task}, {name}: {', '.join(missing)}")
        else:
            yield task, name, files, of


def digits(x):
    return f"{x:.3g}" if x < 100 else f"{x:.0f}"


def at_least_tick(seconds):
    return f"{seconds:.2f}" if seconds >= 1 / TICK else f"< {1 / TICK:.2f}"


def table(task, rows, simulated_s):
    print(f"\n{task}: {simulated_s:g} s simulated; medians of {len(rows[0][2])} runs\n")
    print("| program | lines | set-up, CPU s | set-up, wall s | CPU s per simulated s | wall s per simulated s | peak memory, MB |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, files, runs in rows:
        lines = " + ".join(str(lines_of_code(file)) for file in files)
        m = {key: statistics.median(r[key] for r in runs) for key in runs[0] if key not in ("printed", "result")}
        if m["cpu"] >= 0.1:
            times = [digits(m[key] / simulated_s) for key in ("cpu", "wall")]
        else:
            bounds = [max(m["process_cpu"], 1 / TICK), m["process_wall"]]
            times = [f"< {bound / simulated_s:.1g}" for bound in bounds]
        memory = f"{m['memory']:.0f}" if m["memory"] else f"< {m['memory_bound']:.0f}"
        cells = [lines, at_least_tick(m["setup_cpu"]), f"{m['setup_wall']:.2f}", *times, memory]
        print(f"| {' | '.join([name, *cells])} |")


def rates(rows):
    """Mean rates over the seeds with their standard deviation, and how far they are from lobule's."""
    names = list(d["cells"])
    print(f"\nrates, Hz: mean over seeds ± standard deviation; mean weight of parallel fibers in the end, nS (begin: 0.4)\n")
    print(f"| program | {' | '.join(names)} | weight |\n| --- |{' ---: |' * (len(names) + 1)}")
    for name, _, runs in rows:
        cells = []
        for cell in names:
            values = [r["result"]["rates_hz"][cell] for r in runs]
            cells.append(f"{statistics.mean(values):.1f} ± {statistics.stdev(values) if len(values) > 1 else 0:.1f}")
        weights = [r["result"]["weight_ns"] for r in runs if "weight_ns" in r["result"]]
        cells.append(f"{statistics.mean(weights):.3f}" if weights else "0.4, fixed")
        print(f"| {name} | {' | '.join(cells)} |")
    by_name = {name: runs for name, _, runs in rows}
    print("\nchecks: rate within 5 % or 3 standard errors of the difference")
    pairs = [("BSB with NEST, no learning", "lobule, BSB's configuration, no learning")]
    pairs += [(name, "lobule") for name in ("NEST", "Brian2, Cython", "Brian2, C++ standalone", "Nengo")]
    for name, other in pairs:
        if name not in by_name or other not in by_name:
            continue
        apart = []
        for cell in names:
            a, b = ([r["result"]["rates_hz"][cell] for r in by_name[one]] for one in (name, other))
            difference = statistics.mean(a) - statistics.mean(b)
            error = ((statistics.variance(a) + statistics.variance(b)) / len(a)) ** 0.5 if len(a) > 1 else 0.0
            if abs(difference) > max(0.05 * statistics.mean(b), 3 * error):
                apart.append(f"{cell} {100 * difference / statistics.mean(b):+.0f} %")
        print(f"  {name} against {other}: {', '.join(apart) if apart else 'all populations'}")


def errors(rows):
    print("\nroot mean square error of a period; largest difference from lobule's over all periods\n")
    shown = [0, 1, 5, 20, -1]
    print(f"| program | {' | '.join('last' if k < 0 else str(k + 1) for k in shown)} | difference |")
    print(f"| --- |{' ---: |' * (len(shown) + 1)}")
    reference = next((runs[0]["result"]["rms"] for name, _, runs in rows if name == "lobule"), None)
    for name, _, runs in rows:
        rms = runs[0]["result"]["rms"]
        apart = f"{max(abs(a - b) for a, b in zip(rms, reference)):.1e}" if reference else "not compared"
        print(f"| {name} | {' | '.join(f'{rms[k]:.4f}' for k in shown)} | {apart} |")


def machine():
    model = re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cpu = model.group(1) if model else platform.processor()
    print(f"machine: {cpu}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}; load average at start {os.getloadavg()[0]:.1f}")
    packages = ("nest-simulator", "brian2", "nengo", "bsb", "bsb-nest", "numpy", "Cython")
    print(f"Python {platform.python_version()}; " + ", ".join(f"{p} {version(p) or 'not installed'}" for p in packages))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--repeats", type=int, default=3, help="runs of each program, with seeds 1, 2, ...; default 3")
    arguments.add_argument("--target", type=pathlib.Path, default=HERE.parents[1] / "target", help="cargo's target folder")
    arguments.add_argument("--task", choices=["circuit", "loop"], help="one of the two; default both")
    options = arguments.parse_args()
    if options.repeats < 1:
        arguments.error(f"--repeats {options.repeats}: at least 1 is needed")
    machine()
    tasks = {"circuit": [], "loop": []}
    for task, name, files, of in programs(options.target.resolve(), options.task):
        runs = []
        if name == "Brian2, Cython":
            print(f"{task}: {name}, to fill the cache", file=sys.stderr, flush=True)
            of(1)
        for seed in range(1, options.repeats + 1):
            print(f"{task}: {name}, seed {seed}", file=sys.stderr, flush=True)
            runs.append(of(seed))
        tasks[task].append((name, files, runs))
    if tasks["circuit"]:
        table("circuit", tasks["circuit"], (d["settle_ms"] + d["run_ms"]) / 1e3)
        rates(tasks["circuit"])
    if tasks["loop"]:
        loop = json.loads(LOOP.read_text())
        table("loop", tasks["loop"], loop["dt_s"] * loop["periods"] * loop["reference"]["period_ticks"])
        errors(tasks["loop"])
    print(f"\nload average at the end {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    d = json.loads(CIRCUIT.read_text())
    main()
