"""Disks that fill while lobule writes: a message and status 1, and what is kept goes on when there is space again."""

import os
import pathlib
import shutil
import subprocess
import time

from program import files_in

PART = "full disks"
# Experiments that take a second or more and keep several items.
NAMES = ["forward/anticipation", "cfpc/plants", "cfpc/mismatch", "forward/cartpole", "analysis/state_prediction", "sgdege/pointing", "classic/mosaic"]
FULL = ("space", "No space left")


def mounted(folder, size):
    folder.mkdir(exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "lobule-faults", folder], capture_output=True, text=True)
    return done.returncode == 0


def resized(folder, size):
    subprocess.run(["mount", "-o", f"remount,size={size}", folder], check=True, capture_output=True)


def filled(folder, but=0):
    """Fills a disk but for so many bytes."""
    with (folder / "ballast").open("ab") as file:
        for _ in range(100):
            length = free(folder) - but
            if length <= 0:
                break
            try:
                os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, length)
            except OSError:
                # A run that is at work has taken some of it meanwhile.
                continue


def free(folder):
    room = os.statvfs(folder)
    return room.f_bavail * room.f_frsize


def experiment(lobule, tally, disk, name, random, reference):
    """A run whose disk fills at a random moment; then the disk is made larger and the run resumed."""
    command = ["run", name, "--preset", "quick", "--jobs", "2", "--no-progress", "--out", disk / "run"]
    seconds, result, files = reference
    row, partial = "run: message, then exact resume", disk / "run.partial"
    for _ in range(8):
        resized(disk, "80m")
        process = lobule.start(*command)
        moment, begin = random.uniform(0, 0.9) * seconds, time.monotonic()
        while not (partial / "config.toml").exists() and process.child.poll() is None:
            time.sleep(0.001)
        time.sleep(max(0, moment - (time.monotonic() - begin)))
        was_at_work = process.child.poll() is None
        filled(disk)
        try:
            process.child.wait(60)
        except subprocess.TimeoutExpired:
            pass
        ended = process.ended() if process.child.poll() is not None else process.killed(is_late=True)
        if not was_at_work or ended.status == 0:
            # It was through before its disk was full.
            cleared(disk)
            continue
        repeat = f"full after {moment:.3f} s"
        resized(disk, "200m")
        (disk / "ballast").unlink()
        resumed = lobule.run(*command, *(["--resume"] if partial.exists() else []), timeout=120)
        if ended.fault() or ended.status != 1:
            tally.fault(PART, row, ended.fault() or f"status {ended.status}, not 1", ended, repeat)
        elif not any(word in ended.err for word in FULL) or "run" not in ended.err:
            tally.fault(PART, row, "the message does not tell what is full", ended, repeat)
        elif resumed.status != 0 or resumed.result() != result:
            tally.fault(PART, row, "what was kept does not go on, or to another result", resumed, repeat)
        elif sorted(files_in(disk / "run")) != files or partial.exists():
            tally.fault(PART, row, f"leftovers: {sorted(set(files_in(disk / 'run')) ^ set(files))}", resumed, repeat)
        else:
            tally.held(PART, row)
        break
    cleared(disk)


def cleared(disk):
    for path in disk.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def others(lobule, tally, disk, network, room):
    """What else writes, onto a disk with so many bytes left: nothing is left behind but whole files."""
    state = pathlib.Path(network).parent / "state"
    commands = {
        "network build": ["network", "build", "--size", "100x100", "--out", disk / "n.hdf5"],
        "network convert": ["network", "convert", network, disk / "sonata"],
        "network simulate --out": ["network", "simulate", network, "--duration", "1s", "--no-progress", "--out", disk / "spikes", "--format", "csv,nwb"],
        "network simulate --snapshot": ["network", "simulate", network, "--duration", "300ms", "--no-progress", "--snapshot", disk / "state",
                                        "--snapshot-every", "50ms"],
        "run": ["run", "sgdege/rules", "--preset", "quick", "--no-progress", "--out", disk / "run"],
        "man": ["man", "--dir", disk / "man"],
        "report": ["report", disk / "old"],
    }
    for name, command in commands.items():
        if name == "report":
            lobule.must("run", "cfpc/posture", "--preset", "quick", "--no-progress", "--out", disk / "old")
        before = {path: (disk / path).read_bytes() for path in files_in(disk)}
        filled(disk, room)
        ended = lobule.run(*command)
        (disk / "ballast").unlink(missing_ok=True)
        after = {path: (disk / path).read_bytes() for path in files_in(disk)}
        changed = [path for path in before if after.get(path) != before[path]]
        stray = [path for path in after if path not in before and (pathlib.Path(path).name.startswith(".") or ".partial" in path)]
        row, repeat = "others: message, nothing half", f"{name} with {room} bytes left"
        if ended.fault():
            tally.fault(PART, row, ended.fault(), ended, repeat)
        elif ended.status not in (0, 1, 2):
            tally.fault(PART, row, f"status {ended.status}", ended, repeat)
        elif ended.status and not (any(word in ended.err for word in FULL) or "MB are free" in ended.err):
            tally.fault(PART, row, "the message does not tell what is full", ended, repeat)
        elif ended.status and (changed or stray):
            tally.fault(PART, row, f"changed: {changed}, left: {stray}", ended, repeat)
        elif ended.status and name.startswith("network") and [p for p in after if p not in before and p not in ("state",)]:
            tally.fault(PART, row, f"left, and may be half: {[p for p in after if p not in before]}", ended, repeat)
        else:
            tally.held(PART, row, **{"full" if ended.status else "had_room": 1})
        cleared(disk)
    state.unlink(missing_ok=True)


def campaign(lobule, tally, random, is_long):
    folder = lobule.folder / "disks"
    folder.mkdir()
    disk = folder / "disk"
    if not mounted(disk, "80m"):
        tally.skipped(PART, "run: message, then exact resume", "no file system may be mounted here")
        return
    try:
        names = NAMES if is_long else random.sample(NAMES, 2)
        for name in names:
            command = ["run", name, "--preset", "quick", "--jobs", "2", "--no-progress", "--out", folder / name]
            whole = lobule.must(*command)
            reference = (whole.seconds, whole.result(), files_in(folder / name))
            for _ in range(3 if is_long else 1):
                experiment(lobule, tally, disk, name, random, reference)
        network = folder / "network.hdf5"
        lobule.must("network", "build", "--size", "60x60", "--seed", "3", "--out", network)
        resized(disk, "80m")
        # None left, and room for a part of what is written.
        for room in (0, 4096, 65536, 1 << 20) if is_long else (0, 65536):
            others(lobule, tally, disk, network, room)
    finally:
        subprocess.run(["umount", disk], capture_output=True)
    shutil.rmtree(folder)
