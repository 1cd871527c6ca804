"""What became of each mutant, as lines of a file and as a table.

Owns the file of verdicts, the report and the goal. Judges nothing; called by ``mutants.run``.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from mutants.judge import STILLBORN
from mutants.operators import Mutant
from mutants.survivors import survivor_entries

GOAL_PCT: Final = 95.0


@dataclass(frozen=True)
class Verdict:
    """A mutant and what killed it; None: nothing did."""

    mutant: Mutant
    killed_by: str | None


@dataclass(frozen=True)
class Report:
    """The verdicts counted. A mutant whose SQL the engine refuses to plan is stillborn and counted nowhere else."""

    counts: Mapping[str, Counter[str]]  # by model: mutants, killed, reviewed, open, stillborn
    unreviewed: tuple[Mutant, ...]  # survivors without a reason
    revived: tuple[Mutant, ...] = field(default=())  # killed, although there is a reason why they cannot be

    @property
    def total(self) -> Counter[str]:
        """The counts of all models together."""
        return sum(self.counts.values(), Counter())

    @property
    def is_good(self) -> bool:
        """Enough of all mutants killed, whether or not they could be; and each survivor has its reason."""
        return 100 * self.total["killed"] >= GOAL_PCT * self.total["mutants"] and not self.unreviewed

    def text(self) -> str:
        """A table by model, the survivors nobody has reviewed, and the sum in one sentence."""
        lines = [f"{'model':32}{'mutants':>9}{'killed':>8}{'survived':>10}{'pct':>7}{'open':>6}{'stillborn':>11}"]
        lines += [_line(model, counts) for model, counts in sorted(self.counts.items())]
        lines += [_line("all", self.total), ""]
        lines += [f"killed although reviewed as a survivor: {one.fingerprint} {one.line}" for one in self.revived]
        if self.unreviewed:
            lines += ["survivors nobody has reviewed:", "", survivor_entries(self.unreviewed)]
        total = self.total
        lines.append(
            f"{total['mutants']} mutants, {total['killed']} killed, {total['mutants'] - total['killed']} survived"
            f" ({total['reviewed']} of them with a reason): {_pct(total):.1f} %"
        )
        return "\n".join(lines) + "\n"

    def as_json(self) -> str:
        """The same figures for other programs."""
        return json.dumps(
            {
                **_figures(self.total),
                "models": {model: _figures(counts) for model, counts in sorted(self.counts.items())},
                "unreviewed": [mutant.line for mutant in self.unreviewed],
            },
            indent=2,
            ensure_ascii=False,
        )


def counted(verdicts: Iterable[Verdict], *, reviewed: Mapping[str, str]) -> Report:
    """The verdicts by model; ``reviewed`` is fingerprint to reason."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    unreviewed, revived = [], []
    for verdict in verdicts:
        mutant, of_model = verdict.mutant, counts[verdict.mutant.model]
        if verdict.killed_by == STILLBORN:
            of_model["stillborn"] += 1
            continue
        of_model["mutants"] += 1
        if verdict.killed_by is not None:
            of_model["killed"] += 1
            revived += [mutant] if mutant.fingerprint in reviewed else []
        elif mutant.fingerprint in reviewed:
            of_model["reviewed"] += 1
        else:
            unreviewed.append(mutant)
    return Report(counts, tuple(unreviewed), tuple(revived))


def append_verdict(path: Path, verdict: Verdict) -> None:
    """Add the verdict to a file of JSON lines."""
    mutant = verdict.mutant
    entry = {
        "fingerprint": mutant.fingerprint,
        "sql": _digest(mutant),
        "change": mutant.line,
        "killed_by": verdict.killed_by,
    }
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry, ensure_ascii=False) + "\n")


def known_verdicts(path: Path, mutants: Iterable[Mutant], *, again: bool) -> dict[str, Verdict]:
    """What the file says of these mutants, by fingerprint; of equal ones the last line.

    Nothing of a mutant whose model has changed since; with ``again`` nothing of survivors either.
    """
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    entries = {(entry["fingerprint"], entry["sql"]): entry["killed_by"] for entry in map(json.loads, lines)}
    found = {}
    for mutant in mutants:
        key = (mutant.fingerprint, _digest(mutant))
        if key in entries and not (again and entries[key] is None):
            found[mutant.fingerprint] = Verdict(mutant, entries[key])
    return found


def _digest(mutant: Mutant) -> str:
    return hashlib.sha256(mutant.sql.encode()).hexdigest()[:16]


def _pct(counts: Counter[str]) -> float:
    return 100 * counts["killed"] / counts["mutants"] if counts["mutants"] else 100.0


def _figures(counts: Counter[str]) -> dict[str, float]:
    survived = counts["mutants"] - counts["killed"]
    return {
        "mutants": counts["mutants"],
        "killed": counts["killed"],
        "survived": survived,
        "killed_pct": round(_pct(counts), 2),
        "unreviewed": survived - counts["reviewed"],
        "stillborn": counts["stillborn"],
    }


def _line(name: str, counts: Counter[str]) -> str:
    survived = counts["mutants"] - counts["killed"]
    return (
        f"{name:32}{counts['mutants']:>9}{counts['killed']:>8}{survived:>10}{_pct(counts):>7.1f}"
        f"{survived - counts['reviewed']:>6}{counts['stillborn']:>11}"
    )
