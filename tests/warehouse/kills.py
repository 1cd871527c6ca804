"""Runs that are killed at any moment: whatever a SIGKILL leaves, the last good state stands and the next run goes on.

Owns a small company with a published first day, the killing of its second day's ``gapwatch run`` (by the clock, or at
one of its changes to the warehouse folder), and what must be true afterwards. Runs are forked from a process that has
imported everything and holds no database. Called by ``test_kills.py``, and for many kills by hand::

    PYTHONPATH=tests python -m warehouse.kills --kills 200 --seed 1
"""

from __future__ import annotations

import argparse
import os
import pickle
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from command import gapwatch

FIRST, SECOND = "2026-03-02T06:00:00Z", "2026-03-03T06:00:00Z"
_TABLES: Final = (
    "account_links",
    "role_states",
    "hr_events",
    "requirement_periods",
    "credential_periods",
    "compliance_timeline",
    "gaps",
    "event_responses",
    "unsynced_events",
    "stale_accounts",
    "compliance",
    "inflation",
    "sync_latency",
    "writeback",
    "record_changes",
    "check_failures",
    "schema_drift",
    "finding_warnings",
    "rejects",
)
_CHANGES: Final = frozenset({"open", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.truncate"})


@dataclass
class Tally:
    """What many kills came to: how often each stage was hit, and every promise that was broken."""

    stages: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Company:
    """A folder with a published first day and the files of the second, and what both days publish undisturbed."""

    folder: Path
    first: dict[str, list[str]]
    second: dict[str, list[str]]
    seconds: float
    changes: int


def in_child(work: Callable[[], Any], *, kill_after: float | None = None, may_die: bool = False) -> Any:
    """What ``work`` returns, done in a process of its own; None when that was killed, as asked for."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        try:
            answer: Any = (True, work())
        except BaseException:
            answer = (False, traceback.format_exc())
        with os.fdopen(write, "wb") as pipe:
            pickle.dump(answer, pipe)
        os._exit(0)
    os.close(write)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    with os.fdopen(read, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        if kill_after is None and not may_die:
            raise RuntimeError("somebody else killed the run: it says nothing")
        return None
    well, answer = pickle.loads(said)  # noqa: S301 -- written by the child above
    if not well:
        raise RuntimeError(answer)
    return answer


def make_company(folder: Path, *, workers: int = 50) -> Company:
    """Simulate a company, publish its first day (each feed without its last rows), and learn what the second gives."""
    in_child(lambda: _expect(gapwatch("simulate", "--out", str(folder), *f"--workers {workers} --months 4".split()), 0))
    whole = {file: file.read_text(encoding="utf-8") for file in sorted((folder / "feeds").rglob("*.csv"))}
    for file, text in whole.items():
        lines = text.splitlines(keepends=True)
        file.write_text("".join(lines[: 1 + int(0.9 * (len(lines) - 1))]), encoding="utf-8")
    in_child(lambda: _expect(_run(folder, FIRST), 0))
    first = in_child(lambda: _published(folder))
    for file, text in whole.items():
        file.write_text(text, encoding="utf-8")
    undisturbed = folder.with_name(folder.name + "-undisturbed")
    shutil.copytree(folder, undisturbed)
    started = time.monotonic()
    changes = in_child(lambda: _count_changes(undisturbed))
    seconds = time.monotonic() - started
    second = in_child(lambda: _published(undisturbed))
    shutil.rmtree(undisturbed)
    if first == second:
        raise RuntimeError("both days publish the same: a lost second day would go unseen")
    return Company(folder, first, second, seconds, changes)


def kill_and_look(company: Company, *, seed: int) -> tuple[str, list[str]]:
    """Kill one run of the second day; the stage it was in, and what is not as it must be (nothing, if all is well)."""
    chance = random.Random(seed)
    folder = company.folder.with_name(f"{company.folder.name}-{seed}")
    shutil.copytree(company.folder, folder)
    if seed % 2:
        in_child(lambda: _run(folder, SECOND), kill_after=chance.uniform(0.0, company.seconds))
    else:  # every third of these among the last changes: publishing takes no time
        least = company.changes - 12 if seed % 6 == 0 else 1
        change = chance.randint(least, company.changes)
        in_child(lambda: _count_changes(folder, kill_at=change), may_die=True)
    broken = []
    try:
        stage = _stage(folder, company)
        broken += in_child(lambda: _look(folder, company))
        in_child(lambda: _expect(_run(folder, SECOND), 0))
        broken += in_child(lambda: _look_again(folder, company))
    except RuntimeError as error:
        stage, broken = "unknown", [*broken, str(error)]
    shutil.rmtree(folder)
    return stage, [f"seed {seed}, {stage}: {one}" for one in broken]


def many(
    folder: Path, *, kills: int, seed: int = 1, workers: int = 50, say: Callable[[str], None] = lambda _: None
) -> Tally:
    """So many kills, from that seed on, of a company of so many workers, in a folder that is empty."""
    import great_expectations  # noqa: F401 -- imported once, not in every child

    import gapwatch.checks.run
    import gapwatch.pipeline  # noqa: F401
    from gapwatch.modelling import all_models, models_after_checks

    all_models(), models_after_checks()  # read once, too
    company = make_company(folder / "company", workers=workers)
    say(f"a run takes {company.seconds:.1f} s and changes the warehouse folder {company.changes} times")
    tally = Tally()
    for number in range(seed, seed + kills):
        stage, broken = kill_and_look(company, seed=number)
        tally.stages[stage] += 1
        tally.broken += broken
        say(f"{number}: {stage}" + "".join(f"\n  BROKEN: {one}" for one in broken))
    return tally


def _run(folder: Path, loaded_at: str) -> tuple[int, str]:
    answer = gapwatch("run", "--config", str(folder / "gapwatch.toml"), "--loaded-at", loaded_at, "--as-of", loaded_at)
    return answer.code, answer.err


def _expect(answer: Any, code: int) -> None:
    got, said = (answer.code, answer.err) if hasattr(answer, "code") else answer
    if got != code:
        raise RuntimeError(f"exit {got}: {said}")


def _count_changes(folder: Path, *, kill_at: int | None = None) -> int:
    """Run the second day; how often it changed something in the warehouse. Dies just before the change asked for."""
    inside, changes = str(folder / "warehouse"), 0

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal changes
        if event not in _CHANGES or not str(arguments[0]).startswith(inside):
            return
        if event == "open" and not (isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)):
            return
        changes += 1
        if changes == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hear)
    _expect(_run(folder, SECOND), 0)
    return changes


def _stage(folder: Path, company: Company) -> str:
    """How far a killed run had come."""
    from gapwatch.warehouse.landing import read_manifests

    before = {record.load_id for record in read_manifests(company.folder / "warehouse")}
    if {record.load_id for record in read_manifests(folder / "warehouse")} == before:
        return "load"
    if _pointer(folder) != _pointer(company.folder):
        return "done"
    generations = len(list((folder / "warehouse" / "generations").glob("*.duckdb")))
    return (
        "publish"
        if generations > len(list((company.folder / "warehouse" / "generations").glob("*.duckdb")))
        else "build"
    )


def _pointer(folder: Path) -> str:
    return (folder / "warehouse" / "current").read_text(encoding="utf-8")


def _published(folder: Path) -> dict[str, list[str]]:
    """The rows of every published table, without what differs between two runs of the same."""
    from gapwatch.reads import Reader

    found = {}
    with Reader.open(folder / "warehouse") as reader:
        for table in _TABLES:
            _, rows = reader.rows(f'select * from "{table}"')
            found[table] = sorted(map(repr, rows))
        _, rows = reader.rows("select * exclude (reason) from loads where status = 'accepted'")
        found["loads"] = sorted(map(repr, rows))
    return found


def _look(folder: Path, company: Company) -> list[str]:
    """Right after the kill: what is published is whole and one of the two days; what is landed is whole; no lock."""
    from gapwatch.reads import Reader
    from gapwatch.warehouse.lock import warehouse_lock

    broken = _look_at_ledger(folder)
    found = _published(folder)
    if found not in (company.first, company.second):
        broken.append("what is published is neither of the two days")
    with Reader.open(folder / "warehouse") as reader:
        _, (run,) = reader.rows("select run_id from run_parameters")
        if run[0] != _pointer(folder).strip():
            broken.append("the pointer names another run than its file")
        _, models = reader.rows("select model, rows from models")
        broken += [
            f"{model} is not whole"
            for model, count in models
            if count is not None and reader.rows(f'select count(*) from "{model}"')[1][0][0] != count
        ]
    with warehouse_lock(folder / "warehouse"):
        pass
    return broken


def _look_at_ledger(folder: Path) -> list[str]:
    import pyarrow.parquet as pq

    from gapwatch.warehouse.landing import REJECTS, ROWS, load_folder, read_manifests

    warehouse, broken = folder / "warehouse", []
    records = read_manifests(warehouse)
    for record in records:
        if record.rows_read != record.rows_accepted + record.rows_rejected:
            broken.append(f"{record.load_id} lost rows")
        if record.content_load_id != record.load_id:
            continue
        for name, count in ((ROWS, record.rows_accepted), (REJECTS, record.rows_rejected)):
            if pq.read_metadata(load_folder(warehouse, record.load_id) / name).num_rows != count:
                broken.append(f"{name} of {record.load_id} is not whole")
    sources = Counter((record.loaded_at, record.sequence) for record in records)
    if len(set(sources.values())) > 1:
        broken.append("a command landed some of its loads")
    return broken


def _look_again(folder: Path, company: Company) -> list[str]:
    """After one more run: the second day, as if nothing had happened, and nothing left over."""
    broken = _look_at_ledger(folder)
    found = _published(folder)
    broken += [f"{table} differs after one more run" for table in found if found[table] != company.second[table]]
    left = [
        path
        for path in (folder / "warehouse").rglob(".*")
        if path.name.startswith((".tmp-", ".building-", ".current-"))
    ]
    return broken + [f"left over: {path.name}" for path in left]


def main() -> int:
    """Kill, look, and say what was seen; 1 when a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=50)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gapwatch-kills-") as folder:
        tally = many(
            Path(folder),
            kills=chosen.kills,
            seed=chosen.seed,
            workers=chosen.workers,
            say=lambda line: print(line, flush=True),  # noqa: T201
        )
    hit = ", ".join(f"{count} in {stage}" for stage, count in sorted(tally.stages.items()))
    print(f"{chosen.kills} kills ({hit}): {len(tally.broken)} promises broken")  # noqa: T201
    return 1 if tally.broken else 0


if __name__ == "__main__":
    sys.exit(main())
