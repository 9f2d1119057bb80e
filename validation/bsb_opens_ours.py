#!/usr/bin/env python3
"""Does BSB open the network files that lobule writes, and see the same network?

    python3 -m venv venv
    venv/bin/pip install "bsb-core==8.0.2" "bsb-hdf5==8.0.2"      # mpi4py needs an MPI runtime: apt install libopenmpi-dev
    cargo run --release -p lobule-scaffold --example rewrite_network -- IN.hdf5 OUT.hdf5 > expected.json
    venv/bin/python validation/bsb_opens_ours.py OUT.hdf5 [expected.json]

The second argument is that table, or the output of `lobule network info --json`.
Exit status 0 when BSB opens the file and nothing differs. Output of the last run:
bsb_opens_ours.txt, with bsb-core and bsb-hdf5 8.0.2, h5py 3.16.0 (HDF5 2.0.0), Python 3.11.

What is asked of BSB, through its public interface only:
  - `from_storage` (the configuration inside the file parses and fits the file),
  - cells and labels of every type,
  - rows and pairs of every set, by `load_connections().as_globals()`,
    from the outgoing and from the incoming half, which must agree row for row,
  - a change: labels and a new connection set, written and read back.
BSB stores its configuration anew whenever it opens a network, so a copy is opened.
"""

import importlib.metadata
import json
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
from bsb import from_storage

LOBULE = {"mossy_fibers": "mossy_fiber", "io": "io_cell", "unipolar_brush": "unipolar_brush_cell"}


def sorted_rows(iterator):
    rows = np.concatenate(iterator.all(), axis=1)
    return rows[np.lexsort(rows.T)]


def main(path, expected):
    versions = [f"{p} {importlib.metadata.version(p)}" for p in ("bsb-core", "bsb-hdf5", "h5py")]
    print(f"{Path(path).name}: {', '.join(versions)}")
    differences = []

    def compare(what, seen, key, *keys):
        if expected is None:
            return
        wanted = expected[key]
        for k in keys:
            wanted = wanted.get(k) if isinstance(wanted, dict) else None
        if wanted != seen:
            differences.append(f"{what}: BSB sees {seen}, expected {wanted}")

    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copy(path, folder)
        network = from_storage(copy)
        print(f"configuration: {network.configuration.name!r}, {network.network.x} x {network.network.y} um")

        print(f"\n{'cell type':24} {'cells':>8}  labels")
        for cell_type in network.cell_types.values():
            cells = cell_type.get_placement_set()
            positions = cells.load_positions()
            assert len(positions) == len(cells) and np.isfinite(positions).all()
            name = LOBULE.get(cell_type.name, cell_type.name)
            sets = [sorted(s) for s in cells.get_unique_labels()] if len(cells) else []
            labels = {l: len(cells.get_labeled([l])) for l in sorted(sum(sets, []))}
            print(f"{cell_type.name:24} {len(cells):8}  {labels or ''}")
            compare(name, len(cells), "cells", name)

        print(f"\n{'connection set':36} {'pre':14} {'post':14} {'rows':>8} {'pairs':>8}")
        total = np.zeros(2, int)
        for s in network.get_connectivity_sets():
            rows = sorted_rows(s.load_connections().as_globals())
            incoming = sorted_rows(s.load_connections().as_globals().incoming())
            if not np.array_equal(rows, incoming):
                differences.append(f"{s.tag}: the two halves differ")
            pairs = len(np.unique(rows[:, [0, 3]], axis=0))
            for column, cells in ((0, s.pre_type), (3, s.post_type)):
                n = len(cells.get_placement_set())
                assert not len(rows) or (rows[:, column].min() >= 0 and rows[:, column].max() < n), s.tag
            print(f"{s.tag:36} {s.pre_type.name:14} {s.post_type.name:14} {len(rows):8} {pairs:8}")
            total += len(rows), pairs
            compare(f"{s.tag} rows", len(rows), "connections", s.tag, "rows")
            compare(f"{s.tag} pairs", pairs, "connections", s.tag, "pairs")
        print(f"{'all':36} {'':14} {'':14} {total[0]:8} {total[1]:8}")
        if expected is not None:
            compare("number of sets", len(network.get_connectivity_sets()), "n_sets")
            compare("number of types", len(network.cell_types), "n_types")

        cell_type = max(network.cell_types.values(), key=lambda c: len(c.get_placement_set()))
        cells = cell_type.get_placement_set()
        cells.label(["checked"], [0, len(cells) - 1])
        first, last = np.array([[0, -1, -1]]), np.array([[len(cells) - 1, -1, -1]])
        added = network.storage.require_connectivity_set(cell_type, cell_type, "checked")
        added.connect(cells, cells, first, last)
        del network
        again = from_storage(copy)
        labeled = again.get_placement_set(cell_type.name).get_labeled(["checked"])
        pre, post = again.get_connectivity_set("checked").load_connections().as_globals().all()
        assert list(labeled) == [0, len(cells) - 1], labeled
        assert pre.tolist() == first.tolist() and post.tolist() == last.tolist(), (pre, post)
        print(f"\nBSB labeled cells of {cell_type.name}, added a connection set, and read both back.")

    for difference in differences:
        print("DIFFERS:", difference)
    verdict = "not compared" if expected is None else f"{len(differences)} differences from the expected table"
    print(f"result: opened; {verdict}\n")
    return bool(differences)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    table = json.loads(Path(sys.argv[2]).read_text()) if len(sys.argv) == 3 else None
    if table is not None:
        table["n_sets"], table["n_types"] = len(table["connections"]), len(table["cells"])
    sys.exit(main(sys.argv[1], table))
