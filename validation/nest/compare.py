"""Runs one network file in NEST and in lobule, in the same run on the same machine: rates, CPU time, memory.

    python build_module.py FOLDER
    LD_LIBRARY_PATH=FOLDER python compare.py NETWORK.hdf5 [--duration MS] [--seed N] [--short-term] [--lobule PATH]

Awake state, 4 Hz on every mossy fiber, one thread each; the circuit is that of circuit.py. Both simulate the same
duration after the same 200 ms, which count neither for the rates nor for the times. CPU time is that of simulating
alone: lobule's is the difference of two runs, NEST's that of `Simulate`. Memory is the peak of the process.
"""

import argparse
import os
import pathlib
import resource
import subprocess
import sys
import time

import circuit


# Left out of rates and times on both sides, ms.
SETTLE = 200.0


def run_nest(path, duration, seed, has_short_term):
    import nest

    _, recorders, counts, _ = circuit.build(nest, path, seed, has_short_term)
    nest.Simulate(SETTLE)
    for recorder in recorders.values():
        recorder.n_events = 0
    begin = time.process_time()
    nest.Simulate(duration)
    cpu = time.process_time() - begin
    rates = {name: r.n_events / counts[name] / duration * 1e3 for name, r in recorders.items()}
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return rates, cpu, memory, nest.__version__


def run_lobule(lobule, path, duration, seed, has_short_term):
    def once(ms):
        command = [lobule, "network", "simulate", path, "--duration", f"{ms:g}ms", "--seed", str(seed)]
        command += ["--short-term"] * has_short_term
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return output, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, after.ru_maxrss / 1024

    def rates(output):
        rows = (line.split() for line in output.splitlines()[1:])
        return {words[0]: float(words[2]) for words in rows if len(words) == 6 and words[1].isdigit()}

    settling, settling_cpu, _ = once(SETTLE)
    output, cpu, memory = once(SETTLE + duration)
    before, whole = rates(settling), rates(output)
    rest = {name: (whole[name] * (SETTLE + duration) - before[name] * SETTLE) / duration for name in whole}
    return rest, cpu - settling_cpu, memory


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", type=pathlib.Path)
    parser.add_argument("--duration", type=float, default=1000.0, help="ms (default 1000)")
    parser.add_argument("--short-term", action="store_true", help="synapses with short-term plasticity")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lobule", default="lobule", help="the program")
    a = parser.parse_args()
    ours, our_cpu, our_memory = run_lobule(a.lobule, str(a.network), a.duration, a.seed, a.short_term)
    kept = os.dup(1)
    os.dup2(2, 1)
    theirs, their_cpu, their_memory, version = run_nest(a.network, a.duration, a.seed, a.short_term)
    sys.stdout.flush()
    os.dup2(kept, 1)
    state = "awake, short-term plasticity" if a.short_term else "awake"
    print(f"{a.network.name}, {state}, 1 thread; NEST {version}; {a.duration:g} ms after {SETTLE:g}")
    print(f"{'population':20}{'NEST Hz':>10}{'lobule Hz':>11}")
    for name in sorted(theirs):
        print(f"{name:20}{theirs[name]:10.2f}{ours[name]:11.2f}")
    nest_s, lobule_s = their_cpu / a.duration * 1e3, our_cpu / a.duration * 1e3
    print(f"CPU s per simulated s   {nest_s:.2f} and {lobule_s:.3f}: {nest_s / lobule_s:.0f} times")
    print(f"memory, MB              {their_memory:.0f} and {our_memory:.0f}: {their_memory / our_memory:.1f} times")


if __name__ == "__main__":
    main()
