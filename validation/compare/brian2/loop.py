"""The loop of loop.json in Brian2: python loop.py LOOP.json

Brian2 delays spikes, not continuous variables: dead time and trace are shift registers, advanced in every tick.
"""

import json
import sys

import numpy as np
from brian2 import *

prefs.codegen.target = "cython"
d = json.load(open(sys.argv[1]))
taus, order, law = np.array(d["basis"]["taus_s"]), d["basis"]["order"], d["law"]
dead, held, period = d["delay_ticks"], d["filter"]["trace_ticks"], d["reference"]["period_ticks"]
defaultclock.dt = d["dt_s"] * second
dt_s, kp, ki, kd, rate = d["dt_s"], law["kp"], law["ki"], law["kd"], d["filter"]["rate"]
blend = dt_s / (law["filter_s"] + dt_s)
mass, damping, stiffness = d["plant"].values()
A = d["reference"]["amplitude"]


def register(name, length):
    """Variables of a shift register, and the statements that shift it."""
    variables = "".join(f"{name}{k} : 1\n" for k in range(length + 1))
    return variables, "".join(f"{name}{k} = {name}{k - 1}\n" for k in range(length, 0, -1))


def shapes():
    """Stages of the granule cells' cascades, and their advance by a tick."""
    variables = "".join(f"s{k} : 1\n" for k in range(order + 1))
    code = "".join(f"s{k} = decay*(s{k} + s{k - 1})\n" for k in range(order, 0, -1))
    return variables, code + "s0 = decay*s0 + cue\n"


def largest_responses():
    stages, peak, decay = np.zeros((order + 1, len(taus))), np.zeros(len(taus)), np.exp(-dt_s / taus)
    for n in range(2000):
        for k in range(order, 0, -1):
            stages[k] = decay * (stages[k] + stages[k - 1])
        stages[0] = decay * stages[0] + (n == 0)
        peak = np.maximum(peak, stages[order])
    return peak


stages, advance = shapes()
x_register, shift_x = register("x", held)
error_register, shift_error = register("error", dead)

joint = NeuronGroup(
    1,
    """dposition/dt = velocity/second : 1
    dvelocity/dt = (command - damping*velocity - stiffness*position)/mass/second : 1
    command : 1\nexpected : 1\nv : 1\nbefore : 1\nintegral : 1\nderivative : 1\n"""
    + error_register,
    method="rk4",  # "exact" fails where the roots are complex.
)
granules = NeuronGroup(len(taus), stages + x_register + "decay : 1 (constant)\ngain : 1 (constant)\ncue : 1")
granules.decay, granules.gain = np.exp(-dt_s / taus), 1 / largest_responses()
synapses = Synapses(granules, joint, "w : 1\nexpected_post = w*x0_pre : 1 (summed)")
synapses.connect()

# The order of a tick: sense, granule cells, sum, law, learning; the plant moves last.
granules.run_regularly(f"{shift_x}cue = int((t_in_timesteps % {period}) == 0)\n{advance}x0 = gain*s{order}", when="start", order=1)
joint.run_regularly(f"{shift_error}error0 = A*sin(2*pi*t_in_timesteps/{period}) - position", when="start", order=2)
synapses.summed_updaters["expected_post"].when = "start"
synapses.summed_updaters["expected_post"].order = 3
joint.run_regularly(
    f"""v = error{dead} + expected
    integral += dt_s*v
    derivative += blend*((v - before)/dt_s - derivative)
    before = v
    command = kp*v + ki*integral + kd*derivative""",
    when="start", order=4,
)
synapses.run_regularly(f"w += rate*error{dead}_post*x{held}_pre", when="start", order=5)
errors = StateMonitor(joint, "error0", record=0, when="end")

run(0 * second)  # Generates the code.
print("ready", flush=True)
run(d["periods"] * period * d["dt_s"] * second)
print("done", flush=True)
squares = errors.error0[0].reshape(d["periods"], period) ** 2
print(json.dumps({"rms": np.sqrt(squares.mean(1)).tolist()}))
