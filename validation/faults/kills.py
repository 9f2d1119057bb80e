"""Runs that are killed at random moments, and go on: the same bits, no finished item lost, nothing left behind."""

import os
import pathlib
import shutil
import signal
import subprocess
import time

from program import files_in

PART = "kills"
# A signal must end the program within half a second; the margin is for a machine that others use, too.
PATIENCE_S, MARGIN_S = 0.5, 0.7
# Before this a process may not listen for signals yet: the system is still loading it.
BEGINNING_S = 0.05
# Random moments that are tried until one lies within the run.
ATTEMPTS = 12
# Kills of one run, at most, before it may end.
MOST_KILLS = 4
# Statuses of a process that a kill or a signal has ended.
ENDED = {-signal.SIGKILL, -signal.SIGINT, -signal.SIGTERM, 128 + signal.SIGINT, 128 + signal.SIGTERM}


class Killing:
    def __init__(self, lobule, tally, random):
        self.lobule, self.tally, self.random = lobule, tally, random
        self.folder = lobule.folder / "kills"
        self.folder.mkdir()
        self.count, self.references = 0, {}

    def reference(self, name):
        """An undisturbed run: command, seconds, hashes and printed findings, names of its files."""
        if name not in self.references:
            out = self.folder / "reference" / name.replace("/", "-")
            command = (["bench"] if name == "bench" else ["run", name]) + ["--preset", "quick", "--jobs", "2", "--no-progress"]
            ended = self.lobule.must(*command, "--out", out)
            # Once more, since the first includes reading the program from the disk.
            if ended.seconds < 1:
                shutil.rmtree(out)
                ended = self.lobule.must(*command, "--out", out)
            self.references[name] = (command, ended.seconds, ended.result(), files_in(out))
        return self.references[name]

    def moment(self, seconds):
        # Times are those of an undisturbed run; up to a tenth later, so that the writing of the folder is met as well.
        return self.random.uniform(0, 1.1) * seconds

    def trial(self, name, kind):
        """Ends a run of that experiment at a random moment, then resumes it until it is through. False if it was never met at work."""
        for _ in range(ATTEMPTS):
            self.count += 1
            out = self.folder / f"{kind}-{self.count}"
            is_met = self.attempt(name, kind, out)
            for path in (out, partial_of(out)):
                shutil.rmtree(path, ignore_errors=True)
            if is_met:
                return True
        return False

    def attempt(self, name, kind, out):
        """One run with its ends and resumes, judged; False if it was through before its first moment."""
        command, seconds, result, files = self.reference(name)
        partial, row, moments, kept = partial_of(out), f"{kind}: exact resume", [], {}
        while True:
            process = self.lobule.start(*command, "--out", out, *(["--resume"] if partial.exists() else []))
            may_end = not moments or (len(moments) < MOST_KILLS and self.random.random() < 0.3)
            moment = self.moment(seconds) if may_end else None
            ended = self.stopped(process, moment, kind, partial, seconds)
            repeat = f"experiment {name}, ended after {', then after '.join(f'{m:.3f} s' for m in [*moments, moment] if m is not None)}"
            if ended.fault():
                self.tally.fault(PART, row, ended.fault(), ended, repeat)
                return True
            if lost := self.lost(kept, partial, out):
                self.tally.fault(PART, row, f"{lost} of {len(kept)} finished items were lost or computed again", ended, repeat)
                return True
            if ended.status not in ENDED:
                break
            moments.append(moment)
            if out.exists():
                # Ended between the last rename and the end of the process; what it printed is lost, the folder is whole.
                break
            kept = self.keep(partial)
            self.tally.kept(name, moment / seconds, len(kept))
        if not moments and ended.status == 0:
            return False
        if ended.status in ENDED:
            same = self.lobule.run("compare", out).status == 0
        else:
            same = ended.status == 0 and ended.result() == result
        left = [path.name for path in self.folder.iterdir() if out.name in path.name and path != out]
        left += sorted(set(files_in(out)) ^ set(files))
        if not same:
            self.tally.fault(PART, row, "resumed with another result, or not at all", ended, repeat)
        elif left:
            self.tally.fault(PART, row, f"leftovers, or files that are missing: {left}", ended, repeat)
        else:
            self.tally.held(PART, row, kills=len(moments), finished_items_kept=len(kept))
        return True

    def stopped(self, process, moment, kind, partial, seconds):
        """The process, ended by itself or at the moment; a signal is judged here."""
        def wait(limit):
            try:
                process.child.wait(limit)
                return True
            except subprocess.TimeoutExpired:
                return False

        most = 60 + 10 * seconds
        if moment is None:
            return process.ended() if wait(most) else process.killed(is_late=True)
        if kind != "SIGKILL":
            moment = max(moment, BEGINNING_S)
        if wait(moment):
            return process.ended()
        if kind == "SIGKILL":
            return process.killed()
        number, begin = getattr(signal, kind), time.monotonic()
        process.send(number)
        row = f"{kind}: end, status and message"
        if not wait(most):
            return process.killed(is_late=True)
        took, ended = time.monotonic() - begin, process.ended()
        if ended.status == 0 or (ended.status == -number and not partial.exists()):
            # It was through, or had not begun.
            return ended
        status, message = 128 + number, ended.err
        guides = "--resume" in message if partial.exists() else "nothing" in message
        if ended.status != status:
            self.tally.fault(PART, row, f"status {ended.status}, not {status}", ended, f"sent after {moment:.3f} s")
        elif took > PATIENCE_S + MARGIN_S:
            self.tally.fault(PART, row, f"{took:.2f} s until it ended", ended, f"sent after {moment:.3f} s")
        elif not guides:
            self.tally.fault(PART, row, "the message does not tell how to go on", ended, f"sent after {moment:.3f} s")
        else:
            self.tally.held(PART, row)
        return ended

    def keep(self, partial):
        """Second names for all finished items, by which it is seen whether they are ever replaced."""
        aside = self.folder / "aside"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        kept, snapshots = {}, partial / "snapshots"
        for number, name in enumerate(finished_items(snapshots)):
            os.link(snapshots / name, aside / str(number))
            kept[name] = aside / str(number)
        return kept

    @staticmethod
    def lost(kept, partial, out):
        """Number of finished items that vanished or were written again since they were kept."""
        if partial.exists():
            return sum(1 for name, link in kept.items() if inode(partial / "snapshots" / name) != inode(link))
        if not out.exists():
            return len(kept)
        # All items go when the run is whole, after its report was written. One that went earlier was computed again.
        written = (out / "report.html").stat().st_mtime_ns
        return sum(1 for link in kept.values() if link.stat().st_ctime_ns < written)

    def second_process(self, name):
        """A second process that resumes a run at work is refused, and the first does not notice."""
        command, seconds, result, _ = self.reference(name)
        self.count += 1
        out, row = self.folder / f"lock-{self.count}", "second process: refused"
        partial = partial_of(out)
        first = self.lobule.start(*command, "--out", out)
        begin = time.monotonic()
        while not (partial / "lock").exists() and time.monotonic() - begin < 10:
            time.sleep(0.005)
        time.sleep(0.02)
        second = self.lobule.run(*command, "--out", out, *self.random.choice([["--resume"], []]))
        was_at_work = first.child.poll() is None
        first.child.wait(60 + 10 * seconds)
        ended = first.ended()
        if not was_at_work and second.status == 0:
            return
        if second.fault() or second.status != 2 or (was_at_work and str(first.child.pid) not in second.err):
            self.tally.fault(PART, row, second.fault() or "not refused with the number of the process at work", second)
        elif ended.status != 0 or ended.result() != result:
            self.tally.fault(PART, row, "the first process was disturbed", ended)
        else:
            self.tally.held(PART, row)
        shutil.rmtree(out, ignore_errors=True)

    def build(self, file):
        """A killed `network build` leaves nothing for long: the next one gives the file of an undisturbed build, and no other."""
        folder, row = self.folder / f"build-{self.count}", "network build: no leftovers"
        self.count += 1
        folder.mkdir()
        command = ["network", "build", "--size", "120x120", "--seed", "1", "--out"]
        if not file.exists():
            self.build_s = self.lobule.must(*command, file).seconds
        for _ in range(ATTEMPTS):
            process = self.lobule.start(*command, folder / "n.hdf5")
            moment = self.moment(self.build_s)
            try:
                process.child.wait(moment)
                process.ended()
                (folder / "n.hdf5").unlink(missing_ok=True)
                continue
            except subprocess.TimeoutExpired:
                process.killed()
            repeat = f"killed after {moment:.3f} s"
            left = files_in(folder)
            if (folder / "n.hdf5").exists():
                ended = self.lobule.run("network", "info", folder / "n.hdf5")
            else:
                ended = self.lobule.run(*command, folder / "n.hdf5")
            remains = [name for name in files_in(folder) if name != "n.hdf5"]
            if ended.fault() or ended.status != 0:
                self.tally.fault(PART, row, ended.fault() or "the next build fails", ended, repeat)
            elif (folder / "n.hdf5").read_bytes() != file.read_bytes():
                self.tally.fault(PART, row, "another file than that of an undisturbed build", ended, repeat)
            elif any(name not in ended.err for name in remains):
                self.tally.fault(PART, row, f"leftovers that the next build neither removes nor names: {remains}", ended, repeat)
            else:
                self.tally.held(PART, row, with_leftovers_of_the_killed=int(bool(left)))
            break
        shutil.rmtree(folder)

    def simulation(self, network):
        """A killed `network simulate --snapshot` goes on from its snapshot to the same spikes."""
        folder, row = self.folder / f"simulation-{self.count}", "network simulate: same spikes"
        self.count += 1
        folder.mkdir()
        command = ["network", "simulate", network, "--duration", "6s", "--no-progress", "--plastic", "--snapshot-every", "100ms"]
        end = self.folder / "end_of_simulation"
        if not end.exists():
            undisturbed = self.lobule.must(*command, "--snapshot", end, "--out", self.folder / "spikes")
            self.simulation_s = undisturbed.seconds
            self.spikes = (self.folder / "spikes" / "spikes.csv").read_bytes()
        state = folder / "state"
        for attempt in range(ATTEMPTS):
            process = self.lobule.start(*command, "--snapshot", state, "--out", folder / f"spikes-{attempt}")
            moment = self.moment(self.simulation_s)
            try:
                process.child.wait(moment)
                process.ended()
                state.unlink(missing_ok=True)
                continue
            except subprocess.TimeoutExpired:
                process.killed()
            repeat, has_state = f"killed after {moment:.3f} s", state.exists()
            stray = [name for name in os.listdir(folder) if name != "state" and not name.startswith("spikes-")]
            resume = ["--resume", state] if has_state else []
            ended = self.lobule.run(*command, "--snapshot", folder / "second", "--out", folder / "resumed", *resume)
            spikes = (folder / "resumed" / "spikes.csv").read_bytes() if ended.status == 0 else b""
            # After a resume the spikes are those of the rest.
            same = bool(spikes) and (self.spikes == spikes if not has_state else is_rest(spikes, self.spikes))
            if ended.status == 2 and "the run must end later" in ended.err:
                # Killed after its last snapshot: there is nothing to go on to.
                self.tally.held(PART, row, killed_after_its_last_snapshot=1)
            elif ended.fault() or ended.status != 0:
                self.tally.fault(PART, row, ended.fault() or "does not go on", ended, repeat)
            elif not same:
                self.tally.fault(PART, row, "other spikes than those of an undisturbed run", ended, repeat)
            elif (folder / "second").read_bytes() != end.read_bytes():
                self.tally.fault(PART, row, "another final state than that of an undisturbed run", ended, repeat)
            elif stray:
                self.tally.fault(PART, row, f"leftovers: {stray}", ended, repeat)
            else:
                self.tally.held(PART, row, resumed=int(has_state))
            break
        shutil.rmtree(folder)


def partial_of(out):
    """Folder of a run at work."""
    return pathlib.Path(f"{out}.partial")


def finished_items(snapshots):
    """Finished items in a folder; not states of unfinished ones, and not files at which the process was writing."""
    return [name for name in files_in(snapshots) if not name.endswith(".state") and not os.path.basename(name).startswith(".")]


def inode(path):
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return None


def is_rest(part, whole):
    """True if the lines of a table are among those of another, and hold all of its last ones."""
    part, whole = set(part.splitlines()), whole.splitlines()
    if not part <= set(whole):
        return False
    time_of = lambda line: float(line.rsplit(b",", 1)[1])
    first = min((time_of(line) for line in part if line[-1:].isdigit()), default=None)
    return first is None or all(line in part for line in whole[1:] if time_of(line) >= first)


def campaign(lobule, tally, random, is_long):
    killing = Killing(lobule, tally, random)
    names = names_of(lobule)
    if is_long:
        kills, signals, locks, builds, simulations = 100, 40, len(names), 10, 10
    else:
        # The shortest ones: in five minutes each of them can be met more than once.
        names = ["sgdege/network", "sgdege/pointing", "cfpc/tracking", "forward/anticipation", "classic/pursuit", "classic/mosaic",
                 "cfpc/gradient", "cfpc/posture"]
        kills, signals, locks, builds, simulations = 12, 8, 3, 2, 2
    for kind, count in (("SIGKILL", kills), ("SIGINT", signals // 2), ("SIGTERM", signals - signals // 2)):
        order, done = [], 0
        while done < count:
            order = order or random.sample(names, len(names))
            name = order.pop()
            if killing.trial(name, kind):
                done += 1
            else:
                tally.note(PART, f"{kind}: exact resume", **{f"too_short_to_be_met:_{name}": 1})
                names = [other for other in names if other != name]
    for name in random.sample([n for n in names if killing.reference(n)[1] > 0.2], min(locks, len(names) // 2)):
        killing.second_process(name)
    file, network = killing.folder / "undisturbed.hdf5", killing.folder / "network.hdf5"
    lobule.must("network", "build", "--size", "60x60", "--seed", "3", "--out", network)
    for _ in range(builds):
        killing.build(file)
    for _ in range(simulations):
        killing.simulation(network)
    shutil.rmtree(killing.folder)


def names_of(lobule):
    """All experiments, and the bench by its own command."""
    import json
    return [experiment["name"] for experiment in json.loads(lobule.must("list", "--json").out)] + ["bench"]
