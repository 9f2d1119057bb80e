"""What was tried, what held, and how each fault is repeated."""

import sys

from program import told

# Faults of one kind that are told in full.
TOLD = 12


class Tally:
    def __init__(self):
        self.rows, self.faults, self.experiments = {}, [], {}

    def row(self, part, kind):
        return self.rows.setdefault((part, kind), {"tried": 0, "held": 0, "notes": {}})

    def held(self, part, kind, **notes):
        """A trial that held; notes are counted, e.g. refused=1."""
        row = self.row(part, kind)
        row["tried"] += 1
        row["held"] += 1
        self.note(part, kind, **notes)

    def note(self, part, kind, **notes):
        row = self.row(part, kind)
        for name, count in notes.items():
            row["notes"][name] = row["notes"].get(name, 0) + count

    def fault(self, part, kind, what, ended=None, repeat=""):
        """A trial that did not hold: what happened, the command, and how to repeat it."""
        self.row(part, kind)["tried"] += 1
        lines = [f"{part}, {kind}: {what}"]
        if ended is not None:
            lines += [f"  command: {told(ended.command)}", f"  {ended.says()}"]
        if repeat:
            lines.append(f"  {repeat}")
        self.faults.append((part, kind, "\n".join(lines)))
        print(lines[0], file=sys.stderr, flush=True)

    def kept(self, experiment, moment, items):
        """Finished items that a killed run had kept; its moment relative to the time of an undisturbed run."""
        self.experiments.setdefault(experiment, []).append((moment, items))

    def skipped(self, part, kind, why):
        self.row(part, kind)["notes"][f"skipped: {why}"] = 0

    def told_faults(self):
        """All faults, but for what exceeds a dozen of a kind, which is counted."""
        counts = {}
        for part, kind, text in self.faults:
            counts[part, kind] = counts.get((part, kind), 0) + 1
            if counts[part, kind] <= TOLD:
                yield text
        for (part, kind), count in counts.items():
            if count > TOLD:
                yield f"{part}, {kind}: {count - TOLD} more"

    def table(self):
        """The table, as Markdown."""
        lines = ["| part | kind | tried | held | of these |", "| --- | --- | ---: | ---: | --- |"]
        for (part, kind), row in self.rows.items():
            notes = ", ".join(f"{name.replace('_', ' ')} {count}" if count else name.replace("_", " ")
                              for name, count in row["notes"].items())
            lines.append(f"| {part} | {kind} | {row['tried']} | {row['held']} | {notes} |")
        tried, held = (sum(row[name] for row in self.rows.values()) for name in ("tried", "held"))
        lines.append(f"| all | | {tried} | {held} | |")
        if self.experiments:
            lines += ["", "| experiment | kills and signals | finished items kept, at the moment of each (1: time of an undisturbed run) |",
                      "| --- | ---: | --- |"]
        for name, kills in sorted(self.experiments.items()):
            words = ", ".join(f"{items} at {moment:.2f}" for moment, items in sorted(kills))
            lines.append(f"| {name} | {len(kills)} | {words} |")
        return "\n".join(lines)
