#!/usr/bin/env python3
"""Measures what scaling.py needs, on this machine, and writes measured.json.

Usage: measure.py <lobule with MPI> <exchange_cost> [network.hdf5 ...]

* compute: `network simulate --profile` on one rank: time of each stage, divided by neuron steps, delivered
  synaptic events and spikes;
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
        run = [lobule, "network", "simulate", network, "--duration", "1s"]
        text = output(run + ["--profile"]).stdout
        rates = {m[0]: float(m[1]) for m in re.findall(r"^(\w+) +\d+ +([\d.]+) +[\d.]+ +\d+%", text, re.M)}
        stages = {m[0]: float(m[1]) for m in re.findall(r"^(\w+) +([\d.]+)$", text, re.M)}
        spikes = sum(n[t] * rates.get(t, 0.0) for t in n)
        pairs = sum(c["pairs"] for c in info["connections"].values())
        events = sum(n[c["pre"]] * rates.get(c["pre"], 0.0) * c["outdeg_pairs"][0] for c in info["connections"].values())
        integrated = sum(k for t, k in n.items() if t not in ("mossy_fiber", "glomerulus"))
        steps = 1e4
        found["compute"][name] = {
            "neurons": sum(n.values()), "eglif": integrated, "pairs": pairs, "spikes_per_s": spikes, "events_per_s": events,
            "stages_s": stages,
            "ns_per_neuron_step": 1e9 * stages["integrate"] / (integrated * steps),
            "ns_per_event": 1e9 * stages["deliver"] / events,
            "ns_per_spike": 1e9 * (stages["propagate"] + stages["record"]) / spikes,
        }
        peaks = {}
        for ranks in (1, 2, 4):
            short = run[:-1] + ["50ms"]
            wrapped = MPI + [str(ranks), sys.executable, os.path.abspath(__file__), "--peak"] + short
            peaks[ranks] = sorted(round(float(line.split()[1])) for line in output(wrapped).stdout.splitlines() if line.startswith("peak"))
        found["memory_mb"][name] = peaks
    json.dump(found, open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "measured.json"), "w"), indent=1)
    print(json.dumps(found, indent=1))


main()
