"""The circuit of circuit.yaml, built by BSB and simulated by NEST: python circuit.py CIRCUIT.yaml SEED"""

import json
import sys
import tempfile

from bsb import Scaffold, get_simulation_adapter, parse_configuration_file

SETTLE_MS = 500.0

configuration = parse_configuration_file(sys.argv[1], parser="yaml")
configuration.rng.seed = int(sys.argv[2])
configuration.storage.root = tempfile.mkdtemp() + "/circuit.hdf5"
network = Scaffold(configuration)
network.compile()

simulation = network.simulations["drive"]
adapter = get_simulation_adapter("nest")
adapter.prepare(simulation)
print("ready", flush=True)
results = adapter.run(simulation)
print("done", flush=True)
(result,) = adapter.collect(results)

rates = {}
for train in result.block.segments[0].spiketrains:
    name = train.annotations["bsb_device_name"].removeprefix("record_")
    late = (train.times.rescale("ms").magnitude > SETTLE_MS).sum()
    rates[name] = late / len(network.get_placement_set(name)) / (simulation.duration - SETTLE_MS) * 1e3
print(json.dumps({"rates_hz": rates}))
