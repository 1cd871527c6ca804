"""Mutation testing of the models: change one thing in one model's SQL at a time, and see whether a test notices.

From the project's folder::

    PYTHONPATH=tests python -m mutants.run

prints, per model, mutants, killed and survived, then every survivor that nobody has reviewed, then the sum. Killed is a
mutant that a given/expect case of ``tests/sql`` or the published rows of some world tell from the product; the worlds'
rows by the unchanged product are first compared with the replay. ``survivors.toml`` names those that change nothing
anybody can see, each with the reason; they count as survived. Exit code 1 when fewer than 95 % of all mutants are
killed, or when a survivor is not reviewed. ``--model`` looks at one model, ``--sample`` at a few mutants of all;
``--out`` with ``--resume`` goes on where a run ended, and ``--again`` judges its survivors anew. Owns the command.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from mutants.judge import Judge
from mutants.operators import Mutant, mutants_of, round_trip
from mutants.prepared import SEEDS, prepare, world_names
from mutants.survivors import reviewed_survivors
from mutants.verdicts import Verdict, append_verdict, counted, known_verdicts
from sql.given_expect import all_cases

from gapwatch.modelling import Model, all_models

_SHARED_STAGING: Final = ("known_loads", "loads_in_force", "staged_lms_accounts", "staged_lms_completions")
_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder that is never flushed to a disk, where there is one
_BATCH: Final = 6
_judges: list[Judge] = []


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
    known: dict[str, Verdict] = {}
    if options.out and (options.resume or options.again):
        known = known_verdicts(options.out, mutants, again=options.again)
    new = [mutant for mutant in mutants if mutant.fingerprint not in known]
    started = time.monotonic()
    worlds = world_names(SEEDS[: options.crowds])
    for verdict in judged(new, models=models, jobs=options.jobs, worlds=worlds, folder=options.worlds):
        known[verdict.mutant.fingerprint] = verdict
        if options.out:
            append_verdict(options.out, verdict)
    report = counted((known[mutant.fingerprint] for mutant in mutants), reviewed=reviewed_survivors())
    sys.stdout.write(report.as_json() + "\n" if options.format == "json" else report.text())
    sys.stderr.write(f"{time.monotonic() - started:.0f} s\n")
    return 0 if report.is_good else 1


def judged(
    mutants: Sequence[Mutant],
    *,
    models: dict[str, Model],
    jobs: int,
    worlds: Sequence[str],
    folder: Path | None = None,
) -> Iterator[Verdict]:
    """The verdicts, in the order of the mutants, as they are found; the worlds' files lie in ``folder``, if any."""
    if not mutants:
        return
    texts = {model.name: round_trip(model) for model in models.values()}
    with _place(folder) as place, multiprocessing.get_context("spawn").Pool(jobs) as pool:
        paths = pool.map(partial(prepare, folder=place, models=models, texts=texts), worlds, chunksize=1)
        prepared = dict(zip(worlds, paths, strict=True))
        batches = [mutants[start : start + _BATCH] for start in range(0, len(mutants), _BATCH)]
        done = 0
        for verdicts in pool.imap(partial(_judge_batch, worlds=prepared, models=models, texts=texts), batches):
            yield from verdicts
            done += len(verdicts)
            sys.stderr.write(f"\r{done} of {len(mutants)}")
        sys.stderr.write("\n")


@contextmanager
def _place(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
    else:
        with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as name:
            yield Path(name)


def _judge_batch(
    mutants: Sequence[Mutant], *, worlds: dict[str, Path], models: dict[str, Model], texts: dict[str, str]
) -> list[Verdict]:
    if not _judges:
        _judges.append(Judge(worlds, models=models, texts=texts, cases=all_cases()))
    return [Verdict(mutant, _judges[0].verdict(mutant)) for mutant in mutants]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Mutate the models' SQL and count what the tests notice.")
    parser.add_argument("--model", action="append", help="only this model; may be given again")
    parser.add_argument("--sample", type=int, help="only so many mutants, drawn by --seed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--crowds", type=int, default=len(SEEDS), help="how many of the crowds to use")
    parser.add_argument("--out", type=Path, help="add every verdict to this file, as a line of JSON")
    parser.add_argument("--resume", action="store_true", help="take over what --out says of mutants with the same SQL")
    parser.add_argument("--again", action="store_true", help="the same, but judge its survivors anew")
    parser.add_argument("--worlds", type=Path, help="keep the worlds here, for more runs on models of the same SQL")
    parser.add_argument("--format", choices=("table", "json"), default="table")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
