"""Running lobule under watch: time, memory and the ways in which it must never end."""

import atexit
import dataclasses
import os
import pathlib
import re
import resource
import shlex
import signal
import subprocess
import tempfile
import time

# Address space of each process, bytes. Chosen: several times what the largest command here needs; a process that asks for more
# is ended by the system instead of taking the machine's memory.
MEMORY = 6 << 30
# Statuses of a program that was ended by a fault of its own: a panic, and signals that no one sent.
PANIC = 101
CRASHES = {-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS, -signal.SIGILL, -signal.SIGFPE}
# Lines of a run that differ from one run to the next: times, measurements of the machine, and where it was written.
CHANGING = re.compile(r"^(measured|wall time|report|wrote|compiled in|built in) .*$", re.MULTILINE)


@dataclasses.dataclass
class Ended:
    """A command that has ended, or that had to be ended."""

    command: list
    status: int
    out: str
    err: str
    seconds: float
    # True if it was still at work when its time was over.
    is_late: bool = False

    def fault(self):
        """What must not happen whatever the input, or None."""
        if self.is_late:
            return f"still at work after {self.seconds:.0f} s"
        if self.status == PANIC or "panicked at" in self.err:
            return "panic"
        if "memory allocation of" in self.err:
            return "abort: memory allocation failed"
        if self.status in CRASHES:
            return f"ended by {signal.Signals(-self.status).name}"
        return None

    def result(self):
        """What it printed, without what differs from one run to the next."""
        return CHANGING.sub("", self.out)

    def hashes(self):
        return [line for line in self.out.splitlines() if line.startswith("hash ")]

    def says(self):
        """The end of its messages, in one line."""
        text = " / ".join(line for line in self.err.strip().splitlines() if line.strip())
        return f"status {self.status}: {shortened(text, 400)}"


def shortened(text, length):
    return text if len(text) <= length else f"{text[: length // 2]} … {text[-length // 2 :]}"


class Lobule:
    """The program under test; commands run in `folder`."""

    def __init__(self, binary, folder):
        self.binary, self.folder = str(pathlib.Path(binary).resolve()), pathlib.Path(folder)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def start(self, *arguments, stdout=None, stderr=None, folder=None, shell=None):
        """Starts it; `shell` is a line of a shell that starts `"$@"`."""
        command = [self.binary, *map(str, arguments)]
        if shell is not None:
            command = ["sh", "-c", shell, "sh", *command]
        return Process(command, folder or self.folder, stdout, stderr)

    def run(self, *arguments, timeout=60, **how):
        """Runs to the end, or to the end of its time; `how` as in `start`."""
        process = self.start(*arguments, **how)
        try:
            process.child.wait(timeout)
        except subprocess.TimeoutExpired:
            return process.killed(is_late=True)
        return process.ended()

    def must(self, *arguments, timeout=600):
        """Runs what the campaign itself needs."""
        ended = self.run(*arguments, timeout=timeout)
        if ended.status != 0:
            raise SystemExit(f"the campaign needs this command: {told(ended.command)}\n{ended.says()}")
        return ended


class Process:
    """A command at work. None outlives the campaign."""

    at_work = set()

    def __init__(self, command, folder, stdout, stderr):
        self.command, self.begin = command, time.monotonic()
        self.out, self.err = stdout or tempfile.TemporaryFile(), stderr or tempfile.TemporaryFile()
        self.child = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=self.out, stderr=self.err)
        self.at_work.add(self.child)

    def send(self, number):
        self.child.send_signal(number)

    def killed(self, is_late=False):
        """Ends it with SIGKILL."""
        self.child.kill()
        self.child.wait()
        return self.ended(is_late)

    def ended(self, is_late=False):
        """The process, which has ended."""
        seconds, texts = time.monotonic() - self.begin, []
        self.at_work.discard(self.child)
        for file in (self.out, self.err):
            try:
                file.seek(0)
                texts.append(file.read().decode(errors="replace"))
            except (OSError, ValueError):
                texts.append("")
            file.close()
        return Ended(self.command, self.child.returncode, *texts, seconds, is_late)


@atexit.register
def end_all():
    for child in Process.at_work:
        child.kill()


def told(command):
    """A command as one would type it, with long words cut."""
    return " ".join(shortened(shlex.quote(str(word)), 160) for word in command)


def files_in(folder):
    """Names of all files below a folder."""
    found = []
    for path, _, names in os.walk(folder):
        found += [os.path.relpath(os.path.join(path, name), folder) for name in names]
    return sorted(found)
