"""The loop of loop.json in Nengo: python loop.py LOOP.json"""

import json
import sys

import nengo
import numpy as np
from scipy.linalg import expm

d = json.load(open(sys.argv[1]))
dt, taus, order, law = d["dt_s"], np.array(d["basis"]["taus_s"]), d["basis"]["order"], d["law"]
period, n = d["reference"]["period_ticks"], len(d["basis"]["taus_s"])
mass, damping, stiffness = d["plant"].values()
held = expm(np.array([[0, 1, 0], [-stiffness / mass, -damping / mass, 1 / mass], [0, 0, 0]]) * dt)


def tick_of(t):
    """Nengo's first step is at t = dt."""
    return round(t / dt) - 1


def reference(t):
    return d["reference"]["amplitude"] * np.sin(2 * np.pi * tick_of(t) / period)


def dead_time(ticks):
    """A signal that is late by whole ticks: z to the power of -ticks."""
    return nengo.LinearFilter([1.0], [1.0] + [0.0] * ticks, analog=False)


class Granules:
    """Cascades of leaky integrators, driven by a cue at the start of each period."""

    def __init__(self):
        self.gain = 1.0
        self.stages = np.zeros((order + 1, n))
        self.gain = 1 / np.max([self(dt * (k + 1), cue=k == 0) for k in range(2000)], axis=0)
        self.stages[:] = 0.0

    def __call__(self, t, cue=None):
        decay = np.exp(-dt / taus)
        for k in range(order, 0, -1):
            self.stages[k] = decay * (self.stages[k] + self.stages[k - 1])
        self.stages[0] = decay * self.stages[0] + (tick_of(t) % period == 0 if cue is None else cue)
        return self.gain * self.stages[order]


class Pid:
    def __init__(self):
        self.integral = self.derivative = self.before = 0.0

    def __call__(self, t, v):
        self.integral += dt * v[0]
        self.derivative += dt / (law["filter_s"] + dt) * ((v[0] - self.before) / dt - self.derivative)
        self.before = v[0]
        return law["kp"] * v[0] + law["ki"] * self.integral + law["kd"] * self.derivative


class Joint:
    """Position after moving under the command for a tick."""

    def __init__(self):
        self.state = np.zeros(2)

    def __call__(self, t, command):
        self.state = held[:2, :2] @ self.state + held[:2, 2] * command[0]
        return self.state[0]


with nengo.Network() as model:
    target = nengo.Node(reference)
    granules = nengo.Node(Granules())
    # Rate neurons that pass a positive signal on, so that its connection can learn.
    cells = nengo.Ensemble(n, 1, neuron_type=nengo.RectifiedLinear(), gain=np.ones(n), bias=np.zeros(n))
    nengo.Connection(granules, cells.neurons, synapse=None)
    late_error, v, law_node = nengo.Node(size_in=1), nengo.Node(size_in=1), nengo.Node(Pid(), size_in=1)
    joint = nengo.Node(Joint(), size_in=1)
    error = nengo.Node(size_in=1)

    nengo.Connection(target, error, synapse=None)
    # The position that the node gives in a tick is the sensed one of the next.
    nengo.Connection(joint, error, transform=-1, synapse=dead_time(1))
    nengo.Connection(target, late_error, synapse=dead_time(d["delay_ticks"]))
    nengo.Connection(joint, late_error, transform=-1, synapse=dead_time(d["delay_ticks"] + 1))
    nengo.Connection(late_error, v, synapse=None)
    # One tick more: the rule reads its filter a tick ahead of the error.
    rule = nengo.PES(d["filter"]["rate"] * n / dt, pre_synapse=dead_time(d["filter"]["trace_ticks"] + 1))
    learned = nengo.Connection(cells.neurons, v, transform=np.zeros((1, n)), synapse=None, learning_rule_type=rule)
    nengo.Connection(late_error, learned.learning_rule, transform=-1, synapse=None)
    nengo.Connection(v, law_node, synapse=None)
    nengo.Connection(law_node, joint, synapse=None)
    errors = nengo.Probe(error)

with nengo.Simulator(model, dt=dt, progress_bar=False) as simulator:
    print("ready", flush=True)
    simulator.run_steps(d["periods"] * period)
    print("done", flush=True)
squares = simulator.data[errors].reshape(d["periods"], period) ** 2
print(json.dumps({"rms": np.sqrt(squares.mean(1)).tolist()}))
