"""Mutation testing of the models: change one thing in one model's SQL at a time, and see whether a test notices.

From the project's folder::

    PYTHONPATH=tests python -m mutants.run

prints, per model, mutants and how many were killed, then every survivor that nobody has reviewed. Killed is a mutant
that a given/expect case of ``tests/sql`` or the published rows of some world tell from the product; the worlds' rows
by the unchanged product are first compared with the replay. ``survivors.toml`` names those that change nothing anybody
can see, each with the reason; of the others 95 % must be killed. Exit code 1 when fewer are, or when a survivor is not
reviewed. Owns the command; ``--model`` looks at one model, ``--sample`` at a few mutants of all.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from mutants.judge import STILLBORN, Judge
from mutants.operators import Mutant, mutants_of, round_trip
from mutants.prepared import SEEDS, prepare, world_names
from mutants.survivors import reviewed_survivors, survivor_entries
from sql.given_expect import all_cases

from gapwatch.modelling import Model, all_models

GOAL_PCT: Final = 95.0
_SHARED_STAGING: Final = ("known_loads", "loads_in_force", "staged_lms_accounts", "staged_lms_completions")
_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder that is never flushed to a disk, where there is one
_BATCH: Final = 6
_judges: list[Judge] = []


@dataclass(frozen=True)
class Verdict:
    """A mutant and what killed it; None: nothing did."""

    mutant: Mutant
    killed_by: str | None


def mutated_models(models: dict[str, Model]) -> list[Model]:
    """The models under test: all of state and gaps, and of staging those that others are alike."""
    return [model for model in models.values() if model.folder in ("state", "gaps") or model.name in _SHARED_STAGING]


def main() -> int:
    """Run the mutants; see the module."""
    options = _options()
    models = all_models()
    chosen = [model for model in mutated_models(models) if not options.model or model.name in options.model]
    mutants = [mutant for model in chosen for mutant in mutants_of(model)]
    if options.sample:
        mutants = random.Random(options.seed).sample(mutants, min(options.sample, len(mutants)))
    started = time.monotonic()
    verdicts = []
    worlds = world_names(SEEDS[: options.crowds])
    for verdict in judged(mutants, models=models, jobs=options.jobs, worlds=worlds):
        verdicts.append(verdict)
        if options.out:
            with options.out.open("a", encoding="utf-8") as file:
                file.write(json.dumps(_entry(verdict), ensure_ascii=False) + "\n")
    text, is_good = report(verdicts, reviewed=reviewed_survivors())
    sys.stdout.write(f"{text}{time.monotonic() - started:.0f} s\n")
    return 0 if is_good else 1


def judged(mutants: Sequence[Mutant], *, models: dict[str, Model], jobs: int, worlds: list[str]) -> Iterator[Verdict]:
    """The verdicts, in the order of the mutants, as they are found."""
    texts = {model.name: round_trip(model) for model in models.values()}
    with (
        tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as name,
        multiprocessing.get_context("spawn").Pool(jobs) as pool,
    ):
        paths = pool.map(partial(prepare, folder=Path(name), models=models, texts=texts), worlds, chunksize=1)
        prepared = dict(zip(worlds, paths, strict=True))
        batches = [mutants[start : start + _BATCH] for start in range(0, len(mutants), _BATCH)]
        done = 0
        for verdicts in pool.imap(partial(_judge_batch, worlds=prepared, models=models, texts=texts), batches):
            yield from verdicts
            done += len(verdicts)
            sys.stderr.write(f"\r{done} of {len(mutants)}")
        sys.stderr.write("\n")


def _judge_batch(
    mutants: Sequence[Mutant], *, worlds: dict[str, Path], models: dict[str, Model], texts: dict[str, str]
) -> list[Verdict]:
    if not _judges:
        _judges.append(Judge(worlds, models=models, texts=texts, cases=all_cases()))
    return [Verdict(mutant, _judges[0].verdict(mutant)) for mutant in mutants]


def report(verdicts: Iterable[Verdict], *, reviewed: dict[str, str]) -> tuple[str, bool]:
    """The report as text, and whether the goal is met and every survivor reviewed."""
    by_model: dict[str, Counter[str]] = defaultdict(Counter)
    unknown, stale = [], []
    for verdict in verdicts:
        mutant, counts = verdict.mutant, by_model[verdict.mutant.model]
        if verdict.killed_by == STILLBORN:
            counts["stillborn"] += 1
            continue
        counts["mutants"] += 1
        if verdict.killed_by is not None:
            counts["killed"] += 1
            stale += [mutant] if mutant.fingerprint in reviewed else []
        elif mutant.fingerprint in reviewed:
            counts["reviewed"] += 1
        else:
            unknown.append(mutant)
    lines = [f"{'model':32}{'mutants':>9}{'killed':>8}{'pct':>7}{'reviewed':>10}{'open':>6}{'stillborn':>11}"]
    total: Counter[str] = Counter()
    for model, counts in sorted(by_model.items()):
        total += counts
        lines.append(_line(model, counts))
    lines += [_line("all", total), ""]
    lines += [f"killed although reviewed as a survivor: {mutant.fingerprint} {mutant.line}" for mutant in stale]
    if unknown:
        lines += ["survivors nobody has reviewed:", "", survivor_entries(unknown)]
    that_matter = total["mutants"] - total["reviewed"]
    is_good = 100 * total["killed"] >= GOAL_PCT * that_matter and not unknown
    lines.append(
        f"{total['killed']} of {total['mutants']} mutants killed, {total['reviewed']} reviewed as changing nothing;"
        f" of the other {that_matter}: {100 * total['killed'] / max(that_matter, 1):.1f} %"
    )
    return "\n".join(lines) + "\n", is_good


def _line(name: str, counts: Counter[str]) -> str:
    left = counts["mutants"] - counts["killed"] - counts["reviewed"]
    pct = 100 * counts["killed"] / counts["mutants"] if counts["mutants"] else 100.0
    return (
        f"{name:32}{counts['mutants']:>9}{counts['killed']:>8}{pct:>7.1f}"
        f"{counts['reviewed']:>10}{left:>6}{counts['stillborn']:>11}"
    )


def _entry(verdict: Verdict) -> dict[str, str | None]:
    mutant = verdict.mutant
    return {"fingerprint": mutant.fingerprint, "change": mutant.line, "killed_by": verdict.killed_by}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Mutate the models' SQL and count what the tests notice.")
    parser.add_argument("--model", action="append", help="only this model; may be given again")
    parser.add_argument("--sample", type=int, help="only so many mutants, drawn by --seed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--crowds", type=int, default=len(SEEDS), help="how many of the crowds to use")
    parser.add_argument("--out", type=Path, help="add every verdict to this file, as a line of JSON")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
