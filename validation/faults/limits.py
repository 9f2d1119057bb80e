"""Hostile values for every key of an experiment, made from its documented defaults: a key that is added is tested the day it is added."""

import dataclasses
import json
import math
import re
import tomllib

# A limit, as a comment behind a value declares it: `trials = 40 # 1 to 100000`, `q = 0.5 # above 0 to below 1`,
# `[0.1] # 0 to 2, 1 to 20 entries`, `[0, 1] # 0 to 9, 2 entries`.
NUMBER = r"-?[\d.]+(?:e[-+]?\d+)?"
LIMIT = re.compile(rf"#\s*(above )?({NUMBER}) to (below )?({NUMBER})(?:,\s*(\d+)(?: to (\d+))? entries)?\s*$")
KEY = re.compile(r"^\s*([\w-]+)\s*=")
TABLE = re.compile(r"^\s*\[([\w.\"-]+)\]")
# Entries of an array, more than any key takes.
MANY = 10_000
# Seeds are checked by rules of their own.
SEED_MAX = 2**63 - 1


@dataclasses.dataclass
class Limit:
    low: float
    high: float
    # True if the end itself is refused.
    is_above: bool = False
    is_below: bool = False
    entries: tuple | None = None

    def allows(self, number):
        at_end = (self.is_above and number == self.low) or (self.is_below and number == self.high)
        return self.low <= number <= self.high and not at_end


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
            above, low, below, high, fewest, most = match.groups()
            entries = (int(fewest), int(most or fewest)) if fewest else None
            found[key] = Limit(float(low), float(high), bool(above), bool(below), entries)
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
    is_whole, is_declared = isinstance(value, int), limit is not None
    if not is_declared:
        # A key without limits must refuse at least these.
        limit = Limit(0 if is_whole and value >= 0 else -1e17, 1e17)
    found = [("nan", "nan"), ("inf", "inf"), ("-inf", "-inf"), ("-1", "-1" if is_whole else "-1.0")]
    found.append(("9e18", "9000000000000000000" if is_whole else "9e18"))
    found += [("20 digits", "99999999999999999999")] if is_whole else [("1e300", "1e300"), ("-1e300", "-1e300")]
    if is_declared and is_whole:
        found.append(("just above", str(math.ceil(limit.high) if limit.is_below else math.floor(limit.high) + 1)))
        found.append(("just below", str(math.floor(limit.low) if limit.is_above else math.ceil(limit.low) - 1)))
    elif is_declared:
        found.append(("just above", repr(limit.high if limit.is_below else math.nextafter(limit.high, math.inf))))
        found.append(("just below", repr(limit.low if limit.is_above else math.nextafter(limit.low, -math.inf))))
    refused = [(kind, text) for kind, text in found if not limit.allows(float(text))]
    return [*refused, ("a fraction", "1.5")] if is_whole else refused


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
            fewest, most = limit.entries if limit and limit.entries else (None, None)
            if fewest != 0:
                yield Hostile(key, "empty array", "[]", "", fewest is not None)
            if most is not None and most < MANY and key != "seeds":
                rows.append(("one entry too many", f"[{', '.join([json.dumps(first)] * (most + 1))}]", str(most + 1)))
            if fewest is not None and fewest > 1:
                rows.append(("one entry too few", f"[{', '.join([json.dumps(first)] * (fewest - 1))}]", str(fewest - 1)))
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
    limits["seeds"] = Limit(0, SEED_MAX, entries=(1, MANY))
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
