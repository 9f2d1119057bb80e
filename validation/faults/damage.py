"""Damage in every kind of file that lobule reads: refused with the name of the file, or read with the same result."""

import re
import shutil

from program import files_in, shortened
from specimens import kinds

PART = "damage"
# Marks of structures in an HDF5 file; damage near them meets more than numbers.
STRUCTURES = re.compile(rb"\x89HDF|TREE|HEAP|SNOD|OHDR|OCHK|GCOL|FRHP|FHDB|BTHD|BTLF|FSHD|BTIN")
# A message that names a key of the file.
KEY = re.compile(r"lobule: [A-Za-z_][\w.\[\]]*: ")


class Damage:
    """Changes of a file's bytes, each with words that say what was done."""

    def __init__(self, random):
        self.random = random

    def place(self, data):
        """A random place; half of them near the structures of an HDF5 file."""
        marks = [m.start() for m in STRUCTURES.finditer(data[: 1 << 26])] if data[:4] == b"\x89HDF" else []
        if marks and self.random.random() < 0.6:
            return min(self.random.choice(marks) + self.random.randrange(160), len(data) - 1)
        return self.random.randrange(len(data))

    def flip(self, data):
        at, bit = self.place(data), self.random.randrange(8)
        data[at] ^= 1 << bit
        return f"bit {bit} of byte {at} flipped"

    def flips(self, data):
        return "; ".join(self.flip(data) for _ in range(8))

    def cut(self, data):
        at = self.place(data)
        del data[at:]
        return f"cut after {at} bytes"

    def zeros(self, data):
        at, length = self.place(data), self.random.choice([8, 64, 512, 4096])
        length = min(length, len(data) - at)
        data[at : at + length] = bytes(length)
        return f"{length} bytes from {at} set to 0"

    def noise(self, data):
        at, length = self.place(data), min(self.random.choice([4, 16, 256]), len(data))
        length = min(length, len(data) - at)
        data[at : at + length] = self.random.randbytes(length)
        return f"{length} bytes from {at} set to noise"

    def ones(self, data):
        at = self.place(data)
        length = min(8, len(data) - at)
        data[at : at + length] = b"\xff" * length
        return f"{length} bytes from {at} set to 255"

    def lost(self, data):
        at, length = self.place(data), self.random.choice([1, 16, 512])
        del data[at : at + length]
        return f"{length} bytes from {at} left out"

    def again(self, data):
        at, length = self.place(data), self.random.choice([1, 32, 512])
        data[at:at] = data[at : at + length]
        return f"{length} bytes from {at} doubled"

    def digits(self, data):
        """Another number in a text, or noise where there is none."""
        numbers = list(re.finditer(rb"-?\d+(\.\d+)?", data))
        if not numbers:
            return self.noise(data)
        number = self.random.choice(numbers)
        value = self.random.choice([b"nan", b"inf", b"-1", b"1e300", b"9000000000000000000", b"", b"word", b"1e-320", b"0", b"99999999999"])
        data[number.start() : number.end()] = value
        return f"`{number.group().decode()}` at {number.start()} set to `{value.decode()}`"

    def empty(self, data):
        del data[:]
        return "emptied"

    def any(self, data, is_text):
        """Damages data in place; the words for it."""
        ways = [self.flip] * 5 + [self.flips, self.cut, self.cut, self.zeros, self.noise, self.ones, self.lost, self.again]
        ways += [self.digits] * 6 if is_text else []
        before = bytes(data)
        for _ in range(20):
            words = (self.random.choice(ways) if self.random.random() > 0.02 else self.empty)(data)
            if data != before:
                return words
        return self.flip(data)


def outcome(lobule, kind, at):
    """What every command of a kind gives for the files at a place."""
    ended, result = [], []
    for command in kind.commands:
        done = lobule.run(*command(at), timeout=60)
        ended.append(done)
        text = done.result().replace(str(at), "AT")
        result.append((done.status, text, {name: (at / name).read_bytes() for name in kind.written if (at / name).exists()}))
    return ended, result


def judge(kind, name, ended, same):
    """(held, words): of one command over damaged files, `same` if its result is that of whole files."""
    if ended.fault():
        return False, ended.fault()
    if ended.status == 0:
        if same:
            return True, "same result"
        if kind.has_checksum:
            return False, "silent: accepted with another result"
        return True, "another legal value"
    short = name.rsplit("/", 1)[-1]
    if ended.status not in (1, 2):
        return False, f"status {ended.status}"
    # Files that refer to each other may be named by the one whose reference leads nowhere; a text by its key.
    names = [short] if kind.has_checksum else [file.rsplit("/", 1)[-1] for file in files_in(kind.folder)]
    if any(file in ended.err for file in names) or (kind.is_text and KEY.search(ended.err)):
        return True, "refused"
    return False, f"refused without the name `{short}`"


def trial(lobule, tally, kind, whole, random, place):
    at = place / "at"
    shutil.copytree(kind.folder, at)
    name = random.choice(kind.files)
    data = bytearray((at / name).read_bytes())
    if len(kind.files) > 1 and kind.has_checksum and random.random() < 0.05:
        other = random.choice([n for n in kind.files if n != name])
        data[:], words = (at / other).read_bytes(), f"replaced by {other}"
    else:
        words = Damage(random).any(data, kind.is_text)
    (at / name).write_bytes(data)
    before = files_in(at)
    ended, result = outcome(lobule, kind, at)
    verdicts = [judge(kind, name, e, r == w) for e, r, w in zip(ended, result, whole)]
    bad = [(v, e) for v, e in zip(verdicts, ended) if not v[0]]
    stray = [n for n in files_in(at) if n not in before and n not in kind.written] if all(e.status in (1, 2) for e in ended) else []
    if bad:
        (_, what), end = bad[0]
        tally.fault(PART, kind.name, what, end, f"{name}: {shortened(words, 300)}")
    elif stray:
        tally.fault(PART, kind.name, f"a refused command left {stray}", ended[0], f"{name}: {words}")
    else:
        words = {v[1] for v in verdicts}
        which = next(w for w in ("refused", "another legal value", "same result") if w in words)
        tally.held(PART, kind.name, **{which.replace(" ", "_"): 1})
    shutil.rmtree(at)


def campaign(lobule, tally, random, is_long):
    place = lobule.folder / "damage"
    place.mkdir()
    count = 500 if is_long else 120
    all_kinds = kinds(lobule, place / "specimens")
    share, rest = divmod(count, len(all_kinds))
    for number, kind in enumerate(all_kinds):
        at = place / "at"
        shutil.copytree(kind.folder, at)
        ended, whole = outcome(lobule, kind, at)
        shutil.rmtree(at)
        for end in ended:
            if end.status != 0:
                raise SystemExit(f"whole files of the kind `{kind.name}` are refused: {' '.join(map(str, end.command))}\n{end.says()}")
        for _ in range(share + (number < rest)):
            trial(lobule, tally, kind, whole, random, place)
    shutil.rmtree(place)
