#!/usr/bin/env python3
"""A campaign of faults against lobule: kills, damaged files, hostile values, full disks. Prints what was tried and what held.

    validation/faults/run.py LOBULE_BINARY [--short | --long] [--seed N] [--only PART,...]

Ends with status 1 if anything did not hold, and names what: the command, the damage or the moment, what it printed, and the seed. The
same seed tries the same values, damages and moments, but a moment of a kill meets the program where the machine's load
puts it. `--short` (default) takes less than five minutes on two cores, `--long` tries all experiments. Python 3.11 or newer, its
standard library alone, Linux. Disks are filled only where a file system in memory may be mounted: as root, or where users
may have a namespace of their own.
"""

import argparse
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import damage
import disk
import hostile
import kills
from program import Lobule
from tally import Tally

PARTS = {"kills": kills, "damage": damage, "hostile": hostile, "disk": disk}
# Set in the process that has mounts of its own.
OWN_MOUNTS = "LOBULE_FAULTS_OWN_MOUNTS"


def with_own_mounts():
    """Begins again in a namespace where mounts are this process's own and go with it, where the system lets it."""
    if OWN_MOUNTS in os.environ or not shutil.which("unshare"):
        return
    for option in ("-m", "-rm"):
        tried = subprocess.run(["unshare", option, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True)
        if tried.returncode == 0:
            os.environ[OWN_MOUNTS] = "yes"
            os.execvp("unshare", ["unshare", option, sys.executable, *sys.argv])


def ended_from_outside(number, _):
    signal.signal(number, signal.SIG_IGN)
    sys.exit(128 + number)


def main():
    parser = argparse.ArgumentParser(description="Faults against lobule")
    parser.add_argument("binary", metavar="LOBULE_BINARY")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--short", action="store_true", help="under five minutes (default)")
    size.add_argument("--long", action="store_true", help="all experiments")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default=",".join(PARTS), help=f"parts, of {', '.join(PARTS)}")
    arguments = parser.parse_args()
    names = arguments.only.split(",")
    if unknown := set(names) - set(PARTS):
        parser.error(f"--only {', '.join(unknown)}; there are {', '.join(PARTS)}")
    with_own_mounts()
    # Ended from outside, it still removes what it made.
    signal.signal(signal.SIGTERM, ended_from_outside)
    tally, seconds = Tally(), []
    with tempfile.TemporaryDirectory(prefix="lobule-faults-") as folder:
        lobule = Lobule(arguments.binary, pathlib.Path(folder))
        version = lobule.must("--version").out.strip()
        for name in names:
            begin = time.monotonic()
            # Each part has random numbers of its own, so that one can be repeated alone.
            PARTS[name].campaign(lobule, tally, random.Random(f"{arguments.seed}/{name}"), arguments.long)
            seconds.append(f"{name} {time.monotonic() - begin:.0f} s")
    form = "--long" if arguments.long else "--short"
    print(f"{version}, {form}, seed {arguments.seed}; {', '.join(seconds)}\n\n{tally.table()}")
    for fault in tally.told_faults():
        print(f"\n{fault}")
    if tally.faults:
        print(f"\n{len(tally.faults)} did not hold; repeat them with {form} --seed {arguments.seed}")
    return 1 if tally.faults else 0


if __name__ == "__main__":
    sys.exit(main())
