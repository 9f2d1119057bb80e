"""Hostile values for every key of an experiment, made from its documented defaults: a key that is added is tested the day it is added."""

import dataclasses
import json
import math
import re
import tomllib

# A limit, as a comment behind a value declares it: `trials = 40 # 1 to 100000`, `[0.1] # above 0 to 2, 1 to 20 entries`.
NUMBER = r"-?[\d.]+(?:e[-+]?\d+)?"
LIMIT = re.compile(rf"#\s*(above )?({NUMBER}) to ({NUMBER})(?:,\s*(\d+) to (\d+) entries)?\s*$")
KEY = re.compile(r"^\s*([\w-]+)\s*=")
TABLE = re.compile(r"^\s*\[([\w.\"-]+)\]")
# Entries of an array, more than any key takes.
MANY = 10_000
# Seeds are checked by rules of their own.
SEED_MAX = 2**63 - 1


@dataclasses.dataclass
class Limit:
    low: float
    is_above: bool
    high: float
    entries: tuple | None


@dataclasses.dataclass
class Hostile:
    """A value for a key: as TOML, and the part of it that a refusal has to show."""

    key: str
    kind: str
    toml: str
    shown: str
    # False if the key may take it; it must then neither panic nor run for ever.
    is_refused: bool = True


def declared(defaults):
    """Limits of the keys of a TOML document, by path."""
    found, table, key = {}, "", ""
    for line in defaults.splitlines():
        if line.lstrip().startswith("#"):
            continue
        if match := TABLE.match(line):
            table = match.group(1).replace('"', "") + "."
        elif match := KEY.match(line):
            key = table + match.group(1)
        if key and (match := LIMIT.search(line)):
            above, low, high, fewest, most = match.groups()
            found[key] = Limit(float(low), bool(above), float(high), (int(fewest), int(most)) if fewest else None)
    return found


def keys(table, path=""):
    """Paths and values of all keys that are no tables."""
    for key, value in table.items():
        at = f"{path}.{key}" if path else key
        if isinstance(value, dict):
            yield from keys(value, at)
        else:
            yield at, value


def numbers(value, limit):
    """(kind, TOML) of numbers that a key with such a default and limit must refuse."""
    is_whole = isinstance(value, int)
    found = [("nan", "nan"), ("inf", "inf"), ("-inf", "-inf")]
    low, high = (limit.low, limit.high) if limit else (0 if is_whole and value >= 0 else -1e17, 1e17)
    if low > -1 or (limit and limit.is_above and low == -1):
        found.append(("-1", "-1" if is_whole else "-1.0"))
    found.append(("9e18", "9000000000000000000" if is_whole else "9e18"))
    if not is_whole:
        found += [("1e300", "1e300"), ("-1e300", "-1e300")]
    if is_whole:
        found += [("a fraction", "1.5"), ("20 digits", "99999999999999999999")]
    if limit:
        if is_whole:
            # A whole number above a limit that is none is its next.
            found += [("just above", str(math.floor(high) + 1)), ("just below", str(math.floor(low) if limit.is_above else math.ceil(low) - 1))]
        else:
            below = low if limit.is_above else math.nextafter(low, -math.inf)
            found += [("just above", repr(math.nextafter(high, math.inf))), ("just below", repr(below))]
    outside = lambda text: not low <= float(text) <= high or (limit and limit.is_above and float(text) == low) or "." in text and is_whole
    return [(kind, text) for kind, text in found if not math.isfinite(float(text)) or outside(text)]


def of_key(key, value, limit):
    """Hostile values for one key."""
    other = [("wrong type", "true", "true"), ("wrong type", "{ a = 1 }", "a"), ("wrong type", "1979-05-27", "1979-05-27")]
    word = json.dumps("word")
    match value:
        case bool():
            rows = [("word", word, "word"), ("wrong type", "1", "1"), ("nan", "nan", "nan"), ("empty array", "[]", "[]")]
        case int() | float():
            rows = [(kind, text, text) for kind, text in numbers(value, limit)]
            rows += other + [("word", word, "word"), ("empty array", "[]", "[]"), ("10,000 entries", f"[{', '.join(['1'] * MANY)}]", "1")]
        case str():
            rows = other + [("wrong type", "7", "7"), ("empty array", "[]", "[]")]
            # A name of one's own, such as a file or a column, is empty by default or of a table of such names.
            is_free = not value or key.startswith("file.")
            yield Hostile(key, "word", word, "word", not is_free)
            yield Hostile(key, "long word", json.dumps("w" * 20_000), "", not is_free)
        case [first, *_] if isinstance(first, (int, float, str)):
            rows = other + [("wrong type", "7", "7"), ("word", word, "word"), ("word", f"[{word}]", "word")]
            rows.append(("10,000 entries", f"[{', '.join([json.dumps(first)] * MANY)}]", ""))
            if not isinstance(first, str):
                for kind, text in numbers(first, limit):
                    rows.append((kind, f"[{', '.join([*map(json.dumps, value[:-1]), text])}]", text))
            is_declared = limit is not None and limit.entries is not None
            if not is_declared or limit.entries[0] > 0:
                yield Hostile(key, "empty array", "[]", "", is_declared)
        case [list() as first, *_]:
            rows = other + [("word", word, "word"), ("word", f"[[{word}]]", "word")]
            rows.append(("10,000 entries", f"[{', '.join([json.dumps(first)] * MANY)}]", ""))
            for kind, text in numbers(first[0], limit):
                rows.append((kind, f"[[{', '.join([text, *map(json.dumps, first[1:])])}]]", text))
        case _:
            rows = [*other, ("wrong type", "7", "7")]
    for kind, text, shown in rows:
        yield Hostile(key, kind, text, shown)


def hostile(defaults):
    """Hostile values for every key of an experiment's defaults, and the keys with numbers that declare no limits."""
    limits, found, missing = declared(defaults), [], []
    limits["seeds"] = Limit(0, False, SEED_MAX, (1, MANY))
    for key, value in keys(tomllib.loads(defaults)):
        limit = limits.get(key)
        found += of_key(key, value, limit)
        if limit is None and holds_number(value):
            missing.append(key)
    return found, missing


def holds_number(value):
    if isinstance(value, list):
        return any(map(holds_number, value))
    return isinstance(value, (int, float)) and not isinstance(value, bool)
