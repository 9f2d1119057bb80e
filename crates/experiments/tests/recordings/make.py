"""Makes session.nwb, a session of everything in one: python make.py session.nwb   (needs pynwb 4.2, numpy)"""
import sys
from datetime import datetime, timezone
import numpy as np
from pynwb import NWBFile, NWBHDF5IO, TimeSeries
from pynwb.behavior import Position, SpatialSeries
from pynwb.epoch import TimeIntervals

rng = np.random.default_rng(5)
N = {"mossy_fiber": 5, "dcn_p": 4}
onsets = 2.0 + 2.0 * np.arange(12)
angle = [0, 90, 180] * 4


def unit(preferred):
    times = []
    for onset, direction in zip(onsets, angle):
        t = np.arange(-0.5, 1.1, 0.001)
        bump = np.exp(-(((t - 0.3) / 0.15) ** 2))
        rate = 8 + 30 * max(0, np.cos(np.deg2rad(direction) - preferred)) * bump
        times.append(onset + t[rng.random(t.size) < rate * 1e-3])
    return np.concatenate(times)


f = NWBFile("made up", "session", datetime(2026, 1, 1, tzinfo=timezone.utc))
group = f.create_electrode_group("shank", "s", "cerebellum", f.create_device("probe"))
for region in N:
    f.add_electrode(group=group, location=region)
f.add_unit_column("population", "population")
for k, (region, n) in enumerate(N.items()):
    for _ in range(n):
        f.add_unit(spike_times=unit(rng.uniform(0, 2 * np.pi)), population=region, electrodes=[k])
for name in ["direction", "is_left", "movement_onset", "speed"]:
    f.add_trial_column(name, name)
reaches = TimeIntervals("reaches", "reaches")
reaches.add_column("direction", "direction")
for k, (onset, direction) in enumerate(zip(onsets, angle)):
    moved = float("nan") if k == 4 else onset + 0.05
    f.add_trial(start_time=onset, stop_time=onset + 1, direction=direction, is_left=direction > 0,
                movement_onset=moved, speed=np.float32(direction / 4))
    reaches.add_row(start_time=onset, stop_time=onset + 1, direction=f"{direction} deg")
f.add_time_intervals(reaches)
m = f.create_processing_module("behavior", "b")
T = np.arange(0, 28, 0.05)
wrist = np.c_[np.round(100 * np.sin(T)), np.round(100 * np.cos(T))].astype("int16")
m.add(Position(spatial_series=SpatialSeries(name="wrist", data=wrist, reference_frame="x", timestamps=T)))
m.add(TimeSeries(name="emg", data=np.sin(3 * T).astype("f4"), unit="V", rate=20.0))
with NWBHDF5IO(sys.argv[1], "w") as io:
    io.write(f, cache_spec=False)
