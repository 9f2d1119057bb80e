"""Prints cells, contacts and degrees of two networks side by side.

    lobule network info made_by_bsb.hdf5 --json > bsb.json
    lobule network build made_by_bsb.hdf5 --seed 1 --out again.hdf5
    lobule network info again.hdf5 --json > again.json
    python validation/compare_networks.py bsb.json again.json

Degrees are the mean and standard deviation over all cells of the postsynaptic type. Needs Python
alone. The table in docs/validation.md was made with it.
"""

import json
import sys

first, second = (json.load(open(path)) for path in sys.argv[1:3])

print("| cells | first | second |\n| --- | ---: | ---: |")
for name in sorted(first["cells"] | second["cells"]):
    print(f"| {name} | {first['cells'].get(name, 0):,} | {second['cells'].get(name, 0):,} |")


def degree(pair):
    return f"{pair[0]:.1f} ± {pair[1]:.1f}"


print("\n| set | rows | pairs | in-degree, pairs | out-degree, pairs |\n| --- | ---: | ---: | ---: | ---: |")
for name in sorted(first["connections"] | second["connections"]):
    a, b = (network["connections"].get(name) for network in (first, second))
    if a is None or b is None:
        print(f"| {name} | only in the {'first' if b is None else 'second'} | | | |")
        continue
    print(
        f"| {name} | {a['rows']:,}, {b['rows']:,} | {a['pairs']:,}, {b['pairs']:,} "
        f"| {degree(a['indeg_pairs'])}, {degree(b['indeg_pairs'])} "
        f"| {degree(a['outdeg_pairs'])}, {degree(b['outdeg_pairs'])} |"
    )
