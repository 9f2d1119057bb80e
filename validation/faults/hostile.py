"""Hostile values for every key and argument: refused before the work begins, with key, value and what is allowed."""

import json
import pathlib
import re
import shutil
import subprocess
import time
import tomllib

import places
from limits import hostile
from program import shortened

PART = "hostile"
# Time for a refusal, s.
TIMEOUT_S = 10
# Time for a run that has opened its folder to end, s; one that has not is at work on what it should have refused.
GRACE_S = 0.5
# How a message says what is allowed.
ALLOWED = re.compile(
    r"\d to -?[\d.]|\.\.|allowed|possible|needed|known|at least|at most|above|below|between|it is an? \w+, not|there are|write|"
    r"one of|each once|must|finite|whole number|expected|too large"
)
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")


def shows(message, value):
    """True if a message shows a value, however the number is written."""
    if value.lower() in message.lower():
        return True
    try:
        number = float(value)
    except ValueError:
        return False
    return any(float(text) == number for text in NUMBER.findall(message))


def lacks(message, value):
    """What a refusal does not say."""
    missing = []
    if value.key not in message:
        missing.append("key")
    if not shows(message, value.shown):
        missing.append("value")
    if not ALLOWED.search(message):
        missing.append("what is allowed")
    return missing


def ended(process, partial):
    """The process, and whether it began a run: it is ended when it does."""
    begun, begin = None, time.monotonic()
    while process.child.poll() is None:
        now = time.monotonic()
        if begun is None and partial.exists():
            begun = now
        if begun is not None and now - begun > GRACE_S:
            return process.killed(), True
        if now - begin > TIMEOUT_S:
            return process.killed(is_late=True), begun is not None
        time.sleep(0.002)
    return process.ended(), False


def try_value(lobule, tally, experiment, value, random, folder):
    """One hostile value for one key, on the command line or in a file."""
    out, kind = folder / "run", f"keys: {value.kind}"
    partial = pathlib.Path(f"{out}.partial")
    is_typed = random.random() < 0.6 and len(value.toml) < 100_000 or value.kind == "20 digits"
    if is_typed:
        # A bare word, as people write it.
        text = value.toml.strip('"') if value.kind == "word" and value.toml.startswith('"') else value.toml
        layer = ["--set", f"{value.key}={text}"]
    else:
        (folder / "hostile.toml").write_text(f"{value.key} = {value.toml}\n")
        layer = ["--config", folder / "hostile.toml"]
    process = lobule.start("run", experiment, "--preset", "quick", *layer, "--jobs", "1", "--no-progress", "--out", out)
    if value.is_refused:
        end, began = ended(process, partial)
    else:
        end, began = finished(process), False
    repeat = f"{experiment}: {value.key} = {shortened(value.toml, 80)}"
    fault = end.fault()
    if not value.is_refused:
        if fault and not (end.is_late and partial.exists()):
            tally.fault(PART, kind, fault, end, repeat)
        elif end.status == 2 and value.key not in end.err:
            tally.fault(PART, kind, "refused without key", end, repeat)
        elif end.status not in (0, 2) and not end.is_late:
            tally.fault(PART, kind, f"status {end.status}", end, repeat)
        elif end.status == 0 and re.search(r"\bNaN\b", end.out):
            tally.fault(PART, kind, "accepted, and results are NaN", end, repeat)
        else:
            tally.held(PART, kind, **{"refused" if end.status == 2 else "legal": 1})
    elif began:
        tally.fault(PART, kind, "the run began", end, repeat)
    elif fault:
        tally.fault(PART, kind, fault, end, repeat)
    elif end.status != 2:
        tally.fault(PART, kind, f"status {end.status}", end, repeat)
    elif missing := lacks(end.err, value):
        tally.fault(PART, kind, f"refused without {', '.join(missing)}", end, repeat)
    elif partial.exists() or out.exists():
        tally.fault(PART, kind, "a refused run left its folder", end, repeat)
    else:
        tally.held(PART, kind)
    shutil.rmtree(out, ignore_errors=True)
    shutil.rmtree(partial, ignore_errors=True)


def try_body(lobule, tally, matrix, path, toml, folder):
    """One hostile value in the description of a body of one's own."""
    kind, name = "keys of a body", ".".join(map(str, path))
    at = matrix
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = Raw(toml)
    (folder / "body.toml").write_text("".join(f"{key} = {inline(value)}\n" for key, value in matrix.items()))
    out = folder / "run"
    partial = pathlib.Path(f"{out}.partial")
    process = lobule.start("bench", folder / "body.toml", "--preset", "quick", "--jobs", "1", "--no-progress", "--out", out)
    end, began = ended(process, partial)
    if began or end.fault() or end.status != 2:
        what = "the run began" if began else end.fault() or f"status {end.status}"
        tally.fault(PART, kind, what, end, f"{name} = {toml}")
    elif not any(str(step) in end.err for step in path[-2:]) or not (toml == "[]" or shows(end.err, toml.strip('"'))):
        tally.fault(PART, kind, "refused without key or value", end, f"{name} = {toml}")
    else:
        tally.held(PART, kind)
    shutil.rmtree(out, ignore_errors=True)
    shutil.rmtree(partial, ignore_errors=True)


class Raw(str):
    """A value as it is written in TOML."""


def inline(value):
    """A value in one line of TOML."""
    match value:
        case Raw():
            return value
        case dict():
            return "{ " + ", ".join(f"{json.dumps(key)} = {inline(entry)}" for key, entry in value.items()) + " }"
        case list():
            return "[" + ", ".join(map(inline, value)) + "]"
        case _:
            return json.dumps(value)


def bodies(lobule, tally, random, count, folder):
    """Hostile values for every number of the body of `examples/carts_matrix.toml`."""
    text = (pathlib.Path(__file__).resolve().parents[2] / "examples" / "carts_matrix.toml").read_text()
    paths = [path for path in places.places_of(tomllib.loads(text)) if path[0] == "bodies"]
    never, too_far = ("nan", '"word"', "true", "[]"), ("inf", "-inf", "1e300", "-1e300", "9e18")
    # A channel may have no bounds.
    trials = [(path, toml) for path in paths for toml in (never if "range" in path else never + too_far)]
    for path, toml in random.sample(trials, min(count, len(trials))):
        try_body(lobule, tally, tomllib.loads(text), path, toml, folder)


def finished(process):
    try:
        process.child.wait(TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return process.killed(is_late=True)
    return process.ended()


def campaign(lobule, tally, random, is_long):
    folder = lobule.folder / "hostile"
    folder.mkdir()
    values, missing = [], []
    for experiment in json.loads(lobule.must("list", "--json").out):
        of_it, without = hostile(experiment["defaults"])
        values += [(experiment["name"], value) for value in of_it]
        missing += [f"{experiment['name']} {key}" for key in without]
        tally.row(PART, "keys: limits declared")["tried"] += len({value.key for value in of_it})
    row = tally.row(PART, "keys: limits declared")
    row["held"] = row["tried"] - len(missing)
    if missing:
        kind = "keys: limits declared"
        tally.faults.append((PART, kind, f"{PART}, {kind}: there are none behind {', '.join(missing)}"))
    # All of them once in the long form; a sample in which each kind occurs in the short one.
    chosen = values if is_long else sample(values, 250, random)
    for experiment, value in chosen:
        try_value(lobule, tally, experiment, value, random, folder)
    bodies(lobule, tally, random, 1000 if is_long else 20, folder)
    places.campaign(lobule, tally, random, is_long, folder)
    shutil.rmtree(folder)


def sample(values, count, random):
    """So many of them, with each kind as often as each other where there are enough."""
    by_kind = {}
    for entry in random.sample(values, len(values)):
        by_kind.setdefault(entry[1].kind, []).append(entry)
    chosen = []
    while len(chosen) < count and any(by_kind.values()):
        for entries in by_kind.values():
            if entries and len(chosen) < count:
                chosen.append(entries.pop())
    return chosen
