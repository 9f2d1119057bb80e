"""Perturbation learning of the perceptron in numpy and in lobule, timed in one run.

Both run the trial of Bouvier et al. 2018, doi:10.7554/eLife.31599, equations (36)-(41): 1000
fibers, f = 0.2. numpy is given its fastest of two ways: sums over all fibers times a mask, or
over the indices of the active ones. Needs numpy and cargo:

    python validation/sgdege/perceptron_speed.py [patterns] [lobule epochs]
"""

import pathlib
import re
import subprocess
import sys
import time

import numpy as np

N, F, P_MAX, GAMMA = 1000, 0.2, 100.0, 1.0
A, DP, DJ, RHO, Q = 2.0, 0.2, 0.4, 0.2, 0.5
THETA = P_MAX / 2 * (np.sqrt(F / (3 * (1 - F) * GAMMA)) - 1 / np.sqrt(N))
ALPHA_W, ALPHA_V = DP / (F * np.sqrt(N)), DJ / (F * np.sqrt(N))


def start(rng, patterns):
    active = rng.random((patterns, N)) < F
    targets = rng.uniform(0, P_MAX, patterns)
    mean_w = THETA / F + P_MAX / 2 / (F * np.sqrt(N))
    mean_v = THETA / F + (Q * P_MAX / 2 + P_MAX / 4) / (F * np.sqrt(N))
    return active, targets, rng.uniform(0, 2 * mean_w, N), rng.uniform(0, 2 * mean_v, N)


def report(sum_w, sum_v, target, perturbed):
    """Sign c of a trial, and |P - R| without perturbation."""
    root = np.sqrt(N)
    rate = max((sum_w - THETA * N) / root, 0.0)
    p = rate + A * perturbed
    estimate = max((sum_v - THETA * N) / root - Q * p, 0.0)
    return (1.0 if abs(p - target) > estimate else -1.0), abs(rate - target)


def dense(rng, patterns, epochs):
    active, targets, w, v = start(rng, patterns)
    mask = active.astype(float)
    for _ in range(epochs):
        error = 0.0
        perturbed = rng.random(patterns) < RHO
        for k, mu in enumerate(rng.permutation(patterns)):
            m = mask[mu]
            c, e = report(m @ w, m @ v, targets[mu], perturbed[k])
            if perturbed[k]:
                np.maximum(w - ALPHA_W * c * m, 0.0, out=w)
            np.maximum(v + ALPHA_V * c * m, 0.0, out=v)
            error += e
    return error / patterns


def sparse(rng, patterns, epochs):
    active, targets, w, v = start(rng, patterns)
    lists = [np.flatnonzero(row) for row in active]
    for _ in range(epochs):
        error = 0.0
        perturbed = rng.random(patterns) < RHO
        for k, mu in enumerate(rng.permutation(patterns)):
            i = lists[mu]
            some_w, some_v = w[i], v[i]
            c, e = report(some_w.sum(), some_v.sum(), targets[mu], perturbed[k])
            if perturbed[k]:
                w[i] = np.maximum(some_w - ALPHA_W * c, 0.0)
            v[i] = np.maximum(some_v + ALPHA_V * c, 0.0)
            error += e
    return error / patterns


def main():
    patterns = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    lobule_epochs = int(sys.argv[2]) if len(sys.argv) > 2 else 2500
    epochs = max(1, 40_000 // patterns)
    best = None
    for way in (dense, sparse):
        begin = time.perf_counter()
        way(np.random.default_rng(1), patterns, epochs)
        each = (time.perf_counter() - begin) / patterns / epochs * 1e6
        print(f"numpy {np.__version__}, {way.__name__}: {each:.2f} us per presentation ({epochs} epochs)")
        best = each if best is None else min(best, each)

    folder = pathlib.Path(__file__).resolve().parents[2]
    command = ["cargo", "run", "--release", "--quiet", "-p", "lobule-theory", "--example", "perceptron_speed"]
    printed = subprocess.run(
        [*command, "--", str(patterns), str(lobule_epochs)], cwd=folder, capture_output=True, text=True, check=True
    ).stdout
    print("lobule:", printed.strip())
    own = float(re.search(r"([\d.]+) us each", printed).group(1))
    print(f"ratio: numpy needs {best / own:.0f} times as long, on one core each")


if __name__ == "__main__":
    main()
