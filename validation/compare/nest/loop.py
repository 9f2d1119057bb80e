"""The loop of loop.json in NEST: python loop.py LOOP.json

NEST holds the filter: generators of rates, one connection each with its weight, a linear unit. Reference, delays, law, plant
and learning are Python's, between runs of one tick, as the game is in NEST's example "Pong".
"""

import json
import sys
from collections import deque

import nest
import numpy as np
from scipy.linalg import expm

d = json.load(open(sys.argv[1]))
dt, taus, order = d["dt_s"], np.array(d["basis"]["taus_s"]), d["basis"]["order"]
n, period, law = len(taus), d["reference"]["period_ticks"], d["law"]
mass, damping, stiffness = d["plant"].values()
held = expm(np.array([[0, 1, 0], [-stiffness / mass, -damping / mass, 1 / mass], [0, 0, 0]]) * dt)

nest.set(verbosity=nest.VerbosityLevel.ERROR, resolution=1.0, print_time=False)
granules = nest.Create("step_rate_generator", n)
unit = nest.Create("rate_transformer_lin", params={"g": 1.0})
nest.Connect(granules, unit, "all_to_all", {"synapse_model": "rate_connection_delayed", "weight": 0.0, "delay": 1.0})
synapses = nest.GetConnections(granules, unit)


def advance(stages, cue):
    """A tick of cascades of leaky integrators."""
    decay = np.exp(-dt / taus)
    for k in range(order, 0, -1):
        stages[k] = decay * (stages[k] + stages[k - 1])
    stages[0] = decay * stages[0] + cue


def largest_responses():
    stages, peak = np.zeros((order + 1, n)), np.zeros(n)
    for tick in range(2000):
        advance(stages, float(tick == 0))
        peak = np.maximum(peak, stages[order])
    return peak


gain = 1 / largest_responses()
stages, weights, plant = np.zeros((order + 1, n)), np.zeros(n), np.zeros(2)
late = deque([0.0] * d["delay_ticks"])
traces = deque([np.zeros(n)] * d["filter"]["trace_ticks"])
integral = derivative = before = 0.0
blend = dt / (law["filter_s"] + dt)
rms = []

nest.Prepare()
print("ready", flush=True)
for _ in range(d["periods"]):
    squares = 0.0
    for tick in range(period):
        reference = d["reference"]["amplitude"] * np.sin(2 * np.pi * tick / period)
        squares += (reference - plant[0]) ** 2
        late.append(reference - plant[0])
        error = late.popleft()
        advance(stages, float(tick == 0))
        x = gain * stages[order]
        traces.append(x)
        trace = traces.popleft()

        for granule, rate in zip(granules, x):
            granule.set(amplitude_times=[nest.biological_time + 1.0], amplitude_values=[rate])
        nest.Run(1e3 * dt)
        v = error + unit.rate
        weights += d["filter"]["rate"] * error * trace
        synapses.set(weight=weights)

        integral += dt * v
        derivative += blend * ((v - before) / dt - derivative)
        before = v
        command = law["kp"] * v + law["ki"] * integral + law["kd"] * derivative
        plant = held[:2, :2] @ plant + held[:2, 2] * command
    rms.append(np.sqrt(squares / period))
print("done", flush=True)
nest.Cleanup()
print(json.dumps({"rms": rms}))
