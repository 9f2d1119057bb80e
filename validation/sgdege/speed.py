#!/usr/bin/env python3
"""Times one presentation of the SGDEGE network (Bouvier et al. 2018, Table 2, two patterns) in numpy and in lobule,
beside each other on the same machine, and prints the ratio.

The numpy version does what a careful script would: drives of Purkinje cells are kept for all patterns and moved by
the fibers of a perturbed column and bin; the nucleo-olivary weights are gathered and scattered for all active fibers
of a trial. Both print the error at the end, which must be about the same (1.2 to 1.9 Hz after 120,000 presentations).

Usage: cargo build --release -p lobule-theory --example network_speed
       validation/sgdege/speed.py target/release/examples/network_speed [presentations]
"""
import json
import subprocess
import sys
import time

import numpy as np

S, L, T, N, P = 10, 40, 10, 2000, 2
R_MAX, RHO, A, ALPHA_W, ALPHA_V = 300.0, 0.03, 2.0, 0.02, 0.0002
RATE_PC, RATE_PN, RATE_NO, Q = 50.0, 30.0, 15.0, 0.5


class Network:
    def __init__(self, seed):
        rng = self.rng = np.random.default_rng(seed)
        fibers = N * S
        self.row = np.repeat(np.arange(S), N)
        self.reaches = rng.random((fibers, L)) < 0.5
        self.w = rng.uniform(0, 8 * T * RATE_PC / N, (fibers, L))
        self.v = rng.uniform(0, (RATE_NO + Q * RATE_PN) * 4 * T * L / fibers, fibers)
        column = rng.integers(0, L, fibers)
        self.bin = np.full((P, fibers), -1)
        self.active, self.place, self.in_bin = [], [], []
        self.drive = np.zeros((P, S, L, T))
        self.mossy = np.zeros((P, L * T))
        for mu in range(P):
            active = np.sort(rng.permutation(fibers)[: fibers // 2])
            self.bin[mu, active] = rng.integers(0, T, active.size)
            self.active.append(active)
            self.place.append(column[active] * T + self.bin[mu, active])
            self.in_bin.append([np.flatnonzero(self.bin[mu] == t) for t in range(T)])
            for t, fibers_of_bin in enumerate(self.in_bin[mu]):
                for s in range(S):
                    f = fibers_of_bin[self.row[fibers_of_bin] == s]
                    self.drive[mu, s, :, t] = (self.w[f] * self.reaches[f]).sum(axis=0)
            self.mossy[mu] = np.bincount(self.place[mu], minlength=L * T) * (4 * T * L * RATE_PN / fibers)
        self.target = rng.uniform(0, 2 * RATE_PN, (P, L * T))
        self.to_pn = -RATE_PN / (RATE_PC * S)
        self.sums = np.clip(self.drive, 0, R_MAX).sum(axis=1).reshape(P, L * T)

    def trial(self, mu):
        rng = self.rng
        hit = np.flatnonzero(rng.random(L) < RHO)
        bins = rng.integers(0, T, hit.size)
        sums = self.sums[mu].copy()
        for l, t in zip(hit, bins):
            sums[l * T + t] = np.clip(self.drive[mu, :, l, t] + A, 0, R_MAX).sum()
        pn = np.clip(self.mossy[mu] + self.to_pn * sums, 0, R_MAX)
        active, place = self.active[mu], self.place[mu]
        plastic = np.bincount(place, weights=self.v[active], minlength=L * T)
        no = np.clip(plastic + Q * self.to_pn * sums, 0, R_MAX)
        error, inhibition = np.abs(pn - self.target[mu]).mean(), no.mean()
        c = 1.0 if error > inhibition else -1.0
        for l, t in zip(hit, bins):
            f = self.in_bin[mu][t]
            f = f[self.reaches[f, l]]
            self.w[f, l] -= ALPHA_W * c
            for nu in range(P):
                g = f[self.bin[nu, f] >= 0]
                np.add.at(self.drive, (nu, self.row[g], l, self.bin[nu, g]), -ALPHA_W * c)
                self.sums[nu, l * T : (l + 1) * T] = np.clip(self.drive[nu, :, l, :], 0, R_MAX).sum(axis=0)
        self.v[active] = np.maximum(0.0, self.v[active] + ALPHA_V * c)
        return error


def main():
    binary = sys.argv[1]
    presentations = int(sys.argv[2]) if len(sys.argv) > 2 else 120_000
    network = Network(1)
    errors = np.empty(presentations)
    start = time.perf_counter()
    for k in range(presentations):
        errors[k] = network.trial(k % P)
    numpy_s = time.perf_counter() - start
    ours = json.loads(subprocess.run([binary, str(presentations), "1"], check=True, capture_output=True).stdout)
    tail = presentations - presentations // 12
    print(f"{presentations} presentations, learning included, one core")
    print(f"numpy {np.__version__}: {numpy_s:8.2f} s   E {errors[:2].mean():.2f} -> {errors[tail:].mean():.2f} Hz")
    print(f"lobule:       {ours['run_s']:8.2f} s   E {ours['error_first_hz']:.2f} -> {ours['error_last_hz']:.2f} Hz"
          f"   drift of drives {ours['drift_hz']:.1e} Hz")
    print(f"ratio: {numpy_s / ours['run_s']:.0f}")


if __name__ == "__main__":
    main()
