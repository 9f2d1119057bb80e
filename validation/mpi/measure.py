#!/usr/bin/env python3
"""Measures what scaling.py needs, on this machine, and writes measured.json.

Usage: measure.py <lobule with MPI> <exchange_cost> [network.hdf5 ...]

* compute: `network simulate --profile` on one rank, the shortest of seven: time of each stage, and how many neuron
  steps, synaptic events, visits (a spike looked up by a block) and spikes it is for;
* exchange: one all-to-all over 2 and 4 ranks, by size;
* memory: peak resident size of each rank's process (`measure.py --peak <command>` runs the command and
  prints it).
"""
import json, os, re, resource, subprocess, sys

MPI = ["mpirun", "--oversubscribe", "--bind-to", "none", "-n"]
os.environ.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")


def output(command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def main():
    if sys.argv[1] == "--peak":
        done = subprocess.run(sys.argv[2:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        print("peak", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, flush=True)
        sys.exit(done.returncode)
    lobule, cost, networks = sys.argv[1], sys.argv[2], sys.argv[3:]
    found = {"exchange": {}, "compute": {}, "memory_mb": {}}
    for ranks in (2, 4):
        found["exchange"][ranks] = json.loads(output(MPI + [str(ranks), cost]).stdout)
    for network in networks:
        name = os.path.basename(network)
        info = json.loads(output([lobule, "network", "info", "--json", network]).stdout)
        n = dict(info["cells"])
        run = [lobule, "network", "simulate", network, "--duration", "300ms"]
        # The profile is of wall time: the shortest of several runs is the least disturbed.
        texts = [output(run + ["--profile"]).stdout for _ in range(7)]
        rates = {m[0]: float(m[1]) for m in re.findall(r"^(\w+) +\d+ +([\d.]+) +[\d.]+ +\d+%", texts[0], re.M)}
        stages = {}
        for stage, time in re.findall(r"^(\w+) +([\d.]+)$", "\n".join(texts), re.M):
            stages[stage] = min(stages.get(stage, 1e9), float(time))
        spikes = sum(n[t] * rates.get(t, 0.0) for t in n)
        pairs = sum(c["pairs"] for c in info["connections"].values())
        events = sum(n[c["pre"]] * rates.get(c["pre"], 0.0) * c["outdeg_pairs"][0] for c in info["connections"].values())
        integrated = sum(k for t, k in n.items() if t not in ("mossy_fiber", "glomerulus"))
        steps = 1e4
        found["compute"][name] = {
            "neurons": sum(n.values()), "eglif": integrated, "pairs": pairs, "spikes_per_s": spikes, "events_per_s": events,
            "stages_s": stages,
            "visits_per_s": sum(-(-n[c["post"]] // 512) * n[c["pre"]] * rates.get(c["pre"], 0.0) for c in info["connections"].values()),
            "ns_per_neuron_step": 1e9 * (stages["integrate"] + stages["record"]) / (integrated * steps),
            "ns_per_spike": 1e9 * stages["propagate"] / spikes,
        }
        block = lambda cells: -(-cells // 512)
        sets = info["connections"].values()
        found["granule"], found["area_mm2"] = n["granule_cell"], info["size_um"][0] * info["size_um"][1] / 1e6
        found["offset_entries"] = sum(block(n[c["post"]]) * (n[c["pre"]] + 1) for c in sets)
        found["rows_per_block"] = sum(block(n[c["post"]]) for c in sets) / sum(block(k) for k in n.values())
        # Of all pairs of a spike and a block's incoming set, the part that meet: the rest have another source.
        found["visited"] = found["compute"][name]["visits_per_s"] / (spikes * sum(block(n[c["post"]]) for c in sets))
        peaks = {}
        for ranks in (1, 2, 4):
            short = run[:-1] + ["50ms"]
            wrapped = MPI + [str(ranks), sys.executable, os.path.abspath(__file__), "--peak"] + short
            peaks[ranks] = sorted(round(float(mb)) for mb in re.findall(r"peak ([\d.]+)", output(wrapped).stdout))
        found["memory_mb"][name] = peaks
    json.dump(found, open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "measured.json"), "w"), indent=1)
    print(json.dumps(found, indent=1))


main()
